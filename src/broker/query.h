/* SPDX-License-Identifier: MIT */
/*
 * query: what the broker can be asked. Nothing here can change the account.
 *
 * Every function may suspend the calling task until the broker has answered, refused, or the
 * request's or the task's deadline has passed. False always fills *e: ERROR_UNAVAILABLE when not
 * connected, ERROR_NOT_FOUND for broker code 200, ERROR_TIMEOUT, otherwise ERROR_BROKER with the
 * broker's code and text. An incomplete answer is an error, never a shorter list.
 * Results lie in the task's arena.
 */
#ifndef PORTCULLIS_BROKER_QUERY_H
#define PORTCULLIS_BROKER_QUERY_H

#include "broker/session.h"
#include "model/order.h"

/*
 * All contracts that match `like` (con_id alone, or any of symbol, type, exchange, currency,
 * expiry ...; sec_id_type "ISIN"/"CUSIP"/"FIGI" with sec_id, or NULL).
 */
bool query_contracts(struct task *t, struct session *s, const struct contract *like,
                     const char *sec_id_type, struct str sec_id, struct contract_details **out,
                     size_t *count, struct error *e) FALLIBLE;

/* One question of a batch; results and errors stand in the element. */
struct contract_question {
    struct contract like;
    const char *sec_id_type; /* "ISIN", "CUSIP", "FIGI", or NULL */
    struct str sec_id;
    struct contract_details *found;
    size_t count;
    struct error error; /* code ERROR_NONE if answered */
};
/* Asks all n questions at once and waits for all. False only if the task itself failed. */
bool query_contracts_batch(struct task *t, struct session *s, struct contract_question *q, size_t n,
                           struct error *e) FALLIBLE;

struct symbol_match {
    struct contract contract;
    char description[128];
    char derivatives[64]; /* "OPT,WAR" */
};
/* Contracts whose symbol or company name resembles `pattern`. */
bool query_symbols(struct task *t, struct session *s, struct str pattern, struct symbol_match **out,
                   size_t *count, struct error *e) FALLIBLE;

/* The server's clock: one round trip to the broker's server, the liveness probe. */
bool query_time(struct task *t, struct session *s, struct utc *out, struct error *e) FALLIBLE;

/*
 * Complete snapshots. Their rows reach the book as events before the function returns; what they
 * promise is that the broker has said "that is all".
 */
bool query_open_orders(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_completed_orders(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_executions(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_positions(struct task *t, struct session *s, struct error *e) FALLIBLE;

/* The margin and commission that an order would need; nothing is stored at the broker. */
bool query_what_if(struct task *t, struct session *s, const struct order *o,
                   struct order_margin *out, struct error *e) FALLIBLE;

#endif
