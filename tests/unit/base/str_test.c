/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.p, want, got.n);
}

static void absent_is_not_empty_but_equals_it(void **state)
{
    (void)state;
    assert_null(str_of(NULL).p);
    assert_non_null(str_of("").p);
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_ieq(STR_NONE, STR("")));
    assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
    assert_true(str_is_utf8(STR_NONE));
    assert_int_equal(str_trim(STR_NONE).n, 0);
    assert_int_equal(str_find(STR_NONE, 'a', 0), 0);
    assert_int_equal(str_find_str(STR_NONE, STR("a")), 0);
    assert_true(str_starts(STR_NONE, STR_NONE));
}

static void a_part_is_clamped_to_the_whole(void **state)
{
    (void)state;
    struct str s = STR("abcdef");
    assert_str(str_sub(s, 1, 3), "bc");
    assert_str(str_sub(s, 4, 99), "ef");
    assert_str(str_sub(s, 99, 100), "");
    assert_str(str_sub(s, 3, 1), "");
    assert_null(str_sub(STR_NONE, 0, 5).p);
}

static void trimming_takes_white_space_from_both_ends_alone(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_str(str_trim(STR("   ")), "");
    assert_str(str_trim(STR("\xC2\xA0x")), "\xC2\xA0x");
}

static void comparing_orders_by_bytes_then_length(void **state)
{
    (void)state;
    assert_int_equal(str_cmp(STR("a"), STR("b")), -1);
    assert_int_equal(str_cmp(STR("b"), STR("a")), 1);
    assert_int_equal(str_cmp(STR("a"), STR("ab")), -1);
    assert_int_equal(str_cmp(STR("\xFF"), STR("a")), 1);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_false(str_eq(STR("a"), STR("A")));
    assert_true(str_ieq(STR("EUR.usd"), STR("eur.USD")));
    assert_false(str_ieq(STR("\xC4"), STR("\xE4"))); /* ASCII alone has case here */
    assert_false(str_ieq(STR("[a"), STR("{a")));
}

static void searching_finds_the_first_or_says_the_length(void **state)
{
    (void)state;
    struct str s = STR("a,b,c");
    assert_int_equal(str_find(s, ',', 0), 1);
    assert_int_equal(str_find(s, ',', 2), 3);
    assert_int_equal(str_find(s, ',', 4), 5);
    assert_int_equal(str_find(s, ',', 50), 5);
    assert_int_equal(str_find_str(s, STR("b,c")), 2);
    assert_int_equal(str_find_str(s, STR("x")), 5);
    assert_int_equal(str_find_str(s, STR("")), 0);
    assert_int_equal(str_find_str(s, STR("a,b,c,d")), 5);
    assert_true(str_starts(s, STR("a,")));
    assert_false(str_starts(s, STR("b")));
    assert_true(str_ends(s, STR(",c")));
    assert_false(str_ends(STR("c"), STR(",c")));
}

static void the_edit_distance_counts_single_edits_up_to_the_cap(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t cap, want;
    } cases[] = {
        {"", "", 9, 0},
        {"abc", "abc", 9, 0},
        {"abc", "abd", 9, 1},
        {"abc", "ac", 9, 1},
        {"ac", "abc", 9, 1},
        {"kitten", "sitting", 9, 3},
        {"flaw", "lawn", 9, 2},
        {"", "four", 9, 4},
        {"", "four", 3, 3},
        {"order", "redro", 9, 4},
        {"abcdef", "", 2, 2},
        {"kitten", "sitting", 2, 2},
        {"kitten", "sitting", 3, 3},
        {"abc", "xyz", 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(str_distance(str_of(cases[i].a), str_of(cases[i].b), cases[i].cap),
                         cases[i].want);
    static char x[1000], y[1000];
    memset(x, 'x', sizeof x);
    memset(y, 'y', sizeof y);
    assert_int_equal(str_distance((struct str){x, 255}, (struct str){y, 255}, 1000), 255);
    assert_int_equal(str_distance((struct str){x, 1000}, (struct str){y, 1000}, 1000), 1000);
    assert_int_equal(str_distance((struct str){x, 1000}, (struct str){x, 1000}, 10), 0);
    assert_int_equal(str_distance((struct str){x, 1000}, (struct str){x, 999}, 10), 1);
}

static void utf8_is_accepted_only_well_formed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"plain", true},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", true},
        {"\xED\x9F\xBF\xEE\x80\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\x80", false},             /* a continuation alone */
        {"\xC3", false},             /* cut short */
        {"\xE2\x82", false},         /* cut short */
        {"\xF0\x9F\x98", false},     /* cut short */
        {"\xC0\xAF", false},         /* overlong */
        {"\xC1\xBF", false},         /* overlong */
        {"\xE0\x9F\xBF", false},     /* overlong */
        {"\xF0\x8F\xBF\xBF", false}, /* overlong */
        {"\xED\xA0\x80", false},     /* surrogate */
        {"\xF4\x90\x80\x80", false}, /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", false},
        {"\xFF", false},
        {"\xC3\x28", false},
        {"\xE2\x28\xA1", false},
        {"\xE2\x82\x28", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(str_is_utf8(str_of(cases[i].text)), cases[i].good);
}

static void cutting_gives_every_piece_and_then_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *pieces[5];
    } cases[] = {
        {"a,,b", {"a", "", "b"}}, {"", {""}},       {"a,", {"a", ""}},
        {",", {"", ""}},          {"abc", {"abc"}}, {NULL, {NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str rest = str_of(cases[i].text), piece;
        size_t n = 0;
        for (; str_cut(&rest, ',', &piece); n++)
            assert_str(piece, cases[i].pieces[n]);
        assert_null(cases[i].pieces[n]);
    }
}

static void whole_numbers_are_read_to_their_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+", false, 0},
        {"--1", false, 0},
        {"+-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
        {"99999999999999999999", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t v = 42;
        assert_int_equal(str_to_i64(str_of(cases[i].text), &v), cases[i].good);
        assert_true(v == (cases[i].good ? cases[i].value : 42));
    }
    uint64_t u;
    assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_false(str_to_u64(STR("+1"), &u));
    assert_false(str_to_i64(STR_NONE, &(int64_t){0}));
}

static void doubles_are_read_in_decimal_form_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        double value;
    } cases[] = {
        {"0", true, 0},          {"1.5", true, 1.5},
        {"-.5", true, -0.5},     {"5.", true, 5},
        {"+1e3", true, 1000},    {"1.7976931348623157E308", true, 1.7976931348623157e308},
        {"2.5E-2", true, 0.025}, {"1e-400", true, 0},
        {"inf", true, INFINITY}, {"-Infinity", true, -INFINITY},
        {"INF", true, INFINITY}, {"1e400", false, 0},
        {"nan", false, 0},       {"-NaN", false, 0},
        {"nan(1)", false, 0},    {"0x10", false, 0},
        {"0x1p3", false, 0},     {"", false, 0},
        {".", false, 0},         {"-", false, 0},
        {"e5", false, 0},        {".e5", false, 0},
        {"1e", false, 0},        {"1e+", false, 0},
        {"1.2.3", false, 0},     {"1,5", false, 0},
        {" 1", false, 0},        {"1 ", false, 0},
        {"infinit", false, 0},   {"infx", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double v = 42;
        assert_int_equal(str_to_double(str_of(cases[i].text), &v), cases[i].good);
        assert_true(v == (cases[i].good ? cases[i].value : 42));
    }
    char zeros[500];
    memset(zeros, '0', sizeof zeros);
    double v;
    assert_true(str_to_double((struct str){zeros, 399}, &v));
    assert_false(str_to_double((struct str){zeros, 400}, &v));
    assert_true(str_to_double((struct str){"12345", 3}, &v) && v == 123);
}

static void copying_out_fits_or_leaves_nothing(void **state)
{
    (void)state;
    char out[5];
    assert_true(str_copy(out, sizeof out, STR("abcd")));
    assert_string_equal(out, "abcd");
    assert_false(str_copy(out, sizeof out, STR("abcde")));
    assert_string_equal(out, "");
    assert_false(str_copy(out, sizeof out, STR("a\0b")));
    assert_string_equal(out, "");
    assert_true(str_copy(out, 1, STR_NONE));
    assert_false(str_copy(out, 1, STR("a")));
}

static void copying_with_a_cut_keeps_characters_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want; /* in 5 bytes */
    } cases[] = {
        {"abc", "abc"},
        {"abcdef", "abcd"},
        {"abc\xC3\xA4", "abc"},
        {"ab\xC3\xA4", "ab\xC3\xA4"},
        {"ab\xC3\xA4z", "ab\xC3\xA4"},
        {"ab\xE2\x82\xAC", "ab"},
        {"a\xE2\x82\xAC\xE2\x82\xAC", "a\xE2\x82\xAC"},
        {"a\xF0\x9F\x98\x80", "a"},
        {"\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"\x80\x80\x80\x80\x80\x80", "\x80\x80\x80\x80"}, /* junk stays junk */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[5];
        str_copy_cut(out, sizeof out, str_of(cases[i].text));
        assert_string_equal(out, cases[i].want);
    }
    char out[5];
    str_copy_cut(out, sizeof out, STR("a\0b"));
    assert_string_equal(out, "a?b");
    str_copy_cut(out, 1, STR("abc"));
    assert_string_equal(out, "");
}

static void parts_are_joined_and_cut_to_the_room(void **state)
{
    const struct str parts[] = {STR("SAP"), STR(""), STR("EUR")};
    static const struct {
        size_t cap, n;
        const char *want;
    } cases[] = {
        {9, 3, "SAP..EUR"}, {8, 3, "SAP..EU"}, {5, 3, "SAP."}, {4, 3, "SAP"}, {2, 3, "S"},
        {1, 3, ""},         {9, 2, "SAP."},    {9, 1, "SAP"},  {9, 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[9];
        size_t n = str_join(out, cases[i].cap, '.', parts, cases[i].n);
        assert_string_equal(out, cases[i].want);
        assert_int_equal(n, strlen(cases[i].want));
    }
}

static void random_bytes_never_confuse_the_readers(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789+-.eEinf\xC3\xA4\xF0\x80 ,";
    struct rng r;
    rng_init(&r, 1, 1);
    for (int round = 0; round < 20000; round++) {
        char bytes[12];
        size_t n = rng_below(&r, sizeof bytes + 1);
        for (size_t i = 0; i < n; i++)
            bytes[i] = alphabet[rng_below(&r, sizeof alphabet - 1)];
        struct str s = {bytes, n};
        int64_t i64;
        double v;
        char out[8];
        if (str_to_i64(s, &i64))
            assert_true(str_to_double(s, &v) && v == (double)i64);
        str_copy_cut(out, sizeof out, s);
        if (str_is_utf8(s))
            assert_true(str_is_utf8(str_of(out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_is_not_empty_but_equals_it),
        cmocka_unit_test(a_part_is_clamped_to_the_whole),
        cmocka_unit_test(trimming_takes_white_space_from_both_ends_alone),
        cmocka_unit_test(comparing_orders_by_bytes_then_length),
        cmocka_unit_test(searching_finds_the_first_or_says_the_length),
        cmocka_unit_test(the_edit_distance_counts_single_edits_up_to_the_cap),
        cmocka_unit_test(utf8_is_accepted_only_well_formed),
        cmocka_unit_test(cutting_gives_every_piece_and_then_ends),
        cmocka_unit_test(whole_numbers_are_read_to_their_limits),
        cmocka_unit_test(doubles_are_read_in_decimal_form_alone),
        cmocka_unit_test(copying_out_fits_or_leaves_nothing),
        cmocka_unit_test(copying_with_a_cut_keeps_characters_whole),
        cmocka_unit_test(parts_are_joined_and_cut_to_the_room),
        cmocka_unit_test(random_bytes_never_confuse_the_readers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
