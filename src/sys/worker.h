/* SPDX-License-Identifier: MIT */
/*
 * worker: one thread for what would stop the loop: disk writes, long calculations.
 *
 * Jobs run on the thread in the order of their submission; `done` runs on the loop's thread, in the
 * same order, before the turn. A job owns what its argument points to until `done` is called:
 * nothing is shared, so nothing is locked outside this module.
 */
#ifndef PORTCULLIS_SYS_WORKER_H
#define PORTCULLIS_SYS_WORKER_H

#include "sys/loop.h"

struct worker;

/* A worker whose queue holds at most queue_max jobs, running ones included. Never NULL. */
struct worker *worker_new(struct loop *l, size_t queue_max);
/* Runs what is queued to its end, calls every `done`, joins the thread. Accepts NULL. */
void worker_free(struct worker *w);

/* False if the queue is full; then nothing was taken. `done` may be NULL. */
bool worker_submit(struct worker *w, void (*job)(void *arg), void *arg,
                   void (*done)(void *arg)) FALLIBLE;
/* Jobs whose `done` has not been called. */
size_t worker_pending(const struct worker *w);

#endif
