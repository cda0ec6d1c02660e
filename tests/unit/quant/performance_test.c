/* SPDX-License-Identifier: MIT */
/*
 * Twelve returns and a benchmark; the expected numbers were computed with empyrical, QuantStats and
 * numpy.
 */
#include "quant/performance.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 12 };
static const double own[N] = {0.010,  -0.020, 0.015, 0.003,  -0.007, 0.022,
                              -0.013, 0.008,  0.001, -0.004, 0.012,  -0.009};
static const double other[N] = {0.008,  -0.015, 0.012, 0.001,  -0.005, 0.018,
                                -0.010, 0.006,  0.002, -0.003, 0.009,  -0.006};
static const struct series r = {own, N}, b = {other, N};

static void near(const char *name, struct opt_num got, double expected)
{
    if (!got.has || fabs(got.v - expected) > 1e-12 * fmax(1, fabs(expected)))
        fail_msg("%s: %.17g (%s), expected %.17g", name, got.v, got.has ? "known" : "unknown",
                 expected);
}

static void numbers_are_those_of_the_references(void **state)
{
    double scratch[N];
    (void)state;
    near("total", total_return(r), 0.017278431724350618);
    near("annual", annual_return(r, TRADING_DAYS), 0.43296825985381115);
    near("deviation", series_stdev(r), 0.012486356190221827);
    near("volatility", volatility(r, TRADING_DAYS), 0.19821475956419318);
    near("365 days", volatility(r, 365), 0.23855150006197443);
    near("sharpe", sharpe_ratio(r, 0, TRADING_DAYS), 1.9070224681103134);
    near("sharpe at 5 %", sharpe_ratio(r, 0.05, TRADING_DAYS), 1.6608506504496878);
    near("sortino", sortino_ratio(r, TRADING_DAYS), 3.0848150537891117);
    near("calmar", calmar_ratio(r, TRADING_DAYS), 21.648412992690602);
    near("at risk", value_at_risk(r, 0.05, scratch), 0.016149999999999998);
    near("shortfall", expected_shortfall(r, 0.05, scratch), 0.02);
    near("beta", beta(r, b), 1.2903488088462476);
    near("alpha", alpha(r, b, 0, TRADING_DAYS), -0.07934332172249914);
    near("correlation", series_correlation(r, b), 0.9975147834818379);
    near("tracking", tracking_error(r, b, TRADING_DAYS, scratch), 0.04663104701220578);
    near("information", information_ratio(r, b, TRADING_DAYS, scratch), 0.4503437376069043);
}

static void the_deepest_fall_has_its_days(void **state)
{
    static const double falls[] = {0.10, -0.05, 0.02, -0.10, 0.20, -0.01, -0.50, 0.30, 1.0};
    (void)state;
    struct drawdown d = max_drawdown((struct series){falls, 9});
    assert_true(fabs(d.depth - (0.99 * 0.5 - 1)) < 1e-12);
    assert_int_equal(d.peak, 5);
    assert_int_equal(d.valley, 7);
    assert_true(d.is_recovered);
    assert_int_equal(d.recovery, 9);
    d = max_drawdown((struct series){falls, 8});
    assert_false(d.is_recovered);
    d = max_drawdown(r); /* the first day rises, the second falls */
    assert_true(fabs(d.depth + 0.02) < 1e-12);
    assert_int_equal(d.peak, 1);
    const double at_once[] = {-0.3, 0.1};
    d = max_drawdown((struct series){at_once, 2});
    assert_true(fabs(d.depth + 0.3) < 1e-12); /* the start is a peak */
    assert_int_equal(d.peak, 0);
    const double never[] = {0.1, 0, 0.2};
    assert_true(max_drawdown((struct series){never, 3}).depth == 0);
}

static void what_cannot_be_computed_is_unknown(void **state)
{
    static const double same[] = {0.001, 0.001, 0.001}, lost[] = {0.1, -1, 0.5},
                        broken[] = {0.1, NAN, 0.2};
    double scratch[3];
    const struct series none = {same, 0}, one = {same, 1}, flat = {same, 3}, gone = {lost, 3},
                        nan = {broken, 3};
    (void)state;
    assert_false(total_return(none).has);
    assert_false(volatility(one, TRADING_DAYS).has);
    assert_false(sharpe_ratio(flat, 0, TRADING_DAYS).has);
    assert_false(sortino_ratio(flat, TRADING_DAYS).has);
    assert_false(calmar_ratio(flat, TRADING_DAYS).has);
    assert_false(beta(gone, flat).has);
    assert_false(series_correlation(gone, flat).has);
    assert_false(annual_return(gone, TRADING_DAYS).has);
    assert_true(total_return(gone).v == -1);
    assert_false(total_return(nan).has);
    assert_false(volatility(nan, TRADING_DAYS).has);
    assert_false(value_at_risk(nan, 0.05, scratch).has);
    assert_false(expected_shortfall(none, 0.05, scratch).has);
}

static void momentum_counts_sessions_back(void **state)
{
    double prices[300];
    (void)state;
    for (size_t i = 0; i < 300; i++)
        prices[i] = 100 + (double)i;
    const struct series p = {prices, 300};
    near("20 days", price_change(p, 20), 399.0 / 379 - 1);
    near("12-1", momentum(p, 252, 21), 378.0 / 147 - 1);
    near("all", price_change(p, 299), 399.0 / 100 - 1);
    assert_false(price_change(p, 300).has);
    prices[279] = 0;
    assert_false(price_change(p, 20).has);
}

static void series_have_sums_quantiles_and_returns(void **state)
{
    const double tenths[] = {1e16, 1, -1e16, 1}, odd[] = {3, 1, 2}, prices[] = {100, 110, 99},
                 broken[] = {100, 0, 99};
    double out[3];
    (void)state;
    assert_true(series_sum((struct series){tenths, 4}) == 2);
    near("median", series_quantile((struct series){odd, 3}, 0.5, out), 2);
    near("quarter", series_quantile((struct series){odd, 3}, 0.25, out), 1.5);
    near("least", series_quantile((struct series){odd, 3}, 0, out), 1);
    near("most", series_quantile((struct series){odd, 3}, 1, out), 3);
    assert_int_equal(series_returns((struct series){prices, 3}, out), 2);
    assert_true(fabs(out[0] - 0.1) < 1e-15 && fabs(out[1] + 0.1) < 1e-15);
    assert_int_equal(series_returns((struct series){broken, 3}, out), 0);
    assert_int_equal(series_returns((struct series){prices, 0}, out), 0);
    assert_int_equal(series_tail((struct series){prices, 3}, 2).v[0], 110);
    assert_int_equal(series_tail((struct series){prices, 3}, 9).n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_the_references),
        cmocka_unit_test(the_deepest_fall_has_its_days),
        cmocka_unit_test(what_cannot_be_computed_is_unknown),
        cmocka_unit_test(momentum_counts_sessions_back),
        cmocka_unit_test(series_have_sums_quantiles_and_returns),
    };
    return cmocka_run_group_tests_name("quant/performance", tests, NULL, NULL);
}
