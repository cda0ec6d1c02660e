/* SPDX-License-Identifier: MIT */
/*
 * window: when the broker and TWS restart on purpose.
 *
 * Each night the broker resets its servers and TWS restarts; once a week both take longer, and TWS
 * then needs a full login. A connection that is lost within these hours is expected: nobody need be
 * woken for it. The hours are New York's, and so change with its summer time.
 */
#ifndef PORTCULLIS_BROKER_WINDOW_H
#define PORTCULLIS_BROKER_WINDOW_H

#include "data/tz.h"

enum restart_window { WINDOW_NONE, WINDOW_NIGHTLY, WINDOW_WEEKLY };

/* The nightly window: minutes of New York's day; `from` may be later than `to` (over midnight). */
struct restart_hours {
    int from_min, to_min; /* both 0: 23:45 to 00:45 */
};

/* zone: US/Eastern; NULL (not known): no window. */
enum restart_window restart_window_at(const struct tz *zone, struct restart_hours hours,
                                      struct utc now);

#endif
