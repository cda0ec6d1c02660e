/* SPDX-License-Identifier: MIT */
/*
 * market: what the venue sees of the market, and nothing else: the touch, the book, whether it is
 * open or halted, when it opens and closes. Two implementations: the feed's, here, and the scripted
 * one of the tests, which decides every price. Instants are whole seconds since 1970 UTC.
 */
#ifndef PORTCULLIS_PAPER_MARKET_H
#define PORTCULLIS_PAPER_MARKET_H

#include "paper/feed.h"

enum { MARKET_LEVELS_MAX = 10 };

struct touch {
    struct dec bid, ask, last;
};

struct market_level {
    struct dec price, size;
};

struct market {
    void *self;
    void (*touch)(void *self, const struct instrument *i, int64_t utc_s, struct touch *out);
    /* The bids or the offers, the best first; at most MARKET_LEVELS_MAX. */
    size_t (*book)(void *self, const struct instrument *i, int64_t utc_s, bool is_bid,
                   struct market_level out[MARKET_LEVELS_MAX]);
    /* `extended` counts the hours before and after the session, too. */
    bool (*is_open)(void *self, const struct instrument *i, int64_t utc_s, bool extended);
    bool (*is_halted)(void *self, const struct instrument *i, int64_t utc_s);
    /* The first second >= utc_s at which it is open. */
    int64_t (*next_open)(void *self, const struct instrument *i, int64_t utc_s, bool extended);
    /* The second of the next auction after utc_s: a day's first, or its last one. */
    int64_t (*next_auction)(void *self, const struct instrument *i, int64_t utc_s, bool is_close);
    struct dec (*previous_close)(void *self, const struct instrument *i, int64_t utc_s);
    /* How many can be borrowed to sell them short. */
    int64_t (*short_shares)(void *self, const struct instrument *i, int64_t utc_s);
    /* Traded since the day began. */
    struct dec (*volume)(void *self, const struct instrument *i, int64_t utc_s);
};

/* The market that the feed makes; f must outlive it. */
struct market market_of_feed(struct feed *f);

#endif
