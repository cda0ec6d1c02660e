/* SPDX-License-Identifier: MIT */
/*
 * currencies: exchange rates from quotes, never from a table, never 1.0 by default.
 *
 * A rate is the middle of bid and ask of an IDEALPRO pair: direct, inverse, or a cross through USD
 * or EUR with the path named. Minor units (GBX, ZAc, ILA) are hundredths of their currency. Where
 * no pair is quoted, the rate that the broker itself applies to the account ("ExchangeRate") serves
 * and is named so. A missing rate is an error, NO_RATE.
 */
#ifndef PORTCULLIS_MARKET_CURRENCIES_H
#define PORTCULLIS_MARKET_CURRENCIES_H

#include "book/book.h"
#include "market/quotes.h"

struct currencies;

struct currencies *currencies_new(struct session *session, struct quotes *quotes,
                                  const struct book *book);
void currencies_free(struct currencies *c);

enum rate_method {
    RATE_SAME,
    RATE_DIRECT,
    RATE_INVERSE,
    RATE_CROSS_USD,
    RATE_CROSS_EUR,
    RATE_ACCOUNT
};

struct rate {
    char from[8], to[8]; /* in; out: as written here, "GBp" becomes "GBX" */
    struct dec rate;     /* out: 1 from = rate to */
    struct opt_dec bid, ask;
    enum rate_method method;
    char path[40];       /* the pairs used: "EUR.USD", "EUR.USD,USD.JPY" */
    struct opt_utc time; /* of the older leg; absent for RATE_SAME */
    int64_t age_ms;      /* -1 if unknown */
    enum data_type data_type;
    struct contract contract; /* the pair's contract for direct and inverse */
    struct quote quote;       /* of that pair, as quoted */
    struct error error;       /* ERROR_NONE, or NO_RATE / UNKNOWN_CURRENCY */
};

/* Fills n rates together; may suspend. False only if the task failed or the session is down. */
bool currencies_rates(struct task *t, struct currencies *c, struct str account, struct rate *rates,
                      size_t n, struct error *e) FALLIBLE;
/* One rate; the error of the rate becomes *e. May suspend. */
bool currencies_rate(struct task *t, struct currencies *c, struct str account, struct str from,
                     struct str to, struct rate *out, struct error *e) FALLIBLE;

/*
 * By which quoted pairs one currency becomes another, without a price: what a rate of the past is
 * made of. The rate is the product of the legs' prices, of an inverse leg 1 / price.
 */
enum { RATE_LEGS_MAX = 2 };
struct rate_path {
    char from[8], to[8];                 /* in; minor units stand for their currency */
    struct contract legs[RATE_LEGS_MAX]; /* out */
    bool is_inverse[RATE_LEGS_MAX];
    size_t n; /* 0: both are the same currency */
    enum rate_method method;
    struct error error; /* ERROR_NONE, or NO_RATE / UNKNOWN_CURRENCY */
};
/* Fills n paths together; may suspend. False only if the task failed or the session is down. */
bool currencies_paths(struct task *t, struct currencies *c, struct rate_path *paths, size_t n,
                      struct error *e) FALLIBLE;

/* "EUR/USD", "EURUSD", "EUR.USD", "eur usd" -> "EUR", "USD"; "GBpUSD" -> "GBX", "USD". False if it
 * is no pair of known codes. */
bool currency_pair_parse(struct str text, char base[8], char quote[8]);
/* A three-letter code of ISO 4217, or one of the minor units named above. */
bool currency_is_known(struct str code);
const char *rate_method_text(enum rate_method m); /* "same_currency", "direct", "inverse", ... */

#endif
