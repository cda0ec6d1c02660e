/* SPDX-License-Identifier: MIT */
/*
 * logfile: where log lines end up: "2026-11-22T18:03:46.123Z warn broker message".
 *
 * Either standard error or a file of mode 0600 that is turned over when it is full: the full one
 * becomes NAME.1, which replaces the previous NAME.1. A log that cannot be written is lost without
 * a word; what must not be lost goes to the audit table.
 */
#ifndef PORTCULLIS_SYS_LOGFILE_H
#define PORTCULLIS_SYS_LOGFILE_H

#include "base/error.h"
#include "base/log.h"

struct logfile;

/*
 * path == NULL: standard error. max_bytes: when the file is turned over, at least 4096. NULL and
 * *e if the file cannot be opened.
 */
struct logfile *logfile_open(const char *path, enum log_level level, int64_t max_bytes,
                             struct error *e) FALLIBLE;
void logfile_close(struct logfile *f);
/* The sink to hand to loggers; lives as long as f. */
const struct log_sink *logfile_sink(const struct logfile *f);

#endif
