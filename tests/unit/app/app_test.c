/* SPDX-License-Identifier: MIT */
/* The app as a value: it repeats itself exactly, and it can be cut down at any moment. */
#include "../../kit/ask.h"
#include "../../kit/truth.h"
#include "tests/kit/arm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct world *start(uint64_t seed)
{
    struct error e = {0};
    struct world_config config = {.seed = seed};
    assert_true(utc_parse(STR("2026-03-02T14:30:00Z"), &config.start));
    struct world *w = world_new(&config, &e);
    assert_non_null(w);
    assert_true(world_start_paper(w, &e));
    assert_true(world_start_app(w, &e));
    assert_true(world_run(w, 100));
    assert_true(session_is_ready(app_session(w->app)));
    return w;
}

/* A short day: its log, the exchange's state and the last answer, as one text. */
static void short_day(uint64_t seed, struct buf *out)
{
    struct world *w = start(seed);
    struct answer answer;
    struct ask ask;
    answer_start(&answer);
    assert_true(ask_cli(&ask, w, STR("market KO BUY 5 --json"), false, &answer));
    assert_true(ask_finish(&ask, 30000));
    assert_true(world_run(w, 60000));
    buf_add_str(out, buf_str(&answer.out));
    buf_add_str(out, buf_str(&w->exchange_file));
    for (size_t i = 0; world_log_line(w, i); i++)
        buf_add_f(out, "%s\n", world_log_line(w, i));
    answer_free(&answer);
    world_free(w);
}

static void the_same_seed_is_the_same_day(void **state)
{
    struct buf first, second, other;
    (void)state;
    buf_init(&first, 1 << 20);
    buf_init(&second, 1 << 20);
    buf_init(&other, 1 << 20);
    short_day(5, &first);
    short_day(5, &second);
    short_day(6, &other);
    assert_true(str_eq(buf_str(&first), buf_str(&second)));
    assert_false(str_eq(buf_str(&first), buf_str(&other)));
    buf_fini(&first);
    buf_fini(&second);
    buf_fini(&other);
}

/*
 * The app is killed, or its whole machine, after each of the first milliseconds of an order. What
 * then is at the exchange was explained by the journal first, is there at most once, and is known
 * to the app that follows.
 */
static void killed_at_any_moment_of_an_order_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    for (int ms = 0; ms < 12; ms++) {
        for (int lose = 0; lose < 2; lose++) {
            struct world *w = start(7);
            struct error e = {0};
            struct truth truth;
            struct gate *gate;
            struct answer answer;
            struct ask ask;
            answer_start(&answer);
            w->device.delay_ms = 2;
            assert_true(ask_cli(&ask, w, STR("market KO BUY 5"), false, &answer));
            assert_true(world_run(w, ms));
            world_kill_app(w, lose);
            (void)ask_finish(&ask, 0);
            assert_true(world_run(w, 1000));
            assert_true(truth_holds(w, &e));
            assert_true(world_start_app(w, &e));
            assert_true(world_run(w, 60000));
            if (!truth_holds(w, &e))
                fail_msg("killed after %d ms: %s", ms, e.text);
            gate = app_core(w->app)->gate;
            assert_int_equal(gate_unknown_count(gate), 0);
            assert_true(truth_orders(w, &truth, &e));
            assert_true(truth.orders <= 1);
            assert_int_equal(truth.filled, truth.orders);
            answer_free(&answer);
            world_free(w);
        }
    }
}

/* The line is cut after each of the bytes that the exchange sends while an order is placed. */
static void cut_after_any_byte_of_an_order_nothing_is_sent_twice(void **state)
{
    (void)state;
    for (int bytes = 1; bytes < 1400; bytes += 37) {
        struct world *w = start(7);
        struct error e = {0};
        struct truth truth;
        struct answer answer;
        struct ask ask;
        answer_start(&answer);
        assert_true(arm(w->paper, w->now, "cut_after %d", bytes));
        assert_true(ask_cli(&ask, w, STR("market KO BUY 5"), false, &answer));
        (void)ask_finish(&ask, ASK_PATIENCE_MS);
        assert_true(arm(w->paper, w->now, "none"));
        assert_true(world_run(w, 120000));
        if (!truth_holds(w, &e))
            fail_msg("cut after %d bytes: %s", bytes, e.text);
        assert_true(session_is_ready(app_session(w->app)));
        assert_int_equal(gate_unknown_count(app_core(w->app)->gate), 0);
        assert_true(truth_orders(w, &truth, &e));
        assert_true(truth.orders <= 1);
        answer_free(&answer);
        world_free(w);
    }
}

static void ended_with_requests_in_progress_it_leaks_nothing(void **state)
{
    (void)state;
    struct world *w = start(9);
    struct answer first, second;
    struct ask cli, http;
    answer_start(&first);
    answer_start(&second);
    w->pipe.latency_ms = 500;
    assert_true(ask_cli(&cli, w, STR("quotes MSFT,PG"), false, &first));
    assert_true(ask_http(&http, w, STR("GET"), STR("/api/quotes/WMT"), NULL, 0, STR_NONE, &second));
    assert_true(world_run(w, 100));
    world_kill_app(w, true);
    assert_false(ask_finish(&cli, 0));
    assert_false(ask_finish(&http, 0));
    assert_true(first.is_gone);
    assert_true(second.is_gone);
    answer_free(&first);
    answer_free(&second);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_is_the_same_day),
        cmocka_unit_test(killed_at_any_moment_of_an_order_nothing_is_lost_or_doubled),
        cmocka_unit_test(cut_after_any_byte_of_an_order_nothing_is_sent_twice),
        cmocka_unit_test(ended_with_requests_in_progress_it_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
