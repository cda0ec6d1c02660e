/* SPDX-License-Identifier: MIT */
/*
 * contract: the instrument as messages name it, and its details.
 *
 * One struct for every message; which members a message carries differs (an openOrder has no
 * primary exchange, a portfolio row no exchange ...). What a message does not carry keeps the
 * value of WIRE_CONTRACT_DEFAULT, with which every contract starts:
 *     struct wire_contract c = WIRE_CONTRACT_DEFAULT;
 */
#ifndef PORTCULLIS_WIRE_CONTRACT_H
#define PORTCULLIS_WIRE_CONTRACT_H

#include "wire/message.h"

struct wire_leg {
    int32_t con_id;
    int32_t ratio;
    struct str action;
    struct str exchange;
    int32_t open_close;
    int32_t short_sale_slot;
    struct str designated_location;
    int32_t exempt_code;
    double per_leg_price; /* in text a list of its own, behind the legs */
};

#define WIRE_LEG_DEFAULT                                                                           \
    {                                                                                              \
        .exempt_code = -1, .per_leg_price = WIRE_UNSET_DOUBLE                                      \
    }

struct wire_legs {
    struct wire_leg *items;
    size_t n;
};

struct wire_delta_neutral {
    int32_t con_id;
    double delta;
    double price;
};

struct wire_contract {
    int32_t con_id;
    struct str symbol;
    struct str sec_type;
    struct str last_trade_date; /* lastTradeDateOrContractMonth: also "yyyymmdd HH:MM:SS zone" */
    double strike;              /* unset for non-options; 0 on the wire means unset below 202 */
    struct str right;           /* C, P, CALL, PUT; for non-options "", "0" or "?" */
    struct str multiplier;
    struct str exchange;
    struct str primary_exchange;
    struct str currency;
    struct str local_symbol;
    struct str trading_class;
    struct str sec_id_type;
    struct str sec_id;
    struct str description;
    struct str issuer_id;
    bool include_expired;
    bool has_delta_neutral;
    struct wire_delta_neutral delta_neutral;
    struct str combo_legs_descrip;    /* "conid|ratio,conid|ratio" */
    struct wire_legs combo_legs;      /* only for sec_type BAG */
    struct str last_trade_date_exact; /* lastTradeDate of contract data, >= 182 */
};

#define WIRE_CONTRACT_DEFAULT                                                                      \
    {                                                                                              \
        .strike = WIRE_UNSET_DOUBLE                                                                \
    }

struct wire_ineligibility {
    struct str id;
    struct str description;
};

struct wire_ineligibilities {
    struct wire_ineligibility *items;
    size_t n;
};

/* What contractData and bondContractData tell beyond the contract. */
struct wire_contract_details {
    struct str market_name;
    struct str min_tick;        /* decimal */
    int32_t md_size_multiplier; /* <= 163 */
    struct str order_types;     /* comma separated, as the next */
    struct str valid_exchanges;
    int32_t price_magnifier;
    int32_t under_con_id;
    struct str long_name;
    struct str contract_month;
    struct str industry, category, subcategory;
    struct str time_zone_id;
    struct str trading_hours, liquid_hours;
    struct str ev_rule;
    double ev_multiplier;
    struct wire_tags sec_id_list;
    int32_t agg_group;
    struct str under_symbol, under_sec_type;
    struct str market_rule_ids; /* parallel to valid_exchanges */
    struct str real_expiration_date;
    struct str stock_type;
    struct str min_size, size_increment, suggested_size_increment; /* decimals */

    /* funds, >= 179 */
    struct str fund_name, fund_family, fund_type;
    struct str fund_front_load, fund_back_load, fund_back_load_time_interval;
    struct str fund_management_fee;
    bool fund_closed, fund_closed_for_new_investors, fund_closed_for_new_money;
    struct str fund_notify_amount;
    struct str fund_minimum_initial_purchase, fund_minimum_subsequent_purchase;
    struct str fund_blue_sky_states, fund_blue_sky_territories;
    struct str fund_distribution_policy_indicator, fund_asset_type;

    /* bonds; their maturity is contract.last_trade_date */
    struct str cusip, issue_date, ratings, bond_type;
    double coupon;
    struct str coupon_type;
    bool convertible, callable, puttable;
    struct str desc_append;
    struct str next_option_date, next_option_type;
    bool next_option_partial;
    struct str bond_notes;

    struct wire_ineligibilities ineligibility_reasons; /* >= 186 */

    /* protobuf only */
    struct str event_contract1, event_contract_description1, event_contract_description2;
    struct str min_algo_size;
    struct str last_price_precision, last_size_precision;
    struct str settlement_method;
};

#define WIRE_CONTRACT_DETAILS_DEFAULT                                                              \
    {                                                                                              \
        .ev_multiplier = WIRE_UNSET_DOUBLE                                                         \
    }

#endif
