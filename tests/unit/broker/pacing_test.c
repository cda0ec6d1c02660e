/* SPDX-License-Identifier: MIT */
#include "broker/pacing.h"

#include "base/limits.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct instant at_ms(int64_t ms)
{
    return (struct instant){ms * NS_PER_MS};
}

static void no_second_holds_more_than_the_rate(void **state)
{
    (void)state;
    enum { RATE = 7, STEPS = 4000 };
    static int64_t times[STEPS * 8];
    size_t n = 0;
    struct rng rng;
    struct pacing p;
    struct buf out;
    rng_init(&rng, 3, 0);
    pacing_init(&p, RATE);
    buf_init(&out, 1 << 20);
    int64_t ms = 0;
    for (int i = 0; i < STEPS; i++) {
        ms += rng_below(&rng, 300);
        for (uint32_t k = rng_below(&rng, 4); k > 0; k--)
            (void)pacing_add(&p, (enum pacing_class)rng_below(&rng, PACING_CLASS_COUNT), NULL,
                             STR("x"), at_ms(ms));
        buf_reset(&out);
        pacing_release(&p, at_ms(ms), &out);
        for (size_t k = 0; k < out.n; k++)
            times[n++] = ms;
    }
    assert_true(n > 1000);
    for (size_t i = RATE; i < n; i++)
        assert_true(times[i] - times[i - RATE] >= 1000);
    pacing_fini(&p);
    buf_fini(&out);
}

static void too_much_for_the_broker_halves_the_rate_for_a_while(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 2);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 200; i++)
        assert_true(pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(0)));
    assert_int_equal(pacing_backs_off_ms(&p, at_ms(0)), 0);
    pacing_back_off(&p, QUOTA_NONE, at_ms(0));
    assert_int_equal(pacing_backs_off_ms(&p, at_ms(1000)), PACING_BACK_OFF_MS - 1000);
    for (int64_t ms = 0; ms < PACING_BACK_OFF_MS; ms += 100)
        pacing_release(&p, at_ms(ms), &out);
    assert_int_equal(out.n, PACING_BACK_OFF_MS / 1000);
    assert_int_equal(pacing_backs_off_ms(&p, at_ms(PACING_BACK_OFF_MS)), 0);
    buf_reset(&out);
    for (int64_t ms = 0; ms < 10000; ms += 100)
        pacing_release(&p, at_ms(PACING_BACK_OFF_MS + ms), &out);
    assert_int_equal(out.n, 20);
    pacing_fini(&p);
    buf_fini(&out);
}

static void too_much_of_a_kind_holds_that_kind_alone(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    struct pacing_about bars = {.request_id = 1, .quota = {.class = QUOTA_HISTORY}};
    pacing_init(&p, 10);
    buf_init(&out, 1 << 20);
    pacing_back_off(&p, QUOTA_HISTORY, at_ms(0));
    assert_true(pacing_add(&p, PACING_HISTORY, &bars, STR("h"), at_ms(0)));
    assert_true(pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(0)));
    pacing_release(&p, at_ms(0), &out);
    assert_true(str_eq(buf_str(&out), STR("r")));
    assert_int_equal(pacing_next(&p, at_ms(1)).ns, at_ms(PACING_BACK_OFF_MS).ns);
    pacing_release(&p, at_ms(PACING_BACK_OFF_MS - 1), &out);
    assert_int_equal(out.n, 1);
    pacing_release(&p, at_ms(PACING_BACK_OFF_MS), &out);
    assert_true(str_eq(buf_str(&out), STR("rh")));
    pacing_fini(&p);
    buf_fini(&out);
}

static void cancels_leave_first_then_orders(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 100);
    buf_init(&out, 1 << 20);
    assert_true(pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(0)));
    assert_true(
        pacing_add(&p, PACING_ORDER, &(struct pacing_about){.order_id = 1}, STR("1"), at_ms(0)));
    assert_true(
        pacing_add(&p, PACING_CANCEL, &(struct pacing_about){.order_id = 9}, STR("c"), at_ms(0)));
    assert_true(
        pacing_add(&p, PACING_ORDER, &(struct pacing_about){.order_id = 2}, STR("2"), at_ms(0)));
    assert_true(pacing_has_order(&p, 2));
    assert_false(pacing_has_order(&p, 9));
    assert_true(pacing_has_order(&p, 0));
    pacing_release(&p, at_ms(0), &out);
    assert_true(str_eq(buf_str(&out), STR("c12r")));
    assert_int_equal(pacing_next(&p, at_ms(0)).ns, INT64_MAX);
    pacing_fini(&p);
    buf_fini(&out);
}

static void the_next_time_is_exact(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 2);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 5; i++)
        assert_true(pacing_add(&p, PACING_REST, NULL, STR("m"), at_ms(0)));
    pacing_release(&p, at_ms(100), &out);
    assert_int_equal(out.n, 2);
    assert_int_equal(pacing_next(&p, at_ms(0)).ns, at_ms(1100).ns);
    pacing_release(&p, at_ms(1099), &out);
    assert_int_equal(out.n, 2);
    pacing_release(&p, at_ms(1100), &out);
    assert_int_equal(out.n, 4);
    pacing_fini(&p);
    buf_fini(&out);
}

static void the_last_places_are_for_orders_and_cancels(void **state)
{
    (void)state;
    struct pacing p;
    pacing_init(&p, 1);
    size_t n = 0;
    while (pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(0)))
        n++;
    assert_true(n < LIMIT_PACING_QUEUE);
    while (pacing_add(&p, PACING_ORDER, &(struct pacing_about){.order_id = 1}, STR("o"), at_ms(0)))
        n++;
    assert_true(n < LIMIT_PACING_QUEUE);
    while (pacing_add(&p, PACING_CANCEL, &(struct pacing_about){.order_id = 1}, STR("c"), at_ms(0)))
        n++;
    assert_int_equal(n, LIMIT_PACING_QUEUE);
    pacing_clear_rest(&p);
    assert_true(pacing_has_order(&p, 1));
    assert_true(pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(0)));
    pacing_fini(&p);
}

/* A hundred charts do not keep one contract waiting. */
static void lanes_take_turns(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 100);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 5; i++)
        assert_true(pacing_add(&p, PACING_HISTORY, NULL, STR("h"), at_ms(i)));
    assert_true(pacing_add(&p, PACING_QUESTION, NULL, STR("q"), at_ms(7)));
    assert_true(pacing_add(&p, PACING_LINES, NULL, STR("1"), at_ms(8)));
    assert_true(pacing_add(&p, PACING_LINES, NULL, STR("2"), at_ms(9)));
    assert_int_equal(pacing_oldest(&p).ns, at_ms(0).ns);
    pacing_release(&p, at_ms(10), &out);
    assert_true(str_eq(buf_str(&out), STR("1qh2hhhh")));
    assert_int_equal(pacing_oldest(&p).ns, INT64_MAX);
    pacing_fini(&p);
    buf_fini(&out);
}

static struct pacing_about history(int32_t id, uint64_t contract, uint64_t request)
{
    return (struct pacing_about){.request_id = id, .quota = {QUOTA_HISTORY, 1, contract, request}};
}

static void what_has_to_wait_lets_others_pass(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 100);
    buf_init(&out, 1 << 20);
    struct pacing_about a = history(1, 7, 70), again = history(2, 7, 70), b = history(3, 8, 80);
    assert_true(pacing_add(&p, PACING_HISTORY, &a, STR("a"), at_ms(0)));
    assert_true(pacing_add(&p, PACING_HISTORY, &again, STR("A"), at_ms(0)));
    assert_true(pacing_add(&p, PACING_HISTORY, &b, STR("b"), at_ms(0)));
    pacing_release(&p, at_ms(0), &out);
    assert_true(str_eq(buf_str(&out), STR("ab")));
    assert_int_equal(pacing_next(&p, at_ms(0)).ns, at_ms(15000).ns);
    pacing_release(&p, at_ms(14999), &out);
    assert_int_equal(out.n, 2);
    assert_true(pacing_add(&p, PACING_REST, NULL, STR("r"), at_ms(14999)));
    assert_int_equal(pacing_next(&p, at_ms(14999)).ns, INT64_MIN); /* at once */
    pacing_release(&p, at_ms(15000), &out);
    assert_int_equal(out.n, 4);
    pacing_fini(&p);
    buf_fini(&out);
}

/* 60 in 10 minutes: whoever asks for two sides, which count twice, is not passed for ever. */
static void nobody_is_passed_for_ever(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 1000);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 59; i++) {
        struct pacing_about a = history(1 + i, 100 + (uint64_t)i, (uint64_t)i);
        assert_true(pacing_add(&p, PACING_HISTORY, &a, STR("x"), at_ms(0)));
    }
    for (int ms = 0; out.n < 59; ms += 100) { /* as answers come, others become free */
        pacing_release(&p, at_ms(ms), &out);
        while (p.quota.of[QUOTA_HISTORY].open > 0)
            quota_end(&p.quota, QUOTA_HISTORY);
    }
    struct pacing_about two = history(100, 1, 1), one = history(101, 2, 2);
    two.quota.weight = 2;
    assert_true(pacing_add(&p, PACING_HISTORY, &two, STR("2"), at_ms(0)));
    assert_true(pacing_add(&p, PACING_HISTORY, &one, STR("1"), at_ms(0)));
    pacing_release(&p, at_ms(300000), &out);
    assert_int_equal(out.n, 59);
    pacing_release(&p, at_ms(601000), &out);
    assert_int_equal(out.n, 61);
    assert_int_equal(out.p[59], '2');
    pacing_fini(&p);
    buf_fini(&out);
}

static void history_has_a_bound_of_its_own(void **state)
{
    (void)state;
    struct pacing p;
    pacing_init(&p, 1);
    size_t n = 0;
    struct pacing_about a = history(1, 7, 70);
    while (pacing_add(&p, PACING_HISTORY, &a, STR("h"), at_ms(0)))
        n++;
    assert_int_equal(n, PACING_HISTORY_MAX);
    assert_true(pacing_add(&p, PACING_QUESTION, NULL, STR("q"), at_ms(0)));
    pacing_forget(&p, 1);
    assert_true(pacing_add(&p, PACING_HISTORY, &a, STR("h"), at_ms(0)));
    pacing_fini(&p);
}

static void what_nobody_waits_for_is_taken_out(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 100);
    buf_init(&out, 1 << 20);
    for (int32_t id = 1; id <= 3; id++) {
        struct pacing_about a = {.request_id = id};
        char c = (char)('0' + id);
        assert_true(pacing_add(&p, PACING_QUESTION, &a, (struct str){&c, 1}, at_ms(0)));
    }
    pacing_forget(&p, 3);
    pacing_forget(&p, 1);
    pacing_forget(&p, 77);
    assert_true(pacing_add(&p, PACING_QUESTION, NULL, STR("4"), at_ms(0)));
    pacing_release(&p, at_ms(0), &out);
    assert_true(str_eq(buf_str(&out), STR("24")));
    assert_int_equal(p.count, 0);
    pacing_fini(&p);
    buf_fini(&out);
}

static void orders_that_wait_can_be_dropped_and_cancels_stay(void **state)
{
    (void)state;
    struct pacing p;
    struct buf out;
    pacing_init(&p, 100);
    buf_init(&out, 1 << 20);
    for (int32_t id = 1; id <= 3; id++) {
        struct pacing_about a = {.order_id = id, .is_order = true};
        char c = (char)('0' + id);
        assert_true(pacing_add(&p, PACING_ORDER, &a, (struct str){&c, 1}, at_ms(0)));
        a.is_order = false;
        assert_true(pacing_add(&p, PACING_CANCEL_AFTER_ORDERS, &a, STR("c"), at_ms(0)));
    }
    assert_int_equal(pacing_drop_orders(&p, 2), 1);
    assert_int_equal(pacing_drop_orders(&p, 2), 0);
    pacing_release(&p, at_ms(0), &out);
    assert_true(str_eq(buf_str(&out), STR("1cc3c")));
    for (int32_t id = 1; id <= 3; id++) {
        struct pacing_about a = {.order_id = id, .is_order = true};
        assert_true(pacing_add(&p, PACING_ORDER, &a, STR("o"), at_ms(0)));
    }
    assert_int_equal(pacing_drop_orders(&p, 0), 3);
    assert_int_equal(p.count, 0);
    pacing_fini(&p);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_second_holds_more_than_the_rate),
        cmocka_unit_test(too_much_for_the_broker_halves_the_rate_for_a_while),
        cmocka_unit_test(too_much_of_a_kind_holds_that_kind_alone),
        cmocka_unit_test(cancels_leave_first_then_orders),
        cmocka_unit_test(the_next_time_is_exact),
        cmocka_unit_test(the_last_places_are_for_orders_and_cancels),
        cmocka_unit_test(lanes_take_turns),
        cmocka_unit_test(what_has_to_wait_lets_others_pass),
        cmocka_unit_test(nobody_is_passed_for_ever),
        cmocka_unit_test(history_has_a_bound_of_its_own),
        cmocka_unit_test(what_nobody_waits_for_is_taken_out),
        cmocka_unit_test(orders_that_wait_can_be_dropped_and_cancels_stay),
    };
    return cmocka_run_group_tests_name("pacing", tests, NULL, NULL);
}
