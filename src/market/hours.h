/* SPDX-License-Identifier: MIT */
/*
 * hours: is a market open now, as far as the broker's contract details tell?
 *
 * They list the sessions of the next days in the exchange's own time, "20261122:0930-20261122:1600;
 * 20261123:CLOSED". Where the zone is not at hand, its name only bounds the difference to UTC (its
 * summer and winter value; any on earth for a name that is not known), and the answer is given
 * where it holds for every difference within the bounds. Otherwise it is "unknown": a market is
 * never called open or closed by guess.
 */
#ifndef PORTCULLIS_MARKET_HOURS_H
#define PORTCULLIS_MARKET_HOURS_H

#include "base/instant.h"
#include "data/tz.h"
#include "model/contract.h"

enum market_state {
    MARKET_UNKNOWN,
    MARKET_OPEN,     /* regular trading */
    MARKET_EXTENDED, /* before or after it */
    MARKET_CLOSED
};

/* What a list of sessions says about one trading day: the date on which its session ends. */
enum market_day {
    MARKET_DAY_UNKNOWN, /* the list does not reach there, or cannot be read */
    MARKET_DAY_CLOSED,
    MARKET_DAY_TRADED
};
/* day: days since 1970, in the exchange's own time. *close: the end of that day's last session, in
 * minutes of the exchange's own time since 1970. */
enum market_day market_day_of(struct str sessions, int64_t day, int64_t *close);
/* The least and greatest difference of the exchange's time to UTC, in minutes. */
void market_zone_bounds(struct str zone, int *least, int *greatest);

/* Without zones, within bounds. */
enum market_state market_state_of(const struct contract_details *d, struct utc now);
/* To the minute where `zones` knows the exchange's. */
enum market_state market_state_at(const struct contract_details *d, const struct tz_zones *zones,
                                  struct utc now);
const char *market_state_text(enum market_state s); /* "unknown", "open", ... */

#endif
