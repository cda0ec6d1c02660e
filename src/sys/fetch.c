/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.0, so that the answer ends with the connection or its Content-Length and never comes in
 * chunks; one that comes so nevertheless is refused.
 */
#include "sys/fetch.h"

#include "base/instant.h"
#include "sys/clock.h"
#include "sys/fault.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_MAX = 256, HEAD_MAX = 16 << 10, READ_BLOCK = 16 << 10 };

struct place {
    bool is_tls;
    char host[HOST_MAX], port[8];
    struct str authority, path;
};

struct visit {
    struct place at;
    struct instant deadline;
    int fd;
    gnutls_session_t tls; /* NULL: in the clear */
    gnutls_certificate_credentials_t trust;
    struct error *e;
};

/* ---- where ---- */

static bool parse(struct str url, struct place *p)
{
    bool is_tls = str_starts(url, STR("https://"));
    if (!is_tls && !str_starts(url, STR("http://")))
        return false;
    struct str rest = str_sub(url, is_tls ? 8 : 7, url.n);
    size_t slash = str_find(rest, '/', 0);
    struct str whole = str_sub(rest, 0, slash), host = whole,
               port = is_tls ? STR("443") : STR("80");
    size_t colon = str_find(host, ':', host.n && host.p[0] == '[' ? str_find(host, ']', 0) : 0);
    if (colon < host.n) {
        port = str_sub(host, colon + 1, host.n);
        host = str_sub(host, 0, colon);
    }
    int64_t number;
    if (host.n > 2 && host.p[0] == '[')
        host = str_sub(host, 1, host.n - 1);
    *p = (struct place){.is_tls = is_tls, .authority = whole, .path = str_sub(rest, slash, rest.n)};
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] >= 0x7F || url.p[i] == '@' || url.p[i] == '#')
            return false;
    bool is_here = str_eq(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) ||
                   str_eq(host, STR("::1"));
    return host.n && (is_tls || is_here) && str_to_i64(port, &number) && number > 0 &&
           number <= 65535 && str_copy(p->host, sizeof p->host, host) &&
           str_copy(p->port, sizeof p->port, port);
}

bool fetch_takes(struct str url)
{
    struct place p;
    return parse(url, &p);
}

/* ---- waiting ---- */

static bool wait_for(struct visit *v, short events)
{
    int64_t left = (v->deadline.ns - clock_now().mono.ns) / NS_PER_MS;
    struct pollfd p = {.fd = v->fd, .events = events};
    int r = left > 0 ? poll(&p, 1, (int)left) : 0;
    if (r > 0 || (r < 0 && errno == EINTR))
        return true;
    return error_set(v->e, ERROR_TIMEOUT, "FETCH_TIMEOUT", "%s: does not answer", v->at.host);
}

static bool dial_one(struct visit *v, const struct addrinfo *a)
{
    int status = 0;
    socklen_t n = sizeof status;
    v->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (v->fd < 0)
        return fault_set(v->e, errno, v->at.host);
    if (!connect(v->fd, a->ai_addr, a->ai_addrlen))
        return true;
    if (errno != EINPROGRESS)
        return fault_set(v->e, errno, v->at.host);
    if (!wait_for(v, POLLOUT))
        return false;
    return (!getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &status, &n) && !status) ||
           fault_set(v->e, status, v->at.host);
}

static bool dial(struct visit *v)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
    if (getaddrinfo(v->at.host, v->at.port, &hints, &all))
        return error_set(v->e, ERROR_UNAVAILABLE, "NO_SUCH_HOST", "%s: is not found", v->at.host);
    bool ok = false;
    for (const struct addrinfo *a = all; a && !ok; a = a->ai_next) {
        if (v->fd >= 0)
            close(v->fd);
        ok = dial_one(v, a);
    }
    freeaddrinfo(all);
    return ok;
}

/* ---- TLS ---- */

static bool fail_tls(struct visit *v, int number)
{
    return error_set(v->e, ERROR_UNAVAILABLE, "FETCH_TLS", "%s: %s", v->at.host,
                     gnutls_strerror(number));
}

/* After E_AGAIN: until the socket is ready for what the session wants. */
static bool wait_tls(struct visit *v)
{
    return wait_for(v, gnutls_record_get_direction(v->tls) ? POLLOUT : POLLIN);
}

static bool shake(struct visit *v)
{
    int r = gnutls_certificate_allocate_credentials(&v->trust);
    if (r == 0)
        r = gnutls_init(&v->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (r == 0)
        r = gnutls_set_default_priority_append(v->tls, "-VERS-TLS1.0:-VERS-TLS1.1", NULL, 0);
    if (r == 0)
        r = gnutls_credentials_set(v->tls, GNUTLS_CRD_CERTIFICATE, v->trust);
    if (r == 0)
        r = gnutls_server_name_set(v->tls, GNUTLS_NAME_DNS, v->at.host, strlen(v->at.host));
    if (r != 0)
        return fail_tls(v, r);
    (void)gnutls_certificate_set_x509_system_trust(v->trust);
    gnutls_session_set_verify_cert(v->tls, v->at.host, 0);
    gnutls_transport_set_int(v->tls, v->fd);
    while ((r = gnutls_handshake(v->tls)) != 0) {
        if (gnutls_error_is_fatal(r))
            return fail_tls(v, r);
        if (r == GNUTLS_E_AGAIN && !wait_tls(v))
            return false;
    }
    return true;
}

/* ---- bytes ---- */

/* How many; 0 at the end, -1 with the error. */
static ssize_t take(struct visit *v, char *out, size_t room)
{
    for (;;) {
        ssize_t n = v->tls ? gnutls_record_recv(v->tls, out, room) : recv(v->fd, out, room, 0);
        bool is_early = v->tls ? n < 0 && !gnutls_error_is_fatal((int)n)
                               : n < 0 && (errno == EAGAIN || errno == EINTR);
        if (n >= 0)
            return n;
        if (v->tls && n == GNUTLS_E_PREMATURE_TERMINATION)
            return 0; /* many servers end so; a Content-Length tells if something is missing */
        if (!is_early) {
            (void)(v->tls ? fail_tls(v, (int)n) : fault_set(v->e, errno, v->at.host));
            return -1;
        }
        if (!(v->tls ? wait_tls(v) : wait_for(v, POLLIN)))
            return -1;
    }
}

static bool give(struct visit *v, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = v->tls ? gnutls_record_send(v->tls, bytes.p, bytes.n)
                           : send(v->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        bool is_early = v->tls ? n < 0 && !gnutls_error_is_fatal((int)n)
                               : n < 0 && (errno == EAGAIN || errno == EINTR);
        if (n < 0 && !is_early)
            return v->tls ? fail_tls(v, (int)n) : fault_set(v->e, errno, v->at.host);
        if (n < 0 && !(v->tls ? wait_tls(v) : wait_for(v, POLLOUT)))
            return false;
        bytes = str_sub(bytes, n > 0 ? (size_t)n : 0, bytes.n);
    }
    return true;
}

/* ---- the answer ---- */

static bool refuse(struct visit *v, const char *reason, const char *text)
{
    return error_set(v->e, ERROR_UNAVAILABLE, reason, "%s: %s", v->at.host, text);
}

/* Header lines are looked at for what changes how the rest is read. */
static bool read_head(struct visit *v, struct str head, uint64_t *length)
{
    struct str line, status, name;
    (void)str_cut(&head, '\n', &line);
    *length = UINT64_MAX;
    if (!str_starts(line, STR("HTTP/1.")) || line.n < 12)
        return refuse(v, "FETCH_STATUS", "does not speak HTTP");
    status = str_sub(line, 9, 12);
    if (!str_eq(status, STR("200")))
        return error_set(v->e, ERROR_UNAVAILABLE, "FETCH_STATUS",
                         "%s: answers with status " STR_FMT, v->at.host, STR_ARG(status));
    while (str_cut(&head, '\n', &line)) {
        size_t colon = str_find(line, ':', 0);
        name = str_sub(line, 0, colon);
        if (str_ieq(name, STR("Transfer-Encoding")))
            return refuse(v, "FETCH_STATUS", "answers in chunks, which nobody asked for");
        if (str_ieq(name, STR("Content-Length")) &&
            !str_to_u64(str_trim(str_sub(line, colon + 1, line.n)), length))
            return refuse(v, "FETCH_STATUS", "tells no length");
    }
    return true;
}

static bool read_answer(struct visit *v, size_t cap, struct buf *all, struct buf *out)
{
    char block[READ_BLOCK];
    ssize_t n = 0;
    while ((n = take(v, block, sizeof block)) > 0)
        if (!buf_add(all, block, (size_t)n))
            return refuse(v, "TOO_LARGE", "answers with too much");
    if (n < 0)
        return false;
    struct str text = buf_str(all);
    size_t end = str_find_str(text, STR("\r\n\r\n"));
    uint64_t length;
    if (end >= text.n)
        return refuse(v, "FETCH_STATUS", "does not speak HTTP");
    if (!read_head(v, str_sub(text, 0, end), &length))
        return false;
    struct str body = str_sub(text, end + 4, text.n);
    if (length != UINT64_MAX && body.n < length)
        return refuse(v, "FETCH_STATUS", "ended in the middle");
    body = str_sub(body, 0, length < body.n ? (size_t)length : body.n);
    return (body.n <= cap && buf_add_str(out, body)) ||
           refuse(v, "TOO_LARGE", "answers with too much");
}

bool fetch(const char *url, size_t cap, int64_t timeout_ms, struct buf *out, struct error *e)
{
    struct visit v = {.fd = -1, .e = e};
    struct buf all, request;
    if (!parse(str_of(url), &v.at))
        return error_set(e, ERROR_INVALID, "BAD_URL", "%.200s: is no https address", url);
    v.deadline = instant_after_ms(clock_now().mono, timeout_ms);
    buf_init(&all, cap + HEAD_MAX);
    buf_init(&request, HEAD_MAX);
    buf_add_f(&request,
              "GET " STR_FMT "%s HTTP/1.0\r\nHost: " STR_FMT "\r\nAccept: application/json\r\n"
              "User-Agent: portcullis\r\nConnection: close\r\n\r\n",
              STR_ARG(v.at.path), v.at.path.n ? "" : "/", STR_ARG(v.at.authority));
    bool ok = dial(&v) && (!v.at.is_tls || shake(&v)) && give(&v, buf_str(&request)) &&
              read_answer(&v, cap, &all, out);
    if (v.tls)
        gnutls_deinit(v.tls);
    if (v.trust)
        gnutls_certificate_free_credentials(v.trust);
    if (v.fd >= 0)
        close(v.fd);
    buf_fini(&all);
    buf_fini(&request);
    return ok;
}
