/* SPDX-License-Identifier: MIT */
/*
 * resolver_private: what the files of the resolver share.
 *
 * resolver.c takes questions apart, answers from memory and puts the answers together;
 * resolver_rounds.c asks the broker for contracts, in rounds; resolver_names.c searches by name;
 * resolver_answer.c says why there is no answer, or how sure one is.
 */
#ifndef PORTCULLIS_MARKET_RESOLVER_PRIVATE_H
#define PORTCULLIS_MARKET_RESOLVER_PRIVATE_H

#include "market/resolver.h"
#include "market/spelling.h"

struct resolver {
    struct session *session;
    const struct book *book;
    struct tasks *tasks;
    struct contracts *known;
    bool is_refreshing; /* one round behind a question at a time */
    struct instant next_search;
    int64_t hits, misses, refreshed;
};

/* What a question asks for, taken apart. */
struct wish {
    struct spelling s;
    char key[CONTRACTS_KEY_MAX - 8],
        name_key[CONTRACTS_KEY_MAX]; /* the latter: of a search by name */
    int32_t held;                    /* con_id of the position that decides, 0 if none */
    bool is_open;                    /* the broker is to be asked */
    bool is_reverse;                 /* the pair is quoted the other way round */
    bool is_stale;                   /* answered from what is to be asked again */
    struct known before;             /* what was known; count 0: nothing */
};

enum { ROUNDS = 4 };

/* Asks the broker for all open questions that have no answer yet, round by round. */
bool rounds_run(struct task *t, struct resolver *r, struct resolve_question *q, struct wish *w,
                size_t n, struct error *e) FALLIBLE;
/* The last resort: the search by name, for one question. Its failure is the question's. */
bool names_run(struct task *t, struct resolver *r, struct resolve_question *q, struct wish *w,
               struct error *e) FALLIBLE;
/* Fills the error of a question for which there is nothing. */
void answer_missing(struct resolve_question *q, const struct wish *w, struct utc today);
/* Ranks the candidates (at least one), and notes what changed since they were last asked for. */
void answer_explain(struct task *t, struct resolve_question *q, const struct wish *w);
/* Of all expiries, the nearest of each kind of future; drops what is past. */
void rounds_front(struct resolve_question *q, struct utc today);
/* Takes rows over, each con_id once. */
void rounds_keep(struct task *t, struct resolve_question *q, const struct contract_details *found,
                 size_t count);

#endif
