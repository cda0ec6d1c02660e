/* SPDX-License-Identifier: MIT */
/*
 * ranking: how sure it is that a contract is the one a text means, and why.
 *
 * Pure, so the same candidates have the same order on every run. An exact and unique match has the
 * confidence 1, each of several exact ones 0.8. What was found by name is compared word by word
 * with the words that were asked for, legal forms ("INC", "AG", "PLC") left aside:
 *
 *   0.9   the name is these words
 *   0.8   it begins with them
 *   0.7   it has all of them
 *   0.6   the symbol begins with them
 *   less  it has some of them: 0.5 times their share
 *
 * A receipt, a bond or another form ranks 0.05 below the share itself.
 */
#ifndef PORTCULLIS_MARKET_RANKING_H
#define PORTCULLIS_MARKET_RANKING_H

#include "model/contract.h"

struct ranking {
    struct dec confidence; /* 0..1, in steps of 0.01 */
    char why[96];
};

/* For one contract that the broker's search gave for these words. */
struct ranking ranking_by_name(struct str asked, const struct contract_details *d);
/* For one of `count` exact matches of what was asked for, which `reason` names. */
struct ranking ranking_exact(const char *reason, size_t count);

#endif
