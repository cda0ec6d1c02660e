/* SPDX-License-Identifier: MIT */
/*
 * http_reader: bytes of a connection become requests (RFC 9112), strictly.
 *
 * What two programs could read differently is refused, for a proxy in front of us may be the other
 * one: lines end with CR LF and nothing else; no folded headers, no space before a colon, no
 * control characters; one Host, one Content-Length of digits alone, or one Transfer-Encoding:
 * chunked, never both; a path and nothing more as the target; chunks by the letter and no trailers.
 * Head and body are bounded. Knows no socket and no clock: bytes in, requests out; "not yet" is a
 * normal answer.
 */
#ifndef PORTCULLIS_DATA_HTTP_READER_H
#define PORTCULLIS_DATA_HTTP_READER_H

#include "data/http.h"

enum http_read {
    HTTP_READ_MORE, /* everything was taken; more is needed */
    HTTP_READ_HEAD, /* the head is complete and in order, a body is still to come; told once */
    HTTP_READ_DONE, /* the request is complete */
    HTTP_READ_BAD   /* it is refused with `status`; nothing more can be read from here */
};

enum { HTTP_METHOD_MAX = 32, HTTP_CHUNK_NOTES_MAX = 1024 };

struct http_reader {
    /* ---- of the request, once its head is complete ---- */
    struct http_request request; /* method to body; the texts lie in here until http_reader_next */
    bool keeps;                  /* the client means to ask more on this connection */
    bool is_old;                 /* HTTP/1.0: no chunks, no 100 Continue */
    bool expects_continue;       /* the client waits for 100 Continue before it sends the body */
    int status;                  /* of a bad one: 400, 413, 417, 431, 505 */

    /* ---- inside ---- */
    int state;
    size_t head_max, body_max;
    struct buf head, body;
    uint64_t left;   /* of the body or of the chunk */
    unsigned digits; /* of a chunk's size */
    size_t notes;    /* bytes of chunk extensions, which nobody needs */
    bool has_skipped;
};

/* head_max: bytes of request line and headers; body_max: of the body. */
void http_reader_init(struct http_reader *r, size_t head_max, size_t body_max);
void http_reader_fini(struct http_reader *r);
/* Reads on, and takes what it needs from the front of *in. After DONE: http_reader_next first. */
enum http_read http_reader_feed(struct http_reader *r, struct str *in);
/* Forgets the request; the next one begins. Keeps little memory. */
void http_reader_next(struct http_reader *r);
/* Nothing of a request has come yet. */
bool http_reader_is_idle(const struct http_reader *r);

#endif
