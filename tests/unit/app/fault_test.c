/* SPDX-License-Identifier: MIT */
/*
 * The session under faults, in virtual time: whatever the line does, every question ends, no order
 * is at the exchange twice, the subscriptions are whole afterwards, and the book is what the
 * exchange's books say.
 *
 * The numbers of random seeds and of cut bytes are smaller under a sanitizer. A failure prints the
 * line that replays it: PORTCULLIS_FAULT_SEED=n runs that seed alone, and shows its log.
 */
#include "../../kit/rig.h"
#include "broker/trade.h"
#include "tests/kit/arm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

enum {
    SEEDS = IS_SLOW ? 2000 : 10000,
    STRIDE = IS_SLOW ? 7 : 1, /* of the bytes after which the line is cut */
    AAPL = 265598,
    EURUSD = 12087792,
    LIMIT_MS = 20 * 60 * 1000,    /* for a whole conversation, however bad the line */
    QUESTION_MS = 11 * 1000,      /* a question ends by then: its deadline, and a little */
    SPOILED = IS_SLOW ? 12 : 100, /* conversations whose every message is spoiled */
    SHORT_MS = 5 * 1000,
    LONG_MS = 70 * 1000, /* the ends of questions that were given up are awaited for a minute */
    FRESH_MS = 30 * 1000 /* a price of a busy share is no older */
};

/* ---- a customer, who does what people do ---- */

struct customer {
    struct rig *rig;
    bool is_done, has_waited_too_long;
    int asked;
    bool has_given_up[2]; /* of the orders below: two complete snapshots did not know them */
    char trouble[200];
};

static const char *const REFS[] = {"market", "limit"};

static bool is_done(void *ctx)
{
    const struct customer *c = ctx;
    return c->is_done;
}

static bool pause(struct task *t)
{
    struct error e;
    return task_sleep(t, 50, &e);
}

static bool until_ready(struct task *t, struct customer *c)
{
    while (!session_is_ready(c->rig->session))
        if (!pause(t))
            return false;
    return true;
}

/* Every question ends in time, whatever its end is. */
static void note_time(struct customer *c, struct task *t, struct instant since, const char *what)
{
    c->asked++;
    if (instant_ms_since(since, task_now(t).mono) > QUESTION_MS && !c->has_waited_too_long) {
        c->has_waited_too_long = true;
        snprintf(c->trouble, sizeof c->trouble, "%s took %lld ms", what,
                 (long long)instant_ms_since(since, task_now(t).mono));
    }
}

static bool find_contract(struct task *t, struct customer *c, struct contract *out)
{
    struct contract like = {.sec_type = SEC_STK};
    struct contract_details *found;
    struct error e;
    size_t n = 0;
    snprintf(like.symbol, sizeof like.symbol, "AAPL");
    snprintf(like.currency, sizeof like.currency, "USD");
    for (;;) {
        if (!until_ready(t, c))
            return false;
        struct instant since = task_now(t).mono;
        bool ok = query_contracts(t, c->rig->session, &like, NULL, STR_NONE, &found, &n, &e);
        note_time(c, t, since, "contracts");
        if (ok && n > 0)
            break;
        if (!pause(t))
            return false;
    }
    *out = found[0].contract;
    return true;
}

/* A currency pair: the exchange takes long to work out a share's highs and lows of a year. */
static bool watch(struct task *t, struct customer *c)
{
    struct error e;
    struct contract k = {.con_id = EURUSD, .sec_type = SEC_CASH};
    snprintf(k.symbol, sizeof k.symbol, "EUR");
    snprintf(k.currency, sizeof k.currency, "USD");
    snprintf(k.exchange, sizeof k.exchange, "IDEALPRO");
    if (!session_watch(c->rig->session, &k, task_now(t), &e))
        return false;
    for (;;) {
        const struct quote *q = session_quote(c->rig->session, EURUSD);
        if (q != NULL && q->bid.has && q->ask.has)
            return true;
        if (!session_await_quote(t, c->rig->session, EURUSD,
                                 instant_after_ms(task_now(t).mono, 1000), &e) ||
            !pause(t))
            return false;
    }
}

static struct order make_order(struct customer *c, const struct contract *k, const char *ref)
{
    struct order o = {.contract = *k,
                      .side = SIDE_BUY,
                      .type = ORDER_MKT,
                      .tif = TIF_DAY,
                      .quantity = DEC(3),
                      .client_id = 1,
                      .transmit = true};
    snprintf(o.ref, sizeof o.ref, "%s", ref);
    snprintf(o.account, sizeof o.account, "%s", book_account(c->rig->book, 0));
    return o;
}

/* Hands the order to the session once. "Not one byte was queued" may be tried again, nothing else.
 */
static bool place(struct task *t, struct customer *c, struct order *o)
{
    struct error e;
    for (;;) {
        if (!until_ready(t, c))
            return false;
        if (trade_next_order_id(c->rig->session, &o->order_id, &e) &&
            trade_place(c->rig->session, o, task_now(t), &e))
            return true;
        if (!pause(t))
            return false;
    }
}

/*
 * Waits until the fate of an order is known: the book has it in the state that `wants_end` asks
 * for, or two complete snapshots do not know it, which settles that it was never placed.
 */
static bool settle(struct task *t, struct customer *c, const struct order *o, bool wants_end,
                   bool *is_there)
{
    struct error e;
    for (int absent = 0; absent < 2;) {
        for (int i = 0; i < 20; i++) {
            const struct book_order *b = book_order_ref(c->rig->book, STR_NAME(o->ref));
            *is_there = b != NULL && b->status.state != STATE_UNKNOWN;
            if (*is_there && (!wants_end || !order_state_is_working(b->status.state)))
                return true;
            if (!pause(t))
                return false;
        }
        if (*is_there || !until_ready(t, c))
            return *is_there; /* what works is not settled: ask the caller to go on */
        struct instant since = task_now(t).mono;
        bool ok = query_open_orders(t, c->rig->session, &e) &&
                  query_completed_orders(t, c->rig->session, &e) &&
                  query_executions(t, c->rig->session, &e);
        if (instant_ms_since(since, task_now(t).mono) > 3 * QUESTION_MS)
            note_time(c, t, since, "snapshots");
        absent += ok;
    }
    return true;
}

static bool cancel(struct task *t, struct customer *c, const struct order *o)
{
    struct error e;
    bool is_there = true;
    for (;;) {
        if (!until_ready(t, c))
            return false;
        (void)!trade_cancel(c->rig->session, o->order_id, task_now(t), &e);
        (void)settle(t, c, o, true, &is_there);
        const struct book_order *b = book_order_ref(c->rig->book, STR_NAME(o->ref));
        if (!is_there || (b != NULL && !order_state_is_working(b->status.state)))
            return true;
        if (!pause(t))
            return false;
    }
}

static bool look_around(struct task *t, struct customer *c, const struct contract *k)
{
    struct error e;
    struct utc at;
    struct bar *bars;
    size_t n;
    struct bars_question q = {.contract = *k, .length = 300, .unit = 'S', .size = BAR_1_MINUTE};
    for (;;) {
        struct instant since = task_now(t).mono;
        bool ok = query_time(t, c->rig->session, &at, &e);
        note_time(c, t, since, "time");
        since = task_now(t).mono;
        ok = ok && query_positions(t, c->rig->session, &e);
        note_time(c, t, since, "positions");
        ok = ok && query_bars(t, c->rig->session, &q, &bars, &n, &e) && n > 0;
        if (ok)
            return true;
        if (!pause(t) || !until_ready(t, c))
            return false;
    }
}

static void trade(struct task *t, void *arg)
{
    struct customer *c = arg;
    struct contract k;
    bool is_there;
    if (!find_contract(t, c, &k) || !watch(t, c))
        return;
    if (!until_ready(t, c))
        return;
    struct order market = make_order(c, &k, REFS[0]);
    if (!place(t, c, &market))
        return;
    (void)settle(t, c, &market, true, &is_there);
    c->has_given_up[0] = !is_there;
    struct order limit = make_order(c, &k, REFS[1]);
    limit.type = ORDER_LMT;
    limit.limit_price = DEC_SOME(DEC(10));
    if (!place(t, c, &limit) || !settle(t, c, &limit, false, &is_there))
        return;
    c->has_given_up[1] = !is_there;
    if ((is_there && !cancel(t, c, &limit)) || !look_around(t, c, &k))
        return;
    c->is_done = true;
}

/* ---- what must hold afterwards ---- */

static bool subscriptions_live(struct rig *r, bool is_long, char *why, size_t cap)
{
    const struct quote *q = session_quote(r->session, EURUSD);
    struct session_status st;
    session_status(r->session, &st);
    size_t events = r->events;
    if (!session_is_ready(r->session))
        snprintf(why, cap, "not ready: %s, %.100s", link_state_text(st.link), st.last_text);
    else if (q == NULL || !q->bid.has || !q->ask.has)
        snprintf(why, cap, "no quote");
    else if (r->now.wall.ns - q->time.v.ns > (int64_t)FRESH_MS * NS_PER_MS)
        snprintf(why, cap, "an old quote");
    else if (is_long && st.requests_in_flight > 0)
        snprintf(why, cap, "%zu questions are still open", st.requests_in_flight);
    else if (st.queued_messages > 0)
        snprintf(why, cap, "%zu messages still wait", st.queued_messages);
    else if (!book_pnl(r->book, str_of(book_account(r->book, 0))).unrealized.has)
        snprintf(why, cap, "no profit and loss");
    else
        return events > 0;
    return false;
}

/* What is not at the broker by its own word never comes there later: nothing is sent again. */
static bool nothing_came_later(struct rig *r, const struct customer *c, char *why, size_t cap)
{
    struct rig_order orders[8];
    size_t fills, n = rig_orders(r, orders, sizeof orders / sizeof orders[0], &fills);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof REFS / sizeof REFS[0]; k++)
            if (c->has_given_up[k] && strcmp(orders[i].ref, REFS[k]) == 0) {
                snprintf(why, cap, "%s came after it was known not to be there", REFS[k]);
                return false;
            }
    return true;
}

static bool is_ready(void *ctx)
{
    const struct rig *r = ctx;
    return session_is_ready(r->session);
}

/* The line is good again: the conversation comes to its end, and everything is as it should be. */
static bool ends_well(struct rig *r, struct customer *c, int64_t quiet_ms, char *why, size_t cap)
{
    rig_heal(r);
    if (!rig_until(r, is_done, c, LIMIT_MS)) {
        snprintf(why, cap, "%s", r->is_livelocked ? "time stands still" : "not done in time");
        return false;
    }
    if (c->has_waited_too_long) {
        snprintf(why, cap, "%s", c->trouble);
        return false;
    }
    (void)rig_until(r, is_ready, r, LIMIT_MS);
    rig_run(r, quiet_ms);
    return subscriptions_live(r, quiet_ms == LONG_MS, why, cap) &&
           nothing_came_later(r, c, why, cap) && rig_book_is_true(r, AAPL, why, cap);
}

static struct rig *start(uint64_t seed, struct rig_faults faults, struct customer *c)
{
    struct rig_config config = {.seed = seed, .faults = faults};
    config.is_verbose = getenv("PORTCULLIS_FAULT_SEED") != NULL;
    config.messages_per_s = seed % 6 == 2 ? 1 : seed % 6 == 5 ? 4 : 0; /* orders have to wait */
    struct rig *r = rig_new(&config);
    *c = (struct customer){.rig = r};
    struct task *t = task_spawn(r->tasks, r->now, 10 * LIMIT_MS, trade, c);
    assert_non_null(t);
    return r;
}

static void must_end_well(struct rig *r, struct customer *c, int64_t quiet_ms, const char *what,
                          int64_t n)
{
    char why[200];
    if (!ends_well(r, c, quiet_ms, why, sizeof why))
        fail_msg("%s %lld: %s", what, (long long)n, why);
    rig_free(r);
}

/* ---- one fault at a time ---- */

static void a_good_line_needs_one_connection(void **state)
{
    (void)state;
    struct customer c;
    char why[200];
    struct rig *r = start(1, (struct rig_faults)RIG_NO_FAULTS, &c);
    if (!ends_well(r, &c, LONG_MS, why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(r->connections, 1);
    assert_int_equal(r->late_count, 0);
    rig_free(r);
}

/* How many bytes the conversation has, as far as its last step. */
static void measure(int64_t *down, int64_t *up)
{
    struct customer c;
    struct rig *r = start(1, (struct rig_faults)RIG_NO_FAULTS, &c);
    assert_true(rig_until(r, is_done, &c, LIMIT_MS));
    *down = r->down_count;
    *up = r->up_count;
    assert_true(*down > 10000 && *up > 1000);
    rig_free(r);
}

static void with_fault_at(int64_t n, struct rig_faults faults, const char *what)
{
    struct customer c;
    struct rig *r = start(1, faults, &c);
    (void)rig_until(r, is_done, &c, LIMIT_MS);
    must_end_well(r, &c, n % 16 == 0 ? LONG_MS : SHORT_MS, what, n);
}

static void the_line_may_break_after_any_byte_from_the_exchange(void **state)
{
    (void)state;
    int64_t down, up;
    measure(&down, &up);
    for (int64_t n = 0; n < down; n += STRIDE) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.cut_down_at = n;
        with_fault_at(n, f, "cut from the exchange after byte");
    }
}

static void the_line_may_break_after_any_byte_to_the_exchange(void **state)
{
    (void)state;
    int64_t down, up;
    measure(&down, &up);
    for (int64_t n = 0; n < up; n += STRIDE) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.cut_up_at = n;
        with_fault_at(n, f, "cut to the exchange after byte");
    }
}

/* Nothing arrives any more, and nobody says so; the exchange still holds the client id. */
static void a_dead_line_that_nobody_closes_is_found_out(void **state)
{
    (void)state;
    int64_t down, up;
    measure(&down, &up);
    for (int64_t n = 1; n < down; n += 37 * STRIDE) {
        struct rig_faults f = RIG_NO_FAULTS;
        f.swallow_at = n;
        with_fault_at(n, f, "swallowed after byte");
    }
}

static void one_byte_at_a_time_is_enough(void **state)
{
    (void)state;
    for (int ms = 1; ms <= 2; ms++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.drip_ms = ms;
        struct rig *r = start(1, f, &c);
        assert_true(rig_until(r, is_done, &c, LIMIT_MS));
        assert_int_equal(r->connections, 1);
        must_end_well(r, &c, LONG_MS, "drip", ms);
    }
}

static void every_message_may_come_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.duplicate_percent = seed % 2 == 0 ? 100 : 40;
        struct rig *r = start(seed, f, &c);
        assert_true(rig_until(r, is_done, &c, LIMIT_MS));
        must_end_well(r, &c, SHORT_MS, "duplicated, seed", (int64_t)seed);
    }
}

static void every_message_may_be_late(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.delay_ms = (int)(seed * 10);
        struct rig *r = start(seed, f, &c);
        (void)rig_until(r, is_done, &c, LIMIT_MS);
        must_end_well(r, &c, SHORT_MS, "delayed, seed", (int64_t)seed);
    }
}

/* What came last need not be the latest then, so the next snapshot decides. */
static void messages_of_a_class_may_change_places(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SPOILED; seed++) {
        struct rig_faults f = RIG_NO_FAULTS;
        struct customer c;
        f.reorder_percent = 100;
        f.delay_ms = 30;
        struct rig *r = start(seed, f, &c);
        (void)rig_until(r, is_done, &c, LIMIT_MS);
        rig_heal(r);
        rig_cut(r);
        must_end_well(r, &c, SHORT_MS, "reordered, seed", (int64_t)seed);
    }
}

/* ---- everything at once, by chance ---- */

static void by_chance(struct rng *rng, struct rig *r)
{
    struct rig_faults f = RIG_NO_FAULTS;
    if (rng_below(rng, 3) == 0)
        f.cut_down_at = r->down_count + rng_below(rng, 20000);
    if (rng_below(rng, 4) == 0)
        f.cut_up_at = r->up_count + rng_below(rng, 1200);
    if (rng_below(rng, 6) == 0)
        f.swallow_at = r->down_count + rng_below(rng, 20000);
    if (rng_below(rng, 12) == 0)
        f.drip_ms = 1;
    if (rng_below(rng, 3) == 0)
        f.delay_ms = (int)rng_below(rng, 800);
    if (rng_below(rng, 3) == 0)
        f.duplicate_percent = (int)rng_below(rng, 101);
    if (rng_below(rng, 3) == 0)
        f.reorder_percent = (int)rng_below(rng, 101);
    if (rng_below(rng, 6) == 0)
        f.take_max = 1 + (int)rng_below(rng, 40);
    f.refuse = rng_below(rng, 4) == 0 ? (int)rng_below(rng, 4) : 0;
    r->faults = f;
}

/* What the exchange itself does. */
static void exchange_by_chance(struct rng *rng, struct rig *r)
{
    bool ok = true;
    char junk[40];
    switch (rng_below(rng, 10)) {
    case 0:
        ok = arm(r->paper, r->now, "cut_before_ack 1");
        break;
    case 1:
        ok = arm(r->paper, r->now, "lose_order %d", (int)(1 + rng_below(rng, 2)));
        break;
    case 2:
        ok = arm(r->paper, r->now, "stall %d", (int)(rng_below(rng, 3000)));
        break;
    case 3:
        ok = arm(r->paper, r->now, "duplicate");
        break;
    case 4:
    case 5:
        ok = arm(r->paper, r->now, "link_lost");
        break;
    case 6:
        ok = arm(r->paper, r->now, "link_back %d", (int)(1101 + rng_below(rng, 2)));
        break;
    case 7:
        for (size_t i = 0; i < sizeof junk; i++)
            junk[i] = (char)rng_below(rng, 256);
        rig_inject(r, (struct str){junk, 1 + rng_below(rng, sizeof junk)});
        break;
    case 8:
        rig_cut(r);
        break;
    default:
        break;
    }
    assert_true(ok);
}

static bool play(uint64_t seed, char *why, size_t cap)
{
    struct rng rng;
    struct customer c;
    rng_init(&rng, seed, 9);
    struct rig *r = start(seed, (struct rig_faults)RIG_NO_FAULTS, &c);
    bool is_reordered = false;
    for (uint32_t rounds = 1 + rng_below(&rng, 4); rounds > 0; rounds--) {
        by_chance(&rng, r);
        is_reordered = is_reordered || r->faults.reorder_percent > 0;
        (void)rig_until(r, is_done, &c, rng_below(&rng, 2500));
        exchange_by_chance(&rng, r);
        (void)rig_until(r, is_done, &c, rng_below(&rng, 2500));
    }
    bool ok = arm(r->paper, r->now, "link_back %d", (int)(1101 + rng_below(&rng, 2))) &&
              arm(r->paper, r->now, "none");
    assert_true(ok);
    rig_heal(r);
    rig_run(r, rng_below(&rng, 3000));
    if (is_reordered)
        rig_cut(r); /* messages that changed places: the next snapshot decides */
    ok = ends_well(r, &c, seed % 16 == 0 ? LONG_MS : SHORT_MS, why, cap);
    rig_free(r);
    return ok;
}

static uint64_t number_in(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    uint64_t n;
    return text != NULL && str_to_u64(str_of(text), &n) ? n : otherwise;
}

static void whatever_happens_it_ends_well(void **state)
{
    (void)state;
    uint64_t first = number_in("PORTCULLIS_FAULT_SEED", 1);
    uint64_t count =
        getenv("PORTCULLIS_FAULT_SEED") != NULL ? 1 : number_in("PORTCULLIS_FAULT_SEEDS", SEEDS);
    char why[200];
    for (uint64_t seed = first; seed < first + count; seed++)
        if (!play(seed, why, sizeof why))
            fail_msg("%s; to see it: PORTCULLIS_FAULT_SEED=%llu build/unit/app/fault_test", why,
                     (unsigned long long)seed);
}

/* ---- what was missed ---- */

static void a_fill_that_was_missed_is_told_as_late_once(void **state)
{
    (void)state;
    struct customer c;
    struct rig *r = start(1, (struct rig_faults)RIG_NO_FAULTS, &c);
    assert_true(arm(r->paper, r->now, "cut_before_ack 1"));
    assert_true(rig_until(r, is_done, &c, LIMIT_MS));
    assert_int_equal(r->connections, 2);
    assert_int_equal(r->late_count, 1);
    rig_cut(r);
    rig_run(r, 5000);
    assert_int_equal(r->connections, 3);
    assert_int_equal(r->late_count, 1);
    must_end_well(r, &c, SHORT_MS, "late", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_line_needs_one_connection),
        cmocka_unit_test(the_line_may_break_after_any_byte_to_the_exchange),
        cmocka_unit_test(the_line_may_break_after_any_byte_from_the_exchange),
        cmocka_unit_test(a_dead_line_that_nobody_closes_is_found_out),
        cmocka_unit_test(one_byte_at_a_time_is_enough),
        cmocka_unit_test(every_message_may_come_twice),
        cmocka_unit_test(every_message_may_be_late),
        cmocka_unit_test(messages_of_a_class_may_change_places),
        cmocka_unit_test(whatever_happens_it_ends_well),
        cmocka_unit_test(a_fill_that_was_missed_is_told_as_late_once),
    };
    if (getenv("PORTCULLIS_FAULT_SEED") != NULL)
        cmocka_set_test_filter("whatever*");
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
