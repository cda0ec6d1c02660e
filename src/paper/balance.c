/* SPDX-License-Identifier: MIT */
#include "paper/balance.h"

#include "base/alloc.h"
#include "paper/margin.h"

#include <assert.h>

#define BALANCE_CENT    DEC_MICRO(10000)
#define PORTFOLIO_POWER DEC_MICRO(6666666)

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

/* Adds a holding to its currency, and says what margin needs to know of it. */
static void add_holding(struct balance *b, const struct holding *h, struct feed *f,
                        struct balance_row *r, int64_t utc_s, struct margin_line *line)
{
    struct valuation v;
    balance_value(h, f, utc_s, &v);
    r->unrealized = dec_plus(r->unrealized, v.unrealized);
    *line = (struct margin_line){h, v.price, ledger_times(v.value, r->rate), r->rate};
    if (ledger_is_settled_daily(h->instrument)) {
        r->futures = dec_plus(r->futures, dec_minus(v.value, h->settled));
        return;
    }
    bool is_option = h->instrument->contract.sec_type == SEC_OPT;
    struct dec *at = is_option ? &r->option : &r->stock;
    *at = dec_plus(*at, v.value);
    b->gross = dec_plus(b->gross, dec_abs(line->value));
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

/* What margin leaves free. Options lend nothing by the rules of Reg T: not their value, and a
 * short one's debt is part of what it needs. */
static void set_funds(const struct account *a, const struct margin *m, struct balance *b)
{
    b->init_margin = dec_round_to(m->initial, BALANCE_CENT, DEC_UP);
    b->maint_margin = dec_round_to(m->maintenance, BALANCE_CENT, DEC_UP);
    b->equity = b->total.net;
    if (a->terms.margin == MARGIN_REG_T)
        b->equity = dec_minus(b->equity, b->total.option);
    b->available = dec_max(dec_minus(b->equity, b->init_margin), DEC_ZERO);
    b->excess = dec_max(dec_minus(b->equity, b->maint_margin), DEC_ZERO);
    b->buying_power =
        ledger_times(b->available, a->terms.margin == MARGIN_REG_T ? DEC(2) : PORTFOLIO_POWER);
}

void balance_compute(const struct account *a, struct feed *f, int64_t utc_s, struct balance *out)
{
    *out = (struct balance){.total = {.currency = "BASE", .rate = DEC(1)}};
    const struct ledger *l = &a->ledger;
    struct str base = STR_NAME(a->terms.base);
    struct margin margin = {0};
    for (size_t i = 0; i < l->cash_count; i++) {
        const struct cash *c = &l->cash[i];
        struct balance_row *r = row_of(out, f, STR_NAME(c->currency), base, utc_s);
        r->cash = c->amount;
        r->interest = c->interest;
        r->dividends = c->dividends;
        if (!str_eq(STR_NAME(c->currency), base))
            margin_cash(ledger_times(r->cash, r->rate), &margin);
    }
    struct margin_line *lines = xcalloc(l->holding_count + 1, sizeof *lines);
    for (size_t i = 0; i < l->holding_count; i++) {
        const struct holding *h = &l->holdings[i];
        struct str currency = STR_NAME(h->instrument->contract.currency);
        add_holding(out, h, f, row_of(out, f, currency, base, utc_s), utc_s, &lines[i]);
    }
    margin_positions(a->terms.margin, lines, l->holding_count, f, utc_s, &margin);
    xfree(lines);
    for (size_t i = 0; i < out->row_count; i++) {
        out->rows[i].net = net_of(&out->rows[i]);
        add_row(&out->total, &out->rows[i]);
    }
    out->total.net = net_of(&out->total);
    set_funds(a, &margin, out);
}
