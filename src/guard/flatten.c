/* SPDX-License-Identifier: MIT */
/*
 * flatten: closing what is held under a kill switch.
 *
 * It goes on in passes, each of which looks at everything anew, so that it does not matter where
 * the one before was interrupted:
 *
 *   1. wait until the broker has confirmed the end of each order that the switch cancels;
 *   2. ask the broker for executions and positions: a fill may have been faster than its cancel;
 *   3. nothing is held and no closing order works: flat. Only this says so;
 *   4. send, for each position that this attempt has no order for, one of exactly its size.
 *
 * While a market is open, or its hours are not known, that is a market order. Outside of the
 * regular session it is a limit order through the market by limits.price_collar_pct. While the
 * market is closed it is a market order again, which waits at the broker for the opening.
 *
 * What was sent is never sent again. What was rejected, filled in part or lost stays as it is and
 * is shown; only somebody who asks for flattening again begins another attempt. Currency balances
 * are no positions.
 */
#include "broker/query.h"
#include "guard/state.h"
#include "guard/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PASS_MS = 1000,       /* between two passes at first */
    PASSES_MAX = 10,      /* so many; an order may wait for the opening of its market for days */
    PATIENCE_MS = 30000,  /* then */
    QUOTE_WAIT_MS = 3000, /* for the price of a limit order */
    POSITIONS_FROM = 1 << 30
};

const char *gate_flatten_text(enum gate_flatten f)
{
    static const char *const texts[] = {
        [GATE_FLATTEN_NONE] = "none",       [GATE_FLATTEN_CANCELLING] = "cancelling",
        [GATE_FLATTEN_CLOSING] = "closing", [GATE_FLATTEN_STUCK] = "stuck",
        [GATE_FLATTEN_FLAT] = "flat",
    };
    return texts[f];
}

bool flatten_is_over(const struct kill_switch *k)
{
    return k->flatten == GATE_FLATTEN_NONE || k->flatten == GATE_FLATTEN_STUCK ||
           k->flatten == GATE_FLATTEN_FLAT;
}

/* ---- what belongs to an attempt ---- */

/* What the idempotency keys of its closing orders begin with. */
static struct str closing_prefix(const struct kill_switch *k, char out[LEDGER_KEY_MAX])
{
    (void)snprintf(out, LEDGER_KEY_MAX, "F%" PRId64 ".%d:", k->since.v.ns / NS_PER_MS, k->attempt);
    return str_of(out);
}

/* The key of that for one position. */
static struct str closing_key(const struct kill_switch *k, const char *account, int32_t con_id,
                              char out[LEDGER_KEY_MAX])
{
    char prefix[LEDGER_KEY_MAX];
    struct str begin = closing_prefix(k, prefix);
    (void)snprintf(out, LEDGER_KEY_MAX, STR_FMT "%s:%d", STR_ARG(begin), account, con_id);
    return str_of(out);
}

static struct intent *closing_of(const struct gate *g, const struct kill_switch *k,
                                 const char *account, int32_t con_id)
{
    char key[LEDGER_KEY_MAX];
    return ledger_by_key(g->ledger, STR(GATE_CLOSER), closing_key(k, account, con_id, key));
}

static bool is_held(const struct kill_switch *k, const struct position *p)
{
    return dec_sign(p->quantity) != 0 && p->contract.sec_type != SEC_CASH &&
           kill_covers(k, &p->contract);
}

/* What became of a closing order. */
static const char *closing_state(const struct gate *g, const struct intent *it,
                                 struct gate_leg *leg)
{
    *leg = (struct gate_leg){.result = GATE_UNKNOWN};
    if (!it || it->state == INTENT_WAITING)
        return "waiting";
    if (it->state == INTENT_NOT_SENT || it->state == INTENT_NOT_PLACED)
        return it->state == INTENT_NOT_SENT ? "not_sent" : "not_placed";
    leg_read(g, &it->order, NULL, it->at, leg);
    return gate_result_text(leg->result);
}

static bool is_over(const struct gate *g, const struct intent *it)
{
    struct gate_leg leg;
    if (it->state == INTENT_NOT_SENT || it->state == INTENT_NOT_PLACED)
        return true;
    (void)closing_state(g, it, &leg);
    return result_is_final(leg.result) || leg.result == GATE_HELD;
}

static bool any_held(const struct gate *g, const struct kill_switch *k)
{
    const struct position *p;
    for (size_t i = 0; book_next_position(g->book, &i, STR_NONE, &p);)
        if (is_held(k, p))
            return true;
    return false;
}

/* Closing orders of this attempt that are not over. */
static bool any_working(const struct gate *g, const struct kill_switch *k)
{
    char prefix[LEDGER_KEY_MAX];
    struct str begin = closing_prefix(k, prefix);
    struct intent *it;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);)
        if (str_eq(STR_NAME(it->principal), STR(GATE_CLOSER)) &&
            str_starts(STR_NAME(it->key), begin) && !is_over(g, it))
            return true;
    return false;
}

/* A position for which this attempt has sent nothing yet. */
static bool is_due(const struct gate *g, const struct kill_switch *k, const struct position *p)
{
    const struct intent *it = closing_of(g, k, p->account, p->contract.con_id);
    return is_held(k, p) && (!it || it->state == INTENT_NOT_SENT);
}

bool gate_closing_next(const struct gate *g, size_t place, size_t *i, struct gate_closing *out)
{
    const struct kill_switch *k = &g->kills.switches[place];
    const struct position *p;
    struct intent *it;
    struct gate_leg leg;
    if (!k->is_on || k->flatten == GATE_FLATTEN_NONE)
        return false;
    *out = (struct gate_closing){0};
    while (ledger_next(g->ledger, i, &it)) {
        const struct order *o = &it->order;
        if (!str_eq(STR_NAME(it->principal), STR(GATE_CLOSER)) ||
            closing_of(g, k, o->account, o->contract.con_id) != it)
            continue;
        memcpy(out->account, o->account, sizeof out->account);
        out->contract = o->contract;
        p = book_position(g->book, STR_NAME(o->account), o->contract.con_id);
        out->held = p ? p->quantity : DEC_ZERO;
        out->state = closing_state(g, it, &leg);
        out->order_id = it->state == INTENT_NOT_SENT ? 0 : o->order_id;
        out->filled = leg.status.filled;
        return true;
    }
    if (*i < POSITIONS_FROM)
        *i = POSITIONS_FROM;
    for (size_t at = *i - POSITIONS_FROM; book_next_position(g->book, &at, STR_NONE, &p);) {
        *i = POSITIONS_FROM + at;
        if (!is_held(k, p) || closing_of(g, k, p->account, p->contract.con_id))
            continue;
        memcpy(out->account, p->account, sizeof out->account);
        out->contract = p->contract;
        out->held = p->quantity;
        out->state = "waiting";
        return true;
    }
    return false;
}

/* ---- what a closing order is spared ---- */

/* All other controls hold for it too: mode, account, arming, connection, journal, steps, a sale of
 * more than is held, an order of unknown fate. */
static bool is_waived(const struct gate_facts *f, const char *code)
{
    static const char *const waived[] = {"KILLED",      "HALTED",       "BREAKER",  "DUPLICATE",
                                         "STALE_PRICE", "PRICE_COLLAR", "NO_PRICE", NULL};
    if (!f->is_reconciled && strcmp(code, "HALTED") == 0)
        return false;
    for (size_t i = 0; waived[i]; i++)
        if (strcmp(waived[i], code) == 0)
            return true;
    return false;
}

bool closing_refused(const struct gate_facts *f, const struct gate_ticket *ticket, struct error *e)
{
    for (size_t i = 0; i < ticket->finding_count; i++) {
        const struct gate_finding *found = &ticket->findings[i];
        if (found->is_warning || is_waived(f, found->code))
            continue;
        const struct gate_control *c = control_find(found->code);
        error_set(e, c->class, c->code, "%s", found->text);
        (void)error_next(e, "%s", c->next);
        return true;
    }
    if (ticket->is_reducing)
        return false;
    error_set(e, ERROR_CONFLICT, "CLOSING_CHANGED", "the order does not only reduce what is held");
    return true;
}

bool closing_fits(const struct gate *g, const struct order *o, struct moment now, struct error *e)
{
    struct str account = STR_NAME(o->account);
    const struct position *p = book_position(g->book, account, o->contract.con_id);
    struct dec held = p ? p->quantity : DEC_ZERO;
    bool is_asked = false;
    for (size_t i = 0; i < GATE_KILLS_MAX; i++) {
        const struct kill_switch *k = kill_at(&g->kills, i);
        is_asked = is_asked ||
                   (k->is_on && k->flatten == GATE_FLATTEN_CLOSING && kill_covers(k, &o->contract));
    }
    if (!is_asked)
        return error_set(e, ERROR_CONFLICT, "CLOSING_CHANGED", "the kill switch was released");
    if (account_mode_of(account) == MODE_LIVE && trading_armed_ms(&g->trading, account, now) <= 0)
        return error_set(e, ERROR_DENIED, "LIVE_NOT_ARMED", "live trading is not armed any more");
    if (!dec_eq(dec_abs(held), o->quantity) || dec_sign(held) != (o->side == SIDE_SELL ? 1 : -1))
        return error_set(e, ERROR_CONFLICT, "CLOSING_CHANGED",
                         "what is held has changed meanwhile");
    return true;
}

/* ---- one order ---- */

static void note_that(struct kill_switch *k, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void note_that(struct kill_switch *k, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(k->note, sizeof k->note, fmt, ap);
    va_end(ap);
}

static bool find_contract(struct task *t, struct gate *g, int32_t con_id,
                          struct contract_details *out, struct error *e)
{
    struct contract like = {.con_id = con_id};
    struct contract_details *found;
    size_t n = 0;
    if (!query_contracts(t, g->session, &like, NULL, STR_NONE, &found, &n, e))
        return false;
    if (n == 0)
        return error_set(e, ERROR_NOT_FOUND, "NO_CONTRACT", "the broker does not know it");
    *out = found[0];
    if (guard_list_has(STR_NAME(out->valid_exchanges), STR("SMART")))
        str_copy_cut(out->contract.exchange, sizeof out->contract.exchange, STR("SMART"));
    return true;
}

/* Outside of the regular session only limit orders trade: one that goes through the market. */
static void price_through(struct task *t, struct gate *g, const struct contract_details *d,
                          struct order *o)
{
    struct quote_answer a = {.contract = d->contract};
    struct error e;
    if (!quotes_get(t, g->quotes, &a, 1, QUOTE_WAIT_MS, &e))
        return;
    bool sells = o->side == SIDE_SELL;
    struct opt_dec from = sells ? a.quote.bid : a.quote.ask;
    if (!value_positive(from))
        from = quote_price(&a.quote);
    if (!value_positive(from))
        return; /* a market order then, which waits for the session */
    struct dec price = price_moved(from.v, g->limits.price_collar_pct, sells ? -1 : 1);
    if (value_positive(d->min_tick))
        price = dec_round_to(price, d->min_tick.v, sells ? DEC_UP : DEC_DOWN);
    o->type = ORDER_LMT;
    o->limit_price = DEC_SOME(price);
    o->outside_rth = true;
}

/* False, with *e, if it was not sent. */
static bool close_one(struct task *t, struct gate *g, struct kill_switch *k,
                      const struct position *target, struct error *e)
{
    struct contract_details d;
    int32_t con_id = target->contract.con_id;
    char key[LEDGER_KEY_MAX], why[GATE_WHY_MAX];
    if (!find_contract(t, g, con_id, &d, e))
        return false;
    const struct position *p = book_position(g->book, STR_NAME(target->account), con_id);
    if (!p || dec_sign(p->quantity) == 0)
        return true; /* gone meanwhile */
    memcpy(why, k->why, sizeof why);
    struct gate_request r = {.kind = GATE_PLACE,
                             .count = 1,
                             .min_tick = d.min_tick,
                             .size_increment = d.size_increment,
                             .market = market_state_of(&d, task_now(t).wall),
                             .principal = STR(GATE_CLOSER),
                             .face = STR("gate"),
                             .reasoning = STR_NAME(why),
                             .idempotency_key = closing_key(k, target->account, con_id, key),
                             .allow_duplicate = true};
    struct order *o = &r.orders[0];
    o->contract = d.contract;
    memcpy(o->account, target->account, sizeof o->account);
    o->side = dec_sign(p->quantity) > 0 ? SIDE_SELL : SIDE_BUY;
    o->quantity = dec_abs(p->quantity);
    o->type = ORDER_MKT;
    o->tif = TIF_DAY;
    if (r.market == MARKET_EXTENDED)
        price_through(t, g, &d, o);
    if (r.market == MARKET_CLOSED)
        note_that(k, "%.40s: its market is closed; the order waits at the broker for the opening",
                  d.contract.symbol);
    struct gate_ticket *ticket = ARENA_NEW(task_arena(t), struct gate_ticket);
    struct gate_outcome *outcome = ARENA_NEW(task_arena(t), struct gate_outcome);
    return submit_closing(t, g, &r, ticket, outcome, e);
}

/* ---- one pass ---- */

/* True, with a note where there is more to say, if it is too early for closing orders. */
static bool waits(struct gate *g, size_t i)
{
    struct kill_switch *k = &g->kills.switches[i];
    struct gate_kill_status s = {0};
    kill_progress(g, i, &s);
    if (s.working > 0)
        k->note[0] = 0; /* the switch's progress says so */
    else if (!g->trading.is_reconciled)
        note_that(k, "the account has not been compared with the broker's yet");
    else if (journal_is_failed(g->journal))
        note_that(k, "the journal cannot be written, and what is not journaled is not sent");
    else {
        if (k->is_held_up)
            k->note[0] = 0;
        k->is_held_up = false;
        return false;
    }
    k->is_held_up = true;
    return true;
}

static bool is_same(const struct kill_switch *k, struct utc since, int attempt)
{
    return k->is_on && k->since.v.ns == since.ns && k->attempt == attempt;
}

/* One order for each position that has none. False if the switch is another now. */
static bool close_all(struct task *t, struct gate *g, struct kill_switch *k)
{
    struct utc since = k->since.v;
    int attempt = k->attempt;
    const struct position *p;
    size_t n = 0;
    for (size_t i = 0; book_next_position(g->book, &i, STR_NONE, &p);)
        n += is_due(g, k, p);
    struct position *due = ARENA_MANY(task_arena(t), struct position, n ? n : 1);
    n = 0; /* copies: the book's rows do not outlive a suspension */
    for (size_t i = 0; book_next_position(g->book, &i, STR_NONE, &p);)
        if (is_due(g, k, p))
            due[n++] = *p;
    if (n > 0)
        k->note[0] = 0;
    for (; n > 0; n--, due++) {
        struct error e = {0};
        if (!is_same(k, since, attempt))
            return false;
        bool is_sent = close_one(t, g, k, due, &e);
        g->kills.quiet = is_sent ? 0 : PASSES_MAX;
        if (!is_sent)
            note_that(k, "%.24s is not closed: %s, %.80s", due->contract.symbol, e.reason, e.text);
    }
    return is_same(k, since, attempt);
}

static void flatten_one(struct task *t, struct gate *g, size_t i)
{
    struct kill_switch *k = &g->kills.switches[i];
    struct utc since = k->since.v;
    int attempt = k->attempt;
    struct error e = {0};
    if (waits(g, i))
        return;
    bool told = query_executions(t, g->session, &e) && query_positions(t, g->session, &e);
    if (!is_same(k, since, attempt) || waits(g, i))
        return;
    if (!told) {
        note_that(k, "the broker has not told what is held: %.80s", e.text);
        return;
    }
    if (!any_held(g, k) && !any_working(g, k)) {
        k->note[0] = 0;
        kill_flattening(g, k, GATE_FLATTEN_FLAT, task_now(t));
        return;
    }
    if (k->flatten == GATE_FLATTEN_CANCELLING)
        kill_flattening(g, k, GATE_FLATTEN_CLOSING, task_now(t));
    if (k->flatten == GATE_FLATTEN_CLOSING && !any_working(g, k))
        k->note[0] = 0; /* else it waits for the same as before */
    if (k->flatten != GATE_FLATTEN_CLOSING || !close_all(t, g, k) || any_working(g, k) ||
        !any_held(g, k) || k->note[0])
        return;
    note_that(k, "the closing orders are over, and something is still held: ask again to flatten");
    kill_flattening(g, k, GATE_FLATTEN_STUCK, task_now(t));
}

static bool is_flattening(const struct kill_switch *k)
{
    return k->is_on && k->flatten != GATE_FLATTEN_NONE && k->flatten != GATE_FLATTEN_FLAT;
}

void gate_kill_work(struct task *t, struct gate *g)
{
    struct error e;
    g->kills.quiet++;
    bool ok = !kill_watches_foreign(g) ||
              (query_open_orders(t, g->session, &e) && query_completed_orders(t, g->session, &e));
    if (!ok)
        log_warn(&g->config.log, "the ends of other clients' orders are not known: %s", e.text);
    for (size_t i = 0; i < GATE_KILLS_MAX; i++)
        if (is_flattening(kill_at(&g->kills, i)))
            flatten_one(t, g, i);
    int64_t rest_ms = g->kills.quiet < PASSES_MAX ? PASS_MS : PATIENCE_MS;
    g->kills.work_at = instant_after_ms(task_now(t).mono, rest_ms);
}

struct instant gate_kill_work_due(const struct gate *g)
{
    bool is_wanted = kill_watches_foreign(g);
    for (size_t i = 0; i < GATE_KILLS_MAX; i++)
        is_wanted = is_wanted || is_flattening(kill_at(&g->kills, i));
    return is_wanted && session_is_ready(g->session) ? g->kills.work_at : INSTANT_NEVER;
}
