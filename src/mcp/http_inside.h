/* SPDX-License-Identifier: MIT */
/*
 * http_inside: what http.c (the way of a request, the modern era), http_headers.c (what its headers
 * must say), http_session.c (sessions of the era of initialize) and http_stream.c (their streams)
 * share.
 */
#ifndef PORTCULLIS_MCP_HTTP_INSIDE_H
#define PORTCULLIS_MCP_HTTP_INSIDE_H

#include "mcp/http.h"
#include "mcp/inside.h"

enum { SESSION_ID_MAX = 33, STREAMS_KEPT = 16, STREAM_LOG_MAX = 1 << 20 };

struct mcp_exchange;

struct http_stream {
    struct session *session;
    struct http_stream *next;
    struct mcp_outlet outlet;
    struct mcp_exchange *exchange; /* NULL: nobody reads at present */
    int64_t number, event, first;  /* first: number of the oldest event in the log */
    struct buf log;                /* events, each "data: ...\n\n" behind its id line */
    size_t begun;                  /* where in the log the message at hand begins */
    bool is_own;                   /* stream 0 */
    bool has_request;              /* a call goes on */
    bool is_complete;              /* its answer is written ... */
    bool is_delivered;             /* ... and was given to a reader */
    bool is_plain;                 /* the message at hand is the whole answer, as JSON */
    bool is_primed;                /* it was read from once */
    int64_t retry_ms;              /* told to a reader who is let go; 0: not */
};

struct session {
    struct mcp_client client; /* first: a client of this kind is the session */
    struct mcp_http *http;
    struct session *next;
    char id[SESSION_ID_MAX];
    struct str who; /* owned */
    bool primes;    /* the version knows events without data */
    struct moment last;
    struct http_stream own;
    struct http_stream *streams; /* the newest first */
    int64_t streams_made;
};

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
    struct str challenge; /* of the refusal that comes next; STR_NONE: it is none */
    /* the modern era: the exchange is a client of its own */
    struct mcp_client client;
    struct mcp_outlet outlet;
    bool is_bad; /* what is wrong is the request, not what it asks for */
    /* the era of initialize: a stream of a session, which outlives the exchange */
    struct http_stream *stream;
    void *reader; /* who reads it by GET, NULL: an answer to POST; given back */
};

struct mcp_http {
    struct mcp_hub *hub;
    struct mcp_entropy entropy;
    struct mcp_exchange *exchanges;
    struct session *sessions;
    size_t session_count;
    struct arena *arena; /* of the message at hand */
    struct instant look; /* when who listens is looked at again */
};

/* ---- http.c ---- */
void http_give_back(struct mcp_http *s, void *user);
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

/* ---- http_stream.c ---- */
struct http_stream *http_stream_new(struct session *s, struct mcp_exchange *x);
void http_stream_init_own(struct http_stream *st, struct session *s);
void http_stream_free(struct http_stream *st);
/* The exchange that carried it has gone. */
void http_stream_detach(struct http_stream *st);
/* An event without data: from here a broken stream can be taken up. */
void http_stream_prime(struct http_stream *st);
/* Sends what came after that event. */
void http_stream_replay(struct http_stream *st, int64_t event);

/* ---- http_session.c ---- */
/* A message of the era of initialize. */
void session_post(struct mcp_exchange *x, const struct http_request *r, void *user,
                  const struct mcp_message *m, struct moment now);
/* x->reader is who asks. */
void session_get(struct mcp_exchange *x, const struct http_request *r, struct moment now);
void session_delete(struct mcp_exchange *x, const struct http_request *r, void *user);
/* Ends a stream that is read by GET, after a line of the log that says why. */
void session_expel(struct mcp_exchange *x, const char *why);
void sessions_step(struct mcp_http *h, struct moment now);
void sessions_free(struct mcp_http *h);

#endif
