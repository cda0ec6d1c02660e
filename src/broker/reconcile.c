/* SPDX-License-Identifier: MIT */
/*
 * Nothing may act on an account that is only half known. After each connection, and after each loss
 * of the Gateway's own line, the session asks for everything once and is ready when each list has
 * come to its end. LINK_RECONCILING is also the mark for the book: what a list does not name from
 * there to its end no longer exists.
 */
#include "broker/state.h"

#include <stdio.h>

static const char *const ASK_NAMES[ASK_COUNT] = {
    [ASK_CONTRACTS] = "contracts",
    [ASK_SYMBOLS] = "symbols",
    [ASK_WHAT_IF] = "what-if",
    [ASK_EXECUTIONS] = "executions",
    [ASK_ACCOUNT_MULTI] = "account values",
    [ASK_BARS] = "bars",
    [ASK_HEAD] = "head time stamp",
    [ASK_FOLLOW] = "bars",
    [ASK_TIME] = "time",
    [ASK_OPEN_ORDERS] = "open orders",
    [ASK_COMPLETED] = "completed orders",
    [ASK_POSITIONS] = "positions",
    [ASK_ACCOUNT] = "account values",
};

enum {
    RECONCILE_MS = 60000,        /* large accounts take their time */
    DATA_TYPE_WITH_FALLBACK = 4, /* see session_config.market_data_type */
    DATA_TYPE_LAST = 4
};

static struct request *need(struct session *s, enum ask ask)
{
    struct error e;
    struct request *r = request_new(s, ask, 0, NULL, &e);
    if (r == NULL)
        session_drop(s, REASON_INCOMPLETE, 0, e.text);
    else
        r->is_reconciling = true;
    return r;
}

static bool need_list(struct session *s, enum ask ask, int id, const void *message)
{
    if (need(s, ask) == NULL)
        return false;
    session_send_own(s, PACING_REST, id, message);
    return true;
}

/* Account updates flow for one account of a client; the others are asked for one by one. */
static bool ask_accounts(struct session *s, bool has_subscriptions)
{
    struct wire_req_account_updates first = {.account = STR_NAME(s->accounts[0])};
    if (has_subscriptions)
        session_send_own(s, PACING_REST, WIRE_REQ_ACCOUNT_UPDATES, &first); /* unsubscribes */
    first.subscribe = true;
    if (!need_list(s, ASK_ACCOUNT, WIRE_REQ_ACCOUNT_UPDATES, &first))
        return false;
    for (size_t i = 1; i < s->account_count; i++) {
        if (has_subscriptions && s->account_requests[i] != 0) {
            struct wire_id old = {s->account_requests[i]};
            session_send_own(s, PACING_REST, WIRE_REQ_CANCEL_ACCOUNT_UPDATES_MULTI, &old);
        }
        struct request *r = need(s, ASK_ACCOUNT_MULTI);
        if (r == NULL)
            return false;
        str_copy_cut(r->account, sizeof r->account, STR_NAME(s->accounts[i]));
        s->account_requests[i] = r->id;
        struct wire_req_account_updates_multi other = {.req_id = r->id,
                                                       .account = STR_NAME(s->accounts[i])};
        session_send_own(s, PACING_REST, WIRE_REQ_ACCOUNT_UPDATES_MULTI, &other);
    }
    return true;
}

static void ask_pnl(struct session *s)
{
    for (size_t i = 0; i < s->account_count; i++) {
        s->pnl_requests[i] = request_next_id(s);
        struct wire_req_pnl pnl = {.req_id = s->pnl_requests[i],
                                   .account = STR_NAME(s->accounts[i])};
        session_send_own(s, PACING_REST, WIRE_REQ_PNL, &pnl);
    }
}

void reconcile_start(struct session *s, bool has_subscriptions)
{
    s->state_deadline = instant_after_ms(s->now.mono, RECONCILE_MS);
    session_set_link(s, LINK_RECONCILING, 0, "");
    session_ask_clock(s);
    if (s->config.client_id == 0) {
        struct wire_req_auto_open_orders bind = {.auto_bind = true};
        session_send_own(s, PACING_REST, WIRE_REQ_AUTO_OPEN_ORDERS, &bind);
    }
    if (!ask_accounts(s, has_subscriptions) ||
        !need_list(s, ASK_POSITIONS, WIRE_REQ_POSITIONS, NULL) ||
        !need_list(s, ASK_OPEN_ORDERS, WIRE_REQ_ALL_OPEN_ORDERS, NULL))
        return;
    struct request *r = need(s, ASK_EXECUTIONS);
    if (r == NULL)
        return;
    struct wire_req_executions all = WIRE_REQ_EXECUTIONS_DEFAULT;
    all.req_id = r->id;
    session_send_own(s, PACING_REST, WIRE_REQ_EXECUTIONS, &all);
    struct wire_req_completed_orders completed = {.api_only = false};
    if (!need_list(s, ASK_COMPLETED, WIRE_REQ_COMPLETED_ORDERS, &completed))
        return;
    if (has_subscriptions)
        return;
    int type = s->config.market_data_type;
    struct wire_req_market_data_type data = {
        type >= 1 && type <= DATA_TYPE_LAST ? type : DATA_TYPE_WITH_FALLBACK};
    session_send_own(s, PACING_LINES, WIRE_REQ_MARKET_DATA_TYPE, &data);
    ask_pnl(s);
    lines_subscribe_all(s);
    follows_subscribe_all(s);
}

void reconcile_check(struct session *s)
{
    if (s->link != LINK_RECONCILING)
        return;
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value);) {
        const struct request *r = value;
        if (r->is_reconciling)
            return;
    }
    s->state_deadline = INSTANT_NEVER;
    if (!s->broker_link_ok) /* said before we asked: what the Gateway told may be old */
        link_lost(s, s->lost_code, s->last_text);
    else
        link_ready(s);
}

void reconcile_missing(const struct session *s, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value) && n < cap;) {
        const struct request *r = value;
        if (r->is_reconciling)
            n += (size_t)snprintf(out + n, cap - n, "%s%s", n == 0 ? "" : ", ", ASK_NAMES[r->ask]);
    }
}

void reconcile_read_only(struct session *s)
{
    static const enum ask REFUSED[] = {ASK_OPEN_ORDERS, ASK_COMPLETED};
    if (!s->is_read_only)
        log_warn(&s->log, "the API is read-only: orders are neither told nor taken");
    s->is_read_only = true;
    struct error e;
    broker_error(&e, 321, STR("the API is in Read-Only mode: orders are not told"));
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        struct request *r;
        while ((r = request_oldest(s, REFUSED[i])) != NULL)
            request_end(s, r, r->is_reconciling ? NULL : &e);
    }
}

const char *reconcile_pnl_account(const struct session *s, int32_t request_id)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (s->pnl_requests[i] == request_id && request_id != 0)
            return s->accounts[i];
    return NULL;
}
