/* SPDX-License-Identifier: MIT */
/*
 * outlet: how messages leave: encoded for the client's version, put into its queue, and on the way
 * treated as the armed faults want it (dropped, doubled, late, out of order, cut in half).
 */
#ifndef PORTCULLIS_PAPER_OUTLET_H
#define PORTCULLIS_PAPER_OUTLET_H

#include "base/buf.h"

enum { OUTLET_HELD_MAX = 10000 }; /* messages kept back for one client; more go out at once */

struct paper;
struct paper_peer;
struct outlet_held; /* a message that is kept back */

/* True if `what` names messages to clients: any, orders, quotes, account, or one message by its
 * name ("openOrder") or number. */
bool outlet_knows(struct str what);
/* True if the message of that id is among them. */
bool outlet_matches(struct str what, int id);
/* Sends what was kept back long enough. */
void outlet_step(struct paper *p, struct paper_peer *peer);
/* Simulated time when that is next; INT64_MAX: nothing is kept back. */
int64_t outlet_next(const struct paper_peer *peer);
/* Drops what is kept back. */
void outlet_forget(struct paper_peer *peer);

#endif
