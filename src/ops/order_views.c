/* SPDX-License-Identifier: MIT */
/*
 * order_views: working and finished orders, and what was executed. Reads only.
 */
#include "base/limits.h"
#include "base/map.h"
#include "ops/trade.h"
#include "store/past.h"

#include <stdlib.h>
#include <string.h>

enum { EXECUTIONS_MAX = 5000 };
#define NS_PER_DAY (86400LL * NS_PER_S)

/* ---- get_open_orders, get_completed_orders ---- */

struct order_row {
    int64_t order_id;
    struct opt_int perm_id;
    struct str symbol, exchange, currency, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec limit_price, stop_price, aux_price, trail_amount, trail_percent;
    struct str time_in_force, status;
    struct dec filled, remaining;
    struct opt_dec avg_fill_price, last_fill_price, commission;
    struct str account, order_ref;
    int64_t client_id;
    struct opt_int parent_id;
    struct str oca_group, origin;
    bool modifiable, outside_rth;
    struct str why_held, broker_text;
    struct opt_utc time;
};
#define ORDER_ROW_FIELDS                                                                           \
    FIELD(struct order_row, symbol, .doc = "Symbol"),                                              \
        FIELD(struct order_row, exchange, .doc = "Listing exchange", .wide = true),                \
        FIELD(struct order_row, currency, .doc = "Currency of the prices", .wide = true),          \
        FIELD(struct order_row, action, .doc = "BUY or SELL"),                                     \
        FIELD(struct order_row, quantity, .doc = "Quantity"),                                      \
        FIELD(struct order_row, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),               \
        FIELD(struct order_row, limit_price, .doc = "Limit price"),                                \
        FIELD(struct order_row, stop_price, .doc = "Trigger price"),                               \
        FIELD(struct order_row, trail_amount, .doc = "Trailing distance", .wide = true),           \
        FIELD(struct order_row, trail_percent, .doc = "Trailing percent", .wide = true),           \
        FIELD(struct order_row, time_in_force, .doc = "DAY, GTC, IOC, FOK"),                       \
        FIELD(struct order_row, status, .doc = "The broker's word for its state"),                 \
        FIELD(struct order_row, filled, .doc = "Quantity filled"),                                 \
        FIELD(struct order_row, remaining, .doc = "Quantity not filled", .wide = true),            \
        FIELD(struct order_row, avg_fill_price, .doc = "Average price of the fills"),              \
        FIELD(struct order_row, last_fill_price, .doc = "Price of the newest fill", .wide = true), \
        FIELD(struct order_row, commission, .doc = "Commission, once all of it is known"),         \
        FIELD(struct order_row, perm_id, .doc = "Permanent id at the broker"),                     \
        FIELD(struct order_row, order_ref, .doc = "Reference given by who placed it",              \
              .wide = true),                                                                       \
        FIELD(struct order_row, client_id, .doc = "API client that owns it", .wide = true),        \
        FIELD(struct order_row, parent_id, .doc = "Order id of its parent", .wide = true),         \
        FIELD(struct order_row, oca_group, .doc = "Orders that cancel each other", .wide = true),  \
        FIELD(struct order_row, origin, .doc = "portcullis, other_client or manual",               \
              .wide = true),                                                                       \
        FIELD(struct order_row, modifiable, .doc = "Can be changed from here", .wide = true),      \
        FIELD(struct order_row, outside_rth, .doc = "Active outside regular hours", .wide = true), \
        FIELD(struct order_row, why_held, .doc = "Why the broker holds it", .wide = true),         \
        FIELD(struct order_row, broker_text, .doc = "What the broker said, outside text",          \
              .wide = true),                                                                       \
        FIELD(struct order_row, time, .doc = "Last change that was seen", .wide = true),           \
        FIELD(struct order_row, account, .doc = "Account", .wide = true)

static const struct field order_row_fields[] = {
    FIELD(struct order_row, order_id, .doc = "Order id of the client that owns it"),
    ORDER_ROW_FIELDS,
};
static const struct type order_row_type = TYPE_OF(struct order_row, order_row_fields);

static const struct field completed_row_fields[] = {
    FIELD(struct order_row, order_id,
          .doc = "Permanent id, as an older server reports it; perm_id says it plainly"),
    ORDER_ROW_FIELDS,
    FIELD(struct order_row, aux_price, .doc = "Trigger price of a stop, distance of a trail",
          .wide = true),
};
static const struct type completed_row_type = TYPE_OF(struct order_row, completed_row_fields);

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
static const struct field completed_out_fields[] = {
    FIELD(struct orders_out, orders, .of = &completed_row_type, .doc = "Finished orders"),
};
static const struct type completed_out_type = TYPE_OF(struct orders_out, completed_out_fields);

static struct order_row row_of(struct call *c, const struct book_order *b)
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
        .time = b->last_change,
    };
    if (r.filled.nano == 0)
        r.avg_fill_price = DEC_NONE; /* the broker sends 0 where nothing was filled */
    return r;
}

/* Rows of the account whose state is (not) terminal. */
static struct list collect(struct call *c, struct str account, bool is_finished)
{
    const struct book_order *b;
    size_t n = 0;
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);)
        n++;
    struct order_row *rows = ARENA_MANY(c->arena, struct order_row, n);
    size_t at = 0;
    for (size_t i = 0; book_next_order(c->core->book, &i, account, &b);) {
        bool is_done = order_state_is_terminal(b->status.state) || b->is_completed ||
                       (b->status.state == STATE_INACTIVE && b->status.broker_code);
        if (is_done == is_finished)
            rows[at++] = row_of(c, b);
    }
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
    out->orders = collect(c, account, false);
    warn_of_brackets(c, account);
    return true;
}

static bool get_completed_orders(struct call *c, const void *in, void *result)
{
    const struct orders_in *args = in;
    struct orders_out *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account) ||
        !query_completed_orders(c->task, c->core->session, &c->error))
        return false;
    out->orders = collect(c, account, true);
    struct order_row *rows = out->orders.items;
    for (size_t i = 0; i < out->orders.n; i++)
        if (rows[i].perm_id.has)
            rows[i].order_id = rows[i].perm_id.v;
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
    struct order_row r = row_of(c, b);
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

/* ---- get_executions ---- */

struct executions_in {
    struct str account, symbol;
    int64_t days_back;
};
static const struct field executions_in_fields[] = {
    FIELD(struct executions_in, account, .doc = "Default: the connection's"),
    FIELD(struct executions_in, symbol, .positional = true, .doc = "Only this symbol",
          .example = "AAPL"),
    FIELD(struct executions_in, days_back, .initial = "7", .min = "1", .max = "3650",
          .doc = "How many days back"),
};
static const struct type executions_in_type = TYPE_OF(struct executions_in, executions_in_fields);

struct execution_row {
    struct str execution_id;
    int64_t order_id, client_id;
    struct str symbol, exchange, currency, security_type, side;
    struct dec shares, price;
    struct opt_int perm_id;
    struct str ev_rule, model_code;
    struct opt_dec ev_multiplier;
    bool liquidation, late;
    struct dec cumulative_quantity;
    struct opt_dec average_price, commission, realized_pnl;
    struct str commission_currency, order_ref;
    int64_t last_liquidity;
    struct opt_utc time;
    struct str broker_time, account, source;
};
static const struct field execution_row_fields[] = {
    FIELD(struct execution_row, time, .doc = "When it was executed; null if its zone is not known"),
    FIELD(struct execution_row, symbol, .doc = "Symbol"),
    FIELD(struct execution_row, side, .doc = "BUY or SELL"),
    FIELD(struct execution_row, shares, .doc = "Quantity"),
    FIELD(struct execution_row, price, .doc = "Price"),
    FIELD(struct execution_row, currency, .doc = "Currency of the price"),
    FIELD(struct execution_row, commission, .doc = "Commission; null until it is reported"),
    FIELD(struct execution_row, commission_currency, .doc = "Its currency", .wide = true),
    FIELD(struct execution_row, realized_pnl, .doc = "Realised profit or loss, by the broker"),
    FIELD(struct execution_row, order_id, .doc = "Order id"),
    FIELD(struct execution_row, exchange, .doc = "Where", .wide = true),
    FIELD(struct execution_row, security_type, .doc = "Security type", .wide = true),
    FIELD(struct execution_row, perm_id, .doc = "Permanent id of the order", .wide = true),
    FIELD(struct execution_row, client_id, .doc = "API client", .wide = true),
    FIELD(struct execution_row, cumulative_quantity, .doc = "Filled so far", .wide = true),
    FIELD(struct execution_row, average_price, .doc = "Average price so far", .wide = true),
    FIELD(struct execution_row, order_ref, .doc = "Reference of the order", .wide = true),
    FIELD(struct execution_row, liquidation, .doc = "Forced by the broker", .wide = true),
    FIELD(struct execution_row, late,
          .doc =
              "It happened while the connection was down, and was told afterwards; known for the "
              "present run of the daemon",
          .wide = true),
    FIELD(struct execution_row, ev_rule, .doc = "Valuation rule, told for few instruments",
          .wide = true),
    FIELD(struct execution_row, ev_multiplier, .doc = "Its multiplier", .wide = true),
    FIELD(struct execution_row, model_code, .doc = "Model of an advisor's account", .wide = true),
    FIELD(struct execution_row, last_liquidity, .doc = "1 added, 2 removed, 3 routed out",
          .wide = true),
    FIELD(struct execution_row, execution_id, .doc = "Execution id", .wide = true),
    FIELD(struct execution_row, broker_time, .doc = "The time as the broker wrote it",
          .wide = true),
    FIELD(struct execution_row, source, .wide = true,
          .doc = "seen: the broker told it; flex, csv: an imported statement did"),
    FIELD(struct execution_row, account, .doc = "Account", .wide = true),
};
static const struct type execution_row_type = TYPE_OF(struct execution_row, execution_row_fields);

struct executions_out {
    struct opt_utc complete_since;
    struct list executions;
};
static const struct field executions_out_fields[] = {
    FIELD(struct executions_out, complete_since,
          .doc = "All executions are known since; null: some may be missing now"),
    FIELD(struct executions_out, executions, .of = &execution_row_type, .doc = "Newest first"),
};
static const struct type executions_out_type =
    TYPE_OF(struct executions_out, executions_out_fields);

/*
 * One pass over the executions, oldest first: those of the store that the book does not have, then
 * the book's, which are newer. The first pass counts, the second makes rows of the newest ones.
 */
struct gathering {
    struct call *c;
    struct str account, symbol;
    struct utc since;
    struct map *in_book; /* the book's executions by the part of the id that corrections keep */
    struct execution_row *rows; /* NULL while counting */
    size_t seen, skipped;       /* of the seen ones the first `skipped` make no row */
};

/* A correction has the id of its original up to the last dot. */
static struct str fill_of(const char *exec_id)
{
    struct str id = str_of(exec_id);
    for (size_t i = id.n; i-- > 0;)
        if (id.p[i] == '.')
            return str_sub(id, 0, i);
    return id;
}

static struct execution_row execution_of(struct call *c, const struct execution *x)
{
    return (struct execution_row){
        .execution_id = arena_str(c->arena, STR_NAME(x->exec_id)),
        .order_id = x->order_id,
        .client_id = x->client_id,
        .symbol = arena_str(c->arena, STR_NAME(x->contract.symbol)),
        .exchange = call_text(c, x->exchange),
        .currency = call_text(c, x->contract.currency),
        .security_type = str_of(sec_type_text(x->contract.sec_type)),
        .side = str_of(side_text(x->side)),
        .shares = x->quantity,
        .price = x->price,
        .perm_id = {x->perm_id, x->perm_id != 0},
        .ev_rule = call_text(c, x->ev_rule),
        .ev_multiplier = x->ev_multiplier,
        .model_code = call_text(c, x->model_code),
        .liquidation = x->is_liquidation,
        .late = x->is_late,
        .cumulative_quantity = x->cum_quantity,
        .average_price = x->avg_price,
        .commission = x->commission,
        .realized_pnl = x->realized_pnl,
        .commission_currency = call_text(c, x->commission_currency),
        .order_ref = call_text(c, x->ref),
        .last_liquidity = x->last_liquidity,
        .time = x->time,
        .broker_time = call_text(c, x->time_text),
        .account = arena_str(c->arena, STR_NAME(x->account)),
        .source = x->source[0] ? arena_str(c->arena, STR_NAME(x->source)) : STR("seen"),
    };
}

static void see(struct gathering *g, const struct execution *x)
{
    if (g->symbol.n && !str_ieq(g->symbol, STR_NAME(x->contract.symbol)))
        return;
    if (x->time.has && x->time.v.ns < g->since.ns)
        return;
    if (g->rows && g->seen >= g->skipped)
        g->rows[g->seen - g->skipped] = execution_of(g->c, x);
    g->seen++;
}

static bool from_store(void *self, const struct execution *x)
{
    struct gathering *g = self;
    if (!map_get_str(g->in_book, fill_of(x->exec_id)))
        see(g, x);
    return true;
}

static bool pass(struct gathering *g)
{
    const struct execution *x;
    const struct core *core = g->c->core;
    g->seen = 0;
    if (!db_executions(core->db, g->since, g->account, from_store, g, &g->c->error))
        return false;
    for (size_t i = 0; book_next_execution(core->book, &i, g->account, &x);)
        see(g, x);
    return true;
}

static bool gather(struct gathering *g, struct executions_out *out)
{
    if (!pass(g))
        return false;
    g->skipped = g->seen > EXECUTIONS_MAX ? g->seen - EXECUTIONS_MAX : 0;
    if (g->skipped)
        call_incomplete(g->c, "only the newest %d executions are listed; ask for fewer days",
                        EXECUTIONS_MAX);
    size_t n = g->seen - g->skipped;
    g->rows = ARENA_MANY(g->c->arena, struct execution_row, n);
    out->executions = (struct list){g->rows, n};
    return pass(g);
}

static int newest_first(const void *a, const void *b)
{
    const struct execution_row *x = a, *y = b;
    int64_t tx = x->time.has ? x->time.v.ns : INT64_MAX;
    int64_t ty = y->time.has ? y->time.v.ns : INT64_MAX;
    if (tx != ty)
        return tx > ty ? -1 : 1;
    return str_cmp(y->execution_id, x->execution_id);
}

static bool get_executions(struct call *c, const void *in, void *result)
{
    const struct executions_in *args = in;
    struct executions_out *out = result;
    struct str account;
    struct utc covered = {task_now(c->task).wall.ns - 2LL * CHRONICLE_COVER_MS * NS_PER_MS};
    if (!call_account(c, args->account, &account) ||
        !db_complete_since(c->core->db, account, covered, &out->complete_since, &c->error))
        return false;
    struct gathering g = {
        .c = c,
        .account = account,
        .symbol = args->symbol,
        .since = {task_now(c->task).wall.ns - args->days_back * NS_PER_DAY},
        .in_book = map_new(LIMIT_EXECUTIONS),
    };
    const struct execution *x;
    for (size_t i = 0; book_next_execution(c->core->book, &i, account, &x);)
        (void)map_put_str(g.in_book, fill_of(x->exec_id), g.in_book);
    bool ok = gather(&g, out);
    map_free(g.in_book);
    if (!ok)
        return false;
    if (out->executions.n)
        qsort(out->executions.items, out->executions.n, sizeof g.rows[0], newest_first);
    if (!session_is_ready(c->core->session))
        call_incomplete(c, "the broker is not connected: executions since then are missing");
    else if (!out->complete_since.has || out->complete_since.v.ns > g.since.ns)
        call_warn(c,
                  "executions before complete_since are known in part; a statement completes them");
    return true;
}

/* ---- the table ---- */

static const char *const execution_phrases[] = {"Show me all trades and executions for this month",
                                                NULL};

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
    {.name = "get_completed_orders",
     .title = "Finished orders",
     .doc =
         "Filled, cancelled and rejected orders that the broker still tells, with fills, average "
         "price and commission.",
     .in = &orders_in_type,
     .out = &completed_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/orders/completed",
     .verb = "completed",
     .example = "completed",
     .category = "orders",
     .run = get_completed_orders},
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
    {.name = "get_executions",
     .title = "Executions",
     .doc = "Fills of the last days, newest first, with commission and realised profit or loss; "
            "kept here for good, because the broker tells only its current day, and completed by "
            "imported statements. complete_since says from when on none is missing.",
     .in = &executions_in_type,
     .out = &executions_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/executions",
     .verb = "executions",
     .example = "executions --days-back 1",
     .category = "orders",
     .phrases = execution_phrases,
     .run = get_executions},
};
const struct op_set order_view_op_set = {order_view_ops,
                                         sizeof order_view_ops / sizeof order_view_ops[0]};
