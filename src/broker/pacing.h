/* SPDX-License-Identifier: MIT */
/*
 * pacing: never more than N messages in any second.
 *
 * The broker closes a connection that sends more than 50 messages a second three times
 * (tws-protocol 1.7). A bucket of tokens would let two bursts touch within one second; so the times
 * of the last N messages are kept, and the next may leave one second after the N-th last.
 *
 * What waits leaves by urgency: cancels, then orders, then questions, each in its own order of
 * arrival. The queue is bounded; the last places are kept for orders, the very last for cancels.
 */
#ifndef PORTCULLIS_BROKER_PACING_H
#define PORTCULLIS_BROKER_PACING_H

#include "base/buf.h"
#include "base/instant.h"

enum pacing_class {
    PACING_CANCEL,
    PACING_ORDER,
    PACING_REST,
    PACING_CLASS_COUNT,
    /* a cancel that must not overtake the orders it is about: waits among the orders, but has the
     * cancels' room */
    PACING_CANCEL_AFTER_ORDERS
};

enum { PACING_RATE_MAX = 1000 };

struct pacing_message; /* owned */

struct pacing {
    size_t rate;
    struct instant sent[PACING_RATE_MAX]; /* the last `rate` times, a ring */
    size_t at;                            /* the oldest of them */
    size_t sent_count;                    /* up to rate */
    struct {
        struct pacing_message *first, *last;
    } queue[PACING_CLASS_COUNT];
    size_t count;
};

/* rate: messages per second, 1..PACING_RATE_MAX. */
void pacing_init(struct pacing *p, size_t rate);
void pacing_fini(struct pacing *p);
/* Forgets what waits; the times of what was sent stay. */
void pacing_clear(struct pacing *p);
/* Forgets the questions that wait. */
void pacing_clear_rest(struct pacing *p);
/*
 * Takes one encoded message (copied). order_id tells what it is about, 0 if nothing. False if the
 * queue has no room for that class.
 */
bool pacing_add(struct pacing *p, enum pacing_class class, int32_t order_id, struct str bytes);
/* A message about that order waits as an order; with 0: any order waits. */
bool pacing_has_order(const struct pacing *p, int32_t order_id);
/* Moves what may leave now to the end of out. */
void pacing_release(struct pacing *p, struct instant now, struct buf *out);
/* Counts a message that left by another way. */
void pacing_note(struct pacing *p, struct instant now);
/* When pacing_release will next move something; INSTANT_NEVER if nothing waits. */
struct instant pacing_next(const struct pacing *p);

#endif
