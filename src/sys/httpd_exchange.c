/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "sys/httpd_inside.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct conn *conn_of(struct httpd_exchange *x)
{
    return (struct conn *)(void *)((char *)x - offsetof(struct conn, x));
}

void httpd_set_user(struct httpd_exchange *x, void *user)
{
    assert(x);
    x->user = user;
}

void *httpd_user(const struct httpd_exchange *x)
{
    assert(x);
    return x->user;
}

/* ---- life ---- */

/* The owner has let go of it; the next request may be read. Perhaps the end of `c`. */
static void release(struct conn *c)
{
    assert(c->x.state != EXCHANGE_NONE);
    c->x.state = EXCHANGE_NONE;
    c->x.user = NULL;
    c->h->open--;
    buf_reset(&c->x.queue);
    if (c->is_dead) {
        conn_gone(c);
        return;
    }
    http_reader_next(&c->reader);
    conn_set_phase(c, CONN_IDLE);
    conn_set_idle(c, true);
    conn_wake(c);
}

void httpd_abandon(struct conn *c)
{
    if (c->x.state == EXCHANGE_NONE)
        return;
    c->h->owner.on_abandon(c->h->owner.self, &c->x);
    c->is_last = true;
    release(c);
}

void httpd_ask(struct conn *c)
{
    struct http_request *r = &c->reader.request;
    r->peer = str_of(c->peer);
    r->network = str_of(c->network);
    r->is_loopback = c->is_loopback;
    c->x.state = EXCHANGE_ASKED;
    c->x.is_head = str_eq(r->method, STR("HEAD"));
    c->x.is_chunked = !c->reader.is_old;
    c->is_last = c->is_last || !c->reader.keeps;
    c->h->open++;
    conn_set_idle(c, false);
    conn_set_phase(c, CONN_ANSWER);
    c->h->owner.on_request(c->h->owner.self, &c->x, r);
}

/* ---- the head of an answer ---- */

static const char *date_of(struct httpd *h)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct utc now = loop_now(h->loop).wall;
    if (now.ns / NS_PER_S == h->date_s)
        return h->date;
    struct civil c = civil_of_utc(now);
    h->date_s = now.ns / NS_PER_S;
    snprintf(h->date, sizeof h->date, "%s, %02d %s %04d %02d:%02d:%02d GMT",
             days[civil_weekday(civil_to_days(c.year, c.month, c.day))], c.day, months[c.month - 1],
             c.year, c.hour, c.minute, c.second);
    return h->date;
}

/* A header that says two things would let whoever wrote its value write the rest of the answer. */
static void check_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        assert((unsigned char)s.p[i] >= ' ' || s.p[i] == '\t');
}

static void add_header(struct buf *out, struct str name, struct str value)
{
    check_text(name);
    check_text(value);
    buf_add_str(out, name);
    buf_add_c(out, ": ");
    buf_add_str(out, value);
    buf_add_c(out, "\r\n");
}

static void add_head(struct conn *c, const struct http_response *r)
{
    struct buf *out = &c->out;
    assert(r->status >= 200 && r->status <= 599);
    buf_add_f(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", r->status, http_status_text(r->status),
              date_of(c->h));
    if (r->content_type)
        add_header(out, STR("Content-Type"), str_of(r->content_type));
    for (size_t i = 0; i < r->header_count; i++)
        add_header(out, r->headers[i].name, r->headers[i].value);
    if (c->is_last)
        buf_add_c(out, "Connection: close\r\n");
    else if (c->reader.is_old)
        buf_add_c(out, "Connection: keep-alive\r\n");
}

static void add_whole(struct conn *c, struct http_response *r, bool is_head)
{
    bool has_body = r->status != 204 && r->status != 304;
    add_head(c, r);
    if (has_body)
        buf_add_f(&c->out, "Content-Length: %zu\r\n", r->body.n);
    buf_add_c(&c->out, "\r\n");
    if (has_body && !is_head)
        buf_add_str(&c->out, buf_str(&r->body));
    if (c->out.failed)
        conn_close(c);
}

static void drop_body(struct http_response *r)
{
    size_t cap = r->body.cap;
    buf_fini(&r->body);
    buf_init(&r->body, cap);
}

/* ---- whole answers ---- */

void httpd_reply(struct httpd_exchange *x, struct http_response *r)
{
    assert(x && r && x->state == EXCHANGE_ASKED);
    struct conn *c = conn_of(x);
    if (!c->is_dead)
        add_whole(c, r, x->is_head);
    drop_body(r);
    release(c);
}

void httpd_refuse(struct conn *c, int status)
{
    const struct httpd_owner *owner = &c->h->owner;
    struct http_response r = {.status = status, .content_type = "text/plain; charset=utf-8"};
    if (owner->refuse) {
        owner->refuse(owner->self, status, &r);
    } else {
        buf_init(&r.body, 64);
        buf_add_f(&r.body, "%d %s\n", status, http_status_text(status));
    }
    /* what follows may be the rest of a message that was not understood */
    c->is_last = true;
    add_whole(c, &r, false);
    buf_fini(&r.body);
    if (c->is_dead)
        return;
    conn_set_phase(c, CONN_IDLE);
    conn_wake(c);
}

/* ---- streams ---- */

static void add_piece(struct conn *c, struct str piece)
{
    if (!piece.n || c->x.is_head)
        return;
    if (c->x.is_chunked)
        buf_add_f(&c->out, "%zx\r\n", piece.n);
    buf_add_str(&c->out, piece);
    if (c->x.is_chunked)
        buf_add_c(&c->out, "\r\n");
}

void httpd_pour(struct conn *c)
{
    if (c->x.state != EXCHANGE_STREAM || c->is_writing)
        return;
    add_piece(c, buf_str(&c->x.queue));
    buf_reset(&c->x.queue);
    if (c->x.is_head) /* the head is all of it */
        httpd_abandon(c);
}

void httpd_stream_begin(struct httpd_exchange *x, struct http_response *r)
{
    assert(x && r && x->state == EXCHANGE_ASKED);
    struct conn *c = conn_of(x);
    c->x.state = EXCHANGE_STREAM;
    if (c->is_dead || c->input_ended) { /* the owner learns it after its turn, as of any reader */
        c->x.is_head = true;
        drop_body(r);
        loop_after_turn(c->h->loop, &c->flush);
        return;
    }
    if (!x->is_chunked)
        c->is_last = true;
    add_head(c, r);
    buf_add_c(&c->out, x->is_chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
    add_piece(c, buf_str(&r->body));
    drop_body(r);
    conn_wake(c);
}

bool httpd_stream_send(struct httpd_exchange *x, struct str bytes)
{
    assert(x && x->state == EXCHANGE_STREAM);
    if (bytes.n > x->queue.cap - x->queue.n)
        return false;
    buf_add_str(&x->queue, bytes);
    conn_wake(conn_of(x));
    return true;
}

size_t httpd_stream_queued(const struct httpd_exchange *x)
{
    assert(x);
    return x->queue.n;
}

void httpd_stream_end(struct httpd_exchange *x)
{
    assert(x && x->state == EXCHANGE_STREAM);
    struct conn *c = conn_of(x);
    if (!c->is_dead) {
        add_piece(c, buf_str(&x->queue));
        if (x->is_chunked && !x->is_head)
            buf_add_c(&c->out, "0\r\n\r\n");
    }
    release(c);
}
