/* SPDX-License-Identifier: MIT */
/*
 * reserve: a small file whose room is taken in advance, so that a full disk cannot refuse what must
 * be kept at any price.
 *
 * Its bytes are written over in place. A crash in the middle can leave a mixture of old and new:
 * the reader treats what it cannot read as the more careful of the two.
 */
#ifndef PORTCULLIS_SYS_RESERVE_H
#define PORTCULLIS_SYS_RESERVE_H

#include "base/buf.h"
#include "base/error.h"

struct reserve;

enum { RESERVE_BYTES = 8192 };

/* Opens or makes the file with its room on the disk. NULL with *e (reasons of sys/files.h). */
struct reserve *reserve_open(const char *path, struct error *e) FALLIBLE;
/* Accepts NULL. */
void reserve_close(struct reserve *r);
/* Appends what is kept, at most RESERVE_BYTES; nothing if nothing is. */
bool reserve_read(const struct reserve *r, struct buf *out, struct error *e) FALLIBLE;
/* Keeps `text` (at most RESERVE_BYTES, without blanks at its ends) in place of what was kept.
 * Blocks until it is on the disk: for a worker. */
bool reserve_write(struct reserve *r, struct str text, struct error *e) FALLIBLE;

#endif
