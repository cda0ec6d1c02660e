/* SPDX-License-Identifier: MIT */
/* calendar_table: the form of the tables behind model/calendar.h; for calendar.c only. */
#ifndef PORTCULLIS_MODEL_CALENDAR_TABLE_H
#define PORTCULLIS_MODEL_CALENDAR_TABLE_H

#include "model/calendar.h"

enum day_kind {
    DAY_END, /* of a table */
    DAY_FIXED,
    DAY_NTH,    /* n-th weekday of a month; n = -1: the last */
    DAY_BEFORE, /* the last such weekday before a date */
    DAY_FROM,   /* the first such weekday at or after a date */
    DAY_EASTER, /* n days after Easter Sunday */
    DAY_SPRING, /* the equinoxes, by the calculation of the observatory in Tokyo */
    DAY_AUTUMN,
    DAY_BETWEEN, /* in Japan: a day between two holidays is one */
    DAY_EVE      /* the last session before a date */
};

/* Where a holiday on a weekend is kept. */
enum day_shift {
    KEPT,    /* on the weekend: no other day is free */
    MONDAY,  /* Saturday and Sunday: on Monday */
    NEAREST, /* Saturday: on Friday; Sunday: on Monday */
    SUNDAY,  /* only from Sunday to Monday */
    TWO_ON   /* Saturday and Sunday: two days later; for the second of a pair of holidays */
};

struct day_rule {
    enum day_kind kind;
    int month, day, weekday, n; /* weekday: 0 = Monday */
    enum day_shift shift;
    int from, to;  /* years, 0: open */
    int close_min; /* 0: closed all day; else a short day */
};

/* One day whose hours are not the regular ones. */
struct odd_day {
    int32_t ymd;
    int open_min, close_min;
};

struct hours_from {
    int32_t ymd; /* 0: since ever */
    struct calendar_session session;
};

struct calendar {
    const char *code, *name, *zone;
    const struct hours_from *hours; /* ascending, ends with ymd -1 */
    const struct day_rule *rules;
    const int32_t *closed, *opened; /* yyyymmdd, end with 0; opened: against the rules */
    const struct odd_day *odd;      /* ends with 0 */
};

extern const struct calendar *const calendar_table[];

#endif
