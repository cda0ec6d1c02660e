/* SPDX-License-Identifier: MIT */
/* Bars as the paper exchange serves them, through the session, in both layouts of the answer. */
#include "../../kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AAPL = 265598, EURUSD = 12087792, BARS_MAX = 2000, VERSIONS = 2 };

static const int versions[VERSIONS] = {187, 200}; /* the end is a message of its own from 196 on */

struct reader {
    struct rig *rig;
    struct bars_question question;
    bool is_done, ok;
    struct bar bars[BARS_MAX];
    size_t count;
    struct utc first;
    struct error error;
};

static void read_bars(struct task *t, void *arg)
{
    struct reader *r = arg;
    struct bar *bars;
    struct error e;
    while (!session_is_ready(r->rig->session))
        if (!task_sleep(t, 10, &e))
            return;
    r->ok = query_bars(t, r->rig->session, &r->question, &bars, &r->count, &r->error) &&
            query_head_timestamp(t, r->rig->session, &r->question.contract, r->question.show, true,
                                 &r->first, &r->error);
    if (r->ok && r->count <= BARS_MAX)
        memcpy(r->bars, bars, r->count * sizeof *bars);
    r->is_done = true;
}

static bool is_done(void *ctx)
{
    const struct reader *r = ctx;
    return r->is_done;
}

static struct reader *ask(struct rig *rig, int32_t con_id, int length, char unit,
                          enum bar_size size, enum bar_show show)
{
    static struct reader reader;
    reader = (struct reader){.rig = rig};
    struct bars_question *q = &reader.question;
    *q = (struct bars_question){.length = length, .unit = unit, .size = size, .show = show};
    q->contract.con_id = con_id;
    if (con_id == EURUSD)
        snprintf(q->contract.exchange, sizeof q->contract.exchange, "IDEALPRO");
    assert_non_null(task_spawn(rig->tasks, rig->now, 60000, read_bars, &reader));
    assert_true(rig_until(rig, is_done, &reader, 60000));
    return &reader;
}

static struct rig *exchange(int version)
{
    struct rig_config config = {.seed = 1, .version = version, .faults = RIG_NO_FAULTS};
    return rig_new(&config);
}

static void assert_whole(const struct bar *b)
{
    assert_true(b->open.has && b->high.has && b->low.has && b->close.has);
    assert_true(dec_cmp(b->low.v, b->open.v) <= 0 && dec_cmp(b->low.v, b->close.v) <= 0);
    assert_true(dec_cmp(b->high.v, b->open.v) >= 0 && dec_cmp(b->high.v, b->close.v) >= 0);
    struct dec cents = dec_times(b->close.v, 100); /* exact: a share's tick is one cent */
    assert_int_equal(cents.nano % 1000000000, 0);
}

static void days_have_dates_and_volumes(void **state)
{
    (void)state;
    for (int v = 0; v < VERSIONS; v++) {
        struct rig *rig = exchange(versions[v]);
        const struct reader *r = ask(rig, AAPL, 10, 'D', BAR_1_DAY, BARS_TRADES);
        if (!r->ok)
            fail_msg("%d: %s", versions[v], r->error.text);
        assert_int_equal(r->count, 10);
        for (size_t i = 0; i < r->count; i++) {
            assert_whole(&r->bars[i]);
            assert_false(r->bars[i].start.has);
            assert_true(r->bars[i].volume.has && dec_sign(r->bars[i].volume.v) > 0);
            assert_true(i == 0 || r->bars[i].date > r->bars[i - 1].date);
        }
        assert_int_equal(r->bars[9].date, 20260302);
        assert_int_equal(r->first.ns / NS_PER_S, 946857600);
        rig_free(rig);
    }
}

static void bars_within_a_day_have_instants(void **state)
{
    (void)state;
    static const struct {
        enum bar_size size;
        int64_t seconds;
        int length;
        char unit;
    } CASES[] = {{BAR_1_HOUR, 3600, 1, 'D'},
                 {BAR_5_MINUTES, 300, 1, 'D'},
                 {BAR_1_MINUTE, 60, 3600, 'S'},
                 {BAR_30_SECONDS, 30, 600, 'S'}};
    for (int v = 0; v < VERSIONS; v++) {
        struct rig *rig = exchange(versions[v]);
        for (size_t k = 0; k < sizeof CASES / sizeof CASES[0]; k++) {
            const struct reader *r =
                ask(rig, AAPL, CASES[k].length, CASES[k].unit, CASES[k].size, BARS_TRADES);
            if (!r->ok)
                fail_msg("%s: %s", bar_size_text(CASES[k].size), r->error.text);
            assert_true(r->count > 5);
            for (size_t i = 0; i < r->count; i++) {
                assert_whole(&r->bars[i]);
                assert_true(r->bars[i].start.has);
                assert_int_equal(r->bars[i].start.v.ns / NS_PER_S % CASES[k].seconds, 0);
                assert_true(i == 0 || r->bars[i].start.v.ns - r->bars[i - 1].start.v.ns ==
                                          CASES[k].seconds * NS_PER_S);
            }
            assert_true(r->bars[r->count - 1].start.v.ns <= rig->now.wall.ns);
        }
        rig_free(rig);
    }
}

static void a_currency_pair_has_no_trades(void **state)
{
    (void)state;
    struct rig *rig = exchange(200);
    const struct reader *r = ask(rig, EURUSD, 1, 'D', BAR_1_HOUR, BARS_MIDPOINT);
    assert_true(r->ok && r->count > 0);
    assert_false(r->bars[0].volume.has || r->bars[0].average.has);
    assert_int_equal(r->bars[0].trades, -1);
    r = ask(rig, EURUSD, 1, 'D', BAR_1_HOUR, BARS_TRADES);
    assert_false(r->ok);
    assert_int_equal(r->error.broker_code, 162);
    rig_free(rig);
}

static void a_share_that_does_not_exist_is_not_found(void **state)
{
    (void)state;
    struct rig *rig = exchange(200);
    const struct reader *r = ask(rig, 999, 1, 'D', BAR_1_DAY, BARS_TRADES);
    assert_false(r->ok);
    assert_int_equal(r->error.code, ERROR_NOT_FOUND);
    rig_free(rig);
}

static void an_end_in_the_past_ends_there(void **state)
{
    (void)state;
    struct rig *rig = exchange(200);
    static struct reader reader;
    reader = (struct reader){.rig = rig};
    reader.question = (struct bars_question){.length = 3600,
                                             .unit = 'S',
                                             .size = BAR_1_MINUTE,
                                             .show = BARS_BID,
                                             .contract.con_id = AAPL};
    assert_true(utc_parse(STR("2026-02-26T16:30:00Z"), &reader.question.end.v));
    reader.question.end.has = true;
    assert_non_null(task_spawn(rig->tasks, rig->now, 60000, read_bars, &reader));
    assert_true(rig_until(rig, is_done, &reader, 60000));
    assert_true(reader.ok);
    assert_int_equal(reader.count, 60);
    assert_int_equal(reader.bars[59].start.v.ns, reader.question.end.v.ns - 60 * (int64_t)NS_PER_S);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_have_dates_and_volumes),
        cmocka_unit_test(bars_within_a_day_have_instants),
        cmocka_unit_test(a_currency_pair_has_no_trades),
        cmocka_unit_test(a_share_that_does_not_exist_is_not_found),
        cmocka_unit_test(an_end_in_the_past_ends_there),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
