/* SPDX-License-Identifier: MIT */
#include "data/hash.h"

#include <assert.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>

static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hash_state), "the state has room");

static struct sha256_ctx *ctx_of(struct hash_state *s)
{
    return (struct sha256_ctx *)(void *)s->private_space;
}

static const uint8_t *bytes_of(struct str s)
{
    return (const uint8_t *)(s.p ? s.p : "");
}

/* ---- digests ---- */
void hash_init(struct hash_state *s)
{
    assert(s);
    sha256_init(ctx_of(s));
}

void hash_add(struct hash_state *s, struct str piece)
{
    assert(s);
    sha256_update(ctx_of(s), piece.n, bytes_of(piece));
}

struct sha256 hash_end(struct hash_state *s)
{
    struct sha256 h;
    assert(s);
    sha256_digest(ctx_of(s), sizeof h.bytes, h.bytes);
    return h;
}

struct sha256 hash_sha256(struct str s)
{
    struct hash_state state;
    hash_init(&state);
    hash_add(&state, s);
    return hash_end(&state);
}

struct sha256 hash_hmac_sha256(struct str key, struct str s)
{
    struct hmac_sha256_ctx ctx;
    struct sha256 h;
    hmac_sha256_set_key(&ctx, key.n, bytes_of(key));
    hmac_sha256_update(&ctx, s.n, bytes_of(s));
    hmac_sha256_digest(&ctx, sizeof h.bytes, h.bytes);
    return h;
}

struct sha256 hash_pbkdf2_sha256(struct str secret, struct str salt, unsigned iterations)
{
    struct sha256 h;
    assert(iterations > 0);
    pbkdf2_hmac_sha256(secret.n, bytes_of(secret), iterations, salt.n, bytes_of(salt),
                       sizeof h.bytes, h.bytes);
    return h;
}

bool hash_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memeql_sec(a.p, b.p, a.n));
}

/* ---- bytes as text ---- */
static const char hex_digits[] = "0123456789abcdef";

static void put_hex(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex_digits[bytes[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
}

void hash_hex(const struct sha256 *h, char out[SHA256_HEX_MAX])
{
    assert(h && out);
    put_hex(h->bytes, sizeof h->bytes, out);
    out[2 * sizeof h->bytes] = '\0';
}

bool hex_encode(struct str bytes, struct buf *out)
{
    char *space = buf_space(out, 2 * bytes.n);
    if (!space)
        return false;
    put_hex(bytes_of(bytes), bytes.n, space);
    buf_grow(out, 2 * bytes.n);
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(struct str hex, struct buf *out)
{
    if (hex.n % 2)
        return false;
    for (size_t i = 0; i < hex.n; i += 2) {
        int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);
        if (high < 0 || low < 0 || !buf_add_char(out, (char)(high << 4 | low)))
            return false;
    }
    return true;
}

bool base64url_encode(struct str bytes, struct buf *out)
{
    struct base64_encode_ctx ctx;
    size_t most = BASE64_ENCODE_LENGTH(bytes.n) + BASE64_ENCODE_FINAL_LENGTH;
    char *space = buf_space(out, most);
    if (!space)
        return false;
    base64url_encode_init(&ctx);
    size_t n = base64_encode_update(&ctx, space, bytes.n, bytes_of(bytes));
    n += base64_encode_final(&ctx, space + n);
    while (n > 0 && space[n - 1] == '=')
        n--;
    buf_grow(out, n);
    return true;
}

/* nettle skips white space and wants the padding; neither is let pass as it comes. */
static bool decode(struct base64_decode_ctx *ctx, struct str text, bool pads, struct buf *out)
{
    static const char padding[] = "==";
    size_t n = BASE64_DECODE_LENGTH(text.n + 2), tail = 0;
    char *space = buf_space(out, n ? n : 1);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ')
            return false;
    if (!space || !base64_decode_update(ctx, &n, (uint8_t *)space, text.n, text.p ? text.p : ""))
        return false;
    if (pads && text.n % 4 > 1 && text.p[text.n - 1] != '=' &&
        !base64_decode_update(ctx, &tail, (uint8_t *)space + n, 4 - text.n % 4, padding))
        return false;
    buf_grow(out, n + tail);
    return base64_decode_final(ctx);
}

bool base64_decode(struct str text, struct buf *out)
{
    struct base64_decode_ctx ctx;
    base64_decode_init(&ctx);
    return decode(&ctx, text, false, out);
}

bool base64url_decode(struct str text, struct buf *out)
{
    struct base64_decode_ctx ctx;
    base64url_decode_init(&ctx);
    return decode(&ctx, text, true, out);
}
