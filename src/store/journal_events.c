/* SPDX-License-Identifier: MIT */
/* What the broker says as records of the journal: each execution, commission and state once. */
#include "store/journal_inside.h"

#include "base/alloc.h"
#include "base/known.h"
#include "base/rng.h"
#include "data/json.h"

#include <assert.h>
#include <stdio.h>

/* Commissions told before their execution; the oldest gives way, for the broker repeats them. */
enum { EARLY_COMMISSIONS_MAX = 64 };

struct journal_events {
    struct known *executions; /* exec_id -> known_fill or known_commission */
    struct execution *early[EARLY_COMMISSIONS_MAX];
    size_t early_next;
    struct known *orders; /* order key -> digest of its last recorded state */
};

/* What the map of executions points to: the address is the answer. */
static char known_fill, known_commission;

struct journal_events *journal_events_new(void)
{
    struct journal_events *h = xcalloc(1, sizeof *h);
    h->executions = known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, NULL);
    h->orders = known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, NULL);
    return h;
}

void journal_events_free(struct journal_events *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < EARLY_COMMISSIONS_MAX; i++)
        xfree(h->early[i]);
    known_free(h->executions);
    known_free(h->orders);
    xfree(h);
}

void journal_knows_execution(struct journal *j, struct str exec_id, bool has_commission)
{
    known_put(journal_events_of(j)->executions, exec_id,
              has_commission ? &known_commission : &known_fill);
}

/* ---- members of a body ---- */

static void key_opt(struct json_writer *w, const char *key, struct opt_dec d)
{
    json_key(w, key);
    json_opt_dec(w, d);
}

static void key_text(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    json_text(w, text);
}

static void key_dec(struct json_writer *w, const char *key, struct dec d)
{
    json_key(w, key);
    json_dec(w, d);
}

static void key_i64(struct json_writer *w, const char *key, int64_t v)
{
    json_key(w, key);
    json_i64(w, v);
}

/* ---- executions ---- */

static void execution_body(struct json_writer *w, const struct execution *x, bool commission)
{
    json_begin_object(w);
    key_text(w, "exec_id", x->exec_id);
    if (commission) {
        key_opt(w, "commission", x->commission);
        key_text(w, "currency", x->commission_currency);
        key_opt(w, "realized_pnl", x->realized_pnl);
    } else {
        char name[64];
        key_i64(w, "order_id", x->order_id);
        key_i64(w, "client_id", x->client_id);
        key_i64(w, "perm_id", x->perm_id);
        key_text(w, "ref", x->ref);
        key_text(w, "account", x->account);
        key_text(w, "contract", contract_name(&x->contract, name, sizeof name));
        key_i64(w, "con_id", x->contract.con_id);
        key_text(w, "side", side_text(x->side));
        key_dec(w, "quantity", x->quantity);
        key_dec(w, "price", x->price);
        key_text(w, "currency", x->contract.currency);
        key_text(w, "exchange", x->exchange);
        key_text(w, "time", x->time_text);
    }
    json_end_object(w);
}

static void keep_early(struct journal_events *h, const struct execution *x)
{
    struct execution **slot = &h->early[h->early_next++ % EARLY_COMMISSIONS_MAX];
    if (*slot == NULL)
        *slot = xmalloc(sizeof **slot);
    **slot = *x;
}

static bool record_execution(struct journal *j, const struct event *ev, bool commission,
                             struct error *e)
{
    const struct execution *x = ev->execution;
    struct str id = STR_NAME(x->exec_id);
    if (id.n == 0)
        return true;
    const void *known = known_get(journal_events_of(j)->executions, id);
    if (known == &known_commission || (known == &known_fill && !commission))
        return true;
    if (commission && known == NULL) {
        keep_early(journal_events_of(j), x);
        return true;
    }

    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    execution_body(&w, x, commission);
    assert(json_writer_done(&w)); /* every member is bounded */
    bool ok = journal_append(j, commission ? JOURNAL_COMMISSION : JOURNAL_FILL, STR("broker"),
                             buf_str(&b), ev->at, e) != 0;
    buf_fini(&b);
    ok = ok && journal_add_execution(j, x, commission, ev->at, e);
    if (ok)
        journal_knows_execution(j, id, commission);
    return ok;
}

/* The execution is recorded now: what its commission was, if that came first. */
static bool record_early(struct journal *j, const struct event *fill, struct error *e)
{
    struct journal_events *h = journal_events_of(j);
    for (size_t i = 0; i < EARLY_COMMISSIONS_MAX; i++) {
        struct execution *x = h->early[i];
        if (x == NULL || !str_eq(STR_NAME(x->exec_id), STR_NAME(fill->execution->exec_id)))
            continue;
        struct event ev = {.kind = EVENT_COMMISSION, .at = fill->at, .execution = x};
        h->early[i] = NULL;
        bool ok = record_execution(j, &ev, true, e);
        xfree(x);
        return ok;
    }
    return true;
}

/* ---- orders ---- */

static void order_body(struct json_writer *w, const struct event *ev)
{
    const struct order *o = ev->order;
    const struct order_status *s = ev->status;
    json_begin_object(w);
    key_i64(w, "order_id", o->order_id);
    key_i64(w, "client_id", o->client_id);
    key_i64(w, "perm_id", o->perm_id);
    if (ev->kind != EVENT_ORDER_STATUS) {
        char name[64];
        key_text(w, "ref", o->ref);
        key_text(w, "account", o->account);
        key_text(w, "contract", contract_name(&o->contract, name, sizeof name));
        key_text(w, "side", side_text(o->side));
        key_text(w, "type", o->type_text);
        key_dec(w, "quantity", o->quantity);
        key_opt(w, "limit_price", o->limit_price);
        key_opt(w, "stop_price", o->stop_price);
    }
    if (s) {
        key_text(w, "state", order_state_text(s->state));
        key_dec(w, "filled", s->filled);
        if (ev->kind == EVENT_ORDER_STATUS) /* an open order does not tell it */
            key_dec(w, "remaining", s->remaining);
        key_opt(w, "avg_fill_price", s->avg_fill_price);
        key_i64(w, "broker_code", s->broker_code);
        key_text(w, "broker_text", s->broker_text);
    }
    json_end_object(w);
}

static uint64_t digest(struct str s)
{
    uint64_t h = s.n;
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return h;
}

static bool record_order(struct journal *j, const struct event *ev, struct error *e)
{
    if (!ev->order || ev->margin) /* a what-if is no order */
        return true;
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    order_body(&w, ev);
    assert(json_writer_done(&w));

    char key[80];
    (void)snprintf(key, sizeof key, "%d %d %d %lld", ev->kind == EVENT_ORDER_STATUS,
                   ev->order->client_id, ev->order->order_id, (long long)ev->order->perm_id);
    /* the map holds the digest in place of a pointer; the low bit keeps it from being NULL */
    void *now_known = (void *)(uintptr_t)(digest(buf_str(&b)) | 1);
    struct known *orders = journal_events_of(j)->orders;
    bool ok = true;
    if (known_get(orders, str_of(key)) != now_known) {
        ok = journal_append(j, JOURNAL_ORDER_STATUS, STR("broker"), buf_str(&b), ev->at, e) != 0;
        if (ok)
            known_put(orders, str_of(key), now_known);
    }
    buf_fini(&b);
    return ok;
}

bool journal_record_event(struct journal *j, const struct event *ev, struct error *e)
{
    struct journal_events *h = journal_events_of(j);
    known_turn(h->executions, ev->at.mono);
    known_turn(h->orders, ev->at.mono);
    switch (ev->kind) {
    case EVENT_EXECUTION:
        return record_execution(j, ev, false, e) && record_early(j, ev, e);
    case EVENT_COMMISSION:
        return record_execution(j, ev, true, e);
    case EVENT_ORDER:
    case EVENT_ORDER_STATUS:
        return record_order(j, ev, e);
    default:
        return true;
    }
}
