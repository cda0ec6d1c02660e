/* SPDX-License-Identifier: MIT */
/* What the operator does to the market: fills corrected or taken back, halts. */
#include "paper/venue_private.h"

static enum order_side opposite(enum order_side side)
{
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/*
 * What the revision changes in the account. A fill that is undone is traded back at its price; its
 * commission stays paid. A new price changes what was paid: the cost of the position that the fill
 * opened if it is still there, else the profit that was made.
 */
static void change_of(const struct ledger *l, const struct fill *f, struct dec quantity,
                      struct dec price, struct ledger_change *out)
{
    if (dec_sign(quantity) == 0) {
        const struct trade back = {.instrument = f->instrument,
                                   .side = opposite(f->side),
                                   .quantity = f->quantity,
                                   .price = f->price,
                                   .commission_currency = f->commission_currency};
        ledger_trade(l, &back, out);
        return;
    }
    struct dec more = ledger_value(f->instrument, f->quantity, dec_minus(price, f->price));
    struct dec paid = f->side == SIDE_BUY ? more : dec_minus(DEC_ZERO, more);
    int held = dec_sign(ledger_quantity(l, f->instrument));
    *out = (struct ledger_change){.cash = dec_minus(DEC_ZERO, paid)};
    str_copy_cut(out->currency, sizeof out->currency, STR_NAME(f->instrument->contract.currency));
    if (f->instrument->contract.sec_type == SEC_CASH)
        return;
    out->instrument = f->instrument;
    if (!f->closes && held != 0 && (held > 0) == (f->side == SIDE_BUY))
        out->cost = paid;
    else
        out->realized = out->cash;
}

static struct fill *find_fill(const struct venue *v, int64_t seq)
{
    for (size_t i = v->fill_count; i > 0; i--)
        if (v->fills[i - 1]->seq == seq)
            return v->fills[i - 1];
    return NULL;
}

bool venue_revise(struct venue *v, int64_t seq, struct dec quantity, struct dec price, bool tells)
{
    struct fill *f = find_fill(v, seq);
    if (f == NULL || !fill_is_booked(f) || dec_sign(f->quantity) == 0 || dec_sign(price) <= 0 ||
        (dec_sign(quantity) != 0 && !dec_eq(quantity, f->quantity)) ||
        ledger_is_settled_daily(f->instrument))
        return false;
    struct ledger_change change;
    struct ledger *l = &venue_account(v, f)->ledger;
    change_of(l, f, quantity, price, &change);
    if (!ledger_apply(l, &change))
        return false;
    f->quantity = quantity;
    f->price = price;
    f->revision++;
    f->realized = dec_plus(f->realized, change.realized); /* the books need it, told or not */
    if (tells)
        venue_emit(v, VENUE_REVISION, f->ticket)->fill = f;
    return true;
}

/* ---- halts ---- */
bool venue_halt(struct venue *v, int32_t con_id, bool is_halted)
{
    size_t i = 0;
    while (i < v->halt_count && v->halts[i] != con_id)
        i++;
    if (!is_halted && i < v->halt_count)
        v->halts[i] = v->halts[--v->halt_count];
    if (!is_halted || i < v->halt_count)
        return true;
    if (i == VENUE_HALTS_MAX)
        return false;
    v->halts[v->halt_count++] = con_id;
    return true;
}

void venue_halt_none(struct venue *v)
{
    v->halt_count = 0;
}

bool venue_is_stopped(const struct venue *v, const struct instrument *i)
{
    for (size_t k = 0; k < v->halt_count; k++)
        if (v->halts[k] == i->contract.con_id ||
            (i->underlying != NULL && v->halts[k] == i->underlying->contract.con_id))
            return true;
    return false;
}
