/* SPDX-License-Identifier: MIT */
/* What the account looks like: portfolio, summary, orders and executions. */
#include "../store/batch.h"

#include "desk.h"

enum { DAY_S = 86400, LISTED_MAX = 5000 }; /* LISTED_MAX: what one answer holds */

/* ---- a desk with a store ---- */

static struct desk *desk_with_store(void)
{
    struct desk *d = desk_new();
    struct error e = {0};
    d->core.db = db_open(":memory:", &e);
    if (!d->core.db)
        fail_msg("%s", e.text);
    d->core.journal = journal_new(0);
    return d;
}

static void close_desk(struct desk *d)
{
    journal_free(d->core.journal);
    db_close(d->core.db);
    desk_free(d);
}

static struct execution fill(const struct desk *d, const char *id, const char *symbol,
                             int64_t quantity, int64_t age_s)
{
    struct execution x = {.order_id = 7,
                          .client_id = 7,
                          .perm_id = 900,
                          .contract = {.con_id = 1, .sec_type = SEC_STK, .currency = "USD"},
                          .side = SIDE_BUY,
                          .quantity = dec_of(quantity),
                          .price = DEC(200),
                          .cum_quantity = dec_of(quantity),
                          .time = {{d->b->peer->now.wall.ns - age_s * NS_PER_S}, true}};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    str_copy_cut(x.contract.symbol, sizeof x.contract.symbol, str_of(symbol));
    str_copy_cut(x.account, sizeof x.account, BOURSE_ACCOUNT);
    return x;
}

/* Into the store alone: known from an earlier run. */
static void stored(struct desk *d, struct execution x)
{
    struct error e = {0};
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->b->peer->now, .execution = &x};
    if (!journal_record_event(d->core.journal, &ev, &e))
        fail_msg("%s", e.text);
}

static void booked(struct desk *d, struct execution x)
{
    bourse_event(d->b, (struct event){.kind = EVENT_EXECUTION, .execution = &x});
}

/* ---- get_executions ---- */

static void executions_come_newest_first_from_store_and_book(void **state)
{
    (void)state;
    struct desk *d = desk_with_store();
    stored(d, fill(d, "0001.01.01", "AAPL", 1, 3 * DAY_S));
    stored(d, fill(d, "0002.01.01", "MSFT", 2, 2 * DAY_S));
    stored(d, fill(d, "0003.01.01", "AAPL", 3, 9 * DAY_S));
    stored(d, fill(d, "0004.01.01", "AAPL", 4, 60));
    flush(d->core.journal, d->core.db);
    booked(d, fill(d, "0004.01.01", "AAPL", 4, 60)); /* in both */
    booked(d, fill(d, "0005.01.01", "AAPL", 5, 30)); /* not yet on the disk */
    desk_call(d, "executions");
    assert_int_equal(count_at(d, "executions"), 4);
    assert_at(d, "executions.0.shares", "5");
    assert_at(d, "executions.1.shares", "4");
    assert_at(d, "executions.2.shares", "2");
    assert_at(d, "executions.3.shares", "1");
    assert_at(d, "executions.0.side", "BUY");
    assert_at(d, "executions.0.commission", "null");
    assert_at(d, "complete", "true");
    desk_call(d, "executions --days-back 1");
    assert_int_equal(count_at(d, "executions"), 2);
    desk_call(d, "executions --days-back 30");
    assert_int_equal(count_at(d, "executions"), 5);
    desk_call(d, "executions msft");
    assert_int_equal(count_at(d, "executions"), 1);
    assert_at(d, "executions.0.symbol", "MSFT");
    close_desk(d);
}

static void a_correction_replaces_what_is_stored(void **state)
{
    (void)state;
    struct desk *d = desk_with_store();
    stored(d, fill(d, "0001.01.01", "AAPL", 10, 60));
    flush(d->core.journal, d->core.db);
    booked(d, fill(d, "0001.01.02", "AAPL", 8, 60));
    desk_call(d, "executions");
    assert_int_equal(count_at(d, "executions"), 1);
    assert_at(d, "executions.0.shares", "8");
    assert_at(d, "executions.0.execution_id", "0001.01.02");
    close_desk(d);
}

static void of_too_many_executions_the_newest_are_listed(void **state)
{
    (void)state;
    struct desk *d = desk_with_store();
    char id[24];
    for (int i = 0; i < LISTED_MAX + 3; i++) {
        (void)snprintf(id, sizeof id, "%08x.01.01", i);
        booked(d, fill(d, id, "AAPL", i + 1, LISTED_MAX + 10 - i));
    }
    stored(d, fill(d, "fffffff0.01.01", "AAPL", 9999, DAY_S));
    flush(d->core.journal, d->core.db);
    desk_run(d, "executions"); /* more values than our own parser takes */
    assert_true(d->ok);
    struct str rest = buf_str(&d->text), mark = STR("\"shares\":");
    assert_true(str_find_str(rest, STR("\"complete\":false")) < rest.n);
    size_t n = 0;
    for (size_t at; (at = str_find_str(rest, mark)) < rest.n; n++) {
        int64_t shares;
        rest = str_sub(rest, at + mark.n, rest.n);
        assert_true(str_to_i64(str_sub(rest, 0, str_find(rest, ',', 0)), &shares));
        assert_int_equal(shares, LISTED_MAX + 3 - (int64_t)n);
    }
    assert_int_equal(n, LISTED_MAX);
    close_desk(d);
}

static void without_a_connection_the_store_answers_and_says_so(void **state)
{
    (void)state;
    struct desk *d = desk_with_store();
    stored(d, fill(d, "0001.01.01", "AAPL", 10, 60));
    flush(d->core.journal, d->core.db);
    session_closed(d->b->peer->s, STR("gone"), d->b->peer->now);
    desk_call(d, "executions");
    assert_int_equal(count_at(d, "executions"), 1);
    assert_at(d, "complete", "false");
    assert_true(warns_of(d, "not connected"));
    close_desk(d);
}

/* ---- orders ---- */

static void tell_order(struct desk *d, int32_t order_id, int32_t client_id, int64_t perm_id,
                       enum order_type type, enum order_state told, const char *ref)
{
    struct order o = {.order_id = order_id,
                      .client_id = client_id,
                      .perm_id = perm_id,
                      .contract = {.con_id = 1, .sec_type = SEC_STK, .currency = "USD"},
                      .side = SIDE_SELL,
                      .type = type,
                      .tif = TIF_GTC,
                      .quantity = DEC(5)};
    struct order_status s = {.state = told, .remaining = DEC(5)};
    str_copy_cut(o.account, sizeof o.account, BOURSE_ACCOUNT);
    str_copy_cut(o.ref, sizeof o.ref, str_of(ref));
    str_copy_cut(o.type_text, sizeof o.type_text, str_of(order_type_text(type)));
    str_copy_cut(o.contract.symbol, sizeof o.contract.symbol, STR("AAPL"));
    if (type == ORDER_STP)
        o.stop_price = DEC_SOME(DEC(180));
    else
        o.limit_price = DEC_SOME(DEC(190));
    bourse_event(d->b, (struct event){.kind = EVENT_ORDER, .order = &o, .status = &s});
}

static void orders_of_all_clients_are_listed_with_their_origin(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    tell_order(d, 11, 7, 901, ORDER_LMT, STATE_SUBMITTED, "PC:1");
    tell_order(d, 5, 3, 902, ORDER_LMT, STATE_SUBMITTED, "");
    tell_order(d, 0, 0, 903, ORDER_STP, STATE_PRE_SUBMITTED, "");
    tell_order(d, 12, 7, 904, ORDER_LMT, STATE_CANCELLED, "PC:2");
    desk_call(d, "orders");
    assert_int_equal(count_at(d, "orders"), 3);
    assert_at(d, "orders.0.origin", "portcullis");
    assert_at(d, "orders.0.modifiable", "true");
    assert_at(d, "orders.1.origin", "other_client");
    assert_at(d, "orders.1.modifiable", "false");
    assert_at(d, "orders.2.origin", "manual");
    assert_at(d, "orders.2.stop_price", "180");
    assert_at(d, "orders.2.avg_fill_price", "null");
    desk_call(d, "completed");
    assert_int_equal(count_at(d, "orders"), 1);
    assert_at(d, "orders.0.order_id", "904"); /* the permanent id, as an older server has it */
    assert_at(d, "orders.0.perm_id", "904");
    desk_call(d, "order 902");
    assert_at(d, "order_id", "5");
    assert_at(d, "success", "true");
    desk_try(d, "order 4711");
    assert_string_equal(d->error.reason, "UNKNOWN_ORDER");
    desk_free(d);
}

static void stops_are_listed_by_their_state(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_hold(d->b, 1, 5);
    tell_order(d, 11, 7, 901, ORDER_STP, STATE_PRE_SUBMITTED, "PC:1");
    tell_order(d, 12, 7, 902, ORDER_STP, STATE_INACTIVE, "PC:2");
    tell_order(d, 13, 7, 903, ORDER_STP, STATE_CANCELLED, "PC:3");
    tell_order(d, 14, 7, 904, ORDER_LMT, STATE_SUBMITTED, "PC:4");
    desk_call(d, "stops");
    assert_int_equal(count_at(d, "stops"), 1);
    assert_at(d, "stops.0.order_id", "11");
    assert_at(d, "stops.0.stop_price", "180");
    assert_at(d, "stops.0.position", "5");
    assert_int_equal(count_at(d, "stops.0.fills"), 0);
    desk_call(d, "stops --status open");
    assert_int_equal(count_at(d, "stops"), 2);
    desk_call(d, "stops --status all");
    assert_int_equal(count_at(d, "stops"), 3);
    desk_call(d, "stops --status all AAPL");
    assert_int_equal(count_at(d, "stops"), 3);
    desk_call(d, "stops MSFT --status all");
    assert_int_equal(count_at(d, "stops"), 0);
    d->b->peer->now.wall.ns += 2LL * DAY_S * NS_PER_S;
    desk_call(d, "stops --status all"); /* finished too long ago */
    assert_int_equal(count_at(d, "stops"), 2);
    desk_free(d);
}

/* ---- portfolio and summary ---- */

static void value_position(struct desk *d, int32_t con_id, int64_t quantity, int64_t price)
{
    bourse_hold(d->b, con_id, quantity);
    struct position p = *book_position(d->b->book, BOURSE_ACCOUNT, con_id);
    p.avg_cost = DEC_SOME(DEC(100));
    p.market_price = DEC_SOME(dec_of(price));
    p.market_value = DEC_SOME(dec_of(price * quantity));
    p.unrealized_pnl = DEC_SOME(dec_of((price - 100) * quantity));
    p.updated = (struct opt_utc){d->b->peer->now.wall, true};
    bourse_event(d->b, (struct event){.kind = EVENT_POSITION_VALUE, .position = &p});
}

static void positions_add_up_in_the_base_currency(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_value(d->b, "NetLiquidation", "USD", "100000");
    bourse_value(d->b, "CashBalance", "BASE", "11101");
    bourse_value(d->b, "CashBalance", "USD", "10000.5");
    bourse_value(d->b, "CashBalance", "EUR", "1000");
    value_position(d, 1, 100, 200);
    value_position(d, 3, -10, 1000);
    value_position(d, 2, 10, 900);
    desk_call(d, "portfolio");
    assert_at(d, "base_currency", "USD");
    assert_int_equal(count_at(d, "positions"), 3);
    assert_at(d, "positions.0.marketValue", "20000");
    assert_at(d, "positions.0.market_value", "20000");
    assert_at(d, "positions.0.fx_rate", "1");
    assert_at(d, "positions.0.weight_nav", "0.2");
    assert_at(d, "positions.0.unrealized_pct", "100");
    assert_at(d, "positions.1.market_value_base", "-10000");
    assert_at(d, "positions.2.currency", "EUR");
    assert_at(d, "positions.2.market_value_base", "9900.9");
    assert_at(d, "positions_value_base", "19900.9");
    assert_at(d, "gross_value_base", "39900.9");
    assert_at(d, "positions.1.weight_gross", "0.250621");
    assert_int_equal(count_at(d, "cash"), 2); /* BASE is their sum */
    assert_at(d, "cash.1.amount_base", "1100.1");
    assert_at(d, "cash_base", "11100.6");
    assert_at(d, "complete", "true");
    desk_free(d);
}

static void a_missing_rate_leaves_totals_unknown(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_value(d->b, "NetLiquidation", "USD", "100000");
    value_position(d, 1, 100, 200);
    value_position(d, 9, 10, 70000);
    desk_call(d, "portfolio");
    assert_at(d, "positions.1.currency", "KRW");
    assert_at(d, "positions.1.marketValue", "700000");
    assert_at(d, "positions.1.market_value_base", "null");
    assert_at(d, "positions_value_base", "null");
    assert_at(d, "positions.0.weight_nav", "0.2");
    assert_at(d, "positions.0.weight_gross", "null");
    assert_at(d, "complete", "false");
    assert_true(warns_of(d, "NO_RATE"));
    desk_free(d);
}

static void totals_may_be_in_any_currency(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_value(d->b, "NetLiquidation", "USD", "110010");
    bourse_value(d->b, "CashBalance", "JPY", "-15001000000");
    value_position(d, 3, -10, 1000);
    value_position(d, 2, 10, 900);
    value_position(d, 4, 100, 3000);
    desk_call(d, "portfolio eur");
    assert_at(d, "base_currency", "EUR");
    assert_at(d, "net_liquidation", "100000");
    assert_at(d, "positions.0.market_value", "-10000");
    assert_at(d, "positions.0.market_value_base", "-9090.08"); /* 10000 / 1.1001, a short */
    assert_at(d, "positions.0.fx_method", "inverse");
    assert_at(d, "positions.0.fx_pair", "EUR.USD");
    assert_at(d, "positions.0.weight_nav", "-0.090901");
    assert_at(d, "positions.1.fx_rate", "1");
    assert_at(d, "positions.1.fx_method", "null");
    assert_at(d, "positions.2.fx_method", "cross_via_usd");
    assert_at(d, "positions.2.fx_pair", "USD.JPY,EUR.USD");
    assert_at(d, "cash.0.amount_base", "-90900827.2"); /* 10^8 / 1.1001, to the cent */
    assert_at(d, "complete", "true");
    desk_call(d, "portfolio JPY");
    assert_at(d, "cash.0.amount_base", "-15001000000");
    assert_at(d, "positions.1.market_value_base", "1485234.01"); /* 9000 * 1.1001 * 150.01 */
    desk_try(d, "portfolio XQX");
    assert_string_equal(d->error.reason, "UNKNOWN_CURRENCY");
    desk_free(d);
}

static void the_summary_names_the_base_currency(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_value(d->b, "NetLiquidation", "USD", "100000.50");
    bourse_value(d->b, "UnrealizedPnL", "BASE", "12.50");
    bourse_value(d->b, "CashBalance", "EUR", "1000");
    bourse_value(d->b, "AccountType", "", "INDIVIDUAL");
    bourse_value(d->b, "SomethingElse", "USD", "1");
    desk_call(d, "account");
    assert_int_equal(count_at(d, "values"), 4);
    assert_at(d, "values.0.tag", "NetLiquidation");
    assert_at(d, "values.0.value", "100000.50");
    assert_at(d, "values.0.value_num", "100000.5");
    assert_at(d, "values.1.tag", "UnrealizedPnL");
    assert_at(d, "values.1.currency", "USD");
    assert_at(d, "values.2.value_num", "null");
    assert_at(d, "values.2.currency", "null");
    assert_at(d, "values.3.currency", "EUR");
    desk_free(d);
}

/* ---- accounts ---- */

static void only_a_lasting_connection_can_switch(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_event(d->b, (struct event){.kind = EVENT_ACCOUNTS, .text = STR("DU1,DU2")});
    struct error e = {0};
    struct bind_pair pair = {STR("account_id"), STR("DU2")};
    d->op = op_find(STR("switch_account"));
    d->in = arena_alloc(d->arena, d->op->in->size);
    assert_true(bind_request(d->op->in, NULL, &pair, 1, d->in, d->arena, &e));
    bourse_run(d->b, desk_task, d);
    assert_false(d->ok);
    assert_string_equal(d->error.reason, "STATELESS");
    d->who.is_stateful = true;
    bourse_run(d->b, desk_task, d);
    assert_true(d->ok);
    assert_string_equal(d->who.account, "DU2");
    desk_call(d, "account"); /* reads follow */
    assert_at(d, "account", "DU2");
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(executions_come_newest_first_from_store_and_book),
        cmocka_unit_test(a_correction_replaces_what_is_stored),
        cmocka_unit_test(of_too_many_executions_the_newest_are_listed),
        cmocka_unit_test(without_a_connection_the_store_answers_and_says_so),
        cmocka_unit_test(orders_of_all_clients_are_listed_with_their_origin),
        cmocka_unit_test(stops_are_listed_by_their_state),
        cmocka_unit_test(positions_add_up_in_the_base_currency),
        cmocka_unit_test(a_missing_rate_leaves_totals_unknown),
        cmocka_unit_test(totals_may_be_in_any_currency),
        cmocka_unit_test(the_summary_names_the_base_currency),
        cmocka_unit_test(only_a_lasting_connection_can_switch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
