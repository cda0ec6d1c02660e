/* SPDX-License-Identifier: MIT */
/*
 * period: the spans over which people measure returns, in their words.
 *
 *   20d, 20-day, 20 sessions   so many sessions of the market itself, back from its last one
 *   2w, 1m, 3 months, 1y       so much of the calendar
 *   ytd                        since the end of the last year
 *   2026-01-02, since ...      since that day
 *   12-1                       from 252 sessions ago to 21 sessions ago: momentum without the last
 *                              month, which tends to turn back
 *
 * Spans of the calendar can be measured between the same two days for many markets
 * (dated_common); spans of sessions are each market's own.
 */
#ifndef PORTCULLIS_QUANT_PERIOD_H
#define PORTCULLIS_QUANT_PERIOD_H

#include "base/str.h"
#include "quant/dated.h"

enum period_kind {
    PERIOD_SESSIONS,
    PERIOD_WEEKS,
    PERIOD_MONTHS, /* and years */
    PERIOD_SINCE,
    PERIOD_YEAR_TO_DATE
};

/* Ten years; what is longer is asked by its first day. */
enum { PERIOD_SESSIONS_MAX = 2600, PERIOD_WEEKS_MAX = 522, PERIOD_MONTHS_MAX = 120 };

struct period {
    enum period_kind kind;
    int32_t n;     /* sessions, weeks or months */
    int32_t skip;  /* so many sessions at the end are left out */
    int32_t day;   /* of PERIOD_SINCE */
    char name[16]; /* the shortest word for it: "20d", "1m", "12-1", "2026-01-02" */
};

/* False if it is none of the words above, or is out of bounds. */
bool period_parse(struct str text, struct period *out);

bool period_is_calendar(const struct period *p);
/* Of a span of the calendar: the day from which it counts if it ends on `to`. */
int32_t period_begin(const struct period *p, int32_t to);
/* The first day of which prices are needed for a span that ends on `to`, with room for holidays. */
int32_t period_reach(const struct period *p, int32_t to);

enum period_result {
    PERIOD_OK,
    PERIOD_TOO_SHORT, /* the series begins later */
    PERIOD_HOLE,      /* prices are missing in it */
    PERIOD_EMPTY      /* it begins after it ends */
};
/*
 * Which numbers of the series the span lies between. Of a span of the calendar: those of `from` and
 * `to` (dated_at); of one of sessions: counted back from the last, `from` and `to` mean nothing.
 */
enum period_result period_ends(const struct period *p, struct dated s, int32_t from, int32_t to,
                               size_t *first, size_t *last);

#endif
