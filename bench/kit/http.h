/* SPDX-License-Identifier: MIT */
/*
 * http: a client of HTTP/1.1 on this machine, for measuring. One request at a time on a kept
 * connection; a response may have a length, come in chunks, or be a stream of events that ends
 * never. Dies at what is no HTTP; statuses are for the caller to judge.
 */
#ifndef PORTCULLIS_BENCH_HTTP_H
#define PORTCULLIS_BENCH_HTTP_H

#include "base/buf.h"

enum http_at {
    HTTP_HEAD,
    HTTP_LENGTH,
    HTTP_SIZE,
    HTTP_CHUNK,
    HTTP_CHUNK_END,
    HTTP_LAST,
    HTTP_DONE
};

struct http {
    int fd;
    int64_t asked;     /* when, in ns */
    enum http_at at;   /* what comes next */
    size_t left;       /* of the body, or of the chunk */
    struct buf in;     /* bytes not yet understood */
    int status;        /* of the response; 0: not yet known */
    bool is_events;    /* text/event-stream */
    char session[128]; /* Mcp-Session-Id of the last response that had one */
    struct buf body; /* of the response, as far as it has come; of a stream what is not yet taken */
    size_t taken;    /* bytes of it that hold the event that was taken last */
};

void http_open(struct http *h, uint16_t port);
void http_close(struct http *h);

/* Sends one whole request, head and body. */
void http_ask(struct http *h, struct str request);
/* Reads what there is; true once the response is complete. Dies if the server closes before. */
bool http_hear(struct http *h);
/* http_hear until it is true. */
void http_wait(struct http *h);
/* True once the head of the response is known. */
bool http_has_head(const struct http *h);
/* An event of a stream, borrowed until the next call on h. */
struct http_event {
    struct str id, data; /* STR_NONE: it has none */
};
/* Takes the next one off the body; false if none is complete. Comments are passed over. */
bool http_next_event(struct http *h, struct http_event *e);

#endif
