/* SPDX-License-Identifier: MIT */
#include "store/past.h"

#include "store/columns.h"

#include <assert.h>
#include <string.h>

/* ---- the tables ---- */

static const struct column snapshot_columns[] = {
    COLUMN(struct snapshot, account, COLUMN_NAME),
    COLUMN(struct snapshot, day, COLUMN_I64),
    COLUMN(struct snapshot, source, COLUMN_SOURCE),
    COLUMN(struct snapshot, at, COLUMN_UTC),
    COLUMN(struct snapshot, base, COLUMN_NAME),
    COLUMN(struct snapshot, net, COLUMN_OPT_DEC),
    COLUMN(struct snapshot, cash, COLUMN_OPT_DEC),
    COLUMN(struct snapshot, realized, COLUMN_OPT_DEC),
    COLUMN(struct snapshot, unrealized, COLUMN_OPT_DEC),
    COLUMN(struct snapshot, note, COLUMN_NAME),
};

static const struct column holding_columns[] = {
    COLUMN(struct held, account, COLUMN_NAME),       COLUMN(struct held, day, COLUMN_I64),
    COLUMN(struct held, source, COLUMN_SOURCE),      COLUMN(struct held, con_id, COLUMN_I32),
    COLUMN(struct held, sec_type, COLUMN_SEC_TYPE),  COLUMN(struct held, symbol, COLUMN_NAME),
    COLUMN(struct held, currency, COLUMN_NAME),      COLUMN(struct held, quantity, COLUMN_DEC),
    COLUMN(struct held, price, COLUMN_OPT_DEC),      COLUMN(struct held, value, COLUMN_OPT_DEC),
    COLUMN(struct held, cost, COLUMN_OPT_DEC),       COLUMN(struct held, rate, COLUMN_OPT_DEC),
    COLUMN(struct held, unrealized, COLUMN_OPT_DEC),
};

static const struct column flow_columns[] = {
    COLUMN(struct cash_flow, id, COLUMN_NAME),
    COLUMN(struct cash_flow, account, COLUMN_NAME),
    COLUMN(struct cash_flow, day, COLUMN_I64),
    COLUMN(struct cash_flow, at, COLUMN_UTC),
    COLUMN(struct cash_flow, source, COLUMN_SOURCE),
    COLUMN(struct cash_flow, kind, COLUMN_FLOW),
    COLUMN_AS(struct cash_flow, "inferred", is_inferred, COLUMN_BOOL),
    COLUMN(struct cash_flow, currency, COLUMN_NAME),
    COLUMN(struct cash_flow, amount, COLUMN_DEC),
    COLUMN(struct cash_flow, rate, COLUMN_OPT_DEC),
    COLUMN(struct cash_flow, con_id, COLUMN_I32),
    COLUMN(struct cash_flow, symbol, COLUMN_NAME),
    COLUMN(struct cash_flow, note, COLUMN_NAME),
};

static const struct column coverage_columns[] = {
    COLUMN(struct coverage, account, COLUMN_NAME),
    COLUMN(struct coverage, source, COLUMN_SOURCE),
    COLUMN(struct coverage, since, COLUMN_UTC),
    COLUMN(struct coverage, until, COLUMN_UTC),
};

static const struct column statement_columns[] = {
    COLUMN(struct statement, hash, COLUMN_NAME),
    COLUMN(struct statement, account, COLUMN_NAME),
    COLUMN(struct statement, source, COLUMN_SOURCE),
    COLUMN(struct statement, at, COLUMN_UTC),
    COLUMN(struct statement, from_day, COLUMN_I64),
    COLUMN(struct statement, to_day, COLUMN_I64),
    COLUMN(struct statement, executions, COLUMN_I64),
    COLUMN(struct statement, flows, COLUMN_I64),
    COLUMN(struct statement, snapshots, COLUMN_I64),
    COLUMN(struct statement, name, COLUMN_NAME),
};

static const struct column order_columns[] = {
    COLUMN_AS(struct past_order, "account", order.account, COLUMN_NAME),
    COLUMN_AS(struct past_order, "perm_id", order.perm_id, COLUMN_I64),
    COLUMN_AS(struct past_order, "client_id", order.client_id, COLUMN_I32),
    COLUMN_AS(struct past_order, "order_id", order.order_id, COLUMN_I32),
    COLUMN_AS(struct past_order, "ref", order.ref, COLUMN_NAME),
    COLUMN(struct past_order, at, COLUMN_UTC),
    CONTRACT_COLUMNS(struct past_order, order.contract),
    COLUMN_AS(struct past_order, "side", order.side, COLUMN_SIDE),
    COLUMN_AS(struct past_order, "type", order.type_text, COLUMN_NAME),
    COLUMN_AS(struct past_order, "tif", order.tif, COLUMN_TIF),
    COLUMN_AS(struct past_order, "quantity", order.quantity, COLUMN_DEC),
    COLUMN_AS(struct past_order, "limit_price", order.limit_price, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "stop_price", order.stop_price, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "trail_amount", order.trail_amount, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "trail_percent", order.trail_percent, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "trail_stop", order.trail_stop, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "parent_id", order.parent_id, COLUMN_I32),
    COLUMN_AS(struct past_order, "oca_group", order.oca_group, COLUMN_NAME),
    COLUMN_AS(struct past_order, "outside_rth", order.outside_rth, COLUMN_BOOL),
    COLUMN_AS(struct past_order, "state", status.state, COLUMN_STATE),
    COLUMN_AS(struct past_order, "filled", status.filled, COLUMN_DEC),
    COLUMN_AS(struct past_order, "remaining", status.remaining, COLUMN_DEC),
    COLUMN_AS(struct past_order, "avg_fill_price", status.avg_fill_price, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "last_fill_price", status.last_fill_price, COLUMN_OPT_DEC),
    COLUMN_AS(struct past_order, "why_held", status.why_held, COLUMN_NAME),
    COLUMN_AS(struct past_order, "broker_code", status.broker_code, COLUMN_I32),
    COLUMN_AS(struct past_order, "broker_text", status.broker_text, COLUMN_NAME),
};

static const struct column ranked_columns[] = {
    COLUMN(struct ranked, inputs, COLUMN_NAME),
    COLUMN(struct ranked, day, COLUMN_I64),
    COLUMN(struct ranked, name, COLUMN_NAME),
    COLUMN(struct ranked, at, COLUMN_UTC),
    COLUMN(struct ranked, score, COLUMN_OPT_DEC),
    COLUMN_AS(struct ranked, "place", rank, COLUMN_OPT_DEC),
};

enum table { SNAPSHOT, HOLDING, FLOW, COVERAGE, STATEMENT, ORDER, RANKING, TABLE_COUNT };

static const struct {
    const char *name, *key;
    const char *or_else; /* NULL: the newest wins, but where it says nothing */
    struct columns columns;
} tables[TABLE_COUNT] = {
    [SNAPSHOT] = {"snapshot", "account, day, source", "DO NOTHING", COLUMNS_OF(snapshot_columns)},
    [HOLDING] = {"holding", "account, day, source, con_id, sec_type, symbol, currency",
                 "DO NOTHING", COLUMNS_OF(holding_columns)},
    [FLOW] = {"flow", "id", "DO NOTHING", COLUMNS_OF(flow_columns)},
    [COVERAGE] = {"coverage", "account, source, since",
                  "DO UPDATE SET until = max(coverage.until, excluded.until)",
                  COLUMNS_OF(coverage_columns)},
    [STATEMENT] = {"statement", "hash", "DO NOTHING", COLUMNS_OF(statement_columns)},
    [ORDER] = {"past_order", "account, perm_id, client_id, order_id, ref", NULL,
               COLUMNS_OF(order_columns)},
    [RANKING] = {"ranking", "inputs, day, name", NULL, COLUMNS_OF(ranked_columns)},
};

enum { SQL_TEXT_MAX = 4096 };

static void add_table(enum table t, struct buf *out)
{
    buf_add_f(out, "CREATE TABLE %s(", tables[t].name);
    columns_types(tables[t].columns, out);
    buf_add_f(out, ", PRIMARY KEY(%s)) WITHOUT ROWID;", tables[t].key);
}

void past_schema(struct buf *out)
{
    for (enum table t = SNAPSHOT; t < ORDER; t++)
        add_table(t, out);
    buf_add_c(out, "CREATE INDEX flow_day ON flow(account, day);");
}

void past_schema_orders(struct buf *out)
{
    add_table(ORDER, out);
    buf_add_c(out, "CREATE INDEX past_order_at ON past_order(account, at);");
}

void past_schema_rankings(struct buf *out)
{
    add_table(RANKING, out);
}

/* ---- writing ---- */

static void add_or_else(enum table t, struct buf *out)
{
    if (tables[t].or_else) {
        buf_add_c(out, tables[t].or_else);
        return;
    }
    for (size_t i = 0; i < tables[t].columns.n; i++) {
        const char *name = tables[t].columns.v[i].name;
        buf_add_f(out, "%s %s = coalesce(excluded.%s, %s.%s)", i ? "," : "DO UPDATE SET", name,
                  name, tables[t].name, name);
    }
}

static bool write_rows(sqlite3 *sql, enum table t, const void *rows, size_t n, size_t size,
                       struct error *e)
{
    struct buf b;
    if (!n)
        return true;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_f(&b, "INSERT INTO %s(", tables[t].name);
    columns_names(tables[t].columns, &b);
    for (size_t i = 0; i < tables[t].columns.n; i++)
        buf_add_c(&b, i ? ", ?" : ") VALUES(?");
    buf_add_f(&b, ") ON CONFLICT(%s) ", tables[t].key);
    add_or_else(t, &b);
    buf_add_char(&b, 0);
    assert(!b.failed);
    sqlite3_stmt *st = sql_prepare(sql, b.p, e);
    buf_fini(&b);
    bool ok = st != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        columns_bind(st, 1, tables[t].columns, (const char *)rows + i * size);
        ok = sql_run(sql, st, tables[t].name, e);
    }
    sqlite3_finalize(st);
    return ok;
}

bool past_write(sqlite3 *sql, const struct past_page *p, struct utc recorded, struct error *e)
{
    bool ok = write_rows(sql, SNAPSHOT, p->snapshots, p->snapshot_count, sizeof *p->snapshots, e) &&
              write_rows(sql, HOLDING, p->held, p->held_count, sizeof *p->held, e) &&
              write_rows(sql, FLOW, p->flows, p->flow_count, sizeof *p->flows, e) &&
              write_rows(sql, COVERAGE, p->coverage, p->coverage_count, sizeof *p->coverage, e) &&
              write_rows(sql, ORDER, p->orders, p->order_count, sizeof *p->orders, e) &&
              write_rows(sql, RANKING, p->ranked, p->ranked_count, sizeof *p->ranked, e);
    for (size_t i = 0; ok && i < p->execution_count; i++)
        ok = execution_write(sql, &p->executions[i], recorded, e);
    return ok &&
           write_rows(sql, STATEMENT, p->statement, p->statement != NULL, sizeof *p->statement, e);
}

/* ---- reading ---- */

/* Begins "SELECT ... FROM table" and the clauses; the account, or what else is asked for, is ?1. */
static sqlite3_stmt *select_rows(struct db *db, enum table t, const char *clauses,
                                 struct str account, struct error *e)
{
    struct buf b;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_c(&b, "SELECT ");
    columns_names(tables[t].columns, &b);
    buf_add_f(&b, " FROM %s WHERE %s", tables[t].name, clauses);
    buf_add_char(&b, 0);
    assert(!b.failed);
    sqlite3_stmt *st = sql_prepare(db->sql, b.p, e);
    buf_fini(&b);
    if (st)
        sql_bind_str(st, 1, account);
    return st;
}

/* Reads the next row into `row`, zeroed first. False at the end, with *ok telling how it ended. */
static bool next_row(struct db *db, sqlite3_stmt *st, enum table t, void *row, size_t size,
                     bool *ok, struct error *e)
{
    int rc = sqlite3_step(st);
    *ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, tables[t].name, e);
    memset(row, 0, size);
    if (rc == SQLITE_ROW)
        columns_read(st, 0, tables[t].columns, row);
    return rc == SQLITE_ROW;
}

/* Hands out the rows of a statement and ends it. */
/* clang-format off */
#define EACH(S, t)                                                                                \
    S row;                                                                                        \
    bool ok;                                                                                      \
    while (next_row(db, st, t, &row, sizeof row, &ok, e) && fn(self, &row))                       \
        ;                                                                                         \
    sqlite3_finalize(st);                                                                         \
    return ok
/* clang-format on */

bool db_snapshots(struct db *db, struct str account, int64_t from_day, int64_t to_day,
                  db_snapshot_fn *fn, void *self, struct error *e)
{
    sqlite3_stmt *st = select_rows(db, SNAPSHOT,
                                   "account = ?1 AND day BETWEEN ?2 AND ?3"
                                   " ORDER BY day, source <> 'seen', source",
                                   account, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 2, from_day);
    sqlite3_bind_int64(st, 3, to_day);
    EACH(struct snapshot, SNAPSHOT);
}

bool db_holdings(struct db *db, struct str account, int64_t day, enum past_source source,
                 db_holding_fn *fn, void *self, struct error *e)
{
    sqlite3_stmt *st = select_rows(db, HOLDING,
                                   "account = ?1 AND day = ?2 AND source = ?3"
                                   " ORDER BY sec_type = '', symbol, con_id, currency",
                                   account, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 2, day);
    sql_bind_str(st, 3, str_of(past_source_text(source)));
    EACH(struct held, HOLDING);
}

bool db_flows(struct db *db, struct str account, int64_t from_day, int64_t to_day, db_flow_fn *fn,
              void *self, struct error *e)
{
    sqlite3_stmt *st = select_rows(
        db, FLOW, "account = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, at, id", account, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 2, from_day);
    sqlite3_bind_int64(st, 3, to_day);
    EACH(struct cash_flow, FLOW);
}

bool db_orders(struct db *db, struct str account, struct utc since, db_order_fn *fn, void *self,
               struct error *e)
{
    char text[UTC_TEXT_MAX];
    size_t n = utc_format_ms(since, text);
    sqlite3_stmt *st = select_rows(
        db, ORDER, "account = ?1 AND at >= ?2 ORDER BY at DESC, perm_id, order_id", account, e);
    if (!st)
        return false;
    sql_bind_str(st, 2, (struct str){text, n});
    EACH(struct past_order, ORDER);
}

bool db_ranking(struct db *db, struct str inputs, int64_t until_day, db_ranked_fn *fn, void *self,
                struct error *e)
{
    sqlite3_stmt *st = select_rows(db, RANKING,
                                   "inputs = ?1 AND day = (SELECT max(day) FROM ranking AS n"
                                   " WHERE n.inputs = ?1 AND n.day <= ?2) ORDER BY name",
                                   inputs, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 2, until_day);
    EACH(struct ranked, RANKING);
}

bool db_coverage(struct db *db, struct str account, db_coverage_fn *fn, void *self, struct error *e)
{
    sqlite3_stmt *st = select_rows(db, COVERAGE, "account = ?1 ORDER BY since", account, e);
    if (!st)
        return false;
    EACH(struct coverage, COVERAGE);
}

bool db_statements(struct db *db, struct str account, db_statement_fn *fn, void *self,
                   struct error *e)
{
    sqlite3_stmt *st =
        select_rows(db, STATEMENT, "(?1 = '' OR account = ?1) ORDER BY at, hash", account, e);
    if (!st)
        return false;
    EACH(struct statement, STATEMENT);
}

bool db_past_newest(struct db *db, db_newest_fn *fn, void *self, struct error *e)
{
    struct snapshot s;
    struct coverage c;
    bool ok;
    sqlite3_stmt *st = select_rows(db, SNAPSHOT,
                                   "source = 'seen' AND day = (SELECT max(day) FROM snapshot AS n"
                                   " WHERE n.account = snapshot.account AND n.source = 'seen')"
                                   " AND ?1 = ''",
                                   STR_NONE, e);
    if (!st)
        return false;
    while (next_row(db, st, SNAPSHOT, &s, sizeof s, &ok, e))
        (void)fn(self, STR_NAME(s.account), &s, NULL);
    sqlite3_finalize(st);
    st = ok ? select_rows(db, COVERAGE, "source = 'seen' AND ?1 = '' ORDER BY until", STR_NONE, e)
            : NULL;
    if (!st)
        return false;
    while (next_row(db, st, COVERAGE, &c, sizeof c, &ok, e))
        (void)fn(self, STR_NAME(c.account), NULL, &c);
    sqlite3_finalize(st);
    return ok;
}

/* ---- since when ---- */

static bool extend(void *self, const struct coverage *c)
{
    struct coverage *run = self; /* the last run of covered time so far */
    if (c->since.ns > run->until.ns)
        *run = *c;
    else if (c->until.ns > run->until.ns)
        run->until = c->until;
    return true;
}

bool db_complete_since(struct db *db, struct str account, struct utc now, struct opt_utc *out,
                       struct error *e)
{
    struct coverage run = {.until = {INT64_MIN}};
    if (!db_coverage(db, account, extend, &run, e))
        return false;
    *out = (struct opt_utc){run.since, run.until.ns >= now.ns};
    return true;
}
