/* SPDX-License-Identifier: MIT */
/*
 * history: bars of the past.
 */
#include "market/history.h"

#include "market/resolver.h"
#include "ops/op.h"
#include "ops/prices.h"
#include "quant/period.h"

#include <assert.h>
#include <string.h>

enum {
    LISTINGS_MAX = 4,      /* shown of a bare symbol that is several contracts, as for quotes */
    ASSISTANT_LIMIT = 300, /* bars of a symbol, where none is named: a model pays for each */
    OTHERS_LIMIT = 20000,  /* and everybody else */
    CURSOR_DATE = 10       /* characters of "2026-11-20" */
};

/* ---- input ---- */

const char *const bar_size_names[] = {
    [BAR_1_SECOND] = "1s",      [BAR_5_SECONDS] = "5s",     [BAR_10_SECONDS] = "10s",
    [BAR_15_SECONDS] = "15s",   [BAR_30_SECONDS] = "30s",   [BAR_1_MINUTE] = "1min",
    [BAR_2_MINUTES] = "2min",   [BAR_3_MINUTES] = "3min",   [BAR_5_MINUTES] = "5min",
    [BAR_10_MINUTES] = "10min", [BAR_15_MINUTES] = "15min", [BAR_20_MINUTES] = "20min",
    [BAR_30_MINUTES] = "30min", [BAR_1_HOUR] = "1h",        [BAR_2_HOURS] = "2h",
    [BAR_3_HOURS] = "3h",       [BAR_4_HOURS] = "4h",       [BAR_8_HOURS] = "8h",
    [BAR_1_DAY] = "1d",         [BAR_1_WEEK] = "1w",        [BAR_1_MONTH] = "1m",
    [BAR_SIZE_COUNT] = NULL,
};
static const char *const show_names[] = {
    [BARS_TRADES] = "trades",
    [BARS_MIDPOINT] = "midpoint",
    [BARS_BID] = "bid",
    [BARS_ASK] = "ask",
    [BARS_BID_ASK] = "bid_ask",
    [BARS_ADJUSTED_LAST] = "adjusted",
    [BARS_HISTORICAL_VOLATILITY] = "historical_volatility",
    [BARS_IMPLIED_VOLATILITY] = "implied_volatility",
    [BARS_SHOW_COUNT] = NULL,
};

struct history_in {
    struct list symbols;
    unsigned bars, show, detail;
    struct str period, cursor, account;
    struct opt_utc from, to;
    struct opt_bool adjusted;
    bool regular_hours;
    struct opt_int limit;
};
static const struct field history_in_fields[] = {
    FIELD(struct history_in, symbols, .required = true, .positional = true, .min = "1", .max = "50",
          .doc = "As for quotes: AAPL, ASML.AEB.EUR, EUR/USD, an ISIN", .example = "AAPL,ASML"),
    FIELD(struct history_in, bars, .choices = bar_size_names, .initial = "1d",
          .doc = "1s to 30s, 1min to 30min, 1h to 8h, 1d, 1w, 1m (month)"),
    FIELD(struct history_in, period, .max = "8",
          .doc = "Back from the end: 20d (sessions), 3m, 1y, 4h", .example = "1y"),
    FIELD(struct history_in, from, .doc = "First bar, instead of a period"),
    FIELD(struct history_in, to, .doc = "Last bar; now if absent"),
    FIELD_AS(struct history_in, show, "what", .choices = show_names, .initial = "trades",
             .doc = "Quotes stand in for trades where there are none"),
    FIELD(struct history_in, adjusted,
          .doc = "Dividends taken out; default true for 1d and longer"),
    FIELD(struct history_in, regular_hours, .initial = "true",
          .doc = "false: also before and after hours"),
    DETAIL_FIELD(struct history_in, "full: also average price, trades, gaps, splits, dividends"),
    FIELD(struct history_in, limit, .min = "1", .max = "20000",
          .doc = "Newest bars of each symbol"),
    FIELD(struct history_in, cursor, .max = "32",
          .doc = "next_cursor of a symbol's last answer: what is older"),
    FIELD(struct history_in, account, .doc = "Decides between listings"),
};
static const struct type history_in_type = TYPE_OF(struct history_in, history_in_fields);

/* ---- output ---- */

struct bar_row {
    struct str time;
    struct opt_dec open, high, low, close, volume, average;
    struct opt_int trades;
};
static const struct field bar_row_fields[] = {
    FIELD(struct bar_row, time, .doc = "Trading date, or start of the bar in UTC"),
    FIELD(struct bar_row, open, .doc = "First price"),
    FIELD(struct bar_row, high, .doc = "Highest"),
    FIELD(struct bar_row, low, .doc = "Lowest"),
    FIELD(struct bar_row, close, .doc = "Last"),
    FIELD(struct bar_row, volume, .doc = "Volume"),
    FIELD(struct bar_row, average, .doc = "Average price by volume", .wide = true),
    FIELD(struct bar_row, trades, .doc = "Number of trades", .wide = true),
};
static const struct type bar_row_type = TYPE_OF(struct bar_row, bar_row_fields);

struct gap_row {
    struct str from, to;
    int64_t days;
};
static const struct field gap_row_fields[] = {
    FIELD(struct gap_row, from, .doc = "First trading day without bars"),
    FIELD(struct gap_row, to, .doc = "Last one"),
    FIELD(struct gap_row, days, .doc = "Trading days"),
};
static const struct type gap_row_type = TYPE_OF(struct gap_row, gap_row_fields);

struct action_row {
    struct str date, kind, ratio;
    struct opt_dec amount;
};
static const struct field action_row_fields[] = {
    FIELD(struct action_row, date, .doc = "First day at the new price"),
    FIELD(struct action_row, kind, .doc = "split or dividend"),
    FIELD(struct action_row, ratio, .doc = "Of a split: new for old shares"),
    FIELD(struct action_row, amount, .doc = "Of a dividend: per share, implied by the prices"),
};
static const struct type action_row_type = TYPE_OF(struct action_row, action_row_fields);

struct series_row {
    struct str symbol, asked, exchange, currency, name, what, first, last;
    struct opt_int contract_id;
    struct list bars, gaps, actions;
    bool is_open;
    struct opt_utc begins;
    struct str next_cursor, error, error_code, next;
};
static const struct field series_row_fields[] = {
    FIELD(struct series_row, symbol, .doc = "Symbol", .beside = true),
    FIELD(struct series_row, asked, .doc = "As it was asked", .wide = true),
    FIELD(struct series_row, exchange, .doc = "Listing exchange"),
    FIELD(struct series_row, currency, .doc = "Currency of the prices", .beside = true),
    FIELD(struct series_row, name, .doc = "Company or instrument", .wide = true),
    FIELD(struct series_row, contract_id, .doc = "Contract id", .wide = true),
    FIELD(struct series_row, what, .doc = "What the prices are"),
    FIELD(struct series_row, first, .doc = "Time of the first bar"),
    FIELD(struct series_row, last, .doc = "Time of the last bar"),
    FIELD(struct series_row, bars, .of = &bar_row_type, .columns = true,
          .doc = "The bars, oldest first: an array for each of its values"),
    FIELD_AS(struct series_row, is_open, "last_is_unfinished",
             .doc = "The last bar's time is not over"),
    FIELD(struct series_row, begins, .doc = "The broker's history begins here, if asked for more"),
    FIELD(struct series_row, gaps, .of = &gap_row_type,
          .doc = "Trading days without bars; null: not looked for", .wide = true),
    FIELD(struct series_row, actions, .of = &action_row_type,
          .doc = "Splits and dividends seen in the prices; null: not looked for", .wide = true),
    FIELD(struct series_row, next_cursor, .doc = "cursor for older bars; null: there are none"),
    FIELD(struct series_row, error, .doc = "What went wrong for this symbol", .beside = true),
    FIELD(struct series_row, error_code, .doc = "The same as a stable code"),
    FIELD(struct series_row, next, .doc = "What to do about it"),
};
static const struct type series_row_type = TYPE_OF(struct series_row, series_row_fields);

struct history_out {
    struct str bar;
    struct list history;
};
static const struct field history_out_fields[] = {
    FIELD(struct history_out, bar, .doc = "Length of a bar"),
    FIELD(struct history_out, history, .of = &series_row_type,
          .doc = "One series a contract, in the order asked"),
};
static const struct type history_out_type = TYPE_OF(struct history_out, history_out_fields);

/* ---- what is asked ---- */

static struct utc months_before(struct utc t, int64_t months)
{
    struct civil c = civil_of_utc(t);
    int64_t month = (int64_t)c.year * 12 + c.month - 1 - months;
    c.year = (int)(month / 12);
    c.month = (int)(month % 12) + 1;
    return utc_of_civil(c);
}

/* "5d", "3m", "1y" back from t. */
static bool before(struct utc t, struct str period, struct utc *out)
{
    static const struct {
        const char *unit;
        int64_t seconds, months;
    } units[] = {{"min", 60, 0}, {"h", 3600, 0}, {"d", 86400, 0}, {"w", 7 * 86400, 0},
                 {"m", 0, 1},    {"y", 0, 12},   {"mo", 0, 1}};
    enum { COUNT_MAX = 10000, MONTHS_MAX = 1200 };
    size_t digits = 0;
    int64_t n;
    while (digits < period.n && period.p[digits] >= '0' && period.p[digits] <= '9')
        digits++;
    struct str unit = str_trim(str_sub(period, digits, period.n));
    if (!str_to_i64(str_sub(period, 0, digits), &n) || n < 1 || n > COUNT_MAX)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!str_ieq(unit, str_of(units[i].unit)) || n * units[i].months > MONTHS_MAX)
            continue;
        *out = units[i].months ? months_before(t, n * units[i].months)
                               : (struct utc){t.ns - n * units[i].seconds * NS_PER_S};
        return true;
    }
    return false;
}

/* A period in q. Of days it is told in sessions, as returns are (quant/period.h). */
static bool read_period(struct str text, struct utc end, struct history_question *q)
{
    struct period p;
    if (q->size == BAR_1_DAY && period_parse(text, &p) && p.skip == 0) {
        if (p.kind == PERIOD_SESSIONS) {
            q->last = (size_t)p.n;
            return true;
        }
        int32_t day = (int32_t)(end.ns / NS_PER_S / 86400);
        q->from = (struct opt_utc){{period_begin(&p, day) * 86400LL * NS_PER_S}, true};
        return true;
    }
    q->from.has = before(end, text, &q->from.v);
    return q->from.has;
}

/* The span in q; the default is as much as makes about a hundred bars. */
static bool read_span(struct call *c, const struct history_in *in, struct history_question *q)
{
    struct utc now = task_now(c->task).wall;
    bool is_daily = in->bars >= BAR_1_DAY;
    q->from = in->from;
    q->to = in->to;
    if (in->cursor.n) { /* everything before that bar */
        struct utc at;
        if (!utc_parse(in->cursor, &at) || in->symbols.n != 1) {
            error_set(&c->error, ERROR_INVALID, "CURSOR",
                      "a cursor is the next_cursor of one symbol");
            return error_next(&c->error, "ask one symbol at a time when paging");
        }
        q->to = (struct opt_utc){{at.ns - (is_daily ? 86400LL * NS_PER_S : 0)}, true};
    }
    if (in->period.n && in->from.has) {
        error_set(&c->error, ERROR_INVALID, "PERIOD", "period and from exclude each other");
        return error_next(&c->error, "name one of them");
    }
    struct str period = in->period.n ? in->period : is_daily ? STR("1y") : STR("1d");
    struct utc end = in->to.has ? in->to.v : now;
    if (!q->from.has && !read_period(period, end, q)) {
        error_set(&c->error, ERROR_INVALID, "PERIOD", "'" STR_FMT "' is no period",
                  STR_ARG(in->period));
        return error_next(&c->error, "write a number and min, h, d, w, m (months) or y: 6m");
    }
    int64_t through = is_daily ? 86400LL * NS_PER_S : 0; /* of days the last one is meant, too */
    if (!q->from.has || q->from.v.ns < (q->to.has ? q->to.v.ns + through : now.ns))
        return true;
    return error_set(&c->error, ERROR_INVALID, "PERIOD", "the span begins behind its end");
}

/* ---- the answer ---- */

static struct str date_text(struct call *c, int32_t date)
{
    return arena_f(c->arena, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
}

static void put_error(struct call *c, struct series_row *r, const struct error *e)
{
    call_row_error(c, e, &r->error, &r->error_code, &r->next);
    call_incomplete(c, "%s: " STR_FMT ": %s", e->reason, STR_ARG(r->asked), e->text);
}

static bool put_bars(struct call *c, struct series_row *r, const struct history_question *q,
                     size_t limit)
{
    size_t n = q->n < limit ? q->n : limit;
    const struct bar *bars = q->bars + (q->n - n);
    if (!arena_has(c->arena, n * (sizeof(struct bar_row) + UTC_TEXT_MAX) + (1 << 20)))
        return false;
    struct bar_row *rows = ARENA_MANY(c->arena, struct bar_row, n);
    for (size_t i = 0; i < n; i++) {
        const struct bar *b = &bars[i];
        rows[i] = (struct bar_row){.time = prices_time(c, b),
                                   .open = b->open,
                                   .high = b->high,
                                   .low = b->low,
                                   .close = b->close,
                                   .volume = b->volume,
                                   .average = b->average,
                                   .trades = {b->trades, b->trades >= 0}};
    }
    r->bars = (struct list){rows, n};
    if (n) {
        r->first = rows[0].time;
        r->last = rows[n - 1].time;
    }
    if (n < q->n)
        r->next_cursor = r->first;
    return true;
}

static void put_past(struct call *c, struct series_row *r, const struct history_question *q)
{
    if (q->has_gaps) {
        struct gap_row *gaps = ARENA_MANY(c->arena, struct gap_row, q->gap_count);
        for (size_t i = 0; i < q->gap_count; i++)
            gaps[i] = (struct gap_row){date_text(c, q->gaps[i].from), date_text(c, q->gaps[i].to),
                                       q->gaps[i].days};
        r->gaps = (struct list){gaps, q->gap_count};
    }
    if (!q->has_actions)
        return;
    struct action_row *actions = ARENA_MANY(c->arena, struct action_row, q->action_count);
    for (size_t i = 0; i < q->action_count; i++) {
        const struct history_action *a = &q->actions[i];
        bool is_split = a->kind == HISTORY_SPLIT;
        actions[i].date = date_text(c, a->date);
        actions[i].kind = is_split ? STR("split") : STR("dividend");
        actions[i].amount = (struct opt_dec){a->amount, !is_split};
        if (is_split)
            actions[i].ratio = arena_f(c->arena, "%lld:%lld", (long long)a->to, (long long)a->from);
    }
    r->actions = (struct list){actions, q->action_count};
}

static void put_series(struct call *c, struct series_row *r, struct history_question *q,
                       const struct history_in *in)
{
    int64_t limit = c->who->face == FACE_MCP ? ASSISTANT_LIMIT : OTHERS_LIMIT;
    limit = in->limit.has ? in->limit.v : limit;
    r->what = str_of(show_names[q->shown]);
    r->begins = q->begins;
    r->is_open = q->is_open;
    if (!put_bars(c, r, q, (size_t)limit) && q->error.code == ERROR_NONE) {
        error_set(&q->error, ERROR_LIMIT, "TOO_LONG", "these are more bars than one call can hold");
        error_next(&q->error, "ask fewer symbols, a shorter span or a limit");
    }
    put_past(c, r, q);
    if (q->error.code != ERROR_NONE)
        put_error(c, r, &q->error);
    if (q->was_renewed)
        call_warn(c,
                  "RENEWED: " STR_FMT ": the broker tells older bars anew, as after a split or "
                  "a dividend",
                  STR_ARG(r->asked));
    if (q->begins.has && q->n)
        call_warn(c, "LATE_START: " STR_FMT ": the broker's history begins later than asked",
                  STR_ARG(r->asked));
}

/* ---- the contracts ---- */

static struct series_row row_of(struct call *c, struct str asked, const struct contract_details *d)
{
    const struct contract *k = &d->contract;
    return (struct series_row){
        .symbol = arena_str(c->arena, STR_NAME(k->symbol)),
        .asked = asked,
        .exchange = call_text(c, k->primary_exchange[0] ? k->primary_exchange : k->exchange),
        .currency = call_text(c, k->currency),
        .name = call_text(c, d->long_name),
        .contract_id = {k->con_id, true}};
}

/* A row for each listing and each failure, in the order asked. */
static size_t list_rows(struct call *c, const struct resolve_question *q, size_t n,
                        const struct history_question *like, struct series_row *rows,
                        struct history_question *asks, size_t *which)
{
    size_t at = 0, asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (!q[i].count) {
            rows[at].symbol = rows[at].asked = q[i].text;
            put_error(c, &rows[at++], &q[i].error);
        }
        call_several(c, q[i].text, q[i].count);
        for (size_t k = 0; k < q[i].count && k < LISTINGS_MAX; k++) {
            if (k && asked + (n - i) > HISTORY_QUESTIONS_MAX)
                break; /* room for one listing of each that is left */
            rows[at] = row_of(c, q[i].text, &q[i].found[k]);
            asks[asked] = *like;
            asks[asked].contract = q[i].found[k].contract;
            asks[asked].details = &q[i].found[k];
            which[asked++] = at++;
        }
    }
    return asked;
}

static bool get_history(struct call *c, const void *args, void *result)
{
    const struct history_in *in = args;
    struct history_out *out = result;
    const struct str *symbols = in->symbols.items;
    size_t n = in->symbols.n;
    struct str account;
    bool is_daily = in->bars >= BAR_1_DAY, is_full = in->detail == DETAIL_FULL;
    struct history_question like = {.size = (enum bar_size)in->bars,
                                    .show = (enum bar_show)in->show,
                                    .adjusted = in->adjusted.has ? in->adjusted.v : is_daily,
                                    .regular_hours_only = in->regular_hours,
                                    .find_gaps = is_full,
                                    .find_actions = is_full && in->bars == BAR_1_DAY};
    c->is_concise = !is_full;
    if (!read_span(c, in, &like))
        return false;
    bool is_connected = call_needs_broker(c); /* else what is kept may do */
    struct error why = c->error;
    if (!call_account(c, in->account, &account))
        return false;
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, n);
    for (size_t i = 0; i < n; i++)
        q[i] = (struct resolve_question){.text = symbols[i]};
    if (!resolve(c->task, c->core->resolver, account, q, n, &c->error)) {
        c->error = is_connected ? c->error : why;
        return false;
    }
    size_t rows_max = n * LISTINGS_MAX;
    struct series_row *rows = ARENA_MANY(c->arena, struct series_row, rows_max);
    struct history_question *asks =
        ARENA_MANY(c->arena, struct history_question, HISTORY_QUESTIONS_MAX);
    size_t which[HISTORY_QUESTIONS_MAX];
    size_t asked = list_rows(c, q, n, &like, rows, asks, which), count = 0;
    if (!is_connected && !asked) { /* not even a contract is known */
        c->error = why;
        return false;
    }
    if (asked && !history_bars(c->task, c->core->history, asks, asked, &c->error))
        return false;
    for (size_t i = 0; i < asked; i++)
        put_series(c, &rows[which[i]], &asks[i], in);
    while (count < rows_max && rows[count].symbol.p)
        count++;
    out->bar = str_of(bar_size_names[in->bars]);
    out->history = (struct list){rows, count};
    return true;
}

/* ---- the table ---- */

static const char *const history_phrases[] = {"Get history of {symbols}",
                                              "Get historical data for {symbols}",
                                              "Get history of {symbols} for {period}", NULL};
static const struct op history_ops[] = {
    {.name = "get_history",
     .title = "History",
     .doc = "Bars of up to 50 symbols over any span, from one second to a month each, oldest "
            "first, by columns. Splits are taken out, dividends if adjusted. An unfinished last "
            "bar is marked; a gap, a late start or a failed symbol is named in its own row. Older "
            "bars: cursor.",
     .in = &history_in_type,
     .out = &history_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/history/{symbols}",
     .verb = "history",
     .example = "history AAPL --bars 1d --period 1y",
     .category = "market_data",
     .phrases = history_phrases,
     .run = get_history},
};
const struct op_set history_op_set = {history_ops, sizeof history_ops / sizeof history_ops[0]};
