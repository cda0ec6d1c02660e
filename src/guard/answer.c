/* SPDX-License-Identifier: MIT */
/*
 * answer: from bytes that have left to the broker's word.
 *
 * The outcome is read from the book and the notices until each leg has an answer, or none can come
 * any more. A bracket with a refused exit is taken back. Nothing is sent again: what was not
 * answered is unknown, and observe.c settles it when the broker tells.
 */
#include "broker/trade.h"
#include "guard/record.h"
#include "guard/submit_inside.h"

#include <stdio.h>
#include <string.h>

enum {
    ANSWER_MS = 10 * 1000, /* for the broker's acknowledgement */
    FILL_MS = 3 * 1000,    /* how much longer a market order may take to fill */
    REPLY_MS = 250,        /* kept of the task's time, to say that there was no answer */
    WITHDRAW_MS = 5 * 1000
};

/* ---- waiting ---- */

static bool is_answered(const struct submission *s, const struct gate_leg *leg, size_t i)
{
    if (s->request->kind != GATE_MODIFY)
        return leg->result != GATE_UNKNOWN;
    return result_is_final(leg->result) ||
           (s->watches[i].is_echoed && !watch_is_refused(&s->watches[i]) &&
            same_terms(&leg->order, &s->ticket->orders[i]));
}

/* A change that is refused leaves the order as it was; leg_read cannot know. */
static void read_refused_change(struct submission *s, struct gate_leg *leg)
{
    const struct watch *w = &s->watches[0];
    if (s->request->kind != GATE_MODIFY || !watch_is_refused(w) || result_is_final(leg->result))
        return;
    if (instant_ms_since(w->code_at, task_now(s->task).mono) < NOTICE_GRACE_MS)
        return;
    leg->result = GATE_REJECTED;
    leg->status.broker_code = w->code;
    str_copy_cut(leg->status.broker_text, sizeof leg->status.broker_text, STR_NAME(w->text));
}

static bool read_all(struct submission *s)
{
    bool all = true;
    for (size_t i = 0; i < s->count; i++) {
        struct gate_leg *leg = &s->outcome->legs[i];
        leg_read(s->gate, &s->ticket->orders[i], &s->watches[i], task_now(s->task), leg);
        read_refused_change(s, leg);
        all = all && (is_answered(s, leg, i) || leg->result == GATE_REJECTED);
    }
    return all;
}

/* When to look again although nothing was told: a notice comes of age. */
static struct instant next_look(const struct submission *s, struct instant until)
{
    struct instant now = task_now(s->task).mono;
    for (size_t i = 0; i < s->count; i++) {
        struct instant of_age = instant_after_ms(s->watches[i].code_at, NOTICE_GRACE_MS);
        if (s->watches[i].code && !instant_due(of_age, now))
            until = instant_min(until, of_age);
    }
    return until;
}

static bool wants_fill(const struct submission *s)
{
    return !s->is_closing && s->count == 1 && s->ticket->orders[0].type == ORDER_MKT &&
           !result_is_final(s->outcome->legs[0].result);
}

/* Legs that were taken off the line meanwhile are no part of it any more; the last go first. */
static void leave_withdrawn(struct submission *s)
{
    while (s->count > 0 && s->watches[s->count - 1].withdrawn)
        s->count--;
}

void answer_await(struct submission *s)
{
    struct instant start = task_now(s->task).mono;
    struct instant last = instant_after_ms(task_deadline(s->task), -REPLY_MS);
    struct instant until = instant_min(instant_after_ms(start, ANSWER_MS), last);
    bool is_answered_once = false;
    for (;;) {
        leave_withdrawn(s);
        bool all = read_all(s);
        if (all && !wants_fill(s))
            return;
        if (all && !is_answered_once) {
            is_answered_once = true;
            until = instant_min(instant_after_ms(task_now(s->task).mono, FILL_MS), last);
        }
        /* no answer can come over a broken connection */
        if (instant_due(until, task_now(s->task).mono) || s->gate->link == LINK_DOWN ||
            s->gate->link == LINK_REFUSED)
            return;
        struct error ignored;
        bool timed_out;
        if (!task_wait_until(s->task, next_look(s, until), &timed_out, &ignored)) {
            (void)read_all(s);
            return;
        }
    }
}

/* ---- what it came to ---- */

/* A bracket is all or nothing: with one leg refused the others are taken back, while they can be.
 */
static void mend_bracket(struct submission *s)
{
    struct gate_outcome *o = s->outcome;
    const struct gate_leg *entry = &o->legs[0];
    size_t bad = 0;
    for (size_t i = 1; i < o->count; i++)
        if (o->legs[i].result == GATE_REJECTED)
            bad = i;
    if (!bad || entry->result == GATE_REJECTED)
        return;
    if (dec_sign(entry->status.filled) > 0 || entry->result == GATE_FILLED) {
        o->result = GATE_REJECTED;
        (void)snprintf(o->next, sizeof o->next,
                       "the entry has filled and an exit was refused: place the exit again now");
        return;
    }
    struct error e;
    if (trade_cancel(s->gate->session, entry->order.order_id, task_now(s->task), &e)) {
        struct instant until = instant_after_ms(task_now(s->task).mono, WITHDRAW_MS);
        bool timed_out = false;
        while (!timed_out && !result_is_final(o->legs[0].result) &&
               task_wait_until(s->task, until, &timed_out, &e))
            (void)read_all(s);
    }
    o->result = GATE_REJECTED;
    (void)snprintf(o->next, sizeof o->next, "%s",
                   result_is_final(o->legs[0].result)
                       ? "the other legs were withdrawn; correct the refused leg and place again"
                       : "withdraw the entry: its cancel has not been confirmed");
}

static enum gate_result overall(const struct gate_outcome *o)
{
    enum gate_result worst = o->legs[0].result;
    for (size_t i = 1; i < o->count; i++)
        if (o->legs[i].result == GATE_REJECTED || o->legs[i].result == GATE_UNKNOWN)
            worst = worst == GATE_REJECTED ? worst : o->legs[i].result;
    return worst;
}

void answer_settle(struct submission *s)
{
    struct gate_outcome *o = s->outcome;
    o->count = s->count;
    o->intent_seq = s->seq;
    o->result = overall(o);
    mend_bracket(s);
    if (s->request->kind == GATE_MODIFY && o->result != GATE_REJECTED &&
        !is_answered(s, &o->legs[0], 0))
        o->result = GATE_UNKNOWN; /* the order is known; whether it was changed is not */
    if (o->result == GATE_REJECTED || o->result == GATE_UNKNOWN)
        trading_failed(s->gate, task_now(s->task));
    char next[ERROR_NEXT_MAX];
    memcpy(next, o->next, sizeof next);
    outcome_describe(o);
    if (next[0])
        memcpy(o->next, next, sizeof next);
    if (s->count < s->ticket->count && o->result == GATE_CANCELLED)
        (void)snprintf(o->text, sizeof o->text,
                       "order %d: taken back, because not all of its exits have left",
                       o->legs[0].order.order_id);
    for (size_t i = 0; i < s->count; i++)
        if (s->intents[i] && !s->intents[i]->is_ref_lost) {
            intent_become(s->intents[i],
                          o->legs[i].result == GATE_UNKNOWN ? INTENT_UNKNOWN : INTENT_KNOWN);
            s->intents[i]->is_refused = o->legs[i].result == GATE_REJECTED;
        }
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_outcome(&b, o);
    note(s->gate, JOURNAL_OUTCOME, s->request->principal, buf_str(&b), task_now(s->task));
    buf_fini(&b);
    log_info(&s->gate->config.log, "outcome order=%d result=%s", o->legs[0].order.order_id,
             gate_result_text(o->result));
}
