/* SPDX-License-Identifier: MIT */
/*
 * past: an account over time: what it was worth at the close of a day, what it held then, what came
 * in and went out, which orders ended and how, and for which time the record is whole.
 *
 * A day is days since 1970 of the exchange's local date. What we saw ourselves and what a statement
 * says stand side by side, told apart by their source; readers prefer what we saw. A value that
 * nobody told is absent. Amounts of a flow are from the account's side: what comes in is positive.
 */
#ifndef PORTCULLIS_MODEL_PAST_H
#define PORTCULLIS_MODEL_PAST_H

#include "base/instant.h"
#include "model/contract.h"
#include "model/order.h"

enum past_source {
    PAST_SEEN, /* by this program, from the broker's session */
    PAST_FLEX, /* a Flex statement (XML) */
    PAST_CSV,  /* an activity statement (CSV) */
    PAST_SOURCE_COUNT
};

enum flow_kind {
    FLOW_DEPOSIT,
    FLOW_WITHDRAWAL,
    FLOW_TRANSFER, /* securities or cash from or to another account */
    FLOW_DIVIDEND,
    FLOW_INTEREST,
    FLOW_FEE,
    FLOW_TAX,
    FLOW_ADJUSTMENT,  /* corporate actions and what the broker sets right */
    FLOW_UNEXPLAINED, /* cash moved while nobody looked: perhaps trades that we were not told of */
    FLOW_KIND_COUNT
};

/* The note of a snapshot that was taken when the account was new, not at a close. */
#define PAST_FIRST_SIGHT "at first sight, not at a close"

/* At most one for each account, day and source. */
struct snapshot {
    char account[16];
    int64_t day;
    enum past_source source;
    struct utc at;      /* when it was taken; of a missed one when that was noticed */
    char base[8];       /* currency of the totals */
    struct opt_dec net; /* net liquidation value; absent: the close was missed, `note` says why */
    struct opt_dec cash, realized, unrealized;
    char note[120];
};

/* What was held at that close: a position, or cash (then con_id 0, and quantity the amount). */
struct held {
    char account[16];
    int64_t day;
    enum past_source source;
    int32_t con_id;
    enum sec_type sec_type; /* SEC_UNKNOWN for cash */
    char symbol[40];        /* of the listing's local name where that is longer; cash: "" */
    char currency[8];
    struct dec quantity;
    struct opt_dec price, value, cost; /* in `currency`; cost a unit */
    struct opt_dec rate;               /* the base currency for one of `currency` */
    struct opt_dec unrealized;
};

struct cash_flow {
    char id[48]; /* the same fact has the same id whenever it is told */
    char account[16];
    int64_t day;
    struct utc at;
    enum past_source source;
    enum flow_kind kind;
    bool is_inferred; /* from a movement of cash that no execution explains */
    char currency[8];
    struct dec amount;
    struct opt_dec rate; /* the base currency for one of `currency` */
    int32_t con_id;      /* of what paid it; 0 for none */
    char symbol[40];
    char note[120]; /* outside text, sanitised */
};

/* For this time all executions (and, of a statement, all flows) of the account are known. */
struct coverage {
    char account[16];
    enum past_source source;
    struct utc since, until;
};

/* An order as it ended. What was filled, and for how much, its executions say as well. */
struct past_order {
    struct order order;
    struct order_status status;
    struct utc at; /* when it ended, as far as was seen */
};

/* A place in a ranking that was made of closes up to that day. */
struct ranked {
    char inputs[200]; /* what was ranked, by what, in one line: rankings of the same compare */
    int64_t day;
    char name[40];
    struct utc at;              /* when it was made */
    struct opt_dec score, rank; /* absent: what is ranked has no score */
};

/* A file that was imported. */
struct statement {
    char hash[65]; /* SHA-256 of the file, hex, and the account: the same file is known again */
    char account[16];
    enum past_source source;
    struct utc at; /* when it was imported */
    int64_t from_day, to_day;
    int64_t executions, flows, snapshots; /* how many it tells */
    char name[80];
};

/* Some of each, as they are written together. Borrowed, or of one allocation (past_copy). */
struct past_page {
    const struct snapshot *snapshots;
    const struct held *held;
    const struct cash_flow *flows;
    const struct coverage *coverage;
    const struct execution *executions; /* imported ones; `source` tells from where */
    const struct past_order *orders;
    const struct ranked *ranked;
    const struct statement *statement; /* or NULL */
    size_t snapshot_count, held_count, flow_count, coverage_count, execution_count, order_count,
        ranked_count;
    enum past_source source; /* of the executions */
};

enum { PAST_PAGE_MAX = 8192 }; /* things on one page */

/* A copy in one allocation, for xfree. */
struct past_page *past_copy(const struct past_page *p);

/* Moves money between the account and its owner; all else is part of the account's return. */
bool flow_is_external(enum flow_kind k);
const char *flow_kind_text(enum flow_kind k); /* "deposit" ... */
/* FLOW_KIND_COUNT if it is none. */
enum flow_kind flow_kind_parse(struct str s);
const char *past_source_text(enum past_source s); /* "seen", "flex", "csv" */
enum past_source past_source_parse(struct str s); /* PAST_SOURCE_COUNT if it is none */

#endif
