/* SPDX-License-Identifier: MIT */
#include "customer.h"

#include "broker/trade.h"
#include "wire/codec.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AAPL = 265598,
    EURUSD = 12087792,
    QUESTION_MS = 11 * 1000, /* a question ends by then: its deadline, and a little */
    FRESH_MS = 30 * 1000     /* a price of a busy share is no older */
};

static const char *const REFS[] = {"market", "limit"};

/* ---- what people do ---- */

bool customer_is_done(void *ctx)
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

bool customer_ends_well(struct rig *r, struct customer *c, int64_t quiet_ms, char *why, size_t cap)
{
    rig_heal(r);
    if (!rig_until(r, customer_is_done, c, CUSTOMER_LIMIT_MS)) {
        snprintf(why, cap, "%s", r->is_livelocked ? "time stands still" : "not done in time");
        return false;
    }
    if (c->has_waited_too_long) {
        snprintf(why, cap, "%s", c->trouble);
        return false;
    }
    (void)rig_until(r, is_ready, r, CUSTOMER_LIMIT_MS);
    rig_run(r, quiet_ms);
    return subscriptions_live(r, quiet_ms == CUSTOMER_LONG_MS, why, cap) &&
           nothing_came_later(r, c, why, cap) && rig_book_is_true(r, AAPL, why, cap);
}

/* Text and protobuf by turns; not in step with what else the seed decides. */
static int version_of(uint64_t seed)
{
    return seed / 6 % 2 == 0 ? WIRE_VERSION_TEXT_MAX
                             : WIRE_VERSION_PROTO_MAX - (int)(seed / 12 % 2);
}

struct rig *customer_start(uint64_t seed, struct rig_faults faults, struct customer *c)
{
    struct rig_config config = {.seed = seed, .faults = faults, .version = version_of(seed)};
    config.is_verbose = getenv("PORTCULLIS_FAULT_SEED") != NULL;
    config.messages_per_s = seed % 6 == 2 ? 1 : seed % 6 == 5 ? 4 : 0; /* orders have to wait */
    struct rig *r = rig_new(&config);
    *c = (struct customer){.rig = r};
    struct task *t = task_spawn(r->tasks, r->now, 10 * CUSTOMER_LIMIT_MS, trade, c);
    assert(t != NULL);
    (void)t;
    return r;
}
