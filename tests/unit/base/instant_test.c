/* SPDX-License-Identifier: MIT */
#include "base/instant.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void instants_saturate_instead_of_wrapping(void **state)
{
    (void)state;
    struct instant t = {5 * (int64_t)NS_PER_S};
    assert_int_equal(instant_after_ms(t, 20).ns, 5020000000);
    assert_int_equal(instant_after_ms(t, -20).ns, 4980000000);
    assert_int_equal(instant_after_ms(t, INT64_MAX).ns, INT64_MAX);
    assert_int_equal(instant_after_ms(t, INT64_MAX / NS_PER_MS).ns, INT64_MAX);
    assert_int_equal(instant_after_ms(t, INT64_MIN).ns, INT64_MIN);
    assert_int_equal(instant_after_ms(INSTANT_NEVER, -1).ns, INT64_MAX);
}

static void a_deadline_is_due_from_its_very_instant_on(void **state)
{
    (void)state;
    struct instant early = {10}, late = {11};
    assert_false(instant_due(late, early));
    assert_true(instant_due(late, late));
    assert_true(instant_due(early, late));
    assert_false(instant_due(INSTANT_NEVER, INSTANT_NEVER));
    assert_int_equal(instant_min(early, late).ns, 10);
    assert_int_equal(instant_min(late, early).ns, 10);
}

static void elapsed_time_is_never_negative(void **state)
{
    (void)state;
    struct instant a = {1}, b = {1 + 2 * (int64_t)NS_PER_MS + 999999};
    assert_int_equal(instant_ms_since(a, b), 2);
    assert_int_equal(instant_ms_since(b, a), 0);
    assert_int_equal(instant_ms_since(a, a), 0);
    assert_int_equal(instant_ms_since((struct instant){INT64_MIN}, INSTANT_NEVER),
                     INT64_MAX / NS_PER_MS);
}

static void days_count_one_by_one_through_four_centuries(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = civil_to_days(1899, 1, 1);
    assert_int_equal(civil_to_days(1970, 1, 1), 0);
    int weekday = civil_weekday(days);
    for (int y = 1899; y < 2310; y++)
        for (int m = 1; m <= 12; m++) {
            bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
            int length = lengths[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= length; d++, days++) {
                int yy, mm, dd;
                civil_from_days(days, &yy, &mm, &dd);
                assert_true(yy == y && mm == m && dd == d);
                assert_int_equal(civil_to_days(y, m, d), days);
                assert_int_equal(civil_weekday(days), weekday);
                weekday = (weekday + 1) % 7;
            }
        }
    assert_int_equal(civil_weekday(0), 3);
    assert_int_equal(civil_weekday(civil_to_days(2026, 11, 22)), 6);
    assert_int_equal(civil_weekday(-4), 6);
}

static void civil_time_agrees_with_the_c_library(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 31, 1);
    for (int round = 0; round < 20000; round++) {
        struct utc t = {(int64_t)rng_u64(&r)};
        struct civil c = civil_of_utc(t);
        int64_t seconds = (t.ns - c.nano) / NS_PER_S;
        time_t clock = (time_t)seconds;
        struct tm tm;
        assert_non_null(gmtime_r(&clock, &tm));
        assert_true(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1);
        assert_true(c.day == tm.tm_mday && c.hour == tm.tm_hour);
        assert_true(c.minute == tm.tm_min && c.second == tm.tm_sec);
        assert_in_range(c.nano, 0, NS_PER_S - 1);
        assert_true(utc_of_civil(c).ns == t.ns);
    }
    assert_true(utc_of_civil(civil_of_utc((struct utc){INT64_MIN})).ns == INT64_MIN);
    assert_true(utc_of_civil(civil_of_utc((struct utc){INT64_MAX})).ns == INT64_MAX);
    assert_true(utc_of_civil((struct civil){.year = 9999, .month = 1, .day = 1}).ns == INT64_MAX);
    assert_true(utc_of_civil((struct civil){.year = 1, .month = 1, .day = 1}).ns == INT64_MIN);
}

static void fields_out_of_range_are_carried_over(void **state)
{
    (void)state;
    static const struct {
        struct civil given;
        const char *want;
    } cases[] = {
        {{.year = 2025, .month = 1, .day = 32}, "2025-02-01T00:00:00Z"},
        {{.year = 2025, .month = 13, .day = 1}, "2026-01-01T00:00:00Z"},
        {{.year = 2025, .month = 0, .day = 31}, "2024-12-31T00:00:00Z"},
        {{.year = 2025, .month = -11, .day = 1}, "2024-01-01T00:00:00Z"},
        {{.year = 2024, .month = 3, .day = 0}, "2024-02-29T00:00:00Z"},
        {{.year = 2025, .month = 12, .day = 31, .hour = 25}, "2026-01-01T01:00:00Z"},
        {{.year = 2026, .month = 1, .day = 1, .second = -1}, "2025-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[UTC_TEXT_MAX];
        utc_format(utc_of_civil(cases[i].given), text);
        assert_string_equal(text, cases[i].want);
    }
}

static void text_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; /* want == NULL: refused */
    } cases[] = {
        {"2026-11-22T18:03:46Z", "2026-11-22T18:03:46.000Z"},
        {"2026-11-22T18:03:46.123Z", "2026-11-22T18:03:46.123Z"},
        {"2026-11-22T18:03:46.5Z", "2026-11-22T18:03:46.500Z"},
        {"2026-11-22T18:03:46.123456789Z", "2026-11-22T18:03:46.123Z"},
        {"2026-11-22T18:03:46+02:00", "2026-11-22T16:03:46.000Z"},
        {"2026-11-22T18:03:46-05:30", "2026-11-22T23:33:46.000Z"},
        {"2026-01-01T01:00:00.25+02:00", "2025-12-31T23:00:00.250Z"},
        {"2026-11-22", "2026-11-22T00:00:00.000Z"},
        {"2024-02-29", "2024-02-29T00:00:00.000Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"2262-04-11T23:47:16Z", "2262-04-11T23:47:16.000Z"},
        {"2262-04-12", NULL},
        {"9999-01-01", NULL},
        {"0000-01-01", NULL},
        {"2025-02-29", NULL},
        {"1900-02-29", NULL},
        {"2026-13-01", NULL},
        {"2026-00-01", NULL},
        {"2026-04-31", NULL},
        {"2026-04-00", NULL},
        {"2026-12-32", NULL},
        {"2026-1-1", NULL},
        {"20261122", NULL},
        {"2026-11-22T", NULL},
        {"2026-11-22T18:03:46", NULL},
        {"2026-11-22T18:03Z", NULL},
        {"2026-11-22T24:00:00Z", NULL},
        {"2026-11-22T18:60:00Z", NULL},
        {"2026-11-22T18:03:60Z", NULL},
        {"2026-11-22T18:03:46.Z", NULL},
        {"2026-11-22T18:03:46.1234567890Z", NULL},
        {"2026-11-22T18:03:46z", NULL},
        {"2026-11-22T18:03:46ZZ", NULL},
        {"2026-11-22T18:03:46+0200", NULL},
        {"2026-11-22T18:03:46+02", NULL},
        {"2026-11-22T18:03:46+24:00", NULL},
        {"2026-11-22T18:03:46+02:60", NULL},
        {"2026-11-22T18:03:46+02:00Z", NULL},
        {"2026-11-22 18:03:46Z", NULL},
        {" 2026-11-22", NULL},
        {"-026-11-22", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct utc t;
        bool good = utc_parse(str_of(cases[i].text), &t);
        assert_int_equal(good, cases[i].want != NULL);
        if (!good)
            continue;
        char text[UTC_TEXT_MAX];
        size_t n = utc_format_ms(t, text);
        assert_string_equal(text, cases[i].want);
        assert_int_equal(n, 24);
        assert_int_equal(utc_format(t, text), 20);
    }
}

static void every_instant_survives_its_text(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 37, 1);
    for (int round = 0; round < 20000; round++) {
        int64_t ms = (int64_t)(rng_u64(&r) % 18000000000000u) - 9000000000000;
        struct utc t = {ms * NS_PER_MS}, back;
        char text[UTC_TEXT_MAX];
        size_t n = utc_format_ms(t, text);
        assert_true(utc_parse((struct str){text, n}, &back));
        assert_true(back.ns == t.ns);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(utc_parse((struct str){text, cut}, &back), cut == 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_saturate_instead_of_wrapping),
        cmocka_unit_test(a_deadline_is_due_from_its_very_instant_on),
        cmocka_unit_test(elapsed_time_is_never_negative),
        cmocka_unit_test(days_count_one_by_one_through_four_centuries),
        cmocka_unit_test(civil_time_agrees_with_the_c_library),
        cmocka_unit_test(fields_out_of_range_are_carried_over),
        cmocka_unit_test(text_is_read_strictly),
        cmocka_unit_test(every_instant_survives_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
