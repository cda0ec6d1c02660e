/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "guard/state.h"
#include "scene.h"
#include "tests/kit/arm.h"
#include "words.h"

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

/* ---- the report ---- */

struct report {
    struct desk *desk;
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    size_t n;
    bool ok, is_done;
    struct error e;
};

static void read_rows(struct report *r)
{
    struct desk *d = r->desk;
    r->n = gate_limits_status(d->gate, str_of(book_account(d->book, 0)), d->now, r->rows);
}

static const struct gate_headroom *told(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->rows[i].name, name) == 0)
            return &r->rows[i];
    return NULL;
}

static void assert_used(const struct report *r, const char *name, const char *used)
{
    const struct gate_headroom *h = told(r, name);
    assert_non_null(h);
    assert_int_equal(h->used.has, used != NULL);
    if (used && !dec_eq(h->used.v, number(used)))
        fail_msg("%s is used by %lld", name, (long long)(h->used.v.nano / DEC(1).nano));
}

static void orders_without_an_answer_and_stops_that_work_are_counted(void **state)
{
    static const enum intent_state states[] = {
        INTENT_WAITING, INTENT_SENT,  INTENT_SENT,     INTENT_UNKNOWN,    INTENT_UNKNOWN,
        INTENT_UNKNOWN, INTENT_KNOWN, INTENT_NOT_SENT, INTENT_NOT_PLACED, INTENT_KNOWN};
    (void)state;
    struct report r = {.desk = desk_new()};
    struct error e;
    struct order o = order_of(SIDE_SELL, "1", ORDER_STP);
    str_copy_cut(o.account, sizeof o.account, str_of(book_account(r.desk->book, 0)));
    o.stop_price = some("1");
    for (int i = 0; i < 4; i++) { /* one of a hand, one that has ended, one that is none */
        o.order_id = 801 + i;
        o.client_id = 9;
        o.type = i == 3 ? ORDER_MKT : ORDER_STP;
        tell(r.desk, o, (struct word){i == 2 ? STATE_CANCELLED : STATE_SUBMITTED, "0", 0});
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct intent like = {.order = o, .state = states[i]};
        (void)snprintf(like.order.ref, sizeof like.order.ref, "PC:%zu", i);
        like.order.order_id = 901 + (int32_t)i;
        assert_non_null(ledger_add(r.desk->gate->ledger, &like, &e));
    }
    read_rows(&r);
    assert_used(&r, "max_unanswered_orders", "6");
    assert_used(&r, "max_working_stops", "2");
    desk_free(r.desk);
}

static void what_is_off_is_left_out_and_units_are_those_of_the_account(void **state)
{
    (void)state;
    struct report r = {.desk = desk_new()};
    struct desk *d = r.desk;
    read_rows(&r);
    assert_null(told(&r, "max_drawdown_pct"));
    assert_non_null(told(&r, "max_daily_loss_pct"));
    assert_string_equal(told(&r, "max_value_per_day")->unit, "USD");
    assert_string_equal(told(&r, "max_orders_per_day")->unit, "orders");
    d->limits.max_drawdown_pct = DEC(5);
    desk_restart(d);
    read_rows(&r);
    assert_true(told(&r, "max_daily_loss_pct")->used.has);
    assert_true(told(&r, "max_drawdown_pct")->used.has);
    /* after a restart without a line the day's marks are known, and what the account is worth now
     * is not, nor its currency */
    char account[32];
    str_copy_cut(account, sizeof account, str_of(book_account(d->book, 0)));
    desk_stop(d);
    d->is_offline = true;
    desk_start(d);
    assert_non_null(trading_marks(&d->gate->trading, str_of(account)));
    r.n = gate_limits_status(d->gate, str_of(account), d->now, r.rows);
    assert_used(&r, "max_daily_loss_pct", NULL);
    assert_used(&r, "max_drawdown_pct", NULL);
    assert_string_equal(told(&r, "max_value_per_day")->unit, "base currency");
    desk_free(d);
}

static void a_new_day_has_used_nothing(void **state)
{
    (void)state;
    struct report r = {.desk = desk_new()};
    struct desk *d = r.desk;
    struct call c;
    resting(d, &c, "1", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    read_rows(&r);
    assert_used(&r, "max_orders_per_day", "1");
    d->now.wall.ns += 86400 * (int64_t)NS_PER_S;
    d->now.mono.ns += 86400 * (int64_t)NS_PER_S;
    read_rows(&r);
    assert_used(&r, "max_orders_per_day", "0");
    desk_free(d);
}

static void look(struct task *t, void *arg)
{
    struct report *r = arg;
    struct gate *g = r->desk->gate;
    r->ok =
        gate_limits_exposure(t, g, str_of(book_account(r->desk->book, 0)), r->rows, r->n, &r->e);
    r->is_done = true;
}

/* Shares of the account in percent, upwards to two digits; amounts in its currency. */
static void exposure_is_told_in_the_unit_of_its_limit(void **state)
{
    (void)state;
    static struct report r;
    struct desk *d = desk_new();
    r = (struct report){.desk = d};
    desk_empty(d);
    d->is_offline = false;
    desk_ready(d); /* with the positions of the exchange */
    d->gate->limits.max_position_value = DEC(1000000);
    d->gate->limits.max_gross_exposure_pct = DEC(500);
    read_rows(&r);
    size_t orders_today = 0;
    r.rows[orders_today].used = some("77"); /* is nothing of exposure */
    assert_non_null(task_spawn(d->tasks, d->now, 10000, look, &r));
    desk_run(d, 5000);
    assert_true(r.is_done && r.ok);
    struct opt_dec net =
        book_number(d->book, str_of(book_account(d->book, 0)), STR("NetLiquidation"), STR_NONE);
    struct dec value = told(&r, "max_position_value")->used.v, pct;
    assert_true(net.has && dec_gt(value, DEC(1000)));
    assert_true(dec_div(dec_times(value, 100), net.v, &pct));
    pct = dec_round_to(pct, DEC_MICRO(10000), DEC_UP);
    assert_true(dec_eq(told(&r, "max_position_pct")->used.v, pct));
    assert_true(dec_gt(told(&r, "max_gross_exposure_pct")->used.v, pct));
    assert_true(dec_eq(r.rows[orders_today].used.v, DEC(77)));
    desk_free(d);
}

static void a_task_that_is_cancelled_tells_no_exposure(void **state)
{
    (void)state;
    static struct report r;
    struct desk *d = desk_new();
    r = (struct report){.desk = d};
    d->gate->limits.max_sector_pct = DEC(500);
    assert_true(arm(d->paper, d->now, "drop any 0"));
    struct task *t = task_spawn(d->tasks, d->now, 10000, look, &r);
    assert_non_null(t);
    desk_run(d, 10);
    assert_false(r.is_done);
    task_cancel(t);
    desk_run(d, 10);
    assert_true(r.is_done);
    assert_false(r.ok);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_tells_what_each_limit_has_left_with_the_order),
        cmocka_unit_test(a_limit_that_is_exceeded_has_less_than_nothing_left),
        cmocka_unit_test(of_several_legs_the_one_with_least_left_is_told),
        cmocka_unit_test(every_numeric_limit_is_in_the_report),
        cmocka_unit_test(orders_without_an_answer_and_stops_that_work_are_counted),
        cmocka_unit_test(what_is_off_is_left_out_and_units_are_those_of_the_account),
        cmocka_unit_test(a_new_day_has_used_nothing),
        cmocka_unit_test(exposure_is_told_in_the_unit_of_its_limit),
        cmocka_unit_test(a_task_that_is_cancelled_tells_no_exposure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
