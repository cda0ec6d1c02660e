/* SPDX-License-Identifier: MIT */
/*
 * feed: the market model. Prices are a function of (seed, listing, second), so any moment of the
 * past or the future can be asked for in any order and always gives the same answer; what history
 * shows is what live quotes showed.
 *
 * The logarithm of a price is its base plus a sum of random paths (noise.h): the world's and its
 * region's, weighted by beta, its industry's, and its own. Each is read by the clock of its market
 * (clock.h), which makes the U of a day, the gap over night and calm and nervous weeks. The sum is
 * bent so that it stays within a band around the base: 0.6 times the volatility, at most 0.35, as a
 * logarithm. Currencies have one value in USD each, so all crosses agree. Indices of volatility,
 * options and futures follow from their underlying (option.h). Prices are whole price steps.
 *
 * A minute has 16 seconds at which the price is known, and runs straight between them, so bars need
 * those only, and are exactly what the seconds showed. docs/paper-market.md has the whole model.
 *
 * With real hours, a closed market stands still; otherwise each local day is one long session.
 */
#ifndef PORTCULLIS_PAPER_FEED_H
#define PORTCULLIS_PAPER_FEED_H

#include "paper/option.h"
#include "paper/universe.h"

struct feed;

enum {
    FEED_LEVELS_MAX = 10,  /* of depth, on one side */
    FEED_PRINTS_MAX = 8,   /* of one second */
    FEED_ACTIONS_MAX = 64, /* a bound that holds for five years of any listing */
};

/* `u` must outlive the feed. */
struct feed *feed_new(const struct universe *u, uint64_t seed, bool real_hours);
void feed_free(struct feed *f);

bool feed_has_real_hours(const struct feed *f);
/* Whether the listing trades at that second. */
bool feed_is_open(const struct feed *f, const struct instrument *i, int64_t utc_s);
/* The last second up to utc_s at which it did. */
int64_t feed_last_open(const struct feed *f, const struct instrument *i, int64_t utc_s);
/* Whether trading is interrupted for some minutes within the session (rare, by the seed); a
 * derived contract is halted with its underlying. Prices stand still and nothing prints. */
bool feed_is_halted(const struct feed *f, const struct instrument *i, int64_t utc_s);

/*
 * From now on the listing (no derived one) follows the given bars instead of the model; the text is
 * as in paper/replay.h, and `file` names it in an error (reason BARS).
 */
bool feed_replay(struct feed *f, const struct instrument *i, struct str csv_text, struct str file,
                 struct error *e) FALLIBLE;

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
 * The bar of the seconds in [from_s, to_s) in which it trades: its open, high, low, close, volume
 * and count are those of feed_trades. False if it never trades in them. Costs a quarter of a
 * microsecond per minute, for an option ten times as much; whole days are remembered.
 */
bool feed_bar(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
              struct feed_bar *out);

struct feed_range {
    struct dec low, high;
};
/*
 * The same with the prices of before a split in the shares of `as_of_s`; feed_bar does it as of
 * its last second. Volumes are adjusted the other way. Dividends are never adjusted for.
 */
bool feed_bar_as_of(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                    int64_t as_of_s, struct feed_bar *out);

/* Extremes of the 13, 26 and 52 weeks that end with the day of utc_s. */
void feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                 struct feed_range out[3]);
/* Average volume of a day. */
int64_t feed_average_volume(const struct instrument *i);

/* ---- prints ---- */
struct feed_trade {
    int64_t utc_ns;
    struct dec price, size;
    char exchange[12];
    char conditions[8]; /* empty: an ordinary print */
};

/*
 * The prints in [from_s, to_s), oldest first, whole seconds only as far as they fit into `max`;
 * returns how many. Each second of trading has between one and FEED_PRINTS_MAX, whose prices and
 * sizes are what feed_bar says of the same seconds.
 */
size_t feed_trades(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                   struct feed_trade *out, size_t max);

/* ---- the book ---- */
struct feed_level {
    struct dec price, size;
    char maker[8];
};

/* The best `max` (at most FEED_LEVELS_MAX) levels of one side, the touch first; 0 for what has no
 * book. Level 0 has the price of feed_touch and the size of feed_quote. */
size_t feed_depth(struct feed *f, const struct instrument *i, int64_t utc_s, bool is_bid,
                  struct feed_level *out, size_t max);

/* Shares that can be borrowed for selling short, and what the loan costs a year (0.0025 is a
 * quarter of a percent); 0 and 0 for what cannot be sold short or needs no loan. */
int64_t feed_short_shares(const struct feed *f, const struct instrument *i, int64_t utc_s);
double feed_borrow_rate(const struct feed *f, const struct instrument *i, int64_t utc_s);

/* ---- options and volatility ---- */
/* The model's view of an option at that moment, and the option's bid and ask; each may be NULL.
 * False if the listing is no option or has expired. */
bool feed_option_at(struct feed *f, const struct instrument *i, int64_t utc_s,
                    struct feed_option *model, struct dec *bid, struct dec *ask);
/* Of an underlying (or of an option's underlying), per year, 0.16 being 16 %: the movement of the
 * last 30 days' closes, and what the surface of its options says at the money for 30 days. */
double feed_historical_vol(struct feed *f, const struct instrument *i, int64_t utc_s);
double feed_implied_vol(struct feed *f, const struct instrument *i, int64_t utc_s);
/* Interest per year of a currency, continuous, that futures and options are priced with. */
double feed_interest(struct str currency);

/* ---- corporate actions ---- */
enum feed_action_kind { FEED_DIVIDEND, FEED_SPLIT };

struct feed_action {
    int64_t ex_s; /* local midnight that begins the day on which it trades without the right */
    enum feed_action_kind kind;
    struct dec amount; /* of a dividend: per share, in the listing's currency */
    int64_t to, from;  /* of a split: `to` new shares for `from` old ones */
    int64_t pay_s;     /* local midnight of the day of payment; of a split ex_s */
};

/* Those with ex_s in [from_s, to_s), oldest first, at most max; returns how many. */
size_t feed_actions(const struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                    struct feed_action *out, size_t max);
/* What a price of at_s is multiplied with to be one in the shares of as_of_s: 0.5 if the share was
 * split 2:1 in between. */
double feed_split_factor(const struct feed *f, const struct instrument *i, int64_t at_s,
                         int64_t as_of_s);

#endif
