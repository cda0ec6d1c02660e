/* SPDX-License-Identifier: MIT */
/*
 * spelling_terms: the part of spelling that reads dates, strikes and rights. Shared by the files of
 * spelling alone.
 *
 * A date is 2026-12-18, 20261218, 261218, 18DEC26, 18 Dec 2026, Dec 18 2026, 12/18/2026 (only where
 * day and month cannot be mistaken), or a month: 202612, 2026-12, DEC26, Dec 2026, and for futures
 * Z6, Z26.
 */
#ifndef PORTCULLIS_MARKET_SPELLING_TERMS_H
#define PORTCULLIS_MARKET_SPELLING_TERMS_H

#include "market/spelling.h"

enum { TOKENS_MAX = 12 };

struct tokens {
    struct str at[TOKENS_MAX];
    size_t n;
};

/* Cuts at blanks; more than TOKENS_MAX words stay in the last one. */
void tokens_cut(struct str text, struct tokens *out);
/* The text from word `from` up to word `to`, as it was written. */
struct str tokens_text(const struct tokens *t, size_t from, size_t to);

/* "AAPL  261218C00200000", with any blanks or none behind the root. True if it is one. */
bool terms_occ(struct str text, struct utc today, struct spelling *out);
/*
 * Words behind a root that are terms: of an option (a date, a strike and a right in any order) or
 * of a future (a date). True if all words from some place to the end are such; *root is how many
 * words stand before them. *e.code says what is wrong with them.
 */
bool terms_words(const struct tokens *t, struct utc today, struct spelling *out, size_t *root,
                 struct error *e);
/* "ESZ6", "ESZ26": a root and a month. */
bool terms_joined(struct str text, struct utc today, struct spelling *out);

#endif
