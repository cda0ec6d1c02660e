/* SPDX-License-Identifier: MIT */
/*
 * serve: the fixture over HTTP, for the conformance suite and for clients of all kinds.
 *
 *   mcp_fixture        prints "http://127.0.0.1:PORT/mcp" and serves until it is ended
 */
#include "base/limits.h"
#include "fixture.h"
#include "mcp/http.h"
#include "sys/entropy.h"
#include "sys/httpd.h"

#include <stdio.h>
#include <stdlib.h>

struct serving {
    struct loop *loop;
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

static void turn(void *self, struct moment now)
{
    struct serving *s = self;
    tasks_run(s->tasks, now);
    struct instant next = mcp_http_step(s->mcp, now);
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

int main(void)
{
    unsigned char secret[MCP_SECRET_BYTES];
    struct serving s = {0};
    struct error e = {0};
    entropy_fill(secret, sizeof secret);
    s.loop = loop_new(&(struct loop_owner){turn, on_signal, &s});
    s.tasks = tasks_new();
    struct mcp_hub *hub = mcp_hub_new(&fixture_server, s.tasks, secret);
    s.mcp = mcp_http_new(hub, (struct mcp_entropy){fill, NULL});
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
    if (!s.httpd) {
        (void)fprintf(stderr, "mcp_fixture: %s\n", e.text);
        return EXIT_FAILURE;
    }
    (void)printf("http://127.0.0.1:%u/mcp\n", httpd_port(s.httpd));
    (void)fflush(stdout);
    loop_run(s.loop);
    httpd_stop(s.httpd);
    mcp_http_free(s.mcp);
    tasks_free(s.tasks);
    mcp_hub_free(hub);
    loop_free(s.loop);
    return EXIT_SUCCESS;
}
