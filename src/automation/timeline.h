/* SPDX-License-Identifier: MIT */
/*
 * timeline: what was kept of an account, as one series: a point for each close that somebody saw,
 * with what moved since the point before, and if wanted a last point for now.
 *
 * Where several sources tell the same day, the one that knows most is taken: of snapshots what we
 * saw before what a statement says, except at first sight, which was no close; of flows a Flex
 * statement before an activity statement before what was inferred, each for the days that it
 * covers. What is set aside stays visible. Amounts are in the account's base currency; a flow
 * without a rate is counted as unpriced, never as 0.
 *
 * Money put in counts from the beginning of its interval, money taken out until its end. Dividends,
 * interest, fees and taxes are part of the return.
 */
#ifndef PORTCULLIS_AUTOMATION_TIMELINE_H
#define PORTCULLIS_AUTOMATION_TIMELINE_H

#include "base/arena.h"
#include "data/type.h"
#include "store/past.h"

enum { TIMELINE_DAYS_MAX = 10000, TIMELINE_FLOWS_MAX = 10000 };

struct timeline_point {
    int64_t day;
    struct utc at;
    enum past_source source;
    bool is_now; /* not a close */
    struct dec net;
    struct opt_dec cash;
    struct dec moved[FLOW_KIND_COUNT]; /* since the point before, signed */
    struct dec in, out;                /* of them the owner's, both at least 0 */
    size_t unpriced;                   /* flows without a rate */
    struct str note;
};

struct timeline_flow {
    struct cash_flow flow;
    struct opt_dec base; /* the amount in the base currency */
    bool is_set_aside;   /* a better source tells that day */
};

struct timeline {
    struct str base; /* currency */
    struct timeline_point *points;
    size_t count;
    struct timeline_flow *flows;
    size_t flow_count;
    int64_t *missed; /* days whose close nobody saw, and no statement tells */
    size_t missed_count;
    bool is_cut; /* there is more than the two maxima */
};

/* Everything from one day to another. Memory of `arena`. */
bool timeline_read(struct timeline *t, struct db *db, struct str account, int64_t from_day,
                   int64_t to_day, struct arena *arena, struct error *e) FALLIBLE;
/* A last point: what the account is worth now. */
void timeline_add_now(struct timeline *t, int64_t day, struct utc at, struct dec net);
/* The newest point of a day before `day`; false if there is none. */
bool timeline_before(const struct timeline *t, int64_t day, size_t *out);

/* What happened between two points. */
struct stretch {
    struct opt_num time_weighted, money_weighted; /* of the whole stretch, not a year's */
    struct dec gain;                              /* end - start - put in + taken out */
    struct dec in, out;                           /* both at least 0 */
    struct dec moved[FLOW_KIND_COUNT];
    size_t missed, unpriced; /* closes that nobody saw; flows without a rate */
    bool is_unexplained;     /* cash moved while executions may have been missed */
};
/* from <= to < count. */
struct stretch timeline_stretch(const struct timeline *t, size_t from, size_t to,
                                struct arena *arena);
/* The return of the interval that ends at that point; absent for the first. */
struct opt_num timeline_return(const struct timeline *t, size_t i);

#endif
