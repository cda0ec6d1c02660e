/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Replaces what could end the line or steer a terminal: C0, DEL, and C1 as UTF-8 spells it. */
static void make_printable(char *line)
{
    for (unsigned char *p = (unsigned char *)line; *p; p++) {
        bool is_c1 = p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0;
        if (*p < 0x20 || *p == 0x7F || is_c1)
            *p = '?';
        if (is_c1)
            *++p = '?';
    }
}

static void say(const struct log *l, enum log_level level, const char *fmt, va_list ap)
{
    if (!l || !l->sink || level > l->sink->level)
        return;
    char whole[LOG_LINE_MAX + 8], line[LOG_LINE_MAX];
    if (vsnprintf(whole, sizeof whole, fmt, ap) < 0)
        return;
    str_copy_cut(line, sizeof line, str_of(whole));
    make_printable(line);
    l->sink->write(l->sink->self, level, l->component, str_of(line));
}

void log_error(const struct log *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, LOG_LEVEL_ERROR, fmt, ap);
    va_end(ap);
}

void log_warn(const struct log *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, LOG_LEVEL_WARN, fmt, ap);
    va_end(ap);
}

void log_info(const struct log *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, LOG_LEVEL_INFO, fmt, ap);
    va_end(ap);
}

void log_debug(const struct log *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, LOG_LEVEL_DEBUG, fmt, ap);
    va_end(ap);
}

const char *log_mask(const char *account, char *out, size_t cap)
{
    enum { HEAD = 2, TAIL = 4, HIDDEN_MIN = 2 };
    assert(cap >= 16);
    size_t n = account ? strlen(account) : 0;
    if (n < HEAD + HIDDEN_MIN + TAIL)
        snprintf(out, cap, "***");
    else
        snprintf(out, cap, "%.*s***%s", HEAD, account, account + n - TAIL);
    return out;
}
