/* SPDX-License-Identifier: MIT */
#include "paper/feed.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/noise.h"

#include <assert.h>

enum { SECTORS_MAX = 32, CURRENCIES_MAX = 32, MINUTE_S = 60, WEEK_S = 7 * 86400, BLOCK = 256 };

/* shares of the common paths in a listing's movement */
static const double market_volatility = 0.16;
static const double sector_share = 0.35;
static const double own_share_min = 0.25;
/* how far a price may leave its base, as a logarithm: ln(1.15) is 0.14 */
static const double band_of_volatility = 0.6;
static const double band_max = 0.139;
static const double band_max_index = 0.40;
/* the band takes away about this much of the movement, so the paths start with as much more */
static const double bend_loss = 1.25;
/* height of the ripple inside a minute, in standard movements of a minute */
static const double ripple_share = 0.8;
static const double root_minutes_per_year = 725.0;

struct currency {
    char name[8];
    double usd;        /* base value */
    double volatility; /* 0: it does not move */
    struct noise noise;
};

/* What is remembered of one listing; never changes an answer, only its cost. */
struct line {
    struct noise noise;
    struct noise *sector; /* NULL: none */
    double w_market, w_sector, w_own, band;
    size_t base_ccy, quote_ccy; /* of a currency pair */
    int64_t seen_day;           /* local day of the extremes below */
    int64_t seen_upto_s;
    int64_t seen_high, seen_low;
    int64_t range_day;
    struct feed_range ranges[3];
};

struct feed {
    const struct universe *u;
    uint64_t seed;
    bool real_hours;
    struct noise market;
    struct noise sectors[SECTORS_MAX];
    const char *sector_names[SECTORS_MAX];
    size_t sector_count;
    struct currency currencies[CURRENCIES_MAX];
    size_t currency_count;
    struct line *lines; /* by index of the instrument */
};

static uint64_t key_of(uint64_t seed, enum stream stream, uint64_t id)
{
    return rng_mix(rng_mix(seed, (uint64_t)stream), id);
}

uint64_t feed_key(const struct feed *f, enum stream stream, uint64_t id)
{
    return key_of(f->seed, stream, id);
}

static uint64_t text_key(struct str s)
{
    uint64_t h = 0;
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return h;
}

/* ---- construction ---- */
static size_t currency_index(const struct feed *f, struct str name)
{
    size_t i = 0;
    while (i < f->currency_count && !str_eq(STR_NAME(f->currencies[i].name), name))
        i++;
    return i;
}

static void add_currency(struct feed *f, struct str name, double usd, double volatility)
{
    if (f->currency_count == CURRENCIES_MAX || currency_index(f, name) < f->currency_count)
        return;
    struct currency *c = &f->currencies[f->currency_count++];
    str_copy_cut(c->name, sizeof c->name, name);
    c->usd = usd;
    c->volatility = volatility;
    noise_init(&c->noise, key_of(f->seed, STREAM_CURRENCY, text_key(name)));
}

static void find_currencies(struct feed *f)
{
    add_currency(f, STR("USD"), 1, 0);
    for (size_t i = 0; i < universe_count(f->u); i++) {
        const struct instrument *one = universe_at(f->u, i);
        const struct contract *c = &one->contract;
        if (c->sec_type != SEC_CASH || one->base <= 0)
            continue;
        if (str_eq(STR_NAME(c->currency), STR("USD")))
            add_currency(f, STR_NAME(c->symbol), one->base, one->volatility);
        else if (str_eq(STR_NAME(c->symbol), STR("USD")))
            add_currency(f, STR_NAME(c->currency), 1 / one->base, one->volatility);
    }
}

static struct noise *sector_of(struct feed *f, const char *name)
{
    if (name[0] == 0)
        return NULL;
    for (size_t i = 0; i < f->sector_count; i++)
        if (str_eq(str_of(f->sector_names[i]), str_of(name)))
            return &f->sectors[i];
    if (f->sector_count == SECTORS_MAX)
        return NULL;
    struct noise *n = &f->sectors[f->sector_count];
    f->sector_names[f->sector_count++] = name;
    noise_init(n, key_of(f->seed, STREAM_SECTOR, text_key(str_of(name))));
    return n;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static void init_line(struct feed *f, const struct instrument *i)
{
    struct line *l = &f->lines[i->index];
    const struct contract *c = &i->contract;
    *l = (struct line){.seen_day = INT64_MIN, .range_day = INT64_MIN};
    noise_init(&l->noise, key_of(f->seed, STREAM_OWN, (uint64_t)c->con_id));
    l->base_ccy = l->quote_ccy = f->currency_count;
    if (c->sec_type == SEC_CASH) {
        l->base_ccy = currency_index(f, STR_NAME(c->symbol));
        l->quote_ccy = currency_index(f, STR_NAME(c->currency));
        return;
    }
    double vol = i->volatility * bend_loss;
    bool is_broad = str_eq(STR_NAME(i->industry), STR("Indices"));
    l->sector = is_broad ? NULL : sector_of(f, i->industry);
    l->w_market = i->beta * market_volatility * bend_loss;
    l->w_sector = l->sector != NULL ? vol * sector_share : 0;
    double rest = vol * vol - l->w_market * l->w_market - l->w_sector * l->w_sector;
    l->w_own = noise_sqrt(rest > 0 ? rest : 0);
    /* what follows the market exactly (an index, its fund) has no path of its own */
    if (l->w_own < own_share_min * vol && l->sector != NULL)
        l->w_own = own_share_min * vol;
    double most = c->sec_type == SEC_IND ? band_max_index : band_max;
    l->band = least(most, band_of_volatility * i->volatility);
    if (l->band <= 0)
        l->band = 1e-9;
}

struct feed *feed_new(const struct universe *u, uint64_t seed, bool real_hours)
{
    struct feed *f = xcalloc(1, sizeof *f);
    f->u = u;
    f->seed = seed;
    f->real_hours = real_hours;
    f->lines = xcalloc(universe_count(u), sizeof *f->lines);
    noise_init(&f->market, key_of(seed, STREAM_MARKET, 0));
    find_currencies(f);
    for (size_t i = 0; i < universe_count(u); i++)
        init_line(f, universe_at(u, i));
    return f;
}

void feed_free(struct feed *f)
{
    if (f == NULL)
        return;
    xfree(f->lines);
    xfree(f);
}

bool feed_has_real_hours(const struct feed *f)
{
    return f->real_hours;
}

bool feed_is_halted(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    (void)f, (void)i, (void)utc_s;
    return false;
}

bool feed_is_open(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return !f->real_hours || hours_is_open(&i->hours, utc_s);
}

/* ---- the path ---- */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t minute_of(int64_t utc_s)
{
    return floor_div(utc_s, MINUTE_S);
}

static double currency_log(struct currency *c, int64_t minute)
{
    if (c->volatility <= 0)
        return 0;
    return noise_bound(c->volatility * bend_loss * noise_at(&c->noise, minute),
                       least(band_max, band_of_volatility * c->volatility));
}

static bool is_pair(const struct feed *f, const struct line *l)
{
    return l->base_ccy < f->currency_count && l->quote_ccy < f->currency_count;
}

static void currency_path(const struct currency *c, int64_t first, size_t count, double *out)
{
    if (c->volatility <= 0) {
        for (size_t k = 0; k < count; k++)
            out[k] = 0;
        return;
    }
    double bound = least(band_max, band_of_volatility * c->volatility);
    noise_path(&c->noise, first, count, out);
    for (size_t k = 0; k < count; k++)
        out[k] = noise_bound(c->volatility * bend_loss * out[k], bound);
}

/* The logarithm of price / base at the start of a minute. */
static double log_at(struct feed *f, struct line *l, int64_t minute)
{
    if (is_pair(f, l))
        return currency_log(&f->currencies[l->base_ccy], minute) -
               currency_log(&f->currencies[l->quote_ccy], minute);
    double sum = l->w_market * noise_at(&f->market, minute);
    if (l->sector != NULL)
        sum += l->w_sector * noise_at(l->sector, minute);
    if (l->w_own > 0)
        sum += l->w_own * noise_at(&l->noise, minute);
    return noise_bound(sum, l->band);
}

/* log_at for `count` minutes in a row (at most BLOCK + 1), to the same bits. */
static void log_path(struct feed *f, struct line *l, int64_t first, size_t count, double *out)
{
    double part[BLOCK + 1];
    if (is_pair(f, l)) {
        currency_path(&f->currencies[l->base_ccy], first, count, out);
        currency_path(&f->currencies[l->quote_ccy], first, count, part);
        for (size_t k = 0; k < count; k++)
            out[k] -= part[k];
        return;
    }
    noise_path(&f->market, first, count, out);
    for (size_t k = 0; k < count; k++)
        out[k] *= l->w_market;
    const struct noise *others[] = {l->sector, l->w_own > 0 ? &l->noise : NULL};
    const double weights[] = {l->w_sector, l->w_own};
    for (int i = 0; i < 2; i++) {
        if (others[i] == NULL)
            continue;
        noise_path(others[i], first, count, part);
        for (size_t k = 0; k < count; k++)
            out[k] += weights[i] * part[k];
    }
    for (size_t k = 0; k < count; k++)
        out[k] = noise_bound(out[k], l->band);
}

/* Greatest deviation by the ripple of one path, as a logarithm. */
static double ripple_height(double volatility)
{
    return ripple_share * volatility / root_minutes_per_year;
}

static double line_ripple(const struct feed *f, const struct instrument *i)
{
    const struct line *l = &f->lines[i->index];
    if (is_pair(f, l))
        return ripple_height(f->currencies[l->base_ccy].volatility) +
               ripple_height(f->currencies[l->quote_ccy].volatility);
    return ripple_height(i->volatility);
}

/* The ripple of the path `key` at a second of a minute: nothing at both ends, most in the middle.
 */
static double ripple(uint64_t key, double volatility, int64_t utc_s)
{
    int64_t second = utc_s - minute_of(utc_s) * MINUTE_S;
    if (second == 0 || volatility <= 0)
        return 0;
    double tent = (double)(second < 30 ? second : MINUTE_S - second) / 30.0;
    /* knots each four seconds, so that neighbouring seconds are alike */
    int64_t knot = floor_div(utc_s, 4);
    double a = 2 * noise_uniform(rng_mix(key, (uint64_t)knot)) - 1;
    double b = 2 * noise_uniform(rng_mix(key, (uint64_t)knot + 1)) - 1;
    double part = (double)(utc_s - knot * 4) / 4.0;
    return ripple_height(volatility) * tent * (a + (b - a) * part);
}

/* log price / base at a second. */
static double log_at_second(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    struct line *l = &f->lines[i->index];
    int64_t minute = minute_of(utc_s);
    double part = (double)(utc_s - minute * MINUTE_S) / MINUTE_S;
    double a = log_at(f, l, minute);
    if (part <= 0)
        return a;
    double x = a + (log_at(f, l, minute + 1) - a) * part;
    if (is_pair(f, l)) {
        const struct currency *b = &f->currencies[l->base_ccy], *q = &f->currencies[l->quote_ccy];
        return x + ripple(key_of(b->noise.key, STREAM_RIPPLE, 0), b->volatility, utc_s) -
               ripple(key_of(q->noise.key, STREAM_RIPPLE, 0), q->volatility, utc_s);
    }
    return x + ripple(key_of(l->noise.key, STREAM_RIPPLE, 0), i->volatility, utc_s);
}

/* The second whose price is shown at utc_s. */
static int64_t shown_second(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return f->real_hours ? hours_last_open(&i->hours, utc_s) : utc_s;
}

static int64_t ticks_of_log(const struct feed *f, const struct instrument *i, double x)
{
    const struct line *l = &f->lines[i->index];
    double base = i->base;
    if (is_pair(f, l))
        base = f->currencies[l->base_ccy].usd / f->currencies[l->quote_ccy].usd;
    double ticks = base * noise_exp(x) / dec_to_double(i->tick) + 0.5;
    return ticks < 1 ? 1 : (int64_t)ticks;
}

static int64_t mid_ticks(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return ticks_of_log(f, i, log_at_second(f, i, shown_second(f, i, utc_s)));
}

static struct dec price_of_ticks(const struct instrument *i, int64_t ticks)
{
    return dec_times(i->tick, ticks);
}

struct dec feed_price(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    return price_of_ticks(i, mid_ticks(f, i, utc_s));
}

bool feed_rate(struct feed *f, struct str currency, int64_t utc_s, struct dec *usd)
{
    size_t index = currency_index(f, currency);
    if (index == f->currency_count)
        return false;
    struct currency *c = &f->currencies[index];
    /* a rate is for valuation: the value at the last whole minute */
    return dec_from_model(c->usd * noise_exp(currency_log(c, minute_of(utc_s))), (struct dec){100},
                          usd);
}

/* ---- touch and sizes ---- */
static void touch_ticks(const struct instrument *i, int64_t mid, int64_t *bid, int64_t *ask)
{
    int64_t spread = i->spread_ticks;
    *bid = mid - spread / 2;
    if (*bid < 1)
        *bid = 1;
    *ask = *bid + spread;
}

void feed_touch(struct feed *f, const struct instrument *i, int64_t utc_s, struct dec *bid,
                struct dec *ask)
{
    int64_t b, a;
    touch_ticks(i, mid_ticks(f, i, utc_s), &b, &a);
    *bid = price_of_ticks(i, b);
    *ask = price_of_ticks(i, a);
}

struct dec feed_size(const struct feed *f, const struct instrument *i, int64_t utc_s, uint64_t salt,
                     int64_t most)
{
    uint64_t key = key_of(f->seed, STREAM_SIZE, (uint64_t)i->contract.con_id * 64 + salt);
    int64_t lots = 1 + (int64_t)(rng_mix(key, (uint64_t)utc_s) % (uint64_t)most);
    if (i->contract.sec_type == SEC_CASH)
        return dec_of(lots * 250000);
    int64_t lot = 1;
    if (!dec_to_i64(i->lot, &lot) || lot < 100)
        lot = 100;
    return dec_of(lots * lot);
}

static int64_t volume_of_day(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    uint64_t key = key_of(f->seed, STREAM_VOLUME, (uint64_t)i->contract.con_id);
    uint64_t day = (uint64_t)hours_local_day(i->hours.zone, utc_s);
    return (int64_t)((double)i->volume * (0.6 + 0.8 * noise_uniform(rng_mix(key, day))));
}

int64_t feed_volume_until(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    int64_t done = utc_s - hours_day_start(i->hours.zone, utc_s), whole = HOURS_DAY_S;
    if (f->real_hours) {
        done = hours_open_s(&i->hours, utc_s);
        whole = hours_open_day_s(&i->hours, utc_s);
    }
    if (done > whole) /* the day of a clock change has an hour more */
        done = whole;
    return whole > 0 ? (int64_t)((double)volume_of_day(f, i, utc_s) * (double)done / (double)whole)
                     : 0;
}

int64_t feed_average_volume(const struct instrument *i)
{
    return i->volume;
}

/* ---- bars ---- */
struct extent {
    double low, high, first, last;
    int64_t first_s, end_s;
    bool is_open;
};

static void widen(struct extent *x, int64_t minute, double a, double b)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    if (!x->is_open)
        *x = (struct extent){
            .low = low, .high = high, .first = a, .first_s = minute * MINUTE_S, .is_open = true};
    x->low = low < x->low ? low : x->low;
    x->high = high > x->high ? high : x->high;
    x->last = b;
    x->end_s = (minute + 1) * MINUTE_S;
}

/* Walks the minutes [from, to) and gathers the extremes of the path, ripple included. */
static void walk(struct feed *f, const struct instrument *i, int64_t from, int64_t to,
                 struct extent *x)
{
    struct line *l = &f->lines[i->index];
    double path[BLOCK + 1];
    *x = (struct extent){0};
    for (int64_t m = from; m < to; m += BLOCK) {
        size_t n = to - m < BLOCK ? (size_t)(to - m) : BLOCK;
        log_path(f, l, m, n + 1, path);
        for (size_t k = 0; k < n; k++)
            if (!f->real_hours || hours_is_open(&i->hours, (m + (int64_t)k) * MINUTE_S))
                widen(x, m + (int64_t)k, path[k], path[k + 1]);
    }
    if (!x->is_open)
        return;
    double height = line_ripple(f, i);
    x->low -= height;
    x->high += height;
    /* a session ends with its last second, not with the minute behind it */
    if (f->real_hours && !hours_is_open(&i->hours, x->end_s))
        x->last = log_at_second(f, i, x->end_s - 1);
}

/* The same for a part of a minute, second by second. */
static void walk_seconds(struct feed *f, const struct instrument *i, int64_t from, int64_t to,
                         struct extent *x)
{
    *x = (struct extent){0};
    for (int64_t s = from; s <= to; s++) {
        if (f->real_hours && !hours_is_open(&i->hours, s))
            continue;
        double v = log_at_second(f, i, s);
        if (!x->is_open)
            *x = (struct extent){.low = v, .high = v, .first = v, .first_s = s, .is_open = s < to};
        x->low = v < x->low ? v : x->low;
        x->high = v > x->high ? v : x->high;
        x->last = v;
        x->end_s = s < to ? s + 1 : to;
    }
}

static void join(struct extent *x, const struct extent *next)
{
    if (!next->is_open)
        return;
    if (!x->is_open) {
        *x = *next;
        return;
    }
    x->low = next->low < x->low ? next->low : x->low;
    x->high = next->high > x->high ? next->high : x->high;
    x->last = next->last;
    x->end_s = next->end_s;
}

bool feed_bar_as_of(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                    int64_t as_of_s, struct feed_bar *out)
{
    (void)as_of_s;
    return feed_bar(f, i, from_s, to_s, out);
}

bool feed_bar(struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
              struct feed_bar *out)
{
    struct extent x, rest;
    int64_t whole = minute_of(to_s) * MINUTE_S;
    if (to_s - from_s < MINUTE_S) {
        walk_seconds(f, i, from_s, to_s, &x);
    } else {
        walk(f, i, minute_of(from_s), minute_of(to_s), &x);
        walk_seconds(f, i, whole, to_s, &rest); /* of a minute that has begun */
        join(&x, &rest);
    }
    if (!x.is_open)
        return false;
    int64_t open = ticks_of_log(f, i, x.first), close = ticks_of_log(f, i, x.last);
    int64_t high = ticks_of_log(f, i, x.high), low = ticks_of_log(f, i, x.low);
    *out = (struct feed_bar){.from_s = from_s,
                             .open = price_of_ticks(i, open),
                             .high = price_of_ticks(i, high),
                             .low = price_of_ticks(i, low),
                             .close = price_of_ticks(i, close)};
    out->wap = price_of_ticks(i, (open + close + high + low) / 4);
    for (int64_t s = x.first_s; s < x.end_s;) {
        int64_t end = hours_day_end(i->hours.zone, s);
        int64_t upto = end < x.end_s ? end : x.end_s;
        out->volume += (upto < end ? feed_volume_until(f, i, upto) : volume_of_day(f, i, s)) -
                       feed_volume_until(f, i, s);
        s = upto;
    }
    out->count = out->volume > 0 ? 1 + out->volume / 120 : 0;
    return true;
}

static int64_t session_start(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    int64_t start = hours_day_start(i->hours.zone, shown_second(f, i, utc_s));
    return f->real_hours ? hours_next_open(&i->hours, start) : start;
}

struct dec feed_previous_close(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    int64_t start = hours_day_start(i->hours.zone, shown_second(f, i, utc_s));
    return feed_price(f, i, f->real_hours ? start - 1 : start);
}

/* Brings the extremes of the local day up to utc_s; whole minutes first, then this second. */
static void see(struct feed *f, const struct instrument *i, int64_t utc_s, int64_t now_ticks)
{
    struct line *l = &f->lines[i->index];
    int64_t start = session_start(f, i, utc_s), day = hours_local_day(i->hours.zone, start);
    if (l->seen_day != day || utc_s < l->seen_upto_s) {
        l->seen_day = day;
        l->seen_upto_s = start;
        l->seen_high = l->seen_low = ticks_of_log(f, i, log_at_second(f, i, start));
    }
    int64_t shown = shown_second(f, i, utc_s);
    int64_t whole = minute_of(f->real_hours && shown != utc_s ? shown + 1 : shown);
    if (whole > minute_of(l->seen_upto_s)) {
        struct extent x;
        walk(f, i, minute_of(l->seen_upto_s), whole, &x);
        if (x.is_open) {
            int64_t high = ticks_of_log(f, i, x.high), low = ticks_of_log(f, i, x.low);
            l->seen_high = high > l->seen_high ? high : l->seen_high;
            l->seen_low = low < l->seen_low ? low : l->seen_low;
        }
        l->seen_upto_s = whole * MINUTE_S;
    }
    l->seen_high = now_ticks > l->seen_high ? now_ticks : l->seen_high;
    l->seen_low = now_ticks < l->seen_low ? now_ticks : l->seen_low;
}

void feed_quote(struct feed *f, const struct instrument *i, int64_t utc_s, struct feed_quote *out)
{
    int64_t mid = mid_ticks(f, i, utc_s), bid, ask;
    int64_t shown = shown_second(f, i, utc_s);
    struct line *l = &f->lines[i->index];
    touch_ticks(i, mid, &bid, &ask);
    see(f, i, utc_s, mid);
    *out = (struct feed_quote){
        .last = price_of_ticks(i, mid),
        .bid = price_of_ticks(i, bid),
        .ask = price_of_ticks(i, ask),
        .open = feed_price(f, i, session_start(f, i, utc_s)),
        .high = price_of_ticks(i, l->seen_high),
        .low = price_of_ticks(i, l->seen_low),
        .close = feed_previous_close(f, i, utc_s),
        .bid_size = feed_size(f, i, shown, 0, 9),
        .ask_size = feed_size(f, i, shown, 1, 9),
        .last_size = feed_size(f, i, shown, 2, 3),
        .volume = dec_of(feed_volume_until(f, i, shown)),
        .has_bid_ask = i->contract.sec_type != SEC_IND,
    };
}

void feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                 struct feed_range out[3])
{
    static const int weeks[] = {13, 26, 52};
    struct line *l = &f->lines[i->index];
    int64_t today = hours_day_start(i->hours.zone, shown_second(f, i, utc_s));
    if (l->range_day != today) {
        l->range_day = today;
        double low = 0, high = 0;
        bool any = false;
        for (int r = 0; r < 3; r++) {
            int64_t to = today - (r > 0 ? weeks[r - 1] : 0) * (int64_t)WEEK_S;
            struct extent x;
            walk(f, i, minute_of(today - weeks[r] * (int64_t)WEEK_S), minute_of(to), &x);
            if (x.is_open) {
                low = any && low < x.low ? low : x.low;
                high = any && high > x.high ? high : x.high;
                any = true;
            }
            l->ranges[r] = (struct feed_range){price_of_ticks(i, ticks_of_log(f, i, low)),
                                               price_of_ticks(i, ticks_of_log(f, i, high))};
        }
    }
    see(f, i, utc_s, mid_ticks(f, i, utc_s));
    struct dec high = price_of_ticks(i, l->seen_high), lowest = price_of_ticks(i, l->seen_low);
    for (int r = 0; r < 3; r++) {
        out[r].low = dec_min(l->ranges[r].low, lowest);
        out[r].high = dec_max(l->ranges[r].high, high);
    }
}
