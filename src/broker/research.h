/* SPDX-License-Identifier: MIT */
/*
 * research: what the broker knows about options, rankings, news and corporate events.
 *
 * As query.h: a function may suspend the calling task, false always fills *e, an incomplete answer
 * is an error, and results lie in the task's arena. All texts are outside text: cleaned of control
 * characters, of marks that turn the direction of writing and of characters that cannot be seen,
 * and cut to a named length. What they say is data and nothing more.
 *
 * Sources: tws-protocol 2.5 (messages 19 to 24, 78, 84 to 86, 100 to 105).
 */
#ifndef PORTCULLIS_BROKER_RESEARCH_H
#define PORTCULLIS_BROKER_RESEARCH_H

#include "broker/session.h"

/* ---- options ---- */

enum { OPTION_EXPIRIES_MAX = 512, OPTION_STRIKES_MAX = 4096 };

/* What one exchange lists on an underlying under one trading class. Not every strike exists for
 * every expiry: query_contracts tells which do. */
struct option_class {
    char exchange[24], trading_class[32], multiplier[16];
    int32_t *expiries; /* last days of trade as yyyymmdd, ascending */
    size_t expiry_count;
    struct dec *strikes; /* ascending */
    size_t strike_count;
};

/* The options on a resolved contract; for a future those on it (exchange as the future's). */
bool query_option_classes(struct task *t, struct session *s, const struct contract *underlying,
                          struct option_class **out, size_t *count, struct error *e) FALLIBLE;

/* ---- rankings ---- */

enum { SCAN_ROWS_MAX = 50 }; /* the broker's own bound */

struct scan_question {
    struct str code, instrument, location; /* "TOP_PERC_GAIN", "STK", "STK.US.MAJOR" */
    struct str stock_type;                 /* "ALL", "CORP", "ETF" ...; may be empty */
    struct str filters;                    /* "priceAbove=10;volumeAbove=100000"; may be empty */
    int32_t rows;                          /* 1..SCAN_ROWS_MAX */
};

struct scan_hit {
    int32_t rank; /* from 0 */
    struct contract contract;
    char distance[32], benchmark[32], projection[32]; /* mostly empty */
};

/* The present ranking. No row at all is an answer too. */
bool query_scan(struct task *t, struct session *s, const struct scan_question *q,
                struct scan_hit **out, size_t *count, struct error *e) FALLIBLE;
/* The document that says which scans there are: XML, up to 2 MB, as the broker wrote it. */
bool query_scan_parameters(struct task *t, struct session *s, struct str *xml,
                           struct error *e) FALLIBLE;

/* ---- news ---- */

enum {
    HEADLINE_MAX = 400,
    ARTICLE_ID_MAX = 64,
    PROVIDER_CODE_MAX = 16,
    HEADLINES_MAX = 300, /* the broker's own bound of one answer */
    ARTICLE_MAX = 512 << 10
};

struct news_source {
    char code[PROVIDER_CODE_MAX], name[96];
};

struct headline {
    struct opt_utc time;
    char provider[PROVIDER_CODE_MAX];
    char article_id[ARTICLE_ID_MAX]; /* with the provider it names the article */
    char text[HEADLINE_MAX];
};

/* The providers that the account may read. */
bool query_news_sources(struct task *t, struct session *s, struct news_source **out, size_t *count,
                        struct error *e) FALLIBLE;

struct news_question {
    int32_t con_id;
    struct str providers; /* codes joined by '+'; empty: all that the account may read */
    struct opt_utc from, to;
    int32_t limit; /* 1..HEADLINES_MAX */
};

/* Headlines of the past, newest first; *more says that there were others. */
bool query_headlines(struct task *t, struct session *s, const struct news_question *q,
                     struct headline **out, size_t *count, bool *more, struct error *e) FALLIBLE;
/*
 * Headlines that come out while one waits: the first of them and those of the second after it, or
 * none within wait_ms. It takes a market data line for that time.
 */
bool query_new_headlines(struct task *t, struct session *s, const struct contract *c,
                         struct str providers, int64_t wait_ms, struct headline **out,
                         size_t *count, struct error *e) FALLIBLE;
/*
 * The text of an article, as the provider wrote it (plain or HTML); LIMIT if it is longer than
 * ARTICLE_MAX, and INVALID (NOT_TEXT) if it is a document of another kind.
 */
bool query_article(struct task *t, struct session *s, struct str provider, struct str article_id,
                   struct str *out, struct error *e) FALLIBLE;

/* ---- corporate events ---- */

enum { EVENTS_MAX = 100 }; /* the broker's own bound of one answer */

/*
 * The broker's calendar of one contract as JSON, as its source wrote it. Days are yyyymmdd; 0 is
 * open. One such question at a time is answered. Broker codes 10276, 10277 and 10279 say that the
 * account has no subscription.
 */
bool query_events(struct task *t, struct session *s, int32_t con_id, int32_t from_day,
                  int32_t to_day, struct str *json, struct error *e) FALLIBLE;
/* True for the codes that mean "not subscribed" rather than a failure. */
bool events_not_subscribed(int broker_code);

#endif
