/* SPDX-License-Identifier: MIT */
/*
 * The life of a stream: (resolving ->) connecting -> open -> closing -> freed. Errors never call
 * the owner from where they are found: they close the handles, and on_close is told from the
 * loop's closing callbacks. Memory goes when the last handle and the name look-up are done.
 */
#include "sys/net.h"

#include "base/alloc.h"
#include "sys/fault.h"
#include "sys/net_stream.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    KEEPALIVE_S = 60,
    KEPT_ROOM = 256 << 10,
    DIRECT_MIN = 16 << 10, /* what is as long as this is not worth a copy */
};

static void flush(void *self);
static void try_next_address(struct stream *s);

struct stream *stream_new(struct loop *l, size_t out_cap)
{
    assert(l && out_cap > 0);
    struct stream *s = xcalloc(1, sizeof *s);
    s->loop = l;
    s->out_cap = out_cap;
    buf_init(&s->out, out_cap);
    buf_init(&s->flying, out_cap);
    s->flush.fn = flush;
    s->flush.self = s;
    uv_timer_init(loop_uv(l), &s->connect_timer);
    s->connect_timer.data = s;
    s->open_handles = 1;
    return s;
}

/* ---- the end ---- */

static void free_if_done(struct stream *s)
{
    if (s->open_handles || s->is_resolving)
        return;
    uv_freeaddrinfo(s->found);
    buf_fini(&s->out);
    buf_fini(&s->flying);
    xfree(s);
}

static void on_handle_closed(uv_handle_t *h)
{
    struct stream *s = h->data;
    if (--s->open_handles)
        return;
    if (s->home)
        listener_forget(s);
    if (!s->silent) {
        s->silent = true;
        s->owner.on_close(s->owner.self, s->why.code == ERROR_NONE ? NULL : &s->why);
    }
    free_if_done(s);
}

static void start_close(struct stream *s)
{
    if (s->closing)
        return;
    s->closing = true;
    s->is_open = false;
    loop_hook_cancel(&s->flush);
    if (s->is_resolving)
        uv_cancel((uv_req_t *)&s->resolve);
    if (s->has_handle && !uv_is_closing(&s->h.any))
        uv_close(&s->h.any, on_handle_closed);
    uv_close((uv_handle_t *)&s->connect_timer, on_handle_closed);
}

void stream_fail(struct stream *s, int number)
{
    if (s->closing)
        return;
    if (number)
        fault_set(&s->why, number, s->peer);
    start_close(s);
}

void stream_close(struct stream *s)
{
    if (!s || s->silent)
        return;
    s->silent = true;
    start_close(s);
}

/* ---- reading ---- */

static void give_read_buffer(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    const struct stream *s = h->data;
    *out = loop_read_buffer(s->loop);
}

static void close_if_both_ended(struct stream *s)
{
    if (s->input_ended && s->output_ended)
        start_close(s);
}

static void on_read(uv_stream_t *h, ssize_t n, const uv_buf_t *b)
{
    struct stream *s = h->data;
    if (n == 0 || s->closing)
        return;
    if (n > 0) {
        s->owner.on_data(s->owner.self, (struct str){b->base, (size_t)n});
        if (h->type == UV_NAMED_PIPE) /* a PIN comes this way, and the buffer outlives it */
            explicit_bzero(b->base, (size_t)n);
        return;
    }
    if (n != UV_EOF) {
        stream_fail(s, (int)n);
        return;
    }
    s->input_ended = true;
    uv_read_stop(h);
    if (s->owner.on_end)
        s->owner.on_end(s->owner.self);
    else
        stream_end(s);
    close_if_both_ended(s);
}

static void read_start(struct stream *s)
{
    int r = uv_read_start(&s->h.stream, give_read_buffer, on_read);
    if (r && r != UV_EALREADY)
        stream_fail(s, r);
}

void stream_opened(struct stream *s)
{
    s->is_open = true;
    if (!s->is_paused)
        read_start(s);
}

void stream_pause(struct stream *s)
{
    assert(s);
    s->is_paused = true;
    if (s->is_open)
        uv_read_stop(&s->h.stream);
}

void stream_resume(struct stream *s)
{
    assert(s);
    bool was = s->is_paused;
    s->is_paused = false;
    if (was && s->is_open && !s->input_ended)
        read_start(s);
}

/* ---- writing ---- */

size_t stream_queued(const struct stream *s)
{
    assert(s);
    return s->out.n + (s->flying.n - s->flying_at);
}

/* How much the kernel takes at once. */
static size_t write_some(struct stream *s, struct str bytes)
{
    union {
        const char *borrowed;
        char *writable;
    } p = {bytes.p};
    uv_buf_t b = uv_buf_init(p.writable, (unsigned)bytes.n);
    int n = uv_try_write(&s->h.stream, &b, 1);
    if (n < 0 && n != UV_EAGAIN)
        stream_fail(s, n);
    return n > 0 ? (size_t)n : 0;
}

bool stream_send(struct stream *s, struct str bytes)
{
    assert(s);
    if (!s->is_open || s->ending)
        return false;
    if (bytes.n > s->out_cap - stream_queued(s)) {
        s->was_full = true;
        return false;
    }
    if (bytes.n >= DIRECT_MIN && !stream_queued(s))
        bytes = str_sub(bytes, write_some(s, bytes), bytes.n);
    if (!bytes.n || s->closing)
        return true;
    buf_add_str(&s->out, bytes);
    if (stream_queued(s) > s->out_cap / 2)
        s->was_full = true;
    if (!s->is_writing)
        loop_after_turn(s->loop, &s->flush);
    return true;
}

static void on_shut(uv_shutdown_t *r, int status)
{
    struct stream *s = r->data;
    if (s->closing)
        return;
    if (status && status != UV_ENOTCONN) {
        stream_fail(s, status);
        return;
    }
    s->output_ended = true;
    close_if_both_ended(s);
}

/* The queue is empty. */
static void drained(struct stream *s)
{
    if (s->was_full) {
        s->was_full = false;
        if (s->owner.on_drain) {
            s->owner.on_drain(s->owner.self);
            loop_again(s->loop);
        }
    }
    if (s->closing || !s->ending || s->shut_started || stream_queued(s))
        return;
    s->shut_started = true;
    s->shutdown.data = s;
    int r = uv_shutdown(&s->shutdown, &s->h.stream, on_shut);
    if (r)
        stream_fail(s, r);
}

static void on_written(uv_write_t *w, int status)
{
    struct stream *s = w->data;
    s->is_writing = false;
    s->flying_at = 0;
    buf_rest(&s->flying, KEPT_ROOM);
    if (s->closing)
        return;
    if (status)
        stream_fail(s, status);
    else
        flush(s);
}

static void flush(void *self)
{
    struct stream *s = self;
    if (s->closing || s->is_writing)
        return;
    size_t sent = s->out.n ? write_some(s, buf_str(&s->out)) : 0;
    if (s->closing)
        return;
    if (sent == s->out.n) {
        buf_rest(&s->out, KEPT_ROOM);
        drained(s);
        return;
    }
    /* the kernel is full: what is left flies by itself, `out` collects what comes meanwhile */
    struct buf full = s->out;
    s->out = s->flying;
    s->flying = full;
    s->flying_at = sent;
    s->is_writing = true;
    s->write.data = s;
    uv_buf_t rest = uv_buf_init(full.p + sent, (unsigned)(full.n - sent));
    int r = uv_write(&s->write, &s->h.stream, &rest, 1, on_written);
    if (r) {
        s->is_writing = false;
        stream_fail(s, r);
    }
}

void stream_end(struct stream *s)
{
    assert(s);
    if (!s->is_open || s->ending)
        return;
    s->ending = true;
    if (!s->is_writing)
        loop_after_turn(s->loop, &s->flush);
}

/* ---- connecting ---- */

static void on_connected(uv_connect_t *c, int status)
{
    struct stream *s = c->data;
    if (s->closing || status == UV_ECANCELED)
        return;
    if (status && s->next_found) {
        try_next_address(s);
        return;
    }
    if (status) {
        stream_fail(s, status);
        return;
    }
    uv_timer_stop(&s->connect_timer);
    stream_opened(s);
    if (!s->closing && s->owner.on_open)
        s->owner.on_open(s->owner.self);
}

static bool init_tcp(struct stream *s)
{
    int r = uv_tcp_init(loop_uv(s->loop), &s->h.tcp);
    if (r) {
        stream_fail(s, r);
        return false;
    }
    s->h.any.data = s;
    s->has_handle = true;
    s->open_handles++;
    return true;
}

static void connect_tcp(struct stream *s, const struct sockaddr *to)
{
    if (!init_tcp(s))
        return;
    s->connect.data = s;
    int r = uv_tcp_connect(&s->connect, &s->h.tcp, to, on_connected);
    if (r) {
        stream_fail(s, r);
        return;
    }
    uv_tcp_nodelay(&s->h.tcp, 1);
    uv_tcp_keepalive(&s->h.tcp, 1, KEEPALIVE_S);
}

static void on_previous_closed(uv_handle_t *h)
{
    struct stream *s = h->data;
    s->has_handle = false;
    if (s->closing) {
        on_handle_closed(h);
        return;
    }
    s->open_handles--;
    const struct addrinfo *a = s->next_found;
    s->next_found = a->ai_next;
    connect_tcp(s, a->ai_addr);
}

static void try_next_address(struct stream *s)
{
    if (s->has_handle) {
        uv_close(&s->h.any, on_previous_closed);
        return;
    }
    const struct addrinfo *a = s->next_found;
    s->next_found = a->ai_next;
    connect_tcp(s, a->ai_addr);
}

static void on_resolved(uv_getaddrinfo_t *r, int status, struct addrinfo *found)
{
    struct stream *s = r->data;
    s->is_resolving = false;
    s->found = found;
    if (s->closing) {
        free_if_done(s);
        return;
    }
    s->next_found = found;
    if (status || !found)
        stream_fail(s, status ? status : UV_EAI_NODATA);
    else
        try_next_address(s);
}

static void on_connect_timeout(uv_timer_t *t)
{
    stream_fail(t->data, ETIMEDOUT);
}

/* A number is used as it is; a name is looked up on libuv's threads. */
static void find_and_connect(struct stream *s, const char *host, uint16_t port)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (!uv_ip4_addr(host, port, &v4)) {
        connect_tcp(s, (const struct sockaddr *)&v4);
        return;
    }
    if (!uv_ip6_addr(host, port, &v6)) {
        connect_tcp(s, (const struct sockaddr *)&v6);
        return;
    }
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    s->resolve.data = s;
    int r = uv_getaddrinfo(loop_uv(s->loop), &s->resolve, on_resolved, host, service, &hints);
    s->is_resolving = r == 0;
    if (r)
        stream_fail(s, r);
}

static void connect_path(struct stream *s, const char *path)
{
    if (strlen(path) >= SUN_PATH_MAX) {
        stream_fail(s, ENAMETOOLONG);
        return;
    }
    uv_pipe_init(loop_uv(s->loop), &s->h.pipe, 0);
    s->h.any.data = s;
    s->has_handle = true;
    s->open_handles++;
    s->connect.data = s;
    uv_pipe_connect(&s->connect, &s->h.pipe, path, on_connected);
}

struct stream *stream_connect(struct loop *l, const struct net_address *to, size_t out_cap,
                              int64_t connect_timeout_ms, const struct stream_owner *owner)
{
    assert(to && (to->path || (to->host && to->port)) && connect_timeout_ms > 0);
    struct stream *s = stream_new(l, out_cap);
    stream_own(s, owner);
    uv_update_time(loop_uv(l));
    uv_timer_start(&s->connect_timer, on_connect_timeout, (uint64_t)connect_timeout_ms, 0);
    if (to->path) {
        str_copy_cut(s->peer, sizeof s->peer, str_of(to->path));
        connect_path(s, to->path);
    } else {
        snprintf(s->peer, sizeof s->peer, "%.100s:%u", to->host, (unsigned)to->port);
        find_and_connect(s, to->host, to->port);
    }
    return s;
}

/* ---- asking ---- */

void stream_own(struct stream *s, const struct stream_owner *owner)
{
    assert(s && owner && owner->on_data && owner->on_close);
    s->owner = *owner;
}

const char *stream_peer(const struct stream *s)
{
    assert(s);
    return s->peer;
}

bool net_is_loopback(const char *host)
{
    assert(host);
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

void net_allow_sockets(unsigned n)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_NOFILE, &now) || now.rlim_cur >= n)
        return;
    now.rlim_cur = now.rlim_max < n ? now.rlim_max : n;
    (void)setrlimit(RLIMIT_NOFILE, &now); /* else the system refuses connections a little earlier */
}
