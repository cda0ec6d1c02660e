/* SPDX-License-Identifier: MIT */
/*
 * The rules in time: what becomes of a ticket after it was accepted.
 *
 *   held (transmit=false) -> released with its family -> waiting for its parent -> waiting for its
 *   trigger -> working -> filled, cancelled, expired
 */
#include "base/rng.h"
#include "paper/fees.h"
#include "paper/match.h"
#include "paper/venue_private.h"

#include <assert.h>
#include <stdio.h>

static const int64_t second_ns = NS_PER_S;
static const int64_t latency_min_ns = 60 * NS_PER_MS, latency_spread_ns = 140 * NS_PER_MS;
static const int64_t trigger_latency_ns = 40 * NS_PER_MS;
enum { CODE_CANCELLED = 202 };

static int64_t latency(const struct venue *v, const struct ticket *t, int64_t now_ns)
{
    uint64_t h = rng_mix(v->seed ^ (uint64_t)t->order.perm_id, (uint64_t)now_ns);
    return latency_min_ns + (int64_t)(h % (uint64_t)latency_spread_ns);
}

static void touch_at(struct venue *v, const struct ticket *t, int64_t ns, struct touch *m)
{
    feed_touch(v->feed, t->instrument, ns / second_ns, &m->bid, &m->ask);
    m->last = feed_price(v->feed, t->instrument, ns / second_ns);
}

static bool is_open(const struct venue *v, const struct ticket *t, int64_t ns)
{
    return feed_is_open(v->feed, t->instrument, ns / second_ns);
}

static bool waits_for_parent(const struct venue *v, const struct ticket *t)
{
    const struct ticket *parent = venue_parent(v, t);
    return parent != NULL && parent->end != END_FILLED;
}

static bool waits_for_trigger(const struct ticket *t)
{
    return order_type_is_stop(t->order.type) && !t->is_triggered;
}

/* State and reason of a ticket that has just been accepted, released, changed or activated. */
static void set_working(const struct venue *v, struct ticket *t, int64_t now_ns)
{
    bool child = waits_for_parent(v, t), trigger = waits_for_trigger(t);
    snprintf(t->status.why_held, sizeof t->status.why_held, "%s%s%s", child ? "child" : "",
             child && trigger ? "," : "", trigger ? "trigger" : "");
    bool at_once = t->order.type == ORDER_MKT && !child && is_open(v, t, now_ns);
    t->status.state = at_once ? STATE_SUBMITTED : STATE_PRE_SUBMITTED;
    t->status.remaining = dec_minus(t->order.quantity, t->status.filled);
    t->act_ns = now_ns + latency(v, t, now_ns);
}

/* ---- endings ---- */
static void after_end(struct venue *v, const struct ticket *ended, int64_t now_ns);

static void end_ticket(struct venue *v, struct ticket *t, enum ticket_end end, const char *why,
                       int64_t now_ns)
{
    if (!ticket_is_live(t))
        return;
    t->end = end;
    t->ended_ns = now_ns;
    t->status.state = STATE_CANCELLED;
    t->status.why_held[0] = 0;
    t->status.broker_code = CODE_CANCELLED;
    str_copy_cut(t->status.broker_text, sizeof t->status.broker_text, str_of(why));
    venue_unlive(v, t);
    venue_emit(v, VENUE_STATUS, t);
    struct venue_event *e = venue_emit(v, VENUE_MESSAGE, t);
    e->code = CODE_CANCELLED;
    snprintf(e->text, sizeof e->text, "Order Cancelled - reason:%s", why);
    after_end(v, t, now_ns);
}

static bool same_group(const struct ticket *a, const struct ticket *b)
{
    return a != b && a->order.oca_group[0] != 0 &&
           str_eq(STR_NAME(a->order.oca_group), STR_NAME(b->order.oca_group)) &&
           str_eq(STR_NAME(a->order.account), STR_NAME(b->order.account));
}

static bool is_child_of(const struct ticket *t, const struct ticket *parent)
{
    return t->order.parent_id != 0 && t->order.parent_id == parent->order.order_id &&
           t->order.client_id == parent->order.client_id;
}

/* What the end of a ticket means for its children and its group. */
static void after_end(struct venue *v, const struct ticket *ended, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        if (t == NULL || ended->ended_ns < t->accepted_ns)
            continue;
        if (is_child_of(t, ended)) {
            if (ended->end != END_FILLED) {
                end_ticket(v, t, END_BY_SYSTEM, "the parent order has ended", now_ns);
            } else if (!t->is_held && str_starts(STR_NAME(t->status.why_held), STR("child"))) {
                set_working(v, t, now_ns);
                venue_emit(v, VENUE_ORDER, t);
            }
        } else if (ended->end == END_FILLED && same_group(t, ended)) {
            end_ticket(v, t, END_BY_SYSTEM, "another order of its group was filled", now_ns);
        }
    }
}

/* ---- fills ---- */
static void fill(struct venue *v, struct ticket *t, struct dec price, int64_t now_ns)
{
    const struct contract *c = &t->instrument->contract;
    struct dec rate = DEC(1);
    if (c->sec_type == SEC_CASH &&
        !feed_rate(v->feed, STR_NAME(c->symbol), now_ns / second_ns, &rate))
        rate = DEC(1);
    const char *currency;
    struct fill draft = {.seq = v->next_seq,
                         .at_ns = now_ns,
                         .ticket = t,
                         .quantity = t->status.remaining,
                         .price = price,
                         .liquidity = t->has_rested ? 1 : 2};
    draft.commission = fees_commission(t->instrument, draft.quantity, price, rate, &currency);
    str_copy_cut(draft.commission_currency, sizeof draft.commission_currency, str_of(currency));
    str_copy_cut(draft.exchange, sizeof draft.exchange, STR_NAME(c->primary_exchange));
    struct fill *f = venue_add_fill(v, &draft);
    venue_emit(v, VENUE_FILL, t)->fill = f;
    venue_book(v, f, t);
    venue_emit(v, VENUE_ORDER, t);
    venue_emit(v, VENUE_COMMISSION, t)->fill = f;
    after_end(v, t, now_ns);
}

/* ---- one ticket, one moment ---- */
static void advance_stop(struct venue *v, struct ticket *t, const struct touch *m, int64_t now_ns)
{
    t->is_dirty = match_trail(t, m) || t->is_dirty;
    if (!match_triggers(t, m))
        return;
    t->is_triggered = true;
    match_set_limit(t);
    t->status.state = STATE_SUBMITTED;
    t->status.why_held[0] = 0;
    t->act_ns = now_ns + trigger_latency_ns;
    venue_emit(v, VENUE_ORDER, t);
}

static void advance(struct venue *v, struct ticket *t, int64_t now_ns)
{
    if (now_ns >= t->expire_ns) {
        end_ticket(v, t, END_BY_SYSTEM, "the order has expired", now_ns);
        return;
    }
    if (v->is_frozen || t->is_held || now_ns < t->act_ns || waits_for_parent(v, t) ||
        !is_open(v, t, now_ns))
        return;
    struct touch m;
    touch_at(v, t, now_ns, &m);
    if (waits_for_trigger(t)) {
        advance_stop(v, t, &m, now_ns);
        return;
    }
    if (t->status.state == STATE_PRE_SUBMITTED) {
        t->status.state = STATE_SUBMITTED;
        t->status.why_held[0] = 0;
        venue_emit(v, VENUE_ORDER, t);
    }
    struct dec price;
    if (match_price(t, &m, &price)) {
        fill(v, t, price, now_ns);
        return;
    }
    t->is_dirty = t->is_dirty || !t->has_rested;
    t->has_rested = true;
    if (t->order.tif == TIF_IOC || t->order.tif == TIF_FOK) {
        t->status.state = STATE_PENDING_CANCEL;
        venue_emit(v, VENUE_STATUS, t);
        end_ticket(v, t, END_BY_SYSTEM, "not marketable at once", now_ns);
    }
}

/* The next moment after `from_ns` at which `advance` could do something for t. */
static int64_t wake(const struct venue *v, const struct ticket *t, int64_t from_ns,
                    int64_t stride_ns)
{
    int64_t expire = t->expire_ns > from_ns ? t->expire_ns : from_ns + 1;
    if (v->is_frozen || t->is_held || waits_for_parent(v, t))
        return expire;
    int64_t at = t->act_ns > from_ns ? t->act_ns : (from_ns / stride_ns + 1) * stride_ns;
    if (!is_open(v, t, at))
        at = hours_next_open(&t->instrument->hours, at / second_ns) * second_ns;
    return at < expire ? at : expire;
}

static int64_t next_wake(const struct venue *v, int64_t from_ns, int64_t stride_ns)
{
    int64_t next = VENUE_NEVER;
    for (size_t i = 0; i < v->live_count; i++) {
        int64_t at = wake(v, v->live[i], from_ns, stride_ns);
        next = at < next ? at : next;
    }
    return next;
}

void venue_step(struct venue *v, int64_t now_ns)
{
    if (v->now_ns == 0)
        v->now_ns = now_ns;
    int64_t stride = now_ns - v->now_ns > 3600 * second_ns ? 60 * second_ns : second_ns;
    while (v->live_count > 0) {
        int64_t at = next_wake(v, v->now_ns, stride);
        if (at > now_ns)
            break;
        v->now_ns = at;
        for (size_t i = 0; i < v->live_count; i++)
            if (v->live[i] != NULL)
                advance(v, v->live[i], at);
        venue_sweep(v);
    }
    v->now_ns = now_ns > v->now_ns ? now_ns : v->now_ns;
    /* once per step, however many seconds it covered: what a restart must not lose */
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i]->is_dirty) {
            v->live[i]->is_dirty = false;
            venue_emit(v, VENUE_QUIET, v->live[i]);
        }
}

int64_t venue_next(const struct venue *v)
{
    return next_wake(v, v->now_ns, second_ns);
}

void venue_freeze(struct venue *v, bool frozen)
{
    v->is_frozen = frozen;
}

/* ---- brackets that are sent piece by piece ---- */
static int32_t family(const struct ticket *t)
{
    return t->order.parent_id != 0 ? t->order.parent_id : t->order.order_id;
}

/* A held ticket is released when a member of its family that came with or after it is sent. */
static bool is_released(const struct venue *v, const struct ticket *held)
{
    for (size_t i = v->ticket_count; i-- > 0;) {
        const struct ticket *t = v->tickets[i];
        if (t->order.perm_id < held->order.perm_id)
            break;
        if (t->order.transmit && t->end != END_REJECTED && family(t) == family(held) &&
            t->order.client_id == held->order.client_id)
            return true;
    }
    return false;
}

static void release(struct venue *v, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        if (t == NULL || !t->is_held || !is_released(v, t))
            continue;
        t->is_held = false;
        set_working(v, t, now_ns);
        venue_emit(v, VENUE_ORDER, t);
    }
}

/* ---- commands ---- */
const struct ticket *venue_place(struct venue *v, const struct ticket *draft, int64_t now_ns)
{
    assert(draft->end == END_NONE && v->event_count < VENUE_EVENTS_MAX);
    struct ticket *t = venue_store(v, draft);
    const struct ticket *parent = venue_parent(v, t);
    if (parent != NULL && t->order.oca_group[0] == 0) {
        snprintf(t->order.oca_group, sizeof t->order.oca_group, "%lld",
                 (long long)parent->order.perm_id);
        t->oca_type = 3;
    }
    t->accepted_ns = now_ns;
    t->is_held = !t->order.transmit;
    set_working(v, t, now_ns);
    struct touch m;
    touch_at(v, t, now_ns, &m);
    if (!t->order.trail_stop.has)
        match_trail(t, &m);
    release(v, now_ns); /* the parent is told before the leg that released it */
    venue_emit(v, t->is_held ? VENUE_QUIET : VENUE_ORDER, t);
    return t;
}

static bool same_dec(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

void venue_modify(struct venue *v, const struct ticket *ticket, const struct ticket *draft,
                  int64_t now_ns)
{
    assert(ticket_is_live(ticket));
    struct ticket *t = venue_own(v, ticket);
    struct order *o = &t->order;
    const struct order *d = &draft->order;
    bool same_stop = o->type == d->type && same_dec(o->stop_price, d->stop_price) &&
                     same_dec(o->trail_amount, d->trail_amount) &&
                     same_dec(o->trail_percent, d->trail_percent);
    struct opt_dec trail_stop = d->trail_stop.has || !same_stop ? d->trail_stop : o->trail_stop;
    int64_t perm_id = o->perm_id;
    char group[sizeof o->oca_group];
    str_copy_cut(group, sizeof group, STR_NAME(o->oca_group));
    *o = *d;
    o->perm_id = perm_id;
    o->trail_stop = trail_stop;
    if (o->oca_group[0] == 0)
        str_copy_cut(o->oca_group, sizeof o->oca_group, str_of(group));
    t->limit_offset = draft->limit_offset;
    t->trigger_method = draft->trigger_method;
    t->expire_ns = draft->expire_ns;
    t->is_triggered = t->is_triggered && same_stop;
    t->has_rested = false;
    t->is_held = t->is_held && !o->transmit;
    set_working(v, t, now_ns);
    struct touch m;
    touch_at(v, t, now_ns, &m);
    if (!o->trail_stop.has)
        match_trail(t, &m);
    venue_emit(v, t->is_held ? VENUE_QUIET : VENUE_ORDER, t);
    release(v, now_ns);
}

void venue_reject(struct venue *v, const struct ticket *draft, int code, const char *text,
                  int64_t now_ns)
{
    struct ticket rejected = *draft;
    rejected.end = END_REJECTED;
    rejected.accepted_ns = rejected.ended_ns = now_ns;
    rejected.status.state = STATE_INACTIVE;
    rejected.status.remaining = draft->order.quantity;
    rejected.status.broker_code = code;
    str_copy_cut(rejected.status.broker_text, sizeof rejected.status.broker_text, str_of(text));
    struct ticket *t = venue_store(v, &rejected);
    struct venue_event *e = venue_emit(v, VENUE_MESSAGE, t);
    e->code = code;
    str_copy_cut(e->text, sizeof e->text, str_of(text));
    venue_emit(v, VENUE_ORDER, t);
}

void venue_cancel(struct venue *v, const struct ticket *ticket, int64_t now_ns)
{
    end_ticket(v, venue_own(v, ticket), END_BY_TRADER, "", now_ns);
    venue_sweep(v);
}

void venue_cancel_all(struct venue *v, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i] != NULL)
            end_ticket(v, v->live[i], END_BY_TRADER, "", now_ns);
    venue_sweep(v);
}

void venue_settle(struct venue *v, int64_t now_ns)
{
    v->now_ns = now_ns;
    for (size_t i = 0; i < v->ticket_count; i++)
        if (!ticket_is_live(v->tickets[i]) && v->tickets[i]->end != END_REJECTED)
            after_end(v, v->tickets[i], now_ns);
    release(v, now_ns);
    venue_sweep(v);
}
