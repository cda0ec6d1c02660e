/* SPDX-License-Identifier: MIT */
/*
 * trading: how much trading goes on at all: the trading state, live arming, the circuit breaker and
 * the losses of the day.
 *
 * The state is ACTIVE, REDUCING or HALTED. Anyone may tighten it, and that takes effect at once;
 * only a person may loosen it, and only if the journal takes the record. The gate itself tightens
 * it: to REDUCING when a day's loss or drawdown exceeds its limit, to HALTED when too many orders
 * in a row were rejected or remained without an answer. State and arming survive restarts.
 *
 * The marks of a day are the account's net liquidation value when the day began (or was first seen)
 * and its highest since. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_TRADING_H
#define PORTCULLIS_GUARD_TRADING_H

#include "base/arena.h"
#include "data/json.h"
#include "guard/gate.h"

enum {
    TRADING_MARKS_MAX = 16,    /* accounts whose marks of the day are kept */
    TRADING_FAILURES_MAX = 100 /* failures that the circuit breaker remembers */
};

struct day_mark {
    char account[16];
    int64_t day;
    struct dec start, peak;
    struct dec saved; /* peak as last written */
    bool is_latched;  /* this day has tightened the state already */
};

struct trading {
    enum gate_trading state;
    enum gate_cause cause;
    struct opt_utc since;
    char by[64], why[GATE_WHY_MAX];
    uint64_t tightenings; /* since the start; those that found it as tight already, too */
    bool is_unsaved;      /* the journal had no room for it yet */
    bool is_reconciled;   /* the broker's account and ours agreed after the last connect */
    struct {
        char account[16], by[64];
        struct opt_utc from, until;
        struct instant until_mono; /* a clock that is set back prolongs nothing */
    } arm;
    struct instant failures[TRADING_FAILURES_MAX]; /* a ring */
    size_t failure_count;                          /* ever */
    size_t failures_told;                          /* those before were answered by a person */
    struct day_mark marks[TRADING_MARKS_MAX];
    size_t mark_count;
};

void trading_init(struct trading *t);

/* ---- arming ---- */
/* Milliseconds for which live trading is armed for that account; 0 if it is not. */
int64_t trading_armed_ms(const struct trading *t, struct str account, struct moment now);

/* ---- the circuit breaker ---- */
/* One more order was rejected or remained unknown. */
void trading_failure(struct trading *t, struct instant now);
/* Failures since the last release that are younger than window_s. */
int64_t trading_failures(const struct trading *t, int64_t window_s, struct instant now);

/* ---- the day's marks ---- */
/* The net liquidation value of that account now. True if the marks are worth writing. */
bool trading_mark(struct trading *t, struct str account, int64_t day, struct dec value);
const struct day_mark *trading_marks(const struct trading *t, struct str account);
/* Percentage lost of `from`, 0 if nothing was; absent without a positive `from`. */
struct opt_dec loss_pct(struct dec from, struct dec loss);

/* ---- as JSON, for the journal and the store ---- */
void trading_write_state(const struct trading *t, struct buf *out);
void trading_write_arm(const struct trading *t, struct buf *out);
void trading_write_marks(const struct trading *t, struct buf *out);
/* False if the text cannot be read: the caller must not start as if nothing had been stored. */
bool trading_read_state(struct trading *t, const struct json *j) FALLIBLE;
bool trading_read_arm(struct trading *t, const struct json *j, struct moment now) FALLIBLE;
bool trading_read_marks(struct trading *t, const struct json *j) FALLIBLE;

#endif
