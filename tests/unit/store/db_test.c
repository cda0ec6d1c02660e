/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A database file of its own for each test. */
struct place {
    char dir[64], path[80];
    struct db *db;
    struct journal *j;
};

static void open_place(struct place *p)
{
    struct error e;
    int64_t seq;
    p->db = db_open(p->path, &e);
    if (!p->db)
        fail_msg("%s", e.text);
    assert_true(db_last_seq(p->db, &seq, &e));
    p->j = journal_new(seq);
}

static void close_place(struct place *p)
{
    journal_free(p->j);
    db_close(p->db);
    p->j = NULL;
    p->db = NULL;
}

static int setup(void **state)
{
    struct place *p = test_calloc(1, sizeof *p);
    (void)snprintf(p->dir, sizeof p->dir, "/tmp/portcullis-db-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    (void)snprintf(p->path, sizeof p->path, "%s/db", p->dir);
    open_place(p);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    char path[96];
    close_place(p);
    const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(p->dir);
    test_free(p);
    return 0;
}

/* As somebody with the file in hand would. */
static int meddle(struct place *p, const char *sql)
{
    sqlite3 *other;
    assert_int_equal(sqlite3_open(p->path, &other), SQLITE_OK);
    int rc = sqlite3_exec(other, sql, NULL, NULL, NULL);
    sqlite3_close(other);
    return rc;
}

static struct db_verdict verdict(struct place *p)
{
    struct db_verdict v;
    struct error e;
    assert_true(db_verify(p->db, &v, &e));
    return v;
}

static void fill_in(struct place *p, int n)
{
    for (int i = 0; i < n; i++)
        append(p->j, "{\"a\":1}", i);
    flush(p->j, p->db);
}

static bool count_record(void *self, const struct db_record *r)
{
    int *n = self;
    assert_int_equal(r->seq, ++*n);
    assert_true(str_eq(r->body, STR("{\"a\":1}")));
    assert_true(str_eq(r->principal, STR("test")));
    return true;
}

static void records_survive_closing(void **state)
{
    struct place *p = *state;
    struct error e;
    int n = 0;
    fill_in(p, 3);
    close_place(p);
    open_place(p);
    assert_int_equal(journal_last(p->j), 3);
    assert_true(db_records(p->db, at_s(0).wall, 1u << JOURNAL_STATE, count_record, &n, &e));
    assert_int_equal(n, 3);
    n = 0;
    assert_true(db_records(p->db, at_s(0).wall, 1u << JOURNAL_KILL, count_record, &n, &e));
    assert_int_equal(n, 0);
    n = 1; /* from the second on */
    assert_true(db_records(p->db, at_s(1).wall, 0, count_record, &n, &e));
    assert_int_equal(n, 3);
    struct opt_utc since;
    assert_true(db_since(p->db, &since, &e) && since.has);
    assert_int_equal(since.v.ns, at_s(0).wall.ns);
}

static bool list_record(void *self, const struct db_record *r)
{
    buf_add_f(self, "%lld ", (long long)r->seq);
    return true;
}

static void what_is_recorded_of_an_intent_is_found_by_its_number(void **state)
{
    static const char *const bodies[] = {
        "{\"orders\":[{\"ref\":\"A\"},{\"ref\":\"B\"}]}", /* 1: an intent of two legs */
        "{\"orders\":[{\"ref\":\"C\"}]}",
        "{\"legs\":[{\"ref\":\"A\"},{\"ref\":\"B\"}]}", /* 3: of both, and listed once */
        "{\"legs\":[{\"ref\":\"C\"}]}",
        "{\"legs\":[{\"ref\":\"B\"}]}",
        "{\"perm_id\":\"A\"}",
        "{\"legs\":[{\"ref\":\"A\"}]}",
    };
    static const struct {
        const char *intents;
        int64_t until;
        unsigned kinds;
        const char *found;
    } rows[] = {
        {"[1]", 6, 0, "1 3 5 "},
        {"[1]", 7, 0, "1 3 5 7 "},
        {"[2,1]", 6, 0, "1 2 3 4 5 "},
        {"[2]", 7, 1u << JOURNAL_STATE, "2 4 "},
        {"[2]", 7, 1u << JOURNAL_KILL, ""},
        {"[]", 7, 0, ""},
        {"[99]", 7, 0, ""},
    };
    struct place *p = *state;
    struct error e;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        append(p->j, bodies[i], (int64_t)i);
    flush(p->j, p->db);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        buf_init(&b, 200);
        assert_true(db_records_of(p->db, str_of(rows[i].intents), rows[i].until, rows[i].kinds,
                                  list_record, &b, &e));
        assert_true(str_eq(buf_str(&b), str_of(rows[i].found)));
        buf_fini(&b);
    }
    assert_false(db_records_of(p->db, STR("["), 7, 0, list_record, NULL, &e));
    assert_string_equal(e.reason, "STORE");
}

static void the_journal_refuses_update_and_delete(void **state)
{
    struct place *p = *state;
    fill_in(p, 2);
    assert_int_equal(meddle(p, "UPDATE journal SET body = '{}'"), SQLITE_CONSTRAINT);
    assert_int_equal(meddle(p, "DELETE FROM journal WHERE seq = 1"), SQLITE_CONSTRAINT);
    assert_true(verdict(p).is_intact);
}

static void an_intact_chain_verifies_over_several_runs(void **state)
{
    struct place *p = *state;
    assert_true(verdict(p).is_intact);
    fill_in(p, 3);
    close_place(p);
    open_place(p);
    fill_in(p, 2);
    struct db_verdict v = verdict(p);
    assert_true(v.is_intact);
    assert_int_equal(v.checked, 5);
}

static void any_change_is_found_and_named(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *sql;
        int bad;
    } cases[] = {
        {"UPDATE journal SET body = '{\"a\":2}' WHERE seq = 3", 3},
        {"UPDATE journal SET at = '2026-11-23T12:00:09.000Z' WHERE seq = 2", 2},
        {"UPDATE journal SET kind = 'fill' WHERE seq = 1", 1},
        {"UPDATE journal SET principal = 'tess' WHERE seq = 5", 5},
        {"UPDATE journal SET hash = 'f' || substr(hash, 2) WHERE seq = 4 AND hash NOT LIKE 'f%';"
         "UPDATE journal SET hash = '0' || substr(hash, 2) WHERE seq = 4 AND hash LIKE 'f%'",
         4},
        {"UPDATE journal SET prev_hash = '' WHERE seq = 2", 2},
        {"DELETE FROM journal WHERE seq = 2", 3},
        {"DELETE FROM journal WHERE seq = 1", 2},
        {"UPDATE journal SET seq = 100 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3;"
         "UPDATE journal SET seq = 3 WHERE seq = 100",
         2},
    };
    fill_in(p, 5);
    assert_int_equal(meddle(p, "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;"
                               "CREATE TABLE kept AS SELECT * FROM journal"),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(meddle(p, cases[i].sql), SQLITE_OK);
        struct db_verdict v = verdict(p);
        assert_false(v.is_intact);
        assert_int_equal(v.bad_seq, cases[i].bad);
        assert_true(v.why[0]);
        assert_int_equal(meddle(p, "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept"),
                         SQLITE_OK);
        assert_true(verdict(p).is_intact);
    }
}

static void the_newest_value_wins(void **state)
{
    struct place *p = *state;
    struct error e;
    char text[32];
    assert_true(journal_put(p->j, STR("order_id.1"), STR("17"), at_s(0), &e));
    assert_true(journal_put(p->j, STR("order_id.1"), STR("18"), at_s(0), &e));
    flush(p->j, p->db);
    assert_true(db_value(p->db, STR("order_id.1"), text, sizeof text, &e));
    assert_string_equal(text, "18");
    assert_true(db_value(p->db, STR("other"), text, sizeof text, &e));
    assert_string_equal(text, "");
}

static struct execution sample(const char *id)
{
    struct execution x = {.order_id = 7,
                          .client_id = 1,
                          .perm_id = 1234567890123,
                          .account = "DU1234567",
                          .contract = {.con_id = 265598,
                                       .sec_type = SEC_OPT,
                                       .symbol = "AAPL",
                                       .strike = DEC_SOME(DEC(200)),
                                       .right = 'C',
                                       .multiplier = "100",
                                       .currency = "USD"},
                          .exchange = "ISLAND",
                          .side = SIDE_SELL,
                          .quantity = DEC(10),
                          .price = DEC_MICRO(187123456),
                          .cum_quantity = DEC(10),
                          .ref = "PC:X",
                          .time = {at_s(5).wall, true},
                          .is_liquidation = true};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    return x;
}

static void tell(struct place *p, enum event_kind kind, const struct execution *x)
{
    struct error e;
    struct event ev = {.kind = kind, .at = at_s(6), .execution = x};
    assert_true(journal_record_event(p->j, &ev, &e));
    flush(p->j, p->db);
}

struct found {
    struct execution last;
    int n;
};

static bool keep(void *self, const struct execution *x)
{
    struct found *f = self;
    f->last = *x;
    f->n++;
    return true;
}

static struct found executions(struct place *p, int64_t since, struct str account)
{
    struct found f = {0};
    struct error e;
    assert_true(db_executions(p->db, at_s(since).wall, account, keep, &f, &e));
    return f;
}

static void an_execution_comes_back_as_it_was(void **state)
{
    struct place *p = *state;
    struct execution x = sample("0001.01.01");
    tell(p, EVENT_EXECUTION, &x);
    struct found f = executions(p, 0, STR_NONE);
    assert_int_equal(f.n, 1);
    assert_string_equal(f.last.exec_id, x.exec_id);
    assert_true(f.last.perm_id == x.perm_id && f.last.order_id == 7 && f.last.side == SIDE_SELL);
    assert_true(dec_eq(f.last.price, x.price) && dec_eq(f.last.quantity, x.quantity));
    assert_true(f.last.contract.sec_type == SEC_OPT && f.last.contract.right == 'C');
    assert_true(dec_eq(f.last.contract.strike.v, DEC(200)));
    assert_true(f.last.time.has && f.last.time.v.ns == x.time.v.ns && f.last.is_liquidation);
    assert_false(f.last.commission.has || f.last.realized_pnl.has || f.last.avg_price.has);
    assert_int_equal(executions(p, 5, STR("DU1234567")).n, 1);
    assert_int_equal(executions(p, 6, STR_NONE).n, 0);
    assert_int_equal(executions(p, 0, STR("DU7654321")).n, 0);
}

static void a_correction_replaces_its_original_and_keeps_the_commission(void **state)
{
    struct place *p = *state;
    struct execution x = sample("0001.01.01"), c = sample("0001.01.01");
    tell(p, EVENT_EXECUTION, &x);
    c.commission = DEC_SOME(DEC(1));
    str_copy_cut(c.commission_currency, sizeof c.commission_currency, STR("USD"));
    tell(p, EVENT_COMMISSION, &c);
    struct execution y = sample("0001.01.02");
    y.price = DEC(188);
    tell(p, EVENT_EXECUTION, &y);
    struct found f = executions(p, 0, STR_NONE);
    assert_int_equal(f.n, 1);
    assert_true(dec_eq(f.last.price, DEC(188)));
    assert_true(f.last.commission.has && dec_eq(f.last.commission.v, DEC(1)));
    /* the original arriving late does not undo its correction */
    close_place(p);
    open_place(p);
    tell(p, EVENT_EXECUTION, &x);
    assert_true(dec_eq(executions(p, 0, STR_NONE).last.price, DEC(188)));
}

static void known_executions_are_not_journaled_again_after_a_restart(void **state)
{
    struct place *p = *state;
    struct execution x = sample("0001.01.01");
    struct error e;
    tell(p, EVENT_EXECUTION, &x);
    int64_t before = journal_last(p->j);
    close_place(p);
    open_place(p);
    assert_true(db_known_executions(p->db, at_s(0).wall, p->j, &e));
    tell(p, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(p->j), before);
}

/* A file that may not grow: the kernel refuses the write as a full disk would. */
static void a_full_disk_fails_the_commit_and_recovers_without_loss(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    fill_in(p, 1);
    struct rlimit was, none = {0, 0};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    none.rlim_max = was.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    append(p->j, "{\"a\":1}", 1);
    struct journal_batch *b = journal_take(p->j);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    bool ok = db_commit(p->db, b, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_false(ok);
    assert_int_equal(e.code, ERROR_UNAVAILABLE);
    journal_committed(p->j, b, false, &e);
    assert_true(journal_is_failed(p->j));
    journal_recover(p->j);
    flush(p->j, p->db);
    assert_false(journal_is_failed(p->j));
    struct db_verdict v = verdict(p);
    assert_true(v.is_intact);
    assert_int_equal(v.checked, 2);
}

static void a_commit_that_did_reach_the_disk_is_not_written_twice(void **state)
{
    struct place *p = *state;
    struct error e = {.code = ERROR_UNAVAILABLE, .text = "no answer"};
    append(p->j, "{\"a\":1}", 0);
    struct journal_batch *b = journal_take(p->j);
    assert_true(db_commit(p->db, b, &e));
    journal_committed(p->j, b, false, &e); /* the word that it was written was lost */
    journal_recover(p->j);
    flush(p->j, p->db);
    assert_int_equal(verdict(p).checked, 1);
}

static void a_newer_file_is_refused(void **state)
{
    struct place *p = *state;
    struct error e;
    assert_int_equal(meddle(p, "PRAGMA user_version = 99"), SQLITE_OK);
    assert_null(db_open(p->path, &e));
    assert_string_equal(e.reason, "STORE");
}

static void a_path_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    struct error e;
    assert_null(db_open("/nonexistent/dir/db", &e));
    assert_int_equal(e.code, ERROR_UNAVAILABLE);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(records_survive_closing),
        TEST(what_is_recorded_of_an_intent_is_found_by_its_number),
        TEST(the_journal_refuses_update_and_delete),
        TEST(an_intact_chain_verifies_over_several_runs),
        TEST(any_change_is_found_and_named),
        TEST(the_newest_value_wins),
        TEST(an_execution_comes_back_as_it_was),
        TEST(a_correction_replaces_its_original_and_keeps_the_commission),
        TEST(known_executions_are_not_journaled_again_after_a_restart),
        TEST(a_full_disk_fails_the_commit_and_recovers_without_loss),
        TEST(a_commit_that_did_reach_the_disk_is_not_written_twice),
        TEST(a_newer_file_is_refused),
        TEST(a_path_that_cannot_be_opened_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
