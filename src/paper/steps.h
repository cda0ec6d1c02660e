/* SPDX-License-Identifier: MIT */
/*
 * steps: the rules of price steps ("market rules") that listings follow.
 *
 * A rule is a list of bands: from a low edge on, prices move by an increment. Some are tables that
 * an exchange publishes (Tokyo, Hong Kong, Korea, Taiwan, Australia, Singapore, Toronto), the
 * European ones follow from the table of the annex to the regulation on tick sizes (EU 2017/588):
 * six bands of liquidity, and each price range moves one step up the row 1, 2, 5, 10 ...
 *
 * The number of a rule is ours, except 26, the broker's for one cent. Rules of one step only are
 * numbered after that step.
 */
#ifndef PORTCULLIS_PAPER_STEPS_H
#define PORTCULLIS_PAPER_STEPS_H

#include "base/dec.h"

enum {
    STEPS_BANDS_MAX = 24,
    STEPS_CENT = 26,
    STEPS_OWN = 9000, /* 9000 + 10 * zeros + digit: one step of digit * 10^(zeros - 9) */
    STEPS_OWN_END = 9200
};

struct step_band {
    struct dec low, step;
};

/* The bands of a rule, ascending; 0 if there is no rule of that number. */
size_t steps_bands(int32_t rule, struct step_band out[STEPS_BANDS_MAX]);
/* The number of the rule that is one step (> 0, one digit and zeros). */
int32_t steps_rule_of(struct dec step);
/* The number of a rule by the name that tables use ("HK", "MIFID6"), or 0. */
int32_t steps_rule_named(struct str name);
/* The step at a price; the magnitude counts, so a spread below zero has the steps of above. */
struct dec steps_at(int32_t rule, struct dec price);
/* The smallest step of a rule: what contract details call minTick. */
struct dec steps_smallest(int32_t rule);

#endif
