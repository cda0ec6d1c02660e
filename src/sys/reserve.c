/* SPDX-License-Identifier: MIT */
#include "sys/reserve.h"

#include "base/alloc.h"
#include "sys/fault.h"
#include "sys/paths.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reserve {
    int fd;
    char path[PATH_TEXT_MAX];
};

/* All RESERVE_BYTES of them, over what is there. */
static bool overwrite(int fd, const char *bytes)
{
    size_t at = 0;
    while (at < RESERVE_BYTES) {
        ssize_t n = pwrite(fd, bytes + at, RESERVE_BYTES - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return fdatasync(fd) == 0;
}

bool reserve_write(struct reserve *r, struct str text, struct error *e)
{
    assert(r && e && text.n <= RESERVE_BYTES);
    char bytes[RESERVE_BYTES];
    memset(bytes, ' ', sizeof bytes);
    if (text.n)
        memcpy(bytes, text.p, text.n);
    bytes[RESERVE_BYTES - 1] = text.n < RESERVE_BYTES ? '\n' : bytes[RESERVE_BYTES - 1];
    return overwrite(r->fd, bytes) || fault_set(e, errno, r->path);
}

struct reserve *reserve_open(const char *path, struct error *e)
{
    assert(path && e);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(e, errno, path), NULL;
    struct reserve *r = xcalloc(1, sizeof *r);
    r->fd = fd;
    str_copy_cut(r->path, sizeof r->path, str_of(path));
    struct stat s;
    bool ok = fstat(fd, &s) == 0 || fault_set(e, errno, path);
    /* written, not only allocated: some file systems promise nothing for the latter */
    if (ok && s.st_size < RESERVE_BYTES) {
        struct buf kept;
        buf_init(&kept, RESERVE_BYTES);
        ok = reserve_read(r, &kept, e) && reserve_write(r, buf_str(&kept), e);
        buf_fini(&kept);
    }
    if (ok)
        return r;
    reserve_close(r);
    return NULL;
}

void reserve_close(struct reserve *r)
{
    if (!r)
        return;
    close(r->fd);
    xfree(r);
}

bool reserve_read(const struct reserve *r, struct buf *out, struct error *e)
{
    assert(r && out && e);
    char bytes[RESERVE_BYTES];
    ssize_t n;
    do
        n = pread(r->fd, bytes, sizeof bytes, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fault_set(e, errno, r->path);
    (void)buf_add_str(out, str_trim((struct str){bytes, (size_t)n}));
    return true;
}
