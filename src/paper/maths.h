/* SPDX-License-Identifier: MIT */
/*
 * maths: the few functions of analysis that the market model and option prices need.
 *
 * Own series instead of the C library's, whose last bits differ between machines. Only +, -, x, /
 * and sqrt of IEEE doubles are used (no fused arithmetic), so every compiler and machine gets the
 * same bits. Nothing here fails: arguments outside a stated range are a bug of the caller.
 */
#ifndef PORTCULLIS_PAPER_MATHS_H
#define PORTCULLIS_PAPER_MATHS_H

/* e^x for |x| <= 700, to about 1e-15 of its value. */
double maths_exp(double x);
/* The natural logarithm of a normal x > 0, to about 1e-15. */
double maths_log(double x);
double maths_sqrt(double x);
/* Density and distribution of the standard normal law; the latter to about 1e-15. */
double maths_normal_density(double x);
double maths_normal(double x);

static inline double maths_least(double a, double b)
{
    return a < b ? a : b;
}

static inline double maths_most(double a, double b)
{
    return a > b ? a : b;
}

static inline double maths_abs(double x)
{
    return x < 0 ? -x : x;
}

#endif
