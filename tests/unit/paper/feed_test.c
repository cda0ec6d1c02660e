/* SPDX-License-Identifier: MIT */
/* The market model: bars are their own ticks, nothing changes when it is asked again. */
#include "base/rng.h"
#include "paper/clock.h"

#include "tests/unit/paper/listings.h"
#include <stddef.h>

enum { MANY = 16 };

/* Listings of all kinds. */
static size_t some_of_all(int64_t utc_s, const struct instrument *out[MANY])
{
    size_t n = 0;
    out[n++] = listing(AAPL);
    out[n++] = listing(SPX);
    out[n++] = listing(VIX);
    out[n++] = universe_pair(listings, STR("EUR"), STR("USD"));
    out[n++] = universe_pair(listings, STR("EUR"), STR("JPY"));
    for (size_t k = 0; k < universe_count(listings) && n < 9; k += 23)
        out[n++] = universe_at(listings, k);
    out[n++] = derived("AAPL", utc_s, 20, 'C', 230);
    out[n++] = derived("AAPL", utc_s, 20, 'P', 200);
    out[n++] = derived("SPXW", utc_s, 3, 'C', 6700);
    out[n++] = derived("ES", utc_s, 10, 0, 0);
    assert_true(n <= MANY);
    return n;
}

static void compare_with_prints(struct feed *f, const struct instrument *i, int64_t from,
                                int64_t to)
{
    static struct feed_trade prints[5000 * FEED_PRINTS_MAX];
    struct feed_bar b;
    size_t n = feed_trades(f, i, from, to, prints, sizeof prints / sizeof prints[0]);
    bool any = feed_bar(f, i, from, to, &b);
    assert_int_equal(any, n > 0);
    if (!any)
        return;
    struct dec high = prints[0].price, low = high, sum = DEC_ZERO;
    for (size_t k = 0; k < n; k++) {
        high = dec_max(high, prints[k].price);
        low = dec_min(low, prints[k].price);
        sum = dec_plus(sum, prints[k].size);
        assert_true(i->volume == 0 || dec_sign(prints[k].size) > 0);
        assert_true(k == 0 || prints[k].utc_ns >= prints[k - 1].utc_ns);
        assert_true(prints[k].utc_ns >= from * NS_PER_S && prints[k].utc_ns < to * NS_PER_S);
    }
    if (!dec_eq(b.open, prints[0].price) || !dec_eq(b.close, prints[n - 1].price) ||
        !dec_eq(b.high, high) || !dec_eq(b.low, low))
        fail_msg("%s: the bar of %lld..%lld is not its prints", i->contract.symbol, (long long)from,
                 (long long)to);
    assert_true(dec_eq(sum, dec_of(b.volume)));
    if (i->volume > 0)
        assert_int_equal(b.count, n);
    assert_false(dec_gt(b.wap, b.high) || dec_lt(b.wap, b.low));
}

static void bars_are_their_own_prints(void **state)
{
    (void)state;
    for (int real = 0; real < 2; real++) {
        struct feed *f = feed_new(listings, 3, real);
        struct rng r;
        rng_init(&r, 9, (uint64_t)real);
        int64_t day = at("2026-03-02T00:00:00Z");
        const struct instrument *some[MANY];
        size_t n = some_of_all(day, some);
        for (size_t k = 0; k < n; k++) {
            int64_t open = day + 52200; /* 09:30 in New York */
            compare_with_prints(f, some[k], open, open + 60);
            compare_with_prints(f, some[k], open - 120, open + 300);
            compare_with_prints(f, some[k], day + 75600 - 65, day + 75600 + 65); /* 16:00 */
            for (int c = 0; c < 12; c++) {
                int64_t from = day + rng_below(&r, 86400);
                compare_with_prints(f, some[k], from, from + 1 + rng_below(&r, 400));
            }
            compare_with_prints(f, some[k], open + 1000, open + 4600);
        }
        feed_free(f);
    }
}

static void a_day_is_its_minutes_and_a_week_its_days(void **state)
{
    (void)state;
    for (int real = 0; real < 2; real++) {
        struct feed *f = feed_new(listings, 3, real), *g = feed_new(listings, 3, real);
        const struct instrument *some[MANY];
        size_t n = some_of_all(at("2026-03-02T00:00:00Z"), some);
        for (size_t k = 0; k < n; k++) {
            const struct instrument *i = some[k];
            int64_t day = hours_day_start(i->hours.zone, at("2026-03-03T12:00:00Z"));
            for (int span = 0; span < 2; span++) {
                int64_t step = span == 0 ? 60 : 86400, end = day + (span == 0 ? 1 : 7) * 86400;
                end = hours_day_start(i->hours.zone, end + 7200); /* the 8th has 23 hours there */
                struct feed_bar whole, part, sum = {0};
                bool any = false;
                for (int64_t s = day; s < end; s += step) {
                    int64_t to = span == 0 ? s + 60 : hours_day_end(i->hours.zone, s);
                    step = to - s;
                    if (!feed_bar_as_of(g, i, s, to, end, &part))
                        continue;
                    if (!any)
                        sum = part;
                    else
                        sum.volume += part.volume, sum.count += part.count;
                    any = true;
                    sum.high = dec_max(sum.high, part.high);
                    sum.low = dec_min(sum.low, part.low);
                    sum.close = part.close;
                }
                assert_int_equal(feed_bar_as_of(f, i, day, end, end, &whole), any);
                if (!any)
                    continue;
                assert_true(dec_eq(whole.open, sum.open) && dec_eq(whole.close, sum.close));
                assert_true(dec_eq(whole.high, sum.high) && dec_eq(whole.low, sum.low));
                assert_int_equal(whole.volume, sum.volume);
                assert_int_equal(whole.count, sum.count);
            }
        }
        feed_free(f);
        feed_free(g);
    }
}

static void the_day_so_far_is_the_bar_of_the_day_so_far(void **state)
{
    (void)state;
    for (int real = 0; real < 2; real++) {
        struct feed *f = feed_new(listings, 8, real), *g = feed_new(listings, 8, real);
        const struct instrument *some[MANY];
        int64_t day = at("2026-03-02T00:00:00Z");
        size_t n = some_of_all(day, some);
        for (size_t k = 0; k < n; k++)
            for (int64_t s = day + 52100; s < day + 80000; s += 3001) {
                struct feed_quote q;
                struct feed_bar b;
                int64_t start = hours_day_start(some[k]->hours.zone, s);
                feed_quote(f, some[k], s, &q);
                if (!feed_is_open(f, some[k], s) || !feed_bar(g, some[k], start, s + 1, &b))
                    continue;
                assert_true(dec_eq(q.open, b.open) && dec_eq(q.last, b.close));
                assert_true(dec_eq(q.high, b.high) && dec_eq(q.low, b.low));
                struct dec yesterday = feed_price(g, some[k], start - 1);
                assert_true(dec_eq(q.close, yesterday));
                if (feed_bar(g, some[k], start, s, &b))
                    assert_true(dec_eq(q.volume, dec_of(b.volume)));
            }
        feed_free(f);
        feed_free(g);
    }
}

static void history_stays_what_it_was_whenever_it_is_asked(void **state)
{
    (void)state;
    struct feed *a = feed_new(listings, 7, true), *b = feed_new(listings, 7, true);
    struct rng r;
    rng_init(&r, 4, 4);
    const struct instrument *some[MANY];
    int64_t now = at("2026-03-02T15:00:00Z");
    size_t n = some_of_all(now, some);
    for (int k = 0; k < 300; k++) { /* a is asked about other things and moments in between */
        const struct instrument *i = some[rng_below(&r, (uint32_t)n)], *other;
        other = some[rng_below(&r, (uint32_t)n)];
        int64_t s = now - rng_below(&r, 86400 * 20), t = now + rng_below(&r, 86400 * 400);
        struct feed_quote qa, qb, q;
        struct feed_bar ba, bb;
        feed_quote(a, other, t, &q);
        feed_quote(a, i, t, &q);
        (void)feed_bar(a, i, t, t + 4000, &ba);
        feed_quote(a, i, s, &qa);
        feed_quote(b, i, s, &qb);
        assert_memory_equal(&qa, &qb, offsetof(struct feed_quote, has_bid_ask));
        bool any = feed_bar(a, i, s, s + 7300, &ba);
        assert_int_equal(any, feed_bar(b, i, s, s + 7300, &bb));
        size_t prices = offsetof(struct feed_bar, open);
        if (any) /* without the gap behind from_s */
            assert_memory_equal((char *)&ba + prices, (char *)&bb + prices, sizeof ba - prices);
    }
    feed_free(a);
    feed_free(b);
}

static void the_same_seed_gives_the_same_bytes_everywhere(void **state)
{
    (void)state;
    uint64_t sum = 0;
    for (int real = 0; real < 2; real++) {
        struct feed *f = feed_new(listings, 1, real);
        const struct instrument *some[MANY];
        int64_t t = at("2026-03-03T15:00:00Z");
        size_t n = some_of_all(t, some);
        for (size_t k = 0; k < n; k++) {
            if (k >= 5 && k < 9) /* these depend on the rows of the table */
                continue;
            for (int m = 0; m < 60; m++) {
                struct feed_quote q;
                struct feed_bar b;
                feed_quote(f, some[k], t + m * 7001, &q);
                const struct dec values[] = {q.bid, q.ask, q.last, q.open, q.high, q.low, q.close};
                for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
                    sum = rng_mix(sum, (uint64_t)values[v].nano);
                if (!real && feed_bar(f, some[k], t - m * 86400, t - m * 86400 + 1800, &b))
                    sum = rng_mix(sum, (uint64_t)b.high.nano + (uint64_t)b.low.nano);
            }
        }
        feed_free(f);
    }
    /* every compiler, optimisation and machine must come to this number */
    assert_int_equal(sum, 0x75648dccd8ab513b);
}

static void quotes_and_books_are_in_order_and_on_price_steps(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 5, false);
    int64_t t = at("2026-03-02T15:00:00Z");
    for (size_t k = 0; k < universe_count(listings); k++)
        for (int m = 0; m < 40; m++) {
            const struct instrument *i = universe_at(listings, k);
            struct feed_quote q;
            struct dec bid, ask;
            int64_t s = t + m * 5003;
            feed_quote(f, i, s, &q);
            feed_touch(f, i, s, &bid, &ask);
            assert_true(dec_eq(bid, q.bid) && dec_eq(ask, q.ask));
            assert_true(dec_sign(bid) > 0 && !dec_gt(bid, q.last) && !dec_lt(ask, q.last));
            assert_true(dec_is_multiple(bid, instrument_step(i, bid)));
            assert_true(dec_is_multiple(ask, instrument_step(i, ask)));
            assert_true(dec_is_multiple(q.last, instrument_step(i, q.last)));
            for (int side = 0; side < 2; side++) {
                struct feed_level book[FEED_LEVELS_MAX];
                size_t n = feed_depth(f, i, s, side == 0, book, FEED_LEVELS_MAX);
                assert_true(i->is_tradable ? n > 0 : n == 0);
                if (n == 0)
                    continue;
                assert_true(dec_lt(bid, ask));
                assert_true(dec_eq(book[0].price, side == 0 ? bid : ask));
                assert_true(dec_eq(book[0].size, side == 0 ? q.bid_size : q.ask_size));
                for (size_t v = 1; v < n; v++)
                    assert_true(side == 0 ? dec_lt(book[v].price, book[v - 1].price)
                                          : dec_gt(book[v].price, book[v - 1].price));
                for (size_t v = 0; v < n; v++)
                    assert_true(dec_sign(book[v].size) > 0 &&
                                dec_is_multiple(book[v].price, instrument_step(i, book[v].price)));
            }
        }
    feed_free(f);
}

static void interrupted_shares_rest_and_are_rare(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 2, true);
    int halts = 0, days = 0;
    int64_t first = at("2026-01-05T15:00:00Z");
    for (size_t k = 0; k < universe_count(listings); k++) {
        const struct instrument *i = universe_at(listings, k);
        if (i->contract.sec_type != SEC_STK)
            continue;
        for (int d = 0; d < 120; d++) {
            int64_t start = hours_day_start(i->hours.zone, first + d * 86400), s = start;
            days++;
            while (s < start + 86400 && !feed_is_halted(f, i, s))
                s += 60;
            if (s >= start + 86400)
                continue;
            halts++;
            int64_t end = s;
            while (feed_is_halted(f, i, end))
                end += 60;
            assert_true(end - s >= 300 && end - s <= 1200);
            struct feed_trade print[FEED_PRINTS_MAX];
            struct feed_bar b;
            assert_int_equal(feed_trades(f, i, s, end, print, FEED_PRINTS_MAX), 0);
            assert_false(feed_bar(f, i, s, end, &b));
            assert_true(dec_eq(feed_price(f, i, s - 1), feed_price(f, i, end - 1)));
            assert_true(feed_trades(f, i, end, end + 1, print, FEED_PRINTS_MAX) > 0);
            compare_with_prints(f, i, s - 90, end + 90);
        }
    }
    print_message("%d interruptions in %d days of shares\n", halts, days);
    assert_true(halts > 0 && halts * 500 < days);
    feed_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_their_own_prints),
        cmocka_unit_test(a_day_is_its_minutes_and_a_week_its_days),
        cmocka_unit_test(the_day_so_far_is_the_bar_of_the_day_so_far),
        cmocka_unit_test(history_stays_what_it_was_whenever_it_is_asked),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes_everywhere),
        cmocka_unit_test(quotes_and_books_are_in_order_and_on_price_steps),
        cmocka_unit_test(interrupted_shares_rest_and_are_rare),
    };
    return cmocka_run_group_tests(tests, listings_setup, listings_teardown);
}
