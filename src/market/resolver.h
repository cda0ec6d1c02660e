/* SPDX-License-Identifier: MIT */
/*
 * resolver: from what people write to one contract, for every operation and face.
 *
 * What a text says is market/spelling.h. Held positions come first, then what was said explicitly,
 * then the broker's contract search, at last its search by name, whose hits are ranked
 * (market/ranking.h). Several candidates are all returned with what tells them apart; a write never
 * chooses among them (resolve_one fails with AMBIGUOUS_SYMBOL and lists them).
 *
 * Answers are remembered (market/contracts.h). For six hours they are as good as new: the trading
 * hours in them are those of the day. For a week they still answer a question that only reads,
 * while the broker is asked again behind it; a question that is to be `fresh` waits for that. An
 * answer that the broker no longer confirms is asked for by contract id: a contract that goes under
 * another symbol now is followed (`note` says so), one that is gone is DELISTED_SYMBOL.
 *
 * Errors of a question: BAD_SYMBOL, BAD_DATE, BAD_CHECK_DIGIT, INCOMPLETE_OPTION, UNKNOWN_CURRENCY
 * (ERROR_INVALID); UNKNOWN_SYMBOL, UNKNOWN_EXCHANGE, UNKNOWN_PAIR, UNKNOWN_OPTION, UNKNOWN_FUTURE,
 * EXPIRED_CONTRACT, DELISTED_SYMBOL (ERROR_NOT_FOUND); each with the next step.
 */
#ifndef PORTCULLIS_MARKET_RESOLVER_H
#define PORTCULLIS_MARKET_RESOLVER_H

#include "base/task.h"
#include "book/book.h"
#include "broker/query.h"
#include "broker/session.h"
#include "market/contracts.h"
#include "market/ranking.h"

struct resolver;

/*
 * `tasks` carries what is asked behind a question; NULL: nothing is. `file` keeps what was learnt,
 * apart for each `scope` (contracts_new); NULL: nothing is kept. All are borrowed.
 */
struct resolver *resolver_new(struct session *session, const struct book *book, struct tasks *tasks,
                              struct cache *file, const char *scope);
void resolver_free(struct resolver *r);
/* Forgets what was learnt; returns how many answers that were. */
size_t resolver_clear(struct resolver *r, struct utc now);
/* What it remembers. */
struct contracts *resolver_contracts(struct resolver *r);

struct resolve_cache_stats {
    size_t entries;
    int64_t hits, misses, refreshed; /* refreshed: asked again behind a question */
};
struct resolve_cache_stats resolver_stats(const struct resolver *r);

enum resolve_how {
    RESOLVED_HELD,     /* an open position of that name */
    RESOLVED_EXPLICIT, /* exchange and/or currency were given */
    RESOLVED_SEARCH,   /* the broker's contract search */
    RESOLVED_FOREX,    /* a currency pair */
    RESOLVED_ID,       /* con_id, ISIN, CUSIP or FIGI */
    RESOLVED_NAME,     /* company name or similar symbol */
    RESOLVED_OPTION,
    RESOLVED_FUTURE
};

enum { RESOLVE_CANDIDATES_MAX = CONTRACTS_OF_ANSWER };

struct resolve_question {
    struct str text;     /* as the user wrote it */
    struct str exchange; /* optional; "SMART" and STR_NONE both mean "any" */
    struct str currency; /* optional */
    bool exact;          /* no search by name */
    bool all;            /* every candidate, even where a held one decides */
    bool fresh;          /* nothing older than six hours */
    /* answer */
    struct contract_details *found; /* best first, at most RESOLVE_CANDIDATES_MAX */
    struct ranking *ranks;          /* of each of them */
    size_t count;
    size_t total; /* candidates at the broker; more than count where they are many */
    enum resolve_how how;
    bool is_loose; /* the text leaves something open that was filled in: not for a write */
    bool from_cache;
    int64_t age_ms;  /* since the broker said it */
    struct str key;  /* under which the answer is remembered; STR_NONE if it was not understood */
    struct str note; /* what the reader should know besides, or STR_NONE */
    struct error error; /* ERROR_NONE, or why there is nothing */
};

/*
 * Answers n questions together (few rounds to the broker whatever n is); may suspend. Results lie
 * in the task's arena. False only if the task itself failed or the session is down.
 */
bool resolve(struct task *t, struct resolver *r, struct str account, struct resolve_question *q,
             size_t n, struct error *e) FALLIBLE;

/*
 * Exactly one contract, fresh, for writes: AMBIGUOUS_SYMBOL (naming the candidates; also for "gold
 * future", which names neither root nor month) or the error of the question otherwise. May suspend.
 */
bool resolve_one(struct task *t, struct resolver *r, struct str account, struct str text,
                 struct str exchange, struct str currency, struct contract_details *out,
                 struct error *e) FALLIBLE;

/* The key under which the answer to a question is remembered, if it is not found by name; false if
 * its text is none. */
bool resolver_key(const struct resolve_question *q, struct utc today, char out[CONTRACTS_KEY_MAX]);

const char *resolve_how_text(enum resolve_how how); /* "held", "explicit", ... */

#endif
