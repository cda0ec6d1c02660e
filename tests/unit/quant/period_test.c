/* SPDX-License-Identifier: MIT */
#include "quant/period.h"

#include "base/instant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int32_t day_of(int yyyymmdd)
{
    return (int32_t)civil_to_days(yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100);
}

static struct period parse(const char *text)
{
    struct period p;
    if (!period_parse(str_of(text), &p))
        fail_msg("'%s' is not understood", text);
    return p;
}

static void spans_are_understood_in_the_words_of_people(void **state)
{
    static const struct {
        const char *text, *name;
        enum period_kind kind;
        int32_t n, skip;
    } good[] = {
        {"20d", "20d", PERIOD_SESSIONS, 20, 0},
        {"20-day", "20d", PERIOD_SESSIONS, 20, 0},
        {" 20 Days ", "20d", PERIOD_SESSIONS, 20, 0},
        {"5 trading days", "5d", PERIOD_SESSIONS, 5, 0},
        {"1 session", "1d", PERIOD_SESSIONS, 1, 0},
        {"2600 sessions", "2600d", PERIOD_SESSIONS, 2600, 0},
        {"1m", "1m", PERIOD_MONTHS, 1, 0},
        {"1-month", "1m", PERIOD_MONTHS, 1, 0},
        {"3 months", "3m", PERIOD_MONTHS, 3, 0},
        {"1Y", "1y", PERIOD_MONTHS, 12, 0},
        {"10 years", "10y", PERIOD_MONTHS, 120, 0},
        {"52w", "52w", PERIOD_WEEKS, 52, 0},
        {"12-1", "12-1", PERIOD_SESSIONS, 252, 21},
        {"YTD", "ytd", PERIOD_YEAR_TO_DATE, 0, 0},
        {"year to date", "ytd", PERIOD_YEAR_TO_DATE, 0, 0},
        {"2026-01-02", "2026-01-02", PERIOD_SINCE, 0, 0},
        {"since 2026-01-02", "2026-01-02", PERIOD_SINCE, 0, 0},
        {"since:2026-01-02", "2026-01-02", PERIOD_SINCE, 0, 0},
    };
    static const char *const bad[] = {
        "",   "d",   "0d",         "2601d",       "11y",  "-1d",
        "20", "1q",  "2026-02-30", "2026-1-2",    "m3",   "since",
        "--", "12-", "20d x",      "1 fortnight", "1.5d", "99999999999999999999d"};
    struct period p;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        p = parse(good[i].text);
        assert_string_equal(p.name, good[i].name);
        assert_int_equal(p.kind, good[i].kind);
        assert_int_equal(p.n, good[i].n);
        assert_int_equal(p.skip, good[i].skip);
        assert_int_equal(parse(p.name).n, p.n); /* its name means the same */
    }
    assert_int_equal(parse("2026-01-02").day, day_of(20260102));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (period_parse(str_of(bad[i]), &p))
            fail_msg("'%s' is taken for %s", bad[i], p.name);
}

static void spans_of_the_calendar_begin_on_a_day(void **state)
{
    const int32_t to = day_of(20260331);
    struct period month = parse("1m"), week = parse("2w"), ytd = parse("ytd"),
                  since = parse("2026-02-10");
    (void)state;
    assert_int_equal(period_begin(&month, to), day_of(20260228));
    assert_int_equal(period_begin(&week, to), day_of(20260317));
    assert_int_equal(period_begin(&ytd, to), day_of(20251231));
    assert_int_equal(period_begin(&since, to), day_of(20260210));
    assert_true(period_is_calendar(&month));
    assert_true(period_reach(&month, to) <= day_of(20260220) - DATED_STALE_DAYS);
}

enum { N = 300 };
static int32_t days[N];
static double prices[N];

static void sessions_count_back_from_the_last(void **state)
{
    struct period twenty = parse("20d"), momentum = parse("12-1");
    size_t first = 0, last = 0;
    (void)state;
    for (int32_t i = 0; i < N; i++)
        days[i] = i / 5 * 7 + i % 5; /* weeks of five sessions */
    const struct dated s = {days, prices, N};
    assert_int_equal(period_ends(&twenty, s, 0, 0, &first, &last), PERIOD_OK);
    assert_int_equal(first, 279);
    assert_int_equal(last, 299);
    assert_int_equal(period_ends(&momentum, s, 0, 0, &first, &last), PERIOD_OK);
    assert_int_equal(first, 47);
    assert_int_equal(last, 278);
    assert_true(days[N - 1] - 252 > period_reach(&momentum, days[N - 1]));
    assert_true(days[first] >= period_reach(&momentum, days[N - 1]));
    const struct dated twenty_one = {days, prices, 21}, just_twenty = {days, prices, 20};
    assert_int_equal(period_ends(&twenty, twenty_one, 0, 0, &first, &last), PERIOD_OK);
    assert_int_equal(first, 0);
    assert_int_equal(period_ends(&twenty, just_twenty, 0, 0, &first, &last), PERIOD_TOO_SHORT);
    days[N - 1] += 30; /* the sessions before it are missing */
    assert_int_equal(period_ends(&twenty, s, 0, 0, &first, &last), PERIOD_HOLE);
    assert_int_equal(period_ends(&momentum, s, 0, 0, &first, &last), PERIOD_HOLE);
}

static void the_calendar_finds_the_session_of_a_day(void **state)
{
    const int32_t d[] = {100, 101, 130, 134};
    const double v[] = {1, 2, 3, 4};
    const struct dated s = {d, v, 4};
    struct period month = parse("1m");
    size_t first = 0, last = 0;
    (void)state;
    assert_int_equal(period_ends(&month, s, 105, 136, &first, &last), PERIOD_OK);
    assert_int_equal(first, 1);
    assert_int_equal(last, 3);
    assert_int_equal(period_ends(&month, s, 99, 134, &first, &last), PERIOD_TOO_SHORT);
    assert_int_equal(period_ends(&month, s, 120, 134, &first, &last), PERIOD_HOLE);
    assert_int_equal(period_ends(&month, s, 101, 160, &first, &last), PERIOD_HOLE);
    assert_int_equal(period_ends(&month, s, 134, 135, &first, &last), PERIOD_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_understood_in_the_words_of_people),
        cmocka_unit_test(spans_of_the_calendar_begin_on_a_day),
        cmocka_unit_test(sessions_count_back_from_the_last),
        cmocka_unit_test(the_calendar_finds_the_session_of_a_day),
    };
    return cmocka_run_group_tests_name("quant/period", tests, NULL, NULL);
}
