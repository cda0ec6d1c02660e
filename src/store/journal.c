/* SPDX-License-Identifier: MIT */
#include "store/journal.h"

#include "base/alloc.h"
#include "base/known.h"
#include "base/limits.h"
#include "base/rng.h"
#include "data/hash.h"
#include "data/json.h"
#include "store/redact.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct waiter {
    struct task *task;
    int64_t seq;
};

/* Commissions told before their execution; the oldest gives way, for the broker repeats them. */
enum { EARLY_COMMISSIONS_MAX = 64, REMEMBERED_MAX = 32 /* accounts; more are kept again */ };

struct journal {
    int64_t last, durable;
    int64_t counts[JOURNAL_KIND_COUNT];
    struct instant due;         /* when what waits is to be taken */
    struct journal_item *queue; /* LIMIT_JOURNAL_QUEUE items, a ring */
    size_t first, count;
    struct journal_batch *away; /* at the disk */
    struct journal_batch *kept; /* came back unwritten; goes first */
    bool is_failed, may_retry;
    struct error failure;
    int64_t stall_ms;
    char key[SHA256_HEX_MAX]; /* of the masks; "" for none */
    char remembered[REMEMBERED_MAX][ACCOUNT_MASK_MAX];
    size_t remembered_count; /* ever */
    struct waiter waiters[LIMIT_TASKS];
    size_t waiter_count;
    struct known *executions; /* exec_id -> known_fill or known_commission */
    struct execution *early[EARLY_COMMISSIONS_MAX];
    size_t early_next;
    struct known *orders; /* order key -> digest of its last recorded state */
};

/* Kinds that may linger: they explain, and nothing is undone by the loss of the newest ones. */
static const bool may_linger[JOURNAL_KIND_COUNT] = {
    [JOURNAL_SENT] = true,   [JOURNAL_OUTCOME] = true,      [JOURNAL_REQUEST] = true,
    [JOURNAL_ANSWER] = true, [JOURNAL_ORDER_STATUS] = true,
};

/* What the map of executions points to: the address is the answer. */
static char known_fill, known_commission;

static const char *const kind_texts[JOURNAL_KIND_COUNT] = {
    [JOURNAL_INTENT] = "intent",
    [JOURNAL_SENT] = "sent",
    [JOURNAL_OUTCOME] = "outcome",
    [JOURNAL_REFUSAL] = "refusal",
    [JOURNAL_CANCEL] = "cancel",
    [JOURNAL_KILL] = "kill",
    [JOURNAL_RELEASE] = "release",
    [JOURNAL_STATE] = "state",
    [JOURNAL_FILL] = "fill",
    [JOURNAL_COMMISSION] = "commission",
    [JOURNAL_ORDER_STATUS] = "order_status",
    [JOURNAL_CONFIG] = "config",
    [JOURNAL_REQUEST] = "request",
    [JOURNAL_ANSWER] = "answer",
    [JOURNAL_PERSON] = "person",
    [JOURNAL_APPROVAL] = "approval",
    [JOURNAL_RECONCILE] = "reconcile",
    [JOURNAL_ACCEPT] = "accept",
    [JOURNAL_SNAPSHOT] = "snapshot",
    [JOURNAL_FLOW] = "flow",
    [JOURNAL_IMPORT] = "import",
    [JOURNAL_ALERT] = "alert",
    [JOURNAL_WATCHLIST] = "watchlist",
};

const char *journal_kind_text(enum journal_kind kind)
{
    assert(kind < JOURNAL_KIND_COUNT);
    return kind_texts[kind];
}

/* ---- life ---- */

struct journal *journal_new(int64_t last_seq)
{
    assert(last_seq >= 0);
    struct journal *j = xcalloc(1, sizeof *j);
    j->last = j->durable = last_seq;
    j->stall_ms = JOURNAL_STALL_MS;
    j->due = INSTANT_NEVER;
    j->queue = xcalloc(LIMIT_JOURNAL_QUEUE, sizeof *j->queue);
    j->executions = known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, NULL);
    j->orders = known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, NULL);
    return j;
}

void journal_redact(struct journal *j, struct str key)
{
    assert(key.n < sizeof j->key);
    str_copy_cut(j->key, sizeof j->key, key);
}

void journal_stall_after(struct journal *j, int64_t ms)
{
    assert(ms > 0);
    j->stall_ms = ms;
}

static void item_fini(struct journal_item *it)
{
    xfree((void *)(uintptr_t)it->body.p);
    xfree(it->execution);
    xfree(it->page);
}

static void batch_free(struct journal_batch *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->count; i++)
        item_fini(&b->items[i]);
    xfree(b->items);
    xfree(b);
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    assert(j->waiter_count == 0);
    for (size_t i = 0; i < j->count; i++)
        item_fini(&j->queue[(j->first + i) % LIMIT_JOURNAL_QUEUE]);
    batch_free(j->kept);
    batch_free(j->away);
    xfree(j->queue);
    for (size_t i = 0; i < EARLY_COMMISSIONS_MAX; i++)
        xfree(j->early[i]);
    known_free(j->executions);
    known_free(j->orders);
    xfree(j);
}

/* ---- writing ---- */

static struct journal_item *item_add(struct journal *j, enum journal_item_kind what,
                                     struct moment now, struct error *e)
{
    if (j->count == LIMIT_JOURNAL_QUEUE) {
        error_set(e, ERROR_UNAVAILABLE, "JOURNAL_FAILED", "%d journal records wait for the disk",
                  LIMIT_JOURNAL_QUEUE);
        return NULL;
    }
    struct journal_item *it = &j->queue[(j->first + j->count++) % LIMIT_JOURNAL_QUEUE];
    *it = (struct journal_item){.what = what, .seq = j->last, .at = now.wall, .since = now.mono};
    j->due = instant_min(j->due, now.mono);
    return it;
}

static struct str copy(struct str s)
{
    char *p = xmalloc(s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct str){p, s.n};
}

struct redaction {
    struct journal *journal;
    struct moment now;
    struct error *error;
    struct buf text;
};

/* Keeps the account behind a mask, once per run. */
static bool remember(void *self, struct str account, const char *mask)
{
    struct redaction *r = self;
    struct journal *j = r->journal;
    char key[JOURNAL_KEY_MAX];
    for (size_t i = 0; i < j->remembered_count && i < REMEMBERED_MAX; i++)
        if (strcmp(j->remembered[i], mask) == 0)
            return true;
    (void)snprintf(key, sizeof key, ACCOUNT_KEY "%s", mask);
    if (!journal_put(j, str_of(key), account, r->now, r->error))
        return false;
    str_copy_cut(j->remembered[j->remembered_count++ % REMEMBERED_MAX], ACCOUNT_MASK_MAX,
                 str_of(mask));
    return true;
}

int64_t journal_append(struct journal *j, enum journal_kind kind, struct str principal,
                       struct str body, struct moment now, struct error *e)
{
    assert(kind < JOURNAL_KIND_COUNT && body.p);
    if (body.n > JOURNAL_BODY_MAX) {
        error_set(e, ERROR_UNAVAILABLE, "JOURNAL_FAILED",
                  "a journal record of %zu bytes exceeds %d", body.n, JOURNAL_BODY_MAX);
        return 0;
    }
    struct redaction r = {.journal = j, .now = now, .error = e};
    buf_init(&r.text, 2 * JOURNAL_BODY_MAX); /* a mask may be longer than what it stands for */
    if (j->key[0] && !redact(str_of(j->key), body, remember, &r, &r.text)) {
        buf_fini(&r.text);
        return 0;
    }
    struct instant due = instant_min(j->due, instant_after_ms(now.mono, JOURNAL_LINGER_MS));
    struct journal_item *it = item_add(j, ITEM_RECORD, now, e);
    if (!it) {
        buf_fini(&r.text);
        return 0;
    }
    if (may_linger[kind])
        j->due = due;
    it->seq = ++j->last;
    it->kind = kind;
    j->counts[kind]++;
    str_copy_cut(it->principal, sizeof it->principal, principal);
    it->body = copy(j->key[0] ? buf_str(&r.text) : body);
    buf_fini(&r.text);
    return it->seq;
}

int64_t journal_count(const struct journal *j, enum journal_kind kind)
{
    assert(kind < JOURNAL_KIND_COUNT);
    return j->counts[kind];
}

bool journal_put(struct journal *j, struct str key, struct str value, struct moment now,
                 struct error *e)
{
    assert(key.n > 0 && key.n < JOURNAL_KEY_MAX && value.n < JOURNAL_VALUE_MAX);
    struct journal_item *it = item_add(j, ITEM_VALUE, now, e);
    if (!it)
        return false;
    str_copy_cut(it->key, sizeof it->key, key);
    it->body = copy(value);
    return true;
}

bool journal_keep(struct journal *j, const struct past_page *page, struct moment now,
                  struct error *e)
{
    struct journal_item *it = item_add(j, ITEM_PAGE, now, e);
    if (it)
        it->page = past_copy(page);
    return it != NULL;
}

/* ---- durability ---- */

static bool failed(const struct journal *j, struct error *e)
{
    *e = j->failure;
    return false;
}

/* When it will be stalled if the disk does not answer. */
static struct instant stall_at(const struct journal *j)
{
    const struct journal_item *oldest = j->away    ? &j->away->items[0]
                                        : j->kept  ? &j->kept->items[0]
                                        : j->count ? &j->queue[j->first]
                                                   : NULL;
    return oldest ? instant_after_ms(oldest->since, j->stall_ms) : INSTANT_NEVER;
}

bool journal_is_stalled(const struct journal *j, struct moment now)
{
    return instant_due(stall_at(j), now.mono);
}

bool journal_wait(struct task *t, struct journal *j, int64_t seq, struct error *e)
{
    assert(seq > 0 && seq <= j->last);
    while (j->durable < seq) {
        if (j->is_failed)
            return failed(j, e);
        if (journal_is_stalled(j, task_now(t)))
            return error_set(e, ERROR_UNAVAILABLE, "JOURNAL_STALLED",
                             "the disk has not answered for %lld ms", (long long)j->stall_ms);
        assert(j->waiter_count < LIMIT_TASKS);
        j->waiters[j->waiter_count++] = (struct waiter){t, seq};
        journal_hurry(j);
        bool timed_out, ok = task_wait_until(t, stall_at(j), &timed_out, e);
        for (size_t i = 0; i < j->waiter_count; i++) {
            if (j->waiters[i].task == t) {
                j->waiters[i] = j->waiters[--j->waiter_count];
                break;
            }
        }
        if (j->durable >= seq)
            return true;
        if (!ok)
            return false;
    }
    return true;
}

int64_t journal_durable(const struct journal *j)
{
    return j->durable;
}

int64_t journal_last(const struct journal *j)
{
    return j->last;
}

bool journal_is_failed(const struct journal *j)
{
    return j->is_failed;
}

const struct error *journal_failure(const struct journal *j)
{
    return &j->failure;
}

size_t journal_pending(const struct journal *j)
{
    return j->count + (j->kept ? j->kept->count : 0);
}

/* ---- the owner's side ---- */

struct instant journal_due(const struct journal *j)
{
    static const struct instant at_once = {0};
    if (j->away || (j->is_failed && !j->may_retry))
        return INSTANT_NEVER;
    return j->kept ? at_once : j->count ? j->due : INSTANT_NEVER;
}

void journal_hurry(struct journal *j)
{
    j->due = (struct instant){0};
}

/* Values and pages are committed with what they explain. */
static bool stays(const struct journal_item *it)
{
    return it->what == ITEM_VALUE || it->what == ITEM_PAGE;
}

struct journal_batch *journal_take(struct journal *j)
{
    if (j->away || (j->is_failed && !j->may_retry))
        return NULL;
    j->may_retry = false;
    if (j->kept) {
        j->away = j->kept;
        j->kept = NULL;
        return j->away;
    }
    if (j->count == 0)
        return NULL;
    struct journal_batch *b = xcalloc(1, sizeof *b);
    b->count = j->count < JOURNAL_BATCH_MAX ? j->count : JOURNAL_BATCH_MAX;
    while (b->count < j->count && stays(&j->queue[(j->first + b->count) % LIMIT_JOURNAL_QUEUE]))
        b->count++;
    b->items = xcalloc(b->count, sizeof *b->items);
    for (size_t i = 0; i < b->count; i++)
        b->items[i] = j->queue[(j->first + i) % LIMIT_JOURNAL_QUEUE];
    j->first = (j->first + b->count) % LIMIT_JOURNAL_QUEUE;
    j->count -= b->count;
    if (!j->count)
        j->due = INSTANT_NEVER;
    j->away = b;
    return b;
}

/* Waking is cheap and waits are loops, so a failure may wake everybody. */
static void wake(struct journal *j)
{
    for (size_t i = 0; i < j->waiter_count; i++)
        if (j->is_failed || j->waiters[i].seq <= j->durable)
            task_wake(j->waiters[i].task);
}

void journal_committed(struct journal *j, struct journal_batch *batch, bool ok,
                       const struct error *why)
{
    assert(batch && batch == j->away && (ok || why));
    j->away = NULL;
    if (ok) {
        j->durable = batch->items[batch->count - 1].seq;
        j->is_failed = false;
        batch_free(batch);
    } else {
        j->kept = batch;
        j->is_failed = true;
        j->failure = *why;
        str_copy_cut(j->failure.reason, sizeof j->failure.reason, STR("JOURNAL_FAILED"));
        j->failure.code = ERROR_UNAVAILABLE;
    }
    wake(j);
}

void journal_recover(struct journal *j)
{
    j->may_retry = j->is_failed;
}

/* ---- what the broker says ---- */

void journal_knows_execution(struct journal *j, struct str exec_id, bool has_commission)
{
    known_put(j->executions, exec_id, has_commission ? &known_commission : &known_fill);
}

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

static void keep_early(struct journal *j, const struct execution *x)
{
    struct execution **slot = &j->early[j->early_next++ % EARLY_COMMISSIONS_MAX];
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
    const void *known = known_get(j->executions, id);
    if (known == &known_commission || (known == &known_fill && !commission))
        return true;
    if (commission && known == NULL) {
        keep_early(j, x);
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
    struct journal_item *it =
        ok ? item_add(j, commission ? ITEM_COMMISSION : ITEM_EXECUTION, ev->at, e) : NULL;
    if (!it)
        return false;
    it->execution = xmalloc(sizeof *x);
    *it->execution = *x;
    journal_knows_execution(j, id, commission);
    return true;
}

/* The execution is recorded now: what its commission was, if that came first. */
static bool record_early(struct journal *j, const struct event *fill, struct error *e)
{
    for (size_t i = 0; i < EARLY_COMMISSIONS_MAX; i++) {
        struct execution *x = j->early[i];
        if (x == NULL || !str_eq(STR_NAME(x->exec_id), STR_NAME(fill->execution->exec_id)))
            continue;
        struct event ev = {.kind = EVENT_COMMISSION, .at = fill->at, .execution = x};
        j->early[i] = NULL;
        bool ok = record_execution(j, &ev, true, e);
        xfree(x);
        return ok;
    }
    return true;
}

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
    bool ok = true;
    if (known_get(j->orders, str_of(key)) != now_known) {
        ok = journal_append(j, JOURNAL_ORDER_STATUS, STR("broker"), buf_str(&b), ev->at, e) != 0;
        if (ok)
            known_put(j->orders, str_of(key), now_known);
    }
    buf_fini(&b);
    return ok;
}

bool journal_record_event(struct journal *j, const struct event *ev, struct error *e)
{
    known_turn(j->executions, ev->at.mono);
    known_turn(j->orders, ev->at.mono);
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
