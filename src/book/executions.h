/* SPDX-License-Identifier: MIT */
/*
 * executions: the book's executions, one row for each exec_id up to its last dot. Private to book/.
 *
 * What stands behind the last dot is a revision, and the highest counts, in whatever order they
 * come; each message changes what the executions of its order come to by what it adds to those
 * before it. A correction that takes quantity away is counted as well: the order's statuses have
 * said the larger number before. A commission may come before its execution.
 *
 * Knows nothing of orders: who they belong to is the caller's.
 */
#ifndef PORTCULLIS_BOOK_EXECUTIONS_H
#define PORTCULLIS_BOOK_EXECUTIONS_H

#include "model/order.h"

/* What the executions of one order come to. */
struct fills {
    struct dec quantity, notional;
    struct dec reduced; /* what corrections have taken away */
};
/* Sums of hostile numbers: what would leave the range of dec is left out. */
struct dec fills_sum(struct dec a, struct dec b);

struct executions;

/* At most LIMIT_EXECUTIONS; the oldest makes room. */
struct executions *executions_new(void);
void executions_free(struct executions *e);

/* x has an exec_id; f is of its order, the same for all its revisions. */
void executions_take(struct executions *e, const struct execution *x, struct fills *f,
                     struct instant now);
/* Only exec_id and the commission members of x are read. */
void executions_commission(struct executions *e, const struct execution *x, struct instant now);
/* Those of which nothing was told for `ms` go, unless they are needed. */
typedef bool execution_needed_fn(const void *self, const struct execution *x);
void executions_forget(struct executions *e, int64_t ms, struct instant now,
                       execution_needed_fn *is_needed, const void *self);
/* The next one of that account, or of any if its text is absent; *i begins with 0. */
bool executions_next(const struct executions *e, size_t *i, struct str account,
                     const struct execution **out);

#endif
