/* SPDX-License-Identifier: MIT */
/* What a history is put together of, where the broker's answers are as they are at bad times. */
#include "archive.h"

enum { AAPL = 265598, LIFE_MS = 30000, LONG_MS = 300000 };

static struct utc day(int32_t date)
{
    return (struct utc){history_days(date) * DAY_S * NS_PER_S};
}

static struct history_question days(int32_t from, int32_t to)
{
    struct history_question q = {.contract = peer_contract(AAPL),
                                 .size = BAR_1_DAY,
                                 .show = BARS_TRADES,
                                 .regular_hours_only = true,
                                 .from = {day(from), true},
                                 .to = {day(to), true}};
    return q;
}

/* Weekdays from a date on, each a price. */
static void tell_days(struct archive *a, int32_t from, size_t n, double price)
{
    int64_t at = history_days(from);
    for (a->plain_n = 0; a->plain_n < n; at++)
        if (civil_weekday(at) < 5)
            a->plain[a->plain_n++] = (struct told_bar){at * DAY_S, price + (double)(at % 5)};
}

static struct history_question last; /* of the newest answer; its pointers are gone */
static int32_t last_dates[100];
static double last_closes[100];
static struct history_gap last_gaps[10];
static struct history_action last_actions[10];

static void remember(struct archive *a)
{
    last = a->q[0];
    for (size_t i = 0; i < last.n && i < 100; i++) {
        last_dates[i] = last.bars[i].date;
        last_closes[i] = dec_to_double(last.bars[i].close.v);
    }
    for (size_t i = 0; i < last.gap_count && i < 10; i++)
        last_gaps[i] = last.gaps[i];
    for (size_t i = 0; i < last.action_count && i < 10; i++)
        last_actions[i] = last.actions[i];
}

static struct archive *open_archive(void)
{
    struct archive *a = archive_new();
    a->check = remember;
    memset(&last, 0, sizeof last);
    tell_days(a, 20250602, 60, 100);
    return a;
}

static void ask(struct archive *a, struct history_question q, int64_t life_ms)
{
    archive_ask(a, &q, life_ms);
}

/* ---- refusals ---- */

static void a_pacing_violation_is_waited_out_if_there_is_time(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    a->code = 162;
    a->words = "Historical Market Data Service error message:Historical data request pacing "
               "violation";
    a->refusals = 1;
    ask(a, days(20250602, 20250613), LONG_MS);
    assert_int_equal(last.error.code, ERROR_NONE);
    assert_int_equal(last.n, 10);
    assert_int_equal(a->asked, 2);
    archive_free(a);
}

static void without_time_a_pacing_violation_is_named(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    a->code = 162;
    a->words = "Historical data request pacing violation";
    a->refusals = 1;
    ask(a, days(20250602, 20250613), LIFE_MS);
    assert_int_equal(last.n, 0);
    assert_int_equal(last.error.broker_code, 162);
    assert_non_null(strstr(last.error.text, "pacing violation"));
    assert_int_equal(a->asked, 1);
    archive_free(a);
}

static void a_missing_permission_is_told_in_the_brokers_words(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    a->code = 162;
    a->words = "Historical Market Data Service error message:No market data permissions for NASDAQ";
    a->refusals = 1;
    ask(a, days(20250602, 20250613), LIFE_MS);
    assert_int_equal(last.error.broker_code, 162);
    assert_non_null(strstr(last.error.text, "No market data permissions for NASDAQ"));
    archive_free(a);
}

static void no_data_at_all_is_no_history(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    ask(a, days(20100104, 20100108), LIFE_MS);
    assert_int_equal(last.n, 0);
    assert_int_equal(last.error.code, ERROR_NOT_FOUND);
    assert_string_equal(last.error.reason, "NO_HISTORY");
    archive_free(a);
}

static void a_farm_that_is_down_is_named_and_what_is_kept_is_told(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    ask(a, days(20250602, 20250613), LIFE_MS);
    assert_int_equal(last.n, 10);
    peer_send_error(a->peer, -1, 2105, "HMDS data farm connection is broken:ushmds");
    a->is_silent = true;
    ask(a, days(20250602, 20250620), LIFE_MS);
    assert_int_equal(last.n, 10);
    assert_int_equal(last.from_cache, 10);
    assert_string_equal(last.error.reason, "BROKER_TIMEOUT");
    assert_non_null(strstr(last.error.next, "ushmds"));
    archive_free(a);
}

/* ---- where history begins ---- */

static void a_history_that_begins_later_says_when(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    a->begins = history_days(20250602) * DAY_S + 48600;
    ask(a, days(20250101, 20250613), LIFE_MS);
    assert_int_equal(last.n, 10);
    assert_true(last.begins.has && last.begins.v.ns == a->begins * NS_PER_S);
    size_t first = a->asked;
    ask(a, days(20250101, 20250613), LIFE_MS); /* and is not asked for what is not there */
    assert_int_equal(last.n, 10);
    assert_true(last.begins.has);
    assert_true(first == 1 && a->asked == 0);
    ask(a, days(20250604, 20250613), LIFE_MS);
    assert_false(last.begins.has);
    archive_free(a);
}

/* ---- another name ---- */

static void a_change_of_name_changes_nothing_about_the_past(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    ask(a, days(20250602, 20250613), LIFE_MS);
    struct history_question q = days(20250602, 20250613);
    snprintf(q.contract.symbol, sizeof q.contract.symbol, "FRUIT");
    snprintf(q.contract.local_symbol, sizeof q.contract.local_symbol, "FRUIT");
    ask(a, q, LIFE_MS);
    assert_int_equal(last.n, 10);
    assert_int_equal(last.from_cache, 10);
    assert_int_equal(a->asked, 0);
    archive_free(a);
}

/* ---- gaps ---- */

static const struct told_session june[] = {
    {"20250602-09:30:00", "20250602-16:00:00", "20250602"},
    {"20250603-09:30:00", "20250603-16:00:00", "20250603"},
    {"20250604-09:30:00", "20250604-16:00:00", "20250604"},
    {"20250605-09:30:00", "20250605-16:00:00", "20250605"},
    {"20250606-09:30:00", "20250606-13:00:00", "20250606"},
    {"20250609-09:30:00", "20250609-16:00:00", "20250609"},
};

static void days_without_bars_are_gaps_and_weekends_are_not(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    a->sessions = june;
    a->session_n = 6;
    struct history_question q = days(20250602, 20250609);
    q.find_gaps = true;
    ask(a, q, LIFE_MS);
    assert_true(last.has_gaps);
    assert_int_equal(last.gap_count, 0);
    a->plain[2] = a->plain[4]; /* Wednesday and Thursday are missing */
    a->plain[3] = a->plain[5];
    memmove(&a->plain[4], &a->plain[6], (a->plain_n - 6) * sizeof a->plain[0]);
    a->plain_n -= 2;
    struct history_question other = q;
    other.contract.con_id++;
    ask(a, other, LIFE_MS);
    assert_int_equal(last.gap_count, 1);
    assert_int_equal(last_gaps[0].from, 20250604);
    assert_int_equal(last_gaps[0].to, 20250605);
    assert_int_equal(last_gaps[0].days, 2);
    archive_free(a);
}

/* Hours of sessions that begin at `open` and end at `close`, in minutes after local midnight. */
static void tell_hours(struct archive *a, const struct told_session *sessions, size_t n,
                       const char *zone)
{
    struct error e;
    (void)e;
    const struct tz *tz = zone_files_find(&a->zones, str_of(zone));
    assert_non_null(tz);
    a->plain_n = 0;
    for (size_t i = 0; i < n; i++) {
        int v[4], to[4];
        assert_int_equal(sscanf(sessions[i].from, "%4d%2d%2d-%2d", &v[0], &v[1], &v[2], &v[3]), 4);
        assert_int_equal(sscanf(sessions[i].to, "%4d%2d%2d-%2d", &to[0], &to[1], &to[2], &to[3]),
                         4);
        for (int hour = v[3]; hour < to[3]; hour++) {
            struct civil c = {v[0], v[1], v[2], hour, hour == v[3] && hour == 9 ? 30 : 0, 0, 0};
            a->plain[a->plain_n++] =
                (struct told_bar){tz_utc(tz, c, NULL).ns / NS_PER_S, 100 + hour};
        }
    }
    a->sessions = sessions;
    a->session_n = n;
    a->zone = zone;
}

static struct history_question hours(int32_t from, int32_t to)
{
    struct history_question q = days(from, to);
    q.size = BAR_1_HOUR;
    q.find_gaps = true;
    return q;
}

/* New York, around the last Sunday of winter time and after Thanksgiving; Sydney, around both. */
static const struct told_session spring[] = {
    {"20260306-09:30:00", "20260306-16:00:00", "20260306"},
    {"20260309-09:30:00", "20260309-16:00:00", "20260309"},
    {"20260310-09:30:00", "20260310-16:00:00", "20260310"},
};
static const struct told_session autumn[] = {
    {"20251031-09:30:00", "20251031-16:00:00", "20251031"},
    {"20251103-09:30:00", "20251103-16:00:00", "20251103"},
    {"20251126-09:30:00", "20251126-16:00:00", "20251126"},
    {"20251128-09:30:00", "20251128-13:00:00", "20251128"}, /* a half day */
    {"20251201-09:30:00", "20251201-16:00:00", "20251201"},
};
static const struct told_session sydney[] = {
    {"20251003-10:00:00", "20251003-16:00:00", "20251003"}, /* the clock is set on the 5th */
    {"20251006-10:00:00", "20251006-16:00:00", "20251006"},
    {"20251007-10:00:00", "20251007-16:00:00", "20251007"},
};
static const struct told_session sydney_autumn[] = {
    {"20250404-10:00:00", "20250404-16:00:00", "20250404"}, /* and back on the 6th */
    {"20250407-10:00:00", "20250407-16:00:00", "20250407"},
    {"20250408-10:00:00", "20250408-16:00:00", "20250408"},
};

static void hours_are_whole_where_the_clock_is_set_and_on_half_days(void **state)
{
    (void)state;
    static const struct {
        const struct told_session *sessions;
        size_t n;
        const char *zone;
        int32_t from, to;
        size_t bars;
        int64_t first_s, jump_h; /* from the last bar of the first day to the first of the second */
    } rows[] = {
        /* 14:30 to 20:00 UTC, then 13:30: the weekend is an hour shorter, and half an hour */
        {spring, 3, "US/Eastern", 20260305, 20260311, 21, 1772807400, 65},
        {autumn, 5, "US/Eastern", 20251030, 20251202, 32, 1761917400, 67},
        {sydney, 3, "Australia/NSW", 20251001, 20251009, 18, 1759449600, 66},
        {sydney_autumn, 3, "Australia/NSW", 20250401, 20250410, 18, 1743721200, 68},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct archive *a = open_archive();
        tell_hours(a, rows[i].sessions, rows[i].n, rows[i].zone);
        ask(a, hours(rows[i].from, rows[i].to), LIFE_MS);
        assert_int_equal(last.error.code, ERROR_NONE);
        assert_int_equal(last.n, rows[i].bars);
        assert_true(last.has_gaps);
        assert_int_equal(last.gap_count, 0);
        size_t per_day = rows[i].n == 3 ? rows[i].bars / 3 : 7;
        assert_int_equal(a->plain[0].at, rows[i].first_s);
        assert_int_equal((a->plain[per_day].at - a->plain[per_day - 1].at) / 3600, rows[i].jump_h);
        archive_free(a);
    }
}

static void a_session_without_hours_is_a_gap(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    tell_hours(a, autumn, 5, "US/Eastern");
    size_t half = 3 * 7, rest = a->plain_n - half - 4; /* behind three whole days */
    memmove(&a->plain[half], &a->plain[half + 4], rest * sizeof a->plain[0]);
    a->plain_n -= 4;
    ask(a, hours(20251030, 20251202), LIFE_MS);
    assert_int_equal(last.gap_count, 1);
    assert_int_equal(last_gaps[0].from, 20251128);
    assert_int_equal(last_gaps[0].days, 1);
    archive_free(a);
}

/* ---- splits and dividends ---- */

/* A share that was split two for one on the 9th, told as it was traded, and paid 0.75 on the 12th.
 */
static void tell_actions(struct archive *a)
{
    for (size_t i = 0; i < a->plain_n; i++) {
        a->adjusted[i] = a->plain[i];
        if (a->plain[i].at < history_days(20250612) * DAY_S)
            a->adjusted[i].close *= 1 - 0.75 / a->plain[7].close;
        if (a->plain[i].at < history_days(20250609) * DAY_S)
            a->plain[i].close *= 2;
    }
    a->adjusted_n = a->plain_n;
}

static void splits_and_dividends_show_in_the_two_series(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    tell_actions(a);
    struct history_question q = days(20250602, 20250620);
    q.find_actions = true;
    q.adjusted = true;
    ask(a, q, LIFE_MS);
    assert_int_equal(last.error.code, ERROR_NONE);
    assert_true(last.has_actions);
    assert_int_equal(last.action_count, 2);
    assert_int_equal(last_actions[0].kind, HISTORY_SPLIT);
    assert_int_equal(last_actions[0].date, 20250609);
    assert_int_equal(last_actions[0].to, 2);
    assert_int_equal(last_actions[0].from, 1);
    assert_int_equal(last_actions[1].kind, HISTORY_DIVIDEND);
    assert_int_equal(last_actions[1].date, 20250612);
    assert_true(dec_eq(dec_round_to(last_actions[1].amount, DEC_MICRO(10000), DEC_HALF_EVEN),
                       DEC_MICRO(750000)));
    archive_free(a);
}

static void adjusted_prices_of_a_past_day_are_those_of_that_day(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    tell_actions(a);
    struct history_question q = days(20250609, 20250611);
    q.adjusted = true; /* the dividend was paid later: nobody knew of it */
    ask(a, q, LIFE_MS);
    assert_int_equal(last.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(last_closes[i] > a->plain[5 + i].close - 0.001 &&
                    last_closes[i] < a->plain[5 + i].close + 0.001);
    archive_free(a);
}

static void a_dividend_since_the_last_question_renews_the_adjusted_series(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    for (size_t i = 0; i < a->plain_n; i++)
        a->adjusted[i] = a->plain[i];
    a->adjusted_n = 10; /* as of the 13th */
    struct history_question q = days(20250602, 20250613);
    q.adjusted = true;
    q.last = 100;
    ask(a, q, LIFE_MS);
    assert_int_equal(last.n, 10);
    for (size_t i = 0; i < 10; i++)
        a->adjusted[i].close *= 0.99;
    a->adjusted_n = 15;
    struct history_question later = days(20250602, 20250620);
    later.adjusted = true;
    ask(a, later, LIFE_MS);
    assert_true(last.was_renewed);
    assert_int_equal(last.n, 15);
    assert_int_equal(last.from_cache, 0);
    ask(a, later, LIFE_MS);
    assert_false(last.was_renewed);
    assert_int_equal(last.from_cache, 15);
    archive_free(a);
}

static void one_corrected_bar_is_only_corrected(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    ask(a, days(20250602, 20250613), LIFE_MS);
    a->plain[9].close += 0.5;
    ask(a, days(20250602, 20250620), LIFE_MS);
    assert_false(last.was_renewed);
    assert_true(last_closes[9] > a->plain[9].close - 0.001);
    ask(a, days(20250602, 20250620), LIFE_MS); /* and stays so */
    assert_int_equal(last.from_cache, 15);
    assert_true(last_closes[9] > a->plain[9].close - 0.001);
    archive_free(a);
}

/* ---- what waits ---- */

static void small_bars_that_have_to_wait_say_for_what(void **state)
{
    (void)state;
    struct archive *a = open_archive();
    struct history_question q = days(20250602, 20250604);
    q.size = BAR_1_SECOND; /* 96 half hours: more than sixty in ten minutes */
    ask(a, q, LIFE_MS);
    assert_string_equal(last.error.reason, "BROKER_TIMEOUT");
    assert_non_null(strstr(last.error.next, "wait"));
    archive_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pacing_violation_is_waited_out_if_there_is_time),
        cmocka_unit_test(without_time_a_pacing_violation_is_named),
        cmocka_unit_test(a_missing_permission_is_told_in_the_brokers_words),
        cmocka_unit_test(no_data_at_all_is_no_history),
        cmocka_unit_test(a_farm_that_is_down_is_named_and_what_is_kept_is_told),
        cmocka_unit_test(a_history_that_begins_later_says_when),
        cmocka_unit_test(a_change_of_name_changes_nothing_about_the_past),
        cmocka_unit_test(days_without_bars_are_gaps_and_weekends_are_not),
        cmocka_unit_test(hours_are_whole_where_the_clock_is_set_and_on_half_days),
        cmocka_unit_test(a_session_without_hours_is_a_gap),
        cmocka_unit_test(splits_and_dividends_show_in_the_two_series),
        cmocka_unit_test(adjusted_prices_of_a_past_day_are_those_of_that_day),
        cmocka_unit_test(a_dividend_since_the_last_question_renews_the_adjusted_series),
        cmocka_unit_test(one_corrected_bar_is_only_corrected),
        cmocka_unit_test(small_bars_that_have_to_wait_say_for_what),
    };
    return peer_run("history", tests, sizeof tests / sizeof tests[0]);
}
