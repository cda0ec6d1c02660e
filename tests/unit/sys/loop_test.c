/* SPDX-License-Identifier: MIT */
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/process.h"
#include "sys/worker.h"

#include "base/buf.h"
#include "sys/files.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000 };

/* A loop whose turn calls the test's step, and which gives up in the end. */
struct rig {
    struct loop *l;
    void (*step)(struct rig *r, struct moment now);
    struct loop_timer *patience;
    bool gave_up;
    int turns, fired, signals[4], done;
    struct instant wake;
    struct process_exit how;
    int exits;
    struct buf trace;
    struct worker *w;
};

static void turn(void *self, struct moment now)
{
    struct rig *r = self;
    r->turns++;
    if (r->step)
        r->step(r, now);
}

static void on_signal(void *self, enum loop_signal s)
{
    struct rig *r = self;
    r->signals[s]++;
}

static void give_up(void *self)
{
    struct rig *r = self;
    r->gave_up = true;
    loop_stop(r->l);
}

static void rig_init(struct rig *r)
{
    *r = (struct rig){0};
    const struct loop_owner owner = {.turn = turn, .on_signal = on_signal, .self = r};
    r->l = loop_new(&owner);
    r->patience = loop_timer_new(r->l, give_up, r);
    loop_timer_start(r->patience, PATIENCE_MS, 0);
    buf_init(&r->trace, 1000);
}

static void rig_fini(struct rig *r)
{
    assert_false(r->gave_up);
    loop_timer_free(r->patience);
    loop_free(r->l);
    buf_fini(&r->trace);
}

static void stop_when_woken(struct rig *r, struct moment now)
{
    if (r->wake.ns == 0) {
        r->wake = instant_after_ms(now.mono, 20);
    } else if (instant_due(r->wake, now.mono)) {
        loop_stop(r->l);
        return;
    }
    loop_wake_at(r->l, r->wake);
}

static void a_wish_to_wake_is_kept_without_spinning(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = stop_when_woken;
    loop_run(r.l);
    assert_in_range(r.turns, 2, 5);
    rig_fini(&r);
}

static void stop_on_third_turn(struct rig *r, struct moment now)
{
    (void)now;
    if (r->turns == 3)
        loop_stop(r->l);
    else
        loop_wake_at(r->l, (struct instant){INT64_MIN});
}

static void an_instant_long_past_wakes_at_once(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = stop_on_third_turn;
    loop_run(r.l);
    rig_fini(&r);
}

static void count(void *self)
{
    struct rig *r = self;
    r->fired++;
}

static void stop_after_three_fires(struct rig *r, struct moment now)
{
    (void)now;
    if (r->fired == 3)
        loop_stop(r->l);
}

static void a_repeating_timer_comes_before_each_turn(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = stop_after_three_fires;
    struct loop_timer *t = loop_timer_new(r.l, count, &r);
    struct loop_timer *never = loop_timer_new(r.l, give_up, &r);
    loop_timer_start(never, 1, 0);
    loop_timer_stop(never);
    loop_timer_start(t, 1, 1);
    loop_run(r.l);
    assert_int_equal(r.fired, 3);
    assert_in_range(r.turns, 4, 6);
    loop_timer_free(t);
    loop_timer_free(never);
    rig_fini(&r);
}

static void turn_again_twice(struct rig *r, struct moment now)
{
    (void)now;
    if (r->turns < 3)
        loop_again(r->l);
    else
        loop_stop(r->l);
}

static void one_more_turn_comes_without_waiting(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = turn_again_twice;
    loop_run(r.l);
    assert_int_equal(r.turns, 3);
    rig_fini(&r);
}

static void ask_the_time_twice(struct rig *r, struct moment now)
{
    int64_t start = clock_now().mono.ns;
    while (clock_now().mono.ns < start + 2 * NS_PER_MS)
        ;
    assert_int_equal(loop_now(r->l).mono.ns, now.mono.ns);
    assert_int_equal(loop_now(r->l).wall.ns, now.wall.ns);
    if (r->wake.ns) {
        assert_true(now.mono.ns > r->wake.ns); /* a new turn has a new reading */
        loop_stop(r->l);
    }
    r->wake = now.mono;
    loop_again(r->l);
}

static void the_clock_stands_still_during_a_turn(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = ask_the_time_twice;
    loop_run(r.l);
    rig_fini(&r);
}

static void raise_all(struct rig *r, struct moment now)
{
    (void)now;
    if (r->turns == 1) {
        raise(SIGTERM);
        raise(SIGINT);
        raise(SIGHUP);
        raise(SIGUSR1);
        raise(SIGPIPE); /* ignored */
    }
    if (r->signals[0] && r->signals[1] && r->signals[2] && r->signals[3])
        loop_stop(r->l);
}

static void the_four_signals_are_told_apart(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = raise_all;
    loop_run(r.l);
    for (int i = 0; i < 4; i++)
        assert_int_equal(r.signals[i], 1);
    rig_fini(&r);
}

/* ---- worker ---- */

struct work {
    struct rig *r;
    int number;
    int square;
};

static void square(void *arg)
{
    struct work *w = arg;
    w->square = w->number * w->number;
}

static void note(void *arg)
{
    struct work *w = arg;
    buf_add_f(&w->r->trace, "%d ", w->square);
    w->r->done++;
}

static void stop_when_three_done(struct rig *r, struct moment now)
{
    (void)now;
    if (r->done == 3)
        loop_stop(r->l);
}

static void jobs_come_back_in_order(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = stop_when_three_done;
    struct worker *w = worker_new(r.l, 3);
    struct work work[4];
    for (int i = 0; i < 4; i++) {
        work[i] = (struct work){&r, i + 1, 0};
        assert_int_equal(worker_submit(w, square, &work[i], note),
                         i < 3); /* the fourth is over the cap */
    }
    assert_int_equal(worker_pending(w), 3);
    loop_run(r.l);
    assert_true(str_eq(buf_str(&r.trace), STR("1 4 9 ")));
    assert_int_equal(worker_pending(w), 0);
    worker_free(w);
    rig_fini(&r);
}

static void a_worker_finishes_its_queue_before_it_goes(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct worker *w = worker_new(r.l, 100);
    struct work work[100];
    for (int i = 0; i < 100; i++) {
        work[i] = (struct work){&r, 1, 0};
        assert_true(worker_submit(w, square, &work[i], note));
    }
    worker_free(w);
    assert_int_equal(r.done, 100);
    rig_fini(&r);
}

/* ---- process ---- */

static void on_exit_stop(void *self, struct process_exit how)
{
    struct rig *r = self;
    r->how = how;
    r->exits++;
    loop_stop(r->l);
}

static struct process *sh(struct rig *r, const char *script, const char *log)
{
    struct error e;
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    static const char *const env[] = {"GREETING=hello", "HOME=/changed", NULL};
    struct process_config c = {.argv = argv, .environment = env, .log_path = log};
    struct process_owner o = {.on_exit = on_exit_stop, .self = r};
    struct process *p = process_start(r->l, &c, &o, &e);
    assert_non_null(p);
    return p;
}

static void a_childs_exit_status_and_error_output_arrive(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    char log[] = "/tmp/sys-process-XXXXXX";
    close(mkstemp(log));
    struct process *p =
        sh(&r, "echo $GREETING $HOME >&2; ls /proc/self/fd | wc -l >&2; exit 7", log);
    assert_true(process_running(p));
    loop_run(r.l);
    assert_false(process_running(p));
    assert_false(r.how.by_signal);
    assert_int_equal(r.how.code, 7);
    assert_string_equal(r.how.said, "4");
    struct error e;
    struct buf b;
    buf_init(&b, 1000);
    assert_true(file_read(log, 1000, &b, &e));
    /* 0, 1, 2 and the directory itself: nothing else is open in the child */
    assert_string_equal((buf_add_char(&b, 0), b.p), "hello /changed\n4\n");
    buf_fini(&b);
    unlink(log);
    process_free(p);
    rig_fini(&r);
}

static void a_childs_log_is_begun_anew_when_it_is_long_and_others_words_are_not_its_own(
    void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    char log[] = "/tmp/sys-process-XXXXXX";
    close(mkstemp(log));
    static const struct {
        const char *script, *said;
    } rows[] = {
        {"echo first >&2; echo second >&2", "second"},
        {"exit 3", ""},
        {"head -c 1100000 /dev/zero | tr '\\0' x >&2; echo >&2; echo long >&2", "long"},
        {"echo short >&2", "short"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process *p = sh(&r, rows[i].script, log);
        loop_run(r.l);
        assert_string_equal(r.how.said, rows[i].said);
        process_free(p);
    }
    struct error e;
    struct buf b;
    buf_init(&b, 1000);
    assert_true(file_read(log, 1000, &b, &e));
    assert_string_equal((buf_add_char(&b, 0), b.p), "short\n");
    buf_fini(&b);
    unlink(log);
    rig_fini(&r);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct error e;
    const char *const argv[] = {"/no/such/program", NULL};
    struct process_config c = {.argv = argv};
    struct process_owner o = {.on_exit = on_exit_stop, .self = &r};
    assert_null(process_start(r.l, &c, &o, &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
    assert_string_equal(e.text, "/no/such/program: no such file or directory");
    rig_fini(&r);
}

static void a_child_is_asked_to_end_and_then_made_to(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int signal;
    } cases[] = {
        {"exec sleep 60", SIGTERM},
        {"trap '' TERM; echo ready >&2; while :; do sleep 0.05; done", SIGKILL},
    };
    for (size_t i = 0; i < 2; i++) {
        struct rig r;
        rig_init(&r);
        char log[] = "/tmp/sys-process-XXXXXX";
        close(mkstemp(log));
        struct process *p = sh(&r, cases[i].script, log);
        usleep(100000); /* the shell must have set its trap */
        process_stop(p, 50);
        loop_run(r.l);
        assert_true(r.how.by_signal);
        assert_int_equal(r.how.code, cases[i].signal);
        unlink(log);
        process_free(p);
        rig_fini(&r);
    }
}

static void a_freed_child_is_gone(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct process *p = sh(&r, "exec sleep 60", NULL);
    int pid = process_pid(p);
    process_free(p);
    assert_int_equal(kill(pid, 0), -1);
    rig_fini(&r);
    assert_int_equal(r.exits, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_to_wake_is_kept_without_spinning),
        cmocka_unit_test(an_instant_long_past_wakes_at_once),
        cmocka_unit_test(a_repeating_timer_comes_before_each_turn),
        cmocka_unit_test(one_more_turn_comes_without_waiting),
        cmocka_unit_test(the_clock_stands_still_during_a_turn),
        cmocka_unit_test(the_four_signals_are_told_apart),
        cmocka_unit_test(jobs_come_back_in_order),
        cmocka_unit_test(a_worker_finishes_its_queue_before_it_goes),
        cmocka_unit_test(a_childs_exit_status_and_error_output_arrive),
        cmocka_unit_test(
            a_childs_log_is_begun_anew_when_it_is_long_and_others_words_are_not_its_own),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
        cmocka_unit_test(a_child_is_asked_to_end_and_then_made_to),
        cmocka_unit_test(a_freed_child_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
