/* SPDX-License-Identifier: MIT */
/*
 * returns: what contracts and groups of them have returned over some spans, in their own currency
 * and in that of the account, and how they rank.
 *
 * What each has returned is measured by spans; here the question is read, and members are held
 * against each other and against a benchmark. Whoever has no return is told and takes no part.
 */
#include "automation/watchlists.h"
#include "data/hash.h"
#include "market/groups.h"
#include "ops/ranking.h"
#include "ops/spans.h"

#include <string.h>

enum { GROUPS_MAX = 16 };

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

/* What is known of a member of the spans besides. */
struct member {
    const struct group *group; /* NULL: none */
    double weight;
};

/* One member over one span, beside the others. */
struct place {
    struct opt_num excess, rank;
};

struct work {
    struct call *c;
    const struct returns_in *in;
    struct group *groups;
    size_t group_count;
    struct spans spans; /* the benchmark is its last member, if there is one */
    struct member *members;
    size_t compared;      /* of the members; those that are ranked */
    struct place *places; /* compared member x period */
};

static bool has_benchmark(const struct work *w)
{
    return w->spans.n > w->compared;
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
    if (n > SPANS_MAX)
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d spans at once",
                         SPANS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (period_parse(texts[i], &w->spans.periods[i]))
            continue;
        error_set(&w->c->error, ERROR_INVALID, "BAD_PERIOD", "'" STR_FMT "' is no span of time",
                  STR_ARG(str_sub(texts[i], 0, 40)));
        return error_next(&w->c->error,
                          "write 20d (sessions), 2w, 1m, 3m, 1y, ytd, 12-1 or a day: 2026-01-02");
    }
    w->spans.period_count = n;
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
    if (w->spans.n == SPANS_MEMBERS_MAX - 1) /* one place is the benchmark's */
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d symbols at once",
                         SPANS_MEMBERS_MAX - 1);
    w->spans.priced[w->spans.n].asked = symbol;
    w->members[w->spans.n++] = (struct member){.group = g, .weight = weight};
    return true;
}

static bool read_members(struct work *w)
{
    const struct returns_in *in = w->in;
    const struct str *symbols = in->symbols.items, *names = in->groups.items;
    w->groups = ARENA_MANY(w->c->arena, struct group, GROUPS_MAX);
    w->members = ARENA_MANY(w->c->arena, struct member, SPANS_MEMBERS_MAX);
    w->spans.priced = ARENA_MANY(w->c->arena, struct priced, SPANS_MEMBERS_MAX);
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
    w->compared = w->spans.n;
    return !in->benchmark.n || add_member(w, in->benchmark, NULL, 1);
}

/* ---- against each other ---- */

static struct place *place_at(const struct work *w, size_t member, size_t period)
{
    return &w->places[member * w->spans.period_count + period];
}

static struct opt_num less(struct opt_num a, struct opt_num b)
{
    return a.has && b.has ? (struct opt_num){a.v - b.v, true} : (struct opt_num){0};
}

/* Over each span by itself. */
static void compare_all(struct work *w)
{
    struct opt_num score[SPANS_MEMBERS_MAX], rank[SPANS_MEMBERS_MAX];
    w->places = ARENA_MANY(w->c->arena, struct place, w->compared * w->spans.period_count);
    for (size_t k = 0; k < w->spans.period_count; k++) {
        for (size_t i = 0; i < w->compared; i++) {
            score[i] = spans_at(&w->spans, i, k)->base;
            if (has_benchmark(w))
                place_at(w, i, k)->excess =
                    less(score[i], spans_at(&w->spans, w->compared, k)->base);
        }
        scores_rank(score, w->compared, 0, rank, NULL);
        for (size_t i = 0; i < w->compared; i++)
            place_at(w, i, k)->rank = rank[i];
    }
}

/* ---- rows ---- */

static struct return_row row_of(struct work *w, size_t member, size_t period)
{
    struct call *c = w->c;
    const struct group *group = w->members[member].group;
    const struct span_member *m = &w->spans.members[member];
    const struct span_return *x = spans_at(&w->spans, member, period);
    const struct dated *s = &m->priced->closes;
    struct return_row r = {
        .symbol = prices_symbol(c, m->priced),
        .asked = m->priced->asked,
        .group = group ? group_last_name(group) : STR_NONE,
        .period = arena_str(c->arena, STR_NAME(w->spans.periods[period].name)),
        .local_return = prices_ratio(x->local),
        .fx_return = prices_ratio(x->fx),
        .cross_return = prices_ratio(x->cross),
        .base_return = prices_ratio(x->base),
    };
    if (member < w->compared) {
        const struct place *place = place_at(w, member, period);
        r.excess = prices_ratio(place->excess);
        r.rank = place->rank;
    } else {
        r.group = STR("benchmark");
    }
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
    call_row_error(c, &x->error, &r.error, &r.error_code, &r.next);
    if (m->error.code == ERROR_NONE || period == 0) /* a member's own once, not for each span */
        call_incomplete(c, "%s: %s", x->error.reason, x->error.text);
    return r;
}

static struct group_row group_row_of(struct work *w, const struct group *g, size_t period)
{
    struct call *c = w->c;
    struct group_row r = {.group = group_last_name(g),
                          .period = arena_str(c->arena, STR_NAME(w->spans.periods[period].name))};
    double weight = 0, local = 0, base = 0;
    for (size_t i = 0; i < w->compared; i++) {
        const struct member *m = &w->members[i];
        const struct span_return *x = spans_at(&w->spans, i, period);
        struct str asked = w->spans.priced[i].asked;
        if (m->group != g)
            continue;
        if (!x->base.has) {
            r.missing = arena_f(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(r.missing),
                                r.missing.n ? ", " : "", STR_ARG(asked));
            continue;
        }
        r.members++;
        r.weights = arena_f(c->arena, STR_FMT "%s" STR_FMT " %.4g", STR_ARG(r.weights),
                            r.weights.n ? ", " : "", STR_ARG(asked), m->weight);
        weight += m->weight;
        local += m->weight * x->local.v;
        base += m->weight * x->base.v;
    }
    if (!r.members)
        return r;
    r.local_return = prices_ratio((struct opt_num){local / weight, true});
    r.base_return = prices_ratio((struct opt_num){base / weight, true});
    if (has_benchmark(w))
        r.excess =
            prices_ratio(less(r.base_return, spans_at(&w->spans, w->compared, period)->base));
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
                          STR_ARG(w->spans.members[i].priced->asked), w->members[i].weight);
    struct sha256 mark = hash_sha256(members);
    hash_hex(&mark, hex);
    for (size_t i = 0; i < w->spans.period_count; i++)
        spans = arena_f(a, STR_FMT "%s%s", STR_ARG(spans), i ? "," : "", w->spans.periods[i].name);
    for (size_t i = 0; i < w->group_count; i++)
        names = arena_f(a, STR_FMT "%s" STR_FMT, STR_ARG(names), i ? "," : "",
                        STR_ARG(w->groups[i].name));
    return arena_f(a, "%.12s %s " STR_FMT " " STR_FMT " %s " STR_FMT, hex,
                   w->in->groups.n ? "groups" : "members", STR_ARG(spans), STR_ARG(w->spans.base),
                   w->in->adjusted ? "adjusted" : "unadjusted", STR_ARG(str_sub(names, 0, 80)));
}

/* Groups where they are asked for by name, else symbols. */
static void rank_all(struct work *w, const struct group_row *groups, struct returns_out *out)
{
    bool by_group = w->in->groups.n > 0;
    size_t n = by_group ? w->group_count : w->compared;
    struct ranking_row *rows = ARENA_MANY(w->c->arena, struct ranking_row, n);
    struct opt_num over[SPANS_MAX];
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < w->spans.period_count; k++)
            over[k] = by_group ? groups[i * w->spans.period_count + k].base_return
                               : spans_at(&w->spans, i, k)->base;
        rows[i] = (struct ranking_row){
            .name = by_group ? group_last_name(&w->groups[i])
                             : prices_symbol(w->c, w->spans.members[i].priced),
            .score = mean_of(over, w->spans.period_count),
        };
    }
    ranking_make(w->c, rows, n);
    /* kept is what has a name, and is known now: not a question about the past or half a day */
    if (!w->in->symbols.n && w->spans.to && !w->in->to.has && !w->in->with_today)
        out->ranked_before = ranking_keep(w->c, inputs_of(w), w->spans.to, rows, n);
    out->ranking = (struct list){rows, n};
}

static void answer(struct work *w, struct returns_out *out)
{
    struct call *c = w->c;
    size_t spans = w->spans.period_count, n = w->spans.n * spans, m = w->group_count * spans;
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
    out->base_currency = w->spans.base;
    out->prices = w->in->adjusted ? STR("daily closes, adjusted for splits and dividends")
                                  : STR("daily closes, adjusted for splits");
    out->last_close = w->spans.to ? prices_day(c, w->spans.to) : STR_NONE;
    out->benchmark = w->in->benchmark;
}

static bool get_returns(struct call *c, const void *in_, void *result)
{
    const struct returns_in *in = in_;
    struct work w = {.c = c, .in = in};
    struct utc now = task_now(c->task).wall;
    struct str account;
    c->is_concise = in->detail == DETAIL_CONCISE;
    w.spans.today = (int32_t)((in->to.has ? in->to.v.ns : now.ns) / (86400LL * NS_PER_S));
    w.spans.is_past = in->to.has;
    w.spans.adjusted = in->adjusted;
    w.spans.with_today = in->with_today;
    if (!read_periods(&w) || !read_members(&w) || !call_needs_broker(c) ||
        !call_account(c, in->account, &account))
        return false;
    w.spans.base = in->base_currency.n ? in->base_currency
                                       : call_text(c, book_base_currency(c->core->book, account));
    if (in->base_currency.n && !currency_is_known(in->base_currency))
        return error_set(&c->error, ERROR_INVALID, "UNKNOWN_CURRENCY",
                         STR_FMT " is not a currency code",
                         STR_ARG(str_sub(in->base_currency, 0, 16)));
    if (!spans_measure(c, &w.spans, account))
        return false;
    compare_all(&w);
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
