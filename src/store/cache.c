/* SPDX-License-Identifier: MIT */
#include "store/cache.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"
#include "store/sql.h"

#include <assert.h>
#include <string.h>

enum { TOUCHED_MAX = 4096, BUSY_MS = 2000 };

struct cache_file {
    sqlite3 *sql;
    sqlite3_stmt *select, *put, *drop, *use;
};

/* What is to be done, one after the other. */
struct action {
    struct action *next;
    bool is_drop; /* all parts of the key; else a part, or with n < 0 a use alone */
    int64_t part, used, n;
    size_t key_n;
    char key[CACHE_KEY_MAX];
    char bytes[]; /* n of them */
};

struct cache_batch {
    struct action *first, **end;
    size_t bytes;
};

struct cache {
    struct cache_file *file; /* borrowed, or NULL */
    struct cache_batch *waiting;
    struct map *touched; /* key -> struct touch */
    bool is_away, is_damaged;
};

/* ---- connections ---- */

static bool is_damage(sqlite3 *sql)
{
    int code = sqlite3_errcode(sql);
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

static bool fail(sqlite3 *sql, struct error *e)
{
    if (is_damage(sql))
        return error_set(e, ERROR_UNAVAILABLE, "CACHE_DAMAGED", "the cache is damaged: %s",
                         sqlite3_errmsg(sql));
    return sql_fail(sql, "cache", e);
}

static bool exec(sqlite3 *sql, const char *text, struct error *e)
{
    return sqlite3_exec(sql, text, NULL, NULL, NULL) == SQLITE_OK || fail(sql, e);
}

static bool version(sqlite3 *sql, int *out, struct error *e)
{
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(sql, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
              sqlite3_step(st) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int(st, 0);
    else
        fail(sql, e);
    sqlite3_finalize(st);
    return ok;
}

/* `item` says when a key was used last; its parts are beside it. */
static bool create(sqlite3 *sql, struct error *e)
{
    static const char schema[] =
        "BEGIN IMMEDIATE;"
        "CREATE TABLE IF NOT EXISTS item(key TEXT PRIMARY KEY, used INTEGER NOT NULL)"
        " WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS part(key TEXT NOT NULL, part INTEGER NOT NULL,"
        " bytes BLOB NOT NULL, PRIMARY KEY(key, part)) WITHOUT ROWID;"
        "PRAGMA user_version = 1;"
        "COMMIT;";
    static_assert(CACHE_SCHEMA_VERSION == 1, "the schema's text names the version");
    int has;
    if (!version(sql, &has, e))
        return false;
    if (has == CACHE_SCHEMA_VERSION)
        return true;
    if (has != 0)
        return error_set(e, ERROR_UNAVAILABLE, "CACHE_DAMAGED",
                         "the cache has schema version %d; this program knows %d", has,
                         CACHE_SCHEMA_VERSION);
    return exec(sql, schema, e);
}

static bool prepare(struct cache_file *f, struct error *e)
{
    const struct {
        sqlite3_stmt **st;
        const char *text;
    } rows[] = {
        {&f->select, "SELECT part, bytes FROM part WHERE key = ?1 AND part BETWEEN ?2 AND ?3"
                     " ORDER BY part"},
        {&f->put, "INSERT OR REPLACE INTO part(key, part, bytes) VALUES(?1, ?2, ?3)"},
        {&f->drop, "DELETE FROM part WHERE key = ?1"},
        {&f->use, "INSERT OR REPLACE INTO item(key, used) VALUES(?1, ?2)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (sqlite3_prepare_v2(f->sql, rows[i].text, -1, rows[i].st, NULL) != SQLITE_OK)
            return fail(f->sql, e);
    return true;
}

struct cache_file *cache_file_open(const char *path, struct error *e)
{
    struct cache_file *f = xcalloc(1, sizeof *f);
    /* what a crash loses is asked again, so the disk is not waited for */
    static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                                  "PRAGMA cache_size = -4096; PRAGMA mmap_size = 268435456;";
    bool ok = sqlite3_open(path, &f->sql) == SQLITE_OK || fail(f->sql, e);
    if (ok)
        sqlite3_busy_timeout(f->sql, BUSY_MS);
    if (ok && exec(f->sql, pragmas, e) && create(f->sql, e) && prepare(f, e))
        return f;
    cache_file_close(f);
    return NULL;
}

void cache_file_close(struct cache_file *f)
{
    if (!f)
        return;
    sqlite3_stmt *const all[] = {f->select, f->put, f->drop, f->use};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
    sqlite3_close(f->sql);
    xfree(f);
}

/* ---- writing, on the owner's thread for it ---- */

static bool run(struct cache_file *f, sqlite3_stmt *st, struct error *e)
{
    bool ok = sqlite3_step(st) == SQLITE_DONE || fail(f->sql, e);
    sqlite3_reset(st);
    return ok;
}

static void bind_key(sqlite3_stmt *st, const struct action *a)
{
    sqlite3_bind_text(st, 1, a->key, (int)a->key_n, SQLITE_STATIC);
}

static bool do_action(struct cache_file *f, const struct action *a, struct error *e)
{
    if (a->is_drop) {
        bind_key(f->drop, a);
        return run(f, f->drop, e);
    }
    bind_key(f->use, a);
    sqlite3_bind_int64(f->use, 2, a->used);
    if (!run(f, f->use, e) || a->n < 0)
        return a->n < 0;
    bind_key(f->put, a);
    sqlite3_bind_int64(f->put, 2, a->part);
    sqlite3_bind_blob(f->put, 3, a->bytes, (int)a->n, SQLITE_STATIC);
    return run(f, f->put, e);
}

static bool number(sqlite3 *sql, const char *text, int64_t *out, struct error *e)
{
    sqlite3_stmt *st = NULL;
    bool ok =
        sqlite3_prepare_v2(sql, text, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(st, 0);
    else
        fail(sql, e);
    sqlite3_finalize(st);
    return ok;
}

/* Lets an eighth of the keys go, the longest unused first, as often as it takes. Freed pages are
 * used again, so they do not count. */
static bool evict(struct cache_file *f, int64_t bytes_max, struct error *e)
{
    static const char let_go[] = "CREATE TEMP TABLE IF NOT EXISTS gone(key TEXT PRIMARY KEY);"
                                 "DELETE FROM gone;"
                                 "INSERT INTO gone SELECT key FROM item ORDER BY used, key"
                                 " LIMIT (SELECT count(*) / 8 + 1 FROM item);"
                                 "DELETE FROM part WHERE key IN (SELECT key FROM gone);"
                                 "DELETE FROM item WHERE key IN (SELECT key FROM gone);";
    int64_t size, pages, unused, keys = 1;
    for (;;) {
        if (!number(f->sql, "PRAGMA page_size", &size, e) ||
            !number(f->sql, "PRAGMA page_count", &pages, e) ||
            !number(f->sql, "PRAGMA freelist_count", &unused, e) ||
            !number(f->sql, "SELECT count(*) FROM item", &keys, e))
            return false;
        if ((pages - unused) * size <= bytes_max || keys == 0)
            return true;
        if (!exec(f->sql, let_go, e))
            return false;
    }
}

bool cache_file_write(struct cache_file *f, const struct cache_batch *batch, int64_t bytes_max,
                      struct error *e)
{
    struct error ignored;
    bool ok = exec(f->sql, "BEGIN IMMEDIATE", e);
    for (const struct action *a = batch->first; a && ok; a = a->next)
        ok = do_action(f, a, e);
    ok = ok && evict(f, bytes_max, e) && exec(f->sql, "COMMIT", e);
    if (!ok)
        (void)!exec(f->sql, "ROLLBACK", &ignored);
    return ok;
}

/* ---- the core's side ---- */

static void batch_free(struct cache_batch *b)
{
    while (b && b->first) {
        struct action *a = b->first;
        b->first = a->next;
        xfree(a);
    }
    xfree(b);
}

struct touch {
    struct utc at;
};

struct cache *cache_new(struct cache_file *file)
{
    struct cache *c = xcalloc(1, sizeof *c);
    c->file = file;
    c->touched = map_new(TOUCHED_MAX);
    return c;
}

static void forget_touches(struct cache *c)
{
    void *touch;
    for (size_t i = 0; map_next(c->touched, &i, &touch);)
        xfree(touch);
    map_clear(c->touched);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    forget_touches(c);
    map_free(c->touched);
    batch_free(c->waiting);
    xfree(c);
}

bool cache_is_damaged(const struct cache *c)
{
    return c->is_damaged;
}

size_t cache_read(struct cache *c, struct str key, int64_t from, int64_t to, cache_part_fn *fn,
                  void *self)
{
    size_t n = 0;
    if (!c->file || c->is_damaged)
        return 0;
    sqlite3_stmt *st = c->file->select;
    sql_bind_str(st, 1, key);
    sqlite3_bind_int64(st, 2, from);
    sqlite3_bind_int64(st, 3, to);
    int step;
    while ((step = sqlite3_step(st)) == SQLITE_ROW) {
        const char *p = sqlite3_column_blob(st, 1);
        struct str bytes = {p ? p : "", (size_t)sqlite3_column_bytes(st, 1)};
        n++;
        if (!fn(self, sqlite3_column_int64(st, 0), bytes))
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        c->is_damaged = is_damage(c->file->sql);
    sqlite3_reset(st);
    return n;
}

static struct action *action_new(struct str key, size_t n)
{
    assert(key.n && key.n <= CACHE_KEY_MAX && n <= CACHE_PART_MAX);
    struct action *a = xcalloc(1, sizeof *a + n);
    a->key_n = key.n;
    memcpy(a->key, key.p, key.n);
    return a;
}

static void append(struct cache *c, struct action *a)
{
    if (!c->waiting) {
        c->waiting = xcalloc(1, sizeof *c->waiting);
        c->waiting->end = &c->waiting->first;
    }
    *c->waiting->end = a;
    c->waiting->end = &a->next;
    c->waiting->bytes += sizeof *a + (a->n > 0 ? (size_t)a->n : 0);
}

/* True if so much more may wait. */
static bool has_room(const struct cache *c, size_t bytes)
{
    size_t waiting = c->waiting ? c->waiting->bytes : 0;
    return c->file && !c->is_damaged && waiting + bytes <= CACHE_QUEUE_MAX;
}

/* That it is used now is noted; true if the last use is so long ago that it should be written. */
static bool is_new_use(struct cache *c, struct str key, struct utc now)
{
    struct touch *t = map_get_str(c->touched, key);
    if (t && now.ns - t->at.ns < (int64_t)CACHE_TOUCH_MS * NS_PER_MS)
        return false;
    if (!t && map_count(c->touched) == TOUCHED_MAX)
        forget_touches(c);
    if (!t) {
        t = xcalloc(1, sizeof *t);
        bool ok = map_put_str(c->touched, key, t);
        assert(ok);
    }
    t->at = now;
    return true;
}

bool cache_write(struct cache *c, struct str key, const struct cache_put *parts, size_t n,
                 bool is_all, struct utc now)
{
    size_t bytes = (n + 1) * sizeof(struct action);
    for (size_t i = 0; i < n; i++)
        bytes += parts[i].bytes.n;
    if (!has_room(c, bytes))
        return false;
    (void)is_new_use(c, key, now);
    if (is_all) {
        struct action *drop = action_new(key, 0);
        drop->is_drop = true;
        append(c, drop);
    }
    for (size_t i = 0; i < n; i++) {
        struct action *a = action_new(key, parts[i].bytes.n);
        a->part = parts[i].part;
        a->used = now.ns / NS_PER_S;
        a->n = (int64_t)parts[i].bytes.n;
        memcpy(a->bytes, parts[i].bytes.p, parts[i].bytes.n);
        append(c, a);
    }
    return true;
}

void cache_touch(struct cache *c, struct str key, struct utc now)
{
    if (!has_room(c, sizeof(struct action)) || !is_new_use(c, key, now))
        return;
    struct action *a = action_new(key, 0);
    a->used = now.ns / NS_PER_S;
    a->n = -1;
    append(c, a);
}

/* ---- the owner's side ---- */

struct cache_batch *cache_take(struct cache *c)
{
    struct cache_batch *b = c->is_away ? NULL : c->waiting;
    if (!b)
        return NULL;
    c->waiting = NULL;
    c->is_away = true;
    return b;
}

void cache_done(struct cache *c, struct cache_batch *batch, bool is_damaged)
{
    c->is_away = false;
    c->is_damaged = c->is_damaged || is_damaged;
    batch_free(batch);
}
