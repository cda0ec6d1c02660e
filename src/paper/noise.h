/* SPDX-License-Identifier: MIT */
/*
 * noise: a random path that can be read at any time, past or future, without walking there.
 *
 * The path is a sum of layers. Layer j has a knot every 2^j minutes, whose value is a hash of
 * (key, j, knot), and runs straight between knots; its height grows with the square root of the
 * distance of its knots, so the sum moves like a random walk at all scales from a minute to some
 * weeks, and beyond that it comes back to its mean: the longest layers are no higher. One unit is
 * the movement of a random walk over one year.
 *
 * Time is a number of minutes and need not be whole: the market model reads its paths by a clock
 * that runs fast in a nervous hour and slowly at night (paper/clock.h).
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
    double time; /* of `value` */
    double value;
    bool is_warm;
};

void noise_init(struct noise *n, uint64_t key);
/* The path at a time, |time| < 1e12. The mean is 0, the standard deviation about 0.3. */
double noise_at(struct noise *n, double time);
/* The same at `count` times that do not fall, several times faster, to the same bits. */
void noise_path(const struct noise *n, const double *times, size_t count, double *out);
/* A floor and a ceiling of the path between two times, from <= to; it need not touch them, and
 * comes the closer the less time there is between. Costs no more than some hundred hashes. */
void noise_bounds(const struct noise *n, double from, double to, double *low, double *high);

/* A number with mean 0, variance 1 and |x| < 3.5 out of a hash. */
double noise_gauss(uint64_t hash);
/* Uniform in [0, 1). */
double noise_uniform(uint64_t hash);
/* x bent so that it never leaves (-bound, bound); nearly x for small x. bound > 0. */
double noise_bound(double x, double bound);

#endif
