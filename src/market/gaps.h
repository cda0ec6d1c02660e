/* SPDX-License-Identifier: MIT */
/*
 * gaps: why a value of a quote is missing, as a stable code.
 *
 * A price that did not come is unknown, and unknown has a reason that a program can act on: the
 * account has no subscription, the market is closed, another session takes the data. The reason is
 * the broker's own where it said something; otherwise what is known of the market; otherwise how
 * the kind of contract is quoted (an index has no bid). What is left is TIMEOUT, if nothing at all
 * came in time, and NOT_QUOTED, if other values came and this one did not.
 */
#ifndef PORTCULLIS_MARKET_GAPS_H
#define PORTCULLIS_MARKET_GAPS_H

#include "market/hours.h"
#include "model/contract.h"
#include "model/quote.h"

enum gap {
    GAP_NONE,
    GAP_NO_SUBSCRIPTION,   /* 354, 10089, 10090, 10167, 10168, 10186 */
    GAP_COMPETING_SESSION, /* 10197: another session of the user has the market data */
    GAP_UNKNOWN_CONTRACT,  /* 200 */
    GAP_LINES_MAX,         /* 101, or all lines of this program are in use */
    GAP_PACING,            /* 100 */
    GAP_FARM_DOWN,         /* 2103 */
    GAP_REFUSED,           /* any other code that ends the request */
    GAP_LINK_LOST,         /* the connection went down while it was waited for */
    GAP_NOT_APPLICABLE,    /* this kind of contract has no such value */
    GAP_HALTED,
    GAP_CLOSED,
    GAP_TIMEOUT,      /* nothing came in time */
    GAP_NOT_QUOTED,   /* other values came; nobody bids, or nothing was traded */
    GAP_NO_HISTORY,   /* a range that the ticks lack, and there are no bars to compute it from */
    GAP_NOT_COMPUTED, /* the same, and nobody asked for it to be computed */
    GAP_COUNT
};

/* What a quote may have, by what it has in common. */
enum quote_value {
    VALUE_LAST,  /* last, its size */
    VALUE_TOUCH, /* bid, ask, mid, their sizes */
    VALUE_DAY,   /* open, high, low of the day */
    VALUE_CLOSE, /* previous close */
    VALUE_VOLUME,
    VALUE_RANGE /* of 13, 26, 52 weeks */
};

/* What is known about a line besides its quote. */
struct gap_facts {
    enum sec_type sec_type;
    int notice_code; /* the broker's, 0 for none */
    bool is_refused; /* by that code */
    bool is_down;    /* the connection is not there */
    bool has_price;  /* any has come */
    bool is_halted;
    enum market_state market;
};

/* Why a value that is absent is so. Never GAP_NONE. */
enum gap gap_of(const struct gap_facts *f, enum quote_value v);
/* Why the quote as a whole is missing, or not live: GAP_NONE if it is live and there. */
enum gap gap_of_quote(const struct gap_facts *f, enum data_type type);
/* The gap that a code of the broker means; GAP_NONE if it means none. */
enum gap gap_of_code(int code);
const char *gap_text(enum gap g);   /* "NO_SUBSCRIPTION" */
const char *gap_advice(enum gap g); /* what to do about it, for people; "" if nothing */

#endif
