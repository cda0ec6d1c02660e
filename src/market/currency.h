/* SPDX-License-Identifier: MIT */
/*
 * currency: codes of currencies, their hundredths, and which pairs are usually quoted.
 *
 * Pure knowledge, no broker. The list of pairs is a guess that saves questions: which way round a
 * pair is asked for first. Whether it exists is for the broker's contract details to say.
 */
#ifndef PORTCULLIS_MARKET_CURRENCY_H
#define PORTCULLIS_MARKET_CURRENCY_H

#include "base/dec.h"
#include "base/str.h"

enum { CURRENCY_MAX = 8 }; /* room for a code, as struct contract.currency */

/* A three-letter code of ISO 4217, or one of the minor units GBX (GBp), ZAC, ILA. */
bool currency_is_known(struct str code);
/* The code as it is written here: "eur" -> "EUR", "GBp" -> "GBX". */
void currency_canonical(struct str code, char out[CURRENCY_MAX]);
/* The currency proper of a code, "GBX" -> "GBP", and how many of its units one unit of the code is:
 * 0.01 for a minor unit, else 1. */
struct dec currency_major(struct str code, char out[CURRENCY_MAX]);
/* "EUR/USD", "EURUSD", "EUR.USD", "eur usd" -> "EUR", "USD"; "GBpUSD" -> "GBX", "USD". False if it
 * is no pair of known codes. */
bool currency_pair_parse(struct str text, char base[CURRENCY_MAX], char quote[CURRENCY_MAX]);

/* The size of a pip of a pair: 0.01 where the quote currency has no hundredths worth naming. */
struct dec currency_pip(const char *quote);
/* The smallest amount that people write: 0.01, but 1 of a currency without hundredths (JPY), 0.001
 * of one with thousandths (KWD); by ISO 4217. */
struct dec currency_unit(const char *code);

/* Which way round a pair of currencies is usually quoted. */
enum pair_hint { PAIR_UNKNOWN, PAIR_AS_GIVEN, PAIR_REVERSED };
enum pair_hint currency_pair_hint(const char *a, const char *b);
/* The i-th pair of the list, "EURUSD"; false behind the last. */
bool currency_pair_at(size_t i, char pair[7]);

#endif
