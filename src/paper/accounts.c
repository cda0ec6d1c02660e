/* SPDX-License-Identifier: MIT */
#include "paper/accounts.h"

static bool is_good_name(struct str a)
{
    if (a.n < 3 || a.n >= ACCOUNT_NAME_MAX || a.p[0] != 'D' || (a.p[1] != 'U' && a.p[1] != 'F'))
        return false;
    for (size_t i = 2; i < a.n; i++)
        if (a.p[i] < '0' || a.p[i] > '9')
            return false;
    return true;
}

bool accounts_parse(struct accounts *a, struct str names, const struct account_terms *terms,
                    struct error *e)
{
    *a = (struct accounts){0};
    for (struct str name; str_cut(&names, ',', &name);) {
        name = str_trim(name);
        bool is_advisor = is_good_name(name) && name.p[1] == 'F';
        if (!is_good_name(name) || (is_advisor && a->count > 0))
            return error_set(e, ERROR_INVALID, "PAPER_CONFIG",
                             "paper exchange: an account must be DU and up to 13 digits");
        a->has_advisor |= is_advisor;
        if (accounts_find(a, name) != NULL)
            return error_set(e, ERROR_INVALID, "PAPER_CONFIG",
                             "paper exchange: account " STR_FMT " is there twice", STR_ARG(name));
        if (a->count == ACCOUNTS_CLIENTS_MAX + (size_t)a->has_advisor)
            return error_set(e, ERROR_INVALID, "PAPER_CONFIG",
                             "paper exchange: more than %d accounts", (int)ACCOUNTS_CLIENTS_MAX);
        struct account *one = &a->items[a->count++];
        str_copy_cut(one->name, sizeof one->name, name);
        one->terms = *terms;
        if (terms->base[0] == 0)
            str_copy_cut(one->terms.base, sizeof one->terms.base, STR("USD"));
    }
    return a->count > (size_t)a->has_advisor ||
           error_set(e, ERROR_INVALID, "PAPER_CONFIG", "paper exchange: no account is named");
}

size_t accounts_names(const struct accounts *a, char separator, char out[ACCOUNTS_TEXT_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (i > 0)
            out[n++] = separator;
        for (const char *c = a->items[i].name; *c != 0; c++)
            out[n++] = *c;
    }
    out[n] = 0;
    return n;
}

bool margin_kind_parse(struct str word, enum margin_kind *out)
{
    *out = str_eq(word, STR("portfolio")) ? MARGIN_PORTFOLIO : MARGIN_REG_T;
    return *out == MARGIN_PORTFOLIO || str_eq(word, STR("reg_t"));
}

bool fee_plan_parse(struct str word, enum fee_plan *out)
{
    *out = str_eq(word, STR("tiered")) ? FEES_TIERED : FEES_FIXED;
    return *out == FEES_TIERED || str_eq(word, STR("fixed"));
}

struct account *accounts_find(struct accounts *a, struct str name)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_eq(STR_NAME(a->items[i].name), name))
            return &a->items[i];
    return NULL;
}

struct ledger *accounts_ledger(struct accounts *a, const char *name)
{
    struct account *one = accounts_find(a, str_of(name));
    return one != NULL ? &one->ledger : NULL;
}
