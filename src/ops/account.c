/* SPDX-License-Identifier: MIT */
/*
 * account: what is owned, what it is worth, and which account and connection we are talking about.
 */
#include "model/account.h"

#include "market/currencies.h"
#include "ops/op.h"

#include <stdio.h>
#include <string.h>

/* An input that is only an account, for several operations. */
struct account_in {
    struct str account;
};
static const struct field account_in_fields[] = {
    FIELD(struct account_in, account, .doc = "Account id; default: the connection's account"),
};
static const struct type account_in_type = TYPE_OF(struct account_in, account_in_fields);

struct nothing_in {
    char unused; /* C has no empty struct */
};
static const struct type nothing_in_type = {.name = "nothing", .size = sizeof(struct nothing_in)};

/* ---- get_portfolio ---- */

struct portfolio_row {
    struct str key, symbol, sec_type, exchange, primary_exchange, currency;
    struct dec position;
    struct opt_dec avg_cost, market_price, market_value, market_value_again, market_value_base;
    struct opt_dec fx_rate, unrealized_pnl, realized_pnl, unrealized_pct;
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
    FIELD(struct portfolio_row, market_value_base, .doc = "Value in the base currency"),
    FIELD(struct portfolio_row, fx_rate, .doc = "Base currency for one unit of currency",
          .wide = true),
    FIELD_AS(struct portfolio_row, unrealized_pnl, "unrealizedPNL",
             .doc = "Unrealised profit or loss in its currency"),
    FIELD(struct portfolio_row, unrealized_pct, .doc = "The same in percent of cost", .unit = "%"),
    FIELD_AS(struct portfolio_row, realized_pnl, "realizedPNL",
             .doc = "Realised today, in its currency", .wide = true),
    FIELD(struct portfolio_row, weight_nav, .doc = "Value over net liquidation", .unit = "ratio"),
    FIELD(struct portfolio_row, weight_gross,
          .doc = "Absolute value over the sum of absolute values", .unit = "ratio", .wide = true),
    FIELD_AS(struct portfolio_row, con_id, "conId", .doc = "Contract id", .wide = true),
    FIELD(struct portfolio_row, key, .doc = "Unique name of the position", .wide = true),
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
};
static const struct field cash_row_fields[] = {
    FIELD(struct cash_row, currency, .doc = "Currency"),
    FIELD(struct cash_row, amount, .doc = "Cash in it, negative if borrowed"),
    FIELD(struct cash_row, fx_rate, .doc = "Base currency for one unit"),
    FIELD(struct cash_row, amount_base, .doc = "The same in the base currency"),
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
    FIELD(struct portfolio, base_currency, .doc = "Currency of all totals"),
    FIELD(struct portfolio, net_liquidation, .doc = "Net liquidation value, by the broker"),
    FIELD(struct portfolio, positions_value_base, .doc = "Sum of all positions, shorts negative"),
    FIELD(struct portfolio, gross_value_base, .doc = "Sum of the absolute values"),
    FIELD(struct portfolio, cash_base, .doc = "All cash in the base currency"),
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

static struct portfolio_row row_of(struct call *c, const struct position *p)
{
    const struct contract *k = &p->contract;
    char name[160];
    struct portfolio_row r = {
        .key = arena_f(c->arena, "%s.%s.%s", k->local_symbol[0] ? k->local_symbol : k->symbol,
                       k->primary_exchange[0] ? k->primary_exchange : k->exchange, k->currency),
        .symbol = arena_str(c->arena, STR_NAME(k->symbol)),
        .sec_type = str_of(sec_type_text(k->sec_type)),
        .exchange = arena_str(c->arena, k->primary_exchange[0] ? STR_NAME(k->primary_exchange)
                                                               : STR_NAME(k->exchange)),
        .primary_exchange = arena_str(c->arena, STR_NAME(k->primary_exchange)),
        .currency = arena_str(c->arena, STR_NAME(k->currency)),
        .position = p->quantity,
        .avg_cost = p->avg_cost,
        .market_price = p->market_price,
        .market_value = p->market_value,
        .market_value_again = p->market_value,
        .unrealized_pnl = p->unrealized_pnl,
        .realized_pnl = p->realized_pnl,
        .con_id = k->con_id,
        .description = arena_str(c->arena, str_of(contract_name(k, name, sizeof name))),
        .local_symbol = arena_str(c->arena, STR_NAME(k->local_symbol)),
        .multiplier = call_text(c, k->multiplier),
        .account = arena_str(c->arena, STR_NAME(p->account)),
    };
    struct opt_dec cost = times(p->avg_cost, DEC_SOME(dec_abs(p->quantity)));
    struct opt_dec part = ratio(p->unrealized_pnl, cost);
    if (part.has)
        r.unrealized_pct = DEC_SOME(dec_times(part.v, 100));
    return r;
}

static size_t count_positions(struct call *c, struct str account)
{
    const struct position *p;
    size_t n = 0;
    for (size_t i = 0; book_next_position(c->core->book, &i, account, &p);)
        n += !dec_is_zero(p->quantity);
    return n;
}

/* Absolute money value of the currencies' rates, one for each distinct currency. */
struct rates {
    struct rate *items;
    size_t n;
};

static struct opt_dec rate_for(const struct rates *r, struct str currency)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(STR_NAME(r->items[i].from), currency) && r->items[i].error.code == ERROR_NONE)
            return DEC_SOME(r->items[i].rate);
    return DEC_NONE;
}

static void want_rate(struct rates *r, struct str currency, const char *base)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(STR_NAME(r->items[i].from), currency))
            return;
    struct rate *one = &r->items[r->n++];
    str_copy_cut(one->from, sizeof one->from, currency);
    str_copy_cut(one->to, sizeof one->to, str_of(base));
}

/* Cash rows; "BASE" is their sum and not one of them. */
static void fill_cash(struct call *c, struct str account, struct portfolio *out)
{
    const struct account_value *v;
    size_t n = 0;
    for (size_t i = 0; book_next_value(c->core->book, &i, account, &v);)
        n += strcmp(v->key, "CashBalance") == 0;
    struct cash_row *rows = ARENA_MANY(c->arena, struct cash_row, n);
    out->cash = (struct list){rows, 0};
    for (size_t i = 0; book_next_value(c->core->book, &i, account, &v);) {
        struct dec amount;
        if (strcmp(v->key, "CashBalance") != 0 || strcmp(v->currency, "BASE") == 0 ||
            !dec_parse_round(STR_NAME(v->value), &amount))
            continue;
        rows[out->cash.n++] = (struct cash_row){
            .currency = arena_str(c->arena, STR_NAME(v->currency)), .amount = amount};
    }
}

static bool fetch_rates(struct call *c, struct str account, struct portfolio *out,
                        struct rates *rates)
{
    const struct portfolio_row *rows = out->positions.items;
    const struct cash_row *cash = out->cash.items;
    rates->items = ARENA_MANY(c->arena, struct rate, out->positions.n + out->cash.n + 1);
    for (size_t i = 0; i < out->positions.n; i++)
        want_rate(rates, rows[i].currency, out->base_currency.p);
    for (size_t i = 0; i < out->cash.n; i++)
        want_rate(rates, cash[i].currency, out->base_currency.p);
    if (!rates->n)
        return true;
    if (!currencies_rates(c->task, c->core->currencies, account, rates->items, rates->n, &c->error))
        return false;
    for (size_t i = 0; i < rates->n; i++) {
        const struct rate *r = &rates->items[i];
        if (r->error.code != ERROR_NONE)
            call_incomplete(c, "%s: %s", r->error.reason, r->error.text);
        else if (r->method != RATE_SAME)
            call_price_seen(c, r->data_type, r->age_ms);
    }
    return true;
}

static void add_up(struct portfolio *out, const struct rates *rates)
{
    struct portfolio_row *rows = out->positions.items;
    struct cash_row *cash = out->cash.items;
    out->positions_value_base = out->gross_value_base = out->cash_base = DEC_SOME(DEC_ZERO);
    for (size_t i = 0; i < out->positions.n; i++) {
        struct portfolio_row *r = &rows[i];
        r->fx_rate = rate_for(rates, r->currency);
        r->market_value_base = times(r->market_value, r->fx_rate);
        r->weight_nav = ratio(r->market_value_base, out->net_liquidation);
        accumulate(&out->positions_value_base, r->market_value_base);
        struct opt_dec size = r->market_value_base;
        size.v = dec_abs(size.v);
        accumulate(&out->gross_value_base, size);
    }
    for (size_t i = 0; i < out->positions.n; i++) {
        struct opt_dec size = rows[i].market_value_base;
        size.v = dec_abs(size.v);
        rows[i].weight_gross = ratio(size, out->gross_value_base);
    }
    for (size_t i = 0; i < out->cash.n; i++) {
        cash[i].fx_rate = rate_for(rates, cash[i].currency);
        cash[i].amount_base = times(DEC_SOME(cash[i].amount), cash[i].fx_rate);
        cash[i].weight_nav = ratio(cash[i].amount_base, out->net_liquidation);
        accumulate(&out->cash_base, cash[i].amount_base);
    }
}

static bool get_portfolio(struct call *c, const void *in, void *result)
{
    const struct account_in *args = in;
    struct portfolio *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    struct book *book = c->core->book;
    struct portfolio_row *rows =
        ARENA_MANY(c->arena, struct portfolio_row, count_positions(c, account));
    const struct position *p;
    out->positions = (struct list){rows, 0};
    for (size_t i = 0; book_next_position(book, &i, account, &p);) {
        if (dec_is_zero(p->quantity))
            continue;
        rows[out->positions.n++] = row_of(c, p);
        if (!p->market_value.has)
            call_incomplete(c, "NO_PRICE: no value is known for %s", p->contract.symbol);
        else if (p->updated.has)
            call_price_seen(c, DATA_NONE, /* the broker does not tell of what kind its marks are */
                            (task_now(c->task).wall.ns - p->updated.v.ns) / NS_PER_MS);
    }
    out->base_currency = arena_str(c->arena, str_of(book_base_currency(book, account)));
    out->net_liquidation = book_number(book, account, STR("NetLiquidation"), STR_NONE);
    struct book_pnl pnl = book_pnl(book, account);
    out->daily_pnl = pnl.daily;
    out->unrealized_pnl_base = pnl.unrealized;
    fill_cash(c, account, out);
    struct rates rates = {0};
    if (!fetch_rates(c, account, out, &rates))
        return false;
    add_up(out, &rates);
    return true;
}

/* ---- get_account_summary ---- */

struct summary_row {
    struct str tag, value;
    struct opt_dec value_num;
    struct str currency, account;
};
static const struct field summary_row_fields[] = {
    FIELD(struct summary_row, tag, .doc = "Name of the value, as the broker spells it"),
    FIELD(struct summary_row, value, .doc = "The value as text"),
    FIELD(struct summary_row, value_num, .doc = "The value as a number, where it is one",
          .wide = true),
    FIELD(struct summary_row, currency, .doc = "Its currency"),
    FIELD(struct summary_row, account, .doc = "Account", .wide = true),
};
static const struct type summary_row_type = TYPE_OF(struct summary_row, summary_row_fields);

struct summary {
    struct str base_currency;
    struct list values;
};
static const struct field summary_fields[] = {
    FIELD(struct summary, base_currency, .doc = "Currency of the totals"),
    FIELD(struct summary, values, .of = &summary_row_type, .doc = "The values"),
};
static const struct type summary_type = TYPE_OF(struct summary, summary_fields);

/* Tags of the summary in this order; the ledger rows by currency follow them. */
static const char *const summary_tags[] = {
    "NetLiquidation",     "TotalCashValue",     "SettledCash",   "BuyingPower",
    "AvailableFunds",     "ExcessLiquidity",    "Cushion",       "EquityWithLoanValue",
    "GrossPositionValue", "UnrealizedPnL",      "RealizedPnL",   "PreviousDayEquityWithLoanValue",
    "FullInitMarginReq",  "FullMaintMarginReq", "InitMarginReq", "MaintMarginReq",
    "Leverage",           "AccountType",
};
static const char *const ledger_tags[] = {"CashBalance", "ExchangeRate"};

static bool is_among(const char *key, const char *const *tags, size_t n, size_t *which)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(key, tags[i]) == 0) {
            *which = i;
            return true;
        }
    }
    return false;
}

static void add_summary(struct call *c, struct summary *out, const struct account_value *v)
{
    struct summary_row *r = &((struct summary_row *)out->values.items)[out->values.n++];
    *r = (struct summary_row){
        .tag = arena_str(c->arena, STR_NAME(v->key)),
        .value = arena_str(c->arena, STR_NAME(v->value)),
        .currency =
            strcmp(v->currency, "BASE") == 0 ? out->base_currency : call_text(c, v->currency),
        .account = arena_str(c->arena, STR_NAME(v->account)),
    };
    struct dec number;
    if (dec_parse_round(r->value, &number))
        r->value_num = DEC_SOME(number);
}

static bool get_account_summary(struct call *c, const void *in, void *result)
{
    const struct account_in *args = in;
    struct summary *out = result;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    const struct book *book = c->core->book;
    const struct account_value *v;
    size_t room = 2; /* the two P&L rows */
    for (size_t i = 0; book_next_value(book, &i, account, &v);)
        room++;
    out->values.items = ARENA_MANY(c->arena, struct summary_row, room);
    out->base_currency = arena_str(c->arena, str_of(book_base_currency(book, account)));
    for (size_t k = 0; k < sizeof summary_tags / sizeof summary_tags[0]; k++) {
        v = book_value(book, account, str_of(summary_tags[k]), STR_NONE);
        if (v)
            add_summary(c, out, v);
    }
    for (size_t i = 0, which; book_next_value(book, &i, account, &v);)
        if (is_among(v->key, ledger_tags, 2, &which) && strcmp(v->currency, "BASE") != 0)
            add_summary(c, out, v);
    struct opt_dec daily = book_pnl(book, account).daily;
    if (daily.has) {
        struct account_value row = {.key = "DailyPnL"};
        str_copy_cut(row.account, sizeof row.account, account);
        str_copy_cut(row.currency, sizeof row.currency, out->base_currency);
        (void)dec_format_fixed(daily.v, 2, row.value);
        add_summary(c, out, &row);
    }
    if (!out->values.n)
        call_incomplete(c, "the broker has not sent the values of this account yet");
    return true;
}

/* ---- switch_account, get_accounts ---- */

struct switch_in {
    struct str account_id;
};
static const struct field switch_in_fields[] = {
    FIELD(struct switch_in, account_id, .doc = "Account to use from now on", .required = true,
          .positional = true, .example = "DU9000001"),
};
static const struct type switch_in_type = TYPE_OF(struct switch_in, switch_in_fields);

struct switch_out {
    bool success;
    struct str message, current_account;
    struct list available_accounts;
};
static const struct field switch_out_fields[] = {
    FIELD(struct switch_out, success, .doc = "Whether the account was switched"),
    FIELD(struct switch_out, message, .doc = "What happened"),
    FIELD(struct switch_out, current_account, .doc = "Account used for reads and writes"),
    FIELD(struct switch_out, available_accounts, .doc = "Accounts of this connection"),
};
static const struct type switch_out_type = TYPE_OF(struct switch_out, switch_out_fields);

static struct list account_list(struct call *c)
{
    const struct book *book = c->core->book;
    struct str only = STR_NAME(c->who->only_account);
    struct str *names = ARENA_MANY(c->arena, struct str, book_account_count(book));
    size_t n = 0;
    for (size_t i = 0; i < book_account_count(book); i++)
        if (!only.n || str_eq(only, str_of(book_account(book, i))))
            names[n++] = arena_str(c->arena, str_of(book_account(book, i)));
    return (struct list){names, n};
}

static bool switch_account(struct call *c, const void *in, void *result)
{
    const struct switch_in *args = in;
    struct switch_out *out = result;
    struct str account;
    if (!call_account(c, args->account_id, &account))
        return false;
    if (!c->who->is_stateful) {
        error_set(&c->error, ERROR_INVALID, "STATELESS",
                  "only a lasting MCP connection can remember an account");
        return error_next(&c->error, "pass account=" STR_FMT " to each operation instead",
                          STR_ARG(account));
    }
    str_copy_cut(c->who->account, sizeof c->who->account, account);
    out->success = true;
    out->message = arena_f(c->arena, "reads and orders of this connection now use " STR_FMT " (%s)",
                           STR_ARG(account), account_mode_text(account_mode_of(account)));
    out->current_account = account;
    out->available_accounts = account_list(c);
    return true;
}

struct account_row {
    struct str account, mode, may;
    bool is_current;
};
static const struct field account_row_fields[] = {
    FIELD(struct account_row, account, .doc = "Account id"),
    FIELD(struct account_row, mode, .doc = "paper or live, by the account id"),
    FIELD(struct account_row, may, .doc = "What the gate allows: read_only, paper, live"),
    FIELD(struct account_row, is_current, .doc = "Used unless another is named"),
};
static const struct type account_row_type = TYPE_OF(struct account_row, account_row_fields);

struct accounts_out {
    struct str current_account;
    bool connected, paper_trading;
    struct list available_accounts, accounts;
};
static const struct field accounts_out_fields[] = {
    FIELD(struct accounts_out, current_account, .doc = "Account used unless another is named"),
    FIELD(struct accounts_out, connected, .doc = "Whether the broker connection is ready"),
    FIELD(struct accounts_out, paper_trading, .doc = "Whether the current account is paper money"),
    FIELD(struct accounts_out, available_accounts, .doc = "Account ids of this connection",
          .wide = true),
    FIELD(struct accounts_out, accounts, .of = &account_row_type, .doc = "The accounts"),
};
static const struct type accounts_out_type = TYPE_OF(struct accounts_out, accounts_out_fields);

static bool get_accounts(struct call *c, const void *in, void *result)
{
    (void)in;
    struct accounts_out *out = result;
    struct str current;
    if (!call_account(c, STR_NONE, &current))
        return false;
    out->current_account = current;
    out->connected = session_is_ready(c->core->session);
    out->paper_trading = account_mode_of(current) == MODE_PAPER;
    out->available_accounts = account_list(c);
    const struct str *ids = out->available_accounts.items;
    struct account_row *rows = ARENA_MANY(c->arena, struct account_row, out->available_accounts.n);
    out->accounts = (struct list){rows, out->available_accounts.n};
    for (size_t i = 0; i < out->accounts.n; i++)
        rows[i] = (struct account_row){
            .account = ids[i],
            .mode = str_of(account_mode_text(account_mode_of(ids[i]))),
            .may = str_of(gate_mode_text(gate_mode(c->core->gate, ids[i]))),
            .is_current = str_eq(ids[i], current),
        };
    return true;
}

/* ---- get_connection_status ---- */

struct status_out {
    bool connected;
    struct opt_bool paper_trading;
    int64_t client_id;
    struct str host;
    struct opt_int port;
    struct str broker, link, reason, hint, farms_down;
    bool scheduled, api_read_only;
    struct str current_account, gate_mode;
    struct list available_accounts;
    struct opt_int total_accounts, server_version;
    struct opt_utc connection_time;
    struct str api;
    bool broker_link_ok, kill_switch;
    int64_t reconnects, attempts, requests_in_flight, queued_messages, market_lines;
    int64_t queue_age_ms, slowed_ms, unknown_orders;
    struct opt_int last_code;
    struct str last_text;
    struct utc started;
    struct opt_int round_trip_ms;
};
static const struct field status_fields[] = {
    FIELD(struct status_out, connected, .doc = "Connected, reconciled and ready"),
    FIELD(struct status_out, broker, .doc = "Embedded paper exchange, or TWS / IB Gateway"),
    FIELD(struct status_out, link, .doc = "State of the link"),
    FIELD(struct status_out, reason,
          .doc = "Why it is not ready, or what it lacks: a stable name such as CLIENT_ID_IN_USE, "
                 "READ_ONLY or FARM_DOWN; null if all is well"),
    FIELD(struct status_out, scheduled,
          .doc = "True if that is the broker's nightly or weekly restart: it comes back by itself"),
    FIELD(struct status_out, api_read_only,
          .doc = "TWS lets this connection read, and takes no orders from it"),
    FIELD(struct status_out, paper_trading,
          .doc = "Whether the current account is paper money; null while no account is known"),
    FIELD(struct status_out, gate_mode, .doc = "What the gate allows: read_only, paper, live"),
    FIELD(struct status_out, kill_switch, .doc = "True while the kill switch is engaged"),
    FIELD(struct status_out, current_account, .doc = "Account used unless another is named"),
    FIELD(struct status_out, available_accounts, .doc = "Accounts of this connection"),
    FIELD(struct status_out, total_accounts, .doc = "How many these are", .wide = true),
    FIELD(struct status_out, host, .doc = "Host of TWS or IB Gateway; null when embedded"),
    FIELD(struct status_out, port, .doc = "Its port; null when embedded"),
    FIELD(struct status_out, client_id, .doc = "API client id"),
    FIELD(struct status_out, server_version, .doc = "Agreed protocol version"),
    FIELD(struct status_out, connection_time, .doc = "Connected since"),
    FIELD(struct status_out, broker_link_ok, .doc = "The Gateway reaches the broker's servers"),
    FIELD(struct status_out, farms_down,
          .doc = "Data farms of the broker that are out of reach; null if none is"),
    FIELD(struct status_out, round_trip_ms, .doc = "Time of one question to the broker's server",
          .unit = "ms"),
    FIELD(struct status_out, reconnects, .doc = "Reconnections since the start"),
    FIELD(struct status_out, attempts, .doc = "Failed attempts since the last success"),
    FIELD(struct status_out, requests_in_flight, .doc = "Requests waiting for the broker"),
    FIELD(struct status_out, queued_messages, .doc = "Messages held back by pacing"),
    FIELD(struct status_out, queue_age_ms, .doc = "How long the oldest of them has waited",
          .unit = "ms"),
    FIELD(struct status_out, slowed_ms,
          .doc = "For so long less is asked, because it was too much for the broker; 0: as usual",
          .unit = "ms"),
    FIELD(struct status_out, market_lines, .doc = "Market data lines in use"),
    FIELD(struct status_out, unknown_orders, .doc = "Orders whose fate is not known"),
    FIELD(struct status_out, last_code, .doc = "Newest notice of the broker: its code"),
    FIELD(struct status_out, last_text, .doc = "Its text, in the broker's words"),
    FIELD(struct status_out, hint, .doc = "What to do about it"),
    FIELD(struct status_out, api, .doc = "Address of the HTTP interface on this machine"),
    FIELD(struct status_out, started, .doc = "The daemon runs since"),
};
static const struct type status_type = TYPE_OF(struct status_out, status_fields);

#define STARTING_NS (5LL * NS_PER_S) /* how long a daemon counts as just started */

static void fill_link(struct call *c, struct status_out *out)
{
    struct session_status s;
    session_status(c->core->session, &s);
    const struct broker_settings *b = &c->core->settings->values.broker;
    out->connected = session_is_ready(c->core->session);
    out->link = str_of(link_state_text(s.link));
    out->reason = call_text(c, s.reason);
    out->scheduled = s.is_scheduled;
    out->api_read_only = s.is_read_only;
    out->farms_down = call_text(c, s.farms_down);
    out->client_id = s.client_id;
    if (!c->core->is_embedded) {
        out->host = b->host;
        out->port = (struct opt_int){b->port, true};
    }
    out->broker = c->core->is_embedded ? STR("embedded paper exchange (simulated prices)")
                                       : STR("TWS or IB Gateway");
    if (s.server_version)
        out->server_version = (struct opt_int){s.server_version, true};
    out->connection_time = s.connected_at;
    out->broker_link_ok = out->connected && s.broker_link_ok;
    out->reconnects = s.reconnects;
    out->attempts = s.attempts;
    out->requests_in_flight = (int64_t)s.requests_in_flight;
    out->queued_messages = (int64_t)s.queued_messages;
    out->queue_age_ms = s.queue_age_ms;
    out->slowed_ms = s.slowed_ms;
    out->market_lines = (int64_t)s.market_lines;
    if (s.last_code)
        out->last_code = (struct opt_int){s.last_code, true};
    out->last_text = call_text(c, s.last_text);
    out->hint = call_text(c, call_hint(c, &s));
}

static bool get_connection_status(struct call *c, const void *in, void *result)
{
    (void)in;
    struct status_out *out = result;
    struct gate_kill_status kill;
    gate_kill_status(c->core->gate, &kill);
    out->kill_switch = kill.is_killed;
    out->unknown_orders = (int64_t)gate_unknown_count(c->core->gate);
    out->started = c->core->started;
    if (c->core->http_port)
        out->api = arena_f(c->arena, "http://127.0.0.1:%d", c->core->http_port);
    if (c->core->is_embedded && !book_account_count(c->core->book) &&
        task_now(c->task).wall.ns - c->core->started.ns < STARTING_NS)
        (void)call_needs_broker(c); /* our own exchange is there in a moment */
    fill_link(c, out);
    struct str account;
    if (book_account_count(c->core->book) && call_account(c, STR_NONE, &account)) {
        out->current_account = account;
        out->paper_trading = (struct opt_bool){account_mode_of(account) == MODE_PAPER, true};
        out->gate_mode = str_of(gate_mode_text(gate_mode(c->core->gate, account)));
        out->available_accounts = account_list(c);
        out->total_accounts = (struct opt_int){(int64_t)out->available_accounts.n, true};
    }
    c->error = (struct error){0};
    struct utc server_time;
    struct instant before = task_now(c->task).mono;
    if (out->connected && query_time(c->task, c->core->session, &server_time, &c->error))
        out->round_trip_ms =
            (struct opt_int){instant_ms_since(before, task_now(c->task).mono), true};
    else if (out->connected)
        call_incomplete(c, "the broker's server did not answer: %s", c->error.text);
    if (c->core->is_embedded)
        call_warn(c, "prices and trading sessions of the embedded exchange are simulated");
    c->error = (struct error){0};
    return true;
}

/* ---- the table ---- */

static const char *const portfolio_phrases[] = {
    "Show me my detailed portfolio with all positions", "Show me my current portfolio",
    "Show me my portfolio with position sizes",         "Show me my portfolio with current values",
    "Show me detailed portfolio with all metrics",      NULL};
static const char *const status_phrases[] = {"Check my IBKR connection and account status",
                                             "Check IBKR connection status", NULL};

static const struct op account_ops[] = {
    {.name = "get_portfolio",
     .title = "Portfolio",
     .doc = "Positions of the account with price, value, profit and loss, weight, and cash by "
            "currency; values in each position's own currency and in the base currency. Answers "
            "at once from the standing subscription.",
     .in = &account_in_type,
     .out = &portfolio_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/portfolio",
     .verb = "portfolio",
     .example = "portfolio",
     .category = "portfolio",
     .phrases = portfolio_phrases,
     .run = get_portfolio},
    {.name = "get_account_summary",
     .title = "Account summary",
     .doc = "Net liquidation, cash, buying power, available funds, excess liquidity, margin and "
            "day's profit and loss, and cash with exchange rate by currency.",
     .in = &account_in_type,
     .out = &summary_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/account",
     .verb = "account",
     .example = "account",
     .category = "account",
     .run = get_account_summary},
    {.name = "switch_account",
     .title = "Switch account",
     .doc = "Chooses the account that this MCP connection reads and trades from now on. Elsewhere "
            "pass `account` to each operation.",
     .in = &switch_in_type,
     .out = &switch_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .category = "account",
     .run = switch_account},
    {.name = "get_accounts",
     .title = "Accounts",
     .doc = "Accounts of the broker connection, each with its mode (paper or live) and what the "
            "gate allows there.",
     .in = &nothing_in_type,
     .out = &accounts_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/accounts",
     .verb = "accounts",
     .example = "accounts",
     .category = "account",
     .run = get_accounts},
    {.name = "get_connection_status",
     .title = "Connection status",
     .doc = "Whether the broker is connected and ready, since when, protocol version, round-trip "
            "time, gate mode, kill switch, newest broker notice and what to do about it. Works "
            "without a connection too.",
     .in = &nothing_in_type,
     .out = &status_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/status",
     .verb = "status",
     .example = "status",
     .category = "account",
     .phrases = status_phrases,
     .run = get_connection_status},
};
const struct op_set account_op_set = {account_ops, sizeof account_ops / sizeof account_ops[0]};
