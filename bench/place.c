/* SPDX-License-Identifier: MIT */
/*
 * place: how long an order takes from the request to its bytes on the wire.
 *
 *   place relay EXCHANGE_PORT LOG          prints its port; ends with the connection
 *   place calls ROW COUNT LOG DIR COMMAND...
 *
 * The relay stands between a daemon and an exchange, passes all bytes on, and notes in LOG, which
 * both processes map, when the broker said something and when an order went by. The caller starts
 * COMMAND, an MCP server, and places COUNT limit orders, one at a time and far from the market, and
 * cancels each. Beside each order it writes four pages to a file in DIR and flushes them, as the
 * journal does for an order. Reports p50 and p99, in us, of
 *   ROW.wire    from the request to the order's bytes at the broker
 *   ROW.sent    from the broker's last word before the order (its margin, a price; else the
 *               request) to those bytes: decision, journal, wire
 *   ROW.flush   the flush of four pages
 *   ROW.over    ROW.sent less that flush
 */
#include "base/limits.h"
#include "kit/child.h"
#include "kit/measure.h"
#include "wire/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NOTES = 1 << 16, COUNT_MAX = 1000, PAGES = 4 * 4096, PLACE = 3, PROTOBUF = 200 };
enum { REST_MS = 100 }; /* between orders: the pace at which a broker lets one speak */

struct note {
    int64_t ns;
    bool is_order; /* else a word of the broker */
};

/* What the relay has seen; the newest NOTES of it. */
struct log {
    _Atomic uint64_t count;
    struct note notes[NOTES];
};

static struct log *log_map(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct log)))
        measure_die("%s: %s", path, strerror(errno));
    void *p = mmap(NULL, sizeof(struct log), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        measure_die("%s: %s", path, strerror(errno));
    close(fd);
    return p;
}

static void note(struct log *l, bool is_order)
{
    uint64_t n = atomic_load(&l->count);
    l->notes[n % NOTES] = (struct note){measure_now(), is_order};
    atomic_store(&l->count, n + 1);
}

/* ---- the relay ---- */

static int loopback(int port, int (*enter)(int, const struct sockaddr *, socklen_t))
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || enter(fd, (struct sockaddr *)&at, sizeof at))
        measure_die("port %d: %s", port, strerror(errno));
    return fd;
}

static void set_undelayed(int fd)
{
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        measure_die("TCP_NODELAY: %s", strerror(errno));
}

/* Reads what there is and passes it on; false at the end. */
static bool pass_on(int from, int to, char *bytes, size_t room, size_t *n)
{
    ssize_t got = read(from, bytes, room);
    *n = got > 0 ? (size_t)got : 0;
    for (size_t done = 0; done < *n;) {
        ssize_t w = write(to, bytes + done, *n - done);
        if (w <= 0)
            return false;
        done += (size_t)w;
    }
    return *n > 0;
}

/* The number in front of a request: four bytes with a zero among them, or decimal text. */
static int64_t request_id(struct str body)
{
    int64_t id = -1;
    if (body.n >= 4 && body.p[0] == 0)
        return (int64_t)(unsigned char)body.p[2] << 8 | (unsigned char)body.p[3];
    size_t end = str_find(body, '\0', 0);
    return str_to_i64(str_sub(body, 0, end), &id) ? id : -1;
}

static bool has_order(struct wire_reader *in, const char *bytes, size_t n)
{
    struct str body;
    struct error e = {0};
    bool found = false;
    wire_reader_feed(in, bytes, n);
    while (wire_reader_next(in, &body, &e) == WIRE_NEXT_FRAME) {
        int64_t id = request_id(body);
        found |= id == PLACE || id == PLACE + PROTOBUF;
    }
    return found;
}

static void relay(int exchange_port, struct log *l)
{
    static char bytes[1 << 18];
    struct sockaddr_in own = {0};
    struct wire_reader in;
    socklen_t size = sizeof own;
    int listener = loopback(0, bind);
    if (listen(listener, 1) || getsockname(listener, (struct sockaddr *)&own, &size))
        measure_die("listen: %s", strerror(errno));
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);
    int daemon = accept(listener, NULL, NULL);
    if (daemon < 0)
        measure_die("accept: %s", strerror(errno));
    int exchange = loopback(exchange_port, connect);
    set_undelayed(daemon);
    set_undelayed(exchange);
    wire_reader_init(&in, LIMIT_FRAME, true);
    for (bool is_open = true; is_open;) {
        struct pollfd fds[] = {{.fd = daemon, .events = POLLIN},
                               {.fd = exchange, .events = POLLIN}};
        size_t n;
        if (poll(fds, 2, -1) < 0)
            measure_die("poll: %s", strerror(errno));
        if (fds[0].revents) {
            is_open = pass_on(daemon, exchange, bytes, sizeof bytes, &n);
            if (n && has_order(&in, bytes, n))
                note(l, true);
        }
        if (fds[1].revents) {
            is_open = is_open && pass_on(exchange, daemon, bytes, sizeof bytes, &n);
            note(l, false);
        }
    }
    wire_reader_fini(&in);
}

/* ---- the caller ---- */

struct place {
    struct child child;
    struct log *log;
    int flushed; /* a file */
    int64_t id;  /* of the last request */
    struct samples wire, sent, flush, over;
};

/* An answer that is no error; borrowed until the next one. */
static struct str call(struct place *p, const char *name, const char *arguments)
{
    char text[512], head[64];
    int n = snprintf(text, sizeof text,
                     "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"tools/call\",\"params\":"
                     "{\"name\":\"%s\",\"arguments\":{%s}}}\n",
                     (long long)++p->id, name, arguments);
    child_write(&p->child, (struct str){text, (size_t)n});
    struct str line = child_next_line(&p->child);
    (void)snprintf(head, sizeof head, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{",
                   (long long)p->id);
    if (!str_starts(line, str_of(head)) || !str_ends(line, STR("\"isError\":false}}")))
        measure_die("%s: " STR_FMT, name, STR_ARG(str_sub(line, 0, 800)));
    return line;
}

static int64_t order_id_of(struct str line)
{
    int64_t id;
    struct str key = STR("\"order_id\":");
    size_t from = str_find_str(line, key);
    from += from < line.n ? key.n : 0;
    if (!str_to_i64(str_sub(line, from, str_find(line, ',', from)), &id))
        measure_die("an order without a number: " STR_FMT, STR_ARG(str_sub(line, 0, 800)));
    return id;
}

static int64_t flush_pages(const struct place *p)
{
    static const char pages[PAGES];
    int64_t begin = measure_now();
    if (write(p->flushed, pages, sizeof pages) != sizeof pages || fdatasync(p->flushed))
        measure_die("flush: %s", strerror(errno));
    return measure_now() - begin;
}

/* The last order that went by since `begin`, and the broker's last word before it. */
static void look_up(struct place *p, int64_t begin)
{
    uint64_t i = atomic_load(&p->log->count), oldest = i > NOTES ? i - NOTES : 0;
    int64_t order = 0, word = begin;
    for (; i > oldest && p->log->notes[(i - 1) % NOTES].ns > begin; i--) {
        const struct note *n = &p->log->notes[(i - 1) % NOTES];
        if (!order && n->is_order) {
            order = n->ns;
        } else if (order && !n->is_order) {
            word = n->ns;
            break;
        }
    }
    if (!order)
        measure_die("an order was answered and did not go by");
    int64_t flush = flush_pages(p), sent = order - word;
    samples_add(&p->wire, order - begin);
    samples_add(&p->sent, sent);
    samples_add(&p->flush, flush);
    samples_add(&p->over, sent - flush);
}

static void place_one(struct place *p, int round)
{
    static const struct timespec rest = {.tv_nsec = REST_MS * 1000000L};
    char arguments[128];
    (void)snprintf(arguments, sizeof arguments,
                   "\"symbol\":\"AAPL\",\"action\":\"BUY\",\"quantity\":1,\"price\":%d.%02d", 50,
                   round % 100);
    int64_t begin = measure_now();
    int64_t id = order_id_of(call(p, "place_limit_order", arguments));
    look_up(p, begin);
    (void)snprintf(arguments, sizeof arguments, "\"order_id\":%lld", (long long)id);
    (void)call(p, "cancel_order", arguments);
    nanosleep(&rest, NULL);
}

static void report_row(const char *row, const char *name, struct samples *s)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s.%s", row, name);
    report_samples(text, s);
    samples_fini(s);
}

static void calls(const char *row, size_t count, struct log *l, const char *dir, char **command)
{
    static struct place p;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/flush", dir);
    p.log = l;
    p.flushed = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (p.flushed < 0)
        measure_die("%s: %s", path, strerror(errno));
    samples_init(&p.wire, count);
    samples_init(&p.sent, count);
    samples_init(&p.flush, count);
    samples_init(&p.over, count);
    child_start(&p.child, command);
    child_initialize(&p.child);
    for (size_t i = 0; i < count; i++)
        place_one(&p, (int)i);
    child_end(&p.child);
    report_row(row, "wire", &p.wire);
    report_row(row, "sent", &p.sent);
    report_row(row, "flush", &p.flush);
    report_row(row, "over", &p.over);
    close(p.flushed);
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "relay"))
        relay((int)measure_number(argv[2], 1, 65535), log_map(argv[3]));
    else if (argc >= 7 && !strcmp(argv[1], "calls"))
        calls(argv[2], (size_t)measure_number(argv[3], 1, COUNT_MAX), log_map(argv[4]), argv[5],
              argv + 6);
    else
        measure_die("usage: place relay EXCHANGE_PORT LOG | calls ROW COUNT LOG DIR COMMAND...");
    return 0;
}
