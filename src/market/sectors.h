/* SPDX-License-Identifier: MIT */
/*
 * sectors: in which branch of industry a contract's issuer is, as the broker's contract details
 * name it ("Technology", "Financial"). Asked for once per contract and kept until the end.
 *
 * What the broker gives no industry for (funds, indices, futures) is in the sector "unknown", which
 * counts as one of its own.
 */
#ifndef PORTCULLIS_MARKET_SECTORS_H
#define PORTCULLIS_MARKET_SECTORS_H

#include "broker/query.h"

struct sectors;

enum { SECTORS_MAX = 20000 }; /* contracts whose sector is kept; further ones stay without */

struct sectors *sectors_new(struct session *session);
void sectors_free(struct sectors *s);
/*
 * Asks for those of the n contracts that are not known yet; may suspend. What cannot be found out
 * stays without an answer. False only if the task failed.
 */
bool sectors_fetch(struct task *t, struct sectors *s, const int32_t *con_ids, size_t n,
                   struct error *e) FALLIBLE;
/* The sector of a contract; NULL if it was not found out. Valid until sectors_free. */
const char *sectors_of(const struct sectors *s, int32_t con_id);

#endif
