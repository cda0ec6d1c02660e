/* SPDX-License-Identifier: MIT */
/*
 * margin: how much of its own money an account must have for what it holds.
 *
 * Two models, chosen by the account's terms, both simplified after the broker's published ones:
 *
 *   Reg T      by rules. Shares: half of the value initially, a quarter (short: 30 %) afterwards.
 *              Options: long ones are paid for in full and lend nothing; short ones need their
 *              value and 20 % of the underlying less what they are out of the money, 10 % at
 *              least. A short call covered by shares, or a short put by short shares, needs what it
 *              is in the money; a spread the difference of its strikes.
 *   portfolio  by stress. The shares and options of one underlying are revalued with the price up
 *              and down in steps to 15 % (8 % for an index and its options), at their implied
 *              volatility; the largest loss is needed, a minimum per option contract at least, and
 *              ten percent more initially.
 *
 * In both, futures need a share of their value by the kind of the underlying, foreign cash a small
 * share of its size, and everything else its own rate. Amounts are in the account's base currency.
 */
#ifndef PORTCULLIS_PAPER_MARGIN_H
#define PORTCULLIS_PAPER_MARGIN_H

#include "paper/accounts.h"
#include "paper/feed.h"

struct margin {
    struct dec initial, maintenance;
};

/* One holding as margin sees it: filled by balance.c, which has valued it anyway. */
struct margin_line {
    const struct holding *holding;
    struct dec price;     /* of one unit of the quote, in the listing's currency */
    struct dec value;     /* in base */
    struct dec base_rate; /* units of the base for one of the listing's currency */
};

/* Of holdings, in the order of the ledger. */
void margin_positions(enum margin_kind kind, const struct margin_line *lines, size_t n,
                      struct feed *f, int64_t utc_s, struct margin *out);
/* Of cash in another currency than the base; `value` in base, negative for a debt. */
void margin_cash(struct dec value, struct margin *out);

#endif
