/* SPDX-License-Identifier: MIT */
#include "app/cached.h"

#include "base/alloc.h"
#include "sys/files.h"
#include "sys/paths.h"
#include "sys/worker.h"

#include <stdio.h>
#include <string.h>

struct cached {
    struct log log;
    char path[PATH_TEXT_MAX + 32];
    struct cache_file *reader, *writer;
    struct worker *worker;
    struct cache *cache;       /* borrowed between start and stop */
    struct cache_batch *batch; /* at the worker, or NULL */
    struct error error;
    bool ok, is_set_aside;
};

static void set_aside(struct cached *c)
{
    static const char *const beside[] = {"-wal", "-shm"};
    char name[sizeof c->path + 16];
    struct error e;
    (void)snprintf(name, sizeof name, "%s.damaged", c->path);
    if (!file_rename(c->path, name, &e))
        log_error(&c->log, "%s", e.text);
    else
        log_warn(&c->log, "set aside as %s; a new one is begun", name);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", c->path, beside[i]);
        (void)!file_remove(name, &e);
    }
    c->is_set_aside = true;
}

static bool is_damage(const struct error *e)
{
    return strcmp(e->reason, "CACHE_DAMAGED") == 0;
}

struct cached *cached_open(const char *dir, const struct log_sink *sink)
{
    struct cached *c = xcalloc(1, sizeof *c);
    struct error e = {0};
    c->log = (struct log){sink, "cache"};
    (void)snprintf(c->path, sizeof c->path, "%s/cache.db", dir);
    c->reader = cache_file_open(c->path, &e);
    if (!c->reader && is_damage(&e)) {
        log_warn(&c->log, "%s", e.text);
        set_aside(c);
        c->is_set_aside = false; /* what is damaged later is another file */
        c->reader = cache_file_open(c->path, &e);
    }
    if (c->reader)
        c->writer = cache_file_open(c->path, &e);
    if (c->writer)
        return c;
    log_error(&c->log, "nothing is kept: %s", e.text);
    cache_file_close(c->reader);
    c->reader = NULL;
    return c;
}

void cached_close(struct cached *c)
{
    if (!c)
        return;
    cache_file_close(c->reader);
    cache_file_close(c->writer);
    xfree(c);
}

struct cache_file *cached_reader(struct cached *c)
{
    return c->reader;
}

static void write_batch(void *arg)
{
    struct cached *c = arg;
    c->ok = cache_file_write(c->writer, c->batch, CACHE_BYTES_MAX, &c->error);
}

static void batch_written(void *arg)
{
    struct cached *c = arg;
    struct cache_batch *batch = c->batch;
    c->batch = NULL;
    if (!c->ok)
        log_warn(&c->log, "%s", c->error.text);
    cache_done(c->cache, batch, !c->ok && is_damage(&c->error));
}

void cached_start(struct cached *c, struct loop *l, struct cache *cache)
{
    c->worker = worker_new(l, 1);
    c->cache = cache;
}

void cached_drive(struct cached *c)
{
    if (cache_is_damaged(c->cache) && !c->is_set_aside) /* it is open, but has no name any more */
        set_aside(c);
    if (worker_pending(c->worker) || (c->batch = cache_take(c->cache)) == NULL)
        return;
    if (!worker_submit(c->worker, write_batch, c, batch_written)) {
        c->ok = false;
        error_set(&c->error, ERROR_UNAVAILABLE, "STORE", "the worker is busy");
        batch_written(c);
    }
}

void cached_stop(struct cached *c)
{
    worker_free(c->worker);
    c->worker = NULL;
    c->cache = NULL;
}
