/* SPDX-License-Identifier: MIT */
/*
 * httpd: an HTTP/1.1 server on the loop, in the clear or with TLS.
 *
 * It turns what the wire brings into `struct http_request` values and takes an answer at any later
 * time. One exchange is one request and its answer; its pointer is valid for the owner from
 * on_request until httpd_reply, httpd_stream_end or on_abandon, whichever is first. The request and
 * all text in it live as long. What is answered in a turn leaves after it, in one write.
 *
 * What is no request in one way only is refused here (data/http_reader.h), and so is what is too
 * long (413, 431) or comes too slowly (408). Where there are too many connections, of one address
 * or in all, the one that has been idle longest makes room; where none is idle the new one is
 * closed. A reader that takes next to nothing of its answer is dropped. Which Host, Origin and
 * credentials are let in is not decided here but in face/.
 */
#ifndef PORTCULLIS_SYS_HTTPD_H
#define PORTCULLIS_SYS_HTTPD_H

#include "data/http.h"
#include "sys/loop.h"

struct httpd;
struct httpd_exchange;
struct tls;

struct httpd_config {
    const char *address; /* a number; loopback's, unless there is TLS */
    uint16_t port;       /* 0: a free one */
    struct tls *tls;     /* borrowed for the life of the server; NULL: in the clear */
    unsigned max_connections;
    unsigned max_per_address;  /* of another machine; 0: no bound but the one above */
    size_t header_max;         /* bytes of request line and headers, at least 4096 */
    size_t body_max;           /* bytes of a request body */
    size_t stream_queue_max;   /* bytes queued for one slow reader of a stream */
    int64_t header_timeout_ms; /* from connect, or a request's first byte, to its headers' end */
    int64_t body_timeout_ms;   /* from there to the end of the body */
    unsigned idle_timeout_s;   /* of a connection between requests; and HTTPD_TAKE_MIN bytes of an
                                * answer, or what is left of it, must be taken in that time */
};
enum { HTTPD_TAKE_MIN = 64 << 10 };

struct httpd_owner {
    /* A complete request. Answer now or later. */
    void (*on_request)(void *self, struct httpd_exchange *x, const struct http_request *r);
    /*
     * The exchange died before its answer was given (server stops) or, for a stream, the reader
     * has gone. Do not answer.
     */
    void (*on_abandon)(void *self, struct httpd_exchange *x);
    /* Words for a request that is refused here; initialises *r, its body included. NULL: none. */
    void (*refuse)(void *self, int status, struct http_response *r);
    void *self;
};

/* NULL and *e if the port is in use (CONFLICT, IN_USE), or the address is not loopback's and there
 * is no TLS (DENIED, NOT_LOOPBACK). */
struct httpd *httpd_start(struct loop *l, const struct httpd_config *config,
                          const struct httpd_owner *owner, struct error *e) FALLIBLE;
/* Abandons what is open (on_abandon is called) and closes everything. Accepts NULL. */
void httpd_stop(struct httpd *h);
uint16_t httpd_port(const struct httpd *h);
/* Exchanges handed to the owner and not finished. */
size_t httpd_open(const struct httpd *h);
/* Connections, those between requests too. */
size_t httpd_connections(const struct httpd *h);

/* The owner's mark on an exchange; NULL at first. */
void httpd_set_user(struct httpd_exchange *x, void *user);
void *httpd_user(const struct httpd_exchange *x);

/* ---- one whole answer ---- */
/*
 * Answers; takes the body over (r->body is empty afterwards). Content-Length, Date and Connection
 * are added here. Header values with control characters are an assertion failure.
 */
void httpd_reply(struct httpd_exchange *x, struct http_response *r);

/* ---- an answer in pieces (server-sent events) ---- */
/* Sends status and headers; r->body, if any, becomes the first piece and is taken over. */
void httpd_stream_begin(struct httpd_exchange *x, struct http_response *r);
/* Queues a piece. False if the reader is too slow and the queue is full: conflate or end. */
bool httpd_stream_send(struct httpd_exchange *x, struct str bytes) FALLIBLE;
size_t httpd_stream_queued(const struct httpd_exchange *x);
/* Sends what is queued, then the end. */
void httpd_stream_end(struct httpd_exchange *x);

#endif
