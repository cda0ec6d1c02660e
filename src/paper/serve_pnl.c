/* SPDX-License-Identifier: MIT */
/* Profit and loss: of an account, and of one position; told when it changes, at most once a second.
 */
#include "paper/figures.h"
#include "paper/paper_private.h"

static struct figures_world world_of(const struct paper *p, const struct account *a)
{
    return (struct figures_world){p->feed, a, p->now_ns};
}

/* Sends figures that differ from the last ones; true if it did. */
static bool is_news(struct watch *w, const double v[4])
{
    bool same = w->has_sent;
    for (int i = 0; i < 4; i++)
        same = same && !(v[i] < w->sent[i] || v[i] > w->sent[i]);
    for (int i = 0; i < 4; i++)
        w->sent[i] = v[i];
    w->has_sent = true;
    return !same;
}

static double cents(struct dec v)
{
    return dec_to_double(dec_round_to(v, DEC_MICRO(10000), DEC_HALF_EVEN));
}

/* Once a second for everybody who has asked, and after each change of a position. */
static const struct figures_pnl *pnl_of(struct paper *p, size_t account)
{
    struct pnl_now *now = &p->pnl_now[account];
    const struct figures_world world = world_of(p, &p->accounts->items[account]);
    if (!now->is_known || now->at_s != paper_now_s(p)) {
        figures_pnl(&world, &now->pnl);
        now->at_s = paper_now_s(p);
        now->is_known = true;
    }
    return &now->pnl;
}

static void send_pnl(struct paper *p, struct paper_peer *peer, struct watch *w)
{
    double v[4] = {0};
    for (size_t i = 0; i < p->accounts->count; i++) {
        if (!asked_concerns(p, w, &p->accounts->items[i]))
            continue;
        const struct figures_pnl *f = pnl_of(p, i);
        v[0] += cents(f->daily);
        v[1] += cents(f->unrealized);
        v[2] += cents(f->realized);
    }
    if (!is_news(w, v))
        return;
    const struct wire_rep_pnl m = {w->req_id, v[0], v[1], v[2]};
    peer_send(p, peer, WIRE_REP_PNL, &m);
}

static void send_pnl_single(struct paper *p, struct paper_peer *peer, struct watch *w)
{
    double v[4] = {0};
    struct dec quantity = DEC_ZERO;
    for (size_t i = 0; i < p->accounts->count; i++) {
        struct figures_world world = world_of(p, &p->accounts->items[i]);
        struct position_pnl one;
        if (!asked_concerns(p, w, world.account))
            continue;
        figures_position(&world, w->instrument, &one);
        quantity = dec_plus(quantity, one.quantity);
        v[0] += cents(one.daily);
        v[1] += cents(one.unrealized);
        v[2] += cents(one.realized);
        v[3] += cents(one.value);
    }
    if (!is_news(w, v))
        return;
    const struct wire_rep_pnl_single m = {w->req_id, paper_dec(p, quantity), v[0], v[1], v[2],
                                          v[3]};
    peer_send(p, peer, WIRE_REP_PNL_SINGLE, &m);
}

void serve_pnl(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_pnl *req = message;
    const struct account *a = NULL;
    bool is_known = asked_model(p, peer, req->req_id, req->model_code) &&
                    (asked_is_all(p, req->account) ||
                     (a = asked_account(p, peer, req->req_id, req->account)) != NULL);
    if (!is_known)
        return;
    struct watch *w = watches_add(&peer->pnls, req->req_id, PEER_WATCHES_MAX);
    if (w == NULL) {
        asked_too_many(p, peer, req->req_id);
        return;
    }
    w->account = a;
    send_pnl(p, peer, w);
}

void serve_cancel_pnl(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (!watches_remove(&peer->pnls, req->req_id))
        peer_error(p, peer, req->req_id, CODE_NO_TICKER, "Can't find EId with tickerId:%d",
                   (int)req->req_id);
}

void serve_pnl_single(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_pnl_single *req = message;
    const struct instrument *i = universe_find(p->universe, req->con_id);
    const struct account *a = NULL;
    bool is_known = asked_model(p, peer, req->req_id, req->model_code) &&
                    (asked_is_all(p, req->account) ||
                     (a = asked_account(p, peer, req->req_id, req->account)) != NULL);
    if (!is_known)
        return;
    if (i == NULL || i->contract.sec_type == SEC_CASH) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bR' : cause - Invalid contract id");
        return;
    }
    struct watch *w = watches_add(&peer->pnl_singles, req->req_id, PEER_WATCHES_MAX);
    if (w == NULL) {
        asked_too_many(p, peer, req->req_id);
        return;
    }
    w->account = a;
    w->instrument = i;
    send_pnl_single(p, peer, w);
}

void serve_cancel_pnl_single(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (!watches_remove(&peer->pnl_singles, req->req_id))
        peer_error(p, peer, req->req_id, CODE_NO_TICKER, "Can't find EId with tickerId:%d",
                   (int)req->req_id);
}

/* ---- time ---- */
void pnl_step(struct paper *p, struct paper_peer *peer)
{
    if (pnl_next(peer) > p->now_ns)
        return;
    for (size_t i = 0; i < peer->pnls.n; i++)
        send_pnl(p, peer, &peer->pnls.items[i]);
    for (size_t i = 0; i < peer->pnl_singles.n; i++)
        send_pnl_single(p, peer, &peer->pnl_singles.items[i]);
    peer->pnl_due_ns = (paper_now_s(p) + 1) * NS_PER_S;
}

int64_t pnl_next(const struct paper_peer *peer)
{
    return peer->pnls.n > 0 || peer->pnl_singles.n > 0 ? peer->pnl_due_ns : VENUE_NEVER;
}
