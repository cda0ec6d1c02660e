/* SPDX-License-Identifier: MIT */
/* The past: bars of any length. */
#include "base/alloc.h"
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

#include <assert.h>

/* ---- extents ---- */
static void widen(struct extent *x, const double *points, size_t n, int64_t seconds)
{
    double low = points[0], high = points[0];
    for (size_t k = 1; k < n; k++) {
        low = maths_least(low, points[k]);
        high = maths_most(high, points[k]);
    }
    if (x->seconds == 0) {
        *x = (struct extent){.open = points[0], .low = low, .high = high};
    } else {
        x->low = maths_least(x->low, low);
        x->high = maths_most(x->high, high);
    }
    x->close = points[n - 1];
    x->sum += (points[0] + low + high + points[n - 1]) / 4 * (double)seconds;
    x->seconds += seconds;
}

static void join(struct extent *x, const struct extent *next, double factor)
{
    if (next->seconds == 0)
        return;
    struct extent n = {next->open * factor,  next->high * factor, next->low * factor,
                       next->close * factor, next->sum * factor,  next->seconds};
    if (x->seconds == 0) {
        *x = n;
        return;
    }
    x->low = maths_least(x->low, n.low);
    x->high = maths_most(x->high, n.high);
    x->close = n.close;
    x->sum += n.sum;
    x->seconds += n.seconds;
}

/* What has a path is walked by logarithms, many minutes at once. */
static void walk_path(struct feed *f, struct line *l, const struct day *d, int64_t from, int64_t to,
                      struct extent *x)
{
    double path[BLOCK + 1], points[POINTS];
    for (int64_t m = from; m < to; m += BLOCK) {
        size_t n = to - m < BLOCK ? (size_t)(to - m) : BLOCK;
        feed_logs(f, l, m, n + 1, path);
        for (size_t k = 0; k < n; k++) {
            int64_t minute = m + (int64_t)k;
            if (!feed_day_is_trading(f, l, d, minute * MINUTE_S))
                continue;
            feed_ripple(f, l, minute, path[k], path[k + 1], points);
            widen(x, points, POINTS, MINUTE_S);
        }
    }
    if (x->seconds == 0)
        return;
    x->open = l->base * maths_exp(x->open + d->offset);
    x->high = l->base * maths_exp(x->high + d->offset);
    x->low = l->base * maths_exp(x->low + d->offset);
    x->close = l->base * maths_exp(x->close + d->offset);
    double mean = x->sum / (double)x->seconds;
    x->sum = l->base * maths_exp(mean + d->offset) * (double)x->seconds;
}

void feed_walk(struct feed *f, struct line *l, const struct day *d, int64_t from, int64_t to,
               struct extent *out)
{
    *out = (struct extent){0};
    if (f->real_hours) { /* not through the night */
        int64_t first = d->n > 0 ? feed_minute_of(d->spans[0].from_s) : to;
        int64_t end = d->n > 0 ? feed_minute_of(d->spans[d->n - 1].to_s) : to;
        from = from < first ? first : from;
        to = to > end ? end : to;
    }
    if (l->kind == LINE_PATH || l->kind == LINE_PAIR || l->kind == LINE_FEAR) {
        walk_path(f, l, d, from, to, out);
        return;
    }
    for (int64_t m = from; m < to; m++) {
        double points[POINTS];
        if (!feed_day_is_trading(f, l, d, m * MINUTE_S))
            continue;
        feed_points(f, l, m, points);
        widen(out, points, POINTS, MINUTE_S);
    }
}

static void walk_seconds(struct feed *f, struct line *l, const struct day *d, int64_t from,
                         int64_t to, struct extent *out)
{
    *out = (struct extent){0};
    for (int64_t s = from; s < to; s++) {
        if (!feed_day_is_trading(f, l, d, s))
            continue;
        double price = feed_minute_price(feed_minute(f, l, s), s);
        widen(out, &price, 1, 1);
    }
}

/* The extent of a whole day, remembered. */
static void whole_day(struct feed *f, struct line *l, const struct day *d, struct extent *out)
{
    uint64_t hash = rng_mix((uint64_t)l->con_id, (uint64_t)d->number);
    if (f->bars == NULL)
        f->bars = xcalloc(DAY_BARS, sizeof *f->bars);
    struct day_bar *b = &f->bars[hash % DAY_BARS];
    if (b->con_id != l->con_id || b->day != d->number) {
        b->con_id = l->con_id;
        b->day = d->number;
        feed_walk(f, l, d, feed_minute_of(d->start_s), feed_minute_of(d->end_s), &b->x);
    }
    *out = b->x;
}

/* The extent of a part of one day. */
static void part_of_day(struct feed *f, struct line *l, const struct day *d, int64_t from,
                        int64_t to, struct extent *out)
{
    struct extent x;
    if (from == d->start_s && to == d->end_s) {
        whole_day(f, l, d, out);
        return;
    }
    int64_t first = feed_minute_of(from + MINUTE_S - 1), end = feed_minute_of(to);
    if (first > end) { /* within one minute */
        walk_seconds(f, l, d, from, to, out);
        return;
    }
    walk_seconds(f, l, d, from, first * MINUTE_S, out);
    feed_walk(f, l, d, first, end, &x);
    join(out, &x, 1);
    walk_seconds(f, l, d, end * MINUTE_S, to, &x);
    join(out, &x, 1);
}

/* ---- bars ---- */
bool feed_bar_as_of(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                    int64_t as_of_s, struct feed_bar *out)
{
    struct line *l = feed_line(f, i);
    struct extent x = {0}, part;
    int64_t volume = 0, count = 0;
    int prints = feed_prints(i);
    to_s = to_s < i->expiry_s ? to_s : i->expiry_s;
    for (int64_t s = from_s; s < to_s;) {
        const struct day d = *feed_day(f, l, s);
        int64_t upto = to_s < d.end_s ? to_s : d.end_s;
        part_of_day(f, l, &d, s, upto, &part);
        double factor = feed_split_factor(f, i, d.start_s, as_of_s);
        join(&x, &part, factor);
        if (part.seconds > 0) {
            double n = (double)(feed_day_volume(f, l, &d, upto) - feed_day_volume(f, l, &d, s));
            volume += (int64_t)(factor == 1 ? n : n / factor + 0.5);
            count += (feed_day_seconds(f, &d, upto) - feed_day_seconds(f, &d, s)) * prints;
        }
        s = upto;
    }
    if (x.seconds == 0)
        return false;
    *out = (struct feed_bar){.from_s = from_s,
                             .open = feed_price_of(l, feed_ticks(l, x.open)),
                             .high = feed_price_of(l, feed_ticks(l, x.high)),
                             .low = feed_price_of(l, feed_ticks(l, x.low)),
                             .close = feed_price_of(l, feed_ticks(l, x.close)),
                             .wap = feed_price_of(l, feed_ticks(l, x.sum / (double)x.seconds)),
                             .volume = volume,
                             .count = count};
    out->wap = dec_max(out->low, dec_min(out->wap, out->high));
    return true;
}

bool feed_bar(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
              struct feed_bar *out)
{
    return feed_bar_as_of(f, i, from_s, to_s, to_s - 1, out);
}
