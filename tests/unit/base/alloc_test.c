/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include "dies.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nothing_is_still_a_block(void **state)
{
    (void)state;
    char *a = xmalloc(0), *b = xcalloc(0, 8), *c = xrealloc(NULL, 0);
    assert_true(a && b && c);
    xfree(a);
    xfree(b);
    xfree(c);
    xfree(NULL);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    char *p = xcalloc(10, 1);
    assert_int_equal(p[9], 0);
    strcpy(p, "kept");
    p = xrealloc(p, 100000);
    assert_string_equal(p, "kept");
    xfree(p);
}

static void overflow(void)
{
    volatile size_t many = SIZE_MAX / 2;
    xfree(xcalloc(many, 3));
}

static void a_product_that_overflows_stops_the_program(void **state)
{
    (void)state;
    assert_true(dies(overflow));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_still_a_block),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(a_product_that_overflows_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
