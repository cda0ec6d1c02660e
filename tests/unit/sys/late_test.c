/* SPDX-License-Identifier: MIT */
#include "sys/late.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double (*cosine)(double);

static void a_name_of_the_library_is_called_through_its_pointer(void **state)
{
    (void)state;
    static const char *const files[] = {"libm.so.6", NULL};
    static const struct late_name names[] = {{"cos", &cosine}, {NULL, NULL}};
    struct late l = {files, names, false};
    struct error e;
    assert_true(late_open(&l, &e));
    assert_true(late_open(&l, &e));
    assert_true(cosine(0) == 1.0);
}

static void the_first_file_that_is_there_is_taken(void **state)
{
    (void)state;
    static const char *const files[] = {"libportcullis-none.so.1", "libm.so.6", NULL};
    static const struct late_name names[] = {{"cos", &cosine}, {NULL, NULL}};
    struct late l = {files, names, false};
    struct error e;
    cosine = NULL;
    assert_true(late_open(&l, &e));
    assert_true(cosine(0) == 1.0);
}

static void what_is_not_installed_is_named_each_time(void **state)
{
    (void)state;
    static const char *const files[] = {"libportcullis-none.so.1", NULL};
    static const struct late_name names[] = {{NULL, NULL}};
    struct late l = {files, names, false};
    for (int i = 0; i < 2; i++) {
        struct error e = {0};
        assert_false(late_open(&l, &e));
        assert_int_equal(e.code, ERROR_UNAVAILABLE);
        assert_string_equal(e.reason, "LIBRARY");
        assert_non_null(strstr(e.text, "libportcullis-none.so.1"));
    }
}

static void a_library_that_lacks_a_name_is_not_open(void **state)
{
    (void)state;
    static const char *const files[] = {"libm.so.6", NULL};
    static const struct late_name names[] = {
        {"cos", &cosine}, {"portcullis_none", &cosine}, {NULL, NULL}};
    struct late l = {files, names, false};
    struct error e = {0};
    assert_false(late_open(&l, &e));
    assert_string_equal(e.reason, "LIBRARY");
    assert_non_null(strstr(e.text, "portcullis_none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_the_library_is_called_through_its_pointer),
        cmocka_unit_test(the_first_file_that_is_there_is_taken),
        cmocka_unit_test(what_is_not_installed_is_named_each_time),
        cmocka_unit_test(a_library_that_lacks_a_name_is_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
