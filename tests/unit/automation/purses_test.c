/* SPDX-License-Identifier: MIT */
/*
 * What is inferred from an account's cash. The account is a book that is told values and
 * executions; the journal goes to a store in memory, so that a test can end the program at any
 * moment and begin it again.
 */
#include "automation/purses.h"

#include "../store/batch.h"
#include "store/past.h"

#include <stdio.h>
#include <string.h>

#define ACCOUNT "DU1"
enum { DAY = 20780 };

struct place {
    struct db *db;
    struct book *book;
    struct journal *journal;
    struct purses *purses;
    int64_t second;
};

static struct dec dec(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static void tell(struct place *p, struct event ev)
{
    struct error e;
    ev.at = at_s(p->second);
    book_apply(p->book, &ev);
    assert_true(journal_record_event(p->journal, &ev, &e));
    purses_observe(p->purses, &ev);
}

static void value(struct place *p, const char *key, const char *currency, const char *amount)
{
    struct account_value v = {.account = ACCOUNT};
    str_copy_cut(v.key, sizeof v.key, str_of(key));
    str_copy_cut(v.currency, sizeof v.currency, str_of(currency));
    str_copy_cut(v.value, sizeof v.value, str_of(amount));
    tell(p, (struct event){.kind = EVENT_ACCOUNT_VALUE, .value = &v});
}

static void cash(struct place *p, const char *currency, const char *amount)
{
    value(p, "CashBalance", currency, amount);
}

static void pass(struct place *p, int64_t seconds)
{
    struct purse_days days = {at_s(0).wall, DAY, DAY + 1};
    for (int64_t until = p->second + seconds; p->second < until; p->second += 30)
        purses_step(p->purses, STR(ACCOUNT), days, at_s(p->second));
}

static void begin_purses(struct place *p)
{
    struct error e;
    int64_t last;
    assert_true(db_last_seq(p->db, &last, &e));
    p->journal = journal_new(last);
    p->purses = purses_new(p->book, p->journal, (struct log){0});
    assert_true(purses_restore(p->purses, p->db, at_s(-86400).wall, &e));
    assert_true(db_known_executions(p->db, at_s(-86400).wall, p->journal, &e));
}

/* Ends the program as kill -9 does: what is not in the store is lost. */
static void restart(struct place *p, bool is_flushed)
{
    if (is_flushed)
        flush(p->journal, p->db);
    purses_free(p->purses);
    journal_free(p->journal);
    begin_purses(p);
    pass(p, 60);
}

static int setup(void **state)
{
    static struct place p;
    struct error e;
    p = (struct place){.db = db_open(":memory:", &e), .book = book_new()};
    assert_non_null(p.db);
    begin_purses(&p);
    struct event accounts = {.kind = EVENT_ACCOUNTS, .text = STR(ACCOUNT)};
    tell(&p, accounts);
    cash(&p, "USD", "1000");
    value(&p, "ExchangeRate", "USD", "1");
    pass(&p, 600);
    flush(p.journal, p.db);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    purses_free(p->purses);
    journal_free(p->journal);
    book_free(p->book);
    db_close(p->db);
    return 0;
}

static void fill_as(struct place *p, const char *id, enum sec_type type, const char *symbol,
                    enum order_side side, const char *quantity, const char *price)
{
    struct execution x = {.account = ACCOUNT,
                          .side = side,
                          .quantity = dec(quantity),
                          .price = dec(price),
                          .time = {at_s(p->second).wall, true}};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    str_copy_cut(x.contract.symbol, sizeof x.contract.symbol, str_of(symbol));
    str_copy_cut(x.contract.currency, sizeof x.contract.currency, STR("USD"));
    x.contract.sec_type = type;
    x.contract.con_id = 7;
    tell(p, (struct event){.kind = EVENT_EXECUTION, .execution = &x});
}

static void fill(struct place *p, const char *id, enum order_side side, const char *quantity,
                 const char *price)
{
    fill_as(p, id, SEC_STK, "KO", side, quantity, price);
}

static void commission(struct place *p, const char *id, const char *amount)
{
    struct execution x = {.commission = DEC_SOME(dec(amount)), .commission_currency = "USD"};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    tell(p, (struct event){.kind = EVENT_COMMISSION, .execution = &x});
}

/* ---- what was recorded: "deposit USD 5;..." ---- */

static bool add_flow(void *self, const struct cash_flow *f)
{
    char text[DEC_TEXT_MAX];
    (void)dec_format(f->amount, text);
    buf_add_f(self, "%s %s %s;", flow_kind_text(f->kind), f->currency, text);
    assert_true(f->is_inferred && f->day == DAY + 1);
    return true;
}

static void assert_flows(struct place *p, const char *want)
{
    struct buf b;
    struct error e;
    flush(p->journal, p->db);
    buf_init(&b, 4096);
    assert_true(db_flows(p->db, STR(ACCOUNT), 0, 99999, add_flow, &b, &e));
    buf_add_char(&b, 0);
    assert_string_equal(b.p, want);
    buf_fini(&b);
}

/* ---- the tests ---- */

static void cash_that_nothing_explains_came_in_or_went_out(void **state)
{
    struct place *p = *state;
    cash(p, "USD", "1500.5");
    pass(p, 240);
    assert_flows(p, ""); /* an execution may still be told */
    pass(p, 120);
    assert_flows(p, "deposit USD 500.5;");
    cash(p, "USD", "1400.5");
    pass(p, 600);
    assert_flows(p, "deposit USD 500.5;withdrawal USD -100;");
}

static void a_currency_that_the_account_did_not_have_begins_with_nothing(void **state)
{
    struct place *p = *state;
    cash(p, "EUR", "20");
    pass(p, 600);
    assert_flows(p, "deposit EUR 20;");
}

static void trades_with_their_commissions_are_no_flows(void **state)
{
    struct place *p = *state;
    fill(p, "a.1.01", SIDE_BUY, "10", "20");
    pass(p, 60);
    commission(p, "a.1.01", "1.25");
    cash(p, "USD", "798.75");
    fill(p, "a.2.01", SIDE_SELL, "5", "21");
    pass(p, 60);
    cash(p, "USD", "903.75");
    pass(p, 600);
    assert_flows(p, "");
    cash(p, "USD", "904.75");
    pass(p, 600);
    assert_flows(p, "deposit USD 1;");
}

static void an_exchange_of_currencies_is_no_flow(void **state)
{
    struct place *p = *state;
    fill_as(p, "a.1.01", SEC_CASH, "EUR", SIDE_BUY, "100", "1.1");
    cash(p, "USD", "890");
    cash(p, "EUR", "100");
    pass(p, 600);
    assert_flows(p, "");
}

static void a_correction_counts_instead_of_its_original(void **state)
{
    struct place *p = *state;
    fill(p, "a.1.01", SIDE_BUY, "10", "20");
    fill(p, "a.1.02", SIDE_BUY, "10", "19");
    fill(p, "a.1.01", SIDE_BUY, "10", "20"); /* told again */
    cash(p, "USD", "810");
    pass(p, 600);
    assert_flows(p, "");
}

static void what_had_accrued_is_a_dividend_or_interest(void **state)
{
    struct place *p = *state;
    value(p, "NetDividend", "USD", "12");
    value(p, "AccruedCash", "USD", "3.3");
    pass(p, 60);
    value(p, "NetDividend", "USD", "0");
    cash(p, "USD", "1012");
    pass(p, 600);
    value(p, "AccruedCash", "USD", "0.1"); /* the day of the payment accrues again */
    cash(p, "USD", "1015.3");
    pass(p, 600);
    assert_flows(p, "dividend USD 12;interest USD 3.3;");
}

static void behind_a_gap_nothing_is_guessed(void **state)
{
    struct place *p = *state;
    purses_gap(p->purses, STR(ACCOUNT), at_s(p->second));
    restart(p, true);
    cash(p, "USD", "700");
    pass(p, 600);
    cash(p, "USD", "800");
    pass(p, 600);
    assert_flows(p, "unexplained USD -300;deposit USD 100;");
}

static void what_settles_by_itself_is_an_adjustment(void **state)
{
    struct place *p = *state;
    fill_as(p, "a.1.01", SEC_FUT, "ES", SIDE_BUY, "1", "5000");
    cash(p, "USD", "1250");
    pass(p, 600);
    assert_flows(p, "adjustment USD 250;");
}

static void a_restart_loses_no_flow_and_counts_none_twice(void **state)
{
    struct place *p = *state;
    fill(p, "a.1.01", SIDE_BUY, "10", "20");
    restart(p, true);
    fill(p, "a.1.01", SIDE_BUY, "10", "20"); /* the broker tells the day again */
    cash(p, "USD", "900");                   /* 200 for the shares, and 100 came in */
    restart(p, true);
    pass(p, 600);
    assert_flows(p, "deposit USD 100;");
    restart(p, true);
    pass(p, 600);
    assert_flows(p, "deposit USD 100;");
}

static void a_kill_before_the_commit_leaves_it_to_the_next_run(void **state)
{
    struct place *p = *state;
    cash(p, "USD", "900");
    pass(p, 600); /* recorded, and not on the disk */
    restart(p, false);
    pass(p, 600);
    assert_flows(p, "withdrawal USD -100;");
    fill(p, "a.1.01", SIDE_BUY, "10", "20"); /* neither */
    restart(p, false);
    fill(p, "a.1.01", SIDE_BUY, "10", "20");
    cash(p, "USD", "700");
    pass(p, 600);
    assert_flows(p, "withdrawal USD -100;");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(cash_that_nothing_explains_came_in_or_went_out),
        TEST(a_currency_that_the_account_did_not_have_begins_with_nothing),
        TEST(trades_with_their_commissions_are_no_flows),
        TEST(an_exchange_of_currencies_is_no_flow),
        TEST(a_correction_counts_instead_of_its_original),
        TEST(what_had_accrued_is_a_dividend_or_interest),
        TEST(behind_a_gap_nothing_is_guessed),
        TEST(what_settles_by_itself_is_an_adjustment),
        TEST(a_restart_loses_no_flow_and_counts_none_twice),
        TEST(a_kill_before_the_commit_leaves_it_to_the_next_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
