/* SPDX-License-Identifier: MIT */
/*
 * text: the routines of the text encoding and the list of all messages (inside wire/ only).
 *
 * The two lists below are the one place that connects ids, structs, defaults and routines; the
 * prototypes and the table of codec.c are made from them. The kinds of rows:
 *   NONE(id, name, routine, since)               no struct
 *   ID(id, name, routine, since)                 struct wire_id
 *   PLAIN(id, name, stem, since)                 struct wire_STEM, routine text_STEM, zeros
 *   INIT(id, name, stem, struct, default, since) routine text_STEM, starts from `default`
 *   ALSO(id, name, stem, struct, since)          as PLAIN, with the struct of another message
 */
#ifndef PORTCULLIS_WIRE_TEXT_H
#define PORTCULLIS_WIRE_TEXT_H

#include "wire/field.h"
#include "wire/reply.h"
#include "wire/request.h"

/* clang-format off */
#define WIRE_REQUESTS(NONE, ID, PLAIN, INIT) \
    INIT(WIRE_REQ_MKT_DATA, "reqMktData", req_mkt_data, wire_req_mkt_data, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_MKT_DATA, "cancelMktData", text_id_v2, 0) \
    INIT(WIRE_REQ_PLACE_ORDER, "placeOrder", req_place_order, wire_req_place_order, WIRE_REQ_PLACE_ORDER_DEFAULT, 0) \
    INIT(WIRE_REQ_CANCEL_ORDER, "cancelOrder", req_cancel_order, wire_req_cancel_order, WIRE_REQ_CANCEL_ORDER_DEFAULT, 0) \
    NONE(WIRE_REQ_OPEN_ORDERS, "reqOpenOrders", text_none_v1, 0) \
    PLAIN(WIRE_REQ_ACCOUNT_UPDATES, "reqAccountUpdates", req_account_updates, 0) \
    INIT(WIRE_REQ_EXECUTIONS, "reqExecutions", req_executions, wire_req_executions, WIRE_REQ_EXECUTIONS_DEFAULT, 0) \
    PLAIN(WIRE_REQ_IDS, "reqIds", req_ids, 0) \
    INIT(WIRE_REQ_CONTRACT_DETAILS, "reqContractDetails", req_contract_details, wire_req_contract_details, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_MKT_DEPTH, "reqMktDepth", req_mkt_depth, wire_req_mkt_depth, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    PLAIN(WIRE_REQ_CANCEL_MKT_DEPTH, "cancelMktDepth", req_cancel_mkt_depth, 0) \
    PLAIN(WIRE_REQ_NEWS_BULLETINS, "reqNewsBulletins", req_news_bulletins, 0) \
    NONE(WIRE_REQ_CANCEL_NEWS_BULLETINS, "cancelNewsBulletins", text_none_v1, 0) \
    PLAIN(WIRE_REQ_SET_SERVER_LOG_LEVEL, "setServerLogLevel", req_set_server_log_level, 0) \
    PLAIN(WIRE_REQ_AUTO_OPEN_ORDERS, "reqAutoOpenOrders", req_auto_open_orders, 0) \
    NONE(WIRE_REQ_ALL_OPEN_ORDERS, "reqAllOpenOrders", text_none_v1, 0) \
    NONE(WIRE_REQ_MANAGED_ACCOUNTS, "reqManagedAccts", text_none_v1, 0) \
    PLAIN(WIRE_REQ_FA, "requestFA", req_fa, 0) \
    PLAIN(WIRE_REQ_REPLACE_FA, "replaceFA", req_replace_fa, 0) \
    INIT(WIRE_REQ_HISTORICAL_DATA, "reqHistoricalData", req_historical_data, wire_req_historical_data, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_EXERCISE_OPTIONS, "exerciseOptions", req_exercise_options, wire_req_exercise_options, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_SCANNER_SUBSCRIPTION, "reqScannerSubscription", req_scanner_subscription, wire_req_scanner_subscription, WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION, "cancelScannerSubscription", text_id_v1, 0) \
    NONE(WIRE_REQ_SCANNER_PARAMETERS, "reqScannerParameters", text_none_v1, 0) \
    ID(WIRE_REQ_CANCEL_HISTORICAL_DATA, "cancelHistoricalData", text_id_v1, 0) \
    NONE(WIRE_REQ_CURRENT_TIME, "reqCurrentTime", text_none_v1, 0) \
    INIT(WIRE_REQ_REAL_TIME_BARS, "reqRealTimeBars", req_real_time_bars, wire_req_real_time_bars, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_REAL_TIME_BARS, "cancelRealTimeBars", text_id_v1, 0) \
    INIT(WIRE_REQ_FUNDAMENTAL_DATA, "reqFundamentalData", req_fundamental_data, wire_req_fundamental_data, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_FUNDAMENTAL_DATA, "cancelFundamentalData", text_id_v1, 0) \
    INIT(WIRE_REQ_CALC_IMPLIED_VOLATILITY, "calculateImpliedVolatility", req_calc_implied_volatility, wire_req_calc_implied_volatility, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_CALC_OPTION_PRICE, "calculateOptionPrice", req_calc_option_price, wire_req_calc_option_price, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_CALC_IMPLIED_VOLATILITY, "cancelCalculateImpliedVolatility", text_id_v1, 0) \
    ID(WIRE_REQ_CANCEL_CALC_OPTION_PRICE, "cancelCalculateOptionPrice", text_id_v1, 0) \
    INIT(WIRE_REQ_GLOBAL_CANCEL, "reqGlobalCancel", req_global_cancel, wire_req_global_cancel, WIRE_REQ_GLOBAL_CANCEL_DEFAULT, 0) \
    PLAIN(WIRE_REQ_MARKET_DATA_TYPE, "reqMarketDataType", req_market_data_type, 0) \
    NONE(WIRE_REQ_POSITIONS, "reqPositions", text_none_v1, 0) \
    PLAIN(WIRE_REQ_ACCOUNT_SUMMARY, "reqAccountSummary", req_account_summary, 0) \
    ID(WIRE_REQ_CANCEL_ACCOUNT_SUMMARY, "cancelAccountSummary", text_id_v1, 0) \
    NONE(WIRE_REQ_CANCEL_POSITIONS, "cancelPositions", text_none_v1, 0) \
    PLAIN(WIRE_REQ_VERIFY, "verifyRequest", req_verify, 0) \
    PLAIN(WIRE_REQ_VERIFY_MESSAGE, "verifyMessage", req_verify_message, 0) \
    ID(WIRE_REQ_QUERY_DISPLAY_GROUPS, "queryDisplayGroups", text_id_v1, 0) \
    PLAIN(WIRE_REQ_SUBSCRIBE_GROUP, "subscribeToGroupEvents", req_subscribe_group, 0) \
    PLAIN(WIRE_REQ_UPDATE_GROUP, "updateDisplayGroup", req_update_group, 0) \
    ID(WIRE_REQ_UNSUBSCRIBE_GROUP, "unsubscribeFromGroupEvents", text_id_v1, 0) \
    PLAIN(WIRE_REQ_START_API, "startApi", req_start_api, 0) \
    PLAIN(WIRE_REQ_POSITIONS_MULTI, "reqPositionsMulti", req_positions_multi, 0) \
    ID(WIRE_REQ_CANCEL_POSITIONS_MULTI, "cancelPositionsMulti", text_id_v1, 0) \
    PLAIN(WIRE_REQ_ACCOUNT_UPDATES_MULTI, "reqAccountUpdatesMulti", req_account_updates_multi, 0) \
    ID(WIRE_REQ_CANCEL_ACCOUNT_UPDATES_MULTI, "cancelAccountUpdatesMulti", text_id_v1, 0) \
    PLAIN(WIRE_REQ_SEC_DEF_OPT_PARAMS, "reqSecDefOptParams", req_sec_def_opt_params, 0) \
    ID(WIRE_REQ_SOFT_DOLLAR_TIERS, "reqSoftDollarTiers", text_id, 0) \
    NONE(WIRE_REQ_FAMILY_CODES, "reqFamilyCodes", text_none, 0) \
    PLAIN(WIRE_REQ_MATCHING_SYMBOLS, "reqMatchingSymbols", req_matching_symbols, 0) \
    NONE(WIRE_REQ_MKT_DEPTH_EXCHANGES, "reqMktDepthExchanges", text_none, 0) \
    PLAIN(WIRE_REQ_SMART_COMPONENTS, "reqSmartComponents", req_smart_components, 0) \
    PLAIN(WIRE_REQ_NEWS_ARTICLE, "reqNewsArticle", req_news_article, 0) \
    NONE(WIRE_REQ_NEWS_PROVIDERS, "reqNewsProviders", text_none, 0) \
    PLAIN(WIRE_REQ_HISTORICAL_NEWS, "reqHistoricalNews", req_historical_news, 0) \
    INIT(WIRE_REQ_HEAD_TIMESTAMP, "reqHeadTimestamp", req_head_timestamp, wire_req_head_timestamp, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_HISTOGRAM_DATA, "reqHistogramData", req_histogram_data, wire_req_histogram_data, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_HISTOGRAM_DATA, "cancelHistogramData", text_id, 0) \
    ID(WIRE_REQ_CANCEL_HEAD_TIMESTAMP, "cancelHeadTimestamp", text_id, 0) \
    PLAIN(WIRE_REQ_MARKET_RULE, "reqMarketRule", req_market_rule, 0) \
    PLAIN(WIRE_REQ_PNL, "reqPnL", req_pnl, 0) \
    ID(WIRE_REQ_CANCEL_PNL, "cancelPnL", text_id, 0) \
    PLAIN(WIRE_REQ_PNL_SINGLE, "reqPnLSingle", req_pnl_single, 0) \
    ID(WIRE_REQ_CANCEL_PNL_SINGLE, "cancelPnLSingle", text_id, 0) \
    INIT(WIRE_REQ_HISTORICAL_TICKS, "reqHistoricalTicks", req_historical_ticks, wire_req_historical_ticks, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    INIT(WIRE_REQ_TICK_BY_TICK, "reqTickByTickData", req_tick_by_tick, wire_req_tick_by_tick, WIRE_REQ_CONTRACT_DEFAULT, 0) \
    ID(WIRE_REQ_CANCEL_TICK_BY_TICK, "cancelTickByTickData", text_id, 0) \
    PLAIN(WIRE_REQ_COMPLETED_ORDERS, "reqCompletedOrders", req_completed_orders, 0) \
    ID(WIRE_REQ_WSH_META_DATA, "reqWshMetaData", text_id, WIRE_SINCE_WSH_CALENDAR) \
    ID(WIRE_REQ_CANCEL_WSH_META_DATA, "cancelWshMetaData", text_id, WIRE_SINCE_WSH_CALENDAR) \
    INIT(WIRE_REQ_WSH_EVENT_DATA, "reqWshEventData", req_wsh_event_data, wire_req_wsh_event_data, WIRE_REQ_WSH_EVENT_DATA_DEFAULT, WIRE_SINCE_WSH_CALENDAR) \
    ID(WIRE_REQ_CANCEL_WSH_EVENT_DATA, "cancelWshEventData", text_id, WIRE_SINCE_WSH_CALENDAR) \
    ID(WIRE_REQ_USER_INFO, "reqUserInfo", text_id, WIRE_SINCE_USER_INFO) \
    NONE(WIRE_REQ_CURRENT_TIME_IN_MILLIS, "reqCurrentTimeInMillis", text_none, WIRE_SINCE_TIME_IN_MILLIS)

#define WIRE_REPLIES(NONE, ID, PLAIN, INIT, ALSO) \
    PLAIN(WIRE_REP_TICK_PRICE, "tickPrice", rep_tick_price, 0) \
    PLAIN(WIRE_REP_TICK_SIZE, "tickSize", rep_tick_size, 0) \
    PLAIN(WIRE_REP_ORDER_STATUS, "orderStatus", rep_order_status, 0) \
    PLAIN(WIRE_REP_ERROR, "error", rep_error, 0) \
    INIT(WIRE_REP_OPEN_ORDER, "openOrder", rep_open_order, wire_rep_open_order, WIRE_REP_OPEN_ORDER_DEFAULT, 0) \
    PLAIN(WIRE_REP_ACCOUNT_VALUE, "accountValue", rep_account_value, 0) \
    INIT(WIRE_REP_PORTFOLIO_VALUE, "portfolioValue", rep_portfolio_value, wire_rep_portfolio_value, WIRE_REP_PORTFOLIO_VALUE_DEFAULT, 0) \
    PLAIN(WIRE_REP_ACCOUNT_UPDATE_TIME, "accountUpdateTime", rep_account_update_time, 0) \
    PLAIN(WIRE_REP_NEXT_VALID_ID, "nextValidId", rep_next_valid_id, 0) \
    INIT(WIRE_REP_CONTRACT_DATA, "contractData", rep_contract_data, wire_rep_contract_data, WIRE_REP_CONTRACT_DATA_DEFAULT, 0) \
    INIT(WIRE_REP_EXEC_DETAILS, "execDetails", rep_exec_details, wire_rep_exec_details, WIRE_REP_EXEC_DETAILS_DEFAULT, 0) \
    PLAIN(WIRE_REP_MARKET_DEPTH, "marketDepth", rep_market_depth, 0) \
    PLAIN(WIRE_REP_MARKET_DEPTH_L2, "marketDepthL2", rep_market_depth_l2, 0) \
    PLAIN(WIRE_REP_NEWS_BULLETIN, "newsBulletin", rep_news_bulletin, 0) \
    PLAIN(WIRE_REP_MANAGED_ACCOUNTS, "managedAccounts", rep_managed_accounts, 0) \
    PLAIN(WIRE_REP_RECEIVE_FA, "receiveFA", rep_receive_fa, 0) \
    PLAIN(WIRE_REP_HISTORICAL_DATA, "historicalData", rep_historical_data, 0) \
    INIT(WIRE_REP_BOND_CONTRACT_DATA, "bondContractData", rep_bond_contract_data, wire_rep_contract_data, WIRE_REP_CONTRACT_DATA_DEFAULT, 0) \
    PLAIN(WIRE_REP_SCANNER_PARAMETERS, "scannerParameters", rep_scanner_parameters, 0) \
    PLAIN(WIRE_REP_SCANNER_DATA, "scannerData", rep_scanner_data, 0) \
    INIT(WIRE_REP_TICK_OPTION_COMPUTATION, "tickOptionComputation", rep_tick_option_computation, wire_rep_tick_option_computation, WIRE_REP_TICK_OPTION_COMPUTATION_DEFAULT, 0) \
    PLAIN(WIRE_REP_TICK_GENERIC, "tickGeneric", rep_tick_generic, 0) \
    PLAIN(WIRE_REP_TICK_STRING, "tickString", rep_tick_string, 0) \
    PLAIN(WIRE_REP_TICK_EFP, "tickEFP", rep_tick_efp, 0) \
    PLAIN(WIRE_REP_CURRENT_TIME, "currentTime", rep_current_time, 0) \
    PLAIN(WIRE_REP_REAL_TIME_BAR, "realTimeBar", rep_real_time_bar, 0) \
    PLAIN(WIRE_REP_FUNDAMENTAL_DATA, "fundamentalData", rep_fundamental_data, 0) \
    ID(WIRE_REP_CONTRACT_DATA_END, "contractDataEnd", text_id_v1, 0) \
    NONE(WIRE_REP_OPEN_ORDER_END, "openOrderEnd", text_none_v1, 0) \
    PLAIN(WIRE_REP_ACCOUNT_DOWNLOAD_END, "accountDownloadEnd", rep_account_download_end, 0) \
    ID(WIRE_REP_EXEC_DETAILS_END, "execDetailsEnd", text_id_v1, 0) \
    PLAIN(WIRE_REP_DELTA_NEUTRAL_VALIDATION, "deltaNeutralValidation", rep_delta_neutral_validation, 0) \
    ID(WIRE_REP_TICK_SNAPSHOT_END, "tickSnapshotEnd", text_id_v1, 0) \
    PLAIN(WIRE_REP_MARKET_DATA_TYPE, "marketDataType", rep_market_data_type, 0) \
    INIT(WIRE_REP_COMMISSION_REPORT, "commissionReport", rep_commission_report, wire_rep_commission_report, WIRE_REP_COMMISSION_REPORT_DEFAULT, 0) \
    INIT(WIRE_REP_POSITION, "position", rep_position, wire_rep_position, WIRE_REP_POSITION_DEFAULT, 0) \
    NONE(WIRE_REP_POSITION_END, "positionEnd", text_none_v1, 0) \
    PLAIN(WIRE_REP_ACCOUNT_SUMMARY, "accountSummary", rep_account_summary, 0) \
    ID(WIRE_REP_ACCOUNT_SUMMARY_END, "accountSummaryEnd", text_id_v1, 0) \
    PLAIN(WIRE_REP_VERIFY_MESSAGE, "verifyMessageAPI", rep_verify_message, 0) \
    PLAIN(WIRE_REP_VERIFY_COMPLETED, "verifyCompleted", rep_verify_completed, 0) \
    PLAIN(WIRE_REP_DISPLAY_GROUP_LIST, "displayGroupList", rep_display_group_list, 0) \
    PLAIN(WIRE_REP_DISPLAY_GROUP_UPDATED, "displayGroupUpdated", rep_display_group_updated, 0) \
    ALSO(WIRE_REP_VERIFY_AND_AUTH_MESSAGE, "verifyAndAuthMessageAPI", rep_verify_and_auth_message, wire_rep_verify_message, 0) \
    ALSO(WIRE_REP_VERIFY_AND_AUTH_COMPLETED, "verifyAndAuthCompleted", rep_verify_completed, wire_rep_verify_completed, 0) \
    INIT(WIRE_REP_POSITION_MULTI, "positionMulti", rep_position_multi, wire_rep_position_multi, WIRE_REP_POSITION_MULTI_DEFAULT, 0) \
    ID(WIRE_REP_POSITION_MULTI_END, "positionMultiEnd", text_id_v1, 0) \
    PLAIN(WIRE_REP_ACCOUNT_UPDATE_MULTI, "accountUpdateMulti", rep_account_update_multi, 0) \
    ID(WIRE_REP_ACCOUNT_UPDATE_MULTI_END, "accountUpdateMultiEnd", text_id_v1, 0) \
    PLAIN(WIRE_REP_SEC_DEF_OPT_PARAM, "secDefOptParam", rep_sec_def_opt_param, 0) \
    ID(WIRE_REP_SEC_DEF_OPT_PARAM_END, "secDefOptParamEnd", text_id, 0) \
    PLAIN(WIRE_REP_SOFT_DOLLAR_TIERS, "softDollarTiers", rep_soft_dollar_tiers, 0) \
    PLAIN(WIRE_REP_FAMILY_CODES, "familyCodes", rep_family_codes, 0) \
    PLAIN(WIRE_REP_SYMBOL_SAMPLES, "symbolSamples", rep_symbol_samples, 0) \
    PLAIN(WIRE_REP_MKT_DEPTH_EXCHANGES, "mktDepthExchanges", rep_mkt_depth_exchanges, 0) \
    PLAIN(WIRE_REP_TICK_REQ_PARAMS, "tickReqParams", rep_tick_req_params, 0) \
    PLAIN(WIRE_REP_SMART_COMPONENTS, "smartComponents", rep_smart_components, 0) \
    PLAIN(WIRE_REP_NEWS_ARTICLE, "newsArticle", rep_news_article, 0) \
    PLAIN(WIRE_REP_TICK_NEWS, "tickNews", rep_tick_news, 0) \
    PLAIN(WIRE_REP_NEWS_PROVIDERS, "newsProviders", rep_news_providers, 0) \
    PLAIN(WIRE_REP_HISTORICAL_NEWS, "historicalNews", rep_historical_news, 0) \
    PLAIN(WIRE_REP_HISTORICAL_NEWS_END, "historicalNewsEnd", rep_historical_news_end, 0) \
    PLAIN(WIRE_REP_HEAD_TIMESTAMP, "headTimestamp", rep_head_timestamp, 0) \
    PLAIN(WIRE_REP_HISTOGRAM_DATA, "histogramData", rep_histogram_data, 0) \
    PLAIN(WIRE_REP_HISTORICAL_DATA_UPDATE, "historicalDataUpdate", rep_historical_data_update, 0) \
    PLAIN(WIRE_REP_REROUTE_MKT_DATA, "rerouteMktDataReq", rep_reroute_mkt_data, 0) \
    ALSO(WIRE_REP_REROUTE_MKT_DEPTH, "rerouteMktDepthReq", rep_reroute_mkt_data, wire_rep_reroute_mkt_data, 0) \
    PLAIN(WIRE_REP_MARKET_RULE, "marketRule", rep_market_rule, 0) \
    INIT(WIRE_REP_PNL, "pnl", rep_pnl, wire_rep_pnl, WIRE_REP_PNL_DEFAULT, 0) \
    INIT(WIRE_REP_PNL_SINGLE, "pnlSingle", rep_pnl_single, wire_rep_pnl_single, WIRE_REP_PNL_SINGLE_DEFAULT, 0) \
    PLAIN(WIRE_REP_HISTORICAL_TICKS, "historicalTicks", rep_historical_ticks, 0) \
    PLAIN(WIRE_REP_HISTORICAL_TICKS_BID_ASK, "historicalTicksBidAsk", rep_historical_ticks_bid_ask, 0) \
    PLAIN(WIRE_REP_HISTORICAL_TICKS_LAST, "historicalTicksLast", rep_historical_ticks_last, 0) \
    PLAIN(WIRE_REP_TICK_BY_TICK, "tickByTick", rep_tick_by_tick, 0) \
    PLAIN(WIRE_REP_ORDER_BOUND, "orderBound", rep_order_bound, 0) \
    INIT(WIRE_REP_COMPLETED_ORDER, "completedOrder", rep_completed_order, wire_rep_completed_order, WIRE_REP_COMPLETED_ORDER_DEFAULT, 0) \
    NONE(WIRE_REP_COMPLETED_ORDERS_END, "completedOrdersEnd", text_none, 0) \
    PLAIN(WIRE_REP_REPLACE_FA_END, "replaceFAEnd", rep_replace_fa_end, 0) \
    PLAIN(WIRE_REP_WSH_META_DATA, "wshMetaData", rep_wsh_meta_data, WIRE_SINCE_WSH_CALENDAR) \
    ALSO(WIRE_REP_WSH_EVENT_DATA, "wshEventData", rep_wsh_meta_data, wire_rep_wsh_meta_data, WIRE_SINCE_WSH_CALENDAR) \
    PLAIN(WIRE_REP_HISTORICAL_SCHEDULE, "historicalSchedule", rep_historical_schedule, WIRE_SINCE_HISTORICAL_SCHEDULE) \
    PLAIN(WIRE_REP_USER_INFO, "userInfo", rep_user_info, WIRE_SINCE_USER_INFO) \
    PLAIN(WIRE_REP_HISTORICAL_DATA_END, "historicalDataEnd", rep_historical_data_end, WIRE_SINCE_HISTORICAL_DATA_END) \
    PLAIN(WIRE_REP_CURRENT_TIME_IN_MILLIS, "currentTimeInMillis", rep_current_time_in_millis, WIRE_SINCE_TIME_IN_MILLIS)

/* prototypes of all routines, made from the rows */
#define WIRE_PROTO_SHARED(id, name, routine, since)
#define WIRE_PROTO_PLAIN(id, name, stem, since) \
    void text_##stem(struct wire_codec *x, void *message);
#define WIRE_PROTO_INIT(id, name, stem, type, defaults, since) \
    void text_##stem(struct wire_codec *x, void *message);
#define WIRE_PROTO_ALSO(id, name, stem, type, since) \
    void text_##stem(struct wire_codec *x, void *message);
WIRE_REQUESTS(WIRE_PROTO_SHARED, WIRE_PROTO_SHARED, WIRE_PROTO_PLAIN, WIRE_PROTO_INIT)
WIRE_REPLIES(WIRE_PROTO_SHARED, WIRE_PROTO_SHARED, WIRE_PROTO_PLAIN, WIRE_PROTO_INIT, WIRE_PROTO_ALSO)
/* clang-format on */

/* ---- routines that many messages share: [version constant,] [request id] ---- */
void text_none(struct wire_codec *x, void *message);
void text_none_v1(struct wire_codec *x, void *message);
void text_id(struct wire_codec *x, void *message);
void text_id_v1(struct wire_codec *x, void *message);
void text_id_v2(struct wire_codec *x, void *message);

/* ---- parts of messages (text_parts.c) ---- */
/* conId .. tradingClass: twelve fields with both exchanges, eleven with one of them. */
enum text_exchanges { TEXT_EXCHANGE = 1, TEXT_PRIMARY = 2, TEXT_BOTH = 3 };
void text_contract(struct wire_codec *x, struct wire_contract *c, enum text_exchanges which);
bool text_is_bag(const struct wire_contract *c);
/* Counted legs with their first four members; all eight of an order. */
void text_legs_short(struct wire_codec *x, struct wire_legs *legs);
void text_legs(struct wire_codec *x, struct wire_legs *legs);
/* The counted leg prices that follow the legs of an order. */
void text_leg_prices(struct wire_codec *x, struct wire_legs *legs);
/* Present flag, then conId, delta, price if 1. */
void text_delta_neutral(struct wire_codec *x, struct wire_contract *c);
void text_tags(struct wire_codec *x, struct wire_tags *tags);
void text_conditions(struct wire_codec *x, struct wire_order *o);

#endif
