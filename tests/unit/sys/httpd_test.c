/* SPDX-License-Identifier: MIT */
/* The server on the loop, a raw client socket that a timer pushes and pulls. */
#include "base/buf.h"
#include "sys/clock.h"
#include "sys/httpd.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000, BODY_MAX = 1000, QUEUE_MAX = 1 << 16 };

struct rig {
    struct loop *l;
    struct httpd *h;
    struct loop_timer *patience, *pump;
    bool gave_up;
    /* server */
    struct buf trace; /* "METHOD path?query|body\n" */
    void (*serve)(struct rig *r, struct httpd_exchange *x, const struct http_request *q);
    void (*step)(struct rig *r);
    struct httpd_exchange *held;
    const struct http_request *held_request;
    size_t requests, abandoned;
    /* client */
    int fd;
    struct str to_send;
    size_t step_bytes; /* per millisecond; 0: all at once */
    struct buf reply;
    bool closed;
    size_t expect; /* stop after this many status lines; 0: at the end of the connection */
};

static size_t count(struct str s, struct str what)
{
    size_t n = 0;
    for (size_t at = 0; (at += str_find_str(str_sub(s, at, s.n), what)) < s.n; at++)
        n++;
    return n;
}

static bool has(const struct rig *r, const char *what)
{
    return count(buf_str(&r->reply), str_of(what)) > 0;
}

static void pump(void *self)
{
    struct rig *r = self;
    if (r->to_send.n && !r->closed) {
        size_t n = r->step_bytes && r->step_bytes < r->to_send.n ? r->step_bytes : r->to_send.n;
        ssize_t sent = send(r->fd, r->to_send.p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            r->to_send = str_sub(r->to_send, (size_t)sent, r->to_send.n);
    }
    char b[65536];
    ssize_t got = r->fd < 0 ? -1 : recv(r->fd, b, sizeof b, MSG_DONTWAIT);
    if (got > 0)
        buf_add(&r->reply, b, (size_t)got);
    if (got == 0)
        r->closed = true;
}

static void turn(void *self, struct moment now)
{
    (void)now;
    struct rig *r = self;
    if (r->step)
        r->step(r);
    if (r->closed || (r->expect && count(buf_str(&r->reply), STR("HTTP/1.1 ")) == r->expect &&
                      (has(r, "\r\n\r\n"))))
        loop_stop(r->l);
}

static void give_up(void *self)
{
    struct rig *r = self;
    r->gave_up = true;
    loop_stop(r->l);
}

static void reply_text(struct httpd_exchange *x, int status, const char *text)
{
    struct http_response a = {.status = status, .content_type = "text/plain"};
    buf_init(&a.body, 1 << 20);
    buf_add_c(&a.body, text);
    httpd_reply(x, &a);
    assert_int_equal(a.body.n, 0);
    buf_fini(&a.body);
}

static void serve_at_once(struct rig *r, struct httpd_exchange *x, const struct http_request *q)
{
    (void)r, (void)q;
    reply_text(x, 200, "fine\n");
}

static void hold(struct rig *r, struct httpd_exchange *x, const struct http_request *q)
{
    r->held = x;
    r->held_request = q;
    httpd_set_user(x, r);
}

static void on_request(void *self, struct httpd_exchange *x, const struct http_request *q)
{
    struct rig *r = self;
    r->requests++;
    buf_add_f(&r->trace, STR_FMT " " STR_FMT, STR_ARG(q->method), STR_ARG(q->path));
    if (q->query.p)
        buf_add_f(&r->trace, "?" STR_FMT, STR_ARG(q->query));
    buf_add_f(&r->trace, "|" STR_FMT "\n", STR_ARG(q->body));
    r->serve(r, x, q);
}

static void on_abandon(void *self, struct httpd_exchange *x)
{
    struct rig *r = self;
    assert_ptr_equal(x, r->held);
    assert_ptr_equal(httpd_user(x), r);
    r->held = NULL;
    r->abandoned++;
}

static void refuse_in_words(void *self, int status, struct http_response *out)
{
    (void)self;
    *out = (struct http_response){.status = status, .content_type = "application/problem+json"};
    buf_init(&out->body, 100);
    buf_add_f(&out->body, "refused with %d", status);
}

static void rig_init(struct rig *r)
{
    *r = (struct rig){.serve = serve_at_once, .expect = 1};
    const struct loop_owner owner = {.turn = turn, .self = r};
    r->l = loop_new(&owner);
    r->patience = loop_timer_new(r->l, give_up, r);
    loop_timer_start(r->patience, PATIENCE_MS, 0);
    r->pump = loop_timer_new(r->l, pump, r);
    loop_timer_start(r->pump, 0, 1);
    buf_init(&r->trace, 1 << 16);
    buf_init(&r->reply, 8 << 20);
    const struct httpd_config c = {
        .address = "127.0.0.1",
        .max_connections = 8,
        .header_max = 8192,
        .body_max = BODY_MAX,
        .stream_queue_max = QUEUE_MAX,
        .header_timeout_ms = 200,
        .body_timeout_ms = 200,
        .idle_timeout_s = 1,
    };
    const struct httpd_owner o = {
        .on_request = on_request, .on_abandon = on_abandon, .refuse = refuse_in_words, .self = r};
    struct error e;
    r->h = httpd_start(r->l, &c, &o, &e);
    assert_non_null(r->h);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(httpd_port(r->h))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(r->fd, (struct sockaddr *)&a, sizeof a), 0);
}

static void rig_fini(struct rig *r)
{
    assert_false(r->gave_up);
    httpd_stop(r->h);
    loop_timer_free(r->patience);
    loop_timer_free(r->pump);
    loop_free(r->l);
    if (r->fd >= 0)
        close(r->fd);
    buf_fini(&r->trace);
    buf_fini(&r->reply);
}

static void say(struct rig *r, const char *text)
{
    r->to_send = str_of(text);
    loop_run(r->l);
}

/* ---- requests ---- */

static void a_request_arrives_raw_and_whole(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    say(&r, "POST /api/quotes/A%41?b=1%20&c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    assert_true(str_eq(buf_str(&r.trace), STR("POST /api/quotes/A%41?b=1%20&c|hello\n")));
    assert_true(has(&r, "HTTP/1.1 200 OK\r\n"));
    assert_true(has(&r, "Content-Length: 5\r\n"));
    assert_true(has(&r, "Content-Type: text/plain\r\n"));
    assert_true(has(&r, "\r\n\r\nfine\n"));
    rig_fini(&r);
}

static void a_chunked_body_is_put_together(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step_bytes = 7; /* every boundary falls somewhere */
    say(&r, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n");
    assert_true(str_eq(buf_str(&r.trace), STR("POST /|abcdefg\n")));
    rig_fini(&r);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 3;
    say(&r, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
            "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
            "GET /3?q HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(str_eq(buf_str(&r.trace), STR("GET /1|\nPOST /2|ab\nGET /3?q|\n")));
    assert_int_equal(r.requests, 3);
    rig_fini(&r);
}

static void reply_later(struct rig *r)
{
    if (r->held && r->expect-- == 1) {
        assert_int_equal(httpd_open(r->h), 1);
        assert_true(str_eq(http_header(r->held_request, STR("x-note")), STR("kept")));
        struct http_response a = {.status = 201, .content_type = "application/json"};
        a.headers[a.header_count++] = (struct http_pair){STR("Location"), STR("/orders/1")};
        buf_init(&a.body, 100);
        buf_add_c(&a.body, "{}");
        httpd_reply(r->held, &a);
        r->held = NULL;
        r->expect = 1;
        r->step = NULL;
        assert_int_equal(httpd_open(r->h), 0);
    }
}

static void an_answer_may_come_turns_later(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = hold;
    r.expect = 5; /* answered in the fifth turn after it came */
    r.step = reply_later;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\nX-Note: kept\r\n\r\n");
    assert_true(has(&r, "HTTP/1.1 201 Created\r\n"));
    assert_true(has(&r, "Location: /orders/1\r\n"));
    assert_true(has(&r, "{}"));
    rig_fini(&r);
}

static void malformed_heads_are_refused_and_never_seen(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        const char *status;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n",
         "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", "41"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "413"},
        {"nonsense\r\n\r\n", ""}, /* not HTTP: closed without a word */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig r;
        rig_init(&r);
        r.expect = 0; /* the server must close */
        say(&r, cases[i].request);
        char status[32];
        snprintf(status, sizeof status, "%s%s", cases[i].status[0] ? "HTTP/1.1 " : "",
                 cases[i].status);
        assert_int_equal(r.requests, 0);
        assert_true(r.closed);
        assert_true(str_starts(buf_str(&r.reply), str_of(status)));
        rig_fini(&r);
    }
}

static void who_is_refused_gets_the_words_of_the_owner(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    say(&r, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    assert_true(has(&r, "HTTP/1.1 400 Bad Request\r\n"));
    assert_true(has(&r, "Content-Type: application/problem+json\r\n"));
    assert_true(has(&r, "Connection: close\r\n"));
    assert_true(has(&r, "\r\n\r\nrefused with 400"));
    rig_fini(&r);
}

static void a_body_at_the_cap_passes_and_one_over_it_does_not(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *status;
    } cases[] = {{BODY_MAX, "200"}, {BODY_MAX + 1, "413"}, {2 * BODY_MAX, "413"}};
    for (size_t i = 0; i < 3; i++) {
        struct rig r;
        rig_init(&r);
        struct buf b;
        buf_init(&b, 1 << 16);
        buf_add_f(&b, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n",
                  cases[i].size);
        for (size_t k = 0; k < cases[i].size; k++)
            buf_add_char(&b, 'z');
        buf_add_c(&b, "\r\n0\r\n\r\n");
        r.to_send = buf_str(&b);
        loop_run(r.l);
        char status[32];
        snprintf(status, sizeof status, "HTTP/1.1 %s", cases[i].status);
        assert_true(has(&r, status));
        buf_fini(&b);
        rig_fini(&r);
    }
}

static void an_endless_body_is_cut_off(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_c(&b, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 5000; i++)
        buf_add_c(&b, "a\r\n0123456789\r\n");
    r.to_send = buf_str(&b);
    loop_run(r.l);
    assert_int_equal(r.requests, 0);
    assert_true(r.closed);
    buf_fini(&b);
    rig_fini(&r);
}

static void headers_over_the_cap_are_refused(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    struct buf b;
    buf_init(&b, 1 << 17);
    buf_add_c(&b, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&b, 'y');
    buf_add_c(&b, "\r\n\r\n");
    r.to_send = buf_str(&b);
    r.step_bytes = 4096;
    loop_run(r.l);
    assert_int_equal(r.requests, 0);
    assert_true(has(&r, " 431 ") || has(&r, " 413 "));
    buf_fini(&b);
    rig_fini(&r);

    rig_init(&r); /* more headers than a request can hold */
    buf_init(&b, 1 << 17);
    buf_add_c(&b, "GET / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < HTTP_HEADERS_MAX; i++)
        buf_add_f(&b, "X-%d: 1\r\n", i);
    buf_add_c(&b, "\r\n");
    r.to_send = buf_str(&b);
    loop_run(r.l);
    assert_int_equal(r.requests, 0);
    assert_true(has(&r, " 431 "));
    buf_fini(&b);
    rig_fini(&r);
}

static void slow_heads_and_slow_bodies_are_cut_off(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nonly the beginning"};
    for (size_t i = 0; i < 2; i++) {
        struct rig r;
        rig_init(&r);
        r.expect = 0;
        r.step_bytes = i ? 0 : 1;
        int64_t start = clock_now().mono.ns;
        say(&r, requests[i]);
        int64_t ms = (clock_now().mono.ns - start) / NS_PER_MS;
        assert_int_equal(r.requests, 0);
        assert_true(r.closed);
        assert_in_range(ms, 150, 900); /* before the idle timeout of a second */
        rig_fini(&r);
    }
}

static void an_idle_connection_is_closed_after_its_time(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(r.requests, 1);
    assert_true(r.closed);
    rig_fini(&r);
}

static void a_slow_request_is_told_so_before_the_end(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n");
    assert_int_equal(r.requests, 0);
    assert_true(has(&r, "HTTP/1.1 408 "));
    assert_true(has(&r, "Connection: close\r\n"));
    rig_fini(&r);
}

static void heads_are_answered_without_a_body_and_old_clients_are_closed(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 2;
    say(&r, "HEAD /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(count(buf_str(&r.reply), STR("Content-Length: 5\r\n")), 2);
    assert_int_equal(count(buf_str(&r.reply), STR("Date: ")), 2);
    assert_false(has(&r, "fine"));
    rig_fini(&r);
    rig_init(&r);
    r.expect = 0;
    say(&r, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    assert_true(has(&r, "Connection: close\r\n"));
    assert_true(has(&r, "\r\n\r\nfine\n"));
    rig_fini(&r);
}

static void a_client_that_waits_is_told_to_go_on(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 2;
    r.step_bytes = 77; /* the body comes a moment later */
    say(&r,
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nX: abc\r\n\r\n"
        "ab");
    assert_true(str_starts(buf_str(&r.reply), STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")));
    rig_fini(&r);
}

static void hang_up_halfway(struct rig *r)
{
    if (r->fd >= 0 && !r->to_send.n)
        shutdown(r->fd, SHUT_WR);
}

static void who_has_said_everything_still_hears_the_answers(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.expect = 0;
    r.step = hang_up_halfway;
    say(&r, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(count(buf_str(&r.reply), STR("HTTP/1.1 200 ")), 2);
    assert_true(r.closed);
    rig_fini(&r);
}

static void reply_much(struct rig *r, struct httpd_exchange *x, const struct http_request *q)
{
    enum { MUCH = 6 << 20 };
    struct http_response a = {.status = 200, .content_type = "text/plain"};
    (void)r, (void)q;
    buf_init(&a.body, MUCH);
    memset(buf_space(&a.body, MUCH), 'm', MUCH);
    buf_grow(&a.body, MUCH);
    httpd_reply(x, &a);
    buf_fini(&a.body);
}

static void a_large_answer_arrives_whole(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = reply_much;
    r.expect = 0;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_true(r.reply.n > 6 << 20);
    assert_true(has(&r, "Content-Length: 6291456\r\n"));
    rig_fini(&r);
}

/* The reader never reads: the pump is stopped as soon as the request is there. */
static void never_read(struct rig *r)
{
    if (!r->requests)
        return;
    loop_timer_stop(r->pump);
    if (httpd_connections(r->h) == 0)
        loop_stop(r->l);
}

static void a_reader_that_takes_nothing_is_dropped(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = reply_much;
    r.step = never_read;
    int64_t start = clock_now().mono.ns;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(httpd_connections(r.h), 0);
    assert_in_range((clock_now().mono.ns - start) / NS_PER_MS, 500, 4000);
    rig_fini(&r);
}

static int dial(const struct rig *r)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(httpd_port(r->h))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void who_has_been_idle_longest_makes_room(void **state)
{
    enum { CROWD = 60 }; /* of 8 that there may be */
    (void)state;
    struct rig r;
    int crowd[CROWD];
    rig_init(&r);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = dial(&r);
    close(r.fd);
    r.fd = dial(&r);
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(r.requests, 1);
    assert_true(httpd_connections(r.h) <= 8);
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
    rig_fini(&r);
}

/* ---- streams ---- */

static void begin_stream(struct rig *r, struct httpd_exchange *x, const struct http_request *q)
{
    hold(r, x, q);
    struct http_response a = {.status = 200, .content_type = "text/event-stream"};
    buf_init(&a.body, 100);
    buf_add_c(&a.body, ": hello\n\n");
    httpd_stream_begin(x, &a);
}

static void feed_stream(struct rig *r)
{
    if (r->held && r->requests < 4 && has(r, ": hello\n\n")) {
        char event[32];
        snprintf(event, sizeof event, "data: %zu\n\n", r->requests++);
        assert_true(httpd_stream_send(r->held, str_of(event)));
    } else if (r->held && r->requests == 4 && has(r, "data: 3\n\n")) {
        httpd_stream_end(r->held);
        r->held = NULL;
    }
}

static void a_stream_sends_pieces_until_it_is_ended(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = begin_stream;
    r.step = feed_stream;
    r.expect = 0;
    say(&r, "GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_true(has(&r, "Transfer-Encoding: chunked\r\n"));
    for (const char *const *p = (const char *const[]){"data: 1\n\n", "data: 2\n\n", "data: 3\n\n",
                                                      "\r\n0\r\n\r\n", NULL};
         *p; p++)
        assert_true(has(&r, *p));
    assert_int_equal(r.abandoned, 0);
    rig_fini(&r);
}

static void hang_up_after_hello(struct rig *r)
{
    if (r->fd >= 0 && has(r, ": hello\n\n")) {
        close(r->fd);
        r->fd = -1;
    }
    if (r->abandoned)
        loop_stop(r->l);
}

static void a_reader_that_leaves_is_noticed_at_once(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = begin_stream;
    r.step = hang_up_after_hello;
    r.expect = 0;
    int64_t start = clock_now().mono.ns;
    say(&r, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(r.abandoned, 1);
    assert_true(clock_now().mono.ns - start < (int64_t)500 * NS_PER_MS);
    assert_int_equal(httpd_open(r.h), 0);
    rig_fini(&r);
}

static void flood(struct rig *r)
{
    static char block[1024];
    if (!r->held)
        return;
    loop_timer_stop(r->pump); /* the reader reads no more */
    bool full = false;
    for (int i = 0; i < 64 && !full; i++)
        full = !httpd_stream_send(r->held, (struct str){block, sizeof block});
    if (full) {
        r->requests++;
        assert_in_range(httpd_stream_queued(r->held), QUEUE_MAX - sizeof block + 1, QUEUE_MAX);
    }
    if (r->requests > 100)
        loop_stop(r->l);
    loop_again(r->l);
}

static void a_slow_reader_fills_its_queue_and_no_more(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = begin_stream;
    r.step = flood;
    r.expect = 0;
    say(&r, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(r.requests > 100);
    rig_fini(&r); /* stops the server with the stream open */
    assert_int_equal(r.abandoned, 1);
}

static void stop_when_asked(struct rig *r)
{
    if (r->held)
        loop_stop(r->l);
}

static void a_server_that_stops_abandons_what_is_open(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.serve = hold;
    r.step = stop_when_asked;
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_fini(&r);
    assert_int_equal(r.abandoned, 1);
}

static void a_port_in_use_and_a_public_address_are_errors(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct httpd_config c = {
        .address = "127.0.0.1",
        .port = httpd_port(r.h),
        .max_connections = 8,
        .header_max = 8192,
        .body_max = BODY_MAX,
        .stream_queue_max = QUEUE_MAX,
        .header_timeout_ms = 200,
        .body_timeout_ms = 200,
        .idle_timeout_s = 1,
    };
    const struct httpd_owner o = {.on_request = on_request, .on_abandon = on_abandon, .self = &r};
    struct error e;
    assert_null(httpd_start(r.l, &c, &o, &e));
    assert_string_equal(e.reason, "IN_USE");
    c.address = "0.0.0.0";
    assert_null(httpd_start(r.l, &c, &o, &e));
    assert_string_equal(e.reason, "NOT_LOOPBACK");
    rig_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_arrives_raw_and_whole),
        cmocka_unit_test(a_chunked_body_is_put_together),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(an_answer_may_come_turns_later),
        cmocka_unit_test(malformed_heads_are_refused_and_never_seen),
        cmocka_unit_test(who_is_refused_gets_the_words_of_the_owner),
        cmocka_unit_test(a_body_at_the_cap_passes_and_one_over_it_does_not),
        cmocka_unit_test(an_endless_body_is_cut_off),
        cmocka_unit_test(headers_over_the_cap_are_refused),
        cmocka_unit_test(slow_heads_and_slow_bodies_are_cut_off),
        cmocka_unit_test(an_idle_connection_is_closed_after_its_time),
        cmocka_unit_test(a_slow_request_is_told_so_before_the_end),
        cmocka_unit_test(heads_are_answered_without_a_body_and_old_clients_are_closed),
        cmocka_unit_test(a_client_that_waits_is_told_to_go_on),
        cmocka_unit_test(who_has_said_everything_still_hears_the_answers),
        cmocka_unit_test(a_large_answer_arrives_whole),
        cmocka_unit_test(a_reader_that_takes_nothing_is_dropped),
        cmocka_unit_test(who_has_been_idle_longest_makes_room),
        cmocka_unit_test(a_stream_sends_pieces_until_it_is_ended),
        cmocka_unit_test(a_reader_that_leaves_is_noticed_at_once),
        cmocka_unit_test(a_slow_reader_fills_its_queue_and_no_more),
        cmocka_unit_test(a_server_that_stops_abandons_what_is_open),
        cmocka_unit_test(a_port_in_use_and_a_public_address_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
