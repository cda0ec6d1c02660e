/* SPDX-License-Identifier: MIT */
#include "bourse.h"

enum { ASKED_MAX = LIMIT_STREAMS + 2, FIRST_UNPRICED = 1000 };

struct asking {
    struct quote_answer answers[ASKED_MAX];
    size_t n;
    int64_t wait_ms;
    bool ok;
    struct error error;
};

static void ask(struct task *t, struct bourse *b, void *arg)
{
    struct asking *a = arg;
    a->ok = quotes_get(t, b->quotes, a->answers, a->n, a->wait_ms, &a->error);
    for (size_t i = 0; i < a->n; i++)
        a->answers[i].notice = STR_NONE; /* lies in the arena of the task */
}

/* Quotes n contracts from con_id on. */
static struct asking *get(struct bourse *b, struct asking *a, int32_t con_id, size_t n)
{
    *a = (struct asking){.n = n, .wait_ms = 1000};
    for (size_t i = 0; i < n; i++)
        a->answers[i].contract = peer_contract(con_id + (int32_t)i);
    bourse_run(b, ask, a);
    return a;
}

/* Lets what pacing holds back go out. */
static void drain(struct bourse *b)
{
    peer_pass(b->peer, 5000);
    bourse_answer(b);
}

static size_t lines(const struct bourse *b)
{
    struct session_status s;
    session_status(b->peer->s, &s);
    return s.market_lines;
}

static void pass(struct bourse *b, int64_t ms)
{
    b->peer->now.mono.ns += ms * NS_PER_MS;
    b->peer->now.wall.ns += ms * NS_PER_MS;
}

static void a_quote_has_its_prices_and_age(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    get(b, &a, 1, 2);
    assert_true(a.ok);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(a.answers[i].error.code, ERROR_NONE);
        assert_true(a.answers[i].quote.bid.has && a.answers[i].quote.ask.has);
        assert_true(a.answers[i].age_ms >= 0 && a.answers[i].age_ms < 1000);
    }
    assert_true(dec_eq(a.answers[0].quote.bid.v, DEC(200)));
    assert_true(dec_eq(a.answers[1].quote.ask.v, DEC(871)));
    assert_int_equal(a.answers[0].quote.data_type, DATA_LIVE);
    bourse_free(b);
}

static void the_second_question_is_answered_from_the_same_line(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    get(b, &a, 1, 1);
    pass(b, 30000);
    struct instant before = b->peer->now.mono;
    get(b, &a, 1, 1);
    assert_true(a.ok && a.answers[0].quote.bid.has);
    assert_int_equal(instant_ms_since(before, b->peer->now.mono), 0);
    assert_true(a.answers[0].age_ms >= 30000);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MKT_DATA), 1);
    assert_int_equal(lines(b), 1);
    bourse_free(b);
}

static void a_line_is_given_back_a_minute_after_its_last_use(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    get(b, &a, 1, 2);
    pass(b, 40000);
    get(b, &a, 1, 1);
    pass(b, 30000);
    quotes_step(b->quotes, b->peer->now);
    assert_int_equal(lines(b), 1); /* that of the second contract has gone */
    pass(b, 31000);
    quotes_step(b->quotes, b->peer->now);
    assert_int_equal(lines(b), 0);
    peer_turn(b->peer);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CANCEL_MKT_DATA), 2);
    get(b, &a, 1, 1);
    assert_true(a.answers[0].quote.bid.has);
    assert_int_equal(lines(b), 1);
    bourse_free(b);
}

static void a_price_that_does_not_come_stays_absent(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    struct instant before = b->peer->now.mono;
    get(b, &a, 9, 1);
    assert_true(a.ok);
    assert_int_equal(a.answers[0].error.code, ERROR_NONE);
    assert_false(quote_price(&a.answers[0].quote).has);
    assert_int_equal(a.answers[0].age_ms, -1);
    int64_t waited = instant_ms_since(before, b->peer->now.mono);
    assert_true(waited >= 1000 && waited < 1200);
    bourse_free(b);
}

static void when_lines_run_out_the_oldest_is_given_back(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking *a = test_calloc(1, sizeof *a);
    get(b, a, 1, 1);
    pass(b, 1000);
    get(b, a, FIRST_UNPRICED, LIMIT_STREAMS - 1);
    assert_int_equal(lines(b), LIMIT_STREAMS);
    drain(b);
    get(b, a, 2, 1);
    assert_true(a->ok && a->answers[0].quote.bid.has);
    assert_int_equal(a->answers[0].error.code, ERROR_NONE);
    assert_int_equal(lines(b), LIMIT_STREAMS);
    assert_null(session_quote(b->peer->s, 1)); /* used longest ago */
    assert_non_null(session_quote(b->peer->s, 2));
    test_free(a);
    bourse_free(b);
}

static void more_contracts_than_lines_are_answered_in_waves(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking *a = test_calloc(1, sizeof *a);
    get(b, a, FIRST_UNPRICED, LIMIT_STREAMS);
    a->n = LIMIT_STREAMS + 2;
    a->answers[LIMIT_STREAMS].contract = peer_contract(1);
    a->answers[LIMIT_STREAMS + 1].contract = peer_contract(2);
    bourse_run(b, ask, a);
    assert_true(a->ok);
    for (size_t i = 0; i < a->n; i++)
        assert_int_equal(a->answers[i].error.code, ERROR_NONE);
    assert_true(a->answers[LIMIT_STREAMS].quote.bid.has);
    assert_true(a->answers[LIMIT_STREAMS + 1].quote.bid.has);
    assert_int_equal(lines(b), LIMIT_STREAMS);
    test_free(a);
    bourse_free(b);
}

static void without_any_line_each_answer_says_so(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    struct error e = {0};
    for (int32_t i = 0; i < LIMIT_STREAMS; i++) {
        struct contract other = peer_contract(5000 + i);
        assert_true(session_watch(b->peer->s, &other, b->peer->now, &e));
    }
    drain(b);
    get(b, &a, 1, 2);
    assert_true(a.ok);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(a.answers[i].error.code, ERROR_LIMIT);
        assert_string_equal(a.answers[i].error.reason, "LINES_MAX");
    }
    bourse_free(b);
}

/* TWS shows a few listings of its own: code 101 comes before our count is full. */
static void the_broker_may_grant_fewer_lines(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    b->lines_max = 3;
    get(b, &a, 1, 6);
    assert_true(a.ok);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(a.answers[i].error.code, ERROR_NONE);
        assert_int_equal(a.answers[i].notice_code, 0);
        assert_true(a.answers[i].quote.bid.has);
    }
    assert_true(lines(b) <= 3);
    size_t asked = peer_got_count(b->peer, WIRE_REQ_MKT_DATA);
    pass(b, 1000);
    get(b, &a, 7, 1); /* it is remembered: an old line is given back first */
    assert_true(a.answers[0].quote.bid.has);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MKT_DATA), asked + 1);
    bourse_free(b);
}

static void what_was_refused_is_asked_anew(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    b->refuses = 354;
    get(b, &a, 1, 1);
    assert_int_equal(a.answers[0].notice_code, 354);
    assert_true(a.answers[0].is_refused);
    assert_int_equal(quote_gap(&a.answers[0], VALUE_TOUCH, MARKET_OPEN), GAP_NO_SUBSCRIPTION);
    assert_int_equal(lines(b), 0);
    b->refuses = 0;
    get(b, &a, 1, 1);
    assert_true(a.answers[0].quote.bid.has);
    assert_int_equal(a.answers[0].notice_code, 0);
    bourse_free(b);
}

static void a_line_that_has_been_silent_is_not_waited_for_again(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    get(b, &a, 9, 1);
    assert_int_equal(quote_gap_whole(&a.answers[0], MARKET_UNKNOWN), GAP_TIMEOUT);
    pass(b, 20000);
    struct instant before = b->peer->now.mono;
    get(b, &a, 9, 1);
    assert_int_equal(instant_ms_since(before, b->peer->now.mono), 0);
    bourse_free(b);
}

static void a_line_that_others_hold_is_worked_around(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking *a = test_calloc(1, sizeof *a);
    struct contract other = peer_contract(5000);
    struct error e = {0};
    assert_true(session_watch(b->peer->s, &other, b->peer->now, &e));
    get(b, a, FIRST_UNPRICED, LIMIT_STREAMS - 1);
    drain(b);
    get(b, a, 1, 1); /* we have a slot left, the session has none */
    assert_true(a->ok);
    assert_int_equal(a->answers[0].error.code, ERROR_NONE);
    assert_true(a->answers[0].quote.bid.has);
    assert_non_null(session_quote(b->peer->s, 5000));
    test_free(a);
    bourse_free(b);
}

static void without_a_connection_there_are_no_quotes(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a;
    session_closed(b->peer->s, STR("gone"), b->peer->now);
    get(b, &a, 1, 1);
    assert_false(a.ok);
    assert_int_equal(a.error.code, ERROR_UNAVAILABLE);
    bourse_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quote_has_its_prices_and_age),
        cmocka_unit_test(the_second_question_is_answered_from_the_same_line),
        cmocka_unit_test(a_line_is_given_back_a_minute_after_its_last_use),
        cmocka_unit_test(a_price_that_does_not_come_stays_absent),
        cmocka_unit_test(when_lines_run_out_the_oldest_is_given_back),
        cmocka_unit_test(more_contracts_than_lines_are_answered_in_waves),
        cmocka_unit_test(without_any_line_each_answer_says_so),
        cmocka_unit_test(the_broker_may_grant_fewer_lines),
        cmocka_unit_test(what_was_refused_is_asked_anew),
        cmocka_unit_test(a_line_that_has_been_silent_is_not_waited_for_again),
        cmocka_unit_test(a_line_that_others_hold_is_worked_around),
        cmocka_unit_test(without_a_connection_there_are_no_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
