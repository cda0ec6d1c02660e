/* SPDX-License-Identifier: MIT */
/*
 * Gaps, splits and dividends: what two tellings of the same past say about each other.
 *
 * Of a share the broker tells two series: trades, and trades adjusted for what was paid out. From
 * one day to the next both change by the same factor, but on the day on which a dividend is taken
 * out; what is left over is its share of the price before. A factor that is a simple ratio (2:1,
 * 3:2, 1:10) is a split that one of the series does not know.
 */
#include "market/history_private.h"

enum { RATIO_MAX = 20, AS_OF_DECIMALS_MICRO = 100 };

/* ---- gaps ---- */

/* Whether bars[*at ...] has one for the session; moves *at behind what is older. */
static bool has_bar(const struct history_question *q, const struct past_session *s, size_t *at)
{
    if (history_is_daily(q->size)) {
        while (*at < q->n && q->bars[*at].date < s->date)
            ++*at;
        return *at < q->n && q->bars[*at].date == s->date;
    }
    while (*at < q->n && history_bar_time(&q->bars[*at]).ns < s->from.v.ns)
        ++*at;
    return *at < q->n && history_bar_time(&q->bars[*at]).ns < s->to.v.ns;
}

/* A session that lies wholly between the first and the last bar. */
static bool is_within(const struct history_question *q, const struct past_session *s)
{
    const struct bar *first = &q->bars[0], *last = &q->bars[q->n - 1];
    if (history_is_daily(q->size))
        return s->date >= first->date && s->date <= last->date;
    return s->from.has && s->to.has && s->from.v.ns >= first->start.v.ns &&
           s->to.v.ns <= last->start.v.ns;
}

static void note_gaps(struct task *t, struct history_question *q, const struct past_session *s,
                      size_t n)
{
    q->gaps = ARENA_MANY(task_arena(t), struct history_gap, HISTORY_GAPS_MAX);
    q->has_gaps = true;
    bool is_missing = false;
    int32_t date = 0;
    for (size_t i = 0, at = 0; i < n; i++) {
        if (!is_within(q, &s[i]) || (s[i].date == date && !is_missing))
            continue; /* a second session of a day that has bars */
        bool has = has_bar(q, &s[i], &at);
        struct history_gap *last = q->gap_count ? &q->gaps[q->gap_count - 1] : NULL;
        if (has && is_missing && s[i].date == date && --last->days == 0)
            q->gap_count--; /* bars in the afternoon alone */
        else if (!has && is_missing) {
            last->days += s[i].date != date;
            last->to = s[i].date;
        } else if (!has && q->gap_count < HISTORY_GAPS_MAX)
            q->gaps[q->gap_count++] = (struct history_gap){s[i].date, s[i].date, 1};
        is_missing = !has && q->gap_count;
        date = s[i].date;
    }
}

void history_find_gaps(struct task *t, struct history *h, struct history_question *q)
{
    enum { SESSIONS_DAYS_MAX = 1500 }; /* what one request is known to answer */
    struct past_session *sessions;
    struct error ignored; /* then has_gaps says that it is not known */
    size_t count;
    int length;
    char unit;
    int64_t end = history_at(&q->bars[q->n - 1]) + DAY_S, from = history_at(&q->bars[0]);
    if (q->size > BAR_1_DAY || end - from > SESSIONS_DAYS_MAX * (int64_t)DAY_S)
        return;
    history_length(end - from + DAY_S, BAR_1_DAY, &length, &unit);
    struct opt_utc until = {{end * NS_PER_S}, true};
    if (until.v.ns > task_now(t).wall.ns)
        until.has = false;
    if (query_schedule(t, h->session, &q->contract, until, length, unit, q->regular_hours_only,
                       &sessions, &count, &ignored))
        note_gaps(t, q, sessions, count);
}

/* ---- splits and dividends ---- */

/* The fraction a/b nearest to `ratio` within half a percent, with both up to RATIO_MAX. */
static bool simple_ratio(struct dec ratio, int64_t *a, int64_t *b)
{
    for (int64_t sum = 3; sum <= RATIO_MAX + 1; sum++) {
        for (*a = 1; *a < sum; ++*a) {
            struct dec exact, off;
            *b = sum - *a;
            if (*a == *b || !dec_div(dec_of(*a), dec_of(*b), &exact) ||
                !dec_div(dec_minus(ratio, exact), exact, &off))
                continue;
            if (dec_lt(dec_abs(off), DEC_MICRO(5000)))
                return true;
        }
    }
    return false;
}

/* What happened between two days: plain and adjusted closes of both. False if nothing did. */
static bool action_between(struct dec plain0, struct dec plain1, struct dec adjusted0,
                           struct dec adjusted1, struct history_action *out)
{
    struct dec plain, adjusted, factor, paid;
    if (!dec_div(plain1, plain0, &plain) || !dec_div(adjusted1, adjusted0, &adjusted) ||
        !dec_div(plain, adjusted, &factor))
        return false; /* a price of zero */
    struct dec off = dec_minus(DEC(1), factor);
    int64_t a, b;
    if (dec_gt(dec_abs(off), DEC_MICRO(150000)) && simple_ratio(factor, &a, &b)) {
        out->kind = HISTORY_SPLIT;
        out->to = b;
        out->from = a;
        return true;
    }
    /* prices are told in hundredths, or ten-thousandths: below this it is rounding */
    struct dec least;
    if (!dec_div(DEC_MICRO(20000), dec_min(plain0, adjusted0), &least) ||
        !dec_gt(off, dec_max(least, DEC_MICRO(300))) || !dec_mul(off, plain0, &paid))
        return false;
    out->kind = HISTORY_DIVIDEND;
    out->amount = dec_round_to(paid, DEC_MICRO(100), DEC_HALF_EVEN);
    return true;
}

void history_find_actions(struct task *t, struct history_question *q, const struct bar *plain,
                          size_t plain_n, const struct bar *adjusted, size_t adjusted_n)
{
    const struct bar *p0 = NULL, *a0 = NULL;
    q->actions = ARENA_MANY(task_arena(t), struct history_action, HISTORY_ACTIONS_MAX);
    q->has_actions = true;
    for (size_t i = 0, k = 0; i < plain_n && k < adjusted_n;) {
        const struct bar *p1 = &plain[i], *a1 = &adjusted[k];
        i += p1->date <= a1->date;
        k += a1->date <= p1->date;
        if (p1->date != a1->date || !p1->close.has || !a1->close.has)
            continue;
        struct history_action found = {.date = p1->date};
        if (p0 && q->action_count < HISTORY_ACTIONS_MAX &&
            action_between(p0->close.v, p1->close.v, a0->close.v, a1->close.v, &found))
            q->actions[q->action_count++] = found;
        p0 = p1;
        a0 = a1;
    }
}

/* ---- as of a day ---- */

void history_as_of(struct history_question *q, const struct bar *plain, size_t plain_n)
{
    const struct bar *last = &q->bars[q->n - 1], *same = plain_n ? &plain[plain_n - 1] : NULL;
    struct dec factor;
    if (!same || same->date != last->date || !same->close.has || !last->close.has ||
        !dec_div(same->close.v, last->close.v, &factor) || dec_eq(factor, DEC(1)))
        return;
    for (size_t i = 0; i < q->n; i++) {
        struct bar *b = &q->bars[i];
        struct opt_dec *const prices[] = {&b->open, &b->high, &b->low, &b->close, &b->average};
        for (size_t k = 0; k < sizeof prices / sizeof prices[0]; k++)
            if (prices[k]->has && dec_mul(prices[k]->v, factor, &prices[k]->v))
                prices[k]->v =
                    dec_round_to(prices[k]->v, DEC_MICRO(AS_OF_DECIMALS_MICRO), DEC_HALF_EVEN);
    }
}
