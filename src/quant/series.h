/* SPDX-License-Identifier: MIT */
/*
 * series: statistics of a run of numbers, oldest first.
 *
 * Everything in quant/ is a pure function of doubles: prices and money come here as copies, and
 * what comes out is for people to read, never for an order. What cannot be computed (too few
 * numbers, no variance, a number that is not finite) has no value, rather than 0, NaN or infinity.
 * Sums are compensated (Neumaier), variances take two passes, so that a million numbers lose no
 * more digits than ten do.
 */
#ifndef PORTCULLIS_QUANT_SERIES_H
#define PORTCULLIS_QUANT_SERIES_H

#include "data/type.h"

#include <stdbool.h>
#include <stddef.h>

struct series {
    const double *v; /* borrowed */
    size_t n;
};

/* The last `count` numbers, or all if there are fewer. */
struct series series_tail(struct series s, size_t count);

/* ---- one series ---- */
double series_sum(struct series s);
struct opt_num series_mean(struct series s);
/* Standard deviation with divisor n - 1; needs two numbers. */
struct opt_num series_stdev(struct series s);
/* The value below which `part` (0..1) of the numbers lie, with linear interpolation between them
 * (type 7 of Hyndman and Fan, numpy's default). Sorts a copy in `scratch`, of s.n numbers. */
struct opt_num series_quantile(struct series s, double part, double *scratch);

/* How many deviations (divisor n - 1) x is from the mean of the numbers. */
struct opt_num series_zscore(struct series s, double x);
/* The share of the numbers that are below x; those equal to it count half (0..1). */
struct opt_num series_share_below(struct series s, double x);
/* Where the least and the greatest are, the earliest of equals. False if s is empty or a number is
 * not finite. */
bool series_extremes(struct series s, size_t *least, size_t *greatest);

/* A number among those before it. Unknown throughout if s is empty or a number is not finite. */
struct summary {
    struct opt_num mean, median, least, greatest;
    struct opt_num share_below, zscore; /* of x; see above */
};
/* scratch: s.n numbers. */
struct summary series_summary(struct series s, double x, double *scratch);

/*
 * Rank 1 for the greatest score; equals share the mean of their ranks, an unknown one has none.
 * `is_near` (or NULL) tells of each whether another is no further than `near` from it, so that the
 * order of the two means little. Compares each with each: for some hundred scores.
 */
void scores_rank(const struct opt_num *score, size_t n, double near, struct opt_num *rank,
                 bool *is_near);

/* ---- two of the same length ---- */
/* Divisor n - 1. */
struct opt_num series_covariance(struct series a, struct series b);
struct opt_num series_correlation(struct series a, struct series b);

/* ---- prices to returns ---- */
/* out[i] = p[i + 1] / p[i] - 1; s.n - 1 numbers, or 0 if there is no pair or some price is not
 * above zero. `out` may not overlap. */
size_t series_returns(struct series prices, double *out);

#endif
