/* SPDX-License-Identifier: MIT */
#include "peer.h"

/* ---- a task that asks one question ---- */

struct asker {
    struct session *s;
    enum { CONTRACTS, SYMBOLS, TIME, OPEN_ORDERS, EXECUTIONS, WHAT_IF, BATCH, BARS, HEAD } what;
    struct order order;
    bool is_done, ok;
    struct error error;
    struct contract_details first;
    struct symbol_match match;
    size_t count;
    struct utc time;
    struct order_margin margin;
    struct contract_question questions[3];
    struct bars_question bars;
    struct bar bar;
};

static void ask(struct task *t, void *arg)
{
    struct asker *a = arg;
    struct contract like = peer_contract(0);
    struct contract_details *details = NULL;
    struct symbol_match *matches = NULL;
    struct bar *bars = NULL;
    switch (a->what) {
    case CONTRACTS:
        a->ok = query_contracts(t, a->s, &like, NULL, STR_NONE, &details, &a->count, &a->error);
        break;
    case SYMBOLS:
        a->ok = query_symbols(t, a->s, STR("app"), &matches, &a->count, &a->error);
        break;
    case TIME:
        a->ok = query_time(t, a->s, &a->time, &a->error);
        break;
    case OPEN_ORDERS:
        a->ok = query_open_orders(t, a->s, &a->error);
        break;
    case EXECUTIONS:
        a->ok = query_executions(t, a->s, &a->error);
        break;
    case WHAT_IF:
        a->ok = query_what_if(t, a->s, &a->order, &a->margin, &a->error);
        break;
    case BATCH:
        a->ok = query_contracts_batch(t, a->s, a->questions, 3, &a->error);
        break;
    case BARS:
        a->ok = query_bars(t, a->s, &a->bars, &bars, &a->count, &a->error);
        break;
    case HEAD:
        a->ok = query_head_timestamp(t, a->s, &like, BARS_TRADES, true, &a->time, &a->error);
        break;
    }
    if (details != NULL)
        a->first = details[0];
    if (matches != NULL)
        a->match = matches[0];
    if (bars != NULL)
        a->bar = bars[0];
    a->is_done = true;
}

static struct task *start(struct peer *p, struct asker *a, int64_t timeout_ms)
{
    a->s = p->s;
    struct task *t = task_spawn(p->tasks, p->now, timeout_ms, ask, a);
    tasks_run(p->tasks, p->now);
    peer_take(p);
    return t;
}

static struct peer *ready(void)
{
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    return p;
}

static size_t in_flight(const struct peer *p)
{
    struct session_status st;
    session_status(p->s, &st);
    return st.requests_in_flight;
}

static int32_t contracts_id(const struct peer *p)
{
    return ((const struct wire_req_contract_details *)peer_got(p, WIRE_REQ_CONTRACT_DETAILS))
        ->req_id;
}

static void send_contract(struct peer *p, int32_t id, int32_t con_id)
{
    struct wire_rep_contract_data m = WIRE_REP_CONTRACT_DATA_DEFAULT;
    struct wire_tag isin = {STR("ISIN"), STR("US0378331005")};
    m.req_id = id;
    m.contract.con_id = con_id;
    m.contract.symbol = STR("AAPL");
    m.contract.sec_type = STR("STK");
    m.contract.right = STR("?");
    m.contract.exchange = STR("SMART");
    m.contract.currency = STR("USD");
    m.details.long_name = STR("APPLE INC");
    m.details.min_tick = STR("0.01");
    m.details.sec_id_list.items = &isin;
    m.details.sec_id_list.n = 1;
    peer_send(p, WIRE_REP_CONTRACT_DATA, &m);
}

/* ---- answers ---- */

static void contracts_come_with_their_details(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CONTRACTS};
    start(p, &a, 60000);
    send_contract(p, contracts_id(p), 265598);
    send_contract(p, contracts_id(p), 265599);
    peer_turn(p);
    assert_false(a.is_done);
    struct wire_id end = {contracts_id(p)};
    peer_send(p, WIRE_REP_CONTRACT_DATA_END, &end);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.first.contract.con_id, 265598);
    assert_int_equal(a.first.contract.right, 0);
    assert_string_equal(a.first.isin, "US0378331005");
    assert_true(dec_eq(a.first.min_tick.v, DEC_MICRO(10000)));
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void an_unknown_contract_is_not_found(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CONTRACTS};
    start(p, &a, 60000);
    peer_send_error(p, contracts_id(p), 2104, "not about us");
    peer_turn(p);
    assert_false(a.is_done);
    peer_send_error(p, contracts_id(p), 200, "No security definition has been found");
    peer_turn(p);
    assert_true(a.is_done);
    assert_false(a.ok);
    assert_int_equal(a.error.code, ERROR_NOT_FOUND);
    assert_int_equal(a.error.broker_code, 200);
    assert_string_equal(a.error.text, "No security definition has been found");
    peer_free(p);
}

static void a_batch_has_its_own_errors(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BATCH};
    for (int i = 0; i < 3; i++)
        a.questions[i].like = peer_contract(i + 1);
    start(p, &a, 60000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CONTRACT_DETAILS), 3);
    int32_t last = contracts_id(p);
    struct wire_id end = {last};
    send_contract(p, last, 3);
    peer_send(p, WIRE_REP_CONTRACT_DATA_END, &end);
    peer_send_error(p, last - 1, 321, "bad");
    end.req_id = last - 2;
    peer_send(p, WIRE_REP_CONTRACT_DATA_END, &end);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.questions[0].error.code, ERROR_NONE);
    assert_int_equal(a.questions[0].count, 0);
    assert_int_equal(a.questions[1].error.broker_code, 321);
    assert_int_equal(a.questions[2].count, 1);
    peer_free(p);
}

static void symbols_are_matched(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = SYMBOLS};
    start(p, &a, 60000);
    const struct wire_req_matching_symbols *q = peer_got(p, WIRE_REQ_MATCHING_SYMBOLS);
    assert_true(str_eq(q->pattern, STR("app")));
    struct str types[] = {STR("OPT"), STR("WAR")};
    struct wire_symbol_sample row = {.contract = WIRE_CONTRACT_DEFAULT,
                                     .derivative_sec_types = {types, 2}};
    row.contract.con_id = 265598;
    row.contract.symbol = STR("AAPL");
    row.contract.sec_type = STR("STK");
    row.contract.description = STR("APPLE INC");
    struct wire_rep_symbol_samples m = {.req_id = q->req_id, .samples = {&row, 1}};
    peer_send(p, WIRE_REP_SYMBOL_SAMPLES, &m);
    peer_turn(p);
    assert_true(a.ok);
    assert_int_equal(a.count, 1);
    assert_string_equal(a.match.derivatives, "OPT,WAR");
    assert_string_equal(a.match.description, "APPLE INC");
    peer_free(p);
}

static void the_time_is_the_servers(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = TIME};
    p->now.wall.ns += 5 * (int64_t)NS_PER_S;
    start(p, &a, 60000);
    peer_turn(p);
    assert_true(a.ok);
    assert_int_equal(a.time.ns / NS_PER_S, PEER_WALL_S + 5);
    peer_free(p);
}

static void a_what_if_stores_nothing(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = WHAT_IF,
                      .order = {.side = SIDE_BUY, .type = ORDER_MKT, .quantity = DEC(10)}};
    a.order.contract = peer_contract(265598);
    snprintf(a.order.account, sizeof a.order.account, "DU1");
    start(p, &a, 60000);
    const struct wire_req_place_order *q = peer_got(p, WIRE_REQ_PLACE_ORDER);
    assert_int_equal(q->order_id, 100);
    assert_true(q->order.what_if && q->order.transmit);
    struct wire_rep_open_order m = WIRE_REP_OPEN_ORDER_DEFAULT;
    m.order_id = q->order_id;
    m.order.what_if = true;
    m.order_state.status = STR("PreSubmitted");
    m.order_state.margins.init_change = 123.45;
    m.order_state.commission_currency = STR("USD");
    m.order_state.max_commission = 1.01;
    peer_send(p, WIRE_REP_OPEN_ORDER, &m);
    peer_turn(p);
    assert_true(a.ok);
    assert_true(dec_eq(a.margin.init_change.v, DEC_MICRO(123450000)));
    assert_false(a.margin.init_before.has);
    assert_true(dec_eq(a.margin.max_commission.v, DEC_MICRO(1010000)));
    assert_int_equal(peer_count(p, EVENT_ORDER), 0);
    peer_send(p, WIRE_REP_OPEN_ORDER, &m); /* once more, when nobody asks */
    assert_int_equal(peer_count(p, EVENT_ORDER), 0);
    peer_free(p);
}

static void a_refused_what_if_says_why(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = WHAT_IF, .order = {.type = ORDER_MKT, .quantity = DEC(10)}};
    snprintf(a.order.account, sizeof a.order.account, "DU1");
    start(p, &a, 60000);
    peer_send_error(p, 100, 201, "Order rejected - reason:no");
    peer_turn(p);
    assert_int_equal(a.error.code, ERROR_BROKER);
    assert_int_equal(a.error.broker_code, 201);
    assert_int_equal(peer_count(p, EVENT_NOTICE), 0);
    peer_free(p);
}

/* ---- history ---- */

static struct bars_question small_bars(int32_t con_id)
{
    return (struct bars_question){.contract = peer_contract(con_id),
                                  .length = 1800,
                                  .unit = 'S',
                                  .size = BAR_5_SECONDS,
                                  .show = BARS_TRADES};
}

static int32_t bars_id(const struct peer *p)
{
    return ((const struct wire_req_historical_data *)peer_got(p, WIRE_REQ_HISTORICAL_DATA))->req_id;
}

static void send_bars(struct peer *p, int32_t id, struct wire_bar *bars, size_t n)
{
    struct wire_rep_historical_data m = {.req_id = id, .bars = {bars, n}};
    peer_send(p, WIRE_REP_HISTORICAL_DATA, &m);
}

static void end_bars(struct peer *p, int32_t id)
{
    struct wire_rep_historical_data_end m = {.req_id = id};
    peer_send(p, WIRE_REP_HISTORICAL_DATA_END, &m);
    peer_turn(p);
}

static void bars_are_exact_and_end_with_their_end(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)};
    a.bars.end = (struct opt_utc){{(int64_t)PEER_WALL_S * NS_PER_S}, true};
    start(p, &a, 60000);
    const struct wire_req_historical_data *m = peer_got(p, WIRE_REQ_HISTORICAL_DATA);
    assert_true(str_eq(m->end_date_time, STR("20260921-14:13:20")));
    assert_true(str_eq(m->duration, STR("1800 S")));
    assert_true(str_eq(m->bar_size, STR("5 secs")));
    assert_true(str_eq(m->what_to_show, STR("TRADES")));
    assert_true(str_eq(m->contract.exchange, STR("SMART")));
    assert_int_equal(m->format_date, 2);
    struct wire_bar bar = {STR("1790000000"), 150.1,         150.3, 150.05, 150.2,
                           STR("1234.5"),     STR("150.15"), 17};
    send_bars(p, m->req_id, &bar, 1);
    peer_turn(p);
    assert_false(a.is_done);
    end_bars(p, m->req_id);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 1);
    assert_true(dec_eq(a.bar.open.v, DEC_MICRO(150100000)));
    assert_true(dec_eq(a.bar.volume.v, DEC_MICRO(1234500000)));
    assert_int_equal(a.bar.start.v.ns / NS_PER_S, 1790000000);
    assert_int_equal(a.bar.date, 0);
    assert_int_equal(a.bar.trades, 17);
    peer_free(p);
}

static void a_day_has_a_date_and_what_is_not_traded_no_volume(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)};
    start(p, &a, 60000);
    struct wire_bar bar = {STR("20260410"), -1.5, 2, -3, 1, STR("-1"), STR("-1"), -1};
    send_bars(p, bars_id(p), &bar, 1);
    end_bars(p, bars_id(p));
    assert_true(a.ok);
    assert_int_equal(a.bar.date, 20260410);
    assert_false(a.bar.start.has || a.bar.volume.has || a.bar.average.has);
    assert_true(dec_sign(a.bar.open.v) < 0); /* a combination's price may be negative */
    peer_free(p);
}

static void a_bar_without_a_time_is_no_history(void **state)
{
    (void)state;
    static const char *const BAD[] = {"", "x", "20261310", "20260400", "-5", "99999999999999"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct peer *p = ready();
        struct asker a = {.what = BARS, .bars = small_bars(265598)};
        start(p, &a, 60000);
        struct wire_bar bar = {str_of(BAD[i]), 1, 2, 1, 2, STR("1"), STR("1"), 1};
        send_bars(p, bars_id(p), &bar, 1);
        end_bars(p, bars_id(p));
        assert_true(a.is_done);
        if (a.ok)
            fail_msg("accepted: %s", BAD[i]);
        assert_int_equal(a.error.code, ERROR_PROTOCOL);
        assert_true(session_is_ready(p->s));
        peer_free(p);
    }
}

static void a_period_must_be_one(void **state)
{
    (void)state;
    static const struct {
        int length;
        char unit;
    } BAD[] = {{0, 'D'}, {-1, 'D'}, {1, 'X'}, {1, '\0'}, {100001, 'D'}, {1, 'd'}};
    struct peer *p = ready();
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct asker a = {.what = BARS, .bars = small_bars(265598)};
        a.bars.length = BAD[i].length;
        a.bars.unit = BAD[i].unit;
        start(p, &a, 60000);
        assert_true(a.is_done && !a.ok);
        assert_int_equal(a.error.code, ERROR_INVALID);
    }
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 0);
    peer_free(p);
}

/* The wait for a turn is not the wait for an answer. */
static void the_same_small_bars_wait_and_then_have_their_whole_time(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)}, b = a, c = a;
    c.bars.contract = peer_contract(272093);
    start(p, &a, 300000);
    end_bars(p, bars_id(p));
    start(p, &b, 300000);
    start(p, &c, 300000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 2);
    assert_int_equal(
        ((const struct wire_req_historical_data *)peer_got(p, WIRE_REQ_HISTORICAL_DATA))
            ->contract.con_id,
        272093);
    peer_pass(p, 14000);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.queued_history, 1);
    assert_in_range((uint64_t)st.queue_age_ms, 13000, 14000);
    peer_pass(p, 1100);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 3);
    peer_pass(p, 59000);
    assert_false(b.is_done);
    peer_pass(p, 1000);
    assert_true(b.is_done && !b.ok);
    assert_int_equal(b.error.code, ERROR_TIMEOUT);
    assert_true(peer_got_count(p, WIRE_REQ_CANCEL_HISTORICAL_DATA) > 0);
    peer_free(p);
}

static void a_task_that_ends_in_the_queue_is_not_asked_for(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)}, b = a;
    start(p, &a, 60000);
    end_bars(p, bars_id(p));
    start(p, &b, 3000);
    peer_pass(p, 4000);
    assert_true(b.is_done && !b.ok);
    assert_int_equal(b.error.code, ERROR_TIMEOUT);
    assert_non_null(strstr(b.error.next, "15 seconds")); /* and says what it waited for */
    peer_pass(p, 20000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 1);
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void fifty_histories_are_open_at_once_and_no_more(void **state)
{
    (void)state;
    enum { N = 60 };
    static struct asker many[N];
    struct peer *p = ready();
    for (int i = 0; i < N; i++) {
        many[i] = (struct asker){.what = BARS, .bars = small_bars(1000 + i)};
        many[i].bars.size = BAR_1_DAY;
        start(p, &many[i], 300000);
    }
    peer_pass(p, 5000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 50);
    end_bars(p, bars_id(p));
    peer_pass(p, 1);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), 51);
    session_closed(p->s, STR("gone"), p->now);
    tasks_run(p->tasks, p->now);
    for (int i = 0; i < N; i++)
        assert_true(many[i].is_done);
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void history_begins_at_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* 0: not accepted */
    } CASES[] = {{"946857600", 946857600},
                 {"20000103-00:00:00", 946857600},
                 {"-86400", -86400},
                 {"soon", 0},
                 {"99999999999999999", 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct peer *p = ready();
        struct asker a = {.what = HEAD};
        start(p, &a, 60000);
        const struct wire_req_head_timestamp *m = peer_got(p, WIRE_REQ_HEAD_TIMESTAMP);
        struct wire_rep_head_timestamp r = {m->req_id, str_of(CASES[i].text)};
        peer_send(p, WIRE_REP_HEAD_TIMESTAMP, &r);
        peer_turn(p);
        assert_true(a.is_done);
        assert_int_equal(a.ok, CASES[i].seconds != 0);
        if (a.ok)
            assert_int_equal(a.time.ns / NS_PER_S, CASES[i].seconds);
        peer_free(p);
    }
}

static void a_refused_history_says_why(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)};
    start(p, &a, 60000);
    peer_send_error(p, bars_id(p), 165, "Historical data farm is being connected");
    peer_turn(p);
    assert_false(a.is_done);
    peer_send_error(p, bars_id(p), 162, "Historical Market Data Service error message:No data");
    peer_turn(p);
    assert_true(a.is_done && !a.ok);
    assert_int_equal(a.error.broker_code, 162);
    assert_true(a.error.next[0] != '\0');
    peer_free(p);
}

static void a_pacing_violation_slows_that_kind_down(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct session_status st;
    struct asker a = {.what = BARS, .bars = small_bars(265598)};
    start(p, &a, 60000);
    peer_send_error(p, bars_id(p), 162,
                    "Historical Market Data Service error message:Historical data request pacing "
                    "violation");
    peer_turn(p);
    assert_true(a.is_done && !a.ok);
    session_status(p->s, &st);
    assert_int_equal(st.slowed_ms, 60000);
    size_t asked = peer_got_count(p, WIRE_REQ_HISTORICAL_DATA);
    struct asker b = {.what = BARS, .bars = small_bars(8314)};
    start(p, &b, 120000);
    peer_pass(p, 59000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), asked);
    session_status(p->s, &st);
    assert_int_equal(st.queued_history, 1);
    assert_in_range(st.queue_age_ms, 59000, 60000);
    peer_pass(p, 1100);
    assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), asked + 1);
    session_status(p->s, &st);
    assert_int_equal(st.slowed_ms, 0);
    peer_send_error(p, -1, 100, "Max rate of messages per second has been exceeded");
    session_status(p->s, &st);
    assert_int_equal(st.slowed_ms, 60000);
    peer_free(p);
}

static void a_number_without_words_gets_ours(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = BARS, .bars = small_bars(265598)};
    start(p, &a, 60000);
    peer_send_error(p, bars_id(p), 162, "");
    peer_turn(p);
    assert_true(a.is_done && !a.ok);
    assert_string_equal(a.error.text, "no historical data");
    peer_free(p);
}

/* ---- bars that are kept up to date ---- */

static void bars_are_followed_across_connections(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e;
    int32_t id;
    struct bars_question q = small_bars(265598);
    assert_true(session_follow_bars(p->s, &q, p->now, &id, &e));
    peer_take(p);
    for (int round = 1; round <= 2; round++) {
        const struct wire_req_historical_data *m = peer_got(p, WIRE_REQ_HISTORICAL_DATA);
        assert_int_equal(peer_got_count(p, WIRE_REQ_HISTORICAL_DATA), round);
        assert_true(m->keep_up_to_date);
        struct wire_bar bar = {
            .date = STR("1790000000"), .open = 1, .high = 3, .low = 1, .close = 2};
        bar.volume = bar.wap = STR("5");
        struct wire_rep_historical_data so_far = {.req_id = m->req_id, .bars = {&bar, 1}};
        struct wire_rep_historical_data_end end = {.req_id = m->req_id};
        size_t told = peer_count(p, EVENT_BAR);
        peer_send(p, WIRE_REP_HISTORICAL_DATA, &so_far);
        peer_send(p, WIRE_REP_HISTORICAL_DATA_END, &end);
        struct wire_rep_historical_data_update update = {m->req_id, bar};
        update.bar.close = 2.5;
        peer_send(p, WIRE_REP_HISTORICAL_DATA_UPDATE, &update);
        assert_int_equal(peer_count(p, EVENT_BAR), told + 2);
        const struct seen *last = peer_last(p, EVENT_BAR);
        assert_int_equal(last->number, id);
        assert_int_equal(last->bar.start.v.ns / NS_PER_S, 1790000000);
        assert_true(dec_eq(last->bar.close.v, DEC_MICRO(2500000)));
        struct session_status st;
        session_status(p->s, &st);
        assert_int_equal(st.requests_in_flight, 0);
        update.req_id++; /* nobody's */
        peer_send(p, WIRE_REP_HISTORICAL_DATA_UPDATE, &update);
        assert_int_equal(peer_count(p, EVENT_BAR), told + 2);
        if (round == 2)
            break;
        session_closed(p->s, STR("gone"), p->now);
        peer_pass(p, 16000);
        peer_connect(p);
        peer_turn(p);
    }
    session_unfollow_bars(p->s, id, p->now);
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_HISTORICAL_DATA), 1);
    peer_free(p);
}

static void bars_that_are_refused_say_so_and_followers_are_bounded(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct error e;
    int32_t id, others[LIMIT_FOLLOWS];
    struct bars_question q = small_bars(265598);
    assert_true(session_follow_bars(p->s, &q, p->now, &id, &e));
    peer_take(p);
    peer_send_error(p, bars_id(p), 162, "No market data permissions");
    assert_int_equal(peer_last(p, EVENT_BAR)->number, id);
    assert_int_equal(peer_last(p, EVENT_BAR)->code, 162);
    assert_false(peer_last(p, EVENT_BAR)->has_bar);
    assert_int_equal(peer_count(p, EVENT_NOTICE), 0);
    session_unfollow_bars(p->s, id, p->now);
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_HISTORICAL_DATA), 0);
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++)
        assert_true(session_follow_bars(p->s, &q, p->now, &others[i], &e));
    assert_false(session_follow_bars(p->s, &q, p->now, &id, &e));
    assert_string_equal(e.reason, "FOLLOWS_MAX");
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++)
        session_unfollow_bars(p->s, others[i], p->now);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.requests_in_flight, 0);
    peer_free(p);
}

/* ---- no answer ---- */

static void a_question_without_connection_fails_at_once(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    struct asker a = {.what = CONTRACTS};
    start(p, &a, 60000);
    assert_true(a.is_done);
    assert_int_equal(a.error.code, ERROR_UNAVAILABLE);
    peer_free(p);
}

static void a_late_answer_is_a_timeout(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CONTRACTS};
    start(p, &a, 60000);
    peer_pass(p, 9999);
    assert_false(a.is_done);
    peer_pass(p, 1);
    assert_true(a.is_done);
    assert_int_equal(a.error.code, ERROR_TIMEOUT);
    send_contract(p, contracts_id(p), 1);
    struct wire_id end = {contracts_id(p)};
    peer_send(p, WIRE_REP_CONTRACT_DATA_END, &end);
    assert_true(session_is_ready(p->s));
    peer_free(p);
}

static void a_lost_connection_fails_all_questions_at_once(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CONTRACTS}, b = {.what = OPEN_ORDERS}, c = {.what = BATCH};
    p->answers = false;
    start(p, &a, 60000);
    start(p, &b, 60000);
    start(p, &c, 60000);
    session_closed(p->s, STR("end of stream"), p->now);
    tasks_run(p->tasks, p->now);
    assert_true(a.is_done && b.is_done && c.is_done);
    assert_int_equal(a.error.code, ERROR_UNAVAILABLE);
    assert_int_equal(b.error.code, ERROR_UNAVAILABLE);
    assert_int_equal(c.questions[2].error.code, ERROR_UNAVAILABLE);
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void a_task_that_ends_first_leaves_nothing_behind(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CONTRACTS}, b = {.what = BATCH};
    start(p, &a, 50);
    struct task *t = start(p, &b, 60000);
    task_cancel(t);
    peer_pass(p, 60);
    assert_true(a.is_done && b.is_done);
    assert_int_equal(a.error.code, ERROR_TIMEOUT);
    assert_false(b.ok);
    for (int32_t id = contracts_id(p) - 3; id <= contracts_id(p); id++) {
        send_contract(p, id, 1);
        struct wire_id end = {id};
        peer_send(p, WIRE_REP_CONTRACT_DATA_END, &end);
    }
    assert_int_equal(in_flight(p), 0);
    assert_true(session_is_ready(p->s));
    peer_free(p);
}

static void a_session_that_ends_first_wakes_the_tasks(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = EXECUTIONS}, b = {.what = BATCH};
    p->answers = false;
    start(p, &a, 60000);
    start(p, &b, 60000);
    session_free(p->s);
    p->s = NULL;
    tasks_run(p->tasks, p->now);
    assert_true(a.is_done && b.is_done);
    assert_int_equal(a.error.code, ERROR_UNAVAILABLE);
    peer_free(p);
}

static void the_end_of_an_older_list_does_not_end_a_younger(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = OPEN_ORDERS}, b = {.what = OPEN_ORDERS};
    p->answers = false;
    start(p, &a, 50);
    peer_pass(p, 60);
    assert_true(a.is_done && !a.ok);
    start(p, &b, 60000);
    peer_send(p, WIRE_REP_OPEN_ORDER_END, NULL); /* of a */
    peer_turn(p);
    assert_false(b.is_done);
    peer_send(p, WIRE_REP_OPEN_ORDER_END, NULL);
    peer_turn(p);
    assert_true(b.is_done && b.ok);
    peer_free(p);
}

static void questions_in_flight_are_bounded(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.messages_per_s = 1000;
    config.request_timeout_ms = 100000;
    struct peer *p = peer_new(config);
    peer_connect(p);
    static struct asker many[500];
    memset(many, 0, sizeof many);
    size_t refused = 0;
    for (size_t i = 0; i < 500; i++) {
        many[i].what = BATCH;
        start(p, &many[i], 90000);
        for (int k = 0; k < 3; k++)
            refused += many[i].questions[k].error.code == ERROR_LIMIT;
    }
    assert_int_equal(in_flight(p), LIMIT_SESSION_REQUESTS);
    assert_true(many[499].is_done);
    assert_int_equal(many[499].questions[0].error.code, ERROR_LIMIT);
    assert_true(refused > 0);
    peer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contracts_come_with_their_details),
        cmocka_unit_test(an_unknown_contract_is_not_found),
        cmocka_unit_test(a_batch_has_its_own_errors),
        cmocka_unit_test(symbols_are_matched),
        cmocka_unit_test(the_time_is_the_servers),
        cmocka_unit_test(a_what_if_stores_nothing),
        cmocka_unit_test(a_refused_what_if_says_why),
        cmocka_unit_test(bars_are_exact_and_end_with_their_end),
        cmocka_unit_test(a_day_has_a_date_and_what_is_not_traded_no_volume),
        cmocka_unit_test(a_bar_without_a_time_is_no_history),
        cmocka_unit_test(a_period_must_be_one),
        cmocka_unit_test(the_same_small_bars_wait_and_then_have_their_whole_time),
        cmocka_unit_test(a_task_that_ends_in_the_queue_is_not_asked_for),
        cmocka_unit_test(fifty_histories_are_open_at_once_and_no_more),
        cmocka_unit_test(history_begins_at_a_time),
        cmocka_unit_test(a_refused_history_says_why),
        cmocka_unit_test(bars_are_followed_across_connections),
        cmocka_unit_test(bars_that_are_refused_say_so_and_followers_are_bounded),
        cmocka_unit_test(a_pacing_violation_slows_that_kind_down),
        cmocka_unit_test(a_number_without_words_gets_ours),
        cmocka_unit_test(a_question_without_connection_fails_at_once),
        cmocka_unit_test(a_late_answer_is_a_timeout),
        cmocka_unit_test(a_lost_connection_fails_all_questions_at_once),
        cmocka_unit_test(a_task_that_ends_first_leaves_nothing_behind),
        cmocka_unit_test(a_session_that_ends_first_wakes_the_tasks),
        cmocka_unit_test(the_end_of_an_older_list_does_not_end_a_younger),
        cmocka_unit_test(questions_in_flight_are_bounded),
    };
    return PEER_RUN("query", tests);
}
