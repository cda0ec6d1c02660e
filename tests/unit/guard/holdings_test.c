/* SPDX-License-Identifier: MIT */
#include "guard/holdings.h"

#include "../store/batch.h"
#include "scene.h"
#include "store/db.h"

/* Our count with its journal and its disk. */
struct count {
    struct db *db;
    struct journal *journal;
    struct holdings *h;
};

static void restore(struct count *c)
{
    struct error e;
    int64_t seq;
    assert_true(db_last_seq(c->db, &seq, &e));
    c->journal = journal_new(seq);
    c->h = holdings_new();
    assert_true(holdings_restore(c->h, c->db, (struct utc){0}, &e));
}

static void stop_count(struct count *c)
{
    holdings_free(c->h);
    journal_free(c->journal);
}

static void write_out(struct count *c)
{
    struct journal_batch *b;
    struct error e;
    while ((b = journal_take(c->journal)) != NULL) {
        assert_true(db_commit(c->db, b, &e));
        journal_committed(c->journal, b, true, NULL);
    }
}

static void restart(struct count *c)
{
    write_out(c);
    stop_count(c);
    restore(c);
}

static int setup(void **state)
{
    struct error e;
    struct count *c = test_calloc(1, sizeof *c);
    c->db = db_open(":memory:", &e);
    assert_non_null(c->db);
    restore(c);
    holdings_begin(c->h, STR("DU1"), c->journal, at_s(0));
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct count *c = *state;
    stop_count(c);
    db_close(c->db);
    test_free(c);
    return 0;
}

static bool told(struct count *c, const char *exec_id, enum order_side side, const char *quantity,
                 int at)
{
    struct execution x = {.side = side,
                          .quantity = number(quantity),
                          .price = number("10"),
                          .time = {at_s(at).wall, true}};
    struct event ev = {.kind = EVENT_EXECUTION, .at = at_s(at), .execution = &x};
    struct error e;
    x.contract = (struct contract){.con_id = 42, .sec_type = SEC_STK};
    str_copy_cut(x.contract.symbol, sizeof x.contract.symbol, STR("KO"));
    str_copy_cut(x.account, sizeof x.account, STR("DU1"));
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(exec_id));
    assert_true(journal_record_event(c->journal, &ev, &e));
    return holdings_execution(c->h, &x, c->journal, at_s(at));
}

static void assert_holds(struct count *c, const char *quantity)
{
    const struct holding_count *h = holdings_get(c->h, STR("DU1"), 42);
    assert_non_null(h);
    if (!dec_eq(h->quantity, number(quantity))) {
        char text[DEC_TEXT_MAX];
        dec_format(h->quantity, text);
        fail_msg("%s, not %s", text, quantity);
    }
}

static void each_execution_counts_once(void **state)
{
    struct count *c = *state;
    assert_true(told(c, "a.1.01", SIDE_BUY, "5", 1));
    assert_true(told(c, "a.2.01", SIDE_SELL, "2", 2));
    assert_false(told(c, "a.1.01", SIDE_BUY, "5", 1));
    assert_holds(c, "3");
    restart(c);
    assert_holds(c, "3");
    assert_false(told(c, "a.2.01", SIDE_SELL, "2", 2));
    assert_holds(c, "3");
}

static void a_correction_counts_by_its_difference_also_after_a_restart(void **state)
{
    struct count *c = *state;
    (void)told(c, "a.1.01", SIDE_BUY, "5", 1);
    assert_true(told(c, "a.1.02", SIDE_BUY, "4", 1));
    assert_holds(c, "4");
    assert_false(told(c, "a.1.01", SIDE_BUY, "5", 1)); /* the old word again */
    assert_holds(c, "4");
    restart(c);
    assert_true(told(c, "a.1.03", SIDE_BUY, "0", 1)); /* undone */
    assert_holds(c, "0");
    restart(c);
    assert_holds(c, "0");
}

static void what_the_disk_never_had_is_counted_when_it_is_told_again(void **state)
{
    struct count *c = *state;
    (void)told(c, "a.1.01", SIDE_BUY, "5", 1);
    write_out(c);
    (void)told(c, "a.2.01", SIDE_BUY, "3", 2);
    stop_count(c); /* killed before it was written */
    restore(c);
    assert_holds(c, "5");
    assert_true(told(c, "a.2.01", SIDE_BUY, "3", 2));
    assert_holds(c, "8");
}

static size_t gone(struct count *c)
{
    const struct holding_fill *f;
    size_t n = 0;
    for (size_t i = 0; holdings_gone(c->h, &i, &f);)
        n++;
    return n;
}

static void an_execution_within_the_time_of_a_list_that_lacks_it_is_gone(void **state)
{
    struct count *c = *state;
    (void)told(c, "a.1.01", SIDE_BUY, "5", 10);
    (void)told(c, "a.2.01", SIDE_BUY, "5", 20);
    (void)told(c, "a.3.01", SIDE_BUY, "5", 30);
    holdings_list_begin(c->h);
    assert_int_equal(gone(c), 0); /* a list of nothing says nothing about the past */
    (void)told(c, "a.3.01", SIDE_BUY, "5", 30);
    assert_int_equal(gone(c), 0); /* the others may be of another day */
    (void)told(c, "a.1.01", SIDE_BUY, "5", 10);
    assert_int_equal(gone(c), 1);
    assert_int_equal(holdings_listed(c->h), 2);
    holdings_accept_gone(c->h, STR("a.2.01"));
    assert_int_equal(gone(c), 0);
}

static void cash_and_the_whole_of_a_combination_are_no_positions(void **state)
{
    struct count *c = *state;
    const struct contract none[] = {{.con_id = 7, .sec_type = SEC_CASH},
                                    {.con_id = 8, .sec_type = SEC_BAG}};
    for (size_t i = 0; i < 2; i++) {
        struct execution x = {.contract = none[i], .quantity = number("5")};
        (void)snprintf(x.exec_id, sizeof x.exec_id, "b.%zu.01", i);
        str_copy_cut(x.account, sizeof x.account, STR("DU1"));
        assert_true(holdings_execution(c->h, &x, c->journal, at_s(1)));
        assert_null(holdings_get(c->h, STR("DU1"), none[i].con_id));
    }
}

static void a_count_that_cannot_be_read_is_not_taken_for_none(void **state)
{
    struct count *c = *state;
    struct error e;
    assert_true(
        journal_put(c->journal, STR("held.DU1.42"), STR("{\"account\":\"DU1\"}"), at_s(1), &e));
    write_out(c);
    struct holdings *h = holdings_new();
    assert_false(holdings_restore(h, c->db, (struct utc){0}, &e));
    assert_string_equal(e.reason, "STORE_DAMAGED");
    holdings_free(h);
}

static void values_that_found_no_room_are_written_later(void **state)
{
    struct count *c = *state;
    struct error e;
    write_out(c);
    while (journal_put(c->journal, STR("x"), STR("y"), at_s(1), &e))
        continue;
    struct contract ko = {.con_id = 42, .sec_type = SEC_STK, .symbol = "KO"};
    holdings_set(c->h, STR("DU1"), &ko, number("9"), c->journal, at_s(1));
    write_out(c);
    holdings_save(c->h, c->journal, at_s(2));
    restart(c);
    assert_holds(c, "9");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_execution_counts_once),
        TEST(a_correction_counts_by_its_difference_also_after_a_restart),
        TEST(what_the_disk_never_had_is_counted_when_it_is_told_again),
        TEST(an_execution_within_the_time_of_a_list_that_lacks_it_is_gone),
        TEST(cash_and_the_whole_of_a_combination_are_no_positions),
        TEST(a_count_that_cannot_be_read_is_not_taken_for_none),
        TEST(values_that_found_no_room_are_written_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
