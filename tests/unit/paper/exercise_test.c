/* SPDX-License-Identifier: MIT */
/*
 * What happens to options and orders without a trade: an exercise, an expiry and an assignment are
 * told as executions, once and also after a restart; a split ends the orders in the shares.
 */
#include "client.h"
#include "paper/chains.h"
#include "paper/feed.h"
#include "paper/paper_private.h"

enum { AAPL = 265598, DAY = 86400, ASKED = 1, ASSIGNED = 100, AUTOMATIC = 101, EXPIRED = 102 };

static const struct paper_config config = {.seed = 42, .no_opening = true};

static int32_t option_of_apple(const char *day, int32_t strike_index, char right)
{
    struct utc when;
    assert_true(utc_parse(str_of(day), &when));
    for (size_t i = 0; i < chains_count(); i++)
        if (strcmp(chains_at(i)->trading_class, "AAPL") == 0) {
            struct chain_key k = {i, when.ns / NS_PER_S / DAY, strike_index, right};
            return chain_id(&k);
        }
    fail_msg("no chain");
    return 0;
}

static void trade(struct client *c, int32_t id, int32_t con_id, const char *action,
                  const char *quantity)
{
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.order_id = id;
    m.contract.con_id = con_id;
    m.contract.exchange = STR("SMART");
    m.order.action = str_of(action);
    m.order.order_type = STR("MKT");
    m.order.total_quantity = str_of(quantity);
    m.order.tif = STR("DAY");
    m.order.transmit = true;
    place(c, &m);
    run_ms(20000);
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, -1);
    if (s == NULL || !str_eq(s->status, STR("Filled")))
        fail_msg("order %d was not filled: %d", (int)id, error_for(c, id));
}

static void pass_days(int days)
{
    for (int k = 0; k < days * 12; k++) {
        w.now.wall.ns += (int64_t)7200 * NS_PER_S;
        w.now.mono.ns += (int64_t)7200 * NS_PER_S;
        paper_step(w.p, w.now);
        pump();
    }
}

/* The execution of a contract, which must be the only one of that side; its commission is zero. */
static const struct wire_rep_exec_details *execution(const struct client *c, int32_t con_id,
                                                     const char *side, const char *shares,
                                                     double price, int type)
{
    const struct wire_rep_exec_details *found = NULL;
    for (int k = 0; nth(c, WIRE_REP_EXEC_DETAILS, k) != NULL; k++) {
        const struct wire_rep_exec_details *m = nth(c, WIRE_REP_EXEC_DETAILS, k);
        if (m->contract.con_id != con_id || !str_eq(m->execution.side, str_of(side)))
            continue;
        assert_null(found);
        found = m;
    }
    assert_non_null(found);
    assert_true(str_eq(found->execution.shares, str_of(shares)));
    assert_true(str_eq(found->execution.account, STR("DU9000001")));
    assert_true(found->execution.price == price);
    assert_int_equal(found->execution.opt_exercise_or_lapse_type, c->version >= 213 ? type : 0);
    const struct wire_rep_commission_report *fee = NULL;
    for (int k = 0; nth(c, WIRE_REP_COMMISSION_REPORT, k) != NULL; k++) {
        const struct wire_rep_commission_report *m = nth(c, WIRE_REP_COMMISSION_REPORT, k);
        fee = str_eq(m->exec_id, found->execution.exec_id) ? m : fee;
    }
    assert_non_null(fee);
    assert_true(fee->commission == 0 && str_eq(fee->currency, STR("USD")));
    return found;
}

static void a_restart_changes_nothing(void)
{
    struct error e = {0};
    size_t keep;
    struct buf before, after;
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    take_records();
    struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    if (!paper_restore(again, buf_str(&w.state), &keep, w.now, &e))
        fail_msg("%s", e.text);
    assert_true(paper_snapshot(w.p, &before) && paper_snapshot(again, &after));
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    /* and again from the snapshot, in which the events are no more */
    if (!paper_restore(again, buf_str(&before), &keep, w.now, &e))
        fail_msg("%s", e.text);
    buf_reset(&after);
    assert_true(paper_snapshot(again, &after));
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    paper_free(again);
    buf_fini(&before);
    buf_fini(&after);
}

static void an_exercise_is_told_to_who_asked_with_its_own_number(void **state)
{
    (void)state;
    const int versions[] = {200, 225};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        start_with(&config, "2026-11-16T15:00:00Z");
        struct client *c = connect_at(3, versions[i]);
        int32_t call = option_of_apple("2026-11-20T00:00:00Z", 2, 'C'); /* strike 10 */
        trade(c, 1, call, "BUY", "2");
        forget(c);
        struct wire_req_exercise_options m = {.order_id = 77, .action = 1, .quantity = 2};
        m.contract = stock("", "");
        m.contract.sec_type = STR("");
        m.contract.con_id = call;
        m.contract.exchange = STR("SMART");
        send(c, WIRE_REQ_EXERCISE_OPTIONS, &m);
        assert_int_equal(error_for(c, 77), 0);
        assert_int_equal(execution(c, call, "SLD", "2", 0, ASKED)->execution.order_id, 77);
        assert_int_equal(execution(c, AAPL, "BOT", "200", 10, ASKED)->execution.order_id, 77);
        assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS), 2);
        send(c, WIRE_REQ_IDS, &(const struct wire_req_ids){1});
        assert_int_equal(
            ((const struct wire_rep_next_valid_id *)nth(c, WIRE_REP_NEXT_VALID_ID, -1))->order_id,
            78);
        a_restart_changes_nothing();
        stop();
    }
}

static void expiry_and_assignment_are_told_to_client_0_and_to_who_asks(void **state)
{
    (void)state;
    start_with(&config, "2026-11-19T15:00:00Z");
    struct client *own = connect_at(0, 225), *c = connect_at(4, 225);
    int32_t deep = option_of_apple("2026-11-20T00:00:00Z", 2, 'C');
    int32_t near = option_of_apple("2026-11-20T00:00:00Z", 3, 'C');
    int32_t far = option_of_apple("2026-11-20T00:00:00Z", 2, 'P');
    trade(c, 1, deep, "BUY", "2");
    trade(c, 2, near, "SELL", "1");
    trade(c, 3, far, "BUY", "3");
    forget(c);
    forget(own);
    pass_days(2);
    assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS), 0);
    assert_int_equal(count_of(own, WIRE_REP_EXEC_DETAILS), 5);
    double strike = 0;
    for (size_t i = 0; i < 2; i++) { /* unasked, and then asked for by another */
        struct client *who = i == 0 ? own : c;
        assert_int_equal(execution(who, deep, "SLD", "2", 0, AUTOMATIC)->execution.order_id, 0);
        strike = execution(who, near, "BOT", "1", 0, ASSIGNED)->contract.strike;
        execution(who, far, "SLD", "3", 0, EXPIRED);
        execution(who, AAPL, "BOT", "200", 10, AUTOMATIC);
        execution(who, AAPL, "SLD", "100", strike, ASSIGNED);
        struct wire_req_executions m = {.req_id = 9, .last_n_days = 3};
        m.time = m.account = m.symbol = m.sec_type = m.exchange = STR("");
        m.side = STR("");
        forget(c);
        send(c, WIRE_REQ_EXECUTIONS, &m);
        /* the purchases of the options are executions too, on other sides */
        assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS) > 5, 1);
    }
    forget(c);
    send(c, WIRE_REQ_COMPLETED_ORDERS, &(const struct wire_req_completed_orders){false});
    assert_int_equal(count_of(c, WIRE_REP_COMPLETED_ORDER), 3); /* they are no orders */
    a_restart_changes_nothing();
    stop();
}

static void a_split_ends_the_orders_in_the_shares_and_no_others(void **state)
{
    (void)state;
    struct error e = {0};
    struct universe *u = universe_new((struct str){csv, csv_n}, &e);
    struct feed *f = feed_new(u, config.seed, false);
    struct feed_action list[64], split = {0};
    int32_t con_id = 0;
    char when[UTC_TEXT_MAX];
    for (size_t i = 0; i < universe_count(u) && con_id == 0; i++) {
        size_t n = feed_actions(f, universe_at(u, i), (int64_t)20600 * DAY, (int64_t)22000 * DAY,
                                list, 64);
        for (size_t k = 0; k < n; k++)
            if (list[k].kind == FEED_SPLIT &&
                strcmp(universe_at(u, i)->contract.currency, "USD") == 0) {
                con_id = universe_at(u, i)->contract.con_id;
                split = list[k];
            }
    }
    assert_int_not_equal(con_id, 0);
    feed_free(f);
    universe_free(u);
    utc_format((struct utc){(split.ex_s - 7200) * NS_PER_S}, when);
    start_with(&config, when);
    struct client *c = connect_as(2);
    struct wire_req_place_order m = order(1, "AAPL", "BUY", "1", "LMT");
    m.order.lmt_price = 1;
    m.order.tif = STR("GTC");
    place(c, &m);
    m.order_id = 2;
    m.contract = stock("", "");
    m.contract.sec_type = STR("");
    m.contract.con_id = con_id;
    m.order.order_type = STR("STP"); /* whose price the split alone would reach */
    m.order.action = STR("SELL");
    double bid, ask;
    quote(con_id, &bid, &ask);
    m.order.aux_price = (double)(int64_t)(bid * 0.8);
    place(c, &m);
    run_ms(5000);
    assert_int_equal(error_for(c, 1), 0);
    assert_int_equal(error_for(c, 2), 0);
    forget(c);
    w.now.wall.ns += (int64_t)7300 * NS_PER_S;
    w.now.mono.ns += (int64_t)7300 * NS_PER_S;
    paper_step(w.p, w.now);
    pump();
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, -1);
    assert_non_null(s);
    assert_int_equal(s->order_id, 2);
    assert_true(str_eq(s->status, STR("Cancelled")));
    assert_int_equal(error_for(c, 2), 202);
    assert_int_equal(error_for(c, 1), 0);
    assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS), 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exercise_is_told_to_who_asked_with_its_own_number),
        cmocka_unit_test(expiry_and_assignment_are_told_to_client_0_and_to_who_asks),
        cmocka_unit_test(a_split_ends_the_orders_in_the_shares_and_no_others),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
