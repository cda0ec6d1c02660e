/* SPDX-License-Identifier: MIT */
/*
 * What an issuer's tokens and keys may hold: text that begins with a brace is read as a set of
 * keys, everything else as a token, against keys whose private halves nobody has, so that none is
 * good.
 */
#include "data/jwt.h"

#include "../unit/data/jwt_samples.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jwks *keys;
    struct str in = {(const char *)data, size};
    struct error e = {0};
    if (!keys)
        keys = jwks_parse(str_of(sample_keys), &e);
    assert(keys);
    if (size && data[0] == '{') {
        struct jwks *k = jwks_parse(in, &e);
        assert(k ? jwks_count(k) <= JWKS_KEYS_MAX : e.code != ERROR_NONE);
        jwks_free(k);
        return 0;
    }
    const struct jwt_terms terms = {
        STR(SAMPLE_ISSUER), STR(SAMPLE_AUDIENCE), {SAMPLE_NOW * NS_PER_S}};
    struct jwt_claims c;
    struct arena *arena = arena_new(4 << 20);
    bool ok = jwt_check(keys, in, &terms, arena, &c, &e);
    bool is_sample = false;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        is_sample = is_sample || (!samples[i].reason[0] && str_eq(in, str_of(samples[i].token)));
    assert(!ok || is_sample);
    assert(ok || (e.code == ERROR_DENIED && e.reason[0]));
    arena_free(arena);
    return 0;
}
