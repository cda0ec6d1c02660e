/* SPDX-License-Identifier: MIT */
#include "automation/condition.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dec number(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static struct opt_dec some(const char *text)
{
    return text ? DEC_SOME(number(text)) : DEC_NONE;
}

static struct condition level(enum trigger trigger, const char *at, const char *rearm)
{
    return (struct condition){
        .trigger = trigger, .measure = MEASURE_LAST, .level = some(at), .rearm = number(rearm)};
}

/* The outcomes of a list of last prices, a letter each: ? unknown, . still, + changed, ! fires. */
static void play(const struct condition *c, const char *prices, char *out)
{
    static const char letters[] = "?.+!";
    struct condition_state s = {0};
    struct str rest = str_of(prices), word;
    size_t n = 0;
    while (str_cut(&rest, ' ', &word)) {
        struct quote q = {0};
        q.last.has = dec_parse(word, &q.last.v);
        out[n++] = letters[condition_step(c, &s, &q)];
    }
    out[n] = '\0';
}

static void a_level_fires_on_its_edge_and_again_only_after_it_went_back(void **state)
{
    (void)state;
    static const struct {
        enum trigger trigger;
        const char *rearm, *prices, *outcomes;
    } rows[] = {
        {TRIGGER_ABOVE, "0", "99 100 100.01 101 102", "+.!.."},
        {TRIGGER_ABOVE, "0", "101 102 103", "..."},     /* holds from the start */
        {TRIGGER_ABOVE, "0", "101 100 101", ".+!"},     /* until it did not */
        {TRIGGER_ABOVE, "0", "99 101 100 101", "+!+!"}, /* no hysteresis */
        {TRIGGER_ABOVE, "2", "99 101 99 98.01 101 98 101", "+!...+!"},
        {TRIGGER_ABOVE, "0", "99 - 101", "+?!"}, /* unknown is not below */
        {TRIGGER_BELOW, "0", "101 100 99.99 98", "+.!."},
        {TRIGGER_BELOW, "1", "101 99 100.5 99 101 99", "+!..+!"},
        {TRIGGER_CROSSES, "0", "99 100 101 99", "+.!!"},
        {TRIGGER_CROSSES, "0", "100 100 101 99", "..+!"},
        {TRIGGER_CROSSES, "2", "99 100.5 99.5 100.5 102 99.9", "+!..+!"},
        {TRIGGER_CROSSES, "2", "99 100.5 97", "+!!"}, /* far on the other side */
        {TRIGGER_CROSSES, "2", "99 103 97", "+!!"},
        {TRIGGER_ABOVE, "0", "-5 101", "+!"}, /* a negative price is one */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char seen[64];
        struct condition c = level(rows[i].trigger, "100", rows[i].rearm);
        play(&c, rows[i].prices, seen);
        if (strcmp(seen, rows[i].outcomes) != 0)
            fail_msg("row %zu (%s): %s, expected %s", i, rows[i].prices, seen, rows[i].outcomes);
    }
}

static void each_measure_is_taken_from_the_quote_or_unknown(void **state)
{
    (void)state;
    static const struct {
        enum measure measure;
        const char *bid, *ask, *last, *close, *volume, *reference, *value;
        bool by_mid;
    } rows[] = {
        {.measure = MEASURE_PRICE, .bid = "9", .ask = "11", .last = "10.5", .value = "10.5"},
        {.measure = MEASURE_PRICE, .bid = "9", .ask = "11"},
        {.measure = MEASURE_PRICE, .bid = "9", .ask = "11", .by_mid = true, .value = "10"},
        {.measure = MEASURE_PRICE, .bid = "11", .ask = "9", .by_mid = true},
        {.measure = MEASURE_LAST, .close = "10"},
        {.measure = MEASURE_BID, .bid = "9", .value = "9"},
        {.measure = MEASURE_ASK, .ask = "11", .value = "11"},
        {.measure = MEASURE_MID, .bid = "9", .ask = "10", .value = "9.5"},
        {.measure = MEASURE_MID, .bid = "9"},
        {.measure = MEASURE_MID, .bid = "11", .ask = "10"},
        {.measure = MEASURE_CHANGE_PCT, .last = "95", .close = "100", .value = "-5"},
        {.measure = MEASURE_CHANGE_PCT, .last = "95"},
        {.measure = MEASURE_CHANGE_PCT, .last = "95", .close = "0"},
        {.measure = MEASURE_CHANGE_PCT,
         .last = "95",
         .close = "100",
         .reference = "50",
         .value = "90"},
        {.measure = MEASURE_VOLUME, .volume = "12345", .value = "12345"},
        {.measure = MEASURE_SPREAD, .bid = "9", .ask = "9.5", .value = "0.5"},
        {.measure = MEASURE_SPREAD, .bid = "9.5", .ask = "9"},
        {.measure = MEASURE_SPREAD_PCT, .bid = "99", .ask = "101", .value = "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct condition c = {.measure = rows[i].measure, .by_mid = rows[i].by_mid};
        c.reference = some(rows[i].reference);
        struct quote q = {.bid = some(rows[i].bid),
                          .ask = some(rows[i].ask),
                          .last = some(rows[i].last),
                          .close = some(rows[i].close),
                          .volume = some(rows[i].volume)};
        struct opt_dec v = condition_value(&c, &q), expected = some(rows[i].value);
        if (v.has != expected.has || (v.has && !dec_eq(v.v, expected.v)))
            fail_msg("row %zu is wrong", i);
    }
}

/* A look at a range: last, day's edge, previous close. */
struct look {
    const char *last, *edge, *close;
    enum condition_outcome outcome;
};

static void look_at(enum trigger trigger, const char *rearm, const struct look *looks, size_t n)
{
    struct condition c = {.trigger = trigger, .rearm = number(rearm)};
    struct condition_state s = {0};
    for (size_t i = 0; i < n; i++) {
        struct quote q = {.last = some(looks[i].last), .close = some(looks[i].close)};
        q.high = q.low = q.high_52w = q.low_52w = some(looks[i].edge);
        if (condition_step(&c, &s, &q) != looks[i].outcome)
            fail_msg("look %zu of trigger %u", i, (unsigned)trigger);
    }
}
#define LOOKS(trigger, rearm, looks) look_at(trigger, rearm, looks, sizeof looks / sizeof looks[0])

static void a_range_is_broken_by_price_or_by_its_own_edge_and_begins_anew_each_day(void **state)
{
    (void)state;
    static const struct look day_high[] = {
        {"100", "101", "99", CONDITION_CHANGED}, /* the first look sets the mark */
        {"101", "101", "99", CONDITION_STILL},
        {"101.5", "101", "99", CONDITION_FIRES},   /* the trade before the edge */
        {"101.5", "101.5", "99", CONDITION_STILL}, /* and the edge after it */
        {"101", "101.5", "99", CONDITION_STILL},
        {"100.5", "101.5", "99", CONDITION_CHANGED}, /* back by one */
        {"101", "102", "99", CONDITION_FIRES},       /* the edge before the trade */
        {"110", "110", "101", CONDITION_CHANGED},    /* a new day that opens higher */
        {"111", "110", "101", CONDITION_FIRES},
        {"100", NULL, "101", CONDITION_UNKNOWN},
        {"90", "90", "101", CONDITION_CHANGED}, /* a new day whose close is the same */
    };
    static const struct look low_52w[] = {
        {"50", "40", "50", CONDITION_CHANGED},
        {"41", "40", "50", CONDITION_STILL},
        {"39", "40", "41", CONDITION_FIRES}, /* opens below it */
        {"39", "39", "41", CONDITION_STILL},
        {"45", "45", "42", CONDITION_CHANGED}, /* the low of a year ago is out of the window */
        {"44", "45", "42", CONDITION_FIRES},
    };
    static const struct look holds_from_the_start[] = {
        {"42", "40", "40", CONDITION_STILL},
        {"42", "42", "40", CONDITION_CHANGED},
        {"43", "42", "40", CONDITION_FIRES},
    };
    LOOKS(TRIGGER_DAY_HIGH, "1", day_high);
    LOOKS(TRIGGER_LOW_52W, "0", low_52w);
    LOOKS(TRIGGER_HIGH_52W, "0", holds_from_the_start);
}

/* Whatever the prices do: no second firing without a value so far back in between, and never one
 * before the condition was seen not to hold. */
static void hysteresis_never_fires_twice_without_going_back(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 7, 1);
    for (int run = 0; run < 2000; run++) {
        enum trigger trigger = (enum trigger)rng_below(&rng, 3);
        int64_t rearm = (int64_t)rng_below(&rng, 4), width = 1 + (int64_t)rng_below(&rng, 8);
        struct condition c = {.trigger = trigger, .level = DEC_SOME(DEC(100))};
        struct condition_state s = {0};
        c.rearm = dec_of(rearm);
        bool may_fire = false;
        for (int step = 0; step < 100; step++) {
            struct quote q = {
                .last = DEC_SOME(
                    dec_of(100 - width + (int64_t)rng_below(&rng, (uint32_t)width * 2 + 1)))};
            int64_t v = 0;
            assert_true(dec_to_i64(q.last.v, &v));
            int64_t d = trigger == TRIGGER_BELOW ? 100 - v : v - 100;
            bool was_new = s.phase == CONDITION_NEW, was_fired = s.phase == CONDITION_FIRED;
            if (trigger == TRIGGER_CROSSES)
                may_fire = may_fire || (d != 0 && (was_new || (d < 0 ? -d : d) >= rearm));
            else
                may_fire = may_fire || (d <= 0 && (was_new || !was_fired || d <= -rearm));
            if (condition_step(&c, &s, &q) != CONDITION_FIRES)
                continue;
            assert_true(may_fire && !was_new);
            assert_true(trigger == TRIGGER_CROSSES ? d != 0 : d > 0);
            may_fire = trigger == TRIGGER_CROSSES && (d < 0 ? -d : d) >= rearm;
        }
    }
}

static void a_previous_close_that_is_a_fraction_of_the_price_is_a_split(void **state)
{
    (void)state;
    static const struct {
        const char *before, *close, *times;
    } rows[] = {
        {"400", "200.4", "2"}, {"400", "101", "4"},  {"90", "60.5", "1.5"},
        {"1", "9.9", "0.1"},   {"400", "398", NULL}, {"400", "300", NULL},
        {"400", "0", NULL},    {"-1", "10", NULL},   {"400", "360", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dec times;
        bool is = condition_looks_split(number(rows[i].before), number(rows[i].close), &times);
        assert_int_equal(is, rows[i].times != NULL);
        if (is)
            assert_true(dec_eq(times, number(rows[i].times)));
    }
}

static void a_condition_can_be_read_by_people(void **state)
{
    (void)state;
    struct condition c = level(TRIGGER_ABOVE, "200.50", "0");
    struct buf b;
    buf_init(&b, 256);
    condition_text(&c, &b);
    c.measure = MEASURE_CHANGE_PCT;
    c.trigger = TRIGGER_BELOW;
    c.level = some("-5");
    c.reference = some("180");
    buf_add_c(&b, "; ");
    condition_text(&c, &b);
    c.trigger = TRIGGER_LOW_52W;
    buf_add_c(&b, "; ");
    condition_text(&c, &b);
    assert_true(str_eq(buf_str(&b), STR("last above 200.5; change_pct against 180 below -5; "
                                        "a new 52-week low")));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_fires_on_its_edge_and_again_only_after_it_went_back),
        cmocka_unit_test(each_measure_is_taken_from_the_quote_or_unknown),
        cmocka_unit_test(a_range_is_broken_by_price_or_by_its_own_edge_and_begins_anew_each_day),
        cmocka_unit_test(hysteresis_never_fires_twice_without_going_back),
        cmocka_unit_test(a_previous_close_that_is_a_fraction_of_the_price_is_a_split),
        cmocka_unit_test(a_condition_can_be_read_by_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
