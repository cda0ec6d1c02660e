/* SPDX-License-Identifier: MIT */
#include "quant/flows.h"

#include <assert.h>
#include <math.h>

static struct opt_num known(double v)
{
    return isfinite(v) ? (struct opt_num){v, true} : (struct opt_num){0};
}

struct interval interval_of(struct dec value, struct dec in, struct dec out)
{
    return (struct interval){dec_to_double(value), dec_to_double(in), dec_to_double(out)};
}

struct payment payment_of(double day, struct dec amount)
{
    return (struct payment){day, dec_to_double(amount)};
}

struct opt_num interval_return(double before, struct interval i)
{
    double base = before + i.in, end = i.value + i.out;
    if (base == 0 && end == 0)
        return known(0);
    return base > 0 ? known(end / base - 1) : (struct opt_num){0};
}

struct opt_num time_weighted(const struct interval *v, size_t n)
{
    double product = 1;
    assert(n > 0);
    for (size_t i = 1; i < n; i++) {
        struct opt_num r = interval_return(v[i - 1].value, v[i]);
        if (!r.has)
            return r;
        product *= 1 + r.v;
    }
    return known(product - 1);
}

/* ---- the money-weighted return ---- */

static double present_value(const struct payment *p, size_t n, double rate)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += p[i].amount * exp(-(p[i].day - p[0].day) / 365 * log1p(rate));
    return sum;
}

/* Halves [low, high], whose ends have values of different sign, until nothing is left between. */
static double halve(const struct payment *p, size_t n, double low, double high)
{
    bool low_is_up = present_value(p, n, low) > 0;
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return middle;
        double v = present_value(p, n, middle);
        if (v == 0)
            return middle;
        if ((v > 0) == low_is_up)
            low = middle;
        else
            high = middle;
    }
}

struct opt_num money_weighted(const struct payment *payments, size_t n)
{
    static const double grid[] = {-0.9999, -0.99, -0.9, -0.75, -0.5, -0.25, -0.1,
                                  -0.02,   0,     0.02, 0.1,   0.25, 0.5,   1,
                                  2,       5,     20,   100,   1e3,  1e4,   1e6};
    struct opt_num best = {0};
    double before = n ? present_value(payments, n, grid[0]) : 0;
    for (size_t i = 1; n && i < sizeof grid / sizeof grid[0]; i++) {
        double v = present_value(payments, n, grid[i]);
        if (isfinite(v) && isfinite(before) && v != before && (before > 0) != (v > 0)) {
            double r = v == 0 ? grid[i] : halve(payments, n, grid[i - 1], grid[i]);
            if (!best.has || fabs(r) < fabs(best.v))
                best = known(r);
        }
        before = v;
    }
    return best;
}

struct opt_num modified_dietz(double start, double end, const struct weighted_flow *flows, size_t n)
{
    double sum = 0, base = start;
    for (size_t i = 0; i < n; i++) {
        sum += flows[i].amount;
        base += flows[i].amount * flows[i].weight;
    }
    return base > 0 ? known((end - start - sum) / base) : (struct opt_num){0};
}
