/* SPDX-License-Identifier: MIT */
/* Start of a session, ids, time, accounts. */
#include "paper/paper_private.h"

static void send_next_id(struct paper *p, struct paper_peer *peer)
{
    int64_t next = venue_next_id(p->venue, peer->client_id) + p->faults.next_id_shift;
    const struct wire_rep_next_valid_id m = {(int32_t)(next < 1           ? 1
                                                       : next > INT32_MAX ? INT32_MAX
                                                                          : next)};
    peer_send(p, peer, WIRE_REP_NEXT_VALID_ID, &m);
}

static bool has_working_orders(const struct paper *p, int32_t client_id)
{
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++) {
        const struct ticket *t = venue_ticket_at(p->venue, i);
        if (ticket_is_live(t) && !t->is_held && t->order.client_id == client_id)
            return true;
    }
    return false;
}

void serve_start_api(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_start_api *req = message;
    if (peer->is_started)
        return;
    if (req->client_id < 0 || paper_client(p, req->client_id) != NULL ||
        fault_takes_id(&p->faults)) {
        peer_error(p, peer, -1, 326,
                   "Unable to connect as the client id is already in use. Retry with a unique "
                   "client id.");
        peer->is_closing = true;
        return;
    }
    peer->client_id = req->client_id;
    peer->is_started = true;
    log_info(&p->log, "client=%d version=%d started", (int)peer->client_id, peer->version);
    if (has_working_orders(p, peer->client_id))
        orders_send_open(p, peer, false);
    serve_accounts(p, peer, NULL);
    send_next_id(p, peer);
    peer_error(p, peer, -1, 2104, "Market data farm connection is OK:paperfarm");
    peer_error(p, peer, -1, 2106, "HMDS data farm connection is OK:paperhmds");
    peer_error(p, peer, -1, 2158, "Sec-def data farm connection is OK:papersecdef");
    if (p->faults.is_link_down)
        peer_error(p, peer, -1, 1100,
                   "Connectivity between IBKR and Trader Workstation has been lost.");
}

void serve_ids(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    send_next_id(p, peer);
}

void serve_current_time(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    const struct wire_rep_current_time m = {paper_now_s(p)};
    peer_send(p, peer, WIRE_REP_CURRENT_TIME, &m);
}

void serve_current_millis(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    const struct wire_rep_current_time_in_millis m = {p->now_ns / NS_PER_MS};
    peer_send(p, peer, WIRE_REP_CURRENT_TIME_IN_MILLIS, &m);
}

void serve_accounts(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    char names[ACCOUNTS_TEXT_MAX];
    size_t n = accounts_names(p->accounts, ',', names);
    const struct wire_rep_managed_accounts m = {{names, n}};
    peer_send(p, peer, WIRE_REP_MANAGED_ACCOUNTS, &m);
}

void serve_market_data_type(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_market_data_type *req = message;
    if (req->market_data_type < 1 || req->market_data_type > 4)
        peer_error(p, peer, -1, CODE_INVALID_REQUEST, "Invalid market data type");
    else
        peer->data_type = req->market_data_type;
}
