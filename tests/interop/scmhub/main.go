// SPDX-License-Identifier: MIT

// scmhub/ibapi for Go trades on the paper exchange, at the server version given.
package main

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/scmhub/ibapi"
)

const (
	module      = "github.com/scmhub/ibapi"
	account     = "DU9000001"
	advisor     = "DF9000000"
	second      = "DU9000002" // of the advisor's clients; the first is account
	appleID     = 265598
	microsoftID = 272093
	clientA     = 31
	clientB     = 32

	protobufFrom = 213 // below it this program speaks text
)

var (
	aapl   = stock("AAPL", "USD")
	toyota = stock("7203", "JPY")
	rio    = stock("RIO", "GBP") // in London, for which the account has no subscription
	ended  = []string{"Filled", "Cancelled", "ApiCancelled", "Inactive"}
	steps  = []flow{
		{"F-handshake", "it connects at the version of the exchange", handshake},
		{"F-time", "it reads the clock of the exchange", clock},
		{"F-contract", "it reads contract details in New York and Tokyo", contracts},
		{"F-notfound", "it is told that there is no such contract", notFound},
		{"F-quote-snapshot", "it gets a snapshot of quotes", snapshot},
		{"F-quote-stream", "it streams quotes until it cancels", stream},
		{"F-account-summary", "it reads the account summary", summary},
		{"F-account-updates", "it reads the account values", accountValues},
		{"F-positions", "it reads portfolio and positions and they agree", positions},
		{"F-pnl", "it reads profit and loss", profit},
		{"F-history", "it reads daily bars", history},
		{"F-history-live", "it keeps bars up to date", liveHistory},
		{"F-delayed", "it is told that prices are delayed", delayed},
		{"F-option-chain", "it reads an option chain", optionChain},
		{"F-greeks", "it gets the Greeks of an option", greeks},
		{"F-depth", "it sees the depth of the market", depth},
		{"F-tick-by-tick", "it gets every tick", tickByTick},
		{"F-realtime-bars", "it gets bars of five seconds", realtimeBars},
		{"F-history-ticks", "it reads the ticks of the past", historyTicks},
		{"F-place-modify-cancel", "it places, changes and cancels a limit order", limitOrder},
		{"F-fill", "a market order fills with execution and commission", marketOrder},
		{"F-bracket", "a bracket stands and falls together", bracket},
		{"F-whatif", "a what-if order is valued and not placed", whatIf},
		{"", "a trailing stop works with its percentage", trailingStop},
		{"F-bracket-trigger", "an exit of a bracket ends the other", bracketTrigger},
		{"F-oca", "one of a group cancels the others", oneCancelsAll},
		{"F-conditions", "an order waits for its condition", conditions},
		{"F-combo", "a combination fills with its legs", combo},
		{"F-open-orders", "it lists its open orders until they end", openOrders},
		{"F-completed", "it lists what was filled and cancelled", completed},
		{"F-executions", "it reads the executions of the day", executions},
		{"F-two-clients", "a second client sees the orders of the first but cannot cancel them", twoClients},
		{"F-duplicate-id", "a second client with the same id is refused", duplicateID},
		{"", "a global cancel ends all orders", globalCancel},
		{"F-reconnect", "an open order is still there after reconnecting", reconnect},
		{"F-fa", "an advisor replaces groups and an order is divided among accounts", advisorsLogin},
		{"F-all-read", "it never met a message that it could not read", allRead},
	}
)

type context struct {
	*app
	port, version int
	orderID       int64
	filled        int64           // the order of F-fill
	option        *ibapi.Contract // one near the money
	complaints    *complaints
	name          string // of the client, for recordings
}

func stock(symbol, currency string) *ibapi.Contract {
	c := ibapi.NewContract()
	c.Symbol, c.SecType, c.Currency, c.Exchange = symbol, "STK", currency, "SMART"
	return c
}

func order(kind, action string, quantity string, more func(*ibapi.Order)) *ibapi.Order {
	o := ibapi.NewOrder()
	o.OrderType, o.Action, o.TIF = kind, action, "DAY"
	o.TotalQuantity = ibapi.StringToDecimal(quantity)
	if more != nil {
		more(o)
	}
	return o
}

func limit(action, quantity string, price float64, more func(*ibapi.Order)) *ibapi.Order {
	return order("LMT", action, quantity, func(o *ibapi.Order) {
		o.LmtPrice = price
		if more != nil {
			more(o)
		}
	})
}

func cents(x float64) float64 { return math.Round(x*100) / 100 }

func (c *context) priceBelow() float64 { return cents(c.bid() * 0.8) }

func (c *context) place(o *ibapi.Order) int64 {
	id := c.orderID
	c.orderID++
	c.client.PlaceOrder(id, aapl, o)
	return id
}

func (c *context) cancel(id int64) {
	c.client.CancelOrder(id, ibapi.NewOrderCancel())
	c.untilStatus(id, "Cancelled")
}

func handshake(c *context) {
	c.orderID = c.open(c.port, clientA)
	check(c.orderID >= 1, "first order id %d", c.orderID)
	check(int(c.client.ServerVersion()) == c.version, "version %d", c.client.ServerVersion())
	accounts := c.until("ManagedAccounts", nil).args[0].([]string)
	check(slices.Equal(accounts, []string{account}), "accounts %v", accounts)
	c.forget()
	c.client.ReqIDs(-1)
	check(c.until("NextValidID", nil).id == c.orderID, "another first order id")
}

func clock(c *context) {
	c.client.ReqCurrentTime()
	seconds := c.until("CurrentTime", nil).args[0].(int64)
	check(math.Abs(float64(seconds-time.Now().Unix())) < 10, "the time is %d", seconds)
}

func (c *context) details(of *ibapi.Contract) *ibapi.ContractDetails {
	rows := c.request(func(id int64) { c.client.ReqContractDetails(id, of) },
		"ContractDetailsEnd", "ContractDetails")
	check(len(rows) == 1, "%d contracts", len(rows))
	return rows[0].args[0].(*ibapi.ContractDetails)
}

func contracts(c *context) {
	apple := c.details(aapl)
	name := "APPLE INC"
	if c.version < protobufFrom {
		name = fmt.Sprint([]byte(name)) // how this release renders it
	}
	check(apple.Contract.ConID == appleID && apple.Contract.PrimaryExchange == "NASDAQ" &&
		apple.LongName == name && apple.MinTick == 0.01, "%+v", apple)
	tokyo := c.details(toyota)
	check(tokyo.Contract.PrimaryExchange == "TSEJ" && tokyo.TimeZoneID == "Japan", "%+v", tokyo)
}

func notFound(c *context) {
	c.nextID++
	c.client.ReqContractDetails(c.nextID, stock("NOSUCHSYMBOL", "USD"))
	c.untilError(c.nextID, 200)
}

func snapshot(c *context) {
	price := map[ibapi.TickType]float64{}
	for _, e := range c.request(func(id int64) {
		c.client.ReqMktData(id, toyota, "", true, false, nil)
	}, "TickSnapshotEnd", "TickPrice") {
		price[e.args[0].(ibapi.TickType)] = e.args[1].(float64)
	}
	check(0 < price[ibapi.BID] && price[ibapi.BID] < price[ibapi.ASK] && price[ibapi.LAST] > 0,
		"%v", price)
}

func stream(c *context) {
	c.client.ReqMarketDataType(1)
	c.client.ReqMktData(1, aapl, "", false, false, nil)
	c.until("TickReqParams", about(1))
	type quote struct {
		kind  ibapi.TickType
		price float64
	}
	eventually("the market to move", func() bool {
		kinds, quotes := map[ibapi.TickType]bool{}, map[quote]bool{}
		for _, e := range c.all("TickPrice", about(1)) {
			q := quote{e.args[0].(ibapi.TickType), e.args[1].(float64)}
			if (q.kind == ibapi.BID || q.kind == ibapi.ASK || q.kind == ibapi.LAST) && q.price > 0 {
				kinds[q.kind], quotes[q] = true, true
			}
		}
		return len(kinds) == 3 && len(quotes) >= 5
	})
	c.client.CancelMktData(1)
}

func summary(c *context) {
	rows := c.request(func(id int64) {
		c.client.ReqAccountSummary(id, "All", "NetLiquidation,TotalCashValue,BuyingPower")
	}, "AccountSummaryEnd", "AccountSummary")
	check(len(rows) == 3, "%v", rows)
	for _, e := range rows {
		check(e.args[0] == account && must(strconv.ParseFloat(e.args[2].(string), 64)) > 0, "%v", e)
	}
	c.client.CancelAccountSummary(c.nextID)
}

func accountValues(c *context) {
	c.client.ReqAccountUpdates(true, account)
	c.until("AccountDownloadEnd", nil)
	worth := c.until("UpdateAccountValue", func(e event) bool { return e.args[0] == "NetLiquidation" })
	check(must(strconv.ParseFloat(worth.args[1].(string), 64)) > 0, "%v", worth)
	c.until("UpdateAccountTime", nil)
	rows := c.request(func(id int64) {
		c.client.ReqAccountUpdatesMulti(id, account, "", true)
	}, "AccountUpdateMultiEnd", "AccountUpdateMulti")
	check(len(rows) > 0 && rows[0].args[0] == account, "%v", rows)
	c.client.CancelAccountUpdatesMulti(c.nextID)
}

func (c *context) held(events []event) map[int64]float64 {
	held := map[int64]float64{}
	for _, e := range events {
		held[e.args[0].(int64)] = e.args[1].(ibapi.Decimal).Float()
	}
	return held
}

func positions(c *context) {
	c.client.ReqPositions()
	c.until("PositionEnd", nil)
	portfolio, held := c.held(c.all("UpdatePortfolio", nil)), c.held(c.all("Position", nil))
	check(len(held) > 0 && maps.Equal(portfolio, held), "%v and %v", portfolio, held)
	c.client.CancelPositions()
	multi := c.held(c.request(func(id int64) {
		c.client.ReqPositionsMulti(id, account, "")
	}, "PositionMultiEnd", "PositionMulti"))
	check(maps.Equal(multi, held), "%v and %v", multi, held)
	c.client.CancelPositionsMulti(c.nextID)
}

func profit(c *context) {
	rows := c.request(func(id int64) { c.client.ReqPnL(id, account, "") }, "Pnl", "Pnl")
	check(math.Abs(rows[0].args[0].(float64)) < 1e12, "%v", rows)
	c.client.CancelPnL(c.nextID)
	rows = c.request(func(id int64) {
		c.client.ReqPnLSingle(id, account, "", appleID)
	}, "PnlSingle", "PnlSingle")
	held := c.held(c.all("Position", nil))[appleID]
	check(held != 0 && rows[0].args[0].(ibapi.Decimal).Float() == held, "%v of %v", rows, held)
	c.client.CancelPnLSingle(c.nextID)
}

func history(c *context) {
	rows := c.request(func(id int64) {
		c.client.ReqHistoricalData(id, aapl, "", "10 D", "1 day", "TRADES", true, 1, false, nil)
	}, "HistoricalDataEnd", "HistoricalData")
	check(len(rows) == 10, "%d bars", len(rows))
	before := ""
	for _, e := range rows {
		bar := e.args[0].(*ibapi.Bar)
		check(bar.Low <= min(bar.Open, bar.Close) && max(bar.Open, bar.Close) <= bar.High, "%v", bar)
		check(len(bar.Date) == 8 && bar.Date > before, "%s after %s", bar.Date, before)
		before = bar.Date
	}
}

func liveHistory(c *context) {
	rows := c.request(func(id int64) {
		c.client.ReqHistoricalData(id, aapl, "", "3600 S", "1 min", "TRADES", false, 1, true, nil)
	}, "HistoricalDataEnd", "HistoricalData")
	check(len(rows) > 0, "no bars")
	c.until("HistoricalDataUpdate", about(c.nextID))
	c.client.CancelHistoricalData(c.nextID)
}

func delayed(c *context) {
	c.client.ReqMktData(9, rio, "", false, false, nil)
	c.untilError(9, 10089)
	c.client.ReqMarketDataType(3)
	c.client.ReqMktData(3, rio, "", false, false, nil)
	c.until("MarketDataType", func(e event) bool { return e.id == 3 && e.args[0].(int64) == 3 })
	c.until("TickPrice", func(e event) bool {
		return e.id == 3 && e.args[0].(ibapi.TickType) == ibapi.DELAYED_BID && e.args[1].(float64) > 0
	})
	c.client.CancelMktData(3)
	c.client.ReqMarketDataType(1)
}

func optionChain(c *context) {
	rows := c.request(func(id int64) {
		c.client.ReqSecDefOptParams(id, "AAPL", "", "STK", appleID)
	}, "SecurityDefinitionOptionParameterEnd", "SecurityDefinitionOptionParameter")
	i := slices.IndexFunc(rows, func(e event) bool { return e.args[0] == "SMART" })
	check(i >= 0 && rows[i].args[1] == "100", "%v", rows)
	expirations, strikes := rows[i].args[2].([]string), rows[i].args[3].([]float64)
	check(len(expirations) >= 4 && len(strikes) >= 10, "%v", rows[i])
	slices.Sort(expirations)
	wanted := *aapl
	wanted.SecType, wanted.LastTradeDateOrContractMonth, wanted.Right = "OPT", expirations[1], "C"
	listed := c.request(func(id int64) { c.client.ReqContractDetails(id, &wanted) },
		"ContractDetailsEnd", "ContractDetails")
	check(len(listed) >= 10, "%d options", len(listed))
	bid, nearest := c.bid(), math.Inf(1)
	for _, e := range listed {
		strike := e.args[0].(*ibapi.ContractDetails).Contract.Strike
		check(slices.Contains(strikes, strike), "%v is not in the chain", strike)
		if math.Abs(strike-bid) < math.Abs(nearest-bid) {
			nearest = strike
		}
	}
	wanted.Strike, wanted.Multiplier = nearest, "100"
	c.option = &wanted
}

func greeks(c *context) {
	c.client.ReqMktData(4, c.option, "", false, false, nil)
	model := c.until("TickOptionComputation", func(e event) bool {
		return e.id == 4 && e.args[0].(ibapi.TickType) == ibapi.MODEL_OPTION
	}).args
	volatility, delta := model[1].(float64), model[2].(float64)
	price, underlying := model[3].(float64), model[4].(float64)
	check(0.01 < volatility && volatility < 3 && 0.2 < delta && delta < 0.8 && price > 0, "%v", model)
	c.client.CancelMktData(4)
	again := c.request(func(id int64) {
		c.client.CalculateImpliedVolatility(id, c.option, price, underlying, nil)
	}, "TickOptionComputation", "TickOptionComputation")
	check(math.Abs(again[0].args[1].(float64)-volatility) < 0.02, "%v is not %v", again, volatility)
}

func depth(c *context) {
	c.client.ReqMktDepth(5, aapl, 5, true, nil)
	side := func(wanted int64) map[int64]float64 {
		rows := map[int64]float64{}
		for _, e := range c.all("UpdateMktDepthL2", about(5)) {
			if e.args[1].(int64) != 2 && e.args[2].(int64) == wanted {
				rows[e.args[0].(int64)] = e.args[3].(float64)
			}
		}
		return rows
	}
	eventually("five levels on both sides", func() bool { return len(side(0)) == 5 && len(side(1)) == 5 })
	bids, asks := slices.Collect(maps.Values(side(1))), slices.Collect(maps.Values(side(0)))
	check(slices.Max(bids) < slices.Min(asks), "%v and %v", bids, asks)
	c.client.CancelMktDepth(5, true)
}

func tickByTick(c *context) {
	c.client.ReqTickByTickData(6, aapl, "AllLast", 5, false)
	c.client.ReqTickByTickData(7, aapl, "BidAsk", 0, false)
	c.until("TickByTickAllLast", func(e event) bool { return e.id == 6 && e.args[0].(float64) > 0 })
	c.until("TickByTickBidAsk", func(e event) bool {
		return e.id == 7 && 0 < e.args[0].(float64) && e.args[0].(float64) < e.args[1].(float64)
	})
	c.client.CancelTickByTickData(6)
	c.client.CancelTickByTickData(7)
}

func realtimeBars(c *context) {
	c.client.ReqRealTimeBars(8, aapl, 5, "TRADES", false, nil)
	eventually("two bars", func() bool { return len(c.all("RealtimeBar", about(8))) >= 2 })
	bars := c.all("RealtimeBar", about(8))
	check(bars[1].args[0].(int64)-bars[0].args[0].(int64) == 5, "%v", bars)
	check(bars[0].args[2].(float64) <= bars[0].args[1].(float64), "%v", bars)
	c.client.CancelRealTimeBars(8)
}

func historyTicks(c *context) {
	end := time.Now().UTC().Format("20060102-15:04:05")
	count := 0
	for _, e := range c.request(func(id int64) {
		c.client.ReqHistoricalTicks(id, aapl, "", end, 100, "TRADES", false, true, nil)
	}, "HistoricalTicksLast", "HistoricalTicksLast") {
		for _, tick := range e.args[0].([]ibapi.HistoricalTickLast) {
			check(tick.Price > 0, "%+v", tick)
			count++
		}
	}
	check(count >= 10, "%d ticks", count)
}

func bracketTrigger(c *context) {
	bid := c.bid()
	parent := c.place(order("MKT", "BUY", "2", func(o *ibapi.Order) { o.Transmit = false }))
	exit := func(price float64, transmit bool) *ibapi.Order {
		return limit("SELL", "2", cents(price), func(o *ibapi.Order) {
			o.ParentID, o.Transmit = parent, transmit
		})
	}
	target := c.place(exit(bid*1.2, false))
	stop := c.place(order("STP", "SELL", "2", func(o *ibapi.Order) {
		o.AuxPrice, o.ParentID = cents(bid*0.8), parent
	}))
	c.untilStatus(parent, "Filled")
	c.untilStatus(target, "Submitted")
	c.client.PlaceOrder(target, aapl, exit(bid*0.95, true))
	c.untilStatus(target, "Filled")
	c.untilStatus(stop, "Cancelled")
}

func oneCancelsAll(c *context) {
	bid := c.bid()
	buy := func(price float64) *ibapi.Order {
		return limit("BUY", "2", cents(price), func(o *ibapi.Order) {
			o.OCAGroup, o.OCAType = fmt.Sprint("group ", bid), 1
		})
	}
	far := c.place(buy(bid * 0.8))
	c.untilStatus(far, "Submitted")
	c.untilStatus(c.place(buy(bid*1.05)), "Filled")
	c.untilStatus(far, "Cancelled")
	c.untilStatus(c.place(order("MKT", "SELL", "2", nil)), "Filled")
}

func conditions(c *context) {
	if c.version < protobufFrom {
		panic(lacking("it writes the members of a price condition in an order of its own"))
	}
	bid := c.bid()
	above := func(price float64) *ibapi.Order {
		return order("MKT", "BUY", "1", func(o *ibapi.Order) {
			o.Conditions = []ibapi.OrderCondition{
				ibapi.NewPriceCondition(appleID, "SMART", cents(price), 0, true, true)}
		})
	}
	id := c.place(above(bid * 2))
	c.untilStatus(id, "PreSubmitted")
	echo := c.order(id).Conditions
	check(len(echo) == 1 && echo[0].(*ibapi.PriceCondition).Price == cents(bid*2), "%v", echo)
	c.client.PlaceOrder(id, aapl, above(bid/2))
	c.untilStatus(id, "Filled")
	c.untilStatus(c.place(order("MKT", "SELL", "1", nil)), "Filled")
}

func combo(c *context) {
	bag := ibapi.NewContract()
	bag.Symbol, bag.SecType, bag.Currency, bag.Exchange = "AAPL", "BAG", "USD", "SMART"
	for conID, action := range map[int64]string{appleID: "BUY", microsoftID: "SELL"} {
		leg := ibapi.NewComboLeg()
		leg.ConID, leg.Ratio, leg.Action, leg.Exchange = conID, 1, action, "SMART"
		bag.ComboLegs = append(bag.ComboLegs, leg)
	}
	id := c.orderID
	c.orderID++
	c.client.PlaceOrder(id, bag, order("MKT", "BUY", "1", nil))
	c.untilStatus(id, "Filled")
	eventually("an execution of each leg", func() bool {
		sides := map[int64]string{}
		for _, e := range c.all("ExecDetails", nil) {
			if fill := e.args[0].(*ibapi.Execution); fill.OrderID == id {
				sides[e.args[1].(*ibapi.Contract).ConID] = fill.Side
			}
		}
		return sides[appleID] == "BOT" && sides[microsoftID] == "SLD"
	})
}

func limitOrder(c *context) {
	price := c.priceBelow()
	id := c.place(limit("BUY", "5", price, nil))
	c.untilStatus(id, "Submitted")
	placed := c.order(id)
	check(c.until("OpenOrder", about(id)).args[0].(*ibapi.Contract).ConID == appleID, "the contract")
	check(placed.LmtPrice == price && placed.PermID > 0 && placed.Account == account, "%+v", placed)
	c.client.PlaceOrder(id, aapl, limit("BUY", "6", price, nil))
	eventually("the change", func() bool { return c.order(id).TotalQuantity.Float() == 6 })
	check(c.order(id).PermID == placed.PermID, "another permanent id")
	c.cancel(id)
	c.untilError(id, 202)
}

func marketOrder(c *context) {
	id := c.place(order("MKT", "BUY", "3", nil))
	c.filled = id
	c.untilStatus(id, "Filled")
	status := c.until("OrderStatus", about(id)).args
	check(status[1].(ibapi.Decimal).Float() == 3 && status[2].(ibapi.Decimal).Float() == 0 &&
		status[3].(float64) > 0, "%v", status)
	shares := 0.0
	for _, e := range c.all("ExecDetails", nil) {
		fill := e.args[0].(*ibapi.Execution)
		if fill.OrderID != id {
			continue
		}
		check(fill.Side == "BOT" && fill.AcctNumber == account, "%+v", fill)
		shares += fill.Shares.Float()
		report := c.until("CommissionAndFeesReport", func(e event) bool {
			return e.args[0].(ibapi.CommissionAndFeesReport).ExecID == fill.ExecID
		}).args[0].(ibapi.CommissionAndFeesReport)
		check(report.CommissionAndFees > 0 && report.Currency == "USD", "%v", report)
	}
	check(shares == 3, "%v shares", shares)
}

func bracket(c *context) {
	entry := c.priceBelow()
	parent := c.place(limit("BUY", "2", entry, func(o *ibapi.Order) { o.Transmit = false }))
	target := c.place(limit("SELL", "2", cents(entry*1.5), func(o *ibapi.Order) {
		o.ParentID, o.Transmit = parent, false
	}))
	stop := c.place(order("STP", "SELL", "2", func(o *ibapi.Order) {
		o.AuxPrice, o.ParentID = cents(entry*0.9), parent
	}))
	c.untilStatus(parent, "Submitted")
	for _, child := range []int64{target, stop} {
		c.untilStatus(child, "PreSubmitted", "Submitted")
		check(c.order(child).ParentID == parent, "%+v", c.order(child))
	}
	c.client.CancelOrder(parent, ibapi.NewOrderCancel())
	for _, id := range []int64{parent, target, stop} {
		c.untilStatus(id, ended...)
	}
}

func whatIf(c *context) {
	id := c.place(order("MKT", "BUY", "10", func(o *ibapi.Order) { o.WhatIf = true }))
	answer := c.until("OpenOrder", about(id))
	state := answer.args[2].(*ibapi.OrderState)
	check(answer.args[1].(*ibapi.Order).WhatIf, "not a what-if order")
	check(must(strconv.ParseFloat(state.InitMarginChange, 64)) > 0, "%+v", state)
	isFee := func(x float64) bool { return 0 < x && x < 1e6 }
	check(isFee(state.CommissionAndFees) || isFee(state.MaxCommissionAndFees), "%+v", state)
	c.client.ReqAllOpenOrders()
	c.until("OpenOrderEnd", nil)
	check(c.status(id) == "", "it was placed")
}

func trailingStop(c *context) {
	id := c.place(order("TRAIL", "SELL", "1", func(o *ibapi.Order) { o.TrailingPercent = 5 }))
	c.untilStatus(id, "PreSubmitted", "Submitted")
	placed := c.order(id)
	check(placed.TrailingPercent == 5 && placed.TrailStopPrice > 0, "%+v", placed)
	c.cancel(id)
}

func openOrders(c *context) {
	id := c.place(limit("BUY", "4", c.priceBelow(), func(o *ibapi.Order) { o.OrderRef = "interop" }))
	c.untilStatus(id, "Submitted")
	for _, ask := range []func(){c.client.ReqOpenOrders, c.client.ReqAllOpenOrders} {
		c.forget()
		ask()
		c.until("OpenOrderEnd", nil)
		check(c.order(id).OrderRef == "interop", "%+v", c.order(id))
	}
	c.cancel(id)
	c.forget()
	c.client.ReqAllOpenOrders()
	c.until("OpenOrderEnd", nil)
	check(len(c.all("OpenOrder", about(id))) == 0, "it is still open")
}

func completed(c *context) {
	c.client.ReqCompletedOrders(false)
	c.until("CompletedOrdersEnd", nil)
	statuses := map[any]bool{}
	for _, e := range c.all("CompletedOrder", nil) {
		statuses[e.args[0]] = true
	}
	check(statuses["Filled"] && statuses["Cancelled"], "%v", statuses)
}

func executions(c *context) {
	shares := 0.0
	for _, e := range c.request(func(id int64) {
		c.client.ReqExecutions(id, ibapi.NewExecutionFilter())
	}, "ExecDetailsEnd", "ExecDetails") {
		if fill := e.args[0].(*ibapi.Execution); fill.OrderID == c.filled {
			shares += fill.Shares.Float()
		}
	}
	check(shares == 3, "%v shares", shares)
}

func twoClients(c *context) {
	id := c.place(limit("BUY", "1", c.priceBelow(), nil))
	c.untilStatus(id, "Submitted")
	other := newApp()
	defer other.client.Disconnect()
	other.open(c.port, clientB)
	other.client.ReqOpenOrders()
	other.until("OpenOrderEnd", nil)
	check(len(other.all("OpenOrder", nil)) == 0, "an order of another client among one's own")
	other.client.ReqAllOpenOrders()
	seen := other.order(id)
	check(seen.ClientID == clientA && seen.PermID == c.order(id).PermID, "%+v", seen)
	other.client.CancelOrder(id, ibapi.NewOrderCancel())
	other.untilError(id, 10147)
	check(c.status(id) == "Submitted", "it is %s", c.status(id))
	c.cancel(id)
}

func duplicateID(c *context) {
	other := newApp()
	defer other.client.Disconnect()
	if err := other.client.Connect("127.0.0.1", c.port, clientA); err != nil {
		panic(err)
	}
	other.until("ConnectionClosed", nil)
	check(len(other.all("NextValidID", nil)) == 0, "it was let in")
	c.forget()
	c.client.ReqCurrentTime()
	c.until("CurrentTime", nil)
}

func globalCancel(c *context) {
	price := c.priceBelow()
	ids := []int64{c.place(limit("BUY", "1", price, nil)), c.place(limit("BUY", "2", price, nil))}
	for _, id := range ids {
		c.untilStatus(id, "Submitted")
	}
	c.client.ReqGlobalCancel(ibapi.NewOrderCancel())
	for _, id := range ids {
		c.untilStatus(id, "Cancelled")
	}
}

func reconnect(c *context) {
	id := c.place(limit("BUY", "1", c.priceBelow(), func(o *ibapi.Order) { o.TIF = "GTC" }))
	c.untilStatus(id, "Submitted")
	permID := c.order(id).PermID
	c.client.Disconnect()
	c.until("ConnectionClosed", nil)
	c.app = newApp()
	check(c.open(c.port, clientA) > id, "an order id is given twice")
	c.client.ReqOpenOrders()
	c.until("OpenOrderEnd", nil)
	check(c.order(id).PermID == permID, "another permanent id")
	c.cancel(id)
}

func advisorsLogin(c *context) {
	groups := string(must(os.ReadFile("tests/interop/groups.xml")))
	port, stop := exchange(c.name+" advisor", c.version, "--advisor", advisor, "--accounts",
		account+","+second)
	defer stop()
	login := newApp()
	id := login.open(port, clientA)
	defer login.client.Disconnect()
	accounts := login.until("ManagedAccounts", nil).args[0].([]string)
	check(slices.Equal(accounts, []string{advisor, account, second}), "accounts %v", accounts)
	login.client.ReplaceFA(41, ibapi.GROUPS, groups)
	login.until("ReplaceFAEnd", about(41))
	login.client.RequestFA(ibapi.GROUPS)
	told := login.until("ReceiveFA", nil).args
	check(told[0] == ibapi.GROUPS && strings.Contains(told[1].(string), "<name>Pair</name>") &&
		strings.Contains(told[1].(string), "<name>Parts</name>"), "%v", told)

	login.client.PlaceOrder(id, aapl, order("MKT", "BUY", "9", func(o *ibapi.Order) {
		o.FAGroup = "Parts"
	}))
	login.untilStatus(id, "Filled")
	eventually("each account to have its part", func() bool {
		sums := map[string]float64{}
		for _, e := range login.all("ExecDetails", nil) {
			fill := e.args[0].(*ibapi.Execution)
			sums[fill.AcctNumber] += fill.Shares.Float()
		}
		return maps.Equal(sums, map[string]float64{account: 6, second: 3})
	})
	eventually("a commission for each execution", func() bool {
		return len(login.all("CommissionAndFeesReport", nil)) >= len(login.all("ExecDetails", nil))
	})
}

func allRead(c *context) {
	for _, e := range c.all("Error", nil) {
		code := e.args[0].(int64)
		check(code < 500 || code >= 600, "%v", e)
	}
	c.client.Disconnect()
	c.complaints.mutex.Lock()
	defer c.complaints.mutex.Unlock()
	check(len(c.complaints.lines) == 0, "%v", c.complaints.lines)
}

func main() {
	version := flag.Int("max-version", 200, "the highest server version that the exchange speaks")
	flag.Parse()
	client := "scmhub/ibapi"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				client += " " + dependency.Version
			}
		}
	}
	log := &complaints{}
	ibapi.SetLogger(zerolog.New(log).Level(zerolog.WarnLevel))
	port, stop := exchange(client, *version)
	c := &context{app: newApp(), port: port, version: *version, complaints: log, name: client}
	status := runAll(c, steps, fmt.Sprintf("%s at %d", client, *version))
	stop()
	os.Exit(status)
}
