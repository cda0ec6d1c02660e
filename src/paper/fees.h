/* SPDX-License-Identifier: MIT */
/*
 * fees: commissions. A simplified table after the broker's fixed schedule, per currency of the
 * listing: per share in the United States, a share of the trade's value with a minimum elsewhere.
 * Exchange, clearing and regulatory fees are not simulated.
 */
#ifndef PORTCULLIS_PAPER_FEES_H
#define PORTCULLIS_PAPER_FEES_H

#include "paper/universe.h"

/*
 * The commission of a fill of `quantity` at `price`, rounded up to cents, and its currency (that
 * of the listing; USD for currency pairs, for which `usd_rate` gives the value of one unit of the
 * pair's first currency). When one order fills in pieces each piece pays as if alone.
 */
struct dec fees_commission(const struct instrument *i, struct dec quantity, struct dec price,
                           struct dec usd_rate, const char **currency);

#endif
