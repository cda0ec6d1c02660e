/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "broker/state.h"
#include "broker/trade.h"
#include "tests/unit/base/dies.h"

#include <stdlib.h>

static struct peer *ready(void)
{
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    return p;
}

/* The recordings are of version 200. */
static struct peer *ready_with_text(void)
{
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_hello(p, 200);
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    return p;
}

static struct order a_limit_order(int32_t id)
{
    struct order o = {.order_id = id,
                      .client_id = 7,
                      .side = SIDE_SELL,
                      .type = ORDER_LMT,
                      .tif = TIF_GTC,
                      .quantity = DEC_MICRO(1500000),
                      .limit_price = DEC_SOME(DEC_MICRO(150250000)),
                      .outside_rth = true,
                      .transmit = true};
    o.contract = peer_contract(265598);
    snprintf(o.account, sizeof o.account, "DU1");
    snprintf(o.ref, sizeof o.ref, "pc:01J");
    return o;
}

static void must_place(struct peer *p, int32_t id)
{
    struct order o = a_limit_order(id);
    struct error e;
    assert_true(trade_place(p->s, &o, p->now, &e));
}

/* ---- ids ---- */

static void order_ids_are_never_given_out_twice(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e;
    int32_t id;
    assert_true(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(id, 100);
    assert_true(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(id, 101);
    trade_used_order_id(p->s, 200);
    trade_used_order_id(p->s, 150);
    assert_true(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(id, 201);
    peer_free(p);
}

static void an_id_that_rolls_back_is_not_followed(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e;
    int32_t id;
    for (int i = 0; i < 5; i++)
        assert_true(trade_next_order_id(p->s, &id, &e));
    session_closed(p->s, STR("restart"), p->now);
    assert_false(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(e.code, ERROR_UNAVAILABLE);
    peer_pass(p, 1000);
    p->next_id = 99;
    peer_connect(p);
    assert_int_equal(peer_last(p, EVENT_NEXT_ID)->number, 105);
    assert_true(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(id, 105);
    peer_free(p);
}

static void ids_seen_in_our_orders_count_as_used(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct wire_rep_open_order m = WIRE_REP_OPEN_ORDER_DEFAULT;
    m.order_id = 300;
    m.order.client_id = 7;
    m.order_state.status = STR("Submitted");
    peer_send(p, WIRE_REP_OPEN_ORDER, &m);
    m.order_id = 900;
    m.order.client_id = 8; /* somebody else's */
    peer_send(p, WIRE_REP_OPEN_ORDER, &m);
    struct error e;
    int32_t id;
    assert_true(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(id, 301);
    peer_free(p);
}

/* ---- placing ---- */

static void an_order_reaches_the_wire_exactly(void **state)
{
    (void)state;
    struct peer *p = ready();
    must_place(p, 100);
    peer_turn(p);
    const struct wire_req_place_order *m = peer_got(p, WIRE_REQ_PLACE_ORDER);
    assert_int_equal(m->order_id, 100);
    assert_int_equal(m->contract.con_id, 265598);
    assert_true(str_eq(m->order.action, STR("SELL")));
    assert_true(str_eq(m->order.order_type, STR("LMT")));
    assert_true(str_eq(m->order.total_quantity, STR("1.5")));
    assert_true(m->order.lmt_price == 150.25);
    assert_true(m->order.aux_price >= 1.7e308);
    assert_true(str_eq(m->order.tif, STR("GTC")));
    assert_true(str_eq(m->order.account, STR("DU1")));
    assert_true(str_eq(m->order.order_ref, STR("pc:01J")));
    assert_true(m->order.outside_rth && m->order.transmit && !m->order.what_if);
    peer_free(p);
}

static void nothing_is_placed_unless_ready(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct order o = a_limit_order(100);
    struct error e;
    peer_send_error(p, -1, 1100, "lost");
    assert_false(trade_place(p->s, &o, p->now, &e));
    assert_int_equal(e.code, ERROR_UNAVAILABLE);
    assert_true(trade_cancel(p->s, 55, p->now, &e)); /* a cancel may still get through */
    session_closed(p->s, STR("gone"), p->now);
    assert_false(trade_cancel(p->s, 55, p->now, &e));
    assert_false(trade_cancel_all(p->s, p->now, &e));
    assert_false(trade_place(p->s, &o, p->now, &e));
    peer_free(p);
}

static void what_cannot_be_written_is_refused_whole(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct order o = a_limit_order(100);
    struct error e;
    snprintf(o.ref, sizeof o.ref, "caf\xc3\xa9");
    assert_false(trade_place(p->s, &o, p->now, &e));
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_PLACE_ORDER), 0);
    peer_free(p);
}

/* ---- pacing ---- */

static void cancels_overtake_and_the_rate_is_kept(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.messages_per_s = 10;
    struct peer *p = peer_new(config);
    peer_open(p);
    peer_hello(p, 200);
    peer_pass(p, 5000);
    assert_true(session_is_ready(p->s));
    size_t before = p->got_count;
    struct error e;
    for (int i = 0; i < 60; i++) {
        struct contract c = peer_contract(1000 + i);
        assert_true(session_watch(p->s, &c, p->now, &e));
    }
    for (int32_t id = 100; id < 130; id++)
        must_place(p, id);
    assert_true(trade_cancel(p->s, 55, p->now, &e));
    peer_pass(p, 60000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_PLACE_ORDER), 30);
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 60);
    for (size_t i = 10; i < p->got_count; i++)
        assert_true(p->got[i].at.ns - p->got[i - 10].at.ns >= NS_PER_S);
    /* the first question was on its way already; then the cancel, then all orders */
    size_t at = before;
    while (p->got[at].id == WIRE_REQ_MKT_DATA)
        at++;
    assert_true(at - before <= 10);
    assert_int_equal(p->got[at].id, WIRE_REQ_CANCEL_ORDER);
    for (size_t i = 1; i <= 30; i++)
        assert_int_equal(p->got[at + i].id, WIRE_REQ_PLACE_ORDER);
    peer_free(p);
}

static void a_stalled_stream_collects_no_burst(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.messages_per_s = 10;
    struct peer *p = peer_new(config);
    peer_open(p);
    peer_hello(p, 200);
    peer_pass(p, 5000);
    for (int32_t id = 100; id < 150; id++)
        must_place(p, id);
    for (int s = 0; s < 10; s++) { /* nothing is taken from the stream */
        p->now.mono.ns += NS_PER_S;
        session_step(p->s, p->now);
    }
    peer_pass(p, 10000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_PLACE_ORDER), 50);
    for (size_t i = 11; i < p->got_count; i++)
        assert_true(p->got[i].at.ns - p->got[i - 11].at.ns >= NS_PER_S);
    peer_free(p);
}

static void a_cancel_does_not_overtake_its_own_order(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e;
    must_place(p, 100); /* leaves for the stream at once */
    must_place(p, 101); /* these two wait until it has gone */
    must_place(p, 102);
    assert_true(trade_cancel(p->s, 101, p->now, &e));
    peer_turn(p);
    size_t at = p->got_count - 1;
    assert_int_equal(p->got[at].id, WIRE_REQ_CANCEL_ORDER);
    assert_int_equal(p->got[at - 1].id, WIRE_REQ_PLACE_ORDER);
    must_place(p, 103);
    must_place(p, 104);
    assert_true(trade_cancel_all(p->s, p->now, &e));
    peer_turn(p);
    assert_int_equal(p->got[p->got_count - 1].id, WIRE_REQ_GLOBAL_CANCEL);
    peer_free(p);
}

static void a_full_queue_refuses_and_says_so(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e = {0};
    int32_t id = 100;
    struct order o = a_limit_order(id);
    while (trade_place(p->s, &o, p->now, &e))
        o.order_id = ++id;
    assert_int_equal(e.code, ERROR_UNAVAILABLE);
    assert_string_equal(e.reason, "QUEUE_FULL");
    struct session_status st;
    session_status(p->s, &st);
    assert_true(st.queued_messages < LIMIT_PACING_QUEUE);
    assert_true(trade_cancel(p->s, 101, p->now, &e)); /* there is room for cancels still */
    assert_true(trade_cancel_all(p->s, p->now, &e));
    peer_free(p);
}

/* What had not left when the connection was lost never leaves: nobody knows what became of it. */
static void an_order_that_waits_is_not_sent_on_the_next_connection(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.messages_per_s = 8;
    struct peer *p = peer_new(config);
    peer_connect(p);
    peer_pass(p, 3000);
    struct error e;
    for (int32_t id = 100; id < 120; id++) {
        struct order o = a_limit_order(id);
        assert_true(trade_place(p->s, &o, p->now, &e));
    }
    session_closed(p->s, STR("connection reset"), p->now);
    assert_int_equal(session_output(p->s).n, 0);
    peer_pass(p, 1000);
    p->got_count = 0;
    peer_connect(p);
    peer_pass(p, 10000);
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_got_count(p, WIRE_REQ_PLACE_ORDER), 0);
    peer_free(p);
}

/* ---- events ---- */

static void an_execution_may_come_before_its_order(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct wire_rep_exec_details x = WIRE_REP_EXEC_DETAILS_DEFAULT;
    x.req_id = -1;
    x.contract.con_id = 265598;
    x.contract.sec_type = STR("STK");
    x.execution.order_id = 100;
    x.execution.client_id = 7;
    x.execution.perm_id = 900;
    x.execution.exec_id = STR("0000e0d5.69dd7411.01.01");
    x.execution.time = STR("20260413 15:27:04 US/Eastern");
    x.execution.account = STR("DU1");
    x.execution.side = STR("BOT");
    x.execution.shares = STR("1");
    x.execution.price = 257.95;
    x.execution.cum_qty = STR("1");
    peer_send(p, WIRE_REP_EXEC_DETAILS, &x);
    peer_send(p, WIRE_REP_EXEC_DETAILS, &x); /* duplicates are the book's business */
    assert_int_equal(peer_count(p, EVENT_EXECUTION), 2);
    const struct execution *e = &peer_last(p, EVENT_EXECUTION)->execution;
    assert_int_equal(e->order_id, 100);
    assert_int_equal(e->side, SIDE_BUY);
    assert_true(dec_eq(e->price, DEC_MICRO(257950000)));
    assert_false(e->time.has);
    assert_string_equal(e->time_text, "20260413 15:27:04 US/Eastern");
    struct wire_rep_commission_report c = WIRE_REP_COMMISSION_REPORT_DEFAULT;
    c.exec_id = x.execution.exec_id;
    c.commission = 1.0;
    c.currency = STR("USD");
    peer_send(p, WIRE_REP_COMMISSION_REPORT, &c);
    e = &peer_last(p, EVENT_COMMISSION)->execution;
    assert_true(e->commission.has);
    assert_false(e->realized_pnl.has);
    peer_free(p);
}

static void an_order_is_told_with_its_state(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct wire_rep_open_order m = WIRE_REP_OPEN_ORDER_DEFAULT;
    m.order_id = 100;
    m.contract.con_id = 265598;
    m.contract.sec_type = STR("STK");
    m.order.client_id = 7;
    m.order.perm_id = 5000000000;
    m.order.action = STR("BUY");
    m.order.total_quantity = STR("10");
    m.order.order_type = STR("STP LMT");
    m.order.lmt_price = 10.5;
    m.order.aux_price = 10.4;
    m.order.tif = STR("DAY");
    m.order.account = STR("DU1");
    m.order_state.status = STR("PreSubmitted");
    peer_send(p, WIRE_REP_OPEN_ORDER, &m);
    const struct seen *e = peer_last(p, EVENT_ORDER);
    assert_int_equal(e->order.perm_id, 5000000000);
    assert_int_equal(e->order.type, ORDER_STP_LMT);
    assert_true(dec_eq(e->order.stop_price.v, DEC_MICRO(10400000)));
    assert_true(dec_eq(e->order.limit_price.v, DEC_MICRO(10500000)));
    assert_int_equal(e->status.state, STATE_PRE_SUBMITTED);
    struct wire_rep_order_status st = {.order_id = 100,
                                       .status = STR("Submitted"),
                                       .filled = STR("4"),
                                       .remaining = STR("6"),
                                       .avg_fill_price = 10.45,
                                       .perm_id = 5000000000,
                                       .client_id = 7};
    peer_send(p, WIRE_REP_ORDER_STATUS, &st);
    e = peer_last(p, EVENT_ORDER_STATUS);
    assert_int_equal(e->order.order_id, 100);
    assert_true(dec_eq(e->status.filled, DEC(4)));
    assert_false(e->status.last_fill_price.has);
    peer_free(p);
}

static void only_refusals_and_cancels_end_an_order(void **state)
{
    (void)state;
    static const struct {
        int code;
        bool ends;
    } CASES[] = {{201, true},    {202, true},    {110, true},    {399, false},
                 {10349, false}, {161, false},   {10147, false}, {10148, false},
                 {2109, false},  {88888, false}, {404, false}};
    struct peer *p = ready();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        peer_send_error(p, 55, CASES[i].code, "words \xc3\xa9 of the broker");
        const struct seen *e = peer_last(p, EVENT_NOTICE);
        assert_int_equal(e->code, CASES[i].code);
        assert_int_equal(e->number, 55);
        assert_true(e->has_order);
        assert_int_equal(e->order.order_id, 55);
        assert_int_equal(e->order.client_id, 7);
        assert_int_equal(e->has_status, CASES[i].ends);
        assert_string_equal(e->text, "words \xc3\xa9 of the broker");
    }
    assert_int_equal(peer_count(p, EVENT_ORDER_STATUS), 0);
    peer_free(p);
}

/* One recorded frame body, '|' for NUL, as a frame to the session. */
static void play(struct peer *p, const char *name)
{
    const char *dir = getenv("PORTCULLIS_VECTORS");
    char path[512];
    snprintf(path, sizeof path, "%s/tws/%s", dir != NULL ? dir : "../shared/vectors", name);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        print_message("skipped: %s is not there\n", path);
        peer_free(p);
        skip();
    }
    static char body[8192];
    size_t n = fread(body, 1, sizeof body, f);
    fclose(f);
    while (n > 0 && body[n - 1] == '\n')
        n--;
    for (size_t i = 0; i < n; i++)
        if (body[i] == '|')
            body[i] = '\0';
    struct buf frame;
    buf_init(&frame, sizeof body + 4);
    assert_true(wire_frame_add(&frame, (struct str){body, n}));
    peer_bytes(p, buf_str(&frame));
    buf_fini(&frame);
    assert_true(session_is_ready(p->s));
}

static void a_recorded_open_order_is_understood(void **state)
{
    (void)state;
    struct peer *p = ready_with_text();
    play(p, "openorder_sv200_live.txt");
    const struct seen *e = peer_last(p, EVENT_ORDER);
    assert_int_equal(e->order.order_id, 0); /* placed by hand */
    assert_int_equal(e->order.perm_id, 9000);
    assert_int_equal(e->order.contract.con_id, 853200900);
    assert_int_equal(e->order.contract.right, 'P');
    assert_true(dec_eq(e->order.contract.strike.v, DEC(10)));
    assert_int_equal(e->order.side, SIDE_SELL);
    assert_int_equal(e->order.tif, TIF_GTC);
    assert_true(dec_eq(e->order.limit_price.v, DEC_MICRO(1200000)));
    assert_false(e->order.stop_price.has);
    assert_false(e->order.trail_stop.has);
    assert_int_equal(e->status.state, STATE_PRE_SUBMITTED);
    peer_free(p);
}

static void a_recorded_completed_order_is_understood(void **state)
{
    (void)state;
    struct peer *p = ready_with_text();
    play(p, "completed_sv200_live.txt");
    const struct seen *e = peer_last(p, EVENT_COMPLETED_ORDER);
    assert_int_equal(e->order.perm_id, 1426085924);
    assert_int_equal(e->order.type, ORDER_TRAIL_LIMIT);
    assert_true(dec_eq(e->order.limit_price.v, DEC_MICRO(2000050000)));
    assert_true(dec_eq(e->order.trail_amount.v, DEC(1)));
    assert_true(dec_eq(e->order.trail_stop.v, DEC(2000)));
    assert_false(e->order.contract.strike.has);
    assert_int_equal(e->status.state, STATE_CANCELLED);
    assert_string_equal(e->status.broker_text, "Cancelled by Trader");
    assert_false(e->status.completed.has); /* its zone is a table's matter */
    peer_free(p);
}

/* ---- around the gate ---- */

static void send_an_order_as_a_question(void)
{
    struct peer *p = ready();
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    struct error e;
    bool ok = session_send(p->s, PACING_QUESTION, NULL, WIRE_REQ_PLACE_ORDER, &m, &e);
    assert_true(ok);
}

static void send_a_cancel_as_a_question(void)
{
    struct peer *p = ready();
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    struct error e;
    bool ok = session_send(p->s, PACING_REST, NULL, WIRE_REQ_CANCEL_ORDER, &m, &e);
    assert_true(ok);
}

static void send_a_what_if_as_a_question(void)
{
    struct peer *p = ready();
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    struct error e;
    m.order.what_if = true;
    m.order.action = STR("BUY");
    bool ok = session_send(p->s, PACING_QUESTION, NULL, WIRE_REQ_PLACE_ORDER, &m, &e);
    assert_true(ok);
    peer_free(p);
}

static void what_acts_cannot_be_sent_as_a_question(void **state)
{
    (void)state;
    assert_true(dies(send_an_order_as_a_question));
    assert_true(dies(send_a_cancel_as_a_question));
    assert_false(dies(send_a_what_if_as_a_question));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_ids_are_never_given_out_twice),
        cmocka_unit_test(an_id_that_rolls_back_is_not_followed),
        cmocka_unit_test(ids_seen_in_our_orders_count_as_used),
        cmocka_unit_test(an_order_reaches_the_wire_exactly),
        cmocka_unit_test(nothing_is_placed_unless_ready),
        cmocka_unit_test(what_cannot_be_written_is_refused_whole),
        cmocka_unit_test(cancels_overtake_and_the_rate_is_kept),
        cmocka_unit_test(a_stalled_stream_collects_no_burst),
        cmocka_unit_test(a_cancel_does_not_overtake_its_own_order),
        cmocka_unit_test(a_full_queue_refuses_and_says_so),
        cmocka_unit_test(an_order_that_waits_is_not_sent_on_the_next_connection),
        cmocka_unit_test(an_execution_may_come_before_its_order),
        cmocka_unit_test(an_order_is_told_with_its_state),
        cmocka_unit_test(only_refusals_and_cancels_end_an_order),
        cmocka_unit_test(a_recorded_open_order_is_understood),
        cmocka_unit_test(a_recorded_completed_order_is_understood),
        cmocka_unit_test(what_acts_cannot_be_sent_as_a_question),
    };
    return PEER_RUN("trade", tests);
}
