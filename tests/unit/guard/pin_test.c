/* SPDX-License-Identifier: MIT */
/* The PIN: right and wrong ones, the lock that grows, and what a restart finds. */
#include "base/alloc.h"
#include "guard/pin.h"

#include <malloc.h>
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

/* What the file says of it, at once: nothing more is written by looking. */
static void all_that_is_known_of_it_is_kept(void **state)
{
    (void)state;
    struct pin_status s;
    assert_true(run(true, "1234"));
    struct utc since = b.now.wall;
    pass(10);
    restart();
    pin_status(b.pin, b.now.wall, &s);
    assert_true(s.is_set && s.set_at.has && s.set_at.v.ns == since.ns);
    assert_int_equal(s.failures, 0);
    assert_int_equal(b.file.p[b.file.n - 1], '\n');
    assert_false(run(false, "0000"));
    assert_true(str_find_str(buf_str(&b.file), STR("\"locked_until\":null")) < b.file.n);
    assert_true(run(false, "1234"));
    restart();
    pin_status(b.pin, b.now.wall, &s);
    assert_int_equal(s.failures, 0);
    assert_true(run(false, "1234"));
}

static void a_look_at_the_file_alone_tells_the_same(void **state)
{
    (void)state;
    struct pin_status s, looked;
    struct error e = {0};
    assert_true(pin_look(buf_str(&b.file), b.now.wall, &looked, &e));
    assert_false(looked.is_set);
    assert_true(run(true, "1234"));
    for (int i = 0; i < PIN_TRIES; i++)
        assert_false(run(false, "0000"));
    pin_status(b.pin, b.now.wall, &s);
    assert_true(pin_look(buf_str(&b.file), b.now.wall, &looked, &e));
    assert_true(looked.is_set && looked.set_at.v.ns == s.set_at.v.ns);
    assert_int_equal(looked.failures, PIN_TRIES);
    assert_true(looked.locked_until.has && looked.locked_until.v.ns == s.locked_until.v.ns);
    pass(MINUTE_S);
    assert_true(pin_look(buf_str(&b.file), b.now.wall, &looked, &e));
    assert_false(looked.locked_until.has);
    assert_false(pin_look(STR("junk"), b.now.wall, &looked, &e));
    assert_string_equal(e.reason, "BAD_PIN_FILE");
}

static void a_refusal_says_how_many_are_left_and_until_when_it_is_locked(void **state)
{
    (void)state;
    char until[UTC_TEXT_MAX];
    struct error e = {0};
    assert_false(pin_may_try(b.pin, b.now.wall, &e));
    assert_non_null(strstr(e.next, "portcullis pin set"));
    assert_true(run(true, "1234"));
    for (int i = 1; i < PIN_TRIES; i++)
        assert_false(run(false, "0000"));
    assert_string_equal(b.error.next, "1 more before it is locked for a while");
    assert_false(run(false, "0000"));
    assert_string_equal(b.error.next, "it is locked for 60 s");
    utc_format((struct utc){b.now.wall.ns + MINUTE_S * (int64_t)NS_PER_S}, until);
    assert_false(run(false, "1234"));
    assert_non_null(strstr(b.error.text, until));
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

static void it_is_not_set_while_another_one_is_checked(void **state)
{
    (void)state;
    assert_true(run(true, "1234"));
    begin(false, "1234");
    begin(true, "1234");
    assert_true(b.is_done && !b.ok);
    refused("PIN_BUSY");
    for (int i = 0; i < 3; i++) {
        drive();
        tasks_run(b.tasks, b.now);
    }
    assert_true(b.ok);
    assert_true(run(false, "1234"));
}

/* Given up before the worker has it, or while it is there. */
static void one_that_was_not_set_in_time_is_not_set(void **state)
{
    (void)state;
    assert_true(run(true, "1234"));
    for (int at_worker = 0; at_worker < 2; at_worker++) {
        struct pin_job job;
        begin(true, "5678");
        assert_true(!at_worker || pin_take(b.pin, &job));
        pass(2);
        tasks_run(b.tasks, b.now);
        assert_true(b.is_done && !b.ok);
        refused("TIMEOUT");
        if (at_worker) {
            pin_job_run(&job);
            pin_done(b.pin, &job);
        }
        assert_true(run(false, "1234"));
    }
}

/* The bytes of the object, whose type is private: what was typed must not be among them. */
static bool is_in_memory(const void *object, const char *text)
{
    struct str all = {object, malloc_usable_size((void *)(uintptr_t)object)};
    return str_find_str(all, str_of(text)) < all.n;
}

static void what_was_typed_does_not_stay_in_memory(void **state)
{
    (void)state;
    struct pin_job job;
    assert_true(run(true, "1234"));
    struct secret s = {"correct horse", 13};
    secret_wipe(&s);
    assert_true(s.n == 0 && !is_in_memory(b.pin, "correct"));
    for (size_t i = 0; i < sizeof s.text; i++)
        assert_int_equal(s.text[i], 0);
    begin(true, "correct horse");
    assert_true(is_in_memory(b.pin, "correct")); /* until the worker has it */
    assert_true(pin_take(b.pin, &job));
    assert_false(is_in_memory(b.pin, "correct"));
    pin_job_run(&job);
    pin_done(b.pin, &job);
    tasks_run(b.tasks, b.now);
    drive();
    begin(false, "horse correct");
    drive();
    tasks_run(b.tasks, b.now);
    assert_true(is_in_memory(b.pin, "horse"));
    pass(2); /* given up before the worker has it */
    tasks_run(b.tasks, b.now);
    assert_true(b.is_done);
    assert_false(is_in_memory(b.pin, "horse"));
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

#define SALT "00000000000000000000000000000000"
#define HASH SALT SALT
#define FILE_OF(version, iterations, salt, hash, failures)                                         \
    "{\"version\":" version ",\"iterations\":" iterations ",\"salt\":\"" salt                      \
    "\",\"pbkdf2_sha256\":\"" hash "\",\"failures\":" failures "}"

static void a_file_that_is_none_is_refused(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        {"", true}, /* no PIN yet */
        {"junk", false},
        {"{}", false},
        {FILE_OF("1", "5", SALT, HASH, "0"), true},
        {FILE_OF("2", "5", SALT, HASH, "0"), false},
        {FILE_OF("\"1\"", "5", SALT, HASH, "0"), false},
        {FILE_OF("1", "0", SALT, HASH, "0"), false},
        {FILE_OF("1", "1", SALT, HASH, "0"), true},
        {FILE_OF("1", "100000000", SALT, HASH, "0"), true},
        {FILE_OF("1", "100000001", SALT, HASH, "0"), false},
        {FILE_OF("1", "\"5\"", SALT, HASH, "0"), false},
        {FILE_OF("1", "5", SALT, HASH, "-1"), false},
        {FILE_OF("1", "5", SALT, HASH, "\"0\""), false},
        {FILE_OF("1", "5", "00", HASH, "0"), false},
        {FILE_OF("1", "5", SALT, "00", "0"), false},
    };
    (void)state;
    pin_free(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error e = {0};
        struct pin *p = pin_new(str_of(rows[i].text), b.keep, (struct entropy){fill, NULL}, 3, &e);
        if ((p != NULL) != rows[i].ok)
            fail_msg("%s", rows[i].text);
        assert_string_equal(e.reason, p ? "" : "BAD_PIN_FILE");
        assert_true(p || strstr(e.next, "portcullis pin set"));
        pin_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(without_a_pin_nothing_is_right),
        TEST(the_right_one_is_right_also_after_a_restart),
        TEST(its_length_is_bounded_on_both_sides),
        TEST(all_that_is_known_of_it_is_kept),
        TEST(a_look_at_the_file_alone_tells_the_same),
        TEST(a_refusal_says_how_many_are_left_and_until_when_it_is_locked),
        TEST(wrong_ones_lock_it_for_a_time_that_doubles),
        TEST(an_attempt_counts_before_its_answer_is_known),
        TEST(what_cannot_be_counted_is_not_checked),
        TEST(a_clock_that_was_set_back_does_not_lock_for_years),
        TEST(one_attempt_at_a_time),
        TEST(it_is_not_set_while_another_one_is_checked),
        TEST(one_that_was_not_set_in_time_is_not_set),
        TEST(what_was_typed_does_not_stay_in_memory),
        TEST(who_gives_up_leaves_the_next_one_free),
        TEST(a_file_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
