/* SPDX-License-Identifier: MIT */
#include "data/accept.h"

enum { EXACT_NONE, EXACT_ANY, EXACT_TYPE, EXACT_KIND };

/* How exactly a range names the kind. */
static int exactness(struct str range, struct str kind)
{
    size_t slash = str_find(kind, '/', 0);
    if (str_ieq(range, kind))
        return EXACT_KIND;
    if (str_eq(range, STR("*")) || str_eq(range, STR("*/*")))
        return EXACT_ANY;
    bool is_type = slash < kind.n && range.n == slash + 2 &&
                   str_ieq(str_sub(range, 0, slash), str_sub(kind, 0, slash)) &&
                   str_eq(str_sub(range, slash, range.n), STR("/*"));
    return is_type ? EXACT_TYPE : EXACT_NONE;
}

/* "1", "0.5", "0.333": in thousandths; ACCEPT_BEST for anything else. */
static int quality_of(struct str text)
{
    int value = 0;
    if (text.n == 0 || text.n > 5 || (text.p[0] != '0' && text.p[0] != '1') ||
        (text.n > 1 && text.p[1] != '.'))
        return ACCEPT_BEST;
    for (size_t i = 2; i < 5; i++) {
        char digit = i < text.n ? text.p[i] : '0';
        if (digit < '0' || digit > '9')
            return ACCEPT_BEST;
        value = 10 * value + (digit - '0');
    }
    return text.p[0] == '1' ? ACCEPT_BEST : value;
}

struct accept accept_of(struct str list, struct str kind)
{
    struct accept best = {0, 0};
    int best_exact = EXACT_NONE;
    struct str one, range, parameter;
    for (size_t place = 0; str_cut(&list, ',', &one); place++) {
        int quality = ACCEPT_BEST;
        if (!str_cut(&one, ';', &range))
            continue;
        while (str_cut(&one, ';', &parameter)) {
            parameter = str_trim(parameter);
            if (str_ieq(str_sub(parameter, 0, 2), STR("q=")))
                quality = quality_of(str_sub(parameter, 2, parameter.n));
        }
        int exact = exactness(str_trim(range), kind);
        if (exact <= best_exact)
            continue;
        best_exact = exact;
        best = (struct accept){quality, place};
    }
    return best;
}
