// SPDX-License-Identifier: MIT

package main

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scmhub/ibapi"
)

// event is one callback: its name, the request or order that it is about (0: none), its values.
type event struct {
	name string
	id   int64
	args []any
}

// app is a connection that keeps every callback in the order of arrival.
type app struct {
	ibapi.Wrapper
	client *ibapi.EClient
	mutex  sync.Mutex
	seen   []event
	nextID int64
}

func newApp() *app {
	a := &app{nextID: 1000}
	a.client = ibapi.NewEClient(a)
	return a
}

// open connects and returns the first order id.
func (a *app) open(port int, clientID int64) int64 {
	if err := a.client.Connect("127.0.0.1", port, clientID); err != nil {
		panic(err)
	}
	return a.until("NextValidID", nil).id
}

func (a *app) keep(name string, id int64, args ...any) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.seen = append(a.seen, event{name, id, args})
}

func (a *app) forget() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.seen = nil
}

func (a *app) all(name string, accept func(event) bool) []event {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var found []event
	for _, e := range a.seen {
		if e.name == name && (accept == nil || accept(e)) {
			found = append(found, e)
		}
	}
	return found
}

func about(id int64) func(event) bool { return func(e event) bool { return e.id == id } }

// until waits for such a callback and returns the last one.
func (a *app) until(name string, accept func(event) bool) event {
	var found []event
	eventually(name, func() bool {
		found = a.all(name, accept)
		return len(found) > 0
	})
	return found[len(found)-1]
}

// request calls with a new id, waits for end with that id, and returns what collect got.
func (a *app) request(call func(id int64), end, collect string) []event {
	a.nextID++
	call(a.nextID)
	a.until(end, about(a.nextID))
	return a.all(collect, about(a.nextID))
}

func (a *app) untilError(id, code int64) {
	a.until("Error", func(e event) bool { return e.id == id && e.args[0].(int64) == code })
}

func (a *app) status(orderID int64) string {
	if rows := a.all("OrderStatus", about(orderID)); len(rows) > 0 {
		return rows[len(rows)-1].args[0].(string)
	}
	return ""
}

func (a *app) untilStatus(orderID int64, wanted ...string) {
	eventually("an order to be "+strings.Join(wanted, " or "), func() bool {
		return slices.Contains(wanted, a.status(orderID))
	})
}

func (a *app) order(orderID int64) *ibapi.Order {
	return a.until("OpenOrder", about(orderID)).args[1].(*ibapi.Order)
}

func (a *app) bid() float64 {
	ticks := a.request(func(id int64) {
		a.client.ReqMktData(id, aapl, "", true, false, nil)
	}, "TickSnapshotEnd", "TickPrice")
	bid := 0.0
	for _, e := range ticks {
		if e.args[0].(ibapi.TickType) == ibapi.BID {
			bid = e.args[1].(float64)
		}
	}
	check(bid > 0, "no bid")
	return bid
}

// ---- the callbacks ----

func (a *app) NextValidID(id int64)              { a.keep("NextValidID", id) }
func (a *app) ManagedAccounts(accounts []string) { a.keep("ManagedAccounts", 0, accounts) }
func (a *app) CurrentTime(seconds int64)         { a.keep("CurrentTime", 0, seconds) }
func (a *app) CurrentTimeInMillis(ms int64)      { a.keep("CurrentTimeInMillis", 0, ms) }
func (a *app) ConnectionClosed()                 { a.keep("ConnectionClosed", 0) }
func (a *app) Error(id, _, code int64, text, _ string) {
	a.keep("Error", id, code, text)
}

func (a *app) ContractDetails(id int64, d *ibapi.ContractDetails) { a.keep("ContractDetails", id, d) }
func (a *app) ContractDetailsEnd(id int64)                        { a.keep("ContractDetailsEnd", id) }

func (a *app) TickPrice(id int64, kind ibapi.TickType, price float64, _ ibapi.TickAttrib) {
	a.keep("TickPrice", id, kind, price)
}
func (a *app) TickSize(int64, ibapi.TickType, ibapi.Decimal)        {}
func (a *app) TickString(int64, ibapi.TickType, string)             {}
func (a *app) TickGeneric(int64, ibapi.TickType, float64)           {}
func (a *app) MarketDataType(id int64, kind int64)                  { a.keep("MarketDataType", id, kind) }
func (a *app) TickReqParams(id int64, _ float64, _ string, _ int64) { a.keep("TickReqParams", id) }
func (a *app) TickSnapshotEnd(id int64)                             { a.keep("TickSnapshotEnd", id) }
func (a *app) TickOptionComputation(id int64, kind ibapi.TickType, _ int64,
	volatility, delta, price, _, _, _, _, underlying float64) {
	a.keep("TickOptionComputation", id, kind, volatility, delta, price, underlying)
}
func (a *app) SecurityDefinitionOptionParameter(id int64, exchange string, _ int64, _, multiplier string,
	expirations []string, strikes []float64) {
	a.keep("SecurityDefinitionOptionParameter", id, exchange, multiplier, expirations, strikes)
}
func (a *app) SecurityDefinitionOptionParameterEnd(id int64) {
	a.keep("SecurityDefinitionOptionParameterEnd", id)
}
func (a *app) UpdateMktDepthL2(id int64, position int64, _ string, operation int64, side int64,
	price float64, _ ibapi.Decimal, _ bool) {
	a.keep("UpdateMktDepthL2", id, position, operation, side, price)
}
func (a *app) TickByTickAllLast(id, _, _ int64, price float64, size ibapi.Decimal, _ ibapi.TickAttribLast,
	_, _ string) {
	a.keep("TickByTickAllLast", id, price, size)
}
func (a *app) TickByTickBidAsk(id, _ int64, bid, ask float64, _, _ ibapi.Decimal,
	_ ibapi.TickAttribBidAsk) {
	a.keep("TickByTickBidAsk", id, bid, ask)
}
func (a *app) RealtimeBar(id, time int64, _, high, low, _ float64, _, _ ibapi.Decimal, _ int64) {
	a.keep("RealtimeBar", id, time, high, low)
}
func (a *app) HistoricalTicksLast(id int64, ticks []ibapi.HistoricalTickLast, _ bool) {
	a.keep("HistoricalTicksLast", id, ticks)
}
func (a *app) HistoricalData(id int64, bar *ibapi.Bar)       { a.keep("HistoricalData", id, bar) }
func (a *app) HistoricalDataUpdate(id int64, bar *ibapi.Bar) { a.keep("HistoricalDataUpdate", id, bar) }
func (a *app) HistoricalDataEnd(id int64, _, _ string)       { a.keep("HistoricalDataEnd", id) }
func (a *app) AccountSummary(id int64, account, tag, value, _ string) {
	a.keep("AccountSummary", id, account, tag, value)
}
func (a *app) AccountSummaryEnd(id int64) { a.keep("AccountSummaryEnd", id) }
func (a *app) UpdateAccountValue(tag, value, _, _ string) {
	a.keep("UpdateAccountValue", 0, tag, value)
}
func (a *app) UpdateAccountTime(text string) { a.keep("UpdateAccountTime", 0, text) }
func (a *app) AccountDownloadEnd(string)     { a.keep("AccountDownloadEnd", 0) }
func (a *app) AccountUpdateMulti(id int64, account, _, key, value, _ string) {
	a.keep("AccountUpdateMulti", id, account, key, value)
}
func (a *app) AccountUpdateMultiEnd(id int64) { a.keep("AccountUpdateMultiEnd", id) }
func (a *app) UpdatePortfolio(c *ibapi.Contract, n ibapi.Decimal, _, _, _, _, _ float64, _ string) {
	a.keep("UpdatePortfolio", 0, c.ConID, n)
}
func (a *app) Position(_ string, c *ibapi.Contract, n ibapi.Decimal, _ float64) {
	a.keep("Position", 0, c.ConID, n)
}
func (a *app) PositionEnd() { a.keep("PositionEnd", 0) }
func (a *app) PositionMulti(id int64, _, _ string, c *ibapi.Contract, n ibapi.Decimal, _ float64) {
	a.keep("PositionMulti", id, c.ConID, n)
}
func (a *app) PositionMultiEnd(id int64) { a.keep("PositionMultiEnd", id) }
func (a *app) Pnl(id int64, _, unrealized, _ float64) {
	a.keep("Pnl", id, unrealized)
}
func (a *app) PnlSingle(id int64, n ibapi.Decimal, _, _, _, _ float64) { a.keep("PnlSingle", id, n) }

func (a *app) OpenOrder(id int64, c *ibapi.Contract, o *ibapi.Order, s *ibapi.OrderState) {
	a.keep("OpenOrder", id, c, o, s)
}
func (a *app) OpenOrderEnd() { a.keep("OpenOrderEnd", 0) }
func (a *app) OrderStatus(id int64, status string, filled, remaining ibapi.Decimal, average float64,
	_, _ int64, _ float64, _ int64, _ string, _ float64) {
	a.keep("OrderStatus", id, status, filled, remaining, average)
}
func (a *app) CompletedOrder(_ *ibapi.Contract, _ *ibapi.Order, s *ibapi.OrderState) {
	a.keep("CompletedOrder", 0, s.Status)
}
func (a *app) CompletedOrdersEnd() { a.keep("CompletedOrdersEnd", 0) }
func (a *app) ExecDetails(id int64, c *ibapi.Contract, e *ibapi.Execution) {
	a.keep("ExecDetails", id, e, c)
}
func (a *app) ExecDetailsEnd(id int64)                      { a.keep("ExecDetailsEnd", id) }
func (a *app) ReceiveFA(kind ibapi.FaDataType, text string) { a.keep("ReceiveFA", 0, kind, text) }
func (a *app) ReplaceFAEnd(id int64, _ string)              { a.keep("ReplaceFAEnd", id) }
func (a *app) CommissionAndFeesReport(r ibapi.CommissionAndFeesReport) {
	a.keep("CommissionAndFeesReport", 0, r)
}

// ---- what the client's own log complains of ----

type complaints struct {
	mutex sync.Mutex
	lines []string
}

func (c *complaints) Write(line []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lines = append(c.lines, time.Now().Format("15:04:05.000 ")+strings.TrimSpace(string(line)))
	return len(line), nil
}
