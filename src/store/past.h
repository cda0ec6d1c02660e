/* SPDX-License-Identifier: MIT */
/*
 * past: reading what was kept of an account over time (model/past.h). Written by journal_keep.
 *
 * Every table keeps what came first: a snapshot, a holding, a flow or a statement that is there
 * already is not written again, so a page that is committed twice, or a file that is imported
 * twice, changes nothing. Coverage grows, its end moves on; and of an order or a
 * place in a ranking the newest word counts, where it says something.
 */
#ifndef PORTCULLIS_STORE_PAST_H
#define PORTCULLIS_STORE_PAST_H

#include "model/past.h"
#include "store/db.h"

/* For each of them: one row, borrowed for the call; false ends the reading early, no error. */
typedef bool db_snapshot_fn(void *self, const struct snapshot *s);
typedef bool db_holding_fn(void *self, const struct held *h);
typedef bool db_flow_fn(void *self, const struct cash_flow *f);
typedef bool db_coverage_fn(void *self, const struct coverage *c);
typedef bool db_statement_fn(void *self, const struct statement *s);

/*
 * Snapshots from one day to another, both included, oldest first and of a day what was seen first;
 * so the first one of a day that has a value is the one to take.
 */
bool db_snapshots(struct db *db, struct str account, int64_t from_day, int64_t to_day,
                  db_snapshot_fn *fn, void *self, struct error *e) FALLIBLE;
/* Of that day and source: positions by symbol, then cash by currency. */
bool db_holdings(struct db *db, struct str account, int64_t day, enum past_source source,
                 db_holding_fn *fn, void *self, struct error *e) FALLIBLE;
/* From one day to another, oldest first, of all sources. */
bool db_flows(struct db *db, struct str account, int64_t from_day, int64_t to_day, db_flow_fn *fn,
              void *self, struct error *e) FALLIBLE;
typedef bool db_order_fn(void *self, const struct past_order *o);
/* Orders that ended at or after `since`, newest first. order.type is not kept, its text is. */
bool db_orders(struct db *db, struct str account, struct utc since, db_order_fn *fn, void *self,
               struct error *e) FALLIBLE;
typedef bool db_ranked_fn(void *self, const struct ranked *r);
/* The newest ranking of the same inputs of a day up to that one, by name. */
bool db_ranking(struct db *db, struct str inputs, int64_t until_day, db_ranked_fn *fn, void *self,
                struct error *e) FALLIBLE;
/* By their beginning. */
bool db_coverage(struct db *db, struct str account, db_coverage_fn *fn, void *self,
                 struct error *e) FALLIBLE;
/* By the time of import; account STR_NONE takes all. */
bool db_statements(struct db *db, struct str account, db_statement_fn *fn, void *self,
                   struct error *e) FALLIBLE;

/* The newest of what we saw, of each account: a snapshot (taken or missed; NULL: none) and the
 * covered time (NULL: none). To go on from after a restart. */
typedef bool db_newest_fn(void *self, struct str account, const struct snapshot *s,
                          const struct coverage *c);
bool db_past_newest(struct db *db, db_newest_fn *fn, void *self, struct error *e) FALLIBLE;

/*
 * Since when, without a gap until now, the executions of an account are known: the beginning of the
 * covered time that reaches `now`, what touches or overlaps being one. Absent if nothing does.
 */
bool db_complete_since(struct db *db, struct str account, struct utc now, struct opt_utc *out,
                       struct error *e) FALLIBLE;

#endif
