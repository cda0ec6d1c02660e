/* SPDX-License-Identifier: MIT */
/* On which days markets trade. */
#include "base/instant.h"
#include "model/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t day_of(int ymd)
{
    return civil_to_days(ymd / 10000, ymd / 100 % 100, ymd % 100);
}

static void days_are_open_closed_or_short_as_the_exchanges_say(void **state)
{
    (void)state;
    enum { CLOSED = -1 };
    static const struct {
        const char *code;
        int ymd, close; /* HHMM */
    } rows[] = {
        {"XNYS", 20260102, 1600},   {"XNYS", 20260101, CLOSED}, {"XNYS", 20211231, 1600},
        {"XNYS", 20260403, CLOSED}, {"XNYS", 20260619, CLOSED}, {"XNYS", 20210618, 1600},
        {"XNYS", 20260703, CLOSED}, {"XNYS", 20250703, 1300},   {"XNYS", 20251128, 1300},
        {"XNYS", 20181205, CLOSED}, {"XNYS", 20250109, CLOSED}, {"XNYS", 20211224, CLOSED},
        {"XNYS", 20300101, CLOSED}, {"XNYS", 20300102, 1600},   {"XTSE", 20211227, CLOSED},
        {"XTSE", 20211228, CLOSED}, {"XTSE", 20260518, CLOSED}, {"XLON", 20220919, CLOSED},
        {"XLON", 20161223, 1230},   {"XLON", 20200504, 1630},   {"XLON", 20200508, CLOSED},
        {"XPAR", 20251224, 1405},   {"XPAR", 20260525, 1730},   {"XETR", 20210524, CLOSED},
        {"XETR", 20220606, 1730},   {"XETR", 20251230, 1400},   {"XETR", 20171031, CLOSED},
        {"XSTO", 20260430, 1300},   {"XSTO", 20260619, CLOSED}, {"XCSE", 20240426, 1700},
        {"XCSE", 20230505, CLOSED}, {"XTKS", 20241101, 1500},   {"XTKS", 20241105, 1530},
        {"XTKS", 20260922, CLOSED}, {"XTKS", 20201001, CLOSED}, {"XTKS", 20190501, CLOSED},
        {"XHKG", 20260216, 1200},   {"XHKG", 20230908, CLOSED}, {"XKRX", 20251113, 1630},
        {"XKRX", 20250603, CLOSED}, {"XASX", 20220922, CLOSED}, {"XSES", 20150807, CLOSED},
        {"CMES", 20251127, 1200},   {"CMES", 20251126, 1700},   {"XMAD", 20211224, CLOSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct calendar *c = calendar_find(str_of(rows[i].code));
        struct calendar_session s;
        assert_non_null(c);
        bool is_open = calendar_session(c, day_of(rows[i].ymd), &s);
        int close = is_open ? s.close_min / 60 * 100 + s.close_min % 60 : CLOSED;
        if (close != rows[i].close)
            fail_msg("%s on %d: %d", rows[i].code, rows[i].ymd, close);
    }
}

static void sessions_have_breaks_and_openings_of_their_own(void **state)
{
    (void)state;
    struct calendar_session s;
    const struct calendar *hk = calendar_find(STR("XHKG")), *kr = calendar_find(STR("XKRX"));
    assert_true(calendar_session(hk, day_of(20260213), &s));
    assert_int_equal(s.break_from_min, 12 * 60);
    assert_int_equal(s.break_to_min, 13 * 60);
    assert_true(calendar_session(hk, day_of(20260216), &s)); /* a half day has no break */
    assert_int_equal(s.break_to_min, 0);
    assert_true(calendar_is_short(hk, day_of(20260216)));
    assert_true(calendar_session(kr, day_of(20260102), &s));
    assert_int_equal(s.open_min, 10 * 60);
    assert_false(calendar_is_short(kr, day_of(20260102)));
    assert_true(calendar_session(calendar_find(STR("CMES")), day_of(20260302), &s));
    assert_int_equal(s.open_min, -7 * 60);
    assert_null(calendar_find(STR("XXXX")));
}

static void the_next_and_the_previous_session_skip_what_is_closed(void **state)
{
    (void)state;
    const struct calendar *c = calendar_find(STR("XTKS"));
    assert_int_equal(calendar_next(c, day_of(20190426)), day_of(20190507)); /* ten free days */
    assert_int_equal(calendar_previous(c, day_of(20190507)), day_of(20190426));
    for (size_t i = 0; calendar_at(i) != NULL; i++) /* no market rests for longer than this */
        for (int64_t d = day_of(20150101); d < day_of(20270101); d++) {
            int64_t next = calendar_next(calendar_at(i), d);
            assert_true(next > d && next - d <= 12);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_open_closed_or_short_as_the_exchanges_say),
        cmocka_unit_test(sessions_have_breaks_and_openings_of_their_own),
        cmocka_unit_test(the_next_and_the_previous_session_skip_what_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
