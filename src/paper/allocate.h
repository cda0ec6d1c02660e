/* SPDX-License-Identifier: MIT */
/*
 * allocate: whole units among accounts, exactly.
 *
 * The rule of the largest remainder: each gets total x weight / sum of weights, rounded down; the
 * units that are left go one each to those who lost most by the rounding, the first of equals
 * first. So the parts add up to the total, and where the total is not above the sum of the weights
 * nobody gets more than his weight: fills can be divided by what each account still lacks.
 */
#ifndef PORTCULLIS_PAPER_ALLOCATE_H
#define PORTCULLIS_PAPER_ALLOCATE_H

#include <stddef.h>
#include <stdint.h>

/* The largest total and weight: their product must fit. */
#define ALLOCATE_TOTAL_MOST  INT64_C(100000000)
#define ALLOCATE_WEIGHT_MOST INT64_C(80000000000)

/* Weights are >= 0 with at least one above 0; n from 1 to ACCOUNTS_MAX (accounts.h). */
void allocate(int64_t total, const int64_t *weights, size_t n, int64_t *out);

#endif
