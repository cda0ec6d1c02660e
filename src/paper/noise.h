/* SPDX-License-Identifier: MIT */
/*
 * noise: a random path that can be read at any minute, past or future, without walking there.
 *
 * The path is a sum of layers. Layer j has a knot every 2^j minutes, whose value is a hash of
 * (key, j, knot), and runs straight between knots; its height grows with the square root of the
 * distance of its knots, so the sum moves like a random walk at all scales from a minute to some
 * weeks, and beyond that it comes back to its mean: the longest layers are no higher. One unit is
 * the movement of a random walk over one year.
 *
 * Only +, -, x, / and sqrt of IEEE doubles are used (no libm, no fused arithmetic), so every
 * machine and compiler gets the same bits.
 */
#ifndef PORTCULLIS_PAPER_NOISE_H
#define PORTCULLIS_PAPER_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOISE_LAYERS = 19 };

/* One path; the members remember the last knots only, for speed. */
struct noise {
    uint64_t key;
    int64_t knot[NOISE_LAYERS];
    double from[NOISE_LAYERS], to[NOISE_LAYERS];
    int64_t minute; /* of `value` */
    double value;
    bool is_warm;
};

void noise_init(struct noise *n, uint64_t key);
/* The path at a minute since 1970. The mean is 0, the standard deviation about 0.3. */
double noise_at(struct noise *n, int64_t minute);
/* The same for `count` minutes in a row, several times faster, to the same bits. */
void noise_path(const struct noise *n, int64_t first, size_t count, double *out);

/* A number with mean 0, variance 1 and |x| < 3.5 out of a hash. */
double noise_gauss(uint64_t hash);
/* Uniform in [0, 1). */
double noise_uniform(uint64_t hash);
/* e^x for |x| <= 2, to about 1e-12 of its value. */
double noise_exp(double x);
/* x bent so that it never leaves (-bound, bound); nearly x for small x. bound > 0. */
double noise_bound(double x, double bound);
double noise_sqrt(double x);

#endif
