/* SPDX-License-Identifier: MIT */
/* What goes wrong in a life, and how it is healed: the exchange's faults, disk, processes, clock.
 */
#include <stdarg.h>
#include <stdio.h>

#include "acts.h"

/* ---- the exchange's faults ---- */

__attribute__((format(printf, 2, 3))) static void fault(struct life *l, const char *fmt, ...)
{
    char line[200];
    struct error e = {0};
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (!l->w->paper)
        return;
    watcher_storm(l->v);
    bool ok = paper_fault(l->w->paper, str_of(line), exchange_now(l->w), &e);
    if (l->is_talking)
        printf("# %8.3f fault: %s%s%s\n", (double)(l->w->now.mono.ns - NS_PER_S) / 1e9, line,
               ok ? "" : ": ", ok ? "" : e.text);
    (void)people_pass(&l->people, 0);
}

void act_line(struct life *l, const uint32_t *n)
{
    switch (n[0] % 8) {
    case 0:
        fault(l, "cut");
        break;
    case 1:
        fault(l, "cut_after %u", n[1] % 3000);
        break;
    case 2:
        l->has_mixed = true; /* what it missed nobody tells again on that line */
        fault(l, "half_open");
        break;
    case 3:
        fault(l, "stall %ums", n[1] % 9000);
        break;
    case 4:
        fault(l, "refuse_connections %us", n[1] % 20);
        fault(l, "cut");
        break;
    case 5:
        fault(l, "after %u messages cut", 1 + n[1] % 12);
        break;
    case 6:
        l->w->pipe.latency_ms = (int64_t)(n[1] % 900);
        watcher_storm(l->v);
        break;
    default:
        fault(l, "after 1 orders cut_after %u", n[1] % 400);
        break;
    }
}

static const char *const classes[] = {"any", "orders", "orderStatus", "openOrder", "execDetails"};

void act_messages(struct life *l, const uint32_t *n)
{
    const char *what = classes[n[1] % 5];
    l->has_mixed = true;
    switch (n[0] % 6) {
    case 0:
        fault(l, "drop %s %u", classes[1 + n[1] % 4], 1 + n[2] % 3);
        break;
    case 1:
        fault(l, "duplicate %s %u", what, n[2] % 20);
        break;
    case 2:
        fault(l, "delay %ums %s %u", n[2] % 3000, what, 1 + n[3] % 9);
        break;
    case 3:
        fault(l, "reorder orders %u", 1 + n[2] % 9);
        break;
    case 4:
        fault(l, "truncate %s", what);
        break;
    default:
        fault(l, "exec_first %s", n[2] % 2 ? "on" : "off");
        break;
    }
}

void act_broker(struct life *l, const uint32_t *n)
{
    static const char *const next_ids[] = {"same", "lower", "higher"};
    static const int farms[] = {2103, 2104, 2105, 2106, 2110, 2108};
    switch (n[0] % 9) {
    case 0:
    case 1:
        fault(l, "link_lost");
        break;
    case 2:
        fault(l, "link_back %u", 1101 + n[1] % 2);
        break;
    case 3:
        fault(l, "port_changed");
        break;
    case 4:
        fault(l, "farm %d", farms[n[1] % 6]);
        break;
    case 5:
    case 6:
        fault(l, "restart %us %s", 1 + n[1] % 40, next_ids[n[2] % 3]);
        break;
    case 7:
        fault(l, "pacing %u", 1 + n[1] % 3);
        break;
    default:
        fault(l, "id_taken %u", 1 + n[1] % 2);
        fault(l, "cut");
        break;
    }
}

void act_orders(struct life *l, const uint32_t *n)
{
    struct seen_order *o = watcher_working(l->v, n[1], n[2] % 2 == 0);
    switch (n[0] % 12) {
    case 0:
    case 1:
        fault(l, "cut_before_ack %u", 1 + n[1] % 2);
        break;
    case 2:
        fault(l, "lose_order %u", 1 + n[1] % 2);
        break;
    case 3:
        fault(l, "reject 201 \"Order rejected - reason:simulated\" %u", 1 + n[1] % 3);
        break;
    case 4:
        fault(l, "no_fills %s", n[1] % 2 ? "on" : "off");
        break;
    case 5:
    case 6:
        l->has_mixed = true; /* the name that an order lost is dropped by the next snapshot */
        fault(l, "two_perm_ids %u", 1 + n[1] % 3);
        break;
    case 7:
        fault(l, "correct %u.%02u n=%u", 40 + n[1] % 20, n[2] % 100, 1 + n[3] % 2);
        break;
    case 8:
        fault(l, "bust n=%u", 1 + n[3] % 2);
        break;
    case 9:
    case 10:
        l->has_strangers = true;
        fault(l, "place %s %u %s", n[1] % 2 ? "BUY" : "SELL", 1 + n[2] % 5,
              listings[n[3] % LISTINGS].symbol);
        break;
    default:
        if (!o)
            return;
        watcher_cancel_asked(l->v, o);
        fault(l, "cancel %lld", (long long)o->perm_id);
        break;
    }
}

void act_market(struct life *l, const uint32_t *n)
{
    fault(l, "%s %s %s", n[0] % 2 ? "stale" : "halt", listings[n[1] % LISTINGS].symbol,
          n[2] % 3 ? "on" : "off");
}

/* ---- disk, processes, clock ---- */

static void say(const struct life *l, const char *what, int64_t n)
{
    if (l->is_talking)
        printf("# %8.3f %s %lld\n", (double)(l->w->now.mono.ns - NS_PER_S) / 1e9, what,
               (long long)n);
}

static void start_app(struct life *l)
{
    struct error e = {0};
    if (l->w->app)
        return;
    l->v->sent_count = 0; /* the broker counts the messages of a connection */
    if (!world_start_app(l->w, &e))
        watcher_break(l->v, I_WORLD, "the app does not start: %.200s", e.text);
}

static void start_exchange(struct life *l)
{
    struct error e = {0};
    if (!l->w->paper && !world_start_paper(l->w, &e))
        watcher_break(l->v, I_WORLD, "the exchange does not start: %.200s", e.text);
}

/* What a disk lied about is missed when the machine goes down, and only then. */
static void end_lies(struct life *l)
{
    if (l->w->device.mode != DEVICE_LOSE)
        return;
    say(l, "the machine goes down, and its disk had lied", 0);
    world_kill_app(l->w, true);
    people_lose(&l->people);
    l->v->is_halted = l->v->is_reducing = false; /* acknowledged, and forgotten */
    l->w->device.mode = DEVICE_OK;
    start_app(l);
}

void act_disk(struct life *l, const uint32_t *n)
{
    struct device *d = &l->w->device;
    watcher_storm(l->v);
    end_lies(l);
    switch (n[0] % 8) {
    case 0:
    case 1:
        d->mode = DEVICE_FAIL;
        say(l, "disk: full", 0);
        break;
    case 2:
        d->mode = n[1] % 4 == 0 ? DEVICE_LOSE : DEVICE_FAIL; /* a liar excuses much: rarely */
        say(l, "disk: full or lying", d->mode);
        break;
    case 3:
    case 4:
        d->delay_ms = (int64_t)(n[1] % 2500);
        say(l, "disk: ms for a batch:", d->delay_ms);
        break;
    default:
        d->mode = DEVICE_OK;
        d->delay_ms = 0;
        say(l, "disk: works", 0);
        break;
    }
}

void act_process(struct life *l, const uint32_t *n)
{
    watcher_storm(l->v);
    (void)people_pass(&l->people, n[1] % 5); /* at any moment of what goes on */
    if (n[0] % 5 == 0) {
        say(l, "the exchange is killed", 0);
        world_kill_paper(l->w);
        (void)people_pass(&l->people, n[2] % 4000);
        start_exchange(l);
        (void)people_pass(&l->people, 0);
        return;
    }
    if (l->w->device.mode == DEVICE_LOSE) {
        end_lies(l);
        return;
    }
    say(l, "the app is killed; bytes on the line are lost:", n[0] % 2);
    world_kill_app(l->w, n[0] % 2);
    people_lose(&l->people);
    (void)people_pass(&l->people, n[2] % 4000);
    start_app(l);
    (void)people_pass(&l->people, n[3] % 2000);
}

void act_clock(struct life *l, const uint32_t *n)
{
    static const int64_t jumps_ms[] = {-3600000, 3600000, -90000, 90000, -1000, 1000, -43200000};
    int64_t by = jumps_ms[n[0] % (sizeof jumps_ms / sizeof jumps_ms[0])];
    say(l, "the clock is set by ms", by);
    world_set_clock(l->w, by);
    watcher_clock_set(l->v);
    watcher_storm(l->v);
    (void)people_pass(&l->people, 0);
}

void acts_heal(struct life *l)
{
    struct device *d = &l->w->device;
    struct error e = {0};
    end_lies(l);
    d->mode = DEVICE_OK;
    d->delay_ms = 0;
    l->w->pipe.latency_ms = 1;
    start_exchange(l);
    start_app(l);
    if (l->w->paper && !paper_fault(l->w->paper, STR("link_back 1102"), exchange_now(l->w), &e))
        e.code = ERROR_NONE; /* it was not lost */
    if (l->w->paper && !paper_fault(l->w->paper, STR("none"), exchange_now(l->w), &e))
        watcher_break(l->v, I_WORLD, "the faults do not end: %.200s", e.text);
    say(l, "faults end", 0);
    (void)people_pass(&l->people, 0);
    if (!l->has_mixed && !l->has_strangers)
        return;
    (void)people_pass(&l->people, 2000); /* what comes late has come */
    pipe_cut(l->w);
    l->has_mixed = false;
    (void)people_pass(&l->people, 0);
}

void act_heal(struct life *l, const uint32_t *n)
{
    acts_heal(l);
    (void)people_pass(&l->people, 1000 + n[0] % 90000);
    l->v->is_calm =
        l->w->app && session_is_ready(app_session(l->w->app)) && people_are_silent(&l->people);
}
