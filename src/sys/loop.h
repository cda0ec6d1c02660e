/* SPDX-License-Identifier: MIT */
/*
 * loop: the event loop, on libuv. Only sys/ includes uv.h.
 *
 * One loop, one thread. A turn of the loop is: wait until something happens; run the callbacks of
 * all streams, timers, signals, processes and workers that have something to say; call the owner's
 * `turn` exactly once; then put what was queued meanwhile onto the wire (one write per stream).
 * So callbacks only note what came in, the turn acts on it, and effects leave together.
 *
 * Everything that was made on a loop (stream, listener, timer, process, worker, httpd) is freed
 * before the loop is. All functions belong to the loop's thread.
 */
#ifndef PORTCULLIS_SYS_LOOP_H
#define PORTCULLIS_SYS_LOOP_H

#include "base/error.h"
#include "base/instant.h"

struct loop;

enum loop_signal { LOOP_SIGNAL_TERM, LOOP_SIGNAL_INT, LOOP_SIGNAL_HUP, LOOP_SIGNAL_USR1 };

struct loop_owner {
    /* Once per turn, after the turn's callbacks. Not NULL. */
    void (*turn)(void *self, struct moment now);
    /* A signal arrived; NULL leaves the four signals as they are. */
    void (*on_signal)(void *self, enum loop_signal signal);
    void *self;
};

/* A loop that serves `owner` (copied). Ignores SIGPIPE from here on. Never NULL. */
struct loop *loop_new(const struct loop_owner *owner);
/* Accepts NULL. Asserts that what was made on the loop was freed before. */
void loop_free(struct loop *l);

/* Turns until loop_stop. The first turn comes at once. */
void loop_run(struct loop *l);
/* The current turn is the last one; what it queued is still written. */
void loop_stop(struct loop *l);

/* The clock reading of this turn: taken at the first question, the same until the turn has ended.
 */
struct moment loop_now(struct loop *l);
/*
 * Asks for a turn at or soon after `t` (of the monotonic clock), whatever else happens. Replaces
 * the previous wish; INSTANT_NEVER withdraws it. Usually called at the end of `turn`.
 */
void loop_wake_at(struct loop *l, struct instant t);
/* Asks for one more turn without waiting. */
void loop_again(struct loop *l);

/* ---- timers ---- */
struct loop_timer;

/* A timer at rest. fn(self) runs on the loop, before the turn. Never NULL. */
struct loop_timer *loop_timer_new(struct loop *l, void (*fn)(void *self), void *self);
/* Accepts NULL. Allowed inside fn. */
void loop_timer_free(struct loop_timer *t);
/* Fires once, after_ms >= 0 from now; every_ms > 0 repeats it. Starting again replaces. */
void loop_timer_start(struct loop_timer *t, int64_t after_ms, int64_t every_ms);
void loop_timer_stop(struct loop_timer *t);

#endif
