/* SPDX-License-Identifier: MIT */
/*
 * ledger: what one simulated account owns: cash per currency, and holdings with their cost.
 *
 * Everything that alters it is a ledger_change: a list of differences that is applied as a whole. A
 * trade makes one (ledger_trade), and so do dividends, settlements and interest (money.h). Nothing
 * is rounded after the first product of a change, so replaying the same changes gives the same
 * ledger, and in every currency, exactly,
 *
 *   cash + accrued + cost of holdings - settled of holdings = opening + realized + flows
 *
 * where flows are the amounts that no profit explains: deposits, interest, dividends, fees, the two
 * sides of a currency exchange. Buying on margin makes cash negative; nothing is refused here (that
 * is check.h). A plain value: copying it answers "what if".
 *
 * A share or an option costs cash when it is bought. A future does not: the gain since the last
 * settlement is owed, and becomes cash once a day. `settled` is what it was worth at that moment.
 */
#ifndef PORTCULLIS_PAPER_LEDGER_H
#define PORTCULLIS_PAPER_LEDGER_H

#include "model/order.h"
#include "paper/universe.h"

enum { LEDGER_CURRENCIES_MAX = 32, LEDGER_HOLDINGS_MAX = 512, LEDGER_ACCRUALS_MAX = 256 };

struct cash {
    char currency[8];
    struct dec amount;
    struct dec interest;  /* accrued, not yet paid; negative: owed */
    struct dec dividends; /* the sum of the accruals */
};

struct holding {
    const struct instrument *instrument;
    struct dec quantity; /* negative: short */
    struct dec cost;     /* of the whole position, multiplier and commissions included, with the
                            sign of the quantity; 0 without a position */
    struct dec settled;  /* futures: value that cash has already seen; else 0 */
    /* since ledger_roll, so that a day's profit can be told */
    struct dec day_quantity; /* traded */
    struct dec day_paid;     /* for that, with commissions; less what was received */
    struct dec day_realized;
};

/* A dividend that the position has a right to. */
struct accrual {
    const struct instrument *instrument;
    int64_t pay_s;
    struct dec amount; /* in the listing's currency; negative: owed by who is short */
};

struct ledger {
    size_t cash_count;
    struct cash cash[LEDGER_CURRENCIES_MAX];
    size_t holding_count;
    struct holding holdings[LEDGER_HOLDINGS_MAX]; /* by contract id; none is all zero */
    size_t accrual_count;
    struct accrual accruals[LEDGER_ACCRUALS_MAX]; /* in no order */
};

/* ---- asking ---- */
struct dec ledger_cash(const struct ledger *l, struct str currency);
/* NULL if nothing is held or owed. Borrowed until the next change. */
const struct holding *ledger_holding(const struct ledger *l, const struct instrument *i);
/* 0 if it is not held. */
struct dec ledger_quantity(const struct ledger *l, const struct instrument *i);
/* Cost of one unit as the broker tells it: with multiplier and commissions; 0 without a position.
 * Rounded to nine decimals, for display. */
struct dec holding_average(const struct holding *h);
/* True if another holding can be added, or if this one exists. Those of which only the day's
 * profit is left give way. */
bool ledger_has_room(const struct ledger *l, const struct instrument *i);
/* True for what moves cash by its daily gains alone. */
bool ledger_is_settled_daily(const struct instrument *i);

/* ---- changing ---- */
void ledger_clear(struct ledger *l);
/* False if LEDGER_CURRENCIES_MAX currencies are in use. */
bool ledger_set_cash(struct ledger *l, const struct cash *row);
/* False if there is no room. An all-zero holding is forgotten. */
bool ledger_set_holding(struct ledger *l, const struct holding *h);
/* False if there is no room, or the amount is not in the cash rows' dividends. */
bool ledger_set_accrual(struct ledger *l, const struct accrual *a);
/* A new day begins. */
void ledger_roll(struct ledger *l);

/* Differences, in one currency but for `second_*`. */
struct ledger_change {
    const struct instrument *instrument; /* NULL: only cash */
    char currency[8];
    struct dec cash, interest;
    struct dec dividends; /* of the accrual that instrument and pay_s name */
    int64_t pay_s;
    struct dec quantity, cost, settled;
    struct dec traded, paid; /* of the day */
    struct dec realized;
    char second_currency[8]; /* of the commission where it is another; "": none */
    struct dec second_cash;
    char third_currency[8]; /* the other side of an exchange */
    struct dec third_cash;
};
/* False, and nothing is changed, if there is no room for a currency or a holding. */
bool ledger_apply(struct ledger *l, const struct ledger_change *c);

struct trade {
    const struct instrument *instrument;
    enum order_side side;
    struct dec quantity;   /* > 0 */
    struct dec price;      /* >= 0: an option that expires trades at 0 */
    struct dec commission; /* >= 0 */
    const char *commission_currency;
};
/*
 * What a trade changes. `realized` is the profit of the part that closed a position, in the
 * listing's currency, after that part's commission where it is paid in the same currency; a
 * commission in another currency is a flow of that one. A trade in a currency pair exchanges cash
 * and holds nothing.
 */
void ledger_trade(const struct ledger *l, const struct trade *t, struct ledger_change *out);

/* ---- arithmetic; a size that cannot be an account's aborts ---- */
struct dec ledger_times(struct dec a, struct dec b);
/* quantity x price x multiplier. */
struct dec ledger_value(const struct instrument *i, struct dec quantity, struct dec price);

#endif
