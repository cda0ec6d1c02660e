/* SPDX-License-Identifier: MIT */
/* What has passed the gate and waits for the pacing, when something would refuse it now. */
#include "broker/state.h"
#include "broker/trade.h"
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

static void assert_sent(const struct call *c)
{
    if (!c->ok)
        fail_msg("%s: %s", c->e.reason, c->e.text);
}

static void assert_refused(const struct call *c, const char *reason)
{
    assert_true(c->is_done);
    assert_false(c->ok);
    assert_string_equal(c->e.reason, reason);
    assert_contains(c->e.text, "nothing was sent");
    assert_true(c->e.next[0]);
}

static int64_t orders_today(struct desk *d)
{
    return ledger_orders_today(d->gate->ledger);
}

/* ---- making things wait ---- */

static void held_by_the_disk(struct desk *d, struct call *c)
{
    d->disk = DISK_HANGS;
    call_start(d, c, CALL_SUBMIT);
    desk_run(d, 100);
    assert_false(c->is_done);
}

/* Sends what nobody misses until something waits; returns how much that took. */
static int use_up(struct desk *d)
{
    struct error e;
    int n = 0;
    for (; d->session->pacing.count == 0; n++)
        assert_true(trade_cancel(d->session, 900000, d->now, &e));
    return n;
}

/* The same, but for one message. */
static void use_up_but_one(struct desk *d)
{
    struct error e;
    int n = use_up(d);
    desk_run(d, 1100);
    for (int i = 0; i < n - 2; i++)
        assert_true(trade_cancel(d->session, 900000, d->now, &e));
}

/* The disk answers, and the tasks go on, within this moment. */
static void write_all(struct desk *d)
{
    d->disk = DISK_WORKS;
    desk_disk(d);
    tasks_run(d->tasks, d->now);
}

/* Asked for, decided and journaled; every message of it waits for the pacing. */
static void held_by_the_pacing(struct desk *d, struct call *c)
{
    held_by_the_disk(d, c);
    desk_run(d, 2000);
    (void)use_up(d);
    write_all(d);
    assert_false(c->is_done);
}

static bool waits(struct desk *d, const struct call *c, size_t leg)
{
    return trade_drop_waiting(d->session, c->ticket.orders[leg].order_id) == 1;
}

static void halt(struct desk *d)
{
    d->gate->trading.state = GATE_HALTED;
    (void)gate_withdraw_unsent(d->gate, d->now);
    tasks_run(d->tasks, d->now);
}

/* The tokens of the gate: one called bot, or none. */
static void tokens_of_gate(struct desk *d, bool has_bot)
{
    static const char file[] =
        "{\"version\":1,\"tokens\":[{\"name\":\"bot\",\"sha256\":"
        "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
        "\"scopes\":\"read,trade\"}]}";
    static struct keep *keep;
    struct error e;
    tokens_free((struct tokens *)(uintptr_t)d->gate->config.tokens);
    keep_free(keep);
    keep = has_bot ? keep_new(TOKENS_FILE_MAX) : NULL;
    d->gate->config.tokens = has_bot ? tokens_new(STR(file), keep, &e) : NULL;
    assert_true(!has_bot || d->gate->config.tokens);
}

/* ---- which of them ---- */

/* Three orders wait; which of them are withdrawn, and for what? */
static void assert_withdrawn(struct desk *d, const char *const principals[3],
                             const struct kill_switch *k, const char *expected, const char *reason,
                             const char *why)
{
    struct call c[3];
    char withdrawn[4] = "---";
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        resting(d, &c[i], "5", 5 + i);
        d->disk = DISK_HANGS;
        call_start(d, &c[i], CALL_SUBMIT);
        c[i].request.principal = str_of(principals[i]);
        n += expected[i] == 'x';
    }
    desk_run(d, 2000);
    (void)use_up(d);
    write_all(d);
    for (int i = 0; i < 3; i++)
        if (c[i].is_done)
            fail_msg("%s", c[i].e.text);
    assert_int_equal(orders_today(d), 3);
    if (k)
        d->gate->kills.switches[k->scope == GATE_SCOPE_ALL ? 0 : 1] = *k;
    else if (strcmp(reason, "HALTED") == 0)
        d->gate->trading.state = GATE_HALTED;
    else
        tokens_of_gate(d, false);
    assert_int_equal(gate_withdraw_unsent(d->gate, d->now), n);
    assert_int_equal(gate_withdraw_unsent(d->gate, d->now), 0);
    assert_int_equal(orders_today(d), 3 - (int64_t)n);
    tasks_run(d->tasks, d->now);
    for (int i = 0; i < 3; i++) {
        bool is_waiting = waits(d, &c[i], 0);
        if (!is_waiting) {
            withdrawn[i] = 'x';
            assert_refused(&c[i], reason);
            assert_contains(c[i].e.text, why);
        } else {
            assert_false(c[i].is_done);
        }
    }
    assert_string_equal(withdrawn, expected);
    for (int i = 0; i < 3; i++)
        call_finish(d, &c[i]);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), n);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, why), n);
}

static const char *const locals[] = {"local:1000", "local:1001", GATE_CLOSER};

static void a_halt_holds_back_all_waiting_orders_but_the_closing_ones(void **state)
{
    assert_withdrawn(*state, locals, NULL, "xx-", "HALTED", "trading is halted");
}

static void a_switch_of_a_principal_holds_back_the_waiting_orders_of_that_one(void **state)
{
    struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_PRINCIPAL, .name = "local:1000"};
    assert_withdrawn(*state, locals, &k, "x--", "KILLED", "a kill switch is on");
}

static void a_switch_of_a_symbol_holds_back_the_waiting_orders_in_it(void **state)
{
    struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_SYMBOL, .name = "AAPL"};
    assert_withdrawn(*state, locals, &k, "xx-", "KILLED", "a kill switch is on");
}

static void a_switch_of_another_symbol_holds_nothing_back(void **state)
{
    struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_SYMBOL, .name = "KO"};
    assert_withdrawn(*state, locals, &k, "---", "KILLED", "a kill switch is on");
}

static void the_end_of_a_token_holds_back_its_waiting_orders_and_no_others(void **state)
{
    static const char *const principals[] = {"token:bot", "local:1000", "token:bot mcp:x"};
    tokens_of_gate(*state, true);
    assert_withdrawn(*state, principals, NULL, "x-x", "PRINCIPAL_LIMIT", "has been revoked");
}

/* ---- brackets ---- */

static void the_entry_of_a_bracket_whose_legs_are_held_back_is_taken_back_once(void **state)
{
    struct desk *d = *state;
    struct call other, c;
    resting(d, &other, "4", 7);
    call(d, &other, CALL_SUBMIT);
    assert_sent(&other);
    bracketed(d, &c);
    held_by_the_disk(d, &c);
    desk_run(d, 1100);
    use_up_but_one(d);
    write_all(d);
    int64_t before = messages(d);
    halt(d);
    assert_int_equal(messages(d) - before, 1);
    call_finish(d, &c);
    assert_sent(&c);
    assert_int_equal(c.outcome.result, GATE_CANCELLED);
    assert_int_equal(c.outcome.count, 1);
    assert_contains(c.outcome.text, "taken back");
    desk_run(d, 5000);
    assert_int_equal(working(d), 1); /* the other one */
}

static void a_bracket_that_waits_as_a_whole_needs_no_cancel(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    held_by_the_pacing(d, &c);
    int64_t before = messages(d);
    assert_int_equal(orders_today(d), 3);
    d->gate->trading.state = GATE_HALTED;
    assert_int_equal(gate_withdraw_unsent(d->gate, d->now), 1);
    tasks_run(d->tasks, d->now);
    assert_int_equal(messages(d), before);
    assert_refused(&c, "HALTED");
    assert_int_equal(orders_today(d), 0);
    desk_run(d, 5000);
    assert_int_equal(working(d), 0);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 3);
}

/* ---- changes ---- */

/* A working order of ours, and a dearer change of it that waits. */
static void changed(struct desk *d, struct call *c, struct call *change, const char *who)
{
    resting(d, c, "5", 6);
    call(d, c, CALL_SUBMIT);
    assert_sent(c);
    *change = (struct call){.request = {.kind = GATE_MODIFY, .count = 1, .min_tick = some("0.01")}};
    change->request.orders[0] = c->outcome.legs[0].order;
    change->request.orders[0].limit_price.v =
        dec_plus(change->request.orders[0].limit_price.v, DEC(1));
    d->disk = DISK_HANGS;
    call_start(d, change, CALL_SUBMIT);
    change->request.principal = str_of(who);
    desk_run(d, 2000);
    (void)use_up(d);
    write_all(d);
    assert_false(change->is_done);
}

static void a_change_that_is_held_back_leaves_the_order_as_it_is(void **state)
{
    struct desk *d = *state;
    struct call c, change;
    changed(d, &c, &change, "local:1000");
    struct dec value = ledger_value_today(d->gate->ledger);
    halt(d);
    assert_refused(&change, "HALTED");
    assert_true(dec_cmp(ledger_value_today(d->gate->ledger), value) < 0);
    assert_false(waits(d, &change, 0));
    desk_run(d, 5000);
    assert_int_equal(working(d), 1);
    assert_int_equal(orders_today(d), 1);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_changed"), 1);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "not_sent"), 0);
}

static void a_change_by_a_token_that_ended_is_held_back_whosever_the_order_is(void **state)
{
    struct desk *d = *state;
    struct call c, change;
    tokens_of_gate(d, true);
    changed(d, &c, &change, "token:bot");
    tokens_of_gate(d, false);
    assert_int_equal(gate_withdraw_unsent(d->gate, d->now), 1);
    tasks_run(d->tasks, d->now);
    assert_refused(&change, "PRINCIPAL_LIMIT");
    assert_int_equal(working(d), 1);
}

static void a_change_by_a_switched_off_principal_is_held_back_whosever_the_order_is(void **state)
{
    struct desk *d = *state;
    struct call c, change;
    changed(d, &c, &change, "rule:x");
    d->gate->kills.switches[1] =
        (struct kill_switch){.is_on = true, .scope = GATE_SCOPE_PRINCIPAL, .name = "rule:x"};
    assert_int_equal(gate_withdraw_unsent(d->gate, d->now), 1);
    tasks_run(d->tasks, d->now);
    assert_refused(&change, "KILLED");
}

static void a_change_of_an_exit_that_is_held_back_leaves_the_bracket_alone(void **state)
{
    struct desk *d = *state;
    struct call c;
    bracketed(d, &c);
    call(d, &c, CALL_SUBMIT);
    assert_sent(&c);
    struct call change = {.request = {.kind = GATE_MODIFY, .count = 1, .min_tick = some("0.01")}};
    change.request.orders[0] = c.outcome.legs[2].order;
    change.request.orders[0].limit_price.v =
        dec_plus(change.request.orders[0].limit_price.v, DEC(1));
    held_by_the_pacing(d, &change);
    halt(d);
    assert_refused(&change, "HALTED");
    assert_false(waits(d, &change, 0));
    desk_run(d, 5000);
    assert_int_equal(working(d), 3);
}

static void what_waits_is_a_change_if_the_broker_has_had_the_order(void **state)
{
    static const struct {
        enum intent_state state;
        size_t perm_count;
        bool is_ref_lost, is_change;
    } rows[] = {{INTENT_SENT, 0, false, false},   {INTENT_SENT, 1, false, true},
                {INTENT_SENT, 0, true, true},     {INTENT_UNKNOWN, 0, false, false},
                {INTENT_UNKNOWN, 1, false, true}, {INTENT_UNKNOWN, 0, true, true},
                {INTENT_KNOWN, 0, false, true},   {INTENT_NOT_PLACED, 0, false, true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct call c;
        resting(d, &c, "5", 5);
        held_by_the_pacing(d, &c);
        struct intent *it = ledger_by_ref(d->gate->ledger, STR_NAME(c.ticket.orders[0].ref));
        intent_become(it, rows[i].state);
        it->perm_count = rows[i].perm_count;
        it->is_ref_lost = rows[i].is_ref_lost;
        halt(d);
        desk_run(d, 100);
        if (orders_today(d) != rows[i].is_change ||
            journaled(d, JOURNAL_OUTCOME, "\"not_changed\"") != rows[i].is_change ||
            journaled(d, JOURNAL_OUTCOME, "\"not_sent\"") != !rows[i].is_change)
            fail_msg("row %zu", i);
        desk_free(d);
    }
}

/* ---- who waits for it ---- */

static void who_cancels_an_order_that_is_held_back_hears_that_it_has_ended(void **state)
{
    struct desk *d = *state;
    struct call c, cancel = {0};
    resting(d, &c, "5", 5);
    held_by_the_pacing(d, &c);
    cancel.cancel.order_id = c.ticket.orders[0].order_id;
    call_start(d, &cancel, CALL_CANCEL);
    tasks_run(d->tasks, d->now);
    assert_false(cancel.is_done);
    halt(d);
    assert_true(cancel.is_done && cancel.ok);
    assert_int_equal(cancel.outcome.result, GATE_CANCELLED);
    assert_refused(&c, "HALTED");
}

static void what_was_held_back_is_known_as_unsent_after_a_restart(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    c.request.idempotency_key = STR("k1");
    held_by_the_pacing(d, &c);
    halt(d);
    assert_refused(&c, "HALTED");
    struct order o;
    assert_false(gate_sent_before(d->gate, STR("local:1000"), STR("k1"), &o));
    desk_run(d, 1000);
    desk_restart(d);
    assert_int_equal(orders_today(d), 0);
    struct intent *it = ledger_by_ref(d->gate->ledger, STR_NAME(c.ticket.orders[0].ref));
    assert_true(it && it->state == INTENT_NOT_SENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_halt_holds_back_all_waiting_orders_but_the_closing_ones),
        TEST(a_switch_of_a_principal_holds_back_the_waiting_orders_of_that_one),
        TEST(a_switch_of_a_symbol_holds_back_the_waiting_orders_in_it),
        TEST(a_switch_of_another_symbol_holds_nothing_back),
        TEST(the_end_of_a_token_holds_back_its_waiting_orders_and_no_others),
        TEST(the_entry_of_a_bracket_whose_legs_are_held_back_is_taken_back_once),
        TEST(a_bracket_that_waits_as_a_whole_needs_no_cancel),
        TEST(a_change_that_is_held_back_leaves_the_order_as_it_is),
        TEST(a_change_by_a_token_that_ended_is_held_back_whosever_the_order_is),
        TEST(a_change_by_a_switched_off_principal_is_held_back_whosever_the_order_is),
        TEST(a_change_of_an_exit_that_is_held_back_leaves_the_bracket_alone),
        TEST(what_waits_is_a_change_if_the_broker_has_had_the_order),
        TEST(who_cancels_an_order_that_is_held_back_hears_that_it_has_ended),
        TEST(what_was_held_back_is_known_as_unsent_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
