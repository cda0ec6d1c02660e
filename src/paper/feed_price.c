/* SPDX-License-Identifier: MIT */
/* The present of a listing: whether it trades, its price, its touch, its day so far. */
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

bool feed_has_real_hours(const struct feed *f)
{
    return f->real_hours;
}

bool feed_is_open(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return utc_s < i->expiry_s && (!f->real_hours || hours_is_open(&i->hours, utc_s));
}

int64_t feed_last_open(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return f->real_hours ? hours_last_open(&i->hours, utc_s) : utc_s;
}

bool feed_is_halted(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    const struct day *d = feed_day(f, feed_line(f, i), utc_s);
    return utc_s >= d->halt_from && utc_s < d->halt_to;
}

/* ---- prices ---- */
int64_t feed_ticks(const struct line *l, double price)
{
    double exact = price / l->tick;
    size_t k = l->band_count;
    while (k > 1 && exact < (double)l->bands[k - 1].low)
        k--;
    int64_t step = l->bands[k - 1].step;
    int64_t steps = (int64_t)(exact / (double)step + 0.5);
    return steps < 1 ? step : steps * step;
}

struct dec feed_price_of(const struct line *l, int64_t ticks)
{
    return dec_times(l->i->tick, ticks);
}

/* The step at a number of ticks; `down`: of the prices below it. */
static int64_t step_at(const struct line *l, int64_t ticks, bool down)
{
    size_t k = l->band_count;
    while (k > 1 && ticks - down < l->bands[k - 1].low)
        k--;
    return l->bands[k - 1].step;
}

int64_t feed_shown_second(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    if (utc_s >= i->expiry_s)
        utc_s = i->expiry_s - 1;
    struct line *l = feed_line(f, i);
    const struct day *d = feed_day(f, l, utc_s);
    if (utc_s >= d->halt_from && utc_s < d->halt_to)
        return d->halt_from - 1;
    if (!f->real_hours)
        return utc_s;
    for (size_t k = d->n; k-- > 0;)
        if (d->spans[k].from_s <= utc_s)
            return utc_s < d->spans[k].to_s ? utc_s : d->spans[k].to_s - 1;
    return d->last_before;
}

/* The minute whose price is shown, and the second. */
static const struct minute *shown_minute(struct feed *f, struct line *l, int64_t *utc_s)
{
    *utc_s = feed_shown_second(f, l->i, *utc_s);
    return feed_minute(f, l, *utc_s);
}

static int64_t mid_ticks(struct feed *f, struct line *l, int64_t utc_s)
{
    const struct minute *m = shown_minute(f, l, &utc_s);
    int64_t ticks = feed_ticks(l, feed_minute_price(m, utc_s));
    ticks = ticks < m->low ? m->low : ticks;
    return ticks > m->high ? m->high : ticks;
}

struct dec feed_price(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    struct line *l = feed_line(f, i);
    return feed_price_of(l, mid_ticks(f, l, utc_s));
}

bool feed_rate(struct feed *f, struct str currency, int64_t utc_s, struct dec *usd)
{
    size_t index = feed_currency_index(f, currency);
    if (index == f->currency_count)
        return false;
    /* a rate is for valuation: the value at the last whole minute */
    return dec_from_model(feed_currency_usd(f, index, feed_minute_of(utc_s)), (struct dec){100},
                          usd);
}

/* ---- touch and sizes ---- */
static void touch_ticks(const struct line *l, int64_t mid, int64_t spread, int64_t *bid,
                        int64_t *ask)
{
    *bid = mid;
    for (int64_t n = spread / 2; n > 0; n--) {
        int64_t step = step_at(l, *bid, true);
        if (*bid <= step)
            break;
        *bid -= step;
    }
    *ask = *bid;
    for (int64_t n = spread; n > 0; n--)
        *ask += step_at(l, *ask, false);
}

void feed_touch(struct feed *f, const struct instrument *i, int64_t utc_s, struct dec *bid,
                struct dec *ask)
{
    struct line *l = feed_line(f, i);
    int64_t b, a, mid = mid_ticks(f, l, utc_s);
    touch_ticks(l, mid, l->minute.spread, &b, &a);
    *bid = feed_price_of(l, b);
    *ask = feed_price_of(l, a);
}

struct dec feed_size(const struct feed *f, const struct instrument *i, int64_t utc_s, uint64_t salt,
                     int64_t most)
{
    /* what trades more shows more: up to ten times the least, at 200 million shares a day */
    static const double volume_of_tenfold = 2e8;
    const struct line *l = feed_line(f, i);
    uint64_t h = rng_mix(l->size_key + salt, (uint64_t)utc_s);
    int64_t lots = 1 + (int64_t)(h % (uint64_t)most);
    if (i->contract.sec_type == SEC_CASH)
        return dec_of(lots * 250000);
    int64_t lot = 1;
    if (i->is_derived)
        return dec_of(lots * 5);
    if (!dec_to_i64(i->lot, &lot) || lot < 100)
        lot = 100;
    double scale = maths_sqrt(maths_least((double)i->volume / volume_of_tenfold, 1)) * 9 + 1;
    return dec_of((int64_t)((double)lots * scale) * lot);
}

int64_t feed_average_volume(const struct instrument *i)
{
    return i->volume;
}

/* ---- the day so far ---- */
static int64_t session_start(const struct feed *f, const struct day *d)
{
    return f->real_hours && d->n > 0 ? d->spans[0].from_s : d->start_s;
}

struct dec feed_previous_close(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    struct line *l = feed_line(f, i);
    const struct day *d = feed_day(f, l, feed_shown_second(f, i, utc_s));
    if (l->close_day == d->number)
        return l->close;
    int64_t number = d->number, start = d->start_s, last = feed_shown_second(f, i, start - 1);
    const struct minute *m = feed_minute(f, l, last);
    double price = feed_minute_price(m, last) * feed_split_factor(f, i, last, start);
    l->close = feed_price_of(l, feed_ticks(l, price));
    l->close_day = number;
    return l->close;
}

/* Brings the extremes of the day up to a second: whole minutes, then what of its minute has passed.
 */
static void see(struct feed *f, struct line *l, int64_t shown)
{
    const struct day d = *feed_day(f, l, shown);
    int64_t start = session_start(f, &d), minute = feed_minute_of(shown);
    if (l->seen_day != d.number || minute < l->seen_upto) {
        l->seen_day = d.number;
        l->seen_upto = feed_minute_of(start);
        l->seen_open = l->seen_high = l->seen_low =
            feed_ticks(l, feed_minute_price(feed_minute(f, l, start), start));
    }
    if (minute == l->seen_upto)
        return;
    struct extent x;
    feed_walk(f, l, &d, l->seen_upto, minute, &x);
    if (x.seconds > 0) {
        int64_t high = feed_ticks(l, x.high), low = feed_ticks(l, x.low);
        l->seen_high = high > l->seen_high ? high : l->seen_high;
        l->seen_low = low < l->seen_low ? low : l->seen_low;
    }
    l->seen_upto = minute;
}

/* The extremes of the day up to and with a second, in ticks. */
static void extremes(struct feed *f, struct line *l, int64_t shown, int64_t mid, int64_t *low,
                     int64_t *high)
{
    see(f, l, shown);
    *low = l->seen_low < mid ? l->seen_low : mid;
    *high = l->seen_high > mid ? l->seen_high : mid;
    const struct minute *m = feed_minute(f, l, shown);
    int64_t second = shown - m->number * MINUTE_S;
    double a = m->price[0], b = a;
    for (int64_t k = 1; k < POINTS - 1 && k * POINT_STEP_S <= second; k++) {
        a = maths_least(a, m->price[k]);
        b = maths_most(b, m->price[k]);
    }
    int64_t least = feed_ticks(l, a), most = feed_ticks(l, b);
    *low = least < *low ? least : *low;
    *high = most > *high ? most : *high;
}

void feed_quote(struct feed *f, const struct instrument *i, int64_t utc_s, struct feed_quote *out)
{
    struct line *l = feed_line(f, i);
    struct dec close = feed_previous_close(f, i, utc_s);
    int64_t shown = feed_shown_second(f, i, utc_s), bid, ask, low, high;
    int64_t mid = mid_ticks(f, l, shown);
    extremes(f, l, shown, mid, &low, &high);
    touch_ticks(l, mid, feed_minute(f, l, shown)->spread, &bid, &ask);
    /* the prints of the second itself are yet to come, but for one that has long passed */
    int64_t upto = shown == utc_s ? shown : shown + 1;
    *out = (struct feed_quote){
        .last = feed_price_of(l, mid),
        .bid = feed_price_of(l, bid),
        .ask = feed_price_of(l, ask),
        .open = feed_price_of(l, l->seen_open),
        .high = feed_price_of(l, high),
        .low = feed_price_of(l, low),
        .close = close,
        .bid_size = feed_size(f, i, shown, 0, 9),
        .ask_size = feed_size(f, i, shown, 1, 9),
        .last_size = feed_size(f, i, shown, 2, 3),
        .volume = dec_of(feed_day_volume(f, l, feed_day(f, l, shown), upto)),
        .has_bid_ask = i->contract.sec_type != SEC_IND,
    };
}
