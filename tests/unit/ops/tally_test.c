/* SPDX-License-Identifier: MIT */
#include "ops/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct op ops[2] = {{.name = "get_one"}, {.name = "get_two"}};

static void calls_are_counted_by_face_and_how_long_they_took(void **state)
{
    struct tally *t = tally_new();
    (void)state;
    tally_call(t, &ops[0], FACE_CLI, 0, NULL);
    tally_call(t, &ops[0], FACE_REST, 25, NULL);
    tally_call(t, &ops[0], FACE_REST, 26, NULL);
    tally_call(t, &ops[1], FACE_MCP, 60000, NULL);
    const struct tally_row *r = tally_row_at(t, 0);
    assert_ptr_equal(r->op, &ops[0]);
    assert_int_equal(r->calls[FACE_CLI], 1);
    assert_int_equal(r->calls[FACE_REST], 2);
    assert_int_equal(r->calls[FACE_MCP], 0);
    assert_int_equal(r->count, 3);
    assert_int_equal(r->total_ms, 51);
    static const int64_t within[TALLY_BUCKETS] = {1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3};
    assert_memory_equal(r->within, within, sizeof within);
    r = tally_row_at(t, 1);
    assert_int_equal(r->count, 1);
    assert_int_equal(r->within[TALLY_BUCKETS - 1], 0);
    assert_null(tally_row_at(t, 2));
    tally_free(t);
}

static void failures_are_counted_by_their_code_up_to_a_bound(void **state)
{
    struct tally *t = tally_new();
    struct error e = {0};
    (void)state;
    for (int i = 0; i < TALLY_FAILURES_MAX + 100; i++) {
        char reason[ERROR_REASON_MAX];
        (void)snprintf(reason, sizeof reason, "CODE_%d", i);
        error_set(&e, ERROR_DENIED, reason, "no");
        tally_call(t, &ops[i % 2], FACE_MCP, 1, &e);
        tally_call(t, &ops[i % 2], FACE_MCP, 1, &e);
    }
    int64_t sum = 0;
    const struct tally_failure *f;
    size_t n = 0;
    for (; (f = tally_failure_at(t, n)); n++)
        sum += f->count;
    assert_int_equal(n, TALLY_FAILURES_MAX);
    assert_int_equal(sum, 2 * (TALLY_FAILURES_MAX + 100));
    assert_string_equal(tally_failure_at(t, 0)->reason, "CODE_0");
    assert_int_equal(tally_failure_at(t, 0)->count, 2);
    assert_string_equal(tally_failure_at(t, n - 1)->reason, "other");
    assert_null(tally_failure_at(t, n - 1)->op);
    tally_free(t);
}

static void without_a_tally_nobody_counts(void **state)
{
    (void)state;
    tally_call(NULL, &ops[0], FACE_CLI, 1, NULL);
    tally_http(NULL, 200);
    assert_null(tally_row_at(NULL, 0));
    assert_null(tally_failure_at(NULL, 0));
    assert_int_equal(tally_http_count(NULL, 200), 0);
    struct tally *t = tally_new();
    tally_http(t, 200);
    tally_http(t, 200);
    tally_http(t, 404);
    assert_int_equal(tally_http_count(t, 200), 2);
    assert_int_equal(tally_http_count(t, 404), 1);
    tally_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_by_face_and_how_long_they_took),
        cmocka_unit_test(failures_are_counted_by_their_code_up_to_a_bound),
        cmocka_unit_test(without_a_tally_nobody_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
