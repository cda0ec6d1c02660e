/* SPDX-License-Identifier: MIT */
/* Documents fetched from our own HTTP server, on a worker beside the loop. */
#include "sys/fetch.h"
#include "sys/httpd.h"
#include "sys/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 1000 };

struct rig {
    struct loop *l;
    struct httpd *h;
    struct worker *w;
    char url[64];
    struct buf out;
    struct error error;
    bool ok;
};

static void on_request(void *self, struct httpd_exchange *x, const struct http_request *q)
{
    struct http_response r = {.status = str_eq(q->path, STR("/none")) ? 404 : 200,
                              .content_type = "application/json"};
    (void)self;
    if (str_eq(q->path, STR("/silent")))
        return; /* until the server stops */
    buf_init(&r.body, 1 << 20);
    if (str_eq(q->path, STR("/large")))
        for (int i = 0; i <= CAP; i++)
            buf_add_char(&r.body, 'x');
    else
        buf_add_f(&r.body, "{\"path\":\"" STR_FMT "\",\"host\":\"" STR_FMT "\"}", STR_ARG(q->path),
                  STR_ARG(http_header(q, STR("Host"))));
    httpd_reply(x, &r);
    buf_fini(&r.body);
}

static void on_abandon(void *self, struct httpd_exchange *x)
{
    (void)self, (void)x;
}

static void turn(void *self, struct moment now)
{
    (void)self, (void)now;
}

static void run(void *arg)
{
    struct rig *r = arg;
    r->ok = fetch(r->url, CAP, 300, &r->out, &r->error);
}

static void done(void *arg)
{
    struct rig *r = arg;
    loop_stop(r->l);
}

static void rig_fetch(struct rig *r, const char *path)
{
    snprintf(r->url, sizeof r->url, "http://127.0.0.1:%u%s", (unsigned)httpd_port(r->h), path);
    buf_reset(&r->out);
    r->error = (struct error){0};
    assert_true(worker_submit(r->w, run, r, done));
    loop_run(r->l);
}

static void a_document_is_fetched_or_the_reason_told(void **state)
{
    static const struct {
        const char *path, *reason;
    } rows[] = {{"/keys", ""},
                {"", ""},
                {"/none", "FETCH_STATUS"},
                {"/large", "TOO_LARGE"},
                {"/silent", "FETCH_TIMEOUT"}};
    (void)state;
    struct rig r = {.l = loop_new(&(struct loop_owner){.turn = turn})};
    struct error e = {0};
    const struct httpd_config c = {.address = "127.0.0.1",
                                   .max_connections = 8,
                                   .header_max = 8192,
                                   .body_max = 1000,
                                   .stream_queue_max = 1000,
                                   .header_timeout_ms = 1000,
                                   .body_timeout_ms = 1000,
                                   .idle_timeout_s = 5};
    const struct httpd_owner o = {.on_request = on_request, .on_abandon = on_abandon, .self = &r};
    r.h = httpd_start(r.l, &c, &o, &e);
    assert_non_null(r.h);
    r.w = worker_new(r.l, 1);
    buf_init(&r.out, CAP);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_fetch(&r, rows[i].path);
        assert_string_equal(r.error.reason, rows[i].reason);
        assert_int_equal(r.ok, !rows[i].reason[0]);
        if (r.ok)
            assert_true(str_starts(buf_str(&r.out), STR("{\"path\":\"/")));
    }
    assert_true(str_find_str(buf_str(&r.out), STR("127.0.0.1:")) <= r.out.n);
    worker_free(r.w);
    httpd_stop(r.h);
    loop_free(r.l);
    buf_fini(&r.out);
}

static void only_https_and_this_machine_are_asked(void **state)
{
    static const struct {
        const char *url;
        bool takes;
    } rows[] = {{"https://a.example/keys", true},
                {"https://a.example", true},
                {"https://a.example:8443/x", true},
                {"https://[2001:db8::1]:8443/x", true},
                {"http://localhost:1/x", true},
                {"http://[::1]:1/x", true},
                {"http://a.example/keys", false},
                {"http://127.0.0.1.evil.example/", false},
                {"https://", false},
                {"https:///x", false},
                {"https://a.example:0/", false},
                {"https://a.example:99999/", false},
                {"https://user@a.example/", false},
                {"https://a.example/a b", false},
                {"https://a.example/\r\nX: y", false},
                {"https://a.example/#x", false},
                {"ftp://a.example/", false},
                {"/etc/passwd", false},
                {"", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (fetch_takes(str_of(rows[i].url)) != rows[i].takes)
            fail_msg("%s", rows[i].url);
    struct buf out;
    struct error e = {0};
    buf_init(&out, CAP);
    assert_false(fetch("file:///etc/passwd", CAP, 100, &out, &e));
    assert_string_equal(e.reason, "BAD_URL");
    assert_false(fetch("http://127.0.0.1:1/", CAP, 1000, &out, &e));
    assert_string_equal(e.reason, "CONNECTION_REFUSED");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_fetched_or_the_reason_told),
        cmocka_unit_test(only_https_and_this_machine_are_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
