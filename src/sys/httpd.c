/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd runs without a thread of its own: it keeps an epoll set, we watch that set's
 * descriptor with one uv_poll, call MHD_run when it is readable, and arm one timer with what
 * MHD_get_timeout says. Two things it lacks are done by a sweep over the connections: a deadline
 * for slow headers and one for slow bodies (its own timeout starts again with every byte).
 */
#include "sys/httpd.h"

#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/fault.h"
#include "sys/httpd_inside.h"
#include "sys/net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128, SWEEP_MS_MAX = 1000 };

/* ---- running ---- */

static void run(struct httpd *h)
{
    h->is_running = true;
    MHD_run(h->mhd);
    h->is_running = false;
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(h->mhd, &ms) == MHD_YES)
        loop_timer_start(h->due, ms < 3600000 ? (int64_t)ms : 3600000, 0);
    else
        loop_timer_stop(h->due);
}

static void on_due(void *self)
{
    run(self);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
    (void)status, (void)events;
    run(p->data);
}

static void run_after_turn(void *self)
{
    struct httpd *h = self;
    run(h);
    loop_again(h->loop); /* a pipelined request may have come up */
}

void httpd_wake(struct httpd *h)
{
    loop_after_turn(h->loop, &h->run);
}

/* ---- connections ---- */

struct conn *httpd_conn(struct MHD_Connection *c)
{
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void name_peer(struct conn *c, const struct sockaddr *a)
{
    char host[INET6_ADDRSTRLEN] = "?";
    unsigned port = 0;
    if (a->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, a, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        port = ntohs(v4.sin_port);
    } else if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, a, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
        port = ntohs(v6.sin6_port);
    }
    snprintf(c->peer, sizeof c->peer, "%s:%u", host, port);
}

static void on_connection(void *cls, struct MHD_Connection *m, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct httpd *h = cls;
    struct conn *c;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        c = xcalloc(1, sizeof *c);
        c->h = h;
        c->mhd = m;
        c->fd = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        c->deadline = instant_after_ms(clock_now().mono, h->config.header_timeout_ms);
        name_peer(c, MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
        c->next = h->conns;
        if (c->next)
            c->next->prev = c;
        h->conns = c;
        *context = c;
        return;
    }
    c = *context;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    *context = NULL;
    xfree(c);
}

static void sweep(void *self)
{
    struct httpd *h = self;
    struct instant now = clock_now().mono;
    for (struct conn *c = h->conns; c; c = c->next)
        if (c->phase != CONN_ANSWER && instant_due(c->deadline, now))
            shutdown(c->fd, SHUT_RDWR); /* libmicrohttpd sees the end of input and closes */
}

/* ---- starting ---- */

static int open_socket(struct httpd *h, struct error *e)
{
    const char *host = h->config.address;
    if (!net_is_loopback(host))
        return error_set(e, ERROR_DENIED, "NOT_LOOPBACK", "%s: is not a loopback address", host),
               -1;
    struct sockaddr_storage a = {0};
    socklen_t n = sizeof(struct sockaddr_in);
    if (uv_ip4_addr(host, h->config.port, (struct sockaddr_in *)&a)) {
        uv_ip6_addr(host, h->config.port, (struct sockaddr_in6 *)&a);
        n = sizeof(struct sockaddr_in6);
    }
    char what[96];
    snprintf(what, sizeof what, "%.64s:%u", host, (unsigned)h->config.port);
    int fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_set(e, errno, what), -1;
    int yes = 1;
    socklen_t room = sizeof a;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
        bind(fd, (const struct sockaddr *)&a, n) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&a, &room)) {
        fault_set(e, errno, what);
        close(fd);
        return -1;
    }
    h->port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
                                           : ((struct sockaddr_in6 *)&a)->sin6_port);
    return fd;
}

/* Paths and queries reach us as they came: whoever routes decodes (http_decode). */
static size_t unescape_nothing(void *cls, struct MHD_Connection *c, char *s)
{
    (void)cls, (void)c;
    return strlen(s);
}

static struct MHD_Daemon *start_daemon(struct httpd *h, int fd)
{
    const struct httpd_config *c = &h->config;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    if (strchr(c->address, ':'))
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(flags, h->port, NULL, NULL, httpd_on_access, h,       //
                            MHD_OPTION_LISTEN_SOCKET, fd,                         //
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,                      //
                            MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,                 //
                            MHD_OPTION_CONNECTION_LIMIT, c->max_connections,      //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->header_max,    //
                            MHD_OPTION_CONNECTION_TIMEOUT, c->idle_timeout_s,     //
                            MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL, //
                            MHD_OPTION_URI_LOG_CALLBACK, httpd_on_uri, h,         //
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,       //
                            MHD_OPTION_NOTIFY_COMPLETED, httpd_on_completed, h,   //
                            MHD_OPTION_END);
}

static void on_poll_closed(uv_handle_t *p)
{
    xfree(p->data);
}

struct httpd *httpd_start(struct loop *l, const struct httpd_config *config,
                          const struct httpd_owner *owner, struct error *e)
{
    assert(l && config && owner && owner->on_request && owner->on_abandon && e);
    assert(config->address && config->max_connections > 0 && config->header_max >= 4096);
    assert(config->body_max > 0 && config->stream_queue_max > 0 && config->idle_timeout_s > 0);
    assert(config->header_timeout_ms > 0 && config->body_timeout_ms > 0);
    struct httpd *h = xcalloc(1, sizeof *h);
    h->loop = l;
    h->config = *config;
    h->owner = *owner;
    h->run = (struct loop_hook){.fn = run_after_turn, .self = h};
    int fd = open_socket(h, e);
    if (fd >= 0 && !(h->mhd = start_daemon(h, fd))) {
        error_set(e, ERROR_UNAVAILABLE, "IO", "the HTTP server cannot be started");
        close(fd);
    }
    h->config.address = NULL; /* borrowed for the call */
    if (!h->mhd) {
        xfree(h);
        return NULL;
    }
    int epoll_fd = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int r = uv_poll_init(loop_uv(l), &h->poll, epoll_fd);
    assert(!r);
    (void)r;
    h->poll.data = h;
    uv_poll_start(&h->poll, UV_READABLE, on_readable);
    h->due = loop_timer_new(l, on_due, h);
    h->sweep = loop_timer_new(l, sweep, h);
    int64_t shortest = config->header_timeout_ms < config->body_timeout_ms
                           ? config->header_timeout_ms
                           : config->body_timeout_ms;
    int64_t every = shortest / 4 < SWEEP_MS_MAX ? shortest / 4 + 1 : SWEEP_MS_MAX;
    loop_timer_start(h->sweep, every, every);
    return h;
}

void httpd_stop(struct httpd *h)
{
    if (!h)
        return;
    assert(!h->is_running); /* not from inside on_request */
    for (struct conn *c = h->conns; c; c = c->next)
        if (c->x)
            httpd_abandon(c->x);
    uv_poll_stop(&h->poll);
    MHD_stop_daemon(h->mhd);
    assert(!h->conns && !h->open);
    loop_hook_cancel(&h->run);
    loop_timer_free(h->due);
    loop_timer_free(h->sweep);
    uv_close((uv_handle_t *)&h->poll, on_poll_closed);
}

uint16_t httpd_port(const struct httpd *h)
{
    assert(h);
    return h->port;
}

size_t httpd_open(const struct httpd *h)
{
    assert(h);
    return h->open;
}
