/* SPDX-License-Identifier: MIT */
/*
 * A fiber is a stack with a loop on it: wait for a task, run it, hand the stack back. makecontext
 * only gets the loop started; from then on control changes stacks by _setjmp and _longjmp, which,
 * unlike swapcontext, ask nothing of the kernel. There are just two sides, the scheduler and the
 * task that runs: tasks never switch to each other. A task gets its fiber when it first runs, or
 * when its arena is first asked for: of a burst of requests that wait for nothing, one after the
 * other has the same stack and the same arena, while these are warm.
 *
 * What a task waits for is never remembered apart from its state: whoever resumes it only makes it
 * runnable, and the wait looks at cancellation, deadline, wake flag and clock, in this order.
 *
 * _FORTIFY_SOURCE replaces _longjmp by one that takes a jump to another stack for an attack.
 */
#undef _FORTIFY_SOURCE

#include "base/task.h"

#include "base/alloc.h"
#include "base/asan.h"
#include "base/limits.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

enum {
    /* AddressSanitizer puts red zones around everything on the stack */
    STACK_BYTES = LIMIT_TASK_STACK * (BASE_ASAN ? 4 : 1),
    /* wider than a page, so that a large frame cannot step over it; a multiple of all page sizes */
    GUARD_BYTES = 64 << 10,
    /* tasks and fibers that are kept for the next request */
    IDLE_MAX = 64,
};

enum task_state { TASK_IDLE, TASK_RUNNABLE, TASK_RUNNING, TASK_WAITING };

struct fiber {
    struct arena *arena;
    char *stack; /* lowest usable byte; the guard lies below */
    bool is_started;
    jmp_buf here; /* where to go on */
    void *asan_frames;
    struct task *task;
    struct fiber *next; /* in the idle list */
};

struct task {
    struct tasks *tasks;
    struct fiber *fiber; /* NULL: it needs none yet */
    struct task *next;   /* in the runnable queue or the idle list */

    /* the job */
    task_fn *fn;
    void *arg;
    enum task_state state;
    struct instant deadline;
    int64_t timeout_ms;
    struct task_listener listener;
    bool is_cancelled;
    bool is_woken;  /* a wake that no wait has used up yet */
    bool is_asleep; /* waits for the clock alone: a wake is kept for later */

    /* while it waits */
    struct instant due;
    uint64_t turn; /* keeps equal deadlines in the order of waiting */
    size_t heap_at;
};

struct tasks {
    struct moment now;
    struct task *running;
    struct task *first, *last; /* the runnable, in order */
    struct task *idle;
    struct fiber *idle_fibers;
    size_t idle_count, idle_fiber_count;
    size_t count; /* in progress */
    uint64_t turns;
    bool is_closing;
    jmp_buf home;     /* the scheduler, while a task runs */
    ucontext_t birth; /* for starting a fiber */
    void *asan_frames;
    const void *home_stack; /* known to AddressSanitizer builds only */
    size_t home_bytes;
    size_t heap_count;
    struct task *heap[LIMIT_TASKS]; /* those that wait, the next due on top */
};

/* ---- fibers ---- */

static struct fiber *fiber_new(void)
{
    char *memory = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED ||
        mprotect(memory + GUARD_BYTES, STACK_BYTES, PROT_READ | PROT_WRITE) != 0) {
        fprintf(stderr, "portcullis: no memory for the stack of a task\n");
        abort();
    }
    struct fiber *f = xcalloc(1, sizeof *f);
    f->stack = memory + GUARD_BYTES;
    f->arena = arena_new(LIMIT_CALL_ARENA);
    return f;
}

static void fiber_free(struct fiber *f)
{
    asan_unpoison(f->stack, STACK_BYTES); /* the loop that is parked there never returns */
    munmap(f->stack - GUARD_BYTES, GUARD_BYTES + STACK_BYTES);
    arena_free(f->arena);
    xfree(f);
}

/* The fiber of a task, from now on. */
static struct fiber *fiber_of(struct task *t)
{
    struct tasks *s = t->tasks;
    if (t->fiber)
        return t->fiber;
    struct fiber *f = s->idle_fibers;
    if (f) {
        s->idle_fibers = f->next;
        s->idle_fiber_count--;
    } else {
        f = fiber_new();
    }
    f->task = t;
    t->fiber = f;
    return f;
}

static void fiber_release(struct tasks *s, struct fiber *f)
{
    if (s->idle_fiber_count == IDLE_MAX) {
        fiber_free(f);
        return;
    }
    arena_reset(f->arena);
    f->next = s->idle_fibers;
    s->idle_fibers = f;
    s->idle_fiber_count++;
}

/* From the fiber to the scheduler; returns when the scheduler resumes it. */
static void leave(struct tasks *s, struct fiber *f, bool is_done)
{
    if (is_done)
        f->asan_frames = NULL;
    asan_switch_start(is_done ? NULL : &f->asan_frames, s->home_stack, s->home_bytes);
    if (_setjmp(f->here) == 0)
        _longjmp(s->home, 1);
    asan_switch_done(f->asan_frames, &s->home_stack, &s->home_bytes);
}

static _Noreturn void fiber_loop(struct fiber *f)
{
    struct tasks *s = f->task->tasks;
    asan_switch_done(NULL, &s->home_stack, &s->home_bytes);
    for (;;) {
        f->task->fn(f->task, f->task->arg);
        f->task->state = TASK_IDLE;
        leave(s, f, true);
    }
}

/* makecontext passes ints: the pointer arrives in halves. */
static void fiber_entry(unsigned high, unsigned low)
{
    fiber_loop((struct fiber *)((uintptr_t)high << 32 | low));
}

/* The context is no local: a frame that is left for good must own nothing on its stack. */
static _Noreturn void start(struct tasks *s, struct fiber *f)
{
    ucontext_t *birth = &s->birth;
    f->is_started = true;
    if (getcontext(birth) != 0)
        abort();
    birth->uc_stack.ss_sp = f->stack;
    birth->uc_stack.ss_size = STACK_BYTES;
    birth->uc_link = NULL;
    makecontext(birth, (void (*)(void))fiber_entry, 2, (unsigned)((uintptr_t)f >> 32),
                (unsigned)(uintptr_t)f);
    setcontext(birth);
    abort();
}

/* From the scheduler to the fiber; returns when the task waits or has ended. */
static void enter(struct tasks *s, struct fiber *f)
{
    asan_switch_start(&s->asan_frames, f->stack, STACK_BYTES);
    if (_setjmp(s->home) == 0) {
        if (f->is_started)
            _longjmp(f->here, 1);
        start(s, f);
    }
    asan_switch_done(s->asan_frames, NULL, NULL);
}

/* ---- the heap of those that wait ---- */

static bool is_before(const struct task *a, const struct task *b)
{
    return a->due.ns != b->due.ns ? a->due.ns < b->due.ns : a->turn < b->turn;
}

static void heap_place(struct tasks *s, size_t at, struct task *t)
{
    s->heap[at] = t;
    t->heap_at = at;
}

/* Finds t its place, of which `at` is free, above or below. */
static void heap_settle(struct tasks *s, size_t at, struct task *t)
{
    for (; at > 0 && is_before(t, s->heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap_place(s, at, s->heap[(at - 1) / 2]);
    for (size_t child; (child = at * 2 + 1) < s->heap_count; at = child) {
        if (child + 1 < s->heap_count && is_before(s->heap[child + 1], s->heap[child]))
            child++;
        if (!is_before(s->heap[child], t))
            break;
        heap_place(s, at, s->heap[child]);
    }
    heap_place(s, at, t);
}

static void heap_add(struct tasks *s, struct task *t)
{
    assert(s->heap_count < LIMIT_TASKS);
    heap_settle(s, s->heap_count++, t);
}

static void heap_remove(struct tasks *s, struct task *t)
{
    struct task *last = s->heap[--s->heap_count];
    if (last != t)
        heap_settle(s, t->heap_at, last);
}

/* ---- the scheduler ---- */

static void make_runnable(struct tasks *s, struct task *t)
{
    if (t->state == TASK_WAITING)
        heap_remove(s, t);
    t->state = TASK_RUNNABLE;
    t->next = NULL;
    if (s->first)
        s->last->next = t;
    else
        s->first = t;
    s->last = t;
}

struct tasks *tasks_new(void)
{
    return xcalloc(1, sizeof(struct tasks));
}

void tasks_free(struct tasks *s)
{
    if (!s)
        return;
    s->is_closing = true;
    for (struct task *t = s->first; t; t = t->next)
        t->is_cancelled = true;
    while (s->heap_count)
        task_cancel(s->heap[0]);
    tasks_run(s, s->now);
    assert(s->count == 0);
    while (s->idle) {
        struct task *t = s->idle;
        s->idle = t->next;
        xfree(t);
    }
    while (s->idle_fibers) {
        struct fiber *f = s->idle_fibers;
        s->idle_fibers = f->next;
        fiber_free(f);
    }
    xfree(s);
}

struct task *task_spawn(struct tasks *s, struct moment now, int64_t timeout_ms, task_fn *fn,
                        void *arg)
{
    assert(fn && timeout_ms > 0);
    if (s->count == LIMIT_TASKS || s->is_closing)
        return NULL;
    struct task *t = s->idle;
    if (t) {
        s->idle = t->next;
        s->idle_count--;
    } else {
        t = xcalloc(1, sizeof *t);
        t->tasks = s;
    }
    t->fn = fn;
    t->arg = arg;
    t->deadline = instant_after_ms(now.mono, timeout_ms);
    t->timeout_ms = timeout_ms;
    t->listener = (struct task_listener){0};
    t->is_cancelled = t->is_woken = t->is_asleep = false;
    s->count++;
    make_runnable(s, t);
    return t;
}

static void retire(struct tasks *s, struct task *t)
{
    s->count--;
    fiber_release(s, t->fiber);
    t->fiber = NULL;
    if (s->idle_count == IDLE_MAX) {
        xfree(t);
        return;
    }
    t->next = s->idle;
    s->idle = t;
    s->idle_count++;
}

void tasks_run(struct tasks *s, struct moment now)
{
    assert(!s->running);
    s->now = now;
    while (s->heap_count && instant_due(s->heap[0]->due, now.mono))
        make_runnable(s, s->heap[0]);
    while (s->first) {
        struct task *t = s->first;
        s->first = t->next;
        t->state = TASK_RUNNING;
        s->running = t;
        enter(s, fiber_of(t));
        s->running = NULL;
        if (t->state == TASK_IDLE)
            retire(s, t);
    }
}

struct instant tasks_next(const struct tasks *s)
{
    return s->heap_count ? s->heap[0]->due : INSTANT_NEVER;
}

size_t tasks_count(const struct tasks *s)
{
    return s->count;
}

bool tasks_runnable(const struct tasks *s)
{
    return s->first != NULL;
}

/* ---- inside a task ---- */

struct arena *task_arena(struct task *t)
{
    return fiber_of(t)->arena;
}

struct moment task_now(const struct task *t)
{
    return t->tasks->now;
}

struct instant task_deadline(const struct task *t)
{
    return t->deadline;
}

void task_prolong(struct task *t, int64_t ms)
{
    struct instant until = instant_after_ms(t->tasks->now.mono, ms);
    if (!instant_due(t->deadline, until))
        return;
    t->timeout_ms += instant_ms_since(t->deadline, until);
    t->deadline = until;
}

void task_listen(struct task *t, struct task_listener listener)
{
    t->listener = listener;
}

void task_tell(struct task *t, int64_t done, int64_t total, const char *text)
{
    if (t->listener.told)
        t->listener.told(t->listener.self, done, total, text);
}

/* Why t may wait no longer, if so; both reasons leave the outcome of a write unknown. */
static bool may_wait(const struct task *t, struct error *e)
{
    assert(t->tasks->running == t);
    if (t->is_cancelled)
        return error_set(e, ERROR_TIMEOUT, "CANCELLED",
                         "the request was cancelled while it waited");
    if (instant_due(t->deadline, t->tasks->now.mono))
        return error_set(e, ERROR_TIMEOUT, "TIMEOUT", "no answer within %lld ms",
                         (long long)t->timeout_ms);
    return true;
}

static void suspend(struct task *t, struct instant until)
{
    struct tasks *s = t->tasks;
    assert(s->running == t);
    t->due = instant_min(until, t->deadline);
    t->turn = s->turns++;
    t->state = TASK_WAITING;
    heap_add(s, t);
    leave(s, t->fiber, false);
}

bool task_wait_until(struct task *t, struct instant until, bool *timed_out, struct error *e)
{
    *timed_out = false;
    for (;;) {
        if (!may_wait(t, e))
            return false;
        if (t->is_woken) {
            t->is_woken = false;
            return true;
        }
        if (instant_due(until, t->tasks->now.mono)) {
            *timed_out = true;
            return true;
        }
        suspend(t, until);
    }
}

bool task_wait(struct task *t, struct error *e)
{
    bool timed_out;
    return task_wait_until(t, INSTANT_NEVER, &timed_out, e);
}

bool task_sleep(struct task *t, int64_t ms, struct error *e)
{
    struct instant until = instant_after_ms(t->tasks->now.mono, ms);
    bool may_go_on;
    t->is_asleep = true;
    while ((may_go_on = may_wait(t, e)) && !instant_due(until, t->tasks->now.mono))
        suspend(t, until);
    t->is_asleep = false;
    return may_go_on;
}

/* ---- from outside, or from another task ---- */

void task_wake(struct task *t)
{
    t->is_woken = true;
    if (t->state == TASK_WAITING && !t->is_asleep)
        make_runnable(t->tasks, t);
}

void task_cancel(struct task *t)
{
    t->is_cancelled = true;
    if (t->state == TASK_WAITING)
        make_runnable(t->tasks, t);
}
