/* SPDX-License-Identifier: MIT */
#include "ops/days.h"

enum { DAY_S = 86400, YEAR_FIRST = 1970, YEAR_LAST = 2200 };

static bool number(struct str s, size_t from, size_t to, int *out)
{
    int64_t v;
    for (size_t i = from; i < to; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    if (!str_to_i64(str_sub(s, from, to), &v))
        return false;
    *out = (int)v;
    return true;
}

bool day_parse(struct str text, int64_t *out)
{
    int year, month, day, y, m, d;
    struct str s = str_trim(text);
    s = str_sub(s, 0, str_find(s, ' ', 0));
    bool is_dashed = s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
    if (!is_dashed && s.n != 8)
        return false;
    if (!number(s, 0, 4, &year) || !number(s, is_dashed ? 5 : 4, is_dashed ? 7 : 6, &month) ||
        !number(s, is_dashed ? 8 : 6, s.n, &day) || year < YEAR_FIRST || year > YEAR_LAST ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    int64_t days = civil_to_days(year, month, day);
    civil_from_days(days, &y, &m, &d);
    if (m != month || d != day) /* 30 February */
        return false;
    *out = days;
    return true;
}

bool day_argument(struct str text, const char *name, int64_t *out, struct error *e)
{
    if (!text.n || day_parse(text, out))
        return true;
    error_set(e, ERROR_INVALID, "BAD_DAY", "%s: '" STR_FMT "' is no day", name,
              STR_ARG(str_sub(text, 0, 32)));
    return error_next(e, "write it as 2026-12-18");
}

struct str day_text(struct arena *a, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return arena_f(a, "%04d-%02d-%02d", year, month, date);
}

int32_t day_ymd(int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return (year * 100 + month) * 100 + date;
}

int64_t day_of_utc(struct utc t)
{
    int64_t s = t.ns / NS_PER_S;
    return s / DAY_S - (s % DAY_S < 0);
}
