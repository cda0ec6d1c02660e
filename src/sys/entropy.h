/* SPDX-License-Identifier: MIT */
/*
 * entropy: the kernel's random source, for secrets and seeds. For reproducible numbers: base/rng.h.
 * (Not called random.h: <sys/random.h> would find it.)
 */
#ifndef PORTCULLIS_SYS_ENTROPY_H
#define PORTCULLIS_SYS_ENTROPY_H

#include <stddef.h>

/* Fills n bytes. Never fails: a machine without a random source ends the program. */
void entropy_fill(void *out, size_t n);

#endif
