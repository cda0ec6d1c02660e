/* SPDX-License-Identifier: MIT */
#include "market/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NEW_YORK                                                                                   \
    "20261120:0930-20261120:1600;20261121:CLOSED;20261122:CLOSED;20261123:0930-20261123:1600"
#define NEW_YORK_LONG                                                                              \
    "20261120:0400-20261120:2000;20261121:CLOSED;20261122:CLOSED;20261123:0400-20261123:2000"
#define TOKYO  "20261120:0900-20261120:1130;20261120:1230-20261120:1530;20261121:CLOSED"
#define ALWAYS "20261120:0000-20261120:2359;20261121:0000-20261121:2359;20261122:0000-20261122:2359"

static const char *state_at(const char *liquid, const char *trading, const char *zone,
                            const char *now)
{
    struct contract_details d = {0};
    struct utc t;
    assert_true(utc_parse(str_of(now), &t));
    str_copy_cut(d.liquid_hours, sizeof d.liquid_hours, str_of(liquid));
    str_copy_cut(d.trading_hours, sizeof d.trading_hours, str_of(trading));
    str_copy_cut(d.time_zone, sizeof d.time_zone, str_of(zone));
    return market_state_text(market_state_of(&d, t));
}

static void sessions_are_in_the_time_of_the_exchange(void **state)
{
    (void)state;
    static const struct {
        const char *liquid, *trading, *zone, *now, *want;
    } cases[] = {
        /* a Friday in winter: New York is five hours behind */
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T18:00:00Z", "open"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T12:00:00Z", "extended"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T22:30:00Z", "extended"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T07:00:00Z", "closed"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-21T18:00:00Z", "closed"},
        {NEW_YORK, NEW_YORK_LONG, "America/New_York", "2026-11-23T18:00:00Z", "open"},
        {NEW_YORK, NEW_YORK_LONG, "EST (Eastern Standard Time)", "2026-11-20T18:00:00Z", "open"},
        /* within the hour by which summer and winter differ nothing is claimed */
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T14:00:00Z", "unknown"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-20T20:30:00Z", "unknown"},
        /* Tokyo knows no summer time, and has a break for lunch */
        {TOKYO, TOKYO, "Japan", "2026-11-20T00:00:00Z", "open"},
        {TOKYO, TOKYO, "Japan", "2026-11-19T23:59:00Z", "closed"},
        {TOKYO, TOKYO, "Japan", "2026-11-20T02:29:00Z", "open"},
        {TOKYO, TOKYO, "Japan", "2026-11-20T02:30:00Z", "closed"},
        {TOKYO, TOKYO, "Asia/Tokyo", "2026-11-20T03:30:00Z", "open"},
        {TOKYO, TOKYO, "Japan", "2026-11-20T06:30:00Z", "closed"},
        {"20261120:0800-20261120:1630", "", "UTC", "2026-11-20T16:29:59Z", "open"},
        {"20261120:0800-20261120:1630", "", "UTC", "2026-11-20T16:30:00Z", "unknown"},
        /* days that are not told about */
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-25T18:00:00Z", "unknown"},
        {NEW_YORK, NEW_YORK_LONG, "US/Eastern", "2026-11-18T18:00:00Z", "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = state_at(cases[i].liquid, cases[i].trading, cases[i].zone, cases[i].now);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s in %s is %s, not %s", cases[i].now, cases[i].zone, got, cases[i].want);
    }
}

static void around_the_clock_is_open_at_midnight_too(void **state)
{
    (void)state;
    static const char *const times[] = {"2026-11-20T13:00:00Z", "2026-11-20T23:59:30Z",
                                        "2026-11-21T00:00:00Z", "2026-11-21T05:00:00Z",
                                        "2026-11-22T12:00:00Z"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_string_equal(state_at(ALWAYS, ALWAYS, "US/Eastern", times[i]), "open");
    assert_string_equal(state_at(ALWAYS, ALWAYS, "UTC", "2026-11-20T00:00:00Z"), "open");
}

static void an_unknown_zone_claims_only_what_holds_everywhere(void **state)
{
    (void)state;
    assert_string_equal(state_at(ALWAYS, ALWAYS, "Mars/Olympus", "2026-11-21T12:00:00Z"), "open");
    assert_string_equal(state_at(NEW_YORK, NEW_YORK, "", "2026-11-20T18:00:00Z"), "unknown");
    assert_string_equal(state_at(NEW_YORK, NEW_YORK, "", "2026-11-22T06:00:00Z"), "closed");
}

static void a_list_that_cannot_be_read_claims_nothing(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "",
        ";",
        "nonsense",
        "20261120",
        "20261120:0930",
        "20261120:0930-1600",
        "20261120:9930-20261120:9960",
        "20261120:1600-20261120:0930",
        "20261320:0930-20261320:1600",
        "20261120:closed",
        "x20261120:CLOSED",
        "20261120:CLOSEDX",
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(state_at(lists[i], lists[i], "UTC", "2026-11-20T12:00:00Z"), "unknown") != 0)
            fail_msg("'%s' is understood", lists[i]);
}

static void a_list_that_was_cut_off_is_good_for_its_beginning(void **state)
{
    (void)state;
    const char *cut = "20261120:0930-20261120:1600;20261121:CLOSED;20261122:09";
    assert_string_equal(state_at(cut, cut, "UTC", "2026-11-20T12:00:00Z"), "open");
    assert_string_equal(state_at(cut, cut, "UTC", "2026-11-21T12:00:00Z"), "closed");
    assert_string_equal(state_at(cut, cut, "UTC", "2026-11-22T12:00:00Z"), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_are_in_the_time_of_the_exchange),
        cmocka_unit_test(around_the_clock_is_open_at_midnight_too),
        cmocka_unit_test(an_unknown_zone_claims_only_what_holds_everywhere),
        cmocka_unit_test(a_list_that_cannot_be_read_claims_nothing),
        cmocka_unit_test(a_list_that_was_cut_off_is_good_for_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
