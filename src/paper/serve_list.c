/* SPDX-License-Identifier: MIT */
/* Lists of orders and executions, and the binding of orders that were entered by hand. */
#include "paper/order_message.h"
#include "wire/value.h"

enum {
    CODE_AUTO_BIND = 327,
    DAY_S = 86400,
    COMPLETED_DAYS = 7,
    EXECUTIONS_DAYS_MAX = 7,
    VERSION_REPEATS_ENDED = 225
};

void orders_send_open(struct paper *p, struct paper_peer *peer, bool all_clients)
{
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (!ticket_is_live(t) || t->is_held ||
            (!all_clients && t->order.client_id != peer->client_id))
            continue;
        order_send_open(p, peer, t);
        order_send_status(p, peer, t);
    }
    peer_send(p, peer, WIRE_REP_OPEN_ORDER_END, NULL);
}

/* Client 0 owns what was entered by hand, once it asks. */
static void bind_manual(struct paper *p)
{
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (ticket_is_live(t) && t->order.order_id < 0 && !t->is_bound)
            venue_bind(p->venue, t);
    }
    orders_publish(p);
}

void serve_open_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    if (peer->client_id == 0)
        bind_manual(p);
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
        peer_error(p, peer, -1, CODE_AUTO_BIND,
                   "Only the default client (i.e 0) can auto bind orders.");
        return;
    }
    peer->binds = req->auto_bind;
    if (peer->binds)
        bind_manual(p);
}

void serve_completed_orders(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_completed_orders *req = message;
    const int64_t since_ns = p->now_ns - (int64_t)COMPLETED_DAYS * DAY_S * NS_PER_S;
    int first_pass = peer->version >= VERSION_REPEATS_ENDED ? 0 : 1;
    for (int pass = first_pass; pass < 2; pass++)
        for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
            const struct ticket *t = venue_ticket_at(p->venue, i);
            if (ticket_is_live(t) || t->ended_ns < since_ns || t->exercise != 0 ||
                (req->api_only && t->order.order_id < 0))
                continue;
            if (pass == 1)
                order_send_completed(p, peer, t);
            else if (t->ended_ns >= p->now_ns - (int64_t)DAY_S * NS_PER_S)
                order_send_status(p, peer, t);
        }
    peer_send(p, peer, WIRE_REP_COMPLETED_ORDERS_END, NULL);
}

/* ---- executions ---- */
static bool is_or_empty(struct str wanted, const char *have)
{
    return wanted.n == 0 || str_ieq(wanted, str_of(have));
}

/* The local date of a fill, as 20260302. */
static int32_t date_of(const struct fill *f)
{
    char text[HOURS_TEXT_MAX];
    int64_t date = 0;
    size_t n = hours_format_date(f->instrument->hours.zone, f->at_ns / NS_PER_S, text);
    (void)str_to_i64((struct str){text, n}, &date);
    return (int32_t)date;
}

static bool is_of_dates(const struct wire_ints *dates, const struct fill *f)
{
    if (dates->n == 0)
        return true;
    int32_t date = date_of(f);
    for (size_t i = 0; i < dates->n; i++)
        if (dates->items[i] == date)
            return true;
    return false;
}

static bool fill_fits(const struct paper *p, const struct wire_req_executions *q,
                      const struct fill *f, int64_t since_ns)
{
    const struct order *o = &f->ticket->order;
    const struct contract *c = f->part == FILL_LEG ? &f->instrument->contract : &o->contract;
    bool is_buy = f->side == SIDE_BUY;
    bool side = q->side.n == 0 || str_ieq(q->side, is_buy ? STR("BUY") : STR("SELL")) ||
                str_ieq(q->side, is_buy ? STR("BOT") : STR("SLD"));
    return f->part != FILL_WHOLE && f->at_ns >= since_ns && side &&
           (q->client_id == 0 || q->client_id == o->client_id) &&
           is_or_empty(q->account, order_account_of(p, f)) && is_or_empty(q->symbol, c->symbol) &&
           is_or_empty(q->sec_type, sec_type_text(c->sec_type)) &&
           is_or_empty(q->exchange, f->exchange) && is_of_dates(&q->specific_dates, f);
}

/* The first moment that the filter lets through; false with the error sent if it is malformed. */
static bool first_second(struct paper *p, struct paper_peer *peer,
                         const struct wire_req_executions *q, int64_t *since_s)
{
    int64_t days = wire_is_set_int(q->last_n_days) && q->last_n_days > 0 ? q->last_n_days : 1;
    int64_t from_s;
    if (q->specific_dates.n > 0 || days > EXECUTIONS_DAYS_MAX)
        days = EXECUTIONS_DAYS_MAX;
    *since_s = paper_now_s(p) - days * DAY_S;
    if (q->time.n == 0)
        return true;
    if (!hours_parse_time(q->time, p->zone, &from_s)) {
        peer_error(p, peer, q->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bE' : cause - Invalid time was entered");
        return false;
    }
    *since_s = from_s > *since_s ? from_s : *since_s;
    return true;
}

void serve_executions(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_executions *req = message;
    int64_t since_s;
    if (!first_second(p, peer, req, &since_s))
        return;
    for (int pass = 0; pass < 2; pass++) /* all executions, then all commissions */
        for (size_t i = 0; i < venue_fill_count(p->venue); i++) {
            const struct fill *f = venue_fill_at(p->venue, i);
            if (!fill_fits(p, req, f, since_s * NS_PER_S))
                continue;
            if (pass == 0)
                order_send_execution(p, peer, req->req_id, f);
            else if (f->part != FILL_COMBO)
                order_send_commission(p, peer, f);
        }
    peer_end(p, peer, WIRE_REP_EXEC_DETAILS_END, req->req_id);
}
