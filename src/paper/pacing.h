/* SPDX-License-Identifier: MIT */
/*
 * pacing: the limits of a Gateway on how fast one client may ask (tws-protocol 1.7). Used if the
 * exchange is told to be strict; times are those of the owner's clock, because a client that is
 * too fast is so in real time, whatever the simulated speed.
 */
#ifndef PORTCULLIS_PAPER_PACING_H
#define PORTCULLIS_PAPER_PACING_H

#include "base/instant.h"

enum {
    PACING_PER_SECOND = 50, /* half of the market data lines */
    PACING_OFFENCES = 3,    /* the third closes the connection */
    PACING_HISTORY_MAX = 60 /* in ten minutes; BID_ASK counts twice */
};

/* Zeros are a client that has asked nothing. */
struct pacing {
    int64_t sent_ns[PACING_PER_SECOND]; /* of the latest requests; a ring */
    size_t sent_count;                  /* of all requests */
    int offences;
    struct {
        int64_t at_ns;
        uint64_t request, listing; /* hashes */
        int weight;
    } history[PACING_HISTORY_MAX];
    size_t history_count;
};

enum pacing_verdict { PACING_FINE, PACING_TOO_FAST, PACING_CLOSE };

/* A request of any kind arrives. */
enum pacing_verdict pacing_request(struct pacing *p, struct instant now);

/*
 * A request for bars of 30 seconds or less arrives. `request` stands for all of it, `listing` for
 * contract, exchange and kind of data. False if it breaks one of the rules: the same again within
 * 15 seconds, six of one listing within two seconds, more than 60 within ten minutes.
 */
bool pacing_history(struct pacing *p, uint64_t request, uint64_t listing, int weight,
                    struct instant now);

#endif
