/* SPDX-License-Identifier: MIT */
/*
 * identities: what must be true of the books of an exchange, whatever happened. Works on what the
 * exchange wrote down: all records since it was opened, and a snapshot. Computed anew from fills
 * and events, without the code that is being tested; exact.
 *
 *   cash is what it was, less what was bought, plus what was sold, less commissions
 *   the sum of the fills is the change of a position; of an order, what it says it has filled
 *   commissions of the fills add up to the order's
 *   nothing fills beyond its quantity or outside its limit
 *   a fill that is corrected or taken back moves what its first telling moved, but its commission
 *   cash + accrued + cost - settled = opening + realized + flows, in every currency
 *
 * Header only: every function is static.
 */
#ifndef PORTCULLIS_KIT_IDENTITIES_H
#define PORTCULLIS_KIT_IDENTITIES_H

#include "base/alloc.h"
#include "base/map.h"
#include "paper/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOKS_TICKETS_MAX = 20000 };

/* One currency of one account. */
struct tally {
    char currency[8];
    struct dec cash, other; /* other: interest and dividends */
    struct dec cost;        /* of holdings, less what is settled */
    struct dec realized, flows;
    bool is_named; /* the snapshot has it */
};

struct tally_position {
    const struct instrument *instrument;
    struct dec quantity;
};

struct tallies {
    size_t n, position_count;
    struct tally rows[LEDGER_CURRENCIES_MAX];
    struct tally_position positions[LEDGER_HOLDINGS_MAX * 4];
};

/* A fill as its latest record tells it. */
struct tally_fill {
    int64_t perm_id;
    struct fill fill;
};

/* An order as its records tell it. */
struct tally_order {
    struct ticket ticket;
    struct dec filled, commission;
};

struct books {
    const struct universe *universe;
    struct accounts *accounts; /* names only */
    struct tallies of[ACCOUNTS_MAX];
    struct map *orders;
    struct tally_order *list[BOOKS_TICKETS_MAX];
    size_t order_count;
    struct tally_fill *fills; /* in the order of their numbers */
    size_t fill_count, fill_room;
    char *why; /* 200 bytes */
};

static inline bool books_wrong(struct books *b, const char *what, const char *of, struct dec is,
                               struct dec should)
{
    char x[DEC_TEXT_MAX], y[DEC_TEXT_MAX];
    dec_format(is, x);
    dec_format(should, y);
    snprintf(b->why, 200, "%s of %s is %s and should be %s", what, of, x, y);
    return false;
}

static inline struct tally *books_row(struct tallies *t, const char *currency)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->rows[i].currency, currency) == 0)
            return &t->rows[i];
    struct tally *row = &t->rows[t->n++];
    *row = (struct tally){0};
    str_copy_cut(row->currency, sizeof row->currency, str_of(currency));
    return row;
}

static inline struct dec *books_position(struct tallies *t, const struct instrument *i)
{
    for (size_t k = 0; k < t->position_count; k++)
        if (t->positions[k].instrument == i)
            return &t->positions[k].quantity;
    t->positions[t->position_count] = (struct tally_position){.instrument = i};
    return &t->positions[t->position_count++].quantity;
}

static inline void books_add(struct dec *to, struct dec amount)
{
    *to = dec_plus(*to, amount);
}

/* ---- fills ---- */
static inline bool books_limit_kept(const struct ticket *t, const struct fill *f)
{
    const struct order *o = &t->order;
    if (o->type != ORDER_LMT || !o->limit_price.has)
        return true;
    return o->side == SIDE_BUY ? !dec_gt(f->price, o->limit_price.v)
                               : !dec_lt(f->price, o->limit_price.v);
}

static inline void books_take_trade(struct tallies *t, const struct instrument *i,
                                    enum order_side side, const struct fill *f)
{
    const struct contract *c = &i->contract;
    struct dec quantity = side == SIDE_BUY ? f->quantity : dec_neg(f->quantity), value = DEC_ZERO;
    bool ok = dec_mul(quantity, i->multiplier, &value) && dec_mul(value, f->price, &value);
    if (!ok)
        abort();
    struct tally *own = books_row(t, c->currency);
    bool same = strcmp(f->commission_currency, c->currency) == 0;
    if (c->sec_type != SEC_FUT)
        books_add(&own->cash, dec_neg(value));
    books_add(&books_row(t, f->commission_currency)->cash, dec_neg(f->commission));
    if (!same)
        books_add(&books_row(t, f->commission_currency)->flows, dec_neg(f->commission));
    if (c->sec_type == SEC_CASH) {
        books_add(&books_row(t, c->symbol)->cash, quantity);
        books_add(&books_row(t, c->symbol)->flows, quantity);
        own = books_row(t, c->currency);
        books_add(&own->flows, dec_neg(value));
        if (same)
            books_add(&own->flows, dec_neg(f->commission));
        return;
    }
    books_add(books_position(t, i), quantity);
    books_add(&own->realized, f->realized);
}

/* ---- events ---- */
static inline bool books_take_event(struct books *b, const struct money_event *e)
{
    static const bool is_flow[MONEY_KIND_COUNT] = {[MONEY_DIVIDEND] = true,
                                                   [MONEY_INTEREST] = true,
                                                   [MONEY_BORROWING] = true,
                                                   [MONEY_PAID_IN] = true};
    const struct ledger_change *c = &e->change;
    struct tallies *t = &b->of[e->key.account];
    struct tally *own = books_row(t, c->currency);
    struct dec all = dec_plus(dec_plus(c->cash, c->interest), c->dividends);
    struct dec flow = dec_minus(dec_plus(all, dec_minus(c->cost, c->settled)), c->realized);
    if (!is_flow[e->key.kind] && !dec_is_zero(flow))
        return books_wrong(b, "the unexplained part", "an event", flow, DEC_ZERO);
    books_add(&own->cash, c->cash);
    books_add(&own->other, dec_plus(c->interest, c->dividends));
    books_add(&own->realized, c->realized);
    books_add(&own->flows, flow);
    if (c->instrument != NULL)
        books_add(books_position(t, c->instrument), c->quantity);
    return true;
}

/* ---- reading ---- */
static inline int books_account(const struct books *b, const char *name)
{
    for (size_t i = 0; i < b->accounts->count; i++)
        if (strcmp(b->accounts->items[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* The opening: told by applying it to empty ledgers, as it is not part of the fills. */
static inline void books_open(struct books *b, const struct ledger *opening)
{
    for (size_t a = b->accounts->has_advisor; a < b->accounts->count; a++) {
        struct tallies *t = &b->of[a];
        for (size_t i = 0; i < opening->cash_count; i++) {
            struct tally *row = books_row(t, opening->cash[i].currency);
            row->cash = row->flows = opening->cash[i].amount;
        }
        for (size_t i = 0; i < opening->holding_count; i++) {
            const struct holding *h = &opening->holdings[i];
            *books_position(t, h->instrument) = h->quantity;
            books_add(&books_row(t, h->instrument->contract.currency)->flows, h->cost);
        }
    }
}

static inline bool books_take_ticket(struct books *b, const struct ticket *t)
{
    struct tally_order *o = map_get(b->orders, t->order.perm_id);
    if (o == NULL) {
        if (b->order_count == BOOKS_TICKETS_MAX)
            abort();
        o = b->list[b->order_count++] = xcalloc(1, sizeof *o);
        map_put(b->orders, t->order.perm_id, o);
    }
    o->ticket = *t;
    return true;
}

static inline void books_keep_fill(struct books *b, const struct fill *f)
{
    if (b->fill_count == b->fill_room) {
        b->fill_room = b->fill_room ? 2 * b->fill_room : 64;
        b->fills = xrealloc(b->fills, b->fill_room * sizeof *b->fills);
    }
    b->fills[b->fill_count++] = (struct tally_fill){f->ticket->order.perm_id, *f};
}

static inline struct tally_fill *books_fill(struct books *b, int64_t seq)
{
    for (size_t i = b->fill_count; i > 0; i--)
        if (b->fills[i - 1].fill.seq == seq)
            return &b->fills[i - 1];
    return NULL;
}

static inline struct tallies *books_of(struct books *b, const struct tally_order *o,
                                       const struct fill *f)
{
    return &b->of[f->part == FILL_SHARE ? f->account : books_account(b, o->ticket.order.account)];
}

static inline bool books_take_fill(struct books *b, const struct fill *f)
{
    struct tally_order *o = map_get(b->orders, f->ticket->order.perm_id);
    if (o == NULL)
        return books_wrong(b, "the order", "a fill", dec_of(f->seq), DEC_ZERO);
    books_add(&o->commission, f->commission);
    if (fill_counts(f))
        books_add(&o->filled, f->quantity);
    if (dec_gt(o->filled, o->ticket.order.quantity))
        return books_wrong(b, "the filled quantity", "an order", o->filled,
                           o->ticket.order.quantity);
    if (f->part != FILL_COMBO && f->part != FILL_LEG && !books_limit_kept(&o->ticket, f))
        return books_wrong(b, "the price", "a fill", f->price, o->ticket.order.limit_price.v);
    if (fill_is_booked(f)) /* legs and shares are what is traded */
        books_take_trade(books_of(b, o, f), f->instrument, f->side, f);
    books_keep_fill(b, f);
    return true;
}

/* What the fill was is undone, what it is now is done; its commission has been paid already. */
static inline bool books_take_revision(struct books *b, const struct fill *f)
{
    struct tally_fill *known = books_fill(b, f->seq);
    if (known == NULL || known->fill.revision + 1 != f->revision)
        return books_wrong(b, "the revision", "a fill", dec_of(f->revision),
                           dec_of(known ? known->fill.revision + 1 : 0));
    if (!dec_is_zero(f->quantity) && !dec_eq(f->quantity, known->fill.quantity))
        return books_wrong(b, "the quantity", "a correction", f->quantity, known->fill.quantity);
    struct fill was = known->fill, is = *f;
    struct tallies *t = books_of(b, map_get(b->orders, known->perm_id), f);
    was.quantity = dec_neg(was.quantity);
    was.realized = dec_neg(was.realized);
    was.commission = is.commission = DEC_ZERO;
    books_take_trade(t, f->instrument, f->side, &was);
    books_take_trade(t, f->instrument, f->side, &is);
    known->fill = *f;
    return true;
}

/* ---- comparing with the snapshot ---- */
static inline bool books_compare_cash(struct books *b, const struct record_line *l)
{
    struct tally *row = books_row(&b->of[books_account(b, l->accounts)], l->cash.currency);
    struct dec other = dec_plus(l->cash.interest, l->cash.dividends);
    row->is_named = true;
    if (!dec_eq(l->cash.amount, row->cash))
        return books_wrong(b, "cash", row->currency, l->cash.amount, row->cash);
    return dec_eq(other, row->other) || books_wrong(b, "accrued", row->currency, other, row->other);
}

static inline bool books_compare_holding(struct books *b, const struct record_line *l)
{
    const struct contract *c = &l->holding.instrument->contract;
    struct tallies *t = &b->of[books_account(b, l->accounts)];
    struct dec *held = books_position(t, l->holding.instrument);
    books_add(&books_row(t, c->currency)->cost, dec_minus(l->holding.cost, l->holding.settled));
    if (!dec_eq(l->holding.quantity, *held))
        return books_wrong(b, "position", c->symbol, l->holding.quantity, *held);
    *held = DEC_ZERO; /* what is left over must have been named */
    return true;
}

static inline bool books_compare_order(struct books *b, const struct ticket *t)
{
    const struct tally_order *o = map_get(b->orders, t->order.perm_id);
    if (t->exercise != 0) /* stands in for an order where an event is told as an execution */
        return true;
    if (o == NULL)
        return books_wrong(b, "the record", "an order", dec_of(t->order.perm_id), DEC_ZERO);
    if (!dec_eq(t->status.filled, o->filled))
        return books_wrong(b, "filled", t->order.ref, t->status.filled, o->filled);
    return !t->commission.has || dec_eq(t->commission.v, o->commission) ||
           books_wrong(b, "commission", t->order.ref, t->commission.v, o->commission);
}

static inline bool books_compare_fill(struct books *b, const struct fill *f)
{
    const struct tally_fill *known = books_fill(b, f->seq);
    if (f->part == FILL_EXERCISE)
        return true;
    if (known == NULL || known->fill.revision != f->revision)
        return books_wrong(b, "the revision", "a kept fill", dec_of(f->revision),
                           dec_of(known ? known->fill.revision : -1));
    const struct dec is[] = {f->quantity, f->price, f->realized, f->commission},
                     should[] = {known->fill.quantity, known->fill.price, known->fill.realized,
                                 known->fill.commission};
    for (size_t i = 0; i < sizeof is / sizeof is[0]; i++)
        if (!dec_eq(is[i], should[i]))
            return books_wrong(b, "a member", "a kept fill", is[i], should[i]);
    return true;
}

static inline bool books_balance(struct books *b)
{
    for (size_t a = 0; a < b->accounts->count; a++) {
        struct tallies *t = &b->of[a];
        for (size_t i = 0; i < t->n; i++) {
            struct tally *r = &t->rows[i];
            struct dec have = dec_plus(dec_plus(r->cash, r->other), r->cost);
            struct dec should = dec_plus(r->realized, r->flows);
            if (!r->is_named && !dec_is_zero(r->cash))
                return books_wrong(b, "unnamed cash", r->currency, DEC_ZERO, r->cash);
            if (!dec_eq(have, should))
                return books_wrong(b, "the value at cost", r->currency, have, should);
        }
        for (size_t i = 0; i < t->position_count; i++)
            if (!dec_is_zero(t->positions[i].quantity))
                return books_wrong(b, "unnamed position",
                                   t->positions[i].instrument->contract.symbol, DEC_ZERO,
                                   t->positions[i].quantity);
    }
    return true;
}

static inline bool books_read(struct books *b, struct str text, bool is_snapshot)
{
    struct record_line *l = xmalloc(sizeof *l);
    struct error e = {0};
    bool ok = true;
    for (struct str line; ok && str_cut(&text, '\n', &line) && line.n > 0;) {
        ok = record_read(line, b->universe, l, &e);
        if (!ok) {
            snprintf(b->why, 200, "%.190s", e.text);
            break;
        }
        if (l->type == 'O')
            ok =
                is_snapshot ? books_compare_order(b, &l->ticket) : books_take_ticket(b, &l->ticket);
        else if (l->type == 'F' && !is_snapshot)
            ok = books_take_fill(b, &l->fill);
        else if (l->type == 'R' && !is_snapshot)
            ok = books_take_revision(b, &l->fill);
        else if (l->type == 'E' && is_snapshot)
            ok = books_compare_fill(b, &l->fill);
        else if (l->type == 'K' && !is_snapshot)
            ok = books_take_event(b, &l->event);
        else if (l->type == 'C' && is_snapshot)
            ok = books_compare_cash(b, l);
        else if (l->type == 'P' && is_snapshot)
            ok = books_compare_holding(b, l);
    }
    xfree(l);
    return ok;
}

/*
 * True if the snapshot is what the records make of the opening (the same for every account; empty
 * for none). Else `why` says what is not.
 */
static inline bool identities_hold(const struct universe *u, const char *accounts,
                                   const struct ledger *opening, struct str records,
                                   struct str snapshot, char why[200])
{
    const struct account_terms terms = {.base = "USD"};
    struct error e = {0};
    struct books *b = xcalloc(1, sizeof *b);
    b->universe = u;
    b->why = why;
    b->accounts = xcalloc(1, sizeof *b->accounts);
    b->orders = map_new(BOOKS_TICKETS_MAX);
    bool ok = accounts_parse(b->accounts, str_of(accounts), &terms, &e);
    books_open(b, opening);
    ok = ok && books_read(b, records, false) && books_read(b, snapshot, true) && books_balance(b);
    for (size_t i = 0; i < b->order_count; i++)
        xfree(b->list[i]);
    map_free(b->orders);
    xfree(b->fills);
    xfree(b->accounts);
    xfree(b);
    return ok;
}

#endif
