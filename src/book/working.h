/* SPDX-License-Identifier: MIT */
/*
 * working: lists of the orders that work, one for each account. Private to book/.
 *
 * An account has thousands of finished orders and few that work, and each decision of the gate
 * reads the latter alone. The rows are borrowed from order_rows.c, which enters and strikes each as
 * its state changes.
 */
#ifndef PORTCULLIS_BOOK_WORKING_H
#define PORTCULLIS_BOOK_WORKING_H

#include "book/book.h"

struct working;

/* At most `cap` orders in all. */
struct working *working_new(size_t cap);
void working_free(struct working *w);

/* At the end of that account's list, where it is not yet; the account "" is one as well. */
void working_enter(struct working *w, struct str account, const struct book_order *row);
/* Takes out what is there; the others keep their order. */
void working_strike(struct working *w, struct str account, const struct book_order *row);
/* Borrowed until the next change; *n of them. */
const struct book_order *const *working_of(const struct working *w, struct str account, size_t *n);

#endif
