/* SPDX-License-Identifier: MIT */
/* Futures and options by rule, and the rules of price steps. */
#include "base/rng.h"
#include "paper/steps.h"
#include "paper/universe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char text[1 << 20];
static struct universe *listings;

static int64_t at(const char *s)
{
    struct utc t;
    assert_true(utc_parse(str_of(s), &t));
    return t.ns / NS_PER_S;
}

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
    universe_today(listings, at("2026-03-02T15:00:00Z"));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    universe_free(listings);
    return 0;
}

struct row {
    const char *symbol, *type, *expiry, *right, *class;
    double strike;
    size_t n; /* what fits, INT32_MAX: many */
    const char *local, *last;
};

static struct wire_contract query_of(const struct row *r)
{
    struct wire_contract q = WIRE_CONTRACT_DEFAULT;
    q.symbol = str_of(r->symbol);
    q.sec_type = str_of(r->type);
    q.last_trade_date = str_of(r->expiry);
    q.right = str_of(r->right);
    q.trading_class = str_of(r->class);
    q.strike = r->strike;
    return q;
}

static bool count_one(void *self, const struct instrument *i)
{
    (void)i;
    ++*(size_t *)self;
    return true;
}

static void contracts_are_made_by_rule_and_found_by_description(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"AAPL", "OPT", "20260320", "C", "", 200, 1, "AAPL  260320C00200000", "20260320"},
        {"AAPL", "OPT", "202603", "PUT", "", 200, 4, NULL, NULL},
        {"AAPL", "OPT", "20260320", "", "", 200, 2, NULL, NULL},
        {"AAPL", "OPT", "20260319", "C", "", 200, 0, NULL, NULL}, /* a Thursday */
        {"AAPL", "OPT", "20260320", "C", "", 201, 0, NULL, NULL}, /* between two strikes */
        {"AAPL", "OPT", "20260320", "C", "", 1e9, 0, NULL, NULL},
        {"AAPL", "OPT", "20260320", "C", "NOSUCH", 200, 0, NULL, NULL},
        {"AAPL", "OPT", "20250321", "C", "", 200, 0, NULL, NULL}, /* expired */
        /* settled at the opening of Friday: Thursday is the last day of trade */
        {"SPX", "OPT", "20260319", "C", "SPX", 6700, 1, "SPX   260320C06700000", "20260319"},
        {"SPX", "OPT", "20260320", "C", "SPXW", 6700, 1, "SPXW  260320C06700000", "20260320"},
        {"ES", "FUT", "202603", "", "", 0, 1, "ESH6", "20260320"},
        {"ES", "FUT", "", "", "", 0, 6, NULL, NULL},
        {"ES", "FUT", "202604", "", "", 0, 0, NULL, NULL},
        {"NQ", "FUT", "202606", "", "", 0, 1, "NQM6", "20260618"}, /* Friday is a holiday */
        {"CL", "FUT", "202604", "", "", 0, 1, "CLJ6", "20260320"},
        {"GC", "FUT", "202604", "", "", 0, 1, "GCJ6", "20260428"},
        {"EUR", "FUT", "202606", "", "6E", 0, 1, "6EM6", "20260615"},
        {"ZN", "FUT", "202603", "", "", 0, 1, "ZNH6", "20260320"},
        {"VIX", "FUT", "202603", "", "VX", 0, 1, "VXH6", "20260318"},
        {"DAX", "FUT", "202603", "", "FDAX", 0, 1, "FDAX 20260320 M", "20260320"},
        {"N225", "FUT", "202603", "", "", 0, 1, "225H6", "20260312"},
        {"HSI", "FUT", "202603", "", "", 0, 1, "HSIH6", "20260330"},
        {"ZC", "FUT", "202603", "", "", 0, 1, "ZCH6", "20260313"}, /* the 15th is a Sunday */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wire_contract q = query_of(&rows[i]);
        size_t n = 0;
        universe_each(listings, &q, count_one, &n);
        if (n != rows[i].n)
            fail_msg("row %zu: %zu contracts fit", i, n);
        const struct instrument *found[UNIVERSE_MATCHES_MAX];
        assert_int_equal(universe_match(listings, &q, found), n > 2 ? 2 : n);
        if (rows[i].local == NULL)
            continue;
        assert_string_equal(found[0]->contract.local_symbol, rows[i].local);
        assert_string_equal(found[0]->contract.expiry, rows[i].last);
        assert_ptr_equal(universe_find(listings, found[0]->contract.con_id), found[0]);
        assert_true(found[0]->is_derived && found[0]->underlying != NULL);
    }
}

static bool check_id(void *self, const struct instrument *i)
{
    const struct instrument *found = universe_find(self, i->contract.con_id);
    assert_non_null(found);
    assert_string_equal(found->contract.local_symbol, i->contract.local_symbol);
    assert_string_equal(found->contract.expiry, i->contract.expiry);
    assert_true(found->expiry_s == i->expiry_s);
    return true;
}

static void an_id_alone_makes_the_same_contract_in_another_universe(void **state)
{
    (void)state;
    struct error e;
    struct universe *other = universe_new((struct str){text, strlen(text)}, &e);
    assert_non_null(other); /* its day is 1970 */
    struct wire_contract q = WIRE_CONTRACT_DEFAULT;
    q.symbol = STR("SPX");
    q.sec_type = STR("OPT");
    q.trading_class = STR("SPX");
    universe_each(listings, &q, check_id, other);
    q.sec_type = STR("FUT");
    q.symbol = STR("ES");
    q.trading_class = STR_NONE;
    universe_each(listings, &q, check_id, other);
    universe_free(other);
}

static void hostile_ids_find_nothing_and_memory_is_bounded(void **state)
{
    (void)state;
    assert_null(universe_find(listings, INT32_MAX));
    assert_null(universe_find(listings, CHAINS_ID_MIN)); /* expiry on 2015-01-01, strike 0 */
    assert_null(universe_find(listings, -1));
    struct error e;
    struct universe *u = universe_new((struct str){text, strlen(text)}, &e);
    size_t made = 0;
    for (int32_t id = CHAINS_ID_MIN; id < CHAINS_ID_MIN + (1 << 16); id++) {
        struct chain_key k;
        const struct instrument *one = universe_find(u, id);
        if (one != NULL)
            assert_true(one->index < UNIVERSE_MAX && ++made > 0);
        else
            assert_true(!chain_of_id(id, &k) || made == UNIVERSE_MAX - UNIVERSE_ROWS_MAX);
    }
    assert_int_equal(made, UNIVERSE_MAX - UNIVERSE_ROWS_MAX);
    universe_free(u);
}

/* Words that a query may be made of: some fit, some nearly, some are junk. */
static struct str any_word(struct rng *r)
{
    static const char *const words[] = {
        "",     "AAPL", "SPX",    "ES",       "6E",       "DAX",        "OPT", "FUT",   "STK",
        "C",    "PUT",  "202603", "20260320", "2026",     "99999999",   "100", "SMART", "CME",
        "SPXW", "USD",  "ESH6",   "AAPL  26", "\xff\xfe", "20260320 x", "0",   "BRK B", "?"};
    return str_of(words[rng_below(r, sizeof words / sizeof words[0])]);
}

static void any_description_is_answered_within_bounds(void **state)
{
    (void)state;
    static const double strikes[] = {0, WIRE_UNSET_DOUBLE, 200, -1, 1e300, 0.1, 6700};
    struct rng r;
    rng_init(&r, 4, 4);
    size_t most = 0, found_any = 0;
    for (int k = 0; k < 3000; k++) {
        struct wire_contract q = WIRE_CONTRACT_DEFAULT;
        struct str *members[] = {&q.symbol,       &q.sec_type,      &q.last_trade_date,
                                 &q.right,        &q.multiplier,    &q.exchange,
                                 &q.local_symbol, &q.trading_class, &q.sec_id};
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            if (i < 2 || rng_below(&r, 4) == 0)
                *members[i] = any_word(&r);
        if (rng_below(&r, 3) > 0)
            q.sec_type = rng_below(&r, 2) > 0 ? STR("OPT") : STR("FUT");
        q.strike = strikes[rng_below(&r, 7)];
        q.include_expired = rng_below(&r, 2) > 0;
        size_t n = 0;
        universe_each(listings, &q, count_one, &n);
        const struct instrument *found[UNIVERSE_MATCHES_MAX];
        size_t matches = universe_match(listings, &q, found);
        assert_true(matches <= 2 && (matches > 0) == (n > 0) && (matches == 1) == (n == 1));
        most = n > most ? n : most;
        found_any += n > 0;
    }
    assert_true(found_any > 20 && most > 100 && most < 10000);
}

static void steps_follow_the_bands(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        double price, step;
    } rows[] = {
        {"CENT", 0.5, 0.01},     {"PENNY", 2.99, 0.01},    {"PENNY", 3, 0.05},
        {"NICKEL", 2.95, 0.05},  {"NICKEL", 3, 0.1},       {"HK", 0.2, 0.001},
        {"HK", 620, 0.5},        {"HK", 15, 0.01},         {"HK", 9000, 5},
        {"JP500", 999.9, 0.1},   {"JP500", 3050, 1},       {"JP500", 18000, 5},
        {"KR", 98000, 100},      {"KR", 550000, 1000},     {"AU", 120, 0.01},
        {"MIFID6", 862, 0.1},    {"MIFID6", 0.05, 0.0001}, {"MIFID1", 0.05, 0.0005},
        {"MIFID1", 60000, 500},  {"MIFID5", 9.5, 0.002},   {"MIFID6", 235, 0.05},
        {"PENCE6", 49, 0.005},   {"TW", 999, 1},           {"SG", 0.5, 0.005},
        {"QUARTER", 6700, 0.25}, {"MIFID6", -862, 0.1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dec price = DEC_ZERO, step = DEC_ZERO;
        int32_t rule = steps_rule_named(str_of(rows[i].rule));
        assert_true(rule != 0 && dec_from_double(rows[i].price, &price) &&
                    dec_from_double(rows[i].step, &step));
        if (!dec_eq(steps_at(rule, price), step))
            fail_msg("%s at %g: %g", rows[i].rule, rows[i].price,
                     dec_to_double(steps_at(rule, price)));
    }
    assert_int_equal(steps_rule_named(STR("NOSUCH")), 0);
    struct step_band bands[STEPS_BANDS_MAX];
    assert_int_equal(steps_bands(1, bands), 0);
    assert_int_equal(steps_bands(steps_rule_named(STR("MIFID1")), bands), 19);
    for (int64_t micro = 100; micro <= 1000000000; micro *= 10) {
        struct dec step = DEC_MICRO(micro * 5);
        assert_true(dec_eq(steps_at(steps_rule_of(step), DEC(7)), step));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contracts_are_made_by_rule_and_found_by_description),
        cmocka_unit_test(an_id_alone_makes_the_same_contract_in_another_universe),
        cmocka_unit_test(hostile_ids_find_nothing_and_memory_is_bounded),
        cmocka_unit_test(any_description_is_answered_within_bounds),
        cmocka_unit_test(steps_follow_the_bands),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
