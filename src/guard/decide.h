/* SPDX-License-Identifier: MIT */
/*
 * decide: all controls of the gate, as a pure function from facts to findings.
 *
 * The gate gathers the facts (facts.c), this judges them: no session, no book, no clock, so each
 * control is tested on both sides of its boundary with plain values. The controls are the rows of
 * one const table (decide.c; the checks by subject in decide_*.c), evaluated in its order; every
 * one that fails leaves a finding, not only the first. Private to guard/.
 *
 * An order is REDUCING if it lies opposite to the position and, together with the working orders
 * of its kind on that side, does not exceed it. Reducing orders are exempt from the controls marked
 * so in the table: quantity, value, rate and daily limits.
 *
 * Kinds: a stop (STP, STP LMT, TRAIL, TRAIL LIMIT) and anything else. What would sell more than is
 * held is counted per kind, because a protective stop, a target and a sale by hand stand for the
 * same shares; only orders of one kind add up. Orders of the same OCA group as the new one, and
 * children of an entry that has not filled, do not count.
 */
#ifndef PORTCULLIS_GUARD_DECIDE_H
#define PORTCULLIS_GUARD_DECIDE_H

#include "book/book.h"
#include "guard/gate.h"
#include "guard/tokens.h"

enum order_kind { KIND_PLAIN, KIND_STOP, KIND_COUNT };

struct gate_facts {
    const struct guard_limits *limits;
    struct utc now, day_end; /* when the counters of the day start again */
    /* state of the program */
    bool is_killed;
    char kill_scope[96]; /* of the switch; "" for everything */
    bool is_embedded;
    bool is_link_ready;
    bool is_restart_near; /* TWS is about to restart */
    bool is_journal_failed, is_journal_stalled;
    bool is_reconciled;
    const char *reconcile_why; /* it is not */
    enum gate_trading trading;
    enum gate_cause trading_cause;
    char trading_why[GATE_WHY_MAX];
    /* the account */
    enum account_mode account_mode;
    bool is_account_known;              /* the broker manages it for us */
    char base_currency[8];              /* "" if not told */
    int64_t armed_ms;                   /* for which live trading in it is still armed */
    struct opt_dec net_liquidation;     /* in the base currency, as are the next three */
    struct opt_dec day_start, day_peak; /* of it */
    struct opt_dec day_loss;            /* negative: a gain */
    struct dec position;                /* of the contract; negative is short */
    /* working orders of the contract, the order under modification left out */
    struct dec working[KIND_COUNT][2]; /* by kind and enum order_side */
    bool has_market[2];                /* a market order works on that side */
    struct opt_dec best_limit[2];      /* highest working buy limit, lowest working sell limit */
    /* the market */
    struct quote quote;
    int64_t quote_age_ms; /* -1: unknown */
    char quote_notice[120];
    struct opt_dec rate; /* base currency for one unit of the contract's currency */
    /* what is held in other contracts, working orders filled, in the base currency */
    struct dec others_gross, others_currency; /* all; those in the contract's currency */
    struct dec others_sector;                 /* those in its sector */
    char sector[64];                          /* its sector; "" if it was not found out */
    bool is_sector_missing;   /* the sector of something else that is held was not found out */
    struct dec others_net[2]; /* if all that is bought, or all that is sold, fills */
    char unrated[8];          /* a currency among them without a rate */
    char unvalued[64];        /* a contract among them without a price */
    /* what the broker says that the order needs, if it was asked */
    bool is_margin_asked, has_margin;
    struct order_margin margin;
    char margin_why[160]; /* why it did not say */
    /* what was sent before */
    int64_t orders_today, orders_last_minute, orders_last_second;
    bool is_token;             /* a program with a token asks */
    const struct token *token; /* which; NULL: it has been revoked or has expired */
    int64_t token_orders_today;
    int64_t messages_last_second; /* cancels too */
    int64_t unanswered;           /* on their way or of unknown fate */
    bool is_rule;                 /* an automation rule asks */
    int64_t rule_orders_today;
    int64_t working_stops;   /* of the account */
    int64_t working_side[2]; /* orders in the contract */
    struct dec value_today;
    int64_t duplicate_age_ms; /* of the newest equal order; -1: none within the window */
    char duplicate_ref[64];
    char unknown_ref[64]; /* an order in this contract whose fate is not known; "" for none */
    /* GATE_MODIFY: the order as it is */
    const struct book_order *existing;
};

struct verdict; /* of checks.h */

/* When what a control counts starts again. */
enum gate_resets { RESETS_NEVER, RESETS_SECOND, RESETS_MINUTE, RESETS_DAY };

struct gate_control {
    const char *code;
    enum error_code class; /* of the error when it refuses */
    bool is_warning;       /* never refuses */
    bool spares_reducing;  /* an order that only reduces a position is exempt */
    const char *next;      /* what to do instead */
    bool (*check)(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r);
    enum gate_resets resets;
};

/*
 * Fills the ticket: orders, market, values, position after, findings, headroom, is_allowed. *t is
 * overwritten. A limit from which the order is exempt, or that is off, has no headroom in it.
 */
void decide(const struct gate_facts *f, const struct gate_request *r, struct gate_ticket *t);
/* The control of that code, or NULL. */
const struct gate_control *control_find(const char *code);
/* Row i of the table, NULL behind the last. */
const struct gate_control *control_at(size_t i);
/* When the count of that control starts again. */
struct opt_utc control_resets(const struct gate_control *c, struct utc now, struct utc day_end);
/* *e from the first finding that refuses; always false. There must be one. */
bool ticket_refused(const struct gate_ticket *t, struct error *e);

/* Mode in force for an account of that kind; *code is the deny code that keeps it from trading, or
 * NULL. */
enum gate_mode mode_in_force(const struct guard_limits *l, bool is_embedded,
                             enum account_mode account_mode, const char **code);
/* What the order adds to the value of the day: a modification only what it adds. */
struct dec added_value(const struct gate_facts *f, const struct gate_ticket *t);

#endif
