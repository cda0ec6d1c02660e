/* SPDX-License-Identifier: MIT */
/*
 * task: a request in progress, on a stack of its own (a fiber), so that a handler that waits for
 * the broker reads from top to bottom.
 *
 * A task carries its deadline, its cancellation, the arena of its call and who hears how far it is;
 * lower layers need know nothing else about who asked. Tasks run on the one core thread, one at a
 * time, in the order in which they were made runnable; nothing preempts them. A function that may
 * suspend says so in its header; state read before a suspension is read again after it.
 *
 * The scheduler owns stacks (with guard pages) and arenas and uses them again: a task has its own
 * when it first runs, or first asks for its arena. It reads no clock: the turn's
 * `now` is handed to tasks_run.
 */
#ifndef PORTCULLIS_BASE_TASK_H
#define PORTCULLIS_BASE_TASK_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"

struct task;
struct tasks; /* the scheduler */

typedef void task_fn(struct task *t, void *arg);

/* ---- the scheduler ---- */
struct tasks *tasks_new(void);
/* Cancels and runs to their end all tasks that are left, then releases everything. */
void tasks_free(struct tasks *s);
/*
 * Makes a runnable task that will call fn(t, arg) and end when fn returns. timeout_ms counts from
 * `now`; it must be > 0. NULL if LIMIT_TASKS tasks are in progress, or during tasks_free.
 */
struct task *task_spawn(struct tasks *s, struct moment now, int64_t timeout_ms, task_fn *fn,
                        void *arg);
/* Expires deadlines, then runs what is runnable until nothing is. Not to be called from a task. */
void tasks_run(struct tasks *s, struct moment now);
/* When tasks_run is next needed for a deadline or a sleep; INSTANT_NEVER if nothing waits. */
struct instant tasks_next(const struct tasks *s);
size_t tasks_count(const struct tasks *s);
/* True if tasks_run would run something now. */
bool tasks_runnable(const struct tasks *s);

/* ---- inside a task ---- */
struct arena *task_arena(struct task *t);
/* The turn's clock reading; changes across suspensions. */
struct moment task_now(const struct task *t);
struct instant task_deadline(const struct task *t);
/* More time, for a person has been asked or the work takes long: the deadline lies at least ms
 * milliseconds from the present turn. Also from outside. */
void task_prolong(struct task *t, int64_t ms);

/* Who hears how far it is. */
struct task_listener {
    void (*told)(void *self, int64_t done, int64_t total, const char *text);
    void *self;
};
/* From now on; a new task has none. */
void task_listen(struct task *t, struct task_listener listener);
/* Says how far the work is; harmless if nobody listens. `total` < 0: unknown. */
void task_tell(struct task *t, int64_t done, int64_t total, const char *text);

/*
 * Suspends until task_wake. False with ERROR_TIMEOUT (reason TIMEOUT) once the deadline has passed,
 * or with the same code and reason CANCELLED once cancelled; both stay true for every later wait.
 * A wake that came before the wait is not lost: the wait returns at once.
 */
bool task_wait(struct task *t, struct error *e) FALLIBLE;
/* As task_wait, but also ends, with true and *timed_out set, when `until` has come. */
bool task_wait_until(struct task *t, struct instant until, bool *timed_out,
                     struct error *e) FALLIBLE;
/* Suspends for ms milliseconds of the turn's clock; a wake meanwhile is kept for the next wait. */
bool task_sleep(struct task *t, int64_t ms, struct error *e) FALLIBLE;

/* ---- from outside, or from another task ---- */
/* Makes a waiting task runnable; harmless if it runs, is runnable or does not wait. */
void task_wake(struct task *t);
/* The task's present and future waits fail with reason CANCELLED. */
void task_cancel(struct task *t);

#endif
