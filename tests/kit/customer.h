/* SPDX-License-Identifier: MIT */
/*
 * customer: what people do with a session, over a line that may be bad (rig.h): find a share, watch
 * a currency pair, buy at the market, rest an order and cancel it, look around. And what must hold
 * afterwards whatever the line did: every question has ended in time, no order is at the exchange
 * twice or after it was known not to be there, the subscriptions are whole, and the book is what
 * the exchange's books say.
 */
#ifndef PORTCULLIS_KIT_CUSTOMER_H
#define PORTCULLIS_KIT_CUSTOMER_H

#include "rig.h"

enum {
    CUSTOMER_LIMIT_MS = 20 * 60 * 1000, /* for a whole conversation, however bad the line */
    CUSTOMER_SHORT_MS = 5 * 1000,
    CUSTOMER_LONG_MS = 70 * 1000 /* the ends of questions that were given up are awaited a minute */
};

struct customer {
    struct rig *rig;
    bool is_done, has_waited_too_long;
    int asked;
    bool has_given_up[2]; /* of the orders below: two complete snapshots did not know them */
    char trouble[200];
};

/* A rig and its customer. The seed decides the encoding (seeds 1 to 5 text, 6 to 11 protobuf, and
 * so on), the pace, and what is chance in the rig; with PORTCULLIS_FAULT_SEED set, the log is
 * shown. */
struct rig *customer_start(uint64_t seed, struct rig_faults faults, struct customer *c);
/* Everything has been done; `ctx` is the customer. */
bool customer_is_done(void *ctx);
/*
 * The line is good again: the conversation comes to its end, and after quiet_ms more everything is
 * as it should be. False with *why.
 */
bool customer_ends_well(struct rig *r, struct customer *c, int64_t quiet_ms, char *why, size_t cap);

#endif
