/* SPDX-License-Identifier: MIT */
/*
 * net_stream: what a listener may know about the inside of a stream. Private to sys/net*.c.
 */
#ifndef PORTCULLIS_SYS_NET_STREAM_H
#define PORTCULLIS_SYS_NET_STREAM_H

#include "base/buf.h"
#include "sys/loop_uv.h"
#include "sys/net.h"

#include <sys/un.h>

enum { PEER_TEXT_MAX = 128, SUN_PATH_MAX = sizeof(((struct sockaddr_un *)0)->sun_path) };

struct stream {
    struct loop *loop;
    struct stream_owner owner;
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } h;
    uv_timer_t connect_timer;
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    uv_getaddrinfo_t resolve;
    struct addrinfo *found, *next_found; /* addresses not yet tried */
    struct loop_hook flush;              /* queued while `out` has something new */
    struct buf out;                      /* accepted since the write in flight began */
    struct buf flying;                   /* of the write in flight, from flying_at on */
    size_t flying_at, out_cap;
    bool has_handle, is_open, is_paused, is_writing, is_resolving;
    bool was_full;     /* owes the owner an on_drain */
    bool input_ended;  /* the peer said so */
    bool ending;       /* we will say so once the queue is empty */
    bool shut_started; /* ... and are saying it */
    bool output_ended;
    bool closing, silent; /* silent: the owner is gone, no callback */
    int open_handles;     /* uv handles whose close callback is due */
    struct error why;     /* code ERROR_NONE: an orderly end */
    struct listener *home;
    struct stream *prev, *next; /* in the listener's ring */
    char peer[PEER_TEXT_MAX];
};

/* A stream without a socket. */
struct stream *stream_new(struct loop *l, size_t out_cap);
/* The socket in s->h stands: begin to read. */
void stream_opened(struct stream *s);
/* Ends with an error from the system, or orderly if number is 0; on_close comes later. */
void stream_fail(struct stream *s, int number);
/* In net_listen.c: a stream of this listener is gone. */
void listener_forget(struct stream *s);

#endif
