/* SPDX-License-Identifier: MIT */
#include "paper/market.h"

static void feed_side_touch(void *self, const struct instrument *i, int64_t utc_s,
                            struct touch *out)
{
    feed_touch(self, i, utc_s, &out->bid, &out->ask);
    out->last = feed_price(self, i, utc_s);
}

static size_t feed_side_book(void *self, const struct instrument *i, int64_t utc_s, bool is_bid,
                             struct market_level out[MARKET_LEVELS_MAX])
{
    struct feed_level levels[MARKET_LEVELS_MAX];
    size_t n = feed_depth(self, i, utc_s, is_bid, levels, MARKET_LEVELS_MAX);
    for (size_t k = 0; k < n; k++)
        out[k] = (struct market_level){levels[k].price, levels[k].size};
    return n;
}

static bool feed_side_is_open(void *self, const struct instrument *i, int64_t utc_s, bool extended)
{
    return feed_is_open(self, i, utc_s) ||
           (extended && utc_s < i->expiry_s && hours_is_open(&i->extended, utc_s));
}

static bool feed_side_is_halted(void *self, const struct instrument *i, int64_t utc_s)
{
    return feed_is_halted(self, i, utc_s);
}

static int64_t feed_side_next_open(void *self, const struct instrument *i, int64_t utc_s,
                                   bool extended)
{
    if (!feed_has_real_hours(self))
        return utc_s;
    return hours_next_open(extended ? &i->extended : &i->hours, utc_s);
}

/* Around the clock a day is one session from midnight to midnight. */
static int64_t feed_side_next_auction(void *self, const struct instrument *i, int64_t utc_s,
                                      bool is_close)
{
    int64_t from = utc_s + 1, end = hours_day_end(i->hours.zone, from);
    if (!feed_has_real_hours(self))
        return is_close ? end - 1 : end;
    if (!is_close) {
        int64_t open = hours_next_open(&i->hours, from);
        bool is_first = hours_next_open(&i->hours, hours_day_start(i->hours.zone, open)) == open;
        return is_first ? open : hours_next_open(&i->hours, hours_day_end(i->hours.zone, open));
    }
    int64_t open = hours_next_open(&i->hours, from);
    return hours_last_open(&i->hours, hours_day_end(i->hours.zone, open) - 1);
}

static struct dec feed_side_previous_close(void *self, const struct instrument *i, int64_t utc_s)
{
    return feed_previous_close(self, i, utc_s);
}

static int64_t feed_side_short_shares(void *self, const struct instrument *i, int64_t utc_s)
{
    return feed_short_shares(self, i, utc_s);
}

static struct dec feed_side_volume(void *self, const struct instrument *i, int64_t utc_s)
{
    struct feed_quote q;
    feed_quote(self, i, utc_s, &q);
    return q.volume;
}

struct market market_of_feed(struct feed *f)
{
    return (struct market){.self = f,
                           .touch = feed_side_touch,
                           .book = feed_side_book,
                           .is_open = feed_side_is_open,
                           .is_halted = feed_side_is_halted,
                           .next_open = feed_side_next_open,
                           .next_auction = feed_side_next_auction,
                           .previous_close = feed_side_previous_close,
                           .short_shares = feed_side_short_shares,
                           .volume = feed_side_volume};
}
