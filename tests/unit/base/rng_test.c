/* SPDX-License-Identifier: MIT */
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_published_numbers_come_out(void **state)
{
    (void)state;
    /* the first outputs of the generator's reference demonstration, seed 42, sequence 54 */
    static const uint32_t want[] = {0xA15C02B7, 0x7B47F409, 0xBA1D3330,
                                    0x83D2F293, 0xBFA4784B, 0xCBED606E};
    struct rng r;
    rng_init(&r, 42, 54);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_int_equal(rng_u32(&r), want[i]);
    rng_init(&r, 42, 54);
    assert_true(rng_u64(&r) == 0xA15C02B77B47F409u);
}

static void streams_of_one_seed_differ(void **state)
{
    (void)state;
    struct rng a, b;
    rng_init(&a, 1, 1);
    rng_init(&b, 1, 2);
    int same = 0;
    for (int i = 0; i < 1000; i++)
        same += rng_u32(&a) == rng_u32(&b);
    assert_in_range(same, 0, 2);
}

static void a_bound_is_kept_and_filled_evenly(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 2, 3);
    int seen[6] = {0};
    for (int i = 0; i < 60000; i++) {
        uint32_t v = rng_below(&r, 6);
        assert_true(v < 6);
        seen[v]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(seen[i], 9500, 10500);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(rng_below(&r, 1), 0);
        assert_true(rng_below(&r, 0x80000001u) <= 0x80000000u);
    }
}

static void mixing_changes_half_the_bits_for_each_bit(void **state)
{
    (void)state;
    for (uint64_t v = 0; v < 64; v++)
        for (int bit = 0; bit < 64; bit++) {
            uint64_t flip = (uint64_t)1 << bit;
            assert_in_range(__builtin_popcountll(rng_mix(v, 7) ^ rng_mix(v ^ flip, 7)), 10, 54);
            assert_in_range(__builtin_popcountll(rng_mix(7, v) ^ rng_mix(7, v ^ flip)), 10, 54);
        }
    assert_true(rng_mix(1, 2) != rng_mix(2, 1));
    assert_true(rng_mix(0, 0) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_numbers_come_out),
        cmocka_unit_test(streams_of_one_seed_differ),
        cmocka_unit_test(a_bound_is_kept_and_filled_evenly),
        cmocka_unit_test(mixing_changes_half_the_bits_for_each_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
