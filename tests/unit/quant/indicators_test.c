/* SPDX-License-Identifier: MIT */
/*
 * The numbers of the tables come from TA-Lib 0.8.2 (VWAP, volatility: pandas) over the same bars,
 * which both sides make by the same integer recurrence.
 */
#include "quant/indicators.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 600, OUTPUTS = 3 };

static double high[BARS], low[BARS], close[BARS], volume[BARS];

static int64_t draw(uint32_t *x, uint32_t below)
{
    *x = (*x * 1103515245u + 12345u) & 0x7fffffffu;
    return (*x >> 8) % below;
}

static int make_bars(void **state)
{
    uint32_t x = 12345;
    int64_t c = 100000;
    (void)state;
    for (int i = 0; i < BARS; i++) {
        c += draw(&x, 2001) - 1000 + ((i / 100) % 2 == 0 ? 3 : -2);
        c = c < 5000 ? 5000 : c;
        close[i] = (double)c / 1000;
        high[i] = (double)(c + draw(&x, 700)) / 1000;
        low[i] = (double)(c - draw(&x, 700)) / 1000;
        volume[i] = (double)draw(&x, 1000);
    }
    return 0;
}

/* All functions in one shape: up to three outputs, the number of values. */
typedef size_t compute(size_t n, double out[OUTPUTS][BARS]);

static size_t sma20(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_sma(close, n, 20, out[0]);
}
static size_t sma200(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_sma(close, n, 200, out[0]);
}
static size_t ema20(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_ema(close, n, 20, out[0]);
}
static size_t ema200(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_ema(close, n, 200, out[0]);
}
static size_t bollinger(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_bollinger(close, n, 20, 2, out[0], out[1], out[2]);
}
static size_t macd(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_macd(close, n, 12, 26, 9, out[0], out[1], out[2]);
}
static size_t rsi(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_rsi(close, n, 14, out[0]);
}
static size_t atr(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_atr(high, low, close, n, 14, out[0]);
}
static size_t volatility20(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_volatility(close, n, 20, 252, out[0]);
}
static size_t vwap(size_t n, double out[OUTPUTS][BARS])
{
    return indicator_vwap(high, low, close, volume, n, out[0]);
}

static const struct row {
    const char *name;
    compute *of;
    int output;
    size_t count;
    double first, half, last; /* of the count numbers: [0], [count / 2], [count - 1] */
} rows[] = {
    {"sma20", sma20, 0, 581, 97.557400000000001, 100.87520000000002, 103.94234999999978},
    {"sma200", sma200, 0, 401, 99.902114999999952, 102.1736199999999, 106.62291500000001},
    {"ema20", ema20, 0, 581, 97.557400000000001, 100.9458771693093, 104.14626840935374},
    {"ema200", ema200, 0, 401, 99.902114999999952, 102.92883751609614, 105.41256171135967},
    {"upper", bollinger, 0, 581, 99.968933570158214, 102.10072023239115, 105.58213355583878},
    {"middle", bollinger, 1, 581, 97.557400000000001, 100.87520000000002, 103.94234999999978},
    {"lower", bollinger, 2, 581, 95.145866429841789, 99.649679767608887, 102.30256644416077},
    {"line", macd, 0, 567, 0.014933605171393083, 0.69768339302645188, -0.055723816148102401},
    {"signal", macd, 1, 567, -0.32263281851009157, 0.52776449230622746, -0.24827249819709687},
    {"histogram", macd, 2, 567, 0.33756642368148465, 0.16991890072022442, 0.19254868204899447},
    {"rsi", rsi, 0, 586, 29.541666666666732, 51.191486664554141, 55.994367378109366},
    {"atr", atr, 0, 586, 0.91221428571428576, 0.86560486508263534, 0.92927877775585543},
    {"volatility", volatility20, 0, 580, 0.08781826933609141, 0.09311220615841956,
     0.08928229232146552},
    {"vwap", vwap, 0, 600, 100.14933333333333, 99.91554183031748, 103.05921676328086},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void near(const char *name, double got, double expected)
{
    if (fabs(got - expected) > 1e-9 * fmax(1, fabs(expected)))
        fail_msg("%s: %.17g, expected %.17g", name, got, expected);
}

static void numbers_are_those_of_the_reference(void **state)
{
    static double out[OUTPUTS][BARS];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        const double *v = out[r->output];
        assert_int_equal(r->of(BARS, out), r->count);
        near(r->name, v[0], r->first);
        near(r->name, v[r->count / 2], r->half);
        near(r->name, v[r->count - 1], r->last);
    }
}

static void a_number_does_not_depend_on_bars_that_come_later(void **state)
{
    static double out[OUTPUTS][BARS], all[OUTPUTS][BARS];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        size_t late = BARS - r->of(BARS, all);
        for (size_t n = 0; n < BARS; n += 7) {
            size_t k = r->of(n, out);
            assert_int_equal(k, n > late ? n - late : 0);
            if (k && memcmp(out[r->output], all[r->output], k * sizeof(double)) != 0)
                fail_msg("%s: %zu bars give other numbers", r->name, n);
        }
    }
}

static void prices_that_stand_still_have_no_range_and_no_strength(void **state)
{
    static double flat[100], out[OUTPUTS][BARS];
    (void)state;
    for (size_t i = 0; i < 100; i++)
        flat[i] = 12.5;
    for (size_t k = indicator_rsi(flat, 100, 14, out[0]); k-- > 0;)
        assert_true(out[0][k] == 0);
    for (size_t k = indicator_atr(flat, flat, flat, 100, 14, out[0]); k-- > 0;)
        assert_true(out[0][k] == 0);
    size_t k = indicator_bollinger(flat, 100, 20, 2, out[0], out[1], out[2]);
    assert_int_equal(k, 81);
    while (k-- > 0)
        assert_true(out[0][k] == 12.5 && out[1][k] == 12.5 && out[2][k] == 12.5);
}

static void a_long_average_does_not_drift(void **state)
{
    enum { LONG = 100000, PERIOD = 50 };
    static double prices[LONG], out[LONG];
    uint32_t x = 7;
    (void)state;
    for (size_t i = 0; i < LONG; i++) /* large ones and small ones, where rounding shows */
        prices[i] = (double)(draw(&x, 2) ? draw(&x, 1000000) * 1000000 : draw(&x, 100)) / 1000;
    size_t k = indicator_sma(prices, LONG, PERIOD, out);
    double sum = 0;
    for (size_t i = LONG - PERIOD; i < LONG; i++)
        sum += prices[i];
    near("the last of 100,000", out[k - 1], sum / PERIOD);
}

static void volume_makes_the_weighted_average(void **state)
{
    const double h[] = {11, 21, 31}, l[] = {9, 19, 29}, c[] = {10, 20, 30}, none[] = {0, 0, 0},
                 v[] = {0, 1, 3};
    double out[3];
    (void)state;
    assert_int_equal(indicator_vwap(h, l, c, none, 3, out), 0);
    assert_int_equal(indicator_vwap(h, l, c, v, 3, out), 2);
    near("first", out[0], 20);
    near("second", out[1], 27.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_the_reference),
        cmocka_unit_test(a_number_does_not_depend_on_bars_that_come_later),
        cmocka_unit_test(prices_that_stand_still_have_no_range_and_no_strength),
        cmocka_unit_test(a_long_average_does_not_drift),
        cmocka_unit_test(volume_makes_the_weighted_average),
    };
    return cmocka_run_group_tests_name("quant/indicators", tests, make_bars, NULL);
}
