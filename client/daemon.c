/* SPDX-License-Identifier: MIT */
/*
 * Reaching the daemon, and starting it when it does not run. A file lock makes sure that of many
 * clients that find no daemon only one starts it; the others wait for the lock and then connect.
 */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 5, TAIL_MAX = 2000 };

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- connecting ---- */

/* Only our own user, root, or whom we were told may be at the other end: nothing is sent before. */
static bool peer_is_ours(const struct where *w, int fd)
{
    struct ucred c;
    socklen_t n = sizeof c;
    return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) &&
           (c.uid == geteuid() || c.uid == 0 || (long)c.uid == w->daemon_uid);
}

int daemon_connect(const struct where *w)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(w->socket) >= sizeof a.sun_path) {
        say("%s: too long for a socket", w->socket);
        return -2;
    }
    memcpy(a.sun_path, w->socket, strlen(w->socket) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        say("socket: %s", strerror(errno));
        return -2;
    }
    struct timeval patience = {.tv_sec = CLIENT_WAIT_MS / 1000}; /* bounds connect */
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)&a, sizeof a)) {
        int why = errno;
        close(fd);
        if (why == ENOENT || why == ECONNREFUSED)
            return -1;
        say("%s: %s", w->socket, strerror(why));
        return -2;
    }
    if (peer_is_ours(w, fd))
        return fd;
    close(fd);
    say("%s: the program that answers there belongs to another user", w->socket);
    return -2;
}

/* ---- starting ---- */

/* The new program's side of the second fork. What fails here is found in the log. */
static void become_daemon(const struct where *w, int log)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0 && !chdir("/") && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(log, 2) == 2 &&
        !close_range(3, ~0U, CLOSE_RANGE_CLOEXEC))
        execl(w->program, "portcullisd", (char *)NULL);
    dprintf(log, "%s: %s\n", w->program, strerror(errno));
    _exit(126);
}

/*
 * Starts the program twice removed: in a session of its own, and no child of ours, so that it
 * outlives us and leaves no zombie. Its process number, or -1 with a message.
 */
static int launch(const struct where *w)
{
    int report[2], pid = -1;
    int log = open(w->log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0 || pipe2(report, O_CLOEXEC)) {
        say("%s: %s", w->log, strerror(errno));
        return -1;
    }
    pid_t middle = fork();
    if (middle == 0) {
        setsid();
        pid = fork();
        if (pid == 0)
            become_daemon(w, log);
        _exit(write(report[1], &pid, sizeof pid) == sizeof pid ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(log);
    close(report[1]);
    if (middle < 0 || read(report[0], &pid, sizeof pid) != sizeof pid || pid < 0)
        say("%s cannot be started: no more processes", w->program);
    close(report[0]);
    if (middle > 0)
        waitpid(middle, NULL, 0);
    return pid;
}

static void print_tail_of_log(const struct where *w)
{
    char text[TAIL_MAX + 1];
    int fd = open(w->log, O_RDWR | O_CLOEXEC);
    struct stat s;
    if (fd < 0)
        return;
    off_t from = !fstat(fd, &s) && s.st_size > TAIL_MAX ? s.st_size - TAIL_MAX : 0;
    ssize_t n = pread(fd, text, TAIL_MAX, from);
    if (n <= 0 && pwrite(fd, "\n", 1, 0) < 0) /* a full disk swallows the reason too */
        n = snprintf(text, sizeof text, "%s: %s", w->log, strerror(errno));
    else if (n <= 0)
        n = snprintf(text, sizeof text, "nothing; `portcullis serve` shows what happens");
    close(fd);
    text[n] = 0;
    fprintf(stderr, "%s%s", text, text[n - 1] == '\n' ? "" : "\n");
}

/* Waits until the daemon answers on its socket, ends, or takes too long. */
static int wait_for_socket(const struct where *w, int pid)
{
    struct pollfd ended = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    long deadline = now_ms() + CLIENT_WAIT_MS;
    int fd = -1;
    bool is_over = ended.fd < 0;
    while ((fd = daemon_connect(w)) == -1 && !is_over && now_ms() < deadline)
        is_over = poll(&ended, 1, POLL_MS) > 0;
    if (ended.fd >= 0)
        close(ended.fd);
    if (fd == -1) {
        say(is_over ? "portcullisd ended while it was starting:"
                    : "portcullisd was started but does not answer; it says:");
        print_tail_of_log(w);
    }
    return fd;
}

/* Waits for the start lock; -1 with a message. The kernel lets go of it when its process ends. */
static int take_lock(const char *dir)
{
    char path[CLIENT_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/start.lock", dir);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX)) {
        say("%s: %s", path, strerror(errno));
        return -1;
    }
    return lock;
}

int daemon_connect_or_start(const struct where *w, bool verbose)
{
    int fd = daemon_connect(w);
    if (fd != -1)
        return fd;
    char dir[CLIENT_PATH_MAX], log_dir[CLIENT_PATH_MAX];
    if (w->daemon_uid >= 0 && w->daemon_uid != (long)geteuid()) {
        say("no daemon is running, and the user %ld is to start it", w->daemon_uid);
        return -1;
    }
    if (!w->program[0]) {
        say("no daemon is running, and portcullisd is neither beside this program nor on the PATH");
        return -1;
    }
    if (!where_make_parent(w->socket, dir) || !where_make_parent(w->log, log_dir))
        return -1;
    int lock = take_lock(dir);
    if (lock < 0)
        return -1;
    fd = daemon_connect(w); /* whoever held the lock may have started it */
    if (fd == -1) {
        int pid = launch(w);
        fd = pid > 0 ? wait_for_socket(w, pid) : -1;
        if (fd >= 0 && (verbose || isatty(2)))
            say("started the daemon (pid %d)", pid);
    }
    close(lock);
    return fd;
}

/* ---- the greeting ---- */

/* Reads to the end of a line and not a byte further, what follows belongs to the relay. */
static bool read_line(int fd, char line[CLIENT_LINE_MAX])
{
    size_t n = 0;
    long deadline = now_ms() + CLIENT_WAIT_MS;
    while (n < CLIENT_LINE_MAX - 1) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        long left = deadline - now_ms();
        if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
            return false;
        ssize_t seen = recv(fd, line + n, CLIENT_LINE_MAX - 1 - n, MSG_PEEK);
        if (seen <= 0)
            return false;
        char *end = memchr(line + n, '\n', (size_t)seen);
        size_t take = end ? (size_t)(end - (line + n)) + 1 : (size_t)seen;
        if (recv(fd, line + n, take, 0) != (ssize_t)take)
            return false;
        n += take;
        if (end) {
            *end = 0;
            return true;
        }
    }
    return false;
}

bool daemon_greet(int fd, const char *hello, size_t n, char build[CLIENT_LINE_MAX])
{
    static const char ok[] = "PORTCULLIS 1 build=", bad[] = "PORTCULLIS ERROR ";
    char line[CLIENT_LINE_MAX] = "";
    if (!write_all(fd, hello, n) || !read_line(fd, line)) {
        say("the daemon does not answer");
        return false;
    }
    if (!strncmp(line, bad, sizeof bad - 1)) {
        say("the daemon refuses: %s", line + sizeof bad - 1);
        return false;
    }
    if (strncmp(line, ok, sizeof ok - 1)) {
        say("what answers on the socket is not portcullisd, or one of another protocol");
        return false;
    }
    snprintf(build, CLIENT_LINE_MAX, "%s", line + sizeof ok - 1);
    return true;
}

/* ---- its end ---- */

int daemon_process(int fd)
{
    struct ucred c;
    socklen_t n = sizeof c;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) || c.pid <= 0 ? -1
                                                                         : pidfd_open(c.pid, 0);
}

bool daemon_wait_end(const struct where *w, int process)
{
    int fd = daemon_connect(w); /* a daemon that ends listens no more when it answers */
    if (fd >= 0)
        close(fd);
    struct pollfd ended = {.fd = process, .events = POLLIN};
    if (fd != -1 || process < 0 || poll(&ended, 1, CLIENT_WAIT_MS) > 0)
        return true;
    say("the daemon has not ended yet after %d seconds; portcullisd.log in %s tells what it does",
        CLIENT_WAIT_MS / 1000, w->state);
    return false;
}
