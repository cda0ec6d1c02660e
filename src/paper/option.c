/* SPDX-License-Identifier: MIT */
#include "paper/option.h"

#include "paper/maths.h"

#include <assert.h>

static const double vol_max = 10, vol_min = 1e-4;
static const double days_per_year = 365;

static bool is_between(double v, double low, double high)
{
    return v >= low && v <= high; /* false for NaN */
}

static bool is_sensible(const struct option_terms *t, double underlying)
{
    return is_between(t->strike, 1e-9, 1e12) && is_between(underlying, 1e-9, 1e12) &&
           is_between(t->years, -1000, 100) && is_between(t->rate, -1, 1) &&
           is_between(t->pv_dividends, -1e12, 1e12) && underlying - t->pv_dividends > 1e-9;
}

/* Worth at expiry. */
static void price_expired(const struct option_terms *t, double vol, double underlying,
                          struct feed_option *out)
{
    double pays = t->is_call ? underlying - t->strike : t->strike - underlying;
    *out = (struct feed_option){.iv = vol, .underlying = underlying};
    if (pays > 0) {
        out->price = pays;
        out->delta = t->is_call ? 1 : -1;
    }
}

bool option_price(const struct option_terms *t, double vol, double underlying,
                  struct feed_option *out)
{
    if (!is_sensible(t, underlying) || !is_between(vol, vol_min / 10, vol_max))
        return false;
    if (t->years <= 0) {
        price_expired(t, vol, underlying, out);
        return true;
    }
    double spot = underlying - t->pv_dividends, discount = maths_exp(-t->rate * t->years);
    double root = maths_sqrt(t->years), width = vol * root;
    double d1 = maths_log(spot / (t->strike * discount)) / width + width / 2, d2 = d1 - width;
    double sign = t->is_call ? 1 : -1;
    double n1 = maths_normal(sign * d1), n2 = maths_normal(sign * d2);
    double density = maths_normal_density(d1), carried = t->strike * discount;
    double price = sign * (spot * n1 - carried * n2);
    *out = (struct feed_option){
        .iv = vol,
        .price = price > 0 ? price : 0,
        .delta = sign * n1,
        .gamma = density / (spot * width),
        .vega = spot * density * root / 100,
        .theta =
            (-spot * density * vol / (2 * root) - sign * t->rate * carried * n2) / days_per_year,
        .underlying = underlying,
        .pv_dividends = t->pv_dividends,
    };
    return true;
}

bool option_implied_vol(const struct option_terms *t, double price, double underlying, double *vol)
{
    struct feed_option at;
    double low = vol_min, high = vol_max;
    if (!is_between(price, 0, 1e12) || t->years <= 0)
        return false;
    if (!option_price(t, low, underlying, &at) || at.price > price)
        return false;
    if (!option_price(t, high, underlying, &at) || at.price < price)
        return false;
    /* the price grows with the volatility: halving finds it, 60 halvings to the last bit */
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        (void)option_price(t, middle, underlying, &at);
        if (at.price < price)
            low = middle;
        else
            high = middle;
    }
    *vol = (low + high) / 2;
    /* where the price does not depend on the volatility, nothing is implied */
    return *vol > vol_min * 1.001;
}

/* ---- the smile ---- */
/* Total variance at k, of `total` at the money. */
static double total_variance(const struct option_smile *s, double total, double k)
{
    double f = s->bend / maths_sqrt(total * (1 + total));
    double x = f * k + s->tilt;
    return total / 2 * (1 + s->tilt * f * k + maths_sqrt(x * x + 1 - s->tilt * s->tilt));
}

double option_smile_vol(const struct option_smile *s, double atm_variance, double years,
                        double forward, double strike)
{
    assert(atm_variance > 0 && years > 0 && forward > 0 && strike > 0);
    double k = maths_log(strike / forward);
    return maths_sqrt(total_variance(s, atm_variance * years, k) / years);
}

double option_strip_ratio(const struct option_smile *s, double atm_variance, double years)
{
    /* 2 x the integral over k of (price out of the money) / strike, with a forward of 1 */
    double width = maths_sqrt(atm_variance * years), step = width / 16, sum = 0;
    for (int i = -160; i <= 128; i++) {
        double k = i * step, strike = maths_exp(k);
        struct option_terms t = {.strike = strike, .years = years, .is_call = i > 0};
        struct feed_option o;
        if (option_price(&t, option_smile_vol(s, atm_variance, years, 1, strike), 1, &o))
            sum += o.price / strike * step;
    }
    return 2 * sum / years / atm_variance;
}
