/* SPDX-License-Identifier: MIT */
#include "model/event.h"

#include "model/words.h"

static const char *const event_kinds[EVENT_KIND_COUNT] = {
    [EVENT_LINK] = "link",
    [EVENT_ACCOUNTS] = "accounts",
    [EVENT_NEXT_ID] = "next_id",
    [EVENT_ACCOUNT_VALUE] = "account_value",
    [EVENT_POSITION] = "position",
    [EVENT_POSITION_VALUE] = "position_value",
    [EVENT_ACCOUNT_READY] = "account_ready",
    [EVENT_POSITIONS_END] = "positions_end",
    [EVENT_ORDER] = "order",
    [EVENT_ORDER_STATUS] = "order_status",
    [EVENT_ORDERS_END] = "orders_end",
    [EVENT_COMPLETED_ORDER] = "completed_order",
    [EVENT_COMPLETED_END] = "completed_end",
    [EVENT_EXECUTION] = "execution",
    [EVENT_COMMISSION] = "commission",
    [EVENT_EXECUTIONS_END] = "executions_end",
    [EVENT_QUOTE] = "quote",
    [EVENT_BAR] = "bar",
    [EVENT_PNL] = "pnl",
    [EVENT_NOTICE] = "notice",
};

static const char *const link_states[LINK_STATE_COUNT] = {
    [LINK_DOWN] = "down",
    [LINK_CONNECTING] = "connecting",
    [LINK_HANDSHAKE] = "handshake",
    [LINK_WAITING] = "waiting",
    [LINK_RECONCILING] = "reconciling",
    [LINK_READY] = "ready",
    [LINK_DEGRADED] = "degraded",
    [LINK_REFUSED] = "refused",
};

const char *event_kind_text(enum event_kind k)
{
    return words_text(event_kinds, EVENT_KIND_COUNT, k);
}

const char *link_state_text(enum link_state s)
{
    return words_text(link_states, LINK_STATE_COUNT, s);
}
