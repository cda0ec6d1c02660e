# SPDX-License-Identifier: MIT
"""The official Python client trades on the paper exchange, at the server version given.

The exchange is capped at that version, so the client negotiates it and both use its layouts.
"""

import argparse
import importlib.metadata
import logging
import math
import sys
import threading
import time

from ibapi.client import EClient
from ibapi.contract import ComboLeg, Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.order_cancel import OrderCancel
from ibapi.order_condition import PriceCondition
from ibapi.wrapper import EWrapper

from harness import eventually, exchange, flow, run, test

ACCOUNT = "DU9000001"
BID, ASK, LAST = 1, 2, 4
MODEL, DELAYED_BID = 13, 66
END_OF_ORDER = ("Filled", "Cancelled", "ApiCancelled", "Inactive")
CALLBACKS = [name for name in vars(EWrapper)
             if not name.startswith("_") and not name.endswith("ProtoBuf") and name != "winError"]


class Complaints(logging.Handler):
    """What the client's own log calls an error; it drops what it cannot read with a mere note."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.texts = []

    def emit(self, record):
        if record.levelno >= logging.ERROR or record.msg == "BadMessage":
            self.texts.append(record.getMessage())


class App(EWrapper, EClient):
    """Keeps every callback as (name, arguments) in the order of arrival."""

    def __init__(self):
        EClient.__init__(self, self)
        self.seen = []
        self.next_id = 1000

    def begin(self, port, client_id):
        self.connect("127.0.0.1", port, client_id)
        threading.Thread(target=self.run, daemon=True).start()

    def open(self, port, client_id=11):
        self.begin(port, client_id)
        return self.until("nextValidId")[0]

    def close(self):
        reader = getattr(self, "reader", None)
        self.disconnect()
        if reader:
            reader.join()  # only then does the client let go of its socket, and so of its id

    def all(self, name, accept=lambda *_: True):
        return [args for n, args in list(self.seen) if n == name and accept(*args)]

    def until(self, name, accept=lambda *_: True):
        return eventually(lambda: self.all(name, accept), name)[-1]

    def request(self, call, *args, end, collect=None):
        """Calls self.call(id, *args) and waits for `end` with that id; returns what `collect` got."""
        self.next_id += 1
        number = self.next_id
        getattr(self, call)(number, *args)
        self.until(end, lambda got, *_: got == number)
        return self.all(collect, lambda got, *_: got == number) if collect else []

    def status(self, order_id):
        return [args[1] for args in self.all("orderStatus", lambda n, *_: n == order_id)][-1:]


def _recorder(name):
    def callback(self, *args):
        self.seen.append((name, args))
    callback.__name__ = name
    return callback


for _name in CALLBACKS:
    setattr(App, _name, _recorder(_name))


class Context:
    def __init__(self, port, version, complaints):
        self.port, self.version, self.complaints = port, version, complaints
        self.app = App()
        self.order_id = 0
        self.filled = 0  # the order of F-fill
        self.option = None  # one near the money

    def place(self, order, contract=None):
        order_id = self.order_id
        self.order_id += 1
        self.app.placeOrder(order_id, contract or AAPL, order)
        return order_id

    def until_status(self, order_id, *wanted):
        return eventually(lambda: self.app.status(order_id)[0:1] and
                          self.app.status(order_id)[0] in wanted,
                          f"order {order_id} to be {' or '.join(wanted)}")

    def bid(self):
        ticks = self.app.request("reqMktData", AAPL, "", True, False, [],
                                 end="tickSnapshotEnd", collect="tickPrice")
        return [price for _, kind, price, _ in ticks if kind == BID][-1]

    def price_below(self):
        return round(self.bid() * 0.8, 2)

    @staticmethod
    def utc():
        return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())


def stock(symbol, currency, exchange_name="SMART"):
    contract = Contract()
    contract.symbol, contract.secType = symbol, "STK"
    contract.currency, contract.exchange = currency, exchange_name
    return contract


def option(symbol, expiry, strike, right):
    contract = stock(symbol, "USD")
    contract.secType, contract.lastTradeDateOrContractMonth = "OPT", expiry
    contract.strike, contract.right, contract.multiplier = strike, right, "100"
    return contract


def order_of(kind, action, quantity, **members):
    order = Order()
    order.orderType, order.action, order.totalQuantity, order.tif = kind, action, quantity, "DAY"
    for name, value in members.items():
        setattr(order, name, value)
    return order


AAPL, TOYOTA = stock("AAPL", "USD"), stock("7203", "JPY")
RIO = stock("RIO", "GBP")  # in London, for which the account has no subscription


@flow("F-handshake")
def it_connects_at_the_version_of_the_exchange(c):
    c.order_id = c.app.open(c.port)
    assert c.order_id >= 1
    assert c.app.serverVersion() == c.version
    assert c.app.until("managedAccounts")[0] == ACCOUNT
    c.app.seen.clear()
    c.app.reqIds(-1)
    assert c.app.until("nextValidId")[0] == c.order_id


@flow("F-time")
def it_reads_the_clock_of_the_exchange(c):
    c.app.reqCurrentTime()
    assert abs(c.app.until("currentTime")[0] - time.time()) < 10


@flow("F-contract")
def it_reads_contract_details_in_new_york_and_tokyo(c):
    (_, apple), = c.app.request("reqContractDetails", AAPL, end="contractDetailsEnd",
                                collect="contractDetails")
    assert apple.contract.conId == 265598 and apple.contract.primaryExchange == "NASDAQ"
    assert apple.longName == "APPLE INC" and apple.minTick == 0.01
    (_, toyota), = c.app.request("reqContractDetails", TOYOTA, end="contractDetailsEnd",
                                 collect="contractDetails")
    assert toyota.contract.primaryExchange == "TSEJ" and toyota.timeZoneId == "Japan"


@flow("F-notfound")
def it_is_told_that_there_is_no_such_contract(c):
    c.app.request("reqContractDetails", stock("NOSUCHSYMBOL", "USD"), end="error")
    assert c.app.all("error")[-1][2] == 200


@flow("F-quote-snapshot")
def it_gets_a_snapshot_of_quotes(c):
    ticks = c.app.request("reqMktData", TOYOTA, "", True, False, [], end="tickSnapshotEnd",
                          collect="tickPrice")
    prices = {kind: price for _, kind, price, _ in ticks}
    assert 0 < prices[BID] < prices[ASK] and prices[LAST] > 0


@flow("F-quote-stream")
def it_streams_quotes_until_it_cancels(c):
    c.app.reqMarketDataType(1)
    c.app.reqMktData(1, AAPL, "", False, False, [])
    c.app.until("tickReqParams", lambda n, *_: n == 1)
    for kind in (BID, ASK, LAST):
        c.app.until("tickPrice", lambda n, k, price, _, kind=kind: n == 1 and k == kind and price > 0)
    quotes = lambda n, k, *_: n == 1 and k in (BID, ASK, LAST)  # noqa: E731
    eventually(lambda: len({args[1:3] for args in c.app.all("tickPrice", quotes)}) >= 5,
               "the market to move")
    c.app.cancelMktData(1)


@flow("F-account-summary")
def it_reads_the_account_summary(c):
    tags = "NetLiquidation,TotalCashValue,BuyingPower"
    rows = c.app.request("reqAccountSummary", "All", tags, end="accountSummaryEnd",
                         collect="accountSummary")
    assert {tag: float(value) > 0 for _, _, tag, value, _ in rows} == dict.fromkeys(
        tags.split(","), True)
    c.app.cancelAccountSummary(rows[0][0])


@flow("F-account-updates")
def it_reads_the_account_values(c):
    c.app.reqAccountUpdates(True, ACCOUNT)
    c.app.until("accountDownloadEnd")
    values = {key: value for key, value, *_ in c.app.all("updateAccountValue")}
    assert float(values["NetLiquidation"]) > 0
    assert c.app.all("updateAccountTime")
    rows = c.app.request("reqAccountUpdatesMulti", ACCOUNT, "", True, end="accountUpdateMultiEnd",
                         collect="accountUpdateMulti")
    assert {row[1] for row in rows} == {ACCOUNT}
    c.app.cancelAccountUpdatesMulti(c.app.next_id)


@flow("F-positions")
def it_reads_portfolio_and_positions_and_they_agree(c):
    c.app.reqPositions()
    c.app.until("positionEnd")
    portfolio = {args[0].conId: args[1] for args in c.app.all("updatePortfolio")}
    positions = {args[1].conId: args[2] for args in c.app.all("position")}
    assert portfolio and portfolio == positions
    c.app.cancelPositions()
    rows = c.app.request("reqPositionsMulti", ACCOUNT, "", end="positionMultiEnd",
                         collect="positionMulti")
    assert {args[3].conId: args[4] for args in rows} == positions
    c.app.cancelPositionsMulti(c.app.next_id)


@flow("F-pnl")
def it_reads_profit_and_loss(c):
    (_, _, unrealized, _), *_ = c.app.request("reqPnL", ACCOUNT, "", end="pnl", collect="pnl")
    assert math.isfinite(unrealized) and abs(unrealized) < 1e12
    c.app.cancelPnL(c.app.next_id)
    (_, position, *_), *_ = c.app.request("reqPnLSingle", ACCOUNT, "", 265598, end="pnlSingle",
                                          collect="pnlSingle")
    held = {args[1].conId: args[2] for args in c.app.all("position")}
    assert position == held[265598]
    c.app.cancelPnLSingle(c.app.next_id)


@flow("F-history")
def it_reads_daily_bars(c):
    bars = [bar for _, bar in c.app.request(
        "reqHistoricalData", AAPL, "", "10 D", "1 day", "TRADES", 1, 1, False, [],
        end="historicalDataEnd", collect="historicalData")]
    assert len(bars) == 10, len(bars)
    for bar in bars:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    dates = [bar.date for bar in bars]
    assert dates == sorted(set(dates)) and all(len(date) == 8 for date in dates), dates


@flow("F-history-live")
def it_keeps_bars_up_to_date(c):
    bars = c.app.request("reqHistoricalData", AAPL, "", "3600 S", "1 min", "TRADES", 0, 1, True, [],
                         end="historicalDataEnd", collect="historicalData")
    assert bars
    number = c.app.next_id
    c.app.until("historicalDataUpdate", lambda got, *_: got == number)
    c.app.cancelHistoricalData(number)


@flow("F-delayed")
def it_is_told_that_prices_are_delayed(c):
    c.app.request("reqMktData", RIO, "", False, False, [], end="error")
    assert c.app.all("error")[-1][2] == 10089
    c.app.reqMarketDataType(3)
    c.app.reqMktData(3, RIO, "", False, False, [])
    c.app.until("marketDataType", lambda n, kind: n == 3 and kind == 3)
    c.app.until("tickPrice", lambda n, kind, price, _: n == 3 and kind == DELAYED_BID and price > 0)
    c.app.cancelMktData(3)
    c.app.reqMarketDataType(1)


@flow("F-option-chain")
def it_reads_an_option_chain(c):
    chains = c.app.request("reqSecDefOptParams", "AAPL", "", "STK", 265598,
                           end="securityDefinitionOptionParameterEnd",
                           collect="securityDefinitionOptionParameter")
    smart, = [row for row in chains if row[1] == "SMART"]
    expirations, strikes = sorted(smart[5]), sorted(smart[6])
    assert smart[4] == "100" and len(expirations) >= 4 and len(strikes) >= 10
    wanted = option("AAPL", expirations[1], 0.0, "C")
    rows = c.app.request("reqContractDetails", wanted, end="contractDetailsEnd",
                         collect="contractDetails")
    listed = sorted(details.contract.strike for _, details in rows)
    assert len(listed) >= 10 and set(listed) <= set(strikes)
    assert {d.contract.lastTradeDateOrContractMonth for _, d in rows} == {expirations[1]}
    bid = c.bid()
    strike = min(listed, key=lambda x: abs(x - bid))
    c.option = option("AAPL", expirations[1], strike, "C")


@flow("F-greeks")
def it_gets_the_greeks_of_an_option(c):
    c.app.reqMktData(4, c.option, "", False, False, [])
    # request, kind, attribute, volatility, delta, price, dividends, gamma, vega, theta, underlying
    model = c.app.until("tickOptionComputation", lambda n, kind, *_: n == 4 and kind == MODEL)
    volatility, delta, price, underlying = model[3], model[4], model[5], model[10]
    assert 0.01 < volatility < 3 and 0.2 < delta < 0.8 and price > 0 and underlying > 0, model
    c.app.cancelMktData(4)
    again = c.app.request("calculateImpliedVolatility", c.option, price, underlying, [],
                          end="tickOptionComputation", collect="tickOptionComputation")
    assert abs(again[0][3] - volatility) < 0.02, (again, volatility)


@flow("F-depth")
def it_sees_the_depth_of_the_market(c):
    c.app.reqMktDepth(5, AAPL, 5, True, [])
    rows = lambda side: {args[1]: args[5] for args in c.app.all(  # noqa: E731
        "updateMktDepthL2", lambda n, _, __, op, s, *rest: n == 5 and op != 2 and s == side)}
    eventually(lambda: len(rows(0)) == 5 and len(rows(1)) == 5, "five levels on both sides")
    bids, asks = rows(1), rows(0)
    assert max(bids.values()) < min(asks.values()), (bids, asks)
    assert bids[0] == max(bids.values()) and asks[0] == min(asks.values())
    c.app.cancelMktDepth(5, True)


@flow("F-tick-by-tick")
def it_gets_every_tick(c):
    c.app.reqTickByTickData(6, AAPL, "AllLast", 5, False)
    c.app.reqTickByTickData(7, AAPL, "BidAsk", 0, False)
    c.app.until("tickByTickAllLast", lambda n, _, __, price, size, *rest:
                n == 6 and price > 0 and size > 0)
    c.app.until("tickByTickBidAsk", lambda n, _, bid, ask, *rest: n == 7 and 0 < bid < ask)
    c.app.cancelTickByTickData(6)
    c.app.cancelTickByTickData(7)


@flow("F-realtime-bars")
def it_gets_bars_of_five_seconds(c):
    c.app.reqRealTimeBars(8, AAPL, 5, "TRADES", False, [])
    eventually(lambda: len(c.app.all("realtimeBar", lambda n, *_: n == 8)) >= 2, "two bars")
    (_, first, *_), (_, second, _, high, low, *_) = c.app.all("realtimeBar")[:2]
    assert second - first == 5 and low <= high
    c.app.cancelRealTimeBars(8)


@flow("F-history-ticks")
def it_reads_the_ticks_of_the_past(c):
    ticks = c.app.request("reqHistoricalTicks", AAPL, "", c.utc(), 100, "TRADES", 0, True, [],
                          end="historicalTicksLast", collect="historicalTicksLast")
    rows = [tick for _, part, _ in ticks for tick in part]
    assert len(rows) >= 10 and all(t.price > 0 and t.size >= 0 for t in rows), len(rows)
    assert [t.time for t in rows] == sorted(t.time for t in rows)

@flow("F-place-modify-cancel")
def it_places_changes_and_cancels_a_limit_order(c):
    price = c.price_below()
    order_id = c.place(order_of("LMT", "BUY", 5, lmtPrice=price))
    c.until_status(order_id, "Submitted")
    _, contract, order, state = c.app.until("openOrder", lambda n, *_: n == order_id)
    assert contract.conId == 265598 and order.lmtPrice == price and order.totalQuantity == 5
    assert order.permId > 0 and order.account == ACCOUNT and state.status == "Submitted"
    c.app.placeOrder(order_id, AAPL, order_of("LMT", "BUY", 6, lmtPrice=price))
    c.app.until("openOrder", lambda n, _, o, *rest: n == order_id and o.totalQuantity == 6
                and o.permId == order.permId)
    c.app.cancelOrder(order_id, OrderCancel())
    c.until_status(order_id, "Cancelled")
    c.app.until("error", lambda n, _, code, *rest: n == order_id and code == 202)


@flow("F-fill")
def a_market_order_fills_with_execution_and_commission(c):
    order_id = c.filled = c.place(order_of("MKT", "BUY", 3))
    c.until_status(order_id, "Filled")
    _, _, filled, remaining, average, *_ = c.app.all("orderStatus", lambda n, *_: n == order_id)[-1]
    assert filled == 3 and remaining == 0 and average > 0
    fills = [e for _, _, e in c.app.all("execDetails", lambda _, __, e: e.orderId == order_id)]
    assert sum(e.shares for e in fills) == 3 and {e.side for e in fills} == {"BOT"}
    for fill in fills:
        report, = c.app.until("commissionAndFeesReport", lambda r, fill=fill: r.execId == fill.execId)
        assert report.commissionAndFees > 0 and report.currency == "USD"


@flow("F-bracket")
def a_bracket_stands_and_falls_together(c):
    entry = c.price_below()
    parent = c.place(order_of("LMT", "BUY", 2, lmtPrice=entry, transmit=False))
    target = c.place(order_of("LMT", "SELL", 2, lmtPrice=round(entry * 1.5, 2), parentId=parent,
                              transmit=False))
    stop = c.place(order_of("STP", "SELL", 2, auxPrice=round(entry * 0.9, 2), parentId=parent))
    c.until_status(parent, "Submitted")
    for child in (target, stop):
        c.until_status(child, "PreSubmitted", "Submitted")
        assert c.app.all("openOrder", lambda n, *_: n == child)[-1][2].parentId == parent
    c.app.cancelOrder(parent, OrderCancel())
    for order_id in (parent, target, stop):
        c.until_status(order_id, *END_OF_ORDER)


@flow("F-whatif")
def a_what_if_order_is_valued_and_not_placed(c):
    order_id = c.place(order_of("MKT", "BUY", 10, whatIf=True))
    _, _, order, state = c.app.until("openOrder", lambda n, *_: n == order_id)
    assert order.whatIf and float(state.initMarginChange) > 0
    assert 0 < state.commissionAndFees < 1e6 or 0 < state.maxCommissionAndFees < 1e6
    c.app.reqAllOpenOrders()
    c.app.until("openOrderEnd")
    assert not c.app.all("orderStatus", lambda n, *_: n == order_id)


@test
def a_trailing_stop_works_with_its_percentage(c):
    order_id = c.place(order_of("TRAIL", "SELL", 1, trailingPercent=5.0))
    c.until_status(order_id, "PreSubmitted", "Submitted")
    order = c.app.until("openOrder", lambda n, *_: n == order_id)[2]
    assert order.trailingPercent == 5 and order.trailStopPrice > 0
    c.app.cancelOrder(order_id, OrderCancel())
    c.until_status(order_id, "Cancelled")


@flow("F-bracket-trigger")
def an_exit_of_a_bracket_ends_the_other(c):
    bid = c.bid()
    parent = c.place(order_of("MKT", "BUY", 2, transmit=False))
    target = c.place(order_of("LMT", "SELL", 2, lmtPrice=round(bid * 1.2, 2), parentId=parent,
                              transmit=False))
    stop = c.place(order_of("STP", "SELL", 2, auxPrice=round(bid * 0.8, 2), parentId=parent))
    c.until_status(parent, "Filled")
    c.until_status(target, "Submitted")
    c.app.placeOrder(target, AAPL, order_of("LMT", "SELL", 2, lmtPrice=round(bid * 0.95, 2),
                                            parentId=parent))
    c.until_status(target, "Filled")
    c.until_status(stop, "Cancelled")


@flow("F-oca")
def one_of_a_group_cancels_the_others(c):
    group = {"ocaGroup": f"group {c.order_id}", "ocaType": 1}
    far = c.place(order_of("LMT", "BUY", 2, lmtPrice=c.price_below(), **group))
    c.until_status(far, "Submitted")
    near = c.place(order_of("LMT", "BUY", 2, lmtPrice=round(c.bid() * 1.05, 2), **group))
    c.until_status(near, "Filled")
    c.until_status(far, "Cancelled")
    c.until_status(c.place(order_of("MKT", "SELL", 2)), "Filled")


@flow("F-conditions")
def an_order_waits_for_its_condition(c):
    def above(price):
        condition = PriceCondition()
        condition.conId, condition.exchange, condition.isMore = 265598, "SMART", True
        condition.price, condition.triggerMethod, condition.isConjunctionConnection = price, 0, True
        return condition
    bid = c.bid()
    waiting = c.place(order_of("MKT", "BUY", 1, conditions=[above(round(bid * 2, 2))]))
    c.until_status(waiting, "PreSubmitted")
    echo = c.app.until("openOrder", lambda n, *_: n == waiting)[2]
    assert len(echo.conditions) == 1 and echo.conditions[0].price == round(bid * 2, 2)
    c.app.placeOrder(waiting, AAPL, order_of("MKT", "BUY", 1, conditions=[above(round(bid / 2, 2))]))
    c.until_status(waiting, "Filled")
    c.until_status(c.place(order_of("MKT", "SELL", 1)), "Filled")


@flow("F-combo")
def a_combination_fills_with_its_legs(c):
    bag = Contract()
    bag.symbol, bag.secType, bag.currency, bag.exchange = "AAPL", "BAG", "USD", "SMART"
    bag.comboLegs = []
    for con_id, action in ((265598, "BUY"), (272093, "SELL")):
        leg = ComboLeg()
        leg.conId, leg.ratio, leg.action, leg.exchange = con_id, 1, action, "SMART"
        bag.comboLegs.append(leg)
    order_id = c.place(order_of("MKT", "BUY", 1), bag)
    c.until_status(order_id, "Filled")
    fills = lambda: {contract.conId: e.side for _, contract, e in c.app.all(  # noqa: E731
        "execDetails", lambda _, k, e: e.orderId == order_id and k.secType == "STK")}
    eventually(lambda: fills() == {265598: "BOT", 272093: "SLD"}, "an execution of each leg")

@flow("F-open-orders")
def it_lists_its_open_orders_until_they_end(c):
    order_id = c.place(order_of("LMT", "BUY", 4, lmtPrice=c.price_below(), orderRef="interop"))
    c.until_status(order_id, "Submitted")
    for call in ("reqOpenOrders", "reqAllOpenOrders"):
        c.app.seen.clear()
        getattr(c.app, call)()
        c.app.until("openOrderEnd")
        assert c.app.all("openOrder", lambda n, *_: n == order_id)[-1][2].orderRef == "interop"
    c.app.cancelOrder(order_id, OrderCancel())
    c.until_status(order_id, "Cancelled")
    c.app.seen.clear()
    c.app.reqAllOpenOrders()
    c.app.until("openOrderEnd")
    assert not c.app.all("openOrder", lambda n, *_: n == order_id)


@flow("F-completed")
def it_lists_what_was_filled_and_cancelled(c):
    c.app.reqCompletedOrders(False)
    c.app.until("completedOrdersEnd")
    statuses = {state.status for _, _, state in c.app.all("completedOrder")}
    assert {"Filled", "Cancelled"} <= statuses, statuses


@flow("F-executions")
def it_reads_the_executions_of_the_day(c):
    rows = c.app.request("reqExecutions", ExecutionFilter(), end="execDetailsEnd",
                         collect="execDetails")
    assert sum(e.shares for _, _, e in rows if e.orderId == c.filled) == 3


@flow("F-two-clients")
def a_second_client_sees_the_orders_of_the_first_but_cannot_cancel_them(c):
    order_id = c.place(order_of("LMT", "BUY", 1, lmtPrice=c.price_below()))
    c.until_status(order_id, "Submitted")
    other = App()
    try:
        other.open(c.port, 12)
        other.reqOpenOrders()
        other.until("openOrderEnd")
        assert not other.all("openOrder"), "an order of another client among one's own"
        other.reqAllOpenOrders()
        _, _, seen, _ = other.until("openOrder", lambda n, *_: n == order_id)
        assert seen.clientId == 11
        assert seen.permId == c.app.all("openOrder", lambda n, *_: n == order_id)[-1][2].permId
        other.cancelOrder(order_id, OrderCancel())
        other.until("error", lambda n, _, code, *rest: n == order_id and code == 10147)
    finally:
        other.close()
    assert c.app.status(order_id) == ["Submitted"]
    c.app.cancelOrder(order_id, OrderCancel())
    c.until_status(order_id, "Cancelled")


@flow("F-duplicate-id")
def a_second_client_with_the_same_id_is_refused(c):
    other = App()
    other.begin(c.port, 11)
    try:
        other.until("error", lambda n, _, code, *rest: code == 326)
        other.until("connectionClosed")
    finally:
        other.close()
    c.app.seen.clear()
    c.app.reqCurrentTime()
    c.app.until("currentTime")


@test
def a_global_cancel_ends_all_orders(c):
    ids = [c.place(order_of("LMT", "BUY", n, lmtPrice=c.price_below())) for n in (1, 2)]
    for order_id in ids:
        c.until_status(order_id, "Submitted")
    c.app.reqGlobalCancel(OrderCancel())
    for order_id in ids:
        c.until_status(order_id, "Cancelled")


@flow("F-reconnect")
def an_open_order_is_still_there_after_reconnecting(c):
    order_id = c.place(order_of("LMT", "BUY", 1, lmtPrice=c.price_below(), tif="GTC"))
    c.until_status(order_id, "Submitted")
    perm_id = c.app.all("openOrder", lambda n, *_: n == order_id)[-1][2].permId
    c.app.close()
    c.app = App()
    assert c.app.open(c.port) > order_id
    c.app.reqOpenOrders()
    c.app.until("openOrderEnd")
    assert c.app.all("openOrder", lambda n, *_: n == order_id)[-1][2].permId == perm_id
    c.app.cancelOrder(order_id, OrderCancel())
    c.until_status(order_id, "Cancelled")


@flow("F-all-read")
def it_never_met_a_message_that_it_could_not_read(c):
    c.app.disconnect()
    assert not c.complaints.texts, c.complaints.texts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-version", type=int, default=200)
    version = parser.parse_args().max_version
    complaints = Complaints()
    logging.getLogger("ibapi").setLevel(logging.INFO)
    logging.getLogger("ibapi").addHandler(complaints)
    client = f"nautilus-ibapi {importlib.metadata.version('nautilus-ibapi')}"
    with exchange(client, version) as port:
        return run(Context(port, version, complaints), client, version)


sys.exit(main())
