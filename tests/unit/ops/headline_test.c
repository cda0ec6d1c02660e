/* SPDX-License-Identifier: MIT */
/* What an order will do, in a sentence. */
#include "ops/headline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct dec dec(const char *text)
{
    struct dec d = {0};
    assert_true(!text[0] || dec_parse(str_of(text), &d));
    return d;
}

static struct opt_dec opt(const char *text)
{
    return (struct opt_dec){dec(text), text[0] != '\0'};
}

struct leg {
    enum order_side side;
    enum order_type type;
    const char *limit, *stop, *trail, *percent;
};

static const struct {
    const char *account, *quantity, *value;
    enum gate_kind kind;
    struct leg legs[3];
    const char *said;
} cases[] = {
    {"DU9000001",
     "10",
     "1500",
     GATE_PLACE,
     {{SIDE_BUY, ORDER_LMT, "150", "", "", ""}},
     "BUY 10 AAPL at most 150.00 USD in DU9000001 (paper money), about 1,500 USD"},
    {"U1234567",
     "1234567",
     "1234567.891",
     GATE_PLACE,
     {{SIDE_SELL, ORDER_LMT, "1000.125", "", "", ""}},
     "SELL 1,234,567 AAPL at least 1,000.125 USD in U1234567 (REAL MONEY), about 1,234,568 USD"},
    {"DU1",
     "0.5",
     "99.994",
     GATE_PLACE,
     {{SIDE_BUY, ORDER_MKT, "", "", "", ""}},
     "BUY 0.5 AAPL at the market price in DU1 (paper money), about 99.99 USD"},
    {"DU1",
     "100",
     "",
     GATE_PLACE,
     {{SIDE_SELL, ORDER_STP, "", "140", "", ""}},
     "SELL 100 AAPL at the market price once it is 140.00 USD or less in DU1 (paper money)"},
    {"DU1",
     "999",
     "",
     GATE_PLACE,
     {{SIDE_BUY, ORDER_STP_LMT, "151", "150.5", "", ""}},
     "BUY 999 AAPL at most 151.00 USD once it is 150.50 USD or more in DU1 (paper money)"},
    {"DU1",
     "5",
     "",
     GATE_PLACE,
     {{SIDE_SELL, ORDER_TRAIL, "", "", "2.5", ""}},
     "SELL 5 AAPL at the market price once it falls 2.50 USD below its highest in DU1 (paper "
     "money)"},
    {"DU1",
     "5",
     "",
     GATE_PLACE,
     {{SIDE_BUY, ORDER_TRAIL, "", "", "", "3.5"}},
     "BUY 5 AAPL at the market price once it rises 3.5 % above its lowest in DU1 (paper money)"},
    {"DU1",
     "10",
     "100",
     GATE_PLACE,
     {{SIDE_BUY, ORDER_LMT, "150", "", "", ""},
      {SIDE_SELL, ORDER_STP, "", "140", "", ""},
      {SIDE_SELL, ORDER_LMT, "1700", "", "", ""}},
     "BUY 10 AAPL at most 150.00 USD in DU1 (paper money), about 100 USD; stop 140.00 USD; target "
     "1,700.00 USD"},
    {"DU1",
     "10",
     "",
     GATE_MODIFY,
     {{SIDE_BUY, ORDER_LMT, "0.0001", "", "", ""}},
     "CHANGE order 7 to BUY 10 AAPL at most 0.0001 USD in DU1 (paper money)"},
};

static void every_form_of_an_order_is_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct gate_proposal p = {
            .kind = cases[i].kind, .value_base = opt(cases[i].value), .base_currency = "USD"};
        for (size_t k = 0; k < 3 && cases[i].legs[k].type; k++) {
            const struct leg *leg = &cases[i].legs[k];
            struct order *o = &p.orders[p.count++];
            *o = (struct order){
                .order_id = 7,
                .side = leg->side,
                .type = leg->type,
                .quantity = dec(cases[i].quantity),
                .limit_price = opt(leg->limit),
                .stop_price = opt(leg->stop),
                .trail_amount = opt(leg->trail),
                .trail_percent = opt(leg->percent),
                .contract = {
                    .sec_type = SEC_STK, .symbol = "AAPL", .currency = "USD", .exchange = "SMART"}};
            str_copy_cut(o->account, sizeof o->account, str_of(cases[i].account));
        }
        struct buf b;
        buf_init(&b, 1024);
        headline_write(&p, &b);
        buf_add_char(&b, '\0');
        assert_string_equal(b.p, cases[i].said);
        buf_fini(&b);
    }
}

static void what_the_checks_told_is_said_in_words(void **state)
{
    static const struct {
        const char *codes, *said;
    } rows[] = {
        {"", ""},
        {"NEEDS_APPROVAL", ""},
        {"NEEDS_APPROVAL,OLD_PRICE", "OLD_PRICE: the price by which it was judged may be old"},
        {"HALTED_MARKET,NEEDS_APPROVAL,NO_MARGIN", "HALTED_MARKET: trading in this contract is "
                                                   "halted; NO_MARGIN: the broker did not say what "
                                                   "margin it needs"},
        {"NEWER_THAN_THIS", "NEWER_THAN_THIS"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct gate_proposal p = {0};
        str_copy_cut(p.warnings, sizeof p.warnings, str_of(rows[i].codes));
        struct buf b;
        buf_init(&b, 1024);
        headline_notices(&p, &b);
        buf_add_char(&b, '\0');
        assert_string_equal(b.p, rows[i].said);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_an_order_is_a_sentence),
        cmocka_unit_test(what_the_checks_told_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
