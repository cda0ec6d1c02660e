/* SPDX-License-Identifier: MIT */
/*
 * spans: what contracts have returned over some spans of time, in their own currency and in a base
 * currency.
 *
 * Spans of the calendar are measured for all members between the same two days, on which all of
 * them were traded; spans of sessions are each member's own. Whoever has no price there has an
 * error instead and takes no part; nothing stands in for it. Who is compared with whom, and how the
 * members rank, is not known here.
 */
#ifndef PORTCULLIS_OPS_SPANS_H
#define PORTCULLIS_OPS_SPANS_H

#include "ops/prices.h"
#include "quant/period.h"

enum { SPANS_MAX = 8, SPANS_MEMBERS_MAX = HISTORY_QUESTIONS_MAX };

struct span_member {
    const struct priced *priced;
    const struct past_rate *rate; /* NULL: none is known, or nothing is known of the contract */
    struct error error;           /* of the member, for all spans */
};

/* One member over one span. */
struct span_return {
    struct opt_num local, fx, cross, base;
    size_t first, last; /* in its closes; where local is known */
    struct error error;
};

struct spans {
    /* what is asked; the rest is filled in */
    struct period periods[SPANS_MAX];
    size_t period_count;
    struct priced *priced; /* the members: `asked` is set */
    size_t n;              /* up to SPANS_MEMBERS_MAX */
    struct str base;       /* currency; "": none */
    int32_t today;         /* the day on which the question ends */
    bool is_past;          /* `today` is one of the past: with what was known then */
    bool adjusted;         /* for dividends too, not for splits alone */
    bool with_today;       /* with the bar of a session that has not ended */

    struct span_member *members;
    int32_t to; /* the last day that all have; spans of the calendar end there. 0: none */
    struct span_return *returns;        /* member x period */
    int32_t begin[SPANS_MAX];           /* of spans of the calendar */
    struct error span_error[SPANS_MAX]; /* of a span, for all members */
};

/* Fetches prices and rates and measures all, in the call's arena. False with the call's error if
 * nothing could be asked, or too much was. May suspend. */
bool spans_measure(struct call *c, struct spans *s, struct str account);
const struct span_return *spans_at(const struct spans *s, size_t member, size_t period);

#endif
