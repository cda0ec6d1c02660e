/* SPDX-License-Identifier: MIT */
/*
 * The session under one fault at a time, in virtual time: the line is cut after byte n for every n
 * of a conversation, in both directions and both encodings; nothing arrives any more and nobody
 * says so; bytes drip; messages come twice, late, or in another order. What must hold then is in
 * customer.h. How many of the bytes are tried says stride().
 */
#include "../../kit/customer.h"
#include "tests/kit/arm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

enum {
    SEEDS = 10000,                /* of chance_test, see stride */
    SPOILED = IS_SLOW ? 12 : 100, /* conversations whose every message is spoiled */
    TEXT_SEED = 1, /* of the conversation whose single faults are tried, once in each encoding */
    PROTO_SEED = 7
};

static void must_end_well(struct rig *r, struct customer *c, int64_t quiet_ms, const char *what,
                          int64_t n)
{
    char why[200];
    if (!customer_ends_well(r, c, quiet_ms, why, sizeof why))
        fail_msg("%s %lld: %s", what, (long long)n, why);
    rig_free(r);
}

/* ---- one fault at a time ---- */

/* Every byte of the conversation in text, every third of the other, fewer under a sanitizer: so the
 * whole takes less than a minute. PORTCULLIS_FAULT_SEEDS=n, which chance_test reads too, asks for
 * every byte of both with 10000 or more, and for so many fewer as there are fewer seeds. */
static int64_t stride(uint64_t conversation)
{
    const char *text = getenv("PORTCULLIS_FAULT_SEEDS");
    int64_t seeds;
    if (text != NULL && str_to_i64(str_of(text), &seeds) && seeds > 0)
        return seeds < SEEDS ? SEEDS / seeds + 1 : 1;
    if (IS_SLOW)
        return 7;
    return conversation == TEXT_SEED ? 1 : 3;
}

static void a_good_line_needs_one_connection(void **state)
{
    (void)state;
    for (uint64_t seed = TEXT_SEED; seed <= PROTO_SEED; seed += PROTO_SEED - TEXT_SEED) {
        struct customer c;
        char why[200];
        struct rig *r = customer_start(seed, (struct rig_faults)RIG_NO_FAULTS, &c);
        if (!customer_ends_well(r, &c, CUSTOMER_LONG_MS, why, sizeof why))
            fail_msg("%s", why);
        assert_int_equal(r->connections, 1);
        assert_int_equal(r->late_count, 0);
        rig_free(r);
    }
}

/* How many bytes the conversation has, as far as its last step. */
static void measure(uint64_t seed, int64_t *down, int64_t *up)
{
    struct customer c;
    struct rig *r = customer_start(seed, (struct rig_faults)RIG_NO_FAULTS, &c);
    assert_true(rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS));
    *down = r->down_count;
    *up = r->up_count;
    assert_true(*down > 5000 && *up > 500);
    rig_free(r);
}

static void with_fault_at(uint64_t seed, int64_t n, struct rig_faults faults, const char *what)
{
    struct customer c;
    struct rig *r = customer_start(seed, faults, &c);
    (void)rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS);
    must_end_well(r, &c, n % 16 == 0 ? CUSTOMER_LONG_MS : CUSTOMER_SHORT_MS, what, n);
}

static void break_from(uint64_t seed)
{
    int64_t down, up;
    measure(seed, &down, &up);
    for (int64_t n = 0; n < down; n += stride(seed)) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.cut_down_at = n;
        with_fault_at(seed, n, f, "cut from the exchange after byte");
    }
}

static void the_line_may_break_after_any_byte_from_the_exchange(void **state)
{
    (void)state;
    break_from(TEXT_SEED);
    break_from(PROTO_SEED);
}

static void break_to(uint64_t seed)
{
    int64_t down, up;
    measure(seed, &down, &up);
    for (int64_t n = 0; n < up; n += stride(seed)) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.cut_up_at = n;
        with_fault_at(seed, n, f, "cut to the exchange after byte");
    }
}

static void the_line_may_break_after_any_byte_to_the_exchange(void **state)
{
    (void)state;
    break_to(TEXT_SEED);
    break_to(PROTO_SEED);
}

/* Nothing arrives any more, and nobody says so; the exchange still holds the client id. */
static void swallow(uint64_t seed)
{
    int64_t down, up;
    measure(seed, &down, &up);
    for (int64_t n = 1; n < down; n += 37 * stride(seed)) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.swallow_at = n;
        with_fault_at(seed, n, f, "swallowed after byte");
    }
}

static void a_dead_line_that_nobody_closes_is_found_out(void **state)
{
    (void)state;
    swallow(TEXT_SEED);
    swallow(PROTO_SEED);
}

static void one_byte_at_a_time_is_enough(void **state)
{
    (void)state;
    for (int ms = 1; ms <= 4; ms++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.drip_ms = (ms + 1) / 2;
        struct rig *r = customer_start(ms % 2 == 0 ? TEXT_SEED : PROTO_SEED, f, &c);
        assert_true(rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS));
        assert_int_equal(r->connections, 1);
        must_end_well(r, &c, CUSTOMER_LONG_MS, "drip", ms);
    }
}

static void every_message_may_come_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.duplicate_percent = seed % 2 == 0 ? 100 : 40;
        struct rig *r = customer_start(seed, f, &c);
        assert_true(rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS));
        must_end_well(r, &c, CUSTOMER_SHORT_MS, "duplicated, seed", (int64_t)seed);
    }
}

static void every_message_may_be_late(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.delay_ms = (int)(seed * 10);
        struct rig *r = customer_start(seed, f, &c);
        (void)rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS);
        must_end_well(r, &c, CUSTOMER_SHORT_MS, "delayed, seed", (int64_t)seed);
    }
}

/* What came last need not be the latest then, so the next snapshot decides. */
static void messages_of_a_class_may_change_places(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.reorder_percent = 100;
        f.delay_ms = 30;
        struct rig *r = customer_start(seed, f, &c);
        (void)rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS);
        rig_heal(r);
        rig_cut(r);
        must_end_well(r, &c, CUSTOMER_SHORT_MS, "reordered, seed", (int64_t)seed);
    }
}

/* ---- what was missed ---- */

static void a_fill_that_was_missed_is_told_as_late_once(void **state)
{
    (void)state;
    struct customer c;
    struct rig *r = customer_start(PROTO_SEED, (struct rig_faults)RIG_NO_FAULTS, &c);
    assert_true(arm(r->paper, r->now, "cut_before_ack 1"));
    assert_true(rig_until(r, customer_is_done, &c, CUSTOMER_LIMIT_MS));
    assert_int_equal(r->connections, 2);
    assert_int_equal(r->late_count, 1);
    rig_cut(r);
    rig_run(r, 5000);
    assert_int_equal(r->connections, 3);
    assert_int_equal(r->late_count, 1);
    must_end_well(r, &c, CUSTOMER_SHORT_MS, "late", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_line_needs_one_connection),
        cmocka_unit_test(the_line_may_break_after_any_byte_to_the_exchange),
        cmocka_unit_test(the_line_may_break_after_any_byte_from_the_exchange),
        cmocka_unit_test(a_dead_line_that_nobody_closes_is_found_out),
        cmocka_unit_test(one_byte_at_a_time_is_enough),
        cmocka_unit_test(every_message_may_come_twice),
        cmocka_unit_test(every_message_may_be_late),
        cmocka_unit_test(messages_of_a_class_may_change_places),
        cmocka_unit_test(a_fill_that_was_missed_is_told_as_late_once),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
