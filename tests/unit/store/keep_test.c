/* SPDX-License-Identifier: MIT */
/* A small text on its way to the disk: the newest wins, and who waits learns its fate. */
#include "store/keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct bench {
    struct tasks *tasks;
    struct moment now;
    struct keep *keep;
    int done, right; /* tasks that waited, and that were told yes */
    struct error error;
} b;

static int set_up(void **state)
{
    (void)state;
    memset(&b, 0, sizeof b);
    b.now = (struct moment){{NS_PER_S}, {NS_PER_S}};
    b.tasks = tasks_new();
    b.keep = keep_new(64);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tasks_free(b.tasks);
    keep_free(b.keep);
    return 0;
}

static void set_and_wait(struct task *t, void *text)
{
    keep_set(b.keep, str_of(text));
    b.right += keep_wait(t, b.keep, &b.error);
    b.done++;
}

static void begin(char *text)
{
    assert_non_null(task_spawn(b.tasks, b.now, 1000, set_and_wait, text));
    tasks_run(b.tasks, b.now);
}

/* What is handed out; "" if nothing is. */
static const char *taken(void)
{
    static char text[65];
    struct buf out;
    buf_init(&out, 64);
    text[0] = '\0';
    if (keep_take(b.keep, &out))
        str_copy_cut(text, sizeof text, buf_str(&out));
    buf_fini(&out);
    return text;
}

static void done(bool ok)
{
    struct error why = {0};
    if (!ok)
        error_set(&why, ERROR_UNAVAILABLE, "DISK_FULL", "no space left on device");
    keep_done(b.keep, ok, &why);
    tasks_run(b.tasks, b.now);
}

static char one[] = "one", two[] = "two", three[] = "three";

static void nothing_is_handed_out_before_it_is_set_or_after_it_is_kept(void **state)
{
    (void)state;
    assert_string_equal(taken(), "");
    begin(one);
    assert_string_equal(taken(), "one");
    assert_string_equal(taken(), ""); /* one at a time */
    assert_int_equal(b.done, 0);
    done(true);
    assert_int_equal(b.right, 1);
    assert_string_equal(taken(), "");
}

static void the_newest_wins_and_older_waiters_are_served_by_it(void **state)
{
    (void)state;
    begin(one);
    assert_string_equal(taken(), "one");
    begin(two);
    begin(three);
    done(true);
    assert_int_equal(b.done, 1);
    assert_string_equal(taken(), "three");
    done(true);
    assert_int_equal(b.right, 3);
}

static void a_failure_is_told_and_not_repeated_by_itself(void **state)
{
    (void)state;
    begin(one);
    assert_string_equal(taken(), "one");
    done(false);
    assert_int_equal(b.done, 1);
    assert_int_equal(b.right, 0);
    assert_string_equal(b.error.reason, "KEEP_FAILED");
    assert_true(keep_is_failed(b.keep));
    assert_string_equal(taken(), "");
    keep_retry(b.keep);
    assert_string_equal(taken(), "one");
    done(true);
    assert_false(keep_is_failed(b.keep));
}

static void a_failure_of_an_older_text_is_none_of_the_newer(void **state)
{
    (void)state;
    begin(one);
    assert_string_equal(taken(), "one");
    begin(two);
    done(false);
    assert_int_equal(b.done, 0); /* the newer one will do for both */
    assert_string_equal(taken(), "two");
    done(true);
    assert_int_equal(b.right, 2);
}

static void who_runs_out_of_time_is_told_so(void **state)
{
    (void)state;
    begin(one);
    b.now.mono.ns += 2 * (int64_t)NS_PER_S;
    tasks_run(b.tasks, b.now);
    assert_int_equal(b.done, 1);
    assert_string_equal(b.error.reason, "TIMEOUT");
    assert_string_equal(taken(), "one"); /* it is written all the same */
    done(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_handed_out_before_it_is_set_or_after_it_is_kept,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_wins_and_older_waiters_are_served_by_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_told_and_not_repeated_by_itself, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failure_of_an_older_text_is_none_of_the_newer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_runs_out_of_time_is_told_so, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
