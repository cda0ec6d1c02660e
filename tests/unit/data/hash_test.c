/* SPDX-License-Identifier: MIT */
#include "data/hash.h"

#include "test.h"

static const char *hex_of(struct sha256 h)
{
    static char text[SHA256_HEX_MAX];
    hash_hex(&h, text);
    return text;
}

/* FIPS 180-2, appendix B. */
static void sha256_gives_the_published_digests(void **state)
{
    struct hash_state s;
    (void)state;
    assert_string_equal(hex_of(hash_sha256(STR("abc"))),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(hex_of(hash_sha256(STR_NONE)),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_init(&s);
    for (int i = 0; i < 1000000; i++)
        hash_add(&s, STR("a"));
    assert_string_equal(hex_of(hash_end(&s)),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* RFC 4231, test cases 1 and 2. */
static void hmac_gives_the_published_digests(void **state)
{
    char key[20];
    (void)state;
    memset(key, 0x0b, sizeof key);
    assert_string_equal(hex_of(hash_hmac_sha256((struct str){key, sizeof key}, STR("Hi There"))),
                        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_string_equal(hex_of(hash_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"))),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void secrets_are_equal_only_in_full(void **state)
{
    (void)state;
    assert_true(hash_equal(STR("abc"), STR("abc")));
    assert_true(hash_equal(STR(""), STR_NONE));
    assert_false(hash_equal(STR("abc"), STR("abd")));
    assert_false(hash_equal(STR("abc"), STR("ab")));
    assert_false(hash_equal(STR("abc"), STR("xbc")));
}

static void hex_passes_both_ways(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 64);
    assert_true(hex_encode((struct str){"\x00\xFF\x1a", 3}, &b));
    assert_str(buf_str(&b), "00ff1a");
    buf_reset(&b);
    assert_true(hex_decode(STR("00FF1a"), &b));
    assert_int_equal(b.n, 3);
    assert_memory_equal(b.p, "\x00\xFF\x1a", 3);
    assert_false(hex_decode(STR("0"), &b));
    assert_false(hex_decode(STR("0g"), &b));
    assert_true(hex_decode(STR(""), &b));
    buf_fini(&b);
    buf_init(&b, 3);
    assert_false(hex_encode(STR("ab"), &b));
    buf_fini(&b);
}

static void base64url_has_no_padding(void **state)
{
    static const char *const rows[][2] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xFB\xFF\xFE", "-__-"}};
    struct buf b;
    (void)state;
    buf_init(&b, 64);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_reset(&b);
        assert_true(base64url_encode(str_of(rows[i][0]), &b));
        assert_str(buf_str(&b), rows[i][1]);
    }
    buf_fini(&b);
}

static void base64_is_read_strictly(void **state)
{
    static const struct {
        const char *in, *plain, *url; /* NULL: refused */
    } rows[] = {
        {"", "", ""},
        {"YQ==", "a", "a"},
        {"YWI=", "ab", "ab"},
        {"YWJj", "abc", "abc"},
        {"YQ", NULL, "a"},
        {"YWI", NULL, "ab"},
        {"Y", NULL, NULL},
        {"YQ=", NULL, NULL},
        {"YR==", NULL, NULL},
        {"YQ==YQ==", NULL, NULL},
        {"Y Q==", NULL, NULL},
        {"YQ==\n", NULL, NULL},
        {"+/+/", "\xfb\xff\xbf", NULL},
        {"-_-_", NULL, "\xfb\xff\xbf"},
        {"=", NULL, NULL},
        {"====", NULL, NULL},
        {"YQ=a", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b;
        buf_init(&b, 64);
        bool ok = base64_decode(str_of(rows[i].in), &b);
        if (ok != (rows[i].plain != NULL))
            print_error("base64 %s\n", rows[i].in);
        assert_int_equal(ok, rows[i].plain != NULL);
        if (ok)
            assert_str(buf_str(&b), rows[i].plain);
        buf_reset(&b);
        ok = base64url_decode(str_of(rows[i].in), &b);
        if (ok != (rows[i].url != NULL))
            print_error("base64url %s\n", rows[i].in);
        assert_int_equal(ok, rows[i].url != NULL);
        if (ok)
            assert_str(buf_str(&b), rows[i].url);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(hmac_gives_the_published_digests),
        cmocka_unit_test(secrets_are_equal_only_in_full),
        cmocka_unit_test(hex_passes_both_ways),
        cmocka_unit_test(base64url_has_no_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
