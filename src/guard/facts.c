/* SPDX-License-Identifier: MIT */
/*
 * facts: what the controls need to know, gathered from book, ledger, session and market.
 *
 * Fetching may suspend; gathering never does, so that nothing can change between what was gathered
 * and what is reserved because of it.
 */
#include "broker/trade.h"
#include "guard/reconcile.h"
#include "guard/state.h"
#include "guard/value.h"

#include <string.h>

enum {
    QUOTE_WAIT_MS = 3000,
    RESTART_AHEAD_MS = 2 * 60 * 1000 /* before TWS restarts nothing new is begun */
};

const char *gate_base_currency(const struct gate *g, struct str account)
{
    return book_base_currency(g->book, account);
}

/* ---- the market ---- */

static bool fetch_quote(struct task *t, struct gate *g, const struct contract *c,
                        struct market_view *out, struct error *e)
{
    struct quote_answer a = {.contract = *c};
    if (c->con_id <= 0 || !session_is_ready(g->session))
        return true;
    if (!quotes_get(t, g->quotes, &a, 1, QUOTE_WAIT_MS, e))
        return false;
    out->quote = a.quote; /* without a price if the line broke, which the controls will say */
    struct str why = a.error.code != ERROR_NONE ? STR_NAME(a.error.text) : a.notice;
    str_copy_cut(out->notice, sizeof out->notice, why);
    return true;
}

static bool fetch_rate(struct task *t, struct gate *g, const struct order *o,
                       struct market_view *out, struct error *e)
{
    char base[8];
    struct str account = STR_NAME(o->account), currency = STR_NAME(o->contract.currency);
    str_copy_cut(base, sizeof base, str_of(gate_base_currency(g, account)));
    struct rate rate;
    if (currencies_rate(t, g->currencies, account, currency, str_of(base), &rate, e)) {
        out->rate = DEC_SOME(rate.rate);
        return true;
    }
    bool task_failed = e->code == ERROR_TIMEOUT || str_eq(STR_NAME(e->reason), STR("CANCELLED"));
    return !task_failed;
}

bool market_fetch(struct task *t, struct gate *g, const struct gate_request *r,
                  struct market_view *out, struct error *e)
{
    *out = (struct market_view){0};
    return fetch_quote(t, g, &r->orders[0].contract, out, e) &&
           fetch_rate(t, g, &r->orders[0], out, e) && exposure_fetch(t, g, r, out, e);
}

/* ---- own orders ---- */

/* What remains of a working order, or will once a change that is on its way has been made. */
static struct dec open_quantity(const struct gate *g, const struct book_order *bo)
{
    struct dec open = bo->status.remaining;
    for (const struct watch *w = g->watches; w; w = w->next)
        if (w->is_modify && w->order_id == bo->order.order_id &&
            bo->order.client_id == g->config.client_id)
            open = dec_max(open, dec_minus(w->quantity, bo->status.filled));
    return open;
}

struct dec live_quantity(const struct gate *g, const struct book_order *bo)
{
    const struct order *o = &bo->order;
    struct dec open = open_quantity(g, bo);
    const struct book_order *parent = book_order(g->book, o->client_id, o->parent_id);
    if (!parent || !order_state_is_working(parent->status.state))
        return open;
    return dec_min(open, parent->status.filled);
}

static void count_limit(struct gate_facts *f, const struct order *o)
{
    struct opt_dec *best = &f->best_limit[o->side];
    if (o->type == ORDER_MKT)
        f->has_market[o->side] = true;
    if (o->type != ORDER_LMT || !o->limit_price.has)
        return;
    struct dec price = o->limit_price.v;
    if (best->has)
        price = o->side == SIDE_BUY ? dec_max(best->v, price) : dec_min(best->v, price);
    *best = DEC_SOME(price);
}

static void count_working(struct gate_facts *f, const struct order *mine, const struct order *o,
                          struct dec quantity)
{
    enum order_kind kind = order_kind(o);
    f->working_stops += kind == KIND_STOP;
    if (o->contract.con_id != mine->contract.con_id)
        return;
    f->working_side[o->side]++;
    bool siblings = mine->oca_group[0] && strcmp(mine->oca_group, o->oca_group) == 0;
    if (siblings || dec_sign(quantity) <= 0)
        return;
    struct dec *sum = &f->working[kind][o->side];
    *sum = amount_plus(*sum, quantity);
    count_limit(f, o);
}

static void add(struct gate *g, const struct gate_request *r, const struct order *o,
                struct dec quantity, struct gate_facts *f)
{
    count_working(f, &r->orders[0], o, quantity);
    exposure_add(g, r, o, quantity, f);
}

static bool is_same(const struct order *a, const struct order *b)
{
    return a->order_id == b->order_id && a->client_id == b->client_id &&
           (a->perm_id == b->perm_id || !a->perm_id || !b->perm_id);
}

static void gather_orders(struct gate *g, const struct gate_request *r, struct gate_facts *f)
{
    const struct order *mine = &r->orders[0];
    struct str account = STR_NAME(mine->account);
    size_t n;
    const struct book_order *const *working = book_working_orders(g->book, account, &n);
    for (size_t i = 0; i < n; i++)
        if (r->kind != GATE_MODIFY || !is_same(&working[i]->order, mine))
            add(g, r, &working[i]->order, live_quantity(g, working[i]), f);
    /* what is on its way counts as if it worked */
    struct intent *it;
    f->unanswered += (int64_t)ledger_in_flight(g->ledger);
    for (size_t i = 0; f->unanswered > 0 && ledger_next(g->ledger, &i, &it);) {
        bool in_flight =
            it->state == INTENT_WAITING || it->state == INTENT_SENT || it->state == INTENT_UNKNOWN;
        if (!in_flight || !str_is(account, it->order.account))
            continue;
        if (it->state == INTENT_UNKNOWN && it->order.contract.con_id == mine->contract.con_id)
            str_copy_cut(f->unknown_ref, sizeof f->unknown_ref, STR_NAME(it->order.ref));
        if (it->leg == 0 && !book_order_ref(g->book, STR_NAME(it->order.ref)))
            add(g, r, &it->order, it->order.quantity, f);
    }
}

/* ---- all together ---- */

void facts_gather(struct gate *g, const struct gate_request *r, const struct market_view *m,
                  struct moment now, struct gate_facts *f)
{
    const struct order *o = &r->orders[0];
    struct str account = STR_NAME(o->account);
    const struct kill_switch *kill = kill_blocks(g, o, r->principal);
    gate_turn(g, now);
    *f = (struct gate_facts){
        .limits = &g->limits,
        .now = now.wall,
        .day_end = gate_day_end(g, now),
        .is_killed = kill != NULL,
        .is_embedded = g->config.is_embedded,
        .is_link_ready = session_is_ready(g->session) && book_account_ready(g->book, account),
        .is_restart_near =
            !g->config.is_embedded && session_restart_is_near(g->session, now, RESTART_AHEAD_MS),
        .is_journal_failed = journal_is_failed(g->journal),
        .is_journal_stalled = journal_is_stalled(g->journal, now),
        .is_reconciled = g->trading.is_reconciled,
        .reconcile_why = reconcile_why(g),
        .trading = g->trading.state,
        .trading_cause = g->trading.cause,
        .armed_ms = trading_armed_ms(&g->trading, account, now),
        .net_liquidation = book_number(g->book, account, STR("NetLiquidation"), STR_NONE),
        .day_loss = trading_loss(g, account),
        .account_mode = account_mode_of(account),
        .is_account_known = book_has_account(g->book, account),
        .quote = m->quote,
        .quote_age_ms = -1,
        .rate = m->rate,
        .is_margin_asked = m->is_margin_asked,
        .has_margin = m->has_margin,
        .margin = m->margin,
        .orders_today = ledger_orders_today(g->ledger),
        .orders_last_minute = ledger_sends_within(g->ledger, 60 * 1000, now.mono),
        .orders_last_second = ledger_sends_within(g->ledger, 1000, now.mono),
        .messages_last_second = trade_messages_within(g->session, 1000, now),
        .is_token = token_is_principal(r->principal),
        .is_rule = str_starts(r->principal, STR("rule:")),
        .rule_orders_today = ledger_orders_of(g->ledger, r->principal),
        .value_today = ledger_value_today(g->ledger),
        .duplicate_age_ms = -1,
    };
    if (f->is_token) {
        f->token = g->config.tokens ? tokens_of(g->config.tokens, r->principal, now.wall) : NULL;
        f->token_orders_today = ledger_orders_of(g->ledger, r->principal);
    }
    str_copy_cut(f->base_currency, sizeof f->base_currency, str_of(gate_base_currency(g, account)));
    str_copy_cut(f->quote_notice, sizeof f->quote_notice, STR_NAME(m->notice));
    f->quote_age_ms = quote_age_ms(&m->quote, now.mono);
    if (kill && kill->scope != GATE_SCOPE_ALL)
        (void)gate_scope_text(kill->scope, kill->name, f->kill_scope, sizeof f->kill_scope);
    memcpy(f->margin_why, m->margin_why, sizeof f->margin_why);
    memcpy(f->trading_why, g->trading.why, sizeof f->trading_why);
    const struct day_mark *mark = trading_marks(&g->trading, account);
    if (mark) {
        f->day_start = DEC_SOME(mark->start);
        f->day_peak = DEC_SOME(mark->peak);
    }
    const struct position *p = book_position(g->book, account, o->contract.con_id);
    if (p)
        f->position = p->quantity;
    if (r->kind == GATE_MODIFY)
        f->existing = book_order(g->book, g->config.client_id, o->order_id);
    exposure_begin(g, r, f);
    gather_orders(g, r, f);
    exposure_end(g, r, m, f);
    struct intent *twin = ledger_duplicate(g->ledger, o, g->limits.duplicate_window_s, now);
    if (twin) {
        f->duplicate_age_ms = instant_ms_since(twin->at.mono, now.mono);
        str_copy_cut(f->duplicate_ref, sizeof f->duplicate_ref, STR_NAME(twin->order.ref));
    }
}
