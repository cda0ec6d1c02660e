/* SPDX-License-Identifier: MIT */
/*
 * serve: the fixture over HTTP, for the conformance suite and for clients of all kinds.
 *
 *   mcp_fixture [SOCKET]   prints "http://127.0.0.1:PORT/mcp" and serves until it is ended
 *
 * On SOCKET it greets as the daemon does (client/client.h), so that `portcullis mcp` brings its
 * lines to clients that want a program to start.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "fixture.h"
#include "mcp/http.h"
#include "mcp/line.h"
#include "sys/entropy.h"
#include "sys/httpd.h"
#include "sys/net.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEERS_MAX = 64, QUEUE_MAX = 1 << 20 };

/* A connection to the socket. */
struct peer {
    struct peer *next;
    struct serving *serving;
    struct stream *stream;
    struct mcp_line *line; /* NULL until it has said what it wants */
    bool is_ended;         /* the client sends nothing more */
};

struct serving {
    struct loop *loop;
    struct listener *listener; /* NULL: there is no socket */
    struct peer *peers;
    struct mcp_hub *hub;
    struct httpd *httpd;
    struct tasks *tasks;
    struct mcp_http *mcp;
};

static void reply(void *self, struct http_response *r)
{
    httpd_set_user(self, NULL);
    httpd_reply(self, r);
}
static void begin(void *self, struct http_response *r)
{
    httpd_stream_begin(self, r);
}
static bool send_piece(void *self, struct str piece)
{
    return httpd_stream_send(self, piece);
}
static void end(void *self)
{
    httpd_set_user(self, NULL);
    httpd_stream_end(self);
}

static void on_request(void *self, struct httpd_exchange *x, const struct http_request *r)
{
    struct serving *s = self;
    struct http_site site = {.port = httpd_port(s->httpd)};
    if (http_aim(r, &site) != HTTP_LOCAL || !str_eq(r->path, STR("/mcp"))) {
        struct http_response no = {.status = str_eq(r->path, STR("/mcp")) ? 403 : 404,
                                   .content_type = "text/plain"};
        buf_init(&no.body, 64);
        httpd_reply(x, &no);
        return;
    }
    struct http_sink sink = {reply, begin, send_piece, end, x};
    struct mcp_exchange *e = mcp_http_start(s->mcp, r, NULL, loop_now(s->loop), sink);
    if (e)
        httpd_set_user(x, e);
}

static void on_abandon(void *self, struct httpd_exchange *x)
{
    (void)self;
    if (httpd_user(x))
        mcp_http_abandon(httpd_user(x));
}

/* ---- the socket ---- */

static void on_data(void *self, struct str bytes)
{
    struct peer *p = self;
    if (!p->line) { /* the greeting comes in one piece */
        p->line = mcp_line_new(p->serving->hub, NULL);
        bytes = str_sub(bytes, str_find(bytes, '\n', 0) + 1, bytes.n);
        (void)!stream_send(p->stream, STR("PORTCULLIS 1 build=fixture\n"));
    }
    mcp_line_input(p->line, bytes, loop_now(p->serving->loop));
}

static void on_end(void *self)
{
    struct peer *p = self;
    p->is_ended = true;
}

static void on_close(void *self, const struct error *why)
{
    struct peer *p = self;
    struct peer **at = &p->serving->peers;
    (void)why;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    mcp_line_free(p->line);
    xfree(p);
}

static void on_stream(void *self, struct stream *stream)
{
    struct serving *s = self;
    struct peer *p = xcalloc(1, sizeof *p);
    *p = (struct peer){.next = s->peers, .serving = s, .stream = stream};
    s->peers = p;
    stream_own(stream, &(struct stream_owner){
                           .on_data = on_data, .on_end = on_end, .on_close = on_close, .self = p});
}

static void flush(struct peer *p)
{
    struct str out = p->line ? mcp_line_output(p->line) : STR_NONE;
    if (out.n && stream_send(p->stream, out))
        mcp_line_sent(p->line, out.n);
    if (p->is_ended && (!p->line || !mcp_line_busy(p->line)))
        stream_end(p->stream);
}

static bool listen_at(struct serving *s, const char *path, struct error *e)
{
    struct listener_config config = {.at = {.path = path},
                                     .max_streams = PEERS_MAX,
                                     .out_cap = QUEUE_MAX,
                                     .on_stream = on_stream,
                                     .self = s};
    s->listener = listener_open(s->loop, &config, e);
    return s->listener;
}

/* ---- life ---- */

static void turn(void *self, struct moment now)
{
    struct serving *s = self;
    tasks_run(s->tasks, now);
    struct instant next = instant_min(mcp_hub_step(s->hub, now), mcp_http_step(s->mcp, now));
    for (struct peer *p = s->peers; p; p = p->next)
        flush(p);
    loop_wake_at(s->loop, instant_min(next, tasks_next(s->tasks)));
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct serving *s = self;
    (void)signal;
    loop_stop(s->loop);
}

static void fill(void *self, void *out, size_t n)
{
    (void)self;
    entropy_fill(out, n);
}

int main(int argc, char **argv)
{
    unsigned char secret[MCP_SECRET_BYTES];
    struct serving s = {0};
    struct error e = {0};
    entropy_fill(secret, sizeof secret);
    s.loop = loop_new(&(struct loop_owner){turn, on_signal, &s});
    s.tasks = tasks_new();
    s.hub = mcp_hub_new(&fixture_server, s.tasks, secret);
    s.mcp = mcp_http_new(s.hub, (struct mcp_entropy){fill, NULL});
    struct httpd_config config = {.address = "127.0.0.1",
                                  .max_connections = 256,
                                  .header_max = LIMIT_HTTP_HEADER,
                                  .body_max = LIMIT_JSON_BYTES,
                                  .stream_queue_max = 1 << 20,
                                  .header_timeout_ms = 10000,
                                  .body_timeout_ms = 30000,
                                  .idle_timeout_s = 60};
    s.httpd = httpd_start(
        s.loop, &config,
        &(struct httpd_owner){.on_request = on_request, .on_abandon = on_abandon, .self = &s}, &e);
    if (!s.httpd || (argc > 1 && !listen_at(&s, argv[1], &e))) {
        (void)fprintf(stderr, "mcp_fixture: %s\n", e.text);
        return EXIT_FAILURE;
    }
    (void)printf("http://127.0.0.1:%u/mcp\n", httpd_port(s.httpd));
    (void)fflush(stdout);
    loop_run(s.loop);
    listener_close(s.listener);
    for (struct peer *p = s.peers, *next; p; p = next) {
        next = p->next;
        stream_close(p->stream);
        mcp_line_free(p->line);
        xfree(p);
    }
    httpd_stop(s.httpd);
    mcp_http_free(s.mcp);
    tasks_free(s.tasks);
    mcp_hub_free(s.hub);
    loop_free(s.loop);
    return EXIT_SUCCESS;
}
