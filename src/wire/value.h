/* SPDX-License-Identifier: MIT */
/*
 * value: between the wire's forms of numbers and exact decimals.
 *
 * The wire marks "not set" by magic numbers (tws-protocol 2.1). They end here: has == false. A
 * double from the wire becomes a decimal by its shortest text, so 0.1 is exactly 0.1.
 */
#ifndef PORTCULLIS_WIRE_VALUE_H
#define PORTCULLIS_WIRE_VALUE_H

#include "base/arena.h"
#include "base/dec.h"

/* ---- from the wire ---- */
/*
 * The largest number that is believed, on either side of zero: no price, quantity or amount is
 * larger, and sums and differences of a few such numbers stay within the range of dec.
 */
#define WIRE_NUMBER_MAX 1000000000000000000
/*
 * A decimal text: size, quantity, position, volume. None if empty, not a number, out of range or
 * one of the four marks INT32_MAX, INT64_MAX, INT64_MIN, DBL_MAX. More than 9 decimals are rounded.
 */
struct opt_dec wire_dec_of_text(struct str text);
/* A price or an amount. None if unset (>= 1.7e308), not finite or out of range. */
struct opt_dec wire_dec_of_double(double v);
/* A quote's price: as wire_dec_of_double, and none for "no quote", which is -1 with size 0 or an
 * unset size, or 0 with size 0. */
struct opt_dec wire_dec_of_quote(double price, struct str size);

bool wire_is_set_int(int32_t v);
bool wire_is_set_long(int64_t v);
/* False for DBL_MAX (anything >= 1.7e308) and NaN; infinity is a value. */
bool wire_is_set_double(double v);

/* ---- to the wire ---- */
/* WIRE_UNSET_DOUBLE if v has no value. */
double wire_double_of(struct opt_dec v);
/* Canonical text in the arena; empty if v has no value. */
struct str wire_text_of(struct opt_dec v, struct arena *arena);

/* ---- text of a double, as it stands in frames ---- */
enum { WIRE_DOUBLE_TEXT_MAX = 32 };
enum wire_double_style {
    WIRE_STYLE_PYTHON, /* 150.25, 1e-05, 1.7976931348623157e+308 */
    WIRE_STYLE_JAVA    /* 150.25, 1.0E-5, 1.7976931348623157E308 */
};
/* The shortest digits that give v back; 0 is "0", infinity "Infinity". Returns the length; no NUL
 * is added. */
size_t wire_format_double(double v, enum wire_double_style style, char out[WIRE_DOUBLE_TEXT_MAX]);
/* Reads either style, any case; empty or malformed: false. */
bool wire_parse_double(struct str s, double *out);

#endif
