/* SPDX-License-Identifier: MIT */
/*
 * order: the order, its state and its executions as messages carry them.
 *
 * An order starts as WIRE_ORDER_DEFAULT, the defaults of the official clients, and a decoded one
 * has those values in every member that its message did not carry:
 *     struct wire_order o = WIRE_ORDER_DEFAULT;
 * Members follow the numbering of the protobuf message Order; "text only" members have no number.
 */
#ifndef PORTCULLIS_WIRE_ORDER_H
#define PORTCULLIS_WIRE_ORDER_H

#include "wire/message.h"

/* The type decides which members a condition uses (tws-protocol 2.6). */
enum wire_condition_type {
    WIRE_CONDITION_PRICE = 1,
    WIRE_CONDITION_TIME = 3,
    WIRE_CONDITION_MARGIN = 4,
    WIRE_CONDITION_EXECUTION = 5,
    WIRE_CONDITION_VOLUME = 6,
    WIRE_CONDITION_PERCENT_CHANGE = 7
};

struct wire_condition {
    int32_t type;
    bool is_conjunction; /* joined to the NEXT condition by "and" (text "a"), else "or" ("o") */
    bool is_more;        /* true: at or above; false: at or below */
    int32_t con_id;
    struct str exchange;
    struct str symbol;
    struct str sec_type;
    int32_t percent;
    double change_percent;
    double price;
    int32_t trigger_method;
    struct str time;
    int32_t volume;
};

struct wire_conditions {
    struct wire_condition *items;
    size_t n;
};

struct wire_soft_dollar_tier {
    struct str name;
    struct str value;
    struct str display_name; /* not in placeOrder text */
};

struct wire_order {
    int32_t client_id;
    int32_t order_id; /* protobuf only: the id to use is the one of the message */
    int64_t perm_id;
    int32_t parent_id;
    struct str action;         /* BUY, SELL, SSHORT */
    struct str total_quantity; /* decimal */
    int32_t display_size;
    struct str order_type; /* "LMT", "PEG BENCH" ... */
    double lmt_price;
    double aux_price;
    struct str tif; /* empty means DAY */
    struct str account;
    struct str settling_firm;
    struct str clearing_account;
    struct str clearing_intent;
    bool all_or_none;
    bool block_order;
    bool hidden;
    bool outside_rth;
    bool sweep_to_fill;
    double percent_offset;
    double trailing_percent;
    double trail_stop_price;
    int32_t min_qty;
    struct str good_after_time;
    struct str good_till_date;
    struct str oca_group;
    struct str order_ref;
    struct str rule80a;
    int32_t oca_type;
    int32_t trigger_method;
    struct str active_start_time;
    struct str active_stop_time;
    struct str fa_group;
    struct str fa_method;
    struct str fa_percentage;
    double volatility;
    int32_t volatility_type;
    bool continuous_update;
    int32_t reference_price_type;
    struct str delta_neutral_order_type; /* live echoes say "None" for none */
    double delta_neutral_aux_price;
    int32_t delta_neutral_con_id;
    struct str delta_neutral_open_close;
    bool delta_neutral_short_sale;
    int32_t delta_neutral_short_sale_slot;
    struct str delta_neutral_designated_location;
    int32_t scale_init_level_size;
    int32_t scale_subs_level_size;
    double scale_price_increment;
    double scale_price_adjust_value;
    int32_t scale_price_adjust_interval;
    double scale_profit_offset;
    bool scale_auto_reset;
    int32_t scale_init_position;
    int32_t scale_init_fill_qty;
    bool scale_random_percent;
    struct str scale_table;
    struct str hedge_type;
    struct str hedge_param;
    struct str algo_strategy;
    struct wire_tags algo_params;
    struct str algo_id;
    struct wire_tags smart_combo_routing_params;
    bool what_if;
    bool transmit;
    bool override_percentage_constraints;
    struct str open_close;
    int32_t origin; /* 0 customer, 1 firm */
    int32_t short_sale_slot;
    struct str designated_location;
    int32_t exempt_code;
    struct str delta_neutral_settling_firm;
    struct str delta_neutral_clearing_account;
    struct str delta_neutral_clearing_intent;
    double discretionary_amt;
    bool opt_out_smart_routing;
    double starting_price;
    double stock_ref_price;
    double delta;
    double stock_range_lower;
    double stock_range_upper;
    bool not_held;
    struct str order_misc_options; /* "tag=value;tag=value;" */
    bool solicited;
    bool randomize_size;
    bool randomize_price;
    int32_t reference_contract_id;
    double pegged_change_amount;
    bool is_pegged_change_amount_decrease;
    double reference_change_amount;
    struct str reference_exchange_id;
    struct str adjusted_order_type; /* live echoes say "None" for none */
    double trigger_price;
    double adjusted_stop_price;
    double adjusted_stop_limit_price;
    double adjusted_trailing_amount;
    int32_t adjustable_trailing_unit;
    double lmt_price_offset;
    struct wire_conditions conditions;
    bool conditions_cancel_order;
    bool conditions_ignore_rth;
    struct str model_code;
    struct str ext_operator;
    struct wire_soft_dollar_tier soft_dollar_tier;
    double cash_qty;
    struct str mifid2_decision_maker;
    struct str mifid2_decision_algo;
    struct str mifid2_execution_trader;
    struct str mifid2_execution_algo;
    bool dont_use_auto_price_for_hedge;
    bool is_oms_container;
    bool discretionary_up_to_limit_price;
    struct str auto_cancel_date;
    struct str filled_quantity; /* decimal */
    int32_t ref_futures_con_id;
    bool auto_cancel_parent;
    struct str shareholder;
    bool imbalance_only;
    int32_t route_marketable_to_bbo; /* three states: unset, 0, 1 */
    int64_t parent_perm_id;
    int32_t use_price_mgmt_algo; /* three states: unset, 0, 1 */
    int32_t duration;
    int32_t post_to_ats;
    struct str advanced_error_override;
    struct str manual_order_time;
    int32_t min_trade_qty;
    int32_t min_compete_size;
    double compete_against_best_offset; /* +infinity: up to the midpoint */
    double mid_offset_at_whole;
    double mid_offset_at_half;
    struct str customer_account;
    bool professional_customer;
    struct str bond_accrued_interest;
    bool include_overnight;
    int32_t manual_order_indicator;
    struct str submitter;

    /* protobuf only, >= 216 */
    bool deactivate;
    bool post_only;
    bool allow_pre_open;
    bool ignore_open_auction;
    int32_t seek_price_improvement; /* three states: unset, 0, 1 */
    int32_t what_if_type;
    int32_t hedge_max_size;
    bool conditions_include_overnight;

    /* text only */
    int32_t auction_strategy;
    struct str shares_allocation; /* "permId.x/ACCOUNT/100" */
    struct str fa_profile;        /* < 177 */
    double basis_points;
    int32_t basis_points_type;
};

/* WIRE_ORDER_UNSET is the order of which nothing is said: in protobuf a flag that is not there is
 * false, transmit too. */
/* clang-format off */
#define WIRE_ORDER_DEFAULT {.transmit = true, WIRE_ORDER_UNSET}
#define WIRE_ORDER_UNSET \
    .exempt_code = -1, \
    .lmt_price = WIRE_UNSET_DOUBLE, .aux_price = WIRE_UNSET_DOUBLE, \
    .percent_offset = WIRE_UNSET_DOUBLE, .trailing_percent = WIRE_UNSET_DOUBLE, \
    .trail_stop_price = WIRE_UNSET_DOUBLE, .min_qty = WIRE_UNSET_INT, \
    .volatility = WIRE_UNSET_DOUBLE, .volatility_type = WIRE_UNSET_INT, \
    .reference_price_type = WIRE_UNSET_INT, .delta_neutral_aux_price = WIRE_UNSET_DOUBLE, \
    .scale_init_level_size = WIRE_UNSET_INT, .scale_subs_level_size = WIRE_UNSET_INT, \
    .scale_price_increment = WIRE_UNSET_DOUBLE, .scale_price_adjust_value = WIRE_UNSET_DOUBLE, \
    .scale_price_adjust_interval = WIRE_UNSET_INT, .scale_profit_offset = WIRE_UNSET_DOUBLE, \
    .scale_init_position = WIRE_UNSET_INT, .scale_init_fill_qty = WIRE_UNSET_INT, \
    .starting_price = WIRE_UNSET_DOUBLE, .stock_ref_price = WIRE_UNSET_DOUBLE, \
    .delta = WIRE_UNSET_DOUBLE, .stock_range_lower = WIRE_UNSET_DOUBLE, \
    .stock_range_upper = WIRE_UNSET_DOUBLE, .trigger_price = WIRE_UNSET_DOUBLE, \
    .adjusted_stop_price = WIRE_UNSET_DOUBLE, .adjusted_stop_limit_price = WIRE_UNSET_DOUBLE, \
    .adjusted_trailing_amount = WIRE_UNSET_DOUBLE, .lmt_price_offset = WIRE_UNSET_DOUBLE, \
    .cash_qty = WIRE_UNSET_DOUBLE, .route_marketable_to_bbo = WIRE_UNSET_INT, \
    .use_price_mgmt_algo = WIRE_UNSET_INT, .duration = WIRE_UNSET_INT, \
    .post_to_ats = WIRE_UNSET_INT, .min_trade_qty = WIRE_UNSET_INT, \
    .min_compete_size = WIRE_UNSET_INT, .compete_against_best_offset = WIRE_UNSET_DOUBLE, \
    .mid_offset_at_whole = WIRE_UNSET_DOUBLE, .mid_offset_at_half = WIRE_UNSET_DOUBLE, \
    .manual_order_indicator = WIRE_UNSET_INT, .seek_price_improvement = WIRE_UNSET_INT, \
    .what_if_type = WIRE_UNSET_INT, .hedge_max_size = WIRE_UNSET_INT, \
    .basis_points = WIRE_UNSET_DOUBLE, .basis_points_type = WIRE_UNSET_INT
/* clang-format on */

/* Extra fields of a cancel. */
struct wire_order_cancel {
    struct str manual_order_cancel_time; /* >= 169 */
    struct str ext_operator;             /* >= 192, as the next */
    int32_t manual_order_indicator;
};

#define WIRE_ORDER_CANCEL_DEFAULT                                                                  \
    {                                                                                              \
        .manual_order_indicator = WIRE_UNSET_INT                                                   \
    }

/* Orders born together with their parent; protobuf only, >= 218. */
struct wire_attached_orders {
    int32_t sl_order_id;
    struct str sl_order_type;
    int32_t pt_order_id;
    struct str pt_order_type;
};

struct wire_allocation {
    struct str account;
    struct str position, position_desired, position_after; /* decimals, as the next two */
    struct str desired_alloc_qty, allowed_alloc_qty;
    bool is_monetary;
};

struct wire_allocations {
    struct wire_allocation *items;
    size_t n;
};

/* Margin figures before, by and after an order; unset when the server did not compute them. */
struct wire_margins {
    double init_before, maint_before, equity_before;
    double init_change, maint_change, equity_change;
    double init_after, maint_after, equity_after;
};

#define WIRE_MARGINS_DEFAULT                                                                       \
    {                                                                                              \
        WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE,                \
            WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE, WIRE_UNSET_DOUBLE,            \
            WIRE_UNSET_DOUBLE                                                                      \
    }

struct wire_order_state {
    struct str status;
    struct wire_margins margins;
    double commission; /* commissionAndFees, as the next two */
    double min_commission;
    double max_commission;
    struct str commission_currency;
    struct str margin_currency;
    struct wire_margins margins_outside_rth; /* >= 195, as the next three */
    struct str suggested_size;               /* decimal */
    struct str reject_reason;
    struct wire_allocations allocations;
    struct str warning_text;
    struct str completed_time;   /* completedOrder, as the next */
    struct str completed_status; /* "Filled Size: 1", "Cancelled by Trader" ... */
};

/* clang-format off */
#define WIRE_ORDER_STATE_DEFAULT { \
    .margins = WIRE_MARGINS_DEFAULT, .margins_outside_rth = WIRE_MARGINS_DEFAULT, \
    .commission = WIRE_UNSET_DOUBLE, .min_commission = WIRE_UNSET_DOUBLE, \
    .max_commission = WIRE_UNSET_DOUBLE, \
}
/* clang-format on */

struct wire_execution {
    int32_t order_id;
    struct str exec_id; /* a correction changes only the last group */
    struct str time;    /* "yyyymmdd HH:MM:SS zone" */
    struct str account; /* acctNumber */
    struct str exchange;
    struct str side;   /* BOT, SLD */
    struct str shares; /* decimal */
    double price;
    int64_t perm_id;
    int32_t client_id;
    int32_t liquidation;
    struct str cum_qty; /* decimal */
    double avg_price;
    struct str order_ref;
    struct str ev_rule;
    double ev_multiplier;
    struct str model_code;
    int32_t last_liquidity;             /* 0 none, 1 added, 2 removed, 3 routed out */
    bool pending_price_revision;        /* >= 178 */
    struct str submitter;               /* >= 198 */
    int32_t opt_exercise_or_lapse_type; /* protobuf only */
};

#define WIRE_EXECUTION_DEFAULT                                                                     \
    {                                                                                              \
        .ev_multiplier = WIRE_UNSET_DOUBLE                                                         \
    }

#endif
