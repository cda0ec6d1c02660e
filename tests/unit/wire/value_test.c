/* SPDX-License-Identifier: MIT */
#include "wire/value.h"

#include "base/rng.h"
#include "wire/message.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void doubles_are_written_with_the_shortest_digits(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *python, *java;
    } cases[] = {
        {0, "0", "0"},
        {-0.0, "0", "0"},
        {150.25, "150.25", "150.25"},
        {-0.01, "-0.01", "-0.01"},
        {100, "100.0", "100.0"},
        {0.1, "0.1", "0.1"},
        {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
        {0.001, "0.001", "0.001"},
        {0.0001, "0.0001", "1.0E-4"},
        {0.00012, "0.00012", "1.2E-4"},
        {1e-5, "1e-05", "1.0E-5"},
        {1.25e-7, "1.25e-07", "1.25E-7"},
        {9999999, "9999999.0", "9999999.0"},
        {12345678, "12345678.0", "1.2345678E7"},
        {1e7, "10000000.0", "1.0E7"},
        {123456789.125, "123456789.125", "1.23456789125E8"},
        {1e15, "1000000000000000.0", "1.0E15"},
        {1e16, "1e+16", "1.0E16"},
        {1e22, "1e+22", "1.0E22"},
        {5e-324, "5e-324", "5.0E-324"},
        {DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157E308"},
        {INFINITY, "Infinity", "Infinity"},
        {-INFINITY, "-Infinity", "-Infinity"},
        {NAN, "1.7976931348623157e+308", "1.7976931348623157E308"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[WIRE_DOUBLE_TEXT_MAX + 1];
        text[wire_format_double(cases[i].v, WIRE_STYLE_PYTHON, text)] = 0;
        assert_string_equal(text, cases[i].python);
        text[wire_format_double(cases[i].v, WIRE_STYLE_JAVA, text)] = 0;
        assert_string_equal(text, cases[i].java);
    }
}

static void every_double_reads_back_as_itself(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 1, 2);
    for (int i = 0; i < 100000; i++) {
        double v;
        if (i % 2) {
            uint64_t bits = rng_u64(&rng);
            memcpy(&v, &bits, sizeof v);
            if (!isfinite(v) || fabs(v) >= 1.7e308)
                continue;
        } else {
            static const double units[] = {1, 100, 1e4, 1e6, 3};
            v = (double)(int32_t)rng_u32(&rng) / units[rng_below(&rng, 5)];
        }
        for (enum wire_double_style style = WIRE_STYLE_PYTHON; style <= WIRE_STYLE_JAVA; style++) {
            char text[WIRE_DOUBLE_TEXT_MAX];
            double back;
            size_t n = wire_format_double(v, style, text);
            assert_true(n <= sizeof text);
            assert_true(wire_parse_double((struct str){text, n}, &back));
            assert_true(back == v);
        }
    }
}

static void doubles_are_read_in_every_style(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double v;
    } good[] = {{"0", 0},
                {"0.0", 0},
                {"-110", -110},
                {"182.9400", 182.94},
                {".5", 0.5},
                {"5.", 5},
                {"201.8829709", 201.8829709},
                {"1.7976931348623157E308", WIRE_UNSET_DOUBLE},
                {"1.7976931348623157e+308", WIRE_UNSET_DOUBLE},
                {"1.7976931348623155E308", WIRE_UNSET_DOUBLE},
                {"NaN", WIRE_UNSET_DOUBLE},
                {"Infinity", INFINITY},
                {"Infinite", INFINITY},
                {"inf", INFINITY},
                {"123456789012345678", 123456789012345678.0},
                {"1e-05", 1e-5}};
    static const char *const bad[] = {"",    "-",   ".",  "-.",   "1.2.3",
                                      "1,5", "abc", "1e", "0x10", " 1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double v;
        if (!wire_parse_double(str_of(good[i].text), &v) || v != good[i].v)
            fail_msg("%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v;
        if (wire_parse_double(str_of(bad[i]), &v))
            fail_msg("'%s' is read as %g", bad[i], v);
    }
}

static void decimals_lose_nothing_and_marks_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected; /* NULL: none */
    } cases[] = {{"100", "100"},
                 {"0", "0"},
                 {"-1553556175", "-1553556175"},
                 {"0.00000001", "0.00000001"},
                 {"1E-9", "0.000000001"},
                 {"0.1234567891", "0.123456789"},
                 {"2147483646", "2147483646"},
                 {"1000000000000000000", "1000000000000000000"},
                 {"-1000000000000000000", "-1000000000000000000"},
                 {"1000000000000000000.1", NULL},
                 {"-1E28", NULL},
                 {"", NULL},
                 {"2147483647", NULL},
                 {"9223372036854775807", NULL},
                 {"-9223372036854775808", NULL},
                 {"1.7976931348623157E308", NULL},
                 {"-", NULL},
                 {"x", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct opt_dec v = wire_dec_of_text(str_of(cases[i].text));
        assert_int_equal(v.has, cases[i].expected != NULL);
        if (v.has) {
            char text[DEC_TEXT_MAX];
            dec_format(v.v, text);
            assert_string_equal(text, cases[i].expected);
        }
    }
}

static void prices_become_exact_by_their_shortest_text(void **state)
{
    (void)state;
    struct dec tenth;
    assert_true(dec_parse(STR("0.1"), &tenth));
    struct opt_dec v = wire_dec_of_double(0.1);
    assert_true(v.has && dec_eq(v.v, tenth));
    assert_false(wire_dec_of_double(WIRE_UNSET_DOUBLE).has);
    assert_false(wire_dec_of_double(INFINITY).has);
    assert_true(wire_dec_of_double(-1e18).has);
    assert_false(wire_dec_of_double(1.1e18).has);
    assert_false(wire_dec_of_double(-1.6e29).has);
    assert_false(wire_dec_of_double(NAN).has);
    assert_true(wire_double_of(DEC_SOME(tenth)) == 0.1);
    assert_true(wire_double_of(DEC_NONE) == WIRE_UNSET_DOUBLE);
}

static void no_quote_is_not_a_price(void **state)
{
    (void)state;
    static const struct {
        double price;
        const char *size;
        bool has;
    } cases[] = {{-1, "0", false}, {-1, "", false},    {0, "0", false},
                 {0, "", false},   {-1, "5", true},    {0, "5", true},
                 {1.5, "0", true}, {-2.25, "0", true}, {DBL_MAX, "1", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(wire_dec_of_quote(cases[i].price, str_of(cases[i].size)).has,
                         cases[i].has);
}

static void decimals_are_written_canonically(void **state)
{
    (void)state;
    struct arena *arena = arena_new(4096);
    struct dec v;
    assert_true(dec_parse(STR("12.500"), &v));
    assert_true(str_eq(wire_text_of(DEC_SOME(v), arena), STR("12.5")));
    assert_true(str_eq(wire_text_of(DEC_NONE, arena), STR("")));
    arena_free(arena);
}

static void unset_numbers_are_known(void **state)
{
    (void)state;
    assert_false(wire_is_set_int(WIRE_UNSET_INT));
    assert_true(wire_is_set_int(0));
    assert_false(wire_is_set_long(WIRE_UNSET_LONG));
    assert_true(wire_is_set_long(WIRE_UNSET_INT));
    assert_false(wire_is_set_double(WIRE_UNSET_DOUBLE));
    assert_false(wire_is_set_double(1.75e308));
    assert_false(wire_is_set_double(NAN));
    assert_true(wire_is_set_double(INFINITY));
    assert_true(wire_is_set_double(-DBL_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_written_with_the_shortest_digits),
        cmocka_unit_test(every_double_reads_back_as_itself),
        cmocka_unit_test(doubles_are_read_in_every_style),
        cmocka_unit_test(decimals_lose_nothing_and_marks_are_none),
        cmocka_unit_test(prices_become_exact_by_their_shortest_text),
        cmocka_unit_test(no_quote_is_not_a_price),
        cmocka_unit_test(decimals_are_written_canonically),
        cmocka_unit_test(unset_numbers_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
