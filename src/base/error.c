/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#undef error_set
#undef error_next

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room behind the longest field, so that the cut is made by str_copy_cut, between characters. */
enum { SLACK = 8 };

static void put(char *out, size_t cap, const char *fmt, va_list ap)
{
    char whole[ERROR_TEXT_MAX + SLACK];
    static_assert(ERROR_NEXT_MAX <= ERROR_TEXT_MAX, "the longest field sizes the scratch buffer");
    if (vsnprintf(whole, sizeof whole, fmt, ap) < 0)
        whole[0] = 0;
    str_copy_cut(out, cap, str_of(whole));
}

bool error_set(struct error *e, enum error_code code, const char *reason, const char *fmt, ...)
{
    assert(e);
    assert(code > ERROR_NONE && code < ERROR_CODE_COUNT);
    /* the arguments may lie in *e itself: format before clearing */
    struct error made = {.code = code};
    va_list ap;
    va_start(ap, fmt);
    put(made.text, sizeof made.text, fmt, ap);
    va_end(ap);
    str_copy_cut(made.reason, sizeof made.reason, str_of(reason));
    *e = made;
    return false;
}

bool error_next(struct error *e, const char *fmt, ...)
{
    assert(e && e->code != ERROR_NONE);
    char next[ERROR_NEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    put(next, sizeof next, fmt, ap);
    va_end(ap);
    memcpy(e->next, next, sizeof next);
    return false;
}

const char *error_code_name(enum error_code code)
{
    static const char *const names[ERROR_CODE_COUNT] = {
        [ERROR_NONE] = "none",
        [ERROR_INVALID] = "invalid",
        [ERROR_NOT_FOUND] = "not_found",
        [ERROR_DENIED] = "denied",
        [ERROR_LIMIT] = "limit",
        [ERROR_CONFLICT] = "conflict",
        [ERROR_UNAVAILABLE] = "unavailable",
        [ERROR_TIMEOUT] = "timeout",
        [ERROR_BROKER] = "broker",
        [ERROR_PROTOCOL] = "protocol",
        [ERROR_INTERNAL] = "internal",
    };
    assert(code >= ERROR_NONE && code < ERROR_CODE_COUNT);
    return names[code];
}
