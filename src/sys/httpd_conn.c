/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one connection. What is read goes through TLS, if there is any, to the reader of
 * requests; while an exchange goes on, and while too much is to be written, it waits in `pending`,
 * and when that is full the peer waits. What is answered in a turn is written after it. A socket
 * that is closed while the owner still has the exchange leaves its record behind until the answer,
 * which then goes nowhere.
 */
#include "base/alloc.h"
#include "sys/httpd_inside.h"

#include <assert.h>
#include <string.h>

enum {
    OUT_MAX = 96 << 20,      /* a whole answer and what stands before it */
    OUT_ENOUGH = 256 << 10,  /* no further request is read while so much waits */
    PENDING_MAX = 256 << 10, /* holds what one read can bring when it is ... */
    PENDING_FULL = 64 << 10, /* ... at this mark and reading stops */
    KEPT_ROOM = 64 << 10,
    LEAVE_MS = 1000, /* for the peer to read our last word before the connection is reset */
    LEAVE_MAX = 1 << 20,
    PLAIN_BLOCK = 16 << 10
};

static void on_flush(void *self);
static void read_on(struct conn *c);

void conn_open(struct conn *c)
{
    const struct httpd_config *k = &c->h->config;
    http_reader_init(&c->reader, k->header_max, k->body_max);
    buf_init(&c->pending, PENDING_MAX);
    buf_init(&c->out, OUT_MAX);
    buf_init(&c->flying, OUT_MAX);
    buf_init(&c->x.queue, k->stream_queue_max);
    c->flush = (struct loop_hook){.fn = on_flush, .self = c};
    c->take_deadline = INSTANT_NEVER;
    if (k->tls)
        c->tls = tls_session_new(k->tls);
}

static struct instant now_of(const struct conn *c)
{
    return loop_now(c->h->loop).mono;
}

void conn_set_phase(struct conn *c, enum conn_phase phase)
{
    const struct httpd_config *k = &c->h->config;
    const int64_t ms[] = {[CONN_IDLE] = (int64_t)k->idle_timeout_s * 1000,
                          [CONN_HEAD] = k->header_timeout_ms,
                          [CONN_BODY] = k->body_timeout_ms,
                          [CONN_ANSWER] = INT64_MAX,
                          [CONN_LEAVE] = LEAVE_MS};
    c->phase = phase;
    c->deadline = instant_after_ms(now_of(c), ms[phase]);
}

void conn_wake(struct conn *c)
{
    if (!c->is_dead)
        loop_after_turn(c->h->loop, &c->flush);
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *p)
{
    struct conn *c = p->data;
    c->is_closed = true;
    conn_gone(c);
}

void conn_close(struct conn *c)
{
    if (c->is_dead)
        return;
    c->is_dead = true;
    c->h->count--;
    conn_set_idle(c, false);
    loop_hook_cancel(&c->flush);
    if (c->x.state == EXCHANGE_STREAM)
        httpd_abandon(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_shut(uv_shutdown_t *s, int status)
{
    struct conn *c = s->data;
    if (status && status != UV_ECANCELED)
        conn_close(c);
}

/* Everything is said. Closing now could take our last word from a peer that still sends: the system
 * resets a connection with unread bytes. So it has a moment. */
static void leave(struct conn *c)
{
    if (c->input_ended) {
        conn_close(c);
        return;
    }
    if (c->shut_started)
        return;
    c->shut_started = true;
    c->shut.data = c;
    conn_set_phase(c, CONN_LEAVE);
    buf_reset(&c->pending);
    if (uv_shutdown(&c->shut, (uv_stream_t *)&c->tcp, on_shut))
        conn_close(c);
    else
        read_on(c);
}

/* ---- writing ---- */

static void on_written(uv_write_t *w, int status)
{
    struct conn *c = w->data;
    c->is_writing = false;
    c->take_deadline = INSTANT_NEVER;
    buf_rest(&c->flying, KEPT_ROOM);
    if (c->is_dead)
        return;
    if (status)
        conn_close(c);
    else
        on_flush(c);
}

/* What the kernel does not take at once flies by itself; `wire` collects what comes meanwhile. */
static void fly(struct conn *c, struct buf *wire, size_t sent)
{
    struct buf full = *wire;
    *wire = c->flying;
    c->flying = full;
    c->is_writing = true;
    c->write.data = c;
    c->take_left = full.n - sent;
    c->take_deadline = instant_after_ms(now_of(c), (int64_t)c->h->config.idle_timeout_s * 1000);
    uv_buf_t rest = uv_buf_init(full.p + sent, (unsigned)(full.n - sent));
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &rest, 1, on_written)) {
        c->is_writing = false;
        conn_close(c);
    }
}

static struct buf *wire_of(struct conn *c)
{
    return c->tls ? tls_session_output(c->tls) : &c->out;
}

static void write_out(struct conn *c)
{
    if (c->is_dead || c->is_writing)
        return;
    if (c->tls && c->out.n) {
        bool ok = tls_session_write(c->tls, buf_str(&c->out));
        buf_rest(&c->out, KEPT_ROOM);
        if (!ok) {
            conn_close(c);
            return;
        }
    }
    struct buf *wire = wire_of(c);
    if (!wire->n)
        return;
    uv_buf_t b = uv_buf_init(wire->p, (unsigned)wire->n);
    int n = uv_try_write((uv_stream_t *)&c->tcp, &b, 1);
    if (n < 0 && n != UV_EAGAIN)
        conn_close(c);
    else if (n > 0 && (size_t)n == wire->n)
        buf_rest(wire, KEPT_ROOM);
    else
        fly(c, wire, n > 0 ? (size_t)n : 0);
}

/* ---- reading ---- */

static bool can_ask(const struct conn *c)
{
    return !c->is_dead && c->x.state == EXCHANGE_NONE && !c->is_last && c->out.n < OUT_ENOUGH;
}

void conn_advance(struct conn *c, struct str in)
{
    while (in.n && can_ask(c)) {
        if (c->phase == CONN_IDLE)
            conn_set_phase(c, CONN_HEAD);
        switch (http_reader_feed(&c->reader, &in)) {
        case HTTP_READ_MORE:
            break;
        case HTTP_READ_HEAD:
            conn_set_phase(c, CONN_BODY);
            if (c->reader.expects_continue && !in.n) {
                buf_add_c(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
                conn_wake(c);
            }
            break;
        case HTTP_READ_DONE:
            httpd_ask(c);
            break;
        case HTTP_READ_BAD:
            httpd_refuse(c, c->reader.status);
            break;
        }
    }
    if (!in.n || c->is_dead || (c->is_last && c->x.state == EXCHANGE_NONE))
        return; /* what follows the last request is nobody's */
    if (!buf_add_str(&c->pending, in))
        conn_close(c);
    if (c->pending.n >= PENDING_FULL && !c->is_dead) {
        c->is_paused = true;
        uv_read_stop((uv_stream_t *)&c->tcp);
    }
}

/* Behind what waits already. */
static void take(struct conn *c, struct str bytes)
{
    if (!c->pending.n) {
        conn_advance(c, bytes);
        return;
    }
    if (!buf_add_str(&c->pending, bytes))
        conn_close(c);
    conn_wake(c);
}

/* The peer says no more; perhaps it still listens. */
static void ended(struct conn *c)
{
    c->input_ended = true;
    if (!c->is_dead)
        uv_read_stop((uv_stream_t *)&c->tcp);
    if (c->x.state == EXCHANGE_STREAM)
        conn_close(c);
    conn_wake(c);
}

static void take_cipher(struct conn *c, struct str bytes)
{
    char block[PLAIN_BLOCK];
    size_t n;
    enum tls_read what = TLS_READ_BAD;
    if (tls_session_feed(c->tls, bytes))
        while ((what = tls_session_read(c->tls, block, sizeof block, &n)) == TLS_READ_DATA &&
               !c->is_dead)
            take(c, (struct str){block, n});
    if (c->is_dead)
        return;
    conn_wake(c); /* it may have something to say, too */
    if (what == TLS_READ_END)
        ended(c);
    if (what != TLS_READ_BAD)
        return;
    write_out(c); /* why: an alert */
    conn_close(c);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct conn *c = s->data;
    if (n == 0 || c->is_dead)
        return;
    if (n == UV_EOF) {
        ended(c);
    } else if (n < 0) {
        conn_close(c);
    } else if (c->phase == CONN_LEAVE) {
        c->dropped += (size_t)n;
        if (c->dropped > LEAVE_MAX)
            conn_close(c);
    } else if (c->tls) {
        take_cipher(c, (struct str){b->base, (size_t)n});
    } else {
        take(c, (struct str){b->base, (size_t)n});
    }
}

static void give_read_buffer(uv_handle_t *p, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    const struct conn *c = p->data;
    *out = loop_read_buffer(c->h->loop);
}

static void read_on(struct conn *c)
{
    int r = uv_read_start((uv_stream_t *)&c->tcp, give_read_buffer, on_read);
    if (r && r != UV_EALREADY)
        conn_close(c);
}

void conn_start(struct conn *c)
{
    conn_set_idle(c, true);
    conn_set_phase(c, CONN_HEAD);
    read_on(c);
}

/* ---- after the turn ---- */

static void take_pending(struct conn *c)
{
    struct buf waited = c->pending;
    buf_init(&c->pending, PENDING_MAX);
    conn_advance(c, buf_str(&waited));
    buf_fini(&waited);
    if (c->is_paused && c->pending.n < PENDING_FULL && !c->input_ended && !c->is_dead) {
        c->is_paused = false;
        read_on(c);
    }
    loop_again(c->h->loop); /* the owner may have been asked */
}

static void on_flush(void *self)
{
    struct conn *c = self;
    if (c->is_dead) { /* a stream that was begun for nobody */
        httpd_abandon(c);
        return;
    }
    httpd_pour(c);
    write_out(c);
    if (c->pending.n && can_ask(c))
        take_pending(c);
    bool is_over = c->is_last || (c->input_ended && !c->pending.n);
    if (c->is_dead || !is_over || c->x.state != EXCHANGE_NONE || c->out.n || c->is_writing)
        return;
    if (c->tls && !c->shut_started) {
        tls_session_end(c->tls);
        write_out(c);
    }
    if (!c->is_dead && !c->is_writing && !wire_of(c)->n)
        leave(c);
}

/* ---- deadlines ---- */

static bool is_taken(struct conn *c, struct instant now)
{
    size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
    if (!c->is_writing || !instant_due(c->take_deadline, now))
        return true;
    if (left + HTTPD_TAKE_MIN > c->take_left)
        return false;
    c->take_left = left;
    c->take_deadline = instant_after_ms(now, (int64_t)c->h->config.idle_timeout_s * 1000);
    return true;
}

void conn_check(struct conn *c, struct instant now)
{
    if (!is_taken(c, now)) {
        conn_close(c);
        return;
    }
    if (!instant_due(c->deadline, now) || c->is_writing)
        return;
    bool has_begun =
        c->phase == CONN_BODY || (c->phase == CONN_HEAD && !http_reader_is_idle(&c->reader));
    if (has_begun && !c->is_last)
        httpd_refuse(c, 408);
    else
        conn_close(c);
}
