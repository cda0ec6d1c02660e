/* SPDX-License-Identifier: MIT */
/* What an option is worth, the volatility a price implies, and the smile. */
#include "paper/option.h"

#include "paper/maths.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void near(double have, double want, double by)
{
    if (!(have - want <= by && want - have <= by))
        fail_msg("%.15g instead of %.15g", have, want);
}

static void functions_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int i = -6990; i <= 6990; i++) {
        double x = i / 10.0, e = exp(x);
        near(maths_exp(x), e, e * 4e-15);
        near(maths_log(e), log(e), 1e-15 * (1 + fabs(x)));
        near(maths_log(1 + fabs(x) / 700), log(1 + fabs(x) / 700), 4e-16);
        near(maths_normal(x / 20), 0.5 * erfc(-x / 20 / sqrt(2)), 1e-14);
    }
    near(maths_exp(0), 1, 0);
    near(maths_normal(1.96), 0.97500210485177952, 1e-15);
    near(maths_normal_density(0), 0.3989422804014327, 1e-16);
    near(maths_normal(-40), 0, 0);
}

static void a_known_option_has_its_known_price_and_greeks(void **state)
{
    (void)state;
    struct option_terms t = {.strike = 100, .years = 1, .rate = 0.05, .is_call = true};
    struct feed_option o;
    assert_true(option_price(&t, 0.2, 100, &o));
    near(o.price, 10.450583572185565, 1e-12);
    near(o.delta, 0.6368306511756191, 1e-13);
    near(o.gamma, 0.018762017345846895, 1e-14);
    near(o.vega, 0.3752403469169379, 1e-13);
    near(o.theta * 365, -6.414027546438197, 1e-11);
    t.is_call = false;
    assert_true(option_price(&t, 0.2, 100, &o));
    near(o.price, 5.573526022256971, 1e-12);
    near(o.delta, 0.6368306511756191 - 1, 1e-13);
    t.years = 0;
    assert_true(option_price(&t, 0.2, 90, &o));
    near(o.price, 10, 0);
    near(o.delta, -1, 0);
}

static void call_and_put_are_in_parity_with_dividends(void **state)
{
    (void)state;
    for (double strike = 50; strike <= 200; strike += 7) {
        struct option_terms c = {strike, 0.4, 0.03, 1.7, true}, p = {strike, 0.4, 0.03, 1.7, false};
        struct feed_option call, put;
        assert_true(option_price(&c, 0.35, 110, &call) && option_price(&p, 0.35, 110, &put));
        near(call.price - put.price, 110 - 1.7 - strike * exp(-0.03 * 0.4), 1e-11);
    }
}

static void a_price_gives_back_its_volatility(void **state)
{
    (void)state;
    for (double strike = 70; strike <= 140; strike += 10)
        for (double vol = 0.1; vol < 2; vol += 0.3)
            for (int call = 0; call < 2; call++) {
                struct option_terms t = {strike, 0.25, 0.02, 0.5, call};
                struct feed_option o;
                double back;
                assert_true(option_price(&t, vol, 100, &o));
                if (o.vega < 1e-6) /* such a price says nothing of the volatility */
                    continue;
                if (!option_implied_vol(&t, o.price, 100, &back))
                    fail_msg("no volatility at strike %f, %f", strike, vol);
                near(back, vol, 1e-6);
            }
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct option_terms t;
        double vol, underlying;
    } bad[] = {
        {{0, 1, 0, 0, true}, 0.2, 100},     {{-5, 1, 0, 0, true}, 0.2, 100},
        {{100, 1, 0, 0, true}, 0, 100},     {{100, 1, 0, 0, true}, -0.2, 100},
        {{100, 1, 0, 0, true}, 11, 100},    {{100, 1, 0, 0, true}, 0.2, 0},
        {{100, 1, 0, 0, true}, NAN, 100},   {{NAN, 1, 0, 0, true}, 0.2, 100},
        {{100, 1, 0, 120, true}, 0.2, 100}, {{100, INFINITY, 0, 0, true}, 0.2, 100},
    };
    struct feed_option o;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (option_price(&bad[i].t, bad[i].vol, bad[i].underlying, &o))
            fail_msg("case %zu has a price", i);
    double vol;
    const struct option_terms t = {100, 1, 0, 0, true};
    assert_false(option_implied_vol(&t, 130, 100, &vol)); /* above the underlying */
    assert_false(option_implied_vol(&t, 19, 120, &vol));  /* below what exercise is worth */
    assert_false(option_implied_vol(&t, NAN, 120, &vol));
}

static void the_smile_has_no_arbitrage_between_strikes_or_expiries(void **state)
{
    (void)state;
    static const struct option_smile smiles[] = {{-0.6, 1.2}, {-0.35, 0.9}};
    for (size_t s = 0; s < 2; s++)
        for (double years = 1.0 / 365; years < 2.5; years *= 1.7) {
            double before[3] = {0}, earlier;
            int n = 0;
            for (double strike = 40; strike <= 250; strike += 1, n++) {
                struct option_terms t = {.strike = strike, .years = years, .is_call = true};
                double vol = option_smile_vol(&smiles[s], 0.04, years, 100, strike);
                struct feed_option o;
                assert_true(option_price(&t, vol, 100, &o));
                double slope = o.price - before[1];
                assert_true(n == 0 || (slope <= 1e-12 && slope >= -1 - 1e-12));
                assert_true(n < 2 || o.price - 2 * before[1] + before[0] >= -1e-10);
                before[0] = before[1];
                before[1] = o.price;
                earlier = option_smile_vol(&smiles[s], 0.04, years / 1.7, 100, strike);
                assert_true(earlier * earlier * years / 1.7 <= vol * vol * years);
            }
        }
}

static void a_strip_of_a_flat_smile_is_worth_its_variance(void **state)
{
    (void)state;
    const struct option_smile flat = {0, 1e-6}, index = {-0.6, 1.2};
    near(option_strip_ratio(&flat, 0.04, 30.0 / 365), 1, 2e-3);
    double ratio = option_strip_ratio(&index, 0.03, 30.0 / 365);
    assert_true(ratio > 1.02 && ratio < 1.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_agree_with_the_c_library),
        cmocka_unit_test(a_known_option_has_its_known_price_and_greeks),
        cmocka_unit_test(call_and_put_are_in_parity_with_dividends),
        cmocka_unit_test(a_price_gives_back_its_volatility),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(the_smile_has_no_arbitrage_between_strikes_or_expiries),
        cmocka_unit_test(a_strip_of_a_flat_smile_is_worth_its_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
