/* SPDX-License-Identifier: MIT */
/* Market data lines, depth and options as a client sees them: which ticks come, from what
 * subscription, and that they agree with the market. */
#include "data.h"

/* ---- market data lines ---- */
static void every_generic_tick_brings_its_ticks_to_the_types_that_have_it(void **state)
{
    (void)state;
    static const struct {
        const char *type, *generics;
        int32_t brings[10];
    } cases[] = {
        {"STK", "100", {29, 30}},
        {"STK", "101", {27, 28}},
        {"STK", "104", {23}},
        {"IND", "104", {23}},
        {"STK", "105", {87}},
        {"STK", "106", {24}},
        {"STK", "165", {15, 16, 17, 18, 19, 20, 21}},
        {"STK", "221", {37}},
        {"STK", "232", {37}},
        {"STK", "233", {48}},
        {"STK", "236", {46, 89}},
        {"STK", "293", {54}},
        {"STK", "294", {55}},
        {"STK", "295", {56}},
        {"STK", "318", {57}},
        {"STK", "375", {77}},
        {"STK", "411", {58}},
        {"STK", "456", {59}},
        {"STK", "595", {63, 64, 65}},
        {"STK", "225,258,586,787", {1, 2, 4}},
        {"CASH", "221", {37}},
        {"IND", "", {4, 6, 7, 9, 14, 49}},
        {"STK", "", {0, 1, 2, 3, 4, 5, 6, 7, 8}},
        {"STK", " 233 , 236,", {48, 46, 89}},
    };
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(c);
        ask_line(c, 100 + (int32_t)i, any_of(cases[i].type), cases[i].generics);
        assert_int_equal(c->messages[0].id, WIRE_REP_TICK_REQ_PARAMS);
        for (size_t k = 0; k < 10 && (cases[i].brings[k] != 0 || k == 0); k++)
            if (ticks_of(c, cases[i].brings[k]) != 1)
                fail_msg("%s '%s': tick %d came %zu times", cases[i].type, cases[i].generics,
                         (int)cases[i].brings[k], ticks_of(c, cases[i].brings[k]));
        assert_int_equal(error_for(c, 100 + (int32_t)i), 0);
    }
    stop();
}

static void an_unknown_generic_tick_is_refused_with_the_list_of_legal_ones(void **state)
{
    (void)state;
    static const struct {
        const char *type, *generics, *names;
    } cases[] = {{"STK", "999", "list of 999.  Legal ones for (STK) are: 100(Option Volume)"},
                 {"CASH", "165", "list of 165.  Legal ones for (CASH) are: 221(Mark Price)"},
                 {"STK", "233,x", "list of x."},
                 {"STK", "292:NOSUCH", "list of 292:NOSUCH."},
                 {"IND", "233", "(IND)"}};
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t id = 1 + (int32_t)i;
        forget(c);
        ask_line(c, id, any_of(cases[i].type), cases[i].generics);
        assert_int_equal(error_for(c, id), 321);
        if (str_find_str(error_text(c, id), str_of(cases[i].names)) >= error_text(c, id).n)
            fail_msg(STR_FMT, STR_ARG(error_text(c, id)));
        assert_string_equal(sequence(c), "4");
    }
    stop();
}

static void a_line_tells_what_has_changed_and_nothing_twice(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_line(c, 1, stock("AAPL", "USD"), "165,233,236,456,595,293");
    double last[128];
    for (size_t k = 0; k < 128; k++)
        last[k] = -1;
    run_ms(120000);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_tick_price *t = c->messages[i].message;
        if (c->messages[i].id != WIRE_REP_TICK_PRICE)
            continue;
        if (near(last[t->tick_type], t->price))
            fail_msg("tick %d twice in a row", (int)t->tick_type);
        last[t->tick_type] = t->price;
    }
    double bid, ask;
    quote(AAPL, &bid, &ask);
    assert_true(near(last[1], bid) && near(last[2], ask));
    assert_int_equal(ticks_of(c, 59), 1);
    assert_true(ticks_of(c, 63) >= 1 && ticks_of(c, 63) <= 3); /* looked at once a minute */
    stop();
}

static void two_clients_see_the_same_line(void **state)
{
    (void)state;
    start();
    struct client *a = connect_as(1), *b = connect_as(2);
    ask_line(a, 1, stock("MSFT", "USD"), "");
    ask_line(b, 1, stock("MSFT", "USD"), "");
    run_ms(30000);
    assert_int_equal(a->n, b->n);
    for (int32_t type = 1; type < 10; type++)
        assert_true(near(price_tick(a, type), price_tick(b, type)));
    stop();
}

/* ---- subscriptions to exchanges ---- */
static void start_without(const char *exchanges)
{
    const struct paper_config config = {.seed = 42, .no_subscription = exchanges};
    start_with(&config, "2026-11-22T18:00:00Z");
}

static void set_type(struct client *c, int32_t type)
{
    const struct wire_req_market_data_type m = {type};
    send(c, WIRE_REQ_MARKET_DATA_TYPE, &m);
}

static void without_a_subscription_data_is_refused_or_a_quarter_of_an_hour_late(void **state)
{
    (void)state;
    static const struct {
        int32_t type;
        const char *what, *generics;
        int code;
        int32_t first; /* a tick that comes, or 0 */
    } cases[] = {
        {1, "STK", "", 10089, 0},  {2, "STK", "", 10089, 0},     {3, "STK", "", 10167, 66},
        {4, "STK", "", 10167, 66}, {1, "STK", "236", 10090, 46}, {3, "STK", "456", 10167, 59},
        {1, "IND", "", 354, 0},    {1, "CASH", "", 0, 1},        {3, "CASH", "", 0, 1}};
    start_without("NASDAQ, CBOE");
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t id = 1 + (int32_t)i;
        set_type(c, cases[i].type);
        forget(c);
        ask_line(c, id, any_of(cases[i].what), cases[i].generics);
        assert_int_equal(error_for(c, id), cases[i].code);
        assert_int_equal(ticks_of(c, cases[i].first), cases[i].first != 0);
        if (cases[i].code == 10167) {
            const struct wire_rep_market_data_type *t = nth(c, WIRE_REP_MARKET_DATA_TYPE, 0);
            assert_int_equal(t->market_data_type, 3);
            assert_int_equal(ticks_of(c, 1), 0);
        }
    }
    stop();
}

static void a_delayed_price_is_the_live_one_of_a_quarter_of_an_hour_before(void **state)
{
    (void)state;
    start_without("NASDAQ");
    struct client *c = connect_as(1);
    double bid, ask;
    quote(AAPL, &bid, &ask);
    run_ms(900000);
    set_type(c, 3);
    ask_line(c, 1, stock("AAPL", "USD"), "");
    assert_true(near(price_tick(c, 66), bid) && near(price_tick(c, 67), ask));
    assert_int_equal(ticks_of(c, 90), 1);
    assert_int_equal(ticks_of(c, 88), 1);
    stop();
}

static void a_closed_market_is_frozen_for_who_asks_for_it(void **state)
{
    (void)state;
    static const struct {
        int32_t asked, told; /* told 0: nothing, it is "live" */
    } cases[] = {{1, 0}, {2, 2}, {3, 0}, {4, 2}};
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start_with(&config, "2026-11-21T18:00:00Z"); /* a Saturday */
        struct client *c = connect_as(1);
        set_type(c, cases[i].asked);
        ask_line(c, 1, stock("AAPL", "USD"), "");
        const struct wire_rep_market_data_type *t = nth(c, WIRE_REP_MARKET_DATA_TYPE, 0);
        assert_int_equal(t != NULL ? t->market_data_type : 0, cases[i].told);
        assert_true(price_tick(c, 4) > 0);
        stop();
    }
}

static void the_other_services_say_which_subscription_is_missing(void **state)
{
    (void)state;
    start_without("NASDAQ");
    struct client *c = connect_as(1);
    struct wire_req_historical_data h = bars_of(1, "1 D", "1 hour", "TRADES");
    send(c, WIRE_REQ_HISTORICAL_DATA, &h);
    assert_int_equal(error_for(c, 1), 162);
    assert_true(str_ends(error_text(c, 1), STR("No market data permissions for NASDAQ STK")));
    struct wire_req_real_time_bars b = WIRE_REQ_CONTRACT_DEFAULT;
    b.req_id = 2;
    b.contract = stock("AAPL", "USD");
    b.what_to_show = STR("TRADES");
    send(c, WIRE_REQ_REAL_TIME_BARS, &b);
    assert_int_equal(error_for(c, 2), 420);
    struct wire_req_tick_by_tick t = WIRE_REQ_CONTRACT_DEFAULT;
    t.req_id = 3;
    t.contract = stock("AAPL", "USD");
    t.tick_type = STR("Last");
    send(c, WIRE_REQ_TICK_BY_TICK, &t);
    assert_int_equal(error_for(c, 3), 10189);
    struct wire_req_historical_ticks past = WIRE_REQ_CONTRACT_DEFAULT;
    past.req_id = 4;
    past.contract = stock("AAPL", "USD");
    past.what_to_show = STR("TRADES");
    past.number_of_ticks = 10;
    past.start_date_time = STR("20261120-15:00:00");
    send(c, WIRE_REQ_HISTORICAL_TICKS, &past);
    assert_int_equal(error_for(c, 4), 10187);
    struct wire_req_mkt_depth d = WIRE_REQ_CONTRACT_DEFAULT;
    d.req_id = 5;
    d.contract = stock("AAPL", "USD");
    d.num_rows = 5;
    d.is_smart_depth = true;
    send(c, WIRE_REQ_MKT_DEPTH, &d);
    assert_int_equal(error_for(c, 5), 354);
    stop();
}

static void smart_components_name_the_letters_of_the_exchanges(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_line(c, 1, stock("AAPL", "USD"), "");
    const struct wire_rep_tick_req_params *params = nth(c, WIRE_REP_TICK_REQ_PARAMS, 0);
    const struct wire_req_smart_components q = {2, params->bbo_exchange};
    send(c, WIRE_REQ_SMART_COMPONENTS, &q);
    const struct wire_rep_smart_components *m = nth(c, WIRE_REP_SMART_COMPONENTS, 0);
    assert_true(m->components.n >= 1);
    struct str letters = string_tick(c, 32);
    for (size_t k = 0; k < letters.n; k++) {
        bool found = false;
        for (size_t j = 0; j < m->components.n; j++)
            found = found || m->components.items[j].exchange_letter.p[0] == letters.p[k];
        assert_true(found);
    }
    stop();
}

/* ---- depth ---- */
/* A client's copy of a book, kept by the rules of the messages. */
struct copy {
    double price[2][32];
    size_t n[2];
};

static void apply(struct copy *b, int32_t side, int32_t at, int32_t operation, double price)
{
    assert_true(side == 0 || side == 1);
    assert_true(at >= 0 && (size_t)at <= b->n[side]);
    if (operation == 0) {
        assert_int_equal(at, b->n[side]);
        b->n[side]++;
    } else {
        assert_true((size_t)at < b->n[side]);
    }
    if (operation == 2)
        b->n[side]--;
    else
        b->price[side][at] = price;
}

static void a_book_kept_by_its_changes_is_the_market(void **state)
{
    (void)state;
    for (int smart = 0; smart < 2; smart++) {
        start();
        struct client *c = connect_as(1);
        struct wire_req_mkt_depth q = WIRE_REQ_CONTRACT_DEFAULT;
        q.req_id = 1;
        q.contract = stock("AAPL", "USD");
        if (smart == 0)
            q.contract.exchange = STR("NASDAQ");
        q.num_rows = 5;
        q.is_smart_depth = smart == 1;
        send(c, WIRE_REQ_MKT_DEPTH, &q);
        assert_int_equal(c->n, 10);
        run_ms(30000);
        assert_true(c->n > 30);
        struct copy b = {.n = {0}};
        for (size_t i = 0; i < c->n; i++) {
            const struct wire_rep_market_depth *l1 = c->messages[i].message;
            const struct wire_rep_market_depth_l2 *l2 = c->messages[i].message;
            if (c->messages[i].id == WIRE_REP_MARKET_DEPTH_L2) {
                assert_true(l2->market_maker.n > 0);
                apply(&b, l2->side, l2->position, l2->operation, l2->price);
            } else {
                assert_int_equal(c->messages[i].id, WIRE_REP_MARKET_DEPTH);
                apply(&b, l1->side, l1->position, l1->operation, l1->price);
            }
        }
        double bid, ask;
        quote(AAPL, &bid, &ask);
        assert_true(near(b.price[1][0], bid) && near(b.price[0][0], ask));
        for (size_t k = 1; k < b.n[0]; k++)
            assert_true(b.price[0][k] >= b.price[0][k - 1]);
        for (size_t k = 1; k < b.n[1]; k++)
            assert_true(b.price[1][k] <= b.price[1][k - 1]);
        stop();
    }
}

static void depth_has_three_streams_and_needs_a_place_that_has_it(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_mkt_depth q = WIRE_REQ_CONTRACT_DEFAULT;
    q.contract = stock("AAPL", "USD");
    q.num_rows = 5;
    q.req_id = 1; /* SMART without smart depth */
    send(c, WIRE_REQ_MKT_DEPTH, &q);
    assert_int_equal(error_for(c, 1), 10092);
    q.is_smart_depth = true;
    for (q.req_id = 2; q.req_id < 5; q.req_id++)
        send(c, WIRE_REQ_MKT_DEPTH, &q);
    send(c, WIRE_REQ_MKT_DEPTH, &q);
    assert_int_equal(error_for(c, 5), 309);
    q.req_id = 6;
    q.contract = any_of("IND");
    send(c, WIRE_REQ_MKT_DEPTH, &q);
    assert_int_equal(error_for(c, 6), 10092);
    const struct wire_req_cancel_mkt_depth unknown = {9, true};
    send(c, WIRE_REQ_CANCEL_MKT_DEPTH, &unknown);
    assert_int_equal(error_for(c, 9), 310);
    for (int32_t id = 2; id < 5; id++) {
        const struct wire_req_cancel_mkt_depth m = {id, true};
        send(c, WIRE_REQ_CANCEL_MKT_DEPTH, &m);
    }
    forget(c);
    run_ms(5000);
    assert_int_equal(c->n, 0);
    send(c, WIRE_REQ_MKT_DEPTH_EXCHANGES, NULL);
    const struct wire_rep_mkt_depth_exchanges *m = nth(c, WIRE_REP_MKT_DEPTH_EXCHANGES, 0);
    assert_true(m->exchanges.n > 5);
    stop();
}

/* ---- options ---- */
static bool first_option(struct client *c, struct wire_contract *out)
{
    struct wire_req_contract_details q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 900;
    q.contract = contract("AAPL", "OPT", "SMART", "USD");
    q.contract.right = STR("C");
    forget(c);
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    size_t n = count_of(c, WIRE_REP_CONTRACT_DATA);
    if (n == 0)
        return false;
    const struct wire_rep_contract_data *d = nth(c, WIRE_REP_CONTRACT_DATA, (int)n / 2);
    *out = (struct wire_contract)WIRE_CONTRACT_DEFAULT;
    out->con_id = d->contract.con_id;
    out->exchange = STR("SMART");
    return true;
}

static void an_option_line_computes_and_the_calculators_agree_with_it(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_contract option;
    if (!first_option(c, &option))
        fail_msg("no option of AAPL is listed");
    forget(c);
    ask_line(c, 1, option, "100,101");
    assert_int_equal(error_for(c, 1), 0);
    assert_int_equal(ticks_of(c, 10) + ticks_of(c, 11) + ticks_of(c, 12) + ticks_of(c, 13), 4);
    assert_int_equal(ticks_of(c, 29) + ticks_of(c, 27), 2);
    assert_int_equal(ticks_of(c, 30) + ticks_of(c, 28), 0);
    struct wire_rep_tick_option_computation model = {0};
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_tick_option_computation *t = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_TICK_OPTION_COMPUTATION && t->tick_type == 13)
            model = *t;
    }
    assert_true(model.delta > 0 && model.delta < 1 && model.gamma >= 0 && model.implied_vol > 0);
    struct wire_req_calc_option_price price = WIRE_REQ_CONTRACT_DEFAULT;
    price.req_id = 2;
    price.contract = option;
    price.volatility = model.implied_vol;
    price.under_price = model.und_price;
    forget(c);
    send(c, WIRE_REQ_CALC_OPTION_PRICE, &price);
    const struct wire_rep_tick_option_computation *t = nth(c, WIRE_REP_TICK_OPTION_COMPUTATION, 0);
    assert_non_null(t);
    assert_int_equal(t->tick_type, 53);
    assert_true(t->opt_price - model.opt_price < 0.02 && model.opt_price - t->opt_price < 0.02);
    double found = t->opt_price;
    struct wire_req_calc_implied_volatility vol = WIRE_REQ_CONTRACT_DEFAULT;
    vol.req_id = 3;
    vol.contract = option;
    vol.option_price = found;
    vol.under_price = model.und_price;
    forget(c);
    send(c, WIRE_REQ_CALC_IMPLIED_VOLATILITY, &vol);
    t = nth(c, WIRE_REP_TICK_OPTION_COMPUTATION, 0);
    assert_non_null(t);
    assert_true(t->implied_vol - model.implied_vol < 1e-3 &&
                model.implied_vol - t->implied_vol < 1e-3);
    vol.req_id = 4;
    vol.option_price = 1e6;
    send(c, WIRE_REQ_CALC_IMPLIED_VOLATILITY, &vol);
    assert_int_equal(error_for(c, 4), 322);
    price.req_id = 5;
    price.contract = stock("AAPL", "USD");
    send(c, WIRE_REQ_CALC_OPTION_PRICE, &price);
    assert_int_equal(error_for(c, 5), 321);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_generic_tick_brings_its_ticks_to_the_types_that_have_it),
        cmocka_unit_test(an_unknown_generic_tick_is_refused_with_the_list_of_legal_ones),
        cmocka_unit_test(a_line_tells_what_has_changed_and_nothing_twice),
        cmocka_unit_test(two_clients_see_the_same_line),
        cmocka_unit_test(without_a_subscription_data_is_refused_or_a_quarter_of_an_hour_late),
        cmocka_unit_test(a_delayed_price_is_the_live_one_of_a_quarter_of_an_hour_before),
        cmocka_unit_test(a_closed_market_is_frozen_for_who_asks_for_it),
        cmocka_unit_test(the_other_services_say_which_subscription_is_missing),
        cmocka_unit_test(smart_components_name_the_letters_of_the_exchanges),
        cmocka_unit_test(a_book_kept_by_its_changes_is_the_market),
        cmocka_unit_test(depth_has_three_streams_and_needs_a_place_that_has_it),
        cmocka_unit_test(an_option_line_computes_and_the_calculators_agree_with_it),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
