/* SPDX-License-Identifier: MIT */
#include "guard/holdings.h"

#include "../store/batch.h"
#include "base/limits.h"
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

static struct contract stock(int32_t con_id)
{
    return (struct contract){.con_id = con_id, .sec_type = SEC_STK, .symbol = "KO"};
}

static void set(struct count *c, const char *account, int32_t con_id, const char *quantity)
{
    struct contract k = stock(con_id);
    holdings_set(c->h, str_of(account), &k, number(quantity), c->journal, at_s(1));
}

static struct holding_count *count_of(struct count *c, const char *account, int32_t con_id)
{
    return (void *)(uintptr_t)holdings_get(c->h, str_of(account), con_id);
}

static void assert_count(struct count *c, const char *account, int32_t con_id, const char *quantity)
{
    const struct holding_count *h = count_of(c, account, con_id);
    assert_true(h && dec_eq(h->quantity, number(quantity)));
}

/* ---- accounts ---- */

static void a_count_that_begins_forgets_that_account_alone(void **state)
{
    struct count *c = *state;
    assert_true(holdings_know(c->h, STR("DU1")));
    assert_false(holdings_know(c->h, STR("DU2")));
    set(c, "DU1", 42, "5");
    set(c, "DU2", 42, "7");
    holdings_begin(c->h, STR("DU1"), c->journal, at_s(2));
    for (int i = 0; i < 2; i++) {
        assert_count(c, "DU1", 42, "0");
        assert_count(c, "DU2", 42, "7");
        restart(c);
        assert_true(holdings_know(c->h, STR("DU1")));
    }
    assert_false(holdings_know(c->h, STR("")));
    set(c, "DU3", 42, "7"); /* a count without a mark is known after a restart, too */
    restart(c);
    assert_true(holdings_know(c->h, STR("DU3")));
}

static void a_count_that_has_begun_with_nothing_has_begun_after_a_restart_too(void **state)
{
    struct count *c = *state;
    holdings_begin(c->h, STR("DU2"), c->journal, at_s(1));
    restart(c);
    assert_true(holdings_know(c->h, STR("DU2")));
    assert_false(holdings_know(c->h, STR("DU3")));
}

static void as_many_accounts_begin_as_there_can_be(void **state)
{
    struct count *c = *state;
    char name[16];
    for (int i = 0; i < LIMIT_ACCOUNTS; i++) /* once is enough */
        holdings_begin(c->h, STR("DU1"), c->journal, at_s(1));
    for (int i = 2; i <= LIMIT_ACCOUNTS + 1; i++) {
        (void)snprintf(name, sizeof name, "DU%d", i);
        holdings_begin(c->h, str_of(name), c->journal, at_s(1));
        assert_int_equal(holdings_know(c->h, str_of(name)), i <= LIMIT_ACCOUNTS);
    }
    assert_true(holdings_know(c->h, STR("DU1")));
    holdings_free(NULL);
}

/* ---- rows ---- */

static void a_count_comes_back_whole(void **state)
{
    struct count *c = *state;
    struct contract option = {
        .con_id = 43, .sec_type = SEC_OPT, .symbol = "KO", .expiry = "20261218", .right = 'C'};
    set(c, "DU1", 42, "5");
    holdings_set(c->h, STR("DU1"), &option, number("-2"), c->journal, at_s(1));
    struct holding_count stock_was = *count_of(c, "DU1", 42), option_was = *count_of(c, "DU1", 43);
    assert_string_equal(stock_was.name, "KO");
    assert_true(option_was.name[0] && option_was.expires && !stock_was.expires);
    struct contract nameless = {.con_id = 42, .sec_type = SEC_STK}; /* as some lists tell it */
    holdings_set(c->h, STR("DU1"), &nameless, number("5"), c->journal, at_s(1));
    restart(c);
    const struct holding_count *s = count_of(c, "DU1", 42), *o = count_of(c, "DU1", 43);
    assert_string_equal(s->name, stock_was.name);
    assert_string_equal(s->account, "DU1");
    assert_int_equal(s->con_id, 42);
    assert_true(!s->expires && dec_eq(s->quantity, DEC(5)));
    assert_string_equal(o->name, option_was.name);
    assert_true(o->expires && dec_eq(o->quantity, DEC(-2)));
    struct execution x = {
        .exec_id = "w.01", .account = "DU1", .contract = option, .quantity = DEC(1)};
    x.contract.con_id = 44;
    (void)holdings_execution(c->h, &x, c->journal, at_s(1));
    struct position p = {.account = "DU1", .contract = option, .quantity = DEC(1)};
    p.contract.con_id = 45;
    (void)holdings_told(c->h, &p, at_s(1).mono);
    for (int32_t id = 44; id <= 45; id++) { /* whoever names it */
        assert_string_equal(count_of(c, "DU1", id)->name, option_was.name);
        assert_true(count_of(c, "DU1", id)->expires);
    }
    size_t n = 0;
    const struct holding_count *h;
    for (size_t i = 0; holdings_next(c->h, &i, &h); n++) /* without the mark of the account */
        assert_true(h->con_id > 0);
    assert_int_equal(n, 4);
}

static void what_is_no_position_is_not_set_or_told(void **state)
{
    struct count *c = *state;
    const struct contract none[] = {
        {.con_id = 7, .sec_type = SEC_CASH}, {.con_id = 8, .sec_type = SEC_BAG}, stock(-1)};
    for (size_t i = 0; i < 3; i++) {
        struct position p = {.account = "DU1", .contract = none[i], .quantity = DEC(5)};
        holdings_set(c->h, STR("DU1"), &none[i], DEC(5), c->journal, at_s(1));
        assert_false(holdings_told(c->h, &p, at_s(1).mono));
        assert_null(count_of(c, "DU1", none[i].con_id));
    }
    struct position mark = {.account = "DU1", .contract = stock(0), .quantity = DEC(5)};
    assert_false(holdings_told(c->h, &mark, at_s(1).mono));
    struct execution x = {.exec_id = "n.01", .contract = stock(44), .quantity = DEC(5)};
    assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_NEW);
    assert_null(count_of(c, "", 44)); /* of no account */
    str_copy_cut(x.account, sizeof x.account, STR("DU1"));
    x.exec_id[0] = 0;
    assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_KNOWN);
    assert_null(count_of(c, "DU1", 44));
}

static void what_the_broker_tells_is_compared_and_its_changes_are_noted(void **state)
{
    static const struct {
        const char *told;
        int at;
        bool differs;
        int touched; /* since when */
    } rows[] = {{"5", 1, false, 0},
                {"5", 2, false, 0},
                {"6", 3, true, 3},
                {"6", 4, true, 3},
                {"5", 5, false, 5}};
    struct count *c = *state;
    set(c, "DU1", 42, "5");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct position p = {
            .account = "DU1", .contract = stock(42), .quantity = number(rows[i].told)};
        assert_int_equal(holdings_told(c->h, &p, at_s(rows[i].at).mono), rows[i].differs);
        const struct holding_count *h = count_of(c, "DU1", 42);
        assert_true(h->told.has && dec_eq(h->told.v, p.quantity));
        assert_int_equal(h->touched.ns, rows[i].touched ? at_s(rows[i].touched).mono.ns : 0);
    }
    holdings_adjust(c->h, STR("DU1"), 42, DEC(-2), c->journal, at_s(9));
    assert_count(c, "DU1", 42, "3");
    assert_int_equal(count_of(c, "DU1", 42)->touched.ns, at_s(9).mono.ns);
}

static void more_rows_than_fit_are_left_out(void **state)
{
    struct count *c = *state;
    struct execution x = {.exec_id = "m.01", .account = "DU1", .quantity = DEC(5)};
    const int32_t last = 2 * LIMIT_POSITIONS; /* the mark of the account has a row, too */
    for (int32_t i = 1; i <= last; i++)
        set(c, "DU1", i, "1");
    assert_non_null(count_of(c, "DU1", last - 1));
    assert_null(count_of(c, "DU1", last));
    struct position p = {.account = "DU1", .contract = stock(last), .quantity = DEC(5)};
    assert_false(holdings_told(c->h, &p, at_s(1).mono));
    holdings_adjust(c->h, STR("DU1"), last, DEC(1), c->journal, at_s(1));
    x.contract = stock(last);
    assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_NEW);
    holdings_begin(c->h, STR("DU2"), c->journal, at_s(1));
    assert_null(count_of(c, "DU1", last));
    assert_null(count_of(c, "DU2", 0));
}

static void more_rows_than_fit_are_not_restored(void **state)
{
    struct count *c = *state;
    struct error e;
    char key[32], text[80];
    for (int i = 1; i <= 2 * LIMIT_POSITIONS; i++) {
        (void)snprintf(key, sizeof key, "held.DU1.%d", i);
        (void)snprintf(text, sizeof text, "{\"account\":\"DU1\",\"con_id\":%d,\"quantity\":1}", i);
        assert_true(journal_put(c->journal, str_of(key), str_of(text), at_s(1), &e));
        if (i % 500 == 0)
            write_out(c);
    }
    assert_true(journal_put(c->journal, STR("held.DU2.1"),
                            STR("{\"account\":\"DU2\",\"con_id\":1,\"quantity\":1}"), at_s(1), &e));
    restart(c);
    assert_true(holdings_know(c->h, STR("DU2"))); /* its count has begun all the same */
    assert_null(count_of(c, "DU2", 1));
    size_t n = 0;
    const struct holding_count *h;
    for (size_t i = 0; holdings_next(c->h, &i, &h); n++)
        assert_true(dec_eq(h->quantity, DEC(1)));
    assert_true(n >= 2 * LIMIT_POSITIONS - 1);
}

static void all_that_found_no_room_is_written_later(void **state)
{
    struct count *c = *state;
    struct error e;
    write_out(c);
    while (journal_put(c->journal, STR("x"), STR("y"), at_s(1), &e))
        continue;
    set(c, "DU1", 42, "9");
    set(c, "DU1", 43, "8");
    holdings_save(c->h, c->journal, at_s(2)); /* there is no room yet */
    write_out(c);
    holdings_save(c->h, c->journal, at_s(3));
    size_t pending = journal_pending(c->journal);
    assert_int_equal(pending, 2);
    holdings_save(c->h, c->journal, at_s(4)); /* once */
    assert_int_equal(journal_pending(c->journal), pending);
    restart(c);
    assert_count(c, "DU1", 42, "9");
    assert_count(c, "DU1", 43, "8");
}

static void one_damaged_row_is_enough(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {{"junk", false},
                {"{\"con_id\":1,\"quantity\":1}", false},
                {"{\"account\":\"\",\"con_id\":1,\"quantity\":1}", false},
                {"{\"account\":\"DU1\",\"quantity\":1}", false},
                {"{\"account\":\"DU1\",\"con_id\":-1,\"quantity\":1}", false},
                {"{\"account\":\"DU1\",\"con_id\":2147483648,\"quantity\":1}", false},
                {"{\"account\":\"DU1\",\"con_id\":1,\"quantity\":\"x\"}", false},
                {"{\"account\":\"DU1\",\"con_id\":2147483647,\"quantity\":1}", true},
                {"{\"account\":\"DU1\",\"con_id\":0,\"quantity\":0}", true}};
    struct count *c = *state;
    struct error e;
    set(c, "DU1", 42, "5");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(journal_put(c->journal, STR("held.DU1.1"), str_of(rows[i].text), at_s(1), &e));
        write_out(c);
        struct holdings *h = holdings_new();
        bool ok = holdings_restore(h, c->db, (struct utc){0}, &e);
        if (ok != rows[i].ok || (!ok && strcmp(e.reason, "STORE_DAMAGED") != 0))
            fail_msg("%s", rows[i].text);
        holdings_free(h);
    }
}

/* ---- executions ---- */

static void ids_share_what_stands_before_their_last_number(void **state)
{
    static const struct {
        const char *id;
        enum holdings_news news;
        const char *held;
    } rows[] = {{"plain", HOLDINGS_NEW, "5"},   {"plain", HOLDINGS_KNOWN, "5"},
                {"a.00", HOLDINGS_NEW, "10"},   {"a.01", HOLDINGS_CORRECTED, "10"},
                {"a.00", HOLDINGS_KNOWN, "10"}, {"a.1.01", HOLDINGS_NEW, "15"},
                {".01", HOLDINGS_NEW, "20"},    {".02", HOLDINGS_NEW, "25"},
                {"b.-1", HOLDINGS_NEW, "30"},   {"b.-2", HOLDINGS_NEW, "35"},
                {"c.x", HOLDINGS_NEW, "40"},    {"c.y", HOLDINGS_NEW, "45"}};
    struct count *c = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct execution x = {.quantity = DEC(5), .account = "DU1", .contract = stock(42)};
        str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(rows[i].id));
        enum holdings_news news = holdings_execution(c->h, &x, c->journal, at_s(1));
        if (news != rows[i].news)
            fail_msg("%s", rows[i].id);
        assert_holds(c, rows[i].held);
    }
}

static void a_number_that_no_account_can_hold_changes_nothing(void **state)
{
    struct count *c = *state;
    const char *huge = "999999999999999999999999999";
    set(c, "DU1", 42, "5");
    (void)told(c, "a.01", SIDE_BUY, huge, 1);
    struct dec before = count_of(c, "DU1", 42)->quantity;
    (void)told(c, "a.02", SIDE_SELL, huge, 1); /* a difference beyond all numbers */
    assert_true(dec_eq(count_of(c, "DU1", 42)->quantity, before));
}

static void a_commission_is_told_once(void **state)
{
    struct count *c = *state;
    struct execution paid = {.exec_id = "a.01", .commission = some("1")}, whole = paid;
    assert_null(holdings_commission(c->h, &paid));
    (void)told(c, "a.01", SIDE_BUY, "5", 1);
    const struct holding_fill *f = holdings_commission(c->h, &paid);
    assert_non_null(f);
    assert_string_equal(f->account, "DU1");
    assert_null(holdings_commission(c->h, &paid));
    str_copy_cut(whole.exec_id, sizeof whole.exec_id, STR("b.01")); /* has it from the start */
    whole.quantity = DEC(1);
    (void)holdings_execution(c->h, &whole, c->journal, at_s(1));
    assert_null(holdings_commission(c->h, &whole));
    (void)told(c, "a.02", SIDE_BUY, "4", 1); /* a correction forgets nothing */
    assert_null(holdings_commission(c->h, &paid));
}

static void only_what_a_list_could_have_told_is_gone(void **state)
{
    struct count *c = *state;
    struct execution timeless = {.exec_id = "t.01", .account = "DU1", .quantity = DEC(5)};
    timeless.contract = stock(42);
    holdings_list_begin(c->h);
    (void)told(c, "a.1.01", SIDE_BUY, "5", 10);
    (void)told(c, "a.2.01", SIDE_BUY, "5", 10); /* at the very time of the list's oldest */
    (void)told(c, "a.3.01", SIDE_BUY, "5", 20);
    (void)told(c, "a.3.02", SIDE_BUY, "0", 20); /* undone */
    (void)told(c, "a.4.01", SIDE_BUY, "5", 30);
    (void)told(c, "a.4.01", SIDE_BUY, "5", 30);
    (void)holdings_execution(c->h, &timeless, c->journal, at_s(1));
    assert_int_equal(holdings_listed(c->h), 5);
    holdings_list_begin(c->h);
    assert_int_equal(holdings_listed(c->h), 0);
    (void)holdings_execution(c->h, &timeless, c->journal, at_s(1)); /* tells of no time */
    assert_int_equal(gone(c), 0);
    (void)told(c, "a.4.01", SIDE_BUY, "5", 30);
    (void)told(c, "a.1.01", SIDE_BUY, "5", 10);
    (void)told(c, "a.4.01", SIDE_BUY, "5", 30);
    assert_int_equal(holdings_listed(c->h), 3);
    assert_int_equal(gone(c), 0);
    holdings_list_begin(c->h);
    (void)told(c, "a.1.01", SIDE_BUY, "5", 10);
    assert_int_equal(gone(c), 1);
    holdings_accept_gone(c->h, STR("nobody.01"));
    assert_int_equal(gone(c), 1);
    holdings_accept_gone(c->h, STR("a.4.01"));
    assert_int_equal(gone(c), 0);
}

static void the_oldest_executions_make_room(void **state)
{
    struct count *c = *state;
    struct execution x = {.quantity = DEC(1)};
    for (int i = 0; i <= LIMIT_EXECUTIONS; i++) {
        (void)snprintf(x.exec_id, sizeof x.exec_id, "x%d.01", i);
        assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_NEW);
    }
    assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_KNOWN);
    str_copy_cut(x.exec_id, sizeof x.exec_id, STR("x0.01"));
    assert_int_equal(holdings_execution(c->h, &x, c->journal, at_s(1)), HOLDINGS_NEW);
}

static size_t fills_left(struct count *c, const char *const *ids, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) { /* whose commission is news is known */
        struct execution x = {.commission = DEC_SOME(DEC(1))};
        str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(ids[i]));
        left += holdings_commission(c->h, &x) != NULL;
    }
    return left;
}

static void executions_that_no_list_can_name_are_forgotten_and_stay_counted(void **state)
{
    static const char *const ids[] = {"a.1.01", "a.2.01", "a.3.01"};
    struct count *c = *state;
    holdings_list_begin(c->h);
    (void)told(c, ids[0], SIDE_BUY, "5", 10);
    (void)told(c, ids[1], SIDE_BUY, "5", 20);
    holdings_list_begin(c->h);
    (void)told(c, ids[1], SIDE_BUY, "5", 30);
    (void)told(c, ids[2], SIDE_BUY, "5", 30);
    struct dec counted = holdings_get(c->h, STR("DU1"), 42)->quantity;
    holdings_forget(c->h, 100 * 1000, at_s(109).mono);
    holdings_forget(c->h, 100 * 1000, at_s(300).mono); /* the others are in the newest list */
    assert_int_equal(fills_left(c, ids, 3), 2);
    holdings_list_begin(c->h);
    holdings_forget(c->h, 100 * 1000, at_s(300).mono);
    assert_true(dec_eq(holdings_get(c->h, STR("DU1"), 42)->quantity, counted));
    assert_true(told(c, "a.3.01", SIDE_BUY, "5", 300)); /* it would be counted anew */
}

static void what_was_restored_is_forgotten_a_time_after_the_first_look(void **state)
{
    static const char *const ids[] = {"a.1.01", "a.2.01"};
    struct count *c = *state;
    for (int i = 0; i < 2; i++)
        (void)told(c, ids[i], SIDE_BUY, "5", 10);
    restart(c);
    holdings_list_begin(c->h);
    holdings_forget(c->h, 100 * 1000, at_s(5000).mono);
    holdings_forget(c->h, 100 * 1000, at_s(5099).mono);
    assert_int_equal(fills_left(c, ids, 1), 1);
    holdings_forget(c->h, 100 * 1000, at_s(5100).mono);
    assert_int_equal(fills_left(c, ids + 1, 1), 0);
}

static void what_a_statement_told_is_no_part_of_the_count(void **state)
{
    struct count *c = *state;
    struct execution x = {.exec_id = "s.01",
                          .account = "DU1",
                          .source = "flex",
                          .quantity = DEC(5),
                          .price = DEC(10),
                          .time = {at_s(1).wall, true},
                          .contract = stock(42)};
    struct event ev = {.kind = EVENT_EXECUTION, .at = at_s(1), .execution = &x};
    struct error e;
    assert_true(journal_record_event(c->journal, &ev, &e));
    restart(c);
    assert_true(told(c, "s.01", SIDE_BUY, "5", 1)); /* it is news */
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
        TEST(a_count_that_begins_forgets_that_account_alone),
        TEST(a_count_that_has_begun_with_nothing_has_begun_after_a_restart_too),
        TEST(as_many_accounts_begin_as_there_can_be),
        TEST(a_count_comes_back_whole),
        TEST(what_is_no_position_is_not_set_or_told),
        TEST(what_the_broker_tells_is_compared_and_its_changes_are_noted),
        TEST(more_rows_than_fit_are_left_out),
        TEST(more_rows_than_fit_are_not_restored),
        TEST(all_that_found_no_room_is_written_later),
        TEST(one_damaged_row_is_enough),
        TEST(ids_share_what_stands_before_their_last_number),
        TEST(a_number_that_no_account_can_hold_changes_nothing),
        TEST(a_commission_is_told_once),
        TEST(only_what_a_list_could_have_told_is_gone),
        TEST(the_oldest_executions_make_room),
        TEST(executions_that_no_list_can_name_are_forgotten_and_stay_counted),
        TEST(what_was_restored_is_forgotten_a_time_after_the_first_look),
        TEST(what_a_statement_told_is_no_part_of_the_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
