/* SPDX-License-Identifier: MIT */
/*
 * order_views: working orders, and all about one. Reads only.
 */
#include "ops/order_row.h"

/* ---- get_open_orders ---- */

static const struct field order_row_fields[] = {
    FIELD(struct order_row, order_id, .doc = "Order id of the client that owns it"),
    ORDER_ROW_FIELDS,
};
static const struct type order_row_type = TYPE_OF(struct order_row, order_row_fields);

struct orders_in {
    struct str account;
};
static const struct field orders_in_fields[] = {
    FIELD(struct orders_in, account, .doc = "Default: the connection's"),
};
static const struct type orders_in_type = TYPE_OF(struct orders_in, orders_in_fields);

struct orders_out {
    struct list orders;
};
static const struct field open_out_fields[] = {
    FIELD(struct orders_out, orders, .of = &order_row_type, .doc = "Working orders, all clients"),
};
static const struct type open_out_type = TYPE_OF(struct orders_out, open_out_fields);
struct order_row order_row_of(struct call *c, const struct book_order *b)
{
    const struct order *o = &b->order;
    struct str ignored;
    struct order_row r = {
        .order_id = o->order_id,
        .perm_id = {o->perm_id, o->perm_id != 0},
        .symbol = arena_str(c->arena, STR_NAME(o->contract.symbol)),
        .exchange = trade_listing(c, &o->contract),
        .currency = call_text(c, o->contract.currency),
        .action = str_of(side_text(o->side)),
        .quantity = o->quantity,
        .order_type = call_text(c, o->type_text),
        .limit_price = o->limit_price,
        .stop_price = o->stop_price.has ? o->stop_price : o->trail_stop,
        .aux_price = o->stop_price.has ? o->stop_price : o->trail_amount,
        .trail_amount = o->trail_amount,
        .trail_percent = o->trail_percent,
        .time_in_force = str_of(tif_text(o->tif)),
        .status = str_of(order_state_text(b->status.state)),
        .filled = b->status.filled,
        .remaining = b->status.remaining,
        .avg_fill_price = b->status.avg_fill_price,
        .last_fill_price = b->status.last_fill_price,
        .commission = trade_commission(c->core->book, o, &ignored),
        .account = arena_str(c->arena, STR_NAME(o->account)),
        .order_ref = call_text(c, o->ref),
        .client_id = o->client_id,
        .parent_id = {o->parent_id, o->parent_id != 0},
        .oca_group = call_text(c, o->oca_group),
        .origin = trade_origin(o),
        .modifiable = trade_is_ours(c, b),
        .outside_rth = o->outside_rth,
        .why_held = call_text(c, b->status.why_held),
        .broker_text = call_text(c, b->status.broker_text),
        .time = book_order_is_over(b) ? book_order_end(b) : b->last_change,
    };
    if (r.filled.nano == 0)
        r.avg_fill_price = DEC_NONE; /* the broker sends 0 where nothing was filled */
    return r;
}

/* Rows of the account's orders that are not over. */
static struct list collect(struct call *c, struct str account)
{
    const struct book_order *b;
    size_t n = 0;
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);)
        n += !book_order_is_over(b);
    struct order_row *rows = ARENA_MANY(c->arena, struct order_row, n);
    size_t at = 0;
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);)
        if (!book_order_is_over(b))
            rows[at++] = order_row_of(c, b);
    return (struct list){rows, at};
}

/* A bracket that lacks an exit is told with what would mend it. */
static void warn_of_brackets(struct call *c, struct str account)
{
    struct gate_break *found = ARENA_MANY(c->arena, struct gate_break, GATE_BREAKS_MAX);
    size_t n = gate_repairs(c->core->gate, found);
    for (size_t i = 0; i < n; i++)
        if (str_eq(STR_NAME(found[i].account), account))
            call_warn(c, "%s; %s", found[i].text, found[i].repair);
}

static bool get_open_orders(struct call *c, const void *in, void *result)
{
    const struct orders_in *args = in;
    struct orders_out *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account) ||
        !query_open_orders(c->task, c->core->session, &c->error))
        return false;
    out->orders = collect(c, account);
    warn_of_brackets(c, account);
    return true;
}

/* ---- get_order_status ---- */

struct status_in {
    int64_t order_id;
    struct str account;
};
static const struct field status_in_fields[] = {
    FIELD(struct status_in, order_id, .required = true, .positional = true, .min = "1",
          .doc = "Order id, or perm id", .example = "12"),
    FIELD(struct status_in, account, .doc = "Refuse if the order belongs to another account"),
};
static const struct type status_in_type = TYPE_OF(struct status_in, status_in_fields);

struct status_out {
    bool success;
    int64_t order_id;
    struct opt_int perm_id;
    struct str order_ref, symbol, exchange, currency, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec price, stop_price, trail_amount, trail_percent;
    struct str time_in_force, status;
    struct dec filled, remaining;
    struct opt_dec avg_fill_price, commission;
    struct str commission_currency, why_held, broker_text;
    struct opt_int broker_code;
    struct list fills;
    struct opt_utc timestamp;
};
static const struct field status_out_fields[] = {
    FIELD(struct status_out, success, .doc = "The order was found"),
    FIELD(struct status_out, order_id, .doc = "Order id"),
    FIELD(struct status_out, perm_id, .doc = "Permanent id at the broker"),
    FIELD(struct status_out, order_ref, .doc = "Our own durable reference"),
    FIELD(struct status_out, symbol, .doc = "Symbol"),
    FIELD(struct status_out, exchange, .doc = "Listing exchange"),
    FIELD(struct status_out, currency, .doc = "Currency of the prices"),
    FIELD(struct status_out, action, .doc = "BUY or SELL"),
    FIELD(struct status_out, quantity, .doc = "Quantity"),
    FIELD(struct status_out, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),
    FIELD(struct status_out, price, .doc = "Limit price"),
    FIELD(struct status_out, stop_price, .doc = "Trigger price"),
    FIELD(struct status_out, trail_amount, .doc = "Trailing distance"),
    FIELD(struct status_out, trail_percent, .doc = "Trailing percent"),
    FIELD(struct status_out, time_in_force, .doc = "DAY, GTC, IOC, FOK"),
    FIELD(struct status_out, status, .doc = "The broker's word for its state"),
    FIELD(struct status_out, filled, .doc = "Quantity filled"),
    FIELD(struct status_out, remaining, .doc = "Quantity not filled"),
    FIELD(struct status_out, avg_fill_price, .doc = "Average price of the fills"),
    FIELD(struct status_out, commission, .doc = "Commission, once all of it is known"),
    FIELD(struct status_out, commission_currency, .doc = "Its currency"),
    FIELD(struct status_out, why_held, .doc = "Why the broker holds it"),
    FIELD(struct status_out, broker_code, .doc = "Code of the broker's refusal"),
    FIELD(struct status_out, broker_text, .doc = "What the broker said, outside text"),
    FIELD(struct status_out, fills, .of = &fill_row_type, .aside = true, .doc = "The executions"),
    FIELD(struct status_out, timestamp, .doc = "Last change that was seen"),
};
static const struct type status_out_type = TYPE_OF(struct status_out, status_out_fields);

static bool get_order_status(struct call *c, const void *in, void *result)
{
    const struct status_in *args = in;
    struct status_out *out = result;
    const struct book_order *b = trade_find(c, args->order_id, args->account);
    struct str account;
    if (!b || !call_account(c, STR_NAME(b->order.account), &account))
        return false;
    struct order_row r = order_row_of(c, b);
    struct str currency = STR_NONE;
    *out = (struct status_out){
        .success = true,
        .order_id = r.order_id,
        .perm_id = r.perm_id,
        .order_ref = r.order_ref,
        .symbol = r.symbol,
        .exchange = r.exchange,
        .currency = r.currency,
        .action = r.action,
        .quantity = r.quantity,
        .order_type = r.order_type,
        .price = r.limit_price,
        .stop_price = r.stop_price,
        .trail_amount = r.trail_amount,
        .trail_percent = r.trail_percent,
        .time_in_force = r.time_in_force,
        .status = r.status,
        .filled = r.filled,
        .remaining = r.remaining,
        .avg_fill_price = r.avg_fill_price,
        .commission = trade_commission(c->core->book, &b->order, &currency),
        .commission_currency = arena_str(c->arena, currency),
        .why_held = r.why_held,
        .broker_code = {b->status.broker_code, b->status.broker_code != 0},
        .broker_text = r.broker_text,
        .fills = trade_fills(c, &b->order),
        .timestamp = r.time,
    };
    if (b->status.state == STATE_UNKNOWN)
        call_incomplete(c, "OUTCOME_UNKNOWN: the broker has not said what became of this order");
    return true;
}

/* ---- the table ---- */

static const struct op order_view_ops[] = {
    {.name = "get_open_orders",
     .title = "Working orders",
     .doc = "All working orders of the account, of every API client and those placed by hand, "
            "asked of the broker now. An incomplete answer is an error, never an empty list.",
     .in = &orders_in_type,
     .out = &open_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/orders",
     .verb = "orders",
     .example = "orders",
     .category = "orders",
     .run = get_open_orders},
    {.name = "get_order_status",
     .title = "Order status",
     .doc = "State, fills, average price, commission and the broker's reason for one order, by "
            "order id or perm id; finished orders too.",
     .in = &status_in_type,
     .out = &status_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/orders/{order_id}",
     .verb = "order",
     .example = "order 12",
     .category = "orders",
     .run = get_order_status},
};
const struct op_set order_view_op_set = {order_view_ops,
                                         sizeof order_view_ops / sizeof order_view_ops[0]};
