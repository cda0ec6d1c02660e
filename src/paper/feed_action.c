/* SPDX-License-Identifier: MIT */
/*
 * Dividends and splits. Both are functions of (seed, listing, year), so they can be asked for in
 * any order like the prices, which follow them: a split divides the price, a dividend takes the
 * carry of its quarter out of it.
 */
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

#include <assert.h>

/* prices are near the base of the table on this day: 2026-01-01 */
static const int64_t reference_s = 1767225600;

enum { FIRST_YEAR = 2000, LAST_YEAR = 2049, PER_YEAR_MAX = 4 };

static const double payers = 0.75; /* share of the listings that pay dividends */
static const double yield_least = 0.005, yield_most = 0.035;
static const double growth = 0.04;        /* of a dividend per year, of what it is in 2025 */
static const double split_chance = 0.015; /* per year */
static const double split_base_min = 20;  /* no cheap share is split */

/* How often shares of a currency pay in a year. */
static int payments_of(struct str currency)
{
    static const struct {
        char name[4];
        int times;
    } table[] = {{"USD", 4}, {"CAD", 4}, {"JPY", 2}, {"GBP", 2},
                 {"AUD", 2}, {"HKD", 2}, {"SGD", 2}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++)
        if (str_eq(currency, str_of(table[k].name)))
            return table[k].times;
    return 1;
}

/* Local midnight of a weekday of the month, by a hash. */
static int64_t weekday_in(const struct instrument *i, int year, int month, uint64_t hash)
{
    int64_t day = civil_to_days(year, month, 5 + (int)(hash % 15));
    int weekday = civil_weekday(day);
    if (weekday >= 5)
        day += 7 - weekday;
    return hours_utc_of_local(i->hours.zone, day * HOURS_DAY_S);
}

/* A dividend is a whole number of cents, or of units where a share costs thousands. */
static struct dec dividend_amount(const struct instrument *i, double amount)
{
    bool is_dear = i->base > 2000;
    int64_t n = (int64_t)(is_dear ? amount + 0.5 : amount * 100 + 0.5);
    return dec_times(is_dear ? DEC(1) : DEC_MICRO(10000), n > 0 ? n : 1);
}

static size_t dividends_of_year(const struct feed *f, const struct instrument *i, int year,
                                struct feed_action out[PER_YEAR_MAX])
{
    double yield = feed_line(f, i)->yield;
    if (yield <= 0)
        return 0;
    int times = payments_of(STR_NAME(i->contract.currency)), months = 12 / times;
    uint64_t h = rng_mix(feed_key(f, STREAM_DIVIDEND, (uint64_t)i->contract.con_id), 2);
    /* yearly payers pay in spring, the others spread over their period */
    int first = times == 1 ? 4 + (int)(h % 3) : 1 + (int)(h % (uint64_t)months);
    double scale = 1 + growth * (year - 2025);
    scale = scale < 0.2 ? 0.2 : scale;
    double amount = i->base * yield / times * scale;
    for (int k = 0; k < times; k++) {
        int month = first + k * months;
        uint64_t by = rng_mix(h, (uint64_t)year * 16 + (uint64_t)month);
        int64_t ex = weekday_in(i, year, month, by);
        int64_t pay = ex + (int64_t)(14 + (by >> 32) % 15) * HOURS_DAY_S + HOURS_DAY_S / 2;
        double shares = feed_split_factor(f, i, reference_s, ex);
        out[k] = (struct feed_action){.ex_s = ex,
                                      .kind = FEED_DIVIDEND,
                                      .amount = dividend_amount(i, amount * shares),
                                      .pay_s = hours_day_start(i->hours.zone, pay)};
    }
    return (size_t)times;
}

static void find_splits(struct line *l, uint64_t key)
{
    static const int ratios[] = {2, 2, 2, 3, 4};
    for (int year = FIRST_YEAR; year <= LAST_YEAR && l->split_count < SPLITS_MAX; year++) {
        uint64_t h = rng_mix(key, (uint64_t)year);
        if (noise_uniform(h) >= split_chance)
            continue;
        uint64_t g = rng_mix(h, 1);
        int64_t ex = weekday_in(l->i, year, 1 + (int)(g % 12), g >> 8);
        l->splits[l->split_count++] = (struct feed_action){
            .ex_s = ex, .kind = FEED_SPLIT, .to = ratios[(g >> 32) % 5], .from = 1, .pay_s = ex};
    }
}

void feed_action_init(const struct feed *f, struct line *l)
{
    const struct instrument *i = l->i;
    uint64_t id = (uint64_t)i->contract.con_id, h = feed_key(f, STREAM_DIVIDEND, id);
    if (i->contract.sec_type != SEC_STK || i->base <= 0)
        return;
    if (noise_uniform(h) < payers)
        l->yield = yield_least + (yield_most - yield_least) * noise_uniform(rng_mix(h, 1));
    if (i->base >= split_base_min && str_eq(STR_NAME(i->stock_type), STR("COMMON")))
        find_splits(l, feed_key(f, STREAM_SPLIT, id));
}

static void add(struct feed_action *out, size_t max, size_t *n, const struct feed_action *a)
{
    if (*n == max)
        return;
    size_t at = (*n)++;
    for (; at > 0 && out[at - 1].ex_s > a->ex_s; at--)
        out[at] = out[at - 1];
    out[at] = *a;
}

static int year_of(int64_t utc_s)
{
    return civil_of_utc((struct utc){utc_s * NS_PER_S}).year;
}

size_t feed_actions(const struct feed *f, const struct instrument *i, int64_t from_s, int64_t to_s,
                    struct feed_action *out, size_t max)
{
    assert(out != NULL || max == 0);
    size_t n = 0;
    struct feed_action some[PER_YEAR_MAX];
    const struct line *l = feed_line(f, i);
    if (from_s >= to_s || (l->split_count == 0 && l->yield <= 0))
        return 0;
    int first = year_of(from_s - HOURS_DAY_S), last = year_of(to_s + HOURS_DAY_S);
    first = first < FIRST_YEAR ? FIRST_YEAR : first;
    last = last > LAST_YEAR ? LAST_YEAR : last;
    for (size_t k = 0; k < l->split_count; k++)
        if (l->splits[k].ex_s >= from_s && l->splits[k].ex_s < to_s)
            add(out, max, &n, &l->splits[k]);
    for (int year = first; year <= last && n < max; year++) {
        size_t count = dividends_of_year(f, i, year, some);
        for (size_t k = 0; k < count; k++)
            if (some[k].ex_s >= from_s && some[k].ex_s < to_s)
                add(out, max, &n, &some[k]);
    }
    return n;
}

double feed_split_factor(const struct feed *f, const struct instrument *i, int64_t at_s,
                         int64_t as_of_s)
{
    const struct line *l = feed_line(f, i);
    const struct feed_action *splits = l->splits;
    double factor = 1;
    for (size_t k = 0; k < l->split_count; k++) {
        double ratio = (double)splits[k].from / (double)splits[k].to;
        if (splits[k].ex_s > at_s && splits[k].ex_s <= as_of_s)
            factor *= ratio;
        else if (splits[k].ex_s > as_of_s && splits[k].ex_s <= at_s)
            factor /= ratio;
    }
    return factor;
}

/*
 * Between two dividends the price carries the next one, from half of it below to half of it above
 * its path, so that it falls by the dividend when it goes and stays where it is over the years.
 */
static double dividend_log(const struct feed *f, const struct instrument *i, int64_t day_s)
{
    enum { AROUND_DAYS = 400, MANY = 12 };
    struct feed_action a[MANY];
    size_t n = feed_actions(f, i, day_s - AROUND_DAYS * HOURS_DAY_S,
                            day_s + AROUND_DAYS * HOURS_DAY_S, a, MANY);
    const struct feed_action *last = NULL, *next = NULL;
    for (size_t k = 0; k < n; k++) {
        if (a[k].kind != FEED_DIVIDEND)
            continue;
        if (a[k].ex_s <= day_s)
            last = &a[k];
        else if (next == NULL)
            next = &a[k];
    }
    if (last == NULL || next == NULL)
        return 0;
    double part = (double)(day_s - last->ex_s) / (double)(next->ex_s - last->ex_s);
    double price = i->base * feed_split_factor(f, i, reference_s, day_s);
    return dec_to_double(next->amount) / price * (part - 0.5);
}

double feed_action_log(const struct feed *f, const struct instrument *i, int64_t day_start_s)
{
    double factor = feed_split_factor(f, i, reference_s, day_start_s);
    double split = factor == 1 ? 0 : maths_log(factor);
    return split + (feed_line(f, i)->yield > 0 ? dividend_log(f, i, day_start_s) : 0);
}
