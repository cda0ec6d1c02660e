/* SPDX-License-Identifier: MIT */
/*
 * jwt: signed tokens of an issuer (RFC 7519), checked against its published keys (RFC 7517).
 *
 * Allowed are RS256, PS256, ES256 and EdDSA (Ed25519), each with a key of its own kind, so that a
 * token cannot choose how it is looked at; "none", HMAC and critical extensions are refused. RSA
 * keys have 2,048 bits or more. Pure arithmetic, nettle's: keys, token and time come in.
 */
#ifndef PORTCULLIS_DATA_JWT_H
#define PORTCULLIS_DATA_JWT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "data/hash.h"

struct jwks;

enum {
    JWT_MAX = 8 << 10,   /* bytes of a token */
    JWKS_MAX = 64 << 10, /* bytes of a set of keys */
    JWKS_KEYS_MAX = 32,
    JWT_LEEWAY_S = 60 /* that clocks may differ */
};

/* Keys that are of no use here are passed over. NULL with *e (INVALID, KEYS) if it is no set, or
 * none is of use. */
struct jwks *jwks_parse(struct str text, struct error *e) FALLIBLE;
/* Accepts NULL. */
void jwks_free(struct jwks *k);
size_t jwks_count(const struct jwks *k);
/* Whether that key (jwt_claims.key) is among them. */
bool jwks_has(const struct jwks *k, const struct sha256 *key);

struct jwt_claims {
    struct str subject; /* "sub"; else "client_id" */
    struct str scopes;  /* "scope", or "scp" as a text or a list: words with spaces between */
    struct utc expires;
    struct sha256 key; /* the key that signed it, by what the issuer has published of it */
};

/*
 * True if the token is signed by one of the keys, is of that issuer and for that audience, and is
 * valid now; an `exp` and a subject are required. Texts of *out lie in the arena. False with *e
 * (DENIED): JWT (it is none), JWT_ALG, JWT_KEY (no key of that id: perhaps a newer one),
 * JWT_SIGNATURE, JWT_ISSUER, JWT_AUDIENCE, JWT_NOT_YET, TOKEN_EXPIRED.
 */
struct jwt_terms {
    struct str issuer, audience;
    struct utc now;
};
bool jwt_check(const struct jwks *k, struct str token, const struct jwt_terms *terms,
               struct arena *arena, struct jwt_claims *out, struct error *e) FALLIBLE;
/* Three parts with dots between, the first of them an object: worth a look. */
bool jwt_is_like(struct str token);

#endif
