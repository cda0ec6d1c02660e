/* SPDX-License-Identifier: MIT */
/*
 * draft: from the arguments of each way to ask for an order to the request that the gate gets.
 *
 * The operations that place and change orders make their request here and run it; preview_order
 * makes the same request and only shows it. So a preview cannot mean something else than the order.
 */
#ifndef PORTCULLIS_OPS_DRAFT_H
#define PORTCULLIS_OPS_DRAFT_H

#include "ops/trade.h"

struct market_in {
    struct order_common common;
    unsigned action; /* 0 BUY, 1 SELL; likewise below */
    struct dec quantity;
};

struct limit_in {
    struct order_common common;
    unsigned action;
    struct dec quantity, price;
    struct str time_in_force;
    bool outside_rth;
};

struct bracket_in {
    struct order_common common;
    unsigned action;
    struct dec quantity, entry_price, stop_price, target_price;
    struct str time_in_force;
};

/* Of a working order that is no stop. */
struct modify_in {
    int64_t order_id;
    struct opt_dec quantity, price;
    struct str time_in_force;
    bool dry_run;
    struct str reasoning, account;
};

enum stop_kind { STOP_STP, STOP_STP_LMT, STOP_TRAIL };
struct stop_in {
    struct order_common common;
    unsigned action;     /* 0: the side that closes the position; 1 BUY, 2 SELL */
    unsigned order_type; /* enum stop_kind */
    struct opt_dec quantity, stop_price, price, limit_price, trail_amount, trail_percent;
    struct str time_in_force;
    bool outside_rth;
};

/* Of a working stop. */
struct move_in {
    int64_t order_id;
    struct opt_dec stop_price, quantity, limit_price, trail_amount, trail_percent;
    struct str time_in_force;
    bool allow_widening, dry_run;
    struct str reasoning, account;
};

/* All may suspend. False: call->error is set. */
bool draft_market(struct call *c, const struct market_in *args, struct gate_request *out);
bool draft_limit(struct call *c, const struct limit_in *args, struct gate_request *out);
bool draft_bracket(struct call *c, const struct bracket_in *args, struct gate_request *out);
bool draft_stop(struct call *c, const struct stop_in *args, struct gate_request *out);
/* *changes says what changes: "price 200 -> 199.5". */
bool draft_modify(struct call *c, const struct modify_in *args, struct gate_request *out,
                  struct str *changes);
bool draft_move(struct call *c, const struct move_in *args, struct gate_request *out,
                struct str *changes);

#endif
