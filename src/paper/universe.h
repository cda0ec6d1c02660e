/* SPDX-License-Identifier: MIT */
/*
 * universe: what the paper exchange lists, from data/instruments.csv.
 *
 * One row of the file is one listing: the same share in Amsterdam and in New York is two rows with
 * different contract ids, as at the broker. Columns, in this order:
 *   con_id con_id_origin symbol local_symbol trading_class sec_type name exchanges primary currency
 *   isin stock_type industry category subcategory country tick lot zone hours base volatility beta
 *   volume spread note rule calendar extended multiplier detail
 * con_id_origin says "IB" where the broker's own id is publicly known and "own" where the id is
 * ours, from 900000001 on. exchanges are separated by ';', the default route first. base is the
 * price around which the market moves, volatility its size per year, beta its share of the common
 * market movement, volume the shares of a day, spread in ticks. A currency pair without a base is
 * a cross: its price follows from the pairs against USD. rule names the bands of price steps
 * (paper/steps.h), calendar the days of trade (model/calendar.h), extended the hours before and
 * after the regular ones, detail what bonds and funds have of their own ("coupon=4.65;...").
 * Shares in London are quoted in pounds here, with price magnifier 1.
 *
 * Beside the rows there are derived contracts: futures and options, made on demand by the rules of
 * paper/chains.h from the id alone, and remembered as long as the universe lives.
 */
#ifndef PORTCULLIS_PAPER_UNIVERSE_H
#define PORTCULLIS_PAPER_UNIVERSE_H

#include "base/dec.h"
#include "base/error.h"
#include "model/contract.h"
#include "paper/chains.h"
#include "paper/hours.h"
#include "wire/contract.h"

enum {
    UNIVERSE_ROWS_MAX = 1024,
    UNIVERSE_MAX = 8192, /* rows and the derived contracts that somebody used */
    UNIVERSE_MATCHES_MAX = 64
};

struct instrument {
    struct contract contract; /* exchange: the default route */
    size_t index;             /* place in the universe; of derived ones by order of first use */
    char name[64];
    char exchanges[256]; /* comma-separated, as the broker sends them */
    char isin[16];
    char stock_type[24];
    char industry[40], category[40], subcategory[40];
    char country[4];
    struct dec tick; /* the smallest step of the rule: minTick */
    struct dec lot;
    struct hours hours;    /* regular ("liquid") */
    struct hours extended; /* all hours in which orders with outsideRth may trade */
    char detail[160];
    double base; /* 0 for a cross */
    double volatility, beta;
    int64_t volume;
    int32_t spread_ticks;
    bool is_tradable; /* false for indices and for rates that are only for information */
    bool is_shortable;
    struct dec multiplier; /* a position is worth quantity x price x multiplier; 1 for shares; the
                              contract's divided by the magnifier */
    int32_t magnifier;     /* prices are so many times what a unit is worth: priceMagnifier */
    int32_t rule;          /* of price steps, see paper/steps.h */
    /* derived contracts; else NULL, INT64_MAX, false */
    const struct instrument *underlying;
    int64_t expiry_s; /* from this instant on it does not trade */
    bool is_derived;
    const struct chain *chain; /* the rule that made it */
};

struct universe;

/* Parses the whole table; NULL with *e filled (reason INSTRUMENTS, the text names the line). */
struct universe *universe_new(struct str csv_text, struct error *e) FALLIBLE;
void universe_free(struct universe *u);

/* The day that decides which expiries are listed; before the first call that is 1970-01-01. */
void universe_today(struct universe *u, int64_t utc_s);
/* The rows of the table; derived contracts are not counted. */
size_t universe_count(const struct universe *u);
/* Both borrowed for the life of u. universe_find finds a row or makes the derived contract, also an
 * expired one; NULL for an unknown id or where UNIVERSE_MAX are in use. */
const struct instrument *universe_at(const struct universe *u, size_t index);
const struct instrument *universe_find(const struct universe *u, int32_t con_id);

/*
 * The listings that a client's description fits, in file order; returns how many (at most
 * UNIVERSE_MATCHES_MAX). As the broker does it: a con_id decides alone (a given exchange must
 * still list it); else the security type must be given and all other given members must fit.
 * Letters compare without case; "00700" is not "700". A description of futures or options may
 * leave out expiry, strike and right; of what it then fits only the first two derived contracts
 * are given, which is enough to know that it is ambiguous.
 */
size_t universe_match(const struct universe *u, const struct wire_contract *query,
                      const struct instrument *out[UNIVERSE_MATCHES_MAX]);
/*
 * The same without a bound: visits each fitting contract until visit says false. Derived contracts
 * are not remembered for it: the pointer is valid during the call only.
 */
typedef bool universe_visit(void *self, const struct instrument *i);
void universe_each(const struct universe *u, const struct wire_contract *query,
                   universe_visit *visit, void *self);
/*
 * The future that a continuous one (CONTFUT) stands for at present: of the chain that the query
 * fits, the contract that expires first; by its id, itself. NULL if there is none.
 */
const struct instrument *universe_lead(const struct universe *u, const struct wire_contract *query);
/* Listings whose symbol starts with the pattern, then those with a word of the name that does. */
size_t universe_search(const struct universe *u, struct str pattern, const struct instrument *out[],
                       size_t max);

/* The pair that quotes two currencies, or NULL. */
const struct instrument *universe_pair(const struct universe *u, struct str base, struct str quote);
/* True if the listing is traded at an exchange of that name. */
bool instrument_has_exchange(const struct instrument *i, struct str exchange);
/* A member of `detail`, or nothing. */
struct str instrument_detail(const struct instrument *i, struct str key);
/* The price step at a price; market rules have bands. */
struct dec instrument_step(const struct instrument *i, struct dec price);

#endif
