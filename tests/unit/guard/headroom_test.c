/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "scene.h"

static const struct gate_headroom *row(const struct scene *s, const char *name)
{
    for (size_t i = 0; i < s->ticket.headroom_count; i++)
        if (strcmp(s->ticket.headroom[i].name, name) == 0)
            return &s->ticket.headroom[i];
    return NULL;
}

static void assert_row(const struct scene *s, const char *name, const char *used, const char *after,
                       const char *limit)
{
    const struct gate_headroom *h = row(s, name);
    if (!h)
        fail_msg("there is no row of %s", name);
    assert_int_equal(h->used.has, used != NULL);
    if (used)
        assert_true(dec_eq(h->used.v, number(used)));
    assert_true(h->after.has && dec_eq(h->after.v, number(after)));
    assert_true(dec_eq(h->limit, number(limit)));
    assert_non_null(control_find(h->code));
    assert_true(h->unit[0]);
}

static void a_ticket_tells_what_each_limit_has_left_with_the_order(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.facts.day_end = (struct utc){86400 * (int64_t)NS_PER_S};
    s.facts.orders_today = 7;
    s.facts.orders_last_minute = 2;
    s.facts.value_today = number("500");
    s.facts.position = DEC(20);
    s.limits.max_gross_exposure_pct = DEC(100);
    s.facts.others_gross = number("30000");
    judge(&s);
    assert_true(s.ticket.is_allowed);
    assert_row(&s, "max_order_quantity", NULL, "10", "1000");
    assert_row(&s, "max_order_value", NULL, "1000", "10000");
    assert_row(&s, "max_orders_per_day", "7", "8", "50");
    assert_row(&s, "max_orders_per_minute", "2", "3", "10");
    assert_row(&s, "max_value_per_day", "500", "1500", "100000");
    assert_row(&s, "max_position_pct", "2000", "3000", "25000");
    assert_row(&s, "max_gross_exposure_pct", "32000", "33000", "100000");
    assert_row(&s, "max_daily_loss_pct", "0", "0", "2");
    assert_row(&s, "price_collar_pct", NULL, "100", "110");
    assert_true(dec_eq(gate_headroom_left(row(&s, "max_orders_per_day")).v, DEC(42)));
    assert_true(row(&s, "max_orders_per_day")->resets.has);
    assert_true(row(&s, "max_orders_per_day")->resets.v.ns == s.facts.day_end.ns);
    assert_false(row(&s, "max_order_value")->resets.has);
    assert_null(row(&s, "max_net_exposure_pct")); /* it is off */
}

static void a_limit_that_is_exceeded_has_less_than_nothing_left(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    first(&s)->quantity = DEC(1001);
    judge(&s);
    assert_non_null(finding(&s, "QTY_MAX"));
    assert_true(dec_eq(gate_headroom_left(row(&s, "max_order_quantity")).v, DEC(-1)));
    scene_init(&s);
    sell(&s, "2000", "1001"); /* exempt: the limit has nothing to say about it */
    judge(&s);
    assert_null(row(&s, "max_order_quantity"));
}

static void of_several_legs_the_one_with_least_left_is_told(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    bracket(&s, "70", "109.99");
    s.limits.stop_distance_min_pct = DEC(1);
    judge(&s);
    assert_row(&s, "stop_distance_max_pct", NULL, "30", "50");
    assert_row(&s, "stop_distance_min_pct", NULL, "30", "1");
    assert_true(dec_eq(gate_headroom_left(row(&s, "stop_distance_min_pct")).v, DEC(29)));
}

/* Switches every limit on, so that none is left out for being off. */
static void all_on(struct guard_limits *l)
{
    for (size_t i = 0; i < guard_limits_type.count; i++) {
        const struct field *f = &guard_limits_type.fields[i];
        void *at = (char *)l + f->offset;
        if (f->kind == TYPE_INT)
            *(int64_t *)at = 7;
        if (f->kind == TYPE_DEC)
            *(struct dec *)at = DEC(7);
    }
}

static void every_numeric_limit_is_in_the_report(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    all_on(&d->limits);
    desk_restart(d);
    size_t n = gate_limits_status(d->gate, str_of(book_account(d->book, 0)), d->now, rows);
    for (size_t i = 0; i < guard_limits_type.count; i++) {
        const struct field *f = &guard_limits_type.fields[i];
        size_t found = 0;
        for (size_t k = 0; k < n; k++)
            found += strcmp(rows[k].name, f->name) == 0;
        /* of what was shown, not of what may be sent */
        bool is_of_shown =
            strcmp(f->name, "approval_ttl_s") == 0 || str_starts(str_of(f->name), STR("preview_"));
        /* of how often our books are compared, and how long they may differ */
        bool is_of_books =
            strcmp(f->name, "reconcile_minutes") == 0 || strcmp(f->name, "break_minutes_max") == 0;
        bool is_number =
            !is_of_shown && !is_of_books && (f->kind == TYPE_INT || f->kind == TYPE_DEC);
        if (found != (is_number ? 1 : 0))
            fail_msg("%s has %zu rows", f->name, found);
    }
    for (size_t k = 0; k < n; k++) {
        assert_non_null(control_find(rows[k].code));
        assert_true(rows[k].unit[0] && strcmp(rows[k].unit, "base currency") != 0);
        assert_true(dec_eq(rows[k].limit, DEC(7)));
        assert_int_equal(gate_headroom_left(&rows[k]).has, rows[k].used.has);
    }
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_tells_what_each_limit_has_left_with_the_order),
        cmocka_unit_test(a_limit_that_is_exceeded_has_less_than_nothing_left),
        cmocka_unit_test(of_several_legs_the_one_with_least_left_is_told),
        cmocka_unit_test(every_numeric_limit_is_in_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
