/* SPDX-License-Identifier: MIT */
/*
 * cached: the file of store/cache.h on this machine: one connection for the core, one on a thread
 * of its own, which is not the journal's, because an order must not wait for a cache.
 *
 * A damaged file is set aside as cache.db.damaged and begun anew. Without a file, whatever the
 * reason, the program does all it does, and asks the broker more.
 */
#ifndef PORTCULLIS_APP_CACHED_H
#define PORTCULLIS_APP_CACHED_H

#include "base/log.h"
#include "store/cache.h"
#include "sys/loop.h"

struct cached;

/* cache.db in that directory. Never NULL; why there is no file is in the log. */
struct cached *cached_open(const char *dir, const struct log_sink *sink);
void cached_close(struct cached *c);
/* For app_config; NULL without a file. */
struct cache_file *cached_reader(struct cached *c);

/* Between these two it writes what `cache` has to be kept; cached_drive once a turn. */
void cached_start(struct cached *c, struct loop *l, struct cache *cache);
void cached_drive(struct cached *c);
/* Waits for what is being written. Before the cache is freed. */
void cached_stop(struct cached *c);

#endif
