/* SPDX-License-Identifier: MIT */
#include "paper/ledger.h"

#include <assert.h>
#include <string.h>

/* ---- arithmetic ---- */
struct dec ledger_times(struct dec a, struct dec b)
{
    struct dec out = DEC_ZERO;
    bool ok = dec_mul(a, b, &out);
    assert(ok);
    return out;
}

/* a x b / c: the part b of c of an amount */
static struct dec part(struct dec a, struct dec b, struct dec c)
{
    struct dec out = DEC_ZERO;
    if (dec_eq(b, c))
        return a;
    bool ok = dec_div(ledger_times(a, b), c, &out);
    assert(ok);
    return out;
}

struct dec ledger_value(const struct instrument *i, struct dec quantity, struct dec price)
{
    return ledger_times(ledger_times(quantity, i->multiplier), price);
}

/* ---- cash ---- */
/* The row of a currency, or cash_count. */
static size_t cash_row(const struct ledger *l, struct str currency)
{
    size_t i = 0;
    while (i < l->cash_count && !str_eq(STR_NAME(l->cash[i].currency), currency))
        i++;
    return i;
}

struct dec ledger_cash(const struct ledger *l, struct str currency)
{
    size_t row = cash_row(l, currency);
    return row < l->cash_count ? l->cash[row].amount : DEC_ZERO;
}

bool ledger_set_cash(struct ledger *l, const struct cash *row)
{
    size_t i = cash_row(l, STR_NAME(row->currency));
    if (i == LEDGER_CURRENCIES_MAX || row->currency[0] == 0)
        return false;
    l->cash[i] = *row;
    if (i == l->cash_count)
        l->cash_count++;
    return true;
}

static void add_cash(struct ledger *l, const char *currency, struct dec amount, struct dec interest,
                     struct dec dividends)
{
    size_t i = cash_row(l, str_of(currency));
    if (i == l->cash_count) {
        if (dec_is_zero(amount) && dec_is_zero(interest) && dec_is_zero(dividends))
            return;
        struct cash fresh = {0};
        str_copy_cut(fresh.currency, sizeof fresh.currency, str_of(currency));
        bool ok = ledger_set_cash(l, &fresh);
        assert(ok); /* ledger_apply has looked */
    }
    struct cash *row = &l->cash[i];
    row->amount = dec_plus(row->amount, amount);
    row->interest = dec_plus(row->interest, interest);
    row->dividends = dec_plus(row->dividends, dividends);
}

/* ---- holdings ---- */
/* The place of a contract id, or where it would stand. */
static size_t holding_row(const struct ledger *l, int32_t con_id)
{
    size_t low = 0, high = l->holding_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (l->holdings[mid].instrument->contract.con_id < con_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct holding *ledger_holding(const struct ledger *l, const struct instrument *i)
{
    size_t row = holding_row(l, i->contract.con_id);
    return row < l->holding_count && l->holdings[row].instrument == i ? &l->holdings[row] : NULL;
}

struct dec ledger_quantity(const struct ledger *l, const struct instrument *i)
{
    const struct holding *h = ledger_holding(l, i);
    return h != NULL ? h->quantity : DEC_ZERO;
}

struct dec holding_average(const struct holding *h)
{
    struct dec out;
    return !dec_is_zero(h->quantity) && dec_div(h->cost, h->quantity, &out) ? out : DEC_ZERO;
}

static bool is_flat(const struct holding *h)
{
    return dec_is_zero(h->quantity) && dec_is_zero(h->cost) && dec_is_zero(h->settled);
}

static bool is_forgotten(const struct holding *h)
{
    return is_flat(h) && dec_is_zero(h->day_quantity) && dec_is_zero(h->day_paid) &&
           dec_is_zero(h->day_realized);
}

/* A row that may give way, or holding_count. */
static size_t spare_row(const struct ledger *l)
{
    size_t i = 0;
    while (i < l->holding_count && !is_flat(&l->holdings[i]))
        i++;
    return i;
}

bool ledger_has_room(const struct ledger *l, const struct instrument *i)
{
    return l->holding_count < LEDGER_HOLDINGS_MAX || ledger_holding(l, i) != NULL ||
           spare_row(l) < l->holding_count;
}

bool ledger_is_settled_daily(const struct instrument *i)
{
    return i->contract.sec_type == SEC_FUT;
}

static void remove_row(struct ledger *l, size_t row)
{
    struct holding *at = &l->holdings[row];
    l->holding_count--;
    memmove(at, at + 1, (l->holding_count - row) * sizeof *at);
}

bool ledger_set_holding(struct ledger *l, const struct holding *h)
{
    int32_t con_id = h->instrument->contract.con_id;
    size_t row = holding_row(l, con_id);
    bool exists = row < l->holding_count && l->holdings[row].instrument == h->instrument;
    if (exists) {
        l->holdings[row] = *h;
        if (is_forgotten(h))
            remove_row(l, row);
        return true;
    }
    if (is_forgotten(h))
        return true;
    if (!ledger_has_room(l, h->instrument))
        return false;
    if (l->holding_count == LEDGER_HOLDINGS_MAX)
        remove_row(l, spare_row(l));
    row = holding_row(l, con_id);
    struct holding *at = &l->holdings[row];
    memmove(at + 1, at, (l->holding_count - row) * sizeof *at);
    l->holding_count++;
    *at = *h;
    return true;
}

void ledger_roll(struct ledger *l)
{
    for (size_t i = l->holding_count; i-- > 0;) {
        struct holding *h = &l->holdings[i];
        h->day_quantity = h->day_paid = h->day_realized = DEC_ZERO;
        if (is_forgotten(h))
            remove_row(l, i);
    }
}

/* ---- dividends to come ---- */
static size_t accrual_row(const struct ledger *l, const struct instrument *i, int64_t pay_s)
{
    size_t k = 0;
    while (k < l->accrual_count &&
           (l->accruals[k].instrument != i || l->accruals[k].pay_s != pay_s))
        k++;
    return k;
}

bool ledger_set_accrual(struct ledger *l, const struct accrual *a)
{
    size_t k = accrual_row(l, a->instrument, a->pay_s);
    if (dec_is_zero(a->amount)) {
        if (k < l->accrual_count)
            l->accruals[k] = l->accruals[--l->accrual_count];
        return true;
    }
    if (k == LEDGER_ACCRUALS_MAX)
        return false;
    l->accruals[k] = *a;
    if (k == l->accrual_count)
        l->accrual_count++;
    return true;
}

static struct accrual accrual_after(const struct ledger *l, const struct ledger_change *c)
{
    size_t k = accrual_row(l, c->instrument, c->pay_s);
    struct dec before = k < l->accrual_count ? l->accruals[k].amount : DEC_ZERO;
    return (struct accrual){c->instrument, c->pay_s, dec_plus(before, c->dividends)};
}

/* ---- changes ---- */
void ledger_clear(struct ledger *l)
{
    *l = (struct ledger){0};
}

static bool has_currency_room(const struct ledger *l, const struct ledger_change *c)
{
    const char *const used[] = {c->currency, c->second_currency, c->third_currency};
    size_t fresh = 0;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        fresh += used[i][0] != 0 && cash_row(l, str_of(used[i])) == l->cash_count;
    return l->cash_count + fresh <= LEDGER_CURRENCIES_MAX;
}

bool ledger_apply(struct ledger *l, const struct ledger_change *c)
{
    bool accrues = !dec_is_zero(c->dividends);
    assert(!accrues || c->instrument != NULL);
    if (!has_currency_room(l, c) || (c->instrument != NULL && !ledger_has_room(l, c->instrument)))
        return false;
    if (accrues) {
        struct accrual a = accrual_after(l, c);
        if (!ledger_set_accrual(l, &a))
            return false;
    }
    if (c->currency[0] != 0)
        add_cash(l, c->currency, c->cash, c->interest, c->dividends);
    if (c->second_currency[0] != 0)
        add_cash(l, c->second_currency, c->second_cash, DEC_ZERO, DEC_ZERO);
    if (c->third_currency[0] != 0)
        add_cash(l, c->third_currency, c->third_cash, DEC_ZERO, DEC_ZERO);
    if (c->instrument == NULL)
        return true;
    const struct holding *old = ledger_holding(l, c->instrument);
    struct holding h = old != NULL ? *old : (struct holding){.instrument = c->instrument};
    h.quantity = dec_plus(h.quantity, c->quantity);
    h.cost = dec_plus(h.cost, c->cost);
    h.settled = dec_plus(h.settled, c->settled);
    h.day_quantity = dec_plus(h.day_quantity, c->traded);
    h.day_paid = dec_plus(h.day_paid, c->paid);
    h.day_realized = dec_plus(h.day_realized, c->realized);
    bool ok = ledger_set_holding(l, &h);
    assert(ok);
    return true;
}

/* Cost and profit of a trade: first what closes the old position, then what opens another. */
static void trade_cost(const struct holding *h, const struct trade *t, struct dec value,
                       struct dec fee, struct ledger_change *out)
{
    struct dec held = h != NULL ? h->quantity : DEC_ZERO, closing = DEC_ZERO;
    struct dec closed_cost = DEC_ZERO;
    if (dec_sign(held) * dec_sign(out->quantity) < 0) {
        closing = dec_min(dec_abs(held), t->quantity);
        closed_cost = part(h->cost, closing, dec_abs(held));
    }
    struct dec closing_value = part(value, closing, t->quantity);
    struct dec closing_fee = part(fee, closing, t->quantity);
    if (!dec_is_zero(closing))
        out->realized = dec_neg(dec_plus(dec_plus(closing_value, closing_fee), closed_cost));
    /* a commission makes what is bought dearer and what is sold short cheaper */
    struct dec opened = dec_plus(dec_minus(value, closing_value), dec_minus(fee, closing_fee));
    out->cost = dec_minus(opened, closed_cost);
}

void ledger_trade(const struct ledger *l, const struct trade *t, struct ledger_change *out)
{
    assert(dec_sign(t->quantity) > 0 && dec_sign(t->price) >= 0 && dec_sign(t->commission) >= 0);
    const struct contract *c = &t->instrument->contract;
    *out = (struct ledger_change){0};
    str_copy_cut(out->currency, sizeof out->currency, STR_NAME(c->currency));
    struct dec signed_qty = t->side == SIDE_BUY ? t->quantity : dec_neg(t->quantity);
    struct dec value = ledger_value(t->instrument, signed_qty, t->price);
    bool same = str_eq(str_of(t->commission_currency), STR_NAME(c->currency));
    struct dec fee = same ? t->commission : DEC_ZERO;
    out->cash = dec_neg(dec_plus(value, fee));
    if (!same) {
        str_copy_cut(out->second_currency, sizeof out->second_currency,
                     str_of(t->commission_currency));
        out->second_cash = dec_neg(t->commission);
    }
    if (c->sec_type == SEC_CASH) {
        str_copy_cut(out->third_currency, sizeof out->third_currency, STR_NAME(c->symbol));
        out->third_cash = signed_qty;
        return;
    }
    out->instrument = t->instrument;
    out->quantity = out->traded = signed_qty;
    out->paid = dec_plus(value, fee);
    if (ledger_is_settled_daily(t->instrument)) {
        out->cash = dec_neg(fee);
        out->settled = value;
    }
    trade_cost(ledger_holding(l, t->instrument), t, value, fee, out);
}
