/* SPDX-License-Identifier: MIT */
/*
 * order_message: tickets and fills in the form of messages, with the values that live servers put
 * where an ordinary order has none. Everything goes to one client, by its version.
 */
#ifndef PORTCULLIS_PAPER_ORDER_MESSAGE_H
#define PORTCULLIS_PAPER_ORDER_MESSAGE_H

#include "paper/paper_private.h"

/* The id by which clients know the ticket: 0 for an order of TWS itself that is not bound. */
int32_t order_shown_id(const struct ticket *t);
/* Whose a fill is. */
const char *order_account_of(const struct paper *p, const struct fill *f);

void order_send_open(struct paper *p, struct paper_peer *peer, const struct ticket *t);
void order_send_status(struct paper *p, struct paper_peer *peer, const struct ticket *t);
void order_send_completed(struct paper *p, struct paper_peer *peer, const struct ticket *t);
/* The one answer to a what-if order. */
void order_send_preview(struct paper *p, struct paper_peer *peer, const struct ticket *t,
                        const struct check_margin *m);
/* req_id: of the request that is answered; -1 when told unasked. */
void order_send_execution(struct paper *p, struct paper_peer *peer, int32_t req_id,
                          const struct fill *f);
void order_send_commission(struct paper *p, struct paper_peer *peer, const struct fill *f);
void order_send_bound(struct paper *p, struct paper_peer *peer, const struct ticket *t);

#endif
