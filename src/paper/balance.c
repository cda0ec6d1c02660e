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

struct dec balance_rate(struct feed *f, struct str currency, struct str base, int64_t utc_s)
{
    struct dec rate = DEC_ZERO, of_base = DEC_ZERO;
    if (str_eq(currency, base))
        return DEC(1);
    bool known = feed_rate(f, currency, utc_s, &rate) && feed_rate(f, base, utc_s, &of_base);
    assert(known); /* universe and ledger hold only currencies that have a rate */
    if (!str_eq(base, STR("USD"))) {
        bool ok = dec_div(rate, of_base, &rate);
        assert(ok);
    }
    return rate;
}

void balance_value(const struct holding *h, struct feed *f, int64_t utc_s, struct valuation *out)
{
    out->price = feed_price(f, h->instrument, utc_s);
    out->value = ledger_value(h->instrument, h->quantity, out->price);
    out->unrealized = dec_minus(out->value, h->cost);
}

static struct balance_row *row_of(struct balance *b, struct feed *f, struct str currency,
                                  struct str base, int64_t utc_s)
{
    for (size_t i = 0; i < b->row_count; i++)
        if (str_eq(STR_NAME(b->rows[i].currency), currency))
            return &b->rows[i];
    assert(b->row_count < LEDGER_CURRENCIES_MAX);
    struct balance_row *r = &b->rows[b->row_count++];
    str_copy_cut(r->currency, sizeof r->currency, currency);
    r->rate = balance_rate(f, currency, base, utc_s);
    return r;
}

static void add_holding(struct balance *b, const struct holding *h, struct feed *f,
                        struct balance_row *r, int64_t utc_s)
{
    struct valuation v;
    balance_value(h, f, utc_s, &v);
    r->unrealized = dec_plus(r->unrealized, v.unrealized);
    struct dec size = dec_abs(ledger_times(v.value, r->rate));
    if (ledger_is_settled_daily(h->instrument)) {
        r->futures = dec_plus(r->futures, dec_minus(v.value, h->settled));
    } else {
        bool is_option = h->instrument->contract.sec_type == SEC_OPT;
        struct dec *at = is_option ? &r->option : &r->stock;
        *at = dec_plus(*at, v.value);
        b->gross = dec_plus(b->gross, size);
    }
    b->init_margin = dec_plus(b->init_margin, ledger_times(size, STOCK_INIT));
    b->maint_margin = dec_plus(
        b->maint_margin, ledger_times(size, dec_sign(v.value) >= 0 ? LONG_MAINT : SHORT_MAINT));
}

static struct dec net_of(const struct balance_row *r)
{
    struct dec cash = dec_plus(dec_plus(r->cash, r->interest), r->dividends);
    return dec_plus(dec_plus(cash, r->stock), dec_plus(r->option, r->futures));
}

/* Adds a currency to the totals, member by member, so that these add up too. */
static void add_row(struct balance_row *total, const struct balance_row *r)
{
    const struct {
        struct dec *to;
        struct dec from;
    } members[] = {{&total->cash, r->cash},
                   {&total->interest, r->interest},
                   {&total->dividends, r->dividends},
                   {&total->stock, r->stock},
                   {&total->option, r->option},
                   {&total->futures, r->futures},
                   {&total->unrealized, r->unrealized}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        *members[i].to = dec_plus(*members[i].to, ledger_times(members[i].from, r->rate));
}

void balance_compute(const struct account *a, struct feed *f, int64_t utc_s, struct balance *out)
{
    *out = (struct balance){.total = {.currency = "BASE", .rate = DEC(1)}};
    const struct ledger *l = &a->ledger;
    struct str base = STR_NAME(a->terms.base);
    for (size_t i = 0; i < l->cash_count; i++) {
        const struct cash *c = &l->cash[i];
        struct balance_row *r = row_of(out, f, STR_NAME(c->currency), base, utc_s);
        r->cash = c->amount;
        r->interest = c->interest;
        r->dividends = c->dividends;
        if (!str_eq(STR_NAME(c->currency), base)) {
            struct dec size = dec_abs(ledger_times(r->cash, r->rate));
            out->init_margin = dec_plus(out->init_margin, ledger_times(size, FX_INIT));
            out->maint_margin = dec_plus(out->maint_margin, ledger_times(size, FX_MAINT));
        }
    }
    for (size_t i = 0; i < l->holding_count; i++) {
        const struct holding *h = &l->holdings[i];
        struct str currency = STR_NAME(h->instrument->contract.currency);
        add_holding(out, h, f, row_of(out, f, currency, base, utc_s), utc_s);
    }
    for (size_t i = 0; i < out->row_count; i++) {
        out->rows[i].net = net_of(&out->rows[i]);
        add_row(&out->total, &out->rows[i]);
    }
    struct dec net = out->total.net = net_of(&out->total);
    out->init_margin = dec_round_to(out->init_margin, BALANCE_CENT, DEC_UP);
    out->maint_margin = dec_round_to(out->maint_margin, BALANCE_CENT, DEC_UP);
    out->available = dec_max(dec_minus(net, out->init_margin), DEC_ZERO);
    out->excess = dec_max(dec_minus(net, out->maint_margin), DEC_ZERO);
    out->buying_power = dec_times(out->available, BUYING_POWER_OF);
}
