/* SPDX-License-Identifier: MIT */
#include "paper/match.h"

static bool is_trail(const struct ticket *t)
{
    return t->order.type == ORDER_TRAIL || t->order.type == ORDER_TRAIL_LIMIT;
}

static struct dec reference(const struct ticket *t, const struct touch *m)
{
    if (t->instrument->contract.sec_type != SEC_CASH)
        return m->last;
    return t->order.side == SIDE_SELL ? m->bid : m->ask;
}

bool match_trail(struct ticket *t, const struct touch *m)
{
    if (!is_trail(t))
        return false;
    struct order *o = &t->order;
    struct dec from = reference(t, m), distance = o->trail_amount.v;
    if (o->trail_percent.has)
        distance = ledger_times(ledger_times(from, o->trail_percent.v), DEC_MICRO(10000));
    bool sells = o->side == SIDE_SELL;
    struct dec stop = sells ? dec_minus(from, distance) : dec_plus(from, distance);
    /* on the far side of the market, so that rounding never shortens the distance */
    stop = dec_round_to(stop, t->instrument->tick, sells ? DEC_DOWN : DEC_UP);
    if (o->trail_stop.has &&
        (sells ? !dec_gt(stop, o->trail_stop.v) : !dec_lt(stop, o->trail_stop.v)))
        return false;
    o->trail_stop = DEC_SOME(stop);
    return true;
}

bool match_triggers(const struct ticket *t, const struct touch *m)
{
    struct opt_dec stop = is_trail(t) ? t->order.trail_stop : t->order.stop_price;
    struct dec at = reference(t, m);
    if (!stop.has)
        return false;
    return t->order.side == SIDE_SELL ? !dec_gt(at, stop.v) : !dec_lt(at, stop.v);
}

void match_set_limit(struct ticket *t)
{
    if (t->order.type != ORDER_TRAIL_LIMIT || !t->limit_offset.has || !t->order.trail_stop.has)
        return;
    struct dec stop = t->order.trail_stop.v, by = t->limit_offset.v;
    t->order.limit_price =
        DEC_SOME(t->order.side == SIDE_SELL ? dec_minus(stop, by) : dec_plus(stop, by));
}

bool match_price(const struct ticket *t, const struct touch *m, struct dec *price)
{
    const struct order *o = &t->order;
    bool buys = o->side == SIDE_BUY;
    bool has_limit =
        o->type == ORDER_LMT || o->type == ORDER_STP_LMT || o->type == ORDER_TRAIL_LIMIT;
    *price = buys ? m->ask : m->bid;
    if (!has_limit)
        return true;
    if (!o->limit_price.has ||
        (buys ? dec_gt(m->ask, o->limit_price.v) : dec_lt(m->bid, o->limit_price.v)))
        return false;
    if (t->has_rested) /* the market came to it */
        *price = o->limit_price.v;
    return true;
}
