/* SPDX-License-Identifier: MIT */
/*
 * cash: what the balances ought to be, by the trades since they were looked at last.
 *
 * A balance starts from what the broker says. Trades in what is paid for in full and their
 * commissions move it; what moves it otherwise (deposits, dividends, interest, fees) is worth
 * telling, and is then taken over. Where futures or the like are held in the currency, the broker
 * settles every day, and nothing is compared. A balance that has just been traded in is left alone
 * until the broker has had the time to tell it. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_CASH_H
#define PORTCULLIS_GUARD_CASH_H

#include "book/book.h"

struct cash;

enum { CASH_SETTLE_MS = 4 * 60 * 1000 }; /* the broker tells balances every three minutes */

struct cash_move {
    char account[16], currency[8];
    struct dec ours, brokers;
};

struct cash *cash_new(void);
void cash_free(struct cash *c);
/* A trade that was not counted before. A correction makes its currency unclear until the next
 * look. */
void cash_execution(struct cash *c, const struct execution *x, bool is_correction,
                    struct instant now);
/* Its commission, once; x needs its account, its currencies and the amount. */
void cash_commission(struct cash *c, struct str account, const struct execution *x,
                     struct instant now);
/*
 * Looks at all balances of the book: fills moves[0..max) with those that moved by more than their
 * trades explain, and takes over what the broker has. Returns how many; *compared counts all.
 */
size_t cash_compare(struct cash *c, const struct book *book, struct cash_move *moves, size_t max,
                    int64_t *compared, struct instant now);

#endif
