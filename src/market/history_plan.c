/* SPDX-License-Identifier: MIT */
/*
 * Which requests a span takes, and when a bar has ended.
 *
 * The broker bounds the length of a request by the size of its bars. Its public table is cautious;
 * these are spans that are known to be answered whole, a few thousand bars each.
 */
#include "market/history_private.h"

#include "market/hours.h"

#include <assert.h>

enum { MINUTE_S = 60, HOUR_S = 3600, YEAR_DAYS = 365, SLACK_DAYS = 10, LATE_S = 2 * HOUR_S };

static const struct {
    int64_t bar_s, most_s; /* of one request */
} sizes[BAR_SIZE_COUNT] = {
    [BAR_1_SECOND] = {1, 1800},
    [BAR_5_SECONDS] = {5, 7200},
    [BAR_10_SECONDS] = {10, 14400},
    [BAR_15_SECONDS] = {15, 14400},
    [BAR_30_SECONDS] = {30, 28800},
    [BAR_1_MINUTE] = {MINUTE_S, 7 * DAY_S},
    [BAR_2_MINUTES] = {2 * MINUTE_S, 14 * DAY_S},
    [BAR_3_MINUTES] = {3 * MINUTE_S, 28 * DAY_S},
    [BAR_5_MINUTES] = {5 * MINUTE_S, 28 * DAY_S},
    [BAR_10_MINUTES] = {10 * MINUTE_S, 56 * DAY_S},
    [BAR_15_MINUTES] = {15 * MINUTE_S, 84 * DAY_S},
    [BAR_20_MINUTES] = {20 * MINUTE_S, 84 * DAY_S},
    [BAR_30_MINUTES] = {30 * MINUTE_S, 182 * DAY_S},
    [BAR_1_HOUR] = {HOUR_S, 364 * DAY_S},
    [BAR_2_HOURS] = {2 * HOUR_S, 2 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_3_HOURS] = {3 * HOUR_S, 2 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_4_HOURS] = {4 * HOUR_S, 3 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_8_HOURS] = {8 * HOUR_S, 5 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_1_DAY] = {DAY_S, 20 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_1_WEEK] = {7 * DAY_S, 40 * YEAR_DAYS *(int64_t)DAY_S},
    [BAR_1_MONTH] = {31 * DAY_S, 50 * YEAR_DAYS *(int64_t)DAY_S},
};

bool history_is_daily(enum bar_size size)
{
    return size >= BAR_1_DAY;
}

int64_t history_bar_s(enum bar_size size)
{
    assert(size < BAR_SIZE_COUNT);
    return sizes[size].bar_s;
}

int64_t history_days(int32_t date)
{
    return civil_to_days(date / 10000, date / 100 % 100, date % 100);
}

int32_t history_date(int64_t days)
{
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    return (int32_t)(year * 10000 + month * 100 + day);
}

int64_t history_at(const struct bar *b)
{
    return b->start.has ? b->start.v.ns / NS_PER_S : history_days(b->date) * DAY_S;
}

struct utc history_bar_time(const struct bar *b)
{
    return (struct utc){history_at(b) * NS_PER_S};
}

/* ---- finished or not ---- */

/* The exchange's clock in minutes since 1970; the least that it may show, if its zone is not known
 * exactly. */
static int64_t local_minute(const struct history *h, const struct history_question *q,
                            struct utc now)
{
    int64_t minute = now.ns / NS_PER_S / MINUTE_S;
    struct str name = q->details ? STR_NAME(q->details->time_zone) : STR_NONE;
    name = str_sub(name, 0, str_find(name, ' ', 0)); /* "EST (Eastern Standard Time)" */
    const struct tz *zone = name.n && h->zones.find ? h->zones.find(h->zones.self, name) : NULL;
    if (zone)
        return minute + tz_at(zone, now).offset_s / MINUTE_S;
    int least, greatest;
    market_zone_bounds(name, &least, &greatest);
    return minute + least;
}

int64_t history_today(const struct history *h, const struct history_question *q, struct utc now)
{
    int64_t minute = local_minute(h, q, now), day_min = DAY_S / MINUTE_S;
    return minute / day_min;
}

static bool is_day_over(const struct history *h, const struct history_question *q, int64_t day,
                        struct utc now)
{
    int64_t minute = local_minute(h, q, now), close;
    if (day < minute / (DAY_S / MINUTE_S))
        return true;
    if (!q->details)
        return false;
    const char *hours =
        q->regular_hours_only ? q->details->liquid_hours : q->details->trading_hours;
    switch (market_day_of(str_of(hours), day, &close)) {
    case MARKET_DAY_TRADED:
        return close <= minute;
    case MARKET_DAY_CLOSED:
        return day == minute / (DAY_S / MINUTE_S);
    default:
        return false;
    }
}

/* The day after the last one of the week or month that holds `day`. */
static int64_t period_end(enum bar_size size, int64_t day)
{
    int year, month, ignored;
    if (size == BAR_1_WEEK)
        return day - civil_weekday(day) + 7;
    civil_from_days(day, &year, &month, &ignored);
    return month == 12 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, month + 1, 1);
}

bool history_is_finished(const struct history *h, const struct history_question *q,
                         const struct bar *b, struct utc now)
{
    if (!history_is_daily(q->size))
        return history_at(b) + sizes[q->size].bar_s <= now.ns / NS_PER_S;
    int64_t day = history_days(b->date);
    if (q->size == BAR_1_DAY)
        return is_day_over(h, q, day, now);
    return period_end(q->size, day) <= history_today(h, q, now);
}

/* Whether today is a day without trading, so far as the broker tells. */
static bool is_closed_today(const struct history_question *q, int64_t today)
{
    int64_t close;
    if (!q->details)
        return false;
    const char *hours =
        q->regular_hours_only ? q->details->liquid_hours : q->details->trading_hours;
    return market_day_of(str_of(hours), today, &close) == MARKET_DAY_CLOSED;
}

bool history_may_be_new(const struct history *h, const struct history_question *q, int64_t to_s,
                        struct utc now)
{
    int64_t today = history_today(h, q, now), now_s = now.ns / NS_PER_S;
    if (q->size == BAR_1_DAY && to_s > today * DAY_S)
        return false;
    if (q->size == BAR_1_DAY && to_s == today * DAY_S)
        return !is_closed_today(q, today) && (!q->finished_only || is_day_over(h, q, today, now));
    return history_is_daily(q->size) || !q->finished_only || to_s + sizes[q->size].bar_s <= now_s;
}

int64_t history_finished_to(const struct history *h, const struct history_question *q,
                            const struct bar *bars, size_t n, struct utc now)
{
    int64_t end = INT64_MIN, bar_s = sizes[q->size].bar_s;
    while (n && !history_is_finished(h, q, &bars[n - 1], now))
        n--;
    if (n)
        end = history_at(&bars[n - 1]) + (q->size > BAR_1_DAY ? 1 : bar_s);
    int64_t told = end; /* beyond the last bar there was none, once what comes late has come */
    if (q->size == BAR_1_DAY)
        told = history_today(h, q, (struct utc){now.ns - (int64_t)LATE_S * NS_PER_S}) * DAY_S;
    else if (q->size < BAR_1_DAY)
        told = now.ns / NS_PER_S - bar_s - LATE_S;
    return told > end ? told : end;
}

/* ---- spans ---- */

/* Seconds in which the newest `n` bars certainly lie: trading may fill a quarter of a day, five
 * days of seven, and pause for a long holiday. */
static int64_t seconds_of(size_t n, enum bar_size size)
{
    int64_t bars = (int64_t)n + 1, bar_s = sizes[size].bar_s, slack = SLACK_DAYS * (int64_t)DAY_S;
    if (size >= BAR_1_WEEK)
        return bars * bar_s + slack;
    if (size == BAR_1_DAY)
        return bars * bar_s / 5 * 8 + slack;
    return bars * bar_s * 6 + slack / 2;
}

struct history_span history_span_of(const struct history_question *q, struct utc now)
{
    int64_t now_s = now.ns / NS_PER_S;
    struct history_span s = {INT64_MIN, INT64_MAX};
    if (q->to.has)
        s.to_s = q->to.v.ns / NS_PER_S;
    if (q->from.has)
        s.from_s = q->from.v.ns / NS_PER_S;
    if (!q->from.has)
        s.from_s = (q->to.has ? s.to_s : now_s) - seconds_of(q->last, q->size);
    if (history_is_daily(q->size)) {
        s.from_s -= ((s.from_s % DAY_S) + DAY_S) % DAY_S;
        if (q->to.has)
            s.to_s += DAY_S - s.to_s % DAY_S;
    }
    if (s.to_s != INT64_MAX && s.to_s > now_s + DAY_S)
        s.to_s = INT64_MAX;
    return s;
}

enum bar_show history_shown(const struct history_question *q)
{
    enum sec_type type = q->contract.sec_type;
    if (q->show != BARS_TRADES)
        return q->show;
    if (type == SEC_CASH || type == SEC_CFD || type == SEC_CMDTY)
        return BARS_MIDPOINT;
    return q->adjusted && (type == SEC_STK || type == SEC_FUND) ? BARS_ADJUSTED_LAST : BARS_TRADES;
}

void history_length(int64_t seconds, enum bar_size size, int *length, char *unit)
{
    enum { DAYS_MOST = 5, WEEK = 7, WEEKS_MOST = 52, MONTH_LEAST = 28, MONTHS_MOST = 12 };
    int64_t days = (seconds + DAY_S - 1) / DAY_S;
    if (seconds <= DAY_S && !history_is_daily(size)) {
        *length = (int)seconds;
        *unit = 'S';
    } else if (days <= DAYS_MOST && size <= BAR_1_DAY) { /* trading days: at least as long */
        *length = (int)days;
        *unit = 'D';
    } else if (days <= WEEKS_MOST * WEEK && size != BAR_1_MONTH) {
        *length = (int)((days + WEEK - 1) / WEEK);
        *unit = 'W';
    } else if (days <= MONTHS_MOST * MONTH_LEAST) {
        *length = (int)((days + MONTH_LEAST - 1) / MONTH_LEAST);
        *unit = 'M';
    } else {
        *length = (int)((days + YEAR_DAYS - 1) / YEAR_DAYS);
        *unit = 'Y';
    }
}

static bool too_long(const struct history_question *q, struct error *e)
{
    char name[80];
    error_set(e, ERROR_LIMIT, "TOO_LONG", "bars of %s of %s cannot be had over so long a span",
              bar_size_text(q->size), contract_name(&q->contract, name, sizeof name));
    if (history_shown(q) == BARS_ADJUSTED_LAST && !history_is_daily(q->size))
        return error_next(e, "ask larger bars, or bars that are not adjusted");
    return error_next(e, "ask larger bars or a shorter span");
}

bool history_plan(const struct history_question *q, struct history_span span, struct utc now,
                  struct bars_question *list, size_t *n, struct error *e)
{
    int64_t now_s = now.ns / NS_PER_S, most = sizes[q->size].most_s;
    enum bar_show shown = history_shown(q);
    bool is_present = span.to_s == INT64_MAX || shown == BARS_ADJUSTED_LAST;
    int64_t end = is_present ? now_s : span.to_s;
    *n = 0;
    if (span.from_s >= end)
        return error_set(e, ERROR_INVALID, "PERIOD", "the span begins behind its end");
    if (history_is_daily(q->size)) /* the first day or the first week as a whole */
        span.from_s -= q->size == BAR_1_DAY ? DAY_S : sizes[q->size].bar_s;
    if (shown == BARS_ADJUSTED_LAST && end - span.from_s > most)
        return too_long(q, e);
    for (bool is_first = true; end > span.from_s; is_first = false) {
        int64_t seconds = end - span.from_s < most ? end - span.from_s : most;
        if (*n == HISTORY_ASKS_MAX)
            return too_long(q, e);
        struct bars_question *b = &list[(*n)++];
        *b = (struct bars_question){.contract = q->contract,
                                    .size = q->size,
                                    .show = shown,
                                    .regular_hours_only = q->regular_hours_only};
        if (!is_first || !is_present)
            b->end = (struct opt_utc){{end * NS_PER_S}, true};
        history_length(seconds, q->size, &b->length, &b->unit);
        end -= seconds;
    }
    return true;
}
