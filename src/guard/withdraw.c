/* SPDX-License-Identifier: MIT */
/*
 * withdraw: cancels and the kill switch. Neither is ever counted, waits for the disk, or is refused
 * because of the state of trading.
 */
#include "base/limits.h"
#include "broker/errors.h"
#include "broker/trade.h"
#include "guard/record.h"
#include "guard/state.h"
#include "store/db.h"

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
        if (result_is_final(leg->result) || timed_out || g->link == LINK_DOWN ||
            g->link == LINK_REFUSED)
            return;
        is_second = is_second || cancel_second(t, g, o);
        /* refused because it is finished: its last state is on the way */
        bool aged =
            cancel_refused(w) && instant_ms_since(w->code_at, task_now(t).mono) >= NOTICE_GRACE_MS;
        if (aged)
            return;
        struct instant look =
            cancel_refused(w) ? instant_min(until, instant_after_ms(w->code_at, NOTICE_GRACE_MS))
                              : until;
        if (!task_wait_until(t, look, &timed_out, &ignored))
            return;
        timed_out = timed_out && instant_due(until, task_now(t).mono);
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

/* ---- the kill switch ---- */

/* A stop that can only reduce what is held. */
static bool is_protective(const struct gate *g, const struct order *o)
{
    if (!order_type_is_stop(o->type))
        return false;
    const struct position *p = book_position(g->book, STR_NAME(o->account), o->contract.con_id);
    int sign = p ? dec_sign(p->quantity) : 0;
    return o->side == SIDE_SELL ? sign > 0 : sign < 0;
}

static bool kill_wants(const struct gate *g, const struct book_order *bo)
{
    const struct order *o = &bo->order;
    return o->client_id == g->config.client_id && o->order_id > 0 &&
           order_state_is_working(bo->status.state) && bo->status.state != STATE_PENDING_CANCEL &&
           (g->kill.cancel_stops || !is_protective(g, o));
}

static void kill_one(struct gate *g, int32_t order_id, struct moment now)
{
    struct error e;
    if (trade_cancel(g->session, order_id, now, &e))
        g->kill.asked++;
    else
        g->kill.is_pending = true;
}

void kill_sweep(struct gate *g, struct moment now)
{
    const struct book_order *bo;
    struct intent *it;
    g->kill.is_pending = false;
    for (size_t i = 0; book_next_order(g->book, &i, STR_NONE, &bo);)
        if (kill_wants(g, bo))
            kill_one(g, bo->order.order_id, now);
    /* sent, and never echoed: it may work all the same */
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);)
        if ((it->state == INTENT_SENT || it->state == INTENT_UNKNOWN) &&
            !book_order_ref(g->book, STR_NAME(it->order.ref)))
            kill_one(g, it->order.order_id, now);
    if (!session_is_ready(g->session))
        g->kill.is_pending = true; /* not all is known yet */
}

static void kill_state(const struct gate *g, struct gate_kill_status *out)
{
    *out = (struct gate_kill_status){.is_killed = g->kill.is_on, .since = g->kill.since};
    memcpy(out->by, g->kill.by, sizeof out->by);
    memcpy(out->why, g->kill.why, sizeof out->why);
    out->asked = g->kill.asked;
    bool is_recorded =
        !g->kill.is_unsaved && g->kill.seq > 0 && journal_durable(g->journal) >= g->kill.seq;
    out->is_durable = is_recorded || (g->kill.version > 0 && g->kill.kept == g->kill.version);
}

/* Writes the present state of the switch as a record and as the value read at the start. */
static bool save(struct gate *g, enum journal_kind kind, struct str principal, struct moment now,
                 struct error *e)
{
    struct gate_kill_status state;
    kill_state(g, &state);
    struct buf b;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    record_kill(&b, &state, g->kill.cancel_stops);
    bool ok = journal_put(g->journal, STR("kill"), buf_str(&b), now, e);
    int64_t seq = ok ? journal_append(g->journal, kind, principal, buf_str(&b), now, e) : 0;
    buf_fini(&b);
    if (seq)
        g->kill.seq = seq;
    return seq != 0;
}

void kill_save(struct gate *g, struct moment now)
{
    struct error e;
    if (!g->kill.is_unsaved)
        return;
    g->kill.is_unsaved = !save(g, JOURNAL_KILL, STR_NAME(g->kill.by), now, &e);
}

void gate_kill(struct gate *g, struct str principal, struct str why, bool cancel_stops,
               struct moment now)
{
    if (!g->kill.is_on) {
        g->kill.is_on = true;
        g->kill.asked = 0;
        g->kill.cancel_stops = false;
        g->kill.since = (struct opt_utc){now.wall, true};
        str_copy_cut(g->kill.by, sizeof g->kill.by, principal);
        str_copy_cut(g->kill.why, sizeof g->kill.why, why);
    }
    g->kill.cancel_stops = g->kill.cancel_stops || cancel_stops;
    g->kill.version++;
    log_error(&g->config.log, "kill switch pulled by=%s", g->kill.by);
    kill_sweep(g, now);
    g->kill.is_unsaved = true;
    kill_save(g, now);
}

bool gate_release(struct gate *g, struct str principal, bool is_human, struct str why,
                  struct moment now, struct error *e)
{
    if (!g->kill.is_on)
        return error_set(e, ERROR_CONFLICT, "NOT_KILLED", "the kill switch is not on");
    if (!is_human) {
        error_set(e, ERROR_DENIED, "HUMAN_ONLY", "only a person can release the kill switch");
        return error_next(e, "release it with the command line on this machine");
    }
    char was_why[GATE_WHY_MAX];
    memcpy(was_why, g->kill.why, sizeof was_why);
    str_copy_cut(g->kill.why, sizeof g->kill.why, why);
    g->kill.is_on = false;
    if (!save(g, JOURNAL_RELEASE, principal, now, e)) { /* it would come back at a restart */
        g->kill.is_on = true;
        memcpy(g->kill.why, was_why, sizeof was_why);
        return false;
    }
    g->kill.is_unsaved = g->kill.is_pending = g->kill.cancel_stops = false;
    g->kill.version++;
    log_error(&g->config.log, "kill switch released by=" STR_FMT, STR_ARG(principal));
    return true;
}

void gate_kill_status(const struct gate *g, struct gate_kill_status *out)
{
    const struct book_order *bo;
    kill_state(g, out);
    for (size_t i = 0; g->kill.is_on && book_next_order(g->book, &i, STR_NONE, &bo);)
        out->working += kill_wants(g, bo) || (bo->status.state == STATE_PENDING_CANCEL &&
                                              bo->order.client_id == g->config.client_id);
}

/* ---- the reserve ---- */

uint64_t gate_kill_version(const struct gate *g)
{
    return g->kill.version;
}

void gate_kill_text(const struct gate *g, struct buf *out)
{
    struct gate_kill_status state;
    kill_state(g, &state);
    if (g->kill.is_on)
        record_kill(out, &state, g->kill.cancel_stops);
}

void gate_kill_kept(struct gate *g, uint64_t version)
{
    g->kill.kept = version;
}

void gate_kill_recall(struct gate *g, struct str text, struct moment now)
{
    if (!text.n || g->kill.is_on)
        return;
    struct error e;
    struct arena *arena = arena_new(1 << 20);
    struct gate_kill_status state = {0};
    const struct json *j = json_parse(text, arena, &e);
    bool stops = false;
    bool is_read = j && record_read_kill(j, &state, &stops);
    gate_kill(g, is_read ? STR_NAME(state.by) : STR("system"),
              is_read ? STR_NAME(state.why) : STR("the kill switch's reserve cannot be read"),
              stops, now);
    if (is_read && state.since.has)
        g->kill.since = state.since;
    arena_free(arena);
}

bool kill_restore(struct gate *g, struct db *db, struct error *e)
{
    char text[JOURNAL_VALUE_MAX];
    if (!db_value(db, STR("kill"), text, sizeof text, e))
        return false;
    if (!text[0])
        return true;
    struct arena *arena = arena_new(1 << 20);
    struct gate_kill_status state = {0};
    const struct json *j = json_parse(str_of(text), arena, e);
    bool stops = false;
    g->kill.is_on = j && record_read_kill(j, &state, &stops);
    arena_free(arena);
    if (!j)
        return false; /* a switch that cannot be read must not count as off */
    g->kill.cancel_stops = g->kill.is_on && stops;
    g->kill.is_pending = g->kill.is_on;
    g->kill.since = state.since;
    g->kill.seq = journal_durable(g->journal);
    memcpy(g->kill.by, state.by, sizeof g->kill.by);
    memcpy(g->kill.why, state.why, sizeof g->kill.why);
    return true;
}
