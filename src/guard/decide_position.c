/* SPDX-License-Identifier: MIT */
/* decide_position: the controls of what is held and of own orders. */
#include "guard/checks.h"

#include "guard/value.h"

#include <stdio.h>

/* ---- position ---- */

static enum order_side other(enum order_side s)
{
    return s == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

struct dec open_quantity(const struct gate_facts *f, const struct order *o)
{
    return f->existing ? dec_minus(o->quantity, f->existing->status.filled) : o->quantity;
}

/* How much of the order's side is spoken for, the order itself included. */
static struct dec committed(const struct gate_facts *f, const struct order *o)
{
    return dec_plus(f->working[order_kind(o)][o->side], open_quantity(f, o));
}

bool is_reducing(const struct gate_facts *f, const struct gate_request *r)
{
    const struct order *o = &r->orders[0];
    int sign = dec_sign(f->position);
    if (r->count != 1 || sign == 0 || (sign > 0) != (o->side == SIDE_SELL))
        return false;
    return dec_cmp(committed(f, o), dec_abs(f->position)) <= 0;
}

/* ---- position and own orders ---- */

bool deny_short(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
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

bool deny_cross(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
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

/* ---- exposure ---- */

/*
 * The position with all working orders on the side of this order filled, before it and after it, in
 * the base currency, signed.
 */
static struct opt_dec value_after(const struct gate_facts *f, const struct gate_ticket *t,
                                  struct dec *before)
{
    const struct order *o = &t->orders[0];
    struct opt_dec price = worst_price(f, o);
    if (!price.has)
        price = t->reference;
    if (!price.has || !f->rate.has)
        return DEC_NONE;
    struct dec waiting =
        amount_plus(f->working[KIND_PLAIN][o->side], f->working[KIND_STOP][o->side]);
    struct dec more = amount_plus(open_quantity(f, o), waiting);
    bool is_buy = o->side == SIDE_BUY;
    struct dec was = is_buy ? amount_plus(f->position, waiting) : dec_minus(f->position, waiting);
    struct dec quantity = is_buy ? amount_plus(f->position, more) : dec_minus(f->position, more);
    struct dec unit = amount_times(price.v, contract_multiplier(&o->contract));
    *before = amount_times(amount_times(unit, was), f->rate.v);
    return DEC_SOME(amount_times(amount_times(unit, quantity), f->rate.v));
}

/* False where there is nothing to judge: cash is no position, and missing prices are said already.
 */
static bool is_judged(const struct gate_facts *f, const struct gate_ticket *t, struct dec *before,
                      struct opt_dec *after)
{
    *after = value_after(f, t, before);
    return t->orders[0].contract.sec_type != SEC_CASH && after->has && f->is_link_ready;
}

static bool over_share(const struct gate_facts *f, struct verdict *out, struct dec used,
                       struct dec value, struct dec pct, const char *what, const char *setting)
{
    if (dec_sign(pct) <= 0)
        return false;
    if (!f->net_liquidation.has || dec_sign(f->net_liquidation.v) <= 0)
        return says(out, "the account's value is not known, and %s is set", setting);
    struct dec limit = amount_times(f->net_liquidation.v, amount_times(pct, DEC_MICRO(10000)));
    if (!exceeds(out, setting, f->base_currency, DEC_SOME(used), value, limit))
        return false;
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "%s would be %s %s, more than %s: %s %s %%", what, AMOUNT(f, value),
                f->base_currency, LIMIT(f, limit), setting, D(pct));
}

bool deny_position(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec before;
    struct opt_dec after;
    struct dec most = f->limits->max_position_value;
    if (!is_judged(f, t, &before, &after))
        return false;
    struct dec used = dec_abs(before), value = dec_abs(after.v);
    if (dec_sign(most) > 0 &&
        exceeds(out, "max_position_value", f->base_currency, DEC_SOME(used), value, most))
        return says_value(out, f, value, most, "position value", "max_position_value");
    return over_share(f, out, used, value, f->limits->max_position_pct, "the position",
                      "max_position_pct");
}

static bool is_unvalued(const struct gate_facts *f, struct verdict *out)
{
    return f->unvalued[0] &&
           says(out, "the value of %s is not known, and exposure is limited", f->unvalued);
}

bool deny_exposure(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec before;
    struct opt_dec after;
    if (!is_judged(f, t, &before, &after))
        return false;
    struct dec others = f->others_net[t->orders[0].side];
    struct dec net = amount_plus(others, after.v), was = amount_plus(others, before);
    return is_unvalued(f, out) ||
           over_share(f, out, amount_plus(f->others_gross, dec_abs(before)),
                      amount_plus(f->others_gross, dec_abs(after.v)),
                      f->limits->max_gross_exposure_pct, "gross exposure",
                      "max_gross_exposure_pct") ||
           over_share(f, out, dec_abs(was), dec_abs(net), f->limits->max_net_exposure_pct,
                      "net exposure", "max_net_exposure_pct");
}

bool deny_currency(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec before;
    struct opt_dec after;
    if (!is_judged(f, t, &before, &after) ||
        str_eq(STR_NAME(f->base_currency), STR_NAME(t->currency)))
        return false;
    return over_share(f, out, amount_plus(f->others_currency, dec_abs(before)),
                      amount_plus(f->others_currency, dec_abs(after.v)),
                      f->limits->max_currency_pct, "exposure in the currency", "max_currency_pct");
}

bool deny_sector(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)r;
    struct dec before;
    struct opt_dec after;
    char what[96];
    if (dec_sign(f->limits->max_sector_pct) <= 0 || !is_judged(f, t, &before, &after))
        return false;
    if (!f->sector[0] || f->is_sector_missing)
        return says(out, "the sector of %s was not found out, and max_sector_pct is set",
                    f->sector[0] ? "something that is held" : t->orders[0].contract.symbol);
    (void)snprintf(what, sizeof what, "exposure in the sector %s", f->sector);
    return is_unvalued(f, out) || over_share(f, out, amount_plus(f->others_sector, dec_abs(before)),
                                             amount_plus(f->others_sector, dec_abs(after.v)),
                                             f->limits->max_sector_pct, what, "max_sector_pct");
}

/* Working orders of the contract on each side on which this request adds one. */
bool deny_side(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)r;
    int64_t more[2] = {0};
    struct dec limit = dec_of(f->limits->max_orders_per_side);
    for (size_t i = 0; i < t->count && !f->existing; i++)
        more[t->orders[i].side]++;
    for (int side = 0; side < 2; side++) {
        struct dec after = dec_of(f->working_side[side] + more[side]);
        if (more[side] && exceeds(out, "max_orders_per_side", "orders",
                                  DEC_SOME(dec_of(f->working_side[side])), after, limit))
            return says_count(out, after, limit, "working orders of this contract on one side",
                              "max_orders_per_side");
    }
    return false;
}

bool warn_left_over(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                    const struct gate_request *r)
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
