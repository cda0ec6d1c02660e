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

/*
 * For a program that lives long, before its first thread: large blocks go back to the system when
 * they are freed, all threads share one heap, and it grows by no more than is asked for, so that a
 * table of which only the beginning is ever used costs its beginning. Left to itself malloc keeps
 * what is freed from the first large block on, gives each thread a heap that it never gives back,
 * and clears whatever it has taken in advance.
 */
void alloc_settle(void);

/* Uninitialised memory of n bytes (n == 0 gives 1 byte). Never NULL. Freed with xfree. */
void *xmalloc(size_t n);
/* Zeroed memory for count elements of size bytes; aborts if the product overflows. */
void *xcalloc(size_t count, size_t size);
/* Grows or shrinks p (may be NULL) to n bytes. Never NULL. */
void *xrealloc(void *p, size_t n);
/* Releases p; accepts NULL. */
void xfree(void *p);

#endif
