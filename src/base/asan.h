/* SPDX-License-Identifier: MIT */
/*
 * asan: what base/ tells AddressSanitizer, and nothing at all in other builds.
 *
 * The arena marks the memory that nobody has asked for yet, and the scheduler says when it changes
 * stacks. Private to base/.
 */
#ifndef PORTCULLIS_BASE_ASAN_H
#define PORTCULLIS_BASE_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#define BASE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BASE_ASAN 1
#endif
#endif
#ifndef BASE_ASAN
#define BASE_ASAN 0
#endif

#include <stddef.h>

#if BASE_ASAN

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#define asan_poison(p, n)                  __asan_poison_memory_region((p), (n))
#define asan_unpoison(p, n)                __asan_unpoison_memory_region((p), (n))
#define asan_switch_start(save, bottom, n) __sanitizer_start_switch_fiber((save), (bottom), (n))
#define asan_switch_done(saved, bottom, n) __sanitizer_finish_switch_fiber((saved), (bottom), (n))

#else

static inline void asan_poison(const void *p, size_t n)
{
    (void)p;
    (void)n;
}

static inline void asan_unpoison(const void *p, size_t n)
{
    (void)p;
    (void)n;
}

static inline void asan_switch_start(void **save, const void *bottom, size_t n)
{
    (void)save;
    (void)bottom;
    (void)n;
}

static inline void asan_switch_done(void *saved, const void **bottom, size_t *n)
{
    (void)saved;
    (void)bottom;
    (void)n;
}

#endif

#endif
