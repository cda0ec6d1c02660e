/* SPDX-License-Identifier: MIT */
/*
 * hours: is a market open now, as far as the broker's contract details tell?
 *
 * They list the sessions of the next days in the exchange's own time, "20261122:0930-20261122:1600;
 * 20261123:CLOSED". Zone files are not at hand here, so a zone name only bounds the difference to
 * UTC (its summer and winter value; any on earth for a name that is not known), and the answer is
 * given where it holds for every difference within the bounds. Otherwise it is "unknown": a market
 * is never called open or closed by guess.
 */
#ifndef PORTCULLIS_MARKET_HOURS_H
#define PORTCULLIS_MARKET_HOURS_H

#include "base/instant.h"
#include "model/contract.h"

enum market_state {
    MARKET_UNKNOWN,
    MARKET_OPEN,     /* regular trading */
    MARKET_EXTENDED, /* before or after it */
    MARKET_CLOSED
};

enum market_state market_state_of(const struct contract_details *d, struct utc now);
const char *market_state_text(enum market_state s); /* "unknown", "open", ... */

#endif
