/* SPDX-License-Identifier: MIT */
/*
 * arena: memory of one call. Everything made while answering a request lives in one arena and
 * dies with it; nothing in it is freed alone. Memory comes in blocks that are kept by
 * arena_reset, so a warm arena allocates nothing. The cap bounds what one request may use.
 */
#ifndef PORTCULLIS_BASE_ARENA_H
#define PORTCULLIS_BASE_ARENA_H

#include "base/str.h"

struct arena;

/* A new arena that may hold up to `cap` bytes. Never NULL. */
struct arena *arena_new(size_t cap);
void arena_free(struct arena *a);
/* Forgets everything; keeps the first block. */
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a);

/*
 * n zeroed bytes, aligned for any type. Going over the cap aborts: callers that are sized by input
 * ask arena_has first.
 */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size);
bool arena_has(const struct arena *a, size_t n);

/* A copy of s, followed by a NUL byte that is not counted; STR_NONE stays STR_NONE. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_f(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T)     ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_MANY(a, T, n) ((T *)arena_array((a), (n), sizeof(T)))

#endif
