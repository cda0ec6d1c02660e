/* SPDX-License-Identifier: MIT */
/*
 * chains: the futures and options that exist by rule and not as rows of the table of listings.
 *
 * A chain is what an exchange lists on one underlying under one trading class: "the options of
 * AAPL", "the weekly ones of the S&P 500", "the E-mini future". Its rule says which days are
 * expiries, how far ahead they are listed, and which strikes; so a contract needs no memory. Its id
 * says all:
 *
 *     bit 30: 1 | chain (6 bits) | expiry, days since 2015-01-01 (14) | strike index (9) | put (1)
 *
 * and means the same contract on every machine and after every restart. The number of a chain is
 * its place in the table, so rows are only ever added at its end. A strike is its index times the
 * chain's step; a future has index 0.
 *
 * The expiry of an id is the day that settles. The last day of trade is another for classes that
 * settle at the opening (SPX, NDX: the day before).
 */
#ifndef PORTCULLIS_PAPER_CHAINS_H
#define PORTCULLIS_PAPER_CHAINS_H

#include "model/contract.h"

enum {
    CHAINS_MAX = 64,
    CHAINS_STRIKES = 512,
    CHAINS_ID_MIN = 1 << 30, /* ids from here on are made by rule */
    CHAIN_EXPIRIES_MAX = 40
};

/* Which days are expiries. All give way to the business day before where the market is closed. */
enum chain_cycle {
    CYCLE_EQUITY,          /* Fridays; the third one of a month is the monthly expiry */
    CYCLE_MONTHLY,         /* third Fridays, settled at the opening */
    CYCLE_DAILY,           /* every day of trade */
    CYCLE_THIRD_FRIDAY,    /* futures on share indices */
    CYCLE_SECOND_FRIDAY,   /* the same in Osaka */
    CYCLE_BEFORE_25,       /* crude oil: 3 business days before the 25th of the month before */
    CYCLE_BEFORE_15,       /* grains: the business day before the 15th of the month */
    CYCLE_THIRD_LAST,      /* metals: third last business day of the month */
    CYCLE_THIRD_WEDNESDAY, /* currencies: 2 business days before the third Wednesday */
    CYCLE_SEVENTH_LAST,    /* notes: 7 business days before the last one of the month */
    CYCLE_VOLATILITY,      /* 30 days before the third Friday of the month after */
    CYCLE_SECOND_LAST      /* Hong Kong: second last business day of the month */
};

struct chain {
    int32_t underlying; /* con_id of a listing */
    enum sec_type sec_type;
    const char *symbol, *trading_class, *name;
    const char *exchanges;                    /* comma-separated, the default route first */
    const char *currency, *multiplier, *rule; /* rule: of price steps, by name */
    const char *zone, *hours;
    const char *calendar; /* of its days of trade */
    const char *business; /* calendar that decides the expiries */
    enum chain_cycle cycle;
    const char *months;  /* codes of the delivery months, F G H J K M N Q U V X Z */
    int listed;          /* futures: how many expiries are listed */
    int32_t close_min;   /* trading ends at this minute, exchange time, of the last day */
    int64_t strike_step; /* options, in millionths */
    bool is_european;
    int32_t magnifier; /* a price is so many times what a unit is worth */
};

/* What an id says. */
struct chain_key {
    size_t chain;
    int64_t day;    /* of expiry, since 1970 */
    int32_t strike; /* index; 0 for a future */
    char right;     /* 'C', 'P' or 0 */
};

size_t chains_count(void);
const struct chain *chains_at(size_t index);

/* The id of a contract, and back: false for an id that no chain has. Whether the day is an expiry
 * is tested too, so every contract has one id. */
int32_t chain_id(const struct chain_key *k);
bool chain_of_id(int32_t con_id, struct chain_key *out);

/*
 * The expiries that are listed on a day, ascending, at most CHAIN_EXPIRIES_MAX. `past_days` adds
 * the expiries of so many days before (expired futures that a client asks for).
 */
size_t chain_expiries(const struct chain *c, int64_t today, int64_t past_days,
                      int64_t out[CHAIN_EXPIRIES_MAX]);
/* The last day on which a contract of that expiry trades. */
int64_t chain_last_day(const struct chain *c, int64_t expiry);
/* First day of the delivery month of a future, or of the month of an option's expiry. */
int64_t chain_month(const struct chain *c, int64_t expiry);
/* Strikes listed around a price of the underlying: first and last index. */
void chain_strikes(const struct chain *c, double price, int32_t *first, int32_t *last);
struct dec chain_strike(const struct chain *c, int32_t index);
/* The name of a contract at the exchange: "AAPL  261218C00200000", "ESZ6", "FDAX 20261218 M". */
void chain_local_symbol(const struct chain *c, const struct chain_key *k, char out[40]);

#endif
