/* SPDX-License-Identifier: MIT */
#include "data/rate.h"

#include "test.h"

#include <stdio.h>

static struct instant at_ms(int64_t ms)
{
    return (struct instant){1000000000 + ms * NS_PER_MS};
}

static void an_allowance_is_used_at_once_and_comes_back_evenly(void **state)
{
    (void)state;
    struct rates *r = rates_new(4);
    for (int i = 0; i < 60; i++)
        assert_int_equal(rates_take(r, STR("a"), 60, at_ms(0)), 0);
    assert_int_equal(rates_take(r, STR("a"), 60, at_ms(0)), 1000);
    assert_int_equal(rates_look(r, STR("a"), 60, at_ms(250)), 750);
    assert_int_equal(rates_take(r, STR("b"), 60, at_ms(0)), 0); /* somebody else */
    assert_int_equal(rates_take(r, STR("a"), 60, at_ms(1000)), 0);
    assert_int_equal(rates_take(r, STR("a"), 60, at_ms(1000)), 1000);
    for (int i = 0; i < 60; i++) /* after a minute of rest all of it is there again, and no more */
        assert_int_equal(rates_take(r, STR("a"), 60, at_ms(3600000)), 0);
    assert_int_equal(rates_take(r, STR("a"), 60, at_ms(3600000)), 1000);
    rates_free(r);
}

static void who_was_refused_has_used_nothing(void **state)
{
    (void)state;
    struct rates *r = rates_new(4);
    assert_int_equal(rates_take(r, STR("a"), 1, at_ms(0)), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rates_take(r, STR("a"), 1, at_ms(0)), 60000);
    assert_int_equal(rates_take(r, STR("a"), 1, at_ms(60000)), 0);
    rates_free(r);
}

static void who_used_least_makes_room(void **state)
{
    (void)state;
    struct rates *r = rates_new(2);
    for (int i = 0; i < 6; i++)
        assert_int_equal(rates_take(r, STR("busy"), 6, at_ms(0)), 0);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(rates_take(r, str_of(name), 6, at_ms(1)), 0);
    }
    assert_true(rates_take(r, STR("busy"), 6, at_ms(1)) > 0);
    rates_free(r);
}

static void a_long_name_counts_by_its_beginning(void **state)
{
    (void)state;
    struct rates *r = rates_new(2);
    char name[200];
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = 'x';
    assert_int_equal(rates_take(r, (struct str){name, 200}, 1, at_ms(0)), 0);
    assert_true(rates_take(r, (struct str){name, 150}, 1, at_ms(0)) > 0);
    rates_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allowance_is_used_at_once_and_comes_back_evenly),
        cmocka_unit_test(who_was_refused_has_used_nothing),
        cmocka_unit_test(who_used_least_makes_room),
        cmocka_unit_test(a_long_name_counts_by_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
