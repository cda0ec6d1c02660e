/* SPDX-License-Identifier: MIT */
/* The exchange as a client sees it, over the real bytes: sessions, data, account. */
#include "client.h"

enum { AAPL = 265598, EURUSD = 12087792 };

/* ---- sessions ---- */
static void each_version_shakes_hands_and_says_nothing_before_start_api(void **state)
{
    (void)state;
    static const int versions[] = {157, 173, 176, 178, 187, 193, 196, 200};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        start();
        struct client *c = connect_raw();
        offer(c, 100, versions[i]);
        assert_int_equal(c->version, versions[i]);
        assert_int_equal(c->n, 0);
        run_ms(2000);
        assert_int_equal(c->n, 0);
        const struct wire_req_start_api m = {7, STR("")};
        send(c, WIRE_REQ_START_API, &m);
        assert_string_equal(sequence(c), "15 9 4 4 4");
        const struct wire_rep_managed_accounts *a = nth(c, WIRE_REP_MANAGED_ACCOUNTS, 0);
        assert_true(str_eq(a->accounts_list, STR("DU9000001")));
        const struct wire_rep_next_valid_id *id = nth(c, WIRE_REP_NEXT_VALID_ID, 0);
        assert_int_equal(id->order_id, 1);
        assert_int_equal(error_for(c, -1), 2158);
        stop();
    }
}

static void a_newer_client_gets_the_highest_version_and_an_older_one_is_closed(void **state)
{
    (void)state;
    const struct paper_config config = {.max_version = 178};
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_raw();
    offer(c, 100, 225);
    assert_int_equal(c->version, 178);
    struct client *old = connect_raw();
    offer(old, 100, 120);
    assert_true(old->closed);
    struct client *young = connect_raw();
    offer(young, 213, 225);
    assert_true(young->closed);
    stop();
}

static void a_client_id_in_use_is_refused_with_326_and_closed(void **state)
{
    (void)state;
    start();
    struct client *a = connect_as(5);
    struct client *b = connect_at(5, 200);
    assert_int_equal(error_for(b, -1), 326);
    assert_true(b->closed);
    assert_false(a->closed);
    drop_client(a);
    struct client *again = connect_at(5, 200);
    assert_false(again->closed);
    assert_non_null(nth(again, WIRE_REP_NEXT_VALID_ID, 0));
    stop();
}

static void bytes_may_come_one_by_one_and_junk_closes_or_is_refused(void **state)
{
    (void)state;
    start();
    struct client *c = connect_raw();
    struct buf b;
    buf_init(&b, 1024);
    assert_true(wire_offer_build(&b, 100, 200, STR("+PACEAPI")));
    for (size_t i = 0; i < b.n; i++)
        input(c, str_sub(buf_str(&b), i, i + 1));
    assert_int_equal(c->version, 200);
    buf_fini(&b);
    struct client *junk = connect_raw();
    input(junk, STR("GET / HTTP/1.1\r\n\r\n"));
    assert_true(junk->closed);
    const struct wire_req_start_api m = {7, STR("")};
    send(c, WIRE_REQ_START_API, &m);
    forget(c);
    input(c, (struct str){"\0\0\0\4"
                          "999\0",
                          8});
    assert_int_equal(error_for(c, -1), 320);
    input(c, (struct str){"\0\0\0\4"
                          "3\0x\0",
                          8});
    assert_int_equal(error_for(c, -1), 320);
    assert_false(c->closed);
    input(c, (struct str){"\x7f\xff\xff\xff", 4});
    assert_true(c->closed);
    stop();
}

/* A request in which `good` was made unreadable. */
static void send_broken(struct client *c, int id, const void *message, const char *good,
                        const char *bad)
{
    struct buf b, body, frame;
    struct error e = {0};
    buf_init(&b, 1 << 16);
    buf_init(&body, 1 << 16);
    buf_init(&frame, 1 << 16);
    assert_true(wire_encode(WIRE_TO_SERVER, id, message, c->version, &b, &e));
    struct str whole = str_sub(buf_str(&b), 4, b.n);
    size_t at = str_find_str(whole, str_of(good)), n = strlen(good);
    assert_true(at < whole.n);
    buf_add_str(&body, str_sub(whole, 0, at));
    buf_add_str(&body, str_of(bad));
    buf_add_str(&body, str_sub(whole, at + n, whole.n));
    assert_true(wire_frame_add(&frame, buf_str(&body)));
    forget(c);
    input(c, buf_str(&frame));
    buf_fini(&b);
    buf_fini(&body);
    buf_fini(&frame);
}

static void what_cannot_be_read_is_answered_under_its_own_number(void **state)
{
    (void)state;
    start();
    struct client *text = connect_at(1, 200), *protobuf = connect_at(2, 225);
    struct wire_req_place_order o = order(4711, "AAPL", "BUY", "123", "LMT");
    o.order.lmt_price = 77.25;
    send_broken(text, WIRE_REQ_PLACE_ORDER, &o, "77.25", "x");
    assert_int_equal(error_for(text, 4711), 320);
    struct wire_req_mkt_data q = {.req_id = 4712, .contract = stock("AAPL", "USD")};
    q.contract.strike = 77.25;
    q.generic_tick_list = STR("");
    send_broken(text, WIRE_REQ_MKT_DATA, &q, "77.25", "x");
    assert_int_equal(error_for(text, 4712), 320);
    send_broken(text, WIRE_REQ_MKT_DATA, &q, "4712", "x"); /* the number itself */
    assert_int_equal(error_for(text, -1), 320);
    q.contract.symbol = STR("AAPL");
    send_broken(protobuf, WIRE_REQ_MKT_DATA, &q, "\4AAPL", "\177AAPL");
    assert_int_equal(error_for(protobuf, 4712), 320);
    o.order.action = STR("BUY");
    send_broken(protobuf, WIRE_REQ_PLACE_ORDER, &o, "\3BUY", "\177BUY");
    assert_int_equal(error_for(protobuf, 4711), 320);
    stop();
}

static void every_damaged_request_is_survived(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct rng r;
    rng_init(&r, 3, 3);
    struct buf b;
    buf_init(&b, 1 << 20);
    struct arena *arena = arena_new(32 << 20);
    const struct wire_message *type;
    for (type = wire_next_message(NULL); type != NULL; type = wire_next_message(type)) {
        if (type->direction != WIRE_TO_SERVER || type->id == WIRE_REQ_START_API ||
            type->min_version > 200)
            continue;
        for (int k = 0; k < 30; k++) {
            struct error e = {0};
            arena_reset(arena);
            buf_reset(&b);
            void *m = wire_generate(type, 200, arena, &r);
            if (!wire_encode(WIRE_TO_SERVER, type->id, m, 200, &b, &e))
                continue;
            if (k % 3 == 1) /* a shorter body with an honest length */
                b.n = 4 + (b.n > 6 ? rng_below(&r, (uint32_t)(b.n - 5)) + 1 : 1);
            if (k % 3 == 2 && b.n > 5)
                b.p[4 + rng_below(&r, (uint32_t)(b.n - 4))] = (char)rng_u32(&r);
            size_t n = b.n - 4;
            b.p[0] = 0;
            b.p[1] = (char)(n >> 16);
            b.p[2] = (char)(n >> 8 & 255);
            b.p[3] = (char)(n & 255);
            forget(c);
            arena_reset(c->arena);
            input(c, buf_str(&b));
            assert_false(c->closed);
        }
    }
    run_ms(3000);
    assert_false(c->closed);
    buf_fini(&b);
    arena_free(arena);
    stop();
}

static void the_connect_sequence_of_ib_async_gets_all_its_ends(void **state)
{
    (void)state;
    start();
    struct client *c = connect_at(0, 178);
    forget(c);
    send(c, WIRE_REQ_POSITIONS, NULL);
    send(c, WIRE_REQ_OPEN_ORDERS, NULL);
    const struct wire_req_completed_orders completed = {false};
    send(c, WIRE_REQ_COMPLETED_ORDERS, &completed);
    const struct wire_req_account_updates updates = {true, STR("DU9000001")};
    send(c, WIRE_REQ_ACCOUNT_UPDATES, &updates);
    const struct wire_req_account_updates_multi multi = {3, STR("DU9000001"), STR(""), false};
    send(c, WIRE_REQ_ACCOUNT_UPDATES_MULTI, &multi);
    struct wire_req_executions ex = WIRE_REQ_EXECUTIONS_DEFAULT;
    ex.req_id = 4;
    send(c, WIRE_REQ_EXECUTIONS, &ex);
    const struct wire_req_auto_open_orders bind = {true};
    send(c, WIRE_REQ_AUTO_OPEN_ORDERS, &bind);
    static const int ends[] = {62, 53, 102, 54, 74, 55};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        assert_int_equal(count_of(c, ends[i]), 1);
    assert_int_equal(count_of(c, WIRE_REP_POSITION), 10);
    assert_int_equal(count_of(c, WIRE_REP_PORTFOLIO_VALUE), 10);
    stop();
}

static void what_is_not_simulated_is_refused_by_name(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct wire_req_replace_fa groups = {31, 1, STR("<ListOfGroups/>")};
    send(c, WIRE_REQ_REPLACE_FA, &groups);
    assert_int_equal(error_for(c, 31), 321);
    const struct wire_id wsh = {32};
    send(c, WIRE_REQ_WSH_META_DATA, &wsh);
    assert_int_equal(error_for(c, 32), 10276);
    send(c, WIRE_REQ_NEWS_PROVIDERS, NULL);
    send(c, WIRE_REQ_FAMILY_CODES, NULL);
    send(c, WIRE_REQ_USER_INFO, &wsh);
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    const struct wire_rep_current_time *now = nth(c, WIRE_REP_CURRENT_TIME, 0);
    assert_int_equal(now->current_time, w.now.wall.ns / NS_PER_S);
    assert_int_equal(count_of(c, WIRE_REP_FAMILY_CODES), 1);
    assert_int_equal(count_of(c, WIRE_REP_USER_INFO), 1);
    stop();
}

/* ---- reference data ---- */
static void a_share_in_two_places_gives_two_contracts_and_an_end(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_contract_details q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 9;
    q.contract = stock("ASML", "");
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    assert_string_equal(sequence(c), "10 10 52");
    const struct wire_rep_contract_data *d = nth(c, WIRE_REP_CONTRACT_DATA, 1);
    assert_true(str_eq(d->contract.primary_exchange, STR("AEB")));
    assert_true(str_eq(d->contract.currency, STR("EUR")));
    assert_true(str_eq(d->details.min_tick, STR("0.0001")));
    assert_true(str_eq(d->details.time_zone_id, STR("MET")));
    assert_true(str_starts(d->details.trading_hours, STR("20261122:0000-20261122:2359;")));
    assert_int_equal(d->details.sec_id_list.n, 1);
    forget(c);
    q.contract = stock("00700", "HKD");
    q.contract.exchange = STR("SEHK");
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    assert_string_equal(sequence(c), "4"); /* 200 and no end */
    assert_int_equal(error_for(c, 9), 200);
    const struct wire_req_matching_symbols s = {10, STR("toyo")};
    send(c, WIRE_REQ_MATCHING_SYMBOLS, &s);
    const struct wire_rep_symbol_samples *samples = nth(c, WIRE_REP_SYMBOL_SAMPLES, 0);
    assert_int_equal(samples->samples.n, 2);
    const struct wire_req_market_rule rule = {26};
    send(c, WIRE_REQ_MARKET_RULE, &rule);
    assert_int_equal(count_of(c, WIRE_REP_MARKET_RULE), 1);
    stop();
}

/* ---- quotes ---- */
static const struct wire_rep_tick_price *tick(const struct client *c, int32_t type)
{
    const struct wire_rep_tick_price *found = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_tick_price *t = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_TICK_PRICE && t->tick_type == type)
            found = t;
    }
    return found;
}

static void a_line_streams_and_a_snapshot_ends(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 21;
    q.contract = stock("AAPL", "USD");
    q.generic_tick_list = STR("165,233");
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(c->messages[0].id, WIRE_REP_TICK_REQ_PARAMS);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    assert_true(tick(c, 1)->price >= bid && tick(c, 1)->price <= bid);
    assert_true(tick(c, 2)->price > tick(c, 1)->price);
    assert_true(tick(c, 7)->price <= tick(c, 4)->price && tick(c, 4)->price <= tick(c, 6)->price);
    assert_non_null(tick(c, 9));
    assert_true(tick(c, 19)->price <= tick(c, 15)->price); /* 52 weeks reach below 13 */
    assert_true(count_of(c, WIRE_REP_TICK_STRING) >= 2);
    forget(c);
    run_ms(30000);
    assert_true(count_of(c, WIRE_REP_TICK_PRICE) > 20);
    q.req_id = 21;
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(error_for(c, 21), 102);
    const struct wire_id id = {21};
    send(c, WIRE_REQ_CANCEL_MKT_DATA, &id);
    forget(c);
    run_ms(3000);
    assert_int_equal(c->n, 0);
    send(c, WIRE_REQ_CANCEL_MKT_DATA, &id);
    assert_int_equal(error_for(c, 21), 300);

    q.req_id = 22;
    q.snapshot = true;
    send(c, WIRE_REQ_MKT_DATA, &q); /* generic ticks and snapshot do not go together */
    assert_int_equal(error_for(c, 22), 321);
    q.generic_tick_list = STR("");
    forget(c);
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(c->messages[c->n - 1].id, WIRE_REP_TICK_SNAPSHOT_END);
    q.req_id = 23;
    q.contract.symbol = STR("NOSUCH");
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(error_for(c, 23), 200);
    q.req_id = 24;
    q.contract = stock("ASML", "");
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(error_for(c, 24), 200);
    stop();
}

static void currencies_have_no_trades_and_indices_no_quotes(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 1;
    q.contract.symbol = STR("EUR");
    q.contract.sec_type = STR("CASH");
    q.contract.currency = STR("USD");
    q.contract.exchange = STR("IDEALPRO");
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_non_null(tick(c, 1));
    assert_null(tick(c, 4));
    forget(c);
    q.req_id = 2;
    q.contract.symbol = STR("VIX");
    q.contract.sec_type = STR("IND");
    q.contract.exchange = STR("CBOE");
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_non_null(tick(c, 4));
    assert_null(tick(c, 1));
    stop();
}

static void a_client_may_hold_a_hundred_lines(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.contract = stock("AAPL", "USD");
    for (q.req_id = 1; q.req_id <= 100; q.req_id++)
        send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(count_of(c, WIRE_REP_ERROR), 0);
    send(c, WIRE_REQ_MKT_DATA, &q);
    assert_int_equal(error_for(c, 101), 101);
    stop();
}

/* ---- history ---- */
static struct wire_req_historical_data history(const char *duration, const char *bar,
                                               const char *what)
{
    struct wire_req_historical_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 5;
    q.contract = stock("AAPL", "USD");
    q.duration = str_of(duration);
    q.bar_size = str_of(bar);
    q.what_to_show = str_of(what);
    q.format_date = 1;
    return q;
}

static void a_continuous_future_has_details_and_a_history_and_is_not_traded(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_contract_details d = {.req_id = 1, .contract = stock("ES", "USD")};
    d.contract.sec_type = STR("CONTFUT");
    d.contract.exchange = STR("CME");
    send(c, WIRE_REQ_CONTRACT_DETAILS, &d);
    assert_int_equal(count_of(c, WIRE_REP_CONTRACT_DATA), 1);
    const struct wire_rep_contract_data *m = nth(c, WIRE_REP_CONTRACT_DATA, 0);
    assert_true(str_eq(m->contract.sec_type, STR("CONTFUT")));
    assert_true(str_eq(m->contract.local_symbol, STR("ESZ6")));
    struct wire_req_historical_data h = {.req_id = 2, .contract = d.contract, .use_rth = true};
    h.contract.con_id = m->contract.con_id; /* as a client qualifies it */
    h.duration = STR("200 D");
    h.bar_size = STR("1 day");
    h.what_to_show = STR("TRADES");
    h.format_date = 1;
    h.end_date_time = STR("20261001 12:00:00 UTC");
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    assert_int_equal(error_for(c, 2), 10339);
    h.end_date_time = STR("");
    h.req_id = 3;
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    const struct wire_rep_historical_data *bars = nth(c, WIRE_REP_HISTORICAL_DATA, -1);
    assert_non_null(bars);
    assert_int_equal(bars->bars.n, 200);
    struct wire_req_place_order o = order(4, "ES", "BUY", "1", "MKT");
    o.contract = d.contract;
    place(c, &o);
    assert_int_equal(error_for(c, 4), 200);
    stop();
}

static void what_is_quoted_in_cents_is_worth_dollars(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_contract_details d = {.req_id = 1, .contract = stock("ZC", "USD")};
    d.contract.sec_type = STR("FUT");
    d.contract.exchange = STR("CBOT");
    d.contract.last_trade_date = STR("202703");
    send(c, WIRE_REQ_CONTRACT_DETAILS, &d);
    const struct wire_rep_contract_data *m = nth(c, WIRE_REP_CONTRACT_DATA, 0);
    assert_non_null(m);
    assert_int_equal(m->details.price_magnifier, 100);
    assert_true(str_eq(m->contract.multiplier, STR("5000")));
    int32_t con_id = m->contract.con_id;
    double bid, ask;
    quote(con_id, &bid, &ask);
    assert_true(bid > 200 && ask < 1000);
    struct wire_req_place_order o = order(2, "ZC", "BUY", "2", "MKT");
    o.contract = m->contract;
    place(c, &o);
    run_ms(3000);
    assert_string_equal(status_of(c, 2), "Filled");
    const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, -1);
    double price = s->avg_fill_price;
    forget(c);
    send(c, WIRE_REQ_POSITIONS, NULL);
    const struct wire_rep_position *held = NULL;
    for (int k = 0; nth(c, WIRE_REP_POSITION, k) != NULL && held == NULL; k++) {
        const struct wire_rep_position *one = nth(c, WIRE_REP_POSITION, k);
        held = one->contract.con_id == con_id ? one : NULL;
    }
    assert_non_null(held);
    assert_true(held->avg_cost >= price * 50 && held->avg_cost < price * 50 + 10);
    stop();
}

static void history_ends_at_the_live_price_and_never_changes(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    static const struct {
        const char *duration, *bar;
        size_t least, most;
    } cases[] = {{"10 D", "1 day", 10, 10},    {"1 Y", "1 day", 364, 368},
                 {"30 D", "1 hour", 719, 723}, {"1 D", "5 mins", 287, 290},
                 {"3600 S", "1 min", 59, 62},  {"60 S", "5 secs", 11, 14},
                 {"1 Y", "1W", 52, 54},        {"1 Y", "1 month", 12, 14}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_historical_data q = history(cases[i].duration, cases[i].bar, "MIDPOINT");
        forget(c);
        send(c, WIRE_REQ_HISTORICAL_DATA, &q);
        assert_string_equal(sequence(c), "17 108");
        const struct wire_rep_historical_data *d = nth(c, WIRE_REP_HISTORICAL_DATA, 0);
        if (d->bars.n < cases[i].least || d->bars.n > cases[i].most)
            fail_msg("%s by %s: %zu bars", cases[i].duration, cases[i].bar, d->bars.n);
        double bid, ask;
        quote(AAPL, &bid, &ask);
        double close = d->bars.items[d->bars.n - 1].close;
        /* the last second that has ended is that before the quote's */
        assert_true(close > bid - 0.05 && close < ask + 0.05);
        for (size_t k = 0; k < d->bars.n; k++) {
            const struct wire_bar *b = &d->bars.items[k];
            assert_true(b->low <= b->open && b->open <= b->high && b->low <= b->close &&
                        b->close <= b->high);
        }
    }
    /* the same closed day, asked for a day later */
    struct wire_req_historical_data q = history("2 D", "1 day", "TRADES");
    q.end_date_time = STR("20261120-23:59:59");
    forget(c);
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    run_ms(86400000);
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    const struct wire_rep_historical_data *a = nth(c, WIRE_REP_HISTORICAL_DATA, 0);
    const struct wire_rep_historical_data *b = nth(c, WIRE_REP_HISTORICAL_DATA, 1);
    assert_int_equal(a->bars.n, b->bars.n);
    for (size_t k = 0; k < a->bars.n; k++)
        assert_true(a->bars.items[k].close >= b->bars.items[k].close &&
                    a->bars.items[k].close <= b->bars.items[k].close &&
                    str_eq(a->bars.items[k].volume, b->bars.items[k].volume));
    stop();
}

static void wrong_history_requests_say_why(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    static const struct {
        const char *duration, *bar, *what;
        int code;
    } cases[] = {{"1 D", "7 mins", "TRADES", 321},      {"1 X", "1 day", "TRADES", 321},
                 {"", "1 day", "TRADES", 321},          {"1 D", "1 day", "NONSENSE", 321},
                 {"10 Y", "1 min", "TRADES", 162},      {"1 W", "1 secs", "TRADES", 162},
                 {"99999999 D", "1 day", "TRADES", 321}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_historical_data q = history(cases[i].duration, cases[i].bar, cases[i].what);
        q.req_id = 100 + (int32_t)i;
        send(c, WIRE_REQ_HISTORICAL_DATA, &q);
        assert_int_equal(error_for(c, q.req_id), cases[i].code);
    }
    struct wire_req_historical_data q = history("1 D", "1 hour", "TRADES");
    q.contract = stock("EUR", "USD");
    q.contract.sec_type = STR("CASH");
    q.contract.exchange = STR("IDEALPRO");
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    assert_int_equal(error_for(c, 5), 162);
    assert_int_equal(count_of(c, WIRE_REP_HISTORICAL_DATA), 0);
    stop();
}

static void with_real_hours_ten_days_are_ten_trading_days(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    for (int day = 17; day < 24; day++) {
        char when[UTC_TEXT_MAX];
        snprintf(when, sizeof when, "2026-11-%02dT18:00:00Z", day);
        start_with(&config, when);
        struct client *c = connect_as(1);
        struct wire_req_historical_data q = history("10 D", "1 day", "TRADES");
        send(c, WIRE_REQ_HISTORICAL_DATA, &q);
        const struct wire_rep_historical_data *d = nth(c, WIRE_REP_HISTORICAL_DATA, 0);
        assert_int_equal(d->bars.n, 10);
        stop();
    }
}

static void bars_can_be_kept_up_to_date(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_historical_data q = history("3600 S", "1 min", "TRADES");
    q.keep_up_to_date = true;
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    forget(c);
    run_ms(61000);
    assert_true(count_of(c, WIRE_REP_HISTORICAL_DATA_UPDATE) >= 10);
    const struct wire_id id = {5};
    send(c, WIRE_REQ_CANCEL_HISTORICAL_DATA, &id);
    forget(c);
    run_ms(61000);
    assert_int_equal(c->n, 0);
    stop();
}

/* ---- account ---- */
static void the_account_adds_up_in_every_currency_and_in_base(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct wire_req_account_updates m = {true, STR("")};
    send(c, WIRE_REQ_ACCOUNT_UPDATES, &m);
    static const char *const currencies[] = {"USD", "EUR", "CHF", "GBP", "JPY", "HKD"};
    double total = 0;
    for (size_t k = 0; k < sizeof currencies / sizeof currencies[0]; k++) {
        double cash = 0, net = 0, rate = 0, stocks = 0;
        for (size_t i = 0; i < c->n; i++) {
            const struct wire_rep_account_value *a = c->messages[i].message;
            const struct wire_rep_portfolio_value *v = c->messages[i].message;
            if (c->messages[i].id == WIRE_REP_PORTFOLIO_VALUE &&
                str_eq(v->contract.currency, str_of(currencies[k])))
                stocks += v->market_value;
            if (c->messages[i].id != WIRE_REP_ACCOUNT_VALUE ||
                !str_eq(a->currency, str_of(currencies[k])))
                continue;
            if (str_eq(a->key, STR("CashBalance")))
                str_to_double(a->value, &cash);
            if (str_eq(a->key, STR("NetLiquidationByCurrency")))
                str_to_double(a->value, &net);
            if (str_eq(a->key, STR("ExchangeRate")))
                str_to_double(a->value, &rate);
        }
        assert_true(net - cash - stocks < 0.02 && net - cash - stocks > -0.02);
        total += net * rate;
    }
    double nav = value_of(c, "NetLiquidation", "USD");
    assert_true(nav > 300000);
    assert_true(total / nav - 1 < 1e-4 && total / nav - 1 > -1e-4);
    assert_true(value_of(c, "BuyingPower", "USD") > 0);
    stop();
}

static void a_summary_gives_the_tags_that_were_asked_for(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct wire_req_account_summary q = {3, STR("All"), STR("NetLiquidation, BuyingPower")};
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &q);
    assert_string_equal(sequence(c), "63 63 64");
    const struct wire_rep_account_summary *row = nth(c, WIRE_REP_ACCOUNT_SUMMARY, 0);
    assert_true(str_eq(row->tag, STR("BuyingPower"))); /* sorted */
    assert_true(str_eq(row->currency, STR("USD")));
    const struct wire_req_account_summary ledger = {4, STR("All"), STR("$LEDGER:EUR")};
    forget(c);
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &ledger);
    assert_true(count_of(c, WIRE_REP_ACCOUNT_SUMMARY) >= 6);
    const struct wire_req_account_summary third = {5, STR("All"), STR("$LEDGER")};
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &third);
    assert_int_equal(error_for(c, 5), 322);
    const struct wire_id id = {3};
    send(c, WIRE_REQ_CANCEL_ACCOUNT_SUMMARY, &id);
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &third);
    assert_int_equal(count_of(c, WIRE_REP_ACCOUNT_SUMMARY_END), 2);
    stop();
}

static void profit_and_loss_follows_the_market(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct wire_req_pnl q = {3, STR("DU9000001"), STR("")};
    send(c, WIRE_REQ_PNL, &q);
    const struct wire_req_pnl_single single = {4, STR("DU9000001"), STR(""), AAPL};
    send(c, WIRE_REQ_PNL_SINGLE, &single);
    assert_int_equal(count_of(c, WIRE_REP_PNL), 1);
    run_ms(60000);
    assert_true(count_of(c, WIRE_REP_PNL) > 10);
    const struct wire_rep_pnl_single *one = nth(c, WIRE_REP_PNL_SINGLE, -1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    assert_true(one->value > 400 * (bid - 0.5) && one->value < 400 * (ask + 0.5));
    const struct wire_req_pnl other = {5, STR("DU1"), STR("")};
    send(c, WIRE_REQ_PNL, &other);
    assert_int_equal(error_for(c, 5), 321);
    stop();
}

/* ---- whole runs ---- */
static uint64_t digest_of_a_run(void)
{
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 9000;
    q.contract = stock("MSFT", "USD");
    send(c, WIRE_REQ_MKT_DATA, &q);
    struct wire_req_place_order o = order(1, "MSFT", "BUY", "10", "MKT");
    place(c, &o);
    o = order(2, "MSFT", "SELL", "10", "TRAIL");
    o.order.aux_price = 0.5;
    place(c, &o);
    run_ms(120000);
    value_of(c, "NetLiquidation", "USD");
    uint64_t h = 0;
    for (size_t i = 0; i < w.wire.n; i++)
        h = rng_mix(h, (unsigned char)w.wire.p[i]);
    for (size_t i = 0; i < w.state.n; i++)
        h = rng_mix(h, (unsigned char)w.state.p[i]);
    stop();
    return h;
}

static void the_same_inputs_give_the_same_bytes(void **state)
{
    (void)state;
    assert_int_equal(digest_of_a_run(), digest_of_a_run());
}

static void a_wrong_configuration_is_refused(void **state)
{
    (void)state;
    static const struct paper_config bad[] = {
        {.accounts = "U123"},
        {.accounts = "DU12x"},
        {.accounts = "DU12345678901234"},
        {.accounts = "DU1,DU1"},
        {.accounts = "DU1,,DU2"},
        {.accounts = "DU1,DU2,DU3,DU4,DU5,DU6,DU7,DU8,DU9"},
        {.max_version = 99},
        {.max_version = 227},
        {.speed = -1},
        {.speed = 20000},
        {.zone_name = "Moon/Base"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error e = {0};
        assert_null(paper_new(&bad[i], (struct str){csv, csv_n}, (struct moment){{0}, {0}}, &e));
        assert_true(e.text[0] != 0);
    }
}

static void simulated_time_can_start_anywhere_and_run_faster(void **state)
{
    (void)state;
    struct paper_config config = {.has_start = true, .speed = 60};
    assert_true(utc_parse(STR("2026-03-02T14:25:00Z"), &config.start));
    start_with(&config, "2026-11-22T18:00:00Z");
    run_ms(5000);
    char text[UTC_TEXT_MAX];
    utc_format(paper_time(w.p), text);
    assert_string_equal(text, "2026-03-02T14:30:00Z");
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_version_shakes_hands_and_says_nothing_before_start_api),
        cmocka_unit_test(a_newer_client_gets_the_highest_version_and_an_older_one_is_closed),
        cmocka_unit_test(a_client_id_in_use_is_refused_with_326_and_closed),
        cmocka_unit_test(bytes_may_come_one_by_one_and_junk_closes_or_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_answered_under_its_own_number),
        cmocka_unit_test(every_damaged_request_is_survived),
        cmocka_unit_test(the_connect_sequence_of_ib_async_gets_all_its_ends),
        cmocka_unit_test(what_is_not_simulated_is_refused_by_name),
        cmocka_unit_test(a_share_in_two_places_gives_two_contracts_and_an_end),
        cmocka_unit_test(a_line_streams_and_a_snapshot_ends),
        cmocka_unit_test(currencies_have_no_trades_and_indices_no_quotes),
        cmocka_unit_test(a_client_may_hold_a_hundred_lines),
        cmocka_unit_test(a_continuous_future_has_details_and_a_history_and_is_not_traded),
        cmocka_unit_test(what_is_quoted_in_cents_is_worth_dollars),
        cmocka_unit_test(history_ends_at_the_live_price_and_never_changes),
        cmocka_unit_test(wrong_history_requests_say_why),
        cmocka_unit_test(with_real_hours_ten_days_are_ten_trading_days),
        cmocka_unit_test(bars_can_be_kept_up_to_date),
        cmocka_unit_test(the_account_adds_up_in_every_currency_and_in_base),
        cmocka_unit_test(a_summary_gives_the_tags_that_were_asked_for),
        cmocka_unit_test(profit_and_loss_follows_the_market),
        cmocka_unit_test(the_same_inputs_give_the_same_bytes),
        cmocka_unit_test(a_wrong_configuration_is_refused),
        cmocka_unit_test(simulated_time_can_start_anywhere_and_run_faster),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
