/* SPDX-License-Identifier: MIT */
/*
 * submit: from a judged request to bytes.
 *
 * The order of things is the safety of the whole: judge, reserve and journal without suspending;
 * wait for the disk; look again at what can have changed; send; wait for an answer (answer.c).
 * Nothing here sends twice, and what was not answered stays unknown.
 */
#include "broker/trade.h"
#include "guard/record.h"
#include "guard/submit_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- before the decision ---- */

/* "PC:" + 9 characters of time + 8 that are unique: 20 printable characters in all. */
static void make_ref(struct gate *g, struct utc now, char out[64])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32 */
    uint64_t ms = (uint64_t)(now.ns / NS_PER_MS);
    uint64_t unique = (uint64_t)rng_u32(&g->rng) << 15 | (g->serial++ & 0x7fff);
    memcpy(out, "PC:", 3);
    for (int i = 0; i < 9; i++)
        out[3 + i] = digits[ms >> (5 * (8 - i)) & 31];
    for (int i = 0; i < 8; i++)
        out[12 + i] = digits[unique >> (5 * (7 - i)) & 31];
    out[20] = 0;
}

static bool same(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

bool same_terms(const struct order *a, const struct order *b)
{
    return dec_eq(a->quantity, b->quantity) && same(a->limit_price, b->limit_price) &&
           same(a->stop_price, b->stop_price) && same(a->trail_amount, b->trail_amount) &&
           same(a->trail_percent, b->trail_percent);
}

/* The outcome as it stands, without waiting; for a request that was answered before. */
static void replay(struct gate *g, struct gate_outcome *out, const struct order *orders,
                   size_t count, int64_t seq, struct moment now)
{
    *out = (struct gate_outcome){.count = count, .intent_seq = seq, .is_replay = true};
    for (size_t i = 0; i < count; i++)
        leg_read(g, &orders[i], NULL, now, &out->legs[i]);
    out->result = out->legs[0].result;
    outcome_describe(out);
}

enum seen { SEEN_NEVER, SEEN_BEFORE, SEEN_DIFFERENT };

static enum seen seen_before(struct submission *s, const char *digest, struct error *e)
{
    struct gate *g = s->gate;
    const struct gate_request *r = s->request;
    if (!r->idempotency_key.n || r->kind != GATE_PLACE)
        return SEEN_NEVER;
    struct intent *it = ledger_by_key(g->ledger, r->principal, r->idempotency_key);
    if (!it || it->state == INTENT_NOT_SENT)
        return SEEN_NEVER;
    if (strcmp(it->digest, digest) != 0) {
        error_set(e, ERROR_CONFLICT, "IDEMPOTENCY_CONFLICT",
                  "the idempotency key was used for another request");
        error_next(e, "use a new key for a new order");
        return SEEN_DIFFERENT;
    }
    struct order orders[GATE_LEGS_MAX];
    struct intent *leg;
    size_t n = 0;
    for (size_t i = 0; n < GATE_LEGS_MAX && ledger_next(g->ledger, &i, &leg);)
        if (leg->seq == it->seq)
            orders[n++] = leg->order;
    replay(g, s->outcome, orders, n, it->seq, task_now(s->task));
    return SEEN_BEFORE;
}

bool gate_sent_before(const struct gate *g, struct str principal, struct str key, struct order *out)
{
    const struct intent *it = key.n ? ledger_by_key(g->ledger, principal, key) : NULL;
    if (!it || it->state == INTENT_NOT_SENT)
        return false;
    *out = it->order;
    return true;
}

static bool refuse(struct submission *s, const char *digest, struct error *e)
{
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_request(&b, s->request, s->ticket, DEC_ZERO, digest, e);
    note(s->gate, JOURNAL_REFUSAL, s->request->principal, buf_str(&b), task_now(s->task));
    buf_fini(&b);
    log_warn(&s->gate->config.log, "refused reason=%s", e->reason);
    return false;
}

/* ---- reserve: nothing from here to the journal's queue suspends ---- */

/*
 * The trigger of a trailing stop moves on by itself. The request has it as it was when the caller
 * looked; sent like that it would move back, away from the market.
 */
static void keep_trigger(const struct submission *s, struct order *o)
{
    const struct book_order *bo = book_order(s->gate->book, s->gate->config.client_id, o->order_id);
    if (!bo || !bo->order.trail_stop.has || s->request->allow_widening)
        return;
    struct dec now = bo->order.trail_stop.v, asked = o->trail_stop.has ? o->trail_stop.v : now;
    o->trail_stop = DEC_SOME(o->side == SIDE_SELL ? dec_max(now, asked) : dec_min(now, asked));
}

static bool number_legs(struct submission *s, struct error *e)
{
    struct gate *g = s->gate;
    struct gate_ticket *t = s->ticket;
    for (size_t i = 0; i < t->count; i++) {
        struct order *o = &t->orders[i];
        str_copy_cut(o->type_text, sizeof o->type_text, str_of(order_type_text(o->type)));
        o->client_id = g->config.client_id;
        o->transmit = i + 1 == t->count;
        o->what_if = false;
        if (s->request->kind == GATE_MODIFY) { /* keeps its id, reference and parent */
            keep_trigger(s, o);
            continue;
        }
        if (!trade_next_order_id(g->session, &o->order_id, e))
            return false;
        o->perm_id = 0;
        o->parent_id = i ? t->orders[0].order_id : 0;
        make_ref(g, task_now(s->task).wall, o->ref);
    }
    return true;
}

static bool journal_intent(struct submission *s, const char *digest, struct error *e)
{
    struct gate *g = s->gate;
    struct moment now = task_now(s->task);
    char key[JOURNAL_KEY_MAX], value[24];
    (void)snprintf(key, sizeof key, "order_id.%d", g->config.client_id);
    (void)snprintf(value, sizeof value, "%d", s->ticket->orders[s->count - 1].order_id);
    /* the high-water first, so that it is durable whenever the intent is */
    if (s->request->kind == GATE_PLACE &&
        !journal_put(g->journal, str_of(key), str_of(value), now, e))
        return false;
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_request(&b, s->request, s->ticket, s->counted_value, digest, NULL);
    s->seq = journal_append(g->journal, JOURNAL_INTENT, s->request->principal, buf_str(&b), now, e);
    buf_fini(&b);
    return s->seq != 0;
}

static bool reserve(struct submission *s, const struct gate_facts *facts, const char *digest,
                    struct error *e)
{
    struct gate *g = s->gate;
    struct moment now = task_now(s->task);
    s->count = s->ticket->count;
    s->counted_value = s->ticket->is_reducing ? DEC_ZERO : added_value(facts, s->ticket);
    if (!number_legs(s, e) || !journal_intent(s, digest, e))
        return false;
    bool is_modify = s->request->kind == GATE_MODIFY;
    ledger_count(g->ledger, is_modify ? 0 : (int64_t)s->count, s->counted_value, now);
    if (is_modify)
        ledger_count_send(g->ledger, now.mono);
    s->day = ledger_day(g->ledger);
    for (size_t i = 0; i < s->count && !is_modify; i++) {
        struct intent it = {.order = s->ticket->orders[i],
                            .state = INTENT_WAITING,
                            .seq = s->seq,
                            .leg = i,
                            .at = now,
                            .day = s->day,
                            .value = i ? DEC_NONE : s->ticket->value,
                            .value_base = i ? DEC_ZERO : s->counted_value};
        str_copy_cut(it.principal, sizeof it.principal, s->request->principal);
        str_copy_cut(it.key, sizeof it.key, s->request->idempotency_key);
        str_copy_cut(it.digest, sizeof it.digest, str_of(digest));
        s->intents[i] = ledger_add(g->ledger, &it, e);
        if (!s->intents[i])
            return false;
    }
    return true;
}

/* Gives back what was reserved: not one byte of these legs is out. */
static void not_sent(struct submission *s, const struct error *why)
{
    struct gate *g = s->gate;
    bool is_modify = s->request->kind == GATE_MODIFY;
    ledger_release(g->ledger, s->day, is_modify ? 0 : (int64_t)s->count, s->counted_value);
    for (size_t i = 0; i < s->count; i++)
        if (s->intents[i])
            intent_become(s->intents[i], INTENT_NOT_SENT);
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, s->ticket->orders, s->count, is_modify ? "not_changed" : "not_sent", why->text);
    note(g, JOURNAL_OUTCOME, s->request->principal, buf_str(&b), task_now(s->task));
    buf_fini(&b);
    log_warn(&g->config.log, "not sent: reason=%s", why->reason);
}

/* What may have changed while the disk was waited for. */
static bool still_allowed(struct submission *s, struct error *e)
{
    struct gate *g = s->gate;
    const char *code = NULL;
    if (!s->is_closing && kill_blocks(g, &s->ticket->orders[0], s->request->principal))
        code = "KILLED";
    else if (!session_is_ready(g->session))
        code = "NOT_READY";
    else if (journal_is_failed(g->journal))
        code = "JOURNAL_FAILED";
    else if (journal_is_stalled(g->journal, task_now(s->task)))
        code = "JOURNAL_STALLED";
    else if (!principal_stands(g, s->request->principal, task_now(s->task)))
        code = "PRINCIPAL_LIMIT";
    else if (!s->is_closing)
        code = trading_refuses(g, STR_NAME(s->ticket->orders[0].account), s->ticket->is_reducing,
                               task_now(s->task));
    if (code)
        return unsent_refused(code, e);
    if (s->is_closing)
        return closing_fits(g, &s->ticket->orders[0], task_now(s->task), e);
    return s->request->kind != GATE_MODIFY || modify_target(g, s->request, e);
}

/* ---- send ---- */

/* The only place from which an order leaves. False: not one byte did. */
static bool send_legs(struct submission *s, struct error *e)
{
    struct gate *g = s->gate;
    struct moment now = task_now(s->task);
    for (s->sent = 0; s->sent < s->count; s->sent++) {
        struct order *o = &s->ticket->orders[s->sent];
        s->watches[s->sent].code = 0; /* what was said before is not about this */
        s->watches[s->sent].is_echoed = false;
        if (!trade_place(g->session, o, now, e))
            break;
        if (s->intents[s->sent])
            intent_become(s->intents[s->sent], INTENT_SENT);
        else
            ledger_change(g->ledger, o, s->request->principal);
    }
    if (s->sent == 0)
        return false;
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, s->ticket->orders, s->sent, "sent", "");
    note(g, JOURNAL_SENT, s->request->principal, buf_str(&b), now);
    buf_fini(&b);
    log_info(&g->config.log, "sent order=%d legs=%zu intent=%lld", s->ticket->orders[0].order_id,
             s->sent, (long long)s->seq);
    if (s->sent < s->count) { /* the entry waits for its last leg, which did not go: take it back */
        struct error ignored;
        for (size_t i = s->sent; i < s->count; i++)
            intent_become(s->intents[i], INTENT_NOT_SENT);
        s->count = s->sent;
        (void)!trade_cancel(g->session, s->ticket->orders[0].order_id, now, &ignored);
    }
    return true;
}

/* ---- all of it ---- */

static bool another_change(const struct gate *g, int32_t order_id)
{
    for (const struct watch *w = g->watches; w; w = w->next)
        if (w->order_id == order_id && w->is_modify)
            return true;
    return false;
}

/* The change asks for what the order is already: answered with its state, nothing is sent. */
static bool is_no_change(struct submission *s)
{
    const struct order *o = &s->request->orders[0];
    const struct book_order *bo = book_order(s->gate->book, s->gate->config.client_id, o->order_id);
    if (!bo || !same_terms(&bo->order, o) || !same(bo->order.trail_stop, o->trail_stop) ||
        bo->order.tif != o->tif || bo->order.outside_rth != o->outside_rth)
        return false;
    replay(s->gate, s->outcome, &bo->order, 1, 0, task_now(s->task));
    return true;
}

/* The disk's words alone do not say what became of the order. */
static void tell_journal_failed(struct error *e)
{
    char why[ERROR_TEXT_MAX];
    str_copy_cut(why, sizeof why, STR_NAME(e->text));
    const struct gate_control *c = control_find(e->reason);
    error_set(e, e->code, c->code, "nothing was sent, because it could not be journaled: %s", why);
    error_next(e, "%s", c->next);
}

/* All of it was taken off the line, which is in the journal already. Always false. */
static bool was_withdrawn(struct submission *s, struct error *e)
{
    s->sent = 0;
    if (s->request->kind == GATE_MODIFY)
        ledger_release(s->gate->ledger, s->day, 0, s->counted_value);
    return unsent_refused(s->watches[0].withdrawn, e);
}

static bool carry_out(struct submission *s, struct error *e)
{
    struct gate *g = s->gate;
    for (size_t i = 0; i < s->count; i++) {
        s->watches[i] = (struct watch){.order_id = s->ticket->orders[i].order_id,
                                       .task = s->task,
                                       .is_modify = s->request->kind == GATE_MODIFY,
                                       .quantity = s->ticket->orders[i].quantity};
        watch_add(g, &s->watches[i]);
    }
    size_t watched = s->count;
    bool ok =
        journal_wait(s->task, g->journal, s->seq, e) && still_allowed(s, e) && send_legs(s, e);
    if (ok) {
        answer_await(s);
        if (s->count > 0)
            answer_settle(s);
        else
            ok = was_withdrawn(s, e);
    } else {
        not_sent(s, e);
        if (strcmp(e->reason, "JOURNAL_FAILED") == 0 || strcmp(e->reason, "JOURNAL_STALLED") == 0)
            tell_journal_failed(e);
    }
    for (size_t i = 0; i < watched; i++)
        watch_remove(g, &s->watches[i]);
    return ok;
}

/* The same change was asked for before, or nothing is to be changed: *e is set, or the outcome. */
static bool is_settled(struct submission *s, const char *digest, struct error *e, bool *ok)
{
    const struct gate_request *r = s->request;
    enum seen seen = seen_before(s, digest, e); /* now: an equal request may have come meanwhile */
    *ok = seen == SEEN_BEFORE || (r->kind == GATE_MODIFY && seen == SEEN_NEVER && is_no_change(s));
    if (*ok)
        return true;
    if (seen == SEEN_DIFFERENT) {
        *ok = refuse(s, digest, e);
        return true;
    }
    if (r->kind != GATE_MODIFY || !another_change(s->gate, r->orders[0].order_id))
        return false;
    error_set(e, ERROR_CONFLICT, "CHANGE_PENDING", "another change of order %d is under way",
              r->orders[0].order_id);
    *ok = refuse(s, digest, e);
    return true;
}

static bool is_refused(const struct submission *s, const struct gate_facts *f, struct error *e)
{
    if (s->is_closing)
        return closing_refused(f, s->ticket, e);
    return !s->ticket->is_allowed && !ticket_refused(s->ticket, e);
}

static bool submit(struct submission *s, struct error *e)
{
    struct gate *g = s->gate;
    struct gate_facts facts;
    char digest[SHA256_HEX_MAX];
    bool ok;
    record_digest(s->request, digest);
    if (!gate_judge(s->task, g, s->request, &facts, s->ticket, e))
        return false;
    if (is_settled(s, digest, e, &ok))
        return ok;
    if (is_refused(s, &facts, e))
        return refuse(s, digest, e);
    /* a person was asked before closing began, where one has to be */
    if (!s->is_closing && !proposal_passes(s->task, g, s->request, s->ticket, &s->proposal, e))
        return s->ticket->approval_number ? false : refuse(s, digest, e);
    if (!reserve(s, &facts, digest, e)) {
        if (s->seq)
            not_sent(s, e);
        return false;
    }
    s->is_used = s->proposal != NULL;
    if (s->is_used)
        proposal_use(s->proposal, s->request, &s->ticket->orders[0]);
    return carry_out(s, e);
}

static bool begin(struct submission *s, struct error *e)
{
    const struct gate_request *r = s->request;
    *s->ticket = (struct gate_ticket){0};
    *s->outcome = (struct gate_outcome){0};
    if (request_fault(r, e) || (r->kind == GATE_MODIFY && !modify_target(s->gate, r, e)) ||
        !proposal_begin(s->gate, r, task_now(s->task), &s->proposal, e))
        return false;
    bool ok = submit(s, e);
    proposal_end(s->proposal, s->is_used && s->sent == 0);
    return ok;
}

bool gate_submit(struct task *t, struct gate *g, const struct gate_request *r,
                 struct gate_ticket *ticket, struct gate_outcome *outcome, struct error *e)
{
    struct submission s = {
        .task = t, .gate = g, .request = r, .ticket = ticket, .outcome = outcome};
    return begin(&s, e);
}

bool submit_closing(struct task *t, struct gate *g, const struct gate_request *r,
                    struct gate_ticket *ticket, struct gate_outcome *outcome, struct error *e)
{
    struct submission s = {.task = t,
                           .gate = g,
                           .request = r,
                           .is_closing = true,
                           .ticket = ticket,
                           .outcome = outcome};
    assert(r->kind == GATE_PLACE && r->count == 1);
    return begin(&s, e);
}
