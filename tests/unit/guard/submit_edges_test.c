/* SPDX-License-Identifier: MIT */
/*
 * The way of an order at its edges: what is kept for a later run, what stands in the way at the
 * last moment, and what a request is answered that came before. Found by `make mutate`.
 */
#include "broker/trade.h"
#include "desk.h"
#include "guard/state.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    desk_free(*state);
    return 0;
}

/* A bracket around an entry that rests. */
static void bracketed(struct desk *d, struct call *c)
{
    resting(d, c, "5", 5);
    struct order *o = c->request.orders;
    o[1] = o[2] = o[0];
    o[1].side = o[2].side = SIDE_SELL;
    o[1].type = ORDER_STP;
    o[1].limit_price = DEC_NONE;
    o[1].stop_price = DEC_SOME(dec_minus(o[0].limit_price.v, DEC(10)));
    o[2].limit_price = DEC_SOME(dec_plus(o[0].limit_price.v, DEC(20)));
    c->request.count = 3;
}

static void assert_refused(const struct call *c, const char *reason)
{
    assert_false(c->ok);
    assert_string_equal(c->e.reason, reason);
}

static void assert_sent(const struct call *c)
{
    if (!c->ok)
        fail_msg("%s: %s", c->e.reason, c->e.text);
}

/* Turns an answered order into a change of its limit price by `by`. */
static void to_change(struct call *c, int by)
{
    c->request.kind = GATE_MODIFY;
    c->request.orders[0] = c->outcome.legs[0].order;
    c->request.orders[0].limit_price.v = dec_plus(c->request.orders[0].limit_price.v, DEC(by));
}

static int64_t sends(struct desk *d)
{
    return ledger_sends_within(d->gate->ledger, 60 * 1000, d->now.mono);
}

static void a_bracket_asked_for_again_is_answered_with_all_its_legs(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    bracketed(d, &a);
    a.request.idempotency_key = STR("k1");
    b = a;
    call(d, &a, CALL_SUBMIT);
    assert_sent(&a);
    call(d, &b, CALL_SUBMIT);
    assert_sent(&b);
    assert_true(b.outcome.is_replay);
    assert_int_equal(b.outcome.count, 3);
    assert_int_equal(b.outcome.result, a.outcome.result);
    assert_true(b.outcome.text[0]);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(b.outcome.legs[i].order.ref, a.outcome.legs[i].order.ref);
    assert_int_equal(working(d), 3);
    b.request.orders[0].quantity = b.request.orders[1].quantity = b.request.orders[2].quantity =
        DEC(6);
    call(d, &b, CALL_SUBMIT);
    assert_refused(&b, "IDEMPOTENCY_CONFLICT");
    assert_true(b.e.next[0]);
}

static void the_highest_order_id_is_stored_before_an_order_leaves(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    char key[48], value[64], expected[24];
    bracketed(d, &c);
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    (void)snprintf(key, sizeof key, "order_id.%d", d->client_id);
    assert_true(db_value(d->db, str_of(key), value, sizeof value, &e));
    (void)snprintf(expected, sizeof expected, "%d", c.outcome.legs[2].order.order_id);
    assert_string_equal(value, expected);
    resting(d, &c, "4", 6);
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    to_change(&c, -1);
    struct order last = c.outcome.legs[0].order;
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    assert_true(db_value(d->db, str_of(key), value, sizeof value, &e));
    (void)snprintf(expected, sizeof expected, "%d", last.order_id);
    assert_string_equal(value, expected);
}

static void without_order_ids_nothing_is_sent_and_nothing_counted(void **state)
{
    struct desk *d = *state;
    struct call c;
    trade_used_order_id(d->session, (1 << 30) - 2);
    bracketed(d, &c);
    call(d, &c, CALL_SUBMIT);
    assert_refused(&c, "ORDER_IDS");
    assert_int_equal(working(d), 0);
    assert_int_equal(sends(d), 0);
    assert_int_equal(ledger_orders_today(d->gate->ledger), 0);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_INTENT, "AAPL"), 0);
}

static void with_a_full_ledger_nothing_is_sent(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    char ref[24];
    d->limits.max_unanswered_orders = LIMIT_ORDERS + 1;
    desk_restart(d);
    for (int i = 0; i < LIMIT_ORDERS; i++) {
        struct intent it = {.state = INTENT_SENT, .order.contract.con_id = 1};
        (void)snprintf(ref, sizeof ref, "X:%d", i);
        str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
        assert_non_null(ledger_add(d->gate->ledger, &it, &e));
    }
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_refused(&c, "ORDERS_MAX");
    assert_int_equal(working(d), 0);
    assert_int_equal(ledger_orders_today(d->gate->ledger), 0); /* given back */
}

static void a_change_counts_as_a_message_and_not_as_an_order(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    assert_int_equal(sends(d), 1);
    to_change(&c, -1);
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    assert_int_equal(sends(d), 2);
    assert_int_equal(ledger_orders_today(d->gate->ledger), 1);
    assert_false(c.ticket.orders[0].trail_stop.has); /* no trigger is made up */
}

static void a_trigger_moves_back_only_where_that_is_meant(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "1", 0);
    struct order *o = &c.request.orders[0];
    o->side = SIDE_SELL;
    o->type = ORDER_TRAIL;
    o->tif = TIF_GTC;
    o->limit_price = DEC_NONE;
    o->trail_amount = DEC_SOME(DEC(20));
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    struct order was = c.outcome.legs[0].order;
    c.request.kind = GATE_MODIFY;
    c.request.allow_widening = true;
    *o = was;
    o->trail_amount = DEC_SOME(DEC(21));
    o->trail_stop = DEC_SOME(dec_minus(was.trail_stop.v, DEC(3)));
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    assert_true(dec_eq(c.ticket.orders[0].trail_stop.v, dec_minus(was.trail_stop.v, DEC(3))));
}

static void a_bracket_on_a_full_disk_leaves_nothing_behind(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    c.request.idempotency_key = STR("k1");
    d->disk = DISK_FULL;
    call(d, &c, CALL_SUBMIT);
    assert_refused(&c, "JOURNAL_FAILED");
    assert_int_equal(working(d), 0);
    assert_int_equal(ledger_orders_today(d->gate->ledger), 0);
    assert_true(dec_is_zero(ledger_value_today(d->gate->ledger)));
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    call(d, &c, CALL_SUBMIT); /* the same key again: it was never sent */
    assert_sent(&c);
    assert_false(c.outcome.is_replay);
    assert_int_equal(working(d), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_bracket_asked_for_again_is_answered_with_all_its_legs),
        TEST(the_highest_order_id_is_stored_before_an_order_leaves),
        TEST(without_order_ids_nothing_is_sent_and_nothing_counted),
        TEST(with_a_full_ledger_nothing_is_sent),
        TEST(a_change_counts_as_a_message_and_not_as_an_order),
        TEST(a_trigger_moves_back_only_where_that_is_meant),
        TEST(a_bracket_on_a_full_disk_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
