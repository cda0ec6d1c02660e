/* SPDX-License-Identifier: MIT */
/*
 * technicals: what traders draw over prices, of the newest bars.
 */
#include "ops/prices.h"
#include "quant/performance.h"
#include "quant/technical.h"

#include <string.h>

/* Bounds of what one answer holds: bars, and values. */
enum { INDICATORS_MAX = 20, BARS_MAX = 30000, VALUES_MAX = 50000, SESSION_BREAK_S = 3 * 3600 };

/* ---- input ---- */

struct technicals_in {
    struct list symbols, indicators;
    unsigned bars, detail;
    int64_t values;
    bool adjusted, with_today, regular_hours;
    struct opt_utc to;
    struct str account;
};
static const struct field technicals_in_fields[] = {
    FIELD(struct technicals_in, symbols, .required = true, .positional = true, .min = "1",
          .max = "50", .doc = "As for quotes", .example = "AAPL,ASML"),
    FIELD(struct technicals_in, indicators, .max = "50",
          .doc = "sma20 ema20 rsi14 atr14 macd bollinger20-2 vwap volatility20 range52w",
          .example = "sma50,rsi14"),
    FIELD(struct technicals_in, bars, .choices = bar_size_names, .initial = "1d",
          .doc = "1min, 1h, 1d, 1w, as in get_history"),
    FIELD(struct technicals_in, values, .initial = "1", .min = "1", .max = "5000",
          .doc = "Newest values of each"),
    FIELD(struct technicals_in, adjusted, .initial = "true", .doc = "Dividends taken out"),
    FIELD(struct technicals_in, regular_hours, .initial = "true",
          .doc = "false: also before and after hours"),
    FIELD(struct technicals_in, with_today, .initial = "false", .doc = "With the unfinished bar"),
    FIELD(struct technicals_in, to, .doc = "Up to then; now if absent"),
    DETAIL_FIELD(struct technicals_in, "full: also listing, bars used, what to do"),
    FIELD(struct technicals_in, account, .doc = "Decides between listings"),
};
static const struct type technicals_in_type = TYPE_OF(struct technicals_in, technicals_in_fields);

/* ---- output ---- */

struct value_row {
    struct str time;
    struct opt_num value;
};
static const struct field value_row_fields[] = {
    FIELD(struct value_row, time, .doc = "Trading date, or start of the bar in UTC"),
    FIELD(struct value_row, value, .doc = "Value"),
};
static const struct type value_row_type = TYPE_OF(struct value_row, value_row_fields);

struct technical_row {
    struct str symbol, asked, exchange, currency, indicator, time, from;
    struct opt_num value, close, distance;
    struct opt_int bars;
    struct list values;
    struct str error, error_code, next;
};
static const struct field technical_row_fields[] = {
    FIELD(struct technical_row, symbol, .doc = "Symbol", .beside = true),
    FIELD(struct technical_row, asked, .doc = "As it was asked", .wide = true),
    FIELD(struct technical_row, exchange, .doc = "Listing exchange", .wide = true),
    FIELD(struct technical_row, currency, .doc = "Currency of the prices", .wide = true),
    FIELD(struct technical_row, indicator, .doc = "Indicator", .beside = true),
    FIELD(struct technical_row, value, .doc = "Its newest value"),
    FIELD(struct technical_row, close, .doc = "Close of that bar"),
    FIELD(struct technical_row, distance, .doc = "close over value, less 1; of prices",
          .unit = "ratio"),
    FIELD(struct technical_row, time, .doc = "Date of that bar, or its start in UTC"),
    FIELD(struct technical_row, bars, .doc = "Bars it was made of", .wide = true),
    FIELD(struct technical_row, from, .doc = "The first of them", .wide = true),
    FIELD(struct technical_row, values, .of = &value_row_type, .columns = true,
          .doc = "The newest values, where more than one is asked"),
    FIELD(struct technical_row, error, .doc = "Why there is none"),
    FIELD(struct technical_row, error_code, .doc = "As a code", .wide = true),
    FIELD(struct technical_row, next, .doc = "What to do", .wide = true),
};
static const struct type technical_row_type = TYPE_OF(struct technical_row, technical_row_fields);

struct technicals_out {
    struct list technicals;
};
static const struct field technicals_out_fields[] = {
    FIELD(struct technicals_out, technicals, .of = &technical_row_type,
          .doc = "A row a symbol and column of an indicator"),
};
static const struct type technicals_out_type =
    TYPE_OF(struct technicals_out, technicals_out_fields);

/* ---- what is asked ---- */

struct work {
    struct call *c;
    const struct technicals_in *in;
    struct technical asked[INDICATORS_MAX];
    size_t count, lines; /* indicators; columns of all of them */
    struct technical_row *rows;
    size_t n;
    double *out[TECHNICAL_LINES_MAX]; /* columns, used again for each indicator */
};

static bool read_indicators(struct work *w)
{
    static const struct str usual[] = {{"sma20", 5}, {"sma50", 5},         {"sma200", 6},
                                       {"rsi14", 5}, {"macd", 4},          {"bollinger20-2", 13},
                                       {"atr14", 5}, {"volatility20", 12}, {"range52w", 8}};
    const struct str *texts = w->in->indicators.items;
    size_t n = w->in->indicators.n;
    if (!n) {
        texts = usual;
        n = sizeof usual / sizeof usual[0];
    }
    if (n > INDICATORS_MAX)
        return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d indicators at once",
                         INDICATORS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (!technical_parse(texts[i], &w->asked[i])) {
            error_set(&w->c->error, ERROR_INVALID, "BAD_INDICATOR", "'" STR_FMT "' is no indicator",
                      STR_ARG(str_sub(texts[i], 0, 40)));
            return error_next(&w->c->error, "ask for %s", technical_words);
        }
        w->lines += w->asked[i].lines;
    }
    w->count = n;
    return true;
}

static size_t bars_needed(const struct work *w)
{
    static const size_t in_a_day[BAR_SIZE_COUNT] = {
        [BAR_1_SECOND] = 86400,  [BAR_5_SECONDS] = 17280, [BAR_10_SECONDS] = 8640,
        [BAR_15_SECONDS] = 5760, [BAR_30_SECONDS] = 2880, [BAR_1_MINUTE] = 1440,
        [BAR_2_MINUTES] = 720,   [BAR_3_MINUTES] = 480,   [BAR_5_MINUTES] = 288,
        [BAR_10_MINUTES] = 144,  [BAR_15_MINUTES] = 96,   [BAR_20_MINUTES] = 72,
        [BAR_30_MINUTES] = 48,   [BAR_1_HOUR] = 24,       [BAR_2_HOURS] = 12,
        [BAR_3_HOURS] = 8};
    size_t most = 0;
    for (size_t i = 0; i < w->count; i++) {
        size_t n = technical_bars(&w->asked[i], (size_t)w->in->values);
        if (technical_needs_session(&w->asked[i])) /* longer than any session, with its begin */
            n += in_a_day[w->in->bars] + 1;
        most = n > most ? n : most;
    }
    return most;
}

/* ---- bars as numbers ---- */

struct numbers {
    struct price_bars bars;
    const struct bar **of; /* the bar of each number */
};

/* Bars within a day that come after a pause begin a session; lunch is shorter. Whether the first of
 * all does, nobody knows. */
static bool begins_session(const struct bar *before, const struct bar *bar)
{
    return before && (bar->start.v.ns - before->start.v.ns) / NS_PER_S > SESSION_BREAK_S;
}

/* Bars that lack a price are left out. */
static struct numbers numbers_of(struct work *w, const struct history_question *q)
{
    struct arena *a = w->c->arena;
    double *high = ARENA_MANY(a, double, q->n), *low = ARENA_MANY(a, double, q->n);
    double *closes = ARENA_MANY(a, double, q->n), *volume = ARENA_MANY(a, double, q->n);
    int32_t *day = ARENA_MANY(a, int32_t, q->n);
    bool *begins = ARENA_MANY(a, bool, q->n);
    const struct bar **of = ARENA_MANY(a, const struct bar *, q->n);
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        const struct bar *b = &q->bars[i];
        if (!b->high.has || !b->low.has || !b->close.has)
            continue;
        high[n] = prices_number(b->high);
        low[n] = prices_number(b->low);
        closes[n] = prices_number(b->close);
        volume[n] = prices_number(b->volume);
        day[n] = (int32_t)(history_bar_time(b).ns / (86400LL * NS_PER_S));
        begins[n] = begins_session(n ? of[n - 1] : NULL, b);
        of[n++] = b;
    }
    static const double year[BAR_SIZE_COUNT] = {
        [BAR_1_DAY] = TRADING_DAYS, [BAR_1_WEEK] = 52, [BAR_1_MONTH] = 12};
    return (struct numbers){.bars = {high, low, closes, volume, day,
                                     q->size < BAR_4_HOURS ? begins : NULL, n, year[q->size]},
                            .of = of};
}

/* ---- rows ---- */

/* t: NULL for a symbol that has no bars. */
static struct technical_row *add_row(struct work *w, const struct priced *p,
                                     const struct technical *t, size_t line)
{
    char name[TECHNICAL_NAME_MAX] = "";
    struct technical_row *r = &w->rows[w->n++];
    if (t)
        technical_line(t, line, name);
    *r = (struct technical_row){
        .symbol = prices_symbol(w->c, p), .asked = p->asked, .indicator = call_text(w->c, name)};
    if (p->details) {
        const struct contract *k = &p->details->contract;
        r->currency = call_text(w->c, k->currency);
        r->exchange = call_text(w->c, k->primary_exchange[0] ? k->primary_exchange : k->exchange);
    }
    return r;
}

static void put_values(struct work *w, const struct numbers *x, const double *v, size_t k,
                       const struct technical *t, struct technical_row *r)
{
    size_t last = x->bars.n - 1, wanted = (size_t)w->in->values;
    r->value = prices_ratio((struct opt_num){v[k - 1], true});
    r->close = prices_ratio((struct opt_num){x->bars.close[last], true});
    r->time = prices_time(w->c, x->of[last]);
    r->from = prices_time(w->c, x->of[0]);
    r->bars = (struct opt_int){(int64_t)x->bars.n, true};
    if (t->is_price && v[k - 1] > 0)
        r->distance = prices_ratio((struct opt_num){x->bars.close[last] / v[k - 1] - 1, true});
    if (wanted == 1)
        return;
    size_t n = k < wanted ? k : wanted;
    struct value_row *rows = ARENA_MANY(w->c->arena, struct value_row, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct value_row){
            .time = prices_time(w->c, x->of[last + 1 - n + i]),
            .value = prices_ratio((struct opt_num){v[k - n + i], true}),
        };
    r->values = (struct list){rows, n};
}

static void too_few(const struct priced *p, const struct numbers *x, const struct technical *t,
                    struct error *e)
{
    size_t needed = technical_bars(t, 1);
    if (technical_needs_session(t)) {
        error_set(e, ERROR_UNAVAILABLE, "NO_SESSION",
                  "no session of " STR_FMT " is seen to begin in these bars", STR_ARG(p->asked));
        error_next(e, "ask for bars within a day of a market that closes, or for vwap20");
    } else if (x->bars.n < needed) {
        error_set(e, ERROR_UNAVAILABLE, "INSUFFICIENT_HISTORY",
                  STR_FMT " has %zu bars, too few for %s", STR_ARG(p->asked), x->bars.n, t->name);
    } else {
        error_set(e, ERROR_UNAVAILABLE, "NOT_APPLICABLE",
                  "%s cannot be made of these bars of " STR_FMT ": without volume, without a price "
                  "above zero, or of a length that makes no year",
                  t->name, STR_ARG(p->asked));
    }
}

static void put_error(struct work *w, struct technical_row *r, const struct error *e)
{
    call_row_error(w->c, e, &r->error, &r->error_code, &r->next);
    call_incomplete(w->c, "%s: %s", e->reason, e->text);
}

static void put_indicator(struct work *w, const struct priced *p, const struct numbers *x,
                          const struct technical *t)
{
    struct error e;
    size_t k = technical_compute(t, &x->bars, w->out);
    for (size_t i = 0; i < t->lines && k; i++)
        put_values(w, x, w->out[i], k, t, add_row(w, p, t, i));
    if (k)
        return;
    too_few(p, x, t, &e);
    put_error(w, add_row(w, p, t, 0), &e);
}

static bool get_technicals(struct call *c, const void *in_, void *result)
{
    const struct technicals_in *in = in_;
    struct technicals_out *out = result;
    struct work w = {.c = c, .in = in};
    struct str account;
    size_t n = in->symbols.n;
    c->is_concise = in->detail == DETAIL_CONCISE;
    if (!read_indicators(&w) || !call_needs_broker(c) || !call_account(c, in->account, &account))
        return false;
    struct history_question like = {
        .size = (enum bar_size)in->bars,
        .show = BARS_TRADES,
        .adjusted = in->adjusted,
        .regular_hours_only = in->regular_hours,
        .finished_only = !in->with_today,
        .to = in->to,
        .last = bars_needed(&w),
    };
    if (n * like.last > BARS_MAX || n * w.lines * (size_t)in->values > VALUES_MAX) {
        error_set(&c->error, ERROR_LIMIT, "TOO_MANY",
                  "%zu symbols of %zu bars and %zu values are too much at once", n, like.last,
                  w.lines * (size_t)in->values);
        return error_next(&c->error, "ask for fewer symbols, indicators or values");
    }
    struct priced *p = ARENA_MANY(c->arena, struct priced, n);
    for (size_t i = 0; i < n; i++)
        p[i].asked = ((const struct str *)in->symbols.items)[i];
    if (!prices_fetch(c, account, &like, p, n))
        return false;
    w.rows = ARENA_MANY(c->arena, struct technical_row, n * w.lines);
    for (size_t i = 0; i < TECHNICAL_LINES_MAX; i++)
        w.out[i] = ARENA_MANY(c->arena, double, like.last);
    for (size_t i = 0; i < n; i++) {
        if (p[i].error.code != ERROR_NONE) {
            put_error(&w, add_row(&w, &p[i], NULL, 0), &p[i].error);
            continue;
        }
        struct numbers x = numbers_of(&w, p[i].history);
        for (size_t k = 0; k < w.count; k++)
            put_indicator(&w, &p[i], &x, &w.asked[k]);
    }
    out->technicals = (struct list){w.rows, w.n};
    return true;
}

/* ---- the table ---- */

static const char *const technical_phrases[] = {"Show {indicators} of {symbols}",
                                                "Check technical indicators of {symbols}", NULL};

static const struct op technicals_ops[] = {
    {.name = "get_technicals",
     .title = "Technical indicators",
     .doc = "Technical indicators of symbols, as TA-Lib defines them: the newest value of each, or "
            "the newest so many by columns. Finished bars only, unless asked otherwise.",
     .in = &technicals_in_type,
     .out = &technicals_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/technicals/{symbols}",
     .verb = "technicals",
     .example = "technicals AAPL --indicators sma50,rsi14",
     .category = "market_data",
     .phrases = technical_phrases,
     .run = get_technicals},
};
const struct op_set technicals_op_set = {technicals_ops,
                                         sizeof technicals_ops / sizeof technicals_ops[0]};
