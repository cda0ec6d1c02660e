/* SPDX-License-Identifier: MIT */
/*
 * preload: makes the n-th call with which a process changes a file or speaks to somebody go wrong.
 *
 * Loaded into the daemon with LD_PRELOAD. It counts writes, sends, syncs, renames and truncations
 * of files and sockets (not of the log on file 2, nor of the pipes by which a program wakes itself)
 * and obeys
 *
 *   CRASH=KIND N     what happens at the N-th, from 1; N 0 never, which only counts
 *     kill           the process dies before it
 *     torn           half of the bytes are written, then the process dies
 *     eio            it fails: EIO on a file, ECONNRESET on a socket
 *     enospc         the disk is full from here on: a file can be written where it has bytes
 *                    already, but not grow
 *     eintr          it is interrupted once, having done nothing
 *     short1, half   one byte, half of the bytes are written, and it says so
 *     ahead, back    from here on the wall clock is an hour ahead, behind
 *     leap           the wall clock jumps to and fro by a day at each reading
 *   CRASH_COUNT=FILE the number of calls so far is kept there, as text
 *   CRASH_SPEED=N    time passes N times as fast: clocks, and what is waited for
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { NEVER, KILL, TORN, FAIL, FULL, INTERRUPT, SHORT_ONE, SHORT_HALF, AHEAD, BACK, LEAP };
static const char *const kinds[] = {"never",  "kill", "torn",  "eio",  "enospc", "eintr",
                                    "short1", "half", "ahead", "back", "leap"};
static enum kind kind;
static int point, speed = 1, count_fd = -1;
static atomic_int calls;
static atomic_uint readings;
static struct timespec began;

/* The function behind ours; memcpy, for a pointer to data is no pointer to a function. */
#define REAL(result, name, ...)                                                                    \
    static result (*real)(__VA_ARGS__);                                                            \
    if (!real) {                                                                                   \
        void *found = dlsym(RTLD_NEXT, #name);                                                     \
        memcpy(&real, &found, sizeof found);                                                       \
    }

static ssize_t real_write(int fd, const void *p, size_t n)
{
    REAL(ssize_t, write, int, const void *, size_t)
    return real(fd, p, n);
}

static int real_clock(clockid_t id, struct timespec *t)
{
    REAL(int, clock_gettime, clockid_t, struct timespec *)
    return real(id, t);
}

__attribute__((constructor)) static void begin(void)
{
    const char *what = getenv("CRASH"), *file = getenv("CRASH_COUNT"),
               *fast = getenv("CRASH_SPEED");
    char name[16] = "";
    if (what && sscanf(what, "%15s %d", name, &point) == 2)
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (strcmp(kinds[i], name) == 0)
                kind = (enum kind)i;
    if (fast)
        speed = atoi(fast) > 1 ? atoi(fast) : 1;
    if (file)
        count_fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    real_clock(CLOCK_MONOTONIC, &began);
}

/* ---- at which call, and what then ---- */

enum target { TARGET_NONE, TARGET_FILE, TARGET_SOCKET };

static enum target target_of(int fd)
{
    struct stat st;
    if (fd == 2 || fd == count_fd || fstat(fd, &st))
        return TARGET_NONE;
    return S_ISREG(st.st_mode) ? TARGET_FILE : S_ISSOCK(st.st_mode) ? TARGET_SOCKET : TARGET_NONE;
}

/*
 * Counts a call that wants to write `most` bytes; *n is how many it may. Negative: it fails with
 * errno; positive: it is the process's last. `grows`: it needs room that the file does not have
 * yet.
 */
static int hits(enum target target, bool grows, size_t *n, size_t most)
{
    char text[16];
    *n = most;
    if (target == TARGET_NONE)
        return 0;
    int at = atomic_fetch_add(&calls, 1) + 1;
    if (count_fd >= 0) {
        REAL(ssize_t, pwrite, int, const void *, size_t, off_t)
        int length = snprintf(text, sizeof text, "%d\n", at);
        (void)!real(count_fd, text, (size_t)length, 0);
    }
    if (kind == FULL && point && at >= point && target == TARGET_FILE && grows) {
        errno = ENOSPC;
        return -1;
    }
    if (at != point)
        return 0;
    switch (kind) {
    case KILL:
        kill(getpid(), SIGKILL);
        return -1;
    case TORN:
        *n = most / 2;
        return 1;
    case FAIL:
        errno = target == TARGET_FILE ? EIO : ECONNRESET;
        return -1;
    case INTERRUPT:
        errno = EINTR;
        return -1;
    case SHORT_ONE:
        *n = most ? 1 : 0;
        return 0;
    case SHORT_HALF:
        *n = most > 1 ? most / 2 : most;
        return 0;
    default:
        return 0;
    }
}

static void after(int hit)
{
    if (hit > 0)
        kill(getpid(), SIGKILL);
}

ssize_t write(int fd, const void *p, size_t n)
{
    int hit = hits(target_of(fd), true, &n, n);
    if (hit < 0)
        return -1;
    ssize_t done = real_write(fd, p, n);
    after(hit);
    return done;
}

static ssize_t at_offset(int fd, const void *p, size_t n, off_t offset)
{
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t)
    struct stat st;
    bool grows = fstat(fd, &st) == 0 && offset + (off_t)n > st.st_size;
    int hit = hits(target_of(fd), grows, &n, n);
    if (hit < 0)
        return -1;
    ssize_t done = real(fd, p, n, offset);
    after(hit);
    return done;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t offset)
{
    return at_offset(fd, p, n, offset);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t offset)
{
    return at_offset(fd, p, n, offset);
}

/* What is gathered from several places is cut to the first of them when it is to be short. */
ssize_t writev(int fd, const struct iovec *v, int count)
{
    REAL(ssize_t, writev, int, const struct iovec *, int)
    size_t all = 0, n;
    for (int i = 0; i < count; i++)
        all += v[i].iov_len;
    int hit = hits(target_of(fd), true, &n, all);
    if (hit < 0)
        return -1;
    ssize_t done = n == all ? real(fd, v, count)
                            : real_write(fd, v[0].iov_base, n < v[0].iov_len ? n : v[0].iov_len);
    after(hit);
    return done;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    REAL(ssize_t, sendmsg, int, const struct msghdr *, int)
    size_t n, all = m->msg_iovlen ? m->msg_iov[0].iov_len : 0;
    int hit = hits(target_of(fd), true, &n, all);
    if (hit < 0)
        return -1;
    ssize_t done = n == all ? real(fd, m, flags) : real_write(fd, m->msg_iov[0].iov_base, n);
    after(hit);
    return done;
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    REAL(ssize_t, send, int, const void *, size_t, int)
    int hit = hits(target_of(fd), true, &n, n);
    if (hit < 0)
        return -1;
    ssize_t done = real(fd, p, n, flags);
    after(hit);
    return done;
}

#define OF_A_FILE(name, call, ...)                                                                 \
    int name(__VA_ARGS__)                                                                          \
    {                                                                                              \
        REAL(int, name, __VA_ARGS__)                                                               \
        size_t n;                                                                                  \
        int hit = hits(target_of(fd), false, &n, 0);                                               \
        if (hit < 0)                                                                               \
            return -1;                                                                             \
        int done = call;                                                                           \
        after(hit);                                                                                \
        return done;                                                                               \
    }
OF_A_FILE(fsync, real(fd), int fd)
OF_A_FILE(fdatasync, real(fd), int fd)
OF_A_FILE(ftruncate, real(fd, length), int fd, off_t length)
OF_A_FILE(ftruncate64, real(fd, length), int fd, off64_t length)

int rename(const char *from, const char *to)
{
    REAL(int, rename, const char *, const char *)
    size_t n;
    int hit = hits(TARGET_FILE, false, &n, 0);
    if (hit < 0)
        return -1;
    int done = real(from, to);
    after(hit);
    return done;
}

/* ---- time ---- */

enum { HOUR_S = 3600 };

int clock_gettime(clockid_t id, struct timespec *t)
{
    int done = real_clock(id, t);
    if (done)
        return done;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
        if (point && atomic_load(&calls) >= point) {
            if (kind == AHEAD)
                t->tv_sec += HOUR_S;
            else if (kind == BACK)
                t->tv_sec -= HOUR_S;
            else if (kind == LEAP)
                t->tv_sec += (atomic_fetch_add(&readings, 1) % 2 ? 24 : -24) * HOUR_S;
        }
    } else if (speed > 1 && (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE)) {
        long long ns = (t->tv_sec - began.tv_sec) * 1000000000LL + (t->tv_nsec - began.tv_nsec);
        ns = ns * speed + began.tv_nsec;
        t->tv_sec = began.tv_sec + ns / 1000000000LL;
        t->tv_nsec = ns % 1000000000LL;
        if (t->tv_nsec < 0)
            t->tv_nsec += 1000000000L, t->tv_sec--;
    }
    return 0;
}

static int sooner(int timeout_ms)
{
    return timeout_ms > 0 ? (timeout_ms + speed - 1) / speed : timeout_ms;
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms)
{
    REAL(int, epoll_wait, int, struct epoll_event *, int, int)
    return real(fd, events, most, sooner(timeout_ms));
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int timeout_ms, const sigset_t *set)
{
    REAL(int, epoll_pwait, int, struct epoll_event *, int, int, const sigset_t *)
    return real(fd, events, most, sooner(timeout_ms), set);
}
