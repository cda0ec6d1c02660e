/* SPDX-License-Identifier: MIT */
#include "quant/series.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Neumaier's sum: what each addition rounds away is kept beside it. */
struct exact {
    double sum, lost;
};

static void add(struct exact *x, double v)
{
    double sum = x->sum + v;
    x->lost += fabs(x->sum) >= fabs(v) ? (x->sum - sum) + v : (v - sum) + x->sum;
    x->sum = sum;
}

static struct opt_num some(double v)
{
    return isfinite(v) ? (struct opt_num){v, true} : (struct opt_num){0};
}

struct series series_tail(struct series s, size_t count)
{
    return count >= s.n ? s : (struct series){s.v + (s.n - count), count};
}

/* ---- one series ---- */

double series_sum(struct series s)
{
    struct exact x = {0};
    for (size_t i = 0; i < s.n; i++)
        add(&x, s.v[i]);
    return x.sum + x.lost;
}

struct opt_num series_mean(struct series s)
{
    return s.n ? some(series_sum(s) / (double)s.n) : (struct opt_num){0};
}

struct opt_num series_stdev(struct series s)
{
    struct opt_num variance = series_covariance(s, s);
    return variance.has ? some(sqrt(variance.v)) : variance;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct opt_num series_quantile(struct series s, double part, double *scratch)
{
    assert(part >= 0 && part <= 1);
    for (size_t i = 0; i < s.n; i++)
        if (!isfinite(s.v[i]))
            return (struct opt_num){0};
    if (!s.n)
        return (struct opt_num){0};
    memcpy(scratch, s.v, s.n * sizeof *scratch);
    qsort(scratch, s.n, sizeof *scratch, ascending);
    double at = part * (double)(s.n - 1);
    size_t below = (size_t)at;
    size_t above = below + 1 < s.n ? below + 1 : below;
    double share = at - (double)below;
    return some(scratch[below] + share * (scratch[above] - scratch[below]));
}

struct opt_num series_zscore(struct series s, double x)
{
    struct opt_num mean = series_mean(s), deviation = series_stdev(s);
    /* equal numbers may leave a deviation of rounding, which is none to divide by */
    if (!mean.has || !deviation.has || deviation.v <= fabs(mean.v) * 1e-14)
        return (struct opt_num){0};
    return some((x - mean.v) / deviation.v);
}

struct opt_num series_share_below(struct series s, double x)
{
    size_t halves = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!isfinite(s.v[i]))
            return (struct opt_num){0};
        halves += s.v[i] < x ? 2 : s.v[i] == x ? 1 : 0;
    }
    return s.n && isfinite(x) ? some((double)halves / (double)(2 * s.n)) : (struct opt_num){0};
}

bool series_extremes(struct series s, size_t *least, size_t *greatest)
{
    *least = *greatest = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!isfinite(s.v[i]))
            return false;
        if (s.v[i] < s.v[*least])
            *least = i;
        if (s.v[i] > s.v[*greatest])
            *greatest = i;
    }
    return s.n > 0;
}

struct summary series_summary(struct series s, double x, double *scratch)
{
    size_t least, greatest;
    if (!series_extremes(s, &least, &greatest))
        return (struct summary){0};
    return (struct summary){
        .mean = series_mean(s),
        .median = series_quantile(s, 0.5, scratch),
        .least = some(s.v[least]),
        .greatest = some(s.v[greatest]),
        .share_below = series_share_below(s, x),
        .zscore = series_zscore(s, x),
    };
}

void scores_rank(const struct opt_num *score, size_t n, double near, struct opt_num *rank,
                 bool *is_near)
{
    for (size_t i = 0; i < n; i++) {
        size_t above = 0, equal = 0, around = 0;
        for (size_t j = 0; j < n; j++) {
            if (!score[j].has)
                continue;
            above += score[j].v > score[i].v;
            equal += score[j].v == score[i].v;
            around += j != i && fabs(score[j].v - score[i].v) <= near;
        }
        rank[i] =
            score[i].has ? some((double)above + (double)(equal + 1) / 2) : (struct opt_num){0};
        if (is_near)
            is_near[i] = score[i].has && around;
    }
}

/* ---- two series ---- */

struct opt_num series_covariance(struct series a, struct series b)
{
    struct opt_num ma = series_mean(a), mb = series_mean(b);
    assert(a.n == b.n);
    if (a.n < 2 || !ma.has || !mb.has)
        return (struct opt_num){0};
    struct exact x = {0};
    for (size_t i = 0; i < a.n; i++)
        add(&x, (a.v[i] - ma.v) * (b.v[i] - mb.v));
    return some((x.sum + x.lost) / (double)(a.n - 1));
}

struct opt_num series_correlation(struct series a, struct series b)
{
    struct opt_num both = series_covariance(a, b), sa = series_stdev(a), sb = series_stdev(b);
    if (!both.has || !sa.has || !sb.has || sa.v == 0 || sb.v == 0)
        return (struct opt_num){0};
    double r = both.v / (sa.v * sb.v);
    return some(r > 1 ? 1 : r < -1 ? -1 : r);
}

/* ---- prices to returns ---- */

size_t series_returns(struct series prices, double *out)
{
    for (size_t i = 0; i < prices.n; i++)
        if (!isfinite(prices.v[i]) || prices.v[i] <= 0)
            return 0;
    for (size_t i = 0; i + 1 < prices.n; i++)
        out[i] = prices.v[i + 1] / prices.v[i] - 1;
    return prices.n ? prices.n - 1 : 0;
}
