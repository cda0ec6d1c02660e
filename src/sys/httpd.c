/* SPDX-License-Identifier: MIT */
#include "sys/httpd.h"

#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/fault.h"
#include "sys/httpd_inside.h"
#include "sys/net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { BACKLOG = 511, SWEEP_MS_MAX = 1000 };

/* ---- the lists ---- */

static void unlist_idle(struct conn *c)
{
    struct httpd *h = c->h;
    if (c->idle_prev)
        c->idle_prev->idle_next = c->idle_next;
    else
        h->idle_first = c->idle_next;
    if (c->idle_next)
        c->idle_next->idle_prev = c->idle_prev;
    else
        h->idle_last = c->idle_prev;
    c->idle_prev = c->idle_next = NULL;
}

void conn_set_idle(struct conn *c, bool is_idle)
{
    struct httpd *h = c->h;
    if (c->is_listed_idle)
        unlist_idle(c);
    c->is_listed_idle = is_idle;
    if (!is_idle)
        return;
    c->idle_prev = h->idle_last;
    if (h->idle_last)
        h->idle_last->idle_next = c;
    else
        h->idle_first = c;
    h->idle_last = c;
}

static void list(struct conn *c)
{
    struct httpd *h = c->h;
    c->next = h->conns;
    if (c->next)
        c->next->prev = c;
    h->conns = c;
    h->count++;
}

static void conn_free(struct conn *c)
{
    loop_hook_cancel(&c->flush);
    http_reader_fini(&c->reader);
    tls_session_free(c->tls);
    buf_fini(&c->pending);
    buf_fini(&c->out);
    buf_fini(&c->flying);
    buf_fini(&c->x.queue);
    xfree(c);
}

static void free_if_done(struct httpd *h)
{
    if (h->is_closed && !h->conns)
        xfree(h);
}

void conn_gone(struct conn *c)
{
    if (!c->is_closed || c->x.state != EXCHANGE_NONE)
        return;
    struct httpd *h = c->h;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    conn_free(c);
    free_if_done(h);
}

/* ---- who comes ---- */

/* Addresses as text: the peer's with its port, and what limits count by. */
static void name_peer(struct conn *c)
{
    struct sockaddr_storage a = {0};
    int n = sizeof a;
    char host[INET6_ADDRSTRLEN] = "?", network[INET6_ADDRSTRLEN] = "?";
    unsigned port = 0;
    (void)uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&a, &n);
    if (a.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &a, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        memcpy(network, host, sizeof network);
        port = ntohs(v4.sin_port);
    } else if (a.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &a, sizeof v6);
        port = ntohs(v6.sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], host, sizeof host);
            memcpy(network, host, sizeof network);
        } else {
            inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
            memset(&v6.sin6_addr.s6_addr[8], 0, 8); /* one subscriber has a /64 */
            inet_ntop(AF_INET6, &v6.sin6_addr, network, sizeof network);
        }
    }
    c->is_loopback = net_is_loopback(host);
    snprintf(c->peer, sizeof c->peer, "%s:%u", host, port);
    snprintf(c->network, sizeof c->network, "%s", network);
}

/* Closes the connection that has been idle longest, of that address or of any. */
static bool make_room(struct httpd *h, const char *network)
{
    struct conn *c = h->idle_first;
    while (c && network && strcmp(c->network, network) != 0)
        c = c->idle_next;
    if (c)
        conn_close(c);
    return c != NULL;
}

static size_t count_of(const struct httpd *h, const char *network)
{
    size_t n = 0;
    for (const struct conn *c = h->conns; c; c = c->next)
        n += !c->is_dead && strcmp(c->network, network) == 0;
    return n;
}

static bool has_room(struct conn *c)
{
    struct httpd *h = c->h;
    unsigned most = h->config.max_per_address;
    if (!c->is_loopback && most && count_of(h, c->network) > most && !make_room(h, c->network))
        return false;
    return h->count <= h->config.max_connections || make_room(h, NULL);
}

static void on_connection(uv_stream_t *s, int status)
{
    struct httpd *h = s->data;
    if (status || h->is_stopping)
        return;
    struct conn *c = xcalloc(1, sizeof *c);
    c->h = h;
    uv_tcp_init(loop_uv(h->loop), &c->tcp);
    c->tcp.data = c;
    list(c);
    conn_open(c);
    if (uv_accept(s, (uv_stream_t *)&c->tcp)) {
        conn_close(c);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
    name_peer(c);
    if (!has_room(c)) {
        conn_close(c);
        return;
    }
    conn_start(c);
}

static void sweep(void *self)
{
    struct httpd *h = self;
    struct instant now = clock_now().mono;
    for (struct conn *c = h->conns; c; c = c->next)
        if (!c->is_dead)
            conn_check(c, now);
}

/* ---- starting ---- */

static bool listen_at(struct httpd *h, struct error *e)
{
    const char *host = h->config.address;
    if (!h->config.tls && !net_is_loopback(host)) {
        error_set(e, ERROR_DENIED, "NOT_LOOPBACK",
                  "%s: is not a loopback address, and there is no TLS", host);
        return error_next(e, "set http.tls, or listen on 127.0.0.1");
    }
    struct sockaddr_storage a = {0};
    int n = sizeof a;
    int r = uv_ip4_addr(host, h->config.port, (struct sockaddr_in *)&a);
    if (r)
        r = uv_ip6_addr(host, h->config.port, (struct sockaddr_in6 *)&a);
    if (!r)
        r = uv_tcp_bind(&h->listener, (const struct sockaddr *)&a, 0);
    if (!r)
        r = uv_listen((uv_stream_t *)&h->listener, BACKLOG, on_connection);
    if (!r)
        r = uv_tcp_getsockname(&h->listener, (struct sockaddr *)&a, &n);
    if (r) {
        char what[96];
        snprintf(what, sizeof what, "%.64s:%u", host, (unsigned)h->config.port);
        return fault_set(e, r, what);
    }
    h->port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
                                           : ((struct sockaddr_in6 *)&a)->sin6_port);
    return true;
}

static void on_listener_closed(uv_handle_t *p)
{
    struct httpd *h = p->data;
    h->is_closed = true;
    free_if_done(h);
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
    h->date_s = -1;
    uv_tcp_init(loop_uv(l), &h->listener);
    h->listener.data = h;
    if (!listen_at(h, e)) {
        uv_close((uv_handle_t *)&h->listener, on_listener_closed);
        return NULL;
    }
    h->config.address = NULL; /* borrowed for the call */
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
    h->is_stopping = true;
    loop_timer_free(h->sweep);
    for (struct conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        conn_close(c);
        httpd_abandon(c);
    }
    assert(!h->open);
    uv_close((uv_handle_t *)&h->listener, on_listener_closed);
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

size_t httpd_connections(const struct httpd *h)
{
    assert(h);
    return h->count;
}
