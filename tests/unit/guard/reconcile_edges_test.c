/* SPDX-License-Identifier: MIT */
/*
 * The comparison with the broker at its edges: what is written down about it, what it is told
 * between its lists, and what accepting means. Found by `make mutate`.
 */
#include "broker/state.h"
#include "guard/reconcile.h"
#include "guard/state.h"
#include "tests/kit/arm.h"
#include "words.h"

#define REF_A "PC:0000000000000000A"
#define REF_B "PC:0000000000000000B"

enum { KO = 990001 };

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

static struct str account(struct desk *d)
{
    return str_of(book_account(d->book, 0));
}

static struct contract stock(int32_t con_id)
{
    struct contract c = {.con_id = con_id, .sec_type = SEC_STK, .symbol = "KO", .currency = "USD"};
    return c;
}

static void counts(struct desk *d, int32_t con_id, const char *quantity)
{
    struct contract c = stock(con_id);
    holdings_set(d->gate->reconcile->holdings, account(d), &c, number(quantity), d->journal,
                 d->now);
}

static void later(struct desk *d, int64_t ms)
{
    d->now.mono.ns += ms * NS_PER_MS;
    d->now.wall.ns += ms * NS_PER_MS;
}

/* Compares what is known, and returns the newest status. */
static struct gate_reconciliation concluded(struct desk *d)
{
    struct gate_reconciliation s;
    reconcile_connected(d->gate, d->now);
    desk_disk(d);
    gate_reconciliation(d->gate, &s);
    return s;
}

static struct intent *sent(struct desk *d, const char *ref, enum intent_state st)
{
    struct error e;
    struct intent it = {.state = st, .seq = 9, .at = d->now};
    it.order = order_of(SIDE_BUY, "5", ORDER_LMT);
    it.order.contract = stock(KO);
    it.order.limit_price = some("50");
    it.order.order_id = 700 + ref[19];
    it.order.client_id = d->client_id;
    str_copy_cut(it.order.account, sizeof it.order.account, account(d));
    str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
    struct intent *out = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(out);
    return out;
}

static bool accept(struct desk *d, struct error *e)
{
    return gate_accept_breaks(d->gate, d->gate->reconcile->version, STR("me"), STR("looked at it"),
                              d->now, e);
}

/* ---- what is written down ---- */

static void the_record_of_a_comparison_says_all_of_it(void **state)
{
    static const char *const parts[] = {"\"trigger\":\"connect\"",
                                        "\"state\":\"breaks\"",
                                        "\"duration_ms\":",
                                        "\"positions\":",
                                        "\"orders\":",
                                        "\"external_orders\":",
                                        "\"executions\":",
                                        "\"adopted_executions\":",
                                        "\"cash_rows\":",
                                        "\"unsettled\":0",
                                        "\"total\":1",
                                        "\"code\":\"POSITION_DIFFERS\"",
                                        "\"account\":\"",
                                        "\"con_id\":990001",
                                        "5 by our count",
                                        "\"ours\":5",
                                        "\"brokers\":0"};
    struct desk *d = *state;
    counts(d, KO, "5");
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(concluded(d).count, 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (journaled(d, JOURNAL_RECONCILE, parts[i]) == 0)
            fail_msg("%s", parts[i]);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"exec_id\""), 0);
    int before = journaled(d, JOURNAL_RECONCILE, "\"breaks\":[]");
    counts(d, KO, "0");
    assert_int_equal(concluded(d).count, 0);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"breaks\":[]"), before + 1);
    (void)sent(d, REF_A, INTENT_UNKNOWN); /* has no counts to tell */
    int with = journaled(d, JOURNAL_RECONCILE, "\"ours\"");
    assert_int_equal(concluded(d).count, 1);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"ours\""), with);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"ref\":\"" REF_A "\""), 1);
}

static void lists_that_are_not_told_in_full_are_written_down_too(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    assert_true(arm(d->paper, d->now, "drop any 0"));
    call_start(d, &c, CALL_RECONCILE);
    desk_run(d, 100);
    struct execution x = {.side = SIDE_BUY,
                          .quantity = DEC(1),
                          .price = DEC(50),
                          .exec_id = "late.01",
                          .contract = stock(KO)};
    str_copy_cut(x.account, sizeof x.account, account(d));
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    desk_on_event(d, &ev);
    assert_int_equal(d->gate->reconcile->adopted, 1);
    desk_on_event(d, &ev); /* it is known now */
    assert_int_equal(d->gate->reconcile->adopted, 1);
    call_finish(d, &c);
    assert_false(c.ok);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"state\":\"no_answer\""), 1);
    assert_true(journaled(d, JOURNAL_RECONCILE, "\"why\"") > 0);
    assert_false(d->gate->reconcile->is_fetching);
    assert_null(d->gate->reconcile->named);
    assert_false(d->gate->reconcile->is_running);
}

static void without_orders_from_the_broker_there_is_no_comparison(void **state)
{
    struct desk *d = *state;
    d->session->is_read_only = true;
    struct gate_reconciliation s = concluded(d);
    d->session->is_read_only = false;
    assert_int_equal(s.state, GATE_RECONCILE_NO_ANSWER);
    assert_contains(s.why, "read-only");
}

/* ---- when ---- */

static void the_next_comparison_is_due_on_a_ready_line_alone(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    r->due = d->now.mono;
    assert_int_equal(gate_reconcile_due(d->gate).ns, r->due.ns);
    r->is_running = true;
    assert_int_equal(gate_reconcile_due(d->gate).ns, INSTANT_NEVER.ns);
    r->is_running = false;
    d->is_offline = true;
    desk_hang_up(d);
    r->due = d->now.mono;
    assert_int_equal(gate_reconcile_due(d->gate).ns, INSTANT_NEVER.ns);
    reconcile_free(NULL);
}

static void a_comparison_waits_for_the_one_before(void **state)
{
    struct desk *d = *state;
    struct call c = {0}, other = {0};
    struct reconcile *r = d->gate->reconcile;
    r->is_running = true;
    call_start(d, &c, CALL_RECONCILE);
    desk_run(d, 1000);
    assert_false(c.is_done);
    r->is_running = false;
    call_finish(d, &c);
    assert_true(c.ok);
    r->is_running = true;
    other.gate = d->gate;
    other.kind = CALL_RECONCILE;
    struct task *t = task_spawn(d->tasks, d->now, 600000, call_run, &other);
    assert_non_null(t);
    desk_run(d, 1000);
    task_cancel(t);
    desk_run(d, 1000);
    assert_true(other.is_done);
    assert_false(other.ok);
    /* the line may be gone when the other one is over */
    struct call third = {0};
    call_start(d, &third, CALL_RECONCILE);
    desk_run(d, 100);
    d->is_offline = true;
    desk_hang_up(d);
    r->is_running = false;
    int64_t runs = r->status.runs;
    call_finish(d, &third);
    assert_false(third.ok);
    assert_string_equal(third.e.reason, "NOT_CONNECTED");
    assert_int_equal(r->status.runs, runs); /* that was no comparison */
}

static void lists_of_two_connections_are_not_compared(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    int runs = (int)d->gate->reconcile->status.runs;
    call_start(d, &c, CALL_RECONCILE);
    tasks_run(d->tasks, d->now);
    d->gate->reconcile->connection++; /* another connect, as fast as can be */
    call_finish(d, &c);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "NOT_CONNECTED");
    assert_int_equal(d->gate->reconcile->status.runs, runs);
}

static void what_was_named_by_the_list_before_is_forgotten(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    struct reconcile *r = d->gate->reconcile;
    call(d, &c, CALL_RECONCILE);
    assert_true(c.ok);
    assert_false(r->is_fetching);
    assert_true(map_put_str(r->names, STR("an old name"), r));
    uint64_t adopted = r->adopted = 77;
    call(d, &c, CALL_RECONCILE);
    assert_true(c.ok);
    assert_null(map_get_str(r->names, STR("an old name")));
    assert_true(r->adopted != adopted);
}

static void an_unknown_order_is_asked_for_again_unless_that_was_a_request(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    struct intent *it = sent(d, REF_A, INTENT_UNKNOWN);
    int64_t runs = d->gate->reconcile->status.runs;
    call(d, &c, CALL_RECONCILE); /* on the timer */
    assert_true(c.ok);
    assert_int_equal(d->gate->reconcile->status.runs, runs + 2);
    assert_int_equal(it->state, INTENT_NOT_PLACED);
}

static void whoever_gives_up_between_two_lists_has_no_answer(void **state)
{
    struct desk *d = *state;
    struct call c = {.gate = d->gate, .kind = CALL_RECONCILE};
    struct reconcile *r = d->gate->reconcile;
    struct intent *it = sent(d, REF_A, INTENT_UNKNOWN);
    int64_t runs = r->status.runs;
    struct task *t = task_spawn(d->tasks, d->now, 600000, call_run, &c);
    assert_non_null(t);
    for (int i = 0; i < 100 && r->status.runs == runs; i++)
        desk_run(d, 10);
    assert_int_equal(r->status.runs, runs + 1);
    assert_false(c.is_done);
    task_cancel(t);
    desk_run(d, 10);
    assert_true(c.is_done);
    assert_false(c.ok);
    it->state = INTENT_KNOWN;
}

static void only_a_new_connection_begins_anew(void **state)
{
    static const struct {
        enum link_state link;
        bool is_anew;
    } rows[] = {
        {LINK_DOWN, false}, {LINK_WAITING, false}, {LINK_REFUSED, false}, {LINK_RECONCILING, true}};
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event ev = {.kind = EVENT_LINK, .link = rows[i].link};
        d->gate->trading.is_reconciled = true;
        r->status.state = GATE_RECONCILE_CLEAN;
        r->is_fetching = false;
        r->due = d->now.mono;
        r->named = r->names;
        uint64_t connection = r->connection;
        later(d, 1000);
        ev.at = d->now;
        gate_observe(d->gate, &ev);
        assert_int_equal(r->connection - connection, rows[i].is_anew);
        assert_int_equal(d->gate->trading.is_reconciled, !rows[i].is_anew);
        assert_int_equal(r->status.state == GATE_RECONCILE_NEVER, rows[i].is_anew);
        assert_int_equal(r->is_fetching, rows[i].is_anew);
        assert_int_equal(r->begun.mono.ns == d->now.mono.ns, rows[i].is_anew);
        assert_int_equal(r->due.ns, INSTANT_NEVER.ns);
        assert_null(r->named);
    }
}

/* ---- breaks over time ---- */

static void a_break_keeps_the_time_since_which_it_is_known(void **state)
{
    struct desk *d = *state;
    counts(d, KO, "5");
    later(d, RECONCILE_GRACE_MS);
    struct utc first = d->now.wall;
    uint64_t version = concluded(d).version;
    counts(d, KO + 1, "5");
    struct intent *a = sent(d, REF_A, INTENT_UNKNOWN);
    later(d, RECONCILE_GRACE_MS);
    struct utc second = d->now.wall;
    struct gate_reconciliation s = concluded(d);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.version, version + 2);
    struct intent *b = sent(d, REF_B, INTENT_UNKNOWN); /* differs by its reference alone */
    later(d, 1000);
    s = concluded(d);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.version, version + 3);
    for (size_t i = 0; i < s.count; i++) {
        const struct gate_break *k = &s.breaks[i];
        struct utc since = k->con_id == KO && !k->ref[0] ? first
                           : strcmp(k->ref, REF_B) == 0  ? d->now.wall
                                                         : second;
        assert_int_equal(k->since.v.ns, since.ns);
    }
    a->is_ref_lost = true; /* another kind of break about the same */
    assert_int_equal(concluded(d).version, version + 4);
    a->state = b->state = INTENT_KNOWN;
    a->is_ref_lost = false;
}

static void executions_that_are_gone_are_told_apart_by_their_ids(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    struct execution x = {.side = SIDE_BUY, .quantity = DEC(1), .price = DEC(50)};
    x.contract = stock(KO);
    str_copy_cut(x.account, sizeof x.account, account(d));
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    const char *ids[] = {"a.01", "b.01", "c.01"};
    for (int i = 0; i < 3; i++) {
        str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(ids[i]));
        x.time = (struct opt_utc){{at_s(i).wall.ns}, true};
        desk_on_event(d, &ev);
    }
    counts(d, KO, "0");
    holdings_list_begin(r->holdings); /* a list with the first and the last of them */
    desk_on_event(d, &ev);
    str_copy_cut(x.exec_id, sizeof x.exec_id, STR("a.01"));
    x.time.v = at_s(0).wall;
    desk_on_event(d, &ev);
    later(d, RECONCILE_GRACE_MS);
    struct gate_reconciliation s = concluded(d);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.breaks[0].exec_id, "b.01");
    assert_int_equal(journaled(d, JOURNAL_RECONCILE, "\"exec_id\":\"b.01\""), 1);
    uint64_t version = s.version;
    holdings_list_begin(r->holdings); /* one that has the first alone: the last is gone too */
    desk_on_event(d, &ev);
    s = concluded(d);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.version, version + 1);
    struct error e;
    assert_true(accept(d, &e));
    assert_int_equal(concluded(d).count, 0);
}

static struct tz *utc;

static const struct tz *find_utc(void *self, struct str name)
{
    (void)self, (void)name;
    return utc;
}

static void an_execution_that_the_next_list_lacks_is_gone(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    struct gate_reconciliation s;
    struct execution x = {
        .side = SIDE_BUY, .quantity = DEC(1), .price = DEC(50), .exec_id = "z.01"};
    x.contract = stock(KO);
    x.time = (struct opt_utc){d->now.wall, true};
    str_copy_cut(x.account, sizeof x.account, account(d));
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    utc = tz_new_utc();
    d->session->config.zones.find = find_utc; /* else no time of an execution is known */
    for (int i = 0; i < 2; i++) {             /* the list has one before it and one behind it */
        struct call order;
        resting(d, &order, "1", 0);
        order.request.allow_duplicate = true;
        order.request.orders[0].type = ORDER_MKT;
        order.request.orders[0].limit_price = DEC_NONE;
        call(d, &order, CALL_SUBMIT);
        assert_true(order.ok && order.outcome.result == GATE_FILLED);
        desk_run(d, 2000);
        if (i == 0) {
            x.time.v = ev.at.wall = d->now.wall;
            desk_on_event(d, &ev);
            counts(d, KO, "0");
            desk_run(d, 2000);
        }
    }
    desk_run(d, 20000);
    call(d, &c, CALL_RECONCILE);
    assert_true(c.ok);
    gate_reconciliation(d->gate, &s);
    size_t gone = 0;
    for (size_t i = 0; i < s.count; i++)
        gone += s.breaks[i].kind == GATE_BREAK_EXECUTION_GONE;
    d->session->config.zones.find = NULL;
    tz_free(utc);
    assert_int_equal(gone, 1);
}

static void a_count_that_could_not_be_kept_is_kept_with_the_next_event(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct contract c = stock(KO);
    d->disk = DISK_HANGS;
    while (journal_append(d->journal, JOURNAL_CANCEL, STR("test"), STR("{}"), d->now, &e) > 0)
        ;
    holdings_set(d->gate->reconcile->holdings, account(d), &c, DEC(5), d->journal, d->now);
    d->disk = DISK_WORKS;
    desk_disk(d);
    struct event ev = {.kind = EVENT_NOTICE, .at = d->now, .number = -1, .code = 2104};
    desk_on_event(d, &ev);
    desk_disk(d);
    struct holdings *again = holdings_new();
    struct utc long_ago = {0};
    assert_true(holdings_restore(again, d->db, long_ago, &e));
    const struct holding_count *h = holdings_get(again, account(d), KO);
    assert_true(h && dec_eq(h->quantity, DEC(5)));
    holdings_free(again);
}

static void with_a_position_that_is_accepted_the_count_is_the_brokers(void **state)
{
    struct desk *d = *state;
    struct error e;
    counts(d, KO, "5"); /* of which the broker has none */
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(concluded(d).count, 1);
    assert_true(accept(d, &e));
    const struct holding_count *h = holdings_get(d->gate->reconcile->holdings, account(d), KO);
    assert_true(h && dec_is_zero(h->quantity));
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(concluded(d).state, GATE_RECONCILE_CLEAN);
}

static void a_difference_that_is_too_old_reduces_trading(void **state)
{
    struct desk *d = *state;
    d->limits.break_minutes_max = 30;
    desk_restart(d);
    counts(d, KO, "5");
    later(d, RECONCILE_GRACE_MS);
    (void)concluded(d);
    later(d, 30 * 60 * 1000 - 1);
    (void)concluded(d);
    assert_int_equal(d->gate->trading.state, GATE_ACTIVE);
    later(d, 1);
    (void)concluded(d);
    assert_int_equal(d->gate->trading.state, GATE_REDUCING);
}

static void a_difference_may_grow_old_where_nobody_minds(void **state)
{
    struct desk *d = *state;
    d->gate->limits.break_minutes_max = 0;
    counts(d, KO, "5");
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(concluded(d).count, 1);
    later(d, 3600 * 1000);
    assert_int_equal(concluded(d).count, 1);
    assert_int_equal(d->gate->trading.state, GATE_ACTIVE);
}

static void an_account_is_counted_from_its_first_comparison_on(void **state)
{
    struct desk *d = *state;
    struct holdings *h = d->gate->reconcile->holdings;
    assert_true(holdings_know(h, account(d)));
    counts(d, KO, "5");
    later(d, RECONCILE_GRACE_MS);
    (void)concluded(d);
    assert_int_equal(concluded(d).count, 1); /* not taken over from the broker again */
}

static void a_position_that_agrees_asks_for_no_comparison(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    struct position p = {.quantity = DEC(5), .contract = stock(KO)};
    str_copy_cut(p.account, sizeof p.account, account(d));
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    counts(d, KO, "5");
    r->due = INSTANT_NEVER;
    desk_on_event(d, &ev);
    assert_int_equal(r->due.ns, INSTANT_NEVER.ns);
    p.quantity = DEC(6);
    desk_on_event(d, &ev);
    assert_int_equal(r->due.ns, instant_after_ms(d->now.mono, RECONCILE_GRACE_MS).ns);
}

/* ---- cash ---- */

static void trades_and_commissions_are_part_of_the_balances(void **state)
{
    struct desk *d = *state;
    struct account_value v = {.key = "CashBalance", .currency = "XTS"};
    struct event value = {.kind = EVENT_ACCOUNT_VALUE, .at = d->now, .value = &v};
    str_copy_cut(v.account, sizeof v.account, account(d));
    str_copy_cut(v.value, sizeof v.value, STR("1000"));
    desk_on_event(d, &value);
    (void)concluded(d);
    struct execution x = {
        .side = SIDE_BUY, .quantity = DEC(1), .price = DEC(50), .exec_id = "t.01"};
    x.contract = stock(KO);
    str_copy_cut(x.contract.currency, sizeof x.contract.currency, STR("XTS"));
    str_copy_cut(x.account, sizeof x.account, account(d));
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    desk_on_event(d, &ev);
    desk_on_event(d, &ev); /* told twice is one trade */
    struct execution paid = {.exec_id = "t.01", .commission = some("30")};
    str_copy_cut(paid.commission_currency, sizeof paid.commission_currency, STR("XTS"));
    struct event commission = {.kind = EVENT_COMMISSION, .at = d->now, .execution = &paid};
    desk_on_event(d, &commission);
    desk_on_event(d, &commission);
    str_copy_cut(paid.exec_id, sizeof paid.exec_id, STR("nobody's.01"));
    desk_on_event(d, &commission);
    str_copy_cut(v.value, sizeof v.value, STR("920"));
    desk_on_event(d, &value);
    counts(d, KO, "0");
    later(d, CASH_SETTLE_MS);
    assert_int_equal(concluded(d).count, 0);
    x.price = DEC(500); /* corrected: what it should be now is not known */
    str_copy_cut(x.exec_id, sizeof x.exec_id, STR("t.02"));
    desk_on_event(d, &ev);
    counts(d, KO, "0");
    str_copy_cut(v.value, sizeof v.value, STR("470"));
    desk_on_event(d, &value);
    later(d, CASH_SETTLE_MS);
    assert_int_equal(concluded(d).count, 0);
}

/* ---- accepting ---- */

static void accepting_a_revived_order_takes_it_as_it_is(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct intent *it = sent(d, REF_A, INTENT_NOT_PLACED);
    tell(d, it->order, (struct word){STATE_SUBMITTED, "0", 0});
    assert_int_equal(concluded(d).count, 1);
    assert_true(accept(d, &e));
    assert_int_equal(it->state, INTENT_KNOWN);
    assert_false(it->has_change);
    assert_true(it->is_accepted);
    assert_int_equal(concluded(d).count, 0);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_ACCEPT, "\"legs\":[]"), 1);
}

static void accepting_a_changed_order_takes_its_terms(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct intent *it = sent(d, REF_A, INTENT_KNOWN);
    struct order o = it->order;
    o.limit_price = some("51");
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    assert_int_equal(concluded(d).count, 1);
    assert_true(accept(d, &e));
    assert_true(it->has_change && dec_eq(it->change.limit_price.v, DEC(51)));
    assert_int_equal(it->state, INTENT_KNOWN);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_ACCEPT, "\"legs\":[{"), 1);
}

static void what_was_a_break_before_is_not_accepted_with_the_others(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct intent *it = sent(d, REF_A, INTENT_KNOWN);
    struct order o = it->order;
    o.limit_price = some("51");
    counts(d, KO, "5");
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(concluded(d).count, 2);
    it->order.limit_price = o.limit_price; /* agreed on since */
    assert_int_equal(concluded(d).count, 1);
    assert_true(accept(d, &e));
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_ACCEPT, "\"legs\":[]"), 1);
}

static void more_than_a_record_holds_is_not_accepted(void **state)
{
    struct desk *d = *state;
    struct error e = {0};
    struct reconcile *r = d->gate->reconcile;
    struct intent *it = sent(d, REF_A, INTENT_KNOWN);
    struct order o = it->order;
    memset(o.oca_group, '"', sizeof o.oca_group - 1);
    memset(o.good_till, '"', sizeof o.good_till - 1);
    memset(o.contract.local_symbol, '"', sizeof o.contract.local_symbol - 1);
    memset(o.contract.trading_class, '"', sizeof o.contract.trading_class - 1);
    memset(o.contract.exchange, '"', sizeof o.contract.exchange - 1);
    memset(o.contract.primary_exchange, '"', sizeof o.contract.primary_exchange - 1);
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    for (size_t i = 0; i < GATE_BREAKS_MAX; i++) {
        struct gate_break *b = &r->breaks[i];
        *b = (struct gate_break){.kind = GATE_BREAK_ORDER_CHANGED, .ref = REF_A};
        memset(b->text, '"', sizeof b->text - 1);
    }
    r->count = r->total = GATE_BREAKS_MAX;
    assert_false(accept(d, &e));
    assert_string_equal(e.reason, "TOO_MANY");
    assert_int_equal(r->count, GATE_BREAKS_MAX);
    r->count = r->total = 0;
}

static void nothing_is_accepted_without_a_line_or_while_it_is_compared(void **state)
{
    struct desk *d = *state;
    struct error e;
    (void)sent(d, REF_A, INTENT_UNKNOWN);
    assert_int_equal(concluded(d).count, 1);
    d->gate->reconcile->is_running = true;
    assert_false(accept(d, &e));
    assert_string_equal(e.reason, "NOT_READY");
    d->gate->reconcile->is_running = false;
    struct event ev = {.kind = EVENT_LINK, .at = d->now, .link = LINK_DOWN};
    desk_on_event(d, &ev);
    assert_false(accept(d, &e));
    assert_string_equal(e.reason, "NOT_READY");
    ev.link = LINK_READY;
    desk_on_event(d, &ev);
    assert_true(accept(d, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_record_of_a_comparison_says_all_of_it),
        TEST(lists_that_are_not_told_in_full_are_written_down_too),
        TEST(without_orders_from_the_broker_there_is_no_comparison),
        TEST(the_next_comparison_is_due_on_a_ready_line_alone),
        TEST(a_comparison_waits_for_the_one_before),
        TEST(lists_of_two_connections_are_not_compared),
        TEST(what_was_named_by_the_list_before_is_forgotten),
        TEST(an_unknown_order_is_asked_for_again_unless_that_was_a_request),
        TEST(whoever_gives_up_between_two_lists_has_no_answer),
        TEST(only_a_new_connection_begins_anew),
        TEST(an_execution_that_the_next_list_lacks_is_gone),
        TEST(a_count_that_could_not_be_kept_is_kept_with_the_next_event),
        TEST(a_difference_may_grow_old_where_nobody_minds),
        TEST(what_was_a_break_before_is_not_accepted_with_the_others),
        TEST(more_than_a_record_holds_is_not_accepted),
        TEST(a_break_keeps_the_time_since_which_it_is_known),
        TEST(executions_that_are_gone_are_told_apart_by_their_ids),
        TEST(with_a_position_that_is_accepted_the_count_is_the_brokers),
        TEST(a_difference_that_is_too_old_reduces_trading),
        TEST(an_account_is_counted_from_its_first_comparison_on),
        TEST(a_position_that_agrees_asks_for_no_comparison),
        TEST(trades_and_commissions_are_part_of_the_balances),
        TEST(accepting_a_revived_order_takes_it_as_it_is),
        TEST(accepting_a_changed_order_takes_its_terms),
        TEST(nothing_is_accepted_without_a_line_or_while_it_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
