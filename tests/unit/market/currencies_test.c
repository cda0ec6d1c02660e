/* SPDX-License-Identifier: MIT */
#include "bourse.h"

enum { RATES_MAX = 8 };

struct asking {
    struct rate rates[RATES_MAX];
    size_t n;
    bool ok;
    struct error error;
};

static void ask(struct task *t, struct bourse *b, void *arg)
{
    struct asking *a = arg;
    a->ok = currencies_rates(t, b->currencies, BOURSE_ACCOUNT, a->rates, a->n, &a->error);
}

static void add(struct asking *a, const char *from, const char *to)
{
    struct rate *r = &a->rates[a->n++];
    *r = (struct rate){0};
    str_copy_cut(r->from, sizeof r->from, str_of(from));
    str_copy_cut(r->to, sizeof r->to, str_of(to));
}

static struct rate get(struct bourse *b, const char *from, const char *to)
{
    struct asking a = {0};
    add(&a, from, to);
    bourse_run(b, ask, &a);
    if (!a.ok)
        fail_msg("%s", a.error.text);
    return a.rates[0];
}

static void assert_dec(struct dec d, const char *text)
{
    char out[DEC_TEXT_MAX];
    dec_format(d, out);
    assert_string_equal(out, text);
}

/* ---- codes ---- */

static void pairs_are_understood_in_any_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *base, *quote;
    } cases[] = {
        {"EURUSD", "EUR", "USD"},   {"EUR/USD", "EUR", "USD"}, {"EUR.USD", "EUR", "USD"},
        {"eur usd", "EUR", "USD"},  {"EUR-usd", "EUR", "USD"}, {"EUR_USD", "EUR", "USD"},
        {" USDJPY ", "USD", "JPY"}, {"usdchf", "USD", "CHF"},  {"GBXUSD", "GBX", "USD"},
        {"GBpUSD", "GBX", "USD"},   {"gbp/usd", "GBP", "USD"}, {"ZAc/EUR", "ZAC", "EUR"},
        {"EURUSDX", NULL, NULL},    {"EURXXX", NULL, NULL},    {"AAPL", NULL, NULL},
        {"EUR,USD", NULL, NULL},    {"", NULL, NULL},          {"EUR//USD", NULL, NULL},
        {"GOOGLE", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char base[8] = "", quote[8] = "";
        bool ok = currency_pair_parse(str_of(cases[i].text), base, quote);
        if (ok != (cases[i].base != NULL))
            fail_msg("'%s'", cases[i].text);
        if (!ok)
            continue;
        assert_string_equal(base, cases[i].base);
        assert_string_equal(quote, cases[i].quote);
    }
}

static void codes_are_known_in_either_case(void **state)
{
    (void)state;
    static const char *const known[] = {"USD", "usd", "KRW", "GBX", "GBp",
                                        "ILA", "ZAc", "AED", "ZAR"};
    static const char *const unknown[] = {"", "US", "USDD", "XXX", "A D", "   ", "D A"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(currency_is_known(str_of(known[i])));
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_false(currency_is_known(str_of(unknown[i])));
}

/* ---- rates ---- */

static void a_quoted_pair_is_direct(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "EUR", "USD");
    assert_int_equal(r.error.code, ERROR_NONE);
    assert_int_equal(r.method, RATE_DIRECT);
    assert_dec(r.rate, "1.1001");
    assert_dec(r.bid.v, "1.1");
    assert_dec(r.ask.v, "1.1002");
    assert_string_equal(r.path, "EUR.USD");
    assert_int_equal(r.legs[0].contract.con_id, 20);
    assert_int_equal(r.data_type, DATA_LIVE);
    assert_true(r.time.has && r.age_ms >= 0);
    bourse_free(b);
}

static void the_other_direction_is_inverse(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "JPY", "USD");
    assert_int_equal(r.method, RATE_INVERSE);
    assert_dec(r.rate, "0.006666222");  /* 1 / 150.01 */
    assert_dec(r.bid.v, "0.006665778"); /* 1 / the ask of USD.JPY */
    assert_dec(r.ask.v, "0.006666667");
    assert_string_equal(r.path, "USD.JPY");
    bourse_free(b);
}

static void what_is_not_quoted_is_crossed_over_a_hub(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "GBP", "JPY");
    assert_int_equal(r.method, RATE_CROSS_USD);
    assert_string_equal(rate_method_text(r.method), "cross_via_usd");
    assert_dec(r.rate, "187.527501"); /* 1.2501 * 150.01 */
    assert_string_equal(r.path, "GBP.USD,USD.JPY");
    r = get(b, "GBP", "SEK");
    assert_int_equal(r.method, RATE_CROSS_EUR); /* SEK is quoted against EUR alone */
    assert_string_equal(rate_method_text(r.method), "cross_via_eur");
    assert_string_equal(r.path, "EUR.GBP,EUR.SEK");
    assert_true(dec_lt(r.bid.v, r.rate) && dec_lt(r.rate, r.ask.v));
    bourse_free(b);
}

static void a_currency_in_itself_is_one(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "USD", "usd");
    assert_int_equal(r.method, RATE_SAME);
    assert_dec(r.rate, "1");
    assert_false(r.time.has);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MKT_DATA), 0);
    bourse_free(b);
}

static void minor_units_are_hundredths(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "GBX", "USD");
    assert_int_equal(r.method, RATE_DIRECT);
    assert_dec(r.rate, "0.012501");
    assert_dec(r.ask.v, "0.012502");
    r = get(b, "GBp", "GBP");
    assert_int_equal(r.method, RATE_SAME);
    assert_dec(r.rate, "0.01");
    assert_string_equal(r.from, "GBX");
    r = get(b, "GBP", "GBX");
    assert_dec(r.rate, "100");
    r = get(b, "gbp", "usd");
    assert_dec(r.rate, "1.2501");
    assert_string_equal(r.from, "GBP");
    bourse_free(b);
}

static void the_accounts_own_rate_is_the_last_resort(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_value(b, "ExchangeRate", "USD", "1.00");
    bourse_value(b, "ExchangeRate", "KRW", "0.00075");
    struct rate r = get(b, "KRW", "USD"); /* the pair exists and has no price */
    assert_int_equal(r.error.code, ERROR_NONE);
    assert_int_equal(r.method, RATE_ACCOUNT);
    assert_dec(r.rate, "0.00075");
    assert_int_equal(r.age_ms, -1);
    assert_false(r.time.has);
    bourse_free(b);
}

static void no_rate_is_an_error_and_never_one(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "THB", "USD");
    assert_int_equal(r.error.code, ERROR_UNAVAILABLE);
    assert_string_equal(r.error.reason, "NO_RATE");
    r = get(b, "KRW", "USD");
    assert_string_equal(r.error.reason, "NO_RATE");
    r = get(b, "ABC", "USD");
    assert_int_equal(r.error.code, ERROR_INVALID);
    assert_string_equal(r.error.reason, "UNKNOWN_CURRENCY");
    assert_non_null(strstr(r.error.text, "ABC"));
    bourse_free(b);
}

struct walk {
    struct rate_path paths[RATES_MAX];
    size_t n;
    bool ok;
    struct error error;
};

static void walk(struct task *t, struct bourse *b, void *arg)
{
    struct walk *a = arg;
    a->ok = currencies_paths(t, b->currencies, a->paths, a->n, &a->error);
}

static void a_path_names_the_pairs_without_their_prices(void **state)
{
    struct bourse *b = bourse_new();
    static const struct {
        const char *from, *to;
        enum rate_method method;
        size_t n;
        int32_t legs[2];
        bool is_inverse[2];
        const char *reason; /* of the failure */
    } rows[RATES_MAX] = {
        {"EUR", "USD", RATE_DIRECT, 1, {20}, {false}, ""},
        {"jpy", "USD", RATE_INVERSE, 1, {21}, {true}, ""},
        {"KRW", "USD", RATE_INVERSE, 1, {24}, {true}, ""}, /* it has no price today */
        {"JPY", "KRW", RATE_CROSS_USD, 2, {21, 24}, {true, false}, ""},
        {"GBX", "SEK", RATE_CROSS_EUR, 2, {25, 23}, {true, false}, ""},
        {"GBp", "GBP", RATE_SAME, 0, {0}, {false}, ""},
        {"THB", "USD", RATE_SAME, 0, {0}, {false}, "NO_RATE"},
        {"ABC", "USD", RATE_SAME, 0, {0}, {false}, "UNKNOWN_CURRENCY"},
    };
    struct walk a = {.n = RATES_MAX};
    (void)state;
    for (size_t i = 0; i < RATES_MAX; i++) {
        str_copy_cut(a.paths[i].from, sizeof a.paths[i].from, str_of(rows[i].from));
        str_copy_cut(a.paths[i].to, sizeof a.paths[i].to, str_of(rows[i].to));
    }
    bourse_run(b, walk, &a);
    assert_true(a.ok);
    for (size_t i = 0; i < RATES_MAX; i++) {
        const struct rate_path *p = &a.paths[i];
        assert_string_equal(p->error.reason, rows[i].reason);
        if (rows[i].reason[0])
            continue;
        assert_int_equal(p->method, rows[i].method);
        assert_int_equal(p->n, rows[i].n);
        for (size_t k = 0; k < p->n; k++) {
            assert_int_equal(p->legs[k].con_id, rows[i].legs[k]);
            assert_int_equal(p->is_inverse[k], rows[i].is_inverse[k]);
        }
    }
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MKT_DATA), 0);
    bourse_free(b);
}

static void a_rate_that_is_not_quoted_now_is_crossed(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_list((struct listing){30, "GBP", "CASH", "", "JPY", "IDEALPRO", "", "", 0, 0});
    struct rate r = get(b, "GBP", "JPY"); /* GBP.JPY exists and has no price */
    assert_int_equal(r.method, RATE_CROSS_USD);
    assert_dec(r.rate, "187.527501");
    bourse_free(b);
}

static void a_crossed_market_is_no_price(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_list((struct listing){30, "USD", "CASH", "", "PLN", "IDEALPRO", "", "", 4.1, 4.0});
    struct rate r = get(b, "USD", "PLN");
    assert_string_equal(r.error.reason, "NO_RATE");
    assert_non_null(strstr(r.error.text, "USD.PLN"));
    bourse_free(b);
}

static void a_pair_is_found_the_other_way_round_than_expected(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    assert_int_equal(currency_pair_hint("USD", "CZK"), PAIR_AS_GIVEN);
    bourse_list((struct listing){30, "CZK", "CASH", "", "USD", "IDEALPRO", "", "", 0.04, 0.05});
    struct rate r = get(b, "USD", "CZK");
    assert_int_equal(r.method, RATE_INVERSE);
    assert_string_equal(r.path, "CZK.USD");
    bourse_free(b);
}

static void amounts_are_converted_leg_by_leg(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct rate r = get(b, "JPY", "USD");
    struct dec out;
    assert_true(rate_convert(&r, DEC(-15001000000), &out)); /* by 150.01, not times 0.006666222 */
    assert_dec(out, "-100000000");
    r = get(b, "JPY", "GBX"); /* 1 GBP = 187.527501 JPY */
    assert_string_equal(r.path, "USD.JPY,GBP.USD");
    assert_true(rate_convert(&r, dec_times(DEC(187527501), 1), &out));
    assert_dec(dec_round_to(out, DEC_MICRO(100), DEC_HALF_EVEN), "100000000");
    bourse_free(b);
}

static void the_close_goes_the_same_way(void **state)
{
    (void)state;
    struct bourse *b = bourse_new(); /* the close is the bid there */
    assert_dec(get(b, "EUR", "USD").close.v, "1.1");
    assert_dec(get(b, "USD", "EUR").close.v, "0.909090909");
    assert_dec(get(b, "GBP", "JPY").close.v, "187.5");
    assert_dec(get(b, "GBX", "USD").close.v, "0.0125");
    struct rate r = get(b, "GBP", "JPY");
    const struct opt_dec then[RATE_LEGS_MAX] = {DEC_SOME(DEC(2)), DEC_SOME(DEC(100))};
    assert_dec(rate_at(&r, then).v, "200");
    const struct opt_dec unknown[RATE_LEGS_MAX] = {DEC_SOME(DEC(2)), DEC_NONE};
    assert_false(rate_at(&r, unknown).has);
    bourse_free(b);
}

static void the_usual_pairs_are_pairs_of_known_currencies_once(void **state)
{
    (void)state;
    char pair[7], other[7], base[CURRENCY_MAX], quote[CURRENCY_MAX];
    size_t n = 0;
    for (; currency_pair_at(n, pair); n++) {
        assert_true(currency_pair_parse(str_of(pair), base, quote));
        for (size_t k = 0; k < n; k++) {
            assert_true(currency_pair_at(k, other));
            if (memcmp(pair, other, 6) == 0 ||
                (memcmp(pair, other + 3, 3) == 0 && memcmp(pair + 3, other, 3) == 0))
                fail_msg("%s and %s", pair, other);
        }
        assert_int_equal(currency_pair_hint(base, quote), PAIR_AS_GIVEN);
        assert_int_equal(currency_pair_hint(quote, base), PAIR_REVERSED);
    }
    assert_true(n > 100);
    assert_int_equal(currency_pair_hint("THB", "KRW"), PAIR_UNKNOWN);
}

static void many_rates_are_answered_together(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a = {0};
    add(&a, "EUR", "USD");
    add(&a, "XXX", "USD");
    add(&a, "USD", "JPY");
    add(&a, "EUR", "GBP");
    add(&a, "THB", "EUR");
    add(&a, "EUR", "USD");
    bourse_run(b, ask, &a);
    assert_true(a.ok);
    assert_dec(a.rates[0].rate, "1.1001");
    assert_string_equal(a.rates[1].error.reason, "UNKNOWN_CURRENCY");
    assert_dec(a.rates[2].rate, "150.01");
    assert_dec(a.rates[3].rate, "0.8801");
    assert_string_equal(a.rates[4].error.reason, "NO_RATE");
    assert_dec(a.rates[5].rate, "1.1001");
    bourse_free(b);
}

static void which_pairs_exist_is_asked_once(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, "EUR", "USD");
    size_t asked = peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS);
    assert_true(asked > 0);
    get(b, "EUR", "USD");
    get(b, "USD", "EUR");
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), asked);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MKT_DATA), 1);
    bourse_free(b);
}

static void amounts_have_the_decimals_of_their_currency(void **state)
{
    static const struct {
        const char *code;
        int64_t micros;
    } cases[] = {{"USD", 10000},   {"EUR", 10000},   {"HUF", 10000},   {"JPY", 1000000},
                 {"KRW", 1000000}, {"XPF", 1000000}, {"BIF", 1000000}, {"KWD", 1000},
                 {"TND", 1000},    {"", 10000},      {"JP", 10000},    {"JPYX", 10000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(dec_eq(currency_unit(cases[i].code), DEC_MICRO(cases[i].micros)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_understood_in_any_spelling),
        cmocka_unit_test(codes_are_known_in_either_case),
        cmocka_unit_test(a_quoted_pair_is_direct),
        cmocka_unit_test(the_other_direction_is_inverse),
        cmocka_unit_test(what_is_not_quoted_is_crossed_over_a_hub),
        cmocka_unit_test(a_currency_in_itself_is_one),
        cmocka_unit_test(minor_units_are_hundredths),
        cmocka_unit_test(the_accounts_own_rate_is_the_last_resort),
        cmocka_unit_test(no_rate_is_an_error_and_never_one),
        cmocka_unit_test(a_path_names_the_pairs_without_their_prices),
        cmocka_unit_test(a_rate_that_is_not_quoted_now_is_crossed),
        cmocka_unit_test(a_crossed_market_is_no_price),
        cmocka_unit_test(a_pair_is_found_the_other_way_round_than_expected),
        cmocka_unit_test(amounts_are_converted_leg_by_leg),
        cmocka_unit_test(the_close_goes_the_same_way),
        cmocka_unit_test(the_usual_pairs_are_pairs_of_known_currencies_once),
        cmocka_unit_test(amounts_have_the_decimals_of_their_currency),
        cmocka_unit_test(many_rates_are_answered_together),
        cmocka_unit_test(which_pairs_exist_is_asked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
