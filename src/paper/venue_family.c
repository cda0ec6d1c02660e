/* SPDX-License-Identifier: MIT */
/*
 * Orders that depend on each other.
 *
 * A child waits until its parent is filled and ends if the parent ends otherwise. The members of a
 * group share one purpose: by the group's type a fill of one ends the others (1), or reduces them
 * in proportion (2, 3). Types 1 and 2 block: for the time of one confirmation no other member
 * trades. The reduction is recorded before the fill it follows from, so that a crash between the
 * two leaves too little at work, never too much.
 */
#include "paper/venue_private.h"

#include <stdio.h>

enum { CODE_CANCELLED = 202, OCA_CANCEL = 1, OCA_REDUCE_BLOCK = 2, OCA_REDUCE = 3 };

bool venue_waits_for_parent(const struct venue *v, const struct ticket *t)
{
    const struct ticket *parent = venue_parent(v, t);
    return parent != NULL && parent->end != END_FILLED;
}

void venue_end(struct venue *v, struct ticket *t, enum ticket_end end, const char *why,
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
    venue_after_end(v, t, now_ns);
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

void venue_after_end(struct venue *v, const struct ticket *ended, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        if (t == NULL || ended->ended_ns < t->accepted_ns)
            continue;
        if (is_child_of(t, ended)) {
            if (ended->end != END_FILLED) {
                venue_end(v, t, END_BY_SYSTEM, "the parent order has ended", now_ns);
            } else if (!t->is_held && str_starts(STR_NAME(t->status.why_held), STR("child"))) {
                venue_set_working(v, t, now_ns);
                venue_emit(v, VENUE_ORDER, t);
            }
        } else if (ended->end == END_FILLED && same_group(t, ended)) {
            venue_end(v, t, END_BY_SYSTEM, "another order of its group was filled", now_ns);
        }
    }
}

/* ---- groups ---- */
static bool blocks(const struct ticket *t)
{
    return t->oca_type == OCA_CANCEL || t->oca_type == OCA_REDUCE_BLOCK;
}

static void reduce(struct venue *v, struct ticket *t, struct dec from, struct dec to)
{
    struct dec product, left;
    if (!dec_mul(t->status.remaining, to, &product) || !dec_div(product, from, &left))
        return;
    left = dec_round_to(left, t->instrument->lot, DEC_DOWN);
    t->order.quantity = dec_plus(t->status.filled, left);
    t->status.remaining = left;
    venue_emit(v, VENUE_QUIET, t);
}

void venue_reduce_group(struct venue *v, const struct ticket *t, struct dec quantity,
                        int64_t now_ns)
{
    struct dec from = t->status.remaining, to = dec_minus(from, quantity);
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *other = v->live[i];
        if (other == NULL || !same_group(other, t))
            continue;
        int64_t free_ns = now_ns + venue_latency(v, t, now_ns);
        if (blocks(t) && other->act_ns < free_ns)
            other->act_ns = free_ns;
        other->wake_ns = 0;
        /* one that is filled wholly ends the others: venue_after_end */
        if (t->oca_type != OCA_CANCEL && dec_sign(to) > 0)
            reduce(v, other, from, to);
    }
}

void venue_after_fill(struct venue *v, const struct ticket *t, int64_t now_ns)
{
    if (!ticket_is_live(t)) {
        venue_after_end(v, t, now_ns);
        return;
    }
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *other = v->live[i];
        if (other == NULL || !same_group(other, t))
            continue;
        if (t->oca_type == OCA_CANCEL || dec_sign(other->status.remaining) <= 0)
            venue_end(v, other, END_BY_SYSTEM, "another order of its group was filled", now_ns);
        else if (!other->is_held)
            venue_emit(v, VENUE_ORDER, other);
    }
}

void venue_end_group(struct venue *v, const struct fill *f, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count && f->ticket->oca_type == OCA_CANCEL; i++) {
        struct ticket *other = v->live[i];
        if (other != NULL && same_group(other, f->ticket) && other->accepted_ns <= f->at_ns)
            venue_end(v, other, END_BY_SYSTEM, "another order of its group was filled", now_ns);
    }
}

/* ---- brackets that are sent piece by piece ---- */
static int32_t family(const struct ticket *t)
{
    return t->order.parent_id != 0 ? t->order.parent_id : t->order.order_id;
}

/* The order at the top of a chain of parents. */
static const struct ticket *root(const struct venue *v, const struct ticket *t)
{
    const struct ticket *parent;
    while ((parent = venue_parent(v, t)) != NULL && parent->order.perm_id < t->order.perm_id)
        t = parent;
    return t;
}

/* A held ticket is released when a member of its family that came with or after it is sent. */
static bool is_released(const struct venue *v, const struct ticket *held)
{
    const struct ticket *top = root(v, held);
    for (size_t i = v->ticket_count; i-- > 0;) {
        const struct ticket *t = v->tickets[i];
        if (t->order.perm_id < held->order.perm_id)
            break;
        if (t->order.transmit && t->end != END_REJECTED &&
            t->order.client_id == held->order.client_id &&
            (family(t) == family(held) || root(v, t) == top))
            return true;
    }
    return false;
}

void venue_release(struct venue *v, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        if (t == NULL || !t->is_held || !is_released(v, t))
            continue;
        t->is_held = false;
        venue_set_working(v, t, now_ns);
        venue_emit(v, VENUE_ORDER, t);
    }
}
