/* SPDX-License-Identifier: MIT */
/*
 * Bars as few bytes: whole numbers of the coarsest power of ten that loses nothing, each told by
 * its difference to one nearby, seven bits to a byte. A daily bar of a share takes about 18 bytes.
 *
 *   version, generation (8), count, exponents of prices, average, volume; then of each bar
 *   seconds since the one before (days, of daily bars); open - close before, high - open,
 *   low - open, close - open; volume + 1; average - average before, marked; trades + 1
 *
 * 0 for volume or average is "absent". A block is read with suspicion: whatever does not fit makes
 * it no block at all.
 */
#include "market/history_private.h"

#include <assert.h>

enum { PACK_VERSION = 1, GENERATION_BYTES = 8, EXPONENT_MAX = 18, BITS = 7, SHORTEST_MONTH = 28 };
#define VALUE_MAX ((dec_nano)1 << 60)

/* ---- numbers ---- */

static void put(struct buf *out, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= BITS)
        bytes[n++] = (char)(v | 0x80);
    bytes[n++] = (char)v;
    buf_add(out, bytes, n);
}

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

struct reader {
    const unsigned char *p, *end;
    bool failed;
};

static inline uint64_t get(struct reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->p < r->end; shift += BITS) {
        unsigned char byte = *r->p++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return v;
    }
    r->failed = true;
    return 0;
}

/* base + the next number; a sum that does not fit wraps, which the caller's bounds find. */
static inline int64_t get_from(struct reader *r, int64_t base)
{
    return (int64_t)((uint64_t)base + (uint64_t)unzigzag(get(r)));
}

static int64_t power_of_ten(unsigned exponent)
{
    int64_t p = 1;
    while (exponent-- > 0)
        p *= 10;
    return p;
}

/* ---- writing ---- */

/* Lowers *exponent until v is a whole number of that power; false if v is too large even so. */
static bool fit(struct dec v, unsigned *exponent)
{
    while (*exponent > 0 && v.nano % power_of_ten(*exponent) != 0)
        --*exponent;
    return v.nano > -VALUE_MAX && v.nano < VALUE_MAX * power_of_ten(*exponent);
}

struct scale {
    unsigned price, average, volume;
};

static bool find_scale(const struct bar *bars, size_t n, struct scale *s)
{
    *s = (struct scale){EXPONENT_MAX, EXPONENT_MAX, EXPONENT_MAX};
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        const struct bar *b = &bars[i];
        ok = b->open.has && b->high.has && b->low.has && b->close.has &&
             fit(b->open.v, &s->price) && fit(b->high.v, &s->price) && fit(b->low.v, &s->price) &&
             fit(b->close.v, &s->price) &&
             (!b->volume.has || (dec_sign(b->volume.v) >= 0 && fit(b->volume.v, &s->volume))) &&
             (!b->average.has || fit(b->average.v, &s->average)) && b->trades >= -1;
    }
    return ok;
}

static int64_t units(struct dec v, unsigned exponent)
{
    return (int64_t)(v.nano / power_of_ten(exponent));
}

/* Whether all of them fit into their numbers of 64 bits with the scale that was found last. */
static bool fits_all(const struct bar *bars, size_t n, const struct scale *s)
{
    for (size_t i = 0; i < n; i++) {
        const struct dec prices[] = {bars[i].open.v, bars[i].high.v, bars[i].low.v,
                                     bars[i].close.v};
        for (size_t k = 0; k < 4; k++)
            if (dec_abs(prices[k]).nano / power_of_ten(s->price) >= VALUE_MAX)
                return false;
        if (bars[i].volume.has && bars[i].volume.v.nano / power_of_ten(s->volume) >= VALUE_MAX)
            return false;
        if (bars[i].average.has &&
            dec_abs(bars[i].average.v).nano / power_of_ten(s->average) >= VALUE_MAX / 2)
            return false;
    }
    return true;
}

bool history_pack(const struct bar *bars, size_t n, uint64_t generation, struct buf *out)
{
    struct scale s;
    if (!find_scale(bars, n, &s) || !fits_all(bars, n, &s))
        return false;
    buf_add_char(out, PACK_VERSION);
    for (size_t i = 0; i < GENERATION_BYTES; i++)
        buf_add_char(out, (char)(generation >> (8 * i)));
    put(out, n);
    buf_add_char(out, (char)s.price);
    buf_add_char(out, (char)s.average);
    buf_add_char(out, (char)s.volume);
    int64_t at = 0, close = 0, average = 0;
    for (size_t i = 0; i < n; i++) {
        const struct bar *b = &bars[i];
        int64_t now = b->start.has ? history_at(b) : history_days(b->date);
        int64_t open = units(b->open.v, s.price);
        put(out, zigzag(now - at));
        put(out, zigzag(open - close));
        put(out, zigzag(units(b->high.v, s.price) - open));
        put(out, zigzag(units(b->low.v, s.price) - open));
        close = units(b->close.v, s.price);
        put(out, zigzag(close - open));
        put(out, b->volume.has ? (uint64_t)units(b->volume.v, s.volume) + 1 : 0);
        int64_t mean = b->average.has ? units(b->average.v, s.average) : average;
        put(out, b->average.has ? zigzag(mean - average) << 1 | 1 : 0);
        put(out, (uint64_t)b->trades + 1);
        average = mean;
        at = now;
    }
    return !out->failed;
}

/* ---- reading ---- */

static bool open_block(struct reader *r, struct str bytes, uint64_t generation, uint64_t *count)
{
    *r = (struct reader){(const unsigned char *)bytes.p, (const unsigned char *)bytes.p + bytes.n,
                         false};
    uint64_t has = 0;
    if (bytes.n < 1 + GENERATION_BYTES || *r->p++ != PACK_VERSION)
        return false;
    for (size_t i = 0; i < GENERATION_BYTES; i++)
        has |= (uint64_t)*r->p++ << (8 * i);
    *count = get(r);
    return has == generation && !r->failed && *count <= bytes.n; /* a bar has at least a byte */
}

size_t history_packed(struct str bytes, uint64_t generation)
{
    struct reader r;
    uint64_t count;
    return open_block(&r, bytes, generation, &count) ? (size_t)count : 0;
}

static inline struct opt_dec scaled(int64_t v, int64_t unit)
{
    return (struct opt_dec){{(dec_nano)v * unit}, true};
}

bool history_unpack(struct str bytes, uint64_t generation, bool is_daily, struct bar *out,
                    size_t *n)
{
    struct reader r;
    uint64_t count;
    if (!open_block(&r, bytes, generation, &count) || r.end - r.p < 3)
        return false;
    unsigned price = *r.p++, average = *r.p++, volume = *r.p++;
    if (price > EXPONENT_MAX || average > EXPONENT_MAX || volume > EXPONENT_MAX)
        return false;
    int64_t price_unit = power_of_ten(price), average_unit = power_of_ten(average);
    int64_t volume_unit = power_of_ten(volume), at = 0, close = 0, mean = 0;
    const int64_t most = is_daily ? 3000000 : (int64_t)1 << 33; /* far beyond this century */
    int32_t date = 0;
    for (size_t i = 0; i < count; i++) {
        struct bar *b = &out[i];
        uint64_t told;
        int64_t day = at;
        at = get_from(&r, at);
        int64_t open = get_from(&r, close), high = get_from(&r, open), low = get_from(&r, open);
        close = get_from(&r, open);
        b->open = scaled(open, price_unit);
        b->high = scaled(high, price_unit);
        b->low = scaled(low, price_unit);
        b->close = scaled(close, price_unit);
        told = get(&r);
        b->volume = told ? scaled((int64_t)(told - 1), volume_unit) : DEC_NONE;
        told = get(&r);
        mean = (int64_t)((uint64_t)mean + (uint64_t)unzigzag(told >> 1));
        b->average = told ? scaled(mean, average_unit) : DEC_NONE;
        b->trades = (int32_t)(uint32_t)(get(&r) - 1);
        if (r.failed || at < 0 || at > most)
            return false;
        b->start = (struct opt_utc){{is_daily ? 0 : at * NS_PER_S}, !is_daily};
        if (is_daily && i > 0 && at > day && date % 100 + (at - day) <= SHORTEST_MONTH)
            date += (int32_t)(at - day); /* the usual case, without the calendar */
        else
            date = is_daily ? history_date(at) : 0;
        b->date = date;
    }
    *n = (size_t)count;
    return true;
}
