/* SPDX-License-Identifier: MIT */
/* decide_price: the controls of prices, and what is worth telling about them. */
#include "guard/checks.h"

#include "guard/value.h"

static bool needs_fresh_price(const struct gate_ticket *t)
{
    return t->orders[0].type == ORDER_MKT;
}

/* ---- price ---- */

bool deny_price(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
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

bool deny_stale(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)r;
    if (!needs_fresh_price(t) || !t->reference.has)
        return false;
    if (f->quote_age_ms >= 0)
        (void)exceeds(out, "stale_price_s", "s", DEC_NONE, dec_of(f->quote_age_ms / 1000),
                      dec_of(f->limits->stale_price_s));
    if (is_old(f))
        return says(out, "the newest price is %lld s old; stale_price_s allows %lld",
                    (long long)(f->quote_age_ms / 1000), (long long)f->limits->stale_price_s);
    return t->mode == GATE_MODE_LIVE && !is_real_time(f) &&
           says(out, "the price is %s; a live market order needs a live one",
                data_type_text(f->quote.data_type));
}

bool deny_wrong_side(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                     const struct gate_request *r)
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

bool deny_distance(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec least = f->limits->stop_distance_min_pct, most = f->limits->stop_distance_max_pct;
    for (size_t i = 0; i < t->count; i++) {
        struct opt_dec pct = stop_distance_pct(t, i);
        if (!pct.has)
            continue;
        if (exceeds(out, "stop_distance_max_pct", "%", DEC_NONE, pct.v, most))
            return says_limit(out, pct.v, most, "stop distance %", "stop_distance_max_pct");
        if (dec_sign(least) > 0 && falls_short(out, "stop_distance_min_pct", "%", pct.v, least)) {
            out->value = pct;
            out->limit = DEC_SOME(least);
            return says(out, "stop distance %s %% is below stop_distance_min_pct %s", D(pct.v),
                        D(least));
        }
    }
    return false;
}

bool deny_collar(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    struct dec pct = f->limits->price_collar_pct;
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        /* a stop-limit trades from its trigger on */
        struct opt_dec from = o->type == ORDER_STP_LMT ? o->stop_price : leg_measure(t, i);
        if ((o->type != ORDER_LMT && o->type != ORDER_STP_LMT) || !o->limit_price.has || !from.has)
            continue;
        struct dec bound = price_moved(from.v, pct, o->side == SIDE_BUY ? 1 : -1);
        const char *setting = "price_collar_pct";
        struct dec limit = pct;
        if (f->limits->price_collar_ticks > 0 && value_positive(r->min_tick)) {
            struct dec way = dec_times(r->min_tick.v, f->limits->price_collar_ticks);
            struct dec nearer =
                o->side == SIDE_BUY ? dec_plus(from.v, way) : dec_minus(from.v, way);
            if (o->side == SIDE_BUY ? dec_lt(nearer, bound) : dec_gt(nearer, bound)) {
                bound = nearer;
                setting = "price_collar_ticks";
                limit = dec_of(f->limits->price_collar_ticks);
            }
        }
        bool is_beyond =
            o->side == SIDE_BUY
                ? exceeds(out, setting, o->contract.currency, DEC_NONE, o->limit_price.v, bound)
                : falls_short(out, setting, o->contract.currency, o->limit_price.v, bound);
        if (!is_beyond)
            continue;
        out->value = o->limit_price;
        out->limit = DEC_SOME(bound);
        return says(out, "limit price %s is %s %s: %s and %s %s", D(o->limit_price.v),
                    o->side == SIDE_BUY ? "above" : "below", D(bound), D(from.v), setting,
                    D(limit));
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

bool deny_widens(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
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

/* ---- worth telling ---- */

bool warn_delayed(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)r;
    return t->reference.has && !is_real_time(f) &&
           says(out, "the price is %s, not live", data_type_text(f->quote.data_type));
}

bool warn_old(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
              const struct gate_request *r)
{
    (void)r;
    return t->reference.has && !needs_fresh_price(t) && is_old(f) &&
           says(out, "the price by which the order was judged may be old");
}

bool warn_halted(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
    return f->quote.is_halted && says(out, "trading in this contract is halted");
}
