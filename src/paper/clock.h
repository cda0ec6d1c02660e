/* SPDX-License-Identifier: MIT */
/*
 * clock: how fast a market's time runs.
 *
 * Prices move by random paths (paper/noise.h) that are read at the time of their market, which
 * runs fast when much happens: in the hours of trade, most at the open and the close, slowly at
 * night and at weekends, and faster on the days of a nervous year. So one mechanism makes the
 * U of a day, the gap over night and the weeks of calm and of stress.
 *
 * The nervousness of a day is common to all markets: a chain of three states (calm, normal,
 * stressed) from day to day, smoothed over some days, with mean one. It is what implied
 * volatilities follow (weather_expected). Days are numbered since 1970; the chain covers
 * CLOCK_FIRST to CLOCK_END, outside of it every day is a normal one. It is walked once and only as
 * far as it is asked for, so a feed is made in no time.
 *
 * Minutes of a day are local; when the clocks change, the hour that is left out passes at once, and
 * in the doubled one time stands still.
 */
#ifndef PORTCULLIS_PAPER_CLOCK_H
#define PORTCULLIS_PAPER_CLOCK_H

#include "paper/hours.h"

enum {
    CLOCK_FIRST = 16436, /* 2015-01-01 */
    CLOCK_END = 29220,   /* 2050-01-01 */
    CLOCK_DAYS = CLOCK_END - CLOCK_FIRST,
    CLOCK_MINUTES = 1440
};

struct weather {
    uint64_t key;
    double *level; /* variance of a day, 1 being the mean; from CLOCK_FIRST on */
    int64_t known; /* days of them */
    int state;
    double last;
};

void weather_init(struct weather *w, uint64_t key);
void weather_fini(struct weather *w);
/* Variance of a day against the mean, and of a moment between the middles of days. */
double weather_of_day(struct weather *w, int64_t day);
double weather_at(struct weather *w, int64_t utc_s);
/* Mean variance that is to be expected over the next `years`, from the level of now. years times
 * it grows with years, for any level > 0. */
double weather_expected(double level, double years);

struct clock {
    struct weather *weather;
    struct hours hours;
    bool is_world, real_hours;
    double *until;               /* share of the day's time before a minute */
    double *sum;                 /* market minutes before a day, from CLOCK_FIRST on */
    int64_t known;               /* of them */
    double weekday, weekend;     /* market minutes of a normal day */
    int64_t day, start, minutes; /* the local day asked for last, its first minute, length */
};

/*
 * A clock for the market of `h`, which is copied, NULL for the world as a whole. With real hours
 * the night is nearly still; else each day is one long session that is only livelier in those
 * hours. `w` outlives the clock.
 */
void clock_init(struct clock *c, struct weather *w, const struct hours *h, bool real_hours);
void clock_fini(struct clock *c);
/* Market time at the beginning of a minute since 1970; grows with the minute. */
double clock_at(struct clock *c, int64_t minute);

#endif
