/* SPDX-License-Identifier: MIT */
/*
 * record: the gate's journal records as JSON, and back. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_RECORD_H
#define PORTCULLIS_GUARD_RECORD_H

#include "base/buf.h"
#include "data/hash.h"
#include "data/json.h"
#include "guard/proposal.h"

/* ---- writing; `out` is empty and has room for JOURNAL_BODY_MAX bytes ---- */
/* A request that passed (intent) or did not (refusal, where e says why). */
void record_request(struct buf *out, const struct gate_request *r, const struct gate_ticket *t,
                    struct dec counted_value, const char *digest, const struct error *e);
/* What became of orders: {"text", "legs": [{"ref", "order_id", "perm_id", "result", ...}]}. */
void record_outcome(struct buf *out, const struct gate_outcome *o);
/* The same for orders of which one word is all there is to say: "not_sent", "not_placed". */
void record_word(struct buf *out, const struct order *orders, size_t count, const char *word,
                 const char *text);
void record_cancel(struct buf *out, const struct gate_cancel_request *r, const struct order *o);

/* A proposal that waits for a person, whole; and what the person said. */
void record_proposal(struct buf *out, const struct gate_proposal *p);
struct record_decision;
void record_decision(struct buf *out, const struct gate_proposal *p,
                     const struct record_decision *d);
/* One order with its ids, as in a request. */
void record_order(struct json_writer *w, const struct order *o);

/* SHA-256, in hex, of what is asked for: the orders without what the gate fills in. */
void record_digest(const struct gate_request *r, char out[SHA256_HEX_MAX]);

/* ---- reading ---- */
struct record_intent {
    bool is_modify;
    struct order orders[GATE_LEGS_MAX];
    size_t count;
    struct dec value_base; /* counted for the day */
    struct str key, digest;
    int64_t approval; /* number of the proposal that it was; 0 for none */
};
/* False if j is no such record. Texts point into j. */
bool record_read_intent(const struct json *j, struct record_intent *out);
/* False if j is no proposal, or one that was not read back as it was. */
bool record_read_proposal(const struct json *j, struct gate_proposal *out);
struct record_decision {
    int64_t number;
    bool is_yes;
    enum gate_approval way; /* records of before there were several mean out_of_band */
    struct str why;
    struct utc until;
};
/* False if j is no decision. */
bool record_read_decision(const struct json *j, struct record_decision *out);
/* An order as record_order wrote it. */
void record_read_order(const struct json *j, struct order *out);

#endif
