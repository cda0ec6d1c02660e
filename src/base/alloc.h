/* SPDX-License-Identifier: MIT */
/*
 * alloc: the only callers of malloc and free.
 *
 * Running out of memory is not an error that a trading gate can handle half-way: xmalloc aborts.
 * Everything whose size comes from input is therefore capped before it is allocated (limits.h).
 */
#ifndef PORTCULLIS_BASE_ALLOC_H
#define PORTCULLIS_BASE_ALLOC_H

#include <stddef.h>

/* Uninitialised memory of n bytes (n == 0 gives 1 byte). Never NULL. Freed with xfree. */
void *xmalloc(size_t n);
/* Zeroed memory for count elements of size bytes; aborts if the product overflows. */
void *xcalloc(size_t count, size_t size);
/* Grows or shrinks p (may be NULL) to n bytes. Never NULL. */
void *xrealloc(void *p, size_t n);
/* Releases p; accepts NULL. */
void xfree(void *p);

#endif
