/* SPDX-License-Identifier: MIT */
/*
 * http_inside: what http.c (the way of a request, the modern era), http_headers.c (what its headers
 * must say) and http_session.c (sessions of the era of initialize) share.
 */
#ifndef PORTCULLIS_MCP_HTTP_INSIDE_H
#define PORTCULLIS_MCP_HTTP_INSIDE_H

#include "mcp/http.h"
#include "mcp/inside.h"

enum { SESSION_ID_MAX = 33, STREAMS_KEPT = 16, STREAM_LOG_MAX = 1 << 20 };

struct session;
struct stream;

/* One HTTP request, until its answer is complete or its reader has gone. */
struct mcp_exchange {
    struct mcp_http *http;
    struct mcp_exchange *next, **link, *nowhere;
    struct http_sink sink;
    struct buf body;              /* of a whole answer, or one event */
    struct moment last;           /* something was sent */
    char session[SESSION_ID_MAX]; /* told with the answer; "" for none */
    bool is_streaming, is_gone, is_modern;
    int status;
    /* the modern era: the exchange is a client of its own */
    struct mcp_client client;
    struct mcp_outlet outlet;
    bool is_bad; /* what is wrong is the request, not what it asks for */
    /* the era of initialize: a stream of a session, which outlives the exchange */
    struct stream *stream;
};

struct mcp_http {
    struct mcp_hub *hub;
    struct mcp_entropy entropy;
    struct mcp_exchange *exchanges;
    struct session *sessions;
    size_t session_count;
    struct arena *arena; /* of the message at hand */
};

/* ---- http.c ---- */
struct mcp_exchange *exchange_new(struct mcp_http *s, struct http_sink sink, struct moment now);
void exchange_free(struct mcp_exchange *x);
/* Answers with the body, whole. */
void exchange_reply(struct mcp_exchange *x, int status);
void exchange_begin_stream(struct mcp_exchange *x);
/* Sends x->body as a piece; a reader who is too slow is let go. */
void exchange_send(struct mcp_exchange *x);
void exchange_end(struct mcp_exchange *x);
/* A JSON-RPC error without a request's id, as the whole answer. */
void exchange_refuse(struct mcp_exchange *x, int status, int code, const char *text);
int exchange_status(int code, bool is_bad, bool is_modern);

/* ---- http_headers.c ---- */
/* False: the request is refused. */
bool headers_check(struct mcp_exchange *x, const struct http_request *r,
                   const struct mcp_message *m);

/* ---- http_session.c ---- */
/* A message of the era of initialize. */
void session_post(struct mcp_exchange *x, const struct http_request *r, void *user,
                  const struct mcp_message *m, struct moment now);
void session_get(struct mcp_exchange *x, const struct http_request *r, void *user,
                 struct moment now);
void session_delete(struct mcp_exchange *x, const struct http_request *r, void *user);
/* The exchange that carried it has gone. */
void stream_detach(struct stream *st);
void sessions_step(struct mcp_http *h, struct moment now);
void sessions_free(struct mcp_http *h);

#endif
