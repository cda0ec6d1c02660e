/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/alloc.h"
#include "base/asan.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    ALIGN = alignof(max_align_t),
    FIRST_BLOCK = 32 << 10, /* most calls need no second one */
    BLOCK_MAX = 1 << 20,    /* blocks double up to here */
};

struct block {
    struct block *older;
    size_t room;
    size_t used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *newest; /* NULL until the first allocation */
    size_t cap;
    size_t used;
};

static struct block *block_new(struct block *older, size_t room)
{
    struct block *b = xmalloc(sizeof *b + room);
    *b = (struct block){.older = older, .room = room};
    asan_poison(b->bytes, room);
    return b;
}

static void block_free(struct block *b)
{
    asan_unpoison(b->bytes, b->room);
    xfree(b);
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = xmalloc(sizeof *a);
    *a = (struct arena){.cap = cap};
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    while (a->newest) {
        struct block *older = a->newest->older;
        block_free(a->newest);
        a->newest = older;
    }
    xfree(a);
}

void arena_reset(struct arena *a)
{
    a->used = 0;
    if (!a->newest)
        return;
    while (a->newest->older) {
        struct block *older = a->newest->older;
        block_free(a->newest);
        a->newest = older;
    }
    a->newest->used = 0;
    asan_poison(a->newest->bytes, a->newest->room);
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

/* What n bytes take: whole units of alignment, and never nothing, so that addresses differ. */
static size_t rounded(size_t n)
{
    assert(n <= SIZE_MAX - ALIGN);
    return n ? (n + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
}

bool arena_has(const struct arena *a, size_t n)
{
    return n <= a->cap && rounded(n) <= a->cap - a->used;
}

static void add_block(struct arena *a, size_t take)
{
    /* the first block is the one that stays, so it has its size whatever is asked for first */
    if (!a->newest)
        a->newest = block_new(NULL, FIRST_BLOCK);
    if (take <= a->newest->room - a->newest->used)
        return;
    size_t room = a->newest->room < BLOCK_MAX / 2 ? a->newest->room * 2 : BLOCK_MAX;
    a->newest = block_new(a->newest, room < take ? take : room);
}

void *arena_alloc(struct arena *a, size_t n)
{
    assert(arena_has(a, n));
    size_t take = rounded(n);
    if (!a->newest || take > a->newest->room - a->newest->used)
        add_block(a, take);
    struct block *b = a->newest;
    char *p = b->bytes + b->used;
    b->used += take;
    a->used += take;
    asan_unpoison(p, n);
    memset(p, 0, n);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;
    bool overflows = __builtin_mul_overflow(count, size, &n);
    assert(!overflows);
    return arena_alloc(a, n);
}

struct str arena_str(struct arena *a, struct str s)
{
    if (!s.p)
        return STR_NONE;
    char *p = arena_alloc(a, s.n + 1);
    memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

struct str arena_f(struct arena *a, const char *fmt, ...)
{
    char small[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    if ((size_t)n < sizeof small)
        return arena_str(a, (struct str){small, (size_t)n});
    char *p = arena_alloc(a, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct str){p, (size_t)n};
}
