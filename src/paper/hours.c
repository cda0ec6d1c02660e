/* SPDX-License-Identifier: MIT */
#include "paper/hours.h"

#include <assert.h>
#include <stdio.h>

enum {
    DAY_MIN = 1440,
    REST_DAYS = 16 /* no market rests for longer */,
    FAR_DAY = 80000 /* hours of listings are those of today */
};
enum rule { RULE_NONE, RULE_US, RULE_EU, RULE_AU };

static const struct {
    const char *name;
    int offset_min;
    enum rule rule;
} zones[] = {
    {"UTC", 0, RULE_NONE},
    {"US/Eastern", -300, RULE_US},
    {"MET", 60, RULE_EU},
    {"GB-Eire", 0, RULE_EU},
    {"Japan", 540, RULE_NONE},
    {"Hongkong", 480, RULE_NONE},
    {"ROK", 540, RULE_NONE},
    {"US/Central", -360, RULE_US},
    {"EST", -300, RULE_NONE},
    {"GMT", 0, RULE_NONE},
    {"CET", 60, RULE_EU},
    {"America/New_York", -300, RULE_US},
    {"Europe/London", 0, RULE_EU},
    {"Asia/Tokyo", 540, RULE_NONE},
    {"Singapore", 480, RULE_NONE},
    {"Australia/NSW", 600, RULE_AU},
    {"EET", 120, RULE_EU},
    {"Asia/Singapore", 480, RULE_NONE},
    {"Asia/Hong_Kong", 480, RULE_NONE},
    {"Asia/Seoul", 540, RULE_NONE},
    {"Australia/Sydney", 600, RULE_AU},
    {"Europe/Helsinki", 120, RULE_EU},
    {"America/Chicago", -360, RULE_US},
    {"Europe/Berlin", 60, RULE_EU},
    {"Europe/Paris", 60, RULE_EU},
    {"US/Pacific", -480, RULE_US},
};
enum { ZONES = sizeof zones / sizeof zones[0] };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int hours_zone(struct str name)
{
    for (int i = 0; i < ZONES; i++)
        if (str_eq(name, str_of(zones[i].name)))
            return i;
    return -1;
}

const char *hours_zone_name(int zone)
{
    assert(zone >= 0 && zone < ZONES);
    return zones[zone].name;
}

/* Day number of the n-th Sunday of a month (n = 1, 2), or of its last one (n = 0). */
static int64_t sunday(int year, int month, int n)
{
    if (n == 0) {
        int64_t last = civil_to_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 1;
        return last - (civil_weekday(last) + 1) % 7;
    }
    int64_t first = civil_to_days(year, month, 1);
    return first + (6 - civil_weekday(first)) + 7 * (n - 1);
}

int64_t hours_offset_s(int zone, int64_t utc_s)
{
    assert(zone >= 0 && zone < ZONES);
    int64_t standard = zones[zone].offset_min * 60;
    if (zones[zone].rule == RULE_NONE)
        return standard;
    int year, month, day;
    civil_from_days(floor_div(utc_s, HOURS_DAY_S), &year, &month, &day);
    int64_t from, to;
    if (zones[zone].rule == RULE_AU) { /* summer is at both ends of a year */
        from = sunday(year, 4, 1) * HOURS_DAY_S + 7200 - standard;
        to = sunday(year, 10, 1) * HOURS_DAY_S + 7200 - standard;
        return standard + (utc_s >= from && utc_s < to ? 0 : 3600);
    }
    if (zones[zone].rule == RULE_US) { /* 02:00 by the clock that is about to be changed */
        from = sunday(year, 3, 2) * HOURS_DAY_S + 7200 - standard;
        to = sunday(year, 11, 1) * HOURS_DAY_S + 3600 - standard;
    } else { /* 01:00 UTC everywhere */
        from = sunday(year, 3, 0) * HOURS_DAY_S + 3600;
        to = sunday(year, 10, 0) * HOURS_DAY_S + 3600;
    }
    return standard + (utc_s >= from && utc_s < to ? 3600 : 0);
}

int64_t hours_utc_of_local(int zone, int64_t local_s)
{
    int64_t guess = local_s - hours_offset_s(zone, local_s);
    return local_s - hours_offset_s(zone, guess);
}

int64_t hours_local_day(int zone, int64_t utc_s)
{
    return floor_div(utc_s + hours_offset_s(zone, utc_s), HOURS_DAY_S);
}

int64_t hours_day_start(int zone, int64_t utc_s)
{
    return hours_utc_of_local(zone, hours_local_day(zone, utc_s) * HOURS_DAY_S);
}

int64_t hours_day_end(int zone, int64_t utc_s)
{
    return hours_utc_of_local(zone, (hours_local_day(zone, utc_s) + 1) * HOURS_DAY_S);
}

/* "HHMM" as minutes, or -1. */
static int minutes_of(struct str text)
{
    int64_t v;
    if (text.n != 4 || !str_to_i64(text, &v) || v < 0 || v > 2400 || v % 100 > 59)
        return -1;
    return (int)(v / 100 * 60 + v % 100);
}

static const struct {
    const char *name;
    int from_min, to_min;
} weeks[] = {{"FX", 17 * 60, 17 * 60 + 15}, {"GLOBEX", 16 * 60, 17 * 60}};

bool hours_parse(struct str text, int zone, struct hours *out)
{
    assert(zone >= 0 && zone < ZONES);
    *out = (struct hours){.zone = zone};
    for (size_t i = 0; i < sizeof weeks / sizeof weeks[0]; i++)
        if (str_eq(text, str_of(weeks[i].name))) {
            out->is_week = true;
            out->break_from_min = weeks[i].from_min;
            out->break_to_min = weeks[i].to_min;
            return true;
        }
    if (str_eq(text, STR("ALWAYS"))) {
        out->is_daily = true;
        out->n = 1;
        out->spans[0].close_min = DAY_MIN;
        return true;
    }
    for (struct str span; str_cut(&text, '/', &span);) {
        if (span.n != 9 || span.p[4] != '-' || out->n == HOURS_SPANS_MAX)
            return false;
        int open = minutes_of(str_sub(span, 0, 4)), close = minutes_of(str_sub(span, 5, 9));
        int floor = out->n > 0 ? out->spans[out->n - 1].close_min : 0;
        if (open < floor || close <= open)
            return false;
        out->spans[out->n].open_min = open;
        out->spans[out->n++].close_min = close;
    }
    return out->n > 0;
}

enum { SATURDAY_DAY = 5 };

/* How a day differs from the full one that `spans` describe; false if it is no session. */
static bool day_shift(const struct hours *h, int64_t day, int *open_by, int *close_by)
{
    struct calendar_session s;
    *open_by = *close_by = 0;
    if (h->calendar == NULL)
        return h->is_daily || civil_weekday(day) < SATURDAY_DAY;
    if (!calendar_session(h->calendar, day, &s))
        return false;
    struct calendar_session full = calendar_regular(h->calendar, FAR_DAY);
    *open_by = s.open_min - full.open_min;
    *close_by = s.close_min - full.close_min;
    return true;
}

/* A trading day without a night ends at its break, or where the calendar ends it earlier. */
static size_t spans_of_week(const struct hours *h, int64_t day, int from[HOURS_SPANS_MAX],
                            int to[HOURS_SPANS_MAX])
{
    int open_by, close_by;
    size_t n = 0;
    if (day_shift(h, day, &open_by, &close_by)) {
        from[n] = 0;
        to[n++] = close_by == 0 ? h->break_from_min
                                : calendar_regular(h->calendar, day).close_min + close_by;
    }
    if (day_shift(h, day + 1, &open_by, &close_by)) {
        from[n] = h->break_to_min;
        to[n++] = DAY_MIN;
    }
    return n;
}

/* The sessions of one local day as spans; returns how many. */
static size_t spans_of_day(const struct hours *h, int64_t day, int from[HOURS_SPANS_MAX],
                           int to[HOURS_SPANS_MAX])
{
    int open_by, close_by;
    size_t n = 0;
    if (h->is_week)
        return spans_of_week(h, day, from, to);
    if (h->n == 0 || !day_shift(h, day, &open_by, &close_by))
        return 0;
    int end = h->spans[h->n - 1].close_min + close_by;
    for (size_t i = 0; i < h->n; i++) {
        bool is_last = i + 1 == h->n;
        int close = h->spans[i].close_min;
        from[n] = h->spans[i].open_min + (i == 0 ? open_by : 0);
        to[n] = is_last || close > end ? end : close;
        n += from[n] < to[n];
    }
    return n;
}

bool hours_has_session(const struct hours *h, int64_t day)
{
    int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
    return spans_of_day(h, day, from, to) > 0;
}

/* Seconds of trading between local midnight and second `until` of a local day. */
static int64_t open_until(const struct hours *h, int64_t day, int64_t until)
{
    int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
    size_t n = spans_of_day(h, day, from, to);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t a = (int64_t)from[i] * 60, b = (int64_t)to[i] * 60;
        if (until > a)
            sum += (until < b ? until : b) - a;
    }
    return sum;
}

static int64_t local_of(const struct hours *h, int64_t utc_s)
{
    return utc_s + hours_offset_s(h->zone, utc_s);
}

bool hours_is_open(const struct hours *h, int64_t utc_s)
{
    int64_t local = local_of(h, utc_s), day = floor_div(local, HOURS_DAY_S);
    int64_t second = local - day * HOURS_DAY_S;
    int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
    for (size_t i = spans_of_day(h, day, from, to); i-- > 0;)
        if (second >= from[i] * (int64_t)60 && second < to[i] * (int64_t)60)
            return true;
    return false;
}

int64_t hours_last_open(const struct hours *h, int64_t utc_s)
{
    if (hours_is_open(h, utc_s))
        return utc_s;
    int64_t local = local_of(h, utc_s), today = floor_div(local, HOURS_DAY_S);
    for (int64_t day = today; day > today - REST_DAYS; day--) {
        int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
        for (size_t i = spans_of_day(h, day, from, to); i-- > 0;) {
            int64_t last = day * HOURS_DAY_S + (int64_t)to[i] * 60 - 1;
            if (last <= local)
                return hours_utc_of_local(h->zone, last);
        }
    }
    return utc_s;
}

int64_t hours_next_open(const struct hours *h, int64_t utc_s)
{
    if (hours_is_open(h, utc_s))
        return utc_s;
    int64_t local = local_of(h, utc_s), today = floor_div(local, HOURS_DAY_S);
    for (int64_t day = today; day < today + REST_DAYS; day++) {
        int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
        size_t n = spans_of_day(h, day, from, to);
        for (size_t i = 0; i < n; i++) {
            int64_t first = day * HOURS_DAY_S + (int64_t)from[i] * 60;
            if (first >= local)
                return hours_utc_of_local(h->zone, first);
        }
    }
    return utc_s;
}

int64_t hours_open_s(const struct hours *h, int64_t utc_s)
{
    int64_t local = local_of(h, utc_s), day = floor_div(local, HOURS_DAY_S);
    return open_until(h, day, local - day * HOURS_DAY_S);
}

int64_t hours_open_day_s(const struct hours *h, int64_t utc_s)
{
    return open_until(h, hours_local_day(h->zone, utc_s), HOURS_DAY_S);
}

/* ---- text ---- */
size_t hours_format(int zone, int64_t utc_s, char out[HOURS_TEXT_MAX])
{
    struct civil c = civil_of_utc((struct utc){(utc_s + hours_offset_s(zone, utc_s)) * NS_PER_S});
    int n = snprintf(out, HOURS_TEXT_MAX, "%04d%02d%02d %02d:%02d:%02d %s", c.year, c.month, c.day,
                     c.hour, c.minute, c.second, hours_zone_name(zone));
    return n > 0 ? (size_t)n : 0;
}

size_t hours_format_date(int zone, int64_t utc_s, char out[HOURS_TEXT_MAX])
{
    hours_format(zone, utc_s, out);
    out[8] = 0;
    return 8;
}

static int ymd_of(int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return year * 10000 + month * 100 + date;
}

/* A session without a night is told by the day on which it ends. */
static void describe_week(const struct hours *h, int64_t day, struct buf *out)
{
    int from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
    size_t n = spans_of_week(h, day, from, to);
    if (n == 0 || from[0] != 0)
        buf_add_f(out, "%08d:CLOSED", ymd_of(day));
    else
        buf_add_f(out, "%08d:%02d%02d-%08d:%02d%02d", ymd_of(day - 1), h->break_to_min / 60,
                  h->break_to_min % 60, ymd_of(day), to[0] / 60, to[0] % 60);
}

static void describe_day(const struct hours *h, int64_t day, struct buf *out)
{
    int ymd = ymd_of(day), from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX];
    size_t n = spans_of_day(h, day, from, to);
    if (n == 0)
        buf_add_f(out, "%08d:CLOSED", ymd);
    for (size_t i = 0; i < n; i++) {
        int last = to[i] < DAY_MIN ? to[i] : DAY_MIN - 1;
        buf_add_f(out, "%s%08d:%02d%02d-%08d:%02d%02d", i > 0 ? ";" : "", ymd, from[i] / 60,
                  from[i] % 60, ymd, last / 60, last % 60);
    }
}

void hours_describe(const struct hours *h, bool is_always, int64_t utc_s, int days, struct buf *out)
{
    int64_t first = hours_local_day(h->zone, utc_s);
    for (int i = 0; i < days; i++) {
        if (i > 0)
            buf_add_char(out, ';');
        int64_t day = first + i;
        if (is_always)
            buf_add_f(out, "%08d:0000-%08d:2359", ymd_of(day), ymd_of(day));
        else if (h->is_week)
            describe_week(h, day, out);
        else
            describe_day(h, day, out);
    }
}

/* n digits as a number, or -1. */
static int64_t digits(struct str s, size_t from, size_t n)
{
    int64_t v;
    struct str part = str_sub(s, from, from + n);
    return part.n == n && part.p[0] >= '0' && part.p[0] <= '9' && str_to_i64(part, &v) ? v : -1;
}

bool hours_parse_time(struct str text, int zone, int64_t *utc_s)
{
    text = str_trim(text);
    int64_t ymd = digits(text, 0, 8), month = ymd / 100 % 100, day = ymd % 100;
    if (ymd < 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    int64_t local = civil_to_days((int)(ymd / 10000), (int)month, (int)day) * HOURS_DAY_S;
    if (text.n == 8) {
        *utc_s = hours_utc_of_local(zone, local);
        return true;
    }
    bool is_utc = text.p[8] == '-';
    struct str clock = str_trim(str_sub(text, 9, text.n));
    int64_t hour = digits(clock, 0, 2), minute = digits(clock, 3, 2), second = digits(clock, 6, 2);
    if ((!is_utc && text.p[8] != ' ') || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60 || clock.p[2] != ':' || clock.p[5] != ':')
        return false;
    local += hour * 3600 + minute * 60 + second;
    struct str word = str_trim(str_sub(clock, 8, clock.n));
    if (is_utc || str_eq(word, STR("Z")) || str_eq(word, STR("UTC")))
        zone = 0;
    else if (word.n > 0)
        zone = hours_zone(word);
    if (zone < 0)
        return false;
    *utc_s = hours_utc_of_local(zone, local);
    return true;
}
