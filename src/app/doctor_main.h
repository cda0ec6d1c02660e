/* SPDX-License-Identifier: MIT */
/*
 * doctor_main: `portcullis doctor`, which says what is wrong with a set-up (app/doctor_look.h), and
 * `portcullis doctor --acceptance`, which tries a gateway with the script of app/acceptance.h, at
 * text and at protobuf versions, and leaves a report and masked recordings.
 */
#ifndef PORTCULLIS_APP_DOCTOR_MAIN_H
#define PORTCULLIS_APP_DOCTOR_MAIN_H

/* `portcullisd doctor [--client-build BUILD] [flags]`; args without the first two words. Returns
 * the exit status: 0 if all was well, 1 if not, 2 if the command line is not understood. */
int doctor_main(int count, char *const *args);

#endif
