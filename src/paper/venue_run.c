/* SPDX-License-Identifier: MIT */
/*
 * The rules in time: what becomes of a ticket after it was accepted.
 *
 *   held (transmit=false) -> released with its family -> waiting for its parent -> waiting for its
 *   start, its conditions, its auction -> waiting for its trigger -> working -> filled, cancelled,
 *   expired
 */
#include "base/rng.h"
#include "paper/venue_private.h"

#include <assert.h>
#include <stdio.h>

static const int64_t second_ns = NS_PER_S;
static const int64_t latency_min_ns = 60 * NS_PER_MS, latency_spread_ns = 140 * NS_PER_MS;
static const int64_t auction_ns = (int64_t)60 * NS_PER_S; /* how long a halted one is waited for */
static const int64_t trigger_latency_ns = 40 * NS_PER_MS;

int64_t venue_latency(const struct venue *v, const struct ticket *t, int64_t now_ns)
{
    uint64_t h = rng_mix(v->seed ^ (uint64_t)t->order.perm_id, (uint64_t)now_ns);
    return latency_min_ns + (int64_t)(h % (uint64_t)latency_spread_ns);
}

static bool waits_for_trigger(const struct ticket *t)
{
    return t->rule->trigger != TRIGGER_NONE && !t->is_triggered;
}

/* The first moment at which a ticket that comes now can do anything. */
static int64_t earliest(const struct venue *v, const struct ticket *t, int64_t now_ns)
{
    int64_t at = now_ns + venue_latency(v, t, now_ns);
    if (at < t->terms.start_ns)
        at = t->terms.start_ns;
    if (ticket_moment(t) == MOMENT_ANY)
        return at;
    bool is_close = ticket_moment(t) == MOMENT_CLOSE;
    return v->market.next_auction(v->market.self, t->instrument, at / second_ns, is_close) *
           second_ns;
}

void venue_set_working(const struct venue *v, struct ticket *t, int64_t now_ns)
{
    bool child = venue_waits_for_parent(v, t), trigger = waits_for_trigger(t);
    snprintf(t->status.why_held, sizeof t->status.why_held, "%s%s%s", child ? "child" : "",
             child && trigger ? "," : "", trigger ? "trigger" : "");
    bool at_once = t->rule->price == PRICE_MARKET && !child && !trigger && !t->is_held &&
                   ticket_moment(t) == MOMENT_ANY && t->terms.start_ns <= now_ns &&
                   !venue_waits_for_conditions(t) && venue_is_open(v, t, now_ns);
    t->status.state = at_once ? STATE_SUBMITTED : STATE_PRE_SUBMITTED;
    t->status.remaining = dec_minus(t->order.quantity, t->status.filled);
    t->act_ns = earliest(v, t, now_ns);
    t->wake_ns = 0;
    if (ticket_moment(t) != MOMENT_ANY) /* what an auction leaves over is not kept */
        t->expire_ns = t->act_ns + auction_ns;
}

/* ---- one ticket, one moment ---- */
static void advance_stop(struct venue *v, struct ticket *t, const struct match_view *m,
                         int64_t now_ns)
{
    if (match_adjust(t, m))
        venue_emit(v, VENUE_ORDER, t);
    t->is_dirty = match_trail(t, &m->now) || t->is_dirty;
    if (!match_triggers(t, m))
        return;
    t->is_triggered = true;
    match_set_limit(t);
    t->status.state = STATE_SUBMITTED;
    t->status.why_held[0] = 0;
    t->act_ns = now_ns + trigger_latency_ns;
    venue_emit(v, VENUE_ORDER, t);
}

/* True if the ticket may go on in this moment. */
static bool passes_conditions(struct venue *v, struct ticket *t, int64_t now_ns)
{
    if (t->terms.condition_count == 0 || t->conditions_met)
        return true;
    bool hold = venue_conditions_hold(v, t, now_ns);
    if (t->terms.conditions_cancel) {
        if (hold)
            venue_end(v, t, END_BY_SYSTEM, "its conditions were met", now_ns);
        return !hold;
    }
    if (hold) {
        t->conditions_met = true;
        venue_set_working(v, t, now_ns);
        venue_emit(v, VENUE_ORDER, t);
    }
    return false; /* it has just been sent on, or still waits */
}

static void advance(struct venue *v, struct ticket *t, int64_t now_ns)
{
    if (now_ns >= t->expire_ns) {
        venue_end(v, t, END_BY_SYSTEM, "the order has expired", now_ns);
        return;
    }
    if (v->is_frozen || t->is_held || now_ns < t->act_ns || venue_waits_for_parent(v, t) ||
        !passes_conditions(v, t, now_ns) || !venue_is_open(v, t, now_ns) ||
        venue_is_halted(v, t, now_ns))
        return;
    struct match_view m;
    venue_view(v, t, now_ns, &m);
    if (waits_for_trigger(t)) {
        advance_stop(v, t, &m, now_ns);
        return;
    }
    if (venue_waits_for_locate(v, t, now_ns))
        return;
    if (t->status.state == STATE_PRE_SUBMITTED) {
        t->status.state = STATE_SUBMITTED;
        t->status.why_held[0] = 0;
        venue_emit(v, VENUE_ORDER, t);
    }
    venue_trade(v, t, &m, now_ns);
}

/* The next moment after `from_ns` at which `advance` could do something for t. */
static int64_t wake(const struct venue *v, const struct ticket *t, int64_t from_ns,
                    int64_t stride_ns)
{
    int64_t expire = t->expire_ns > from_ns ? t->expire_ns : from_ns + 1;
    if (v->is_frozen || t->is_held || venue_waits_for_parent(v, t))
        return expire;
    int64_t at = t->act_ns > from_ns ? t->act_ns : (from_ns / stride_ns + 1) * stride_ns;
    bool watches_always = t->terms.condition_count > 0 && t->terms.conditions_ignore_rth;
    if (!watches_always && !venue_is_open(v, t, at))
        at = v->market.next_open(v->market.self, t->instrument, at / second_ns,
                                 ticket_is_extended(t)) *
             second_ns;
    if (at <= from_ns) /* its other legs are closed */
        at = (from_ns / stride_ns + 1) * stride_ns;
    return at < expire ? at : expire;
}

static int64_t wake_of(const struct venue *v, const struct ticket *t, int64_t stride_ns)
{
    return t->wake_ns != 0 ? t->wake_ns : wake(v, t, v->now_ns, stride_ns);
}

/* The first moment at which a ticket has something to do; notes each ticket's own. */
static int64_t next_wake(struct venue *v, int64_t stride_ns)
{
    int64_t next = VENUE_NEVER;
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        t->wake_ns = wake_of(v, t, stride_ns);
        next = t->wake_ns < next ? t->wake_ns : next;
    }
    return next;
}

static void forget_wakes(struct venue *v)
{
    for (size_t i = 0; i < v->live_count; i++)
        v->live[i]->wake_ns = 0;
}

/* Those whose moment this is. */
static void advance_due(struct venue *v, int64_t at_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        if (t == NULL || t->wake_ns > at_ns)
            continue;
        t->wake_ns = 0;
        advance(v, t, at_ns);
    }
    venue_sweep(v);
}

void venue_step(struct venue *v, int64_t now_ns)
{
    if (v->now_ns == 0)
        v->now_ns = now_ns;
    venue_tidy(v, now_ns);
    bool leaps = now_ns - v->now_ns > 3600 * second_ns;
    int64_t stride = leaps ? 60 * second_ns : second_ns;
    while (v->live_count > 0) {
        int64_t at = next_wake(v, stride);
        if (at > now_ns)
            break;
        v->now_ns = at;
        advance_due(v, at);
    }
    v->now_ns = now_ns > v->now_ns ? now_ns : v->now_ns;
    if (leaps)
        forget_wakes(v); /* they are a minute apart */
    /* once per step, however many seconds it covered: what a restart must not lose */
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i]->is_dirty) {
            v->live[i]->is_dirty = false;
            venue_emit(v, VENUE_QUIET, v->live[i]);
        }
}

int64_t venue_next(const struct venue *v)
{
    int64_t next = VENUE_NEVER;
    for (size_t i = 0; i < v->live_count; i++) {
        int64_t at = wake_of(v, v->live[i], second_ns);
        next = at < next ? at : next;
    }
    return next;
}

void venue_freeze(struct venue *v, bool frozen)
{
    v->is_frozen = frozen;
    forget_wakes(v);
}
