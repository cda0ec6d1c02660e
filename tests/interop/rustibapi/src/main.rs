// SPDX-License-Identifier: MIT

//! The `ibapi` crate (protobuf only, from server version 213) trades on the paper exchange.

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use harness::{eventually, exchange, run_all, Flow, PATIENCE};
use ibapi::accounts::types::{AccountGroup, AccountId, ContractId};
use ibapi::accounts::{
    AccountSummaryResult, AccountUpdate, AccountUpdateMulti, FaDataType, PositionUpdate,
    PositionUpdateMulti,
};
use ibapi::client::blocking::{Client, Subscription};
use ibapi::contracts::tick_types::TickType;
use ibapi::contracts::{Contract, LegAction, OptionRight, SecurityType};
use ibapi::market_data::historical::{BarSize, HistoricalBarUpdate, ToDuration, WhatToShow};
use ibapi::market_data::realtime::{MarketDepths, TickTypes};
use ibapi::market_data::{IgnoreSize, MarketDataType, SmartDepth, TradingHours};
use ibapi::orders::{
    order_builder, Action, ExecutionFilter, Executions, OcaType, Order, OrderCondition, OrderData,
    OrderState, OrderStatusKind, OrderUpdate, Orders, PlaceOrder, PriceCondition, TimeInForce,
};
use ibapi::subscriptions::SubscriptionItem;
use ibapi::Error;

const CRATE: &str = "ibapi 3.3.0"; // as Cargo.toml pins it
const ACCOUNT: &str = "DU9000001";
const ADVISOR: &str = "DF9000000";
const SECOND: &str = "DU9000002"; // of the advisor's clients; the first is ACCOUNT
const APPLE: i32 = 265598;
const MICROSOFT: i32 = 272093;
const CLIENT_A: i32 = 41;
const CLIENT_B: i32 = 42;
const CLIENT_C: i32 = 43;

/// What the client logs as a warning or worse.
struct Complaints(Mutex<Vec<String>>);

impl log::Log for Complaints {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }
    fn log(&self, record: &log::Record) {
        if record.level() <= log::Level::Warn {
            self.0.lock().unwrap().push(record.args().to_string());
        }
    }
    fn flush(&self) {}
}

static COMPLAINTS: Complaints = Complaints(Mutex::new(Vec::new()));

/// A connection that keeps what it hears of orders.
struct Connection {
    client: Client,
    updates: Subscription<OrderUpdate>,
    orders: BTreeMap<i32, Subscription<PlaceOrder>>, // they hear of errors
    seen: Vec<OrderUpdate>,
    errors: Vec<(i32, i32)>, // order id, code
}

impl Connection {
    fn open(port: u16, client_id: i32) -> Result<Connection, Error> {
        let client = Client::connect(&format!("127.0.0.1:{port}"), client_id)?;
        let updates = client.order_update_stream()?;
        let (orders, seen, errors) = Default::default();
        Ok(Connection { client, updates, orders, seen, errors })
    }

    fn listen(&mut self) {
        while let Some(item) = self.updates.try_next() {
            if let Ok(SubscriptionItem::Data(update)) = item {
                self.seen.push(update);
            }
        }
        for (id, order) in &self.orders {
            while let Some(item) = order.try_next() {
                self.errors.extend(code_of(item).map(|code| (*id, code)));
            }
        }
    }

    /// The answers to an order go to it alone while it is held, not to the lists.
    fn forget_orders(&mut self) {
        self.listen();
        self.orders.clear();
    }

    fn until<T>(&mut self, what: &str, mut found: impl FnMut(&Connection) -> Option<T>) -> T {
        eventually(what, || {
            self.listen();
            found(self)
        })
    }

    fn place(&mut self, order: &Order) -> i32 {
        let id = self.client.next_order_id();
        self.place_as(id, order);
        id
    }

    fn place_as(&mut self, id: i32, order: &Order) {
        self.orders.remove(&id);
        let order = self.client.place_order(id, &apple(), order).expect("the order to be sent");
        self.orders.insert(id, order);
    }

    fn trade(&mut self, action: Action, quantity: f64) {
        let id = self.place(&order_builder::market_order(action, quantity));
        self.until_status(id, &[OrderStatusKind::Filled]);
    }

    fn status(&self, id: i32) -> Option<OrderStatusKind> {
        self.seen.iter().rev().find_map(|update| match update {
            OrderUpdate::OrderStatus(s) if s.order_id == id => Some(s.status),
            _ => None,
        })
    }

    fn until_status(&mut self, id: i32, wanted: &[OrderStatusKind]) {
        self.until(&format!("order {id} to be {wanted:?}"), |c| {
            c.status(id).filter(|status| wanted.contains(status))
        });
    }

    fn order(&self, id: i32) -> Option<&OrderData> {
        self.seen.iter().rev().find_map(|update| match update {
            OrderUpdate::OpenOrder(data) if data.order_id == id => Some(data),
            _ => None,
        })
    }

    fn cancel(&mut self, id: i32) {
        let answers = self.client.cancel_order(id, "").expect("the cancel to be sent");
        self.until_status(id, &[OrderStatusKind::Cancelled]);
        eventually("error 202", || {
            answers.try_next().and_then(code_of).filter(|code| *code == 202)
        });
        self.errors.push((id, 202));
    }
}

/// The code of an error or notice among the answers.
fn code_of<T>(item: Result<SubscriptionItem<T>, Error>) -> Option<i32> {
    match item {
        Err(Error::Notice(notice)) | Ok(SubscriptionItem::Notice(notice)) => Some(notice.code),
        _ => None,
    }
}

struct Context {
    port: u16,
    version: u32,
    connection: Option<Connection>,
    positions: BTreeMap<i32, f64>,
    filled: i32,              // the order of F-fill
    option: Option<Contract>, // one near the money
}

impl Context {
    fn at(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a connection")
    }
    fn client(&self) -> &Client {
        &self.connection.as_ref().expect("a connection").client
    }
}

fn apple() -> Contract {
    Contract::stock("AAPL").build()
}

/// In London, for which the account has no subscription.
fn rio() -> Contract {
    Contract::stock("RIO").in_currency("GBP").build()
}

fn toyota() -> Contract {
    Contract::stock("7203").in_currency("JPY").build()
}

fn account() -> AccountId {
    AccountId(ACCOUNT.into())
}

fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

fn price_of(tick: &TickTypes) -> Option<(&TickType, f64)> {
    match tick {
        TickTypes::Price(t) => Some((&t.tick_type, t.price)),
        TickTypes::PriceSize(t) => Some((&t.price_tick_type, t.price)),
        _ => None,
    }
}

fn snapshot_of(client: &Client, contract: &Contract) -> Vec<TickTypes> {
    let ticks = client.market_data(contract).snapshot().subscribe().expect("a snapshot");
    ticks.collect_for(PATIENCE)
}

fn last_of(ticks: &[TickTypes], wanted: TickType) -> f64 {
    let mut prices = ticks.iter().rev().filter_map(price_of);
    prices.find(|(kind, _)| **kind == wanted).expect("the price").1
}

fn price_below(client: &Client) -> f64 {
    cents(last_of(&snapshot_of(client, &apple()), TickType::Bid) * 0.8)
}

fn is_fee(value: Option<f64>) -> bool {
    value.is_some_and(|x| 0.0 < x && x < 1e6)
}

/// The order of a list that has it. All lists of a connection share one channel, on which the end
/// of an earlier one may still stand, so the question is asked again.
fn found(
    what: &str,
    ask: impl Fn() -> Vec<OrderData>,
    is: impl Fn(&OrderData) -> bool,
) -> OrderData {
    eventually(what, || ask().into_iter().find(&is))
}

/// What works at the exchange, as a client sees it that has just come.
fn working(port: u16) -> Vec<OrderData> {
    let fresh = Connection::open(port, CLIENT_C).expect("a connection");
    let list = listed(fresh.client.all_open_orders());
    fresh.client.disconnect();
    list
}

/// The orders of a list, to its end.
fn listed(list: Result<Subscription<Orders>, Error>) -> Vec<OrderData> {
    let items = list.expect("the list").collect_for(PATIENCE);
    items
        .into_iter()
        .filter_map(|item| match item {
            Orders::OrderData(data) => Some(data),
            Orders::OrderStatus(_) => None,
        })
        .collect()
}

fn handshake(c: &mut Context) {
    c.connection = Some(Connection::open(c.port, CLIENT_A).expect("a connection"));
    let client = c.client();
    assert_eq!(client.server_version() as u32, c.version);
    assert_eq!(client.managed_accounts().unwrap(), [ACCOUNT]);
    assert!(client.next_valid_order_id().unwrap() >= 1);
}

fn time(c: &mut Context) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let told = c.client().server_time().unwrap().unix_timestamp();
    assert!((told - now).abs() < 10, "{told} is not {now}");
    let told = c.client().server_time_millis().unwrap().unix_timestamp();
    assert!((told - now).abs() < 10, "{told} is not {now}");
}

fn contract(c: &mut Context) {
    let details = c.client().contract_details(&apple()).unwrap();
    assert_eq!(details.len(), 1);
    assert_eq!(details[0].contract.contract_id, APPLE);
    assert_eq!(details[0].contract.primary_exchange.as_str(), "NASDAQ");
    assert_eq!(details[0].long_name, "APPLE INC");
    assert_eq!(details[0].min_tick, 0.01);
    let details = c.client().contract_details(&toyota()).unwrap();
    assert_eq!(details[0].contract.primary_exchange.as_str(), "TSEJ");
    assert_eq!(details[0].time_zone_id, "Japan");
}

fn not_found(c: &mut Context) {
    match c.client().contract_details(&Contract::stock("NOSUCHSYMBOL").build()) {
        Err(Error::Notice(notice)) => assert_eq!(notice.code, 200),
        other => panic!("{other:?}"),
    }
}

fn quote_snapshot(c: &mut Context) {
    let prices = snapshot_of(c.client(), &toyota());
    let (bid, ask) = (last_of(&prices, TickType::Bid), last_of(&prices, TickType::Ask));
    assert!(0.0 < bid && bid < ask && last_of(&prices, TickType::Last) > 0.0, "{prices:?}");
}

fn quote_stream(c: &mut Context) {
    let contract = apple();
    let quotes = c.client().market_data(&contract).subscribe().unwrap();
    let wanted = [TickType::Bid, TickType::Ask, TickType::Last];
    let (mut kinds, mut different) = (BTreeSet::new(), BTreeSet::new());
    quotes.collect_until(PATIENCE, |ticks| {
        if let Some((kind, price)) = ticks.last().and_then(price_of) {
            let kind = wanted.iter().position(|w| w == kind);
            if kind.is_some() && price > 0.0 {
                kinds.insert(kind);
                different.insert((kind, price.to_bits()));
            }
        }
        kinds.len() == 3 && different.len() >= 5
    });
    assert!(kinds.len() == 3 && different.len() >= 5, "the market does not move");
    quotes.cancel();
}

fn history(c: &mut Context) {
    let contract = apple();
    let bars = c.client().historical_data(&contract, BarSize::Day).duration(10.days());
    let bars = bars.what_to_show(WhatToShow::Trades).fetch().unwrap().bars;
    assert_eq!(bars.len(), 10);
    for bar in &bars {
        assert!(bar.low <= bar.open.min(bar.close) && bar.open.max(bar.close) <= bar.high);
        assert!(bar.date.is_date(), "{bar:?}");
    }
    let days: Vec<String> = bars.iter().map(|bar| bar.date.to_string()).collect();
    assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{days:?}");
}

fn history_live(c: &mut Context) {
    let contract = apple();
    let bars = c.client().historical_data(&contract, BarSize::Min).duration(3600.seconds());
    let bars = bars.trading_hours(TradingHours::Extended).what_to_show(WhatToShow::Trades);
    let bars = bars.stream().unwrap();
    let items = bars.collect_until(PATIENCE, |items| {
        matches!(items.last(), Some(HistoricalBarUpdate::Update(_)))
    });
    assert!(matches!(&items[0], HistoricalBarUpdate::Historical(data) if !data.bars.is_empty()));
    assert!(matches!(items.last(), Some(HistoricalBarUpdate::Update(_))), "no update");
    bars.cancel();
}

fn delayed(c: &mut Context) {
    let contract = rio();
    let refused = c.client().market_data(&contract).subscribe().unwrap();
    eventually("the refusal", || refused.try_next().and_then(code_of).filter(|c| *c == 10089));
    c.client().switch_market_data_type(MarketDataType::Delayed).unwrap();
    let quotes = c.client().market_data(&contract).subscribe().unwrap();
    let ticks = quotes.collect_until(PATIENCE, |ticks| {
        ticks.last().and_then(price_of).is_some_and(|(kind, _)| *kind == TickType::DelayedBid)
    });
    assert!(last_of(&ticks, TickType::DelayedBid) > 0.0);
    quotes.cancel();
    c.client().switch_market_data_type(MarketDataType::Realtime).unwrap();
}

fn option_chain(c: &mut Context) {
    let chains = c.client().option_chain("AAPL", "", SecurityType::Stock, APPLE).unwrap();
    let chains = chains.collect_for(PATIENCE);
    let smart = chains.iter().find(|chain| chain.exchange == "SMART").expect("SMART");
    assert_eq!(smart.multiplier, "100");
    assert!(smart.expirations.len() >= 4 && smart.strikes.len() >= 10);
    let mut expirations = smart.expirations.clone();
    expirations.sort();
    let wanted = Contract {
        security_type: SecurityType::Option,
        last_trade_date_or_contract_month: expirations[1].clone(),
        right: Some(OptionRight::Call),
        ..apple()
    };
    let listed = c.client().contract_details(&wanted).unwrap();
    let listed: Vec<f64> = listed.iter().map(|details| details.contract.strike).collect();
    assert!(listed.len() >= 10 && listed.iter().all(|strike| smart.strikes.contains(strike)));
    let bid = last_of(&snapshot_of(c.client(), &apple()), TickType::Bid);
    let far = |strike: &f64| (strike - bid).abs();
    let strike = *listed.iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
    c.option = Some(Contract { strike, multiplier: "100".into(), ..wanted });
}

fn greeks(c: &mut Context) {
    let option = c.option.clone().expect("an option");
    let quotes = c.client().market_data(&option).subscribe().unwrap();
    let model = quotes
        .collect_until(PATIENCE, |ticks| ticks.last().is_some_and(is_model))
        .into_iter()
        .find_map(|tick| match tick {
            TickTypes::OptionComputation(o) if o.field == TickType::ModelOption => Some(o),
            _ => None,
        })
        .expect("the model");
    quotes.cancel();
    let (volatility, delta) = (model.implied_volatility.unwrap(), model.delta.unwrap());
    assert!(0.01 < volatility && volatility < 3.0 && 0.2 < delta && delta < 0.8, "{model:?}");
    let (price, underlying) = (model.option_price.unwrap(), model.underlying_price.unwrap());
    let again = c.client().calculate_implied_volatility(&option, price, underlying).unwrap();
    assert!((again.implied_volatility.unwrap() - volatility).abs() < 0.02, "{again:?}");
}

fn is_model(tick: &TickTypes) -> bool {
    matches!(tick, TickTypes::OptionComputation(o) if o.field == TickType::ModelOption)
}

fn depth(c: &mut Context) {
    let contract = apple();
    let rows = c.client().market_depth(&contract, 5).smart_depth(SmartDepth::Yes);
    let rows = rows.subscribe().unwrap();
    let mut sides = [BTreeMap::new(), BTreeMap::new()]; // ask, bid: price by position
    rows.collect_until(PATIENCE, |items| {
        if let Some(MarketDepths::MarketDepthL2(row)) = items.last() {
            if row.operation != 2 {
                sides[row.side as usize].insert(row.position, row.price);
            }
        }
        sides.iter().all(|side| side.len() == 5)
    });
    assert!(sides.iter().all(|side| side.len() == 5), "{sides:?}");
    let best_ask = sides[0].values().copied().fold(f64::INFINITY, f64::min);
    let best_bid = sides[1].values().copied().fold(0.0, f64::max);
    assert!(0.0 < best_bid && best_bid < best_ask, "{sides:?}");
    rows.cancel();
}

fn tick_by_tick(c: &mut Context) {
    let contract = apple();
    let trades = c.client().tick_by_tick(&contract, 5).all_last().unwrap();
    let seen = trades.collect_until(PATIENCE, |seen| !seen.is_empty());
    assert!(!seen.is_empty() && seen.iter().all(|trade| trade.price > 0.0 && trade.size > 0.0));
    trades.cancel();
    let quotes = c.client().tick_by_tick(&contract, 0).bid_ask(IgnoreSize::No).unwrap();
    let seen = quotes.collect_until(PATIENCE, |seen| !seen.is_empty());
    assert!(seen.iter().any(|quote| 0.0 < quote.bid_price && quote.bid_price < quote.ask_price));
    quotes.cancel();
}

fn realtime_bars(c: &mut Context) {
    let contract = apple();
    let bars = c.client().realtime_bars(&contract).trading_hours(TradingHours::Extended);
    let bars = bars.subscribe().unwrap();
    let seen = bars.collect_until(PATIENCE, |seen| seen.len() == 2);
    assert_eq!((seen[1].date - seen[0].date).whole_seconds(), 5);
    assert!(seen.iter().all(|bar| bar.low <= bar.high));
    bars.cancel();
}

fn history_ticks(c: &mut Context) {
    let contract = apple();
    let now = c.client().server_time().unwrap();
    let ticks = c.client().historical_ticks(&contract, 100).ending(now);
    let ticks: Vec<_> =
        ticks.trading_hours(TradingHours::Extended).trade().unwrap().iter().collect();
    assert!(ticks.len() >= 10, "{} ticks", ticks.len());
}

fn bracket_trigger(c: &mut Context) {
    let bid = last_of(&snapshot_of(c.client(), &apple()), TickType::Bid);
    let (target, stop) = (cents(bid * 1.2), cents(bid * 0.8));
    let c = c.at();
    let parent = c.client.next_order_id();
    let orders =
        order_builder::bracket_order(parent, Action::Buy, 2.0, cents(bid * 1.05), target, stop);
    let mut ids = vec![parent];
    c.place_as(parent, &orders[0]);
    for child in &orders[1..] {
        ids.push(c.place(child));
    }
    c.until_status(parent, &[OrderStatusKind::Filled]);
    c.until_status(ids[1], &[OrderStatusKind::Submitted]);
    let nearer =
        Order { limit_price: Some(cents(bid * 0.95)), transmit: true, ..orders[1].clone() };
    c.place_as(ids[1], &nearer);
    c.until_status(ids[1], &[OrderStatusKind::Filled]);
    c.until_status(ids[2], &[OrderStatusKind::Cancelled]);
}

fn one_cancels_all(c: &mut Context) {
    let bid = last_of(&snapshot_of(c.client(), &apple()), TickType::Bid);
    let buy = |price: f64| Order {
        oca_group: format!("group {bid}"),
        oca_type: OcaType::CancelWithBlock,
        ..order_builder::limit_order(Action::Buy, 2.0, cents(price))
    };
    let c = c.at();
    let far = c.place(&buy(bid * 0.8));
    c.until_status(far, &[OrderStatusKind::Submitted]);
    let near = c.place(&buy(bid * 1.05));
    c.until_status(near, &[OrderStatusKind::Filled]);
    c.until_status(far, &[OrderStatusKind::Cancelled]);
    c.trade(Action::Sell, 2.0);
}

fn conditions(c: &mut Context) {
    let bid = last_of(&snapshot_of(c.client(), &apple()), TickType::Bid);
    let above = |price: f64| {
        let condition = PriceCondition::builder(APPLE, "SMART").greater_than(cents(price)).build();
        let conditions = vec![OrderCondition::Price(condition)];
        Order { conditions, ..order_builder::market_order(Action::Buy, 1.0) }
    };
    let c = c.at();
    let id = c.place(&above(bid * 2.0));
    c.until_status(id, &[OrderStatusKind::PreSubmitted]);
    let echo = c.order(id).expect("the order").order.conditions.clone();
    assert!(matches!(&echo[..], [OrderCondition::Price(p)] if p.price == cents(bid * 2.0)));
    c.place_as(id, &above(bid / 2.0));
    c.until_status(id, &[OrderStatusKind::Filled]);
    c.trade(Action::Sell, 1.0);
}

fn combo(c: &mut Context) {
    let bag = Contract::spread().add_leg(APPLE, LegAction::Buy).on_exchange("SMART").done();
    let bag = bag.add_leg(MICROSOFT, LegAction::Sell).on_exchange("SMART").done();
    let bag = Contract { symbol: "AAPL".into(), ..bag.build().unwrap() };
    let c = c.at();
    let id = c.client.next_order_id();
    let order = order_builder::market_order(Action::Buy, 1.0);
    let answers = c.client.place_order(id, &bag, &order).expect("the order to be sent");
    c.orders.insert(id, answers);
    c.until_status(id, &[OrderStatusKind::Filled]);
    c.until("an execution of each leg", |c| {
        let legs: BTreeMap<i32, String> = c
            .seen
            .iter()
            .filter_map(|update| match update {
                OrderUpdate::ExecutionData(e) if e.execution.order_id == id => {
                    Some((e.contract.contract_id, format!("{:?}", e.execution.side)))
                }
                _ => None,
            })
            .collect();
        let is = |leg: i32, side: &str| legs.get(&leg).is_some_and(|told| told == side);
        (is(APPLE, "Bought") && is(MICROSOFT, "Sold")).then_some(())
    });
}

fn place_modify_cancel(c: &mut Context) {
    let price = price_below(c.client());
    let mut order = order_builder::limit_order(Action::Buy, 5.0, price);
    let c = c.at();
    let id = c.place(&order);
    c.until_status(id, &[OrderStatusKind::Submitted]);
    let placed = c.order(id).expect("the open order").clone();
    assert_eq!(placed.contract.contract_id, APPLE);
    assert_eq!(placed.order.limit_price, Some(price));
    assert_eq!(placed.order.account, ACCOUNT);
    assert!(placed.order.perm_id > 0);
    order.total_quantity = 6.0;
    c.place_as(id, &order);
    c.until("the change", |c| c.order(id).filter(|o| o.order.total_quantity == 6.0).map(drop));
    assert_eq!(c.order(id).unwrap().order.perm_id, placed.order.perm_id);
    c.cancel(id);
    c.until("error 202", |c| c.errors.contains(&(id, 202)).then_some(()));
}

fn fill(c: &mut Context) {
    c.filled = c.at().place(&order_builder::market_order(Action::Buy, 3.0));
    let id = c.filled;
    let c = c.at();
    c.until_status(id, &[OrderStatusKind::Filled]);
    let fills = c.until("executions and a commission for each", |c| {
        let fills: Vec<_> = c
            .seen
            .iter()
            .filter_map(|update| match update {
                OrderUpdate::ExecutionData(e) if e.execution.order_id == id => Some(&e.execution),
                _ => None,
            })
            .cloned()
            .collect();
        let is_paid = |of: &str| {
            c.seen.iter().any(|update| match update {
                OrderUpdate::CommissionReport(r) if r.execution_id == of => {
                    r.commission > 0.0 && r.currency == "USD"
                }
                _ => false,
            })
        };
        let is_whole = fills.iter().map(|f| f.shares).sum::<f64>() == 3.0;
        (is_whole && fills.iter().all(|f| is_paid(&f.execution_id))).then_some(fills)
    });
    for fill in fills {
        assert_eq!(format!("{:?}", fill.side), "Bought");
        assert_eq!(fill.account_number, ACCOUNT);
        assert!(fill.price > 0.0);
    }
}

fn bracket(c: &mut Context) {
    let entry = price_below(c.client());
    let (target, stop) = (cents(entry * 1.5), cents(entry * 0.9));
    let c = c.at();
    let parent = c.client.next_order_id();
    let orders = order_builder::bracket_order(parent, Action::Buy, 2.0, entry, target, stop);
    let mut ids = vec![parent];
    c.place_as(parent, &orders[0]);
    for child in &orders[1..] {
        ids.push(c.place(child));
    }
    c.until_status(parent, &[OrderStatusKind::Submitted]);
    for child in &ids[1..] {
        c.until_status(*child, &[OrderStatusKind::PreSubmitted, OrderStatusKind::Submitted]);
        assert_eq!(c.order(*child).expect("the child").order.parent_id, parent);
    }
    let _answers = c.client.cancel_order(parent, "").unwrap();
    for id in ids {
        c.until_status(id, &[OrderStatusKind::Cancelled, OrderStatusKind::Inactive]);
    }
}

fn what_if(c: &mut Context) {
    let contract = apple();
    let before = working(c.port).len();
    let client = c.client();
    let state: OrderState = client.order(&contract).buy(10.0).market().analyze().unwrap();
    assert!(state.initial_margin_change.is_some_and(|x| x > 0.0), "{state:?}");
    assert!(is_fee(state.commission) || is_fee(state.maximum_commission), "{state:?}");
    assert_eq!(working(c.port).len(), before);
}

fn open_orders(c: &mut Context) {
    let mut order = order_builder::limit_order(Action::Buy, 4.0, price_below(c.client()));
    order.order_ref = "interop".into();
    let port = c.port;
    let c = c.at();
    let id = c.place(&order);
    c.until_status(id, &[OrderStatusKind::Submitted]);
    c.forget_orders();
    let own = found("it among its own", || listed(c.client.open_orders()), |o| o.order_id == id);
    assert_eq!(own.order.order_ref, "interop");
    let all = found("it among all", || listed(c.client.all_open_orders()), |o| o.order_id == id);
    assert_eq!(all.order.order_ref, "interop");
    assert!(working(port).iter().any(|data| data.order_id == id));
    c.cancel(id);
    assert!(working(port).iter().all(|data| data.order_id != id));
}

fn completed(c: &mut Context) {
    let list = listed(c.client().completed_orders(false));
    for wanted in [OrderStatusKind::Filled, OrderStatusKind::Cancelled] {
        assert!(list.iter().any(|data| data.order_state.status == wanted), "none is {wanted:?}");
    }
}

fn executions(c: &mut Context) {
    c.at().forget_orders();
    let items = c.client().executions(ExecutionFilter::default()).unwrap().collect_for(PATIENCE);
    let shares = |item: &Executions| match item {
        Executions::ExecutionData(e) if e.execution.order_id == c.filled => e.execution.shares,
        _ => 0.0,
    };
    assert_eq!(items.iter().map(shares).sum::<f64>(), 3.0);
}

fn account_summary(c: &mut Context) {
    let tags = ["NetLiquidation", "TotalCashValue", "BuyingPower"];
    let rows = c.client().account_summary(&AccountGroup("All".into()), &tags).unwrap();
    let rows: BTreeMap<String, f64> = rows
        .collect_until(PATIENCE, |rows| matches!(rows.last(), Some(AccountSummaryResult::End)))
        .into_iter()
        .filter_map(|row| match row {
            AccountSummaryResult::Summary(s) => Some((s.tag, s.value.parse().unwrap())),
            AccountSummaryResult::End => None,
        })
        .collect();
    assert!(tags.iter().all(|tag| rows[*tag] > 0.0), "{rows:?}");
}

fn account_updates(c: &mut Context) {
    let rows = c.client().account_updates(&account()).unwrap();
    let rows = rows.collect_until(PATIENCE, |rows| matches!(rows.last(), Some(AccountUpdate::End)));
    let is_worth = |row: &AccountUpdate| match row {
        AccountUpdate::AccountValue(v) => {
            v.key == "NetLiquidation" && v.value.parse::<f64>().unwrap() > 0.0
        }
        _ => false,
    };
    assert!(rows.iter().any(is_worth));
    for row in &rows {
        if let AccountUpdate::PortfolioValue(p) = row {
            c.positions.insert(p.contract.contract_id, p.position);
        }
    }
    assert!(rows.iter().any(|row| matches!(row, AccountUpdate::UpdateTime(_))));
    let rows = c.client().account_updates_multi(Some(&account()), None).unwrap();
    let rows =
        rows.collect_until(PATIENCE, |rows| matches!(rows.last(), Some(AccountUpdateMulti::End)));
    assert!(rows.len() > 1);
    for row in rows {
        if let AccountUpdateMulti::AccountMultiValue(v) = row {
            assert_eq!(v.account, ACCOUNT);
        }
    }
}

fn positions(c: &mut Context) {
    let rows = c.client().positions().unwrap();
    let held: BTreeMap<i32, f64> = rows
        .collect_until(PATIENCE, |rows| matches!(rows.last(), Some(PositionUpdate::PositionEnd)))
        .into_iter()
        .filter_map(|row| match row {
            PositionUpdate::Position(p) => Some((p.contract.contract_id, p.position)),
            PositionUpdate::PositionEnd => None,
        })
        .collect();
    assert!(!held.is_empty());
    assert_eq!(held, c.positions);
    let rows = c.client().positions_multi(Some(&account()), None).unwrap();
    let multi: BTreeMap<i32, f64> = rows
        .collect_until(PATIENCE, |rows| {
            matches!(rows.last(), Some(PositionUpdateMulti::PositionEnd))
        })
        .into_iter()
        .filter_map(|row| match row {
            PositionUpdateMulti::Position(p) => Some((p.contract.contract_id, p.position)),
            PositionUpdateMulti::PositionEnd => None,
        })
        .collect();
    assert_eq!(multi, held);
}

fn pnl(c: &mut Context) {
    let rows = c.client().pnl(&account(), None).unwrap().collect_until(PATIENCE, |_| true);
    assert!(rows[0].unrealized_pnl.is_some_and(|x| x.abs() < 1e12), "{rows:?}");
    let rows = c.client().pnl_single(&account(), ContractId(APPLE), None).unwrap();
    let rows = rows.collect_until(PATIENCE, |_| true);
    assert_eq!(rows[0].position, c.positions[&APPLE]);
}

fn two_clients(c: &mut Context) {
    let order = order_builder::limit_order(Action::Buy, 1.0, price_below(c.client()));
    let port = c.port;
    let c = c.at();
    let id = c.place(&order);
    c.until_status(id, &[OrderStatusKind::Submitted]);
    let perm_id = c.order(id).expect("the order").order.perm_id;
    let other = Connection::open(port, CLIENT_B).unwrap();
    assert!(listed(other.client.open_orders()).is_empty(), "another's order among one's own");
    let all = || listed(other.client.all_open_orders());
    let seen = found("the order", all, |data| data.order.perm_id == perm_id);
    assert_eq!(seen.order.client_id, CLIENT_A);
    let refusal = other.client.cancel_order(id, "").unwrap();
    eventually("the refusal", || refusal.try_next().and_then(code_of).filter(|c| *c == 10147));
    other.client.disconnect();
    c.listen();
    assert_eq!(c.status(id), Some(OrderStatusKind::Submitted));
    c.cancel(id);
}

fn duplicate_id(c: &mut Context) {
    assert!(Client::connect(&format!("127.0.0.1:{}", c.port), CLIENT_A).is_err());
    assert!(c.client().server_time().is_ok());
}

fn reconnect(c: &mut Context) {
    let mut order = order_builder::limit_order(Action::Buy, 1.0, price_below(c.client()));
    order.tif = TimeInForce::GoodTilCanceled;
    let port = c.port;
    let old = c.at();
    let id = old.place(&order);
    old.until_status(id, &[OrderStatusKind::Submitted]);
    let perm_id = old.order(id).expect("the order").order.perm_id;
    old.client.disconnect();
    c.connection = None;
    // the exchange may not have noticed yet that the client id is free
    c.connection = Some(eventually("the client id", || Connection::open(port, CLIENT_A).ok()));
    let c = c.at();
    assert!(c.client.next_order_id() > id, "an order id is given twice");
    let list = listed(c.client.open_orders());
    let again = list.iter().find(|data| data.order_id == id).expect("the order");
    assert_eq!(again.order.perm_id, perm_id);
    c.cancel(id);
}

fn advisors_login(c: &mut Context) {
    let accounts = format!("{ACCOUNT},{SECOND}");
    let options = ["--advisor", ADVISOR, "--accounts", &accounts];
    let (port, _programs) = exchange(&format!("rust {CRATE} advisor"), c.version, &options);
    let mut login = Connection::open(port, CLIENT_A).expect("a connection");
    assert_eq!(login.client.managed_accounts().unwrap(), [ADVISOR, ACCOUNT, SECOND]);
    let groups = std::fs::read_to_string("tests/interop/groups.xml").unwrap();
    login.client.replace_fa(FaDataType::Groups, &groups).expect("the groups to be replaced");
    let told = login.client.request_fa(FaDataType::Groups).expect("the groups").xml;
    assert!(["Pair", "Parts"].iter().all(|name| told.contains(&format!("<name>{name}</name>"))));

    let order = Order { fa_group: "Parts".into(), ..order_builder::market_order(Action::Buy, 9.0) };
    let id = login.place(&order);
    login.until_status(id, &[OrderStatusKind::Filled]);
    login.until("each account to have its part, and its commissions", |c| {
        let (mut sums, mut fills, mut reports) = (BTreeMap::new(), 0, 0);
        for update in &c.seen {
            match update {
                OrderUpdate::ExecutionData(e) => {
                    *sums.entry(e.execution.account_number.as_str()).or_insert(0.0) +=
                        e.execution.shares;
                    fills += 1;
                }
                OrderUpdate::CommissionReport(_) => reports += 1,
                _ => (),
            }
        }
        let is_done = sums == BTreeMap::from([(ACCOUNT, 6.0), (SECOND, 3.0)]);
        (is_done && reports == fills).then_some(())
    });
    login.client.disconnect();
}

fn all_read(c: &mut Context) {
    c.client().disconnect();
    c.connection = None; // it complains when it goes, so the list must not be locked
    let complaints = std::mem::take(&mut *COMPLAINTS.0.lock().unwrap());
    let is_bad = |text: &&String| text.contains("decod") || text.contains("nexpected");
    let bad: Vec<_> = complaints.iter().filter(is_bad).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[rustfmt::skip]
const FLOWS: &[Flow<Context>] = &[
    Flow { step: "F-handshake", sentence: "it connects at the version of the exchange", run: handshake },
    Flow { step: "F-time", sentence: "it reads the clock of the exchange", run: time },
    Flow { step: "F-contract", sentence: "it reads contract details in New York and Tokyo", run: contract },
    Flow { step: "F-notfound", sentence: "it is told that there is no such contract", run: not_found },
    Flow { step: "F-quote-snapshot", sentence: "it gets a snapshot of quotes", run: quote_snapshot },
    Flow { step: "F-quote-stream", sentence: "it streams quotes until it cancels", run: quote_stream },
    Flow { step: "F-account-summary", sentence: "it reads the account summary", run: account_summary },
    Flow { step: "F-account-updates", sentence: "it reads the account values", run: account_updates },
    Flow { step: "F-positions", sentence: "it reads portfolio and positions and they agree", run: positions },
    Flow { step: "F-pnl", sentence: "it reads profit and loss", run: pnl },
    Flow { step: "F-history", sentence: "it reads daily bars", run: history },
    Flow { step: "F-history-live", sentence: "it keeps bars up to date", run: history_live },
    Flow { step: "F-delayed", sentence: "it is told that prices are delayed", run: delayed },
    Flow { step: "F-option-chain", sentence: "it reads an option chain", run: option_chain },
    Flow { step: "F-greeks", sentence: "it gets the Greeks of an option", run: greeks },
    Flow { step: "F-depth", sentence: "it sees the depth of the market", run: depth },
    Flow { step: "F-tick-by-tick", sentence: "it gets every tick", run: tick_by_tick },
    Flow { step: "F-realtime-bars", sentence: "it gets bars of five seconds", run: realtime_bars },
    Flow { step: "F-history-ticks", sentence: "it reads the ticks of the past", run: history_ticks },
    Flow { step: "F-place-modify-cancel", sentence: "it places, changes and cancels a limit order", run: place_modify_cancel },
    Flow { step: "F-fill", sentence: "a market order fills with execution and commission", run: fill },
    Flow { step: "F-bracket", sentence: "a bracket stands and falls together", run: bracket },
    Flow { step: "F-whatif", sentence: "a what-if order is valued and not placed", run: what_if },
    Flow { step: "F-bracket-trigger", sentence: "an exit of a bracket ends the other", run: bracket_trigger },
    Flow { step: "F-oca", sentence: "one of a group cancels the others", run: one_cancels_all },
    Flow { step: "F-conditions", sentence: "an order waits for its condition", run: conditions },
    Flow { step: "F-combo", sentence: "a combination fills with its legs", run: combo },
    Flow { step: "F-open-orders", sentence: "it lists its open orders until they end", run: open_orders },
    Flow { step: "F-completed", sentence: "it lists what was filled and cancelled", run: completed },
    Flow { step: "F-executions", sentence: "it reads the executions of the day", run: executions },
    Flow { step: "F-two-clients", sentence: "a second client sees the orders of the first but cannot cancel them", run: two_clients },
    Flow { step: "F-duplicate-id", sentence: "a second client with the same id is refused", run: duplicate_id },
    Flow { step: "F-reconnect", sentence: "an open order is still there after reconnecting", run: reconnect },
    Flow { step: "F-fa", sentence: "an advisor replaces groups and an order is divided among accounts", run: advisors_login },
    Flow { step: "F-all-read", sentence: "it never met a message that it could not read", run: all_read },
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let version = match arguments.as_slice() {
        [] => 225,
        [name, value] if name == "--max-version" => value.parse().expect("a number"),
        _ => panic!("usage: rustibapi_flow [--max-version N]"),
    };
    log::set_logger(&COMPLAINTS).unwrap();
    log::set_max_level(log::LevelFilter::Warn);
    let (port, programs) = exchange(&format!("rust {CRATE}"), version, &[]);
    let mut context = Context {
        port,
        version,
        connection: None,
        positions: BTreeMap::new(),
        filled: 0,
        option: None,
    };
    let status = run_all(&mut context, FLOWS, &format!("rust {CRATE} at {version}"));
    drop(context);
    drop(programs);
    std::process::exit(status);
}
