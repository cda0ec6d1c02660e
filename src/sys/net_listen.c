/* SPDX-License-Identifier: MIT */
/* The listening half of net.h. */
#include "base/alloc.h"
#include "sys/fault.h"
#include "sys/net_stream.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 128 };

struct listener {
    struct loop *loop;
    size_t max_streams, out_cap, count;
    void (*on_stream)(void *self, struct stream *s);
    bool (*admits)(void *self, int64_t uid);
    void *self;
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } h;
    struct stream *streams; /* ring of accepted ones; NULL if none */
    uint16_t port;
    char path[SUN_PATH_MAX]; /* "" for TCP */
    dev_t device;            /* the socket file we made, so that we remove no other */
    ino_t inode;
};

/* ---- accepting ---- */

static void remember(struct listener *k, struct stream *s)
{
    s->home = k;
    k->count++;
    if (!k->streams) {
        k->streams = s->prev = s->next = s;
        return;
    }
    s->next = k->streams;
    s->prev = k->streams->prev;
    s->prev->next = s->next->prev = s;
}

void listener_forget(struct stream *s)
{
    struct listener *k = s->home;
    assert(k);
    if (k->streams == s)
        k->streams = s->next == s ? NULL : s->next;
    s->prev->next = s->next;
    s->next->prev = s->prev;
    s->home = NULL;
    k->count--;
}

static bool name_tcp_peer(struct stream *s)
{
    struct sockaddr_storage a;
    int n = sizeof a;
    char host[64] = "";
    if (uv_tcp_getpeername(&s->h.tcp, (struct sockaddr *)&a, &n))
        return false;
    unsigned port = 0;
    if (a.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a;
        uv_ip4_name(v4, host, sizeof host);
        port = ntohs(v4->sin_port);
    } else {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a;
        uv_ip6_name(v6, host, sizeof host);
        port = ntohs(v6->sin6_port);
    }
    snprintf(s->peer, sizeof s->peer, "%s:%u", host, port);
    return uv_tcp_nodelay(&s->h.tcp, 1) == 0;
}

/* Our own user, root, and whom the owner admits may speak here, whatever the file's mode says. */
static bool name_unix_peer(const struct listener *k, struct stream *s)
{
    uv_os_fd_t fd;
    struct ucred c;
    socklen_t n = sizeof c;
    if (uv_fileno(&s->h.any, &fd) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n))
        return false;
    snprintf(s->peer, sizeof s->peer, "uid %u pid %d", (unsigned)c.uid, (int)c.pid);
    return c.uid == geteuid() || c.uid == 0 || (k->admits && k->admits(k->self, (int64_t)c.uid));
}

static void no_data(void *self, struct str bytes)
{
    (void)self, (void)bytes;
}

static void no_close(void *self, const struct error *why)
{
    (void)self, (void)why;
}

static void on_connection(uv_stream_t *h, int status)
{
    static const struct stream_owner nobody = {.on_data = no_data, .on_close = no_close};
    struct listener *k = h->data;
    if (status)
        return; /* the client gave up before we came, or we are out of descriptors */
    struct stream *s = stream_new(k->loop, k->out_cap);
    stream_own(s, &nobody);
    int r = k->path[0] ? uv_pipe_init(loop_uv(k->loop), &s->h.pipe, 0)
                       : uv_tcp_init(loop_uv(k->loop), &s->h.tcp);
    assert(!r);
    s->h.any.data = s;
    s->has_handle = true;
    s->open_handles++;
    r = uv_accept(h, &s->h.stream);
    if (r || k->count >= k->max_streams ||
        !(k->path[0] ? name_unix_peer(k, s) : name_tcp_peer(s))) {
        stream_close(s);
        return;
    }
    remember(k, s);
    s->is_open = true; /* a greeting may be queued in on_stream */
    k->on_stream(k->self, s);
    if (s->owner.on_data == no_data)
        stream_close(s);
    else if (!s->closing)
        stream_opened(s);
}

/* ---- listening ---- */

/* True if the socket file at `a` is a leftover: nobody accepts on it. */
static bool is_stale(const struct sockaddr_un *a, struct error *e)
{
    struct stat s;
    if (lstat(a->sun_path, &s))
        return fault_set(e, errno, a->sun_path);
    if (!S_ISSOCK(s.st_mode))
        return error_set(e, ERROR_CONFLICT, "EXISTS", "%s: exists and is not a socket",
                         a->sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_set(e, errno, a->sun_path);
    int r = connect(fd, (const struct sockaddr *)a, sizeof *a);
    bool refused = r && errno == ECONNREFUSED;
    close(fd);
    return refused || fault_set(e, EADDRINUSE, a->sun_path);
}

static int bind_path(struct listener *k, struct error *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    str_copy_cut(a.sun_path, sizeof a.sun_path, STR_NAME(k->path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_set(e, errno, k->path), -1;
    /* on Linux the file takes the mode of the unbound socket: it never exists with a wider one */
    int r = fchmod(fd, 0600);
    if (!r)
        r = bind(fd, (const struct sockaddr *)&a, sizeof a);
    if (r && errno == EADDRINUSE && is_stale(&a, e)) {
        unlink(k->path);
        r = bind(fd, (const struct sockaddr *)&a, sizeof a);
        if (r)
            fault_set(e, errno, k->path);
    } else if (r && errno != EADDRINUSE) {
        fault_set(e, errno, k->path);
    }
    /* only afterwards, for the umask has its say in bind */
    if (!r && k->admits && (r = chmod(k->path, 0666)))
        fault_set(e, errno, k->path);
    struct stat s;
    if (!r && (r = stat(k->path, &s)))
        fault_set(e, errno, k->path);
    if (r) {
        close(fd);
        return -1;
    }
    k->device = s.st_dev;
    k->inode = s.st_ino;
    return fd;
}

static bool listen_path(struct listener *k, const char *path, struct error *e)
{
    uv_pipe_init(loop_uv(k->loop), &k->h.pipe, 0);
    if (!str_copy(k->path, sizeof k->path, str_of(path)))
        return fault_set(e, ENAMETOOLONG, path);
    int fd = bind_path(k, e);
    if (fd < 0)
        return false;
    int r = uv_pipe_open(&k->h.pipe, fd);
    if (!r)
        r = uv_listen(&k->h.stream, BACKLOG, on_connection);
    return !r || fault_set(e, r, path);
}

static bool listen_tcp(struct listener *k, const struct net_address *at, struct error *e)
{
    uv_tcp_init(loop_uv(k->loop), &k->h.tcp);
    if (!net_is_loopback(at->host))
        return error_set(e, ERROR_DENIED, "NOT_LOOPBACK", "%s: is not a loopback address",
                         at->host);
    struct sockaddr_storage a;
    int n = sizeof a;
    int r = uv_ip4_addr(at->host, at->port, (struct sockaddr_in *)&a);
    if (r)
        r = uv_ip6_addr(at->host, at->port, (struct sockaddr_in6 *)&a);
    if (!r)
        r = uv_tcp_bind(&k->h.tcp, (const struct sockaddr *)&a, 0);
    if (!r)
        r = uv_listen(&k->h.stream, BACKLOG, on_connection);
    if (!r)
        r = uv_tcp_getsockname(&k->h.tcp, (struct sockaddr *)&a, &n);
    if (r) {
        char what[96];
        snprintf(what, sizeof what, "%.64s:%u", at->host, (unsigned)at->port);
        return fault_set(e, r, what);
    }
    k->port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
                                           : ((struct sockaddr_in6 *)&a)->sin6_port);
    return true;
}

struct listener *listener_open(struct loop *l, const struct listener_config *c, struct error *e)
{
    assert(l && c && c->on_stream && c->max_streams > 0 && c->out_cap > 0 && e);
    assert(c->at.path || c->at.host);
    struct listener *k = xcalloc(1, sizeof *k);
    k->loop = l;
    k->max_streams = c->max_streams;
    k->out_cap = c->out_cap;
    k->on_stream = c->on_stream;
    k->admits = c->admits;
    k->self = c->self;
    bool ok = c->at.path ? listen_path(k, c->at.path, e) : listen_tcp(k, &c->at, e);
    k->h.any.data = k;
    if (ok)
        return k;
    listener_close(k);
    return NULL;
}

static void on_listener_closed(uv_handle_t *h)
{
    xfree(h->data);
}

void listener_close(struct listener *k)
{
    if (!k)
        return;
    while (k->streams)
        listener_forget(k->streams);
    struct stat s;
    if (k->inode && !stat(k->path, &s) && s.st_ino == k->inode && s.st_dev == k->device)
        unlink(k->path);
    uv_close(&k->h.any, on_listener_closed);
}

uint16_t listener_port(const struct listener *k)
{
    assert(k);
    return k->port;
}

size_t listener_streams(const struct listener *k)
{
    assert(k);
    return k->count;
}
