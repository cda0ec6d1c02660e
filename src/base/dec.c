/* SPDX-License-Identifier: MIT */
/*
 * The range (magnitudes below 10^36 nano) leaves two decimal digits of 128 bits unused. That is
 * what keeps the operations simple: no sum of two amounts can overflow, and dec_mul and dec_div
 * get by without wider integers (see there).
 */
#include "base/dec.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum { SCALE = 9, SIGNIFICANT_MAX = 37 };
static const uint64_t ONE = 1000000000u; /* nano in a unit */
static const uint64_t E18 = 1000000000000000000u;
/* the first magnitude, in nano, that is out of range: 10^36 */
#define NANO_END ((u128)E18 * E18)

static u128 magnitude(struct dec d)
{
    return d.nano < 0 ? -(u128)d.nano : (u128)d.nano;
}

static bool make(bool negative, u128 nano, struct dec *out)
{
    if (nano >= NANO_END)
        return false;
    out->nano = negative ? -(dec_nano)nano : (dec_nano)nano;
    return true;
}

static bool in_range(struct dec d)
{
    return magnitude(d) < NANO_END;
}

/* 10^n for n in 0..38. */
static u128 power_of_ten(int n)
{
    u128 p = 1;
    for (; n >= 18; n -= 18)
        p *= E18;
    for (; n > 0; n--)
        p *= 10;
    return p;
}

/* Rounds q up if the rest, of a division by `by`, is more than half, or half and q is odd. */
static u128 half_even(u128 q, u128 rest, u128 by)
{
    u128 other = by - rest;
    return q + (rest > other || (rest == other && (q & 1)));
}

/* ---- text ---- */

/* A number as it was written: (-1)^negative * digits * 10^exponent, and whether digits beyond the
 * significant ones were dropped that were not zero. */
struct written {
    bool negative;
    bool dropped;
    int64_t exponent;
    u128 digits;
};

/* Reads "[+-]ddd"; a text of absurd length saturates far outside every range. */
static bool scan_exponent(struct str s, size_t i, int64_t *out)
{
    enum { EXPONENT_MAX = 1000000000 };
    bool negative = i < s.n && s.p[i] == '-';
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    if (i == s.n)
        return false;
    int64_t v = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (v < EXPONENT_MAX)
            v = v * 10 + (s.p[i] - '0');
    }
    *out = negative ? -v : v;
    return true;
}

static bool scan(struct str s, struct written *w)
{
    *w = (struct written){0};
    size_t i = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        w->negative = s.p[i++] == '-';
    bool any = false, behind_point = false;
    int significant = 0;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && !behind_point) {
            behind_point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        any = true;
        if (significant < SIGNIFICANT_MAX) {
            w->digits = w->digits * 10 + (unsigned)(c - '0');
            significant += w->digits != 0;
            w->exponent -= behind_point;
        } else {
            w->dropped = w->dropped || c != '0';
            w->exponent += !behind_point;
        }
    }
    if (!any)
        return false;
    if (i == s.n)
        return true;
    int64_t exponent;
    if ((s.p[i] != 'e' && s.p[i] != 'E') || !scan_exponent(s, i + 1, &exponent))
        return false;
    w->exponent += exponent;
    return true;
}

static bool parse(struct str s, bool may_round, struct dec *out)
{
    struct written w;
    if (!scan(s, &w))
        return false;
    if (w.digits == 0)
        return make(false, 0, out);
    int64_t shift = w.exponent + SCALE;
    if (shift >= 0) {
        /* digits are lost only behind the 37th, and such a number is out of range here */
        if (shift >= 36 || w.digits >= power_of_ten(36 - (int)shift))
            return false;
        return make(w.negative, w.digits * power_of_ten((int)shift), out);
    }
    if (shift < -38) /* less than a tenth of the last place */
        return may_round && make(false, 0, out);
    u128 by = power_of_ten((int)-shift);
    u128 q = w.digits / by;
    u128 rest = w.digits % by;
    if (!may_round && (rest || w.dropped))
        return false;
    /* what was dropped counts only to break a tie */
    bool above_half = w.dropped && rest == by - rest;
    return make(w.negative, above_half ? q + 1 : half_even(q, rest, by), out);
}

bool dec_parse(struct str s, struct dec *out)
{
    return parse(s, false, out);
}

bool dec_parse_round(struct str s, struct dec *out)
{
    return parse(s, true, out);
}

/* The last n digits of v, zeros in front; returns the place behind them. */
static char *put_digits(char *out, uint64_t v, size_t n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char *p = out + n;
    for (; p - out >= 2; v /= 100)
        memcpy(p -= 2, pairs + v % 100 * 2, 2);
    if (p > out)
        *out = (char)('0' + v % 10);
    return out + n;
}

static size_t count_digits(uint64_t v)
{
    size_t n = 1;
    for (uint64_t power = 10; n < 20 && v >= power; power *= 10)
        n++;
    return n;
}

/* Whole part, point and `decimals` digits of a count of nano; returns the length. */
static size_t put_fixed(bool negative, u128 nano, size_t decimals, char out[DEC_TEXT_MAX])
{
    bool is_small = nano <= UINT64_MAX;
    u128 whole = is_small ? (uint64_t)nano / ONE : nano / ONE;
    uint64_t fraction = (uint64_t)nano - (uint64_t)whole * ONE;
    char *p = out;
    if (negative)
        *p++ = '-';
    if (whole >= E18) {
        uint64_t high = (uint64_t)(whole / E18);
        p = put_digits(p, high, count_digits(high));
        p = put_digits(p, (uint64_t)(whole % E18), 18);
    } else {
        p = put_digits(p, (uint64_t)whole, count_digits((uint64_t)whole));
    }
    if (decimals) {
        *p++ = '.';
        put_digits(p, fraction, SCALE);
        p += decimals;
    }
    *p = 0;
    return (size_t)(p - out);
}

/* A count of hundredths, which is what most amounts are, without zeros at the end. */
static size_t put_hundredths(bool negative, uint64_t v, char out[DEC_TEXT_MAX])
{
    uint64_t whole = v / 100, rest = v % 100;
    char *p = out;
    if (negative)
        *p++ = '-';
    p = put_digits(p, whole, count_digits(whole));
    if (rest) {
        *p++ = '.';
        p = put_digits(p, rest, 2) - (rest % 10 == 0);
    }
    *p = 0;
    return (size_t)(p - out);
}

size_t dec_format(struct dec d, char out[DEC_TEXT_MAX])
{
    u128 nano = magnitude(d);
    assert(nano < NANO_END);
    if (nano <= UINT64_MAX && (uint64_t)nano % (ONE / 100) == 0)
        return put_hundredths(d.nano < 0, (uint64_t)nano / (ONE / 100), out);
    size_t n = put_fixed(d.nano < 0, nano, SCALE, out);
    while (out[n - 1] == '0')
        n--;
    n -= out[n - 1] == '.';
    out[n] = 0;
    return n;
}

size_t dec_format_fixed(struct dec d, int decimals, char out[DEC_TEXT_MAX])
{
    assert(decimals >= 0 && decimals <= SCALE);
    u128 nano = magnitude(d);
    assert(nano < NANO_END);
    u128 step = power_of_ten(SCALE - decimals);
    nano = half_even(nano / step, nano % step, step) * step;
    return put_fixed(d.nano < 0 && nano != 0, nano, (size_t)decimals, out);
}

/* ---- exact operations ---- */

bool dec_add(struct dec a, struct dec b, struct dec *out)
{
    struct dec sum = {a.nano + b.nano};
    if (!in_range(sum))
        return false;
    *out = sum;
    return true;
}

bool dec_sub(struct dec a, struct dec b, struct dec *out)
{
    return dec_add(a, dec_neg(b), out);
}

struct dec dec_plus(struct dec a, struct dec b)
{
    struct dec sum;
    bool fits = dec_add(a, b, &sum);
    assert(fits);
    return sum;
}

struct dec dec_minus(struct dec a, struct dec b)
{
    return dec_plus(a, dec_neg(b));
}

struct dec dec_times(struct dec a, int64_t n)
{
    struct dec product;
    bool overflows = __builtin_mul_overflow(a.nano, (dec_nano)n, &product.nano);
    assert(!overflows && in_range(product));
    return product;
}

/* ---- rounding operations ---- */

/*
 * With a = A + x/10^9 and b = B + y/10^9 (A, B whole; x, y below 10^9) the product in nano is
 * A*B*10^9 + A*y + B*x + x*y/10^9. Only the last term is not whole, and only the first can be too
 * large for 128 bits: A*y and B*x stay below 10^36.
 */
static bool mul_any(struct dec a, struct dec b, struct dec *out)
{
    u128 ma = magnitude(a), mb = magnitude(b);
    bool negative = (a.nano < 0) != (b.nano < 0);
    if (ma <= UINT64_MAX && mb <= UINT64_MAX) {
        u128 product = ma * mb;
        return make(negative, half_even(product / ONE, product % ONE, ONE), out);
    }
    u128 whole;
    u128 a_whole = ma / ONE, b_whole = mb / ONE;
    u128 a_rest = ma % ONE, b_rest = mb % ONE;
    if (__builtin_mul_overflow(a_whole, b_whole, &whole) || whole >= NANO_END / ONE)
        return false;
    u128 sum = whole * ONE + a_whole * b_rest + b_whole * a_rest;
    u128 last = a_rest * b_rest;
    sum += last / ONE;
    return make(negative, half_even(sum, last % ONE, ONE), out);
}

bool dec_mul(struct dec a, struct dec b, struct dec *out)
{
    int64_t short_a = (int64_t)a.nano, short_b = (int64_t)b.nano;
    int64_t whole_b = short_b / (int64_t)ONE;
    /* quantities mostly are whole: nothing to round, and far from the end of the range */
    if (short_a == a.nano && short_b == b.nano && whole_b * (int64_t)ONE == short_b) {
        out->nano = (dec_nano)short_a * whole_b;
        return true;
    }
    return mul_any(a, b, out);
}

/* Long division in base 10: the rest stays below 10^36, so ten times the rest still fits. */
bool dec_div(struct dec a, struct dec b, struct dec *out)
{
    u128 ma = magnitude(a), mb = magnitude(b);
    bool negative = (a.nano < 0) != (b.nano < 0);
    if (mb == 0)
        return false;
    if (ma <= UINT64_MAX) {
        u128 scaled = ma * ONE;
        return make(negative, half_even(scaled / mb, scaled % mb, mb), out);
    }
    u128 q = ma / mb, rest = ma % mb;
    if (q >= NANO_END / ONE)
        return false;
    for (int i = 0; i < SCALE; i++) {
        rest *= 10;
        q = q * 10 + rest / mb;
        rest %= mb;
    }
    return make(negative, half_even(q, rest, mb), out);
}

struct dec dec_round_to(struct dec a, struct dec step, enum dec_rounding how)
{
    assert(step.nano > 0);
    dec_nano q = a.nano / step.nano, rest = a.nano % step.nano;
    if (rest == 0)
        return a;
    if (rest < 0) { /* C truncates; from here q is the floor */
        q--;
        rest += step.nano;
    }
    dec_nano up = q + 1;
    bool goes_up = how == DEC_UP;
    if (how == DEC_HALF_EVEN)
        goes_up = rest > step.nano - rest || (rest == step.nano - rest && q % 2 != 0);
    struct dec chosen = {(goes_up ? up : q) * step.nano};
    struct dec other = {(goes_up ? q : up) * step.nano};
    return in_range(chosen) ? chosen : other;
}

bool dec_is_multiple(struct dec a, struct dec step)
{
    assert(step.nano > 0);
    return a.nano % step.nano == 0;
}

/* ---- borders ---- */

/* Whole numbers below this are exact as double, and so are the powers of ten used below. */
static const int64_t DOUBLE_EXACT = (int64_t)1 << 53;

struct dec dec_of(int64_t units)
{
    return DEC(units);
}

bool dec_to_i64(struct dec a, int64_t *out)
{
    dec_nano whole = a.nano / (dec_nano)ONE;
    if (whole < INT64_MIN || whole > INT64_MAX)
        return false;
    *out = (int64_t)whole;
    return true;
}

/* The nearest double: a quotient of two exact ones is rounded once; what has more digits goes
 * through its text. */
double dec_to_double(struct dec a)
{
    dec_nano m = a.nano;
    int64_t scale = (int64_t)ONE;
    while (scale > 1 && (m >= DOUBLE_EXACT || m <= -DOUBLE_EXACT) && m % 10 == 0) {
        m /= 10;
        scale /= 10;
    }
    if (m < DOUBLE_EXACT && m > -DOUBLE_EXACT)
        return (double)m / (double)scale;
    char text[DEC_TEXT_MAX];
    dec_format(a, text);
    return strtod(text, NULL);
}

bool dec_from_double(double v, struct dec *out)
{
    if (!isfinite(v) || fabs(v) >= 1e27)
        return false;
    /*
     * Nearly every price: if a decimal of at most 15 digits reads back as v, it is the only one,
     * and so the shortest.
     */
    if (fabs(v) < 1e6) {
        int64_t nano = (int64_t)(v * 1e9 + (v < 0 ? -0.5 : 0.5));
        if (nano > -1000000000000000 && nano < 1000000000000000 && (double)nano / 1e9 == v) {
            out->nano = nano;
            return true;
        }
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    return dec_parse_round(str_of(text), out);
}

bool dec_from_model(double v, struct dec tick, struct dec *out)
{
    struct dec near;
    if (!dec_from_double(v, &near))
        return false;
    *out = dec_round_to(near, tick, DEC_HALF_EVEN);
    return true;
}
