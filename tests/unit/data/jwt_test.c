/* SPDX-License-Identifier: MIT */
/* Tokens of an issuer, made by another implementation: which are good, and why the others are not.
 */
#include "data/jwt.h"

#include "jwt_samples.h"
#include "test.h"

static const struct jwt_terms terms = {.issuer = {SAMPLE_ISSUER, sizeof SAMPLE_ISSUER - 1},
                                       .audience = {SAMPLE_AUDIENCE, sizeof SAMPLE_AUDIENCE - 1},
                                       .now = {SAMPLE_NOW * NS_PER_S}};

static void each_token_is_good_or_refused_for_its_reason(void **state)
{
    struct error e = {0};
    (void)state;
    struct jwks *k = jwks_parse(str_of(sample_keys), &e);
    assert_non_null(k);
    assert_int_equal(jwks_count(k), 3);
    for (size_t i = 0; i < COUNT(samples); i++) {
        struct arena *a = arena_new(1 << 20);
        struct jwt_claims c;
        e = (struct error){0};
        bool ok = jwt_check(k, str_of(samples[i].token), &terms, a, &c, &e);
        if (ok != !samples[i].reason[0] || strcmp(e.reason, samples[i].reason) != 0)
            fail_msg("%s: %s", samples[i].name, e.reason);
        if (ok && strcmp(samples[i].name, "client_id") != 0) {
            assert_str(c.subject, "ann");
            assert_str(c.scopes, "openid portcullis:read portcullis:trade");
        }
        arena_free(a);
    }
    jwks_free(k);
}

static void no_changed_bit_and_no_cut_is_good(void **state)
{
    struct error e = {0};
    (void)state;
    struct jwks *k = jwks_parse(str_of(sample_keys), &e);
    char text[4096];
    size_t n = strlen(samples[2].token);
    assert_true(n < sizeof text);
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new(1 << 20);
        struct jwt_claims c;
        memcpy(text, samples[2].token, n);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_false(jwt_check(k, (struct str){text, n}, &terms, a, &c, &e));
        assert_false(jwt_check(k, (struct str){samples[2].token, i}, &terms, a, &c, &e));
        arena_free(a);
    }
    jwks_free(k);
}

static void what_is_no_set_of_keys_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "{\"keys\":[]}",
        "{\"keys\":{}}",
        "{\"keys\":[{\"kty\":\"RSA\"}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}]}"};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        assert_null(jwks_parse(str_of(rows[i]), &e));
        assert_string_equal(e.reason, "KEYS");
    }
    jwks_free(NULL);
}

static void only_what_looks_like_one_is_looked_at(void **state)
{
    (void)state;
    assert_true(jwt_is_like(str_of(samples[0].token)));
    assert_false(jwt_is_like(STR("pc_abc")));
    assert_false(jwt_is_like(STR("a.b.c")));
    assert_false(jwt_is_like(STR("eyJ.b")));
    assert_false(jwt_is_like(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_token_is_good_or_refused_for_its_reason),
        cmocka_unit_test(no_changed_bit_and_no_cut_is_good),
        cmocka_unit_test(what_is_no_set_of_keys_is_refused),
        cmocka_unit_test(only_what_looks_like_one_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
