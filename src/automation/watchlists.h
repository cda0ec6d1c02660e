/* SPDX-License-Identifier: MIT */
/*
 * watchlists: named lists of contracts, kept for the user.
 *
 * An entry is a contract, not a word: what was meant when it was added is resolved once, and a new
 * name of the company changes nothing. Names of lists ignore the case of letters. Each list is one
 * named value of the journal's database, and each change a record in the journal.
 */
#ifndef PORTCULLIS_AUTOMATION_WATCHLISTS_H
#define PORTCULLIS_AUTOMATION_WATCHLISTS_H

#include "base/log.h"
#include "model/contract.h"
#include "store/db.h"
#include "store/journal.h"

enum {
    WATCHLISTS_MAX = 50,
    WATCHLIST_ENTRIES_MAX = 100,
    WATCHLIST_NAME_MAX = 41 /* bytes with NUL */
};

struct watch_entry {
    int32_t con_id;
    enum sec_type sec_type;
    char name[48]; /* of the contract, when it was added */
    char exchange[24], listing[24], currency[8];
};

struct watchlist {
    char name[WATCHLIST_NAME_MAX];
    size_t count;
    struct watch_entry entries[WATCHLIST_ENTRIES_MAX];
};

struct watchlists;

struct watchlists *watchlists_new(struct journal *journal, struct log log);
void watchlists_free(struct watchlists *w);
/* False with *e only if the store cannot be read. */
bool watchlists_restore(struct watchlists *w, struct db *db, struct error *e) FALLIBLE;

/* The i-th in the order of their names; NULL behind the last. Borrowed until the next change. */
const struct watchlist *watchlists_at(const struct watchlists *w, size_t i);
/* NULL if there is none of that name. */
const struct watchlist *watchlists_find(const struct watchlists *w, struct str name);

/* ---- changes: `seq` is what journal_wait makes durable; they hold at once. False: INVALID
 * (LIST_NAME), NOT_FOUND (NO_LIST), CONFLICT (LIST_EXISTS), LIMIT (LISTS_MAX, LIST_FULL) or the
 * journal's failure; then nothing has changed ---- */

struct watch_change {
    struct str by;
    struct moment now;
    int64_t seq; /* out */
    size_t done; /* out: entries that were new, or were there and are gone */
};
/* Makes the list if there is none; n may be 0. Entries that are in it already stay. */
bool watchlists_add(struct watchlists *w, struct str name, const struct watch_entry *entries,
                    size_t n, struct watch_change *c, struct error *e) FALLIBLE;
bool watchlists_remove(struct watchlists *w, struct str name, const int32_t *con_ids, size_t n,
                       struct watch_change *c, struct error *e) FALLIBLE;
bool watchlists_rename(struct watchlists *w, struct str name, struct str to, struct watch_change *c,
                       struct error *e) FALLIBLE;
bool watchlists_delete(struct watchlists *w, struct str name, struct watch_change *c,
                       struct error *e) FALLIBLE;

#endif
