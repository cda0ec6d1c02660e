/* SPDX-License-Identifier: MIT */
/*
 * told: what a subscription was told last, so that only what has changed is told again.
 *
 * Keeps hashes, no texts. Rounds mostly name the same things in the same order, so the row of a key
 * is looked for where the last round had it, and only then elsewhere.
 */
#ifndef PORTCULLIS_PAPER_TOLD_H
#define PORTCULLIS_PAPER_TOLD_H

#include "base/dec.h"
#include "base/str.h"

#include <stdint.h>

enum { TOLD_ROWS_MAX = 8192 };

struct told_row {
    uint64_t key, value;
};

struct told {
    struct told_row *rows; /* grows; at most TOLD_ROWS_MAX */
    size_t n, room;
    size_t at; /* where the next key is expected */
};

/* ---- hashes, which go on from another ---- */
uint64_t told_text(uint64_t h, struct str text);
uint64_t told_dec(uint64_t h, struct dec v);

/* A new round of telling begins. */
void told_begin(struct told *t);
/* True if the key has not been told with that value; from now on it has. With TOLD_ROWS_MAX keys
 * everything else is always news. */
bool told_is_news(struct told *t, uint64_t key, uint64_t value);
/* Forgets everything: all is news again. */
void told_free(struct told *t);

#endif
