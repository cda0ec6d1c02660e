/* SPDX-License-Identifier: MIT */
/*
 * cache: what the broker has told and would tell again, kept in a file of its own.
 *
 * Nothing here is evidence: the file (cache.db, beside the journal and apart from it) may be
 * deleted at any time. It is bounded; what was used longest ago goes first. An entry is bytes under
 * a key and a part number; who puts them there knows what they mean, and writes a version into them
 * if that may change.
 *
 * Two connections, as for the journal: the core reads, at once, on its own thread; what it puts
 * waits in a queue that the owner (app/io) takes in batches and has written on another thread. A
 * batch is one transaction. Until it is written, and if it is lost, a reader sees the older state,
 * which is whole as well.
 *
 * A file that SQLite finds damaged, or of another version, is not repaired: the owner sets it aside
 * and begins anew.
 */
#ifndef PORTCULLIS_STORE_CACHE_H
#define PORTCULLIS_STORE_CACHE_H

#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

struct cache;      /* the core's side: reads, and a queue */
struct cache_file; /* a connection */
struct cache_batch;

enum {
    CACHE_SCHEMA_VERSION = 1,
    CACHE_KEY_MAX = 96,
    CACHE_PART_MAX = 1 << 20,    /* bytes of one part */
    CACHE_QUEUE_MAX = 32 << 20,  /* bytes that wait to be written; what comes then is not kept */
    CACHE_BYTES_MAX = 256 << 20, /* of the file, as good as */
    CACHE_TOUCH_MS = 3600 * 1000 /* uses within an hour count as one */
};

/* ---- connections ---- */
/*
 * Opens or creates; ":memory:" is a file of its own. NULL with *e: reason CACHE_DAMAGED (set it
 * aside) or STORE.
 */
struct cache_file *cache_file_open(const char *path, struct error *e) FALLIBLE;
void cache_file_close(struct cache_file *f);
/* Writes a batch, then lets the oldest entries go if the file has more than bytes_max. False with
 * *e as for opening: nothing of the batch was written. */
bool cache_file_write(struct cache_file *f, const struct cache_batch *batch, int64_t bytes_max,
                      struct error *e) FALLIBLE;

/* ---- the core's side ---- */
/* file: for reading; borrowed. NULL: nothing is ever found, and nothing kept. Never NULL itself. */
struct cache *cache_new(struct cache_file *file);
void cache_free(struct cache *c);

/* One part; false ends the reading. Borrowed for the call. */
typedef bool cache_part_fn(void *self, int64_t part, struct str bytes);
/* Calls fn for the parts from..to (both included) of a key, in order. Returns how many there were.
 */
size_t cache_read(struct cache *c, struct str key, int64_t from, int64_t to, cache_part_fn *fn,
                  void *self);

struct cache_put {
    int64_t part;
    struct str bytes; /* copied; at most CACHE_PART_MAX */
};
/*
 * Replaces those parts of a key, all or none of them; with is_all the key has no others afterwards.
 * False, which is no error, if the queue has no room: then nothing changes.
 */
bool cache_write(struct cache *c, struct str key, const struct cache_put *parts, size_t n,
                 bool is_all, struct utc now);
/* The key was of use: it goes later. */
void cache_touch(struct cache *c, struct str key, struct utc now);
/* A read has found the file damaged: nothing is found or kept until the program starts anew. */
bool cache_is_damaged(const struct cache *c);

/* ---- the owner's side ---- */
/* What waits; NULL if nothing does, or a batch is away. */
struct cache_batch *cache_take(struct cache *c);
/* The fate of what was taken, which is gone either way. With `is_damaged`, as cache_is_damaged. */
void cache_done(struct cache *c, struct cache_batch *batch, bool is_damaged);

#endif
