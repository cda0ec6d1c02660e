/* SPDX-License-Identifier: MIT */
/* Contract details as real servers sent them: what the model has of them afterwards. */
#include "../wire/vectors.h"

#include "broker/convert.h"

static void assert_dec(struct opt_dec have, const char *want)
{
    struct dec d = DEC_ZERO;
    assert_true(have.has && dec_parse(str_of(want), &d));
    assert_true(dec_eq(have.v, d));
}

static void a_share_of_a_real_server_keeps_its_fields(void **state)
{
    (void)state;
    struct contract_details d;
    struct wire_any any = recorded_frame("src/contracts/tests.rs", 12);
    assert_int_equal(any.id, WIRE_REP_CONTRACT_DATA);
    details_of_wire(any.message, &d);
    assert_int_equal(d.contract.con_id, 76792991);
    assert_int_equal(d.contract.sec_type, SEC_STK);
    assert_string_equal(d.contract.symbol, "TSLA");
    assert_string_equal(d.contract.exchange, "SMART");
    assert_string_equal(d.contract.primary_exchange, "NASDAQ");
    assert_string_equal(d.contract.currency, "USD");
    assert_string_equal(d.contract.trading_class, "NMS");
    assert_string_equal(d.long_name, "TESLA INC");
    assert_string_equal(d.industry, "Consumer, Cyclical");
    assert_string_equal(d.category, "Auto Manufacturers");
    assert_string_equal(d.subcategory, "Auto-Cars/Light Trucks");
    assert_string_equal(d.time_zone, "US/Eastern");
    assert_string_equal(d.stock_type, "COMMON");
    assert_string_equal(d.isin, "US88160R1014");
    assert_dec(d.min_tick, "0.01");
    assert_dec(d.min_size, "1");
    assert_int_equal(d.price_magnifier, 1);
    assert_non_null(strstr(d.valid_exchanges, ",MEMX,"));
    assert_non_null(strstr(d.trading_hours, "20221231:CLOSED"));
    assert_false(d.contract.strike.has);
    assert_int_equal(d.contract.right, 0);
    assert_string_equal(d.contract.expiry, "");
}

static void a_future_of_a_real_server_has_a_date_as_its_expiry(void **state)
{
    (void)state;
    struct contract_details d;
    struct wire_any any = recorded_frame("src/contracts/tests.rs", 228);
    details_of_wire(any.message, &d);
    assert_int_equal(d.contract.con_id, 620731015);
    assert_int_equal(d.contract.sec_type, SEC_FUT);
    assert_string_equal(d.contract.symbol, "ES");
    assert_string_equal(d.contract.local_symbol, "ESM5");
    assert_string_equal(d.contract.expiry, "20250620"); /* "20250620 08:30 US/Central" */
    assert_string_equal(d.contract.multiplier, "50");
    assert_string_equal(d.contract.exchange, "CME");
    assert_string_equal(d.contract.primary_exchange, "");
    assert_string_equal(d.long_name, "E-mini S&P 500");
    assert_dec(d.min_tick, "0.25");
    assert_string_equal(d.isin, "");
}

static void an_option_of_a_real_server_has_strike_and_right(void **state)
{
    (void)state;
    struct contract c;
    struct wire_any any = decoded(WIRE_TO_CLIENT, live_line("openorder_sv200_live.txt"), 200);
    const struct wire_rep_open_order *o = any.message;
    contract_of_wire(&o->contract, &c);
    assert_int_equal(c.con_id, 853200900);
    assert_int_equal(c.sec_type, SEC_OPT);
    assert_string_equal(c.symbol, "OBDC");
    assert_string_equal(c.expiry, "20261120");
    assert_dec(c.strike, "10");
    assert_int_equal(c.right, 'P');
    assert_string_equal(c.multiplier, "100");
    assert_string_equal(c.local_symbol, "OBDC  261120P00010000");
}

/* The issuer of bonds among the rows has no contract id. */
static void what_the_search_of_a_real_server_found_is_whole(void **state)
{
    (void)state;
    struct wire_any any = recorded_frame("src/contracts/tests.rs", 346);
    assert_int_equal(any.id, WIRE_REP_SYMBOL_SAMPLES);
    const struct wire_rep_symbol_samples *m = any.message;
    struct contract first, last;
    assert_int_equal(m->samples.n, 16);
    contract_of_wire(&m->samples.items[0].contract, &first);
    contract_of_wire(&m->samples.items[15].contract, &last);
    assert_int_equal(first.con_id, 76792991);
    assert_int_equal(first.sec_type, SEC_STK);
    assert_string_equal(first.primary_exchange, "ISLAND");
    assert_int_equal(m->samples.items[0].derivative_sec_types.n, 5);
    assert_int_equal(last.con_id, -1);
    assert_int_equal(last.sec_type, SEC_BOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_of_a_real_server_keeps_its_fields),
        cmocka_unit_test(a_future_of_a_real_server_has_a_date_as_its_expiry),
        cmocka_unit_test(an_option_of_a_real_server_has_strike_and_right),
        cmocka_unit_test(what_the_search_of_a_real_server_found_is_whole),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
