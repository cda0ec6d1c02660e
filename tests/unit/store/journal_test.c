/* SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "batch.h"
#include "store/audit.h"
#include "store/redact.h"

#include <stdio.h>
#include <string.h>

/* A task that waits for a record and notes how that went. */
struct waiting {
    struct journal *j;
    int64_t seq;
    bool is_done, ok;
    struct error e;
};

static void wait_for(struct task *t, void *arg)
{
    struct waiting *w = arg;
    w->ok = journal_wait(t, w->j, w->seq, &w->e);
    w->is_done = true;
}

static const struct error disk_full = {
    .code = ERROR_UNAVAILABLE, .reason = "STORE", .text = "full"};

static void numbers_continue_what_is_stored(void **state)
{
    (void)state;
    struct journal *j = journal_new(41);
    assert_int_equal(journal_durable(j), 41);
    assert_int_equal(append(j, "{}", 0), 42);
    assert_int_equal(append(j, "{}", 0), 43);
    assert_int_equal(journal_last(j), 43);
    assert_int_equal(journal_durable(j), 41);
    journal_free(j);
}

static void a_task_waits_until_its_record_is_committed(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct tasks *tasks = tasks_new();
    struct waiting w = {.j = j, .seq = append(j, "{}", 0)};
    assert_non_null(task_spawn(tasks, at_s(0), 10000, wait_for, &w));
    tasks_run(tasks, at_s(0));
    assert_false(w.is_done);
    struct journal_batch *b = journal_take(j);
    tasks_run(tasks, at_s(1)); /* the disk is slow */
    assert_false(w.is_done);
    journal_committed(j, b, true, NULL);
    tasks_run(tasks, at_s(2));
    assert_true(w.is_done && w.ok);
    tasks_free(tasks);
    journal_free(j);
}

static void a_disk_that_does_not_answer_ends_the_waiting(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct tasks *tasks = tasks_new();
    journal_stall_after(j, 3000);
    struct waiting w = {.j = j, .seq = append(j, "{}", 0)};
    assert_non_null(task_spawn(tasks, at_s(0), 60000, wait_for, &w));
    tasks_run(tasks, at_s(0));
    struct journal_batch *b = journal_take(j);
    tasks_run(tasks, at_s(2));
    assert_false(w.is_done || journal_is_stalled(j, at_s(2)));
    tasks_run(tasks, at_s(3));
    assert_true(w.is_done && !w.ok && journal_is_stalled(j, at_s(3)));
    assert_string_equal(w.e.reason, "JOURNAL_STALLED");
    (void)append(j, "{}", 3); /* younger, but it waits behind the other */
    assert_true(journal_is_stalled(j, at_s(3)));
    journal_committed(j, b, true, NULL);
    assert_false(journal_is_stalled(j, at_s(4)));
    assert_true(journal_is_stalled(j, at_s(6)));
    tasks_free(tasks);
    journal_free(j);
}

struct seen {
    char raw[80], own[80];
};

static bool see_raw(void *self, const struct audit_record *r)
{
    struct seen *s = self;
    str_copy_cut(s->raw, sizeof s->raw, r->body);
    return true;
}

static bool see_own(void *self, const struct db_record *r)
{
    struct seen *s = self;
    str_copy_cut(s->own, sizeof s->own, r->body);
    return true;
}

static void bodies_are_masked_before_they_are_hashed_and_the_program_knows_them_again(void **state)
{
    (void)state;
    static const char body[] = "{\"account\":\"DU1234567\"}";
    struct error e;
    struct db *db = db_open(":memory:", &e);
    struct journal *j = journal_new(0);
    struct db_verdict verdict;
    struct audit_filter all = {0};
    struct seen seen;
    char mask[ACCOUNT_MASK_MAX];
    assert_non_null(db);
    journal_redact(j, STR("key"));
    (void)append(j, body, 0);
    (void)append(j, body, 0);
    assert_int_equal(journal_pending(j), 3); /* two records, and the account once */
    flush(j, db);
    assert_true(account_mask(STR("key"), STR("DU1234567"), mask));
    assert_true(audit_records(db, &all, see_raw, &seen, &e));
    assert_true(db_records(db, (struct utc){0}, 0, see_own, &seen, &e));
    assert_null(strstr(seen.raw, "DU1234567"));
    assert_non_null(strstr(seen.raw, mask));
    assert_string_equal(seen.own, body);
    assert_true(db_verify(db, &verdict, &e) && verdict.is_intact);
    journal_free(j);
    db_close(db);
}

/* ms after the start of at_s(s) */
static bool due_after(const struct journal *j, int64_t s, int ms)
{
    return instant_due(journal_due(j), instant_after_ms(at_s(s).mono, ms));
}

static void what_only_explains_lingers_until_somebody_waits(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct error e;
    assert_false(due_after(j, 0, 0));
    assert_int_equal(1, journal_append(j, JOURNAL_REQUEST, STR("cli"), STR("{}"), at_s(0), &e));
    assert_false(due_after(j, 0, JOURNAL_LINGER_MS - 1));
    assert_true(due_after(j, 0, JOURNAL_LINGER_MS));
    assert_int_equal(2, journal_append(j, JOURNAL_ANSWER, STR("cli"), STR("{}"), at_s(1), &e));
    assert_true(due_after(j, 0, JOURNAL_LINGER_MS)); /* the first one counts */
    journal_hurry(j);
    assert_true(due_after(j, 0, 0));
    struct journal_batch *b = journal_take(j);
    assert_int_equal(b->count, 2);
    assert_int_equal(3, journal_append(j, JOURNAL_SENT, STR("cli"), STR("{}"), at_s(1), &e));
    assert_false(due_after(j, 9, 0)); /* one is away */
    journal_committed(j, b, true, NULL);
    assert_false(due_after(j, 1, 0));
    struct tasks *tasks = tasks_new();
    struct waiting w = {.j = j, .seq = 3};
    assert_non_null(task_spawn(tasks, at_s(1), 10000, wait_for, &w));
    tasks_run(tasks, at_s(1));
    assert_true(due_after(j, 1, 0));
    journal_committed(j, journal_take(j), true, NULL);
    tasks_run(tasks, at_s(1));
    assert_true(w.ok);
    assert_int_equal(4, journal_append(j, JOURNAL_KILL, STR("cli"), STR("{}"), at_s(2), &e));
    assert_true(due_after(j, 2, 0)); /* one of weight */
    tasks_free(tasks);
    journal_free(j);
}

static void one_batch_is_away_at_a_time(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    append(j, "{}", 0);
    struct journal_batch *b = journal_take(j);
    append(j, "{}", 0);
    assert_null(journal_take(j));
    assert_int_equal(journal_pending(j), 1);
    journal_committed(j, b, true, NULL);
    b = journal_take(j);
    assert_int_equal(b->items[0].seq, 2);
    journal_committed(j, b, true, NULL);
    journal_free(j);
}

static void a_failed_commit_fails_those_who_wait_and_those_who_come(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct tasks *tasks = tasks_new();
    struct waiting w = {.j = j, .seq = append(j, "{}", 0)}, later = {.j = j};
    task_spawn(tasks, at_s(0), 10000, wait_for, &w);
    tasks_run(tasks, at_s(0));
    journal_committed(j, journal_take(j), false, &disk_full);
    later.seq = append(j, "{}", 1);
    task_spawn(tasks, at_s(1), 10000, wait_for, &later);
    tasks_run(tasks, at_s(1));
    assert_true(w.is_done && !w.ok && later.is_done && !later.ok);
    assert_string_equal(w.e.reason, "JOURNAL_FAILED");
    assert_string_equal(later.e.reason, "JOURNAL_FAILED");
    assert_true(journal_is_failed(j));
    assert_null(journal_take(j));
    tasks_free(tasks);
    journal_free(j);
}

static void a_recovered_journal_writes_the_kept_records_first(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    append(j, "{\"n\":1}", 0);
    journal_committed(j, journal_take(j), false, &disk_full);
    append(j, "{\"n\":2}", 0);
    journal_recover(j);
    struct journal_batch *b = journal_take(j);
    assert_int_equal(b->items[0].seq, 1);
    assert_true(journal_is_failed(j)); /* until it is on the disk */
    journal_committed(j, b, true, NULL);
    assert_false(journal_is_failed(j));
    assert_int_equal(journal_durable(j), 1);
    b = journal_take(j);
    assert_int_equal(b->items[0].seq, 2);
    journal_committed(j, b, true, NULL);
    journal_free(j);
}

static void recovery_allows_one_attempt(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    append(j, "{}", 0);
    journal_committed(j, journal_take(j), false, &disk_full);
    journal_recover(j);
    journal_committed(j, journal_take(j), false, &disk_full);
    assert_null(journal_take(j));
    journal_free(j);
}

static void a_lost_commit_ends_in_the_time_out_of_the_task(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct tasks *tasks = tasks_new();
    struct waiting w = {.j = j, .seq = append(j, "{}", 0)};
    task_spawn(tasks, at_s(0), 5000, wait_for, &w);
    tasks_run(tasks, at_s(0));
    struct journal_batch *b = journal_take(j);
    tasks_run(tasks, at_s(6));
    assert_true(w.is_done && !w.ok);
    assert_int_equal(w.e.code, ERROR_TIMEOUT);
    journal_committed(j, b, true, NULL);
    tasks_free(tasks);
    journal_free(j);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    struct error e;
    struct journal *j = journal_new(0);
    for (int i = 0; i < LIMIT_JOURNAL_QUEUE; i++)
        append(j, "{}", 0);
    assert_int_equal(journal_append(j, JOURNAL_STATE, STR("t"), STR("{}"), at_s(0), &e), 0);
    assert_string_equal(e.reason, "JOURNAL_FAILED");
    assert_false(journal_put(j, STR("k"), STR("v"), at_s(0), &e));
    assert_int_equal(journal_last(j), LIMIT_JOURNAL_QUEUE);
    struct journal_batch *b = journal_take(j);
    assert_int_equal(b->count, JOURNAL_BATCH_MAX);
    journal_committed(j, b, true, NULL);
    assert_int_equal(append(j, "{}", 0), LIMIT_JOURNAL_QUEUE + 1);
    journal_free(j);
}

static void an_oversize_body_is_refused(void **state)
{
    (void)state;
    struct error e;
    struct journal *j = journal_new(0);
    char *body = test_malloc(JOURNAL_BODY_MAX + 1);
    memset(body, 'x', JOURNAL_BODY_MAX + 1);
    struct str s = {body, JOURNAL_BODY_MAX + 1};
    assert_int_equal(journal_append(j, JOURNAL_STATE, STR("t"), s, at_s(0), &e), 0);
    s.n--;
    assert_int_equal(journal_append(j, JOURNAL_STATE, STR("t"), s, at_s(0), &e), 1);
    test_free(body);
    journal_free(j);
}

static struct execution fill(const char *id)
{
    struct execution x = {.order_id = 7, .quantity = DEC(10), .price = DEC(5)};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    return x;
}

static void tell(struct journal *j, enum event_kind kind, const struct execution *x)
{
    struct error e;
    struct event ev = {.kind = kind, .at = at_s(0), .execution = x};
    assert_true(journal_record_event(j, &ev, &e));
}

static void an_execution_and_its_commission_are_recorded_once(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct execution x = fill("a.01.01");
    tell(j, EVENT_EXECUTION, &x);
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 1);
    tell(j, EVENT_COMMISSION, &x);
    tell(j, EVENT_COMMISSION, &x);
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 2);
    x = fill("a.01.02"); /* a correction is news */
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 3);
    journal_knows_execution(j, STR("b.01"), false);
    x = fill("b.01");
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 3);
    tell(j, EVENT_COMMISSION, &x);
    assert_int_equal(journal_last(j), 4);
    journal_free(j);
}

/* Writes what waits, as a disk that always works. */
static void write_all(struct journal *j)
{
    struct journal_batch *b;
    while ((b = journal_take(j)) != NULL)
        journal_committed(j, b, true, NULL);
}

static void after_more_executions_than_are_remembered_each_is_still_recorded_once(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    char id[24];
    for (int i = 0; i < 3 * JOURNAL_KNOWN_MAX; i++) {
        (void)snprintf(id, sizeof id, "e%d.01", i);
        struct execution x = fill(id);
        for (int k = 0; k < 2; k++) {
            tell(j, EVENT_EXECUTION, &x);
            tell(j, EVENT_COMMISSION, &x);
        }
        assert_int_equal(journal_last(j), 2 * (i + 1));
        write_all(j);
    }
    journal_free(j);
}

static void a_commission_before_its_execution_hides_neither(void **state)
{
    (void)state;
    struct journal *j = journal_new(0);
    struct execution x = fill("a.01.01");
    tell(j, EVENT_COMMISSION, &x);
    assert_int_equal(journal_last(j), 0); /* nothing to belong to */
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 2);
    tell(j, EVENT_COMMISSION, &x);
    tell(j, EVENT_EXECUTION, &x);
    assert_int_equal(journal_last(j), 2);
    journal_free(j);
}

static void a_repeated_order_state_leaves_no_second_record(void **state)
{
    (void)state;
    struct error e;
    struct journal *j = journal_new(0);
    struct order o = {.order_id = 7, .client_id = 1, .quantity = DEC(10)};
    struct order_status s = {.state = STATE_SUBMITTED, .remaining = DEC(10)};
    struct order_margin margin = {0};
    struct event ev = {.kind = EVENT_ORDER_STATUS, .at = at_s(0), .order = &o, .status = &s};
    assert_true(journal_record_event(j, &ev, &e) && journal_record_event(j, &ev, &e));
    assert_int_equal(journal_last(j), 1);
    s.state = STATE_FILLED;
    assert_true(journal_record_event(j, &ev, &e));
    assert_int_equal(journal_last(j), 2);
    ev.kind = EVENT_ORDER;
    ev.margin = &margin; /* a what-if */
    assert_true(journal_record_event(j, &ev, &e));
    assert_int_equal(journal_last(j), 2);
    journal_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_continue_what_is_stored),
        cmocka_unit_test(a_task_waits_until_its_record_is_committed),
        cmocka_unit_test(what_only_explains_lingers_until_somebody_waits),
        cmocka_unit_test(one_batch_is_away_at_a_time),
        cmocka_unit_test(a_failed_commit_fails_those_who_wait_and_those_who_come),
        cmocka_unit_test(a_recovered_journal_writes_the_kept_records_first),
        cmocka_unit_test(recovery_allows_one_attempt),
        cmocka_unit_test(a_lost_commit_ends_in_the_time_out_of_the_task),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(a_disk_that_does_not_answer_ends_the_waiting),
        cmocka_unit_test(bodies_are_masked_before_they_are_hashed_and_the_program_knows_them_again),
        cmocka_unit_test(an_oversize_body_is_refused),
        cmocka_unit_test(an_execution_and_its_commission_are_recorded_once),
        cmocka_unit_test(after_more_executions_than_are_remembered_each_is_still_recorded_once),
        cmocka_unit_test(a_commission_before_its_execution_hides_neither),
        cmocka_unit_test(a_repeated_order_state_leaves_no_second_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
