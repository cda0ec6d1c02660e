/* SPDX-License-Identifier: MIT */
/*
 * watch: what became of an order, from the book's state and the broker's notices.
 *
 * A state is what the broker says about the order; a notice is words with a number. Some refusals
 * come as words alone, some as both, in either order. So a refusing notice counts at once where the
 * book agrees, and after a short grace where no state follows it at all.
 */
#include "base/limits.h"
#include "broker/errors.h"
#include "guard/state.h"
#include "guard/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void watch_add(struct gate *g, struct watch *w)
{
    w->next = g->watches;
    g->watches = w;
}

void watch_remove(struct gate *g, struct watch *w)
{
    struct watch **at = &g->watches;
    while (*at && *at != w)
        at = &(*at)->next;
    assert(*at);
    *at = w->next;
}

bool result_is_final(enum gate_result r)
{
    return r == GATE_FILLED || r == GATE_CANCELLED || r == GATE_REJECTED;
}

static bool is_refusal(int code)
{
    if (code == 0)
        return false;
    enum broker_meaning m = broker_code_find(code)->meaning;
    return m == CODE_ORDER_REFUSED || m == CODE_ENDS_REQUEST;
}

bool watch_is_refused(const struct watch *w)
{
    return is_refusal(w->code);
}

static enum gate_result result_of(const struct order_status *s)
{
    switch (s->state) {
    case STATE_FILLED:
        return GATE_FILLED;
    case STATE_CANCELLED:
    case STATE_API_CANCELLED:
        return is_refusal(s->broker_code) ? GATE_REJECTED : GATE_CANCELLED;
    case STATE_INACTIVE:
        return is_refusal(s->broker_code) ? GATE_REJECTED : GATE_HELD;
    case STATE_PRE_SUBMITTED:
    case STATE_SUBMITTED:
    case STATE_PENDING_CANCEL:
        return dec_sign(s->filled) > 0 ? GATE_PARTIAL : GATE_WORKING;
    default:
        return GATE_UNKNOWN;
    }
}

/* By our reference where there is one: order ids are given out again after a restart of TWS. */
static const struct book_order *find(const struct gate *g, const struct order *o)
{
    const struct book_order *bo = NULL;
    if (o->ref[0])
        bo = book_order_ref(g->book, STR_NAME(o->ref));
    if (!bo && o->perm_id)
        bo = book_order_perm(g->book, o->perm_id);
    if (!bo && o->order_id)
        bo = book_order(g->book, o->client_id, o->order_id);
    /* one without terms is known by its status alone, which has no reference */
    bool is_told = bo && (bo->order.ref[0] || bo->order.contract.con_id);
    if (is_told && o->ref[0] && strcmp(bo->order.ref, o->ref) != 0)
        return NULL;
    return bo;
}

void leg_read(const struct gate *g, const struct order *o, const struct watch *w, struct moment now,
              struct gate_leg *out)
{
    const struct book_order *bo = find(g, o);
    *out = (struct gate_leg){.order = *o, .result = GATE_UNKNOWN};
    out->status.remaining = o->quantity;
    if (bo) {
        out->status = bo->status;
        out->result = result_of(&bo->status);
        /* an order known by its status alone has no terms yet */
        if (bo->order.contract.con_id)
            out->order = bo->order;
        out->order.perm_id = bo->order.perm_id;
        if (!bo->order.order_id) { /* a list of finished orders has no order ids */
            out->order.order_id = o->order_id;
            out->order.client_id = o->client_id;
        }
    }
    if (!w || !watch_is_refused(w) || out->result == GATE_FILLED)
        return;
    bool settled = out->result == GATE_CANCELLED || out->result == GATE_HELD;
    bool silent =
        out->result == GATE_UNKNOWN && instant_ms_since(w->code_at, now.mono) >= NOTICE_GRACE_MS;
    if (settled || silent) {
        out->result = GATE_REJECTED;
        out->status.broker_code = w->code;
        str_copy_cut(out->status.broker_text, sizeof out->status.broker_text, STR_NAME(w->text));
        if (silent)
            out->status.state = STATE_INACTIVE;
    }
}

/* ---- words ---- */

const char *gate_result_text(enum gate_result r)
{
    static const char *const texts[] = {
        [GATE_UNKNOWN] = "unknown",
        [GATE_WORKING] = "working",
        [GATE_PARTIAL] = "partially_filled",
        [GATE_FILLED] = "filled",
        [GATE_CANCELLED] = "cancelled",
        [GATE_REJECTED] = "rejected",
        [GATE_HELD] = "held",
    };
    return texts[r];
}

static void describe_fill(struct gate_outcome *o, const struct gate_leg *leg)
{
    char filled[DEC_TEXT_MAX], quantity[DEC_TEXT_MAX], average[DEC_TEXT_MAX] = "an unknown price";
    dec_format(leg->status.filled, filled);
    dec_format(leg->order.quantity, quantity);
    if (leg->status.avg_fill_price.has)
        dec_format(leg->status.avg_fill_price.v, average);
    if (o->result == GATE_FILLED)
        (void)snprintf(o->text, sizeof o->text, "order %d: filled %s at %s", leg->order.order_id,
                       filled, average);
    else
        (void)snprintf(o->text, sizeof o->text, "order %d: %s of %s filled at %s, the rest %s",
                       leg->order.order_id, filled, quantity, average,
                       o->result == GATE_PARTIAL ? "works" : "was cancelled");
}

void outcome_describe(struct gate_outcome *o)
{
    const struct gate_leg *leg = &o->legs[0];
    for (size_t i = 0; i < o->count; i++)
        if (o->legs[i].result == o->result) {
            leg = &o->legs[i];
            break;
        }
    int id = leg->order.order_id;
    const char *held = leg->status.why_held[0] ? leg->status.why_held : "the broker gave no reason";
    switch (o->result) {
    case GATE_FILLED:
    case GATE_PARTIAL:
        describe_fill(o, leg);
        break;
    case GATE_WORKING:
        (void)snprintf(o->text, sizeof o->text, "order %d: accepted by the broker (%s)", id,
                       order_state_text(leg->status.state));
        break;
    case GATE_CANCELLED:
        if (dec_sign(leg->status.filled) > 0)
            describe_fill(o, leg);
        else
            (void)snprintf(o->text, sizeof o->text, "order %d: cancelled", id);
        break;
    case GATE_REJECTED:
        (void)snprintf(o->text, sizeof o->text, "order %d: refused by the broker: %d %s", id,
                       leg->status.broker_code, leg->status.broker_text);
        (void)snprintf(o->next, sizeof o->next, "%s",
                       broker_code_find(leg->status.broker_code)->hint);
        break;
    case GATE_HELD:
        (void)snprintf(o->text, sizeof o->text, "order %d: held by the broker: %s", id, held);
        break;
    case GATE_UNKNOWN:
        (void)snprintf(o->text, sizeof o->text,
                       "order %d (%s): sent, but the broker has not answered", id, leg->order.ref);
        (void)snprintf(o->next, sizeof o->next,
                       "do not send it again; ask for the order status, which will tell once the "
                       "broker answers or the connection is back");
        break;
    }
}

bool gate_outcome_ok(const struct gate_outcome *o, struct error *e)
{
    if (o->result == GATE_UNKNOWN)
        error_set(e, ERROR_TIMEOUT, "OUTCOME_UNKNOWN", "%s", o->text);
    else if (o->result == GATE_REJECTED)
        error_set(e, ERROR_BROKER, "BROKER_REJECTED", "%s", o->text);
    else
        return true;
    for (size_t i = 0; i < o->count && o->result == GATE_REJECTED; i++)
        if (o->legs[i].result == GATE_REJECTED) {
            e->broker_code = o->legs[i].status.broker_code;
            break;
        }
    return o->next[0] ? error_next(e, "%s", o->next) : false;
}
