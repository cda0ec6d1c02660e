/* SPDX-License-Identifier: MIT */
/*
 * recording: one TWS connection written down, as text lines (docs/wire-recordings.md).
 *
 *     portcullis-recording 1 version=200 masked=no
 *     # a comment
 *     0 client djEwMC4uMjAw
 *     1520 server MjAwADIwMjYxMTIyIDE4OjAzOjQ2IFVUQwA=
 *     1790 client NzEAMgA3AAA=
 *
 * A frame is: microseconds since the connection began, who sent it, and its body in base64. The
 * first frame of each side is the handshake. `dropped` is a client's frame that never reached the
 * server. Recordings come from strangers: the reader believes nothing and names line and byte of
 * what is wrong.
 */
#ifndef PORTCULLIS_WIRE_RECORDING_H
#define PORTCULLIS_WIRE_RECORDING_H

#include "base/buf.h"
#include "base/error.h"
#include "wire/codec.h"

enum wire_recorded_from { WIRE_FROM_CLIENT, WIRE_FROM_SERVER, WIRE_FROM_DROPPED };

struct wire_recorded {
    int64_t time_us; /* never less than that of the frame before */
    enum wire_recorded_from from;
    bool is_handshake; /* an offer or the answer to it, not a message */
    struct str body;   /* borrowed until the next call on the reader */
};

/* ---- reading ---- */
enum wire_recorded_next { WIRE_RECORDED_FRAME, WIRE_RECORDED_END, WIRE_RECORDED_BAD };

struct wire_recording {
    int version; /* of the server, as negotiated */
    bool is_masked;
    size_t line;     /* number of the line in work, from 1 */
    struct str text; /* the file; borrowed */
    size_t at;       /* byte behind the line in work */
    int64_t time_us;
    bool seen_offer, seen_hello;
    struct buf body;
};

/* Reads the first line. `text` is the whole file and outlives the reader. False with reason
 * RECORDING; then the reader is not to be used. */
bool wire_recording_open(struct wire_recording *r, struct str text, struct error *e) FALLIBLE;
void wire_recording_close(struct wire_recording *r);
/* The next frame; BAD with reason RECORDING and the line and the byte in the text. After BAD the
 * next call goes on with the next line. */
enum wire_recorded_next wire_recording_next(struct wire_recording *r, struct wire_recorded *out,
                                            struct error *e) FALLIBLE;

/* ---- writing ---- */
bool wire_recording_begin(struct buf *out, int version, bool is_masked);
/* body is not empty. */
bool wire_recording_add(struct buf *out, int64_t time_us, enum wire_recorded_from from,
                        struct str body);

#endif
