/* SPDX-License-Identifier: MIT */
/*
 * certificate: what the HTTP server shows to who connects: the files of http.certificate and
 * http.key, or one that is made here, once, and kept in the state directory (http.crt, http.key).
 */
#ifndef PORTCULLIS_APP_CERTIFICATE_H
#define PORTCULLIS_APP_CERTIFICATE_H

#include "base/log.h"
#include "ops/settings.h"
#include "sys/tls.h"

/* One of our own that ends within so many days is made anew. */
enum { CERTIFICATE_RENEW_DAYS = 30 };

/* NULL with *e: a file that is missing, not private (the key), or no certificate. */
struct tls *certificate_load(const struct http_settings *s, const char *state_dir, struct utc now,
                             const struct log *log, struct error *e) FALLIBLE;

/* The same without making one: NULL and *is_there false where one would be made. */
struct tls *certificate_look(const struct http_settings *s, const char *state_dir, bool *is_there,
                             struct error *e);

#endif
