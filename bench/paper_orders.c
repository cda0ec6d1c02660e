/* SPDX-License-Identifier: MIT */
/*
 * paper_orders: orders that the paper exchange accepts over loopback TCP.
 *
 *   paper_orders ROW COUNT WINDOW CLIENTS PID PORT
 *
 * Each of CLIENTS connections places a set of limit orders that rest, and then changes them in
 * turn, WINDOW of them in flight at a time, until COUNT orders and changes were accepted in all. A
 * round trip ends with the openOrder that shows the new price; any refusal ends the program.
 * Reports ROW.p50, ROW.p99   us of a round trip, where WINDOW is 1 ROW.rate           orders and
 * changes accepted a second ROW.cpu            us of processor time that process PID used for one
 *   ROW.rss, ROW.pss   KiB of PID after them
 */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/limits.h"
#include "kit/measure.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 30, WINDOW_MAX = 128, COUNT_MAX = 1000000, VERSION = 178, WAIT_MS = 20000 };

/* One order that rests: the price it was last given, and when. */
struct resting {
    int64_t cents, sent_ns;
    bool is_waiting;
};

struct client {
    int fd;
    bool is_ready;
    int32_t next_id; /* as the exchange said */
    struct wire_reader in;
    struct buf out;
    struct resting orders[WINDOW_MAX];
};

struct bench {
    struct client clients[CLIENTS_MAX];
    size_t client_count, window, count, sent, done;
    struct arena *arena;
    struct samples samples;
};

/* ---- requests ---- */

static void put(struct client *c, int id, const void *message)
{
    struct error e = {0};
    if (!wire_encode(WIRE_TO_SERVER, id, message, VERSION, &c->out, &e))
        measure_die("%s", e.text);
}

/* Places an order, or changes its price. */
static void send_order(struct bench *b, struct client *c, size_t at)
{
    struct resting *r = &c->orders[at];
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    r->cents = 1000 + (int64_t)(b->sent % 500);
    r->sent_ns = measure_now();
    r->is_waiting = true;
    m.order_id = c->next_id + (int32_t)at;
    m.contract.symbol = STR("AAPL");
    m.contract.sec_type = STR("STK");
    m.contract.exchange = STR("SMART");
    m.contract.currency = STR("USD");
    m.order.action = STR("BUY");
    m.order.total_quantity = STR("1");
    m.order.order_type = STR("LMT");
    m.order.tif = STR("GTC");
    m.order.lmt_price = (double)r->cents / 100;
    put(c, WIRE_REQ_PLACE_ORDER, &m);
    b->sent++;
}

static void flush(struct client *c)
{
    struct str out = buf_str(&c->out);
    while (out.n) {
        ssize_t n = write(c->fd, out.p, out.n);
        if (n <= 0)
            measure_die("the exchange has closed the connection");
        out = str_sub(out, (size_t)n, out.n);
    }
    buf_reset(&c->out);
}

/* ---- answers ---- */

static void take_order(struct bench *b, struct client *c, const struct wire_rep_open_order *m)
{
    size_t at = (size_t)(m->order_id - c->next_id);
    if (m->order_id < c->next_id || at >= b->window)
        return;
    struct resting *r = &c->orders[at];
    if (!r->is_waiting || (int64_t)(m->order.lmt_price * 100 + 0.5) != r->cents)
        return;
    r->is_waiting = false;
    b->done++;
    if (b->window == 1)
        samples_add(&b->samples, measure_now() - r->sent_ns);
    if (b->sent < b->count)
        send_order(b, c, at);
}

static void take(struct bench *b, struct client *c, const struct wire_any *any)
{
    const struct wire_rep_error *e = any->message;
    if (any->id == WIRE_REP_NEXT_VALID_ID) {
        c->next_id = ((const struct wire_rep_next_valid_id *)any->message)->order_id;
        c->is_ready = true;
    } else if (any->id == WIRE_REP_OPEN_ORDER && c->is_ready) {
        take_order(b, c, any->message);
    } else if (any->id == WIRE_REP_ERROR && e->id >= 0) {
        measure_die("order %d: %d " STR_FMT, (int)e->id, (int)e->error_code, STR_ARG(e->error_msg));
    }
}

static void receive(struct bench *b, struct client *c)
{
    static char bytes[1 << 18];
    struct str body;
    struct error e = {0};
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n <= 0)
        measure_die("the exchange has closed the connection");
    wire_reader_feed(&c->in, bytes, (size_t)n);
    while (wire_reader_next(&c->in, &body, &e) == WIRE_NEXT_FRAME) {
        struct wire_any any = {0};
        arena_reset(b->arena);
        if (body.n > 0 && !c->is_ready && memchr(body.p, ':', body.n) && c->next_id < 0) {
            c->next_id = 0; /* the hello: only its time has colons */
            continue;
        }
        if (!wire_decode(WIRE_TO_CLIENT, body, VERSION, b->arena, &any, &e))
            measure_die("%s", e.text);
        take(b, c, &any);
    }
    flush(c);
}

/* Receives from all until the condition is met. */
static void receive_until(struct bench *b, bool (*is_done)(const struct bench *b))
{
    while (!is_done(b)) {
        struct pollfd fds[CLIENTS_MAX];
        for (size_t i = 0; i < b->client_count; i++)
            fds[i] = (struct pollfd){.fd = b->clients[i].fd, .events = POLLIN};
        if (poll(fds, b->client_count, WAIT_MS) <= 0)
            measure_die("no answer within %d ms", WAIT_MS);
        for (size_t i = 0; i < b->client_count; i++)
            if (fds[i].revents)
                receive(b, &b->clients[i]);
    }
}

static bool all_ready(const struct bench *b)
{
    for (size_t i = 0; i < b->client_count; i++)
        if (!b->clients[i].is_ready)
            return false;
    return true;
}

static bool all_done(const struct bench *b)
{
    return b->done == b->count;
}

static void connect_client(struct client *c, int port, int32_t id)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *c = (struct client){.next_id = -1};
    wire_reader_init(&c->in, LIMIT_FRAME, false);
    buf_init(&c->out, 1 << 20);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof at) ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        measure_die("nobody listens on port %d", port);
    const struct wire_req_start_api start = {id, STR("")};
    wire_offer_build(&c->out, VERSION, VERSION, STR(""));
    put(c, WIRE_REQ_START_API, &start);
    flush(c);
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc != 7)
        measure_die("usage: paper_orders ROW COUNT WINDOW CLIENTS PID PORT");
    b.count = (size_t)measure_number(argv[2], 1, COUNT_MAX);
    b.window = (size_t)measure_number(argv[3], 1, WINDOW_MAX);
    b.client_count = (size_t)measure_number(argv[4], 1, CLIENTS_MAX);
    pid_t pid = (pid_t)measure_number(argv[5], 1, INT32_MAX);
    int port = (int)measure_number(argv[6], 1, 65535);
    b.arena = arena_new((size_t)16 << 20);
    samples_init(&b.samples, b.count);
    for (size_t i = 0; i < b.client_count; i++)
        connect_client(&b.clients[i], port, 100 + (int32_t)i);
    receive_until(&b, all_ready);
    int64_t cpu = measure_cpu_of(pid), begin = measure_now();
    for (size_t i = 0; i < b.client_count; i++) {
        for (size_t k = 0; k < b.window && b.sent < b.count; k++)
            send_order(&b, &b.clients[i], k);
        flush(&b.clients[i]);
    }
    receive_until(&b, all_done);
    double seconds = (double)(measure_now() - begin) / 1e9;
    if (b.window == 1)
        report_samples(argv[1], &b.samples);
    report(argv[1], "rate", (double)b.count / seconds);
    report(argv[1], "cpu", (double)(measure_cpu_of(pid) - cpu) / 1e3 / (double)b.count);
    report_memory(argv[1], pid);
    for (size_t i = 0; i < b.client_count; i++) {
        close(b.clients[i].fd);
        wire_reader_fini(&b.clients[i].in);
        buf_fini(&b.clients[i].out);
    }
    samples_fini(&b.samples);
    arena_free(b.arena);
    return 0;
}
