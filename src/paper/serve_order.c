/* SPDX-License-Identifier: MIT */
/* Orders: requests from clients, news to them, and the records that must be durable first. */
#include "base/rng.h"
#include "paper/paper_private.h"
#include "wire/value.h"

#include <stdio.h>

enum {
    CODE_CANCEL_STATE = 161,
    CODE_ORDER_MESSAGE = 399,
    CODE_CANCEL_NOT_FOUND = 10147,
    CODE_CANCEL_IMPOSSIBLE = 10148,
    VERSION_TIME_WITH_ZONE = 174,
    DAY_S = 86400
};

/* ---- wire forms ---- */
static double price_or(struct opt_dec v, double otherwise)
{
    return v.has ? dec_to_double(v.v) : otherwise;
}

/* What live servers put where a text does not apply: in protobuf they leave it out. */
static struct str placeholder(const struct paper_peer *peer)
{
    return peer->version <= WIRE_VERSION_TEXT_MAX ? STR("?") : STR("");
}

/* ---- ids ---- */
/* An order of TWS itself has no order id until client 0 has it bound. */
static int32_t shown_id(const struct paper_peer *peer, const struct ticket *t)
{
    bool is_bound = t->order.order_id >= 0 || (peer->client_id == 0 && peer->binds);
    return is_bound ? t->order.order_id : 0;
}

static int64_t shown_perm(const struct paper *p, const struct ticket *t)
{
    const int64_t alias_shift = 1000000000;
    return t->order.perm_id - (t->order.perm_id == p->faults.alias_perm ? alias_shift : 0);
}

/* The values that live servers put where an ordinary order has none. */
static void set_order(struct paper *p, const struct paper_peer *peer, const struct ticket *t,
                      struct wire_order *w)
{
    const struct order *o = &t->order;
    bool trails = o->type == ORDER_TRAIL || o->type == ORDER_TRAIL_LIMIT;
    w->client_id = o->client_id;
    w->order_id = o->order_id;
    w->perm_id = o->perm_id;
    w->parent_id = o->parent_id;
    w->action = str_of(side_text(o->side));
    w->total_quantity = paper_dec(p, o->quantity);
    w->order_type = str_of(order_type_text(o->type));
    w->lmt_price = price_or(o->limit_price, WIRE_UNSET_DOUBLE);
    w->aux_price = price_or(trails ? o->trail_amount : o->stop_price, WIRE_UNSET_DOUBLE);
    w->trailing_percent = price_or(o->trail_percent, WIRE_UNSET_DOUBLE);
    w->trail_stop_price = price_or(o->trail_stop, WIRE_UNSET_DOUBLE);
    w->lmt_price_offset = price_or(t->limit_offset, WIRE_UNSET_DOUBLE);
    w->tif = str_of(tif_text(o->tif));
    w->good_till_date = STR_NAME(o->good_till);
    w->account = STR_NAME(o->account);
    w->order_ref = STR_NAME(o->ref);
    w->oca_group = STR_NAME(o->oca_group);
    w->oca_type = t->oca_type != 0 ? t->oca_type : 3;
    w->trigger_method = t->trigger_method;
    w->origin = t->origin;
    w->open_close = STR_NAME(t->open_close);
    w->outside_rth = o->outside_rth;
    w->transmit = o->transmit;
    w->what_if = o->what_if;
    w->display_size = WIRE_UNSET_INT;
    w->clearing_intent = STR("IB");
    w->volatility_type = 0;
    w->reference_price_type = 0;
    w->delta_neutral_order_type = STR("None");
    w->delta_neutral_open_close = placeholder(peer);
    w->adjusted_order_type = STR("None");
    w->dont_use_auto_price_for_hedge = true;
    w->filled_quantity = paper_dec(p, t->status.filled);
    w->ref_futures_con_id = WIRE_UNSET_INT;
    w->parent_perm_id = WIRE_UNSET_LONG;
    w->shareholder = STR("Not an insider or substantial shareholder");
}

static struct wire_contract order_contract(const struct paper_peer *peer, const struct ticket *t)
{
    struct wire_contract c = paper_contract(&t->order.contract);
    c.right = placeholder(peer);
    return c;
}

/* "20260402 09:30:00 US/Eastern"; without the zone and with two spaces for old clients. */
static struct str time_text(struct paper *p, const struct paper_peer *peer,
                            const struct instrument *i, int64_t at_ns)
{
    char text[HOURS_TEXT_MAX];
    size_t n = hours_format(i->hours.zone, at_ns / NS_PER_S, text);
    if (peer->version >= VERSION_TIME_WITH_ZONE)
        return arena_str(p->arena, (struct str){text, n});
    return arena_f(p->arena, "%.8s  %.8s", text, text + 9);
}

static struct str ending_text(struct paper *p, const struct ticket *t)
{
    switch (t->end) {
    case END_FILLED:
        return arena_f(p->arena, "Filled Size: " STR_FMT, STR_ARG(paper_dec(p, t->status.filled)));
    case END_BY_TRADER:
        return STR("Cancelled by Trader");
    case END_BY_SYSTEM:
        return arena_f(p->arena, "Cancelled by System:\n%s", t->status.broker_text);
    case END_REJECTED:
        return arena_f(p->arena, "Rejected by System:%s", t->status.broker_text);
    default:
        return STR("");
    }
}

static void set_state(struct paper *p, const struct paper_peer *peer, const struct ticket *t,
                      struct wire_order_state *s)
{
    s->status = str_of(order_state_text(t->status.state));
    s->commission = price_or(t->commission, WIRE_UNSET_DOUBLE);
    s->commission_currency = STR_NAME(t->commission_currency);
    if (ticket_is_live(t))
        return;
    s->completed_time = time_text(p, peer, t->instrument, t->ended_ns);
    s->completed_status = ending_text(p, t);
}

static void send_open_order(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    struct wire_rep_open_order m = WIRE_REP_OPEN_ORDER_DEFAULT;
    m.order_id = shown_id(peer, t);
    m.contract = order_contract(peer, t);
    set_order(p, peer, t, &m.order);
    set_state(p, peer, t, &m.order_state);
    m.order.order_id = m.order_id;
    m.order.perm_id = shown_perm(p, t);
    peer_send(p, peer, WIRE_REP_OPEN_ORDER, &m);
}

static void send_status(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct order_status *s = &t->status;
    const struct wire_rep_order_status m = {
        .order_id = shown_id(peer, t),
        .status = str_of(order_state_text(s->state)),
        .filled = paper_dec(p, s->filled),
        .remaining = paper_dec(p, s->remaining),
        .avg_fill_price = price_or(s->avg_fill_price, 0),
        .perm_id = shown_perm(p, t),
        .parent_id = t->order.parent_id,
        .last_fill_price = price_or(s->last_fill_price, 0),
        .client_id = t->order.client_id,
        .why_held = STR_NAME(s->why_held),
    };
    peer_send(p, peer, WIRE_REP_ORDER_STATUS, &m);
}

/* An order of TWS itself now has an id for client 0. */
static void orders_tell_bound(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct wire_rep_order_bound m = {t->order.perm_id, 0, t->order.order_id};
    peer_send(p, peer, WIRE_REP_ORDER_BOUND, &m);
}

static struct str exec_id(struct paper *p, const struct fill *f)
{
    return arena_f(p->arena, "%08x.%08llx.01.01", (unsigned)(rng_mix(p->seed, 1) >> 32),
                   (unsigned long long)f->seq);
}

static void send_execution(struct paper *p, struct paper_peer *peer, int32_t req_id,
                           const struct fill *f)
{
    const struct ticket *t = f->ticket;
    struct wire_rep_exec_details m = WIRE_REP_EXEC_DETAILS_DEFAULT;
    m.req_id = req_id;
    m.contract = paper_contract(&t->order.contract);
    m.contract.exchange = STR_NAME(f->exchange);
    struct wire_execution *x = &m.execution;
    x->order_id = shown_id(peer, t);
    x->exec_id = exec_id(p, f);
    x->time = time_text(p, peer, t->instrument, f->at_ns);
    x->account = STR_NAME(t->order.account);
    x->exchange = STR_NAME(f->exchange);
    x->side = t->order.side == SIDE_BUY ? STR("BOT") : STR("SLD");
    x->shares = paper_dec(p, f->quantity);
    x->price = dec_to_double(f->price);
    x->perm_id = t->order.perm_id;
    x->client_id = t->order.client_id;
    x->cum_qty = paper_dec(p, f->cum_quantity);
    x->avg_price = dec_to_double(f->average_price);
    x->order_ref = STR_NAME(t->order.ref);
    x->last_liquidity = f->liquidity;
    peer_send(p, peer, WIRE_REP_EXEC_DETAILS, &m);
}

static void send_commission(struct paper *p, struct paper_peer *peer, const struct fill *f)
{
    struct wire_rep_commission_report m = WIRE_REP_COMMISSION_REPORT_DEFAULT;
    m.exec_id = exec_id(p, f);
    m.commission = dec_to_double(f->commission);
    m.currency = STR_NAME(f->commission_currency);
    if (f->closes)
        m.realized_pnl = dec_to_double(f->realized);
    peer_send(p, peer, WIRE_REP_COMMISSION_REPORT, &m);
}

/* ---- the venue's news ---- */
static void record_event(struct paper *p, const struct venue_event *e)
{
    if (e->kind == VENUE_FILL)
        record_fill(&p->records, e->fill, false);
    else if (e->kind != VENUE_COMMISSION && e->kind != VENUE_MESSAGE)
        record_ticket(&p->records, &e->ticket);
}

static void tell(struct paper *p, struct paper_peer *peer, const struct venue_event *e)
{
    switch (e->kind) {
    case VENUE_ORDER:
        send_open_order(p, peer, &e->ticket);
        send_status(p, peer, &e->ticket);
        break;
    case VENUE_STATUS:
        send_status(p, peer, &e->ticket);
        break;
    case VENUE_FILL:
        send_execution(p, peer, -1, e->fill);
        break;
    case VENUE_COMMISSION:
        send_commission(p, peer, e->fill);
        break;
    case VENUE_MESSAGE:
        peer_error(p, peer, e->ticket.order.order_id, e->code, "%s", e->text);
        break;
    case VENUE_QUIET:
        break;
    }
}

void orders_publish(struct paper *p)
{
    for (size_t i = 0; i < venue_event_count(p->venue); i++) {
        const struct venue_event *e = venue_event_at(p->venue, i);
        arena_reset(p->arena);
        record_event(p, e);
        struct paper_peer *owner = paper_client(p, e->ticket.order.client_id);
        if (owner != NULL)
            tell(p, owner, e);
        if (e->kind == VENUE_FILL)
            account_position_changed(p, e->ticket.order.account, e->ticket.instrument);
    }
    venue_events_clear(p->venue);
    if (!p->records.failed)
        return;
    /* nothing may be acknowledged that could not be recorded: nobody hears anything any more */
    log_error(&p->log, "records=%zu nobody takes them: all clients are closed", p->records.n);
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next) {
        buf_reset(&peer->out);
        peer->is_closing = true;
    }
}

/* ---- placing ---- */
static struct check_world world_of(const struct paper *p, const struct paper_peer *peer)
{
    return (struct check_world){p->universe, p->feed,         p->accounts,
                                p->venue,    peer->client_id, p->now_ns};
}

static void send_what_if(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    struct check_world world = world_of(p, peer);
    struct check_margin m;
    check_margin(&world, t, &m);
    struct wire_rep_open_order r = WIRE_REP_OPEN_ORDER_DEFAULT;
    r.order_id = t->order.order_id;
    r.contract = order_contract(peer, t);
    set_order(p, peer, t, &r.order);
    r.order_state.status = STR("PreSubmitted");
    struct wire_margins *w = &r.order_state.margins;
    w->init_before = dec_to_double(m.before.init_margin);
    w->init_after = dec_to_double(m.after.init_margin);
    w->init_change = dec_to_double(dec_minus(m.after.init_margin, m.before.init_margin));
    w->maint_before = dec_to_double(m.before.maint_margin);
    w->maint_after = dec_to_double(m.after.maint_margin);
    w->maint_change = dec_to_double(dec_minus(m.after.maint_margin, m.before.maint_margin));
    w->equity_before = dec_to_double(m.before.total.net);
    w->equity_after = dec_to_double(m.after.total.net);
    w->equity_change = dec_to_double(dec_minus(m.after.total.net, m.before.total.net));
    r.order_state.commission = dec_to_double(m.commission);
    r.order_state.commission_currency = STR_NAME(m.commission_currency);
    r.order_state.margin_currency = STR_NAME(m.base);
    peer_send(p, peer, WIRE_REP_OPEN_ORDER, &r);
}

static void warn_if_closed(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct instrument *i = t->instrument;
    if (feed_is_open(p->feed, i, paper_now_s(p)))
        return;
    char open[HOURS_TEXT_MAX];
    hours_format(i->hours.zone, hours_next_open(&i->hours, paper_now_s(p)), open);
    peer_error(p, peer, t->order.order_id, CODE_ORDER_MESSAGE,
               "Order Message:\n%s " STR_FMT " %s %s\nWarning: Your order will not be placed at "
               "the exchange until %s.",
               side_text(t->order.side), STR_ARG(paper_dec(p, t->order.quantity)),
               t->order.contract.symbol, t->order.contract.primary_exchange, open);
}

static void reject(struct paper *p, struct paper_peer *peer, const struct check *c)
{
    if (c->existing == NULL && !c->draft.order.what_if) {
        venue_reject(p->venue, &c->draft, c->code, c->text, p->now_ns);
        return;
    }
    peer_error(p, peer, c->draft.order.order_id, c->code, "%s", c->text);
    if (c->existing != NULL) { /* a refused change leaves the order as it was: restate it */
        send_open_order(p, peer, c->existing);
        send_status(p, peer, c->existing);
    }
}

static void accept(struct paper *p, struct paper_peer *peer, const struct check *c)
{
    const struct ticket *t = c->existing;
    if (c->verdict == CHECK_MODIFY)
        venue_modify(p->venue, c->existing, &c->draft, p->now_ns);
    else
        t = venue_place(p->venue, &c->draft, p->now_ns);
    if (fault_strikes(&p->faults.cut_before_ack))
        peer->is_closing = true; /* accepted and recorded, but never answered */
    if (c->verdict == CHECK_PLACE && p->faults.two_perm_ids > 0) {
        p->faults.two_perm_ids--;
        p->faults.alias_perm = t->order.perm_id;
    }
    orders_publish(p);
    p->faults.alias_perm = 0;
    if (!t->is_held)
        warn_if_closed(p, peer, t);
}

void serve_place_order(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_place_order *req = message;
    struct check_world world = world_of(p, peer);
    struct check c;
    faults_count(p, FAULT_ORDERS, 1, peer);
    if (peer->is_closing || peer->is_dead)
        return;
    if (fault_strikes(&p->faults.lose_order)) {
        peer->is_closing = true;
        return;
    }
    check_order(&world, req, &c);
    bool accepted = c.verdict == CHECK_PLACE || c.verdict == CHECK_MODIFY;
    if (accepted && !c.draft.order.what_if && p->faults.reject.left != 0) {
        c.verdict = CHECK_REJECT;
        c.code = p->faults.reject.code;
        str_copy_cut(c.text, sizeof c.text, STR_NAME(p->faults.reject.text));
        if (p->faults.reject.left > 0)
            p->faults.reject.left--;
    }
    if (c.verdict == CHECK_REFUSE)
        peer_error(p, peer, req->order_id, c.code, "%s", c.text);
    else if (c.verdict == CHECK_REJECT)
        reject(p, peer, &c);
    else if (c.draft.order.what_if)
        send_what_if(p, peer, &c.draft);
    else
        accept(p, peer, &c);
}

/* The ids of orders of TWS itself go down from -1; seen from outside they are 0 until bound. */
static int32_t next_manual_id(const struct paper *p)
{
    int32_t lowest = 0;
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct order *o = &venue_ticket_at(p->venue, i)->order;
        if (o->client_id == 0 && o->order_id < lowest)
            lowest = o->order_id;
    }
    return lowest - 1;
}

bool order_place_unasked(struct paper *p, int32_t client_id, struct wire_req_place_order *req,
                         struct error *e)
{
    const struct paper_peer nobody = {.client_id = client_id};
    struct check_world world = world_of(p, &nobody);
    struct check c;
    req->order_id = venue_next_id(p->venue, client_id);
    check_order(&world, req, &c);
    if (c.verdict != CHECK_PLACE)
        return error_set(e, ERROR_INVALID, "ORDER", "%d: %s", c.code, c.text);
    if (client_id == 0)
        c.draft.order.order_id = next_manual_id(p);
    const struct ticket *t = venue_place(p->venue, &c.draft, p->now_ns);
    struct paper_peer *owner = paper_client(p, client_id);
    if (client_id == 0 && owner != NULL && owner->binds)
        orders_tell_bound(p, owner, t);
    return true;
}

/* ---- cancelling ---- */
void serve_cancel_order(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_cancel_order *req = message;
    const struct ticket *t = venue_find(p->venue, peer->client_id, req->order_id);
    if (t == NULL)
        peer_error(p, peer, req->order_id, CODE_CANCEL_NOT_FOUND,
                   "OrderId %d that needs to be cancelled is not found.", (int)req->order_id);
    else if (t->end == END_FILLED)
        peer_error(p, peer, req->order_id, CODE_CANCEL_STATE,
                   "Cancel attempted when order is not in a cancellable state.  Order permId "
                   "=%lld",
                   (long long)t->order.perm_id);
    else if (!ticket_is_live(t))
        peer_error(p, peer, req->order_id, CODE_CANCEL_IMPOSSIBLE,
                   "OrderId %d that needs to be cancelled cannot be cancelled, state: %s.",
                   (int)req->order_id, order_state_text(t->status.state));
    else
        venue_cancel(p->venue, t, p->now_ns);
}

void serve_global_cancel(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)peer;
    (void)message;
    venue_cancel_all(p->venue, p->now_ns);
}

/* ---- lists ---- */
void orders_send_open(struct paper *p, struct paper_peer *peer, bool all_clients)
{
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (!ticket_is_live(t) || t->is_held ||
            (!all_clients && t->order.client_id != peer->client_id))
            continue;
        send_open_order(p, peer, t);
        send_status(p, peer, t);
    }
    peer_send(p, peer, WIRE_REP_OPEN_ORDER_END, NULL);
}

void serve_open_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    orders_send_open(p, peer, false);
}

void serve_all_open_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    orders_send_open(p, peer, true);
}

void serve_auto_open_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_auto_open_orders *req = message;
    if (req->auto_bind && peer->client_id != 0) {
        peer_error(p, peer, -1, 327, "Only the default client (i.e 0) can auto bind orders.");
        return;
    }
    peer->binds = req->auto_bind;
    for (size_t i = 0; peer->binds && i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (t->order.client_id == 0 && t->order.order_id < 0 && ticket_is_live(t))
            orders_tell_bound(p, peer, t);
    }
}

void serve_completed_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message; /* every order here came by the API */
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (ticket_is_live(t) || t->ended_ns < p->now_ns - (int64_t)DAY_S * NS_PER_S)
            continue;
        struct wire_rep_completed_order m = WIRE_REP_COMPLETED_ORDER_DEFAULT;
        m.contract = order_contract(peer, t);
        set_order(p, peer, t, &m.order);
        set_state(p, peer, t, &m.order_state);
        peer_send(p, peer, WIRE_REP_COMPLETED_ORDER, &m);
    }
    peer_send(p, peer, WIRE_REP_COMPLETED_ORDERS_END, NULL);
}

static bool is_or_empty(struct str wanted, const char *have)
{
    return wanted.n == 0 || str_ieq(wanted, str_of(have));
}

static bool fill_fits(const struct wire_req_executions *q, const struct fill *f, int64_t since_ns)
{
    const struct order *o = &f->ticket->order;
    const struct contract *c = &o->contract;
    bool is_buy = o->side == SIDE_BUY;
    bool side = q->side.n == 0 || str_ieq(q->side, is_buy ? STR("BUY") : STR("SELL")) ||
                str_ieq(q->side, is_buy ? STR("BOT") : STR("SLD"));
    return f->at_ns >= since_ns && side && (q->client_id == 0 || q->client_id == o->client_id) &&
           is_or_empty(q->account, o->account) && is_or_empty(q->symbol, c->symbol) &&
           is_or_empty(q->sec_type, sec_type_text(c->sec_type)) &&
           is_or_empty(q->exchange, f->exchange);
}

void serve_executions(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_executions *req = message;
    int64_t days = wire_is_set_int(req->last_n_days) && req->last_n_days > 0 ? req->last_n_days : 1;
    int64_t since_s = paper_now_s(p) - days * DAY_S, from_s;
    if (req->time.n > 0) {
        if (!hours_parse_time(req->time, p->zone, &from_s)) {
            peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                       "Error validating request.-'bE' : cause - Invalid time was entered");
            return;
        }
        since_s = from_s > since_s ? from_s : since_s;
    }
    for (int pass = 0; pass < 2; pass++) /* all executions, then all commissions */
        for (size_t i = 0; i < venue_fill_count(p->venue); i++) {
            const struct fill *f = venue_fill_at(p->venue, i);
            if (!fill_fits(req, f, since_s * NS_PER_S))
                continue;
            if (pass == 0)
                send_execution(p, peer, req->req_id, f);
            else
                send_commission(p, peer, f);
        }
    peer_end(p, peer, WIRE_REP_EXEC_DETAILS_END, req->req_id);
}
