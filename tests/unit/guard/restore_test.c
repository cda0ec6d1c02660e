/* SPDX-License-Identifier: MIT */
/* A store that cannot be read is not taken for an empty one: the gate does not start. */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "words.h"

#include <sqlite3.h>
#include <unistd.h>

struct store {
    struct desk *desk;
    struct db *db;
    char path[256];
};

static int setup(void **state)
{
    struct error e;
    struct store *s = test_calloc(1, sizeof *s);
    (void)snprintf(s->path, sizeof s->path, "%s/restore-XXXXXX",
                   getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    int fd = mkstemp(s->path);
    assert_true(fd >= 0);
    (void)close(fd);
    s->desk = desk_new();
    s->db = db_open(s->path, &e);
    assert_non_null(s->db);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct store *s = *state;
    desk_free(s->desk);
    db_close(s->db);
    for (int i = 0; i < 3; i++) {
        char path[264];
        (void)snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        (void)unlink(path);
    }
    test_free(s);
    return 0;
}

/* Another program, or a bad disk, has taken that table away. */
static void lose(struct store *s, const char *table)
{
    sqlite3 *raw;
    char sql[80];
    (void)snprintf(sql, sizeof sql, "DROP TABLE %s", table);
    assert_int_equal(sqlite3_open(s->path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

/* As at a start; the desk's gate has been restored before. */
static bool restored(struct store *s)
{
    struct error e;
    struct gate *g = s->desk->gate;
    ledger_free(g->ledger);
    g->ledger = ledger_new();
    bool ok = gate_restore(g, s->db, s->desk->now, &e);
    g->db = s->desk->db;
    return ok;
}

static void an_empty_store_is_restored(void **state)
{
    assert_true(restored(*state));
}

static void without_its_records_nothing_is_restored(void **state)
{
    struct store *s = *state;
    struct gate *g = s->desk->gate;
    struct error e;
    struct ledger *l = ledger_new();
    lose(s, "journal");
    e.code = ERROR_NONE;
    assert_false(ledger_restore(l, s->db, s->desk->now, &e));
    assert_int_equal(e.code != ERROR_NONE, true);
    assert_false(approvals_restore(g, s->db, s->desk->now, &e));
    assert_false(restored(s));
    ledger_free(l);
}

static void without_its_values_nothing_is_restored(void **state)
{
    struct store *s = *state;
    struct gate *g = s->desk->gate;
    struct error e;
    struct ledger *l = ledger_new();
    struct utc since = {0};
    lose(s, "value");
    assert_false(kill_restore(g, s->db, s->desk->now, &e));
    assert_false(trading_restore(g, s->db, s->desk->now, &e));
    assert_false(ledger_restore(l, s->db, s->desk->now, &e));
    assert_false(reconcile_restore(g, s->db, since, &e));
    assert_false(restored(s));
    ledger_free(l);
}

static void without_its_executions_nothing_is_restored(void **state)
{
    struct store *s = *state;
    struct gate *g = s->desk->gate;
    struct error e;
    struct utc since = {0};
    lose(s, "execution");
    assert_false(reconcile_restore(g, s->db, since, &e));
    assert_false(restored(s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_empty_store_is_restored),
        TEST(without_its_records_nothing_is_restored),
        TEST(without_its_values_nothing_is_restored),
        TEST(without_its_executions_nothing_is_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
