/* SPDX-License-Identifier: MIT */
/*
 * suggest: what an argument could be, from its first letters: symbols that are held, worked or
 * watched, accounts, watch lists, orders, topics of the documentation. Only what who asks may see
 * anyway; the broker is never asked.
 */
#ifndef PORTCULLIS_OPS_SUGGEST_H
#define PORTCULLIS_OPS_SUGGEST_H

#include "ops/op.h"

enum { SUGGEST_MAX = 100 };

struct suggested {
    struct str values[SUGGEST_MAX]; /* in the arena */
    size_t n, total;                /* total: with those that found no room */
};

/*
 * Values of the argument of that name that begin with `typed`, whatever the case; of a list
 * ("symbols") its last element is completed. Nothing for arguments that mean something else.
 */
void suggest(const struct core *core, const struct principal *who, struct str argument,
             struct str typed, struct arena *arena, struct suggested *out);

#endif
