/* SPDX-License-Identifier: MIT */
/* What positions need: the rules of Reg T, and the stress of portfolio margin. */
#include "client.h"
#include "paper/feed.h"
#include "paper/margin.h"

enum { APPLE = 265598, SPX = 416904, LINES = 6 };

static struct {
    struct universe *universe;
    struct feed *feed;
    int64_t now_s;
    struct instrument made[LINES];
    struct holding holdings[LINES];
    struct margin_line lines[LINES];
    size_t n;
    double price; /* of the underlying */
} m;

static void begin(void)
{
    struct error e = {0};
    memset(&m, 0, sizeof m);
    m.universe = universe_new((struct str){csv, csv_n}, &e);
    m.feed = feed_new(m.universe, 42, false);
    m.now_s = 1790000000;
    universe_today(m.universe, m.now_s);
    m.price = dec_to_double(feed_price(m.feed, universe_find(m.universe, APPLE), m.now_s));
}

static void end(void)
{
    feed_free(m.feed);
    universe_free(m.universe);
}

static struct dec cents(double v)
{
    struct dec out;
    assert_true(dec_from_model(v, DEC_MICRO(10000), &out));
    return out;
}

static void add_line(const struct instrument *i, double quantity, double price)
{
    struct holding *h = &m.holdings[m.n];
    *h = (struct holding){.instrument = i, .quantity = cents(quantity)};
    m.lines[m.n] = (struct margin_line){h, cents(price), DEC_ZERO, DEC(1)};
    m.lines[m.n].value = ledger_value(i, h->quantity, cents(price));
    m.n++;
}

static void shares(double quantity)
{
    add_line(universe_find(m.universe, APPLE), quantity, m.price);
}

/* An option on the shares; the strike is relative to their price. */
static void contract(double quantity, char right, double away, int days, double price)
{
    struct instrument *i = &m.made[m.n];
    *i = (struct instrument){.multiplier = DEC(100),
                             .underlying = universe_find(m.universe, APPLE),
                             .expiry_s = m.now_s + days * (int64_t)86400};
    i->contract.sec_type = SEC_OPT;
    i->contract.right = right;
    i->contract.strike = DEC_SOME(cents(m.price + away));
    add_line(i, quantity, price);
}

static double maintenance(enum margin_kind kind, double *initial)
{
    struct margin out = {0};
    margin_positions(kind, m.lines, m.n, m.feed, m.now_s, &out);
    *initial = dec_to_double(out.initial);
    m.n = 0;
    return dec_to_double(out.maintenance);
}

/* To a dollar: strikes are whole cents and the price may be half of one. */
static void needs(double initial, double then)
{
    double have;
    double is = maintenance(MARGIN_REG_T, &have);
    if (have < initial - 1 || have > initial + 1 || is < then - 1 || is > then + 1)
        fail_msg("needs %.2f and %.2f, should be %.2f and %.2f", have, is, initial, then);
}

static void shares_need_half_and_then_a_quarter(void **state)
{
    (void)state;
    begin();
    shares(100);
    needs(50 * m.price, 25 * m.price);
    shares(-100);
    needs(50 * m.price, 30 * m.price);
    end();
}

static void long_options_need_nothing_and_short_ones_a_share_of_the_underlying(void **state)
{
    (void)state;
    begin();
    contract(3, 'C', 0, 30, 5);
    needs(0, 0);
    contract(-1, 'C', 10, 30, 2); /* ten out of the money */
    needs(100 * (2 + 0.2 * m.price - 10), 100 * (2 + 0.2 * m.price - 10));
    contract(-1, 'P', -0.15 * m.price, 30, 0.5); /* so far out that the least counts */
    double least = 100 * (0.5 + 0.1 * 0.85 * m.price);
    needs(least, least);
    end();
}

static void shares_cover_calls_as_far_as_they_reach(void **state)
{
    (void)state;
    begin();
    shares(200);
    contract(-2, 'C', 10, 30, 2);
    needs(100 * m.price, 50 * m.price);
    shares(100);
    contract(-1, 'C', -8, 30, 9); /* in the money by eight */
    needs(50 * m.price + 800, 25 * m.price + 800);
    shares(150);
    contract(-2, 'C', 10, 30, 2); /* the second one is naked */
    double naked = 100 * (2 + 0.2 * m.price - 10);
    needs(75 * m.price + naked, 37.5 * m.price + naked);
    shares(-100);
    contract(-1, 'P', -10, 30, 2);
    needs(50 * m.price, 30 * m.price);
    end();
}

static void a_spread_needs_the_difference_of_its_strikes(void **state)
{
    (void)state;
    begin();
    contract(-1, 'C', 5, 30, 4);
    contract(1, 'C', 15, 30, 2);
    needs(1000, 1000);
    contract(-1, 'P', -5, 30, 4);
    contract(1, 'P', -10, 30, 2);
    needs(500, 500);
    contract(1, 'C', 5, 30, 4); /* paid for */
    contract(-1, 'C', 15, 30, 2);
    needs(0, 0);
    contract(-1, 'C', 5, 30, 4); /* the long one ends too early to protect */
    contract(1, 'C', 15, 20, 2);
    double naked = 100 * (4 + 0.2 * m.price - 5);
    needs(naked, naked);
    contract(-2, 'C', 5, 30, 4); /* one is covered, the other naked */
    contract(1, 'C', 10, 60, 2);
    needs(500 + naked, 500 + naked);
    end();
}

static void futures_and_foreign_cash_need_a_share_of_their_size(void **state)
{
    (void)state;
    begin();
    struct instrument es = {.multiplier = DEC(50)};
    es.contract.sec_type = SEC_FUT;
    str_copy_cut(es.contract.symbol, sizeof es.contract.symbol, STR("ES"));
    add_line(&es, -2, 6000);
    needs(33000, 30000);
    struct margin cash = {0};
    margin_cash(dec_of(-10000), &cash);
    assert_true(dec_eq(cash.initial, dec_of(300)));
    assert_true(dec_eq(cash.maintenance, dec_of(250)));
    end();
}

static void stress_asks_for_the_largest_loss(void **state)
{
    (void)state;
    begin();
    double initial, alone, hedged;
    shares(100);
    alone = maintenance(MARGIN_PORTFOLIO, &initial);
    assert_true(alone > 14.99 * m.price && alone < 15.01 * m.price);
    assert_true(initial > 1.099 * alone && initial < 1.101 * alone);
    shares(100);
    contract(-1, 'C', 10000, 30, 0.01); /* its minimum counts only where the stress is less */
    hedged = maintenance(MARGIN_PORTFOLIO, &initial);
    assert_true(hedged <= alone + 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_need_half_and_then_a_quarter),
        cmocka_unit_test(long_options_need_nothing_and_short_ones_a_share_of_the_underlying),
        cmocka_unit_test(shares_cover_calls_as_far_as_they_reach),
        cmocka_unit_test(a_spread_needs_the_difference_of_its_strikes),
        cmocka_unit_test(futures_and_foreign_cash_need_a_share_of_their_size),
        cmocka_unit_test(stress_asks_for_the_largest_loss),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
