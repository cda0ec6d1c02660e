/* SPDX-License-Identifier: MIT */
/* The settings of a Gateway (messages 108 to 111). */
#include "wire/proto_table.h"

/* clang-format off */
#define S struct wire_lock_and_exit
static const struct wire_proto_field lock_and_exit_config_fields[] = {
    FIELD(1, autoLogoffTime, auto_logoff_time),
    FIELD(2, autoLogoffPeriod, auto_logoff_period),
    FIELD(3, autoLogoffType, auto_logoff_type),
};
#undef S
const struct wire_proto wire_proto_lock_and_exit =
    PROTO_PART("LockAndExitConfig", lock_and_exit_config_fields, wire_lock_and_exit, NULL);

#define S struct wire_message_config
static const struct wire_proto_field message_config_fields[] = {
    FIELD(1, id, id),
    FIELD(2, title, title),
    FIELD(3, message, message),
    FIELD(4, defaultAction, default_action),
    FLAG(5, enabled, enabled),
};
#undef S
const struct wire_proto wire_proto_message_config =
    PROTO_PART("MessageConfig", message_config_fields, wire_message_config, (&(const struct wire_message_config)WIRE_MESSAGE_CONFIG_DEFAULT));

#define S struct wire_api_precautions
static const struct wire_proto_field api_precautions_config_fields[] = {
    FLAG(1, bypassOrderPrecautions, bypass_order_precautions),
    FLAG(2, bypassBondWarning, bypass_bond_warning),
    FLAG(3, bypassNegativeYieldConfirmation, bypass_negative_yield_confirmation),
    FLAG(4, bypassCalledBondWarning, bypass_called_bond_warning),
    FLAG(5, bypassSameActionPairTradeWarning, bypass_same_action_pair_trade_warning),
    FLAG(6, bypassFlaggedAccountsWarning, bypass_flagged_accounts_warning),
    FLAG(7, bypassPriceBasedVolatilityWarning, bypass_price_based_volatility_warning),
    FLAG(8, bypassRedirectOrderWarning, bypass_redirect_order_warning),
    FLAG(9, bypassNoOverfillProtection, bypass_no_overfill_protection),
    FLAG(10, bypassRouteMarketableToBBO, bypass_route_marketable_to_bbo),
};
#undef S
static const struct wire_proto api_precautions_config =
    PROTO_PART("ApiPrecautionsConfig", api_precautions_config_fields, wire_api_precautions, (&(const struct wire_api_precautions)WIRE_API_PRECAUTIONS_DEFAULT));

#define S struct wire_api_settings
static const struct wire_proto_field api_settings_config_fields[] = {
    FLAG(1, readOnlyApi, read_only_api),
    FLAG(2, totalQuantityForMutualFunds, total_quantity_for_mutual_funds),
    FLAG(3, downloadOpenOrdersOnConnection, download_open_orders_on_connection),
    FLAG(4, includeVirtualFxPositions, include_virtual_fx_positions),
    FLAG(5, prepareDailyPnL, prepare_daily_pnl),
    FLAG(6, sendStatusUpdatesForVolatilityOrders, send_status_updates_for_volatility_orders),
    FIELD(7, encodeApiMessages, encode_api_messages),
    FIELD(8, socketPort, socket_port),
    FLAG(9, useNegativeAutoRange, use_negative_auto_range),
    FLAG(10, createApiMessageLogFile, create_api_message_log_file),
    FLAG(11, includeMarketDataInLogFile, include_market_data_in_log_file),
    FLAG(12, exposeTradingScheduleToApi, expose_trading_schedule_to_api),
    FLAG(13, splitInsuredDepositFromCashBalance, split_insured_deposit_from_cash_balance),
    FLAG(14, sendZeroPositionsForTodayOnly, send_zero_positions_for_today_only),
    FLAG(15, letApiAccountRequestsSwitchSubscription, let_api_account_requests_switch_subscription),
    FLAG(16, useAccountGroupsWithAllocationMethods, use_account_groups_with_allocation_methods),
    FIELD(17, loggingLevel, logging_level),
    FIELD(18, masterClientId, master_client_id),
    FIELD(19, bulkDataTimeout, bulk_data_timeout),
    FIELD(20, componentExchSeparator, component_exch_separator),
    FLAG(21, showForexDataIn1_10Pips, show_forex_data_in_1_10_pips),
    FLAG(22, allowForexTradingIn1_10Pips, allow_forex_trading_in_1_10_pips),
    FLAG(23, roundAccountValuesToNearestWholeNumber, round_account_values_to_nearest_whole_number),
    FLAG(24, sendMarketDataInLotsForUsStocks, send_market_data_in_lots_for_us_stocks),
    FLAG(25, showAdvancedOrderRejectInUi, show_advanced_order_reject_in_ui),
    FLAG(26, rejectMessagesAboveMaxRate, reject_messages_above_max_rate),
    FLAG(27, maintainConnectionOnIncorrectFields, maintain_connection_on_incorrect_fields),
    FLAG(28, compatibilityModeNasdaqStocks, compatibility_mode_nasdaq_stocks),
    FIELD(29, sendInstrumentTimezone, send_instrument_timezone),
    FLAG(30, sendForexDataInCompatibilityMode, send_forex_data_in_compatibility_mode),
    FLAG(31, maintainAndResubmitOrdersOnReconnect, maintain_and_resubmit_orders_on_reconnect),
    FIELD(32, historicalDataMaxSize, historical_data_max_size),
    FLAG(33, autoReportNettingEventContractTrades, auto_report_netting_event_contract_trades),
    FIELD(34, optionExerciseRequestType, option_exercise_request_type),
    FLAG(35, allowLocalhostOnly, allow_localhost_only),
    FIELD(36, trustedIPs, trusted_ips),
};
#undef S
static const struct wire_proto api_settings_config =
    PROTO_PART("ApiSettingsConfig", api_settings_config_fields, wire_api_settings, (&(const struct wire_api_settings)WIRE_API_SETTINGS_DEFAULT));

#define S struct wire_api_config
static const struct wire_proto_field api_config_fields[] = {
    PART(1, precautions, precautions, api_precautions_config),
    PART(2, settings, settings, api_settings_config),
};
#undef S
const struct wire_proto wire_proto_api_config =
    PROTO_PART("ApiConfig", api_config_fields, wire_api_config, (&(const struct wire_api_config)WIRE_API_CONFIG_DEFAULT));

#define S struct wire_smart_routing
static const struct wire_proto_field orders_smart_routing_config_fields[] = {
    FLAG(1, seekPriceImprovement, seek_price_improvement),
    FLAG(2, preOpenReroute, pre_open_reroute),
    FLAG(3, doNotRouteToDarkPools, do_not_route_to_dark_pools),
    FIELD(4, defaultAlgorithm, default_algorithm),
};
#undef S
static const struct wire_proto orders_smart_routing_config =
    PROTO_PART("OrdersSmartRoutingConfig", orders_smart_routing_config_fields, wire_smart_routing, (&(const struct wire_smart_routing)WIRE_SMART_ROUTING_DEFAULT));

#define S struct wire_orders_config
static const struct wire_proto_field orders_config_fields[] = {
    PART(1, smartRouting, smart_routing, orders_smart_routing_config),
};
#undef S
const struct wire_proto wire_proto_orders_config =
    PROTO_PART("OrdersConfig", orders_config_fields, wire_orders_config, (&(const struct wire_orders_config)WIRE_ORDERS_CONFIG_DEFAULT));

#define S struct wire_config_warning
static const struct wire_proto_field update_config_warning_fields[] = {
    FIELD(1, messageId, message_id),
    FIELD(2, title, title),
    FIELD(3, message, message),
};
#undef S
const struct wire_proto wire_proto_config_warning =
    PROTO_PART("UpdateConfigWarning", update_config_warning_fields, wire_config_warning, NULL);

/* clang-format on */
