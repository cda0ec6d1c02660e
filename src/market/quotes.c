/* SPDX-License-Identifier: MIT */
#include "market/quotes.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

enum {
    LINE_WARM_MS = 60 * 1000,
    CODE_LINES_MAX = 101,
    FEWER_MS = 10 * 60 * 1000 /* so long after code 101 no more lines are tried */
};

/* One market data line that we hold; the slot order means nothing. */
struct line {
    int32_t con_id; /* 0: free slot */
    int users;      /* questions that are being answered from it: it is not given back */
    struct instant last_use;
};

struct quotes {
    struct session *session;
    struct line lines[LIMIT_STREAMS];
    size_t lines_max;        /* how many we may hold, by what the broker has said */
    struct instant fewer_at; /* when it said so */
};

struct quotes *quotes_new(struct session *session)
{
    struct quotes *q = xcalloc(1, sizeof *q);
    q->session = session;
    q->lines_max = LIMIT_STREAMS;
    return q;
}

void quotes_free(struct quotes *q)
{
    xfree(q);
}

/* ---- lines ---- */

static void give_back(struct quotes *q, struct line *l, struct moment now)
{
    session_unwatch(q->session, l->con_id, now);
    *l = (struct line){0};
}

void quotes_step(struct quotes *q, struct moment now)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = &q->lines[i];
        if (l->con_id && !l->users && instant_ms_since(l->last_use, now.mono) > LINE_WARM_MS)
            give_back(q, l, now);
    }
    if (q->lines_max < LIMIT_STREAMS && instant_ms_since(q->fewer_at, now.mono) > FEWER_MS)
        q->lines_max = LIMIT_STREAMS; /* a watch list of TWS may have been closed */
}

static struct line *find_line(struct quotes *q, int32_t con_id)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (q->lines[i].con_id == con_id)
            return &q->lines[i];
    return NULL;
}

static size_t count_lines(const struct quotes *q)
{
    size_t n = 0;
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        n += q->lines[i].con_id != 0;
    return n;
}

/* The line used longest ago of those that nobody waits for. */
static struct line *oldest_line(struct quotes *q)
{
    struct line *oldest = NULL;
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = &q->lines[i];
        if (l->con_id && !l->users && (!oldest || l->last_use.ns < oldest->last_use.ns))
            oldest = l;
    }
    return oldest;
}

bool quotes_give_back(struct quotes *q, struct moment now)
{
    struct line *l = oldest_line(q);
    if (!l)
        return false;
    give_back(q, l, now);
    return true;
}

/* Opens a line for c, giving back an old one if need be. NULL with *e filled. */
static struct line *open_line(struct quotes *q, const struct contract *c, struct moment now,
                              struct error *e)
{
    struct line *l = count_lines(q) < q->lines_max ? find_line(q, 0) : NULL;
    if (l && session_watch(q->session, c, now, e))
        return l;
    if (l && e->code != ERROR_LIMIT)
        return NULL;
    while ((l = oldest_line(q)) != NULL) {
        give_back(q, l, now);
        *e = (struct error){0};
        if (session_watch(q->session, c, now, e))
            return l;
        if (e->code != ERROR_LIMIT) /* else an alert keeps that line, too: the next one */
            return NULL;
    }
    error_set(e, ERROR_LIMIT, "LINES_MAX", "all %zu market data lines are in use", q->lines_max);
    error_next(e, "ask for fewer symbols at once");
    return NULL;
}

/* Makes sure that there is a line for c and keeps it from being given back until `release`. */
static bool hold(struct quotes *q, const struct contract *c, struct moment now, struct error *e)
{
    struct line *l = find_line(q, c->con_id);
    if (!l) {
        l = open_line(q, c, now, e);
        if (!l)
            return false;
        *l = (struct line){.con_id = c->con_id};
    }
    l->users++;
    l->last_use = now.mono;
    return true;
}

/* True if nothing will come on that line: it was refused, or another session has its prices. */
static bool is_dead(const struct quotes *q, int32_t con_id)
{
    const struct quote *quote = session_quote(q->session, con_id);
    struct str text;
    int code = session_quote_notice(q->session, con_id, &text);
    return session_quote_is_refused(q->session, con_id) ||
           (gap_of_code(code) == GAP_COMPETING_SESSION && quote && !quote->time.has);
}

/* A dead line is given back at once: the next question asks anew. */
static void release(struct quotes *q, int32_t con_id, struct moment now)
{
    struct line *l = find_line(q, con_id);
    assert(l && l->users > 0);
    if (--l->users == 0 && is_dead(q, con_id))
        give_back(q, l, now);
}

/* ---- answers ---- */

static int64_t price_age_ms(const struct quotes *q, const struct quote *quote, int64_t age_ms,
                            struct moment now)
{
    struct utc clock;
    if (quote->data_type == DATA_LIVE || age_ms < 0 || !quote->traded.has ||
        !session_clock(q->session, now, &clock) || clock.ns < quote->traded.v.ns)
        return age_ms;
    int64_t since_trade_ms = (clock.ns - quote->traded.v.ns) / NS_PER_MS;
    return since_trade_ms > age_ms ? since_trade_ms : age_ms;
}

static void fill(const struct quotes *q, struct quote_answer *a, struct task *t)
{
    int32_t con_id = a->contract.con_id;
    const struct quote *quote = session_quote(q->session, con_id);
    struct str text = STR_NONE;
    a->notice_code = session_quote_notice(q->session, con_id, &text);
    a->notice = arena_str(task_arena(t), text);
    a->is_refused = session_quote_is_refused(q->session, con_id);
    a->is_down = !session_is_ready(q->session);
    a->age_ms = a->price_age_ms = -1;
    if (!quote) {
        a->quote = (struct quote){0};
        return;
    }
    a->quote = *quote;
    a->age_ms = quote_age_ms(quote, task_now(t).mono);
    a->price_age_ms = price_age_ms(q, quote, a->age_ms, task_now(t));
}

/* ---- waves ---- */

enum turn { TURN_WAITS, TURN_HELD, TURN_DONE };

/* Lines for as many as there are. False if there is none for any. */
static bool begin_wave(struct quotes *q, struct quote_answer *answers, enum turn *turns, size_t n,
                       struct moment now)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (turns[i] != TURN_WAITS)
            continue;
        struct error e = {0};
        if (hold(q, &answers[i].contract, now, &e)) {
            turns[i] = TURN_HELD;
            any = true;
        } else if (e.code != ERROR_LIMIT) {
            answers[i].error = e;
            turns[i] = TURN_DONE;
        }
    }
    return any;
}

/* The broker grants fewer lines than we count: from now on as many as it has not refused. */
static void take_fewer(struct quotes *q, struct moment now)
{
    size_t granted = 0;
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        granted += q->lines[i].con_id && !session_quote_is_refused(q->session, q->lines[i].con_id);
    q->lines_max = granted ? granted : 1;
    q->fewer_at = now.mono;
}

/* Answers those that are held. What was refused for want of lines has another turn, if any other
 * contract of this question had a line meanwhile. */
static void end_wave(struct quotes *q, struct quote_answer *answers, enum turn *turns, size_t n,
                     struct task *t, bool ok)
{
    size_t served = 0;
    bool is_short = false;
    for (size_t i = 0; i < n; i++) {
        if (turns[i] != TURN_HELD)
            continue;
        fill(q, &answers[i], t);
        bool is_over = answers[i].is_refused && answers[i].notice_code == CODE_LINES_MAX;
        is_short |= is_over;
        served += !is_over;
    }
    if (is_short)
        take_fewer(q, task_now(t));
    for (size_t i = 0; i < n; i++) {
        if (turns[i] != TURN_HELD)
            continue;
        bool again =
            ok && served && answers[i].is_refused && answers[i].notice_code == CODE_LINES_MAX;
        release(q, answers[i].contract.con_id, task_now(t));
        turns[i] = again ? TURN_WAITS : TURN_DONE;
    }
}

static size_t count_waiting(const enum turn *turns, size_t n)
{
    size_t waiting = 0;
    for (size_t i = 0; i < n; i++)
        waiting += turns[i] == TURN_WAITS;
    return waiting;
}

bool quotes_get(struct task *t, struct quotes *q, struct quote_answer *answers, size_t n,
                int64_t wait_ms, struct error *e)
{
    if (!session_is_ready(q->session))
        return error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED",
                         "the broker connection is not ready");
    enum turn *turns = ARENA_MANY(task_arena(t), enum turn, n); /* TURN_WAITS */
    for (size_t i = 0; i < n; i++) {
        assert(answers[i].contract.con_id);
        answers[i].error = (struct error){0};
    }
    bool ok = true;
    while (ok && count_waiting(turns, n)) {
        struct instant until = instant_after_ms(task_now(t).mono, wait_ms);
        if (!begin_wave(q, answers, turns, n, task_now(t)))
            break;
        for (size_t i = 0; i < n && ok; i++)
            if (turns[i] == TURN_HELD)
                ok = session_await_quote(t, q->session, answers[i].contract.con_id, until, e);
        end_wave(q, answers, turns, n, t, ok);
    }
    for (size_t i = 0; i < n && ok; i++) {
        if (turns[i] != TURN_WAITS)
            continue;
        error_set(&answers[i].error, ERROR_LIMIT, "LINES_MAX",
                  "all %zu market data lines are in use", q->lines_max);
        error_next(&answers[i].error, "ask for fewer symbols at once");
    }
    return ok;
}

/* ---- why not ---- */

static struct gap_facts facts_of(const struct quote_answer *a, enum market_state market)
{
    return (struct gap_facts){.sec_type = a->contract.sec_type,
                              .notice_code = a->notice_code,
                              .is_refused = a->is_refused,
                              .is_down = a->is_down,
                              .has_price = a->age_ms >= 0,
                              .is_halted = a->quote.is_halted,
                              .market = market};
}

enum gap quote_gap(const struct quote_answer *a, enum quote_value v, enum market_state market)
{
    struct gap_facts f = facts_of(a, market);
    return gap_of(&f, v);
}

enum gap quote_gap_whole(const struct quote_answer *a, enum market_state market)
{
    struct gap_facts f = facts_of(a, market);
    return gap_of_quote(&f, a->quote.data_type);
}
