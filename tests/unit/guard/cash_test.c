/* SPDX-License-Identifier: MIT */
#include "guard/cash.h"

#include "../store/batch.h"
#include "scene.h"

struct till {
    struct book *book;
    struct cash *cash;
};

static int setup(void **state)
{
    struct till *t = test_calloc(1, sizeof *t);
    struct event ev = {.kind = EVENT_ACCOUNTS, .at = at_s(0), .text = STR("DU1")};
    t->book = book_new();
    t->cash = cash_new();
    book_apply(t->book, &ev);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct till *t = *state;
    book_free(t->book);
    cash_free(t->cash);
    test_free(t);
    return 0;
}

static void balance(struct till *t, const char *currency, const char *amount)
{
    struct account_value v = {.account = {0}};
    str_copy_cut(v.account, sizeof v.account, STR("DU1"));
    str_copy_cut(v.key, sizeof v.key, STR("CashBalance"));
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .at = at_s(0), .value = &v};
    str_copy_cut(v.currency, sizeof v.currency, str_of(currency));
    str_copy_cut(v.value, sizeof v.value, str_of(amount));
    book_apply(t->book, &ev);
}

static struct execution trade(enum sec_type type, const char *symbol, const char *currency,
                              enum order_side side, const char *quantity, const char *price)
{
    struct execution x = {.account = "DU1",
                          .side = side,
                          .quantity = number(quantity),
                          .price = number(price),
                          .contract = {.sec_type = type}};
    str_copy_cut(x.contract.symbol, sizeof x.contract.symbol, str_of(symbol));
    str_copy_cut(x.contract.currency, sizeof x.contract.currency, str_of(currency));
    return x;
}

/* Looks at that second; returns how many balances moved without a trade. */
static size_t look(struct till *t, int at, int64_t *compared)
{
    struct cash_move moves[4];
    *compared = 0;
    return cash_compare(t->cash, t->book, moves, 4, compared, at_s(at).mono);
}

static void trades_and_commissions_explain_a_balance(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    assert_int_equal(look(t, 1, &n), 0);
    struct execution x = trade(SEC_STK, "KO", "USD", SIDE_BUY, "100", "50");
    x.commission = some("3");
    str_copy_cut(x.commission_currency, sizeof x.commission_currency, STR("USD"));
    cash_execution(t->cash, &x, false, at_s(2).mono);
    cash_commission(t->cash, STR("DU1"), &x, at_s(2).mono);
    assert_int_equal(look(t, 3, &n), 0); /* too soon: the broker may not have told it yet */
    assert_int_equal(n, 0);
    balance(t, "USD", "4997");
    assert_int_equal(look(t, 300, &n), 0);
    assert_int_equal(n, 1);
    x.side = SIDE_SELL;
    cash_execution(t->cash, &x, false, at_s(301).mono);
    balance(t, "USD", "9998.01"); /* one less a hundredth and a thousandth of 5000 are let pass */
    assert_int_equal(look(t, 600, &n), 0);
}

static void what_no_trade_explains_is_told_once_and_taken_over(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    balance(t, "USD", "10001");
    assert_int_equal(look(t, 2, &n), 0);
    balance(t, "USD", "10002.01");
    assert_int_equal(look(t, 3, &n), 1);
    assert_int_equal(look(t, 4, &n), 0);
    assert_int_equal(n, 1);
}

static void a_currency_pair_moves_two_balances(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    balance(t, "EUR", "0");
    (void)look(t, 1, &n);
    struct execution x = trade(SEC_CASH, "EUR", "USD", SIDE_BUY, "1000", "1.1");
    cash_execution(t->cash, &x, false, at_s(2).mono);
    balance(t, "USD", "8900");
    balance(t, "EUR", "1000");
    assert_int_equal(look(t, 300, &n), 0);
    assert_int_equal(n, 2);
}

static void an_option_counts_with_its_multiplier(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    struct execution x = trade(SEC_OPT, "KO", "USD", SIDE_SELL, "2", "1.5");
    str_copy_cut(x.contract.multiplier, sizeof x.contract.multiplier, STR("100"));
    cash_execution(t->cash, &x, false, at_s(2).mono);
    balance(t, "USD", "10300");
    assert_int_equal(look(t, 300, &n), 0);
    assert_int_equal(n, 1);
}

static void what_cannot_be_known_is_not_compared(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    struct execution x = trade(SEC_FUT, "ES", "USD", SIDE_BUY, "1", "5000");
    cash_execution(t->cash, &x, false, at_s(2).mono);
    balance(t, "USD", "9000");
    assert_int_equal(look(t, 300, &n), 0);
    assert_int_equal(n, 0);
    x = trade(SEC_STK, "KO", "USD", SIDE_BUY, "1", "50");
    cash_execution(t->cash, &x, true, at_s(301).mono); /* a correction */
    balance(t, "USD", "7000");
    assert_int_equal(look(t, 600, &n), 0);
    struct position p = {.account = "DU1",
                         .quantity = number("1"),
                         .contract = {.con_id = 5, .sec_type = SEC_FUT, .currency = "USD"}};
    struct event ev = {.kind = EVENT_POSITION, .at = at_s(601), .position = &p};
    book_apply(t->book, &ev);
    balance(t, "USD", "6000"); /* the day's settlement of the future */
    assert_int_equal(look(t, 900, &n), 0);
    assert_int_equal(n, 0);
}

static void a_large_commission_is_part_of_the_balance(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    struct execution x = trade(SEC_STK, "KO", "USD", SIDE_BUY, "1", "50");
    x.commission = some("300");
    str_copy_cut(x.commission_currency, sizeof x.commission_currency, STR("USD"));
    cash_execution(t->cash, &x, false, at_s(2).mono);
    cash_commission(t->cash, STR("DU1"), &x, at_s(2).mono);
    balance(t, "USD", "9650");
    assert_int_equal(look(t, 300, &n), 0);
    balance(t, "USD",
            "9600"); /* a commission that is not known changes nothing, and delays nothing */
    x.commission.has = false;
    cash_commission(t->cash, STR("DU1"), &x, at_s(300).mono);
    assert_int_equal(look(t, 301, &n), 1);
    assert_int_equal(n, 1);
}

static void a_balance_that_fell_is_told_like_one_that_rose(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    balance(t, "USD", "9990");
    assert_int_equal(look(t, 2, &n), 1);
}

static void balances_too_far_apart_to_subtract_are_let_pass(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "900000000000000000000000000");
    (void)look(t, 1, &n);
    balance(t, "USD", "-900000000000000000000000000");
    assert_int_equal(look(t, 2, &n), 0);
    assert_int_equal(n, 1);
}

static void what_has_no_currency_has_no_balance(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "", "10000");
    struct execution x = trade(SEC_STK, "KO", "", SIDE_BUY, "1", "50");
    cash_execution(t->cash, &x, false, at_s(1).mono);
    assert_int_equal(look(t, 2, &n), 0);
    balance(t, "", "20000");
    assert_int_equal(look(t, 600, &n), 0);
    assert_int_equal(n, 0);
}

static void only_what_settles_daily_in_the_currency_stops_the_comparison(void **state)
{
    struct till *t = *state;
    int64_t n;
    struct position p = {.account = "DU1",
                         .quantity = number("1"),
                         .contract = {.con_id = 5, .sec_type = SEC_STK, .currency = "USD"}};
    struct event ev = {.kind = EVENT_POSITION, .at = at_s(0), .position = &p};
    book_apply(t->book, &ev);
    p.contract = (struct contract){.con_id = 6, .sec_type = SEC_FUT, .currency = "EUR"};
    book_apply(t->book, &ev);
    balance(t, "USD", "10000");
    (void)look(t, 1, &n);
    balance(t, "USD", "9000");
    assert_int_equal(look(t, 2, &n), 1);
}

static void a_balance_is_left_alone_until_the_broker_had_its_time(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    struct cash_move moves[2];
    /* the machine has just started: its clock shows less than that time */
    (void)cash_compare(t->cash, t->book, moves, 2, &n, (struct instant){1});
    n = 0;
    (void)cash_compare(t->cash, t->book, moves, 2, &n, (struct instant){2});
    assert_int_equal(n, 1);
    struct execution x = trade(SEC_STK, "KO", "USD", SIDE_BUY, "1", "50");
    cash_execution(t->cash, &x, false, at_s(10).mono);
    (void)look(t, 9 + CASH_SETTLE_MS / 1000, &n);
    assert_int_equal(n, 0);
    (void)look(t, 10 + CASH_SETTLE_MS / 1000, &n);
    assert_int_equal(n, 1);
}

static void no_more_moves_are_told_than_there_is_room_for(void **state)
{
    struct till *t = *state;
    int64_t n;
    balance(t, "USD", "10000");
    balance(t, "EUR", "10000");
    (void)look(t, 1, &n);
    balance(t, "USD", "9000");
    balance(t, "EUR", "9000");
    struct cash_move moves[2] = {{.account = ""}, {.account = "untouched"}};
    n = 0;
    assert_int_equal(cash_compare(t->cash, t->book, moves, 1, &n, at_s(2).mono), 1);
    assert_int_equal(n, 2);
    assert_string_equal(moves[1].account, "untouched");
    cash_free(NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(trades_and_commissions_explain_a_balance),
        TEST(what_no_trade_explains_is_told_once_and_taken_over),
        TEST(a_currency_pair_moves_two_balances),
        TEST(an_option_counts_with_its_multiplier),
        TEST(what_cannot_be_known_is_not_compared),
        TEST(a_large_commission_is_part_of_the_balance),
        TEST(a_balance_that_fell_is_told_like_one_that_rose),
        TEST(balances_too_far_apart_to_subtract_are_let_pass),
        TEST(what_has_no_currency_has_no_balance),
        TEST(only_what_settles_daily_in_the_currency_stops_the_comparison),
        TEST(a_balance_is_left_alone_until_the_broker_had_its_time),
        TEST(no_more_moves_are_told_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
