/* SPDX-License-Identifier: MIT */
#include "data/ics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CALENDAR(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines)     "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"

static struct arena *arena;
static struct ics reader;

/* A source that knows one zone, five hours behind: New York in winter, by a rule. */
static const struct tz *find_zone(void *self, struct str name)
{
    return str_eq(name, STR("Test/West")) ? self : NULL;
}

static bool first(const char *text, const struct tz_zones *zones, struct ics_event *out, bool *end,
                  struct error *e)
{
    *e = (struct error){0};
    ics_init(&reader, str_of(text), zones, arena);
    return ics_next(&reader, out, end, e);
}

static void events_are_read(void **state)
{
    (void)state;
    struct ics_event ev;
    struct error e;
    bool end;
    assert_true(first(
        CALENDAR(
            "BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n" EVENT(
                "UID:1\r\nDTSTART;VALUE=DATE:20261126\r\nSUMMARY:AAPL earnings\\, Q4\r\n"
                "CATEGORIES:earnings\r\nDESCRIPTION:a\\nb\r\n"
                "BEGIN:VALARM\r\nSUMMARY:no\r\nEND:VALARM\r\n")
                EVENT("DTSTART:20261127T143000Z\r\nRRULE:FREQ=WEEKLY\r\nSTATUS:CANCELLED\r\n")),
        NULL, &ev, &end, &e));
    assert_false(end);
    assert_int_equal(ev.day, civil_to_days(2026, 11, 26));
    assert_false(ev.start.has);
    assert_true(str_eq(ev.summary, STR("AAPL earnings, Q4")));
    assert_true(str_eq(ev.description, STR("a\nb")));
    assert_true(str_eq(ev.categories, STR("earnings")));
    assert_true(ics_next(&reader, &ev, &end, &e) && !end);
    assert_true(ev.recurs && ev.is_cancelled && ev.start.has);
    assert_int_equal(ev.start.v.ns / NS_PER_S, civil_to_days(2026, 11, 27) * 86400 + 52200);
    assert_null(ev.summary.p);
    assert_true(ics_next(&reader, &ev, &end, &e) && end);
}

static void folded_lines_are_joined(void **state)
{
    (void)state;
    struct ics_event ev;
    struct error e;
    bool end;
    assert_true(first("BEGIN:VCALENDAR\n\nBEGIN:VEVENT\nSUMMARY:one \n two\n\tthree\n"
                      "DTSTART\n :20261126\nEND:VEVENT\nEND:VCALENDAR",
                      NULL, &ev, &end, &e));
    assert_true(str_eq(ev.summary, STR("one twothree")));
}

static void times_have_the_zone_that_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        int hour; /* UTC; -1: the day alone is known, -2: no event */
    } CASES[] = {
        {"DTSTART:20261126T143000Z", 14},
        {"DTSTART;TZID=UTC-less:20261126T143000", -1},
        {"DTSTART;TZID=Test/West:20261126T143000", 14},
        {"DTSTART;TZID=\"Test/West\";VALUE=DATE-TIME:20261126T143000", 14},
        {"DTSTART;TZID=../etc/passwd:20261126T143000", -1},
        {"DTSTART:20261126T143000", -1},
        {"DTSTART:20261126", -1},
        {"DTSTART:20261126T", -2},
        {"DTSTART:20261399", -2},
        {"DTSTART:soon", -2},
        {"DTSTART:20261126T250000Z", -2},
        {"SUMMARY:no start", -2},
    };
    struct tz *utc = tz_new_utc();
    struct tz_zones zones = {find_zone, utc};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[256];
        struct ics_event ev;
        struct error e;
        bool end;
        (void)snprintf(text, sizeof text, CALENDAR(EVENT("%s\r\n")), CASES[i].start);
        assert_true(first(text, &zones, &ev, &end, &e));
        if (end != (CASES[i].hour == -2) || (!end && ev.start.has != (CASES[i].hour >= 0)) ||
            (!end && ev.start.has && civil_of_utc(ev.start.v).hour != CASES[i].hour))
            fail_msg("%s", CASES[i].start);
        if (!end)
            assert_int_equal(ev.day, civil_to_days(2026, 11, 26));
    }
    tz_free(utc);
}

static void what_is_no_calendar_is_refused_with_its_line(void **state)
{
    (void)state;
    static char line[ICS_LINE_MAX + 64];
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"", "line 0: this is no calendar"},
        {"<html>", "line 1: this is no calendar"},
        {"BEGIN:VCARD\r\n", "line 1: this is no calendar"},
        {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n", "line 3: an event that does not end"},
    };
    struct ics_event ev;
    struct error e;
    bool end;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_false(first(CASES[i].text, NULL, &ev, &end, &e));
        assert_string_equal(e.text, CASES[i].error);
    }
    memset(line, 'x', sizeof line - 1);
    memcpy(line, "BEGIN:VCALENDAR\n", 16);
    assert_false(first(line, NULL, &ev, &end, &e));
    assert_string_equal(e.text, "line 2: a line that is too long");
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct buf b;
    struct ics_event ev, in = {.uid = STR("a@b"),
                               .summary = STR("A long name, with commas; \\ and \xc3\xa9\xc3\xa9"
                                              "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 "
                                              "that has to be folded at least once or twice"),
                               .description = STR("one\ntwo"),
                               .day = 20000};
    struct error e;
    bool end;
    buf_init(&b, 1 << 16);
    ics_begin(&b, STR("Events"));
    ics_write(&b, &in, (struct utc){0});
    in.start = (struct opt_utc){{INT64_C(1790000000) * NS_PER_S}, true};
    ics_write(&b, &in, (struct utc){0});
    ics_end(&b);
    struct str rest = buf_str(&b), line;
    while (rest.n && str_cut(&rest, '\n', &line))
        assert_true(line.n <= 76 && line.p[line.n - 1] == '\r');
    ics_init(&reader, buf_str(&b), NULL, arena);
    assert_true(ics_next(&reader, &ev, &end, &e) && !end);
    assert_true(str_eq(ev.summary, in.summary) && str_eq(ev.description, in.description));
    assert_true(ev.day == 20000 && !ev.start.has);
    assert_true(ics_next(&reader, &ev, &end, &e) && !end);
    assert_true(ev.start.has && ev.start.v.ns == in.start.v.ns);
    assert_true(ics_next(&reader, &ev, &end, &e) && end);
    buf_fini(&b);
}

/* Nothing is read beyond the end of any beginning of a calendar. */
static void every_truncation_ends_well(void **state)
{
    (void)state;
    static const char whole[] =
        CALENDAR(EVENT("DTSTART;TZID=\"Test/West\":20261126T143000\r\nSUMMARY:a\\\r\n b\r\n"));
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *part = test_malloc(n + 1);
        struct ics_event ev;
        struct error e;
        bool end = false;
        memcpy(part, whole, n);
        ics_init(&reader, (struct str){part, n}, NULL, arena);
        while (!end && ics_next(&reader, &ev, &end, &e))
            continue;
        test_free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_read),
        cmocka_unit_test(folded_lines_are_joined),
        cmocka_unit_test(times_have_the_zone_that_is_named),
        cmocka_unit_test(what_is_no_calendar_is_refused_with_its_line),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(every_truncation_ends_well),
    };
    arena = arena_new(1 << 20);
    int failed = cmocka_run_group_tests_name("ics", tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
