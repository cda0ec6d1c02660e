/* SPDX-License-Identifier: MIT */
/* What an order may cost, what its stop may lose, and how far away it is. */
#include "guard/value.h"

#include "scene.h"

static struct opt_dec maybe(const char *text)
{
    return text ? some(text) : DEC_NONE;
}

static void assert_is(struct opt_dec is, const char *expected, size_t row)
{
    char text[DEC_TEXT_MAX] = "nothing";
    if (is.has)
        dec_format(is.v, text);
    if (is.has != (expected != NULL) || (expected && !dec_eq(is.v, number(expected))))
        fail_msg("row %zu: %s instead of %s", row, text, expected ? expected : "nothing");
}

/* The market is 99.9 / 100.1 / 100 unless there is no quote; the collar is 10 %. */
static void each_type_has_its_worst_price(void **state)
{
    static const struct {
        enum order_type type;
        enum order_side side;
        bool is_quoted;
        const char *limit, *stop, *trail_stop, *worst;
    } rows[] = {
        {ORDER_LMT, SIDE_BUY, true, "95", NULL, NULL, "95"},
        {ORDER_LMT, SIDE_SELL, true, "95", NULL, NULL, "100.1"},
        {ORDER_LMT, SIDE_SELL, true, "105", NULL, NULL, "105"},
        {ORDER_LMT, SIDE_SELL, false, "95", NULL, NULL, "95"},
        {ORDER_MKT, SIDE_SELL, true, NULL, NULL, NULL, "110.11"},
        {ORDER_MKT, SIDE_BUY, false, NULL, NULL, NULL, NULL},
        {ORDER_STP, SIDE_BUY, true, NULL, "110", NULL, "121"},
        {ORDER_STP, SIDE_SELL, true, NULL, "90", NULL, "90"},
        {ORDER_STP, SIDE_BUY, true, NULL, NULL, NULL, NULL},
        {ORDER_STP, SIDE_SELL, true, NULL, NULL, NULL, NULL},
        {ORDER_STP_LMT, SIDE_BUY, true, "111", "120", NULL, "111"},
        {ORDER_STP_LMT, SIDE_SELL, true, "89", "90", NULL, "90"},
        {ORDER_STP_LMT, SIDE_SELL, true, "95", "90", NULL, "95"},
        {ORDER_TRAIL, SIDE_BUY, true, NULL, NULL, NULL, "110.11"},
        {ORDER_TRAIL, SIDE_SELL, true, NULL, NULL, NULL, "100.1"},
        {ORDER_TRAIL, SIDE_BUY, true, NULL, NULL, "120", "132"},
        {ORDER_TRAIL, SIDE_SELL, false, NULL, NULL, "50", "50"},
        {ORDER_TRAIL, SIDE_SELL, false, NULL, NULL, NULL, NULL},
        {ORDER_TRAIL, SIDE_BUY, false, NULL, NULL, NULL, NULL},
        {ORDER_TRAIL_LIMIT, SIDE_SELL, false, NULL, NULL, "50", "50"},
        {ORDER_OTHER, SIDE_BUY, true, "95", NULL, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene s;
        scene_init(&s);
        *first(&s) = order_of(rows[i].side, "10", rows[i].type);
        first(&s)->limit_price = maybe(rows[i].limit);
        first(&s)->stop_price = maybe(rows[i].stop);
        first(&s)->trail_stop = maybe(rows[i].trail_stop);
        if (!rows[i].is_quoted)
            s.facts.quote = (struct quote){0};
        assert_is(worst_price(&s.facts, first(&s)), rows[i].worst, i);
        struct opt_dec value = order_value(&s.facts, first(&s)); /* of ten */
        assert_int_equal(value.has, rows[i].worst != NULL);
        assert_true(!value.has || dec_eq(value.v, dec_times(number(rows[i].worst), 10)));
    }
}

static void prices_below_zero_are_prices(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    market(&s);
    s.facts.quote = (struct quote){.last = some("-5")};
    assert_is(worst_price(&s.facts, first(&s)), "-5.5", 0);
    s.facts.quote = (struct quote){.bid = some("-6")};
    assert_is(worst_price(&s.facts, first(&s)), "-6.6", 1);
    s.facts.quote.ask = some("-4");
    assert_is(worst_price(&s.facts, first(&s)), "-4.4", 2);
}

static void what_has_no_value_has_none_in_the_base_currency(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.facts.rate = some("1.1");
    assert_is(value_in_base(&s.facts, some("100")), "110", 0);
    assert_is(value_in_base(&s.facts, DEC_NONE), NULL, 1);
    s.facts.rate = DEC_NONE;
    assert_is(value_in_base(&s.facts, some("100")), NULL, 2);
}

static void the_worst_loss_is_from_the_entry_or_the_market_to_the_stop(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    assert_is(worst_loss(&s.facts, &s.request), NULL, 0); /* no stop */
    first(&s)->limit_price = some("105");
    bracket(&s, "95", "120");
    assert_is(worst_loss(&s.facts, &s.request), "100", 1);
    s.facts.quote = (struct quote){0};
    assert_is(worst_loss(&s.facts, &s.request), "100", 2);
    scene_init(&s);
    stop(&s, "80");
    assert_is(worst_loss(&s.facts, &s.request), "200", 3);
    s.facts.quote = (struct quote){0};
    assert_is(worst_loss(&s.facts, &s.request), NULL, 4);
    scene_init(&s);
    trail(&s, "8"); /* its trigger is not known yet */
    assert_is(worst_loss(&s.facts, &s.request), NULL, 5);
    scene_init(&s);
    first(&s)->stop_price = some("80"); /* no stop order, whatever it carries */
    assert_is(worst_loss(&s.facts, &s.request), NULL, 6);
}

static void a_leg_is_measured_by_the_entry_and_the_entry_by_the_market(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    first(&s)->limit_price = some("105");
    bracket(&s, "95", "120");
    judge(&s);
    assert_is(leg_measure(&s.ticket, 0), "100", 0);
    assert_is(leg_measure(&s.ticket, 1), "105", 1);
    market(&s);
    judge(&s);
    assert_is(leg_measure(&s.ticket, 1), "100", 2);
}

static void only_a_stop_has_a_distance_and_only_from_a_price(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    first(&s)->stop_price = some("90");
    judge(&s);
    assert_is(stop_distance_pct(&s.ticket, 0), NULL, 0);
    scene_init(&s);
    stop(&s, "90");
    judge(&s);
    assert_is(stop_distance_pct(&s.ticket, 0), "10", 1);
    s.ticket.reference = some("0");
    assert_is(stop_distance_pct(&s.ticket, 0), NULL, 2);
    s.ticket.reference = DEC_NONE;
    assert_is(stop_distance_pct(&s.ticket, 0), NULL, 3);
}

static void small_questions_have_exact_answers(void **state)
{
    (void)state;
    assert_true(value_positive(some("0.000000001")));
    assert_false(value_positive(some("0")));
    assert_false(value_positive(some("-1")));
    assert_false(value_positive(DEC_NONE));
    assert_false(value_positive((struct opt_dec){DEC(5), false}));
    assert_true(dec_eq(price_moved(DEC(100), DEC(10), 1), DEC(110)));
    assert_true(dec_eq(price_moved(DEC(100), DEC(10), -1), DEC(90)));
    struct order o = order_of(SIDE_SELL, "10", ORDER_TRAIL);
    o.trail_stop = some("91");
    o.stop_price = some("92");
    assert_is(order_trigger(&o), "91", 0);
    o.type = ORDER_TRAIL_LIMIT;
    assert_is(order_trigger(&o), "91", 1);
    o.type = ORDER_STP;
    assert_is(order_trigger(&o), "92", 2);
    assert_int_equal(order_kind(&o), KIND_STOP);
    o.type = ORDER_LMT;
    o.limit_price = some("93");
    assert_int_equal(order_kind(&o), KIND_PLAIN);
    assert_is(order_price(&o), "93", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_worst_price),
        cmocka_unit_test(prices_below_zero_are_prices),
        cmocka_unit_test(what_has_no_value_has_none_in_the_base_currency),
        cmocka_unit_test(the_worst_loss_is_from_the_entry_or_the_market_to_the_stop),
        cmocka_unit_test(a_leg_is_measured_by_the_entry_and_the_entry_by_the_market),
        cmocka_unit_test(only_a_stop_has_a_distance_and_only_from_a_price),
        cmocka_unit_test(small_questions_have_exact_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
