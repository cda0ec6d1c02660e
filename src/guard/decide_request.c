/* SPDX-License-Identifier: MIT */
/* decide_request: the controls of what is asked for: its form, its steps, its repetition. */
#include "guard/checks.h"

#include "guard/value.h"

#include <stdio.h>

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

bool deny_order(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)f, (void)r;
    for (size_t i = 0; i < t->count; i++) {
        const char *fault = order_fault(&t->orders[i]);
        if (fault)
            return says(out, "%s", fault);
    }
    return false;
}

bool deny_bracket(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
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

bool deny_identity(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
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

/* ---- what, and once ---- */

/* A list of symbols or of "conid:NUMBER". */
static bool names(struct str list, const struct contract *c)
{
    char id[24];
    (void)snprintf(id, sizeof id, "conid:%d", c->con_id);
    return guard_list_has(list, STR_NAME(c->symbol)) || guard_list_has(list, str_of(id));
}

static bool not_in(struct str list, const char *item)
{
    return str_trim(list).n > 0 && !guard_list_has(list, str_of(item));
}

bool deny_restricted(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                     const struct gate_request *r)
{
    (void)r;
    const struct guard_limits *l = f->limits;
    const struct contract *c = &t->orders[0].contract;
    const char *type = sec_type_text(c->sec_type);
    if (!guard_list_has(l->security_types, str_of(type)))
        return says(out, "instruments of type %s are not among limits.security_types",
                    *type ? type : "unknown");
    if (str_trim(l->only_symbols).n > 0 && !names(l->only_symbols, c))
        return says(out, "%s is not among limits.only_symbols", c->symbol);
    if (names(l->never_symbols, c))
        return says(out, "%s is among limits.never_symbols", c->symbol);
    if (not_in(l->currencies, c->currency))
        return says(out, "the currency %s is not among limits.currencies", c->currency);
    if (not_in(l->exchanges, c->exchange))
        return says(out, "the exchange %s is not among limits.exchanges", c->exchange);
    for (size_t i = 0; i < t->count; i++)
        if (not_in(l->order_types, order_type_text(t->orders[i].type)))
            return says(out, "order type %s is not among limits.order_types",
                        order_type_text(t->orders[i].type));
    return false;
}

bool deny_hours(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    return f->limits->regular_hours_only && !t->orders[0].outside_rth && r->market != MARKET_OPEN &&
           says(out, "the regular session of the market is not open: it is %s",
                market_state_text(r->market));
}

bool deny_unknown(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->unknown_ref[0] &&
           says(out, "the fate of order %s in this contract is not known yet", f->unknown_ref);
}

bool deny_duplicate(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                    const struct gate_request *r)
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

bool deny_tick(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
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

bool deny_step(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)f;
    struct dec quantity = t->orders[0].quantity;
    if (!off_step(DEC_SOME(quantity), r->size_increment))
        return false;
    out->value = DEC_SOME(quantity);
    out->limit = r->size_increment;
    return says(out, "quantity %s is no multiple of %s", D(quantity), D(r->size_increment.v));
}

bool deny_quantity(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec quantity = t->orders[0].quantity, limit = f->limits->max_order_quantity;
    return exceeds(out, "max_order_quantity", "units", DEC_NONE, quantity, limit) &&
           says_limit(out, quantity, limit, "quantity", "max_order_quantity");
}
