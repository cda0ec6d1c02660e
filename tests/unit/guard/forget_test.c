/* SPDX-License-Identifier: MIT */
/* What the gate forgets when a day begins, and what it must not. */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "words.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    desk_free(*state);
    return 0;
}

/* As many days as the ledger remembers were traded on after that of all intents, and one more
 * begins. */
static void days_pass(struct desk *d)
{
    struct ledger *l = d->gate->ledger;
    int64_t day = ledger_day(l);
    for (int i = 1; i < LEDGER_DAYS_MAX; i++)
        ledger_turn(l, day + i, journal_last(d->journal) + 100);
    d->now.mono.ns += (LEDGER_DAYS_MAX + 1) * 86400 * (int64_t)NS_PER_S;
    d->now.wall.ns += (LEDGER_DAYS_MAX + 1) * 86400 * (int64_t)NS_PER_S;
    gate_turn(d->gate, d->now);
    assert_true(ledger_day(l) > day + LEDGER_DAYS_MAX);
}

/* An intent of the first day, under a number of its own. */
static struct intent *add_known(struct desk *d, int n, const char *ref)
{
    struct error e;
    struct intent it = {.order = order_of(SIDE_BUY, "5", ORDER_LMT), .state = INTENT_KNOWN};
    it.seq = n;
    it.order.order_id = 800 + n;
    str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
    struct intent *kept = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(kept);
    return kept;
}

static bool is_remembered(struct desk *d, const char *ref)
{
    return ledger_by_ref(d->gate->ledger, str_of(ref)) != NULL;
}

static bool is_in_book(struct desk *d, const char *ref)
{
    return book_order_ref(d->book, str_of(ref)) != NULL;
}

/* A market order that has filled; *out: its execution. */
static void filled(struct desk *d, char ref[64], struct execution *out)
{
    struct call c;
    const struct execution *x;
    size_t i = 0;
    resting(d, &c, "5", 5);
    c.request.orders[0].type = ORDER_MKT;
    c.request.orders[0].limit_price = DEC_NONE;
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && c.outcome.result == GATE_FILLED);
    desk_run(d, 1000);
    assert_true(book_next_execution(d->book, &i, STR_NONE, &x));
    *out = *x;
    memcpy(ref, c.outcome.legs[0].order.ref, 64);
}

static void what_is_over_for_long_is_forgotten_everywhere(void **state)
{
    struct desk *d = *state;
    struct holdings *h = d->gate->reconcile->holdings;
    struct execution x;
    char ref[64];
    filled(d, ref, &x);
    holdings_list_begin(h);
    assert_int_equal(holdings_execution(h, &x, d->journal, d->now), HOLDINGS_KNOWN);
    holdings_list_begin(h);
    gate_turn(d->gate, d->now);
    assert_true(is_remembered(d, ref) && is_in_book(d, ref));
    days_pass(d);
    assert_false(is_remembered(d, ref));
    assert_false(is_in_book(d, ref));
    assert_int_equal(holdings_execution(h, &x, d->journal, d->now), HOLDINGS_NEW);
}

static void nothing_is_forgotten_while_the_day_is_the_same(void **state)
{
    struct desk *d = *state;
    days_pass(d);
    (void)add_known(d, 1, "PC:old");
    gate_turn(d->gate, d->now);
    assert_true(is_remembered(d, "PC:old"));
}

static void an_order_that_works_is_remembered_however_old_it_is(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    const char *ref = c.outcome.legs[0].order.ref;
    days_pass(d);
    assert_true(is_remembered(d, ref) && is_in_book(d, ref));
}

static void what_a_break_names_is_remembered_here_and_in_the_book(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    struct execution x;
    char ref[64];
    filled(d, ref, &x);
    (void)add_known(d, 1, "PC:other");
    (void)add_known(d, 2, "PC:behind");
    memcpy(r->breaks[0].ref, ref, sizeof r->breaks[0].ref);
    str_copy_cut(r->breaks[1].ref, sizeof r->breaks[1].ref, STR("PC:behind")); /* no break */
    r->count = r->total = 1;
    days_pass(d);
    assert_true(is_remembered(d, ref) && is_in_book(d, ref));
    assert_false(is_remembered(d, "PC:other") || is_remembered(d, "PC:behind"));
}

static void with_more_breaks_than_are_kept_nothing_is_forgotten(void **state)
{
    struct desk *d = *state;
    (void)add_known(d, 1, "PC:old");
    d->gate->reconcile->total = d->gate->reconcile->count + 1;
    days_pass(d);
    assert_true(is_remembered(d, "PC:old"));
}

static void what_vanished_is_remembered_until_a_person_has_accepted_it(void **state)
{
    static const struct {
        enum intent_state state;
        bool was_seen, is_accepted, is_kept;
    } rows[] = {{INTENT_NOT_PLACED, true, false, true},
                {INTENT_NOT_PLACED, true, true, false},
                {INTENT_NOT_PLACED, false, false, false},
                {INTENT_NOT_PLACED, false, true, false},
                {INTENT_KNOWN, true, false, false}};
    struct desk *d = *state;
    char ref[16];
    for (int i = 0; i < 5; i++) {
        (void)snprintf(ref, sizeof ref, "PC:%d", i);
        struct intent *it = add_known(d, i + 1, ref);
        intent_become(it, rows[i].state);
        it->was_seen = rows[i].was_seen;
        it->is_accepted = rows[i].is_accepted;
    }
    days_pass(d);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(ref, sizeof ref, "PC:%d", i);
        assert_int_equal(is_remembered(d, ref), rows[i].is_kept);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_over_for_long_is_forgotten_everywhere),
        TEST(nothing_is_forgotten_while_the_day_is_the_same),
        TEST(an_order_that_works_is_remembered_however_old_it_is),
        TEST(what_a_break_names_is_remembered_here_and_in_the_book),
        TEST(with_more_breaks_than_are_kept_nothing_is_forgotten),
        TEST(what_vanished_is_remembered_until_a_person_has_accepted_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
