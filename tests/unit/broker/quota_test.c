/* SPDX-License-Identifier: MIT */
#include "broker/quota.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct instant at_ms(int64_t ms)
{
    return (struct instant){ms * NS_PER_MS};
}

static struct quota_ask history(int weight, uint64_t contract, uint64_t request)
{
    return (struct quota_ask){QUOTA_HISTORY, weight, contract, request};
}

static int64_t free_ms(const struct quota *q, struct quota_ask a)
{
    struct instant at = quota_free_at(q, &a, at_ms(0), NULL);
    return at.ns == INT64_MIN ? 0 : at.ns == INT64_MAX ? -1 : at.ns / NS_PER_MS;
}

static void the_same_question_waits_fifteen_seconds(void **state)
{
    (void)state;
    struct quota q = {0};
    struct quota_ask a = history(1, 7, 70), other = history(1, 7, 71);
    quota_begin(&q, &a, at_ms(1000));
    assert_int_equal(free_ms(&q, a), 16000);
    assert_int_equal(free_ms(&q, other), 0);
}

static void one_contract_takes_five_in_two_seconds(void **state)
{
    (void)state;
    struct quota q = {0};
    for (int i = 0; i < 5; i++) {
        struct quota_ask a = history(1, 7, 100 + (uint64_t)i);
        assert_int_equal(free_ms(&q, a), 0);
        quota_begin(&q, &a, at_ms(1000 + i));
    }
    enum quota_hold hold;
    struct quota_ask sixth = history(1, 7, 200), elsewhere = history(1, 8, 200);
    assert_int_equal(free_ms(&q, sixth), 3000);
    (void)quota_free_at(&q, &sixth, at_ms(1500), &hold);
    assert_int_equal(hold, QUOTA_HOLDS_IT);
    (void)quota_free_at(&q, &sixth, at_ms(3000), &hold);
    assert_int_equal(hold, QUOTA_FREE);
    assert_int_equal(free_ms(&q, elsewhere), 0);
}

static void two_sides_count_twice(void **state)
{
    (void)state;
    struct quota q = {0};
    for (int i = 0; i < 2; i++) {
        struct quota_ask a = history(2, 7, 100 + (uint64_t)i);
        assert_int_equal(free_ms(&q, a), 0);
        quota_begin(&q, &a, at_ms(1000));
    }
    assert_int_equal(free_ms(&q, history(2, 7, 200)), 3000);
    assert_int_equal(free_ms(&q, history(1, 7, 200)), 0);
}

static void sixty_leave_in_ten_minutes(void **state)
{
    (void)state;
    struct quota q = {0};
    for (int i = 0; i < 60; i++) {
        struct quota_ask a = history(1, 100 + (uint64_t)i, 100 + (uint64_t)i);
        assert_int_equal(free_ms(&q, a), 0);
        quota_begin(&q, &a, at_ms(i * 1000));
        quota_end(&q, QUOTA_HISTORY);
    }
    enum quota_hold hold;
    struct quota_ask next = history(1, 1, 1), twice = history(2, 1, 1), large = history(0, 1, 1);
    assert_int_equal(free_ms(&q, next), 600000);
    assert_int_equal(free_ms(&q, twice), 601000);
    assert_int_equal(free_ms(&q, large), 0); /* the windows are for small bars */
    (void)quota_free_at(&q, &next, at_ms(60000), &hold);
    assert_int_equal(hold, QUOTA_HOLDS_ALL);
}

/* Whatever is asked, no window is ever too full. */
static void no_window_overflows(void **state)
{
    (void)state;
    enum { N = 3000 };
    static struct {
        int64_t ms;
        struct quota_ask a;
    } left[N];
    struct quota q = {0};
    struct rng rng;
    rng_init(&rng, 11, 0);
    int64_t ms = 0;
    for (int i = 0; i < N; i++) {
        uint64_t contract = 1 + rng_below(&rng, 4);
        struct quota_ask a =
            history(1 + (int)rng_below(&rng, 2), contract, contract * 100 + rng_below(&rng, 6));
        ms += rng_below(&rng, 500);
        int64_t free_at = free_ms(&q, a);
        ms = free_at > ms ? free_at : ms;
        quota_begin(&q, &a, at_ms(ms));
        quota_end(&q, QUOTA_HISTORY);
        left[i].ms = ms;
        left[i].a = a;
        int all = 0, same = 0, identical = 0;
        for (int k = i; k >= 0 && left[k].ms > ms - 600000; k--) {
            bool is_same = left[k].a.contract == contract;
            all += left[k].a.weight;
            same += is_same && left[k].ms > ms - 2000 ? left[k].a.weight : 0;
            identical += left[k].a.request == a.request && left[k].ms > ms - 15000;
        }
        assert_in_range((uint64_t)all, 1, 60);
        assert_in_range((uint64_t)same, 1, 5);
        assert_int_equal(identical, 1);
    }
}

static void only_so_many_are_open_at_once(void **state)
{
    (void)state;
    static const struct {
        enum quota_class class;
        int max;
    } CASES[] = {{QUOTA_HISTORY, 50},
                 {QUOTA_TICK_BY_TICK, 5},
                 {QUOTA_SUMMARY, 2},
                 {QUOTA_SCANNER, 10},
                 {QUOTA_DEPTH, 3}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct quota q = {0};
        struct quota_ask a = {.class = CASES[i].class};
        for (int k = 0; k < CASES[i].max; k++) {
            assert_int_equal(free_ms(&q, a), 0);
            quota_begin(&q, &a, at_ms(k));
        }
        assert_int_equal(free_ms(&q, a), -1);
        quota_end(&q, a.class);
        assert_int_equal(free_ms(&q, a), 0);
        quota_begin(&q, &a, at_ms(0));
        quota_end_all(&q);
        assert_int_equal(free_ms(&q, a), 0);
        assert_true(quota_text(a.class)[0] != '\0');
    }
}

static void streams_have_their_windows(void **state)
{
    (void)state;
    struct quota q = {0};
    struct quota_ask ticks = {QUOTA_TICK_BY_TICK, 1, 7, 1}, others = {QUOTA_TICK_BY_TICK, 1, 8, 1};
    quota_begin(&q, &ticks, at_ms(1000));
    assert_int_equal(free_ms(&q, ticks), 16000);
    assert_int_equal(free_ms(&q, others), 0);
    struct quota_ask bars = {QUOTA_REAL_TIME_BARS, 1, 7, 1};
    for (int i = 0; i < 60; i++)
        quota_begin(&q, &bars, at_ms(1000 + i));
    assert_int_equal(free_ms(&q, bars), 601000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_question_waits_fifteen_seconds),
        cmocka_unit_test(one_contract_takes_five_in_two_seconds),
        cmocka_unit_test(two_sides_count_twice),
        cmocka_unit_test(sixty_leave_in_ten_minutes),
        cmocka_unit_test(no_window_overflows),
        cmocka_unit_test(only_so_many_are_open_at_once),
        cmocka_unit_test(streams_have_their_windows),
    };
    return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
