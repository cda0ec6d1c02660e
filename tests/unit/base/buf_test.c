/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/rng.h"
#include "dies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_holds(const struct buf *b, const char *want)
{
    assert_int_equal(b->n, strlen(want));
    assert_memory_equal(buf_str(b).p, want, b->n);
}

static void every_way_of_adding_appends(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_non_null(buf_str(&b).p);
    assert_int_equal(buf_str(&b).n, 0);
    assert_true(buf_add(&b, "ab", 2));
    assert_true(buf_add(&b, NULL, 0));
    assert_true(buf_add_str(&b, STR("cd")));
    assert_true(buf_add_str(&b, STR_NONE));
    assert_true(buf_add_c(&b, "ef"));
    assert_true(buf_add_char(&b, '|'));
    assert_true(buf_add_i64(&b, INT64_MIN));
    assert_true(buf_add_char(&b, '|'));
    assert_true(buf_add_i64(&b, INT64_MAX));
    assert_true(buf_add_i64(&b, 0));
    assert_true(buf_add_f(&b, "|%s=%d", "x", 5));
    assert_holds(&b, "abcdef|-9223372036854775808|92233720368547758070|x=5");
    assert_false(b.failed);
    buf_fini(&b);
}

static void long_formatted_text_arrives_whole(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5000);
    for (int width = 250; width < 262; width++) {
        buf_reset(&b);
        assert_true(buf_add_f(&b, "%*d", width, 7));
        assert_int_equal(b.n, width);
        assert_int_equal(b.p[b.n - 1], '7');
    }
    buf_reset(&b);
    assert_true(buf_add_f(&b, "%5000d", 7)); /* exactly the cap */
    assert_int_equal(b.n, 5000);
    buf_reset(&b);
    assert_false(buf_add_f(&b, "%5001d", 7));
    assert_true(b.failed);
    buf_fini(&b);
}

static void the_cap_is_reached_and_not_passed(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 600; cap += cap < 20 ? 1 : 97) {
        struct buf b;
        buf_init(&b, cap);
        for (size_t i = 0; i < cap; i++)
            assert_true(buf_add_char(&b, 'x'));
        assert_false(b.failed);
        assert_true(b.room <= cap);
        assert_false(buf_add_char(&b, 'y'));
        assert_true(b.failed);
        assert_int_equal(b.n, cap);
        buf_fini(&b);
    }
}

static void a_failure_stays_until_the_reset(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    assert_true(buf_add_c(&b, "abc"));
    assert_false(buf_add_c(&b, "de"));
    assert_false(buf_add_char(&b, 'f')); /* would fit, but the text would have a gap */
    assert_false(buf_add_i64(&b, 1));
    assert_false(buf_add_f(&b, "%s", ""));
    assert_null(buf_space(&b, 1));
    assert_holds(&b, "abc");
    buf_reset(&b);
    assert_false(b.failed);
    assert_true(buf_add_c(&b, "abcd"));
    assert_holds(&b, "abcd");
    buf_fini(&b);
}

static void an_absurd_size_is_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    assert_true(buf_add_char(&b, 'x'));
    assert_null(buf_space(&b, SIZE_MAX));
    assert_true(b.failed);
    buf_fini(&b);
}

static void space_is_filled_by_the_caller_and_claimed(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_non_null(buf_space(&b, 0));
    char *p = buf_space(&b, 1000);
    assert_non_null(p);
    memset(p, 'z', 1000);
    buf_grow(&b, 3);
    assert_holds(&b, "zzz");
    assert_null(buf_space(&b, 998));
    assert_true(b.failed);
    buf_fini(&b);
}

static void a_buf_is_a_queue_of_bytes(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 3, 1);
    struct buf b;
    buf_init(&b, 700);
    unsigned char written = 0, read = 0;
    for (int round = 0; round < 5000; round++) {
        for (uint32_t n = rng_below(&r, 200); n && b.n < 700; n--)
            assert_true(buf_add_char(&b, (char)written++));
        size_t n = rng_below(&r, (uint32_t)b.n + 1);
        for (size_t i = 0; i < n; i++)
            assert_int_equal((unsigned char)b.p[i], read++);
        buf_consume(&b, n);
    }
    buf_fini(&b);
}

static void cutting_shortens_from_the_end(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add_c(&b, "a, b, ");
    buf_cut(&b, 4);
    assert_holds(&b, "a, b");
    buf_cut(&b, 0);
    assert_holds(&b, "");
    buf_fini(&b);
}

static void a_resting_buf_keeps_no_more_than_it_is_told(void **state)
{
    (void)state;
    static const struct {
        size_t held;
        bool is_kept;
    } rows[] = {{10, true}, {60000, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        buf_init(&b, 100000);
        assert_non_null(buf_space(&b, rows[i].held));
        assert_null(buf_space(&b, 100001));
        buf_rest(&b, 4096);
        assert_holds(&b, "");
        assert_int_equal(b.room > 0, rows[i].is_kept);
        assert_true(b.room <= 4096);
        /* the cap is the old one, and the failure is forgotten */
        assert_non_null(buf_space(&b, 100000));
        buf_fini(&b);
    }
}

static void consume_too_much(void)
{
    struct buf b;
    buf_init(&b, 10);
    buf_add_c(&b, "a");
    buf_consume(&b, 2);
}

static void grow_too_much(void)
{
    struct buf b;
    buf_init(&b, 10);
    buf_grow(&b, 1);
}

static void taking_more_than_there_is_stops_the_program(void **state)
{
    (void)state;
    assert_true(dies(consume_too_much));
    assert_true(dies(grow_too_much));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_adding_appends),
        cmocka_unit_test(long_formatted_text_arrives_whole),
        cmocka_unit_test(the_cap_is_reached_and_not_passed),
        cmocka_unit_test(a_failure_stays_until_the_reset),
        cmocka_unit_test(an_absurd_size_is_refused),
        cmocka_unit_test(space_is_filled_by_the_caller_and_claimed),
        cmocka_unit_test(a_buf_is_a_queue_of_bytes),
        cmocka_unit_test(cutting_shortens_from_the_end),
        cmocka_unit_test(a_resting_buf_keeps_no_more_than_it_is_told),
        cmocka_unit_test(taking_more_than_there_is_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
