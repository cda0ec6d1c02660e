/* SPDX-License-Identifier: MIT */
#include "paper/check.h"

#include "paper/fees.h"
#include "wire/value.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    CODE_DUPLICATE_ID = 103,
    CODE_MODIFY_FILLED = 104,
    CODE_MODIFY_MISMATCH = 105,
    CODE_TICK = 110,
    CODE_NO_PARENT = 135,
    CODE_NO_CONTRACT = 200,
    CODE_REJECTED = 201,
    CODE_INVALID = 321,
    CODE_UNSUPPORTED_TYPE = 387,
    CODE_WHAT_IF_TRANSMIT = 413,
    CODE_ZERO_SIZE = 434,
    CODE_NO_ACCOUNT = 435
};
/* One order may not be larger; keeps every product of size and price in range. */
#define SIZE_MOST  DEC(100000000)
#define PRICE_MOST DEC(1000000000)

#define INVALID    "Error validating request.-'bF' : cause - "

static bool refuse(struct check *c, enum check_verdict verdict, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static bool refuse(struct check *c, enum check_verdict verdict, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    c->verdict = verdict;
    c->code = code;
    vsnprintf(c->text, sizeof c->text, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- contract ---- */
const struct instrument *check_contract(const struct universe *u, const struct wire_contract *c,
                                        int *code, char text[200])
{
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    *code = CODE_INVALID;
    if (c->con_id <= 0 && c->sec_type.n == 0) {
        snprintf(text, 200, INVALID "Please enter a valid security type");
        return NULL;
    }
    *code = CODE_NO_CONTRACT;
    size_t n = universe_match(u, c, found);
    if (n == 1 && !found[0]->is_derived) /* derived contracts have no prices */
        return found[0];
    if (n <= 1)
        snprintf(text, 200, "No security definition has been found for the request");
    else
        snprintf(text, 200, "The contract description specified for " STR_FMT " is ambiguous.",
                 STR_ARG(str_sub(c->symbol, 0, 32)));
    return NULL;
}

static bool check_instrument(const struct check_world *w, const struct wire_req_place_order *req,
                             struct check *out)
{
    int code;
    char text[200];
    struct ticket *t = &out->draft;
    t->instrument = check_contract(w->universe, &req->contract, &code, text);
    if (t->instrument == NULL)
        return refuse(out, CHECK_REFUSE, code, "%s", text);
    t->order.contract = t->instrument->contract;
    if (req->contract.exchange.n > 0)
        str_copy_cut(t->order.contract.exchange, sizeof t->order.contract.exchange,
                     req->contract.exchange);
    if (!t->instrument->is_tradable)
        return refuse(out, CHECK_REFUSE, CODE_NO_CONTRACT,
                      "The contract is not available for trading");
    return true;
}

/* ---- what is not simulated ---- */
static bool is_text(struct str s)
{
    return s.n > 0 && !str_ieq(s, STR("None"));
}

static bool is_amount(double v)
{
    return wire_is_set_double(v) && v > 0;
}

static bool is_count(int32_t v)
{
    return wire_is_set_int(v) && v > 0;
}

static bool check_supported(const struct wire_req_place_order *req, struct check *out)
{
    const struct wire_order *o = &req->order;
    const struct {
        bool is_used;
        const char *what;
    } features[] = {
        {o->conditions.n > 0, "conditions"},
        {o->algo_strategy.n > 0, "algorithms"},
        {o->hedge_type.n > 0, "hedging orders"},
        {is_amount(o->scale_price_increment), "scale orders"},
        {o->fa_group.n > 0, "allocation groups"},
        {o->model_code.n > 0, "models"},
        {o->discretionary_amt > 0, "discretionary amounts"},
        {o->all_or_none, "all-or-none orders"},
        {is_count(o->min_qty), "minimum quantities"},
        {o->hidden, "hidden orders"},
        {is_count(o->display_size), "iceberg orders"},
        {is_amount(o->cash_qty), "cash quantities"},
        {o->good_after_time.n > 0, "a start time"},
        {is_text(o->delta_neutral_order_type), "delta-neutral orders"},
        {is_text(o->adjusted_order_type), "adjustable stops"},
        {o->block_order || o->sweep_to_fill || o->not_held, "block, sweep and not-held orders"},
        {req->contract.combo_legs.n > 0, "combinations"},
    };
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        if (features[i].is_used)
            return refuse(out, CHECK_REFUSE, CODE_INVALID,
                          INVALID "the paper exchange does not simulate %s", features[i].what);
    return true;
}

/* ---- members of the order ---- */
static bool known_elsewhere(struct str type)
{
    static const char *const types[] = {"MOC",      "LOC",      "MOO",       "LOO",      "MIT",
                                        "LIT",      "MIDPRICE", "REL",       "PEG MKT",  "PEG MID",
                                        "PEG BEST", "PEG STK",  "PEG BENCH", "VOL",      "MTL",
                                        "MKT PRT",  "STP PRT",  "SNAP MKT",  "SNAP MID", "BOX TOP"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ieq(type, str_of(types[i])))
            return true;
    return false;
}

static bool check_kind(const struct wire_order *w, struct check *out)
{
    struct order *o = &out->draft.order;
    if (str_ieq(w->action, STR("BUY")))
        o->side = SIDE_BUY;
    else if (str_ieq(w->action, STR("SELL")))
        o->side = SIDE_SELL;
    else
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid side was entered");
    o->type = order_type_parse(w->order_type);
    str_copy_cut(o->type_text, sizeof o->type_text, w->order_type);
    if (o->type == ORDER_OTHER)
        return known_elsewhere(w->order_type)
                   ? refuse(out, CHECK_REFUSE, CODE_UNSUPPORTED_TYPE,
                            "Unsupported order type for this exchange and security type")
                   : refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Invalid order type was entered");
    o->tif = w->tif.n == 0 ? TIF_DAY : tif_parse(w->tif);
    if (o->tif == TIF_OTHER || o->tif == TIF_OPG)
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid time in force was entered");
    bool at_once = o->tif == TIF_IOC || o->tif == TIF_FOK;
    if (at_once && o->type != ORDER_MKT && o->type != ORDER_LMT)
        return refuse(out, CHECK_REFUSE, CODE_INVALID,
                      INVALID "The time in force does not fit the order type");
    return true;
}

static bool check_size(const struct wire_order *w, struct check *out)
{
    struct opt_dec size = wire_dec_of_text(w->total_quantity);
    struct dec lot = out->draft.instrument->lot;
    if (!size.has || dec_sign(size.v) < 0)
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid quantity was entered");
    if (dec_is_zero(size.v))
        return refuse(out, CHECK_REFUSE, CODE_ZERO_SIZE, "The order size cannot be zero.");
    out->draft.order.quantity = out->draft.status.remaining = size.v;
    char text[DEC_TEXT_MAX];
    dec_format(lot, text);
    if (!dec_is_multiple(size.v, lot))
        return refuse(out, CHECK_REJECT, CODE_REJECTED,
                      "Order rejected - reason:The size is not a multiple of %s", text);
    if (dec_gt(size.v, SIZE_MOST))
        return refuse(out, CHECK_REJECT, CODE_REJECTED,
                      "Order rejected - reason:The size is above the largest one allowed");
    return true;
}

/* Reads a price that must be there; *price is set only on success. */
static bool need_price(double v, const char *what, bool on_tick, struct check *out,
                       struct opt_dec *price)
{
    struct opt_dec p = wire_dec_of_double(v);
    if (!p.has || dec_sign(p.v) <= 0 || dec_gt(p.v, PRICE_MOST))
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Missing or invalid %s", what);
    if (on_tick && !dec_is_multiple(p.v, out->draft.instrument->tick))
        return refuse(out, CHECK_REFUSE, CODE_TICK,
                      "The price does not conform to the minimum price variation for this "
                      "contract.");
    *price = p;
    return true;
}

static bool check_trail(const struct wire_order *w, struct check *out)
{
    struct order *o = &out->draft.order;
    if (is_amount(w->trailing_percent)) {
        if (!need_price(w->trailing_percent, "trailing percent", false, out, &o->trail_percent))
            return false;
        if (!dec_lt(o->trail_percent.v, DEC(100)))
            return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid trailing percent");
    } else if (!need_price(w->aux_price, "trailing amount", true, out, &o->trail_amount)) {
        return false;
    }
    if (is_amount(w->trail_stop_price) &&
        !need_price(w->trail_stop_price, "trail stop price", true, out, &o->trail_stop))
        return false;
    if (o->type == ORDER_TRAIL)
        return true;
    struct opt_dec offset = wire_dec_of_double(w->lmt_price_offset);
    struct opt_dec limit = wire_dec_of_double(w->lmt_price);
    if (!offset.has && limit.has && dec_sign(limit.v) > 0 && o->trail_stop.has)
        offset = DEC_SOME(o->side == SIDE_SELL ? dec_minus(o->trail_stop.v, limit.v)
                                               : dec_minus(limit.v, o->trail_stop.v));
    if (!offset.has || dec_gt(dec_abs(offset.v), PRICE_MOST) ||
        !dec_is_multiple(offset.v, out->draft.instrument->tick))
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Missing or invalid limit offset");
    out->draft.limit_offset = offset;
    return true;
}

static bool check_prices(const struct wire_order *w, struct check *out)
{
    struct order *o = &out->draft.order;
    switch (o->type) {
    case ORDER_LMT:
        return need_price(w->lmt_price, "limit price", true, out, &o->limit_price);
    case ORDER_STP:
        return need_price(w->aux_price, "stop price", true, out, &o->stop_price);
    case ORDER_STP_LMT:
        return need_price(w->lmt_price, "limit price", true, out, &o->limit_price) &&
               need_price(w->aux_price, "stop price", true, out, &o->stop_price);
    case ORDER_TRAIL:
    case ORDER_TRAIL_LIMIT:
        return check_trail(w, out);
    default:
        return true;
    }
}

/* ---- lifetime ---- */
static int64_t day_order_end_s(const struct feed *f, const struct instrument *i, int64_t now_s)
{
    if (feed_has_real_hours(f)) {
        int64_t open = hours_next_open(&i->hours, now_s);
        return hours_last_open(&i->hours, hours_day_end(i->hours.zone, open) - 1) + 1;
    }
    /* around the clock the day ends at local midnight; nobody's order should die at 23:59 */
    int64_t end = hours_day_end(i->hours.zone, now_s);
    return end - now_s >= 3600 ? end : hours_day_end(i->hours.zone, end);
}

static bool check_lifetime(const struct check_world *w, const struct wire_order *o,
                           struct check *out)
{
    struct ticket *t = &out->draft;
    int64_t now_s = w->now_ns / NS_PER_S, end_s;
    t->expire_ns = VENUE_NEVER;
    if (t->order.tif == TIF_DAY) {
        t->expire_ns = day_order_end_s(w->feed, t->instrument, now_s) * NS_PER_S;
    } else if (t->order.tif == TIF_GTD) {
        str_copy_cut(t->order.good_till, sizeof t->order.good_till, o->good_till_date);
        if (!hours_parse_time(o->good_till_date, t->instrument->hours.zone, &end_s) ||
            end_s <= now_s || end_s > now_s + (int64_t)3660 * HOURS_DAY_S)
            return refuse(out, CHECK_REFUSE, CODE_INVALID,
                          INVALID "Invalid good-till date was entered");
        t->expire_ns = end_s * NS_PER_S;
    }
    return true;
}

/* ---- ids, parents, changes ---- */
static bool copy_names(const struct check_world *w, const struct wire_req_place_order *req,
                       struct check *out)
{
    const struct wire_order *o = &req->order;
    struct order *d = &out->draft.order;
    if (o->account.n == 0 && w->accounts->count > 1)
        return refuse(out, CHECK_REFUSE, CODE_NO_ACCOUNT, "You must specify an account.");
    struct str account = o->account.n > 0 ? o->account : STR_NAME(w->accounts->items[0].name);
    if (accounts_find(w->accounts, account) == NULL)
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid account code was entered");
    str_copy_cut(d->account, sizeof d->account, account);
    d->order_id = req->order_id;
    d->client_id = w->client_id;
    d->parent_id = o->parent_id;
    d->transmit = o->transmit;
    d->what_if = o->what_if;
    d->outside_rth = o->outside_rth;
    out->draft.oca_type = wire_is_set_int(o->oca_type) ? o->oca_type : 0;
    out->draft.trigger_method = wire_is_set_int(o->trigger_method) ? o->trigger_method : 0;
    out->draft.origin = o->origin;
    str_copy_cut(out->draft.open_close, sizeof out->draft.open_close, o->open_close);
    if (!str_copy(d->ref, sizeof d->ref, o->order_ref) ||
        !str_copy(d->oca_group, sizeof d->oca_group, o->oca_group))
        return refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "orderRef or ocaGroup is too long");
    if (d->what_if && !d->transmit)
        return refuse(out, CHECK_REFUSE, CODE_WHAT_IF_TRANSMIT,
                      "What-If order should have transmit flag set to true");
    return true;
}

static bool check_change(const struct ticket *old, struct check *out)
{
    const struct order *a = &old->order, *b = &out->draft.order;
    if (old->end == END_FILLED)
        return refuse(out, CHECK_REFUSE, CODE_MODIFY_FILLED, "Cannot modify a filled order.");
    if (!ticket_is_live(old))
        return refuse(out, CHECK_REFUSE, CODE_DUPLICATE_ID, "Duplicate order id");
    if (a->contract.con_id != b->contract.con_id || a->side != b->side ||
        a->parent_id != b->parent_id || !str_eq(STR_NAME(a->account), STR_NAME(b->account)))
        return refuse(out, CHECK_REFUSE, CODE_MODIFY_MISMATCH,
                      "Order being modified does not match original order");
    return true;
}

static bool check_identity(const struct check_world *w, struct check *out)
{
    const struct order *d = &out->draft.order;
    const struct ticket *old = venue_find(w->venue, w->client_id, d->order_id);
    if (old != NULL && !d->what_if) {
        out->verdict = CHECK_MODIFY;
        out->existing = old;
        return check_change(old, out);
    }
    if (d->order_id < 0 || d->order_id == INT32_MAX ||
        (!d->what_if && d->order_id < venue_next_id(w->venue, w->client_id)))
        return refuse(out, CHECK_REFUSE, CODE_DUPLICATE_ID, "Duplicate order id");
    if (d->parent_id == 0)
        return true;
    const struct ticket *parent = venue_find(w->venue, w->client_id, d->parent_id);
    if (parent == NULL)
        return refuse(out, CHECK_REFUSE, CODE_NO_PARENT, "Can't find order with id = %d",
                      (int)d->parent_id);
    if (parent->order.parent_id != 0 || (!ticket_is_live(parent) && parent->end != END_FILLED))
        return refuse(out, CHECK_REJECT, CODE_REJECTED,
                      "Order rejected - reason:Nothing can be attached to the parent order");
    return true;
}

/* ---- funds ---- */
void check_margin(const struct check_world *w, const struct ticket *draft, struct check_margin *out)
{
    int64_t now_s = w->now_ns / NS_PER_S;
    const struct account *before = accounts_find(w->accounts, STR_NAME(draft->order.account));
    struct account after = *before;
    struct ledger_change change;
    struct dec bid, ask, rate = DEC(1);
    const char *currency;
    const struct contract *c = &draft->instrument->contract;
    feed_touch(w->feed, draft->instrument, now_s, &bid, &ask);
    if (c->sec_type == SEC_CASH && !feed_rate(w->feed, STR_NAME(c->symbol), now_s, &rate))
        rate = DEC(1);
    struct trade trade = {draft->instrument,
                          draft->order.side,
                          draft->order.quantity,
                          draft->order.side == SIDE_BUY ? ask : bid,
                          DEC_ZERO,
                          NULL};
    trade.commission =
        fees_commission(draft->instrument, trade.quantity, trade.price, rate, &currency);
    trade.commission_currency = currency;
    out->commission = trade.commission;
    str_copy_cut(out->commission_currency, sizeof out->commission_currency, str_of(currency));
    str_copy_cut(out->base, sizeof out->base, STR_NAME(before->terms.base));
    balance_compute(before, w->feed, now_s, &out->before);
    ledger_trade(&after.ledger, &trade, &change);
    (void)ledger_apply(&after.ledger, &change); /* check_room has refused what would not fit */
    balance_compute(&after, w->feed, now_s, &out->after);
}

/* Every order that is accepted must be able to become a position. */
static bool check_room(const struct check_world *w, struct check *out)
{
    const struct ticket *t = &out->draft;
    const struct ledger *l = accounts_ledger(w->accounts, t->order.account);
    return ledger_has_room(l, t->instrument) ||
           refuse(out, CHECK_REJECT, CODE_REJECTED,
                  "Order rejected - reason:The account holds too many different positions");
}

static bool check_funds(const struct check_world *w, struct check *out)
{
    struct check_margin m;
    check_margin(w, &out->draft, &m);
    if (!dec_gt(m.after.init_margin, m.before.init_margin) ||
        !dec_gt(m.after.init_margin, m.after.total.net))
        return true;
    char have[DEC_TEXT_MAX], need[DEC_TEXT_MAX];
    dec_format_fixed(m.after.total.net, 2, have);
    dec_format_fixed(m.after.init_margin, 2, need);
    return refuse(out, CHECK_REJECT, CODE_REJECTED,
                  "Order rejected - reason:The account's equity of %s %s does not cover the "
                  "initial margin of %s %s that it would need",
                  have, m.base, need, m.base);
}

void check_order(const struct check_world *w, const struct wire_req_place_order *req,
                 struct check *out)
{
    *out = (struct check){.verdict = CHECK_PLACE};
    const struct wire_order *o = &req->order;
    /* each step that fails has set verdict, code and text */
    (void)(check_supported(req, out) && check_instrument(w, req, out) && copy_names(w, req, out) &&
           check_kind(o, out) && check_identity(w, out) && check_prices(o, out) &&
           check_lifetime(w, o, out) && check_size(o, out) && check_room(w, out) &&
           check_funds(w, out));
    bool is_new = out->existing == NULL && !out->draft.order.what_if;
    if (is_new && out->verdict != CHECK_REFUSE && !venue_has_room(w->venue, w->now_ns))
        refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "too many orders");
}
