/* SPDX-License-Identifier: MIT */
/*
 * match: the rules of one order against one moment of the market. Pure functions on a ticket.
 */
#ifndef PORTCULLIS_PAPER_MATCH_H
#define PORTCULLIS_PAPER_MATCH_H

#include "paper/venue.h"

struct touch {
    struct dec bid, ask, last;
};

/* Moves the trigger of a trailing stop after the market; true if it moved. */
bool match_trail(struct ticket *t, const struct touch *m);
/* True if the stop's trigger has been reached: by the last price; for currencies by the touch. */
bool match_triggers(const struct ticket *t, const struct touch *m);
/* What a triggered TRAIL LIMIT offers; call once, at the trigger. */
void match_set_limit(struct ticket *t);
/* True if the order trades now, and at which price. */
bool match_price(const struct ticket *t, const struct touch *m, struct dec *price);

#endif
