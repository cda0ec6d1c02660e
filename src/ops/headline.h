/* SPDX-License-Identifier: MIT */
/*
 * headline: what an order will do, in one sentence for people.
 *
 * "BUY 10 AAPL at most 150.00 USD in DU9000001 (paper money), about 1,500 USD; stop 140.00 USD":
 * what a person has to see before anything else when asked for a yes. It is made of the proposal
 * alone, so of what would be sent, and holds no word of whoever proposed it.
 */
#ifndef PORTCULLIS_OPS_HEADLINE_H
#define PORTCULLIS_OPS_HEADLINE_H

#include "base/buf.h"
#include "guard/proposal.h"

/* Appends the sentence, which is plain text. */
void headline_write(const struct gate_proposal *p, struct buf *out);
/* Appends what the checks had to tell about it when it was shown, in words, "; " between; nothing
 * if it was nothing but that it needs a person. */
void headline_notices(const struct gate_proposal *p, struct buf *out);

#endif
