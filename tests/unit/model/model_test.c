/* SPDX-License-Identifier: MIT */
#include "model/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct opt_dec some(const char *text)
{
    struct opt_dec d = {.has = true};
    assert_true(dec_parse(str_of(text), &d.v));
    return d;
}

static void an_account_id_tells_paper_from_live(void **state)
{
    static const struct {
        const char *id;
        enum account_mode mode;
    } rows[] = {
        {"DU1234567", MODE_PAPER}, {"DF1234567", MODE_PAPER},   {"DUH1234567", MODE_PAPER},
        {"U1234567", MODE_LIVE},   {"F1234567", MODE_LIVE},     {"I1234567", MODE_LIVE},
        {"", MODE_UNKNOWN},        {"U", MODE_UNKNOWN},         {"DU", MODE_UNKNOWN},
        {"DUX123", MODE_UNKNOWN},  {"du1234567", MODE_UNKNOWN}, {"UDU123", MODE_UNKNOWN},
        {"All", MODE_UNKNOWN},     {"U12 34", MODE_UNKNOWN},    {"DU123;U456", MODE_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(account_mode_of(str_of(rows[i].id)), rows[i].mode);
    assert_string_equal(account_mode_text(MODE_PAPER), "paper");
}

static void every_word_reads_back_as_its_value(void **state)
{
    (void)state;
    for (int i = 0; i < SEC_TYPE_COUNT; i++)
        assert_int_equal(sec_type_parse(str_of(sec_type_text((enum sec_type)i))), i);
    for (int i = 0; i < ORDER_TYPE_COUNT; i++)
        assert_int_equal(order_type_parse(str_of(order_type_text((enum order_type)i))), i);
    for (int i = 0; i < TIF_COUNT; i++)
        assert_int_equal(tif_parse(str_of(tif_text((enum order_tif)i))), i);
    for (int i = 0; i < STATE_COUNT; i++)
        assert_int_equal(order_state_parse(str_of(order_state_text((enum order_state)i))), i);
    for (int i = 0; i < EVENT_KIND_COUNT; i++)
        assert_true(event_kind_text((enum event_kind)i)[0] != '\0');
    for (int i = 0; i < LINK_STATE_COUNT; i++)
        assert_true(link_state_text((enum link_state)i)[0] != '\0');
}

static void a_word_that_is_none_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(sec_type_parse(STR("STOCKS")), SEC_UNKNOWN);
    assert_int_equal(order_type_parse(STR("MIDPRICE")), ORDER_OTHER);
    assert_int_equal(tif_parse(STR("AUC")), TIF_OTHER);
    assert_int_equal(order_state_parse(STR("Exploded")), STATE_UNKNOWN);
    assert_int_equal(order_state_parse(STR("ApiPending")), STATE_PENDING_SUBMIT);
}

static void states_are_working_or_terminal_and_never_both(void **state)
{
    (void)state;
    for (int i = 0; i < STATE_COUNT; i++) {
        enum order_state s = (enum order_state)i;
        assert_false(order_state_is_working(s) && order_state_is_terminal(s));
    }
    assert_true(order_state_is_working(STATE_UNKNOWN));
    assert_true(order_state_is_working(STATE_PENDING_CANCEL));
    assert_false(order_state_is_working(STATE_INACTIVE));
    assert_false(order_state_is_terminal(STATE_INACTIVE));
    assert_true(order_state_is_terminal(STATE_API_CANCELLED));
}

static void stops_are_the_protective_types(void **state)
{
    (void)state;
    assert_true(order_type_is_stop(ORDER_STP));
    assert_true(order_type_is_stop(ORDER_TRAIL_LIMIT));
    assert_false(order_type_is_stop(ORDER_LMT));
    assert_false(order_type_is_stop(ORDER_OTHER));
}

static void a_contract_has_a_readable_name(void **state)
{
    static const struct {
        struct contract c;
        const char *name;
    } rows[] = {
        {{.sec_type = SEC_STK,
          .symbol = "AAPL",
          .exchange = "SMART",
          .primary_exchange = "NASDAQ",
          .currency = "USD"},
         "AAPL"},
        {{.sec_type = SEC_STK,
          .symbol = "ASML",
          .exchange = "SMART",
          .primary_exchange = "AEB",
          .currency = "EUR"},
         "ASML.AEB.EUR"},
        {{.sec_type = SEC_STK, .symbol = "SAP", .exchange = "SMART", .currency = "EUR"}, "SAP.EUR"},
        {{.sec_type = SEC_STK, .symbol = "7203", .exchange = "TSEJ", .currency = "JPY"},
         "7203.TSEJ.JPY"},
        {{.sec_type = SEC_CASH, .symbol = "EUR", .exchange = "IDEALPRO", .currency = "USD"},
         "EUR.USD"},
        {{.sec_type = SEC_OPT,
          .symbol = "AAPL",
          .expiry = "20261218",
          .right = 'C',
          .strike = {{(dec_nano)200 * 1000000000}, true},
          .currency = "USD"},
         "AAPL 20261218 200 C"},
        {{.sec_type = SEC_FUT, .symbol = "ES", .expiry = "20261218", .currency = "USD"},
         "ES 20261218"},
        {{.local_symbol = "ESZ6"}, "ESZ6"},
        {{.con_id = 265598}, "#265598"},
    };
    char name[64];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(contract_name(&rows[i].c, name, sizeof name), rows[i].name);
    assert_string_equal(contract_name(&rows[0].c, name, 3), "AA");
}

static void a_multiplier_is_one_where_there_is_none(void **state)
{
    struct contract c = {.multiplier = "100"};
    (void)state;
    assert_true(dec_eq(contract_multiplier(&c), DEC(100)));
    strcpy(c.multiplier, "");
    assert_true(dec_eq(contract_multiplier(&c), DEC(1)));
    strcpy(c.multiplier, "0");
    assert_true(dec_eq(contract_multiplier(&c), DEC(1)));
    strcpy(c.multiplier, "0.01");
    assert_true(dec_eq(contract_multiplier(&c), some("0.01").v));
}

static void contracts_are_the_same_by_id_or_by_description(void **state)
{
    struct contract a = {.con_id = 1, .sec_type = SEC_STK, .symbol = "AAPL"}, b = a;
    (void)state;
    strcpy(b.symbol, "RENAMED");
    assert_true(contract_same(&a, &b));
    b.con_id = 2;
    assert_false(contract_same(&a, &b));
    b = a;
    b.con_id = 0;
    assert_true(contract_same(&a, &b));
    b.strike = some("5");
    assert_false(contract_same(&a, &b));
}

static void the_middle_needs_both_sides(void **state)
{
    struct quote q = {.bid = some("1.1"), .ask = some("1.2")};
    (void)state;
    assert_true(quote_mid(&q).has && dec_eq(quote_mid(&q).v, some("1.15").v));
    q.ask.has = false;
    assert_false(quote_mid(&q).has);
}

static void the_price_to_show_is_the_best_that_is_known(void **state)
{
    struct quote q = {.close = some("4")};
    (void)state;
    assert_true(dec_eq(quote_price(&q).v, DEC(4)));
    assert_int_equal(quote_age_ms(&q, (struct instant){NS_PER_S}), -1); /* no price came yet */
    q.time =
        (struct opt_utc){{(int64_t)90 * NS_PER_S}, true}; /* a wall clock that was set back since */
    q.arrived = (struct instant){NS_PER_S};
    assert_int_equal(quote_age_ms(&q, (struct instant){(int64_t)4 * NS_PER_S}), 3000);
    q.mark = some("3");
    assert_true(dec_eq(quote_price(&q).v, DEC(3)));
    q.bid = q.ask = some("2");
    assert_true(dec_eq(quote_price(&q).v, DEC(2)));
    q.last = some("1");
    assert_true(dec_eq(quote_price(&q).v, DEC(1)));
    assert_false(quote_price(&(struct quote){0}).has);
    assert_string_equal(data_type_text(DATA_DELAYED_FROZEN), "delayed_frozen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_id_tells_paper_from_live),
        cmocka_unit_test(every_word_reads_back_as_its_value),
        cmocka_unit_test(a_word_that_is_none_is_unknown),
        cmocka_unit_test(states_are_working_or_terminal_and_never_both),
        cmocka_unit_test(stops_are_the_protective_types),
        cmocka_unit_test(a_contract_has_a_readable_name),
        cmocka_unit_test(a_multiplier_is_one_where_there_is_none),
        cmocka_unit_test(contracts_are_the_same_by_id_or_by_description),
        cmocka_unit_test(the_middle_needs_both_sides),
        cmocka_unit_test(the_price_to_show_is_the_best_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
