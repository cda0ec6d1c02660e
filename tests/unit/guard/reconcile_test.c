/* SPDX-License-Identifier: MIT */
#include "broker/trade.h"
#include "desk.h"

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

static const char foreign_ref[] = "PC:0123456789ABCDEFG";

static struct gate_reconciliation status(struct desk *d)
{
    struct gate_reconciliation s;
    gate_reconciliation(d->gate, &s);
    return s;
}

static struct gate_reconciliation reconcile(struct desk *d)
{
    struct call c = {0};
    call(d, &c, CALL_RECONCILE);
    assert_true(c.ok);
    return status(d);
}

static void reconnect(struct desk *d)
{
    desk_hang_up(d);
    desk_ready(d);
}

static bool accept(struct desk *d, struct error *e)
{
    bool ok =
        gate_accept_breaks(d->gate, status(d).version, STR("me"), STR("looked at it"), d->now, e);
    desk_run(d, 100);
    return ok;
}

/* The only break is of that kind. */
static void assert_break(const struct gate_reconciliation *s, enum gate_break_kind kind)
{
    if (s->count != 1 || s->breaks[0].kind != kind) {
        for (size_t i = 0; i < s->count; i++)
            print_message("%s: %s\n", gate_break_row(s->breaks[i].kind)->code, s->breaks[i].text);
        fail_msg("%zu breaks", s->count);
    }
}

/* An order of ours that rests, as the book has it. */
static struct order rest(struct desk *d)
{
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && c.outcome.result == GATE_WORKING);
    return c.outcome.legs[0].order;
}

/* As another program with our client id, or a person in TWS, would. */
static void place_behind_the_gate(struct desk *d, struct order *o)
{
    struct error e;
    o->transmit = true;
    assert_true(trade_place(d->session, o, d->now, &e));
    desk_run(d, 1000);
}

static void assert_refused(struct desk *d, const char *reason)
{
    struct call c;
    resting(d, &c, "7", 6);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, reason);
}

/* ---- orders ---- */

static void a_change_through_the_gate_is_no_break(void **state)
{
    struct desk *d = *state;
    struct call c = {.request = {.kind = GATE_MODIFY, .count = 1, .min_tick = some("0.01")}};
    c.request.orders[0] = rest(d);
    struct opt_dec *limit = &c.request.orders[0].limit_price;
    *limit = DEC_SOME(dec_minus(limit->v, DEC(1)));
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct gate_reconciliation s = reconcile(d);
    assert_int_equal(s.state, GATE_RECONCILE_CLEAN);
    assert_int_equal(s.orders, 1);
    desk_restart(d);
    assert_int_equal(status(d).state, GATE_RECONCILE_CLEAN);
}

static void a_change_behind_the_gate_halts_after_a_connect_until_it_is_accepted(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct order o = rest(d);
    o.quantity = DEC(3);
    place_behind_the_gate(d, &o);
    struct gate_reconciliation s = reconcile(d);
    assert_break(&s, GATE_BREAK_ORDER_CHANGED);
    assert_true(dec_eq(s.breaks[0].ours.v, DEC(5)) && dec_eq(s.breaks[0].brokers.v, DEC(3)));
    assert_true(s.is_reconciled); /* this connection had agreed */
    reconnect(d);
    assert_false(status(d).is_reconciled);
    assert_refused(d, "HALTED");
    desk_restart(d); /* is no way out */
    s = status(d);
    assert_break(&s, GATE_BREAK_ORDER_CHANGED);
    assert_true(accept(d, &e));
    assert_true(status(d).is_reconciled);
    assert_int_equal(status(d).state, GATE_RECONCILE_ACCEPTED);
    assert_int_equal(journaled(d, JOURNAL_ACCEPT, "looked at it"), 1);
    assert_int_equal(reconcile(d).state, GATE_RECONCILE_CLEAN);
    desk_restart(d);
    assert_int_equal(status(d).state, GATE_RECONCILE_CLEAN);
}

static void an_order_with_our_reference_that_the_journal_lacks_halts(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct call c;
    resting(d, &c, "5", 5);
    struct order *o = &c.request.orders[0];
    assert_true(trade_next_order_id(d->session, &o->order_id, &e));
    str_copy_cut(o->ref, sizeof o->ref, str_of(foreign_ref));
    place_behind_the_gate(d, o);
    reconnect(d);
    struct gate_reconciliation s = status(d);
    assert_break(&s, GATE_BREAK_ORDER_UNKNOWN);
    assert_refused(d, "HALTED");
    assert_true(accept(d, &e));
    desk_restart(d);
    assert_true(status(d).is_reconciled);
}

static void an_order_of_another_program_is_external_and_no_break(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct call c;
    resting(d, &c, "5", 5);
    struct order *o = &c.request.orders[0];
    assert_true(trade_next_order_id(d->session, &o->order_id, &e));
    str_copy_cut(o->ref, sizeof o->ref, STR("somebody else"));
    place_behind_the_gate(d, o);
    reconnect(d);
    assert_int_equal(status(d).state, GATE_RECONCILE_CLEAN);
    assert_int_equal(status(d).external_orders, 1);
}

static void an_order_that_is_told_without_our_reference_becomes_unknown(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct order o = rest(d);
    str_copy_cut(o.ref, sizeof o.ref, STR("not ours"));
    place_behind_the_gate(d, &o);
    assert_int_equal(gate_unknown_count(d->gate), 1);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "reference_lost"), 1);
    assert_refused(d, "UNKNOWN_PENDING");
    reconnect(d);
    struct gate_reconciliation s = status(d);
    assert_break(&s, GATE_BREAK_REFERENCE);
    assert_refused(d, "HALTED");
    desk_restart(d);
    desk_run(d, 30000);
    assert_int_equal(gate_unknown_count(d->gate), 1); /* no list settles it */
    assert_true(accept(d, &e));
    assert_int_equal(gate_unknown_count(d->gate), 0);
    assert_true(status(d).is_reconciled);
}

static void an_order_of_which_one_perm_id_ended_and_another_works_is_a_break(void **state)
{
    struct desk *d = *state;
    struct order o = rest(d);
    struct order_status s = {.state = STATE_CANCELLED};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    o.perm_id += 1000;
    desk_on_event(d, &ev);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "another_perm_id"), 1);
    struct gate_reconciliation r = reconcile(d);
    assert_break(&r, GATE_BREAK_ORDER_SPLIT);
    desk_on_event(d, &ev); /* once is enough */
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "another_perm_id"), 1);
}

/* ---- accepting ---- */

static void nothing_is_accepted_unseen(void **state)
{
    struct desk *d = *state;
    struct error e;
    assert_false(accept(d, &e));
    assert_string_equal(e.reason, "NO_BREAKS");
    uint64_t seen = status(d).version;
    struct order o = rest(d);
    o.quantity = DEC(3);
    place_behind_the_gate(d, &o);
    (void)reconcile(d);
    assert_false(gate_accept_breaks(d->gate, seen, STR("me"), STR("why"), d->now, &e));
    assert_string_equal(e.reason, "CHANGED");
    assert_true(accept(d, &e));
}

static void what_the_journal_cannot_take_is_not_accepted(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct order o = rest(d);
    o.quantity = DEC(3);
    place_behind_the_gate(d, &o);
    (void)reconcile(d);
    d->disk = DISK_HANGS;
    for (int i = 0; i < LIMIT_JOURNAL_QUEUE; i++)
        (void)!journal_put(d->journal, STR("x"), STR("y"), d->now, &e);
    assert_false(gate_accept_breaks(d->gate, status(d).version, STR("me"), STR("why"), d->now, &e));
    assert_int_equal(status(d).count, 1);
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_true(accept(d, &e));
}

/* ---- at the start ---- */

static void the_first_comparison_is_there_as_soon_as_the_session_is_ready(void **state)
{
    struct desk *d = *state;
    desk_hang_up(d);
    for (int i = 0; i < 10000 && !session_is_ready(d->session); i++) {
        assert_false(status(d).is_reconciled && status(d).runs == 0);
        desk_run(d, 10);
    }
    assert_true(session_is_ready(d->session)); /* not one turn later */
    assert_int_equal(status(d).state, GATE_RECONCILE_CLEAN);
    assert_int_equal(status(d).trigger, GATE_ON_CONNECT);
    assert_true(status(d).is_reconciled);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "connect"), 2);
}

static void nothing_is_asked_without_a_connection(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    d->is_offline = true;
    desk_hang_up(d);
    desk_run(d, 100);
    assert_int_equal(gate_reconcile_due(d->gate).ns, INSTANT_NEVER.ns);
    call(d, &c, CALL_RECONCILE);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "NOT_CONNECTED");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_change_through_the_gate_is_no_break),
        TEST(a_change_behind_the_gate_halts_after_a_connect_until_it_is_accepted),
        TEST(an_order_with_our_reference_that_the_journal_lacks_halts),
        TEST(an_order_of_another_program_is_external_and_no_break),
        TEST(an_order_that_is_told_without_our_reference_becomes_unknown),
        TEST(an_order_of_which_one_perm_id_ended_and_another_works_is_a_break),
        TEST(nothing_is_accepted_unseen),
        TEST(what_the_journal_cannot_take_is_not_accepted),
        TEST(the_first_comparison_is_there_as_soon_as_the_session_is_ready),
        TEST(nothing_is_asked_without_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
