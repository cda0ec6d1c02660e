/* SPDX-License-Identifier: MIT */
/*
 * paper_ctl: `portcullis paper ctl WORD ...`: one line to the control port of a running exchange,
 * its answer to standard output. Exit status 0 if the answer is "ok", 1 if not, 2 for a wrong
 * command line, 3 if no exchange answers. `--wait SECONDS` in front of all else asks again while
 * nobody listens there, for about that long: an exchange that was just started needs no loop of the
 * caller's, and one that failed to start does not hold the caller up for ever.
 */
#ifndef PORTCULLIS_APP_PAPER_CTL_H
#define PORTCULLIS_APP_PAPER_CTL_H

/* The arguments behind `paper ctl`. */
int paper_ctl(int count, char *const *args);

#endif
