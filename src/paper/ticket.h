/* SPDX-License-Identifier: MIT */
/*
 * ticket: an order as the exchange keeps it, and its fills. Plain values: a ticket is copied into
 * events and records; what it points to (listings, rules) outlives the exchange's state.
 *
 * `order` holds what every broker order has; `rule` is the row of its type, which rules the
 * matching; `terms` the modifiers that most orders do not use.
 */
#ifndef PORTCULLIS_PAPER_TICKET_H
#define PORTCULLIS_PAPER_TICKET_H

#include "model/order.h"
#include "paper/groups.h"
#include "paper/rule.h"
#include "paper/universe.h"

enum { TICKET_CONDITIONS_MAX = 8, TICKET_LEGS_MAX = 4, TICKET_PARAMS_MAX = 200 };
#define VENUE_NEVER INT64_MAX

/* One condition; which members count depends on the type (enum wire_condition_type). */
struct ticket_condition {
    int32_t type;
    bool is_and; /* joined to the next by "and", else by "or"; "and" binds tighter */
    bool is_more;
    const struct instrument *instrument; /* price, volume, change */
    struct dec value;                    /* price, percent or volume */
    int64_t time_s;
    int32_t trigger_method;
    enum sec_type sec_type; /* execution */
    char text[40];          /* time as it was given; execution: the symbol */
    char exchange[16];
};

/* One leg of a combination. */
struct ticket_leg {
    const struct instrument *instrument;
    enum order_side side; /* when the combination is bought */
    int32_t ratio;
};

/* What one account gets of an order for an advisor's group; whole units. */
struct ticket_share {
    int32_t account;         /* which of the login's */
    struct dec quantity;     /* of the order as it was placed */
    struct dec filled, paid; /* paid: price x quantity of what is filled */
};

/* How an order is spread over time. */
enum ticket_algo { ALGO_NONE, ALGO_ADAPTIVE, ALGO_TWAP, ALGO_VWAP, ALGO_COUNT };

/* What a stop becomes once the market has gone to `at`. */
struct ticket_adjustment {
    const struct rule *rule; /* NULL: nothing */
    struct opt_dec at, stop, limit, trail;
    bool trail_is_percent;
};

struct ticket_terms {
    bool all_or_none, hidden;
    int32_t min_qty, display_size; /* 0: none */
    struct opt_dec cash_qty;
    struct opt_dec offset;  /* pegged types: distance from the price that they follow */
    struct opt_dec percent; /* the same in percent, 0.01 = 1 % */
    char good_after[40];    /* as it was given */
    int64_t start_ns;       /* of good_after; 0: at once */
    struct ticket_adjustment adjust;

    struct ticket_condition conditions[TICKET_CONDITIONS_MAX];
    size_t condition_count;
    bool conditions_cancel, conditions_ignore_rth;

    struct ticket_leg legs[TICKET_LEGS_MAX];
    size_t leg_count;

    char group[GROUP_NAME_MAX]; /* of an advisor; "": the order is one account's */
    char group_method[24];      /* by which it was divided */
    struct ticket_share shares[ACCOUNTS_MAX];
    size_t share_count;

    enum ticket_algo algo;
    int64_t algo_start_ns, algo_end_ns;
    char algo_params[TICKET_PARAMS_MAX]; /* "tag=value;tag=value" as they were given */
};

enum ticket_end {
    END_NONE,
    END_FILLED,
    END_BY_TRADER,
    END_BY_SYSTEM, /* expired, its parent or its group ended, nothing to trade with */
    END_REJECTED,
    END_COUNT
};

struct ticket {
    struct order order; /* perm_id is set by the venue */
    struct order_status status;
    const struct instrument *instrument; /* of a combination: its first leg's */
    const struct rule *rule;
    struct opt_dec limit_offset; /* TRAIL LIMIT: between the trigger and the limit */
    int32_t oca_type, trigger_method, origin;
    char open_close[4];
    struct ticket_terms terms;
    bool is_bound;     /* an order of TWS itself whose id client 0 was told */
    bool is_held;      /* transmit=false: not working yet */
    bool is_triggered; /* a stop that has become a market or limit order */
    bool has_rested;   /* was not wholly marketable when it arrived */
    bool conditions_met;
    bool is_dirty; /* has changed in a way that nobody was told and no record shows yet */
    int64_t accepted_ns;
    int64_t act_ns;  /* does nothing before */
    int64_t wake_ns; /* when to look at it again; 0: not known. Not recorded */
    int64_t expire_ns;
    int64_t ended_ns;
    enum ticket_end end;
    struct opt_dec commission; /* of all its fills */
    char commission_currency[8];
    int32_t exercise; /* 0, or this is no order but what stands in for one in an execution: why an
                         option changed hands (enum money_exercise) */
};

/*
 * A fill of a combination comes in several: one of the whole, which counts for the order and moves
 * no holding, and one of each leg, which moves the leg's holding and does not count. So does a fill
 * of an order for a group: one of the whole, of which no client hears, and then each account's
 * share. What clients are told of an exercise follows no order and moves nothing: an event of the
 * account did (money.h).
 */
enum fill_part {
    FILL_PLAIN,
    FILL_COMBO,
    FILL_LEG,
    FILL_WHOLE,
    FILL_SHARE,
    FILL_EXERCISE,
    FILL_PART_COUNT
};

struct fill {
    int64_t seq; /* from 1; the execution id is made of it */
    int64_t at_ns;
    const struct ticket *ticket;
    const struct instrument *instrument; /* the ticket's, or the leg's */
    enum order_side side;
    enum fill_part part;
    int32_t account; /* FILL_SHARE: which of the login's; else 0 */
    struct dec quantity, price, cum_quantity, average_price;
    struct dec commission, realized; /* realized is meaningful if closes */
    bool closes;
    char commission_currency[8];
    char exchange[24];
    int32_t liquidity; /* 1 added, 2 removed */
    int32_t revision;  /* 0; how often it was corrected or taken back (quantity 0) */
};

/* True if it moves a holding and costs a commission. */
bool fill_is_booked(const struct fill *f);
/* True if it counts for the order. */
bool fill_counts(const struct fill *f);
bool ticket_is_live(const struct ticket *t);
bool ticket_is_combo(const struct ticket *t);
/* True if outsideRth has a meaning for the ticket: it was asked for, and it has a limit. */
bool ticket_is_extended(const struct ticket *t);
/* The auction that the ticket waits for, by its type or its time in force. */
enum rule_moment ticket_moment(const struct ticket *t);

#endif
