/* SPDX-License-Identifier: MIT */
/*
 * str: a borrowed slice of bytes, passed by value.
 *
 * A str never owns memory and need not end in NUL. It is valid until the next call into the owner
 * of the bytes; whoever keeps one copies it (arena_str, str_copy). `p == NULL` means "absent",
 * which is different from an empty string; functions that only read treat both as empty.
 */
#ifndef PORTCULLIS_BASE_STR_H
#define PORTCULLIS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(lit)   ((struct str){(lit), sizeof(lit) - 1})
#define STR_NONE   ((struct str){NULL, 0})
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

/* ---- making ---- */
/* The bytes of a C string up to its NUL; NULL gives STR_NONE. */
struct str str_of(const char *c);
/* Bytes [from, to) of s; both are clamped to the length of s. */
struct str str_sub(struct str s, size_t from, size_t to);
/* s without ASCII white space at both ends. */
struct str str_trim(struct str s);

/* ---- asking ---- */
bool str_eq(struct str a, struct str b);
/* s is the same text as the C string c: str_eq without asking for the length of c first. */
bool str_is(struct str s, const char *c);
/* Equality and order ignoring the case of ASCII letters. */
bool str_ieq(struct str a, struct str b);
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Index of the first c at or after `from`; s.n if there is none. */
size_t str_find(struct str s, char c, size_t from);
/* Index of the first occurrence of needle; s.n if there is none. An empty needle is found at 0. */
size_t str_find_str(struct str s, struct str needle);
/* The edit distance (insert, delete, substitute), capped at `cap`; for "did you mean". Texts that
 * differ over more than 255 bytes count as `cap` apart. */
size_t str_distance(struct str a, struct str b, size_t cap);
/* True if s is well-formed UTF-8 (no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);

/* ---- taking apart ---- */
/*
 * Cuts the next piece off *rest, up to the separator, and moves *rest behind it.
 * False when nothing is left. "a,,b" gives "a", "", "b"; "" gives one empty piece; STR_NONE none.
 */
bool str_cut(struct str *rest, char separator, struct str *piece);

/* ---- numbers; the whole of s must be the number, no white space ---- */
/* Digits, with at most one sign before them. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* Decimal or exponent form, case-insensitive "inf"/"infinity"; NaN, hexadecimal and what overflows
 * are refused, and texts of 400 bytes and more. Locale-free. */
bool str_to_double(struct str s, double *out);

/* ---- copying out ---- */
/*
 * Copies s into dst of `cap` bytes and ends it with NUL. False, and dst == "", if it does not fit
 * or s holds a NUL byte.
 */
bool str_copy(char *dst, size_t cap, struct str s);
/* As str_copy, but cuts what does not fit (at a UTF-8 boundary) and replaces NUL by '?'. */
void str_copy_cut(char *dst, size_t cap, struct str s);
/*
 * The n parts, one behind the other with `between` between them, into out of `cap` bytes, ended
 * with NUL; what does not fit is cut. Returns the length.
 */
size_t str_join(char *out, size_t cap, char between, const struct str *parts, size_t n);

/* memset/strlen of fixed name arrays: a view of `name[N]` up to its NUL. */
#define STR_NAME(array) str_of(array)

#endif
