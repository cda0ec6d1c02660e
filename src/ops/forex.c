/* SPDX-License-Identifier: MIT */
/*
 * forex: exchange rates and conversions.
 */
#include "market/currencies.h"
#include "ops/op.h"

#include <string.h>

/* ---- get_forex_rates ---- */

struct forex_in {
    struct list currency_pairs;
    unsigned detail;
    struct str account;
};
static const struct field forex_in_fields[] = {
    FIELD(struct forex_in, currency_pairs, .required = true, .positional = true, .min = "1",
          .max = "50", .doc = "Comma-separated, any spelling: EUR/USD, USDJPY, eur chf",
          .example = "EUR/USD,USDJPY"),
    DETAIL_FIELD(struct forex_in, "full: also the month's change, day, path, ids, times"),
    FIELD(struct forex_in, account, .doc = "Account whose own rates serve where no pair is quoted"),
};
static const struct type forex_in_type = TYPE_OF(struct forex_in, forex_in_fields);

struct forex_row {
    struct str pair, base_currency, quote_currency, name;
    struct opt_dec rate, mid, bid, ask, spread, last, close, change_pct, high, low, volume;
    struct opt_dec close_1m, change_1m_pct;
    struct str date_1m;
    struct opt_dec pip_value;
    struct str method, path, data_type;
    struct opt_int contract_id;
    struct str raw_contract_symbol;
    struct opt_utc timestamp;
    struct opt_num age_s;
    struct str error, error_code, next;
};
static const struct field forex_row_fields[] = {
    FIELD(struct forex_row, pair, .doc = "The pair as it was asked for"),
    FIELD(struct forex_row, base_currency, .doc = "One unit of this", .wide = true),
    FIELD(struct forex_row, quote_currency, .doc = "costs `rate` of this", .wide = true),
    FIELD(struct forex_row, name, .doc = "The pair in words", .wide = true),
    FIELD(struct forex_row, rate, .doc = "The rate: middle of bid and ask"),
    FIELD(struct forex_row, mid, .doc = "The same as rate", .wide = true),
    FIELD(struct forex_row, bid, .doc = "Bid"),
    FIELD(struct forex_row, ask, .doc = "Ask"),
    FIELD(struct forex_row, spread, .doc = "Ask less bid"),
    FIELD(struct forex_row, last, .doc = "Always null: currency pairs have no last price",
          .wide = true),
    FIELD(struct forex_row, close, .doc = "Previous close, by the same path", .wide = true),
    FIELD(struct forex_row, change_pct, .doc = "Against the previous close, percent", .unit = "%"),
    FIELD(struct forex_row, change_1m_pct, .doc = "Against the close of a month ago", .unit = "%",
          .wide = true),
    FIELD(struct forex_row, close_1m, .doc = "That close, by the same path", .wide = true),
    FIELD(struct forex_row, date_1m, .doc = "Its day: the last one up to a month ago",
          .wide = true),
    FIELD(struct forex_row, high, .doc = "High of the day; null for a cross", .wide = true),
    FIELD(struct forex_row, low, .doc = "Low of the day; null for a cross", .wide = true),
    FIELD(struct forex_row, volume, .doc = "Volume, where the broker tells one", .wide = true),
    FIELD(struct forex_row, pip_value, .doc = "Size of a pip", .wide = true),
    FIELD(struct forex_row, method,
          .doc = "direct, inverse, cross_via_usd, cross_via_eur, account_rate, same_currency"),
    FIELD(struct forex_row, path, .doc = "Quoted pairs that were used", .wide = true),
    FIELD(struct forex_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none"),
    FIELD(struct forex_row, contract_id, .doc = "Contract id of the pair", .wide = true),
    FIELD(struct forex_row, raw_contract_symbol, .doc = "The quoted pair at the broker",
          .wide = true),
    FIELD(struct forex_row, timestamp, .doc = "When the newest price arrived", .wide = true),
    FIELD(struct forex_row, age_s, .doc = "Its age", .unit = "s"),
    FIELD(struct forex_row, error, .doc = "What went wrong for this pair"),
    FIELD(struct forex_row, error_code, .doc = "The same as a stable code"),
    FIELD(struct forex_row, next, .doc = "What to do about it"),
};
static const struct type forex_row_type = TYPE_OF(struct forex_row, forex_row_fields);

struct forex_out {
    struct list rates;
};
static const struct field forex_out_fields[] = {
    FIELD(struct forex_out, rates, .of = &forex_row_type,
          .doc = "One row a pair, in the order asked"),
};
static const struct type forex_out_type = TYPE_OF(struct forex_out, forex_out_fields);

/* Tells in the envelope how good a rate is. */
static void rate_seen(struct call *c, const struct rate *rate)
{
    if (rate->method == RATE_SAME)
        return;
    call_price_seen(c, rate->data_type, rate->age_ms);
    if (rate->method == RATE_ACCOUNT)
        call_warn(c,
                  "ACCOUNT_RATE: %s to %s is the rate that the broker applies to the account; its "
                  "time is not known",
                  rate->from, rate->to);
    else if (rate->data_type != DATA_LIVE)
        call_warn(c, "OLD_RATE: %s to %s is a %s rate, not a live one", rate->from, rate->to,
                  data_type_text(rate->data_type));
}

static void put_rate(struct call *c, struct forex_row *r, const struct rate *rate)
{
    struct dec spread;
    r->rate = r->mid = DEC_SOME(rate->rate);
    r->bid = rate->bid;
    r->ask = rate->ask;
    if (rate->bid.has && rate->ask.has && dec_sub(rate->ask.v, rate->bid.v, &spread))
        r->spread = DEC_SOME(spread);
    r->method = str_of(rate_method_text(rate->method));
    r->path = call_text(c, rate->path);
    r->timestamp = rate->time;
    r->data_type = str_of(data_type_text(rate->data_type));
    r->age_s = call_age(rate->age_ms);
    r->close = rate->close;
    r->change_pct = call_percent(r->rate, r->close);
    r->high = rate->high;
    r->low = rate->low;
    r->volume = rate->volume;
    if (rate->leg_count == 1) {
        r->contract_id = (struct opt_int){rate->legs[0].contract.con_id, true};
        r->raw_contract_symbol = call_text(c, rate->legs[0].contract.local_symbol);
    }
    rate_seen(c, rate);
}

/* ---- the change over a month ---- */

/* The close of a month ago by the same pairs; the older day, should they differ. */
static void put_month(struct call *c, struct forex_row *r, const struct rate *rate,
                      const struct year *years)
{
    struct opt_dec closes[RATE_LEGS_MAX] = {DEC_NONE};
    int32_t date = INT32_MAX;
    for (size_t i = 0; i < rate->leg_count; i++) {
        closes[i] = years[i].month_close;
        if (years[i].month_close.has && years[i].month_date < date)
            date = years[i].month_date;
    }
    r->close_1m = rate->leg_count ? rate_at(rate, closes) : DEC_NONE;
    r->change_1m_pct = call_percent(r->rate, r->close_1m);
    if (r->close_1m.has)
        r->date_1m =
            arena_f(c->arena, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
}

/* The past of all pairs that the rates are made of, asked for together. */
static bool compute_months(struct call *c, struct forex_row *rows, const size_t *which,
                           const struct rate *rates, size_t n)
{
    struct year_question *q = ARENA_MANY(c->arena, struct year_question, n * RATE_LEGS_MAX);
    size_t asked = 0, at = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < rates[k].leg_count && rates[k].legs[0].contract.con_id; i++)
            q[asked++].contract = rates[k].legs[i].contract;
    if (asked && !years_get(c->task, c->core->years, q, asked, &c->error))
        return false;
    for (size_t k = 0; k < n; k++) {
        struct year years[RATE_LEGS_MAX] = {{.gap = GAP_NONE}};
        for (size_t i = 0; i < rates[k].leg_count && rates[k].legs[0].contract.con_id; i++)
            years[i] = q[at++].year;
        if (rates[k].error.code == ERROR_NONE)
            put_month(c, &rows[which[k]], &rates[k], years);
    }
    return true;
}

static void put_error(struct call *c, struct forex_row *r, const struct error *e)
{
    call_row_error(c, e, &r->error, &r->error_code, &r->next);
    r->data_type = str_of(data_type_text(DATA_NONE));
    call_incomplete(c, "%s: %s", e->reason, e->text);
}

/* The pair as it was asked for, taken apart into *rate; false with the error in the row. */
static bool begin_row(struct call *c, struct str pair, struct forex_row *r, struct rate *rate)
{
    struct error e = {0};
    r->pair = pair;
    if (!currency_pair_parse(pair, rate->from, rate->to)) {
        error_set(&e, ERROR_INVALID, "UNKNOWN_CURRENCY",
                  STR_FMT " is no pair of currencies known here", STR_ARG(pair));
        error_next(&e, "write EUR/USD or EURUSD");
        put_error(c, r, &e);
        return false;
    }
    r->base_currency = arena_str(c->arena, STR_NAME(rate->from));
    r->quote_currency = arena_str(c->arena, STR_NAME(rate->to));
    r->name = arena_f(c->arena, "%s in %s", rate->from, rate->to);
    r->pip_value = DEC_SOME(currency_pip(rate->to));
    return true;
}

static bool get_forex_rates(struct call *c, const void *in, void *result)
{
    const struct forex_in *args = in;
    struct forex_out *out = result;
    const struct str *pairs = args->currency_pairs.items;
    size_t n = args->currency_pairs.n, asked = 0;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    struct forex_row *row = ARENA_MANY(c->arena, struct forex_row, n);
    struct rate *rates = ARENA_MANY(c->arena, struct rate, n);
    size_t *which = ARENA_MANY(c->arena, size_t, n);
    c->is_concise = args->detail == DETAIL_CONCISE;
    for (size_t i = 0; i < n; i++)
        if (begin_row(c, pairs[i], &row[i], &rates[asked]))
            which[asked++] = i;
    if (asked && !currencies_rates(c->task, c->core->currencies, account, rates, asked, &c->error))
        return false;
    for (size_t k = 0; k < asked; k++) {
        if (rates[k].error.code == ERROR_NONE)
            put_rate(c, &row[which[k]], &rates[k]);
        else
            put_error(c, &row[which[k]], &rates[k].error);
    }
    if (!c->is_concise && !compute_months(c, row, which, rates, asked))
        return false;
    out->rates = (struct list){row, n};
    return true;
}

/* ---- convert_currency ---- */

struct convert_in {
    struct dec amount;
    struct str from_currency, to_currency, account;
};
static const struct field convert_in_fields[] = {
    FIELD(struct convert_in, amount, .required = true, .positional = true,
          .doc = "Amount; negative and zero amounts convert too", .example = "1000"),
    FIELD(struct convert_in, from_currency, .required = true, .positional = true,
          .doc = "Currency of the amount; GBX, ZAC and ILA are hundredths", .example = "EUR"),
    FIELD(struct convert_in, to_currency, .required = true, .positional = true,
          .doc = "Currency to convert to", .example = "USD"),
    FIELD(struct convert_in, account,
          .doc = "Account whose own rates serve where no pair is quoted"),
};
static const struct type convert_in_type = TYPE_OF(struct convert_in, convert_in_fields);

struct convert_out {
    struct dec original_amount;
    struct str from_currency, to_currency;
    struct dec exchange_rate, converted_amount;
    struct opt_dec bid, ask;
    struct str conversion_method, pair_used;
    struct opt_num rate_age_s;
    struct opt_utc rate_timestamp;
    struct utc conversion_timestamp;
};
static const struct field convert_out_fields[] = {
    FIELD(struct convert_out, original_amount, .doc = "The amount"),
    FIELD(struct convert_out, from_currency, .doc = "Its currency"),
    FIELD(struct convert_out, converted_amount, .doc = "The amount converted, rounded to 1/10000"),
    FIELD(struct convert_out, to_currency, .doc = "Currency of the converted amount"),
    FIELD(struct convert_out, exchange_rate, .doc = "One unit of from_currency in to_currency"),
    FIELD(struct convert_out, bid, .doc = "Bid side of the rate"),
    FIELD(struct convert_out, ask, .doc = "Ask side of the rate"),
    FIELD(struct convert_out, conversion_method,
          .doc = "same_currency, direct, inverse, cross_via_usd, cross_via_eur, account_rate"),
    FIELD(struct convert_out, pair_used, .doc = "Quoted pairs that were used"),
    FIELD(struct convert_out, rate_timestamp, .doc = "When the price arrived"),
    FIELD(struct convert_out, rate_age_s, .doc = "How old it is", .unit = "s"),
    FIELD(struct convert_out, conversion_timestamp, .doc = "When it was converted"),
};
static const struct type convert_out_type = TYPE_OF(struct convert_out, convert_out_fields);

static bool convert_currency(struct call *c, const void *in, void *result)
{
    const struct convert_in *args = in;
    struct convert_out *out = result;
    struct str account;
    struct rate rate;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account) ||
        !currencies_rate(c->task, c->core->currencies, account, args->from_currency,
                         args->to_currency, &rate, &c->error))
        return false;
    struct dec exact;
    if (!rate_convert(&rate, args->amount, &exact))
        return error_set(&c->error, ERROR_INVALID, "OUT_OF_RANGE", "the amount is too large");
    *out = (struct convert_out){
        .original_amount = args->amount,
        .from_currency = arena_str(c->arena, STR_NAME(rate.from)),
        .to_currency = arena_str(c->arena, STR_NAME(rate.to)),
        .exchange_rate = rate.rate,
        .converted_amount = dec_round_to(exact, DEC_MICRO(100), DEC_HALF_EVEN),
        .bid = rate.bid,
        .ask = rate.ask,
        .conversion_method = str_of(rate_method_text(rate.method)),
        .pair_used = call_text(c, rate.path),
        .rate_timestamp = rate.time,
        .rate_age_s = call_age(rate.age_ms),
        .conversion_timestamp = task_now(c->task).wall,
    };
    rate_seen(c, &rate);
    return true;
}

/* ---- the table ---- */

static const char *const forex_phrases[] = {
    "Get forex rates for {currency_pairs}", "Get forex rates: {currency_pairs}",
    "Get {currency_pairs} rate", "Get {currency_pairs} rate for currency impact analysis", NULL};
static const char *const convert_phrases[] = {"Convert {amount} {from_currency} to {to_currency}",
                                              NULL};

static const struct op forex_ops[] = {
    {.name = "get_forex_rates",
     .title = "Exchange rates",
     .doc = "Exchange rates of currency pairs in any spelling (EUR/USD, EURUSD): the middle of bid "
            "and ask, direct, inverse or crossed over USD or EUR and marked so. Nothing is taken "
            "from a table; a pair without a quote is an error in its row.",
     .in = &forex_in_type,
     .out = &forex_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/forex/{currency_pairs}",
     .verb = "forex",
     .example = "forex EUR/USD,USDJPY",
     .category = "forex",
     .phrases = forex_phrases,
     .run = get_forex_rates},
    {.name = "convert_currency",
     .title = "Convert an amount",
     .doc = "Converts an amount, of any sign, at the quoted rate, which is shown with both sides, "
            "its age and the pairs used. Without a rate it fails with NO_RATE.",
     .in = &convert_in_type,
     .out = &convert_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/convert/{amount}/{from_currency}/{to_currency}",
     .verb = "convert",
     .example = "convert 1000 EUR USD",
     .category = "forex",
     .phrases = convert_phrases,
     .run = convert_currency},
};
const struct op_set forex_op_set = {forex_ops, sizeof forex_ops / sizeof forex_ops[0]};
