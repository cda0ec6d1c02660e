/* SPDX-License-Identifier: MIT */
/* Orders in futures and options: their prices, their positions, their spreads, their end. */
#include "client.h"

static struct wire_contract future(const char *symbol, const char *exchange)
{
    struct wire_contract c = WIRE_CONTRACT_DEFAULT;
    c.symbol = str_of(symbol);
    c.sec_type = STR("FUT");
    c.exchange = str_of(exchange);
    c.currency = STR("USD");
    return c;
}

/* The k-th contract that fits. */
static struct wire_contract contract_of(struct client *c, const struct wire_contract *query, int k)
{
    const struct wire_req_contract_details q = {.req_id = 900, .contract = *query};
    forget(c);
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    const struct wire_rep_contract_data *d = nth(c, WIRE_REP_CONTRACT_DATA, k);
    if (d == NULL)
        fail_msg("no contract %d, code %d", k, error_for(c, 900));
    struct wire_contract found = WIRE_CONTRACT_DEFAULT;
    found.con_id = d->contract.con_id;
    found.exchange = d->contract.exchange;
    return found;
}

static void trade(struct client *c, int32_t id, const struct wire_contract *contract,
                  const char *side, const char *quantity)
{
    struct wire_req_place_order o = order(id, "", side, quantity, "MKT");
    o.contract = *contract;
    forget(c);
    place(c, &o);
    run_ms(3000);
    if (strcmp(status_of(c, id), "Filled") != 0)
        fail_msg("%s: %s, code %d", side, status_of(c, id), error_for(c, id));
}

static void futures_move_the_account_by_their_gains_alone(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_contract query = future("ES", "CME"), es = contract_of(c, &query, 0);
    double cash = value_of(c, "CashBalance", "USD");
    trade(c, 1, &es, "BUY", "2");
    assert_true(position_of(c, es.con_id) == 2);
    double paid = cash - value_of(c, "CashBalance", "USD");
    assert_true(paid > 0 && paid < 100); /* commissions, not the value */
    trade(c, 2, &es, "SELL", "2");
    assert_true(position_of(c, es.con_id) == 0);
    stop();
}

static void an_option_costs_its_premium_times_its_multiplier(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_contract query = stock("AAPL", "USD");
    query.sec_type = STR("OPT");
    query.right = STR("C");
    struct wire_contract call = contract_of(c, &query, 200);
    double cash = value_of(c, "CashBalance", "USD");
    trade(c, 1, &call, "BUY", "3");
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    double cost = 0, fees = 0;
    for (int k = 0; k < (int)count_of(c, WIRE_REP_EXEC_DETAILS); k++) {
        double n;
        x = nth(c, WIRE_REP_EXEC_DETAILS, k);
        const struct wire_rep_commission_report *fee = nth(c, WIRE_REP_COMMISSION_REPORT, k);
        assert_true(str_eq(x->contract.sec_type, STR("OPT")));
        assert_true(str_to_double(x->execution.shares, &n));
        cost += n * x->execution.price * 100;
        fees += fee->commission;
    }
    assert_true(cost > 0 && fees > 0);
    double paid = cash - value_of(c, "CashBalance", "USD");
    assert_true(paid - cost - fees < 0.011 && paid - cost - fees > -0.011);
    assert_true(position_of(c, call.con_id) == 3);
    stop();
}

static void a_vertical_spread_is_a_combination_of_two_options(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_contract query = stock("AAPL", "USD");
    query.sec_type = STR("OPT");
    query.right = STR("C");
    struct wire_leg legs[] = {WIRE_LEG_DEFAULT, WIRE_LEG_DEFAULT};
    for (int k = 0; k < 2; k++) {
        legs[k].con_id = contract_of(c, &query, 200 + k).con_id;
        legs[k].ratio = 1;
        legs[k].action = k == 0 ? STR("BUY") : STR("SELL");
        legs[k].exchange = STR("SMART");
    }
    struct wire_contract spread = stock("AAPL", "USD");
    spread.sec_type = STR("BAG");
    spread.combo_legs.items = legs;
    spread.combo_legs.n = 2;
    trade(c, 1, &spread, "BUY", "2");
    assert_true(position_of(c, legs[0].con_id) == 2);
    assert_true(position_of(c, legs[1].con_id) == -2);
    stop();
}

static void an_order_ends_with_its_contract(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_contract query = stock("AAPL", "USD");
    query.sec_type = STR("OPT");
    query.right = STR("P");
    struct wire_req_place_order o = order(1, "", "BUY", "1", "LMT");
    o.contract = contract_of(c, &query, 0); /* of the nearest expiry */
    o.order.lmt_price = 0.01;
    place(c, &o);
    for (int day = 0; day < 45 && strcmp(status_of(c, 1), "Cancelled") != 0; day++) {
        if (strcmp(status_of(c, 1), "Filled") == 0)
            break;
        run_ms((int64_t)86400 * 1000);
    }
    assert_true(strcmp(status_of(c, 1), "Cancelled") == 0 ||
                strcmp(status_of(c, 1), "Filled") == 0);
    o.order_id = 2;
    place(c, &o);
    assert_true(error_for(c, 2) == 201 || error_for(c, 2) == 200);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(futures_move_the_account_by_their_gains_alone),
        cmocka_unit_test(an_option_costs_its_premium_times_its_multiplier),
        cmocka_unit_test(a_vertical_spread_is_a_combination_of_two_options),
        cmocka_unit_test(an_order_ends_with_its_contract),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
