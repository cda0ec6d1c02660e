/* SPDX-License-Identifier: MIT */
/*
 * The series of an account and its returns, against numbers worked out by hand, and the
 * money-weighted ones by halving the same equation elsewhere.
 */
#include "automation/timeline.h"

#include "../store/batch.h"

#include <math.h>
#include <string.h>

#define ACCOUNT "DU1"

struct place {
    struct db *db;
    struct journal *j;
    struct arena *arena;
};

static int setup(void **state)
{
    static struct place p;
    struct error e;
    p = (struct place){db_open(":memory:", &e), journal_new(0), arena_new(32 << 20)};
    assert_non_null(p.db);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    journal_free(p->j);
    db_close(p->db);
    arena_free(p->arena);
    return 0;
}

static void keep(struct place *p, const struct past_page *page)
{
    struct error e;
    append(p->j, "{}", 0);
    assert_true(journal_keep(p->j, page, at_s(0), &e));
    flush(p->j, p->db);
}

/* The close of day n: 21:00 UTC. */
static struct utc close_of(int64_t n)
{
    return (struct utc){(n * 86400 + 21 * 3600) * NS_PER_S};
}

static void close_at(struct place *p, int64_t day, enum past_source source, int64_t net)
{
    struct snapshot s = {.account = ACCOUNT,
                         .day = day,
                         .source = source,
                         .at = close_of(day),
                         .base = "USD",
                         .net = {dec_of(net), net > 0}};
    keep(p, &(struct past_page){.snapshots = &s, .snapshot_count = 1});
}

static void flow(struct place *p, const char *id, int64_t day, enum past_source source,
                 enum flow_kind kind, int64_t amount)
{
    struct cash_flow f = {.account = ACCOUNT,
                          .day = day,
                          .source = source,
                          .kind = kind,
                          .at = {close_of(day).ns - 6 * 3600LL * NS_PER_S},
                          .currency = "USD",
                          .amount = dec_of(amount),
                          .is_inferred = source == PAST_SEEN};
    str_copy_cut(f.id, sizeof f.id, str_of(id));
    keep(p, &(struct past_page){.flows = &f, .flow_count = 1});
}

static struct timeline timeline_of(struct place *p)
{
    struct timeline t;
    struct error e;
    if (!timeline_read(&t, p->db, STR(ACCOUNT), 0, 99999, p->arena, &e))
        fail_msg("%s", e.text);
    return t;
}

static void near(const char *what, struct opt_num got, double want)
{
    if (!got.has || fabs(got.v - want) > 1e-12)
        fail_msg("%s: %.17g (%s), expected %.17g", what, got.v, got.has ? "known" : "unknown",
                 want);
}

/* 100,000; 10,000 come in on the second day, 5,000 go out on the third. */
static void four_days(struct place *p)
{
    static const int64_t nets[] = {100000, 101000, 112110, 106000, 107060};
    for (int64_t i = 0; i < 5; i++)
        close_at(p, 100 + i, PAST_SEEN, nets[i]);
    flow(p, "in", 102, PAST_SEEN, FLOW_DEPOSIT, 10000);
    flow(p, "out", 103, PAST_SEEN, FLOW_WITHDRAWAL, -5000);
    flow(p, "div", 103, PAST_SEEN, FLOW_DIVIDEND, 40);
}

static void returns_are_those_worked_out_by_hand(void **state)
{
    struct place *p = *state;
    four_days(p);
    struct timeline t = timeline_of(p);
    assert_int_equal(t.count, 5);
    near("second day", timeline_return(&t, 2), 0.01);
    near("third day", timeline_return(&t, 3), -0.00990099009900991);
    struct stretch s = timeline_stretch(&t, 0, 4, p->arena);
    near("time-weighted", s.time_weighted, 0.0201);
    near("money-weighted", s.money_weighted, 0.019798386287789627);
    assert_true(dec_eq(s.gain, dec_of(2060)) && dec_eq(s.in, dec_of(10000)));
    assert_true(dec_eq(s.out, dec_of(5000)) && dec_eq(s.moved[FLOW_DIVIDEND], dec_of(40)));
    assert_true(s.missed == 0 && s.unpriced == 0 && !s.is_unexplained);
}

static void a_part_of_it_has_its_own_flows_alone(void **state)
{
    struct place *p = *state;
    size_t from;
    four_days(p);
    struct timeline t = timeline_of(p);
    assert_true(timeline_before(&t, 103, &from) && from == 2);
    struct stretch s = timeline_stretch(&t, from, 4, p->arena);
    near("time-weighted", s.time_weighted, (1 - 0.00990099009900991) * 1.01 - 1);
    assert_true(dec_is_zero(s.in) && dec_eq(s.out, dec_of(5000)));
    assert_false(timeline_before(&t, 100, &from));
    assert_int_equal(from, 0);
}

static void the_present_is_a_point_behind_todays_close(void **state)
{
    struct place *p = *state;
    four_days(p);
    flow(p, "late", 105, PAST_SEEN, FLOW_DEPOSIT, 1000);
    struct timeline t = timeline_of(p);
    timeline_add_now(&t, 104, close_of(105), dec_of(109150));
    assert_int_equal(t.count, 6);
    assert_true(t.points[5].is_now && dec_eq(t.points[5].in, dec_of(1000)));
    near("now", timeline_return(&t, 5), 109150.0 / 108060.0 - 1);
}

static void a_statement_sets_inferred_flows_aside_for_its_days(void **state)
{
    struct place *p = *state;
    four_days(p);
    struct statement s = {.hash = "h",
                          .account = ACCOUNT,
                          .source = PAST_FLEX,
                          .from_day = 101,
                          .to_day = 102,
                          .flows = 1};
    keep(p, &(struct past_page){.statement = &s});
    flow(p, "flex:1", 102, PAST_FLEX, FLOW_DEPOSIT, 10500);
    struct timeline t = timeline_of(p);
    assert_true(dec_eq(t.points[2].in, dec_of(10500)));
    assert_true(dec_eq(t.points[3].out, dec_of(5000))); /* not a day of the statement */
    size_t aside = 0;
    for (size_t i = 0; i < t.flow_count; i++)
        aside += t.flows[i].is_set_aside;
    assert_int_equal(aside, 1);
}

static void a_close_that_was_missed_is_one_unless_a_statement_tells_it(void **state)
{
    struct place *p = *state;
    close_at(p, 100, PAST_SEEN, 100);
    close_at(p, 101, PAST_SEEN, 0);
    close_at(p, 102, PAST_SEEN, 0);
    close_at(p, 102, PAST_FLEX, 90);
    close_at(p, 103, PAST_SEEN, 110);
    close_at(p, 103, PAST_FLEX, 999);
    struct timeline t = timeline_of(p);
    assert_int_equal(t.count, 3);
    assert_true(t.missed_count == 1 && t.missed[0] == 101);
    assert_true(dec_eq(t.points[1].net, dec_of(90)) && t.points[1].source == PAST_FLEX);
    assert_true(dec_eq(t.points[2].net, dec_of(110)));
    assert_int_equal(timeline_stretch(&t, 0, 2, p->arena).missed, 1);
}

static void what_has_no_rate_is_counted_and_not_guessed(void **state)
{
    struct place *p = *state;
    close_at(p, 100, PAST_SEEN, 100);
    close_at(p, 101, PAST_SEEN, 110);
    struct cash_flow f = {.id = "x",
                          .account = ACCOUNT,
                          .day = 101,
                          .kind = FLOW_DEPOSIT,
                          .at = close_of(101),
                          .currency = "JPY",
                          .amount = dec_of(1000)};
    keep(p, &(struct past_page){.flows = &f, .flow_count = 1});
    flow(p, "gap", 101, PAST_SEEN, FLOW_UNEXPLAINED, 5);
    struct timeline t = timeline_of(p);
    struct stretch s = timeline_stretch(&t, 0, 1, p->arena);
    assert_true(s.unpriced == 1 && s.is_unexplained && dec_is_zero(s.in));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(returns_are_those_worked_out_by_hand),
        TEST(a_part_of_it_has_its_own_flows_alone),
        TEST(the_present_is_a_point_behind_todays_close),
        TEST(a_statement_sets_inferred_flows_aside_for_its_days),
        TEST(a_close_that_was_missed_is_one_unless_a_statement_tells_it),
        TEST(what_has_no_rate_is_counted_and_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
