/* SPDX-License-Identifier: MIT */
/*
 * match: the rules of one order against one moment of the market. Pure functions on a ticket.
 */
#ifndef PORTCULLIS_PAPER_MATCH_H
#define PORTCULLIS_PAPER_MATCH_H

#include "paper/market.h"
#include "paper/ticket.h"

/* How a price is watched (the broker's numbers, tws-protocol 2.6). */
enum match_method {
    METHOD_DEFAULT = 0,
    METHOD_DOUBLE_BID_ASK = 1,
    METHOD_LAST = 2,
    METHOD_DOUBLE_LAST = 3,
    METHOD_BID_ASK = 4,
    METHOD_LAST_OR_BID_ASK = 7,
    METHOD_MIDPOINT = 8
};

/* A moment, and the second before it, which the double methods compare. */
struct match_view {
    struct touch now, before;
};

bool match_method_is_known(int32_t method);
/* The default of a security type: the last price; for currencies the touch; for options the touch
 * twice. */
enum match_method match_method_of(enum sec_type type, int32_t method);

/* ---- triggers ---- */
/* True if the market has reached `level`, from below if `upwards`. A rise is believed when the bid
 * is there, a fall when the offer is. */
bool match_reached(enum match_method method, const struct match_view *m, struct dec level,
                   bool upwards);
/* Moves the trigger of a trailing stop after the market; true if it moved. */
bool match_trail(struct ticket *t, const struct touch *m);
/* True if what the ticket waits for has come. */
bool match_triggers(const struct ticket *t, const struct match_view *m);
/* What a triggered TRAIL LIMIT offers; call once, at the trigger. */
void match_set_limit(struct ticket *t);
/* Makes a stop what its adjustment says, if the market has gone that far; true if it did. */
bool match_adjust(struct ticket *t, const struct match_view *m);

/* ---- prices ---- */
/* The worst price at which the ticket may trade now; none: any. */
struct opt_dec match_limit(const struct ticket *t, const struct touch *m);
/* True if `price` is not worse than the limit. */
bool match_is_within(enum order_side side, struct opt_dec limit, struct dec price);

struct match_piece {
    struct dec price, quantity;
};

/* How much of the ticket may trade up to now: all that remains, or an algorithm's share. */
struct dec match_allowance(const struct ticket *t, int64_t now_ns);
/*
 * What trades against the other side's book, `allowed` at most: the pieces, in their order. Empty
 * if less is there than the ticket accepts (all or none, fill or kill, minimum quantity). A ticket
 * that rested gets one piece at its limit.
 */
size_t match_pieces(const struct ticket *t, struct opt_dec limit, struct dec allowed,
                    const struct market_level *book, size_t levels,
                    struct match_piece out[MARKET_LEVELS_MAX]);

#endif
