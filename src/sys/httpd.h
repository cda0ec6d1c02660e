/* SPDX-License-Identifier: MIT */
/*
 * httpd: an HTTP/1.1 server on libmicrohttpd, whose epoll set is watched by our loop.
 *
 * It turns what the wire brings into `struct http_request` values and takes an answer at any later
 * time: the connection is suspended meanwhile and costs nothing. One exchange is one request and
 * its answer; its pointer is valid for the owner from on_request until httpd_reply,
 * httpd_stream_end or on_abandon, whichever is first. The request and all text in it live as long.
 *
 * Refused here, before on_request: no or several Host headers, several Content-Length headers,
 * Content-Length with Transfer-Encoding, another Transfer-Encoding than chunked (400); bodies over
 * the cap (413, before they are read if their length is announced); headers over the cap (431);
 * headers and bodies that come too slowly (closed). Which Host, Origin and token are allowed is
 * not decided here but in face/. Loopback addresses only; TLS would be added in httpd_start.
 */
#ifndef PORTCULLIS_SYS_HTTPD_H
#define PORTCULLIS_SYS_HTTPD_H

#include "data/http.h"
#include "sys/loop.h"

struct httpd;
struct httpd_exchange;

struct httpd_config {
    const char *address; /* loopback number */
    uint16_t port;       /* 0: a free one */
    unsigned max_connections;
    size_t header_max;         /* bytes of request line and headers, at least 4096 */
    size_t body_max;           /* bytes of a request body */
    size_t stream_queue_max;   /* bytes queued for one slow reader of a stream */
    int64_t header_timeout_ms; /* from connect to the end of the headers */
    int64_t body_timeout_ms;   /* from there to the end of the body */
    unsigned idle_timeout_s;   /* of a connection between requests */
};

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

/* NULL and *e if the port is in use (CONFLICT, IN_USE) or the address is not loopback (DENIED). */
struct httpd *httpd_start(struct loop *l, const struct httpd_config *config,
                          const struct httpd_owner *owner, struct error *e) FALLIBLE;
/* Abandons what is open (on_abandon is called) and closes everything. Accepts NULL. */
void httpd_stop(struct httpd *h);
uint16_t httpd_port(const struct httpd *h);
/* Exchanges handed to the owner and not finished. */
size_t httpd_open(const struct httpd *h);

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
