/* SPDX-License-Identifier: MIT */
/*
 * money: what time does to an account without anybody's order.
 *
 * Twice an hour, in this order, account by account: shares are split; dividends are credited on
 * the day from which the shares trade without them, and paid later (who is short owes them);
 * options that have expired deliver their shares where they are in the money by a cent, or pay
 * where there are none, and are gone, of which clients are told as of executions; futures pay the
 * gain of the day at 17:00 in New York, and the last one at their expiry. At midnight in New York
 * interest on cash and the fee for borrowed shares accrue; the third of a month pays what has
 * accrued.
 *
 * Not simulated: taxes, assignment before expiry, loans of the account's own shares.
 *
 * Each event is one ledger_change and has a key, and keys only ever rise. So an exchange that was
 * stopped in the middle of a moment goes on behind the last event that it recorded.
 */
#ifndef PORTCULLIS_PAPER_MONEY_H
#define PORTCULLIS_PAPER_MONEY_H

#include "paper/accounts.h"
#include "paper/feed.h"

enum { MONEY_EVERY_S = 1800 };

/* In the order in which a moment has them. */
enum money_kind {
    MONEY_SPLIT,
    MONEY_DIVIDEND, /* the right to one */
    MONEY_PAYMENT,  /* of it */
    MONEY_DELIVERY, /* shares for an option: exercised, or assigned to who is short */
    MONEY_EXPIRY,   /* an option or a future is gone */
    MONEY_SETTLEMENT,
    MONEY_INTEREST,
    MONEY_BORROWING,
    MONEY_INTEREST_PAID,
    MONEY_EXERCISE_DELIVERY, /* at a client's request, at any moment: without a rising key */
    MONEY_EXERCISE,
    MONEY_PAID_IN, /* by the account's owner, or out to him; likewise */
    MONEY_KIND_COUNT
};

struct money_key {
    int64_t at_s;
    int32_t account; /* its place */
    enum money_kind kind;
    int32_t id; /* contract id, or the place of a currency */
};

/* Why an option, or the shares for it, changed hands: the wire's numbers. */
enum money_exercise {
    EXERCISE_NONE,
    EXERCISE_ASKED,
    EXERCISE_ASSIGNED = 100, /* to who is short */
    EXERCISE_AUTOMATIC,      /* at its expiry, in the money */
    EXERCISE_EXPIRED         /* worthless */
};

struct money_event {
    struct money_key key;
    struct ledger_change change;
    enum money_exercise exercise;
    struct dec price; /* of an exercise: at which it changed hands */
};

/* Hears of each event after it was applied. */
typedef void money_fn(void *self, const struct money_event *e);

/* The first moment after a second. */
int64_t money_next(int64_t after_s);
/* True if a new day of the accounts begins at a moment: the owner rolls the ledgers after it. */
bool money_is_midnight(int64_t at_s);
/*
 * Carries out those events of a moment whose keys are above *done, and moves it to the last key of
 * the moment.
 */
void money_moment(struct accounts *a, struct feed *f, int64_t at_s, struct money_key *done,
                  money_fn *hear, void *self);
/* A recorded event once more. False if it cannot have happened. */
bool money_apply(struct accounts *a, const struct money_event *e);
/* True if a moment splits the shares of a listing. */
bool money_splits(struct feed *f, const struct instrument *i, int64_t at_s);
/* The key behind all events up to a second. */
struct money_key money_key_after(int64_t at_s);

/*
 * Exercises `contracts` of an option that `account` is long. False with INVALID, reason EXERCISE,
 * if it does not hold so many, the option has expired, or it is out of the money and not `forced`.
 */
bool money_exercise(struct accounts *a, struct feed *f, struct account *account,
                    const struct instrument *option, struct dec contracts, bool forced,
                    int64_t at_s, money_fn *hear, void *self, struct error *e) FALLIBLE;

#endif
