/* SPDX-License-Identifier: MIT */
/*
 * schedule: when a market trades, as instants: by the broker's list of sessions, or by the tables
 * of model/calendar.h.
 *
 * The broker lists the sessions of the next days in the exchange's own time, "20261122:0930-
 * 20261122:1600;20261123:CLOSED". A calendar goes further, in both directions. Either knows about
 * certain days and nothing about others: outside them every answer is "unknown". A lunch break
 * makes two sessions of one day; sessions that touch are one.
 */
#ifndef PORTCULLIS_MARKET_SCHEDULE_H
#define PORTCULLIS_MARKET_SCHEDULE_H

#include "base/instant.h"
#include "data/tz.h"
#include "model/calendar.h"

enum { SCHEDULE_SPANS_MAX = 128, SCHEDULE_DAYS_MAX = 60 };

/* Local minutes since 1970-01-01T00:00 of the exchange's clock; the close is exclusive. */
struct schedule_span {
    int64_t open_min, close_min;
};

struct schedule {
    struct schedule_span spans[SCHEDULE_SPANS_MAX]; /* ascending */
    size_t n;
    int64_t first_day, last_day; /* local days since 1970 that it knows about */
    bool is_told;                /* false: it knows nothing */
};

/* ---- making ---- */
/* Of the broker's list. What cannot be read ends the reading: a list that was cut off is good for
 * its beginning. */
void schedule_read(struct str text, struct schedule *out);
/* Of a calendar, for at most SCHEDULE_DAYS_MAX days. */
void schedule_of_calendar(const struct calendar *c, int64_t first_day, int64_t last_day,
                          struct schedule *out);
/* The calendar of an exchange by the broker's code ("NASDAQ", "IBIS") or by its MIC; NULL if there
 * is none. */
const struct calendar *schedule_calendar(struct str exchange);
/*
 * The zone of the broker's name for it: "US/Eastern", "MET", "EST (Eastern Standard Time)"; the
 * broker writes EST, CST and PST all year round and means New York, Chicago and Los Angeles. NULL
 * if it is not known.
 */
const struct tz *schedule_zone(struct str name, const struct tz_zones *zones);

/* ---- asking ---- */
enum schedule_state { SCHEDULE_UNKNOWN, SCHEDULE_OPEN, SCHEDULE_CLOSED };
enum schedule_state schedule_at(const struct schedule *s, const struct tz *zone, struct utc t);
/* Until when an open market stays so, or when a closed one opens next; absent if that lies outside
 * of what is known. */
struct opt_utc schedule_change(const struct schedule *s, const struct tz *zone, struct utc t);
/* The local day (days since 1970) at an instant, and the instant of a local minute. */
int64_t schedule_day(const struct tz *zone, struct utc t);
struct utc schedule_instant(const struct tz *zone, int64_t local_min);

#endif
