/* SPDX-License-Identifier: MIT */
/*
 * regime: is the market calm, as usual or wild, by one number such as the VIX.
 *
 * Below `low` it is low, above `high` it is high, and normal between them with both ends. So that a
 * number that wavers about a boundary does not change the answer each time, a regime is left only
 * when the number is `hysteresis` beyond the boundary, and has been for `hold_s` without a break.
 *
 * The state goes in and comes out: the caller keeps it, or makes it anew from the numbers of the
 * past. The first known number decides at once, by the boundaries alone.
 */
#ifndef PORTCULLIS_QUANT_REGIME_H
#define PORTCULLIS_QUANT_REGIME_H

#include "base/instant.h"
#include "data/type.h"

enum regime { REGIME_UNKNOWN, REGIME_LOW, REGIME_NORMAL, REGIME_HIGH };

struct regime_table {
    double low, high;  /* low <= high */
    double hysteresis; /* at least 0; twice of it at most high - low */
    int64_t hold_s;    /* at least 0 */
};

struct regime_state {
    enum regime is;     /* REGIME_UNKNOWN before the first known number */
    struct utc since;   /* of `is` */
    enum regime coming; /* what the numbers say since `coming_since`; `is` if nothing else */
    struct utc coming_since;
};

/* By the boundaries alone. */
enum regime regime_of(const struct regime_table *t, struct opt_num value);

/*
 * The state after the value at `now`, which is not before the last one. An unknown value changes
 * no regime and breaks off a change that was coming: nobody saw that it lasted.
 */
struct regime_state regime_step(const struct regime_table *t, struct regime_state s, struct utc now,
                                struct opt_num value);

const char *regime_text(enum regime r); /* "unknown", "low", "normal", "high" */

#endif
