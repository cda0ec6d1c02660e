/* SPDX-License-Identifier: MIT */
#include "../market/bourse.h"
#include "../store/batch.h"
#include "automation/alerts.h"

#include <stdio.h>
#include <string.h>

enum { CON_IDS = 400 }; /* those of the tests are below */
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Alerts over a broker of memory and a store of memory. */
struct bench {
    struct bourse *b;
    struct db *db;
    struct journal *journal;
    struct alerts *alerts;
    int64_t told[64]; /* ids, in the order of telling, over all restarts */
    size_t told_count;
};

static void told(void *self, const struct firing *f)
{
    struct bench *t = self;
    assert_true(t->told_count < COUNT(t->told));
    t->told[t->told_count++] = f->id;
}

static struct moment now(const struct bench *t)
{
    return t->b->peer->now;
}

static void pass(struct bench *t, int64_t ms)
{
    t->b->peer->now.mono.ns += ms * NS_PER_MS;
    t->b->peer->now.wall.ns += ms * NS_PER_MS;
}

static void begin(struct bench *t)
{
    struct error e;
    int64_t seq;
    assert_true(db_last_seq(t->db, &seq, &e));
    t->journal = journal_new(seq);
    t->alerts = alerts_new(t->b->peer->s, t->b->quotes, t->journal, (struct tz_zones){0},
                           (struct log){0}, (struct alerts_listener){told, t});
    assert_true(alerts_restore(t->alerts, t->db, now(t), &e));
}

static void settle(struct bench *t)
{
    flush(t->journal, t->db);
    alerts_step(t->alerts, now(t));
}

static int setup(void **state)
{
    struct error e;
    struct bench *t = test_calloc(1, sizeof *t);
    t->b = bourse_new();
    t->db = db_open(":memory:", &e);
    assert_non_null(t->db);
    begin(t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct bench *t = *state;
    alerts_free(t->alerts);
    journal_free(t->journal);
    bourse_free(t->b);
    db_close(t->db);
    test_free(t);
    return 0;
}

/* ---- words ---- */

static struct alert_terms terms(int32_t con_id, enum trigger trigger, int64_t level)
{
    struct alert_terms a = {.contract = {.con_id = con_id,
                                         .sec_type = SEC_STK,
                                         .symbol = "AAPL",
                                         .exchange = "SMART",
                                         .currency = "USD"},
                            .condition = {.trigger = trigger}};
    if (!condition_is_range(&a.condition))
        a.condition.level = DEC_SOME(dec_of(level));
    return a;
}

static void tell(struct bench *t, int32_t con_id, const struct quote *q)
{
    const struct event ev = {.kind = EVENT_QUOTE, .at = now(t), .number = con_id, .quote = q};
    alerts_on_event(t->alerts, &ev);
}

/* The first burst of a line is over. */
static void warm(struct bench *t, int32_t con_id)
{
    const struct quote nothing = {0};
    tell(t, con_id, &nothing);
    pass(t, 500);
    alerts_step(t->alerts, now(t));
}

/* What waits for the disk is lost, as by kill -9. */
static void kill_it(struct bench *t)
{
    for (int32_t id = 1; id < CON_IDS; id++) /* the lines of the dead one go, too */
        while (session_quote(t->b->peer->s, id))
            session_unwatch(t->b->peer->s, id, now(t));
    alerts_free(t->alerts);
    journal_free(t->journal);
    begin(t);
    warm(t, 1);
    warm(t, 2);
}

static int64_t set(struct bench *t, const struct alert_terms *a)
{
    struct error e = {0};
    int64_t id = 0, seq = 0;
    if (!alerts_set(t->alerts, a, NULL, STR("me"), now(t), &id, &seq, &e))
        fail_msg("%s", e.text);
    warm(t, a->contract.con_id);
    return id;
}

static struct quote quote_of(const struct bench *t, int64_t last)
{
    return (struct quote){.data_type = DATA_LIVE,
                          .last = DEC_SOME(dec_of(last)),
                          .bid = DEC_SOME(dec_of(last - 1)),
                          .ask = DEC_SOME(dec_of(last + 1)),
                          .close = DEC_SOME(DEC(100)),
                          .time = {now(t).wall, true},
                          .arrived = now(t).mono};
}

static void tick(struct bench *t, int32_t con_id, int64_t last)
{
    struct quote q = quote_of(t, last);
    tell(t, con_id, &q);
}

static const struct alert *at(const struct bench *t, int64_t id)
{
    const struct alert *al = alerts_find(t->alerts, id);
    assert_non_null(al);
    return al;
}

static bool reason_is(struct bench *t, const struct alert *al, const char *part)
{
    struct buf b;
    buf_init(&b, 1024);
    alert_reason(t->alerts, al, now(t), &b);
    bool is = str_find_str(buf_str(&b), str_of(part)) < b.n || (!part[0] && !b.n);
    buf_fini(&b);
    return is;
}

/* ---- once ---- */

static void a_firing_is_told_when_it_is_on_the_disk_and_never_again(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    int64_t id = set(t, &a);
    tick(t, 1, 99);
    settle(t);
    tick(t, 1, 101);
    alerts_step(t->alerts, now(t));
    assert_int_equal(at(t, id)->status, ALERT_DONE);
    assert_int_equal(t->told_count, 0);
    assert_null(alerts_firing(t->alerts, 0));
    flush(t->journal, t->db);
    alerts_step(t->alerts, now(t));
    assert_int_equal(t->told_count, 1);
    const struct firing *f = alerts_firing(t->alerts, 0);
    assert_int_equal(f->alert, id);
    assert_true(dec_eq(f->value.v, DEC(101)) && dec_eq(f->level.v, DEC(100)));
    assert_false(f->is_late);
    assert_string_equal(f->what, "price above 100");
    tick(t, 1, 99);
    tick(t, 1, 102);
    settle(t);
    kill_it(t);
    tick(t, 1, 99);
    tick(t, 1, 102);
    settle(t);
    assert_int_equal(t->told_count, 1);
    assert_int_equal(alerts_newest_firing(t->alerts), t->told[0]);
    assert_int_equal(at(t, id)->fired, 1);
}

static void what_was_lost_with_the_process_fires_again_and_says_that_it_is_late(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_BELOW, 100);
    int64_t id = set(t, &a);
    tick(t, 1, 101);
    settle(t);
    tick(t, 1, 99);
    kill_it(t);
    assert_int_equal(at(t, id)->status, ALERT_ON);
    assert_int_equal(t->told_count, 0);
    tick(t, 1, 99);
    settle(t);
    assert_int_equal(t->told_count, 1);
    assert_true(alerts_firing(t->alerts, 0)->is_late);
}

static char *kept_text;
static bool take_text(void *self, struct str key, struct str text)
{
    (void)self, (void)key;
    kept_text = test_malloc(text.n + 1);
    return str_copy(kept_text, text.n + 1, text);
}

static void a_value_older_than_the_record_of_a_firing_does_not_fire_again(void **state)
{
    struct bench *t = *state;
    struct error e;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    int64_t id = set(t, &a);
    tick(t, 1, 99);
    settle(t);
    assert_true(db_values(t->db, STR("alert."), take_text, NULL, &e));
    tick(t, 1, 101);
    assert_true(journal_put(t->journal, STR("alert.0000"), str_of(kept_text), now(t), &e));
    test_free(kept_text);
    settle(t);
    assert_int_equal(t->told_count, 1);
    kill_it(t);
    assert_int_equal(at(t, id)->status, ALERT_DONE);
    tick(t, 1, 99);
    tick(t, 1, 101);
    settle(t);
    assert_int_equal(t->told_count, 1);
}

/* Random prices, deaths and disks: an alert that is to fire once is told once at most, one that
 * repeats not without having gone back, and what is told keeps its order. */
static void nothing_is_told_twice_whenever_the_process_dies(void **state)
{
    struct bench *t = *state;
    struct rng rng;
    rng_init(&rng, 11, 1);
    struct alert_terms once = terms(1, TRIGGER_ABOVE, 100), again = terms(1, TRIGGER_BELOW, 100);
    again.repeats = true;
    again.condition.rearm = DEC(3);
    int64_t first = set(t, &once), second = set(t, &again);
    settle(t);
    for (int i = 0; i < 1500 && t->told_count < COUNT(t->told) - 4; i++) {
        pass(t, 1000);
        tick(t, 1, 95 + (int64_t)rng_below(&rng, 11));
        if (rng_below(&rng, 3) == 0)
            settle(t);
        if (rng_below(&rng, 40) == 0)
            kill_it(t);
    }
    settle(t);
    assert_true(t->told_count > 10);
    size_t of_first = 0, of_second = 0;
    for (size_t i = 0; i < t->told_count; i++) {
        assert_true(i == 0 || t->told[i] > t->told[i - 1]);
        const struct firing *f = alerts_firing(t->alerts, t->told[i] - 1);
        assert_int_equal(f->id, t->told[i]);
        of_first += f->alert == first;
        of_second += f->alert == second;
    }
    assert_int_equal(of_first, 1);
    assert_int_equal(at(t, second)->fired, of_second);
}

/* ---- on what ---- */

static void only_a_live_fresh_price_of_an_open_market_fires(void **state)
{
    struct bench *t = *state;
    struct contract_details open = {.time_zone = "UTC"}, closed = {.time_zone = "UTC"};
    struct civil day = civil_of_utc(now(t).wall);
    (void)snprintf(open.liquid_hours, sizeof open.liquid_hours,
                   "%04d%02d%02d:0000-%04d%02d%02d:2359", day.year, day.month, day.day, day.year,
                   day.month, day.day);
    memcpy(open.trading_hours, open.liquid_hours, sizeof open.trading_hours);
    (void)snprintf(closed.liquid_hours, sizeof closed.liquid_hours, "%04d%02d%02d:CLOSED", day.year,
                   day.month, day.day);
    memcpy(closed.trading_hours, closed.liquid_hours, sizeof closed.trading_hours);
    const struct {
        enum data_type type;
        bool is_halted, is_stale, only_open, allow_delayed;
        const struct contract_details *details;
        enum alert_block block;
    } rows[] = {
        {DATA_LIVE, false, false, false, false, NULL, ALERT_LOOKS},
        {DATA_LIVE, false, false, true, false, &open, ALERT_LOOKS},
        {DATA_LIVE, false, false, true, false, &closed, ALERT_CLOSED},
        {DATA_LIVE, false, false, true, false, NULL, ALERT_NO_HOURS},
        {DATA_LIVE, false, false, false, false, &closed, ALERT_LOOKS},
        {DATA_LIVE, true, false, false, false, NULL, ALERT_HALTED},
        {DATA_LIVE, false, true, false, false, NULL, ALERT_FROZEN},
        {DATA_FROZEN, false, false, false, true, NULL, ALERT_FROZEN},
        {DATA_DELAYED_FROZEN, false, false, false, true, NULL, ALERT_FROZEN},
        {DATA_DELAYED, false, false, false, false, NULL, ALERT_DELAYED},
        {DATA_DELAYED, false, false, false, true, NULL, ALERT_LOOKS},
        {DATA_NONE, false, false, false, true, NULL, ALERT_FROZEN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t con_id = 100 + (int32_t)i;
        struct error e;
        int64_t id, seq;
        struct alert_terms a = terms(con_id, TRIGGER_ABOVE, 100);
        a.only_open = rows[i].only_open;
        a.allow_delayed = rows[i].allow_delayed;
        assert_true(alerts_set(t->alerts, &a, rows[i].details, STR("me"), now(t), &id, &seq, &e));
        warm(t, con_id);
        struct quote q = quote_of(t, 99);
        q.data_type = rows[i].type;
        q.is_halted = rows[i].is_halted;
        q.arrived.ns -= rows[i].is_stale ? 2LL * ALERT_STALE_MS * NS_PER_MS : 0;
        tell(t, con_id, &q);
        q.last = DEC_SOME(DEC(101));
        tell(t, con_id, &q);
        if (at(t, id)->fired != (rows[i].block == ALERT_LOOKS) || at(t, id)->block != rows[i].block)
            fail_msg("row %zu: fired %d, block %d", i, (int)at(t, id)->fired,
                     (int)at(t, id)->block);
        settle(t);
        if (at(t, id)->fired)
            assert_int_equal(alerts_firing(t->alerts, t->told[t->told_count - 1] - 1)->data_type,
                             rows[i].type);
    }
}

/* ---- what happens to shares ---- */

static void a_split_disarms_what_is_in_prices_and_tells_it(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_BELOW, 350), pct = terms(1, TRIGGER_BELOW, -20);
    struct alert_terms option = terms(2, TRIGGER_BELOW, 350);
    pct.condition.measure = MEASURE_CHANGE_PCT;
    option.contract.sec_type = SEC_OPT;
    int64_t id = set(t, &a), pct_id = set(t, &pct), option_id = set(t, &option);
    struct quote q = quote_of(t, 400);
    q.close = DEC_SOME(DEC(398));
    tell(t, 1, &q);
    tell(t, 2, &q);
    settle(t);
    kill_it(t); /* over the night; the new close comes behind the first price */
    pass(t, 12 * 3600 * 1000);
    q = quote_of(t, 201);
    q.close = DEC_NONE;
    tell(t, 1, &q);
    assert_int_equal(at(t, id)->status, ALERT_ON);
    q.close = DEC_SOME(DEC(200));
    tell(t, 1, &q);
    tell(t, 2, &q);
    settle(t);
    assert_int_equal(at(t, id)->status, ALERT_DISARMED);
    assert_true(reason_is(t, at(t, id), "probably a split, 2 for 1"));
    assert_int_equal(at(t, pct_id)->status, ALERT_ON);
    assert_int_equal(at(t, option_id)->status, ALERT_DONE);
    const struct firing *f = alerts_firing(t->alerts, 0);
    assert_int_equal(f->kind, FIRING_DISARMED);
    assert_int_equal(f->alert, id);
    kill_it(t);
    assert_int_equal(at(t, id)->status, ALERT_DISARMED);
    assert_true(reason_is(t, at(t, id), "probably a split"));
}

static void ask_again(struct task *task, struct bourse *b, void *arg)
{
    struct bench *t = arg;
    (void)b;
    alerts_refresh(task, t->alerts);
}

static void a_new_name_is_followed_and_a_contract_that_is_gone_says_so(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100), gone = terms(77, TRIGGER_ABOVE, 100);
    str_copy_cut(a.contract.symbol, sizeof a.contract.symbol, STR("OLD"));
    int64_t id = set(t, &a), gone_id = set(t, &gone);
    assert_string_equal(at(t, id)->name, "OLD");
    assert_true(alerts_refresh_due(t->alerts, now(t)));
    bourse_run(t->b, ask_again, t);
    assert_string_equal(at(t, id)->name, "AAPL");
    assert_true(reason_is(t, at(t, gone_id), "does not know this contract"));
    settle(t);
    kill_it(t);
    assert_string_equal(at(t, id)->name, "AAPL");
    assert_true(alerts_refresh_due(t->alerts, now(t)));
}

/* ---- time ---- */

static void an_alert_ends_at_its_time_and_stays_ended_when_the_clock_is_set_back(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    a.until = (struct opt_utc){{now(t).wall.ns + 60LL * NS_PER_S}, true};
    int64_t id = set(t, &a);
    pass(t, 59000);
    settle(t);
    assert_int_equal(at(t, id)->status, ALERT_ON);
    pass(t, 2000);
    settle(t);
    settle(t);
    assert_int_equal(at(t, id)->status, ALERT_EXPIRED);
    assert_int_equal(alerts_firing(t->alerts, 0)->kind, FIRING_EXPIRED);
    t->b->peer->now.wall.ns -= 3600LL * NS_PER_S;
    kill_it(t);
    assert_int_equal(at(t, id)->status, ALERT_EXPIRED);
}

static void a_pause_lasts_as_long_as_it_should_whatever_the_clock_does(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    a.repeats = true;
    a.pause_s = 600;
    int64_t id = set(t, &a);
    tick(t, 1, 99);
    tick(t, 1, 101);
    tick(t, 1, 99);
    tick(t, 1, 101);
    assert_int_equal(at(t, id)->fired, 1);
    assert_int_equal(at(t, id)->block, ALERT_PAUSED);
    settle(t);
    pass(t, 400 * 1000);
    kill_it(t);
    pass(t, 190 * 1000);
    tick(t, 1, 99);
    assert_int_equal(at(t, id)->block, ALERT_PAUSED);
    pass(t, 20 * 1000);
    tick(t, 1, 99);
    tick(t, 1, 101);
    assert_int_equal(at(t, id)->fired, 2);
    settle(t);
    t->b->peer->now.wall.ns -= 5 * 3600LL * NS_PER_S; /* and not for five hours more */
    kill_it(t);
    pass(t, 601 * 1000);
    tick(t, 1, 99);
    tick(t, 1, 101);
    assert_int_equal(at(t, id)->fired, 3);
}

/* ---- bounds ---- */

static size_t lines_in_use(const struct bench *t)
{
    struct session_status s;
    session_status(t->b->peer->s, &s);
    return s.market_lines;
}

static void a_thousand_alerts_share_few_lines_and_all_get_their_turn(void **state)
{
    enum { CONTRACTS = 100 };
    struct bench *t = *state;
    struct error e = {0};
    int64_t id, seq, round_s = 0;
    bool seen[CONTRACTS] = {false};
    for (int i = 0; i < ALERTS_MAX; i++) {
        struct alert_terms a = terms(200 + i % CONTRACTS, TRIGGER_ABOVE, 100 + i);
        assert_int_equal(set(t, &a), i + 1);
    }
    struct alert_terms one_more = terms(1, TRIGGER_ABOVE, 100);
    assert_false(alerts_set(t->alerts, &one_more, NULL, STR("me"), now(t), &id, &seq, &e));
    assert_string_equal(e.reason, "ALERTS_MAX");
    assert_int_equal(alerts_in_turn(t->alerts, &round_s), CONTRACTS - ALERT_LINES_MAX);
    assert_in_range(round_s, 30, 40);
    for (int i = 0; i < 2 * round_s; i++) {
        pass(t, 1000);
        settle(t);
        assert_int_equal(lines_in_use(t), ALERT_LINES_MAX + ALERT_TURNS_MAX);
        for (int k = 0; k < CONTRACTS; k++)
            seen[k] = seen[k] || session_quote(t->b->peer->s, 200 + k);
    }
    for (int k = 0; k < CONTRACTS; k++)
        if (!seen[k])
            fail_msg("contract %d had no line", k);
    /* one that has ended makes room; the line of a contract without any alert is given back */
    tick(t, 200, 99);
    tick(t, 200, 101);
    assert_int_equal(at(t, 1)->status, ALERT_DONE);
    assert_int_equal(set(t, &one_more), ALERTS_MAX + 1);
    assert_null(alerts_find(t->alerts, 1));
    settle(t);
    kill_it(t);
    assert_int_equal(alerts_count(t->alerts), ALERTS_MAX);
    for (int64_t k = 2; k <= ALERTS_MAX + 1; k++)
        assert_true(alerts_delete(t->alerts, k, STR("me"), now(t), &seq, &e));
    assert_int_equal(lines_in_use(t), 0);
    settle(t);
    kill_it(t);
    assert_int_equal(alerts_count(t->alerts), 0);
    assert_int_equal(set(t, &one_more), ALERTS_MAX + 2);
}

static void an_alert_waits_with_firing_while_the_journal_takes_nothing(void **state)
{
    struct bench *t = *state;
    struct error e;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    int64_t id = set(t, &a);
    tick(t, 1, 99);
    while (journal_put(t->journal, STR("full"), STR("x"), now(t), &e))
        ;
    tick(t, 1, 101);
    assert_int_equal(at(t, id)->status, ALERT_ON);
    assert_int_equal(at(t, id)->fired, 0);
    settle(t);
    tick(t, 1, 101);
    settle(t);
    assert_int_equal(at(t, id)->status, ALERT_DONE);
    assert_int_equal(t->told_count, 1);
}

static void a_refused_line_is_given_back_named_and_tried_again(void **state)
{
    struct bench *t = *state;
    struct alert_terms a = terms(1, TRIGGER_ABOVE, 100);
    t->b->refuses = 354;
    int64_t id = set(t, &a);
    for (int i = 0; i < 3; i++) {
        peer_turn(t->b->peer);
        bourse_answer(t->b);
        peer_turn(t->b->peer);
    }
    pass(t, 1000);
    alerts_step(t->alerts, now(t));
    assert_int_equal(lines_in_use(t), 0);
    assert_true(reason_is(t, at(t, id), "broker code 354"));
    pass(t, 5 * 60 * 1000);
    alerts_step(t->alerts, now(t));
    assert_int_equal(lines_in_use(t), 0);
    pass(t, 6 * 60 * 1000);
    alerts_step(t->alerts, now(t));
    assert_int_equal(lines_in_use(t), 1);
}

/* ---- terms and what was kept ---- */

static void terms_that_make_no_sense_are_refused_and_the_same_ones_are_one_alert(void **state)
{
    struct bench *t = *state;
    struct alert_terms good = terms(1, TRIGGER_ABOVE, 100), rows[8];
    for (size_t i = 0; i < COUNT(rows); i++)
        rows[i] = good;
    rows[0].condition.level = DEC_NONE;
    rows[1] = terms(1, TRIGGER_DAY_HIGH, 0);
    rows[1].condition.level = DEC_SOME(DEC(1));
    rows[2].condition.reference = DEC_SOME(DEC(1));
    rows[3].condition.measure = MEASURE_CHANGE_PCT;
    rows[3].condition.reference = DEC_SOME(DEC_ZERO);
    rows[4].condition.rearm = DEC(-1);
    rows[5].pause_s = -1;
    rows[6].until = (struct opt_utc){now(t).wall, true};
    rows[7] = terms(1, TRIGGER_HIGH_52W, 0);
    rows[7].contract.sec_type = SEC_FUT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        int64_t id, seq;
        if (alerts_set(t->alerts, &rows[i], NULL, STR("me"), now(t), &id, &seq, &e) ||
            strcmp(e.reason, "ALERT_TERMS") != 0)
            fail_msg("row %zu: %s", i, e.reason);
    }
    assert_int_equal(set(t, &good), 1);
    assert_int_equal(set(t, &good), 1);
    str_copy_cut(good.note, sizeof good.note, STR("another"));
    assert_int_equal(set(t, &good), 2);
}

static void what_cannot_be_read_is_left_alone_and_hides_nothing(void **state)
{
    struct bench *t = *state;
    struct error e;
    struct alert_terms a = terms(1, TRIGGER_CROSSES, 100);
    a.condition.reference = DEC_NONE;
    a.condition.rearm = DEC(2);
    a.repeats = a.only_open = a.allow_delayed = true;
    a.pause_s = 900;
    a.contract.right = 'C';
    a.contract.strike = DEC_SOME(DEC(5));
    str_copy_cut(a.note, sizeof a.note, STR("\"quoted\" \xC3\xA9"));
    int64_t id = set(t, &a);
    static const char *const junk[] = {
        "",
        "{",
        "[]",
        "{\"id\":5}",
        "{\"id\":5,\"con_id\":-1}",
        "{\"id\":5,\"con_id\":1,\"symbol\":\"A\",\"trigger\":\"no\"}"};
    for (size_t i = 0; i < COUNT(junk); i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "alert.%04zu", i + 1);
        assert_true(journal_put(t->journal, str_of(key), str_of(junk[i]), now(t), &e));
    }
    assert_true(journal_put(t->journal, STR("alert.9999"), STR("{}"), now(t), &e));
    settle(t);
    kill_it(t);
    assert_int_equal(alerts_count(t->alerts), 1);
    const struct alert_terms *b = &at(t, id)->terms;
    assert_true(b->repeats && b->only_open && b->allow_delayed && b->pause_s == 900);
    assert_string_equal(b->note, a.note);
    assert_string_equal(b->contract.exchange, "SMART");
    assert_int_equal(b->contract.right, 'C');
    assert_true(dec_eq(b->contract.strike.v, DEC(5)) && dec_eq(b->condition.rearm, DEC(2)));
    assert_int_equal(b->condition.trigger, TRIGGER_CROSSES);
    assert_int_equal(set(t, &a), id);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_firing_is_told_when_it_is_on_the_disk_and_never_again),
        TEST(what_was_lost_with_the_process_fires_again_and_says_that_it_is_late),
        TEST(a_value_older_than_the_record_of_a_firing_does_not_fire_again),
        TEST(nothing_is_told_twice_whenever_the_process_dies),
        TEST(only_a_live_fresh_price_of_an_open_market_fires),
        TEST(a_split_disarms_what_is_in_prices_and_tells_it),
        TEST(a_new_name_is_followed_and_a_contract_that_is_gone_says_so),
        TEST(an_alert_ends_at_its_time_and_stays_ended_when_the_clock_is_set_back),
        TEST(a_pause_lasts_as_long_as_it_should_whatever_the_clock_does),
        TEST(a_thousand_alerts_share_few_lines_and_all_get_their_turn),
        TEST(an_alert_waits_with_firing_while_the_journal_takes_nothing),
        TEST(a_refused_line_is_given_back_named_and_tried_again),
        TEST(terms_that_make_no_sense_are_refused_and_the_same_ones_are_one_alert),
        TEST(what_cannot_be_read_is_left_alone_and_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
