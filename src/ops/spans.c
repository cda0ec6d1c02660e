/* SPDX-License-Identifier: MIT */
#include "ops/spans.h"

#include <assert.h>
#include <string.h>

enum { DAYS_MAX = 50000 /* of all members together: what the memory of a call holds */ };

/* ---- prices and rates ---- */

static struct opt_utc utc_of_day(int32_t day)
{
    return (struct opt_utc){{(int64_t)day * 86400 * NS_PER_S}, true};
}

static bool fetch_prices(struct call *c, struct spans *s, struct str account)
{
    int32_t reach = s->today;
    for (size_t i = 0; i < s->period_count; i++) {
        int32_t day = period_reach(&s->periods[i], s->today);
        reach = day < reach ? day : reach;
    }
    /* what was known on an earlier day takes both kinds of prices */
    if ((int64_t)(s->today - reach) * (int64_t)s->n > DAYS_MAX / (s->is_past ? 2 : 1)) {
        error_set(&c->error, ERROR_LIMIT, "TOO_MANY",
                  "%zu symbols over %d days are too much at once", s->n, (int)(s->today - reach));
        return error_next(&c->error, "ask for fewer symbols or shorter spans");
    }
    struct history_question like = {
        .size = BAR_1_DAY,
        .show = BARS_TRADES,
        .adjusted = s->adjusted,
        .regular_hours_only = true,
        .finished_only = !s->with_today,
        .from = utc_of_day(reach),
    };
    if (s->is_past)
        like.to = utc_of_day(s->today);
    if (!prices_fetch(c, account, &like, s->priced, s->n))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        s->priced[i].closes = dated_until(prices_closes(c, &s->priced[i]), s->today);
        s->members[i].error = s->priced[i].error;
    }
    return true;
}

static bool fetch_rates(struct call *c, struct spans *s)
{
    struct past_rate *rates = ARENA_MANY(c->arena, struct past_rate, s->n);
    int32_t reach = s->today;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct span_member *m = &s->members[i];
        size_t k = 0;
        if (m->error.code != ERROR_NONE || !s->base.n || !m->priced->closes.n)
            continue;
        const char *currency = m->priced->details->contract.currency;
        reach = m->priced->closes.day[0] < reach ? m->priced->closes.day[0] : reach;
        while (k < n && strcmp(rates[k].currency, currency) != 0)
            k++;
        m->rate = &rates[k];
        if (k < n)
            continue;
        str_copy_cut(rates[n].currency, sizeof rates[n].currency, str_of(currency));
        str_copy_cut(rates[n++].base, sizeof rates[0].base, s->base);
    }
    return prices_rates(c, rates, n, utc_of_day(reach - DATED_STALE_DAYS), s->with_today);
}

/* ---- the days that all have ---- */

static int32_t last_day(const struct dated *s)
{
    return s->day[s->n - 1];
}

/* Whoever has not been traded for long would hold up all others. */
static void leave_stale_out(struct call *c, struct spans *s)
{
    int32_t newest = INT32_MIN;
    for (size_t i = 0; i < s->n; i++) {
        const struct dated *d = &s->priced[i].closes;
        newest = d->n && last_day(d) > newest ? last_day(d) : newest;
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct dated *d = &s->priced[i].closes;
        struct span_member *m = &s->members[i];
        if (m->error.code != ERROR_NONE || (d->n && newest - last_day(d) <= DATED_STALE_DAYS))
            continue;
        if (d->n)
            error_set(&m->error, ERROR_UNAVAILABLE, "STALE_PRICES",
                      STR_FMT " has no close after " STR_FMT, STR_ARG(m->priced->asked),
                      STR_ARG(prices_day(c, last_day(d))));
        else
            error_set(&m->error, ERROR_UNAVAILABLE, "NO_HISTORY", STR_FMT " has no closes",
                      STR_ARG(m->priced->asked));
    }
}

/* The last day up to `day` that all members have who reach that far back. */
static bool common_day(const struct spans *s, int32_t day, int32_t *out)
{
    struct dated all[SPANS_MEMBERS_MAX];
    size_t n = 0, at;
    for (size_t i = 0; i < s->n; i++) {
        const struct dated *d = &s->priced[i].closes;
        if (s->members[i].error.code == ERROR_NONE && dated_at(*d, day, &at))
            all[n++] = *d;
    }
    return dated_common(all, n, day, out);
}

static void find_days(struct spans *s)
{
    bool has_end = common_day(s, s->today, &s->to);
    for (size_t k = 0; k < s->period_count; k++) {
        const struct period *p = &s->periods[k];
        if (!period_is_calendar(p))
            continue;
        if (!has_end || !common_day(s, period_begin(p, s->to), &s->begin[k]))
            error_set(&s->span_error[k], ERROR_UNAVAILABLE, "NO_COMMON_DAY",
                      "there is no day on which all were traded, for %s", p->name);
    }
}

/* ---- one member over one span ---- */

static void put_gap(struct call *c, const struct span_member *m, const struct period *p,
                    enum period_result result, struct error *e)
{
    const struct dated *d = &m->priced->closes;
    struct str first = prices_day(c, d->day[0]);
    if (result == PERIOD_TOO_SHORT)
        error_set(e, ERROR_UNAVAILABLE, "INSUFFICIENT_HISTORY",
                  STR_FMT " has %zu closes from " STR_FMT " on, too few for %s",
                  STR_ARG(m->priced->asked), d->n, STR_ARG(first), p->name);
    else if (result == PERIOD_HOLE)
        error_set(e, ERROR_UNAVAILABLE, "HISTORY_GAP", STR_FMT " lacks sessions within %s",
                  STR_ARG(m->priced->asked), p->name);
    else
        error_set(e, ERROR_INVALID, "EMPTY_PERIOD", "no session of " STR_FMT " ended after %s",
                  STR_ARG(m->priced->asked), p->name);
}

static void convert(const struct span_member *m, struct span_return *x)
{
    const struct dated *d = &m->priced->closes;
    const struct past_rate *r = m->rate;
    if (!r)
        return;
    x->fx = r->is_same ? (struct opt_num){0, true}
                       : dated_change(r->rates, d->day[x->first], d->day[x->last]);
    if (!x->fx.has) {
        x->error = r->error;
        if (r->error.code == ERROR_NONE)
            error_set(&x->error, ERROR_UNAVAILABLE, "NO_RATE",
                      "the rates of %s to %s do not reach these days", r->currency, r->base);
        return;
    }
    struct currency_return parts = currency_return(x->local.v, x->fx.v);
    x->cross = (struct opt_num){parts.cross, true};
    x->base = (struct opt_num){parts.base, true};
}

static void measure(struct call *c, struct spans *s, size_t member, size_t period)
{
    const struct span_member *m = &s->members[member];
    const struct period *p = &s->periods[period];
    const struct dated *d = &m->priced->closes;
    struct span_return *x = &s->returns[member * s->period_count + period];
    x->error = m->error.code != ERROR_NONE ? m->error : s->span_error[period];
    if (x->error.code != ERROR_NONE)
        return;
    enum period_result result = period_ends(p, *d, s->begin[period], s->to, &x->first, &x->last);
    if (result != PERIOD_OK) {
        put_gap(c, m, p, result, &x->error);
        return;
    }
    x->local = d->v[x->first] > 0 ? (struct opt_num){d->v[x->last] / d->v[x->first] - 1, true}
                                  : (struct opt_num){0};
    if (x->local.has)
        convert(m, x);
    else
        error_set(&x->error, ERROR_UNAVAILABLE, "NO_RETURN",
                  "the first close of " STR_FMT " is not above zero", STR_ARG(m->priced->asked));
}

bool spans_measure(struct call *c, struct spans *s, struct str account)
{
    assert(s->period_count <= SPANS_MAX && s->n <= SPANS_MEMBERS_MAX);
    s->members = ARENA_MANY(c->arena, struct span_member, s->n);
    for (size_t i = 0; i < s->n; i++)
        s->members[i].priced = &s->priced[i];
    if (!fetch_prices(c, s, account) || !fetch_rates(c, s))
        return false;
    leave_stale_out(c, s);
    find_days(s);
    s->returns = ARENA_MANY(c->arena, struct span_return, s->n * s->period_count);
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->period_count; k++)
            measure(c, s, i, k);
    return true;
}

const struct span_return *spans_at(const struct spans *s, size_t member, size_t period)
{
    assert(member < s->n && period < s->period_count);
    return &s->returns[member * s->period_count + period];
}
