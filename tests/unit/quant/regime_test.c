/* SPDX-License-Identifier: MIT */
#include "quant/regime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct regime_table table = {.low = 15, .high = 25, .hysteresis = 0.5, .hold_s = 300};
static const struct regime_table at_once = {.low = 15, .high = 25};

static struct opt_num some(double v)
{
    return (struct opt_num){v, true};
}

static struct utc second(int64_t s)
{
    return (struct utc){s * NS_PER_S};
}

static void both_ends_belong_to_the_middle(void **state)
{
    (void)state;
    assert_int_equal(regime_of(&table, some(14.999)), REGIME_LOW);
    assert_int_equal(regime_of(&table, some(15)), REGIME_NORMAL);
    assert_int_equal(regime_of(&table, some(25)), REGIME_NORMAL);
    assert_int_equal(regime_of(&table, some(25.001)), REGIME_HIGH);
    assert_int_equal(regime_of(&table, (struct opt_num){0}), REGIME_UNKNOWN);
}

/* After `values`, `apart` seconds apart and beginning with the state {0}. */
struct story {
    const struct regime_table *table;
    int64_t apart;
    double values[8];
    size_t n;
    enum regime is;
    int64_t since;
    enum regime coming;
};

static void a_regime_is_left_only_for_good(void **state)
{
    static const struct story rows[] = {
        /* the first decides at once */
        {&table, 60, {14.9}, 1, REGIME_LOW, 0, REGIME_LOW},
        {&table, 60, {15}, 1, REGIME_NORMAL, 0, REGIME_NORMAL},
        /* inside the hysteresis nothing begins */
        {&table, 300, {20, 25.5, 25.5, 25.5}, 4, REGIME_NORMAL, 0, REGIME_NORMAL},
        {&table, 300, {20, 14.5, 14.5}, 3, REGIME_NORMAL, 0, REGIME_NORMAL},
        {&table, 300, {26, 24.5, 24.6, 24.5}, 4, REGIME_HIGH, 0, REGIME_NORMAL},
        {&table, 300, {14, 15.4, 15.4}, 3, REGIME_LOW, 0, REGIME_LOW},
        /* beyond it, it takes 300 s, and counts from their start */
        {&table, 100, {20, 26, 26, 26}, 4, REGIME_NORMAL, 0, REGIME_HIGH},
        {&table, 100, {20, 26, 26, 26, 26}, 5, REGIME_HIGH, 100, REGIME_HIGH},
        {&table, 100, {14, 15.5, 16, 15.6, 15.5}, 5, REGIME_NORMAL, 100, REGIME_NORMAL},
        /* a return begins them anew */
        {&table, 100, {20, 26, 26, 25, 26, 26, 26}, 7, REGIME_NORMAL, 0, REGIME_HIGH},
        /* from one end to the other */
        {&table, 300, {14, 26, 26}, 3, REGIME_HIGH, 300, REGIME_HIGH},
        /* another direction begins them anew */
        {&table, 200, {20, 26, 14, 14}, 4, REGIME_NORMAL, 0, REGIME_LOW},
        {&at_once, 1, {14.9, 15, 25.1, 25, 14}, 5, REGIME_LOW, 4, REGIME_LOW},
        {&at_once, 1, {14.9, 15}, 2, REGIME_NORMAL, 1, REGIME_NORMAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct story *r = &rows[i];
        struct regime_state s = {0};
        for (size_t k = 0; k < r->n; k++)
            s = regime_step(r->table, s, second((int64_t)k * r->apart), some(r->values[k]));
        if (s.is != r->is || s.coming != r->coming || s.since.ns != second(r->since).ns)
            fail_msg("row %zu: %s since %lld s, coming %s", i, regime_text(s.is),
                     (long long)(s.since.ns / NS_PER_S), regime_text(s.coming));
    }
}

static void an_unknown_value_changes_nothing(void **state)
{
    const struct opt_num unknown = {0};
    (void)state;
    struct regime_state s = regime_step(&table, (struct regime_state){0}, second(0), unknown);
    assert_int_equal(s.is, REGIME_UNKNOWN);
    s = regime_step(&table, s, second(10), some(20));
    assert_int_equal(s.is, REGIME_NORMAL);
    assert_int_equal(s.since.ns, second(10).ns);
    s = regime_step(&table, s, second(20), some(26));
    s = regime_step(&table, s, second(200), unknown);
    assert_int_equal(s.is, REGIME_NORMAL);
    s = regime_step(&table, s, second(330), some(26)); /* nobody saw what was between */
    assert_int_equal(s.is, REGIME_NORMAL);
    s = regime_step(&table, s, second(630), some(26));
    assert_int_equal(s.is, REGIME_HIGH);
    assert_int_equal(s.since.ns, second(330).ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_belong_to_the_middle),
        cmocka_unit_test(a_regime_is_left_only_for_good),
        cmocka_unit_test(an_unknown_value_changes_nothing),
    };
    return cmocka_run_group_tests_name("quant/regime", tests, NULL, NULL);
}
