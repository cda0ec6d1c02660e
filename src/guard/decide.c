/* SPDX-License-Identifier: MIT */
#include "guard/decide.h"

#include "guard/value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- small tools ---- */

struct dec_text {
    char s[DEC_TEXT_MAX];
};

static struct dec_text text_of(struct dec d)
{
    struct dec_text t;
    dec_format(d, t.s);
    return t;
}
#define D(d) (text_of(d).s)

__attribute__((format(printf, 2, 3))) static bool says(struct gate_finding *out, const char *fmt,
                                                       ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(out->text, sizeof out->text, fmt, ap);
    va_end(ap);
    return true;
}

static bool says_limit(struct gate_finding *out, struct dec value, struct dec limit,
                       const char *what, const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "%s %s exceeds %s %s", what, D(value), setting, D(limit));
}

static bool says_value(struct gate_finding *out, const struct gate_facts *f, struct dec value,
                       struct dec limit, const char *what, const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "%s %s %s exceeds %s %s", what, D(value), f->base_currency, setting, D(limit));
}

static bool says_count(struct gate_finding *out, struct dec value, struct dec limit,
                       const char *what, const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "this would make %s %s, more than %s %s", D(value), what, setting, D(limit));
}

static bool needs_fresh_price(const struct gate_ticket *t)
{
    return t->orders[0].type == ORDER_MKT;
}

/* ---- position ---- */

static enum order_side other(enum order_side s)
{
    return s == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/* What may still fill. */
static struct dec open_quantity(const struct gate_facts *f, const struct order *o)
{
    return f->existing ? dec_minus(o->quantity, f->existing->status.filled) : o->quantity;
}

/* How much of the order's side is spoken for, the order itself included. */
static struct dec committed(const struct gate_facts *f, const struct order *o)
{
    return dec_plus(f->working[order_kind(o)][o->side], open_quantity(f, o));
}

static bool is_reducing(const struct gate_facts *f, const struct gate_request *r)
{
    const struct order *o = &r->orders[0];
    int sign = dec_sign(f->position);
    if (r->count != 1 || sign == 0 || (sign > 0) != (o->side == SIDE_SELL))
        return false;
    return dec_cmp(committed(f, o), dec_abs(f->position)) <= 0;
}

/* ---- the request itself ---- */

static bool absent_or_positive(struct opt_dec d)
{
    return !d.has || dec_sign(d.v) > 0;
}

/* Amounts within reason, so that sums of them cannot leave the range of dec. */
static bool too_large(struct opt_dec d)
{
    return d.has && dec_gt(d.v, DEC(1000000000000));
}

static const char *order_fault(const struct order *o)
{
    if (too_large(DEC_SOME(o->quantity)) || too_large(o->limit_price) || too_large(o->stop_price) ||
        too_large(o->trail_amount) || too_large(o->trail_percent) || too_large(o->trail_stop))
        return "a quantity or price is too large to be meant";
    if (dec_sign(o->quantity) <= 0)
        return "the quantity must be more than zero";
    if (o->contract.con_id <= 0 || !o->contract.currency[0])
        return "the contract is not resolved";
    if (!absent_or_positive(o->limit_price) || !absent_or_positive(o->stop_price) ||
        !absent_or_positive(o->trail_amount) || !absent_or_positive(o->trail_percent) ||
        !absent_or_positive(o->trail_stop))
        return "a price must be more than zero";
    if (o->tif == TIF_OTHER || o->tif >= TIF_COUNT)
        return "the time in force is not one that is supported";
    if (o->tif == TIF_GTD && !o->good_till[0])
        return "time in force GTD needs its date";
    switch (o->type) {
    case ORDER_MKT:
        return o->limit_price.has || o->stop_price.has ? "a market order has no price" : NULL;
    case ORDER_LMT:
        return value_positive(o->limit_price) ? NULL : "a limit order needs its limit price";
    case ORDER_STP:
        return value_positive(o->stop_price) ? NULL : "a stop order needs its stop price";
    case ORDER_STP_LMT:
        return value_positive(o->stop_price) && value_positive(o->limit_price)
                   ? NULL
                   : "a stop-limit order needs its stop price and its limit price";
    case ORDER_TRAIL:
        return o->trail_amount.has != o->trail_percent.has
                   ? NULL
                   : "a trailing stop needs either an amount or a percentage";
    default:
        return "the order type is not one that is supported";
    }
}

static bool check_order(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)f, (void)r;
    for (size_t i = 0; i < t->count; i++) {
        const char *fault = order_fault(&t->orders[i]);
        if (fault)
            return says(out, "%s", fault);
    }
    return false;
}

static bool check_bracket(const struct gate_facts *f, const struct gate_ticket *t,
                          struct gate_finding *out, const struct gate_request *r)
{
    (void)f, (void)r;
    const struct order *entry = &t->orders[0];
    struct opt_dec from = order_price(entry);
    for (size_t i = 1; i < t->count; i++) {
        const struct order *exit = &t->orders[i];
        if (!contract_same(&exit->contract, &entry->contract) ||
            !str_eq(STR_NAME(exit->account), STR_NAME(entry->account)))
            return says(out, "all legs of a bracket must be of one contract and one account");
        if (exit->side == entry->side || !dec_eq(exit->quantity, entry->quantity))
            return says(out, "an exit must be on the other side of its entry, of equal quantity");
        if (!from.has || !order_price(exit).has)
            continue;
        /* a long entry has its stop below and its target above; a short one the reverse */
        bool above = (entry->side == SIDE_BUY) != (order_kind(exit) == KIND_STOP);
        int cmp = dec_cmp(order_price(exit).v, from.v);
        if (above ? cmp <= 0 : cmp >= 0)
            return says(out, "a %s bracket needs %s", side_text(entry->side),
                        entry->side == SIDE_BUY ? "stop < entry < target"
                                                : "target < entry < stop");
    }
    return false;
}

static bool check_identity(const struct gate_facts *f, const struct gate_ticket *t,
                           struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (!f->existing)
        return false;
    const struct order *was = &f->existing->order, *is = &t->orders[0];
    if (t->count != 1 || !contract_same(&was->contract, &is->contract) || was->side != is->side ||
        was->type != is->type || !str_eq(STR_NAME(was->account), STR_NAME(is->account)) ||
        !str_eq(STR_NAME(was->oca_group), STR_NAME(is->oca_group)) ||
        was->parent_id != is->parent_id)
        return says(out, "a modification changes quantity, prices and time in force only");
    if (dec_lt(is->quantity, f->existing->status.filled))
        return says(out, "quantity %s is less than the %s that have filled", D(is->quantity),
                    D(f->existing->status.filled));
    return false;
}

/* ---- state ---- */

static bool check_killed(const struct gate_facts *f, const struct gate_ticket *t,
                         struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_killed && says(out, "the kill switch is on: only cancels pass");
}

enum gate_mode mode_in_force(const struct guard_limits *l, bool is_embedded,
                             enum account_mode account_mode, const char **code)
{
    *code = NULL;
    if (account_mode == MODE_PAPER) {
        if (l->mode == GUARD_PAPER || (l->mode == GUARD_AUTO && is_embedded))
            return GATE_MODE_PAPER;
        *code = "MODE_READ_ONLY";
        return GATE_MODE_READ_ONLY;
    }
    if (account_mode == MODE_LIVE && l->mode == GUARD_LIVE) {
        *code = "LIVE_NOT_ARMED";
        return GATE_MODE_LIVE;
    }
    *code = l->mode == GUARD_PAPER ? "ACCOUNT_NOT_ALLOWED" : "MODE_READ_ONLY";
    return GATE_MODE_READ_ONLY;
}

static bool mode_says(const struct gate_facts *f, const char *code)
{
    const char *found;
    (void)mode_in_force(f->limits, f->is_embedded, f->account_mode, &found);
    return found && strcmp(found, code) == 0;
}

static bool check_read_only(const struct gate_facts *f, const struct gate_ticket *t,
                            struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "MODE_READ_ONLY") &&
           says(out, "trading is off for this account: the mode is read_only");
}

static bool check_live(const struct gate_facts *f, const struct gate_ticket *t,
                       struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "LIVE_NOT_ARMED") && says(out, "live trading is not armed");
}

static bool check_account(const struct gate_facts *f, const struct gate_ticket *t,
                          struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    const char *account = t->orders[0].account;
    if (!account[0])
        return says(out, "the order names no account");
    if (!f->is_account_known)
        return says(out, "the broker does not manage the account that the order names");
    if (mode_says(f, "ACCOUNT_NOT_ALLOWED"))
        return says(out, "the account is live and the mode is paper");
    struct str list = str_trim(f->limits->accounts);
    if (list.n ? !guard_list_has(list, str_of(account)) : f->account_mode != MODE_PAPER)
        return says(out, "the account is not among those that may trade");
    return false;
}

static bool check_ready(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return !f->is_link_ready &&
           says(out, "the broker connection is not ready, or not all is known about the account");
}

static bool check_journal(const struct gate_facts *f, const struct gate_ticket *t,
                          struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_journal_failed &&
           says(out, "the journal cannot be written, and what is not journaled is not sent");
}

/* ---- what, and once ---- */

static bool check_restricted(const struct gate_facts *f, const struct gate_ticket *t,
                             struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    const char *type = sec_type_text(t->orders[0].contract.sec_type);
    return !guard_list_has(f->limits->security_types, str_of(type)) &&
           says(out, "instruments of type %s are not among those that may be traded",
                *type ? type : "unknown");
}

static bool check_unknown(const struct gate_facts *f, const struct gate_ticket *t,
                          struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return f->unknown_ref[0] &&
           says(out, "the fate of order %s in this contract is not known yet", f->unknown_ref);
}

static bool check_duplicate(const struct gate_facts *f, const struct gate_ticket *t,
                            struct gate_finding *out, const struct gate_request *r)
{
    (void)t;
    if (r->allow_duplicate || f->existing || f->duplicate_age_ms < 0)
        return false;
    return says(out, "the same order was sent %lld s ago (%s)",
                (long long)(f->duplicate_age_ms / 1000), f->duplicate_ref);
}

static bool off_step(struct opt_dec price, struct opt_dec step)
{
    return price.has && step.has && dec_sign(step.v) > 0 && !dec_is_multiple(price.v, step.v);
}

static bool check_tick(const struct gate_facts *f, const struct gate_ticket *t,
                       struct gate_finding *out, const struct gate_request *r)
{
    (void)f;
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        struct opt_dec bad = off_step(o->limit_price, r->min_tick)    ? o->limit_price
                             : off_step(o->stop_price, r->min_tick)   ? o->stop_price
                             : off_step(o->trail_stop, r->min_tick)   ? o->trail_stop
                             : off_step(o->trail_amount, r->min_tick) ? o->trail_amount
                                                                      : DEC_NONE;
        if (!bad.has)
            continue;
        out->value = bad;
        out->limit = r->min_tick;
        return says(out, "price %s is no multiple of the tick %s; the next ones are %s and %s",
                    D(bad.v), D(r->min_tick.v), D(dec_round_to(bad.v, r->min_tick.v, DEC_DOWN)),
                    D(dec_round_to(bad.v, r->min_tick.v, DEC_UP)));
    }
    return false;
}

static bool check_step(const struct gate_facts *f, const struct gate_ticket *t,
                       struct gate_finding *out, const struct gate_request *r)
{
    (void)f;
    struct dec quantity = t->orders[0].quantity;
    if (!off_step(DEC_SOME(quantity), r->size_increment))
        return false;
    out->value = DEC_SOME(quantity);
    out->limit = r->size_increment;
    return says(out, "quantity %s is no multiple of %s", D(quantity), D(r->size_increment.v));
}

static bool check_quantity(const struct gate_facts *f, const struct gate_ticket *t,
                           struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    struct dec quantity = t->orders[0].quantity, limit = f->limits->max_order_quantity;
    return dec_gt(quantity, limit) &&
           says_limit(out, quantity, limit, "quantity", "max_order_quantity");
}

/* ---- price ---- */

static bool check_price(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (!f->is_link_ready) /* said already; nothing could be asked */
        return false;
    bool enough = needs_fresh_price(t) ? worst_price(f, &t->orders[0]).has : t->reference.has;
    return !enough && says(out, "there is no price to judge the order by%s%s",
                           f->quote_notice[0] ? ": " : "", f->quote_notice);
}

static bool is_real_time(const struct gate_facts *f)
{
    return f->quote.data_type == DATA_LIVE;
}

static bool is_old(const struct gate_facts *f)
{
    return f->quote_age_ms < 0 || f->quote_age_ms > f->limits->stale_price_s * 1000;
}

static bool check_stale(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (!needs_fresh_price(t) || !t->reference.has)
        return false;
    if (is_old(f))
        return says(out, "the newest price is %lld s old; stale_price_s allows %lld",
                    (long long)(f->quote_age_ms / 1000), (long long)f->limits->stale_price_s);
    return t->mode == GATE_MODE_LIVE && !is_real_time(f) &&
           says(out, "the price is %s; a live market order needs a live one",
                data_type_text(f->quote.data_type));
}

static bool check_wrong_side(const struct gate_facts *f, const struct gate_ticket *t,
                             struct gate_finding *out, const struct gate_request *r)
{
    (void)f, (void)r;
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        struct opt_dec stop = order_trigger(o), from = leg_measure(t, i);
        if (order_kind(o) != KIND_STOP || !stop.has || !from.has)
            continue;
        int cmp = dec_cmp(stop.v, from.v);
        if (o->side == SIDE_SELL ? cmp < 0 : cmp > 0)
            continue;
        out->value = stop;
        out->limit = from;
        return says(out, "a %s stop at %s is on the wrong side of %s: it would trigger at once",
                    side_text(o->side), D(stop.v), D(from.v));
    }
    return false;
}

static bool check_distance(const struct gate_facts *f, const struct gate_ticket *t,
                           struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    struct dec least = f->limits->stop_distance_min_pct, most = f->limits->stop_distance_max_pct;
    for (size_t i = 0; i < t->count; i++) {
        struct opt_dec pct = stop_distance_pct(t, i);
        if (!pct.has)
            continue;
        if (dec_gt(pct.v, most))
            return says_limit(out, pct.v, most, "stop distance %", "stop_distance_max_pct");
        if (dec_sign(least) > 0 && dec_lt(pct.v, least)) {
            out->value = pct;
            out->limit = DEC_SOME(least);
            return says(out, "stop distance %s %% is below stop_distance_min_pct %s", D(pct.v),
                        D(least));
        }
    }
    return false;
}

static bool check_collar(const struct gate_facts *f, const struct gate_ticket *t,
                         struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    struct dec pct = f->limits->price_collar_pct;
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        /* a stop-limit trades from its trigger on */
        struct opt_dec from = o->type == ORDER_STP_LMT ? o->stop_price : leg_measure(t, i);
        if ((o->type != ORDER_LMT && o->type != ORDER_STP_LMT) || !o->limit_price.has || !from.has)
            continue;
        struct dec bound = price_moved(from.v, pct, o->side == SIDE_BUY ? 1 : -1);
        int cmp = dec_cmp(o->limit_price.v, bound);
        if (o->side == SIDE_BUY ? cmp <= 0 : cmp >= 0)
            continue;
        out->value = o->limit_price;
        out->limit = DEC_SOME(bound);
        return says(out, "limit price %s is %s %s: %s and price_collar_pct %s", D(o->limit_price.v),
                    o->side == SIDE_BUY ? "above" : "below", D(bound), D(from.v), D(pct));
    }
    return false;
}

/* The distance of a trail in money, so that percent and amount can be compared. */
static struct opt_dec trail_distance(const struct order *o, struct opt_dec market)
{
    if (o->trail_amount.has || !o->trail_percent.has || !value_positive(market))
        return o->trail_amount;
    return DEC_SOME(dec_minus(price_moved(market.v, o->trail_percent.v, 1), market.v));
}

static bool trails_wider(const struct gate_ticket *t, const struct order *was,
                         const struct order *is)
{
    if (was->trail_percent.has && is->trail_percent.has)
        return dec_gt(is->trail_percent.v, was->trail_percent.v);
    struct opt_dec before = trail_distance(was, t->reference);
    struct opt_dec after = trail_distance(is, t->reference);
    bool is_trail = is->trail_amount.has || is->trail_percent.has;
    /* without a price an amount and a percentage cannot be told apart */
    return is_trail && (!before.has || !after.has || dec_gt(after.v, before.v));
}

static bool check_widens(const struct gate_facts *f, const struct gate_ticket *t,
                         struct gate_finding *out, const struct gate_request *r)
{
    if (!f->existing || r->allow_widening || order_kind(&t->orders[0]) != KIND_STOP)
        return false;
    const struct order *was = &f->existing->order, *is = &t->orders[0];
    bool wider = trails_wider(t, was, is);
    if (was->stop_price.has && is->stop_price.has) {
        int cmp = dec_cmp(is->stop_price.v, was->stop_price.v);
        wider = wider || (is->side == SIDE_SELL ? cmp < 0 : cmp > 0);
    }
    return wider && says(out, "the change moves the stop further from the market");
}

/* ---- position and own orders ---- */

static bool check_short(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (f->limits->allow_short || t->orders[0].contract.sec_type == SEC_CASH)
        return false;
    /* the exits of a bracket may sell what its entry buys */
    struct dec held = f->position;
    if (t->count > 1 && t->orders[0].side == SIDE_BUY)
        held = dec_plus(held, t->orders[0].quantity);
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        if (o->side != SIDE_SELL || dec_cmp(committed(f, o), held) <= 0)
            continue;
        out->value = DEC_SOME(committed(f, o));
        out->limit = DEC_SOME(dec_max(held, DEC_ZERO));
        return says(out, "selling %s with %s held and %s in working sell orders would go short",
                    D(o->quantity), D(f->position), D(f->working[order_kind(o)][SIDE_SELL]));
    }
    return false;
}

static bool check_cross(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    const struct order *o = &t->orders[0];
    if (o->type != ORDER_MKT && o->type != ORDER_LMT)
        return false;
    if (f->has_market[other(o->side)])
        return says(out, "a market order of this account works on the other side");
    struct opt_dec theirs = f->best_limit[other(o->side)], mine = o->limit_price;
    if (o->type == ORDER_MKT)
        mine = o->side == SIDE_BUY ? t->ask : t->bid;
    if (!theirs.has || !mine.has)
        return false;
    int cmp = dec_cmp(mine.v, theirs.v);
    if (o->side == SIDE_BUY ? cmp < 0 : cmp > 0)
        return false;
    out->value = mine;
    out->limit = theirs;
    return says(out, "it could trade with a working order of this account at %s", D(theirs.v));
}

/* ---- money and counts ---- */

static bool check_rate(const struct gate_facts *f, const struct gate_ticket *t,
                       struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    return !f->rate.has && t->value.has &&
           says(out, "there is no rate from %s to the base currency %s", t->currency,
                f->base_currency[0] ? f->base_currency : "(unknown)");
}

static bool check_value(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    return t->value_base.has && dec_gt(t->value_base.v, f->limits->max_order_value) &&
           says_value(out, f, t->value_base.v, f->limits->max_order_value, "order value",
                      "max_order_value");
}

struct dec added_value(const struct gate_facts *f, const struct gate_ticket *t)
{
    struct dec before = DEC_ZERO;
    if (!t->value_base.has)
        return DEC_ZERO;
    if (f->existing) {
        struct opt_dec was = value_in_base(f, order_value(f, &f->existing->order));
        before = was.has ? was.v : DEC_ZERO;
    }
    return dec_max(dec_minus(t->value_base.v, before), DEC_ZERO);
}

static bool check_daily_value(const struct gate_facts *f, const struct gate_ticket *t,
                              struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (!t->value_base.has)
        return false;
    struct dec after = amount_plus(f->value_today, added_value(f, t));
    return dec_gt(after, f->limits->max_value_per_day) &&
           says_value(out, f, after, f->limits->max_value_per_day, "the day's order value",
                      "max_value_per_day");
}

static bool check_minute(const struct gate_facts *f, const struct gate_ticket *t,
                         struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    struct dec after = dec_of(f->orders_last_minute + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_orders_per_minute);
    return dec_gt(after, limit) &&
           says_count(out, after, limit, "orders within a minute", "max_orders_per_minute");
}

static bool check_day(const struct gate_facts *f, const struct gate_ticket *t,
                      struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    if (f->existing)
        return false;
    struct dec after = dec_of(f->orders_today + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_orders_per_day);
    return dec_gt(after, limit) &&
           says_count(out, after, limit, "orders of the day", "max_orders_per_day");
}

static bool check_stops(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    int64_t more = 0;
    for (size_t i = 0; i < t->count && !f->existing; i++)
        more += order_kind(&t->orders[i]) == KIND_STOP;
    struct dec after = dec_of(f->working_stops + more);
    struct dec limit = dec_of(f->limits->max_working_stops);
    return more && dec_gt(after, limit) &&
           says_count(out, after, limit, "working stop orders", "max_working_stops");
}

/* ---- worth telling ---- */

static bool warn_delayed(const struct gate_facts *f, const struct gate_ticket *t,
                         struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    return t->reference.has && !is_real_time(f) &&
           says(out, "the price is %s, not live", data_type_text(f->quote.data_type));
}

static bool warn_old(const struct gate_facts *f, const struct gate_ticket *t,
                     struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    return t->reference.has && !needs_fresh_price(t) && is_old(f) &&
           says(out, "the price by which the order was judged may be old");
}

static bool warn_halted(const struct gate_facts *f, const struct gate_ticket *t,
                        struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return f->quote.is_halted && says(out, "trading in this contract is halted");
}

static bool warn_left_over(const struct gate_facts *f, const struct gate_ticket *t,
                           struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    const struct order *o = &t->orders[0];
    if (!t->is_reducing || order_kind(o) != KIND_PLAIN)
        return false;
    struct dec left = dec_minus(dec_abs(f->position), o->quantity);
    return dec_gt(f->working[KIND_STOP][o->side], left) &&
           says(out,
                "working stops cover more than the %s that remain: reduce or cancel them "
                "after the fill",
                D(left));
}

/* ---- the table ---- */

/* clang-format off */
static const struct gate_control controls[] = {
    /* the request itself; the first row stands alone: the others presuppose a well-formed order */
    {"ORDER_INVALID", ERROR_INVALID, false, false, "correct the order", check_order},
    {"BRACKET_INVALID", ERROR_INVALID, false, false, "correct the prices of the bracket", check_bracket},
    {"MODIFY_INVALID", ERROR_INVALID, false, false, "cancel the order and place another", check_identity},
    /* may anything be done at all */
    {"KILLED", ERROR_DENIED, false, false, "a person at the machine can release the kill switch", check_killed},
    {"MODE_READ_ONLY", ERROR_DENIED, false, false, "set limits.mode to paper to trade on a paper account", check_read_only},
    {"LIVE_NOT_ARMED", ERROR_DENIED, false, false, "use a paper account", check_live},
    {"ACCOUNT_NOT_ALLOWED", ERROR_DENIED, false, false, "name an account that limits.accounts lists", check_account},
    {"NOT_READY", ERROR_UNAVAILABLE, false, false, "wait until the connection status says ready", check_ready},
    {"JOURNAL_FAILED", ERROR_UNAVAILABLE, false, false, "free disk space in the data directory, then try again", check_journal},
    /* what, and once */
    {"RESTRICTED", ERROR_DENIED, false, false, "add the type to limits.security_types", check_restricted},
    {"UNKNOWN_PENDING", ERROR_CONFLICT, false, false, "look at the open orders; it is settled after the next complete snapshot", check_unknown},
    {"DUPLICATE", ERROR_CONFLICT, false, false, "set allow_duplicate if the second order is meant", check_duplicate},
    {"TICK_SIZE", ERROR_INVALID, false, false, "use one of the prices named", check_tick},
    {"QTY_STEP", ERROR_INVALID, false, false, "round the quantity", check_step},
    {"QTY_MAX", ERROR_LIMIT, false, true, "use a smaller quantity", check_quantity},
    /* price */
    {"NO_PRICE", ERROR_UNAVAILABLE, false, false, "try again when there is a quote", check_price},
    {"STALE_PRICE", ERROR_UNAVAILABLE, false, false, "use a limit order, or try again when prices arrive", check_stale},
    {"STOP_WRONG_SIDE", ERROR_DENIED, false, false, "put a sell stop below the market and a buy stop above it", check_wrong_side},
    {"STOP_DISTANCE", ERROR_LIMIT, false, false, "move the stop, or check the price for a slip", check_distance},
    {"PRICE_COLLAR", ERROR_LIMIT, false, false, "use a limit price nearer to the market", check_collar},
    {"STOP_WIDENS", ERROR_DENIED, false, false, "set allow_widening if more risk is meant", check_widens},
    /* position and own orders */
    {"WOULD_SHORT", ERROR_DENIED, false, false, "sell at most what is held, or cancel working sell orders first", check_short},
    {"SELF_CROSS", ERROR_CONFLICT, false, false, "cancel the opposite order first", check_cross},
    /* money and counts */
    {"NO_RATE", ERROR_UNAVAILABLE, false, true, "try again when the currency pair is quoted", check_rate},
    {"VALUE_MAX", ERROR_LIMIT, false, true, "use a smaller quantity", check_value},
    {"DAILY_VALUE", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", check_daily_value},
    {"RATE_MINUTE", ERROR_LIMIT, false, true, "wait a minute", check_minute},
    {"RATE_DAY", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", check_day},
    {"STOPS_MAX", ERROR_LIMIT, false, false, "cancel stops that are no longer needed", check_stops},
    /* worth telling */
    {"DELAYED_PRICE", ERROR_NONE, true, false, "", warn_delayed},
    {"OLD_PRICE", ERROR_NONE, true, false, "", warn_old},
    {"HALTED_MARKET", ERROR_NONE, true, false, "", warn_halted},
    {"STOP_LEFT_OVER", ERROR_NONE, true, false, "", warn_left_over},
};
/* clang-format on */

enum { CONTROLS = sizeof controls / sizeof controls[0] };
_Static_assert(sizeof controls / sizeof controls[0] <= (size_t)GATE_FINDINGS_MAX,
               "each control may leave one finding");

const struct gate_control *control_at(size_t i)
{
    return i < CONTROLS ? &controls[i] : NULL;
}

const struct gate_control *control_find(const char *code)
{
    for (size_t i = 0; i < CONTROLS; i++)
        if (strcmp(controls[i].code, code) == 0)
            return &controls[i];
    return NULL;
}

/* Everything about the ticket that is not a finding. */
static void describe(const struct gate_facts *f, const struct gate_request *r,
                     struct gate_ticket *t)
{
    const struct order *o = &r->orders[0];
    const char *code;
    t->mode = mode_in_force(f->limits, f->is_embedded, f->account_mode, &code);
    t->reference = quote_price(&f->quote);
    t->bid = f->quote.bid;
    t->ask = f->quote.ask;
    t->last = f->quote.last;
    t->quote_time = f->quote.time;
    t->quote_age_ms = f->quote_age_ms;
    t->data_type = f->quote.data_type;
    str_copy_cut(t->currency, sizeof t->currency, STR_NAME(o->contract.currency));
    str_copy_cut(t->base_currency, sizeof t->base_currency, STR_NAME(f->base_currency));
    t->value = order_value(f, o);
    t->rate = f->rate;
    t->value_base = value_in_base(f, t->value);
    t->worst_loss_base = worst_loss(f, r);
    t->position_before = f->position;
    struct dec change = open_quantity(f, o);
    t->position_after =
        o->side == SIDE_BUY ? dec_plus(f->position, change) : dec_minus(f->position, change);
    t->is_reducing = is_reducing(f, r);
}

/* True if the control leaves a finding. */
static bool apply(const struct gate_control *c, const struct gate_facts *f,
                  const struct gate_request *r, struct gate_ticket *t)
{
    struct gate_finding found = {.code = c->code, .is_warning = c->is_warning};
    if ((c->spares_reducing && t->is_reducing) || !c->check(f, t, &found, r))
        return false;
    t->findings[t->finding_count++] = found;
    t->is_allowed = t->is_allowed && c->is_warning;
    return true;
}

void decide(const struct gate_facts *f, const struct gate_request *r, struct gate_ticket *t)
{
    assert(r->count >= 1 && r->count <= GATE_LEGS_MAX);
    *t = (struct gate_ticket){.count = r->count, .is_allowed = true, .quote_age_ms = -1};
    memcpy(t->orders, r->orders, sizeof t->orders);
    if (apply(&controls[0], f, r, t)) /* a malformed order has no value and no effect to judge */
        return;
    describe(f, r, t);
    for (size_t i = 1; i < CONTROLS; i++)
        (void)apply(&controls[i], f, r, t);
}

bool ticket_refused(const struct gate_ticket *t, struct error *e)
{
    size_t i = 0;
    while (i < t->finding_count && t->findings[i].is_warning)
        i++;
    assert(i < t->finding_count);
    const struct gate_control *c = control_find(t->findings[i].code);
    error_set(e, c->class, c->code, "%s", t->findings[i].text);
    return error_next(e, "%s", c->next);
}
