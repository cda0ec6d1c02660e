/* SPDX-License-Identifier: MIT */
/*
 * stops: protective orders. Side, quantity and listing come from the position where they are not
 * given; a stop that would open a position instead of protecting one is refused.
 */
#include "ops/draft.h"

#include <string.h>

static const char *const stop_types[] = {"STP", "STP LMT", "TRAIL", NULL};
static const char *const stop_actions[] = {"", "BUY", "SELL", NULL};
static const enum order_type stop_type_of[] = {ORDER_STP, ORDER_STP_LMT, ORDER_TRAIL};

/* ---- place_stop_loss ---- */

static const struct field stop_in_fields[] = {
    FIELD_AS(struct stop_in, common.symbol, "symbol", .required = true, .positional = true,
             .doc = "Symbol of the position; must mean one contract", .example = "AAPL"),
    FIELD(struct stop_in, stop_price, .doc = "Trigger price (STP, STP LMT)", .example = "180"),
    FIELD(struct stop_in, price, .doc = "The same as stop_price"),
    FIELD(struct stop_in, quantity, .positive = true,
          .doc = "Default: what working stops do not cover yet"),
    FIELD(struct stop_in, action, .choices = stop_actions,
          .doc = "Default: the side that closes the position"),
    FIELD(struct stop_in, order_type, .choices = stop_types, .initial = "STP",
          .doc = "STP, STP LMT or TRAIL"),
    FIELD(struct stop_in, limit_price, .doc = "STP LMT: limit price; default 1 % beyond the stop"),
    FIELD(struct stop_in, trail_amount, .doc = "TRAIL: distance in the contract's currency"),
    FIELD(struct stop_in, trail_percent, .max = "50", .doc = "TRAIL: distance in percent"),
    FIELD(struct stop_in, time_in_force, .initial = "GTC", .doc = "GTC or DAY"),
    FIELD(struct stop_in, outside_rth, .initial = "false",
          .doc = "Also trigger outside regular trading hours"),
    FIELD_AS(struct stop_in, common.exchange, "exchange",
             .doc = "Exchange, where the symbol needs one"),
    FIELD_AS(struct stop_in, common.currency, "currency",
             .doc = "Currency, where the symbol needs one"),
    FIELD_AS(struct stop_in, common.dry_run, "dry_run", .initial = "false",
             .doc = "Only checks and values it"),
    FIELD_AS(struct stop_in, common.allow_duplicate, "allow_duplicate", .initial = "false",
             .doc = "Repeats a recent order on purpose"),
    FIELD_AS(struct stop_in, common.reasoning, "reasoning", .max = "500",
             .doc = "Why; kept with the order"),
    FIELD_AS(struct stop_in, common.account, "account", .doc = "Default: the connection's"),
};
static const struct type stop_in_type = TYPE_OF(struct stop_in, stop_in_fields);

/*
 * A request with the key of one that was sent derives the same order again, though the position is
 * covered by now; the gate then tells whether it is the same request.
 */
static bool repeats(struct call *c, const struct stop_in *args, const struct contract_details *d,
                    struct order *o)
{
    struct order before;
    if (args->common.dry_run ||
        !gate_sent_before(c->core->gate, STR_NAME(c->who->name), c->idempotency_key, &before) ||
        before.contract.con_id != d->contract.con_id)
        return false;
    o->side = args->action == 1 ? SIDE_BUY : args->action == 2 ? SIDE_SELL : before.side;
    o->quantity = args->quantity.has ? args->quantity.v : before.quantity;
    return true;
}

/* Side and quantity from the position, less what working stops cover already. */
static bool protect(struct call *c, const struct stop_in *args, struct str account,
                    const struct contract_details *d, struct order *o)
{
    const struct book *book = c->core->book;
    const struct position *p = book_position(book, account, d->contract.con_id);
    if (repeats(c, args, d, o))
        return true;
    struct dec held = p ? p->quantity : DEC_ZERO;
    o->side = args->action == 1                          ? SIDE_BUY
              : args->action == 2 || dec_sign(held) >= 0 ? SIDE_SELL
                                                         : SIDE_BUY;
    bool closes = o->side == SIDE_SELL ? dec_sign(held) > 0 : dec_sign(held) < 0;
    if (!closes) {
        error_set(&c->error, ERROR_DENIED, "WOULD_SHORT",
                  "there is no position in %s.%s that a %s stop would protect", d->contract.symbol,
                  d->contract.currency, side_text(o->side));
        return error_next(&c->error, "for an entry with a stop use place_bracket_order; "
                                     "get_portfolio lists what is held");
    }
    struct dec covered = book_working(book, account, d->contract.con_id, o->side, true);
    struct dec open = dec_minus(dec_abs(held), covered);
    if (args->quantity.has) {
        o->quantity = args->quantity.v;
    } else if (dec_sign(open) > 0) {
        o->quantity = open;
    } else {
        error_set(&c->error, ERROR_CONFLICT, "ALREADY_COVERED",
                  "working stops cover the whole position in %s already", d->contract.symbol);
        return error_next(&c->error,
                          "get_stop_losses shows them; modify_stop_loss moves one in place");
    }
    if (dec_gt(o->quantity, dec_abs(held))) {
        char text[DEC_TEXT_MAX];
        (void)dec_format(dec_abs(held), text);
        error_set(&c->error, ERROR_DENIED, "WOULD_SHORT",
                  "the stop is for more than the %s that are held in %s", text, d->contract.symbol);
        return error_next(&c->error, "leave quantity out to protect what is not covered yet");
    }
    if (dec_gt(o->quantity, open))
        call_warn(c, "OVER_COVERED: stops for more than the position would then be working");
    return true;
}

/* The multiple of the tick at or beyond `price`, away from the market for that side. */
static struct dec fit_tick(struct dec price, struct opt_dec tick, enum order_side side)
{
    if (!tick.has || dec_sign(tick.v) <= 0)
        return price;
    return dec_round_to(price, tick.v, side == SIDE_SELL ? DEC_DOWN : DEC_UP);
}

static bool price_trail(struct call *c, const struct stop_in *args, struct order *o)
{
    if (args->trail_amount.has == args->trail_percent.has)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "a TRAIL order needs trail_amount or trail_percent, and not both");
    if (args->stop_price.has || args->price.has)
        call_warn(c, "stop_price is not used by a TRAIL order: its trigger follows the market");
    o->trail_amount = args->trail_amount;
    o->trail_percent = args->trail_percent;
    return true;
}

static bool price_stop(struct call *c, const struct stop_in *args, struct opt_dec tick,
                       struct order *o)
{
    o->type = stop_type_of[args->order_type];
    if (o->type == ORDER_TRAIL)
        return price_trail(c, args, o);
    struct opt_dec stop = args->stop_price.has ? args->stop_price : args->price;
    if (!stop.has)
        return error_set(&c->error, ERROR_INVALID, "MISSING_ARGUMENT",
                         "stop_price is missing: the price that triggers the stop");
    if (dec_sign(stop.v) <= 0)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "stop_price must be a positive number");
    if (args->trail_amount.has || args->trail_percent.has)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "trail_amount and trail_percent belong to order_type TRAIL");
    o->stop_price = stop;
    if (o->type == ORDER_STP) {
        if (args->limit_price.has)
            return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                             "limit_price belongs to order_type STP LMT");
        return true;
    }
    struct dec limit;
    if (args->limit_price.has)
        limit = args->limit_price.v;
    else if (dec_mul(stop.v, o->side == SIDE_SELL ? DEC_MICRO(990000) : DEC_MICRO(1010000), &limit))
        limit = fit_tick(limit, tick, o->side);
    else
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT", "stop_price is too large");
    bool is_beyond = o->side == SIDE_SELL ? !dec_gt(limit, stop.v) : !dec_lt(limit, stop.v);
    if (!is_beyond)
        return error_set(&c->error, ERROR_INVALID, "STOP_WRONG_SIDE",
                         "the limit of a %s stop must not be %s its trigger", side_text(o->side),
                         o->side == SIDE_SELL ? "above" : "below");
    o->limit_price = DEC_SOME(limit);
    return true;
}

/* A stop that ends at once protects nothing. */
static bool stop_tif(struct call *c, struct str text, enum order_tif *out)
{
    if (!trade_tif(c, text, out))
        return false;
    if (*out == TIF_GTC || *out == TIF_DAY)
        return true;
    return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                     "time_in_force of a stop is GTC or DAY, not " STR_FMT, STR_ARG(text));
}

bool draft_stop(struct call *c, const struct stop_in *args, struct gate_request *out)
{
    struct contract_details details;
    struct str account;
    if (!trade_contract(c, &args->common, &account, &details))
        return false;
    trade_request(c, &args->common, account, &details, out);
    struct order *o = &out->orders[0];
    if (!protect(c, args, account, &details, o) || !price_stop(c, args, details.min_tick, o) ||
        !stop_tif(c, args->time_in_force, &o->tif))
        return false;
    o->outside_rth = args->outside_rth;
    return true;
}

static bool place_stop_loss(struct call *c, const void *in, void *result)
{
    const struct stop_in *args = in;
    struct gate_request request;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    return draft_stop(c, args, &request) &&
           trade_run(c, &request, args->common.dry_run, result, ticket, outcome);
}

/* ---- get_stop_losses ---- */

static const char *const stop_filters[] = {"active", "open", "all", NULL};
enum stop_filter { STOPS_ACTIVE, STOPS_OPEN, STOPS_ALL };
#define FINISHED_SHOWN_NS (24LL * 3600 * NS_PER_S)

struct stops_in {
    struct str account, symbol;
    unsigned status;
};
static const struct field stops_in_fields[] = {
    FIELD(struct stops_in, symbol, .positional = true, .doc = "Only this symbol",
          .example = "AAPL"),
    FIELD(struct stops_in, status, .choices = stop_filters, .initial = "active",
          .doc = "active: working; open: working or held; all: those finished within a day too"),
    FIELD(struct stops_in, account, .doc = "Default: the connection's"),
};
static const struct type stops_in_type = TYPE_OF(struct stops_in, stops_in_fields);

struct stop_row {
    int64_t order_id;
    struct opt_int perm_id;
    struct str symbol, exchange, currency, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec stop_price, limit_price, trail_amount, trail_percent;
    struct str status, time_in_force;
    bool outside_rth;
    struct opt_dec market_price, distance_pct, position, value_at_stop;
    struct dec filled;
    struct list fills;
    struct str origin;
    bool modifiable;
    struct opt_utc created_time;
    struct str account;
};
static const struct field stop_row_fields[] = {
    FIELD(struct stop_row, order_id, .doc = "Order id"),
    FIELD(struct stop_row, symbol, .doc = "Symbol"),
    FIELD(struct stop_row, exchange, .doc = "Listing exchange", .wide = true),
    FIELD(struct stop_row, currency, .doc = "Currency of the prices"),
    FIELD(struct stop_row, action, .doc = "BUY or SELL"),
    FIELD(struct stop_row, quantity, .doc = "Quantity"),
    FIELD(struct stop_row, order_type, .doc = "STP, STP LMT, TRAIL, TRAIL LIMIT"),
    FIELD(struct stop_row, stop_price, .doc = "Trigger price; of a trail its present one"),
    FIELD(struct stop_row, limit_price, .doc = "Limit price"),
    FIELD(struct stop_row, trail_amount, .doc = "Trailing distance", .wide = true),
    FIELD(struct stop_row, trail_percent, .doc = "Trailing distance in percent"),
    FIELD(struct stop_row, market_price, .doc = "Price of the position, by the broker"),
    FIELD(struct stop_row, distance_pct, .doc = "From the market to the trigger, percent",
          .unit = "%"),
    FIELD(struct stop_row, status, .doc = "The broker's word for its state"),
    FIELD(struct stop_row, position, .doc = "Quantity held that it protects"),
    FIELD(struct stop_row, value_at_stop, .doc = "Quantity times trigger price", .wide = true),
    FIELD(struct stop_row, filled, .doc = "Quantity filled", .wide = true),
    FIELD(struct stop_row, fills, .of = &fill_row_type, .doc = "Its executions", .wide = true),
    FIELD(struct stop_row, time_in_force, .doc = "GTC or DAY"),
    FIELD(struct stop_row, outside_rth, .doc = "Triggers outside regular hours", .wide = true),
    FIELD(struct stop_row, perm_id, .doc = "Permanent id at the broker", .wide = true),
    FIELD(struct stop_row, origin, .doc = "portcullis, other_client or manual", .wide = true),
    FIELD(struct stop_row, modifiable, .doc = "Can be changed from here", .wide = true),
    FIELD(struct stop_row, created_time, .doc = "First seen", .wide = true),
    FIELD(struct stop_row, account, .doc = "Account", .wide = true),
};
static const struct type stop_row_type = TYPE_OF(struct stop_row, stop_row_fields);

struct stops_out {
    struct list stops;
};
static const struct field stops_out_fields[] = {
    FIELD(struct stops_out, stops, .of = &stop_row_type, .doc = "The protective orders"),
};
static const struct type stops_out_type = TYPE_OF(struct stops_out, stops_out_fields);

/* Finished no longer ago than a day. */
static bool is_recent(const struct book_order *b, struct utc now)
{
    struct opt_utc end = b->status.completed.has ? b->status.completed : b->last_change;
    return end.has && now.ns - end.v.ns < FINISHED_SHOWN_NS;
}

static bool passes(const struct book_order *b, const struct stops_in *args, struct utc now)
{
    const struct order *o = &b->order;
    if (!order_type_is_stop(o->type) ||
        (args->symbol.n && !str_ieq(args->symbol, STR_NAME(o->contract.symbol))))
        return false;
    bool is_held = b->status.state == STATE_INACTIVE && !b->status.broker_code && !b->is_completed;
    return order_state_is_working(b->status.state) || (args->status != STOPS_ACTIVE && is_held) ||
           (args->status == STOPS_ALL && is_recent(b, now));
}

static void put_position(const struct position *p, struct stop_row *r)
{
    struct dec diff, part;
    if (!p)
        return;
    r->position = DEC_SOME(p->quantity);
    r->market_price = p->market_price;
    if (r->stop_price.has && dec_mul(r->stop_price.v, r->quantity, &part))
        r->value_at_stop = DEC_SOME(part);
    if (p->market_price.has && r->stop_price.has &&
        dec_sub(r->stop_price.v, p->market_price.v, &diff) &&
        dec_div(dec_times(diff, 100), p->market_price.v, &part))
        r->distance_pct = DEC_SOME(dec_round_to(part, DEC_MICRO(10000), DEC_HALF_EVEN));
}

static struct stop_row stop_of(struct call *c, const struct book_order *b)
{
    const struct order *o = &b->order;
    struct stop_row r = {
        .order_id = o->order_id,
        .perm_id = {o->perm_id, o->perm_id != 0},
        .symbol = arena_str(c->arena, STR_NAME(o->contract.symbol)),
        .exchange = trade_listing(c, &o->contract),
        .currency = call_text(c, o->contract.currency),
        .action = str_of(side_text(o->side)),
        .quantity = o->quantity,
        .order_type = call_text(c, o->type_text),
        .stop_price = o->stop_price.has ? o->stop_price : o->trail_stop,
        .limit_price = o->limit_price,
        .trail_amount = o->trail_amount,
        .trail_percent = o->trail_percent,
        .status = str_of(order_state_text(b->status.state)),
        .time_in_force = str_of(tif_text(o->tif)),
        .outside_rth = o->outside_rth,
        .filled = b->status.filled,
        .fills = trade_fills(c, o),
        .origin = trade_origin(o),
        .modifiable = trade_is_ours(c, b),
        .created_time = b->first_seen,
        .account = arena_str(c->arena, STR_NAME(o->account)),
    };
    put_position(book_position(c->core->book, STR_NAME(o->account), o->contract.con_id), &r);
    return r;
}

static bool get_stop_losses(struct call *c, const void *in, void *result)
{
    const struct stops_in *args = in;
    struct stops_out *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account) ||
        !query_open_orders(c->task, c->core->session, &c->error) ||
        (args->status == STOPS_ALL &&
         !query_completed_orders(c->task, c->core->session, &c->error)))
        return false;
    struct utc now = task_now(c->task).wall;
    const struct book_order *b;
    size_t n = 0;
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);)
        n += passes(b, args, now);
    struct stop_row *rows = ARENA_MANY(c->arena, struct stop_row, n);
    out->stops = (struct list){rows, 0};
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);)
        if (passes(b, args, now))
            rows[out->stops.n++] = stop_of(c, b);
    return true;
}

/* ---- modify_stop_loss ---- */

static const struct field move_in_fields[] = {
    FIELD(struct move_in, order_id, .required = true, .positional = true, .min = "1",
          .doc = "Order id, or perm id", .example = "12"),
    FIELD(struct move_in, stop_price, .doc = "New trigger price", .example = "185"),
    FIELD(struct move_in, quantity, .positive = true, .doc = "New quantity"),
    FIELD(struct move_in, limit_price, .doc = "New limit price (STP LMT)"),
    FIELD(struct move_in, trail_amount, .doc = "New trailing distance (TRAIL)"),
    FIELD(struct move_in, trail_percent, .max = "50", .doc = "New trailing percent (TRAIL)"),
    FIELD(struct move_in, time_in_force, .doc = "GTC or DAY"),
    FIELD(struct move_in, allow_widening, .initial = "false",
          .doc = "Moving the stop away from the market is meant"),
    FIELD(struct move_in, dry_run, .initial = "false", .doc = "Preview: send nothing"),
    FIELD(struct move_in, reasoning, .max = "500", .doc = "Why; kept with the order"),
    FIELD(struct move_in, account, .doc = "Refuse if the order belongs to another account"),
};
static const struct type move_in_type = TYPE_OF(struct move_in, move_in_fields);

/* One price of an order that may be changed: which argument sets which member, for which types. */
static bool change(struct call *c, struct opt_dec wanted, const char *name, struct opt_dec *member,
                   bool applies, const struct order *o, struct str *changes)
{
    if (!wanted.has)
        return true;
    if (!applies)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "%s does not apply to a %s order", name, o->type_text);
    char before[DEC_TEXT_MAX] = "none", after[DEC_TEXT_MAX];
    if (member->has)
        (void)dec_format(member->v, before);
    (void)dec_format(wanted.v, after);
    *changes = arena_f(c->arena, STR_FMT "%s%s %s -> %s", STR_ARG(*changes), changes->n ? ", " : "",
                       name, before, after);
    *member = wanted;
    return true;
}

static bool apply_changes(struct call *c, const struct move_in *a, struct order *o,
                          struct str *changes)
{
    bool trails = o->type == ORDER_TRAIL || o->type == ORDER_TRAIL_LIMIT;
    struct opt_dec quantity = DEC_SOME(o->quantity);
    if (!change(c, a->stop_price, "stop_price", &o->stop_price, !trails, o, changes) ||
        !change(c, a->limit_price, "limit_price", &o->limit_price, o->type == ORDER_STP_LMT, o,
                changes) ||
        !change(c, a->trail_amount, "trail_amount", &o->trail_amount, trails, o, changes) ||
        !change(c, a->trail_percent, "trail_percent", &o->trail_percent, trails, o, changes) ||
        !change(c, a->quantity, "quantity", &quantity, true, o, changes))
        return false;
    if (a->trail_amount.has && a->trail_percent.has)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "give either trail_amount or trail_percent");
    if (a->trail_amount.has)
        o->trail_percent = DEC_NONE;
    if (a->trail_percent.has)
        o->trail_amount = DEC_NONE;
    o->quantity = quantity.v;
    if (a->time_in_force.n) {
        const char *before = tif_text(o->tif);
        if (!stop_tif(c, a->time_in_force, &o->tif))
            return false;
        *changes = arena_f(c->arena, STR_FMT "%stime_in_force %s -> %s", STR_ARG(*changes),
                           changes->n ? ", " : "", before, tif_text(o->tif));
    }
    if (!changes->n)
        return error_set(&c->error, ERROR_INVALID, "MISSING_ARGUMENT",
                         "nothing to change: give a price, a trail, quantity or time_in_force");
    return true;
}

bool draft_move(struct call *c, const struct move_in *args, struct gate_request *out,
                struct str *changes)
{
    struct order_common common = {
        .reasoning = args->reasoning, .account = args->account, .dry_run = args->dry_run};
    *changes = STR("");
    if (!trade_change(c, args->order_id, &common, out))
        return false;
    struct order *o = &out->orders[0];
    if (!order_type_is_stop(o->type)) {
        error_set(&c->error, ERROR_INVALID, "NOT_A_STOP", "order %lld is a %s order, not a stop",
                  (long long)args->order_id, o->type_text);
        return error_next(&c->error, "modify_order changes other orders");
    }
    out->allow_widening = args->allow_widening;
    return apply_changes(c, args, o, changes);
}

static bool modify_stop_loss(struct call *c, const void *in, void *result)
{
    const struct move_in *args = in;
    struct placed *out = result;
    struct gate_request request;
    struct str changes;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    if (!draft_move(c, args, &request, &changes) ||
        !trade_run(c, &request, args->dry_run, out, ticket, outcome))
        return false;
    out->modifications = changes;
    return true;
}

/* ---- the table ---- */

static const char *const place_phrases[] = {"Set a stop loss on {symbol} at {stop_price}", NULL};
static const char *const list_phrases[] = {"Show me all current stop loss orders",
                                           "Check my {symbol} stop loss orders", NULL};

static const struct op stop_ops[] = {
    {.name = "place_stop_loss",
     .title = "Stop loss",
     .doc = "Protects a position with a stop (STP), stop-limit (STP LMT) or trailing stop (TRAIL). "
            "Side, quantity and listing come from the position; the quantity is what working stops "
            "do not cover yet. Refused without a position (WOULD_SHORT) or with the stop on the "
            "wrong side of the market. Use dry_run first.",
     .in = &stop_in_type,
     .out = &placed_type,
     .effect = OP_TRADE,
     .is_open_world = true,
     .route = "POST /api/stop-loss",
     .verb = "stop-loss",
     .example = "stop-loss AAPL --price 180 --dry-run",
     .category = "stop_loss",
     .phrases = place_phrases,
     .run = place_stop_loss},
    {.name = "get_stop_losses",
     .title = "Stop losses",
     .doc = "Protective orders of the account, whoever placed them: trigger, limit or trail, "
            "distance to the market in percent, position covered, origin and whether it can be "
            "changed from here.",
     .in = &stops_in_type,
     .out = &stops_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/stop-loss",
     .verb = "stops",
     .example = "stops",
     .category = "stop_loss",
     .phrases = list_phrases,
     .run = get_stop_losses},
    {.name = "modify_stop_loss",
     .title = "Move a stop loss",
     .doc = "Changes trigger, limit, trail, quantity or time in force of a working stop in place, "
            "and answers with old and new values after the broker's acknowledgement. Moving it "
            "away from the market needs allow_widening.",
     .in = &move_in_type,
     .out = &placed_type,
     .effect = OP_TRADE,
     .is_destructive = true,
     .is_open_world = true,
     .route = "PUT /api/stop-loss/{order_id}",
     .verb = "move-stop",
     .example = "move-stop 12 --stop-price 185",
     .category = "stop_loss",
     .run = modify_stop_loss},
};
const struct op_set stop_op_set = {stop_ops, sizeof stop_ops / sizeof stop_ops[0]};
