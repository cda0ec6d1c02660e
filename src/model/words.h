/* SPDX-License-Identifier: MIT */
/*
 * words: tables of the broker's terms, indexed by an enum. Private to model/.
 */
#ifndef PORTCULLIS_MODEL_WORDS_H
#define PORTCULLIS_MODEL_WORDS_H

#include "base/str.h"

#include <assert.h>

/* The text of value i; an i outside the table is a bug. */
static inline const char *words_text(const char *const *words, size_t count, unsigned i)
{
    assert(i < count);
    return words[i];
}

/* The index of s, ignoring case; 0 (by convention "none of these") if it is not in the table. */
static inline unsigned words_find(const char *const *words, size_t count, struct str s)
{
    for (unsigned i = 1; i < count; i++)
        if (str_ieq(s, str_of(words[i])))
            return i;
    return 0;
}

#endif
