/* SPDX-License-Identifier: MIT */
#include "sys/logfile.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "sys/clock.h"
#include "sys/fault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_ROOM = LOG_LINE_MAX + 128 };

struct logfile {
    struct log_sink sink;
    int fd;
    char *path, *old_path; /* NULL: standard error */
    int64_t size, max_bytes;
    struct buf line;
};

static int open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void turn_over(struct logfile *f)
{
    if (rename(f->path, f->old_path))
        return; /* go on in the file we have */
    int fd = open_log(f->path);
    if (fd < 0)
        return;
    close(f->fd);
    f->fd = fd;
    f->size = 0;
}

static void write_line(void *self, enum log_level level, const char *component, struct str line)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    struct logfile *f = self;
    char time[UTC_TEXT_MAX];
    utc_format_ms(clock_now().wall, time);
    buf_reset(&f->line);
    buf_add_f(&f->line, "%s %s %s ", time, names[level], component);
    buf_add_str(&f->line, str_sub(line, 0, LOG_LINE_MAX));
    buf_add_char(&f->line, '\n');
    if (f->path && f->size + (int64_t)f->line.n > f->max_bytes)
        turn_over(f);
    /* one write per line, so that lines of two processes do not mix */
    ssize_t n = write(f->fd, f->line.p, f->line.n);
    if (n > 0)
        f->size += n;
}

struct logfile *logfile_open(const char *path, enum log_level level, int64_t max_bytes,
                             struct error *e)
{
    assert(e && max_bytes >= 4096);
    int fd = STDERR_FILENO;
    struct stat s = {0};
    if (path && ((fd = open_log(path)) < 0 || fstat(fd, &s))) {
        fault_set(e, errno, path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct logfile *f = xcalloc(1, sizeof *f);
    f->sink = (struct log_sink){write_line, f, level};
    f->fd = fd;
    f->size = s.st_size;
    f->max_bytes = max_bytes;
    buf_init(&f->line, LINE_ROOM);
    if (path) {
        size_t n = str_of(path).n;
        f->path = xmalloc(n + 1);
        f->old_path = xmalloc(n + 3);
        snprintf(f->path, n + 1, "%s", path);
        snprintf(f->old_path, n + 3, "%s.1", path);
    }
    return f;
}

void logfile_close(struct logfile *f)
{
    if (!f)
        return;
    if (f->path)
        close(f->fd);
    buf_fini(&f->line);
    xfree(f->path);
    xfree(f->old_path);
    xfree(f);
}

const struct log_sink *logfile_sink(const struct logfile *f)
{
    assert(f);
    return &f->sink;
}
