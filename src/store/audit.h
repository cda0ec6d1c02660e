/* SPDX-License-Identifier: MIT */
/*
 * audit: the journal as evidence: anchors, proof, and reading by subject.
 *
 * The chain (store/db.h) shows a record that was changed, removed, moved or put in between. It
 * cannot show that the newest records were cut off, nor that everything behind some record was
 * written anew. Anchors do: lines
 *     SEQ TIME HASH
 * of the newest record at that moment, appended to a file of their own (app/io writes it), which
 * belongs on another disk or machine as well. A journal that lacks an anchored record, or has
 * another one in its place, does not verify.
 *
 * The table `story` finds records by what they are about; it is derived from their bodies and can
 * be made again at any time, so the proof does not need it.
 */
#ifndef PORTCULLIS_STORE_AUDIT_H
#define PORTCULLIS_STORE_AUDIT_H

#include "store/db.h"

/* ---- anchors ---- */
enum {
    ANCHOR_LINE_MAX = 128, /* bytes of a line with its LF and NUL */
    ANCHORS_MAX = 2048,    /* kept in memory: the highest ones, at least half as many, which vouch
                            * for all before them */
    ANCHOR_EVERY = 256,    /* records after which an anchor is due ... */
    ANCHOR_AFTER_MS = 60 * 1000 /* ... or this long after the last, if there is anything new */
};

struct anchor {
    int64_t seq; /* > 0 */
    struct utc at;
    char hash[SHA256_HEX_MAX];
};

/* Anchors in the order of their numbers. Zeroed at the start; no memory of its own. */
struct anchors {
    struct anchor items[ANCHORS_MAX];
    size_t count;
    int64_t unreadable; /* lines that are no anchors: half written, or tampered with */
};

/* Writes the line; returns its length. */
size_t anchor_format(const struct anchor *a, char out[ANCHOR_LINE_MAX]);
/* Adds all lines of a file's text. */
void anchors_read(struct anchors *all, struct str text);
void anchors_add(struct anchors *all, const struct anchor *a);
/* The highest; NULL if there is none. Borrowed until the next change. */
const struct anchor *anchors_newest(const struct anchors *all);

/* ---- proof ---- */
/* A proof in progress: the whole of a long journal takes seconds, so it is made in parts. */
struct audit_proof {
    struct db_verdict verdict;
    int64_t anchors_met;           /* anchors that the records read so far agree with */
    const struct anchors *anchors; /* borrowed; may grow meanwhile. NULL: the chain alone */
    int64_t last;                  /* number of the record read last */
    char hash[SHA256_HEX_MAX];     /* and its hash */
    bool is_done;
};
void audit_proof_init(struct audit_proof *p, const struct anchors *anchors);
/*
 * Reads up to `records` more. Sets is_done at the end or at the first record that does not fit.
 * False with *e only if the file cannot be read.
 */
bool audit_prove(struct db *db, struct audit_proof *p, int64_t records, struct error *e) FALLIBLE;

/* ---- reading ---- */
/* A record as it was hashed: all texts as they stand in the file, borrowed for the call. */
struct audit_record {
    int64_t seq;
    struct str at, kind, principal, body, prev_hash, hash;
};
typedef bool audit_record_fn(void *self, const struct audit_record *r);

/* Which records; a member that is zero or "" asks for nothing. */
struct audit_filter {
    int64_t after; /* numbers above this one */
    struct opt_utc since, until;
    struct str kind, principal;
    struct str about;  /* "ref:...", "perm_id:...", "exec_id:...", "request:..." */
    bool newest_first; /* otherwise in the order of their numbers */
};
/* Calls fn for each until it returns false. */
bool audit_records(struct db *db, const struct audit_filter *filter, audit_record_fn *fn,
                   void *self, struct error *e) FALLIBLE;

#endif
