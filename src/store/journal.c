/* SPDX-License-Identifier: MIT */
#include "store/journal_inside.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "data/hash.h"
#include "store/redact.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct waiter {
    struct task *task;
    int64_t seq;
};

enum { REMEMBERED_MAX = 32 /* accounts; more are kept again */ };

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
    struct journal_events *events;
};

/* Kinds that may linger: they explain, and nothing is undone by the loss of the newest ones. */
static const bool may_linger[JOURNAL_KIND_COUNT] = {
    [JOURNAL_SENT] = true,   [JOURNAL_OUTCOME] = true,      [JOURNAL_REQUEST] = true,
    [JOURNAL_ANSWER] = true, [JOURNAL_ORDER_STATUS] = true,
};

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
    j->events = journal_events_new();
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
    journal_events_free(j->events);
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

bool journal_add_execution(struct journal *j, const struct execution *x, bool commission,
                           struct moment now, struct error *e)
{
    struct journal_item *it = item_add(j, commission ? ITEM_COMMISSION : ITEM_EXECUTION, now, e);
    if (!it)
        return false;
    it->execution = xmalloc(sizeof *x);
    *it->execution = *x;
    return true;
}

struct journal_events *journal_events_of(struct journal *j)
{
    return j->events;
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
