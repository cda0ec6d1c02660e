/* SPDX-License-Identifier: MIT */
/* Names and columns; that the numbers are right is shown in indicators_test.c. */
#include "quant/technical.h"

#include "quant/indicators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 500 };
static double high[N], low[N], closes[N], volume[N];
static int32_t day[N];
static bool begins[N];
static double a[N], b[N], c[N];
static double *const out[TECHNICAL_LINES_MAX] = {a, b, c};

static int make_bars(void **state)
{
    (void)state;
    for (int32_t i = 0; i < N; i++) {
        closes[i] = 100 + (i * 37 % 23) - i * 0.01;
        high[i] = closes[i] + 1 + i % 3;
        low[i] = closes[i] - 1 - i % 5;
        volume[i] = 10 + i % 7;
        day[i] = i;
        begins[i] = i % 10 == 0;
    }
    return 0;
}

static struct price_bars bars(size_t n)
{
    return (struct price_bars){high, low, closes, volume, day, NULL, n, 252};
}

static struct technical parse(const char *text)
{
    struct technical t;
    if (!technical_parse(str_of(text), &t))
        fail_msg("'%s' is not understood", text);
    return t;
}

static void names_carry_their_numbers(void **state)
{
    static const struct {
        const char *text, *name, *last;
        size_t lines;
        bool is_price;
    } good[] = {
        {"sma20", "sma20", "sma20", 1, true},
        {"SMA", "sma20", "sma20", 1, true},
        {"sma:50", "sma50", "sma50", 1, true},
        {"ema-200", "ema200", "ema200", 1, true},
        {" rsi 14 ", "rsi14", "rsi14", 1, false},
        {"atr1", "atr1", "atr1", 1, false},
        {"volatility", "volatility20", "volatility20", 1, false},
        {"macd", "macd12-26-9", "macd12-26-9_histogram", 3, false},
        {"macd5:35:5", "macd5-35-5", "macd5-35-5_histogram", 3, false},
        {"bollinger", "bollinger20-2", "bollinger20-2_lower", 3, true},
        {"bollinger10-1.5", "bollinger10-1.5", "bollinger10-1.5_lower", 3, true},
        {"vwap", "vwap", "vwap", 1, true},
        {"vwap20", "vwap20", "vwap20", 1, true},
        {"range52w", "range52w", "range52w_low", 2, true},
        {"range13", "range13w", "range13w_low", 2, true},
    };
    static const char *const bad[] = {"",          "s",           "sma0",     "sma1001",
                                      "sma2.5",    "sma20x",      "sma20-30", "macd26-12",
                                      "macd12-12", "volatility1", "rsi-",     "bollinger20-0",
                                      "range52d",  "vwap-1.5",    "sma--20",  "kst"};
    char line[TECHNICAL_NAME_MAX];
    struct technical t;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        t = parse(good[i].text);
        assert_string_equal(t.name, good[i].name);
        assert_int_equal(t.lines, good[i].lines);
        assert_int_equal(t.is_price, good[i].is_price);
        technical_line(&t, t.lines - 1, line);
        assert_string_equal(line, good[i].last);
        assert_string_equal(parse(t.name).name, t.name);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (technical_parse(str_of(bad[i]), &t))
            fail_msg("'%s' is taken for %s", bad[i], t.name);
    /* what messages tell to ask for is understood */
    struct str words = str_of(technical_words), word;
    while (str_cut(&words, ',', &word))
        assert_true(technical_parse(word, &t));
}

static void each_asks_for_as_many_bars_as_it_needs(void **state)
{
    static const char *const names[] = {"sma20",    "ema20",         "rsi14",  "atr14",
                                        "macd",     "bollinger20-2", "vwap20", "volatility20",
                                        "range52w", "sma1"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct technical t = parse(names[i]);
        struct price_bars some = bars(technical_bars(&t, 5));
        size_t k = technical_compute(&t, &some, out);
        assert_false(technical_needs_session(&t));
        if (k < 5)
            fail_msg("%s: %zu values of %zu bars", names[i], k, some.n);
        struct price_bars few = bars(1);
        assert_true(technical_compute(&t, &few, out) <= 1);
        struct price_bars none = bars(0);
        assert_int_equal(technical_compute(&t, &none, out), 0);
    }
}

static void columns_end_with_the_newest_bar(void **state)
{
    static double expected[N];
    struct technical t = parse("atr14");
    struct price_bars all = bars(N);
    (void)state;
    size_t k = indicator_atr(high, low, closes, N, 14, expected);
    assert_int_equal(technical_compute(&t, &all, out), k);
    assert_memory_equal(a, expected, k * sizeof(double));
    t = parse("volatility5");
    all.year = 0; /* nobody knows how many bars make a year */
    assert_int_equal(technical_compute(&t, &all, out), 0);
}

static void the_range_looks_back_over_days(void **state)
{
    struct technical t = parse("range2w");
    struct price_bars all = bars(N);
    (void)state;
    size_t k = technical_compute(&t, &all, out);
    assert_int_equal(k, N - 7); /* from the day on that has a week and more behind it */
    double most = 0, least = 1e9;
    for (size_t i = N - 14; i < N; i++) {
        most = high[i] > most ? high[i] : most;
        least = low[i] < least ? low[i] : least;
    }
    assert_true(a[k - 1] == most && b[k - 1] == least);
    struct price_bars week = bars(7);
    assert_int_equal(technical_compute(&t, &week, out), 0);
}

static void each_session_has_its_own_average_by_volume(void **state)
{
    static double expected[N];
    struct technical t = parse("vwap"), ten = parse("vwap10");
    struct price_bars all = bars(N);
    (void)state;
    assert_int_equal(technical_compute(&t, &all, out), 0); /* days have no session in them */
    all.begins = begins;
    assert_int_equal(technical_compute(&t, &all, out), N);
    assert_int_equal(
        indicator_vwap(high + 490, low + 490, closes + 490, volume + 490, 10, expected), 10);
    assert_memory_equal(a + 490, expected, 10 * sizeof(double));
    assert_int_equal(technical_compute(&ten, &all, out), N - 9);
    assert_true(a[N - 10] - expected[9] < 1e-9 && expected[9] - a[N - 10] < 1e-9);
    /* what was before the first begin that is seen has none */
    begins[0] = false;
    assert_int_equal(technical_compute(&t, &all, out), N - 10);
    /* a session that begins without volume has no average there, and nothing is told before it */
    volume[400] = volume[401] = 0;
    assert_int_equal(technical_compute(&t, &all, out), N - 402);
    assert_memory_equal(a + 490 - 402, expected, 10 * sizeof(double));
    (void)make_bars(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_carry_their_numbers),
        cmocka_unit_test(each_asks_for_as_many_bars_as_it_needs),
        cmocka_unit_test(columns_end_with_the_newest_bar),
        cmocka_unit_test(the_range_looks_back_over_days),
        cmocka_unit_test(each_session_has_its_own_average_by_volume),
    };
    return cmocka_run_group_tests_name("quant/technical", tests, make_bars, NULL);
}
