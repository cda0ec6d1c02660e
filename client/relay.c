/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, STATUS_MAX = 8, FRAME_HEAD = 5, FILE_PART_MAX = 32 << 10 };

/* ---- mcp: bytes both ways ---- */

/*
 * Copies until `from` has ended, which is true, or `to` takes no more. No more than a block is
 * held: a reader that does not read stops its writer.
 */
static bool copy_all(int from, int to, char block[BLOCK])
{
    for (;;) {
        ssize_t n = read(from, block, BLOCK);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = from, .events = POLLIN};
            poll(&wait, 1, -1);
        } else if (n == 0 || (n < 0 && errno != EINTR)) {
            return true;
        } else if (n > 0 && !write_all(to, block, (size_t)n)) {
            return false;
        }
    }
}

/* The requests. Where the daemon reads no more, it is heard out all the same. */
struct upward {
    int fd;
    atomic_bool is_over; /* all requests have gone, the answers are still to come */
    char block[BLOCK];
};

static void *copy_up(void *arg)
{
    struct upward *up = arg;
    if (copy_all(0, up->fd, up->block)) {
        up->is_over = true;
        shutdown(up->fd, SHUT_WR);
    }
    return NULL;
}

/* Each way has a thread that waits for nothing but its own bytes. */
int relay_bytes(int fd)
{
    static struct upward up;
    static char block[BLOCK];
    pthread_t thread;
    up.fd = fd;
    int why = pthread_create(&thread, NULL, copy_up, &up);
    if (why) {
        say("thread: %s", strerror(why));
        return CLIENT_UNAVAILABLE;
    }
    if (!copy_all(fd, 1, block))
        return 0; /* whoever started us has gone */
    if (up.is_over)
        return 0;
    say("the daemon has ended the connection");
    return CLIENT_UNAVAILABLE;
}

/* ---- cli: frames out ---- */

struct input {
    int fd;
    size_t start, end;
    char block[BLOCK];
};

/* Up to n of the next bytes; 0 at the end of input. */
static size_t next_bytes(struct input *in, size_t n, const char **p)
{
    if (in->start == in->end) {
        ssize_t got;
        do
            got = read(in->fd, in->block, sizeof in->block);
        while (got < 0 && errno == EINTR);
        in->start = 0;
        in->end = got > 0 ? (size_t)got : 0;
    }
    size_t have = in->end - in->start;
    size_t take = n < have ? n : have;
    *p = in->block + in->start;
    in->start += take;
    return take;
}

static bool read_exactly(struct input *in, char *out, size_t n)
{
    while (n) {
        const char *p;
        size_t got = next_bytes(in, n, &p);
        if (!got)
            return false;
        memcpy(out, p, got);
        out += got;
        n -= got;
    }
    return true;
}

bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (w < 0 && errno != EINTR) {
            return false;
        }
        p += w > 0 ? w : 0;
        n -= w > 0 ? (size_t)w : 0;
    }
    return true;
}

static int lost(void)
{
    say("the daemon has gone away before the command ended; its outcome is unknown");
    return CLIENT_UNAVAILABLE;
}

/* The daemon wants to know whether a person is here. False if it went away. */
static bool answer_prompt(struct input *in, size_t n)
{
    char prompt[PROMPT_MAX], reply[5 + SECRET_MAX];
    const char *why = NULL;
    size_t typed = 0;
    if (n >= sizeof prompt || !read_exactly(in, prompt, n))
        return false;
    for (size_t i = 0; i < n;
         i++) /* words of the broker may be in it, and no orders to a terminal */
        if ((unsigned char)prompt[i] < ' ' || prompt[i] == 0x7f)
            prompt[i] = '?';
    prompt[n] = 0;
    if (!terminal_ask(prompt, reply + 5, &typed, &why)) {
        typed = strlen(why);
        memcpy(reply + 5, why, typed);
    }
    reply[0] = why ? 'n' : 'p';
    reply[1] = reply[2] = 0;
    reply[3] = (char)(typed >> 8);
    reply[4] = (char)typed;
    bool ok = write_all(in->fd, reply, 5 + typed);
    explicit_bzero(reply, sizeof reply);
    return ok;
}

static bool send_frame(int fd, char kind, char *frame, size_t n)
{
    frame[0] = kind;
    frame[1] = frame[2] = 0;
    frame[3] = (char)(n >> 8);
    frame[4] = (char)n;
    return write_all(fd, frame, FRAME_HEAD + n);
}

/* The content of an open file, in frames. */
static bool send_file(int fd, int file, char frame[FRAME_HEAD + FILE_PART_MAX])
{
    ssize_t n;
    while ((n = read(file, frame + FRAME_HEAD, FILE_PART_MAX)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            size_t length = strlen(strerror(errno));
            memcpy(frame + FRAME_HEAD, strerror(errno), length);
            return send_frame(fd, 'n', frame, length);
        }
        if (!send_frame(fd, 'f', frame, (size_t)n))
            return false;
    }
    return send_frame(fd, 'f', frame, 0);
}

/* The daemon asks for a file. False if it went away. */
static bool answer_file(struct input *in, size_t n, char **args)
{
    static char frame[FRAME_HEAD + FILE_PART_MAX];
    char path[CLIENT_PATH_MAX];
    if (n >= sizeof path || !read_exactly(in, path, n))
        return false;
    path[n] = 0;
    while (*args && strcmp(*args, path) != 0)
        args++;
    bool is_input = strcmp(path, "-") == 0;
    int file = !*args ? -1 : is_input ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const char *why = *args ? strerror(errno) : "it is none of the arguments";
        memcpy(frame + FRAME_HEAD, why, strlen(why));
        return send_frame(in->fd, 'n', frame, strlen(why));
    }
    bool ok = send_file(in->fd, file, frame);
    if (!is_input)
        close(file);
    return ok;
}

int relay_frames(int fd, char **args)
{
    static struct input in;
    in = (struct input){.fd = fd};
    unsigned char head[5];
    while (read_exactly(&in, (char *)head, sizeof head)) {
        size_t left =
            (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
        if (head[0] == 'x') {
            char text[STATUS_MAX] = "";
            if (left >= sizeof text || !read_exactly(&in, text, left))
                return lost();
            return (int)strtol(text, NULL, 10) & 255;
        }
        if (head[0] == 'p') {
            if (!answer_prompt(&in, left))
                return lost();
            continue;
        }
        if (head[0] == 'f') {
            if (!answer_file(&in, left, args))
                return lost();
            continue;
        }
        if (head[0] != 'o' && head[0] != 'e')
            return lost();
        while (left) {
            const char *p;
            size_t n = next_bytes(&in, left, &p);
            if (!n)
                return lost();
            if (!write_all(head[0] == 'o' ? 1 : 2, p, n)) {
                if (errno != EPIPE)
                    say("output: %s", strerror(errno));
                return 1;
            }
            left -= n;
        }
    }
    return lost();
}
