/* SPDX-License-Identifier: MIT */
/*
 * ticks: the table of what a market data line can tell. One row per tick: its number, the number
 * of its delayed twin, the generic request that brings it, the form of its message, which types of
 * listing have it, how often it is looked at, and the function that finds its value.
 * Numbers and forms: tws-protocol 2.8.
 *
 * Nothing here knows a client. A scene is one listing at one second; the values of many lines and
 * clients come out of the same scene.
 */
#ifndef PORTCULLIS_PAPER_TICKS_H
#define PORTCULLIS_PAPER_TICKS_H

#include "base/buf.h"
#include "paper/feed.h"

enum { TICK_ROWS_MAX = 80, TICK_NONE = -1, TICK_TEXT_MAX = 256 };

/* What of a day is looked at once a minute: whole minutes up to minute_s. */
struct tick_minute {
    int64_t minute_s; /* 0: not looked at yet */
    struct feed_bar day;
    int64_t volume_1, count_1, volume_3, volume_5, volume_10;
};

/* One listing at one second. */
struct tick_scene {
    struct feed *feed;
    const struct instrument *instrument;
    int64_t at_s;
    struct feed_quote quote;
    struct tick_minute minute;
    int64_t option_s; /* the second of `option`; 0: none yet */
    bool has_option;
    struct feed_option option[4]; /* bid, ask, last, model */
};

/* Goes to a second; nothing is computed twice for the same one. */
void tick_scene_at(struct tick_scene *s, struct feed *f, const struct instrument *i, int64_t at_s);

enum tick_form {
    TICK_PRICE, /* with the size that belongs to it */
    TICK_SIZE,
    TICK_GENERIC,
    TICK_STRING,
    TICK_OPTION
};

struct tick_value {
    struct dec price, size;
    double number;
    char text[TICK_TEXT_MAX];
    bool is_of_trade; /* the text is new when price or size (here: of the day) are, not before */
    struct feed_option option;
};

struct tick_row;
typedef bool tick_fn(struct tick_scene *s, const struct tick_row *row, struct tick_value *out);

struct tick_row {
    int16_t type, delayed; /* delayed: TICK_NONE if there is no such twin */
    int16_t generic;       /* 0: every line has it */
    enum tick_form form;
    unsigned kinds;           /* set of security types, by bit */
    int16_t period_s;         /* looked at every so many seconds */
    bool is_free;             /* known without a subscription to the exchange */
    tick_fn *value;           /* false: there is none just now */
    size_t price_at, size_at; /* for values that are members of feed_quote: their offsets */
};

size_t tick_row_count(void);
const struct tick_row *tick_row(size_t index);
bool tick_row_fits(const struct tick_row *row, const struct instrument *i);
/* A number that is the same if the message would be the same; 0 is never one. */
uint64_t tick_fingerprint(const struct tick_row *row, const struct tick_value *v);

/* Whether a listing of that type may be asked for a generic number; "100(Option Volume), ..." of
 * those it may. */
bool tick_generic_known(int64_t generic, enum sec_type type);
void tick_generic_names(enum sec_type type, struct buf *out);
/* The letter of the n-th exchange of a listing in the ticks that name exchanges. */
char tick_exchange_letter(size_t n);

#endif
