/* SPDX-License-Identifier: MIT */
/*
 * ledger: what the simulated account owns: cash per currency, and holdings with average cost.
 *
 * It changes by fills alone, so that replaying the fills gives the same ledger, exactly. Buying on
 * margin makes cash negative; nothing is ever refused here (check.h does that). A trade in a
 * currency pair exchanges cash. A plain value: copying it answers "what if".
 */
#ifndef PORTCULLIS_PAPER_LEDGER_H
#define PORTCULLIS_PAPER_LEDGER_H

#include "model/order.h"
#include "paper/universe.h"

enum { LEDGER_CURRENCIES_MAX = 32 };

struct cash {
    char currency[8];
    struct dec amount;
};

struct holding {
    struct dec quantity; /* negative: short */
    struct dec average;  /* cost per unit, commissions included; 0 without a position */
};

struct ledger {
    size_t cash_count;
    struct cash cash[LEDGER_CURRENCIES_MAX];
    struct holding holdings[UNIVERSE_MAX]; /* by index of the instrument */
};

struct trade {
    const struct instrument *instrument;
    enum order_side side;
    struct dec quantity, price; /* > 0 */
    struct dec commission;
    const char *commission_currency;
};

void ledger_clear(struct ledger *l);
/* False if LEDGER_CURRENCIES_MAX currencies are in use. */
bool ledger_set_cash(struct ledger *l, struct str currency, struct dec amount);
struct dec ledger_cash(const struct ledger *l, struct str currency);
void ledger_set_holding(struct ledger *l, const struct instrument *i, struct dec quantity,
                        struct dec average);
/*
 * Books a trade. *realized is the profit of the part that closed a position, in the listing's
 * currency, after that part's commission where it is paid in the same currency.
 */
void ledger_apply(struct ledger *l, const struct trade *t, struct dec *realized);

/* Product of two amounts; a size that cannot be an account's aborts. */
struct dec ledger_times(struct dec a, struct dec b);

#endif
