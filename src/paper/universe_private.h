/* SPDX-License-Identifier: MIT */
/* universe_private: what the files of the universe share: the rows and the derived contracts. */
#ifndef PORTCULLIS_PAPER_UNIVERSE_PRIVATE_H
#define PORTCULLIS_PAPER_UNIVERSE_PRIVATE_H

#include "base/map.h"
#include "paper/universe.h"

enum { DERIVED_BLOCK = 64, DERIVED_MAX = UNIVERSE_MAX - UNIVERSE_ROWS_MAX };

/* A chain whose underlying is a row of this table. */
struct live_chain {
    const struct instrument *underlying; /* NULL: it is not listed here */
    struct hours hours;
};

/* The derived contracts that somebody used; grows under a universe that is const to its users. */
struct derived {
    size_t n;
    struct instrument *blocks[DERIVED_MAX / DERIVED_BLOCK];
    struct map *by_id;
};

struct universe {
    size_t n;
    struct instrument *items; /* UNIVERSE_ROWS_MAX of them */
    struct map *by_id;
    int64_t today_s;
    struct live_chain chains[CHAINS_MAX];
    struct derived *derived;
};

/* Fills the rows from the text of the table. */
bool universe_parse(struct universe *u, struct str text, struct error *e) FALLIBLE;
/* Finds the underlyings; after the rows are there. */
void derived_open(struct universe *u);
/* Makes the contract of an id; false if no chain that is listed here has it. */
bool derived_make(const struct universe *u, int32_t con_id, struct instrument *out);
/* Visits the contracts that a query for OPT or FUT fits; false if visit ended it. */
bool derived_each(const struct universe *u, const struct wire_contract *query,
                  universe_visit *visit, void *self);
/* True if the members that all kinds of contract have fit the query. */
bool universe_fits(const struct instrument *i, const struct wire_contract *query);

#endif
