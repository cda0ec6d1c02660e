/* SPDX-License-Identifier: MIT */
/*
 * hours: local time and trading hours of the listings.
 *
 * The zones are the ones that the listings name, by the broker's names, with the rules in force
 * since 2007; so the exchange needs no zone files and the same seed means the same market on every
 * machine. Trading hours follow the calendar of the market (model/calendar.h) where they name one,
 * else they are those of every weekday. Instants here are whole seconds since 1970 UTC.
 */
#ifndef PORTCULLIS_PAPER_HOURS_H
#define PORTCULLIS_PAPER_HOURS_H

#include "base/buf.h"
#include "base/instant.h"
#include "base/str.h"
#include "model/calendar.h"

enum { HOURS_DAY_S = 86400, HOURS_SPANS_MAX = 3 };

struct hours {
    int zone; /* from hours_zone */
    /* Sunday to Friday without a night, but for a daily break: `break_from_min` (Friday's close) to
     * `break_to_min` (Sunday's open); spans are not used. */
    bool is_week;
    int break_from_min, break_to_min;
    bool is_daily;                   /* weekends too */
    const struct calendar *calendar; /* NULL: every weekday is the same */
    size_t n;
    struct {
        int open_min, close_min; /* minutes after local midnight; close is exclusive */
    } spans[HOURS_SPANS_MAX];
};

/* ---- zones ---- */
/* The number of a zone, or -1 if the name is not known here. */
int hours_zone(struct str name);
const char *hours_zone_name(int zone);
/* Seconds to add to UTC. */
int64_t hours_offset_s(int zone, int64_t utc_s);
/* Local midnight of the day that holds utc_s, and of the day after it. */
int64_t hours_day_start(int zone, int64_t utc_s);
int64_t hours_day_end(int zone, int64_t utc_s);
/* Days since 1970 of the local date at utc_s. */
int64_t hours_local_day(int zone, int64_t utc_s);
/* The instant of a local civil time. */
int64_t hours_utc_of_local(int zone, int64_t local_s);

/* ---- sessions ---- */
/* "0930-1600", "0900-1130/1230-1530", "FX" (break 17:00..17:15) or "GLOBEX" (16:00..17:00, in the
 * time of Chicago) or "ALWAYS"; false if it is none of these. */
bool hours_parse(struct str text, int zone, struct hours *out);
bool hours_is_open(const struct hours *h, int64_t utc_s);
/* True if there is trading on that local day (days since 1970). */
bool hours_has_session(const struct hours *h, int64_t day);
/* The last second <= utc_s at which the market was open. */
int64_t hours_last_open(const struct hours *h, int64_t utc_s);
/* The first second >= utc_s at which it is open. */
int64_t hours_next_open(const struct hours *h, int64_t utc_s);
/* Seconds of trading between local midnight and utc_s, and in the whole local day. */
int64_t hours_open_s(const struct hours *h, int64_t utc_s);
int64_t hours_open_day_s(const struct hours *h, int64_t utc_s);

/* ---- text ---- */
enum { HOURS_TEXT_MAX = 64 };
/* "20260402 09:30:00 US/Eastern" */
size_t hours_format(int zone, int64_t utc_s, char out[HOURS_TEXT_MAX]);
/* "20260402" of the local date. */
size_t hours_format_date(int zone, int64_t utc_s, char out[HOURS_TEXT_MAX]);
/*
 * The broker's list of the sessions of `days` days from the local day of utc_s:
 * "20260402:0930-20260402:1600;20260403:CLOSED". is_always: "0000-2359" each day.
 */
void hours_describe(const struct hours *h, bool is_always, int64_t utc_s, int days,
                    struct buf *out);
/*
 * "yyyymmdd HH:MM:SS [zone]" (local to the named zone, else to `zone`), "yyyymmdd-HH:MM:SS" (UTC),
 * "yyyymmdd". False if it is none of these or names a zone that is not known here.
 */
bool hours_parse_time(struct str text, int zone, int64_t *utc_s);

#endif
