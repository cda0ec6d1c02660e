/* SPDX-License-Identifier: MIT */
/*
 * doctor_look: `portcullis doctor` without --acceptance: gathers the facts that app/checkup.h
 * judges, and prints what it finds. It changes nothing but a file that it makes and removes to see
 * whether the state directory can be written to.
 */
#ifndef PORTCULLIS_APP_DOCTOR_LOOK_H
#define PORTCULLIS_APP_DOCTOR_LOOK_H

#include "base/error.h"

#include <stdbool.h>

/*
 * args: the flags of the daemon, and --json. client_build: of the client that started us, NULL if
 * none did. True if it could look; *is_healthy says whether nothing is wrong. False: a flag is not
 * understood, or there is no home.
 */
bool doctor_look(int count, char *const *args, const char *client_build, bool *is_healthy,
                 struct error *e) FALLIBLE;

#endif
