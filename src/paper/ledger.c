/* SPDX-License-Identifier: MIT */
#include "paper/ledger.h"

#include <assert.h>

struct dec ledger_times(struct dec a, struct dec b)
{
    struct dec out = DEC_ZERO;
    bool ok = dec_mul(a, b, &out);
    assert(ok);
    return out;
}

static struct dec ratio(struct dec a, struct dec b)
{
    struct dec out = DEC_ZERO;
    bool ok = dec_div(a, b, &out);
    assert(ok);
    return out;
}

void ledger_clear(struct ledger *l)
{
    *l = (struct ledger){0};
}

/* The row of a currency, or cash_count. */
static size_t cash_row(const struct ledger *l, struct str currency)
{
    size_t i = 0;
    while (i < l->cash_count && !str_eq(STR_NAME(l->cash[i].currency), currency))
        i++;
    return i;
}

bool ledger_set_cash(struct ledger *l, struct str currency, struct dec amount)
{
    size_t row = cash_row(l, currency);
    if (row == LEDGER_CURRENCIES_MAX)
        return false;
    if (!str_copy(l->cash[row].currency, sizeof l->cash[row].currency, currency))
        return false;
    l->cash[row].amount = amount;
    if (row == l->cash_count)
        l->cash_count++;
    return true;
}

struct dec ledger_cash(const struct ledger *l, struct str currency)
{
    size_t row = cash_row(l, currency);
    return row < l->cash_count ? l->cash[row].amount : DEC_ZERO;
}

static void add_cash(struct ledger *l, const char *currency, struct dec amount)
{
    struct dec sum = dec_plus(ledger_cash(l, str_of(currency)), amount);
    bool ok = ledger_set_cash(l, str_of(currency), sum);
    assert(ok); /* there are fewer currencies in a universe than rows here */
}

void ledger_set_holding(struct ledger *l, const struct instrument *i, struct dec quantity,
                        struct dec average)
{
    l->holdings[i->index] = (struct holding){quantity, dec_is_zero(quantity) ? DEC_ZERO : average};
}

/* The part of the fill that adds to the position moves the average cost. */
static void open_part(struct holding *h, struct dec signed_qty, struct dec price, struct dec fee)
{
    struct dec size = dec_abs(signed_qty);
    struct dec old = ledger_times(dec_abs(h->quantity), h->average);
    struct dec added = ledger_times(size, price);
    /* a commission makes what is bought dearer and what is sold short cheaper */
    added = dec_sign(signed_qty) > 0 ? dec_plus(added, fee) : dec_minus(added, fee);
    h->quantity = dec_plus(h->quantity, signed_qty);
    h->average = ratio(dec_plus(old, added), dec_abs(h->quantity));
}

void ledger_apply(struct ledger *l, const struct trade *t, struct dec *realized)
{
    assert(dec_sign(t->quantity) > 0 && dec_sign(t->price) > 0);
    const struct contract *c = &t->instrument->contract;
    bool buys = t->side == SIDE_BUY;
    struct dec signed_qty = buys ? t->quantity : dec_neg(t->quantity);
    *realized = DEC_ZERO;
    add_cash(l, c->currency, dec_neg(ledger_times(signed_qty, t->price)));
    add_cash(l, t->commission_currency, dec_neg(t->commission));
    if (c->sec_type == SEC_CASH) {
        add_cash(l, c->symbol, signed_qty);
        return;
    }
    struct holding *h = &l->holdings[t->instrument->index];
    struct dec fee =
        str_eq(str_of(t->commission_currency), str_of(c->currency)) ? t->commission : DEC_ZERO;
    struct dec closing = DEC_ZERO;
    if (dec_sign(h->quantity) * dec_sign(signed_qty) < 0)
        closing = dec_min(dec_abs(h->quantity), t->quantity);
    struct dec closing_fee = ratio(ledger_times(fee, closing), t->quantity);
    if (!dec_is_zero(closing)) {
        struct dec gain = dec_minus(t->price, h->average);
        gain = ledger_times(closing, buys ? dec_neg(gain) : gain);
        *realized = dec_minus(gain, closing_fee);
        h->quantity = dec_plus(h->quantity, buys ? closing : dec_neg(closing));
        if (dec_is_zero(h->quantity))
            h->average = DEC_ZERO;
    }
    struct dec opening = dec_minus(t->quantity, closing);
    if (!dec_is_zero(opening))
        open_part(h, buys ? opening : dec_neg(opening), t->price, dec_minus(fee, closing_fee));
}
