/* SPDX-License-Identifier: MIT */
/* What an order may say beyond its type and price, over the real bytes: taken, told again, refused.
 */
#include "client.h"

#include "base/arena.h"

enum { AAPL = 265598, MSFT = 272093, EURUSD = 12087792, TEXT = 200, PROTOBUF = 225 };

static struct client *connect_fresh(int version)
{
    const struct paper_config config = {.seed = 42, .max_version = version};
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_at(1, version);
    forget(c);
    return c;
}

static struct wire_req_place_order far_limit(int32_t id)
{
    struct wire_req_place_order o = order(id, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = 100;
    return o;
}

/* ---- types ---- */
static void every_type_is_taken_told_again_and_previewed(void **state)
{
    (void)state;
    static const struct {
        const char *type, *tif;
        double limit, aux;
    } types[] = {
        {"MKT", "DAY", 0, 0},         {"LMT", "DAY", 100, 0},    {"STP", "GTC", 0, 400},
        {"STP LMT", "GTC", 405, 400}, {"TRAIL", "GTC", 0, 90},   {"MIT", "GTC", 0, 100},
        {"LIT", "GTC", 100, 101},     {"MOC", "DAY", 0, 0},      {"LOC", "DAY", 100, 0},
        {"MOO", "OPG", 0, 0},         {"LOO", "DAY", 100, 0},    {"LMT", "OPG", 100, 0},
        {"MIDPRICE", "DAY", 100, 0},  {"REL", "DAY", 100, 0.01}, {"PEG MKT", "DAY", 100, 0.05},
        {"PEG MID", "DAY", 100, 0},
    };
    static const int versions[] = {178, TEXT, PROTOBUF};
    for (size_t k = 0; k < 3; k++) {
        struct client *c = connect_fresh(versions[k]);
        int32_t id = 0;
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            struct wire_req_place_order o = order(++id, "AAPL", "BUY", "10", types[i].type);
            o.order.tif = str_of(types[i].tif);
            o.order.lmt_price = types[i].limit > 0 ? types[i].limit : WIRE_UNSET_DOUBLE;
            o.order.aux_price = types[i].aux > 0 ? types[i].aux : WIRE_UNSET_DOUBLE;
            o.order.what_if = true;
            forget(c);
            place(c, &o);
            if (strcmp(sequence(c), "5") != 0)
                fail_msg("preview of %s at %d: %s, code %d", types[i].type, versions[k],
                         sequence(c), error_for(c, id));
            o.order.what_if = false;
            forget(c);
            place(c, &o);
            const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
            if (a == NULL)
                fail_msg("%s at %d: code %d", types[i].type, versions[k], error_for(c, id));
            assert_int_equal(a->order_id, id);
            assert_int_equal(a->order.order_id, versions[k] == PROTOBUF ? id : 0);
            assert_true(str_eq(a->order.order_type, str_of(types[i].type)));
            assert_true(str_eq(a->order.tif, str_of(types[i].tif)));
            if (types[i].limit > 0)
                assert_true(a->order.lmt_price == types[i].limit);
            if (types[i].aux > 0)
                assert_true(a->order.aux_price == types[i].aux);
        }
        stop();
    }
}

/* ---- modifiers ---- */
typedef void edit_fn(struct wire_req_place_order *o);

static void edit_tif_dtc(struct wire_req_place_order *o)
{
    o->order.tif = STR("DTC");
}
static void edit_after_nonsense(struct wire_req_place_order *o)
{
    o->order.good_after_time = STR("tomorrow");
}
static void edit_min_too_large(struct wire_req_place_order *o)
{
    o->order.min_qty = 11;
}
static void edit_display_too_large(struct wire_req_place_order *o)
{
    o->order.display_size = 11;
}
static void edit_hidden_market(struct wire_req_place_order *o)
{
    o->order.order_type = STR("MKT");
    o->order.hidden = true;
}
static void edit_method(struct wire_req_place_order *o)
{
    o->order.trigger_method = 5;
}
static void edit_oca_type(struct wire_req_place_order *o)
{
    o->order.oca_type = 4;
}
static void edit_adjust_limit(struct wire_req_place_order *o)
{
    o->order.adjusted_order_type = STR("STP");
}
static void edit_algo(struct wire_req_place_order *o)
{
    o->order.algo_strategy = STR("ArrivalPx");
}
static void edit_algo_stop(struct wire_req_place_order *o)
{
    o->order.algo_strategy = STR("Twap");
    o->order.order_type = STR("STP");
    o->order.aux_price = 400;
}
static void edit_algo_param(struct wire_req_place_order *o)
{
    static struct wire_tag tag;
    tag = (struct wire_tag){STR("maxPctVol"), STR("0.1")};
    o->order.algo_strategy = STR("Vwap");
    o->order.algo_params.items = &tag;
    o->order.algo_params.n = 1;
}
static struct wire_condition one_condition;
static void edit_condition(struct wire_req_place_order *o)
{
    o->order.conditions.items = &one_condition;
    o->order.conditions.n = 1;
}
static void edit_condition_type(struct wire_req_place_order *o)
{
    one_condition = (struct wire_condition){.type = WIRE_CONDITION_PRICE, .con_id = 1};
    edit_condition(o);
}
static void edit_condition_method(struct wire_req_place_order *o)
{
    one_condition = (struct wire_condition){
        .type = WIRE_CONDITION_PRICE, .con_id = AAPL, .price = 1, .trigger_method = 6};
    edit_condition(o);
}
static void edit_condition_time(struct wire_req_place_order *o)
{
    one_condition = (struct wire_condition){.type = WIRE_CONDITION_TIME, .time = STR("noon")};
    edit_condition(o);
}
static void edit_fraction(struct wire_req_place_order *o)
{
    o->contract = stock("7203", "JPY");
    o->order.lmt_price = 1000;
    o->order.total_quantity = STR("1.5");
}
static void edit_far_through(struct wire_req_place_order *o)
{
    o->order.lmt_price = 900;
}
static void edit_forex_close(struct wire_req_place_order *o)
{
    o->contract = stock("EUR", "USD");
    o->contract.sec_type = STR("CASH");
    o->contract.exchange = STR("IDEALPRO");
    o->order.order_type = STR("MOC");
    o->order.tif = STR("DAY");
}
static void edit_iceberg_fok_stop(struct wire_req_place_order *o)
{
    o->order.order_type = STR("TRAIL");
    o->order.aux_price = 5;
    o->order.tif = STR("FOK");
}
static void edit_scale(struct wire_req_place_order *o)
{
    o->order.scale_price_increment = 0.5;
    o->order.scale_init_level_size = 1;
}
static void edit_lone_leg(struct wire_req_place_order *o)
{
    static struct wire_leg leg;
    leg = (struct wire_leg)WIRE_LEG_DEFAULT;
    leg.con_id = AAPL;
    leg.ratio = 1;
    leg.action = STR("BUY");
    leg.exchange = STR("SMART");
    o->contract.sec_type = STR("BAG");
    o->contract.combo_legs.items = &leg;
    o->contract.combo_legs.n = 1;
}

static void each_wrong_modifier_gets_its_code(void **state)
{
    (void)state;
    static const struct {
        edit_fn *edit;
        int code;
    } cases[] = {
        {edit_tif_dtc, 111},
        {edit_after_nonsense, 321},
        {edit_min_too_large, 321},
        {edit_display_too_large, 321},
        {edit_hidden_market, 321},
        {edit_method, 321},
        {edit_oca_type, 321},
        {edit_adjust_limit, 321},
        {edit_algo, 387},
        {edit_algo_stop, 387},
        {edit_algo_param, 321},
        {edit_condition_type, 321},
        {edit_condition_method, 321},
        {edit_condition_time, 321},
        {edit_fraction, 10243},
        {edit_far_through, 201},
        {edit_forex_close, 387},
        {edit_iceberg_fok_stop, 111},
        {edit_scale, 321},
        {edit_lone_leg, 321},
    };
    struct client *c = connect_fresh(TEXT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_place_order o = far_limit((int32_t)i + 1);
        cases[i].edit(&o);
        place(c, &o);
        if (error_for(c, (int32_t)i + 1) != cases[i].code)
            fail_msg("case %zu: code %d", i, error_for(c, (int32_t)i + 1));
    }
    stop();
}

static void all_six_conditions_come_back_as_they_were(void **state)
{
    (void)state;
    static const int versions[] = {TEXT, PROTOBUF};
    struct wire_condition all[] = {
        {.type = WIRE_CONDITION_PRICE,
         .is_conjunction = true,
         .is_more = true,
         .con_id = AAPL,
         .exchange = STR("SMART"),
         .price = 312.5,
         .trigger_method = 4},
        {.type = WIRE_CONDITION_TIME, .is_more = true, .time = STR("20271122 23:59:00 UTC")},
        {.type = WIRE_CONDITION_MARGIN, .is_conjunction = true, .percent = 30},
        {.type = WIRE_CONDITION_EXECUTION,
         .symbol = STR("MSFT"),
         .sec_type = STR("STK"),
         .exchange = STR("SMART")},
        {.type = WIRE_CONDITION_VOLUME,
         .is_more = true,
         .con_id = MSFT,
         .exchange = STR("SMART"),
         .volume = 2000000000},
        {.type = WIRE_CONDITION_PERCENT_CHANGE,
         .is_conjunction = true,
         .con_id = MSFT,
         .exchange = STR("SMART"),
         .change_percent = -12.5},
    };
    for (size_t k = 0; k < 2; k++) {
        struct client *c = connect_fresh(versions[k]);
        struct wire_req_place_order o = far_limit(1);
        o.order.conditions.items = all;
        o.order.conditions.n = 6;
        o.order.conditions_ignore_rth = true;
        place(c, &o);
        run_ms(3000);
        assert_string_equal(status_of(c, 1), "PreSubmitted");
        const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
        assert_int_equal(a->order.conditions.n, 6);
        assert_true(a->order.conditions_ignore_rth && !a->order.conditions_cancel_order);
        const struct wire_condition *got = a->order.conditions.items;
        for (size_t i = 0; i < 6; i++) {
            assert_int_equal(got[i].type, all[i].type);
            assert_int_equal(got[i].is_conjunction, all[i].is_conjunction);
            if (all[i].type != WIRE_CONDITION_EXECUTION)
                assert_int_equal(got[i].is_more, all[i].is_more);
            assert_int_equal(got[i].con_id, all[i].con_id);
        }
        assert_true(got[0].price == 312.5 && got[0].trigger_method == 4);
        assert_true(str_eq(got[1].time, all[1].time));
        assert_int_equal(got[2].percent, 30);
        assert_true(str_eq(got[3].symbol, STR("MSFT")) && str_eq(got[3].sec_type, STR("STK")));
        assert_int_equal(got[4].volume, 2000000000);
        assert_true(got[5].change_percent == -12.5);
        /* the execution that the or-chain waits for */
        o = order(2, "MSFT", "BUY", "1", "MKT");
        place(c, &o);
        run_ms(2500);
        assert_string_equal(status_of(c, 1), "PreSubmitted"); /* joined by and to the volume */
        stop();
    }
}

static void modifiers_come_back_as_they_were(void **state)
{
    (void)state;
    static const int versions[] = {TEXT, PROTOBUF};
    struct wire_tag tags[] = {{STR("startTime"), STR("20:00:00 UTC")},
                              {STR("endTime"), STR("20261122-21:00:00")},
                              {STR("allowPastEndTime"), STR("1")}};
    for (size_t k = 0; k < 2; k++) {
        struct client *c = connect_fresh(versions[k]);
        struct wire_req_place_order o = far_limit(1);
        o.order.all_or_none = o.order.hidden = true;
        o.order.min_qty = 5;
        o.order.display_size = 2;
        o.order.good_after_time = STR("20261122 19:00:00 UTC");
        place(c, &o);
        const struct wire_order *a = &((const struct wire_rep_open_order *)nth(c, 5, 0))->order;
        assert_true(a->all_or_none && a->hidden);
        assert_int_equal(a->min_qty, 5);
        assert_int_equal(a->display_size, 2);
        assert_true(str_eq(a->good_after_time, o.order.good_after_time));
        run_ms(2000);
        assert_string_equal(status_of(c, 1), "PreSubmitted");
        o = order(2, "AAPL", "SELL", "10", "STP");
        o.order.aux_price = 100;
        o.order.adjusted_order_type = STR("TRAIL");
        o.order.trigger_price = 400;
        o.order.adjusted_stop_price = 390;
        o.order.adjusted_trailing_amount = 5;
        o.order.adjustable_trailing_unit = 100;
        place(c, &o);
        a = &((const struct wire_rep_open_order *)nth(c, 5, -1))->order;
        assert_true(str_eq(a->adjusted_order_type, STR("TRAIL")) && a->trigger_price == 400);
        assert_true(a->adjusted_stop_price == 390 && a->adjusted_trailing_amount == 5);
        assert_int_equal(a->adjustable_trailing_unit, 100);
        o = far_limit(3);
        o.order.algo_strategy = STR("Twap");
        o.order.algo_params.items = tags;
        o.order.algo_params.n = 3;
        place(c, &o);
        a = &((const struct wire_rep_open_order *)nth(c, 5, -1))->order;
        assert_true(str_eq(a->algo_strategy, STR("Twap")));
        assert_int_equal(a->algo_params.n, 3);
        stop();
    }
}

/* ---- sizes ---- */
static void money_and_parts_of_shares_buy_what_they_can(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "0.5", "MKT");
    place(c, &o);
    run_ms(300);
    assert_string_equal(status_of(c, 1), "Filled");
    o = order(2, "AAPL", "BUY", "0", "LMT");
    o.order.lmt_price = 100;
    o.order.cash_qty = 250;
    place(c, &o);
    const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, -1);
    assert_true(str_eq(a->order.total_quantity, STR("2.5")));
    assert_true(a->order.cash_qty == 250);
    o = order(3, "EUR", "BUY", "0", "MKT");
    o.contract.sec_type = STR("CASH");
    o.contract.exchange = STR("IDEALPRO");
    o.order.cash_qty = 10000;
    place(c, &o);
    run_ms(300);
    assert_string_equal(status_of(c, 3), "Filled");
    o = order(4, "AAPL", "BUY", "0", "MKT");
    place(c, &o);
    assert_int_equal(error_for(c, 4), 434);
    stop();
}

/* ---- combinations ---- */
static void a_spread_is_told_with_its_legs_and_moves_both_positions(void **state)
{
    (void)state;
    static const int versions[] = {TEXT, PROTOBUF};
    for (size_t k = 0; k < 2; k++) {
        struct client *c = connect_fresh(versions[k]);
        double apples = position_of(c, AAPL), softs = position_of(c, MSFT);
        struct wire_leg legs[] = {WIRE_LEG_DEFAULT, WIRE_LEG_DEFAULT};
        legs[0].con_id = AAPL;
        legs[1].con_id = MSFT;
        legs[0].ratio = 2;
        legs[1].ratio = 1;
        legs[0].action = STR("BUY");
        legs[1].action = STR("SELL");
        legs[0].exchange = legs[1].exchange = STR("SMART");
        struct wire_req_place_order o = order(1, "AAPL,MSFT", "BUY", "5", "MKT");
        o.contract.sec_type = STR("BAG");
        o.contract.combo_legs.items = legs;
        o.contract.combo_legs.n = 2;
        place(c, &o);
        const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, 0);
        assert_non_null(a);
        assert_int_equal(a->contract.combo_legs.n, 2);
        assert_int_equal(a->contract.combo_legs.items[0].ratio, 2);
        run_ms(3000);
        assert_string_equal(status_of(c, 1), "Filled");
        const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, 0);
        assert_true(str_eq(x->contract.sec_type, STR("STK")));
        assert_true(str_eq(x->execution.shares, STR("10")));
        x = nth(c, WIRE_REP_EXEC_DETAILS, 2);
        assert_true(str_eq(x->contract.sec_type, STR("BAG")));
        assert_int_equal(count_of(c, WIRE_REP_COMMISSION_REPORT), 2);
        assert_true(position_of(c, AAPL) == apples + 10);
        assert_true(position_of(c, MSFT) == softs - 5);
        stop();
    }
}

/* ---- what is told beside ---- */
static void an_order_without_a_time_in_force_is_told_so(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_req_place_order o = far_limit(1);
    o.order.tif = STR("");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 10349);
    run_ms(500);
    assert_string_equal(status_of(c, 1), "Submitted"); /* it lives */
    stop();
    c = connect_fresh(178);
    place(c, &o);
    assert_int_equal(error_for(c, 1), 0);
    stop();
    c = connect_fresh(PROTOBUF);
    place(c, &o);
    assert_int_equal(error_for(c, 1), 10052);
    assert_string_equal(status_of(c, 1), "");
    stop();
}

static void a_cancel_must_name_a_time_if_it_names_one(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_req_place_order o = far_limit(1);
    place(c, &o);
    run_ms(500);
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    m.order_id = 1;
    m.order_cancel.manual_order_cancel_time = STR("soon");
    send(c, WIRE_REQ_CANCEL_ORDER, &m);
    assert_int_equal(error_for(c, 1), 321);
    assert_string_equal(status_of(c, 1), "Submitted");
    m.order_cancel.manual_order_cancel_time = STR("20261122-18:00:00");
    send(c, WIRE_REQ_CANCEL_ORDER, &m);
    assert_string_equal(status_of(c, 1), "Cancelled");
    stop();
}

/* ---- auctions in real sessions ---- */
static void auctions_are_at_the_end_and_the_beginning_of_the_session(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    start_with(&config, "2026-11-17T19:00:00Z"); /* Tuesday, 14:00 in New York */
    struct client *c = connect_as(1);
    static const struct {
        const char *type, *tif, *when;
    } cases[] = {{"MOC", "DAY", "20261117 15:59:59 US/Eastern"},
                 {"MKT", "OPG", "20261118 09:30:00 US/Eastern"},
                 {"MOO", "DAY", "20261118 09:30:00 US/Eastern"}};
    for (int32_t i = 0; i < 3; i++) {
        struct wire_req_place_order o = order(i + 1, "AAPL", "BUY", "10", cases[i].type);
        o.order.tif = str_of(cases[i].tif);
        place(c, &o);
    }
    run_ms((int64_t)20 * 3600 * 1000);
    for (int32_t i = 0; i < 3; i++) {
        const struct wire_rep_exec_details *x = nth(c, WIRE_REP_EXEC_DETAILS, i);
        assert_non_null(x);
        if (!str_eq(x->execution.time, str_of(cases[i].when)))
            fail_msg("%s at " STR_FMT, cases[i].type, STR_ARG(x->execution.time));
    }
    stop();
}

static void outside_regular_hours_only_what_has_a_limit_trades(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    start_with(&config, "2026-11-17T22:00:00Z"); /* Tuesday, 17:00 in New York */
    struct client *c = connect_as(1);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "10", "LMT");
    double bid, ask;
    quote(AAPL, &bid, &ask);
    o.order.lmt_price = ask;
    o.order.tif = STR("DAY");
    o.order.outside_rth = true;
    place(c, &o);
    assert_int_equal(error_for(c, 1), 0);
    run_ms(2000);
    assert_string_equal(status_of(c, 1), "Filled");
    o.order_id = 2;
    o.order.outside_rth = false;
    place(c, &o);
    assert_int_equal(error_for(c, 2), 399);
    o = order(3, "AAPL", "BUY", "10", "MKT");
    o.order.outside_rth = true;
    place(c, &o);
    assert_int_equal(error_for(c, 3), 399); /* after 2109 */
    run_ms(5000);
    assert_string_equal(status_of(c, 2), "PreSubmitted");
    assert_string_equal(status_of(c, 3), "PreSubmitted");
    o = order(4, "AAPL", "BUY", "10", "LMT");
    o.order.lmt_price = (double)(int64_t)bid - 50;
    o.order.tif = STR("DAY");
    o.order.outside_rth = true;
    place(c, &o);
    run_ms((int64_t)3 * 3600 * 1000); /* 20:00: the extended day ends */
    assert_string_equal(status_of(c, 4), "Cancelled");
    stop();
}

/* ---- changes ---- */
/* An order of 2000 of which the market has taken a part; the later ones in case it moves away. */
static struct wire_req_place_order partly_filled(struct client *c)
{
    for (int32_t id = 1; id < 30; id++) {
        double bid, ask, filled;
        quote(AAPL, &bid, &ask);
        struct wire_req_place_order o = order(id, "AAPL", id % 2 ? "BUY" : "SELL", "2000", "LMT");
        o.order.lmt_price = id % 2 ? ask : bid;
        place(c, &o);
        run_ms(250);
        const struct wire_rep_order_status *s = nth(c, WIRE_REP_ORDER_STATUS, -1);
        assert_true(str_to_double(s->filled, &filled));
        if (filled > 0 && filled < 2000)
            return o;
        cancel(c, id);
        run_ms(5000);
    }
    fail_msg("no order was filled in part");
    return far_limit(0);
}

static void a_change_may_not_take_back_what_was_filled_nor_change_what_is_fixed(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_req_place_order o = partly_filled(c);
    o.order.total_quantity = STR("1");
    forget(c);
    place(c, &o);
    assert_int_equal(error_for(c, o.order_id), 201);
    assert_string_equal(sequence(c), "4 5 3");
    o.order.total_quantity = STR("2000");
    o.order.order_type = STR("MKT"); /* the type may change */
    place(c, &o);
    run_ms(20000);
    assert_string_equal(status_of(c, o.order_id), "Filled");
    o.contract = stock("MSFT", "USD");
    place(c, &o);
    assert_int_equal(error_for(c, o.order_id), 104);
    stop();
}

/* ---- executions ---- */
static size_t executions(struct client *c, const struct wire_req_executions *q)
{
    forget(c);
    send(c, WIRE_REQ_EXECUTIONS, q);
    size_t n = count_of(c, WIRE_REP_EXEC_DETAILS);
    assert_int_equal(count_of(c, WIRE_REP_COMMISSION_REPORT), n);
    assert_int_equal(count_of(c, WIRE_REP_EXEC_DETAILS_END), 1);
    return n;
}

static void executions_are_filtered_by_every_member(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_req_place_order o = order(1, "AAPL", "BUY", "1", "MKT");
    place(c, &o);
    run_ms(1000);
    o = order(2, "MSFT", "SELL", "1", "MKT");
    place(c, &o);
    run_ms((int64_t)30 * 3600 * 1000); /* Tuesday 00:00 UTC */
    o = order(3, "AAPL", "SELL", "1", "MKT");
    place(c, &o);
    run_ms(1000);
    struct wire_req_executions q = WIRE_REQ_EXECUTIONS_DEFAULT;
    assert_int_equal(executions(c, &q), 1); /* of the last day */
    q.last_n_days = 3;
    assert_int_equal(executions(c, &q), 3);
    q.symbol = STR("aapl");
    assert_int_equal(executions(c, &q), 2);
    q.side = STR("SELL");
    assert_int_equal(executions(c, &q), 1);
    q.side = q.symbol = STR("");
    q.client_id = 7;
    assert_int_equal(executions(c, &q), 0);
    q.client_id = 1;
    q.account = STR("DU9000001");
    q.sec_type = STR("STK");
    assert_int_equal(executions(c, &q), 3);
    q.time = STR("20261123-12:00:00");
    assert_int_equal(executions(c, &q), 1);
    q = (struct wire_req_executions)WIRE_REQ_EXECUTIONS_DEFAULT;
    int32_t sunday[] = {20261122};
    q.specific_dates.items = sunday;
    q.specific_dates.n = 1;
    assert_int_equal(executions(c, &q), 2);
    q.time = STR("yesterday");
    forget(c);
    send(c, WIRE_REQ_EXECUTIONS, &q);
    assert_string_equal(sequence(c), "4");
    stop();
}

/* ---- durability ---- */
static void assert_same_lines(struct str a, struct str b)
{
    struct str one, other;
    while (str_cut(&a, '\n', &one) && str_cut(&b, '\n', &other))
        if (!str_eq(one, other) && one.p[0] != 'T') /* how far the accounts are in time */
            fail_msg("\n" STR_FMT "\n" STR_FMT, STR_ARG(one), STR_ARG(other));
    assert_int_equal(a.n, b.n);
}

static void what_orders_say_survives_a_restart(void **state)
{
    (void)state;
    struct client *c = connect_fresh(TEXT);
    struct wire_condition condition = {
        .type = WIRE_CONDITION_TIME, .is_more = true, .time = STR("20271122 23:59:00 UTC")};
    struct wire_req_place_order o = far_limit(1);
    o.order.conditions.items = &condition;
    o.order.conditions.n = 1;
    place(c, &o);
    o = far_limit(2);
    o.order.algo_strategy = STR("Vwap");
    o.order.oca_group = STR("g|%");
    o.order.oca_type = 2;
    place(c, &o);
    o = order(3, "AAPL", "BUY", "10", "PEG MID");
    o.order.min_qty = 3;
    o.order.lmt_price = 90;
    place(c, &o);
    struct wire_leg legs[] = {WIRE_LEG_DEFAULT, WIRE_LEG_DEFAULT};
    legs[0].con_id = AAPL;
    legs[1].con_id = MSFT;
    legs[0].ratio = legs[1].ratio = 1;
    legs[0].action = legs[1].action = STR("BUY");
    o = order(4, "PAIR", "BUY", "5", "MKT");
    o.contract.sec_type = STR("BAG");
    o.contract.combo_legs.items = legs;
    o.contract.combo_legs.n = 2;
    place(c, &o);
    run_ms(3000);
    assert_string_equal(status_of(c, 4), "Filled");
    const struct paper_config config = {.seed = 42};
    struct error e = {0};
    struct buf a, b;
    size_t keep;
    buf_init(&a, 1 << 22);
    buf_init(&b, 1 << 22);
    struct paper *p = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    assert_true(paper_restore(p, buf_str(&w.state), &keep, w.now, &e));
    assert_true(paper_snapshot(w.p, &a) && paper_snapshot(p, &b));
    assert_same_lines(buf_str(&a), buf_str(&b));
    paper_free(p);
    buf_fini(&a);
    buf_fini(&b);
    stop();
}

/* ---- any request ---- */
static double any_number(struct rng *r)
{
    static const double numbers[] = {0,  0.01, 1,     99.5, 275,   300,
                                     -1, 1e9,  1e300, 0.5,  1e-12, WIRE_UNSET_DOUBLE};
    return numbers[rng_below(r, 12)];
}

static int32_t any_count(struct rng *r)
{
    static const int32_t counts[] = {0, 1, 2, 3, 100, -5, INT32_MAX, INT32_MIN};
    return counts[rng_below(r, 8)];
}

static struct str any_word(struct rng *r, const char *const *words, uint32_t n)
{
    return str_of(words[rng_below(r, n)]);
}

/* Mostly sound, so that many are accepted. */
static struct wire_req_place_order any_order(struct rng *r, int32_t id, struct wire_condition *cs,
                                             struct wire_leg *legs)
{
    static const char *const types[] = {"MKT", "LMT", "STP", "STP LMT", "TRAIL",    "TRAIL LIMIT",
                                        "MIT", "LIT", "MOC", "LOO",     "MIDPRICE", "REL"};
    static const char *const tifs[] = {"DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "GTC", "DAY"};
    static const char *const times[] = {
        "",         "20261122 18:30:00 UTC", "20261122-19:00:00", "20301231",
        "nonsense", "20261122 18:00:01"};
    static const int32_t kinds[] = {1, 3, 4, 5, 6, 7};
    static const char *const symbols[] = {"AAPL", "MSFT", "EUR", "VIX"};
    struct wire_req_place_order o =
        order(id, symbols[rng_below(r, 2)], rng_below(r, 2) ? "BUY" : "SELL", "10", "MKT");
    o.order.order_type = any_word(r, types, 12);
    o.order.tif = any_word(r, tifs, 8);
    o.order.lmt_price = rng_below(r, 4) == 0 ? any_number(r) : 275;
    o.order.aux_price = rng_below(r, 4) == 0 ? any_number(r) : 250;
    o.order.parent_id = rng_below(r, 5) == 0 ? id - 1 - (int32_t)rng_below(r, 3) : 0;
    o.order.transmit = rng_below(r, 8) != 0;
    o.order.oca_group = rng_below(r, 5) == 0 ? STR("g") : STR("");
    o.order.oca_type = (int32_t)rng_below(r, 4);
    o.order.outside_rth = rng_below(r, 4) == 0;
    switch (rng_below(r, 16)) {
    case 0:
        o.order.good_after_time = any_word(r, times, 6);
        o.order.good_till_date = any_word(r, times, 6);
        break;
    case 1:
        o.order.min_qty = any_count(r);
        o.order.display_size = any_count(r);
        break;
    case 2:
        o.order.trailing_percent = any_number(r);
        o.order.trail_stop_price = any_number(r);
        o.order.lmt_price_offset = any_number(r);
        break;
    case 3:
        o.order.adjusted_order_type = any_word(r, types, 12);
        o.order.trigger_price = o.order.adjusted_stop_price = 300;
        o.order.adjusted_stop_limit_price = any_number(r);
        o.order.adjusted_trailing_amount = any_number(r);
        o.order.adjustable_trailing_unit = any_count(r);
        break;
    case 4:
        o.order.conditions.items = cs;
        o.order.conditions.n = 1 + rng_below(r, 9);
        for (size_t i = 0; i < o.order.conditions.n; i++)
            cs[i] = (struct wire_condition){.type = kinds[rng_below(r, 6)],
                                            .is_conjunction = rng_below(r, 2) == 0,
                                            .is_more = rng_below(r, 2) == 0,
                                            .con_id = AAPL,
                                            .price = any_number(r),
                                            .change_percent = any_number(r),
                                            .volume = any_count(r),
                                            .percent = any_count(r),
                                            .symbol = STR("AAPL"),
                                            .sec_type = STR("STK"),
                                            .time = any_word(r, times, 6)};
        o.order.conditions_cancel_order = rng_below(r, 2) == 0;
        break;
    case 5:
        o.order.total_quantity = STR("0");
        o.order.cash_qty = any_number(r);
        break;
    case 6:
        o.contract.sec_type = STR("BAG");
        o.contract.combo_legs.items = legs;
        o.contract.combo_legs.n = 1 + rng_below(r, 5);
        for (size_t i = 0; i < o.contract.combo_legs.n; i++) {
            legs[i] = (struct wire_leg)WIRE_LEG_DEFAULT;
            legs[i].con_id = rng_below(r, 2) ? AAPL : MSFT;
            legs[i].ratio = rng_below(r, 3) == 0 ? any_count(r) : 1 + (int32_t)i;
            legs[i].action = rng_below(r, 2) ? STR("BUY") : STR("SELL");
        }
        break;
    case 7:
        o.order.algo_strategy = rng_below(r, 2) ? STR("Twap") : STR("Adaptive");
        break;
    case 8:
        o.order.all_or_none = o.order.hidden = true;
        o.order.what_if = rng_below(r, 2) == 0;
        break;
    default:
        break;
    }
    return o;
}

static bool is_answered(const struct client *c, int32_t id)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_error *e = c->messages[i].message;
        const struct wire_rep_open_order *o = c->messages[i].message;
        if ((c->messages[i].id == WIRE_REP_ERROR && e->id == id) ||
            (c->messages[i].id == WIRE_REP_OPEN_ORDER && o->order_id == id))
            return true;
    }
    return false;
}

static void whatever_is_asked_is_answered_and_survives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct client *c = connect_fresh(seed % 2 ? TEXT : PROTOBUF);
        struct wire_condition conditions[16];
        struct wire_leg legs[8];
        struct rng r;
        rng_init(&r, seed, 77);
        for (int32_t id = 1; id <= 300; id++) {
            struct wire_req_place_order o = any_order(&r, id, conditions, legs);
            forget(c);
            place(c, &o);
            assert_false(c->closed);
            if (o.order.transmit && !is_answered(c, id))
                fail_msg("seed %d: order %d was not answered", (int)seed, (int)id);
            run_ms(rng_below(&r, 5) == 0 ? 1000 + rng_below(&r, 4000) : 0);
            if (rng_below(&r, 6) == 0)
                cancel(c, 1 + (int32_t)rng_below(&r, (uint32_t)id));
        }
        run_ms(60000);
        const struct paper_config config = {.seed = 42};
        struct error e = {0};
        struct buf a, b;
        size_t keep;
        buf_init(&a, 1 << 24);
        buf_init(&b, 1 << 24);
        struct paper *p = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
        if (!paper_restore(p, buf_str(&w.state), &keep, w.now, &e))
            fail_msg("seed %d: %s", (int)seed, e.text);
        assert_true(paper_snapshot(w.p, &a) && paper_snapshot(p, &b));
        assert_same_lines(buf_str(&a), buf_str(&b));
        paper_free(p);
        buf_fini(&a);
        buf_fini(&b);
        stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_taken_told_again_and_previewed),
        cmocka_unit_test(each_wrong_modifier_gets_its_code),
        cmocka_unit_test(all_six_conditions_come_back_as_they_were),
        cmocka_unit_test(modifiers_come_back_as_they_were),
        cmocka_unit_test(money_and_parts_of_shares_buy_what_they_can),
        cmocka_unit_test(a_spread_is_told_with_its_legs_and_moves_both_positions),
        cmocka_unit_test(an_order_without_a_time_in_force_is_told_so),
        cmocka_unit_test(a_cancel_must_name_a_time_if_it_names_one),
        cmocka_unit_test(auctions_are_at_the_end_and_the_beginning_of_the_session),
        cmocka_unit_test(outside_regular_hours_only_what_has_a_limit_trades),
        cmocka_unit_test(a_change_may_not_take_back_what_was_filled_nor_change_what_is_fixed),
        cmocka_unit_test(executions_are_filtered_by_every_member),
        cmocka_unit_test(what_orders_say_survives_a_restart),
        cmocka_unit_test(whatever_is_asked_is_answered_and_survives),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
