/* SPDX-License-Identifier: MIT */
/*
 * indicators: what traders draw over prices, by the definitions of TA-Lib.
 *
 * Each function reads n bars, oldest first, and writes one number for each bar from the first on
 * that has enough bars before it. It returns how many it wrote, k: out[i] belongs to bar
 * n - k + i, so out[k - 1] to the newest one. 0 means that there are too few bars. `out` has room
 * for n numbers and overlaps no input. Prices must be finite; a period is at least 1.
 *
 * Where TA-Lib has a choice of start, ours is its default: exponential averages start with the
 * plain average of their first period, Wilder's smoothing likewise.
 */
#ifndef PORTCULLIS_QUANT_INDICATORS_H
#define PORTCULLIS_QUANT_INDICATORS_H

#include <stddef.h>

/* Simple moving average. k = n - period + 1. */
size_t indicator_sma(const double *close, size_t n, size_t period, double *out);
/* Exponential moving average, factor 2 / (period + 1). k = n - period + 1. */
size_t indicator_ema(const double *v, size_t n, size_t period, double *out);

/*
 * Bands of `width` standard deviations (divisor: period) round the simple average.
 * k = n - period + 1.
 */
size_t indicator_bollinger(const double *close, size_t n, size_t period, double width,
                           double *upper, double *middle, double *lower);

/*
 * Moving average convergence/divergence: line = EMA(fast) - EMA(slow), both begun at the first bar
 * that the slow one has, signal = EMA(line), histogram = line - signal. fast < slow.
 * k = n - (slow - 1) - (signal - 1).
 */
size_t indicator_macd(const double *close, size_t n, size_t fast, size_t slow, size_t signal,
                      double *line, double *signal_line, double *histogram);

/*
 * Wilder's relative strength index, 0..100. 0 while nothing has moved at all. k = n - period.
 */
size_t indicator_rsi(const double *close, size_t n, size_t period, double *out);

/*
 * Wilder's average true range: the mean of the first `period` true ranges, from bar 1 on, then
 * ((period - 1) * before + range) / period. k = n - period.
 */
size_t indicator_atr(const double *high, const double *low, const double *close, size_t n,
                     size_t period, double *out);

/*
 * Realised volatility: the deviation (divisor period - 1) of the last `period` simple returns,
 * times the root of `periods` a year. Prices above zero; period at least 2. k = n - period.
 */
size_t indicator_volatility(const double *close, size_t n, size_t period, double periods,
                            double *out);

/*
 * Volume-weighted average of the typical price (high + low + close) / 3 since the first of these
 * bars; slice by session for a daily one. Bars before the first volume have none.
 */
size_t indicator_vwap(const double *high, const double *low, const double *close,
                      const double *volume, size_t n, double *out);

#endif
