/* SPDX-License-Identifier: MIT */
/*
 * report: what many lives came to, as lines for people and as the table of docs/reliability.md.
 */
#ifndef PORTCULLIS_SIM_REPORT_H
#define PORTCULLIS_SIM_REPORT_H

#include "life.h"

struct totals {
    uint64_t lives, failed, steps, orders, cancels, messages, fills, records, asked, denied, checks;
    uint64_t harms[HARM_COUNT], looked[INVARIANT_COUNT], broken[INVARIANT_COUNT];
};

void totals_add(struct totals *t, const struct verdict *v);
/* As comments of TAP. */
void totals_print(const struct totals *t);
/*
 * Replaces what stands between the markers <!-- sim: begin --> and <!-- sim: end --> of that
 * document. False with *e if it cannot be read or written, or has no markers.
 */
bool totals_write(const struct totals *t, uint64_t first, const char *path,
                  struct error *e) FALLIBLE;

#endif
