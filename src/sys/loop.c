/* SPDX-License-Identifier: MIT */
/*
 * One iteration of uv_run is: timers, idle, prepare, wait for I/O and run its callbacks, check,
 * closing callbacks. The prepare step is the only one that lies behind everything that may call an
 * owner and before the wait, so the turn is taken there, once per iteration.
 */
#include "sys/loop.h"

#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/loop_uv.h"

#include <assert.h>
#include <signal.h>

enum { READ_BUFFER = 64 << 10, SIGNAL_COUNT = 4 };

struct loop {
    uv_loop_t uv;
    uv_prepare_t turn;
    uv_idle_t again; /* while active, the wait for I/O takes no time */
    uv_timer_t wake;
    uv_signal_t signals[SIGNAL_COUNT];
    struct loop_owner owner;
    struct moment now;
    bool has_now;
    struct loop_hook hooks; /* sentinel of a ring */
    char *read_buffer;
};

static void on_turn(uv_prepare_t *p)
{
    struct loop *l = p->data;
    l->owner.turn(l->owner.self, loop_now(l));
    /* a hook may queue itself or others again: those wait for the next turn */
    struct loop_hook last = {0};
    loop_after_turn(l, &last);
    while (l->hooks.next != &last) {
        struct loop_hook *h = l->hooks.next;
        loop_hook_cancel(h);
        h->fn(h->self);
    }
    loop_hook_cancel(&last);
    if (l->hooks.next != &l->hooks)
        loop_again(l);
    l->has_now = false;
}

static void on_again(uv_idle_t *i)
{
    uv_idle_stop(i);
}

static void on_wake(uv_timer_t *t)
{
    (void)t; /* having woken is all: the turn comes anyway */
}

static void on_signal(uv_signal_t *s, int number)
{
    struct loop *l = s->data;
    enum loop_signal what = number == SIGTERM  ? LOOP_SIGNAL_TERM
                            : number == SIGINT ? LOOP_SIGNAL_INT
                            : number == SIGHUP ? LOOP_SIGNAL_HUP
                                               : LOOP_SIGNAL_USR1;
    l->owner.on_signal(l->owner.self, what);
}

static void must(int status)
{
    assert(status == 0);
    (void)status;
}

struct loop *loop_new(const struct loop_owner *owner)
{
    static const int numbers[SIGNAL_COUNT] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    assert(owner && owner->turn);
    struct loop *l = xcalloc(1, sizeof *l);
    l->owner = *owner;
    l->hooks.prev = l->hooks.next = &l->hooks;
    l->read_buffer = xmalloc(READ_BUFFER);
    signal(SIGPIPE, SIG_IGN);
    must(uv_loop_init(&l->uv));
    must(uv_prepare_init(&l->uv, &l->turn));
    must(uv_idle_init(&l->uv, &l->again));
    must(uv_timer_init(&l->uv, &l->wake));
    l->turn.data = l;
    must(uv_prepare_start(&l->turn, on_turn));
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        must(uv_signal_init(&l->uv, &l->signals[i]));
        l->signals[i].data = l;
        if (owner->on_signal)
            must(uv_signal_start(&l->signals[i], on_signal, numbers[i]));
    }
    return l;
}

static void assert_closing(uv_handle_t *h, void *arg)
{
    (void)arg;
    assert(uv_is_closing(h)); /* something made on this loop was not freed before it */
    (void)h;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    uv_close((uv_handle_t *)&l->turn, NULL);
    uv_close((uv_handle_t *)&l->again, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        uv_close((uv_handle_t *)&l->signals[i], NULL);
    uv_walk(&l->uv, assert_closing, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    must(uv_loop_close(&l->uv));
    xfree(l->read_buffer);
    xfree(l);
}

void loop_run(struct loop *l)
{
    assert(l);
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
    assert(l);
    uv_stop(&l->uv);
}

struct moment loop_now(struct loop *l)
{
    assert(l);
    if (!l->has_now) {
        l->now = clock_now();
        l->has_now = true;
    }
    return l->now;
}

void loop_wake_at(struct loop *l, struct instant t)
{
    assert(l);
    if (t.ns == INSTANT_NEVER.ns) {
        uv_timer_stop(&l->wake);
        return;
    }
    struct instant now = clock_now().mono;
    uint64_t left_ms = 0; /* an instant may lie so far back that the difference has no number */
    if (t.ns > now.ns)
        left_ms = (uint64_t)((t.ns - now.ns - 1) / NS_PER_MS + 1);
    uv_update_time(&l->uv);
    must(uv_timer_start(&l->wake, on_wake, left_ms, 0));
}

void loop_again(struct loop *l)
{
    assert(l);
    must(uv_idle_start(&l->again, on_again));
}

uv_loop_t *loop_uv(struct loop *l)
{
    return &l->uv;
}

uv_buf_t loop_read_buffer(struct loop *l)
{
    return uv_buf_init(l->read_buffer, READ_BUFFER);
}

void loop_after_turn(struct loop *l, struct loop_hook *hook)
{
    assert(l && hook);
    if (hook->next)
        return;
    hook->next = &l->hooks;
    hook->prev = l->hooks.prev;
    hook->prev->next = hook;
    l->hooks.prev = hook;
}

void loop_hook_cancel(struct loop_hook *hook)
{
    assert(hook);
    if (!hook->next)
        return;
    hook->prev->next = hook->next;
    hook->next->prev = hook->prev;
    hook->prev = hook->next = NULL;
}

/* ---- timers ---- */

struct loop_timer {
    uv_timer_t uv;
    void (*fn)(void *self);
    void *self;
};

static void on_timer(uv_timer_t *uv)
{
    struct loop_timer *t = uv->data;
    t->fn(t->self);
}

static void on_timer_closed(uv_handle_t *uv)
{
    xfree(uv->data);
}

struct loop_timer *loop_timer_new(struct loop *l, void (*fn)(void *self), void *self)
{
    assert(l && fn);
    struct loop_timer *t = xcalloc(1, sizeof *t);
    must(uv_timer_init(&l->uv, &t->uv));
    t->uv.data = t;
    t->fn = fn;
    t->self = self;
    return t;
}

void loop_timer_free(struct loop_timer *t)
{
    if (t)
        uv_close((uv_handle_t *)&t->uv, on_timer_closed);
}

void loop_timer_start(struct loop_timer *t, int64_t after_ms, int64_t every_ms)
{
    assert(t && after_ms >= 0 && every_ms >= 0);
    uv_update_time(t->uv.loop);
    must(uv_timer_start(&t->uv, on_timer, (uint64_t)after_ms, (uint64_t)every_ms));
}

void loop_timer_stop(struct loop_timer *t)
{
    assert(t);
    uv_timer_stop(&t->uv);
}
