/* SPDX-License-Identifier: MIT */
/*
 * paper_bars: reads the directory of `portcullis paper --bars DIR` into the exchange.
 */
#ifndef PORTCULLIS_APP_PAPER_BARS_H
#define PORTCULLIS_APP_PAPER_BARS_H

#include "paper/paper.h"

enum { PAPER_BARS_FILES_MAX = 1024 };

/*
 * Every file of dir whose name ends in .csv replaces the model for the listing that it names
 * (paper.h, paper_bars); others are left alone. False with *e if the directory cannot be read, has
 * no such file, or one is broken: the text names file, line and reason.
 */
bool paper_bars_load(struct paper *p, const char *dir, struct error *e) FALLIBLE;

#endif
