/* SPDX-License-Identifier: MIT */
/*
 * tool_http: calls of one tool of any MCP server over HTTP, on kept connections.
 *
 *   tool_http ROW NAME ARGUMENTS COUNT CONNECTIONS PORT
 *
 * Each connection greets the server, keeps the session that it is given, if any, and then has one
 * call in flight. Answers may be JSON or the one event of a stream. Reports
 *   ROW.p50, ROW.p99  us of a call
 *   ROW.rate          calls a second
 */
#include "kit/http.h"
#include "kit/measure.h"
#include "kit/tool.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

enum { FIRST_ID = 100001, COUNT_MAX = 800000, CONNECTIONS_MAX = 64, WAIT_MS = 60000 };

struct caller {
    struct http http;
    int64_t id; /* of the call in flight */
};

struct run {
    struct tool tool;
    uint16_t port;
    struct caller callers[CONNECTIONS_MAX];
    size_t n;
    int64_t next_id;
    struct buf body, request;
};

static void post(struct run *r, struct http *h)
{
    buf_reset(&r->request);
    buf_add_f(&r->request,
              "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
              "Accept: application/json, text/event-stream\r\n"
              "MCP-Protocol-Version: 2025-06-18\r\n%s%s%sContent-Length: %zu\r\n\r\n",
              (unsigned)r->port, h->session[0] ? "Mcp-Session-Id: " : "", h->session,
              h->session[0] ? "\r\n" : "", r->body.n);
    buf_add_str(&r->request, buf_str(&r->body));
    http_ask(h, buf_str(&r->request));
}

static void say(struct run *r, struct http *h, const char *text)
{
    buf_reset(&r->body);
    buf_add_c(&r->body, text);
    post(r, h);
    http_wait(h);
    if (h->status / 100 != 2)
        measure_die("status %d: " STR_FMT, h->status, STR_ARG(str_sub(buf_str(&h->body), 0, 400)));
}

static void call(struct run *r, struct caller *c)
{
    c->id = r->next_id++;
    buf_reset(&r->body);
    tool_request(&r->tool, c->id, &r->body);
    post(r, &c->http);
}

/* The answer is there: checks it. */
static void take(struct run *r, struct caller *c)
{
    struct str text = buf_str(&c->http.body);
    struct http_event event;
    while (c->http.is_events && http_next_event(&c->http, &event))
        if (str_find_str(event.data, STR("\"result\"")) < event.data.n) {
            text = event.data;
            break;
        }
    if (c->http.status != 200 || tool_answer(&r->tool, text) != c->id)
        measure_die("status %d, call %lld: " STR_FMT, c->http.status, (long long)c->id,
                    STR_ARG(str_sub(text, 0, 400)));
}

static void make_calls(struct run *r, size_t count, struct samples *s)
{
    struct pollfd p[CONNECTIONS_MAX];
    size_t asked = 0;
    samples_init(s, count);
    for (size_t i = 0; i < r->n; i++, asked++) {
        p[i] = (struct pollfd){.fd = r->callers[i].http.fd, .events = POLLIN};
        call(r, &r->callers[i]);
    }
    while (s->n < count) {
        if (poll(p, r->n, WAIT_MS) <= 0)
            measure_die("no answer within %d ms", WAIT_MS);
        for (size_t i = 0; i < r->n; i++) {
            struct caller *c = &r->callers[i];
            if (!p[i].revents || !http_hear(&c->http))
                continue;
            samples_add(s, measure_now() - c->http.asked);
            take(r, c);
            if (asked < count) {
                call(r, c);
                asked++;
            } else {
                p[i].fd = -1;
            }
        }
    }
}

int main(int argc, char **argv)
{
    static struct run r;
    struct samples first, warm, s;
    if (argc != 7)
        measure_die("usage: tool_http ROW NAME ARGUMENTS COUNT CONNECTIONS PORT");
    r.tool = (struct tool){.name = argv[2], .arguments = argv[3]};
    size_t count = (size_t)measure_number(argv[4], CONNECTIONS_MAX, COUNT_MAX);
    r.n = (size_t)measure_number(argv[5], 1, CONNECTIONS_MAX);
    r.port = (uint16_t)measure_number(argv[6], 1, 65535);
    r.next_id = FIRST_ID;
    buf_init(&r.body, 1 << 20);
    buf_init(&r.request, 1 << 20);
    size_t all = r.n;
    for (r.n = 0; r.n < all;) {
        struct http *h = &r.callers[r.n++].http;
        http_open(h, r.port);
        say(&r, h, tool_initialize);
        say(&r, h, tool_initialized);
        if (r.n == 1) /* some connect to the broker with their first call, and only one at a time */
            make_calls(&r, 1, &first);
    }
    make_calls(&r, count / 10 > all ? count / 10 : all, &warm);
    int64_t begin = measure_now();
    make_calls(&r, count, &s);
    double ns = (double)(measure_now() - begin);
    report_samples(argv[1], &s);
    report(argv[1], "rate", (double)count * 1e9 / ns);
    for (size_t i = 0; i < r.n; i++)
        http_close(&r.callers[i].http);
    return 0;
}
