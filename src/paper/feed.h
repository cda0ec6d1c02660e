/* SPDX-License-Identifier: MIT */
/*
 * feed: the market model. Prices are a function of (seed, listing, second), so any moment of the
 * past or the future can be asked for in any order and always gives the same answer; what history
 * shows is what live quotes showed.
 *
 * The logarithm of a price is its base plus a sum of three random paths (noise.h): the market's,
 * weighted by beta, the industry's, and its own. The sum is bent so that it stays within a band
 * around the base, at most 14 % for what can be traded. Between two minutes the price runs from
 * one value to the next with a ripple that stays inside the minute's known high and low. Currencies
 * have one value in USD each, so all crosses agree. Prices are whole ticks.
 *
 * With real hours, a closed market stands still; otherwise each local day is one long session.
 */
#ifndef PORTCULLIS_PAPER_FEED_H
#define PORTCULLIS_PAPER_FEED_H

#include "paper/universe.h"

struct feed;

/* `u` must outlive the feed. */
struct feed *feed_new(const struct universe *u, uint64_t seed, bool real_hours);
void feed_free(struct feed *f);

bool feed_has_real_hours(const struct feed *f);
/* Whether the listing trades at that second. */
bool feed_is_open(const struct feed *f, const struct instrument *i, int64_t utc_s);

/* ---- the present ---- */
struct feed_quote {
    struct dec bid, ask, last;         /* for an index only `last` */
    struct dec open, high, low, close; /* of the local day; close is the day before's */
    struct dec bid_size, ask_size, last_size, volume;
    bool has_bid_ask;
};

void feed_quote(struct feed *f, const struct instrument *i, int64_t utc_s, struct feed_quote *out);
/* Only the touch: bid and ask (both the value itself for an index). */
void feed_touch(struct feed *f, const struct instrument *i, int64_t utc_s, struct dec *bid,
                struct dec *ask);
/* The middle of the market. */
struct dec feed_price(struct feed *f, const struct instrument *i, int64_t utc_s);
/* Last price of the session before the one of utc_s. */
struct dec feed_previous_close(struct feed *f, const struct instrument *i, int64_t utc_s);
/* Units of USD for one unit of the currency; false if it is not known. */
bool feed_rate(struct feed *f, struct str currency, int64_t utc_s, struct dec *usd);

/* ---- the past ---- */
struct feed_bar {
    int64_t from_s; /* its first second */
    struct dec open, high, low, close, wap;
    int64_t volume, count;
};

/*
 * The bar of the trading time in [from_s, to_s): from its minutes, each at once; an end inside a
 * minute, and a bar shorter than a minute, from its seconds. from_s is rounded down to the minute
 * where the bar is longer.
 * False if the market was closed throughout. Costs about a tenth of a microsecond per minute.
 */
bool feed_bar(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
              struct feed_bar *out);

struct feed_range {
    struct dec low, high;
};
/* Extremes of the 13, 26 and 52 weeks that end with the day of utc_s. */
void feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                 struct feed_range out[3]);
/* Average volume of a day. */
int64_t feed_average_volume(const struct instrument *i);

#endif
