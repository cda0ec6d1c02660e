/* SPDX-License-Identifier: MIT */
/*
 * tls: TLS 1.2 and 1.3 for a server, as bytes in and bytes out, on GnuTLS.
 *
 * A `tls` is a certificate with its key; a `tls_session` one connection. The session meets no
 * socket: whoever has one feeds what it read and sends what tls_session_output holds.
 */
#ifndef PORTCULLIS_SYS_TLS_H
#define PORTCULLIS_SYS_TLS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/instant.h"

struct tls;
struct tls_session;

enum { TLS_FILE_MAX = 256 << 10, TLS_FINGERPRINT_MAX = 96, TLS_DAYS = 397 };

/* ---- certificates ---- */
/*
 * Of two PEM texts, the chain beginning with our own certificate. NULL with *e (INVALID, reason
 * CERTIFICATE): what cannot be read, or a key that is not the certificate's.
 */
struct tls *tls_new(struct str chain_pem, struct str key_pem, struct error *e) FALLIBLE;
/* Accepts NULL. No session is left. */
void tls_free(struct tls *t);
/*
 * Makes a key (ECDSA P-256) and a certificate that it signs itself, for `names` (separated by
 * commas: DNS names and addresses, perhaps with a port, which is dropped) and this machine's own
 * names, valid TLS_DAYS days from `now`. PEM texts are appended.
 */
bool tls_make(struct str names, struct utc now, struct buf *chain_pem, struct buf *key_pem,
              struct error *e) FALLIBLE;
/* SHA-256 of the certificate, as browsers and `openssl x509 -fingerprint` show it: "AB:CD:...". */
const char *tls_fingerprint(const struct tls *t);
/* When it ends to be valid. */
struct utc tls_expires(const struct tls *t);

/* ---- sessions ---- */
/* Never NULL. `t` is borrowed for the life of the session. */
struct tls_session *tls_session_new(struct tls *t);
/* Accepts NULL. */
void tls_session_free(struct tls_session *s);

/* What came from the peer (copied). False: more than is ever unread. */
bool tls_session_feed(struct tls_session *s, struct str bytes) FALLIBLE;
enum tls_read { TLS_READ_MORE, TLS_READ_DATA, TLS_READ_END, TLS_READ_BAD };
/* Goes on with the handshake and with what was fed; DATA: *n bytes are in out. Ask until MORE. */
enum tls_read tls_session_read(struct tls_session *s, char *out, size_t room, size_t *n);
/* Encrypts. False before the handshake is over, or if the session has failed. */
bool tls_session_write(struct tls_session *s, struct str bytes) FALLIBLE;
/* Says that nothing more will come. */
void tls_session_end(struct tls_session *s);
/* What must go to the peer; the caller takes it out. */
struct buf *tls_session_output(struct tls_session *s);

#endif
