/* SPDX-License-Identifier: MIT */
#include "bourse.h"

enum { ASKED_MAX = 4 };

struct asking {
    struct year_question q[ASKED_MAX];
    size_t n;
    bool ok;
    struct error error;
};

static void ask(struct task *t, struct bourse *b, void *arg)
{
    struct asking *a = arg;
    a->ok = years_get(t, b->years, a->q, a->n, &a->error);
}

static struct year get(struct bourse *b, int32_t con_id)
{
    struct asking a = {.n = 1};
    a.q[0].contract = peer_contract(con_id);
    bourse_run(b, ask, &a);
    assert_true(a.ok);
    return a.q[0].year;
}

static size_t asked(const struct bourse *b)
{
    return peer_got_count(b->peer, WIRE_REQ_HISTORICAL_DATA);
}

static void pass(struct bourse *b, int64_t ms)
{
    b->peer->now.mono.ns += ms * NS_PER_MS;
    b->peer->now.wall.ns += ms * NS_PER_MS;
}

static void assert_dec(struct opt_dec d, const char *text)
{
    char out[DEC_TEXT_MAX];
    assert_true(d.has);
    dec_format(d.v, out);
    assert_string_equal(out, text);
}

static void ranges_are_of_so_many_weeks(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct year y = get(b, 1);
    assert_int_equal(y.gap, GAP_NONE);
    assert_dec(y.high[YEAR_13_WEEKS], "291"); /* 200 and a dollar for each day back */
    assert_dec(y.high[YEAR_26_WEEKS], "382");
    assert_dec(y.high[YEAR_52_WEEKS], "564");
    assert_dec(y.low[YEAR_13_WEEKS], "199.909");
    assert_dec(y.low[YEAR_52_WEEKS], "199.636");
    bourse_free(b);
}

/* The clock of the test shows 2026-09-21. */
static void a_month_ago_is_the_same_day_of_the_month_before(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct year y = get(b, 1);
    assert_int_equal(y.month_date, 20260821);
    assert_dec(y.month_close, "200.31");
    bourse_free(b);
}

static void a_year_is_asked_for_once_a_day(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, 1);
    size_t first = asked(b);
    assert_true(first > 0);
    pass(b, 3600 * 1000);
    get(b, 1);
    assert_int_equal(asked(b), first);
    get(b, 2);
    assert_true(asked(b) > first);
    first = asked(b);
    pass(b, (int64_t)24 * 3600 * 1000);
    peer_turn(b->peer);
    bourse_answer(b);
    peer_turn(b->peer);
    get(b, 1);
    assert_true(asked(b) > first);
    bourse_free(b);
}

static void one_contract_is_asked_once_however_often_it_is_named(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a = {.n = 3};
    for (size_t i = 0; i < 3; i++)
        a.q[i].contract = peer_contract(i == 1 ? 2 : 1);
    get(b, 3);
    size_t each = asked(b);
    bourse_run(b, ask, &a);
    assert_int_equal(asked(b), each + 2 * each);
    assert_dec(a.q[0].year.high[YEAR_52_WEEKS], "564");
    assert_dec(a.q[2].year.high[YEAR_52_WEEKS], "564");
    assert_dec(a.q[1].year.high[YEAR_52_WEEKS], "1234");
    bourse_free(b);
}

static void a_failure_has_its_reason_and_is_not_asked_again_at_once(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    assert_int_equal(get(b, 9).gap, GAP_NO_HISTORY);
    assert_false(get(b, 9).high[YEAR_52_WEEKS].has);
    b->refuses = 354;
    assert_int_equal(get(b, 1).gap, GAP_NO_SUBSCRIPTION);
    b->refuses = 0;
    size_t before = asked(b);
    assert_int_equal(get(b, 1).gap, GAP_NO_SUBSCRIPTION);
    assert_int_equal(asked(b), before);
    pass(b, 11 * 60 * 1000);
    peer_turn(b->peer);
    bourse_answer(b);
    peer_turn(b->peer);
    assert_int_equal(get(b, 1).gap, GAP_NONE);
    bourse_free(b);
}

static void todays_prices_widen_a_range(void **state)
{
    (void)state;
    struct opt_dec high = DEC_NONE, low = DEC_NONE;
    year_widen(&high, &low, DEC_NONE);
    assert_false(high.has || low.has);
    year_widen(&high, &low, DEC_SOME(DEC(5)));
    year_widen(&high, &low, DEC_SOME(DEC(-3))); /* a future can be below nothing */
    assert_dec(high, "5");
    assert_dec(low, "-3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_of_so_many_weeks),
        cmocka_unit_test(a_month_ago_is_the_same_day_of_the_month_before),
        cmocka_unit_test(a_year_is_asked_for_once_a_day),
        cmocka_unit_test(one_contract_is_asked_once_however_often_it_is_named),
        cmocka_unit_test(a_failure_has_its_reason_and_is_not_asked_again_at_once),
        cmocka_unit_test(todays_prices_widen_a_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
