/* SPDX-License-Identifier: MIT */
/* feed_private: what the files of the market model share. */
#ifndef PORTCULLIS_PAPER_FEED_PRIVATE_H
#define PORTCULLIS_PAPER_FEED_PRIVATE_H

#include "paper/feed.h"

/* One stream of randomness for each purpose, so that none repeats another. */
enum stream {
    STREAM_MARKET = 1,
    STREAM_SECTOR,
    STREAM_OWN,
    STREAM_CURRENCY,
    STREAM_RIPPLE,
    STREAM_VOLUME,
    STREAM_SIZE,
    STREAM_DIVIDEND,
    STREAM_SPLIT,
    STREAM_PRINT,
    STREAM_DEPTH,
    STREAM_BORROW
};

uint64_t feed_key(const struct feed *f, enum stream stream, uint64_t id);
/* A size between one and `most` round lots; salt 0 is the bid's, 1 the ask's. */
struct dec feed_size(const struct feed *f, const struct instrument *i, int64_t utc_s, uint64_t salt,
                     int64_t most);
/* Shares traded between local midnight and utc_s. */
int64_t feed_volume_until(const struct feed *f, const struct instrument *i, int64_t utc_s);

#endif
