# SPDX-License-Identifier: MIT
"""The official Python client as an advisor's login: groups, and an order divided among accounts."""

import argparse
import importlib.metadata
import sys
import threading
import xml.etree.ElementTree as xml
from decimal import Decimal

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

from harness import ADVISOR, CLIENTS, GROUPS, eventually, exchange, flow, run


class App(EWrapper, EClient):
    def __init__(self):
        EClient.__init__(self, self)
        self.accounts, self.next_id = [], None
        self.groups, self.replaced, self.bought = [], [], {}
        self.states, self.reports, self.executions_end = [], [], []

    def managedAccounts(self, accountsList):
        self.accounts = accountsList.split(",")

    def nextValidId(self, orderId):
        self.next_id = orderId

    def receiveFA(self, faData, cxml):
        self.groups.append((faData, cxml))

    def replaceFAEnd(self, reqId, text):
        self.replaced.append(reqId)

    def orderStatus(self, orderId, status, *rest):
        self.states.append((orderId, status))

    def execDetails(self, reqId, contract, execution):
        self.bought[execution.execId] = (execution.acctNumber, Decimal(execution.shares))

    def commissionAndFeesReport(self, report):
        self.reports.append(report.execId)

    def execDetailsEnd(self, reqId):
        self.executions_end.append(reqId)


@flow("F-fa")
def an_advisor_replaces_groups_and_an_order_is_divided_among_accounts(app):
    eventually(lambda: app.next_id is not None, "nextValidId")
    assert app.accounts == [ADVISOR, *CLIENTS], app.accounts
    app.replaceFA(41, 1, GROUPS)
    eventually(lambda: app.replaced == [41], "replaceFAEnd")
    app.requestFA(1)
    kind, text = eventually(lambda: app.groups, "receiveFA")[-1]
    assert kind == 1
    assert [g.findtext("name") for g in xml.fromstring(text)] == ["Pair", "Parts"], text

    contract, order = Contract(), Order()
    contract.symbol, contract.secType, contract.currency = "AAPL", "STK", "USD"
    contract.exchange = "SMART"
    order.action, order.orderType, order.totalQuantity = "BUY", "MKT", Decimal(9)
    order.tif, order.faGroup = "DAY", "Parts"
    app.placeOrder(app.next_id, contract, order)
    eventually(lambda: (app.next_id, "Filled") in app.states, "the order to fill")
    app.reqExecutions(42, ExecutionFilter())
    eventually(lambda: app.executions_end == [42], "execDetailsEnd")
    sums = {}
    for account, shares in app.bought.values():
        sums[account] = sums.get(account, 0) + shares
    assert sums == {CLIENTS[0]: 6, CLIENTS[1]: 3}, sums
    eventually(lambda: set(app.bought) <= set(app.reports), "a commission for each execution")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-version", type=int, default=200)
    version = parser.parse_args().max_version
    client = f"nautilus-ibapi {importlib.metadata.version('nautilus-ibapi')}"
    with exchange(client + " advisor", version, advisor=True) as port:
        app = App()
        app.connect("127.0.0.1", port, 11)
        threading.Thread(target=app.run, daemon=True).start()
        status = run(app, client, version)
        app.disconnect()
        return status


sys.exit(main())
