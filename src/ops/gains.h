/* SPDX-License-Identifier: MIT */
/*
 * gains: what each position has earned since some moment: what it is worth now, less what it was
 * worth then, with what was traded in between and its commissions.
 *
 * A position that was closed or opened in between is there too. Amounts are in the position's own
 * currency. A value that nobody told makes the gain unknown; nothing stands in for it.
 */
#ifndef PORTCULLIS_OPS_GAINS_H
#define PORTCULLIS_OPS_GAINS_H

#include "automation/timeline.h"
#include "ops/op.h"

struct gain_row {
    struct str symbol, currency, sec_type;
    int64_t con_id;
    struct dec quantity;
    struct opt_dec gain, gain_pct, unrealized, unrealized_pct, realized;
};
extern const struct type gain_row_type;

/* The gains since `start` as a list of struct gain_row, in the call's arena; of many positions not
 * all, which the answer says. False with the call's error if what is kept cannot be read. */
bool gains_read(struct call *c, struct str account, const struct timeline_point *start,
                struct list *out);

#endif
