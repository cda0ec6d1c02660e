/* SPDX-License-Identifier: MIT */
/*
 * error: how a fallible function says what went wrong.
 *
 * A function that can fail returns bool and takes `struct error *e`; false means *e is filled,
 * always. `code` is the class (it decides HTTP status, JSON-RPC code and exit status, in one table
 * in face/), `reason` the stable name that programs test ("VALUE_MAX", "NO_PRICE"), `text` one
 * impersonal sentence without a dot that names the thing, `next` what to do about it. Set where
 * it is detected; never rewritten on the way up.
 */
#ifndef PORTCULLIS_BASE_ERROR_H
#define PORTCULLIS_BASE_ERROR_H

#include "base/str.h"

enum error_code {
    ERROR_NONE,
    ERROR_INVALID,     /* the request is wrong: fix it */
    ERROR_NOT_FOUND,   /* the named thing does not exist */
    ERROR_DENIED,      /* not allowed: mode, permission, gate */
    ERROR_LIMIT,       /* a limit is exhausted or exceeded */
    ERROR_CONFLICT,    /* contradicts what exists: ambiguous, duplicate, other body for a key */
    ERROR_UNAVAILABLE, /* cannot be answered now: not connected, no price, queue full */
    ERROR_TIMEOUT,     /* no answer in time; for a write the outcome is unknown */
    ERROR_BROKER,      /* the broker refused; broker_code holds its number */
    ERROR_PROTOCOL,    /* the peer sent what it must not */
    ERROR_INTERNAL,    /* our fault */
    ERROR_CODE_COUNT
};

enum { ERROR_REASON_MAX = 32, ERROR_TEXT_MAX = 240, ERROR_NEXT_MAX = 200 };

struct error {
    enum error_code code;
    int broker_code; /* 0 if the broker said nothing */
    char reason[ERROR_REASON_MAX];
    char text[ERROR_TEXT_MAX];
    char next[ERROR_NEXT_MAX];
};

/* Fills *e (e may not be NULL); long text is cut. Always returns false: `return error_set(...)`. */
bool error_set(struct error *e, enum error_code code, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds the next step to an error that is set. Always returns false. */
bool error_next(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "invalid", "not_found" ...: the class as a word. */
const char *error_code_name(enum error_code code);

#ifdef __clang_analyzer__
/* So that the static analyser knows it too. */
#define error_set(...)  ((void)error_set(__VA_ARGS__), false)
#define error_next(...) ((void)error_next(__VA_ARGS__), false)
#endif

#define FALLIBLE __attribute__((warn_unused_result))

#endif
