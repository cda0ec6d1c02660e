/* SPDX-License-Identifier: MIT */
/*
 * map: hash tables from int64 or short byte keys to pointers, with a cap on entries.
 *
 * Open addressing. The values are borrowed: the map never frees them. Iteration is in insertion
 * order (deletions aside), so that runs are reproducible. String keys are copied.
 */
#ifndef PORTCULLIS_BASE_MAP_H
#define PORTCULLIS_BASE_MAP_H

#include "base/str.h"

struct map;

/* A map that holds at most `cap` entries. Never NULL. */
struct map *map_new(size_t cap);
void map_free(struct map *m);
void map_clear(struct map *m);
size_t map_count(const struct map *m);

/* ---- keys are numbers ---- */
void *map_get(const struct map *m, int64_t key);
/* Adds or replaces; false only if the map is full. value may not be NULL. */
bool map_put(struct map *m, int64_t key, void *value);
/* Removes and returns the value, or NULL. */
void *map_take(struct map *m, int64_t key);

/* ---- keys are bytes (at most 255); one map uses one kind of key ---- */
void *map_get_str(const struct map *m, struct str key);
bool map_put_str(struct map *m, struct str key, void *value);
void *map_take_str(struct map *m, struct str key);

/* ---- iteration: `for (size_t i = 0; map_next(m, &i, &value);)`; removing the current one is
 * allowed, adding is not ---- */
bool map_next(const struct map *m, size_t *i, void **value);

#endif
