/* SPDX-License-Identifier: MIT */
/*
 * performance: what a series of returns was worth, and at what risk.
 *
 * Returns are simple and of one period each (0.01 is one per cent), oldest first; `periods` is how
 * many of them make a year (252 for days). A day that is missing is left out, never 0. What cannot
 * be computed has no value: too few returns, no variance, a loss of all.
 *
 * Definitions as in empyrical, except where a function says otherwise; domain names in brackets.
 */
#ifndef PORTCULLIS_QUANT_PERFORMANCE_H
#define PORTCULLIS_QUANT_PERFORMANCE_H

#include "quant/series.h"

enum { TRADING_DAYS = 252 };

/* ---- growth ---- */
/* The product of all 1 + r, less 1. */
struct opt_num total_return(struct series r);
/* (1 + total)^(periods / n) - 1 [CAGR]. */
struct opt_num annual_return(struct series r, double periods);
/* p[last] / p[last - back] - 1; `back` at least 1. 20 of daily closes is the 20-day momentum. */
struct opt_num price_change(struct series prices, size_t back);
/* p[last - skip] / p[last - back] - 1; 252 and 21 is the momentum 12-1. skip < back. */
struct opt_num momentum(struct series prices, size_t back, size_t skip);

/* ---- risk ---- */
/* Standard deviation (n - 1) times the root of `periods`. */
struct opt_num volatility(struct series r, double periods);

struct drawdown {
    double depth;                  /* at most 0: -0.25 is a quarter below the peak */
    size_t peak, valley, recovery; /* in values: 0 is before the first return, i after the i-th */
    bool is_recovered;
};
/* The deepest fall below an earlier peak; the value 1 before the first return counts as one. All
 * zero if there is none. */
struct drawdown max_drawdown(struct series r);

/* Historical: minus the `tail` quantile (type 7). scratch: r.n numbers. A positive loss. */
struct opt_num value_at_risk(struct series r, double tail, double *scratch);
/* Minus the mean of the floor((n - 1) tail) + 1 worst returns. scratch: r.n numbers. */
struct opt_num expected_shortfall(struct series r, double tail, double *scratch);

/* ---- both ---- */
/* Mean over standard deviation of r less the risk-free rate, annual. `rate` is a year's, made a
 * period's by the root: (1 + rate)^(1 / periods) - 1. */
struct opt_num sharpe_ratio(struct series r, double rate, double periods);
/* Mean over the root mean square of the losses (all n periods count), annual. */
struct opt_num sortino_ratio(struct series r, double periods);
/* Annual return over the depth of the deepest drawdown. */
struct opt_num calmar_ratio(struct series r, double periods);

/* ---- beside a benchmark of the same periods ---- */
struct opt_num beta(struct series r, struct series benchmark);
/* (1 + mean(r - rf - beta (b - rf)))^periods - 1. */
struct opt_num alpha(struct series r, struct series benchmark, double rate, double periods);
/* Standard deviation of r - b, annual. scratch: r.n numbers. */
struct opt_num tracking_error(struct series r, struct series benchmark, double periods,
                              double *scratch);
/* Mean over standard deviation of r - b, annual. scratch: r.n numbers. */
struct opt_num information_ratio(struct series r, struct series benchmark, double periods,
                                 double *scratch);

#endif
