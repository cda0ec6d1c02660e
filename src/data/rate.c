/* SPDX-License-Identifier: MIT */
/*
 * The generic cell rate algorithm: `whole` is the instant at which the allowance is whole again.
 * Each use moves it on by a minute / per_minute; it may lie at most a minute ahead.
 */
#include "data/rate.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

#define NS_PER_MINUTE ((int64_t)60 * NS_PER_S)

struct place {
    uint64_t hash; /* of the name: most of a search looks at these alone */
    struct instant whole;
    char name[RATE_NAME_MAX];
};

struct rates {
    struct place *places;
    size_t count, cap;
};

struct rates *rates_new(size_t cap)
{
    assert(cap > 0);
    struct rates *r = xcalloc(1, sizeof *r);
    r->cap = cap;
    r->places = xcalloc(cap, sizeof *r->places);
    return r;
}

void rates_free(struct rates *r)
{
    if (!r)
        return;
    xfree(r->places);
    xfree(r);
}

static uint64_t hash_of(struct str name)
{
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (unsigned char)name.p[i]) * 1099511628211U;
    return h;
}

static struct place *find(const struct rates *r, struct str name)
{
    uint64_t hash = hash_of(name);
    for (size_t i = 0; i < r->count; i++)
        if (r->places[i].hash == hash && str_eq(STR_NAME(r->places[i].name), name))
            return &r->places[i];
    return NULL;
}

/* A place for a new name: a free one, else that of whoever has used least. */
static struct place *make(struct rates *r, struct str name)
{
    struct place *p = &r->places[0];
    if (r->count < r->cap)
        p = &r->places[r->count++];
    else
        for (size_t i = 1; i < r->cap; i++)
            if (r->places[i].whole.ns < p->whole.ns)
                p = &r->places[i];
    *p = (struct place){.hash = hash_of(name)};
    str_copy_cut(p->name, sizeof p->name, name);
    return p;
}

static int64_t wait_ms(const struct place *p, int64_t per_minute, struct instant now)
{
    assert(per_minute >= 1 && per_minute <= RATE_PER_MINUTE_MAX);
    if (!p || p->whole.ns <= now.ns)
        return 0;
    int64_t over = p->whole.ns + NS_PER_MINUTE / per_minute - now.ns - NS_PER_MINUTE;
    return over <= 0 ? 0 : (over + NS_PER_MS - 1) / NS_PER_MS;
}

int64_t rates_look(const struct rates *r, struct str name, int64_t per_minute, struct instant now)
{
    assert(r);
    return wait_ms(find(r, str_sub(name, 0, RATE_NAME_MAX - 1)), per_minute, now);
}

int64_t rates_take(struct rates *r, struct str name, int64_t per_minute, struct instant now)
{
    assert(r);
    name = str_sub(name, 0, RATE_NAME_MAX - 1);
    struct place *p = find(r, name);
    int64_t wait = wait_ms(p, per_minute, now);
    if (wait)
        return wait;
    if (!p)
        p = make(r, name);
    if (p->whole.ns < now.ns)
        p->whole = now;
    p->whole.ns += NS_PER_MINUTE / per_minute;
    return 0;
}
