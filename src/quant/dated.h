/* SPDX-License-Identifier: MIT */
/*
 * dated: numbers that each belong to a day, and what happened from one day to another.
 *
 * Days count from 1970-01-01 (civil_to_days), oldest first, each at most once; a day on which the
 * market was closed has no number and gets none. What a day "has" is therefore the number of the
 * last day up to it, unless that is older than DATED_STALE_DAYS: then the series has a hole there
 * and the answer is unknown, never a price from before the hole.
 *
 * Members of a group trade on different days. What is compared among them begins and ends on days
 * that all of them have (dated_common), so that no member is given a day more than another.
 */
#ifndef PORTCULLIS_QUANT_DATED_H
#define PORTCULLIS_QUANT_DATED_H

#include "quant/series.h"

#include <stdint.h>

/* Exchanges stay closed for up to ten days in a row (Tokyo in 2019, Seoul in 2017). */
enum { DATED_STALE_DAYS = 11 };

struct dated {
    const int32_t *day; /* borrowed, rising */
    const double *v;    /* borrowed, as many */
    size_t n;
};

/* The index of the last number up to `day`, however old it is. False if there is none. */
bool dated_index(struct dated s, int32_t day, size_t *at);
/* The same, false also if that number is older than DATED_STALE_DAYS. */
bool dated_at(struct dated s, int32_t day, size_t *at);
/* The latest day up to `day` on which each of the n series has a number; false if there is none
 * within DATED_STALE_DAYS, or n is 0. */
bool dated_common(const struct dated *s, size_t n, int32_t day, int32_t *out);
/* What is left of the series if it ends on `day`. */
struct dated dated_until(struct dated s, int32_t day);

/* v(to) / v(from) - 1 by dated_at; unknown also if the earlier number is not above zero. */
struct opt_num dated_change(struct dated s, int32_t from, int32_t to);

/* The same day of the month so many months before, or the month's last day where it has none:
 * 31 March less one month is 28 or 29 February. */
int32_t day_months_before(int32_t day, int months);
/* The last day of the year before; what "year to date" counts from. */
int32_t day_before_year(int32_t day);

/*
 * How much of a prediction should have come true on `day`: `total` is predicted for the days from
 * `from` to `until`, which is later, and more than a loss of all.
 */
struct progress {
    double share;    /* of the time, 0..1 */
    double linear;   /* total x share */
    double compound; /* (1 + total)^share - 1 */
};
struct progress progress_of(double total, int32_t from, int32_t until, int32_t day);

/*
 * What a holder whose money is another currency earned: base = (1 + local) (1 + fx) - 1, where fx
 * is the change of one unit of the local currency. local + fx + cross is base.
 */
struct currency_return {
    double local, fx, cross, base;
};
struct currency_return currency_return(double local, double fx);

#endif
