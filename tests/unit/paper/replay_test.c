/* SPDX-License-Identifier: MIT */
/* Bars of a real market in place of the model. */
#include "paper/replay.h"
#include "tests/unit/paper/listings.h"

static const char minutes[] = "time,open,high,low,close,volume\n"
                              "# two minutes of a Monday, a gap, and two more\n"
                              "2026-03-02 09:30,231.05,231.80,230.90,231.12,120000\n"
                              "2026-03-02 09:31,231.12,231.20,231.00,231.01,30007\n"
                              "\n"
                              "2026-03-02 09:35,232.00,232.00,229.50,230.00,\n"
                              "2026-03-02T14:36:00Z,230.01,230.02,230.01,230.02,3\n";

static const char days[] = "Time,Open,High,Low,Close,Volume\r\n"
                           "2026-02-27,229.00,233.80,228.10,230.12,41234567\r\n"
                           "2026-03-02,231.05,231.05,226.00,227.50,50000000\r\n"
                           "2026-03-03,227.00,230.00,226.50,229.99,39000001\r\n";

static struct feed *replay_of(const char *text, bool real_hours)
{
    struct feed *f = feed_new(listings, 1, real_hours);
    struct error e = {0};
    if (!feed_replay(f, listing(AAPL), str_of(text), STR("AAPL.csv"), &e))
        fail_msg("%s", e.text);
    return f;
}

static void price_is(struct dec have, const char *want)
{
    char text[DEC_TEXT_MAX];
    dec_format_fixed(have, 2, text);
    assert_string_equal(text, want);
}

static void bar_is(struct feed *f, int64_t from, int64_t to, const char *const prices[4],
                   int64_t volume)
{
    struct feed_bar b;
    assert_true(feed_bar(f, listing(AAPL), from, to, &b));
    price_is(b.open, prices[0]);
    price_is(b.high, prices[1]);
    price_is(b.low, prices[2]);
    price_is(b.close, prices[3]);
    assert_int_equal(b.volume, volume);
}

static void minutes_come_back_as_they_were_given(void **state)
{
    (void)state;
    for (int real = 0; real < 2; real++) {
        struct feed *f = replay_of(minutes, real);
        const struct instrument *i = listing(AAPL);
        int64_t t = at("2026-03-02T14:30:00Z");
        bar_is(f, t, t + 60, (const char *[]){"231.05", "231.80", "230.90", "231.12"}, 120000);
        bar_is(f, t + 60, t + 120, (const char *[]){"231.12", "231.20", "231.00", "231.01"}, 30007);
        bar_is(f, t, t + 300, (const char *[]){"231.05", "231.80", "230.90", "231.01"}, 150007);
        bar_is(f, t, t + 900, (const char *[]){"231.05", "232.00", "229.50", "230.02"}, 150010);
        struct feed_bar b;
        assert_false(feed_bar(f, i, t + 120, t + 300, &b)); /* the gap */
        price_is(feed_price(f, i, t + 200), "231.01");
        price_is(feed_price(f, i, t + 86400), "230.02");
        price_is(feed_price(f, i, t - 86400), "231.05");
        struct feed_quote q;
        feed_quote(f, i, t + 330, &q);
        price_is(q.high, "232.00");
        price_is(q.open, "231.05");
        /* seconds stay within their minute, and their prints add up */
        struct feed_trade prints[60 * FEED_PRINTS_MAX];
        size_t n = feed_trades(f, i, t, t + 60, prints, sizeof prints / sizeof prints[0]);
        struct dec sum = DEC_ZERO;
        for (size_t k = 0; k < n; k++) {
            sum = dec_plus(sum, prints[k].size);
            assert_false(dec_gt(prints[k].price, DEC_MICRO(231800000)) ||
                         dec_lt(prints[k].price, DEC_MICRO(230900000)));
        }
        assert_true(n > 0 && dec_eq(sum, DEC(120000)));
        struct feed_action a;
        assert_int_equal(feed_actions(f, i, 0, t * 2, &a, 1), 0);
        feed_free(f);
    }
}

static void days_come_back_as_they_were_given(void **state)
{
    (void)state;
    for (int real = 0; real < 2; real++) {
        struct feed *f = replay_of(days, real);
        int64_t day = at("2026-03-02T05:00:00Z");
        bar_is(f, day, day + 86400, (const char *[]){"231.05", "231.05", "226.00", "227.50"},
               50000000);
        bar_is(f, day + 86400, day + 172800,
               (const char *[]){"227.00", "230.00", "226.50", "229.99"}, 39000001);
        bar_is(f, day - 3 * 86400, day + 172800,
               (const char *[]){"229.00", "233.80", "226.00", "229.99"}, 130234568);
        price_is(feed_previous_close(f, listing(AAPL), day + 50000), "230.12");
        struct feed_bar minute;
        struct dec low = DEC(1000);
        for (int m = 0; m < 1440; m++)
            if (feed_bar(f, listing(AAPL), day + m * 60, day + m * 60 + 60, &minute))
                low = dec_min(low, minute.low);
        price_is(low, "226.00");
        /* what is derived follows */
        const struct instrument *call = derived("AAPL", day, 20, 'C', 230);
        struct feed_option o;
        assert_true(feed_option_at(f, call, day + 60000, &o, NULL, NULL));
        assert_true(o.underlying >= 226 && o.underlying <= 231.05);
        feed_free(f);
    }
}

static void a_broken_file_is_refused_with_name_line_and_reason(void **state)
{
    (void)state;
#define HEAD "time,open,high,low,close,volume\n"
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "AAPL.csv line 1: the header is not time,open,high,low,close,volume"},
        {"day,open,high,low,close,volume\n",
         "AAPL.csv line 1: the header is not time,open,high,low,close,volume"},
        {HEAD, "AAPL.csv: no bars"},
        {HEAD "2026-03-02,1,2,1,2\n", "AAPL.csv line 2: not six cells, but begins with "
                                      "'2026-03-02'"},
        {HEAD "02.03.2026,1,2,1,2,3\n", "AAPL.csv line 2: no time '02.03.2026'"},
        {HEAD "2026-02-30,1,2,1,2,3\n", "AAPL.csv line 2: no time '2026-02-30'"},
        {HEAD "2026-03-02 24:00,1,2,1,2,3\n", "AAPL.csv line 2: no time '2026-03-02 24:00'"},
        {HEAD "2026-03-02 09:30:30,1,2,1,2,3\n", "AAPL.csv line 2: no time '2026-03-02 09:30:30'"},
        {HEAD "2026-03-02,1,2,1,2,3\n2026-03-02,1,2,1,2,3\n",
         "AAPL.csv line 3: not later than the line before: '2026-03-02'"},
        {HEAD "2026-03-02,1,2,1,2,3\n2026-03-03 09:30,1,2,1,2,3\n",
         "AAPL.csv line 3: days and minutes are mixed at '2026-03-03 09:30'"},
        {HEAD "2026-03-02,x,2,1,2,3\n", "AAPL.csv line 2: no price 'x'"},
        {HEAD "2026-03-02,1,2,0,2,3\n", "AAPL.csv line 2: no price '0'"},
        {HEAD "2026-03-02,1,2,-1,2,3\n", "AAPL.csv line 2: no price '-1'"},
        {HEAD "2026-03-02,1.005,2,1,2,3\n",
         "AAPL.csv line 2: no multiple of the price step '1.005'"},
        {HEAD "2026-03-02,1,2,1.5,2,3\n",
         "AAPL.csv line 2: high or low is not the extreme at '2026-03-02'"},
        {HEAD "2026-03-02,1,2,1,3,3\n",
         "AAPL.csv line 2: high or low is not the extreme at '2026-03-02'"},
        {HEAD "2026-03-02,1,2,1,2,-3\n", "AAPL.csv line 2: no volume '-3'"},
        {HEAD "2026-03-02,1,2,1,2,99999999999999999999\n",
         "AAPL.csv line 2: no volume '99999999999999999999'"},
        {HEAD "2026-03-02,\"1,2,1,2,3\n", NULL}, /* what the reader of CSV says */
    };
    struct feed *f = feed_new(listings, 1, false), *plain = feed_new(listings, 1, false);
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        struct error e = {0};
        if (feed_replay(f, listing(AAPL), str_of(bad[k].text), STR("AAPL.csv"), &e))
            fail_msg("case %zu is accepted", k);
        assert_string_equal(e.reason, "BARS");
        if (bad[k].why != NULL)
            assert_string_equal(e.text, bad[k].why);
        else
            assert_memory_equal(e.text, "AAPL.csv", 8);
    }
    struct error e = {0};
    const struct instrument *future = derived("ES", at("2026-03-02T15:00:00Z"), 10, 0, 0);
    assert_false(feed_replay(f, future, str_of(days), STR("ES.csv"), &e));
    /* the model goes on where a file was refused */
    int64_t t = at("2026-03-02T15:00:00Z");
    assert_true(dec_eq(feed_price(f, listing(AAPL), t), feed_price(plain, listing(AAPL), t)));
    feed_free(f);
    feed_free(plain);
}

static void every_cut_of_a_file_is_read_or_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof minutes; n++) {
        char *copy = malloc(n > 0 ? n : 1); /* of its exact size, for the address checker */
        assert_non_null(copy);
        memcpy(copy, minutes, n);
        struct error e = {0};
        struct replay *r = replay_new(listing(AAPL), (struct str){copy, n}, STR("x"), &e);
        assert_true(r != NULL || e.text[0] != 0);
        replay_free(r);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_come_back_as_they_were_given),
        cmocka_unit_test(days_come_back_as_they_were_given),
        cmocka_unit_test(a_broken_file_is_refused_with_name_line_and_reason),
        cmocka_unit_test(every_cut_of_a_file_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, listings_setup, listings_teardown);
}
