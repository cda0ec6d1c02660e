/* SPDX-License-Identifier: MIT */
/*
 * The extremes of some months, without looking at each of their half a million minutes.
 *
 * Of any stretch of a path the bounds are known for little (feed_bounds). A stretch whose bounds
 * lie within the extremes found so far cannot change them; another one is halved, until it is so
 * short that its minutes are looked at. The answer is that of a bar over the same time.
 */
#include "paper/feed_private.h"
#include "paper/maths.h"

enum {
    WEEK_S = 7 * 86400,
    LEAF = 32 /* minutes that are looked at one by one */
};

/* The extremes so far, in shares of the day for which they are told. */
struct search {
    struct feed *f;
    struct line *l;
    struct day day;
    double factor; /* of splits since `day` */
    double low, high;
    bool has;
};

static bool may_exceed(const struct search *s, int64_t from, int64_t to)
{
    static const double slack = 1e-9; /* for what rounding does to either */
    double low, high, unit = s->l->base * s->factor;
    if (!s->has)
        return true;
    feed_bounds(s->f, s->l, from, to, &low, &high);
    return unit * maths_exp(low + s->day.offset - slack) < s->low ||
           unit * maths_exp(high + s->day.offset + slack) > s->high;
}

static void look(struct search *s, int64_t from, int64_t to)
{
    struct extent x;
    feed_walk(s->f, s->l, &s->day, from, to, &x);
    if (x.seconds == 0)
        return;
    s->low = s->has ? maths_least(s->low, x.low * s->factor) : x.low * s->factor;
    s->high = s->has ? maths_most(s->high, x.high * s->factor) : x.high * s->factor;
    s->has = true;
}

/* The minutes [from, to) of the day. */
static void search(struct search *s, int64_t from, int64_t to)
{
    if (s->l->kind != LINE_PATH) { /* of no other the bounds are known */
        look(s, from, to);
    } else if (may_exceed(s, from, to)) {
        if (to - from <= LEAF) {
            look(s, from, to);
            return;
        }
        int64_t middle = from + (to - from) / 2;
        search(s, from, middle);
        search(s, middle, to);
    }
}

static void search_days(struct search *s, int64_t from_s, int64_t to_s, int64_t as_of_s)
{
    for (int64_t at = from_s; at < to_s;) {
        s->day = *feed_day(s->f, s->l, at);
        s->factor = feed_split_factor(s->f, s->l->i, s->day.start_s, as_of_s);
        search(s, feed_minute_of(s->day.start_s), feed_minute_of(s->day.end_s));
        at = s->day.end_s;
    }
}

static struct dec price_of(const struct line *l, double price)
{
    return feed_price_of(l, feed_ticks(l, price));
}

void feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                 struct feed_range out[3])
{
    static const int weeks[] = {0, 13, 26, 52};
    struct line *l = feed_line(f, i);
    struct feed_quote q;
    feed_quote(f, i, utc_s, &q);
    int64_t today = feed_day(f, l, feed_shown_second(f, i, utc_s))->start_s;
    int64_t noon =
        today + HOURS_DAY_S / 2; /* a day more or less is then right when clocks change */
    if (l->range_day != today) {
        struct search s = {.f = f, .l = l};
        for (int r = 0; r < 3; r++) {
            search_days(&s, hours_day_start(i->hours.zone, noon - weeks[r + 1] * (int64_t)WEEK_S),
                        hours_day_start(i->hours.zone, noon - weeks[r] * (int64_t)WEEK_S), today);
            l->ranges[r] = s.has ? (struct feed_range){price_of(l, s.low), price_of(l, s.high)}
                                 : (struct feed_range){DEC(1000000000), DEC_ZERO};
        }
        l->range_day = today;
    }
    for (int r = 0; r < 3; r++)
        out[r] = (struct feed_range){dec_min(l->ranges[r].low, q.low),
                                     dec_max(l->ranges[r].high, q.high)};
}
