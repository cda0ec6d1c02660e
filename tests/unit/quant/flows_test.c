/* SPDX-License-Identifier: MIT */
/*
 * Returns with money moving. The expected numbers are spreadsheets' (the XIRR example that Excel's
 * manual prints, two of Portfolio Performance's), or were worked out by hand.
 */
#include "quant/flows.h"

#include "base/instant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(const char *name, struct opt_num got, double expected, double within)
{
    if (!got.has || fabs(got.v - expected) > within)
        fail_msg("%s: %.17g (%s), expected %.17g", name, got.v, got.has ? "known" : "unknown",
                 expected);
}

static double day(int y, int m, int d)
{
    return (double)civil_to_days(y, m, d);
}

/* 100,000; 10,000 come on the second day, 5,000 go on the third. */
static const struct interval four_days[] = {
    {100000, 0, 0}, {101000, 0, 0}, {112110, 10000, 0}, {106000, 0, 5000}, {107060, 0, 0}};

static void a_deposit_is_no_return(void **state)
{
    (void)state;
    near("first", interval_return(100000, four_days[1]), 0.01, 1e-15);
    near("with a deposit", interval_return(101000, four_days[2]), 0.01, 1e-15);
    near("with a withdrawal", interval_return(112110, four_days[3]), -0.00990099009900991, 1e-15);
    near("chained", time_weighted(four_days, 5), 0.0201, 1e-14);
}

static void modified_dietz_weighs_amounts_by_their_time(void **state)
{
    static const struct weighted_flow flows[] = {{10000, 0.75}, {-5000, 0.25}};
    (void)state;
    near("dietz", modified_dietz(100000, 107060, flows, 2), 0.019388235294117647, 1e-15);
}

static void the_money_weighted_return_is_that_of_spreadsheets(void **state)
{
    const struct payment excel[] = {{day(2008, 1, 1), -10000},
                                    {day(2008, 3, 1), 2750},
                                    {day(2008, 10, 30), 4250},
                                    {day(2009, 2, 15), 3250},
                                    {day(2009, 4, 1), 2750}};
    const struct payment one[] = {{day(2010, 1, 1), -200}, {day(2010, 12, 31), 210}};
    const struct payment two[] = {{day(2002, 11, 30), -4398}, {day(2007, 6, 11), 200},
                                  {day(2008, 5, 11), 270},    {day(2009, 5, 1), 280},
                                  {day(2010, 6, 1), 280},     {day(2011, 5, 2), 300},
                                  {day(2012, 4, 30), 330},    {day(2012, 12, 6), 14508}};
    (void)state;
    near("excel", money_weighted(excel, 5), 0.37336253351883164, 1e-12);
    near("nothing earned", money_weighted((struct payment[]){{0, -5}, {365, 5}}, 2), 0, 0);
    near("one", money_weighted(one, 2), 0.050140750290978336, 1e-12);
    near("two", money_weighted(two, 8), 0.14443898947158287, 1e-12);
}

static void what_cannot_be_computed_has_no_value(void **state)
{
    static const struct interval lost[] = {{100, 0, 0}, {0, 0, 0}, {10, 0, 0}};
    static const struct interval empty[] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    static const struct payment ins[] = {{0, -1}, {10, -1}};
    (void)state;
    assert_false(time_weighted(lost, 3).has);
    near("nothing at all", time_weighted(empty, 3), 0, 0);
    assert_false(interval_return(-5, (struct interval){10, 0, 0}).has);
    assert_false(money_weighted(ins, 2).has);
    assert_false(money_weighted(ins, 0).has);
    assert_false(modified_dietz(0, 5, NULL, 0).has);
    near("nothing chained", time_weighted(empty, 1), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deposit_is_no_return),
        cmocka_unit_test(modified_dietz_weighs_amounts_by_their_time),
        cmocka_unit_test(the_money_weighted_return_is_that_of_spreadsheets),
        cmocka_unit_test(what_cannot_be_computed_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
