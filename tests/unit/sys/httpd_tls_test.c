/* SPDX-License-Identifier: MIT */
/* The server with TLS on the loop, and a client of GnuTLS that blocks, on a worker. */
#include "sys/clock.h"
#include "sys/httpd.h"
#include "sys/tls.h"
#include "sys/worker.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE = 3 << 20 };

struct rig {
    struct loop *l;
    struct httpd *h;
    struct worker *w;
    struct tls *tls;
    struct buf chain;
    const char *request;
    struct buf reply;
    size_t stop_at; /* bytes of the reply after which the client hangs up; 0: it reads to the end */
    size_t requests, abandoned;
    bool is_orderly; /* the end came by close_notify */
    struct httpd_exchange *stream;
};

static void on_request(void *self, struct httpd_exchange *x, const struct http_request *q)
{
    struct rig *r = self;
    struct http_response a = {.status = 200, .content_type = "text/plain"};
    r->requests++;
    buf_init(&a.body, LARGE);
    if (str_eq(q->path, STR("/large"))) {
        memset(buf_space(&a.body, LARGE), 'x', LARGE);
        buf_grow(&a.body, LARGE);
    } else {
        buf_add_f(&a.body, "%s:" STR_FMT, q->is_loopback ? "here" : "there", STR_ARG(q->body));
    }
    if (str_eq(q->path, STR("/stream"))) {
        r->stream = x;
        httpd_stream_begin(x, &a);
    } else {
        httpd_reply(x, &a);
    }
    buf_fini(&a.body);
}

static void on_abandon(void *self, struct httpd_exchange *x)
{
    struct rig *r = self;
    assert_ptr_equal(x, r->stream);
    r->stream = NULL;
    r->abandoned++;
}

static void turn(void *self, struct moment now)
{
    (void)self, (void)now;
}

/* On the worker: one connection from its beginning to its end. */
static void converse(void *arg)
{
    struct rig *r = arg;
    gnutls_session_t s;
    gnutls_certificate_credentials_t trust;
    gnutls_datum_t ca = {(unsigned char *)r->chain.p, (unsigned)r->chain.n};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(httpd_port(r->h))};
    char block[5000];
    ssize_t n = -1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    gnutls_certificate_allocate_credentials(&trust);
    gnutls_certificate_set_x509_trust_mem(trust, &ca, GNUTLS_X509_FMT_PEM);
    gnutls_init(&s, GNUTLS_CLIENT);
    gnutls_set_default_priority(s);
    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, trust);
    gnutls_session_set_verify_cert(s, "localhost", 0);
    gnutls_transport_set_int(s, fd);
    if (!connect(fd, (struct sockaddr *)&a, sizeof a) && !gnutls_handshake(s)) {
        gnutls_record_send(s, r->request, strlen(r->request));
        while ((n = gnutls_record_recv(s, block, sizeof block)) > 0) {
            buf_add(&r->reply, block, (size_t)n);
            if (r->stop_at && r->reply.n >= r->stop_at)
                break;
        }
    }
    r->is_orderly = n == 0;
    close(fd);
    gnutls_deinit(s);
    gnutls_certificate_free_credentials(trust);
}

static void done(void *arg)
{
    struct rig *r = arg;
    loop_stop(r->l);
}

static void rig_init(struct rig *r)
{
    struct error e = {0};
    struct buf key;
    *r = (struct rig){.l = loop_new(&(struct loop_owner){.turn = turn})};
    buf_init(&r->chain, TLS_FILE_MAX);
    buf_init(&key, TLS_FILE_MAX);
    buf_init(&r->reply, 8 << 20);
    assert_true(tls_make(STR(""), clock_now().wall, &r->chain, &key, &e));
    r->tls = tls_new(buf_str(&r->chain), buf_str(&key), &e);
    buf_fini(&key);
    const struct httpd_config c = {.address = "127.0.0.1",
                                   .tls = r->tls,
                                   .max_connections = 8,
                                   .header_max = 8192,
                                   .body_max = 100000,
                                   .stream_queue_max = 1 << 16,
                                   .header_timeout_ms = 300,
                                   .body_timeout_ms = 300,
                                   .idle_timeout_s = 2};
    const struct httpd_owner o = {.on_request = on_request, .on_abandon = on_abandon, .self = r};
    r->h = httpd_start(r->l, &c, &o, &e);
    assert_non_null(r->h);
    r->w = worker_new(r->l, 1);
}

static void rig_fini(struct rig *r)
{
    worker_free(r->w);
    httpd_stop(r->h);
    loop_free(r->l);
    tls_free(r->tls);
    buf_fini(&r->chain);
    buf_fini(&r->reply);
}

static void say(struct rig *r, const char *request)
{
    r->request = request;
    buf_reset(&r->reply);
    assert_true(worker_submit(r->w, converse, r, done));
    loop_run(r->l);
}

static size_t count(const struct rig *r, const char *what)
{
    size_t n = 0;
    struct str s = buf_str(&r->reply);
    for (size_t at = 0; (at += str_find_str(str_sub(s, at, s.n), str_of(what))) < s.n; at++)
        n++;
    return n;
}

static void requests_are_answered_in_order_and_the_end_is_orderly(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    say(&r, "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
            "GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_int_equal(r.requests, 2);
    assert_int_equal(count(&r, "HTTP/1.1 200 OK\r\n"), 2);
    assert_int_equal(count(&r, "here:hello"), 1);
    assert_true(r.is_orderly);
    rig_fini(&r);
}

static void a_large_answer_arrives_whole(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    say(&r, "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_true(r.reply.n > LARGE);
    assert_true(r.is_orderly);
    rig_fini(&r);
}

static void what_is_refused_in_the_clear_is_refused_here(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    say(&r, "GET / HTTP/1.1\nHost: x\n\n");
    assert_int_equal(count(&r, "HTTP/1.1 400 "), 1);
    say(&r, "GET / HTTP/1.1\r\nHost: x\r\n"); /* and goes no further */
    assert_int_equal(count(&r, "HTTP/1.1 408 "), 1);
    assert_int_equal(r.requests, 0);
    rig_fini(&r);
}

static void a_reader_that_leaves_its_stream_is_noticed(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.stop_at = 1;
    say(&r, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 100 && !r.abandoned; i++) { /* the loop hears of it a moment later */
        struct loop_timer *t = loop_timer_new(r.l, done, &r);
        loop_timer_start(t, 10, 0);
        loop_run(r.l);
        loop_timer_free(t);
    }
    assert_int_equal(r.abandoned, 1);
    rig_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_answered_in_order_and_the_end_is_orderly),
        cmocka_unit_test(a_large_answer_arrives_whole),
        cmocka_unit_test(what_is_refused_in_the_clear_is_refused_here),
        cmocka_unit_test(a_reader_that_leaves_its_stream_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
