/* SPDX-License-Identifier: MIT */
/*
 * value: what an order is worth at worst, and how far its prices lie from the market.
 *
 * Everything here errs to the large side: what cannot be represented is held at AMOUNT_MAX, which
 * no sensible limit admits. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_VALUE_H
#define PORTCULLIS_GUARD_VALUE_H

#include "guard/decide.h"

/* ---- amounts ---- */
/* 10^26: more than any account, and sums of two still fit. */
#define AMOUNT_MAX ((struct dec){(dec_nano)1000000000000000000 * 100000000 * 1000000000})
struct dec amount_times(struct dec a, struct dec b); /* a x b, at most AMOUNT_MAX */
struct dec amount_held(dec_nano sum);                /* at AMOUNT_MAX either way */
/* a + b, at most AMOUNT_MAX either way; here because exposure adds thousands for one decision */
static inline struct dec amount_plus(struct dec a, struct dec b)
{
    dec_nano sum = a.nano + b.nano; /* of two in range, fits */
    bool fits = sum <= AMOUNT_MAX.nano && sum >= -AMOUNT_MAX.nano;
    return fits ? (struct dec){sum} : amount_held(sum);
}
/* price moved by pct percent, up (sign +1) or down (-1) */
struct dec price_moved(struct dec price, struct dec pct, int sign);
bool value_positive(struct opt_dec d);

/* ---- an order ---- */
static inline enum order_kind order_kind(const struct order *o)
{
    return order_type_is_stop(o->type) ? KIND_STOP : KIND_PLAIN;
}
/* The trigger that it names, whatever its type. */
struct opt_dec order_trigger(const struct order *o);
/* The price at which a leg of a bracket is meant to trade: its trigger or its limit. */
struct opt_dec order_price(const struct order *o);
/*
 * The worst price per unit that it may come to cost or bring: a limit price for a purchase, the
 * worst of last, bid, ask and close plus the collar for a market order, the stop plus the collar
 * for a buy stop. Absent without a market where one is needed.
 */
struct opt_dec worst_price(const struct gate_facts *f, const struct order *o);
/* quantity x worst price x multiplier, in the contract's currency. */
struct opt_dec order_value(const struct gate_facts *f, const struct order *o);
struct opt_dec value_in_base(const struct gate_facts *f, struct opt_dec value);
/* What is lost if all of the request fills and its stop then trades at its trigger. */
struct opt_dec worst_loss(const struct gate_facts *f, const struct gate_request *r);

/* ---- distances ---- */
/* It moved by more than pct percent of what it was, or was or is not known; not if neither is. */
bool price_drifted(struct opt_dec then, struct opt_dec now, struct dec pct);
/* What a leg is measured by: the entry's price in a bracket, else the market. */
struct opt_dec leg_measure(const struct gate_ticket *t, size_t leg);
/* Distance of a stop from that, in percent; absent if it is no stop or there is no price. */
struct opt_dec stop_distance_pct(const struct gate_ticket *t, size_t leg);

#endif
