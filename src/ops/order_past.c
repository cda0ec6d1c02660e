/* SPDX-License-Identifier: MIT */
/*
 * order_past: finished orders and executions of any number of days, from the broker and the store.
 * Reads only.
 */
#include "automation/chronicle.h"
#include "base/limits.h"
#include "base/map.h"
#include "ops/order_row.h"
#include "store/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXECUTIONS_MAX = 5000, ORDERS_MAX = 5000 };
#define NS_PER_DAY (86400LL * NS_PER_S)

/* Since when nothing is missing: the record is written down now and then only. */
static bool complete_since(struct call *c, struct str account, struct opt_utc *out)
{
    struct utc covered = {task_now(c->task).wall.ns - 2LL * CHRONICLE_COVER_MS * NS_PER_MS};
    return db_complete_since(c->core->db, account, covered, out, &c->error);
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
    if (!call_account(c, args->account, &account) ||
        !complete_since(c, account, &out->complete_since))
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

/* ---- get_completed_orders ---- */

static const struct field completed_row_fields[] = {
    FIELD(struct order_row, order_id,
          .doc = "Permanent id, as an older server reports it; perm_id says it plainly"),
    ORDER_ROW_FIELDS,
    FIELD(struct order_row, aux_price, .doc = "Trigger price of a stop, distance of a trail",
          .wide = true),
};
static const struct type completed_row_type = TYPE_OF(struct order_row, completed_row_fields);

struct completed_in {
    struct str account;
    int64_t days_back;
};
static const struct field completed_in_fields[] = {
    FIELD(struct completed_in, account, .doc = "Default: the connection's"),
    FIELD(struct completed_in, days_back, .initial = "7", .min = "1", .max = "3650",
          .doc = "How many days back"),
};
static const struct type completed_in_type = TYPE_OF(struct completed_in, completed_in_fields);

struct completed_out {
    struct opt_utc complete_since;
    struct list orders;
};
static const struct field completed_out_fields[] = {
    FIELD(struct completed_out, complete_since,
          .doc = "All finished orders are known since; null: some may be missing now"),
    FIELD(struct completed_out, orders, .of = &completed_row_type, .doc = "Newest first"),
};
static const struct type completed_out_type = TYPE_OF(struct completed_out, completed_out_fields);

/* What the kept executions of one order come to. */
struct fills {
    struct dec quantity, commission, value; /* price times quantity */
    bool lacks_commission, is_out_of_range;
};

/* The newest ORDERS_MAX orders: the book's, then those of the store that it does not have. */
struct ended {
    struct call *c;
    struct map *fills; /* perm id -> struct fills, of the store */
    struct map *seen;  /* perm ids, as text, and references of the rows */
    struct order_row *rows;
    size_t room, count;
    bool is_full;
};

static bool add_fill(void *self, const struct execution *x)
{
    struct ended *z = self;
    struct fills *f = map_get(z->fills, x->perm_id);
    if (!x->perm_id)
        return true;
    if (!f) {
        f = ARENA_MANY(z->c->arena, struct fills, 1);
        *f = (struct fills){0};
        if (!map_put(z->fills, x->perm_id, f))
            return false;
    }
    struct dec value;
    f->is_out_of_range |= !dec_mul(x->price, x->quantity, &value);
    f->value = f->is_out_of_range ? DEC_ZERO : dec_plus(f->value, value);
    f->quantity = dec_plus(f->quantity, x->quantity);
    f->lacks_commission |= !x->commission.has;
    if (x->commission.has)
        f->commission = dec_plus(f->commission, x->commission.v);
    return true;
}

/* Of an order that the book no longer has, or knows from the list of finished ones alone. */
static void complete(const struct ended *z, struct order_row *r)
{
    struct dec average;
    const struct fills *f = r->perm_id.has ? map_get(z->fills, r->perm_id.v) : NULL;
    if (!f || dec_is_zero(f->quantity) || !dec_eq(f->quantity, r->filled))
        return;
    if (!r->commission.has && !f->lacks_commission)
        r->commission = DEC_SOME(f->commission);
    if (!r->avg_fill_price.has && !f->is_out_of_range && dec_div(f->value, f->quantity, &average))
        r->avg_fill_price = DEC_SOME(average);
}

/* By its perm id; one that has none, by its reference. */
static bool was_seen(struct ended *z, const struct order *o)
{
    char perm_id[24];
    struct str names[2] = {STR_NAME(o->ref)};
    (void)snprintf(perm_id, sizeof perm_id, "%lld", (long long)o->perm_id);
    names[1] = o->perm_id ? STR_NAME(perm_id) : STR_NONE;
    struct str name = names[1].n ? names[1] : names[0];
    bool is_known = name.n && map_get_str(z->seen, name);
    for (size_t i = 0; i < 2; i++)
        if (names[i].n)
            (void)map_put_str(z->seen, names[i], z);
    return is_known;
}

static bool add_order(struct ended *z, const struct book_order *b)
{
    if (was_seen(z, &b->order))
        return true;
    z->is_full = z->count == z->room;
    if (z->is_full)
        return false;
    struct order_row *r = &z->rows[z->count++];
    *r = order_row_of(z->c, b);
    r->order_id = r->perm_id.has ? r->perm_id.v : r->order_id;
    complete(z, r);
    return true;
}

static bool add_past_order(void *self, const struct past_order *o)
{
    struct ended *z = self;
    const struct book_order b = {
        .order = o->order, .status = o->status, .last_change = {o->at, true}};
    const struct book_order *now =
        o->order.perm_id ? book_order_perm(z->c->core->book, o->order.perm_id) : NULL;
    return (now && !book_order_is_over(now)) || add_order(z, &b); /* it may work again */
}

/* The book's orders that are over: what was seen to end, or what a list of finished ones says,
 * which is less. */
static void add_known(struct ended *z, struct str account, struct utc since, bool by_list)
{
    const struct book_order *b;
    for (size_t i = 0; book_next_order(z->c->core->book, &i, account, &b);) {
        struct opt_utc at = book_order_end(b);
        if (book_order_is_over(b) && b->is_completed_row == by_list &&
            (!at.has || at.v.ns >= since.ns) && !add_order(z, b))
            return;
    }
}

static bool count_past_order(void *self, const struct past_order *o)
{
    struct ended *z = self;
    (void)o;
    return ++z->room < ORDERS_MAX;
}

static bool make_room(struct ended *z, struct str account, struct utc since)
{
    const struct book_order *b;
    for (size_t i = 0; z->room < ORDERS_MAX && book_next_order(z->c->core->book, &i, account, &b);)
        z->room++;
    if (z->room < ORDERS_MAX &&
        !db_orders(z->c->core->db, account, since, count_past_order, z, &z->c->error))
        return false;
    z->rows = ARENA_MANY(z->c->arena, struct order_row, z->room);
    return true;
}

static bool gather_orders(struct ended *z, struct str account, struct utc since)
{
    enum { FILLS_BEFORE_DAYS = 92 }; /* an order may have been filled long before it ended */
    struct call *c = z->c;
    struct utc first = {since.ns - FILLS_BEFORE_DAYS * NS_PER_DAY};
    if (!db_executions(c->core->db, first, account, add_fill, z, &c->error))
        return false;
    add_known(z, account, since, false);
    if (!db_orders(c->core->db, account, since, add_past_order, z, &c->error))
        return false;
    add_known(z, account, since, true);
    return true;
}

static int newest_order_first(const void *a, const void *b)
{
    const struct order_row *x = a, *y = b;
    int64_t tx = x->time.has ? x->time.v.ns : INT64_MAX;
    int64_t ty = y->time.has ? y->time.v.ns : INT64_MAX;
    if (tx != ty)
        return tx > ty ? -1 : 1;
    return (y->order_id > x->order_id) - (y->order_id < x->order_id);
}

static bool get_completed_orders(struct call *c, const void *in, void *result)
{
    const struct completed_in *args = in;
    struct completed_out *out = result;
    struct str account;
    struct utc since = {task_now(c->task).wall.ns - args->days_back * NS_PER_DAY};
    if (!call_account(c, args->account, &account) ||
        !complete_since(c, account, &out->complete_since))
        return false;
    if (!session_is_ready(c->core->session))
        call_incomplete(c, "the broker is not connected: what ended since then is missing");
    else if (!query_completed_orders(c->task, c->core->session, &c->error))
        return false;
    struct ended z = {.c = c, .fills = map_new(LIMIT_EXECUTIONS), .seen = map_new(2 * ORDERS_MAX)};
    bool ok = make_room(&z, account, since) && gather_orders(&z, account, since);
    map_free(z.fills);
    map_free(z.seen);
    if (!ok)
        return false;
    if (z.is_full)
        call_incomplete(c, "only %d orders are listed; ask for fewer days", ORDERS_MAX);
    out->orders = (struct list){z.rows, z.count};
    if (z.count)
        qsort(z.rows, z.count, sizeof z.rows[0], newest_order_first);
    return true;
}

/* ---- the table ---- */

static const char *const execution_phrases[] = {"Show me all trades and executions for this month",
                                                NULL};

static const struct op order_past_ops[] = {
    {.name = "get_completed_orders",
     .title = "Finished orders",
     .doc = "Filled, cancelled and rejected orders of the last days, newest first, with fills, "
            "average price and commission.",
     .in = &completed_in_type,
     .out = &completed_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/orders/completed",
     .verb = "completed",
     .example = "completed",
     .category = "orders",
     .run = get_completed_orders},
    {.name = "get_executions",
     .title = "Executions",
     .doc = "Fills of the last days, newest first, with commission and realised profit or loss; "
            "kept for good, and completed by imported statements. complete_since says from when on "
            "none is missing.",
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
const struct op_set order_past_op_set = {order_past_ops,
                                         sizeof order_past_ops / sizeof order_past_ops[0]};
