/* SPDX-License-Identifier: MIT */
#include "face/errors.h"

#include "fixture.h"

static const struct {
    enum face face;
    const char *next, *spoken;
} steps[] = {
    {FACE_CLI, "look with test_wait, then test_order",
     "look with `portcullis wait`, then "
     "`portcullis test order`"},
    {FACE_CLI, "test_words has no command", "test_words has no command"},
    {FACE_CLI, "set dry_run, or a smaller quantity", "set --dry-run, or a smaller quantity"},
    {FACE_CLI, "test_waiting is no tool; nor is a_test_wait",
     "test_waiting is no tool; nor is "
     "a_test_wait"},
    {FACE_CLI, "", ""},
    {FACE_REST, "look with test_wait, set dry_run", "look with GET /api/test/wait, set dry_run"},
    {FACE_MCP, "look with test_wait, set dry_run", "look with test_wait, set dry_run"},
};

static void the_next_step_is_told_in_the_words_of_the_face(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    const struct op *op = op_find(STR("test_order"));
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct error e = {.code = ERROR_INVALID};
        str_copy_cut(e.next, sizeof e.next, str_of(steps[i].next));
        error_speak(steps[i].face, op, &e);
        assert_string_equal(e.next, steps[i].spoken);
    }
    fixture_free(f);
}

static void a_next_step_that_grows_too_long_is_cut(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct error e = {.code = ERROR_INVALID};
    for (size_t i = 0; i < sizeof e.next - 1; i++)
        e.next[i] = "test_wait "[i % 10];
    error_speak(FACE_CLI, NULL, &e);
    assert_true(strlen(e.next) < sizeof e.next);
    assert_holds(STR_NAME(e.next), "`portcullis wait` `portcullis wait`");
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_step_is_told_in_the_words_of_the_face),
        cmocka_unit_test(a_next_step_that_grows_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
