/* SPDX-License-Identifier: MIT */
/* The ledger, margin and commissions by themselves, with contracts made for the purpose. */
#include "base/alloc.h"
#include "base/rng.h"
#include "paper/accounts.h"
#include "paper/fees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dec d(const char *text)
{
    struct dec out;
    assert_true(dec_parse(str_of(text), &out));
    return out;
}

static void assert_dec(struct dec is, const char *should)
{
    char text[DEC_TEXT_MAX];
    dec_format(is, text);
    assert_string_equal(text, should);
}

#define CONTRACT(id, type, name, money)                                                            \
    {                                                                                              \
        .con_id = id, .sec_type = type, .symbol = name, .currency = money                          \
    }

static const struct instrument apple = {.contract = CONTRACT(1, SEC_STK, "AAPL", "USD"),
                                        .multiplier = {1000000000}};
static const struct instrument nestle = {.contract = CONTRACT(2, SEC_STK, "NESN", "CHF"),
                                         .multiplier = {1000000000}};
static const struct instrument option = {.contract = CONTRACT(3, SEC_OPT, "AAPL", "USD"),
                                         .multiplier = {100000000000}};
static const struct instrument future = {.contract = CONTRACT(4, SEC_FUT, "ES", "USD"),
                                         .multiplier = {50000000000}};
static const struct instrument pair = {.contract = CONTRACT(5, SEC_CASH, "EUR", "USD"),
                                       .multiplier = {1000000000}};

static struct ledger_change trade(struct ledger *l, const struct instrument *i, const char *side,
                                  const char *quantity, const char *price, const char *fee)
{
    struct trade t = {i,           side[0] == 'B' ? SIDE_BUY : SIDE_SELL,
                      d(quantity), d(price),
                      d(fee),      i->contract.sec_type == SEC_CASH ? "USD" : i->contract.currency};
    struct ledger_change c;
    ledger_trade(l, &t, &c);
    assert_true(ledger_apply(l, &c));
    return c;
}

static void commissions_are_part_of_the_cost_and_of_the_profit(void **state)
{
    (void)state;
    struct ledger *l = xcalloc(1, sizeof *l);
    trade(l, &apple, "BUY", "100", "10", "1");
    assert_dec(holding_average(ledger_holding(l, &apple)), "10.01");
    struct ledger_change c = trade(l, &apple, "SELL", "40", "12", "1");
    assert_dec(c.realized, "78.6"); /* 480 - 1 - 400.4 */
    assert_dec(ledger_cash(l, STR("USD")), "-522");
    c = trade(l, &apple, "SELL", "100", "12", "1"); /* 60 close, 40 open a short position */
    assert_dec(c.realized, "118.8");                /* 720 - 0.6 - 600.6 */
    assert_dec(ledger_quantity(l, &apple), "-40");
    assert_dec(holding_average(ledger_holding(l, &apple)), "11.99"); /* cheaper by its share */
    xfree(l);
}

static void a_position_that_is_closed_exactly_leaves_nothing(void **state)
{
    (void)state;
    struct ledger *l = xcalloc(1, sizeof *l);
    trade(l, &apple, "BUY", "3", "10", "1"); /* an average with no end */
    trade(l, &apple, "SELL", "1", "10", "0");
    trade(l, &apple, "SELL", "2", "10", "0");
    assert_true(dec_is_zero(ledger_holding(l, &apple)->cost));
    assert_dec(ledger_holding(l, &apple)->day_realized, "-1");
    ledger_roll(l);
    assert_null(ledger_holding(l, &apple));
    xfree(l);
}

static void an_option_counts_by_its_multiplier_and_a_future_moves_no_cash(void **state)
{
    (void)state;
    struct ledger *l = xcalloc(1, sizeof *l);
    trade(l, &option, "BUY", "2", "3.5", "1.3");
    assert_dec(ledger_cash(l, STR("USD")), "-701.3");
    assert_dec(holding_average(ledger_holding(l, &option)), "350.65");
    ledger_clear(l);
    trade(l, &future, "BUY", "1", "5000", "2.25");
    assert_dec(ledger_cash(l, STR("USD")), "-2.25");
    assert_dec(holding_average(ledger_holding(l, &future)), "250002.25");
    struct ledger_change c = trade(l, &future, "SELL", "1", "5010", "2.25");
    assert_dec(c.realized, "495.5");
    assert_dec(ledger_holding(l, &future)->settled, "-500"); /* owed until the settlement */
    xfree(l);
}

static void a_pair_exchanges_cash_and_holds_nothing(void **state)
{
    (void)state;
    struct ledger *l = xcalloc(1, sizeof *l);
    trade(l, &pair, "BUY", "1000", "1.25", "2");
    assert_dec(ledger_cash(l, STR("USD")), "-1252");
    assert_dec(ledger_cash(l, STR("EUR")), "1000");
    assert_int_equal(l->holding_count, 0);
    xfree(l);
}

/* What is left of a day gives way to a position; what is held never does. */
static void a_full_ledger_refuses_and_changes_nothing(void **state)
{
    (void)state;
    static struct instrument many[LEDGER_HOLDINGS_MAX + 2];
    struct ledger *l = xcalloc(1, sizeof *l), *before = xcalloc(1, sizeof *before);
    for (int i = 0; i < LEDGER_HOLDINGS_MAX + 2; i++) {
        many[i] = apple;
        many[i].contract.con_id = 100 + i;
    }
    for (int i = 0; i < LEDGER_HOLDINGS_MAX; i++)
        trade(l, &many[i], "BUY", "1", "10", "1");
    *before = *l;
    struct trade t = {&many[LEDGER_HOLDINGS_MAX], SIDE_BUY, DEC(1), DEC(1), DEC_ZERO, "USD"};
    struct ledger_change c;
    ledger_trade(l, &t, &c);
    assert_false(ledger_has_room(l, t.instrument));
    assert_false(ledger_apply(l, &c));
    assert_memory_equal(l, before, sizeof *l);
    trade(l, &many[7], "SELL", "1", "10", "0");
    assert_true(ledger_apply(l, &c));
    assert_null(ledger_holding(l, &many[7]));
    xfree(l);
    xfree(before);
}

/* cash + cost - settled = realized + flows after every one of many random trades, exactly. */
static void random_trades_keep_the_identity_in_every_currency(void **state)
{
    (void)state;
    static const struct instrument *const all[] = {&apple, &nestle, &option, &future, &pair};
    static const char *const currencies[] = {"USD", "CHF", "EUR"};
    struct rng r;
    const char *seed = getenv("SEED");
    rng_init(&r, seed != NULL ? (uint64_t)strtoull(seed, NULL, 10) : 1, 1);
    for (int session = 0; session < 200; session++) {
        struct ledger *l = xcalloc(1, sizeof *l);
        struct dec explained[3] = {0}, held[5] = {0};
        for (int step = 0; step < 100; step++) {
            size_t k = rng_below(&r, 5);
            const struct instrument *i = all[k];
            struct trade t = {.instrument = i,
                              .side = rng_below(&r, 2) ? SIDE_BUY : SIDE_SELL,
                              .quantity = dec_of(1 + rng_below(&r, 300)),
                              .price = DEC_MICRO(10000 * (1 + (int64_t)rng_below(&r, 99999))),
                              .commission = DEC_MICRO(100 * (int64_t)rng_below(&r, 50000))};
            t.commission_currency = k == 4 || rng_below(&r, 8) == 0 ? "USD" : i->contract.currency;
            struct ledger_change c;
            ledger_trade(l, &t, &c);
            assert_true(ledger_apply(l, &c));
            struct dec q = t.side == SIDE_BUY ? t.quantity : dec_neg(t.quantity);
            held[k] = dec_plus(held[k], q);
            size_t own = k == 1 ? 1 : 0;
            explained[own] = dec_plus(explained[own], c.realized);
            if (!str_eq(str_of(t.commission_currency), STR_NAME(i->contract.currency)))
                explained[0] = dec_minus(explained[0], t.commission);
            if (k == 4) {
                struct dec value = ledger_times(q, t.price);
                explained[2] = dec_plus(explained[2], q);
                explained[0] = dec_minus(explained[0], dec_plus(value, t.commission));
            } else {
                assert_true(dec_eq(ledger_quantity(l, i), held[k]));
            }
            for (size_t m = 0; m < 3; m++) {
                struct dec have = ledger_cash(l, str_of(currencies[m]));
                for (size_t h = 0; h < l->holding_count; h++)
                    if (strcmp(l->holdings[h].instrument->contract.currency, currencies[m]) == 0)
                        have =
                            dec_plus(have, dec_minus(l->holdings[h].cost, l->holdings[h].settled));
                if (!dec_eq(have, explained[m]))
                    fail_msg("session %d step %d: %s does not add up", session, step,
                             currencies[m]);
            }
        }
        xfree(l);
    }
}

/* ---- commissions ---- */
static void commissions_follow_the_schedules(void **state)
{
    (void)state;
    static const struct {
        const struct instrument *i;
        enum fee_plan plan;
        enum order_side side;
        const char *quantity, *price, *fee, *currency;
    } rows[] = {
        {&apple, FEES_FIXED, SIDE_BUY, "100", "150", "1", "USD"},
        {&apple, FEES_FIXED, SIDE_BUY, "1000", "150", "5", "USD"},
        {&apple, FEES_FIXED, SIDE_BUY, "100", "0.2", "0.2", "USD"}, /* one percent at most */
        {&apple, FEES_TIERED, SIDE_BUY, "100", "150", "0.67", "USD"},
        {&apple, FEES_TIERED, SIDE_SELL, "1000", "150", "11.066", "USD"},
        {&nestle, FEES_FIXED, SIDE_BUY, "10", "90", "5", "CHF"},
        {&nestle, FEES_TIERED, SIDE_BUY, "10", "90", "1.5", "CHF"},
        {&option, FEES_FIXED, SIDE_BUY, "1", "2", "1", "USD"},
        {&option, FEES_TIERED, SIDE_BUY, "10", "2", "6.5", "USD"},
        {&future, FEES_FIXED, SIDE_SELL, "3", "5000", "6.75", "USD"},
        {&pair, FEES_FIXED, SIDE_SELL, "25000", "1.1", "2", "USD"},
        {&pair, FEES_FIXED, SIDE_SELL, "1000000", "1.1", "22", "USD"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct fee_basis b = {.plan = rows[k].plan,
                              .instrument = rows[k].i,
                              .side = rows[k].side,
                              .usd_rate = d("1.1")};
        const char *currency;
        assert_dec(fees_piece(&b, d(rows[k].quantity), d(rows[k].price), true, &currency),
                   rows[k].fee);
        assert_string_equal(currency, rows[k].currency);
    }
}

/* But for the roundings of what others take, which is rounded piece by piece. */
static void the_pieces_of_an_order_pay_what_the_whole_pays(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 5, 5);
    for (int round = 0; round < 2000; round++) {
        const struct fee_basis none = {.plan = rng_below(&r, 2) ? FEES_FIXED : FEES_TIERED,
                                       .instrument = rng_below(&r, 2) ? &apple : &option,
                                       .side = SIDE_BUY};
        struct fee_basis b = none;
        struct dec charged = DEC_ZERO,
                   price = DEC_MICRO(10000 * (1 + (int64_t)rng_below(&r, 30000)));
        const char *currency;
        for (int piece = 0; piece < 8; piece++) {
            struct dec n = dec_of(1 + rng_below(&r, 400));
            struct dec fee = fees_piece(&b, n, price, true, &currency);
            assert_true(dec_sign(fee) >= 0);
            charged = dec_plus(charged, fee);
            b.quantity = dec_plus(b.quantity, n);
            b.turnover = ledger_value(b.instrument, b.quantity, price);
            struct dec whole = fees_piece(&none, b.quantity, price, true, &currency);
            struct dec more = dec_minus(charged, whole);
            if (none.plan == FEES_FIXED || none.instrument == &option)
                assert_true(dec_is_zero(more));
            else
                assert_true(dec_sign(more) >= 0 && dec_lt(more, DEC_MICRO(800)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commissions_are_part_of_the_cost_and_of_the_profit),
        cmocka_unit_test(a_position_that_is_closed_exactly_leaves_nothing),
        cmocka_unit_test(an_option_counts_by_its_multiplier_and_a_future_moves_no_cash),
        cmocka_unit_test(a_pair_exchanges_cash_and_holds_nothing),
        cmocka_unit_test(a_full_ledger_refuses_and_changes_nothing),
        cmocka_unit_test(random_trades_keep_the_identity_in_every_currency),
        cmocka_unit_test(commissions_follow_the_schedules),
        cmocka_unit_test(the_pieces_of_an_order_pay_what_the_whole_pays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
