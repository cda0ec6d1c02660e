/* SPDX-License-Identifier: MIT */
#include "ops/prices.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

double prices_number(struct opt_dec d)
{
    return d.has ? dec_to_double(d.v) : 0;
}

/* ---- bars ---- */

static void ambiguous(const struct resolve_question *q, struct error *e)
{
    char names[ERROR_TEXT_MAX] = "", one[80];
    for (size_t i = 0, at = 0; i < q->count && at + sizeof one < sizeof names; i++) {
        const struct contract *k = &q->found[i].contract;
        (void)snprintf(one, sizeof one, "%s%s.%s.%s", i ? ", " : "", k->symbol,
                       k->primary_exchange[0] ? k->primary_exchange : k->exchange, k->currency);
        memcpy(names + at, one, strlen(one) + 1);
        at += strlen(one);
    }
    error_set(e, ERROR_CONFLICT, "AMBIGUOUS_SYMBOL", STR_FMT " is %zu contracts: %s",
              STR_ARG(q->text), q->count, names);
    error_next(e, "name one of them as SYMBOL.EXCHANGE.CURRENCY");
}

static bool resolve_all(struct call *c, struct str account, struct priced *p, size_t n)
{
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, n);
    for (size_t i = 0; i < n; i++)
        q[i].text = p[i].asked;
    if (!resolve(c->task, c->core->resolver, account, q, n, &c->error))
        return false;
    for (size_t i = 0; i < n; i++) {
        p[i].error = q[i].error;
        if (q[i].count == 1)
            p[i].details = &q[i].found[0];
        else if (q[i].count > 1)
            ambiguous(&q[i], &p[i].error);
    }
    return true;
}

bool prices_fetch(struct call *c, struct str account, const struct history_question *like,
                  struct priced *p, size_t n)
{
    struct history_question *q = ARENA_MANY(c->arena, struct history_question, n);
    size_t asked = 0;
    assert(n <= HISTORY_QUESTIONS_MAX);
    if (!resolve_all(c, account, p, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!p[i].details)
            continue;
        q[asked] = *like;
        q[asked].contract = p[i].details->contract;
        q[asked].details = p[i].details;
        p[i].history = &q[asked++];
    }
    if (asked && !history_bars(c->task, c->core->history, q, asked, &c->error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (p[i].history)
            p[i].error = p[i].history->error;
    return true;
}

static struct dated closes_of(struct call *c, const struct bar *bars, size_t n)
{
    int32_t *day = ARENA_MANY(c->arena, int32_t, n);
    double *v = ARENA_MANY(c->arena, double, n);
    struct dated s = {day, v, 0};
    for (size_t i = 0; i < n; i++) {
        if (!bars[i].close.has)
            continue;
        day[s.n] = (int32_t)history_days(bars[i].date);
        v[s.n++] = prices_number(bars[i].close);
    }
    return s;
}

struct dated prices_closes(struct call *c, const struct priced *p)
{
    bool is_usable = p->history && p->error.code == ERROR_NONE;
    assert(!is_usable || p->history->size == BAR_1_DAY);
    return is_usable ? closes_of(c, p->history->bars, p->history->n) : (struct dated){0};
}

/* ---- rates ---- */

/* Every day of the first leg, times the second as it was then. */
static struct dated chained(struct call *c, const struct rate_path *path, struct dated *leg)
{
    double *v = ARENA_MANY(c->arena, double, leg[0].n);
    int32_t *day = ARENA_MANY(c->arena, int32_t, leg[0].n);
    struct dated out = {day, v, 0};
    for (size_t i = 0; i < leg[0].n; i++) {
        double rate = 1;
        for (size_t k = 0; k < path->n; k++) {
            size_t at;
            double price = dated_at(leg[k], leg[0].day[i], &at) ? leg[k].v[at] : 0;
            rate *= price <= 0 ? 0 : path->is_inverse[k] ? 1 / price : price;
        }
        if (rate <= 0)
            continue;
        day[out.n] = leg[0].day[i];
        v[out.n++] = rate;
    }
    return out;
}

static void finish_rate(struct call *c, const struct rate_path *path,
                        const struct history_question *q, struct past_rate *r)
{
    struct dated legs[RATE_LEGS_MAX];
    r->error = path->error;
    r->is_same = path->error.code == ERROR_NONE && path->n == 0;
    for (size_t k = 0; k < path->n; k++) {
        if (r->error.code == ERROR_NONE)
            r->error = q[k].error;
        legs[k] = closes_of(c, q[k].bars, q[k].n);
    }
    if (r->error.code == ERROR_NONE && path->n)
        r->rates = chained(c, path, legs);
}

bool prices_rates(struct call *c, struct past_rate *rates, size_t n, struct opt_utc from,
                  bool with_today)
{
    struct rate_path *paths = ARENA_MANY(c->arena, struct rate_path, n);
    struct history_question *q = ARENA_MANY(c->arena, struct history_question, n * RATE_LEGS_MAX);
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(paths[i].from, rates[i].currency, sizeof paths[i].from);
        memcpy(paths[i].to, rates[i].base, sizeof paths[i].to);
    }
    if (n && !currencies_paths(c->task, c->core->currencies, paths, n, &c->error))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < paths[i].n; k++)
            q[asked++] = (struct history_question){.contract = paths[i].legs[k],
                                                   .size = BAR_1_DAY,
                                                   .show = BARS_MIDPOINT,
                                                   .finished_only = !with_today,
                                                   .from = from};
    if (asked && !history_bars(c->task, c->core->history, q, asked, &c->error))
        return false;
    for (size_t i = 0, at = 0; i < n; at += paths[i++].n)
        finish_rate(c, &paths[i], &q[at], &rates[i]);
    return true;
}

/* ---- rows ---- */

struct str prices_symbol(struct call *c, const struct priced *p)
{
    if (!p->details)
        return p->asked;
    const struct contract *k = &p->details->contract;
    /* the symbol of a pair is its base alone */
    return arena_str(c->arena, k->sec_type == SEC_CASH && k->local_symbol[0]
                                   ? STR_NAME(k->local_symbol)
                                   : STR_NAME(k->symbol));
}

struct str prices_day(struct call *c, int32_t day)
{
    int y, m, d;
    civil_from_days(day, &y, &m, &d);
    return arena_f(c->arena, "%04d-%02d-%02d", y, m, d);
}

struct str prices_time(struct call *c, const struct bar *b)
{
    char text[UTC_TEXT_MAX];
    size_t n = utc_format(history_bar_time(b), text);
    return arena_str(c->arena, (struct str){text, b->start.has ? n : sizeof "2026-11-20" - 1});
}

struct opt_num prices_ratio(struct opt_num v)
{
    return v.has ? (struct opt_num){round(v.v * 1e9) / 1e9 + 0.0, true} /* never -0 */ : v;
}
