/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROOM_MIN = 256 };

/* ---- life ---- */

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){.cap = cap};
}

void buf_fini(struct buf *b)
{
    xfree(b->p);
    *b = (struct buf){.cap = b->cap};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

void buf_rest(struct buf *b, size_t kept)
{
    if (b->room > kept) {
        size_t cap = b->cap;
        buf_fini(b);
        buf_init(b, cap);
    }
    buf_reset(b);
}

/* ---- writing ---- */

/* Makes room for n more bytes, or fails for good. */
static bool reserve(struct buf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n > b->cap - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + n;
    if (need <= b->room && b->p)
        return true;
    /* doubling keeps the cost of many small adds linear; the cap has the last word */
    size_t room = b->room < ROOM_MIN ? ROOM_MIN : b->room;
    while (room < need)
        room = room > b->cap / 2 ? b->cap : room * 2;
    if (room > b->cap)
        room = b->cap;
    b->p = xrealloc(b->p, room);
    b->room = room;
    return true;
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return false;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

bool buf_add_str(struct buf *b, struct str s)
{
    return buf_add(b, s.p, s.n);
}

bool buf_add_c(struct buf *b, const char *c_string)
{
    return buf_add_str(b, str_of(c_string));
}

bool buf_add_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_add_i64(struct buf *b, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (v < 0)
        digits[--at] = '-';
    return buf_add(b, digits + at, sizeof digits - at);
}

bool buf_add_v(struct buf *b, const char *fmt, va_list ap)
{
    /* most texts are short: format once on the stack, a second time only for the long ones */
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    bool done;
    if (n < 0) {
        b->failed = true;
        done = false;
    } else if ((size_t)n < sizeof small) {
        done = buf_add(b, small, (size_t)n);
    } else {
        /* vsnprintf wants a place for its NUL, which the cap does not count */
        done = reserve(b, (size_t)n);
        if (done) {
            char *whole = xmalloc((size_t)n + 1);
            vsnprintf(whole, (size_t)n + 1, fmt, again);
            done = buf_add(b, whole, (size_t)n);
            xfree(whole);
        }
    }
    va_end(again);
    return done;
}

bool buf_add_f(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bool done = buf_add_v(b, fmt, ap);
    va_end(ap);
    return done;
}

char *buf_space(struct buf *b, size_t n)
{
    return reserve(b, n) ? b->p + b->n : NULL;
}

void buf_grow(struct buf *b, size_t n)
{
    assert(n <= b->room - b->n);
    b->n += n;
}

/* ---- reading ---- */

struct str buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}

void buf_consume(struct buf *b, size_t n)
{
    assert(n <= b->n);
    b->n -= n;
    if (n && b->n)
        memmove(b->p, b->p + n, b->n);
}

void buf_cut(struct buf *b, size_t n)
{
    assert(n <= b->n);
    b->n = n;
}
