/* SPDX-License-Identifier: MIT */
#include "child.h"

#include "base/alloc.h"
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM_MIN = 1 << 20, ROOM_MAX = 64 << 20, READ_MIN = 64 << 10 };

static const char initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":100000,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}\n";
static const char initialized[] = "{\"jsonrpc\":\"2.0\",\"id\":100000,\"result\":{";

void child_start(struct child *c, char *const argv[])
{
    int in[2], out[2];
    posix_spawn_file_actions_t actions;
    *c = (struct child){.room = ROOM_MIN};
    signal(SIGPIPE, SIG_IGN); /* child_write says what is wrong */
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        measure_die("pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int why = posix_spawn(&c->pid, argv[0], &actions, NULL, argv, environ);
    if (why)
        measure_die("%s: %s", argv[0], strerror(why));
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    c->to = in[1];
    c->from = out[0];
    c->bytes = xmalloc(c->room);
}

void child_end(struct child *c)
{
    int status;
    close(c->to);
    while (child_read(c))
        c->start = c->seen = c->end; /* what is still said is heard, and not kept */
    if (waitpid(c->pid, &status, 0) != c->pid || status)
        measure_die("a program under measurement ended with status %d", status);
    close(c->from);
    xfree(c->bytes);
}

void child_write(struct child *c, struct str bytes)
{
    while (bytes.n) {
        ssize_t w = write(c->to, bytes.p, bytes.n);
        if (w < 0 && errno != EINTR)
            measure_die("a program under measurement reads no more: %s", strerror(errno));
        bytes = str_sub(bytes, w > 0 ? (size_t)w : 0, bytes.n);
    }
}

bool child_read(struct child *c)
{
    if (c->start == c->end)
        c->start = c->seen = c->end = 0;
    if (c->room - c->end < READ_MIN) {
        memmove(c->bytes, c->bytes + c->start, c->end - c->start);
        c->end -= c->start;
        c->seen -= c->start;
        c->start = 0;
    }
    if (c->room - c->end < READ_MIN) {
        if (c->room >= ROOM_MAX)
            measure_die("an answer exceeds %d bytes", (int)ROOM_MAX);
        c->room *= 2;
        c->bytes = xrealloc(c->bytes, c->room);
    }
    ssize_t n;
    do
        n = read(c->from, c->bytes + c->end, c->room - c->end);
    while (n < 0 && errno == EINTR);
    c->end += n > 0 ? (size_t)n : 0;
    return n > 0;
}

bool child_line(struct child *c, struct str *line)
{
    const char *from = c->bytes + c->seen;
    const char *newline = memchr(from, '\n', c->end - c->seen);
    if (!newline) {
        c->seen = c->end;
        return false;
    }
    size_t at = (size_t)(newline - c->bytes);
    *line = (struct str){c->bytes + c->start, at - c->start};
    c->start = c->seen = at + 1;
    return true;
}

struct str child_next_line(struct child *c)
{
    struct str line;
    while (!child_line(c, &line))
        if (!child_read(c))
            measure_die("a program under measurement ended without an answer");
    return line;
}

void child_initialize(struct child *c)
{
    child_write(c, str_of(initialize));
    struct str line = child_next_line(c);
    if (!str_starts(line, str_of(initialized)))
        measure_die("initialize is answered by " STR_FMT, STR_ARG(str_sub(line, 0, 400)));
}
