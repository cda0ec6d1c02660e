/* SPDX-License-Identifier: MIT */
#include "guard/reconcile.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "broker/query.h"
#include "guard/record.h"
#include "guard/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    NO_ANSWER_AGAIN_MS = 65 * 1000, /* the session waits a minute for a late end of a list */
    BREAKS_AGAIN_MS = 60 * 1000,
    WAIT_STEP_MS = 50,
    NAMES_MAX = LIMIT_ORDERS + LIMIT_POSITIONS
};

static const char *const trigger_texts[] = {
    [GATE_ON_CONNECT] = "connect", [GATE_ON_TIMER] = "timer", [GATE_ON_REQUEST] = "request"};
static const char *const state_texts[] = {
    [GATE_RECONCILE_NEVER] = "never",         [GATE_RECONCILE_SETTLING] = "settling",
    [GATE_RECONCILE_NO_ANSWER] = "no_answer", [GATE_RECONCILE_BREAKS] = "breaks",
    [GATE_RECONCILE_ACCEPTED] = "accepted",   [GATE_RECONCILE_CLEAN] = "clean"};

const char *gate_trigger_text(enum gate_trigger t)
{
    return trigger_texts[t];
}

const char *gate_reconcile_text(enum gate_reconcile_state s)
{
    return state_texts[s];
}

/* ---- life ---- */

struct reconcile *reconcile_new(void)
{
    struct reconcile *r = xcalloc(1, sizeof *r);
    r->holdings = holdings_new();
    r->cash = cash_new();
    r->names = map_new(NAMES_MAX);
    r->due = INSTANT_NEVER;
    return r;
}

void reconcile_free(struct reconcile *r)
{
    if (!r)
        return;
    holdings_free(r->holdings);
    cash_free(r->cash);
    map_free(r->names);
    xfree(r);
}

bool reconcile_restore(struct gate *g, struct db *db, struct utc since, struct error *e)
{
    g->db = db;
    return holdings_restore(g->reconcile->holdings, db, since, e);
}

void gate_reconciliation(const struct gate *g, struct gate_reconciliation *out)
{
    const struct reconcile *r = g->reconcile;
    *out = r->status;
    out->is_reconciled = g->trading.is_reconciled;
    out->is_running = r->is_running;
    out->breaks = r->breaks;
    out->count = r->count;
    out->total = r->total;
    out->version = r->version;
}

struct instant gate_reconcile_due(const struct gate *g)
{
    const struct reconcile *r = g->reconcile;
    return r->is_running || g->link != LINK_READY ? INSTANT_NEVER : r->due;
}

const char *reconcile_why(const struct gate *g)
{
    switch (g->reconcile->status.state) {
    case GATE_RECONCILE_NEVER:
        return "the account has not been compared with the broker's yet";
    case GATE_RECONCILE_SETTLING:
        return "something differs from the broker's and may still be on its way; it is looked at "
               "again within seconds";
    case GATE_RECONCILE_NO_ANSWER:
        return "the broker has not told its lists in full; it is asked again by itself";
    default:
        return "our books and the broker's differ: `portcullis reconciliation` shows where, and a "
               "person types `portcullis accept-breaks`";
    }
}

/* ---- as JSON ---- */

static void put(struct json_writer *w, const char *key, const char *text)
{
    if (!text[0])
        return;
    json_key(w, key);
    json_text(w, text);
}

static void put_i64(struct json_writer *w, const char *key, int64_t v)
{
    json_key(w, key);
    json_i64(w, v);
}

static void put_breaks(struct json_writer *w, const struct reconcile *r)
{
    json_key(w, "breaks");
    json_begin_array(w);
    for (size_t i = 0; i < r->count; i++) {
        const struct gate_break *b = &r->breaks[i];
        json_begin_object(w);
        put(w, "code", gate_break_row(b->kind)->code);
        put(w, "account", b->account);
        put(w, "ref", b->ref);
        put(w, "exec_id", b->exec_id);
        put_i64(w, "con_id", b->con_id);
        put(w, "text", b->text);
        if (b->ours.has) {
            json_key(w, "ours");
            json_dec(w, b->ours.v);
        }
        if (b->brokers.has) {
            json_key(w, "brokers");
            json_dec(w, b->brokers.v);
        }
        json_end_object(w);
    }
    json_end_array(w);
}

static void note_run(struct gate *g, struct moment now)
{
    const struct reconcile *r = g->reconcile;
    const struct gate_reconciliation *s = &r->status;
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    put(&w, "trigger", gate_trigger_text(s->trigger));
    put(&w, "state", gate_reconcile_text(s->state));
    put(&w, "why", s->why);
    put_i64(&w, "duration_ms", s->duration_ms);
    put_i64(&w, "positions", s->positions);
    put_i64(&w, "orders", s->orders);
    put_i64(&w, "external_orders", s->external_orders);
    put_i64(&w, "executions", s->executions);
    put_i64(&w, "adopted_executions", s->adopted_executions);
    put_i64(&w, "cash_rows", s->cash_rows);
    put_i64(&w, "unsettled", s->unsettled);
    put_i64(&w, "total", (int64_t)r->total);
    put_breaks(&w, r);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok); /* all texts are bounded */
    note(g, JOURNAL_RECONCILE, STR("system"), buf_str(&b), now);
    buf_fini(&b);
}

/* ---- one comparison ---- */

/* An account that is seen for the first time: its count begins with what the broker holds. */
static void begin_accounts(struct gate *g, struct moment now)
{
    struct holdings *h = g->reconcile->holdings;
    for (size_t i = 0; i < book_account_count(g->book); i++) {
        struct str account = str_of(book_account(g->book, i));
        const struct position *p;
        if (holdings_know(h, account))
            continue;
        holdings_begin(h, account, g->journal, now);
        for (size_t k = 0; book_next_position(g->book, &k, account, &p);)
            holdings_set(h, account, &p->contract, p->quantity, g->journal, now);
        log_info(&g->config.log, "the count of an account's positions begins");
    }
}

static bool is_same_break(const struct gate_break *a, const struct gate_break *b)
{
    return a->kind == b->kind && a->con_id == b->con_id && strcmp(a->account, b->account) == 0 &&
           strcmp(a->ref, b->ref) == 0 && strcmp(a->exec_id, b->exec_id) == 0;
}

/* Finds the breaks; those of the comparison before keep the time since when they are known. */
static void compare(struct gate *g, struct moment now, struct comparison *c)
{
    struct reconcile *r = g->reconcile;
    struct gate_break *was = xcalloc(GATE_BREAKS_MAX, sizeof *was);
    size_t was_count = r->count;
    memcpy(was, r->breaks, was_count * sizeof *was);
    *c = (struct comparison){.breaks = r->breaks};
    compare_all(g, now, c);
    r->count = c->count;
    r->total = c->total;
    for (size_t i = 0; i < r->count; i++) {
        struct gate_break *b = &r->breaks[i];
        b->since = (struct opt_utc){now.wall, true};
        bool is_new = true;
        for (size_t k = 0; k < was_count && is_new; k++) {
            is_new = !is_same_break(b, &was[k]);
            if (!is_new)
                b->since = was[k].since;
        }
        r->version += is_new;
        if (is_new && gate_break_row(b->kind)->is_halting)
            log_error(&g->config.log, "reconciliation: %s: %s", gate_break_row(b->kind)->code,
                      b->text);
        else if (is_new)
            log_warn(&g->config.log, "reconciliation: %s: %s", gate_break_row(b->kind)->code,
                     b->text);
    }
    xfree(was);
}

static void watch_age(struct gate *g, struct moment now)
{
    const struct reconcile *r = g->reconcile;
    int64_t most = g->limits.break_minutes_max * 60 * (int64_t)NS_PER_S;
    for (size_t i = 0; most > 0 && i < r->count; i++)
        if (r->breaks[i].kind == GATE_BREAK_POSITION &&
            now.wall.ns - r->breaks[i].since.v.ns >= most) {
            trading_broke(g, now);
            return;
        }
}

static void begin_lists(struct gate *g, struct moment now)
{
    struct reconcile *r = g->reconcile;
    r->begun = now;
    r->adopted = 0;
    r->is_fetching = true;
    holdings_list_begin(r->holdings);
}

static void end_lists(struct gate *g)
{
    g->reconcile->is_fetching = false;
    g->reconcile->named = NULL;
}

static void no_answer(struct gate *g, enum gate_trigger trigger, struct str why, struct moment now)
{
    struct reconcile *r = g->reconcile;
    r->status.state = GATE_RECONCILE_NO_ANSWER;
    r->status.trigger = trigger;
    r->status.at = (struct opt_utc){now.wall, true};
    r->status.duration_ms = instant_ms_since(r->begun.mono, now.mono);
    r->status.runs++;
    r->due = instant_after_ms(now.mono, NO_ANSWER_AGAIN_MS);
    str_copy_cut(r->status.why, sizeof r->status.why, why);
    log_warn(&g->config.log, "reconciliation: no answer: %s", r->status.why);
    note_run(g, now);
    end_lists(g);
}

/* All lists are complete. */
static void conclude(struct gate *g, enum gate_trigger trigger, struct moment now)
{
    struct reconcile *r = g->reconcile;
    struct comparison c;
    begin_accounts(g, now);
    compare(g, now, &c);
    enum gate_reconcile_state state = c.halting     ? GATE_RECONCILE_BREAKS
                                      : c.unsettled ? GATE_RECONCILE_SETTLING
                                      : c.total     ? GATE_RECONCILE_BREAKS
                                                    : GATE_RECONCILE_CLEAN;
    r->status = (struct gate_reconciliation){
        .state = state,
        .trigger = trigger,
        .at = {now.wall, true},
        .duration_ms = instant_ms_since(r->begun.mono, now.mono),
        .positions = c.positions,
        .orders = c.orders,
        .external_orders = c.external_orders,
        .cash_rows = c.cash_rows,
        .executions = (int64_t)holdings_listed(r->holdings),
        .adopted_executions = (int64_t)r->adopted,
        .unsettled = c.unsettled,
        .runs = r->status.runs + 1,
    };
    if (c.halting == 0 && c.unsettled == 0)
        g->trading.is_reconciled = true;
    int64_t again_ms = c.unsettled ? RECONCILE_AGAIN_MS
                       : c.total   ? BREAKS_AGAIN_MS
                                   : g->limits.reconcile_minutes * 60 * 1000;
    r->due = instant_after_ms(now.mono, again_ms);
    log_info(&g->config.log,
             "reconciliation trigger=%s state=%s breaks=%zu adopted=%zu duration_ms=%lld",
             gate_trigger_text(trigger), gate_reconcile_text(state), r->total, r->adopted,
             (long long)r->status.duration_ms);
    watch_age(g, now);
    note_run(g, now);
    end_lists(g);
}

void reconcile_connected(struct gate *g, struct moment now)
{
    struct session_status s;
    session_status(g->session, &s);
    if (s.is_read_only) /* the broker keeps the orders to itself */
        no_answer(g, GATE_ON_CONNECT, STR("the API is read-only: orders are not told"), now);
    else
        conclude(g, GATE_ON_CONNECT, now);
}

/* ---- asking for the lists ---- */

static bool fetch(struct task *t, struct gate *g, struct error *e)
{
    return query_open_orders(t, g->session, e) && query_executions(t, g->session, e) &&
           query_completed_orders(t, g->session, e) && query_positions(t, g->session, e);
}

static bool run_once(struct task *t, struct gate *g, enum gate_trigger trigger, struct error *e)
{
    struct reconcile *r = g->reconcile;
    while (r->is_running)
        if (!task_sleep(t, WAIT_STEP_MS, e))
            return false;
    if (g->link != LINK_READY)
        return error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED",
                         "the broker connection is not ready");
    uint64_t connection = r->connection;
    r->is_running = true;
    begin_lists(g, task_now(t));
    map_clear(r->names);
    r->named = r->names;
    bool ok = fetch(t, g, e);
    r->is_running = false;
    if (connection != r->connection) { /* what was told belongs to two connections */
        if (ok)
            (void)error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED",
                            "the connection was lost meanwhile");
        return false;
    }
    if (!ok) {
        no_answer(g, trigger, STR_NAME(e->text), task_now(t));
        return false;
    }
    settle_unknowns(g, task_now(t));
    conclude(g, trigger, task_now(t));
    return true;
}

bool gate_reconcile(struct task *t, struct gate *g, enum gate_trigger trigger, struct error *e)
{
    for (;;) {
        if (!run_once(t, g, trigger, e))
            return false;
        if (trigger == GATE_ON_REQUEST || gate_unknown_count(g) == 0)
            return true;
        if (!task_sleep(t, GATE_SETTLE_MS + 1, e))
            return false;
    }
}

/* ---- events ---- */

static void on_link(struct gate *g, const struct event *ev)
{
    struct reconcile *r = g->reconcile;
    r->named = NULL;
    r->due = INSTANT_NEVER;
    if (ev->link != LINK_RECONCILING)
        return;
    r->connection++;
    r->status.state = GATE_RECONCILE_NEVER;
    g->trading.is_reconciled = false;
    begin_lists(g, ev->at);
}

static void soon(struct gate *g, struct moment now)
{
    struct reconcile *r = g->reconcile;
    if (!r->is_fetching)
        r->due = instant_min(r->due, instant_after_ms(now.mono, RECONCILE_GRACE_MS));
}

static void name(struct reconcile *r, struct str key)
{
    if (r->named && !map_get_str(r->named, key))
        (void)map_put_str(r->named, key, r); /* a full map shows as a break, not as agreement */
}

static void on_execution(struct gate *g, const struct event *ev)
{
    struct reconcile *r = g->reconcile;
    enum holdings_news news = holdings_execution(r->holdings, ev->execution, g->journal, ev->at);
    if (news == HOLDINGS_KNOWN)
        return;
    r->adopted += r->is_fetching;
    cash_execution(r->cash, ev->execution, news == HOLDINGS_CORRECTED, ev->at.mono);
}

static void on_commission(struct reconcile *r, const struct event *ev)
{
    const struct holding_fill *f = holdings_commission(r->holdings, ev->execution);
    if (f)
        cash_commission(r->cash, STR_NAME(f->account), ev->execution, ev->at.mono);
}

void reconcile_observe(struct gate *g, const struct event *ev)
{
    struct reconcile *r = g->reconcile;
    char key[NAMED_KEY_MAX];
    holdings_save(r->holdings, g->journal, ev->at);
    switch (ev->kind) {
    case EVENT_LINK:
        on_link(g, ev);
        break;
    case EVENT_ORDER:
    case EVENT_ORDER_STATUS:
        name(r, named_order(key, ev->order));
        break;
    case EVENT_EXECUTION:
        on_execution(g, ev);
        break;
    case EVENT_COMMISSION:
        on_commission(r, ev);
        break;
    case EVENT_POSITION:
        name(r,
             named_position(key, STR_NAME(ev->position->account), ev->position->contract.con_id));
        if (holdings_told(r->holdings, ev->position, ev->at.mono))
            soon(g, ev->at); /* an execution may still come; if not, it is time to ask */
        break;
    default:
        break;
    }
}

/* ---- a person accepts ---- */

static void accept_one(struct gate *g, const struct gate_break *b, struct moment now)
{
    struct reconcile *r = g->reconcile;
    struct intent *it = ledger_by_ref(g->ledger, STR_NAME(b->ref));
    const struct book_order *bo = book_order_ref(g->book, STR_NAME(b->ref));
    if (b->kind == GATE_BREAK_POSITION)
        holdings_adjust(r->holdings, STR_NAME(b->account), b->con_id,
                        dec_minus(b->brokers.v, b->ours.v), g->journal, now);
    if (b->kind == GATE_BREAK_EXECUTION_GONE)
        holdings_accept_gone(r->holdings, STR_NAME(b->exec_id));
    if (!it)
        return;
    it->is_accepted = true;
    if (b->kind == GATE_BREAK_REFERENCE) {
        it->is_ref_lost = false;
        intent_become(it, INTENT_NOT_PLACED);
    }
    if (b->kind == GATE_BREAK_ORDER_REVIVED)
        intent_become(it, INTENT_KNOWN);
    if (b->kind == GATE_BREAK_ORDER_CHANGED && bo) {
        it->change = bo->order;
        it->has_change = true;
    }
}

/* With the terms of changed orders, so that a restart knows them. */
static bool note_accept(struct gate *g, struct str principal, struct str why, struct moment now,
                        struct error *e)
{
    const struct reconcile *r = g->reconcile;
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "why");
    json_str(&w, str_sub(why, 0, GATE_WHY_MAX));
    put_breaks(&w, r);
    json_key(&w, "legs");
    json_begin_array(&w);
    for (size_t i = 0; i < r->count; i++) {
        const struct book_order *bo = book_order_ref(g->book, STR_NAME(r->breaks[i].ref));
        if (r->breaks[i].kind == GATE_BREAK_ORDER_CHANGED && bo)
            record_order(&w, &bo->order);
    }
    json_end_array(&w);
    json_end_object(&w);
    int64_t seq = 0;
    if (json_writer_done(&w))
        seq = journal_append(g->journal, JOURNAL_ACCEPT, principal, buf_str(&b), now, e);
    else
        (void)error_set(e, ERROR_LIMIT, "TOO_MANY", "too much at once for one record");
    buf_fini(&b);
    return seq != 0;
}

bool gate_accept_breaks(struct gate *g, uint64_t version, struct str principal, struct str why,
                        struct moment now, struct error *e)
{
    struct reconcile *r = g->reconcile;
    if (r->count == 0)
        return error_set(e, ERROR_CONFLICT, "NO_BREAKS", "the newest comparison found no break");
    if (version != r->version) {
        error_set(e, ERROR_CONFLICT, "CHANGED", "there are new breaks since");
        return error_next(e, "look at `portcullis reconciliation`, then accept");
    }
    if (r->is_running || g->link != LINK_READY)
        return error_set(e, ERROR_UNAVAILABLE, "NOT_READY",
                         "the broker connection is not ready, or a comparison is running");
    if (!note_accept(g, principal, why, now, e))
        return false;
    for (size_t i = 0; i < r->count; i++)
        accept_one(g, &r->breaks[i], now);
    log_warn(&g->config.log, "breaks accepted count=%zu by=" STR_FMT, r->count, STR_ARG(principal));
    bool is_all = r->count == r->total;
    r->count = 0;
    r->total = is_all ? 0 : r->total;
    r->status.state = is_all ? GATE_RECONCILE_ACCEPTED : GATE_RECONCILE_BREAKS;
    if (is_all)
        g->trading.is_reconciled = true;
    else
        r->due = now.mono; /* there were more than fit: the rest is shown now */
    return true;
}
