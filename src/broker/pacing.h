/* SPDX-License-Identifier: MIT */
/*
 * pacing: never more than N messages in any second, and what waits leaves in a fair order.
 *
 * The broker closes a connection that sends more than 50 messages a second three times
 * (tws-protocol 1.7). A bucket of tokens would let two bursts touch within one second; so the times
 * of the last N messages are kept, and the next may leave one second after the N-th last.
 *
 * What waits leaves by urgency: cancels, then orders, then everything else. Everything else waits
 * in lanes by what it is about, each in its own order of arrival; the lanes take turns, so that a
 * hundred charts do not keep one contract waiting. A message whose kind has a quota (quota.h) may
 * have to wait longer; what does not depend on it passes by.
 *
 * Nothing is dropped. The queue is bounded; the last places are kept for orders, the very last for
 * cancels, and history has a bound of its own, because it may wait for minutes.
 */
#ifndef PORTCULLIS_BROKER_PACING_H
#define PORTCULLIS_BROKER_PACING_H

#include "base/buf.h"
#include "base/instant.h"
#include "broker/quota.h"

enum pacing_class {
    PACING_CANCEL,
    PACING_ORDER,
    /* the lanes */
    PACING_REST,     /* accounts, lists, the session's own */
    PACING_LINES,    /* market data lines */
    PACING_QUESTION, /* contracts, symbols, what-if */
    PACING_HISTORY,
    PACING_CLASS_COUNT,
    /* a cancel that must not overtake the orders it is about: waits among the orders, but has the
     * cancels' room */
    PACING_CANCEL_AFTER_ORDERS
};

enum { PACING_BACK_OFF_MS = 60 * 1000, PACING_RATE_MAX = 1000, PACING_HISTORY_MAX = 256 };

struct pacing_message; /* owned */

/* What a message is about. */
struct pacing_about {
    int32_t order_id;   /* 0: no order */
    int32_t request_id; /* 0: no request that waits for its answer */
    bool is_order;      /* an order or a change of one: what pacing_drop_orders forgets */
    struct quota_ask quota;
};

struct pacing {
    size_t rate;
    struct instant sent[PACING_RATE_MAX]; /* the last `rate` times, a ring */
    size_t at;                            /* the oldest of them */
    size_t sent_count;                    /* up to rate */
    struct {
        struct pacing_message *first, *last;
        size_t count;
    } queue[PACING_CLASS_COUNT];
    size_t count;
    int turn; /* the lane whose turn it is */
    struct quota quota;
    struct instant slow_until; /* until then half the rate */
    /* Told of each message with a request id when it leaves; may be NULL. */
    void (*on_leave)(void *self, int32_t request_id);
    void *self;
};

/* rate: messages per second, 1..PACING_RATE_MAX. */
void pacing_init(struct pacing *p, size_t rate);
void pacing_fini(struct pacing *p);
/* Forgets what waits and what is open; the times of what was sent stay. */
void pacing_clear(struct pacing *p);
/* Forgets everything that waits but orders and cancels. */
void pacing_clear_rest(struct pacing *p);
/*
 * Takes one encoded message (copied). `about` may be NULL. False if the queue has no room for that
 * class.
 */
bool pacing_add(struct pacing *p, enum pacing_class class, const struct pacing_about *about,
                struct str bytes, struct instant now);
/* Forgets the message of a request that nobody waits for any more. */
void pacing_forget(struct pacing *p, int32_t request_id);
/* Forgets orders and changes that wait: of that order, with 0 of all. Returns how many. */
size_t pacing_drop_orders(struct pacing *p, int32_t order_id);
/* A message about that order waits as an order; with 0: any order waits. */
bool pacing_has_order(const struct pacing *p, int32_t order_id);
/* Moves what may leave now to the end of out. */
void pacing_release(struct pacing *p, struct instant now, struct buf *out);
/* The broker has said that there were too many messages (QUOTA_NONE) or too many of one kind: for
 * PACING_BACK_OFF_MS half the rate, or none of that kind. What waits keeps its place. */
void pacing_back_off(struct pacing *p, enum quota_class class, struct instant now);
/* For how many more milliseconds that holds; 0: not at all. */
int64_t pacing_backs_off_ms(const struct pacing *p, struct instant now);
/* Counts a message that left by another way. */
void pacing_note(struct pacing *p, struct instant now);
/* When pacing_release will next move something, as of now; INSTANT_NEVER if nothing waits that time
 * alone would let go. */
struct instant pacing_next(const struct pacing *p, struct instant now);
/* When the oldest of what waits was added; INSTANT_NEVER if nothing waits. */
struct instant pacing_oldest(const struct pacing *p);

#endif
