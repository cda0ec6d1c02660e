/* SPDX-License-Identifier: MIT */
/*
 * ticks: one market data message at a time into a struct quote (tws-protocol 2.8).
 *
 * Live and delayed ticks fill the same members; data_type says which they are. A price of -1, or 0
 * without a size, is the wire's "no quote" and clears the member; so is a price that the kind of
 * contract cannot have: a share costs more than nothing and an option no less, while a combination,
 * a future or an index of rates may well be at zero or below. Each function returns true if
 * something visible changed.
 */
#ifndef PORTCULLIS_BROKER_TICKS_H
#define PORTCULLIS_BROKER_TICKS_H

#include "model/contract.h"
#include "model/quote.h"
#include "wire/reply.h"

bool tick_price(struct quote *q, enum sec_type type, const struct wire_rep_tick_price *tick,
                struct moment at);
bool tick_size(struct quote *q, const struct wire_rep_tick_size *tick);
bool tick_generic(struct quote *q, const struct wire_rep_tick_generic *tick);
/* The broker's model of an option; ticks of its bid, ask and last price are passed over. */
bool tick_option(struct quote *q, const struct wire_rep_tick_option_computation *tick);
/* The time of the last trade; all other texts are not kept. */
bool tick_string(struct quote *q, const struct wire_rep_tick_string *tick);
/* marketDataType: live, frozen, delayed, delayed and frozen. */
bool tick_data_type(struct quote *q, int32_t type);

#endif
