/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "store/audit.h"
#include "tests/kit/arm.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    struct db_verdict v;
    struct error e;
    assert_true(db_verify(d->db, &v, &e) && v.is_intact);
    desk_free(d);
    return 0;
}

static bool refused(const struct call *c, const char *reason)
{
    if (c->ok || strcmp(c->e.reason, reason) != 0) {
        print_message("ok=%d reason=%s text=%s\n", c->ok, c->e.reason, c->e.text);
        return false;
    }
    return true;
}

static bool became(const struct call *c, enum gate_result r)
{
    if (!c->ok || c->outcome.result != r) {
        print_message("ok=%d reason=%s text=%s result=%s %s\n", c->ok, c->e.reason, c->e.text,
                      gate_result_text(c->outcome.result), c->outcome.text);
        return false;
    }
    return true;
}

/* ---- placing ---- */

static void a_resting_order_is_journaled_sent_and_acknowledged(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    assert_true(c.outcome.legs[0].order.perm_id != 0);
    assert_int_equal(strlen(c.outcome.legs[0].order.ref), 20);
    assert_int_equal(working(d), 1);
    assert_int_equal(journaled(d, JOURNAL_INTENT, c.outcome.legs[0].order.ref), 1);
    assert_int_equal(journaled(d, JOURNAL_SENT, c.outcome.legs[0].order.ref), 1);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "\"working\""), 1);
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    size_t n = gate_limits_status(d->gate, str_of(book_account(d->book, 0)), d->now, rows);
    assert_true(n >= 3);
    assert_string_equal(rows[0].code, "RATE_DAY");
    assert_true(dec_eq(rows[0].used.v, DEC(1)));
}

static void a_market_order_is_answered_with_its_fill(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct dec before = held(d, AAPL);
    resting(d, &c, "5", 0);
    c.request.orders[0].type = ORDER_MKT;
    c.request.orders[0].limit_price = DEC_NONE;
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_FILLED));
    assert_true(dec_eq(c.outcome.legs[0].status.filled, DEC(5)));
    assert_true(c.outcome.legs[0].status.avg_fill_price.has);
    desk_run(d, 1000);
    assert_true(dec_eq(held(d, AAPL), dec_plus(before, DEC(5))));
    assert_int_equal(journaled(d, JOURNAL_FILL, "AAPL") > 0, 1);
}

static void a_refusal_of_the_broker_is_told_with_its_words(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    assert_true(arm(d->paper, d->now, "reject 201"));
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_REJECTED));
    assert_int_equal(c.outcome.legs[0].status.broker_code, 201);
    assert_true(c.outcome.legs[0].status.broker_text[0]);
    assert_false(gate_outcome_ok(&c.outcome, &e));
    assert_int_equal(e.code, ERROR_BROKER);
    assert_int_equal(e.broker_code, 201);
    assert_int_equal(gate_unknown_count(d->gate), 0);
}

static void a_refused_order_is_journaled_and_nothing_is_sent(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "1001", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "QTY_MAX"));
    assert_int_equal(c.e.code, ERROR_LIMIT);
    assert_true(c.ticket.finding_count >= 2); /* quantity and value */
    desk_run(d, 100);
    assert_int_equal(working(d), 0);
    assert_int_equal(journaled(d, JOURNAL_REFUSAL, "VALUE_MAX"), 1);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
}

static void a_bracket_goes_out_as_one_group(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    struct order *o = c.request.orders;
    o[1] = o[2] = o[0];
    o[1].side = o[2].side = SIDE_SELL;
    o[1].type = ORDER_STP;
    o[1].tif = o[2].tif = TIF_GTC;
    o[1].limit_price = DEC_NONE;
    o[1].stop_price = DEC_SOME(dec_minus(o[0].limit_price.v, DEC(10)));
    o[2].limit_price = DEC_SOME(dec_plus(o[0].limit_price.v, DEC(20)));
    c.request.count = 3;
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    assert_int_equal(c.outcome.count, 3);
    assert_int_equal(working(d), 3);
    int32_t parent = c.outcome.legs[0].order.order_id;
    assert_int_equal(c.outcome.legs[1].order.parent_id, parent);
    assert_int_equal(c.outcome.legs[2].order.parent_id, parent);
    assert_true(c.ticket.worst_loss_base.has);
    assert_false(c.ticket.orders[0].transmit || c.ticket.orders[1].transmit);
    assert_true(c.ticket.orders[2].transmit); /* nothing works before all three are there */
    struct call cancel = {.cancel = {.order_id = parent}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(became(&cancel, GATE_CANCELLED));
    desk_run(d, 500);
    assert_int_equal(working(d), 0);
}

static void the_same_order_again_is_a_duplicate_unless_meant(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    resting(d, &a, "5", 5);
    b = a;
    call(d, &a, CALL_SUBMIT);
    call(d, &b, CALL_SUBMIT);
    assert_true(refused(&b, "DUPLICATE"));
    b.request.allow_duplicate = true;
    call(d, &b, CALL_SUBMIT);
    assert_true(became(&b, GATE_WORKING));
    assert_int_equal(working(d), 2);
}

static void an_idempotency_key_places_once(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    resting(d, &a, "5", 5);
    a.request.idempotency_key = STR("k1");
    b = a;
    call(d, &a, CALL_SUBMIT);
    assert_true(became(&a, GATE_WORKING));
    call(d, &b, CALL_SUBMIT);
    assert_true(became(&b, GATE_WORKING));
    assert_true(b.outcome.is_replay);
    assert_int_equal(b.outcome.legs[0].order.order_id, a.outcome.legs[0].order.order_id);
    assert_int_equal(working(d), 1);
    desk_restart(d); /* and after a restart */
    call(d, &b, CALL_SUBMIT);
    assert_true(became(&b, GATE_WORKING));
    assert_true(b.outcome.is_replay);
    b.request.orders[0].quantity = DEC(6);
    call(d, &b, CALL_SUBMIT);
    assert_true(refused(&b, "IDEMPOTENCY_CONFLICT"));
    assert_int_equal(working(d), 1);
}

static void two_requests_with_one_key_at_once_place_once(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    resting(d, &a, "5", 5);
    a.request.idempotency_key = STR("k1");
    b = a;
    call_start(d, &a, CALL_SUBMIT);
    call_start(d, &b, CALL_SUBMIT);
    call_finish(d, &a);
    call_finish(d, &b);
    assert_true(a.outcome.is_replay != b.outcome.is_replay);
    desk_run(d, 500);
    assert_int_equal(working(d), 1);
}

static void orders_in_flight_count_against_the_limits(void **state)
{
    struct desk *d = *state;
    struct call calls[3];
    d->disk = DISK_HANGS; /* nothing is sent yet */
    d->limits.max_orders_per_day = 2;
    desk_restart(d);
    for (int i = 0; i < 3; i++) {
        resting(d, &calls[i], "5", 5 + i);
        call_start(d, &calls[i], CALL_SUBMIT);
        desk_run(d, 100);
    }
    assert_true(calls[2].is_done && refused(&calls[2], "RATE_DAY"));
    assert_int_equal(working(d), 0);
    d->disk = DISK_WORKS;
    call_finish(d, &calls[0]);
    call_finish(d, &calls[1]);
    assert_int_equal(working(d), 2);
}

static void a_preview_sends_nothing_and_says_everything(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    c.request.want_margin = true;
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.is_allowed && c.ticket.has_margin);
    assert_true(c.ticket.reference.has && c.ticket.value_base.has && c.ticket.headroom_count > 0);
    assert_int_equal(working(d), 0);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
    assert_true(c.ticket.preview_id[0] && c.ticket.preview_until.has);
    pull(d, "t", "w", true);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && !c.ticket.is_allowed);
    assert_int_equal(c.ticket.preview_id[0], 0); /* there is nothing to submit */
    assert_string_equal(c.ticket.findings[0].code, "KILLED");
}

static void a_preview_without_an_answer_about_margin_is_still_a_preview(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_PREVIEW);
    c.request.want_margin = true;
    assert_true(arm(d->paper, d->now, "stall 15000"));
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.is_allowed && !c.ticket.has_margin);
    assert_string_equal(c.ticket.findings[c.ticket.finding_count - 1].code, "NO_MARGIN");
}

static void another_exchange_is_read_only_until_paper_is_configured(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct str account = str_of(book_account(d->book, 0));
    assert_int_equal(gate_mode(d->gate, account), GATE_MODE_PAPER);
    d->is_foreign = true;
    desk_restart(d);
    account = str_of(book_account(d->book, 0));
    assert_int_equal(gate_mode(d->gate, account), GATE_MODE_READ_ONLY);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "MODE_READ_ONLY"));
    d->limits.mode = GUARD_PAPER;
    desk_restart(d);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
}

/* ---- the disk ---- */

static void nothing_is_sent_before_the_intent_is_on_the_disk(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->disk = DISK_HANGS;
    resting(d, &c, "5", 5);
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, 3000);
    assert_false(c.is_done);
    assert_int_equal(working(d), 0);
    d->disk = DISK_WORKS;
    call_finish(d, &c);
    assert_true(became(&c, GATE_WORKING));
}

static void a_disk_that_hangs_too_long_sends_nothing(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->disk = DISK_HANGS;
    resting(d, &c, "5", 5);
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, JOURNAL_STALL_MS - 100);
    assert_false(c.is_done);
    desk_run(d, 200);
    assert_true(c.is_done && refused(&c, "JOURNAL_STALLED"));
    assert_true(journal_is_stalled(d->journal, d->now));
    call(d, &c, CALL_SUBMIT); /* now it is known: nothing is even tried */
    assert_true(refused(&c, "JOURNAL_STALLED"));
    assert_int_equal(c.ticket.finding_count, 1);
    d->disk = DISK_WORKS;
    desk_run(d, 2000);
    assert_int_equal(working(d), 0);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 1);
    assert_false(journal_is_stalled(d->journal, d->now));
    resting(d, &c, "5", 6);
    call(d, &c, CALL_SUBMIT); /* it goes on by itself */
    assert_true(became(&c, GATE_WORKING));
    desk_restart(d);
    assert_int_equal(gate_unknown_count(d->gate), 0);
}

static bool find_account(void *self, const struct audit_record *r)
{
    int *n = self;
    *n += str_find_str(r->body, STR("DU9")) < r->body.n;
    return true;
}

/* What the journal knows under a mask is known after a restart as well. */
static void masks_in_the_journal_hide_nothing_from_the_gate(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    struct error e;
    struct audit_filter intents = {.kind = STR("intent")};
    int found = 0;
    assert_true(str_starts(str_of(book_account(d->book, 0)), STR("DU9")));
    d->redact_key = "key";
    d->limits.duplicate_window_s = 600;
    desk_restart(d);
    resting(d, &a, "5", 5);
    call(d, &a, CALL_SUBMIT);
    assert_true(became(&a, GATE_WORKING));
    assert_true(audit_records(d->db, &intents, find_account, &found, &e));
    assert_int_equal(found, 0);
    assert_int_equal(journaled(d, JOURNAL_INTENT, "DU9"), 1);
    desk_restart(d);
    b = a;
    b.request.idempotency_key = STR_NONE;
    b.is_done = b.ok = false;
    call(d, &b, CALL_SUBMIT);
    assert_true(refused(&b, "DUPLICATE")); /* it is the same account */
}

static void a_full_disk_stops_orders_but_not_cancels(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    resting(d, &a, "5", 5);
    call(d, &a, CALL_SUBMIT);
    d->disk = DISK_FULL;
    resting(d, &b, "5", 6);
    call(d, &b, CALL_SUBMIT);
    assert_true(refused(&b, "JOURNAL_FAILED"));
    call(d, &b, CALL_SUBMIT); /* now the failure is known */
    assert_true(refused(&b, "JOURNAL_FAILED"));
    assert_int_equal(working(d), 1);
    struct call cancel = {.cancel = {.order_id = a.outcome.legs[0].order.order_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(became(&cancel, GATE_CANCELLED));
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    resting(d, &b, "5", 6);
    call(d, &b, CALL_SUBMIT);
    assert_true(became(&b, GATE_WORKING));
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    (void)gate_limits_status(d->gate, STR_NONE, d->now, rows);
    assert_true(dec_eq(rows[0].used.v, DEC(2))); /* what was not sent does not count */
}

/* ---- unknown ---- */

static void reconcile_now(struct desk *d)
{
    struct call c = {0};
    desk_ready(d);
    call(d, &c, CALL_RECONCILE);
    assert_true(c.ok);
}

static void an_answer_that_is_cut_off_is_unknown_and_found_again(void **state)
{
    struct desk *d = *state;
    struct call c, other;
    struct error e;
    assert_true(arm(d->paper, d->now, "cut_before_ack 1"));
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_UNKNOWN));
    assert_false(gate_outcome_ok(&c.outcome, &e));
    assert_string_equal(e.reason, "OUTCOME_UNKNOWN");
    assert_int_equal(gate_unknown_count(d->gate), 1);
    desk_ready(d);
    assert_int_equal(gate_unknown_count(d->gate), 0); /* the snapshot names its reference */
    assert_int_equal(working(d), 1);
    resting(d, &other, "6", 6);
    call(d, &other, CALL_SUBMIT);
    assert_true(became(&other, GATE_WORKING));
}

static void an_order_that_was_lost_blocks_its_contract_until_two_snapshots_agree(void **state)
{
    struct desk *d = *state;
    struct call c, other;
    assert_true(arm(d->paper, d->now, "lose_order 1"));
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_UNKNOWN));
    desk_ready(d);
    assert_int_equal(gate_unknown_count(d->gate), 1);
    resting(d, &other, "6", 6);
    call(d, &other, CALL_SUBMIT);
    assert_true(refused(&other, "UNKNOWN_PENDING"));
    struct call settle = {0};
    call_start(d, &settle, CALL_RECONCILE);
    desk_run(d, GATE_SETTLE_MS - 1000);
    assert_int_equal(gate_unknown_count(d->gate), 1); /* one snapshot is not enough */
    call_finish(d, &settle);
    assert_int_equal(gate_unknown_count(d->gate), 0);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_placed"), 1);
    call(d, &other, CALL_SUBMIT);
    assert_true(became(&other, GATE_WORKING));
    assert_int_equal(working(d), 1);
}

static void a_crash_between_sending_and_the_answer_is_settled_after_the_restart(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, 10);
    for (int i = 0; i < 100 && journaled(d, JOURNAL_INTENT, "") == 0; i++)
        desk_run(d, 10);
    desk_stop(d); /* whatever was known of the answer is gone */
    desk_start(d);
    desk_ready(d);
    reconcile_now(d);
    assert_int_equal(gate_unknown_count(d->gate), 0);
    assert_true(working(d) <= 1);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 1);
}

static void counters_and_order_ids_survive_a_restart(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    resting(d, &a, "5", 5);
    call(d, &a, CALL_SUBMIT);
    desk_restart(d);
    (void)gate_limits_status(d->gate, STR_NONE, d->now, rows);
    assert_true(dec_eq(rows[0].used.v, DEC(1)));
    resting(d, &b, "5", 6);
    call(d, &b, CALL_SUBMIT);
    assert_true(became(&b, GATE_WORKING));
    assert_true(b.outcome.legs[0].order.order_id > a.outcome.legs[0].order.order_id);
}

static void an_order_id_that_was_used_is_not_used_again_though_tws_says_so(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    assert_true(journal_put(d->journal, STR("order_id.1"), STR("5000"), d->now, &e));
    desk_run(d, 100);
    desk_restart(d); /* the exchange still offers its low next valid id */
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    assert_int_equal(c.outcome.legs[0].order.order_id, 5001);
}

/* ---- changing ---- */

static void a_change_is_made_in_place(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    int32_t id = c.outcome.legs[0].order.order_id;
    int64_t perm = c.outcome.legs[0].order.perm_id;
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = c.outcome.legs[0].order;
    struct dec price = dec_minus(c.request.orders[0].limit_price.v, DEC(1));
    c.request.orders[0].limit_price.v = price;
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    assert_false(c.outcome.is_replay);
    assert_int_equal(c.outcome.legs[0].order.order_id, id);
    assert_true(c.outcome.legs[0].order.perm_id == perm);
    assert_true(dec_eq(c.outcome.legs[0].order.limit_price.v, price));
    assert_int_equal(working(d), 1);
    call(d, &c, CALL_SUBMIT); /* the same change again changes nothing */
    assert_true(became(&c, GATE_WORKING));
    assert_true(c.outcome.is_replay);
    c.request.orders[0].quantity = DEC(1001);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "QTY_MAX"));
}

static void a_change_on_its_way_counts_with_its_new_quantity(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    struct dec all = held(d, AAPL);
    assert_true(dec_gt(all, DEC(1)));
    resting(d, &a, "1", -5);
    a.request.orders[0].side = SIDE_SELL;
    call(d, &a, CALL_SUBMIT);
    assert_true(became(&a, GATE_WORKING));
    a.request.kind = GATE_MODIFY;
    a.request.orders[0] = a.outcome.legs[0].order;
    a.request.orders[0].quantity = all;
    d->disk = DISK_HANGS;
    call_start(d, &a, CALL_SUBMIT);
    desk_run(d, 500);
    resting(d, &b, "1", -6);
    b.request.orders[0].side = SIDE_SELL;
    call(d, &b, CALL_SUBMIT);
    assert_true(refused(&b, "WOULD_SHORT"));
    d->disk = DISK_WORKS;
    call_finish(d, &a);
    assert_true(became(&a, GATE_WORKING));
}

/* The book's trigger may have moved since the caller took its copy of the order. */
static void a_change_never_moves_the_trigger_of_a_trail_back(void **state)
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
    assert_true(became(&c, GATE_WORKING));
    struct order was = c.outcome.legs[0].order;
    assert_true(was.trail_stop.has);
    c.request.kind = GATE_MODIFY;
    *o = was;
    o->trail_amount = DEC_SOME(DEC(19));
    o->trail_stop = DEC_SOME(dec_minus(was.trail_stop.v, DEC(3)));
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    assert_true(dec_cmp(c.ticket.orders[0].trail_stop.v, was.trail_stop.v) >= 0);
    assert_true(dec_cmp(c.outcome.legs[0].order.trail_stop.v, was.trail_stop.v) >= 0);
}

static void a_refused_change_leaves_the_order_and_says_so(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = c.outcome.legs[0].order;
    c.request.orders[0].quantity = DEC(6);
    assert_true(arm(d->paper, d->now, "reject 201"));
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_REJECTED));
    assert_int_equal(working(d), 1);
    assert_true(dec_eq(c.outcome.legs[0].order.quantity, DEC(5)));
}

static void only_a_working_order_of_ours_can_be_changed(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    c.request.kind = GATE_MODIFY;
    c.request.orders[0].order_id = 99999;
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "UNKNOWN_ORDER"));
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    struct call cancel = {.cancel = {.order_id = c.outcome.legs[0].order.order_id}};
    call(d, &cancel, CALL_CANCEL);
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = c.outcome.legs[0].order;
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "NOT_WORKING"));
}

/* ---- cancelling ---- */

static void a_cancel_is_confirmed_and_can_be_repeated(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    struct call by_ref = {.cancel = {.ref = str_of(c.outcome.legs[0].order.ref)}};
    call(d, &by_ref, CALL_CANCEL);
    assert_true(became(&by_ref, GATE_CANCELLED));
    struct call by_perm = {.cancel = {.perm_id = c.outcome.legs[0].order.perm_id}};
    call(d, &by_perm, CALL_CANCEL);
    assert_true(became(&by_perm, GATE_CANCELLED));
    assert_int_equal(journaled(d, JOURNAL_CANCEL, ""), 1);
    struct call nothing = {.cancel = {.order_id = 99999}};
    call(d, &nothing, CALL_CANCEL);
    assert_true(refused(&nothing, "UNKNOWN_ORDER"));
}

static void a_filled_order_is_too_late_to_cancel(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 0);
    c.request.orders[0].type = ORDER_MKT;
    c.request.orders[0].limit_price = DEC_NONE;
    call(d, &c, CALL_SUBMIT);
    struct call cancel = {.cancel = {.order_id = c.outcome.legs[0].order.order_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(became(&cancel, GATE_FILLED));
    assert_int_equal(journaled(d, JOURNAL_CANCEL, ""), 0);
}

static void an_order_of_another_client_is_not_ours_to_cancel_or_change(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    struct order theirs = c.outcome.legs[0].order;
    d->client_id = 2;
    desk_restart(d);
    assert_int_equal(working(d), 1);
    struct call cancel = {.cancel = {.perm_id = theirs.perm_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(refused(&cancel, "NOT_OURS"));
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = theirs;
    c.request.orders[0].quantity = DEC(4);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "NOT_OURS"));
}

/* Each client counts its own order ids, so one number is two orders. */
static void the_order_id_of_another_client_never_means_ours(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    struct order theirs = c.outcome.legs[0].order;
    d->client_id = 2;
    desk_restart(d);
    resting(d, &c, "5", 6);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
    struct order ours = c.outcome.legs[0].order;
    assert_int_equal(ours.order_id, theirs.order_id);
    struct call cancel = {.cancel = {.order_id = theirs.order_id, .perm_id = theirs.perm_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(refused(&cancel, "NOT_OURS"));
    assert_int_equal(working(d), 2);
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = theirs;
    c.request.orders[0].quantity = DEC(4);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "NOT_OURS"));
    assert_true(dec_eq(book_order_perm(d->book, ours.perm_id)->order.quantity, DEC(5)));
}

static void cancels_are_not_counted(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->limits.max_orders_per_day = 1;
    desk_restart(d);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    struct call cancel = {.cancel = {.order_id = c.outcome.legs[0].order.order_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(became(&cancel, GATE_CANCELLED));
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    (void)gate_limits_status(d->gate, STR_NONE, d->now, rows);
    assert_true(dec_eq(rows[0].used.v, DEC(1)));
}

/* ---- the kill switch ---- */

/* A sell stop that protects what is held of AAPL. */
static void protect(struct desk *d, struct call *c)
{
    assert_true(dec_sign(held(d, AAPL)) > 0);
    resting(d, c, "1", 0);
    struct order *o = &c->request.orders[0];
    o->side = SIDE_SELL;
    o->type = ORDER_STP;
    o->tif = TIF_GTC;
    o->stop_price = DEC_SOME(dec_minus(o->limit_price.v, DEC(20)));
    o->limit_price = DEC_NONE;
    call(d, c, CALL_SUBMIT);
    assert_true(became(c, GATE_WORKING));
}

static void the_kill_switch_blocks_cancels_and_keeps_protective_stops(void **state)
{
    struct desk *d = *state;
    struct gate_kill_status k;
    struct call c, stop;
    struct error e;
    protect(d, &stop);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_int_equal(working(d), 2);
    pull(d, "me", "enough", true);
    gate_kill_status(d->gate, &k);
    assert_true(k.is_killed && k.asked == 1 && k.working == 1);
    assert_string_equal(k.why, "enough");
    desk_run(d, 500);
    gate_kill_status(d->gate, &k);
    assert_true(k.working == 0 && k.is_durable);
    assert_int_equal(working(d), 1);
    resting(d, &c, "5", 6);
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "KILLED"));
    desk_restart(d); /* it survives */
    call(d, &c, CALL_SUBMIT);
    assert_true(refused(&c, "KILLED"));
    pull(d, "me", "all", false);
    desk_run(d, 500);
    assert_int_equal(working(d), 0);
    assert_false(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("bot"), false, STR("?"), d->now, &e));
    assert_string_equal(e.reason, "HUMAN_ONLY");
    assert_true(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("calm"), d->now, &e));
    assert_false(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("calm"), d->now, &e));
    assert_string_equal(e.reason, "NOT_KILLED");
    desk_run(d, 100);
    desk_restart(d);
    resting(d, &c, "5", 7);
    call(d, &c, CALL_SUBMIT);
    assert_true(became(&c, GATE_WORKING));
}

static void a_kill_overtakes_an_order_that_waits_for_the_disk(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->disk = DISK_HANGS;
    resting(d, &c, "5", 5);
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, 500);
    pull(d, "me", "stop", true);
    d->disk = DISK_WORKS;
    call_finish(d, &c);
    assert_true(refused(&c, "KILLED"));
    assert_int_equal(working(d), 0);
}

static void a_kill_without_disk_and_link_does_its_work_later(void **state)
{
    struct desk *d = *state;
    struct gate_kill_status k;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    d->is_offline = true;
    desk_hang_up(d);
    d->disk = DISK_FULL;
    pull(d, "me", "stop", true);
    desk_run(d, 100);
    gate_kill_status(d->gate, &k);
    assert_true(k.is_killed && !k.is_durable && k.working == 1);
    d->is_offline = false;
    desk_ready(d);
    assert_int_equal(working(d), 0);
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    gate_kill_status(d->gate, &k);
    assert_true(k.is_durable && k.working == 0);
}

static void a_kill_on_a_full_disk_is_kept_in_the_reserve(void **state)
{
    struct desk *d = *state;
    struct gate_kill_status k;
    struct error e;
    struct buf reserve;
    buf_init(&reserve, GATE_RESERVE_MAX);
    gate_kill_text(d->gate, &reserve);
    assert_int_equal(reserve.n, 0);
    d->disk = DISK_FULL;
    pull(d, "me", "stop", false);
    desk_run(d, 100);
    gate_kill_status(d->gate, &k);
    assert_true(k.is_killed && !k.is_durable);
    gate_kill_text(d->gate, &reserve);
    gate_kill_kept(d->gate, gate_kill_version(d->gate));
    gate_kill_status(d->gate, &k);
    assert_true(k.is_durable);

    desk_restart(d); /* the store has heard nothing of it */
    gate_kill_status(d->gate, &k);
    assert_false(k.is_killed);
    gate_kill_recall(d->gate, buf_str(&reserve), d->now);
    gate_kill_status(d->gate, &k);
    assert_true(k.is_killed);
    assert_string_equal(k.by, "me");
    assert_string_equal(k.why, "stop");

    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    uint64_t version = gate_kill_version(d->gate);
    assert_true(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("fine"), d->now, &e));
    assert_true(gate_kill_version(d->gate) != version);
    buf_reset(&reserve);
    gate_kill_text(d->gate, &reserve);
    assert_int_equal(reserve.n, 0);
    gate_kill_recall(d->gate, STR("half a rec"), d->now); /* torn: the careful reading */
    gate_kill_status(d->gate, &k);
    assert_true(k.is_killed);
    buf_fini(&reserve);
}

static void a_kill_that_found_no_link_goes_on_after_a_restart(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    d->is_offline = true;
    desk_hang_up(d);
    pull(d, "me", "stop", true);
    desk_run(d, 100);
    d->is_offline = false;
    desk_restart(d);
    assert_int_equal(working(d), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_resting_order_is_journaled_sent_and_acknowledged),
        TEST(a_market_order_is_answered_with_its_fill),
        TEST(a_refusal_of_the_broker_is_told_with_its_words),
        TEST(a_refused_order_is_journaled_and_nothing_is_sent),
        TEST(a_bracket_goes_out_as_one_group),
        TEST(the_same_order_again_is_a_duplicate_unless_meant),
        TEST(an_idempotency_key_places_once),
        TEST(two_requests_with_one_key_at_once_place_once),
        TEST(orders_in_flight_count_against_the_limits),
        TEST(a_preview_sends_nothing_and_says_everything),
        TEST(a_preview_without_an_answer_about_margin_is_still_a_preview),
        TEST(another_exchange_is_read_only_until_paper_is_configured),
        TEST(nothing_is_sent_before_the_intent_is_on_the_disk),
        TEST(a_disk_that_hangs_too_long_sends_nothing),
        TEST(masks_in_the_journal_hide_nothing_from_the_gate),
        TEST(a_full_disk_stops_orders_but_not_cancels),
        TEST(an_answer_that_is_cut_off_is_unknown_and_found_again),
        TEST(an_order_that_was_lost_blocks_its_contract_until_two_snapshots_agree),
        TEST(a_crash_between_sending_and_the_answer_is_settled_after_the_restart),
        TEST(counters_and_order_ids_survive_a_restart),
        TEST(an_order_id_that_was_used_is_not_used_again_though_tws_says_so),
        TEST(a_change_is_made_in_place),
        TEST(a_change_never_moves_the_trigger_of_a_trail_back),
        TEST(a_change_on_its_way_counts_with_its_new_quantity),
        TEST(a_refused_change_leaves_the_order_and_says_so),
        TEST(only_a_working_order_of_ours_can_be_changed),
        TEST(a_cancel_is_confirmed_and_can_be_repeated),
        TEST(a_filled_order_is_too_late_to_cancel),
        TEST(an_order_of_another_client_is_not_ours_to_cancel_or_change),
        TEST(the_order_id_of_another_client_never_means_ours),
        TEST(cancels_are_not_counted),
        TEST(the_kill_switch_blocks_cancels_and_keeps_protective_stops),
        TEST(a_kill_overtakes_an_order_that_waits_for_the_disk),
        TEST(a_kill_without_disk_and_link_does_its_work_later),
        TEST(a_kill_on_a_full_disk_is_kept_in_the_reserve),
        TEST(a_kill_that_found_no_link_goes_on_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
