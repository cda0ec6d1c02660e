// SPDX-License-Identifier: MIT
// @stoqey/ib (text protocol at server version 193) trades on the paper exchange.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { eventually, flow, outside, run, startExchange, versionOf } from './harness.mjs';

const { EventName, IBApi, OrderType, OrderAction, SecType, TimeInForce, BarSizeSetting, WhatToShow,
  PriceCondition, FADataType } =
  outside('@stoqey/ib');

const ACCOUNT = 'DU9000001';
const ADVISOR = 'DF9000000', SECOND = 'DU9000002'; // of the advisor's clients; the first is ACCOUNT
const CLIENT = `@stoqey/ib ${versionOf('@stoqey/ib')}`;
const BID = 1, ASK = 2, LAST = 4, MODEL = 13, DELAYED_BID = 66;
const ENDED = ['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'];
const stock = (symbol, currency) => ({ symbol, currency, secType: SecType.STK, exchange: 'SMART' });
const AAPL = stock('AAPL', 'USD'), TOYOTA = stock('7203', 'JPY');
const RIO = stock('RIO', 'GBP'); // in London, for which the account has no subscription

// A connection that keeps every event as {name, args} in the order of arrival.
class Connection {
  constructor(port) {
    this.seen = [];
    this.api = new IBApi({ host: '127.0.0.1', port });
    this.api.on(EventName.all, (name, args) => this.seen.push({ name, args }));
    this.api.on(EventName.error, () => {}); // an unheard error event would throw
    this.nextRequest = 1000;
  }
  async open(clientId) {
    this.api.connect(clientId);
    const [first] = await this.until(EventName.nextValidId);
    return first;
  }
  all(name, accept = () => true) {
    return this.seen.filter((e) => e.name === name && accept(...e.args)).map((e) => e.args);
  }
  until(name, accept) {
    return eventually(() => this.all(name, accept).at(-1), name);
  }
  // Calls api[call](id, ...args), waits for `end` with that id, returns what `collect` got.
  async request(call, args, end, collect = end) {
    const id = ++this.nextRequest;
    this.api[call](id, ...args);
    await this.until(end, (got) => got === id);
    return this.all(collect, (got) => got === id);
  }
  errors(code) {
    return this.all(EventName.error, (_, got) => got === code);
  }
  status(id) {
    return this.all(EventName.orderStatus, (got) => got === id).at(-1)?.[1];
  }
  untilStatus(id, ...wanted) {
    return eventually(() => wanted.includes(this.status(id)), `order ${id}: ${wanted}`);
  }
  openOrder(id) {
    return this.all(EventName.openOrder, (got) => got === id).at(-1);
  }
  async bid() {
    const ticks = await this.request('reqMktData', [AAPL, '', true, false],
      EventName.tickSnapshotEnd, EventName.tickPrice);
    return ticks.findLast(([, kind]) => kind === BID)[2];
  }
  async priceBelow() {
    return Math.round(await this.bid() * 80) / 100;
  }
}

const order = (orderType, action, totalQuantity, more = {}) =>
  ({ orderType, action, totalQuantity, tif: TimeInForce.DAY, transmit: true, ...more });

function place(c, theOrder) {
  const id = c.orderId++;
  c.ib.api.placeOrder(id, AAPL, theOrder);
  return id;
}

flow('F-handshake', 'it connects at 193', async (c) => {
  c.orderId = await c.ib.open(21);
  assert.ok(c.orderId >= 1);
  assert.equal(c.ib.all(EventName.server)[0][0], 193);
  assert.deepEqual(await c.ib.until(EventName.managedAccounts), [ACCOUNT]);
  c.ib.seen.length = 0;
  c.ib.api.reqIds();
  assert.deepEqual(await c.ib.until(EventName.nextValidId), [c.orderId]);
});

flow('F-time', 'it reads the clock of the exchange', async (c) => {
  c.ib.api.reqCurrentTime();
  const [time] = await c.ib.until(EventName.currentTime);
  assert.ok(Math.abs(time - Date.now() / 1000) < 10);
});

flow('F-contract', 'it reads contract details in New York and Tokyo', async (c) => {
  const details = (contract) => c.ib.request('reqContractDetails', [contract],
    EventName.contractDetailsEnd, EventName.contractDetails);
  const [[, apple]] = await details(AAPL);
  assert.equal(apple.contract.conId, 265598);
  assert.equal(apple.contract.primaryExch, 'NASDAQ');
  assert.equal(apple.longName, 'APPLE INC');
  assert.equal(apple.minTick, 0.01);
  const [[, toyota]] = await details(TOYOTA);
  assert.equal(toyota.contract.primaryExch, 'TSEJ');
  assert.equal(toyota.timeZoneId, 'Japan');
});

flow('F-notfound', 'it is told that there is no such contract', async (c) => {
  c.ib.api.reqContractDetails(1, stock('NOSUCHSYMBOL', 'USD'));
  await eventually(() => c.ib.errors(200).length, 'error 200');
});

flow('F-quote-snapshot', 'it gets a snapshot of quotes', async (c) => {
  const ticks = await c.ib.request('reqMktData', [TOYOTA, '', true, false],
    EventName.tickSnapshotEnd, EventName.tickPrice);
  const price = Object.fromEntries(ticks.map(([, kind, value]) => [kind, value]));
  assert.ok(0 < price[BID] && price[BID] < price[ASK] && price[LAST] > 0);
});

flow('F-quote-stream', 'it streams quotes until it cancels', async (c) => {
  c.ib.api.reqMarketDataType(1);
  c.ib.api.reqMktData(2, AAPL, '', false, false);
  for (const wanted of [BID, ASK, LAST])
    await c.ib.until(EventName.tickPrice, (id, kind, price) => id === 2 && kind === wanted && price > 0);
  const isQuote = (id, kind) => id === 2 && [BID, ASK, LAST].includes(kind);
  const quotes = () => new Set(c.ib.all(EventName.tickPrice, isQuote)
    .map(([, kind, price]) => `${kind} ${price}`));
  await eventually(() => quotes().size >= 5, 'the market to move');
  c.ib.api.cancelMktData(2);
});

flow('F-account-summary', 'it reads the account summary', async (c) => {
  const tags = ['NetLiquidation', 'TotalCashValue', 'BuyingPower'];
  const rows = await c.ib.request('reqAccountSummary', ['All', tags.join()],
    EventName.accountSummaryEnd, EventName.accountSummary);
  const summary = Object.fromEntries(rows.map(([, , tag, value]) => [tag, Number(value)]));
  for (const tag of tags) assert.ok(summary[tag] > 0, tag);
  c.ib.api.cancelAccountSummary(c.ib.nextRequest);
});

flow('F-account-updates', 'it reads the account values', async (c) => {
  c.ib.api.reqAccountUpdates(true, ACCOUNT);
  await c.ib.until(EventName.accountDownloadEnd);
  const values = new Map(c.ib.all(EventName.updateAccountValue).map(([key, value]) => [key, value]));
  assert.ok(Number(values.get('NetLiquidation')) > 0);
  assert.ok(c.ib.all(EventName.updateAccountTime).length > 0);
});

flow('F-positions', 'it reads portfolio and positions and they agree', async (c) => {
  c.ib.api.reqPositions();
  await c.ib.until(EventName.positionEnd);
  const portfolio = new Map(c.ib.all(EventName.updatePortfolio).map(([k, n]) => [k.conId, n]));
  const positions = new Map(c.ib.all(EventName.position).map(([, k, n]) => [k.conId, n]));
  assert.ok(portfolio.size > 0);
  assert.deepEqual([...portfolio].sort(), [...positions].sort());
  c.ib.api.cancelPositions();
});

flow('F-pnl', 'it reads profit and loss', async (c) => {
  const [[, , unrealized]] = await c.ib.request('reqPnL', [ACCOUNT, ''], EventName.pnl);
  assert.ok(Math.abs(unrealized) < 1e12);
  c.ib.api.cancelPnL(c.ib.nextRequest);
  const [[, position]] = await c.ib.request('reqPnLSingle', [ACCOUNT, '', 265598],
    EventName.pnlSingle);
  const held = new Map(c.ib.all(EventName.position).map(([, k, n]) => [k.conId, n]));
  assert.equal(position, held.get(265598));
  c.ib.api.cancelPnLSingle(c.ib.nextRequest);
});

flow('F-history', 'it reads daily bars', async (c) => {
  const rows = await c.ib.request('reqHistoricalData',
    [AAPL, '', '10 D', BarSizeSetting.DAYS_ONE, WhatToShow.TRADES, 1, 1, false],
    EventName.historicalData);
  await c.ib.until(EventName.historicalData, (_, time) => String(time).startsWith('finished'));
  const bars = c.ib.all(EventName.historicalData, (id, time) =>
    id === rows[0][0] && !String(time).startsWith('finished'));
  assert.equal(bars.length, 10);
  for (const [, , open, high, low, close] of bars)
    assert.ok(low <= Math.min(open, close) && Math.max(open, close) <= high);
});

flow('F-history-live', 'it keeps bars up to date', async (c) => {
  const rows = await c.ib.request('reqHistoricalData',
    [AAPL, '', '3600 S', BarSizeSetting.MINUTES_ONE, WhatToShow.TRADES, 0, 1, true],
    EventName.historicalData);
  const id = rows[0][0];
  await c.ib.until(EventName.historicalDataUpdate, (got) => got === id);
  c.ib.api.cancelHistoricalData(id);
});

flow('F-delayed', 'it is told that prices are delayed', async (c) => {
  c.ib.api.reqMktData(9, RIO, '', false, false);
  await eventually(() => c.ib.errors(10089).length, 'the refusal of live prices');
  c.ib.api.reqMarketDataType(3);
  c.ib.api.reqMktData(3, RIO, '', false, false);
  await c.ib.until(EventName.marketDataType, (id, kind) => id === 3 && kind === 3);
  await c.ib.until(EventName.tickPrice,
    (id, kind, price) => id === 3 && kind === DELAYED_BID && price > 0);
  c.ib.api.cancelMktData(3);
  c.ib.api.reqMarketDataType(1);
});

flow('F-option-chain', 'it reads an option chain', async (c) => {
  const chains = await c.ib.request('reqSecDefOptParams', ['AAPL', '', SecType.STK, 265598],
    EventName.securityDefinitionOptionParameterEnd, EventName.securityDefinitionOptionParameter);
  const [, , , , multiplier, expirations, strikes] = chains.find((row) => row[1] === 'SMART');
  assert.equal(Number(multiplier), 100);
  assert.ok(expirations.length >= 4 && strikes.length >= 10);
  const expiry = String([...expirations].sort()[1]);
  const option = { ...AAPL, secType: SecType.OPT, lastTradeDateOrContractMonth: expiry, right: 'C' };
  const rows = await c.ib.request('reqContractDetails', [option], EventName.contractDetailsEnd,
    EventName.contractDetails);
  const listed = rows.map(([, details]) => details.contract.strike);
  assert.ok(listed.length >= 10 && listed.every((strike) => strikes.includes(strike)));
  const bid = await c.ib.bid();
  const strike = listed.reduce((a, b) => (Math.abs(b - bid) < Math.abs(a - bid) ? b : a));
  c.option = { ...option, strike, multiplier: 100 };
});

flow('F-greeks', 'it gets the Greeks of an option', async (c) => {
  c.ib.api.reqMktData(4, c.option, '', false, false);
  const [, , , volatility, delta, price, , , , , underlying] = await c.ib.until(
    EventName.tickOptionComputation, (id, kind) => id === 4 && kind === MODEL);
  assert.ok(0.01 < volatility && volatility < 3 && 0.2 < delta && delta < 0.8 && price > 0);
  c.ib.api.cancelMktData(4);
  const [again] = await c.ib.request('calculateImpliedVolatility', [c.option, price, underlying],
    EventName.tickOptionComputation);
  assert.ok(Math.abs(again[3] - volatility) < 0.02, `${again[3]} is not ${volatility}`);
});

flow('F-depth', 'it sees the depth of the market', async (c) => {
  c.ib.api.reqMktDepth(5, AAPL, 5, true);
  const side = (wanted) => new Map(c.ib.all(EventName.updateMktDepthL2,
    (id, _, __, operation, got) => id === 5 && operation !== 2 && got === wanted)
    .map((row) => [row[1], row[5]]));
  await eventually(() => side(0).size === 5 && side(1).size === 5, 'five levels on both sides');
  assert.ok(Math.max(...side(1).values()) < Math.min(...side(0).values()));
  c.ib.api.cancelMktDepth(5, true);
});

flow('F-tick-by-tick', 'it gets every tick', async (c) => {
  c.ib.api.reqTickByTickData(6, AAPL, 'AllLast', 5, false);
  c.ib.api.reqTickByTickData(7, AAPL, 'BidAsk', 0, false);
  await c.ib.until(EventName.tickByTickAllLast,
    (id, _, __, price, size) => id === 6 && price > 0 && size > 0);
  await c.ib.until(EventName.tickByTickBidAsk, (id, _, bid, ask) => id === 7 && 0 < bid && bid < ask);
  c.ib.api.cancelTickByTickData(6);
  c.ib.api.cancelTickByTickData(7);
});

flow('F-realtime-bars', 'it gets bars of five seconds', async (c) => {
  c.ib.api.reqRealTimeBars(8, AAPL, 5, WhatToShow.TRADES, false);
  const bars = () => c.ib.all(EventName.realtimeBar, (id) => id === 8);
  await eventually(() => bars().length >= 2, 'two bars');
  const [[, first, , high, low], [, second]] = bars();
  assert.equal(second - first, 5);
  assert.ok(low <= high);
  c.ib.api.cancelRealTimeBars(8);
});

flow('F-history-ticks', 'it reads the ticks of the past', async (c) => {
  const end = new Date().toISOString().replace(/-/g, '').replace('T', '-').slice(0, 17);
  const rows = await c.ib.request('reqHistoricalTicks',
    [AAPL, '', end, 100, WhatToShow.TRADES, 0, true], EventName.historicalTicksLast);
  const ticks = rows.flatMap(([, part]) => part);
  assert.ok(ticks.length >= 10 && ticks.every((tick) => tick.price > 0), `${ticks.length} ticks`);
});

flow('F-place-modify-cancel', 'it places, changes and cancels a limit order', async (c) => {
  const lmtPrice = await c.ib.priceBelow();
  const id = place(c, order(OrderType.LMT, OrderAction.BUY, 5, { lmtPrice }));
  await c.ib.untilStatus(id, 'Submitted');
  const [, contract, placed] = c.ib.openOrder(id);
  assert.equal(contract.conId, 265598);
  assert.equal(placed.lmtPrice, lmtPrice);
  assert.equal(placed.account, ACCOUNT);
  assert.ok(placed.permId > 0);
  c.ib.api.placeOrder(id, AAPL, order(OrderType.LMT, OrderAction.BUY, 6, { lmtPrice }));
  await eventually(() => c.ib.openOrder(id)[2].totalQuantity === 6, 'the change');
  assert.equal(c.ib.openOrder(id)[2].permId, placed.permId);
  c.ib.api.cancelOrder(id);
  await c.ib.untilStatus(id, 'Cancelled');
  await c.ib.until(EventName.error, (_, code, about) => code === 202 && about === id);
});

flow('F-fill', 'a market order fills with execution and commission', async (c) => {
  const id = c.filled = place(c, order(OrderType.MKT, OrderAction.BUY, 3));
  await c.ib.untilStatus(id, 'Filled');
  const [, , filled, remaining, average] = c.ib.all(EventName.orderStatus, (n) => n === id).at(-1);
  assert.equal(filled, 3);
  assert.equal(remaining, 0);
  assert.ok(average > 0);
  const fills = c.ib.all(EventName.execDetails, (_, __, e) => e.orderId === id).map((a) => a[2]);
  assert.equal(fills.reduce((sum, e) => sum + e.shares, 0), 3);
  for (const fill of fills) {
    assert.equal(fill.side, 'BOT');
    const [report] = await c.ib.until(EventName.commissionReport, (r) => r.execId === fill.execId);
    assert.ok(report.commission > 0);
    assert.equal(report.currency, 'USD');
  }
});

flow('F-bracket', 'a bracket stands and falls together', async (c) => {
  const lmtPrice = await c.ib.priceBelow();
  const cents = (x) => Math.round(x * 100) / 100;
  const parent = place(c, order(OrderType.LMT, OrderAction.BUY, 2, { lmtPrice, transmit: false }));
  const target = place(c, order(OrderType.LMT, OrderAction.SELL, 2,
    { lmtPrice: cents(lmtPrice * 1.5), parentId: parent, transmit: false }));
  const stop = place(c, order(OrderType.STP, OrderAction.SELL, 2,
    { auxPrice: cents(lmtPrice * 0.9), parentId: parent }));
  await c.ib.untilStatus(parent, 'Submitted');
  for (const child of [target, stop]) {
    await c.ib.untilStatus(child, 'PreSubmitted', 'Submitted');
    assert.equal(c.ib.openOrder(child)[2].parentId, parent);
  }
  c.ib.api.cancelOrder(parent);
  for (const id of [parent, target, stop]) await c.ib.untilStatus(id, ...ENDED);
});

flow('F-whatif', 'a what-if order is valued and not placed', async (c) => {
  const id = place(c, order(OrderType.MKT, OrderAction.BUY, 10, { whatIf: true }));
  const [, , asked, state] = await c.ib.until(EventName.openOrder, (n) => n === id);
  assert.ok(asked.whatIf);
  assert.ok(Number(state.initMarginChange) > 0);
  c.ib.api.reqAllOpenOrders();
  await c.ib.until(EventName.openOrderEnd);
  assert.equal(c.ib.status(id), undefined);
});

flow('F-bracket-trigger', 'an exit of a bracket ends the other', async (c) => {
  const bid = await c.ib.bid();
  const cents = (x) => Math.round(x * 100) / 100;
  const parent = place(c, order(OrderType.MKT, OrderAction.BUY, 2, { transmit: false }));
  const exit = (lmtPrice, transmit) =>
    order(OrderType.LMT, OrderAction.SELL, 2, { lmtPrice: cents(lmtPrice), parentId: parent, transmit });
  const target = place(c, exit(bid * 1.2, false));
  const stop = place(c, order(OrderType.STP, OrderAction.SELL, 2,
    { auxPrice: cents(bid * 0.8), parentId: parent }));
  await c.ib.untilStatus(parent, 'Filled');
  await c.ib.untilStatus(target, 'Submitted');
  c.ib.api.placeOrder(target, AAPL, exit(bid * 0.95, true));
  await c.ib.untilStatus(target, 'Filled');
  await c.ib.untilStatus(stop, 'Cancelled');
});

flow('F-oca', 'one of a group cancels the others', async (c) => {
  const bid = await c.ib.bid();
  const limit = (price) => order(OrderType.LMT, OrderAction.BUY, 2,
    { lmtPrice: Math.round(price * 100) / 100, ocaGroup: `group ${bid}`, ocaType: 1 });
  const far = place(c, limit(bid * 0.8));
  await c.ib.untilStatus(far, 'Submitted');
  await c.ib.untilStatus(place(c, limit(bid * 1.05)), 'Filled');
  await c.ib.untilStatus(far, 'Cancelled');
  await c.ib.untilStatus(place(c, order(OrderType.MKT, OrderAction.SELL, 2)), 'Filled');
});

flow('F-conditions', 'an order waits for its condition', async (c) => {
  const bid = await c.ib.bid();
  const cents = (x) => Math.round(x * 100) / 100;
  const above = (price) => order(OrderType.MKT, OrderAction.BUY, 1,
    { conditions: [new PriceCondition(cents(price), 0, 265598, 'SMART', true, 'a')] });
  const id = place(c, above(bid * 2));
  await c.ib.untilStatus(id, 'PreSubmitted');
  const { conditions } = c.ib.openOrder(id)[2];
  assert.deepEqual(conditions.map((one) => one.price), [cents(bid * 2)]);
  c.ib.api.placeOrder(id, AAPL, above(bid / 2));
  await c.ib.untilStatus(id, 'Filled');
  await c.ib.untilStatus(place(c, order(OrderType.MKT, OrderAction.SELL, 1)), 'Filled');
});

flow('F-combo', 'a combination fills with its legs', async (c) => {
  const leg = (conId, action) => ({ conId, action, ratio: 1, exchange: 'SMART' });
  const bag = { ...AAPL, secType: SecType.BAG, comboLegs: [leg(265598, 'BUY'), leg(272093, 'SELL')] };
  const id = c.orderId++;
  c.ib.api.placeOrder(id, bag, order(OrderType.MKT, OrderAction.BUY, 1));
  await c.ib.untilStatus(id, 'Filled');
  const sides = () => Object.fromEntries(c.ib.all(EventName.execDetails,
    (_, contract, e) => e.orderId === id && contract.secType === 'STK')
    .map(([, contract, e]) => [contract.conId, e.side]));
  await eventually(() => sides()[265598] === 'BOT' && sides()[272093] === 'SLD',
    'an execution of each leg');
});

flow('F-open-orders', 'it lists its open orders until they end', async (c) => {
  const lmtPrice = await c.ib.priceBelow();
  const id = place(c, order(OrderType.LMT, OrderAction.BUY, 4, { lmtPrice, orderRef: 'interop' }));
  await c.ib.untilStatus(id, 'Submitted');
  for (const call of ['reqOpenOrders', 'reqAllOpenOrders']) {
    c.ib.seen.length = 0;
    c.ib.api[call]();
    await c.ib.until(EventName.openOrderEnd);
    assert.equal(c.ib.openOrder(id)[2].orderRef, 'interop');
  }
  c.ib.api.cancelOrder(id);
  await c.ib.untilStatus(id, 'Cancelled');
  c.ib.seen.length = 0;
  c.ib.api.reqAllOpenOrders();
  await c.ib.until(EventName.openOrderEnd);
  assert.equal(c.ib.openOrder(id), undefined);
});

flow('F-completed', 'it lists what was filled and cancelled', async (c) => {
  c.ib.api.reqCompletedOrders(false);
  await c.ib.until(EventName.completedOrdersEnd);
  const states = c.ib.all(EventName.completedOrder).map(([, , state]) => state.status);
  assert.ok(states.includes('Filled') && states.includes('Cancelled'), states.join());
});

flow('F-executions', 'it reads the executions of the day', async (c) => {
  const rows = await c.ib.request('reqExecutions', [{}], EventName.execDetailsEnd,
    EventName.execDetails);
  const own = rows.filter(([, , e]) => e.orderId === c.filled);
  assert.equal(own.reduce((sum, [, , e]) => sum + e.shares, 0), 3);
});

flow('F-two-clients', 'a second client sees the orders of the first but cannot cancel them', async (c) => {
  const lmtPrice = await c.ib.priceBelow();
  const id = place(c, order(OrderType.LMT, OrderAction.BUY, 1, { lmtPrice }));
  await c.ib.untilStatus(id, 'Submitted');
  const other = new Connection(c.port);
  try {
    await other.open(22);
    other.api.reqOpenOrders();
    await other.until(EventName.openOrderEnd);
    assert.deepEqual(other.all(EventName.openOrder), [], 'an order of another client among one’s own');
    other.api.reqAllOpenOrders();
    const [, , seen] = await other.until(EventName.openOrder, (got) => got === id);
    assert.equal(seen.clientId, 21);
    assert.equal(seen.permId, c.ib.openOrder(id)[2].permId);
    other.api.cancelOrder(id);
    await other.until(EventName.error, (_, code, about) => code === 10147 && about === id);
  } finally {
    other.api.disconnect();
  }
  assert.equal(c.ib.status(id), 'Submitted');
  c.ib.api.cancelOrder(id);
  await c.ib.untilStatus(id, 'Cancelled');
});

flow('F-duplicate-id', 'a second client with the same id is refused', async (c) => {
  const other = new Connection(c.port);
  other.api.connect(21);
  await other.until(EventName.info, (_, code) => code === 326); // an error without a request is news
  await other.until(EventName.disconnected);
  other.api.disconnect();
  c.ib.seen.length = 0;
  c.ib.api.reqCurrentTime();
  await c.ib.until(EventName.currentTime);
});

flow('F-reconnect', 'an open order is still there after reconnecting', async (c) => {
  const lmtPrice = await c.ib.priceBelow();
  const id = place(c, order(OrderType.LMT, OrderAction.BUY, 1, { lmtPrice, tif: TimeInForce.GTC }));
  await c.ib.untilStatus(id, 'Submitted');
  const { permId } = c.ib.openOrder(id)[2];
  c.ib.api.disconnect();
  c.ib = new Connection(c.port);
  c.orderId = await c.ib.open(21);
  assert.ok(c.orderId > id);
  c.ib.api.reqOpenOrders();
  await c.ib.until(EventName.openOrderEnd);
  assert.equal(c.ib.openOrder(id)[2].permId, permId);
  c.ib.api.cancelOrder(id);
  await c.ib.untilStatus(id, 'Cancelled');
});

flow('F-fa', 'an advisor replaces groups and an order is divided among accounts', async () => {
  const groups = readFileSync(new URL('groups.xml', import.meta.url), 'utf8');
  const login = new Connection(await startExchange(`${CLIENT} advisor`, 193,
    '--advisor', ADVISOR, '--accounts', `${ACCOUNT},${SECOND}`));
  const id = await login.open(23);
  const [accounts] = await login.until(EventName.managedAccounts);
  assert.deepEqual(accounts.split(','), [ADVISOR, ACCOUNT, SECOND]);
  login.api.replaceFA(41, FADataType.GROUPS, groups);
  await login.until(EventName.replaceFAEnd, (got) => got === 41);
  login.api.requestFA(FADataType.GROUPS);
  const [kind, text] = await login.until(EventName.receiveFA);
  assert.equal(kind, FADataType.GROUPS);
  assert.deepEqual([...text.matchAll(/<name>(.*?)<\/name>/g)].map((m) => m[1]), ['Pair', 'Parts']);

  login.api.placeOrder(id, AAPL, order(OrderType.MKT, OrderAction.BUY, 9, { faGroup: 'Parts' }));
  await login.untilStatus(id, 'Filled');
  const fills = () => login.all(EventName.execDetails).map(([, , e]) => e);
  const sum = (account) => fills().filter((e) => e.acctNumber === account)
    .reduce((total, e) => total + e.shares, 0);
  await eventually(() => sum(ACCOUNT) === 6 && sum(SECOND) === 3, 'each account to have its part');
  await eventually(() => fills().every((e) => login.all(EventName.commissionReport,
    (r) => r.execId === e.execId).length > 0), 'a commission for each execution');
  login.api.disconnect();
});

flow('F-all-read', 'it never met a message that it could not read', async (c) => {
  const serious = c.ib.all(EventName.error, (_, code) => code >= 500 && code < 600);
  assert.deepEqual(serious, []);
  c.ib.api.disconnect();
});

const port = await startExchange(CLIENT, 193);
await run({ ib: new Connection(port), port, orderId: 0 }, `${CLIENT} at 193`);
