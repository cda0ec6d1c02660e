/* SPDX-License-Identifier: MIT */
/* market/history against the paper exchange, through the session: spans, pieces, several at once.
 */
#include "market/history_private.h"
#include "store/cache.h"

#include "../../kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AAPL = 265598, EURUSD = 12087792, NONE = 1, QUESTIONS_MAX = 4 };
#define DAY_NS ((int64_t)DAY_S * NS_PER_S)

struct asker {
    struct rig *rig;
    struct cache_file *file; /* in memory */
    struct cache *cache;
    struct history *history;
    struct history_question q[QUESTIONS_MAX];
    size_t n;
    bool is_done, ok, is_offline;
    struct error error;
    void (*check)(struct asker *a); /* while the answer lives */
};

static void run(struct task *t, void *arg)
{
    struct asker *a = arg;
    struct error e;
    while (!a->is_offline && !session_is_ready(a->rig->session))
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
    a.file = cache_file_open(":memory:", &a.error);
    assert_non_null(a.file);
    a.cache = cache_new(a.file);
    a.history = history_new(a.rig->session, a.cache, (struct tz_zones){0});
    return &a;
}

/* What waits to be kept is written. */
static void commit(struct asker *a)
{
    struct cache_batch *b = cache_take(a->cache);
    if (b) {
        assert_true(cache_file_write(a->file, b, CACHE_BYTES_MAX, &a->error));
        cache_done(a->cache, b, false);
    }
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
    commit(a);
    assert_non_null(task_spawn(a->rig->tasks, a->rig->now, 30000, run, a));
    assert_true(rig_until(a->rig, is_done, a, 40000));
    assert_true(a->ok);
}

static void asker_free(struct asker *a)
{
    history_free(a->history);
    cache_free(a->cache);
    cache_file_close(a->file);
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

/* ---- what is kept ---- */

static struct history_question *days_of(struct asker *a, int from, int to)
{
    int64_t today = a->rig->now.wall.ns / DAY_NS * DAY_NS;
    a->n = 0;
    struct history_question *q = add(a, AAPL, BAR_1_DAY);
    q->from = (struct opt_utc){{today - from * DAY_NS}, true};
    q->to = (struct opt_utc){{today - to * DAY_NS}, true};
    return q;
}

static size_t want_cached, want_all;

static void check_counts(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_int_equal(q->error.code, ERROR_NONE);
    assert_int_equal(q->n, want_all);
    assert_int_equal(q->from_cache, want_cached);
    assert_false(q->was_renewed);
    assert_rising(q);
    for (size_t i = 1; i < q->n; i++) /* the exchange never closes */
        assert_int_equal(history_days(q->bars[i].date), history_days(q->bars[i - 1].date) + 1);
}

static void ask_days(struct asker *a, int from, int to, size_t cached)
{
    (void)days_of(a, from, to);
    want_all = (size_t)(from - to + 1);
    want_cached = cached;
    a->check = check_counts;
    ask(a);
}

static void what_was_told_is_not_asked_again(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    ask_days(a, 100, 50, 0);
    ask_days(a, 100, 50, 51);
    ask_days(a, 90, 60, 31);
    ask_days(a, 120, 50, 48); /* three of the kept ones are compared */
    ask_days(a, 120, 50, 71);
    ask_days(a, 120, 30, 67); /* and at the other end, three and the newest */
    ask_days(a, 150, 20, 84);
    ask_days(a, 150, 20, 131);
    asker_free(a);
}

static void check_renewed(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_int_equal(q->error.code, ERROR_NONE);
    assert_true(q->was_renewed);
    assert_int_equal(q->n, 41);
    assert_int_equal(q->from_cache, 0);
    for (size_t i = 1; i < q->n; i++) { /* none of them halved */
        struct dec twice = dec_times(q->bars[i].close.v, 10), before = q->bars[i - 1].close.v;
        assert_true(dec_lt(dec_times(before, 6), twice));
        assert_true(dec_lt(twice, dec_times(before, 14)));
    }
}

/* As if there had been a split since: everything that is kept costs twice as much. */
static void double_what_is_kept(struct asker *a)
{
    struct history_question *q = &a->q[0];
    struct history_kept k;
    struct bar bars[101];
    assert_true(history_kept_find(a->history, q, &k));
    memcpy(bars, q->bars, q->n * sizeof *bars);
    for (size_t i = 0; i < q->n; i++) {
        struct opt_dec *const p[] = {&bars[i].open, &bars[i].high, &bars[i].low, &bars[i].close};
        for (size_t m = 0; m < 4; m++)
            p[m]->v = dec_times(p[m]->v, 2);
    }
    history_keep(a->history, q, &k, true, bars, q->n, a->rig->now.wall);
}

static void after_a_split_all_of_it_is_fetched_anew(void **state)
{
    (void)state;
    struct asker *a = asker_new(200);
    ask_days(a, 60, 30, 0);
    (void)days_of(a, 60, 30);
    a->check = double_what_is_kept;
    ask(a);
    (void)days_of(a, 60, 20);
    a->check = check_renewed;
    ask(a);
    ask_days(a, 60, 20, 41);
    asker_free(a);
}

static void check_offline(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_string_equal(q->error.reason, "NOT_CONNECTED");
    assert_int_equal(q->n, 31);
    assert_int_equal(q->from_cache, 31);
}

static void without_a_line_there_is_what_is_kept_and_why_no_more(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    ask_days(a, 60, 30, 0);
    commit(a);
    session_stop(a->rig->session, a->rig->now);
    rig_run(a->rig, 5000);
    a->is_offline = true;
    ask_days(a, 60, 30, 31);
    (void)days_of(a, 60, 20);
    a->check = check_offline;
    ask(a);
    asker_free(a);
}

static void check_today(struct asker *a)
{
    const struct history_question *q = &a->q[0];
    assert_int_equal(q->n, 10);
    assert_true(q->is_open);
    assert_int_equal(history_days(q->bars[9].date), a->rig->now.wall.ns / DAY_NS);
}

static void the_present_day_is_never_kept(void **state)
{
    (void)state;
    struct asker *a = asker_new(0);
    rig_run(a->rig, 3600 * 1000);
    for (int i = 0; i < 3; i++) {
        a->n = 0;
        add(a, AAPL, BAR_1_DAY)->last = 10;
        a->check = check_today;
        ask(a);
        assert_true(a->q[0].from_cache < 10);
        rig_run(a->rig, 60 * 1000);
    }
    struct history_kept k;
    assert_true(history_kept_find(a->history, &a->q[0], &k));
    assert_true(k.last_at < a->rig->now.wall.ns / DAY_NS * DAY_S);
    asker_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_finished_days_are_counted),
        cmocka_unit_test(a_span_of_several_pieces_has_each_bar_once),
        cmocka_unit_test(the_present_bar_is_marked_as_unfinished),
        cmocka_unit_test(one_bad_contract_does_not_spoil_the_others),
        cmocka_unit_test(what_was_told_is_not_asked_again),
        cmocka_unit_test(after_a_split_all_of_it_is_fetched_anew),
        cmocka_unit_test(without_a_line_there_is_what_is_kept_and_why_no_more),
        cmocka_unit_test(the_present_day_is_never_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
