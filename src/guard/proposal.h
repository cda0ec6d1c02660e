/* SPDX-License-Identifier: MIT */
/*
 * proposal: an order that was shown before it is sent, and the person's word about it.
 *
 * A preview that the gate would let pass becomes a proposal: the whole request is kept here under
 * an id of 128 unpredictable bits, together with the quote and the warnings that the caller was
 * shown. To submit it the caller gives the id and nothing else, so what is sent is what was shown.
 * The id is a name, not an authority: it is bound to its principal, lives for preview_ttl_s, serves
 * for one order, and gate_submit judges everything again. If meanwhile the price drifted by more
 * than preview_drift_pct, or the checks have something new to say, or (a change) the order is
 * another, the caller has to preview again.
 *
 * Where the settings approval_paper, approval_live and approval_above ask for it, a person has to
 * approve: the first attempt to submit makes the proposal pending, under a number that is the
 * journal's; `portcullis approve NUMBER` makes it approved, and the next attempt passes. No
 * argument that a model can invent does. A placing request without a preview becomes a proposal of
 * its own there, and the same request by the same principal finds it again. On which way a person
 * agreed is kept: a weaker one than the settings ask for does not count.
 *
 * A page of ours that shows a proposal to a person (the order ticket of MCP Apps) is given its
 * proof: 128 unpredictable bits of that proposal and that principal, which no answer for models has
 * in it. Whoever can tell it has it from the page.
 *
 * Pending and decided proposals are journaled and survive restarts, previews do not. The table is
 * bounded: a new preview takes the place of the oldest one; pending proposals stay until decided or
 * expired, and beyond their own bound no further one is taken.
 */
#ifndef PORTCULLIS_GUARD_PROPOSAL_H
#define PORTCULLIS_GUARD_PROPOSAL_H

#include "data/hash.h"
#include "guard/gate.h"

enum {
    PROPOSALS_MAX = 128,          /* previews and approvals together */
    PROPOSALS_PENDING_MAX = 32,   /* that wait for a person, or were approved and wait for use */
    PROPOSAL_WARNINGS_MAX = 1024, /* bytes of the codes of all warnings, comma-separated */
    PROPOSAL_REASONING_MAX = 512
};

enum proposal_state {
    PROPOSAL_PREVIEWED,
    PROPOSAL_PENDING,
    PROPOSAL_APPROVED,
    PROPOSAL_DECLINED,
    PROPOSAL_USED,
    PROPOSAL_EXPIRED, /* by the time, of one of the first three */
    PROPOSAL_STATE_COUNT
};
const char *proposal_state_text(enum proposal_state s); /* "pending", "approved" ... */

/* What a proposal is, for those who list them. */
struct gate_proposal {
    char id[GATE_PREVIEW_ID_MAX]; /* "": the row is free */
    int64_t number;               /* of the approval, by which people name it; 0 while none */
    enum proposal_state state;    /* as stored: ask gate_proposal_state */
    enum gate_kind kind;
    struct order orders[GATE_LEGS_MAX];
    size_t count;
    bool allow_duplicate, allow_widening;
    char principal[64], assistant[64], reasoning[PROPOSAL_REASONING_MAX];
    /* what was shown */
    struct opt_dec reference, value_base;
    char base_currency[8];
    char warnings[PROPOSAL_WARNINGS_MAX];
    enum gate_approval needs; /* who has to agree, as of the newest attempt to submit */
    /* when */
    struct utc since, until;
    struct instant until_mono; /* a clock that is set back prolongs nothing */
    /* what became of it */
    char by[64], why[GATE_WHY_MAX]; /* who decided */
    enum gate_approval way;         /* and how; GATE_APPROVAL_NONE while nobody has */
    char ref[64];                   /* of the order that it became */
    /* private to guard/ */
    char digest[SHA256_HEX_MAX]; /* of the request */
    char base[SHA256_HEX_MAX];   /* of the order that a change starts from */
    char key[65];                /* idempotency key with which it was used */
    enum proposal_state was;     /* before it was used */
    bool is_busy;                /* an attempt is under way */
    bool is_deciding;            /* a decision is on its way to the disk */
};

/* ---- for the proposer ---- */
/*
 * The request behind a preview, to be given to gate_submit with what only the caller knows filled
 * in again: min_tick, size_increment, market, face, idempotency_key. `reasoning` is borrowed until
 * the next call. False with PREVIEW_UNKNOWN: there is no such preview of that principal.
 */
bool gate_proposal_request(const struct gate *g, struct str id, struct str principal,
                           struct gate_request *out, struct error *e) FALLIBLE;

/* ---- for people ---- */
enum { PROPOSAL_PROOF_MAX = 33 }; /* with NUL */
/* The proof of a proposal, for the page that shows it and for nobody else. False: as the request.
 */
bool gate_proposal_proof(const struct gate *g, struct str id, struct str principal,
                         char out[PROPOSAL_PROOF_MAX]);
/* Whether that is its proof. */
bool gate_proposal_is_proven(const struct gate *g, struct str id, struct str principal,
                             struct str proof);
/*
 * A person's yes or no, on a way that the caller has made sure of (GATE_APPROVAL_NONE: none).
 * Suspends until it is on the disk. False with HUMAN_ONLY (the way is weaker than the proposal
 * needs), UNKNOWN_APPROVAL, APPROVAL_EXPIRED, NOT_PENDING, or JOURNAL_FAILED: nothing changed (but
 * a restart may find a word that came to the disk late).
 */
bool gate_approve(struct task *t, struct gate *g, int64_t number, bool is_yes, struct str principal,
                  enum gate_approval way, struct str why, struct error *e) FALLIBLE;
/* What waits, or waited, under that number; NULL if nothing does. */
const struct gate_proposal *gate_approval_find(const struct gate *g, int64_t number);
/* Those that have a number, in no order: `for (size_t i = 0; gate_next_approval(g, &i, &p);)`. */
bool gate_next_approval(const struct gate *g, size_t *i, const struct gate_proposal **out);
/* The state now, with the time looked at. */
enum proposal_state gate_proposal_state(const struct gate_proposal *p, struct moment now);

#endif
