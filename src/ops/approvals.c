/* SPDX-License-Identifier: MIT */
/*
 * approvals: the orders that wait for a person, and the person's word about them.
 */
#include "ops/consent.h"
#include "ops/headline.h"
#include "ops/trade.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

struct approval_row {
    int64_t approval;
    struct str headline, notices;
    struct str state, symbol, action;
    struct dec quantity;
    struct str order_type, order, account;
    struct opt_dec value_base, reference_price;
    struct str base_currency, principal, assistant, reasoning;
    struct utc since, expires;
    struct str decided_by, why, order_ref, preview_id;
    struct str needs, way;
    struct str mode;
};
static const struct field approval_row_fields[] = {
    FIELD(struct approval_row, approval, .doc = "Number to approve or decline it by"),
    FIELD(struct approval_row, headline, .wide = true, .doc = "What will happen, in a sentence"),
    FIELD(struct approval_row, notices, .wide = true,
          .doc = "What the checks told about it when it was shown"),
    FIELD(struct approval_row, state, .doc = "pending, approved, declined, used or expired"),
    FIELD(struct approval_row, symbol, .doc = "Symbol"),
    FIELD(struct approval_row, action, .doc = "BUY or SELL; of a bracket that of the entry"),
    FIELD(struct approval_row, quantity, .doc = "Quantity"),
    FIELD(struct approval_row, order_type, .doc = "Type of the order, or of the entry",
          .wide = true),
    FIELD(struct approval_row, order, .doc = "The whole order in words"),
    FIELD(struct approval_row, value_base, .doc = "Value at worst, in the base currency"),
    FIELD(struct approval_row, base_currency, .doc = "Base currency"),
    FIELD(struct approval_row, mode, .doc = "paper or live money"),
    FIELD(struct approval_row, reference_price, .doc = "Market price when it was shown"),
    FIELD(struct approval_row, principal, .doc = "Who asks"),
    FIELD(struct approval_row, assistant, .doc = "For whom, as it named itself", .wide = true),
    FIELD(struct approval_row, reasoning, .doc = "Why, in the words of who asks"),
    FIELD(struct approval_row, since, .doc = "Since when", .wide = true),
    FIELD(struct approval_row, expires, .doc = "Until when it can be approved, or used"),
    FIELD(struct approval_row, needs, .wide = true,
          .doc = "The least way of agreeing that counts: elicit, app, out_of_band"),
    FIELD(struct approval_row, decided_by, .doc = "Who has decided", .wide = true),
    FIELD(struct approval_row, way, .doc = "On which way", .wide = true),
    FIELD(struct approval_row, why, .doc = "And why"),
    FIELD(struct approval_row, order_ref, .doc = "Reference of the order that it became",
          .wide = true),
    FIELD(struct approval_row, preview_id, .doc = "For submit_order; shown to who asks alone",
          .wide = true),
    FIELD(struct approval_row, account, .doc = "Account", .wide = true),
};
static const struct type approval_row_type = TYPE_OF(struct approval_row, approval_row_fields);

struct approvals_out {
    struct list approvals;
    struct str page, next;
};
static const struct field approvals_out_fields[] = {
    FIELD(struct approvals_out, approvals, .of = &approval_row_type,
          .doc = "Orders for which a person was asked, the newest first"),
    FIELD(struct approvals_out, page,
          .doc = "Where a person decides in a browser on this machine; null for who only reads"),
    FIELD(struct approvals_out, next, .doc = "What to do"),
};
static const struct type approvals_out_type = TYPE_OF(struct approvals_out, approvals_out_fields);

static struct str written(struct call *c, const struct gate_proposal *p,
                          void (*write)(const struct gate_proposal *p, struct buf *out))
{
    struct buf b;
    buf_init(&b, 2048);
    write(p, &b);
    struct str text = b.n ? arena_str(c->arena, buf_str(&b)) : STR_NONE;
    buf_fini(&b);
    return text;
}

static struct approval_row row_of(struct call *c, const struct gate_proposal *p)
{
    const struct order *o = &p->orders[0];
    enum proposal_state state = gate_proposal_state(p, task_now(c->task));
    bool is_own = strcmp(p->principal, c->who->name) == 0;
    return (struct approval_row){
        .approval = p->number,
        .headline = written(c, p, headline_write),
        .notices = written(c, p, headline_notices),
        .state = str_of(proposal_state_text(state)),
        .symbol = call_text(c, o->contract.symbol),
        .action = str_of(side_text(o->side)),
        .quantity = o->quantity,
        .order_type = str_of(order_type_text(o->type)),
        .order = consent_order(c, p),
        .account = call_text(c, o->account),
        .mode = account_mode_of(STR_NAME(o->account)) == MODE_PAPER ? STR("paper") : STR("live"),
        .value_base = trade_base_amount(p->value_base),
        .reference_price = p->reference,
        .base_currency = call_text(c, p->base_currency),
        .principal = call_text(c, p->principal),
        .assistant = call_text(c, p->assistant),
        .reasoning = call_text(c, p->reasoning),
        .since = p->since,
        .expires = p->until,
        .needs = str_of(gate_approval_text(p->needs)),
        .decided_by = call_text(c, p->by),
        .way = p->way ? str_of(gate_approval_text(p->way)) : STR_NONE,
        .why = call_text(c, p->why),
        .order_ref = call_text(c, p->ref),
        .preview_id = is_own ? call_text(c, p->id) : STR_NONE,
    };
}

static int newest_first(const void *a, const void *b)
{
    const struct approval_row *x = a, *y = b;
    return x->approval < y->approval ? 1 : x->approval > y->approval ? -1 : 0;
}

static void list_all(struct call *c, bool pending_only, struct approvals_out *out)
{
    struct approval_row *rows = ARENA_MANY(c->arena, struct approval_row, PROPOSALS_MAX);
    const struct gate_proposal *p;
    size_t n = 0;
    const char *only = c->who->only_account;
    for (size_t i = 0; gate_next_approval(c->core->gate, &i, &p);) {
        enum proposal_state state = gate_proposal_state(p, task_now(c->task));
        if (only[0] && strcmp(p->orders[0].account, only) != 0)
            continue;
        if (!pending_only || state == PROPOSAL_PENDING)
            rows[n++] = row_of(c, p);
    }
    qsort(rows, n, sizeof rows[0], newest_first);
    out->approvals = (struct list){rows, n};
}

static bool get_approvals(struct call *c, const void *in, void *result)
{
    (void)in;
    struct approvals_out *out = result;
    list_all(c, false, out);
    out->page = consent_page(c);
    out->next = STR("a person decides with `portcullis approve NUMBER` or `portcullis decline "
                    "NUMBER`; what is approved is sent by submit_order with its preview_id");
    return true;
}

/* ---- deciding ---- */

struct decide_in {
    struct opt_int approval;
    struct str why;
};
static const struct field approve_in_fields[] = {
    FIELD(struct decide_in, approval, .positional = true, .min = "1",
          .doc = "Its number; without one, what waits is listed with the page that approves in a "
                 "browser, and nothing is approved",
          .example = "12"),
    FIELD(struct decide_in, why, .max = "190", .doc = "Why; kept"),
};
static const struct type approve_in_type = TYPE_OF(struct decide_in, approve_in_fields);

static const struct field decline_in_fields[] = {
    FIELD(struct decide_in, approval, .positional = true, .min = "1",
          .doc = "Its number; without one, what waits is listed and nothing is declined",
          .example = "12"),
    FIELD(struct decide_in, why, .positional = true, .max = "190",
          .doc = "Why; the proposer is told"),
};
static const struct type decline_in_type = TYPE_OF(struct decide_in, decline_in_fields);

enum { WHAT_MAX = 256 };

/* What the person is asked for: "approve 12, BUY 5 KO LMT limit 60 DAY, paper money". Only about
 * what there is to decide. */
static bool is_pending(struct call *c, int64_t number, bool is_yes, char what[WHAT_MAX])
{
    const struct gate_proposal *p;
    for (size_t i = 0; gate_next_approval(c->core->gate, &i, &p);) {
        if (p->number != number || gate_proposal_state(p, task_now(c->task)) != PROPOSAL_PENDING)
            continue;
        bool is_paper = account_mode_of(STR_NAME(p->orders[0].account)) == MODE_PAPER;
        struct str text = arena_f(
            c->arena, "%s %lld, " STR_FMT ", %s", is_yes ? "approve" : "decline", (long long)number,
            STR_ARG(consent_order(c, p)), is_paper ? "paper money" : "REAL MONEY");
        str_copy_cut(what, WHAT_MAX, text);
        return true;
    }
    return false;
}

static bool decide_on(struct call *c, const struct decide_in *args, bool is_yes,
                      struct approvals_out *out)
{
    struct gate *g = c->core->gate;
    const struct gate_proposal *p;
    char what[WHAT_MAX];
    if (!args->approval.has) {
        list_all(c, true, out);
        out->page = consent_page(c);
        out->next = out->approvals.n ? STR("name the number of one of them")
                                     : STR("no order waits for approval");
        return true;
    }
    enum gate_approval way = GATE_APPROVAL_NONE;
    if (is_pending(c, args->approval.v, is_yes, what)) {
        if (!call_person(c, what))
            return false;
        way = GATE_APPROVAL_OUT_OF_BAND;
    }
    if (!gate_approve(c->task, g, args->approval.v, is_yes, STR_NAME(c->who->name), way, args->why,
                      &c->error))
        return false;
    struct approval_row *row = ARENA_NEW(c->arena, struct approval_row);
    for (size_t i = 0; gate_next_approval(g, &i, &p);)
        if (p->number == args->approval.v)
            *row = row_of(c, p);
    out->approvals = (struct list){row, 1};
    out->next = is_yes ? STR("approved, and not sent yet: who asked sends it with submit_order, "
                             "where it is checked once more")
                       : STR("declined: it cannot be sent any more");
    return true;
}

static bool approve_order(struct call *c, const void *in, void *result)
{
    return decide_on(c, in, true, result);
}

static bool decline_order(struct call *c, const void *in, void *result)
{
    return decide_on(c, in, false, result);
}

/* ---- the table ---- */

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

static const struct op approval_ops[] = {
    {.name = "get_approvals",
     .title = "Approvals",
     .doc = "Orders for which a person was asked, with their state: pending, approved, declined, "
            "used, expired. Only a person approves, at a terminal; then submit_order sends it.",
     .in = &no_in_type,
     .out = &approvals_out_type,
     .effect = OP_READ,
     .spans_accounts = true,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/approvals",
     .verb = "approvals",
     .example = "approvals",
     .category = "order_placement",
     .run = get_approvals},
    {.name = "approve_order",
     .title = "Approve an order",
     .doc = "Lets one proposed order pass, exactly as it was shown, once, and for a limited time. "
            "It is not sent by this: who asked submits it again, and the gate checks it again. "
            "Only for a person at a terminal.",
     .in = &approve_in_type,
     .out = &approvals_out_type,
     .effect = OP_APPROVE,
     .verb = "approve",
     .example = "approve 12",
     .category = "order_placement",
     .run = approve_order},
    {.name = "decline_order",
     .title = "Decline an order",
     .doc = "Says no to a proposed order; who asked is told why. Only for a person at a terminal.",
     .in = &decline_in_type,
     .out = &approvals_out_type,
     .effect = OP_APPROVE,
     .verb = "decline",
     .example = "decline 12 \"not today\"",
     .category = "order_placement",
     .run = decline_order},
};
const struct op_set approval_op_set = {approval_ops, sizeof approval_ops / sizeof approval_ops[0]};
