/* SPDX-License-Identifier: MIT */
/*
 * dec: exact money. A signed count of 10^-9 units in 128 bits.
 *
 * One scale for every amount, price, quantity and rate: addition and comparison are integer
 * operations and never round. Rounding (half to even) happens only in dec_mul, dec_div and
 * dec_round_to, whose names say so. A struct, so that the compiler refuses to mix it with int or
 * double. "No value" is struct opt_dec with has == false, never a magic number.
 *
 * Range: magnitudes below 10^27 (DEC_MAX); an operation that would leave it fails and says so.
 */
#ifndef PORTCULLIS_BASE_DEC_H
#define PORTCULLIS_BASE_DEC_H

#include "base/str.h"

__extension__ typedef __int128 dec_nano;

struct dec {
    dec_nano nano;
};

struct opt_dec {
    struct dec v;
    bool has;
};

#define DEC_ZERO ((struct dec){0})
/* A whole number, or a number of millionths, as a constant. */
#define DEC(units)        ((struct dec){(dec_nano)(units)*1000000000})
#define DEC_MICRO(micros) ((struct dec){(dec_nano)(micros)*1000})
#define DEC_NONE          ((struct opt_dec){{0}, false})
#define DEC_SOME(d)       ((struct opt_dec){(d), true})

/* Longest text of dec_format with its NUL. */
enum { DEC_TEXT_MAX = 48 };

/* ---- text ---- */
/*
 * Decimal text: sign, digits, point, digits, and an exponent ("1.5E7"). The whole of s must be the
 * number. False if it is not one, needs more than 9 decimals (other than zeros) or is out of range.
 */
bool dec_parse(struct str s, struct dec *out);
/* As dec_parse but rounds (half to even) what lies beyond the 9th decimal. */
bool dec_parse_round(struct str s, struct dec *out);
/* Canonical text: no exponent, no trailing zeros, "-0" never. Returns the length. */
size_t dec_format(struct dec d, char out[DEC_TEXT_MAX]);
/* Text rounded half-even to `decimals` (0..9) and padded with zeros: "1234.50". */
size_t dec_format_fixed(struct dec d, int decimals, char out[DEC_TEXT_MAX]);

/* ---- exact operations; the checked ones return false on overflow ---- */
bool dec_add(struct dec a, struct dec b, struct dec *out);
bool dec_sub(struct dec a, struct dec b, struct dec *out);
/* For sums whose range is known; an overflow is a bug and asserts. */
struct dec dec_plus(struct dec a, struct dec b);
struct dec dec_minus(struct dec a, struct dec b);
static inline struct dec dec_neg(struct dec a)
{
    return (struct dec){-a.nano};
}
static inline struct dec dec_abs(struct dec a)
{
    return a.nano < 0 ? dec_neg(a) : a;
}
/* Product with a whole number; asserts on overflow. */
struct dec dec_times(struct dec a, int64_t n);

/* ---- rounding operations, half to even at the 9th decimal ---- */
bool dec_mul(struct dec a, struct dec b, struct dec *out);
/* False if b is zero or the quotient is out of range. */
bool dec_div(struct dec a, struct dec b, struct dec *out);

enum dec_rounding { DEC_HALF_EVEN, DEC_DOWN, DEC_UP }; /* DOWN: towards minus infinity */
/* The multiple of `step` (> 0) next to a in the given sense; where that one is out of range, the
 * one on the other side. */
struct dec dec_round_to(struct dec a, struct dec step, enum dec_rounding how);
/* True if a is a whole multiple of step (> 0). */
bool dec_is_multiple(struct dec a, struct dec step);

/* ---- comparing: one line each, and in every loop, so inline ---- */
static inline int dec_cmp(struct dec a, struct dec b)
{
    return (a.nano > b.nano) - (a.nano < b.nano);
}
static inline bool dec_eq(struct dec a, struct dec b)
{
    return a.nano == b.nano;
}
static inline bool dec_lt(struct dec a, struct dec b)
{
    return a.nano < b.nano;
}
static inline bool dec_gt(struct dec a, struct dec b)
{
    return a.nano > b.nano;
}
static inline int dec_sign(struct dec a)
{
    return dec_cmp(a, DEC_ZERO);
}
static inline bool dec_is_zero(struct dec a)
{
    return a.nano == 0;
}
static inline struct dec dec_min(struct dec a, struct dec b)
{
    return dec_lt(b, a) ? b : a;
}
static inline struct dec dec_max(struct dec a, struct dec b)
{
    return dec_gt(b, a) ? b : a;
}

/* ---- borders ---- */
struct dec dec_of(int64_t units);
/* The whole part, truncated towards zero; false if it does not fit. */
bool dec_to_i64(struct dec a, int64_t *out);
double dec_to_double(struct dec a);
/*
 * A double that arrived as a printed number (a protobuf price): by its shortest round-trip text,
 * so 0.1 becomes exactly 0.1. False for NaN, infinities and what is out of range.
 */
bool dec_from_double(double v, struct dec *out);
/* A double that a model computed: rounded to `tick`, which the caller must name. */
bool dec_from_model(double v, struct dec tick, struct dec *out);

#endif
