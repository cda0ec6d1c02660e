/* SPDX-License-Identifier: MIT */
/*
 * holdings: what the accounts ought to hold, by our own count.
 *
 * Each account starts from what the broker said when it was seen first; from then on only
 * executions change the count: each once, by the part of its exec_id that its corrections share, a
 * correction by the difference. So a position of the broker that differs has changed without an
 * execution that we know of. Currency pairs are left out, they are cash; and so is the whole of a
 * combination, whose legs are told by themselves.
 *
 * The count is kept as one named value per account and contract, in the batch of the execution that
 * changed it, so both are on the disk or neither is. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_HOLDINGS_H
#define PORTCULLIS_GUARD_HOLDINGS_H

#include "base/error.h"
#include "model/event.h"
#include "store/journal.h"

struct db;
struct holdings;

struct holding_count {
    char account[16], name[64]; /* name: of the contract, for people */
    int32_t con_id;
    bool expires;           /* an option or a future: it can go without a trade */
    struct dec quantity;    /* ours */
    struct opt_dec told;    /* the broker's position as it told it last */
    struct instant touched; /* when either last changed; 0: not since the start */
};

/* One execution, as the broker told it last. */
struct holding_fill {
    char exec_id[40], account[16], name[64];
    int32_t con_id;
    struct dec signed_quantity;
    struct opt_utc at;
    int64_t revision;
    bool is_paid;           /* its commission was told */
    uint64_t list;          /* the list of executions that named it last */
    bool is_accepted;       /* a person knows that the broker no longer has it */
    struct instant told_at; /* last; 0: before the start */
};

struct holdings *holdings_new(void);
void holdings_free(struct holdings *h);
/* At the start: the kept counts, and the executions of the last days, which are part of them. */
bool holdings_restore(struct holdings *h, struct db *db, struct utc since,
                      struct error *e) FALLIBLE;

/* ---- counting ---- */
/* The account's count has begun. */
bool holdings_know(const struct holdings *h, struct str account);
/* Begins it: whatever was counted for the account so far is forgotten. */
void holdings_begin(struct holdings *h, struct str account, struct journal *j, struct moment now);
enum holdings_news { HOLDINGS_KNOWN, HOLDINGS_NEW, HOLDINGS_CORRECTED };
/* An execution or its correction. */
enum holdings_news holdings_execution(struct holdings *h, const struct execution *x,
                                      struct journal *j, struct moment now);
/* Its commission: the execution if this was not told before, else NULL. */
const struct holding_fill *holdings_commission(struct holdings *h, const struct execution *x);
/* Sets the count of one contract: the broker's position is taken over. */
void holdings_set(struct holdings *h, struct str account, const struct contract *c,
                  struct dec quantity, struct journal *j, struct moment now);
/* Adds to the count, for a difference that a person has accepted. */
void holdings_adjust(struct holdings *h, struct str account, int32_t con_id, struct dec by,
                     struct journal *j, struct moment now);
/* The broker has told its position of that contract. True if that is not what we count. */
bool holdings_told(struct holdings *h, const struct position *p, struct instant now);
/* Gives values to the journal again that it could not take. */
void holdings_save(struct holdings *h, struct journal *j, struct moment now);

/* Forgets executions of which nothing was told for `ms`: they stay counted, and no list will name
 * them again. What was read at the start counts as told when this is called first. */
void holdings_forget(struct holdings *h, int64_t ms, struct instant now);

/* NULL if nothing was ever counted. Borrowed until the next change. */
const struct holding_count *holdings_get(const struct holdings *h, struct str account,
                                         int32_t con_id);
bool holdings_next(const struct holdings *h, size_t *i, const struct holding_count **out);

/* ---- the broker's list of executions ---- */
/* A complete list begins. */
void holdings_list_begin(struct holdings *h);
/*
 * It has ended: executions of ours that lie within the time of the list, and are not in it, one by
 * one: `for (size_t i = 0; holdings_gone(h, &i, &fill);)`. The list tells of a period that ends
 * now; its oldest entry says how far back it goes at least.
 */
bool holdings_gone(const struct holdings *h, size_t *i, const struct holding_fill **out);
size_t holdings_listed(const struct holdings *h);
/* A person knows that it is gone. */
void holdings_accept_gone(struct holdings *h, struct str exec_id);

#endif
