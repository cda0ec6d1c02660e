/* SPDX-License-Identifier: MIT */
/* Contract details of every type, option parameters and price steps, as a client sees them. */
#include "client.h"

#include "paper/chains.h"

static struct client *c;

static void open_at(const char *when)
{
    const struct paper_config config = {.real_sessions = true};
    start_with(&config, when);
    c = connect_as(1);
    forget(c);
}

static const struct wire_rep_contract_data *details_of(struct wire_contract query)
{
    struct wire_req_contract_details q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 5;
    q.contract = query;
    forget(c);
    arena_reset(c->arena);
    send(c, WIRE_REQ_CONTRACT_DETAILS, &q);
    bool is_bond = count_of(c, WIRE_REP_BOND_CONTRACT_DATA) > 0;
    int id = is_bond ? WIRE_REP_BOND_CONTRACT_DATA : WIRE_REP_CONTRACT_DATA;
    return count_of(c, id) > 0 ? nth(c, id, 0) : NULL;
}

static struct wire_contract named(const char *symbol, const char *type)
{
    struct wire_contract q = WIRE_CONTRACT_DEFAULT;
    q.symbol = str_of(symbol);
    q.sec_type = str_of(type);
    return q;
}

static void assert_text(struct str have, const char *want)
{
    if (!str_eq(have, str_of(want)))
        fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(have), want);
}

static void hours_know_holidays_half_days_breaks_and_extended_hours(void **state)
{
    (void)state;
    open_at("2025-11-26T15:00:00Z"); /* Wednesday before Thanksgiving */
    struct wire_contract q = stock("AAPL", "USD");
    const struct wire_rep_contract_data *d = details_of(q);
    assert_true(
        str_starts(d->details.liquid_hours, STR("20251126:0930-20251126:1600;20251127:CLOSED;"
                                                "20251128:0930-20251128:1300;20251129:CLOSED;")));
    assert_true(
        str_starts(d->details.trading_hours, STR("20251126:0400-20251126:2000;20251127:CLOSED;"
                                                 "20251128:0400-20251128:1700;")));
    q = stock("700", "HKD");
    q.exchange = STR("SEHK");
    d = details_of(q);
    assert_true(str_starts(d->details.liquid_hours,
                           STR("20251126:0930-20251126:1200;20251126:1300-20251126:1600;")));
    q = named("ES", "FUT");
    q.last_trade_date = STR("202512");
    d = details_of(q);
    assert_text(d->details.trading_hours,
                "20251125:1700-20251126:1600;20251126:1700-20251127:1200;"
                "20251127:1700-20251128:1200;20251129:CLOSED;20251130:CLOSED;"
                "20251130:1700-20251201:1600");
    stop();
}

static void a_future_tells_its_month_its_end_and_what_it_follows(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_contract q = named("ES", "FUT");
    q.last_trade_date = STR("202606");
    const struct wire_rep_contract_data *d = details_of(q);
    assert_non_null(d);
    assert_text(d->contract.local_symbol, "ESM6");
    assert_text(d->contract.last_trade_date, "20260618 08:30:00 US/Central");
    assert_text(d->contract.multiplier, "50");
    assert_text(d->details.contract_month, "202606");
    assert_text(d->details.real_expiration_date, "20260618");
    assert_text(d->details.min_tick, "0.25");
    assert_int_equal(d->details.under_con_id, 416904);
    assert_text(d->details.under_sec_type, "IND");
    int32_t id = d->contract.con_id;
    q = (struct wire_contract)WIRE_CONTRACT_DEFAULT;
    q.con_id = id; /* the id alone */
    assert_text(details_of(q)->contract.local_symbol, "ESM6");
    q.con_id = 0;
    q.sec_type = STR("FUT");
    q.local_symbol = STR("ESM6");
    assert_int_equal(details_of(q)->contract.con_id, id);
    stop();
}

static void an_option_is_found_by_its_parts_and_by_its_name(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_contract q = named("SPX", "OPT");
    q.last_trade_date = STR("202603");
    q.trading_class = STR("SPX");
    q.strike = 6700;
    q.right = STR("P");
    const struct wire_rep_contract_data *d = details_of(q);
    assert_int_equal(count_of(c, WIRE_REP_CONTRACT_DATA), 1);
    assert_int_equal(count_of(c, WIRE_REP_CONTRACT_DATA_END), 1);
    assert_text(d->contract.last_trade_date, "20260319"); /* settles on Friday's opening */
    assert_text(d->details.real_expiration_date, "20260320");
    assert_text(d->contract.local_symbol, "SPX   260320P06700000");
    assert_text(d->contract.right, "P");
    assert_text(d->details.under_symbol, "SPX");
    q = named("", "OPT");
    q.local_symbol = STR("AAPL  260320C00200000");
    d = details_of(q);
    assert_non_null(d);
    assert_true(d->contract.strike > 199.9 && d->contract.strike < 200.1);
    q = named("AAPL", "OPT"); /* the whole chain, more than one frame could be kept for */
    details_of(q);
    assert_true(count_of(c, WIRE_REP_CONTRACT_DATA) > 500);
    assert_int_equal(count_of(c, WIRE_REP_CONTRACT_DATA_END), 1);
    assert_false(c->closed);
    stop();
}

static void bonds_funds_and_coins_tell_what_they_have_of_their_own(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_contract q = named("", "BOND");
    q.sec_id_type = STR("ISIN");
    q.sec_id = STR("US037833BX70");
    const struct wire_rep_contract_data *d = details_of(q);
    assert_non_null(d);
    assert_int_equal(count_of(c, WIRE_REP_BOND_CONTRACT_DATA), 1);
    assert_text(d->details.cusip, "037833BX7");
    assert_true(d->details.coupon > 4.64 && d->details.coupon < 4.66);
    assert_text(d->contract.last_trade_date, "20460223");
    d = details_of(named("VFIAX", "FUND"));
    assert_text(d->details.fund_family, "Vanguard");
    d = details_of(named("BTC", "CRYPTO"));
    assert_text(d->contract.exchange, "PAXOS");
    assert_text(d->details.min_size, "0.00000001");
    assert_true(str_starts(d->details.trading_hours, STR("20260302:0000-20260302:2359;")));
    d = details_of(named("BRK B", "STK"));
    assert_int_equal(d->contract.con_id, 72063691);
    stop();
}

static void bad_descriptions_are_refused_with_200_or_321(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    static const struct {
        const char *symbol, *type, *right, *expiry;
        double strike;
        int code;
    } rows[] = {
        {"AAPL", "", "", "", 0, 321},
        {"AAPL", "SHARE", "", "", 0, 321},
        {"AAPL", "OPT", "UP", "", 0, 321},
        {"NOSUCH", "STK", "", "", 0, 200},
        {"AAPL", "OPT", "C", "2026", 200, 200},
        {"AAPL", "OPT", "C", "20260320", 200.5, 200},
        {"ES", "FUT", "", "209901", 0, 200},
        {"", "OPT", "", "", 0, 200},
        {"AAPL", "OPT", "C", "202603", -5, 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wire_contract q = named(rows[i].symbol, rows[i].type);
        q.right = str_of(rows[i].right);
        q.last_trade_date = str_of(rows[i].expiry);
        q.strike = rows[i].strike;
        if (details_of(q) != NULL || error_for(c, 5) != rows[i].code ||
            count_of(c, WIRE_REP_CONTRACT_DATA_END) != 0)
            fail_msg("row %zu: %d", i, error_for(c, 5));
    }
    stop();
}

static void option_parameters_name_each_class_at_each_exchange(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_req_sec_def_opt_params q = {8, STR("SPX"), STR(""), STR("IND"), 416904};
    send(c, WIRE_REQ_SEC_DEF_OPT_PARAMS, &q);
    assert_int_equal(count_of(c, WIRE_REP_SEC_DEF_OPT_PARAM), 4); /* SPX, SPXW; SMART, CBOE */
    assert_int_equal(count_of(c, WIRE_REP_SEC_DEF_OPT_PARAM_END), 1);
    const struct wire_rep_sec_def_opt_param *m = nth(c, WIRE_REP_SEC_DEF_OPT_PARAM, 0);
    assert_text(m->multiplier, "100");
    assert_true(m->expirations.n >= 8 && m->strikes.n >= 30);
    assert_text(m->expirations.items[0], "20260319");
    forget(c);
    q.underlying_con_id = 1;
    send(c, WIRE_REQ_SEC_DEF_OPT_PARAMS, &q);
    assert_int_equal(error_for(c, 8), 321);
    forget(c);
    const struct wire_req_matching_symbols s = {9, STR("SPX")};
    send(c, WIRE_REQ_MATCHING_SYMBOLS, &s);
    const struct wire_rep_symbol_samples *found = nth(c, WIRE_REP_SYMBOL_SAMPLES, 0);
    assert_int_equal(found->samples.items[0].derivative_sec_types.n, 2);
    assert_text(found->samples.items[0].derivative_sec_types.items[0], "OPT");
    stop();
}

static void market_rules_have_bands(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_contract q = stock("7203", "JPY");
    const struct wire_rep_contract_data *d = details_of(q);
    assert_text(d->details.min_tick, "0.1");
    assert_text(d->details.market_rule_ids, "8010,8010,8010,8010");
    const struct wire_req_market_rule rule = {8010};
    send(c, WIRE_REQ_MARKET_RULE, &rule);
    const struct wire_rep_market_rule *m = nth(c, WIRE_REP_MARKET_RULE, 0);
    assert_int_equal(m->increments.n, 7);
    assert_true(m->increments.items[2].low_edge > 2999 && m->increments.items[2].low_edge < 3001);
    const struct wire_req_market_rule none = {1};
    forget(c);
    send(c, WIRE_REQ_MARKET_RULE, &none);
    assert_int_equal(error_for(c, -1), 321);
    stop();
}

static void futures_and_options_have_prices_and_can_be_bought(void **state)
{
    (void)state;
    open_at("2026-03-02T15:00:00Z");
    struct wire_contract queries[] = {named("ES", "FUT"), named("AAPL", "OPT"), named("CL", "FUT"),
                                      named("BTC", "CRYPTO")};
    queries[0].last_trade_date = STR("202606");
    queries[1].last_trade_date = STR("20260320");
    queries[1].strike = 250;
    queries[1].right = STR("C");
    queries[2].last_trade_date = STR("202605");
    for (int32_t k = 0; k < 4; k++) {
        int32_t id = details_of(queries[k])->contract.con_id;
        double bid, ask;
        quote(id, &bid, &ask);
        assert_true(ask > bid && bid >= 0);
        struct wire_req_place_order m = order(11 + k, "", "BUY", "1", "MKT");
        m.contract = queries[k];
        place(c, &m);
        run_ms(5000);
        if (strcmp(status_of(c, 11 + k), "Filled") != 0)
            fail_msg("order %d: %s, error %d", k, status_of(c, 11 + k), error_for(c, 11 + k));
        assert_true(position_of(c, id) > 0.9 && position_of(c, id) < 1.1);
    }
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_know_holidays_half_days_breaks_and_extended_hours),
        cmocka_unit_test(a_future_tells_its_month_its_end_and_what_it_follows),
        cmocka_unit_test(an_option_is_found_by_its_parts_and_by_its_name),
        cmocka_unit_test(bonds_funds_and_coins_tell_what_they_have_of_their_own),
        cmocka_unit_test(bad_descriptions_are_refused_with_200_or_321),
        cmocka_unit_test(option_parameters_name_each_class_at_each_exchange),
        cmocka_unit_test(market_rules_have_bands),
        cmocka_unit_test(futures_and_options_have_prices_and_can_be_bought),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
