/* SPDX-License-Identifier: MIT */
/*
 * account: positions, values and quotes, as the broker reports them.
 */
#ifndef PORTCULLIS_MODEL_ACCOUNT_H
#define PORTCULLIS_MODEL_ACCOUNT_H

#include "base/instant.h"
#include "model/contract.h"

/* Paper or live, decided by the account id (DU..., DF..., DUH... are paper). */
enum account_mode { MODE_UNKNOWN, MODE_PAPER, MODE_LIVE };

struct position {
    char account[16];
    struct contract contract;
    struct dec quantity; /* negative: short */
    struct opt_dec avg_cost;
    struct opt_dec market_price, market_value; /* in the contract's currency */
    struct opt_dec unrealized_pnl, realized_pnl;
    struct opt_utc updated; /* when the broker last sent its price and value */
};

/* One row of the account: key "NetLiquidation", currency "USD" (or "BASE", or ""). */
struct account_value {
    char account[16];
    char key[48];
    char currency[8];
    char value[48]; /* text; most are numbers, some are not ("AccountType") */
};

enum account_mode account_mode_of(struct str account_id);
const char *account_mode_text(enum account_mode m); /* "paper", "live", "unknown" */

#endif
