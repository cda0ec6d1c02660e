/* SPDX-License-Identifier: MIT */
/* What an order is: its type, its prices, its size, and how long it lives. */
#include "paper/check_private.h"
#include "wire/value.h"

static bool is_amount(double v)
{
    return wire_is_set_double(v) && v > 0;
}

/* ---- type and time in force ---- */
static bool check_type(const struct wire_order *w, struct check *out)
{
    struct ticket *t = &out->draft;
    enum sec_type sec = t->order.contract.sec_type;
    t->rule = rule_find(w->order_type);
    if (t->rule == NULL && !rule_is_known_elsewhere(w->order_type))
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Invalid order type was entered");
    if (t->rule == NULL || !rule_allows_sec_type(t->rule, sec))
        return check_refuse(out, CHECK_REFUSE, CODE_UNSUPPORTED_TYPE,
                            "Unsupported order type for this exchange and security type");
    t->order.type = t->rule->type;
    str_copy_cut(t->order.type_text, sizeof t->order.type_text, str_of(t->rule->name));
    return true;
}

static bool check_tif(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    if (o->tif.n == 0 && w->is_protobuf)
        return check_refuse(out, CHECK_REFUSE, CODE_NO_TIF, "Invalid time in force: it is empty");
    out->tif_was_set = o->tif.n == 0;
    t->order.tif = o->tif.n == 0 ? TIF_DAY : tif_parse(o->tif);
    if (str_ieq(o->tif, STR("AUC")) || str_ieq(o->tif, STR("DTC")))
        return check_refuse(out, CHECK_REFUSE, CODE_TIF_MISMATCH,
                            "The paper exchange does not simulate the time in force " STR_FMT,
                            STR_ARG(o->tif));
    if (t->order.tif == TIF_OTHER)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Invalid time in force was entered");
    bool is_opening = t->order.tif == TIF_OPG;
    if (!rule_allows_tif(t->rule, t->order.tif) ||
        (is_opening && !rule_allows_sec_type(rule_find(STR("MOO")), t->order.contract.sec_type)))
        return check_refuse(out, CHECK_REFUSE, CODE_TIF_MISMATCH,
                            "The time in force and the order type do not fit together");
    return true;
}

bool check_kind(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    if (str_ieq(o->action, STR("BUY")))
        out->draft.order.side = SIDE_BUY;
    else if (str_ieq(o->action, STR("SELL")))
        out->draft.order.side = SIDE_SELL;
    else
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid side was entered");
    return check_type(o, out) && check_tif(w, o, out);
}

/* ---- prices ---- */
static bool is_on_step(const struct ticket *t, struct dec v, enum check_step kind)
{
    if (kind == STEP_NONE)
        return true;
    struct dec step = ticket_is_combo(t)   ? DEC_MICRO(10000)
                      : kind == STEP_PRICE ? instrument_step(t->instrument, v)
                                           : t->instrument->tick;
    return dec_is_multiple(v, step);
}

bool check_price(double v, const char *what, enum check_step step, struct check *out,
                 struct opt_dec *price)
{
    struct opt_dec p = wire_dec_of_double(v);
    if (!p.has || (dec_sign(p.v) <= 0 && !ticket_is_combo(&out->draft)) ||
        dec_gt(dec_abs(p.v), PRICE_MOST))
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Missing or invalid %s", what);
    if (!is_on_step(&out->draft, p.v, step))
        return check_refuse(out, CHECK_REFUSE, CODE_TICK,
                            "The price does not conform to the minimum price variation for this "
                            "contract.");
    *price = p;
    return true;
}

static bool check_limit_offset(const struct wire_order *w, struct check *out)
{
    struct order *o = &out->draft.order;
    struct opt_dec offset = wire_dec_of_double(w->lmt_price_offset);
    struct opt_dec limit = wire_dec_of_double(w->lmt_price);
    if (!offset.has && limit.has && dec_sign(limit.v) > 0 && o->trail_stop.has)
        offset = DEC_SOME(o->side == SIDE_SELL ? dec_minus(o->trail_stop.v, limit.v)
                                               : dec_minus(limit.v, o->trail_stop.v));
    if (!offset.has || dec_gt(dec_abs(offset.v), PRICE_MOST) ||
        !is_on_step(&out->draft, offset.v, STEP_DISTANCE))
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Missing or invalid limit offset");
    out->draft.limit_offset = offset;
    return true;
}

static bool check_trail(const struct wire_order *w, struct check *out)
{
    struct order *o = &out->draft.order;
    if (is_amount(w->trailing_percent)) {
        if (!check_price(w->trailing_percent, "trailing percent", STEP_NONE, out,
                         &o->trail_percent))
            return false;
        if (!dec_lt(o->trail_percent.v, DEC(100)))
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                INVALID "Invalid trailing percent");
    } else if (!check_price(w->aux_price, "trailing amount", STEP_DISTANCE, out,
                            &o->trail_amount)) {
        return false;
    }
    if (is_amount(w->trail_stop_price) &&
        !check_price(w->trail_stop_price, "trail stop price", STEP_PRICE, out, &o->trail_stop))
        return false;
    return out->draft.rule->price != PRICE_LIMIT || check_limit_offset(w, out);
}

/* A pegged type's distance: an amount in auxPrice, or a share of the price. None is zero. */
static bool check_offset(const struct wire_order *w, struct check *out)
{
    struct ticket_terms *m = &out->draft.terms;
    if (is_amount(w->percent_offset))
        return w->percent_offset < 1
                   ? check_price(w->percent_offset, "percent offset", STEP_NONE, out, &m->percent)
                   : check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                  INVALID "Invalid percent offset");
    return !is_amount(w->aux_price) ||
           check_price(w->aux_price, "offset", STEP_DISTANCE, out, &m->offset);
}

static bool check_aux(const struct wire_order *w, struct check *out)
{
    switch (out->draft.rule->aux) {
    case AUX_TRIGGER:
        return check_price(w->aux_price, "stop price", STEP_PRICE, out,
                           &out->draft.order.stop_price);
    case AUX_TRAIL:
        return check_trail(w, out);
    case AUX_OFFSET:
        return check_offset(w, out);
    default:
        return true;
    }
}

/* A limit that is far through the market is taken for a slip of the finger. */
bool check_price_cap(const struct check_world *w, struct check *out)
{
    const struct ticket *t = &out->draft;
    const struct order *o = &t->order;
    if (!o->limit_price.has || ticket_is_combo(t) || t->rule->trigger != TRIGGER_NONE ||
        o->contract.sec_type == SEC_OPT || o->contract.sec_type == SEC_FOP)
        return true;
    struct dec bid, ask;
    feed_touch(w->feed, t->instrument, w->now_ns / NS_PER_S, &bid, &ask);
    bool buys = o->side == SIDE_BUY;
    struct dec cap = ledger_times(buys ? ask : bid, buys ? DEC_MICRO(1300000) : DEC_MICRO(700000));
    if (match_is_within(o->side, DEC_SOME(cap), o->limit_price.v))
        return true;
    return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                        "Order rejected - reason:The limit price is too far through the market; "
                        "enter one that is closer to the present price");
}

bool check_prices(const struct wire_order *o, struct check *out)
{
    const struct rule *r = out->draft.rule;
    bool has_limit = r->limit == NEED_ALWAYS || (r->limit == NEED_MAYBE && is_amount(o->lmt_price));
    return (!has_limit || check_price(o->lmt_price, "limit price", STEP_PRICE, out,
                                      &out->draft.order.limit_price)) &&
           check_aux(o, out);
}

/* ---- size ---- */
/* The size for an amount of money: at the limit, or at the price that is to be paid now. */
static bool size_of_cash(const struct check_world *w, const struct wire_order *o, struct check *out,
                         struct dec *size)
{
    struct ticket *t = &out->draft;
    struct dec bid, ask;
    t->terms.cash_qty = wire_dec_of_double(o->cash_qty);
    enum sec_type sec = t->order.contract.sec_type;
    if (sec != SEC_CASH && sec != SEC_CRYPTO && sec != SEC_STK)
        return check_refuse(out, CHECK_REFUSE, CODE_CASH_QUANTITY,
                            "A cash quantity cannot be used for this order");
    feed_touch(w->feed, t->instrument, w->now_ns / NS_PER_S, &bid, &ask);
    struct dec price = t->order.limit_price.has    ? t->order.limit_price.v
                       : t->order.side == SIDE_BUY ? ask
                                                   : bid;
    if (!t->terms.cash_qty.has || dec_gt(t->terms.cash_qty.v, PRICE_MOST) ||
        !dec_div(t->terms.cash_qty.v, price, size))
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid cash quantity");
    *size = dec_round_to(*size, t->instrument->lot, DEC_DOWN);
    return true;
}

bool check_size(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    struct opt_dec size = wire_dec_of_text(o->total_quantity);
    struct dec lot = t->instrument->lot;
    if (is_amount(o->cash_qty) && (!size.has || dec_is_zero(size.v))) {
        if (!size_of_cash(w, o, out, &size.v))
            return false;
        size.has = true;
    }
    if (!size.has || dec_sign(size.v) < 0)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Invalid quantity was entered");
    if (dec_is_zero(size.v))
        return check_refuse(out, CHECK_REFUSE, CODE_ZERO_SIZE, "The order size cannot be zero.");
    t->order.quantity = t->status.remaining = size.v;
    char text[DEC_TEXT_MAX];
    dec_format(lot, text);
    if (!dec_is_multiple(size.v, lot))
        return dec_is_multiple(size.v, DEC(1))
                   ? check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                                  "Order rejected - reason:The size is not a multiple of %s", text)
                   : check_refuse(out, CHECK_REFUSE, CODE_FRACTION,
                                  "A fractional size cannot be used for this order");
    if (dec_gt(size.v, SIZE_MOST))
        return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                            "Order rejected - reason:The size is above the largest one allowed");
    return true;
}

/* ---- lifetime ---- */
static int64_t day_order_end_s(const struct feed *f, const struct ticket *t, int64_t now_s)
{
    const struct instrument *i = t->instrument;
    const struct hours *h = ticket_is_extended(t) ? &i->extended : &i->hours;
    if (feed_has_real_hours(f)) {
        int64_t open = hours_next_open(h, now_s);
        return hours_last_open(h, hours_day_end(h->zone, open) - 1) + 1;
    }
    /* around the clock the day ends at local midnight; nobody's order should die at 23:59 */
    int64_t end = hours_day_end(i->hours.zone, now_s);
    return end - now_s >= 3600 ? end : hours_day_end(i->hours.zone, end);
}

bool check_lifetime(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    int64_t now_s = w->now_ns / NS_PER_S, start_s = now_s, end_s;
    int64_t last_ns = VENUE_NEVER; /* of the contract */
    const int64_t latest_s = now_s + (int64_t)3660 * HOURS_DAY_S;
    t->expire_ns = VENUE_NEVER;
    for (size_t i = 0; i < (ticket_is_combo(t) ? t->terms.leg_count : 1); i++) {
        const struct instrument *k =
            ticket_is_combo(t) ? t->terms.legs[i].instrument : t->instrument;
        if (k->expiry_s <= now_s)
            return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                                "Order rejected - reason:The contract has expired");
        if (k->expiry_s < VENUE_NEVER / NS_PER_S && k->expiry_s * NS_PER_S < last_ns)
            last_ns = k->expiry_s * NS_PER_S;
    }
    if (o->good_after_time.n > 0) {
        if (!str_copy(t->terms.good_after, sizeof t->terms.good_after, o->good_after_time) ||
            !hours_parse_time(o->good_after_time, t->instrument->hours.zone, &start_s) ||
            start_s > latest_s)
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                INVALID "Invalid good-after time was entered");
        t->terms.start_ns = start_s > now_s ? start_s * NS_PER_S : 0;
        start_s = start_s > now_s ? start_s : now_s;
    }
    if (t->order.tif == TIF_DAY) {
        t->expire_ns = day_order_end_s(w->feed, t, start_s) * NS_PER_S;
    } else if (t->order.tif == TIF_GTD) {
        str_copy_cut(t->order.good_till, sizeof t->order.good_till, o->good_till_date);
        if (!hours_parse_time(o->good_till_date, t->instrument->hours.zone, &end_s) ||
            end_s <= start_s || end_s > latest_s)
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                INVALID "Invalid good-till date was entered");
        t->expire_ns = end_s * NS_PER_S;
    }
    t->expire_ns = t->expire_ns < last_ns ? t->expire_ns : last_ns;
    return true;
}
