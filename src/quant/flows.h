/* SPDX-License-Identifier: MIT */
/*
 * flows: what an account earned, apart from what its owner put in and took out.
 *
 * The time-weighted return judges the management: each interval is measured on what was there, and
 * the intervals are chained. The money-weighted return judges the owner's money: the rate at which
 * every amount, put in or taken out on its day, grows to what is there at the end. They differ as
 * soon as money moves.
 *
 * An amount that is put in counts from the beginning of its interval, one that is taken out until
 * its end. Rates are simple ratios (0.01 is one per cent). What cannot be computed has no value.
 */
#ifndef PORTCULLIS_QUANT_FLOWS_H
#define PORTCULLIS_QUANT_FLOWS_H

#include "base/dec.h"
#include "quant/series.h"

/* One interval: its value at the end and what moved within it, both not negative. */
struct interval {
    double value, in, out;
};
/* The same out of money, for this purpose alone. */
struct interval interval_of(struct dec value, struct dec in, struct dec out);

/* (value + out) / (before + in) - 1, where `before` is the value at the beginning. Absent unless
 * before + in is above zero; 0 if nothing was there and nothing came of it. */
struct opt_num interval_return(double before, struct interval i);

/* The chained return of v[1] to v[n - 1], n at least 1: v[0] tells the value at the beginning.
 * Absent if that of one of them is. */
struct opt_num time_weighted(const struct interval *v, size_t n);

/* A payment: from the owner's side, so what is put in is negative. Days may be fractions. */
struct payment {
    double day, amount;
};
struct payment payment_of(double day, struct dec amount);

/*
 * The yearly rate R above -1 at which sum amount / (1 + R)^((day - first day) / 365) is 0 [XIRR].
 * Absent without a payment of each sign, or if no rate between -0.9999 and 1e6 does it; where
 * several would, the one nearest to 0 of those found on a grid.
 */
struct opt_num money_weighted(const struct payment *payments, size_t n);

/* (end - start - sum) / (start + sum of weight x flow): flows positive when put in, `weight` the
 * part of the time that they were there [modified Dietz]. Absent if the divisor is not above 0. */
struct weighted_flow {
    double amount, weight;
};
struct opt_num modified_dietz(double start, double end, const struct weighted_flow *flows,
                              size_t n);

#endif
