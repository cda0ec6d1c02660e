/* SPDX-License-Identifier: MIT */
/*
 * statement_record: one record of a broker's statement, its fields by name whichever form it came
 * in, and the thing that it tells of: an execution, a flow of cash, a position, a day's value.
 *
 * statement.c finds the records in a text and fills this in; here each is understood: numbers,
 * times, kinds of securities and of flows, and the id of what the broker did not number. A field
 * that the form does not have, or that says nothing, is empty. Knows neither XML nor CSV. Pure, and
 * private to automation/.
 */
#ifndef PORTCULLIS_AUTOMATION_STATEMENT_RECORD_H
#define PORTCULLIS_AUTOMATION_STATEMENT_RECORD_H

#include "automation/statement.h"
#include "data/hash.h"

enum record_field {
    RECORD_LEVEL,
    RECORD_CURRENCY,
    RECORD_RATE,
    RECORD_ASSET,
    RECORD_SYMBOL,
    RECORD_CON_ID,
    RECORD_TIME,
    RECORD_QUANTITY,
    RECORD_PRICE,
    RECORD_COMMISSION,
    RECORD_COMMISSION_CURRENCY,
    RECORD_REALIZED,
    RECORD_SIDE,
    RECORD_EXEC_ID,
    RECORD_TRADE_ID,
    RECORD_REFERENCE,
    RECORD_EXCHANGE,
    RECORD_MULTIPLIER,
    RECORD_AMOUNT,
    RECORD_KIND,
    RECORD_ID,
    RECORD_NOTE,
    RECORD_TOTAL,
    RECORD_CASH,
    RECORD_VALUE,
    RECORD_COST,
    RECORD_UNREALIZED,
    RECORD_DIRECTION,
    RECORD_FIELDS
};

enum record_section {
    SECTION_TRADE,
    SECTION_CASH,
    SECTION_TRANSFER,
    SECTION_ACTION,
    SECTION_POSITION,
    SECTION_NAV,
    SECTION_CHANGE,
    SECTION_COUNT
};

struct statement_record {
    enum past_source source;
    const struct tz *zone;
    char account[16], base[8]; /* of the statement; "": it has not said them yet */
    int64_t from_day, to_day;  /* of the statement */
    enum record_section section;
    struct str fields[RECORD_FIELDS]; /* borrowed, for as long as the record is at hand */
    enum flow_kind flow;              /* which the section alone says; FLOW_KIND_COUNT: none */
    /* of what has no id: how often the same was said */
    struct sha256 last_id;
    unsigned repeated;
};

/* The thing, or what cannot be read of it as a STATEMENT_PROBLEM; its line is left to the caller.
 * False if it is none: a sum, or nothing moved. */
bool statement_record_take(struct statement_record *r, struct statement_item *out);

/* A problem: what is wrong, and with which text. True. */
bool statement_problem(struct statement_item *out, const char *what, struct str value);
/* A text without what could end a line or speak to a terminal; cut to `cap`. */
void statement_text(char *out, size_t cap, struct str s);
/* "20261120", "2026-11-20", with a time behind it ("20261120;153000", "2026-11-20, 15:30:00"). */
bool statement_time(const struct tz *zone, struct str s, int64_t *day, struct utc *at);

#endif
