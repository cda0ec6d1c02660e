/* SPDX-License-Identifier: MIT */
#include "market/schedule.h"

#include <assert.h>
#include <string.h>

enum { DAY_MIN = 24 * 60, HOUR_MIN = 60, MINUTE_S = 60, ZONE_NAME_MAX = 40 };

/* ---- the broker's list ---- */

/* "20261122" as days since 1970. */
static bool parse_day(struct str s, int64_t *out)
{
    int64_t v;
    if (s.n != 8 || !str_to_i64(s, &v) || v < 19700101)
        return false;
    int year = (int)(v / 10000), month = (int)(v / 100 % 100), day = (int)(v % 100);
    *out = civil_to_days(year, month, day);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "20261122:0930" as local minutes. */
static bool parse_minute(struct str s, int64_t *day, int64_t *out)
{
    int64_t v;
    if (s.n != 13 || s.p[8] != ':' || !parse_day(str_sub(s, 0, 8), day) ||
        !str_to_i64(str_sub(s, 9, 13), &v) || v < 0 || v > 2400 || v % 100 > 59)
        return false;
    *out = *day * DAY_MIN + v / 100 * HOUR_MIN + v % 100;
    return true;
}

static void know_days(struct schedule *s, int64_t from, int64_t to)
{
    s->first_day = s->is_told && s->first_day < from ? s->first_day : from;
    s->last_day = s->is_told && s->last_day > to ? s->last_day : to;
    s->is_told = true;
}

/* In order; the broker's own order is not relied on. */
static bool add_span(struct schedule *s, struct schedule_span span)
{
    if (s->n == SCHEDULE_SPANS_MAX)
        return false;
    size_t at = s->n++;
    for (; at > 0 && s->spans[at - 1].open_min > span.open_min; at--)
        s->spans[at] = s->spans[at - 1];
    s->spans[at] = span;
    return true;
}

static bool parse_item(struct str item, struct schedule *s)
{
    int64_t from, to;
    if (str_ends(item, STR(":CLOSED"))) {
        if (!parse_day(str_sub(item, 0, 8), &from) || item.n != 15)
            return false;
        know_days(s, from, from);
        return true;
    }
    struct schedule_span one;
    if (item.n != 27 || item.p[13] != '-' ||
        !parse_minute(str_sub(item, 0, 13), &from, &one.open_min) ||
        !parse_minute(str_sub(item, 14, 27), &to, &one.close_min) || one.close_min <= one.open_min)
        return false;
    if (one.close_min % DAY_MIN == DAY_MIN - 1)
        one.close_min++; /* 23:59 stands for the end of the day */
    if (!add_span(s, one))
        return false;
    know_days(s, from, to);
    return true;
}

void schedule_read(struct str text, struct schedule *out)
{
    struct str item;
    *out = (struct schedule){.n = 0};
    while (text.n && str_cut(&text, ';', &item))
        if (item.n && !parse_item(str_trim(item), out))
            return;
}

/* ---- calendars ---- */

void schedule_of_calendar(const struct calendar *c, int64_t first_day, int64_t last_day,
                          struct schedule *out)
{
    assert(first_day <= last_day && last_day - first_day < SCHEDULE_DAYS_MAX);
    *out = (struct schedule){.n = 0};
    know_days(out, first_day, last_day);
    /* one more at each end: a session may begin on the evening before its day */
    for (int64_t day = first_day; day <= last_day + 1; day++) {
        struct calendar_session s;
        if (!calendar_session(c, day, &s) || (day > last_day && s.open_min >= 0))
            continue;
        int64_t at = day * DAY_MIN;
        bool has_break = s.break_to_min > s.break_from_min;
        struct schedule_span first = {at + s.open_min,
                                      at + (has_break ? s.break_from_min : s.close_min)};
        struct schedule_span second = {at + s.break_to_min, at + s.close_min};
        if (!add_span(out, first) || (has_break && !add_span(out, second)))
            return;
    }
}

/* The broker's code of an exchange, and the calendar that its market keeps. */
static const struct {
    const char *exchange, *calendar;
} CALENDARS[] = {
    {"NYSE", "XNYS"},   {"NASDAQ", "XNYS"}, {"ISLAND", "XNYS"},   {"ARCA", "XNYS"},
    {"AMEX", "XNYS"},   {"BATS", "XNYS"},   {"IEX", "XNYS"},      {"XNAS", "XNYS"},
    {"ARCX", "XNYS"},   {"XASE", "XNYS"},   {"PINK", "XNYS"},     {"CME", "CMES"},
    {"GLOBEX", "CMES"}, {"CBOT", "CMES"},   {"NYMEX", "CMES"},    {"COMEX", "CMES"},
    {"XCME", "CMES"},   {"XCBT", "CMES"},   {"XNYM", "CMES"},     {"XCEC", "CMES"},
    {"CFE", "XCBF"},    {"TSE", "XTSE"},    {"VENTURE", "XTSE"},  {"LSE", "XLON"},
    {"LSEETF", "XLON"}, {"SBF", "XPAR"},    {"AEB", "XAMS"},      {"ENEXT.BE", "XBRU"},
    {"BVL", "XLIS"},    {"IBIS", "XETR"},   {"IBIS2", "XETR"},    {"EUREX", "XEUR"},
    {"DTB", "XEUR"},    {"BVME", "XMIL"},   {"BVME.ETF", "XMIL"}, {"BM", "XMAD"},
    {"EBS", "XSWX"},    {"SFB", "XSTO"},    {"CPH", "XCSE"},      {"HEX", "XHEL"},
    {"OSE", "XOSL"},    {"VSE", "XWBO"},    {"WSE", "XWAR"},      {"TSEJ", "XTKS"},
    {"SEHK", "XHKG"},   {"KSE", "XKRX"},    {"SGX", "XSES"},      {"ASX", "XASX"},
};

const struct calendar *schedule_calendar(struct str exchange)
{
    for (size_t i = 0; i < sizeof CALENDARS / sizeof CALENDARS[0]; i++)
        if (str_ieq(exchange, str_of(CALENDARS[i].exchange)))
            return calendar_find(str_of(CALENDARS[i].calendar));
    return exchange.n > 0 ? calendar_find(exchange) : NULL;
}

/* ---- zones ---- */

/* A zone's name becomes part of a path where zones are read from files. */
static bool is_zone_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool inside = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!letter && (!inside || i == 0))
            return false;
    }
    return s.n > 0 && s.n < ZONE_NAME_MAX;
}

const struct tz *schedule_zone(struct str name, const struct tz_zones *zones)
{
    static const struct {
        const char *said, *meant;
    } NAMES[] = {
        {"EST", "America/New_York"}, {"EDT", "America/New_York"},    {"CST", "America/Chicago"},
        {"CDT", "America/Chicago"},  {"PST", "America/Los_Angeles"}, {"JST", "Asia/Tokyo"},
        {"BST", "Europe/London"},    {"CEST", "Europe/Berlin"},
    };
    if (zones == NULL || zones->find == NULL)
        return NULL;
    name = str_sub(name, 0, str_find(name, ' ', 0)); /* "EST (Eastern Standard Time)" */
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (str_eq(name, str_of(NAMES[i].said)))
            return zones->find(zones->self, str_of(NAMES[i].meant));
    return is_zone_name(name) ? zones->find(zones->self, name) : NULL;
}

struct utc schedule_instant(const struct tz *zone, int64_t local_min)
{
    struct civil c = {.year = 1970, .month = 1, .day = 1};
    int64_t day = local_min / DAY_MIN - (local_min % DAY_MIN < 0);
    civil_from_days(day, &c.year, &c.month, &c.day);
    int minute = (int)(local_min - day * DAY_MIN);
    c.hour = minute / HOUR_MIN;
    c.minute = minute % HOUR_MIN;
    return tz_utc(zone, c, NULL);
}

int64_t schedule_day(const struct tz *zone, struct utc t)
{
    struct civil c = tz_civil(zone, t);
    return civil_to_days(c.year, c.month, c.day);
}

/* ---- asking ---- */

static bool is_known(const struct schedule *s, const struct tz *zone, struct utc t)
{
    int64_t day = schedule_day(zone, t);
    return s->is_told && day >= s->first_day && day <= s->last_day;
}

/* The span that holds t; s->n if none does. */
static size_t span_at(const struct schedule *s, const struct tz *zone, struct utc t)
{
    for (size_t i = 0; i < s->n; i++)
        if (schedule_instant(zone, s->spans[i].open_min).ns <= t.ns &&
            t.ns < schedule_instant(zone, s->spans[i].close_min).ns)
            return i;
    return s->n;
}

enum schedule_state schedule_at(const struct schedule *s, const struct tz *zone, struct utc t)
{
    if (span_at(s, zone, t) < s->n)
        return SCHEDULE_OPEN;
    return is_known(s, zone, t) ? SCHEDULE_CLOSED : SCHEDULE_UNKNOWN;
}

struct opt_utc schedule_change(const struct schedule *s, const struct tz *zone, struct utc t)
{
    size_t i = span_at(s, zone, t);
    if (i < s->n) {
        int64_t close = s->spans[i].close_min;
        for (i++; i < s->n && s->spans[i].open_min <= close; i++)
            close = s->spans[i].close_min > close ? s->spans[i].close_min : close;
        if (close >= (s->last_day + 1) * DAY_MIN) /* it may go on behind what is known */
            return (struct opt_utc){0};
        return (struct opt_utc){schedule_instant(zone, close), true};
    }
    for (i = 0; i < s->n && is_known(s, zone, t); i++) {
        struct utc open = schedule_instant(zone, s->spans[i].open_min);
        if (open.ns > t.ns)
            return (struct opt_utc){open, true};
    }
    return (struct opt_utc){0};
}
