/* SPDX-License-Identifier: MIT */
#include "base/dec.h"

#include "base/rng.h"
#include "dies.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct dec dec(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static void assert_dec(struct dec got, const char *want)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(got, text);
    assert_string_equal(text, want);
    assert_int_equal(n, strlen(want));
}

#define LARGEST "999999999999999999999999999.999999999"

/* ---- an independent, slow arithmetic: decimal digits, lowest first ---- */

enum { DIGITS = 120 };

struct big {
    int digit[DIGITS];
};

static struct big big_of(struct dec d)
{
    struct big b = {{0}};
    dec_nano left = d.nano;
    for (int i = 0; left != 0; i++) {
        int digit = (int)(left % 10);
        b.digit[i] = digit < 0 ? -digit : digit;
        left /= 10;
    }
    return b;
}

static int big_cmp(const struct big *a, const struct big *b)
{
    for (int i = DIGITS - 1; i >= 0; i--)
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i] ? -1 : 1;
    return 0;
}

static struct big big_mul(const struct big *a, const struct big *b)
{
    struct big p = {{0}};
    for (int i = 0; i < DIGITS; i++)
        for (int k = 0; a->digit[i] && k < DIGITS - i; k++)
            p.digit[i + k] += a->digit[i] * b->digit[k];
    for (int i = 0; i + 1 < DIGITS; i++) {
        p.digit[i + 1] += p.digit[i] / 10;
        p.digit[i] %= 10;
    }
    return p;
}

/* a - b, where a >= b */
static struct big big_sub(const struct big *a, const struct big *b)
{
    struct big d = *a;
    for (int i = 0; i < DIGITS; i++) {
        d.digit[i] -= b->digit[i];
        if (d.digit[i] < 0) {
            d.digit[i] += 10;
            d.digit[i + 1]--;
        }
    }
    return d;
}

static struct big big_shift(const struct big *a, int places)
{
    struct big s = {{0}};
    for (int i = 0; i < DIGITS; i++)
        if (i + places >= 0 && i + places < DIGITS)
            s.digit[i + places] = a->digit[i];
    return s;
}

static bool big_fits(const struct big *a)
{
    for (int i = 36; i < DIGITS; i++)
        if (a->digit[i])
            return false;
    return true;
}

/* Of all sizes alike, often with few digits or trailing zeros, so that ties and borders occur. */
static struct dec random_dec(struct rng *r)
{
    int digits = (int)rng_below(r, 37);
    int zeros = rng_below(r, 3) == 0 ? (int)rng_below(r, 37) : 0;
    dec_nano v = 0;
    for (int i = 0; i < digits; i++)
        v = v * 10 + (i >= digits - zeros ? 0 : (int)rng_below(r, 10));
    return (struct dec){rng_below(r, 2) ? v : -v};
}

/* ---- text ---- */

static void exact_text_is_read_and_written_canonically(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; /* want == NULL: refused */
    } cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.000", "0"},
        {"+1", "1"},
        {"0.1", "0.1"},
        {".5", "0.5"},
        {"5.", "5"},
        {"-1.50", "-1.5"},
        {"007", "7"},
        {"1234567.891", "1234567.891"},
        {"0.000000001", "0.000000001"},
        {"-0.000000001", "-0.000000001"},
        {"1.5E7", "15000000"},
        {"1.5e-3", "0.0015"},
        {"1E+2", "100"},
        {"1.0000000000000000", "1"},
        {"100e-11", "0.000000001"},
        {"0e999999999999999999999", "0"},
        {"0.000000000000000000000000000000000000000000000000000001e54", "1"},
        {"1000000000000000000000000000000000000000000000000000000e-54", "1"},
        {"18446744073.709551615", "18446744073.709551615"},
        {"18446744073.709551616", "18446744073.709551616"},
        {"1000000000000000000", "1000000000000000000"},
        {"1000000000.000000001", "1000000000.000000001"},
        {LARGEST, LARGEST},
        {"-" LARGEST, "-" LARGEST},
        {"1e26", "100000000000000000000000000"},
        {"1e27", NULL},
        {"-1e27", NULL},
        {"1000000000000000000000000000", NULL},
        {"1e99999999999999999999", NULL},
        {"170141183460469231731687303715884105727", NULL}, /* the wire's "unset" decimal */
        {"1.7976931348623157E308", NULL},                  /* the wire's "unset" double */
        {"0.0000000001", NULL},
        {"1.0000000001", NULL},
        {"1e-99999999999999999999", NULL},
        {"1.0000000000000000000000000000000000000000000001", NULL},
        {"", NULL},
        {"-", NULL},
        {".", NULL},
        {"-.", NULL},
        {"1..2", NULL},
        {"1.2.3", NULL},
        {"1e", NULL},
        {"1e+", NULL},
        {"e5", NULL},
        {"1e5.0", NULL},
        {"1,000", NULL},
        {" 1", NULL},
        {"1 ", NULL},
        {"--1", NULL},
        {"0x10", NULL},
        {"nan", NULL},
        {"inf", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct dec d = DEC(42);
        bool good = dec_parse(str_of(cases[i].text), &d);
        assert_int_equal(good, cases[i].want != NULL);
        assert_dec(d, good ? cases[i].want : "42");
    }
    assert_false(dec_parse(STR_NONE, &(struct dec){0}));
}

static void rounding_text_is_half_even_at_the_ninth_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"0.0000000005", "0"},
        {"0.00000000050000000000000000000000000000000000000000001", "0.000000001"},
        {"0.0000000015", "0.000000002"},
        {"0.0000000025", "0.000000002"},
        {"0.00000000250000000000000000000000000000000000000000001", "0.000000003"},
        {"-0.0000000025", "-0.000000002"},
        {"-0.0000000005", "0"},
        {"0.00000000149999999999999999999999999999999999999999999", "0.000000001"},
        {"1e-50", "0"},
        {"1e-99999999999999", "0"},
        {"9999999999999999999999999999999999999e-46", "0.000000001"},
        {"4999999999999999999999999999999999999e-46", "0"},
        {"999999999999999999999999999.9999999995", NULL},
        {"999999999999999999999999999.9999999994", LARGEST},
        {"1e27", NULL},
        {"x", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct dec d;
        bool good = dec_parse_round(str_of(cases[i].text), &d);
        assert_int_equal(good, cases[i].want != NULL);
        if (good)
            assert_dec(d, cases[i].want);
    }
}

static void every_value_survives_its_text(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 7, 1);
    for (int round = 0; round < 50000; round++) {
        struct dec d = random_dec(&r);
        char text[DEC_TEXT_MAX];
        size_t n = dec_format(d, text);
        assert_true(dec_eq(dec(text), d));
        assert_true(n == strlen(text) && n < DEC_TEXT_MAX);
        if (strchr(text, '.'))
            assert_true(text[n - 1] != '0' && text[n - 1] != '.');
        n = dec_format_fixed(d, 9, text);
        assert_true(dec_eq(dec(text), d));
        assert_int_equal(text[n - 10], '.');
    }
}

static void fixed_text_is_rounded_and_padded(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int decimals;
        const char *want;
    } cases[] = {
        {"1234.5", 2, "1234.50"},
        {"0", 2, "0.00"},
        {"0.005", 2, "0.00"},
        {"0.015", 2, "0.02"},
        {"-0.015", 2, "-0.02"},
        {"-0.001", 2, "0.00"},
        {"2.5", 0, "2"},
        {"3.5", 0, "4"},
        {"-3.5", 0, "-4"},
        {"99.995", 2, "100.00"},
        {"0.000000001", 9, "0.000000001"},
        {"1.999999999", 8, "2.00000000"},
        {"0.5", 0, "0"},
        {LARGEST, 2, "1000000000000000000000000000.00"},
        {"-" LARGEST, 0, "-1000000000000000000000000000"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DEC_TEXT_MAX];
        size_t n = dec_format_fixed(dec(cases[i].value), cases[i].decimals, text);
        assert_string_equal(text, cases[i].want);
        assert_int_equal(n, strlen(text));
    }
}

/* ---- arithmetic ---- */

static void sums_and_differences_are_exact_or_refused(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 11, 1);
    const dec_nano end = dec(LARGEST).nano + 1;
    for (int round = 0; round < 20000; round++) {
        struct dec a = random_dec(&r), b = random_dec(&r), c;
        dec_nano sum = a.nano + b.nano;
        bool fits = sum < end && sum > -end;
        assert_int_equal(dec_add(a, b, &c), fits);
        if (fits) {
            struct dec back;
            assert_true(c.nano == sum);
            assert_true(dec_sub(c, b, &back) && dec_eq(back, a));
            assert_true(dec_eq(dec_plus(a, b), c));
            assert_true(dec_eq(dec_minus(c, a), b));
        }
    }
    struct dec out = DEC(42);
    assert_false(dec_add(dec(LARGEST), dec("0.000000001"), &out));
    assert_false(dec_sub(dec("-" LARGEST), dec("0.000000001"), &out));
    assert_dec(out, "42");
}

static void products_with_whole_numbers_do_not_round(void **state)
{
    (void)state;
    static const int64_t ends[] = {0, 1, -1, 9223372036, -9223372036, 9223372037, -9223372037};
    struct rng r;
    rng_init(&r, 14, 1);
    for (int round = 0; round < 20000; round++) {
        struct dec a = {(int64_t)rng_u64(&r) >> rng_below(&r, 63)}, got;
        int64_t n = (int64_t)rng_u64(&r) >> (30 + rng_below(&r, 33));
        if (round % 3 == 0)
            a.nano = round % 2 ? INT64_MIN : INT64_MAX;
        if (round % 5 == 0)
            n = ends[rng_below(&r, sizeof ends / sizeof ends[0])];
        assert_true(dec_mul(a, DEC(n), &got));
        assert_true(dec_eq(got, dec_times(a, n)));
        assert_true(dec_mul(DEC(n), a, &got));
        assert_true(dec_eq(got, dec_times(a, n)));
    }
}

static void products_agree_with_long_multiplication(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 13, 1);
    int fitted = 0;
    for (int round = 0; round < 20000; round++) {
        struct dec a = random_dec(&r), b = random_dec(&r), got;
        struct big x = big_of(a), y = big_of(b);
        struct big product = big_mul(&x, &y);
        struct big want = big_shift(&product, -9);
        struct big cut = big_shift(&want, 9);
        struct big rest = big_sub(&product, &cut);
        struct big half = {.digit = {[8] = 5}};
        int c = big_cmp(&rest, &half);
        if (c > 0 || (c == 0 && want.digit[0] % 2)) {
            int i = 0;
            for (; want.digit[i] == 9; i++)
                want.digit[i] = 0;
            want.digit[i]++;
        }
        bool fits = big_fits(&want);
        assert_int_equal(dec_mul(a, b, &got), fits);
        if (!fits)
            continue;
        fitted++;
        struct big have = big_of(got);
        assert_int_equal(big_cmp(&have, &want), 0);
        assert_true(dec_sign(got) == 0 || dec_sign(got) == dec_sign(a) * dec_sign(b));
    }
    assert_true(fitted > 5000);
}

static void quotients_are_the_nearest_and_ties_are_even(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 17, 1);
    int fitted = 0;
    for (int round = 0; round < 20000; round++) {
        struct dec a = random_dec(&r), b = random_dec(&r), q;
        if (rng_below(&r, 4) == 0) /* ties come about by small even divisors */
            b = DEC((int64_t)2 << rng_below(&r, 4));
        struct big x = big_of(a), y = big_of(b);
        struct big scaled = big_shift(&x, 9);
        if (!dec_div(a, b, &q)) {
            /* only where |a| * 10^9 >= (10^36 - 1/2) * |b|, or there is nothing to divide by */
            struct big twice_limit = {.digit = {0}};
            struct big two = {.digit = {2}};
            for (int i = 0; i < 37; i++) /* 2 * 10^36 - 1 */
                twice_limit.digit[i] = i == 36 ? 1 : 9;
            struct big twice = big_mul(&scaled, &two);
            struct big limit = big_mul(&twice_limit, &y);
            assert_true(big_cmp(&twice, &limit) >= 0);
            continue;
        }
        fitted++;
        struct big z = big_of(q);
        struct big back = big_mul(&z, &y);
        struct big off =
            big_cmp(&back, &scaled) > 0 ? big_sub(&back, &scaled) : big_sub(&scaled, &back);
        struct big two = {.digit = {2}};
        struct big twice = big_mul(&off, &two);
        int c = big_cmp(&twice, &y);
        assert_true(c < 0 || (c == 0 && z.digit[0] % 2 == 0));
        assert_true(dec_sign(q) == 0 || dec_sign(q) == dec_sign(a) * dec_sign(b));
    }
    assert_true(fitted > 5000);
    assert_false(dec_div(DEC(1), DEC_ZERO, &(struct dec){0}));
    assert_false(dec_div(dec(LARGEST), dec("0.999999999"), &(struct dec){0}));
}

static void rounding_to_a_step_takes_the_neighbour_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *value, *step, *even, *down, *up;
    } cases[] = {
        {"1.23", "0.05", "1.25", "1.2", "1.25"},
        {"1.225", "0.05", "1.2", "1.2", "1.25"},
        {"1.275", "0.05", "1.3", "1.25", "1.3"},
        {"-1.225", "0.05", "-1.2", "-1.25", "-1.2"},
        {"-1.23", "0.05", "-1.25", "-1.25", "-1.2"},
        {"1.25", "0.05", "1.25", "1.25", "1.25"},
        {"0.01", "100", "0", "0", "100"},
        {"-0.01", "100", "0", "-100", "0"},
        {"7", "3", "6", "6", "9"},
        {"0", "0.25", "0", "0", "0"},
        {"0.0078125", "0.015625", "0", "0", "0.015625"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct dec v = dec(cases[i].value), step = dec(cases[i].step);
        assert_dec(dec_round_to(v, step, DEC_HALF_EVEN), cases[i].even);
        assert_dec(dec_round_to(v, step, DEC_DOWN), cases[i].down);
        assert_dec(dec_round_to(v, step, DEC_UP), cases[i].up);
    }
    assert_dec(dec_round_to(dec(LARGEST), DEC(1), DEC_UP), "999999999999999999999999999");
    assert_dec(dec_round_to(dec("-" LARGEST), DEC(1), DEC_DOWN), "-999999999999999999999999999");
}

static void rounding_lands_on_a_multiple_nearby(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 19, 1);
    for (int round = 0; round < 20000; round++) {
        struct dec a = random_dec(&r), step = dec_abs(random_dec(&r));
        if (dec_is_zero(step))
            continue;
        struct dec down = dec_round_to(a, step, DEC_DOWN), up = dec_round_to(a, step, DEC_UP);
        struct dec near = dec_round_to(a, step, DEC_HALF_EVEN);
        assert_true(dec_is_multiple(down, step) && dec_is_multiple(up, step));
        assert_true(dec_eq(near, down) || dec_eq(near, up));
        assert_true(dec_is_multiple(a, step) == (dec_eq(a, down) && dec_eq(a, up)));
    }
}

static void comparing_is_by_value(void **state)
{
    (void)state;
    struct dec a = dec("-1.5"), b = dec("2");
    assert_int_equal(dec_cmp(a, b), -1);
    assert_int_equal(dec_cmp(b, a), 1);
    assert_int_equal(dec_cmp(a, a), 0);
    assert_true(dec_lt(a, b) && !dec_lt(a, a) && dec_gt(b, a) && !dec_gt(a, a));
    assert_true(dec_eq(dec_min(a, b), a) && dec_eq(dec_max(a, b), b));
    assert_int_equal(dec_sign(a), -1);
    assert_int_equal(dec_sign(DEC_ZERO), 0);
    assert_int_equal(dec_sign(b), 1);
    assert_true(dec_is_zero(DEC_ZERO) && !dec_is_zero(a));
    assert_dec(dec_neg(a), "1.5");
    assert_dec(dec_abs(a), "1.5");
    assert_dec(dec_times(a, -4), "6");
    assert_dec(DEC(7), "7");
    assert_dec(DEC_MICRO(-1250000), "-1.25");
    assert_true(DEC_SOME(a).has && !DEC_NONE.has);
}

/* ---- borders ---- */

static void whole_numbers_pass_both_ways(void **state)
{
    (void)state;
    int64_t v;
    assert_dec(dec_of(INT64_MIN), "-9223372036854775808");
    assert_true(dec_to_i64(dec_of(INT64_MIN), &v) && v == INT64_MIN);
    assert_true(dec_to_i64(dec("9223372036854775807.999999999"), &v) && v == INT64_MAX);
    assert_false(dec_to_i64(dec("9223372036854775808"), &v));
    assert_true(dec_to_i64(dec("-1.9"), &v) && v == -1);
    assert_true(dec_to_i64(dec("-9223372036854775808.9"), &v) && v == INT64_MIN);
    assert_false(dec_to_i64(dec("-9223372036854775809"), &v));
}

static void to_double_is_the_nearest_double(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 23, 1);
    for (int round = 0; round < 50000; round++) {
        struct dec d = random_dec(&r);
        char text[DEC_TEXT_MAX];
        dec_format(d, text);
        assert_true(dec_to_double(d) == strtod(text, NULL));
    }
}

static void a_double_becomes_the_decimal_that_was_printed(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *want;
    } cases[] = {
        {0.1, "0.1"},
        {-0.0, "0"},
        {0.1 + 0.2, "0.3"}, /* 0.30000000000000004, rounded at the ninth decimal */
        {189.99, "189.99"},
        {-189.99, "-189.99"},
        {0.000000001, "0.000000001"},
        {1e-10, "0"},
        {5e-324, "0"},
        {1e15, "1000000000000000"},
        {123456789012.25, "123456789012.25"},
        {1234567.891, "1234567.891"},
        {9007199254740993.0, "9007199254740992"},
        {1e22, "10000000000000000000000"},
        {9.99e26, "999000000000000000000000000"},
        {1e27, NULL},
        {-1e27, NULL},
        {1.7976931348623157e308, NULL},
        {INFINITY, NULL},
        {-INFINITY, NULL},
        {NAN, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct dec d;
        bool good = dec_from_double(cases[i].value, &d);
        assert_int_equal(good, cases[i].want != NULL);
        if (good)
            assert_dec(d, cases[i].want);
    }
}

static void a_price_survives_the_way_through_a_double(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 29, 1);
    for (int round = 0; round < 50000; round++) {
        /* at most 15 digits, of which up to 9 behind the point */
        int64_t v = (int64_t)(rng_u64(&r) % 1000000000000000u);
        for (uint32_t drop = rng_below(&r, 15); drop; drop--)
            v /= 10;
        dec_nano scale = 1;
        for (uint32_t zeros = rng_below(&r, 10); zeros; zeros--)
            scale *= 10;
        struct dec d = {(dec_nano)(rng_below(&r, 2) ? v : -v) * scale}, back;
        assert_true(dec_from_double(dec_to_double(d), &back));
        assert_true(dec_eq(back, d));
    }
}

static void a_model_price_lands_on_its_tick(void **state)
{
    (void)state;
    struct dec d;
    assert_true(dec_from_model(101.23456, dec("0.05"), &d));
    assert_dec(d, "101.25");
    assert_true(dec_from_model(-0.0149, dec("0.01"), &d));
    assert_dec(d, "-0.01");
    assert_false(dec_from_model(NAN, dec("0.01"), &d));
    assert_false(dec_from_model(1e30, dec("0.01"), &d));
}

static void add_too_much(void)
{
    dec_plus(dec(LARGEST), DEC(1));
}

static void multiply_too_much(void)
{
    dec_times(dec(LARGEST), 2);
}

static void multiply_far_too_much(void)
{
    dec_times(dec(LARGEST), INT64_MAX);
}

static void round_to_nothing(void)
{
    dec_round_to(DEC(1), DEC_ZERO, DEC_UP);
}

static void an_overflow_that_was_ruled_out_stops_the_program(void **state)
{
    (void)state;
    assert_true(dies(add_too_much));
    assert_true(dies(multiply_too_much));
    assert_true(dies(multiply_far_too_much));
    assert_true(dies(round_to_nothing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_text_is_read_and_written_canonically),
        cmocka_unit_test(rounding_text_is_half_even_at_the_ninth_decimal),
        cmocka_unit_test(every_value_survives_its_text),
        cmocka_unit_test(fixed_text_is_rounded_and_padded),
        cmocka_unit_test(sums_and_differences_are_exact_or_refused),
        cmocka_unit_test(products_with_whole_numbers_do_not_round),
        cmocka_unit_test(products_agree_with_long_multiplication),
        cmocka_unit_test(quotients_are_the_nearest_and_ties_are_even),
        cmocka_unit_test(rounding_to_a_step_takes_the_neighbour_asked_for),
        cmocka_unit_test(rounding_lands_on_a_multiple_nearby),
        cmocka_unit_test(comparing_is_by_value),
        cmocka_unit_test(whole_numbers_pass_both_ways),
        cmocka_unit_test(to_double_is_the_nearest_double),
        cmocka_unit_test(a_double_becomes_the_decimal_that_was_printed),
        cmocka_unit_test(a_price_survives_the_way_through_a_double),
        cmocka_unit_test(a_model_price_lands_on_its_tick),
        cmocka_unit_test(an_overflow_that_was_ruled_out_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
