/* SPDX-License-Identifier: MIT */
/* calendar_main: `portcullis paper --calendar`, the sessions of a market as CSV. */
#ifndef PORTCULLIS_APP_CALENDAR_MAIN_H
#define PORTCULLIS_APP_CALENDAR_MAIN_H

/*
 * `args` start with --calendar: a market code or "all", then --from YEAR and --to YEAR. Prints one
 * line per session to standard output, times in the zone of the market. Returns the exit status.
 */
int calendar_main(int count, char *const *args);

#endif
