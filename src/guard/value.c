/* SPDX-License-Identifier: MIT */
#include "guard/value.h"

struct dec amount_times(struct dec a, struct dec b)
{
    struct dec product;
    return dec_mul(a, b, &product) ? dec_min(product, AMOUNT_MAX) : AMOUNT_MAX;
}

struct dec amount_held(dec_nano sum)
{
    return dec_max(dec_min((struct dec){sum}, AMOUNT_MAX), dec_neg(AMOUNT_MAX));
}

struct dec price_moved(struct dec price, struct dec pct, int sign)
{
    struct dec part = amount_times(price, amount_times(pct, DEC_MICRO(10000)));
    return sign > 0 ? dec_plus(price, part) : dec_minus(price, part);
}

/* |a - b| as a percentage of b > 0 */
static struct dec distance_pct(struct dec a, struct dec b)
{
    struct dec pct;
    return dec_div(amount_times(dec_abs(dec_minus(a, b)), DEC(100)), b, &pct) ? pct : DEC(1000000);
}

static struct opt_dec larger(struct opt_dec a, struct opt_dec b)
{
    if (!a.has || !b.has)
        return a.has ? a : b;
    return dec_lt(a.v, b.v) ? b : a;
}

static bool is_trail(const struct order *o)
{
    return o->type == ORDER_TRAIL || o->type == ORDER_TRAIL_LIMIT;
}

struct opt_dec order_trigger(const struct order *o)
{
    return is_trail(o) ? o->trail_stop : o->stop_price;
}

bool value_positive(struct opt_dec d)
{
    return d.has && dec_sign(d.v) > 0;
}

struct opt_dec order_price(const struct order *o)
{
    return order_kind(o) == KIND_STOP ? order_trigger(o) : o->limit_price;
}

/* ---- valuing ---- */

struct opt_dec worst_price(const struct gate_facts *f, const struct order *o)
{
    const struct quote *q = &f->quote;
    struct opt_dec market = larger(larger(q->last, q->bid), q->ask);
    struct dec collar = f->limits->price_collar_pct;
    switch (o->type) {
    case ORDER_LMT:
        return o->side == SIDE_BUY ? o->limit_price : larger(o->limit_price, market);
    case ORDER_MKT:
        if (!market.has)
            return DEC_NONE;
        return DEC_SOME(price_moved(larger(market, q->close).v, collar, 1));
    case ORDER_STP:
        if (!o->stop_price.has || o->side == SIDE_SELL)
            return o->stop_price;
        return DEC_SOME(price_moved(o->stop_price.v, collar, 1));
    case ORDER_STP_LMT:
        return o->side == SIDE_BUY ? o->limit_price : larger(o->limit_price, o->stop_price);
    case ORDER_TRAIL:
    case ORDER_TRAIL_LIMIT: {
        struct opt_dec price = larger(larger(market, quote_price(q)), o->trail_stop);
        if (!price.has)
            return DEC_NONE;
        return o->side == SIDE_BUY ? DEC_SOME(price_moved(price.v, collar, 1)) : price;
    }
    default:
        return DEC_NONE;
    }
}

struct opt_dec order_value(const struct gate_facts *f, const struct order *o)
{
    struct opt_dec price = worst_price(f, o);
    if (!price.has)
        return DEC_NONE;
    return DEC_SOME(
        amount_times(amount_times(price.v, o->quantity), contract_multiplier(&o->contract)));
}

struct opt_dec value_in_base(const struct gate_facts *f, struct opt_dec value)
{
    if (!value.has || !f->rate.has)
        return DEC_NONE;
    return DEC_SOME(amount_times(value.v, f->rate.v));
}

struct opt_dec worst_loss(const struct gate_facts *f, const struct gate_request *r)
{
    const struct order *stop = NULL;
    for (size_t i = 0; i < r->count; i++)
        if (order_kind(&r->orders[i]) == KIND_STOP && order_trigger(&r->orders[i]).has)
            stop = &r->orders[i];
    struct opt_dec from = quote_price(&f->quote);
    if (r->count > 1)
        from = worst_price(f, &r->orders[0]);
    if (!stop || !from.has)
        return DEC_NONE;
    struct dec per_unit = dec_abs(dec_minus(from.v, order_trigger(stop).v));
    return value_in_base(f, DEC_SOME(amount_times(amount_times(per_unit, stop->quantity),
                                                  contract_multiplier(&stop->contract))));
}

/* ---- distances ---- */

struct opt_dec leg_measure(const struct gate_ticket *t, size_t leg)
{
    if (leg > 0 && order_price(&t->orders[0]).has)
        return order_price(&t->orders[0]);
    return t->reference;
}

struct opt_dec stop_distance_pct(const struct gate_ticket *t, size_t leg)
{
    const struct order *o = &t->orders[leg];
    struct opt_dec from = leg_measure(t, leg), stop = order_trigger(o);
    if (order_kind(o) != KIND_STOP)
        return DEC_NONE;
    if (o->trail_percent.has)
        return o->trail_percent;
    if (!value_positive(from))
        return DEC_NONE;
    if (o->trail_amount.has)
        return DEC_SOME(distance_pct(dec_plus(from.v, o->trail_amount.v), from.v));
    return stop.has ? DEC_SOME(distance_pct(stop.v, from.v)) : DEC_NONE;
}

bool price_drifted(struct opt_dec then, struct opt_dec now, struct dec pct)
{
    struct dec diff, moved;
    if (!then.has && !now.has)
        return false;
    bool is_known = value_positive(then) && now.has && dec_sub(now.v, then.v, &diff) &&
                    dec_div(dec_times(dec_abs(diff), 100), then.v, &moved);
    return !is_known || dec_gt(moved, pct);
}
