/* SPDX-License-Identifier: MIT */
/*
 * breakage: proof that the watcher can fail. Each row makes the product seem broken in one way, by
 * bytes past the gate, a line that lies, or an answer that does, and names the invariant that must
 * notice. Nothing of this is in the product: it is done through the kit.
 */
#ifndef PORTCULLIS_SIM_BREAKAGE_H
#define PORTCULLIS_SIM_BREAKAGE_H

#include "life.h"

struct breakage {
    const char *what; /* a sentence */
    enum invariant by;
    unsigned muted; /* set of (1u << invariant) that would notice first */
    void (*run)(struct life *l);
    void (*at_rest)(struct life *l); /* when all has healed; NULL: nothing */
};

extern const struct breakage breakages[];
size_t breakages_count(void);

#endif
