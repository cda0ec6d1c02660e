/* SPDX-License-Identifier: MIT */
/*
 * paper_main: the paper exchange as a process of its own, on a local socket (the daemon's embedded
 * default) or on loopback TCP for any TWS client. What it acknowledges is on the disk first.
 */
#ifndef PORTCULLIS_APP_PAPER_MAIN_H
#define PORTCULLIS_APP_PAPER_MAIN_H

#include "base/str.h"

/* `portcullisd paper [flags]`; args without those two words. Returns the exit status. */
int paper_main(int count, char *const *args);

/* The instruments of the exchange, as CSV: data/instruments.csv as it was at the build. */
struct str paper_main_instruments(void);

#endif
