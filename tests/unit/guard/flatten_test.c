/* SPDX-License-Identifier: MIT */
/*
 * Closing under a kill switch: which controls it is spared, what it sends for which position, and
 * what is told about it. Found by `make mutate`.
 */
#include "guard/state.h"
#include "guard/value.h"
#include "tests/kit/arm.h"
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

/* ---- help ---- */

static void flatten(struct desk *d, const char *symbol)
{
    struct error e;
    struct gate_kill_request r = {.scope = symbol ? GATE_SCOPE_SYMBOL : GATE_SCOPE_ALL,
                                  .name = str_of(symbol ? symbol : ""),
                                  .principal = STR("me"),
                                  .why = STR("a reason"),
                                  .flatten = true};
    assert_true(gate_kill(d->gate, &r, d->now, &e));
}

static struct kill_switch *switch_of(struct desk *d)
{
    for (size_t i = 0; i < GATE_KILLS_MAX; i++)
        if (d->gate->kills.switches[i].is_on)
            return &d->gate->kills.switches[i];
    fail_msg("no switch is on");
    return NULL;
}

static size_t place_of(struct desk *d)
{
    return (size_t)(switch_of(d) - d->gate->kills.switches);
}

static void work(struct task *t, void *arg)
{
    struct desk *d = arg;
    gate_kill_work(t, d->gate);
}

static void go_on(struct desk *d, int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 10) {
        desk_run(d, 10);
        gate_kill_step(d->gate, d->now);
        if (tasks_count(d->tasks) == 0 && instant_due(gate_kill_work_due(d->gate), d->now.mono))
            assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    }
}

static void holds(struct desk *d, int32_t con_id, enum sec_type type, const char *quantity)
{
    struct position p = {.quantity = number(quantity),
                         .contract = {.con_id = con_id, .sec_type = type, .symbol = "KO"}};
    str_copy_cut(p.account, sizeof p.account, str_of(book_account(d->book, 0)));
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
}

/* A closing order of the attempt of the switch that is on, in the contract. */
static struct intent *closing(struct desk *d, const char *who, const char *prefix, int32_t con_id,
                              enum intent_state st)
{
    static int serial;
    struct error e;
    const struct kill_switch *k = switch_of(d);
    struct intent it = {.state = st, .seq = 5, .at = d->now};
    it.order = order_of(SIDE_SELL, "5", ORDER_MKT);
    it.order.contract.con_id = con_id;
    it.order.order_id = 700 + serial;
    it.order.client_id = d->client_id;
    str_copy_cut(it.order.account, sizeof it.order.account, str_of(book_account(d->book, 0)));
    (void)snprintf(it.order.ref, sizeof it.order.ref, "PC:%017d", serial++);
    str_copy_cut(it.principal, sizeof it.principal, str_of(who));
    if (prefix)
        (void)snprintf(it.key, sizeof it.key, "%s%s:%d", prefix, it.order.account, con_id);
    else
        (void)snprintf(it.key, sizeof it.key, "F%lld.%d:%s:%d",
                       (long long)(k->since.v.ns / NS_PER_MS), k->attempt, it.order.account,
                       con_id);
    struct intent *out = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(out);
    return out;
}

/* ---- states ---- */

static void an_attempt_is_over_when_nothing_more_comes_of_it(void **state)
{
    static const bool is_over[] = {[GATE_FLATTEN_NONE] = true,
                                   [GATE_FLATTEN_CANCELLING] = false,
                                   [GATE_FLATTEN_CLOSING] = false,
                                   [GATE_FLATTEN_STUCK] = true,
                                   [GATE_FLATTEN_FLAT] = true};
    (void)state;
    for (int i = 0; i <= GATE_FLATTEN_FLAT; i++) {
        struct kill_switch k = {.is_on = true, .flatten = (enum gate_flatten)i};
        assert_int_equal(flatten_is_over(&k), is_over[i]);
    }
}

static void work_is_due_while_something_is_being_closed(void **state)
{
    struct desk *d = *state;
    assert_int_equal(gate_kill_work_due(d->gate).ns, INSTANT_NEVER.ns);
    flatten(d, "AAPL");
    struct kill_switch *k = switch_of(d);
    static const struct {
        enum gate_flatten flatten;
        bool is_on, is_due;
    } rows[] = {{GATE_FLATTEN_CANCELLING, true, true}, {GATE_FLATTEN_CLOSING, true, true},
                {GATE_FLATTEN_STUCK, true, true},      {GATE_FLATTEN_FLAT, true, false},
                {GATE_FLATTEN_NONE, true, false},      {GATE_FLATTEN_CLOSING, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        k->is_on = rows[i].is_on;
        k->flatten = rows[i].flatten;
        assert_int_equal(gate_kill_work_due(d->gate).ns != INSTANT_NEVER.ns, rows[i].is_due);
    }
    k->is_on = true;
    k->flatten = GATE_FLATTEN_CLOSING;
    d->is_offline = true;
    desk_hang_up(d);
    desk_run(d, 10);
    assert_int_equal(gate_kill_work_due(d->gate).ns, INSTANT_NEVER.ns);
}

static void every_position_and_closing_order_is_told_once(void **state)
{
    struct desk *d = *state;
    struct gate_closing row;
    size_t i = 0, place;
    desk_sell_out(d);
    holds(d, 11, SEC_STK, "5");
    flatten(d, NULL);
    place = place_of(d);
    struct kill_switch *k = switch_of(d);
    k->flatten = GATE_FLATTEN_NONE;
    assert_false(gate_closing_next(d->gate, place, &i, &row));
    k->flatten = GATE_FLATTEN_CLOSING;
    k->is_on = false;
    assert_false(gate_closing_next(d->gate, place, &i, &row));
    k->is_on = true;
    holds(d, 12, SEC_STK, "5");
    holds(d, 13, SEC_STK, "5");
    holds(d, 14, SEC_CASH, "5");
    (void)closing(d, "local:1000", NULL, 11, INTENT_SENT);   /* another's */
    (void)closing(d, GATE_CLOSER, "F1.1:", 11, INTENT_SENT); /* of another attempt */
    (void)closing(d, GATE_CLOSER, NULL, 12, INTENT_NOT_SENT);
    (void)closing(d, GATE_CLOSER, NULL, 15, INTENT_WAITING);
    (void)closing(d, GATE_CLOSER, NULL, 16, INTENT_NOT_PLACED);
    struct intent *it = closing(d, GATE_CLOSER, NULL, 17, INTENT_KNOWN);
    tell(d, it->order, (struct word){STATE_SUBMITTED, "2", 0});
    static const struct {
        int32_t con_id;
        const char *state, *held;
        bool has_id;
    } rows[] = {{12, "not_sent", "5", false},  {15, "waiting", "0", true},
                {16, "not_placed", "0", true}, {17, "partially_filled", "0", true},
                {11, "waiting", "5", false},   {13, "waiting", "5", false}};
    i = 0;
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        assert_true(gate_closing_next(d->gate, place, &i, &row));
        if (row.contract.con_id != rows[n].con_id || strcmp(row.state, rows[n].state) != 0 ||
            !dec_eq(row.held, number(rows[n].held)) || (row.order_id != 0) != rows[n].has_id)
            fail_msg("row %zu: %d %s", n, row.contract.con_id, row.state);
        if (rows[n].con_id == 17)
            assert_true(dec_eq(row.filled, DEC(2)));
    }
    assert_false(gate_closing_next(d->gate, place, &i, &row));
    assert_false(gate_closing_next(d->gate, place, &i, &row));
}

/* ---- controls ---- */

static void closing_is_spared_some_controls_and_no_others(void **state)
{
    static const struct {
        const char *code;
        bool is_warning, is_reconciled, is_refused;
    } rows[] = {
        {"KILLED", false, true, false},      {"HALTED", false, true, false},
        {"HALTED", false, false, true},      {"BREAKER", false, false, false},
        {"NO_PRICE", false, true, false},    {"DUPLICATE", false, true, false},
        {"STALE_PRICE", false, true, false}, {"PRICE_COLLAR", false, true, false},
        {"NOT_READY", false, true, true},    {"NOT_READY", true, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_facts f = {.is_reconciled = rows[i].is_reconciled};
        struct gate_ticket t = {.is_reducing = true, .finding_count = 2};
        struct error e = {0};
        t.findings[0].code = "KILLED";
        t.findings[1].code = rows[i].code;
        t.findings[1].is_warning = rows[i].is_warning;
        str_copy_cut(t.findings[1].text, sizeof t.findings[1].text, STR("words"));
        if (closing_refused(&f, &t, &e) != rows[i].is_refused)
            fail_msg("row %zu", i);
        if (rows[i].is_refused) {
            assert_string_equal(e.reason, rows[i].code);
            assert_string_equal(e.text, "words");
            assert_string_equal(e.next, control_find(rows[i].code)->next);
        }
    }
    struct gate_facts f = {.is_reconciled = true};
    struct gate_ticket t = {.is_reducing = false};
    struct error e = {0};
    assert_true(closing_refused(&f, &t, &e));
    assert_string_equal(e.reason, "CLOSING_CHANGED");
}

static void a_closing_order_fits_while_the_switch_wants_it_and_the_size_is_right(void **state)
{
    static const struct {
        const char *held;
        enum order_side side;
        const char *reason; /* NULL: it fits */
    } rows[] = {{"5", SIDE_SELL, NULL},
                {"-5", SIDE_BUY, NULL},
                {"6", SIDE_SELL, "CLOSING_CHANGED"},
                {"5", SIDE_BUY, "CLOSING_CHANGED"},
                {"-5", SIDE_SELL, "CLOSING_CHANGED"},
                {"0", SIDE_SELL, "CLOSING_CHANGED"}};
    struct desk *d = *state;
    struct error e = {0};
    desk_sell_out(d);
    flatten(d, "KO");
    struct kill_switch *k = switch_of(d);
    k->flatten = GATE_FLATTEN_CLOSING;
    struct order o = order_of(SIDE_SELL, "5", ORDER_MKT);
    o.contract = (struct contract){.con_id = 11, .sec_type = SEC_STK, .symbol = "KO"};
    str_copy_cut(o.account, sizeof o.account, str_of(book_account(d->book, 0)));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        holds(d, 11, SEC_STK, rows[i].held);
        o.side = rows[i].side;
        bool ok = closing_fits(d->gate, &o, d->now, &e);
        if (ok != !rows[i].reason || (!ok && strcmp(e.reason, rows[i].reason) != 0))
            fail_msg("row %zu: %s", i, e.reason);
    }
    holds(d, 11, SEC_STK, "5");
    o.side = SIDE_SELL;
    k->flatten = GATE_FLATTEN_STUCK; /* not closing */
    assert_false(closing_fits(d->gate, &o, d->now, &e));
    assert_contains(e.text, "released");
    k->flatten = GATE_FLATTEN_CLOSING;
    k->is_on = false;
    assert_false(closing_fits(d->gate, &o, d->now, &e));
    k->is_on = true;
    str_copy_cut(k->name, sizeof k->name, STR("OTHER"));
    assert_false(closing_fits(d->gate, &o, d->now, &e));
    str_copy_cut(k->name, sizeof k->name, STR("KO"));
    struct position p = {.quantity = DEC(5), .contract = o.contract, .account = "U1234567"};
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
    str_copy_cut(o.account, sizeof o.account, STR("U1234567")); /* live, and not armed */
    assert_false(closing_fits(d->gate, &o, d->now, &e));
    assert_string_equal(e.reason, "LIVE_NOT_ARMED");
}

/* ---- passes ---- */

static void one_pass(struct desk *d)
{
    assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    for (int i = 0; i < 10000 && tasks_count(d->tasks) > 0; i++)
        desk_run(d, 10);
    assert_int_equal(tasks_count(d->tasks), 0);
}

/* Beside the exchange's own list, at its end. */
static void holds_a_stranger(struct desk *d, const struct event *ev)
{
    if (ev->kind == EVENT_POSITIONS_END)
        holds(d, 990001, SEC_STK, "5");
}

static void what_the_broker_does_not_know_is_not_closed_and_that_is_told(void **state)
{
    struct desk *d = *state;
    flatten(d, "KO");
    d->hears = holds_a_stranger;
    one_pass(d);
    assert_contains(switch_of(d)->note, "KO is not closed: NO_CONTRACT");
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_CLOSING);
    assert_int_equal(d->gate->kills.quiet, 10); /* not asked for again at once */
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
}

static void a_contract_of_which_nothing_is_told_is_not_closed(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    assert_true(arm(d->paper, d->now, "drop contractData 0"));
    one_pass(d);
    assert_contains(switch_of(d)->note, "AAPL is not closed: NO_CONTRACT");
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
}

static void what_is_held_is_not_known_without_its_list(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    assert_true(arm(d->paper, d->now, "drop account 0"));
    one_pass(d);
    assert_contains(switch_of(d)->note, "has not told what is held");
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_CANCELLING);
}

/* The broker is asked what AAPL is; meanwhile none of it is held any more. */
static void is_gone_meanwhile(struct desk *d, const struct event *ev)
{
    if (ev->kind != EVENT_POSITIONS_END)
        return;
    d->hears = NULL;
    assert_true(arm(d->paper, d->now, "stall 1000"));
}

static void what_is_gone_meanwhile_needs_no_order(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    d->hears = is_gone_meanwhile;
    assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    desk_run(d, 500);
    assert_null(d->hears);
    desk_sell_out(d);
    desk_run(d, 2000);
    assert_string_equal(switch_of(d)->note, "");
    assert_int_equal(d->gate->kills.quiet, 0);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
}

static void a_switch_that_is_released_between_two_orders_sends_no_second(void **state)
{
    struct desk *d = *state;
    struct error e;
    const struct position *p;
    size_t n = 0;
    for (size_t i = 0; book_next_position(d->book, &i, STR_NONE, &p);)
        n += !dec_is_zero(p->quantity) && p->contract.sec_type != SEC_CASH;
    assert_true(n > 1);
    flatten(d, NULL);
    struct kill_switch *k = switch_of(d);
    assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    for (int i = 0; i < 1000 && journaled(d, JOURNAL_INTENT, "") == 0; i++)
        desk_run(d, 10);
    assert_true(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("calm"), d->now, &e));
    for (int i = 0; i < 1000 && tasks_count(d->tasks) > 0; i++)
        desk_run(d, 10);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 1);
    assert_string_equal(k->note, "");
    assert_true(k->flatten != GATE_FLATTEN_STUCK);
}

static void a_note_stays_while_the_same_is_waited_for_and_no_longer(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    struct kill_switch *k = switch_of(d);
    k->flatten = GATE_FLATTEN_CLOSING;
    (void)closing(d, GATE_CLOSER, NULL, 15, INTENT_SENT); /* works */
    struct intent *it = closing(d, GATE_CLOSER, NULL, AAPL, INTENT_SENT);
    str_copy_cut(k->note, sizeof k->note, STR("its market is closed"));
    one_pass(d);
    assert_string_equal(k->note, "its market is closed");
    intent_become(it, INTENT_NOT_SENT); /* to be done again, and it is */
    one_pass(d);
    assert_string_equal(k->note, "");
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 1);
}

static void when_all_orders_are_over_and_something_is_held_it_is_stuck(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    struct kill_switch *k = switch_of(d);
    k->flatten = GATE_FLATTEN_CLOSING;
    (void)closing(d, GATE_CLOSER, NULL, AAPL, INTENT_NOT_PLACED);
    str_copy_cut(k->note, sizeof k->note, STR("its market is closed"));
    one_pass(d);
    assert_int_equal(k->flatten, GATE_FLATTEN_STUCK);
    assert_contains(k->note, "ask again to flatten");
    k->is_held_up = true; /* as if by the journal, until now */
    str_copy_cut(k->note, sizeof k->note, STR("the journal cannot be written"));
    one_pass(d);
    assert_false(k->is_held_up);
    assert_string_equal(k->note, "");
    assert_int_equal(k->flatten, GATE_FLATTEN_STUCK);
}

/* ---- how it is sent ---- */

/* The terms of the only order that was sent. */
static struct order sent(struct desk *d)
{
    struct intent *it;
    struct order o = {0};
    size_t n = 0;
    for (size_t i = 0; ledger_next(d->gate->ledger, &i, &it); n++)
        o = it->order;
    assert_int_equal(n, 1);
    return o;
}

static void closing_goes_to_the_exchanges_that_there_are(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    one_pass(d);
    struct order o = sent(d);
    assert_string_equal(o.contract.exchange, "SMART");
    assert_int_equal(o.type, ORDER_MKT);
    assert_int_equal(o.side, SIDE_SELL);
    assert_false(o.outside_rth);
}

/* Where the broker names another exchange of the listing first, and where it has that one alone. */
static void closing_takes_the_smart_route_where_there_is_one_and_no_other(void **state)
{
    static const struct {
        const char *listed, *closes_at;
    } rows[] = {{"NYSE;SMART;AMEX;", "SMART"}, {"NYSE;AMEX;", "NYSE"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *list = desk_instruments(), *own = test_calloc(2 << 20, 1);
        struct str text = str_of(list);
        const char *apple = strstr(list, ",APPLE INC,SMART;AMEX;NYSE;");
        assert_non_null(apple);
        size_t at = (size_t)(apple - list) + strlen(",APPLE INC,");
        (void)snprintf(own, 2 << 20, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(text, 0, at)),
                       rows[i].listed,
                       STR_ARG(str_sub(text, at + strlen("SMART;AMEX;NYSE;"), text.n)));
        struct desk *d = desk_with((struct paper_config){0}, own);
        flatten(d, "AAPL");
        one_pass(d);
        assert_string_equal(sent(d).contract.exchange, rows[i].closes_at);
        desk_free(d);
        test_free(own);
        test_free(list);
    }
}

/* Seven in the morning in New York, before the session, with the exchange's own hours. */
static struct desk *early(void)
{
    char *instruments = desk_instruments();
    struct desk *d = desk_with((struct paper_config){.real_sessions = true}, instruments);
    test_free(instruments);
    return d;
}

static void outside_of_the_session_a_limit_order_goes_through_the_market(void **state)
{
    (void)state;
    struct desk *d = early();
    struct dec bid = bid_of(d, AAPL);
    flatten(d, "AAPL");
    one_pass(d);
    struct order o = sent(d);
    assert_int_equal(o.type, ORDER_LMT);
    assert_true(o.outside_rth && o.limit_price.has);
    /* ten percent below the bid, in whole cents, upwards */
    assert_true(dec_gt(o.limit_price.v, price_moved(bid, DEC(11), -1)));
    assert_true(dec_lt(o.limit_price.v, price_moved(bid, DEC(9), -1)));
    assert_true(dec_is_multiple(o.limit_price.v, DEC_MICRO(10000)));
    desk_free(d);
}

/* Shares of Toyota, in the evening of Tokyo. */
static void hold_toyota(struct desk *d, const struct event *ev)
{
    if (ev->kind == EVENT_POSITIONS_END)
        holds(d, 900000041, SEC_STK, "100");
}

static void in_a_closed_market_the_order_waits_and_that_is_told(void **state)
{
    (void)state;
    struct desk *d = early();
    flatten(d, "conid:900000041");
    d->hears = hold_toyota;
    one_pass(d);
    assert_contains(switch_of(d)->note, "7203: its market is closed");
    struct order o = sent(d);
    assert_int_equal(o.type, ORDER_MKT);
    assert_int_equal(o.contract.con_id, 900000041);
    desk_free(d);
}

static void where_nobody_bids_the_last_price_is_the_market(void **state)
{
    (void)state;
    struct desk *d = early();
    assert_true(arm(d->paper, d->now, "drop tickPrice 1"));
    flatten(d, "AAPL");
    one_pass(d);
    struct order o = sent(d);
    assert_int_equal(o.type, ORDER_LMT);
    desk_free(d);
}

static void without_a_price_a_market_order_waits_for_the_session(void **state)
{
    (void)state;
    struct desk *d = early();
    assert_true(arm(d->paper, d->now, "drop quotes 0"));
    flatten(d, "AAPL");
    one_pass(d);
    struct order o = sent(d);
    assert_int_equal(o.type, ORDER_MKT);
    assert_false(o.outside_rth || o.limit_price.has);
    desk_free(d);
}

static void a_pass_whose_questions_are_not_answered_sends_nothing(void **state)
{
    struct desk *d = *state;
    flatten(d, "AAPL");
    assert_true(arm(d->paper, d->now, "drop any 0"));
    struct task *t = task_spawn(d->tasks, d->now, 600000, work, d);
    assert_non_null(t);
    desk_run(d, 100 * 1000);
    assert_contains(switch_of(d)->note, "has not told what is held");
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_CANCELLING);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
}

static int open_lists, completed_lists;

static void count_lists(struct desk *d, const struct event *ev)
{
    (void)d;
    open_lists += ev->kind == EVENT_ORDERS_END;
    completed_lists += ev->kind == EVENT_COMPLETED_END;
}

static void how_others_orders_end_is_asked_for_only_where_they_are_cancelled(void **state)
{
    struct desk *d = *state;
    pull(d, "me", "a reason", false);
    d->hears = count_lists;
    for (int i = 0; i < 2; i++) {
        d->gate->limits.kill_cancels_foreign = i;
        open_lists = completed_lists = 0;
        one_pass(d);
        assert_int_equal(open_lists, i);
        assert_int_equal(completed_lists, i);
    }
}

static void a_switch_that_was_released_meanwhile_closes_nothing(void **state)
{
    struct desk *d = *state;
    struct error e;
    flatten(d, "AAPL");
    struct task *t = task_spawn(d->tasks, d->now, 600000, work, d);
    assert_non_null(t);
    tasks_run(d->tasks, d->now); /* it has asked, and waits for the answers */
    assert_true(gate_release(d->gate, GATE_SCOPE_SYMBOL, STR("AAPL"), STR("me"), true, STR("calm"),
                             d->now, &e));
    flatten(d, "AAPL"); /* and pulled again: another one, though it looks the same */
    switch_of(d)->since.v.ns += NS_PER_MS;
    desk_run(d, 1000);
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_CANCELLING);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
    t = task_spawn(d->tasks, d->now, 600000, work, d);
    assert_non_null(t);
    tasks_run(d->tasks, d->now);
    switch_of(d)->attempt++;
    desk_run(d, 1000);
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_CANCELLING);
}

static void closing_waits_for_cancels_and_for_the_journal(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    assert_true(arm(d->paper, d->now, "drop orders 0")); /* the cancel is not confirmed */
    flatten(d, "AAPL");
    struct kill_switch *k = switch_of(d);
    str_copy_cut(k->note, sizeof k->note, STR("an old note"));
    desk_run(d, 10); /* the cancel is out */
    assert_non_null(task_spawn(d->tasks, d->now, 600000, work, d));
    tasks_run(d->tasks, d->now);
    assert_int_equal(tasks_count(d->tasks), 0); /* nothing has been asked for yet */
    go_on(d, 3000);
    assert_int_equal(k->flatten, GATE_FLATTEN_CANCELLING);
    assert_true(k->is_held_up);
    assert_string_equal(k->note, "");
    assert_true(arm(d->paper, d->now, "none"));
    tell(d, c.outcome.legs[0].order, (struct word){STATE_CANCELLED, "0", 0});
    struct error e = {.code = ERROR_UNAVAILABLE, .reason = "JOURNAL_FAILED"};
    assert_true(journal_append(d->journal, JOURNAL_CANCEL, STR("me"), STR("{}"), d->now, &e) > 0);
    d->disk = DISK_FULL;
    go_on(d, 3000);
    assert_contains(k->note, "the journal cannot be written");
    assert_int_equal(k->flatten, GATE_FLATTEN_CANCELLING);
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    go_on(d, 40000);
    assert_int_equal(k->flatten, GATE_FLATTEN_FLAT);
    assert_false(k->is_held_up);
    assert_string_equal(k->note, "");
    assert_true(dec_is_zero(held(d, AAPL)));
}

static void what_is_held_short_is_bought_back(void **state)
{
    struct desk *d = *state;
    const struct position *p;
    char symbol[24] = "";
    int32_t con_id = 0;
    for (size_t i = 0; book_next_position(d->book, &i, STR_NONE, &p);)
        if (dec_sign(p->quantity) < 0 && p->contract.sec_type == SEC_STK) {
            str_copy_cut(symbol, sizeof symbol, str_of(p->contract.symbol));
            con_id = p->contract.con_id;
        }
    if (!con_id) {
        print_message("nothing is held short by the paper exchange's list\n");
        skip();
    }
    flatten(d, symbol);
    go_on(d, 40000);
    assert_int_equal(switch_of(d)->flatten, GATE_FLATTEN_FLAT);
    assert_true(dec_is_zero(held(d, con_id)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_attempt_is_over_when_nothing_more_comes_of_it),
        TEST(work_is_due_while_something_is_being_closed),
        TEST(every_position_and_closing_order_is_told_once),
        TEST(closing_is_spared_some_controls_and_no_others),
        TEST(a_closing_order_fits_while_the_switch_wants_it_and_the_size_is_right),
        TEST(what_the_broker_does_not_know_is_not_closed_and_that_is_told),
        TEST(a_contract_of_which_nothing_is_told_is_not_closed),
        TEST(what_is_held_is_not_known_without_its_list),
        TEST(what_is_gone_meanwhile_needs_no_order),
        TEST(a_switch_that_is_released_between_two_orders_sends_no_second),
        TEST(a_note_stays_while_the_same_is_waited_for_and_no_longer),
        TEST(when_all_orders_are_over_and_something_is_held_it_is_stuck),
        TEST(closing_goes_to_the_exchanges_that_there_are),
        cmocka_unit_test(closing_takes_the_smart_route_where_there_is_one_and_no_other),
        cmocka_unit_test(outside_of_the_session_a_limit_order_goes_through_the_market),
        cmocka_unit_test(in_a_closed_market_the_order_waits_and_that_is_told),
        cmocka_unit_test(where_nobody_bids_the_last_price_is_the_market),
        cmocka_unit_test(without_a_price_a_market_order_waits_for_the_session),
        TEST(a_pass_whose_questions_are_not_answered_sends_nothing),
        TEST(how_others_orders_end_is_asked_for_only_where_they_are_cancelled),
        TEST(a_switch_that_was_released_meanwhile_closes_nothing),
        TEST(closing_waits_for_cancels_and_for_the_journal),
        TEST(what_is_held_short_is_bought_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
