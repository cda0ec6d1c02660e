/* SPDX-License-Identifier: MIT */
/*
 * calendar: on which days an exchange trades, and from when to when.
 *
 * One calendar per market, by the code of the market (ISO 10383: XNYS, XETR ...). What it knows
 * stands in the tables of calendar_table.c: regular hours with the days from which they hold,
 * holidays by the rule that the exchange publishes (a date, the n-th weekday, days after Easter, an
 * equinox) and lists of days where there is no rule (the moon, elections, mourning, typhoons). The
 * lists reach from CALENDAR_FIRST_YEAR to CALENDAR_LAST_YEAR; what follows a rule goes on behind
 * that.
 *
 * Everything is in the local time of the market: minutes after midnight of the day of the session.
 * Pure and without state.
 */
#ifndef PORTCULLIS_MODEL_CALENDAR_H
#define PORTCULLIS_MODEL_CALENDAR_H

#include "base/str.h"

enum { CALENDAR_FIRST_YEAR = 2015, CALENDAR_LAST_YEAR = 2026 };

struct calendar;

/* Minutes after local midnight; an opening on the evening before is negative. */
struct calendar_session {
    int open_min, close_min;
    int break_from_min, break_to_min; /* both 0: no break */
};

/* The calendar of a market code, or NULL. */
const struct calendar *calendar_find(struct str code);
/* All of them, in the order of their codes; NULL behind the last. */
const struct calendar *calendar_at(size_t index);
const char *calendar_code(const struct calendar *c);
/* The name of its time zone ("America/New_York"), and of the market. */
const char *calendar_zone(const struct calendar *c);
const char *calendar_name(const struct calendar *c);

/* The session of a day (days since 1970, local date); false if the market is closed on it. `out`
 * may be NULL. */
bool calendar_session(const struct calendar *c, int64_t day, struct calendar_session *out);
/* The hours of a full day at that date, whether it is a session or not. */
struct calendar_session calendar_regular(const struct calendar *c, int64_t day);
/* True if the market closes earlier than on a full day. */
bool calendar_is_short(const struct calendar *c, int64_t day);
/* The next session after a day, or the last one before; INT64_MIN if there is none within 30 days.
 */
int64_t calendar_next(const struct calendar *c, int64_t day);
int64_t calendar_previous(const struct calendar *c, int64_t day);

#endif
