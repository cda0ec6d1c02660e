/* SPDX-License-Identifier: MIT */
/*
 * Conversations in which line and exchange do bad things by chance, thousands of them (fewer under
 * a sanitizer), in both encodings. A failure prints the line that replays it:
 * PORTCULLIS_FAULT_SEED=n runs that seed alone, and shows its log; PORTCULLIS_FAULT_SEEDS=n runs
 * so many.
 */
#include "../../kit/customer.h"
#include "tests/kit/arm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

enum { SEEDS = IS_SLOW ? 2000 : 10000 };

static void by_chance(struct rng *rng, struct rig *r)
{
    struct rig_faults f = RIG_NO_FAULTS;
    if (rng_below(rng, 3) == 0)
        f.cut_down_at = r->down_count + rng_below(rng, 20000);
    if (rng_below(rng, 4) == 0)
        f.cut_up_at = r->up_count + rng_below(rng, 1200);
    if (rng_below(rng, 6) == 0)
        f.swallow_at = r->down_count + rng_below(rng, 20000);
    if (rng_below(rng, 12) == 0)
        f.drip_ms = 1;
    if (rng_below(rng, 3) == 0)
        f.delay_ms = (int)rng_below(rng, 800);
    if (rng_below(rng, 3) == 0)
        f.duplicate_percent = (int)rng_below(rng, 101);
    if (rng_below(rng, 3) == 0)
        f.reorder_percent = (int)rng_below(rng, 101);
    if (rng_below(rng, 6) == 0)
        f.take_max = 1 + (int)rng_below(rng, 40);
    f.refuse = rng_below(rng, 4) == 0 ? (int)rng_below(rng, 4) : 0;
    r->faults = f;
}

/* What the exchange itself does. */
static void exchange_by_chance(struct rng *rng, struct rig *r)
{
    bool ok = true;
    char junk[40];
    switch (rng_below(rng, 10)) {
    case 0:
        ok = arm(r->paper, r->now, "cut_before_ack 1");
        break;
    case 1:
        ok = arm(r->paper, r->now, "lose_order %d", (int)(1 + rng_below(rng, 2)));
        break;
    case 2:
        ok = arm(r->paper, r->now, "stall %d", (int)(rng_below(rng, 3000)));
        break;
    case 3:
        ok = arm(r->paper, r->now, "duplicate");
        break;
    case 4:
    case 5:
        ok = arm(r->paper, r->now, "link_lost");
        break;
    case 6:
        ok = arm(r->paper, r->now, "link_back %d", (int)(1101 + rng_below(rng, 2)));
        break;
    case 7:
        for (size_t i = 0; i < sizeof junk; i++)
            junk[i] = (char)rng_below(rng, 256);
        rig_inject(r, (struct str){junk, 1 + rng_below(rng, sizeof junk)});
        break;
    case 8:
        rig_cut(r);
        break;
    default:
        break;
    }
    assert_true(ok);
}

static bool play(uint64_t seed, char *why, size_t cap)
{
    struct rng rng;
    struct customer c;
    rng_init(&rng, seed, 9);
    struct rig *r = customer_start(seed, (struct rig_faults)RIG_NO_FAULTS, &c);
    bool is_reordered = false;
    for (uint32_t rounds = 1 + rng_below(&rng, 4); rounds > 0; rounds--) {
        by_chance(&rng, r);
        is_reordered = is_reordered || r->faults.reorder_percent > 0;
        (void)rig_until(r, customer_is_done, &c, rng_below(&rng, 2500));
        exchange_by_chance(&rng, r);
        (void)rig_until(r, customer_is_done, &c, rng_below(&rng, 2500));
    }
    bool ok = arm(r->paper, r->now, "link_back %d", (int)(1101 + rng_below(&rng, 2))) &&
              arm(r->paper, r->now, "none");
    assert_true(ok);
    rig_heal(r);
    rig_run(r, rng_below(&rng, 3000));
    if (is_reordered)
        rig_cut(r); /* messages that changed places: the next snapshot decides */
    ok = customer_ends_well(r, &c, seed % 16 == 0 ? CUSTOMER_LONG_MS : CUSTOMER_SHORT_MS, why, cap);
    rig_free(r);
    return ok;
}

static uint64_t number_in(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    uint64_t n;
    return text != NULL && str_to_u64(str_of(text), &n) ? n : otherwise;
}

static void whatever_happens_it_ends_well(void **state)
{
    (void)state;
    uint64_t first = number_in("PORTCULLIS_FAULT_SEED", 1);
    uint64_t count =
        getenv("PORTCULLIS_FAULT_SEED") != NULL ? 1 : number_in("PORTCULLIS_FAULT_SEEDS", SEEDS);
    char why[200];
    for (uint64_t seed = first; seed < first + count; seed++)
        if (!play(seed, why, sizeof why))
            fail_msg("%s; to see it: PORTCULLIS_FAULT_SEED=%llu build/unit/app/chance_test", why,
                     (unsigned long long)seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_happens_it_ends_well)};
    return cmocka_run_group_tests_name("chance", tests, NULL, NULL);
}
