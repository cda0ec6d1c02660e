/* SPDX-License-Identifier: MIT */
#include "market/contracts.h"

#include "base/alloc.h"
#include "base/map.h"

#include <assert.h>
#include <string.h>

struct entry {
    struct utc learnt;
    struct contract_details details;
};

struct listed {
    struct utc learnt;
    int how;
    bool is_gone;
    size_t count;
    int32_t con_ids[CONTRACTS_OF_ANSWER];
};

struct contracts {
    struct map *answers; /* key -> struct listed, owned */
    struct map *entries; /* con_id -> struct entry, owned */
};

struct contracts *contracts_new(void)
{
    struct contracts *c = xcalloc(1, sizeof *c);
    c->answers = map_new(CONTRACTS_ANSWERS_MAX);
    c->entries = map_new(CONTRACTS_MAX);
    return c;
}

static void empty(struct map *m)
{
    void *value;
    for (size_t i = 0; map_next(m, &i, &value);)
        xfree(value);
    map_clear(m);
}

size_t contracts_clear(struct contracts *c)
{
    size_t n = map_count(c->answers);
    empty(c->answers);
    empty(c->entries);
    return n;
}

void contracts_free(struct contracts *c)
{
    if (!c)
        return;
    (void)contracts_clear(c);
    map_free(c->answers);
    map_free(c->entries);
    xfree(c);
}

size_t contracts_count(const struct contracts *c)
{
    return map_count(c->answers);
}

static int64_t age_of(struct utc learnt, struct utc now)
{
    return learnt.ns > now.ns ? INT64_MAX : (now.ns - learnt.ns) / NS_PER_MS;
}

bool contracts_find(struct contracts *c, struct str key, struct utc now, struct arena *arena,
                    struct known *out)
{
    const struct listed *a = map_get_str(c->answers, key);
    if (!a)
        return false;
    *out = (struct known){.how = a->how,
                          .learnt = a->learnt,
                          .age_ms = age_of(a->learnt, now),
                          .is_gone = a->is_gone};
    out->found = ARENA_MANY(arena, struct contract_details, a->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct entry *e = map_get(c->entries, a->con_ids[i]);
        if (!e)
            return false;
        out->found[out->count++] = e->details;
    }
    return true;
}

void contracts_gone(struct contracts *c, struct str key)
{
    struct listed *a = map_get_str(c->answers, key);
    if (a)
        a->is_gone = true;
}

bool contracts_get(struct contracts *c, int32_t con_id, struct utc now, struct arena *arena,
                   struct known *out)
{
    const struct entry *e = map_get(c->entries, con_id);
    if (!e)
        return false;
    *out = (struct known){.count = 1, .learnt = e->learnt, .age_ms = age_of(e->learnt, now)};
    out->found = ARENA_NEW(arena, struct contract_details);
    *out->found = e->details;
    return true;
}

void contracts_put(struct contracts *c, struct str key, int how, const struct contract_details *d,
                   size_t n, struct utc now)
{
    assert(n >= 1 && n <= CONTRACTS_OF_ANSWER && key.n < CONTRACTS_KEY_MAX);
    if (map_count(c->answers) == CONTRACTS_ANSWERS_MAX || map_count(c->entries) + n > CONTRACTS_MAX)
        (void)contracts_clear(
            c); /* simpler than an order of use, and as good: it fills up rarely */
    struct listed *a = map_get_str(c->answers, key);
    if (!a) {
        a = xcalloc(1, sizeof *a);
        (void)map_put_str(c->answers, key, a);
    }
    *a = (struct listed){.learnt = now, .how = how, .count = n};
    for (size_t i = 0; i < n; i++) {
        struct entry *e = map_get(c->entries, d[i].contract.con_id);
        if (!e) {
            e = xcalloc(1, sizeof *e);
            (void)map_put(c->entries, d[i].contract.con_id, e);
        }
        *e = (struct entry){now, d[i]};
        a->con_ids[i] = d[i].contract.con_id;
    }
}
