/* SPDX-License-Identifier: MIT */
/*
 * reconciliation: our books compared with the broker's, as operations.
 */
#include "ops/op.h"

#include <string.h>

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

struct break_row {
    struct str code, account, name, what, cause, repair;
    bool halts;
    struct opt_dec ours, brokers;
    struct opt_int order_id, perm_id;
    struct str order_ref, execution_id;
    struct opt_utc since;
};
static const struct field break_fields[] = {
    FIELD(struct break_row, code, .doc = "Kind of break"),
    FIELD(struct break_row, what, .doc = "What differs"),
    FIELD(struct break_row, ours, .doc = "Quantity, price or amount by our own count"),
    FIELD(struct break_row, brokers, .doc = "The same at the broker"),
    FIELD(struct break_row, since, .doc = "When it was found first"),
    FIELD(struct break_row, cause, .doc = "How that usually comes about", .aside = true),
    FIELD(struct break_row, repair, .doc = "What to do", .aside = true),
    FIELD(struct break_row, halts, .wide = true,
          .doc = "No order passes until it is gone or accepted, if it is found after a connect"),
    FIELD(struct break_row, name, .doc = "Contract or currency", .wide = true),
    FIELD(struct break_row, account, .doc = "Account", .wide = true),
    FIELD(struct break_row, order_id, .doc = "Order id", .wide = true),
    FIELD(struct break_row, perm_id, .doc = "Permanent id of the order", .wide = true),
    FIELD(struct break_row, order_ref, .doc = "Our reference of the order", .wide = true),
    FIELD(struct break_row, execution_id, .doc = "Execution", .wide = true),
};
static const struct type break_type = TYPE_OF(struct break_row, break_fields);

struct reconciliation_out {
    struct str state, trigger;
    bool reconciled, running;
    struct opt_utc time;
    struct opt_int duration_ms;
    int64_t positions, orders, external_orders, executions, adopted_executions, cash_rows;
    int64_t unsettled, break_count, runs;
    struct str why;
    struct opt_utc next;
    struct list breaks;
};
static const struct field reconciliation_fields[] = {
    FIELD(struct reconciliation_out, state,
          .doc = "clean, breaks, accepted (breaks that a person accepted), settling (something may "
                 "still be on its way), no_answer (never taken for empty), never"),
    FIELD(struct reconciliation_out, reconciled,
          .doc = "False: no order passes until the books agree or a person accepts the breaks"),
    FIELD(struct reconciliation_out, time, .doc = "When the newest comparison ended"),
    FIELD(struct reconciliation_out, duration_ms, .doc = "How long it took", .unit = "ms"),
    FIELD(struct reconciliation_out, trigger,
          .doc = "What it was made for: connect, timer, request"),
    FIELD(struct reconciliation_out, positions, .doc = "Positions compared"),
    FIELD(struct reconciliation_out, orders, .doc = "Working orders of ours compared"),
    FIELD(struct reconciliation_out, external_orders,
          .doc = "Working orders of other clients or placed by hand; they are no breaks"),
    FIELD(struct reconciliation_out, executions, .doc = "Executions that the broker listed"),
    FIELD(struct reconciliation_out, adopted_executions,
          .doc = "Of them, those that the journal did not have and has now"),
    FIELD(struct reconciliation_out, cash_rows, .doc = "Cash balances compared"),
    FIELD(struct reconciliation_out, unsettled,
          .doc = "Differences that an event on its way may explain; looked at again at once"),
    FIELD(struct reconciliation_out, break_count, .doc = "Breaks found"),
    FIELD(struct reconciliation_out, running, .doc = "A comparison is running"),
    FIELD(struct reconciliation_out, runs, .doc = "Comparisons since the start"),
    FIELD(struct reconciliation_out, why, .doc = "Why there was no answer"),
    FIELD(struct reconciliation_out, next, .doc = "When the next one is due; null without a link"),
    FIELD(struct reconciliation_out, breaks, .of = &break_type, .doc = "Breaks, at most 64"),
};
static const struct type reconciliation_type =
    TYPE_OF(struct reconciliation_out, reconciliation_fields);

static struct break_row row_of(struct call *c, const struct gate_break *b)
{
    const struct gate_break_row *kind = gate_break_row(b->kind);
    return (struct break_row){
        .code = str_of(kind->code),
        .halts = kind->is_halting,
        .cause = str_of(kind->cause),
        .repair = b->repair[0] ? call_text(c, b->repair) : str_of(kind->repair),
        .account = call_text(c, b->account),
        .name = call_text(c, b->name),
        .what = call_text(c, b->text),
        .ours = b->ours,
        .brokers = b->brokers,
        .order_id = {b->order_id, b->order_id > 0},
        .perm_id = {b->perm_id, b->perm_id > 0},
        .order_ref = call_text(c, b->ref),
        .execution_id = call_text(c, b->exec_id),
        .since = b->since,
    };
}

static bool answer(struct call *c, struct reconciliation_out *out)
{
    struct gate_reconciliation s;
    struct moment now = task_now(c->task);
    gate_reconciliation(c->core->gate, &s);
    struct instant due = gate_reconcile_due(c->core->gate);
    struct break_row *rows = ARENA_MANY(c->arena, struct break_row, s.count);
    for (size_t i = 0; i < s.count; i++)
        rows[i] = row_of(c, &s.breaks[i]);
    *out = (struct reconciliation_out){
        .state = str_of(gate_reconcile_text(s.state)),
        .trigger = s.runs ? str_of(gate_trigger_text(s.trigger)) : STR_NONE,
        .reconciled = s.is_reconciled,
        .running = s.is_running,
        .time = s.at,
        .duration_ms = {s.duration_ms, s.runs > 0},
        .positions = s.positions,
        .orders = s.orders,
        .external_orders = s.external_orders,
        .executions = s.executions,
        .adopted_executions = s.adopted_executions,
        .cash_rows = s.cash_rows,
        .unsettled = s.unsettled,
        .break_count = (int64_t)s.total,
        .runs = s.runs,
        .why = call_text(c, s.why),
        .breaks = {rows, s.count},
    };
    if (due.ns != INSTANT_NEVER.ns)
        out->next = (struct opt_utc){{now.wall.ns + (due.ns - now.mono.ns)}, true};
    return true;
}

static bool get_reconciliation(struct call *c, const void *in, void *result)
{
    (void)in;
    return answer(c, result);
}

static bool run_reconciliation(struct call *c, const void *in, void *result)
{
    (void)in;
    return call_needs_broker(c) &&
           gate_reconcile(c->task, c->core->gate, GATE_ON_REQUEST, &c->error) && answer(c, result);
}

struct accept_in {
    struct str why;
};
static const struct field accept_in_fields[] = {
    FIELD(struct accept_in, why, .required = true, .positional = true, .min = "1", .max = "190",
          .doc = "Why; kept", .example = "split of KO, checked in TWS"),
};
static const struct type accept_in_type = TYPE_OF(struct accept_in, accept_in_fields);

static bool accept_breaks(struct call *c, const void *in, void *result)
{
    const struct accept_in *args = in;
    struct gate_reconciliation seen;
    gate_reconciliation(c->core->gate, &seen);
    return call_person(c, "accept what differs from the broker's books") &&
           gate_accept_breaks(c->core->gate, seen.version, STR_NAME(c->who->name), args->why,
                              task_now(c->task), &c->error) &&
           answer(c, result);
}

static const char *const phrases[] = {"Do our books agree with the broker's?", NULL};

static const struct op reconciliation_ops[] = {
    {.name = "get_reconciliation",
     .title = "Reconciliation",
     .doc =
         "The newest comparison of our books with the broker's: positions, orders, executions and "
         "cash, "
         "with each break, its usual cause and what to do. Made after each connect, from time to "
         "time, and when a position changes without an execution.",
     .in = &no_in_type,
     .out = &reconciliation_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/reconciliation",
     .verb = "reconciliation",
     .example = "reconciliation",
     .category = "control",
     .phrases = phrases,
     .run = get_reconciliation},
    {.name = "run_reconciliation",
     .title = "Reconcile now",
     .doc =
         "Asks the broker for its complete lists and compares them with our books now. Places and "
         "cancels nothing.",
     .in = &no_in_type,
     .out = &reconciliation_type,
     .effect = OP_HALT,
     .is_idempotent = true,
     .route = "POST /api/reconciliation",
     .verb = "reconcile",
     .example = "reconcile",
     .category = "control",
     .run = run_reconciliation},
    {.name = "accept_breaks",
     .title = "Accept breaks",
     .doc = "Takes over what the broker has where the newest comparison found breaks, and lets "
            "orders pass again. Only for a person at a terminal.",
     .in = &accept_in_type,
     .out = &reconciliation_type,
     .effect = OP_ADMIN,
     .verb = "accept-breaks",
     .example = "accept-breaks \"split of KO, checked in TWS\"",
     .category = "safety",
     .run = accept_breaks},
};
const struct op_set reconciliation_op_set = {reconciliation_ops, sizeof reconciliation_ops /
                                                                     sizeof reconciliation_ops[0]};
