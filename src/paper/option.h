/* SPDX-License-Identifier: MIT */
/*
 * option: what an option is worth (European, Black and Scholes on the forward), its sensitivities,
 * the volatility that a price implies, and the smile of the paper exchange's volatilities.
 *
 * The forward is (underlying - present value of dividends) x e^(rate x years), so put-call parity
 * holds exactly: call - put = underlying - pv_dividends - strike x e^(-rate x years).
 *
 * The smile is the surface SSVI of Gatheral and Jacquier (2014), "Arbitrage-free SVI volatility
 * surfaces": total variance w(k) = t/2 (1 + r f k + sqrt((f k + r)^2 + 1 - r^2)) with
 * f = e / sqrt(t (1 + t)), where t is the total variance at the money, k the logarithm of strike
 * by forward, r < 0 the tilt and e the bend. With e (1 + |r|) <= 2 it has no arbitrage between
 * strikes, and none between expiries as long as t grows with the time.
 */
#ifndef PORTCULLIS_PAPER_OPTION_H
#define PORTCULLIS_PAPER_OPTION_H

#include <stdbool.h>

struct option_terms {
    double strike; /* > 0 */
    double years;  /* to expiry; <= 0: expired, worth what it pays */
    double rate;   /* per year, continuous */
    double pv_dividends;
    bool is_call;
};

/* What there is to know of an option at one moment. Prices are per share, not per contract. */
struct feed_option {
    double iv, price;
    double delta, gamma;
    double vega;  /* per 1.00 of volatility's hundredth: one percentage point */
    double theta; /* per calendar day */
    double underlying, pv_dividends;
};

/* Fills out; false if strike, volatility or underlying is not positive and sensible (a volatility
 * above 10 is not), or a member is not a number. */
bool option_price(const struct option_terms *t, double vol, double underlying,
                  struct feed_option *out);
/* The volatility at which the option is worth `price`; false if there is none between 0.0001 and
 * 10: a price below what exercise is worth or above the underlying. */
bool option_implied_vol(const struct option_terms *t, double price, double underlying, double *vol);

struct option_smile {
    double tilt; /* r, above -1 and below 1 */
    double bend; /* e > 0 */
};

/* The volatility of a strike: atm_variance is the yearly variance at the money, `forward` > 0. */
double option_smile_vol(const struct option_smile *s, double atm_variance, double years,
                        double forward, double strike);
/*
 * Variance per year that a strip of all strikes is worth, as a multiple of the one at the money:
 * what an index of volatility (VIX) shows, squared. Costs some hundred option prices.
 */
double option_strip_ratio(const struct option_smile *s, double atm_variance, double years);

#endif
