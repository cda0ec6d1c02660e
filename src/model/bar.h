/* SPDX-License-Identifier: MIT */
/*
 * bar: what a market did in one span of time, as the broker's history tells it.
 *
 * A bar within a day has the instant at which it begins. A bar of a day or more has the exchange's
 * trading date instead, which is no instant: `date` is then the day, the week's or the month's last
 * day that was traded, in the broker's counting.
 */
#ifndef PORTCULLIS_MODEL_BAR_H
#define PORTCULLIS_MODEL_BAR_H

#include "base/dec.h"
#include "base/instant.h"

struct bar {
    struct opt_utc start; /* bars within a day */
    int32_t date;         /* yyyymmdd of bars of a day and more, else 0 */
    struct opt_dec open, high, low, close;
    struct opt_dec volume, average; /* absent where nothing is traded: quotes, currencies */
    int32_t trades;                 /* -1 if not told */
};

#endif
