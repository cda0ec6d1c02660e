/* SPDX-License-Identifier: MIT */
/*
 * history_private: what the files of market/history share.
 *
 *   history.c          asks, puts together, answers
 *   history_plan.c     which requests a span takes; when a bar is finished
 *   history_compare.c  gaps, splits and dividends
 *   history_join.c     puts together what came and what is kept, and keeps it
 *   history_kept.c     what is kept of a series, and where it ends
 *   history_pack.c     bars as few bytes
 *
 * Inside, a bar stands at a second: that at which it begins; a bar of a day and more at midnight
 * UTC of its date.
 */
#ifndef PORTCULLIS_MARKET_HISTORY_PRIVATE_H
#define PORTCULLIS_MARKET_HISTORY_PRIVATE_H

#include "base/buf.h"
#include "market/history.h"

enum { DAY_S = 86400 };

/* A span of seconds; bars at from_s <= second < to_s. */
struct history_span {
    int64_t from_s, to_s; /* to_s INT64_MAX: to the present */
};

bool history_is_daily(enum bar_size size); /* a day and more: has dates, no hours */
int64_t history_bar_s(enum bar_size size); /* its length; of weeks and months the longest */
int64_t history_at(const struct bar *b);
/* The present date of the exchange in days since 1970, the earliest that it may be. */
int64_t history_today(const struct history *h, const struct history_question *q, struct utc now);
/* Whether a bar has ended for certain. */
bool history_is_finished(const struct history *h, const struct history_question *q,
                         const struct bar *b, struct utc now);

/* Whether there may be bars at or after second `to_s` that are asked for. */
bool history_may_be_new(const struct history *h, const struct history_question *q, int64_t to_s,
                        struct utc now);
/* Of bars that were asked up to the present: before which second all finished ones are among them.
 */
int64_t history_finished_to(const struct history *h, const struct history_question *q,
                            const struct bar *bars, size_t n, struct utc now);

/* What a question asks for. */
struct history_span history_span_of(const struct history_question *q, struct utc now);
/* What is shown in the end, by the kind of contract. */
enum bar_show history_shown(const struct history_question *q);
/*
 * The requests for a span, the newest first, into `list` (room for HISTORY_ASKS_MAX). False with
 * TOO_LONG.
 */
bool history_plan(const struct history_question *q, struct history_span span, struct utc now,
                  struct bars_question *list, size_t *n, struct error *e) FALLIBLE;
/* A length of `seconds` in the broker's words: at least as long, never shorter. */
void history_length(int64_t seconds, enum bar_size size, int *length, char *unit);

struct history {
    struct session *session;
    struct cache *cache;
    struct tz_zones zones;
    char scope[24];                              /* of the keys in the cache */
    struct bars_question plan[HISTORY_ASKS_MAX]; /* of one question, while it is made */
};

/* ---- history_pack.c ---- */
/* Adds the bars to out; false if they cannot be told so (a price is missing, or out of range). */
bool history_pack(const struct bar *bars, size_t n, uint64_t generation, struct buf *out);
/* How many bars a block of that generation has; 0 if it is none. */
size_t history_packed(struct str bytes, uint64_t generation);
/* The bars, into room for history_packed of them. False if the block is damaged. */
bool history_unpack(struct str bytes, uint64_t generation, bool is_daily, struct bar *out,
                    size_t *n);

/* ---- history_kept.c ---- */
/*
 * One series has one stretch without holes in the cache: all finished bars at from_s <= second <
 * to_s, in blocks of KEPT_BLOCK bar lengths each, and a head that says so. Blocks of another
 * generation than the head's are left over from what was thrown away.
 */
enum { KEPT_BLOCK = 1024 };
struct history_kept {
    uint64_t generation;
    int64_t from_s, to_s;
    int64_t first_at, last_at; /* of its bars; there is at least one */
    struct opt_utc begins;     /* when the broker's history begins, if that was asked */
};
/* False if nothing is kept of the series that q asks for. */
bool history_kept_find(struct history *h, const struct history_question *q,
                       struct history_kept *out);
/* Its bars at from_s <= second < to_s, in the arena. False if they cannot be read, or are more than
 * the arena holds. */
bool history_kept_bars(struct history *h, const struct history_question *q,
                       const struct history_kept *k, int64_t from_s, int64_t to_s,
                       struct arena *arena, struct bar **out, size_t *n);
/*
 * Keeps `bars` (finished, in order, within the stretch of `k`) under the head `k`, beside what was
 * kept of that generation; with is_new nothing was. Quietly does not, where it cannot.
 */
void history_keep(struct history *h, const struct history_question *q, const struct history_kept *k,
                  bool is_new, const struct bar *bars, size_t n, struct utc now);
/* The head alone, as when its `begins` has become known. */
void history_keep_head(struct history *h, const struct history_question *q,
                       const struct history_kept *k, struct utc now);

/* ---- history_join.c ---- */
enum { HISTORY_OVERLAP = 3 }; /* kept bars that are asked again, to see whether they still hold */

/* A stretch that is asked of the broker, in pieces. */
struct history_leg {
    struct history_span span;
    struct bars_ask *asks; /* newest first */
    size_t n;
    struct bar *bars; /* what came, joined: oldest first */
    size_t bar_n;
};

/* One series on its way: a question, or what is compared with one. Before and behind what is kept
 * lies a leg each; where nothing is, LEG_OLDER is empty. */
enum { LEG_OLDER, LEG_NEWER, LEGS };
struct history_work {
    struct history_question *q;
    struct history_span span;
    bool has_kept, is_kept_now; /* something is kept that counts; what came was kept */
    struct history_kept kept;
    struct history_leg legs[LEGS];
};
/* Into w->q: bars of both legs and what is kept. False: what is kept does not fit what came; all of
 * it is to be asked anew. */
bool history_put_together(struct task *t, struct history *h, struct history_work *w);
/* Keeps what came, and leaves in w->q what was asked. */
void history_settle(struct task *t, struct history *h, struct history_work *w);

/* ---- history_compare.c ---- */
/* Asks for the past sessions and notes the gaps of q. */
void history_find_gaps(struct task *t, struct history *h, struct history_question *q);
/* Splits and dividends, from two series of daily bars of one share. */
void history_find_actions(struct task *t, struct history_question *q, const struct bar *plain,
                          size_t plain_n, const struct bar *adjusted, size_t adjusted_n);
/* Adjusted prices as they were told on the day of the last bar: divided by what came later. */
void history_as_of(struct history_question *q, const struct bar *plain, size_t plain_n);

#endif
