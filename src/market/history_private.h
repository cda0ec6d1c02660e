/* SPDX-License-Identifier: MIT */
/*
 * history_private: what the files of market/history share.
 *
 *   history.c          asks, puts together, answers
 *   history_plan.c     which requests a span takes; when a bar is finished
 *   history_compare.c  gaps, splits and dividends
 *
 * Inside, a bar stands at a second: that at which it begins; a bar of a day and more at midnight
 * UTC of its date.
 */
#ifndef PORTCULLIS_MARKET_HISTORY_PRIVATE_H
#define PORTCULLIS_MARKET_HISTORY_PRIVATE_H

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
    struct tz_zones zones;
    struct bars_question plan[HISTORY_ASKS_MAX]; /* of one question, while it is made */
};

/* ---- history_compare.c ---- */
/* Asks for the past sessions and notes the gaps of q. */
void history_find_gaps(struct task *t, struct history *h, struct history_question *q);
/* Splits and dividends, from two series of daily bars of one share. */
void history_find_actions(struct task *t, struct history_question *q, const struct bar *plain,
                          size_t plain_n, const struct bar *adjusted, size_t adjusted_n);
/* Adjusted prices as they were told on the day of the last bar: divided by what came later. */
void history_as_of(struct history_question *q, const struct bar *plain, size_t plain_n);

#endif
