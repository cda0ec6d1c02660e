/* SPDX-License-Identifier: MIT */
/* The HTTP port: requests to the app, its answers back. */
#include "app/certificate.h"
#include "app/io_inside.h"
#include "base/limits.h"
#include "sys/clock.h"

#include <string.h>

enum { SPARE_FILES = 128 };

static void http_reply(void *self, struct http_response *response)
{
    httpd_set_user(self, NULL);
    httpd_reply(self, response);
}

static void http_begin(void *self, struct http_response *response)
{
    httpd_stream_begin(self, response);
}

static bool http_send(void *self, struct str piece)
{
    return httpd_stream_send(self, piece);
}

static void http_end(void *self)
{
    httpd_set_user(self, NULL);
    httpd_stream_end(self);
}

static void http_request(void *self, struct httpd_exchange *x, const struct http_request *r)
{
    struct io *io = self;
    struct moment now = loop_now(io->loop);
    struct http_sink sink = {http_reply, http_begin, http_send, http_end, x};
    struct app_http *h = app_http_start(io->app, r, now, sink);
    if (h)
        httpd_set_user(x, h);
    tasks_run(app_tasks(io->app), now); /* before others come: one memory serves them all */
}

static void http_abandoned(void *self, struct httpd_exchange *x)
{
    (void)self;
    if (httpd_user(x))
        app_http_abandon(httpd_user(x));
}

static void http_refused(void *self, int status, struct http_response *response)
{
    (void)self;
    rest_refusal(status, response);
}

/* Whoever other machines reach has TLS, and lets nobody in who has no token. */
static bool may_listen(struct io *io, const struct http_settings *s, struct error *e)
{
    if (net_is_loopback(s->address.p))
        return true;
    if (!s->tls) {
        error_set(e, ERROR_DENIED, "NO_TLS",
                  "http.address " STR_FMT " is reached by other machines, and there is no TLS",
                  STR_ARG(s->address));
        return error_next(e, "set http.tls: true, or http.address: 127.0.0.1");
    }
    if (!tokens_at(app_core(io->app)->tokens, 0) &&
        !oauth_is_on(access_oauth(app_access(io->app)))) {
        error_set(e, ERROR_DENIED, "NO_TOKEN",
                  "http.address " STR_FMT " is reached by other machines, and there is no token",
                  STR_ARG(s->address));
        return error_next(e, "start with http.address: 127.0.0.1 and make one: portcullis token "
                             "add NAME");
    }
    return true;
}

bool io_http_start(struct io *io, struct error *e)
{
    const struct http_settings *s = &io->config->app.settings->values.http;
    if (!s->enabled)
        return true;
    if (!may_listen(io, s, e))
        return false;
    if (s->tls &&
        !(io->tls = certificate_load(s, io->config->state_dir, clock_now().wall, &io->log, e)))
        return false;
    struct httpd_config config = {
        .address = s->address.p,
        .port = (uint16_t)s->port,
        .tls = io->tls,
        .max_connections = LIMIT_HTTP_CONNECTIONS,
        .max_per_address = LIMIT_HTTP_PER_ADDRESS,
        .header_max = LIMIT_HTTP_HEADER,
        .body_max = LIMIT_JSON_BYTES,
        .stream_queue_max = 1 << 20,
        .header_timeout_ms = 10 * 1000,
        .body_timeout_ms = 30 * 1000,
        .idle_timeout_s = 60,
    };
    struct httpd_owner owner = {http_request, http_abandoned, http_refused, io};
    net_allow_sockets(LIMIT_HTTP_CONNECTIONS + LIMIT_CLIENTS + SPARE_FILES);
    io->httpd = httpd_start(io->loop, &config, &owner, e);
    if (!io->httpd && strcmp(e->reason, "IN_USE") == 0 &&
        settings_is_default(io->config->app.settings, STR("http.port"))) {
        /* nobody asked for that port: assistants and the command line do without */
        log_warn(&io->log, "http is off: %s; http.port chooses another", e->text);
        return true;
    }
    if (!io->httpd)
        return strcmp(e->reason, "IN_USE") == 0
                   ? error_next(e, "choose another port with http.port (PORTCULLIS_HTTP_PORT)")
                   : error_next(e, "see http.address and http.port in the settings");
    app_http_listens(io->app, httpd_port(io->httpd), s->tls);
    return true;
}
