/* SPDX-License-Identifier: MIT */
/* The requests (tws-protocol 2.10) and the versions from which on they are protobuf (1.4). */
#include "wire/proto_table.h"

/* clang-format off */
#define S struct wire_req_mkt_data
static const struct wire_proto_field market_data_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, genericTickList, generic_tick_list),
    FIELD(4, snapshot, snapshot),
    FIELD(5, regulatorySnapshot, regulatory_snapshot),
    OPTIONS(6, marketDataOptions, options),
};
#undef S

#define S struct wire_req_place_order
static const struct wire_proto_field place_order_request[] = {
    FIELD(1, orderId, order_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    NEEDED(3, order, order, wire_proto_order),
    EMPTY(4, attachedOrders, attached_orders, wire_proto_attached_orders),
};
#undef S

#define S struct wire_req_cancel_order
static const struct wire_proto_field cancel_order_request[] = {
    FIELD(1, orderId, order_id),
    EMPTY(2, orderCancel, order_cancel, wire_proto_order_cancel),
};
#undef S

#define S struct wire_req_account_updates
static const struct wire_proto_field account_data_request[] = {
    FIELD(1, subscribe, subscribe),
    FIELD(2, acctCode, account),
};
#undef S

#define S struct wire_req_executions
static const struct wire_proto_field execution_filter_fields[] = {
    FIELD(1, clientId, client_id),
    FIELD(2, acctCode, account),
    FIELD(3, time, time),
    FIELD(4, symbol, symbol),
    FIELD(5, secType, sec_type),
    FIELD(6, exchange, exchange),
    FIELD(7, side, side),
    FIELD(8, lastNDays, last_n_days),
    FIELD(9, specificDates, specific_dates),
};
#undef S
static const struct wire_proto execution_filter =
    PROTO_PART("ExecutionFilter", execution_filter_fields, wire_req_executions, NULL);

#define S struct wire_req_executions
static const struct wire_proto_field execution_request[] = {
    REQUEST(1, reqId, req_id),
    FLAT(2, executionFilter, WIRE_RULE_EMPTY_REQUEST, execution_filter),
};
#undef S

#define S struct wire_req_ids
static const struct wire_proto_field ids_request[] = {
    FIELD(1, numIds, num_ids),
};
#undef S

#define S struct wire_req_contract_details
static const struct wire_proto_field contract_data_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
};
#undef S

#define S struct wire_req_mkt_depth
static const struct wire_proto_field market_depth_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, numRows, num_rows),
    FIELD(4, isSmartDepth, is_smart_depth),
    OPTIONS(5, marketDepthOptions, options),
};
#undef S

#define S struct wire_req_cancel_mkt_depth
static const struct wire_proto_field cancel_market_depth[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, isSmartDepth, is_smart_depth),
};
#undef S

#define S struct wire_req_news_bulletins
static const struct wire_proto_field news_bulletins_request[] = {
    FIELD(1, allMessages, all_messages),
};
#undef S

#define S struct wire_req_set_server_log_level
static const struct wire_proto_field set_server_log_level_request[] = {
    FIELD(1, logLevel, log_level),
};
#undef S

#define S struct wire_req_auto_open_orders
static const struct wire_proto_field auto_open_orders_request[] = {
    FIELD(1, autoBind, auto_bind),
};
#undef S

#define S struct wire_req_fa
static const struct wire_proto_field fa_request[] = {
    FIELD(1, faDataType, fa_data_type),
};
#undef S

#define S struct wire_req_replace_fa
static const struct wire_proto_field fa_replace[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, faDataType, fa_data_type),
    FIELD(3, xml, xml),
};
#undef S

#define S struct wire_req_historical_data
static const struct wire_proto_field historical_data_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, endDateTime, end_date_time),
    FIELD(4, barSizeSetting, bar_size),
    FIELD(5, duration, duration),
    FIELD(6, useRTH, use_rth),
    FIELD(7, whatToShow, what_to_show),
    FIELD(8, formatDate, format_date),
    FIELD(9, keepUpToDate, keep_up_to_date),
    OPTIONS(10, chartOptions, options),
};
#undef S

#define S struct wire_req_exercise_options
static const struct wire_proto_field exercise_options_request[] = {
    FIELD(1, orderId, order_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, exerciseAction, action),
    FIELD(4, exerciseQuantity, quantity),
    FIELD(5, account, account),
    FIELD(6, override, override),
    FIELD(7, manualOrderTime, manual_order_time),
    FIELD(8, customerAccount, customer_account),
    FIELD(9, professionalCustomer, professional_customer),
};
#undef S

#define S struct wire_req_scanner_subscription
static const struct wire_proto_field scanner_subscription_fields[] = {
    FIELD(1, numberOfRows, number_of_rows),
    FIELD(2, instrument, instrument),
    FIELD(3, locationCode, location_code),
    FIELD(4, scanCode, scan_code),
    FIELD(5, abovePrice, above_price),
    FIELD(6, belowPrice, below_price),
    FIELD(7, aboveVolume, above_volume),
    FIELD(8, marketCapAbove, market_cap_above),
    FIELD(9, marketCapBelow, market_cap_below),
    FIELD(10, moodyRatingAbove, moody_rating_above),
    FIELD(11, moodyRatingBelow, moody_rating_below),
    FIELD(12, spRatingAbove, sp_rating_above),
    FIELD(13, spRatingBelow, sp_rating_below),
    FIELD(14, maturityDateAbove, maturity_date_above),
    FIELD(15, maturityDateBelow, maturity_date_below),
    FIELD(16, couponRateAbove, coupon_rate_above),
    FIELD(17, couponRateBelow, coupon_rate_below),
    FIELD(18, excludeConvertible, exclude_convertible),
    FIELD(19, averageOptionVolumeAbove, average_option_volume_above),
    FIELD(20, scannerSettingPairs, scanner_setting_pairs),
    FIELD(21, stockTypeFilter, stock_type_filter),
    OPTIONS(22, scannerSubscriptionFilterOptions, filter_options),
    OPTIONS(23, scannerSubscriptionOptions, options),
};
#undef S
static const struct wire_proto scanner_subscription =
    PROTO_PART("ScannerSubscription", scanner_subscription_fields, wire_req_scanner_subscription, NULL);

#define S struct wire_req_scanner_subscription
static const struct wire_proto_field scanner_subscription_request[] = {
    REQUEST(1, reqId, req_id),
    FLAT(2, scannerSubscription, WIRE_RULE_EMPTY_REQUEST, scanner_subscription),
};
#undef S

#define S struct wire_req_real_time_bars
static const struct wire_proto_field real_time_bars_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, barSize, bar_size),
    FIELD(4, whatToShow, what_to_show),
    FIELD(5, useRTH, use_rth),
    OPTIONS(6, realTimeBarsOptions, options),
};
#undef S

#define S struct wire_req_fundamental_data
static const struct wire_proto_field fundamentals_data_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, reportType, report_type),
    OPTIONS(4, fundamentalsDataOptions, options),
};
#undef S

#define S struct wire_req_calc_implied_volatility
static const struct wire_proto_field calculate_implied_volatility_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, optionPrice, option_price),
    FIELD(4, underPrice, under_price),
    OPTIONS(5, impliedVolatilityOptions, options),
};
#undef S

#define S struct wire_req_calc_option_price
static const struct wire_proto_field calculate_option_price_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, volatility, volatility),
    FIELD(4, underPrice, under_price),
    OPTIONS(5, optionPriceOptions, options),
};
#undef S

#define S struct wire_req_global_cancel
static const struct wire_proto_field global_cancel_request[] = {
    EMPTY(1, orderCancel, order_cancel, wire_proto_order_cancel),
};
#undef S

#define S struct wire_req_market_data_type
static const struct wire_proto_field market_data_type_request[] = {
    FIELD(1, marketDataType, market_data_type),
};
#undef S

#define S struct wire_req_account_summary
static const struct wire_proto_field account_summary_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, group, group),
    FIELD(3, tags, tags),
};
#undef S

#define S struct wire_req_verify
static const struct wire_proto_field verify_request[] = {
    FIELD(1, apiName, api_name),
    FIELD(2, apiVersion, api_version),
};
#undef S

#define S struct wire_req_verify_message
static const struct wire_proto_field verify_message_request[] = {
    FIELD(1, apiData, api_data),
};
#undef S

#define S struct wire_req_subscribe_group
static const struct wire_proto_field subscribe_to_group_events_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, groupId, group_id),
};
#undef S

#define S struct wire_req_update_group
static const struct wire_proto_field update_display_group_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, contractInfo, contract_info),
};
#undef S

#define S struct wire_req_start_api
static const struct wire_proto_field start_api_request[] = {
    FIELD(1, clientId, client_id),
    FIELD(2, optionalCapabilities, optional_capabilities),
};
#undef S

#define S struct wire_req_positions_multi
static const struct wire_proto_field positions_multi_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, modelCode, model_code),
};
#undef S

#define S struct wire_req_account_updates_multi
static const struct wire_proto_field account_updates_multi_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, modelCode, model_code),
    FIELD(4, ledgerAndNLV, ledger_and_nlv),
};
#undef S

#define S struct wire_req_sec_def_opt_params
static const struct wire_proto_field sec_def_opt_params_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, underlyingSymbol, underlying_symbol),
    FIELD(3, futFopExchange, fut_fop_exchange),
    FIELD(4, underlyingSecType, underlying_sec_type),
    FIELD(5, underlyingConId, underlying_con_id),
};
#undef S

#define S struct wire_req_matching_symbols
static const struct wire_proto_field matching_symbols_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, pattern, pattern),
};
#undef S

#define S struct wire_req_smart_components
static const struct wire_proto_field smart_components_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, bboExchange, bbo_exchange),
};
#undef S

#define S struct wire_req_news_article
static const struct wire_proto_field news_article_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, providerCode, provider_code),
    FIELD(3, articleId, article_id),
    OPTIONS(4, newsArticleOptions, options),
};
#undef S

#define S struct wire_req_historical_news
static const struct wire_proto_field historical_news_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, conId, con_id),
    FIELD(3, providerCodes, provider_codes),
    FIELD(4, startDateTime, start_date_time),
    FIELD(5, endDateTime, end_date_time),
    FIELD(6, totalResults, total_results),
    OPTIONS(7, historicalNewsOptions, options),
};
#undef S

#define S struct wire_req_head_timestamp
static const struct wire_proto_field head_timestamp_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, useRTH, use_rth),
    FIELD(4, whatToShow, what_to_show),
    FIELD(5, formatDate, format_date),
};
#undef S

#define S struct wire_req_histogram_data
static const struct wire_proto_field histogram_data_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, useRTH, use_rth),
    FIELD(4, timePeriod, time_period),
};
#undef S

#define S struct wire_req_market_rule
static const struct wire_proto_field market_rule_request[] = {
    FIELD(1, marketRuleId, market_rule_id),
};
#undef S

#define S struct wire_req_pnl
static const struct wire_proto_field pn_l_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, modelCode, model_code),
};
#undef S

#define S struct wire_req_pnl_single
static const struct wire_proto_field pn_l_single_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, modelCode, model_code),
    FIELD(4, conId, con_id),
};
#undef S

#define S struct wire_req_historical_ticks
static const struct wire_proto_field historical_ticks_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, startDateTime, start_date_time),
    FIELD(4, endDateTime, end_date_time),
    FIELD(5, numberOfTicks, number_of_ticks),
    FIELD(6, whatToShow, what_to_show),
    FIELD(7, useRTH, use_rth),
    FIELD(8, ignoreSize, ignore_size),
    OPTIONS(9, miscOptions, options),
};
#undef S

#define S struct wire_req_tick_by_tick
static const struct wire_proto_field tick_by_tick_request[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, tickType, tick_type),
    FIELD(4, numberOfTicks, number_of_ticks),
    FIELD(5, ignoreSize, ignore_size),
};
#undef S

#define S struct wire_req_completed_orders
static const struct wire_proto_field completed_orders_request[] = {
    FIELD(1, apiOnly, api_only),
};
#undef S

#define S struct wire_req_wsh_event_data
static const struct wire_proto_field wsh_event_data_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, conId, con_id),
    FIELD(3, filter, filter),
    FIELD(4, fillWatchlist, fill_watchlist),
    FIELD(5, fillPortfolio, fill_portfolio),
    FIELD(6, fillCompetitors, fill_competitors),
    FIELD(7, startDate, start_date),
    FIELD(8, endDate, end_date),
    FIELD(9, totalLimit, total_limit),
};
#undef S

#define S struct wire_req_update_config
static const struct wire_proto_field update_config_request[] = {
    REQUEST(1, reqId, req_id),
    PART(2, lockAndExit, lock_and_exit, wire_proto_lock_and_exit),
    LIST(3, messages, messages, wire_proto_message_config),
    PART(4, api, api, wire_proto_api_config),
    PART(5, orders, orders, wire_proto_orders_config),
    LIST(6, acceptedWarnings, accepted_warnings, wire_proto_config_warning),
    FIELD(7, resetAPIOrderSequence, reset_api_order_sequence),
};
#undef S

const struct wire_proto_message wire_proto_requests[WIRE_ID_COUNT] = {
    [WIRE_REQ_MKT_DATA] = PROTO_MESSAGE("MarketDataRequest", market_data_request, wire_req_mkt_data, 206),
    [WIRE_REQ_CANCEL_MKT_DATA] = PROTO_ID("CancelMarketData", 206),
    [WIRE_REQ_PLACE_ORDER] = PROTO_MESSAGE("PlaceOrderRequest", place_order_request, wire_req_place_order, 203),
    [WIRE_REQ_CANCEL_ORDER] = PROTO_MESSAGE("CancelOrderRequest", cancel_order_request, wire_req_cancel_order, 203),
    [WIRE_REQ_OPEN_ORDERS] = PROTO_NONE("OpenOrdersRequest", 204),
    [WIRE_REQ_ACCOUNT_UPDATES] = PROTO_MESSAGE("AccountDataRequest", account_data_request, wire_req_account_updates, 207),
    [WIRE_REQ_EXECUTIONS] = PROTO_MESSAGE("ExecutionRequest", execution_request, wire_req_executions, 201),
    [WIRE_REQ_IDS] = PROTO_MESSAGE("IdsRequest", ids_request, wire_req_ids, 213),
    [WIRE_REQ_CONTRACT_DETAILS] = PROTO_MESSAGE("ContractDataRequest", contract_data_request, wire_req_contract_details, 205),
    [WIRE_REQ_MKT_DEPTH] = PROTO_MESSAGE("MarketDepthRequest", market_depth_request, wire_req_mkt_depth, 206),
    [WIRE_REQ_CANCEL_MKT_DEPTH] = PROTO_MESSAGE("CancelMarketDepth", cancel_market_depth, wire_req_cancel_mkt_depth, 206),
    [WIRE_REQ_NEWS_BULLETINS] = PROTO_MESSAGE("NewsBulletinsRequest", news_bulletins_request, wire_req_news_bulletins, 209),
    [WIRE_REQ_CANCEL_NEWS_BULLETINS] = PROTO_NONE("CancelNewsBulletins", 209),
    [WIRE_REQ_SET_SERVER_LOG_LEVEL] = PROTO_MESSAGE("SetServerLogLevelRequest", set_server_log_level_request, wire_req_set_server_log_level, 213),
    [WIRE_REQ_AUTO_OPEN_ORDERS] = PROTO_MESSAGE("AutoOpenOrdersRequest", auto_open_orders_request, wire_req_auto_open_orders, 204),
    [WIRE_REQ_ALL_OPEN_ORDERS] = PROTO_NONE("AllOpenOrdersRequest", 204),
    [WIRE_REQ_MANAGED_ACCOUNTS] = PROTO_NONE("ManagedAccountsRequest", 207),
    [WIRE_REQ_FA] = PROTO_MESSAGE("FARequest", fa_request, wire_req_fa, 211),
    [WIRE_REQ_REPLACE_FA] = PROTO_MESSAGE("FAReplace", fa_replace, wire_req_replace_fa, 211),
    [WIRE_REQ_HISTORICAL_DATA] = PROTO_MESSAGE("HistoricalDataRequest", historical_data_request, wire_req_historical_data, 208),
    [WIRE_REQ_EXERCISE_OPTIONS] = PROTO_MESSAGE("ExerciseOptionsRequest", exercise_options_request, wire_req_exercise_options, 211),
    [WIRE_REQ_SCANNER_SUBSCRIPTION] = PROTO_MESSAGE("ScannerSubscriptionRequest", scanner_subscription_request, wire_req_scanner_subscription, 210),
    [WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION] = PROTO_ID("CancelScannerSubscription", 210),
    [WIRE_REQ_SCANNER_PARAMETERS] = PROTO_NONE("ScannerParametersRequest", 210),
    [WIRE_REQ_CANCEL_HISTORICAL_DATA] = PROTO_ID("CancelHistoricalData", 208),
    [WIRE_REQ_CURRENT_TIME] = PROTO_NONE("CurrentTimeRequest", 213),
    [WIRE_REQ_REAL_TIME_BARS] = PROTO_MESSAGE("RealTimeBarsRequest", real_time_bars_request, wire_req_real_time_bars, 208),
    [WIRE_REQ_CANCEL_REAL_TIME_BARS] = PROTO_ID("CancelRealTimeBars", 208),
    [WIRE_REQ_FUNDAMENTAL_DATA] = PROTO_MESSAGE("FundamentalsDataRequest", fundamentals_data_request, wire_req_fundamental_data, 210),
    [WIRE_REQ_CANCEL_FUNDAMENTAL_DATA] = PROTO_ID("CancelFundamentalsData", 210),
    [WIRE_REQ_CALC_IMPLIED_VOLATILITY] = PROTO_MESSAGE("CalculateImpliedVolatilityRequest", calculate_implied_volatility_request, wire_req_calc_implied_volatility, 211),
    [WIRE_REQ_CALC_OPTION_PRICE] = PROTO_MESSAGE("CalculateOptionPriceRequest", calculate_option_price_request, wire_req_calc_option_price, 211),
    [WIRE_REQ_CANCEL_CALC_IMPLIED_VOLATILITY] = PROTO_ID("CancelCalculateImpliedVolatility", 211),
    [WIRE_REQ_CANCEL_CALC_OPTION_PRICE] = PROTO_ID("CancelCalculateOptionPrice", 211),
    [WIRE_REQ_GLOBAL_CANCEL] = PROTO_MESSAGE("GlobalCancelRequest", global_cancel_request, wire_req_global_cancel, 203),
    [WIRE_REQ_MARKET_DATA_TYPE] = PROTO_MESSAGE("MarketDataTypeRequest", market_data_type_request, wire_req_market_data_type, 206),
    [WIRE_REQ_POSITIONS] = PROTO_NONE("PositionsRequest", 207),
    [WIRE_REQ_ACCOUNT_SUMMARY] = PROTO_MESSAGE("AccountSummaryRequest", account_summary_request, wire_req_account_summary, 207),
    [WIRE_REQ_CANCEL_ACCOUNT_SUMMARY] = PROTO_ID("CancelAccountSummary", 207),
    [WIRE_REQ_CANCEL_POSITIONS] = PROTO_NONE("CancelPositions", 207),
    [WIRE_REQ_VERIFY] = PROTO_MESSAGE("VerifyRequest", verify_request, wire_req_verify, 213),
    [WIRE_REQ_VERIFY_MESSAGE] = PROTO_MESSAGE("VerifyMessageRequest", verify_message_request, wire_req_verify_message, 213),
    [WIRE_REQ_QUERY_DISPLAY_GROUPS] = PROTO_ID("QueryDisplayGroupsRequest", 213),
    [WIRE_REQ_SUBSCRIBE_GROUP] = PROTO_MESSAGE("SubscribeToGroupEventsRequest", subscribe_to_group_events_request, wire_req_subscribe_group, 213),
    [WIRE_REQ_UPDATE_GROUP] = PROTO_MESSAGE("UpdateDisplayGroupRequest", update_display_group_request, wire_req_update_group, 213),
    [WIRE_REQ_UNSUBSCRIBE_GROUP] = PROTO_ID("UnsubscribeFromGroupEventsRequest", 213),
    [WIRE_REQ_START_API] = PROTO_MESSAGE("StartApiRequest", start_api_request, wire_req_start_api, 213),
    [WIRE_REQ_POSITIONS_MULTI] = PROTO_MESSAGE("PositionsMultiRequest", positions_multi_request, wire_req_positions_multi, 207),
    [WIRE_REQ_CANCEL_POSITIONS_MULTI] = PROTO_ID("CancelPositionsMulti", 207),
    [WIRE_REQ_ACCOUNT_UPDATES_MULTI] = PROTO_MESSAGE("AccountUpdatesMultiRequest", account_updates_multi_request, wire_req_account_updates_multi, 207),
    [WIRE_REQ_CANCEL_ACCOUNT_UPDATES_MULTI] = PROTO_ID("CancelAccountUpdatesMulti", 207),
    [WIRE_REQ_SEC_DEF_OPT_PARAMS] = PROTO_MESSAGE("SecDefOptParamsRequest", sec_def_opt_params_request, wire_req_sec_def_opt_params, 212),
    [WIRE_REQ_SOFT_DOLLAR_TIERS] = PROTO_ID("SoftDollarTiersRequest", 212),
    [WIRE_REQ_FAMILY_CODES] = PROTO_NONE("FamilyCodesRequest", 212),
    [WIRE_REQ_MATCHING_SYMBOLS] = PROTO_MESSAGE("MatchingSymbolsRequest", matching_symbols_request, wire_req_matching_symbols, 212),
    [WIRE_REQ_MKT_DEPTH_EXCHANGES] = PROTO_NONE("MarketDepthExchangesRequest", 213),
    [WIRE_REQ_SMART_COMPONENTS] = PROTO_MESSAGE("SmartComponentsRequest", smart_components_request, wire_req_smart_components, 212),
    [WIRE_REQ_NEWS_ARTICLE] = PROTO_MESSAGE("NewsArticleRequest", news_article_request, wire_req_news_article, 209),
    [WIRE_REQ_NEWS_PROVIDERS] = PROTO_NONE("NewsProvidersRequest", 209),
    [WIRE_REQ_HISTORICAL_NEWS] = PROTO_MESSAGE("HistoricalNewsRequest", historical_news_request, wire_req_historical_news, 209),
    [WIRE_REQ_HEAD_TIMESTAMP] = PROTO_MESSAGE("HeadTimestampRequest", head_timestamp_request, wire_req_head_timestamp, 208),
    [WIRE_REQ_HISTOGRAM_DATA] = PROTO_MESSAGE("HistogramDataRequest", histogram_data_request, wire_req_histogram_data, 208),
    [WIRE_REQ_CANCEL_HISTOGRAM_DATA] = PROTO_ID("CancelHistogramData", 208),
    [WIRE_REQ_CANCEL_HEAD_TIMESTAMP] = PROTO_ID("CancelHeadTimestamp", 208),
    [WIRE_REQ_MARKET_RULE] = PROTO_MESSAGE("MarketRuleRequest", market_rule_request, wire_req_market_rule, 212),
    [WIRE_REQ_PNL] = PROTO_MESSAGE("PnLRequest", pn_l_request, wire_req_pnl, 210),
    [WIRE_REQ_CANCEL_PNL] = PROTO_ID("CancelPnL", 210),
    [WIRE_REQ_PNL_SINGLE] = PROTO_MESSAGE("PnLSingleRequest", pn_l_single_request, wire_req_pnl_single, 210),
    [WIRE_REQ_CANCEL_PNL_SINGLE] = PROTO_ID("CancelPnLSingle", 210),
    [WIRE_REQ_HISTORICAL_TICKS] = PROTO_MESSAGE("HistoricalTicksRequest", historical_ticks_request, wire_req_historical_ticks, 208),
    [WIRE_REQ_TICK_BY_TICK] = PROTO_MESSAGE("TickByTickRequest", tick_by_tick_request, wire_req_tick_by_tick, 208),
    [WIRE_REQ_CANCEL_TICK_BY_TICK] = PROTO_ID("CancelTickByTick", 208),
    [WIRE_REQ_COMPLETED_ORDERS] = PROTO_MESSAGE("CompletedOrdersRequest", completed_orders_request, wire_req_completed_orders, 204),
    [WIRE_REQ_WSH_META_DATA] = PROTO_ID("WshMetaDataRequest", 209),
    [WIRE_REQ_CANCEL_WSH_META_DATA] = PROTO_ID("CancelWshMetaData", 209),
    [WIRE_REQ_WSH_EVENT_DATA] = PROTO_MESSAGE("WshEventDataRequest", wsh_event_data_request, wire_req_wsh_event_data, 209),
    [WIRE_REQ_CANCEL_WSH_EVENT_DATA] = PROTO_ID("CancelWshEventData", 209),
    [WIRE_REQ_USER_INFO] = PROTO_ID("UserInfoRequest", 212),
    [WIRE_REQ_CURRENT_TIME_IN_MILLIS] = PROTO_NONE("CurrentTimeInMillisRequest", 213),
    [WIRE_REQ_CANCEL_CONTRACT_DETAILS] = PROTO_ID("CancelContractData", 215),
    [WIRE_REQ_CANCEL_HISTORICAL_TICKS] = PROTO_ID("CancelHistoricalTicks", 215),
    [WIRE_REQ_CONFIG] = PROTO_ID("ConfigRequest", 219),
    [WIRE_REQ_UPDATE_CONFIG] = PROTO_MESSAGE("UpdateConfigRequest", update_config_request, wire_req_update_config, 221),
};
/* clang-format on */
