/* SPDX-License-Identifier: MIT */
/*
 * years: the past year of a contract in a few numbers, from its daily bars.
 *
 * Highest and lowest price of 13, 26 and 52 weeks, for contracts of which the broker's ticks tell
 * none, and the close of a month ago. One year of daily bars is asked for each contract, once a
 * day; the numbers are kept until the day (UTC) ends, a failure for ten minutes. A contract that is
 * younger than a year has the extremes of its life. What today adds is for the caller, whose quote
 * is newer than any bar.
 */
#ifndef PORTCULLIS_MARKET_YEARS_H
#define PORTCULLIS_MARKET_YEARS_H

#include "market/gaps.h"
#include "market/history.h"

struct years;

/* Borrows the history. */
struct years *years_new(struct history *history);
void years_free(struct years *y);

enum year_span { YEAR_13_WEEKS, YEAR_26_WEEKS, YEAR_52_WEEKS, YEAR_SPANS };

struct year {
    struct opt_dec high[YEAR_SPANS], low[YEAR_SPANS];
    /* the last close up to the same day of the month before; absent if it is far older */
    struct opt_dec month_close;
    int32_t month_date; /* yyyymmdd of that close */
    enum gap gap;       /* GAP_NONE, or why there is nothing */
};

struct year_question {
    struct contract contract;               /* con_id is set */
    const struct contract_details *details; /* borrowed; NULL: hours are unknown */
    struct year year;                       /* answer */
};

/* Answers n questions together; may suspend. False only if the task itself ended. */
bool years_get(struct task *t, struct years *y, struct year_question *q, size_t n,
               struct error *e) FALLIBLE;

/* Widens a range by a price of today. */
void year_widen(struct opt_dec *high, struct opt_dec *low, struct opt_dec price);

#endif
