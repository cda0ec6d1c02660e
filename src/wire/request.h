/* SPDX-License-Identifier: MIT */
/*
 * request: the messages from client to server. Layouts: tws-protocol 2.2 and 2.3.
 *
 * Start from the WIRE_REQ_X_DEFAULT where one exists; zero is right for all others. `options`
 * members are one text "tag=value;tag=value;".
 */
#ifndef PORTCULLIS_WIRE_REQUEST_H
#define PORTCULLIS_WIRE_REQUEST_H

#include "wire/contract.h"
#include "wire/order.h"

/* ---- session ---- */
struct wire_req_start_api {
    int32_t client_id;
    struct str optional_capabilities;
};

struct wire_req_ids {
    int32_t num_ids; /* ignored by servers; clients send 1 */
};

struct wire_req_set_server_log_level {
    int32_t log_level; /* 1..5 */
};

/* 65 and 66, the sign-on of IBKR's own programs. */
struct wire_req_verify {
    struct str api_name;
    struct str api_version;
};

struct wire_req_verify_message {
    struct str api_data;
};

/* ---- orders ---- */
struct wire_req_place_order {
    int32_t order_id;
    struct wire_contract contract;
    struct wire_order order;
    struct wire_attached_orders attached_orders;
};

#define WIRE_REQ_PLACE_ORDER_DEFAULT                                                               \
    {                                                                                              \
        .contract = WIRE_CONTRACT_DEFAULT, .order = WIRE_ORDER_DEFAULT                             \
    }

struct wire_req_cancel_order {
    int32_t order_id;
    struct wire_order_cancel order_cancel;
};

#define WIRE_REQ_CANCEL_ORDER_DEFAULT                                                              \
    {                                                                                              \
        .order_cancel = WIRE_ORDER_CANCEL_DEFAULT                                                  \
    }

struct wire_req_global_cancel {
    struct wire_order_cancel order_cancel;
};

#define WIRE_REQ_GLOBAL_CANCEL_DEFAULT                                                             \
    {                                                                                              \
        .order_cancel = WIRE_ORDER_CANCEL_DEFAULT                                                  \
    }

struct wire_req_auto_open_orders {
    bool auto_bind;
};

struct wire_req_completed_orders {
    bool api_only;
};

struct wire_req_executions {
    int32_t req_id;
    int32_t client_id; /* 0: any */
    struct str account;
    struct str time; /* "yyyymmdd-hh:mm:ss": executions since then */
    struct str symbol;
    struct str sec_type;
    struct str exchange;
    struct str side;
    int32_t last_n_days;             /* >= 200, as the next */
    struct wire_ints specific_dates; /* yyyymmdd */
};

#define WIRE_REQ_EXECUTIONS_DEFAULT                                                                \
    {                                                                                              \
        .last_n_days = WIRE_UNSET_INT                                                              \
    }

struct wire_req_exercise_options {
    int32_t order_id;
    struct wire_contract contract;
    int32_t action; /* 1 exercise, 2 lapse */
    int32_t quantity;
    struct str account;
    bool override;
    struct str manual_order_time; /* >= 180 */
    struct str customer_account;  /* >= 183 */
    bool professional_customer;   /* >= 184 */
};

/* ---- accounts ---- */
struct wire_req_account_updates {
    bool subscribe;
    struct str account;
};

struct wire_req_account_summary {
    int32_t req_id;
    struct str group; /* "All" or a group's name */
    struct str tags;  /* comma separated */
};

struct wire_req_positions_multi {
    int32_t req_id;
    struct str account;
    struct str model_code;
};

struct wire_req_account_updates_multi {
    int32_t req_id;
    struct str account;
    struct str model_code;
    bool ledger_and_nlv;
};

struct wire_req_pnl {
    int32_t req_id;
    struct str account;
    struct str model_code;
};

struct wire_req_pnl_single {
    int32_t req_id;
    struct str account;
    struct str model_code;
    int32_t con_id;
};

struct wire_req_fa {
    int32_t fa_data_type; /* 1 groups, 3 aliases */
};

struct wire_req_replace_fa {
    int32_t req_id;
    int32_t fa_data_type;
    struct str xml;
};

/* ---- market data ---- */
struct wire_req_market_data_type {
    int32_t market_data_type; /* 1 live, 2 frozen, 3 delayed, 4 delayed-frozen */
};

struct wire_req_mkt_data {
    int32_t req_id;
    struct wire_contract contract;
    struct str generic_tick_list; /* "100,101,233" */
    bool snapshot;
    bool regulatory_snapshot;
    struct str options;
};

struct wire_req_mkt_depth {
    int32_t req_id;
    struct wire_contract contract;
    int32_t num_rows;
    bool is_smart_depth;
    struct str options;
};

struct wire_req_cancel_mkt_depth {
    int32_t req_id;
    bool is_smart_depth;
};

struct wire_req_tick_by_tick {
    int32_t req_id;
    struct wire_contract contract;
    struct str tick_type; /* Last, AllLast, BidAsk, MidPoint */
    int32_t number_of_ticks;
    bool ignore_size;
};

struct wire_req_real_time_bars {
    int32_t req_id;
    struct wire_contract contract;
    int32_t bar_size; /* seconds; 5 */
    struct str what_to_show;
    bool use_rth;
    struct str options;
};

struct wire_req_calc_implied_volatility {
    int32_t req_id;
    struct wire_contract contract;
    double option_price;
    double under_price;
    struct str options;
};

struct wire_req_calc_option_price {
    int32_t req_id;
    struct wire_contract contract;
    double volatility;
    double under_price;
    struct str options;
};

struct wire_req_smart_components {
    int32_t req_id;
    struct str bbo_exchange;
};

/* ---- history ---- */
struct wire_req_historical_data {
    int32_t req_id;
    struct wire_contract contract;
    struct str end_date_time; /* empty: now */
    struct str bar_size;      /* "5 mins" */
    struct str duration;      /* "1 D" */
    bool use_rth;
    struct str what_to_show; /* TRADES, MIDPOINT, BID, ASK, SCHEDULE ... */
    int32_t format_date;     /* 1 text with zone, 2 epoch seconds */
    bool keep_up_to_date;
    struct str options;
};

struct wire_req_head_timestamp {
    int32_t req_id;
    struct wire_contract contract;
    bool use_rth;
    struct str what_to_show;
    int32_t format_date;
};

struct wire_req_histogram_data {
    int32_t req_id;
    struct wire_contract contract;
    bool use_rth;
    struct str time_period; /* "3 days" */
};

struct wire_req_historical_ticks {
    int32_t req_id;
    struct wire_contract contract;
    struct str start_date_time; /* one of the two is empty */
    struct str end_date_time;
    int32_t number_of_ticks;
    struct str what_to_show;
    bool use_rth;
    bool ignore_size;
    struct str options;
};

/* All requests above that carry a contract: {.contract = WIRE_CONTRACT_DEFAULT}. */
#define WIRE_REQ_CONTRACT_DEFAULT                                                                  \
    {                                                                                              \
        .contract = WIRE_CONTRACT_DEFAULT                                                          \
    }

/* ---- reference data ---- */
struct wire_req_contract_details {
    int32_t req_id;
    struct wire_contract contract;
};

struct wire_req_matching_symbols {
    int32_t req_id;
    struct str pattern;
};

struct wire_req_sec_def_opt_params {
    int32_t req_id;
    struct str underlying_symbol;
    struct str fut_fop_exchange; /* empty for options on stocks */
    struct str underlying_sec_type;
    int32_t underlying_con_id;
};

struct wire_req_market_rule {
    int32_t market_rule_id;
};

struct wire_req_fundamental_data {
    int32_t req_id;
    struct wire_contract contract;
    struct str report_type;
    struct str options;
};

/* ---- scanner ---- */
struct wire_req_scanner_subscription {
    int32_t req_id;
    int32_t number_of_rows; /* -1: the server's default */
    struct str instrument;
    struct str location_code;
    struct str scan_code;
    double above_price;
    double below_price;
    int64_t above_volume;
    double market_cap_above;
    double market_cap_below;
    struct str moody_rating_above, moody_rating_below;
    struct str sp_rating_above, sp_rating_below;
    struct str maturity_date_above, maturity_date_below;
    double coupon_rate_above;
    double coupon_rate_below;
    bool exclude_convertible;
    int64_t average_option_volume_above;
    struct str scanner_setting_pairs;
    struct str stock_type_filter;
    struct str filter_options;
    struct str options;
};

/* clang-format off */
#define WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT { \
    .number_of_rows = -1, .above_price = WIRE_UNSET_DOUBLE, .below_price = WIRE_UNSET_DOUBLE, \
    .above_volume = WIRE_UNSET_LONG, .market_cap_above = WIRE_UNSET_DOUBLE, \
    .market_cap_below = WIRE_UNSET_DOUBLE, .coupon_rate_above = WIRE_UNSET_DOUBLE, \
    .coupon_rate_below = WIRE_UNSET_DOUBLE, .average_option_volume_above = WIRE_UNSET_LONG, \
}
/* clang-format on */

/* ---- news and events ---- */
struct wire_req_news_bulletins {
    bool all_messages;
};

struct wire_req_news_article {
    int32_t req_id;
    struct str provider_code;
    struct str article_id;
    struct str options;
};

struct wire_req_historical_news {
    int32_t req_id;
    int32_t con_id;
    struct str provider_codes; /* "BZ+DJ" */
    struct str start_date_time;
    struct str end_date_time;
    int32_t total_results;
    struct str options;
};

struct wire_req_wsh_event_data {
    int32_t req_id;
    int32_t con_id;
    struct str filter; /* >= 171, as the next three */
    bool fill_watchlist;
    bool fill_portfolio;
    bool fill_competitors;
    struct str start_date; /* >= 173, as the next two */
    struct str end_date;
    int32_t total_limit;
};

#define WIRE_REQ_WSH_EVENT_DATA_DEFAULT                                                            \
    {                                                                                              \
        .con_id = WIRE_UNSET_INT, .total_limit = WIRE_UNSET_INT                                    \
    }

/* ---- display groups ---- */
struct wire_req_subscribe_group {
    int32_t req_id;
    int32_t group_id;
};

struct wire_req_update_group {
    int32_t req_id;
    struct str contract_info; /* "conid@exchange" or "none" */
};

#endif
