/* SPDX-License-Identifier: MIT */
/*
 * statement: reads what the broker's statements tell of an account: a Flex query (XML) or an
 * activity statement (CSV), thing by thing.
 *
 * Both forms are records of named fields; one table says which section becomes what and under which
 * names the fields stand. Taken are trades (executions; sums of orders and lots are passed over),
 * cash transactions, transfers, corporate actions that pay, open positions and the net asset value
 * of days. What cannot be read is a problem with its line, and the rest goes on; what is not known
 * is passed over. Bounded: STATEMENT_BYTES_MAX, and what data/xml.h and data/csv.h bound.
 *
 * Times are local times of a zone that the caller names, as the broker writes them; days are the
 * statement's own. A thing without an id of the broker gets one out of what it says, so the same
 * file gives the same ids again. Pure.
 */
#ifndef PORTCULLIS_AUTOMATION_STATEMENT_H
#define PORTCULLIS_AUTOMATION_STATEMENT_H

#include "data/tz.h"
#include "model/past.h"

enum { STATEMENT_BYTES_MAX = 16 << 20 };

enum statement_kind {
    STATEMENT_ACCOUNT, /* what follows is of this account: account, from_day, to_day */
    STATEMENT_EXECUTION,
    STATEMENT_FLOW,
    STATEMENT_SNAPSHOT,
    STATEMENT_HELD,
    STATEMENT_PROBLEM, /* line, problem */
    STATEMENT_END
};

struct statement_item {
    enum statement_kind kind;
    size_t line;
    struct statement account; /* STATEMENT_ACCOUNT: account, source, from_day, to_day */
    struct execution execution;
    struct cash_flow flow;
    struct snapshot snapshot;
    struct held held;
    char problem[160];
};

struct statement_reader;

/* The text outlives it; released by statement_close. NULL with *e (ERROR_INVALID) if the text
 * is neither of the two forms, or too long. */
struct statement_reader *statement_open(struct str text, const struct tz *zone,
                                        struct error *e) FALLIBLE;
enum past_source statement_source(const struct statement_reader *r);
/* The next thing. A text that breaks off is a problem and then the end. */
void statement_next(struct statement_reader *r, struct statement_item *out);
void statement_close(struct statement_reader *r); /* accepts NULL */
/* Whether there was a section of trades, of cash transactions: only then is the time covered. */
bool statement_has_trades(const struct statement_reader *r);

#endif
