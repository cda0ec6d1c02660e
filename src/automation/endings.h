/* SPDX-License-Identifier: MIT */
/*
 * endings: keeps each order as it ended, for ever.
 *
 * The broker tells the finished orders of its current day only. Each one that the book knows to be
 * over goes to the store with the record of the event that said so, and again whenever the word
 * about it changes (a fill behind a cancel, a perm id that comes late); the newest word counts.
 */
#ifndef PORTCULLIS_AUTOMATION_ENDINGS_H
#define PORTCULLIS_AUTOMATION_ENDINGS_H

#include "book/book.h"
#include "store/journal.h"

struct endings;

/* Both borrowed; they outlive it. */
struct endings *endings_new(const struct book *book, struct journal *journal);
void endings_free(struct endings *x);
/* Every event, behind the book and the journal. False, with *e set, if the queue is full: then the
 * next word about that order is kept. */
bool endings_observe(struct endings *x, const struct event *ev, struct error *e) FALLIBLE;

#endif
