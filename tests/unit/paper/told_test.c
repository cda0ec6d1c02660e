/* SPDX-License-Identifier: MIT */
#include "paper/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void only_what_has_changed_is_news(void **state)
{
    (void)state;
    struct told t = {0};
    for (uint64_t round = 0; round < 3; round++) {
        told_begin(&t);
        for (uint64_t key = 1; key <= 300; key++) /* the tens change in the second round */
            assert_int_equal(told_is_news(&t, key, round == 0 || key % 10 != 0 ? 1 : 2),
                             round == 0 || (round == 1 && key % 10 == 0));
    }
    told_begin(&t);
    for (uint64_t key = 300; key >= 1; key--) /* in another order, and one that is new */
        assert_false(told_is_news(&t, key, key % 10 != 0 ? 1 : 2));
    assert_true(told_is_news(&t, 301, 1));
    assert_false(told_is_news(&t, 301, 1));
    told_free(&t);
    assert_true(told_is_news(&t, 7, 1));
    told_free(&t);
}

static void too_many_keys_are_always_news(void **state)
{
    (void)state;
    struct told t = {0};
    for (uint64_t key = 0; key < TOLD_ROWS_MAX; key++)
        assert_true(told_is_news(&t, key, 5));
    assert_true(told_is_news(&t, TOLD_ROWS_MAX, 5));
    assert_true(told_is_news(&t, TOLD_ROWS_MAX, 5));
    assert_false(told_is_news(&t, 0, 5));
    told_free(&t);
}

static void texts_and_amounts_that_differ_have_other_hashes(void **state)
{
    (void)state;
    assert_true(told_text(0, STR("ab")) != told_text(0, STR("ba")));
    assert_true(told_text(told_text(0, STR("a")), STR("bc")) !=
                told_text(told_text(0, STR("ab")), STR("c")));
    assert_true(told_dec(0, DEC(1)) != told_dec(0, dec_neg(DEC(1))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_has_changed_is_news),
        cmocka_unit_test(too_many_keys_are_always_news),
        cmocka_unit_test(texts_and_amounts_that_differ_have_other_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
