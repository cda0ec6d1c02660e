/* SPDX-License-Identifier: MIT */
#include "broker/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void outside_text_is_cleaned(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *out;
    } CASES[] = {
        {{"plain", 5}, "plain"},
        {{"a\nb\x1b[2J\x7f", 8}, "a b [2J"},
        {{"nul\0here", 8}, "nul here"},
        {{"\xc3\xa9t\xc3\xa9", 5}, "\xc3\xa9t\xc3\xa9"},
        {{"bad\xff\xc3", 5}, "bad??"},
        {{"\xc2\x9b"
          "31m",
          5},
         " 31m"}, /* U+009B starts a control sequence */
        {{"a\xe2\x80\xae"
          "b\xe2\x81\xa6"
          "c\xe2\x80\x8b",
          12},
         "abc"},                           /* U+202E, U+2066, U+200B */
        {{"x\xf3\xa0\x81\x81y", 6}, "xy"}, /* U+E0041, a tag */
        {{"\xe2\x82\xac 5", 5}, "\xe2\x82\xac 5"},
        {{"", 0}, ""},
        {{NULL, 0}, ""},
        {{"0123456789abcdef", 16}, "0123456789a"},
        {{"0123456789\xc3\xa9", 12}, "0123456789"}, /* not cut inside a character */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char out[12];
        clean_text(out, sizeof out, CASES[i].in);
        assert_string_equal(out, CASES[i].out);
    }
}

/* A source that knows one zone. */
static const struct tz *find_eastern(void *self, struct str name)
{
    return str_eq(name, STR("US/Eastern")) ? self : NULL;
}

static struct tz *load_eastern(void)
{
    char bytes[8192];
    FILE *f = fopen("/usr/share/zoneinfo/US/Eastern", "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    struct error e = {0};
    struct tz *zone = tz_new((struct str){bytes, n}, &e);
    assert_non_null(zone);
    return zone;
}

static void a_time_needs_a_zone_that_is_known(void **state)
{
    (void)state;
    struct tz *eastern = load_eastern();
    struct tz_zones zones = {find_eastern, eastern};
    static const struct {
        const char *in, *out; /* NULL: absent */
    } CASES[] = {
        {"20260413-15:27:04", "2026-04-13T15:27:04Z"},
        {"20260413-15:27:04Z", "2026-04-13T15:27:04Z"},
        {"20260413 15:27:04 UTC", "2026-04-13T15:27:04Z"},
        {"20260413  15:27:04 GMT", "2026-04-13T15:27:04Z"},
        {"20260413 15:27:04 US/Eastern", "2026-04-13T19:27:04Z"},
        {"20260113 15:27:04 US/Eastern", "2026-01-13T20:27:04Z"},
        {"20260413 15:27:04 Mars/Olympus", NULL},
        {"20260413 15:27:04 ../../etc/passwd", NULL},
        {"20260413-15:27:04 US/Eastern", "2026-04-13T19:27:04Z"},
        {"20260413 15:27:04", NULL},
        {"20261313-15:27:04", NULL},
        {"20260413-25:27:04", NULL},
        {"20260413-15.27.04", NULL},
        {"2026-04-13", NULL},
        {"-", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct opt_utc t = time_of_text(str_of(CASES[i].in), &zones);
        assert_int_equal(t.has, CASES[i].out != NULL);
        char text[UTC_TEXT_MAX];
        if (!t.has)
            continue;
        utc_format(t.v, text);
        assert_string_equal(text, CASES[i].out);
    }
    struct tz_zones none = {0};
    assert_false(time_of_text(STR("20260413 15:27:04 US/Eastern"), &none).has);
    tz_free(eastern);
}

static void a_stock_has_neither_strike_nor_right(void **state)
{
    (void)state;
    struct wire_contract w = WIRE_CONTRACT_DEFAULT;
    struct contract c;
    w.sec_type = STR("STK");
    w.strike = 0;
    w.right = STR("?");
    contract_of_wire(&w, &c);
    assert_false(c.strike.has);
    assert_int_equal(c.right, 0);
}

static void an_option_keeps_strike_right_and_date(void **state)
{
    (void)state;
    struct wire_contract w = WIRE_CONTRACT_DEFAULT, back;
    struct contract c;
    w.sec_type = STR("OPT");
    w.strike = 262.5;
    w.right = STR("PUT");
    w.last_trade_date = STR("20261218 08:30:00 US/Central");
    w.multiplier = STR("100");
    contract_of_wire(&w, &c);
    assert_true(dec_eq(c.strike.v, DEC_MICRO(262500000)));
    assert_int_equal(c.right, 'P');
    assert_string_equal(c.expiry, "20261218");
    contract_to_wire(&c, &back);
    assert_true(back.strike == 262.5);
    assert_true(str_eq(back.right, STR("P")));
}

static struct order round_trip(const struct order *o)
{
    struct wire_req_place_order m;
    struct order back;
    struct arena *arena = arena_new(4096);
    order_to_wire(o, arena, &m);
    order_of_wire(&m.contract, &m.order, m.order_id, &back);
    arena_free(arena);
    return back;
}

static void orders_survive_the_round_trip(void **state)
{
    (void)state;
    for (int type = ORDER_MKT; type < ORDER_TYPE_COUNT; type++) {
        struct order o = {.order_id = 5,
                          .client_id = 7,
                          .parent_id = 4,
                          .side = type % 2 ? SIDE_BUY : SIDE_SELL,
                          .type = (enum order_type)type,
                          .tif = TIF_GTD,
                          .quantity = DEC_MICRO(500000),
                          .outside_rth = true};
        snprintf(o.type_text, sizeof o.type_text, "%s", order_type_text(o.type));
        snprintf(o.good_till, sizeof o.good_till, "20261231 23:59:59 UTC");
        snprintf(o.oca_group, sizeof o.oca_group, "group");
        bool trails = type == ORDER_TRAIL || type == ORDER_TRAIL_LIMIT;
        bool limits = type == ORDER_LMT || type == ORDER_STP_LMT || type == ORDER_TRAIL_LIMIT;
        if (limits)
            o.limit_price = DEC_SOME(DEC_MICRO(100000));
        if (trails)
            o.trail_amount = DEC_SOME(DEC_MICRO(250000));
        if (trails)
            o.trail_stop = DEC_SOME(DEC_MICRO(99900000));
        if (type == ORDER_STP || type == ORDER_STP_LMT)
            o.stop_price = DEC_SOME(DEC_MICRO(1010000));
        struct order back = round_trip(&o);
        assert_int_equal(back.type, o.type);
        assert_int_equal(back.side, o.side);
        assert_int_equal(back.tif, TIF_GTD);
        assert_int_equal(back.parent_id, 4);
        assert_string_equal(back.good_till, o.good_till);
        assert_string_equal(back.oca_group, o.oca_group);
        assert_true(dec_eq(back.quantity, o.quantity));
        assert_int_equal(back.limit_price.has, limits);
        assert_true(dec_eq(back.limit_price.v, o.limit_price.v));
        assert_int_equal(back.trail_amount.has, trails);
        assert_true(dec_eq(back.trail_amount.v, o.trail_amount.v));
        assert_int_equal(back.stop_price.has, o.stop_price.has);
        assert_true(dec_eq(back.stop_price.v, o.stop_price.v));
        assert_true(back.outside_rth);
    }
}

static void a_market_order_shows_no_prices(void **state)
{
    (void)state;
    struct wire_contract c = WIRE_CONTRACT_DEFAULT;
    struct wire_order w = WIRE_ORDER_DEFAULT;
    struct order o;
    w.order_type = STR("MKT");
    w.action = STR("BUY");
    w.lmt_price = 0;
    w.aux_price = 0;
    w.trail_stop_price = 1; /* servers show limit + 1 here; it means nothing */
    order_of_wire(&c, &w, 5, &o);
    assert_false(o.limit_price.has);
    assert_false(o.stop_price.has);
    assert_false(o.trail_stop.has);
    assert_int_equal(o.tif, TIF_DAY);
    w.order_type = STR("PEG MID");
    w.lmt_price = 9.5;
    order_of_wire(&c, &w, 5, &o);
    assert_int_equal(o.type, ORDER_OTHER);
    assert_string_equal(o.type_text, "PEG MID");
    assert_true(o.limit_price.has);
}

static void commissions_that_are_not_yet_known_are_absent(void **state)
{
    (void)state;
    struct wire_rep_commission_report m = WIRE_REP_COMMISSION_REPORT_DEFAULT;
    struct execution x;
    m.exec_id = STR("a.b.01");
    commission_of_wire(&m, &x);
    assert_false(x.commission.has);
    m.commission = -1;
    commission_of_wire(&m, &x);
    assert_false(x.commission.has);
    m.commission = -0.25; /* a rebate */
    commission_of_wire(&m, &x);
    assert_true(x.commission.has);
}

static void a_position_without_a_number_is_none(void **state)
{
    (void)state;
    struct wire_rep_position m = WIRE_REP_POSITION_DEFAULT;
    struct position p;
    m.position = STR("2147483647");
    assert_false(position_of_wire(&m, &p));
    m.position = STR("-12.5");
    m.avg_cost = 0.1;
    assert_true(position_of_wire(&m, &p));
    assert_true(dec_eq(p.quantity, DEC_MICRO(-12500000)));
    assert_true(dec_eq(p.avg_cost.v, DEC_MICRO(100000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_text_is_cleaned),
        cmocka_unit_test(a_time_needs_a_zone_that_is_known),
        cmocka_unit_test(a_stock_has_neither_strike_nor_right),
        cmocka_unit_test(an_option_keeps_strike_right_and_date),
        cmocka_unit_test(orders_survive_the_round_trip),
        cmocka_unit_test(a_market_order_shows_no_prices),
        cmocka_unit_test(commissions_that_are_not_yet_known_are_absent),
        cmocka_unit_test(a_position_without_a_number_is_none),
    };
    return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
