/* SPDX-License-Identifier: MIT */
/*
 * What became of an order, from what the book has of it, and the sentences about it. Found by
 * `make mutate`.
 */
#include "guard/state.h"
#include "words.h"

#define REF "PC:0000000000000000A"

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

/* ---- which order of the book it is ---- */

/* Names of an order: our reference, the permId, the order id; 0 where there is none. */
struct names {
    const char *ref;
    int64_t perm_id;
    int32_t order_id;
};

static struct order named(struct desk *d, struct names n)
{
    struct order o = order_of(SIDE_BUY, "10", ORDER_LMT);
    o.limit_price = some("1");
    o.client_id = d->client_id;
    o.order_id = n.order_id;
    o.perm_id = n.perm_id;
    str_copy_cut(o.account, sizeof o.account, str_of(book_account(d->book, 0)));
    str_copy_cut(o.ref, sizeof o.ref, str_of(n.ref));
    return o;
}

static void an_order_is_found_by_any_of_its_names_unless_the_reference_is_anothers(void **state)
{
    static const struct {
        struct names ours, told;
        enum gate_result result;
    } rows[] = {
        {{REF "1", 0, 0}, {REF "1", 71, 801}, GATE_WORKING},
        {{"", 72, 0}, {"", 72, 802}, GATE_WORKING},
        {{REF "3", 73, 0}, {REF "3", 73, 803}, GATE_WORKING},
        {{"", 0, 804}, {"", 74, 804}, GATE_WORKING},
        /* the order id was given out again, to somebody else's order, or to one of ours */
        {{REF "5", 0, 805}, {"", 75, 805}, GATE_UNKNOWN},
        {{REF "6", 0, 806}, {REF "7", 76, 806}, GATE_UNKNOWN},
        {{REF "8", 78, 0}, {REF "9", 78, 808}, GATE_UNKNOWN},
        {{"", 79, 0}, {REF "B", 79, 809}, GATE_WORKING},
    };
    struct desk *d = *state;
    struct gate_leg leg;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order told = named(d, rows[i].told), ours = named(d, rows[i].ours);
        tell_as(d, EVENT_ORDER, &told, (struct word){STATE_SUBMITTED, "0", 0});
        leg_read(d->gate, &ours, NULL, d->now, &leg);
        if (leg.result != rows[i].result)
            fail_msg("row %zu: %s", i, gate_result_text(leg.result));
        assert_true(dec_eq(leg.status.remaining, DEC(10)));
    }
}

static void ids_that_the_broker_does_not_tell_stay_as_they_were_sent(void **state)
{
    struct desk *d = *state;
    struct gate_leg leg;
    struct order o = named(d, (struct names){REF, 71, 801}), told = o;
    told.order_id = told.client_id = 0; /* in a list of finished orders */
    tell_as(d, EVENT_ORDER, &told, (struct word){STATE_CANCELLED, "0", 0});
    leg_read(d->gate, &o, NULL, d->now, &leg);
    assert_int_equal(leg.result, GATE_CANCELLED);
    assert_int_equal(leg.order.order_id, 801);
    assert_int_equal(leg.order.client_id, d->client_id);
    told = named(d, (struct names){REF "C", 72, 802});
    told.client_id = 9;
    tell_as(d, EVENT_ORDER, &told, (struct word){STATE_CANCELLED, "0", 0});
    o = named(d, (struct names){REF "C", 0, 0});
    leg_read(d->gate, &o, NULL, d->now, &leg);
    assert_int_equal(leg.order.order_id, 802);
    assert_int_equal(leg.order.client_id, 9);
    assert_true(leg.order.perm_id == 72);
}

static void a_refusing_notice_decides_what_the_state_leaves_open(void **state)
{
    static const struct {
        struct word told;
        int code;
        int64_t age_ms; /* of the notice */
        enum gate_result result;
    } rows[] = {
        {{STATE_CANCELLED, "0", 0}, 201, 0, GATE_REJECTED},
        {{STATE_INACTIVE, "0", 0}, 201, 0, GATE_REJECTED},
        {{STATE_INACTIVE, "0", 201}, 0, 0, GATE_REJECTED},
        {{STATE_CANCELLED, "0", 0}, 0, 0, GATE_CANCELLED},
        {{STATE_INACTIVE, "0", 0}, 399, 0, GATE_HELD}, /* a warning */
        {{STATE_SUBMITTED, "0", 0}, 201, 1000, GATE_WORKING},
        {{STATE_SUBMITTED, "3", 0}, 201, 1000, GATE_PARTIAL},
        {{STATE_FILLED, "10", 0}, 201, 1000, GATE_FILLED},
        {{STATE_UNKNOWN, NULL, 0}, 201, 499, GATE_UNKNOWN},
        {{STATE_UNKNOWN, NULL, 0}, 201, 500, GATE_REJECTED},
        {{STATE_UNKNOWN, NULL, 0}, 399, 500, GATE_UNKNOWN},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order o = named(d, (struct names){REF, 71, 801 + (int32_t)i});
        o.perm_id += (int64_t)i;
        o.ref[sizeof REF - 2] = (char)('A' + i);
        if (rows[i].told.state != STATE_UNKNOWN)
            tell(d, o, rows[i].told);
        struct watch w = {.order_id = o.order_id, .code = rows[i].code, .code_at = d->now.mono};
        struct moment now = d->now;
        now.mono.ns += rows[i].age_ms * NS_PER_MS;
        struct gate_leg leg;
        leg_read(d->gate, &o, &w, now, &leg);
        if (leg.result != rows[i].result)
            fail_msg("row %zu: %s", i, gate_result_text(leg.result));
        if (leg.result == GATE_REJECTED)
            assert_int_equal(leg.status.broker_code, 201);
        if (rows[i].age_ms == 500 && rows[i].code == 201) /* by the notice alone */
            assert_int_equal(leg.status.state, STATE_INACTIVE);
    }
}

/* ---- words ---- */

static void each_result_has_its_sentence(void **state)
{
    static const struct {
        enum gate_result result;
        const char *filled, *average, *text;
    } rows[] = {
        {GATE_FILLED, "10", "1.5", "order 7: filled 10 at 1.5"},
        {GATE_FILLED, "10", NULL, "order 7: filled 10 at an unknown price"},
        {GATE_PARTIAL, "4", "1.5", "order 7: 4 of 10 filled at 1.5, the rest works"},
        {GATE_CANCELLED, "4", "1.5", "order 7: 4 of 10 filled at 1.5, the rest was cancelled"},
        {GATE_CANCELLED, "0", NULL, "order 7: cancelled"},
        {GATE_WORKING, "0", NULL, "order 7: accepted by the broker (Submitted)"},
        {GATE_REJECTED, "0", NULL, "order 7: refused by the broker: 201 no money"},
        {GATE_HELD, "0", NULL, "order 7: held by the broker: the broker gave no reason"},
        {GATE_UNKNOWN, "0", NULL, "order 7 (" REF "): sent, but the broker has not answered"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_leg leg = {.order = order_of(SIDE_BUY, "10", ORDER_LMT),
                               .status = {.state = STATE_SUBMITTED,
                                          .filled = number(rows[i].filled),
                                          .broker_code = 201,
                                          .broker_text = "no money"},
                               .result = rows[i].result};
        leg.order.order_id = 7;
        str_copy_cut(leg.order.ref, sizeof leg.order.ref, STR(REF));
        leg.status.avg_fill_price = rows[i].average ? some(rows[i].average) : DEC_NONE;
        struct gate_outcome o = {.result = rows[i].result, .legs = {leg}, .count = 1};
        outcome_describe(&o);
        assert_string_equal(o.text, rows[i].text);
        bool is_for_asking = rows[i].result == GATE_UNKNOWN || rows[i].result == GATE_REJECTED;
        assert_int_equal(o.next[0] != 0, is_for_asking);
    }
}

/* Legs with the order ids 1, 2 and 3, and the codes 201, 202 and 203. */
static struct gate_outcome outcome_of(enum gate_result result, size_t count,
                                      const enum gate_result legs[GATE_LEGS_MAX])
{
    struct gate_outcome o = {.result = result, .count = count};
    for (int i = 0; i < GATE_LEGS_MAX; i++) {
        o.legs[i].result = legs[i];
        o.legs[i].order.order_id = i + 1;
        o.legs[i].status.broker_code = 201 + i;
    }
    return o;
}

static void the_sentence_is_about_the_first_leg_that_made_the_result(void **state)
{
    static const struct {
        enum gate_result result;
        size_t count;
        enum gate_result legs[GATE_LEGS_MAX];
        int about, code;
    } rows[] = {
        {GATE_REJECTED, 3, {GATE_WORKING, GATE_REJECTED, GATE_REJECTED}, 2, 202},
        {GATE_REJECTED, 3, {GATE_REJECTED, GATE_WORKING, GATE_REJECTED}, 1, 201},
        {GATE_UNKNOWN, 3, {GATE_WORKING, GATE_REJECTED, GATE_UNKNOWN}, 3, 0},
        {GATE_UNKNOWN, 3, {GATE_WORKING, GATE_WORKING, GATE_WORKING}, 1, 0},
        {GATE_REJECTED, 3, {GATE_WORKING, GATE_WORKING, GATE_WORKING}, 1, 0},
        {GATE_REJECTED, 1, {GATE_WORKING, GATE_REJECTED, GATE_WORKING}, 1, 0}, /* is no leg of it */
        {GATE_UNKNOWN, 1, {GATE_WORKING, GATE_UNKNOWN, GATE_WORKING}, 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_outcome o = outcome_of(rows[i].result, rows[i].count, rows[i].legs);
        struct error e = {0};
        char start[16];
        outcome_describe(&o);
        (void)snprintf(start, sizeof start, "order %d", rows[i].about);
        assert_int_equal(strncmp(o.text, start, strlen(start)), 0);
        assert_false(gate_outcome_ok(&o, &e));
        assert_int_equal(e.broker_code, rows[i].code);
        assert_string_equal(e.text, o.text);
        assert_string_equal(e.next, o.next);
        assert_string_equal(e.reason,
                            rows[i].result == GATE_UNKNOWN ? "OUTCOME_UNKNOWN" : "BROKER_REJECTED");
    }
}

static void what_is_neither_unknown_nor_refused_is_no_error(void **state)
{
    static const enum gate_result results[] = {GATE_WORKING, GATE_FILLED, GATE_CANCELLED,
                                               GATE_HELD};
    static const enum gate_result legs[GATE_LEGS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct gate_outcome o = outcome_of(results[i], 1, legs);
        struct error e = {0};
        assert_true(gate_outcome_ok(&o, &e));
        assert_int_equal(e.code, ERROR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_order_is_found_by_any_of_its_names_unless_the_reference_is_anothers),
        TEST(ids_that_the_broker_does_not_tell_stay_as_they_were_sent),
        TEST(a_refusing_notice_decides_what_the_state_leaves_open),
        cmocka_unit_test(each_result_has_its_sentence),
        cmocka_unit_test(the_sentence_is_about_the_first_leg_that_made_the_result),
        cmocka_unit_test(what_is_neither_unknown_nor_refused_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
