/* SPDX-License-Identifier: MIT */
/*
 * fault_line: the language in which faults are asked for, and the one table of them.
 *
 * One fault a line, in a file, over the control port and in tests:
 *
 *     [WHEN] NAME [ARGUMENT ...]
 *
 * NAME and its arguments are rows of fault_rows(). An argument is `name=value`, or the value alone
 * in the order of the row; a value with blanks stands in double quotes. WHEN says what sets it off:
 *
 *     (nothing)            at once
 *     at +90s              that much simulated time after the line was read (ms, s, m, h, d)
 *     at 2026-03-02T14:31:00Z
 *     after 3 orders       just before the third such thing from now on; also requests, messages
 *                          (sent to clients), bytes (sent to clients), connections
 *     every 10 orders      before each tenth
 *     chance 0.01 orders   before each one with that probability, from the seed of the market
 *
 * `#` begins a comment. Parsing is pure: what a fault does is in fault_acts.c.
 */
#ifndef PORTCULLIS_PAPER_FAULT_LINE_H
#define PORTCULLIS_PAPER_FAULT_LINE_H

#include "base/dec.h"
#include "base/error.h"
#include "base/instant.h"

enum { FAULT_ARGS_MAX = 6, FAULT_TEXT_MAX = 160, FAULT_LINE_MAX = 1024 };

enum fault_kind {
    FAULT_NONE,
    /* connections */
    FAULT_CUT,
    FAULT_CUT_AFTER,
    FAULT_HALF_OPEN,
    FAULT_STALL,
    FAULT_REFUSE_CONNECTIONS,
    FAULT_ID_TAKEN,
    /* messages to clients */
    FAULT_DROP,
    FAULT_DUPLICATE,
    FAULT_DELAY,
    FAULT_REORDER,
    FAULT_TRUNCATE,
    /* the line to the broker */
    FAULT_LINK_LOST,
    FAULT_LINK_BACK,
    FAULT_PORT_CHANGED,
    FAULT_FARM,
    FAULT_NOTICE,
    FAULT_SESSION_STOLEN,
    FAULT_RESTART,
    FAULT_PACING,
    FAULT_HISTORY_PACING,
    /* orders */
    FAULT_CUT_BEFORE_ACK,
    FAULT_LOSE_ORDER,
    FAULT_REJECT,
    FAULT_NO_FILLS,
    FAULT_EXEC_FIRST,
    FAULT_TWO_PERM_IDS,
    FAULT_CORRECT,
    FAULT_BUST,
    FAULT_PLACE,
    FAULT_CANCEL,
    /* the market */
    FAULT_HALT,
    FAULT_STALE,
    FAULT_DELIST,
    FAULT_RENAME,
    /* the account */
    FAULT_CASH,
    FAULT_EVENTS_SUBSCRIBED,
    FAULT_COUNT
};

enum fault_arg_kind {
    FAULT_ARG_NUMBER,  /* n: a whole number between min and max */
    FAULT_ARG_DECIMAL, /* d */
    FAULT_ARG_MS,      /* n: milliseconds, from "500", "500ms", "2s", "3m", "1h", "1d" */
    FAULT_ARG_SWITCH,  /* n: 1 for "on", 0 for "off" */
    FAULT_ARG_TEXT,    /* text */
    FAULT_ARG_WORD     /* n: the place of the word among those of `words` */
};

/* An argument of a row; a row's list ends with name == NULL. */
struct fault_arg_row {
    const char *name;
    enum fault_arg_kind kind;
    const char *otherwise; /* the value if it is not given; NULL: it must be given */
    int64_t min, max;      /* of a number; a decimal may be negative if min is */
    const char *words;     /* "same|lower|higher" */
};

struct fault_row {
    enum fault_kind kind;
    const char *group; /* heading in the manual */
    const char *name;
    const char *what; /* what it does: one sentence */
    struct fault_arg_row args[FAULT_ARGS_MAX + 1];
};

struct fault_value {
    bool has; /* given, or has a default that is not empty */
    int64_t n;
    struct dec d;
    char text[FAULT_TEXT_MAX];
};

enum fault_when { FAULT_NOW, FAULT_AT, FAULT_AFTER, FAULT_EVERY, FAULT_CHANCE };
enum fault_unit {
    FAULT_ORDERS,
    FAULT_REQUESTS,
    FAULT_MESSAGES,
    FAULT_BYTES,
    FAULT_CONNECTIONS,
    FAULT_UNIT_COUNT
};

/* A line that was understood. */
struct fault {
    const struct fault_row *row;
    struct fault_value args[FAULT_ARGS_MAX]; /* in the order of the row */
    enum fault_when when;
    enum fault_unit unit; /* of AFTER, EVERY, CHANCE */
    int64_t n;            /* AFTER, EVERY: how many, from 1; CHANCE: billionths */
    bool is_relative;     /* AT: `at_ns` counts from now */
    int64_t at_ns;        /* AT: since 1970, or from now */
};

/* The row of that kind; the rows stand in the order of the kinds. */
const struct fault_row *fault_row(enum fault_kind kind);
const char *fault_unit_name(enum fault_unit unit);

/*
 * Understands one line without its end. False with *e (INVALID, reason FAULT) that names the word.
 * An empty line or a comment is true with out->row == NULL.
 */
bool fault_parse(struct str line, struct fault *out, struct error *e) FALLIBLE;

/* "500", "500ms", "2s", "3m", "1h", "1d" into milliseconds, 0 to ten years. */
bool fault_parse_ms(struct str text, int64_t *ms);
/* The next word of a line, without its quotes; empty at the end. False: a quote is not closed. */
bool fault_word(struct str *rest, char out[FAULT_TEXT_MAX]);
/* A row in one line, with the values of what may be left out: "drop [what=any] [count=1]". */
void fault_usage(const struct fault_row *row, char *out, size_t cap);

#endif
