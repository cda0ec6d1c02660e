/* SPDX-License-Identifier: MIT */
/*
 * observe: what events mean for orders on their way, and how unknown ones are settled.
 *
 * The book has had each event before. Here tasks that wait for it are woken, and an order of
 * unknown fate is settled as soon as the broker names it by our reference. Where the broker does
 * not name it, only complete snapshots count: two of them, some seconds apart, without a trace.
 */
#include "base/limits.h"
#include "broker/trade.h"
#include "guard/reconcile.h"
#include "guard/record.h"
#include "guard/state.h"

#include <string.h>

/* ---- events ---- */

static void wake(struct gate *g, int32_t order_id)
{
    for (struct watch *w = g->watches; w; w = w->next)
        if (w->order_id == order_id)
            task_wake(w->task);
}

static void wake_all(struct gate *g)
{
    for (struct watch *w = g->watches; w; w = w->next)
        task_wake(w->task);
}

/* What the broker's answer made of an order that nobody waits for any more. */
static void settled(struct gate *g, struct intent *it, struct moment now)
{
    struct gate_outcome o = {.count = 1, .intent_seq = it->seq};
    leg_read(g, &it->order, NULL, now, &o.legs[0]);
    if (o.legs[0].result == GATE_UNKNOWN)
        return;
    intent_become(it, INTENT_KNOWN);
    it->is_refused = o.legs[0].result == GATE_REJECTED;
    o.result = o.legs[0].result;
    outcome_describe(&o);
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_outcome(&b, &o);
    note(g, JOURNAL_OUTCOME, STR("broker"), buf_str(&b), now);
    buf_fini(&b);
    log_info(&g->config.log, "order %d is known again: %s", it->order.order_id, o.text);
}

static void settle_unknown(struct gate *g, struct str ref, struct moment now)
{
    struct intent *it = ledger_by_ref(g->ledger, ref);
    if (it && it->state == INTENT_UNKNOWN && !it->is_ref_lost)
        settled(g, it, now);
}

/*
 * Our order id was told with another reference than we gave, or with none: whatever that order is,
 * it is not known to be ours. It stays of unknown fate, and blocks its contract, until a person has
 * looked. An order of ours that once had the same id is told with a reference that we know.
 */
static void check_echo(struct gate *g, const struct order *o, struct moment now)
{
    if (ledger_by_ref(g->ledger, STR_NAME(o->ref)))
        return;
    struct intent *it = ledger_by_order_id(g->ledger, o->order_id);
    if (!it || it->is_ref_lost || it->is_accepted ||
        (it->state != INTENT_SENT && it->state != INTENT_UNKNOWN && it->state != INTENT_KNOWN))
        return;
    if (it->state == INTENT_KNOWN && book_order_ref(g->book, STR_NAME(it->order.ref)) &&
        book_order_ref(g->book, STR_NAME(it->order.ref))->order.perm_id != o->perm_id)
        return; /* two orders under one id, and ours is known */
    it->is_ref_lost = true;
    intent_become(it, INTENT_UNKNOWN);
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, &it->order, 1, "reference_lost",
                "the broker told the order id with another reference or none");
    note(g, JOURNAL_OUTCOME, STR("broker"), buf_str(&b), now);
    buf_fini(&b);
    log_error(&g->config.log, "order %d: told with the reference \"%s\", ours is \"%s\"",
              o->order_id, o->ref, it->order.ref);
}

/* An order can be told under several permIds; that ours has another one outlives a restart. */
static void note_perm(struct gate *g, struct str ref, int64_t perm_id, struct moment now)
{
    struct intent *it = ledger_by_ref(g->ledger, ref);
    if (!it || !intent_perm(it, perm_id))
        return;
    struct order o = it->order;
    struct buf b;
    o.perm_id = perm_id;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, &o, 1, "another_perm_id", "the broker tells the order under another permId");
    note(g, JOURNAL_OUTCOME, STR("broker"), buf_str(&b), now);
    buf_fini(&b);
    log_warn(&g->config.log, "order %d: another perm_id=%lld", o.order_id, (long long)perm_id);
}

/* The broker has made the change that was sent: these are our terms now. */
static void promote_change(struct gate *g, const struct order *o)
{
    struct intent *it = ledger_by_ref(g->ledger, STR_NAME(o->ref));
    if (!it || !it->has_change || !has_terms(&it->change, o))
        return;
    it->order = it->change;
    it->has_change = false;
}

static void on_order(struct gate *g, const struct event *ev)
{
    const struct order *o = ev->order;
    if (ev->margin)
        return;
    kill_look_soon(g, ev->at);
    if (ev->kind == EVENT_ORDER && o->client_id == g->config.client_id && o->order_id > 0) {
        check_echo(g, o, ev->at);
        note_perm(g, STR_NAME(o->ref), o->perm_id, ev->at);
        promote_change(g, o);
    }
    settle_unknown(g, STR_NAME(o->ref), ev->at);
    if (o->client_id != g->config.client_id)
        return;
    const struct book_order *bo = book_order(g->book, o->client_id, o->order_id);
    if (bo) /* a status has ids alone; the book knows whose they are */
        settle_unknown(g, STR_NAME(bo->order.ref), ev->at);
    for (struct watch *w = g->watches; ev->kind == EVENT_ORDER && w; w = w->next)
        if (w->order_id == o->order_id)
            w->is_echoed = true;
    wake(g, o->order_id);
}

static void on_execution(struct gate *g, const struct event *ev)
{
    note_perm(g, STR_NAME(ev->execution->ref), ev->execution->perm_id, ev->at);
    settle_unknown(g, STR_NAME(ev->execution->ref), ev->at);
}

static void on_notice(struct gate *g, const struct event *ev)
{
    enum { TOO_MANY_MESSAGES = 100 }; /* TWS has thrown some away, and does not say which */
    if (ev->code == TOO_MANY_MESSAGES) {
        kill_link_lost(g);
        kill_look_soon(g, ev->at);
    }
    for (struct watch *w = g->watches; w; w = w->next) {
        if (ev->number <= 0 || w->order_id != ev->number)
            continue;
        w->code = ev->code;
        w->code_at = ev->at.mono;
        str_copy_cut(w->text, sizeof w->text, ev->text);
        task_wake(w->task);
    }
}

/* All snapshots are complete: an order of ours that none of them explains has become unknown. */
static void on_ready(struct gate *g, struct moment now)
{
    struct intent *it;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        const struct book_order *bo = book_order_ref(g->book, STR_NAME(it->order.ref));
        if (it->state == INTENT_KNOWN && bo && bo->status.state == STATE_UNKNOWN)
            intent_become(it, INTENT_UNKNOWN);
        if (it->state == INTENT_UNKNOWN && !it->is_ref_lost)
            settled(g, it, now);
    }
    kill_sweep(g, now);
    reconcile_connected(g, now);
}

/* Between which moments the account was known and could be acted on. */
static void note_ready(struct gate *g, const struct event *ev)
{
    bool is_ready = ev->link == LINK_READY;
    if (is_ready == g->was_ready)
        return;
    g->was_ready = is_ready;
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "link");
    json_text(&w, link_state_text(ev->link));
    json_key(&w, "text");
    json_str(&w, str_sub(ev->text, 0, 200));
    json_end_object(&w);
    if (json_writer_done(&w))
        note(g, JOURNAL_STATE, STR("system"), buf_str(&b), ev->at);
    buf_fini(&b);
}

static void on_link(struct gate *g, const struct event *ev)
{
    g->link = ev->link;
    note_ready(g, ev);
    if (ev->link == LINK_READY)
        on_ready(g, ev->at);
    if (ev->link == LINK_DOWN || ev->link == LINK_REFUSED) {
        kill_link_lost(g);
        wake_all(g);
    }
}

void gate_observe(struct gate *g, const struct event *ev)
{
    kill_save(g, ev->at);
    trading_save(g, ev->at);
    trading_observe(g, ev);
    reconcile_observe(g, ev);
    switch (ev->kind) {
    case EVENT_LINK:
        on_link(g, ev);
        break;
    case EVENT_ORDER:
    case EVENT_ORDER_STATUS:
    case EVENT_COMPLETED_ORDER:
        on_order(g, ev);
        break;
    case EVENT_EXECUTION:
        on_execution(g, ev);
        break;
    case EVENT_POSITION: /* a stop that protected it protects nothing any more */
        kill_look_soon(g, ev->at);
        break;
    case EVENT_NOTICE:
        on_notice(g, ev);
        break;
    default:
        break;
    }
}

/* ---- settling by snapshots ---- */

/* The other legs of a request: leg `number` of the bracket that `it` belongs to; NULL if none. */
static struct intent *leg_of(const struct gate *g, const struct intent *it, size_t number)
{
    struct intent *other;
    for (size_t i = 0; ledger_next(g->ledger, &i, &other);)
        if (other->seq == it->seq && other->leg == number && other != it)
            return other;
    return NULL;
}

static void take_back(struct gate *g, const struct order *o, struct moment now)
{
    struct error e;
    if (!trade_cancel(g->session, o->order_id, now, &e))
        log_warn(&g->config.log, "order %d is not taken back: %s", o->order_id, e.text);
}

/*
 * A bracket that arrived in part is taken back. What has no last leg is held by TWS without being
 * transmitted, and such orders are in no list: a cancel by the order's id is the only word for
 * them, and harmless where there is none.
 */
static void take_back_bracket(struct gate *g, const struct intent *it, struct moment now)
{
    const struct intent *entry = leg_of(g, it, 0);
    if (entry == NULL && leg_of(g, it, 1) == NULL)
        return;
    take_back(g, &it->order, now);
    const struct book_order *bo =
        entry == NULL ? NULL : book_order_ref(g->book, STR_NAME(entry->order.ref));
    if (bo == NULL || !order_state_is_working(bo->status.state))
        return;
    if (dec_sign(bo->status.filled) > 0)
        log_error(&g->config.log,
                  "order %d has filled and its exit, order %d, is not at the broker",
                  entry->order.order_id, it->order.order_id);
    else
        take_back(g, &entry->order, now);
}

static void absent(struct gate *g, struct intent *it, struct moment now)
{
    if (it->absent == 0)
        it->absent_at = now.mono;
    it->absent++;
    if (it->absent < 2 || instant_ms_since(it->absent_at, now.mono) < GATE_SETTLE_MS)
        return;
    intent_become(it, INTENT_NOT_PLACED);
    it->was_seen = book_order_ref(g->book, STR_NAME(it->order.ref)) != NULL;
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, &it->order, 1, it->was_seen ? "vanished" : "not_placed",
                "complete snapshots of the broker show no trace of the order");
    note(g, JOURNAL_OUTCOME, STR("broker"), buf_str(&b), now);
    buf_fini(&b);
    log_warn(&g->config.log, "order %d (%s) is not at the broker", it->order.order_id,
             it->order.ref);
    take_back_bracket(g, it, now);
}

void settle_unknowns(struct gate *g, struct moment now)
{
    struct intent *it;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        if (it->state == INTENT_UNKNOWN && !it->is_ref_lost)
            settled(g, it, now);
        if (it->state == INTENT_UNKNOWN && !it->is_ref_lost)
            absent(g, it, now);
    }
}
