/* SPDX-License-Identifier: MIT */
/*
 * contracts: what the broker said about contracts, remembered with its age.
 *
 * Two levels: an answer (under a key that spells the question) is a list of contract ids, and each
 * contract is kept once. The caller decides by the age what an answer is still good for. Ages are
 * of the wall clock, because what is remembered may outlive the program; an age from the future
 * (a clock that was set back) counts as too old for anything.
 *
 * With a cache file (store/cache.h) all of it survives the program, apart for each kind of broker:
 * contract ids of one mean nothing to another. Without one, or where the file is lost, the broker
 * is asked again.
 */
#ifndef PORTCULLIS_MARKET_CONTRACTS_H
#define PORTCULLIS_MARKET_CONTRACTS_H

#include "base/arena.h"
#include "base/instant.h"
#include "model/contract.h"
#include "store/cache.h"

enum {
    CONTRACTS_ANSWERS_MAX = 2048,
    CONTRACTS_MAX = 4096, /* different contracts */
    CONTRACTS_OF_ANSWER = 16,
    CONTRACTS_KEY_MAX = 160 /* bytes of a key, with a NUL */
};

struct contracts;

/* `file` is borrowed; NULL: nothing is kept. `scope` names the broker in a few letters. */
struct contracts *contracts_new(struct cache *file, const char *scope);
void contracts_free(struct contracts *c);
/* Forgets everything, in the file too; returns how many answers were in memory. */
size_t contracts_clear(struct contracts *c, struct utc now);
size_t contracts_count(const struct contracts *c); /* answers in memory */

/* An answer that was remembered; details lie in the caller's arena. */
struct known {
    struct contract_details *found;
    size_t count;
    int how; /* the caller's own word */
    struct utc learnt;
    int64_t age_ms; /* INT64_MAX if it is from the future */
    bool is_gone;   /* contracts_gone was said of it */
};

/* False if nothing is remembered under the key. */
bool contracts_find(struct contracts *c, struct str key, struct utc now, struct arena *arena,
                    struct known *out);
/* Remembers (or replaces) an answer of 1..CONTRACTS_OF_ANSWER contracts. */
void contracts_put(struct contracts *c, struct str key, int how, const struct contract_details *d,
                   size_t n, struct utc now);
/* The broker knows the contracts of that answer no longer. What they were stays remembered. */
void contracts_gone(struct contracts *c, struct str key, struct utc now);
/* The newest details of one contract, whichever answer brought them. */
bool contracts_get(struct contracts *c, int32_t con_id, struct utc now, struct arena *arena,
                   struct known *out);

#endif
