/* SPDX-License-Identifier: MIT */
/*
 * fees: commissions, after the broker's public schedules: a fixed one, which includes what
 * exchanges and regulators take, and a tiered one (its first tier), to which an exchange's fee for
 * taking liquidity, clearing and the levies on sales are added. A table of security type, currency
 * and plan; rates are rounded versions of the published ones of 2025.
 *
 * Minimum and maximum hold for an order and not for each piece of it: a piece pays what the order
 * so far costs with it, less what it cost without.
 */
#ifndef PORTCULLIS_PAPER_FEES_H
#define PORTCULLIS_PAPER_FEES_H

#include "paper/accounts.h"

/* What an order has filled so far. */
struct fee_basis {
    enum fee_plan plan;
    const struct instrument *instrument;
    enum order_side side;
    struct dec quantity; /* >= 0 */
    struct dec turnover; /* quantity x price x multiplier, in the listing's currency */
    struct dec usd_rate; /* USD for one unit of a pair's first currency; else not read */
};

/*
 * The fee of one more piece and its currency: that of the listing; USD for currency pairs. Rounded
 * up to a cent in the fixed plan, and to a hundredth of one in the tiered.
 */
struct dec fees_piece(const struct fee_basis *before, struct dec quantity, struct dec price,
                      bool is_taker, const char **currency);

#endif
