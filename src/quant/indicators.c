/* SPDX-License-Identifier: MIT */
#include "quant/indicators.h"

#include "quant/series.h"

#include <assert.h>
#include <math.h>

static double mean_of(const double *v, size_t n)
{
    return series_sum((struct series){v, n}) / (double)n;
}

/* ---- averages ---- */

/*
 * The sum slides: one number comes, one goes. What the additions round away would grow with the
 * length of the series, so the sum is made anew every RENEW bars.
 */
enum { RENEW = 1024 };

size_t indicator_sma(const double *close, size_t n, size_t period, double *out)
{
    double sum = 0;
    assert(period > 0);
    if (n < period)
        return 0;
    size_t k = n - period + 1;
    for (size_t i = 0; i < k; i++) {
        if (i % RENEW == 0)
            sum = series_sum((struct series){close + i, period});
        else
            sum += close[i + period - 1] - close[i - 1];
        out[i] = sum / (double)period;
    }
    return k;
}

/* An exponential average of v[0..n), begun with the plain average of the first `period`. */
size_t indicator_ema(const double *v, size_t n, size_t period, double *out)
{
    double factor = 2.0 / (double)(period + 1);
    assert(period > 0);
    if (n < period)
        return 0;
    double ema = mean_of(v, period);
    size_t k = 0;
    out[k++] = ema;
    for (size_t i = period; i < n; i++)
        out[k++] = ema += (v[i] - ema) * factor;
    return k;
}

size_t indicator_bollinger(const double *close, size_t n, size_t period, double width,
                           double *upper, double *middle, double *lower)
{
    size_t k = indicator_sma(close, n, period, middle);
    for (size_t i = 0; i < k; i++) {
        double squares = 0;
        for (size_t j = i; j < i + period; j++)
            squares += (close[j] - middle[i]) * (close[j] - middle[i]);
        double room = width * sqrt(squares / (double)period);
        upper[i] = middle[i] + room;
        lower[i] = middle[i] - room;
    }
    return k;
}

/* ---- momentum ---- */

size_t indicator_macd(const double *close, size_t n, size_t fast, size_t slow, size_t signal,
                      double *line, double *signal_line, double *histogram)
{
    assert(0 < fast && fast < slow && signal > 0);
    if (n < slow + signal - 1)
        return 0;
    /* the two averages are as long as each other; histogram is their scratch */
    size_t k = indicator_ema(close, n, slow, histogram);
    size_t same = indicator_ema(close + (slow - fast), n - (slow - fast), fast, line);
    assert(same == k);
    for (size_t i = 0; i < same; i++)
        line[i] -= histogram[i];
    k = indicator_ema(line, same, signal, signal_line);
    for (size_t i = 0; i < k; i++) {
        line[i] = line[i + signal - 1];
        histogram[i] = line[i] - signal_line[i];
    }
    return k;
}

size_t indicator_rsi(const double *close, size_t n, size_t period, double *out)
{
    double gain = 0, loss = 0, before = (double)period - 1;
    size_t k = 0;
    assert(period > 0);
    for (size_t i = 1; i < n; i++) {
        double change = close[i] - close[i - 1];
        double up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        if (i <= period) {
            gain += up;
            loss += down;
            if (i < period)
                continue;
            gain /= (double)period;
            loss /= (double)period;
        } else {
            gain = (gain * before + up) / (double)period;
            loss = (loss * before + down) / (double)period;
        }
        out[k++] = gain + loss > 0 ? 100 * gain / (gain + loss) : 0;
    }
    return k;
}

/* ---- ranges ---- */

static double true_range(double high, double low, double close_before)
{
    return fmax(high - low, fmax(fabs(close_before - high), fabs(close_before - low)));
}

size_t indicator_atr(const double *high, const double *low, const double *close, size_t n,
                     size_t period, double *out)
{
    double atr = 0;
    size_t k = 0;
    assert(period > 0);
    for (size_t i = 1; i < n; i++) {
        double range = true_range(high[i], low[i], close[i - 1]);
        if (i <= period)
            atr += range;
        if (i == period)
            atr /= (double)period;
        else if (i > period)
            atr = (atr * ((double)period - 1) + range) / (double)period;
        if (i >= period)
            out[k++] = atr;
    }
    return k;
}

size_t indicator_volatility(const double *close, size_t n, size_t period, double periods,
                            double *out)
{
    double year = sqrt(periods);
    assert(period > 1);
    if (n <= period)
        return 0;
    for (size_t i = 0; i + 1 < n; i++)
        out[i] = close[i + 1] / close[i] - 1;
    /* in place: the number of a window takes the place of its oldest return */
    for (size_t i = 0; i < n - period; i++) {
        double mean = 0, squares = 0;
        for (size_t j = i; j < i + period; j++)
            mean += out[j];
        mean /= (double)period;
        for (size_t j = i; j < i + period; j++)
            squares += (out[j] - mean) * (out[j] - mean);
        out[i] = sqrt(squares / ((double)period - 1)) * year;
    }
    return n - period;
}

size_t indicator_vwap(const double *high, const double *low, const double *close,
                      const double *volume, size_t n, double *out)
{
    double turnover = 0, shares = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        turnover += (high[i] + low[i] + close[i]) / 3 * volume[i];
        shares += volume[i];
        if (shares > 0)
            out[k++] = turnover / shares;
    }
    return k;
}
