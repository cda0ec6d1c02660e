/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include "base/alloc.h"
#include "store/sql.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- statements ---- */

bool sql_fail(sqlite3 *sql, const char *doing, struct error *e)
{
    if (sqlite3_errcode(sql) == SQLITE_FULL)
        return error_set(e, ERROR_UNAVAILABLE, "STORE", "%s: the disk is full", doing);
    return error_set(e, ERROR_UNAVAILABLE, "STORE", "%s: %s", doing, sqlite3_errmsg(sql));
}

bool sql_exec(sqlite3 *sql, const char *text, struct error *e)
{
    return sqlite3_exec(sql, text, NULL, NULL, NULL) == SQLITE_OK || sql_fail(sql, "store", e);
}

sqlite3_stmt *sql_prepare(sqlite3 *sql, const char *text, struct error *e)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(sql, text, -1, &st, NULL) != SQLITE_OK) {
        sql_fail(sql, "store", e);
        return NULL;
    }
    return st;
}

bool sql_run(sqlite3 *sql, sqlite3_stmt *st, const char *doing, struct error *e)
{
    bool ok = sqlite3_step(st) == SQLITE_DONE || sql_fail(sql, doing, e);
    sqlite3_reset(st);
    return ok;
}

void sql_bind_str(sqlite3_stmt *st, int at, struct str s)
{
    sqlite3_bind_text(st, at, s.p ? s.p : "", (int)s.n, SQLITE_TRANSIENT);
}

struct str sql_column_str(sqlite3_stmt *st, int at)
{
    const char *p = (const char *)sqlite3_column_text(st, at);
    return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(st, at)};
}

/* ---- schema ---- */

static const char schema_1[] =
    "CREATE TABLE journal(seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL,"
    " principal TEXT NOT NULL, body TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE INDEX journal_at ON journal(at);"
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
    " BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;"
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
    " BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;"
    "CREATE TABLE value(key TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;";

static bool user_version(sqlite3 *sql, int *out, struct error *e)
{
    sqlite3_stmt *st = sql_prepare(sql, "PRAGMA user_version", e);
    if (!st)
        return false;
    bool ok = sqlite3_step(st) == SQLITE_ROW || sql_fail(sql, "store", e);
    *out = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return ok;
}

static bool create(sqlite3 *sql, struct error *e)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_add_c(&b, schema_1);
    execution_schema(&b);
    buf_add_c(&b, "PRAGMA user_version = 1;");
    buf_add_char(&b, 0);
    assert(!b.failed);
    bool ok = sql_exec(sql, b.p, e);
    buf_fini(&b);
    return ok;
}

/* Each step leads from one version to the next, in one transaction with the new number. A failure
 * leaves the transaction to sqlite3_close, which undoes it. */
static bool migrate(sqlite3 *sql, struct error *e)
{
    int version;
    if (!sql_exec(sql, "BEGIN IMMEDIATE", e) || !user_version(sql, &version, e))
        return false;
    if (version > DB_SCHEMA_VERSION) {
        return error_set(e, ERROR_UNAVAILABLE, "STORE",
                         "the store has schema version %d; this program knows %d", version,
                         DB_SCHEMA_VERSION);
    }
    if (version < 1 && !create(sql, e))
        return false;
    return sql_exec(sql, "COMMIT", e);
}

struct db *db_open(const char *path, struct error *e)
{
    struct db *db = xcalloc(1, sizeof *db);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    if (sqlite3_open_v2(path, &db->sql, flags, NULL) != SQLITE_OK) {
        error_set(e, ERROR_UNAVAILABLE, "STORE", "cannot open %s: %s", path,
                  sqlite3_errmsg(db->sql));
        goto fail;
    }
    sqlite3_busy_timeout(db->sql, 5000);
    if (!sql_exec(db->sql,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "PRAGMA trusted_schema = OFF;",
                  e) ||
        !migrate(db->sql, e))
        goto fail;
    return db;
fail:
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    sqlite3_close(db->sql);
    xfree(db);
}

/* ---- the chain ---- */

static void chain_hash(struct str prev, int64_t seq, struct str at, struct str kind,
                       struct str principal, struct str body, char out[SHA256_HEX_MAX])
{
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)seq);
    const struct str parts[] = {prev, str_of(number), at, kind, principal, body};
    struct hash_state state;
    hash_init(&state);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i)
            hash_add(&state, STR("\n"));
        hash_add(&state, parts[i]);
    }
    struct sha256 digest = hash_end(&state);
    hash_hex(&digest, out);
}

bool db_head(struct db *db, int64_t *seq, char hash[SHA256_HEX_MAX], struct error *e)
{
    *seq = 0;
    hash[0] = 0;
    sqlite3_stmt *st =
        sql_prepare(db->sql, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", e);
    if (!st)
        return false;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        *seq = sqlite3_column_int64(st, 0);
        str_copy_cut(hash, SHA256_HEX_MAX, sql_column_str(st, 1));
    }
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_finalize(st);
    return ok;
}

bool db_last_seq(struct db *db, int64_t *seq, struct error *e)
{
    char hash[SHA256_HEX_MAX];
    return db_head(db, seq, hash, e);
}

/* ---- writing ---- */

static bool write_record(struct db *db, sqlite3_stmt *st, const struct journal_item *it,
                         char hash[SHA256_HEX_MAX], struct error *e)
{
    char at[UTC_TEXT_MAX], next[SHA256_HEX_MAX];
    struct str at_text = {at, utc_format_ms(it->at, at)};
    struct str kind = str_of(journal_kind_text(it->kind)), principal = STR_NAME(it->principal);
    chain_hash(str_of(hash), it->seq, at_text, kind, principal, it->body, next);
    sqlite3_bind_int64(st, 1, it->seq);
    sql_bind_str(st, 2, at_text);
    sql_bind_str(st, 3, kind);
    sql_bind_str(st, 4, principal);
    sql_bind_str(st, 5, it->body);
    sql_bind_str(st, 6, str_of(hash));
    sql_bind_str(st, 7, str_of(next));
    if (!sql_run(db->sql, st, "journal", e))
        return false;
    memcpy(hash, next, SHA256_HEX_MAX);
    return true;
}

static bool write_value(struct db *db, sqlite3_stmt *st, const struct journal_item *it,
                        struct error *e)
{
    char at[UTC_TEXT_MAX];
    struct str at_text = {at, utc_format_ms(it->at, at)};
    sql_bind_str(st, 1, STR_NAME(it->key));
    sql_bind_str(st, 2, it->body);
    sql_bind_str(st, 3, at_text);
    return sql_run(db->sql, st, "store", e);
}

static bool write_items(struct db *db, const struct journal_batch *batch, struct error *e)
{
    int64_t head;
    char hash[SHA256_HEX_MAX];
    if (!db_head(db, &head, hash, e))
        return false;
    bool ok = false;
    sqlite3_stmt *record = sql_prepare(db->sql, "INSERT INTO journal VALUES(?,?,?,?,?,?,?)", e);
    sqlite3_stmt *value =
        record ? sql_prepare(db->sql, "INSERT OR REPLACE INTO value VALUES(?,?,?)", e) : NULL;
    if (!value)
        goto out;
    for (size_t i = 0; i < batch->count; i++) {
        const struct journal_item *it = &batch->items[i];
        bool written = true;
        switch (it->what) {
        case ITEM_RECORD:
            if (it->seq > head) /* else an earlier attempt did reach the disk */
                written = write_record(db, record, it, hash, e);
            break;
        case ITEM_EXECUTION:
            written = execution_write(db->sql, it->execution, it->at, e);
            break;
        case ITEM_COMMISSION:
            written = execution_commission(db->sql, it->execution, e);
            break;
        case ITEM_VALUE:
            written = write_value(db, value, it, e);
            break;
        }
        if (!written)
            goto out;
    }
    ok = true;
out:
    sqlite3_finalize(record);
    sqlite3_finalize(value);
    return ok;
}

bool db_commit(struct db *db, const struct journal_batch *batch, struct error *e)
{
    assert(batch->count > 0);
    if (!sql_exec(db->sql, "BEGIN IMMEDIATE", e))
        return false;
    if (write_items(db, batch, e) && sql_exec(db->sql, "COMMIT", e))
        return true;
    if (!sqlite3_get_autocommit(db->sql)) /* some failures have rolled back already */
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* ---- reading ---- */

bool db_value(struct db *db, struct str key, char *out, size_t cap, struct error *e)
{
    out[0] = 0;
    sqlite3_stmt *st = sql_prepare(db->sql, "SELECT text FROM value WHERE key = ?", e);
    if (!st)
        return false;
    sql_bind_str(st, 1, key);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        str_copy_cut(out, cap, sql_column_str(st, 0));
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "store", e);
    sqlite3_finalize(st);
    return ok;
}

static bool kind_wanted(unsigned kinds, struct str kind)
{
    if (!kinds)
        return true;
    for (unsigned k = 0; k < JOURNAL_KIND_COUNT; k++)
        if ((kinds & (1u << k)) && str_eq(kind, str_of(journal_kind_text(k))))
            return true;
    return false;
}

bool db_records(struct db *db, struct utc since, unsigned kinds, db_record_fn *fn, void *self,
                struct error *e)
{
    sqlite3_stmt *st = sql_prepare(
        db->sql, "SELECT seq, at, kind, principal, body FROM journal WHERE at >= ? ORDER BY seq",
        e);
    if (!st)
        return false;
    char at[UTC_TEXT_MAX];
    sql_bind_str(st, 1, (struct str){at, utc_format_ms(since, at)});
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct db_record r = {.seq = sqlite3_column_int64(st, 0),
                              .kind = sql_column_str(st, 2),
                              .principal = sql_column_str(st, 3),
                              .body = sql_column_str(st, 4)};
        if (!kind_wanted(kinds, r.kind))
            continue;
        if (!utc_parse(sql_column_str(st, 1), &r.at)) {
            sqlite3_finalize(st);
            return error_set(e, ERROR_INTERNAL, "STORE", "journal record %lld has no valid time",
                             (long long)r.seq);
        }
        if (!fn(self, &r)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    bool ok = rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_finalize(st);
    return ok;
}

bool db_since(struct db *db, struct opt_utc *out, struct error *e)
{
    *out = (struct opt_utc){0};
    sqlite3_stmt *st = sql_prepare(db->sql, "SELECT at FROM journal ORDER BY seq LIMIT 1", e);
    if (!st)
        return false;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        out->has = utc_parse(sql_column_str(st, 0), &out->v);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_finalize(st);
    return ok;
}

static bool known(void *self, const struct execution *x)
{
    journal_knows_execution(self, STR_NAME(x->exec_id), x->commission.has);
    return true;
}

bool db_known_executions(struct db *db, struct utc since, struct journal *j, struct error *e)
{
    return db_executions(db, since, STR_NONE, known, j, e);
}

/* ---- proving ---- */

static const char *record_fault(sqlite3_stmt *st, int64_t expected, const char *prev)
{
    char hash[SHA256_HEX_MAX];
    int64_t seq = sqlite3_column_int64(st, 0);
    if (seq != expected)
        return "a record before it is missing";
    if (!str_eq(sql_column_str(st, 5), str_of(prev)))
        return "it does not continue the record before it";
    chain_hash(str_of(prev), seq, sql_column_str(st, 1), sql_column_str(st, 2),
               sql_column_str(st, 3), sql_column_str(st, 4), hash);
    return str_eq(sql_column_str(st, 6), str_of(hash)) ? NULL : "its content was changed";
}

bool db_verify(struct db *db, struct db_verdict *out, struct error *e)
{
    *out = (struct db_verdict){.is_intact = true};
    sqlite3_stmt *st = sql_prepare(
        db->sql, "SELECT seq, at, kind, principal, body, prev_hash, hash FROM journal ORDER BY seq",
        e);
    if (!st)
        return false;
    char prev[SHA256_HEX_MAX] = "";
    int rc;
    while (out->is_intact && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *fault = record_fault(st, out->checked + 1, prev);
        out->checked++;
        if (fault) {
            out->is_intact = false;
            out->bad_seq = sqlite3_column_int64(st, 0);
            (void)snprintf(out->why, sizeof out->why, "%s", fault);
        }
        str_copy_cut(prev, sizeof prev, sql_column_str(st, 6));
    }
    bool ok = !out->is_intact || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_finalize(st);
    return ok;
}
