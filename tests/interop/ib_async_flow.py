# SPDX-License-Identifier: MIT
"""ib_async (text protocol at server version 178) trades on the paper exchange."""

import logging
import math
import sys
import time

import ib_async
from ib_async import (IB, ComboLeg, Contract, Forex, LimitOrder, MarketOrder, Option,
                      PriceCondition, Stock)

from harness import PATIENCE, eventually, exchange, flow, run

AAPL = Stock("AAPL", "SMART", "USD")
TOYOTA = Stock("7203", "SMART", "JPY")
RIO = Stock("RIO", "SMART", "GBP")  # in London, for which the account has no subscription
DONE = ("Filled", "Cancelled", "ApiCancelled", "Inactive")


class Log(logging.Handler):
    """Keeps what the client complains about."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


class Context:
    def __init__(self, port, log):
        self.port, self.log = port, log
        self.filled = 0  # the order of F-fill
        self.option = None  # one near the money
        self.ib = IB()
        self.ib.RequestTimeout = PATIENCE
        self.errors = []
        self.ib.errorEvent += lambda *error: self.errors.append(error)

    def connect(self, client_id=7, timeout=PATIENCE):
        self.ib.connect("127.0.0.1", self.port, clientId=client_id, timeout=timeout)

    def until(self, condition, what):
        return eventually(condition, what, step=lambda: self.ib.sleep(0.02))

    def place(self, order, contract=AAPL):
        return self.ib.placeOrder(contract, order)

    def price_below(self):
        """A limit far enough under the market to rest."""
        return round(self.ib.reqTickers(AAPL)[0].bid * 0.8, 2)


def is_price(x):
    return x is not None and not math.isnan(x) and x > 0


@flow("F-handshake")
def it_connects_and_synchronises_without_a_time_out(c):
    c.connect()
    assert c.ib.isConnected()
    assert c.ib.client.serverVersion() == 178
    assert c.ib.client.getReqId() > 0
    assert c.ib.managedAccounts() == ["DU9000001"]
    assert not [text for text in c.log.texts if "timed out" in text], c.log.texts


@flow("F-time")
def it_reads_the_clock_of_the_exchange(c):
    assert abs(c.ib.reqCurrentTime().timestamp() - time.time()) < 10


@flow("F-account-updates")
def it_reads_the_account_values(c):
    values = {v.tag: v for v in c.ib.accountValues() if v.currency in ("USD", "EUR", "BASE")}
    assert float(values["NetLiquidation"].value) > 0
    assert values["NetLiquidation"].account == "DU9000001"
    currencies = {v.currency for v in c.ib.accountValues() if v.tag == "CashBalance"}
    assert "BASE" in currencies and len(currencies) > 2, currencies


@flow("F-account-summary")
def it_reads_the_account_summary(c):
    summary = {v.tag: v.value for v in c.ib.accountSummary()}
    for tag in ("NetLiquidation", "TotalCashValue", "BuyingPower", "AvailableFunds"):
        assert float(summary[tag]) > 0, tag


@flow("F-positions")
def it_reads_portfolio_and_positions_and_they_agree(c):
    portfolio = {item.contract.conId: item for item in c.ib.portfolio()}
    positions = {p.contract.conId: p for p in c.ib.positions()}
    assert portfolio and portfolio.keys() == positions.keys()
    for con_id, item in portfolio.items():
        assert item.position == positions[con_id].position
        assert is_price(item.marketPrice)
        assert math.isclose(item.marketValue, item.position * item.marketPrice, rel_tol=1e-3)


@flow("F-contract")
def it_reads_contract_details_in_new_york_and_tokyo(c):
    apple, = c.ib.reqContractDetails(AAPL)
    assert apple.contract.conId == 265598 and apple.contract.primaryExchange == "NASDAQ"
    assert apple.longName == "APPLE INC" and apple.minTick == 0.01
    assert "SMART" in apple.validExchanges.split(",")
    toyota, = c.ib.reqContractDetails(TOYOTA)
    assert toyota.contract.primaryExchange == "TSEJ" and toyota.contract.currency == "JPY"
    assert toyota.timeZoneId == "Japan"
    assert c.ib.qualifyContracts(AAPL, TOYOTA) == [AAPL, TOYOTA]


@flow("F-notfound")
def it_is_told_that_there_is_no_such_contract(c):
    assert c.ib.reqContractDetails(Stock("NOSUCHSYMBOL", "SMART", "USD")) == []
    assert c.errors[-1][1] == 200


@flow("F-quote-snapshot")
def it_gets_a_snapshot_of_quotes(c):
    for ticker in c.ib.reqTickers(*c.ib.qualifyContracts(AAPL, TOYOTA, Forex("EURUSD"))):
        assert is_price(ticker.bid) and is_price(ticker.ask), ticker
        assert ticker.bid < ticker.ask


@flow("F-quote-stream")
def it_streams_quotes_until_it_cancels(c):
    ticker = c.ib.reqMktData(AAPL)
    c.until(lambda: is_price(ticker.bid) and is_price(ticker.ask) and is_price(ticker.last),
            "the first quote")
    updates = []
    ticker.updateEvent += lambda t: updates.append(t.bid)
    c.until(lambda: len(updates) >= 2, "the market to move")
    c.ib.cancelMktData(AAPL)


@flow("F-history")
def it_reads_daily_bars(c):
    bars = c.ib.reqHistoricalData(AAPL, "", "10 D", "1 day", "TRADES", True)
    assert len(bars) == 10, len(bars)
    for bar in bars:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    assert [bar.date for bar in bars] == sorted({bar.date for bar in bars})


@flow("F-history-live")
def it_keeps_bars_up_to_date(c):
    bars = c.ib.reqHistoricalData(AAPL, "", "3600 S", "1 min", "TRADES", False, keepUpToDate=True)
    assert bars
    updates = []
    bars.updateEvent += lambda *update: updates.append(update)
    c.until(lambda: updates, "an update of the last bar")
    c.ib.cancelHistoricalData(bars)


@flow("F-delayed")
def it_is_told_that_prices_are_delayed(c):
    c.ib.qualifyContracts(RIO)
    c.ib.reqMktData(RIO)
    c.until(lambda: any(error[1] == 10089 for error in c.errors), "the refusal of live prices")
    c.ib.cancelMktData(RIO)
    c.ib.reqMarketDataType(3)
    ticker = c.ib.reqMktData(RIO)
    c.until(lambda: ticker.marketDataType == 3 and is_price(ticker.bid), "a delayed quote")
    c.ib.cancelMktData(RIO)
    c.ib.reqMarketDataType(1)


@flow("F-option-chain")
def it_reads_an_option_chain(c):
    chains = c.ib.reqSecDefOptParams("AAPL", "", "STK", AAPL.conId)
    smart, = [chain for chain in chains if chain.exchange == "SMART"]
    assert smart.multiplier == "100" and len(smart.expirations) >= 4 and len(smart.strikes) >= 10
    expiry = sorted(smart.expirations)[1]
    rows = c.ib.reqContractDetails(Option("AAPL", expiry, right="C", exchange="SMART",
                                          currency="USD"))
    strikes = {row.contract.strike for row in rows}
    assert len(strikes) >= 10 and strikes <= set(smart.strikes)
    bid = c.ib.reqTickers(AAPL)[0].bid
    strike = min(strikes, key=lambda x: abs(x - bid))
    c.option, = c.ib.qualifyContracts(Option("AAPL", expiry, strike, "C", "SMART", currency="USD"))
    assert c.option.conId and c.option.multiplier == "100"


@flow("F-greeks")
def it_gets_the_greeks_of_an_option(c):
    ticker = c.ib.reqMktData(c.option)
    c.until(lambda: ticker.modelGreeks and ticker.modelGreeks.delta, "the model")
    model = ticker.modelGreeks
    assert 0.01 < model.impliedVol < 3 and 0.2 < model.delta < 0.8 and model.optPrice > 0, model
    c.ib.cancelMktData(c.option)
    again = c.ib.calculateImpliedVolatility(c.option, model.optPrice, model.undPrice)
    assert abs(again.impliedVol - model.impliedVol) < 0.02, (again, model)


@flow("F-depth")
def it_sees_the_depth_of_the_market(c):
    ticker = c.ib.reqMktDepth(AAPL, 5, isSmartDepth=True)
    c.until(lambda: len(ticker.domBids) == 5 and len(ticker.domAsks) == 5, "five levels")
    bids, asks = [x.price for x in ticker.domBids], [x.price for x in ticker.domAsks]
    assert bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0]
    c.ib.cancelMktDepth(AAPL, isSmartDepth=True)


@flow("F-tick-by-tick")
def it_gets_every_tick(c):
    ticker = c.ib.reqTickByTickData(AAPL, "AllLast")
    c.until(lambda: any(is_price(getattr(t, "price", None)) for t in ticker.tickByTicks), "a trade")
    c.ib.cancelTickByTickData(AAPL, "AllLast")
    ticker = c.ib.reqTickByTickData(AAPL, "BidAsk")
    c.until(lambda: any(hasattr(t, "bidPrice") and 0 < t.bidPrice < t.askPrice
                        for t in ticker.tickByTicks), "a quote")
    c.ib.cancelTickByTickData(AAPL, "BidAsk")


@flow("F-realtime-bars")
def it_gets_bars_of_five_seconds(c):
    bars = c.ib.reqRealTimeBars(AAPL, 5, "TRADES", False)
    c.until(lambda: len(bars) >= 2, "two bars")
    assert (bars[1].time - bars[0].time).total_seconds() == 5 and bars[0].low <= bars[0].high
    c.ib.cancelRealTimeBars(bars)


@flow("F-history-ticks")
def it_reads_the_ticks_of_the_past(c):
    end = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    ticks = c.ib.reqHistoricalTicks(AAPL, "", end, 100, "TRADES", False)
    assert len(ticks) >= 10 and all(is_price(t.price) for t in ticks), len(ticks)
    assert [t.time for t in ticks] == sorted(t.time for t in ticks)

@flow("F-place-modify-cancel")
def it_places_changes_and_cancels_a_limit_order(c):
    order = LimitOrder("BUY", 5, c.price_below())
    trade = c.place(order)
    c.until(lambda: trade.orderStatus.status == "Submitted", "Submitted")
    perm_id = c.until(lambda: trade.order.permId, "a permanent id")
    order.totalQuantity = 6
    c.place(order)
    c.until(lambda: trade.orderStatus.remaining == 6, "the change")
    assert trade.order.permId == perm_id
    c.ib.cancelOrder(order)
    c.until(lambda: trade.orderStatus.status == "Cancelled", "Cancelled")
    assert any(error[1] == 202 for error in c.errors)


@flow("F-fill")
def a_market_order_fills_with_execution_and_commission(c):
    before = {p.contract.conId: p.position for p in c.ib.positions()}.get(AAPL.conId, 0)
    trade = c.place(MarketOrder("BUY", 3))
    c.filled = trade.order.orderId
    c.until(lambda: trade.orderStatus.status == "Filled", "the fill")
    c.until(lambda: trade.fills and all(f.commissionReport.execId for f in trade.fills),
            "the commission")
    assert sum(f.execution.shares for f in trade.fills) == 3
    assert is_price(trade.orderStatus.avgFillPrice)
    for fill in trade.fills:
        assert fill.execution.side == "BOT" and fill.execution.acctNumber == "DU9000001"
        assert fill.commissionReport.commission > 0 and fill.commissionReport.currency == "USD"
    c.until(lambda: {p.contract.conId: p.position for p in c.ib.positions()}
            .get(AAPL.conId) == before + 3, "the position")


@flow("F-bracket")
def a_bracket_stands_and_falls_together(c):
    entry = c.price_below()
    bracket = c.ib.bracketOrder("BUY", 2, entry, round(entry * 1.5, 2), round(entry * 0.9, 2))
    trades = [c.place(order) for order in bracket]
    c.until(lambda: trades[0].orderStatus.status == "Submitted", "the entry")
    c.until(lambda: all(t.orderStatus.status in ("PreSubmitted", "Submitted")
                        for t in trades[1:]), "the children")
    assert all(t.orderStatus.parentId == bracket.parent.orderId for t in trades[1:])
    c.ib.cancelOrder(bracket.parent)
    c.until(lambda: all(t.orderStatus.status in DONE for t in trades), "the end of all three")


@flow("F-whatif")
def a_what_if_order_is_valued_and_not_placed(c):
    open_before = len(c.ib.openTrades())
    state = c.ib.whatIfOrder(AAPL, MarketOrder("BUY", 10))
    assert float(state.initMarginChange) > 0, state
    assert float(state.equityWithLoanAfter) > 0, state
    assert 0 < state.commission < 1e6 or 0 < state.maxCommission < 1e6, state
    assert len(c.ib.openTrades()) == open_before
    assert len(c.ib.reqAllOpenOrders()) == open_before


@flow("F-bracket-trigger")
def an_exit_of_a_bracket_ends_the_other(c):
    bid = c.ib.reqTickers(AAPL)[0].bid
    entry, target, stop = c.ib.bracketOrder("BUY", 2, round(bid * 1.05, 2), round(bid * 1.2, 2),
                                            round(bid * 0.8, 2))
    trades = [c.place(order) for order in (entry, target, stop)]
    c.until(lambda: trades[0].orderStatus.status == "Filled", "the entry")
    c.until(lambda: trades[1].orderStatus.status == "Submitted", "the target")
    target.lmtPrice = round(bid * 0.95, 2)
    c.place(target)
    c.until(lambda: trades[1].orderStatus.status == "Filled", "the exit")
    c.until(lambda: trades[2].orderStatus.status == "Cancelled", "the end of the stop")


@flow("F-oca")
def one_of_a_group_cancels_the_others(c):
    bid = c.ib.reqTickers(AAPL)[0].bid
    far, near = LimitOrder("BUY", 2, round(bid * 0.8, 2)), LimitOrder("BUY", 2, round(bid * 1.05, 2))
    c.ib.oneCancelsAll([far, near], f"group {bid}", 1)
    far_trade = c.place(far)
    c.until(lambda: far_trade.orderStatus.status == "Submitted", "the first")
    near_trade = c.place(near)
    c.until(lambda: near_trade.orderStatus.status == "Filled", "the fill")
    c.until(lambda: far_trade.orderStatus.status == "Cancelled", "the end of the other")
    back = c.place(MarketOrder("SELL", 2))
    c.until(lambda: back.orderStatus.status == "Filled", "the sale")


@flow("F-conditions")
def an_order_waits_for_its_condition(c):
    bid = c.ib.reqTickers(AAPL)[0].bid
    order = MarketOrder("BUY", 1)
    order.conditions = [PriceCondition(conId=AAPL.conId, exch="SMART", isMore=True,
                                       price=round(bid * 2, 2))]
    trade = c.place(order)
    c.until(lambda: trade.orderStatus.status == "PreSubmitted", "the order to wait")
    echo, = [t.order for t in c.ib.reqAllOpenOrders() if t.order.permId == trade.order.permId]
    assert echo.conditions and echo.conditions[0].price == round(bid * 2, 2)
    order.conditions[0].price = round(bid / 2, 2)
    c.place(order)
    c.until(lambda: trade.orderStatus.status == "Filled", "the fill")
    back = c.place(MarketOrder("SELL", 1))
    c.until(lambda: back.orderStatus.status == "Filled", "the sale")


@flow("F-combo")
def a_combination_fills_with_its_legs(c):
    legs = [ComboLeg(conId=con_id, ratio=1, action=action, exchange="SMART")
            for con_id, action in ((265598, "BUY"), (272093, "SELL"))]
    bag = Contract(symbol="AAPL", secType="BAG", currency="USD", exchange="SMART", comboLegs=legs)
    trade = c.place(MarketOrder("BUY", 1), bag)
    c.until(lambda: trade.orderStatus.status == "Filled", "the fill")
    sides = lambda: {f.contract.conId: f.execution.side for f in c.ib.fills()  # noqa: E731
                     if f.execution.orderId == trade.order.orderId and f.contract.secType == "STK"}
    c.until(lambda: sides() == {265598: "BOT", 272093: "SLD"}, "an execution of each leg")

@flow("F-open-orders")
def it_lists_its_open_orders_until_they_end(c):
    trade = c.place(LimitOrder("BUY", 4, c.price_below()))
    c.until(lambda: trade.orderStatus.status == "Submitted", "Submitted")
    assert trade.order.permId in {t.order.permId for t in c.ib.reqOpenOrders()}
    assert trade.order.permId in {t.order.permId for t in c.ib.reqAllOpenOrders()}
    c.ib.cancelOrder(trade.order)
    c.until(lambda: trade.orderStatus.status == "Cancelled", "Cancelled")
    assert trade.order.permId not in {t.order.permId for t in c.ib.reqAllOpenOrders()}


@flow("F-completed")
def it_lists_what_was_filled_and_cancelled(c):
    completed = c.ib.reqCompletedOrders(False)
    assert {"Filled", "Cancelled"} <= {t.orderStatus.status for t in completed}, completed


@flow("F-executions")
def it_reads_the_executions_of_the_day(c):
    rows = c.ib.reqExecutions()
    assert sum(f.execution.shares for f in rows if f.execution.orderId == c.filled) == 3
    assert all(f.commissionReport.commission > 0 for f in c.ib.fills()
               if f.contract.secType != "BAG")  # its legs pay


@flow("F-pnl")
def it_reads_profit_and_loss(c):
    pnl = c.ib.reqPnL("DU9000001")
    c.until(lambda: not math.isnan(pnl.unrealizedPnL), "profit and loss")
    single = c.ib.reqPnLSingle("DU9000001", "", AAPL.conId)
    c.until(lambda: single.position, "that of one position")
    c.ib.cancelPnL("DU9000001")
    c.ib.cancelPnLSingle("DU9000001", "", AAPL.conId)


@flow("F-reconnect")
def an_open_order_is_still_there_after_reconnecting(c):
    trade = c.place(LimitOrder("BUY", 1, c.price_below(), tif="GTC"))
    c.until(lambda: trade.orderStatus.status == "Submitted", "Submitted")
    perm_id = trade.order.permId
    c.ib.disconnect()
    c.connect()
    again, = [t for t in c.ib.openTrades() if t.order.permId == perm_id]
    assert again.orderStatus.status == "Submitted" and again.order.orderId == trade.order.orderId
    before = [f.execution.shares for f in c.ib.fills() if f.execution.orderId == c.filled]
    assert sum(before) == 3, "the fill of before"
    c.ib.cancelOrder(again.order)
    c.until(lambda: again.orderStatus.status == "Cancelled", "Cancelled")


@flow("F-two-clients")
def a_second_client_sees_the_orders_of_the_first_but_cannot_cancel_them(c):
    trade = c.place(LimitOrder("BUY", 1, c.price_below()))
    c.until(lambda: trade.orderStatus.status == "Submitted", "Submitted")
    other = Context(c.port, c.log)
    other.connect(8)
    try:
        seen, = [t for t in other.ib.reqAllOpenOrders() if t.order.permId == trade.order.permId]
        assert seen.order.clientId == 7
        other.ib.client.cancelOrder(trade.order.orderId, "")
        other.until(lambda: any(e[1] == 10147 for e in other.errors), "the refusal")
    finally:
        other.ib.disconnect()
    assert trade.orderStatus.status == "Submitted"
    c.ib.cancelOrder(trade.order)
    c.until(lambda: trade.orderStatus.status == "Cancelled", "Cancelled")


@flow("F-duplicate-id")
def a_second_client_with_the_same_id_is_refused(c):
    other = Context(c.port, c.log)
    try:
        other.connect(7, timeout=2)  # it waits that long although the socket was closed
        raise AssertionError("connected twice with one id")
    except (ConnectionError, TimeoutError):
        pass
    finally:
        other.ib.disconnect()
    assert any(error[1] == 326 for error in other.errors), other.errors
    assert c.ib.reqCurrentTime()


@flow("F-all-read")
def it_never_met_a_message_that_it_could_not_read(c):
    c.ib.disconnect()
    bad = [t for t in c.log.texts if "Error handling fields" in t or "timed out" in t]
    assert not bad, bad


def main():
    log = Log()
    logging.getLogger("ib_async").addHandler(log)
    logging.getLogger("ib_async").propagate = False
    client = f"ib_async {ib_async.__version__}"
    with exchange(client, 178) as port:
        return run(Context(port, log), client, 178)


sys.exit(main())
