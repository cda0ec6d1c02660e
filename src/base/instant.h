/* SPDX-License-Identifier: MIT */
/*
 * instant: the two kinds of time, kept apart by their types.
 *
 * `struct instant` counts nanoseconds of a clock that never jumps (deadlines, durations);
 * `struct utc` counts nanoseconds since 1970-01-01T00:00:00Z (what people and markets read).
 * Nobody below app/ reads a clock: `struct moment now` arrives as an argument.
 */
#ifndef PORTCULLIS_BASE_INSTANT_H
#define PORTCULLIS_BASE_INSTANT_H

#include "base/str.h"

struct instant {
    int64_t ns;
};

struct utc {
    int64_t ns;
};

struct opt_utc {
    struct utc v;
    bool has;
};

/* One reading of both clocks; one per turn of the loop. */
struct moment {
    struct instant mono;
    struct utc wall;
};

#define INSTANT_NEVER ((struct instant){INT64_MAX})
enum { NS_PER_US = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

/* ---- instants ---- */
/* t + ms, saturating at INSTANT_NEVER. */
struct instant instant_after_ms(struct instant t, int64_t ms);
bool instant_due(struct instant deadline, struct instant now);
struct instant instant_min(struct instant a, struct instant b);
/* now - since in milliseconds, never negative. */
int64_t instant_ms_since(struct instant since, struct instant now);

/* ---- civil time, UTC, proleptic Gregorian ---- */
struct civil {
    int year, month, day;     /* month 1..12, day 1..31 */
    int hour, minute, second; /* 0..59 */
    int nano;
};

struct civil civil_of_utc(struct utc t);
/* Fields out of range are carried over (day 32 is the 1st of the next month). */
struct utc utc_of_civil(struct civil c);
/* Days since 1970-01-01, and back. */
int64_t civil_to_days(int year, int month, int day);
void civil_from_days(int64_t days, int *year, int *month, int *day);
/* 0 = Monday .. 6 = Sunday. */
int civil_weekday(int64_t days);

/* ---- text ---- */
enum { UTC_TEXT_MAX = 32 };
/* "2026-11-22T18:03:46Z"; with milliseconds "2026-11-22T18:03:46.123Z". Returns the length. */
size_t utc_format(struct utc t, char out[UTC_TEXT_MAX]);
size_t utc_format_ms(struct utc t, char out[UTC_TEXT_MAX]);
/* Either form above, or an offset ("+02:00") instead of Z; a date alone is midnight UTC. */
bool utc_parse(struct str s, struct utc *out);

#endif
