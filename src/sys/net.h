/* SPDX-License-Identifier: MIT */
/*
 * net: byte streams over TCP and Unix sockets, as client and as server.
 *
 * A stream lives until its owner closes it (stream_close; no callback follows) or until on_close
 * has returned, whichever is first; then the pointer is dead. No callback is made from inside a
 * function of this header. What stream_send accepts is written at the end of the turn, in one
 * piece; the queue has a cap, and a full queue refuses instead of growing. TCP streams have
 * TCP_NODELAY. Names are resolved without blocking the loop.
 *
 * Listeners serve this machine alone: a TCP listener accepts loopback addresses only, a Unix
 * listener makes its socket with mode 0600 and drops peers of another user (root excepted). Where
 * its owner admits other users the mode is 0666, and the kernel's word for who they are decides.
 */
#ifndef PORTCULLIS_SYS_NET_H
#define PORTCULLIS_SYS_NET_H

#include "sys/loop.h"

struct stream;
struct listener;

/* Where to connect or listen; text is borrowed for the call. */
struct net_address {
    const char *path; /* of a Unix socket; NULL: TCP */
    const char *host; /* name or number; a listener takes a number */
    uint16_t port;    /* 0: a listener picks a free one */
};

struct stream_owner {
    /* A client's connection stands. May be NULL. */
    void (*on_open)(void *self);
    /* Bytes came in; borrowed until the return. */
    void (*on_data)(void *self, struct str bytes);
    /*
     * The peer will send nothing more but may still read; answer, then stream_end. NULL: the end of
     * input closes the stream (on_close with why == NULL) once its queue is written.
     */
    void (*on_end)(void *self);
    /* The queue, having refused or held more than half its cap, is empty again. May be NULL. */
    void (*on_drain)(void *self);
    /*
     * The last call: the stream is gone. why == NULL: ended orderly by both sides or by EOF. Else
     * reasons CONNECTION_REFUSED, CONNECTION_LOST, NO_SUCH_HOST, NO_SUCH_FILE, NO_PERMISSION,
     * CONNECT_TIMEOUT, IO.
     */
    void (*on_close)(void *self, const struct error *why);
    void *self;
};

/* ---- clients ---- */
/*
 * Starts to connect; the outcome comes as on_open or on_close. out_cap: bytes that may wait to be
 * written. connect_timeout_ms > 0 covers name resolution too. `owner` is copied. Never NULL.
 */
struct stream *stream_connect(struct loop *l, const struct net_address *to, size_t out_cap,
                              int64_t connect_timeout_ms, const struct stream_owner *owner);

/* ---- servers ---- */
struct listener_config {
    struct net_address at;
    size_t max_streams; /* open at once; more are closed on arrival */
    size_t out_cap;     /* of each accepted stream */
    /*
     * A new stream, which must be given an owner by stream_own before the return; it is closed
     * if it is not.
     */
    void (*on_stream)(void *self, struct stream *s);
    /* Of a Unix socket: whether another user may connect; NULL: none may. */
    bool (*admits)(void *self, int64_t uid);
    void *self;
};

/*
 * Listens. A Unix socket on which nobody answers any more is replaced; one that answers gives
 * CONFLICT, reason IN_USE, as does a TCP port in use. A host that is not a loopback number gives
 * DENIED, reason NOT_LOOPBACK. NULL and *e on failure.
 */
struct listener *listener_open(struct loop *l, const struct listener_config *config,
                               struct error *e) FALLIBLE;
/* Accepts no more and removes the Unix socket; accepted streams live on. Accepts NULL. */
void listener_close(struct listener *k);
/* The TCP port in use; 0 for a Unix socket. */
uint16_t listener_port(const struct listener *k);
/* How many accepted streams are open. */
size_t listener_streams(const struct listener *k);

/* ---- streams ---- */
/* Gives the stream its owner (copied), or another one than before. */
void stream_own(struct stream *s, const struct stream_owner *owner);
/*
 * Queues bytes (copied), all or nothing. False if they exceed what is left of the cap, or if the
 * stream was ended or is not open; the stream itself stays as it is.
 */
bool stream_send(struct stream *s, struct str bytes) FALLIBLE;
/* Bytes queued and not yet taken by the kernel. */
size_t stream_queued(const struct stream *s);
/* Writes what is queued, then tells the peer that nothing more comes. on_close follows once the
 * peer has ended too. */
void stream_end(struct stream *s);
/* Stops and resumes reading: backpressure towards the peer. */
void stream_pause(struct stream *s);
void stream_resume(struct stream *s);
/* Drops the stream and what is queued, now and without a callback. Accepts NULL. */
void stream_close(struct stream *s);
/* "127.0.0.1:53412", "uid 1000 pid 4711", or where a client connects to; lives as long as s. */
const char *stream_peer(const struct stream *s);

/* Raises the number of files that the process may have open to `n`, or as far as it may. */
void net_allow_sockets(unsigned n);
/* True for 127.0.0.0/8 and ::1 written as numbers. */
bool net_is_loopback(const char *host);

#endif
