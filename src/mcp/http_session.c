/* SPDX-License-Identifier: MIT */
/*
 * Sessions of the era of initialize, over HTTP.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "mcp/http_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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
        http_stream_free(s->streams);
    buf_fini(&s->own.log);
    xfree((void *)(uintptr_t)s->who.p);
    xfree(s);
}

/* Ends the answer that carries it. */
static void let_go(struct http_stream *st)
{
    struct mcp_exchange *x = st->exchange;
    if (!x)
        return;
    exchange_end(x);
    http_stream_detach(st);
    exchange_free(x);
}

static void session_end(struct session *s)
{
    struct session **at = &s->http->sessions;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->http->session_count--;
    for (struct http_stream *st = s->streams, *next; st; st = next) {
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
    http_stream_init_own(&s->own, s);
    client_init(&s->client, h->hub, user, &s->own.outlet);
    s->client.free = release;
    s->next = h->sessions;
    h->sessions = s;
    h->session_count++;
    return s;
}

/* What its maker may do is what the newest request may: a token is good for itself alone. */
static void renew(struct session *s, const void *user)
{
    const struct mcp_server *server = s->http->hub->server;
    if (server->renew)
        server->renew(server->self, &s->client, user);
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
        if (hash_equal(id, STR_NAME(s->id)) && str_eq(who, s->who)) {
            renew(s, user);
            return s;
        }
    exchange_refuse(x, 404, RPC_REQUEST, "there is no such session; begin again with initialize");
    return NULL;
}

static void post_initialize(struct mcp_exchange *x, void *user, const struct mcp_message *m,
                            struct moment now)
{
    struct mcp_http *h = x->http;
    struct str asked = json_get_str(m->params, STR("protocolVersion"));
    if (!make_room(h)) {
        exchange_refuse(x, 503, RPC_INTERNAL, "too many sessions are open; try again later");
        http_give_back(h, user);
        return;
    }
    struct session *s = session_new(h, user, now);
    s->primes = str_eq(str_of(message_legacy_version(asked)), STR("2025-11-25"));
    memcpy(x->session, s->id, sizeof x->session);
    struct http_stream *st = http_stream_new(s, x);
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
    http_give_back(x->http, user);
    if (!s)
        return;
    s->last = now;
    if (m->kind != MCP_ASKS) {
        (void)mcp_dispatch(&s->client, s->client.outlet, m, now);
        exchange_reply(x, 202);
        return;
    }
    struct http_stream *st = http_stream_new(s, x);
    st->has_request = mcp_dispatch(&s->client, &st->outlet, m, now);
    st->is_delivered = st->is_delivered || !st->has_request;
}

/* ---- GET and DELETE ---- */

/* "STREAM-NUMBER" */
static struct http_stream *stream_by_event(struct session *s, struct str id, int64_t *event)
{
    struct str first;
    int64_t number;
    if (!str_cut(&id, '-', &first) || !str_to_i64(first, &number) || !str_to_i64(id, event))
        return NULL;
    if (number == 0)
        return &s->own;
    for (struct http_stream *st = s->streams; st; st = st->next)
        if (st->number == number)
            return st;
    return NULL;
}

void session_get(struct mcp_exchange *x, const struct http_request *r, struct moment now)
{
    struct str last = str_trim(http_header(r, STR("Last-Event-ID")));
    struct session *s = session_of(x, r, x->reader);
    int64_t event = 0;
    if (!s)
        return;
    s->last = now;
    struct http_stream *st = last.p ? stream_by_event(s, last, &event) : &s->own;
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
        http_stream_replay(st, event);
    else
        http_stream_prime(st);
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

void session_expel(struct mcp_exchange *x, const char *why)
{
    struct http_stream *st = x->stream;
    const struct mcp_client *c = &st->session->client;
    if (c->hub->server->can_log && MCP_WARNING >= c->level)
        write_log(&st->outlet, MCP_WARNING, "access", str_of(why));
    let_go(st);
}

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
