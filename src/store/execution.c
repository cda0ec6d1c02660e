/* SPDX-License-Identifier: MIT */
/*
 * execution: the table of fills. One column table makes the schema, the writing and the reading.
 *
 * A correction has the exec_id of its original up to the last dot, so that part is the primary key
 * ("fill") and the highest id wins. The commission stays when a correction replaces its row. What a
 * statement tells never replaces what the broker told us, only adds a commission that was missing;
 * what the broker tells replaces a statement's row.
 */
#include "store/columns.h"
#include "store/db.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
    COLUMN(struct execution, exec_id, COLUMN_NAME),
    COLUMN(struct execution, order_id, COLUMN_I32),
    COLUMN(struct execution, client_id, COLUMN_I32),
    COLUMN(struct execution, perm_id, COLUMN_I64),
    COLUMN(struct execution, account, COLUMN_NAME),
    CONTRACT_COLUMNS(struct execution, contract),
    COLUMN(struct execution, exchange, COLUMN_NAME),
    COLUMN(struct execution, side, COLUMN_SIDE),
    COLUMN(struct execution, quantity, COLUMN_DEC),
    COLUMN(struct execution, price, COLUMN_DEC),
    COLUMN(struct execution, cum_quantity, COLUMN_DEC),
    COLUMN(struct execution, avg_price, COLUMN_OPT_DEC),
    COLUMN(struct execution, ref, COLUMN_NAME),
    COLUMN(struct execution, time_text, COLUMN_NAME),
    COLUMN(struct execution, is_liquidation, COLUMN_BOOL),
    COLUMN(struct execution, last_liquidity, COLUMN_I32),
    COLUMN(struct execution, commission, COLUMN_OPT_DEC),
    COLUMN(struct execution, commission_currency, COLUMN_NAME),
    COLUMN(struct execution, realized_pnl, COLUMN_OPT_DEC),
    COLUMN(struct execution, source, COLUMN_NAME), /* since schema 3 */
};

enum { COLUMN_COUNT = sizeof columns / sizeof columns[0], SQL_TEXT_MAX = 4096 };
static const struct columns all = {columns, COLUMN_COUNT};

/* What a commission report fills in; a correction of the execution leaves it alone. */
static bool is_commission_column(const struct column *c)
{
    return c->offset >= offsetof(struct execution, commission);
}

/* The columns that the first schema had. */
static const struct columns first_ones = {columns, COLUMN_COUNT - 1};

void execution_schema(struct buf *out)
{
    buf_add_c(out, "CREATE TABLE execution(fill TEXT PRIMARY KEY, at TEXT NOT NULL, ");
    columns_types(first_ones, out);
    buf_add_c(out, "); CREATE INDEX execution_at ON execution(at);");
}

/* ---- writing ---- */

/* The part of an exec_id that its corrections share. */
static struct str fill_of(struct str exec_id)
{
    size_t n = exec_id.n;
    while (n > 0 && exec_id.p[n - 1] != '.')
        n--;
    return n > 1 ? str_sub(exec_id, 0, n - 1) : exec_id;
}

/* What happens where the fill is in the table already. */
static void add_conflict(struct buf *b, bool is_imported)
{
    buf_add_c(b, " ON CONFLICT(fill) DO UPDATE SET ");
    if (!is_imported)
        buf_add_c(b, "at = excluded.at");
    for (size_t i = 0, n = !is_imported; i < COLUMN_COUNT; i++)
        if (is_commission_column(&columns[i]) == is_imported)
            buf_add_f(b, "%s%s = excluded.%s", n++ ? ", " : "", columns[i].name, columns[i].name);
    buf_add_c(b, is_imported ? " WHERE execution.commission IS NULL"
                             : " WHERE excluded.exec_id > execution.exec_id OR"
                               " execution.source <> ''");
}

bool execution_write(sqlite3 *sql, const struct execution *x, struct utc recorded, struct error *e)
{
    struct buf b;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_c(&b, "INSERT INTO execution(fill, at, ");
    columns_names(all, &b);
    buf_add_c(&b, ") VALUES(?, ?");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buf_add_c(&b, ", ?");
    buf_add_char(&b, ')');
    add_conflict(&b, x->source[0] != 0);
    buf_add_char(&b, 0);
    assert(!b.failed);
    sqlite3_stmt *st = sql_prepare(sql, b.p, e);
    buf_fini(&b);
    if (!st)
        return false;
    char at[UTC_TEXT_MAX];
    size_t n = utc_format_ms(x->time.has ? x->time.v : recorded, at);
    sql_bind_str(st, 1, fill_of(STR_NAME(x->exec_id)));
    sql_bind_str(st, 2, (struct str){at, n});
    columns_bind(st, 3, all, x);
    bool ok = sql_run(sql, st, "executions", e);
    sqlite3_finalize(st);
    return ok;
}

bool execution_commission(sqlite3 *sql, const struct execution *x, struct error *e)
{
    sqlite3_stmt *st = sql_prepare(sql,
                                   "UPDATE execution SET commission = ?, commission_currency = ?,"
                                   " realized_pnl = ? WHERE fill = ?",
                                   e);
    if (!st)
        return false;
    int at = 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (is_commission_column(&columns[i]))
            column_bind(st, ++at, &columns[i], x);
    sql_bind_str(st, ++at, fill_of(STR_NAME(x->exec_id)));
    bool ok = sql_run(sql, st, "executions", e);
    sqlite3_finalize(st);
    return ok;
}

/* ---- reading ---- */

/* "SELECT ... FROM execution" and the clauses; the time is the first column. */
static sqlite3_stmt *select_executions(struct db *db, const char *clauses, struct error *e)
{
    struct buf b;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_c(&b, "SELECT at, ");
    columns_names(all, &b);
    buf_add_f(&b, " FROM execution WHERE %s", clauses);
    buf_add_char(&b, 0);
    assert(!b.failed);
    sqlite3_stmt *st = sql_prepare(db->sql, b.p, e);
    buf_fini(&b);
    return st;
}

static void read_execution(sqlite3_stmt *st, struct execution *x)
{
    *x = (struct execution){0};
    columns_read(st, 1, all, x);
    x->time.has = utc_parse(sql_column_str(st, 0), &x->time.v);
}

bool db_execution(struct db *db, struct str exec_id, struct execution *out, bool *is_found,
                  struct error *e)
{
    sqlite3_stmt *st = select_executions(db, "fill = ?1", e);
    if (!st)
        return false;
    sql_bind_str(st, 1, fill_of(exec_id));
    int rc = sqlite3_step(st);
    *is_found = rc == SQLITE_ROW;
    if (*is_found)
        read_execution(st, out);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "executions", e);
    sqlite3_finalize(st);
    return ok;
}

bool db_executions(struct db *db, struct utc since, struct str account, db_execution_fn *fn,
                   void *self, struct error *e)
{
    sqlite3_stmt *st =
        select_executions(db, "at >= ?1 AND (?2 = '' OR account = ?2) ORDER BY at, exec_id", e);
    if (!st)
        return false;
    char at[UTC_TEXT_MAX];
    sql_bind_str(st, 1, (struct str){at, utc_format_ms(since, at)});
    sql_bind_str(st, 2, account);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct execution x;
        read_execution(st, &x);
        if (!fn(self, &x)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    bool ok = rc == SQLITE_DONE || sql_fail(db->sql, "executions", e);
    sqlite3_finalize(st);
    return ok;
}
