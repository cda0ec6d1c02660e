/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "guard/state.h"
#include "tests/kit/arm.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    struct db_verdict v;
    struct error e;
    assert_true(db_verify(d->db, &v, &e) && v.is_intact);
    desk_free(d);
    return 0;
}

/* ---- help ---- */

static bool pull_scope(struct desk *d, enum gate_scope scope, const char *name, bool flatten,
                       struct error *e)
{
    struct gate_kill_request r = {.scope = scope,
                                  .name = str_of(name),
                                  .principal = STR("me"),
                                  .why = STR("a reason"),
                                  .flatten = flatten};
    return gate_kill(d->gate, &r, d->now, e);
}

static bool release(struct desk *d, enum gate_scope scope, const char *name, const char *why,
                    struct error *e)
{
    return gate_release(d->gate, scope, str_of(name), STR("me"), true, str_of(why), d->now, e);
}

static size_t switches_on(const struct desk *d)
{
    struct gate_kill_status k;
    size_t n = 0;
    for (size_t i = 0; gate_kill_next(d->gate, &i, &k);)
        n++;
    return n;
}

static struct gate_kill_status first_on(const struct desk *d)
{
    struct gate_kill_status k;
    size_t i = 0;
    assert_true(gate_kill_next(d->gate, &i, &k));
    return k;
}

static void work(struct task *t, void *arg)
{
    struct desk *d = arg;
    gate_kill_work(t, d->gate);
}

/* Time passes, and the gate's work for its switches is done as app/flow does it. */
static void go_on(struct desk *d, int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 10) {
        desk_run(d, 10);
        gate_kill_step(d->gate, d->now);
        if (tasks_count(d->tasks) == 0 && instant_due(gate_kill_work_due(d->gate), d->now.mono))
            assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    }
}

/* ---- scopes ---- */

static void a_principal_is_named_whole_or_by_its_user_or_its_assistant(void **state)
{
    static const struct {
        const char *name, *principal;
        bool is_whose;
    } rows[] = {
        {"rule:x", "rule:x", true},
        {"rule:x", "rule:xy", false},
        {"rule:x", "my rule:x", true},
        {"uid:1000", "uid:1000", true},
        {"uid:1000", "uid:1000 mcp:Some Desktop", true},
        {"mcp:Some Desktop", "uid:1000 mcp:Some Desktop", true},
        {"uid:1000 mcp:Some Desktop", "uid:1000 mcp:Some Desktop", true},
        {"uid:100", "uid:1000 mcp:Some Desktop", false},
        {"Desktop", "uid:1000 mcp:SomeDesktop", false},
        {"uid:1000", "", false},
        {"UID:1000", "uid:1000", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_PRINCIPAL};
        str_copy_cut(k.name, sizeof k.name, str_of(rows[i].name));
        if (kill_is_whose(&k, str_of(rows[i].principal)) != rows[i].is_whose)
            fail_msg("row %zu", i);
    }
}

static void a_symbol_is_named_in_any_case_or_by_its_contract_id(void **state)
{
    static const struct {
        const char *name;
        bool covers;
    } rows[] = {{"AAPL", true}, {"aapl", true},   {"conid:265598", true}, {"conid:26559", false},
                {"AAP", false}, {"AAPLX", false}, {"conid:0", false},     {"", false}};
    struct contract c = {.con_id = 265598, .sec_type = SEC_OPT, .symbol = "AAPL"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_SYMBOL};
        str_copy_cut(k.name, sizeof k.name, str_of(rows[i].name));
        if (kill_covers(&k, &c) != rows[i].covers)
            fail_msg("%s", rows[i].name);
    }
}

static void so_many_switches_and_always_that_of_everything(void **state)
{
    struct desk *d = *state;
    struct error e;
    char name[16];
    for (int i = 1; i < GATE_KILLS_MAX; i++) {
        (void)snprintf(name, sizeof name, "SYM%d", i);
        assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, name, false, &e));
    }
    assert_false(pull_scope(d, GATE_SCOPE_SYMBOL, "MORE", false, &e));
    assert_string_equal(e.reason, "KILLS_MAX");
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "sym1", false, &e)); /* it is on already */
    assert_true(pull_scope(d, GATE_SCOPE_ALL, "", false, &e));
    assert_int_equal(switches_on(d), GATE_KILLS_MAX);
    assert_true(release(d, GATE_SCOPE_SYMBOL, "SYM3", "calm", &e));
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "MORE", false, &e));
}

static void a_scope_that_cannot_be_had_is_refused(void **state)
{
    struct desk *d = *state;
    struct error e;
    char name[GATE_KILL_NAME_MAX + 1];
    memset(name, 'x', sizeof name);
    name[GATE_KILL_NAME_MAX] = 0;
    assert_false(pull_scope(d, GATE_SCOPE_SYMBOL, name, false, &e));
    assert_string_equal(e.reason, "KILL_SCOPE");
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, name + 1, false, &e));
    assert_false(pull_scope(d, GATE_SCOPE_PRINCIPAL, "  ", false, &e));
    assert_string_equal(e.reason, "KILL_SCOPE");
    assert_non_null(strstr(e.text, "a name of 1 to"));
    assert_false(pull_scope(d, GATE_SCOPE_PRINCIPAL, "rule:x", true, &e));
    assert_string_equal(e.reason, "KILL_SCOPE");
    assert_non_null(strstr(e.text, "whose a position is"));
}

static void a_release_needs_a_reason_and_its_own_switch(void **state)
{
    struct desk *d = *state;
    struct error e;
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", false, &e));
    assert_false(release(d, GATE_SCOPE_SYMBOL, "aapl", "  ", &e));
    assert_string_equal(e.reason, "REASON_REQUIRED");
    assert_false(release(d, GATE_SCOPE_ALL, "", "calm", &e));
    assert_string_equal(e.reason, "NOT_KILLED");
    assert_false(release(d, GATE_SCOPE_PRINCIPAL, "AAPL", "calm", &e));
    assert_int_equal(switches_on(d), 1);
    assert_true(release(d, GATE_SCOPE_SYMBOL, "aapl", "calm", &e));
    assert_int_equal(switches_on(d), 0);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_RELEASE, "\"why\":\"calm\""), 1);
}

/* ---- keeping ---- */

static void all_of_them_fit_the_reserve_and_survive_a_restart(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct buf reserve;
    char name[GATE_KILL_NAME_MAX], text[GATE_WHY_MAX];
    memset(text, '"', sizeof text);
    text[sizeof text - 1] = 0;
    text[7] = '\n';
    for (int i = 0; i < GATE_KILLS_MAX; i++) {
        memset(name, '\\', sizeof name);
        name[0] = (char)('A' + i);
        name[sizeof name - 1] = 0;
        struct gate_kill_request r = {.scope = i ? GATE_SCOPE_SYMBOL : GATE_SCOPE_ALL,
                                      .name = str_of(name),
                                      .principal = str_of(text),
                                      .why = str_of(text)};
        assert_true(gate_kill(d->gate, &r, d->now, &e));
    }
    desk_run(d, 100);
    buf_init(&reserve, GATE_RESERVE_MAX);
    gate_kill_text(d->gate, &reserve);
    assert_true(!reserve.failed && reserve.n > 2000);
    desk_restart(d);
    assert_int_equal(switches_on(d), GATE_KILLS_MAX);
    assert_true(first_on(d).is_durable);
    assert_int_equal(strlen(first_on(d).why), GATE_WHY_MAX - 1);
    /* from the reserve alone, beside what is on already: nothing twice */
    gate_kill_recall(d->gate, buf_str(&reserve), d->now);
    assert_int_equal(switches_on(d), GATE_KILLS_MAX);
    buf_fini(&reserve);
}

/* ---- a thousand orders ---- */

enum { MANY = 1000 };

static void place_many(struct desk *d)
{
    struct call c;
    d->limits.max_orders_per_day = 100000;
    d->limits.max_orders_per_minute = 100000;
    d->limits.max_orders_per_second = 100000;
    d->limits.max_messages_per_second = 100000;
    d->limits.max_orders_per_side = 100000;
    d->limits.max_value_per_day = DEC(1000000000);
    d->limits.max_position_pct = DEC_ZERO;
    d->limits.duplicate_window_s = 0;
    desk_restart(d);
    for (int i = 0; i < MANY; i++) {
        resting(d, &c, "1", 10);
        call(d, &c, CALL_SUBMIT);
        if (!c.ok)
            fail_msg("order %d: %s %s", i, c.e.reason, c.e.text);
    }
    assert_int_equal(working(d), MANY);
}

static void a_thousand_cancels_keep_to_the_pace_and_tell_how_far_they_are(void **state)
{
    struct desk *d = *state;
    struct gate_kill_status k;
    place_many(d);
    go_on(d, 2000);
    pull(d, "me", "all of them", true);
    gate_kill_status(d->gate, &k);
    assert_true(k.total == MANY && k.asked == MANY && k.working == MANY);
    for (int s = 1; s <= 10; s++) { /* never more than the broker takes */
        go_on(d, 1000);
        gate_kill_status(d->gate, &k);
        assert_in_range(k.total - k.working, (size_t)s * 40, (size_t)s * 50 + 50);
    }
    go_on(d, 15000);
    gate_kill_status(d->gate, &k);
    assert_true(k.total == MANY && k.working == 0 && !k.asked_oldest.has);
    assert_int_equal(working(d), 0);
}

/* ---- flattening ---- */

static void what_the_mode_forbids_is_not_closed_either(void **state)
{
    struct desk *d = *state;
    struct error e;
    d->is_foreign = true; /* mode auto only reads from a broker that is not our own */
    desk_restart(d);
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", true, &e));
    go_on(d, 5000);
    struct gate_kill_status k = first_on(d);
    assert_int_equal(k.flatten, GATE_FLATTEN_CLOSING);
    assert_non_null(strstr(k.note, "AAPL is not closed: MODE_READ_ONLY"));
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
    assert_int_equal(journaled(d, JOURNAL_REFUSAL, "MODE_READ_ONLY"), 1);
    go_on(d, 40000); /* it is tried again, not at once and not for ever at that pace */
    assert_in_range(journaled(d, JOURNAL_REFUSAL, "MODE_READ_ONLY"), 2, 3);
    d->limits.mode = GUARD_PAPER;
    desk_restart(d);
    go_on(d, 10000);
    assert_int_equal(first_on(d).flatten, GATE_FLATTEN_FLAT);
    assert_int_equal(dec_sign(held(d, AAPL)), 0);
}

static void before_the_account_was_compared_nothing_is_closed(void **state)
{
    struct desk *d = *state;
    struct error e;
    d->gate->trading.is_reconciled = false;
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", true, &e));
    go_on(d, 5000);
    assert_int_equal(first_on(d).flatten, GATE_FLATTEN_CANCELLING);
    assert_non_null(strstr(first_on(d).note, "has not been compared"));
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
    d->gate->trading.is_reconciled = true;
    go_on(d, 40000);
    assert_int_equal(first_on(d).flatten, GATE_FLATTEN_FLAT);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 1);
}

static void what_changed_while_the_disk_was_waited_for_is_not_sent(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct dec before = held(d, AAPL);
    d->disk = DISK_HANGS;
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", true, &e));
    go_on(d, 500);
    assert_true(arm(d->paper, d->now, "place SELL 100 AAPL")); /* by hand, meanwhile */
    go_on(d, 2000);
    assert_true(dec_eq(held(d, AAPL), dec_minus(before, DEC(100))));
    d->disk = DISK_WORKS;
    go_on(d, 500);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 1);
    go_on(d, 40000);
    assert_int_equal(first_on(d).flatten, GATE_FLATTEN_FLAT);
    assert_int_equal(dec_sign(held(d, AAPL)), 0);
}

static void a_release_stops_what_is_not_sent_yet(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct dec before = held(d, AAPL);
    d->disk = DISK_HANGS;
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", true, &e));
    go_on(d, 500);
    assert_true(release(d, GATE_SCOPE_SYMBOL, "AAPL", "not after all", &e));
    d->disk = DISK_WORKS;
    go_on(d, 5000);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 1);
    assert_true(dec_eq(held(d, AAPL), before));
    assert_int_equal(switches_on(d), 0);
}

static void another_kill_does_not_cancel_closing_orders(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct gate_closing row;
    size_t i = 0;
    assert_true(arm(d->paper, d->now, "no_fills on"));
    assert_true(pull_scope(d, GATE_SCOPE_SYMBOL, "AAPL", true, &e));
    go_on(d, 3000);
    assert_int_equal(working(d), 1);
    pull(d, "me", "everything else too", false);
    go_on(d, 3000);
    assert_int_equal(working(d), 1);
    struct gate_kill_status k;
    for (size_t at = 0; gate_kill_next(d->gate, &at, &k) && k.scope == GATE_SCOPE_ALL;)
        continue;
    assert_true(gate_closing_next(d->gate, k.place, &i, &row));
    assert_string_equal(row.state, "working");
    assert_false(gate_closing_next(d->gate, k.place, &i, &row));
    assert_true(arm(d->paper, d->now, "no_fills off"));
    go_on(d, 40000);
    gate_kill_status(d->gate, &k);
    assert_int_equal(k.total, 0);
    assert_int_equal(dec_sign(held(d, AAPL)), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_principal_is_named_whole_or_by_its_user_or_its_assistant),
        cmocka_unit_test(a_symbol_is_named_in_any_case_or_by_its_contract_id),
        TEST(so_many_switches_and_always_that_of_everything),
        TEST(a_scope_that_cannot_be_had_is_refused),
        TEST(a_release_needs_a_reason_and_its_own_switch),
        TEST(all_of_them_fit_the_reserve_and_survive_a_restart),
        TEST(a_thousand_cancels_keep_to_the_pace_and_tell_how_far_they_are),
        TEST(what_the_mode_forbids_is_not_closed_either),
        TEST(before_the_account_was_compared_nothing_is_closed),
        TEST(what_changed_while_the_disk_was_waited_for_is_not_sent),
        TEST(a_release_stops_what_is_not_sent_yet),
        TEST(another_kill_does_not_cancel_closing_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
