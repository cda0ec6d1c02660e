/* SPDX-License-Identifier: MIT */
/*
 * The account: values, portfolio, summary, positions. All at once at first, then every three
 * minutes and after each fill what has changed.
 */
#include "paper/figures.h"
#include "paper/paper_private.h"

static const int64_t refresh_ns = (int64_t)180 * NS_PER_S; /* the broker's own rhythm */

static struct figures_world world_of(const struct paper *p, const struct account *a)
{
    return (struct figures_world){p->feed, a, p->now_ns};
}

/* ---- what has changed ---- */
enum tag_list { OF_ACCOUNT, OF_LEDGER }; /* both have some names, for the same currency */

static bool is_new_tag(struct told *told, enum tag_list list, const struct account *a,
                       const struct figures_tag *t)
{
    uint64_t key = told_text(told_text(list, STR_NAME(a->name)), str_of(t->name));
    return told_is_news(told, told_text(key, str_of(t->currency)), told_text(0, STR_NAME(t->text)));
}

static bool is_new_position(struct told *told, const struct instrument *i,
                            const struct position_pnl *v)
{
    const struct dec members[] = {v->quantity, v->average,    v->price,
                                  v->value,    v->unrealized, v->realized};
    uint64_t hash = 0;
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
        hash = told_dec(hash, members[k]);
    return told_is_news(told, told_text((uint64_t)i->contract.con_id, STR("position")), hash);
}

/* ---- all tags of an account ---- */
typedef void tag_fn(struct paper *p, struct paper_peer *peer, const struct account *a,
                    int32_t req_id, const struct figures_tag *t);

static void send_value(struct paper *p, struct paper_peer *peer, const struct account *a,
                       int32_t req_id, const struct figures_tag *t)
{
    (void)req_id;
    const struct wire_rep_account_value m = {str_of(t->name), STR_NAME(t->text),
                                             str_of(t->currency), STR_NAME(a->name)};
    peer_send(p, peer, WIRE_REP_ACCOUNT_VALUE, &m);
}

static void send_value_multi(struct paper *p, struct paper_peer *peer, const struct account *a,
                             int32_t req_id, const struct figures_tag *t)
{
    const struct wire_rep_account_update_multi m = {.req_id = req_id,
                                                    .account = STR_NAME(a->name),
                                                    .key = str_of(t->name),
                                                    .value = STR_NAME(t->text),
                                                    .currency = str_of(t->currency)};
    peer_send(p, peer, WIRE_REP_ACCOUNT_UPDATE_MULTI, &m);
}

/* Tells what is news to `told`. */
static void each_value(struct paper *p, struct paper_peer *peer, const struct account *a,
                       const struct watch *w, struct told *told, tag_fn *send)
{
    struct figures_world world = world_of(p, a);
    struct figures f;
    struct figures_tag t;
    int32_t req_id = w != NULL ? w->req_id : 0;
    figures_compute(&world, &f);
    for (size_t i = 0; figures_tag_at(&f, i, &t); i++) {
        bool is_net = str_eq(str_of(t.name), STR("NetLiquidation"));
        if (!(t.kinds & FIGURES_VALUE) || (w != NULL && w->only_ledger && !is_net))
            continue;
        if (str_eq(str_of(t.name), STR("AccountCode")))
            str_copy_cut(t.text, sizeof t.text, STR_NAME(a->name));
        if (is_new_tag(told, OF_ACCOUNT, a, &t))
            send(p, peer, a, req_id, &t);
    }
    for (size_t i = 0; figures_ledger_tag(&f.balance.total, i, &t); i++)
        if (is_new_tag(told, OF_LEDGER, a, &t))
            send(p, peer, a, req_id, &t);
    for (size_t r = 0; r < f.balance.row_count; r++)
        for (size_t i = 0; figures_ledger_tag(&f.balance.rows[r], i, &t); i++)
            if (is_new_tag(told, OF_LEDGER, a, &t))
                send(p, peer, a, req_id, &t);
}

/* ---- account updates ---- */
/* A position that was closed today is told once more, with quantity 0. */
static void send_portfolio_row(struct paper *p, struct paper_peer *peer, const struct account *a,
                               const struct instrument *i)
{
    struct figures_world w = world_of(p, a);
    struct position_pnl pnl;
    figures_position(&w, i, &pnl);
    if (!is_new_position(&peer->told, i, &pnl))
        return;
    struct wire_rep_portfolio_value m = WIRE_REP_PORTFOLIO_VALUE_DEFAULT;
    m.contract = paper_contract(&i->contract);
    m.position = paper_dec(p, pnl.quantity);
    m.market_price = dec_to_double(pnl.price);
    m.market_value = dec_to_double(pnl.value);
    m.average_cost = dec_to_double(pnl.average);
    m.unrealized_pnl = dec_to_double(pnl.unrealized);
    m.realized_pnl = dec_to_double(pnl.realized);
    m.account = STR_NAME(a->name);
    peer_send(p, peer, WIRE_REP_PORTFOLIO_VALUE, &m);
}

static void send_account(struct paper *p, struct paper_peer *peer)
{
    const struct account *a = peer->updates_of;
    told_begin(&peer->told);
    each_value(p, peer, a, NULL, &peer->told, send_value);
    for (size_t i = 0; i < a->ledger.holding_count; i++)
        if (!dec_is_zero(a->ledger.holdings[i].quantity))
            send_portfolio_row(p, peer, a, a->ledger.holdings[i].instrument);
    char text[HOURS_TEXT_MAX];
    hours_format(p->zone, paper_now_s(p), text);
    const struct wire_rep_account_update_time at = {arena_f(p->arena, "%.5s", text + 9)};
    peer_send(p, peer, WIRE_REP_ACCOUNT_UPDATE_TIME, &at);
    peer->account_due_ns = p->now_ns + refresh_ns;
}

void serve_account_updates(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_account_updates *req = message;
    const struct account *a = asked_account(p, peer, -1, req->account);
    if (a == NULL)
        return;
    peer->updates_of = req->subscribe ? a : NULL; /* one at a time, as at the broker */
    if (!req->subscribe)
        return;
    told_free(&peer->told);
    send_account(p, peer);
    const struct wire_rep_account_download_end end = {STR_NAME(a->name)};
    peer_send(p, peer, WIRE_REP_ACCOUNT_DOWNLOAD_END, &end);
}

static void send_account_multi(struct paper *p, struct paper_peer *peer, struct watch *w)
{
    told_begin(&w->told);
    for (size_t i = 0; i < p->accounts->count; i++)
        if (asked_concerns(p, w, &p->accounts->items[i]))
            each_value(p, peer, &p->accounts->items[i], w, &w->told, send_value_multi);
}

void serve_account_updates_multi(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_account_updates_multi *req = message;
    const struct account *a;
    if (!asked_model(p, peer, req->req_id, req->model_code) ||
        !asked_accounts(p, peer, req->req_id, req->account, &a))
        return;
    struct watch *w = watches_add(&peer->account_multis, req->req_id, PEER_WATCHES_MAX);
    if (w == NULL) {
        asked_too_many(p, peer, req->req_id);
        return;
    }
    w->account = a;
    w->only_ledger = req->ledger_and_nlv;
    send_account_multi(p, peer, w);
    peer_end(p, peer, WIRE_REP_ACCOUNT_UPDATE_MULTI_END, req->req_id);
    peer->account_due_ns = p->now_ns + refresh_ns;
}

void serve_cancel_account_updates_multi(struct paper *p, struct paper_peer *peer,
                                        const void *message)
{
    (void)p;
    const struct wire_id *req = message;
    watches_remove(&peer->account_multis, req->req_id);
}

/* ---- summary ---- */
static void send_summary_row(struct paper *p, struct paper_peer *peer, const struct account *a,
                             struct watch *w, enum tag_list list, const struct figures_tag *t)
{
    if (!is_new_tag(&w->told, list, a, t))
        return;
    const struct wire_rep_account_summary m = {w->req_id, STR_NAME(a->name), str_of(t->name),
                                               STR_NAME(t->text), str_of(t->currency)};
    peer_send(p, peer, WIRE_REP_ACCOUNT_SUMMARY, &m);
}

static bool wants_tag(struct str tags, struct str name)
{
    for (struct str one; str_cut(&tags, ',', &one);) {
        one = str_trim(one);
        /* the official list spells two of them with a q */
        bool is_reg = str_starts(one, STR("ReqT")) && str_starts(name, STR("RegT")) &&
                      str_eq(str_sub(one, 4, one.n), str_sub(name, 4, name.n));
        if (str_eq(one, name) || is_reg)
            return true;
    }
    return false;
}

/* The ledger rows that "$LEDGER", "$LEDGER:EUR" and "$LEDGER:ALL" ask for. */
static void send_ledger(struct paper *p, struct paper_peer *peer, const struct account *a,
                        struct watch *w, const struct figures *f)
{
    struct str tags = str_of(w->tags);
    struct figures_tag t;
    if (wants_tag(tags, STR("$LEDGER")) || wants_tag(tags, STR("$LEDGER:ALL")))
        for (size_t i = 0; figures_ledger_tag(&f->balance.total, i, &t); i++)
            send_summary_row(p, peer, a, w, OF_LEDGER, &t);
    for (size_t r = 0; r < f->balance.row_count; r++) {
        const struct balance_row *row = &f->balance.rows[r];
        struct str own = arena_f(p->arena, "$LEDGER:%s", row->currency);
        if (!wants_tag(tags, STR("$LEDGER:ALL")) && !wants_tag(tags, own))
            continue;
        for (size_t i = 0; figures_ledger_tag(row, i, &t); i++)
            send_summary_row(p, peer, a, w, OF_LEDGER, &t);
    }
}

static void send_summary_of(struct paper *p, struct paper_peer *peer, const struct account *a,
                            struct watch *w)
{
    struct figures_world world = world_of(p, a);
    struct figures f;
    struct figures_tag t;
    figures_compute(&world, &f);
    send_ledger(p, peer, a, w, &f);
    for (size_t i = 0; figures_tag_at(&f, i, &t); i++)
        if ((t.kinds & FIGURES_SUMMARY) && wants_tag(str_of(w->tags), str_of(t.name)))
            send_summary_row(p, peer, a, w, OF_ACCOUNT, &t);
}

static void send_summary(struct paper *p, struct paper_peer *peer, struct watch *w)
{
    told_begin(&w->told);
    for (size_t i = 0; i < p->accounts->count; i++)
        if (asked_concerns(p, w, &p->accounts->items[i]))
            send_summary_of(p, peer, &p->accounts->items[i], w);
}

void serve_account_summary(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_account_summary *req = message;
    const struct group *group = groups_find(&p->advisor_groups, req->group);
    if (!str_ieq(req->group, STR("All")) && group == NULL) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bK' : cause - Unknown account group");
        return;
    }
    struct watch *w = watches_add(&peer->summaries, req->req_id, PEER_SUMMARIES_MAX);
    if (w == NULL) {
        peer_error(p, peer, req->req_id, CODE_PROCESSING,
                   "Error processing request.-'bK' : cause - Maximum number of account summary "
                   "requests exceeded");
        return;
    }
    str_copy_cut(w->tags, sizeof w->tags, req->tags);
    w->group = 0;
    for (size_t i = 0; group != NULL && i < group->count; i++)
        w->group |= (uint32_t)1 << group->accounts[i];
    send_summary(p, peer, w);
    peer_end(p, peer, WIRE_REP_ACCOUNT_SUMMARY_END, req->req_id);
    if (peer->updates_of == NULL)
        peer->account_due_ns = p->now_ns + refresh_ns;
}

void serve_cancel_account_summary(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    const struct wire_id *req = message;
    watches_remove(&peer->summaries, req->req_id);
}

/* ---- positions ---- */
static double average_of(const struct account *a, const struct instrument *i)
{
    const struct holding *h = ledger_holding(&a->ledger, i);
    return h != NULL ? dec_to_double(holding_average(h)) : 0;
}

static void send_position(struct paper *p, struct paper_peer *peer, const struct account *a,
                          const struct instrument *i)
{
    struct wire_rep_position m = WIRE_REP_POSITION_DEFAULT;
    m.account = STR_NAME(a->name);
    m.contract = paper_contract(&i->contract);
    m.contract.exchange = STR_NAME(i->contract.primary_exchange);
    m.position = paper_dec(p, ledger_quantity(&a->ledger, i));
    m.avg_cost = average_of(a, i);
    peer_send(p, peer, WIRE_REP_POSITION, &m);
}

static void send_position_multi(struct paper *p, struct paper_peer *peer, const struct account *a,
                                const struct watch *w, const struct instrument *i)
{
    struct wire_rep_position_multi m = WIRE_REP_POSITION_MULTI_DEFAULT;
    m.req_id = w->req_id;
    m.account = STR_NAME(a->name);
    m.contract = paper_contract(&i->contract);
    m.position = paper_dec(p, ledger_quantity(&a->ledger, i));
    m.avg_cost = average_of(a, i);
    peer_send(p, peer, WIRE_REP_POSITION_MULTI, &m);
}

/* The positions of an account: for a request with an id, or (w is NULL) for the one without. */
static void send_positions(struct paper *p, struct paper_peer *peer, const struct account *a,
                           const struct watch *w)
{
    for (size_t i = 0; i < a->ledger.holding_count; i++) {
        const struct holding *h = &a->ledger.holdings[i];
        if (dec_is_zero(h->quantity))
            continue;
        if (w != NULL)
            send_position_multi(p, peer, a, w, h->instrument);
        else
            send_position(p, peer, a, h->instrument);
    }
}

void serve_positions(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    for (size_t i = 0; i < p->accounts->count; i++)
        send_positions(p, peer, &p->accounts->items[i], NULL);
    peer_send(p, peer, WIRE_REP_POSITION_END, NULL);
    peer->wants_positions = true;
}

void serve_cancel_positions(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    (void)message;
    peer->wants_positions = false;
}

void serve_positions_multi(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_positions_multi *req = message;
    const struct account *a;
    if (!asked_model(p, peer, req->req_id, req->model_code) ||
        !asked_accounts(p, peer, req->req_id, req->account, &a))
        return;
    struct watch *w = watches_add(&peer->position_multis, req->req_id, PEER_WATCHES_MAX);
    if (w == NULL) {
        asked_too_many(p, peer, req->req_id);
        return;
    }
    w->account = a;
    for (size_t i = 0; i < p->accounts->count; i++)
        if (asked_concerns(p, w, &p->accounts->items[i]))
            send_positions(p, peer, &p->accounts->items[i], w);
    peer_end(p, peer, WIRE_REP_POSITION_MULTI_END, req->req_id);
}

void serve_cancel_positions_multi(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    const struct wire_id *req = message;
    watches_remove(&peer->position_multis, req->req_id);
}

void account_cash_changed(struct paper *p, const char *account)
{
    const struct account *a = accounts_find(p->accounts, str_of(account));
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        if (peer->updates_of == a || peer->summaries.n > 0 || peer->account_multis.n > 0)
            peer->account_due_ns = p->now_ns;
}

void account_position_changed(struct paper *p, const char *account, const struct instrument *i)
{
    const struct account *a = accounts_find(p->accounts, str_of(account));
    bool is_position = i->contract.sec_type != SEC_CASH;
    p->pnl_now[a - p->accounts->items].is_known = false;
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next) {
        if (!peer->is_started || peer->is_closing)
            continue;
        if (peer->wants_positions && is_position)
            send_position(p, peer, a, i);
        for (size_t k = 0; k < peer->position_multis.n && is_position; k++)
            if (asked_concerns(p, &peer->position_multis.items[k], a))
                send_position_multi(p, peer, a, &peer->position_multis.items[k], i);
        if (peer->updates_of == a && is_position && dec_is_zero(ledger_quantity(&a->ledger, i)))
            send_portfolio_row(p, peer, a, i);
        peer->account_due_ns = peer->pnl_due_ns = p->now_ns;
    }
}

/* ---- time ---- */
static bool wants_refresh(const struct paper_peer *peer)
{
    return peer->updates_of != NULL || peer->summaries.n > 0 || peer->account_multis.n > 0;
}

void account_step(struct paper *p, struct paper_peer *peer)
{
    if (wants_refresh(peer) && p->now_ns >= peer->account_due_ns) {
        if (peer->updates_of != NULL)
            send_account(p, peer);
        for (size_t i = 0; i < peer->summaries.n; i++)
            send_summary(p, peer, &peer->summaries.items[i]);
        for (size_t i = 0; i < peer->account_multis.n; i++)
            send_account_multi(p, peer, &peer->account_multis.items[i]);
        peer->account_due_ns = p->now_ns + refresh_ns;
    }
    pnl_step(p, peer);
}

int64_t account_next(const struct paper_peer *peer)
{
    int64_t next = wants_refresh(peer) ? peer->account_due_ns : VENUE_NEVER;
    return pnl_next(peer) < next ? pnl_next(peer) : next;
}
