/* SPDX-License-Identifier: MIT */
#include "paper/maths.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static const double ln2_high = 6.93147180369123816490e-01; /* its last 32 bits are zero */
static const double ln2_low = 1.90821492927058770002e-10;
static const double ln2_inverse = 1.4426950408889634074;

/* 2^n for -1022 <= n <= 1023. */
static double power_of_two(int64_t n)
{
    uint64_t bits = (uint64_t)(n + 1023) << 52;
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

double maths_exp(double x)
{
    /* 1/k! for k = 1.. */
    static const double inverse[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                                     1.0 / 40320,     1.0 / 5040,     1.0 / 720,     1.0 / 120,
                                     1.0 / 24,        1.0 / 6,        0.5,           1.0};
    assert(x >= -700 && x <= 700);
    double scaled = x * ln2_inverse;
    int64_t n = (int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
    double r = x - (double)n * ln2_high - (double)n * ln2_low; /* |r| <= ln(2) / 2 */
    double sum = 1.0 / 6227020800;
    for (unsigned i = 0; i < sizeof inverse / sizeof inverse[0]; i++)
        sum = sum * r + inverse[i];
    return (1 + sum * r) * power_of_two(n);
}

double maths_log(double x)
{
    assert(x >= 2.2250738585072014e-308 && x <= 1.7976931348623157e308);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t n = (int64_t)(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        n++;
    }
    /* log m = 2 artanh s; |s| <= 0.172, so that the 21st power is below the last bit */
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int k = 19; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return (double)n * ln2_high + (2 * s * sum + (double)n * ln2_low);
}

double maths_sqrt(double x)
{
    assert(x >= 0);
    return sqrt(x); /* IEEE 754 demands the correctly rounded root: the same bits everywhere */
}

double maths_normal_density(double x)
{
    double x2 = x * x;
    return x2 > 1400 ? 0 : 0.39894228040143268 * maths_exp(-x2 / 2);
}

/* Hart's rational approximation (Computer Approximations, 1968, no. 5666) and, far out, a continued
 * fraction. */
double maths_normal(double x)
{
    static const double over[] = {3.52624965998911e-02, 0.700383064443688, 6.37396220353165,
                                  33.912866078383,      112.079291497871,  221.213596169931,
                                  220.206867912376};
    static const double under[] = {8.83883476483184e-02, 1.75566716318264, 16.064177579207,
                                   86.7807322029461,     296.564248779674, 637.333633378831,
                                   793.826512519948,     440.413735824752};
    double a = maths_abs(x), tail = 0;
    if (a < 7.07106781186547) {
        double p = 0, q = 0;
        for (unsigned i = 0; i < sizeof over / sizeof over[0]; i++)
            p = p * a + over[i];
        for (unsigned i = 0; i < sizeof under / sizeof under[0]; i++)
            q = q * a + under[i];
        tail = maths_exp(-a * a / 2) * p / q;
    } else if (a < 37) {
        double f = a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / (a + 0.65))));
        tail = maths_exp(-a * a / 2) / f / 2.506628274631;
    }
    return x > 0 ? 1 - tail : tail;
}
