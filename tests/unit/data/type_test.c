/* SPDX-License-Identifier: MIT */
#include "data/type.h"

#include "sample.h"
#include "test.h"

static void a_field_is_found_by_its_public_name(void **state)
{
    (void)state;
    assert_ptr_equal(type_find(&sample_type, STR("symbol")), &sample_fields[0]);
    assert_non_null(type_find(&sample_type, STR("dryRun")));
    assert_null(type_find(&sample_type, STR("dry_run")));
    assert_null(type_find(&sample_type, STR("SYMBOL")));
    assert_null(type_find(&sample_type, STR("")));
    assert_null(type_find(&sample_type, STR_NONE));
}

static void a_slip_finds_the_name_that_was_meant(void **state)
{
    static const char *const rows[][2] = {
        {"symbl", "symbol"}, {"Symbol", "symbol"},     {"quantiy", "quantity"},
        {"qty", NULL},       {"zzzzzz", NULL},         {"", NULL},
        {"limits", "limit"}, {"limit_price", "limit"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *near = type_nearest(&sample_type, str_of(rows[i][0]));
        if (rows[i][1])
            assert_string_equal(near ? near : "(none)", rows[i][1]);
        else
            assert_null(near);
    }
}

static void an_empty_struct_is_absent_where_it_can_be(void **state)
{
    static const char *const absent[] = {"symbol", "note",  "client", "beta", "limit", "confirm",
                                         "kind",   "until", "tags",   "legs", "token"};
    struct sample s = {0};
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(absent); i++)
        assert_true(field_absent(type_find(&sample_type, str_of(absent[i])), &s));
    for (size_t i = 0; i < sample_type.count; i++)
        count += field_absent(&sample_fields[i], &s);
    assert_int_equal(count, COUNT(absent));
}

static void what_holds_a_value_is_not_absent(void **state)
{
    struct str tags[1] = {STR("x")};
    struct sample s = {.symbol = STR(""),
                       .note = STR("n"),
                       .client = {0, true},
                       .beta = {0, true},
                       .limit = {{0}, true},
                       .confirm = {false, true},
                       .kind = 1,
                       .until = {{0}, true},
                       .tags = {tags, 0},
                       .legs = {tags, 0},
                       .token = STR("")};
    (void)state;
    for (size_t i = 0; i < sample_type.count; i++)
        assert_false(field_absent(&sample_fields[i], &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_found_by_its_public_name),
        cmocka_unit_test(a_slip_finds_the_name_that_was_meant),
        cmocka_unit_test(an_empty_struct_is_absent_where_it_can_be),
        cmocka_unit_test(what_holds_a_value_is_not_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
