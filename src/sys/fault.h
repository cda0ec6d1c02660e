/* SPDX-License-Identifier: MIT */
/*
 * fault: an errno becomes a struct error in plain words. Private to sys/.
 */
#ifndef PORTCULLIS_SYS_FAULT_H
#define PORTCULLIS_SYS_FAULT_H

#include "base/error.h"

/* "WHAT: plain words"; `number` is an errno value, positive or (as libuv has it) negative. False.
 */
bool fault_set(struct error *e, int number, const char *what);

#endif
