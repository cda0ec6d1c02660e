/* SPDX-License-Identifier: MIT */
/*
 * httpd_inside: shared by httpd.c (the server and its connections) and httpd_exchange.c (requests
 * and answers). Private to sys/httpd*.c.
 */
#ifndef PORTCULLIS_SYS_HTTPD_INSIDE_H
#define PORTCULLIS_SYS_HTTPD_INSIDE_H

#include "sys/httpd.h"
#include "sys/loop_uv.h"

#include <microhttpd.h>

enum { HTTPD_PEER_MAX = 64 };

/* The phase says which deadline a connection is under. */
enum conn_phase {
    CONN_HEADERS, /* deadline: the headers must be complete */
    CONN_BODY,    /* deadline: the body must be complete */
    CONN_ANSWER,  /* no deadline of ours; libmicrohttpd ends a stalled write after idle_timeout_s */
};

/* One TCP connection; the socket context of libmicrohttpd. */
struct conn {
    struct httpd *h;
    struct MHD_Connection *mhd;
    int fd;
    enum conn_phase phase;
    struct instant deadline;
    struct httpd_exchange *x; /* the request in progress, or NULL */
    char peer[HTTPD_PEER_MAX];
    struct conn *prev, *next;
};

struct httpd {
    struct loop *loop;
    struct httpd_config config;
    struct httpd_owner owner;
    struct MHD_Daemon *mhd;
    uv_poll_t poll; /* on libmicrohttpd's epoll set */
    struct loop_timer *due, *sweep;
    struct loop_hook run; /* something was resumed */
    struct conn *conns;
    size_t open;
    uint16_t port;
    bool is_running; /* inside MHD_run */
};

enum exchange_state {
    EXCHANGE_NEW,    /* the request line is known */
    EXCHANGE_BODY,   /* the headers are fine */
    EXCHANGE_ASKED,  /* the owner has it, the connection is suspended */
    EXCHANGE_STREAM, /* the owner has it and sends pieces */
    EXCHANGE_OVER,   /* the owner has let go of it, or never had it */
};

/* Announces a change that libmicrohttpd must act on, after the turn. */
void httpd_wake(struct httpd *h);

/* ---- callbacks of libmicrohttpd, in httpd_exchange.c ---- */
void *httpd_on_uri(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result httpd_on_access(void *cls, struct MHD_Connection *c, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_n, void **con_cls);
void httpd_on_completed(void *cls, struct MHD_Connection *c, void **con_cls,
                        enum MHD_RequestTerminationCode code);
/* The owner loses the exchange; a suspended connection is resumed. */
void httpd_abandon(struct httpd_exchange *x);

/* The connection's own record. */
struct conn *httpd_conn(struct MHD_Connection *c);

#endif
