/* SPDX-License-Identifier: MIT */
/*
 * log: one line per state change, key=value, prefixed by the component that speaks.
 *
 * The logger is a value carried by the object that logs; the sink belongs to app/ (stderr, file,
 * memory in tests). No secrets; account numbers are masked by log_mask. Control characters are
 * replaced before the sink sees a line, so outside text cannot forge one.
 */
#ifndef PORTCULLIS_BASE_LOG_H
#define PORTCULLIS_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_sink {
    void (*write)(void *self, enum log_level level, const char *component, struct str line);
    void *self;
    enum log_level level; /* what is less important than this is dropped */
};

struct log {
    const struct log_sink *sink; /* NULL: silent */
    const char *component;
};

enum { LOG_LINE_MAX = 1024 };

void log_error(const struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "DU1234567" -> "DU***4567" into out (cap >= 16); short ids become "***". Returns out. */
const char *log_mask(const char *account, char *out, size_t cap);

#endif
