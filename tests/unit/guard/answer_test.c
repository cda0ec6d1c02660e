/* SPDX-License-Identifier: MIT */
/*
 * What the broker's answers mean for orders, changes and cancels on their way: the exchange is
 * mute, and the test says what the broker would. Found by `make mutate`.
 */
#include "desk.h"
#include "guard/state.h"
#include "tests/kit/arm.h"
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

/* ---- help ---- */

/* The request leaves, and the exchange says nothing any more. */
static void send_unheard(struct desk *d, struct call *c, enum call_kind kind)
{
    if (kind == CALL_SUBMIT) { /* asks about the market first */
        d->disk = DISK_HANGS;
        call_start(d, c, kind);
        desk_run(d, 50);
    }
    assert_true(arm(d->paper, d->now, "drop any 0"));
    if (kind != CALL_SUBMIT)
        call_start(d, c, kind);
    d->disk = DISK_WORKS;
    desk_run(d, 50);
    assert_false(c->is_done);
}

/* ---- brackets ---- */

#define RESTS                                                                                      \
    {                                                                                              \
        STATE_SUBMITTED, "0", 0                                                                    \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        STATE_INACTIVE, "0", 201                                                                   \
    }
#define SILENT                                                                                     \
    {                                                                                              \
        STATE_UNKNOWN, "0", 0                                                                      \
    }

static void a_bracket_with_a_refused_exit_is_taken_back_while_it_can_be(void **state)
{
    static const struct {
        struct word legs[3];
        bool is_confirmed; /* the cancel of the entry */
        enum gate_result result;
        int cancels;
        const char *next;
    } rows[] = {
        {{RESTS, RESTS, RESTS}, false, GATE_WORKING, 0, ""},
        {{RESTS, REFUSED, RESTS}, true, GATE_REJECTED, 1, "were withdrawn"},
        {{RESTS, RESTS, REFUSED}, true, GATE_REJECTED, 1, "were withdrawn"},
        {{RESTS, REFUSED, RESTS}, false, GATE_REJECTED, 1, "has not been confirmed"},
        {{REFUSED, {STATE_CANCELLED, "0", 0}, {STATE_CANCELLED, "0", 0}},
         false,
         GATE_REJECTED,
         0,
         "the broker's reason"},
        {{REFUSED, REFUSED, REFUSED}, false, GATE_REJECTED, 0, ""},
        {{{STATE_FILLED, "5", 0}, REFUSED, RESTS}, false, GATE_REJECTED, 0, "entry has filled"},
        {{{STATE_FILLED, "0", 0}, REFUSED, RESTS}, false, GATE_REJECTED, 0, "entry has filled"},
        {{{STATE_SUBMITTED, "1", 0}, RESTS, REFUSED}, false, GATE_REJECTED, 0, "entry has filled"},
        {{RESTS, SILENT, RESTS}, false, GATE_UNKNOWN, 0, "do not send it again"},
        {{RESTS, REFUSED, SILENT}, true, GATE_REJECTED, 1, "were withdrawn"},
        {{RESTS, SILENT, REFUSED}, true, GATE_REJECTED, 1, "were withdrawn"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct call c;
        bracketed(d, &c);
        send_unheard(d, &c, CALL_SUBMIT);
        int64_t before = messages(d);
        for (int k = 0; k < 3; k++)
            if (rows[i].legs[k].state != STATE_UNKNOWN)
                tell(d, c.ticket.orders[k], rows[i].legs[k]);
        for (int turn = 0; turn < 1100 && !c.is_done && messages(d) == before; turn++)
            desk_run(d, 10); /* the answers, or ten seconds */
        if (rows[i].is_confirmed)
            tell(d, c.ticket.orders[0], (struct word){STATE_CANCELLED, "0", 0});
        for (int turn = 0; turn < 510 && !c.is_done; turn++)
            desk_run(d, 10);
        assert_true(c.is_done && c.ok);
        if (c.outcome.result != rows[i].result || messages(d) - before != rows[i].cancels ||
            !strstr(c.outcome.next, rows[i].next))
            fail_msg("row %zu: %s, %d cancels, %s", i, gate_result_text(c.outcome.result),
                     (int)(messages(d) - before), c.outcome.next);
        struct intent *entry = ledger_by_ref(d->gate->ledger, STR_NAME(c.ticket.orders[0].ref));
        assert_int_equal(entry->is_refused, rows[i].legs[0].code == 201);
        desk_free(d);
    }
    (void)state;
}

static void a_cancel_of_the_entry_that_cannot_be_sent_is_told(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    bracketed(d, &c);
    send_unheard(d, &c, CALL_SUBMIT);
    tell(d, c.ticket.orders[0], (struct word)RESTS);
    tell(d, c.ticket.orders[1], (struct word)RESTS);
    while (trade_cancel(d->session, 900000, d->now, &e)) /* until there is no room */
        ;
    struct order o = c.ticket.orders[2];
    struct order_status s = {.state = STATE_INACTIVE, .broker_code = 201};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    desk_on_event(d, &ev);
    tasks_run(d->tasks, d->now);
    assert_true(c.is_done && c.ok);
    assert_int_equal(c.outcome.result, GATE_REJECTED);
    assert_contains(c.outcome.next, "withdraw the entry");
}

/* ---- waiting ---- */

static void a_market_order_is_given_three_seconds_to_fill_from_its_first_answer(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 0);
    c.request.orders[0].type = ORDER_MKT;
    c.request.orders[0].limit_price = DEC_NONE;
    send_unheard(d, &c, CALL_SUBMIT);
    desk_run(d, 5000);
    tell(d, c.ticket.orders[0], (struct word)RESTS);
    desk_run(d, 2000);
    tell(d, c.ticket.orders[0], (struct word){STATE_SUBMITTED, "1", 0}); /* gives no more time */
    desk_run(d, 960);
    assert_false(c.is_done);
    desk_run(d, 30);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_PARTIAL);
}

static void a_refusal_in_words_alone_counts_after_half_a_second(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    notice(d, c.ticket.orders[0].order_id, 201);
    desk_run(d, 490);
    assert_false(c.is_done);
    desk_run(d, 10);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_REJECTED);
    assert_int_equal(c.outcome.legs[0].status.broker_code, 201);
    assert_string_equal(c.outcome.legs[0].status.broker_text, "words");
    assert_int_equal(c.outcome.legs[0].status.state, STATE_INACTIVE);
}

static void a_status_alone_answers_an_order(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    struct order bare = {.order_id = c.ticket.orders[0].order_id,
                         .client_id = d->client_id,
                         .perm_id = 77,
                         .quantity = DEC(5)};
    tell_as(d, EVENT_ORDER_STATUS, &bare, (struct word)RESTS);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_WORKING);
}

static void an_order_that_the_broker_ends_at_once_was_not_taken_back(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    tell(d, c.ticket.orders[0], (struct word){STATE_CANCELLED, "0", 0});
    call_finish(d, &c);
    assert_true(c.ok);
    assert_int_equal(c.outcome.result, GATE_CANCELLED);
    assert_contains(c.outcome.text, "cancelled");
    assert_null(strstr(c.outcome.text, "taken back"));
}

static void words_that_refuse_nothing_are_waited_through(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    notice(d, c.ticket.orders[0].order_id, 399); /* a remark */
    notice(d, -1, 201);                          /* about no order */
    notice(d, c.ticket.orders[0].order_id + 1, 201);
    desk_run(d, 9000);
    assert_false(c.is_done);
    desk_run(d, 1000);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
    assert_contains(c.outcome.next, "do not send it again");
}

static void a_broken_line_ends_the_waiting(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    d->is_offline = true;
    desk_hang_up(d);
    desk_run(d, 20);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
}

static void a_task_that_is_cancelled_tells_what_is_known_by_then(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    resting(d, &c, "5", 5);
    c.request.orders[0].type = ORDER_MKT;
    c.request.orders[0].limit_price = DEC_NONE;
    c.gate = d->gate;
    c.kind = CALL_SUBMIT;
    c.request.principal = STR("local:1000");
    d->disk = DISK_HANGS;
    struct task *t = task_spawn(d->tasks, d->now, 30000, call_run, &c);
    assert_non_null(t);
    desk_run(d, 50);
    assert_true(arm(d->paper, d->now, "drop any 0"));
    d->disk = DISK_WORKS;
    desk_run(d, 50);
    struct order o = c.ticket.orders[0];
    struct order_status s = {.state = STATE_SUBMITTED};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    task_cancel(t);
    desk_on_event(d, &ev);
    desk_run(d, 10);
    assert_true(c.is_done && c.ok);
    assert_int_equal(c.outcome.result, GATE_WORKING);
}

static void a_request_that_is_given_up_before_it_is_judged_sends_nothing(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    resting(d, &c, "5", 5);
    c.gate = d->gate;
    c.kind = CALL_SUBMIT;
    c.request.principal = STR("local:1000");
    assert_true(arm(d->paper, d->now, "drop any 0")); /* no price comes */
    struct task *t = task_spawn(d->tasks, d->now, 30000, call_run, &c);
    assert_non_null(t);
    desk_run(d, 50);
    assert_false(c.is_done);
    task_cancel(t);
    desk_run(d, 50);
    assert_true(c.is_done);
    assert_false(c.ok);
    assert_int_equal(messages(d), 0);
}

/* ---- changes ---- */

/* A resting order whose limit is being moved by 1, unheard. */
static struct order changing(struct desk *d, struct call *c)
{
    resting(d, c, "5", 5);
    call(d, c, CALL_SUBMIT);
    assert_true(c->ok);
    struct order was = c->outcome.legs[0].order;
    c->request.kind = GATE_MODIFY;
    c->request.orders[0] = was;
    c->request.orders[0].limit_price.v = dec_minus(was.limit_price.v, DEC(1));
    send_unheard(d, c, CALL_SUBMIT);
    return was;
}

static void a_change_is_made_when_the_broker_restates_the_order_with_it(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order was = changing(d, &c);
    tell(d, was, (struct word)RESTS); /* as it was */
    assert_false(c.is_done);
    tell_as(d, EVENT_ORDER_STATUS, &was, (struct word)RESTS);
    assert_false(c.is_done);
    tell(d, c.ticket.orders[0], (struct word)RESTS);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_WORKING);
}

static void a_change_that_was_not_restated_is_of_unknown_fate(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order was = changing(d, &c);
    tell(d, was, (struct word)RESTS);
    desk_run(d, 10100);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
}

static void a_change_that_words_refuse_is_refused_after_half_a_second(void **state)
{
    struct desk *d = *state;
    struct call c;
    (void)changing(d, &c);
    notice(d, c.ticket.orders[0].order_id, 110);
    desk_run(d, 490);
    assert_false(c.is_done);
    desk_run(d, 10);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_REJECTED);
    assert_int_equal(c.outcome.legs[0].status.broker_code, 110);
}

static void a_restated_order_with_a_refusal_is_no_change_made(void **state)
{
    struct desk *d = *state;
    struct call c;
    (void)changing(d, &c);
    notice(d, c.ticket.orders[0].order_id, 110);
    tell(d, c.ticket.orders[0], (struct word)RESTS);
    assert_false(c.is_done);
    desk_run(d, 500);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_REJECTED);
}

static void an_order_that_ended_while_it_was_changed_has_ended(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order was = changing(d, &c);
    notice(d, was.order_id, 104);
    tell(d, was, (struct word){STATE_FILLED, "5", 0});
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_FILLED);
}

static void one_change_of_an_order_at_a_time(void **state)
{
    struct desk *d = *state;
    struct call c, second = {.request = {.count = 1, .min_tick = some("0.01")}}, other;
    resting(d, &other, "3", 9);
    call(d, &other, CALL_SUBMIT);
    assert_true(other.ok);
    other.request.kind = GATE_MODIFY;
    other.request.orders[0] = other.outcome.legs[0].order;
    other.request.orders[0].limit_price.v =
        dec_minus(other.request.orders[0].limit_price.v, DEC(1));
    struct order was = changing(d, &c);
    second.request.kind = GATE_MODIFY;
    second.request.orders[0] = was;
    second.request.orders[0].limit_price.v = dec_minus(was.limit_price.v, DEC(2));
    call_start(d, &second, CALL_SUBMIT);
    desk_run(d, 50);
    assert_true(second.is_done);
    assert_false(second.ok);
    assert_string_equal(second.e.reason, "CHANGE_PENDING");
    assert_false(c.is_done);
    call_start(d, &other, CALL_SUBMIT); /* another order may be changed meanwhile */
    desk_run(d, 50);
    if (other.is_done)
        fail_msg("%s", other.e.text);
    tell(d, other.ticket.orders[0], (struct word)RESTS);
    assert_true(other.is_done && other.ok);
    tell(d, c.ticket.orders[0], (struct word)RESTS);
    assert_true(c.is_done);
}

static void a_change_to_what_the_order_is_sends_nothing(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct order was = c.outcome.legs[0].order;
    int64_t before = messages(d);
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = was;
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && c.outcome.is_replay);
    assert_int_equal(messages(d), before);
    c.request.orders[0].tif = TIF_GTC; /* that is one */
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && !c.outcome.is_replay);
    assert_int_equal(messages(d), before + 1);
}

/* ---- cancels ---- */

static struct order to_cancel(struct desk *d, struct call *c)
{
    resting(d, c, "5", 5);
    call(d, c, CALL_SUBMIT);
    assert_true(c->ok);
    struct order o = c->outcome.legs[0].order;
    c->cancel = (struct gate_cancel_request){.order_id = o.order_id};
    return o;
}

static void a_cancel_that_the_broker_refuses_is_told_with_its_words(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    send_unheard(d, &c, CALL_CANCEL);
    notice(d, o.order_id, 161);
    desk_run(d, 490);
    assert_false(c.is_done);
    desk_run(d, 10);
    assert_true(c.is_done && c.ok);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
    assert_contains(c.outcome.text, "did not cancel it: 161 words");
    assert_true(c.outcome.next[0]);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "did not cancel it"), 1);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "}{"), 0); /* one record, one body */
}

static void a_cancel_without_an_answer_is_of_unknown_fate(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    send_unheard(d, &c, CALL_CANCEL);
    notice(d, o.order_id, 399);
    for (int i = 0; i < 9; i++) { /* what else is told does not shorten the waiting */
        desk_run(d, 1000);
        tell_as(d, EVENT_ORDER_STATUS, &o, (struct word)RESTS);
    }
    assert_false(c.is_done);
    desk_run(d, 1000);
    assert_true(c.is_done && c.ok);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
    assert_contains(c.outcome.text, "has not confirmed it");
}

static void a_refused_cancel_of_an_order_that_has_filled_tells_the_fill(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    send_unheard(d, &c, CALL_CANCEL);
    notice(d, o.order_id, 161);
    desk_run(d, 100);
    tell(d, o, (struct word){STATE_FILLED, "5", 0});
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_FILLED);
    assert_contains(c.outcome.text, "too late");
}

static void a_broken_line_ends_the_waiting_for_a_cancel(void **state)
{
    struct desk *d = *state;
    struct call c;
    (void)to_cancel(d, &c);
    send_unheard(d, &c, CALL_CANCEL);
    struct event ev = {.kind = EVENT_LINK, .at = d->now, .link = LINK_REFUSED};
    desk_on_event(d, &ev);
    desk_run(d, 20);
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_UNKNOWN);
}

static void a_confirmed_cancel_says_what_a_stop_protected(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct order stop = c.outcome.legs[1].order, target = c.outcome.legs[2].order;
    c.cancel = (struct gate_cancel_request){.order_id = stop.order_id};
    send_unheard(d, &c, CALL_CANCEL);
    tell(d, stop, (struct word){STATE_CANCELLED, "0", 0});
    assert_true(c.is_done);
    assert_contains(c.outcome.text, "cancelled");
    assert_contains(c.outcome.next, "unprotected");
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "\"cancelled\""), 1);
    c.cancel = (struct gate_cancel_request){.order_id = target.order_id};
    call_start(d, &c, CALL_CANCEL);
    desk_run(d, 20);
    tell(d, target, (struct word){STATE_CANCELLED, "0", 0});
    assert_true(c.is_done);
    assert_string_equal(c.outcome.next, "");
}

static void of_two_orders_under_one_reference_both_are_cancelled(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c), twin = o;
    send_unheard(d, &c, CALL_CANCEL);
    int64_t before = messages(d);
    twin.perm_id = o.perm_id + 1;
    tell(d, twin, (struct word)RESTS);
    tell(d, o, (struct word){STATE_CANCELLED, "0", 0});
    desk_run(d, 1000);
    tell(d, twin, (struct word)RESTS);
    assert_int_equal(messages(d), before + 1); /* once more, and not again and again */
    assert_false(c.is_done);
    tell(d, twin, (struct word){STATE_CANCELLED, "0", 0});
    assert_true(c.is_done);
    assert_int_equal(c.outcome.result, GATE_CANCELLED);
}

static void a_cancel_for_which_the_line_has_no_room_is_refused(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    (void)to_cancel(d, &c);
    while (trade_cancel(d->session, 900000, d->now, &e))
        ;
    call_start(d, &c, CALL_CANCEL);
    tasks_run(d->tasks, d->now);
    assert_true(c.is_done);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "QUEUE_FULL");
}

static void an_order_placed_by_hand_is_not_ours_to_cancel(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    static const int32_t ids[] = {0, -5};
    for (int i = 0; i < 2; i++) {
        struct order hand = o;
        hand.order_id = ids[i];
        hand.client_id = d->client_id; /* TWS has no other for them */
        hand.perm_id = 99 + i;
        hand.ref[0] = 0;
        tell(d, hand, (struct word)RESTS);
        c.cancel = (struct gate_cancel_request){.perm_id = 99 + i};
        call(d, &c, CALL_CANCEL);
        assert_false(c.ok);
        assert_string_equal(c.e.reason, "NOT_OURS");
        assert_contains(c.e.text, "by hand");
    }
}

static void an_order_that_was_never_answered_can_be_cancelled_and_no_other_intent(void **state)
{
    struct desk *d = *state;
    struct call c, cancel = {0};
    resting(d, &c, "5", 5);
    send_unheard(d, &c, CALL_SUBMIT);
    struct intent *it = ledger_by_ref(d->gate->ledger, STR_NAME(c.ticket.orders[0].ref));
    static const struct {
        enum intent_state state;
        bool is_found;
    } rows[] = {{INTENT_WAITING, false},
                {INTENT_NOT_SENT, false},
                {INTENT_NOT_PLACED, false},
                {INTENT_SENT, true},
                {INTENT_UNKNOWN, true}};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        intent_become(it, rows[i / 2].state);
        cancel.cancel = (struct gate_cancel_request){.order_id = it->order.order_id};
        if (i % 2)
            cancel.cancel = (struct gate_cancel_request){.ref = STR_NAME(it->order.ref)};
        call_start(d, &cancel, CALL_CANCEL);
        tasks_run(d->tasks, d->now);
        if (cancel.is_done == rows[i / 2].is_found)
            fail_msg("row %zu", i);
        if (rows[i / 2].is_found)
            desk_run(d, 10100);
        else
            assert_string_equal(cancel.e.reason, "UNKNOWN_ORDER");
        assert_true(cancel.is_done);
        assert_int_equal(cancel.ok, rows[i / 2].is_found);
    }
    intent_become(it, INTENT_KNOWN);
}

/* As lists of finished orders tell of it. */
static void an_order_that_is_listed_without_its_id_is_found_by_its_reference(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    struct error e;
    struct intent it = {.state = INTENT_KNOWN, .seq = 1, .at = d->now, .principal = "local:1000"};
    it.order = order_of(SIDE_BUY, "5", ORDER_LMT);
    it.order.limit_price = some("1");
    it.order.order_id = 5000;
    it.order.client_id = d->client_id;
    str_copy_cut(it.order.ref, sizeof it.order.ref, STR("PC:listed"));
    str_copy_cut(it.order.account, sizeof it.order.account, str_of(book_account(d->book, 0)));
    assert_non_null(ledger_add(d->gate->ledger, &it, &e));
    it.order.order_id = 0;
    tell(d, it.order, (struct word){STATE_FILLED, "5", 0});
    c.cancel = (struct gate_cancel_request){.order_id = 5000};
    call(d, &c, CALL_CANCEL);
    assert_true(c.ok);
    assert_int_equal(c.outcome.result, GATE_FILLED);
}

static void who_names_the_account_cancels_nothing_of_another(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    c.cancel = (struct gate_cancel_request){.order_id = o.order_id, .account = STR("DU7")};
    call(d, &c, CALL_CANCEL);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "UNKNOWN_ORDER");
    assert_int_equal(working(d), 1);
    c.cancel.account = STR_NAME(o.account);
    call(d, &c, CALL_CANCEL);
    assert_true(c.ok);
    assert_int_equal(c.outcome.result, GATE_CANCELLED);
}

static void a_perm_id_and_an_order_id_of_two_orders_name_none(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct order o = to_cancel(d, &c);
    c.cancel = (struct gate_cancel_request){.order_id = o.order_id, .perm_id = o.perm_id + 77};
    call(d, &c, CALL_CANCEL);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "UNKNOWN_ORDER");
    c.cancel = (struct gate_cancel_request){.perm_id = o.perm_id + 77, .ref = STR_NAME(o.ref)};
    call(d, &c, CALL_CANCEL); /* our reference is as good */
    assert_true(c.ok);
    assert_int_equal(c.outcome.result, GATE_CANCELLED);
    struct call a, b;
    resting(d, &a, "7", 7);
    call(d, &a, CALL_SUBMIT);
    assert_true(a.ok);
    struct order first = a.outcome.legs[0].order;
    resting(d, &b, "6", 6);
    call(d, &b, CALL_SUBMIT);
    assert_true(b.ok);
    struct order second = b.outcome.legs[0].order;
    c.cancel = (struct gate_cancel_request){.perm_id = first.perm_id, .ref = STR_NAME(second.ref)};
    call(d, &c, CALL_CANCEL); /* where both are given the permId decides */
    assert_true(c.ok);
    assert_int_equal(c.outcome.legs[0].order.order_id, first.order_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_bracket_with_a_refused_exit_is_taken_back_while_it_can_be),
        TEST(a_cancel_of_the_entry_that_cannot_be_sent_is_told),
        TEST(a_market_order_is_given_three_seconds_to_fill_from_its_first_answer),
        TEST(a_refusal_in_words_alone_counts_after_half_a_second),
        TEST(a_status_alone_answers_an_order),
        TEST(an_order_that_the_broker_ends_at_once_was_not_taken_back),
        TEST(words_that_refuse_nothing_are_waited_through),
        TEST(a_broken_line_ends_the_waiting),
        TEST(a_task_that_is_cancelled_tells_what_is_known_by_then),
        TEST(a_request_that_is_given_up_before_it_is_judged_sends_nothing),
        TEST(a_change_is_made_when_the_broker_restates_the_order_with_it),
        TEST(a_change_that_was_not_restated_is_of_unknown_fate),
        TEST(a_change_that_words_refuse_is_refused_after_half_a_second),
        TEST(a_restated_order_with_a_refusal_is_no_change_made),
        TEST(an_order_that_ended_while_it_was_changed_has_ended),
        TEST(one_change_of_an_order_at_a_time),
        TEST(a_change_to_what_the_order_is_sends_nothing),
        TEST(a_cancel_that_the_broker_refuses_is_told_with_its_words),
        TEST(a_cancel_without_an_answer_is_of_unknown_fate),
        TEST(a_refused_cancel_of_an_order_that_has_filled_tells_the_fill),
        TEST(a_broken_line_ends_the_waiting_for_a_cancel),
        TEST(a_confirmed_cancel_says_what_a_stop_protected),
        TEST(of_two_orders_under_one_reference_both_are_cancelled),
        TEST(a_cancel_for_which_the_line_has_no_room_is_refused),
        TEST(an_order_placed_by_hand_is_not_ours_to_cancel),
        TEST(an_order_that_was_never_answered_can_be_cancelled_and_no_other_intent),
        TEST(an_order_that_is_listed_without_its_id_is_found_by_its_reference),
        TEST(who_names_the_account_cancels_nothing_of_another),
        TEST(a_perm_id_and_an_order_id_of_two_orders_name_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
