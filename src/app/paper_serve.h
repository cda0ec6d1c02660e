/* SPDX-License-Identifier: MIT */
/*
 * paper_serve: the paper exchange as a process: its clients, its control port, its state file.
 *
 * Nothing is sent before what it tells of is on the disk; records of all clients of a turn are
 * made durable together. A disk that is full makes the exchange forget what it could not write:
 * clients are closed unanswered, the state is read back from the file, and orders are refused by
 * name until writing succeeds again. A disk that fails otherwise ends the process.
 */
#ifndef PORTCULLIS_APP_PAPER_SERVE_H
#define PORTCULLIS_APP_PAPER_SERVE_H

#include "app/paper_options.h"

/* Serves until a signal ends it. False with *e if it cannot start or go on. */
bool paper_serve(const struct paper_options *o, struct log log, struct error *e) FALLIBLE;

#endif
