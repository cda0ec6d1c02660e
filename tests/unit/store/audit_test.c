/* SPDX-License-Identifier: MIT */
#include "store/audit.h"

#include "batch.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
    struct db *db;
    struct journal *j;
    struct anchors anchors;
};

static int setup(void **state)
{
    struct place *p = test_calloc(1, sizeof *p);
    struct error e;
    p->db = db_open(":memory:", &e);
    assert_non_null(p->db);
    p->j = journal_new(0);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    journal_free(p->j);
    db_close(p->db);
    test_free(p);
    return 0;
}

static void meddle(struct place *p, const char *sql)
{
    struct error e;
    if (!sql_exec(p->db->sql, sql, &e))
        fail_msg("%s", e.text);
}

/* n records, and an anchor of the newest. */
static void fill_in(struct place *p, int n, bool anchored)
{
    struct anchor a;
    struct error e;
    for (int i = 0; i < n; i++)
        append(p->j, "{\"a\":1}", i);
    flush(p->j, p->db);
    a.at = at_s(n).wall;
    assert_true(db_head(p->db, &a.seq, a.hash, &e));
    if (anchored)
        anchors_add(&p->anchors, &a);
}

static struct audit_proof prove(struct place *p, int64_t part)
{
    struct audit_proof proof;
    struct error e;
    audit_proof_init(&proof, &p->anchors);
    for (int i = 0; !proof.is_done; i++) {
        assert_true(i < 1000);
        assert_true(audit_prove(p->db, &proof, part, &e));
    }
    return proof;
}

static void a_proof_in_parts_is_the_proof_in_one(void **state)
{
    struct place *p = *state;
    assert_true(prove(p, 1).verdict.is_intact);
    fill_in(p, 6, true);
    fill_in(p, 4, true);
    for (int64_t part = 1; part < 12; part++) {
        struct audit_proof proof = prove(p, part);
        assert_true(proof.verdict.is_intact);
        assert_int_equal(proof.verdict.checked, 10);
        assert_int_equal(proof.anchors_met, 2);
    }
}

static void each_kind_of_tampering_is_named(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *sql, *why;
        int bad;
    } cases[] = {
        {"UPDATE journal SET body = '{}' WHERE seq = 3", "content was changed", 3},
        {"DELETE FROM journal WHERE seq = 4", "before it is missing", 5},
        {"DELETE FROM journal WHERE seq > 7", "were cut off", 8},
        {"DELETE FROM journal", "were cut off", 1},
        {"UPDATE journal SET seq = 100 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3;"
         "UPDATE journal SET seq = 3 WHERE seq = 100",
         "does not continue", 2},
        {"INSERT INTO journal SELECT 0, at, kind, principal, body, '', hash FROM journal"
         " WHERE seq = 1",
         "out of order", 0},
        {"INSERT INTO journal SELECT 11, at, kind, principal, body, hash, prev_hash FROM journal"
         " WHERE seq = 10",
         "content was changed", 11},
    };
    fill_in(p, 10, true);
    meddle(p, "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;"
              "CREATE TABLE kept AS SELECT * FROM journal");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        meddle(p, cases[i].sql);
        struct audit_proof proof = prove(p, 3);
        assert_false(proof.verdict.is_intact);
        assert_int_equal(proof.verdict.bad_seq, cases[i].bad);
        if (!strstr(proof.verdict.why, cases[i].why))
            fail_msg("case %zu: %s", i, proof.verdict.why);
        meddle(p, "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept");
        assert_true(prove(p, 3).verdict.is_intact);
    }
}

static void a_tail_written_anew_contradicts_its_anchor(void **state)
{
    struct place *p = *state;
    fill_in(p, 3, true);
    fill_in(p, 3, true);
    meddle(p, "DROP TRIGGER journal_no_delete; DELETE FROM journal WHERE seq > 4");
    journal_free(p->j);
    p->j = journal_new(4); /* goes on from there with a chain that fits */
    append(p->j, "{\"other\":1}", 9);
    fill_in(p, 3, false);
    struct db_verdict chain;
    struct error e;
    assert_true(db_verify(p->db, &chain, &e) && chain.is_intact);
    struct audit_proof proof = prove(p, 100);
    assert_false(proof.verdict.is_intact);
    assert_int_equal(proof.verdict.bad_seq, 6);
    assert_int_equal(proof.anchors_met, 1);
}

static void a_record_of_somebody_else_under_our_number_fails_the_commit(void **state)
{
    struct place *p = *state;
    struct error e;
    fill_in(p, 2, false);
    meddle(p, "INSERT INTO journal SELECT 3, at, kind, principal, '{}', hash, 'x' FROM journal"
              " WHERE seq = 2");
    append(p->j, "{\"mine\":1}", 3);
    struct journal_batch *b = journal_take(p->j);
    assert_false(db_commit(p->db, b, &e));
    assert_non_null(strstr(e.text, "record 3 was written by another program"));
    journal_committed(p->j, b, false, &e);
    assert_true(journal_is_failed(p->j));
}

static void anchors_survive_as_lines(void **state)
{
    struct place *p = *state;
    char text[4 * ANCHOR_LINE_MAX], line[ANCHOR_LINE_MAX];
    fill_in(p, 2, true);
    fill_in(p, 2, true);
    (void)anchor_format(&p->anchors.items[1], line);
    size_t n = anchor_format(&p->anchors.items[0], text);
    n += (size_t)snprintf(text + n, sizeof text - n, "%s3 2026-11-2\n\n%s", line, line);
    struct anchors *read = test_calloc(1, sizeof *read);
    anchors_read(read, (struct str){text, n});
    assert_int_equal(read->count, 3);
    assert_int_equal(read->unreadable, 1);
    assert_int_equal(anchors_newest(read)->seq, 4);
    assert_string_equal(anchors_newest(read)->hash, p->anchors.items[1].hash);
    test_free(read);
}

static void only_the_highest_anchors_are_kept(void **state)
{
    struct place *p = *state;
    struct anchor a = {.at = at_s(0).wall};
    for (int64_t i = ANCHORS_MAX + 5; i > 0; i--) {
        a.seq = i;
        anchors_add(&p->anchors, &a);
    }
    assert_int_equal(p->anchors.count, ANCHORS_MAX);
    assert_int_equal(p->anchors.items[0].seq, 6);
    a.seq = ANCHORS_MAX + 6;
    anchors_add(&p->anchors, &a);
    assert_int_equal(p->anchors.count, ANCHORS_MAX / 2 + 1);
    assert_int_equal(p->anchors.items[0].seq, ANCHORS_MAX / 2 + 6);
    assert_int_equal(anchors_newest(&p->anchors)->seq, ANCHORS_MAX + 6);
    for (int64_t i = 0; i < 10 * ANCHORS_MAX; i++) {
        a.seq++;
        anchors_add(&p->anchors, &a);
        assert_true(p->anchors.count > ANCHORS_MAX / 2 && p->anchors.count <= ANCHORS_MAX);
        const struct anchor *lowest = &p->anchors.items[0];
        assert_int_equal(a.seq - lowest->seq, p->anchors.count - 1); /* none is missing */
    }
}

struct seen {
    int64_t seq[16];
    size_t n;
};

static bool see(void *self, const struct audit_record *r)
{
    struct seen *s = self;
    s->seq[s->n++] = r->seq;
    return s->n < 16;
}

static struct seen found(struct db *db, struct audit_filter f)
{
    struct seen s = {0};
    struct error e;
    assert_true(audit_records(db, &f, see, &s, &e));
    return s;
}

static void tell(struct place *p, enum journal_kind kind, const char *who, const char *body, int s)
{
    struct error e;
    assert_true(journal_append(p->j, kind, str_of(who), str_of(body), at_s(s), &e) > 0);
    flush(p->j, p->db);
}

static void records_are_found_by_what_they_are_about(void **state)
{
    struct place *p = *state;
    tell(p, JOURNAL_INTENT, "ann", "{\"legs\":[{\"ref\":\"r1\"},{\"ref\":\"r2\"}]}", 0);
    tell(p, JOURNAL_FILL, "broker", "{\"ref\":\"r1\",\"exec_id\":\"x.1\",\"perm_id\":77}", 10);
    tell(p, JOURNAL_COMMISSION, "broker", "{\"exec_id\":\"x.1\",\"perm_id\":0}", 20);
    struct seen s = found(p->db, (struct audit_filter){.about = STR("ref:r1")});
    assert_int_equal(s.n, 2);
    s = found(p->db, (struct audit_filter){.about = STR("ref:r2")});
    assert_true(s.n == 1 && s.seq[0] == 1);
    s = found(p->db, (struct audit_filter){.about = STR("exec_id:x.1"), .after = 2});
    assert_true(s.n == 1 && s.seq[0] == 3);
    s = found(p->db, (struct audit_filter){.about = STR("perm_id:77")});
    assert_true(s.n == 1 && s.seq[0] == 2);
    s = found(p->db, (struct audit_filter){.about = STR("perm_id:0")});
    assert_int_equal(s.n, 0);
    s = found(p->db, (struct audit_filter){.principal = STR("broker"), .newest_first = true});
    assert_true(s.n == 2 && s.seq[0] == 3 && s.seq[1] == 2);
    s = found(p->db, (struct audit_filter){.kind = STR("fill")});
    assert_true(s.n == 1 && s.seq[0] == 2);
    s = found(p->db, (struct audit_filter){.since = {at_s(10).wall, true},
                                           .until = {at_s(20).wall, true}});
    assert_true(s.n == 1 && s.seq[0] == 2);
}

static void an_older_file_is_brought_up_to_date(void **state)
{
    (void)state;
    char path[64] = "/tmp/portcullis-audit-XXXXXX";
    struct error e;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct place p = {.db = db_open(path, &e)};
    assert_non_null(p.db);
    p.j = journal_new(0);
    tell(&p, JOURNAL_INTENT, "ann", "{\"legs\":[{\"ref\":\"r1\"}]}", 0);
    tell(&p, JOURNAL_STATE, "ann", "no JSON at all", 1);
    meddle(&p,
           "DROP TABLE story; DROP TABLE snapshot; DROP TABLE holding; DROP TABLE flow;"
           "DROP TABLE coverage; DROP TABLE statement; DROP TABLE past_order; DROP TABLE ranking;"
           "ALTER TABLE execution DROP COLUMN source; PRAGMA user_version = 1");
    db_close(p.db);
    p.db = db_open(path, &e);
    if (!p.db)
        fail_msg("%s", e.text);
    struct seen s = found(p.db, (struct audit_filter){.about = STR("ref:r1")});
    assert_true(s.n == 1 && s.seq[0] == 1);
    assert_true(prove(&p, 100).verdict.is_intact);
    journal_free(p.j);
    db_close(p.db);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_proof_in_parts_is_the_proof_in_one, setup, teardown),
        cmocka_unit_test_setup_teardown(each_kind_of_tampering_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tail_written_anew_contradicts_its_anchor, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_record_of_somebody_else_under_our_number_fails_the_commit,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(anchors_survive_as_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_highest_anchors_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(records_are_found_by_what_they_are_about, setup, teardown),
        cmocka_unit_test(an_older_file_is_brought_up_to_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
