/* SPDX-License-Identifier: MIT */
/*
 * httpd_inside: shared by httpd.c (the server: listening, limits, deadlines), httpd_conn.c (bytes
 * of a connection) and httpd_exchange.c (requests and answers). Private to sys/httpd*.c.
 */
#ifndef PORTCULLIS_SYS_HTTPD_INSIDE_H
#define PORTCULLIS_SYS_HTTPD_INSIDE_H

#include "data/http_reader.h"
#include "sys/httpd.h"
#include "sys/loop_uv.h"
#include "sys/tls.h"

enum { HTTPD_ADDRESS_MAX = 64 };

/* Whose turn it is; it says which deadline a connection is under, if any. */
enum conn_phase {
    CONN_IDLE,   /* between requests: the peer may take idle_timeout_s */
    CONN_HEAD,   /* header_timeout_ms */
    CONN_BODY,   /* body_timeout_ms */
    CONN_ANSWER, /* the owner's: none */
    CONN_LEAVE   /* everything is said; what the peer still sends is dropped for a moment */
};

enum exchange_state {
    EXCHANGE_NONE,
    EXCHANGE_ASKED, /* the owner has it */
    EXCHANGE_STREAM /* the owner has it and sends pieces */
};

struct httpd_exchange {
    enum exchange_state state;
    bool is_head;    /* HEAD: the answer has no body */
    bool is_chunked; /* a stream to HTTP/1.1 */
    bool has_ended;  /* a stream whose last piece is queued */
    struct buf queue;
    void *user;
};

struct conn {
    struct httpd *h;
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shut;
    struct tls_session *tls; /* NULL: in the clear */
    enum conn_phase phase;
    struct instant deadline, take_deadline; /* of the phase; of the write in flight */
    size_t take_left;                       /* of it when take_deadline was set */
    struct http_reader reader;
    struct buf pending;      /* read and not looked at: an exchange goes on */
    struct buf out, flying;  /* plain bytes to write; those that the kernel did not take at once */
    struct loop_hook flush;  /* queued while something is to be done after the turn */
    struct httpd_exchange x; /* one at a time */
    size_t dropped;          /* bytes read in CONN_LEAVE */
    bool is_writing, is_paused, input_ended, shut_started;
    bool is_last; /* no request after this one */
    bool is_dead; /* the socket is being closed, or is */
    bool is_closed;
    bool is_loopback;
    char peer[HTTPD_ADDRESS_MAX], network[HTTPD_ADDRESS_MAX];
    struct conn *prev, *next;           /* all connections */
    struct conn *idle_prev, *idle_next; /* those without an exchange, longest first */
    bool is_listed_idle;
};

struct httpd {
    struct loop *loop;
    struct httpd_config config;
    struct httpd_owner owner;
    uv_tcp_t listener;
    struct loop_timer *sweep;
    struct conn *conns, *idle_first, *idle_last;
    size_t count, open;
    uint16_t port;
    bool is_stopping, is_closed;
    int64_t date_s; /* the second of `date` */
    char date[64];
};

/* ---- httpd.c ---- */
/* The connection's socket is closed; frees it unless its owner still has the exchange. */
void conn_gone(struct conn *c);
void conn_set_idle(struct conn *c, bool is_idle);

/* ---- httpd_conn.c ---- */
void conn_open(struct conn *c);
/* Begins to read. */
void conn_start(struct conn *c);
/* Closes the socket, now; a stream loses its reader. */
void conn_close(struct conn *c);
/* Something is to be written, or the next request may be read: after the turn. */
void conn_wake(struct conn *c);
/* Looks at what was read; asks the owner. */
void conn_advance(struct conn *c, struct str in);
/* The deadlines. */
void conn_check(struct conn *c, struct instant now);
void conn_set_phase(struct conn *c, enum conn_phase phase);

/* ---- httpd_exchange.c ---- */
struct conn *conn_of(struct httpd_exchange *x);
/* The request in the reader is complete. */
void httpd_ask(struct conn *c);
/* Answers in the place of the owner; nothing follows on this connection. */
void httpd_refuse(struct conn *c, int status);
/* The owner loses it. */
void httpd_abandon(struct conn *c);
/* Moves what is queued of a stream to `out`. */
void httpd_pour(struct conn *c);

#endif
