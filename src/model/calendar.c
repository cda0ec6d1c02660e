/* SPDX-License-Identifier: MIT */
#include "model/calendar.h"

#include "base/instant.h"
#include "model/calendar_table.h"

#include <assert.h>

enum {
    SATURDAY_DAY = 5,
    NEAR_DAYS = 30,
    STRAY_DAYS = 14, /* no rule names a day farther outside its year */
    CLOSED_ALL_DAY = 0
};

const struct calendar *calendar_at(size_t index)
{
    size_t i = 0;
    while (i < index && calendar_table[i] != NULL)
        i++;
    return calendar_table[i];
}

const struct calendar *calendar_find(struct str code)
{
    for (size_t i = 0; calendar_table[i] != NULL; i++)
        if (str_eq(code, str_of(calendar_table[i]->code)))
            return calendar_table[i];
    return NULL;
}

const char *calendar_code(const struct calendar *c)
{
    return c->code;
}

const char *calendar_zone(const struct calendar *c)
{
    return c->zone;
}

const char *calendar_name(const struct calendar *c)
{
    return c->name;
}

/* ---- the days of rules ---- */
/* Easter Sunday of the western churches, by the rule of the Gregorian calendar. */
static int64_t easter(int year)
{
    int golden = year % 19, century = year / 100;
    int epact = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    int moon = epact - epact / 28 * (1 - 29 / (epact + 1) * ((21 - golden) / 11));
    int weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7;
    return civil_to_days(year, 3, 28) + moon - weekday;
}

static int64_t on_or_after(int64_t day, int weekday)
{
    return day + (weekday - civil_weekday(day) + 7) % 7;
}

static int64_t shifted(int64_t day, enum day_shift shift)
{
    int over = civil_weekday(day) - SATURDAY_DAY; /* 0 Saturday, 1 Sunday */
    if (over < 0)
        return day;
    switch (shift) {
    case MONDAY:
        return day + 2 - over;
    case NEAREST:
        return over == 0 ? day - 1 : day + 1;
    case SUNDAY:
        return over == 0 ? day : day + 1;
    case TWO_ON:
        return day + 2;
    case KEPT:
        break;
    }
    return day;
}

/* Good from 1980 to 2099; counted from 1980 in millionths of a day. */
static int64_t equinox(int year, int month, int64_t start)
{
    int64_t years = year - 1980;
    return civil_to_days(year, month, 1) - 1 + (start + 242194 * years) / 1000000 - years / 4;
}

/* The day of a rule in a year. */
static int64_t day_of(const struct day_rule *r, int year)
{
    int64_t date = civil_to_days(year, r->month > 0 ? r->month : 1, r->day > 0 ? r->day : 1);
    switch (r->kind) {
    case DAY_FIXED:
        break;
    case DAY_NTH:
        if (r->n > 0)
            return on_or_after(civil_to_days(year, r->month, 1), r->weekday) + 7 * (r->n - 1);
        date =
            r->month == 12 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, r->month + 1, 1);
        return on_or_after(date - 7, r->weekday);
    case DAY_BEFORE:
        return on_or_after(date - 7, r->weekday);
    case DAY_FROM:
        return on_or_after(date, r->weekday);
    case DAY_EASTER:
        return easter(year) + r->n;
    case DAY_SPRING:
        date = equinox(year, 3, 20843100);
        break;
    case DAY_AUTUMN:
        date = equinox(year, 9, 23248800);
        break;
    case DAY_END:
    case DAY_BETWEEN:
    case DAY_EVE:
        break;
    }
    return shifted(date, r->shift);
}

static int year_of(int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return year;
}

static bool holds_in(const struct day_rule *r, int year)
{
    return (r->from == 0 || year >= r->from) && (r->to == 0 || year <= r->to);
}

/* A rule of the year before or after may reach into this one (1 January kept on 31 December). */
static bool is_closed_by(const struct day_rule *rules, int64_t day, int close_min)
{
    int first = year_of(day - STRAY_DAYS), last = year_of(day + STRAY_DAYS);
    for (const struct day_rule *r = rules; r->kind != DAY_END; r++) {
        if (r->kind == DAY_EVE || r->kind == DAY_BETWEEN || r->close_min != close_min)
            continue;
        for (int y = first; y <= last; y++)
            if (holds_in(r, y) && day_of(r, y) == day)
                return true;
    }
    return false;
}

static bool is_between(const struct day_rule *rules, int64_t day, int year)
{
    for (const struct day_rule *r = rules; r->kind != DAY_END; r++)
        if (r->kind == DAY_BETWEEN && holds_in(r, year))
            return is_closed_by(rules, day - 1, CLOSED_ALL_DAY) &&
                   is_closed_by(rules, day + 1, CLOSED_ALL_DAY);
    return false;
}

static int32_t ymd_of(int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return year * 10000 + month * 100 + date;
}

static bool is_listed(const int32_t *list, int32_t ymd)
{
    for (; list != NULL && *list != 0; list++)
        if (*list == ymd)
            return true;
    return false;
}

static bool is_open(const struct calendar *c, int64_t day)
{
    int32_t ymd = ymd_of(day);
    int year = ymd / 10000;
    if (is_listed(c->opened, ymd))
        return true;
    return civil_weekday(day) < SATURDAY_DAY && !is_listed(c->closed, ymd) &&
           !is_closed_by(c->rules, day, CLOSED_ALL_DAY) && !is_between(c->rules, day, year);
}

int64_t calendar_next(const struct calendar *c, int64_t day)
{
    for (int64_t d = day + 1; d <= day + NEAR_DAYS; d++)
        if (is_open(c, d))
            return d;
    return INT64_MIN;
}

int64_t calendar_previous(const struct calendar *c, int64_t day)
{
    for (int64_t d = day - 1; d >= day - NEAR_DAYS; d--)
        if (is_open(c, d))
            return d;
    return INT64_MIN;
}

/* ---- hours ---- */
struct calendar_session calendar_regular(const struct calendar *c, int64_t day)
{
    const struct hours_from *h = c->hours;
    for (int32_t ymd = ymd_of(day); h[1].ymd >= 0 && h[1].ymd <= ymd;)
        h++;
    return h->session;
}

/* When a short day ends, or 0. */
static int short_close(const struct calendar *c, int64_t day)
{
    int year = year_of(day);
    for (const struct day_rule *r = c->rules; r->kind != DAY_END; r++) {
        if (r->close_min == 0)
            continue;
        for (int y = year; y <= year + 1; y++) {
            if (!holds_in(r, y))
                continue;
            if (r->kind == DAY_EVE) {
                int64_t date = civil_to_days(y, r->month, r->day);
                if (day < date && calendar_previous(c, date) == day)
                    return r->close_min;
            } else if (day_of(r, y) == day) {
                return r->close_min;
            }
        }
    }
    return 0;
}

bool calendar_session(const struct calendar *c, int64_t day, struct calendar_session *out)
{
    if (!is_open(c, day))
        return false;
    struct calendar_session s = calendar_regular(c, day);
    int close = short_close(c, day);
    for (const struct odd_day *o = c->odd; o != NULL && o->ymd != 0; o++)
        if (o->ymd == ymd_of(day)) {
            s.open_min = o->open_min;
            close = o->close_min;
        }
    if (close != 0) {
        s.close_min = close;
        if (s.break_from_min >= close)
            s.break_from_min = s.break_to_min = 0;
    }
    if (out != NULL)
        *out = s;
    return true;
}

bool calendar_is_short(const struct calendar *c, int64_t day)
{
    struct calendar_session s;
    return calendar_session(c, day, &s) && s.close_min < calendar_regular(c, day).close_min;
}
