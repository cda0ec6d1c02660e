/* SPDX-License-Identifier: MIT */
/*
 * replay: bars of a real market that take the place of the model for one listing.
 *
 * The text is CSV with a header, then one bar a line, oldest first:
 *
 *     time,open,high,low,close,volume
 *     2026-03-02,231.05,233.80,230.10,233.12,41234567
 *
 * or, of minutes, with a time "2026-03-02 09:30" that is local to the listing's exchange (or, with
 * a Z behind it, UTC) and means the beginning of the minute. A file has days or minutes, not both.
 * volume may be empty. Lines that begin with # and empty ones are skipped.
 *
 * Prices are multiples of the listing's step, low <= open, close <= high, all above zero.
 */
#ifndef PORTCULLIS_PAPER_REPLAY_H
#define PORTCULLIS_PAPER_REPLAY_H

#include "base/error.h"
#include "paper/universe.h"

enum { REPLAY_BARS_MAX = 1000000, REPLAY_TEXT_MAX = 64 << 20 };

struct replay_bar {
    int64_t from_s;
    double open, high, low, close;
    int64_t volume, volume_before; /* of the bar, of all bars before it */
};

struct replay {
    bool is_daily;
    size_t n;
    struct replay_bar *bars; /* ascending, at least one */
};

/* NULL with *e filled: the text names `file`, the line and what is wrong with it. */
struct replay *replay_new(const struct instrument *i, struct str text, struct str file,
                          struct error *e) FALLIBLE;
void replay_free(struct replay *r);

/* The bar that holds a moment: a minute's bar only in its minute, a day's in its local day; NULL if
 * there is none. */
const struct replay_bar *replay_find(const struct replay *r, int zone, int64_t utc_s);
/* The last bar that began at or before a moment; NULL before the first one. */
const struct replay_bar *replay_last(const struct replay *r, int64_t utc_s);
/*
 * The price at `part` (0 to 1) of a bar: from the open by low and high, the nearer to the open
 * first, to the close.
 */
double replay_price(const struct replay_bar *b, double part);

#endif
