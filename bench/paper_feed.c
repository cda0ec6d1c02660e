/* SPDX-License-Identifier: MIT */
/*
 * paper_feed: what the market model of the paper exchange costs.
 *
 *   paper_feed data/instruments.csv
 *
 * Reports, each for 100 listings in one thread:
 *   feed.day        milliseconds for one session of New York: a whole quote each second
 *   feed.prints     milliseconds for all prints of that session
 *   feed.minutes    milliseconds for 60 days of minute bars of one listing
 *   feed.years      milliseconds for 5 years of daily bars of one listing
 *   feed.option     microseconds for an option's quote with its greeks
 *   feed.memory     the most memory the process had, kB
 */
#include "kit/measure.h"
#include "paper/feed.h"

#include <sys/resource.h>

enum { LISTINGS = 100, SESSION_S = 23400 };

static const int64_t open_s = 1772548200; /* 2026-03-03 09:30 in New York */

static struct universe *read_universe(const char *path)
{
    struct error e = {0};
    struct universe *u = universe_new(measure_file(path), &e);
    if (u == NULL)
        measure_die("%s", e.text);
    universe_today(u, open_s);
    return u;
}

static double ms_since(int64_t begin)
{
    return (double)(measure_now() - begin) / 1e6;
}

/* Each second all listings, as a subscriber of all would have it. */
static void quotes(const struct universe *u)
{
    struct feed *f = feed_new(u, 1, true);
    int64_t begin = measure_now();
    int64_t moves = 0;
    struct dec before[LISTINGS] = {0};
    for (int64_t s = open_s; s < open_s + SESSION_S; s++)
        for (size_t k = 0; k < LISTINGS; k++) {
            struct feed_quote q;
            feed_quote(f, universe_at(u, k), s, &q);
            moves += !dec_eq(q.last, before[k]);
            before[k] = q.last;
        }
    report("feed", "day", ms_since(begin));
    if (moves < SESSION_S)
        measure_die("prices hardly move: %lld times", (long long)moves);
    feed_free(f);
}

static void prints(const struct universe *u)
{
    static struct feed_trade out[60 * FEED_PRINTS_MAX];
    struct feed *f = feed_new(u, 1, true);
    int64_t begin = measure_now();
    size_t n = 0;
    for (int64_t s = open_s; s < open_s + SESSION_S; s += 60)
        for (size_t k = 0; k < LISTINGS; k++)
            n += feed_trades(f, universe_at(u, k), s, s + 60, out, sizeof out / sizeof out[0]);
    report("feed", "prints", ms_since(begin));
    if (n < SESSION_S)
        measure_die("too few prints: %zu", n);
    feed_free(f);
}

static void bars(const struct universe *u)
{
    struct feed *f = feed_new(u, 1, true);
    const struct instrument *i = universe_at(u, 0);
    struct feed_bar b;
    size_t minutes = 0, days = 0;
    int64_t begin = measure_now();
    for (int64_t s = open_s - 60 * 86400; s < open_s; s += 60)
        minutes += feed_bar(f, i, s, s + 60, &b);
    report("feed", "minutes", ms_since(begin));
    int zone = i->hours.zone;
    begin = measure_now();
    for (int64_t s = hours_day_start(zone, open_s - 5 * 365 * (int64_t)86400); s < open_s;) {
        int64_t end = hours_day_end(zone, s);
        days += feed_bar(f, i, s, end, &b);
        s = end;
    }
    report("feed", "years", ms_since(begin));
    if (minutes < 40 * 380 || days < 5 * 240)
        measure_die("too few bars: %zu and %zu", minutes, days);
    feed_free(f);
}

static void options(const struct universe *u)
{
    enum { TIMES = 20000 };
    struct feed *f = feed_new(u, 1, true);
    int64_t days[CHAIN_EXPIRIES_MAX];
    const struct chain *c = chains_at(0);
    size_t n = chain_expiries(c, open_s / 86400, 0, days);
    double spot = dec_to_double(feed_price(f, universe_find(u, c->underlying), open_s));
    int32_t strike = (int32_t)(spot / ((double)c->strike_step / 1e6));
    const struct instrument *some[8];
    for (int k = 0; k < 8; k++) {
        struct chain_key key = {0, days[n / 2], strike - 4 + k, k % 2 ? 'C' : 'P'};
        some[k] = universe_find(u, chain_id(&key));
        if (some[k] == NULL)
            measure_die("no option %d", k);
    }
    int64_t begin = measure_now();
    for (int k = 0; k < TIMES; k++) {
        struct feed_option o;
        struct dec bid, ask;
        if (!feed_option_at(f, some[k % 8], open_s + k / 8, &o, &bid, &ask))
            measure_die("no price of option %d", k % 8);
    }
    report("feed", "option", ms_since(begin) * 1000 / TIMES);
    feed_free(f);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        measure_die("usage: paper_feed instruments.csv");
    struct universe *u = read_universe(argv[1]);
    if (universe_count(u) < LISTINGS)
        measure_die("fewer than %d listings", (int)LISTINGS);
    quotes(u);
    prints(u);
    bars(u);
    options(u);
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    report("feed", "memory", (double)r.ru_maxrss);
    universe_free(u);
    return 0;
}
