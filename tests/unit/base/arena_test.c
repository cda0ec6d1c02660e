/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/rng.h"
#include "dies.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    arena_reset(a); /* harmless before the first use */
    struct rng r;
    rng_init(&r, 5, 1);
    for (int life = 0; life < 3; life++) {
        enum { PIECES = 2000 };
        static unsigned char *piece[PIECES];
        static size_t size[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            size[i] = rng_below(&r, i % 100 == 0 ? 100000 : 300);
            piece[i] = arena_alloc(a, size[i]);
            assert_int_equal((uintptr_t)piece[i] % alignof(max_align_t), 0);
            for (size_t k = 0; k < size[i]; k++)
                assert_int_equal(piece[i][k], 0);
            memset(piece[i], (int)(i % 255 + 1), size[i]);
        }
        for (size_t i = 0; i < PIECES; i++)
            for (size_t k = 0; k < size[i]; k++)
                assert_int_equal(piece[i][k], i % 255 + 1);
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void the_cap_is_reached_and_not_passed(void **state)
{
    (void)state;
    struct arena *a = arena_new(100000);
    size_t unit = alignof(max_align_t), n = 0;
    assert_true(arena_has(a, 100000));
    assert_false(arena_has(a, 100001));
    assert_false(arena_has(a, SIZE_MAX));
    for (; arena_has(a, unit); n += unit)
        arena_alloc(a, unit);
    assert_int_equal(arena_used(a), n);
    assert_true(n > 100000 - unit);
    assert_false(arena_has(a, 1 + (100000 - n) / unit * unit));
    arena_reset(a);
    memset(arena_alloc(a, 100000), 1, 100000);
    assert_false(arena_has(a, 1));
    arena_free(a);
    arena_free(NULL);
}

static void the_first_block_is_used_again_after_a_reset(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    char *first = arena_alloc(a, 100);
    arena_alloc(a, 500000);
    arena_reset(a);
    assert_ptr_equal(arena_alloc(a, 100), first);
    arena_free(a);
}

static void texts_are_copied_with_a_nul_behind(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct str s = arena_str(a, (struct str){"abcdef", 3});
    assert_int_equal(s.n, 3);
    assert_string_equal(s.p, "abc");
    assert_null(arena_str(a, STR_NONE).p);
    assert_non_null(arena_str(a, STR("")).p);
    s = arena_f(a, "%d-%s", 12, "x");
    assert_string_equal(s.p, "12-x");
    assert_int_equal(s.n, 4);
    for (int width = 254; width < 259; width++) {
        s = arena_f(a, "%*d", width, 9);
        assert_int_equal(s.n, width);
        assert_int_equal(strlen(s.p), width);
        assert_int_equal(s.p[width - 1], '9');
    }
    arena_free(a);
}

static void typed_allocation_counts_in_elements(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    int64_t *one = ARENA_NEW(a, int64_t);
    int64_t *many = ARENA_MANY(a, int64_t, 1000);
    *one = 5;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(many[i], 0);
    many[999] = 7;
    assert_int_equal(*one, 5);
    arena_free(a);
}

static void allocate_over_the_cap(void)
{
    arena_alloc(arena_new(100), 101);
}

static void allocate_an_overflowing_array(void)
{
    arena_array(arena_new(100), SIZE_MAX / 2, 3);
}

static void going_over_the_cap_stops_the_program(void **state)
{
    (void)state;
    assert_true(dies(allocate_over_the_cap));
    assert_true(dies(allocate_an_overflowing_array));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(the_cap_is_reached_and_not_passed),
        cmocka_unit_test(the_first_block_is_used_again_after_a_reset),
        cmocka_unit_test(texts_are_copied_with_a_nul_behind),
        cmocka_unit_test(typed_allocation_counts_in_elements),
        cmocka_unit_test(going_over_the_cap_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
