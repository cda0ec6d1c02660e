/* SPDX-License-Identifier: MIT */
/*
 * aliases: what people call an exchange, and what the broker calls it.
 *
 * Sources: the broker's exchange codes as its contract answers give them, and ISO 10383 (MIC).
 * Two that are often confused: TSE is Toronto, TSEJ is Tokyo.
 */
#ifndef PORTCULLIS_MARKET_ALIASES_H
#define PORTCULLIS_MARKET_ALIASES_H

#include "base/str.h"

/* The broker's code for an exchange by its own code, MIC or city; NULL if the text names none. */
const char *alias_exchange(struct str text);

#endif
