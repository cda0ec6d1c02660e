/* SPDX-License-Identifier: MIT */
/* The random paths behind the prices, and the prices of a minute. */
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

#include <assert.h>

/* how far a price may leave its base, as a logarithm */
static const double band_of_volatility = 0.6;
static const double band_max = 0.35;
/* the band takes away about this much of the movement, so the paths start with as much more */
static const double bend_loss = 1.25;
/* width of the ripple inside a minute, in standard movements of that minute */
static const double ripple_width = 1.4;
static const double minutes_per_year = 525600;

static double band_of(double volatility)
{
    return maths_most(maths_least(band_max, band_of_volatility * volatility), 1e-9);
}

/* ---- at one minute ---- */
static double currency_log(const struct feed *f, struct currency *c, int64_t minute)
{
    if (c->volatility <= 0)
        return 0;
    double x = noise_at(&c->noise, clock_at(&f->fx->clock, minute));
    return noise_bound(c->volatility * bend_loss * x, band_of(c->volatility));
}

double feed_market_log(struct feed *f, struct line *l, int64_t minute)
{
    static const double own = 0.6, common = 0.8, volatility = 0.16;
    double x = common * noise_at(&f->world, clock_at(&f->world_clock, minute)) +
               own * noise_at(&l->region->noise, clock_at(&l->region->clock, minute));
    return noise_bound(volatility * bend_loss * x, band_of(volatility));
}

/* The index of volatility against its base. */
static double fear_log(struct feed *f, struct line *l, int64_t minute)
{
    static const double month = 30.0 / 365;
    struct line *under = feed_line(f, l->fear);
    double variance = feed_variance(f, under, minute, month);
    if (l->fear_ratio == 0) {
        double listed = l->fear->volatility * l->fear->volatility;
        l->fear_ratio = maths_sqrt(option_strip_ratio(feed_smile(l->fear), listed, month));
    }
    return maths_log(100 * maths_sqrt(variance) * l->fear_ratio / l->base);
}

double feed_log_at(struct feed *f, struct line *l, int64_t minute)
{
    if (l->kind == LINE_PAIR)
        return currency_log(f, &f->currencies[l->base_ccy], minute) -
               currency_log(f, &f->currencies[l->quote_ccy], minute);
    if (l->kind == LINE_FEAR)
        return fear_log(f, l, minute);
    assert(l->kind == LINE_PATH);
    double time = clock_at(&l->region->clock, minute);
    double sum = l->w_market * noise_at(&f->world, clock_at(&f->world_clock, minute));
    sum += l->w_region * noise_at(&l->region->noise, time);
    if (l->sector != NULL)
        sum += l->w_sector * noise_at(l->sector, time);
    if (l->w_own > 0)
        sum += l->w_own * noise_at(&l->noise, time);
    return noise_bound(bend_loss * sum, l->band);
}

double feed_currency_usd(struct feed *f, size_t index, int64_t minute)
{
    struct currency *c = &f->currencies[index];
    return c->usd * maths_exp(currency_log(f, c, minute));
}

/* ---- at many minutes, to the same bits ---- */
static void times_of(struct clock *c, int64_t first, size_t count, double *out)
{
    for (size_t k = 0; k < count; k++)
        out[k] = clock_at(c, first + (int64_t)k);
}

static void currency_logs(const struct currency *c, const double *times, size_t count, double *out)
{
    if (c->volatility <= 0) {
        for (size_t k = 0; k < count; k++)
            out[k] = 0;
        return;
    }
    double band = band_of(c->volatility);
    noise_path(&c->noise, times, count, out);
    for (size_t k = 0; k < count; k++)
        out[k] = noise_bound(c->volatility * bend_loss * out[k], band);
}

static void pair_logs(struct feed *f, struct line *l, int64_t first, size_t count, double *out)
{
    double times[BLOCK + 1] = {0}, part[BLOCK + 1];
    times_of(&f->fx->clock, first, count, times);
    currency_logs(&f->currencies[l->base_ccy], times, count, out);
    currency_logs(&f->currencies[l->quote_ccy], times, count, part);
    for (size_t k = 0; k < count; k++)
        out[k] -= part[k];
}

static void add_part(const struct noise *n, double weight, const double *times, size_t count,
                     double *out)
{
    double part[BLOCK + 1];
    noise_path(n, times, count, part);
    for (size_t k = 0; k < count; k++)
        out[k] += weight * part[k];
}

void feed_logs(struct feed *f, struct line *l, int64_t first, size_t count, double *out)
{
    assert(count <= BLOCK + 1);
    if (l->kind == LINE_PAIR) {
        pair_logs(f, l, first, count, out);
        return;
    }
    if (l->kind == LINE_FEAR) {
        for (size_t k = 0; k < count; k++)
            out[k] = fear_log(f, l, first + (int64_t)k);
        return;
    }
    double times[BLOCK + 1] = {0};
    times_of(&f->world_clock, first, count, times);
    noise_path(&f->world, times, count, out);
    for (size_t k = 0; k < count; k++)
        out[k] *= l->w_market;
    times_of(&l->region->clock, first, count, times);
    add_part(&l->region->noise, l->w_region, times, count, out);
    if (l->sector != NULL)
        add_part(l->sector, l->w_sector, times, count, out);
    if (l->w_own > 0)
        add_part(&l->noise, l->w_own, times, count, out);
    for (size_t k = 0; k < count; k++)
        out[k] = noise_bound(bend_loss * out[k], l->band);
}

/* ---- between two minutes ---- */
struct bounds {
    double low, high;
};

static void add_bounds(struct bounds *b, const struct noise *n, double weight, double from,
                       double to)
{
    double low, high;
    noise_bounds(n, from, to, &low, &high);
    b->low += weight * (weight < 0 ? high : low);
    b->high += weight * (weight < 0 ? low : high);
}

void feed_bounds(struct feed *f, struct line *l, int64_t from, int64_t to, double *low,
                 double *high)
{
    assert(l->kind == LINE_PATH);
    struct bounds b = {0};
    double first = clock_at(&l->region->clock, from), last = clock_at(&l->region->clock, to);
    add_bounds(&b, &f->world, l->w_market, clock_at(&f->world_clock, from),
               clock_at(&f->world_clock, to));
    add_bounds(&b, &l->region->noise, l->w_region, first, last);
    if (l->sector != NULL)
        add_bounds(&b, l->sector, l->w_sector, first, last);
    if (l->w_own > 0)
        add_bounds(&b, &l->noise, l->w_own, first, last);
    /* no minute has more time than all of them, and a ripple is half its height at most */
    double ripple =
        ripple_width / 2 * l->volatility * maths_sqrt((last - first) / minutes_per_year);
    *low = noise_bound(bend_loss * b.low, l->band) - ripple;
    *high = noise_bound(bend_loss * b.high, l->band) + ripple;
}

/* ---- inside a minute ---- */
/* Adds a path's ripple: noise at the points that is nothing at the minute's ends. */
static void add_ripple(const struct feed *f, uint64_t key, double height, int64_t minute,
                       double out[POINTS])
{
    uint64_t h = rng_mix(key, (uint64_t)minute);
    for (int k = 1; k < POINTS; k++, h >>= 4)
        out[k] += height * f->envelope[k] * ((double)(h & 15) / 15 - 0.5);
}

void feed_ripple(struct feed *f, struct line *l, int64_t minute, double a, double b,
                 double out[POINTS])
{
    struct clock *c = l->kind == LINE_PAIR ? &f->fx->clock : &l->region->clock;
    double passes = clock_at(c, minute + 1) - clock_at(c, minute);
    double unit = ripple_width * maths_sqrt(passes / minutes_per_year);
    for (int k = 0; k < POINTS; k++) {
        int second = k < POINTS - 1 ? k * POINT_STEP_S : MINUTE_S - 1;
        out[k] = a + (b - a) * ((double)second / MINUTE_S);
    }
    if (l->kind != LINE_PAIR) {
        add_ripple(f, l->ripple_key, unit * l->volatility, minute, out);
        return;
    }
    /* each currency has its own, so that crosses agree at every second */
    const struct currency *base = &f->currencies[l->base_ccy], *quote;
    quote = &f->currencies[l->quote_ccy];
    add_ripple(f, base->noise.key, unit * base->volatility, minute, out);
    add_ripple(f, quote->noise.key, -unit * quote->volatility, minute, out);
}

static void replay_points(const struct feed *f, struct line *l, int64_t minute, double out[POINTS])
{
    int64_t at = minute * MINUTE_S;
    const struct replay_bar *b = replay_find(l->replay, l->i->hours.zone, at);
    if (b == NULL) {
        const struct replay_bar *last = replay_last(l->replay, at);
        for (int k = 0; k < POINTS; k++)
            out[k] = last != NULL ? last->close : l->replay->bars[0].open;
        return;
    }
    int64_t before = 0, all = MINUTE_S;
    if (l->replay->is_daily) {
        const struct day *d = feed_day(f, l, at);
        before = feed_day_seconds(f, d, at);
        all = feed_day_seconds(f, d, d->end_s);
    }
    /* in thirds of points, so that the extremes fall on points: 0, n, 2n, the last one */
    int64_t points = all / MINUTE_S * (POINTS - 1), first = before / MINUTE_S * (POINTS - 1);
    for (int k = 0; k < POINTS; k++) {
        int64_t third = points / 3, n = first + k;
        double part = third == 0 ? 0
                      : n >= 2 * third
                          ? 2.0 / 3 + (double)(n - 2 * third) / 3 / (double)(points - 2 * third)
                          : (double)n / (double)third / 3;
        out[k] = replay_price(b, part);
    }
}

static void future_points(struct feed *f, struct line *l, int64_t minute, double out[POINTS])
{
    double carry = feed_carry(f, l->i, minute);
    feed_points(f, feed_line(f, l->i->underlying), minute, out);
    for (int k = 0; k < POINTS; k++)
        out[k] *= carry;
}

static void option_points(struct feed *f, struct line *l, int64_t minute, double out[POINTS])
{
    struct option_terms t;
    double vol;
    feed_points(f, feed_line(f, l->i->underlying), minute, out);
    bool lives = feed_option_terms(f, l->i, minute, out[0], &t, &vol);
    for (int k = 0; k < POINTS; k++)
        out[k] = lives ? feed_option_mid(&t, vol, out[k]) : 0;
}

void feed_points(struct feed *f, struct line *l, int64_t minute, double out[POINTS])
{
    if (l->kind == LINE_REPLAY) {
        replay_points(f, l, minute, out);
    } else if (l->kind == LINE_FUTURE) {
        future_points(f, l, minute, out);
    } else if (l->kind == LINE_OPTION) {
        option_points(f, l, minute, out);
    } else {
        double offset = feed_day(f, l, minute * MINUTE_S)->offset;
        feed_ripple(f, l, minute, feed_log_at(f, l, minute), feed_log_at(f, l, minute + 1), out);
        for (int k = 0; k < POINTS; k++)
            out[k] = l->base * maths_exp(out[k] + offset);
    }
}

/* ---- the minute ---- */
/* Ticks between bid and ask: wider at the open, out of hours, and when markets are nervous. */
static int64_t spread_of(struct feed *f, struct line *l, int64_t minute, double price)
{
    int64_t at = minute * MINUTE_S;
    const struct day *d = feed_day(f, l, at);
    double wide = maths_sqrt(weather_at(f->weather, at));
    bool is_home = false;
    for (size_t k = 0; k < d->n; k++) {
        is_home = is_home || (at >= d->spans[k].from_s && at < d->spans[k].to_s);
        if (at >= d->spans[k].from_s && at < d->spans[k].from_s + 300)
            wide *= 1.8;
    }
    wide *= is_home ? 1 : 1.4;
    double ticks = l->i->spread_ticks * wide;
    if (l->kind == LINE_OPTION) /* and what is dear has a wider one */
        ticks = wide * (1 + 0.015 * price / l->tick);
    int64_t spread = (int64_t)(ticks + 0.5);
    return spread < 1 ? 1 : spread;
}

const struct minute *feed_minute(struct feed *f, struct line *l, int64_t utc_s)
{
    int64_t number = feed_minute_of(utc_s);
    struct minute *m = &l->minute;
    if (m->number == number)
        return m;
    m->number = number;
    feed_points(f, l, number, m->price);
    double low = m->price[0], high = m->price[0];
    for (int k = 1; k < POINTS; k++) {
        low = maths_least(low, m->price[k]);
        high = maths_most(high, m->price[k]);
    }
    m->low = feed_ticks(l, low);
    m->high = feed_ticks(l, high);
    m->spread = spread_of(f, l, number, m->price[0]);
    return m;
}

double feed_minute_price(const struct minute *m, int64_t utc_s)
{
    int64_t second = utc_s - m->number * MINUTE_S;
    assert(second >= 0 && second < MINUTE_S);
    int64_t k = second / POINT_STEP_S, into = second - k * POINT_STEP_S;
    double length = POINT_STEP_S;
    if (k == POINTS - 2)
        length = POINT_STEP_S - 1; /* from second 56 to 59 */
    if (second == MINUTE_S - 1)
        return m->price[POINTS - 1];
    return m->price[k] + (m->price[k + 1] - m->price[k]) * ((double)into / length);
}
