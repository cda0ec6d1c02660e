/* SPDX-License-Identifier: MIT */
#include "http.h"

#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MAX = 64 << 20, READ_MAX = 64 << 10 };

void http_open(struct http *h, uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    *h = (struct http){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (h->fd < 0 || connect(h->fd, (struct sockaddr *)&a, sizeof a))
        measure_die("port %d: %s", port, strerror(errno));
    setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    buf_init(&h->in, BODY_MAX);
    buf_init(&h->body, BODY_MAX);
}

void http_close(struct http *h)
{
    close(h->fd);
    buf_fini(&h->in);
    buf_fini(&h->body);
}

void http_ask(struct http *h, struct str request)
{
    h->at = HTTP_HEAD;
    h->status = 0;
    h->taken = 0;
    buf_reset(&h->body);
    h->asked = measure_now();
    for (size_t at = 0; at < request.n;) {
        ssize_t n = write(h->fd, request.p + at, request.n - at);
        if (n < 0 && errno != EINTR)
            measure_die("the server reads no more: %s", strerror(errno));
        at += n > 0 ? (size_t)n : 0;
    }
}

/* The value of a header line, or STR_NONE. */
static struct str value_of(struct str line, const char *name)
{
    size_t n = strlen(name);
    if (line.n <= n || line.p[n] != ':' || !str_ieq(str_sub(line, 0, n), str_of(name)))
        return STR_NONE;
    return str_trim(str_sub(line, n + 1, line.n));
}

static void take_header(struct http *h, struct str line)
{
    int64_t n;
    struct str v;
    if ((v = value_of(line, "Content-Length")).p && str_to_i64(v, &n) && n >= 0) {
        h->at = n ? HTTP_LENGTH : HTTP_DONE;
        h->left = (size_t)n;
    } else if (value_of(line, "Transfer-Encoding").p) {
        h->at = HTTP_SIZE;
    } else if ((v = value_of(line, "Content-Type")).p) {
        h->is_events = str_starts(v, STR("text/event-stream"));
    } else if ((v = value_of(line, "Mcp-Session-Id")).p) {
        str_copy_cut(h->session, sizeof h->session, v);
    }
}

static bool take_head(struct http *h)
{
    struct str all = buf_str(&h->in), line;
    int64_t status;
    size_t end = str_find_str(all, STR("\r\n\r\n"));
    if (end == all.n)
        return false;
    if (!str_starts(all, STR("HTTP/1.1 ")) || !str_to_i64(str_sub(all, 9, 12), &status))
        measure_die("no HTTP: " STR_FMT, STR_ARG(str_sub(all, 0, 200)));
    h->status = (int)status;
    h->at = HTTP_DONE; /* without a body */
    h->is_events = false;
    struct str head = str_sub(all, 0, end);
    while (str_cut(&head, '\n', &line))
        take_header(h, str_trim(line));
    buf_consume(&h->in, end + 4);
    return true;
}

/* The line of hexadecimal digits before a chunk. */
static bool take_size(struct http *h)
{
    struct str all = buf_str(&h->in);
    size_t end = str_find_str(all, STR("\r\n")), size = 0;
    if (end == all.n)
        return false;
    for (size_t i = 0; i < end && all.p[i] != ';'; i++) {
        struct str digits = STR("0123456789abcdef");
        size_t value = str_find(digits, (char)(all.p[i] | 0x20), 0);
        if (value == digits.n || size > BODY_MAX)
            measure_die("no chunk: " STR_FMT, STR_ARG(str_sub(all, 0, 40)));
        size = size * 16 + value;
    }
    h->left = size;
    h->at = size ? HTTP_CHUNK : HTTP_LAST;
    buf_consume(&h->in, end + 2);
    return true;
}

static bool take_body(struct http *h)
{
    size_t n = h->in.n < h->left ? h->in.n : h->left;
    if (!buf_add_str(&h->body, str_sub(buf_str(&h->in), 0, n)))
        measure_die("a response exceeds %d bytes", (int)BODY_MAX);
    buf_consume(&h->in, n);
    h->left -= n;
    if (h->left)
        return false;
    h->at = h->at == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_DONE;
    return true;
}

static bool take_line_end(struct http *h)
{
    if (h->in.n < 2)
        return false;
    buf_consume(&h->in, 2);
    h->at = h->at == HTTP_CHUNK_END ? HTTP_SIZE : HTTP_DONE;
    return true;
}

/* One step further; false if that needs more bytes, or there is nothing more to do. */
static bool step(struct http *h)
{
    switch (h->at) {
    case HTTP_HEAD:
        return take_head(h);
    case HTTP_SIZE:
        return take_size(h);
    case HTTP_LENGTH:
    case HTTP_CHUNK:
        return take_body(h);
    case HTTP_CHUNK_END:
    case HTTP_LAST:
        return take_line_end(h);
    case HTTP_DONE:
        break;
    }
    return false;
}

bool http_hear(struct http *h)
{
    char *to = buf_space(&h->in, READ_MAX);
    ssize_t n = to ? read(h->fd, to, READ_MAX) : -1;
    if (n <= 0)
        measure_die("the server has closed a connection, %lld ms after a request, %s: %s",
                    (long long)(measure_now() - h->asked) / 1000000,
                    !h->status     ? "before its answer"
                    : h->is_events ? "within a stream"
                                   : "within its answer",
                    n ? strerror(errno) : "in order");
    buf_grow(&h->in, (size_t)n);
    while (step(h))
        continue;
    if (h->at == HTTP_DONE && h->in.n)
        measure_die("a response goes on after its end");
    return h->at == HTTP_DONE;
}

void http_wait(struct http *h)
{
    while (!http_hear(h))
        continue;
}

bool http_has_head(const struct http *h)
{
    return h->status != 0;
}

/* One line for each; what else an event says nobody here wants. */
static struct http_event read_event(struct str text)
{
    struct http_event e = {STR_NONE, STR_NONE};
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        if (str_starts(line, STR("data:")))
            e.data = str_trim(str_sub(line, 5, line.n));
        else if (str_starts(line, STR("id:")))
            e.id = str_trim(str_sub(line, 3, line.n));
    }
    return e;
}

bool http_next_event(struct http *h, struct http_event *e)
{
    for (;;) {
        buf_consume(&h->body, h->taken);
        h->taken = 0;
        struct str all = buf_str(&h->body);
        size_t lf = str_find_str(all, STR("\n\n")), crlf = str_find_str(all, STR("\r\n\r\n"));
        if (lf == all.n && crlf == all.n)
            return false;
        h->taken = crlf < lf ? crlf + 4 : lf + 2;
        *e = read_event(str_sub(all, 0, h->taken));
        if (e->data.n)
            return true;
    }
}
