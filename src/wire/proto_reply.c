/* SPDX-License-Identifier: MIT */
/* The replies (tws-protocol 2.10) and the versions from which on they are protobuf (1.4). */
#include "wire/proto_table.h"

/* clang-format off */
#define S struct wire_rep_tick_price
static const struct wire_proto_field tick_price[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    FIELD(3, price, price),
    DECIMAL(4, size, size),
    FIELD(5, attrMask, attr_mask),
};
#undef S

#define S struct wire_rep_tick_size
static const struct wire_proto_field tick_size[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    DECIMAL(3, size, size),
};
#undef S

#define S struct wire_rep_order_status
static const struct wire_proto_field order_status[] = {
    FIELD(1, orderId, order_id),
    FIELD(2, status, status),
    DECIMAL(3, filled, filled),
    DECIMAL(4, remaining, remaining),
    FIELD(5, avgFillPrice, avg_fill_price),
    FIELD(6, permId, perm_id),
    FIELD(7, parentId, parent_id),
    FIELD(8, lastFillPrice, last_fill_price),
    FIELD(9, clientId, client_id),
    FIELD(10, whyHeld, why_held),
    FIELD(11, mktCapPrice, mkt_cap_price),
};
#undef S

#define S struct wire_rep_error
static const struct wire_proto_field error_message[] = {
    REQUEST(1, id, id),
    FIELD(2, errorTime, error_time),
    FIELD(3, errorCode, error_code),
    FIELD(4, errorMsg, error_msg),
    FIELD(5, advancedOrderRejectJson, advanced_order_reject_json),
};
#undef S

#define S struct wire_rep_open_order
static const struct wire_proto_field open_order[] = {
    FIELD(1, orderId, order_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    NEEDED(3, order, order, wire_proto_order),
    NEEDED(4, orderState, order_state, wire_proto_order_state),
};
#undef S

#define S struct wire_rep_account_value
static const struct wire_proto_field account_value[] = {
    FIELD(1, key, key),
    FIELD(2, value, value),
    FIELD(3, currency, currency),
    FIELD(4, accountName, account),
};
#undef S

#define S struct wire_rep_portfolio_value
static const struct wire_proto_field portfolio_value[] = {
    NEEDED(1, contract, contract, wire_proto_contract),
    DECIMAL(2, position, position),
    FIELD(3, marketPrice, market_price),
    FIELD(4, marketValue, market_value),
    FIELD(5, averageCost, average_cost),
    FIELD(6, unrealizedPNL, unrealized_pnl),
    FIELD(7, realizedPNL, realized_pnl),
    FIELD(8, accountName, account),
};
#undef S

#define S struct wire_rep_account_update_time
static const struct wire_proto_field account_update_time[] = {
    FIELD(1, timeStamp, timestamp),
};
#undef S

#define S struct wire_rep_next_valid_id
static const struct wire_proto_field next_valid_id[] = {
    FIELD(1, orderId, order_id),
};
#undef S

#define S struct wire_rep_contract_data
static const struct wire_proto_field contract_data[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    NEEDED(3, contractDetails, details, wire_proto_contract_details),
};
#undef S

#define S struct wire_rep_exec_details
static const struct wire_proto_field execution_details[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, contract, contract, wire_proto_contract),
    NEEDED(3, execution, execution, wire_proto_execution),
};
#undef S

#define S struct wire_rep_market_depth
static const struct wire_proto_field market_depth_data_fields[] = {
    FIELD(1, position, position),
    FIELD(2, operation, operation),
    FIELD(3, side, side),
    FIELD(4, price, price),
    DECIMAL(5, size, size),
    FIELD(6, marketMaker, market_maker),
    FIELD(7, isSmartDepth, is_smart_depth),
};
#undef S
static const struct wire_proto market_depth_data =
    PROTO_PART("MarketDepthData", market_depth_data_fields, wire_rep_market_depth, NULL);

#define S struct wire_rep_market_depth
static const struct wire_proto_field market_depth[] = {
    REQUEST(1, reqId, req_id),
    FLAT(2, marketDepthData, WIRE_RULE_NEEDED, market_depth_data),
};
#undef S

#define S struct wire_rep_market_depth_l2
static const struct wire_proto_field market_depth_l2_data_fields[] = {
    FIELD(1, position, position),
    FIELD(2, operation, operation),
    FIELD(3, side, side),
    FIELD(4, price, price),
    DECIMAL(5, size, size),
    FIELD(6, marketMaker, market_maker),
    FIELD(7, isSmartDepth, is_smart_depth),
};
#undef S
static const struct wire_proto market_depth_l2_data =
    PROTO_PART("MarketDepthData", market_depth_l2_data_fields, wire_rep_market_depth_l2, NULL);

#define S struct wire_rep_market_depth_l2
static const struct wire_proto_field market_depth_l2[] = {
    REQUEST(1, reqId, req_id),
    FLAT(2, marketDepthData, WIRE_RULE_NEEDED, market_depth_l2_data),
};
#undef S

#define S struct wire_rep_news_bulletin
static const struct wire_proto_field news_bulletin[] = {
    FIELD(1, newsMsgId, news_msg_id),
    FIELD(2, newsMsgType, news_msg_type),
    FIELD(3, newsMessage, news_message),
    FIELD(4, originatingExch, originating_exch),
};
#undef S

#define S struct wire_rep_managed_accounts
static const struct wire_proto_field managed_accounts[] = {
    FIELD(1, accountsList, accounts_list),
};
#undef S

#define S struct wire_rep_receive_fa
static const struct wire_proto_field receive_fa[] = {
    FIELD(1, faDataType, fa_data_type),
    FIELD(2, xml, xml),
};
#undef S

#define S struct wire_bar
static const struct wire_proto_field historical_data_bar_fields[] = {
    FIELD(1, date, date),
    FIELD(2, open, open),
    FIELD(3, high, high),
    FIELD(4, low, low),
    FIELD(5, close, close),
    DECIMAL(6, volume, volume),
    DECIMAL(7, WAP, wap),
    FIELD(8, barCount, bar_count),
};
#undef S
static const struct wire_proto historical_data_bar =
    PROTO_PART("HistoricalDataBar", historical_data_bar_fields, wire_bar, NULL);

#define S struct wire_rep_historical_data
static const struct wire_proto_field historical_data[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, historicalDataBars, bars, historical_data_bar),
    TEXT_ONLY(startDateStr, start_date),
    TEXT_ONLY(endDateStr, end_date),
};
#undef S

#define S struct wire_rep_scanner_parameters
static const struct wire_proto_field scanner_parameters[] = {
    FIELD(1, xml, xml),
};
#undef S

#define S struct wire_scan_row
static const struct wire_proto_field scanner_data_element_fields[] = {
    FIELD(1, rank, rank),
    NEEDED(2, contract, contract, wire_proto_contract),
    FIELD(3, marketName, market_name),
    FIELD(4, distance, distance),
    FIELD(5, benchmark, benchmark),
    FIELD(6, projection, projection),
    FIELD(7, comboKey, legs),
};
#undef S
static const struct wire_proto scanner_data_element =
    PROTO_PART("ScannerDataElement", scanner_data_element_fields, wire_scan_row, (&(const struct wire_scan_row)WIRE_REQ_CONTRACT_DEFAULT));

#define S struct wire_rep_scanner_data
static const struct wire_proto_field scanner_data[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, scannerDataElement, rows, scanner_data_element),
};
#undef S

#define S struct wire_rep_tick_option_computation
static const struct wire_proto_field tick_option_computation[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    FIELD(3, tickAttrib, tick_attrib),
    FIELD(4, impliedVol, implied_vol),
    FIELD(5, delta, delta),
    FIELD(6, optPrice, opt_price),
    FIELD(7, pvDividend, pv_dividend),
    FIELD(8, gamma, gamma),
    FIELD(9, vega, vega),
    FIELD(10, theta, theta),
    FIELD(11, undPrice, und_price),
};
#undef S

#define S struct wire_rep_tick_generic
static const struct wire_proto_field tick_generic[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    FIELD(3, value, value),
};
#undef S

#define S struct wire_rep_tick_string
static const struct wire_proto_field tick_string[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    FIELD(3, value, value),
};
#undef S

#define S struct wire_rep_current_time
static const struct wire_proto_field current_time[] = {
    FIELD(1, currentTime, current_time),
};
#undef S

#define S struct wire_rep_real_time_bar
static const struct wire_proto_field real_time_bar_tick[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, time, time),
    FIELD(3, open, open),
    FIELD(4, high, high),
    FIELD(5, low, low),
    FIELD(6, close, close),
    DECIMAL(7, volume, volume),
    DECIMAL(8, WAP, wap),
    FIELD(9, count, count),
};
#undef S

#define S struct wire_rep_fundamental_data
static const struct wire_proto_field fundamentals_data[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, data, data),
};
#undef S

#define S struct wire_rep_account_download_end
static const struct wire_proto_field account_data_end[] = {
    FIELD(1, accountName, account),
};
#undef S

#define S struct wire_rep_market_data_type
static const struct wire_proto_field market_data_type[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, marketDataType, market_data_type),
};
#undef S

#define S struct wire_rep_commission_report
static const struct wire_proto_field commission_and_fees_report[] = {
    FIELD(1, execId, exec_id),
    FIELD(2, commissionAndFees, commission),
    FIELD(3, currency, currency),
    FIELD(4, realizedPNL, realized_pnl),
    FIELD(5, bondYield, bond_yield),
    FIELD(6, yieldRedemptionDate, yield_redemption_date),
};
#undef S

#define S struct wire_rep_position
static const struct wire_proto_field position[] = {
    FIELD(1, account, account),
    NEEDED(2, contract, contract, wire_proto_contract),
    DECIMAL(3, position, position),
    FIELD(4, avgCost, avg_cost),
};
#undef S

#define S struct wire_rep_account_summary
static const struct wire_proto_field account_summary[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, tag, tag),
    FIELD(4, value, value),
    FIELD(5, currency, currency),
};
#undef S

#define S struct wire_rep_verify_message
static const struct wire_proto_field verify_message_api[] = {
    FIELD(1, apiData, api_data),
    TEXT_ONLY(xyzChallenge, xyz_challenge),
};
#undef S

#define S struct wire_rep_verify_completed
static const struct wire_proto_field verify_completed[] = {
    TRUTH(1, isSuccessful, is_successful),
    FIELD(2, errorText, error_text),
};
#undef S

#define S struct wire_rep_display_group_list
static const struct wire_proto_field display_group_list[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, groups, groups),
};
#undef S

#define S struct wire_rep_display_group_updated
static const struct wire_proto_field display_group_updated[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, contractInfo, contract_info),
};
#undef S

#define S struct wire_rep_position_multi
static const struct wire_proto_field position_multi[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    NEEDED(3, contract, contract, wire_proto_contract),
    DECIMAL(4, position, position),
    FIELD(5, avgCost, avg_cost),
    FIELD(6, modelCode, model_code),
};
#undef S

#define S struct wire_rep_account_update_multi
static const struct wire_proto_field account_update_multi[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, account, account),
    FIELD(3, modelCode, model_code),
    FIELD(4, key, key),
    FIELD(5, value, value),
    FIELD(6, currency, currency),
};
#undef S

#define S struct wire_rep_sec_def_opt_param
static const struct wire_proto_field sec_def_opt_parameter[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, exchange, exchange),
    FIELD(3, underlyingConId, underlying_con_id),
    FIELD(4, tradingClass, trading_class),
    FIELD(5, multiplier, multiplier),
    FIELD(6, expirations, expirations),
    FIELD(7, strikes, strikes),
};
#undef S

#define S struct wire_rep_soft_dollar_tiers
static const struct wire_proto_field soft_dollar_tiers[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, softDollarTiers, tiers, wire_proto_soft_dollar_tier),
};
#undef S

#define S struct wire_family_code
static const struct wire_proto_field family_code_fields[] = {
    FIELD(1, accountId, account),
    FIELD(2, familyCode, family_code),
};
#undef S
static const struct wire_proto family_code =
    PROTO_PART("FamilyCode", family_code_fields, wire_family_code, NULL);

#define S struct wire_rep_family_codes
static const struct wire_proto_field family_codes[] = {
    LIST(1, familyCodes, codes, family_code),
};
#undef S

#define S struct wire_symbol_sample
static const struct wire_proto_field contract_description_fields[] = {
    NEEDED(1, contract, contract, wire_proto_contract),
    FIELD(2, derivativeSecTypes, derivative_sec_types),
};
#undef S
static const struct wire_proto contract_description =
    PROTO_PART("ContractDescription", contract_description_fields, wire_symbol_sample, (&(const struct wire_symbol_sample)WIRE_REQ_CONTRACT_DEFAULT));

#define S struct wire_rep_symbol_samples
static const struct wire_proto_field symbol_samples[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, contractDescriptions, samples, contract_description),
};
#undef S

#define S struct wire_depth_exchange
static const struct wire_proto_field depth_market_data_description_fields[] = {
    FIELD(1, exchange, exchange),
    FIELD(2, secType, sec_type),
    FIELD(3, listingExch, listing_exch),
    FIELD(4, serviceDataType, service_data_type),
    FIELD(5, aggGroup, agg_group),
};
#undef S
static const struct wire_proto depth_market_data_description =
    PROTO_PART("DepthMarketDataDescription", depth_market_data_description_fields, wire_depth_exchange, NULL);

#define S struct wire_rep_mkt_depth_exchanges
static const struct wire_proto_field market_depth_exchanges[] = {
    LIST(1, depthMarketDataDescriptions, exchanges, depth_market_data_description),
};
#undef S

#define S struct wire_rep_tick_req_params
static const struct wire_proto_field tick_req_params[] = {
    REQUEST(1, reqId, req_id),
    DECIMAL(2, minTick, min_tick),
    FIELD(3, bboExchange, bbo_exchange),
    FIELD(4, snapshotPermissions, snapshot_permissions),
    FIELD(5, lastPricePrecision, last_price_precision),
    FIELD(6, lastSizePrecision, last_size_precision),
};
#undef S

#define S struct wire_smart_component
static const struct wire_proto_field smart_component_fields[] = {
    FIELD(1, bitNumber, bit_number),
    FIELD(2, exchange, exchange),
    FIELD(3, exchangeLetter, exchange_letter),
};
#undef S
static const struct wire_proto smart_component =
    PROTO_PART("SmartComponent", smart_component_fields, wire_smart_component, NULL);

#define S struct wire_rep_smart_components
static const struct wire_proto_field smart_components[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, smartComponents, components, smart_component),
};
#undef S

#define S struct wire_rep_news_article
static const struct wire_proto_field news_article[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, articleType, article_type),
    FIELD(3, articleText, article_text),
};
#undef S

#define S struct wire_rep_tick_news
static const struct wire_proto_field tick_news[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, timestamp, timestamp),
    FIELD(3, providerCode, provider_code),
    FIELD(4, articleId, article_id),
    FIELD(5, headline, headline),
    FIELD(6, extraData, extra_data),
};
#undef S

#define S struct wire_news_provider
static const struct wire_proto_field news_provider_fields[] = {
    FIELD(1, providerCode, provider_code),
    FIELD(2, providerName, provider_name),
};
#undef S
static const struct wire_proto news_provider =
    PROTO_PART("NewsProvider", news_provider_fields, wire_news_provider, NULL);

#define S struct wire_rep_news_providers
static const struct wire_proto_field news_providers[] = {
    LIST(1, newsProviders, providers, news_provider),
};
#undef S

#define S struct wire_rep_historical_news
static const struct wire_proto_field historical_news[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, time, time),
    FIELD(3, providerCode, provider_code),
    FIELD(4, articleId, article_id),
    FIELD(5, headline, headline),
};
#undef S

#define S struct wire_rep_historical_news_end
static const struct wire_proto_field historical_news_end[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, hasMore, has_more),
};
#undef S

#define S struct wire_rep_head_timestamp
static const struct wire_proto_field head_timestamp[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, headTimestamp, head_timestamp),
};
#undef S

#define S struct wire_histogram_entry
static const struct wire_proto_field histogram_data_entry_fields[] = {
    FIELD(1, price, price),
    DECIMAL(2, size, size),
};
#undef S
static const struct wire_proto histogram_data_entry =
    PROTO_PART("HistogramDataEntry", histogram_data_entry_fields, wire_histogram_entry, NULL);

#define S struct wire_rep_histogram_data
static const struct wire_proto_field histogram_data[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, histogramDataEntries, entries, histogram_data_entry),
};
#undef S

#define S struct wire_rep_historical_data_update
static const struct wire_proto_field historical_data_update[] = {
    REQUEST(1, reqId, req_id),
    NEEDED(2, historicalDataBar, bar, historical_data_bar),
};
#undef S

#define S struct wire_rep_reroute_mkt_data
static const struct wire_proto_field reroute_market_data_request[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, conId, con_id),
    FIELD(3, exchange, exchange),
};
#undef S

#define S struct wire_price_increment
static const struct wire_proto_field price_increment_fields[] = {
    FIELD(1, lowEdge, low_edge),
    FIELD(2, increment, increment),
};
#undef S
static const struct wire_proto price_increment =
    PROTO_PART("PriceIncrement", price_increment_fields, wire_price_increment, NULL);

#define S struct wire_rep_market_rule
static const struct wire_proto_field market_rule[] = {
    FIELD(1, marketRuleId, market_rule_id),
    LIST(2, priceIncrements, increments, price_increment),
};
#undef S

#define S struct wire_rep_pnl
static const struct wire_proto_field pnl[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, dailyPnL, daily_pnl),
    FIELD(3, unrealizedPnL, unrealized_pnl),
    FIELD(4, realizedPnL, realized_pnl),
};
#undef S

#define S struct wire_rep_pnl_single
static const struct wire_proto_field pnl_single[] = {
    REQUEST(1, reqId, req_id),
    DECIMAL(2, position, position),
    FIELD(3, dailyPnL, daily_pnl),
    FIELD(4, unrealizedPnL, unrealized_pnl),
    FIELD(5, realizedPnL, realized_pnl),
    FIELD(6, value, value),
};
#undef S

#define S struct wire_hist_tick
static const struct wire_proto_field historical_tick_fields[] = {
    FIELD(1, time, time),
    FIELD(2, price, price),
    DECIMAL(3, size, size),
};
#undef S
static const struct wire_proto historical_tick =
    PROTO_PART("HistoricalTick", historical_tick_fields, wire_hist_tick, NULL);

#define S struct wire_rep_historical_ticks
static const struct wire_proto_field historical_ticks[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, historicalTicks, ticks, historical_tick),
    FIELD(3, isDone, is_done),
};
#undef S

#define S struct wire_hist_tick_bid_ask
static const struct wire_proto_field tick_attrib_bid_ask_fields[] = {
    BIT(1, bidPastLow, mask, WIRE_HIST_BID_PAST_LOW),
    BIT(2, askPastHigh, mask, WIRE_HIST_ASK_PAST_HIGH),
};
#undef S
static const struct wire_proto tick_attrib_bid_ask =
    PROTO_PART("TickAttribBidAsk", tick_attrib_bid_ask_fields, wire_hist_tick_bid_ask, NULL);

#define S struct wire_hist_tick_bid_ask
static const struct wire_proto_field historical_tick_bid_ask_fields[] = {
    FIELD(1, time, time),
    FLAT(2, tickAttribBidAsk, 0, tick_attrib_bid_ask),
    FIELD(3, priceBid, price_bid),
    FIELD(4, priceAsk, price_ask),
    DECIMAL(5, sizeBid, size_bid),
    DECIMAL(6, sizeAsk, size_ask),
};
#undef S
static const struct wire_proto historical_tick_bid_ask =
    PROTO_PART("HistoricalTickBidAsk", historical_tick_bid_ask_fields, wire_hist_tick_bid_ask, NULL);

#define S struct wire_rep_historical_ticks_bid_ask
static const struct wire_proto_field historical_ticks_bid_ask[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, historicalTicksBidAsk, ticks, historical_tick_bid_ask),
    FIELD(3, isDone, is_done),
};
#undef S

#define S struct wire_hist_tick_last
static const struct wire_proto_field tick_attrib_last_fields[] = {
    BIT(1, pastLimit, mask, WIRE_LAST_PAST_LIMIT),
    BIT(2, unreported, mask, WIRE_LAST_UNREPORTED),
};
#undef S
static const struct wire_proto tick_attrib_last =
    PROTO_PART("TickAttribLast", tick_attrib_last_fields, wire_hist_tick_last, NULL);

#define S struct wire_hist_tick_last
static const struct wire_proto_field historical_tick_last_fields[] = {
    FIELD(1, time, time),
    FLAT(2, tickAttribLast, 0, tick_attrib_last),
    FIELD(3, price, price),
    DECIMAL(4, size, size),
    FIELD(5, exchange, exchange),
    FIELD(6, specialConditions, special_conditions),
};
#undef S
static const struct wire_proto historical_tick_last =
    PROTO_PART("HistoricalTickLast", historical_tick_last_fields, wire_hist_tick_last, NULL);

#define S struct wire_rep_historical_ticks_last
static const struct wire_proto_field historical_ticks_last[] = {
    REQUEST(1, reqId, req_id),
    LIST(2, historicalTicksLast, ticks, historical_tick_last),
    FIELD(3, isDone, is_done),
};
#undef S

/* One of three parts, by the type of the ticks; all lie flat in the struct. */
static bool is_last(const void *m)
{
    int32_t type = ((const struct wire_rep_tick_by_tick *)m)->tick_type;
    return type == WIRE_TICK_LAST || type == WIRE_TICK_ALL_LAST;
}

static bool is_bid_ask(const void *m)
{
    return ((const struct wire_rep_tick_by_tick *)m)->tick_type == WIRE_TICK_BID_ASK;
}

static bool is_mid_point(const void *m)
{
    return ((const struct wire_rep_tick_by_tick *)m)->tick_type == WIRE_TICK_MID_POINT;
}

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field by_tick_attrib_last_fields[] = {
    BIT(1, pastLimit, mask, WIRE_LAST_PAST_LIMIT),
    BIT(2, unreported, mask, WIRE_LAST_UNREPORTED),
};
#undef S
static const struct wire_proto by_tick_attrib_last =
    PROTO_PART("TickAttribLast", by_tick_attrib_last_fields, wire_rep_tick_by_tick, NULL);

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field by_tick_last_fields[] = {
    FIELD(1, time, time),
    FLAT(2, tickAttribLast, 0, by_tick_attrib_last),
    FIELD(3, price, price),
    DECIMAL(4, size, size),
    FIELD(5, exchange, exchange),
    FIELD(6, specialConditions, special_conditions),
};
#undef S
static const struct wire_proto by_tick_last =
    PROTO_PART("HistoricalTickLast", by_tick_last_fields, wire_rep_tick_by_tick, NULL);

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field by_tick_attrib_bid_ask_fields[] = {
    BIT(1, bidPastLow, mask, WIRE_BID_PAST_LOW),
    BIT(2, askPastHigh, mask, WIRE_ASK_PAST_HIGH),
};
#undef S
static const struct wire_proto by_tick_attrib_bid_ask =
    PROTO_PART("TickAttribBidAsk", by_tick_attrib_bid_ask_fields, wire_rep_tick_by_tick, NULL);

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field by_tick_bid_ask_fields[] = {
    FIELD(1, time, time),
    FLAT(2, tickAttribBidAsk, 0, by_tick_attrib_bid_ask),
    FIELD(3, priceBid, bid),
    FIELD(4, priceAsk, ask),
    DECIMAL(5, sizeBid, bid_size),
    DECIMAL(6, sizeAsk, ask_size),
};
#undef S
static const struct wire_proto by_tick_bid_ask =
    PROTO_PART("HistoricalTickBidAsk", by_tick_bid_ask_fields, wire_rep_tick_by_tick, NULL);

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field by_tick_mid_point_fields[] = {
    FIELD(1, time, time),
    FIELD(2, price, price),
    DECIMAL(3, size, size),
};
#undef S
static const struct wire_proto by_tick_mid_point =
    PROTO_PART("HistoricalTick", by_tick_mid_point_fields, wire_rep_tick_by_tick, NULL);

#define S struct wire_rep_tick_by_tick
static const struct wire_proto_field tick_by_tick_data[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, tickType, tick_type),
    FLAT_WHEN(3, historicalTickLast, is_last, by_tick_last),
    FLAT_WHEN(4, historicalTickBidAsk, is_bid_ask, by_tick_bid_ask),
    FLAT_WHEN(5, historicalTickMidPoint, is_mid_point, by_tick_mid_point),
};
#undef S

#define S struct wire_rep_order_bound
static const struct wire_proto_field order_bound[] = {
    FIELD(1, permId, perm_id),
    FIELD(2, clientId, client_id),
    FIELD(3, orderId, order_id),
};
#undef S

#define S struct wire_rep_completed_order
static const struct wire_proto_field completed_order[] = {
    NEEDED(1, contract, contract, wire_proto_contract),
    NEEDED(2, order, order, wire_proto_order),
    NEEDED(3, orderState, order_state, wire_proto_order_state),
};
#undef S

#define S struct wire_rep_replace_fa_end
static const struct wire_proto_field replace_fa_end[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, text, text),
};
#undef S

#define S struct wire_rep_wsh_meta_data
static const struct wire_proto_field wsh_meta_data[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, dataJson, data_json),
};
#undef S

#define S struct wire_hist_session
static const struct wire_proto_field historical_session_fields[] = {
    FIELD(1, startDateTime, start_date_time),
    FIELD(2, endDateTime, end_date_time),
    FIELD(3, refDate, ref_date),
};
#undef S
static const struct wire_proto historical_session =
    PROTO_PART("HistoricalSession", historical_session_fields, wire_hist_session, NULL);

#define S struct wire_rep_historical_schedule
static const struct wire_proto_field historical_schedule[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, startDateTime, start_date_time),
    FIELD(3, endDateTime, end_date_time),
    FIELD(4, timeZone, time_zone),
    LIST(5, historicalSessions, sessions, historical_session),
};
#undef S

#define S struct wire_rep_user_info
static const struct wire_proto_field user_info[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, whiteBrandingId, white_branding_id),
};
#undef S

#define S struct wire_rep_historical_data_end
static const struct wire_proto_field historical_data_end[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, startDateStr, start_date),
    FIELD(3, endDateStr, end_date),
};
#undef S

#define S struct wire_rep_current_time_in_millis
static const struct wire_proto_field current_time_in_millis[] = {
    FIELD(1, currentTimeInMillis, current_time_in_millis),
};
#undef S

#define S struct wire_rep_config
static const struct wire_proto_field config_response[] = {
    REQUEST(1, reqId, req_id),
    PART(2, lockAndExit, lock_and_exit, wire_proto_lock_and_exit),
    LIST(3, messages, messages, wire_proto_message_config),
    PART(4, api, api, wire_proto_api_config),
    PART(5, orders, orders, wire_proto_orders_config),
};
#undef S

#define S struct wire_rep_update_config
static const struct wire_proto_field update_config_response[] = {
    REQUEST(1, reqId, req_id),
    FIELD(2, status, status),
    FIELD(3, message, message),
    FIELD(4, changedFields, changed_fields),
    FIELD(5, errors, errors),
    LIST(6, warnings, warnings, wire_proto_config_warning),
};
#undef S

/* ---- never protobuf ---- */
#define S struct wire_rep_tick_efp
static const struct wire_proto_field tick_efp[] = {
    TEXT_ONLY(reqId, req_id),
    TEXT_ONLY(tickType, tick_type),
    TEXT_ONLY(basisPoints, basis_points),
    TEXT_ONLY(formattedBasisPoints, formatted_basis_points),
    TEXT_ONLY(impliedFuturesPrice, implied_futures_price),
    TEXT_ONLY(holdDays, hold_days),
    TEXT_ONLY(futureLastTradeDate, future_last_trade_date),
    TEXT_ONLY(dividendImpact, dividend_impact),
    TEXT_ONLY(dividendsToLastTradeDate, dividends_to_last_trade_date),
};
#undef S

#define S struct wire_rep_delta_neutral_validation
static const struct wire_proto_field delta_neutral_validation[] = {
    TEXT_ONLY(reqId, req_id),
    TEXT_PART(deltaNeutralContract, delta_neutral, wire_proto_delta_neutral),
};
#undef S

const struct wire_proto_message wire_proto_replies[WIRE_ID_COUNT] = {
    [WIRE_REP_TICK_PRICE] = PROTO_MESSAGE("TickPrice", tick_price, wire_rep_tick_price, 206),
    [WIRE_REP_TICK_SIZE] = PROTO_MESSAGE("TickSize", tick_size, wire_rep_tick_size, 206),
    [WIRE_REP_ORDER_STATUS] = PROTO_MESSAGE("OrderStatus", order_status, wire_rep_order_status, 203),
    [WIRE_REP_ERROR] = PROTO_MESSAGE("ErrorMessage", error_message, wire_rep_error, 203),
    [WIRE_REP_OPEN_ORDER] = PROTO_MESSAGE("OpenOrder", open_order, wire_rep_open_order, 203),
    [WIRE_REP_ACCOUNT_VALUE] = PROTO_MESSAGE("AccountValue", account_value, wire_rep_account_value, 207),
    [WIRE_REP_PORTFOLIO_VALUE] = PROTO_MESSAGE("PortfolioValue", portfolio_value, wire_rep_portfolio_value, 207),
    [WIRE_REP_ACCOUNT_UPDATE_TIME] = PROTO_MESSAGE("AccountUpdateTime", account_update_time, wire_rep_account_update_time, 207),
    [WIRE_REP_NEXT_VALID_ID] = PROTO_MESSAGE("NextValidId", next_valid_id, wire_rep_next_valid_id, 213),
    [WIRE_REP_CONTRACT_DATA] = PROTO_MESSAGE("ContractData", contract_data, wire_rep_contract_data, 205),
    [WIRE_REP_EXEC_DETAILS] = PROTO_MESSAGE("ExecutionDetails", execution_details, wire_rep_exec_details, 201),
    [WIRE_REP_MARKET_DEPTH] = PROTO_MESSAGE("MarketDepth", market_depth, wire_rep_market_depth, 206),
    [WIRE_REP_MARKET_DEPTH_L2] = PROTO_MESSAGE("MarketDepthL2", market_depth_l2, wire_rep_market_depth_l2, 206),
    [WIRE_REP_NEWS_BULLETIN] = PROTO_MESSAGE("NewsBulletin", news_bulletin, wire_rep_news_bulletin, 209),
    [WIRE_REP_MANAGED_ACCOUNTS] = PROTO_MESSAGE("ManagedAccounts", managed_accounts, wire_rep_managed_accounts, 207),
    [WIRE_REP_RECEIVE_FA] = PROTO_MESSAGE("ReceiveFA", receive_fa, wire_rep_receive_fa, 211),
    [WIRE_REP_HISTORICAL_DATA] = PROTO_MESSAGE("HistoricalData", historical_data, wire_rep_historical_data, 208),
    [WIRE_REP_BOND_CONTRACT_DATA] = PROTO_MESSAGE("ContractData", contract_data, wire_rep_contract_data, 205),
    [WIRE_REP_SCANNER_PARAMETERS] = PROTO_MESSAGE("ScannerParameters", scanner_parameters, wire_rep_scanner_parameters, 210),
    [WIRE_REP_SCANNER_DATA] = PROTO_MESSAGE("ScannerData", scanner_data, wire_rep_scanner_data, 210),
    [WIRE_REP_TICK_OPTION_COMPUTATION] = PROTO_MESSAGE("TickOptionComputation", tick_option_computation, wire_rep_tick_option_computation, 206),
    [WIRE_REP_TICK_GENERIC] = PROTO_MESSAGE("TickGeneric", tick_generic, wire_rep_tick_generic, 206),
    [WIRE_REP_TICK_STRING] = PROTO_MESSAGE("TickString", tick_string, wire_rep_tick_string, 206),
    [WIRE_REP_TICK_EFP] = PROTO_MESSAGE("TickEFP", tick_efp, wire_rep_tick_efp, 0),
    [WIRE_REP_CURRENT_TIME] = PROTO_MESSAGE("CurrentTime", current_time, wire_rep_current_time, 213),
    [WIRE_REP_REAL_TIME_BAR] = PROTO_MESSAGE("RealTimeBarTick", real_time_bar_tick, wire_rep_real_time_bar, 208),
    [WIRE_REP_FUNDAMENTAL_DATA] = PROTO_MESSAGE("FundamentalsData", fundamentals_data, wire_rep_fundamental_data, 210),
    [WIRE_REP_CONTRACT_DATA_END] = PROTO_ID("ContractDataEnd", 205),
    [WIRE_REP_OPEN_ORDER_END] = PROTO_NONE("OpenOrdersEnd", 203),
    [WIRE_REP_ACCOUNT_DOWNLOAD_END] = PROTO_MESSAGE("AccountDataEnd", account_data_end, wire_rep_account_download_end, 207),
    [WIRE_REP_EXEC_DETAILS_END] = PROTO_ID("ExecutionDetailsEnd", 201),
    [WIRE_REP_DELTA_NEUTRAL_VALIDATION] = PROTO_MESSAGE("DeltaNeutralValidation", delta_neutral_validation, wire_rep_delta_neutral_validation, 0),
    [WIRE_REP_TICK_SNAPSHOT_END] = PROTO_ID("TickSnapshotEnd", 206),
    [WIRE_REP_MARKET_DATA_TYPE] = PROTO_MESSAGE("MarketDataType", market_data_type, wire_rep_market_data_type, 206),
    [WIRE_REP_COMMISSION_REPORT] = PROTO_MESSAGE("CommissionAndFeesReport", commission_and_fees_report, wire_rep_commission_report, 211),
    [WIRE_REP_POSITION] = PROTO_MESSAGE("Position", position, wire_rep_position, 207),
    [WIRE_REP_POSITION_END] = PROTO_NONE("PositionEnd", 207),
    [WIRE_REP_ACCOUNT_SUMMARY] = PROTO_MESSAGE("AccountSummary", account_summary, wire_rep_account_summary, 207),
    [WIRE_REP_ACCOUNT_SUMMARY_END] = PROTO_ID("AccountSummaryEnd", 207),
    [WIRE_REP_VERIFY_MESSAGE] = PROTO_MESSAGE("VerifyMessageApi", verify_message_api, wire_rep_verify_message, 213),
    [WIRE_REP_VERIFY_COMPLETED] = PROTO_MESSAGE("VerifyCompleted", verify_completed, wire_rep_verify_completed, 213),
    [WIRE_REP_DISPLAY_GROUP_LIST] = PROTO_MESSAGE("DisplayGroupList", display_group_list, wire_rep_display_group_list, 213),
    [WIRE_REP_DISPLAY_GROUP_UPDATED] = PROTO_MESSAGE("DisplayGroupUpdated", display_group_updated, wire_rep_display_group_updated, 213),
    [WIRE_REP_VERIFY_AND_AUTH_MESSAGE] = PROTO_MESSAGE("VerifyAndAuthMessageApi", verify_message_api, wire_rep_verify_message, 0),
    [WIRE_REP_VERIFY_AND_AUTH_COMPLETED] = PROTO_MESSAGE("VerifyAndAuthCompleted", verify_completed, wire_rep_verify_completed, 0),
    [WIRE_REP_POSITION_MULTI] = PROTO_MESSAGE("PositionMulti", position_multi, wire_rep_position_multi, 207),
    [WIRE_REP_POSITION_MULTI_END] = PROTO_ID("PositionMultiEnd", 207),
    [WIRE_REP_ACCOUNT_UPDATE_MULTI] = PROTO_MESSAGE("AccountUpdateMulti", account_update_multi, wire_rep_account_update_multi, 207),
    [WIRE_REP_ACCOUNT_UPDATE_MULTI_END] = PROTO_ID("AccountUpdateMultiEnd", 207),
    [WIRE_REP_SEC_DEF_OPT_PARAM] = PROTO_MESSAGE("SecDefOptParameter", sec_def_opt_parameter, wire_rep_sec_def_opt_param, 212),
    [WIRE_REP_SEC_DEF_OPT_PARAM_END] = PROTO_ID("SecDefOptParameterEnd", 212),
    [WIRE_REP_SOFT_DOLLAR_TIERS] = PROTO_MESSAGE("SoftDollarTiers", soft_dollar_tiers, wire_rep_soft_dollar_tiers, 212),
    [WIRE_REP_FAMILY_CODES] = PROTO_MESSAGE("FamilyCodes", family_codes, wire_rep_family_codes, 212),
    [WIRE_REP_SYMBOL_SAMPLES] = PROTO_MESSAGE("SymbolSamples", symbol_samples, wire_rep_symbol_samples, 212),
    [WIRE_REP_MKT_DEPTH_EXCHANGES] = PROTO_MESSAGE("MarketDepthExchanges", market_depth_exchanges, wire_rep_mkt_depth_exchanges, 213),
    [WIRE_REP_TICK_REQ_PARAMS] = PROTO_MESSAGE("TickReqParams", tick_req_params, wire_rep_tick_req_params, 206),
    [WIRE_REP_SMART_COMPONENTS] = PROTO_MESSAGE("SmartComponents", smart_components, wire_rep_smart_components, 212),
    [WIRE_REP_NEWS_ARTICLE] = PROTO_MESSAGE("NewsArticle", news_article, wire_rep_news_article, 209),
    [WIRE_REP_TICK_NEWS] = PROTO_MESSAGE("TickNews", tick_news, wire_rep_tick_news, 209),
    [WIRE_REP_NEWS_PROVIDERS] = PROTO_MESSAGE("NewsProviders", news_providers, wire_rep_news_providers, 209),
    [WIRE_REP_HISTORICAL_NEWS] = PROTO_MESSAGE("HistoricalNews", historical_news, wire_rep_historical_news, 209),
    [WIRE_REP_HISTORICAL_NEWS_END] = PROTO_MESSAGE("HistoricalNewsEnd", historical_news_end, wire_rep_historical_news_end, 209),
    [WIRE_REP_HEAD_TIMESTAMP] = PROTO_MESSAGE("HeadTimestamp", head_timestamp, wire_rep_head_timestamp, 208),
    [WIRE_REP_HISTOGRAM_DATA] = PROTO_MESSAGE("HistogramData", histogram_data, wire_rep_histogram_data, 208),
    [WIRE_REP_HISTORICAL_DATA_UPDATE] = PROTO_MESSAGE("HistoricalDataUpdate", historical_data_update, wire_rep_historical_data_update, 208),
    [WIRE_REP_REROUTE_MKT_DATA] = PROTO_MESSAGE("RerouteMarketDataRequest", reroute_market_data_request, wire_rep_reroute_mkt_data, 211),
    [WIRE_REP_REROUTE_MKT_DEPTH] = PROTO_MESSAGE("RerouteMarketDepthRequest", reroute_market_data_request, wire_rep_reroute_mkt_data, 211),
    [WIRE_REP_MARKET_RULE] = PROTO_MESSAGE("MarketRule", market_rule, wire_rep_market_rule, 212),
    [WIRE_REP_PNL] = PROTO_MESSAGE("PnL", pnl, wire_rep_pnl, 210),
    [WIRE_REP_PNL_SINGLE] = PROTO_MESSAGE("PnLSingle", pnl_single, wire_rep_pnl_single, 210),
    [WIRE_REP_HISTORICAL_TICKS] = PROTO_MESSAGE("HistoricalTicks", historical_ticks, wire_rep_historical_ticks, 208),
    [WIRE_REP_HISTORICAL_TICKS_BID_ASK] = PROTO_MESSAGE("HistoricalTicksBidAsk", historical_ticks_bid_ask, wire_rep_historical_ticks_bid_ask, 208),
    [WIRE_REP_HISTORICAL_TICKS_LAST] = PROTO_MESSAGE("HistoricalTicksLast", historical_ticks_last, wire_rep_historical_ticks_last, 208),
    [WIRE_REP_TICK_BY_TICK] = PROTO_MESSAGE("TickByTickData", tick_by_tick_data, wire_rep_tick_by_tick, 208),
    [WIRE_REP_ORDER_BOUND] = PROTO_MESSAGE("OrderBound", order_bound, wire_rep_order_bound, 204),
    [WIRE_REP_COMPLETED_ORDER] = PROTO_MESSAGE("CompletedOrder", completed_order, wire_rep_completed_order, 204),
    [WIRE_REP_COMPLETED_ORDERS_END] = PROTO_NONE("CompletedOrdersEnd", 204),
    [WIRE_REP_REPLACE_FA_END] = PROTO_MESSAGE("ReplaceFAEnd", replace_fa_end, wire_rep_replace_fa_end, 211),
    [WIRE_REP_WSH_META_DATA] = PROTO_MESSAGE("WshMetaData", wsh_meta_data, wire_rep_wsh_meta_data, 209),
    [WIRE_REP_WSH_EVENT_DATA] = PROTO_MESSAGE("WshEventData", wsh_meta_data, wire_rep_wsh_meta_data, 209),
    [WIRE_REP_HISTORICAL_SCHEDULE] = PROTO_MESSAGE("HistoricalSchedule", historical_schedule, wire_rep_historical_schedule, 211),
    [WIRE_REP_USER_INFO] = PROTO_MESSAGE("UserInfo", user_info, wire_rep_user_info, 212),
    [WIRE_REP_HISTORICAL_DATA_END] = PROTO_MESSAGE("HistoricalDataEnd", historical_data_end, wire_rep_historical_data_end, 208),
    [WIRE_REP_CURRENT_TIME_IN_MILLIS] = PROTO_MESSAGE("CurrentTimeInMillis", current_time_in_millis, wire_rep_current_time_in_millis, 213),
    [WIRE_REP_CONFIG] = PROTO_MESSAGE("ConfigResponse", config_response, wire_rep_config, 219),
    [WIRE_REP_UPDATE_CONFIG] = PROTO_MESSAGE("UpdateConfigResponse", update_config_response, wire_rep_update_config, 221),
};
/* clang-format on */
