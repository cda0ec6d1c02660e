/* SPDX-License-Identifier: MIT */
/*
 * orders: the book's order and execution rows. Private to book/.
 *
 * Whatever the order in which the broker's messages arrive, the same set of them ends in the same
 * quantities. That holds because a row keeps what it was told apart from what follows from it:
 *
 *   - the largest filled quantity of any status, and the sum of the executions (executions.h). What
 *     is filled is the larger of the two;
 *   - a correction that takes quantity away lowers the executions' sum and, by the same amount,
 *     what the statuses said;
 *   - the last state told. Filled and cancelled are final; a status that reports less than an
 *     earlier one is an old message and does not change the state. A row whose whole quantity has
 *     been executed shows as filled whatever its last status was.
 *
 * A combination order's executions come twice, once for the whole and once for each leg; only the
 * former count.
 */
#ifndef PORTCULLIS_BOOK_ORDERS_H
#define PORTCULLIS_BOOK_ORDERS_H

#include "book/book.h"

struct orders;

struct orders *orders_new(void);
void orders_free(struct orders *o);

/* ---- events ---- */
/* When the next ones were told. */
void orders_turn(struct orders *o, struct instant now);
/* openOrder: the order's terms; status->state alone is told, its quantities are not. */
void orders_told(struct orders *o, const struct order *terms, const struct order_status *status,
                 struct utc at);
/* orderStatus: `ids` holds the keys and perhaps the parent, nothing else. */
void orders_status(struct orders *o, const struct order *ids, const struct order_status *status,
                   struct utc at);
void orders_completed(struct orders *o, const struct order *terms,
                      const struct order_status *status, struct utc at);
/* What the broker said about an order. `is_reason` marks the words that end an order; they are
 * not replaced by later remarks. */
void orders_notice(struct orders *o, const struct order *ids, int code, struct str text,
                   bool is_reason, struct utc at);
void orders_execution(struct orders *o, const struct execution *x, struct utc at);
/* Only exec_id and the commission members of x are read; may come before its execution. */
void orders_commission(struct orders *o, const struct execution *x);
/* A complete list of open orders begins; ends: working rows that it did not name become unknown. */
void orders_snapshot_begin(struct orders *o);
void orders_snapshot_end(struct orders *o, struct utc at);

/* As book_forget. */
void orders_forget(struct orders *o, int64_t ms, struct instant now, book_needed_fn *is_needed,
                   const void *self);

/* ---- rows; see book.h ---- */
bool orders_next(const struct orders *o, size_t *i, struct str account,
                 const struct book_order **out);
const struct book_order *const *orders_working(const struct orders *o, struct str account,
                                               size_t *n);
bool orders_next_execution(const struct orders *o, size_t *i, struct str account,
                           const struct execution **out);
const struct book_order *orders_find(const struct orders *o, int32_t client_id, int32_t order_id);
const struct book_order *orders_find_perm(const struct orders *o, int64_t perm_id);
const struct book_order *orders_find_ref(const struct orders *o, struct str ref);
bool orders_ref_is_split(const struct orders *o, struct str ref);

#endif
