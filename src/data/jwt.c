/* SPDX-License-Identifier: MIT */
#include "data/jwt.h"

#include "base/alloc.h"
#include "data/hash.h"
#include "data/json.h"

#include <assert.h>
#include <gmp.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/eddsa.h>
#include <nettle/rsa.h>
#include <string.h>

enum {
    RSA_BITS_MIN = 2048,
    RSA_BITS_MAX = 8192,
    COORDINATE_BYTES = 32,
    KEY_ID_MAX = 128,
    PSS_SALT_BYTES = SHA256_BYTES, /* RFC 7518, 3.5 */
    AUDIENCES_MAX = 32
};

enum kind { KEY_RSA, KEY_P256, KEY_ED25519 };

struct key {
    enum kind kind;
    char id[KEY_ID_MAX];  /* "" = it has none */
    char alg[8];          /* the only one that it is for; "" = any of its kind */
    struct sha256 digest; /* of its numbers as they were published */
    struct rsa_public_key rsa;
    struct ecc_point point;
    uint8_t ed25519[ED25519_KEY_SIZE];
};

struct jwks {
    struct key keys[JWKS_KEYS_MAX];
    size_t count;
};

/* ---- keys ---- */

/* The bytes of a member in base64url; at most as many as fit. */
static bool get_bytes(const struct json *j, struct str name, struct buf *out)
{
    struct str text = json_get_str(j, name);
    buf_reset(out);
    return text.n > 0 && base64url_decode(text, out);
}

static const uint8_t *bytes_of(const struct buf *b)
{
    return (const uint8_t *)b->p;
}

static bool read_rsa(const struct json *j, struct buf *bytes, struct key *k)
{
    rsa_public_key_init(&k->rsa);
    bool ok = get_bytes(j, STR("n"), bytes);
    if (ok)
        nettle_mpz_set_str_256_u(k->rsa.n, bytes->n, bytes_of(bytes));
    ok = ok && get_bytes(j, STR("e"), bytes) && bytes->n <= 8;
    if (ok)
        nettle_mpz_set_str_256_u(k->rsa.e, bytes->n, bytes_of(bytes));
    size_t bits = ok ? mpz_sizeinbase(k->rsa.n, 2) : 0;
    ok = ok && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && mpz_odd_p(k->rsa.e) &&
         mpz_cmp_ui(k->rsa.e, 3) >= 0 && rsa_public_key_prepare(&k->rsa);
    if (!ok)
        rsa_public_key_clear(&k->rsa);
    return ok;
}

static bool read_point(const struct json *j, struct buf *bytes, struct key *k)
{
    mpz_t x, y;
    bool ok = str_eq(json_get_str(j, STR("crv")), STR("P-256"));
    mpz_init(x);
    mpz_init(y);
    ecc_point_init(&k->point, nettle_get_secp_256r1());
    ok = ok && get_bytes(j, STR("x"), bytes) && bytes->n == COORDINATE_BYTES;
    if (ok)
        nettle_mpz_set_str_256_u(x, bytes->n, bytes_of(bytes));
    ok = ok && get_bytes(j, STR("y"), bytes) && bytes->n == COORDINATE_BYTES;
    if (ok)
        nettle_mpz_set_str_256_u(y, bytes->n, bytes_of(bytes));
    ok = ok && ecc_point_set(&k->point, x, y); /* it lies on the curve */
    if (!ok)
        ecc_point_clear(&k->point);
    mpz_clear(x);
    mpz_clear(y);
    return ok;
}

static bool read_ed25519(const struct json *j, struct buf *bytes, struct key *k)
{
    bool ok = str_eq(json_get_str(j, STR("crv")), STR("Ed25519")) &&
              get_bytes(j, STR("x"), bytes) && bytes->n == sizeof k->ed25519;
    if (ok)
        memcpy(k->ed25519, bytes->p, sizeof k->ed25519);
    return ok;
}

static const struct {
    const char *kty;
    enum kind kind;
    bool (*read)(const struct json *j, struct buf *bytes, struct key *k);
} kinds[] = {
    {"RSA", KEY_RSA, read_rsa}, {"EC", KEY_P256, read_point}, {"OKP", KEY_ED25519, read_ed25519}};

static struct sha256 digest_of(const struct json *j, struct buf *bytes)
{
    static const char *const numbers[] = {"kty", "crv", "n", "e", "x", "y"};
    buf_reset(bytes);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        buf_add_str(bytes, json_get_str(j, str_of(numbers[i])));
        buf_add_char(bytes, ' ');
    }
    return hash_sha256(buf_str(bytes));
}

static bool read_key(const struct json *j, struct buf *bytes, struct key *k)
{
    struct str use = json_get_str(j, STR("use")), kty = json_get_str(j, STR("kty"));
    *k = (struct key){.kind = KEY_RSA};
    if ((use.p && !str_eq(use, STR("sig"))) || json_get(j, STR("d")) || /* a private key? no */
        !str_copy(k->id, sizeof k->id, json_get_str(j, STR("kid"))) ||
        !str_copy(k->alg, sizeof k->alg, json_get_str(j, STR("alg"))))
        return false;
    k->digest = digest_of(j, bytes);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        k->kind = kinds[i].kind;
        if (str_eq(kty, str_of(kinds[i].kty)))
            return kinds[i].read(j, bytes, k);
    }
    return false;
}

struct jwks *jwks_parse(struct str text, struct error *e)
{
    struct arena *arena = arena_new(4 << 20);
    struct jwks *all = xcalloc(1, sizeof *all);
    struct error why = {0};
    struct buf bytes;
    buf_init(&bytes, JWKS_MAX);
    const struct json *j = text.n <= JWKS_MAX ? json_parse(text, arena, &why) : NULL;
    const struct json *keys = json_get(j, STR("keys")), *one;
    for (size_t i = 0;
         keys && keys->kind == JSON_ARRAY && (one = json_at(keys, i)) && all->count < JWKS_KEYS_MAX;
         i++)
        all->count += read_key(one, &bytes, &all->keys[all->count]);
    buf_fini(&bytes);
    arena_free(arena);
    if (all->count)
        return all;
    jwks_free(all);
    error_set(e, ERROR_INVALID, "KEYS", "this is no set of keys of use here (RSA, P-256, Ed25519)");
    return NULL;
}

void jwks_free(struct jwks *k)
{
    for (size_t i = 0; k && i < k->count; i++) {
        if (k->keys[i].kind == KEY_RSA)
            rsa_public_key_clear(&k->keys[i].rsa);
        if (k->keys[i].kind == KEY_P256)
            ecc_point_clear(&k->keys[i].point);
    }
    xfree(k);
}

size_t jwks_count(const struct jwks *k)
{
    return k ? k->count : 0;
}

bool jwks_has(const struct jwks *k, const struct sha256 *key)
{
    for (size_t i = 0; i < jwks_count(k); i++)
        if (memcmp(k->keys[i].digest.bytes, key->bytes, sizeof key->bytes) == 0)
            return true;
    return false;
}

/* ---- signatures ---- */

static bool is_rsa(const struct key *k, struct str text, struct str signature, bool is_pss)
{
    struct sha256 digest = hash_sha256(text);
    mpz_t s;
    nettle_mpz_init_set_str_256_u(s, signature.n, (const uint8_t *)signature.p);
    bool ok = signature.n == k->rsa.size &&
              (is_pss ? rsa_pss_sha256_verify_digest(&k->rsa, PSS_SALT_BYTES, digest.bytes, s)
                      : rsa_sha256_verify_digest(&k->rsa, digest.bytes, s));
    mpz_clear(s);
    return ok;
}

static bool is_rs256(const struct key *k, struct str text, struct str signature)
{
    return is_rsa(k, text, signature, false);
}

static bool is_ps256(const struct key *k, struct str text, struct str signature)
{
    return is_rsa(k, text, signature, true);
}

static bool is_es256(const struct key *k, struct str text, struct str signature)
{
    struct sha256 digest = hash_sha256(text);
    struct dsa_signature s;
    const uint8_t *p = (const uint8_t *)signature.p;
    if (signature.n != 2 * (size_t)COORDINATE_BYTES)
        return false;
    dsa_signature_init(&s);
    nettle_mpz_set_str_256_u(s.r, COORDINATE_BYTES, p);
    nettle_mpz_set_str_256_u(s.s, COORDINATE_BYTES, p + COORDINATE_BYTES);
    bool ok = ecdsa_verify(&k->point, sizeof digest.bytes, digest.bytes, &s);
    dsa_signature_clear(&s);
    return ok;
}

static bool is_eddsa(const struct key *k, struct str text, struct str signature)
{
    return signature.n == ED25519_SIGNATURE_SIZE &&
           ed25519_sha512_verify(k->ed25519, text.n, (const uint8_t *)text.p,
                                 (const uint8_t *)signature.p);
}

static const struct algorithm {
    const char *name;
    enum kind kind;
    bool (*is_signed)(const struct key *k, struct str text, struct str signature);
} algorithms[] = {{"RS256", KEY_RSA, is_rs256},
                  {"PS256", KEY_RSA, is_ps256},
                  {"ES256", KEY_P256, is_es256},
                  {"EdDSA", KEY_ED25519, is_eddsa}};

/* ---- tokens ---- */

struct parts {
    struct str head, body, signature;
    struct str text; /* what is signed: head and body as they came */
};

static bool split(struct str token, struct parts *out)
{
    struct str rest = token;
    size_t one = str_find(token, '.', 0), two = str_find(token, '.', one + 1);
    if (two >= token.n || str_find(token, '.', two + 1) < token.n)
        return false;
    out->head = str_sub(rest, 0, one);
    out->body = str_sub(rest, one + 1, two);
    out->signature = str_sub(rest, two + 1, rest.n);
    out->text = str_sub(rest, 0, two);
    return out->head.n && out->body.n;
}

bool jwt_is_like(struct str token)
{
    struct parts p;
    return str_starts(token, STR("eyJ")) && split(token, &p); /* {" in base64 */
}

static bool deny(struct error *e, const char *reason, const char *text)
{
    return error_set(e, ERROR_DENIED, reason, "%s", text);
}

static const struct json *open_part(struct str text, struct arena *arena)
{
    struct buf plain;
    struct error ignored = {0};
    buf_init(&plain, JWT_MAX);
    const struct json *j =
        base64url_decode(text, &plain) ? json_parse(buf_str(&plain), arena, &ignored) : NULL;
    buf_fini(&plain);
    return j && j->kind == JSON_OBJECT ? j : NULL;
}

static const struct algorithm *find_algorithm(struct str name)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (str_eq(name, str_of(algorithms[i].name)))
            return &algorithms[i];
    return NULL;
}

/* The key that the head names; without a name, the only one of the kind. */
static const struct key *find_key(const struct jwks *k, const struct algorithm *a, struct str id)
{
    const struct key *found = NULL;
    for (size_t i = 0; i < k->count; i++) {
        const struct key *one = &k->keys[i];
        if (one->kind != a->kind || (one->alg[0] && strcmp(one->alg, a->name) != 0))
            continue;
        if (id.p && !str_eq(id, STR_NAME(one->id)))
            continue;
        if (found)
            return NULL; /* which of the two? */
        found = one;
    }
    return found;
}

static bool check_signature(const struct jwks *k, const struct parts *p, struct arena *arena,
                            struct sha256 *by, struct error *e)
{
    const struct json *head = open_part(p->head, arena);
    struct str type = json_get_str(head, STR("typ"));
    struct buf signature;
    if (!head || json_get(head, STR("crit")) ||
        (type.p && !str_ieq(type, STR("JWT")) && !str_ieq(type, STR("at+jwt")) &&
         !str_ieq(type, STR("application/at+jwt"))))
        return deny(e, "JWT", "this is no access token");
    const struct algorithm *a = find_algorithm(json_get_str(head, STR("alg")));
    if (!a)
        return deny(e, "JWT_ALG", "the token is not signed by RS256, PS256, ES256 or EdDSA");
    const struct key *key = find_key(k, a, json_get_str(head, STR("kid")));
    if (!key)
        return deny(e, "JWT_KEY",
                    "the token is signed with a key that the issuer has not published");
    *by = key->digest;
    buf_init(&signature, JWT_MAX);
    bool ok = base64url_decode(p->signature, &signature) &&
              a->is_signed(key, p->text, buf_str(&signature));
    buf_fini(&signature);
    return ok || deny(e, "JWT_SIGNATURE", "the signature of the token is wrong");
}

/* Seconds since 1970, with or without a fraction. */
static bool get_time(const struct json *j, struct str name, struct opt_utc *out)
{
    const struct json *v = json_get(j, name);
    int64_t s;
    *out = (struct opt_utc){.has = v != NULL};
    if (!v)
        return true;
    struct str whole = str_sub(v->text, 0, str_find(v->text, '.', 0));
    if (v->kind != JSON_NUMBER || !str_to_i64(whole, &s) || s < 0 || s > INT64_MAX / NS_PER_S)
        return false;
    out->v.ns = s * NS_PER_S;
    return true;
}

static bool is_for(const struct json *audience, struct str us)
{
    struct str text;
    if (json_to_str(audience, &text))
        return str_eq(text, us);
    for (size_t i = 0; audience && audience->kind == JSON_ARRAY && i < AUDIENCES_MAX; i++)
        if (json_to_str(json_at(audience, i), &text) && str_eq(text, us))
            return true;
    return false;
}

static struct str get_scopes(const struct json *j, struct arena *arena)
{
    const struct json *list = json_get(j, STR("scp"));
    struct str one, all = json_get_str(j, STR("scope"));
    if (all.p)
        return all;
    if (json_to_str(list, &one))
        return one;
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < AUDIENCES_MAX; i++)
        if (json_to_str(json_at(list, i), &one))
            all = arena_f(arena, STR_FMT " " STR_FMT, STR_ARG(all), STR_ARG(one));
    return all;
}

static bool check_times(const struct json *j, struct utc now, struct utc *expires, struct error *e)
{
    struct opt_utc from, to;
    int64_t leeway = JWT_LEEWAY_S * (int64_t)NS_PER_S;
    if (!get_time(j, STR("nbf"), &from) || !get_time(j, STR("exp"), &to) || !to.has)
        return deny(e, "JWT", "the token does not say when it ends");
    if (to.v.ns <= now.ns - leeway)
        return deny(e, "TOKEN_EXPIRED", "the token has expired");
    if (from.has && from.v.ns > now.ns + leeway)
        return deny(e, "JWT_NOT_YET", "the token is not valid yet");
    *expires = to.v;
    return true;
}

bool jwt_check(const struct jwks *k, struct str token, const struct jwt_terms *terms,
               struct arena *arena, struct jwt_claims *out, struct error *e)
{
    struct parts p;
    assert(k && terms && terms->issuer.n && terms->audience.n && arena && out && e);
    *out = (struct jwt_claims){.subject = STR_NONE};
    if (token.n > JWT_MAX || !split(token, &p))
        return deny(e, "JWT", "this is no access token");
    if (!check_signature(k, &p, arena, &out->key, e))
        return false;
    const struct json *j = open_part(p.body, arena);
    if (!j)
        return deny(e, "JWT", "this is no access token");
    if (!str_eq(json_get_str(j, STR("iss")), terms->issuer))
        return deny(e, "JWT_ISSUER", "the token is of another issuer");
    if (!is_for(json_get(j, STR("aud")), terms->audience))
        return deny(e, "JWT_AUDIENCE", "the token is for somebody else");
    out->subject = json_get_str(j, STR("sub"));
    if (!out->subject.n)
        out->subject = json_get_str(j, STR("client_id"));
    out->scopes = get_scopes(j, arena);
    if (!out->subject.n)
        return deny(e, "JWT", "the token does not say whose it is");
    return check_times(j, terms->now, &out->expires, e);
}
