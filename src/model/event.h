/* SPDX-License-Identifier: MIT */
/*
 * event: everything that the broker can tell us, as one tagged value.
 *
 * The session turns frames into events; app/flow hands each to the book, the journal, the guard,
 * the automation and the faces, in that order. Pointers in an event are borrowed for the duration
 * of the call.
 */
#ifndef PORTCULLIS_MODEL_EVENT_H
#define PORTCULLIS_MODEL_EVENT_H

#include "base/instant.h"
#include "model/account.h"
#include "model/bar.h"
#include "model/order.h"
#include "model/quote.h"

enum event_kind {
    EVENT_LINK,           /* the session changed state: link */
    EVENT_ACCOUNTS,       /* accounts: the list of account ids, comma-separated */
    EVENT_NEXT_ID,        /* number: first free order id */
    EVENT_ACCOUNT_VALUE,  /* value */
    EVENT_POSITION,       /* position: quantity and cost; quantity 0 closes it */
    EVENT_POSITION_VALUE, /* position: with price, value and P&L */
    EVENT_ACCOUNT_READY,  /* text: account whose first download is complete */
    EVENT_POSITIONS_END,  /* all positions of all accounts have been told */
    EVENT_ORDER,          /* order, status, margin (margin != NULL only for what-if) */
    EVENT_ORDER_STATUS,   /* order (ids only), status */
    EVENT_ORDERS_END,     /* all open orders have been told */
    EVENT_COMPLETED_ORDER,
    EVENT_COMPLETED_END,
    EVENT_EXECUTION,  /* execution; is_late: it happened while nobody listened */
    EVENT_COMMISSION, /* execution: exec_id, commission, commission_currency, realized_pnl */
    EVENT_EXECUTIONS_END,
    EVENT_QUOTE,  /* number: con_id; quote: the whole present quote */
    EVENT_BAR,    /* number: the follower's id; bar, or NULL with code and text: refused */
    EVENT_PNL,    /* text: account; pnl_* */
    EVENT_NOTICE, /* number: request or order id, -1 for none; code; text: broker text, sanitised */
    EVENT_KIND_COUNT
};

/* States of the connection, in the order in which they normally follow. */
enum link_state {
    LINK_DOWN,        /* no socket; waiting for the next attempt */
    LINK_CONNECTING,  /* the stream is being opened */
    LINK_HANDSHAKE,   /* versions are being agreed */
    LINK_WAITING,     /* for accounts and the first order id */
    LINK_RECONCILING, /* accounts, positions, orders and executions are being fetched */
    LINK_READY,       /* all known */
    LINK_DEGRADED,    /* the Gateway has lost its broker (1100, 2110): orders have to wait. A data
                         farm that is down takes prices, not orders: the link stays ready */
    LINK_REFUSED,     /* the other side says no: see text */
    LINK_STATE_COUNT
};

struct event {
    enum event_kind kind;
    struct moment at;
    enum link_state link;
    int64_t number;
    int code;
    /*
     * EVENT_EXECUTION: told by the reconciliation, dated before the connection, and new to this
     * session. After a restart of the daemon it may still be known to the journal.
     */
    bool is_late;
    struct str text;
    const struct account_value *value;
    const struct position *position;
    const struct order *order;
    const struct order_status *status;
    const struct order_margin *margin;
    const struct execution *execution;
    const struct quote *quote;
    const struct bar *bar;
    struct opt_dec pnl_daily, pnl_unrealized, pnl_realized;
};

const char *event_kind_text(enum event_kind k);
const char *link_state_text(enum link_state s); /* "down", "connecting", ..., "ready" */

#endif
