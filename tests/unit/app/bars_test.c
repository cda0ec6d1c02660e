/* SPDX-License-Identifier: MIT */
/* market/history against the paper exchange, through the session: spans, pieces, several at once.
 */
#include "market/history.h"

#include "../../kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AAPL = 265598, EURUSD = 12087792, NONE = 1, QUESTIONS_MAX = 4, DAY_S = 86400 };
#define DAY_NS ((int64_t)DAY_S * NS_PER_S)

struct asker {
    struct rig *rig;
    struct history *history;
    struct history_question q[QUESTIONS_MAX];
    size_t n;
    bool is_done, ok;
    struct error error;
    void (*check)(struct asker *a); /* while the answer lives */
};

static void run(struct task *t, void *arg)
{
    struct asker *a = arg;
    struct error e;
    while (!session_is_ready(a->rig->session))
        if (!task_sleep(t, 10, &e))
            return;
    a->ok = history_bars(t, a->history, a->q, a->n, &a->error);
    if (a->check)
        a->check(a);
    a->is_done = true;
}

static bool is_done(void *ctx)
{
    const struct asker *a = ctx;
    return a->is_done;
}

static struct asker *asker_new(int version)
{
    static struct asker a;
    struct rig_config config = {.seed = 1, .version = version, .faults = RIG_NO_FAULTS};
    a = (struct asker){.rig = rig_new(&config)};
    a.history = history_new(a.rig->session, (struct tz_zones){0});
    return &a;
}

static struct history_question *add(struct asker *a, int32_t con_id, enum bar_size size)
{
    struct history_question *q = &a->q[a->n++];
    *q = (struct history_question){.size = size, .show = BARS_TRADES};
    q->contract.con_id = con_id;
    q->contract.sec_type = con_id == EURUSD ? SEC_CASH : SEC_STK;
    if (con_id == EURUSD)
        snprintf(q->contract.exchange, sizeof q->contract.exchange, "IDEALPRO");
    return q;
}

static void ask(struct asker *a)
{
    a->is_done = false;
    assert_non_null(task_spawn(a->rig->tasks, a->rig->now, 30000, run, a));
    assert_true(rig_until(a->rig, is_done, a, 40000));
    assert_true(a->ok);
}

static void asker_free(struct asker *a)
{
    history_free(a->history);
    rig_free(a->rig);
}

static void assert_rising(const struct history_question *q)
{
    for (size_t i = 1; i < q->n; i++)
        assert_true(history_bar_time(&q->bars[i]).ns > history_bar_time(&q->bars[i - 1]).ns);
}

/* ---- spans ---- */

static void check_days(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_int_equal(q->error.code, ERROR_NONE);
    assert_int_equal(q->n, 21);
    assert_rising(q);
    assert_false(q->is_open);
    int64_t today = a->rig->now.wall.ns / DAY_NS;
    assert_true(history_days(q->bars[20].date) < today);
    assert_true(history_days(q->bars[20].date) >= today - 2);
}

static void the_newest_finished_days_are_counted(void **state)
{
    (void)state;
    struct asker *a = asker_new(200);
    struct history_question *q = add(a, AAPL, BAR_1_DAY);
    q->last = 21;
    q->finished_only = true;
    a->check = check_days;
    ask(a);
    asker_free(a);
}

static void check_minutes(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_int_equal(q->error.code, ERROR_NONE);
    assert_int_equal(q->n, 20 * 24 * 60); /* the exchange never closes */
    assert_rising(q);
    assert_true(history_bar_time(&q->bars[0]).ns == q->from.v.ns);
    assert_true(history_bar_time(&q->bars[q->n - 1]).ns == q->to.v.ns - 60LL * NS_PER_S);
    assert_false(q->is_open);
}

static void a_span_of_several_pieces_has_each_bar_once(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    struct history_question *q = add(a, AAPL, BAR_1_MINUTE);
    int64_t end = a->rig->now.wall.ns / DAY_NS * DAY_NS - 3 * DAY_NS;
    q->to = (struct opt_utc){{end}, true};
    q->from = (struct opt_utc){{end - 20 * DAY_NS}, true};
    a->check = check_minutes;
    ask(a);
    asker_free(a);
}

static void check_open(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_true(q->is_open);
    assert_int_equal(q->bars[q->n - 1].start.v.ns / (3600LL * NS_PER_S),
                     a->rig->now.wall.ns / (3600LL * NS_PER_S));
}

static void the_present_bar_is_marked_as_unfinished(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    add(a, AAPL, BAR_1_HOUR)->last = 10;
    rig_run(a->rig, 20 * 60 * 1000);
    a->check = check_open;
    ask(a);
    asker_free(a);
}

/* ---- several ---- */

static void check_several(struct asker *a)
{
    assert_int_equal(a->q[0].n, 5);
    assert_int_equal(a->q[0].shown, BARS_TRADES);
    assert_int_equal(a->q[1].n, 0);
    assert_int_equal(a->q[1].error.code, ERROR_NOT_FOUND);
    assert_int_equal(a->q[2].n, 5);
    assert_int_equal(a->q[2].shown, BARS_MIDPOINT);
    assert_false(a->q[2].bars[0].volume.has);
    assert_int_equal(a->q[3].n, 0);
    assert_string_equal(a->q[3].error.reason, "TOO_LONG");
}

static void one_bad_contract_does_not_spoil_the_others(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    add(a, AAPL, BAR_1_DAY)->last = 5;
    add(a, NONE, BAR_1_DAY)->last = 5;
    add(a, EURUSD, BAR_1_DAY)->last = 5;
    add(a, AAPL, BAR_1_SECOND)->from = (struct opt_utc){{a->rig->now.wall.ns - 20 * DAY_NS}, true};
    a->check = check_several;
    ask(a);
    asker_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_finished_days_are_counted),
        cmocka_unit_test(a_span_of_several_pieces_has_each_bar_once),
        cmocka_unit_test(the_present_bar_is_marked_as_unfinished),
        cmocka_unit_test(one_bad_contract_does_not_spoil_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
