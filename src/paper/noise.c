/* SPDX-License-Identifier: MIT */
#include "paper/noise.h"

#include "base/rng.h"
#include "paper/maths.h"

#include <assert.h>

/*
 * Height of the layer with knots each minute: with it, the mean square movement over a time T
 * that lies between the shortest and the longest layer is T / one year (the layers' sums come to
 * about 4.0 x T minutes).
 */
static const double unit_height = 6.87e-4;
/* sqrt(2), between layers */
static const double layer_ratio = 1.4142135623730951;
/* no knot is farther from 0: 2 x 65535 / 37836.7, see noise_gauss */
static const double knot_most = 3.4642;
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

double noise_bound(double x, double bound)
{
    assert(bound > 0);
    double r = x / bound;
    return x / maths_sqrt(1 + r * r);
}

/* The knot of a layer at or before a time. */
static int64_t knot_before(double time, double per_minute)
{
    double scaled = time * per_minute; /* a power of two: exact */
    int64_t knot = (int64_t)scaled;
    return knot - ((double)knot > scaled);
}

static double knot_value(uint64_t key, int layer, int64_t knot)
{
    return noise_gauss(rng_mix(key + (uint64_t)layer, (uint64_t)knot));
}

double noise_at(struct noise *n, double time)
{
    if (n->is_warm && n->time == time)
        return n->value;
    double sum = 0, height = unit_height, per_minute = 1;
    for (int j = 0; j < NOISE_LAYERS; j++) {
        int64_t knot = knot_before(time, per_minute);
        if (!n->is_warm || knot != n->knot[j]) {
            bool is_next = n->is_warm && knot == n->knot[j] + 1;
            n->from[j] = is_next ? n->to[j] : knot_value(n->key, j, knot);
            n->to[j] = knot_value(n->key, j, knot + 1);
            n->knot[j] = knot;
        }
        double part = time * per_minute - (double)knot;
        sum += height * (n->from[j] + (n->to[j] - n->from[j]) * part);
        if (j < last_growing)
            height *= layer_ratio;
        per_minute /= 2;
    }
    n->is_warm = true;
    n->time = time;
    n->value = sum;
    return sum;
}

/* One layer's share at the times. */
static void add_layer(uint64_t key, int layer, double height, double per_minute,
                      const double *times, size_t count, double *out)
{
    int64_t known = INT64_MIN;
    double from = 0, to = 0;
    for (size_t k = 0; k < count;) {
        int64_t knot = knot_before(times[k], per_minute);
        from = known == knot - 1 && k > 0 ? to : knot_value(key, layer, knot);
        to = knot_value(key, layer, knot + 1);
        known = knot;
        double low = (double)knot, end = low + 1, rise = to - from;
        do {
            out[k] += height * (from + rise * (times[k] * per_minute - low));
            k++;
        } while (k < count && times[k] * per_minute < end);
    }
}

void noise_path(const struct noise *n, const double *times, size_t count, double *out)
{
    for (size_t k = 0; k < count; k++)
        out[k] = 0;
    double height = unit_height, per_minute = 1;
    for (int j = 0; j < NOISE_LAYERS; j++) {
        add_layer(n->key, j, height, per_minute, times, count, out);
        if (j < last_growing)
            height *= layer_ratio;
        per_minute /= 2;
    }
}

/* The extremes of a layer of height 1: it runs straight between knots, so they are at knots or at
 * the ends. Where there are too many knots to look at, what none of them exceeds. */
static void layer_bounds(uint64_t key, int layer, double from, double to, double *low, double *high)
{
    enum { KNOTS_MAX = 24 };
    int64_t first = knot_before(from, 1), last = knot_before(to, 1);
    *low = -knot_most;
    *high = knot_most;
    if (last - first > KNOTS_MAX)
        return;
    double a = knot_value(key, layer, first), b = knot_value(key, layer, first + 1);
    *low = *high = a + (b - a) * (from - (double)first);
    for (int64_t knot = first; knot < last; knot++) {
        *low = maths_least(*low, b);
        *high = maths_most(*high, b);
        a = b;
        b = knot_value(key, layer, knot + 2);
    }
    double end = a + (b - a) * (to - (double)last);
    *low = maths_least(*low, end);
    *high = maths_most(*high, end);
}

void noise_bounds(const struct noise *n, double from, double to, double *low, double *high)
{
    assert(from <= to);
    *low = *high = 0;
    double height = unit_height, per_minute = 1;
    for (int j = 0; j < NOISE_LAYERS; j++) {
        double least, most;
        layer_bounds(n->key, j, from * per_minute, to * per_minute, &least, &most);
        *low += height * least;
        *high += height * most;
        if (j < last_growing)
            height *= layer_ratio;
        per_minute /= 2;
    }
}
