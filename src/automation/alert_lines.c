/* SPDX-License-Identifier: MIT */
/*
 * alert_lines: market data for the contracts of alerts, and what the broker says about them.
 *
 * The first ALERT_LINES_MAX contracts keep a line each. The others take turns on ALERT_TURNS_MAX
 * lines, so that most of the account's lines stay free for everybody else.
 */
#include "automation/inside.h"
#include "base/alloc.h"
#include "broker/query.h"

#include <stdio.h>
#include <string.h>

enum {
    SETTLED_MS = 2000, /* a turn lasts so long at least, if prices have come */
    REFRESH_MS = 12 * 3600 * 1000,
    AGAIN_MS = 10 * 60 * 1000, /* after a question that gave nothing */
    REFRESH_MANY = 50
};

bool watched_is_wanted(const struct watched *w)
{
    for (const struct alert *al = w->first; al; al = al->next)
        if (al->status == ALERT_ON)
            return true;
    return false;
}

void lines_release(struct alerts *a, struct watched *w, struct moment now)
{
    if (w->use != LINE_NONE)
        session_unwatch(a->session, w->contract.con_id, now);
    w->use = LINE_NONE;
    w->first_quote = (struct instant){0};
    w->is_settled = false;
}

static size_t count_use(const struct alerts *a, enum line_use use)
{
    void *value = NULL;
    size_t n = 0;
    for (size_t i = 0; map_next(a->by_contract, &i, &value);) {
        const struct watched *w = value;
        n += w->use == use && watched_is_wanted(w);
    }
    return n;
}

size_t alerts_in_turn(const struct alerts *a, int64_t *round_s)
{
    size_t n = count_use(a, LINE_NONE) + count_use(a, LINE_TURN);
    *round_s = (int64_t)((n + ALERT_TURNS_MAX - 1) / ALERT_TURNS_MAX * (ALERT_TURN_MS / 1000));
    return n;
}

static bool take_line(struct alerts *a, struct watched *w, enum line_use use, struct moment now)
{
    struct error e = {0};
    bool ok = session_watch(a->session, &w->contract, now, &e);
    if (!ok && e.code == ERROR_LIMIT && quotes_give_back(a->quotes, now))
        ok = session_watch(a->session, &w->contract, now, &e);
    if (!ok)
        return false;
    w->use = use;
    w->since = now.mono;
    const struct quote *q = session_quote(a->session, w->contract.con_id);
    if (q && q->time.has) { /* somebody else's line: its next change may be far away */
        struct quote copy = *q;
        alerts_look(a, w, &copy, now);
    }
    return true;
}

static void set_block(struct watched *w, enum alert_block block)
{
    for (struct alert *al = w->first; al; al = al->next)
        al->block = al->status == ALERT_ON ? block : al->block;
}

/* A line that the broker has refused brings nothing; it is asked for again after a while. */
static void drop_refused(struct alerts *a, struct watched *w, struct moment now)
{
    struct str text = STR_NONE;
    if (w->refused_at.ns && instant_ms_since(w->refused_at, now.mono) > AGAIN_MS)
        w->refused_at = (struct instant){0};
    if (w->use == LINE_NONE || !session_quote_is_refused(a->session, w->contract.con_id))
        return;
    int code = session_quote_notice(a->session, w->contract.con_id, &text);
    (void)snprintf(w->notice, sizeof w->notice, "broker code %d: " STR_FMT, code,
                   STR_ARG(str_sub(text, 0, 120)));
    w->refused_at = now.mono;
    lines_release(a, w, now);
    set_block(w, ALERT_REFUSED);
}

static bool may_take(const struct watched *w)
{
    return w->use == LINE_NONE && !w->is_gone && !w->refused_at.ns && watched_is_wanted(w);
}

static bool turn_is_over(const struct alerts *a, const struct watched *w, struct moment now)
{
    const struct quote *q = session_quote(a->session, w->contract.con_id);
    int64_t ms = instant_ms_since(w->since, now.mono);
    return ms >= ALERT_TURN_MS || (ms >= SETTLED_MS && q && q->time.has);
}

/* The i-th contract without a line behind the place where the turns are. */
static void start_turns(struct alerts *a, struct moment now)
{
    void *value = NULL;
    size_t in_turn = count_use(a, LINE_TURN), n = map_count(a->by_contract);
    for (size_t round = 0; round < 2 && in_turn < ALERT_TURNS_MAX; round++) {
        size_t at = 0;
        for (size_t i = 0; map_next(a->by_contract, &i, &value) && in_turn < ALERT_TURNS_MAX;) {
            struct watched *w = value;
            bool is_ahead = round == 0 ? at >= a->turn : at < a->turn;
            at++;
            if (!is_ahead || !may_take(w))
                continue;
            if (!take_line(a, w, LINE_TURN, now))
                return;
            in_turn++;
            a->turn = at;
        }
    }
    if (a->turn >= n)
        a->turn = 0;
}

void lines_step(struct alerts *a, struct moment now)
{
    void *value = NULL;
    size_t held = count_use(a, LINE_HELD);
    for (size_t i = 0; map_next(a->by_contract, &i, &value);) {
        struct watched *w = value;
        bool was_held = w->use == LINE_HELD;
        drop_refused(a, w, now);
        held -= was_held && w->use == LINE_NONE && watched_is_wanted(w);
        if (w->use == LINE_TURN && held >= ALERT_LINES_MAX && turn_is_over(a, w, now))
            lines_release(a, w, now);
        if (w->use == LINE_TURN && held < ALERT_LINES_MAX && watched_is_wanted(w)) {
            w->use = LINE_HELD; /* there is room again */
            held++;
        }
        if (held < ALERT_LINES_MAX && may_take(w))
            held += take_line(a, w, LINE_HELD, now);
    }
    start_turns(a, now);
}

/* ---- what the contracts are now ---- */

/* Asked at every turn of the loop, so what costs comes last, and at most once a second. */
static bool is_due(const struct alerts *a, struct watched *w, struct moment now)
{
    if (!w->was_asked)
        return true;
    int64_t ms = instant_ms_since(w->asked_at, now.mono);
    return ms > REFRESH_MS || (ms > AGAIN_MS && watched_market(a, w, now) == MARKET_UNKNOWN);
}

bool alerts_refresh_due(const struct alerts *a, struct moment now)
{
    void *value = NULL;
    if (!a->count || !session_is_ready(a->session))
        return false;
    for (size_t i = 0; map_next(a->by_contract, &i, &value);)
        if (watched_is_wanted(value) && is_due(a, value, now))
            return true;
    return false;
}

static void take_details(struct alerts *a, struct watched *w, const struct contract_question *q,
                         struct moment now)
{
    if (q->error.code == ERROR_NOT_FOUND) {
        log_warn(&a->log, "the broker no longer knows contract %d", (int)w->contract.con_id);
        w->is_gone = true;
        lines_release(a, w, now);
        set_block(w, ALERT_GONE);
    }
    if (!q->count) {
        log_warn(&a->log, "contract %d: %s", (int)w->contract.con_id, q->error.text);
        return;
    }
    w->is_gone = false;
    if (!w->details)
        w->details = xmalloc(sizeof *w->details);
    *w->details = q->found[0];
    w->market_at = (struct instant){0};
    for (struct alert *al = w->first; al; al = al->next) {
        struct contract *k = &al->terms.contract;
        const struct contract *found = &q->found[0].contract;
        bool is_renamed = strcmp(k->symbol, found->symbol) != 0;
        memcpy(k->symbol, found->symbol, sizeof k->symbol);
        memcpy(k->local_symbol, found->local_symbol, sizeof k->local_symbol);
        if (!is_renamed)
            continue;
        char was[ALERT_NAME_MAX];
        memcpy(was, al->name, sizeof was);
        (void)contract_name(k, al->name, sizeof al->name);
        log_warn(&a->log, "alert=%lld was=%s is=%s: the contract has a new name", (long long)al->id,
                 was, al->name);
        alert_save(a, al, now);
    }
}

void alerts_refresh(struct task *t, struct alerts *a)
{
    struct contract_question *q = ARENA_MANY(task_arena(t), struct contract_question, REFRESH_MANY);
    void *value = NULL;
    struct error e = {0};
    size_t n = 0;
    for (size_t i = 0; map_next(a->by_contract, &i, &value) && n < REFRESH_MANY;) {
        struct watched *w = value;
        if (!watched_is_wanted(w) || !is_due(a, w, task_now(t)))
            continue;
        w->was_asked = true;
        w->asked_at = task_now(t).mono;
        q[n].like.con_id = w->contract.con_id;
        str_copy_cut(q[n].like.exchange, sizeof q[n].like.exchange, STR_NAME(w->contract.exchange));
        n++;
    }
    if (!n)
        return;
    if (!query_contracts_batch(t, a->session, q, n, &e)) {
        log_warn(&a->log, "the contracts of alerts could not be asked for: %s", e.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct watched *w = map_get(a->by_contract, q[i].like.con_id);
        if (w) /* it may have gone meanwhile */
            take_details(a, w, &q[i], task_now(t));
    }
}
