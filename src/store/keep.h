/* SPDX-License-Identifier: MIT */
/*
 * keep: a small text that must be on the disk: a file that is always replaced as a whole.
 *
 * The core sets a new text; the owner (app/io) takes it, lets a worker replace the file, and
 * reports back. A task that must not go on before the text is safe waits for it. A text that is
 * newer than the one on its way is written after it; one in between may be left out.
 */
#ifndef PORTCULLIS_STORE_KEEP_H
#define PORTCULLIS_STORE_KEEP_H

#include "base/buf.h"
#include "base/error.h"
#include "base/task.h"

struct keep;

/* cap: bytes that the text may have. Never NULL. */
struct keep *keep_new(size_t cap);
/* No task may wait. Accepts NULL. */
void keep_free(struct keep *k);

/* A new text, copied; wiped from memory once it is replaced. Longer than the cap is a bug. */
void keep_set(struct keep *k, struct str text);
/*
 * Suspends until what was set last is on the disk. False with UNAVAILABLE (KEEP_FAILED) if it could
 * not be written, or with the task's own TIMEOUT or CANCELLED.
 */
bool keep_wait(struct task *t, struct keep *k, struct error *e) FALLIBLE;

/* ---- the owner's side ---- */
/* Something is to be written: its text is added to out. False: nothing, or one is on its way. */
bool keep_take(struct keep *k, struct buf *out);
/* The fate of what was taken. After a failure nothing is handed out until keep_retry or keep_set.
 */
void keep_done(struct keep *k, bool ok, const struct error *why);
bool keep_is_failed(const struct keep *k);
void keep_retry(struct keep *k);

#endif
