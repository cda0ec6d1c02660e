/* SPDX-License-Identifier: MIT */
/*
 * preview: any order as a ticket to look at, and the submission of what was looked at.
 *
 * preview_order makes the same request as the operation that would place or change the order
 * (ops/draft.h) and shows all that the gate knows about it. submit_order takes the name of such a
 * ticket and no field of an order: what is sent is what was shown (guard/proposal.h).
 */
#include "guard/proposal.h"
#include "ops/draft.h"

#include <string.h>

/* ---- the forms of an order ---- */

static const char *const actions[] = {"", "BUY", "SELL", NULL};
static const char *const types[] = {"", "MKT", "LMT", "BRACKET", "STP", "STP LMT", "TRAIL", NULL};
enum form { FORM_CHANGE, FORM_MKT, FORM_LMT, FORM_BRACKET, FORM_STP, FORM_STP_LMT, FORM_TRAIL };

struct preview_in {
    struct order_common common;
    unsigned action, order_type; /* enum form */
    int64_t order_id;
    struct opt_dec quantity, price, stop_price, target_price, trail_amount, trail_percent;
    struct str time_in_force;
    bool outside_rth, allow_widening;
};
static const struct field preview_in_fields[] = {
    FIELD_AS(struct preview_in, common.symbol, "symbol", .positional = true,
             .doc = "Of a new order: AAPL, ASML.AEB.EUR", .example = "AAPL"),
    FIELD(struct preview_in, action, .positional = true, .choices = actions,
          .doc = "Of a stop by default the closing side", .example = "BUY"),
    FIELD(struct preview_in, quantity, .positional = true, .positive = true,
          .doc = "Of a stop by default what is not covered yet", .example = "5"),
    FIELD(struct preview_in, order_type, .positional = true, .choices = types,
          .doc = "BRACKET: entry, stop and target; STP, STP LMT, TRAIL: of a position",
          .example = "LMT"),
    FIELD(struct preview_in, order_id, .initial = "0", .min = "0",
          .doc = "Change this working order instead"),
    FIELD(struct preview_in, price, .doc = "Limit price; BRACKET: of the entry", .example = "200"),
    FIELD(struct preview_in, stop_price, .doc = "Trigger price"),
    FIELD(struct preview_in, target_price, .doc = "BRACKET: limit price of the target"),
    FIELD(struct preview_in, trail_amount, .doc = "TRAIL: distance in money"),
    FIELD(struct preview_in, trail_percent, .max = "50", .doc = "TRAIL: distance in percent"),
    FIELD(struct preview_in, time_in_force, .doc = "DAY, GTC, IOC, FOK; default DAY, of stops GTC"),
    FIELD(struct preview_in, outside_rth, .initial = "false",
          .doc = "Also active outside regular trading hours"),
    FIELD(struct preview_in, allow_widening, .initial = "false",
          .doc = "A stop may move away from the market"),
    FIELD_AS(struct preview_in, common.allow_duplicate, "allow_duplicate", .initial = "false",
             .doc = "Repeats a recent order on purpose"),
    FIELD_AS(struct preview_in, common.exchange, "exchange",
             .doc = "Exchange, where the symbol needs one"),
    FIELD_AS(struct preview_in, common.currency, "currency",
             .doc = "Currency, where the symbol needs one"),
    FIELD_AS(struct preview_in, common.reasoning, "reasoning", .max = "500",
             .doc = "Why; kept with the order"),
    FIELD_AS(struct preview_in, common.account, "account", .doc = "Default: the connection's"),
};
static const struct type preview_in_type = TYPE_OF(struct preview_in, preview_in_fields);

/* Which arguments a form takes, and which of them it cannot do without. */
enum { PRICE = 1, STOP = 2, TARGET = 4, TRAIL = 8, SIDE = 16, QUANTITY = 32, NEW = 64 };
static const struct form_row {
    unsigned takes, needs;
} forms[] = {
    [FORM_CHANGE] = {PRICE | STOP | TRAIL | QUANTITY, 0},
    [FORM_MKT] = {SIDE | QUANTITY | NEW, SIDE | QUANTITY | NEW},
    [FORM_LMT] = {SIDE | QUANTITY | PRICE | NEW, SIDE | QUANTITY | PRICE | NEW},
    [FORM_BRACKET] = {SIDE | QUANTITY | PRICE | STOP | TARGET | NEW,
                      SIDE | QUANTITY | PRICE | STOP | TARGET | NEW},
    [FORM_STP] = {SIDE | QUANTITY | STOP | NEW, STOP | NEW},
    [FORM_STP_LMT] = {SIDE | QUANTITY | STOP | PRICE | NEW, STOP | NEW},
    [FORM_TRAIL] = {SIDE | QUANTITY | TRAIL | NEW, TRAIL | NEW},
};

static const struct {
    unsigned bit;
    const char *name;
} argument_names[] = {
    {NEW, "symbol"},
    {SIDE, "action"},
    {QUANTITY, "quantity"},
    {PRICE, "price"},
    {STOP, "stop_price"},
    {TARGET, "target_price"},
    {TRAIL, "trail_amount or trail_percent"},
};

static bool form_is_whole(struct call *c, const struct preview_in *a)
{
    unsigned given = (a->common.symbol.n ? NEW : 0u) | (a->action ? SIDE : 0u) |
                     (a->quantity.has ? QUANTITY : 0u) | (a->price.has ? PRICE : 0u) |
                     (a->stop_price.has ? STOP : 0u) | (a->target_price.has ? TARGET : 0u) |
                     (a->trail_amount.has || a->trail_percent.has ? TRAIL : 0u);
    const struct form_row *form = &forms[a->order_type];
    if (!a->order_id && !a->order_type) {
        error_set(&c->error, ERROR_INVALID, "MISSING_ARGUMENT", "order_type is missing");
        return error_next(&c->error, "name symbol, action, quantity and order_type of a new "
                                     "order, or order_id to change one");
    }
    if (a->order_id && a->order_type)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "order_id changes an order, order_type is of a new one: give one of them");
    for (size_t i = 0; i < sizeof argument_names / sizeof argument_names[0]; i++) {
        unsigned bit = argument_names[i].bit;
        const char *what = a->order_type ? types[a->order_type] : "change of an";
        if (given & bit & ~form->takes)
            return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                             "%s does not belong to a %s order", argument_names[i].name, what);
        if (~given & bit & form->needs)
            return error_set(&c->error, ERROR_INVALID, "MISSING_ARGUMENT",
                             "%s is missing: a %s order needs it", argument_names[i].name, what);
    }
    return true;
}

static struct str tif_or(const struct preview_in *a, const char *otherwise)
{
    return a->time_in_force.n ? a->time_in_force : str_of(otherwise);
}

static bool draft_change(struct call *c, const struct preview_in *a, struct gate_request *out,
                         struct str *changes)
{
    const struct book_order *known = trade_find(c, a->order_id, a->common.account);
    if (!known)
        return false;
    if (!order_type_is_stop(known->order.type)) {
        struct modify_in modify = {.order_id = a->order_id,
                                   .quantity = a->quantity,
                                   .price = a->price,
                                   .time_in_force = a->time_in_force,
                                   .dry_run = true,
                                   .reasoning = a->common.reasoning,
                                   .account = a->common.account};
        if (!a->stop_price.has && !a->trail_amount.has && !a->trail_percent.has)
            return draft_modify(c, &modify, out, changes);
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "order %lld is no stop: it has no trigger to change",
                         (long long)a->order_id);
    }
    struct move_in move = {.order_id = a->order_id,
                           .stop_price = a->stop_price,
                           .quantity = a->quantity,
                           .limit_price = a->price,
                           .trail_amount = a->trail_amount,
                           .trail_percent = a->trail_percent,
                           .time_in_force = a->time_in_force,
                           .allow_widening = a->allow_widening,
                           .dry_run = true,
                           .reasoning = a->common.reasoning,
                           .account = a->common.account};
    return draft_move(c, &move, out, changes);
}

static bool draft_any(struct call *c, const struct preview_in *a, struct gate_request *out,
                      struct str *changes)
{
    struct order_common common = a->common;
    unsigned side = a->action == 2;
    common.dry_run = true;
    switch ((enum form)a->order_type) {
    case FORM_CHANGE:
        return draft_change(c, a, out, changes);
    case FORM_MKT: {
        struct market_in in = {common, side, a->quantity.v};
        return draft_market(c, &in, out);
    }
    case FORM_LMT: {
        struct limit_in in = {common,           side,          a->quantity.v, a->price.v,
                              tif_or(a, "DAY"), a->outside_rth};
        return draft_limit(c, &in, out);
    }
    case FORM_BRACKET: {
        struct bracket_in in = {
            common,          side, a->quantity.v, a->price.v, a->stop_price.v, a->target_price.v,
            tif_or(a, "DAY")};
        return draft_bracket(c, &in, out);
    }
    case FORM_STP:
    case FORM_STP_LMT:
    case FORM_TRAIL:
        break;
    }
    struct stop_in in = {.common = common,
                         .action = a->action,
                         .order_type = a->order_type - FORM_STP,
                         .quantity = a->quantity,
                         .stop_price = a->stop_price,
                         .limit_price = a->price,
                         .trail_amount = a->trail_amount,
                         .trail_percent = a->trail_percent,
                         .time_in_force = tif_or(a, "GTC"),
                         .outside_rth = a->outside_rth};
    return draft_stop(c, &in, out);
}

/* ---- the ticket ---- */

struct leg_row {
    struct str leg, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec price, stop_price, trail_amount, trail_percent;
    struct str time_in_force;
    bool outside_rth;
};
static const struct field leg_row_fields[] = {
    FIELD(struct leg_row, leg, .doc = "order; of a bracket: entry, stop, target"),
    FIELD(struct leg_row, action, .doc = "BUY or SELL"),
    FIELD(struct leg_row, quantity, .doc = "Quantity"),
    FIELD(struct leg_row, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),
    FIELD(struct leg_row, price, .doc = "Limit price"),
    FIELD(struct leg_row, stop_price, .doc = "Trigger price"),
    FIELD(struct leg_row, trail_amount, .doc = "Trailing distance", .wide = true),
    FIELD(struct leg_row, trail_percent, .doc = "Trailing distance in percent", .wide = true),
    FIELD(struct leg_row, time_in_force, .doc = "DAY, GTC, IOC, FOK"),
    FIELD(struct leg_row, outside_rth, .doc = "Active outside regular hours", .wide = true),
};
static const struct type leg_row_type = TYPE_OF(struct leg_row, leg_row_fields);

struct headroom_row {
    struct str code, setting;
    struct opt_dec used, after;
    struct dec limit;
    struct opt_dec left;
    struct str unit;
};
static const struct field headroom_row_fields[] = {
    FIELD(struct headroom_row, setting, .doc = "Setting that holds the limit"),
    FIELD(struct headroom_row, used, .doc = "Used before this order; null: each stands alone"),
    FIELD(struct headroom_row, after, .doc = "With this order"),
    FIELD(struct headroom_row, limit, .doc = "The limit"),
    FIELD(struct headroom_row, left, .doc = "What is then left of it"),
    FIELD(struct headroom_row, unit, .doc = "Unit of all of them"),
    FIELD(struct headroom_row, code, .doc = "Refusal code once it is exceeded"),
};
static const struct type headroom_row_type = TYPE_OF(struct headroom_row, headroom_row_fields);

struct ticket_out {
    struct str preview_id;
    struct opt_utc preview_expires;
    bool allowed;
    struct str approval, message, next;
    struct str symbol, exchange, currency, security_type;
    struct opt_int contract_id, order_id;
    struct str changes;
    struct list legs;
    struct opt_dec reference_price, bid, ask, last;
    struct opt_utc quote_time;
    struct opt_dec value, value_base;
    struct str base_currency;
    struct opt_dec exchange_rate, worst_loss_base;
    struct opt_dec position_before, position_after;
    bool reducing;
    struct opt_dec margin_before, margin_change, margin_after;
    struct opt_dec maintenance_after, equity_after;
    struct opt_dec commission, commission_min, commission_max;
    struct str commission_currency, margin_warning;
    struct list limits, findings;
    struct utc timestamp;
};
static const struct field ticket_out_fields[] = {
    FIELD(struct ticket_out, preview_id, .doc = "To give to submit_order; null if refused"),
    FIELD(struct ticket_out, preview_expires, .doc = "Until when it can be submitted"),
    FIELD(struct ticket_out, allowed, .doc = "The gate would let this order pass now"),
    FIELD(struct ticket_out, approval,
          .doc = "Who has to agree: none (nobody); elicit, app, out_of_band: a person; deny "
                 "(refused)"),
    FIELD(struct ticket_out, message, .doc = "The same in words"),
    FIELD(struct ticket_out, next, .doc = "What to do next"),
    FIELD(struct ticket_out, symbol, .doc = "Symbol"),
    FIELD(struct ticket_out, exchange, .doc = "Listing exchange"),
    FIELD(struct ticket_out, currency, .doc = "Currency of the prices"),
    FIELD(struct ticket_out, security_type, .doc = "Type of the instrument: STK, CASH"),
    FIELD(struct ticket_out, contract_id, .doc = "The broker's number of the contract"),
    FIELD(struct ticket_out, order_id, .doc = "The order that would be changed"),
    FIELD(struct ticket_out, changes, .doc = "What would be changed"),
    FIELD(struct ticket_out, legs, .of = &leg_row_type, .doc = "The order, or its three parts"),
    FIELD(struct ticket_out, reference_price, .doc = "Market price that it is judged by"),
    FIELD(struct ticket_out, bid, .doc = "Bid"),
    FIELD(struct ticket_out, ask, .doc = "Ask"),
    FIELD(struct ticket_out, last, .doc = "Last price"),
    FIELD(struct ticket_out, quote_time, .doc = "When the price arrived; age_s is its age"),
    FIELD(struct ticket_out, value, .doc = "Value at worst, in the contract's currency"),
    FIELD(struct ticket_out, value_base, .doc = "The same in the base currency"),
    FIELD(struct ticket_out, base_currency, .doc = "Base currency of the account"),
    FIELD(struct ticket_out, exchange_rate, .doc = "Base currency for one unit of currency"),
    FIELD(struct ticket_out, worst_loss_base, .doc = "Loss if the stop fills at its price"),
    FIELD(struct ticket_out, position_before, .doc = "Position now"),
    FIELD(struct ticket_out, position_after, .doc = "Position if all of it fills"),
    FIELD(struct ticket_out, reducing, .doc = "It only reduces the position"),
    FIELD(struct ticket_out, margin_before, .doc = "Initial margin now, by the broker"),
    FIELD(struct ticket_out, margin_change, .doc = "What the order adds to it"),
    FIELD(struct ticket_out, margin_after, .doc = "Initial margin with it"),
    FIELD(struct ticket_out, maintenance_after, .doc = "Maintenance margin with it"),
    FIELD(struct ticket_out, equity_after, .doc = "Equity with loan value with it"),
    FIELD(struct ticket_out, commission, .doc = "Commission, by the broker's estimate"),
    FIELD(struct ticket_out, commission_min, .doc = "Least commission, where it gives a range"),
    FIELD(struct ticket_out, commission_max, .doc = "Largest commission"),
    FIELD(struct ticket_out, commission_currency, .doc = "Its currency"),
    FIELD(struct ticket_out, margin_warning, .doc = "What the broker remarked"),
    FIELD(struct ticket_out, limits, .of = &headroom_row_type, .aside = true,
          .doc = "Each limit that the order is measured by, with its headroom"),
    FIELD(struct ticket_out, findings, .of = &finding_row_type, .aside = true,
          .doc = "What the controls found"),
    FIELD(struct ticket_out, timestamp, .doc = "When this was answered"),
};
static const struct type ticket_out_type = TYPE_OF(struct ticket_out, ticket_out_fields);

static struct list legs_of(struct call *c, const struct gate_ticket *t)
{
    struct leg_row *rows = ARENA_MANY(c->arena, struct leg_row, t->count);
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        bool is_trail = o->type == ORDER_TRAIL || o->type == ORDER_TRAIL_LIMIT;
        rows[i] = (struct leg_row){
            .leg = t->count == 1                 ? STR("order")
                   : i == 0                      ? STR("entry")
                   : order_type_is_stop(o->type) ? STR("stop")
                                                 : STR("target"),
            .action = str_of(side_text(o->side)),
            .quantity = o->quantity,
            .order_type = str_of(order_type_text(o->type)),
            .price = o->limit_price,
            .stop_price = is_trail ? o->trail_stop : o->stop_price,
            .trail_amount = o->trail_amount,
            .trail_percent = o->trail_percent,
            .time_in_force = str_of(tif_text(o->tif)),
            .outside_rth = o->outside_rth,
        };
    }
    return (struct list){rows, t->count};
}

static struct list headroom_of(struct call *c, const struct gate_ticket *t)
{
    struct headroom_row *rows = ARENA_MANY(c->arena, struct headroom_row, t->headroom_count);
    for (size_t i = 0; i < t->headroom_count; i++) {
        const struct gate_headroom *h = &t->headroom[i];
        rows[i] = (struct headroom_row){.code = str_of(h->code),
                                        .setting = str_of(h->name),
                                        .used = h->used,
                                        .after = h->after,
                                        .limit = h->limit,
                                        .left = gate_headroom_left(h),
                                        .unit = call_text(c, h->unit)};
    }
    return (struct list){rows, t->headroom_count};
}

static void put_margin(struct call *c, const struct order_margin *m, struct ticket_out *out)
{
    out->margin_before = m->init_before;
    out->margin_change = m->init_change;
    out->margin_after = m->init_after;
    out->maintenance_after = m->maint_after;
    out->equity_after = m->equity_after;
    out->commission = m->commission;
    out->commission_min = m->min_commission;
    out->commission_max = m->max_commission;
    out->commission_currency = call_text(c, m->commission_currency);
    out->margin_warning = call_text(c, m->warning);
}

static void put_words(struct call *c, const struct gate_ticket *t, struct ticket_out *out)
{
    out->allowed = t->is_allowed;
    out->approval = str_of(gate_approval_text(t->approval));
    out->preview_id = call_text(c, t->preview_id);
    out->preview_expires = t->preview_until;
    if (!t->is_allowed) {
        out->message = STR("nothing was sent; the gate would refuse this order");
        out->next = trade_refusal_next(c, t);
    } else if (t->approval == GATE_APPROVAL_NONE) {
        out->message = STR("nothing was sent; the gate would let this order pass");
        out->next = STR("show it to the user; submit_order with this preview_id sends it");
    } else {
        out->message = STR("nothing was sent; a person has to approve this order");
        out->next = STR("show it to the user; submit_order with this preview_id asks for approval");
    }
}

static void put_ticket(struct call *c, const struct gate_request *r, const struct gate_ticket *t,
                       struct ticket_out *out)
{
    const struct contract *k = &t->orders[0].contract;
    put_words(c, t, out);
    out->symbol = call_text(c, k->symbol);
    out->exchange = trade_listing(c, k);
    out->currency = call_text(c, k->currency);
    out->security_type = str_of(sec_type_text(k->sec_type));
    out->contract_id = (struct opt_int){k->con_id, k->con_id > 0};
    if (r->kind == GATE_MODIFY)
        out->order_id = (struct opt_int){t->orders[0].order_id, true};
    out->legs = legs_of(c, t);
    out->reference_price = t->reference;
    out->bid = t->bid;
    out->ask = t->ask;
    out->last = t->last;
    out->quote_time = t->quote_time;
    out->value = t->value;
    out->value_base = trade_base_amount(t->value_base);
    out->base_currency = call_text(c, t->base_currency);
    out->exchange_rate = t->rate;
    out->worst_loss_base = trade_base_amount(t->worst_loss_base);
    out->position_before = DEC_SOME(t->position_before);
    out->position_after = DEC_SOME(t->position_after);
    out->reducing = t->is_reducing;
    if (t->has_margin)
        put_margin(c, &t->margin, out);
    out->limits = headroom_of(c, t);
    out->findings = trade_findings(c, t);
    out->timestamp = task_now(c->task).wall;
    trade_prices_seen(c, t);
}

/* For the page that shows this ticket to a person. */
static void prove_to_page(struct call *c, const struct gate_ticket *t)
{
    char proof[PROPOSAL_PROOF_MAX];
    if (c->has_pages &&
        gate_proposal_proof(c->core->gate, STR_NAME(t->preview_id), STR_NAME(c->who->name), proof))
        c->page_proof = arena_str(c->arena, STR_NAME(proof));
}

static bool preview_order(struct call *c, const void *in, void *result)
{
    const struct preview_in *args = in;
    struct ticket_out *out = result;
    struct gate_request request;
    struct str changes = STR_NONE;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    if (!form_is_whole(c, args) || !draft_any(c, args, &request, &changes))
        return false;
    request.want_margin = true;
    if (!gate_preview(c->task, c->core->gate, &request, ticket, &c->error))
        return false;
    put_ticket(c, &request, ticket, out);
    prove_to_page(c, ticket);
    out->changes = changes;
    return true;
}

/* ---- submit_order ---- */

struct submit_in {
    struct str preview_id;
};
static const struct field submit_in_fields[] = {
    FIELD(struct submit_in, preview_id, .required = true, .positional = true, .min = "1",
          .max = "64", .doc = "The preview_id that preview_order, or a dry_run, has answered",
          .example = "0123456789abcdef0123456789abcdef"),
};
static const struct type submit_in_type = TYPE_OF(struct submit_in, submit_in_fields);

/* The request as it was shown; its texts in the call's arena, for the gate may forget it meanwhile.
 */
static bool shown_request(struct call *c, struct str id, struct gate_request *out)
{
    struct str who = STR_NAME(c->who->name), account;
    if (!gate_proposal_request(c->core->gate, id, who, out, &c->error))
        return false;
    out->reasoning = arena_str(c->arena, out->reasoning);
    out->preview_id = arena_str(c->arena, id);
    out->principal = who;
    out->assistant = STR_NAME(c->who->assistant);
    out->face = trade_face(c);
    out->idempotency_key = c->idempotency_key;
    return call_needs_broker(c) && call_account(c, STR_NAME(out->orders[0].account), &account) &&
           trade_steps(c, out);
}

static bool submit_order(struct call *c, const void *in, void *result)
{
    const struct submit_in *args = in;
    struct gate_request request;
    struct gate_ticket *ticket = ARENA_NEW(c->arena, struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(c->arena, struct gate_outcome);
    return shown_request(c, args->preview_id, &request) &&
           trade_run(c, &request, false, result, ticket, outcome);
}

/* ---- commit_order ---- */

struct commit_in {
    struct str preview_id, proof;
};
static const struct field commit_in_fields[] = {
    FIELD(struct commit_in, preview_id, .required = true, .positional = true, .min = "1",
          .max = "64", .doc = "The preview_id of the ticket that the page shows",
          .example = "0123456789abcdef0123456789abcdef"),
    FIELD(struct commit_in, proof, .required = true, .positional = true, .secret = true,
          .doc = "What the page was given with it", .example = "0123456789abcdef0123456789abcdef"),
};
static const struct type commit_in_type = TYPE_OF(struct commit_in, commit_in_fields);

/* The click has come before the question. */
static enum consent has_clicked(void *self, struct task *t, struct str name, struct str message,
                                struct str typed)
{
    (void)self, (void)t, (void)name, (void)message, (void)typed;
    return CONSENT_YES;
}

static bool commit_order(struct call *c, const void *in, void *result)
{
    static const struct dialog click = {.way = GATE_APPROVAL_APP, .ask = has_clicked};
    const struct commit_in *args = in;
    struct submit_in submit = {args->preview_id};
    if (!gate_proposal_is_proven(c->core->gate, args->preview_id, STR_NAME(c->who->name),
                                 args->proof)) {
        error_set(&c->error, ERROR_DENIED, "NOT_PROVEN",
                  "this does not come from the ticket that a person was shown");
        return error_next(&c->error, "call preview_order, and let a person press Confirm in it");
    }
    c->dialog = &click;
    return submit_order(c, &submit, result);
}

/* ---- the table ---- */

static const struct op preview_ops[] = {
    {.name = "preview_order",
     .title = "Preview an order",
     .doc =
         "Shows a new order or the change of a working one as a ticket: contract, value in both "
         "currencies, margin before and after, commission, position after, each limit with its "
         "headroom, the quote and its age, findings. Sends nothing. If allowed it has a preview_id "
         "for submit_order, good once, for about a minute. Show the ticket to the user first.",
     .in = &preview_in_type,
     .out = &ticket_out_type,
     .effect = OP_PREVIEW,
     .is_open_world = true,
     .route = "POST /api/orders/preview",
     .verb = "preview",
     .example = "preview AAPL BUY 5 LMT --price 200",
     .category = "order_placement",
     .ui = "ui://portcullis/ticket",
     .run = preview_order},
    {.name = "submit_order",
     .title = "Submit a preview",
     .doc = "Sends the order previewed under preview_id, exactly as shown. It is checked again in "
            "full; a new preview is asked for if the price drifted. awaiting_approval: a person "
            "types what the answer says; then call again. The user must have agreed to the ticket.",
     .in = &submit_in_type,
     .out = &placed_type,
     .effect = OP_TRADE,
     .is_destructive = true,
     .is_open_world = true,
     .route = "POST /api/orders/submit",
     .verb = "submit",
     .example = "submit 0123456789abcdef0123456789abcdef",
     .category = "order_placement",
     .run = submit_order},
    {.name = "commit_order",
     .title = "Confirm the ticket",
     .doc = "Sends the order of the ticket in which a person pressed Confirm. Called by the ticket "
            "itself, never by a model.",
     .in = &commit_in_type,
     .out = &placed_type,
     .effect = OP_TRADE,
     .is_destructive = true,
     .is_open_world = true,
     .category = "order_placement",
     .is_for_pages = true,
     .run = commit_order},
};
const struct op_set preview_op_set = {preview_ops, sizeof preview_ops / sizeof preview_ops[0]};
