/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "tests/kit/arm.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    desk_free(*state);
    return 0;
}

static struct str account_of(struct desk *d)
{
    return str_of(book_account(d->book, 0));
}

static struct dec worth(struct desk *d)
{
    struct opt_dec net = book_number(d->book, account_of(d), STR("NetLiquidation"), STR_NONE);
    assert_true(net.has);
    return net.v;
}

/* Of all that is held but AAPL, in dollars; what is held in other currencies too if `all`. */
static struct dec held_value(struct desk *d, bool all)
{
    const struct position *p;
    struct dec sum = DEC_ZERO;
    for (size_t i = 0; book_next_position(d->book, &i, account_of(d), &p);)
        if (p->market_value.has && p->contract.con_id != AAPL &&
            (all || strcmp(p->contract.currency, "USD") == 0))
            sum = dec_plus(sum, dec_abs(p->market_value.v));
    return sum;
}

/* What share of the account `value` is, in percent, with some digits to spare. */
static struct dec share(struct desk *d, struct dec value)
{
    struct dec pct;
    assert_true(dec_div(dec_times(value, 100), worth(d), &pct));
    return pct;
}

static bool is_found(const struct call *c, const char *code)
{
    for (size_t i = 0; i < c->ticket.finding_count; i++)
        if (strcmp(c->ticket.findings[i].code, code) == 0)
            return true;
    return false;
}

static void preview(struct desk *d, struct call *c, struct dec gross_pct)
{
    d->limits.max_gross_exposure_pct = gross_pct;
    desk_restart(d);
    resting(d, c, "1", 5);
    call(d, c, CALL_PREVIEW);
    assert_true(c->ok);
}

static void gross_exposure_counts_what_is_held_in_every_currency(void **state)
{
    struct desk *d = *state;
    struct call c;
    /* more than all that is held in dollars, for other currencies are held too */
    preview(d, &c, share(d, dec_plus(held_value(d, false), DEC(1000))));
    bool holds_others = dec_lt(held_value(d, false), held_value(d, true));
    assert_int_equal(is_found(&c, "EXPOSURE_MAX"), holds_others);
    preview(d, &c, DEC(10000));
    assert_true(c.ticket.is_allowed);
    preview(d, &c, DEC_MICRO(1000));
    assert_true(is_found(&c, "EXPOSURE_MAX"));
}

/* Buys of another share that rest: three of them fit, one more does not, whether they work already
 * or are still on their way to the disk. */
static void working_orders_and_orders_on_their_way_count(void **state)
{
    struct desk *d = *state;
    static struct call waiting[2];
    struct call c;
    resting(d, &c, "10", 5);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok);
    struct dec one = c.ticket.value_base.v;
    struct dec before = c.ticket.position_before;
    assert_true(dec_mul(before, c.request.orders[0].limit_price.v, &before));
    d->limits.max_position_value = dec_plus(before, dec_times(one, 3));
    d->limits.duplicate_window_s = 0;
    desk_restart(d);
    resting(d, &c, "10", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    d->disk = DISK_HANGS;
    resting(d, &waiting[0], "10", 6);
    call_start(d, &waiting[0], CALL_SUBMIT);
    desk_run(d, 200);
    assert_false(waiting[0].is_done);
    resting(d, &waiting[1], "15", 6);
    call_start(d, &waiting[1], CALL_SUBMIT);
    desk_run(d, 200);
    assert_true(waiting[1].is_done && !waiting[1].ok);
    assert_string_equal(waiting[1].e.reason, "POSITION_MAX");
    d->disk = DISK_WORKS;
    call_finish(d, &waiting[0]);
    assert_true(waiting[0].ok);
}

static void the_broker_is_asked_for_margin_before_an_order_that_it_would_refuse(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->limits.check_margin = GUARD_MARGIN_ON;
    d->limits.max_order_quantity = d->limits.max_order_value = DEC(1000000000);
    d->limits.max_value_per_day = DEC(1000000000);
    d->limits.max_position_pct = DEC_ZERO;
    desk_restart(d);
    resting(d, &c, "1000000", 5);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "MARGIN");
    assert_int_equal(working(d), 0);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && c.ticket.has_margin);
    assert_int_equal(working(d), 1); /* the question has left no order */
    assert_true(arm(d->paper, d->now, "stall 15000"));
    resting(d, &c, "6", 6);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "MARGIN");
}

/* What is held in the sector of AAPL besides it, by the list of the paper exchange. */
static void a_sector_is_what_the_contract_details_name(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->limits.max_sector_pct = DEC(10000);
    d->limits.max_position_pct = DEC_ZERO;
    desk_restart(d);
    resting(d, &c, "1", 5);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.is_allowed);
    const struct gate_headroom *h = NULL;
    for (size_t i = 0; i < c.ticket.headroom_count; i++)
        if (strcmp(c.ticket.headroom[i].name, "max_sector_pct") == 0)
            h = &c.ticket.headroom[i];
    assert_non_null(h);
    struct dec all = held_value(d, true);
    /* the account holds AAPL, another share of technology, and others beside them */
    struct dec own = dec_times(c.request.orders[0].limit_price.v,
                               (int64_t)(held(d, AAPL).nano / DEC(1).nano) + 1);
    assert_true(dec_gt(h->after.v, own) && dec_lt(h->after.v, dec_plus(own, all)));
    d->limits.max_sector_pct = share(d, h->used.v);
    desk_restart(d);
    resting(d, &c, "1", 5);
    call(d, &c, CALL_PREVIEW);
    assert_true(is_found(&c, "SECTOR_MAX"));
}

static void only_so_many_orders_work_on_one_side_of_a_contract(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->limits.max_orders_per_side = 2;
    desk_restart(d);
    for (int i = 0; i < 3; i++) {
        resting(d, &c, "1", 5 + i);
        call(d, &c, CALL_SUBMIT);
        assert_int_equal(c.ok, i < 2);
    }
    assert_string_equal(c.e.reason, "ORDERS_PER_SIDE");
    assert_int_equal(working(d), 2);
}

/* Orders that wait for the disk have not been answered either. */
static void no_more_is_sent_while_too_much_is_unanswered(void **state)
{
    struct desk *d = *state;
    static struct call waiting[3];
    d->limits.max_unanswered_orders = 2;
    desk_restart(d);
    d->disk = DISK_HANGS;
    for (int i = 0; i < 3; i++) {
        resting(d, &waiting[i], "1", 5 + i);
        call_start(d, &waiting[i], CALL_SUBMIT);
        desk_run(d, 200);
    }
    assert_true(waiting[2].is_done && !waiting[2].ok);
    assert_string_equal(waiting[2].e.reason, "UNANSWERED_MAX");
    d->disk = DISK_WORKS;
    call_finish(d, &waiting[0]);
    call_finish(d, &waiting[1]);
    assert_true(waiting[0].ok && waiting[1].ok);
    struct call c;
    resting(d, &c, "1", 8);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
}

static void cancels_count_as_messages_and_always_pass(void **state)
{
    struct desk *d = *state;
    struct call c, more;
    d->limits.max_messages_per_second = 2;
    desk_restart(d);
    resting(d, &c, "1", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct call cancel = {.cancel = {.order_id = c.outcome.legs[0].order.order_id}};
    call(d, &cancel, CALL_CANCEL);
    assert_true(cancel.ok);
    resting(d, &more, "1", 6);
    call(d, &more, CALL_SUBMIT);
    assert_false(more.ok);
    assert_string_equal(more.e.reason, "RATE_MESSAGES");
    desk_run(d, 1000);
    resting(d, &more, "1", 6);
    call(d, &more, CALL_SUBMIT);
    assert_true(more.ok);
}

struct look {
    struct desk *desk;
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    size_t n;
    bool ok;
};

static void look(struct task *t, void *arg)
{
    struct look *l = arg;
    struct error e;
    struct gate *g = l->desk->gate;
    struct str account = account_of(l->desk);
    l->n = gate_limits_status(g, account, task_now(t), l->rows);
    l->ok = gate_limits_exposure(t, g, account, l->rows, l->n, &e);
}

static struct opt_dec used(const struct look *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->rows[i].name, name) == 0)
            return l->rows[i].used;
    return DEC_NONE;
}

static void the_report_has_the_use_of_the_limits_on_exposure(void **state)
{
    struct desk *d = *state;
    static struct look l;
    l = (struct look){.desk = d};
    d->limits.max_gross_exposure_pct = d->limits.max_net_exposure_pct = DEC(500);
    d->limits.max_currency_pct = d->limits.max_sector_pct = DEC(500);
    desk_restart(d);
    assert_non_null(task_spawn(d->tasks, d->now, 10000, look, &l));
    desk_run(d, 5000);
    assert_true(l.ok);
    struct opt_dec gross = used(&l, "max_gross_exposure_pct"),
                   net = used(&l, "max_net_exposure_pct"), currency = used(&l, "max_currency_pct"),
                   sector = used(&l, "max_sector_pct"), position = used(&l, "max_position_pct");
    assert_true(gross.has && net.has && currency.has && sector.has && position.has);
    /* something is held short; the largest of anything is less than all */
    assert_true(dec_gt(gross.v, net.v) && dec_gt(gross.v, sector.v));
    assert_true(dec_gt(sector.v, DEC_ZERO) && dec_gt(currency.v, DEC_ZERO));
    assert_true(dec_gt(gross.v, position.v) && dec_gt(position.v, DEC_ZERO));
    /* a little above what is held in dollars */
    assert_true(dec_gt(gross.v, share(d, held_value(d, false))));
    d->is_offline = true;
    desk_hang_up(d);
    l = (struct look){.desk = d};
    assert_non_null(task_spawn(d->tasks, d->now, 10000, look, &l));
    desk_run(d, 1000);
    assert_true(l.ok); /* what cannot be told stays absent */
    assert_false(used(&l, "max_gross_exposure_pct").has);
}

static void a_rule_is_throttled_by_its_own_name(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *principal;
        bool passes;
    } rows[] = {{"rule:a", true}, {"rule:a", true}, {"rule:a", false}, {"rule:b", true}};
    d->limits.max_orders_per_rule = 2;
    d->limits.duplicate_window_s = 0;
    desk_restart(d);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct call c;
        resting(d, &c, "1", 5);
        call_start(d, &c, CALL_SUBMIT);
        c.request.principal = str_of(rows[i].principal);
        call_finish(d, &c);
        assert_int_equal(c.ok, rows[i].passes);
        if (!rows[i].passes)
            assert_string_equal(c.e.reason, "RULE_THROTTLED");
        if (i == 1)
            desk_restart(d); /* the count survives */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(gross_exposure_counts_what_is_held_in_every_currency),
        TEST(working_orders_and_orders_on_their_way_count),
        TEST(the_broker_is_asked_for_margin_before_an_order_that_it_would_refuse),
        TEST(a_sector_is_what_the_contract_details_name),
        TEST(only_so_many_orders_work_on_one_side_of_a_contract),
        TEST(no_more_is_sent_while_too_much_is_unanswered),
        TEST(cancels_count_as_messages_and_always_pass),
        TEST(the_report_has_the_use_of_the_limits_on_exposure),
        TEST(a_rule_is_throttled_by_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
