/* SPDX-License-Identifier: MIT */
/*
 * wire_main: `portcullis wire`, the tool for authors of TWS clients. It needs no daemon: frames to
 * JSON and back on standard input and output, a proxy that shows (and records) what a client and a
 * gateway say to each other, and recordings shown and played again.
 */
#ifndef PORTCULLIS_APP_WIRE_MAIN_H
#define PORTCULLIS_APP_WIRE_MAIN_H

/* `portcullisd wire VERB [flags]`; args without those two words. Returns the exit status: 0, 1 if
 * a frame was wrong or something failed, 2 if the command line is not understood. */
int wire_main(int count, char *const *args);

#endif
