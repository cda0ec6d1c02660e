/* SPDX-License-Identifier: MIT */
#include "market/hours.h"

#include "market/schedule.h"

enum { MINUTES_PER_DAY = 24 * 60, SECONDS_PER_MINUTE = 60 };

/* Least and greatest difference to UTC over a year, in minutes. */
static const struct zone {
    const char *name;
    int least, greatest;
} bounds[] = {
    {"UTC", 0, 0},
    {"GMT", 0, 0},
    {"US/Eastern", -300, -240},
    {"America/New_York", -300, -240},
    {"EST5EDT", -300, -240},
    {"EST", -300, -240}, /* the broker also uses it for New York in summer */
    {"Canada/Eastern", -300, -240},
    {"America/Toronto", -300, -240},
    {"US/Central", -360, -300},
    {"America/Chicago", -360, -300},
    {"CST6CDT", -360, -300},
    {"CST", -360, -300},
    {"Mexico/General", -360, -300},
    {"America/Mexico_City", -360, -300},
    {"US/Pacific", -480, -420},
    {"America/Los_Angeles", -480, -420},
    {"GB", 0, 60},
    {"GB-Eire", 0, 60},
    {"Europe/London", 0, 60},
    {"Europe/Dublin", 0, 60},
    {"Europe/Lisbon", 0, 60},
    {"Portugal", 0, 60},
    {"MET", 60, 120},
    {"CET", 60, 120},
    {"Europe/Amsterdam", 60, 120},
    {"Europe/Berlin", 60, 120},
    {"Europe/Brussels", 60, 120},
    {"Europe/Copenhagen", 60, 120},
    {"Europe/Madrid", 60, 120},
    {"Europe/Oslo", 60, 120},
    {"Europe/Paris", 60, 120},
    {"Europe/Rome", 60, 120},
    {"Europe/Stockholm", 60, 120},
    {"Europe/Vienna", 60, 120},
    {"Europe/Warsaw", 60, 120},
    {"Europe/Zurich", 60, 120},
    {"Europe/Budapest", 60, 120},
    {"Europe/Helsinki", 120, 180},
    {"EET", 120, 180},
    {"Israel", 120, 180},
    {"Asia/Jerusalem", 120, 180},
    {"Africa/Johannesburg", 120, 120},
    {"Asia/Calcutta", 330, 330},
    {"Asia/Kolkata", 330, 330},
    {"Hongkong", 480, 480},
    {"Asia/Hong_Kong", 480, 480},
    {"Singapore", 480, 480},
    {"Asia/Singapore", 480, 480},
    {"Asia/Shanghai", 480, 480},
    {"Asia/Taipei", 480, 480},
    {"Japan", 540, 540},
    {"Asia/Tokyo", 540, 540},
    {"JST", 540, 540},
    {"ROK", 540, 540},
    {"Asia/Seoul", 540, 540},
    {"Australia/NSW", 600, 660},
    {"Australia/Sydney", 600, 660},
};
static const struct zone anywhere = {NULL, -12 * 60, 14 * 60};

static const struct zone *zone_of(struct str name)
{
    name = str_sub(name, 0, str_find(name, ' ', 0)); /* "EST (Eastern Standard Time)" */
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (str_ieq(name, str_of(bounds[i].name)))
            return &bounds[i];
    return &anywhere;
}

static int64_t day_of(int64_t minute)
{
    return (minute >= 0 ? minute : minute - MINUTES_PER_DAY + 1) / MINUTES_PER_DAY;
}

/* MARKET_OPEN or MARKET_CLOSED if that holds from minute `from` to minute `to`, else unknown. */
static enum market_state state_within(const struct schedule *s, int64_t from, int64_t to)
{
    if (!s->is_told || day_of(to) < s->first_day || day_of(to) > s->last_day)
        return MARKET_UNKNOWN;
    if (day_of(from) < s->first_day)
        from = s->first_day * MINUTES_PER_DAY; /* the list begins with the exchange's present day */
    bool overlaps = false, moved = true;
    int64_t covered = from; /* open from `from` up to here */
    for (size_t i = 0; i < s->n; i++)
        overlaps = overlaps || (s->spans[i].open_min <= to && s->spans[i].close_min > from);
    if (!overlaps)
        return MARKET_CLOSED;
    while (moved && covered <= to) {
        moved = false;
        for (size_t i = 0; i < s->n; i++) {
            if (s->spans[i].open_min <= covered && s->spans[i].close_min > covered) {
                covered = s->spans[i].close_min;
                moved = true;
            }
        }
    }
    return covered > to ? MARKET_OPEN : MARKET_UNKNOWN;
}

static enum market_state state_by(const char *text, const struct zone *zone, struct utc now)
{
    struct schedule s;
    int64_t minute = now.ns / NS_PER_S / SECONDS_PER_MINUTE;
    schedule_read(str_of(text), &s);
    return state_within(&s, minute + zone->least, minute + zone->greatest);
}

enum market_day market_day_of(struct str sessions, int64_t day, int64_t *close)
{
    struct schedule s;
    schedule_read(sessions, &s);
    if (!s.is_told || day < s.first_day || day > s.last_day)
        return MARKET_DAY_UNKNOWN;
    bool is_traded = false;
    for (size_t i = 0; i < s.n; i++) {
        if (day_of(s.spans[i].close_min - 1) != day)
            continue;
        *close = is_traded && *close > s.spans[i].close_min ? *close : s.spans[i].close_min;
        is_traded = true;
    }
    return is_traded ? MARKET_DAY_TRADED : MARKET_DAY_CLOSED;
}

void market_zone_bounds(struct str zone, int *least, int *greatest)
{
    const struct zone *z = zone_of(zone);
    *least = z->least;
    *greatest = z->greatest;
}

static enum market_state both(enum market_state regular, enum market_state any)
{
    if (regular == MARKET_OPEN || any == MARKET_CLOSED)
        return regular == MARKET_OPEN ? MARKET_OPEN : MARKET_CLOSED;
    if (regular == MARKET_CLOSED)
        return any == MARKET_OPEN ? MARKET_EXTENDED : MARKET_UNKNOWN;
    return MARKET_UNKNOWN;
}

enum market_state market_state_of(const struct contract_details *d, struct utc now)
{
    const struct zone *zone = zone_of(STR_NAME(d->time_zone));
    return both(state_by(d->liquid_hours, zone, now), state_by(d->trading_hours, zone, now));
}

static enum market_state state_in(const char *text, const struct tz *zone, struct utc now)
{
    static const enum market_state states[] = {[SCHEDULE_UNKNOWN] = MARKET_UNKNOWN,
                                               [SCHEDULE_OPEN] = MARKET_OPEN,
                                               [SCHEDULE_CLOSED] = MARKET_CLOSED};
    struct schedule s;
    schedule_read(str_of(text), &s);
    return states[schedule_at(&s, zone, now)];
}

enum market_state market_state_at(const struct contract_details *d, const struct tz_zones *zones,
                                  struct utc now)
{
    const struct tz *zone = schedule_zone(STR_NAME(d->time_zone), zones);
    if (zone == NULL)
        return market_state_of(d, now);
    return both(state_in(d->liquid_hours, zone, now), state_in(d->trading_hours, zone, now));
}

const char *market_state_text(enum market_state s)
{
    static const char *const names[] = {
        [MARKET_UNKNOWN] = "unknown",
        [MARKET_OPEN] = "open",
        [MARKET_EXTENDED] = "extended",
        [MARKET_CLOSED] = "closed",
    };
    return names[s];
}
