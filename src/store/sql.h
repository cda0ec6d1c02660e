/* SPDX-License-Identifier: MIT */
/*
 * sql: what the files of store/ share about SQLite. Private to this folder.
 */
#ifndef PORTCULLIS_STORE_SQL_H
#define PORTCULLIS_STORE_SQL_H

#include "base/buf.h"
#include "base/error.h"
#include "data/hash.h"
#include "model/past.h"

#include <sqlite3.h>

enum { SQL_KEPT_MAX = 8 };

struct db {
    sqlite3 *sql;
    struct sql_kept { /* statements that live as long as the connection */
        const char *text;
        sqlite3_stmt *st;
    } kept[SQL_KEPT_MAX];
};

/* ---- statements ---- */
/* *e from the connection's last failure; always false. */
bool sql_fail(sqlite3 *sql, const char *doing, struct error *e);
bool sql_exec(sqlite3 *sql, const char *text, struct error *e) FALLIBLE;
/* Prepares; NULL with *e. Ended by sqlite3_finalize. */
sqlite3_stmt *sql_prepare(sqlite3 *sql, const char *text, struct error *e) FALLIBLE;
/* A statement that every commit needs, prepared once; `text` is a literal of the caller's and the
 * name of the statement. NULL with *e. Reset after use, never ended. */
sqlite3_stmt *sql_keep(struct db *db, const char *text, struct error *e) FALLIBLE;
/* Steps a statement that gives no rows, then resets it. */
bool sql_run(sqlite3 *sql, sqlite3_stmt *st, const char *doing, struct error *e) FALLIBLE;
void sql_bind_str(sqlite3_stmt *st, int at, struct str s);
struct str sql_column_str(sqlite3_stmt *st, int at);

/* ---- the chain ---- */
/* The hash of a record in hex, as store/db.h describes it. */
void chain_hash(struct str prev, int64_t seq, struct str at, struct str kind, struct str principal,
                struct str body, char out[SHA256_HEX_MAX]);

/* ---- the execution table, in execution.c ---- */
/* Appends its CREATE TABLE, which comes from the same column table as everything else. */
void execution_schema(struct buf *out);
bool execution_write(sqlite3 *sql, const struct execution *x, struct utc recorded,
                     struct error *e) FALLIBLE;
bool execution_commission(sqlite3 *sql, const struct execution *x, struct error *e) FALLIBLE;

/* ---- the account over time, in past.c ---- */
void past_schema(struct buf *out);
void past_schema_orders(struct buf *out);   /* since schema 4 */
void past_schema_rankings(struct buf *out); /* since schema 5 */
bool past_write(sqlite3 *sql, const struct past_page *p, struct utc recorded,
                struct error *e) FALLIBLE;

#endif
