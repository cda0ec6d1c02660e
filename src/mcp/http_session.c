/* SPDX-License-Identifier: MIT */
/*
 * Sessions of the era of initialize, over HTTP.
 *
 * Each message that goes out on a stream has an id, "STREAM-NUMBER", and is kept for a while: the
 * stream outlives the HTTP request that carried it, so that what a reader missed can be had by GET
 * with Last-Event-ID. Stream 0 carries what belongs to no request.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "mcp/http_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct stream {
    struct session *session;
    struct stream *next;
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
    struct stream own;
    struct stream *streams; /* the newest first */
    int64_t streams_made;
};

/* ---- streams ---- */

static struct stream *stream_of(struct mcp_outlet *o)
{
    return (struct stream *)((char *)o - offsetof(struct stream, outlet));
}

static void event_id(struct stream *st)
{
    buf_add_f(&st->log, "id: %lld-%lld\n", (long long)st->number, (long long)st->event++);
}

/* An event without data: from here a broken stream can be taken up. */
static void prime(struct stream *st)
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
static void trim_log(struct stream *st)
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
    struct stream *st = stream_of(o);
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
        prime(st);
    }
    trim_log(st);
    st->begun = st->log.n;
    event_id(st);
    buf_add_c(&st->log, "data: ");
    return &st->log;
}

static void end(struct mcp_outlet *o, enum mcp_frame frame)
{
    struct stream *st = stream_of(o);
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

static void stream_free(struct stream *st)
{
    struct session *s = st->session;
    struct stream **at = &s->streams;
    while (*at != st)
        at = &(*at)->next;
    *at = st->next;
    buf_fini(&st->log);
    xfree(st);
}

/* What goes on, or was not read to its end, is kept for Last-Event-ID. */
void stream_detach(struct stream *st)
{
    if (st->exchange)
        st->exchange->stream = NULL;
    st->exchange = NULL;
    if (!st->is_own && !st->has_request && st->is_delivered)
        stream_free(st);
}

static void over(struct mcp_outlet *o)
{
    struct stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    st->has_request = false;
    st->is_complete = true;
    st->is_delivered = st->is_delivered || x;
    if (x)
        exchange_end(x);
    stream_detach(st);
    if (x)
        exchange_free(x);
}

/* The reader is told from where to go on, and its answer ends; what comes is kept. */
static void hang_up(struct mcp_outlet *o, int64_t retry_ms)
{
    struct stream *st = stream_of(o);
    struct mcp_exchange *x = st->exchange;
    if (!x || !st->session->primes)
        return;
    st->retry_ms = retry_ms;
    st->is_primed = false;
    exchange_begin_stream(x);
    prime(st);
    exchange_end(x);
    stream_detach(st);
    exchange_free(x);
}

static struct stream *stream_new(struct session *s, struct mcp_exchange *x)
{
    struct stream *st = xcalloc(1, sizeof *st), *last = NULL;
    size_t n = 0;
    for (struct stream *i = s->streams; i; i = i->next)
        if (i->is_complete) {
            last = i;
            n++;
        }
    if (n >= STREAMS_KEPT)
        stream_free(last);
    st->session = s;
    st->number = ++s->streams_made;
    st->event = st->first = 1;
    st->outlet = (struct mcp_outlet){begin, end, over, hang_up};
    st->exchange = x;
    buf_init(&st->log, STREAM_LOG_MAX);
    x->stream = st;
    st->next = s->streams;
    s->streams = st;
    return st;
}

/* ---- sessions ---- */

static struct str who_is(const struct mcp_http *h, void *user)
{
    const struct mcp_server *server = h->hub->server;
    struct mcp_client asks = {.hub = h->hub, .user = user};
    return server->who ? server->who(server->self, &asks) : STR_NONE;
}

static void release(struct mcp_client *c)
{
    struct session *s = (struct session *)c;
    while (s->streams)
        stream_free(s->streams);
    buf_fini(&s->own.log);
    xfree((void *)(uintptr_t)s->who.p);
    xfree(s);
}

/* Ends the answer that carries it. */
static void let_go(struct stream *st)
{
    struct mcp_exchange *x = st->exchange;
    if (!x)
        return;
    exchange_end(x);
    stream_detach(st);
    exchange_free(x);
}

static void session_end(struct session *s)
{
    struct session **at = &s->http->sessions;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->http->session_count--;
    for (struct stream *st = s->streams, *next; st; st = next) {
        next = st->next;
        let_go(st);
    }
    let_go(&s->own);
    client_close(&s->client);
}

static bool is_busy(const struct session *s)
{
    return s->client.requests || s->own.exchange;
}

/* Room for one more: the one that has been idle for longest goes. */
static bool make_room(struct mcp_http *h)
{
    struct session *oldest = NULL;
    if (h->session_count < MCP_SESSIONS_MAX)
        return true;
    for (struct session *s = h->sessions; s; s = s->next)
        if (!is_busy(s) && (!oldest || s->last.mono.ns < oldest->last.mono.ns))
            oldest = s;
    if (oldest)
        session_end(oldest);
    return oldest != NULL;
}

static struct session *session_new(struct mcp_http *h, void *user, struct moment now)
{
    unsigned char random[(SESSION_ID_MAX - 1) / 2];
    struct session *s = xcalloc(1, sizeof *s);
    struct str who = who_is(h, user);
    char *name = xcalloc(1, who.n + 1);
    if (who.n)
        memcpy(name, who.p, who.n);
    s->who = (struct str){name, who.n};
    s->http = h;
    s->last = now;
    h->entropy.fill(h->entropy.self, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        (void)snprintf(s->id + 2 * i, 3, "%02x", random[i]);
    s->own = (struct stream){.session = s,
                             .is_own = true,
                             .event = 1,
                             .first = 1,
                             .outlet = {.begin = begin, .end = end}};
    buf_init(&s->own.log, STREAM_LOG_MAX);
    client_init(&s->client, h->hub, user, &s->own.outlet);
    s->client.free = release;
    s->next = h->sessions;
    h->sessions = s;
    h->session_count++;
    return s;
}

/* The session that a request names, if it is its maker's; else it is refused. */
static struct session *session_of(struct mcp_exchange *x, const struct http_request *r, void *user)
{
    struct str id = str_trim(http_header(r, STR("MCP-Session-Id")));
    struct str version = str_trim(http_header(r, STR("MCP-Protocol-Version")));
    struct str who = who_is(x->http, user);
    if (version.p && !message_is_legacy_version(version)) {
        exchange_refuse(x, 400, RPC_REQUEST, "unsupported MCP-Protocol-Version");
        return NULL;
    }
    if (!id.p) {
        exchange_refuse(x, 400, RPC_REQUEST,
                        "the header MCP-Session-Id is missing; begin with initialize");
        return NULL;
    }
    for (struct session *s = x->http->sessions; s; s = s->next)
        if (hash_equal(id, STR_NAME(s->id)) && str_eq(who, s->who))
            return s;
    exchange_refuse(x, 404, RPC_REQUEST, "there is no such session; begin again with initialize");
    return NULL;
}

static void give_back(struct mcp_http *h, void *user)
{
    const struct mcp_server *server = h->hub->server;
    if (server->forget)
        server->forget(server->self, user);
}

static void post_initialize(struct mcp_exchange *x, void *user, const struct mcp_message *m,
                            struct moment now)
{
    struct mcp_http *h = x->http;
    struct str asked = json_get_str(m->params, STR("protocolVersion"));
    if (!make_room(h)) {
        exchange_refuse(x, 503, RPC_INTERNAL, "too many sessions are open; try again later");
        give_back(h, user);
        return;
    }
    struct session *s = session_new(h, user, now);
    s->primes = str_eq(str_of(message_legacy_version(asked)), STR("2025-11-25"));
    memcpy(x->session, s->id, sizeof x->session);
    struct stream *st = stream_new(s, x);
    (void)mcp_dispatch(&s->client, &st->outlet, m, now);
    st->is_delivered = true;
}

void session_post(struct mcp_exchange *x, const struct http_request *r, void *user,
                  const struct mcp_message *m, struct moment now)
{
    bool is_first = m->kind == MCP_ASKS && str_eq(m->method, STR("initialize"));
    if (is_first) {
        post_initialize(x, user, m, now);
        return;
    }
    struct session *s = session_of(x, r, user);
    give_back(x->http, user);
    if (!s)
        return;
    s->last = now;
    if (m->kind != MCP_ASKS) {
        (void)mcp_dispatch(&s->client, s->client.outlet, m, now);
        exchange_reply(x, 202);
        return;
    }
    struct stream *st = stream_new(s, x);
    st->has_request = mcp_dispatch(&s->client, &st->outlet, m, now);
    st->is_delivered = st->is_delivered || !st->has_request;
}

/* ---- GET and DELETE ---- */

/* "STREAM-NUMBER" */
static struct stream *stream_by_event(struct session *s, struct str id, int64_t *event)
{
    struct str first;
    int64_t number;
    if (!str_cut(&id, '-', &first) || !str_to_i64(first, &number) || !str_to_i64(id, event))
        return NULL;
    if (number == 0)
        return &s->own;
    for (struct stream *st = s->streams; st; st = st->next)
        if (st->number == number)
            return st;
    return NULL;
}

/* Sends what came after that event. */
static void replay(struct stream *st, int64_t event)
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

void session_get(struct mcp_exchange *x, const struct http_request *r, void *user,
                 struct moment now)
{
    struct str last = str_trim(http_header(r, STR("Last-Event-ID")));
    struct session *s = session_of(x, r, user);
    int64_t event = 0;
    if (!s)
        return;
    s->last = now;
    struct stream *st = last.p ? stream_by_event(s, last, &event) : &s->own;
    if (!st) {
        exchange_refuse(x, 404, RPC_REQUEST, "what followed that event is not kept any more");
        return;
    }
    if (st->exchange) {
        exchange_refuse(x, 409, RPC_REQUEST, "this stream is being read already");
        return;
    }
    st->exchange = x;
    x->stream = st;
    exchange_begin_stream(x);
    st->is_primed = last.p != NULL;
    if (last.p)
        replay(st, event);
    else
        prime(st);
    st->is_primed = true;
}

void session_delete(struct mcp_exchange *x, const struct http_request *r, void *user)
{
    struct session *s = session_of(x, r, user);
    if (!s)
        return;
    session_end(s);
    exchange_reply(x, 204);
}

/* ---- time ---- */

void sessions_step(struct mcp_http *h, struct moment now)
{
    for (struct session *s = h->sessions, *next; s; s = next) {
        next = s->next;
        int64_t idle_ms = instant_ms_since(s->last.mono, now.mono);
        if (!is_busy(s) && idle_ms >= (int64_t)MCP_SESSION_IDLE_S * 1000)
            session_end(s);
    }
}

void sessions_free(struct mcp_http *h)
{
    while (h->sessions)
        session_end(h->sessions);
}
