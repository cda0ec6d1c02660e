/* SPDX-License-Identifier: MIT */
/*
 * withdraw: cancels. None is ever counted, waits for the disk, or is refused because of the state
 * of trading.
 */
#include "base/limits.h"
#include "broker/errors.h"
#include "broker/trade.h"
#include "guard/record.h"
#include "guard/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CANCEL_MS = 10 * 1000, REPLY_MS = 250 };

/* ---- one order ---- */

/* The order that the request names: from the book, or an intent that the broker never echoed. */
static bool find_order(const struct gate *g, const struct gate_cancel_request *r, struct order *out,
                       struct error *e)
{
    const struct book_order *bo = NULL;
    const struct intent *it = NULL;
    if (r->perm_id) /* first: each client counts its own order ids */
        bo = book_order_perm(g->book, r->perm_id);
    if (!bo && r->order_id) {
        bo = book_order(g->book, g->config.client_id, r->order_id);
        it = bo ? NULL : ledger_by_order_id(g->ledger, r->order_id);
        if (bo && r->perm_id && bo->order.perm_id)
            bo = NULL; /* the number is another order's */
    } else if (!bo && r->ref.n) {
        bo = book_order_ref(g->book, r->ref);
        it = bo ? NULL : ledger_by_ref(g->ledger, r->ref);
    }
    if (it && !bo) /* a list of finished orders has no order ids, but our reference */
        bo = book_order_ref(g->book, STR_NAME(it->order.ref));
    if (it && it->state != INTENT_SENT && it->state != INTENT_UNKNOWN)
        it = NULL;
    if (bo)
        *out = bo->order;
    else if (it)
        *out = it->order;
    if ((!bo && !it) ||
        (r->account.n && out->account[0] && !str_eq(r->account, STR_NAME(out->account)))) {
        error_set(e, ERROR_NOT_FOUND, "UNKNOWN_ORDER", "there is no such order");
        return error_next(e, "list the open orders to see their ids");
    }
    return true;
}

static bool refuse_foreign(const struct gate *g, const struct order *o, struct error *e)
{
    if (o->order_id > 0 && o->client_id == g->config.client_id)
        return true;
    if (o->order_id <= 0)
        error_set(e, ERROR_DENIED, "NOT_OURS", "the order was placed by hand in TWS");
    else
        error_set(e, ERROR_DENIED, "NOT_OURS", "the order belongs to client id %d; ours is %d",
                  o->client_id, g->config.client_id);
    return error_next(e, "cancel it in TWS, or with the program that placed it");
}

static bool cancel_refused(const struct watch *w)
{
    return w->code && broker_code_find(w->code)->meaning == CODE_CANCEL_REFUSED;
}

/*
 * The broker can make two orders of one, and a cancel by the order id ends one of them: the other
 * gets a second cancel. True if one has been sent.
 */
static bool cancel_second(struct task *t, struct gate *g, const struct order *o)
{
    struct error e;
    if (!book_ref_is_split(g->book, STR_NAME(o->ref)))
        return false;
    log_warn(&g->config.log,
             "order %d: one of two under its reference is cancelled, and the other "
             "works",
             o->order_id);
    if (!trade_cancel(g->session, o->order_id, task_now(t), &e))
        log_warn(&g->config.log, "order %d: %s", o->order_id, e.text);
    return true;
}

static void await_cancel(struct task *t, struct gate *g, const struct order *o, struct watch *w,
                         struct gate_leg *leg)
{
    bool is_second = false;
    struct instant until = instant_min(instant_after_ms(task_now(t).mono, CANCEL_MS),
                                       instant_after_ms(task_deadline(t), -REPLY_MS));
    struct error ignored;
    bool timed_out = false;
    for (;;) {
        leg_read(g, o, w, task_now(t), leg);
        if (w->withdrawn) { /* the order itself, before it left */
            leg->result = GATE_CANCELLED;
            return;
        }
        if (result_is_final(leg->result) || timed_out || g->link == LINK_DOWN ||
            g->link == LINK_REFUSED)
            return;
        is_second = is_second || cancel_second(t, g, o);
        /* refused because it is finished: its last state is on the way */
        struct instant look =
            cancel_refused(w) ? instant_min(until, instant_after_ms(w->code_at, NOTICE_GRACE_MS))
                              : until;
        if (!task_wait_until(t, look, &timed_out, &ignored))
            return;
    }
}

static void describe_cancel(struct gate_outcome *o, const struct watch *w)
{
    const struct gate_leg *leg = &o->legs[0];
    int id = leg->order.order_id;
    o->result = leg->result;
    outcome_describe(o);
    switch (leg->result) {
    case GATE_CANCELLED:
        if (order_type_is_stop(leg->order.type))
            (void)snprintf(o->next, sizeof o->next,
                           "what this stop protected is unprotected now, unless another one is");
        return;
    case GATE_FILLED:
        (void)snprintf(o->text, sizeof o->text, "order %d: too late, it has filled", id);
        return;
    case GATE_REJECTED:
        return;
    default:
        break;
    }
    o->result = GATE_UNKNOWN; /* that it works is known; what became of the cancel is not */
    if (cancel_refused(w)) {
        (void)snprintf(o->text, sizeof o->text, "order %d: the broker did not cancel it: %d %.160s",
                       id, w->code, w->text);
        (void)snprintf(o->next, sizeof o->next, "%s", broker_code_find(w->code)->hint);
    } else {
        (void)snprintf(o->text, sizeof o->text,
                       "order %d: the cancel was sent, but the broker has not confirmed it", id);
        (void)snprintf(o->next, sizeof o->next, "ask for the order status");
    }
}

bool gate_cancel(struct task *t, struct gate *g, const struct gate_cancel_request *r,
                 struct gate_outcome *outcome, struct error *e)
{
    struct order o;
    assert(r->principal.n > 0);
    *outcome = (struct gate_outcome){.count = 1};
    if (!find_order(g, r, &o, e))
        return false;
    struct watch w = {.order_id = o.order_id, .task = t};
    leg_read(g, &o, NULL, task_now(t), &outcome->legs[0]);
    if (result_is_final(outcome->legs[0].result) && !book_ref_is_split(g->book, STR_NAME(o.ref))) {
        describe_cancel(outcome, &w);
        return true;
    }
    if (!refuse_foreign(g, &o, e))
        return false;
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_cancel(&b, r, &o);
    note(g, JOURNAL_CANCEL, r->principal, buf_str(&b), task_now(t));
    buf_reset(&b);
    if (!trade_cancel(g->session, o.order_id, task_now(t), e)) {
        buf_fini(&b);
        return false;
    }
    watch_add(g, &w);
    await_cancel(t, g, &o, &w, &outcome->legs[0]);
    watch_remove(g, &w);
    describe_cancel(outcome, &w);
    record_outcome(&b, outcome);
    note(g, JOURNAL_OUTCOME, r->principal, buf_str(&b), task_now(t));
    buf_fini(&b);
    log_info(&g->config.log, "cancel order=%d result=%s", o.order_id,
             gate_result_text(outcome->result));
    return true;
}
