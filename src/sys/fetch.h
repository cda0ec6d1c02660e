/* SPDX-License-Identifier: MIT */
/*
 * fetch: one document from a server by https, or by http from this machine. Blocks: for a worker.
 *
 * By libcurl. The certificate must be valid for the name, by the system's trust. No redirection is
 * followed, no proxy used, no credential sent, nothing but status 200 accepted. Reasons: BAD_URL,
 * NO_SUCH_HOST, FETCH_TIMEOUT, FETCH_TLS, FETCH_STATUS, FETCH_FAILED, TOO_LARGE, CONNECTION_REFUSED
 * and what else the system says.
 */
#ifndef PORTCULLIS_SYS_FETCH_H
#define PORTCULLIS_SYS_FETCH_H

#include "base/buf.h"
#include "base/error.h"

enum { FETCH_URL_MAX = 1024 };

/* Appends the document, at most `cap` bytes of it, within timeout_ms. After a failure a part of it
 * may be there. */
bool fetch(const char *url, size_t cap, int64_t timeout_ms, struct buf *out,
           struct error *e) FALLIBLE;
/* Whether it is a URL that fetch takes. */
bool fetch_takes(struct str url);

#endif
