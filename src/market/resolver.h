/* SPDX-License-Identifier: MIT */
/*
 * resolver: from what people write to one contract, for every operation and face.
 *
 * Understood: "AAPL"; "SYM.EXCH.CCY" and "SYM@EXCH"; "EUR/USD", "EURUSD", "EUR.USD", "eur usd";
 * an ISIN, CUSIP or FIGI; "conid:265598". Held positions come first, then what was said explicitly,
 * then the broker's contract search. Leading zeros of Hong Kong codes are dropped, "BRK.B" becomes
 * "BRK B". Several candidates are all returned with what tells them apart; a write never chooses
 * among them (resolve_one fails with AMBIGUOUS_SYMBOL and lists them). Answers are kept in memory
 * for some hours.
 */
#ifndef PORTCULLIS_MARKET_RESOLVER_H
#define PORTCULLIS_MARKET_RESOLVER_H

#include "base/task.h"
#include "book/book.h"
#include "broker/query.h"
#include "broker/session.h"

struct resolver;

struct resolver *resolver_new(struct session *session, const struct book *book);
void resolver_free(struct resolver *r);
/* Forgets what was learnt; returns how many answers that were. */
size_t resolver_clear(struct resolver *r);

struct resolve_cache_stats {
    size_t entries;
    int64_t hits, misses;
};
struct resolve_cache_stats resolver_stats(const struct resolver *r);

enum resolve_how {
    RESOLVED_HELD,     /* an open position of that name */
    RESOLVED_EXPLICIT, /* exchange and/or currency were given */
    RESOLVED_SEARCH,   /* the broker's contract search */
    RESOLVED_FOREX,    /* a currency pair */
    RESOLVED_ID,       /* con_id, ISIN, CUSIP or FIGI */
    RESOLVED_NAME      /* company name or similar symbol */
};

struct resolve_question {
    struct str text;     /* as the user wrote it */
    struct str exchange; /* optional; "SMART" and STR_NONE both mean "any" */
    struct str currency; /* optional */
    bool exact;          /* no search by name */
    bool all;            /* every candidate, even where a held one decides */
    /* answer */
    struct contract_details *found; /* best first */
    size_t count;
    enum resolve_how how;
    bool from_cache;
    struct str key; /* under which the answer is remembered; STR_NONE if it was not understood */
    struct error error; /* ERROR_NONE, or why there is nothing */
};

/*
 * Answers n questions together (few rounds to the broker whatever n is); may suspend. Results lie
 * in the task's arena. False only if the task itself failed or the session is down.
 */
bool resolve(struct task *t, struct resolver *r, struct str account, struct resolve_question *q,
             size_t n, struct error *e) FALLIBLE;

/*
 * Exactly one contract, for writes: AMBIGUOUS_SYMBOL (naming the candidates) or UNKNOWN_SYMBOL
 * otherwise. May suspend.
 */
bool resolve_one(struct task *t, struct resolver *r, struct str account, struct str text,
                 struct str exchange, struct str currency, struct contract_details *out,
                 struct error *e) FALLIBLE;

const char *resolve_how_text(enum resolve_how how); /* "held", "explicit", ... */

#endif
