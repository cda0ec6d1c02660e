/* SPDX-License-Identifier: MIT */
#include "quant/performance.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct opt_num none = {0};

static struct opt_num some(double v)
{
    return isfinite(v) ? (struct opt_num){v, true} : none;
}

static struct opt_num over(struct opt_num a, struct opt_num b)
{
    return a.has && b.has && b.v != 0 ? some(a.v / b.v) : none;
}

/*
 * Equal returns have no variance, though their rounded mean may differ from them in the last digit;
 * what is left of that is no risk to divide by.
 */
static struct opt_num spread(struct series r)
{
    struct opt_num s = series_stdev(r), mean = series_mean(r);
    return s.has && s.v > fabs(mean.v) * 1e-14 ? s : none;
}

static double of_period(double rate, double periods)
{
    return pow(1 + rate, 1 / periods) - 1;
}

/* ---- growth ---- */

struct opt_num total_return(struct series r)
{
    double value = 1;
    for (size_t i = 0; i < r.n; i++)
        value *= 1 + r.v[i];
    return r.n ? some(value - 1) : none;
}

struct opt_num annual_return(struct series r, double periods)
{
    struct opt_num total = total_return(r);
    return total.has && total.v > -1 ? some(pow(1 + total.v, periods / (double)r.n) - 1) : none;
}

struct opt_num price_change(struct series prices, size_t back)
{
    return momentum(prices, back, 0);
}

struct opt_num momentum(struct series prices, size_t back, size_t skip)
{
    assert(skip < back);
    if (prices.n <= back)
        return none;
    double from = prices.v[prices.n - 1 - back], to = prices.v[prices.n - 1 - skip];
    return from > 0 ? some(to / from - 1) : none;
}

/* ---- risk ---- */

struct opt_num volatility(struct series r, double periods)
{
    struct opt_num s = series_stdev(r);
    return s.has ? some(s.v * sqrt(periods)) : none;
}

struct drawdown max_drawdown(struct series r)
{
    struct drawdown d = {0};
    double value = 1, peak = 1, deepest_peak = 1;
    size_t peak_at = 0;
    for (size_t i = 0; i < r.n; i++) {
        value *= 1 + r.v[i];
        if (d.depth < 0 && !d.is_recovered && value >= deepest_peak) {
            d.is_recovered = true;
            d.recovery = i + 1;
        }
        if (value >= peak) {
            peak = value;
            peak_at = i + 1;
        } else if (value / peak - 1 < d.depth) {
            d = (struct drawdown){.depth = value / peak - 1, .peak = peak_at, .valley = i + 1};
            deepest_peak = peak;
        }
    }
    return d;
}

struct opt_num value_at_risk(struct series r, double tail, double *scratch)
{
    struct opt_num q = series_quantile(r, tail, scratch);
    return q.has ? some(-q.v) : none;
}

struct opt_num expected_shortfall(struct series r, double tail, double *scratch)
{
    if (!series_quantile(r, tail, scratch).has) /* which sorts into scratch */
        return none;
    size_t worst = (size_t)((double)(r.n - 1) * tail) + 1;
    struct opt_num mean = series_mean((struct series){scratch, worst});
    return mean.has ? some(-mean.v) : none;
}

/* ---- both ---- */

struct opt_num sharpe_ratio(struct series r, double rate, double periods)
{
    struct opt_num mean = series_mean(r), s = spread(r);
    if (!mean.has)
        return none;
    /* a constant taken off changes the mean and not the spread */
    return over(some((mean.v - of_period(rate, periods)) * sqrt(periods)), s);
}

struct opt_num sortino_ratio(struct series r, double periods)
{
    struct opt_num mean = series_mean(r);
    double squares = 0;
    for (size_t i = 0; i < r.n; i++)
        squares += r.v[i] < 0 ? r.v[i] * r.v[i] : 0;
    if (!mean.has)
        return none;
    return over(some(mean.v * sqrt(periods)), some(sqrt(squares / (double)r.n)));
}

struct opt_num calmar_ratio(struct series r, double periods)
{
    return over(annual_return(r, periods), some(-max_drawdown(r).depth));
}

/* ---- beside a benchmark ---- */

struct opt_num beta(struct series r, struct series benchmark)
{
    return spread(benchmark).has
               ? over(series_covariance(r, benchmark), series_covariance(benchmark, benchmark))
               : none;
}

struct opt_num alpha(struct series r, struct series benchmark, double rate, double periods)
{
    struct opt_num b = beta(r, benchmark), mr = series_mean(r), mb = series_mean(benchmark);
    double rf = of_period(rate, periods);
    if (!b.has)
        return none;
    return some(pow(1 + mr.v - rf - b.v * (mb.v - rf), periods) - 1);
}

static struct series excess(struct series r, struct series benchmark, double *scratch)
{
    assert(r.n == benchmark.n);
    for (size_t i = 0; i < r.n; i++)
        scratch[i] = r.v[i] - benchmark.v[i];
    return (struct series){scratch, r.n};
}

struct opt_num tracking_error(struct series r, struct series benchmark, double periods,
                              double *scratch)
{
    return volatility(excess(r, benchmark, scratch), periods);
}

struct opt_num information_ratio(struct series r, struct series benchmark, double periods,
                                 double *scratch)
{
    return sharpe_ratio(excess(r, benchmark, scratch), 0, periods);
}
