/* SPDX-License-Identifier: MIT */
/*
 * utf8: stepping through text whose encoding is not to be trusted. Private to data/.
 */
#ifndef PORTCULLIS_DATA_UTF8_H
#define PORTCULLIS_DATA_UTF8_H

#include "base/str.h"

/* U+FFFD, what replaces bytes that are no character. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Bytes of the well-formed character at p (n > 0 bytes are left); 0 if there is none. */
size_t utf8_step(const char *p, size_t n);
/* Number of code points; each byte that belongs to none counts as one. */
size_t utf8_count(struct str s);

#endif
