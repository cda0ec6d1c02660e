/* SPDX-License-Identifier: MIT */
/* The market model beyond one price: prints, levels of the book, what can be borrowed. */
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/noise.h"

#include <assert.h>

/* ---- prints ---- */
/* One of the listing's exchanges, not the router. */
static void print_exchange(const struct instrument *i, uint64_t hash, char out[12])
{
    struct str all = str_of(i->exchanges), one;
    size_t n = 0;
    for (struct str rest = all; str_cut(&rest, ',', &one);)
        n += !str_eq(one, STR("SMART"));
    str_copy_cut(out, 12, STR_NAME(i->contract.exchange));
    if (n == 0)
        return;
    size_t want = (size_t)(hash % n);
    while (str_cut(&all, ',', &one))
        if (!str_eq(one, STR("SMART")) && want-- == 0) {
            str_copy_cut(out, 12, one);
            return;
        }
}

size_t feed_trades(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                   struct feed_trade *out, size_t max)
{
    assert(out != NULL || max == 0);
    struct line *l = feed_line(f, i);
    uint64_t key = feed_key(f, STREAM_PRINT, (uint64_t)i->contract.con_id);
    int prints = feed_prints(i);
    size_t n = 0;
    for (int64_t s = from_s; s < to_s && n + (size_t)prints <= max; s++) {
        const struct day *d = feed_day(f, l, s);
        if (!feed_day_is_trading(f, l, d, s))
            continue;
        int64_t volume = feed_day_volume(f, l, d, s + 1) - feed_day_volume(f, l, d, s), done = 0;
        struct dec price = feed_price(f, i, s);
        for (int k = 0; k < prints; k++, n++) {
            uint64_t h = rng_mix(key, (uint64_t)s * FEED_PRINTS_MAX + (uint64_t)k);
            int64_t upto = volume * (k + 1) / prints;
            out[n] = (struct feed_trade){.utc_ns = s * NS_PER_S + k * (NS_PER_S / prints),
                                         .price = price,
                                         .size = dec_of(upto - done)};
            print_exchange(i, h, out[n].exchange);
            done = upto;
        }
    }
    return n;
}

/* ---- the book ---- */
size_t feed_depth(struct feed *f, const struct instrument *i, int64_t utc_s, bool is_bid,
                  struct feed_level *out, size_t max)
{
    static const char makers[][8] = {"MM01", "MM02", "MM03", "MM04", "MM05", "MM06", "MM07"};
    if (!i->is_tradable)
        return 0;
    uint64_t key = feed_key(f, STREAM_DEPTH, (uint64_t)i->contract.con_id * 2 + is_bid);
    struct dec bid, ask;
    utc_s = feed_shown_second(f, i, utc_s); /* of a market that stands still the book does too */
    feed_touch(f, i, utc_s, &bid, &ask);
    struct dec price = is_bid ? bid : ask;
    size_t n = 0;
    for (; n < max && n < FEED_LEVELS_MAX && dec_sign(price) > 0; n++) {
        uint64_t h = rng_mix(key, (uint64_t)utc_s * FEED_LEVELS_MAX + n);
        uint64_t salt = n == 0 ? (is_bid ? 0 : 1) : 4 + 2 * n + is_bid;
        out[n] = (struct feed_level){.price = price,
                                     /* the book grows thicker away from the touch */
                                     .size = feed_size(f, i, utc_s, salt, 9 + (int64_t)n * 3)};
        str_copy_cut(out[n].maker, sizeof out[n].maker,
                     str_of(makers[h % (sizeof makers / sizeof makers[0])]));
        struct dec step = instrument_step(i, price);
        step = dec_times(step, 1 + (int64_t)((h >> 32) % 2));
        price = is_bid ? dec_minus(price, step) : dec_plus(price, step);
        /* at the edge of a band of price steps */
        price = dec_round_to(price, instrument_step(i, price), is_bid ? DEC_DOWN : DEC_UP);
    }
    return n;
}

/* ---- selling short ---- */
int64_t feed_short_shares(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    if (i->contract.sec_type != SEC_STK || !i->is_shortable)
        return 0;
    uint64_t key = feed_key(f, STREAM_BORROW, (uint64_t)i->contract.con_id);
    uint64_t day = (uint64_t)hours_local_day(i->hours.zone, utc_s);
    double days_of_volume = 0.05 + 0.4 * noise_uniform(key);
    double today = 0.8 + 0.4 * noise_uniform(rng_mix(key, day));
    return (int64_t)((double)i->volume * days_of_volume * today);
}

double feed_borrow_rate(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    if (i->contract.sec_type != SEC_STK || !i->is_shortable)
        return 0;
    /* what is scarce is dear */
    uint64_t key = feed_key(f, STREAM_BORROW, (uint64_t)i->contract.con_id);
    uint64_t day = (uint64_t)hours_local_day(i->hours.zone, utc_s);
    double u = noise_uniform(key), general = 0.0025;
    return general + (u < 0.1 ? 0.05 * (1 + noise_uniform(rng_mix(key, day))) : 0);
}
