/* SPDX-License-Identifier: MIT */
/*
 * buf: a growable byte buffer with a cap, for writing text and frames.
 *
 * The cap is named at init, so a buffer that input makes large fails instead of growing. The
 * failure is sticky: after it, every add does nothing and `failed` stays true; test it once at
 * the end. A buf also serves as a queue: bytes are consumed from the front.
 */
#ifndef PORTCULLIS_BASE_BUF_H
#define PORTCULLIS_BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct buf {
    char *p;     /* owned; NULL until the first byte */
    size_t n;    /* bytes in use */
    size_t room; /* bytes allocated */
    size_t cap;  /* never more than this many bytes */
    bool failed; /* something did not fit */
};

/* ---- life ---- */
void buf_init(struct buf *b, size_t cap);
void buf_fini(struct buf *b);
/* Empties b and clears `failed`; keeps the memory. */
void buf_reset(struct buf *b);
/* The same of one that may rest for long: memory beyond `kept` bytes is given back. */
void buf_rest(struct buf *b, size_t kept);

/* ---- writing; each returns false if the buffer has failed ---- */
bool buf_add(struct buf *b, const void *p, size_t n);
bool buf_add_str(struct buf *b, struct str s);
bool buf_add_c(struct buf *b, const char *c_string);
bool buf_add_char(struct buf *b, char c);
bool buf_add_i64(struct buf *b, int64_t v);
bool buf_add_f(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_add_v(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Room for n more bytes at the end, to be filled by the caller and claimed with buf_grow; NULL if
 * over the cap. */
char *buf_space(struct buf *b, size_t n);
void buf_grow(struct buf *b, size_t n);

/* ---- reading ---- */
/* All bytes; borrowed until the next call on b. */
struct str buf_str(const struct buf *b);
/* Drops n bytes from the front (n <= b->n). */
void buf_consume(struct buf *b, size_t n);
/* Shortens b to n bytes (n <= b->n). */
void buf_cut(struct buf *b, size_t n);

#endif
