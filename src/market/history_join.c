/* SPDX-License-Identifier: MIT */
/*
 * From pieces to an answer: the pieces of a stretch, what is kept between two stretches, and what
 * of all that is to be kept from now on.
 */
#include "market/history_private.h"

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

/* Bars of a leg's span out of its pieces, each once, in order. */
static bool join(struct task *t, struct history_question *q, struct history_leg *l)
{
    size_t total = 0, n = 0;
    for (size_t i = 0; i < l->n; i++)
        total += l->asks[i].count;
    struct bar *bars = l->n == 1 ? l->asks[0].bars : NULL; /* one piece: in place */
    if (l->n != 1 && !arena_has(task_arena(t), (total + 1) * sizeof *bars))
        return bars_max(q, total);
    if (l->n != 1)
        bars = ARENA_MANY(task_arena(t), struct bar, total + 1);
    int64_t last = INT64_MIN;
    for (size_t i = l->n; i-- > 0;) {
        for (size_t k = 0; k < l->asks[i].count; k++) {
            const struct bar *b = &l->asks[i].bars[k];
            int64_t at = history_at(b);
            if (at <= last || at < l->span.from_s || at >= l->span.to_s ||
                b->start.has == history_is_daily(q->size))
                continue;
            last = at;
            bars[n++] = *b;
        }
    }
    l->bars = bars;
    l->bar_n = n;
    return true;
}

static bool is_same(const struct bar *a, const struct bar *b)
{
    return a->open.has == b->open.has && a->close.has == b->close.has &&
           dec_eq(a->open.v, b->open.v) && dec_eq(a->close.v, b->close.v);
}

/* Whether none of the bars that are both kept and told anew are as they were: every price has been
 * divided. (A single one that differs has been corrected.) */
static bool is_changed(const struct history_leg *l, const struct bar *kept, size_t n)
{
    size_t both = 0, same = 0;
    for (size_t i = 0, k = 0; i < l->bar_n && k < n;) {
        int64_t told = history_at(&l->bars[i]), known = history_at(&kept[k]);
        if (told == known) {
            both++;
            same += is_same(&l->bars[i], &kept[k]);
        }
        i += told <= known;
        k += known <= told;
    }
    return both > 0 && same == 0;
}

/* Older, kept, newer, each bar once; what was told last counts. */
static bool merge(struct task *t, struct history_work *w, struct bar *kept, size_t kept_n)
{
    struct history_question *q = w->q;
    const struct history_leg *older = &w->legs[LEG_OLDER], *newer = &w->legs[LEG_NEWER];
    size_t most = older->bar_n + kept_n + newer->bar_n, n = 0;
    if (kept_n == 0 && older->bar_n == 0) {
        q->bars = newer->bars;
        q->n = newer->bar_n;
        return true;
    }
    struct bar *bars = kept;
    if (older->bar_n + newer->bar_n == 0)
        n = kept_n;
    else if (!arena_has(task_arena(t), most * sizeof *bars))
        return bars_max(q, most);
    else
        bars = ARENA_MANY(task_arena(t), struct bar, most);
    int64_t first_newer = newer->bar_n ? history_at(&newer->bars[0]) : INT64_MAX;
    int64_t last = INT64_MIN;
    for (size_t i = 0; bars != kept && i < older->bar_n; i++) {
        last = history_at(&older->bars[i]);
        if (last < first_newer)
            bars[n++] = older->bars[i];
    }
    for (size_t i = 0; bars != kept && i < kept_n; i++) {
        int64_t at = history_at(&kept[i]);
        if (at > last && at < first_newer)
            bars[n++] = kept[i];
    }
    for (size_t i = 0; bars != kept && i < newer->bar_n; i++)
        bars[n++] = newer->bars[i];
    q->bars = bars;
    q->n = n;
    return true;
}

/* The joined legs, and with them what is kept. False: what is kept does not fit any more. */
bool history_put_together(struct task *t, struct history *h, struct history_work *w)
{
    struct history_question *q = w->q;
    struct bar *kept = NULL;
    size_t kept_n = 0;
    int64_t overlap = (HISTORY_OVERLAP + 1) * history_bar_s(q->size);
    for (size_t l = 0; l < LEGS; l++)
        if (!join(t, q, &w->legs[l]))
            return true;
    if (w->has_kept) {
        const struct history_leg *older = &w->legs[LEG_OLDER], *newer = &w->legs[LEG_NEWER];
        int64_t from =
            newer->n && newer->span.from_s < w->span.from_s ? newer->span.from_s : w->span.from_s;
        int64_t to = older->n && w->span.to_s < w->kept.first_at + overlap
                         ? w->kept.first_at + overlap
                         : w->span.to_s;
        if (!history_kept_bars(h, q, &w->kept, from, to, task_arena(t), &kept, &kept_n) ||
            is_changed(older, kept, kept_n) || is_changed(newer, kept, kept_n))
            return false;
    }
    return !merge(t, w, kept, kept_n) || true;
}

/* ---- keeping ---- */

/* From where on a leg has come whole, going back from its newest piece; INT64_MAX if not at all. */
static int64_t came_from(const struct history_leg *l)
{
    int64_t from = INT64_MAX;
    for (size_t i = 0; i < l->n; i++) {
        if (l->asks[i].error.code != ERROR_NONE || l->asks[i].count == 0)
            break;
        from = i + 1 < l->n ? l->asks[i + 1].question.end.v.ns / NS_PER_S : l->span.from_s;
    }
    return from;
}

static void keep(struct task *t, struct history *h, struct history_work *w)
{
    struct history_question *q = w->q;
    struct history_kept k = w->kept;
    struct utc now = task_now(t).wall;
    const struct history_leg *older = &w->legs[LEG_OLDER], *newer = &w->legs[LEG_NEWER];
    int64_t newer_from = came_from(newer), older_from = came_from(older);
    bool is_new = !w->has_kept, has_newer = newer->n && newer_from <= newer->span.from_s;
    if (is_new) {
        k = (struct history_kept){
            .generation = (uint64_t)now.ns, .from_s = newer_from, .begins = w->kept.begins};
        has_newer = newer_from != INT64_MAX;
    } else if (older_from < k.from_s) {
        k.from_s = older_from;
    }
    struct bar *bars = q->bars;
    size_t n = q->n;
    if (has_newer) {
        int64_t end = history_finished_to(h, q, newer->bars, newer->bar_n, now);
        end = newer->span.to_s < end ? newer->span.to_s : end;
        k.to_s = is_new || end > k.to_s ? end : k.to_s;
    }
    while (n && history_at(&bars[n - 1]) >= k.to_s)
        n--;
    int64_t from = is_new || older->n || !newer->bar_n ? k.from_s : history_at(&newer->bars[0]);
    for (; n && history_at(&bars[0]) < from; n--) /* what is kept need not be written again */
        bars++;
    if (n == 0 || (is_new && !has_newer) || (!has_newer && k.from_s == w->kept.from_s))
        return;
    k.first_at = is_new || history_at(&bars[0]) < k.first_at ? history_at(&bars[0]) : k.first_at;
    k.last_at =
        is_new || history_at(&bars[n - 1]) > k.last_at ? history_at(&bars[n - 1]) : k.last_at;
    history_keep(h, q, &k, is_new, bars, n, now);
    w->kept = k;
    w->is_kept_now = true;
}

/* How many bars of the answer were not told anew. */
static size_t count_kept(const struct history_work *w)
{
    const struct history_leg *older = &w->legs[LEG_OLDER], *newer = &w->legs[LEG_NEWER];
    int64_t after = older->bar_n ? history_at(&older->bars[older->bar_n - 1]) : INT64_MIN;
    int64_t before = newer->bar_n ? history_at(&newer->bars[0]) : INT64_MAX;
    size_t n = 0;
    if (w->has_kept && older->bar_n + newer->bar_n == 0)
        return w->q->n;
    for (size_t i = 0; w->has_kept && i < w->q->n; i++) {
        int64_t at = history_at(&w->q->bars[i]);
        n += at > after && at < before;
    }
    return n;
}

/* The answer proper: what is within the span of what was put together. */
void history_settle(struct task *t, struct history *h, struct history_work *w)
{
    struct history_question *q = w->q;
    struct utc now = task_now(t).wall;
    for (size_t l = 0; l < LEGS; l++)
        for (size_t i = 0; i < w->legs[l].n; i++)
            if (w->legs[l].asks[i].error.code != ERROR_NONE)
                q->error = w->legs[l].asks[i].error;
    keep(t, h, w);
    while (q->n && history_at(&q->bars[q->n - 1]) >= w->span.to_s)
        q->n--;
    for (; q->n && history_at(&q->bars[0]) < w->span.from_s; q->n--)
        q->bars++;
    q->is_open = q->n && !history_is_finished(h, q, &q->bars[q->n - 1], now);
    if (q->is_open && q->finished_only) {
        q->n--;
        q->is_open = false;
    }
    if (q->last && q->n > q->last) {
        q->bars += q->n - q->last;
        q->n = q->last;
    }
    q->from_cache = count_kept(w);
    if (q->n == 0 && q->error.code == ERROR_NONE)
        no_history(q);
}
