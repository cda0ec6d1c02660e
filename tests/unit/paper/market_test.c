/* SPDX-License-Identifier: MIT */
/* The listings, their hours and the market model. */
#include "base/rng.h"
#include "paper/feed.h"
#include "paper/maths.h"
#include "paper/noise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char text[1 << 20];
static struct universe *listings;

static int setup(void **state)
{
    (void)state;
    FILE *in = fopen("data/instruments.csv", "rb");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    struct error e = {0};
    listings = universe_new((struct str){text, n}, &e);
    if (listings == NULL)
        fail_msg("%s", e.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    universe_free(listings);
    return 0;
}

static int64_t at(const char *s)
{
    struct utc t;
    assert_true(utc_parse(str_of(s), &t));
    return t.ns / NS_PER_S;
}

static const struct instrument *only(const char *symbol, const char *type, const char *exchange,
                                     const char *currency)
{
    struct wire_contract q = WIRE_CONTRACT_DEFAULT;
    q.symbol = str_of(symbol);
    q.sec_type = str_of(type);
    q.exchange = str_of(exchange);
    q.currency = str_of(currency);
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    return universe_match(listings, &q, found) == 1 ? found[0] : NULL;
}

static size_t count(const char *symbol, const char *type, const char *exchange,
                    const char *currency)
{
    struct wire_contract q = WIRE_CONTRACT_DEFAULT;
    q.symbol = str_of(symbol);
    q.sec_type = str_of(type);
    q.exchange = str_of(exchange);
    q.currency = str_of(currency);
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    return universe_match(listings, &q, found);
}

/* ---- listings ---- */
static void every_symbol_of_the_guide_is_listed_where_it_belongs(void **state)
{
    (void)state;
    static const struct {
        const char *symbol, *type, *exchange, *currency, *primary;
    } wanted[] = {
        {"AAPL", "STK", "SMART", "USD", "NASDAQ"},
        {"MSFT", "STK", "SMART", "USD", "NASDAQ"},
        {"GOOGL", "STK", "SMART", "USD", "NASDAQ"},
        {"AMZN", "STK", "SMART", "USD", "NASDAQ"},
        {"TSLA", "STK", "SMART", "USD", "NASDAQ"},
        {"SPY", "STK", "SMART", "USD", "ARCA"},
        {"ASML", "STK", "SMART", "EUR", "AEB"},
        {"ASML", "STK", "SMART", "USD", "NASDAQ"},
        {"SAP", "STK", "SMART", "EUR", "IBIS"},
        {"SAP", "STK", "SMART", "USD", "NYSE"},
        {"NESN", "STK", "EBS", "CHF", "EBS"},
        {"7203", "STK", "TSEJ", "JPY", "TSEJ"},
        {"005930", "STK", "KSE", "KRW", "KSE"},
        {"700", "STK", "SEHK", "HKD", "SEHK"},
        {"VIX", "IND", "CBOE", "USD", "CBOE"},
        {"EUR", "CASH", "IDEALPRO", "USD", "IDEALPRO"},
        {"USD", "CASH", "IDEALPRO", "JPY", "IDEALPRO"},
        {"USD", "CASH", "IDEALPRO", "CHF", "IDEALPRO"},
        {"GBP", "CASH", "IDEALPRO", "USD", "IDEALPRO"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const struct instrument *one =
            only(wanted[i].symbol, wanted[i].type, wanted[i].exchange, wanted[i].currency);
        if (one == NULL)
            fail_msg("%s %s is not found once", wanted[i].symbol, wanted[i].currency);
        else
            assert_string_equal(one->contract.primary_exchange, wanted[i].primary);
    }
}

/* The check digit of an ISIN: letters are 10..35, every second digit counts double. */
static bool isin_is_right(const char *isin)
{
    int digits[32], sum = 0;
    size_t n = 0;
    for (const char *p = isin; *p && n < 30; p++) {
        int v = *p <= '9' ? *p - '0' : *p - 'A' + 10;
        if (v >= 10)
            digits[n++] = v / 10;
        digits[n++] = v % 10;
    }
    for (size_t i = 0; i < n; i++) {
        int d = digits[n - 1 - i] * (i % 2 == 1 ? 2 : 1);
        sum += d / 10 + d % 10;
    }
    return strlen(isin) == 12 && sum % 10 == 0;
}

static void the_listings_are_many_and_their_numbers_are_right(void **state)
{
    (void)state;
    const char *places[64] = {NULL};
    size_t n = 0, with_isin = 0;
    for (size_t i = 0; i < universe_count(listings); i++) {
        const struct instrument *one = universe_at(listings, i);
        size_t k = 0;
        while (k < n && strcmp(places[k], one->contract.primary_exchange) != 0)
            k++;
        if (k == n && n < 64)
            places[n++] = one->contract.primary_exchange;
        with_isin += one->isin[0] != 0;
        if (one->isin[0] != 0 && !isin_is_right(one->isin))
            fail_msg("%s %s", one->contract.symbol, one->isin);
    }
    assert_true(universe_count(listings) >= 250);
    assert_true(n >= 20 && with_isin >= 200);
    assert_false(isin_is_right("US0378331006"));
    static const char *const majors[] = {"EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY"};
    for (size_t a = 0; a < 8; a++) /* in the order of the market each pair exists once */
        for (size_t b = a + 1; b < 8; b++)
            assert_non_null(universe_pair(listings, str_of(majors[a]), str_of(majors[b])));
}

static void a_query_matches_as_at_the_broker(void **state)
{
    (void)state;
    static const struct {
        const char *symbol, *type, *exchange, *currency;
        size_t n;
    } cases[] = {
        {"ASML", "STK", "", "", 2},          {"ASML", "STK", "SMART", "", 2},
        {"ASML", "STK", "AEB", "", 1},       {"00700", "STK", "SEHK", "HKD", 0},
        {"AAPL", "", "SMART", "USD", 0},     {"AAPL", "STK", "SMART", "EUR", 0},
        {"AAPL", "STK", "NASDAQ", "USD", 1}, {"AAPL", "STK", "ISLAND", "USD", 1},
        {"aapl", "STK", "SMART", "USD", 1},  {"NOSUCH", "STK", "SMART", "USD", 0},
        {"EUR", "CASH", "", "USD", 1},       {"EUR", "CASH", "SMART", "USD", 0},
        {"RIO", "STK", "SMART", "", 3},      {"", "STK", "SMART", "USD", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (count(cases[i].symbol, cases[i].type, cases[i].exchange, cases[i].currency) !=
            cases[i].n)
            fail_msg("case %zu", i);
    struct wire_contract by_id = WIRE_CONTRACT_DEFAULT;
    by_id.con_id = 265598;
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    assert_int_equal(universe_match(listings, &by_id, found), 1);
    assert_string_equal(found[0]->contract.symbol, "AAPL");
    by_id.exchange = STR("TSEJ");
    assert_int_equal(universe_match(listings, &by_id, found), 0);
    struct wire_contract by_isin = WIRE_CONTRACT_DEFAULT;
    by_isin.sec_type = STR("STK");
    by_isin.sec_id_type = STR("ISIN");
    by_isin.sec_id = STR("JP3633400001");
    assert_int_equal(universe_match(listings, &by_isin, found), 1);
    assert_string_equal(found[0]->contract.symbol, "7203");
    static const struct {
        const char *type, *id;
        size_t n;
    } ids[] = {{"CUSIP", "037833100", 1},   {"CUSIP", "633400001", 0},   {"SEDOL", "2046251", 0},
               {"ISIN", "NL0010273215", 1}, {"ISIN", "NL0000235190", 1}, {"ISIN", "", 0},
               {"ISIN", "IE00B3XXRP09", 2}, {"", "US0378331005", 0}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        by_isin.sec_id_type = str_of(ids[i].type);
        by_isin.sec_id = str_of(ids[i].id);
        if (universe_match(listings, &by_isin, found) != ids[i].n)
            fail_msg("%s %s", ids[i].type, ids[i].id);
    }
}

static void a_search_finds_symbols_first_and_then_words_of_names(void **state)
{
    (void)state;
    const struct instrument *found[16];
    size_t n = universe_search(listings, STR("toyota"), found, 16);
    assert_int_equal(n, 2);
    n = universe_search(listings, STR("AA"), found, 16);
    assert_true(n >= 1);
    assert_string_equal(found[0]->contract.symbol, "AAPL");
    assert_int_equal(universe_search(listings, STR("  "), found, 16), 0);
    assert_int_equal(universe_search(listings, STR("s"), found, 3), 3);
}

static void a_broken_table_is_refused_with_its_line(void **state)
{
    (void)state;
    static char copy[sizeof text];
    size_t n = strlen(text);
    size_t header = strcspn(text, "\n") + 1;
    struct error e = {0};
    assert_null(universe_new((struct str){text, header}, &e)); /* no rows */
    assert_null(universe_new(STR(""), &e));
    memcpy(copy, text, n);
    memcpy(copy + header, "x65598", 6);
    assert_null(universe_new((struct str){copy, n}, &e));
    assert_non_null(strstr(e.text, "line 2"));
    static const struct {
        const char *good, *bad;
    } cells[] = {{",XNYS,0400-2000", ",XNYZ,0400-2000"}, {",XNYS,0400-2000", ",XNYS,2000-0400"},
                 {",0930-1600,", ",0930-0900,"},         {",0.01,0.0001,", ",0.011,0.001,"},
                 {",US/Eastern,", ",US/Westers,"},       {",STK,", ",STX,"}};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        memcpy(copy, text, n);
        char *cell = strstr(copy, cells[i].good);
        assert_non_null(cell);
        memcpy(cell, cells[i].bad, strlen(cells[i].bad));
        assert_null(universe_new((struct str){copy, n}, &e));
        assert_non_null(strstr(e.text, "line 2"));
    }
    for (size_t cut = 1; cut < 400; cut++) /* any truncation is refused or whole rows */
        universe_free(universe_new((struct str){text, header + cut}, &e));
}

static void hours_follow_the_calendar_of_their_market(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *hours, *calendar, *at;
        bool is_open;
        const char *next; /* opening at or after */
    } rows[] = {
        {"US/Eastern", "0930-1600", "XNYS", "2025-11-28T17:59:59Z", true, "2025-11-28T17:59:59Z"},
        {"US/Eastern", "0930-1600", "XNYS", "2025-11-28T18:00:00Z", false, "2025-12-01T14:30:00Z"},
        {"US/Eastern", "0930-1615", "XNYS", "2025-11-28T18:14:00Z", true, "2025-11-28T18:14:00Z"},
        {"Japan", "0900-1130/1230-1530", "XTKS", "2019-04-27T00:00:00Z", false,
         "2019-05-07T00:00:00Z"}, /* ten days for a new emperor */
        {"Japan", "0900-1130/1230-1530", "XTKS", "2024-11-01T06:00:00Z", false,
         "2024-11-05T00:00:00Z"}, /* the last day that ended at three */
        {"Hongkong", "0930-1200/1300-1600", "XHKG", "2026-02-16T05:00:00Z", false,
         "2026-02-20T01:30:00Z"}, /* half a day, then three free ones */
        {"ROK", "0900-1530", "XKRX", "2025-11-13T00:30:00Z", false, "2025-11-13T01:00:00Z"},
        {"Australia/NSW", "1000-1600", "XASX", "2026-01-26T23:00:00Z", true,
         "2026-01-26T23:00:00Z"}, /* summer there: 10:00 of the 27th */
        {"Australia/NSW", "1000-1600", "XASX", "2026-07-01T23:00:00Z", false,
         "2026-07-02T00:00:00Z"},
        {"US/Central", "GLOBEX", "CMES", "2025-11-27T18:30:00Z", false, "2025-11-27T23:00:00Z"},
        {"US/Central", "GLOBEX", "CMES", "2025-12-24T18:30:00Z", false, "2025-12-25T23:00:00Z"},
        {"US/Eastern", "ALWAYS", "", "2025-12-27T18:30:00Z", true, "2025-12-27T18:30:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hours h;
        assert_true(hours_parse(str_of(rows[i].hours), hours_zone(str_of(rows[i].zone)), &h));
        h.calendar = calendar_find(str_of(rows[i].calendar));
        int64_t t = at(rows[i].at);
        if (hours_is_open(&h, t) != rows[i].is_open || hours_next_open(&h, t) != at(rows[i].next))
            fail_msg("row %zu: next opening %lld", i, (long long)hours_next_open(&h, t));
        int64_t last = hours_last_open(&h, t);
        assert_true(last <= t && hours_is_open(&h, last));
    }
}

static void each_price_step_has_a_rule_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < universe_count(listings); i++) {
        const struct instrument *one = universe_at(listings, i);
        struct dec base;
        if (one->base > 0 && dec_from_model(one->base, one->tick, &base) &&
            !dec_is_multiple(instrument_step(one, base), one->tick))
            fail_msg("%s at %s", one->contract.symbol, one->contract.primary_exchange);
    }
}

/* ---- hours ---- */
static void local_times_follow_the_clock_changes(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *utc, *local;
    } cases[] = {
        {"US/Eastern", "2026-03-08T06:59:59Z", "20260308 01:59:59 US/Eastern"},
        {"US/Eastern", "2026-03-08T07:00:00Z", "20260308 03:00:00 US/Eastern"},
        {"US/Eastern", "2026-11-01T05:59:59Z", "20261101 01:59:59 US/Eastern"},
        {"US/Eastern", "2026-11-01T06:00:00Z", "20261101 01:00:00 US/Eastern"},
        {"MET", "2026-03-29T00:59:59Z", "20260329 01:59:59 MET"},
        {"MET", "2026-03-29T01:00:00Z", "20260329 03:00:00 MET"},
        {"MET", "2026-10-25T01:00:00Z", "20261025 02:00:00 MET"},
        {"GB-Eire", "2026-07-01T12:00:00Z", "20260701 13:00:00 GB-Eire"},
        {"Japan", "2026-07-01T15:00:00Z", "20260702 00:00:00 Japan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[HOURS_TEXT_MAX];
        hours_format(hours_zone(str_of(cases[i].zone)), at(cases[i].utc), out);
        assert_string_equal(out, cases[i].local);
        int64_t back;
        assert_true(hours_parse_time(str_of(cases[i].local), 0, &back));
    }
    int64_t t;
    assert_true(hours_parse_time(STR("20260402-09:30:00"), 1, &t));
    assert_int_equal(t, at("2026-04-02T09:30:00Z"));
    assert_true(hours_parse_time(STR("20260402 09:30:00"), hours_zone(STR("US/Eastern")), &t));
    assert_int_equal(t, at("2026-04-02T13:30:00Z"));
    static const char *const bad[] = {"",
                                      "2026",
                                      "20261301",
                                      "20260402 9:30",
                                      "20260402 09:30:00 Mars",
                                      "20260402T09:30:00",
                                      "20260402 25:00:00",
                                      "20260402-"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(hours_parse_time(str_of(bad[i]), 0, &t));
}

static void sessions_open_and_close(void **state)
{
    (void)state;
    struct hours h;
    int tokyo = hours_zone(STR("Japan"));
    assert_true(hours_parse(STR("0900-1130/1230-1530"), tokyo, &h));
    assert_true(hours_is_open(&h, at("2026-04-02T00:00:00Z")));  /* Thursday 09:00 */
    assert_false(hours_is_open(&h, at("2026-04-02T02:30:00Z"))); /* lunch */
    assert_true(hours_is_open(&h, at("2026-04-02T03:30:00Z")));
    assert_false(hours_is_open(&h, at("2026-04-04T01:00:00Z"))); /* Saturday */
    assert_int_equal(hours_last_open(&h, at("2026-04-04T01:00:00Z")), at("2026-04-03T06:29:59Z"));
    assert_int_equal(hours_next_open(&h, at("2026-04-04T01:00:00Z")), at("2026-04-06T00:00:00Z"));
    assert_int_equal(hours_open_day_s(&h, at("2026-04-02T00:00:00Z")), 5 * 3600 + 1800);
    struct buf b;
    buf_init(&b, 1024);
    hours_describe(&h, false, at("2026-04-03T00:00:00Z"), 2, &b);
    buf_add_char(&b, 0);
    assert_string_equal(b.p,
                        "20260403:0900-20260403:1130;20260403:1230-20260403:1530;20260404:CLOSED");
    buf_fini(&b);
    static const char *const bad[] = {"", "0930", "1600-0930", "0930-1600/1500-1700", "0960-1600"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(hours_parse(str_of(bad[i]), 0, &h));
}

/* ---- prices ---- */
static void prices_stay_near_their_base_on_every_day_of_thirty_years(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 42, false);
    for (size_t i = 0; i < universe_count(listings); i++) {
        const struct instrument *one = universe_at(listings, i);
        if (one->base <= 0)
            continue;
        bool is_fear = one->contract.sec_type == SEC_IND && one->beta < -1;
        /* the model's band, and a dividend that is due */
        double band = 0.6 * one->volatility;
        band = maths_exp((band < 0.35 ? band : 0.35) + 0.03);
        for (int64_t day = 0; day < 365 * 30; day += 47) {
            int64_t t = at("2010-01-01T00:00:00Z") + day * 86400 + day * 61 % 86400;
            double p = dec_to_double(feed_price(f, one, t)) *
                       feed_split_factor(f, one, t, at("2026-01-01T00:00:00Z"));
            double tick = dec_to_double(one->tick);
            if (is_fear ? p < 8 || p > 70
                        : p > one->base * band + tick || p < one->base / band - tick)
                fail_msg("%s is at %f", one->contract.symbol, p);
        }
    }
    const struct instrument *aapl = universe_find(listings, 265598);
    for (int64_t h = 0; h < 24 * 365; h++)
        assert_true(dec_to_double(feed_price(f, aapl, at("2026-01-01T00:00:00Z") + h * 3600)) >
                    195);
    feed_free(f);
}

static void prices_move_and_differ_between_seeds(void **state)
{
    (void)state;
    struct feed *a = feed_new(listings, 1, false), *b = feed_new(listings, 2, false);
    const struct instrument *aapl = universe_find(listings, 265598);
    int64_t t = at("2026-11-22T18:00:00Z");
    int moves = 0, differs = 0;
    for (int s = 0; s < 600; s++) {
        moves += !dec_eq(feed_price(a, aapl, t + s), feed_price(a, aapl, t + s + 1));
        differs += !dec_eq(feed_price(a, aapl, t + s), feed_price(b, aapl, t + s));
    }
    assert_true(moves > 100);
    assert_true(differs > 500);
    double sum = 0; /* the movement over a year of days is near the listed volatility */
    double before = dec_to_double(feed_price(a, aapl, t));
    for (int d = 1; d <= 3650; d++) {
        double now = dec_to_double(feed_price(a, aapl, t + d * 86400));
        double r = (now - before) / before;
        sum += r * r;
        before = now;
    }
    double yearly = maths_sqrt(sum / 10);
    print_message("AAPL moves %.3f a year, listed %.2f\n", yearly, aapl->volatility);
    assert_true(yearly > 0.5 * aapl->volatility && yearly < 1.3 * aapl->volatility);
    feed_free(a);
    feed_free(b);
}

static void any_order_of_questions_gives_the_same_answers(void **state)
{
    (void)state;
    struct feed *a = feed_new(listings, 7, false), *b = feed_new(listings, 7, false);
    int64_t t = at("2026-11-22T18:00:00Z");
    struct rng r;
    rng_init(&r, 1, 1);
    for (int k = 0; k < 2000; k++) { /* a is asked about other things in between */
        const struct instrument *i =
            universe_at(listings, rng_below(&r, (uint32_t)universe_count(listings)));
        int64_t s = t + rng_below(&r, 86400 * 30);
        feed_price(a, i, t - rng_below(&r, 86400 * 300));
        assert_true(dec_eq(feed_price(a, i, s), feed_price(b, i, s)));
    }
    const struct instrument *eur = universe_pair(listings, STR("EUR"), STR("USD"));
    struct feed_quote q;
    feed_quote(a, eur, t, &q);
    assert_true(dec_eq(q.last, feed_price(b, eur, t)));
    feed_free(a);
    feed_free(b);
}

static void a_path_read_at_once_is_the_path_read_minute_by_minute(void **state)
{
    (void)state;
    struct noise n;
    double path[500];
    struct rng r;
    rng_init(&r, 5, 5);
    for (int k = 0; k < 50; k++) {
        noise_init(&n, rng_u64(&r));
        int64_t first = (int64_t)rng_u32(&r) - 2000000000; /* before 1970 too */
        double times[500];
        for (int m = 0; m < 500; m++)
            times[m] = (double)first + m * 0.37;
        noise_path(&n, times, 500, path);
        for (int m = 0; m < 500; m++) {
            double one = noise_at(&n, times[m]);
            assert_memory_equal(&one, &path[m], sizeof one);
        }
    }
}

static void no_path_leaves_its_bounds(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 6, 6);
    for (int k = 0; k < 400; k++) {
        struct noise n;
        noise_init(&n, rng_u64(&r));
        double from = (double)rng_u32(&r) - 2000000000, low, high;
        double length = (double)(rng_u32(&r) % 3000) / (1 + k % 7);
        noise_bounds(&n, from, from + length, &low, &high);
        for (int m = 0; m <= 200; m++) {
            double one = noise_at(&n, from + length * m / 200);
            assert_true(one >= low - 1e-12 && one <= high + 1e-12);
        }
        if (length < 5) /* and they are not far away */
            assert_true(high - low < 0.1);
    }
}

static void ranges_are_those_of_the_bars(void **state)
{
    (void)state;
    int64_t today = at("2026-11-20T00:00:00Z"), week = (int64_t)7 * 86400;
    for (int real = 0; real < 2; real++) {
        struct feed *f = feed_new(listings, 17, real);
        for (size_t i = 0, n = 0; i < universe_count(listings) && n < 6; i += 23) {
            const struct instrument *one = universe_at(listings, i);
            struct feed_range r[3];
            struct feed_bar year;
            struct feed_quote q;
            if (one->contract.sec_type != SEC_STK)
                continue;
            n++;
            feed_ranges(f, one, today + 15 * 3600, r);
            feed_quote(f, one, today + 15 * 3600, &q);
            int64_t noon = hours_day_start(one->hours.zone, today + 15 * 3600) + 12 * 3600;
            int64_t from = hours_day_start(one->hours.zone, noon - 52 * week);
            int64_t to = hours_day_start(one->hours.zone, noon);
            assert_true(feed_bar_as_of(f, one, from, to, to, &year));
            assert_true(dec_eq(r[2].low, dec_min(year.low, q.low)));
            assert_true(dec_eq(r[2].high, dec_max(year.high, q.high)));
        }
        feed_free(f);
    }
}

static void the_same_seed_is_the_same_market_for_ever(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 1, false);
    uint64_t sum = 0;
    static const int32_t ids[] = {265598, 756733, 13455763, 12087792, 14321016, 117589399};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        for (int k = 0; k < 500; k++) {
            struct dec p = feed_price(f, universe_find(listings, ids[i]), 1700000000 + k * 86461);
            sum = rng_mix(sum, (uint64_t)p.nano);
        }
    /* every compiler, optimisation and machine must come to this number */
    assert_int_equal(sum, 0xe858311bd72af119);
    feed_free(f);
}

static void bars_contain_what_live_prices_showed(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 3, false);
    int64_t t = at("2026-11-20T15:00:00Z");
    for (size_t i = 0; i < universe_count(listings); i += 9) {
        const struct instrument *one = universe_at(listings, i);
        struct feed_bar hour, minute, day;
        assert_true(feed_bar(f, one, t, t + 3600, &hour));
        assert_true(feed_bar(f, one, t - 15 * 3600, t + 9 * 3600, &day));
        struct dec high = {0}, low = DEC(1000000000);
        int64_t volume = 0;
        for (int m = 0; m < 60; m++) {
            assert_true(feed_bar(f, one, t + m * 60, t + m * 60 + 60, &minute));
            for (int s = 0; s < 60; s++) {
                struct dec p = feed_price(f, one, t + m * 60 + s);
                if (dec_gt(p, minute.high) || dec_lt(p, minute.low))
                    fail_msg("%s leaves its minute", one->contract.symbol);
            }
            high = dec_max(high, minute.high);
            low = dec_min(low, minute.low);
            volume += minute.volume;
        }
        assert_true(dec_eq(high, hour.high) && dec_eq(low, hour.low));
        assert_int_equal(volume, hour.volume);
        assert_true(!dec_gt(hour.high, day.high) && !dec_lt(hour.low, day.low));
        assert_true(dec_eq(hour.open, feed_price(f, one, t)));
        struct feed_quote q;
        feed_quote(f, one, t + 1800, &q);
        assert_false(dec_gt(q.last, q.high) || dec_lt(q.last, q.low));
        struct feed_range r[3];
        feed_ranges(f, one, t + 1800, r);
        assert_false(dec_gt(q.high, r[0].high) || dec_gt(r[0].high, r[1].high) ||
                     dec_gt(r[1].high, r[2].high) || dec_lt(q.low, r[2].low));
    }
    feed_free(f);
}

static void crosses_agree_with_their_legs(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 9, false);
    static const struct {
        const char *cross[2], *left[2], *right[2];
        bool divide;
    } cases[] = {
        {{"EUR", "GBP"}, {"EUR", "USD"}, {"GBP", "USD"}, true},
        {{"EUR", "JPY"}, {"EUR", "USD"}, {"USD", "JPY"}, false},
        {{"EUR", "CHF"}, {"EUR", "USD"}, {"USD", "CHF"}, false},
        {{"EUR", "SEK"}, {"EUR", "USD"}, {"USD", "SEK"}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct instrument *x =
            universe_pair(listings, str_of(cases[i].cross[0]), str_of(cases[i].cross[1]));
        const struct instrument *l =
            universe_pair(listings, str_of(cases[i].left[0]), str_of(cases[i].left[1]));
        const struct instrument *r =
            universe_pair(listings, str_of(cases[i].right[0]), str_of(cases[i].right[1]));
        for (int k = 0; k < 1000; k++) {
            int64_t t = at("2026-01-01T00:00:00Z") + k * 31337;
            double a = dec_to_double(feed_price(f, l, t)), b = dec_to_double(feed_price(f, r, t));
            double want = cases[i].divide ? a / b : a * b;
            double have = dec_to_double(feed_price(f, x, t));
            double d = have > want ? have - want : want - have;
            /* rounding of each leg to its step, and of the cross to its own */
            if (d > want * 4e-5 + dec_to_double(x->tick))
                fail_msg("cross %zu: %f against %f", i, have, want);
        }
    }
    struct dec usd;
    assert_true(feed_rate(f, STR("USD"), 0, &usd));
    assert_true(dec_eq(usd, DEC(1)));
    assert_true(feed_rate(f, STR("KRW"), 1700000000, &usd));
    assert_false(feed_rate(f, STR("XYZ"), 0, &usd));
    feed_free(f);
}

static void an_index_and_its_fund_move_together_and_fear_moves_against_them(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 11, false);
    const struct instrument *spx = only("SPX", "IND", "CBOE", "USD");
    const struct instrument *spy = only("SPY", "STK", "SMART", "USD");
    const struct instrument *vix = only("VIX", "IND", "CBOE", "USD");
    double up = 0;
    int64_t t = at("2026-01-01T00:00:00Z");
    for (int k = 0; k < 1000; k++) {
        double a = dec_to_double(feed_price(f, spx, t + k * 86400)) / spx->base;
        double b = dec_to_double(feed_price(f, spy, t + k * 86400)) / spy->base;
        assert_true(a - b < 0.007 && b - a < 0.007); /* by the dividend that is due */
        double v = dec_to_double(feed_price(f, vix, t + k * 86400)) / vix->base;
        up += (a - 1) * (v - 1);
    }
    assert_true(up < 0);
    feed_free(f);
}

static void a_closed_market_stands_still(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 5, true);
    const struct instrument *aapl = universe_find(listings, 265598);
    int64_t saturday = at("2026-11-21T15:00:00Z");
    struct feed_quote a, b;
    feed_quote(f, aapl, saturday, &a);
    feed_quote(f, aapl, saturday + 86400, &b);
    assert_true(dec_eq(a.last, b.last) && dec_eq(a.volume, b.volume) && dec_eq(a.high, b.high));
    assert_false(feed_is_open(f, aapl, saturday));
    struct feed_bar bar;
    assert_false(feed_bar(f, aapl, saturday, saturday + 3600, &bar));
    assert_true(feed_bar(f, aapl, saturday - 86400 - 36000, saturday, &bar));
    assert_true(dec_eq(bar.close, a.last)); /* Friday's daily bar ends where the quote stands */
    assert_true(dec_to_double(a.volume) <= (double)bar.volume + 1);
    feed_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_symbol_of_the_guide_is_listed_where_it_belongs),
        cmocka_unit_test(a_query_matches_as_at_the_broker),
        cmocka_unit_test(a_search_finds_symbols_first_and_then_words_of_names),
        cmocka_unit_test(a_broken_table_is_refused_with_its_line),
        cmocka_unit_test(the_listings_are_many_and_their_numbers_are_right),
        cmocka_unit_test(hours_follow_the_calendar_of_their_market),
        cmocka_unit_test(each_price_step_has_a_rule_of_its_own),
        cmocka_unit_test(local_times_follow_the_clock_changes),
        cmocka_unit_test(sessions_open_and_close),
        cmocka_unit_test(prices_stay_near_their_base_on_every_day_of_thirty_years),
        cmocka_unit_test(prices_move_and_differ_between_seeds),
        cmocka_unit_test(any_order_of_questions_gives_the_same_answers),
        cmocka_unit_test(a_path_read_at_once_is_the_path_read_minute_by_minute),
        cmocka_unit_test(no_path_leaves_its_bounds),
        cmocka_unit_test(ranges_are_those_of_the_bars),
        cmocka_unit_test(the_same_seed_is_the_same_market_for_ever),
        cmocka_unit_test(bars_contain_what_live_prices_showed),
        cmocka_unit_test(crosses_agree_with_their_legs),
        cmocka_unit_test(an_index_and_its_fund_move_together_and_fear_moves_against_them),
        cmocka_unit_test(a_closed_market_stands_still),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
