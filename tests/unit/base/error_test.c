/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void setting_an_error_fills_every_field_and_returns_false(void **state)
{
    (void)state;
    struct error e;
    memset(&e, 0x5A, sizeof e);
    assert_false(error_set(&e, ERROR_LIMIT, "VALUE_MAX", "value %d exceeds %s", 7, "max_value"));
    assert_int_equal(e.code, ERROR_LIMIT);
    assert_int_equal(e.broker_code, 0);
    assert_string_equal(e.reason, "VALUE_MAX");
    assert_string_equal(e.text, "value 7 exceeds max_value");
    assert_string_equal(e.next, "");
}

static void the_next_step_is_added_to_an_error(void **state)
{
    (void)state;
    struct error e;
    error_set(&e, ERROR_DENIED, "READ_ONLY", "orders are off");
    assert_false(error_next(&e, "set %s", "mode=paper"));
    assert_string_equal(e.next, "set mode=paper");
    assert_string_equal(e.text, "orders are off");
}

static void long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[2 * ERROR_TEXT_MAX];
    /* every phase of a three-byte character against the end of the field */
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4);
        struct error e;
        error_set(&e, ERROR_BROKER, text, "%s", text);
        error_next(&e, "%s", text);
        assert_in_range(strlen(e.text), ERROR_TEXT_MAX - 3, ERROR_TEXT_MAX - 1);
        assert_in_range(strlen(e.next), ERROR_NEXT_MAX - 3, ERROR_NEXT_MAX - 1);
        assert_in_range(strlen(e.reason), ERROR_REASON_MAX - 3, ERROR_REASON_MAX - 1);
        assert_true(str_is_utf8(str_of(e.text)));
        assert_true(str_is_utf8(str_of(e.next)));
        assert_true(str_is_utf8(str_of(e.reason)));
    }
}

static void an_error_may_be_made_from_its_own_text(void **state)
{
    (void)state;
    struct error e;
    error_set(&e, ERROR_BROKER, "REJECTED", "no");
    error_set(&e, ERROR_CONFLICT, e.reason, "before: %s", e.text);
    assert_string_equal(e.reason, "REJECTED");
    assert_string_equal(e.text, "before: no");
}

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < ERROR_CODE_COUNT; a++) {
        assert_true(strlen(error_code_name((enum error_code)a)) > 0);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(error_code_name((enum error_code)a),
                                    error_code_name((enum error_code)b));
    }
    assert_string_equal(error_code_name(ERROR_NOT_FOUND), "not_found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_fills_every_field_and_returns_false),
        cmocka_unit_test(the_next_step_is_added_to_an_error),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(an_error_may_be_made_from_its_own_text),
        cmocka_unit_test(every_code_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
