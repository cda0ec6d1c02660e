/* SPDX-License-Identifier: MIT */
/*
 * orders: placing, changing and cancelling. Every one of them goes through the gate.
 */
#include "ops/draft.h"

#include <stdio.h>
#include <string.h>

static const char *const actions[] = {"BUY", "SELL", NULL};

/* The arguments that placing operations share; their structs begin with struct order_common. */

#define FIELD_COMMON(S, member, ...) FIELD_AS(S, common.member, #member, __VA_ARGS__)
#define SYMBOL_FIELD(S)                                                                            \
    FIELD_COMMON(S, symbol, .required = true, .positional = true,                                  \
                 .doc = "Symbol: AAPL, ASML.AEB.EUR, 7203; must mean one contract",                \
                 .example = "AAPL")
#define LAST_FIELDS(S)                                                                             \
    FIELD_COMMON(S, exchange, .doc = "Exchange, where the symbol needs one"),                      \
        FIELD_COMMON(S, currency, .doc = "Currency, where the symbol needs one"),                  \
        FIELD_COMMON(S, dry_run, .initial = "false", .doc = "Only checks and values it"),          \
        FIELD_COMMON(S, allow_duplicate, .initial = "false",                                       \
                     .doc = "Repeats a recent order on purpose"),                                  \
        FIELD_COMMON(S, reasoning, .max = "500", .doc = "Why; kept with the order"),               \
        FIELD_COMMON(S, account, .doc = "Default: the connection's")

/* ---- market and limit orders ---- */

static const struct field market_in_fields[] = {
    SYMBOL_FIELD(struct market_in),
    FIELD(struct market_in, action, .required = true, .positional = true, .choices = actions,
          .doc = "BUY or SELL", .example = "BUY"),
    FIELD(struct market_in, quantity, .required = true, .positional = true, .positive = true,
          .doc = "Shares or contracts", .example = "5"),
    LAST_FIELDS(struct market_in),
};
static const struct type market_in_type = TYPE_OF(struct market_in, market_in_fields);

static const struct field limit_in_fields[] = {
    SYMBOL_FIELD(struct limit_in),
    FIELD(struct limit_in, action, .required = true, .positional = true, .choices = actions,
          .doc = "BUY or SELL", .example = "BUY"),
    FIELD(struct limit_in, quantity, .required = true, .positional = true, .positive = true,
          .doc = "Shares or contracts", .example = "5"),
    FIELD(struct limit_in, price, .required = true, .positional = true,
          .doc = "Limit price in the contract's currency", .example = "200"),
    FIELD(struct limit_in, time_in_force, .initial = "DAY", .doc = "DAY, GTC, IOC or FOK"),
    FIELD(struct limit_in, outside_rth, .initial = "false",
          .doc = "Also active outside regular trading hours"),
    LAST_FIELDS(struct limit_in),
};
static const struct type limit_in_type = TYPE_OF(struct limit_in, limit_in_fields);

bool draft_market(struct call *c, const struct market_in *args, struct gate_request *out)
{
    struct contract_details details;
    struct str account;
    if (!trade_contract(c, &args->common, &account, &details))
        return false;
    trade_request(c, &args->common, account, &details, out);
    struct order *o = &out->orders[0];
    o->side = args->action == 0 ? SIDE_BUY : SIDE_SELL;
    o->type = ORDER_MKT;
    o->quantity = args->quantity;
    return true;
}

bool draft_limit(struct call *c, const struct limit_in *args, struct gate_request *out)
{
    struct contract_details details;
    struct str account;
    if (!trade_contract(c, &args->common, &account, &details))
        return false;
    trade_request(c, &args->common, account, &details, out);
    struct order *o = &out->orders[0];
    if (!trade_tif(c, args->time_in_force, &o->tif))
        return false;
    o->side = args->action == 0 ? SIDE_BUY : SIDE_SELL;
    o->type = ORDER_LMT;
    o->quantity = args->quantity;
    o->limit_price = DEC_SOME(args->price);
    o->outside_rth = args->outside_rth;
    return true;
}

static bool place_market_order(struct call *c, const void *in, void *result)
{
    const struct market_in *args = in;
    struct gate_request request;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    return draft_market(c, args, &request) &&
           trade_run(c, &request, args->common.dry_run, result, ticket, outcome);
}

static bool place_limit_order(struct call *c, const void *in, void *result)
{
    const struct limit_in *args = in;
    struct gate_request request;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    return draft_limit(c, args, &request) &&
           trade_run(c, &request, args->common.dry_run, result, ticket, outcome);
}

/* ---- brackets ---- */

static const struct field bracket_in_fields[] = {
    SYMBOL_FIELD(struct bracket_in),
    FIELD(struct bracket_in, action, .required = true, .positional = true, .choices = actions,
          .doc = "Side of the entry", .example = "BUY"),
    FIELD(struct bracket_in, quantity, .required = true, .positional = true, .positive = true,
          .doc = "Shares or contracts", .example = "5"),
    FIELD(struct bracket_in, entry_price, .required = true, .doc = "Limit price of the entry",
          .example = "200"),
    FIELD(struct bracket_in, stop_price, .required = true, .doc = "Trigger of the stop loss",
          .example = "184"),
    FIELD(struct bracket_in, target_price, .required = true, .doc = "Limit price of the target",
          .example = "230"),
    FIELD(struct bracket_in, time_in_force, .initial = "DAY",
          .doc = "Of the entry; stop and target are good till cancelled"),
    LAST_FIELDS(struct bracket_in),
};
static const struct type bracket_in_type = TYPE_OF(struct bracket_in, bracket_in_fields);

struct bracket_out {
    bool success, dry_run;
    struct opt_int parent_order_id, stop_order_id, target_order_id;
    struct str order_ref, symbol, action;
    struct dec quantity, entry_price, stop_price, target_price;
    struct str exchange, currency, status, result, stop_status, target_status, children_tif;
    struct str message, next, preview_id;
    struct opt_utc preview_expires;
    struct opt_int approval;
    struct opt_dec value_base, worst_loss_base;
    struct str base_currency;
    struct list findings;
    struct utc timestamp;
};
static const struct field bracket_out_fields[] = {
    FIELD(struct bracket_out, success, .doc = "The broker has accepted the whole group"),
    FIELD(struct bracket_out, dry_run, .doc = "A preview: nothing was sent"),
    FIELD(struct bracket_out, parent_order_id, .doc = "Order id of the entry"),
    FIELD(struct bracket_out, stop_order_id, .doc = "Order id of the stop"),
    FIELD(struct bracket_out, target_order_id, .doc = "Order id of the target"),
    FIELD(struct bracket_out, order_ref, .doc = "Our own durable reference of the entry"),
    FIELD(struct bracket_out, symbol, .doc = "Symbol"),
    FIELD(struct bracket_out, action, .doc = "Side of the entry"),
    FIELD(struct bracket_out, quantity, .doc = "Quantity"),
    FIELD(struct bracket_out, entry_price, .doc = "Limit price of the entry"),
    FIELD(struct bracket_out, stop_price, .doc = "Trigger of the stop"),
    FIELD(struct bracket_out, target_price, .doc = "Limit price of the target"),
    FIELD(struct bracket_out, exchange, .doc = "Listing exchange"),
    FIELD(struct bracket_out, currency, .doc = "Currency of the prices"),
    FIELD(struct bracket_out, status, .doc = "State of the entry, the broker's word"),
    FIELD(struct bracket_out, stop_status, .doc = "State of the stop"),
    FIELD(struct bracket_out, target_status, .doc = "State of the target"),
    FIELD(struct bracket_out, children_tif, .doc = "Time in force of stop and target"),
    FIELD(struct bracket_out, result,
          .doc = "working, partially_filled, filled, cancelled, rejected, held, unknown, "
                 "awaiting_approval, allowed or refused"),
    FIELD(struct bracket_out, message, .doc = "What happened"),
    FIELD(struct bracket_out, next, .doc = "What to do next"),
    FIELD(struct bracket_out, preview_id, .doc = "Name of what was shown, for submit_order"),
    FIELD(struct bracket_out, preview_expires, .doc = "When that ends"),
    FIELD(struct bracket_out, approval, .doc = "Number under which a person can approve it"),
    FIELD(struct bracket_out, value_base, .doc = "Value of the entry in the base currency"),
    FIELD(struct bracket_out, worst_loss_base, .doc = "Loss if the stop fills at its price"),
    FIELD(struct bracket_out, base_currency, .doc = "Base currency"),
    FIELD(struct bracket_out, findings, .of = &finding_row_type, .aside = true,
          .doc = "What the controls found"),
    FIELD(struct bracket_out, timestamp, .doc = "When this was answered"),
};
static const struct type bracket_out_type = TYPE_OF(struct bracket_out, bracket_out_fields);

static bool prices_in_order(struct call *c, const struct bracket_in *a)
{
    bool is_buy = a->action == 0;
    struct dec low = is_buy ? a->stop_price : a->target_price;
    struct dec high = is_buy ? a->target_price : a->stop_price;
    if (dec_lt(low, a->entry_price) && dec_lt(a->entry_price, high))
        return true;
    return error_set(&c->error, ERROR_INVALID, "STOP_WRONG_SIDE",
                     is_buy ? "a BUY bracket needs stop_price < entry_price < target_price"
                            : "a SELL bracket needs target_price < entry_price < stop_price");
}

static void make_legs(struct gate_request *r, const struct bracket_in *a)
{
    enum order_side entry = a->action == 0 ? SIDE_BUY : SIDE_SELL;
    r->count = 3;
    r->orders[0].side = entry;
    r->orders[0].type = ORDER_LMT;
    r->orders[0].quantity = a->quantity;
    r->orders[0].limit_price = DEC_SOME(a->entry_price);
    r->orders[1] = r->orders[2] = r->orders[0];
    for (size_t i = 1; i < 3; i++) {
        r->orders[i].side = entry == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
        r->orders[i].tif = TIF_GTC;
        r->orders[i].limit_price = DEC_NONE;
    }
    r->orders[1].type = ORDER_STP;
    r->orders[1].stop_price = DEC_SOME(a->stop_price);
    r->orders[2].type = ORDER_LMT;
    r->orders[2].limit_price = DEC_SOME(a->target_price);
}

static void put_legs(struct bracket_out *out, const struct gate_outcome *o)
{
    struct opt_int *ids[] = {&out->parent_order_id, &out->stop_order_id, &out->target_order_id};
    struct str *states[] = {&out->status, &out->stop_status, &out->target_status};
    for (size_t i = 0; i < o->count && i < 3; i++) {
        *ids[i] = (struct opt_int){o->legs[i].order.order_id, true};
        *states[i] = str_of(order_state_text(o->legs[i].status.state));
    }
}

bool draft_bracket(struct call *c, const struct bracket_in *args, struct gate_request *out)
{
    struct contract_details details;
    struct str account;
    if (!prices_in_order(c, args) || !trade_contract(c, &args->common, &account, &details))
        return false;
    trade_request(c, &args->common, account, &details, out);
    if (!trade_tif(c, args->time_in_force, &out->orders[0].tif))
        return false;
    make_legs(out, args);
    return true;
}

static bool place_bracket_order(struct call *c, const void *in, void *result)
{
    const struct bracket_in *args = in;
    struct bracket_out *out = result;
    struct gate_request request;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    struct placed *one = ARENA_NEW(c->arena, struct placed);
    if (!draft_bracket(c, args, &request) ||
        !trade_run(c, &request, args->common.dry_run, one, ticket, outcome))
        return false;
    *out = (struct bracket_out){
        .success = one->success,
        .dry_run = one->dry_run,
        .order_ref = one->order_ref,
        .symbol = one->symbol,
        .action = one->action,
        .quantity = args->quantity,
        .entry_price = args->entry_price,
        .stop_price = args->stop_price,
        .target_price = args->target_price,
        .exchange = one->exchange,
        .currency = one->currency,
        .children_tif = STR("GTC"),
        .result = one->result,
        .message = one->message,
        .next = one->next,
        .preview_id = one->preview_id,
        .preview_expires = one->preview_expires,
        .approval = one->approval,
        .value_base = one->value_base,
        .worst_loss_base = one->worst_loss_base,
        .base_currency = one->base_currency,
        .findings = one->findings,
        .timestamp = one->timestamp,
    };
    put_legs(out, outcome);
    return true;
}

/* ---- changing and cancelling ---- */

static const struct field modify_in_fields[] = {
    FIELD(struct modify_in, order_id, .required = true, .positional = true, .min = "1",
          .doc = "Order id, or perm id", .example = "12"),
    FIELD(struct modify_in, quantity, .positive = true, .doc = "New quantity"),
    FIELD(struct modify_in, price, .doc = "New limit price", .example = "199.50"),
    FIELD(struct modify_in, time_in_force, .doc = "New time in force: DAY, GTC"),
    FIELD(struct modify_in, dry_run, .initial = "false", .doc = "Preview: send nothing"),
    FIELD(struct modify_in, reasoning, .max = "500", .doc = "Why; kept with the order"),
    FIELD(struct modify_in, account, .doc = "Refuse if the order belongs to another account"),
};
static const struct type modify_in_type = TYPE_OF(struct modify_in, modify_in_fields);

/* One more change, for the answer: "price 200 -> 199.5". */
static struct str and_change(struct call *c, struct str changes, const char *name,
                             struct opt_dec before, struct dec after)
{
    char old[DEC_TEXT_MAX] = "none", new[DEC_TEXT_MAX];
    if (before.has)
        (void)dec_format(before.v, old);
    (void)dec_format(after, new);
    return arena_f(c->arena, STR_FMT "%s%s %s -> %s", STR_ARG(changes), changes.n ? ", " : "", name,
                   old, new);
}

static bool apply_changes(struct call *c, const struct modify_in *args, struct order *o,
                          struct str *changes)
{
    if (args->price.has && !o->limit_price.has) {
        error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                  "a %s order has no limit price to change", o->type_text);
        return error_next(&c->error, "modify_stop_loss changes stop prices and trails");
    }
    if (args->price.has) {
        *changes = and_change(c, *changes, "price", o->limit_price, args->price.v);
        o->limit_price = args->price;
    }
    if (args->quantity.has) {
        *changes = and_change(c, *changes, "quantity", DEC_SOME(o->quantity), args->quantity.v);
        o->quantity = args->quantity.v;
    }
    if (args->time_in_force.n) {
        const char *before = tif_text(o->tif);
        if (!trade_tif(c, args->time_in_force, &o->tif))
            return false;
        *changes = arena_f(c->arena, STR_FMT "%stime_in_force %s -> %s", STR_ARG(*changes),
                           changes->n ? ", " : "", before, tif_text(o->tif));
    }
    if (!changes->n)
        return error_set(&c->error, ERROR_INVALID, "MISSING_ARGUMENT",
                         "nothing to change: give price, quantity or time_in_force");
    return true;
}

bool draft_modify(struct call *c, const struct modify_in *args, struct gate_request *out,
                  struct str *changes)
{
    struct order_common common = {
        .reasoning = args->reasoning, .account = args->account, .dry_run = args->dry_run};
    *changes = STR("");
    return trade_change(c, args->order_id, &common, out) &&
           apply_changes(c, args, &out->orders[0], changes);
}

static bool modify_order(struct call *c, const void *in, void *result)
{
    const struct modify_in *args = in;
    struct placed *out = result;
    struct gate_request request;
    struct str changes;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    if (!draft_modify(c, args, &request, &changes) ||
        !trade_run(c, &request, args->dry_run, out, ticket, outcome))
        return false;
    out->modifications = changes;
    return true;
}

struct cancel_in {
    int64_t order_id;
    struct str reasoning, account;
};
static const struct field cancel_in_fields[] = {
    FIELD(struct cancel_in, order_id, .required = true, .positional = true, .min = "1",
          .doc = "Order id, or perm id", .example = "12"),
    FIELD(struct cancel_in, reasoning, .max = "500", .doc = "Why; kept in the journal"),
    FIELD(struct cancel_in, account, .doc = "Refuse if the order belongs to another account"),
};
static const struct type cancel_in_type = TYPE_OF(struct cancel_in, cancel_in_fields);

/* An order that was sent and that the broker has not named yet: the gate alone knows it. */
static bool cancel_unheard(struct call *c, const struct cancel_in *args, struct placed *out)
{
    struct error unknown = c->error;
    struct gate_cancel_request request = {
        .order_id = args->order_id <= INT32_MAX ? (int32_t)args->order_id : 0,
        .account = args->account.n ? args->account : STR_NAME(c->who->only_account),
        .principal = STR_NAME(c->who->name),
        .face = trade_face(c),
        .reasoning = args->reasoning,
    };
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    c->error = (struct error){0};
    if (!gate_cancel(c->task, c->core->gate, &request, outcome, &c->error)) {
        if (c->error.code == ERROR_NOT_FOUND)
            c->error = unknown;
        return false;
    }
    if (!gate_outcome_ok(outcome, &c->error))
        return false;
    trade_outcome(c, outcome, out);
    out->success = outcome->result == GATE_CANCELLED;
    return true;
}

static bool cancel(struct call *c, const struct cancel_in *args, bool stops_only,
                   struct placed *out)
{
    const struct book_order *known = trade_find(c, args->order_id, args->account);
    struct str account;
    if (!known && !stops_only)
        return cancel_unheard(c, args, out);
    if (!known || !call_account(c, STR_NAME(known->order.account), &account))
        return false;
    struct order order = known->order; /* the book's copy lasts only until we wait */
    if (stops_only && !order_type_is_stop(order.type)) {
        error_set(&c->error, ERROR_INVALID, "NOT_A_STOP", "order %lld is a %s order, not a stop",
                  (long long)args->order_id, order.type_text);
        return error_next(&c->error, "cancel_order cancels other orders");
    }
    struct gate_cancel_request request = {
        .order_id = order.order_id,
        .perm_id = order.perm_id,
        .account = account,
        .principal = STR_NAME(c->who->name),
        .face = trade_face(c),
        .reasoning = args->reasoning,
    };
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    if (!gate_cancel(c->task, c->core->gate, &request, outcome, &c->error) ||
        !gate_outcome_ok(outcome, &c->error))
        return false;
    trade_outcome(c, outcome, out);
    out->success = outcome->result == GATE_CANCELLED;
    const struct position *p = book_position(c->core->book, account, order.contract.con_id);
    if (out->success && order_type_is_stop(order.type) && p && !dec_is_zero(p->quantity))
        call_warn(c, "UNPROTECTED: the position in %s has lost this stop", order.contract.symbol);
    return true;
}

static bool cancel_order(struct call *c, const void *in, void *result)
{
    return cancel(c, in, false, result);
}

static bool cancel_stop_loss(struct call *c, const void *in, void *result)
{
    return cancel(c, in, true, result);
}

/* ---- the table ---- */

#define ORDER_ROW .effect = OP_TRADE, .category = "order_placement", .is_open_world = true

static const struct op order_ops[] = {
    {.name = "place_market_order",
     .title = "Market order",
     .doc = "Buys or sells at the market: valued from a fresh quote, checked, journaled, then "
            "sent; waits for the broker and, for a few seconds, the fill. Use dry_run first. No "
            "price means no order.",
     .in = &market_in_type,
     .out = &placed_type,
     ORDER_ROW,
     .route = "POST /api/orders/market",
     .verb = "market",
     .example = "market AAPL BUY 5 --dry-run",
     .run = place_market_order},
    {.name = "place_limit_order",
     .title = "Limit order",
     .doc = "Buys or sells at a limit price, through the gate; answers with the broker's status. "
            "The price must fit the contract's tick and stay within the price collar. Use dry_run "
            "first.",
     .in = &limit_in_type,
     .out = &placed_type,
     ORDER_ROW,
     .route = "POST /api/orders/limit",
     .verb = "limit",
     .example = "limit AAPL BUY 5 200 --dry-run",
     .run = place_limit_order},
    {.name = "place_bracket_order",
     .title = "Bracket order",
     .doc = "An entry with stop loss and target as one group: nothing works until all three are "
            "accepted; stop and target cancel each other and are good till cancelled. BUY needs "
            "stop < entry < target, SELL the reverse.",
     .in = &bracket_in_type,
     .out = &bracket_out_type,
     ORDER_ROW,
     .route = "POST /api/orders/bracket",
     .verb = "bracket",
     .example =
         "bracket AAPL BUY 5 --entry-price 200 --stop-price 184 --target-price 230 --dry-run",
     .run = place_bracket_order},
    {.name = "modify_order",
     .title = "Change an order",
     .doc = "Changes price, quantity or time in force of a working order in place; everything else "
            "stays as it is, links to other orders too. The resulting order is checked in full.",
     .in = &modify_in_type,
     .out = &placed_type,
     ORDER_ROW,
     .is_destructive = true,
     .route = "PUT /api/orders/{order_id}",
     .verb = "modify",
     .example = "modify 12 --price 199.50",
     .run = modify_order},
    {.name = "cancel_order",
     .title = "Cancel an order",
     .doc = "Cancels a working order and waits for the broker's word: cancelled, filled (too late) "
            "or unknown. Allowed in every trading state and never counted against limits.",
     .in = &cancel_in_type,
     .out = &placed_type,
     ORDER_ROW,
     .is_destructive = true,
     .is_idempotent = true,
     .route = "DELETE /api/orders/{order_id}",
     .verb = "cancel",
     .example = "cancel 12",
     .run = cancel_order},
    {.name = "cancel_stop_loss",
     .title = "Cancel a stop loss",
     .doc = "Cancels a stop order as cancel_order does, and warns that the position is then "
            "unprotected. Other orders are refused.",
     .in = &cancel_in_type,
     .out = &placed_type,
     .effect = OP_TRADE,
     .category = "stop_loss",
     .is_open_world = true,
     .is_destructive = true,
     .is_idempotent = true,
     .route = "DELETE /api/stop-loss/{order_id}",
     .verb = "cancel-stop",
     .example = "cancel-stop 12",
     .run = cancel_stop_loss},
};
const struct op_set order_op_set = {order_ops, sizeof order_ops / sizeof order_ops[0]};
