/* SPDX-License-Identifier: MIT */
/*
 * spelling: what a text that names an instrument says, without asking anybody.
 *
 * Pure: the same text on the same day gives the same answer. Nothing is guessed here: the text is
 * taken apart into members, and the resolver asks the broker for what fits them. Understood, in any
 * case of letters and with accents dropped:
 *
 *   AAPL, 7203, 00700, BRK.B, BRK B, BRK-B, BRK/B      a symbol
 *   ASML.AEB.EUR, ASML.EUR, ASML.AS                    with exchange, currency, a vendor's suffix
 *   ASML@AEB, ASML@XAMS, ASML@Amsterdam, AMS:ASML, ASML Amsterdam, ASML NA
 *   US0378331005, 037833100, BBG000B9XRY4, ISIN:...    a security's number, with its check digit
 *   conid:265598, #265598                              the broker's number; bare digits never are
 *   EUR/USD, EURUSD, EUR.USD, eur usd, EURUSD=X        a currency pair
 *   BTC/USD, XAU/USD                                   a coin or a metal against a currency
 *   AAPL 2026-12-18 200 C, AAPL 18DEC26 200 call, AAPL  261218C00200000, AAPL261218C200
 *   ESZ6, ESZ26, ES Z6, ES 202612, ES Dec 2026, ES 2026-12-18; ES front; ES continuous, ES=F, /ES
 *   VIX, ^GSPC, S&P 500                                an index by its symbol or common name
 *   gold future, BTC crypto, SPX index                 words and a type
 *   Taiwan Semiconductor                               a name: `words` holds it
 *
 * A text that can mean two things keeps both: MUV2 is a symbol and might be a future of October, so
 * it is a SPELLING_SYMBOL that has the terms of a future too.
 */
#ifndef PORTCULLIS_MARKET_SPELLING_H
#define PORTCULLIS_MARKET_SPELLING_H

#include "base/error.h"
#include "base/instant.h"
#include "model/contract.h"

enum { SPELLING_MAX = 64 }; /* bytes of a text, with a NUL */

enum spelling_kind {
    SPELLING_SYMBOL, /* stock, index, fund, coin, bond: by its symbol, or words of a name */
    SPELLING_CON_ID,
    SPELLING_SECURITY, /* id_type and symbol: the number */
    SPELLING_PAIR,     /* symbol / currency */
    SPELLING_OPTION,   /* symbol, expiry, strike, right */
    SPELLING_FUTURE    /* symbol, expiry or which */
};

/* Which future, where no month is named. */
enum spelling_which { WHICH_NAMED, WHICH_FRONT, WHICH_CONTINUOUS };

struct spelling {
    enum spelling_kind kind;
    enum sec_type type;        /* SEC_UNKNOWN unless the text says it */
    char symbol[SPELLING_MAX]; /* upper case; class of shares as it was written: "BRK.B" */
    char words[SPELLING_MAX];  /* upper case; what a search by name is to look for */
    char exchange[24];         /* the broker's code, or as written if it is not known */
    char currency[8];
    bool is_explicit;       /* exchange or currency were said */
    bool is_known_exchange; /* exchange is in the table of aliases */
    const char *id_type;    /* "ISIN", "CUSIP", "FIGI" or NULL */
    int32_t con_id;
    const char *index, *index_exchange; /* the index of that name at the broker, or NULL */
    /* options and futures; has_terms: of a SPELLING_SYMBOL that might be a future too */
    bool has_terms;
    enum spelling_which which;
    bool is_loose;   /* the root by a common name, or the month by nothing: good enough to read */
    char root[16];   /* of such a symbol: "ES" of ESZ6 */
    char expiry[12]; /* "20261218" or "202612" */
    char local_symbol[32]; /* the exchange's own name where the text is one: "ESZ6", OCC */
    struct opt_dec strike;
    char right; /* 'C', 'P' or 0 */
};

/*
 * Takes text apart; today (UTC) decides decades and nothing else. False with *e: ERROR_INVALID,
 * BAD_SYMBOL (no symbol at all), BAD_DATE, INCOMPLETE_OPTION or BAD_CHECK_DIGIT.
 */
bool spelling_parse(struct str text, struct utc today, struct spelling *out,
                    struct error *e) FALLIBLE;

/*
 * The other ways in which the broker may write a symbol, the likeliest first: "BRK.B" is "BRK B" in
 * New York and "VOLV.B" is "VOLV.B" in Stockholm, "00700" is "700", "BP" in London is "BP.".
 * Returns how many of at most SPELLING_FORMS were written.
 */
enum { SPELLING_FORMS = 3 };
size_t spelling_forms(const struct spelling *s, char out[SPELLING_FORMS][32]);

/* True if the broker may mean s by that symbol. */
bool spelling_is_form(const struct spelling *s, const char *symbol);

/* True if the contract of that expiry ("20261218", "202612") has had its last day. */
bool spelling_is_past(const char *expiry, struct utc today);

/*
 * The text that names this contract and no other: "ASML.AEB.EUR", "EUR.USD", "AAPL 20261218 200 C",
 * "ES 20261218", or "conid:N" where its members do not tell. Writes at most SPELLING_MAX bytes;
 * returns out. spelling_parse understands what it writes.
 */
const char *spelling_write(const struct contract *c, char out[SPELLING_MAX]);

#endif
