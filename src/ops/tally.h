/* SPDX-License-Identifier: MIT */
/*
 * tally: how often each operation was called, how long it took, and how it ended. Counts since the
 * start, for /metrics; nothing is decided by them, and none of them leaves this machine by itself.
 */
#ifndef PORTCULLIS_OPS_TALLY_H
#define PORTCULLIS_OPS_TALLY_H

#include "ops/op.h"

struct tally;

enum {
    TALLY_OPS_MAX = 192,      /* operations beyond are not counted */
    TALLY_FAILURES_MAX = 512, /* pairs of operation and reason; further ones count as "other" */
    TALLY_BUCKETS = 12,
    TALLY_STATUS_MAX = 600, /* of HTTP */
};

/* Upper bounds of the durations, in milliseconds; what took longer is in none. */
extern const int64_t tally_bounds_ms[TALLY_BUCKETS];

struct tally_row {
    const struct op *op;
    int64_t calls[FACE_COUNT];
    int64_t count, total_ms;
    int64_t within[TALLY_BUCKETS]; /* took at most so long; cumulative */
};
struct tally_failure {
    const struct op *op;
    char reason[ERROR_REASON_MAX];
    int64_t count;
};

struct tally *tally_new(void);
/* Accepts NULL. */
void tally_free(struct tally *t);

/* A call is over; `failure` is NULL if it was answered. `t` may be NULL: nobody counts. */
void tally_call(struct tally *t, const struct op *op, enum face face, int64_t took_ms,
                const struct error *failure);
/* An answer of the HTTP face with that status. Likewise. */
void tally_http(struct tally *t, int status);

/* The i-th operation that was called, the i-th failure; NULL behind the last. */
const struct tally_row *tally_row_at(const struct tally *t, size_t i);
const struct tally_failure *tally_failure_at(const struct tally *t, size_t i);
int64_t tally_http_count(const struct tally *t, int status);

#endif
