/* SPDX-License-Identifier: MIT */
#include "paper/balance.h"

#include <assert.h>

#define STOCK_INIT      DEC_MICRO(500000)
#define LONG_MAINT      DEC_MICRO(250000)
#define SHORT_MAINT     DEC_MICRO(300000)
#define FX_INIT         DEC_MICRO(30000)
#define FX_MAINT        DEC_MICRO(25000)
#define BUYING_POWER_OF 2
#define BALANCE_CENT    DEC_MICRO(10000)

struct dec balance_in_base(struct feed *f, struct str currency, struct dec amount, int64_t utc_s)
{
    struct dec rate = DEC_ZERO;
    bool known = feed_rate(f, currency, utc_s, &rate);
    assert(known); /* universe and ledger hold only currencies that have a rate */
    return ledger_times(amount, rate);
}

void balance_value(const struct holding *h, struct feed *f, const struct instrument *i,
                   int64_t utc_s, struct valuation *out)
{
    out->price = feed_price(f, i, utc_s);
    out->value = ledger_times(h->quantity, out->price);
    out->unrealized = ledger_times(h->quantity, dec_minus(out->price, h->average));
}

static struct balance_row *row_of(struct balance *b, struct feed *f, struct str currency,
                                  int64_t utc_s)
{
    for (size_t i = 0; i < b->row_count; i++)
        if (str_eq(STR_NAME(b->rows[i].currency), currency))
            return &b->rows[i];
    assert(b->row_count < LEDGER_CURRENCIES_MAX);
    struct balance_row *r = &b->rows[b->row_count++];
    str_copy_cut(r->currency, sizeof r->currency, currency);
    bool known = feed_rate(f, currency, utc_s, &r->rate);
    assert(known);
    return r;
}

static void add_holding(struct balance *b, const struct holding *h, struct feed *f,
                        const struct instrument *i, int64_t utc_s)
{
    struct valuation v;
    balance_value(h, f, i, utc_s, &v);
    struct balance_row *r = row_of(b, f, STR_NAME(i->contract.currency), utc_s);
    r->stock = dec_plus(r->stock, v.value);
    r->unrealized = dec_plus(r->unrealized, v.unrealized);
    struct dec value = ledger_times(v.value, r->rate), size = dec_abs(value);
    bool is_long = dec_sign(value) >= 0;
    b->stock = dec_plus(b->stock, value);
    b->gross = dec_plus(b->gross, size);
    b->unrealized = dec_plus(b->unrealized, ledger_times(v.unrealized, r->rate));
    if (is_long)
        b->long_value = dec_plus(b->long_value, value);
    else
        b->short_value = dec_plus(b->short_value, value);
    b->init_margin = dec_plus(b->init_margin, ledger_times(size, STOCK_INIT));
    b->maint_margin =
        dec_plus(b->maint_margin, ledger_times(size, is_long ? LONG_MAINT : SHORT_MAINT));
}

void balance_compute(const struct ledger *l, struct feed *f, const struct universe *u,
                     int64_t utc_s, struct balance *out)
{
    *out = (struct balance){0};
    for (size_t i = 0; i < l->cash_count; i++) {
        struct str currency = STR_NAME(l->cash[i].currency);
        struct balance_row *r = row_of(out, f, currency, utc_s);
        r->cash = l->cash[i].amount;
        struct dec value = ledger_times(r->cash, r->rate);
        out->cash = dec_plus(out->cash, value);
        if (!str_eq(currency, STR(BALANCE_BASE))) {
            out->init_margin = dec_plus(out->init_margin, ledger_times(dec_abs(value), FX_INIT));
            out->maint_margin = dec_plus(out->maint_margin, ledger_times(dec_abs(value), FX_MAINT));
        }
    }
    for (size_t i = 0; i < universe_count(u); i++)
        if (!dec_is_zero(l->holdings[i].quantity))
            add_holding(out, &l->holdings[i], f, universe_at(u, i), utc_s);
    for (size_t i = 0; i < out->row_count; i++)
        out->rows[i].net = dec_plus(out->rows[i].cash, out->rows[i].stock);
    out->net_liquidation = dec_plus(out->cash, out->stock);
    out->init_margin = dec_round_to(out->init_margin, BALANCE_CENT, DEC_UP);
    out->maint_margin = dec_round_to(out->maint_margin, BALANCE_CENT, DEC_UP);
    out->available = dec_max(dec_minus(out->net_liquidation, out->init_margin), DEC_ZERO);
    out->excess = dec_max(dec_minus(out->net_liquidation, out->maint_margin), DEC_ZERO);
    out->buying_power = dec_times(out->available, BUYING_POWER_OF);
}
