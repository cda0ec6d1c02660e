/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "guard/trading.h"
#include "tests/kit/arm.h"

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

static const char *reason_of(struct desk *d, int off)
{
    static char reason[64];
    struct call c;
    resting(d, &c, "5", off);
    call(d, &c, CALL_SUBMIT);
    str_copy_cut(reason, sizeof reason, c.ok ? STR("sent") : STR_NAME(c.e.reason));
    return reason;
}

static bool set(struct desk *d, enum gate_trading state, bool is_human, struct error *e)
{
    return gate_set_trading(d->gate, state, STR("me"), is_human, STR("tests"), d->now, e);
}

static void a_halt_takes_effect_at_once_survives_and_is_lifted_by_a_person_alone(void **state)
{
    struct desk *d = *state;
    struct gate_trading_status s;
    struct error e;
    assert_string_equal(reason_of(d, 5), "sent");
    assert_true(set(d, GATE_HALTED, false, &e));
    assert_string_equal(reason_of(d, 6), "HALTED");
    desk_run(d, 100);
    desk_restart(d);
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.state, GATE_HALTED);
    assert_string_equal(s.by, "me");
    assert_string_equal(s.why, "tests");
    assert_false(set(d, GATE_REDUCING, false, &e));
    assert_string_equal(e.reason, "HUMAN_ONLY");
    assert_string_equal(reason_of(d, 7), "HALTED");
    assert_true(set(d, GATE_REDUCING, true, &e));
    assert_string_equal(reason_of(d, 8), "REDUCING_INCREASES");
    assert_true(set(d, GATE_ACTIVE, true, &e));
    assert_string_equal(reason_of(d, 9), "sent");
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"halted\""), 1);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"active\""), 1);
}

static void a_cancel_passes_while_trading_is_halted(void **state)
{
    struct desk *d = *state;
    struct call c, cancel = {0};
    struct error e;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && set(d, GATE_HALTED, false, &e));
    cancel.cancel.order_id = c.outcome.legs[0].order.order_id;
    call(d, &cancel, CALL_CANCEL);
    assert_true(cancel.ok);
    assert_int_equal(cancel.outcome.result, GATE_CANCELLED);
}

static void a_halt_overtakes_an_order_that_waits_for_the_disk(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    d->disk = DISK_HANGS;
    resting(d, &c, "5", 5);
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, 500);
    assert_false(c.is_done);
    assert_true(set(d, GATE_HALTED, false, &e));
    d->disk = DISK_WORKS;
    call_finish(d, &c);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "HALTED");
    assert_int_equal(working(d), 0);
}

static void a_halt_on_a_full_disk_is_kept_once_there_is_room(void **state)
{
    struct desk *d = *state;
    struct gate_trading_status s;
    struct error e;
    d->disk = DISK_FULL;
    assert_true(set(d, GATE_HALTED, false, &e));
    desk_run(d, 100);
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    desk_restart(d);
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.state, GATE_HALTED);
}

static void the_breaker_halts_after_as_many_rejections_as_are_allowed_and_no_fewer(void **state)
{
    struct desk *d = *state;
    struct gate_trading_status s;
    struct error e;
    d->limits.breaker_count = 3;
    desk_restart(d);
    for (int i = 0; i < 3; i++) {
        gate_trading_status(d->gate, d->now, &s);
        assert_int_equal(s.state, GATE_ACTIVE);
        assert_true(arm(d->paper, d->now, "reject 201"));
        assert_string_equal(reason_of(d, 5 + i), "sent");
    }
    assert_string_equal(reason_of(d, 9), "BREAKER");
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.cause, GATE_CAUSE_BREAKER);
    assert_true(set(d, GATE_ACTIVE, true, &e));
    assert_true(arm(d->paper, d->now, "reject 201"));
    assert_string_equal(reason_of(d, 10), "sent"); /* it counts anew */
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.state, GATE_ACTIVE);
}

static uint64_t tightenings(const struct desk *d)
{
    struct gate_trading_status s;
    gate_trading_status(d->gate, d->now, &s);
    return s.tightenings;
}

static void each_word_that_tightens_counts_and_no_other(void **state)
{
    struct desk *d = *state;
    static const struct {
        enum gate_trading to;
        uint64_t more;
    } rows[] = {
        {GATE_ACTIVE, 0}, {GATE_REDUCING, 1}, {GATE_REDUCING, 1}, {GATE_HALTED, 1},
        {GATE_HALTED, 1}, {GATE_REDUCING, 0}, {GATE_ACTIVE, 0},   {GATE_ACTIVE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error e;
        uint64_t before = tightenings(d);
        assert_true(set(d, rows[i].to, true, &e));
        assert_int_equal(tightenings(d), before + rows[i].more);
    }
}

static void failures_count_within_their_window_alone(void **state)
{
    (void)state;
    static struct trading t;
    trading_init(&t);
    struct instant now = {(int64_t)1000 * NS_PER_S};
    for (int i = 0; i < 300; i++)
        trading_failure(&t, now);
    assert_int_equal(trading_failures(&t, 60, now), TRADING_FAILURES_MAX);
    assert_int_equal(trading_failures(&t, 60, instant_after_ms(now, 59999)), TRADING_FAILURES_MAX);
    assert_int_equal(trading_failures(&t, 60, instant_after_ms(now, 60000)), 0);
}

static void pnl(struct desk *d, const char *loss)
{
    struct event ev = {.kind = EVENT_PNL,
                       .at = d->now,
                       .text = str_of(book_account(d->book, 0)),
                       .pnl_daily = some(loss)};
    desk_on_event(d, &ev);
}

static void the_days_loss_leaves_reducing_orders_alone_until_a_person_lifts_it(void **state)
{
    struct desk *d = *state;
    struct gate_trading_status s;
    struct str account = str_of(book_account(d->book, 0));
    struct opt_dec net = book_number(d->book, account, STR("NetLiquidation"), STR_NONE);
    char text[DEC_TEXT_MAX];
    assert_true(net.has);
    struct dec most;
    assert_true(dec_mul(net.v, number("-0.02"), &most));
    dec_format(most, text);
    pnl(d, text);
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.state, GATE_ACTIVE);
    dec_format(dec_minus(most, DEC(1)), text);
    pnl(d, text);
    gate_trading_status(d->gate, d->now, &s);
    assert_int_equal(s.state, GATE_REDUCING);
    assert_int_equal(s.cause, GATE_CAUSE_LOSS);
    assert_string_equal(reason_of(d, 5), "REDUCING_INCREASES");
}

static void marks_rise_with_the_peak_and_start_anew_with_the_day(void **state)
{
    (void)state;
    static struct trading t;
    trading_init(&t);
    struct str a = STR("DU1");
    assert_true(trading_mark(&t, a, 5, DEC(1000)));
    assert_false(trading_mark(&t, a, 5, DEC(900)));
    assert_false(trading_mark(&t, a, 5, number("1000.99"))); /* not worth a record */
    assert_true(trading_mark(&t, a, 5, DEC(1001)));
    assert_true(dec_eq(trading_marks(&t, a)->peak, DEC(1001)));
    assert_true(dec_eq(trading_marks(&t, a)->start, DEC(1000)));
    assert_false(trading_mark(&t, a, 4, DEC(2000)) && trading_marks(&t, a)->day == 4);
    assert_true(trading_mark(&t, a, 6, DEC(800)));
    assert_true(dec_eq(trading_marks(&t, a)->peak, DEC(800)));
    assert_null(trading_marks(&t, STR("DU2")));
    assert_false(loss_pct(DEC_ZERO, DEC(1)).has);
    assert_true(dec_eq(loss_pct(DEC(200), DEC(1)).v, number("0.5")));
    assert_true(dec_is_zero(loss_pct(DEC(200), DEC(-1)).v));
}

/* ---- arming ---- */

static struct str LIVE;

static void go_live(struct desk *d)
{
    LIVE = STR("U1234567");
    d->limits.mode = GUARD_LIVE;
    d->limits.accounts = LIVE;
    d->limits.arm_minutes_max = 60;
    desk_restart(d);
}

static int64_t armed_s(struct desk *d)
{
    struct gate_trading_status s;
    gate_trading_status(d->gate, d->now, &s);
    return s.armed_until.has ? (s.armed_until.v.ns - d->now.wall.ns) / NS_PER_S : 0;
}

static void arming_needs_a_person_the_mode_and_the_list(void **state)
{
    struct desk *d = *state;
    struct error e;
    assert_false(gate_arm(d->gate, STR("U1234567"), 30, STR("me"), true, d->now, &e));
    assert_string_equal(e.reason, "LIVE_NOT_ARMED");
    go_live(d);
    assert_false(gate_arm(d->gate, LIVE, 30, STR("bot"), false, d->now, &e));
    assert_string_equal(e.reason, "HUMAN_ONLY");
    assert_false(gate_arm(d->gate, STR("U7"), 30, STR("me"), true, d->now, &e));
    assert_string_equal(e.reason, "LIVE_NOT_ARMED");
    assert_false(gate_arm(d->gate, LIVE, 61, STR("me"), true, d->now, &e));
    assert_string_equal(e.reason, "ARM_TOO_LONG");
    assert_int_equal(armed_s(d), 0);
    assert_true(gate_arm(d->gate, LIVE, 60, STR("me"), true, d->now, &e));
    assert_int_equal(armed_s(d), 3600);
}

static void arming_survives_a_restart_ends_in_time_and_can_be_ended(void **state)
{
    struct desk *d = *state;
    struct error e;
    go_live(d);
    assert_true(gate_arm(d->gate, LIVE, 1, STR("me"), true, d->now, &e));
    desk_run(d, 100);
    desk_restart(d);
    assert_in_range(armed_s(d), 50, 60);
    d->now.wall.ns -= 3600 * (int64_t)NS_PER_S; /* a clock set back prolongs nothing */
    desk_run(d, 60000);
    assert_int_equal(armed_s(d), 0);
    assert_true(gate_arm(d->gate, LIVE, 1, STR("me"), true, d->now, &e));
    assert_true(gate_arm(d->gate, STR_NONE, 0, STR("bot"), false, d->now, &e));
    assert_int_equal(armed_s(d), 0);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"armed\":\"U1234567\""), 2);
}

static void what_is_stored_and_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    static struct trading t;
    static const char *const bad[] = {"{}", "{\"trading\":\"fast\"}",
                                      "{\"trading\":\"halted\",\"cause\":\"moon\"}"};
    struct arena *a = arena_new(1 << 20);
    struct error e;
    struct moment now = {.wall = {100}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        trading_init(&t);
        assert_false(trading_read_state(&t, json_parse(str_of(bad[i]), a, &e)));
    }
    assert_false(trading_read_arm(&t, json_parse(STR("{}"), a, &e), now));
    assert_false(trading_read_arm(&t, json_parse(STR("{\"armed\":\"U1\"}"), a, &e), now));
    assert_true(trading_read_arm(&t, json_parse(STR("{\"armed\":\"\"}"), a, &e), now));
    assert_false(trading_read_marks(&t, json_parse(STR("{}"), a, &e)));
    assert_false(trading_read_marks(&t, json_parse(STR("{\"marks\":[{}]}"), a, &e)));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_halt_takes_effect_at_once_survives_and_is_lifted_by_a_person_alone),
        TEST(a_cancel_passes_while_trading_is_halted),
        TEST(a_halt_overtakes_an_order_that_waits_for_the_disk),
        TEST(a_halt_on_a_full_disk_is_kept_once_there_is_room),
        TEST(each_word_that_tightens_counts_and_no_other),
        TEST(the_breaker_halts_after_as_many_rejections_as_are_allowed_and_no_fewer),
        TEST(the_days_loss_leaves_reducing_orders_alone_until_a_person_lifts_it),
        TEST(arming_needs_a_person_the_mode_and_the_list),
        TEST(arming_survives_a_restart_ends_in_time_and_can_be_ended),
        cmocka_unit_test(failures_count_within_their_window_alone),
        cmocka_unit_test(marks_rise_with_the_peak_and_start_anew_with_the_day),
        cmocka_unit_test(what_is_stored_and_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
