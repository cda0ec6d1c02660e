/* SPDX-License-Identifier: MIT */
#include "ops/trade.h"

#include "guard/decide.h"
#include "market/hours.h"
#include "market/resolver.h"
#include "ops/consent.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { COMMISSION_WAIT_MS = 600, COMMISSION_POLL_MS = 20 };

static const struct field finding_row_fields[] = {
    FIELD(struct finding_row, code, .doc = "Stable code of the control"),
    FIELD(struct finding_row, text, .doc = "What it found"),
    FIELD(struct finding_row, value, .doc = "What was compared"),
    FIELD(struct finding_row, limit, .doc = "With what"),
    FIELD(struct finding_row, is_warning, .doc = "Does not refuse"),
};
const struct type finding_row_type = TYPE_OF(struct finding_row, finding_row_fields);

static const struct field fill_row_fields[] = {
    FIELD(struct fill_row, execution_id, .doc = "Execution id"),
    FIELD(struct fill_row, time, .doc = "When it was executed"),
    FIELD(struct fill_row, exchange, .doc = "Where"),
    FIELD(struct fill_row, shares, .doc = "Quantity"),
    FIELD(struct fill_row, price, .doc = "Price"),
    FIELD(struct fill_row, commission, .doc = "Commission; null until it is reported"),
    FIELD(struct fill_row, commission_currency, .doc = "Its currency"),
    FIELD(struct fill_row, realized_pnl, .doc = "Realised profit or loss, by the broker"),
};
const struct type fill_row_type = TYPE_OF(struct fill_row, fill_row_fields);

static const struct field placed_fields[] = {
    FIELD(struct placed, success,
          .doc = "The broker has accepted it; for a preview: it would pass"),
    FIELD(struct placed, dry_run, .doc = "A preview: nothing was sent"),
    FIELD(struct placed, order_id, .doc = "Order id of this connection"),
    FIELD(struct placed, perm_id, .doc = "Permanent id at the broker"),
    FIELD(struct placed, order_ref, .doc = "Our own durable reference"),
    FIELD(struct placed, symbol, .doc = "Symbol"),
    FIELD(struct placed, exchange, .doc = "Listing exchange"),
    FIELD(struct placed, currency, .doc = "Currency of the prices"),
    FIELD(struct placed, action, .doc = "BUY or SELL"),
    FIELD(struct placed, quantity, .doc = "Quantity"),
    FIELD(struct placed, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),
    FIELD(struct placed, price, .doc = "Limit price"),
    FIELD(struct placed, stop_price, .doc = "Trigger price"),
    FIELD(struct placed, trail_amount, .doc = "Trailing distance"),
    FIELD(struct placed, trail_percent, .doc = "Trailing distance in percent"),
    FIELD(struct placed, time_in_force, .doc = "DAY, GTC, IOC, FOK"),
    FIELD(struct placed, outside_rth, .doc = "Active outside regular hours"),
    FIELD(struct placed, status, .doc = "The broker's word for its state; null in a preview"),
    FIELD(struct placed, result,
          .doc = "working, partially_filled, filled, cancelled, rejected, held, unknown, "
                 "awaiting_approval, allowed or refused"),
    FIELD(struct placed, filled, .doc = "Quantity filled"),
    FIELD(struct placed, remaining, .doc = "Quantity not filled"),
    FIELD(struct placed, avg_fill_price, .doc = "Average price of the fills"),
    FIELD(struct placed, commission, .doc = "Commission, once all of it is known"),
    FIELD(struct placed, commission_currency, .doc = "Its currency"),
    FIELD(struct placed, message, .doc = "What happened"),
    FIELD(struct placed, next, .doc = "What to do next"),
    FIELD(struct placed, preview_id, .doc = "Name of what was shown, for submit_order"),
    FIELD(struct placed, preview_expires, .doc = "When that ends"),
    FIELD(struct placed, approval, .doc = "Number under which a person can approve it"),
    FIELD(struct placed, modifications, .doc = "What was changed"),
    FIELD(struct placed, reference_price, .doc = "Market price it was judged by"),
    FIELD(struct placed, value, .doc = "Value at worst, in the contract's currency"),
    FIELD(struct placed, value_base, .doc = "The same in the base currency"),
    FIELD(struct placed, base_currency, .doc = "Base currency"),
    FIELD(struct placed, worst_loss_base, .doc = "Loss if the stop fills at its price"),
    FIELD(struct placed, margin_change, .doc = "Change of the initial margin, by the broker"),
    FIELD(struct placed, findings, .of = &finding_row_type, .aside = true,
          .doc = "What the controls found"),
    FIELD(struct placed, timestamp, .doc = "When this was answered"),
};
const struct type placed_type = TYPE_OF(struct placed, placed_fields);

/* More about a refusal. */
struct refusal {
    struct list findings;
};
static const struct field refusal_fields[] = {
    FIELD(struct refusal, findings, .of = &finding_row_type, .doc = "What the controls found"),
};
static const struct type refusal_type = TYPE_OF(struct refusal, refusal_fields);

/* ---- from arguments to a request ---- */

bool trade_tif(struct call *c, struct str text, enum order_tif *out)
{
    char upper[8];
    str_copy_cut(upper, sizeof upper, text);
    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    *out = tif_parse(str_of(upper));
    if (*out == TIF_DAY || *out == TIF_GTC || *out == TIF_IOC || *out == TIF_FOK)
        return true;
    return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                     "time_in_force is DAY, GTC, IOC or FOK, not " STR_FMT, STR_ARG(text));
}

static bool list_has(const char *list, const char *item)
{
    struct str rest = str_of(list), piece;
    while (str_cut(&rest, ',', &piece))
        if (str_eq(str_trim(piece), str_of(item)))
            return true;
    return false;
}

bool trade_contract(struct call *c, const struct order_common *args, struct str *account,
                    struct contract_details *details)
{
    if (!call_needs_broker(c) || !call_account(c, args->account, account) ||
        !resolve_one(c->task, c->core->resolver, *account, args->symbol, args->exchange,
                     args->currency, details, &c->error))
        return false;
    struct contract *k = &details->contract;
    if (k->sec_type == SEC_CONTFUT) {
        error_set(&c->error, ERROR_INVALID, "NOT_TRADABLE",
                  STR_FMT " is a continuous future, which can be read but not traded",
                  STR_ARG(args->symbol));
        return error_next(&c->error, "name the month: %s YYYYMM, or %s front", k->symbol,
                          k->symbol);
    }
    if (list_has(details->valid_exchanges, "SMART"))
        str_copy_cut(k->exchange, sizeof k->exchange, STR("SMART"));
    return true;
}

bool trade_steps(struct call *c, struct gate_request *r)
{
    struct contract_details d;
    struct str name = arena_f(c->arena, "conid:%d", r->orders[0].contract.con_id);
    struct str account = STR_NAME(r->orders[0].account);
    if (!resolve_one(c->task, c->core->resolver, account, name, STR_NONE, STR_NONE, &d, &c->error))
        return false;
    r->min_tick = d.min_tick;
    r->size_increment = d.size_increment;
    r->market = market_state_at(&d, &c->core->zones, task_now(c->task).wall);
    return true;
}

bool trade_change(struct call *c, int64_t id, const struct order_common *args,
                  struct gate_request *out)
{
    const struct book_order *known = trade_find(c, id, args->account);
    struct str account;
    struct contract_details none = {0};
    if (!known)
        return false;
    int32_t con_id = known->order.contract.con_id; /* copies: the book's row may go meanwhile */
    struct str owner = arena_str(c->arena, STR_NAME(known->order.account));
    if (!call_needs_broker(c) || !call_account(c, owner, &account))
        return false;
    trade_request(c, args, account, &none, out);
    out->orders[0].contract.con_id = con_id;
    if (!trade_steps(c, out))
        return false;
    known = trade_find(c, id, args->account); /* may have changed while we asked */
    if (!known)
        return false;
    out->kind = GATE_MODIFY;
    out->orders[0] = known->order;
    return true;
}

struct str trade_origin(const struct order *o)
{
    return str_starts(STR_NAME(o->ref), STR("PC:")) ? STR("portcullis")
           : o->order_id                            ? STR("other_client")
                                                    : STR("manual");
}

bool trade_is_ours(const struct call *c, const struct book_order *b)
{
    struct session_status session;
    session_status(c->core->session, &session);
    return b->order.order_id && b->order.client_id == session.client_id &&
           order_state_is_working(b->status.state);
}

struct str trade_listing(struct call *c, const struct contract *k)
{
    return call_text(c, k->primary_exchange[0] ? k->primary_exchange : k->exchange);
}

struct str trade_face(const struct call *c)
{
    static const char *const names[] = {"test", "cli", "mcp", "rest"};
    assert(c->who->face < FACE_COUNT);
    return str_of(names[c->who->face]);
}

void trade_request(struct call *c, const struct order_common *args, struct str account,
                   const struct contract_details *details, struct gate_request *out)
{
    *out = (struct gate_request){
        .kind = GATE_PLACE,
        .count = 1,
        .min_tick = details->min_tick,
        .size_increment = details->size_increment,
        .market = market_state_at(details, &c->core->zones, task_now(c->task).wall),
        .principal = STR_NAME(c->who->name),
        .face = trade_face(c),
        .assistant = STR_NAME(c->who->assistant),
        .reasoning = args->reasoning,
        .idempotency_key = c->idempotency_key,
        .allow_duplicate = args->allow_duplicate,
        .want_margin = args->dry_run,
    };
    struct order *o = &out->orders[0];
    o->contract = details->contract;
    o->tif = TIF_DAY;
    str_copy_cut(o->account, sizeof o->account, account);
}

/* ---- from ticket and outcome to an answer ---- */

struct list trade_findings(struct call *c, const struct gate_ticket *ticket)
{
    struct finding_row *rows = ARENA_MANY(c->arena, struct finding_row, ticket->finding_count);
    for (size_t i = 0; i < ticket->finding_count; i++) {
        const struct gate_finding *f = &ticket->findings[i];
        rows[i] = (struct finding_row){.code = str_of(f->code),
                                       .text = arena_str(c->arena, str_of(f->text)),
                                       .value = f->value,
                                       .limit = f->limit,
                                       .is_warning = f->is_warning};
        if (f->is_warning)
            call_warn(c, "%s: %s", f->code, f->text);
    }
    return (struct list){rows, ticket->finding_count};
}

void trade_refusal(struct call *c, const struct gate_ticket *ticket)
{
    if (!ticket->finding_count)
        return;
    struct refusal *r = ARENA_NEW(c->arena, struct refusal);
    r->findings = trade_findings(c, ticket);
    c->detail = r;
    c->detail_type = &refusal_type;
}

static void put_order(struct call *c, const struct order *o, struct placed *out)
{
    const struct contract *k = &o->contract;
    if (o->order_id)
        out->order_id = (struct opt_int){o->order_id, true};
    if (o->perm_id)
        out->perm_id = (struct opt_int){o->perm_id, true};
    out->order_ref = call_text(c, o->ref);
    out->symbol = arena_str(c->arena, STR_NAME(k->symbol));
    out->exchange = trade_listing(c, k);
    out->currency = call_text(c, k->currency);
    out->action = str_of(side_text(o->side));
    out->quantity = DEC_SOME(o->quantity);
    out->order_type =
        o->type == ORDER_OTHER ? call_text(c, o->type_text) : str_of(order_type_text(o->type));
    out->price = o->limit_price;
    out->stop_price = o->type == ORDER_TRAIL ? o->trail_stop : o->stop_price;
    out->trail_amount = o->trail_amount;
    out->trail_percent = o->trail_percent;
    out->time_in_force = str_of(tif_text(o->tif));
    out->outside_rth = o->outside_rth;
}

static void put_ticket(struct call *c, const struct gate_ticket *t, struct placed *out)
{
    out->reference_price = t->reference;
    out->value = t->value;
    out->value_base = trade_base_amount(t->value_base);
    out->base_currency = call_text(c, t->base_currency);
    out->worst_loss_base = trade_base_amount(t->worst_loss_base);
    if (t->has_margin) {
        out->margin_change = t->margin.init_change;
        out->commission = t->margin.commission;
        out->commission_currency = call_text(c, t->margin.commission_currency);
    }
    if (t->preview_id[0]) {
        out->preview_id = call_text(c, t->preview_id);
        out->preview_expires = t->preview_until;
    }
    out->approval = (struct opt_int){t->approval_number, t->approval_number > 0};
    out->findings = trade_findings(c, t);
    trade_prices_seen(c, t);
}

void trade_prices_seen(struct call *c, const struct gate_ticket *t)
{
    if (t->data_type != DATA_NONE)
        call_price_seen(c, t->data_type, t->quote_age_ms);
}

static bool is_fill_of(const struct execution *x, const struct order *o)
{
    return o->perm_id ? x->perm_id == o->perm_id
                      : x->order_id == o->order_id && x->client_id == o->client_id;
}

struct list trade_fills(struct call *c, const struct order *o)
{
    const struct execution *x;
    size_t n = 0, at = 0;
    for (size_t i = 0; book_next_execution(c->core->book, &i, STR_NAME(o->account), &x);)
        n += is_fill_of(x, o);
    struct fill_row *rows = ARENA_MANY(c->arena, struct fill_row, n);
    for (size_t i = 0; book_next_execution(c->core->book, &i, STR_NAME(o->account), &x);) {
        if (!is_fill_of(x, o))
            continue;
        rows[at++] = (struct fill_row){
            .execution_id = arena_str(c->arena, STR_NAME(x->exec_id)),
            .time = x->time,
            .exchange = call_text(c, x->exchange),
            .shares = x->quantity,
            .price = x->price,
            .commission = x->commission,
            .commission_currency = call_text(c, x->commission_currency),
            .realized_pnl = x->realized_pnl,
        };
    }
    return (struct list){rows, at};
}

struct opt_dec trade_commission(const struct book *book, const struct order *o,
                                struct str *currency)
{
    struct opt_dec sum = DEC_NONE;
    const struct execution *x;
    for (size_t i = 0; book_next_execution(book, &i, STR_NAME(o->account), &x);) {
        if (!is_fill_of(x, o))
            continue;
        if (!x->commission.has)
            return DEC_NONE;
        sum = DEC_SOME(sum.has ? dec_plus(sum.v, x->commission.v) : x->commission.v);
        *currency = STR_NAME(x->commission_currency);
    }
    return sum;
}

/* The commission report follows its fill by a moment: wait for it a little. */
static void wait_for_commission(struct call *c, const struct order *o, struct placed *out)
{
    struct instant until = instant_after_ms(task_now(c->task).mono, COMMISSION_WAIT_MS);
    struct error ignored = {0};
    struct str currency = STR_NONE;
    for (;;) {
        out->commission = trade_commission(c->core->book, o, &currency);
        out->commission_currency = arena_str(c->arena, currency);
        if (out->commission.has || instant_due(until, task_now(c->task).mono) ||
            !task_sleep(c->task, COMMISSION_POLL_MS, &ignored))
            return;
    }
}

void trade_outcome(struct call *c, const struct gate_outcome *outcome, struct placed *out)
{
    const struct gate_leg *leg = &outcome->legs[0];
    put_order(c, &leg->order, out);
    out->status = str_of(order_state_text(leg->status.state));
    out->result = str_of(gate_result_text(outcome->result));
    out->filled = DEC_SOME(leg->status.filled);
    out->remaining = DEC_SOME(leg->status.remaining);
    out->avg_fill_price = leg->status.avg_fill_price;
    out->message = call_text(c, outcome->text);
    out->next = call_text(c, outcome->next);
    out->timestamp = task_now(c->task).wall;
    if (outcome->is_replay && outcome->intent_seq)
        call_warn(c, "answered from an earlier request with the same idempotency key");
    else if (outcome->is_replay)
        call_warn(c, "nothing was sent: the order is like that already");
    if (outcome->result == GATE_FILLED || outcome->result == GATE_PARTIAL)
        wait_for_commission(c, &leg->order, out);
}

static void put_preview(struct call *c, const struct gate_request *request,
                        const struct gate_ticket *ticket, struct placed *out)
{
    put_order(c, &ticket->orders[0], out);
    if (request->kind == GATE_PLACE) /* a preview uses up no order id */
        out->order_id = (struct opt_int){0, false};
    put_ticket(c, ticket, out);
    out->timestamp = task_now(c->task).wall;
}

struct opt_dec trade_base_amount(struct opt_dec amount)
{
    if (amount.has)
        amount.v = dec_round_to(amount.v, DEC_MICRO(10000), DEC_UP);
    return amount;
}

struct str trade_refusal_next(struct call *c, const struct gate_ticket *t)
{
    struct error e;
    (void)!ticket_refused(t, &e);
    return call_text(c, e.next);
}

static bool show(struct call *c, const struct gate_request *request, struct placed *out,
                 struct gate_ticket *ticket)
{
    if (!gate_preview(c->task, c->core->gate, request, ticket, &c->error))
        return false;
    put_preview(c, request, ticket, out);
    out->success = ticket->is_allowed;
    out->result = ticket->is_allowed ? STR("allowed") : STR("refused");
    out->message = ticket->is_allowed ? STR("a preview: nothing was sent")
                                      : STR("a preview: the gate would refuse this order");
    out->next = ticket->is_allowed
                    ? STR("submit_order with the preview_id sends it, as does the call without "
                          "dry_run")
                    : trade_refusal_next(c, ticket);
    return true;
}

/* The gate would let it pass, but a person has to agree: an answer, which says how. */
static void put_waiting(struct call *c, const struct gate_request *request,
                        const struct gate_ticket *ticket, struct str next, struct placed *out)
{
    put_preview(c, request, ticket, out);
    out->result = STR("awaiting_approval");
    out->message = call_text(c, c->error.text);
    out->next = next;
    c->awaits_person = true;
    c->error = (struct error){0};
}

static bool needs_person(const struct call *c)
{
    return strcmp(c->error.reason, "APPROVAL_NEEDED") == 0;
}

static bool send(struct call *c, const struct gate_request *request, struct gate_ticket *ticket,
                 struct gate_outcome *outcome)
{
    return gate_submit(c->task, c->core->gate, request, ticket, outcome, &c->error) &&
           gate_outcome_ok(outcome, &c->error);
}

/* With a person's word, where one is needed and can be had at once. */
static bool send_or_ask(struct call *c, const struct gate_request *request,
                        struct gate_ticket *ticket, struct gate_outcome *outcome, struct str *next)
{
    struct gate_request again = *request;
    if (send(c, request, ticket, outcome))
        return true;
    if (!needs_person(c) || !consent_ask(c, ticket, next))
        return false;
    again.preview_id = arena_str(c->arena, STR_NAME(ticket->preview_id));
    return send(c, &again, ticket, outcome);
}

bool trade_run(struct call *c, const struct gate_request *request, bool dry_run, struct placed *out,
               struct gate_ticket *ticket, struct gate_outcome *outcome)
{
    out->dry_run = dry_run;
    if (dry_run)
        return show(c, request, out, ticket);
    struct str next = STR_NONE;
    if (!send_or_ask(c, request, ticket, outcome, &next)) {
        if (needs_person(c)) {
            put_waiting(c, request, ticket, next, out);
            return true;
        }
        trade_refusal(c, ticket);
        return false;
    }
    put_ticket(c, ticket, out);
    trade_outcome(c, outcome, out);
    if (ticket->orders[0]
            .contract.primary_exchange[0]) /* the broker's echo knows the route alone */
        out->exchange = trade_listing(c, &ticket->orders[0].contract);
    out->success = true;
    return true;
}

/* ---- finding an order ---- */

static const struct book_order *look_up(const struct call *c, int64_t id)
{
    struct session_status s;
    session_status(c->core->session, &s);
    const struct book_order *o = NULL;
    if (id > 0 && id <= INT32_MAX)
        o = book_order(c->core->book, s.client_id, (int32_t)id);
    return o ? o : book_order_perm(c->core->book, id);
}

const struct book_order *trade_find(struct call *c, int64_t id, struct str account)
{
    const struct book_order *o = look_up(c, id);
    if (!o) {
        if (!call_needs_broker(c) || !query_open_orders(c->task, c->core->session, &c->error))
            return NULL;
        o = look_up(c, id);
    }
    if (!o) {
        if (!query_completed_orders(c->task, c->core->session, &c->error))
            return NULL;
        o = look_up(c, id);
    }
    if (o && (!account.n || str_eq(STR_NAME(o->order.account), account)))
        return o;
    error_set(&c->error, ERROR_NOT_FOUND, "UNKNOWN_ORDER",
              "no order with id %lld is known%s" STR_FMT, (long long)id, o ? " in account " : "",
              STR_ARG(o ? account : STR_NONE));
    error_next(&c->error,
               "get_open_orders lists working orders, get_completed_orders finished ones");
    return NULL;
}
