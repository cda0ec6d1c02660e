/* SPDX-License-Identifier: MIT */
/*
 * portfolio: what is owned and what it is worth, in each position's own currency and in one for
 * all.
 */
#include "market/currencies.h"
#include "market/spelling.h"
#include "ops/op.h"

#include <string.h>

/* ---- get_portfolio ---- */

struct portfolio_in {
    struct str currency, symbol, account;
};
static const struct field portfolio_in_fields[] = {
    FIELD(struct portfolio_in, currency, .positional = true, .example = "USD",
          .doc = "Currency of the totals; default: the account's"),
    FIELD(struct portfolio_in, symbol, .doc = "Only this symbol"),
    FIELD(struct portfolio_in, account, .doc = "Default: the connection's"),
};
static const struct type portfolio_in_type = TYPE_OF(struct portfolio_in, portfolio_in_fields);

enum { MARKS_EVERY_S = 180 }; /* the broker's rhythm */

struct portfolio_row {
    struct str key, symbol, sec_type, exchange, primary_exchange, currency;
    struct dec position;
    struct opt_dec avg_cost, market_price, market_value, market_value_again, market_value_base;
    struct opt_dec fx_rate;
    struct str fx_pair, fx_method;
    struct opt_utc fx_time;
    struct opt_dec unrealized_pnl, realized_pnl, unrealized_pct;
    struct opt_dec weight_nav, weight_gross;
    int64_t con_id;
    struct str description, local_symbol, multiplier, account;
};
static const struct field portfolio_row_fields[] = {
    FIELD(struct portfolio_row, symbol, .doc = "Symbol"),
    FIELD(struct portfolio_row, description, .doc = "Readable name of the contract", .wide = true),
    FIELD_AS(struct portfolio_row, sec_type, "secType", .doc = "Security type", .wide = true),
    FIELD(struct portfolio_row, exchange, .doc = "Listing exchange"),
    FIELD(struct portfolio_row, currency, .doc = "Currency of price and value"),
    FIELD(struct portfolio_row, position, .doc = "Quantity held, negative for a short position"),
    FIELD_AS(struct portfolio_row, avg_cost, "avgCost", .doc = "Average cost a unit"),
    FIELD_AS(struct portfolio_row, market_price, "marketPrice", .doc = "Price a unit"),
    FIELD_AS(struct portfolio_row, market_value, "marketValue", .doc = "Value in its currency"),
    FIELD_AS(struct portfolio_row, market_value_again, "market_value",
             .doc = "The same as marketValue", .wide = true),
    FIELD(struct portfolio_row, market_value_base, .doc = "Value in the currency of the totals"),
    FIELD(struct portfolio_row, fx_rate, .doc = "What one unit of currency is worth in it",
          .wide = true),
    FIELD(struct portfolio_row, fx_pair, .doc = "Quoted pairs of that rate", .wide = true),
    FIELD(struct portfolio_row, fx_method,
          .doc = "direct, inverse, cross_via_usd, cross_via_eur, account_rate", .wide = true),
    FIELD(struct portfolio_row, fx_time, .doc = "When that rate arrived", .wide = true),
    FIELD_AS(struct portfolio_row, unrealized_pnl, "unrealizedPNL",
             .doc = "Unrealised profit or loss in its currency"),
    FIELD(struct portfolio_row, unrealized_pct, .doc = "The same in percent of cost", .unit = "%"),
    FIELD_AS(struct portfolio_row, realized_pnl, "realizedPNL",
             .doc = "Realised today, in its currency", .wide = true),
    FIELD(struct portfolio_row, weight_nav, .doc = "Value over net liquidation", .unit = "ratio"),
    FIELD(struct portfolio_row, weight_gross,
          .doc = "Absolute value over the sum of absolute values", .unit = "ratio", .wide = true),
    FIELD_AS(struct portfolio_row, con_id, "conId", .doc = "Contract id", .wide = true),
    FIELD(struct portfolio_row, key,
          .doc = "Names this contract and no other, wherever a symbol is taken", .wide = true),
    FIELD(struct portfolio_row, primary_exchange, .doc = "Primary exchange", .wide = true),
    FIELD(struct portfolio_row, local_symbol, .doc = "Symbol on its exchange", .wide = true),
    FIELD(struct portfolio_row, multiplier, .doc = "Contract multiplier", .wide = true),
    FIELD(struct portfolio_row, account, .doc = "Account that holds it", .wide = true),
};
static const struct type portfolio_row_type = TYPE_OF(struct portfolio_row, portfolio_row_fields);

struct cash_row {
    struct str currency;
    struct dec amount;
    struct opt_dec fx_rate, amount_base, weight_nav;
    struct str fx_pair, fx_method;
    struct opt_utc fx_time;
};
static const struct field cash_row_fields[] = {
    FIELD(struct cash_row, currency, .doc = "Currency"),
    FIELD(struct cash_row, amount, .doc = "Cash in it, negative if borrowed"),
    FIELD(struct cash_row, fx_rate, .doc = "What one unit is worth in the totals' currency"),
    FIELD(struct cash_row, amount_base, .doc = "The cash in the currency of the totals"),
    FIELD(struct cash_row, fx_pair, .doc = "Quoted pairs of the rate", .wide = true),
    FIELD(struct cash_row, fx_method, .doc = "As of a position", .wide = true),
    FIELD(struct cash_row, fx_time, .doc = "When the rate arrived", .wide = true),
    FIELD(struct cash_row, weight_nav, .doc = "Over net liquidation", .unit = "ratio"),
};
static const struct type cash_row_type = TYPE_OF(struct cash_row, cash_row_fields);

struct portfolio {
    struct str base_currency;
    struct opt_dec net_liquidation, positions_value_base, gross_value_base, cash_base;
    struct opt_dec daily_pnl, unrealized_pnl_base;
    struct list positions, cash;
};
static const struct field portfolio_fields[] = {
    FIELD(struct portfolio, base_currency, .doc = "Currency of all totals and weights"),
    FIELD(struct portfolio, net_liquidation, .doc = "Net liquidation value, by the broker"),
    FIELD(struct portfolio, positions_value_base, .doc = "Sum of all positions, shorts negative"),
    FIELD(struct portfolio, gross_value_base, .doc = "Sum of the absolute values"),
    FIELD(struct portfolio, cash_base, .doc = "All cash"),
    FIELD(struct portfolio, daily_pnl, .doc = "Profit or loss of the day, by the broker"),
    FIELD(struct portfolio, unrealized_pnl_base, .doc = "Unrealised profit or loss, by the broker"),
    FIELD(struct portfolio, positions, .of = &portfolio_row_type, .doc = "The positions"),
    FIELD(struct portfolio, cash, .of = &cash_row_type, .doc = "Cash by currency"),
};
static const struct type portfolio_type = TYPE_OF(struct portfolio, portfolio_fields);

/* a / b rounded to six decimals; absent if either is, or b is zero. */
static struct opt_dec ratio(struct opt_dec a, struct opt_dec b)
{
    struct dec q;
    if (!a.has || !b.has || !dec_div(a.v, b.v, &q))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(q, DEC_MICRO(1), DEC_HALF_EVEN));
}

static struct opt_dec times(struct opt_dec a, struct opt_dec b)
{
    struct dec p;
    if (!a.has || !b.has || !dec_mul(a.v, b.v, &p))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(p, DEC_MICRO(10000), DEC_HALF_EVEN));
}

/* Adds b to *sum; an absent part makes the sum absent. */
static void accumulate(struct opt_dec *sum, struct opt_dec part)
{
    struct dec s;
    *sum = sum->has && part.has && dec_add(sum->v, part.v, &s) ? DEC_SOME(s) : DEC_NONE;
}

/* Into a row of zeros. */
static void fill_row(struct call *c, const struct position *position, struct portfolio_row *r)
{
    /* a copy: finding rates takes time */
    struct position *p = ARENA_NEW(c->arena, struct position);
    *p = *position;
    const struct contract *k = &p->contract;
    const char *listing = k->primary_exchange[0] ? k->primary_exchange : k->exchange;
    char key[SPELLING_MAX], name[160];
    r->key = arena_str(c->arena, str_of(spelling_write(k, key)));
    r->symbol = STR_NAME(k->symbol);
    r->sec_type = str_of(sec_type_text(k->sec_type));
    r->exchange = str_of(listing);
    r->primary_exchange = STR_NAME(k->primary_exchange);
    r->currency = STR_NAME(k->currency);
    r->position = p->quantity;
    r->avg_cost = p->avg_cost;
    r->market_price = p->market_price;
    r->market_value = p->market_value;
    r->market_value_again = p->market_value;
    r->unrealized_pnl = p->unrealized_pnl;
    r->realized_pnl = p->realized_pnl;
    r->con_id = k->con_id;
    r->description = arena_str(c->arena, str_of(contract_name(k, name, sizeof name)));
    r->local_symbol = STR_NAME(k->local_symbol);
    r->multiplier = k->multiplier[0] ? STR_NAME(k->multiplier) : STR_NONE;
    r->account = STR_NAME(p->account);
    struct opt_dec cost = times(p->avg_cost, DEC_SOME(dec_abs(p->quantity)));
    struct opt_dec part = ratio(p->unrealized_pnl, cost);
    if (part.has)
        r->unrealized_pct = DEC_SOME(dec_times(part.v, 100));
}

static size_t count_positions(struct call *c, struct str account)
{
    const struct position *p;
    size_t n = 0;
    for (size_t i = 0; book_next_position(c->core->book, &i, account, &p);)
        n += !dec_is_zero(p->quantity);
    return n;
}

/* The rates of the currencies that occur into that of the totals, each once. */
struct rates {
    struct rate *items;
    struct str *codes; /* parallel: the currency as the broker writes it */
    size_t n;
};

/* NULL if there is none. */
static const struct rate *rate_for(const struct rates *r, struct str currency)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->codes[i], currency))
            return r->items[i].error.code == ERROR_NONE ? &r->items[i] : NULL;
    return NULL;
}

static void want_rate(struct rates *r, struct str currency)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->codes[i], currency))
            return;
    r->codes[r->n++] = currency;
}

/* Exactly, leg by leg, then rounded to 0.01; absent if either is. */
static struct opt_dec convert(const struct rate *r, struct opt_dec amount)
{
    struct dec v;
    if (!r || !amount.has || !rate_convert(r, amount.v, &v))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(v, DEC_MICRO(10000), DEC_HALF_EVEN));
}

static void fill_cash(struct call *c, struct str account, struct portfolio *out)
{
    const struct account_value *v;
    size_t n = 0;
    for (size_t i = 0; book_next_cash(c->core->book, &i, account, &v);)
        n++;
    struct cash_row *rows = ARENA_MANY(c->arena, struct cash_row, n);
    out->cash = (struct list){rows, 0};
    for (size_t i = 0; book_next_cash(c->core->book, &i, account, &v);) {
        struct dec amount;
        if (!dec_parse_round(STR_NAME(v->value), &amount))
            continue;
        rows[out->cash.n++] = (struct cash_row){
            .currency = arena_str(c->arena, STR_NAME(v->currency)), .amount = amount};
    }
}

static bool fetch_rates(struct call *c, struct str account, const char *base,
                        const struct portfolio *out, struct rates *rates)
{
    const struct portfolio_row *rows = out->positions.items;
    const struct cash_row *cash = out->cash.items;
    size_t room = out->positions.n + out->cash.n + 1;
    rates->codes = ARENA_MANY(c->arena, struct str, room);
    if (base[0])
        want_rate(rates, str_of(base));
    for (size_t i = 0; i < out->positions.n; i++)
        want_rate(rates, rows[i].currency);
    for (size_t i = 0; i < out->cash.n; i++)
        want_rate(rates, cash[i].currency);
    if (!rates->n)
        return true;
    rates->items = ARENA_MANY(c->arena, struct rate, rates->n);
    for (size_t i = 0; i < rates->n; i++) {
        str_copy_cut(rates->items[i].from, sizeof rates->items[i].from, rates->codes[i]);
        str_copy_cut(rates->items[i].to, sizeof rates->items[i].to, out->base_currency);
    }
    if (!currencies_rates(c->task, c->core->currencies, account, rates->items, rates->n, &c->error))
        return false;
    for (size_t i = 0; i < rates->n; i++) {
        const struct rate *r = &rates->items[i];
        if (r->error.code != ERROR_NONE)
            call_incomplete(c,
                            "%s: %s; what is held in it is not in the totals' currency, and the "
                            "totals are unknown",
                            r->error.reason, r->error.text);
        else if (r->method != RATE_SAME)
            call_price_seen(c, r->data_type, r->age_ms);
    }
    return true;
}

/* How a rate was found; nothing where none was needed. */
static void tell_rate(const struct rate *r, struct opt_dec *rate, struct str *pair,
                      struct str *method, struct opt_utc *time)
{
    if (!r)
        return;
    *rate = DEC_SOME(r->rate);
    if (r->method == RATE_SAME)
        return;
    *pair = str_of(r->path);
    *method = str_of(rate_method_text(r->method));
    *time = r->time;
}

/* The broker's totals are in the account's base currency. */
static void convert_totals(struct portfolio *out, const struct rates *rates, const char *base)
{
    const struct rate *r = rate_for(rates, str_of(base));
    if (r && r->method == RATE_SAME)
        return; /* as the broker tells them, to its last digit */
    out->net_liquidation = convert(r, out->net_liquidation);
    out->daily_pnl = convert(r, out->daily_pnl);
    out->unrealized_pnl_base = convert(r, out->unrealized_pnl_base);
}

static struct opt_dec size_of(struct opt_dec v)
{
    v.v = dec_abs(v.v);
    return v;
}

static void add_up(struct portfolio *out, const struct rates *rates)
{
    struct portfolio_row *rows = out->positions.items;
    struct cash_row *cash = out->cash.items;
    out->positions_value_base = out->gross_value_base = out->cash_base = DEC_SOME(DEC_ZERO);
    for (size_t i = 0; i < out->positions.n; i++) {
        struct portfolio_row *r = &rows[i];
        const struct rate *rate = rate_for(rates, r->currency);
        tell_rate(rate, &r->fx_rate, &r->fx_pair, &r->fx_method, &r->fx_time);
        r->market_value_base = convert(rate, r->market_value);
        r->weight_nav = ratio(r->market_value_base, out->net_liquidation);
        accumulate(&out->positions_value_base, r->market_value_base);
        accumulate(&out->gross_value_base, size_of(r->market_value_base));
    }
    for (size_t i = 0; i < out->positions.n; i++)
        rows[i].weight_gross = ratio(size_of(rows[i].market_value_base), out->gross_value_base);
    for (size_t i = 0; i < out->cash.n; i++) {
        const struct rate *rate = rate_for(rates, cash[i].currency);
        tell_rate(rate, &cash[i].fx_rate, &cash[i].fx_pair, &cash[i].fx_method, &cash[i].fx_time);
        cash[i].amount_base = convert(rate, DEC_SOME(cash[i].amount));
        cash[i].weight_nav = ratio(cash[i].amount_base, out->net_liquidation);
        accumulate(&out->cash_base, cash[i].amount_base);
    }
}

/* What is shown of them; values and weights are those in the whole. */
static void keep_symbol(struct portfolio *out, struct str symbol)
{
    struct portfolio_row *rows = out->positions.items;
    size_t n = 0;
    for (size_t i = 0; i < out->positions.n; i++)
        if (str_ieq(rows[i].symbol, symbol))
            rows[n++] = rows[i];
    out->positions.n = n;
}

/*
 * The broker values a position every three minutes at best, so a mark within those is as new as one
 * can be; what is older by more than the gate lets a price be is told. The gate itself goes by
 * quotes, never by marks.
 */
static void warn_of_age(struct call *c)
{
    int64_t allowed_s = MARKS_EVERY_S + gate_limits(c->core->gate)->stale_price_s;
    int64_t age_s = c->envelope.age_s.has ? (int64_t)c->envelope.age_s.v : 0;
    if (age_s > allowed_s)
        call_warn(c,
                  "OLD_PRICE: the oldest price in these values came %lld s ago; quotes has newer "
                  "ones, if the market is open",
                  (long long)age_s);
}

/* The currency of the totals: the argument, else the account's. False if it is none. */
static bool choose_currency(struct call *c, struct str asked, const char *base, struct str *out)
{
    char code[CURRENCY_MAX];
    if (!asked.n) {
        *out = arena_str(c->arena, str_of(base));
        return true;
    }
    if (!currency_is_known(asked)) {
        error_set(&c->error, ERROR_INVALID, "UNKNOWN_CURRENCY", STR_FMT " is not a currency code",
                  STR_ARG(asked));
        return error_next(&c->error, "use a three-letter code such as EUR or USD");
    }
    currency_canonical(asked, code);
    *out = arena_str(c->arena, str_of(code));
    return true;
}

static bool get_portfolio(struct call *c, const void *in, void *result)
{
    const struct portfolio_in *args = in;
    struct portfolio *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    struct book *book = c->core->book;
    char base[CURRENCY_MAX]; /* a copy: finding rates takes time */
    str_copy_cut(base, sizeof base, str_of(book_base_currency(book, account)));
    if (!choose_currency(c, args->currency, base, &out->base_currency))
        return false;
    struct portfolio_row *rows =
        ARENA_MANY(c->arena, struct portfolio_row, count_positions(c, account));
    const struct position *p;
    out->positions = (struct list){rows, 0};
    for (size_t i = 0; book_next_position(book, &i, account, &p);) {
        if (dec_is_zero(p->quantity))
            continue;
        fill_row(c, p, &rows[out->positions.n++]);
        if (!p->market_value.has)
            call_incomplete(c, "NO_PRICE: no value is known for %s", p->contract.symbol);
        else if (p->updated.has)
            call_price_seen(c, DATA_NONE, /* the broker does not tell of what kind its marks are */
                            (task_now(c->task).wall.ns - p->updated.v.ns) / NS_PER_MS);
    }
    out->net_liquidation = book_number(book, account, STR("NetLiquidation"), STR_NONE);
    struct book_pnl pnl = book_pnl(book, account);
    out->daily_pnl = pnl.daily;
    out->unrealized_pnl_base = pnl.unrealized;
    fill_cash(c, account, out);
    struct rates rates = {0};
    if (!fetch_rates(c, account, base, out, &rates))
        return false;
    convert_totals(out, &rates, base);
    add_up(out, &rates);
    if (args->symbol.n)
        keep_symbol(out, args->symbol);
    warn_of_age(c);
    return true;
}

/* ---- the table ---- */

static const char *const portfolio_phrases[] = {
    "Show me my detailed portfolio with all positions",
    "Show me my current portfolio",
    "Show me my portfolio with position sizes",
    "Show me my portfolio with current values",
    "Show me detailed portfolio with all metrics",
    "Convert international positions to {currency} for planning",
    NULL};
static const struct op portfolio_ops[] = {
    {.name = "get_portfolio",
     .title = "Portfolio",
     .doc = "Positions with price, value, profit and loss, weight, and cash by currency; values "
            "in each position's own currency and in `currency`, at quoted rates.",
     .in = &portfolio_in_type,
     .out = &portfolio_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/portfolio",
     .verb = "portfolio",
     .example = "portfolio",
     .category = "portfolio",
     .phrases = portfolio_phrases,
     .ui = "ui://portcullis/portfolio",
     .run = get_portfolio},
};
const struct op_set portfolio_op_set = {portfolio_ops,
                                        sizeof portfolio_ops / sizeof portfolio_ops[0]};
