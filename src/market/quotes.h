/* SPDX-License-Identifier: MIT */
/*
 * quotes: present prices of contracts, from shared market data lines.
 *
 * A quote that is asked for opens a line (session_watch) and keeps it warm for a minute after the
 * last use, so that the next question is answered at once. When the account's lines run out, the
 * least recently used one is given back. A price that does not arrive stays absent, with the
 * reason the broker gave.
 */
#ifndef PORTCULLIS_MARKET_QUOTES_H
#define PORTCULLIS_MARKET_QUOTES_H

#include "base/task.h"
#include "broker/session.h"

struct quotes;

struct quotes *quotes_new(struct session *session);
void quotes_free(struct quotes *q);
/* Gives back lines that nobody has used for a minute; called once per turn or so. */
void quotes_step(struct quotes *q, struct moment now);

struct quote_answer {
    struct contract contract; /* in: what is asked; con_id must be set */
    struct quote quote;       /* out */
    int64_t age_ms;           /* since the newest price arrived; -1 if none has */
    int notice_code;          /* the broker's reason for a missing or delayed price, 0 for none */
    struct str notice;
    struct error error; /* ERROR_NONE, or why there is no quote at all */
};

/*
 * Fills n answers; waits at most wait_ms for prices that have not arrived yet. May suspend.
 * False only if the task itself failed or the session is down.
 */
bool quotes_get(struct task *t, struct quotes *q, struct quote_answer *answers, size_t n,
                int64_t wait_ms, struct error *e) FALLIBLE;

#endif
