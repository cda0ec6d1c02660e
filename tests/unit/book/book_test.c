/* SPDX-License-Identifier: MIT */
#include "book/book.h"

#include "base/limits.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- making events ---- */

enum { WALL_S = 1790000000 };

static struct event event_of(enum event_kind kind)
{
    return (struct event){.kind = kind, .at = {{0}, {(int64_t)WALL_S * NS_PER_S}}};
}

static struct dec dec(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static void assert_dec(struct dec d, const char *text)
{
    char out[DEC_TEXT_MAX];
    dec_format(d, out);
    assert_string_equal(out, text);
}

static void apply_accounts(struct book *b, const char *list)
{
    struct event ev = event_of(EVENT_ACCOUNTS);
    ev.text = str_of(list);
    book_apply(b, &ev);
}

static void apply_link(struct book *b, enum link_state link)
{
    struct event ev = event_of(EVENT_LINK);
    ev.link = link;
    book_apply(b, &ev);
}

static void apply_value(struct book *b, const char *account, const char *key, const char *value,
                        const char *currency)
{
    struct account_value v = {{0}, {0}, {0}, {0}};
    snprintf(v.account, sizeof v.account, "%s", account);
    snprintf(v.key, sizeof v.key, "%s", key);
    snprintf(v.value, sizeof v.value, "%s", value);
    snprintf(v.currency, sizeof v.currency, "%s", currency);
    struct event ev = event_of(EVENT_ACCOUNT_VALUE);
    ev.value = &v;
    book_apply(b, &ev);
}

static struct position a_position(int32_t con_id, const char *quantity)
{
    struct position p = {.quantity = dec(quantity), .avg_cost = DEC_SOME(dec("10.5"))};
    p.contract.con_id = con_id;
    p.contract.sec_type = SEC_STK;
    snprintf(p.account, sizeof p.account, "DU1");
    return p;
}

static void apply_position(struct book *b, enum event_kind kind, const struct position *p)
{
    struct event ev = event_of(kind);
    ev.position = p;
    book_apply(b, &ev);
}

static struct order an_order(int32_t order_id, int64_t perm_id, const char *quantity)
{
    struct order o = {.order_id = order_id,
                      .client_id = 7,
                      .perm_id = perm_id,
                      .side = SIDE_BUY,
                      .type = ORDER_LMT,
                      .quantity = dec(quantity)};
    o.contract.con_id = 265598;
    o.contract.sec_type = SEC_STK;
    snprintf(o.account, sizeof o.account, "DU1");
    return o;
}

static void apply_order(struct book *b, enum event_kind kind, const struct order *o,
                        enum order_state state, const char *filled, const char *remaining)
{
    struct order_status s = {.state = state, .filled = dec(filled), .remaining = dec(remaining)};
    struct event ev = event_of(kind);
    ev.order = o;
    ev.status = &s;
    book_apply(b, &ev);
}

static struct execution a_fill(const char *exec_id, const char *quantity, const char *price)
{
    struct execution x = {.order_id = 5,
                          .client_id = 7,
                          .perm_id = 900,
                          .side = SIDE_BUY,
                          .quantity = dec(quantity),
                          .price = dec(price)};
    x.contract.con_id = 265598;
    x.contract.sec_type = SEC_STK;
    snprintf(x.exec_id, sizeof x.exec_id, "%s", exec_id);
    snprintf(x.account, sizeof x.account, "DU1");
    return x;
}

static void apply_fill(struct book *b, const struct execution *x)
{
    struct event ev = event_of(EVENT_EXECUTION);
    ev.execution = x;
    book_apply(b, &ev);
}

static void apply_commission(struct book *b, const char *exec_id, const char *amount)
{
    struct execution x = {.commission = DEC_SOME(dec(amount))};
    snprintf(x.exec_id, sizeof x.exec_id, "%s", exec_id);
    snprintf(x.commission_currency, sizeof x.commission_currency, "USD");
    struct event ev = event_of(EVENT_COMMISSION);
    ev.execution = &x;
    book_apply(b, &ev);
}

static void apply_notice(struct book *b, int32_t order_id, int code, const char *text,
                         bool is_reason)
{
    struct order ids = {.order_id = order_id, .client_id = 7};
    struct order_status s = {.broker_code = code};
    struct event ev = event_of(EVENT_NOTICE);
    ev.number = order_id;
    ev.code = code;
    ev.text = str_of(text);
    ev.order = &ids;
    ev.status = is_reason ? &s : NULL;
    book_apply(b, &ev);
}

static size_t count_executions(const struct book *b)
{
    const struct execution *x;
    size_t n = 0;
    for (size_t i = 0; book_next_execution(b, &i, STR_NONE, &x);)
        n++;
    return n;
}

/* ---- accounts ---- */

static void accounts_come_in_the_brokers_order(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU2, DU1,,");
    assert_int_equal(book_account_count(b), 2);
    assert_string_equal(book_account(b, 0), "DU2");
    assert_string_equal(book_account(b, 1), "DU1");
    assert_true(book_has_account(b, STR("DU1")));
    assert_false(book_has_account(b, STR("DU3")));
    book_free(b);
}

static void a_value_is_found_in_its_base_currency_row(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU1");
    apply_value(b, "DU1", "NetLiquidation", "1000.25", "EUR");
    apply_value(b, "DU1", "CashBalance", "400", "EUR");
    apply_value(b, "DU1", "CashBalance", "500", "USD");
    apply_value(b, "DU1", "CashBalance", "870.5", "BASE");
    apply_value(b, "DU1", "AccountType", "INDIVIDUAL", "");
    assert_string_equal(book_base_currency(b, STR("DU1")), "EUR");
    assert_dec(book_number(b, STR("DU1"), STR("NetLiquidation"), STR_NONE).v, "1000.25");
    assert_dec(book_number(b, STR("DU1"), STR("CashBalance"), STR_NONE).v, "870.5");
    assert_dec(book_number(b, STR("DU1"), STR("CashBalance"), STR("USD")).v, "500");
    assert_string_equal(book_value(b, STR("DU1"), STR("AccountType"), STR_NONE)->value,
                        "INDIVIDUAL");
    assert_false(book_number(b, STR("DU1"), STR("AccountType"), STR_NONE).has);
    assert_null(book_value(b, STR("DU1"), STR("SMA"), STR_NONE));
    assert_null(book_value(b, STR("DU2"), STR("NetLiquidation"), STR("EUR")));
    book_free(b);
}

static void a_newer_value_replaces_the_older(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU1");
    apply_value(b, "DU1", "SMA", "1", "USD");
    apply_value(b, "DU1", "SMA", "2", "USD");
    const struct account_value *v;
    size_t n = 0;
    for (size_t i = 0; book_next_value(b, &i, STR("DU1"), &v); n++)
        assert_string_equal(v->value, "2");
    assert_int_equal(n, 1);
    book_free(b);
}

static void cash_is_told_by_currency_without_its_sum(void **state)
{
    (void)state;
    static const char *const rows[][4] = {{"DU1", "CashBalance", "1", "USD"},
                                          {"DU1", "CashBalance", "3", "BASE"},
                                          {"DU1", "TotalCashBalance", "4", "EUR"},
                                          {"DU2", "CashBalance", "5", "EUR"},
                                          {"DU1", "CashBalance", "2", "EUR"}};
    struct book *b = book_new();
    apply_accounts(b, "DU1,DU2");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        apply_value(b, rows[i][0], rows[i][1], rows[i][2], rows[i][3]);
    const struct account_value *v;
    int one = 0, all = 0;
    for (size_t i = 0; book_next_cash(b, &i, STR("DU1"), &v);)
        one = one * 10 + (v->value[0] - '0');
    for (size_t i = 0; book_next_cash(b, &i, STR_NONE, &v);)
        all = all * 10 + (v->value[0] - '0');
    assert_int_equal(one, 12);
    assert_int_equal(all, 152);
    book_free(b);
}

static void values_of_an_account_are_bounded(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU1");
    for (int i = 0; i < LIMIT_ACCOUNT_VALUES + 10; i++) {
        char key[24];
        snprintf(key, sizeof key, "key%d", i);
        apply_value(b, "DU1", key, "1", "USD");
    }
    const struct account_value *v;
    size_t n = 0;
    for (size_t i = 0; book_next_value(b, &i, STR_NONE, &v);)
        n++;
    assert_int_equal(n, LIMIT_ACCOUNT_VALUES);
    book_free(b);
}

static void an_account_is_ready_until_the_connection_is_lost(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU1");
    assert_false(book_account_ready(b, STR("DU1")));
    struct event ev = event_of(EVENT_ACCOUNT_READY);
    ev.text = STR("DU1");
    book_apply(b, &ev);
    assert_true(book_account_ready(b, STR("DU1")));
    apply_link(b, LINK_DOWN);
    assert_false(book_account_ready(b, STR("DU1")));
    book_free(b);
}

static void profit_and_loss_is_kept_with_its_time(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_accounts(b, "DU1");
    assert_false(book_pnl(b, STR("DU1")).daily.has);
    struct event ev = event_of(EVENT_PNL);
    ev.text = STR("DU1");
    ev.pnl_daily = DEC_SOME(dec("-12.5"));
    book_apply(b, &ev);
    assert_dec(book_pnl(b, STR("DU1")).daily.v, "-12.5");
    assert_false(book_pnl(b, STR("DU1")).realized.has);
    assert_true(book_pnl(b, STR("DU1")).at.has);
    assert_true(book_updated(b).has);
    book_free(b);
}

/* ---- positions ---- */

static void a_position_of_zero_is_gone(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct position p = a_position(1, "100");
    apply_position(b, EVENT_POSITION, &p);
    assert_dec(book_position(b, STR("DU1"), 1)->quantity, "100");
    p.quantity = DEC_ZERO;
    apply_position(b, EVENT_POSITION, &p);
    assert_null(book_position(b, STR("DU1"), 1));
    book_free(b);
}

static void a_value_survives_the_bare_position_but_not_its_change(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct position p = a_position(1, "100");
    p.market_price = DEC_SOME(dec("11"));
    p.market_value = DEC_SOME(dec("1100"));
    apply_position(b, EVENT_POSITION_VALUE, &p);
    struct position bare = a_position(1, "100");
    apply_position(b, EVENT_POSITION, &bare);
    assert_dec(book_position(b, STR("DU1"), 1)->market_value.v, "1100");
    assert_true(book_position(b, STR("DU1"), 1)->updated.has);
    bare.quantity = dec("50");
    apply_position(b, EVENT_POSITION, &bare);
    assert_false(book_position(b, STR("DU1"), 1)->market_value.has);
    assert_dec(book_position(b, STR("DU1"), 1)->market_price.v, "11");
    book_free(b);
}

static void a_position_that_a_complete_list_omits_is_gone(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct position one = a_position(1, "1"), two = a_position(2, "2");
    apply_position(b, EVENT_POSITION, &one);
    apply_position(b, EVENT_POSITION, &two);
    struct event end = event_of(EVENT_POSITIONS_END);
    book_apply(b, &end); /* nothing has begun since: all stay */
    assert_non_null(book_position(b, STR("DU1"), 1));
    apply_link(b, LINK_RECONCILING);
    apply_position(b, EVENT_POSITION, &two);
    book_apply(b, &end);
    assert_null(book_position(b, STR("DU1"), 1));
    assert_non_null(book_position(b, STR("DU1"), 2));
    book_free(b);
}

static void positions_are_bounded(void **state)
{
    (void)state;
    struct book *b = book_new();
    for (int32_t i = 1; i <= LIMIT_POSITIONS + 5; i++) {
        struct position p = a_position(i, "1");
        apply_position(b, EVENT_POSITION, &p);
    }
    const struct position *p;
    size_t n = 0;
    for (size_t i = 0; book_next_position(b, &i, STR("DU1"), &p);)
        n++;
    assert_int_equal(n, LIMIT_POSITIONS);
    book_free(b);
}

/* ---- orders ---- */

static void an_order_is_found_by_each_of_its_keys(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 0, "100");
    snprintf(o.ref, sizeof o.ref, "pc:01J");
    apply_order(b, EVENT_ORDER, &o, STATE_PRE_SUBMITTED, "0", "0");
    struct order ids = an_order(5, 900, "0");
    apply_order(b, EVENT_ORDER_STATUS, &ids, STATE_SUBMITTED, "0", "100");
    const struct book_order *row = book_order(b, 7, 5);
    assert_non_null(row);
    assert_ptr_equal(row, book_order_perm(b, 900));
    assert_ptr_equal(row, book_order_ref(b, STR("pc:01J")));
    assert_int_equal(row->status.state, STATE_SUBMITTED);
    assert_dec(row->status.remaining, "100");
    assert_null(book_order(b, 8, 5));
    book_free(b);
}

static void an_order_placed_by_hand_is_known_by_its_perm_id(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = an_order(0, 901, "1"), two = an_order(0, 902, "2");
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    assert_dec(book_order_perm(b, 901)->order.quantity, "1");
    assert_dec(book_order_perm(b, 902)->order.quantity, "2");
    assert_null(book_order(b, 7, 0));
    book_free(b);
}

static void one_order_id_with_two_perm_ids_is_two_orders(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = an_order(5, 900, "1"), two = an_order(5, 950, "2");
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    struct execution x = a_fill("a.b.01", "1", "10"); /* of perm id 900 */
    apply_fill(b, &x);
    assert_int_equal(book_order_perm(b, 900)->status.state, STATE_FILLED);
    assert_int_equal(book_order_perm(b, 950)->status.state, STATE_SUBMITTED);
    assert_dec(book_order_perm(b, 950)->status.filled, "0");
    assert_ptr_equal(book_order(b, 7, 5), book_order_perm(b, 950));
    book_free(b);
}

static struct order with_ref(int32_t order_id, int64_t perm_id, const char *ref)
{
    struct order o = an_order(order_id, perm_id, "3");
    str_copy_cut(o.ref, sizeof o.ref, str_of(ref));
    return o;
}

static void a_reference_with_two_orders_means_the_one_that_works(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = with_ref(5, 900, "PC:1"), two = with_ref(5, 950, "PC:1");
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    assert_false(book_ref_is_split(b, STR("PC:1")));
    apply_order(b, EVENT_ORDER, &two, STATE_CANCELLED, "0", "0");
    assert_true(book_ref_is_split(b, STR("PC:1")));
    assert_int_equal(book_order_ref(b, STR("PC:1"))->order.perm_id, 900);
    apply_order(b, EVENT_ORDER, &one, STATE_CANCELLED, "0", "0");
    assert_false(book_ref_is_split(b, STR("PC:1")));
    assert_int_equal(book_order_ref(b, STR("PC:1"))->status.state, STATE_CANCELLED);
    apply_order(b, EVENT_ORDER, &one, STATE_FILLED, "3", "0"); /* crossed the cancel */
    assert_int_equal(book_order_ref(b, STR("PC:1"))->status.state, STATE_FILLED);
    book_free(b);
}

static void an_order_that_goes_by_another_perm_id_is_one_order_after_a_complete_list(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = with_ref(5, 900, "PC:1"), two = with_ref(5, 950, "PC:1");
    struct order other = with_ref(6, 901, "PC:2");
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &other, STATE_SUBMITTED, "0", "0");
    apply_link(b, LINK_RECONCILING);
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    assert_non_null(book_order_perm(b, 900));
    struct event end = event_of(EVENT_ORDERS_END);
    book_apply(b, &end);
    assert_null(book_order_perm(b, 900));
    assert_int_equal(book_order_ref(b, STR("PC:1"))->order.perm_id, 950);
    assert_int_equal(book_order_perm(b, 901)->status.state, STATE_UNKNOWN); /* nobody names it */
    book_free(b);
}

static void an_execution_before_its_order_is_not_lost(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct execution x = a_fill("a.b.01", "40", "10");
    apply_fill(b, &x);
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    const struct book_order *row = book_order(b, 7, 5);
    assert_dec(row->status.filled, "40");
    assert_dec(row->status.remaining, "60");
    assert_dec(row->status.avg_fill_price.v, "10");
    assert_int_equal(row->status.state, STATE_SUBMITTED);
    book_free(b);
}

static void filled_never_goes_back(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_SUBMITTED, "60", "40");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_PRE_SUBMITTED, "0", "100");
    assert_dec(book_order(b, 7, 5)->status.filled, "60");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_SUBMITTED);
    book_free(b);
}

static void a_fill_after_the_cancel_counts(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_CANCELLED, "0", "100");
    struct execution x = a_fill("a.b.01", "30", "10");
    apply_fill(b, &x);
    assert_dec(book_order(b, 7, 5)->status.filled, "30");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_CANCELLED);
    x = a_fill("a.c.01", "70", "10");
    apply_fill(b, &x);
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_FILLED);
    book_free(b);
}

static void a_final_state_is_not_undone(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_CANCELLED, "0", "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_SUBMITTED, "0", "100");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_CANCELLED);
    book_free(b);
}

static void a_refused_cancel_lets_the_order_live(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_PENDING_CANCEL, "0", "100");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_SUBMITTED, "0", "100");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_SUBMITTED);
    book_free(b);
}

static void the_reason_of_an_end_outlives_later_remarks(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_notice(b, 6, 201, "nobody has this order", true);
    assert_null(book_order(b, 7, 6));
    apply_order(b, EVENT_ORDER, &o, STATE_INACTIVE, "0", "0");
    apply_notice(b, 5, 399, "will wait for the open", false);
    assert_int_equal(book_order(b, 7, 5)->status.broker_code, 399);
    apply_notice(b, 5, 201, "too little margin", true);
    apply_notice(b, 5, 2109, "outside hours ignored", false);
    assert_int_equal(book_order(b, 7, 5)->status.broker_code, 201);
    assert_string_equal(book_order(b, 7, 5)->status.broker_text, "too little margin");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_INACTIVE);
    book_free(b);
}

static void words_without_a_number_do_not_replace_the_number(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    struct order_status s = {.state = STATE_INACTIVE};
    struct event ev = event_of(EVENT_ORDER);
    ev.order = &o;
    ev.status = &s;
    apply_notice(b, 5, 201, "too little margin", true);
    snprintf(s.broker_text, sizeof s.broker_text, "Rejected by System");
    book_apply(b, &ev);
    assert_int_equal(book_order(b, 7, 5)->status.broker_code, 201);
    assert_string_equal(book_order(b, 7, 5)->status.broker_text, "too little margin");
    o.order_id = 6;
    o.perm_id = 901;
    book_apply(b, &ev);
    assert_string_equal(book_order(b, 7, 6)->status.broker_text, "Rejected by System");
    book_free(b);
}

static void a_reason_that_comes_before_its_order_is_kept(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_notice(b, 5, 201, "too little margin", true);
    assert_null(book_order(b, 7, 5));
    apply_order(b, EVENT_ORDER, &o, STATE_INACTIVE, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_INACTIVE, "0", "100");
    assert_int_equal(book_order(b, 7, 5)->status.broker_code, 201);
    assert_string_equal(book_order(b, 7, 5)->status.broker_text, "too little margin");
    book_free(b);
}

static void a_what_if_is_no_order(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    o.what_if = true;
    apply_order(b, EVENT_ORDER, &o, STATE_PRE_SUBMITTED, "0", "0");
    assert_null(book_order(b, 7, 5));
    book_free(b);
}

static void an_order_that_a_complete_list_omits_is_unknown(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = an_order(5, 900, "1"), two = an_order(6, 901, "2"),
                 done = an_order(4, 899, "3");
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &done, STATE_CANCELLED, "0", "0");
    apply_link(b, LINK_RECONCILING);
    apply_order(b, EVENT_ORDER, &two, STATE_SUBMITTED, "0", "0");
    struct event end = event_of(EVENT_ORDERS_END);
    book_apply(b, &end);
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_UNKNOWN);
    assert_int_equal(book_order(b, 7, 6)->status.state, STATE_SUBMITTED);
    assert_int_equal(book_order(b, 7, 4)->status.state, STATE_CANCELLED);
    /* the list of finished orders then says what became of it */
    one.order_id = one.client_id = 0;
    apply_order(b, EVENT_COMPLETED_ORDER, &one, STATE_FILLED, "1", "0");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_FILLED);
    assert_dec(book_order(b, 7, 5)->status.filled, "1");
    assert_false(book_order(b, 7, 5)->is_completed_row);
    book_free(b);
}

static void a_finished_order_finds_its_row_by_reference(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 0, "1");
    snprintf(o.ref, sizeof o.ref, "pc:A");
    apply_order(b, EVENT_ORDER, &o, STATE_PENDING_SUBMIT, "0", "0");
    o.order_id = o.client_id = 0;
    o.perm_id = 900;
    apply_order(b, EVENT_COMPLETED_ORDER, &o, STATE_CANCELLED, "0", "0");
    assert_int_equal(book_order(b, 7, 5)->status.state, STATE_CANCELLED);
    assert_int_equal(book_order(b, 7, 5)->order.perm_id, 900);
    struct order other = an_order(0, 950, "2");
    apply_order(b, EVENT_COMPLETED_ORDER, &other, STATE_FILLED, "2", "0");
    assert_true(book_order_perm(b, 950)->is_completed_row);
    book_free(b);
}

static void working_quantities_are_summed_by_side(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order one = an_order(5, 900, "100"), two = an_order(6, 901, "50"),
                 stop = an_order(7, 902, "30"), done = an_order(8, 903, "9");
    stop.side = SIDE_SELL;
    stop.type = ORDER_STP;
    apply_order(b, EVENT_ORDER, &one, STATE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER_STATUS, &one, STATE_SUBMITTED, "20", "80");
    apply_order(b, EVENT_ORDER, &two, STATE_PRE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &stop, STATE_PRE_SUBMITTED, "0", "0");
    apply_order(b, EVENT_ORDER, &done, STATE_CANCELLED, "0", "0");
    assert_dec(book_working(b, STR("DU1"), 265598, SIDE_BUY, false), "130");
    assert_dec(book_working(b, STR("DU1"), 265598, SIDE_BUY, true), "0");
    assert_dec(book_working(b, STR("DU1"), 265598, SIDE_SELL, true), "30");
    assert_dec(book_working(b, STR("DU2"), 265598, SIDE_BUY, false), "0");
    book_free(b);
}

static void the_oldest_finished_orders_make_room(void **state)
{
    (void)state;
    struct book *b = book_new();
    for (int32_t i = 1; i <= LIMIT_ORDERS + 3; i++) {
        struct order o = an_order(i, i, "1");
        enum order_state s = i == 2 || i == 4 ? STATE_CANCELLED : STATE_SUBMITTED;
        apply_order(b, EVENT_ORDER, &o, s, "0", "0");
    }
    assert_non_null(book_order(b, 7, 1));
    assert_null(book_order(b, 7, 2));
    assert_non_null(book_order(b, 7, 3));
    assert_null(book_order(b, 7, 4));
    assert_non_null(book_order(b, 7, LIMIT_ORDERS + 2));
    assert_null(book_order(b, 7, LIMIT_ORDERS + 3)); /* all that is left still works */
    book_free(b);
}

static bool is_wanted(const void *self, const struct book_order *o)
{
    return self != NULL && o->order.order_id == *(const int32_t *)self;
}

static void forget(struct book *b, int64_t s, const int32_t *wanted)
{
    struct instant now = {s * NS_PER_S};
    book_forget(b, 100 * 1000, now, is_wanted, wanted);
}

static void tell_at(struct book *b, int64_t s, int32_t id, int32_t parent, enum order_state state)
{
    struct order o = an_order(id, 900 + id, "100");
    struct order_status status = {.state = state, .filled = dec("0"), .remaining = dec("100")};
    struct event ev = event_of(EVENT_ORDER);
    o.parent_id = parent;
    ev.at.mono.ns = s * NS_PER_S;
    ev.order = &o;
    ev.status = &status;
    book_apply(b, &ev);
}

static void what_is_over_for_long_is_forgotten_unless_it_is_needed(void **state)
{
    (void)state;
    const int32_t wanted = 3;
    struct book *b = book_new();
    tell_at(b, 1000, 1, 0, STATE_CANCELLED);
    tell_at(b, 1000, 2, 0, STATE_SUBMITTED);
    tell_at(b, 1000, 3, 0, STATE_FILLED);
    tell_at(b, 1000, 4, 0, STATE_CANCELLED);
    tell_at(b, 1050, 4, 0, STATE_CANCELLED);
    forget(b, 1099, &wanted);
    for (int32_t i = 1; i <= 4; i++)
        assert_non_null(book_order(b, 7, i));
    forget(b, 1100, &wanted);
    assert_null(book_order(b, 7, 1));
    assert_null(book_order_perm(b, 901));
    assert_non_null(book_order(b, 7, 2)); /* works */
    assert_non_null(book_order(b, 7, 3)); /* is needed */
    assert_non_null(book_order(b, 7, 4)); /* was told again */
    forget(b, 1200, NULL);
    assert_null(book_order(b, 7, 3));
    assert_null(book_order(b, 7, 4));
    assert_non_null(book_order(b, 7, 2));
    book_free(b);
}

static void a_bracket_is_forgotten_whole(void **state)
{
    (void)state;
    struct book *b = book_new();
    tell_at(b, 1000, 1, 0, STATE_FILLED); /* entry, target, stop */
    tell_at(b, 1000, 2, 1, STATE_CANCELLED);
    tell_at(b, 1000, 3, 1, STATE_SUBMITTED);
    forget(b, 5000, NULL);
    for (int32_t i = 1; i <= 3; i++)
        assert_non_null(book_order(b, 7, i));
    tell_at(b, 5000, 3, 1, STATE_FILLED);
    forget(b, 5050, NULL); /* the stop has just filled; the others are over for long */
    assert_null(book_order(b, 7, 1));
    assert_null(book_order(b, 7, 2));
    assert_non_null(book_order(b, 7, 3));
    forget(b, 5100, NULL);
    assert_null(book_order(b, 7, 3));
    book_free(b);
}

static void fill_at(struct book *b, int64_t s, const char *id, int32_t order_id)
{
    struct execution x = a_fill(id, "40", "10");
    x.order_id = order_id;
    x.perm_id = 900 + order_id;
    struct event ev = event_of(EVENT_EXECUTION);
    ev.at.mono.ns = s * NS_PER_S;
    ev.execution = &x;
    book_apply(b, &ev);
}

static void executions_go_with_their_order(void **state)
{
    (void)state;
    const struct execution *x;
    struct book *b = book_new();
    tell_at(b, 1000, 1, 0, STATE_SUBMITTED);
    fill_at(b, 1000, "a.1.01", 1);
    tell_at(b, 1000, 2, 0, STATE_SUBMITTED);
    fill_at(b, 1000, "a.2.01", 2);
    tell_at(b, 1001, 2, 0, STATE_CANCELLED);
    fill_at(b, 1050, "a.2.01", 2); /* a repetition */
    forget(b, 1120, NULL);
    assert_int_equal(count_executions(b), 2);
    forget(b, 1150, NULL);
    assert_null(book_order(b, 7, 2));
    assert_int_equal(count_executions(b), 1);
    size_t i = 0;
    assert_true(book_next_execution(b, &i, STR_NONE, &x));
    assert_int_equal(x->order_id, 1);
    fill_at(b, 1200, "a.1.01", 1); /* of the order that works, and counted once */
    assert_dec(book_order(b, 7, 1)->status.filled, "40");
    book_free(b);
}

/* ---- executions ---- */

static void a_correction_replaces_its_original(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "100");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    struct execution first = a_fill("e0d5.69dd.01.01", "100", "10");
    struct execution second = a_fill("e0d5.69dd.01.02", "90", "10.5");
    apply_fill(b, &first);
    apply_order(b, EVENT_ORDER_STATUS, &o, STATE_SUBMITTED, "100", "0");
    apply_fill(b, &second);
    assert_int_equal(count_executions(b), 1);
    assert_dec(book_order(b, 7, 5)->status.filled, "90");
    assert_dec(book_order(b, 7, 5)->status.avg_fill_price.v, "10.5");
    apply_fill(b, &first); /* sent again */
    assert_dec(book_order(b, 7, 5)->status.filled, "90");
    book_free(b);
}

static void ids_that_differ_before_the_last_dot_are_two_executions(void **state)
{
    (void)state;
    struct book *b = book_new();
    static const char *const IDS[] = {"a.b.01", "a.c.01", "nodots", "x.y.notanumber", "x.y.other"};
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        struct execution x = a_fill(IDS[i], "1", "10");
        apply_fill(b, &x);
    }
    assert_int_equal(count_executions(b), 5);
    assert_dec(book_order(b, 7, 5)->status.filled, "5");
    book_free(b);
}

static void a_commission_may_come_first(void **state)
{
    (void)state;
    struct book *b = book_new();
    apply_commission(b, "a.b.01", "1.25");
    assert_int_equal(count_executions(b), 0);
    struct execution x = a_fill("a.b.01", "1", "10");
    apply_fill(b, &x);
    const struct execution *row;
    size_t i = 0;
    assert_true(book_next_execution(b, &i, STR("DU1"), &row));
    assert_dec(row->commission.v, "1.25");
    assert_string_equal(row->commission_currency, "USD");
    book_free(b);
}

static void a_combination_is_not_filled_by_its_legs(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct execution leg = a_fill("a.leg.01", "2", "10");
    apply_fill(b, &leg);
    struct order o = an_order(5, 900, "3");
    o.contract.sec_type = SEC_BAG;
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    assert_dec(book_order(b, 7, 5)->status.filled, "0");
    struct execution whole = a_fill("a.whole.01", "1", "1.5");
    whole.contract.sec_type = SEC_BAG;
    apply_fill(b, &whole);
    leg = a_fill("a.leg2.01", "2", "8.5");
    apply_fill(b, &leg);
    assert_dec(book_order(b, 7, 5)->status.filled, "1");
    assert_int_equal(count_executions(b), 3);
    book_free(b);
}

static void absurd_quantities_do_not_overflow(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct order o = an_order(5, 900, "999999999999999999999999999");
    apply_order(b, EVENT_ORDER, &o, STATE_SUBMITTED, "0", "0");
    for (int i = 0; i < 4; i++) {
        char id[24];
        snprintf(id, sizeof id, "a.%d.01", i);
        struct execution x =
            a_fill(id, "999999999999999999999999999", "999999999999999999999999999");
        apply_fill(b, &x);
    }
    assert_int_equal(count_executions(b), 4);
    book_free(b);
}

static void the_newest_executions_are_kept(void **state)
{
    (void)state;
    struct book *b = book_new();
    struct execution x;
    for (int i = 0; i < LIMIT_EXECUTIONS + 2; i++) {
        char id[24];
        snprintf(id, sizeof id, "a.%d.01", i);
        x = a_fill(id, "1", "10");
        apply_fill(b, &x);
    }
    assert_int_equal(count_executions(b), LIMIT_EXECUTIONS);
    const struct execution *first;
    size_t i = 0;
    assert_true(book_next_execution(b, &i, STR_NONE, &first));
    assert_string_equal(first->exec_id, "a.2.01");
    assert_dec(book_order(b, 7, 5)->status.filled, "100002");
    book_free(b);
}

/* ---- the property: the same messages in any order, any number of times, end the same ---- */

enum { FILLS = 6, MESSAGES = 3 * FILLS + 6 };

struct message {
    enum { OPEN, STATUS, FILL, COMMISSION } kind;
    struct order order;
    enum order_state state;
    char filled[24], remaining[24];
    struct execution fill;
    char commission[24];
};

static void apply_message(struct book *b, const struct message *m)
{
    switch (m->kind) {
    case OPEN:
        apply_order(b, EVENT_ORDER, &m->order, m->state, "0", "0");
        break;
    case STATUS:
        apply_order(b, EVENT_ORDER_STATUS, &m->order, m->state, m->filled, m->remaining);
        break;
    case FILL:
        apply_fill(b, &m->fill);
        break;
    case COMMISSION:
        apply_commission(b, m->fill.exec_id, m->commission);
        break;
    }
}

/* An order of 70: six fills of 10, two of them corrected (to 8, and in price), then cancelled. */
static size_t a_story(struct message m[MESSAGES], bool corrections)
{
    size_t n = 0;
    struct order o = an_order(5, 900, "70");
    m[n++] = (struct message){.kind = OPEN, .order = o, .state = STATE_PRE_SUBMITTED};
    for (int i = 1; i <= FILLS; i++) {
        char id[24];
        snprintf(id, sizeof id, "a.%d.01", i);
        m[n++] = (struct message){.kind = FILL, .fill = a_fill(id, "10", i % 2 ? "10" : "11")};
        m[n] = (struct message){.kind = COMMISSION, .fill = m[n - 1].fill};
        snprintf(m[n++].commission, 24, "0.%d", i);
        m[n] = (struct message){.kind = STATUS, .order = o, .state = STATE_SUBMITTED};
        snprintf(m[n].filled, sizeof m[n].filled, "%d", i * 10);
        snprintf(m[n++].remaining, 24, "%d", 70 - i * 10);
    }
    if (corrections) {
        m[n++] = (struct message){.kind = FILL, .fill = a_fill("a.2.02", "8", "11")};
        m[n++] = (struct message){.kind = FILL, .fill = a_fill("a.5.02", "10", "12")};
        m[n++] = (struct message){.kind = FILL, .fill = a_fill("a.5.03", "10", "13")};
    }
    m[n++] = (struct message){.kind = OPEN, .order = o, .state = STATE_SUBMITTED};
    m[n] = (struct message){.kind = STATUS, .order = o, .state = STATE_CANCELLED};
    snprintf(m[n].filled, sizeof m[n].filled, "60");
    snprintf(m[n++].remaining, 24, "10");
    assert_true(n <= MESSAGES);
    return n;
}

static void check_story(bool corrections, const char *filled, const char *average)
{
    struct rng rng;
    rng_init(&rng, 42, corrections);
    for (int round = 0; round < 400; round++) {
        struct message m[MESSAGES];
        size_t n = a_story(m, corrections);
        struct book *b = book_new();
        for (size_t left = n; left > 0; left--) {
            size_t pick = rng_below(&rng, (uint32_t)left);
            apply_message(b, &m[pick]);
            if (rng_below(&rng, 4) == 0) /* again, now or later */
                apply_message(b, &m[rng_below(&rng, (uint32_t)n)]);
            struct message last = m[left - 1];
            m[left - 1] = m[pick];
            m[pick] = last;
        }
        const struct book_order *row = book_order(b, 7, 5);
        assert_dec(row->status.filled, filled);
        assert_dec(row->status.avg_fill_price.v, average);
        assert_int_equal(row->status.state, STATE_CANCELLED);
        assert_dec(dec_plus(row->status.filled, row->status.remaining), "70");
        const struct execution *x;
        struct dec sum = DEC_ZERO, fees = DEC_ZERO;
        for (size_t i = 0; book_next_execution(b, &i, STR_NONE, &x);) {
            sum = dec_plus(sum, x->quantity);
            fees = dec_plus(fees, x->commission.v);
        }
        assert_dec(sum, filled);
        assert_dec(fees, "2.1");
        book_free(b);
    }
}

static void any_order_of_messages_ends_in_the_same_quantities(void **state)
{
    (void)state;
    check_story(false, "60", "10.5");
}

static void corrections_in_any_order_end_in_the_same_quantities(void **state)
{
    (void)state;
    /* 10x10 + 8x11 + 10x10 + 10x11 + 10x13 + 10x11 = 638 for 58 */
    check_story(true, "58", "11");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_come_in_the_brokers_order),
        cmocka_unit_test(a_value_is_found_in_its_base_currency_row),
        cmocka_unit_test(a_newer_value_replaces_the_older),
        cmocka_unit_test(cash_is_told_by_currency_without_its_sum),
        cmocka_unit_test(values_of_an_account_are_bounded),
        cmocka_unit_test(an_account_is_ready_until_the_connection_is_lost),
        cmocka_unit_test(profit_and_loss_is_kept_with_its_time),
        cmocka_unit_test(a_position_of_zero_is_gone),
        cmocka_unit_test(a_value_survives_the_bare_position_but_not_its_change),
        cmocka_unit_test(a_position_that_a_complete_list_omits_is_gone),
        cmocka_unit_test(positions_are_bounded),
        cmocka_unit_test(an_order_is_found_by_each_of_its_keys),
        cmocka_unit_test(an_order_placed_by_hand_is_known_by_its_perm_id),
        cmocka_unit_test(one_order_id_with_two_perm_ids_is_two_orders),
        cmocka_unit_test(a_reference_with_two_orders_means_the_one_that_works),
        cmocka_unit_test(an_order_that_goes_by_another_perm_id_is_one_order_after_a_complete_list),
        cmocka_unit_test(an_execution_before_its_order_is_not_lost),
        cmocka_unit_test(filled_never_goes_back),
        cmocka_unit_test(a_fill_after_the_cancel_counts),
        cmocka_unit_test(a_final_state_is_not_undone),
        cmocka_unit_test(a_refused_cancel_lets_the_order_live),
        cmocka_unit_test(the_reason_of_an_end_outlives_later_remarks),
        cmocka_unit_test(a_reason_that_comes_before_its_order_is_kept),
        cmocka_unit_test(words_without_a_number_do_not_replace_the_number),
        cmocka_unit_test(a_what_if_is_no_order),
        cmocka_unit_test(an_order_that_a_complete_list_omits_is_unknown),
        cmocka_unit_test(a_finished_order_finds_its_row_by_reference),
        cmocka_unit_test(working_quantities_are_summed_by_side),
        cmocka_unit_test(the_oldest_finished_orders_make_room),
        cmocka_unit_test(what_is_over_for_long_is_forgotten_unless_it_is_needed),
        cmocka_unit_test(a_bracket_is_forgotten_whole),
        cmocka_unit_test(executions_go_with_their_order),
        cmocka_unit_test(a_correction_replaces_its_original),
        cmocka_unit_test(ids_that_differ_before_the_last_dot_are_two_executions),
        cmocka_unit_test(a_commission_may_come_first),
        cmocka_unit_test(a_combination_is_not_filled_by_its_legs),
        cmocka_unit_test(absurd_quantities_do_not_overflow),
        cmocka_unit_test(the_newest_executions_are_kept),
        cmocka_unit_test(any_order_of_messages_ends_in_the_same_quantities),
        cmocka_unit_test(corrections_in_any_order_end_in_the_same_quantities),
    };
    return cmocka_run_group_tests_name("book", tests, NULL, NULL);
}
