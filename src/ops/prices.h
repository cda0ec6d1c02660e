/* SPDX-License-Identifier: MIT */
/*
 * prices: the past prices of a list of symbols, for operations that compute with them.
 *
 * Each symbol is resolved to one contract and its bars are fetched, all together; what fails for
 * one stands in its error and the others are answered. A symbol that is several contracts fails
 * with AMBIGUOUS_SYMBOL and names them: a number computed from the wrong listing looks like any
 * other number.
 */
#ifndef PORTCULLIS_OPS_PRICES_H
#define PORTCULLIS_OPS_PRICES_H

#include "market/history.h"
#include "ops/op.h"
#include "quant/dated.h"

/* "1min", "1h", "1d": the choices of a parameter that is an enum bar_size. NULL-terminated. */
extern const char *const bar_size_names[];

struct priced {
    struct str asked;
    const struct contract_details *details; /* NULL: not resolved */
    struct history_question *history;       /* NULL likewise; its bars are there without an error */
    struct dated closes;                    /* of daily bars, by prices_closes */
    struct error error;                     /* ERROR_NONE, or why there are no bars */
};

/*
 * Fills n (up to HISTORY_QUESTIONS_MAX) whose `asked` is set; `like` says which bars. False with
 * the call's error if nothing could be asked at all. May suspend.
 */
bool prices_fetch(struct call *c, struct str account, const struct history_question *like,
                  struct priced *p, size_t n);

/* The closes of daily bars; a bar without a close is left out. Empty if there is an error. */
struct dated prices_closes(struct call *c, const struct priced *p);

/* A currency against the base currency, by day: what one unit of it was worth. */
struct past_rate {
    char currency[8], base[8]; /* in */
    struct dated rates;        /* empty where both are the same */
    bool is_same;
    struct error error; /* ERROR_NONE, or NO_RATE, UNKNOWN_CURRENCY, or why there are no bars */
};
/* Fills n rates since `from` together; finished days alone unless with_today. May suspend. */
bool prices_rates(struct call *c, struct past_rate *rates, size_t n, struct opt_utc from,
                  bool with_today);

/* What rows show. */
struct str prices_symbol(struct call *c, const struct priced *p);
struct str prices_day(struct call *c, int32_t day); /* "2026-03-02" */
/* The date of a bar of a day or more, or the moment in UTC at which another one begins. */
struct str prices_time(struct call *c, const struct bar *b);
/* A price as quant/ computes with it; 0 if it is absent. */
double prices_number(struct opt_dec d);
/* Nine decimals of a ratio: more would be noise. */
struct opt_num prices_ratio(struct opt_num v);

#endif
