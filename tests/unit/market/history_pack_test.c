/* SPDX-License-Identifier: MIT */
/* Bars as bytes and back. */
#include "market/history_private.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BARS = 300, GENERATION = 77 };

static int64_t between(struct rng *rng, int64_t least, int64_t most)
{
    return least + rng_below(rng, (uint32_t)(most - least + 1));
}

static struct dec cents(int64_t n)
{
    return (struct dec){(dec_nano)n * 10000000};
}

/* A share's days: cents, whole volumes, an average in hundredths of a cent. */
static void make_days(struct bar *bars, size_t n, struct rng *rng)
{
    int64_t price = 25000, day = history_days(20210104);
    for (size_t i = 0; i < n; i++) {
        int64_t open = price + between(rng, -150, 150), close = open + between(rng, -300, 300);
        int64_t high = (open > close ? open : close) + between(rng, 0, 200);
        int64_t low = (open < close ? open : close) - between(rng, 0, 200);
        bars[i] =
            (struct bar){.date = history_date(day),
                         .open = DEC_SOME(cents(open)),
                         .high = DEC_SOME(cents(high)),
                         .low = DEC_SOME(cents(low)),
                         .close = DEC_SOME(cents(close)),
                         .volume = DEC_SOME(dec_of(between(rng, 1000000, 90000000))),
                         .average = DEC_SOME((struct dec){(dec_nano)(open * 100 + 37) * 100000}),
                         .trades = (int32_t)between(rng, 0, 500000)};
        price = close;
        day += civil_weekday(day) == 4 ? 3 : 1;
    }
}

static void assert_same(const struct opt_dec *a, const struct opt_dec *b)
{
    assert_int_equal(a->has, b->has);
    assert_true(!a->has || dec_eq(a->v, b->v));
}

static void assert_bars(const struct bar *a, const struct bar *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].date, b[i].date);
        assert_int_equal(a[i].start.has, b[i].start.has);
        assert_true(!a[i].start.has || a[i].start.v.ns == b[i].start.v.ns);
        assert_same(&a[i].open, &b[i].open);
        assert_same(&a[i].high, &b[i].high);
        assert_same(&a[i].low, &b[i].low);
        assert_same(&a[i].close, &b[i].close);
        assert_same(&a[i].volume, &b[i].volume);
        assert_same(&a[i].average, &b[i].average);
        assert_int_equal(a[i].trades, b[i].trades);
    }
}

static void assert_round_trip(const struct bar *bars, size_t n, bool is_daily, size_t bytes_most)
{
    struct buf packed;
    struct bar *back = xcalloc(n, sizeof *back);
    size_t count = 0;
    buf_init(&packed, 1 << 20);
    assert_true(history_pack(bars, n, GENERATION, &packed));
    assert_in_range(packed.n, n, bytes_most);
    assert_int_equal(history_packed(buf_str(&packed), GENERATION), n);
    assert_true(history_unpack(buf_str(&packed), GENERATION, is_daily, back, &count));
    assert_int_equal(count, n);
    assert_bars(bars, back, n);
    buf_fini(&packed);
    xfree(back);
}

static void days_come_back_as_they_were_in_few_bytes(void **state)
{
    (void)state;
    struct rng rng;
    struct bar bars[BARS];
    rng_init(&rng, 1, 0);
    make_days(bars, BARS, &rng);
    assert_round_trip(bars, BARS, true, BARS * 24);
}

static void anything_may_be_absent_negative_or_tiny(void **state)
{
    (void)state;
    struct rng rng;
    struct bar bars[BARS];
    rng_init(&rng, 2, 0);
    make_days(bars, BARS, &rng);
    for (size_t i = 0; i < BARS; i++) {
        struct bar *b = &bars[i];
        b->date = 0;
        b->start = (struct opt_utc){{(1600000000LL + (int64_t)i * 60) * NS_PER_S}, true};
        if (i % 3 == 0)
            b->volume = b->average = DEC_NONE;
        if (i % 7 == 0)
            b->trades = -1;
        if (i % 5 == 0)
            b->low = DEC_SOME(dec_neg(b->low.v)); /* the price of a combination */
        if (i == 11)
            b->open.v.nano = 1;
        if (i == 13)
            b->trades = INT32_MAX;
        if (i == 12)
            b->close.v = DEC_ZERO;
    }
    assert_round_trip(bars, BARS, false, BARS * 60);
}

static void what_has_no_price_or_a_monstrous_one_is_not_packed(void **state)
{
    (void)state;
    struct rng rng;
    struct bar bars[2];
    struct buf packed;
    rng_init(&rng, 3, 0);
    buf_init(&packed, 1 << 20);
    make_days(bars, 2, &rng);
    bars[1].high = DEC_NONE;
    assert_false(history_pack(bars, 2, GENERATION, &packed));
    make_days(bars, 2, &rng);
    bars[0].open.v.nano = (dec_nano)1 << 80;
    bars[1].close.v.nano = 1; /* so that no power of ten helps */
    assert_false(history_pack(bars, 2, GENERATION, &packed));
    buf_fini(&packed);
}

static void a_damaged_block_is_none_and_another_generations_too(void **state)
{
    (void)state;
    enum { N = 5, JUNK = 20000 };
    struct rng rng;
    struct bar bars[N], back[256];
    struct buf packed;
    size_t n;
    rng_init(&rng, 4, 0);
    buf_init(&packed, 1 << 20);
    make_days(bars, N, &rng);
    assert_true(history_pack(bars, N, GENERATION, &packed));
    assert_int_equal(history_packed(buf_str(&packed), GENERATION + 1), 0);
    assert_false(history_unpack(buf_str(&packed), GENERATION + 1, true, back, &n));
    for (size_t cut = 0; cut < packed.n; cut++) {
        char *exact = xcalloc(cut + 1, 1);
        memcpy(exact, packed.p, cut);
        assert_false(history_unpack((struct str){exact, cut}, GENERATION, true, back, &n));
        xfree(exact);
    }
    for (int i = 0; i < JUNK; i++) { /* does not read or write what it may not */
        char copy[256];
        struct str block = {copy, packed.n};
        memcpy(copy, packed.p, packed.n);
        for (int k = 0; k < 3; k++)
            copy[between(&rng, 0, (int64_t)packed.n - 1)] = (char)between(&rng, 0, 255);
        if (history_packed(block, GENERATION) <= 256)
            (void)history_unpack(block, GENERATION, i % 2, back, &n);
    }
    buf_fini(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_come_back_as_they_were_in_few_bytes),
        cmocka_unit_test(anything_may_be_absent_negative_or_tiny),
        cmocka_unit_test(what_has_no_price_or_a_monstrous_one_is_not_packed),
        cmocka_unit_test(a_damaged_block_is_none_and_another_generations_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
