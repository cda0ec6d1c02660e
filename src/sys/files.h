/* SPDX-License-Identifier: MIT */
/*
 * files: the file system, with errors in plain words ("/x/y: no space left on device").
 *
 * All reasons: NO_SUCH_FILE, NO_PERMISSION, DISK_FULL, TOO_LARGE, EXISTS, LOCKED, NOT_PRIVATE, IO.
 * Files are made with mode 0600, directories with 0700. Calls block; the core thread makes them at
 * start and stop only, a worker makes them in between.
 */
#ifndef PORTCULLIS_SYS_FILES_H
#define PORTCULLIS_SYS_FILES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/instant.h"

/* ---- whole files ---- */
/* Appends the content of a regular file to out; TOO_LARGE if it has more than `cap` bytes. */
bool file_read(const char *path, size_t cap, struct buf *out, struct error *e) FALLIBLE;
/* Hands out a file of any length from its beginning, some whole lines at a time; borrowed for the
 * call. What is no line within FILE_LINE_MAX bytes comes in pieces, and so does a last one without
 * its end. */
enum { FILE_LINE_MAX = 32 << 10 };
typedef void file_lines_fn(void *self, struct str lines);
bool file_lines(const char *path, file_lines_fn *fn, void *self, struct error *e) FALLIBLE;
/*
 * Replaces a file as one act: a reader and a crash see the old content or the new, never a mixture.
 * Durable on return.
 */
bool file_write(const char *path, struct str content, struct error *e) FALLIBLE;
bool file_exists(const char *path);
/* Who owns a file, and when its content was last changed. */
struct file_facts {
    int64_t uid;
    struct utc changed;
};
bool file_look(const char *path, struct file_facts *out, struct error *e) FALLIBLE;
/* NOT_PRIVATE if group or others may read or write the file, or another user owns it. */
bool file_is_private(const char *path, struct error *e) FALLIBLE;
/* Replaces what has the new name. */
bool file_rename(const char *from, const char *to, struct error *e) FALLIBLE;
/* Removing what is not there succeeds. */
bool file_remove(const char *path, struct error *e) FALLIBLE;

/* ---- files that only grow ---- */
struct append_file;

/* Opens for appending, makes it if needed. NULL and *e on failure. */
struct append_file *append_open(const char *path, struct error *e) FALLIBLE;
void append_close(struct append_file *f);
/* Writes all bytes; what a failed write left behind is cut off again if that is possible. */
bool append_write(struct append_file *f, struct str bytes, struct error *e) FALLIBLE;
/* What was written is on the disk when this returns true. */
bool append_sync(struct append_file *f, struct error *e) FALLIBLE;
int64_t append_size(const struct append_file *f);

/* Whatever this process and its children make from now on is for their user alone, also what others
 * make for them (SQLite its files). */
void files_keep_private(void);

/* ---- directories ---- */
/* Makes a directory and its parents; fine if it is there. */
bool dir_make(const char *path, struct error *e) FALLIBLE;
/* Bytes that may still be written to the disk of a directory. */
bool dir_room(const char *path, int64_t *out, struct error *e) FALLIBLE;
/*
 * Calls each(self, name) for every entry but "." and "..", in the order of the bytes of their
 * names; LIMIT with reason TOO_LARGE if there are more than `cap`.
 */
bool dir_list(const char *path, size_t cap, void (*each)(void *self, const char *name), void *self,
              struct error *e) FALLIBLE;

/* ---- one owner at a time ---- */
struct lock_file;

/*
 * Takes the lock and writes our process number into the file. CONFLICT with reason LOCKED if
 * another process has it; *holder (may be NULL) is then its number, or 0. The kernel lets go of a
 * lock when its process ends, however it ends.
 */
struct lock_file *lock_take(const char *path, int *holder, struct error *e) FALLIBLE;
void lock_release(struct lock_file *k);

#endif
