/* SPDX-License-Identifier: MIT */
#include "market/events.h"

#include "base/buf.h"
#include "zone_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static struct zone_files files;
static const struct tz_zones zones = {zone_files_find, &files};

static struct event_list list(void)
{
    struct event_list l;
    arena_reset(arena);
    event_list_init(&l, arena, 8);
    return l;
}

static int64_t day(int year, int month, int date)
{
    return civil_to_days(year, month, date);
}

/* ---- the broker's calendar ---- */

static void the_brokers_events_are_read(void **state)
{
    (void)state;
    struct event_list l = list();
    struct error e;
    assert_true(events_of_broker(
        STR("[{\"event_type\":\"wshe_ed\",\"index_date\":\"20261203\",\"index_date_type\":\"Date\","
            "\"data\":{\"wsh_company_id\":12,\"earnings_date\":\"20261203\","
            "\"time_of_day\":\"AFTER MARKET\",\"wshe_earnings_date_status\":\"UNCONFIRMED\","
            "\"site\":\"https://x.example\"}},"
            "{\"event_type\":\"wshe_div\",\"data\":{\"ex_div_date\":\"2026-12-08\","
            "\"dividend_oc\":0.26,\"dividend_currency\":\"USD\"}},"
            "{\"event_type\":\"wshe_movies\",\"index_date\":\"20261210\",\"data\":{}},"
            "{\"event_type\":\"wshe_ed\",\"index_date\":\"soon\",\"data\":null}]"),
        arena, &l, &e));
    assert_int_equal(l.n, 3);
    assert_string_equal(l.rows[0].kind, "earnings");
    assert_string_equal(l.rows[0].title, "Earnings");
    assert_int_equal(l.rows[0].day, day(2026, 12, 3));
    assert_true(l.rows[0].is_estimated);
    assert_non_null(strstr(l.rows[0].detail, "time_of_day: AFTER MARKET"));
    assert_null(strstr(l.rows[0].detail, "company_id"));
    assert_null(strstr(l.rows[0].detail, "https"));
    assert_string_equal(l.rows[1].kind, "dividend");
    assert_int_equal(l.rows[1].day, day(2026, 12, 8));
    assert_non_null(strstr(l.rows[1].detail, "dividend_oc: 0.26; dividend_currency: USD"));
    assert_string_equal(l.rows[2].kind, "wshe_movies");
}

static void other_shapes_are_searched_or_empty(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t n;
        bool ok;
    } CASES[] = {
        {"", 0, true},
        {"[]", 0, true},
        {"{\"events\":[{\"event_type\":\"wshe_ed\",\"index_date\":\"20261203\"}]}", 1, true},
        {"{\"a\":{\"b\":{\"c\":{\"d\":[{\"event_type\":\"wshe_ed\"}]}}}}", 0, true},
        {"[1,\"x\",null,[]]", 0, true},
        {"not json", 0, false},
        {"[{\"event_type\":7,\"index_date\":\"20261203\"}]", 0, true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct event_list l = list();
        struct error e;
        bool ok = events_of_broker(str_of(CASES[i].json), arena, &l, &e);
        if (ok != CASES[i].ok || l.n != CASES[i].n)
            fail_msg("%s: %d, %zu", CASES[i].json, ok, l.n);
    }
}

/* ---- files ---- */

static void tables_are_read_by_their_header(void **state)
{
    (void)state;
    struct event_list l = list();
    struct error e;
    assert_true(events_of_csv(STR("Date,Kind,Symbol,time,zone,note\n"
                                  "2026-12-03,earnings,AAPL,16:30,America/New_York,x\n"
                                  "20261204,,MSFT,25:00,America/New_York,\n"
                                  "2026-12-05,,SAP,09:00,Nowhere,\n"),
                              &zones, arena, &l, &e));
    assert_int_equal(l.n, 3);
    assert_string_equal(l.rows[0].symbol, "AAPL");
    if (l.rows[0].time.has) /* zone files are there */
        assert_int_equal(civil_of_utc(l.rows[0].time.v).hour, 21);
    assert_string_equal(l.rows[1].kind, "other");
    assert_false(l.rows[1].time.has || l.rows[2].time.has);
    assert_int_equal(l.rows[1].day, day(2026, 12, 4));
}

static void faults_of_tables_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"", "there is no column 'symbol'"},
        {"symbol,kind\n", "there is no column 'date'"},
        {"symbol,date\nAAPL,2026-02-30\n", "line 2: '2026-02-30' is no day"},
        {"symbol,date\n\nAAPL\n", "line 3: '' is no day"},
        {"symbol,date\n\"AAPL,2026-01-01\n", "line 2"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct event_list l = list();
        struct error e = {0};
        assert_false(events_of_csv(str_of(CASES[i].text), &zones, arena, &l, &e));
        if (!strstr(e.text, CASES[i].error))
            fail_msg("'%s': %s", CASES[i].text, e.text);
    }
}

static void calendars_name_symbol_and_kind_in_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *summary, *symbol, *kind;
    } CASES[] = {
        {"AAPL: earnings call", "AAPL", "earnings"},
        {"BRK.B annual Meeting", "BRK.B", "meeting"},
        {"Earnings of Apple", "", "earnings"},
        {"7203 dividend", "", "dividend"},
        {"FOMC", "", "other"},
        {"a\x1b[31m b", "", "other"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct event_list l = list();
        struct error e;
        char text[256];
        (void)snprintf(text, sizeof text,
                       "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261203\nSUMMARY:%s\nEND:VEVENT\n"
                       "BEGIN:VEVENT\nDTSTART:20261203\nSTATUS:CANCELLED\nEND:VEVENT\n"
                       "END:VCALENDAR\n",
                       CASES[i].summary);
        assert_true(events_of_ics(str_of(text), &zones, arena, &l, &e));
        assert_int_equal(l.n, 1);
        assert_string_equal(l.rows[0].symbol, CASES[i].symbol);
        assert_string_equal(l.rows[0].kind, CASES[i].kind);
        assert_null(strchr(l.rows[0].title, '\x1b'));
    }
}

static void lists_have_a_bound(void **state)
{
    (void)state;
    struct event_list l = list();
    struct error e;
    struct buf b;
    buf_init(&b, 4096);
    buf_add_c(&b, "symbol,date\n");
    for (int i = 0; i < 12; i++)
        buf_add_c(&b, "AAPL,2026-12-03\n");
    assert_true(events_of_csv(buf_str(&b), &zones, arena, &l, &e));
    assert_int_equal(l.n, 8);
    assert_true(l.is_full);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_brokers_events_are_read),
        cmocka_unit_test(other_shapes_are_searched_or_empty),
        cmocka_unit_test(tables_are_read_by_their_header),
        cmocka_unit_test(faults_of_tables_name_their_line),
        cmocka_unit_test(calendars_name_symbol_and_kind_in_their_words),
        cmocka_unit_test(lists_have_a_bound),
    };
    arena = arena_new(4 << 20);
    int failed = cmocka_run_group_tests_name("events", tests, NULL, NULL);
    arena_free(arena);
    zone_files_free(&files);
    return failed;
}
