/* SPDX-License-Identifier: MIT */
/* The PIN: right and wrong ones, the lock that grows, and what a restart finds. */
#include "base/alloc.h"
#include "guard/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_S = 60, DAY_S = 86400 };

static struct bench {
    struct tasks *tasks;
    struct moment now;
    struct keep *keep;
    struct pin *pin;
    struct buf file; /* what is on the disk */
    bool disk_fails;
    bool sets; /* what the task does */
    struct secret secret;
    bool is_done, ok;
    struct error error;
} b;

static void fill(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

static void start(void)
{
    struct error e = {0};
    b.keep = keep_new(PIN_FILE_MAX);
    b.pin = pin_new(buf_str(&b.file), b.keep, (struct entropy){fill, NULL}, 3, &e);
    assert_non_null(b.pin);
}

static void stop(void)
{
    pin_free(b.pin);
    keep_free(b.keep);
}

static void restart(void)
{
    stop();
    start();
}

static int set_up(void **state)
{
    (void)state;
    memset(&b, 0, sizeof b);
    b.now = (struct moment){{NS_PER_S}, {1700000000LL * NS_PER_S}};
    b.tasks = tasks_new();
    buf_init(&b.file, PIN_FILE_MAX);
    start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tasks_free(b.tasks);
    stop();
    buf_fini(&b.file);
    return 0;
}

static void work(struct task *t, void *arg)
{
    (void)arg;
    b.ok =
        b.sets ? pin_set(t, b.pin, &b.secret, &b.error) : pin_check(t, b.pin, &b.secret, &b.error);
    b.is_done = true;
}

/* The owner: writes the file, stretches the secret. */
static void drive(void)
{
    struct pin_job job;
    struct buf text;
    buf_init(&text, PIN_FILE_MAX);
    if (keep_take(b.keep, &text)) {
        struct error why = {0};
        if (b.disk_fails)
            error_set(&why, ERROR_UNAVAILABLE, "DISK_FULL", "no space left on device");
        else
            buf_reset(&b.file), buf_add_str(&b.file, buf_str(&text));
        keep_done(b.keep, !b.disk_fails, &why);
    }
    if (pin_take(b.pin, &job)) {
        pin_job_run(&job);
        assert_int_equal(job.secret.n, 0);
        pin_done(b.pin, &job);
    }
    buf_fini(&text);
}

static void begin(bool sets, const char *secret)
{
    b.sets = sets;
    b.is_done = b.ok = false;
    b.error = (struct error){0};
    b.secret.n = strlen(secret);
    memcpy(b.secret.text, secret, b.secret.n);
    assert_non_null(task_spawn(b.tasks, b.now, 1000, work, NULL));
    tasks_run(b.tasks, b.now);
}

static bool run(bool sets, const char *secret)
{
    begin(sets, secret);
    for (int i = 0; i < 5 && !b.is_done; i++) {
        drive();
        tasks_run(b.tasks, b.now);
    }
    assert_true(b.is_done);
    drive(); /* what need not be waited for */
    return b.ok;
}

#define refused(why) assert_string_equal(b.error.reason, why)

static void pass(int64_t seconds)
{
    b.now.mono.ns += seconds * NS_PER_S;
    b.now.wall.ns += seconds * NS_PER_S;
}

static void without_a_pin_nothing_is_right(void **state)
{
    (void)state;
    assert_false(run(false, "1234"));
    refused("NO_PIN");
    assert_int_equal(b.file.n, 0);
}

static void the_right_one_is_right_also_after_a_restart(void **state)
{
    (void)state;
    assert_true(run(true, "correct horse"));
    assert_true(run(false, "correct horse"));
    restart();
    assert_true(run(false, "correct horse"));
    assert_false(run(false, "correct hors"));
    refused("PIN_WRONG");
    assert_false(run(false, ""));
    assert_true(str_find_str(buf_str(&b.file), STR("horse")) == b.file.n);
}

static void its_length_is_bounded_on_both_sides(void **state)
{
    static const struct {
        const char *pin;
        bool ok;
    } rows[] = {{"123", false},
                {"1234", true},
                {"0123456789012345678901234567890123456789012345678901234567890123", true},
                {"12\t4", false},
                {"12\x7f"
                 "4",
                 false},
                {"\xc3\xa4\xc3\xb6", true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(run(true, rows[i].pin), rows[i].ok);
        if (!rows[i].ok)
            refused("PIN_LENGTH");
        else
            assert_true(run(false, rows[i].pin));
    }
}

static void wrong_ones_lock_it_for_a_time_that_doubles(void **state)
{
    (void)state;
    assert_true(run(true, "1234"));
    for (int i = 1; i < PIN_TRIES; i++) {
        assert_false(run(false, "0000"));
        refused("PIN_WRONG");
    }
    int64_t lock = MINUTE_S;
    for (int i = 0; i < 14; i++) {
        assert_false(run(false, "0000"));
        refused("PIN_WRONG");
        assert_false(run(false, "1234"));
        refused("PIN_LOCKED");
        pass(lock - 1);
        assert_false(run(false, "1234"));
        refused("PIN_LOCKED");
        restart();
        assert_false(run(false, "1234"));
        refused("PIN_LOCKED");
        pass(1);
        lock = lock * 2 < DAY_S ? lock * 2 : DAY_S;
    }
    assert_int_equal(lock, DAY_S);
    assert_true(run(false, "1234"));
    assert_false(run(false, "0000"));
    refused("PIN_WRONG"); /* and not locked: the right one has cleared the count */
    assert_true(run(false, "1234"));
}

static void an_attempt_counts_before_its_answer_is_known(void **state)
{
    (void)state;
    struct pin_status s;
    assert_true(run(true, "1234"));
    begin(false, "0000");
    drive();             /* the count is on the disk; the answer is not known */
    tasks_free(b.tasks); /* the process dies */
    b.tasks = tasks_new();
    restart();
    pin_status(b.pin, b.now.wall, &s);
    assert_int_equal(s.failures, 1);
}

static void what_cannot_be_counted_is_not_checked(void **state)
{
    (void)state;
    assert_true(run(true, "1234"));
    b.disk_fails = true;
    assert_false(run(false, "1234"));
    refused("KEEP_FAILED");
    b.disk_fails = false;
    assert_true(run(false, "1234"));
}

static void a_clock_that_was_set_back_does_not_lock_for_years(void **state)
{
    (void)state;
    assert_true(run(true, "1234"));
    for (int i = 0; i < PIN_TRIES; i++)
        assert_false(run(false, "0000"));
    b.now.wall.ns -= (int64_t)365 * DAY_S * NS_PER_S;
    struct pin_status s;
    pin_status(b.pin, b.now.wall, &s);
    assert_true(s.locked_until.has);
    assert_true(s.locked_until.v.ns == b.now.wall.ns + (int64_t)MINUTE_S * NS_PER_S);
}

static void one_attempt_at_a_time(void **state)
{
    (void)state;
    struct error e = {0};
    assert_true(run(true, "1234"));
    begin(false, "1234");
    assert_false(pin_may_try(b.pin, b.now.wall, &e));
    assert_string_equal(e.reason, "PIN_BUSY");
    drive();
    tasks_run(b.tasks, b.now);
    drive();
    tasks_run(b.tasks, b.now);
    assert_true(b.ok);
    assert_true(pin_may_try(b.pin, b.now.wall, &e));
}

static void who_gives_up_leaves_the_next_one_free(void **state)
{
    (void)state;
    struct pin_job job;
    assert_true(run(true, "1234"));
    begin(false, "1234");
    drive();
    tasks_run(b.tasks, b.now);
    assert_true(pin_take(b.pin, &job)); /* at the worker */
    pass(2);
    tasks_run(b.tasks, b.now);
    assert_true(b.is_done && !b.ok);
    refused("TIMEOUT");
    pin_job_run(&job);
    pin_done(b.pin, &job);
    assert_true(run(false, "1234"));
}

static void a_file_that_is_none_is_refused(void **state)
{
    static const char no_hash[] =
        "{\"version\":1,\"iterations\":5,\"salt\":\"00000000000000000000000000000000\","
        "\"pbkdf2_sha256\":\"00\",\"failures\":0}";
    static const char *const files[] = {
        "junk", "{}", "{\"version\":2}", no_hash,
        "{\"version\":1,\"iterations\":0,\"salt\":\"00\",\"pbkdf2_sha256\":\"\",\"failures\":0}"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct error e = {0};
        assert_null(pin_new(str_of(files[i]), b.keep, (struct entropy){fill, NULL}, 3, &e));
        assert_string_equal(e.reason, "BAD_PIN_FILE");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_pin_nothing_is_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_right_one_is_right_also_after_a_restart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(its_length_is_bounded_on_both_sides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_ones_lock_it_for_a_time_that_doubles, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_counts_before_its_answer_is_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_counted_is_not_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_was_set_back_does_not_lock_for_years, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_attempt_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_gives_up_leaves_the_next_one_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
