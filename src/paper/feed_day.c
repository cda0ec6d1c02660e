/* SPDX-License-Identifier: MIT */
/* The local days of a listing: hours of trade, interruptions, and how the volume spreads. */
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

/* One share in so many is interrupted on a day, for so many minutes. */
static const uint64_t days_per_halt = 1500;
static const int64_t halt_min_s = 300, halt_more_min = 11;
/* without real hours this part of a day's volume is traded in the home market's hours */
static const double home_share = 0.75;
/* volume of a day without a home session, against one with */
static const double idle_volume = 0.25;
/* volume in the middle of a session against its mean: the U of a day */
static const double middle_share = 0.55;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t feed_minute_of(int64_t utc_s)
{
    return floor_div(utc_s, MINUTE_S);
}

/* ---- the hours ---- */
/* The first second after `from_s`, at which it is open, that is not open any more. */
static int64_t close_of(const struct hours *h, int64_t from_s, int64_t end_s)
{
    int64_t low = from_s, high = end_s, before = hours_open_s(h, from_s);
    if (hours_open_s(h, end_s - 1) - before == end_s - 1 - from_s)
        return end_s;
    while (high - low > 1) { /* [from_s, low] is open, not all of [from_s, high) is */
        int64_t middle = low + (high - low) / 2;
        if (hours_is_open(h, middle) && hours_open_s(h, middle) - before == middle - from_s)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void find_spans(const struct hours *h, struct day *d)
{
    for (int64_t s = d->start_s; d->n < DAY_SPANS_MAX;) {
        int64_t open = hours_next_open(h, s);
        if (open < s || open >= d->end_s || !hours_is_open(h, open))
            return;
        int64_t close = close_of(h, open, d->end_s);
        d->spans[d->n].from_s = open;
        d->spans[d->n++].to_s = close;
        d->open_s += close - open;
        s = close;
        if (s >= d->end_s)
            return;
    }
}

static void find_halt(const struct feed *f, const struct instrument *i, struct day *d)
{
    if (i->contract.sec_type != SEC_STK || d->n == 0)
        return;
    uint64_t h =
        rng_mix(feed_key(f, STREAM_HALT, (uint64_t)i->contract.con_id), (uint64_t)d->number);
    if (h % days_per_halt != 0)
        return;
    /* not in the first and last minutes of the session */
    int64_t from = d->spans[0].from_s + 900, room = d->spans[0].to_s - 1800 - from;
    if (room <= 0)
        return;
    h = rng_mix(h, 1);
    d->halt_from = from + (int64_t)(h % (uint64_t)room) / MINUTE_S * MINUTE_S;
    d->halt_to =
        d->halt_from + halt_min_s + (int64_t)((h >> 32) % (uint64_t)halt_more_min) * MINUTE_S;
}

/* The volume that is to be expected of a day. */
static double volume_of(const struct feed *f, const struct line *l, const struct day *d)
{
    if (l->kind == LINE_REPLAY) {
        const struct replay_bar *b = replay_find(l->replay, l->i->hours.zone, d->start_s);
        return b != NULL && l->replay->is_daily ? (double)b->volume : 0;
    }
    double level = weather_of_day(f->weather, d->number);
    double of_day = 0.6 + 0.8 * noise_uniform(rng_mix(l->volume_key, (uint64_t)d->number));
    return (double)l->i->volume * of_day * maths_sqrt(level) * (d->n > 0 ? 1 : idle_volume);
}

const struct day *feed_day(const struct feed *f, struct line *l, int64_t utc_s)
{
    struct day *d = &l->days[l->day_used];
    if (utc_s >= d->start_s && utc_s < d->end_s)
        return d;
    l->day_used = !l->day_used;
    d = &l->days[l->day_used];
    if (utc_s >= d->start_s && utc_s < d->end_s)
        return d;
    const struct instrument *i = l->i;
    int zone = i->hours.zone;
    *d = (struct day){.number = hours_local_day(zone, utc_s),
                      .start_s = hours_day_start(zone, utc_s),
                      .end_s = hours_day_end(zone, utc_s)};
    find_spans(&i->hours, d);
    if (f->real_hours)
        d->last_before = hours_last_open(&i->hours, d->start_s - 1);
    d->volume = volume_of(f, l, d);
    if (l->kind == LINE_REPLAY)
        return d;
    if (i->underlying != NULL) { /* a derived contract rests with its underlying */
        const struct day *under = feed_day(f, feed_line(f, i->underlying), utc_s);
        d->halt_from = under->halt_from;
        d->halt_to = under->halt_to;
        if (l->kind == LINE_OPTION)
            d->pv_dividends = feed_pv_dividends(f, i, d->start_s);
        return d;
    }
    find_halt(f, i, d);
    d->offset = feed_action_log(f, i, d->start_s);
    return d;
}

bool feed_day_is_trading(const struct feed *f, const struct line *l, const struct day *d,
                         int64_t utc_s)
{
    if (utc_s >= d->halt_from && utc_s < d->halt_to)
        return false;
    bool is_open = !f->real_hours;
    for (size_t k = 0; k < d->n && !is_open; k++)
        is_open = utc_s >= d->spans[k].from_s && utc_s < d->spans[k].to_s;
    if (l->kind == LINE_REPLAY)
        return is_open && replay_find(l->replay, l->i->hours.zone, utc_s) != NULL;
    return is_open && utc_s < l->i->expiry_s;
}

/* ---- volume ---- */
/* Seconds of [a, b) that lie before utc_s. */
static int64_t part_before(int64_t a, int64_t b, int64_t utc_s)
{
    return utc_s <= a ? 0 : (utc_s < b ? utc_s : b) - a;
}

static int64_t open_before(const struct day *d, int64_t utc_s)
{
    int64_t sum = 0;
    for (size_t k = 0; k < d->n; k++)
        sum += part_before(d->spans[k].from_s, d->spans[k].to_s, utc_s);
    return sum;
}

int64_t feed_day_seconds(const struct feed *f, const struct day *d, int64_t utc_s)
{
    int64_t open = f->real_hours ? open_before(d, utc_s) : part_before(d->start_s, d->end_s, utc_s);
    return open - part_before(d->halt_from, d->halt_to, utc_s);
}

/* The part of a day's volume that comes before a second, 0 to 1. */
static double share_before(const struct feed *f, const struct day *d, int64_t utc_s)
{
    double of_day =
        (double)part_before(d->start_s, d->end_s, utc_s) / (double)(d->end_s - d->start_s);
    if (d->open_s == 0)
        return f->real_hours ? 0 : of_day;
    double y = (double)open_before(d, utc_s) / (double)d->open_s, z = 2 * y - 1;
    double home = middle_share * y + (1 - middle_share) * (z * z * z + 1) / 2;
    return f->real_hours ? home : home_share * home + (1 - home_share) * of_day;
}

/* The volume before the beginning of a minute: the smooth one, moved by a part of the smaller one
 * of the minutes around it, so that no minute's volume is negative. */
static double volume_before_minute(const struct feed *f, const struct line *l, const struct day *d,
                                   int64_t minute)
{
    int64_t at = minute * MINUTE_S;
    double before = share_before(f, d, at - MINUTE_S), now = share_before(f, d, at),
           after = share_before(f, d, at + MINUTE_S);
    double u = noise_uniform(rng_mix(l->volume_key, (uint64_t)minute * 2 + 1)) - 0.5;
    return d->volume * (now + 0.9 * u * maths_least(now - before, after - now));
}

int feed_prints(const struct instrument *i)
{
    /* one a second for each thousand shares of an average one */
    static const int64_t session_s = 23400, shares = 1000;
    int64_t n = 1 + feed_average_volume(i) / (session_s * shares);
    return n > FEED_PRINTS_MAX ? FEED_PRINTS_MAX : (int)n;
}

/* The same for what is replayed from minutes: their own volumes. */
static double replay_volume(const struct line *l, const struct day *d, int64_t utc_s)
{
    const struct replay_bar *first = replay_last(l->replay, d->start_s - 1);
    const struct replay_bar *b = replay_last(l->replay, utc_s);
    if (b == NULL || b->from_s < d->start_s)
        return 0;
    int64_t before = first != NULL ? first->volume_before + first->volume : 0;
    double part = (double)part_before(b->from_s, b->from_s + MINUTE_S, utc_s) / MINUTE_S;
    return (double)(b->volume_before - before) + (double)b->volume * part;
}

/* The volume before a second without the least that each second has. */
static double moving_volume(const struct feed *f, struct line *l, const struct day *d,
                            int64_t utc_s)
{
    int64_t minute = feed_minute_of(utc_s), second = utc_s - minute * MINUTE_S;
    if (utc_s >= d->end_s)
        return d->volume * share_before(f, d, d->end_s);
    if (l->volume_minute != minute) {
        l->volume_minute = minute;
        l->volume_before = volume_before_minute(f, l, d, minute);
        l->volume_after = volume_before_minute(f, l, d, minute + 1);
    }
    if (second == 0)
        return l->volume_before;
    double u = noise_uniform(rng_mix(l->volume_key, (uint64_t)utc_s * 2)) - 0.5;
    return l->volume_before +
           (l->volume_after - l->volume_before) * (((double)second + 0.8 * u) / MINUTE_S);
}

int64_t feed_day_volume(const struct feed *f, struct line *l, const struct day *d, int64_t utc_s)
{
    if (l->kind == LINE_REPLAY && !l->replay->is_daily)
        return (int64_t)replay_volume(l, d, utc_s);
    if (d->volume <= 0)
        return 0;
    int64_t whole = (int64_t)moving_volume(f, l, d, utc_s);
    if (utc_s > d->halt_from && d->halt_from < d->halt_to) {
        /* nothing trades while it is interrupted */
        int64_t upto = utc_s < d->halt_to ? utc_s : d->halt_to;
        whole -=
            (int64_t)moving_volume(f, l, d, upto) - (int64_t)moving_volume(f, l, d, d->halt_from);
    }
    if (l->kind == LINE_REPLAY)
        return whole;
    /* and no other second is without its prints */
    return whole + feed_day_seconds(f, d, utc_s) * feed_prints(l->i);
}
