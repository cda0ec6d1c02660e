/* SPDX-License-Identifier: MIT */
/*
 * http: a request and its response as plain values.
 *
 * sys/httpd makes one from the wire, face/ turns it into the other; tests make them by hand. All
 * text is borrowed from whoever made the struct. Header names are compared without case.
 */
#ifndef PORTCULLIS_DATA_HTTP_H
#define PORTCULLIS_DATA_HTTP_H

#include "base/buf.h"
#include "base/str.h"

enum { HTTP_HEADERS_MAX = 64, HTTP_PARAMS_MAX = 64, HTTP_ANSWER_HEADERS_MAX = 16 };

struct http_pair {
    struct str name, value;
};

struct http_request {
    struct str method; /* "GET" */
    struct str path;   /* percent-decoding not applied; no query */
    struct str query;  /* after '?', raw; STR_NONE if there was none */
    struct http_pair headers[HTTP_HEADERS_MAX];
    size_t header_count;
    struct str body;
    struct str peer;    /* address and port of the other side, for logs */
    struct str network; /* whose limits it counts against: its IPv4 address, or its IPv6 /64 */
    bool is_loopback;
};

struct http_response {
    int status;
    const char *content_type; /* static text */
    struct http_pair headers[HTTP_ANSWER_HEADERS_MAX];
    size_t header_count;
    struct buf body; /* owned by the response */
};

/* Takes the answer to one request: whole, or in pieces. */
struct http_sink {
    void (*reply)(void *self, struct http_response *r); /* whole; the body is taken over */
    void (*begin)(void *self, struct http_response *r); /* head and first piece, taken over */
    bool (*send)(void *self, struct str piece);         /* false: the reader is too slow */
    void (*end)(void *self);
    void *self;
};

/* The value of a header, or STR_NONE. */
struct str http_header(const struct http_request *r, struct str name);
/* How often a header occurs (a second Host or Content-Length is an attack). */
size_t http_header_count(const struct http_request *r, struct str name);
/*
 * Percent-decodes s into out ('+' becomes a space only if plus_is_space). False on a bad escape,
 * a NUL byte or text that is not UTF-8.
 */
bool http_decode(struct str s, bool plus_is_space, struct buf *out);
/*
 * Whether a request is meant for this server, and comes from no page of another: pages reach a
 * loopback port too, by a name of theirs that resolves to it. Host must be localhost, 127.0.0.1,
 * [::1] or one of `hosts`, alone or with our port (one of `hosts` may name another); Origin, if
 * there is one, must be the same, or one of `origins`. Lists are separated by commas. Behind one of
 * `hosts` may be a proxy that has TLS where we have none, so there the scheme may be either.
 */
struct http_site {
    int port;
    bool is_tls;
    struct str hosts, origins;
};
enum http_aim {
    HTTP_LOCAL, /* by one of the three names of this machine */
    HTTP_NAMED, /* by one of `hosts` */
    HTTP_PAGE,  /* by either, from a page of one of `origins` */
    HTTP_OTHER_HOST,
    HTTP_OTHER_ORIGIN
};
enum http_aim http_aim(const struct http_request *r, const struct http_site *site);
const char *http_status_text(int status);

#endif
