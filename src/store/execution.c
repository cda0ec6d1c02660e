/* SPDX-License-Identifier: MIT */
/*
 * execution: the table of fills. One column table makes the schema, the writing and the reading.
 *
 * A correction has the exec_id of its original up to the last dot, so that part is the primary key
 * ("fill") and the highest id wins. The commission stays when a correction replaces its row.
 */
#include "store/db.h"
#include "store/sql.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum column_kind {
    COLUMN_NAME,
    COLUMN_I32,
    COLUMN_I64,
    COLUMN_BOOL,
    COLUMN_DEC,
    COLUMN_OPT_DEC,
    COLUMN_SIDE,
    COLUMN_SEC_TYPE,
    COLUMN_RIGHT
};

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset, size;
};

/* clang-format off */
#define COLUMN(member, kind) COLUMN_AS(#member, member, kind)
#define COLUMN_AS(name, member, kind)                                                             \
    { name, kind, offsetof(struct execution, member), sizeof(((struct execution *)0)->member) }
/* clang-format on */

static const struct column columns[] = {
    COLUMN(exec_id, COLUMN_NAME),
    COLUMN(order_id, COLUMN_I32),
    COLUMN(client_id, COLUMN_I32),
    COLUMN(perm_id, COLUMN_I64),
    COLUMN(account, COLUMN_NAME),
    COLUMN_AS("con_id", contract.con_id, COLUMN_I32),
    COLUMN_AS("sec_type", contract.sec_type, COLUMN_SEC_TYPE),
    COLUMN_AS("symbol", contract.symbol, COLUMN_NAME),
    COLUMN_AS("expiry", contract.expiry, COLUMN_NAME),
    COLUMN_AS("strike", contract.strike, COLUMN_OPT_DEC),
    COLUMN_AS("put_call", contract.right, COLUMN_RIGHT),
    COLUMN_AS("multiplier", contract.multiplier, COLUMN_NAME),
    COLUMN_AS("route", contract.exchange, COLUMN_NAME),
    COLUMN_AS("primary_exchange", contract.primary_exchange, COLUMN_NAME),
    COLUMN_AS("currency", contract.currency, COLUMN_NAME),
    COLUMN_AS("local_symbol", contract.local_symbol, COLUMN_NAME),
    COLUMN_AS("trading_class", contract.trading_class, COLUMN_NAME),
    COLUMN(exchange, COLUMN_NAME),
    COLUMN(side, COLUMN_SIDE),
    COLUMN(quantity, COLUMN_DEC),
    COLUMN(price, COLUMN_DEC),
    COLUMN(cum_quantity, COLUMN_DEC),
    COLUMN(avg_price, COLUMN_OPT_DEC),
    COLUMN(ref, COLUMN_NAME),
    COLUMN(time_text, COLUMN_NAME),
    COLUMN(is_liquidation, COLUMN_BOOL),
    COLUMN(last_liquidity, COLUMN_I32),
    COLUMN(commission, COLUMN_OPT_DEC),
    COLUMN(commission_currency, COLUMN_NAME),
    COLUMN(realized_pnl, COLUMN_OPT_DEC),
};

enum { COLUMNS = sizeof columns / sizeof columns[0], SQL_TEXT_MAX = 4096 };

/* What a commission report fills in; a correction of the execution leaves it alone. */
static bool is_commission_column(const struct column *c)
{
    return c->offset >= offsetof(struct execution, commission);
}

static const char *column_type(enum column_kind k)
{
    return k == COLUMN_I32 || k == COLUMN_I64 || k == COLUMN_BOOL ? "INTEGER" : "TEXT";
}

/* "a, b, c" over all columns. */
static void add_names(struct buf *b)
{
    for (size_t i = 0; i < COLUMNS; i++)
        buf_add_f(b, "%s%s", i ? ", " : "", columns[i].name);
}

void execution_schema(struct buf *out)
{
    buf_add_c(out, "CREATE TABLE execution(fill TEXT PRIMARY KEY, at TEXT NOT NULL");
    for (size_t i = 0; i < COLUMNS; i++)
        buf_add_f(out, ", %s %s", columns[i].name, column_type(columns[i].kind));
    buf_add_c(out, "); CREATE INDEX execution_at ON execution(at);");
}

/* ---- one member <-> one column ---- */

static void bind_dec(sqlite3_stmt *st, int at, struct dec d)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(d, text);
    sql_bind_str(st, at, (struct str){text, n});
}

static void bind_column(sqlite3_stmt *st, int at, const struct column *c, const struct execution *x)
{
    const void *p = (const char *)x + c->offset;
    switch (c->kind) {
    case COLUMN_NAME:
        sql_bind_str(st, at, str_of(p));
        break;
    case COLUMN_I32:
        sqlite3_bind_int(st, at, *(const int32_t *)p);
        break;
    case COLUMN_I64:
        sqlite3_bind_int64(st, at, *(const int64_t *)p);
        break;
    case COLUMN_BOOL:
        sqlite3_bind_int(st, at, *(const bool *)p);
        break;
    case COLUMN_DEC:
        bind_dec(st, at, *(const struct dec *)p);
        break;
    case COLUMN_OPT_DEC:
        if (((const struct opt_dec *)p)->has)
            bind_dec(st, at, ((const struct opt_dec *)p)->v);
        else
            sqlite3_bind_null(st, at);
        break;
    case COLUMN_SIDE:
        sql_bind_str(st, at, str_of(side_text(*(const enum order_side *)p)));
        break;
    case COLUMN_SEC_TYPE:
        sql_bind_str(st, at, str_of(sec_type_text(*(const enum sec_type *)p)));
        break;
    case COLUMN_RIGHT:
        sql_bind_str(st, at, (struct str){p, *(const char *)p ? 1 : 0});
        break;
    }
}

static void read_column(sqlite3_stmt *st, int at, const struct column *c, struct execution *x)
{
    void *p = (char *)x + c->offset;
    struct str s = sql_column_str(st, at);
    switch (c->kind) {
    case COLUMN_NAME:
        str_copy_cut(p, c->size, s);
        break;
    case COLUMN_I32:
        *(int32_t *)p = sqlite3_column_int(st, at);
        break;
    case COLUMN_I64:
        *(int64_t *)p = sqlite3_column_int64(st, at);
        break;
    case COLUMN_BOOL:
        *(bool *)p = sqlite3_column_int(st, at) != 0;
        break;
    case COLUMN_DEC:
        (void)dec_parse(s, p);
        break;
    case COLUMN_OPT_DEC:
        ((struct opt_dec *)p)->has = dec_parse(s, &((struct opt_dec *)p)->v);
        break;
    case COLUMN_SIDE:
        *(enum order_side *)p = str_eq(s, STR("SELL")) ? SIDE_SELL : SIDE_BUY;
        break;
    case COLUMN_SEC_TYPE:
        *(enum sec_type *)p = sec_type_parse(s);
        break;
    case COLUMN_RIGHT:
        *(char *)p = s.n ? s.p[0] : (char)0;
        break;
    }
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

bool execution_write(sqlite3 *sql, const struct execution *x, struct utc recorded, struct error *e)
{
    struct buf b;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_c(&b, "INSERT INTO execution(fill, at, ");
    add_names(&b);
    buf_add_c(&b, ") VALUES(?, ?");
    for (size_t i = 0; i < COLUMNS; i++)
        buf_add_c(&b, ", ?");
    buf_add_c(&b, ") ON CONFLICT(fill) DO UPDATE SET at = excluded.at");
    for (size_t i = 0; i < COLUMNS; i++)
        if (!is_commission_column(&columns[i]))
            buf_add_f(&b, ", %s = excluded.%s", columns[i].name, columns[i].name);
    buf_add_c(&b, " WHERE excluded.exec_id > exec_id");
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
    for (int i = 0; i < (int)COLUMNS; i++)
        bind_column(st, 3 + i, &columns[i], x);
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
    for (size_t i = 0; i < COLUMNS; i++)
        if (is_commission_column(&columns[i]))
            bind_column(st, ++at, &columns[i], x);
    sql_bind_str(st, ++at, fill_of(STR_NAME(x->exec_id)));
    bool ok = sql_run(sql, st, "executions", e);
    sqlite3_finalize(st);
    return ok;
}

/* ---- reading ---- */

bool db_executions(struct db *db, struct utc since, struct str account, db_execution_fn *fn,
                   void *self, struct error *e)
{
    struct buf b;
    buf_init(&b, SQL_TEXT_MAX);
    buf_add_c(&b, "SELECT at, ");
    add_names(&b);
    buf_add_c(&b, " FROM execution WHERE at >= ?1 AND (?2 = '' OR account = ?2)"
                  " ORDER BY at, exec_id");
    buf_add_char(&b, 0);
    assert(!b.failed);
    sqlite3_stmt *st = sql_prepare(db->sql, b.p, e);
    buf_fini(&b);
    if (!st)
        return false;
    char at[UTC_TEXT_MAX];
    sql_bind_str(st, 1, (struct str){at, utc_format_ms(since, at)});
    sql_bind_str(st, 2, account);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct execution x = {0};
        for (int i = 0; i < (int)COLUMNS; i++)
            read_column(st, 1 + i, &columns[i], &x);
        x.time.has = utc_parse(sql_column_str(st, 0), &x.time.v);
        if (!fn(self, &x)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    bool ok = rc == SQLITE_DONE || sql_fail(db->sql, "executions", e);
    sqlite3_finalize(st);
    return ok;
}
