/* SPDX-License-Identifier: MIT */
/* Orders at the exchange, over the real bytes, and what survives a crash. */
#include "client.h"
#include "tests/kit/arm.h"

enum { AAPL = 265598, MSFT = 272093, EURUSD = 12087792 };

static double cent(double v)
{
    return (double)(int64_t)(v * 100 + 0.5) / 100;
}

/* ---- fills ---- */
static void a_market_order_fills_at_the_touch_and_is_told_in_order(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double cash = value_of(c, "CashBalance", "USD");
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "10", "MKT");
    o.order.order_ref = STR("demo|100%");
    place(c, &o);
    assert_string_equal(sequence(c), "5 3");
    assert_string_equal(status_of(c, 1), "Submitted");
    run_ms(250);
    /* execution, the filled order and its status, commission */
    assert_string_equal(sequence(c), "5 3 11 5 3 59");
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    const struct wire_rep_commission_report *fee = nth(c, WIRE_REP_COMMISSION_REPORT, 0);
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, -1);
    double bid, ask;
    quote(MSFT, &bid, &ask);
    assert_int_equal(x->req_id, -1);
    assert_true(str_eq(x->execution.side, STR("BOT")));
    assert_true(str_eq(x->execution.order_ref, STR("demo|100%")));
    assert_true(x->execution.price > bid - 0.5 && x->execution.price < ask + 0.5);
    assert_true(str_ends(x->execution.time, STR(" US/Eastern")));
    assert_true(str_eq(fee->exec_id, x->execution.exec_id));
    assert_true(fee->commission > 0.99 && fee->commission < 1.01);
    assert_false(wire_is_set_double(fee->realized_pnl)); /* it opened */
    assert_true(str_eq(s->status, STR("Filled")) && str_eq(s->remaining, STR("0")));
    double price = x->execution.price;
    assert_true(cent(cash - value_of(c, "CashBalance", "USD")) == cent(10 * price + 1));
    assert_true(position_of(c, MSFT) == 100);
    o = order(2, "MSFT", "SELL", "100", "MKT");
    place(c, &o);
    run_ms(250);
    fee = nth(c, WIRE_REP_COMMISSION_REPORT, 0);
    assert_true(wire_is_set_double(fee->realized_pnl));
    assert_true(position_of(c, MSFT) == 0);
    stop();
}

static void positions_are_told_when_they_change(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    send(c, WIRE_REQ_POSITIONS, NULL);
    const struct wire_req_account_updates on = {true, STR("")};
    send(c, WIRE_REQ_ACCOUNT_UPDATES, &on);
    forget(c);
    struct wire_req_place_order o = order(1, "AAPL", "SELL", "400", "MKT");
    place(c, &o);
    run_ms(300);
    const struct wire_rep_position *p = nth(c, WIRE_REP_POSITION, 0);
    assert_non_null(p);
    assert_true(str_eq(p->position, STR("0")));
    const struct wire_rep_portfolio_value *v = nth(c, WIRE_REP_PORTFOLIO_VALUE, 0);
    assert_true(str_eq(v->position, STR("0")));
    assert_true(count_of(c, WIRE_REP_ACCOUNT_VALUE) > 30);
    stop();
}

static void a_limit_order_rests_is_changed_and_cancelled(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(5, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    place(c, &o);
    assert_string_equal(status_of(c, 5), "PreSubmitted");
    run_ms(300);
    assert_string_equal(status_of(c, 5), "Submitted");
    const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
    o.order.lmt_price = 101.5;
    o.order.total_quantity = STR("12");
    place(c, &o);
    run_ms(300);
    const struct wire_rep_open_order *b = nth(c, WIRE_REP_OPEN_ORDER, -1);
    assert_int_equal(a->order.perm_id, b->order.perm_id);
    assert_true(str_eq(b->order.total_quantity, STR("12")));
    assert_true(b->order.lmt_price > 101.4);
    run_ms(5000);
    assert_string_equal(status_of(c, 5), "Submitted");
    forget(c);
    send(c, WIRE_REQ_OPEN_ORDERS, NULL);
    assert_string_equal(sequence(c), "5 3 53");
    forget(c);
    cancel(c, 5);
    assert_string_equal(sequence(c), "3 4"); /* the status first, then 202 */
    assert_string_equal(status_of(c, 5), "Cancelled");
    assert_int_equal(error_for(c, 5), 202);
    cancel(c, 5);
    assert_int_equal(error_for(c, 5), 10148);
    cancel(c, 99);
    assert_int_equal(error_for(c, 99), 10147);
    o = order(6, "AAPL", "BUY", "1", "MKT");
    place(c, &o);
    run_ms(300);
    cancel(c, 6);
    assert_int_equal(error_for(c, 6), 161);
    place(c, &o);
    assert_int_equal(error_for(c, 6), 104);
    o.order_id = 5;
    place(c, &o);
    assert_int_equal(error_for(c, 5), 103);
    const struct wire_req_completed_orders all = {true};
    forget(c);
    send(c, WIRE_REQ_COMPLETED_ORDERS, &all);
    assert_string_equal(sequence(c), "101 101 102");
    const struct wire_rep_completed_order *d = nth(c, WIRE_REP_COMPLETED_ORDER, 0);
    assert_true(str_eq(d->order_state.completed_status, STR("Cancelled by Trader")));
    d = nth(c, WIRE_REP_COMPLETED_ORDER, 1);
    assert_true(str_eq(d->order_state.completed_status, STR("Filled Size: 1")));
    stop();
}

static void a_marketable_limit_fills_at_the_better_price(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "LMT");
    o.order.lmt_price = 250;
    place(c, &o);
    run_ms(300);
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_non_null(x);
    assert_true(x->execution.price < 240);
    stop();
}

static void at_once_or_not_at_all(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    static const char *const tifs[] = {"IOC", "FOK"};
    for (int32_t i = 0; i < 2; i++) {
        struct wire_req_place_order o = order(1 + i, "AAPL", "BUY", "1", "LMT");
        o.order.lmt_price = 100;
        o.order.tif = str_of(tifs[i]);
        place(c, &o);
        run_ms(300);
        assert_string_equal(status_of(c, 1 + i), "Cancelled");
        assert_int_equal(error_for(c, 1 + i), 202);
    }
    stop();
}

static void a_day_order_and_a_dated_one_expire(void **state)
{
    (void)state;
    start(); /* 13:00 in New York */
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "LMT");
    o.order.lmt_price = 100;
    o.order.tif = STR("DAY");
    place(c, &o);
    o.order_id = 2;
    o.order.tif = STR("GTD");
    o.order.good_till_date = STR("20261122 14:00:00 US/Eastern");
    place(c, &o);
    o.order_id = 3;
    o.order.good_till_date = STR("20261122 12:00:00 US/Eastern");
    place(c, &o);
    assert_int_equal(error_for(c, 3), 321); /* in the past */
    run_ms(3599000);
    assert_string_equal(status_of(c, 2), "Submitted");
    run_ms(2000);
    assert_string_equal(status_of(c, 2), "Cancelled");
    assert_string_equal(status_of(c, 1), "Submitted");
    run_ms(10 * 3600000);
    assert_string_equal(status_of(c, 1), "Cancelled");
    stop();
}

/* ---- stops ---- */
static void a_stop_waits_for_its_trigger_and_then_sells(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    struct wire_req_place_order o = order(1, "AAPL", "SELL", "100", "STP");
    o.order.aux_price = cent(bid - 0.20);
    place(c, &o);
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, 0);
    assert_true(str_eq(s->status, STR("PreSubmitted")) && str_eq(s->why_held, STR("trigger")));
    double lowest = bid;
    for (int k = 0; k < 30000 && count_of(c, WIRE_REP_EXEC_DETAILS) == 0; k++) {
        run_ms(1000);
        quote(AAPL, &bid, &ask);
        lowest = bid < lowest ? bid : lowest;
        if (lowest > o.order.aux_price)
            assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS), 0);
    }
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_non_null(x);
    assert_true(x->execution.price <= o.order.aux_price + 0.005);
    assert_true(x->execution.price > o.order.aux_price - 1);
    assert_string_equal(status_of(c, 1), "Filled");
    stop();
}

static double trail_stop_of(struct client *c, int32_t id)
{
    double v = WIRE_UNSET_DOUBLE;
    forget(c);
    send(c, WIRE_REQ_OPEN_ORDERS, NULL);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_open_order *o = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_OPEN_ORDER && o->order_id == id)
            v = o->order.trail_stop_price;
    }
    return v;
}

static void a_trailing_stop_only_ever_rises_and_sells_in_the_end(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "SELL", "100", "TRAIL");
    o.order.aux_price = 0.30;
    place(c, &o);
    o = order(2, "AAPL", "SELL", "100", "TRAIL");
    o.order.trailing_percent = 10;
    place(c, &o);
    double bid, ask, stop_price = trail_stop_of(c, 1);
    quote(AAPL, &bid, &ask);
    assert_true(stop_price > bid - 0.35 && stop_price < bid - 0.25);
    double far = trail_stop_of(c, 2);
    assert_true(far > 0.899 * bid && far < 0.901 * bid);
    int rises = 0;
    for (int k = 0; k < 20000; k++) {
        run_ms(1000);
        double now = trail_stop_of(c, 1);
        if (!wire_is_set_double(now))
            break;
        assert_true(now >= stop_price);
        rises += now > stop_price;
        stop_price = now;
    }
    assert_true(rises > 0);
    struct wire_req_executions q = WIRE_REQ_EXECUTIONS_DEFAULT;
    forget(c);
    send(c, WIRE_REQ_EXECUTIONS, &q);
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_non_null(x);
    assert_true(x->execution.price < stop_price + 0.2 && x->execution.price > stop_price - 1);
    assert_string_equal(sequence(c), "11 59 55");
    stop();
}

static void a_stop_limit_does_not_sell_below_its_limit(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    struct wire_req_place_order o = order(1, "AAPL", "SELL", "10", "STP LMT");
    o.order.aux_price = cent(ask + 0.5); /* triggers at once */
    o.order.lmt_price = cent(bid + 5);
    place(c, &o);
    run_ms(2500);
    assert_string_equal(status_of(c, 1), "Submitted");
    assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS), 0);
    stop();
}

/* ---- brackets ---- */
static void place_bracket(struct client *c, int32_t id, double take, double stop_price)
{
    struct wire_req_place_order o = order(id, "AAPL", "BUY", "10", "MKT");
    o.order.transmit = false;
    place(c, &o);
    o = order(id + 1, "AAPL", "SELL", "10", "LMT");
    o.order.parent_id = id;
    o.order.lmt_price = take;
    o.order.transmit = false;
    place(c, &o);
    o = order(id + 2, "AAPL", "SELL", "10", "STP");
    o.order.parent_id = id;
    o.order.aux_price = stop_price;
    place(c, &o);
}

static void a_bracket_is_silent_until_its_last_leg_and_its_exits_exclude_each_other(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "10", "MKT");
    o.order.transmit = false;
    place(c, &o);
    run_ms(2000);
    assert_int_equal(c->n, 0);
    place_bracket(c, 2, cent(ask + 0.15), cent(bid - 20));
    assert_int_equal(count_of(c, WIRE_REP_OPEN_ORDER), 3);
    const struct wire_rep_open_order *parent = nth(c, WIRE_REP_OPEN_ORDER, 0);
    const struct wire_rep_open_order *child = nth(c, WIRE_REP_OPEN_ORDER, 1);
    char group[32];
    snprintf(group, sizeof group, "%lld", (long long)parent->order.perm_id);
    assert_true(str_eq(child->order.oca_group, str_of(group)));
    assert_int_equal(child->order.parent_id, 2);
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, 1);
    assert_true(str_eq(s->why_held, STR("child")));
    s = nth(c, WIRE_REP_ORDER_STATUS, 2);
    assert_true(str_eq(s->why_held, STR("child,trigger")));
    run_ms(600);
    assert_string_equal(status_of(c, 2), "Filled");
    assert_string_equal(status_of(c, 3), "Submitted");
    assert_string_equal(status_of(c, 4), "PreSubmitted");
    for (int k = 0; k < 30000 && strcmp(status_of(c, 3), "Filled") != 0; k++)
        run_ms(1000);
    assert_string_equal(status_of(c, 3), "Filled");
    assert_string_equal(status_of(c, 4), "Cancelled");
    assert_int_equal(error_for(c, 4), 202);
    assert_true(position_of(c, AAPL) == 400);
    stop();
}

static void cancelling_the_parent_cancels_the_children(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    o.order.transmit = false;
    place(c, &o);
    o = order(2, "AAPL", "SELL", "10", "STP");
    o.order.aux_price = 90;
    o.order.parent_id = 1;
    place(c, &o);
    run_ms(500);
    cancel(c, 1);
    assert_string_equal(status_of(c, 1), "Cancelled");
    assert_string_equal(status_of(c, 2), "Cancelled");
    o.order_id = 3;
    place(c, &o); /* its parent has ended */
    assert_int_equal(error_for(c, 3), 201);
    o.order_id = 4;
    o.order.parent_id = 77;
    place(c, &o);
    assert_int_equal(error_for(c, 4), 135);
    stop();
}

static void one_fill_of_a_group_cancels_the_others(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    o.order.oca_group = STR("either");
    place(c, &o);
    o = order(2, "MSFT", "BUY", "1", "MKT");
    o.order.oca_group = STR("either");
    place(c, &o);
    run_ms(300);
    assert_string_equal(status_of(c, 2), "Filled");
    assert_string_equal(status_of(c, 1), "Cancelled");
    stop();
}

/* ---- previews and refusals ---- */
static void a_preview_is_one_open_order_and_leaves_nothing(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "100", "MKT");
    o.order.what_if = true;
    place(c, &o);
    assert_string_equal(sequence(c), "5");
    const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
    const struct wire_margins *m = &a->order_state.margins;
    assert_true(a->order.what_if);
    assert_true(m->init_change > 20000 && m->init_change < 30000);
    assert_true(m->init_after - m->init_before - m->init_change < 0.01);
    assert_true(a->order_state.commission > 0.99 && a->order_state.commission < 1.01);
    assert_true(str_eq(a->order_state.commission_currency, STR("USD")));
    forget(c);
    send(c, WIRE_REQ_OPEN_ORDERS, NULL);
    assert_string_equal(sequence(c), "53");
    o.order.transmit = false;
    place(c, &o);
    assert_int_equal(error_for(c, 1), 413);
    o.order.transmit = true;
    o.order.what_if = false;
    place(c, &o); /* the id is still free */
    run_ms(300);
    assert_string_equal(status_of(c, 1), "Filled");
    stop();
}

static void each_wrong_order_gets_its_code_and_does_not_exist(void **state)
{
    (void)state;
    static const struct {
        const char *symbol, *side, *quantity, *type, *tif;
        double limit, aux;
        int code;
    } cases[] = {
        {"NOSUCH", "BUY", "1", "MKT", "DAY", 0, 0, 200},
        {"AAPL", "HOLD", "1", "MKT", "DAY", 0, 0, 321},
        {"AAPL", "SSHORT", "1", "MKT", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "0", "MKT", "DAY", 0, 0, 434},
        {"AAPL", "BUY", "-1", "MKT", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "", "MKT", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "nan", "MKT", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "1", "WISH", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "1", "PEG BENCH", "DAY", 0, 0, 387},
        {"AAPL", "BUY", "1", "MKT", "SOON", 0, 0, 321},
        {"AAPL", "BUY", "1", "STP", "IOC", 0, 200, 111},
        {"AAPL", "BUY", "1", "MKT", "AUC", 0, 0, 111},
        {"AAPL", "BUY", "1", "LMT", "DAY", 100.001, 0, 110},
        {"AAPL", "BUY", "1", "LMT", "DAY", 0, 0, 321},
        {"AAPL", "BUY", "1", "LMT", "DAY", -5, 0, 321},
        {"AAPL", "SELL", "1", "STP", "DAY", 0, 180.005, 110},
        {"AAPL", "SELL", "1", "STP", "DAY", 0, 0, 321},
        {"AAPL", "SELL", "1", "TRAIL", "DAY", 0, 0, 321},
    };
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_place_order o =
            order(1, cases[i].symbol, cases[i].side, cases[i].quantity, cases[i].type);
        o.order.tif = str_of(cases[i].tif);
        o.order.lmt_price = cases[i].limit;
        o.order.aux_price = cases[i].aux;
        forget(c);
        place(c, &o);
        if (error_for(c, 1) != cases[i].code)
            fail_msg("case %zu: code %d", i, error_for(c, 1));
        assert_string_equal(sequence(c), "4");
    }
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "MKT");
    o.order.hedge_type = STR("D");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 321);
    o = order(1, "AAPL", "BUY", "1", "MKT");
    o.order.account = STR("U1234567");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 321);
    o = order(1, "VIX", "BUY", "1", "MKT");
    o.contract.sec_type = STR("IND");
    o.contract.exchange = STR("CBOE");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 200);
    assert_int_equal(w.state.n, str_find(buf_str(&w.state), '\n', 0) + 1); /* the header alone */
    stop();
}

static void an_order_rejected_for_its_price_keeps_its_size(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "3", "LMT");
    o.order.lmt_price = 5000;
    place(c, &o);
    assert_int_equal(error_for(c, 1), 201);
    assert_string_equal(status_of(c, 1), "Inactive");
    const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
    assert_true(str_eq(a->order.total_quantity, STR("3")));
    stop();
}

static void an_order_beyond_the_funds_is_rejected_and_kept_as_such(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "100000", "MKT");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 201);
    assert_string_equal(status_of(c, 1), "Inactive");
    o = order(2, "7203", "BUY", "150", "MKT"); /* Tokyo trades lots of 100 */
    o.contract.currency = STR("JPY");
    place(c, &o);
    assert_int_equal(error_for(c, 2), 201);
    o = order(3, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    place(c, &o);
    o.order.total_quantity = STR("9000000");
    forget(c);
    place(c, &o); /* a refused change restates the order as it was */
    assert_string_equal(sequence(c), "4 5 3");
    assert_int_equal(error_for(c, 3), 201);
    const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
    assert_true(str_eq(a->order.total_quantity, STR("10")));
    o.order.action = STR("SELL");
    o.order.total_quantity = STR("10");
    place(c, &o);
    assert_int_equal(error_for(c, 3), 105);
    stop();
}

/* ---- several clients ---- */
static void orders_belong_to_the_client_that_placed_them(void **state)
{
    (void)state;
    start();
    struct client *a = connect_as(1), *b = connect_as(2);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    place(a, &o);
    run_ms(500);
    assert_int_equal(b->n, 0);
    cancel(b, 1);
    assert_int_equal(error_for(b, 1), 10147);
    forget(b);
    send(b, WIRE_REQ_OPEN_ORDERS, NULL);
    assert_string_equal(sequence(b), "53");
    forget(b);
    send(b, WIRE_REQ_ALL_OPEN_ORDERS, NULL);
    assert_string_equal(sequence(b), "5 3 53");
    const struct wire_rep_open_order *seen = nth(b, WIRE_REP_OPEN_ORDER, 0);
    assert_int_equal(seen->order.client_id, 1);
    struct wire_req_global_cancel all = WIRE_REQ_GLOBAL_CANCEL_DEFAULT;
    send(b, WIRE_REQ_GLOBAL_CANCEL, &all);
    assert_string_equal(status_of(a, 1), "Cancelled");
    stop();
}

static void a_client_that_comes_back_hears_of_its_orders_and_gets_higher_ids(void **state)
{
    (void)state;
    start();
    struct client *a = connect_as(1);
    struct wire_req_place_order o = order(17, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    place(a, &o);
    drop_client(a);
    run_ms(5000);
    struct client *b = connect_at(1, 200);
    assert_string_equal(sequence(b), "5 3 53 15 9 4 4 4");
    const struct wire_rep_next_valid_id *id = nth(b, WIRE_REP_NEXT_VALID_ID, 0);
    assert_int_equal(id->order_id, 18);
    stop();
}

/* ---- currencies and other markets ---- */
static void a_currency_trade_exchanges_cash(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double eur = value_of(c, "CashBalance", "EUR"), usd = value_of(c, "CashBalance", "USD");
    struct wire_req_place_order o = order(1, "EUR", "BUY", "10000", "MKT");
    o.contract.sec_type = STR("CASH");
    o.contract.exchange = STR("IDEALPRO");
    place(c, &o);
    run_ms(300);
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    double price = x->execution.price;
    assert_true(cent(value_of(c, "CashBalance", "EUR") - eur) == 10000);
    assert_true(cent(usd - value_of(c, "CashBalance", "USD")) == cent(10000 * price + 2));
    stop();
}

static void with_real_hours_an_order_waits_for_the_opening(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    start_with(&config, "2026-11-22T18:00:00Z"); /* Sunday */
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "MKT");
    place(c, &o);
    assert_string_equal(status_of(c, 1), "PreSubmitted");
    assert_int_equal(error_for(c, 1), 399);
    run_ms((int64_t)20 * 3600000); /* Monday 09:00 in New York */
    assert_string_equal(status_of(c, 1), "PreSubmitted");
    run_ms(1801000);
    assert_string_equal(status_of(c, 1), "Filled");
    stop();
}

/* ---- faults ---- */
static void faults_do_what_they_say(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "MKT");
    assert_true(arm(w.p, w.now, "reject 201"));
    place(c, &o);
    assert_int_equal(error_for(c, 1), 201);
    assert_true(arm(w.p, w.now, "no_fills 1"));
    o.order_id = 2;
    place(c, &o);
    run_ms(5000);
    assert_string_equal(status_of(c, 2), "Submitted");
    assert_true(arm(w.p, w.now, "none"));
    run_ms(1000);
    assert_string_equal(status_of(c, 2), "Filled");
    assert_true(arm(w.p, w.now, "link_lost"));
    pump();
    assert_int_equal(error_for(c, -1), 1100);
    assert_false(arm(w.p, w.now, "link_back 1103"));
    assert_true(arm(w.p, w.now, "link_back 1102"));
    pump();
    assert_int_equal(error_for(c, -1), 1102);
    assert_true(arm(w.p, w.now, "duplicate"));
    forget(c);
    o.order_id = 3;
    place(c, &o);
    assert_string_equal(sequence(c), "5 5 3 3");
    assert_true(arm(w.p, w.now, "none"));
    run_ms(1000);
    assert_true(arm(w.p, w.now, "stall 700"));
    forget(c);
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    run_ms(600);
    assert_int_equal(c->n, 0);
    run_ms(200);
    assert_int_equal(c->n, 1);
    assert_true(arm(w.p, w.now, "cut_before_ack 1"));
    o.order_id = 4;
    forget(c);
    place(c, &o);
    assert_true(c->closed);
    assert_int_equal(c->n, 0);
    struct client *again = connect_as(1);
    assert_true(arm(w.p, w.now, "lose_order 1"));
    o.order_id = 5;
    place(again, &o);
    assert_true(again->closed);
    run_ms(1000);
    struct client *third = connect_as(1);
    struct wire_req_executions q = WIRE_REQ_EXECUTIONS_DEFAULT;
    send(third, WIRE_REQ_EXECUTIONS, &q);
    assert_int_equal(count_of(third, WIRE_REP_EXEC_DETAILS), 3); /* 2, 3 and the unanswered 4 */
    assert_true(arm(w.p, w.now, "cut_after 3"));
    send(third, WIRE_REQ_CURRENT_TIME, NULL);
    assert_true(third->closed);
    stop();
}

/* ---- durability ---- */
/* A second exchange out of a part of the first one's state file. */
static struct paper *restored(struct str lines, size_t *keep, struct error *e)
{
    const struct paper_config config = {.seed = 42};
    struct paper *p = paper_new(&config, (struct str){csv, csv_n}, w.now, e);
    assert_non_null(p);
    if (paper_restore(p, lines, keep, w.now, e))
        return p;
    paper_free(p);
    return NULL;
}

static struct str snapshot_of(struct paper *p, struct buf *out)
{
    buf_reset(out);
    assert_true(paper_snapshot(p, out));
    return buf_str(out);
}

static void run_some_orders(struct client *c)
{
    double bid, ask;
    quote(AAPL, &bid, &ask);
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "10", "MKT");
    place(c, &o);
    place_bracket(c, 2, cent(ask + 30), cent(bid - 0.10));
    run_ms(800);
    o = order(5, "AAPL", "SELL", "50", "TRAIL");
    o.order.aux_price = 0.30;
    place(c, &o);
    o = order(6, "MSFT", "BUY", "1", "LMT");
    o.order.lmt_price = 400;
    o.order.order_ref = STR("a|b%7C\tc");
    place(c, &o);
    o = order(7, "AAPL", "BUY", "9999999", "MKT");
    place(c, &o);
    run_ms(3600000);
    cancel(c, 6);
    o = order(8, "SPY", "SELL", "60", "MKT");
    place(c, &o);
    run_ms(500);
}

static void every_prefix_of_the_state_file_restores(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    run_some_orders(c);
    assert_true(count_of(c, WIRE_REP_EXEC_DETAILS) >= 4);
    struct buf live, again;
    buf_init(&live, 1 << 24);
    buf_init(&again, 1 << 24);
    struct str all = buf_str(&w.state);
    size_t whole = 0;
    for (size_t cut = 0; cut <= all.n; cut++) {
        bool at_end = cut == all.n || (cut > 0 && all.p[cut - 1] == '\n');
        if (at_end)
            whole = cut;
        if (!at_end && cut % 37 != 0)
            continue; /* torn lines are all alike */
        struct error e = {0};
        size_t keep;
        struct paper *p = restored(str_sub(all, 0, cut), &keep, &e);
        if (p == NULL)
            fail_msg("prefix of %zu bytes: %s", cut, e.text);
        assert_int_equal(keep, whole);
        /* the state it comes to is stable: written and read again it is the same */
        struct str first = snapshot_of(p, &live);
        struct paper *q = restored(first, &keep, &e);
        if (q == NULL)
            fail_msg("snapshot after %zu bytes: %s", cut, e.text);
        assert_true(str_eq(first, snapshot_of(q, &again)));
        paper_free(p);
        paper_free(q);
    }
    /* all of it is what the living exchange has */
    struct error e = {0};
    size_t keep;
    struct paper *p = restored(all, &keep, &e);
    assert_non_null(p);
    assert_true(str_eq(snapshot_of(w.p, &live), snapshot_of(p, &again)));
    paper_free(p);
    buf_fini(&live);
    buf_fini(&again);
    stop();
}

static void a_damaged_state_file_is_refused_with_its_line(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    run_some_orders(c);
    struct str all = buf_str(&w.state);
    char *copy = xmalloc(all.n);
    struct rng r;
    rng_init(&r, 1, 2);
    size_t keep;
    struct error e = {0};
    for (int k = 0; k < 60; k++) {
        memcpy(copy, all.p, all.n);
        size_t at = rng_below(&r, (uint32_t)all.n - 1);
        copy[at] = copy[at] == 'x' ? 'y' : 'x';
        struct paper *p = restored((struct str){copy, all.n}, &keep, &e);
        if (p != NULL && all.p[at] != '\n')
            fail_msg("byte %zu was changed and nobody saw it", at);
        paper_free(p);
    }
    size_t first = str_find(all, '\n', 0) + 1;
    assert_null(restored(str_sub(all, first, all.n), &keep, &e)); /* no header */
    const struct paper_config other = {.accounts = "DU7"};
    struct paper *p = paper_new(&other, (struct str){csv, csv_n}, w.now, &e);
    assert_false(paper_restore(p, all, &keep, w.now, &e)); /* another account's */
    paper_free(p);
    xfree(copy);
    stop();
}

/* A crash after the parent's fill and before the news of it: the children still come alive. */
static void a_restart_finishes_what_a_crash_left_half_done(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    place_bracket(c, 1, cent(ask + 30), cent(bid - 30));
    run_ms(250);
    struct str all = buf_str(&w.state);
    size_t cut = str_find_str(all, STR("\nF|"));
    assert_true(cut < all.n);
    cut = str_find(all, '\n', cut + 1) + 1; /* the fill is the last thing that got to the disk */
    size_t keep;
    struct error e = {0};
    struct paper *p = restored(str_sub(all, 0, cut), &keep, &e);
    assert_non_null(p);
    w.now.mono.ns += NS_PER_S;
    w.now.wall.ns += NS_PER_S;
    paper_step(p, w.now);
    struct buf snapshot;
    buf_init(&snapshot, 1 << 20);
    struct str text = snapshot_of(p, &snapshot);
    assert_true(str_find_str(text, STR("|child")) == text.n); /* nobody waits for the parent */
    buf_fini(&snapshot);
    paper_free(p);
    stop();
}

static void when_records_are_not_taken_nothing_is_acknowledged(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "LMT");
    o.order.lmt_price = 100;
    char longest[64] = {0};
    memset(longest, '%', sizeof longest - 1); /* three bytes each in a record */
    o.order.order_ref = str_of(longest);
    o.order.oca_group = str_sub(str_of(longest), 0, 39);
    place(c, &o);
    for (int k = 0; k < 1000; k++) { /* a batch of changes of one order */
        o.order.lmt_price = 100 + k % 50;
        assert_true(wire_encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &o, 200, &b, &e));
    }
    size_t sent = 0;
    for (int turn = 0; turn < 1000 && !paper_wants_close(c->peer); turn++) {
        paper_input(w.p, c->peer, buf_str(&b), w.now); /* an owner that forgets the disk */
        struct str out = paper_output(w.p, c->peer);
        sent += out.n;
        paper_sent(w.p, c->peer, out.n);
    }
    assert_true(paper_wants_close(c->peer));
    assert_int_equal(paper_output(w.p, c->peer).n, 0);
    assert_true(sent > 1 << 20);
    buf_fini(&b);
    stop();
}

/* ---- any orders in any order ---- */
static void books_balance_after_any_session(void **state)
{
    (void)state;
    static const char *const types[] = {"MKT", "LMT", "STP", "TRAIL",    "STP LMT", "MIT",
                                        "LIT", "REL", "MOC", "MIDPRICE", "PEG MKT", "MKT"};
    static const char *const symbols[] = {"AAPL", "MSFT", "SPY"};
    static const int32_t ids[] = {AAPL, MSFT, 756733};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        start();
        struct client *c = connect_as(1);
        struct rng r;
        rng_init(&r, seed, 9);
        double cash = value_of(c, "CashBalance", "USD"), held[3], bid, ask;
        for (int i = 0; i < 3; i++)
            held[i] = position_of(c, ids[i]);
        struct arena *texts = arena_new(1 << 20);
        for (int32_t id = 1; id <= 60; id++) {
            uint32_t which = rng_below(&r, 3);
            quote(ids[which], &bid, &ask);
            struct wire_req_place_order o =
                order(id, symbols[which], rng_below(&r, 2) ? "BUY" : "SELL", "1",
                      types[rng_below(&r, 12)]);
            o.order.total_quantity = arena_f(texts, "%u", 1 + rng_below(&r, 400));
            o.order.tif = STR("DAY");
            double off = (double)rng_below(&r, 100) / 100 - 0.5;
            o.order.lmt_price = cent(bid + off);
            bool is_distance = str_eq(o.order.order_type, STR("TRAIL")) ||
                               str_eq(o.order.order_type, STR("REL")) ||
                               str_eq(o.order.order_type, STR("PEG MKT"));
            o.order.aux_price = is_distance ? 0.25 : cent(bid - off);
            place(c, &o);
            if (rng_below(&r, 4) == 0)
                cancel(c, 1 + (int32_t)rng_below(&r, (uint32_t)id));
            run_ms(rng_below(&r, 20000));
        }
        arena_free(texts);
        struct wire_req_executions q = WIRE_REQ_EXECUTIONS_DEFAULT;
        forget(c);
        send(c, WIRE_REQ_EXECUTIONS, &q);
        for (size_t i = 0; i < c->n; i++) {
            const struct wire_rep_exec_details *x = c->messages[i].message;
            const struct wire_rep_commission_report *fee = c->messages[i].message;
            if (c->messages[i].id == WIRE_REP_COMMISSION_REPORT)
                cash -= fee->commission;
            if (c->messages[i].id != WIRE_REP_EXEC_DETAILS)
                continue;
            double n;
            assert_true(str_to_double(x->execution.shares, &n));
            n = str_eq(x->execution.side, STR("BOT")) ? n : -n;
            cash -= n * x->execution.price;
            for (int k = 0; k < 3; k++)
                held[k] += x->contract.con_id == ids[k] ? n : 0;
        }
        double have = value_of(c, "CashBalance", "USD");
        if (have - cash > 0.011 || cash - have > 0.011)
            fail_msg("seed %d: cash %f instead of %f", (int)seed, have, cash);
        for (int k = 0; k < 3; k++)
            assert_true(position_of(c, ids[k]) == held[k]);
        stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_market_order_fills_at_the_touch_and_is_told_in_order),
        cmocka_unit_test(positions_are_told_when_they_change),
        cmocka_unit_test(a_limit_order_rests_is_changed_and_cancelled),
        cmocka_unit_test(a_marketable_limit_fills_at_the_better_price),
        cmocka_unit_test(at_once_or_not_at_all),
        cmocka_unit_test(a_day_order_and_a_dated_one_expire),
        cmocka_unit_test(a_stop_waits_for_its_trigger_and_then_sells),
        cmocka_unit_test(a_trailing_stop_only_ever_rises_and_sells_in_the_end),
        cmocka_unit_test(a_stop_limit_does_not_sell_below_its_limit),
        cmocka_unit_test(a_bracket_is_silent_until_its_last_leg_and_its_exits_exclude_each_other),
        cmocka_unit_test(cancelling_the_parent_cancels_the_children),
        cmocka_unit_test(one_fill_of_a_group_cancels_the_others),
        cmocka_unit_test(a_preview_is_one_open_order_and_leaves_nothing),
        cmocka_unit_test(each_wrong_order_gets_its_code_and_does_not_exist),
        cmocka_unit_test(an_order_rejected_for_its_price_keeps_its_size),
        cmocka_unit_test(an_order_beyond_the_funds_is_rejected_and_kept_as_such),
        cmocka_unit_test(orders_belong_to_the_client_that_placed_them),
        cmocka_unit_test(a_client_that_comes_back_hears_of_its_orders_and_gets_higher_ids),
        cmocka_unit_test(a_currency_trade_exchanges_cash),
        cmocka_unit_test(with_real_hours_an_order_waits_for_the_opening),
        cmocka_unit_test(faults_do_what_they_say),
        cmocka_unit_test(every_prefix_of_the_state_file_restores),
        cmocka_unit_test(a_damaged_state_file_is_refused_with_its_line),
        cmocka_unit_test(a_restart_finishes_what_a_crash_left_half_done),
        cmocka_unit_test(when_records_are_not_taken_nothing_is_acknowledged),
        cmocka_unit_test(books_balance_after_any_session),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
