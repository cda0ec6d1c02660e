/* SPDX-License-Identifier: MIT */
/*
 * purses: what comes into an account and goes out of it, inferred from its cash.
 *
 * The broker tells how much cash an account has, never why. A purse is the cash of one account in
 * one currency: what it held when it was last understood, and what the executions since then must
 * have changed (price x quantity, commissions, corrections). What else has moved, once all has been
 * quiet for PURSE_QUIET_MS, is a flow: a dividend or interest if what the broker calls accrued fell
 * by as much, else a deposit or a withdrawal; all of them marked as inferred. What cannot be told
 * apart is not guessed at:
 *
 *   - after a time in which executions may have been missed it is "unexplained";
 *   - where futures or other things settle in cash by themselves it is an "adjustment".
 *
 * Purses survive a restart as named values, "cash.ACCOUNT.CURRENCY", written with what changed
 * them, so that no flow is lost or counted twice wherever the program is killed. Bounded:
 * PURSES_MAX. Private to automation/.
 */
#ifndef PORTCULLIS_AUTOMATION_PURSES_H
#define PORTCULLIS_AUTOMATION_PURSES_H

#include "base/log.h"
#include "book/book.h"
#include "model/past.h"
#include "store/db.h"
#include "store/journal.h"

enum {
    PURSES_MAX = 512,
    /* the broker tells the account's values every three minutes */
    PURSE_QUIET_MS = 5 * 60 * 1000
};

struct purses;

struct purses *purses_new(const struct book *book, struct journal *journal, struct log log);
void purses_free(struct purses *p);
/* The purses and executions that the store knows; those since `since` count as told. */
bool purses_restore(struct purses *p, struct db *db, struct utc since, struct error *e) FALLIBLE;

/* Every event, behind the journal. */
void purses_observe(struct purses *p, const struct event *ev);
/* Executions may have been missed until now. */
void purses_gap(struct purses *p, struct str account, struct moment now);
/* To which day a movement belongs: until `cut` to one, later to the other. */
struct purse_days {
    struct utc cut;
    int64_t before, after;
};
/*
 * The account's values are complete: takes it up if it is new, and records what no execution
 * explains. Called every now and then.
 */
void purses_step(struct purses *p, struct str account, struct purse_days days, struct moment now);

/* What an execution changes in cash, its commission apart: up to two currencies. False where cash
 * follows other rules (futures, bonds, CFDs). */
struct cash_effect {
    char currency[2][8];
    struct dec amount[2];
};
bool cash_effect_of(const struct execution *x, struct cash_effect *out);

#endif
