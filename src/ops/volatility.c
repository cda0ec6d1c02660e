/* SPDX-License-Identifier: MIT */
/*
 * volatility: an index of it against its own past, the regime that follows, and how much a
 * benchmark has really moved.
 *
 * The regime is made anew for each answer from the closes of a year, the minutes of today and the
 * present value, so that it needs no memory of its own and survives everything. An index that is
 * old tells none.
 */
#include "market/gaps.h"
#include "market/quotes.h"
#include "ops/prices.h"
#include "quant/indicators.h"
#include "quant/performance.h"
#include "quant/regime.h"

enum {
    QUOTE_WAIT_MS = 4000,
    REALISED = 20,        /* sessions */
    MINUTES_MAX = 24 * 60 /* of today */
};

/* ---- input ---- */

struct volatility_in {
    struct str index, benchmark, account;
    int64_t years;
};
static const struct field volatility_in_fields[] = {
    FIELD(struct volatility_in, index, .positional = true, .example = "VIX",
          .doc = "Symbol of the index; that of the settings if absent"),
    FIELD(struct volatility_in, benchmark, .doc = "Whose realised volatility; of the settings too",
          .example = "SPY"),
    FIELD(struct volatility_in, years, .initial = "2", .min = "1", .max = "10",
          .doc = "Longest past to compare with"),
    FIELD(struct volatility_in, account, .doc = "Decides between listings"),
};
static const struct type volatility_in_type = TYPE_OF(struct volatility_in, volatility_in_fields);

/* ---- output ---- */

struct window_row {
    struct str series, window, from, to;
    struct opt_num now, mean, median, lowest, highest, percentile, zscore, against_mean;
    int64_t n;
    struct str error, error_code, next;
};
static const struct field window_row_fields[] = {
    FIELD(struct window_row, series, .doc = "The index, or the realised volatility of a symbol"),
    FIELD(struct window_row, window, .doc = "Sessions or years back"),
    FIELD(struct window_row, now, .doc = "Present value; realised: of the last close, annual"),
    FIELD(struct window_row, mean, .doc = "Mean of its values at the close"),
    FIELD(struct window_row, median, .doc = "Median"),
    FIELD(struct window_row, lowest, .doc = "Lowest"),
    FIELD(struct window_row, highest, .doc = "Highest"),
    FIELD(struct window_row, percentile, .doc = "Share of them below the present value",
          .unit = "ratio"),
    FIELD(struct window_row, zscore, .doc = "Deviations from the mean"),
    FIELD(struct window_row, against_mean, .doc = "now over mean, less 1", .unit = "ratio"),
    FIELD(struct window_row, n, .doc = "How many values"),
    FIELD(struct window_row, from, .doc = "Day of the first"),
    FIELD(struct window_row, to, .doc = "Day of the last"),
    FIELD(struct window_row, error, .doc = "Why something is missing"),
    FIELD(struct window_row, error_code, .doc = "As a code", .wide = true),
    FIELD(struct window_row, next, .doc = "What to do", .wide = true),
};
static const struct type window_row_type = TYPE_OF(struct window_row, window_row_fields);

struct volatility_out {
    struct str index, index_data_type, regime, by_value, coming, reason;
    struct opt_num value, last_close, value_age_s, low, high;
    struct opt_utc since, coming_since;
    struct list windows;
};
static const struct field volatility_out_fields[] = {
    FIELD(struct volatility_out, index, .doc = "The index"),
    FIELD(struct volatility_out, value, .doc = "Its present value; null if it is not known"),
    FIELD(struct volatility_out, index_data_type, .doc = "live, frozen, delayed, delayed_frozen"),
    FIELD(struct volatility_out, value_age_s, .doc = "Age of the value", .unit = "s"),
    FIELD(struct volatility_out, last_close, .doc = "Its last close"),
    FIELD(struct volatility_out, regime,
          .doc = "low, normal, high by value, hysteresis and time; unknown: the value is old"),
    FIELD(struct volatility_out, since, .doc = "Since when"),
    FIELD(struct volatility_out, by_value, .doc = "By the present value and the boundaries alone"),
    FIELD(struct volatility_out, coming, .doc = "Regime that it goes to if this lasts"),
    FIELD(struct volatility_out, coming_since, .doc = "Since when that shows"),
    FIELD(struct volatility_out, reason, .doc = "Why the regime is unknown"),
    FIELD(struct volatility_out, low, .doc = "Below this it is low"),
    FIELD(struct volatility_out, high, .doc = "Above this it is high"),
    FIELD(struct volatility_out, windows, .of = &window_row_type, .doc = "Now against the past"),
};
static const struct type volatility_out_type =
    TYPE_OF(struct volatility_out, volatility_out_fields);

/* ---- what is gathered ---- */

enum { INDEX, BENCHMARK, SYMBOLS };

struct work {
    struct call *c;
    const struct analytics_settings *settings;
    int years;
    struct volatility_out *out;
    struct priced priced[SYMBOLS];
    struct quote_answer quote;
    struct opt_num value; /* of the index, now */
    bool is_fresh;
    struct history_question minutes; /* of the index, today */
    struct window_row *rows;
    size_t n;
};

static struct opt_utc years_before(struct utc now, int years)
{
    int32_t today = (int32_t)(now.ns / (86400LL * NS_PER_S));
    return (struct opt_utc){{(int64_t)day_months_before(today, 12 * years) * 86400 * NS_PER_S},
                            true};
}

static bool fetch_closes(struct work *w, struct str account)
{
    struct history_question like = {
        .size = BAR_1_DAY,
        .show = BARS_TRADES,
        .adjusted = true,
        .regular_hours_only = true,
        .finished_only = true,
        .from = years_before(task_now(w->c->task).wall, w->years),
    };
    if (!prices_fetch(w->c, account, &like, w->priced, SYMBOLS))
        return false;
    for (size_t i = 0; i < SYMBOLS; i++)
        w->priced[i].closes = prices_closes(w->c, &w->priced[i]);
    return true;
}

static bool fetch_minutes(struct work *w)
{
    struct history_question *q = &w->minutes;
    *q = (struct history_question){.contract = w->priced[INDEX].details->contract,
                                   .details = w->priced[INDEX].details,
                                   .size = BAR_1_MINUTE,
                                   .show = BARS_TRADES,
                                   .regular_hours_only = true,
                                   .last = MINUTES_MAX};
    struct utc now = task_now(w->c->task).wall;
    q->from = (struct opt_utc){{now.ns - 86400LL * NS_PER_S}, true};
    return history_bars(w->c->task, w->c->core->history, q, 1, &w->c->error);
}

static bool is_frozen(const struct quote *q)
{
    return q->data_type == DATA_FROZEN || q->data_type == DATA_DELAYED_FROZEN;
}

/* The last price alone: what stands in for one elsewhere, a close, is not of now. */
static bool fetch_value(struct work *w)
{
    struct call *c = w->c;
    struct quote_answer *a = &w->quote;
    a->contract = w->priced[INDEX].details->contract;
    if (!quotes_get(c->task, c->core->quotes, a, 1, QUOTE_WAIT_MS, &c->error))
        return false;
    w->out->index_data_type = str_of(data_type_text(a->quote.data_type));
    if (a->error.code != ERROR_NONE || !a->quote.last.has)
        return true;
    w->value = (struct opt_num){prices_number(a->quote.last), true};
    w->out->value_age_s = call_age(a->price_age_ms);
    w->is_fresh = !is_frozen(&a->quote) && a->price_age_ms >= 0 &&
                  a->price_age_ms <= w->settings->stale_s * 1000;
    call_price_seen(c, a->quote.data_type, a->price_age_ms);
    return true;
}

/* ---- the regime ---- */

static struct utc earlier(struct utc a, struct utc b)
{
    return a.ns < b.ns ? a : b;
}

/* From the closes of a year and the minutes since the last of them to the present value. */
static struct regime_state find_regime(struct work *w, const struct regime_table *table)
{
    struct regime_state s = {0};
    const struct dated *closes = &w->priced[INDEX].closes;
    const struct history_question *q = &w->minutes;
    struct utc now = task_now(w->c->task).wall, at = {0};
    int32_t year_ago = (int32_t)(years_before(now, 1).v.ns / (86400LL * NS_PER_S));
    for (size_t i = 0; i < closes->n; i++) {
        if (closes->day[i] < year_ago)
            continue;
        /* a close is known when its day is over, at the latest */
        at = earlier((struct utc){((int64_t)closes->day[i] + 1) * 86400 * NS_PER_S}, now);
        s = regime_step(table, s, at, (struct opt_num){closes->v[i], true});
    }
    for (size_t i = 0; i < q->n && q->error.code == ERROR_NONE; i++) {
        struct utc end = {history_bar_time(&q->bars[i]).ns + 60LL * NS_PER_S};
        if (end.ns <= at.ns || end.ns > now.ns || !q->bars[i].close.has)
            continue;
        at = end;
        s = regime_step(table, s, at, (struct opt_num){prices_number(q->bars[i].close), true});
    }
    return regime_step(table, s, now, w->is_fresh ? w->value : (struct opt_num){0});
}

/* Why there is no regime. */
static void put_reason(struct work *w)
{
    struct call *c = w->c;
    struct volatility_out *out = w->out;
    const struct priced *p = &w->priced[INDEX];
    struct utc now = task_now(c->task).wall;
    if (!p->details) {
        out->reason = arena_f(c->arena, "%s: %s", p->error.reason, p->error.text);
    } else if (!w->value.has) {
        enum gap gap = quote_gap(&w->quote, VALUE_LAST, market_state_of(p->details, now));
        out->reason = arena_f(c->arena, "%s: %s", gap_text(gap), gap_advice(gap));
    } else if (is_frozen(&w->quote.quote)) {
        out->reason = STR("STALE: the value is frozen, that of the last session");
    } else {
        out->reason = arena_f(c->arena, "STALE: the value is older than %lld s",
                              (long long)w->settings->stale_s);
    }
    call_incomplete(c, "REGIME_UNKNOWN: " STR_FMT, STR_ARG(out->reason));
}

static void put_regime(struct work *w)
{
    struct volatility_out *out = w->out;
    const struct analytics_settings *set = w->settings;
    const struct regime_table table = {
        .low = prices_number(DEC_SOME(set->regime_low)),
        .high = prices_number(DEC_SOME(set->regime_high)),
        .hysteresis = prices_number(DEC_SOME(set->regime_hysteresis)),
        .hold_s = set->regime_hold_s,
    };
    const struct dated *closes = &w->priced[INDEX].closes;
    struct regime_state s = find_regime(w, &table);
    out->value = prices_ratio(w->value);
    out->low = (struct opt_num){table.low, true};
    out->high = (struct opt_num){table.high, true};
    out->by_value = str_of(regime_text(regime_of(&table, w->value)));
    if (closes->n)
        out->last_close = prices_ratio((struct opt_num){closes->v[closes->n - 1], true});
    if (!w->is_fresh) {
        out->regime = str_of(regime_text(REGIME_UNKNOWN));
        put_reason(w);
        return;
    }
    out->regime = str_of(regime_text(s.is));
    out->since = (struct opt_utc){s.since, true};
    if (s.coming != s.is) {
        out->coming = str_of(regime_text(s.coming));
        out->coming_since = (struct opt_utc){s.coming_since, true};
    }
}

/* ---- now against the past ---- */

static void add_window(struct work *w, struct str series, struct str window, struct dated s,
                       struct opt_num now)
{
    struct call *c = w->c;
    struct window_row *r = &w->rows[w->n++];
    double *scratch = ARENA_MANY(c->arena, double, s.n);
    struct summary x = series_summary((struct series){s.v, s.n}, now.v, scratch);
    *r = (struct window_row){.series = series,
                             .window = window,
                             .now = prices_ratio(now),
                             .mean = prices_ratio(x.mean),
                             .median = prices_ratio(x.median),
                             .lowest = prices_ratio(x.least),
                             .highest = prices_ratio(x.greatest),
                             .n = (int64_t)s.n};
    if (now.has) {
        r->percentile = prices_ratio(x.share_below);
        r->zscore = prices_ratio(x.zscore);
    }
    if (now.has && x.mean.has && x.mean.v > 0)
        r->against_mean = prices_ratio((struct opt_num){now.v / x.mean.v - 1, true});
    if (s.n) {
        r->from = prices_day(c, s.day[0]);
        r->to = prices_day(c, s.day[s.n - 1]);
    }
}

static struct dated tail(struct dated s, size_t from)
{
    return (struct dated){s.day + from, s.v + from, s.n - from};
}

/* 20 sessions, a year, and all; of a shorter past n and from tell. */
static void add_windows(struct work *w, struct str series, struct dated s, struct opt_num now)
{
    size_t year = 0;
    if (s.n && dated_index(s, day_months_before(s.day[s.n - 1], 12), &year))
        year++;
    add_window(w, series, STR("20d"), tail(s, s.n > 20 ? s.n - 20 : 0), now);
    add_window(w, series, STR("1y"), tail(s, year), now);
    if (w->years > 1)
        add_window(w, series, arena_f(w->c->arena, "%dy", w->years), s, now);
}

static void add_error(struct work *w, struct str series, const struct error *e)
{
    struct call *c = w->c;
    struct window_row *r = &w->rows[w->n++];
    *r = (struct window_row){.series = series};
    call_row_error(c, e, &r->error, &r->error_code, &r->next);
    call_incomplete(c, "%s: %s", e->reason, e->text);
}

static void add_realised(struct work *w)
{
    struct call *c = w->c;
    struct priced *p = &w->priced[BENCHMARK];
    struct dated s = p->closes;
    struct str name =
        arena_f(c->arena, "realised%d " STR_FMT, REALISED, STR_ARG(prices_symbol(c, p)));
    double *v = ARENA_MANY(c->arena, double, s.n);
    bool is_positive = true;
    for (size_t i = 0; i < s.n; i++)
        is_positive = is_positive && s.v[i] > 0;
    size_t k = is_positive ? indicator_volatility(s.v, s.n, REALISED, TRADING_DAYS, v) : 0;
    if (p->error.code == ERROR_NONE && !k)
        error_set(&p->error, ERROR_UNAVAILABLE, "INSUFFICIENT_HISTORY",
                  STR_FMT " has %zu closes, too few", STR_ARG(p->asked), s.n);
    if (p->error.code != ERROR_NONE)
        add_error(w, name, &p->error);
    else
        add_windows(w, name, (struct dated){s.day + (s.n - k), v, k},
                    (struct opt_num){v[k - 1], true});
}

static bool get_volatility(struct call *c, const void *in_, void *result)
{
    const struct volatility_in *in = in_;
    struct work w = {.c = c,
                     .settings = &c->core->settings->values.analytics,
                     .years = (int)in->years,
                     .out = result};
    struct priced *index = &w.priced[INDEX];
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, in->account, &account))
        return false;
    index->asked = in->index.n ? in->index : w.settings->volatility_index;
    w.priced[BENCHMARK].asked = in->benchmark.n ? in->benchmark : w.settings->benchmark;
    w.rows = ARENA_MANY(c->arena, struct window_row, 3 * SYMBOLS);
    if (!fetch_closes(&w, account))
        return false;
    if (index->details && (!fetch_value(&w) || !fetch_minutes(&w)))
        return false;
    w.out->index = prices_symbol(c, index);
    put_regime(&w);
    if (index->error.code != ERROR_NONE)
        add_error(&w, w.out->index, &index->error);
    else
        add_windows(&w, w.out->index, index->closes, w.value);
    add_realised(&w);
    w.out->windows = (struct list){w.rows, w.n};
    return true;
}

/* ---- the table ---- */

static const char *const volatility_phrases[] = {
    "Get quotes for VIX or volatility indicators",
    "Calculate current volatility vs historical average",
    "Determine volatility regime (low/normal/high)", NULL};

static const struct op volatility_ops[] = {
    {.name = "get_volatility",
     .title = "Volatility and its regime",
     .doc = "A volatility index (VIX) now against its past: 20 sessions, a year and more; the "
            "regime low, normal or high, unknown while the value is old; and the realised 20-day "
            "volatility of a benchmark, annual, against its own past.",
     .in = &volatility_in_type,
     .out = &volatility_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/volatility",
     .verb = "volatility",
     .example = "volatility VIX --benchmark SPY",
     .category = "market_data",
     .phrases = volatility_phrases,
     .run = get_volatility},
};
const struct op_set volatility_op_set = {volatility_ops,
                                         sizeof volatility_ops / sizeof volatility_ops[0]};
