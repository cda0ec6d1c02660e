/* SPDX-License-Identifier: MIT */
/*
 * oauth: this server as a protected resource (OAuth 2.1, RFC 9728), for tokens of an issuer.
 *
 * A token is a JWT for our audience (data/jwt.h); its scopes with the prefix of the settings
 * (portcullis:read) are ours, and none of them approves or administrates. Nothing waits here: the
 * issuer's keys are fetched by whoever drives oauth_wants_keys and oauth_keys, at the start, every
 * hour, and when a token names a key that is not known, then at most every KEYS_PAUSE_S. Keys that
 * could not be fetched anew serve for a day. Tokens that were checked are remembered until they end
 * or the keys change.
 */
#ifndef PORTCULLIS_FACE_OAUTH_H
#define PORTCULLIS_FACE_OAUTH_H

#include "ops/op.h"

struct oauth;

enum {
    OAUTH_KEYS_PAUSE_S = 30,
    OAUTH_KEYS_EVERY_S = 3600,
    OAUTH_KEYS_SERVE_S = 86400,
    OAUTH_REMEMBERED = 64
};

/* `s` is borrowed. Never NULL. */
struct oauth *oauth_new(const struct oauth_settings *s);
/* Accepts NULL. */
void oauth_free(struct oauth *o);
/* There is an issuer. */
bool oauth_is_on(const struct oauth *o);

/* For how long a token that was checked is good: until then, and as long as its key is published.
 */
struct oauth_stay {
    struct utc until;
    struct sha256 key;
};

/*
 * Whose token that is: sets name and scopes of *who, and *stay. False with *e and the status to
 * refuse with: 401, 403 (INSUFFICIENT_SCOPE: none of our scopes) or 503 (OAUTH_KEYS: the keys are
 * not here yet).
 */
bool oauth_check(struct oauth *o, struct str token, struct moment now, struct arena *arena,
                 struct principal *who, struct oauth_stay *stay, int *status,
                 struct error *e) FALLIBLE;
/* Whether the issuer has withdrawn the key of what was checked. Its end is the caller's to see. */
bool oauth_is_withdrawn(const struct oauth *o, const struct oauth_stay *stay);
/* True for "oauth:SUBJECT". */
bool oauth_is_principal(struct str principal);

/* The scopes that an issuer can give. */
enum { OAUTH_SCOPES = SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE };
/*
 * The challenge to a token that is good and lacks the scope for `operation` (a name of ours; RFC
 * 6750, 3.1): insufficient_scope, with the scope that is needed behind those of ours that the token
 * has, so that the next one has them all. STR_NONE where no issuer can help: `who` has no token of
 * one, or the scope is for people.
 */
struct str oauth_step_up(const struct oauth_settings *s, const struct principal *who,
                         enum scope needed, const char *operation, struct arena *arena);
/* Which scope that is, where `op` was refused for want of one: that of its effect, or, to who has
 * it, the one to trade (the kill switch that flattens as well). */
enum scope oauth_missing(const struct principal *who, const struct op *op);
/* What a challenge adds (RFC 9728, 5.1): `, resource_metadata="...", scope="..."`. */
struct str oauth_hint(const struct oauth *o, struct arena *arena);
/* True for the paths of the metadata, while there is an issuer. */
bool oauth_is_metadata(const struct oauth *o, struct str path);
void oauth_metadata(const struct oauth *o, struct buf *out);

/* ---- keys ---- */
/* Whether to fetch oauth_settings.jwks_url now; if so it counts as begun. */
bool oauth_wants_keys(struct oauth *o, struct moment now);
/* When that is next to be asked. */
struct instant oauth_next(const struct oauth *o);
/* What came of it: the text, or what went wrong (`why`, else NULL). False with *e if it is of no
 * use. */
bool oauth_keys(struct oauth *o, struct str text, const struct error *why, struct moment now,
                struct error *e) FALLIBLE;

#endif
