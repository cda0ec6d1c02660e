/* SPDX-License-Identifier: MIT */
/* What messages have in common: contracts, orders, executions (tws-protocol 2.10). */
#include "wire/proto_table.h"

/* clang-format off */
/* ---- messages without a table of their own ---- */
#define S struct wire_id
const struct wire_proto_field wire_proto_id_fields[1] = {REQUEST(1, reqId, req_id)};
#undef S

/* ---- contracts ---- */
#define S struct wire_leg
static const struct wire_proto_field combo_leg_fields[] = {
    FIELD(1, conId, con_id),
    FIELD(2, ratio, ratio),
    FIELD(3, action, action),
    FIELD(4, exchange, exchange),
    FIELD(5, openClose, open_close),
    FIELD(6, shortSalesSlot, short_sale_slot),
    FIELD(7, designatedLocation, designated_location),
    FIELD(8, exemptCode, exempt_code),
    FIELD(9, perLegPrice, per_leg_price),
};
#undef S
static const struct wire_proto combo_leg =
    PROTO_PART("ComboLeg", combo_leg_fields, wire_leg, (&(const struct wire_leg)WIRE_LEG_DEFAULT));

#define S struct wire_delta_neutral
static const struct wire_proto_field delta_neutral_contract_fields[] = {
    FIELD(1, conId, con_id),
    FIELD(2, delta, delta),
    FIELD(3, price, price),
};
#undef S
const struct wire_proto wire_proto_delta_neutral =
    PROTO_PART("DeltaNeutralContract", delta_neutral_contract_fields, wire_delta_neutral, NULL);

#define S struct wire_contract
static const struct wire_proto_field contract_fields[] = {
    FIELD(1, conId, con_id),
    FIELD(2, symbol, symbol),
    FIELD(3, secType, sec_type),
    FIELD(4, lastTradeDateOrContractMonth, last_trade_date),
    FIELD(5, strike, strike),
    FIELD(6, right, right),
    NUMBER(7, multiplier, multiplier),
    FIELD(8, exchange, exchange),
    FIELD(9, primaryExch, primary_exchange),
    FIELD(10, currency, currency),
    FIELD(11, localSymbol, local_symbol),
    FIELD(12, tradingClass, trading_class),
    FIELD(13, secIdType, sec_id_type),
    FIELD(14, secId, sec_id),
    FIELD(15, description, description),
    FIELD(16, issuerId, issuer_id),
    PART_IF(17, deltaNeutralContract, delta_neutral, has_delta_neutral, wire_proto_delta_neutral),
    FIELD(18, includeExpired, include_expired),
    FIELD(19, comboLegsDescrip, combo_legs_descrip),
    LIST(20, comboLegs, combo_legs, combo_leg),
    FIELD(21, lastTradeDate, last_trade_date_exact),
};
#undef S
const struct wire_proto wire_proto_contract =
    PROTO_PART("Contract", contract_fields, wire_contract, (&(const struct wire_contract)WIRE_CONTRACT_DEFAULT));

#define S struct wire_ineligibility
static const struct wire_proto_field ineligibility_reason_fields[] = {
    FIELD(1, id, id),
    FIELD(2, description, description),
};
#undef S
static const struct wire_proto ineligibility_reason =
    PROTO_PART("IneligibilityReason", ineligibility_reason_fields, wire_ineligibility, NULL);

#define S struct wire_contract_details
static const struct wire_proto_field contract_details_fields[] = {
    FIELD(1, marketName, market_name),
    DECIMAL(2, minTick, min_tick),
    FIELD(3, orderTypes, order_types),
    FIELD(4, validExchanges, valid_exchanges),
    FIELD(5, priceMagnifier, price_magnifier),
    FIELD(6, underConId, under_con_id),
    FIELD(7, longName, long_name),
    FIELD(8, contractMonth, contract_month),
    FIELD(9, industry, industry),
    FIELD(10, category, category),
    FIELD(11, subcategory, subcategory),
    FIELD(12, timeZoneId, time_zone_id),
    FIELD(13, tradingHours, trading_hours),
    FIELD(14, liquidHours, liquid_hours),
    FIELD(15, evRule, ev_rule),
    FIELD(16, evMultiplier, ev_multiplier),
    FIELD(17, secIdList, sec_id_list),
    FIELD(18, aggGroup, agg_group),
    FIELD(19, underSymbol, under_symbol),
    FIELD(20, underSecType, under_sec_type),
    FIELD(21, marketRuleIds, market_rule_ids),
    FIELD(22, realExpirationDate, real_expiration_date),
    FIELD(23, stockType, stock_type),
    DECIMAL(24, minSize, min_size),
    DECIMAL(25, sizeIncrement, size_increment),
    DECIMAL(26, suggestedSizeIncrement, suggested_size_increment),
    FIELD(27, fundName, fund_name),
    FIELD(28, fundFamily, fund_family),
    FIELD(29, fundType, fund_type),
    FIELD(30, fundFrontLoad, fund_front_load),
    FIELD(31, fundBackLoad, fund_back_load),
    FIELD(32, fundBackLoadTimeInterval, fund_back_load_time_interval),
    FIELD(33, fundManagementFee, fund_management_fee),
    FIELD(34, fundClosed, fund_closed),
    FIELD(35, fundClosedForNewInvestors, fund_closed_for_new_investors),
    FIELD(36, fundClosedForNewMoney, fund_closed_for_new_money),
    FIELD(37, fundNotifyAmount, fund_notify_amount),
    FIELD(38, fundMinimumInitialPurchase, fund_minimum_initial_purchase),
    FIELD(39, fundMinimumSubsequentPurchase, fund_minimum_subsequent_purchase),
    FIELD(40, fundBlueSkyStates, fund_blue_sky_states),
    FIELD(41, fundBlueSkyTerritories, fund_blue_sky_territories),
    FIELD(42, fundDistributionPolicyIndicator, fund_distribution_policy_indicator),
    FIELD(43, fundAssetType, fund_asset_type),
    FIELD(44, cusip, cusip),
    FIELD(45, issueDate, issue_date),
    FIELD(46, ratings, ratings),
    FIELD(47, bondType, bond_type),
    NONZERO(48, coupon, coupon),
    FIELD(49, couponType, coupon_type),
    FIELD(50, convertible, convertible),
    FIELD(51, callable, callable),
    FIELD(52, puttable, puttable),
    FIELD(53, descAppend, desc_append),
    FIELD(54, nextOptionDate, next_option_date),
    FIELD(55, nextOptionType, next_option_type),
    FIELD(56, nextOptionPartial, next_option_partial),
    FIELD(57, bondNotes, bond_notes),
    LIST(58, ineligibilityReasonList, ineligibility_reasons, ineligibility_reason),
    FIELD(59, eventContract1, event_contract1),
    FIELD(60, eventContractDescription1, event_contract_description1),
    FIELD(61, eventContractDescription2, event_contract_description2),
    FIELD(62, minAlgoSize, min_algo_size),
    FIELD(63, lastPricePrecision, last_price_precision),
    FIELD(64, lastSizePrecision, last_size_precision),
    FIELD(65, settlementMethod, settlement_method),
    TEXT_ONLY(mdSizeMultiplier, md_size_multiplier),
};
#undef S
const struct wire_proto wire_proto_contract_details =
    PROTO_PART("ContractDetails", contract_details_fields, wire_contract_details, (&(const struct wire_contract_details)WIRE_CONTRACT_DETAILS_DEFAULT));

/* ---- orders ---- */
/* The type of a condition says which of its numbers mean something. */
static bool is_of_type(const void *condition, unsigned types)
{
    int32_t type = ((const struct wire_condition *)condition)->type;
    return type >= 0 && type < 8 && types >> type & 1;
}

static bool is_price(const void *c)
{
    return is_of_type(c, 1U << WIRE_CONDITION_PRICE);
}

static bool is_margin(const void *c)
{
    return is_of_type(c, 1U << WIRE_CONDITION_MARGIN);
}

static bool is_volume(const void *c)
{
    return is_of_type(c, 1U << WIRE_CONDITION_VOLUME);
}

static bool is_percent_change(const void *c)
{
    return is_of_type(c, 1U << WIRE_CONDITION_PERCENT_CHANGE);
}

static bool has_threshold(const void *c)
{
    return !is_of_type(c, 1U << WIRE_CONDITION_EXECUTION);
}

static bool has_contract(const void *c)
{
    return is_price(c) || is_volume(c) || is_percent_change(c);
}

#define S struct wire_condition
static const struct wire_proto_field order_condition_fields[] = {
    FIELD(1, type, type),
    YES_OR_NO(2, isConjunctionConnection, is_conjunction, NULL),
    YES_OR_NO(3, isMore, is_more, has_threshold),
    OF_TYPE(4, conId, con_id, has_contract),
    FIELD(5, exchange, exchange),
    FIELD(6, symbol, symbol),
    FIELD(7, secType, sec_type),
    OF_TYPE(8, percent, percent, is_margin),
    OF_TYPE(9, changePercent, change_percent, is_percent_change),
    OF_TYPE(10, price, price, is_price),
    OF_TYPE(11, triggerMethod, trigger_method, is_price),
    FIELD(12, time, time),
    OF_TYPE(13, volume, volume, is_volume),
};
#undef S
static const struct wire_proto order_condition =
    PROTO_PART("OrderCondition", order_condition_fields, wire_condition, NULL);

#define S struct wire_soft_dollar_tier
static const struct wire_proto_field soft_dollar_tier_fields[] = {
    FIELD(1, name, name),
    FIELD(2, value, value),
    FIELD(3, displayName, display_name),
};
#undef S
const struct wire_proto wire_proto_soft_dollar_tier =
    PROTO_PART("SoftDollarTier", soft_dollar_tier_fields, wire_soft_dollar_tier, NULL);

#define S struct wire_order
static const struct wire_proto_field order_fields[] = {
    FIELD(1, clientId, client_id),
    NONZERO(2, orderId, order_id),
    FIELD(3, permId, perm_id),
    FIELD(4, parentId, parent_id),
    FIELD(5, action, action),
    DECIMAL(6, totalQuantity, total_quantity),
    FIELD(7, displaySize, display_size),
    FIELD(8, orderType, order_type),
    FIELD(9, lmtPrice, lmt_price),
    FIELD(10, auxPrice, aux_price),
    FIELD(11, tif, tif),
    FIELD(12, account, account),
    FIELD(13, settlingFirm, settling_firm),
    FIELD(14, clearingAccount, clearing_account),
    FIELD(15, clearingIntent, clearing_intent),
    FIELD(16, allOrNone, all_or_none),
    FIELD(17, blockOrder, block_order),
    FIELD(18, hidden, hidden),
    FIELD(19, outsideRth, outside_rth),
    FIELD(20, sweepToFill, sweep_to_fill),
    FIELD(21, percentOffset, percent_offset),
    FIELD(22, trailingPercent, trailing_percent),
    FIELD(23, trailStopPrice, trail_stop_price),
    FIELD(24, minQty, min_qty),
    FIELD(25, goodAfterTime, good_after_time),
    FIELD(26, goodTillDate, good_till_date),
    FIELD(27, ocaGroup, oca_group),
    FIELD(28, orderRef, order_ref),
    FIELD(29, rule80A, rule80a),
    FIELD(30, ocaType, oca_type),
    FIELD(31, triggerMethod, trigger_method),
    FIELD(32, activeStartTime, active_start_time),
    FIELD(33, activeStopTime, active_stop_time),
    FIELD(34, faGroup, fa_group),
    FIELD(35, faMethod, fa_method),
    FIELD(36, faPercentage, fa_percentage),
    FIELD(37, volatility, volatility),
    FIELD(38, volatilityType, volatility_type),
    FIELD(39, continuousUpdate, continuous_update),
    FIELD(40, referencePriceType, reference_price_type),
    FIELD(41, deltaNeutralOrderType, delta_neutral_order_type),
    FIELD(42, deltaNeutralAuxPrice, delta_neutral_aux_price),
    FIELD(43, deltaNeutralConId, delta_neutral_con_id),
    FIELD(44, deltaNeutralOpenClose, delta_neutral_open_close),
    FIELD(45, deltaNeutralShortSale, delta_neutral_short_sale),
    FIELD(46, deltaNeutralShortSaleSlot, delta_neutral_short_sale_slot),
    FIELD(47, deltaNeutralDesignatedLocation, delta_neutral_designated_location),
    FIELD(48, scaleInitLevelSize, scale_init_level_size),
    FIELD(49, scaleSubsLevelSize, scale_subs_level_size),
    FIELD(50, scalePriceIncrement, scale_price_increment),
    FIELD(51, scalePriceAdjustValue, scale_price_adjust_value),
    FIELD(52, scalePriceAdjustInterval, scale_price_adjust_interval),
    FIELD(53, scaleProfitOffset, scale_profit_offset),
    FIELD(54, scaleAutoReset, scale_auto_reset),
    FIELD(55, scaleInitPosition, scale_init_position),
    FIELD(56, scaleInitFillQty, scale_init_fill_qty),
    FIELD(57, scaleRandomPercent, scale_random_percent),
    FIELD(58, scaleTable, scale_table),
    FIELD(59, hedgeType, hedge_type),
    FIELD(60, hedgeParam, hedge_param),
    FIELD(61, algoStrategy, algo_strategy),
    FIELD(62, algoParams, algo_params),
    FIELD(63, algoId, algo_id),
    FIELD(64, smartComboRoutingParams, smart_combo_routing_params),
    FIELD(65, whatIf, what_if),
    FIELD(66, transmit, transmit),
    FIELD(67, overridePercentageConstraints, override_percentage_constraints),
    FIELD(68, openClose, open_close),
    FIELD(69, origin, origin),
    FIELD(70, shortSaleSlot, short_sale_slot),
    FIELD(71, designatedLocation, designated_location),
    FIELD(72, exemptCode, exempt_code),
    FIELD(73, deltaNeutralSettlingFirm, delta_neutral_settling_firm),
    FIELD(74, deltaNeutralClearingAccount, delta_neutral_clearing_account),
    FIELD(75, deltaNeutralClearingIntent, delta_neutral_clearing_intent),
    FIELD(76, discretionaryAmt, discretionary_amt),
    FIELD(77, optOutSmartRouting, opt_out_smart_routing),
    FIELD(78, startingPrice, starting_price),
    FIELD(79, stockRefPrice, stock_ref_price),
    FIELD(80, delta, delta),
    FIELD(81, stockRangeLower, stock_range_lower),
    FIELD(82, stockRangeUpper, stock_range_upper),
    FIELD(83, notHeld, not_held),
    OPTIONS(84, orderMiscOptions, order_misc_options),
    FIELD(85, solicited, solicited),
    FIELD(86, randomizeSize, randomize_size),
    FIELD(87, randomizePrice, randomize_price),
    FIELD(88, referenceContractId, reference_contract_id),
    FIELD(89, peggedChangeAmount, pegged_change_amount),
    FIELD(90, isPeggedChangeAmountDecrease, is_pegged_change_amount_decrease),
    FIELD(91, referenceChangeAmount, reference_change_amount),
    FIELD(92, referenceExchangeId, reference_exchange_id),
    FIELD(93, adjustedOrderType, adjusted_order_type),
    FIELD(94, triggerPrice, trigger_price),
    FIELD(95, adjustedStopPrice, adjusted_stop_price),
    FIELD(96, adjustedStopLimitPrice, adjusted_stop_limit_price),
    FIELD(97, adjustedTrailingAmount, adjusted_trailing_amount),
    FIELD(98, adjustableTrailingUnit, adjustable_trailing_unit),
    FIELD(99, lmtPriceOffset, lmt_price_offset),
    LIST(100, conditions, conditions, order_condition),
    FIELD(101, conditionsCancelOrder, conditions_cancel_order),
    FIELD(102, conditionsIgnoreRth, conditions_ignore_rth),
    FIELD(103, modelCode, model_code),
    FIELD(104, extOperator, ext_operator),
    EMPTY(105, softDollarTier, soft_dollar_tier, wire_proto_soft_dollar_tier),
    FIELD(106, cashQty, cash_qty),
    FIELD(107, mifid2DecisionMaker, mifid2_decision_maker),
    FIELD(108, mifid2DecisionAlgo, mifid2_decision_algo),
    FIELD(109, mifid2ExecutionTrader, mifid2_execution_trader),
    FIELD(110, mifid2ExecutionAlgo, mifid2_execution_algo),
    FIELD(111, dontUseAutoPriceForHedge, dont_use_auto_price_for_hedge),
    FIELD(112, isOmsContainer, is_oms_container),
    FIELD(113, discretionaryUpToLimitPrice, discretionary_up_to_limit_price),
    FIELD(114, autoCancelDate, auto_cancel_date),
    DECIMAL(115, filledQuantity, filled_quantity),
    NONZERO(116, refFuturesConId, ref_futures_con_id),
    FIELD(117, autoCancelParent, auto_cancel_parent),
    FIELD(118, shareholder, shareholder),
    FIELD(119, imbalanceOnly, imbalance_only),
    FIELD(120, routeMarketableToBbo, route_marketable_to_bbo),
    NONZERO(121, parentPermId, parent_perm_id),
    FIELD(122, usePriceMgmtAlgo, use_price_mgmt_algo),
    FIELD(123, duration, duration),
    FIELD(124, postToAts, post_to_ats),
    FIELD(125, advancedErrorOverride, advanced_error_override),
    FIELD(126, manualOrderTime, manual_order_time),
    FIELD(127, minTradeQty, min_trade_qty),
    FIELD(128, minCompeteSize, min_compete_size),
    FIELD(129, competeAgainstBestOffset, compete_against_best_offset),
    FIELD(130, midOffsetAtWhole, mid_offset_at_whole),
    FIELD(131, midOffsetAtHalf, mid_offset_at_half),
    FIELD(132, customerAccount, customer_account),
    FIELD(133, professionalCustomer, professional_customer),
    FIELD(134, bondAccruedInterest, bond_accrued_interest),
    FIELD(135, includeOvernight, include_overnight),
    FIELD(136, manualOrderIndicator, manual_order_indicator),
    FIELD(137, submitter, submitter),
    FIELD(138, deactivate, deactivate),
    FIELD(139, postOnly, post_only),
    FIELD(140, allowPreOpen, allow_pre_open),
    FIELD(141, ignoreOpenAuction, ignore_open_auction),
    FIELD(142, seekPriceImprovement, seek_price_improvement),
    FIELD(143, whatIfType, what_if_type),
    FIELD(144, hedgeMaxSize, hedge_max_size),
    FIELD(145, conditionsIncludeOvernight, conditions_include_overnight),
    TEXT_ONLY(auctionStrategy, auction_strategy),
    TEXT_ONLY(sharesAllocation, shares_allocation),
    TEXT_ONLY(faProfile, fa_profile),
    TEXT_ONLY(basisPoints, basis_points),
    TEXT_ONLY(basisPointsType, basis_points_type),
};
#undef S
const struct wire_proto wire_proto_order =
    PROTO_PART("Order", order_fields, wire_order, (&(const struct wire_order){WIRE_ORDER_UNSET}));

#define S struct wire_order_cancel
static const struct wire_proto_field order_cancel_fields[] = {
    FIELD(1, manualOrderCancelTime, manual_order_cancel_time),
    FIELD(2, extOperator, ext_operator),
    FIELD(3, manualOrderIndicator, manual_order_indicator),
};
#undef S
const struct wire_proto wire_proto_order_cancel =
    PROTO_PART("OrderCancel", order_cancel_fields, wire_order_cancel, (&(const struct wire_order_cancel)WIRE_ORDER_CANCEL_DEFAULT));

#define S struct wire_attached_orders
static const struct wire_proto_field attached_orders_fields[] = {
    NONZERO(1, slOrderId, sl_order_id),
    FIELD(2, slOrderType, sl_order_type),
    NONZERO(3, ptOrderId, pt_order_id),
    FIELD(4, ptOrderType, pt_order_type),
};
#undef S
const struct wire_proto wire_proto_attached_orders =
    PROTO_PART("AttachedOrders", attached_orders_fields, wire_attached_orders, NULL);

#define S struct wire_allocation
static const struct wire_proto_field order_allocation_fields[] = {
    FIELD(1, account, account),
    DECIMAL(2, position, position),
    DECIMAL(3, positionDesired, position_desired),
    DECIMAL(4, positionAfter, position_after),
    DECIMAL(5, desiredAllocQty, desired_alloc_qty),
    DECIMAL(6, allowedAllocQty, allowed_alloc_qty),
    FIELD(7, isMonetary, is_monetary),
};
#undef S
static const struct wire_proto order_allocation =
    PROTO_PART("OrderAllocation", order_allocation_fields, wire_allocation, NULL);

#define S struct wire_order_state
static const struct wire_proto_field order_state_fields[] = {
    FIELD(1, status, status),
    FIELD(2, initMarginBefore, margins.init_before),
    FIELD(3, maintMarginBefore, margins.maint_before),
    FIELD(4, equityWithLoanBefore, margins.equity_before),
    FIELD(5, initMarginChange, margins.init_change),
    FIELD(6, maintMarginChange, margins.maint_change),
    FIELD(7, equityWithLoanChange, margins.equity_change),
    FIELD(8, initMarginAfter, margins.init_after),
    FIELD(9, maintMarginAfter, margins.maint_after),
    FIELD(10, equityWithLoanAfter, margins.equity_after),
    FIELD(11, commissionAndFees, commission),
    FIELD(12, minCommissionAndFees, min_commission),
    FIELD(13, maxCommissionAndFees, max_commission),
    FIELD(14, commissionAndFeesCurrency, commission_currency),
    FIELD(15, marginCurrency, margin_currency),
    FIELD(16, initMarginBeforeOutsideRTH, margins_outside_rth.init_before),
    FIELD(17, maintMarginBeforeOutsideRTH, margins_outside_rth.maint_before),
    FIELD(18, equityWithLoanBeforeOutsideRTH, margins_outside_rth.equity_before),
    FIELD(19, initMarginChangeOutsideRTH, margins_outside_rth.init_change),
    FIELD(20, maintMarginChangeOutsideRTH, margins_outside_rth.maint_change),
    FIELD(21, equityWithLoanChangeOutsideRTH, margins_outside_rth.equity_change),
    FIELD(22, initMarginAfterOutsideRTH, margins_outside_rth.init_after),
    FIELD(23, maintMarginAfterOutsideRTH, margins_outside_rth.maint_after),
    FIELD(24, equityWithLoanAfterOutsideRTH, margins_outside_rth.equity_after),
    DECIMAL(25, suggestedSize, suggested_size),
    FIELD(26, rejectReason, reject_reason),
    LIST(27, orderAllocations, allocations, order_allocation),
    FIELD(28, warningText, warning_text),
    FIELD(29, completedTime, completed_time),
    FIELD(30, completedStatus, completed_status),
};
#undef S
const struct wire_proto wire_proto_order_state =
    PROTO_PART("OrderState", order_state_fields, wire_order_state, (&(const struct wire_order_state)WIRE_ORDER_STATE_DEFAULT));

#define S struct wire_execution
static const struct wire_proto_field execution_fields[] = {
    FIELD(1, orderId, order_id),
    FIELD(2, execId, exec_id),
    FIELD(3, time, time),
    FIELD(4, acctNumber, account),
    FIELD(5, exchange, exchange),
    FIELD(6, side, side),
    DECIMAL(7, shares, shares),
    FIELD(8, price, price),
    FIELD(9, permId, perm_id),
    FIELD(10, clientId, client_id),
    TRUE_ONLY(11, isLiquidation, liquidation),
    DECIMAL(12, cumQty, cum_qty),
    FIELD(13, avgPrice, avg_price),
    FIELD(14, orderRef, order_ref),
    FIELD(15, evRule, ev_rule),
    FIELD(16, evMultiplier, ev_multiplier),
    FIELD(17, modelCode, model_code),
    FIELD(18, lastLiquidity, last_liquidity),
    FIELD(19, isPriceRevisionPending, pending_price_revision),
    FIELD(20, submitter, submitter),
    NONZERO(21, optExerciseOrLapseType, opt_exercise_or_lapse_type),
};
#undef S
const struct wire_proto wire_proto_execution =
    PROTO_PART("Execution", execution_fields, wire_execution, (&(const struct wire_execution)WIRE_EXECUTION_DEFAULT));

/* clang-format on */
