/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/limits.h"
#include "data/hash.h"
#include "mcp/http_inside.h"

#include <stdio.h>
#include <string.h>

void http_give_back(struct mcp_http *s, void *user)
{
    const struct mcp_server *server = s->hub->server;
    if (server->forget)
        server->forget(server->self, user);
}

/* ---- exchanges ---- */

struct mcp_exchange *exchange_new(struct mcp_http *s, struct http_sink sink, struct moment now)
{
    struct mcp_exchange *x = xcalloc(1, sizeof *x);
    x->http = s;
    x->sink = sink;
    x->last = now;
    buf_init(&x->body, LIMIT_REPLY);
    x->next = s->exchanges;
    x->link = &s->exchanges;
    if (x->next)
        x->next->link = &x->next;
    s->exchanges = x;
    return x;
}

void exchange_free(struct mcp_exchange *x)
{
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    buf_fini(&x->body);
    if (x->reader)
        http_give_back(x->http, x->reader);
    xfree(x);
}

static void add_header(struct http_response *r, const char *name, struct str value)
{
    r->headers[r->header_count++] = (struct http_pair){str_of(name), value};
}

static struct http_response head_of(struct mcp_exchange *x, int status, const char *type)
{
    struct http_response r = {.status = status, .content_type = type, .body = x->body};
    add_header(&r, "Cache-Control", STR("no-cache, no-transform"));
    add_header(&r, "X-Content-Type-Options", STR("nosniff"));
    if (x->session[0])
        add_header(&r, "MCP-Session-Id", STR_NAME(x->session));
    if (x->challenge.p)
        add_header(&r, "WWW-Authenticate", x->challenge);
    buf_init(&x->body, LIMIT_REPLY); /* the response has taken it over */
    return r;
}

void exchange_reply(struct mcp_exchange *x, int status)
{
    if (x->is_gone)
        return;
    if (x->body.failed) {
        buf_reset(&x->body);
        buf_add_c(&x->body, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"
                            "\"message\":\"the answer is too large\"}}");
        status = 500;
    }
    if (x->challenge.p)
        status = 403;
    struct http_response r = head_of(x, status, "application/json");
    x->is_gone = true;
    x->sink.reply(x->sink.self, &r);
}

void exchange_begin_stream(struct mcp_exchange *x)
{
    if (x->is_gone || x->is_streaming)
        return;
    buf_reset(&x->body);
    struct http_response r = head_of(x, 200, "text/event-stream");
    add_header(&r, "X-Accel-Buffering", STR("no"));
    x->is_streaming = true;
    x->sink.begin(x->sink.self, &r);
}

void exchange_end(struct mcp_exchange *x)
{
    if (x->is_gone)
        return;
    x->is_gone = true;
    x->sink.end(x->sink.self);
}

void exchange_send(struct mcp_exchange *x)
{
    if (x->is_gone)
        return;
    if (x->body.failed || !x->sink.send(x->sink.self, buf_str(&x->body)))
        exchange_end(x);
    buf_reset(&x->body);
}

void exchange_refuse(struct mcp_exchange *x, int status, int code, const char *text)
{
    struct json_writer w;
    buf_reset(&x->body);
    json_writer_init(&w, &x->body);
    json_begin_object(&w);
    json_key(&w, "jsonrpc");
    json_text(&w, "2.0");
    json_key(&w, "id");
    json_null(&w);
    json_key(&w, "error");
    json_begin_object(&w);
    json_key(&w, "code");
    json_i64(&w, code);
    json_key(&w, "message");
    json_text(&w, text);
    json_end_object(&w);
    json_end_object(&w);
    exchange_reply(x, status);
}

int exchange_status(int code, bool is_bad, bool is_modern)
{
    if (code == RPC_PARSE || code == RPC_REQUEST)
        return 400;
    if (!is_modern || code == 0)
        return 200;
    if (code == RPC_METHOD)
        return 404;
    return is_bad || (code <= RPC_HEADER && code >= RPC_VERSION) ? 400 : 200;
}

/* ---- the outlet of a modern request ---- */

static struct mcp_exchange *exchange_of(struct mcp_outlet *o)
{
    return (struct mcp_exchange *)((char *)o - offsetof(struct mcp_exchange, outlet));
}

static struct buf *begin(struct mcp_outlet *o, enum mcp_frame frame, int code)
{
    struct mcp_exchange *x = exchange_of(o);
    if (x->is_gone)
        return NULL;
    bool is_answer = frame == FRAME_RESULT || frame == FRAME_ERROR;
    if (!is_answer)
        exchange_begin_stream(x);
    x->status = exchange_status(code, x->is_bad, true);
    buf_reset(&x->body);
    if (x->is_streaming)
        buf_add_c(&x->body, "data: ");
    return &x->body;
}

static void end(struct mcp_outlet *o, enum mcp_frame frame)
{
    struct mcp_exchange *x = exchange_of(o);
    bool is_answer = frame == FRAME_RESULT || frame == FRAME_ERROR;
    if (!x->is_streaming) {
        exchange_reply(x, x->status);
        return;
    }
    buf_add_c(&x->body, "\n\n");
    exchange_send(x);
    if (is_answer)
        exchange_end(x);
}

static void forbid(struct mcp_outlet *o, struct str challenge)
{
    struct mcp_exchange *x = exchange_of(o);
    if (!x->is_streaming)
        x->challenge = challenge;
}

static void over(struct mcp_outlet *o)
{
    struct mcp_exchange *x = exchange_of(o);
    exchange_end(x);
    client_close(&x->client);
}

static void release(struct mcp_client *c)
{
    struct mcp_exchange *x =
        (struct mcp_exchange *)((char *)c - offsetof(struct mcp_exchange, client));
    exchange_free(x);
}

/* ---- a POST ---- */

static bool is_modern(const struct http_request *r, const struct mcp_message *m)
{
    struct str version = str_trim(http_header(r, STR("MCP-Protocol-Version")));
    return m->head.is_modern || (version.p && !message_is_legacy_version(version));
}

static struct mcp_exchange *post_modern(struct mcp_exchange *x, const struct http_request *r,
                                        void *user, struct mcp_message *m, struct moment now)
{
    m->head.is_modern = true;
    x->is_modern = true;
    x->outlet = (struct mcp_outlet){.begin = begin, .end = end, .forbid = forbid};
    client_init(&x->client, x->http->hub, user, NULL);
    x->client.free = release;
    bool has_begun = false;
    if (m->kind == MCP_TELLS) /* nothing can be told without a connection: taken, and forgotten */
        exchange_reply(x, 202);
    else if (headers_check(x, r, m)) {
        x->outlet.over = over;
        has_begun = mcp_dispatch(&x->client, &x->outlet, m, now);
    }
    if (has_begun)
        return x->is_gone ? NULL : x;
    exchange_end(x);
    client_close(&x->client);
    return NULL;
}

static bool is_json(const struct http_request *r)
{
    struct str kind = http_header(r, STR("Content-Type")), media;
    return str_cut(&kind, ';', &media) && str_ieq(str_trim(media), STR("application/json"));
}

/* Frees what is answered; else it goes on. */
static struct mcp_exchange *settle(struct mcp_exchange *x)
{
    if (!x->is_gone)
        return x;
    if (x->stream)
        http_stream_detach(x->stream);
    exchange_free(x);
    return NULL;
}

static struct mcp_exchange *post(struct mcp_exchange *x, const struct http_request *r, void *user,
                                 struct moment now)
{
    struct mcp_message m;
    struct mcp_http *s = x->http;
    if (!is_json(r)) {
        exchange_refuse(x, 415, RPC_REQUEST, "the body must be application/json");
        http_give_back(s, user);
        return settle(x);
    }
    arena_reset(s->arena);
    message_read(&m, r->body, s->arena);
    if (m.kind == MCP_BROKEN) {
        exchange_refuse(x, 400, m.code, m.text);
        http_give_back(s, user);
        return settle(x);
    }
    if (m.kind != MCP_ANSWERS && is_modern(r, &m))
        return post_modern(x, r, user, &m, now);
    session_post(x, r, user, &m, now);
    return settle(x);
}

static void refuse_method(struct mcp_exchange *x)
{
    exchange_refuse(x, 405, RPC_REQUEST, "this path takes POST; GET and DELETE within a session");
}

/* GET and DELETE belong to sessions alone. */
static bool is_of_session(const struct http_request *r)
{
    struct str version = str_trim(http_header(r, STR("MCP-Protocol-Version")));
    return http_header(r, STR("MCP-Session-Id")).p &&
           (!version.p || message_is_legacy_version(version));
}

struct mcp_exchange *mcp_http_start(struct mcp_http *s, const struct http_request *r, void *user,
                                    struct moment now, struct http_sink sink)
{
    struct mcp_exchange *x = exchange_new(s, sink, now);
    if (str_eq(r->method, STR("POST")))
        return post(x, r, user, now);
    if (str_eq(r->method, STR("GET")) && is_of_session(r)) {
        x->reader = user; /* as long as it reads */
        session_get(x, r, now);
        return settle(x);
    }
    if (str_eq(r->method, STR("DELETE")) && is_of_session(r))
        session_delete(x, r, user);
    else
        refuse_method(x);
    http_give_back(s, user);
    return settle(x);
}

void mcp_http_abandon(struct mcp_exchange *x)
{
    x->is_gone = true;
    if (x->is_modern) {
        if (!x->client.is_closed)
            client_close(&x->client); /* in that era to go away is to cancel */
        return;
    }
    if (x->stream)
        http_stream_detach(x->stream);
    exchange_free(x);
}

/* ---- life ---- */

struct mcp_http *mcp_http_new(struct mcp_hub *h, struct mcp_entropy entropy)
{
    struct mcp_http *s = xcalloc(1, sizeof *s);
    s->hub = h;
    s->entropy = entropy;
    s->arena = arena_new(LIMIT_CALL_ARENA);
    return s;
}

void mcp_http_free(struct mcp_http *s)
{
    if (!s)
        return;
    sessions_free(s);
    for (struct mcp_exchange *x = s->exchanges, *next; x; x = next) {
        next = x->next;
        x->next = NULL; /* it may outlive us by a call that is being cancelled */
        x->link = &x->nowhere;
        exchange_end(x);
        mcp_http_abandon(x);
    }
    arena_free(s->arena);
    xfree(s);
}

/* A comment on a stream that has been quiet; when it is due again. */
static struct instant keep_alive(struct mcp_exchange *x, struct moment now)
{
    struct instant due = instant_after_ms(x->last.mono, MCP_KEEP_ALIVE_S * 1000);
    if (!instant_due(due, now.mono))
        return due;
    x->last = now;
    buf_reset(&x->body);
    buf_add_c(&x->body, ":\n\n");
    exchange_send(x);
    return instant_after_ms(now.mono, MCP_KEEP_ALIVE_S * 1000);
}

/* Why who listens may be told no more; NULL: it may, or is no listener. A call that goes on was
 * allowed when it came, and is answered. */
static const char *is_over(const struct mcp_exchange *x, struct moment now)
{
    const struct mcp_server *server = x->http->hub->server;
    const void *user = x->reader;
    if (x->is_modern && x->client.listen_count)
        user = x->client.user;
    return user && server->over ? server->over(server->self, user, now) : NULL;
}

static void expel(struct mcp_exchange *x, const char *why)
{
    if (x->is_modern)
        listen_expel(&x->client, why);
    else
        session_expel(x, why);
}

struct instant mcp_http_step(struct mcp_http *s, struct moment now)
{
    struct instant next = INSTANT_NEVER;
    bool looks = instant_due(s->look, now.mono);
    if (looks)
        s->look = instant_after_ms(now.mono, MCP_LOOK_MS);
    sessions_step(s, now);
    for (struct mcp_exchange *x = s->exchanges, *after; x; x = after) {
        after = x->next;
        const char *why = looks && x->is_streaming && !x->is_gone ? is_over(x, now) : NULL;
        if (x->is_gone)
            mcp_http_abandon(x); /* a reader who was too slow */
        else if (why)
            expel(x, why);
        else if (x->is_streaming)
            next = instant_min(next, instant_min(s->look, keep_alive(x, now)));
    }
    if (s->sessions)
        next = instant_min(next, instant_after_ms(now.mono, 60 * 1000));
    return next;
}
