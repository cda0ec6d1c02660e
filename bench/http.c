/* SPDX-License-Identifier: MIT */
/*
 * http: GET over kept connections to this machine.
 *
 *   http ROW COUNT CONNECTIONS PID PORT PATH  COUNT requests, one in flight on each connection
 *   http fetch PORT PATH                      prints one whole response, status line to body
 *
 * Each response must have status 200 and as many bytes as it says; the first and the last are read
 * as portfolios. Reports
 *   ROW.p50, ROW.p99  us of a request
 *   ROW.rate          requests a second
 *   ROW.cpu           us of processor time that process PID used for a request (PID 0: none)
 *   ROW.bytes         of the last response
 */
#include "base/alloc.h"
#include "kit/measure.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COUNT_MAX = 1000000, CONNECTIONS_MAX = 64, RESPONSE_MAX = 1 << 20, WARM_UP_MAX = 1000 };

struct connection {
    int fd;
    int64_t begin;
    char *bytes; /* of the response, as far as it has come */
    size_t have;
    size_t size; /* of the whole response; 0: not known yet */
    size_t body; /* where its body begins */
};

static char request[1024];
static size_t request_size;

static void open_connection(struct connection *c, uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    *c = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                             .bytes = xmalloc(RESPONSE_MAX)};
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a))
        measure_die("port %d: %s", port, strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void close_connection(struct connection *c)
{
    close(c->fd);
    xfree(c->bytes);
}

static void ask(struct connection *c)
{
    c->have = c->size = 0;
    c->begin = measure_now();
    if (write(c->fd, request, request_size) != (ssize_t)request_size)
        measure_die("the server reads no more: %s", strerror(errno));
}

/* Learns the size of the response from its header, once that is there. */
static void measure_head(struct connection *c)
{
    static const char length[] = "\r\nContent-Length: ";
    struct str all = {c->bytes, c->have};
    size_t end = str_find_str(all, STR("\r\n\r\n"));
    if (end == all.n)
        return;
    size_t at = str_find_str(all, STR(length));
    struct str number = str_sub(all, at + sizeof length - 1, end + 2);
    number = str_sub(number, 0, str_find_str(number, STR("\r\n")));
    int64_t n;
    if (!str_starts(all, STR("HTTP/1.1 200 ")) || !str_to_i64(number, &n) || n <= 0)
        measure_die("a wrong response: " STR_FMT, STR_ARG(str_sub(all, 0, 600)));
    c->body = end + 4;
    c->size = c->body + (size_t)n;
    if (c->size >= RESPONSE_MAX)
        measure_die("a response of %zu bytes is too large", c->size);
}

/* Reads what is there; true once the response is complete. */
static bool hear(struct connection *c)
{
    ssize_t n = read(c->fd, c->bytes + c->have, RESPONSE_MAX - c->have);
    if (n <= 0)
        measure_die("the server has closed a connection");
    c->have += (size_t)n;
    if (!c->size)
        measure_head(c);
    if (c->size && c->have > c->size)
        measure_die("a response goes on after its end");
    return c->size && c->have == c->size;
}

static void check(const struct connection *c)
{
    measure_check_portfolio((struct str){c->bytes + c->body, c->size - c->body});
}

/* One request after the other: without poll, as the plainest client would. */
static void sequential(struct connection *c, size_t count, struct samples *s)
{
    for (size_t i = 0; i < count; i++) {
        ask(c);
        while (!hear(c))
            continue;
        samples_add(s, measure_now() - c->begin);
        if (i == 0 || i + 1 == count)
            check(c);
    }
}

static void parallel(struct connection *c, size_t n, size_t count, struct samples *s)
{
    struct pollfd p[CONNECTIONS_MAX];
    size_t asked = 0;
    for (size_t i = 0; i < n; i++, asked++) {
        p[i] = (struct pollfd){.fd = c[i].fd, .events = POLLIN};
        ask(&c[i]);
    }
    while (s->n < count) {
        if (poll(p, n, 10000) <= 0)
            measure_die("no answer within ten seconds");
        for (size_t i = 0; i < n; i++) {
            if (!p[i].revents || !hear(&c[i]))
                continue;
            samples_add(s, measure_now() - c[i].begin);
            if (s->n == 1 || s->n == count)
                check(&c[i]);
            if (asked < count) {
                ask(&c[i]);
                asked++;
            } else {
                p[i].fd = -1;
            }
        }
    }
}

static void run(struct connection *c, size_t n, size_t count, struct samples *s)
{
    samples_init(s, count);
    if (n == 1)
        sequential(c, count, s);
    else
        parallel(c, n, count, s);
}

static void measure(const char *row, size_t count, size_t n, pid_t pid, uint16_t port)
{
    struct connection c[CONNECTIONS_MAX];
    struct samples warm, s;
    assert(n > 0 && n <= CONNECTIONS_MAX);
    for (size_t i = 0; i < n; i++)
        open_connection(&c[i], port);
    run(c, n, count / 10 < WARM_UP_MAX ? count / 10 + n : WARM_UP_MAX, &warm);
    int64_t cpu = pid ? measure_cpu_of(pid) : 0;
    int64_t begin = measure_now();
    run(c, n, count, &s);
    double ns = (double)(measure_now() - begin);
    if (pid)
        report(row, "cpu", (double)(measure_cpu_of(pid) - cpu) / (double)count / 1e3);
    report_samples(row, &s);
    report(row, "rate", (double)count * 1e9 / ns);
    report(row, "bytes", (double)c[0].size);
    for (size_t i = 0; i < n; i++)
        close_connection(&c[i]);
    samples_fini(&warm);
    samples_fini(&s);
}

static void fetch(uint16_t port)
{
    struct connection c;
    open_connection(&c, port);
    ask(&c);
    while (!hear(&c))
        continue;
    fwrite(c.bytes, 1, c.size, stdout);
    close_connection(&c);
}

int main(int argc, char **argv)
{
    bool is_fetch = argc == 4 && !strcmp(argv[1], "fetch");
    if (!is_fetch && argc != 7)
        measure_die("usage: http ROW COUNT CONNECTIONS PID PORT PATH | http fetch PORT PATH");
    uint16_t port = (uint16_t)measure_number(argv[argc - 2], 1, 65535);
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: application/json\r\n\r\n",
                     argv[argc - 1], (unsigned)port);
    if (n <= 0 || n >= (int)sizeof request)
        measure_die("the path is too long");
    request_size = (size_t)n;
    if (is_fetch)
        fetch(port);
    else
        measure(argv[1], (size_t)measure_number(argv[2], CONNECTIONS_MAX, COUNT_MAX),
                (size_t)measure_number(argv[3], 1, CONNECTIONS_MAX),
                (pid_t)measure_number(argv[4], 0, INT32_MAX), port);
    return 0;
}
