/* SPDX-License-Identifier: MIT */
/*
 * news: headlines and articles that are invented, harmless and always the same for the same seed.
 *
 * A provider may have one item about a listing in each slot of some hours; whether it has, and at
 * which second, follows from (seed, provider, listing, slot). What an item says is put together
 * from sentences and from the market model's own figures. The id of an item holds the provider, the
 * listing and the slot, so that an article can be found by its id alone.
 *
 * One provider is a test of whoever reads: its texts contain instructions to the reader, of the
 * kinds that attackers hide in news, mail and web pages. They ask for nothing that a reader ought
 * to do, and its name says what it is.
 */
#ifndef PORTCULLIS_PAPER_NEWS_H
#define PORTCULLIS_PAPER_NEWS_H

#include "base/buf.h"
#include "paper/feed.h"

enum { NEWS_PROVIDERS = 3, NEWS_ID_MAX = 48, NEWS_TEXT_MAX = 240, NEWS_ARTICLE_MAX = 8192 };

struct news_provider {
    const char *code, *name;
    int64_t slot_s;
    bool is_hostile; /* the one with the instructions */
};

const struct news_provider *news_provider(size_t number);
/* "PXW+PXA", as a set of numbers by bit; empty text: all but the hostile one, which is only read
 * by who names it. 0 if one of them is not known. */
unsigned news_providers_parse(struct str codes);

struct news_item {
    const struct news_provider *provider;
    const struct instrument *instrument;
    int64_t at_s, slot;
    uint64_t hash;
    char id[NEWS_ID_MAX];
};

/* The first item of the providers in the set with from_s < at_s <= to_s; the last one with
 * from_s <= at_s < to_s. False if there is none. */
bool news_after(uint64_t seed, const struct instrument *i, unsigned providers, int64_t from_s,
                int64_t to_s, struct news_item *out);
bool news_before(uint64_t seed, const struct instrument *i, unsigned providers, int64_t from_s,
                 int64_t to_s, struct news_item *out);
/* The item of an id that has come out by now_s; false if there is none. */
bool news_find(uint64_t seed, const struct universe *u, struct str id, int64_t now_s,
               struct news_item *out);

void news_headline(const struct news_item *item, struct feed *f, char out[NEWS_TEXT_MAX]);
void news_article(const struct news_item *item, struct feed *f, struct buf *out);

/* The bulletin of a day (days since 1970 UTC): its number, when it comes out, and its text. False
 * if that day has none. */
bool news_bulletin(uint64_t seed, int64_t day, int32_t *number, int64_t *at_s,
                   char out[NEWS_TEXT_MAX]);

#endif
