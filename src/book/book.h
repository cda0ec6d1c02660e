/* SPDX-License-Identifier: MIT */
/*
 * book: what the account looks like, as far as the broker has told. Changed only by book_apply, and
 * by book_forget, which takes away what is over.
 *
 * Owns accounts, their values, positions, orders with their states, executions with commissions,
 * and P&L. Never asks, never waits, never guesses: filled quantities come from executions as well
 * as from statuses and never go back; a correction (same exec_id up to the last dot) replaces its
 * original; duplicates change nothing. Pointers it returns are borrowed until the next book_apply.
 */
#ifndef PORTCULLIS_BOOK_BOOK_H
#define PORTCULLIS_BOOK_BOOK_H

#include "model/event.h"

struct book;
struct book_order;

struct book *book_new(void);
void book_free(struct book *b);
void book_apply(struct book *b, const struct event *ev);
/*
 * Orders that are over, and of which the broker has told nothing for `ms`, are forgotten, with
 * their executions. Not those that are needed, and no order of a bracket of which one still works.
 */
typedef bool book_needed_fn(const void *self, const struct book_order *o);
void book_forget(struct book *b, int64_t ms, struct instant now, book_needed_fn *is_needed,
                 const void *self);

/* ---- accounts ---- */
size_t book_account_count(const struct book *b);
/* The i-th account id (0 <= i < count), in the broker's order. */
const char *book_account(const struct book *b, size_t i);
bool book_has_account(const struct book *b, struct str account);
/* The account's rows have been downloaded completely at least once on this connection. */
bool book_account_ready(const struct book *b, struct str account);
/* The row key/currency; currency STR_NONE takes the base-currency row. NULL if not told. */
const struct account_value *book_value(const struct book *b, struct str account, struct str key,
                                       struct str currency);
/* As a number; absent if not told or not a number. */
struct opt_dec book_number(const struct book *b, struct str account, struct str key,
                           struct str currency);
/* The currency of the account's totals ("USD"), or "" if not yet known. */
const char *book_base_currency(const struct book *b, struct str account);
struct book_pnl {
    struct opt_dec daily, unrealized, realized;
    struct opt_utc at;
};
struct book_pnl book_pnl(const struct book *b, struct str account);
struct opt_utc book_updated(const struct book *b); /* the newest event of any kind */

/* ---- rows; `i` starts at 0, false at the end; account STR_NONE means every account ---- */
bool book_next_value(const struct book *b, size_t *i, struct str account,
                     const struct account_value **out);
/* Cash in one currency, as the broker tells it; not the sum over all of them. */
bool book_next_cash(const struct book *b, size_t *i, struct str account,
                    const struct account_value **out);
bool book_next_position(const struct book *b, size_t *i, struct str account,
                        const struct position **out);
struct book_order {
    struct order order;
    struct order_status status;
    struct opt_utc first_seen, last_change;
    bool is_completed_row; /* known only from the completed-orders list */
    bool is_completed;     /* that list had it, and nothing since said that it is open: an inactive
                              order is then refused, not held */
};
/* No further fill is expected: filled, cancelled or refused. */
bool book_order_is_over(const struct book_order *o);
/* When it ended, by the broker's word or else by what was seen last. */
struct opt_utc book_order_end(const struct book_order *o);
bool book_next_order(const struct book *b, size_t *i, struct str account,
                     const struct book_order **out);
/*
 * The orders of one account that work (order_state_is_working), in the order in which they began
 * to; *n of them. Costs nothing for those that are finished.
 */
const struct book_order *const *book_working_orders(const struct book *b, struct str account,
                                                    size_t *n);
/* Newest last. */
bool book_next_execution(const struct book *b, size_t *i, struct str account,
                         const struct execution **out);

/* ---- finding ---- */
const struct position *book_position(const struct book *b, struct str account, int32_t con_id);
/*
 * By this client's order id; by perm id; by our reference. NULL if unknown. The broker can have two
 * orders, with two perm ids, under one reference: the one that works is meant, if one does.
 */
const struct book_order *book_order(const struct book *b, int32_t client_id, int32_t order_id);
const struct book_order *book_order_perm(const struct book *b, int64_t perm_id);
const struct book_order *book_order_ref(const struct book *b, struct str ref);
/* One order under that reference has ended and another has not. */
bool book_ref_is_split(const struct book *b, struct str ref);
/* Sum of the remaining quantities of working orders of that account, contract and side. */
struct dec book_working(const struct book *b, struct str account, int32_t con_id,
                        enum order_side side, bool stops_only);

#endif
