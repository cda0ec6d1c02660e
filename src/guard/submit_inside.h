/* SPDX-License-Identifier: MIT */
/*
 * submit_inside: what submit.c (a request up to its bytes) and answer.c (the broker's word about
 * them) share, and nobody else.
 */
#ifndef PORTCULLIS_GUARD_SUBMIT_INSIDE_H
#define PORTCULLIS_GUARD_SUBMIT_INSIDE_H

#include "guard/state.h"

/* One request on its way. */
struct submission {
    struct task *task;
    struct gate *gate;
    const struct gate_request *request;
    struct gate_ticket *ticket;
    struct gate_outcome *outcome;
    struct intent *intents[GATE_LEGS_MAX]; /* none for a modification */
    struct gate_proposal *proposal;        /* what it was shown as, or NULL */
    bool is_used;                          /* this attempt has used it */
    struct watch watches[GATE_LEGS_MAX];
    size_t count;
    size_t sent;     /* legs whose bytes are queued */
    bool is_closing; /* by a kill switch that flattens */
    int64_t seq, day;
    struct dec counted_value;
};

/* Time in force is left out: TWS may put its preset in its place (code 10349). */
bool same_terms(const struct order *a, const struct order *b);

/* ---- answer.c ---- */
/* Fills in the outcome's legs when they are answered, or no longer can be. Suspends. Legs that were
 * withdrawn unsent meanwhile are counted no more. */
void answer_await(struct submission *s);
/* What the legs come to: the outcome, the intents' states, the record. Suspends while a bracket is
 * taken back. */
void answer_settle(struct submission *s);

#endif
