/* SPDX-License-Identifier: MIT */
#include "paper/clock.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "paper/maths.h"
#include "paper/noise.h"

#include <assert.h>

/* ---- the weather ---- */
/* Chances from one day to the next; the states have variances whose mean is 1 (see below). */
static const double calm_ends = 1.0 / 60, normal_calms = 1.0 / 50, normal_breaks = 1.0 / 80,
                    stress_ends = 1.0 / 25;
static const double levels[] = {0.559, 1.016, 2.642};
/* how much of the way to its state's level a day goes */
static const double smoothing = 0.3;
/* how fast an expectation comes back to the mean, per year: within some two months */
static const double reversion = 6;

void weather_init(struct weather *w, uint64_t key)
{
    *w = (struct weather){.key = key, .state = 1, .last = 1};
}

void weather_fini(struct weather *w)
{
    xfree(w->level);
    w->level = NULL;
}

static int next_state(int state, double u)
{
    if (state == 0)
        return u < calm_ends ? 1 : 0;
    if (state == 1)
        return u < normal_calms ? 0 : u < normal_calms + normal_breaks ? 2 : 1;
    return u < stress_ends ? 1 : 2;
}

double weather_of_day(struct weather *w, int64_t day)
{
    if (day < CLOCK_FIRST || day > CLOCK_END)
        return 1;
    if (w->level == NULL)
        w->level = xmalloc((CLOCK_DAYS + 1) * sizeof *w->level);
    for (; w->known <= day - CLOCK_FIRST; w->known++) {
        w->state = next_state(w->state, noise_uniform(rng_mix(w->key, (uint64_t)w->known)));
        w->last += (levels[w->state] - w->last) * smoothing;
        w->level[w->known] = w->last;
    }
    return w->level[day - CLOCK_FIRST];
}

double weather_at(struct weather *w, int64_t utc_s)
{
    int64_t since = utc_s - HOURS_DAY_S / 2;
    int64_t day = since / HOURS_DAY_S - (since % HOURS_DAY_S < 0);
    double part = (double)(since - day * HOURS_DAY_S) / HOURS_DAY_S;
    double a = weather_of_day(w, day), b = weather_of_day(w, day + 1);
    return a + (b - a) * part;
}

double weather_expected(double level, double years)
{
    assert(level > 0);
    double x = reversion * years;
    if (x < 1e-6)
        return level;
    return 1 + (level - 1) * (1 - maths_exp(-maths_least(x, 600))) / x;
}

/* ---- clocks ---- */
/* Share of a weekday's movement in the hours of trade, and the speed of a day at the weekend. */
static const double session_share_real = 0.80, session_share_always = 0.55;
static const double weekend_real = 0.10, weekend_always = 0.9;
/* speed at the open and the close against the middle of the session */
static const double ends_of_session = 2.5;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Where the market trades on a plain Wednesday; the world's markets are open from seven to nine. */
static size_t session_of(const struct clock *c, bool is_open[CLOCK_MINUTES])
{
    enum { STEP = 5 }; /* sessions begin and end at such minutes */
    const struct hours *h = &c->hours;
    int64_t wednesday = civil_to_days(2026, 3, 4) * (int64_t)HOURS_DAY_S;
    if (!c->is_world)
        wednesday = hours_utc_of_local(h->zone, wednesday);
    size_t n = 0;
    bool open = false;
    for (int k = 0; k < CLOCK_MINUTES; k++) {
        if (k % STEP == 0)
            open = c->is_world ? k >= 7 * 60 && k < 21 * 60 : hours_is_open(h, wednesday + k * 60);
        is_open[k] = open;
        n += open;
    }
    return n;
}

static void init_profile(struct clock *c)
{
    double share = c->real_hours ? session_share_real : session_share_always;
    bool is_open[CLOCK_MINUTES];
    double speed[CLOCK_MINUTES], inside = 0, sum = 0;
    size_t n = session_of(c, is_open), done = 0;
    c->until = xmalloc((CLOCK_MINUTES + 1) * sizeof *c->until);
    bool is_short = n > 0 && n < CLOCK_MINUTES / 2;
    for (int k = 0; k < CLOCK_MINUTES; k++) {
        double y = n > 0 ? 2 * ((double)done + 0.5) / (double)n - 1 : 0; /* -1 .. 1 */
        speed[k] = 1 + (is_short ? (ends_of_session - 1) * y * y : 0);
        done += is_open[k];
        inside += is_open[k] ? speed[k] : 0;
    }
    /* a market that is open nearly always has no night to speak of */
    double outside = (double)(CLOCK_MINUTES - n);
    share = maths_most(share, (double)n / CLOCK_MINUTES);
    for (int k = 0; k < CLOCK_MINUTES; k++) {
        c->until[k] = sum;
        if (n == 0)
            sum += 1.0 / CLOCK_MINUTES;
        else if (is_open[k])
            sum += speed[k] / inside * (outside > 0 ? share : 1);
        else
            sum += (1 - share) / outside;
    }
    c->until[CLOCK_MINUTES] = sum;
    for (int k = 0; k <= CLOCK_MINUTES; k++)
        c->until[k] = c->until[k] / sum;
}

void clock_init(struct clock *c, struct weather *w, const struct hours *h, bool real_hours)
{
    double idle = real_hours ? weekend_real : weekend_always;
    *c = (struct clock){
        .weather = w, .is_world = h == NULL, .real_hours = real_hours, .day = INT64_MIN};
    if (h != NULL)
        c->hours = *h;
    c->weekday = CLOCK_MINUTES * 7 / (5 + 2 * idle);
    c->weekend = c->weekday * idle;
}

void clock_fini(struct clock *c)
{
    xfree(c->until);
    xfree(c->sum);
    c->until = c->sum = NULL;
}

/* Market time at the beginning of a day. */
static double day_begin(struct clock *c, int64_t day)
{
    if (day < CLOCK_FIRST)
        return (double)day * CLOCK_MINUTES;
    int64_t index = day < CLOCK_END ? day - CLOCK_FIRST : CLOCK_DAYS;
    if (c->sum == NULL) {
        c->sum = xmalloc((CLOCK_DAYS + 1) * sizeof *c->sum);
        c->sum[0] = (double)CLOCK_FIRST * CLOCK_MINUTES;
        c->known = 1;
    }
    for (; c->known <= index; c->known++) {
        int64_t before = CLOCK_FIRST + c->known - 1;
        bool is_weekend = (before + 3) % 7 >= 5; /* 1970 began on a Thursday */
        double level = weather_of_day(c->weather, before);
        c->sum[c->known] = c->sum[c->known - 1] + level * (is_weekend ? c->weekend : c->weekday);
    }
    return c->sum[index] + (double)(day - CLOCK_FIRST - index) * CLOCK_MINUTES;
}

double clock_at(struct clock *c, int64_t minute)
{
    if (c->day == INT64_MIN || minute < c->start || minute >= c->start + c->minutes) {
        int zone = c->hours.zone; /* of the world 0: UTC */
        c->day = hours_local_day(zone, minute * 60);
        c->start = floor_div(hours_day_start(zone, minute * 60), 60);
        c->minutes = floor_div(hours_day_end(zone, minute * 60), 60) - c->start;
    }
    if (c->until == NULL)
        init_profile(c);
    enum { CHANGED = 180 }; /* by three o'clock all clocks have changed */
    int64_t k = minute - c->start;
    if (c->minutes != CLOCK_MINUTES && k >= CHANGED) {
        k += CLOCK_MINUTES - c->minutes;
        k = k < CHANGED ? CHANGED : k;
    }
    double from = day_begin(c, c->day), to = day_begin(c, c->day + 1);
    return from + (to - from) * c->until[k];
}
