/* SPDX-License-Identifier: MIT */
/*
 * field: what the routines of messages are made of (inside wire/ only).
 *
 * A primitive does to one member what the mode says: ENCODE appends its text and a NUL, DECODE
 * reads the next field into it, GENERATE invents a value. After the first failure every primitive
 * does nothing; the codec keeps the first reason.
 *
 * FIELDS(x, m->a, m->b ...) treats each member by its type, in order, so that a routine reads
 * like the layout in the reference. NULLABLE does the same for numbers that are written empty
 * when unset, DECIMALS for texts that must be decimal numbers. An empty field leaves the member
 * as it is: with its default.
 */
#ifndef PORTCULLIS_WIRE_FIELD_H
#define PORTCULLIS_WIRE_FIELD_H

#include "wire/codec.h"

enum wire_mode { WIRE_ENCODE, WIRE_DECODE, WIRE_GENERATE };

struct wire_codec {
    enum wire_mode mode;
    enum wire_direction direction;
    int version;
    bool failed;
    const char *why;     /* after a failure: constant text */
    int field;           /* text: number of the field in work; the id is 0 */
    const char *name;    /* protobuf: name of the field that failed */
    const char *at;      /* DECODE: where the field in work begins */
    struct str rest;     /* DECODE: what is still to be read */
    size_t skipped;      /* DECODE: fields that no table knows */
    struct buf *out;     /* ENCODE */
    struct arena *arena; /* DECODE and GENERATE: lists */
    struct rng *rng;     /* GENERATE */
};

/* ---- state ---- */
/* Marks the codec as failed; the first reason stays. */
void x_fail(struct wire_codec *x, const char *why);
/* Whether a text consists of what decimal numbers are made of. */
bool x_is_decimal(struct str s);
/* What may be written: to servers printable ASCII, anything else makes them drop the frame. */
bool x_is_printable(struct str s);
/* DECODE: true if another field follows. False in the other modes. */
bool x_more(const struct wire_codec *x);

/* ---- one field ---- */
void x_str(struct wire_codec *x, struct str *v);
/* Text that servers send in ASCII with \uXXXX for the rest (since 153); UTF-8 in the struct. */
void x_escaped(struct wire_codec *x, struct str *v);
void x_decimal(struct wire_codec *x, struct str *v);
void x_int(struct wire_codec *x, int32_t *v);
void x_long(struct wire_codec *x, int64_t *v);
void x_double(struct wire_codec *x, double *v);
void x_bool(struct wire_codec *x, bool *v);
void x_int_nullable(struct wire_codec *x, int32_t *v);
void x_long_nullable(struct wire_codec *x, int64_t *v);
void x_double_nullable(struct wire_codec *x, double *v);
/* Clients leave an unset strike empty, servers write 0; below 202 a 0 means unset. */
void x_strike(struct wire_codec *x, double *v);
/* An int that must be one of the numbers whose bits are set in `allowed`. */
void x_choice(struct wire_codec *x, int32_t *v, uint32_t allowed);
/* A field that carries nothing (message versions, retired members): always written as `text`,
 * never looked at. */
void x_constant(struct wire_codec *x, const char *text);

/* ---- lists ---- */
/* The count of a list, and when reading its memory: zeroed elements of `size` bytes. */
void *x_items(struct wire_codec *x, void *items, size_t *n, size_t size);
#define X_LIST(x, list) ((list).items = x_items((x), (list).items, &(list).n, sizeof *(list).items))

/* ---- many fields ---- */
/* clang-format off */
#define X_FIELD(x, f) \
    _Generic((f), struct str: x_str, int32_t: x_int, int64_t: x_long, double: x_double, \
             bool: x_bool)((x), &(f));
#define X_NULLABLE(x, f) \
    _Generic((f), int32_t: x_int_nullable, int64_t: x_long_nullable, \
             double: x_double_nullable)((x), &(f));
#define X_DECIMAL(x, f) x_decimal((x), &(f));

#define X_1(M, x, a)       M(x, a)
#define X_2(M, x, a, ...)  M(x, a) X_1(M, x, __VA_ARGS__)
#define X_3(M, x, a, ...)  M(x, a) X_2(M, x, __VA_ARGS__)
#define X_4(M, x, a, ...)  M(x, a) X_3(M, x, __VA_ARGS__)
#define X_5(M, x, a, ...)  M(x, a) X_4(M, x, __VA_ARGS__)
#define X_6(M, x, a, ...)  M(x, a) X_5(M, x, __VA_ARGS__)
#define X_7(M, x, a, ...)  M(x, a) X_6(M, x, __VA_ARGS__)
#define X_8(M, x, a, ...)  M(x, a) X_7(M, x, __VA_ARGS__)
#define X_9(M, x, a, ...)  M(x, a) X_8(M, x, __VA_ARGS__)
#define X_10(M, x, a, ...) M(x, a) X_9(M, x, __VA_ARGS__)
#define X_11(M, x, a, ...) M(x, a) X_10(M, x, __VA_ARGS__)
#define X_12(M, x, a, ...) M(x, a) X_11(M, x, __VA_ARGS__)
#define X_PICK(a, b, c, d, e, f, g, h, i, j, k, l, NAME, ...) NAME
#define X_EACH(M, x, ...) \
    do { \
        X_PICK(__VA_ARGS__, X_12, X_11, X_10, X_9, X_8, X_7, X_6, X_5, X_4, X_3, X_2, X_1, 0) \
        (M, x, __VA_ARGS__) \
    } while (0)

/* Up to 12 members each. */
#define FIELDS(x, ...)   X_EACH(X_FIELD, x, __VA_ARGS__)
#define NULLABLE(x, ...) X_EACH(X_NULLABLE, x, __VA_ARGS__)
#define DECIMALS(x, ...) X_EACH(X_DECIMAL, x, __VA_ARGS__)
/* clang-format on */

#endif
