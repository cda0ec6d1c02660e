/* SPDX-License-Identifier: MIT */
/*
 * journal_inside: what journal.c (records on their way to the disk) and journal_events.c (what the
 * broker says as records) know of each other, and nobody else.
 */
#ifndef PORTCULLIS_STORE_JOURNAL_INSIDE_H
#define PORTCULLIS_STORE_JOURNAL_INSIDE_H

#include "store/journal.h"

/* What was recorded of executions and orders, so that what the broker repeats is not. */
struct journal_events;
struct journal_events *journal_events_new(void);
void journal_events_free(struct journal_events *h);
struct journal_events *journal_events_of(struct journal *j);

/* The row of an execution, or of its commission, is written with the record before it (copied). */
bool journal_add_execution(struct journal *j, const struct execution *x, bool commission,
                           struct moment now, struct error *e) FALLIBLE;

#endif
