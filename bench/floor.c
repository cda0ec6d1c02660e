/* SPDX-License-Identifier: MIT */
/*
 * floor: the least that a program on the same path can do, to stand beside what is measured.
 *
 *   floor pipe FILE       each request line on stdin is answered with the reply in FILE
 *   floor serve PATH FILE the same on a Unix socket, one connection after the other
 *   floor relay PATH      stdin to that socket, the socket to stdout
 *   floor http FILE       prints a free port; each request there is answered with FILE, an HTTP
 * reply floor print FILE      prints FILE floor port            prints a TCP port that is free now
 *
 * Nothing is parsed, no memory is asked for: what is left is the kernel's price of moving these
 * bytes between processes. Only the six digits of the id are copied from a request into its reply,
 * so that the load program can check floors and product alike. Static, and linked with nothing of
 * the product.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { REPLY_MAX = 1 << 20, BLOCK = 64 << 10, ID_DIGITS = 6, CONNECTIONS_MAX = 64 };

static const char id_key[] = "\"id\":";

static char reply[REPLY_MAX];
static size_t reply_size, reply_id; /* where the digits of its id stand */
static char pending[4 * REPLY_MAX]; /* replies to all requests of one read, written at once */

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno != EINTR)
            die("write");
        p += w > 0 ? w : 0;
        n -= w > 0 ? (size_t)w : 0;
    }
}

static void load_reply(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, reply, sizeof reply);
    if (n <= 0 || n == REPLY_MAX)
        die(path);
    close(fd);
    reply_size = (size_t)n;
    const char *id = memmem(reply, reply_size, id_key, sizeof id_key - 1);
    reply_id = id ? (size_t)(id - reply) + sizeof id_key - 1 : 0;
}

/* ---- lines ---- */

/* Answers the requests in block[0..n); returns how many bytes of them were whole lines. */
static size_t answer_lines(int to, const char *block, size_t n)
{
    size_t at = 0, out = 0;
    for (const char *end; (end = memchr(block + at, '\n', n - at));
         at = (size_t)(end - block) + 1) {
        size_t length = (size_t)(end - block) - at;
        const char *id = memmem(block + at, length < 40 ? length : 40, id_key, sizeof id_key - 1);
        if (!id)
            continue; /* a notification */
        if (sizeof pending - out < reply_size) {
            write_all(to, pending, out);
            out = 0;
        }
        memcpy(pending + out, reply, reply_size);
        memcpy(pending + out + reply_id, id + sizeof id_key - 1, ID_DIGITS);
        out += reply_size;
    }
    write_all(to, pending, out);
    return at;
}

static void serve_lines(int from, int to)
{
    static char block[BLOCK];
    size_t have = 0;
    ssize_t n;
    while ((n = read(from, block + have, sizeof block - have)) > 0) {
        have += (size_t)n;
        size_t done = answer_lines(to, block, have);
        memmove(block, block + done, have - done);
        have -= done;
    }
}

/* ---- Unix sockets ---- */

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path)
        die("a path too long for a socket");
    memcpy(a.sun_path, path, strlen(path) + 1);
    return a;
}

static void serve_socket(const char *path)
{
    struct sockaddr_un a = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 8))
        die(path);
    for (;;) {
        int one = accept(fd, NULL, NULL);
        if (one < 0)
            die("accept");
        serve_lines(one, one);
        close(one);
    }
}

/* Moves what is there; false at the end. */
static bool move(int from, int to)
{
    static char block[BLOCK];
    ssize_t n = read(from, block, sizeof block);
    if (n > 0)
        write_all(to, block, (size_t)n);
    return n > 0;
}

/* A process for each way: neither asks which of them has something to move. */
static void relay(const char *path)
{
    struct sockaddr_un a = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a))
        die(path);
    pid_t up = fork();
    if (up < 0)
        die("fork");
    while (move(up == 0 ? 0 : fd, up == 0 ? fd : 1))
        ;
    if (up == 0)
        shutdown(fd, SHUT_WR);
}

/* ---- TCP ---- */

/* A listening socket on a free port of this machine. */
static int listen_tcp(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, CONNECTIONS_MAX) ||
        getsockname(fd, (struct sockaddr *)&a, &size))
        die("listen");
    *port = ntohs(a.sin_port);
    return fd;
}

/* Requests have no body and arrive whole, one at a time on a connection. */
static bool answer_http(int fd)
{
    char block[4096];
    ssize_t n = read(fd, block, sizeof block);
    if (n < 4 || memcmp(block + n - 4, "\r\n\r\n", 4) != 0)
        return false;
    write_all(fd, reply, reply_size);
    return true;
}

static void serve_http(void)
{
    struct pollfd p[CONNECTIONS_MAX + 1];
    nfds_t n = 1;
    uint16_t port;
    int on = 1;
    p[0] = (struct pollfd){.fd = listen_tcp(&port), .events = POLLIN};
    printf("%u\n", (unsigned)port);
    fflush(stdout);
    while (poll(p, n, -1) > 0) {
        for (nfds_t i = n - 1; i > 0; i--) {
            if (p[i].revents && !answer_http(p[i].fd)) {
                close(p[i].fd);
                p[i] = p[--n];
            }
        }
        int one = p[0].revents && n <= CONNECTIONS_MAX ? accept(p[0].fd, NULL, NULL) : -1;
        if (one >= 0) {
            setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            p[n++] = (struct pollfd){.fd = one, .events = POLLIN};
        }
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    uint16_t port;
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(mode, "pipe") && argc == 3) {
        load_reply(argv[2]);
        serve_lines(0, 1);
    } else if (!strcmp(mode, "serve") && argc == 4) {
        load_reply(argv[3]);
        serve_socket(argv[2]);
    } else if (!strcmp(mode, "relay") && argc == 3) {
        relay(argv[2]);
    } else if (!strcmp(mode, "http") && argc == 3) {
        load_reply(argv[2]);
        serve_http();
    } else if (!strcmp(mode, "print") && argc == 3) {
        load_reply(argv[2]);
        write_all(1, reply, reply_size);
    } else if (!strcmp(mode, "port") && argc == 2) {
        close(listen_tcp(&port));
        printf("%u\n", (unsigned)port);
    } else {
        fputs("usage: floor pipe FILE | serve PATH FILE | relay PATH | http FILE | print FILE | "
              "port\n",
              stderr);
        return 2;
    }
    return 0;
}
