/* SPDX-License-Identifier: MIT */
/*
 * db: the file behind the journal: SQLite in WAL mode with synchronous=FULL, one writer.
 *
 * Table `journal` is append-only (triggers refuse UPDATE and DELETE) and chained: `hash` is the
 * SHA-256, in hex, of
 *     prev_hash "\n" seq "\n" at "\n" kind "\n" principal "\n" body
 * where prev_hash is the hash of the record before ("" for the first), so a record that is changed,
 * removed or inserted is found by db_verify; a cut tail is not, without the newest hash kept
 * elsewhere (store/audit.h). Table `execution` holds every fill once, the newest correction of it,
 * with its commission; `value` named texts; `story` what each record is about (store/audit.h);
 * `snapshot`, `holding`, `flow`, `coverage`, `statement`, `past_order` and `ranking` the account
 * over time (store/past.h).
 * Amounts are decimal text, times UTC text.
 *
 * A connection belongs to one thread at a time. The daemon has two: one that commits, on the worker
 * thread, and one that reads, on the core thread. This is the only module that includes sqlite3.h.
 */
#ifndef PORTCULLIS_STORE_DB_H
#define PORTCULLIS_STORE_DB_H

#include "base/buf.h"
#include "data/hash.h"
#include "store/journal.h"

struct db;

enum { DB_SCHEMA_VERSION = 5 };

/* ---- life ---- */
/*
 * Opens or creates the file, in a directory that only its owner can enter, and brings its schema
 * up to date; ":memory:" is a database of its own. NULL with *e (ERROR_UNAVAILABLE, STORE) if that
 * cannot be done or the file is newer than this program.
 */
struct db *db_open(const char *path, struct error *e) FALLIBLE;
void db_close(struct db *db);

/* ---- writing ---- */
/*
 * Writes the batch as one transaction that is on the disk when this returns true. Records that an
 * earlier, seemingly failed attempt did write are left as they are; a record of somebody else under
 * one of our numbers is a failure. False with *e: nothing of it
 * was written, as far as is known.
 */
bool db_commit(struct db *db, const struct journal_batch *batch, struct error *e) FALLIBLE;

/* ---- reading ---- */
/* Number and hash of the newest record; 0 and "" for an empty journal. */
bool db_head(struct db *db, int64_t *seq, char hash[SHA256_HEX_MAX], struct error *e) FALLIBLE;
/* The number alone: what journal_new continues from. */
bool db_last_seq(struct db *db, int64_t *seq, struct error *e) FALLIBLE;
/* Tells the journal which executions since `since` are here already. */
bool db_known_executions(struct db *db, struct utc since, struct journal *j,
                         struct error *e) FALLIBLE;
/* The named value into `out` (cap bytes with NUL); "" if there is none. */
bool db_value(struct db *db, struct str key, char *out, size_t cap, struct error *e) FALLIBLE;
/* One named value; false ends the reading early, which is no error. Borrowed for the call. */
typedef bool db_value_fn(void *self, struct str key, struct str text);
/* The named values whose key begins so, by key. */
bool db_values(struct db *db, struct str prefix, db_value_fn *fn, void *self,
               struct error *e) FALLIBLE;

struct db_record {
    int64_t seq;
    struct utc at;
    struct str kind, principal, body; /* borrowed for the call */
};
/* One row; false ends the reading early, which is no error. */
typedef bool db_record_fn(void *self, const struct db_record *r);
/*
 * Records at or after `since`, oldest first, for the program that wrote them: with the accounts
 * behind the masks (store/redact.h); audit_records has them as they are. `kinds` is a set of (1u <<
 * enum journal_kind), 0 for all of them.
 */
bool db_records(struct db *db, struct utc since, unsigned kinds, db_record_fn *fn, void *self,
                struct error *e) FALLIBLE;

/* The same by number, which no clock can change: records behind `after`. */
bool db_records_after(struct db *db, int64_t after, unsigned kinds, db_record_fn *fn, void *self,
                      struct error *e) FALLIBLE;

/*
 * What is recorded, up to the number `until`, about the orders of some intents: these themselves,
 * their changes, what became of them. `intents` are the numbers of their records as a JSON array.
 * Each record once, oldest first; what there is of other orders is not read.
 */
bool db_records_of(struct db *db, struct str intents, int64_t until, unsigned kinds,
                   db_record_fn *fn, void *self, struct error *e) FALLIBLE;

typedef bool db_execution_fn(void *self, const struct execution *x);
/* Executions at or after `since`, oldest first; account STR_NONE takes all. */
bool db_executions(struct db *db, struct utc since, struct str account, db_execution_fn *fn,
                   void *self, struct error *e) FALLIBLE;
/* The execution with that id, or a correction of it. */
bool db_execution(struct db *db, struct str exec_id, struct execution *out, bool *is_found,
                  struct error *e) FALLIBLE;
/* When the oldest record was written: since when this log is complete. */
bool db_since(struct db *db, struct opt_utc *out, struct error *e) FALLIBLE;

/* ---- proving ---- */
struct db_verdict {
    bool is_intact;
    int64_t checked; /* records that were read */
    int64_t bad_seq; /* the first record that does not fit, 0 if all do */
    char why[80];
};
/* Recomputes the chain, without anchors (store/audit.h has those). False with *e only if the file
 * cannot be read at all. */
bool db_verify(struct db *db, struct db_verdict *out, struct error *e) FALLIBLE;

#endif
