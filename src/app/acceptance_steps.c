/* SPDX-License-Identifier: MIT */
#include "app/acceptance.h"

#include "wire/message.h"

/* clang-format off */
#define AAPL  "\"contract\":{\"conId\":265598,\"symbol\":\"AAPL\",\"secType\":\"STK\",\"exchange\":\"SMART\",\"currency\":\"USD\"}"
#define NAMED "\"contract\":{\"symbol\":\"AAPL\",\"secType\":\"STK\",\"exchange\":\"SMART\",\"currency\":\"USD\"}"
#define R     "{\"reqId\":$R}"
#define FAR   "\"orderType\":\"LMT\",\"totalQuantity\":\"1\",\"tif\":\"DAY\",\"account\":\"$A\""
#define ORDER(what) "{\"orderId\":$O," AAPL ",\"order\":{\"orderId\":$O,\"transmit\":true," what "}}"
#define STEP(title, what, req, ...) \
    {.name = (title), .kind = ACCEPTANCE_##what, .request = (req), .fields = __VA_ARGS__}
#define ASK(title, ...)   STEP(title, ASK, __VA_ARGS__)
#define TELL(title, ...)  STEP(title, TELL, __VA_ARGS__)
#define TRADE(title, ...) STEP(title, ORDER, __VA_ARGS__)
#define LIVE  "|PreSubmitted|Submitted|Filled|Inactive|Cancelled|"

/* Everything with a number of its own is asked once. What a login may lack (market data, news) is
 * refused by an error, which is an answer of another kind, and told. */
const struct acceptance_step acceptance_steps[] = {
    TELL("server log level", "setServerLogLevel", "{\"logLevel\":2}"),
    ASK("current time", "reqCurrentTime", "{}", WIRE_REP_CURRENT_TIME),
    ASK("current time in milliseconds", "reqCurrentTimeInMillis", "{}", WIRE_REP_CURRENT_TIME_IN_MILLIS),
    ASK("managed accounts", "reqManagedAccts", "{}", WIRE_REP_MANAGED_ACCOUNTS),
    ASK("next order id", "reqIds", "{\"numIds\":1}", WIRE_REP_NEXT_VALID_ID),
    ASK("user information", "reqUserInfo", R),
    ASK("family codes", "reqFamilyCodes", "{}", WIRE_REP_FAMILY_CODES),
    ASK("soft dollar tiers", "reqSoftDollarTiers", R),
    ASK("configuration", "reqConfig", R),
    ASK("display groups", "queryDisplayGroups", R),
    ASK("contract by symbol", "reqContractDetails", "{\"reqId\":$R," NAMED "}", .end = WIRE_REP_CONTRACT_DATA_END),
    ASK("a contract that does not exist", "reqContractDetails", "{\"reqId\":$R,\"contract\":{\"symbol\":\"NOSUCHXYZ\",\"secType\":\"STK\",\"exchange\":\"SMART\",\"currency\":\"USD\"}}", .end = WIRE_REP_CONTRACT_DATA_END, .refusal = 200),
    ASK("symbols that resemble", "reqMatchingSymbols", "{\"reqId\":$R,\"pattern\":\"APPL\"}"),
    ASK("market rule", "reqMarketRule", "{\"marketRuleId\":26}", WIRE_REP_MARKET_RULE),
    ASK("option chain", "reqSecDefOptParams", "{\"reqId\":$R,\"underlyingSymbol\":\"AAPL\",\"underlyingSecType\":\"STK\",\"underlyingConId\":265598}", .end = WIRE_REP_SEC_DEF_OPT_PARAM_END),
    ASK("depth exchanges", "reqMktDepthExchanges", "{}", WIRE_REP_MKT_DEPTH_EXCHANGES),
    TELL("delayed data allowed", "reqMarketDataType", "{\"marketDataType\":4}"),
    ASK("quote stream", "reqMktData", "{\"reqId\":$R," AAPL ",\"genericTickList\":\"100,101,104,106,165,225,232,233,236,293,294,295,318\"}", .then = "cancelMktData", .then_fields = R),
    ASK("quote snapshot", "reqMktData", "{\"reqId\":$R," AAPL ",\"snapshot\":true}", .end = WIRE_REP_TICK_SNAPSHOT_END),
    ASK("market depth", "reqMktDepth", "{\"reqId\":$R," AAPL ",\"numRows\":5,\"isSmartDepth\":true}", .then = "cancelMktDepth", .then_fields = "{\"reqId\":$R,\"isSmartDepth\":true}"),
    ASK("tick by tick", "reqTickByTickData", "{\"reqId\":$R," AAPL ",\"tickType\":\"BidAsk\"}", .then = "cancelTickByTickData", .then_fields = R),
    ASK("five-second bars", "reqRealTimeBars", "{\"reqId\":$R," AAPL ",\"barSize\":5,\"whatToShow\":\"TRADES\"}", .then = "cancelRealTimeBars", .then_fields = R),
    ASK("historical bars", "reqHistoricalData", "{\"reqId\":$R," AAPL ",\"duration\":\"2 D\",\"barSizeSetting\":\"1 hour\",\"whatToShow\":\"TRADES\",\"useRTH\":true,\"formatDate\":2}"),
    ASK("historical schedule", "reqHistoricalData", "{\"reqId\":$R," AAPL ",\"duration\":\"5 D\",\"barSizeSetting\":\"1 day\",\"whatToShow\":\"SCHEDULE\",\"useRTH\":true,\"formatDate\":2}"),
    ASK("begin of history", "reqHeadTimestamp", "{\"reqId\":$R," AAPL ",\"whatToShow\":\"TRADES\",\"useRTH\":true,\"formatDate\":2}", .then = "cancelHeadTimestamp", .then_fields = R),
    ASK("histogram", "reqHistogramData", "{\"reqId\":$R," AAPL ",\"useRTH\":true,\"timePeriod\":\"2 days\"}"),
    ASK("historical ticks", "reqHistoricalTicks", "{\"reqId\":$R," AAPL ",\"startDateTime\":\"20260105-15:00:00\",\"numberOfTicks\":10,\"whatToShow\":\"TRADES\",\"useRTH\":true}"),
    ASK("news providers", "reqNewsProviders", "{}", WIRE_REP_NEWS_PROVIDERS),
    TELL("news bulletins", "reqNewsBulletins", "{\"allMessages\":true}", .then = "cancelNewsBulletins", .then_fields = "{}"),
    ASK("scanner parameters", "reqScannerParameters", "{}", WIRE_REP_SCANNER_PARAMETERS),
    ASK("scanner", "reqScannerSubscription", "{\"reqId\":$R,\"scannerSubscription\":{\"numberOfRows\":5,\"instrument\":\"STK\",\"locationCode\":\"STK.US.MAJOR\",\"scanCode\":\"TOP_PERC_GAIN\"}}", .then = "cancelScannerSubscription", .then_fields = R),
    ASK("account updates", "reqAccountUpdates", "{\"subscribe\":true,\"acctCode\":\"$A\"}", WIRE_REP_ACCOUNT_VALUE, WIRE_REP_ACCOUNT_DOWNLOAD_END, "reqAccountUpdates", "{\"subscribe\":false,\"acctCode\":\"$A\"}"),
    ASK("account summary", "reqAccountSummary", "{\"reqId\":$R,\"group\":\"All\",\"tags\":\"NetLiquidation,TotalCashValue,BuyingPower\"}", .end = WIRE_REP_ACCOUNT_SUMMARY_END, .then = "cancelAccountSummary", .then_fields = R),
    ASK("positions", "reqPositions", "{}", WIRE_REP_POSITION, WIRE_REP_POSITION_END, "cancelPositions", "{}"),
    ASK("profit and loss", "reqPnL", "{\"reqId\":$R,\"account\":\"$A\"}", .then = "cancelPnL", .then_fields = R),
    ASK("open orders", "reqOpenOrders", "{}", WIRE_REP_OPEN_ORDER, WIRE_REP_OPEN_ORDER_END),
    ASK("all open orders", "reqAllOpenOrders", "{}", WIRE_REP_OPEN_ORDER, WIRE_REP_OPEN_ORDER_END),
    ASK("completed orders", "reqCompletedOrders", "{\"apiOnly\":false}", WIRE_REP_COMPLETED_ORDER, WIRE_REP_COMPLETED_ORDERS_END),
    ASK("executions", "reqExecutions", "{\"reqId\":$R,\"executionFilter\":{}}", .end = WIRE_REP_EXEC_DETAILS_END),

    TRADE("what an order would cost", "placeOrder", ORDER("\"action\":\"BUY\",\"lmtPrice\":1,\"whatIf\":true," FAR), .end = WIRE_REP_OPEN_ORDER, .order = 1),
    TRADE("an order far from the market", "placeOrder", ORDER("\"action\":\"BUY\",\"lmtPrice\":1," FAR), .order = 2, .statuses = LIVE),
    TRADE("the order at another price", "placeOrder", ORDER("\"action\":\"BUY\",\"lmtPrice\":1.01," FAR), .end = WIRE_REP_OPEN_ORDER, .order = 2),
    TRADE("the order cancelled", "cancelOrder", "{\"orderId\":$O,\"orderCancel\":{}}", .order = 2, .statuses = "|Cancelled|ApiCancelled|"),
    TRADE("one share bought", "placeOrder", ORDER("\"action\":\"BUY\",\"orderType\":\"MKT\",\"totalQuantity\":\"1\",\"tif\":\"DAY\",\"account\":\"$A\""), .order = 3, .statuses = "|Filled|", .then = "cancelOrder", .then_fields = "{\"orderId\":$O,\"orderCancel\":{}}"),
    TRADE("one share sold", "placeOrder", ORDER("\"action\":\"SELL\",\"orderType\":\"MKT\",\"totalQuantity\":\"1\",\"tif\":\"DAY\",\"account\":\"$A\""), .order = 4, .statuses = "|Filled|", .then = "cancelOrder", .then_fields = "{\"orderId\":$O,\"orderCancel\":{}}"),
};
/* clang-format on */
const size_t acceptance_step_count = sizeof acceptance_steps / sizeof *acceptance_steps;
