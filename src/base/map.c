/* SPDX-License-Identifier: MIT */
/*
 * Two arrays. `entries` holds the entries in the order of insertion; a removed one leaves a hole
 * (value NULL). `slots`, a power of two and twice as long, is the open-addressed table with linear
 * probing: it holds indices into entries. When entries is full, the holes are squeezed out or the
 * arrays doubled, and slots is built anew, which also ends its tombstones. So every hole has at
 * most one tombstone, and the table is never more than half full.
 */
#include "base/map.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <assert.h>
#include <string.h>

enum { ROOM_MIN = 16, KEY_MAX = 255 };
#define SLOT_EMPTY ((uint32_t)-1)
#define SLOT_GONE  ((uint32_t)-2)

struct key {
    int64_t number;
    struct str bytes; /* bytes.p == NULL: the key is the number */
    uint64_t hash;
};

struct entry {
    struct key key; /* bytes owned */
    void *value;    /* NULL: a hole */
};

struct map {
    struct entry *entries;
    uint32_t *slots;
    size_t room; /* of entries; slots has twice as many */
    size_t used; /* of entries, holes included */
    size_t count;
    size_t cap;
    enum { KIND_OPEN, KIND_NUMBER, KIND_BYTES } kind; /* of the first key */
};

static struct key key_of_number(int64_t number)
{
    return (struct key){.number = number, .hash = rng_mix((uint64_t)number, 0)};
}

static struct key key_of_bytes(struct str s)
{
    struct key k = {.bytes = {s.p ? s.p : "", s.n}, .hash = s.n};
    for (size_t i = 0; i < s.n; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t left = s.n - i;
        memcpy(&word, k.bytes.p + i, left < sizeof word ? left : sizeof word);
        k.hash = rng_mix(k.hash, word);
    }
    return k;
}

static bool same_key(const struct key *a, const struct key *b)
{
    if (a->hash != b->hash)
        return false;
    return a->bytes.p ? str_eq(a->bytes, b->bytes) : a->number == b->number;
}

/* ---- life ---- */

struct map *map_new(size_t cap)
{
    assert(cap < SLOT_GONE / 2);
    struct map *m = xmalloc(sizeof *m);
    *m = (struct map){.cap = cap};
    return m;
}

static void drop_key(struct entry *e)
{
    if (!e->key.bytes.p)
        return;
    union {
        const char *borrowed;
        char *owned;
    } bytes = {e->key.bytes.p};
    xfree(bytes.owned);
}

static void clear_slots(struct map *m)
{
    for (size_t i = 0; i < m->room * 2; i++)
        m->slots[i] = SLOT_EMPTY;
}

void map_clear(struct map *m)
{
    for (size_t i = 0; i < m->used; i++)
        if (m->entries[i].value)
            drop_key(&m->entries[i]);
    m->used = m->count = 0;
    m->kind = KIND_OPEN;
    clear_slots(m);
}

void map_free(struct map *m)
{
    if (!m)
        return;
    map_clear(m);
    xfree(m->entries);
    xfree(m->slots);
    xfree(m);
}

size_t map_count(const struct map *m)
{
    return m->count;
}

/* ---- finding ---- */

/* The slot that points to the key, or NULL. */
static uint32_t *find_slot(const struct map *m, const struct key *key)
{
    assert(m->kind == KIND_OPEN || (m->kind == KIND_BYTES) == (key->bytes.p != NULL));
    if (m->count == 0)
        return NULL;
    size_t mask = m->room * 2 - 1;
    for (size_t i = (size_t)key->hash & mask; m->slots[i] != SLOT_EMPTY; i = (i + 1) & mask)
        if (m->slots[i] != SLOT_GONE && same_key(&m->entries[m->slots[i]].key, key))
            return &m->slots[i];
    return NULL;
}

static void *get(const struct map *m, const struct key *key)
{
    const uint32_t *slot = find_slot(m, key);
    return slot ? m->entries[*slot].value : NULL;
}

/* ---- changing ---- */

static void link_entry(struct map *m, size_t index)
{
    size_t mask = m->room * 2 - 1;
    size_t i = (size_t)m->entries[index].key.hash & mask;
    while (m->slots[i] != SLOT_EMPTY && m->slots[i] != SLOT_GONE)
        i = (i + 1) & mask;
    m->slots[i] = (uint32_t)index;
}

/* Squeezes the holes out, doubles the arrays if there are too few holes, links everything anew. */
static void make_room(struct map *m)
{
    if (m->count * 4 >= m->room * 3 || m->room == 0) {
        m->room = m->room ? m->room * 2 : ROOM_MIN;
        m->entries = xrealloc(m->entries, m->room * sizeof *m->entries);
        m->slots = xrealloc(m->slots, m->room * 2 * sizeof *m->slots);
    }
    clear_slots(m);
    size_t kept = 0;
    for (size_t i = 0; i < m->used; i++) {
        if (!m->entries[i].value)
            continue;
        m->entries[kept] = m->entries[i];
        link_entry(m, kept++);
    }
    m->used = kept;
}

static bool put(struct map *m, struct key key, void *value)
{
    assert(value);
    uint32_t *slot = find_slot(m, &key);
    if (slot) {
        m->entries[*slot].value = value;
        return true;
    }
    if (m->count >= m->cap)
        return false;
    if (m->used == m->room)
        make_room(m);
    if (key.bytes.p) {
        char *own = xmalloc(key.bytes.n);
        memcpy(own, key.bytes.p, key.bytes.n);
        key.bytes.p = own;
    }
    m->kind = key.bytes.p ? KIND_BYTES : KIND_NUMBER;
    m->entries[m->used] = (struct entry){key, value};
    link_entry(m, m->used++);
    m->count++;
    return true;
}

static void *take(struct map *m, const struct key *key)
{
    uint32_t *slot = find_slot(m, key);
    if (!slot)
        return NULL;
    struct entry *e = &m->entries[*slot];
    void *value = e->value;
    drop_key(e);
    *e = (struct entry){0};
    *slot = SLOT_GONE;
    m->count--;
    return value;
}

/* ---- keys are numbers ---- */

void *map_get(const struct map *m, int64_t key)
{
    struct key k = key_of_number(key);
    return get(m, &k);
}

bool map_put(struct map *m, int64_t key, void *value)
{
    return put(m, key_of_number(key), value);
}

void *map_take(struct map *m, int64_t key)
{
    struct key k = key_of_number(key);
    return take(m, &k);
}

/* ---- keys are bytes ---- */

void *map_get_str(const struct map *m, struct str key)
{
    struct key k = key_of_bytes(str_sub(key, 0, KEY_MAX));
    return key.n <= KEY_MAX ? get(m, &k) : NULL;
}

bool map_put_str(struct map *m, struct str key, void *value)
{
    return key.n <= KEY_MAX && put(m, key_of_bytes(key), value);
}

void *map_take_str(struct map *m, struct str key)
{
    struct key k = key_of_bytes(str_sub(key, 0, KEY_MAX));
    return key.n <= KEY_MAX ? take(m, &k) : NULL;
}

/* ---- iteration ---- */

bool map_next(const struct map *m, size_t *i, void **value)
{
    while (*i < m->used) {
        struct entry *e = &m->entries[(*i)++];
        if (e->value) {
            *value = e->value;
            return true;
        }
    }
    return false;
}
