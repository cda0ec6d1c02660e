/* SPDX-License-Identifier: MIT */
/*
 * config: the settings of a Gateway as messages 108 to 111 read and change them (protobuf only,
 * >= 219 and >= 221).
 *
 * An update names only what it changes, so every setting has a third state: numbers and flags are
 * int32_t with WIRE_UNSET_INT, texts empty. Start from the WIRE_..._DEFAULT, which names nothing.
 */
#ifndef PORTCULLIS_WIRE_CONFIG_H
#define PORTCULLIS_WIRE_CONFIG_H

#include "wire/message.h"

struct wire_lock_and_exit {
    struct str auto_logoff_time;
    struct str auto_logoff_period;
    struct str auto_logoff_type;
};

/* A dialogue of the Gateway and whether it is shown. */
struct wire_message_config {
    int32_t id;
    struct str title;
    struct str message;
    struct str default_action;
    int32_t enabled;
};

#define WIRE_MESSAGE_CONFIG_DEFAULT                                                                \
    {                                                                                              \
        .enabled = WIRE_UNSET_INT                                                                  \
    }

struct wire_message_configs {
    struct wire_message_config *items;
    size_t n;
};

struct wire_api_precautions {
    int32_t bypass_order_precautions;
    int32_t bypass_bond_warning;
    int32_t bypass_negative_yield_confirmation;
    int32_t bypass_called_bond_warning;
    int32_t bypass_same_action_pair_trade_warning;
    int32_t bypass_flagged_accounts_warning;
    int32_t bypass_price_based_volatility_warning;
    int32_t bypass_redirect_order_warning;
    int32_t bypass_no_overfill_protection;
    int32_t bypass_route_marketable_to_bbo;
};

struct wire_api_settings {
    int32_t read_only_api;
    int32_t total_quantity_for_mutual_funds;
    int32_t download_open_orders_on_connection;
    int32_t include_virtual_fx_positions;
    int32_t prepare_daily_pnl;
    int32_t send_status_updates_for_volatility_orders;
    struct str encode_api_messages;
    int32_t socket_port;
    int32_t use_negative_auto_range;
    int32_t create_api_message_log_file;
    int32_t include_market_data_in_log_file;
    int32_t expose_trading_schedule_to_api;
    int32_t split_insured_deposit_from_cash_balance;
    int32_t send_zero_positions_for_today_only;
    int32_t let_api_account_requests_switch_subscription;
    int32_t use_account_groups_with_allocation_methods;
    struct str logging_level;
    int32_t master_client_id;
    int32_t bulk_data_timeout;
    struct str component_exch_separator;
    int32_t show_forex_data_in_1_10_pips;
    int32_t allow_forex_trading_in_1_10_pips;
    int32_t round_account_values_to_nearest_whole_number;
    int32_t send_market_data_in_lots_for_us_stocks;
    int32_t show_advanced_order_reject_in_ui;
    int32_t reject_messages_above_max_rate;
    int32_t maintain_connection_on_incorrect_fields;
    int32_t compatibility_mode_nasdaq_stocks;
    struct str send_instrument_timezone;
    int32_t send_forex_data_in_compatibility_mode;
    int32_t maintain_and_resubmit_orders_on_reconnect;
    int32_t historical_data_max_size;
    int32_t auto_report_netting_event_contract_trades;
    struct str option_exercise_request_type;
    int32_t allow_localhost_only;
    struct wire_strs trusted_ips;
};

struct wire_api_config {
    struct wire_api_precautions precautions;
    struct wire_api_settings settings;
};

struct wire_smart_routing {
    int32_t seek_price_improvement;
    int32_t pre_open_reroute;
    int32_t do_not_route_to_dark_pools;
    struct str default_algorithm;
};

struct wire_orders_config {
    struct wire_smart_routing smart_routing;
};

/* clang-format off */
#define WIRE_API_PRECAUTIONS_DEFAULT { \
    WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT, \
    WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT, WIRE_UNSET_INT}

#define WIRE_API_SETTINGS_DEFAULT { \
    .read_only_api = WIRE_UNSET_INT, .total_quantity_for_mutual_funds = WIRE_UNSET_INT, \
    .download_open_orders_on_connection = WIRE_UNSET_INT, \
    .include_virtual_fx_positions = WIRE_UNSET_INT, .prepare_daily_pnl = WIRE_UNSET_INT, \
    .send_status_updates_for_volatility_orders = WIRE_UNSET_INT, .socket_port = WIRE_UNSET_INT, \
    .use_negative_auto_range = WIRE_UNSET_INT, .create_api_message_log_file = WIRE_UNSET_INT, \
    .include_market_data_in_log_file = WIRE_UNSET_INT, \
    .expose_trading_schedule_to_api = WIRE_UNSET_INT, \
    .split_insured_deposit_from_cash_balance = WIRE_UNSET_INT, \
    .send_zero_positions_for_today_only = WIRE_UNSET_INT, \
    .let_api_account_requests_switch_subscription = WIRE_UNSET_INT, \
    .use_account_groups_with_allocation_methods = WIRE_UNSET_INT, \
    .master_client_id = WIRE_UNSET_INT, .bulk_data_timeout = WIRE_UNSET_INT, \
    .show_forex_data_in_1_10_pips = WIRE_UNSET_INT, \
    .allow_forex_trading_in_1_10_pips = WIRE_UNSET_INT, \
    .round_account_values_to_nearest_whole_number = WIRE_UNSET_INT, \
    .send_market_data_in_lots_for_us_stocks = WIRE_UNSET_INT, \
    .show_advanced_order_reject_in_ui = WIRE_UNSET_INT, \
    .reject_messages_above_max_rate = WIRE_UNSET_INT, \
    .maintain_connection_on_incorrect_fields = WIRE_UNSET_INT, \
    .compatibility_mode_nasdaq_stocks = WIRE_UNSET_INT, \
    .send_forex_data_in_compatibility_mode = WIRE_UNSET_INT, \
    .maintain_and_resubmit_orders_on_reconnect = WIRE_UNSET_INT, \
    .historical_data_max_size = WIRE_UNSET_INT, \
    .auto_report_netting_event_contract_trades = WIRE_UNSET_INT, \
    .allow_localhost_only = WIRE_UNSET_INT}

#define WIRE_API_CONFIG_DEFAULT \
    {.precautions = WIRE_API_PRECAUTIONS_DEFAULT, .settings = WIRE_API_SETTINGS_DEFAULT}

#define WIRE_SMART_ROUTING_DEFAULT { \
    .seek_price_improvement = WIRE_UNSET_INT, .pre_open_reroute = WIRE_UNSET_INT, \
    .do_not_route_to_dark_pools = WIRE_UNSET_INT}

#define WIRE_ORDERS_CONFIG_DEFAULT {.smart_routing = WIRE_SMART_ROUTING_DEFAULT}
/* clang-format on */

/* A question that stands in the way of an update, and in the next request the consent to it. */
struct wire_config_warning {
    int32_t message_id;
    struct str title;
    struct str message;
};

struct wire_config_warnings {
    struct wire_config_warning *items;
    size_t n;
};

/* 108 is a wire_id. */
struct wire_rep_config {
    int32_t req_id;
    struct wire_lock_and_exit lock_and_exit;
    struct wire_message_configs messages;
    struct wire_api_config api;
    struct wire_orders_config orders;
};

#define WIRE_REP_CONFIG_DEFAULT                                                                    \
    {                                                                                              \
        .api = WIRE_API_CONFIG_DEFAULT, .orders = WIRE_ORDERS_CONFIG_DEFAULT                       \
    }

struct wire_req_update_config {
    int32_t req_id;
    struct wire_lock_and_exit lock_and_exit;
    struct wire_message_configs messages;
    struct wire_api_config api;
    struct wire_orders_config orders;
    struct wire_config_warnings accepted_warnings;
    bool reset_api_order_sequence;
};

#define WIRE_REQ_UPDATE_CONFIG_DEFAULT WIRE_REP_CONFIG_DEFAULT

struct wire_rep_update_config {
    int32_t req_id;
    struct str status;
    struct str message;
    struct wire_strs changed_fields;
    struct wire_strs errors;
    struct wire_config_warnings warnings;
};

#endif
