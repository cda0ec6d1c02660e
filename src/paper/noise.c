/* SPDX-License-Identifier: MIT */
#include "paper/noise.h"

#include "base/rng.h"

#include <assert.h>
#include <math.h>

/*
 * Height of the layer with knots each minute: with it, the mean square movement over a time T
 * that lies between the shortest and the longest layer is T / one year (the layers' sums come to
 * about 4.0 x T minutes).
 */
static const double unit_height = 6.87e-4;
/* sqrt(2), between layers */
static const double layer_ratio = 1.4142135623730951;
/* layers beyond this one (45 days) are no higher: prices come back within half a year */
static const int last_growing = 16;

void noise_init(struct noise *n, uint64_t key)
{
    *n = (struct noise){.key = key};
}

double noise_uniform(uint64_t hash)
{
    return (double)(hash >> 11) / 9007199254740992.0;
}

double noise_gauss(uint64_t hash)
{
    /* the sum of four uniforms of 16 bits, by the central limit theorem: bell enough for prices */
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (double)(hash >> (16 * i) & 0xFFFF);
    return (sum - 2 * 65535.0) / 37836.7; /* sqrt(4 / 12) x 65536 */
}

double noise_exp(double x)
{
    assert(x >= -2 && x <= 2);
    /* e^x = (e^(x/8))^8; the series of e^(x/8) is exact to 1e-16 after ten terms */
    double y = x / 8, sum = 1;
    for (int i = 10; i > 0; i--)
        sum = 1 + sum * y / i;
    sum *= sum;
    sum *= sum;
    return sum * sum;
}

double noise_sqrt(double x)
{
    assert(x >= 0);
    return sqrt(x); /* IEEE 754 demands the correctly rounded root: the same bits everywhere */
}

double noise_bound(double x, double bound)
{
    assert(bound > 0);
    double r = x / bound;
    return x / noise_sqrt(1 + r * r);
}

static int64_t floor_shift(int64_t v, int by)
{
    return v >= 0 ? v >> by : -((-v + ((int64_t)1 << by) - 1) >> by);
}

static double knot_value(uint64_t key, int layer, int64_t knot)
{
    return noise_gauss(rng_mix(key + (uint64_t)layer, (uint64_t)knot));
}

double noise_at(struct noise *n, int64_t minute)
{
    if (n->is_warm && n->minute == minute)
        return n->value;
    double sum = 0, height = unit_height;
    for (int j = 0; j < NOISE_LAYERS; j++) {
        int64_t knot = floor_shift(minute, j);
        if (!n->is_warm || knot != n->knot[j]) {
            bool is_next = n->is_warm && knot == n->knot[j] + 1;
            n->from[j] = is_next ? n->to[j] : knot_value(n->key, j, knot);
            n->to[j] = knot_value(n->key, j, knot + 1);
            n->knot[j] = knot;
        }
        double part = (double)(minute - (knot * ((int64_t)1 << j))) / (double)((int64_t)1 << j);
        sum += height * (n->from[j] + (n->to[j] - n->from[j]) * part);
        if (j < last_growing)
            height *= layer_ratio;
    }
    n->is_warm = true;
    n->minute = minute;
    n->value = sum;
    return sum;
}

/* One layer's share for the minutes of `out`, which begin at `first`. */
static void add_layer(uint64_t key, int layer, double height, int64_t first, size_t count,
                      double *out)
{
    int64_t knot = floor_shift(first, layer), length = (int64_t)1 << layer;
    double to = knot_value(key, layer, knot), per_minute = 1.0 / (double)length;
    for (size_t k = 0; k < count; knot++) {
        double from = to;
        to = knot_value(key, layer, knot + 1);
        int64_t at = first + (int64_t)k - knot * length, left = length - at;
        size_t end = left < (int64_t)(count - k) ? k + (size_t)left : count;
        /* dividing by a power of two and multiplying by its inverse are the same, exactly */
        for (; k < end; k++, at++)
            out[k] += height * (from + (to - from) * ((double)at * per_minute));
    }
}

void noise_path(const struct noise *n, int64_t first, size_t count, double *out)
{
    for (size_t k = 0; k < count; k++)
        out[k] = 0;
    double height = unit_height;
    for (int j = 0; j < NOISE_LAYERS; j++) {
        add_layer(n->key, j, height, first, count, out);
        if (j < last_growing)
            height *= layer_ratio;
    }
}
