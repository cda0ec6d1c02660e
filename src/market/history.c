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
    BRIDGE_ASKS_MAX = 3, /* requests more than the span alone takes, to keep one stretch */
    LATE_START_DAYS = 7  /* first bar so much later than asked: does history begin there? */
};

struct history *history_new(struct session *session, struct cache *cache, struct tz_zones zones)
{
    struct history *h = xcalloc(1, sizeof *h);
    h->session = session;
    h->cache = cache;
    h->zones = zones;
    return h;
}

void history_free(struct history *h)
{
    xfree(h);
}

void history_scope(struct history *h, const char *scope)
{
    str_copy_cut(h->scope, sizeof h->scope, str_of(scope));
}

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
    for (size_t at = 0; at < n;) {
        struct instant until = instant_after_ms(task_deadline(t), -ANSWER_MARGIN_MS);
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
static bool fetch(struct task *t, struct history *h, struct history_work **works, size_t n,
                  struct error *e)
{
    size_t count = 0, again = 0;
    for (size_t i = 0; i < n; i++)
        count += works[i]->legs[LEG_OLDER].n + works[i]->legs[LEG_NEWER].n;
    struct bars_ask **list = ARENA_MANY(task_arena(t), struct bars_ask *, count + 1);
    count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < LEGS; l++)
            for (size_t k = 0; k < works[i]->legs[l].n; k++)
                list[count++] = &works[i]->legs[l].asks[k];
    if (!ask_all(t, h, list, count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_empty(&list[i]->error))
            list[i]->error = (struct error){0};
        if (is_pacing(&list[i]->error))
            list[again++] = list[i];
    }
    int64_t left = instant_ms_since(task_now(t).mono, task_deadline(t));
    return again == 0 || left < PACING_PAUSE_MS || ask_all(t, h, list, again, e);
}

/* ---- planning ---- */

/* The requests for one stretch. */
static bool plan_leg(struct task *t, struct history *h, struct history_work *w, int leg,
                     struct history_span span, struct error *e)
{
    struct history_leg *l = &w->legs[leg];
    *l = (struct history_leg){.span = span};
    if (!history_plan(w->q, span, task_now(t).wall, h->plan, &l->n, e)) {
        l->n = 0;
        return false;
    }
    l->asks = ARENA_MANY(task_arena(t), struct bars_ask, l->n);
    for (size_t i = 0; i < l->n; i++)
        l->asks[i].question = h->plan[i];
    return true;
}

static bool plan_whole(struct task *t, struct history *h, struct history_work *w)
{
    w->has_kept = false;
    w->legs[LEG_OLDER] = (struct history_leg){.n = 0};
    return plan_leg(t, h, w, LEG_NEWER, w->span, &w->q->error);
}

/* What is missing around what is kept, with a few kept bars to compare. False: rather ask all. */
static bool plan_around(struct task *t, struct history *h, struct history_work *w)
{
    const struct history_kept *k = &w->kept;
    struct error ignored;
    int64_t overlap = HISTORY_OVERLAP * history_bar_s(w->q->size),
            now_s = task_now(t).wall.ns / NS_PER_S;
    bool is_late = history_may_be_new(h, w->q, k->to_s, task_now(t).wall) && w->span.to_s > k->to_s;
    struct history_span older = {w->span.from_s, k->first_at + overlap};
    struct history_span newer = {k->last_at - overlap, w->span.to_s};
    w->legs[LEG_OLDER] = w->legs[LEG_NEWER] = (struct history_leg){.n = 0};
    if (older.to_s > now_s)
        older.to_s = INT64_MAX;
    if (w->span.from_s < k->from_s && w->q->shown == BARS_ADJUSTED_LAST)
        return false; /* they are only told as of now */
    if (w->span.from_s < k->from_s && !plan_leg(t, h, w, LEG_OLDER, older, &ignored))
        return false;
    if (is_late && !plan_leg(t, h, w, LEG_NEWER, newer, &ignored))
        return false;
    size_t around = w->legs[LEG_OLDER].n + w->legs[LEG_NEWER].n, whole = 0;
    return around <= BRIDGE_ASKS_MAX ||
           !history_plan(w->q, w->span, task_now(t).wall, h->plan, &whole, &ignored) ||
           around <= whole + BRIDGE_ASKS_MAX;
}

static void start(struct task *t, struct history *h, struct history_work *w)
{
    struct history_question *q = w->q;
    assert(q->contract.con_id && (q->from.has || q->last));
    q->shown = history_shown(q);
    q->error = (struct error){0};
    w->span = history_span_of(q, task_now(t).wall);
    w->has_kept = history_kept_find(h, q, &w->kept);
    if (w->has_kept && w->kept.begins.has) {
        int64_t begins = w->kept.begins.v.ns / NS_PER_S / DAY_S * DAY_S;
        if (w->span.from_s < begins && (w->span.to_s > begins)) {
            w->span.from_s = begins;
            q->begins = q->from.has ? w->kept.begins : q->begins;
        }
    }
    if (!w->has_kept || !plan_around(t, h, w))
        (void)!plan_whole(t, h, w);
}

/* ---- when history begins ---- */

static void find_begin(struct task *t, struct history *h, struct history_work *w)
{
    struct history_question *q = w->q;
    struct error ignored; /* what is not told stays unknown */
    int64_t late = w->span.from_s + LATE_START_DAYS * (int64_t)DAY_S;
    if (q->begins.has || (q->error.code != ERROR_NONE && q->error.code != ERROR_NOT_FOUND))
        return;
    if ((!q->from.has && q->n >= q->last) || (q->n && history_at(&q->bars[0]) <= late))
        return;
    enum bar_show show = q->shown == BARS_ADJUSTED_LAST ? BARS_TRADES : q->shown;
    q->begins.has = query_head_timestamp(t, h->session, &q->contract, show, q->regular_hours_only,
                                         &q->begins.v, &ignored);
    w->kept.begins = q->begins;
    if (q->begins.has && (w->has_kept || w->is_kept_now))
        history_keep_head(h, q, &w->kept, task_now(t).wall);
}

/* ---- the answer ---- */

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

/* Asks, and asks again from the start what turned out to have been changed by a split or dividend.
 */
static bool answer_all(struct task *t, struct history *h, struct history_work *works, size_t n,
                       struct error *e)
{
    struct history_work **list = ARENA_MANY(task_arena(t), struct history_work *, n);
    size_t changed = 0;
    for (size_t i = 0; i < n; i++) {
        start(t, h, &works[i]);
        list[i] = &works[i];
    }
    if (!fetch(t, h, list, n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (works[i].q->error.code != ERROR_NONE || history_put_together(t, h, &works[i]))
            continue;
        works[i].q->was_renewed = true;
        if (plan_whole(t, h, &works[i]))
            list[changed++] = &works[i];
    }
    if (changed && !fetch(t, h, list, changed, e))
        return false;
    for (size_t i = 0; i < changed; i++)
        (void)history_put_together(t, h, list[i]);
    for (size_t i = 0; i < n; i++)
        if (works[i].q->error.code == ERROR_NONE)
            history_settle(t, h, &works[i]);
    return true;
}

bool history_bars(struct task *t, struct history *h, struct history_question *q, size_t n,
                  struct error *e)
{
    assert(n <= HISTORY_QUESTIONS_MAX);
    struct arena *arena = task_arena(t);
    struct history_work *works = ARENA_MANY(arena, struct history_work, 2 * n);
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
    if (!answer_all(t, h, works, count, e))
        return false;
    for (size_t i = 0, at = 0; i < n; i++) {
        find_begin(t, h, &works[at]);
        at += other_of[i] ? 2 : 1;
        compare(t, h, &q[i], other_of[i]);
    }
    return true;
}
