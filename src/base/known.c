/* SPDX-License-Identifier: MIT */
#include "base/known.h"

#include "base/alloc.h"
#include "base/map.h"

#include <assert.h>

struct known {
    struct map *young, *old;
    size_t cap;
    int64_t ms;
    void (*drop)(void *word);
    struct instant since; /* of the younger; 0: not yet known */
};

struct known *known_new(size_t cap, int64_t ms, void (*drop)(void *word))
{
    assert(cap > 0 && ms > 0);
    struct known *k = xmalloc(sizeof *k);
    *k = (struct known){
        .young = map_new(cap), .old = map_new(cap), .cap = cap, .ms = ms, .drop = drop};
    return k;
}

static void forget(const struct known *k, struct map *generation)
{
    void *word;
    for (size_t i = 0; k->drop && map_next(generation, &i, &word);)
        k->drop(word);
    map_free(generation);
}

void known_free(struct known *k)
{
    if (!k)
        return;
    forget(k, k->young);
    forget(k, k->old);
    xfree(k);
}

static void next_generation(struct known *k)
{
    forget(k, k->old);
    k->old = k->young;
    k->young = map_new(k->cap);
}

void known_turn(struct known *k, struct instant now)
{
    bool is_first = k->since.ns == 0;
    if (!is_first && instant_ms_since(k->since, now) < k->ms)
        return;
    if (!is_first)
        next_generation(k);
    k->since = now;
}

void known_put(struct known *k, struct str name, void *word)
{
    (void)map_take_str(k->old, name); /* a name is in one generation */
    if (map_count(k->young) == k->cap && !map_get_str(k->young, name))
        next_generation(k);
    bool ok = map_put_str(k->young, name, word);
    assert(ok);
    (void)ok;
}

void *known_get(struct known *k, struct str name)
{
    void *word = map_get_str(k->young, name);
    if (word || !(word = map_take_str(k->old, name)))
        return word;
    known_put(k, name, word);
    return word;
}

size_t known_count(const struct known *k)
{
    return map_count(k->young) + map_count(k->old);
}
