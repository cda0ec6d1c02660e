/* SPDX-License-Identifier: MIT */
#include "market/history_private.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

enum {
    ROUND_ASKS_MAX = 200,        /* in one round: below what pacing holds back at most */
    ANSWER_MARGIN_MS = 1500,     /* of a call's time, to answer with what is there */
    PACING_PAUSE_MS = 70 * 1000, /* after "pacing violation" the broker wants a minute of peace */
    NO_HISTORY_CODE = 162,
    LATE_START_DAYS = 7 /* first bar so much later than asked: does history begin there? */
};

struct history *history_new(struct session *session, struct tz_zones zones)
{
    struct history *h = xcalloc(1, sizeof *h);
    h->session = session;
    h->zones = zones;
    return h;
}

void history_free(struct history *h)
{
    xfree(h);
}

/* One series on its way: a question, or what is compared with one. */
struct work {
    struct history_question *q;
    struct history_span span;
    struct bars_ask *asks; /* newest first */
    size_t n;
};

/* ---- asking ---- */

static bool says(const struct error *e, const char *words)
{
    struct str text = str_of(e->text);
    return e->broker_code == NO_HISTORY_CODE && str_find_str(text, str_of(words)) < text.n;
}

/* The broker has no bars in that piece, which need not be a failure of the whole. */
static bool is_empty(const struct error *e)
{
    return says(e, "no data");
}

/* "pacing violation", with either case of its first letter. */
static bool is_pacing(const struct error *e)
{
    return says(e, "acing violation");
}

/* Asks `list`, in rounds that pacing can hold. */
static bool ask_all(struct task *t, struct history *h, struct bars_ask **list, size_t n,
                    struct error *e)
{
    struct instant until = instant_after_ms(task_deadline(t), -ANSWER_MARGIN_MS);
    for (size_t at = 0; at < n;) {
        size_t round = n - at < ROUND_ASKS_MAX ? n - at : ROUND_ASKS_MAX;
        struct bars_ask *asks = ARENA_MANY(task_arena(t), struct bars_ask, round);
        for (size_t i = 0; i < round; i++)
            asks[i].question = list[at + i]->question;
        if (!query_bars_batch(t, h->session, asks, round, until, e))
            return false;
        for (size_t i = 0; i < round; i++)
            *list[at + i] = asks[i];
        at += round;
    }
    return true;
}

/* Asks what all series need; once more what came too fast for the broker, if there is time. */
static bool fetch(struct task *t, struct history *h, struct work *works, size_t n, struct error *e)
{
    size_t count = 0, again = 0;
    for (size_t i = 0; i < n; i++)
        count += works[i].n;
    struct bars_ask **list = ARENA_MANY(task_arena(t), struct bars_ask *, count + 1);
    count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < works[i].n; k++)
            list[count++] = &works[i].asks[k];
    if (!ask_all(t, h, list, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_pacing(&list[i]->error))
            list[again++] = list[i];
    int64_t left = instant_ms_since(task_now(t).mono, task_deadline(t));
    return again == 0 || left < PACING_PAUSE_MS || ask_all(t, h, list, again, e);
}

/* ---- putting together ---- */

static void no_history(struct history_question *q)
{
    char name[80];
    error_set(&q->error, ERROR_NOT_FOUND, "NO_HISTORY", "the broker has no %s of %s for this span",
              bar_show_text(q->shown), contract_name(&q->contract, name, sizeof name));
    error_next(&q->error, "check the span, and the market data permissions of the account");
}

static bool bars_max(struct history_question *q, size_t n)
{
    error_set(&q->error, ERROR_LIMIT, "TOO_LONG", "%zu bars are more than a call can hold", n);
    return error_next(&q->error, "ask larger bars or a shorter span");
}

/* Bars of w's span out of its pieces, each once, in order. */
static bool join(struct task *t, struct work *w)
{
    struct history_question *q = w->q;
    size_t total = 0, n = 0;
    for (size_t i = 0; i < w->n; i++)
        total += w->asks[i].count;
    struct bar *bars = w->n == 1 ? w->asks[0].bars : NULL; /* one piece: in place */
    if (w->n != 1 && !arena_has(task_arena(t), total * sizeof *bars))
        return bars_max(q, total);
    if (w->n != 1)
        bars = ARENA_MANY(task_arena(t), struct bar, total + 1);
    int64_t last = INT64_MIN;
    for (size_t i = w->n; i-- > 0;) {
        for (size_t k = 0; k < w->asks[i].count; k++) {
            const struct bar *b = &w->asks[i].bars[k];
            int64_t at = history_at(b);
            if (at <= last || at < w->span.from_s || at >= w->span.to_s ||
                b->start.has == history_is_daily(q->size))
                continue;
            last = at;
            bars[n++] = *b;
        }
    }
    q->bars = bars;
    q->n = n;
    return true;
}

static void settle(struct task *t, struct history *h, struct work *w)
{
    struct history_question *q = w->q;
    struct utc now = task_now(t).wall;
    if (q->error.code != ERROR_NONE) /* it was not even asked */
        return;
    for (size_t i = 0; i < w->n; i++)
        if (w->asks[i].error.code != ERROR_NONE && !is_empty(&w->asks[i].error))
            q->error = w->asks[i].error;
    if (!join(t, w))
        return;
    q->is_open = q->n && !history_is_finished(h, q, &q->bars[q->n - 1], now);
    if (q->is_open && q->finished_only) {
        q->n--;
        q->is_open = false;
    }
    if (q->last && q->n > q->last) {
        q->bars += q->n - q->last;
        q->n = q->last;
    }
    if (q->n == 0 && q->error.code == ERROR_NONE)
        no_history(q);
}

/* ---- when history begins ---- */

static void find_begin(struct task *t, struct history *h, struct history_question *q,
                       struct history_span span)
{
    struct error ignored; /* what is not told stays unknown */
    int64_t late = span.from_s + LATE_START_DAYS * (int64_t)DAY_S;
    if (q->begins.has || (q->error.code != ERROR_NONE && q->error.code != ERROR_NOT_FOUND))
        return;
    if (!q->from.has && q->n >= q->last)
        return;
    if (q->n && history_at(&q->bars[0]) <= late)
        return;
    enum bar_show show = q->shown == BARS_ADJUSTED_LAST ? BARS_TRADES : q->shown;
    q->begins.has = query_head_timestamp(t, h->session, &q->contract, show, q->regular_hours_only,
                                         &q->begins.v, &ignored);
}

/* ---- the answer ---- */

static void start(struct task *t, struct history *h, struct work *w)
{
    struct history_question *q = w->q;
    assert(q->contract.con_id && (q->from.has || q->last));
    q->shown = history_shown(q);
    q->error = (struct error){0};
    w->span = history_span_of(q, task_now(t).wall);
    if (!history_plan(q, w->span, task_now(t).wall, h->plan, &w->n, &q->error)) {
        w->n = 0;
        return;
    }
    w->asks = ARENA_MANY(task_arena(t), struct bars_ask, w->n);
    for (size_t i = 0; i < w->n; i++)
        w->asks[i].question = h->plan[i];
}

/* The other of the two series of a share: adjusted for dividends, or not. */
static bool needs_companion(const struct history_question *q)
{
    enum sec_type type = q->contract.sec_type;
    bool is_share =
        (type == SEC_STK || type == SEC_FUND) && q->size == BAR_1_DAY && q->show == BARS_TRADES;
    return is_share && (q->find_actions || (q->adjusted && q->to.has));
}

static struct history_question companion_of(const struct history_question *q)
{
    struct history_question other = *q;
    other.adjusted = !q->adjusted;
    other.bars = NULL;
    other.n = 0;
    return other;
}

static void compare(struct task *t, struct history *h, struct history_question *q,
                    const struct history_question *other)
{
    const struct history_question *plain = q->adjusted ? other : q;
    const struct history_question *adjusted = q->adjusted ? q : other;
    if (other && other->n && q->n && q->find_actions)
        history_find_actions(t, q, plain->bars, plain->n, adjusted->bars, adjusted->n);
    if (other && other->n && q->n && q->adjusted && q->to.has)
        history_as_of(q, other->bars, other->n);
    if (q->find_gaps && q->n)
        history_find_gaps(t, h, q);
}

bool history_bars(struct task *t, struct history *h, struct history_question *q, size_t n,
                  struct error *e)
{
    assert(n <= HISTORY_QUESTIONS_MAX);
    struct arena *arena = task_arena(t);
    struct work *works = ARENA_MANY(arena, struct work, 2 * n);
    struct history_question *others = ARENA_MANY(arena, struct history_question, n);
    struct history_question **other_of = ARENA_MANY(arena, struct history_question *, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        works[count++].q = &q[i];
        if (!needs_companion(&q[i]))
            continue;
        others[i] = companion_of(&q[i]);
        other_of[i] = works[count++].q = &others[i];
    }
    for (size_t i = 0; i < count; i++)
        start(t, h, &works[i]);
    if (!fetch(t, h, works, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        settle(t, h, &works[i]);
    for (size_t i = 0, at = 0; i < n; i++) {
        find_begin(t, h, &q[i], works[at].span);
        at += other_of[i] ? 2 : 1;
        compare(t, h, &q[i], other_of[i]);
    }
    return true;
}
