/* SPDX-License-Identifier: MIT */
/* Orders: requests from clients, news to them, and the records that must be durable first. */
#include "paper/order_message.h"
#include "wire/proto.h"

#include <stdio.h>

enum {
    CODE_CANCEL_STATE = 161,
    CODE_ORDER_MESSAGE = 399,
    CODE_CANCEL_NOT_FOUND = 10147,
    CODE_RTH_IGNORED = 2109,
    CODE_TIF_SET = 10349,
    VERSION_TELLS_TIF = 200 /* older servers put DAY in and said nothing */
};

/* ---- the venue's news ---- */
static void record_event(struct paper *p, const struct venue_event *e)
{
    if (e->kind == VENUE_FILL && e->fill->part == FILL_EXERCISE)
        return; /* its event is its record */
    if (e->kind == VENUE_FILL)
        record_fill(&p->records, e->fill, false);
    else if (e->kind == VENUE_REVISION)
        record_revision(&p->records, e->fill);
    else if (e->kind != VENUE_COMMISSION && e->kind != VENUE_MESSAGE && e->kind != VENUE_BOUND)
        record_ticket(&p->records, &e->ticket);
}

static void tell(struct paper *p, struct paper_peer *peer, const struct venue_event *e)
{
    switch (e->kind) {
    case VENUE_ORDER:
        order_send_open(p, peer, &e->ticket);
        order_send_status(p, peer, &e->ticket);
        break;
    case VENUE_STATUS:
        order_send_status(p, peer, &e->ticket);
        break;
    case VENUE_FILL:
    case VENUE_REVISION:
        if (e->fill->part != FILL_WHOLE) /* it is told by account */
            order_send_execution(p, peer, -1, e->fill);
        break;
    case VENUE_COMMISSION:
        order_send_commission(p, peer, e->fill);
        break;
    case VENUE_MESSAGE:
        peer_error(p, peer, order_shown_id(&e->ticket), e->code, "%s", e->text);
        break;
    case VENUE_BOUND:
        order_send_bound(p, peer, &e->ticket);
        break;
    case VENUE_QUIET:
        break;
    }
}

void orders_publish(struct paper *p)
{
    p->is_publishing = true;
    for (size_t i = 0; i < venue_event_count(p->venue); i++) {
        const struct venue_event *e = venue_event_at(p->venue, i);
        arena_reset(p->arena);
        record_event(p, e);
        struct paper_peer *owner = paper_client(p, e->ticket.order.client_id);
        if (owner != NULL)
            tell(p, owner, e);
        if ((e->kind == VENUE_FILL || e->kind == VENUE_REVISION) && e->fill->part != FILL_WHOLE &&
            e->fill->part != FILL_EXERCISE)
            account_position_changed(p, order_account_of(p, e->fill), e->fill->instrument);
    }
    p->is_publishing = false;
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
static struct check_world world_of(const struct paper *p, int32_t client_id)
{
    return (struct check_world){.universe = p->universe,
                                .feed = p->feed,
                                .accounts = p->accounts,
                                .groups = &p->advisor_groups,
                                .venue = p->venue,
                                .client_id = client_id,
                                .now_ns = p->now_ns};
}

static void warn_if_closed(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct instrument *i = t->instrument;
    const struct hours *h = ticket_is_extended(t) ? &i->extended : &i->hours;
    if (!feed_has_real_hours(p->feed) || hours_is_open(h, paper_now_s(p)))
        return;
    char open[HOURS_TEXT_MAX];
    hours_format(h->zone, hours_next_open(h, paper_now_s(p)), open);
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
        order_send_open(p, peer, c->existing);
        order_send_status(p, peer, c->existing);
    }
}

/* What the exchange made of the order beyond what was asked. */
static void warn(struct paper *p, struct paper_peer *peer, const struct check *c,
                 const struct ticket *t)
{
    if (c->tif_was_set && peer->version >= VERSION_TELLS_TIF)
        peer_error(p, peer, t->order.order_id, CODE_TIF_SET,
                   "Order TIF was set to DAY based on order preset.");
    if (t->order.outside_rth && feed_has_real_hours(p->feed) && !ticket_is_extended(t))
        peer_error(p, peer, t->order.order_id, CODE_RTH_IGNORED,
                   "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored "
                   "based on the order type and destination.");
    if (!t->is_held)
        warn_if_closed(p, peer, t);
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
    warn(p, peer, c, t);
}

static void preview(struct paper *p, struct paper_peer *peer, const struct check_world *world,
                    const struct check *c)
{
    struct check_margin m;
    check_margin(world, &c->draft, &m);
    order_send_preview(p, peer, &c->draft, &m);
}

/* An armed fault turns what was accepted into a rejection. */
static void strike(struct paper *p, struct check *c)
{
    bool accepted = c->verdict == CHECK_PLACE || c->verdict == CHECK_MODIFY;
    if (!accepted || c->draft.order.what_if || p->faults.reject.left == 0)
        return;
    c->verdict = CHECK_REJECT;
    c->code = p->faults.reject.code;
    str_copy_cut(c->text, sizeof c->text, STR_NAME(p->faults.reject.text));
    if (p->faults.reject.left > 0)
        p->faults.reject.left--;
}

void serve_place_order(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_place_order *req = message;
    struct check_world world = world_of(p, peer->client_id);
    int since = wire_proto_since(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER);
    world.is_protobuf = since > 0 && peer->version >= since;
    struct check c;
    faults_count(p, FAULT_ORDERS, 1, peer);
    if (peer->is_closing || peer->is_dead)
        return;
    if (fault_strikes(&p->faults.lose_order)) {
        peer->is_closing = true;
        return;
    }
    check_order(&world, req, &c);
    strike(p, &c);
    if (c.verdict == CHECK_REFUSE)
        peer_error(p, peer, req->order_id, c.code, "%s", c.text);
    else if (c.verdict == CHECK_REJECT)
        reject(p, peer, &c);
    else if (c.draft.order.what_if)
        preview(p, peer, &world, &c);
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
    struct check_world world = world_of(p, client_id);
    struct check c;
    req->order_id = venue_next_id(p->venue, client_id);
    check_order(&world, req, &c);
    if (c.verdict != CHECK_PLACE)
        return error_set(e, ERROR_INVALID, "ORDER", "%d: %s", c.code, c.text);
    if (client_id == 0)
        c.draft.order.order_id = next_manual_id(p);
    const struct ticket *t = venue_place(p->venue, &c.draft, p->now_ns);
    const struct paper_peer *owner = paper_client(p, client_id);
    if (client_id == 0 && owner != NULL && owner->binds)
        venue_bind(p->venue, t);
    return true;
}

/* ---- cancelling ---- */
/* The time at which a person is said to have cancelled must at least be one. */
static bool cancel_time_fits(struct paper *p, struct paper_peer *peer, int32_t id,
                             const struct wire_order_cancel *cancel)
{
    int64_t at;
    if (cancel->manual_order_cancel_time.n == 0 ||
        hours_parse_time(cancel->manual_order_cancel_time, p->zone, &at))
        return true;
    peer_error(p, peer, id, CODE_INVALID_REQUEST,
               "Error validating request.-'bF' : cause - Invalid manual order cancel time");
    return false;
}

void serve_cancel_order(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_cancel_order *req = message;
    const struct ticket *t = venue_find(p->venue, peer->client_id, req->order_id);
    if (!cancel_time_fits(p, peer, req->order_id, &req->order_cancel))
        return;
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
    const struct wire_req_global_cancel *req = message;
    if (cancel_time_fits(p, peer, -1, &req->order_cancel))
        venue_cancel_all(p->venue, p->now_ns);
}
