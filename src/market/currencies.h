/* SPDX-License-Identifier: MIT */
/*
 * currencies: exchange rates from quotes, never from a table, never 1.0 by default.
 *
 * A rate is the middle of bid and ask of an IDEALPRO pair: direct, inverse, or a cross through USD
 * or EUR with the path named; the next way is taken only where the one before is not quoted. Minor
 * units (GBX, ZAc, ILA) are hundredths of their currency. Where no way is quoted, the rate that the
 * broker itself applies to the account ("ExchangeRate") serves and is named so. A missing rate is
 * an error, NO_RATE.
 */
#ifndef PORTCULLIS_MARKET_CURRENCIES_H
#define PORTCULLIS_MARKET_CURRENCIES_H

#include "book/book.h"
#include "market/currency.h"
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

enum { RATE_LEGS_MAX = 2, RATE_PATH_MAX = 40 };

/* One step of a conversion: times `mid`, or divided by it. */
struct rate_leg {
    struct contract contract; /* of the pair; con_id 0: a rate of the account */
    struct dec mid;
    bool is_inverse;
};

struct rate {
    char from[CURRENCY_MAX], to[CURRENCY_MAX]; /* in; out: as written here, "GBp" is "GBX" */
    struct dec rate; /* out: 1 from = rate to, to nine decimals; positive */
    struct opt_dec bid, ask;
    struct opt_dec close;     /* the previous close, by the same way */
    struct opt_dec high, low; /* of the day, of a direct or inverse rate */
    struct opt_dec volume;    /* of a direct one, where the broker tells it */
    struct rate_leg legs[RATE_LEGS_MAX];
    size_t leg_count; /* 0 for RATE_SAME */
    struct dec unit;  /* the worth of one `from` against one `to`, for minor units */
    enum rate_method method;
    char path[RATE_PATH_MAX]; /* the pairs used: "EUR.USD", "EUR.USD,USD.JPY" */
    struct opt_utc time;      /* of the older leg; absent for RATE_SAME */
    int64_t age_ms;           /* -1 if unknown */
    enum data_type data_type;
    struct error error; /* ERROR_NONE, or NO_RATE / UNKNOWN_CURRENCY */
};

/* Fills n rates together; may suspend. False only if the task failed or the session is down. */
bool currencies_rates(struct task *t, struct currencies *c, struct str account, struct rate *rates,
                      size_t n, struct error *e) FALLIBLE;
/* One rate; the error of the rate becomes *e. May suspend. */
bool currencies_rate(struct task *t, struct currencies *c, struct str account, struct str from,
                     struct str to, struct rate *out, struct error *e) FALLIBLE;

/*
 * An amount of r->from in r->to, leg by leg: exacter than amount * r->rate, whose nine decimals are
 * few where a unit is worth little. False if it is out of range. A rate without error only.
 */
bool rate_convert(const struct rate *r, struct dec amount, struct dec *out);
/* The rate of one unit, if each leg stood at other prices (its close, or a month ago). */
struct opt_dec rate_at(const struct rate *r, const struct opt_dec prices[RATE_LEGS_MAX]);

/*
 * By which quoted pairs one currency becomes another, without a price: what a rate of the past is
 * made of. The rate is the product of the legs' prices, of an inverse leg 1 / price.
 */
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

const char *rate_method_text(enum rate_method m); /* "same_currency", "direct", "inverse", ... */

#endif
