/* SPDX-License-Identifier: MIT */
/*
 * proto_codec: the body of a protobuf frame, by table (inside wire/ only).
 *
 * As in text, the codec keeps the first reason of a failure; `name` is then the field that caused
 * it and, when reading, `at` its first byte.
 */
#ifndef PORTCULLIS_WIRE_PROTO_CODEC_H
#define PORTCULLIS_WIRE_PROTO_CODEC_H

#include "wire/field.h"
#include "wire/proto.h"

/* How the fields lie on the wire. */
enum proto_wire {
    PROTO_VARINT = 0,
    PROTO_FIXED64 = 1,
    PROTO_BYTES = 2, /* a length and so many bytes */
    PROTO_FIXED32 = 5
};

/* What every list member looks like. */
struct proto_list {
    void *items;
    size_t n;
};

/* The form of one value of that kind; of a packed list, its elements. */
static inline enum proto_wire proto_wire_of(enum wire_kind kind)
{
    static const unsigned char forms[] = {
        [WIRE_KIND_INT32] = PROTO_VARINT,    [WIRE_KIND_INT64] = PROTO_VARINT,
        [WIRE_KIND_BOOL] = PROTO_VARINT,     [WIRE_KIND_DOUBLE] = PROTO_FIXED64,
        [WIRE_KIND_STRING] = PROTO_BYTES,    [WIRE_KIND_DECIMAL] = PROTO_BYTES,
        [WIRE_KIND_PART] = PROTO_BYTES,      [WIRE_KIND_LIST] = PROTO_BYTES,
        [WIRE_KIND_STRINGS] = PROTO_BYTES,   [WIRE_KIND_INTS] = PROTO_VARINT,
        [WIRE_KIND_DOUBLES] = PROTO_FIXED64, [WIRE_KIND_MAP] = PROTO_BYTES,
        [WIRE_KIND_OPTIONS] = PROTO_BYTES,   [WIRE_KIND_NUMBER] = PROTO_FIXED64,
        [WIRE_KIND_FLAG] = PROTO_VARINT,     [WIRE_KIND_BIT] = PROTO_VARINT,
        [WIRE_KIND_TRUTH] = PROTO_VARINT};
    return (enum proto_wire)forms[kind];
}
/* Bytes of one element of a list. */
size_t proto_element_size(const struct wire_proto_field *f);
/* The text of a bool that is a text in the struct. */
bool proto_is_true(struct str s);
/* A list of numbers, which may come packed into one field. */
static inline bool proto_is_packed(enum wire_kind kind)
{
    return kind == WIRE_KIND_INTS || kind == WIRE_KIND_DOUBLES;
}

/* Reads x->rest to its end into a struct that has its defaults. *has tells what was there; it
 * lives in the arena. */
void proto_read(struct wire_codec *x, const struct wire_proto *t, void *message,
                struct wire_presence **has);
/* Appends the fields to x->out, in the order of their numbers: those of `has`, or, if that is
 * NULL, those that are set. */
void proto_write(struct wire_codec *x, const struct wire_proto *t, const void *message,
                 const struct wire_presence *has);
/* Invents a value for each field that protobuf carries. */
void proto_invent(struct wire_codec *x, const struct wire_proto *t, void *message);

#endif
