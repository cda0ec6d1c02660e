/* SPDX-License-Identifier: MIT */
/*
 * market: quotes of contracts.
 */
#include "market/hours.h"
#include "market/quotes.h"
#include "market/resolver.h"
#include "ops/op.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { QUOTE_WAIT_MS = 4000 };

/* ---- get_market_data ---- */

struct quotes_in {
    struct list symbols;
    unsigned detail;
    bool auto_detect;
    struct str account;
};
static const struct field quotes_in_fields[] = {
    FIELD(struct quotes_in, symbols, .required = true, .positional = true, .min = "1", .max = "50",
          .doc = "Comma-separated: AAPL, ASML.AEB.EUR, 7203, VIX, EUR/USD, an ISIN",
          .example = "AAPL,ASML"),
    DETAIL_FIELD(struct quotes_in, "full: also sizes, day, 13/26/52-week ranges, hours, ages"),
    FIELD(struct quotes_in, auto_detect, .initial = "true",
          .doc = "Also search by company name; false: exact symbols only"),
    FIELD(struct quotes_in, account, .doc = "Decides between listings"),
};
static const struct type quotes_in_type = TYPE_OF(struct quotes_in, quotes_in_fields);

struct quote_row {
    struct str symbol, asked, exchange, currency, name, country, sector, contract_type, source;
    struct opt_dec last, bid, ask, mid, bid_size, ask_size, last_size;
    struct opt_dec open, high, low, close, change, change_pct, volume;
    struct opt_dec high_13w, low_13w, high_26w, low_26w, high_52w, low_52w;
    struct opt_dec from_high_52w_pct, from_low_52w_pct;
    struct str range_source;
    struct opt_int contract_id;
    struct str market_status, exchange_timezone, settlement, data_type, data_status;
    struct opt_bool halted;
    struct opt_num age_s;
    struct opt_utc timestamp, last_trade_time;
    bool has_price_data;
    struct str reason;
    struct list missing;
    struct str data_message, error, error_code, next;
};
/* Fields that are not `wide` are the concise answer. */
static const struct field quote_row_fields[] = {
    FIELD(struct quote_row, symbol, .doc = "Symbol at the broker"),
    FIELD(struct quote_row, asked, .doc = "As it was asked for"),
    FIELD(struct quote_row, name, .doc = "Company or instrument"),
    FIELD(struct quote_row, exchange, .doc = "Listing exchange"),
    FIELD(struct quote_row, currency, .doc = "Currency of the prices"),
    FIELD(struct quote_row, last, .doc = "Last traded price; null for currency pairs"),
    FIELD(struct quote_row, bid, .doc = "Best bid"),
    FIELD(struct quote_row, ask, .doc = "Best ask"),
    FIELD(struct quote_row, mid, .doc = "Middle of bid and ask", .wide = true),
    FIELD(struct quote_row, bid_size, .doc = "Size at the bid", .wide = true),
    FIELD(struct quote_row, ask_size, .doc = "Size at the ask", .wide = true),
    FIELD(struct quote_row, last_size, .doc = "Size of the last trade", .wide = true),
    FIELD(struct quote_row, close, .doc = "Previous close", .wide = true),
    FIELD(struct quote_row, change, .doc = "Price less previous close", .wide = true),
    FIELD(struct quote_row, change_pct, .doc = "The same in percent", .unit = "%"),
    FIELD(struct quote_row, open, .doc = "Open of the day", .wide = true),
    FIELD(struct quote_row, high, .doc = "High of the day", .wide = true),
    FIELD(struct quote_row, low, .doc = "Low of the day", .wide = true),
    FIELD(struct quote_row, volume, .doc = "Volume of the day"),
    FIELD(struct quote_row, high_13w, .doc = "13-week high", .wide = true),
    FIELD(struct quote_row, low_13w, .doc = "13-week low", .wide = true),
    FIELD(struct quote_row, high_26w, .doc = "26-week high", .wide = true),
    FIELD(struct quote_row, low_26w, .doc = "26-week low", .wide = true),
    FIELD(struct quote_row, high_52w, .doc = "52-week high"),
    FIELD(struct quote_row, low_52w, .doc = "52-week low"),
    FIELD(struct quote_row, from_high_52w_pct, .doc = "Price against the 52-week high", .unit = "%",
          .wide = true),
    FIELD(struct quote_row, from_low_52w_pct, .doc = "Price against the 52-week low", .unit = "%",
          .wide = true),
    FIELD(struct quote_row, range_source,
          .doc = "broker: the ranges as told; computed: from daily bars", .wide = true),
    FIELD(struct quote_row, country, .doc = "Country by ISIN, if known", .wide = true),
    FIELD(struct quote_row, sector, .doc = "Industry, in the broker's scheme", .wide = true),
    FIELD(struct quote_row, contract_type, .doc = "Security type", .wide = true),
    FIELD(struct quote_row, contract_id, .doc = "Contract id", .wide = true),
    FIELD(struct quote_row, source, .doc = "How the symbol was understood", .wide = true),
    FIELD(struct quote_row, market_status,
          .doc = "open, extended (before or after regular hours), closed, halted or unknown"),
    FIELD(struct quote_row, halted, .doc = "Whether trading is halted", .wide = true),
    FIELD(struct quote_row, exchange_timezone, .doc = "Time zone of the exchange", .wide = true),
    FIELD(struct quote_row, settlement, .doc = "Settlement rule; null, the broker tells none",
          .wide = true),
    FIELD(struct quote_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none"),
    FIELD(struct quote_row, data_status, .doc = "The same as data_type", .wide = true),
    FIELD(struct quote_row, age_s,
          .doc = "Age of the price: since it arrived, or since its trade where it is not live",
          .unit = "s"),
    FIELD(struct quote_row, timestamp, .doc = "When the newest price arrived", .wide = true),
    FIELD(struct quote_row, last_trade_time, .doc = "When the last trade was", .wide = true),
    FIELD(struct quote_row, has_price_data, .doc = "Whether any price is known", .wide = true),
    FIELD(struct quote_row, reason,
          .doc = "Why it is not live: NO_SUBSCRIPTION, CLOSED, COMPETING_SESSION or another"),
    FIELD(struct quote_row, missing, .doc = "Values that are null, by reason: CLOSED: bid ask"),
    FIELD(struct quote_row, data_message, .doc = "The broker's words about it", .wide = true),
    FIELD(struct quote_row, error, .doc = "What went wrong for this symbol"),
    FIELD(struct quote_row, error_code, .doc = "The same as a stable code"),
    FIELD(struct quote_row, next, .doc = "What to do about it"),
};
static const struct type quote_row_type = TYPE_OF(struct quote_row, quote_row_fields);

struct quotes_out {
    struct list quotes;
};
static const struct field quotes_out_fields[] = {
    FIELD(struct quotes_out, quotes, .of = &quote_row_type,
          .doc = "One row a contract, in the order asked"),
};
static const struct type quotes_out_type = TYPE_OF(struct quotes_out, quotes_out_fields);

static struct quote_row describe(struct call *c, const struct resolve_question *q,
                                 const struct contract_details *d, enum market_state market)
{
    const struct contract *k = &d->contract;
    return (struct quote_row){
        .symbol = arena_str(c->arena, STR_NAME(k->symbol)),
        .asked = q->text,
        .exchange = call_text(c, k->primary_exchange[0] ? k->primary_exchange : k->exchange),
        .currency = call_text(c, k->currency),
        .name = call_text(c, d->long_name),
        .country = d->isin[0] ? arena_str(c->arena, str_sub(STR_NAME(d->isin), 0, 2)) : STR_NONE,
        .sector = call_text(c, d->industry),
        .contract_type = str_of(sec_type_text(k->sec_type)),
        .source = str_of(resolve_how_text(q->how)),
        .exchange_timezone = call_text(c, d->time_zone),
        .contract_id = {k->con_id, true},
        .market_status = str_of(market_state_text(market)),
    };
}

/* A quote and the row that shows it. */
struct shown {
    struct quote_row *row;
    struct quote_answer *answer;
    const struct contract_details *details;
    enum market_state market;
    enum gap range_gap; /* why the ranges that the ticks lack were not computed either */
};

/* ---- what is missing ---- */

/* The values of a row that a market may lack. */
static const struct lack {
    const char *name;
    size_t offset; /* of the struct opt_dec in the row */
    enum quote_value value;
    bool is_wide;
} lacks[] = {
#define LACK(member, value, is_wide)                                                               \
    {                                                                                              \
#member, offsetof(struct quote_row, member), value, is_wide                                \
    }
    LACK(last, VALUE_LAST, false),        LACK(bid, VALUE_TOUCH, false),
    LACK(ask, VALUE_TOUCH, false),        LACK(mid, VALUE_TOUCH, true),
    LACK(bid_size, VALUE_TOUCH, true),    LACK(ask_size, VALUE_TOUCH, true),
    LACK(last_size, VALUE_LAST, true),    LACK(close, VALUE_CLOSE, true),
    LACK(change_pct, VALUE_CLOSE, false), LACK(open, VALUE_DAY, true),
    LACK(high, VALUE_DAY, true),          LACK(low, VALUE_DAY, true),
    LACK(volume, VALUE_VOLUME, false),    LACK(high_13w, VALUE_RANGE, true),
    LACK(low_13w, VALUE_RANGE, true),     LACK(high_26w, VALUE_RANGE, true),
    LACK(low_26w, VALUE_RANGE, true),     LACK(high_52w, VALUE_RANGE, false),
    LACK(low_52w, VALUE_RANGE, false),
#undef LACK
};
enum { LACKS = sizeof lacks / sizeof lacks[0] };

/* GAP_NONE if the value is there, or is not shown at all. */
static enum gap gap_in_row(const struct call *c, const struct shown *s, const struct lack *k)
{
    const struct opt_dec *v = (const void *)((const char *)s->row + k->offset);
    if (v->has || (k->is_wide && c->is_concise))
        return GAP_NONE;
    enum gap gap = quote_gap(s->answer, k->value, s->market);
    if (k->value != VALUE_RANGE || (gap != GAP_NOT_QUOTED && gap != GAP_TIMEOUT))
        return gap;
    return s->range_gap;
}

/* "CLOSED: bid ask" */
static struct str names_of(struct call *c, const enum gap *gaps, enum gap gap)
{
    struct buf text;
    buf_init(&text, 512);
    buf_add_f(&text, "%s:", gap_text(gap));
    for (size_t i = 0; i < LACKS; i++)
        if (gaps[i] == gap)
            buf_add_f(&text, " %s", lacks[i].name);
    struct str copy = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return copy;
}

static void put_missing(struct call *c, const struct shown *s)
{
    enum gap gaps[LACKS];
    unsigned seen = 0;
    struct str texts[GAP_COUNT];
    size_t n = 0;
    static_assert(GAP_COUNT <= sizeof seen * 8, "a bit for each gap");
    for (size_t i = 0; i < LACKS; i++) {
        gaps[i] = gap_in_row(c, s, &lacks[i]);
        seen |= 1u << gaps[i];
    }
    for (int gap = GAP_NONE + 1; gap < GAP_COUNT; gap++)
        if (seen & 1u << gap)
            texts[n++] = names_of(c, gaps, (enum gap)gap);
    struct str *items = ARENA_MANY(c->arena, struct str, n);
    memcpy(items, texts, n * sizeof *items);
    s->row->missing = (struct list){items, n};
}

/* ---- what is there ---- */

static void put_prices(const struct shown *s)
{
    struct quote_row *r = s->row;
    const struct quote *q = &s->answer->quote;
    r->last = q->last;
    r->bid = q->bid;
    r->ask = q->ask;
    r->mid = quote_mid(q);
    r->bid_size = q->bid_size;
    r->ask_size = q->ask_size;
    r->last_size = q->last_size;
    r->open = q->open;
    r->high = q->high;
    r->low = q->low;
    r->close = q->close;
    r->volume = q->volume;
    r->high_13w = q->high_13w;
    r->low_13w = q->low_13w;
    r->high_26w = q->high_26w;
    r->low_26w = q->low_26w;
    r->high_52w = q->high_52w;
    r->low_52w = q->low_52w;
    if (q->high_52w.has || q->low_52w.has)
        r->range_source = STR("broker");
    r->data_type = r->data_status = str_of(data_type_text(q->data_type));
    r->halted = (struct opt_bool){q->is_halted, s->answer->age_ms >= 0};
    r->timestamp = q->time;
    r->last_trade_time = q->traded;
    r->age_s = call_age(s->answer->price_age_ms);
    if (q->is_halted)
        r->market_status = STR("halted");
}

/* ---- ranges that the ticks lack ---- */

static bool lacks_range(const struct shown *s)
{
    const struct quote_row *r = s->row;
    bool is_whole = r->high_13w.has && r->low_13w.has && r->high_26w.has && r->low_26w.has &&
                    r->high_52w.has && r->low_52w.has;
    return !is_whole && s->answer->error.code == ERROR_NONE &&
           s->answer->contract.sec_type != SEC_BAG;
}

/* All six from the same bars and today's prices. */
static void put_year(struct shown *s, struct year y)
{
    struct quote_row *r = s->row;
    const struct quote *q = &s->answer->quote;
    s->range_gap = y.gap;
    if (y.gap != GAP_NONE)
        return;
    for (int i = 0; i < YEAR_SPANS; i++) {
        year_widen(&y.high[i], &y.low[i], q->high);
        year_widen(&y.high[i], &y.low[i], q->low);
        year_widen(&y.high[i], &y.low[i], q->last);
    }
    r->high_13w = y.high[YEAR_13_WEEKS];
    r->low_13w = y.low[YEAR_13_WEEKS];
    r->high_26w = y.high[YEAR_26_WEEKS];
    r->low_26w = y.low[YEAR_26_WEEKS];
    r->high_52w = y.high[YEAR_52_WEEKS];
    r->low_52w = y.low[YEAR_52_WEEKS];
    r->range_source = STR("computed");
}

static bool compute_ranges(struct call *c, struct shown *shown, size_t n)
{
    struct year_question *q = ARENA_MANY(c->arena, struct year_question, n);
    size_t *which = ARENA_MANY(c->arena, size_t, n);
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (!lacks_range(&shown[i]))
            continue;
        q[asked].contract = shown[i].answer->contract;
        q[asked].details = shown[i].details;
        which[asked++] = i;
    }
    if (asked && !years_get(c->task, c->core->years, q, asked, &c->error))
        return false;
    for (size_t k = 0; k < asked; k++)
        put_year(&shown[which[k]], q[k].year);
    return true;
}

/* How the price stands to the close and to the ranges. */
static void put_changes(const struct shown *s)
{
    struct quote_row *r = s->row;
    struct opt_dec price = quote_price(&s->answer->quote);
    struct dec change;
    r->has_price_data = price.has;
    r->change_pct = call_percent(price, r->close);
    if (price.has && r->close.has && dec_sub(price.v, r->close.v, &change))
        r->change = DEC_SOME(change);
    r->from_high_52w_pct = call_percent(price, r->high_52w);
    r->from_low_52w_pct = call_percent(price, r->low_52w);
}

static void put_quote(struct call *c, const struct shown *s)
{
    struct quote_row *r = s->row;
    const struct quote_answer *a = s->answer;
    enum gap reason = quote_gap_whole(a, s->market);
    put_changes(s);
    put_missing(c, s);
    r->reason = call_text(c, gap_text(reason));
    r->next = call_text(c, gap_advice(reason));
    if (a->notice_code)
        r->data_message =
            arena_f(c->arena, "broker code %d: " STR_FMT, a->notice_code, STR_ARG(a->notice));
    call_price_seen(c, a->quote.data_type, a->price_age_ms);
    if (!r->has_price_data)
        call_incomplete(c, "NO_PRICE: no price for " STR_FMT ": %s", STR_ARG(r->asked),
                        gap_text(reason));
}

static void put_error(struct call *c, struct quote_row *r, const struct error *e)
{
    call_row_error(c, e, &r->error, &r->error_code, &r->next);
    r->data_type = r->data_status = str_of(data_type_text(DATA_NONE));
    call_incomplete(c, "%s: %s", e->reason, e->text);
}

/* How many listings of one symbol are quoted: a bare symbol on several exchanges shows them all. */
enum { LISTINGS_MAX = 4 };

static size_t count_rows(const struct resolve_question *q, size_t n)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        rows += q[i].count == 0 ? 1 : q[i].count < LISTINGS_MAX ? q[i].count : LISTINGS_MAX;
    return rows;
}

/* A row for each listing and each failure, in the order asked; the listings are to be quoted. */
static size_t list_rows(struct call *c, const struct resolve_question *q, size_t n,
                        struct quote_row *row, struct quote_answer *answers, struct shown *shown)
{
    size_t asked = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!q[i].count) {
            row[at].symbol = row[at].asked = q[i].text;
            put_error(c, &row[at++], &q[i].error);
        }
        call_several(c, q[i].text, q[i].count);
        for (size_t k = 0; k < q[i].count && k < LISTINGS_MAX; k++) {
            const struct contract_details *d = &q[i].found[k];
            shown[asked] = (struct shown){
                .row = &row[at],
                .answer = &answers[asked],
                .details = d,
                .market = market_state_at(d, &c->core->zones, task_now(c->task).wall),
                .range_gap = c->is_concise ? GAP_NOT_COMPUTED : GAP_NO_HISTORY};
            row[at++] = describe(c, &q[i], d, shown[asked].market);
            answers[asked++].contract = d->contract;
        }
    }
    return asked;
}

static bool get_market_data(struct call *c, const void *in, void *result)
{
    const struct quotes_in *args = in;
    struct quotes_out *out = result;
    const struct str *symbols = args->symbols.items;
    size_t n = args->symbols.n;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, n);
    for (size_t i = 0; i < n; i++)
        q[i] = (struct resolve_question){.text = symbols[i], .exact = !args->auto_detect};
    if (!resolve(c->task, c->core->resolver, account, q, n, &c->error))
        return false;
    size_t rows = count_rows(q, n);
    struct quote_row *row = ARENA_MANY(c->arena, struct quote_row, rows);
    struct quote_answer *answers = ARENA_MANY(c->arena, struct quote_answer, rows);
    struct shown *shown = ARENA_MANY(c->arena, struct shown, rows);
    c->is_concise = args->detail == DETAIL_CONCISE;
    size_t asked = list_rows(c, q, n, row, answers, shown);
    if (asked && !quotes_get(c->task, c->core->quotes, answers, asked, QUOTE_WAIT_MS, &c->error))
        return false;
    for (size_t i = 0; i < asked; i++)
        if (answers[i].error.code == ERROR_NONE)
            put_prices(&shown[i]);
    if (!c->is_concise && !compute_ranges(c, shown, asked))
        return false;
    for (size_t i = 0; i < asked; i++) {
        if (answers[i].error.code == ERROR_NONE)
            put_quote(c, &shown[i]);
        else
            put_error(c, shown[i].row, &answers[i].error);
    }
    out->quotes = (struct list){row, rows};
    return true;
}

/* ---- the table ---- */

static const char *const quote_phrases[] = {"Get quotes for {symbols}",
                                            "Get quote for {symbols}",
                                            "Get current quotes for {symbols}",
                                            "Get quotes: {symbols}",
                                            "Check {symbols} current stock price and 52-week range",
                                            NULL};
static const struct op market_ops[] = {
    {.name = "get_market_data",
     .title = "Quotes",
     .doc = "Quotes for up to 50 symbols: last, bid, ask, change, volume, 52-week range. A bare "
            "symbol is the listing held, else all listings are shown; SYMBOL.EXCHANGE.CURRENCY "
            "names one. Live data, else frozen or delayed, labelled. A missing price is null with "
            "the reason; a bad symbol is an error in its row.",
     .in = &quotes_in_type,
     .out = &quotes_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/quotes/{symbols}",
     .verb = "quotes",
     .example = "quotes AAPL,ASML",
     .category = "market_data",
     .phrases = quote_phrases,
     .run = get_market_data},
};
const struct op_set market_op_set = {market_ops, sizeof market_ops / sizeof market_ops[0]};
