/* SPDX-License-Identifier: MIT */
/*
 * order_rows: the table of the book's orders, and which row some ids mean. Private to book/.
 *
 * An order goes by its client and order id, by its perm id and by its reference, and none of them
 * is always told, nor belongs to one order alone: ids are given out again after a restart of the
 * Gateway, and a modification while its line was down has made a second order. The perm id tells
 * them apart, so it decides where it is known. The rows under one reference are a family.
 *
 * At most LIMIT_ORDERS: the oldest order that can no longer change makes room. The orders that work
 * are listed apart (working.h). What a row says is orders.c's.
 */
#ifndef PORTCULLIS_BOOK_ORDER_ROWS_H
#define PORTCULLIS_BOOK_ORDER_ROWS_H

#include "base/map.h"
#include "book/book.h"
#include "book/executions.h"
#include "book/working.h"

struct order_row {
    struct book_order view; /* what others see; derived by refresh() */
    int64_t serial;
    struct instant told_at;   /* anything, last */
    bool has_working_child;   /* found by the newest orders_forget */
    uint64_t snapshot;        /* the last snapshot in which it was named */
    enum order_state state;   /* as told */
    struct dec status_filled; /* the largest of any status */
    struct dec status_remaining;
    struct opt_dec status_average;
    struct fills plain, combination;
    bool has_reason;           /* view.status.broker_* says why it ended */
    struct order_row *sibling; /* another order under the same reference; by_ref has the first */
    bool is_listed;            /* among the working orders of this account: */
    char listed_under[16];
};

struct order_rows {
    struct map *all; /* owned, by serial: the oldest first */
    struct map *by_id, *by_perm, *by_ref;
    struct working *working;
    int64_t serial;
};

void order_rows_init(struct order_rows *t);
void order_rows_fini(struct order_rows *t);

/* The row that these ids mean; NULL if there is none. */
struct order_row *order_rows_find(const struct order_rows *t, const struct order *ids);
/* A new one of these ids, its reference left out. NULL if there is no room. */
struct order_row *order_rows_add(struct order_rows *t, const struct order *ids);
/* It has got an id, a perm id or a reference that it did not have. */
void order_rows_index(struct order_rows *t, struct order_row *row);
/* Its ids were those of `was`. */
void order_rows_moved(struct order_rows *t, struct order_row *row, const struct order *was);
/* Its state or its account may have changed: it is listed if it works, and where it belongs. */
void order_rows_list(struct order_rows *t, struct order_row *row);
/* Forgets and frees it. */
void order_rows_drop(struct order_rows *t, struct order_row *row);

/* The newest row of that client's order id, of that perm id; the first of a family. NULL if there
 * is none, or the key is absent. */
struct order_row *order_rows_by_id(const struct order_rows *t, int32_t client_id, int32_t order_id);
struct order_row *order_rows_by_perm(const struct order_rows *t, int64_t perm_id);
struct order_row *order_rows_family(const struct order_rows *t, struct str ref);

#endif
