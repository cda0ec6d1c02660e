/* SPDX-License-Identifier: MIT */
/*
 * reply: the messages from server to client. Layouts: tws-protocol 2.4 and 2.5.
 *
 * req_id -1 means "no request". Prices of -1 with size 0 mean "no quote" (see wire/value.h). The
 * WIRE_REP_X_DEFAULT of the structs that hold a contract, an order or figures that may be unknown
 * is what a server starts from; zero is right for all others.
 */
#ifndef PORTCULLIS_WIRE_REPLY_H
#define PORTCULLIS_WIRE_REPLY_H

#include "wire/contract.h"
#include "wire/order.h"

/* ---- session ---- */
struct wire_rep_next_valid_id {
    int32_t order_id;
};

struct wire_rep_managed_accounts {
    struct str accounts_list; /* "A,B" */
};

struct wire_rep_current_time {
    int64_t current_time; /* epoch seconds */
};

struct wire_rep_current_time_in_millis {
    int64_t current_time_in_millis;
};

struct wire_rep_error {
    int32_t id; /* request or order id; -1 for none */
    int32_t error_code;
    struct str error_msg;                  /* UTF-8 */
    struct str advanced_order_reject_json; /* >= 166 */
    int64_t error_time;                    /* epoch ms, >= 194 */
};

struct wire_rep_user_info {
    int32_t req_id;
    struct str white_branding_id;
};

struct wire_rep_verify_message {
    struct str api_data;
    struct str xyz_challenge; /* 69 only */
};

struct wire_rep_verify_completed {
    struct str is_successful;
    struct str error_text;
};

/* ---- ticks ---- */
enum wire_tick_attr {
    WIRE_TICK_CAN_AUTO_EXECUTE = 1,
    WIRE_TICK_PAST_LIMIT = 2,
    WIRE_TICK_PRE_OPEN = 4
};

struct wire_rep_tick_price {
    int32_t req_id;
    int32_t tick_type;
    double price;
    struct str size;   /* decimal; also the tick of the matching size type */
    int32_t attr_mask; /* enum wire_tick_attr */
};

struct wire_rep_tick_size {
    int32_t req_id;
    int32_t tick_type;
    struct str size; /* decimal */
};

struct wire_rep_tick_generic {
    int32_t req_id;
    int32_t tick_type;
    double value;
};

struct wire_rep_tick_string {
    int32_t req_id;
    int32_t tick_type;
    struct str value; /* UTF-8 */
};

/* Not computed: implied_vol < 0; -2 for the greeks; -1 for the prices; or unset. */
struct wire_rep_tick_option_computation {
    int32_t req_id;
    int32_t tick_type;
    int32_t tick_attrib;
    double implied_vol;
    double delta;
    double opt_price;
    double pv_dividend;
    double gamma;
    double vega;
    double theta;
    double und_price;
};

/* clang-format off */
#define WIRE_REP_TICK_OPTION_COMPUTATION_DEFAULT { \
    .implied_vol = WIRE_UNSET_DOUBLE, .delta = WIRE_UNSET_DOUBLE, \
    .opt_price = WIRE_UNSET_DOUBLE, .pv_dividend = WIRE_UNSET_DOUBLE, \
    .gamma = WIRE_UNSET_DOUBLE, .vega = WIRE_UNSET_DOUBLE, .theta = WIRE_UNSET_DOUBLE, \
    .und_price = WIRE_UNSET_DOUBLE, \
}
/* clang-format on */

struct wire_rep_tick_efp {
    int32_t req_id;
    int32_t tick_type;
    double basis_points;
    struct str formatted_basis_points;
    double implied_futures_price;
    int32_t hold_days;
    struct str future_last_trade_date;
    double dividend_impact;
    double dividends_to_last_trade_date;
};

struct wire_rep_tick_req_params {
    int32_t req_id;
    struct str min_tick; /* decimal */
    struct str bbo_exchange;
    int32_t snapshot_permissions;
    struct str last_price_precision, last_size_precision; /* protobuf only */
};

struct wire_rep_tick_news {
    int32_t req_id;
    int64_t timestamp; /* epoch ms */
    struct str provider_code;
    struct str article_id;
    struct str headline;
    struct str extra_data;
};

struct wire_rep_market_data_type {
    int32_t req_id;
    int32_t market_data_type;
};

struct wire_rep_reroute_mkt_data {
    int32_t req_id;
    int32_t con_id;
    struct str exchange;
};

struct wire_rep_delta_neutral_validation {
    int32_t req_id;
    struct wire_delta_neutral delta_neutral;
};

/* bits of the masks of ticks by trade and by quote; in historical bid/ask ticks they are swapped */
enum {
    WIRE_LAST_PAST_LIMIT = 1,
    WIRE_LAST_UNREPORTED = 2,
    WIRE_BID_PAST_LOW = 1,
    WIRE_ASK_PAST_HIGH = 2,
    WIRE_HIST_ASK_PAST_HIGH = 1,
    WIRE_HIST_BID_PAST_LOW = 2
};

enum wire_tick_by_tick_type {
    WIRE_TICK_LAST = 1,
    WIRE_TICK_ALL_LAST = 2,
    WIRE_TICK_BID_ASK = 3,
    WIRE_TICK_MID_POINT = 4
};

struct wire_rep_tick_by_tick {
    int32_t req_id;
    int32_t tick_type; /* enum wire_tick_by_tick_type: decides what follows */
    int64_t time;      /* epoch s */
    double price;      /* types 1, 2; the mid point of type 4 */
    struct str size;   /* types 1, 2; decimal, as all sizes */
    double bid, ask;   /* type 3 */
    struct str bid_size, ask_size;
    int32_t mask; /* types 1, 2, 3 */
    struct str exchange;
    struct str special_conditions;
};

/* ---- depth ---- */
struct wire_rep_market_depth {
    int32_t req_id;
    int32_t position;
    int32_t operation; /* 0 insert, 1 update, 2 delete */
    int32_t side;      /* 0 ask, 1 bid */
    double price;
    struct str size;         /* decimal */
    struct str market_maker; /* protobuf only, as the next */
    bool is_smart_depth;
};

struct wire_rep_market_depth_l2 {
    int32_t req_id;
    int32_t position;
    struct str market_maker;
    int32_t operation;
    int32_t side;
    double price;
    struct str size; /* decimal */
    bool is_smart_depth;
};

struct wire_depth_exchange {
    struct str exchange;
    struct str sec_type;
    struct str listing_exch;
    struct str service_data_type;
    int32_t agg_group;
};

struct wire_rep_mkt_depth_exchanges {
    struct {
        struct wire_depth_exchange *items;
        size_t n;
    } exchanges;
};

struct wire_smart_component {
    int32_t bit_number;
    struct str exchange;
    struct str exchange_letter;
};

struct wire_rep_smart_components {
    int32_t req_id;
    struct {
        struct wire_smart_component *items;
        size_t n;
    } components;
};

/* ---- orders ---- */
struct wire_rep_order_status {
    int32_t order_id;
    struct str status;
    struct str filled, remaining; /* decimals */
    double avg_fill_price;
    int64_t perm_id;
    int32_t parent_id;
    double last_fill_price;
    int32_t client_id;
    struct str why_held;
    double mkt_cap_price;
};

struct wire_rep_open_order {
    int32_t order_id;
    struct wire_contract contract;
    struct wire_order order;
    struct wire_order_state order_state;
};

/* clang-format off */
#define WIRE_REP_OPEN_ORDER_DEFAULT { \
    .contract = WIRE_CONTRACT_DEFAULT, .order = WIRE_ORDER_DEFAULT, \
    .order_state = WIRE_ORDER_STATE_DEFAULT, \
}
/* clang-format on */

struct wire_rep_completed_order {
    struct wire_contract contract;
    struct wire_order order;
    struct wire_order_state order_state;
};

#define WIRE_REP_COMPLETED_ORDER_DEFAULT WIRE_REP_OPEN_ORDER_DEFAULT

struct wire_rep_order_bound {
    int64_t perm_id;
    int32_t client_id;
    int32_t order_id;
};

struct wire_rep_exec_details {
    int32_t req_id; /* -1 when unsolicited */
    struct wire_contract contract;
    struct wire_execution execution; /* holds the order id */
};

#define WIRE_REP_EXEC_DETAILS_DEFAULT                                                              \
    {                                                                                              \
        .contract = WIRE_CONTRACT_DEFAULT, .execution = WIRE_EXECUTION_DEFAULT                     \
    }

struct wire_rep_commission_report {
    struct str exec_id;
    double commission; /* commissionAndFees */
    struct str currency;
    double realized_pnl; /* unset when unknown, as the next */
    double bond_yield;
    struct str yield_redemption_date; /* yyyymmdd or empty */
};

#define WIRE_REP_COMMISSION_REPORT_DEFAULT                                                         \
    {                                                                                              \
        .commission = WIRE_UNSET_DOUBLE, .realized_pnl = WIRE_UNSET_DOUBLE,                        \
        .bond_yield = WIRE_UNSET_DOUBLE                                                            \
    }

/* ---- accounts ---- */
struct wire_rep_account_value {
    struct str key;
    struct str value;
    struct str currency;
    struct str account;
};

struct wire_rep_portfolio_value {
    struct wire_contract contract; /* primary_exchange, no exchange */
    struct str position;           /* decimal */
    double market_price;
    double market_value;
    double average_cost;
    double unrealized_pnl;
    double realized_pnl;
    struct str account;
};

/* clang-format off */
#define WIRE_REP_PORTFOLIO_VALUE_DEFAULT { \
    .contract = WIRE_CONTRACT_DEFAULT, .market_price = WIRE_UNSET_DOUBLE, \
    .market_value = WIRE_UNSET_DOUBLE, .average_cost = WIRE_UNSET_DOUBLE, \
    .unrealized_pnl = WIRE_UNSET_DOUBLE, .realized_pnl = WIRE_UNSET_DOUBLE, \
}
/* clang-format on */

struct wire_rep_account_update_time {
    struct str timestamp; /* "HH:MM" */
};

struct wire_rep_account_download_end {
    struct str account;
};

struct wire_rep_position {
    struct str account;
    struct wire_contract contract;
    struct str position; /* decimal */
    double avg_cost;
};

#define WIRE_REP_POSITION_DEFAULT                                                                  \
    {                                                                                              \
        .contract = WIRE_CONTRACT_DEFAULT, .avg_cost = WIRE_UNSET_DOUBLE                           \
    }

struct wire_rep_position_multi {
    int32_t req_id;
    struct str account;
    struct wire_contract contract;
    struct str position; /* decimal */
    double avg_cost;
    struct str model_code;
};

#define WIRE_REP_POSITION_MULTI_DEFAULT WIRE_REP_POSITION_DEFAULT

struct wire_rep_account_summary {
    int32_t req_id;
    struct str account;
    struct str tag;
    struct str value;
    struct str currency;
};

struct wire_rep_account_update_multi {
    int32_t req_id;
    struct str account;
    struct str model_code;
    struct str key;
    struct str value;
    struct str currency;
};

struct wire_rep_pnl {
    int32_t req_id;
    double daily_pnl;
    double unrealized_pnl;
    double realized_pnl;
};

#define WIRE_REP_PNL_DEFAULT                                                                       \
    {                                                                                              \
        .daily_pnl = WIRE_UNSET_DOUBLE, .unrealized_pnl = WIRE_UNSET_DOUBLE,                       \
        .realized_pnl = WIRE_UNSET_DOUBLE                                                          \
    }

struct wire_rep_pnl_single {
    int32_t req_id;
    struct str position; /* decimal */
    double daily_pnl;
    double unrealized_pnl;
    double realized_pnl;
    double value;
};

#define WIRE_REP_PNL_SINGLE_DEFAULT                                                                \
    {                                                                                              \
        .daily_pnl = WIRE_UNSET_DOUBLE, .unrealized_pnl = WIRE_UNSET_DOUBLE,                       \
        .realized_pnl = WIRE_UNSET_DOUBLE, .value = WIRE_UNSET_DOUBLE                              \
    }

struct wire_family_code {
    struct str account;
    struct str family_code;
};

struct wire_rep_family_codes {
    struct {
        struct wire_family_code *items;
        size_t n;
    } codes;
};

struct wire_rep_soft_dollar_tiers {
    int32_t req_id;
    struct {
        struct wire_soft_dollar_tier *items;
        size_t n;
    } tiers;
};

struct wire_rep_receive_fa {
    int32_t fa_data_type;
    struct str xml;
};

struct wire_rep_replace_fa_end {
    int32_t req_id;
    struct str text;
};

/* ---- reference data ---- */
/* 10 contractData and 18 bondContractData. */
struct wire_rep_contract_data {
    int32_t req_id;
    struct wire_contract contract;
    struct wire_contract_details details;
};

#define WIRE_REP_CONTRACT_DATA_DEFAULT                                                             \
    {                                                                                              \
        .contract = WIRE_CONTRACT_DEFAULT, .details = WIRE_CONTRACT_DETAILS_DEFAULT                \
    }

struct wire_symbol_sample {
    struct wire_contract contract;
    struct wire_strs derivative_sec_types;
};

struct wire_rep_symbol_samples {
    int32_t req_id;
    struct {
        struct wire_symbol_sample *items;
        size_t n;
    } samples;
};

struct wire_rep_sec_def_opt_param {
    int32_t req_id;
    struct str exchange;
    int32_t underlying_con_id;
    struct str trading_class;
    struct str multiplier;
    struct wire_strs expirations; /* yyyymmdd */
    struct wire_doubles strikes;
};

struct wire_price_increment {
    double low_edge;
    double increment;
};

struct wire_rep_market_rule {
    int32_t market_rule_id;
    struct {
        struct wire_price_increment *items;
        size_t n;
    } increments;
};

struct wire_rep_fundamental_data {
    int32_t req_id;
    struct str data; /* XML */
};

/* ---- history ---- */
struct wire_bar {
    struct str date; /* by format_date of the request; daily bars always yyyymmdd */
    double open, high, low, close;
    struct str volume; /* decimal, as the next */
    struct str wap;
    int32_t bar_count;
};

struct wire_rep_historical_data {
    int32_t req_id;
    struct str start_date, end_date; /* < 196; later in historicalDataEnd */
    struct {
        struct wire_bar *items;
        size_t n;
    } bars;
};

struct wire_rep_historical_data_end {
    int32_t req_id;
    struct str start_date, end_date;
};

struct wire_rep_historical_data_update {
    int32_t req_id;
    struct wire_bar bar;
};

struct wire_rep_head_timestamp {
    int32_t req_id;
    struct str head_timestamp;
};

struct wire_histogram_entry {
    double price;
    struct str size; /* decimal */
};

struct wire_rep_histogram_data {
    int32_t req_id;
    struct {
        struct wire_histogram_entry *items;
        size_t n;
    } entries;
};

struct wire_rep_real_time_bar {
    int32_t req_id;
    int64_t time; /* epoch s of its start */
    double open, high, low, close;
    struct str volume; /* decimal, as the next */
    struct str wap;
    int32_t count;
};

struct wire_hist_tick {
    int64_t time; /* epoch s */
    double price;
    struct str size; /* decimal */
};

struct wire_rep_historical_ticks {
    int32_t req_id;
    struct {
        struct wire_hist_tick *items;
        size_t n;
    } ticks;
    bool is_done;
};

struct wire_hist_tick_bid_ask {
    int64_t time;
    int32_t mask; /* WIRE_HIST_ bits */
    double price_bid, price_ask;
    struct str size_bid, size_ask; /* decimals */
};

struct wire_rep_historical_ticks_bid_ask {
    int32_t req_id;
    struct {
        struct wire_hist_tick_bid_ask *items;
        size_t n;
    } ticks;
    bool is_done;
};

struct wire_hist_tick_last {
    int64_t time;
    int32_t mask; /* WIRE_LAST_ bits */
    double price;
    struct str size; /* decimal */
    struct str exchange;
    struct str special_conditions;
};

struct wire_rep_historical_ticks_last {
    int32_t req_id;
    struct {
        struct wire_hist_tick_last *items;
        size_t n;
    } ticks;
    bool is_done;
};

struct wire_hist_session {
    struct str start_date_time, end_date_time; /* "yyyymmdd-HH:MM:SS" */
    struct str ref_date;
};

struct wire_rep_historical_schedule {
    int32_t req_id;
    struct str start_date_time, end_date_time;
    struct str time_zone;
    struct {
        struct wire_hist_session *items;
        size_t n;
    } sessions;
};

/* ---- scanner ---- */
struct wire_rep_scanner_parameters {
    struct str xml; /* about 1.8 MB live */
};

struct wire_scan_row {
    int32_t rank;
    struct wire_contract contract;
    struct str market_name;
    struct str distance;
    struct str benchmark;
    struct str projection;
    struct str legs; /* comboKey */
};

/* Each one is a complete ranking; no end message follows. */
struct wire_rep_scanner_data {
    int32_t req_id;
    struct {
        struct wire_scan_row *items;
        size_t n;
    } rows;
};

/* ---- news and events ---- */
struct wire_news_provider {
    struct str provider_code;
    struct str provider_name;
};

struct wire_rep_news_providers {
    struct {
        struct wire_news_provider *items;
        size_t n;
    } providers;
};

struct wire_rep_news_article {
    int32_t req_id;
    int32_t article_type; /* 0 text, 1 binary */
    struct str article_text;
};

struct wire_rep_historical_news {
    int32_t req_id;
    struct str time; /* "yyyy-MM-dd HH:mm:ss.0" */
    struct str provider_code;
    struct str article_id;
    struct str headline;
};

struct wire_rep_historical_news_end {
    int32_t req_id;
    bool has_more;
};

struct wire_rep_news_bulletin {
    int32_t news_msg_id;
    int32_t news_msg_type;
    struct str news_message;
    struct str originating_exch;
};

/* 104 wshMetaData and 105 wshEventData. */
struct wire_rep_wsh_meta_data {
    int32_t req_id;
    struct str data_json;
};

/* ---- display groups ---- */
struct wire_rep_display_group_list {
    int32_t req_id;
    struct str groups; /* "1|2|3" */
};

struct wire_rep_display_group_updated {
    int32_t req_id;
    struct str contract_info; /* "conid@exchange" or "none" */
};

#endif
