/* SPDX-License-Identifier: MIT */
#include "base/instant.h"

#include <assert.h>

enum { SECONDS_PER_DAY = 86400 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- instants ---- */

struct instant instant_after_ms(struct instant t, int64_t ms)
{
    int64_t ns, sum;
    if (t.ns == INT64_MAX)
        return INSTANT_NEVER;
    bool overflows = __builtin_mul_overflow(ms, (int64_t)NS_PER_MS, &ns);
    if (overflows || __builtin_add_overflow(t.ns, ns, &sum))
        return ms > 0 ? INSTANT_NEVER : (struct instant){INT64_MIN};
    return (struct instant){sum};
}

bool instant_due(struct instant deadline, struct instant now)
{
    return deadline.ns != INT64_MAX && deadline.ns <= now.ns;
}

struct instant instant_min(struct instant a, struct instant b)
{
    return b.ns < a.ns ? b : a;
}

int64_t instant_ms_since(struct instant since, struct instant now)
{
    int64_t ns;
    if (now.ns <= since.ns)
        return 0;
    if (__builtin_sub_overflow(now.ns, since.ns, &ns))
        ns = INT64_MAX;
    return ns / NS_PER_MS;
}

/* ---- civil time ---- */

/*
 * Both directions count in a year that begins in March, so that the leap day is its last, and in
 * eras of 400 years, each of 146097 days, so that the sign of the year does not matter.
 */
enum { DAYS_PER_ERA = 146097, EPOCH_FROM_ERA_START = 719468 /* 0000-03-01 to 1970-01-01 */ };

int64_t civil_to_days(int year, int month, int day)
{
    int64_t months = (int64_t)month - 3;
    int64_t y = (int64_t)year + floor_div(months, 12);
    int64_t month_from_march = months - floor_div(months, 12) * 12;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    /* months from March have 31,30,31,30,31 days in turn: 153 days per five months */
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_ERA_START;
}

void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + EPOCH_FROM_ERA_START;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    /* take out the leap days that lie before, then whole years remain */
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(era * 400 + year_of_era + (*month <= 2));
}

int civil_weekday(int64_t days)
{
    int64_t w = (days % 7 + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w);
}

struct civil civil_of_utc(struct utc t)
{
    int64_t seconds = floor_div(t.ns, NS_PER_S);
    int64_t days = floor_div(seconds, SECONDS_PER_DAY);
    int rest = (int)(seconds - days * SECONDS_PER_DAY);
    struct civil c = {
        .hour = rest / 3600,
        .minute = rest / 60 % 60,
        .second = rest % 60,
        .nano = (int)((t.ns % NS_PER_S + NS_PER_S) % NS_PER_S),
    };
    civil_from_days(days, &c.year, &c.month, &c.day);
    return c;
}

/* False if the instant does not fit 64 bits of nanoseconds (years 1677 to 2262 do). */
static bool to_utc(struct civil c, struct utc *out)
{
    int64_t ns;
    int64_t seconds = civil_to_days(c.year, c.month, c.day) * SECONDS_PER_DAY +
                      (int64_t)c.hour * 3600 + (int64_t)c.minute * 60 + c.second;
    int64_t nano = c.nano;
    if (seconds < 0) { /* keeps the product in range at the very first second */
        seconds++;
        nano -= NS_PER_S;
    }
    if (__builtin_mul_overflow(seconds, (int64_t)NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, nano, &ns))
        return false;
    out->ns = ns;
    return true;
}

struct utc utc_of_civil(struct civil c)
{
    struct utc t;
    if (!to_utc(c, &t))
        t.ns = c.year < 1970 ? INT64_MIN : INT64_MAX;
    return t;
}

/* ---- text ---- */

static char *put_number(char *out, int v, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return out + digits;
}

static size_t format(struct utc t, bool with_ms, char out[UTC_TEXT_MAX])
{
    struct civil c = civil_of_utc(t);
    char *p = put_number(out, c.year, 4);
    *p++ = '-';
    p = put_number(p, c.month, 2);
    *p++ = '-';
    p = put_number(p, c.day, 2);
    *p++ = 'T';
    p = put_number(p, c.hour, 2);
    *p++ = ':';
    p = put_number(p, c.minute, 2);
    *p++ = ':';
    p = put_number(p, c.second, 2);
    if (with_ms) {
        *p++ = '.';
        p = put_number(p, c.nano / NS_PER_MS, 3);
    }
    *p++ = 'Z';
    *p = 0;
    return (size_t)(p - out);
}

size_t utc_format(struct utc t, char out[UTC_TEXT_MAX])
{
    return format(t, false, out);
}

size_t utc_format_ms(struct utc t, char out[UTC_TEXT_MAX])
{
    return format(t, true, out);
}

/* Takes exactly `digits` digits, and before them `mark` unless it is 0, off the front of s. */
static bool take_number(struct str *s, char mark, size_t digits, int *out)
{
    if (mark) {
        if (s->n == 0 || s->p[0] != mark)
            return false;
        *s = str_sub(*s, 1, s->n);
    }
    if (s->n < digits)
        return false;
    int v = 0;
    for (size_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_sub(*s, digits, s->n);
    *out = v;
    return true;
}

static bool take_date(struct str *s, struct civil *c)
{
    if (!take_number(s, 0, 4, &c->year) || !take_number(s, '-', 2, &c->month) ||
        !take_number(s, '-', 2, &c->day))
        return false;
    if (c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    int64_t length = civil_to_days(c->year, c->month + 1, 1) - civil_to_days(c->year, c->month, 1);
    return c->day <= length;
}

static bool take_time(struct str *s, struct civil *c)
{
    if (!take_number(s, 'T', 2, &c->hour) || !take_number(s, ':', 2, &c->minute) ||
        !take_number(s, ':', 2, &c->second))
        return false;
    if (c->hour > 23 || c->minute > 59 || c->second > 59)
        return false;
    if (s->n == 0 || s->p[0] != '.')
        return true;
    *s = str_sub(*s, 1, s->n);
    size_t digits = 0;
    while (digits < s->n && digits < 9 && s->p[digits] >= '0' && s->p[digits] <= '9')
        digits++;
    if (digits == 0 || !take_number(s, 0, digits, &c->nano))
        return false;
    for (; digits < 9; digits++)
        c->nano *= 10;
    return true;
}

bool utc_parse(struct str s, struct utc *out)
{
    struct civil c = {0};
    if (!take_date(&s, &c))
        return false;
    if (s.n == 0)
        return to_utc(c, out);
    if (!take_time(&s, &c) || s.n == 0)
        return false;
    if (str_eq(s, STR("Z")))
        return to_utc(c, out);
    int hours, minutes;
    char sign = s.p[0];
    if ((sign != '+' && sign != '-') || !take_number(&s, sign, 2, &hours) ||
        !take_number(&s, ':', 2, &minutes) || s.n != 0 || hours > 23 || minutes > 59)
        return false;
    int ahead = hours * 60 + minutes;
    c.minute += sign == '+' ? -ahead : ahead;
    return to_utc(c, out);
}
