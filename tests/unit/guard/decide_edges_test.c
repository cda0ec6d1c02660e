/* SPDX-License-Identifier: MIT */
/*
 * The controls at their edges: what is missing, what is exactly zero or equal, which of two reasons
 * is named, and that nothing behind the last leg is looked at. Found by `make mutate`.
 */
#include "scene.h"

#define HUGE_AMOUNT "1e13"

static void set_text(char *to, const char *text)
{
    memcpy(to, text, strlen(text) + 1);
}

/* clang-format off */
static void nothing(struct scene *s) { (void)s; }
static void trail_amount(struct scene *s, const char *amount) { trail(s, "8"); first(s)->trail_percent = DEC_NONE; first(s)->trail_amount = some(amount); }
static void no_quote(struct scene *s) { s->facts.quote = (struct quote){0}; }

static void huge_limit(struct scene *s) { first(s)->limit_price = some(HUGE_AMOUNT); }
static void huge_stop(struct scene *s) { stop(s, HUGE_AMOUNT); }
static void huge_trail_amount(struct scene *s) { trail_amount(s, HUGE_AMOUNT); }
static void huge_trail_percent(struct scene *s) { trail(s, HUGE_AMOUNT); }
static void huge_trail_stop(struct scene *s) { trail(s, "8"); first(s)->trail_stop = some(HUGE_AMOUNT); }
static void negative_limit(struct scene *s) { first(s)->limit_price = some("-1"); }
static void negative_stop(struct scene *s) { first(s)->stop_price = some("-1"); }
static void negative_trail_amount(struct scene *s) { first(s)->trail_amount = some("-1"); }
static void negative_trail_percent(struct scene *s) { first(s)->trail_percent = some("-1"); }
static void negative_trail_stop(struct scene *s) { first(s)->trail_stop = some("-1"); }
static void zero_trail_amount(struct scene *s) { trail_amount(s, "0"); }
static void tif_behind_the_last(struct scene *s) { first(s)->tif = TIF_COUNT; }
static void bracket_at_the_market(struct scene *s) { bracket(s, "95", "110"); market(s); }
static void bracket_wrong(struct scene *s) { bracket(s, "105", "110"); }
static void short_bracket_wrong(struct scene *s) { bracket(s, "95", "90"); first(s)->side = SIDE_SELL; s->request.orders[1].side = s->request.orders[2].side = SIDE_BUY; }
static void tick_zero(struct scene *s) { s->request.min_tick = some("0"); }

static void live_in_paper_mode(struct scene *s) { s->facts.account_mode = MODE_LIVE; s->limits.mode = GUARD_PAPER; }
static void drawdown_without_worth(struct scene *s) { s->limits.max_drawdown_pct = DEC(5); s->facts.net_liquidation = DEC_NONE; }

static void no_rate(struct scene *s) { s->facts.rate = DEC_NONE; }
static void day_spent(struct scene *s) { s->facts.value_today = number("100000.01"); }
static void day_spent_no_rate(struct scene *s) { day_spent(s); no_rate(s); }
static void day_over(struct scene *s) { s->facts.orders_today = 50; }
static void margin(struct scene *s) { s->limits.check_margin = GUARD_MARGIN_ON; s->facts.is_margin_asked = true; }
static void margin_said(struct scene *s)
{
    margin(s);
    s->facts.has_margin = true;
    s->facts.margin = (struct order_margin){.init_change = some("500"), .init_after = some("5000"),
        .equity_before = some("10000"), .equity_after = some("10000"), .maint_before = some("4000")};
}
static void margin_no_change(struct scene *s) { margin_said(s); s->facts.margin.init_change = DEC_NONE; }
static void margin_no_after(struct scene *s) { margin_said(s); s->facts.margin.init_after = DEC_NONE; }
static void margin_no_equity(struct scene *s) { margin_said(s); s->facts.margin.equity_after = DEC_NONE; }
static void margin_no_equity_before(struct scene *s) { margin_said(s); s->facts.margin.equity_before = DEC_NONE; }
static void margin_no_maintenance(struct scene *s) { margin_said(s); s->facts.margin.maint_before = DEC_NONE; }
static void margin_no_more_though_under(struct scene *s) { margin_said(s); s->facts.margin.init_change = some("0"); s->facts.margin.equity_before = some("3000"); }

static void bracket_to_cover(struct scene *s) { bracket(s, "95", "110"); s->facts.position = DEC(-10); s->facts.trading = GATE_REDUCING; }
static void stop_beside_market(struct scene *s) { stop(s, "90"); s->facts.has_market[SIDE_BUY] = true; }
static void gross_full(struct scene *s) { s->limits.max_gross_exposure_pct = DEC(50); s->facts.others_gross = DEC(60000); }
static void gross_full_no_rate(struct scene *s) { gross_full(s); no_rate(s); }
static void gross_full_no_price(struct scene *s) { gross_full(s); market(s); no_quote(s); }
static void market_by_its_close(struct scene *s) { market(s); no_quote(s); s->facts.quote.close = some("98"); s->facts.net_liquidation = some("3000"); }
static void judged_by_its_limit(struct scene *s) { first(s)->limit_price = some("105"); s->facts.net_liquidation = some("4100"); }
static void worth_nothing(struct scene *s) { s->facts.net_liquidation = some("0"); }
static void worth_unknown(struct scene *s) { s->facts.net_liquidation = DEC_NONE; }

static void buy_trail(struct scene *s) { trail(s, "8"); first(s)->side = SIDE_BUY; s->facts.position = DEC_ZERO; }
static void stop_without_quote(struct scene *s) { stop(s, "90"); no_quote(s); }
static void stop_with_a_limit(struct scene *s) { stop(s, "90"); first(s)->limit_price = some("20"); }
static void same_bound(struct scene *s, const char *limit) { s->limits.price_collar_ticks = 1000; first(s)->limit_price = some(limit); }
static void buy_over_both_bounds(struct scene *s) { same_bound(s, "110.01"); }
static void sell_under_both_bounds(struct scene *s) { sell(s, "10", "10"); same_bound(s, "89.99"); }
static void trail_to_percent_without_quote(struct scene *s) { trail_amount(s, "8"); modify(s); first(s)->trail_amount = DEC_NONE; first(s)->trail_percent = some("8"); no_quote(s); }
static void trail_tighter_without_quote(struct scene *s) { trail(s, "8"); modify(s); first(s)->trail_percent = some("7"); no_quote(s); }
static void trail_unchanged(struct scene *s) { trail(s, "8"); modify(s); }
static void trail_with_a_trigger_before(struct scene *s) { trail_unchanged(s); s->existing.order.stop_price = some("90"); }
static void stop_unchanged(struct scene *s) { stop(s, "90"); modify(s); }
static void buy_stop_unchanged(struct scene *s) { stop(s, "110"); first(s)->side = SIDE_BUY; s->facts.position = DEC_ZERO; modify(s); }

static void value_over(struct scene *s) { first(s)->quantity = DEC(101); }
static void value_hardly_over(struct scene *s) { first(s)->quantity = DEC(100); s->facts.rate = some("1.00000001"); s->limits.max_order_value = some("9999.999").v; }
static void value_hardly_over_in_yen(struct scene *s) { value_hardly_over(s); set_text(s->facts.base_currency, "JPY"); }
static void share_of_odd_cents(struct scene *s) { s->limits.max_position_pct = DEC(10); s->facts.net_liquidation = some("3333.333"); s->facts.rate = some("1.00000001"); }

static void paper_denied(struct scene *s) { s->limits.approval_paper = GATE_APPROVAL_DENY; }
static void paper_and_large_denied(struct scene *s) { paper_denied(s); s->limits.approval_above = GATE_APPROVAL_DENY; first(s)->quantity = DEC(26); }
static void large_denied(struct scene *s) { s->limits.approval_above = GATE_APPROVAL_DENY; first(s)->quantity = DEC(26); }

static const struct edge {
    void (*set)(struct scene *s);
    const char *code;
    const char *says; /* NULL: the control does not fire */
} edges[] = {
    {huge_limit, "ORDER_INVALID", "too large"}, {huge_stop, "ORDER_INVALID", "too large"},
    {huge_trail_amount, "ORDER_INVALID", "too large"},
    {huge_trail_percent, "ORDER_INVALID", "too large"},
    {huge_trail_stop, "ORDER_INVALID", "too large"},
    {negative_limit, "ORDER_INVALID", "a price must be more than zero"},
    {negative_stop, "ORDER_INVALID", "a price must be more than zero"},
    {negative_trail_amount, "ORDER_INVALID", "a price must be more than zero"},
    {negative_trail_percent, "ORDER_INVALID", "a price must be more than zero"},
    {negative_trail_stop, "ORDER_INVALID", "a price must be more than zero"},
    {zero_trail_amount, "ORDER_INVALID", "a price must be more than zero"},
    {tif_behind_the_last, "ORDER_INVALID", "time in force"},
    {bracket_at_the_market, "BRACKET_INVALID", NULL},
    {bracket_wrong, "BRACKET_INVALID", "a BUY bracket needs stop < entry < target"},
    {short_bracket_wrong, "BRACKET_INVALID", "a SELL bracket needs target < entry < stop"},
    {tick_zero, "TICK_SIZE", NULL},
    {live_in_paper_mode, "ACCOUNT_NOT_ALLOWED", "the account is live and the mode is paper"},
    {drawdown_without_worth, "DRAWDOWN", "is not known"},
    {day_spent, "DAILY_VALUE", "exceeds max_value_per_day 100000"},
    {day_spent_no_rate, "DAILY_VALUE", NULL},
    {day_over, "RATE_DAY", "more than max_orders_per_day 50"},
    {margin, "MARGIN", "what margin the order needs"},
    {margin_said, "MARGIN", NULL},
    {margin_no_change, "MARGIN", "all that the margin is judged by"},
    {margin_no_after, "MARGIN", "all that the margin is judged by"},
    {margin_no_equity, "MARGIN", "all that the margin is judged by"},
    {margin_no_equity_before, "MARGIN", "all that the margin is judged by"},
    {margin_no_maintenance, "MARGIN", "all that the margin is judged by"},
    {margin_no_more_though_under, "MARGIN", NULL},
    {bracket_to_cover, "REDUCING_INCREASES", "only orders that reduce"},
    {stop_beside_market, "SELF_CROSS", NULL},
    {gross_full, "EXPOSURE_MAX", "gross exposure"},
    {gross_full_no_rate, "EXPOSURE_MAX", NULL},
    {gross_full_no_price, "EXPOSURE_MAX", NULL},
    {market_by_its_close, "POSITION_MAX", "the position would be 980 USD"},
    {judged_by_its_limit, "POSITION_MAX", "the position would be 1050 USD"},
    {worth_nothing, "POSITION_MAX", "the account's value is not known"},
    {worth_unknown, "POSITION_MAX", "the account's value is not known"},
    {buy_trail, "STOP_WRONG_SIDE", NULL}, {stop_without_quote, "STOP_WRONG_SIDE", NULL},
    {stop_with_a_limit, "PRICE_COLLAR", NULL}, {no_quote, "PRICE_COLLAR", NULL},
    {buy_over_both_bounds, "PRICE_COLLAR", "is above 110: 100 and price_collar_pct 10"},
    {sell_under_both_bounds, "PRICE_COLLAR", "is below 90: 100 and price_collar_pct 10"},
    {trail_to_percent_without_quote, "STOP_WIDENS", "further from the market"},
    {trail_tighter_without_quote, "STOP_WIDENS", NULL},
    {trail_unchanged, "STOP_WIDENS", NULL}, {trail_with_a_trigger_before, "STOP_WIDENS", NULL},
    {stop_unchanged, "STOP_WIDENS", NULL}, {buy_stop_unchanged, "STOP_WIDENS", NULL},
    {paper_denied, "APPROVAL_DENY", "limits.approval_paper is deny"},
    {paper_and_large_denied, "APPROVAL_DENY", "limits.approval_paper is deny"},
    {large_denied, "APPROVAL_DENY", "limits.approval_above is deny"},
    {value_over, "VALUE_MAX", "order value 10100 USD exceeds max_order_value 10000"},
    {value_hardly_over, "VALUE_MAX", "order value 10000.01 USD exceeds max_order_value 9999.99"},
    {value_hardly_over_in_yen, "VALUE_MAX", "order value 10001 JPY exceeds max_order_value 9999"},
    {share_of_odd_cents, "POSITION_MAX", ".01 USD, more than 333.33: max_position_pct 10 %"},
};
/* clang-format on */

static void each_edge_is_judged_and_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        const struct edge *edge = &edges[i];
        struct scene s;
        scene_init(&s);
        edge->set(&s);
        judge(&s);
        const struct gate_finding *f = finding(&s, edge->code);
        if (!f != !edge->says)
            fail_msg("row %zu: %s %s", i, edge->code, f ? f->text : "does not fire");
        if (f && !strstr(f->text, edge->says))
            fail_msg("row %zu: %s says: %s", i, edge->code, f->text);
    }
}

/* ---- behind the last leg ---- */

/* An order against which each control that looks at legs would have something. */
static struct order nightmare(void)
{
    struct order o = order_of(SIDE_SELL, "7", ORDER_STP_LMT);
    o.limit_price = some("0.0001");
    o.stop_price = some("5000");
    o.contract.con_id = 1;
    set_text(o.contract.currency, "XXX");
    return o;
}

static void what_lies_behind_the_last_leg_is_not_looked_at(void **state)
{
    (void)state;
    static void (*const scenes[])(struct scene *) = {nothing, market, stop_unchanged};
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        struct scene s;
        scene_init(&s);
        s.limits.order_types = STR("MKT, LMT, STP");
        s.facts.working_stops = s.limits.max_working_stops;
        s.facts.working_side[SIDE_SELL] = s.limits.max_orders_per_side;
        scenes[i](&s);
        judge(&s);
        struct gate_ticket plain = s.ticket;
        for (size_t k = s.request.count; k < GATE_LEGS_MAX; k++)
            s.request.orders[k] = nightmare();
        judge(&s);
        assert_int_equal(s.ticket.finding_count, plain.finding_count);
        for (size_t k = 0; k < plain.finding_count; k++)
            assert_string_equal(s.ticket.findings[k].code, plain.findings[k].code);
        assert_int_equal(s.ticket.is_allowed, plain.is_allowed);
        assert_int_equal(s.ticket.worst_loss_base.has, plain.worst_loss_base.has);
        assert_int_equal(s.ticket.headroom_count, plain.headroom_count);
    }
}

/* ---- what is measured ---- */

static const struct gate_headroom *row(const struct scene *s, const char *name)
{
    const struct gate_headroom *found = NULL;
    for (size_t i = 0; i < s->ticket.headroom_count; i++)
        if (strcmp(s->ticket.headroom[i].name, name) == 0) {
            assert_null(found); /* one row a limit */
            found = &s->ticket.headroom[i];
        }
    return found;
}

static void of_two_stops_the_farther_one_is_measured(void **state)
{
    (void)state;
    static const char *const stops[][2] = {{"95", "80"}, {"80", "95"}};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        scene_init(&s);
        bracket(&s, stops[i][0], "110");
        s.request.orders[2] = order_of(SIDE_SELL, "10", ORDER_STP);
        s.request.orders[2].stop_price = some(stops[i][1]);
        judge(&s);
        assert_non_null(row(&s, "stop_distance_max_pct"));
        assert_true(dec_eq(row(&s, "stop_distance_max_pct")->after.v, DEC(20)));
    }
}

static void the_age_of_a_price_is_measured_where_it_matters(void **state)
{
    (void)state;
    static const struct {
        int64_t age_ms;
        const char *after; /* NULL: there is no row */
    } cases[] = {{0, "0"}, {60000, "60"}, {-1, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        scene_init(&s);
        market(&s);
        s.facts.quote_age_ms = cases[i].age_ms;
        judge(&s);
        const struct gate_headroom *h = row(&s, "stale_price_s");
        assert_int_equal(h != NULL, cases[i].after != NULL);
        assert_true(!h || dec_eq(h->after.v, number(cases[i].after)));
    }
}

static void a_limit_that_is_off_is_not_measured(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    stop(&s, "90");
    judge(&s);
    assert_non_null(row(&s, "stop_distance_max_pct"));
    assert_null(row(&s, "stop_distance_min_pct"));
}

static void a_bracket_is_never_reducing(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    bracket(&s, "95", "110");
    s.facts.position = DEC(-10);
    judge(&s);
    assert_false(s.ticket.is_reducing);
}

static void the_table_of_controls_has_an_end(void **state)
{
    (void)state;
    size_t n = 0;
    while (control_at(n))
        n++;
    assert_true(n > 40 && n <= GATE_FINDINGS_MAX);
    assert_null(control_at(n + 1));
    assert_string_equal(control_at(0)->code, "ORDER_INVALID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edge_is_judged_and_named),
        cmocka_unit_test(what_lies_behind_the_last_leg_is_not_looked_at),
        cmocka_unit_test(of_two_stops_the_farther_one_is_measured),
        cmocka_unit_test(the_age_of_a_price_is_measured_where_it_matters),
        cmocka_unit_test(a_limit_that_is_off_is_not_measured),
        cmocka_unit_test(a_bracket_is_never_reducing),
        cmocka_unit_test(the_table_of_controls_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
