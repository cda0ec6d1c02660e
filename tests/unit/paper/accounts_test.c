/* SPDX-License-Identifier: MIT */
/* Several accounts of one login, and the subscriptions to their figures, over the wire. */
#include "client.h"
#include "paper/accounts.h"
#include "paper/paper_private.h"

enum { APPLE = 265598 };
static const char first[] = "DU9000001", second[] = "DU9000002";

static struct client *begin(enum fee_plan plan)
{
    const struct paper_config config = {
        .seed = 42, .accounts = "DU9000001,DU9000002", .terms = {.fees = plan}};
    start_with(&config, "2026-11-22T18:00:00Z");
    return connect_as(1);
}

static struct wire_req_place_order market(int32_t id, const char *account)
{
    struct wire_req_place_order o = order(id, "AAPL", "BUY", "10", "MKT");
    o.order.account = str_of(account);
    return o;
}

/* The positions in one listing that the client has been told since `forget`, by account. */
static double told(const struct client *c, int id, const char *account)
{
    double q = -1;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_position *p = c->messages[i].message;
        const struct wire_rep_position_multi *m = c->messages[i].message;
        if (c->messages[i].id != id)
            continue;
        bool is_multi = id == WIRE_REP_POSITION_MULTI;
        if (str_eq(is_multi ? m->account : p->account, str_of(account)) &&
            (is_multi ? m->contract.con_id : p->contract.con_id) == APPLE)
            assert_true(str_to_double(is_multi ? m->position : p->position, &q));
    }
    return q;
}

static void an_order_must_name_one_of_several_accounts(void **state)
{
    (void)state;
    struct client *c = begin(FEES_FIXED);
    send(c, WIRE_REQ_MANAGED_ACCOUNTS, NULL);
    const struct wire_rep_managed_accounts *all = nth(c, WIRE_REP_MANAGED_ACCOUNTS, -1);
    assert_true(str_eq(all->accounts_list, STR("DU9000001,DU9000002")));
    struct wire_req_place_order o = market(1, "");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 435);
    o = market(1, "DU9000003");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 321);
    o = market(1, second);
    place(c, &o);
    run_ms(1000);
    assert_string_equal(status_of(c, 1), "Filled");
    stop();
}

static void a_fill_moves_the_positions_of_its_account_alone(void **state)
{
    (void)state;
    struct client *c = begin(FEES_FIXED);
    const struct wire_req_positions_multi multi = {7, str_of(second), STR("")};
    send(c, WIRE_REQ_POSITIONS, NULL);
    send(c, WIRE_REQ_POSITIONS_MULTI, &multi);
    double before = told(c, WIRE_REP_POSITION, second);
    assert_true(told(c, WIRE_REP_POSITION, first) == before); /* the same opening */
    assert_true(told(c, WIRE_REP_POSITION_MULTI, second) == before);
    assert_true(told(c, WIRE_REP_POSITION_MULTI, first) == -1);
    forget(c);
    struct wire_req_place_order o = market(1, second);
    place(c, &o);
    run_ms(1000);
    assert_true(told(c, WIRE_REP_POSITION, second) == before + 10);
    assert_true(told(c, WIRE_REP_POSITION, first) == -1);
    assert_true(told(c, WIRE_REP_POSITION_MULTI, second) == before + 10);
    const struct wire_id stop_multi = {7};
    send(c, WIRE_REQ_CANCEL_POSITIONS_MULTI, &stop_multi);
    forget(c);
    o = market(2, second);
    place(c, &o);
    run_ms(1000);
    assert_true(told(c, WIRE_REP_POSITION_MULTI, second) == -1);
    stop();
}

static size_t rows_of(const struct client *c, const char *account, const char *tag)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_account_summary *s = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ACCOUNT_SUMMARY)
            n += str_eq(s->account, str_of(account)) && str_eq(s->tag, str_of(tag));
    }
    return n;
}

static void a_summary_has_rows_of_every_account(void **state)
{
    (void)state;
    struct client *c = begin(FEES_FIXED);
    const struct wire_req_account_summary m = {3, STR("All"),
                                               STR("NetLiquidation,ReqTMargin,$LEDGER:EUR")};
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &m);
    const char *const tags[] = {"NetLiquidation", "RegTMargin", "CashBalance", "Currency"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        assert_int_equal(rows_of(c, first, tags[i]), 1);
        assert_int_equal(rows_of(c, second, tags[i]), 1);
    }
    stop();
}

static void figures_of_an_account_must_say_which(void **state)
{
    (void)state;
    struct client *c = begin(FEES_FIXED);
    const struct wire_req_pnl pnl = {4, STR(""), STR("")};
    send(c, WIRE_REQ_PNL, &pnl);
    assert_int_equal(error_for(c, 4), 321);
    const struct wire_req_account_updates_multi all = {5, STR(""), STR(""), true};
    send(c, WIRE_REQ_ACCOUNT_UPDATES_MULTI, &all);
    size_t n[2] = {0};
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_account_update_multi *u = c->messages[i].message;
        if (c->messages[i].id != WIRE_REP_ACCOUNT_UPDATE_MULTI)
            continue;
        assert_false(str_eq(u->key, STR("BuyingPower"))); /* only the ledger was asked for */
        n[0] += str_eq(u->account, str_of(first)) && str_eq(u->key, STR("NetLiquidation"));
        n[1] += str_eq(u->account, str_of(second)) && str_eq(u->key, STR("NetLiquidation"));
    }
    assert_int_equal(n[0], 1);
    assert_int_equal(n[1], 1);
    forget(c);
    struct wire_req_place_order o = market(1, first);
    place(c, &o);
    run_ms(2000); /* it is a subscription */
    assert_true(count_of(c, WIRE_REP_ACCOUNT_UPDATE_MULTI) > 0);
    stop();
}

static void a_what_if_tells_margin_and_the_range_of_the_commission(void **state)
{
    (void)state;
    struct client *c = begin(FEES_TIERED);
    struct wire_req_place_order o = market(1, first);
    o.order.what_if = true;
    o.order.total_quantity = STR("200");
    place(c, &o);
    const struct wire_rep_open_order *m = nth(c, WIRE_REP_OPEN_ORDER, -1);
    assert_non_null(m);
    const struct wire_order_state *s = &m->order_state;
    assert_true(s->min_commission > 0.7 && s->min_commission < s->max_commission);
    assert_true(s->commission <= s->max_commission && s->commission >= s->min_commission);
    assert_true(str_eq(s->commission_currency, STR("USD")));
    assert_true(s->margins.init_change > 0);
    assert_true(s->margins.maint_change > 0 && s->margins.maint_change < s->margins.init_change);
    assert_true(s->margins.equity_change < 0); /* spread and commission */
    stop();
}

/* Of every currency and of the whole, as a client adds them up from what it is told. */
static void the_values_of_a_currency_add_up(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42};
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_as(1);
    static const char *const currencies[] = {"BASE", "USD", "EUR", "JPY", "CHF"};
    static const char *const parts[] = {"CashBalance", "StockMarketValue", "OptionMarketValue",
                                        "FuturesPNL",  "AccruedCash",      "NetDividend"};
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++) {
        double sum = 0;
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
            sum += value_of(c, parts[k], currencies[i]);
        double net = value_of(c, "NetLiquidationByCurrency", currencies[i]);
        if (net - sum > 0.035 || sum - net > 0.035)
            fail_msg("%s: %f and %f", currencies[i], net, sum);
    }
    double net = value_of(c, "NetLiquidation", "USD"),
           base = value_of(c, "NetLiquidationByCurrency", "BASE");
    assert_true(net - base < 1 && base - net < 1); /* the market may have moved a second */
    stop();
}

static void a_model_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct str who = STR("DU9000001");
    static const char *const models[] = {"", "Core", "Growth"};
    for (int32_t k = 0; k < 3; k++) {
        const struct str model = str_of(models[k]);
        const struct wire_req_positions_multi positions = {10 * k + 1, who, model};
        const struct wire_req_account_updates_multi values = {10 * k + 2, who, model, false};
        const struct wire_req_pnl pnl = {10 * k + 3, who, model};
        const struct wire_req_pnl_single single = {10 * k + 4, who, model, 265598};
        send(c, WIRE_REQ_POSITIONS_MULTI, &positions);
        send(c, WIRE_REQ_ACCOUNT_UPDATES_MULTI, &values);
        send(c, WIRE_REQ_PNL, &pnl);
        send(c, WIRE_REQ_PNL_SINGLE, &single);
        for (int32_t id = 1; id <= 4; id++)
            assert_int_equal(error_for(c, 10 * k + id), k < 2 ? 0 : 321);
    }
    struct wire_req_place_order o = order(99, "AAPL", "BUY", "1", "MKT");
    o.order.model_code = STR("Growth");
    place(c, &o);
    assert_int_equal(error_for(c, 99), 321);
    stop();
}

static void what_has_not_changed_is_not_told_again(void **state)
{
    (void)state;
    static const int ids[] = {WIRE_REP_ACCOUNT_VALUE, WIRE_REP_PORTFOLIO_VALUE,
                              WIRE_REP_ACCOUNT_SUMMARY, WIRE_REP_ACCOUNT_UPDATE_MULTI};
    size_t at_first[4];
    start();
    struct client *c = connect_as(1);
    const struct wire_req_account_updates updates = {true, STR("DU9000001")};
    struct wire_req_account_summary sum = {.req_id = 2};
    sum.group = STR("All");
    sum.tags = STR("NetLiquidation,AccountType,Leverage,$LEDGER:ALL");
    struct wire_req_account_updates_multi multi = {.req_id = 3, .account = STR("DU9000001")};
    multi.model_code = STR("");
    for (int round = 0; round < 2; round++) { /* asked again, all is told again */
        forget(c);
        send(c, WIRE_REQ_ACCOUNT_UPDATES, &updates);
        send(c, WIRE_REQ_ACCOUNT_SUMMARY, &sum);
        send(c, WIRE_REQ_ACCOUNT_UPDATES_MULTI, &multi);
        for (size_t k = 0; k < 4; k++) {
            size_t n = count_of(c, ids[k]);
            assert_true(n > 0 && (round == 0 || n == at_first[k]));
            at_first[k] = n;
        }
    }
    forget(c);
    run_ms(181000);
    assert_int_equal(count_of(c, WIRE_REP_ACCOUNT_UPDATE_TIME), 1);
    for (size_t k = 0; k < 4; k++) {
        size_t n = count_of(c, ids[k]);
        assert_true(n > 0 && (k == 1 ? n <= at_first[k] : n < at_first[k] * 2 / 3));
    }
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_account_value *v = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ACCOUNT_VALUE)
            assert_false(str_eq(v->key, STR("AccountType")));
    }
    stop();
}

static void profit_and_loss_is_the_same_by_the_short_way(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct paper_config config = {.seed = 42};
        str_copy_cut(config.terms.base, sizeof config.terms.base, kind ? STR("EUR") : STR("USD"));
        start_with(&config, "2026-03-02T15:00:00Z");
        struct client *c = connect_as(1);
        struct wire_req_place_order m = order(1, "AAPL", "SELL", "30", "MKT");
        place(c, &m);
        run_ms(3000);
        m.order_id = 2;
        m.order.action = STR("BUY");
        place(c, &m);
        for (int hour = 0; hour < 30; hour++) {
            const struct figures_world now = {w.p->feed, &w.p->accounts->items[0], w.p->now_ns};
            struct figures whole;
            struct figures_pnl part;
            figures_compute(&now, &whole);
            figures_pnl(&now, &part);
            assert_true(dec_eq(whole.daily, part.daily));
            assert_true(dec_eq(whole.balance.total.unrealized, part.unrealized));
            assert_true(dec_eq(whole.balance.total.realized, part.realized));
            w.now.wall.ns += (int64_t)3600 * NS_PER_S;
            w.now.mono.ns += (int64_t)3600 * NS_PER_S;
            paper_step(w.p, w.now);
            pump();
        }
        stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_must_name_one_of_several_accounts),
        cmocka_unit_test(a_fill_moves_the_positions_of_its_account_alone),
        cmocka_unit_test(a_summary_has_rows_of_every_account),
        cmocka_unit_test(figures_of_an_account_must_say_which),
        cmocka_unit_test(a_what_if_tells_margin_and_the_range_of_the_commission),
        cmocka_unit_test(the_values_of_a_currency_add_up),
        cmocka_unit_test(profit_and_loss_is_the_same_by_the_short_way),
        cmocka_unit_test(what_has_not_changed_is_not_told_again),
        cmocka_unit_test(a_model_that_is_not_there_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
