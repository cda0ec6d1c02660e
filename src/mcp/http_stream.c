/* SPDX-License-Identifier: MIT */
/*
 * Streams of sessions.
 *
 * Each message that goes out on a stream has an id, "STREAM-NUMBER", and is kept for a while: the
 * stream outlives the HTTP request that carried it, so that what a reader missed can be had by GET
 * with Last-Event-ID. Stream 0 carries what belongs to no request.
 */
#include "base/alloc.h"
#include "mcp/http_inside.h"

#include <string.h>

static struct http_stream *stream_of(struct mcp_outlet *o)
{
    return (struct http_stream *)((char *)o - offsetof(struct http_stream, outlet));
}

static void event_id(struct http_stream *st)
{
    buf_add_f(&st->log, "id: %lld-%lld\n", (long long)st->number, (long long)st->event++);
}

/* An event without data: from here a broken stream can be taken up. */
void http_stream_prime(struct http_stream *st)
{
    if (st->is_primed || !st->session->primes || !st->exchange)
        return;
    st->is_primed = true;
    buf_reset(&st->exchange->body);
    if (st->retry_ms)
        buf_add_f(&st->exchange->body, "retry: %lld\n", (long long)st->retry_ms);
    buf_add_f(&st->exchange->body, "id: %lld-%lld\ndata: \n\n", (long long)st->number,
              (long long)st->event - 1);
    exchange_send(st->exchange);
}

/* Forgets the oldest events when the log grows over its bound. */
static void trim_log(struct http_stream *st)
{
    while (st->log.n > STREAM_LOG_MAX / 2) {
        size_t end = str_find_str(buf_str(&st->log), STR("\n\n"));
        if (end == st->log.n)
            return;
        buf_consume(&st->log, end + 2);
        st->first++;
    }
}

static struct buf *begin(struct mcp_outlet *o, enum mcp_frame frame, int code)
{
    struct http_stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    bool is_answer = frame == FRAME_RESULT || frame == FRAME_ERROR;
    if (st->is_complete || (st->is_own && !st->is_primed && !x))
        return NULL;
    st->is_plain = x && !x->is_streaming && is_answer;
    if (st->is_plain) {
        x->status = exchange_status(code, false, false);
        buf_reset(&x->body);
        return &x->body;
    }
    if (x) {
        exchange_begin_stream(x);
        http_stream_prime(st);
    }
    trim_log(st);
    st->begun = st->log.n;
    event_id(st);
    buf_add_c(&st->log, "data: ");
    return &st->log;
}

static void end(struct mcp_outlet *o, enum mcp_frame frame)
{
    struct http_stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    bool is_answer = frame == FRAME_RESULT || frame == FRAME_ERROR;
    st->is_complete = is_answer && !st->is_own;
    st->is_delivered = st->is_complete && x;
    if (st->is_plain) {
        exchange_reply(x, x->status);
        return;
    }
    buf_add_c(&st->log, "\n\n");
    if (st->log.failed) { /* too large to keep: whoever reads loses it too */
        buf_reset(&st->log);
        st->first = st->event;
    }
    if (!x)
        return;
    buf_reset(&x->body);
    buf_add_str(&x->body, str_sub(buf_str(&st->log), st->begun, st->log.n));
    exchange_send(x);
    if (!st->is_complete)
        return;
    st->is_delivered = true;
    exchange_end(x);
}

void http_stream_free(struct http_stream *st)
{
    struct session *s = st->session;
    struct http_stream **at = &s->streams;
    while (*at != st)
        at = &(*at)->next;
    *at = st->next;
    buf_fini(&st->log);
    xfree(st);
}

/* What goes on, or was not read to its end, is kept for Last-Event-ID. */
void http_stream_detach(struct http_stream *st)
{
    if (st->exchange)
        st->exchange->stream = NULL;
    st->exchange = NULL;
    if (!st->is_own && !st->has_request && st->is_delivered)
        http_stream_free(st);
}

static void over(struct mcp_outlet *o)
{
    struct http_stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    st->has_request = false;
    st->is_complete = true;
    st->is_delivered = st->is_delivered || x;
    if (x)
        exchange_end(x);
    http_stream_detach(st);
    if (x)
        exchange_free(x);
}

/* The reader is told from where to go on, and its answer ends; what comes is kept. */
static void hang_up(struct mcp_outlet *o, int64_t retry_ms)
{
    struct http_stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    if (!x || !st->session->primes)
        return;
    st->retry_ms = retry_ms;
    st->is_primed = false;
    exchange_begin_stream(x);
    http_stream_prime(st);
    exchange_end(x);
    http_stream_detach(st);
    exchange_free(x);
}

static void forbid(struct mcp_outlet *o, struct str challenge)
{
    struct mcp_exchange *x = stream_of(o)->exchange;
    if (x && !x->is_streaming)
        x->challenge = challenge;
}

struct http_stream *http_stream_new(struct session *s, struct mcp_exchange *x)
{
    struct http_stream *st = xcalloc(1, sizeof *st), *last = NULL;
    size_t n = 0;
    for (struct http_stream *i = s->streams; i; i = i->next)
        if (i->is_complete) {
            last = i;
            n++;
        }
    if (n >= STREAMS_KEPT)
        http_stream_free(last);
    st->session = s;
    st->number = ++s->streams_made;
    st->event = st->first = 1;
    st->outlet = (struct mcp_outlet){begin, end, over, hang_up, forbid};
    st->exchange = x;
    buf_init(&st->log, STREAM_LOG_MAX);
    x->stream = st;
    st->next = s->streams;
    s->streams = st;
    return st;
}

/* Stream 0. */
void http_stream_init_own(struct http_stream *st, struct session *s)
{
    *st = (struct http_stream){.session = s,
                               .is_own = true,
                               .event = 1,
                               .first = 1,
                               .outlet = {.begin = begin, .end = end}};
    buf_init(&st->log, STREAM_LOG_MAX);
}

/* Sends what came after that event. */
void http_stream_replay(struct http_stream *st, int64_t event)
{
    struct mcp_exchange *x = st->exchange;
    struct str rest = buf_str(&st->log);
    for (int64_t at = st->first; rest.n && at <= event; at++) {
        size_t end = str_find_str(rest, STR("\n\n"));
        rest = str_sub(rest, end + 2, rest.n);
    }
    buf_reset(&x->body);
    buf_add_str(&x->body, rest);
    if (rest.n)
        exchange_send(x);
    if (!st->is_complete)
        return;
    st->is_delivered = true;
    exchange_end(x);
}
