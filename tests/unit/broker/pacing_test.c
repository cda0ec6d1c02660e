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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_second_holds_more_than_the_rate),
        cmocka_unit_test(cancels_leave_first_then_orders),
        cmocka_unit_test(the_next_time_is_exact),
        cmocka_unit_test(the_last_places_are_for_orders_and_cancels),
    };
    return cmocka_run_group_tests_name("pacing", tests, NULL, NULL);
}
