/* SPDX-License-Identifier: MIT */
/*
 * trade: what the order operations share: from arguments to a gate request, from the gate's ticket
 * and outcome to an answer.
 */
#ifndef PORTCULLIS_OPS_TRADE_H
#define PORTCULLIS_OPS_TRADE_H

#include "ops/op.h"

/* What one control found, as shown to callers. */
struct finding_row {
    struct str code, text;
    struct opt_dec value, limit;
    bool is_warning;
};
extern const struct type finding_row_type;

/* The answer to placing, changing or cancelling one order, and to a preview of it. */
struct placed {
    bool success, dry_run;
    struct opt_int order_id, perm_id;
    struct str order_ref, symbol, exchange, currency, action;
    struct opt_dec quantity;
    struct str order_type;
    struct opt_dec price, stop_price, trail_amount, trail_percent;
    struct str time_in_force;
    bool outside_rth;
    struct str status, result; /* the broker's word; ours */
    struct opt_dec filled, remaining, avg_fill_price, commission;
    struct str commission_currency, message, next, modifications;
    struct str preview_id;
    struct opt_utc preview_expires;
    struct opt_int approval;
    struct opt_dec reference_price, value, value_base, worst_loss_base;
    struct str base_currency;
    struct opt_dec margin_change;
    struct list findings; /* struct finding_row */
    struct utc timestamp;
};
extern const struct type placed_type;

/* One execution of an order. */
struct fill_row {
    struct str execution_id;
    struct opt_utc time;
    struct str exchange;
    struct dec shares, price;
    struct opt_dec commission, realized_pnl;
    struct str commission_currency;
};
extern const struct type fill_row_type;

/* Arguments that every placing operation has. */
struct order_common {
    struct str symbol, exchange, currency, account, reasoning;
    bool dry_run, allow_duplicate;
};

/*
 * The contract that is meant and the account; routes through SMART where the contract allows it.
 * May suspend. False: call->error is set.
 */
bool trade_contract(struct call *c, const struct order_common *args, struct str *account,
                    struct contract_details *details);
/*
 * The same for an order that exists: a request to change the order with that id into what the
 * caller then makes of out->orders[0], which is the book's present copy. May suspend. False:
 * call->error is set.
 */
bool trade_change(struct call *c, int64_t id, const struct order_common *args,
                  struct gate_request *out);
/* Smallest steps and market state of the contract of a request that has none. May suspend. */
bool trade_steps(struct call *c, struct gate_request *r);
/* A request of one order in that contract, not yet priced. */
void trade_request(struct call *c, const struct order_common *args, struct str account,
                   const struct contract_details *details, struct gate_request *out);
/*
 * Submits, or previews if dry_run, and fills the answer. May suspend. An order that a person has to
 * approve is an answer, too: its result is awaiting_approval, and nothing was sent. False:
 * call->error is set, call->detail holds the findings.
 */
bool trade_run(struct call *c, const struct gate_request *request, bool dry_run, struct placed *out,
               struct gate_ticket *ticket, struct gate_outcome *outcome);
/* Turns a cancel's outcome into an answer. */
void trade_outcome(struct call *c, const struct gate_outcome *outcome, struct placed *out);
/* Makes the findings of a ticket the detail of a failed call. */
void trade_refusal(struct call *c, const struct gate_ticket *ticket);
/* Kind and age of the prices that the ticket was judged by go to the envelope. */
void trade_prices_seen(struct call *c, const struct gate_ticket *ticket);
struct list trade_findings(struct call *c, const struct gate_ticket *ticket);
/* The executions of an order, oldest first: struct fill_row. */
struct list trade_fills(struct call *c, const struct order *o);
/* Sum of the commissions of an order's executions; absent unless all of them are known. */
struct opt_dec trade_commission(const struct book *book, const struct order *o,
                                struct str *currency);
/*
 * The order that an id names: our order id, else a perm id. NULL with call->error set if there is
 * none; asks the broker for its open and its finished orders before giving up. May suspend; what it
 * returns is borrowed until the next suspension.
 */
const struct book_order *trade_find(struct call *c, int64_t id, struct str account);
/* "portcullis", "other_client" or "manual": who placed it. */
struct str trade_origin(const struct order *o);
/* Whether it can be changed or cancelled from here. */
bool trade_is_ours(const struct call *c, const struct book_order *b);
/* The exchange to show: where it is listed, else where it is routed. */
struct str trade_listing(struct call *c, const struct contract *k);
/* An amount of the base currency as people read it: to the hundredth, never smaller than it is. */
struct opt_dec trade_base_amount(struct opt_dec amount);
/* What to do instead of an order that the gate would refuse: of the first finding that refuses. */
struct str trade_refusal_next(struct call *c, const struct gate_ticket *t);
/* "cli", "mcp", "rest": through what the call came. */
struct str trade_face(const struct call *c);
bool trade_tif(struct call *c, struct str text, enum order_tif *out);

#endif
