/* SPDX-License-Identifier: MIT */
/*
 * history: bars of any size and span, of many contracts at once.
 *
 * A span that is longer than the broker answers in one piece is asked in pieces, all of them at
 * once, under the broker's pacing; the pieces are put together, oldest bar first, each bar once.
 * What came is kept (store/cache.h), finished bars only; what is kept is not asked again, but the
 * newest kept bars are asked along with what is new: where they differ, a split or a dividend has
 * changed the whole series, and it is fetched anew.
 *
 * Nothing is filled in. A day without a bar stays a gap, a bar that has not ended is said to be
 * unfinished, a history that begins later than asked says when.
 *
 * The broker's trades are told in the shares of today (splits are taken out); adjusted bars have
 * dividends taken out as well. Bars of quotes stand in where a kind of contract has no trades.
 */
#ifndef PORTCULLIS_MARKET_HISTORY_H
#define PORTCULLIS_MARKET_HISTORY_H

#include "base/task.h"
#include "broker/query.h"
#include "broker/session.h"

struct cache;
struct history;

enum {
    HISTORY_QUESTIONS_MAX = 100, /* contracts in one call */
    HISTORY_ASKS_MAX = 120,      /* requests to the broker that one contract may take */
    HISTORY_GAPS_MAX = 100,
    HISTORY_ACTIONS_MAX = 64
};

/* Borrows the session and the cache; cache NULL: nothing is kept. zones: for the exchanges' local
 * dates; without, they are told with bounds.
 */
struct history *history_new(struct session *session, struct cache *cache, struct tz_zones zones);
void history_free(struct history *h);
/* Which broker's bars are kept, in a few letters: simulated markets differ by their seed. */
void history_scope(struct history *h, const char *scope);

/* What changed the price of a share without a trade. */
enum history_action_kind { HISTORY_SPLIT, HISTORY_DIVIDEND };
struct history_action {
    enum history_action_kind kind;
    int32_t date;      /* yyyymmdd: the first day at the new price */
    int64_t to, from;  /* of a split: `to` new shares for `from` old ones */
    struct dec amount; /* of a dividend: per share, as the adjustment implies it */
};

/* A trading day on which there should be bars and are none. */
struct history_gap {
    int32_t from, to; /* yyyymmdd, first and last trading day */
    int64_t days;     /* trading days in between, both included */
};

struct history_question {
    /* ---- asked ---- */
    struct contract contract; /* resolved: con_id is set */
    /* hours and zone of the exchange, by which a day's bar is known to be finished; borrowed. NULL:
     * unknown; then a day is unfinished until it is over everywhere */
    const struct contract_details *details;
    enum bar_size size;
    enum bar_show show; /* BARS_TRADES becomes BARS_MIDPOINT where nothing is traded (forex) */
    bool adjusted;      /* for dividends too: of shares and funds; others are told as they are */
    bool regular_hours_only;
    bool finished_only; /* leaves an unfinished last bar out */
    bool find_gaps;     /* compares with the broker's list of past sessions: one more request */
    bool
        find_actions; /* compares adjusted with unadjusted: a second series. Daily bars of shares */
    /* Bars that begin at or after `from` and before `to`; bars of a day or more by date, both
     * included. Absent `to`: now. Absent `from`: then `last` must be set. */
    struct opt_utc from, to;
    size_t last; /* the newest so many alone; 0: all */
    /* ---- answer, in the task's arena ---- */
    struct bar *bars; /* oldest first */
    size_t n;
    enum bar_show shown;   /* what was asked of the broker in the end */
    bool is_open;          /* the last bar is unfinished */
    size_t from_cache;     /* so many of the bars were not asked again */
    struct opt_utc begins; /* since when the broker has history; only known where it may matter */
    struct history_gap *gaps;
    size_t gap_count;
    struct history_action *actions; /* within the span, oldest first */
    size_t action_count;
    bool has_gaps, has_actions; /* it was found out whether there are any */
    bool was_renewed; /* what was kept did not fit any more: a split or a dividend has happened */
    /* Why bars are missing; ERROR_NONE if none are. With n > 0: the bars are what is there. */
    struct error error;
};

/*
 * Answers n questions (up to HISTORY_QUESTIONS_MAX) together; may suspend. What goes wrong with one
 * stands in its error: NO_HISTORY (the broker has none), TOO_LONG (more than HISTORY_ASKS_MAX
 * requests, or more bars than a call can hold: ask larger bars or a shorter span), otherwise the
 * broker's words. False only if the task itself ended.
 */
bool history_bars(struct task *t, struct history *h, struct history_question *q, size_t n,
                  struct error *e) FALLIBLE;

/* The moment at which a bar begins; of a bar of a day and more: midnight UTC of its date. */
struct utc history_bar_time(const struct bar *b);
/* yyyymmdd <-> days since 1970. */
int64_t history_days(int32_t date);
int32_t history_date(int64_t days);

#endif
