/* SPDX-License-Identifier: MIT */
/*
 * bars: the kinds of historical data, the sizes of bars, spans of time as clients write them, and
 * the bars themselves out of the market model. Knows no client and keeps nothing.
 *
 * Bars begin at the local midnight of the listing and at every multiple of their size after it;
 * weeks begin on Monday, months on the first. The exchange has one kind of session for a listing,
 * so the "regular hours only" of a request changes nothing here. Trades are told as the market
 * model has them, adjusted for splits; only ADJUSTED_LAST is also adjusted for dividends.
 */
#ifndef PORTCULLIS_PAPER_BARS_H
#define PORTCULLIS_PAPER_BARS_H

#include "base/buf.h"
#include "paper/feed.h"

/* What to show: the broker's whatToShow. */
enum show {
    SHOW_TRADES,
    SHOW_MIDPOINT,
    SHOW_BID,
    SHOW_ASK,
    SHOW_BID_ASK, /* open: mean bid, close: mean ask, high: highest ask, low: lowest bid */
    SHOW_ADJUSTED_LAST,
    SHOW_HISTORICAL_VOLATILITY,
    SHOW_OPTION_IMPLIED_VOLATILITY,
    SHOW_FEE_RATE, /* of borrowing, per year */
    SHOW_SCHEDULE,
    SHOW_AGGREGATED_TRADES, /* crypto: the trades of all places */
    SHOW_YIELD_ASK,         /* the yields of bonds: known by name, but there is no data */
    SHOW_YIELD_BID,
    SHOW_YIELD_BID_ASK,
    SHOW_YIELD_LAST,
    SHOW_COUNT
};

/* False if it is no such name. Letters compare without case. */
bool show_parse(struct str name, enum show *out);
/* "Trades", "Midpoint" ...: as the broker's messages name it. */
const char *show_title(enum show show);
/* Whether a listing has data of that kind. */
bool show_exists(const struct instrument *i, enum show show);
/* The first moment of that data. */
int64_t show_first_s(enum show show);

/* ---- sizes and spans ---- */
enum { BAR_MONTH_S = 28 * HOURS_DAY_S, BAR_WEEK_S = 7 * HOURS_DAY_S };

/* "5 mins" -> 300; a month is BAR_MONTH_S. 0 if there is no such size. */
int64_t bars_size_parse(struct str name);
/* The longest span that is given in bars of that size, in seconds. */
int64_t bars_span_max(int64_t bar_s);
/* All names, ", " between them. */
void bars_size_names(struct buf *out);

struct bars_span {
    int64_t from_s;
    size_t days; /* "10 D": 10, and of daily bars as many are told; 0 for other units */
};
/* "10 D", "3600 S", "1 Y" back from end_s; with real hours days are trading days. NULL, or why it
 * is not a span. */
const char *bars_span_parse(struct str text, bool real_hours, int64_t end_s, struct bars_span *out);

/* The start of the bar that holds utc_s, and of the one after the bar that starts at `start`. */
int64_t bars_start(const struct instrument *i, int64_t bar_s, int64_t utc_s);
int64_t bars_end(const struct instrument *i, int64_t bar_s, int64_t start);

/* ---- bars ---- */
struct shown_bar {
    int64_t from_s;
    double open, high, low, close, wap;
    int64_t volume, count;
    bool has_volume; /* else volume, wap and count mean nothing */
};

/*
 * The bar of [from_s, to_s), with what is known at now_s: dividends that went ex until then adjust
 * what lies before. False if the market was closed throughout.
 */
bool bars_make(struct feed *f, const struct instrument *i, enum show show, int64_t from_s,
               int64_t to_s, int64_t now_s, struct shown_bar *out);

#endif
