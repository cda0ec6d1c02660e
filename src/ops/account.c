/* SPDX-License-Identifier: MIT */
/*
 * account: the values of an account, and which account and connection we are talking about.
 */
#include "model/account.h"

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
    struct opt_int round_trip_ms, clock_offset_s;
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
    FIELD(struct status_out, clock_offset_s,
          .doc = "This machine's clock less the broker's, which tells full seconds", .unit = "s"),
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
    struct utc broker;
    struct moment now = task_now(c->task);
    if (session_clock(c->core->session, now, &broker))
        out->clock_offset_s = (struct opt_int){(now.wall.ns - broker.ns) / NS_PER_S, true};
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
        out->api = arena_f(c->arena, "http%s://127.0.0.1:%d", c->core->http_is_tls ? "s" : "",
                           c->core->http_port);
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

static const char *const status_phrases[] = {"Check my IBKR connection and account status",
                                             "Check IBKR connection status", NULL};

static const struct op account_ops[] = {
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
            "time, gate mode, kill switch, newest broker notice and what to do about it.",
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
