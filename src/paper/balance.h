/* SPDX-License-Identifier: MIT */
/*
 * balance: the figures of the simulated account at one moment: values, margin, profit and loss.
 *
 * The margin model is a simplification, and simulated like the prices: stocks need half of their
 * value as initial margin and a quarter (short: 30 %) as maintenance margin; cash in foreign
 * currencies 3 % and 2.5 %; buying power is twice the available funds. Everything is in USD, the
 * base currency, unless it says otherwise.
 */
#ifndef PORTCULLIS_PAPER_BALANCE_H
#define PORTCULLIS_PAPER_BALANCE_H

#include "paper/feed.h"
#include "paper/ledger.h"

#define BALANCE_BASE "USD"

/* One currency's share of the account, in that currency. */
struct balance_row {
    char currency[8];
    struct dec rate; /* USD for one unit */
    struct dec cash, stock, unrealized, net;
    struct dec realized; /* filled by figures.h */
};

struct balance {
    struct dec cash, stock, gross, unrealized, net_liquidation;
    struct dec long_value, short_value;
    struct dec init_margin, maint_margin;
    struct dec available, excess, buying_power;
    size_t row_count;
    struct balance_row rows[LEDGER_CURRENCIES_MAX];
};

/* One position, in the listing's currency. */
struct valuation {
    struct dec price, value, unrealized;
};

void balance_compute(const struct ledger *l, struct feed *f, const struct universe *u,
                     int64_t utc_s, struct balance *out);
void balance_value(const struct holding *h, struct feed *f, const struct instrument *i,
                   int64_t utc_s, struct valuation *out);
/* An amount of a listing's currency in USD. */
struct dec balance_in_base(struct feed *f, struct str currency, struct dec amount, int64_t utc_s);

#endif
