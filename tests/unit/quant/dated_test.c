/* SPDX-License-Identifier: MIT */
#include "quant/dated.h"

#include "base/instant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int32_t day_of(int yyyymmdd)
{
    return (int32_t)civil_to_days(yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100);
}

static void near(struct opt_num got, double expected)
{
    if (!got.has || fabs(got.v - expected) > 1e-12)
        fail_msg("%.17g (%s), expected %.17g", got.v, got.has ? "known" : "unknown", expected);
}

static void months_end_where_the_month_does(void **state)
{
    static const struct {
        int from, months, expected;
    } rows[] = {
        {20260331, 1, 20260228},  {20240331, 1, 20240229}, {20260531, 3, 20260228},
        {20260115, 1, 20251215},  {20260115, 3, 20251015}, {20260228, 1, 20260128},
        {20240229, 12, 20230228}, {20260101, 1, 20251201}, {20251231, 12, 20241231},
        {20251231, 1, 20251130},  {20260815, 0, 20260815}, {20260815, 25, 20240715},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(day_months_before(day_of(rows[i].from), rows[i].months),
                         day_of(rows[i].expected));
    assert_int_equal(day_before_year(day_of(20260101)), day_of(20251231));
    assert_int_equal(day_before_year(day_of(20261231)), day_of(20251231));
}

static void a_day_without_trading_has_the_price_of_the_day_before(void **state)
{
    const int32_t days[] = {10, 11, 14};
    const double v[] = {100, 110, 121};
    const struct dated s = {days, v, 3};
    size_t at;
    (void)state;
    assert_false(dated_index(s, 9, &at));
    assert_true(dated_index(s, 13, &at) && at == 1);
    assert_true(dated_at(s, 14 + DATED_STALE_DAYS, &at) && at == 2);
    assert_false(dated_at(s, 15 + DATED_STALE_DAYS, &at));
    assert_true(dated_index(s, 1000, &at) && at == 2);
    near(dated_change(s, 10, 14), 0.21);
    near(dated_change(s, 12, 15), 0.1);
    assert_int_equal(dated_until(s, 13).n, 2);
    assert_int_equal(dated_until(s, 9).n, 0);
}

static void a_hole_in_the_series_is_unknown(void **state)
{
    const int32_t days[] = {0, 1, 40, 41};
    const double v[] = {100, 101, 120, 0};
    const struct dated s = {days, v, 4};
    (void)state;
    assert_false(dated_change(s, 30, 40).has); /* nothing near day 30 */
    assert_false(dated_change(s, -1, 40).has); /* nothing before day 0 */
    assert_true(dated_change(s, 1, 40).has);
    assert_false(dated_change(s, 41, 41).has); /* from nothing */
    near(dated_change(s, 40, 41), -1);
}

static void a_common_day_is_one_that_all_have(void **state)
{
    const int32_t a[] = {1, 2, 3, 4, 5, 8}, b[] = {1, 3, 5, 9}, c[] = {1, 2, 3, 4}, old[] = {1};
    const double v[] = {1, 1, 1, 1, 1, 1};
    const struct dated all[] = {{a, v, 6}, {b, v, 4}, {c, v, 4}, {old, v, 1}, {a, v, 0}};
    int32_t day;
    (void)state;
    assert_true(dated_common(all, 1, 100, &day) == false);
    assert_true(dated_common(all, 1, 10, &day) && day == 8);
    assert_true(dated_common(all, 2, 10, &day) && day == 5);
    assert_true(dated_common(all, 2, 4, &day) && day == 3);
    assert_true(dated_common(all, 3, 10, &day) && day == 3);
    assert_true(dated_common(all, 4, 10, &day) && day == 1);
    assert_false(dated_common(all, 4, 13, &day)); /* the only one in common is too old */
    assert_false(dated_common(all, 5, 10, &day)); /* one has no day at all */
    assert_false(dated_common(all, 0, 10, &day));
}

static void a_prediction_comes_true_with_time(void **state)
{
    struct progress half = progress_of(0.21, 100, 200, 150),
                    late = progress_of(-0.5, 100, 200, 300),
                    early = progress_of(0.21, 100, 200, 90);
    (void)state;
    near((struct opt_num){half.share, true}, 0.5);
    near((struct opt_num){half.linear, true}, 0.105);
    near((struct opt_num){half.compound, true}, 0.1);
    near((struct opt_num){late.linear, true}, -0.5);
    near((struct opt_num){late.compound, true}, -0.5);
    near((struct opt_num){early.compound, true}, 0);
}

static void the_parts_of_a_return_in_another_currency_add_up(void **state)
{
    struct currency_return r = currency_return(0.05, -0.03);
    (void)state;
    near((struct opt_num){r.base, true}, 1.05 * 0.97 - 1);
    near((struct opt_num){r.cross, true}, -0.0015);
    near((struct opt_num){r.local + r.fx + r.cross, true}, r.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_end_where_the_month_does),
        cmocka_unit_test(a_day_without_trading_has_the_price_of_the_day_before),
        cmocka_unit_test(a_hole_in_the_series_is_unknown),
        cmocka_unit_test(a_common_day_is_one_that_all_have),
        cmocka_unit_test(a_prediction_comes_true_with_time),
        cmocka_unit_test(the_parts_of_a_return_in_another_currency_add_up),
    };
    return cmocka_run_group_tests_name("quant/dated", tests, NULL, NULL);
}
