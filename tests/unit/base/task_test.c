/* SPDX-License-Identifier: MIT */
#include "base/task.h"

#include "base/limits.h"
#include "base/rng.h"
#include "dies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the tasks did, one letter each, in order. */
static char trace[4096];

static void note(char c)
{
    size_t n = strlen(trace);
    assert_true(n + 1 < sizeof trace);
    trace[n] = c;
    trace[n + 1] = 0;
}

static struct moment at_ms(int64_t ms)
{
    return (struct moment){{ms * NS_PER_MS}, {ms * NS_PER_MS}};
}

static int64_t ms_of(struct instant t)
{
    return t.ns == INT64_MAX ? -1 : t.ns / NS_PER_MS;
}

static int begin(void **state)
{
    trace[0] = 0;
    *state = tasks_new();
    return 0;
}

static int end(void **state)
{
    size_t left = tasks_count(*state); /* whose arguments are gone by now */
    if (left == 0)
        tasks_free(*state);
    return left == 0 ? 0 : -1;
}

/* ---- running ---- */

static void note_arg(struct task *t, void *arg)
{
    (void)t;
    note(*(const char *)arg);
}

static void tasks_run_in_the_order_of_spawning(void **state)
{
    struct tasks *s = *state;
    static char names[] = "abc";
    assert_false(tasks_runnable(s));
    for (int i = 0; i < 3; i++)
        assert_non_null(task_spawn(s, at_ms(0), 100, note_arg, &names[i]));
    assert_true(tasks_runnable(s));
    assert_int_equal(tasks_count(s), 3);
    assert_string_equal(trace, "");
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "abc");
    assert_int_equal(tasks_count(s), 0);
    assert_false(tasks_runnable(s));
    assert_int_equal(tasks_next(s).ns, INT64_MAX);
}

static void spawn_another(struct task *t, void *arg)
{
    static char inner = 'i';
    note('o');
    assert_non_null(task_spawn(arg, task_now(t), 100, note_arg, &inner));
    note('p');
}

static void a_task_spawned_by_a_task_runs_in_the_same_turn(void **state)
{
    struct tasks *s = *state;
    static char last = 'z';
    task_spawn(s, at_ms(0), 100, spawn_another, s);
    task_spawn(s, at_ms(0), 100, note_arg, &last);
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "opzi");
}

/* ---- waiting and waking ---- */

/* A task that waits, with what it saw. */
struct waiter {
    struct task *task;
    char name;
    struct error e;
    bool ok, timed_out;
    int64_t until_ms; /* 0: task_wait */
    int64_t woke_ms;
    int rounds;
};

static void wait_rounds(struct task *t, void *arg)
{
    struct waiter *w = arg;
    for (int i = 0; i < w->rounds; i++) {
        if (w->until_ms)
            w->ok = task_wait_until(t, at_ms(w->until_ms).mono, &w->timed_out, &w->e);
        else
            w->ok = task_wait(t, &w->e);
        w->woke_ms = ms_of(task_now(t).mono);
        note(w->ok ? w->name : (char)(w->name - 'a' + 'A'));
    }
}

static void spawn_waiter(struct tasks *s, struct waiter *w, int64_t timeout_ms)
{
    if (w->rounds == 0)
        w->rounds = 1;
    w->task = task_spawn(s, at_ms(0), timeout_ms, wait_rounds, w);
    assert_non_null(w->task);
}

static void waking_resumes_in_the_order_of_the_wakes(void **state)
{
    struct tasks *s = *state;
    struct waiter w[3] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};
    for (int i = 0; i < 3; i++)
        spawn_waiter(s, &w[i], 100 + i);
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "");
    assert_int_equal(ms_of(tasks_next(s)), 100);
    assert_false(tasks_runnable(s));
    task_wake(w[2].task);
    task_wake(w[0].task);
    task_wake(w[0].task); /* harmless */
    task_wake(w[1].task);
    assert_true(tasks_runnable(s));
    tasks_run(s, at_ms(7));
    assert_string_equal(trace, "cab");
    assert_int_equal(w[0].woke_ms, 7); /* the turn's clock, not the one of before */
    assert_int_equal(tasks_count(s), 0);
}

static void two_wakes_before_a_task_runs_count_as_one(void **state)
{
    struct tasks *s = *state;
    struct waiter w = {.name = 'a', .rounds = 2};
    spawn_waiter(s, &w, 100);
    tasks_run(s, at_ms(0));
    task_wake(w.task);
    task_wake(w.task);
    tasks_run(s, at_ms(1));
    assert_string_equal(trace, "a");
    assert_int_equal(tasks_count(s), 1);
    task_wake(w.task);
    tasks_run(s, at_ms(2));
    assert_string_equal(trace, "aa");
}

static void a_wake_before_the_wait_is_not_lost(void **state)
{
    struct tasks *s = *state;
    struct waiter w = {.name = 'a', .rounds = 2};
    spawn_waiter(s, &w, 100);
    task_wake(w.task); /* it has not even begun */
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "a"); /* and serves one wait only */
    assert_int_equal(tasks_count(s), 1);
    task_cancel(w.task);
    tasks_run(s, at_ms(0));
}

static void wake_self(struct task *t, void *arg)
{
    struct error e;
    (void)arg;
    task_wake(t);
    note(task_wait(t, &e) ? 'y' : 'n');
}

static void a_running_task_may_be_woken(void **state)
{
    struct tasks *s = *state;
    task_spawn(s, at_ms(0), 100, wake_self, NULL);
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "y");
}

struct pair {
    struct task *other;
    char name;
};

static void play(struct task *t, void *arg)
{
    struct pair *p = arg;
    struct error e;
    for (int i = 0; i < 1000; i++) {
        if (i % 100 == 0)
            note(p->name);
        task_wake(p->other);
        assert_true(task_wait(t, &e));
    }
    task_wake(p->other);
}

static void two_tasks_take_turns(void **state)
{
    struct tasks *s = *state;
    struct pair a = {.name = 'a'}, b = {.name = 'b'};
    b.other = task_spawn(s, at_ms(0), 100, play, &a);
    a.other = task_spawn(s, at_ms(0), 100, play, &b);
    tasks_run(s, at_ms(0));
    assert_int_equal(tasks_count(s), 0);
    int notes[2] = {0};
    for (const char *c = trace; *c; c++)
        notes[*c == 'b']++;
    assert_int_equal(notes[0], 10);
    assert_int_equal(notes[1], 10);
    assert_non_null(strstr(trace, "baba")); /* neither ran through while the other waited */
}

/* ---- deadlines, sleep, cancellation ---- */

static void a_wait_fails_once_the_deadline_has_passed_and_from_then_on(void **state)
{
    struct tasks *s = *state;
    struct waiter w = {.name = 'a', .rounds = 3};
    spawn_waiter(s, &w, 50);
    tasks_run(s, at_ms(0));
    assert_int_equal(ms_of(tasks_next(s)), 50);
    assert_int_equal(ms_of(task_deadline(w.task)), 50);
    tasks_run(s, at_ms(49));
    assert_string_equal(trace, "");
    tasks_run(s, at_ms(50));
    assert_string_equal(trace, "AAA");
    assert_int_equal(w.e.code, ERROR_TIMEOUT);
    assert_string_equal(w.e.reason, "TIMEOUT");
    assert_string_equal(w.e.text, "no answer within 50 ms");
}

static void wait_150_ms(struct task *t, void *arg)
{
    struct error e;
    note(task_sleep(t, 150, &e) ? 'y' : 'n');
    (void)arg;
}

static void a_task_that_is_given_more_time_waits_on(void **state)
{
    struct tasks *s = *state;
    struct task *t = task_spawn(s, at_ms(0), 100, wait_150_ms, NULL);
    tasks_run(s, at_ms(0));
    task_prolong(t, 10); /* sooner than it has: nothing changes */
    assert_int_equal(ms_of(task_deadline(t)), 100);
    task_prolong(t, 250);
    assert_int_equal(ms_of(task_deadline(t)), 250);
    tasks_run(s, at_ms(100)); /* the old deadline */
    assert_string_equal(trace, "");
    tasks_run(s, at_ms(150));
    assert_string_equal(trace, "y");
}

static void note_told(void *self, int64_t done, int64_t total, const char *text)
{
    assert_int_equal(total, 3);
    assert_string_equal(text, "pieces");
    note((char)('0' + done + *(int *)self));
}

static void tell_thrice(struct task *t, void *arg)
{
    (void)arg;
    for (int i = 1; i <= 3; i++)
        task_tell(t, i, 3, "pieces");
}

static void who_listens_is_told_how_far_it_is_and_no_later_task(void **state)
{
    struct tasks *s = *state;
    int more = 4;
    struct task *t = task_spawn(s, at_ms(0), 100, tell_thrice, NULL);
    task_listen(t, (struct task_listener){note_told, &more});
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "567");
    assert_ptr_equal(task_spawn(s, at_ms(0), 100, tell_thrice, NULL), t); /* the same fiber */
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "567");
}

static void a_task_that_is_woken_all_the_time_still_times_out(void **state)
{
    struct tasks *s = *state;
    struct waiter w = {.name = 'a', .rounds = 100};
    spawn_waiter(s, &w, 5);
    for (int64_t ms = 0; tasks_count(s); ms++) {
        assert_true(ms <= 5);
        task_wake(w.task);
        tasks_run(s, at_ms(ms));
    }
    assert_false(w.ok);
}

static void a_bounded_wait_ends_at_its_bound_a_wake_or_the_deadline(void **state)
{
    struct tasks *s = *state;
    struct waiter bound = {.name = 'a', .until_ms = 10};
    struct waiter woken = {.name = 'b', .until_ms = 10};
    struct waiter late = {.name = 'c', .until_ms = 1000};
    struct waiter past = {.name = 'd', .until_ms = -5};
    spawn_waiter(s, &bound, 100);
    spawn_waiter(s, &woken, 100);
    spawn_waiter(s, &late, 100);
    spawn_waiter(s, &past, 100);
    tasks_run(s, at_ms(0));
    assert_string_equal(trace, "d");
    assert_true(past.ok && past.timed_out);
    task_wake(woken.task);
    tasks_run(s, at_ms(5));
    assert_true(woken.ok && !woken.timed_out);
    assert_int_equal(ms_of(tasks_next(s)), 10);
    tasks_run(s, at_ms(10));
    assert_true(bound.ok && bound.timed_out);
    assert_int_equal(ms_of(tasks_next(s)), 100);
    tasks_run(s, at_ms(100));
    assert_false(late.ok);
    assert_string_equal(late.e.reason, "TIMEOUT");
    assert_string_equal(trace, "dbaC");
}

static void cancelling_fails_the_present_and_the_future_waits(void **state)
{
    struct tasks *s = *state;
    struct waiter waits = {.name = 'a', .rounds = 2}, fresh = {.name = 'b'};
    spawn_waiter(s, &waits, 100);
    tasks_run(s, at_ms(0));
    spawn_waiter(s, &fresh, 100);
    task_cancel(fresh.task);
    task_wake(fresh.task);
    task_cancel(waits.task);
    task_cancel(waits.task);
    tasks_run(s, at_ms(1));
    assert_string_equal(trace, "BAA");
    assert_int_equal(waits.e.code, ERROR_TIMEOUT);
    assert_string_equal(waits.e.reason, "CANCELLED");
    assert_int_equal(tasks_count(s), 0);
}

struct sleeper {
    struct task *task;
    int64_t ms;
    int64_t woke_ms;
    bool ok, woken_after;
    struct error e;
};

static void sleep_then_wait(struct task *t, void *arg)
{
    struct sleeper *z = arg;
    z->ok = task_sleep(t, z->ms, &z->e);
    z->woke_ms = ms_of(task_now(t).mono);
    bool timed_out = true;
    if (z->ok && task_wait_until(t, task_now(t).mono, &timed_out, &z->e))
        z->woken_after = !timed_out;
}

static void a_wake_neither_shortens_a_sleep_nor_is_lost_by_it(void **state)
{
    struct tasks *s = *state;
    struct sleeper z = {.ms = 20};
    struct task *t = task_spawn(s, at_ms(0), 100, sleep_then_wait, &z);
    tasks_run(s, at_ms(0));
    task_wake(t);
    assert_false(tasks_runnable(s));
    tasks_run(s, at_ms(19));
    assert_int_equal(tasks_count(s), 1);
    tasks_run(s, at_ms(20));
    assert_true(z.ok && z.woken_after);
    assert_int_equal(z.woke_ms, 20);
}

static void a_sleep_ends_with_the_deadline_or_by_cancelling(void **state)
{
    struct tasks *s = *state;
    struct sleeper late = {.ms = 1000}, cancelled = {.ms = 1000}, none = {.ms = 0};
    task_spawn(s, at_ms(0), 30, sleep_then_wait, &late);
    struct task *t = task_spawn(s, at_ms(0), 2000, sleep_then_wait, &cancelled);
    task_spawn(s, at_ms(0), 30, sleep_then_wait, &none);
    tasks_run(s, at_ms(0));
    assert_true(none.ok);
    task_cancel(t);
    tasks_run(s, at_ms(1));
    assert_false(cancelled.ok);
    assert_string_equal(cancelled.e.reason, "CANCELLED");
    tasks_run(s, at_ms(30));
    assert_false(late.ok);
    assert_string_equal(late.e.reason, "TIMEOUT");
}

enum { SLEEPERS = 300 };
static struct sleeper sleepers[SLEEPERS];
static int woke_order[SLEEPERS];
static int woke_count;

static void sleep_and_sign(struct task *t, void *arg)
{
    struct sleeper *z = arg;
    z->ok = task_sleep(t, z->ms, &z->e);
    if (z->ok)
        woke_order[woke_count++] = (int)(z - sleepers);
}

static void sleepers_wake_by_time_and_equals_by_age(void **state)
{
    struct tasks *s = *state;
    struct rng r;
    rng_init(&r, 41, 1);
    woke_count = 0;
    for (int i = 0; i < SLEEPERS; i++) {
        sleepers[i] = (struct sleeper){.ms = 1 + rng_below(&r, 40)};
        sleepers[i].task = task_spawn(s, at_ms(0), 1000, sleep_and_sign, &sleepers[i]);
    }
    tasks_run(s, at_ms(0));
    int cancelled = 0;
    for (int i = 0; i < SLEEPERS; i += 7, cancelled++) /* takes some out of the middle */
        task_cancel(sleepers[i].task);
    tasks_run(s, at_ms(0));
    while (tasks_count(s)) {
        struct instant next = tasks_next(s);
        assert_int_not_equal(next.ns, INT64_MAX);
        int before = woke_count;
        tasks_run(s, (struct moment){next, {0}});
        assert_true(woke_count > before);
        for (int i = before; i < woke_count; i++)
            assert_int_equal(sleepers[woke_order[i]].ms, ms_of(next));
    }
    assert_int_equal(woke_count, SLEEPERS - cancelled);
    for (int i = 1; i < woke_count; i++) {
        const struct sleeper *a = &sleepers[woke_order[i - 1]], *b = &sleepers[woke_order[i]];
        assert_true(a->ms < b->ms || (a->ms == b->ms && a < b));
    }
}

/* ---- bounds and reuse ---- */

static void every_task_up_to_the_limit_runs_and_one_more_is_refused(void **state)
{
    struct tasks *s = *state;
    static struct waiter w[LIMIT_TASKS];
    for (int round = 0; round < 3; round++) {
        memset(w, 0, sizeof w);
        for (int i = 0; i < LIMIT_TASKS; i++) {
            w[i].name = 'a';
            spawn_waiter(s, &w[i], 1000);
        }
        assert_null(task_spawn(s, at_ms(0), 1000, wait_rounds, &w[0]));
        tasks_run(s, at_ms(0));
        assert_null(task_spawn(s, at_ms(0), 1000, wait_rounds, &w[0]));
        assert_int_equal(tasks_count(s), LIMIT_TASKS);
        for (int i = 0; i < LIMIT_TASKS; i++)
            task_wake(w[LIMIT_TASKS - 1 - i].task);
        tasks_run(s, at_ms(1));
        assert_int_equal(tasks_count(s), 0);
        for (int i = 0; i < LIMIT_TASKS; i++)
            assert_true(w[i].ok);
        trace[0] = 0;
    }
}

static void use_arena(struct task *t, void *arg)
{
    struct arena *a = task_arena(t);
    assert_int_equal(arena_used(a), 0);
    unsigned char *p = arena_alloc(a, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    memset(p, 0xA5, 1000);
    ++*(int *)arg;
}

static void thousands_of_tasks_come_and_go_on_the_same_stacks(void **state)
{
    struct tasks *s = *state;
    int done = 0;
    for (int i = 0; i < 20000; i++) {
        assert_non_null(task_spawn(s, at_ms(i), 10, use_arena, &done));
        if (i % 3 == 0)
            tasks_run(s, at_ms(i));
    }
    tasks_run(s, at_ms(20000));
    assert_int_equal(done, 20000);
    assert_int_equal(tasks_count(s), 0);
}

static void fill_arena(struct task *t, void *arg)
{
    (void)arg;
    struct arena *a = task_arena(t);
    assert_true(arena_has(a, LIMIT_CALL_ARENA));
    assert_false(arena_has(a, LIMIT_CALL_ARENA + 1));
    memset(arena_alloc(a, LIMIT_CALL_ARENA), 1, LIMIT_CALL_ARENA);
    assert_false(arena_has(a, 1));
    note('f');
}

static void the_arena_of_a_call_holds_its_limit(void **state)
{
    task_spawn(*state, at_ms(0), 10, fill_arena, NULL);
    tasks_run(*state, at_ms(0));
    assert_string_equal(trace, "f");
}

__attribute__((noinline)) static int wait_below(struct task *t)
{
    struct error e;
    return task_wait(t, &e) ? 1 : 0;
}

/* Recursion of some 150 bytes a call, some of which are looked at again on the way back. */
__attribute__((noinline)) static int dig(int depth, struct task *t)
{
    volatile char room[64];
    room[depth % 64] = (char)depth;
    if (depth == 0)
        return wait_below(t);
    int found = dig(depth - 1, t);
    return room[depth % 64] == (char)depth ? found : 0;
}

static void dig_deep(struct task *t, void *arg)
{
    *(int *)arg = dig(800, t);
}

static void deep_stacks_survive_a_suspension(void **state)
{
    struct tasks *s = *state;
    enum { N = 20 };
    struct task *t[N];
    int found[N] = {0};
    for (int i = 0; i < N; i++)
        t[i] = task_spawn(s, at_ms(0), 10, dig_deep, &found[i]);
    tasks_run(s, at_ms(0));
    for (int i = 0; i < N; i++)
        task_wake(t[i]);
    tasks_run(s, at_ms(0));
    for (int i = 0; i < N; i++)
        assert_int_equal(found[i], 1);
}

static void dig_too_deep(struct task *t, void *arg)
{
    *(int *)arg = dig(1 << 24, t);
}

static void overflow_a_stack(void)
{
    struct tasks *s = tasks_new();
    int found = 0;
    task_spawn(s, at_ms(0), 10, dig_too_deep, &found);
    tasks_run(s, at_ms(0));
}

static void run_inside(struct task *t, void *arg)
{
    tasks_run(arg, task_now(t));
}

static void run_from_a_task(void)
{
    struct tasks *s = tasks_new();
    task_spawn(s, at_ms(0), 10, run_inside, s);
    tasks_run(s, at_ms(0));
}

static void wait_outside(void)
{
    struct tasks *s = tasks_new();
    struct error e;
    struct waiter w = {.name = 'a'};
    spawn_waiter(s, &w, 10);
    if (task_wait(w.task, &e))
        note('x');
}

static void an_overflow_hits_the_guard_and_misuse_stops_the_program(void **state)
{
    (void)state;
    assert_true(dies(overflow_a_stack));
    assert_true(dies(run_from_a_task));
    assert_true(dies(wait_outside));
}

static void spawn_at_the_end(struct task *t, void *arg)
{
    struct error e;
    if (!task_wait(t, &e))
        note(task_spawn(arg, task_now(t), 10, wake_self, NULL) ? 'S' : 'r');
}

static void freeing_the_scheduler_ends_every_task(void **state)
{
    (void)state;
    struct tasks *s = tasks_new();
    struct waiter waits = {.name = 'a', .rounds = 2}, fresh = {.name = 'b'};
    struct sleeper asleep = {.ms = 500, .ok = true};
    spawn_waiter(s, &waits, 1000);
    task_spawn(s, at_ms(0), 1000, sleep_then_wait, &asleep);
    task_spawn(s, at_ms(0), 1000, spawn_at_the_end, s);
    tasks_run(s, at_ms(0));
    spawn_waiter(s, &fresh, 1000);
    tasks_free(s);
    assert_int_equal(strlen(trace), 4);
    assert_int_equal(strncmp(trace, "B", 1), 0); /* it was runnable before the others */
    assert_non_null(strstr(trace, "AA"));
    assert_non_null(strchr(trace, 'r'));
    assert_false(asleep.ok);
    assert_string_equal(waits.e.reason, "CANCELLED");
    tasks_free(NULL);
}

#define WITH_TASKS(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TASKS(tasks_run_in_the_order_of_spawning),
        WITH_TASKS(a_task_spawned_by_a_task_runs_in_the_same_turn),
        WITH_TASKS(waking_resumes_in_the_order_of_the_wakes),
        WITH_TASKS(two_wakes_before_a_task_runs_count_as_one),
        WITH_TASKS(a_wake_before_the_wait_is_not_lost),
        WITH_TASKS(a_running_task_may_be_woken),
        WITH_TASKS(two_tasks_take_turns),
        WITH_TASKS(a_wait_fails_once_the_deadline_has_passed_and_from_then_on),
        WITH_TASKS(a_task_that_is_given_more_time_waits_on),
        WITH_TASKS(who_listens_is_told_how_far_it_is_and_no_later_task),
        WITH_TASKS(a_task_that_is_woken_all_the_time_still_times_out),
        WITH_TASKS(a_bounded_wait_ends_at_its_bound_a_wake_or_the_deadline),
        WITH_TASKS(cancelling_fails_the_present_and_the_future_waits),
        WITH_TASKS(a_wake_neither_shortens_a_sleep_nor_is_lost_by_it),
        WITH_TASKS(a_sleep_ends_with_the_deadline_or_by_cancelling),
        WITH_TASKS(sleepers_wake_by_time_and_equals_by_age),
        WITH_TASKS(every_task_up_to_the_limit_runs_and_one_more_is_refused),
        WITH_TASKS(thousands_of_tasks_come_and_go_on_the_same_stacks),
        WITH_TASKS(the_arena_of_a_call_holds_its_limit),
        WITH_TASKS(deep_stacks_survive_a_suspension),
        cmocka_unit_test(an_overflow_hits_the_guard_and_misuse_stops_the_program),
        WITH_TASKS(freeing_the_scheduler_ends_every_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
