/* SPDX-License-Identifier: MIT */
#include "broker/ticks.h"
#include "peer.h"

#include <math.h>

static struct peer *ready(void)
{
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    return p;
}

static void watch(struct peer *p, int32_t con_id)
{
    struct contract c = peer_contract(con_id);
    struct error e;
    assert_true(session_watch(p->s, &c, p->now, &e));
    peer_turn(p);
}

static int32_t line_id(const struct peer *p)
{
    return ((const struct wire_req_mkt_data *)peer_got(p, WIRE_REQ_MKT_DATA))->req_id;
}

static void price(struct peer *p, int type, double value, const char *size)
{
    struct wire_rep_tick_price m = {
        .req_id = line_id(p), .tick_type = type, .price = value, .size = str_of(size)};
    peer_send(p, WIRE_REP_TICK_PRICE, &m);
}

static void assert_price(struct opt_dec d, const char *text)
{
    char out[DEC_TEXT_MAX];
    assert_true(d.has);
    dec_format(d.v, out);
    assert_string_equal(out, text);
}

/* ---- quotes ---- */

static void ticks_fill_the_quote(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    const struct wire_req_mkt_data *m = peer_got(p, WIRE_REQ_MKT_DATA);
    assert_true(str_eq(m->generic_tick_list, STR("165")));
    assert_true(str_eq(m->contract.exchange, STR("SMART")));
    price(p, 1, 150.1, "200");
    price(p, 2, 150.2, "300");
    price(p, 4, 150.15, "10");
    price(p, 19, 99.5, "0");
    price(p, 20, 199.5, "0");
    struct wire_rep_tick_size volume = {line_id(p), 8, STR("123456.5")};
    peer_send(p, WIRE_REP_TICK_SIZE, &volume);
    struct wire_rep_tick_size overflow = {line_id(p), 5, STR("-155")};
    peer_send(p, WIRE_REP_TICK_SIZE, &overflow);
    struct wire_rep_tick_generic halted = {line_id(p), 49, 1};
    peer_send(p, WIRE_REP_TICK_GENERIC, &halted);
    const struct quote *q = session_quote(p->s, 265598);
    assert_price(q->bid, "150.1");
    assert_price(q->ask_size, "300");
    assert_price(q->last, "150.15");
    assert_price(q->volume, "123456.5");
    assert_price(q->low_52w, "99.5");
    assert_price(q->high_52w, "199.5");
    assert_false(q->last_size.has);
    assert_true(q->is_halted);
    assert_int_equal(q->data_type, DATA_LIVE);
    assert_true(q->time.has);
    assert_int_equal(peer_last(p, EVENT_QUOTE)->number, 265598);
    price(p, 1, -1, "0");
    assert_false(session_quote(p->s, 265598)->bid.has);
    assert_false(session_quote(p->s, 265598)->bid_size.has);
    assert_null(session_quote(p->s, 1));
    peer_free(p);
}

static void an_option_has_its_model_and_open_interest(void **state)
{
    (void)state;
    static const int32_t MODEL = 13, OF_BID = 10;
    struct peer *p = ready();
    struct contract c = peer_contract(7001);
    struct error e;
    c.sec_type = SEC_OPT;
    assert_true(session_watch(p->s, &c, p->now, &e));
    peer_turn(p);
    const struct wire_req_mkt_data *m = peer_got(p, WIRE_REQ_MKT_DATA);
    assert_true(str_eq(m->generic_tick_list, STR("101")));
    struct wire_rep_tick_option_computation tick = WIRE_REP_TICK_OPTION_COMPUTATION_DEFAULT;
    tick.req_id = line_id(p);
    tick.tick_type = OF_BID;
    tick.delta = 0.9;
    peer_send(p, WIRE_REP_TICK_OPTION_COMPUTATION, &tick);
    assert_false(session_quote(p->s, 7001)->delta.has);
    tick.tick_type = MODEL;
    tick.delta = 0.5;
    tick.implied_vol = 0.25;
    tick.opt_price = -1;
    tick.gamma = -2;
    tick.theta = -3.5;
    peer_send(p, WIRE_REP_TICK_OPTION_COMPUTATION, &tick);
    struct wire_rep_tick_size calls = {line_id(p), 27, STR("1200")};
    peer_send(p, WIRE_REP_TICK_SIZE, &calls);
    const struct quote *q = session_quote(p->s, 7001);
    assert_price(q->delta, "0.5");
    assert_price(q->implied_vol, "0.25");
    assert_price(q->theta, "-3.5");
    assert_price(q->call_open_interest, "1200");
    assert_false(q->model_price.has || q->gamma.has || q->vega.has || q->underlying.has);
    tick.delta = -2; /* it can no longer be computed */
    peer_send(p, WIRE_REP_TICK_OPTION_COMPUTATION, &tick);
    assert_false(session_quote(p->s, 7001)->delta.has);
    peer_free(p);
}

static void delayed_ticks_are_called_delayed(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    peer_send_error(p, line_id(p), 10167, "Displaying delayed market data.");
    struct wire_rep_market_data_type type = {line_id(p), 4};
    price(p, 66, 150.1, "2");
    assert_int_equal(session_quote(p->s, 265598)->data_type, DATA_DELAYED);
    peer_send(p, WIRE_REP_MARKET_DATA_TYPE, &type);
    price(p, 67, 150.2, "3");
    price(p, 75, 149, "0");
    const struct quote *q = session_quote(p->s, 265598);
    assert_int_equal(q->data_type, DATA_DELAYED_FROZEN);
    assert_price(q->close, "149");
    struct str text;
    assert_int_equal(session_quote_notice(p->s, 265598, &text), 10167);
    assert_true(str_eq(text, STR("Displaying delayed market data.")));
    type.market_data_type = 2;
    peer_send(p, WIRE_REP_MARKET_DATA_TYPE, &type);
    assert_int_equal(session_quote(p->s, 265598)->data_type, DATA_FROZEN);
    peer_free(p);
}

/* What a price of -1, 0 or no number at all means depends on its size and on what is quoted. */
static void a_price_is_one_that_its_kind_of_contract_can_have(void **state)
{
    (void)state;
    static const struct {
        enum sec_type type;
        double price;
        const char *size;
        const char *bid; /* NULL: none */
    } rows[] = {
        {SEC_STK, -1, "0", NULL},
        {SEC_STK, -1, "100", NULL},
        {SEC_STK, 0, "0", NULL},
        {SEC_STK, 0, "100", NULL},
        {SEC_STK, -2.5, "1", NULL},
        {SEC_STK, 0.0001, "1", "0.0001"},
        {SEC_CASH, 0, "1000", NULL},
        {SEC_CASH, -1, "1000", NULL},
        {SEC_OPT, 0, "5", "0"},
        {SEC_OPT, -1, "0", NULL},
        {SEC_OPT, -0.05, "5", NULL},
        {SEC_BAG, -1, "0", NULL},
        {SEC_BAG, -1, "3", "-1"},
        {SEC_BAG, -2.35, "0", "-2.35"},
        {SEC_BAG, 0, "3", "0"},
        {SEC_FUT, -37.63, "12", "-37.63"},
        {SEC_FUT, 0, "0", NULL},
        {SEC_IND, -0.45, "0", "-0.45"},
        {SEC_STK, (double)NAN, "1", NULL},
        {SEC_STK, (double)INFINITY, "1", NULL},
        {SEC_FUT, 1.7976931348623157e308, "1", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct quote q = {0};
        struct wire_rep_tick_price m = {
            .tick_type = 1, .price = rows[i].price, .size = str_of(rows[i].size)};
        (void)tick_price(&q, rows[i].type, &m, (struct moment){0});
        char out[DEC_TEXT_MAX] = "none";
        if (q.bid.has)
            dec_format(q.bid.v, out);
        if (strcmp(out, rows[i].bid ? rows[i].bid : "none") != 0)
            fail_msg("%s %g x %s is %s", sec_type_text(rows[i].type), rows[i].price, rows[i].size,
                     out);
        assert_int_equal(q.bid.has, q.time.has);
    }
}

static void the_same_quote_again_is_no_event(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    price(p, 1, 150.1, "200");
    size_t n = peer_count(p, EVENT_QUOTE);
    price(p, 1, 150.1, "200");
    price(p, 1000, 1, "1");
    assert_int_equal(peer_count(p, EVENT_QUOTE), n);
    peer_free(p);
}

/* ---- lines ---- */

static void one_line_serves_several_watchers(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    watch(p, 265598);
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 1);
    session_unwatch(p->s, 265598, p->now);
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_MKT_DATA), 0);
    session_unwatch(p->s, 265598, p->now);
    peer_turn(p);
    const struct wire_id *m = peer_got(p, WIRE_REQ_CANCEL_MKT_DATA);
    assert_int_equal(m->req_id, line_id(p));
    assert_null(session_quote(p->s, 265598));
    price(p, 1, 150.1, "200"); /* one more on its way */
    peer_free(p);
}

static void lines_are_bounded(void **state)
{
    (void)state;
    struct peer *p = ready();
    for (int32_t i = 1; i <= LIMIT_STREAMS; i++) {
        watch(p, i);
        p->now.mono.ns += NS_PER_S / 10;
    }
    struct contract c = peer_contract(LIMIT_STREAMS + 1);
    struct error e;
    assert_false(session_watch(p->s, &c, p->now, &e));
    assert_int_equal(e.code, ERROR_LIMIT);
    assert_string_equal(e.reason, "LINES_MAX");
    session_unwatch(p->s, 5, p->now);
    assert_true(session_watch(p->s, &c, p->now, &e));
    peer_free(p);
}

static void lines_survive_a_reconnect_without_their_prices(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    int32_t old = line_id(p);
    price(p, 1, 150.1, "200");
    session_closed(p->s, STR("gone"), p->now);
    assert_false(session_quote(p->s, 265598)->bid.has);
    assert_int_equal(session_quote(p->s, 265598)->data_type, DATA_NONE);
    assert_false(peer_last(p, EVENT_QUOTE)->quote.bid.has);
    peer_pass(p, 1000);
    peer_connect(p);
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 2);
    assert_int_not_equal(line_id(p), old);
    price(p, 1, 151, "200");
    assert_price(session_quote(p->s, 265598)->bid, "151");
    peer_free(p);
}

static void lines_are_asked_for_again_when_the_gateway_has_lost_them(void **state)
{
    (void)state;
    struct peer *p = ready();
    watch(p, 265598);
    peer_send_error(p, -1, 1100, "lost");
    peer_send_error(p, -1, 1102, "restored, data maintained");
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 1);
    peer_send_error(p, -1, 1100, "lost");
    peer_send_error(p, -1, 1101, "restored, data lost");
    peer_pass(p, 1000);
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 2);
    peer_free(p);
}

static void a_watch_before_the_connection_is_kept(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    struct contract c = peer_contract(265598);
    struct error e;
    assert_true(session_watch(p->s, &c, p->now, &e));
    peer_connect(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_MKT_DATA), 1);
    peer_free(p);
}

/* ---- waiting ---- */

struct waiter {
    struct session *s;
    int64_t until_ms;
    bool is_done, ok;
    struct error error;
};

static void wait_for_quote(struct task *t, void *arg)
{
    struct waiter *w = arg;
    struct instant until = instant_after_ms(task_now(t).mono, w->until_ms);
    w->ok = session_await_quote(t, w->s, 265598, until, &w->error);
    w->is_done = true;
}

static struct task *start(struct peer *p, struct waiter *w)
{
    w->s = p->s;
    struct task *t = task_spawn(p->tasks, p->now, 60000, wait_for_quote, w);
    tasks_run(p->tasks, p->now);
    return t;
}

static void a_wait_ends_when_the_quote_has_settled(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct waiter w = {.until_ms = 5000};
    watch(p, 265598);
    start(p, &w);
    price(p, 1, 150.1, "1");
    price(p, 2, 150.2, "1");
    peer_turn(p);
    assert_false(w.is_done);
    price(p, 4, 150.15, "1");
    peer_turn(p);
    assert_false(w.is_done); /* the ranges of a share come last */
    price(p, 20, 199, "0");
    peer_turn(p);
    assert_true(w.is_done && w.ok);
    peer_free(p);
}

static void a_wait_for_half_a_quote_is_short(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct waiter w = {.until_ms = 5000};
    watch(p, 265598);
    start(p, &w);
    price(p, 9, 149, "0");
    peer_pass(p, 400);
    assert_false(w.is_done);
    peer_pass(p, 200);
    assert_true(w.is_done && w.ok);
    peer_free(p);
}

static void a_refusal_ends_the_wait(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct waiter w = {.until_ms = 5000};
    watch(p, 265598);
    start(p, &w);
    peer_send_error(p, line_id(p), 354, "Requested market data is not subscribed.");
    peer_turn(p);
    assert_true(w.is_done && w.ok);
    struct str text;
    assert_int_equal(session_quote_notice(p->s, 265598, &text), 354);
    peer_free(p);
}

static void a_wait_ends_at_its_time(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct waiter w = {.until_ms = 2000};
    watch(p, 265598);
    start(p, &w);
    peer_pass(p, 1999);
    assert_false(w.is_done);
    peer_pass(p, 1);
    assert_true(w.is_done && w.ok);
    peer_free(p);
}

static void a_wait_ends_with_its_connection_or_task(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct waiter a = {.until_ms = 50000}, b = {.until_ms = 50000}, c = {.until_ms = 50000};
    watch(p, 265598);
    struct task *t = start(p, &a);
    task_cancel(t);
    tasks_run(p->tasks, p->now);
    assert_true(a.is_done);
    assert_false(a.ok);
    start(p, &b);
    session_closed(p->s, STR("gone"), p->now);
    tasks_run(p->tasks, p->now);
    assert_true(b.is_done && b.ok);
    peer_pass(p, 1000);
    peer_connect(p);
    start(p, &c);
    session_free(p->s);
    p->s = NULL;
    tasks_run(p->tasks, p->now);
    assert_true(c.is_done);
    peer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_fill_the_quote),
        cmocka_unit_test(an_option_has_its_model_and_open_interest),
        cmocka_unit_test(delayed_ticks_are_called_delayed),
        cmocka_unit_test(a_price_is_one_that_its_kind_of_contract_can_have),
        cmocka_unit_test(the_same_quote_again_is_no_event),
        cmocka_unit_test(one_line_serves_several_watchers),
        cmocka_unit_test(lines_are_bounded),
        cmocka_unit_test(lines_survive_a_reconnect_without_their_prices),
        cmocka_unit_test(lines_are_asked_for_again_when_the_gateway_has_lost_them),
        cmocka_unit_test(a_watch_before_the_connection_is_kept),
        cmocka_unit_test(a_wait_ends_when_the_quote_has_settled),
        cmocka_unit_test(a_wait_for_half_a_quote_is_short),
        cmocka_unit_test(a_refusal_ends_the_wait),
        cmocka_unit_test(a_wait_ends_at_its_time),
        cmocka_unit_test(a_wait_ends_with_its_connection_or_task),
    };
    return PEER_RUN("lines", tests);
}
