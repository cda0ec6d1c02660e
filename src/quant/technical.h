/* SPDX-License-Identifier: MIT */
/*
 * technical: indicators by name, so that they can be asked for in words.
 *
 *   sma20 ema20 rsi14 atr14 volatility20      a period, in bars
 *   macd, macd12-26-9                         fast, slow, signal: macd, macd_signal, macd_histogram
 *   bollinger, bollinger20-2                  period, width: _upper, _middle, _lower
 *   vwap, vwap20                              since the session began, or of so many bars
 *   range52w                                  highest high and lowest low of so many weeks
 *
 * A name alone takes the usual numbers. What an average that never forgets (EMA, RSI, ATR, MACD)
 * says depends on where its bars begin; technical_bars asks for so many that it hardly does.
 */
#ifndef PORTCULLIS_QUANT_TECHNICAL_H
#define PORTCULLIS_QUANT_TECHNICAL_H

#include "base/str.h"

#include <stdint.h>

enum { TECHNICAL_LINES_MAX = 3, TECHNICAL_PERIOD_MAX = 1000, TECHNICAL_NAME_MAX = 32 };

/* Bars of one contract, oldest first; all arrays of n, all numbers finite. */
struct price_bars {
    const double *high, *low, *close, *volume; /* volume 0 where none is known */
    const int32_t *day;                        /* since 1970-01-01 */
    const bool *begins; /* a session begins with this bar; NULL: none is seen to */
    size_t n;
    double year; /* so many bars make one: 252 of days; 0: nobody knows */
};

struct technical_kind;
struct technical {
    const struct technical_kind *kind;
    double number[TECHNICAL_LINES_MAX];
    char name[TECHNICAL_NAME_MAX]; /* "bollinger20-2" */
    size_t lines;                  /* how many columns it has */
    bool is_price;                 /* its numbers are prices, to which the close can be compared */
};

/* False if it is none of the above. */
bool technical_parse(struct str text, struct technical *out);
/* How many bars it needs for `values` numbers; where a session is needed, besides that session. */
size_t technical_bars(const struct technical *t, size_t values);
/* It is made of a whole session, whose begin must be among the bars. */
bool technical_needs_session(const struct technical *t);
/* "macd_signal"; of an indicator with one column its name. */
void technical_line(const struct technical *t, size_t line, char out[TECHNICAL_NAME_MAX]);
/* Writes its columns, each with room for b->n numbers, and returns how many of them: the last
 * belongs to the newest bar, as in quant/indicators.h. 0: too few bars, or bars of no use to it. */
size_t technical_compute(const struct technical *t, const struct price_bars *b,
                         double *const out[TECHNICAL_LINES_MAX]);
/* All there is to ask for, for messages. */
extern const char technical_words[];

#endif
