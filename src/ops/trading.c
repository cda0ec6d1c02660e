/* SPDX-License-Identifier: MIT */
/*
 * trading: the trading state and the arming of live trading, as operations.
 */
#include "ops/op.h"

#include <string.h>

struct trading_out {
    unsigned trading; /* enum gate_trading */
    unsigned cause;   /* enum gate_cause */
    struct opt_utc since;
    struct str by, why;
    bool reconciled;
    struct str armed_account;
    struct opt_utc armed_until;
};
static const char *const states[] = {"active", "reducing", "halted", NULL};
static const char *const causes[] = {"request", "loss", "breaker", "break", NULL};

static const struct field trading_fields[] = {
    FIELD(struct trading_out, trading, .choices = states,
          .doc = "active: all orders that the limits allow; reducing: only orders that reduce a "
                 "position; halted: only cancels"),
    FIELD(struct trading_out, cause, .choices = causes,
          .doc = "Who set it: a request, the day's loss, the circuit breaker, or a position that "
                 "differs from the broker's"),
    FIELD(struct trading_out, since, .doc = "Since when; null if it was never changed"),
    FIELD(struct trading_out, by, .doc = "By whom"),
    FIELD(struct trading_out, why, .doc = "Why"),
    FIELD(struct trading_out, reconciled,
          .doc = "False: nothing is sent until the account has been compared with the broker's"),
    FIELD(struct trading_out, armed_account, .doc = "Live account that may trade; null for none"),
    FIELD(struct trading_out, armed_until, .doc = "When that ends by itself"),
};
static const struct type trading_type = TYPE_OF(struct trading_out, trading_fields);

static bool answer(struct call *c, struct trading_out *out)
{
    struct gate_trading_status s;
    gate_trading_status(c->core->gate, task_now(c->task), &s);
    *out = (struct trading_out){.trading = s.state,
                                .cause = s.cause,
                                .since = s.since,
                                .by = call_text(c, s.by),
                                .why = call_text(c, s.why),
                                .reconciled = s.is_reconciled,
                                .armed_account = call_text(c, s.armed_account),
                                .armed_until = s.armed_until};
    return true;
}

/* ---- set_trading_state ---- */

struct state_in {
    unsigned state;
    struct str why;
};
static const struct field state_in_fields[] = {
    FIELD(struct state_in, state, .required = true, .positional = true, .choices = states,
          .doc = "active, reducing or halted", .example = "reducing"),
    FIELD(struct state_in, why, .positional = true, .max = "190", .doc = "Why; kept and shown",
          .example = "earnings tonight"),
};
static const struct type state_in_type = TYPE_OF(struct state_in, state_in_fields);

/* The state holds at once; whether it would survive a restart is known once it is on the disk. */
static void await_disk(struct call *c)
{
    struct error e;
    if (!journal_wait(c->task, c->core->journal, journal_last(c->core->journal), &e))
        call_warn(c, "in force, but not on the disk: a restart would forget it (%.120s)", e.text);
}

/* What was tightened while a PIN was typed, the person who typed it has not seen. */
static bool is_as_seen(struct call *c, uint64_t tightenings)
{
    struct gate_trading_status now;
    gate_trading_status(c->core->gate, task_now(c->task), &now);
    if (now.tightenings == tightenings)
        return true;
    error_set(&c->error, ERROR_CONFLICT, "TIGHTENED_AGAIN",
              "the trading state was tightened while the PIN was typed");
    return error_next(&c->error, "look at `portcullis safety`, then loosen it again");
}

static bool set_trading_state(struct call *c, const void *in, void *result)
{
    const struct state_in *args = in;
    struct gate_trading_status s;
    gate_trading_status(c->core->gate, task_now(c->task), &s);
    bool is_looser = args->state < s.state;
    if (is_looser && !(call_person(c, "loosen the trading state") && is_as_seen(c, s.tightenings)))
        return false;
    if (!gate_set_trading(c->core->gate, (enum gate_trading)args->state, STR_NAME(c->who->name),
                          is_looser, args->why.n ? args->why : STR("no reason was given"),
                          task_now(c->task), &c->error))
        return false;
    await_disk(c);
    return answer(c, result);
}

/* ---- arm_live_trading ---- */

struct arm_in {
    int64_t minutes;
    struct str account;
};
static const struct field arm_in_fields[] = {
    FIELD(struct arm_in, minutes, .required = true, .positional = true, .min = "0", .max = "1440",
          .unit = "min", .doc = "For how long; 0 disarms at once", .example = "60"),
    FIELD(struct arm_in, account, .doc = "Live account; default: the account in use",
          .example = "U1234567"),
};
static const struct type arm_in_type = TYPE_OF(struct arm_in, arm_in_fields);

static bool arm_live_trading(struct call *c, const void *in, void *result)
{
    const struct arm_in *args = in;
    struct str account = STR_NONE;
    bool arms = args->minutes > 0;
    if (arms && (!call_account(c, args->account, &account) || !call_person(c, "arm live trading")))
        return false;
    return gate_arm(c->core->gate, account, args->minutes, STR_NAME(c->who->name), arms,
                    task_now(c->task), &c->error) &&
           answer(c, result);
}

static const char *const state_phrases[] = {"Only let orders through that reduce positions",
                                            "Halt trading for today", NULL};

static const struct op trading_ops[] = {
    {.name = "set_trading_state",
     .title = "Trading state",
     .doc = "Sets how much trading goes on: halted lets only cancels through, reducing also orders "
            "that reduce a position. Anyone may tighten it, and at once; loosening it is for a "
            "person at a terminal. Survives restarts. A day's loss and failing orders tighten it "
            "by themselves.",
     .in = &state_in_type,
     .out = &trading_type,
     .effect = OP_HALT,
     .is_idempotent = true,
     .route = "POST /api/trading-state",
     .verb = "trading",
     .example = "trading reducing \"earnings tonight\"",
     .category = "control",
     .phrases = state_phrases,
     .run = set_trading_state},
    {.name = "arm_live_trading",
     .title = "Arm live trading",
     .doc = "Allows orders with real money in one account for some minutes. Needs limits.mode live "
            "and the account in limits.accounts as well. Only for a person at a terminal.",
     .in = &arm_in_type,
     .out = &trading_type,
     .effect = OP_ADMIN,
     .is_destructive = true,
     .verb = "arm",
     .example = "arm 60",
     .category = "safety",
     .run = arm_live_trading},
};
const struct op_set trading_op_set = {trading_ops, sizeof trading_ops / sizeof trading_ops[0]};
