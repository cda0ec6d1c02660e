/* SPDX-License-Identifier: MIT */
#include "store/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char KEY[] = "0123456789abcdef";

static const char *redacted(const char *text)
{
    static char out[512];
    struct buf b;
    buf_init(&b, sizeof out - 1);
    assert_true(redact(str_of(KEY), str_of(text), NULL, NULL, &b));
    str_copy_cut(out, sizeof out, buf_str(&b));
    buf_fini(&b);
    return out;
}

static void account_numbers_are_masked_wherever_they_stand(void **state)
{
    (void)state;
    static const char *const accounts[] = {"DU1234567", "U1234567", "F123456",
                                           "DF1234567", "I1234567", "DUH123456"};
    static const char *const around[] = {"%s", "{\"account\":\"%s\"}", "for %s, now", "%s.",
                                         "(%s)"};
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++)
        for (size_t k = 0; k < sizeof around / sizeof around[0]; k++) {
            char text[64], expected[64], mask[ACCOUNT_MASK_MAX];
            assert_true(account_mask(str_of(KEY), str_of(accounts[i]), mask));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)snprintf(text, sizeof text, around[k], accounts[i]);
            (void)snprintf(expected, sizeof expected, around[k], mask);
#pragma GCC diagnostic pop
            assert_string_equal(redacted(text), expected);
            assert_string_equal(redacted(expected), expected);
            assert_null(strstr(redacted(text), accounts[i]));
        }
}

static void what_is_no_account_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "AAPL",
                                        "U1234",
                                        "DU12345678901",
                                        "XU1234567",
                                        "U1234567a",
                                        "u1234567",
                                        "US0378331005",
                                        "0000e0d5.6789abcd.01.01",
                                        "PC:01KAV5J8M0QWERTY",
                                        "U_1234567",
                                        "*** -- \"\\u00e4\""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(redacted(texts[i]), texts[i]);
}

static void a_mask_is_stable_tells_accounts_apart_and_needs_the_key(void **state)
{
    (void)state;
    char a[ACCOUNT_MASK_MAX], again[ACCOUNT_MASK_MAX], b[ACCOUNT_MASK_MAX], other[ACCOUNT_MASK_MAX];
    assert_true(account_mask(str_of(KEY), STR("DU1234567"), a));
    assert_true(account_mask(str_of(KEY), STR("DU1234567"), again));
    assert_true(account_mask(str_of(KEY), STR("DU1334567"), b)); /* the same last digits */
    assert_true(account_mask(STR("another key"), STR("DU1234567"), other));
    assert_string_equal(a, again);
    assert_memory_equal(a, "DU***67-", 8);
    assert_string_not_equal(a, b);
    assert_string_not_equal(a, other);
    assert_false(account_mask(str_of(KEY), STR("AAPL"), a));
    assert_string_equal(a, "");
}

static bool only_u(void *self, struct str mask, char account[ACCOUNT_MASK_MAX])
{
    int *asked = self;
    (*asked)++;
    str_copy_cut(account, ACCOUNT_MASK_MAX, mask.p[0] == 'U' ? STR("U1234567") : STR(""));
    return true;
}

static void masks_are_taken_off_where_the_account_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        int asked;
    } rows[] = {
        {"", "", 0},
        {"U***67-3fa9c2", "U1234567", 1},
        {"{\"a\":\"U***67-3fa9c2\",\"b\":\"U***67-3fa9c2\"}",
         "{\"a\":\"U1234567\",\"b\":\"U1234567\"}", 2},
        {"DU***67-3fa9c2 ***", "DU***67-3fa9c2 ***", 1}, /* not known */
        {"***U***67-3fa9c2", "***U1234567", 1},
        {"***", "***", 0},
        {"U****67-3fa9c2", "U****67-3fa9c2", 0},
        {"X***67-3fa9c2", "X***67-3fa9c2", 0},
        {"U***67-3fa9c", "U***67-3fa9c", 0},
        {"U***67-3fa9cX", "U***67-3fa9cX", 0},
        {"U***6x-3fa9c2", "U***6x-3fa9c2", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        int asked = 0;
        buf_init(&b, 512);
        assert_true(unmask(str_of(rows[i].text), only_u, &asked, &b));
        if (!str_eq(buf_str(&b), str_of(rows[i].expected)) || asked != rows[i].asked)
            fail_msg("row %zu: asked %d: " STR_FMT, i, asked, STR_ARG(buf_str(&b)));
        buf_fini(&b);
    }
}

static void a_buffer_that_is_full_is_told(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    assert_false(redact(str_of(KEY), STR("for DU1234567"), NULL, NULL, &b));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(account_numbers_are_masked_wherever_they_stand),
        cmocka_unit_test(what_is_no_account_stays),
        cmocka_unit_test(a_mask_is_stable_tells_accounts_apart_and_needs_the_key),
        cmocka_unit_test(masks_are_taken_off_where_the_account_is_known),
        cmocka_unit_test(a_buffer_that_is_full_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
