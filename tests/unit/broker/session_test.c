/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "broker/trade.h"

/* ---- handshake ---- */

static void a_handshake_ends_in_ready(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    assert_string_equal(p->offer, "v176..226");
    peer_hello(p, peer_version);
    peer_turn(p);
    assert_int_equal(
        ((const struct wire_req_start_api *)peer_got(p, WIRE_REQ_START_API))->client_id, 7);
    assert_true(session_is_ready(p->s));
    static const enum link_state STATES[] = {LINK_CONNECTING, LINK_HANDSHAKE, LINK_WAITING,
                                             LINK_RECONCILING, LINK_READY};
    size_t n = 0;
    for (size_t i = 0; i < p->seen_count; i++)
        if (p->seen[i].kind == EVENT_LINK)
            assert_int_equal(p->seen[i].link, STATES[n++]);
    assert_int_equal(n, 5);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.server_version, peer_version);
    assert_string_equal(st.accounts, "DU1");
    assert_string_equal(st.server_time, "20260405 23:50:23 EST");
    assert_int_equal(st.attempts, 0);
    assert_int_equal(st.requests_in_flight, 0);
    peer_free(p);
}

/* A server of 2025 answers with a version that mixes encodings; asked for text it speaks text. */
static void a_mixed_version_leads_to_one_attempt_with_text(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    static const int MIXED[] = {201, 208, 212};
    for (size_t i = 0; i < sizeof MIXED / sizeof MIXED[0]; i++) {
        peer_open(p);
        assert_string_equal(p->offer, "v176..226");
        peer_hello(p, MIXED[i]);
        peer_turn(p);
        struct session_status st;
        session_status(p->s, &st);
        assert_string_equal(st.reason, "VERSION_CHOICE");
        assert_int_equal(p->closes, 2 * i + 1);
        assert_int_equal(p->got_count, 0);
        peer_open(p); /* at once */
        assert_string_equal(p->offer, "v176..200");
        peer_hello(p, 200);
        peer_turn(p);
        assert_true(session_is_ready(p->s));
        session_status(p->s, &st);
        assert_string_equal(st.reason, "");
        assert_int_equal(st.reconnects, i);
        /* the next connection asks again: the Gateway may have been updated */
        p->closes++;
        p->got_count = 0;
        session_closed(p->s, STR("closed"), p->now);
        peer_pass(p, 60000);
    }
    peer_free(p);
}

static void a_server_that_insists_on_a_mixed_version_is_refused(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_hello(p, 205);
    peer_turn(p);
    peer_open(p);
    peer_hello(p, 205);
    peer_turn(p);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.link, LINK_REFUSED);
    assert_string_equal(st.reason, "VERSION");
    assert_false(session_wants_open(p->s, p->now));
    peer_free(p);
}

static void a_cap_among_the_mixed_versions_leaves_text(void **state)
{
    (void)state;
    static const struct {
        int cap;
        const char *offer;
    } CASES[] = {{176, "v176..176"}, {200, "v176..200"}, {201, "v176..200"},
                 {212, "v176..200"}, {213, "v176..213"}, {225, "v176..225"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct session_config config = peer_config();
        config.max_version = CASES[i].cap;
        struct peer *p = peer_new(config);
        peer_open(p);
        assert_string_equal(p->offer, CASES[i].offer);
        peer_free(p);
    }
}

static void nothing_is_sent_before_the_first_order_id(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_pass(p, 1000);
    assert_int_equal(p->got_count, 1);
    struct wire_rep_next_valid_id n = {55};
    peer_send(p, WIRE_REP_NEXT_VALID_ID, &n);
    peer_turn(p);
    assert_int_equal(peer_link(p), LINK_WAITING);
    struct wire_rep_managed_accounts a = {STR("DU1")};
    peer_send(p, WIRE_REP_MANAGED_ACCOUNTS, &a);
    assert_int_equal(peer_link(p), LINK_RECONCILING);
    assert_int_equal(peer_last(p, EVENT_NEXT_ID)->number, 55);
    peer_free(p);
}

static void everything_is_asked_for_before_ready(void **state)
{
    (void)state;
    static const int ASKED[] = {WIRE_REQ_ACCOUNT_UPDATES,
                                WIRE_REQ_POSITIONS,
                                WIRE_REQ_ALL_OPEN_ORDERS,
                                WIRE_REQ_EXECUTIONS,
                                WIRE_REQ_COMPLETED_ORDERS,
                                WIRE_REQ_MARKET_DATA_TYPE,
                                WIRE_REQ_PNL};
    static const enum event_kind TOLD[] = {EVENT_ACCOUNTS,       EVENT_ACCOUNT_READY,
                                           EVENT_POSITIONS_END,  EVENT_ORDERS_END,
                                           EVENT_EXECUTIONS_END, EVENT_COMPLETED_END};
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    for (size_t i = 0; i < sizeof ASKED / sizeof ASKED[0]; i++)
        assert_int_equal(peer_got_count(p, ASKED[i]), 1);
    for (size_t i = 0; i < sizeof TOLD / sizeof TOLD[0]; i++)
        assert_int_equal(peer_count(p, TOLD[i]), 1);
    assert_int_equal(peer_got_count(p, WIRE_REQ_AUTO_OPEN_ORDERS), 0);
    const struct wire_req_market_data_type *type = peer_got(p, WIRE_REQ_MARKET_DATA_TYPE);
    assert_int_equal(type->market_data_type, 4);
    peer_free(p);
    struct session_config config = peer_config();
    config.market_data_type = 1;
    p = peer_new(config);
    peer_connect(p);
    type = peer_got(p, WIRE_REQ_MARKET_DATA_TYPE);
    assert_int_equal(type->market_data_type, 1);
    peer_free(p);
}

static void one_missing_end_keeps_the_session_from_ready(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    p->answers = true;
    struct got start = {.id = WIRE_REQ_START_API};
    peer_answer(p, &start);
    p->answers = false;
    peer_turn(p);
    for (size_t i = 0; i < p->got_count; i++)
        if (p->got[i].id != WIRE_REQ_POSITIONS && p->got[i].id != WIRE_REQ_START_API)
            peer_answer(p, &p->got[i]);
    assert_int_equal(peer_link(p), LINK_RECONCILING);
    assert_false(session_is_ready(p->s));
    struct got time = {.id = WIRE_REQ_CURRENT_TIME};
    for (int s = 0; s < 59; s++) {
        peer_pass(p, 1000);
        peer_answer(p, &time);
    }
    assert_int_equal(peer_link(p), LINK_RECONCILING);
    peer_pass(p, 2000);
    assert_int_equal(peer_link(p), LINK_DOWN);
    assert_non_null(strstr(peer_last(p, EVENT_LINK)->text, "missing: positions"));
    peer_free(p);
}

static void client_id_zero_binds_orders_placed_by_hand(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.client_id = 0;
    struct peer *p = peer_new(config);
    peer_connect(p);
    assert_true(((const struct wire_req_auto_open_orders *)peer_got(p, WIRE_REQ_AUTO_OPEN_ORDERS))
                    ->auto_bind);
    peer_free(p);
}

static void each_of_several_accounts_is_downloaded(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->accounts = "DU1,DU2,DU3";
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_got_count(p, WIRE_REQ_ACCOUNT_UPDATES_MULTI), 2);
    assert_int_equal(peer_got_count(p, WIRE_REQ_PNL), 3);
    assert_int_equal(peer_count(p, EVENT_ACCOUNT_READY), 3);
    assert_string_equal(peer_last(p, EVENT_ACCOUNTS)->text, "DU1,DU2,DU3");
    const struct wire_req_pnl *pnl = peer_got(p, WIRE_REQ_PNL);
    struct wire_rep_pnl m = {.req_id = pnl->req_id, .daily_pnl = 12.5};
    peer_send(p, WIRE_REP_PNL, &m);
    assert_string_equal(peer_last(p, EVENT_PNL)->text, "DU3");
    assert_true(peer_last(p, EVENT_PNL)->pnl_daily.has);
    peer_free(p);
}

/* The whole conversation of a connection, fed in two pieces cut at every byte. */
static void bytes_may_be_cut_anywhere(void **state)
{
    (void)state;
    struct buf all;
    buf_init(&all, 1 << 20);
    struct peer *p = peer_new(peer_config());
    p->version = 200;
    assert_true(wire_hello_build(&all, 200, STR("20260405 23:50:23 EST")));
    struct wire_rep_managed_accounts a = {STR("DU1")};
    struct wire_rep_next_valid_id n = {100};
    struct wire_rep_account_value v = {STR("NetLiquidation"), STR("1000"), STR("USD"), STR("DU1")};
    struct wire_rep_account_download_end end = {STR("DU1")};
    struct wire_id executions = {0};
    peer_encode(p, WIRE_REP_MANAGED_ACCOUNTS, &a, &all);
    peer_encode(p, WIRE_REP_NEXT_VALID_ID, &n, &all);
    peer_encode(p, WIRE_REP_ACCOUNT_VALUE, &v, &all);
    peer_encode(p, WIRE_REP_ACCOUNT_DOWNLOAD_END, &end, &all);
    peer_encode(p, WIRE_REP_POSITION_END, NULL, &all);
    peer_encode(p, WIRE_REP_OPEN_ORDER_END, NULL, &all);
    peer_encode(p, WIRE_REP_COMPLETED_ORDERS_END, NULL, &all);
    peer_free(p);
    for (size_t cut = 0; cut <= all.n; cut++) {
        p = peer_new(peer_config());
        p->answers = false;
        p->version = 200;
        peer_open(p);
        peer_bytes(p, str_sub(buf_str(&all), 0, cut));
        peer_bytes(p, str_sub(buf_str(&all), cut, all.n));
        peer_take(p);
        executions.req_id =
            ((const struct wire_req_executions *)peer_got(p, WIRE_REQ_EXECUTIONS))->req_id;
        peer_send(p, WIRE_REP_EXEC_DETAILS_END, &executions);
        assert_true(session_is_ready(p->s));
        assert_string_equal(peer_last(p, EVENT_ACCOUNT_VALUE)->value.key, "NetLiquidation");
        peer_free(p);
    }
    buf_fini(&all);
}

/* ---- refusals ---- */

static void a_version_below_the_offer_is_refused(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_hello(p, 170);
    assert_int_equal(peer_link(p), LINK_REFUSED);
    peer_turn(p);
    assert_int_equal(p->closes, 1);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.last_code, 503);
    assert_true(st.hint[0] != '\0');
    assert_false(session_wants_open(p->s, p->now));
    peer_pass(p, 1000);
    assert_true(session_wants_open(p->s, p->now));
    peer_free(p);
}

static void a_client_id_in_use_is_refused_with_a_hint(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 326, "Unable to connect as the client id is already in use.");
    assert_int_equal(peer_link(p), LINK_REFUSED);
    assert_int_equal(peer_last(p, EVENT_LINK)->code, 326);
    struct session_status st;
    session_status(p->s, &st);
    assert_non_null(strstr(st.hint, "client_id"));
    assert_true(session_wants_close(p->s));
    peer_free(p);
}

static void a_port_that_nobody_listens_on_is_explained(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    session_opening(p->s, p->now);
    session_closed(p->s, STR("connection refused"), p->now);
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.link, LINK_DOWN);
    assert_int_equal(st.last_code, 502);
    assert_string_equal(st.last_text, "connection refused");
    assert_true(st.hint[0] != '\0');
    peer_free(p);
}

/* ---- reconnecting ---- */

static void attempts_grow_apart_and_stay_below_the_maximum(void **state)
{
    (void)state;
    struct session_config config = peer_config();
    config.backoff_min_ms = 1000;
    config.backoff_max_ms = 8000;
    struct peer *p = peer_new(config);
    static const int64_t LONGEST[] = {1000, 2000, 4000, 8000, 8000, 8000};
    for (size_t i = 0; i < sizeof LONGEST / sizeof LONGEST[0]; i++) {
        assert_true(session_wants_open(p->s, p->now));
        session_opening(p->s, p->now);
        session_closed(p->s, STR("no"), p->now);
        int64_t wait = (session_next(p->s).ns - p->now.mono.ns) / NS_PER_MS;
        assert_in_range((uint64_t)wait, (uint64_t)LONGEST[i] / 2, (uint64_t)LONGEST[i]);
        peer_pass(p, wait - 1);
        assert_false(session_wants_open(p->s, p->now));
        peer_pass(p, 1);
    }
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.attempts, 6);
    peer_free(p);
}

static void a_lost_connection_is_made_again(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    session_closed(p->s, STR("end of stream"), p->now);
    assert_int_equal(peer_link(p), LINK_DOWN);
    assert_string_equal(peer_last(p, EVENT_LINK)->text, "end of stream");
    peer_pass(p, 500);
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    struct session_status st;
    session_status(p->s, &st);
    assert_int_equal(st.reconnects, 1);
    assert_int_equal(peer_got_count(p, WIRE_REQ_POSITIONS), 2);
    peer_free(p);
}

static void a_handshake_without_answer_is_given_up(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_pass(p, 9000);
    assert_int_equal(p->closes, 0);
    peer_pass(p, 2000);
    assert_int_equal(p->closes, 1);
    assert_int_equal(peer_link(p), LINK_DOWN);
    peer_free(p);
}

static void junk_closes_the_stream_and_never_more(void **state)
{
    (void)state;
    enum { BOTH, TEXT, PROTO };
    static const struct {
        struct str bytes;
        int where;
    } JUNK[] = {
        {{"\x00\x00\x00\x00", 4}, BOTH},                 /* an empty frame */
        {{"\xff\xff\xff\xff", 4}, BOTH},                 /* longer than may be */
        {{"\x01\x00\x00\x01", 4}, BOTH},                 /* by one byte */
        {{"\x00\x00\x00\x02xx", 6}, BOTH},               /* no field, no whole id */
        {{"\x00\x00\x00\x04\x80\x00\x00\x01", 8}, BOTH}, /* a negative id */
        {{"\x00\x00\x00\x04"
          "61\x00\x00",
          8},
         TEXT}, /* a position without fields */
        {{"\x00\x00\x00\x06"
          "1\x00zz\x00\x00",
          10},
         TEXT}, /* a price that is none */
        {{"\x00\x00\x00\x0e"
          "89\x00"
          "5\x00-1\x00zzzzz\x00",
          18},
         TEXT}, /* a histogram of -1 rows */
        {{"\x00\x00\x00\x0e"
          "89\x00"
          "5\x00"
          "9999\x00zzz\x00",
          18},
         TEXT}, /* of more rows than the frame has bytes */
        {{"\x00\x00\x00\x07\x00\x00\x01\x05\x0a\x09x", 11}, PROTO}, /* a text past the end */
        {{"\x00\x00\x00\x06\x00\x00\x01\x05\x08\x01", 10}, PROTO},  /* of the wrong wire type */
        {{"\x00\x00\x00\x05\x00\x00\x01\x05\x80", 9}, PROTO},       /* half a number */
        {{"\x00\x00\x00\x06\x00\x00\x01\x05\x0b\x0c", 10}, PROTO},  /* a group */
    };
    for (size_t i = 0; i < sizeof JUNK / sizeof JUNK[0]; i++) {
        bool is_text = peer_version <= WIRE_VERSION_TEXT_MAX;
        if (JUNK[i].where == (is_text ? PROTO : TEXT))
            continue;
        struct peer *p = peer_new(peer_config());
        peer_connect(p);
        peer_bytes(p, JUNK[i].bytes);
        assert_int_equal(peer_link(p), LINK_DOWN);
        assert_true(peer_last(p, EVENT_LINK)->text[0] != '\0');
        peer_pass(p, 1000);
        assert_int_equal(p->closes, 1);
        peer_connect(p);
        assert_true(session_is_ready(p->s));
        peer_free(p);
    }
}

static void random_bytes_never_crash(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 99, 0);
    for (int round = 0; round < 300; round++) {
        struct peer *p = peer_new(peer_config());
        peer_connect(p);
        char bytes[256];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)rng_below(&rng, 256);
        bytes[0] = bytes[1] = 0;
        bytes[2] = 0;
        bytes[3] = (char)(1 + rng_below(&rng, 40));
        peer_bytes(p, (struct str){bytes, sizeof bytes});
        peer_pass(p, 100);
        peer_free(p);
    }
}

/* Every message that exists, invented: none may crash, and what is not asked for changes nothing.
 */
static void unexpected_messages_are_survived(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 5, 0);
    for (int id = 0; id < 256; id++) {
        const struct wire_message *row = wire_find(WIRE_TO_CLIENT, id);
        if (row == NULL || row->min_version > 200)
            continue;
        for (int round = 0; round < 8; round++) {
            struct peer *p = peer_new(peer_config());
            peer_connect(p);
            const void *m = wire_generate(row, 200, p->arena, &rng);
            peer_send(p, row->id, row->size == 0 ? NULL : m);
            peer_pass(p, 10);
            peer_free(p);
        }
    }
}

/* ---- the broker's clock ---- */

static void the_clock_is_the_brokers_whatever_is_done_to_ours(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    struct utc t, later;
    assert_false(session_clock(p->s, p->now, &t));
    peer_connect(p);
    assert_true(session_clock(p->s, p->now, &t));
    p->now.wall.ns += 400LL * 86400 * NS_PER_S;
    peer_pass(p, 5000);
    assert_true(session_clock(p->s, p->now, &later));
    assert_int_equal((later.ns - t.ns) / NS_PER_MS, 5000);
    peer_pass(p, 3600 * 1000);
    assert_true(peer_got_count(p, WIRE_REQ_CURRENT_TIME) >= 2);
    peer_free(p);
}

/* ---- life ---- */

static void silence_is_probed_and_then_ended(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_pass(p, 29000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CURRENT_TIME), 1); /* for the clock */
    peer_pass(p, 2000);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CURRENT_TIME), 2);
    peer_pass(p, 60000); /* answered each time */
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_got_count(p, WIRE_REQ_CURRENT_TIME), 4);
    p->answers = false;
    peer_pass(p, 30000);
    peer_pass(p, 8000);
    assert_int_equal(peer_link(p), LINK_READY);
    peer_pass(p, 3000);
    assert_int_equal(peer_link(p), LINK_DOWN);
    assert_non_null(strstr(peer_last(p, EVENT_LINK)->text, "no sign of life"));
    assert_int_equal(p->closes, 1);
    peer_free(p);
}

static void the_gateways_own_loss_degrades_and_reconciles(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 1100, "Connectivity between IB and TWS has been lost.");
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    assert_false(session_is_ready(p->s));
    struct session_status st;
    session_status(p->s, &st);
    assert_false(st.broker_link_ok);
    peer_pass(p, 100000);
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    peer_send_error(p, -1, 1102, "Connectivity restored - data maintained.");
    assert_int_equal(peer_link(p), LINK_RECONCILING);
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_got_count(p, WIRE_REQ_EXECUTIONS), 2);
    assert_int_equal(peer_got_count(p, WIRE_REQ_PNL), 1);
    session_status(p->s, &st);
    assert_true(st.broker_link_ok);
    assert_int_equal(st.reconnects, 0);
    peer_free(p);
}

static void a_gateway_that_is_lost_from_the_start_is_not_ready(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 1100, "lost");
    assert_int_equal(peer_link(p), LINK_WAITING);
    p->answers = true;
    struct got start = {.id = WIRE_REQ_START_API};
    peer_answer(p, &start);
    peer_turn(p);
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    peer_send_error(p, -1, 1101, "back");
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    peer_free(p);
}

static void notices_about_farms_change_nothing(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 2104, "Market data farm connection is OK:usfarm");
    peer_send_error(p, -1, 2103, "Market data farm connection is broken:\x1b[2Jusfarm");
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_last(p, EVENT_NOTICE)->number, -1);
    assert_int_equal(peer_last(p, EVENT_NOTICE)->code, 2103);
    assert_false(peer_last(p, EVENT_NOTICE)->has_order);
    assert_null(strchr(peer_last(p, EVENT_NOTICE)->text, '\x1b'));
    peer_free(p);
}

static void a_read_only_api_is_ready_without_orders(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    struct wire_rep_managed_accounts a = {STR("DU1")};
    peer_send(p, WIRE_REP_MANAGED_ACCOUNTS, &a);
    peer_send_error(p, -1, 321,
                    "Error validating request.-'cI' : cause - The API interface is currently in "
                    "Read-Only mode.");
    assert_int_equal(peer_link(p), LINK_RECONCILING);
    peer_turn(p);
    for (size_t i = 0; i < p->got_count; i++)
        if (p->got[i].id != WIRE_REQ_ALL_OPEN_ORDERS && p->got[i].id != WIRE_REQ_START_API &&
            p->got[i].id != WIRE_REQ_COMPLETED_ORDERS)
            peer_answer(p, &p->got[i]);
    peer_send_error(p, -1, 321, "The API interface is currently in Read-Only mode.");
    assert_true(session_is_ready(p->s));
    assert_int_equal(peer_count(p, EVENT_ORDERS_END), 0);
    int32_t id;
    struct error e;
    assert_false(trade_next_order_id(p->s, &id, &e));
    assert_int_equal(e.broker_code, 321);
    peer_free(p);
}

static void an_end_that_nobody_asked_for_ends_nothing(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send(p, WIRE_REP_OPEN_ORDER_END, NULL); /* before the accounts, as Gateways may */
    assert_int_equal(peer_count(p, EVENT_ORDERS_END), 0);
    peer_free(p);
}

static void stopping_ends_without_another_attempt(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    struct error e;
    assert_true(trade_cancel(p->s, 5, p->now, &e));
    session_stop(p->s, p->now);
    assert_false(session_is_ready(p->s));
    peer_turn(p);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_ORDER), 1);
    assert_int_equal(p->closes, 1);
    assert_int_equal(peer_link(p), LINK_DOWN);
    peer_pass(p, 100000);
    assert_false(session_wants_open(p->s, p->now));
    peer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_ends_in_ready),
        cmocka_unit_test(a_mixed_version_leads_to_one_attempt_with_text),
        cmocka_unit_test(a_server_that_insists_on_a_mixed_version_is_refused),
        cmocka_unit_test(a_cap_among_the_mixed_versions_leaves_text),
        cmocka_unit_test(nothing_is_sent_before_the_first_order_id),
        cmocka_unit_test(everything_is_asked_for_before_ready),
        cmocka_unit_test(one_missing_end_keeps_the_session_from_ready),
        cmocka_unit_test(client_id_zero_binds_orders_placed_by_hand),
        cmocka_unit_test(each_of_several_accounts_is_downloaded),
        cmocka_unit_test(bytes_may_be_cut_anywhere),
        cmocka_unit_test(a_version_below_the_offer_is_refused),
        cmocka_unit_test(a_client_id_in_use_is_refused_with_a_hint),
        cmocka_unit_test(a_port_that_nobody_listens_on_is_explained),
        cmocka_unit_test(attempts_grow_apart_and_stay_below_the_maximum),
        cmocka_unit_test(a_lost_connection_is_made_again),
        cmocka_unit_test(a_handshake_without_answer_is_given_up),
        cmocka_unit_test(junk_closes_the_stream_and_never_more),
        cmocka_unit_test(random_bytes_never_crash),
        cmocka_unit_test(unexpected_messages_are_survived),
        cmocka_unit_test(the_clock_is_the_brokers_whatever_is_done_to_ours),
        cmocka_unit_test(silence_is_probed_and_then_ended),
        cmocka_unit_test(the_gateways_own_loss_degrades_and_reconciles),
        cmocka_unit_test(a_gateway_that_is_lost_from_the_start_is_not_ready),
        cmocka_unit_test(notices_about_farms_change_nothing),
        cmocka_unit_test(a_read_only_api_is_ready_without_orders),
        cmocka_unit_test(an_end_that_nobody_asked_for_ends_nothing),
        cmocka_unit_test(stopping_ends_without_another_attempt),
    };
    return PEER_RUN("session", tests);
}
