/* SPDX-License-Identifier: MIT */
/*
 * ranking: the ranks of names by a score, beside those of the same names on an earlier day.
 *
 * Rankings of groups that have a name are kept, one for each day of closes, under a line that says
 * what was ranked and by what; only those with the same line are compared.
 */
#ifndef PORTCULLIS_OPS_RANKING_H
#define PORTCULLIS_OPS_RANKING_H

#include "ops/op.h"

struct ranking_row {
    struct str name;
    struct opt_num score, rank, rank_before;
    bool near_tie;
};
extern const struct type ranking_row_type;

/* Sets the ranks by the scores and sorts, the best first, those without a rank last. */
void ranking_make(struct call *c, struct ranking_row *rows, size_t n);

/*
 * Keeps the ranking for that day of closes, and fills rank_before from the newest one before it,
 * whose day is returned as text; STR_NONE if there is none. `inputs` is shorter than that of struct
 * ranked. What cannot be kept is warned of.
 */
struct str ranking_keep(struct call *c, struct str inputs, int32_t day, struct ranking_row *rows,
                        size_t n);

#endif
