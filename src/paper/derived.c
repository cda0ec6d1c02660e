/* SPDX-License-Identifier: MIT */
/* Futures and options as instruments: made from a chain's rule, and found by description. */
#include "paper/steps.h"
#include "paper/universe_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void derived_open(struct universe *u)
{
    for (size_t k = 0; k < chains_count(); k++) {
        const struct chain *c = chains_at(k);
        int zone = hours_zone(str_of(c->zone));
        bool ok = zone >= 0 && hours_parse(str_of(c->hours), zone, &u->chains[k].hours) &&
                  steps_rule_named(str_of(c->rule)) != 0;
        u->chains[k].hours.calendar = calendar_find(str_of(c->calendar));
        ok =
            ok && u->chains[k].hours.calendar != NULL && calendar_find(str_of(c->business)) != NULL;
        assert(ok); /* a table of the program */
        u->chains[k].underlying = map_get(u->by_id, c->underlying);
    }
}

static void text_of_day(int64_t day, char *out, size_t cap)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    snprintf(out, cap, "%04d%02d%02d", year, month, date);
}

static void make_contract(const struct chain *c, const struct chain_key *k, struct contract *out)
{
    struct str list = str_of(c->exchanges), route = STR_NONE;
    str_cut(&list, ',', &route);
    out->con_id = chain_id(k);
    out->sec_type = c->sec_type;
    out->right = k->right;
    if (c->sec_type == SEC_OPT)
        out->strike = DEC_SOME(chain_strike(c, k->strike));
    text_of_day(chain_last_day(c, k->day), out->expiry, sizeof out->expiry);
    chain_local_symbol(c, k, out->local_symbol);
    str_copy_cut(out->symbol, sizeof out->symbol, str_of(c->symbol));
    str_copy_cut(out->multiplier, sizeof out->multiplier, str_of(c->multiplier));
    str_copy_cut(out->exchange, sizeof out->exchange, route);
    str_copy_cut(out->currency, sizeof out->currency, str_of(c->currency));
    str_copy_cut(out->trading_class, sizeof out->trading_class, str_of(c->trading_class));
}

/* Contracts of a day: an option takes a small part of what its underlying trades. */
static int64_t volume_of(const struct chain *c, const struct instrument *under)
{
    int64_t shares = under->volume > 0 ? under->volume : 20000000;
    return shares / (c->sec_type == SEC_FUT ? 100 : 20000) + 10;
}

static void make(const struct universe *u, const struct chain_key *k, struct instrument *out)
{
    const struct chain *c = chains_at(k->chain);
    const struct instrument *under = u->chains[k->chain].underlying;
    *out = (struct instrument){.is_derived = true,
                               .is_tradable = true,
                               .is_shortable = true,
                               .underlying = under,
                               .chain = c,
                               .lot = DEC(1),
                               .hours = u->chains[k->chain].hours,
                               .extended = u->chains[k->chain].hours,
                               .rule = steps_rule_named(str_of(c->rule)),
                               .volatility = under->volatility,
                               .beta = under->beta,
                               .volume = volume_of(c, under),
                               .spread_ticks = c->sec_type == SEC_FUT ? 1 : 4};
    make_contract(c, k, &out->contract);
    out->tick = steps_smallest(out->rule);
    out->base = c->sec_type == SEC_FUT ? under->base : 0;
    out->magnifier = c->magnifier;
    bool exact =
        dec_div(contract_multiplier(&out->contract), dec_of(c->magnifier), &out->multiplier);
    assert(exact); /* a table of the program */
    out->expiry_s = hours_utc_of_local(out->hours.zone, chain_last_day(c, k->day) * HOURS_DAY_S +
                                                            (int64_t)c->close_min * 60);
    str_copy_cut(out->name, sizeof out->name, str_of(c->name));
    str_copy_cut(out->exchanges, sizeof out->exchanges, str_of(c->exchanges));
    str_copy_cut(out->industry, sizeof out->industry, STR_NAME(under->industry));
    str_copy_cut(out->category, sizeof out->category, STR_NAME(under->category));
    str_copy_cut(out->subcategory, sizeof out->subcategory, STR_NAME(under->subcategory));
    str_copy_cut(out->country, sizeof out->country, STR_NAME(under->country));
}

bool derived_make(const struct universe *u, int32_t con_id, struct instrument *out)
{
    struct chain_key k;
    if (!chain_of_id(con_id, &k) || u->chains[k.chain].underlying == NULL)
        return false;
    make(u, &k, out);
    return true;
}

/* ---- by description ---- */
struct search {
    const struct universe *u;
    const struct wire_contract *query;
    universe_visit *visit;
    void *self;
    struct chain_key key;
};

/* "2026" is not one; "202612" a month; "20261218" the last day or the day that settles. */
static bool date_fits(struct str given, const struct chain *c, int64_t expiry)
{
    char month[16], last[16], settled[16];
    given = str_sub(given, 0, str_find(given, ' ', 0));
    text_of_day(chain_month(c, expiry), month, sizeof month);
    text_of_day(chain_last_day(c, expiry), last, sizeof last);
    text_of_day(expiry, settled, sizeof settled);
    month[6] = 0;
    return given.n == 0 || str_eq(given, STR_NAME(month)) || str_eq(given, STR_NAME(last)) ||
           str_eq(given, STR_NAME(settled));
}

/* The right that is asked for: 'C', 'P', 0 for any. */
static char right_of(struct str given)
{
    bool is_named = str_ieq(given, STR("C")) || str_ieq(given, STR("CALL")) ||
                    str_ieq(given, STR("P")) || str_ieq(given, STR("PUT"));
    return !is_named ? 0 : given.p[0] == 'C' || given.p[0] == 'c' ? 'C' : 'P';
}

/* The strike that is asked for as an index, 0 for any, -1 if there is none such. */
static int32_t strike_of(const struct chain *c, double strike)
{
    if (strike == WIRE_UNSET_DOUBLE || strike == 0)
        return 0;
    struct dec given, step = DEC_MICRO(c->strike_step), index;
    int64_t n;
    if (!dec_from_double(strike, &given) || !dec_is_multiple(given, step) ||
        !dec_div(given, step, &index) || !dec_to_i64(index, &n) || n < 1 || n >= CHAINS_STRIKES)
        return -1;
    return (int32_t)n;
}

static bool visit_one(struct search *s, int32_t strike, char right)
{
    struct instrument made;
    s->key.strike = strike;
    s->key.right = right;
    make(s->u, &s->key, &made);
    const struct instrument *known = map_get(s->u->derived->by_id, made.contract.con_id);
    if (!universe_fits(&made, s->query))
        return true;
    return s->visit(s->self, known != NULL ? known : &made);
}

static bool visit_strikes(struct search *s, const struct chain *c)
{
    char right = right_of(s->query->right);
    int32_t wanted = strike_of(c, s->query->strike), first, last;
    chain_strikes(c, s->u->chains[s->key.chain].underlying->base, &first, &last);
    if (wanted != 0 && (wanted < first || wanted > last))
        return true;
    for (int32_t k = wanted != 0 ? wanted : first; k <= (wanted != 0 ? wanted : last); k++)
        if ((right != 'P' && !visit_one(s, k, 'C')) || (right != 'C' && !visit_one(s, k, 'P')))
            return false;
    return true;
}

static bool chain_fits(const struct chain *c, const struct wire_contract *q)
{
    return str_ieq(q->sec_type, str_of(sec_type_text(c->sec_type))) &&
           (q->symbol.n == 0 || str_ieq(q->symbol, str_of(c->symbol))) &&
           (q->trading_class.n == 0 || str_ieq(q->trading_class, str_of(c->trading_class))) &&
           (q->multiplier.n == 0 || str_eq(q->multiplier, str_of(c->multiplier))) &&
           (q->local_symbol.n == 0 || str_ieq(str_sub(q->local_symbol, 0, strlen(c->trading_class)),
                                              str_of(c->trading_class)));
}

enum { EXPIRED_DAYS = 730 };

static bool visit_chain(struct search *s, const struct chain *c)
{
    int64_t days[CHAIN_EXPIRIES_MAX];
    int64_t today = hours_local_day(s->u->chains[s->key.chain].hours.zone, s->u->today_s);
    int64_t past = c->sec_type == SEC_FUT && s->query->include_expired ? EXPIRED_DAYS : 0;
    size_t n = chain_expiries(c, today, past, days);
    for (size_t i = 0; i < n; i++) {
        if (!date_fits(s->query->last_trade_date, c, days[i]))
            continue;
        s->key.day = days[i];
        if (c->sec_type == SEC_OPT ? !visit_strikes(s, c) : !visit_one(s, 0, 0))
            return false;
    }
    return true;
}

bool derived_each(const struct universe *u, const struct wire_contract *query,
                  universe_visit *visit, void *self)
{
    struct search s = {.u = u, .query = query, .visit = visit, .self = self};
    bool is_named = query->symbol.n > 0 || query->local_symbol.n > 0;
    if (!is_named || query->sec_id.n > 0 || query->sec_id_type.n > 0)
        return true; /* no chain fits, and there is no need to look at every strike for it */
    for (size_t k = 0; k < chains_count(); k++) {
        s.key.chain = k;
        if (u->chains[k].underlying != NULL && chain_fits(chains_at(k), query) &&
            !visit_chain(&s, chains_at(k)))
            return false;
    }
    return true;
}
