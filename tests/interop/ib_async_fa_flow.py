# SPDX-License-Identifier: MIT
"""ib_async as an advisor's login: groups, and an order divided among accounts."""

import sys
import xml.etree.ElementTree as xml

import ib_async
from ib_async import IB, MarketOrder, Stock

from harness import ADVISOR, CLIENTS, GROUPS, PATIENCE, eventually, exchange, flow, run


@flow("F-fa")
def an_advisor_replaces_groups_and_an_order_is_divided_among_accounts(ib):
    assert ib.managedAccounts() == [ADVISOR, *CLIENTS], ib.managedAccounts()
    ib.replaceFA(1, GROUPS)
    text = ib.requestFA(1)
    assert [g.findtext("name") for g in xml.fromstring(text)] == ["Pair", "Parts"], text
    trade = ib.placeOrder(Stock("AAPL", "SMART", "USD"), MarketOrder("BUY", 9, faGroup="Parts"))
    eventually(lambda: trade.orderStatus.status == "Filled" and trade.filled() == 9,
               "the order to fill", step=lambda: ib.sleep(0.02))
    sums = {}
    for fill in trade.fills:
        account = fill.execution.acctNumber
        sums[account] = sums.get(account, 0) + fill.execution.shares
    assert sums == {CLIENTS[0]: 6, CLIENTS[1]: 3}, sums


def main():
    client = f"ib_async {ib_async.__version__}"
    with exchange(client + " advisor", 178, advisor=True) as port:
        ib = IB()
        ib.RequestTimeout = PATIENCE
        ib.connect("127.0.0.1", port, clientId=7, timeout=PATIENCE)
        status = run(ib, client, 178)
        ib.disconnect()
        return status


sys.exit(main())
