/* SPDX-License-Identifier: MIT */
/*
 * consent: asking a person about an order in the course of the call that wants to send it.
 *
 * Where the settings are content with a person whom the assistant's own program asks (elicit, app),
 * and who calls has such a program (call->dialog), the person is shown the order in plain words and
 * the answer goes to the gate as a decision like every other. Where that is not enough, or nobody
 * can be asked, the order waits for the way that always serves: `portcullis approve`, or the page
 * for approvals, to which a program that opens addresses leads the person; the call then waits for
 * the decision that is made there, with the PIN.
 */
#ifndef PORTCULLIS_OPS_CONSENT_H
#define PORTCULLIS_OPS_CONSENT_H

#include "guard/proposal.h"
#include "ops/op.h"

/* "BUY 5 AAPL LMT limit 200 DAY; SELL 5 AAPL STP stop 184 GTC" */
struct str consent_order(struct call *c, const struct gate_proposal *p);
/*
 * Asks, if the ticket's order waits for a person who can be asked through who calls. True: the
 * person has decided, and submitting again tells what. False: *next says what to do; unless
 * c->error became another one. May suspend.
 */
bool consent_ask(struct call *c, const struct gate_ticket *t, struct str *next);
/* Where in a browser a person approves, on this machine; STR_NONE if there is no such page, or it
 * is not for who calls. */
struct str consent_page(struct call *c);

#endif
