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
    OVERLAP_BARS = 3,    /* kept bars that are asked again, to see whether they still hold */
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

/* A stretch that is asked of the broker, in pieces. */
struct leg {
    struct history_span span;
    struct bars_ask *asks; /* newest first */
    size_t n;
    struct bar *bars; /* what came, joined: oldest first */
    size_t bar_n;
};

/* One series on its way: a question, or what is compared with one. Before and behind what is kept
 * lies a leg each; where nothing is, OLDER is empty. */
enum { OLDER, NEWER, LEGS };
struct work {
    struct history_question *q;
    struct history_span span;
    bool has_kept, is_kept_now; /* something is kept that counts; what came was kept */
    struct history_kept kept;
    struct leg legs[LEGS];
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
static bool fetch(struct task *t, struct history *h, struct work **works, size_t n, struct error *e)
{
    size_t count = 0, again = 0;
    for (size_t i = 0; i < n; i++)
        count += works[i]->legs[OLDER].n + works[i]->legs[NEWER].n;
    struct bars_ask **list = ARENA_MANY(task_arena(t), struct bars_ask *, count + 1);
    count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < LEGS; l++)
            for (size_t k = 0; k < works[i]->legs[l].n; k++)
                list[count++] = &works[i]->legs[l].asks[k];
    if (!ask_all(t, h, list, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_pacing(&list[i]->error))
            list[again++] = list[i];
    int64_t left = instant_ms_since(task_now(t).mono, task_deadline(t));
    return again == 0 || left < PACING_PAUSE_MS || ask_all(t, h, list, again, e);
}

/* ---- planning ---- */

/* The requests for one stretch. */
static bool plan_leg(struct task *t, struct history *h, struct work *w, int leg,
                     struct history_span span, struct error *e)
{
    struct leg *l = &w->legs[leg];
    *l = (struct leg){.span = span};
    if (!history_plan(w->q, span, task_now(t).wall, h->plan, &l->n, e)) {
        l->n = 0;
        return false;
    }
    l->asks = ARENA_MANY(task_arena(t), struct bars_ask, l->n);
    for (size_t i = 0; i < l->n; i++)
        l->asks[i].question = h->plan[i];
    return true;
}

static bool plan_whole(struct task *t, struct history *h, struct work *w)
{
    w->has_kept = false;
    w->legs[OLDER] = (struct leg){.n = 0};
    return plan_leg(t, h, w, NEWER, w->span, &w->q->error);
}

/* What is missing around what is kept, with a few kept bars to compare. False: rather ask all. */
static bool plan_around(struct task *t, struct history *h, struct work *w)
{
    const struct history_kept *k = &w->kept;
    struct error ignored;
    int64_t overlap = OVERLAP_BARS * history_bar_s(w->q->size),
            now_s = task_now(t).wall.ns / NS_PER_S;
    bool is_late = history_may_be_new(h, w->q, k->to_s, task_now(t).wall) && w->span.to_s > k->to_s;
    struct history_span older = {w->span.from_s, k->first_at + overlap};
    struct history_span newer = {k->last_at - overlap, w->span.to_s};
    w->legs[OLDER] = w->legs[NEWER] = (struct leg){.n = 0};
    if (older.to_s > now_s)
        older.to_s = INT64_MAX;
    if (w->span.from_s < k->from_s && w->q->shown == BARS_ADJUSTED_LAST)
        return false; /* they are only told as of now */
    if (w->span.from_s < k->from_s && !plan_leg(t, h, w, OLDER, older, &ignored))
        return false;
    if (is_late && !plan_leg(t, h, w, NEWER, newer, &ignored))
        return false;
    size_t around = w->legs[OLDER].n + w->legs[NEWER].n, whole = 0;
    return around <= BRIDGE_ASKS_MAX ||
           !history_plan(w->q, w->span, task_now(t).wall, h->plan, &whole, &ignored) ||
           around <= whole + BRIDGE_ASKS_MAX;
}

static void start(struct task *t, struct history *h, struct work *w)
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

/* Bars of a leg's span out of its pieces, each once, in order. */
static bool join(struct task *t, struct history_question *q, struct leg *l)
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
static bool is_changed(const struct leg *l, const struct bar *kept, size_t n)
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
static bool merge(struct task *t, struct work *w, struct bar *kept, size_t kept_n)
{
    struct history_question *q = w->q;
    const struct leg *older = &w->legs[OLDER], *newer = &w->legs[NEWER];
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
static bool put_together(struct task *t, struct history *h, struct work *w)
{
    struct history_question *q = w->q;
    struct bar *kept = NULL;
    size_t kept_n = 0;
    int64_t overlap = (OVERLAP_BARS + 1) * history_bar_s(q->size);
    for (size_t l = 0; l < LEGS; l++)
        if (!join(t, q, &w->legs[l]))
            return true;
    if (w->has_kept) {
        const struct leg *older = &w->legs[OLDER], *newer = &w->legs[NEWER];
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
static int64_t came_from(const struct leg *l)
{
    int64_t from = INT64_MAX;
    for (size_t i = 0; i < l->n; i++) {
        if (l->asks[i].error.code != ERROR_NONE || l->asks[i].count == 0)
            break;
        from = i + 1 < l->n ? l->asks[i + 1].question.end.v.ns / NS_PER_S : l->span.from_s;
    }
    return from;
}

static void keep(struct task *t, struct history *h, struct work *w)
{
    struct history_question *q = w->q;
    struct history_kept k = w->kept;
    struct utc now = task_now(t).wall;
    const struct leg *older = &w->legs[OLDER], *newer = &w->legs[NEWER];
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
static size_t count_kept(const struct work *w)
{
    const struct leg *older = &w->legs[OLDER], *newer = &w->legs[NEWER];
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
static void settle(struct task *t, struct history *h, struct work *w)
{
    struct history_question *q = w->q;
    struct utc now = task_now(t).wall;
    for (size_t l = 0; l < LEGS; l++)
        for (size_t i = 0; i < w->legs[l].n; i++)
            if (w->legs[l].asks[i].error.code != ERROR_NONE && !is_empty(&w->legs[l].asks[i].error))
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

/* ---- when history begins ---- */

static void find_begin(struct task *t, struct history *h, struct work *w)
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
static bool answer_all(struct task *t, struct history *h, struct work *works, size_t n,
                       struct error *e)
{
    struct work **list = ARENA_MANY(task_arena(t), struct work *, n);
    size_t changed = 0;
    for (size_t i = 0; i < n; i++) {
        start(t, h, &works[i]);
        list[i] = &works[i];
    }
    if (!fetch(t, h, list, n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (works[i].q->error.code != ERROR_NONE || put_together(t, h, &works[i]))
            continue;
        works[i].q->was_renewed = true;
        if (plan_whole(t, h, &works[i]))
            list[changed++] = &works[i];
    }
    if (changed && !fetch(t, h, list, changed, e))
        return false;
    for (size_t i = 0; i < changed; i++)
        (void)put_together(t, h, list[i]);
    for (size_t i = 0; i < n; i++)
        if (works[i].q->error.code == ERROR_NONE)
            settle(t, h, &works[i]);
    return true;
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
    if (!answer_all(t, h, works, count, e))
        return false;
    for (size_t i = 0, at = 0; i < n; i++) {
        find_begin(t, h, &works[at]);
        at += other_of[i] ? 2 : 1;
        compare(t, h, &q[i], other_of[i]);
    }
    return true;
}
