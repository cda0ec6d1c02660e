/* SPDX-License-Identifier: MIT */
/*
 * trade: everything that can change the account. Only guard/ may include this header; the build
 * fails otherwise (tools/layers). The gate has checked and journaled before it calls.
 *
 * The functions encode and queue; they do not wait. The broker's answer arrives as EVENT_ORDER,
 * EVENT_ORDER_STATUS, EVENT_EXECUTION or EVENT_NOTICE with the order id. False means that not one
 * byte has been queued.
 */
#ifndef PORTCULLIS_BROKER_TRADE_H
#define PORTCULLIS_BROKER_TRADE_H

#include "broker/session.h"
#include "model/order.h"

/* The next free order id of this client; each call hands out another. False if not ready. */
bool trade_next_order_id(struct session *s, int32_t *out, struct error *e) FALLIBLE;
/* Order ids up to and including `id` have been used (known from the journal): never hand them out.
 */
void trade_used_order_id(struct session *s, int64_t id);

/* Orders, changes and cancels that were queued less than ms milliseconds ago, as far as 256 are
 * remembered. */
int64_t trade_messages_within(const struct session *s, int64_t ms, struct moment now);

/* Places o, or modifies it if o->order_id is working. o->order_id and o->account must be set. */
bool trade_place(struct session *s, const struct order *o, struct moment now,
                 struct error *e) FALLIBLE;
bool trade_cancel(struct session *s, int32_t order_id, struct moment now, struct error *e) FALLIBLE;
/*
 * Forgets orders and changes that wait for the pacing of the session, of which not one byte has
 * left: of that order, with 0 of all. Returns how many. What was forgotten is told to nobody.
 */
size_t trade_drop_waiting(struct session *s, int32_t order_id);
/* Cancels every order of the account, those placed by hand in TWS too. */
bool trade_cancel_all(struct session *s, struct moment now, struct error *e) FALLIBLE;

#endif
