/* SPDX-License-Identifier: MIT */
/* The language of faults, what each fault does to a client, the simulated clock, the control port.
 */
#include "client.h"
#include "paper/control.h"
#include "paper/fault_line.h"
#include "paper/pacing.h"
#include "paper/paper_private.h"
#include "tests/kit/arm.h"

enum { AAPL = 265598 };

static struct wire_req_place_order buy(int32_t id, const char *quantity)
{
    return order(id, "AAPL", "BUY", quantity, "MKT");
}

static void must(const char *line)
{
    if (!arm(w.p, w.now, "%s", line))
        fail_msg("%s", line);
    pump();
}

/* ---- the language ---- */
static void lines_say_when_what_and_how(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name;
        enum fault_when when;
        int64_t n, first;
    } good[] = {
        {"none", "none", FAULT_NOW, 0, 0},
        {"  reject 104 # why not", "reject", FAULT_NOW, 0, 104},
        {"reject text=\"no, thanks\" code=110", "reject", FAULT_NOW, 0, 110},
        {"after 3 orders reject", "reject", FAULT_AFTER, 3, 201},
        {"every 10 messages stall 2s", "stall", FAULT_EVERY, 10, 2000},
        {"chance 0.25 requests stall time=90", "stall", FAULT_CHANCE, 250000000, 90},
        {"at +90s no_fills off", "no_fills", FAULT_AT, 0, 0},
        {"at 2026-03-02T14:31:00Z restart 5m next_id=higher", "restart", FAULT_AT, 0, 300000},
        {"after 1000 bytes cut_after bytes=7", "cut_after", FAULT_AFTER, 1000, 7},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct fault f;
        struct error e = {0};
        if (!fault_parse(str_of(good[i].line), &f, &e))
            fail_msg("%s: %s", good[i].line, e.text);
        assert_string_equal(f.row->name, good[i].name);
        assert_int_equal(f.when, good[i].when);
        assert_int_equal(f.n, good[i].n);
        assert_int_equal(f.args[0].n, good[i].first);
    }
    struct fault f;
    struct error e = {0};
    assert_true(fault_parse(STR("  # only a remark"), &f, &e) && f.row == NULL);
    assert_true(fault_parse(STR("reject text=\"no, thanks\" code=110"), &f, &e));
    assert_string_equal(f.args[1].text, "no, thanks");
}

static void a_wrong_line_is_refused_by_the_word_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } bad[] = {
        {"explode", "'explode'"},
        {"stall", "needs time"},
        {"stall soon", "'soon'"},
        {"stall 1s 2s", "'2s'"},
        {"stall time=1s time=2s", "'time=2s'"},
        {"link_back 1103", "1103"},
        {"restart next_id=sideways", "same|lower|higher"},
        {"no_fills maybe", "'maybe'"},
        {"after 0 orders cut", "'0'"},
        {"after 3 wishes cut", "'wishes'"},
        {"chance 1.5 orders cut", "'1.5'"},
        {"chance 0.5 bytes cut", "'0.5'"},
        {"at noon cut", "'noon'"},
        {"at", "''"},
        {"reject text=\"no", "quote"},
        {"drop nonsense", "'nonsense'"},
        {"stale NOSUCH", "'NOSUCH'"},
        {"place BUY 1 AAPL LMT", "price"},
        {"place HOLD 1 AAPL", "'HOLD'"},
        {"cancel 17", "perm_id"},
        {"farm 2150", "2103"},
        {"stale SAP@NOWHERE", "'SAP@NOWHERE'"},
    };
    start();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error e = {0};
        if (paper_fault(w.p, str_of(bad[i].line), w.now, &e))
            fail_msg("'%s' is accepted", bad[i].line);
        if (strstr(e.text, bad[i].part) == NULL)
            fail_msg("'%s': '%s' does not name %s", bad[i].line, e.text, bad[i].part);
    }
    struct error e = {0};
    assert_false(paper_faults(w.p, STR("# a file\n\nstall 1s\nstall\n"), "f.txt", w.now, &e));
    assert_string_equal(e.text, "f.txt line 4: stall needs time");
    stop();
}

static void no_more_than_a_bounded_number_wait(void **state)
{
    (void)state;
    start();
    struct error e = {0};
    for (int i = 0; i < 128; i++)
        must("at +1d cut");
    assert_false(paper_fault(w.p, STR("at +1d cut"), w.now, &e));
    must("none");
    for (int i = 0; i < 16; i++)
        must("drop orders count=0");
    assert_false(paper_fault(w.p, STR("drop orders"), w.now, &e));
    stop();
}

/* ---- when ---- */
static void triggers_count_what_they_say(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    must("after 2 orders reject 201");
    for (int32_t id = 1; id <= 3; id++) {
        struct wire_req_place_order o = buy(id, "1");
        place(c, &o);
    }
    assert_int_equal(error_for(c, 1), 0);
    assert_int_equal(error_for(c, 2), 201);
    assert_int_equal(error_for(c, 3), 0);
    must("every 2 requests notice 2100 \"again and again\"");
    forget(c);
    for (int i = 0; i < 6; i++)
        send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_string_equal(sequence(c), "49 4 49 49 4 49 49 4 49");
    must("none");
    must("at +2s notice 2100 late");
    forget(c);
    run_ms(1900);
    assert_int_equal(error_for(c, -1), 0);
    run_ms(200);
    assert_int_equal(error_for(c, -1), 2100);
    must("after 1 connections id_taken");
    struct client *d = connect_at(2, 200);
    assert_int_equal(error_for(d, -1), 326);
    assert_true(d->closed);
    must("after 100 bytes cut");
    for (int i = 0; i < 10 && !c->closed; i++)
        send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_true(c->closed);
    stop();
}

/* Which of 40 requests were answered with a notice. */
static void chances(char out[41], uint64_t seed)
{
    const struct paper_config config = {.seed = seed};
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_as(1);
    must("chance 0.3 requests notice 2100 x");
    for (int i = 0; i < 40; i++) {
        forget(c);
        send(c, WIRE_REQ_CURRENT_TIME, NULL);
        out[i] = error_for(c, -1) == 2100 ? '1' : '0';
    }
    out[40] = 0;
    stop();
}

static void chance_comes_from_the_seed(void **state)
{
    (void)state;
    char a[41], b[41], other[41];
    chances(a, 7);
    chances(b, 7);
    chances(other, 8);
    assert_string_equal(a, b);
    assert_string_not_equal(a, other);
    size_t hits = 0;
    for (int i = 0; i < 40; i++)
        hits += a[i] == '1';
    assert_true(hits > 3 && hits < 25);
}

/* ---- connections and messages ---- */
static void a_half_open_connection_is_silent_and_stays(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1), *d = connect_as(2);
    must("half_open client=1");
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    send(d, WIRE_REQ_CURRENT_TIME, NULL);
    assert_int_equal(c->n, 0);
    assert_int_equal(d->n, 1);
    assert_false(c->closed);
    must("cut client=1");
    assert_true(c->closed);
    assert_false(d->closed);
    stop();
}

static void messages_are_dropped_doubled_late_or_swapped(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *now, *later;
    } cases[] = {
        {"drop openOrder", "3", ""},   {"drop what=orders count=2", "", ""},
        {"duplicate 3", "5 3 3", ""},  {"delay 700ms openOrder", "3", "5"},
        {"reorder orders", "3 5", ""}, {"reorder openOrder", "3", "5"}, /* no second one follows */
        {"drop quotes", "5 3", ""},    {"delay 700ms orders client=9", "5 3", ""},
        {"exec_first", "", "5 3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        struct client *c = connect_as(1);
        must("no_fills");
        must(cases[i].fault);
        struct wire_req_place_order o = buy(1, "1");
        place(c, &o);
        if (strcmp(sequence(c), cases[i].now) != 0)
            fail_msg("%s: %s", cases[i].fault, sequence(c));
        forget(c);
        run_ms(1000);
        if (strcmp(sequence(c), cases[i].later) != 0)
            fail_msg("%s, later: %s", cases[i].fault, sequence(c));
        stop();
    }
}

static void executions_pass_the_order_they_belong_to(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    must("exec_first");
    struct wire_req_place_order o = buy(1, "1");
    place(c, &o);
    run_ms(1500);
    assert_int_equal(c->messages[0].id, WIRE_REP_EXEC_DETAILS);
    assert_string_equal(status_of(c, 1), "Filled");
    must("exec_first off");
    forget(c);
    o.order_id = 2;
    place(c, &o);
    assert_int_equal(c->messages[0].id, WIRE_REP_OPEN_ORDER);
    stop();
}

static void a_truncated_message_ends_the_connection(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    must("truncate currentTime");
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_true(c->closed);
    assert_int_equal(c->n, 0);
    assert_true(wire_reader_pending(&c->in) > 0);
    stop();
}

/* ---- the line to the broker ---- */
static void a_stolen_session_and_broken_farms_stop_their_data(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = {0};
    q.req_id = 5;
    q.contract = stock("AAPL", "USD");
    send(c, WIRE_REQ_MKT_DATA, &q);
    run_ms(3000);
    assert_true(count_of(c, WIRE_REP_TICK_PRICE) > 0);
    static const char *const stops[] = {"session_stolen", "farm 2103", "link_lost", "stale AAPL"};
    static const char *const goes[] = {"session_stolen off", "farm 2104", "link_back 1102",
                                       "stale AAPL off"};
    for (size_t i = 0; i < 4; i++) {
        must(stops[i]);
        forget(c);
        run_ms(5000);
        if (count_of(c, WIRE_REP_TICK_PRICE) > 0)
            fail_msg("%s: ticks go on", stops[i]);
        must(goes[i]);
        run_ms(5000);
        if (count_of(c, WIRE_REP_TICK_PRICE) == 0)
            fail_msg("%s: no ticks come", goes[i]);
    }
    must("session_stolen");
    assert_int_equal(error_for(c, 5), 10197);
    q.req_id = 6;
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(error_for(c, 6), 10197);
    must("farm 2105");
    struct wire_req_historical_data h = {.req_id = 8,
                                         .contract = stock("AAPL", "USD"),
                                         .bar_size = STR("1 day"),
                                         .duration = STR("5 D"),
                                         .what_to_show = STR("TRADES"),
                                         .format_date = 1};
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    assert_int_equal(error_for(c, 8), 162);
    must("farm 2106");
    must("history_pacing");
    h.req_id = 9;
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    assert_int_equal(error_for(c, 9), 162);
    h.req_id = 10;
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    assert_int_equal(error_for(c, 10), 0);
    must("pacing 2");
    for (int32_t id = 11; id < 14; id++) {
        h.req_id = id;
        send(c, WIRE_REQ_HISTORICAL_DATA, &h);
        assert_int_equal(error_for(c, id), id < 13 ? 100 : 0);
    }
    must("port_changed 4001");
    assert_int_equal(error_for(c, -1), 1300);
    assert_true(c->closed);
    stop();
}

static void a_restart_lets_nobody_in_and_changes_the_next_id(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int32_t next;
    } cases[] = {{"restart 30s", 21}, {"restart 30s lower", 16}, {"restart 30s higher", 1021}};
    for (size_t i = 0; i < 3; i++) {
        start();
        struct client *c = connect_as(1);
        struct wire_req_place_order o = buy(20, "1");
        o.order.order_type = STR("LMT");
        o.order.lmt_price = 10;
        place(c, &o);
        must(cases[i].line);
        assert_true(c->closed);
        run_ms(29000);
        assert_null(paper_connect(w.p, w.now));
        run_ms(1100);
        struct client *d = connect_at(1, 200);
        const struct wire_rep_next_valid_id *id = nth(d, WIRE_REP_NEXT_VALID_ID, 0);
        assert_int_equal(id->order_id, cases[i].next);
        stop();
    }
}

/* ---- orders ---- */
static void a_manual_order_has_no_id_until_client_0_binds_it(void **state)
{
    (void)state;
    start();
    struct client *zero = connect_as(0), *one = connect_as(1);
    must("no_fills");
    must("place BUY 3 AAPL LMT 100");
    assert_string_equal(sequence(zero), "5 3");
    const struct wire_rep_open_order *m = nth(zero, WIRE_REP_OPEN_ORDER, 0);
    assert_int_equal(m->order_id, 0);
    assert_int_equal(m->order.client_id, 0);
    assert_int_equal(one->n, 0);
    send(one, WIRE_REQ_ALL_OPEN_ORDERS, NULL);
    assert_int_equal(
        ((const struct wire_rep_open_order *)nth(one, WIRE_REP_OPEN_ORDER, 0))->order_id, 0);
    forget(zero);
    const struct wire_req_auto_open_orders bind = {true};
    send(zero, WIRE_REQ_AUTO_OPEN_ORDERS, &bind);
    const struct wire_rep_order_bound *b = nth(zero, WIRE_REP_ORDER_BOUND, 0);
    assert_true(b->order_id == -1 && b->perm_id == m->order.perm_id);
    must("place SELL 2 AAPL");
    b = nth(zero, WIRE_REP_ORDER_BOUND, -1);
    assert_int_equal(b->order_id, -2);
    cancel(zero, -1);
    assert_string_equal(status_of(zero, -1), "Cancelled");
    must("place BUY 1 AAPL client=7");
    forget(one);
    send(one, WIRE_REQ_ALL_OPEN_ORDERS, NULL);
    const struct wire_rep_open_order *other = nth(one, WIRE_REP_OPEN_ORDER, -1);
    assert_int_equal(other->order.client_id, 7);
    must("cancel 0");
    forget(one);
    send(one, WIRE_REQ_ALL_OPEN_ORDERS, NULL);
    assert_int_equal(count_of(one, WIRE_REP_OPEN_ORDER), 0);
    stop();
}

static void an_order_can_be_announced_under_another_perm_id(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    must("two_perm_ids");
    struct wire_req_place_order o = buy(1, "1");
    place(c, &o);
    const struct wire_rep_order_status *first = nth(c, WIRE_REP_ORDER_STATUS, 0);
    int64_t first_perm = first->perm_id;
    run_ms(500);
    const struct wire_rep_order_status *last = nth(c, WIRE_REP_ORDER_STATUS, -1);
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_true(first_perm != last->perm_id && x->execution.perm_id == last->perm_id);
    stop();
}

static void corrections_and_busts_are_booked_and_survive(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = buy(1, "10");
    double before = value_of(c, "CashBalance", "USD"), held = position_of(c, AAPL);
    place(c, &o);
    run_ms(500);
    const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, -1);
    double price = x->execution.price, cash = value_of(c, "CashBalance", "USD");
    assert_true(str_ends(x->execution.exec_id, STR(".01.01")));
    forget(c);
    char line[64];
    snprintf(line, sizeof line, "correct %.2f", price + 2);
    must(line);
    x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_true(str_ends(x->execution.exec_id, STR(".01.02")));
    assert_true(x->execution.price > price + 1.99 && x->execution.price < price + 2.01);
    double now = value_of(c, "CashBalance", "USD");
    assert_true(cash - now > 19.99 && cash - now < 20.01);
    assert_true(position_of(c, AAPL) == held + 10);
    forget(c);
    must("bust");
    x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
    assert_true(str_ends(x->execution.exec_id, STR(".01.03")));
    assert_true(str_eq(x->execution.shares, STR("0")));
    assert_true(position_of(c, AAPL) == held);
    now = value_of(c, "CashBalance", "USD");
    assert_true(before - now > 0.99 && before - now < 1.01); /* the commission stays paid */
    struct error e = {0};
    assert_false(paper_fault(w.p, STR("bust"), w.now, &e)); /* twice */
    assert_false(paper_fault(w.p, STR("correct 5 n=2"), w.now, &e));
    take_records();
    const struct paper_config config = {.seed = 42};
    struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    size_t keep;
    if (!paper_restore(again, buf_str(&w.state), &keep, w.now, &e))
        fail_msg("%s", e.text);
    struct buf a, b;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    assert_true(paper_snapshot(w.p, &a) && paper_snapshot(again, &b));
    assert_true(str_eq(buf_str(&a), buf_str(&b)));
    paper_free(again);
    again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    if (!paper_restore(again, buf_str(&a), &keep, w.now, &e)) /* a snapshot can be read too */
        fail_msg("%s", e.text);
    paper_free(again);
    buf_fini(&a);
    buf_fini(&b);
    stop();
}

static void nothing_fills_while_the_symbol_is_halted(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = {0};
    q.req_id = 5;
    q.contract = stock("AAPL", "USD");
    send(c, WIRE_REQ_MKT_DATA, &q);
    must("halt AAPL");
    const struct wire_rep_tick_generic *t = nth(c, WIRE_REP_TICK_GENERIC, -1);
    assert_true(t->tick_type == 49 && t->value > 0);
    struct wire_req_place_order o = buy(1, "1"), other = order(2, "MSFT", "BUY", "1", "MKT");
    place(c, &o);
    place(c, &other);
    run_ms(60000);
    assert_string_equal(status_of(c, 2), "Filled");
    assert_string_not_equal(status_of(c, 1), "Filled");
    must("halt AAPL off");
    run_ms(2000);
    assert_string_equal(status_of(c, 1), "Filled");
    stop();
}

static size_t details_of(struct client *c, const char *symbol)
{
    size_t before = count_of(c, WIRE_REP_CONTRACT_DATA);
    struct wire_req_contract_details q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 9;
    q.contract = stock(symbol, "USD");
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    return count_of(c, WIRE_REP_CONTRACT_DATA) - before;
}

static void a_listing_can_end_or_change_its_symbol(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    assert_int_equal(details_of(c, "AAPL"), 1);
    must("delist AAPL");
    assert_int_equal(details_of(c, "AAPL"), 0);
    const struct wire_rep_error *e = nth(c, WIRE_REP_ERROR, -1);
    assert_int_equal(e->error_code, 200);
    struct wire_req_mkt_data q = {0};
    q.req_id = 5;
    q.contract = stock("AAPL", "USD");
    send(c, WIRE_REQ_MKT_DATA, &q);
    e = nth(c, WIRE_REP_ERROR, -1);
    assert_true(e->id == 5 && e->error_code == 200);
    must("delist AAPL off");
    must("rename AAPL to=PEAR");
    assert_int_equal(details_of(c, "AAPL"), 0);
    assert_int_equal(details_of(c, "PEAR"), 1);
    const struct wire_rep_contract_data *d = nth(c, WIRE_REP_CONTRACT_DATA, -1);
    assert_int_equal(d->contract.con_id, 265598);
    assert_true(str_eq(d->contract.symbol, STR("PEAR")));
    must("rename AAPL");
    assert_int_equal(details_of(c, "PEAR"), 0);
    assert_int_equal(details_of(c, "AAPL"), 1);
    stop();
}

/* ---- pacing ---- */
static void a_strict_exchange_limits_requests(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_pacing = true};
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_as(1);
    run_ms(2000);
    forget(c);
    for (int i = 0; i < 50; i++)
        send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_int_equal(error_for(c, -1), 0);
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_int_equal(error_for(c, -1), 100);
    assert_false(c->closed);
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_true(c->closed);
    stop();
}

static void history_of_small_bars_is_rationed(void **state)
{
    (void)state;
    struct pacing p = {0};
    struct instant t = {NS_PER_S};
    assert_true(pacing_history(&p, 1, 1, 1, t));
    assert_false(pacing_history(&p, 1, 1, 1, t)); /* the same again */
    t.ns += (int64_t)16 * NS_PER_S;
    assert_true(pacing_history(&p, 1, 1, 1, t));
    for (uint64_t i = 2; i < 6; i++)
        assert_true(pacing_history(&p, i, 1, 1, t));
    assert_false(pacing_history(&p, 6, 1, 1, t)); /* the sixth of a listing in two seconds */
    for (uint64_t i = 100; i < 126; i++)
        assert_true(pacing_history(&p, i, i, 2, t));
    assert_true(pacing_history(&p, 200, 200, 2, t));
    assert_false(pacing_history(&p, 201, 201, 1, t)); /* 60 in ten minutes */
    t.ns += (int64_t)601 * NS_PER_S;
    assert_true(pacing_history(&p, 201, 201, 1, t));
}

/* ---- the clock and the control port ---- */
static const char *ask(const char *line)
{
    static char text[65536];
    struct buf out;
    buf_init(&out, CONTROL_ANSWER_MAX);
    if (control_run(w.p, str_of(line), w.now, &out) == CONTROL_LATER) {
        while (paper_is_led(w.p)) {
            paper_step(w.p, w.now);
            pump();
        }
        control_finish(w.p, &out);
    }
    pump();
    snprintf(text, sizeof text, STR_FMT, STR_ARG(buf_str(&out)));
    buf_fini(&out);
    return text;
}

static void the_clock_pauses_steps_and_changes_speed(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    assert_non_null(strstr(ask("pause"), "\"paused\":true"));
    struct wire_req_place_order o = buy(1, "1");
    place(c, &o);
    int64_t before = paper_time(w.p).ns;
    run_ms(60000);
    assert_int_equal(paper_time(w.p).ns, before);
    assert_string_equal(status_of(c, 1), "Submitted");
    assert_non_null(strstr(ask("step 1"), "\"ok\":true"));
    assert_int_equal(paper_time(w.p).ns, before + NS_PER_S);
    assert_string_equal(status_of(c, 1), "Filled");
    assert_non_null(strstr(ask("step 2h"), "\"ok\":true"));
    assert_int_equal(paper_time(w.p).ns, before + (int64_t)7201 * NS_PER_S);
    assert_non_null(strstr(ask("speed 100x"), "\"speed\":100"));
    assert_non_null(strstr(ask("resume"), "\"paused\":false"));
    before = paper_time(w.p).ns;
    run_ms(1000);
    assert_int_equal(paper_time(w.p).ns, before + (int64_t)100 * NS_PER_S);
    static const char *const wrong[] = {"speed 0", "speed 10001", "speed", "step x", "step 32d"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_non_null(strstr(ask(wrong[i]), "\"ok\":false"));
    stop();
}

static void a_led_hour_brings_the_ticks_of_an_hour(void **state)
{
    (void)state;
    size_t ticks[2];
    for (int led = 0; led < 2; led++) {
        start();
        struct client *c = connect_as(1);
        struct wire_req_mkt_data q = {0};
        q.req_id = 5;
        q.contract = stock("AAPL", "USD");
        send(c, WIRE_REQ_MKT_DATA, &q);
        if (led)
            (void)ask("step 10m");
        else
            run_ms(600000);
        ticks[led] = count_of(c, WIRE_REP_TICK_PRICE);
        stop();
    }
    assert_true(ticks[0] > 100);
    assert_int_equal(ticks[0], ticks[1]);
}

static void the_control_port_answers_in_json(void **state)
{
    (void)state;
    start();
    assert_non_null(strstr(ask("help"), "\"usage\":\"step SECONDS|TIME\""));
    assert_non_null(strstr(ask("faults"), "\"usage\":\"cut_after bytes=N [client=N]\""));
    assert_non_null(strstr(ask("quote AAPL"), "\"con_id\":265598,\"bid\":"));
    assert_non_null(strstr(ask("place BUY 5 AAPL LMT 10"), "\"perm_id\":1500000001"));
    assert_non_null(strstr(ask("orders"), "\"perm_id\":1500000001,\"client\":0"));
    assert_non_null(strstr(ask("at +1h fault"), "\"ok\":false"));
    assert_non_null(strstr(ask("fault at +1h cut"), "\"waiting\":\"cut\""));
    assert_non_null(strstr(ask("status"), "\"faults_waiting\":1"));
    assert_non_null(strstr(ask("fault"), "\"ok\":false"));
    assert_non_null(strstr(ask("GET / HTTP/1.1"), "not understood"));
    stop();
}

static void cash_comes_and_goes_without_a_trade(void **state)
{
    struct error e = {0};
    (void)state;
    start();
    struct dec before = ledger_cash(&w.p->accounts->items[0].ledger, STR("USD"));
    must("cash 250.5 USD");
    must("cash -50 USD");
    struct dec now = ledger_cash(&w.p->accounts->items[0].ledger, STR("USD"));
    assert_true(dec_eq(dec_times(dec_minus(now, before), 10), dec_of(2005)));
    assert_false(paper_fault(w.p, STR("cash 5 DOLLARS"), w.now, &e));
    assert_false(paper_fault(w.p, STR("cash 5 USD DU404"), w.now, &e));
    stop();
}

static void an_exchange_that_cannot_record_refuses_orders_by_name(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_place_order o = buy(1, "1");
    o.order.order_type = STR("LMT");
    o.order.lmt_price = 10;
    place(c, &o);
    paper_hold(w.p, "exchange.log: no space left on device");
    o.order_id = 2;
    place(c, &o);
    assert_int_equal(error_for(c, 2), 201);
    cancel(c, 1);
    assert_int_equal(error_for(c, 1), 10148);
    struct error e = {0};
    assert_false(paper_fault(w.p, STR("place BUY 1 AAPL"), w.now, &e));
    assert_int_equal(paper_records(w.p).n, 0);
    paper_touch(w.p);
    assert_true(paper_records(w.p).n > 0);
    paper_hold(w.p, "");
    o.order_id = 3;
    place(c, &o);
    assert_int_equal(error_for(c, 3), 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_say_when_what_and_how),
        cmocka_unit_test(a_wrong_line_is_refused_by_the_word_that_is_wrong),
        cmocka_unit_test(no_more_than_a_bounded_number_wait),
        cmocka_unit_test(triggers_count_what_they_say),
        cmocka_unit_test(chance_comes_from_the_seed),
        cmocka_unit_test(a_half_open_connection_is_silent_and_stays),
        cmocka_unit_test(messages_are_dropped_doubled_late_or_swapped),
        cmocka_unit_test(executions_pass_the_order_they_belong_to),
        cmocka_unit_test(a_truncated_message_ends_the_connection),
        cmocka_unit_test(a_stolen_session_and_broken_farms_stop_their_data),
        cmocka_unit_test(a_restart_lets_nobody_in_and_changes_the_next_id),
        cmocka_unit_test(a_manual_order_has_no_id_until_client_0_binds_it),
        cmocka_unit_test(an_order_can_be_announced_under_another_perm_id),
        cmocka_unit_test(corrections_and_busts_are_booked_and_survive),
        cmocka_unit_test(nothing_fills_while_the_symbol_is_halted),
        cmocka_unit_test(a_listing_can_end_or_change_its_symbol),
        cmocka_unit_test(a_strict_exchange_limits_requests),
        cmocka_unit_test(history_of_small_bars_is_rationed),
        cmocka_unit_test(the_clock_pauses_steps_and_changes_speed),
        cmocka_unit_test(a_led_hour_brings_the_ticks_of_an_hour),
        cmocka_unit_test(the_control_port_answers_in_json),
        cmocka_unit_test(cash_comes_and_goes_without_a_trade),
        cmocka_unit_test(an_exchange_that_cannot_record_refuses_orders_by_name),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
