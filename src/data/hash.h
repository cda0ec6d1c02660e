/* SPDX-License-Identifier: MIT */
/*
 * hash: digests and the text forms of bytes. The arithmetic is nettle's.
 */
#ifndef PORTCULLIS_DATA_HASH_H
#define PORTCULLIS_DATA_HASH_H

#include "base/buf.h"
#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX_MAX = 65 };

struct sha256 {
    uint8_t bytes[SHA256_BYTES];
};

/* ---- digests ---- */
struct sha256 hash_sha256(struct str s);
/* HMAC-SHA-256 (RFC 2104) of s under key. */
struct sha256 hash_hmac_sha256(struct str key, struct str s);
/* PBKDF2 with HMAC-SHA-256 (RFC 8018); iterations > 0. Slow by intention: not on the core thread.
 */
struct sha256 hash_pbkdf2_sha256(struct str secret, struct str salt, unsigned iterations);
/* Lower-case hex with its NUL. */
void hash_hex(const struct sha256 *h, char out[SHA256_HEX_MAX]);

/* Piece by piece: init, add as often as needed, end once. */
struct hash_state {
    uint64_t private_space[24];
};
void hash_init(struct hash_state *s);
void hash_add(struct hash_state *s, struct str piece);
struct sha256 hash_end(struct hash_state *s);

/* ---- comparing secrets ---- */
/* Takes the same time wherever the difference is; different lengths are simply unequal. */
bool hash_equal(struct str a, struct str b);

/* ---- bytes as text ---- */
bool hex_encode(struct str bytes, struct buf *out);
/* False on an odd length or a character that is no hex digit; `out` may then hold a part. */
bool hex_decode(struct str hex, struct buf *out);
/* RFC 4648 section 5, without padding. */
bool base64url_encode(struct str bytes, struct buf *out);
/* RFC 4648 section 4 (with padding) and 5 (with or without). False on anything that is no such
 * text; `out` may then hold a part. */
bool base64_decode(struct str text, struct buf *out);
bool base64url_decode(struct str text, struct buf *out);

#endif
