/* SPDX-License-Identifier: MIT */
#include "paper/match.h"

#include "paper/ledger.h"

/* ---- methods ---- */
bool match_method_is_known(int32_t method)
{
    return (method >= METHOD_DEFAULT && method <= METHOD_BID_ASK) ||
           method == METHOD_LAST_OR_BID_ASK || method == METHOD_MIDPOINT;
}

enum match_method match_method_of(enum sec_type type, int32_t method)
{
    if (method != METHOD_DEFAULT)
        return (enum match_method)method;
    if (type == SEC_CASH)
        return METHOD_BID_ASK;
    return type == SEC_OPT || type == SEC_FOP ? METHOD_DOUBLE_BID_ASK : METHOD_LAST;
}

static struct dec middle(const struct touch *m)
{
    return (struct dec){(m->bid.nano + m->ask.nano) / 2};
}

static bool passed(struct dec at, struct dec level, bool upwards)
{
    return upwards ? !dec_lt(at, level) : !dec_gt(at, level);
}

static bool side_passed(const struct touch *m, struct dec level, bool upwards)
{
    return passed(upwards ? m->bid : m->ask, level, upwards);
}

bool match_reached(enum match_method method, const struct match_view *m, struct dec level,
                   bool upwards)
{
    const struct touch *now = &m->now;
    switch (method) {
    case METHOD_DOUBLE_BID_ASK:
        return side_passed(now, level, upwards) && side_passed(&m->before, level, upwards);
    case METHOD_DOUBLE_LAST:
        return passed(now->last, level, upwards) && passed(m->before.last, level, upwards);
    case METHOD_BID_ASK:
        return side_passed(now, level, upwards);
    case METHOD_LAST_OR_BID_ASK:
        return passed(now->last, level, upwards) || side_passed(now, level, upwards);
    case METHOD_MIDPOINT:
        return passed(middle(now), level, upwards);
    default:
        return passed(now->last, level, upwards);
    }
}

/* ---- triggers ---- */
static enum match_method method_of(const struct ticket *t)
{
    return match_method_of(t->instrument->contract.sec_type, t->trigger_method);
}

/* What a trailing stop keeps its distance from. */
static struct dec anchor(const struct ticket *t, const struct touch *m)
{
    if (t->instrument->contract.sec_type != SEC_CASH)
        return m->last;
    return t->order.side == SIDE_SELL ? m->bid : m->ask;
}

bool match_trail(struct ticket *t, const struct touch *m)
{
    if (!rule_is_trail(t->rule))
        return false;
    struct order *o = &t->order;
    struct dec from = anchor(t, m), distance = o->trail_amount.v;
    if (o->trail_percent.has)
        distance = ledger_times(ledger_times(from, o->trail_percent.v), DEC_MICRO(10000));
    bool sells = o->side == SIDE_SELL;
    struct dec stop = sells ? dec_minus(from, distance) : dec_plus(from, distance);
    /* on the far side of the market, so that rounding never shortens the distance */
    stop = dec_round_to(stop, instrument_step(t->instrument, stop), sells ? DEC_DOWN : DEC_UP);
    if (o->trail_stop.has &&
        (sells ? !dec_gt(stop, o->trail_stop.v) : !dec_lt(stop, o->trail_stop.v)))
        return false;
    o->trail_stop = DEC_SOME(stop);
    return true;
}

bool match_triggers(const struct ticket *t, const struct match_view *m)
{
    struct opt_dec level = rule_is_trail(t->rule) ? t->order.trail_stop : t->order.stop_price;
    bool buys = t->order.side == SIDE_BUY;
    bool upwards = t->rule->trigger == TRIGGER_TOUCH ? !buys : buys;
    return level.has && match_reached(method_of(t), m, level.v, upwards);
}

void match_set_limit(struct ticket *t)
{
    if (!rule_is_trail(t->rule) || t->rule->price != PRICE_LIMIT || !t->limit_offset.has ||
        !t->order.trail_stop.has)
        return;
    struct dec stop = t->order.trail_stop.v, by = t->limit_offset.v;
    t->order.limit_price =
        DEC_SOME(t->order.side == SIDE_SELL ? dec_minus(stop, by) : dec_plus(stop, by));
}

bool match_adjust(struct ticket *t, const struct match_view *m)
{
    struct ticket_adjustment *a = &t->terms.adjust;
    struct order *o = &t->order;
    /* it is for the better that a stop is adjusted: a sell's when the market has risen */
    if (a->rule == NULL || !a->at.has ||
        !match_reached(method_of(t), m, a->at.v, o->side == SIDE_SELL))
        return false;
    t->rule = a->rule;
    o->type = a->rule->type;
    str_copy_cut(o->type_text, sizeof o->type_text, str_of(a->rule->name));
    if (rule_is_trail(a->rule)) {
        o->trail_stop = a->stop;
        o->trail_amount = a->trail_is_percent ? DEC_NONE : a->trail;
        o->trail_percent = a->trail_is_percent ? a->trail : DEC_NONE;
        o->stop_price = DEC_NONE;
        if (a->limit.has && a->stop.has)
            t->limit_offset = DEC_SOME(dec_abs(dec_minus(a->stop.v, a->limit.v)));
    } else {
        o->stop_price = a->stop;
        o->limit_price = a->limit.has ? a->limit : o->limit_price;
    }
    a->rule = NULL;
    return true;
}

/* ---- prices ---- */
bool match_is_within(enum order_side side, struct opt_dec limit, struct dec price)
{
    return !limit.has || (side == SIDE_BUY ? !dec_gt(price, limit.v) : !dec_lt(price, limit.v));
}

static struct dec peg_offset(const struct ticket *t, struct dec from)
{
    if (t->terms.percent.has)
        return ledger_times(from, t->terms.percent.v);
    return t->terms.offset.has ? t->terms.offset.v : DEC_ZERO;
}

struct opt_dec match_limit(const struct ticket *t, const struct touch *m)
{
    const struct order *o = &t->order;
    bool buys = o->side == SIDE_BUY;
    if (t->rule->price == PRICE_MARKET)
        return DEC_NONE;
    if (t->rule->price == PRICE_LIMIT)
        return o->limit_price;
    struct dec from = t->rule->price == PRICE_MID                 ? middle(m)
                      : (t->rule->price == PRICE_PRIMARY) == buys ? m->bid
                                                                  : m->ask;
    struct dec by = peg_offset(t, from);
    bool adds = (t->rule->price == PRICE_PRIMARY) == buys;
    struct dec at = adds ? dec_plus(from, by) : dec_minus(from, by);
    at = dec_round_to(at, instrument_step(t->instrument, at), buys ? DEC_DOWN : DEC_UP);
    if (o->limit_price.has)
        at = buys ? dec_min(at, o->limit_price.v) : dec_max(at, o->limit_price.v);
    return DEC_SOME(at);
}

/* ---- sizes ---- */
/* The share of an algorithm's order that may have traded at a moment, in millionths. */
static int64_t algo_share(const struct ticket *t, int64_t now_ns)
{
    const struct ticket_terms *m = &t->terms;
    if (now_ns >= m->algo_end_ns)
        return 1000000;
    if (now_ns < m->algo_start_ns)
        return 0;
    int64_t whole_ms = (m->algo_end_ns - m->algo_start_ns) / NS_PER_MS;
    int64_t x = (now_ns - m->algo_start_ns) / NS_PER_MS * 1000 / (whole_ms > 0 ? whole_ms : 1);
    if (m->algo != ALGO_VWAP)
        return x * 1000;
    /* volume is high at both ends of a session: half uniform, half a cubic flat in the middle */
    int64_t c = 2 * x - 1000; /* -1000..1000 */
    return x * 500 + (c * c * c / 1000 / 1000 + 1000) * 250;
}

struct dec match_allowance(const struct ticket *t, int64_t now_ns)
{
    struct dec remaining = t->status.remaining;
    if (t->terms.algo == ALGO_NONE)
        return remaining;
    struct dec due = ledger_times(t->order.quantity, DEC_MICRO(algo_share(t, now_ns)));
    if (!dec_lt(due, t->order.quantity))
        return remaining;
    due = dec_minus(dec_round_to(due, t->instrument->lot, DEC_DOWN), t->status.filled);
    return dec_max(dec_min(due, remaining), DEC_ZERO);
}

static struct dec least_accepted(const struct ticket *t)
{
    if (t->terms.all_or_none || t->order.tif == TIF_FOK)
        return t->status.remaining;
    bool is_first = dec_is_zero(t->status.filled);
    return is_first && t->terms.min_qty > 0 ? dec_min(dec_of(t->terms.min_qty), t->order.quantity)
                                            : DEC_ZERO;
}

size_t match_pieces(const struct ticket *t, struct opt_dec limit, struct dec allowed,
                    const struct market_level *book, size_t levels,
                    struct match_piece out[MARKET_LEVELS_MAX])
{
    struct dec left = allowed, total = DEC_ZERO;
    if (t->has_rested && t->terms.display_size > 0)
        left = dec_min(left, dec_of(t->terms.display_size));
    size_t n = 0;
    for (size_t i = 0; i < levels && i < MARKET_LEVELS_MAX && dec_sign(left) > 0; i++) {
        struct dec take = dec_min(left, book[i].size);
        if (!match_is_within(t->order.side, limit, book[i].price))
            break;
        if (dec_sign(take) <= 0)
            continue;
        out[n++] = (struct match_piece){book[i].price, take};
        left = dec_minus(left, take);
        total = dec_plus(total, take);
    }
    if (n == 0 || dec_lt(total, least_accepted(t)))
        return 0;
    if (t->has_rested && limit.has) { /* the market came to it */
        out[0] = (struct match_piece){limit.v, total};
        return 1;
    }
    return n;
}
