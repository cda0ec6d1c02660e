/* SPDX-License-Identifier: MIT */
/*
 * quotes: present prices of contracts, from shared market data lines.
 *
 * A quote that is asked for opens a line (session_watch) and keeps it warm for a minute after the
 * last use, so that the next question is answered at once. An account has a limited number of
 * lines, and TWS uses some of them itself: when they run out (by our count, or because the broker
 * says so with code 101) the one used longest ago is given back. A question about more contracts
 * than there are lines is answered in waves, so many at a time.
 *
 * A price that does not arrive stays absent, with the reason (market/gaps.h).
 */
#ifndef PORTCULLIS_MARKET_QUOTES_H
#define PORTCULLIS_MARKET_QUOTES_H

#include "base/task.h"
#include "broker/session.h"
#include "market/gaps.h"

struct quotes;

struct quotes *quotes_new(struct session *session);
void quotes_free(struct quotes *q);
/* Gives back lines that nobody has used for a minute; called once per turn or so. */
void quotes_step(struct quotes *q, struct moment now);
/* Gives back the line used longest ago, for somebody who needs one. False if all are being used. */
bool quotes_give_back(struct quotes *q, struct moment now);

struct quote_answer {
    struct contract contract; /* in: what is asked; con_id must be set */
    struct quote quote;       /* out */
    int64_t age_ms;           /* since the newest price arrived; -1 if none has */
    /*
     * How old the prices are: as age_ms where they are live. What is frozen or delayed arrives long
     * after its trade, so there it is the age of the last trade, by the broker's clock, where the
     * broker tells it. -1 if there is no price.
     */
    int64_t price_age_ms;
    int notice_code; /* the broker's reason for a missing or delayed price, 0 for none */
    struct str notice;
    bool is_refused;    /* that code has ended the request */
    bool is_down;       /* the connection was lost meanwhile */
    struct error error; /* ERROR_NONE, or why there is no quote at all */
};

/*
 * Fills n answers; waits at most wait_ms for prices that have not arrived yet, for each wave. May
 * suspend. False only if the task itself failed or the session is down.
 */
bool quotes_get(struct task *t, struct quotes *q, struct quote_answer *answers, size_t n,
                int64_t wait_ms, struct error *e) FALLIBLE;

/* Why a value of an answer is absent, or the quote as a whole not live. */
enum gap quote_gap(const struct quote_answer *a, enum quote_value v, enum market_state market);
enum gap quote_gap_whole(const struct quote_answer *a, enum market_state market);

#endif
