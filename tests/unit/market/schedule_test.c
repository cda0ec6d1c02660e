/* SPDX-License-Identifier: MIT */
#include "market/schedule.h"

#include "market/hours.h"
#include "zone_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct zone_files files;

static const struct tz *zone(const char *name)
{
    struct tz_zones zones = {zone_files_find, &files};
    const struct tz *z = schedule_zone(str_of(name), &zones);
    if (z == NULL) {
        print_message("no zone files: skipped\n");
        skip();
    }
    return z;
}

static struct utc at(const char *text)
{
    struct utc t;
    assert_true(utc_parse(str_of(text), &t));
    return t;
}

static void expect(const struct schedule *s, const struct tz *z, const char *now,
                   enum schedule_state state, const char *change)
{
    struct opt_utc next = schedule_change(s, z, at(now));
    char text[UTC_TEXT_MAX] = "";
    if (next.has)
        utc_format(next.v, text);
    if (schedule_at(s, z, at(now)) != state || strcmp(text, change) != 0)
        fail_msg("at %s: state %d, change '%s'; expected %d, '%s'", now,
                 (int)schedule_at(s, z, at(now)), text, (int)state, change);
}

static void the_brokers_list_is_read_in_the_exchanges_time(void **state)
{
    (void)state;
    struct schedule s;
    schedule_read(STR("20261120:0930-20261120:1600;20261121:CLOSED;20261122:CLOSED;"
                      "20261123:0930-20261123:1600"),
                  &s);
    const struct tz *z = zone("US/Eastern");
    expect(&s, z, "2026-11-20T14:29:59Z", SCHEDULE_CLOSED, "2026-11-20T14:30:00Z");
    expect(&s, z, "2026-11-20T14:30:00Z", SCHEDULE_OPEN, "2026-11-20T21:00:00Z");
    expect(&s, z, "2026-11-20T21:00:00Z", SCHEDULE_CLOSED, "2026-11-23T14:30:00Z");
    expect(&s, z, "2026-11-23T22:00:00Z", SCHEDULE_CLOSED, "");
    expect(&s, z, "2026-11-24T15:00:00Z", SCHEDULE_UNKNOWN, "");
    expect(&s, z, "2026-11-19T15:00:00Z", SCHEDULE_UNKNOWN, "");
}

static void a_lunch_break_is_a_close_and_an_opening(void **state)
{
    (void)state;
    struct schedule s;
    schedule_read(STR("20261120:0900-20261120:1130;20261120:1230-20261120:1530"), &s);
    const struct tz *z = zone("Japan");
    expect(&s, z, "2026-11-20T01:00:00Z", SCHEDULE_OPEN, "2026-11-20T02:30:00Z");
    expect(&s, z, "2026-11-20T03:00:00Z", SCHEDULE_CLOSED, "2026-11-20T03:30:00Z");
}

static void sessions_that_touch_are_one(void **state)
{
    (void)state;
    struct schedule s;
    schedule_read(STR("20261120:0000-20261120:2359;20261121:0000-20261121:2359;"
                      "20261122:0000-20261122:1200"),
                  &s);
    expect(&s, zone("UTC"), "2026-11-20T23:59:30Z", SCHEDULE_OPEN, "2026-11-22T12:00:00Z");
    schedule_read(STR("20261120:0000-20261120:2359"), &s);
    expect(&s, zone("UTC"), "2026-11-20T10:00:00Z", SCHEDULE_OPEN, ""); /* it may go on */
}

static void a_clock_change_moves_the_instants(void **state)
{
    (void)state;
    struct schedule s;
    const struct tz *z = zone("EST (Eastern Standard Time)");
    schedule_read(STR("20260306:0930-20260306:1600;20260307:CLOSED;20260308:CLOSED;"
                      "20260309:0930-20260309:1600"),
                  &s);
    expect(&s, z, "2026-03-06T15:00:00Z", SCHEDULE_OPEN, "2026-03-06T21:00:00Z");
    expect(&s, z, "2026-03-08T12:00:00Z", SCHEDULE_CLOSED, "2026-03-09T13:30:00Z");
}

static void calendars_know_holidays_half_days_and_evenings(void **state)
{
    (void)state;
    struct schedule s;
    int64_t day = civil_to_days(2026, 11, 25);
    const struct tz *ny = zone("America/New_York");
    schedule_of_calendar(schedule_calendar(STR("NASDAQ")), day, day + 6, &s);
    expect(&s, ny, "2026-11-25T21:30:00Z", SCHEDULE_CLOSED, "2026-11-27T14:30:00Z");
    expect(&s, ny, "2026-11-27T15:00:00Z", SCHEDULE_OPEN, "2026-11-27T18:00:00Z");
    schedule_of_calendar(schedule_calendar(STR("XHKG")), day, day, &s);
    expect(&s, zone("Asia/Hong_Kong"), "2026-11-25T03:00:00Z", SCHEDULE_OPEN,
           "2026-11-25T04:00:00Z");
    /* Globex opens on Sunday evening for Monday */
    schedule_of_calendar(schedule_calendar(STR("CME")), civil_to_days(2026, 11, 21),
                         civil_to_days(2026, 11, 22), &s);
    expect(&s, zone("America/Chicago"), "2026-11-21T18:00:00Z", SCHEDULE_CLOSED,
           "2026-11-22T23:00:00Z");
    assert_null(schedule_calendar(STR("NOSUCH")));
    assert_null(schedule_calendar(STR_NONE));
}

static void names_that_are_no_zones_open_no_file(void **state)
{
    (void)state;
    static const char *const names[] = {"",   "../etc/passwd", "/etc/passwd",
                                        "..", "A/../B",        "Mars/Olympus"};
    struct tz_zones zones = {zone_files_find, &files}, none = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(schedule_zone(str_of(names[i]), &zones));
    assert_null(schedule_zone(STR("UTC"), &none));
    assert_null(schedule_zone(STR("UTC"), NULL));
}

static void states_are_known_to_the_minute_where_zones_are(void **state)
{
    (void)state;
    struct tz_zones zones = {zone_files_find, &files}, none = {0};
    struct contract_details d = {.time_zone = "US/Eastern",
                                 .liquid_hours = "20261120:0930-20261120:1600",
                                 .trading_hours = "20261120:0400-20261120:2000"};
    (void)zone("UTC");
    assert_int_equal(market_state_at(&d, &zones, at("2026-11-20T14:30:00Z")), MARKET_OPEN);
    assert_int_equal(market_state_at(&d, &zones, at("2026-11-20T14:29:00Z")), MARKET_EXTENDED);
    assert_int_equal(market_state_at(&d, &none, at("2026-11-20T14:29:00Z")), MARKET_UNKNOWN);
    assert_int_equal(market_state_at(&d, &zones, at("2026-11-21T02:00:00Z")), MARKET_CLOSED);
}

static void a_long_list_ends_at_its_bound(void **state)
{
    (void)state;
    static char text[(SCHEDULE_SPANS_MAX + 10) * 28 + 1];
    struct schedule s;
    for (size_t i = 0; i < SCHEDULE_SPANS_MAX + 10; i++)
        (void)snprintf(text + i * 28, 29, "20261120:%04zu-20261120:2000;", i % 60 + i / 60 * 100);
    schedule_read(str_of(text), &s);
    assert_int_equal(s.n, SCHEDULE_SPANS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_brokers_list_is_read_in_the_exchanges_time),
        cmocka_unit_test(a_lunch_break_is_a_close_and_an_opening),
        cmocka_unit_test(sessions_that_touch_are_one),
        cmocka_unit_test(a_clock_change_moves_the_instants),
        cmocka_unit_test(calendars_know_holidays_half_days_and_evenings),
        cmocka_unit_test(names_that_are_no_zones_open_no_file),
        cmocka_unit_test(states_are_known_to_the_minute_where_zones_are),
        cmocka_unit_test(a_long_list_ends_at_its_bound),
    };
    int failed = cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
    zone_files_free(&files);
    return failed;
}
