/* SPDX-License-Identifier: MIT */
/*
 * doctor_ask: what the daemon that runs says, and where none runs, what the broker says to a
 * connection of our own. Each call runs a loop of its own until there is an answer or it is late.
 */
#ifndef PORTCULLIS_APP_DOCTOR_ASK_H
#define PORTCULLIS_APP_DOCTOR_ASK_H

#include "app/checkup.h"

/*
 * Asks the daemon at f->socket for its status, as the command line would, and fills `daemon`,
 * `daemon_build`, `daemon_error`, `api` and `broker`. `started` gets when it began; 0: unknown.
 */
void doctor_ask_daemon(struct checkup_facts *f, struct utc *started);
/* Connects to TWS or IB Gateway as the settings say, and fills `broker`. */
void doctor_ask_broker(struct checkup_facts *f);

#endif
