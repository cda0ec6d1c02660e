/* SPDX-License-Identifier: MIT */
/*
 * The way of an order at its edges: what is kept for a later run, what stands in the way at the
 * last moment, and what a request is answered that came before. Found by `make mutate`.
 */
#include "broker/state.h"
#include "broker/trade.h"
#include "guard/state.h"
#include "words.h"

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
    assert_true(c.e.next[0]);
    assert_non_null(strstr(c.e.text, "nothing was sent, because it could not be journaled: "));
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

/* ---- the last moment: what changed while the disk was waited for ---- */

/* The order waits for the disk. */
static void held_by_the_disk(struct desk *d, struct call *c, enum call_kind kind)
{
    d->disk = DISK_HANGS;
    call_start(d, c, kind);
    desk_run(d, 100);
    assert_false(c->is_done);
}

static void assert_held_back(struct desk *d, const struct call *c, const char *reason)
{
    assert_refused(c, reason);
    assert_int_equal(working(d), 0);
    assert_int_equal(ledger_orders_today(d->gate->ledger), 0);
}

static void an_order_is_held_back_when_the_line_broke_meanwhile(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    held_by_the_disk(d, &c, CALL_SUBMIT);
    d->is_offline = true;
    desk_hang_up(d);
    d->disk = DISK_WORKS;
    call_finish(d, &c);
    assert_held_back(d, &c, "NOT_READY");
    assert_true(strstr(c.e.text, "at the last moment") != NULL);
    assert_true(c.e.next[0]);
}

/* Writes the order's intent, and then another record in the way given. */
static void write_in_two(struct desk *d, struct call *c, int64_t later_ms, bool second_is_written)
{
    struct error e = {.code = ERROR_UNAVAILABLE, .reason = "JOURNAL_FAILED", .text = "no space"};
    resting(d, c, "5", 5);
    held_by_the_disk(d, c, CALL_SUBMIT);
    struct journal_batch *b = journal_take(d->journal);
    assert_non_null(b);
    assert_true(journal_append(d->journal, JOURNAL_KILL, STR("test"), STR("{}"), d->now, &e) > 0);
    d->now.mono.ns += later_ms * NS_PER_MS;
    d->now.wall.ns += later_ms * NS_PER_MS;
    assert_true(db_commit(d->db, b, &e));
    journal_committed(d->journal, b, true, &e);
    if (!second_is_written && later_ms == 0) {
        b = journal_take(d->journal);
        assert_non_null(b);
        error_set(&e, ERROR_UNAVAILABLE, "JOURNAL_FAILED", "no space");
        journal_committed(d->journal, b, false, &e);
    }
    tasks_run(d->tasks, d->now);
}

static void an_order_is_held_back_when_the_disk_filled_up_behind_its_intent(void **state)
{
    struct desk *d = *state;
    struct call c;
    write_in_two(d, &c, 0, false);
    assert_true(c.is_done);
    assert_held_back(d, &c, "JOURNAL_FAILED");
}

static void an_order_is_held_back_when_the_disk_stalled_behind_its_intent(void **state)
{
    struct desk *d = *state;
    struct call c;
    write_in_two(d, &c, 60 * 1000, false);
    assert_true(c.is_done);
    assert_held_back(d, &c, "JOURNAL_STALLED");
}

static void an_order_of_a_token_needs_the_token_to_the_end(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    struct buf file;
    buf_init(&file, TOKENS_FILE_MAX);
    tokens_import(STR("bot"), STR("0123456789abcdef0123456789abcdef"), SCOPE_READ | SCOPE_TRADE,
                  &file);
    struct keep *keep = keep_new(TOKENS_FILE_MAX);
    struct tokens *all = tokens_new(buf_str(&file), keep, &e);
    assert_non_null(all);
    struct tokens *none = tokens_new(STR(""), keep, &e);
    assert_non_null(none);
    for (int i = 0; i < 2; i++) {
        d->gate->config.tokens = all;
        resting(d, &c, "5", 5);
        d->disk = DISK_HANGS;
        call_start(d, &c, CALL_SUBMIT);
        c.request.principal = STR("token:bot");
        desk_run(d, 100);
        assert_false(c.is_done);
        d->gate->config.tokens = i ? none : NULL;
        d->disk = DISK_WORKS;
        call_finish(d, &c);
        assert_held_back(d, &c, "PRINCIPAL_LIMIT");
    }
    d->gate->config.tokens = NULL;
    tokens_free(all);
    tokens_free(none);
    keep_free(keep);
    buf_fini(&file);
}

static void with_a_full_queue_of_the_journal_nothing_is_sent(void **state)
{
    struct desk *d = *state;
    struct error e;
    for (int room = 0; room < 2; room++) { /* 1: for the order id, and not for the intent */
        struct call c;
        resting(d, &c, "5", 5);
        d->disk = DISK_HANGS;
        while (journal_pending(d->journal) + (size_t)room < LIMIT_JOURNAL_QUEUE)
            assert_true(
                journal_append(d->journal, JOURNAL_KILL, STR("test"), STR("{}"), d->now, &e) > 0);
        call_start(d, &c, CALL_SUBMIT);
        tasks_run(d->tasks, d->now);
        d->disk = DISK_WORKS;
        call_finish(d, &c);
        assert_held_back(d, &c, "JOURNAL_FAILED");
    }
}

static void what_was_not_asked_for_was_not_sent_before(void **state)
{
    struct desk *d = *state;
    struct order o;
    assert_false(gate_sent_before(d->gate, STR("local:1000"), STR("k1"), &o));
    assert_false(gate_sent_before(d->gate, STR("local:1000"), STR(""), &o));
}

static void what_was_sent_before_is_known_by_its_principal_and_key(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o;
    resting(d, &c, "5", 5);
    c.request.idempotency_key = STR("k1");
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    assert_true(gate_sent_before(d->gate, STR("local:1000"), STR("k1"), &o));
    assert_string_equal(o.ref, c.outcome.legs[0].order.ref);
    assert_false(gate_sent_before(d->gate, STR("local:1001"), STR("k1"), &o));
    assert_false(gate_sent_before(d->gate, STR("local:1000"), STR("k2"), &o));
    ledger_by_ref(d->gate->ledger, STR_NAME(c.outcome.legs[0].order.ref))->state = INTENT_NOT_SENT;
    assert_false(gate_sent_before(d->gate, STR("local:1000"), STR("k1"), &o));
}

/* ---- a line with no room ---- */

/* Lets only so many orders into the queue to the broker: cancels of nothing wait there. */
static void crowd(struct desk *d, size_t room)
{
    struct error e;
    while (d->session->pacing.count + room < LIMIT_PACING_QUEUE - 256)
        assert_true(trade_cancel(d->session, 900000, d->now, &e));
}

static void an_order_for_which_the_line_has_no_room_is_not_sent(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    held_by_the_disk(d, &c, CALL_SUBMIT);
    crowd(d, 0);
    desk_disk(d);
    d->disk = DISK_WORKS;
    desk_disk(d);
    tasks_run(d->tasks, d->now);
    assert_true(c.is_done);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "QUEUE_FULL");
    assert_int_equal(ledger_orders_today(d->gate->ledger), 0);
    desk_run(d, 1000);
    assert_int_equal(journaled(d, JOURNAL_SENT, ""), 0);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 1);
}

static void a_bracket_of_which_only_the_entry_found_room_is_taken_back(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    c.request.idempotency_key = STR("k1");
    held_by_the_disk(d, &c, CALL_SUBMIT);
    crowd(d, 1);
    d->disk = DISK_WORKS;
    desk_disk(d);
    tasks_run(d->tasks, d->now);
    desk_disk(d);
    struct intent *it;
    int sent = 0, dropped = 0;
    for (size_t i = 0; ledger_next(d->gate->ledger, &i, &it);) {
        sent += it->state == INTENT_SENT && it->leg == 0;
        dropped += it->state == INTENT_NOT_SENT && it->leg > 0;
    }
    assert_int_equal(sent, 1);
    assert_int_equal(dropped, 2);
    call_finish(d, &c);
    desk_run(d, 120 * 1000);
    assert_int_equal(working(d), 0);
    assert_int_equal(journaled(d, JOURNAL_SENT, ""), 1);
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
        TEST(an_order_is_held_back_when_the_line_broke_meanwhile),
        TEST(an_order_is_held_back_when_the_disk_filled_up_behind_its_intent),
        TEST(an_order_is_held_back_when_the_disk_stalled_behind_its_intent),
        TEST(an_order_of_a_token_needs_the_token_to_the_end),
        TEST(with_a_full_queue_of_the_journal_nothing_is_sent),
        TEST(what_was_not_asked_for_was_not_sent_before),
        TEST(what_was_sent_before_is_known_by_its_principal_and_key),
        TEST(an_order_for_which_the_line_has_no_room_is_not_sent),
        TEST(a_bracket_of_which_only_the_entry_found_room_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
