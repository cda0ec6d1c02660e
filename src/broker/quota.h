/* SPDX-License-Identifier: MIT */
/*
 * quota: what the broker allows of one kind of request, beside the rate of all messages.
 *
 * The numbers are the broker's public ones (tws-protocol 1.7) in one table. A rule says how much
 * may leave within a window of time, counted over the whole kind, over one contract, or over
 * identical requests; a second number says how many may be unanswered or running at once. Going
 * over costs more than waiting: the broker refuses (162), and in the end closes the connection.
 *
 * Only arithmetic on times: pacing asks when a request may leave, and tells when it has.
 */
#ifndef PORTCULLIS_BROKER_QUOTA_H
#define PORTCULLIS_BROKER_QUOTA_H

#include "base/instant.h"

#include <stddef.h>

enum quota_class {
    QUOTA_NONE,         /* no rule but the rate of all messages */
    QUOTA_HISTORY,      /* historical bars, head time stamps */
    QUOTA_TICK_BY_TICK, /* streams of single trades and quotes */
    QUOTA_REAL_TIME_BARS,
    QUOTA_SUMMARY, /* account summaries */
    QUOTA_SCANNER,
    QUOTA_DEPTH, /* order books */
    QUOTA_CLASS_COUNT
};

/* One request, as the rules see it. */
struct quota_ask {
    enum quota_class class;
    /* What it counts in the windows; 0: the windows do not apply (bars larger than 30 seconds). */
    int weight;
    uint64_t contract; /* the same for the same contract, exchange and kind of data */
    uint64_t request;  /* the same for identical requests */
};

enum { QUOTA_KEEP = 64 }; /* newest requests that are remembered: at least the largest maximum */

struct quota {
    struct {
        struct {
            struct instant at;
            int weight;
            uint64_t contract, request;
        } left[QUOTA_KEEP]; /* a ring, the newest at (at - 1) */
        size_t at, count;
        int open;
        struct instant not_before; /* after the broker's word that it was too much */
    } of[QUOTA_CLASS_COUNT];
};

/* How a request is held back. */
enum quota_hold {
    QUOTA_FREE,
    QUOTA_HOLDS_IT, /* others of its kind may pass it: another contract, another question */
    QUOTA_HOLDS_ALL /* so that nobody is passed for ever, nothing of its kind may */
};

/* When the request may leave, INSTANT_NEVER if only after another of its kind has ended; *hold, if
 * not NULL, says as of `now` what else it holds back. */
struct instant quota_free_at(const struct quota *q, const struct quota_ask *a, struct instant now,
                             enum quota_hold *hold);
/* It has left. Each call is undone by one quota_end, when it is answered or its stream is over. */
void quota_begin(struct quota *q, const struct quota_ask *a, struct instant now);
void quota_end(struct quota *q, enum quota_class class);
/* Nothing of that kind leaves before `until`: the broker has said that there were too many. */
void quota_back_off(struct quota *q, enum quota_class class, struct instant until);
/* The latest of those times over all kinds; long ago if there is none. */
struct instant quota_backed_off_until(const struct quota *q);
/* The connection is gone: nothing is open. What was asked still counts in the windows. */
void quota_end_all(struct quota *q);
/* The rules of a kind for people: "at most 50 at once; small bars: 60 in 10 minutes". */
const char *quota_text(enum quota_class class);

#endif
