/* SPDX-License-Identifier: MIT */
/*
 * measure: clocks, samples and results of the benchmark programs.
 *
 * A program prints one line a figure, "ROW<TAB>VALUE"; tools/bench gathers the lines of several
 * rounds and makes the table. Whatever is not as it should be ends the program through
 * measure_die: there is never a figure for an answer that is missing or wrong.
 */
#ifndef PORTCULLIS_BENCH_MEASURE_H
#define PORTCULLIS_BENCH_MEASURE_H

#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

/* ---- endings ---- */
/* "bench: ...\n" on stderr, exit status 1. */
_Noreturn void measure_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A decimal number from low to high out of an argument; dies otherwise. */
int64_t measure_number(const char *text, int64_t low, int64_t high);

/* ---- clocks, in ns ---- */
int64_t measure_now(void);
/* Processor time that a process has used, in user and kernel mode. */
int64_t measure_cpu_of(pid_t pid);

/* Its resident memory now, in KiB. */
int64_t measure_rss_of(pid_t pid);

/* ---- samples ---- */
struct samples {
    int64_t *ns;
    size_t n, room;
};
/* Room for `room` samples; adding more is a bug. */
void samples_init(struct samples *s, size_t room);
void samples_fini(struct samples *s);
void samples_add(struct samples *s, int64_t ns);
/* The value that `part` (0..1) of the samples do not exceed. Sorts them. */
int64_t samples_at(struct samples *s, double part);

/* ---- results ---- */
/* Prints "PREFIX.NAME<TAB>VALUE". */
void report(const char *prefix, const char *name, double value);
/* PREFIX.p50, PREFIX.p99, in us. */
void report_samples(const char *prefix, struct samples *s);
/* PREFIX.rss and PREFIX.pss of a process, in KiB; dies if it is gone. */
void report_memory(const char *prefix, pid_t pid);
/* PREFIX.rss and PREFIX.pss of two processes together; other 0: of one. */
void report_memory_of(const char *prefix, pid_t pid, pid_t other);

/* ---- what an answer must be ---- */
/*
 * Dies unless `text` is a JSON portfolio as the product answers it: an account, complete, valued,
 * with positions. It may be the whole of a reply to tools/call; then that must be no error.
 */
void measure_check_portfolio(struct str text);
/* A whole file, at most 4 MiB; for ever. Dies if it cannot be read or is empty. */
struct str measure_file(const char *path);

#endif
