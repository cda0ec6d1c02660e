/* SPDX-License-Identifier: MIT */
/* What clients do to orders: place, change, cancel; and what a restart finishes. */
#include "paper/venue_private.h"

#include <assert.h>
#include <stdio.h>

/* A trailing stop begins where the market is. */
static void start_trail(struct venue *v, struct ticket *t, int64_t now_ns)
{
    struct match_view m;
    if (!rule_is_trail(t->rule) || t->order.trail_stop.has)
        return;
    venue_view(v, t, now_ns, &m);
    match_trail(t, &m.now);
}

const struct ticket *venue_place(struct venue *v, const struct ticket *draft, int64_t now_ns)
{
    assert(draft->end == END_NONE && draft->rule != NULL && v->event_count < VENUE_EVENTS_MAX);
    struct ticket *t = venue_store(v, draft);
    const struct ticket *parent = venue_parent(v, t);
    if (parent != NULL && t->order.oca_group[0] == 0) {
        snprintf(t->order.oca_group, sizeof t->order.oca_group, "%lld",
                 (long long)parent->order.perm_id);
        t->oca_type = 3;
    }
    t->accepted_ns = now_ns;
    t->is_held = !t->order.transmit;
    venue_set_working(v, t, now_ns);
    start_trail(v, t, now_ns);
    venue_release(v, now_ns); /* the parent is told before the leg that released it */
    venue_emit(v, t->is_held ? VENUE_QUIET : VENUE_ORDER, t);
    return t;
}

static bool same_dec(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

static bool same_condition(const struct ticket_condition *a, const struct ticket_condition *b)
{
    return a->type == b->type && a->is_and == b->is_and && a->is_more == b->is_more &&
           a->instrument == b->instrument && dec_eq(a->value, b->value) && a->time_s == b->time_s &&
           a->trigger_method == b->trigger_method && str_eq(STR_NAME(a->text), STR_NAME(b->text));
}

static bool same_conditions(const struct ticket_terms *a, const struct ticket_terms *b)
{
    bool same =
        a->condition_count == b->condition_count && a->conditions_cancel == b->conditions_cancel;
    for (size_t i = 0; same && i < a->condition_count; i++)
        same = same_condition(&a->conditions[i], &b->conditions[i]);
    return same;
}

/* What a change must not take away from the ticket. */
struct kept {
    int64_t perm_id;
    struct opt_dec trail_stop;
    char group[sizeof((struct order *)0)->oca_group];
    bool is_triggered, conditions_met;
};

static struct kept keep(const struct ticket *t, const struct ticket *draft)
{
    const struct order *o = &t->order, *d = &draft->order;
    bool same_stop = t->rule == draft->rule && same_dec(o->stop_price, d->stop_price) &&
                     same_dec(o->trail_amount, d->trail_amount) &&
                     same_dec(o->trail_percent, d->trail_percent);
    struct kept k = {.perm_id = o->perm_id,
                     .trail_stop = d->trail_stop.has || !same_stop ? d->trail_stop : o->trail_stop,
                     .is_triggered = t->is_triggered && same_stop,
                     .conditions_met =
                         t->conditions_met && same_conditions(&t->terms, &draft->terms)};
    const char *group = d->oca_group[0] != 0 ? d->oca_group : o->oca_group;
    str_copy_cut(k.group, sizeof k.group, str_of(group));
    return k;
}

void venue_modify(struct venue *v, const struct ticket *ticket, const struct ticket *draft,
                  int64_t now_ns)
{
    assert(ticket_is_live(ticket) && draft->rule != NULL);
    struct ticket *t = venue_own(v, ticket);
    struct kept k = keep(t, draft);
    t->order = draft->order;
    t->order.perm_id = k.perm_id;
    t->order.trail_stop = k.trail_stop;
    str_copy_cut(t->order.oca_group, sizeof t->order.oca_group, STR_NAME(k.group));
    t->rule = draft->rule;
    t->terms = draft->terms;
    t->limit_offset = draft->limit_offset;
    t->trigger_method = draft->trigger_method;
    t->expire_ns = draft->expire_ns;
    t->is_triggered = k.is_triggered;
    t->conditions_met = k.conditions_met;
    t->has_rested = false;
    t->is_held = t->is_held && !t->order.transmit;
    venue_set_working(v, t, now_ns);
    start_trail(v, t, now_ns);
    venue_emit(v, t->is_held ? VENUE_QUIET : VENUE_ORDER, t);
    venue_release(v, now_ns);
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
    venue_end(v, venue_own(v, ticket), END_BY_TRADER, "", now_ns);
    venue_sweep(v);
}

void venue_cancel_all(struct venue *v, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i] != NULL)
            venue_end(v, v->live[i], END_BY_TRADER, "", now_ns);
    venue_sweep(v);
}

void venue_end_of(struct venue *v, venue_match_fn *is, void *self, const char *why, int64_t now_ns)
{
    for (size_t i = 0; i < v->live_count; i++) {
        struct ticket *t = v->live[i];
        bool matches = t != NULL && is(self, t->instrument);
        for (size_t k = 0; t != NULL && k < t->terms.leg_count; k++)
            matches = matches || is(self, t->terms.legs[k].instrument);
        if (matches)
            venue_end(v, t, END_BY_SYSTEM, why, now_ns);
    }
    venue_sweep(v);
}

void venue_bind(struct venue *v, const struct ticket *ticket)
{
    assert(ticket->order.order_id < 0);
    struct ticket *t = venue_own(v, ticket);
    t->is_bound = true;
    venue_emit(v, VENUE_QUIET, t);
    venue_emit(v, VENUE_BOUND, t);
}

void venue_settle(struct venue *v, int64_t now_ns)
{
    v->now_ns = now_ns;
    for (size_t i = 0; i < v->ticket_count; i++)
        venue_finish_shares(v, v->tickets[i]);
    for (size_t i = 0; i < v->ticket_count; i++)
        if (!ticket_is_live(v->tickets[i]) && v->tickets[i]->end != END_REJECTED)
            venue_after_end(v, v->tickets[i], now_ns);
    for (size_t i = 0; i < v->fill_count; i++)
        venue_end_group(v, v->fills[i], now_ns);
    venue_release(v, now_ns);
    venue_sweep(v);
}
