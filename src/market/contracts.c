/* SPDX-License-Identifier: MIT */
#include "market/contracts.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"
#include "market/contracts_kept.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEPT_MAX = 8 << 10, SCOPE_MAX = 16 };

struct entry {
    struct utc learnt;
    struct contract_details details;
};

struct contracts {
    struct map *answers; /* key -> struct kept_answer, owned */
    struct map *entries; /* con_id -> struct entry, owned */
    struct cache *file;  /* or NULL */
    char scope[SCOPE_MAX];
    struct utc cleared; /* what was learnt before is not taken from the file */
};

/* ---- the file ---- */

/* "contracts:SCOPE:KIND:KEY"; STR_NONE if it is too long to be kept. */
static struct str file_key(const struct contracts *c, const char *kind, struct str key,
                           char out[CACHE_KEY_MAX])
{
    int n = snprintf(out, CACHE_KEY_MAX, "contracts:%s:%s:" STR_FMT, c->scope, kind, STR_ARG(key));
    return n > 0 && n < CACHE_KEY_MAX ? (struct str){out, (size_t)n} : STR_NONE;
}

static void keep(struct contracts *c, const char *kind, struct str key, const struct buf *bytes,
                 struct utc now)
{
    char text[CACHE_KEY_MAX];
    struct str name = file_key(c, kind, key, text);
    struct cache_put put = {0, buf_str(bytes)};
    if (c->file && name.n)
        (void)cache_write(c->file, name, &put, 1, true, now);
}

static size_t fetch(const struct contracts *c, const char *kind, struct str key, cache_part_fn *fn,
                    void *self)
{
    char text[CACHE_KEY_MAX];
    struct str name = file_key(c, kind, key, text);
    return c->file && name.n ? cache_read(c->file, name, 0, 0, fn, self) : 0;
}

static bool read_cleared(void *self, int64_t part, struct str bytes)
{
    struct contracts *c = self;
    (void)part;
    (void)str_to_i64(bytes, &c->cleared.ns);
    return false;
}

struct loading {
    bool ok;
    struct kept_answer answer;
    struct entry entry;
};

static bool read_answer(void *self, int64_t part, struct str bytes)
{
    struct loading *l = self;
    (void)part;
    l->ok = kept_answer_read(bytes, &l->answer);
    return false;
}

static bool read_entry(void *self, int64_t part, struct str bytes)
{
    struct loading *l = self;
    (void)part;
    l->ok = kept_details_read(bytes, &l->entry.details, &l->entry.learnt);
    return false;
}

/* ---- life ---- */

struct contracts *contracts_new(struct cache *file, const char *scope)
{
    struct contracts *c = xcalloc(1, sizeof *c);
    c->answers = map_new(CONTRACTS_ANSWERS_MAX);
    c->entries = map_new(CONTRACTS_MAX);
    c->file = file;
    str_copy_cut(c->scope, sizeof c->scope, str_of(scope));
    (void)fetch(c, "cleared", STR_NONE, read_cleared, c);
    return c;
}

static void empty(struct map *m)
{
    void *value;
    for (size_t i = 0; map_next(m, &i, &value);)
        xfree(value);
    map_clear(m);
}

static void forget(struct contracts *c)
{
    empty(c->answers);
    empty(c->entries);
}

size_t contracts_clear(struct contracts *c, struct utc now)
{
    size_t n = map_count(c->answers);
    struct buf bytes;
    forget(c);
    c->cleared = now;
    buf_init(&bytes, KEPT_MAX);
    buf_add_f(&bytes, "%lld", (long long)now.ns);
    keep(c, "cleared", STR_NONE, &bytes, now);
    buf_fini(&bytes);
    return n;
}

void contracts_free(struct contracts *c)
{
    if (!c)
        return;
    forget(c);
    map_free(c->answers);
    map_free(c->entries);
    xfree(c);
}

size_t contracts_count(const struct contracts *c)
{
    return map_count(c->answers);
}

/* ---- memory, filled from the file ---- */

/* Room for one answer of n contracts: when memory is full all of it goes, which is rare. */
static void make_room(struct contracts *c, size_t n)
{
    if (map_count(c->answers) == CONTRACTS_ANSWERS_MAX || map_count(c->entries) + n > CONTRACTS_MAX)
        forget(c);
}

static struct kept_answer *put_answer(struct contracts *c, struct str key,
                                      const struct kept_answer *value)
{
    struct kept_answer *a = map_get_str(c->answers, key);
    if (!a) {
        a = xcalloc(1, sizeof *a);
        (void)map_put_str(c->answers, key, a);
    }
    *a = *value;
    return a;
}

static struct entry *put_entry(struct contracts *c, int32_t con_id, const struct entry *value)
{
    struct entry *e = map_get(c->entries, con_id);
    if (!e) {
        e = xcalloc(1, sizeof *e);
        (void)map_put(c->entries, con_id, e);
    }
    *e = *value;
    return e;
}

static const struct entry *entry_of(struct contracts *c, int32_t con_id)
{
    const struct entry *e = map_get(c->entries, con_id);
    struct loading l = {0};
    char id[16];
    if (e)
        return e;
    (void)snprintf(id, sizeof id, "%d", (int)con_id);
    (void)fetch(c, "id", str_of(id), read_entry, &l);
    if (!l.ok || l.entry.details.contract.con_id != con_id || l.entry.learnt.ns < c->cleared.ns ||
        map_count(c->entries) == CONTRACTS_MAX)
        return NULL;
    return put_entry(c, con_id, &l.entry);
}

static const struct kept_answer *answer_of(struct contracts *c, struct str key)
{
    const struct kept_answer *a = map_get_str(c->answers, key);
    struct loading l = {0};
    if (a)
        return a;
    (void)fetch(c, "q", key, read_answer, &l);
    if (!l.ok || l.answer.learnt.ns < c->cleared.ns)
        return NULL;
    make_room(c, l.answer.count);
    return put_answer(c, key, &l.answer);
}

static int64_t age_of(struct utc learnt, struct utc now)
{
    return learnt.ns > now.ns ? INT64_MAX : (now.ns - learnt.ns) / NS_PER_MS;
}

bool contracts_find(struct contracts *c, struct str key, struct utc now, struct arena *arena,
                    struct known *out)
{
    const struct kept_answer *a = answer_of(c, key);
    if (!a)
        return false;
    *out = (struct known){.how = a->how,
                          .learnt = a->learnt,
                          .age_ms = age_of(a->learnt, now),
                          .is_gone = a->is_gone};
    out->found = ARENA_MANY(arena, struct contract_details, a->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct entry *e = entry_of(c, a->con_ids[i]);
        if (!e)
            return false;
        out->found[out->count++] = e->details;
    }
    return true;
}

bool contracts_get(struct contracts *c, int32_t con_id, struct utc now, struct arena *arena,
                   struct known *out)
{
    const struct entry *e = entry_of(c, con_id);
    if (!e)
        return false;
    *out = (struct known){.count = 1, .learnt = e->learnt, .age_ms = age_of(e->learnt, now)};
    out->found = ARENA_NEW(arena, struct contract_details);
    *out->found = e->details;
    return true;
}

/* ---- learning ---- */

static void keep_answer(struct contracts *c, struct str key, const struct kept_answer *a,
                        struct utc now)
{
    struct buf bytes;
    buf_init(&bytes, KEPT_MAX);
    kept_answer_write(a, &bytes);
    keep(c, "q", key, &bytes, now);
    buf_fini(&bytes);
}

static void keep_entry(struct contracts *c, const struct entry *e)
{
    struct buf bytes;
    char id[16];
    buf_init(&bytes, KEPT_MAX);
    (void)snprintf(id, sizeof id, "%d", (int)e->details.contract.con_id);
    kept_details_write(&e->details, e->learnt, &bytes);
    keep(c, "id", str_of(id), &bytes, e->learnt);
    buf_fini(&bytes);
}

void contracts_put(struct contracts *c, struct str key, int how, const struct contract_details *d,
                   size_t n, struct utc now)
{
    assert(n >= 1 && n <= CONTRACTS_OF_ANSWER && key.n < CONTRACTS_KEY_MAX);
    make_room(c, n);
    struct kept_answer a = {.learnt = now, .how = how, .count = n};
    for (size_t i = 0; i < n; i++) {
        struct entry e = {now, d[i]};
        keep_entry(c, put_entry(c, d[i].contract.con_id, &e));
        a.con_ids[i] = d[i].contract.con_id;
    }
    keep_answer(c, key, put_answer(c, key, &a), now);
}

void contracts_gone(struct contracts *c, struct str key, struct utc now)
{
    struct kept_answer *a = map_get_str(c->answers, key);
    if (!a)
        return;
    a->is_gone = true;
    keep_answer(c, key, a, now);
}
