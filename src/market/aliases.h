/* SPDX-License-Identifier: MIT */
/*
 * aliases: what people call an exchange, an index or a future, and what the broker calls it.
 *
 * One table each. Sources: the broker's own exchange codes as its contract answers and its exchange
 * listings give them (TSE is Toronto and TSEJ Tokyo, IBIS is Xetra, EBS the Swiss exchange, SFB
 * Stockholm, BVME Milan, SBF Paris, AEB Amsterdam, OSE Oslo and OSE.JPN Osaka), ISO 10383 (MIC),
 * and the suffixes with which data vendors mark an exchange: behind a dot ("ASML.AS", "0700.HK") or
 * as a word of two letters ("ASML NA"). Rows that cannot be told apart are not there: "FRANKFURT"
 * is the floor (FWB), "GERMANY" is Xetra.
 */
#ifndef PORTCULLIS_MARKET_ALIASES_H
#define PORTCULLIS_MARKET_ALIASES_H

#include "base/str.h"

/* The broker's code for an exchange by its own code, MIC, city, country or common name, in any
 * case; NULL if the text names none. */
const char *alias_exchange(struct str text);
/* The same for what stands behind a dot ("AS", "HK", "TO") or as a last word ("NA", "JP", "HK").
 * "US" is SMART: the currency says the rest. */
const char *alias_suffix(struct str text);
const char *alias_country(struct str text);

/* An index by the broker's symbol or a common name ("S&P 500", "GSPC", "DOW"); NULL for none. */
struct index_alias {
    const char *symbol, *exchange;
    const char *names[5];
};
const struct index_alias *alias_index(struct str text);

/*
 * A future, or a class of options, whose trading class is not the broker's symbol, or that people
 * call by a name: "6E" is EUR at CME, "GOLD" is GC at COMEX. NULL for none.
 */
struct root_alias {
    const char *root, *symbol, *exchange;
    const char *names[4];
};
const struct root_alias *alias_root(struct str root);
const struct root_alias *alias_root_named(struct str words);

/* True for the symbol of a coin that the broker trades against dollars ("BTC"). */
bool alias_is_coin(struct str code);
/* True for the code of a metal that it quotes against dollars ("XAU"). */
bool alias_is_metal(struct str code);

#endif
