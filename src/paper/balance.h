/* SPDX-License-Identifier: MIT */
/*
 * balance: the figures of one simulated account at one moment: values, margin, buying power.
 *
 * Per currency, and converted into the account's base currency. The sums are exact: in every
 * currency and in the base, net = cash + interest + dividends + stock + option + futures.
 */
#ifndef PORTCULLIS_PAPER_BALANCE_H
#define PORTCULLIS_PAPER_BALANCE_H

#include "paper/accounts.h"
#include "paper/feed.h"

/* One currency's share of the account, in that currency; or all of them, in the base. */
struct balance_row {
    char currency[8];
    struct dec rate; /* units of the base for one unit */
    struct dec cash, interest, dividends;
    struct dec stock, option; /* market values */
    struct dec futures;       /* gains since the last settlement */
    struct dec unrealized, net;
    struct dec realized; /* filled by figures.h */
};

struct balance {
    struct balance_row total; /* its currency is "BASE" */
    struct dec gross;         /* of stocks and options, in base, each by its size */
    struct dec equity;        /* with loan value: what may serve as margin */
    struct dec init_margin, maint_margin;
    struct dec available, excess, buying_power;
    size_t row_count;
    struct balance_row rows[LEDGER_CURRENCIES_MAX];
};

/* One position, in the listing's currency. */
struct valuation {
    struct dec price; /* of one unit of the quote */
    struct dec value; /* quantity x price x multiplier */
    struct dec unrealized;
};

void balance_compute(const struct account *a, struct feed *f, int64_t utc_s, struct balance *out);
void balance_value(const struct holding *h, struct feed *f, int64_t utc_s, struct valuation *out);
/* Units of `base` for one of a listing's currency. */
struct dec balance_rate(struct feed *f, struct str currency, struct str base, int64_t utc_s);

#endif
