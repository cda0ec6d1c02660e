/* SPDX-License-Identifier: MIT */
/*
 * limits: what the user allows. Plain settings, described by a table so that the configuration
 * file, the environment, help and the limits report are derived from it.
 *
 * A limit is the largest allowed value: a test is strict, so exactly the limit passes. Percentages
 * are written as people write them: 10 is 10 %. Money is in the account's base currency.
 */
#ifndef PORTCULLIS_GUARD_LIMITS_H
#define PORTCULLIS_GUARD_LIMITS_H

#include "data/type.h"

/* What the user configured. What is in force for an account also depends on the account. */
enum guard_mode_setting {
    GUARD_AUTO, /* paper on the embedded exchange, read-only on anything else */
    GUARD_READ_ONLY,
    GUARD_PAPER,
    GUARD_LIVE
};

/* Whether the broker is asked for the margin of an order before it is sent. */
enum guard_margin_setting {
    GUARD_MARGIN_AUTO, /* yes, but for the embedded exchange, which refuses by itself at once */
    GUARD_MARGIN_ON,
    GUARD_MARGIN_OFF
};

/* The names of enum gate_approval (guard/gate.h), ended by NULL. */
extern const char *const guard_approvals[];

struct guard_limits {
    unsigned mode;             /* enum guard_mode_setting */
    struct str accounts;       /* ids that may trade, comma-separated; "" = every paper account */
    struct str security_types; /* "STK,CASH" */
    struct str only_symbols, never_symbols; /* "" = no such list; symbols or "conid:265598" */
    struct str currencies, exchanges, order_types; /* "" = all */
    bool regular_hours_only;
    bool allow_short;
    struct dec max_order_quantity;
    struct dec max_order_value;
    struct dec price_collar_pct;
    int64_t price_collar_ticks;       /* 0 = off */
    struct dec stop_distance_min_pct; /* 0 = off */
    struct dec stop_distance_max_pct;
    struct str day_zone; /* whose midnight ends a trading day */
    int64_t max_orders_per_day;
    int64_t max_orders_per_minute;
    int64_t max_orders_per_second;
    int64_t max_messages_per_second;
    int64_t max_orders_per_rule;
    int64_t orders_reserved_for_rules;
    struct dec max_value_per_day;
    int64_t max_working_stops;
    int64_t max_orders_per_side;
    int64_t max_unanswered_orders;
    int64_t duplicate_window_s; /* 0 = off */
    int64_t stale_price_s;
    struct dec confirm_above_pct; /* of max_order_value */
    struct dec max_position_pct;  /* of net liquidation, as are the next four; 0 = off */
    struct dec max_gross_exposure_pct;
    struct dec max_net_exposure_pct;
    struct dec max_currency_pct;
    struct dec max_sector_pct;
    struct dec max_position_value; /* 0 = off */
    unsigned check_margin;         /* enum guard_margin_setting */
    struct dec max_margin_pct;     /* of the excess liquidity */
    struct dec max_daily_loss_pct; /* 0 = off */
    struct dec max_drawdown_pct;   /* 0 = off */
    int64_t arm_minutes_max;
    unsigned approval_paper, approval_live, approval_above; /* enum gate_approval */
    int64_t approval_ttl_s;
    int64_t preview_ttl_s;
    struct dec preview_drift_pct;
    int64_t breaker_count; /* 0 = off */
    int64_t breaker_window_s;
    int64_t reconcile_minutes;
    int64_t break_minutes_max; /* 0 = off */
    bool kill_keeps_stops, kill_cancels_foreign;
};

extern const struct type guard_limits_type;

bool guard_asks_margin(const struct guard_limits *l, bool is_embedded);
/* Fills in the defaults of the table. The texts are static. */
void guard_limits_default(struct guard_limits *out);
/* True if the comma-separated `list` holds `item`, ignoring case and spaces. */
bool guard_list_has(struct str list, struct str item);

#endif
