/* SPDX-License-Identifier: MIT */
/*
 * universe: what the paper exchange lists, from data/instruments.csv.
 *
 * One row of the file is one listing: the same share in Amsterdam and in New York is two rows with
 * different contract ids, as at the broker. Columns, in this order:
 *   con_id con_id_origin symbol local_symbol trading_class sec_type name exchanges primary currency
 *   isin stock_type industry category subcategory country tick lot zone hours base volatility beta
 *   volume spread note
 * con_id_origin says "IB" where the broker's own id is publicly known and "own" where the id is
 * ours, from 900000001 on. exchanges are separated by ';', the default route first. base is the
 * price around which the market moves, volatility its size per year, beta its share of the common
 * market movement, volume the shares of a day, spread in ticks. A currency pair without a base is
 * a cross: its price follows from the pairs against USD.
 */
#ifndef PORTCULLIS_PAPER_UNIVERSE_H
#define PORTCULLIS_PAPER_UNIVERSE_H

#include "base/dec.h"
#include "base/error.h"
#include "model/contract.h"
#include "paper/hours.h"
#include "wire/contract.h"

enum { UNIVERSE_MAX = 1024, UNIVERSE_MATCHES_MAX = 64 };

struct instrument {
    struct contract contract; /* exchange: the default route */
    size_t index;             /* place in the universe */
    char name[64];
    char exchanges[256]; /* comma-separated, as the broker sends them */
    char isin[16];
    char stock_type[24];
    char industry[40], category[40], subcategory[40];
    char country[4];
    struct dec tick, lot;
    struct hours hours;
    double base; /* 0 for a cross */
    double volatility, beta;
    int64_t volume;
    int32_t spread_ticks;
    bool is_tradable; /* false for indices and for rates that are only for information */
};

struct universe;

/* Parses the whole table; NULL with *e filled (reason INSTRUMENTS, the text names the line). */
struct universe *universe_new(struct str csv_text, struct error *e) FALLIBLE;
void universe_free(struct universe *u);

size_t universe_count(const struct universe *u);
/* Both borrowed for the life of u; universe_find gives NULL for an unknown id. */
const struct instrument *universe_at(const struct universe *u, size_t index);
const struct instrument *universe_find(const struct universe *u, int32_t con_id);

/*
 * The listings that a client's description fits, in file order; returns how many (at most
 * UNIVERSE_MATCHES_MAX). As the broker does it: a con_id decides alone (a given exchange must
 * still list it); else the security type must be given and all other given members must fit.
 * Letters compare without case; "00700" is not "700".
 */
size_t universe_match(const struct universe *u, const struct wire_contract *query,
                      const struct instrument *out[UNIVERSE_MATCHES_MAX]);
/* Listings whose symbol starts with the pattern, then those with a word of the name that does. */
size_t universe_search(const struct universe *u, struct str pattern, const struct instrument *out[],
                       size_t max);

/* The pair that quotes two currencies, or NULL. */
const struct instrument *universe_pair(const struct universe *u, struct str base, struct str quote);
/* True if the listing is traded at an exchange of that name. */
bool instrument_has_exchange(const struct instrument *i, struct str exchange);
/* Number of the rule of price steps (reqMarketRule): the broker's 26 for cents, else our own. */
int32_t instrument_market_rule(const struct instrument *i);
/* The price step of a rule number; false if no listing has that rule. */
bool universe_market_rule(const struct universe *u, int32_t rule, struct dec *step);

#endif
