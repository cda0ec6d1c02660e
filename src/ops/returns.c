/* SPDX-License-Identifier: MIT */
/*
 * returns: what contracts and groups of them have returned over some spans, in their own currency
 * and in that of the account, and how they rank.
 *
 * Spans of the calendar are measured for all members between the same two days, on which all of
 * them were traded; spans of sessions are each member's own. Whoever has no price there is told
 * and takes no part; nothing stands in for it.
 */
#include "automation/watchlists.h"
#include "data/hash.h"
#include "market/groups.h"
#include "ops/prices.h"
#include "ops/ranking.h"
#include "quant/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PERIODS_MAX = 8,
    GROUPS_MAX = 16,
    MEMBERS_MAX = HISTORY_QUESTIONS_MAX,
    DAYS_MAX = 50000 /* of all members together: what the memory of a call holds */
};

/* ---- input ---- */

struct returns_in {
    struct list symbols, groups, periods;
    struct str benchmark, base_currency, account;
    bool adjusted, with_today;
    struct opt_utc to;
    unsigned detail;
};
static const struct field returns_in_fields[] = {
    FIELD(struct returns_in, symbols, .positional = true, .max = "50",
          .doc = "As for quotes; nothing: the group momentum", .example = "AAPL,MSFT"),
    FIELD(struct returns_in, groups, .max = "50",
          .doc = "regions, US, Europe, Asia, momentum, or a watch list"),
    FIELD(struct returns_in, periods, .max = "50",
          .doc = "20d (sessions), 1m, 3m, 1y, ytd, 12-1, 2026-01-02", .example = "1m,3m"),
    FIELD(struct returns_in, benchmark, .doc = "Symbol whose return is taken off as excess"),
    FIELD(struct returns_in, base_currency,
          .doc = "Currency of base_return; the account's if absent"),
    FIELD(struct returns_in, adjusted, .initial = "true",
          .doc = "With dividends; false: for splits alone"),
    FIELD(struct returns_in, with_today, .initial = "false",
          .doc = "Up to now, not to the last close"),
    FIELD(struct returns_in, to, .doc = "Up to that day, as it was known then"),
    DETAIL_FIELD(struct returns_in, "full: also prices, weights, what to do"),
    FIELD(struct returns_in, account, .doc = "Decides between listings"),
};
static const struct type returns_in_type = TYPE_OF(struct returns_in, returns_in_fields);

/* ---- output ---- */

struct return_row {
    struct str symbol, asked, group, exchange, currency, period, from, to;
    struct opt_num local_return, fx_return, cross_return, base_return, excess, rank;
    struct opt_int sessions;
    struct opt_num from_price, to_price;
    struct str error, error_code, next;
};
static const struct field return_row_fields[] = {
    FIELD(struct return_row, symbol, .doc = "Symbol"),
    FIELD(struct return_row, asked, .doc = "As it was asked"),
    FIELD(struct return_row, group, .doc = "Its group"),
    FIELD(struct return_row, exchange, .doc = "Listing exchange", .wide = true),
    FIELD(struct return_row, currency, .doc = "Currency of the prices"),
    FIELD(struct return_row, period, .doc = "Span"),
    FIELD(struct return_row, local_return, .doc = "In its own currency", .unit = "ratio"),
    FIELD(struct return_row, fx_return, .doc = "Of its currency", .unit = "ratio"),
    FIELD(struct return_row, cross_return, .doc = "local x fx", .unit = "ratio"),
    FIELD(struct return_row, base_return, .doc = "(1 + local)(1 + fx) - 1", .unit = "ratio"),
    FIELD(struct return_row, excess, .doc = "base_return less the benchmark's", .unit = "ratio"),
    FIELD(struct return_row, rank, .doc = "By base_return over this span; 1 is best"),
    FIELD(struct return_row, from, .doc = "Day of the first close"),
    FIELD(struct return_row, to, .doc = "Day of the last close"),
    FIELD(struct return_row, sessions, .doc = "Sessions between them"),
    FIELD(struct return_row, from_price, .doc = "First close, adjusted", .wide = true),
    FIELD(struct return_row, to_price, .doc = "Last close, adjusted", .wide = true),
    FIELD(struct return_row, error, .doc = "Why something is missing"),
    FIELD(struct return_row, error_code, .doc = "As a code", .wide = true),
    FIELD(struct return_row, next, .doc = "What to do", .wide = true),
};
static const struct type return_row_type = TYPE_OF(struct return_row, return_row_fields);

struct group_row {
    struct str group, period;
    struct opt_num local_return, base_return, excess;
    int64_t members;
    struct str weights, missing;
};
static const struct field group_row_fields[] = {
    FIELD(struct group_row, group, .doc = "Group"),
    FIELD(struct group_row, period, .doc = "Span"),
    FIELD(struct group_row, local_return, .doc = "Weighted mean", .unit = "ratio"),
    FIELD(struct group_row, base_return, .doc = "Weighted mean", .unit = "ratio"),
    FIELD(struct group_row, excess, .doc = "base_return less the benchmark's", .unit = "ratio"),
    FIELD(struct group_row, members, .doc = "Members in it"),
    FIELD(struct group_row, weights, .doc = "Their weights", .wide = true),
    FIELD(struct group_row, missing, .doc = "Members without a return, not in it"),
};
static const struct type group_row_type = TYPE_OF(struct group_row, group_row_fields);

struct returns_out {
    struct list returns, groups, ranking;
    struct str base_currency, prices, last_close, ranked_before, benchmark;
};
static const struct field returns_out_fields[] = {
    FIELD(struct returns_out, returns, .of = &return_row_type, .doc = "A row a symbol and span"),
    FIELD(struct returns_out, groups, .of = &group_row_type, .aside = true,
          .doc = "A row a group and span"),
    FIELD(struct returns_out, ranking, .of = &ranking_row_type, .aside = true,
          .doc = "Strongest first"),
    FIELD(struct returns_out, base_currency, .doc = "Currency of base_return"),
    FIELD(struct returns_out, prices, .doc = "What the prices are"),
    FIELD(struct returns_out, last_close, .doc = "Day that spans of the calendar end on"),
    FIELD(struct returns_out, ranked_before, .doc = "Day of the ranking kept before this one"),
    FIELD(struct returns_out, benchmark, .doc = "Benchmark"),
};
static const struct type returns_out_type = TYPE_OF(struct returns_out, returns_out_fields);

/* ---- what is asked ---- */

struct member {
    const struct group *group; /* NULL: none */
    double weight;
    struct priced *priced;
    const struct past_rate *rate; /* NULL: none is known, or nothing is known of the contract */
    struct error error;           /* of the member, for all spans */
};

/* One member over one span. */
struct cell {
    struct opt_num local, fx, cross, base, excess, rank;
    size_t first, last; /* in its closes; where local is known */
    struct error error;
};

struct work {
    struct call *c;
    const struct returns_in *in;
    struct period periods[PERIODS_MAX];
    size_t period_count;
    struct group *groups;
    size_t group_count;
    struct member *members; /* the benchmark is the last one, if there is one */
    size_t n, compared;     /* all; those that are ranked */
    struct priced *priced;
    struct str base;
    int32_t today;      /* the day on which the question ends */
    int32_t to;         /* the last day that all have; spans of the calendar end there */
    struct cell *cells; /* member x period */
    struct error span_error[PERIODS_MAX];
    int32_t begin[PERIODS_MAX]; /* of spans of the calendar */
};

static struct cell *cell_at(const struct work *w, size_t member, size_t period)
{
    return &w->cells[member * w->period_count + period];
}

static bool read_periods(struct work *w)
{
    static const struct str for_symbols[] = {{"20d", 3}}, for_groups[] = {{"1m", 2}, {"3m", 2}};
    const struct str *texts = w->in->periods.items;
    size_t n = w->in->periods.n;
    if (!n) {
        texts = w->in->groups.n ? for_groups : for_symbols;
        n = w->in->groups.n ? 2 : 1;
    }
    if (n > PERIODS_MAX)
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d spans at once",
                         PERIODS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (period_parse(texts[i], &w->periods[i]))
            continue;
        error_set(&w->c->error, ERROR_INVALID, "BAD_PERIOD", "'" STR_FMT "' is no span of time",
                  STR_ARG(str_sub(texts[i], 0, 40)));
        return error_next(&w->c->error,
                          "write 20d (sessions), 2w, 1m, 3m, 1y, ytd, 12-1 or a day: 2026-01-02");
    }
    w->period_count = n;
    return true;
}

static struct group *new_group(struct work *w)
{
    if (w->group_count < GROUPS_MAX)
        return &w->groups[w->group_count++];
    error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d groups at once", GROUPS_MAX);
    return NULL;
}

/* A watch list holds contracts, so its members cannot be mistaken for other listings. */
static bool add_watchlist(struct work *w, const struct watchlist *list)
{
    struct arena *a = w->c->arena;
    struct group *g;
    if (!list->count)
        return error_set(&w->c->error, ERROR_INVALID, "EMPTY_LIST", "the list %s has no contracts",
                         list->name);
    if (list->count > GROUP_MEMBERS_MAX)
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY",
                         "the list %s has %zu contracts; at most %d are compared", list->name,
                         list->count, GROUP_MEMBERS_MAX);
    if (!(g = new_group(w)))
        return false;
    g->name = arena_str(a, str_of(list->name));
    for (g->n = 0; g->n < list->count; g->n++)
        g->members[g->n] = (struct group_member){
            .symbol = arena_f(a, "conid:%d", (int)list->entries[g->n].con_id), .weight = 1};
    return true;
}

/* A list of the user's own comes before a group of the settings. */
static bool add_groups(struct work *w, struct str name)
{
    const struct core *core = w->c->core;
    const struct watchlist *list =
        core->watchlists ? watchlists_find(core->watchlists, name) : NULL;
    struct str rest = core->settings->values.analytics.groups, known = STR_NONE;
    struct error e;
    struct group g, *place;
    bool found = false;
    if (list)
        return add_watchlist(w, list);
    while (group_next(&rest, &g, &e)) {
        known = arena_f(w->c->arena, STR_FMT "%s" STR_FMT, STR_ARG(known), known.n ? ", " : "",
                        STR_ARG(g.name));
        if (!group_answers_to(&g, name))
            continue;
        if (!(place = new_group(w)))
            return false;
        *place = g;
        found = true;
    }
    if (found)
        return true;
    error_set(&w->c->error, ERROR_NOT_FOUND, "UNKNOWN_GROUP", "there is no group '" STR_FMT "'",
              STR_ARG(str_sub(name, 0, GROUP_NAME_MAX)));
    return error_next(&w->c->error, "name a watch list, or one of analytics.groups: " STR_FMT,
                      STR_ARG(known));
}

static bool add_member(struct work *w, struct str symbol, const struct group *g, double weight)
{
    if (w->n == MEMBERS_MAX - 1) /* one place is the benchmark's */
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d symbols at once",
                         MEMBERS_MAX - 1);
    w->priced[w->n].asked = symbol;
    w->members[w->n] = (struct member){.group = g, .weight = weight, .priced = &w->priced[w->n]};
    w->n++;
    return true;
}

static bool read_members(struct work *w)
{
    const struct returns_in *in = w->in;
    const struct str *symbols = in->symbols.items, *names = in->groups.items;
    w->groups = ARENA_MANY(w->c->arena, struct group, GROUPS_MAX);
    w->members = ARENA_MANY(w->c->arena, struct member, MEMBERS_MAX);
    w->priced = ARENA_MANY(w->c->arena, struct priced, MEMBERS_MAX);
    for (size_t i = 0; i < in->groups.n; i++)
        if (!add_groups(w, names[i]))
            return false;
    if (!in->groups.n && !in->symbols.n && !add_groups(w, STR("momentum")))
        return false;
    for (size_t i = 0; i < in->symbols.n; i++)
        if (!add_member(w, symbols[i], NULL, 1))
            return false;
    for (size_t i = 0; i < w->group_count; i++)
        for (size_t k = 0; k < w->groups[i].n; k++)
            if (!add_member(w, w->groups[i].members[k].symbol, &w->groups[i],
                            w->groups[i].members[k].weight))
                return false;
    w->compared = w->n;
    return !in->benchmark.n || add_member(w, in->benchmark, NULL, 1);
}

/* ---- prices and rates ---- */

static struct opt_utc utc_of_day(int32_t day)
{
    return (struct opt_utc){{(int64_t)day * 86400 * NS_PER_S}, true};
}

static bool fetch_prices(struct work *w, struct str account)
{
    int32_t reach = w->today;
    for (size_t i = 0; i < w->period_count; i++) {
        int32_t day = period_reach(&w->periods[i], w->today);
        reach = day < reach ? day : reach;
    }
    /* what was known on an earlier day takes both kinds of prices */
    if ((int64_t)(w->today - reach) * (int64_t)w->n > DAYS_MAX / (w->in->to.has ? 2 : 1)) {
        error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY",
                  "%zu symbols over %d days are too much at once", w->n, (int)(w->today - reach));
        return error_next(&w->c->error, "ask for fewer symbols or shorter spans");
    }
    struct history_question like = {
        .size = BAR_1_DAY,
        .show = BARS_TRADES,
        .adjusted = w->in->adjusted,
        .regular_hours_only = true,
        .finished_only = !w->in->with_today,
        .from = utc_of_day(reach),
    };
    if (w->in->to.has)
        like.to = utc_of_day(w->today);
    if (!prices_fetch(w->c, account, &like, w->priced, w->n))
        return false;
    for (size_t i = 0; i < w->n; i++) {
        w->priced[i].closes = dated_until(prices_closes(w->c, &w->priced[i]), w->today);
        w->members[i].error = w->priced[i].error;
    }
    return true;
}

static bool fetch_rates(struct work *w)
{
    struct past_rate *rates = ARENA_MANY(w->c->arena, struct past_rate, w->n);
    int32_t reach = w->today;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct member *m = &w->members[i];
        size_t k = 0;
        if (m->error.code != ERROR_NONE || !w->base.n || !m->priced->closes.n)
            continue;
        const char *currency = m->priced->details->contract.currency;
        reach = m->priced->closes.day[0] < reach ? m->priced->closes.day[0] : reach;
        while (k < n && strcmp(rates[k].currency, currency) != 0)
            k++;
        m->rate = &rates[k];
        if (k < n)
            continue;
        str_copy_cut(rates[n].currency, sizeof rates[n].currency, str_of(currency));
        str_copy_cut(rates[n++].base, sizeof rates[0].base, w->base);
    }
    return prices_rates(w->c, rates, n, utc_of_day(reach - DATED_STALE_DAYS), w->in->with_today);
}

/* ---- the days that all have ---- */

static int32_t last_day(const struct dated *s)
{
    return s->day[s->n - 1];
}

/* Whoever has not been traded for long would hold up all others. */
static void leave_stale_out(struct work *w)
{
    int32_t newest = INT32_MIN;
    for (size_t i = 0; i < w->n; i++) {
        const struct dated *s = &w->priced[i].closes;
        newest = s->n && last_day(s) > newest ? last_day(s) : newest;
    }
    for (size_t i = 0; i < w->n; i++) {
        const struct dated *s = &w->priced[i].closes;
        struct member *m = &w->members[i];
        if (m->error.code != ERROR_NONE || (s->n && newest - last_day(s) <= DATED_STALE_DAYS))
            continue;
        if (s->n)
            error_set(&m->error, ERROR_UNAVAILABLE, "STALE_PRICES",
                      STR_FMT " has no close after " STR_FMT, STR_ARG(m->priced->asked),
                      STR_ARG(prices_day(w->c, last_day(s))));
        else
            error_set(&m->error, ERROR_UNAVAILABLE, "NO_HISTORY", STR_FMT " has no closes",
                      STR_ARG(m->priced->asked));
    }
}

/* The last day up to `day` that all members have who reach that far back. */
static bool common_day(const struct work *w, int32_t day, int32_t *out)
{
    struct dated all[MEMBERS_MAX];
    size_t n = 0, at;
    for (size_t i = 0; i < w->n; i++) {
        const struct dated *s = &w->priced[i].closes;
        if (w->members[i].error.code == ERROR_NONE && dated_at(*s, day, &at))
            all[n++] = *s;
    }
    return dated_common(all, n, day, out);
}

static void find_days(struct work *w)
{
    bool has_end = common_day(w, w->today, &w->to);
    for (size_t k = 0; k < w->period_count; k++) {
        const struct period *p = &w->periods[k];
        if (!period_is_calendar(p))
            continue;
        if (!has_end || !common_day(w, period_begin(p, w->to), &w->begin[k]))
            error_set(&w->span_error[k], ERROR_UNAVAILABLE, "NO_COMMON_DAY",
                      "there is no day on which all were traded, for %s", p->name);
    }
}

/* ---- one member over one span ---- */

static void put_gap(struct work *w, const struct member *m, const struct period *p,
                    enum period_result result, struct error *e)
{
    const struct dated *s = &m->priced->closes;
    struct str first = prices_day(w->c, s->day[0]);
    if (result == PERIOD_TOO_SHORT)
        error_set(e, ERROR_UNAVAILABLE, "INSUFFICIENT_HISTORY",
                  STR_FMT " has %zu closes from " STR_FMT " on, too few for %s",
                  STR_ARG(m->priced->asked), s->n, STR_ARG(first), p->name);
    else if (result == PERIOD_HOLE)
        error_set(e, ERROR_UNAVAILABLE, "HISTORY_GAP", STR_FMT " lacks sessions within %s",
                  STR_ARG(m->priced->asked), p->name);
    else
        error_set(e, ERROR_INVALID, "EMPTY_PERIOD", "no session of " STR_FMT " ended after %s",
                  STR_ARG(m->priced->asked), p->name);
}

static void convert(const struct member *m, struct cell *x)
{
    const struct dated *s = &m->priced->closes;
    const struct past_rate *r = m->rate;
    if (!r)
        return;
    x->fx = r->is_same ? (struct opt_num){0, true}
                       : dated_change(r->rates, s->day[x->first], s->day[x->last]);
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

static void compute(struct work *w, size_t member, size_t period)
{
    const struct member *m = &w->members[member];
    const struct period *p = &w->periods[period];
    const struct dated *s = &m->priced->closes;
    struct cell *x = cell_at(w, member, period);
    x->error = m->error.code != ERROR_NONE ? m->error : w->span_error[period];
    if (x->error.code != ERROR_NONE)
        return;
    enum period_result result = period_ends(p, *s, w->begin[period], w->to, &x->first, &x->last);
    if (result != PERIOD_OK) {
        put_gap(w, m, p, result, &x->error);
        return;
    }
    x->local = s->v[x->first] > 0 ? (struct opt_num){s->v[x->last] / s->v[x->first] - 1, true}
                                  : (struct opt_num){0};
    if (x->local.has)
        convert(m, x);
    else
        error_set(&x->error, ERROR_UNAVAILABLE, "NO_RETURN",
                  "the first close of " STR_FMT " is not above zero", STR_ARG(m->priced->asked));
}

static struct opt_num less(struct opt_num a, struct opt_num b)
{
    return a.has && b.has ? (struct opt_num){a.v - b.v, true} : (struct opt_num){0};
}

static void compute_all(struct work *w)
{
    struct opt_num score[MEMBERS_MAX], rank[MEMBERS_MAX];
    w->cells = ARENA_MANY(w->c->arena, struct cell, w->n * w->period_count);
    for (size_t k = 0; k < w->period_count; k++) {
        for (size_t i = 0; i < w->n; i++)
            compute(w, i, k);
        for (size_t i = 0; i < w->compared; i++) {
            struct cell *x = cell_at(w, i, k);
            if (w->n > w->compared)
                x->excess = less(x->base, cell_at(w, w->compared, k)->base);
            score[i] = x->base;
        }
        scores_rank(score, w->compared, 0, rank, NULL);
        for (size_t i = 0; i < w->compared; i++)
            cell_at(w, i, k)->rank = rank[i];
    }
}

/* ---- rows ---- */

static struct return_row row_of(struct work *w, size_t member, size_t period)
{
    struct call *c = w->c;
    const struct member *m = &w->members[member];
    const struct cell *x = cell_at(w, member, period);
    const struct dated *s = &m->priced->closes;
    struct return_row r = {
        .symbol = prices_symbol(c, m->priced),
        .asked = m->priced->asked,
        .group = m->group ? group_last_name(m->group) : STR_NONE,
        .period = arena_str(c->arena, STR_NAME(w->periods[period].name)),
        .local_return = prices_ratio(x->local),
        .fx_return = prices_ratio(x->fx),
        .cross_return = prices_ratio(x->cross),
        .base_return = prices_ratio(x->base),
        .excess = prices_ratio(x->excess),
        .rank = x->rank,
    };
    if (member >= w->compared)
        r.group = STR("benchmark");
    if (m->priced->details) {
        const struct contract *k = &m->priced->details->contract;
        r.currency = call_text(c, k->currency);
        r.exchange = call_text(c, k->primary_exchange[0] ? k->primary_exchange : k->exchange);
    }
    if (x->local.has) {
        r.from = prices_day(c, s->day[x->first]);
        r.to = prices_day(c, s->day[x->last]);
        r.sessions = (struct opt_int){(int64_t)(x->last - x->first), true};
        r.from_price = prices_ratio((struct opt_num){s->v[x->first], true});
        r.to_price = prices_ratio((struct opt_num){s->v[x->last], true});
    }
    if (x->error.code == ERROR_NONE)
        return r;
    r.error = arena_str(c->arena, str_of(x->error.text));
    r.error_code = arena_str(c->arena, str_of(x->error.reason));
    r.next = call_text(c, x->error.next);
    if (m->error.code == ERROR_NONE || period == 0) /* a member's own once, not for each span */
        call_incomplete(c, "%s: %s", x->error.reason, x->error.text);
    return r;
}

static struct group_row group_row_of(struct work *w, const struct group *g, size_t period)
{
    struct call *c = w->c;
    struct group_row r = {.group = group_last_name(g),
                          .period = arena_str(c->arena, STR_NAME(w->periods[period].name))};
    double weight = 0, local = 0, base = 0;
    for (size_t i = 0; i < w->compared; i++) {
        const struct member *m = &w->members[i];
        const struct cell *x = cell_at(w, i, period);
        if (m->group != g)
            continue;
        if (!x->base.has) {
            r.missing = arena_f(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(r.missing),
                                r.missing.n ? ", " : "", STR_ARG(m->priced->asked));
            continue;
        }
        r.members++;
        r.weights = arena_f(c->arena, STR_FMT "%s" STR_FMT " %.4g", STR_ARG(r.weights),
                            r.weights.n ? ", " : "", STR_ARG(m->priced->asked), m->weight);
        weight += m->weight;
        local += m->weight * x->local.v;
        base += m->weight * x->base.v;
    }
    if (!r.members)
        return r;
    r.local_return = prices_ratio((struct opt_num){local / weight, true});
    r.base_return = prices_ratio((struct opt_num){base / weight, true});
    if (w->n > w->compared)
        r.excess = prices_ratio(less(r.base_return, cell_at(w, w->compared, period)->base));
    return r;
}

/* The mean over all spans; unknown if that of one is. */
static struct opt_num mean_of(const struct opt_num *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!v[i].has)
            return (struct opt_num){0};
        sum += v[i].v;
    }
    return (struct opt_num){sum / (double)n, true};
}

/* What was ranked and by what. Of a group that is changed the mark changes as well. */
static struct str inputs_of(const struct work *w)
{
    struct arena *a = w->c->arena;
    struct str members = STR_NONE, spans = STR_NONE, names = STR_NONE;
    char hex[SHA256_HEX_MAX];
    for (size_t i = 0; i < w->compared; i++)
        members = arena_f(a, STR_FMT "|" STR_FMT "*%.17g", STR_ARG(members),
                          STR_ARG(w->members[i].priced->asked), w->members[i].weight);
    struct sha256 mark = hash_sha256(members);
    hash_hex(&mark, hex);
    for (size_t i = 0; i < w->period_count; i++)
        spans = arena_f(a, STR_FMT "%s%s", STR_ARG(spans), i ? "," : "", w->periods[i].name);
    for (size_t i = 0; i < w->group_count; i++)
        names = arena_f(a, STR_FMT "%s" STR_FMT, STR_ARG(names), i ? "," : "",
                        STR_ARG(w->groups[i].name));
    return arena_f(a, "%.12s %s " STR_FMT " " STR_FMT " %s " STR_FMT, hex,
                   w->in->groups.n ? "groups" : "members", STR_ARG(spans), STR_ARG(w->base),
                   w->in->adjusted ? "adjusted" : "unadjusted", STR_ARG(str_sub(names, 0, 80)));
}

/* Groups where they are asked for by name, else symbols. */
static void rank_all(struct work *w, const struct group_row *groups, struct returns_out *out)
{
    bool by_group = w->in->groups.n > 0;
    size_t n = by_group ? w->group_count : w->compared;
    struct ranking_row *rows = ARENA_MANY(w->c->arena, struct ranking_row, n);
    struct opt_num spans[PERIODS_MAX];
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < w->period_count; k++)
            spans[k] =
                by_group ? groups[i * w->period_count + k].base_return : cell_at(w, i, k)->base;
        rows[i] = (struct ranking_row){
            .name = by_group ? group_last_name(&w->groups[i])
                             : prices_symbol(w->c, w->members[i].priced),
            .score = mean_of(spans, w->period_count),
        };
    }
    ranking_make(w->c, rows, n);
    /* kept is what has a name, and is known now: not a question about the past or half a day */
    if (!w->in->symbols.n && w->to && !w->in->to.has && !w->in->with_today)
        out->ranked_before = ranking_keep(w->c, inputs_of(w), w->to, rows, n);
    out->ranking = (struct list){rows, n};
}

static void answer(struct work *w, struct returns_out *out)
{
    struct call *c = w->c;
    size_t spans = w->period_count, n = w->n * spans, m = w->group_count * spans;
    struct return_row *rows = ARENA_MANY(c->arena, struct return_row, n);
    struct group_row *groups = ARENA_MANY(c->arena, struct group_row, m);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(w, i / spans, i % spans);
    for (size_t i = 0; i < m; i++)
        groups[i] = group_row_of(w, &w->groups[i / spans], i % spans);
    out->returns = (struct list){rows, n};
    if (w->in->groups.n)
        out->groups = (struct list){groups, m};
    rank_all(w, groups, out);
    out->base_currency = w->base;
    out->prices = w->in->adjusted ? STR("daily closes, adjusted for splits and dividends")
                                  : STR("daily closes, adjusted for splits");
    out->last_close = w->to ? prices_day(c, w->to) : STR_NONE;
    out->benchmark = w->in->benchmark;
}

static bool get_returns(struct call *c, const void *in_, void *result)
{
    const struct returns_in *in = in_;
    struct work w = {.c = c, .in = in};
    struct utc now = task_now(c->task).wall;
    struct str account;
    c->is_concise = in->detail == DETAIL_CONCISE;
    w.today = (int32_t)((in->to.has ? in->to.v.ns : now.ns) / (86400LL * NS_PER_S));
    if (!read_periods(&w) || !read_members(&w) || !call_needs_broker(c) ||
        !call_account(c, in->account, &account))
        return false;
    w.base = in->base_currency.n ? in->base_currency
                                 : call_text(c, book_base_currency(c->core->book, account));
    if (in->base_currency.n && !currency_is_known(in->base_currency))
        return error_set(&c->error, ERROR_INVALID, "UNKNOWN_CURRENCY",
                         STR_FMT " is not a currency code",
                         STR_ARG(str_sub(in->base_currency, 0, 16)));
    if (!fetch_prices(&w, account) || !fetch_rates(&w))
        return false;
    leave_stale_out(&w);
    find_days(&w);
    compute_all(&w);
    answer(&w, result);
    if (in->with_today)
        call_warn(c, "TODAY: the last prices may be of a session that has not ended");
    return true;
}

/* ---- the table ---- */

static const char *const return_phrases[] = {
    "Calculate {periods} performance for each stock",
    "Rank stocks by momentum strength",
    "Calculate currency-adjusted returns for each {groups}",
    "Compare {groups} performance over {periods} periods",
    "Identify strongest and weakest {groups}",
    "Compare {symbols} performance over {periods}",
    NULL};

static const struct op returns_ops[] = {
    {.name = "get_returns",
     .title = "Returns and ranks",
     .doc =
         "Returns of symbols or groups (regions, momentum) over spans of sessions or the calendar, "
         "local and in a base currency with the currency's part, against a benchmark, ranked. "
         "Calendar spans end on days that all were traded. What has no price is null with the "
         "reason.",
     .in = &returns_in_type,
     .out = &returns_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/returns",
     .verb = "returns",
     .example = "returns AAPL,MSFT --periods 20d,3m",
     .category = "market_data",
     .phrases = return_phrases,
     .run = get_returns},
};
const struct op_set returns_op_set = {returns_ops, sizeof returns_ops / sizeof returns_ops[0]};
