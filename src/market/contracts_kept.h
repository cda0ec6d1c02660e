/* SPDX-License-Identifier: MIT */
/*
 * contracts_kept: what contracts.c remembers, as bytes for the cache file. For contracts.c alone.
 *
 * Texts with a separator that cannot occur in them (what the broker says is freed of control
 * characters), a version first: bytes of another version are not understood, which is as good as
 * not there.
 */
#ifndef PORTCULLIS_MARKET_CONTRACTS_KEPT_H
#define PORTCULLIS_MARKET_CONTRACTS_KEPT_H

#include "base/buf.h"
#include "market/contracts.h"

struct kept_answer {
    struct utc learnt;
    int how;
    bool is_gone;
    size_t count;
    int32_t con_ids[CONTRACTS_OF_ANSWER];
};

void kept_answer_write(const struct kept_answer *a, struct buf *out);
bool kept_answer_read(struct str bytes, struct kept_answer *out);

void kept_details_write(const struct contract_details *d, struct utc learnt, struct buf *out);
bool kept_details_read(struct str bytes, struct contract_details *out, struct utc *learnt);

#endif
