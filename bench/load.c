/* SPDX-License-Identifier: MIT */
/*
 * load: many listeners and callers at one daemon, while orders are traded.
 *
 *   load PORT SECONDS PID COMMAND...
 *
 * 200 listeners keep streams of events open: 100 of GET /api/stream, 50 of subscriptions/listen, 50
 * of sessions of the older era of MCP. 64 callers have one request in flight each, half of them GET
 * /api/portfolio, half the tool get_portfolio. COMMAND, an MCP server over stdio, trades an order
 * about four times a second. After SECONDS callers and orders stop, and each listener must have
 * heard all: a reader of /api/stream every number up to the last, who follows a resource that it
 * has changed, and once more after the last order. PID is the daemon; its memory after a third of
 * the time and at the end are compared. Reports
 *   load.rate, load.p50, load.p99  of the callers: requests a second, us
 *   load.events                    heard by all listeners together
 *   load.orders                    traded
 *   load.lost                      events that a listener has not heard, all together; more than
 *                                  none ends the program
 *   load.rss, load.grown           KiB of the daemon at the end, and since the first third
 */
#include "base/alloc.h"
#include "kit/child.h"
#include "kit/http.h"
#include "kit/measure.h"
#include "kit/tool.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    READERS = 100,
    SUBSCRIBERS = 50,
    SESSIONS = 50,
    LISTENERS = READERS + SUBSCRIBERS + SESSIONS,
    CALLERS = 64,
    CALLS_MAX = 20000000,
    ORDER_MS = 250,
    LAST_WAIT_S = 10, /* for what is still on its way */
};
#define RESOURCE "portcullis://portfolio"
#define NS_IN_MS INT64_C(1000000)
#define NS_IN_S  INT64_C(1000000000)

struct listener {
    struct http http;
    bool is_reader;     /* of the numbered stream */
    int64_t first, got; /* numbers of a reader */
    int64_t count;      /* events */
    int64_t heard;      /* when the last came */
};

struct caller {
    struct http http;
    bool is_mcp;
};

struct load {
    uint16_t port;
    struct listener listeners[LISTENERS];
    struct caller callers[CALLERS];
    struct tool portfolio;
    struct child trader;
    int64_t order_due, last_order, orders; /* the last one: when it was sent */
    bool is_trading;                       /* an order is on its way */
    bool is_over;                          /* no more calls and orders */
    struct buf body, request;
    struct samples calls;
};

/* ---- requests ---- */

static void ask(struct load *l, struct http *h, const char *method, const char *path,
                const char *headers)
{
    buf_reset(&l->request);
    buf_add_f(&l->request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s%s%s", method, path,
              (unsigned)l->port, h->session[0] ? "Mcp-Session-Id: " : "", h->session,
              h->session[0] ? "\r\n" : "", headers);
    if (l->body.n)
        buf_add_f(&l->request, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                  l->body.n);
    buf_add_c(&l->request, "\r\n");
    buf_add_str(&l->request, buf_str(&l->body));
    http_ask(h, buf_str(&l->request));
}

static void set_body(struct load *l, const char *text)
{
    buf_reset(&l->body);
    buf_add_c(&l->body, text);
}

static void expect(const struct http *h, int status)
{
    if (h->status != status)
        measure_die("status %d: " STR_FMT, h->status, STR_ARG(str_sub(buf_str(&h->body), 0, 400)));
}

#define LEGACY "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-06-18\r\n"

static void say(struct load *l, struct http *h, const char *text)
{
    set_body(l, text);
    ask(l, h, "POST", "/mcp", LEGACY);
    http_wait(h);
    if (h->status / 100 != 2)
        expect(h, 200);
}

static void greet(struct load *l, struct http *h)
{
    say(l, h, tool_initialize);
    say(l, h, tool_initialized);
}

/* ---- listeners ---- */

static void open_listener(struct load *l, size_t i)
{
    struct listener *o = &l->listeners[i];
    struct http *h = &o->http;
    http_open(h, l->port);
    o->is_reader = i < READERS;
    if (o->is_reader) {
        buf_reset(&l->body);
        ask(l, h, "GET", "/api/stream", "Accept: text/event-stream\r\n");
    } else if (i < READERS + SUBSCRIBERS) {
        set_body(l, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscriptions/listen\",\"params\":{"
                    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                    "\"io.modelcontextprotocol/clientCapabilities\":{}},"
                    "\"notifications\":{\"resourceSubscriptions\":[\"" RESOURCE "\"]}}}");
        ask(l, h, "POST", "/mcp",
            "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
            "Mcp-Method: subscriptions/listen\r\n");
    } else {
        greet(l, h);
        say(l, h,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/subscribe\",\"params\":{"
            "\"uri\":\"" RESOURCE "\"}}");
        buf_reset(&l->body);
        ask(l, h, "GET", "/mcp", LEGACY);
    }
    while (!http_has_head(h))
        (void)http_hear(h);
    expect(h, 200);
    if (!h->is_events)
        measure_die("listener %zu is given no stream", i);
}

/* The number in "RUN-NUMBER". */
static int64_t number_of(struct str id)
{
    int64_t n = 0;
    struct str run;
    if (!str_cut(&id, '-', &run) || !str_to_i64(id, &n))
        measure_die("an event has the id " STR_FMT, STR_ARG(id));
    return n;
}

static void take_events(struct listener *o)
{
    struct http_event e;
    while (http_next_event(&o->http, &e)) {
        if (!o->is_reader && str_find_str(e.data, STR("resources/updated")) == e.data.n)
            continue; /* the acknowledgement */
        if (o->is_reader) {
            int64_t n = number_of(e.id);
            if (o->got && n != o->got + 1)
                measure_die("after event %lld came %lld", (long long)o->got, (long long)n);
            o->first = o->first ? o->first : n;
            o->got = n;
        }
        o->count++;
        o->heard = measure_now();
    }
}

/* ---- callers ---- */

static void call(struct load *l, struct caller *c)
{
    buf_reset(&l->body);
    if (!c->is_mcp) {
        ask(l, &c->http, "GET", "/api/portfolio", "Accept: application/json\r\n");
        return;
    }
    tool_request(&l->portfolio, 100001, &l->body);
    ask(l, &c->http, "POST", "/mcp", LEGACY);
}

static void take_answer(struct load *l, struct caller *c)
{
    expect(&c->http, 200);
    if (c->is_mcp)
        (void)tool_answer(&l->portfolio, buf_str(&c->http.body));
    else if (!str_starts(buf_str(&c->http.body), STR("{\"account\":")))
        measure_die("no portfolio: " STR_FMT, STR_ARG(str_sub(buf_str(&c->http.body), 0, 400)));
    if (l->calls.n < l->calls.room)
        samples_add(&l->calls, measure_now() - c->http.asked);
}

/* ---- orders ---- */

static void trade(struct load *l, int64_t now)
{
    l->order_due = now + ORDER_MS * NS_IN_MS;
    l->is_trading = true;
    l->last_order = now;
    buf_reset(&l->body);
    buf_add_f(&l->body,
              "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"tools/call\",\"params\":{\"name\":"
              "\"place_market_order\",\"arguments\":{\"symbol\":\"AAPL\",\"action\":\"%s\","
              "\"quantity\":1}}}\n",
              100001 + (long long)l->orders, l->orders % 2 ? "SELL" : "BUY");
    child_write(&l->trader, buf_str(&l->body));
}

static void take_orders(struct load *l)
{
    struct str line;
    if (!child_read(&l->trader))
        measure_die("the trader has gone");
    while (child_line(&l->trader, &line)) {
        if (!str_ends(line, STR("\"isError\":false}}")))
            measure_die("an order is refused: " STR_FMT, STR_ARG(str_sub(line, 0, 600)));
        l->is_trading = false;
        l->orders++;
    }
}

/* ---- a turn of all ---- */

static void turn(struct load *l, struct pollfd *p)
{
    int64_t now = measure_now();
    if (!l->is_over && !l->is_trading && now >= l->order_due)
        trade(l, now);
    if (poll(p, LISTENERS + CALLERS + 1, 50) < 0 && errno != EINTR)
        measure_die("poll: %s", strerror(errno));
    for (size_t i = 0; i < LISTENERS; i++) {
        if (!p[i].revents)
            continue;
        if (http_hear(&l->listeners[i].http))
            measure_die("the stream of listener %zu has ended", i);
        take_events(&l->listeners[i]);
    }
    for (size_t i = 0; i < CALLERS; i++) {
        struct caller *c = &l->callers[i];
        if (!p[LISTENERS + i].revents || !http_hear(&c->http))
            continue;
        take_answer(l, c);
        if (!l->is_over)
            call(l, c);
        else
            p[LISTENERS + i].fd = -1;
    }
    if (p[LISTENERS + CALLERS].revents)
        take_orders(l);
}

/* Who has not heard of everything: how many events lack. */
static int64_t lost(const struct load *l)
{
    int64_t last = 0, n = 0;
    for (size_t i = 0; i < READERS; i++)
        last = l->listeners[i].got > last ? l->listeners[i].got : last;
    for (size_t i = 0; i < LISTENERS; i++) {
        const struct listener *o = &l->listeners[i];
        if (o->is_reader)
            n += o->got ? last - o->got + o->first - l->listeners[0].first : last;
        else
            n += o->count == 0 || o->heard < l->last_order;
    }
    return n;
}

static void run(struct load *l, int64_t seconds, pid_t pid)
{
    static struct pollfd p[LISTENERS + CALLERS + 1];
    for (size_t i = 0; i < LISTENERS; i++)
        p[i] = (struct pollfd){.fd = l->listeners[i].http.fd, .events = POLLIN};
    for (size_t i = 0; i < CALLERS; i++) {
        p[LISTENERS + i] = (struct pollfd){.fd = l->callers[i].http.fd, .events = POLLIN};
        call(l, &l->callers[i]);
    }
    p[LISTENERS + CALLERS] = (struct pollfd){.fd = l->trader.from, .events = POLLIN};
    int64_t begin = measure_now(), now, early = 0;
    while ((now = measure_now()) < begin + seconds * NS_IN_S) {
        if (!early && now > begin + seconds * NS_IN_S / 3)
            early = measure_rss_of(pid);
        turn(l, p);
    }
    double took = (double)(measure_now() - begin);
    l->is_over = true;
    while (l->is_trading || (lost(l) && measure_now() < now + LAST_WAIT_S * NS_IN_S))
        turn(l, p);
    int64_t events = 0, late = measure_rss_of(pid);
    for (size_t i = 0; i < LISTENERS; i++)
        events += l->listeners[i].count;
    report("load", "rate", (double)l->calls.n * 1e9 / took);
    report_samples("load", &l->calls);
    report("load", "events", (double)events);
    report("load", "orders", (double)l->orders);
    report("load", "lost", (double)lost(l));
    report("load", "rss", (double)late);
    report("load", "grown", (double)(late - early));
    if (lost(l))
        measure_die("%lld events were not heard by somebody", (long long)lost(l));
}

int main(int argc, char **argv)
{
    static struct load l;
    struct rlimit files = {1024, 1024};
    if (argc < 5)
        measure_die("usage: load PORT SECONDS PID COMMAND...");
    (void)setrlimit(RLIMIT_NOFILE, &files);
    l.port = (uint16_t)measure_number(argv[1], 1, 65535);
    l.portfolio = (struct tool){.name = "get_portfolio", .arguments = "{}"};
    buf_init(&l.body, 1 << 20);
    buf_init(&l.request, 1 << 20);
    samples_init(&l.calls, CALLS_MAX);
    for (size_t i = 0; i < LISTENERS; i++)
        open_listener(&l, i);
    for (size_t i = 0; i < CALLERS; i++) {
        http_open(&l.callers[i].http, l.port);
        l.callers[i].is_mcp = i % 2;
        if (l.callers[i].is_mcp)
            greet(&l, &l.callers[i].http);
    }
    child_start(&l.trader, argv + 4);
    child_initialize(&l.trader);
    child_write(&l.trader, str_of(tool_initialized));
    child_write(&l.trader, STR("\n"));
    run(&l, measure_number(argv[2], 1, 3600), (pid_t)measure_number(argv[3], 1, INT32_MAX));
    child_end(&l.trader);
    return 0;
}
