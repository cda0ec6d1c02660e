/* SPDX-License-Identifier: MIT */
/*
 * security_id: is a text the number of a security, and of which register?
 *
 * ISIN (ISO 6166: country, nine characters, check digit), CUSIP (ANSI X9.6: eight characters, check
 * digit) and FIGI (OMG: "BBG", eight characters, check digit). Only the form and the check digit
 * are looked at; whether such a security exists the broker knows.
 */
#ifndef PORTCULLIS_MARKET_SECURITY_ID_H
#define PORTCULLIS_MARKET_SECURITY_ID_H

#include "base/str.h"

/* "ISIN", "CUSIP", "FIGI", or NULL for any other text. Letters must be upper case. */
const char *security_id_type(struct str text);

#endif
