/* SPDX-License-Identifier: MIT */
/*
 * truth: what really happened, read from the exchange's own state and from the store, never from
 * the app; and the rules that hold after every step of every scenario.
 */
#ifndef PORTCULLIS_KIT_TRUTH_H
#define PORTCULLIS_KIT_TRUTH_H

#include "world.h"

/* Orders that the exchange knows, whoever placed them. */
struct truth {
    size_t orders, working, filled, cancelled, rejected, fills;
};
/* False with *e if the exchange is down. */
bool truth_orders(struct world *w, struct truth *out, struct error *e) FALLIBLE;
/* What the exchange's books say is held of a listing: "AAPL", or "ASML EUR". */
bool truth_position(struct world *w, struct str listing, struct dec *out, struct error *e) FALLIBLE;
/* The simulated bid and ask of a listing at this moment. */
bool truth_quote(struct world *w, struct str listing, struct dec *bid, struct dec *ask,
                 struct error *e) FALLIBLE;
/*
 * The newest of the texts about a listing with which the exchange's hostile news provider tries to
 * command its reader, among those that hold `words`; into out. False with *e if there is none.
 */
bool truth_hostile_news(struct world *w, struct str listing, struct str words, struct buf *out,
                        struct error *e) FALLIBLE;
/* Durable records of a kind ("intent"); false if there is no such kind. */
bool truth_records(struct world *w, struct str kind, size_t *out, struct error *e) FALLIBLE;

/*
 * The rules: each order reference is at the exchange at most once; no order is there without a
 * durable intent; none arrives while the kill switch is on; the journal's chain is whole; the
 * exchange's books are exactly what its records make of its opening (identities.h).
 */
bool truth_holds(struct world *w, struct error *e) FALLIBLE;

#endif
