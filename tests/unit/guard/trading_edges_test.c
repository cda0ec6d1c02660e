/* SPDX-License-Identifier: MIT */
/* Arming, failures and marks of the day at their edges, and what is kept of them as text. */
#include "data/json.h"
#include "guard/trading.h"
#include "scene.h"

static struct trading t; /* large */

static struct moment moment_s(int64_t wall_s, int64_t mono_s)
{
    return (struct moment){.wall = {wall_s * NS_PER_S}, .mono = {mono_s * NS_PER_S}};
}

static void arm_until(int64_t wall_s, int64_t mono_s)
{
    trading_init(&t);
    memcpy(t.arm.account, "U1", 3);
    memcpy(t.arm.by, "me", 3);
    t.arm.from = (struct opt_utc){moment_s(1000, 0).wall, true};
    t.arm.until = (struct opt_utc){moment_s(wall_s, 0).wall, true};
    t.arm.until_mono = moment_s(0, mono_s).mono;
}

static void arming_ends_by_the_clock_that_is_further_on(void **state)
{
    static const struct {
        const char *account;
        int64_t wall_s, mono_s, left_ms;
    } rows[] = {
        {"U1", 1900, 100, 100000}, {"U1", 1900, 150, 50000}, {"U1", 1950, 100, 50000},
        {"U1", 2000, 100, 0},      {"U1", 1900, 200, 0},     {"U1", 2100, 100, 0},
        {"U1", 1900, 300, 0},      {"U2", 1900, 100, 0},     {"", 1900, 100, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm_until(2000, 200);
        int64_t left =
            trading_armed_ms(&t, str_of(rows[i].account), moment_s(rows[i].wall_s, rows[i].mono_s));
        if (left != rows[i].left_ms)
            fail_msg("row %zu: %lld ms", i, (long long)left);
    }
    arm_until(2000, 200);
    t.arm.until.has = false;
    assert_int_equal(trading_armed_ms(&t, STR("U1"), moment_s(1900, 100)), 0);
    trading_init(&t); /* nothing is armed for an account without a name */
    t.arm.until = (struct opt_utc){moment_s(2000, 0).wall, true};
    t.arm.until_mono = moment_s(0, 200).mono;
    assert_int_equal(trading_armed_ms(&t, STR(""), moment_s(1900, 100)), 0);
}

static void failures_are_remembered_up_to_a_number(void **state)
{
    (void)state;
    struct instant early = moment_s(0, 1000).mono, late = moment_s(0, 1100).mono;
    trading_init(&t);
    for (int i = 0; i < 3; i++)
        trading_failure(&t, early);
    for (int i = 0; i < TRADING_FAILURES_MAX - 3; i++)
        trading_failure(&t, late);
    assert_int_equal(trading_failures(&t, 60, late), TRADING_FAILURES_MAX - 3);
    assert_int_equal(trading_failures(&t, 600, late), TRADING_FAILURES_MAX);
    trading_failure(&t, late); /* the oldest makes room */
    assert_int_equal(trading_failures(&t, 60, late), TRADING_FAILURES_MAX - 2);
    t.failures_told = t.failure_count - 1;
    assert_int_equal(trading_failures(&t, 600, late), 1);
}

static void as_many_accounts_are_marked_as_there_is_room_for(void **state)
{
    (void)state;
    char name[16];
    trading_init(&t);
    for (int i = 0; i < TRADING_MARKS_MAX; i++) {
        (void)snprintf(name, sizeof name, "U%d", i);
        assert_true(trading_mark(&t, str_of(name), 5, DEC(1000 + i)));
    }
    assert_false(trading_mark(&t, STR("more"), 5, DEC(1)));
    assert_null(trading_marks(&t, STR("more")));
    assert_null(trading_marks(&t, STR("")));
    for (int i = 0; i < TRADING_MARKS_MAX; i++) {
        (void)snprintf(name, sizeof name, "U%d", i);
        assert_true(dec_eq(trading_marks(&t, str_of(name))->start, DEC(1000 + i)));
    }
}

static void a_loss_needs_something_to_lose(void **state)
{
    (void)state;
    assert_false(loss_pct(DEC_ZERO, DEC(1)).has);
    assert_false(loss_pct(DEC(-1), DEC(1)).has);
    assert_true(dec_eq(loss_pct(DEC(50), DEC(1)).v, DEC(2)));
}

/* ---- as text ---- */

static struct arena *arena;

static const struct json *written(void (*write)(const struct trading *t, struct buf *out))
{
    struct buf b;
    struct error e;
    buf_init(&b, 1 << 16);
    write(&t, &b);
    const struct json *j = json_parse(arena_str(arena, buf_str(&b)), arena, &e);
    assert_non_null(j);
    buf_fini(&b);
    return j;
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void the_state_comes_back_as_it_was_written(void **state)
{
    (void)state;
    trading_init(&t);
    t.state = GATE_HALTED;
    t.cause = GATE_CAUSE_BREAKER;
    t.since = (struct opt_utc){moment_s(1000, 0).wall, true};
    memcpy(t.by, "someone", 8);
    memcpy(t.why, "three rejections", 17);
    const struct json *j = written(trading_write_state);
    trading_init(&t);
    assert_true(trading_read_state(&t, j));
    assert_int_equal(t.state, GATE_HALTED);
    assert_int_equal(t.cause, GATE_CAUSE_BREAKER);
    assert_true(t.since.has && t.since.v.ns == moment_s(1000, 0).wall.ns);
    assert_string_equal(t.by, "someone");
    assert_string_equal(t.why, "three rejections");
    trading_init(&t);
    j = written(trading_write_state);
    assert_true(trading_read_state(&t, j));
    assert_false(t.since.has);
}

static void arming_comes_back_while_it_lasts(void **state)
{
    static const struct {
        int64_t wall_s;
        bool is_armed;
    } rows[] = {{999, false}, {1000, true}, {1999, true}, {2000, false}, {3000, false}};
    (void)state;
    arm_until(2000, 200);
    const struct json *j = written(trading_write_arm);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        trading_init(&t);
        assert_true(trading_read_arm(&t, j, moment_s(rows[i].wall_s, 7)));
        assert_int_equal(t.arm.until.has, rows[i].is_armed);
        if (!rows[i].is_armed)
            continue;
        assert_string_equal(t.arm.account, "U1");
        assert_string_equal(t.arm.by, "me");
        assert_true(t.arm.from.has && t.arm.from.v.ns == moment_s(1000, 0).wall.ns);
        assert_true(t.arm.until.v.ns == moment_s(2000, 0).wall.ns);
        assert_true(t.arm.until_mono.ns == moment_s(0, 7 + 2000 - rows[i].wall_s).mono.ns);
    }
}

static void arming_that_is_told_by_halves_cannot_be_read(void **state)
{
    static const char *const bad[] = {
        "{\"armed\":\"U1\",\"from\":\"2026-01-01T00:00:00Z\"}",
        "{\"armed\":\"U1\",\"until\":\"2026-01-01T00:00:00Z\"}",
        "{\"armed\":\"U1\",\"from\":\"x\",\"until\":\"2026-01-01T00:00:00Z\"}",
    };
    struct error e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        trading_init(&t);
        const struct json *j = json_parse(str_of(bad[i]), arena, &e);
        assert_non_null(j);
        assert_false(trading_read_arm(&t, j, moment_s(1000, 7)));
        assert_false(t.arm.until.has);
    }
}

static void all_marks_come_back(void **state)
{
    (void)state;
    trading_init(&t);
    (void)trading_mark(&t, STR("U1"), 5, DEC(1000));
    (void)trading_mark(&t, STR("U1"), 5, DEC(1100));
    (void)trading_mark(&t, STR("U2"), 6, DEC(7));
    t.marks[1].is_latched = true;
    const struct json *j = written(trading_write_marks);
    trading_init(&t);
    assert_true(trading_read_marks(&t, j));
    assert_int_equal(t.mark_count, 2);
    const struct day_mark *a = trading_marks(&t, STR("U1")), *b = trading_marks(&t, STR("U2"));
    assert_true(a->day == 5 && dec_eq(a->start, DEC(1000)) && dec_eq(a->peak, DEC(1100)));
    assert_true(dec_eq(a->saved, DEC(1100)) && !a->is_latched);
    assert_true(b->day == 6 && dec_eq(b->start, DEC(7)) && b->is_latched);
}

static void marks_that_lack_something_cannot_be_read(void **state)
{
    static const char *const bad[] = {
        "{\"marks\":[{\"account\":\"U1\",\"start\":1,\"peak\":1}]}",
        "{\"marks\":[{\"account\":\"U1\",\"day\":5,\"peak\":1}]}",
        "{\"marks\":[{\"account\":\"U1\",\"day\":5,\"start\":1}]}",
    };
    struct error e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        trading_init(&t);
        assert_false(trading_read_marks(&t, json_parse(str_of(bad[i]), arena, &e)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(arming_ends_by_the_clock_that_is_further_on),
        TEST(failures_are_remembered_up_to_a_number),
        TEST(as_many_accounts_are_marked_as_there_is_room_for),
        TEST(a_loss_needs_something_to_lose),
        TEST(the_state_comes_back_as_it_was_written),
        TEST(arming_comes_back_while_it_lasts),
        TEST(arming_that_is_told_by_halves_cannot_be_read),
        TEST(all_marks_come_back),
        TEST(marks_that_lack_something_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
