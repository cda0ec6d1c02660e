/* SPDX-License-Identifier: MIT */
/*
 * quote: the last known market of one contract. Each value may be absent; none is ever invented.
 */
#ifndef PORTCULLIS_MODEL_QUOTE_H
#define PORTCULLIS_MODEL_QUOTE_H

#include "base/dec.h"
#include "base/instant.h"

enum data_type { DATA_NONE, DATA_LIVE, DATA_FROZEN, DATA_DELAYED, DATA_DELAYED_FROZEN };

struct quote {
    enum data_type data_type;
    struct opt_dec bid, ask, last, open, high, low, close, mark;
    struct opt_dec bid_size, ask_size, last_size, volume;
    struct opt_dec high_13w, low_13w, high_26w, low_26w, high_52w, low_52w;
    struct opt_dec open_interest, call_open_interest, put_open_interest;
    /* options, by the broker's model: of one share, a day, a percent point of volatility */
    struct opt_dec model_price, implied_vol, delta, gamma, vega, theta, underlying;
    bool is_halted;
    struct opt_utc time;    /* when the newest price arrived */
    struct opt_utc traded;  /* when the last trade was, by the exchange's clock */
    struct instant arrived; /* the same by the clock that nobody sets; has a meaning with time */
};

const char *data_type_text(enum data_type t); /* "live", "frozen", "delayed", ... , "none" */
/* Milliseconds since the newest price arrived; -1 if none has. A wall clock that is set back makes
 * no price younger. */
int64_t quote_age_ms(const struct quote *q, struct instant now);
/* The middle of bid and ask; absent unless both are there. */
struct opt_dec quote_mid(const struct quote *q);
/* Last, else mid, else mark, else close: the price to show. Absent if there is none. */
struct opt_dec quote_price(const struct quote *q);

#endif
