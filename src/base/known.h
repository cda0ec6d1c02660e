/* SPDX-License-Identifier: MIT */
/*
 * known: names that were met lately, and a word about each, in bounded memory.
 *
 * Two generations. What is put, and what is met when it is looked up, is in the younger one. When
 * that is as old or as full as it may be, the older one is forgotten and the younger takes its
 * place. So a name is forgotten after between one and two generations in which nobody met it, and
 * never while it is met once in each.
 */
#ifndef PORTCULLIS_BASE_KNOWN_H
#define PORTCULLIS_BASE_KNOWN_H

#include "base/instant.h"
#include "base/str.h"

struct known;

/*
 * At most `cap` names in each generation, which lasts at most `ms`. `drop` is called once for each
 * word that is forgotten, at the end too; NULL: words are borrowed. Never NULL.
 */
struct known *known_new(size_t cap, int64_t ms, void (*drop)(void *word));
void known_free(struct known *k);

/* It is now: once in a while, before the following. Until the first time nothing ages. */
void known_turn(struct known *k, struct instant now);
/* The word of a name, or NULL. */
void *known_get(struct known *k, struct str name);
/* Adds a name (at most 255 bytes) with its word, which is not NULL. The word that it had is
 * replaced, and not dropped. */
void known_put(struct known *k, struct str name, void *word);
/* Names in memory. */
size_t known_count(const struct known *k);

#endif
