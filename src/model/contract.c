/* SPDX-License-Identifier: MIT */
#include "model/contract.h"

#include "model/words.h"

#include <stdio.h>
#include <string.h>

static const char *const sec_types[SEC_TYPE_COUNT] = {
    [SEC_UNKNOWN] = "",  [SEC_STK] = "STK",   [SEC_OPT] = "OPT",         [SEC_FUT] = "FUT",
    [SEC_FOP] = "FOP",   [SEC_CASH] = "CASH", [SEC_IND] = "IND",         [SEC_CFD] = "CFD",
    [SEC_BOND] = "BOND", [SEC_FUND] = "FUND", [SEC_CMDTY] = "CMDTY",     [SEC_CRYPTO] = "CRYPTO",
    [SEC_WAR] = "WAR",   [SEC_BAG] = "BAG",   [SEC_CONTFUT] = "CONTFUT",
};

const char *sec_type_text(enum sec_type t)
{
    return words_text(sec_types, SEC_TYPE_COUNT, t);
}

enum sec_type sec_type_parse(struct str s)
{
    return (enum sec_type)words_find(sec_types, SEC_TYPE_COUNT, s);
}

struct dec contract_multiplier(const struct contract *c)
{
    struct dec m;
    if (!dec_parse(STR_NAME(c->multiplier), &m) || dec_sign(m) <= 0)
        return DEC(1);
    return m;
}

static bool is_option(enum sec_type t)
{
    return t == SEC_OPT || t == SEC_FOP || t == SEC_WAR;
}

/* The exchange that tells listings apart; SMART is a route and tells nothing. */
static const char *listing(const struct contract *c)
{
    if (c->primary_exchange[0])
        return c->primary_exchange;
    return strcmp(c->exchange, "SMART") == 0 ? "" : c->exchange;
}

static void option_name(const struct contract *c, char *out, size_t cap)
{
    char strike[DEC_TEXT_MAX] = "?";
    if (c->strike.has)
        dec_format(c->strike.v, strike);
    snprintf(out, cap, "%s %s %s %c", c->symbol, c->expiry, strike, c->right ? c->right : '?');
}

/* The parts that are not empty, a point between them. */
static void dotted(const char *a, const char *b, const char *c, char *out, size_t cap)
{
    const struct str all[] = {str_of(a), str_of(b), str_of(c)};
    struct str parts[3];
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].n > 0)
            parts[n++] = all[i];
    (void)str_join(out, cap, '.', parts, n);
}

const char *contract_name(const struct contract *c, char *out, size_t cap)
{
    assert(out && cap > 0);
    if (!c->symbol[0] && c->local_symbol[0])
        snprintf(out, cap, "%s", c->local_symbol);
    else if (!c->symbol[0])
        snprintf(out, cap, "#%d", (int)c->con_id);
    else if (is_option(c->sec_type))
        option_name(c, out, cap);
    else if (c->sec_type == SEC_FUT)
        snprintf(out, cap, "%s %s", c->symbol, c->expiry);
    else if (c->sec_type == SEC_CASH)
        snprintf(out, cap, "%s.%s", c->symbol, c->currency);
    else if (!c->currency[0] || strcmp(c->currency, "USD") == 0)
        dotted(c->symbol, "", "", out, cap);
    else
        dotted(c->symbol, listing(c), c->currency, out, cap);
    return out;
}

static bool same_strike(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

bool contract_same(const struct contract *a, const struct contract *b)
{
    if (a->con_id && b->con_id)
        return a->con_id == b->con_id;
    return a->sec_type == b->sec_type && a->right == b->right &&
           same_strike(a->strike, b->strike) && strcmp(a->symbol, b->symbol) == 0 &&
           strcmp(a->expiry, b->expiry) == 0 && strcmp(a->multiplier, b->multiplier) == 0 &&
           strcmp(a->exchange, b->exchange) == 0 &&
           strcmp(a->primary_exchange, b->primary_exchange) == 0 &&
           strcmp(a->currency, b->currency) == 0 && strcmp(a->local_symbol, b->local_symbol) == 0 &&
           strcmp(a->trading_class, b->trading_class) == 0;
}
