/* SPDX-License-Identifier: MIT */
/*
 * query: what the broker can be asked. Nothing here can change the account.
 *
 * Every function may suspend the calling task until the broker has answered, refused, or the
 * request's or the task's deadline has passed. False always fills *e: ERROR_UNAVAILABLE when not
 * connected, ERROR_NOT_FOUND for broker code 200, ERROR_TIMEOUT, otherwise ERROR_BROKER with the
 * broker's code and text. An incomplete answer is an error, never a shorter list.
 * Results lie in the task's arena.
 */
#ifndef PORTCULLIS_BROKER_QUERY_H
#define PORTCULLIS_BROKER_QUERY_H

#include "broker/session.h"
#include "model/bar.h"
#include "model/order.h"

/*
 * All contracts that match `like` (con_id alone, or any of symbol, type, exchange, currency,
 * expiry ...; sec_id_type "ISIN"/"CUSIP"/"FIGI" with sec_id, or NULL).
 */
bool query_contracts(struct task *t, struct session *s, const struct contract *like,
                     const char *sec_id_type, struct str sec_id, struct contract_details **out,
                     size_t *count, struct error *e) FALLIBLE;

/* One question of a batch; results and errors stand in the element. */
struct contract_question {
    struct contract like;
    const char *sec_id_type; /* "ISIN", "CUSIP", "FIGI", or NULL */
    struct str sec_id;
    struct contract_details *found;
    size_t count;
    struct error error; /* code ERROR_NONE if answered */
};
/* Asks all n questions at once and waits for all. False only if the task itself failed. */
bool query_contracts_batch(struct task *t, struct session *s, struct contract_question *q, size_t n,
                           struct error *e) FALLIBLE;

struct symbol_match {
    struct contract contract;
    char description[128];
    char derivatives[64]; /* "OPT,WAR" */
};
/* Contracts whose symbol or company name resembles `pattern`. */
bool query_symbols(struct task *t, struct session *s, struct str pattern, struct symbol_match **out,
                   size_t *count, struct error *e) FALLIBLE;

/* The server's clock: one round trip to the broker's server, the liveness probe. */
bool query_time(struct task *t, struct session *s, struct utc *out, struct error *e) FALLIBLE;

/*
 * Complete snapshots. Their rows reach the book as events before the function returns; what they
 * promise is that the broker has said "that is all".
 */
bool query_open_orders(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_completed_orders(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_executions(struct task *t, struct session *s, struct error *e) FALLIBLE;
bool query_positions(struct task *t, struct session *s, struct error *e) FALLIBLE;

/* ---- history ---- */

enum bar_size {
    BAR_1_SECOND,
    BAR_5_SECONDS,
    BAR_10_SECONDS,
    BAR_15_SECONDS,
    BAR_30_SECONDS, /* up to here the broker's quota for small bars applies: it may take minutes */
    BAR_1_MINUTE,
    BAR_2_MINUTES,
    BAR_3_MINUTES,
    BAR_5_MINUTES,
    BAR_10_MINUTES,
    BAR_15_MINUTES,
    BAR_20_MINUTES,
    BAR_30_MINUTES,
    BAR_1_HOUR,
    BAR_2_HOURS,
    BAR_3_HOURS,
    BAR_4_HOURS,
    BAR_8_HOURS,
    BAR_1_DAY,
    BAR_1_WEEK,
    BAR_1_MONTH,
    BAR_SIZE_COUNT
};

enum bar_show {
    BARS_TRADES,
    BARS_MIDPOINT,
    BARS_BID,
    BARS_ASK,
    BARS_BID_ASK,       /* open: mean bid, low: lowest bid, high: highest ask, close: mean ask */
    BARS_ADJUSTED_LAST, /* trades, adjusted for splits and dividends; no end may be named */
    BARS_HISTORICAL_VOLATILITY,
    BARS_IMPLIED_VOLATILITY,
    BARS_SHOW_COUNT
};

struct bars_question {
    struct contract contract; /* resolved */
    struct opt_utc end;       /* absent: now */
    int length;               /* of the period, 1..100000, in `unit` */
    char unit;                /* S seconds, D trading days, W weeks, M months, Y years */
    enum bar_size size;
    enum bar_show show;
    bool regular_hours_only;
};

/*
 * The bars of a period that ends at `end`, oldest first, the last of them perhaps unfinished. Waits
 * its turn under the broker's quota, and then up to a minute for the answer.
 */
bool query_bars(struct task *t, struct session *s, const struct bars_question *q, struct bar **out,
                size_t *count, struct error *e) FALLIBLE;
/*
 * Follows bars: those of a period that ends now (q->end is absent), and then each as it changes and
 * each new one, as EVENT_BAR under *id, across reconnects; after one, and after 1101, the period is
 * told again. A bar replaces the one with its start. False with ERROR_LIMIT (FOLLOWS_MAX) if too
 * many are followed. Undone by session_unfollow_bars, after a refusal too.
 */
bool session_follow_bars(struct session *s, const struct bars_question *q, struct moment now,
                         int32_t *id, struct error *e) FALLIBLE;
void session_unfollow_bars(struct session *s, int32_t id, struct moment now);
/* One question of a batch; bars and error stand in the element. */
struct bars_ask {
    struct bars_question question;
    struct bar *bars;
    size_t count;
    struct error error; /* code ERROR_NONE if answered */
};
/*
 * Asks all n questions at once and waits for all, but not beyond `until`; each under the rules of
 * query_bars. What has no answer by then has the error BROKER_TIMEOUT. False only if the task
 * itself failed.
 */
bool query_bars_batch(struct task *t, struct session *s, struct bars_ask *asks, size_t n,
                      struct instant until, struct error *e) FALLIBLE;

/* A trading session as the broker's history tells it. */
struct past_session {
    int32_t date;            /* yyyymmdd: the trading date */
    struct opt_utc from, to; /* absent where the name of the zone is not known */
};
/*
 * The sessions of a period of `length` `unit`s (as in bars_question) that ends at `end`, oldest
 * first: on which days there should be bars. Servers from version 165 on know it.
 */
bool query_schedule(struct task *t, struct session *s, const struct contract *c, struct opt_utc end,
                    int length, char unit, bool regular_hours_only, struct past_session **out,
                    size_t *count, struct error *e) FALLIBLE;

/* When the broker's history of that kind begins. */
bool query_head_timestamp(struct task *t, struct session *s, const struct contract *c,
                          enum bar_show show, bool regular_hours_only, struct utc *out,
                          struct error *e) FALLIBLE;
/* "1 day", "TRADES": the broker's words. */
const char *bar_size_text(enum bar_size size);
const char *bar_show_text(enum bar_show show);

/* ---- what if ---- */
/* The margin and commission that an order would need; nothing is stored at the broker. */
bool query_what_if(struct task *t, struct session *s, const struct order *o,
                   struct order_margin *out, struct error *e) FALLIBLE;

#endif
