/* SPDX-License-Identifier: MIT */
/*
 * frame: the byte stream of a TWS connection, cut into frames, and the handshake on top.
 *
 * A connection opens with the four bytes "API\0" from the client and one frame that offers a
 * range of versions ("v176..200"); the server answers with one frame "200\0time\0". From there on
 * both directions are frames: a 4-byte big-endian length and a body (tws-protocol 1.1).
 *
 * The reader takes bytes as they come, in any pieces, and gives whole bodies. "Not yet" is a
 * normal answer. A length that must not be (0, or above the cap) is an error that stays: such a
 * stream has lost its place and can only be closed.
 */
#ifndef PORTCULLIS_WIRE_FRAME_H
#define PORTCULLIS_WIRE_FRAME_H

#include "base/buf.h"
#include "base/error.h"

/* ---- frames ---- */
enum wire_next {
    WIRE_NEXT_FRAME,  /* *body is one whole body */
    WIRE_NEXT_MORE,   /* nothing yet: feed more bytes */
    WIRE_NEXT_BROKEN, /* *e says why; for ever */
};

struct wire_reader {
    struct buf in; /* bytes not yet given out start at `at` */
    size_t at;
    size_t frame_max;   /* largest body that is accepted */
    bool wants_prelude; /* the four bytes "API\0" are still to come */
    bool failed;
    struct error why;
};

/* frame_max: largest accepted body (LIMIT_FRAME, LIMIT_FRAME_PAPER_IN). A server's reader expects
 * the prelude "API\0" before the first frame. */
void wire_reader_init(struct wire_reader *r, size_t frame_max, bool expects_prelude);
void wire_reader_fini(struct wire_reader *r);
/* Takes n bytes (copied; at most 1 MiB, and all frames taken out before). Ends what the last body
 * borrowed. Bytes after a failure are dropped. */
void wire_reader_feed(struct wire_reader *r, const void *p, size_t n);
/* The next body, borrowed until the next feed. */
enum wire_next wire_reader_next(struct wire_reader *r, struct str *body, struct error *e);
/* Bytes fed and not yet given out. */
size_t wire_reader_pending(const struct wire_reader *r);
/* Appends a whole frame around body; false if it is too long or b has failed. */
bool wire_frame_add(struct buf *b, struct str body);

/* ---- handshake ---- */
struct wire_offer {
    int min, max;       /* versions the client can speak */
    struct str options; /* "+PACEAPI" or empty */
};

struct wire_hello {
    int version;
    struct str time; /* "20260405 23:50:23 Central European Standard Time" */
};

/* Client: the first bytes of a connection, "API\0" and the offer. options may be empty. */
bool wire_offer_build(struct buf *out, int min, int max, struct str options);
/* Client: the server's answer. False with reason WIRE_BAD_FRAME if it is none (old servers may
 * send an error frame before it), WIRE_REDIRECT if the server wants another address, and
 * WIRE_VERSION if the version is outside min..max. */
bool wire_hello_parse(struct str body, int min, int max, struct wire_hello *out,
                      struct error *e) FALLIBLE;

/* Server: the client's offer, "v100..225", "v100" alone, anything behind a space is options. */
bool wire_offer_parse(struct str body, struct wire_offer *out, struct error *e) FALLIBLE;
/* Server: the version to speak with a client, given the server's own range (within
 * WIRE_VERSION_MIN..WIRE_VERSION_PROTO_MAX): the highest that both have, but 200 instead of the
 * mixed ones from 201 to 212, so that only two regimes exist (tws-protocol 3). False with reason
 * WIRE_VERSION if there is none: close the connection. */
bool wire_choose_version(const struct wire_offer *offer, int own_min, int own_max, int *version,
                         struct error *e) FALLIBLE;
/* Server: the answer frame. */
bool wire_hello_build(struct buf *out, int version, struct str time);

#endif
