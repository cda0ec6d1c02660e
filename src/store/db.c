/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include "base/alloc.h"
#include "store/redact.h"
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

sqlite3_stmt *sql_keep(struct db *db, const char *text, struct error *e)
{
    struct sql_kept *k = db->kept;
    while (k->text && k->text != text)
        k++;
    assert(k < db->kept + SQL_KEPT_MAX);
    if (!k->st)
        k->st = sql_prepare(db->sql, text, e);
    k->text = k->st ? text : NULL;
    return k->st;
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

/* What records are about, so that the story of an order is found without reading them all. */
static const char schema_2[] =
    "CREATE TABLE story(about TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(about, seq))"
    " WITHOUT ROWID;";

/* The names by which a record can be found, out of its body; ?1 is its number, ?2 the body. A body
 * that is no JSON has none. */
#define STORY_OF(body)                                                                             \
    " json_tree(CASE WHEN json_valid(" body ") THEN " body " ELSE '{}' END) t"                     \
    " WHERE t.key IN ('ref', 'perm_id', 'exec_id', 'request') AND t.atom NOT IN ('', 0)"
static const char story_insert[] = "INSERT OR IGNORE INTO story(about, seq)"
                                   " SELECT t.key || ':' || t.atom, ?1 FROM" STORY_OF("?2");
static const char story_rebuild[] =
    "INSERT OR IGNORE INTO story(about, seq)"
    " SELECT t.key || ':' || t.atom, j.seq FROM journal j," STORY_OF("j.body");

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

/* Runs what `first` says and then what `add` writes. */
static bool make(sqlite3 *sql, const char *first, void (*add)(struct buf *out), struct error *e)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_add_c(&b, first);
    add(&b);
    buf_add_char(&b, 0);
    assert(!b.failed);
    bool ok = sql_exec(sql, b.p, e);
    buf_fini(&b);
    return ok;
}

static bool create(sqlite3 *sql, struct error *e)
{
    return make(sql, schema_1, execution_schema, e);
}

static bool add_story(sqlite3 *sql, struct error *e)
{
    return sql_exec(sql, schema_2, e) && sql_exec(sql, story_rebuild, e);
}

/* The account over time, and where an execution is from. */
static bool add_past(sqlite3 *sql, struct error *e)
{
    return make(sql, "ALTER TABLE execution ADD COLUMN source TEXT NOT NULL DEFAULT '';",
                past_schema, e);
}

/* Orders as they ended. */
static bool add_orders(sqlite3 *sql, struct error *e)
{
    return make(sql, "", past_schema_orders, e);
}

static bool add_rankings(sqlite3 *sql, struct error *e)
{
    return make(sql, "", past_schema_rankings, e);
}

/* steps[n] leads from version n to n + 1. */
static bool (*const steps[DB_SCHEMA_VERSION])(sqlite3 *sql, struct error *e) = {
    create, add_story, add_past, add_orders, add_rankings};

/* All steps and the new number are one transaction. A failure leaves it to sqlite3_close, which
 * undoes it. */
static bool migrate(sqlite3 *sql, struct error *e)
{
    char number[48];
    int version;
    if (!sql_exec(sql, "BEGIN IMMEDIATE", e) || !user_version(sql, &version, e))
        return false;
    if (version > DB_SCHEMA_VERSION) {
        return error_set(e, ERROR_UNAVAILABLE, "STORE",
                         "the store has schema version %d; this program knows %d", version,
                         DB_SCHEMA_VERSION);
    }
    for (; version < DB_SCHEMA_VERSION; version++)
        if (!steps[version](sql, e))
            return false;
    (void)snprintf(number, sizeof number, "PRAGMA user_version = %d", DB_SCHEMA_VERSION);
    return sql_exec(sql, number, e) && sql_exec(sql, "COMMIT", e);
}

struct db *db_open(const char *path, struct error *e)
{
    struct db *db = xcalloc(1, sizeof *db);
    /* pages one by one as they are needed: each connection would take twenty at once */
    (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
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
    for (size_t i = 0; i < SQL_KEPT_MAX; i++)
        sqlite3_finalize(db->kept[i].st);
    sqlite3_close(db->sql);
    xfree(db);
}

/* ---- the chain ---- */

void chain_hash(struct str prev, int64_t seq, struct str at, struct str kind, struct str principal,
                struct str body, char out[SHA256_HEX_MAX])
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
    static const char text[] = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1";
    sqlite3_stmt *st = sql_keep(db, text, e);
    if (!st)
        return false;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        *seq = sqlite3_column_int64(st, 0);
        str_copy_cut(hash, SHA256_HEX_MAX, sql_column_str(st, 1));
    }
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_reset(st);
    return ok;
}

bool db_last_seq(struct db *db, int64_t *seq, struct error *e)
{
    char hash[SHA256_HEX_MAX];
    return db_head(db, seq, hash, e);
}

/* ---- writing ---- */

static const char record_insert[] = "INSERT INTO journal VALUES(?,?,?,?,?,?,?)";
static const char record_present[] = "SELECT prev_hash, hash FROM journal WHERE seq = ?";
static const char value_insert[] = "INSERT OR REPLACE INTO value VALUES(?,?,?)";

/* The statements of one batch. */
struct writing {
    sqlite3_stmt *record, *story, *present, *value;
    int64_t head; /* of the journal before the batch */
    char hash[SHA256_HEX_MAX];
};

static bool writing_begin(struct db *db, struct writing *w, struct error *e)
{
    return db_head(db, &w->head, w->hash, e) && (w->record = sql_keep(db, record_insert, e)) &&
           (w->story = sql_keep(db, story_insert, e)) &&
           (w->present = sql_keep(db, record_present, e)) &&
           (w->value = sql_keep(db, value_insert, e));
}

static void item_hash(const struct journal_item *it, struct str prev, char at[UTC_TEXT_MAX],
                      char out[SHA256_HEX_MAX])
{
    struct str at_text = {at, utc_format_ms(it->at, at)};
    chain_hash(prev, it->seq, at_text, str_of(journal_kind_text(it->kind)), STR_NAME(it->principal),
               it->body, out);
}

/*
 * The number is taken: by an earlier attempt of ours that did reach the disk, or by somebody else,
 * and then nothing of ours may seem to be written.
 */
static bool is_ours(struct db *db, struct writing *w, const struct journal_item *it,
                    struct error *e)
{
    char at[UTC_TEXT_MAX], hash[SHA256_HEX_MAX];
    sqlite3_bind_int64(w->present, 1, it->seq);
    int rc = sqlite3_step(w->present);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    if (ok) {
        item_hash(it, sql_column_str(w->present, 0), at, hash);
        ok = (rc == SQLITE_ROW && str_eq(sql_column_str(w->present, 1), str_of(hash))) ||
             error_set(e, ERROR_UNAVAILABLE, "STORE",
                       "journal record %lld was written by another program", (long long)it->seq);
    }
    sqlite3_reset(w->present);
    return ok;
}

static bool write_record(struct db *db, struct writing *w, const struct journal_item *it,
                         struct error *e)
{
    char at[UTC_TEXT_MAX], next[SHA256_HEX_MAX];
    if (it->seq <= w->head)
        return is_ours(db, w, it, e);
    item_hash(it, str_of(w->hash), at, next);
    sqlite3_bind_int64(w->record, 1, it->seq);
    sql_bind_str(w->record, 2, str_of(at));
    sql_bind_str(w->record, 3, str_of(journal_kind_text(it->kind)));
    sql_bind_str(w->record, 4, STR_NAME(it->principal));
    sql_bind_str(w->record, 5, it->body);
    sql_bind_str(w->record, 6, str_of(w->hash));
    sql_bind_str(w->record, 7, str_of(next));
    sqlite3_bind_int64(w->story, 1, it->seq);
    sql_bind_str(w->story, 2, it->body);
    if (!sql_run(db->sql, w->record, "journal", e) || !sql_run(db->sql, w->story, "journal", e))
        return false;
    memcpy(w->hash, next, SHA256_HEX_MAX);
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
    struct writing w = {0};
    bool ok = writing_begin(db, &w, e);
    for (size_t i = 0; ok && i < batch->count; i++) {
        const struct journal_item *it = &batch->items[i];
        switch (it->what) {
        case ITEM_RECORD:
            ok = write_record(db, &w, it, e);
            break;
        case ITEM_EXECUTION:
            ok = execution_write(db->sql, it->execution, it->at, e);
            break;
        case ITEM_COMMISSION:
            ok = execution_commission(db->sql, it->execution, e);
            break;
        case ITEM_VALUE:
            ok = write_value(db, w.value, it, e);
            break;
        case ITEM_PAGE:
            ok = past_write(db->sql, it->page, it->at, e);
            break;
        }
    }
    return ok;
}

bool db_commit(struct db *db, const struct journal_batch *batch, struct error *e)
{
    assert(batch->count > 0);
    static const char begin[] = "BEGIN IMMEDIATE", commit[] = "COMMIT";
    sqlite3_stmt *first = sql_keep(db, begin, e), *last = sql_keep(db, commit, e);
    if (!first || !last || !sql_run(db->sql, first, "store", e))
        return false;
    if (write_items(db, batch, e) && sql_run(db->sql, last, "store", e))
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

bool db_values(struct db *db, struct str prefix, db_value_fn *fn, void *self, struct error *e)
{
    sqlite3_stmt *st = sql_prepare(
        db->sql, "SELECT key, text FROM value WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
        e);
    if (!st)
        return false;
    sql_bind_str(st, 1, prefix);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        if (!fn(self, sql_column_str(st, 0), sql_column_str(st, 1))) {
            rc = SQLITE_DONE;
            break;
        }
    bool ok = rc == SQLITE_DONE || sql_fail(db->sql, "store", e);
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

/* What the masks of records stand for; the few accounts of a journal are looked up once each. */
enum { UNMASKED_MAX = 16 };
struct unmasking {
    struct db *db;
    struct error *error;
    struct {
        char mask[ACCOUNT_MASK_MAX], account[ACCOUNT_MASK_MAX];
    } known[UNMASKED_MAX];
    size_t count; /* ever */
    struct buf body;
};

static bool account_of(void *self, struct str mask, char account[ACCOUNT_MASK_MAX])
{
    struct unmasking *u = self;
    char key[JOURNAL_KEY_MAX];
    for (size_t i = 0; i < u->count && i < UNMASKED_MAX; i++)
        if (str_eq(mask, STR_NAME(u->known[i].mask))) {
            memcpy(account, u->known[i].account, ACCOUNT_MASK_MAX);
            return true;
        }
    (void)snprintf(key, sizeof key, ACCOUNT_KEY STR_FMT, STR_ARG(mask));
    if (!db_value(u->db, str_of(key), account, ACCOUNT_MASK_MAX, u->error))
        return false;
    size_t at = u->count++ % UNMASKED_MAX;
    str_copy_cut(u->known[at].mask, ACCOUNT_MASK_MAX, mask);
    memcpy(u->known[at].account, account, ACCOUNT_MASK_MAX);
    return true;
}

static bool read_record(sqlite3_stmt *st, struct unmasking *u, struct db_record *r)
{
    if (!utc_parse(sql_column_str(st, 1), &r->at))
        return error_set(u->error, ERROR_INTERNAL, "STORE", "journal record %lld has no valid time",
                         (long long)r->seq);
    if (!has_mask(r->body))
        return true;
    buf_reset(&u->body);
    if (!unmask(r->body, account_of, u, &u->body))
        return false;
    r->body = buf_str(&u->body);
    return true;
}

/* Steps through seq, at, kind, principal, body and ends the statement. */
static bool each_record(struct db *db, sqlite3_stmt *st, unsigned kinds, db_record_fn *fn,
                        void *self, struct error *e)
{
    int rc;
    bool ok = true;
    struct unmasking u = {.db = db, .error = e};
    buf_init(&u.body, 2 * JOURNAL_BODY_MAX);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct db_record r = {.seq = sqlite3_column_int64(st, 0),
                              .kind = sql_column_str(st, 2),
                              .principal = sql_column_str(st, 3),
                              .body = sql_column_str(st, 4)};
        if (!kind_wanted(kinds, r.kind))
            continue;
        ok = read_record(st, &u, &r);
        if (!ok || !fn(self, &r)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    ok = ok && (rc == SQLITE_DONE || sql_fail(db->sql, "journal", e));
    buf_fini(&u.body);
    sqlite3_finalize(st);
    return ok;
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
    return each_record(db, st, kinds, fn, self, e);
}

bool db_records_after(struct db *db, int64_t after, unsigned kinds, db_record_fn *fn, void *self,
                      struct error *e)
{
    sqlite3_stmt *st = sql_prepare(
        db->sql, "SELECT seq, at, kind, principal, body FROM journal WHERE seq > ? ORDER BY seq",
        e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, after);
    return each_record(db, st, kinds, fn, self, e);
}

bool db_records_of(struct db *db, struct str intents, int64_t until, unsigned kinds,
                   db_record_fn *fn, void *self, struct error *e)
{
    /* CROSS JOIN: from the intents to their references to what is recorded of these, by keys */
    sqlite3_stmt *st = sql_prepare(
        db->sql,
        "SELECT seq, at, kind, principal, body FROM journal WHERE seq IN (SELECT s.seq"
        " FROM json_each(?1) n CROSS JOIN journal i ON i.seq = n.value"
        " CROSS JOIN json_tree(i.body) t CROSS JOIN story s ON s.about = 'ref:' || t.atom"
        " WHERE t.key = 'ref' AND s.seq <= ?2) ORDER BY seq",
        e);
    if (!st)
        return false;
    sql_bind_str(st, 1, intents);
    sqlite3_bind_int64(st, 2, until);
    return each_record(db, st, kinds, fn, self, e);
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
    if (!x->source[0]) /* what a statement told gives way to what the broker tells */
        journal_knows_execution(self, STR_NAME(x->exec_id), x->commission.has);
    return true;
}

bool db_known_executions(struct db *db, struct utc since, struct journal *j, struct error *e)
{
    return db_executions(db, since, STR_NONE, known, j, e);
}
