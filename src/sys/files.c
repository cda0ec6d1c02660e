/* SPDX-License-Identifier: MIT */
#include "sys/files.h"

#include "base/alloc.h"
#include "sys/fault.h"
#include "sys/paths.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* All of it or errno; a short write without an error is continued. */
static bool write_all(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return true;
}

/* Makes names in the directory of `path` durable. */
static bool sync_parent(const char *path, struct error *e)
{
    char dir[PATH_TEXT_MAX];
    if (!path_parent(path, dir))
        return fault_set(e, ENAMETOOLONG, path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(e, errno, dir);
    /* some file systems cannot sync a directory and say so with EINVAL */
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    if (!ok)
        fault_set(e, errno, dir);
    close(fd);
    return ok;
}

/* ---- whole files ---- */

/* -1 and *e if it is no file that can be read. */
static int open_to_read(const char *path, struct error *e)
{
    /* O_NONBLOCK: opening a named pipe must not hang */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    if (fd < 0)
        return fault_set(e, errno, path), -1;
    if (fstat(fd, &s))
        fault_set(e, errno, path);
    else if (!S_ISREG(s.st_mode))
        error_set(e, ERROR_INVALID, "IO", "%s: is not a regular file", path);
    else
        return fd;
    close(fd);
    return -1;
}

/* How many bytes came; 0 at the end, -1 with errno. */
static ssize_t read_some(int fd, char *out, size_t n)
{
    for (;;) {
        ssize_t got = read(fd, out, n);
        if (got >= 0 || errno != EINTR)
            return got;
    }
}

bool file_read(const char *path, size_t cap, struct buf *out, struct error *e)
{
    assert(path && out && e);
    int fd = open_to_read(path, e);
    bool ok = fd >= 0;
    size_t total = 0;
    char chunk[8192];
    while (ok) {
        ssize_t n = read_some(fd, chunk, sizeof chunk);
        if (n < 0)
            ok = fault_set(e, errno, path);
        if (n <= 0)
            break;
        total += (size_t)n;
        if (total > cap || !buf_add(out, chunk, (size_t)n))
            ok = error_set(e, ERROR_LIMIT, "TOO_LARGE", "%s: has more than %zu bytes", path, cap);
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Bytes up to and with the last LF; all if there is none. */
static size_t whole_lines(const char *p, size_t n)
{
    size_t end = n;
    while (end > 0 && p[end - 1] != '\n')
        end--;
    return end > 0 ? end : n;
}

bool file_lines(const char *path, file_lines_fn *fn, void *self, struct error *e)
{
    assert(path && fn && e);
    char chunk[FILE_LINE_MAX];
    size_t n = 0;
    int fd = open_to_read(path, e);
    if (fd < 0)
        return false;
    ssize_t got;
    while ((got = read_some(fd, chunk + n, sizeof chunk - n)) > 0) {
        n += (size_t)got;
        if (n < sizeof chunk)
            continue;
        size_t taken = whole_lines(chunk, n);
        fn(self, (struct str){chunk, taken});
        memmove(chunk, chunk + taken, n - taken);
        n -= taken;
    }
    bool ok = got == 0 || fault_set(e, errno, path);
    close(fd);
    if (ok && n)
        fn(self, (struct str){chunk, n});
    return ok;
}

bool file_write(const char *path, struct str content, struct error *e)
{
    assert(path && e);
    char temporary[PATH_TEXT_MAX];
    int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return fault_set(e, ENAMETOOLONG, path);
    int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return fault_set(e, errno, path);
    bool ok = (write_all(fd, content) && fsync(fd) == 0) || fault_set(e, errno, path);
    close(fd);
    if (ok && rename(temporary, path))
        ok = fault_set(e, errno, path);
    if (!ok)
        unlink(temporary);
    return ok && sync_parent(path, e);
}

bool file_exists(const char *path)
{
    assert(path);
    return access(path, F_OK) == 0;
}

bool file_look(const char *path, struct file_facts *out, struct error *e)
{
    assert(path && out && e);
    struct stat s;
    if (stat(path, &s))
        return fault_set(e, errno, path);
    out->uid = s.st_uid;
    out->changed.ns = (int64_t)s.st_mtim.tv_sec * NS_PER_S + s.st_mtim.tv_nsec;
    return true;
}

bool file_is_private(const char *path, struct error *e)
{
    assert(path && e);
    struct stat s;
    if (stat(path, &s))
        return fault_set(e, errno, path);
    if (s.st_uid != geteuid())
        return error_set(e, ERROR_DENIED, "NOT_PRIVATE", "%s: belongs to another user", path);
    if (!(s.st_mode & (S_IRWXG | S_IRWXO)))
        return true;
    error_set(e, ERROR_DENIED, "NOT_PRIVATE", "%s: other users have access (mode %03o)", path,
              (unsigned)s.st_mode & 0777);
    return error_next(e, "chmod 600 %s", path);
}

bool file_rename(const char *from, const char *to, struct error *e)
{
    assert(from && to && e);
    return rename(from, to) == 0 || fault_set(e, errno, from);
}

bool file_remove(const char *path, struct error *e)
{
    assert(path && e);
    return unlink(path) == 0 || errno == ENOENT || fault_set(e, errno, path);
}

/* ---- files that only grow ---- */

struct append_file {
    int fd;
    int64_t size; /* bytes that were written whole */
    char path[PATH_TEXT_MAX];
};

struct append_file *append_open(const char *path, struct error *e)
{
    assert(path && e);
    if (strlen(path) >= PATH_TEXT_MAX)
        return fault_set(e, ENAMETOOLONG, path), NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(e, errno, path), NULL;
    struct stat s;
    bool ok = fstat(fd, &s) == 0 || fault_set(e, errno, path);
    if (!ok || !sync_parent(path, e)) {
        close(fd);
        return NULL;
    }
    struct append_file *f = xcalloc(1, sizeof *f);
    f->fd = fd;
    f->size = s.st_size;
    str_copy_cut(f->path, sizeof f->path, str_of(path));
    return f;
}

void append_close(struct append_file *f)
{
    if (!f)
        return;
    close(f->fd);
    xfree(f);
}

bool append_write(struct append_file *f, struct str bytes, struct error *e)
{
    assert(f && e);
    if (write_all(f->fd, bytes)) {
        f->size += (int64_t)bytes.n;
        return true;
    }
    fault_set(e, errno, f->path);
    /* half a record must not stand before the next one; if this fails too, the reader copes */
    int ignored = ftruncate(f->fd, f->size);
    (void)ignored;
    return false;
}

bool append_sync(struct append_file *f, struct error *e)
{
    assert(f && e);
    return fdatasync(f->fd) == 0 || fault_set(e, errno, f->path);
}

int64_t append_size(const struct append_file *f)
{
    assert(f);
    return f->size;
}

void files_keep_private(void)
{
    (void)umask(077);
}

/* ---- directories ---- */

bool dir_make(const char *path, struct error *e)
{
    assert(path && path[0] && e);
    char part[PATH_TEXT_MAX];
    if (!str_copy(part, sizeof part, str_of(path)))
        return fault_set(e, ENAMETOOLONG, path);
    for (char *p = part + 1;; p++) {
        if (*p && *p != '/')
            continue;
        char kept = *p;
        *p = 0;
        if (mkdir(part, 0700) && errno != EEXIST)
            return fault_set(e, errno, part);
        if (!kept)
            break;
        *p = kept;
    }
    struct stat s;
    if (stat(path, &s))
        return fault_set(e, errno, path);
    return S_ISDIR(s.st_mode) || fault_set(e, ENOTDIR, path);
}

static int by_bytes(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

bool dir_room(const char *path, int64_t *out, struct error *e)
{
    assert(path && out && e);
    struct statvfs s;
    if (statvfs(path, &s))
        return fault_set(e, errno, path);
    *out = (int64_t)(s.f_bavail * s.f_frsize);
    return true;
}

bool dir_list(const char *path, size_t cap, void (*each)(void *self, const char *name), void *self,
              struct error *e)
{
    assert(path && each && e);
    DIR *d = opendir(path);
    if (!d)
        return fault_set(e, errno, path);
    char **names = NULL;
    size_t n = 0, room = 0;
    bool ok = true;
    const struct dirent *entry;
    while (ok && (errno = 0, entry = readdir(d))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (n == cap) {
            ok = error_set(e, ERROR_LIMIT, "TOO_LARGE", "%s: has more than %zu entries", path, cap);
            break;
        }
        if (n == room) {
            room = room ? room * 2 : 64;
            names = xrealloc(names, room * sizeof *names);
        }
        size_t length = strlen(entry->d_name) + 1;
        names[n] = xmalloc(length);
        memcpy(names[n++], entry->d_name, length);
    }
    if (ok && errno)
        ok = fault_set(e, errno, path);
    closedir(d);
    if (n)
        qsort(names, n, sizeof *names, by_bytes);
    for (size_t i = 0; i < n; i++) {
        if (ok)
            each(self, names[i]);
        xfree(names[i]);
    }
    xfree(names);
    return ok;
}

/* ---- one owner at a time ---- */

struct lock_file {
    int fd;
};

/* The number that the holder wrote, 0 if it has not yet. */
static int read_holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof text, 0);
    int64_t pid = 0;
    if (n > 0 && str_to_i64(str_trim((struct str){text, (size_t)n}), &pid) && pid > 0)
        return (int)pid;
    return 0;
}

struct lock_file *lock_take(const char *path, int *holder, struct error *e)
{
    assert(path && e);
    if (holder)
        *holder = 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(e, errno, path), NULL;
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        bool held = errno == EWOULDBLOCK || fault_set(e, errno, path);
        int pid = held ? read_holder(fd) : 0;
        if (held)
            error_set(e, ERROR_CONFLICT, "LOCKED", "%s: in use by process %d", path, pid);
        if (holder)
            *holder = pid;
        close(fd);
        return NULL;
    }
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) || !write_all(fd, (struct str){text, (size_t)n})) {
        fault_set(e, errno, path);
        close(fd);
        return NULL;
    }
    struct lock_file *k = xcalloc(1, sizeof *k);
    k->fd = fd;
    return k;
}

void lock_release(struct lock_file *k)
{
    if (!k)
        return;
    /* the file stays: removing it would let two processes lock two files of one name */
    if (ftruncate(k->fd, 0) == 0)
        flock(k->fd, LOCK_UN);
    close(k->fd);
    xfree(k);
}
