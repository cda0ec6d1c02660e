/* SPDX-License-Identifier: MIT */
/*
 * clock: the only reader of the machine's clocks.
 *
 * The loop reads it once per turn and hands the reading down as `struct moment now`; whoever is
 * below app/ takes that argument and never comes here.
 */
#ifndef PORTCULLIS_SYS_CLOCK_H
#define PORTCULLIS_SYS_CLOCK_H

#include "base/instant.h"

/* Both clocks, read now. The monotonic one does not count time spent in suspend. */
struct moment clock_now(void);
/* Waits, for what has to wait before there is a loop; `ms` is not negative. */
void clock_sleep(int64_t ms);

#endif
