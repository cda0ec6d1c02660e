/* SPDX-License-Identifier: MIT */
/*
 * market: quotes of contracts.
 */
#include "market/hours.h"
#include "market/quotes.h"
#include "market/resolver.h"
#include "ops/op.h"

#include <string.h>

enum { QUOTE_WAIT_MS = 4000 };

/* ---- get_market_data ---- */

struct quotes_in {
    struct list symbols;
    bool auto_detect;
    struct str account;
};
static const struct field quotes_in_fields[] = {
    FIELD(struct quotes_in, symbols, .required = true, .positional = true, .min = "1", .max = "50",
          .doc = "Symbols, comma-separated: AAPL, ASML.AEB.EUR, 7203, VIX, EUR/USD, an ISIN",
          .example = "AAPL,ASML"),
    FIELD(struct quotes_in, auto_detect, .initial = "true",
          .doc = "Also search by company name; false takes only exact or explicit symbols"),
    FIELD(struct quotes_in, account, .doc = "Account whose holdings decide between listings"),
};
static const struct type quotes_in_type = TYPE_OF(struct quotes_in, quotes_in_fields);

struct quote_row {
    struct str symbol, asked, exchange, currency, name, country, sector, contract_type, source;
    struct opt_dec last, bid, ask, close, change, change_pct, high, low, volume;
    struct opt_dec high_52w, low_52w, from_high_52w_pct, from_low_52w_pct, mid;
    struct opt_int contract_id;
    struct str market_status, exchange_timezone, settlement, data_type, data_status;
    struct opt_num age_s;
    struct opt_utc timestamp;
    bool has_price_data;
    struct str data_message, error, error_code, next;
};
static const struct field quote_row_fields[] = {
    FIELD(struct quote_row, symbol, .doc = "Symbol at the broker"),
    FIELD(struct quote_row, asked, .doc = "As it was asked for", .wide = true),
    FIELD(struct quote_row, exchange, .doc = "Listing exchange"),
    FIELD(struct quote_row, currency, .doc = "Currency of the prices"),
    FIELD(struct quote_row, last, .doc = "Last traded price; null for currency pairs"),
    FIELD(struct quote_row, bid, .doc = "Best bid"),
    FIELD(struct quote_row, ask, .doc = "Best ask"),
    FIELD(struct quote_row, mid, .doc = "Middle of bid and ask", .wide = true),
    FIELD(struct quote_row, close, .doc = "Previous close", .wide = true),
    FIELD(struct quote_row, change, .doc = "Price less previous close", .wide = true),
    FIELD(struct quote_row, change_pct, .doc = "The same in percent", .unit = "%"),
    FIELD(struct quote_row, high, .doc = "High of the day", .wide = true),
    FIELD(struct quote_row, low, .doc = "Low of the day", .wide = true),
    FIELD(struct quote_row, volume, .doc = "Volume of the day"),
    FIELD(struct quote_row, high_52w, .doc = "52-week high"),
    FIELD(struct quote_row, low_52w, .doc = "52-week low"),
    FIELD(struct quote_row, from_high_52w_pct, .doc = "Price against the 52-week high, percent",
          .unit = "%", .wide = true),
    FIELD(struct quote_row, from_low_52w_pct, .doc = "Price against the 52-week low, percent",
          .unit = "%", .wide = true),
    FIELD(struct quote_row, name, .doc = "Company or instrument"),
    FIELD(struct quote_row, country, .doc = "Country by ISIN, if known", .wide = true),
    FIELD(struct quote_row, sector, .doc = "Industry, in the broker's scheme", .wide = true),
    FIELD(struct quote_row, contract_type, .doc = "Security type", .wide = true),
    FIELD(struct quote_row, contract_id, .doc = "Contract id", .wide = true),
    FIELD(struct quote_row, source, .doc = "How the symbol was understood", .wide = true),
    FIELD(struct quote_row, market_status,
          .doc = "open, extended (before or after regular hours), closed, halted or unknown",
          .wide = true),
    FIELD(struct quote_row, exchange_timezone, .doc = "Time zone of the exchange", .wide = true),
    FIELD(struct quote_row, settlement, .doc = "Settlement rule; null, the broker tells none",
          .wide = true),
    FIELD(struct quote_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none"),
    FIELD(struct quote_row, data_status, .doc = "The same as data_type", .wide = true),
    FIELD(struct quote_row, age_s, .doc = "Age of the newest price", .unit = "s", .wide = true),
    FIELD(struct quote_row, timestamp, .doc = "When the newest price arrived", .wide = true),
    FIELD(struct quote_row, has_price_data, .doc = "Whether any price is known", .wide = true),
    FIELD(struct quote_row, data_message, .doc = "Why a price is missing or delayed", .wide = true),
    FIELD(struct quote_row, error, .doc = "What went wrong for this symbol"),
    FIELD(struct quote_row, error_code, .doc = "The same as a stable code", .wide = true),
    FIELD(struct quote_row, next, .doc = "What to do about it", .wide = true),
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
                                 const struct contract_details *d)
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
        .market_status = str_of(market_state_text(market_state_of(d, task_now(c->task).wall))),
    };
}

static void put_prices(struct call *c, struct quote_row *r, const struct quote_answer *a)
{
    const struct quote *q = &a->quote;
    struct opt_dec price = quote_price(q);
    r->last = q->last;
    r->bid = q->bid;
    r->ask = q->ask;
    r->mid = quote_mid(q);
    r->close = q->close;
    r->high = q->high;
    r->low = q->low;
    r->volume = q->volume;
    r->high_52w = q->high_52w;
    r->low_52w = q->low_52w;
    r->change_pct = call_percent(price, q->close);
    r->from_high_52w_pct = call_percent(price, q->high_52w);
    r->from_low_52w_pct = call_percent(price, q->low_52w);
    struct dec change;
    if (price.has && q->close.has && dec_sub(price.v, q->close.v, &change))
        r->change = DEC_SOME(change);
    r->has_price_data = price.has;
    r->data_type = r->data_status = str_of(data_type_text(q->data_type));
    r->timestamp = q->time;
    r->age_s = call_age(a->age_ms);
    if (q->is_halted)
        r->market_status = STR("halted");
    if (a->notice_code)
        r->data_message =
            arena_f(c->arena, "broker code %d: " STR_FMT, a->notice_code, STR_ARG(a->notice));
    call_price_seen(c, q->data_type, a->age_ms);
    if (!price.has)
        call_incomplete(c, "NO_PRICE: no price for " STR_FMT "%s" STR_FMT, STR_ARG(r->asked),
                        r->data_message.n ? ": " : "", STR_ARG(r->data_message));
}

static void put_error(struct call *c, struct quote_row *r, const struct error *e)
{
    r->error = arena_str(c->arena, str_of(e->text));
    r->error_code = arena_str(c->arena, str_of(e->reason));
    r->next = call_text(c, e->next);
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
                        struct quote_row *row, struct quote_answer *answers, size_t *which)
{
    size_t asked = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!q[i].count) {
            row[at].symbol = row[at].asked = q[i].text;
            put_error(c, &row[at++], &q[i].error);
        }
        if (q[i].count > 1)
            call_warn(c,
                      "AMBIGUOUS_SYMBOL: " STR_FMT " is %zu contracts; name one as "
                      "SYMBOL.EXCHANGE.CURRENCY",
                      STR_ARG(q[i].text), q[i].count);
        for (size_t k = 0; k < q[i].count && k < LISTINGS_MAX; k++) {
            row[at] = describe(c, &q[i], &q[i].found[k]);
            answers[asked].contract = q[i].found[k].contract;
            which[asked++] = at++;
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
    size_t *which = ARENA_MANY(c->arena, size_t, rows);
    size_t asked = list_rows(c, q, n, row, answers, which);
    if (asked && !quotes_get(c->task, c->core->quotes, answers, asked, QUOTE_WAIT_MS, &c->error))
        return false;
    for (size_t i = 0; i < asked; i++) {
        if (answers[i].error.code == ERROR_NONE)
            put_prices(c, &row[which[i]], &answers[i]);
        else
            put_error(c, &row[which[i]], &answers[i].error);
    }
    out->quotes = (struct list){row, rows};
    return true;
}

/* ---- the table ---- */

static const char *const quote_phrases[] = {"Get quotes for {symbols}", "Get quote for {symbols}",
                                            "Get current quotes for {symbols}", NULL};
static const struct op market_ops[] = {
    {.name = "get_market_data",
     .title = "Quotes",
     .doc = "Quotes for up to 50 symbols at once: last, bid, ask, close, change, volume, 52-week "
            "range, currency, exchange and kind of data. A bare symbol means the listing that is "
            "held, else every listing is shown; SYMBOL.EXCHANGE.CURRENCY names one. A symbol that "
            "fails gives an error in its own row. A missing price is null with the reason.",
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
