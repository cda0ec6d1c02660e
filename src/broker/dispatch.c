/* SPDX-License-Identifier: MIT */
#include "broker/state.h"

#include "broker/convert.h"
#include "broker/query.h"
#include "broker/research.h"
#include "broker/ticks.h"
#include "wire/reply.h"
#include "wire/value.h"

#include <assert.h>
#include <stdio.h>

/* ---- the session's own ---- */

/* Both have to come; their order is not fixed. A read-only API may keep the order id back. */
static void begin_if_complete(struct session *s)
{
    if (s->link == LINK_WAITING && s->account_count > 0 && (s->has_next_id || s->is_read_only))
        reconcile_start(s, false);
}

static void on_accounts(struct session *s, const struct wire_rep_managed_accounts *m)
{
    struct str list = m->accounts_list, id;
    s->account_count = 0;
    while (s->account_count < LIMIT_ACCOUNTS && str_cut(&list, ',', &id)) {
        char *row = s->accounts[s->account_count];
        clean_text(row, ACCOUNT_ID_MAX, str_trim(id));
        s->account_count += row[0] != '\0';
    }
    char joined[LIMIT_ACCOUNTS * ACCOUNT_ID_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->account_count; i++)
        n += (size_t)snprintf(joined + n, sizeof joined - n, "%s%s", i == 0 ? "" : ",",
                              s->accounts[i]);
    struct event ev = {.kind = EVENT_ACCOUNTS, .text = {joined, n}};
    session_emit(s, &ev);
    begin_if_complete(s);
}

static void use_order_id(struct session *s, int32_t client_id, int32_t id)
{
    if (client_id == s->config.client_id && id < REQUEST_ID_FIRST && id > s->used_order_id)
        s->used_order_id = id;
}

/* The id can go back after a restart of the Gateway; what was used once is never given out again.
 */
static void on_next_id(struct session *s, const struct wire_rep_next_valid_id *n)
{
    if (n->order_id <= s->used_order_id)
        log_warn(&s->log, "next_order_id=%d is behind used=%d; kept", n->order_id,
                 s->used_order_id);
    else
        s->used_order_id = n->order_id - 1;
    s->has_next_id = true;
    struct event ev = {.kind = EVENT_NEXT_ID, .number = (int64_t)s->used_order_id + 1};
    session_emit(s, &ev);
    begin_if_complete(s);
}

static void on_time(struct session *s, int64_t seconds)
{
    s->probe_deadline = INSTANT_NEVER;
    bool is_time = seconds > 0 && seconds < INT64_MAX / NS_PER_S / 2;
    if (is_time) {
        s->clock = (struct opt_utc){{seconds * NS_PER_S}, true};
        s->clock_at = s->now.mono;
    }
    struct request *r = request_oldest(s, ASK_TIME);
    if (r == NULL)
        return;
    if (r->answer != NULL && is_time)
        r->answer->time = s->clock.v;
    request_end(s, r, NULL);
}

/* ---- errors and notices ---- */

static void notice(struct session *s, const struct wire_rep_error *m, const char *text)
{
    bool is_order = m->id != -1 && m->id != 0 && m->id < REQUEST_ID_FIRST;
    struct order ids = {.order_id = m->id, .client_id = s->config.client_id};
    struct order_status ended = {.broker_code = m->error_code};
    struct event ev = {
        .kind = EVENT_NOTICE, .number = m->id, .code = m->error_code, .text = str_of(text)};
    if (is_order)
        ev.order = &ids;
    if (is_order && broker_code_ends_order(m->error_code))
        ev.status = &ended;
    session_emit(s, &ev);
}

static void on_line_notice(struct session *s, const struct wire_rep_error *m, const char *text,
                           enum broker_meaning meaning)
{
    switch (meaning) {
    case CODE_LINK_LOST:
        link_lost(s, m->error_code, text);
        break;
    case CODE_LINK_RESTORED:
    case CODE_LINK_RESET:
        link_back(s, meaning == CODE_LINK_RESTORED);
        break;
    case CODE_FARM_DOWN:
    case CODE_FARM_UP:
        link_farm(s, m->error_code, text, meaning == CODE_FARM_DOWN);
        break;
    case CODE_SESSION_REFUSED:
        session_drop(s, link_reason_of_code(m->error_code, str_of(text)), m->error_code, text);
        break;
    default:
        break;
    }
}

/* Under the id of a question or a line. True if it was one. */
static bool on_request_error(struct session *s, const struct wire_rep_error *m, const char *text)
{
    bool is_end = broker_code_ends_request(m->error_code);
    struct request *r = request_find(s, m->id);
    struct line *l = line_by_request(s, m->id);
    bool is_follow = is_end && follow_refused(s, m->id, m->error_code, text);
    struct error e;
    if (is_follow)
        r = request_find(s, m->id); /* the listener was told */
    if (r != NULL && research_is_empty(r, m->error_code, str_of(text))) {
        request_end(s, r, NULL);
    } else if (r != NULL && is_end) {
        broker_error(&e, m->error_code, str_of(text));
        request_end(s, r, &e);
    } else if (r != NULL) {
        log_info(&s->log, "request=%d code=%d text=\"%s\"", m->id, m->error_code, text);
    } else if (l != NULL) {
        line_notice(s, l, m->error_code, text, is_end);
    }
    return r != NULL || l != NULL || is_follow;
}

/* "Historical data request pacing violation", "Max rate of messages per second has been exceeded":
 * going on as before would end in a closed connection. */
static void slow_down(struct session *s, const struct wire_rep_error *m, const char *text)
{
    enum { RATE_EXCEEDED = 100, NO_HISTORY = 162, NO_REAL_TIME = 420 };
    struct str words = str_of(text), pacing = STR("acing violation");
    const struct request *r = request_find(s, m->id);
    enum quota_class class = QUOTA_NONE;
    if (m->error_code == NO_HISTORY || m->error_code == NO_REAL_TIME) {
        if (str_find_str(words, pacing) == words.n)
            return;
        class = m->error_code == NO_HISTORY ? QUOTA_HISTORY : QUOTA_TICK_BY_TICK;
        if (r != NULL && r->quota != QUOTA_NONE)
            class = r->quota;
    } else if (m->error_code != RATE_EXCEEDED) {
        return;
    }
    pacing_back_off(&s->pacing, class, s->now.mono);
    log_warn(&s->log, "slower for %d s: code=%d text=\"%s\"", PACING_BACK_OFF_MS / 1000,
             m->error_code, text);
}

static void on_error(struct session *s, const struct wire_rep_error *m)
{
    const struct broker_code *row = broker_code_find(m->error_code);
    char text[200];
    clean_text(text, sizeof text, m->error_msg);
    slow_down(s, m, text);
    if (on_request_error(s, m, text))
        return;
    bool is_session = m->id == -1 || m->id == 0;
    if (is_session)
        link_notice(s, m->error_code, text);
    notice(s, m, text);
    if (is_session)
        on_line_notice(s, m, text, row->meaning);
    if (m->error_code == 321 && link_reason_of_code(321, str_of(text)) == REASON_READ_ONLY) {
        reconcile_read_only(s);
        begin_if_complete(s);
    }
}

/* ---- orders ---- */

static void on_open_order(struct session *s, const struct wire_rep_open_order *m)
{
    struct order_status status;
    if (m->order.what_if) {
        struct request *r = request_find(s, m->order_id);
        if (r != NULL && r->answer != NULL)
            margin_of_wire(&m->order_state, &r->answer->margin);
        if (r != NULL)
            request_end(s, r, NULL);
        return;
    }
    struct order order;
    order_of_wire(&m->contract, &m->order, m->order_id, &order);
    state_of_wire(&m->order_state, STR(""), &s->config.zones, &status);
    use_order_id(s, order.client_id, order.order_id);
    struct event ev = {.kind = EVENT_ORDER, .order = &order, .status = &status};
    session_emit(s, &ev);
}

static void on_order_status(struct session *s, const struct wire_rep_order_status *m)
{
    struct order ids;
    struct order_status status;
    status_of_wire(m, &ids, &status);
    use_order_id(s, ids.client_id, ids.order_id);
    struct event ev = {.kind = EVENT_ORDER_STATUS, .order = &ids, .status = &status};
    session_emit(s, &ev);
}

static void on_completed(struct session *s, const struct wire_rep_completed_order *m)
{
    struct order order;
    struct order_status status;
    order_of_wire(&m->contract, &m->order, 0, &order);
    state_of_wire(&m->order_state, m->order.filled_quantity, &s->config.zones, &status);
    struct event ev = {.kind = EVENT_COMPLETED_ORDER, .order = &order, .status = &status};
    session_emit(s, &ev);
}

/* New to this session. What it has told before comes again with every reconciliation. */
static bool is_news(struct session *s, const struct execution *x)
{
    struct str id = STR_NAME(x->exec_id);
    if (map_get_str(s->told, id) != NULL)
        return false;
    if (!map_put_str(s->told, id, s)) {
        map_clear(s->told);
        bool ok = map_put_str(s->told, id, s);
        assert(ok);
    }
    return true;
}

static void on_execution(struct session *s, const struct wire_rep_exec_details *m)
{
    struct execution x;
    execution_of_wire(m, &s->config.zones, &x);
    use_order_id(s, x.client_id, x.order_id);
    const struct request *r = request_find(s, m->req_id);
    bool is_before = !x.time.has || x.time.v.ns < s->caught_up_at.ns;
    struct event ev = {.kind = EVENT_EXECUTION, .execution = &x};
    ev.is_late = is_news(s, &x) && is_before && r != NULL && r->is_reconciling;
    x.is_late = ev.is_late;
    session_emit(s, &ev);
}

static void on_commission(struct session *s, const struct wire_rep_commission_report *m)
{
    struct execution x;
    commission_of_wire(m, &x);
    struct event ev = {.kind = EVENT_COMMISSION, .execution = &x};
    session_emit(s, &ev);
}

/* ---- accounts ---- */

static void on_value(struct session *s, struct str account, struct str key, struct str value,
                     struct str currency)
{
    struct account_value v;
    clean_text(v.account, sizeof v.account, account);
    clean_text(v.key, sizeof v.key, key);
    clean_text(v.value, sizeof v.value, value);
    clean_text(v.currency, sizeof v.currency, currency);
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .value = &v};
    session_emit(s, &ev);
}

static void on_position(struct session *s, const struct wire_rep_position *m)
{
    struct position p;
    if (!position_of_wire(m, &p))
        return;
    struct event ev = {.kind = EVENT_POSITION, .position = &p};
    session_emit(s, &ev);
}

static void on_portfolio(struct session *s, const struct wire_rep_portfolio_value *m)
{
    struct position p;
    if (!portfolio_of_wire(m, &p))
        return;
    struct event ev = {.kind = EVENT_POSITION_VALUE, .position = &p};
    session_emit(s, &ev);
}

static void on_pnl(struct session *s, const struct wire_rep_pnl *m)
{
    const char *account = reconcile_pnl_account(s, m->req_id);
    if (account == NULL)
        return;
    struct event ev = {.kind = EVENT_PNL,
                       .text = str_of(account),
                       .pnl_daily = wire_dec_of_double(m->daily_pnl),
                       .pnl_unrealized = wire_dec_of_double(m->unrealized_pnl),
                       .pnl_realized = wire_dec_of_double(m->realized_pnl)};
    session_emit(s, &ev);
}

static void emit_account_ready(struct session *s, struct str account)
{
    char id[ACCOUNT_ID_MAX];
    clean_text(id, sizeof id, account);
    struct event ev = {.kind = EVENT_ACCOUNT_READY, .text = str_of(id)};
    session_emit(s, &ev);
}

/* In this and the next functions the request is looked up again after an event: the listener may
 * have ended the session meanwhile. */
static void on_account_end(struct session *s, struct str account)
{
    emit_account_ready(s, account);
    struct request *r = request_oldest(s, ASK_ACCOUNT);
    if (r != NULL)
        request_end(s, r, NULL);
}

static void on_account_multi_end(struct session *s, int32_t id)
{
    struct request *r = request_find(s, id);
    if (r == NULL || r->ask != ASK_ACCOUNT_MULTI)
        return;
    emit_account_ready(s, STR_NAME(r->account));
    if ((r = request_find(s, id)) != NULL)
        request_end(s, r, NULL);
}

/* The end of a list that nobody asked for (a Gateway may send its client's open orders unasked) is
 * not the end of all. */
static void list_end(struct session *s, enum ask ask, enum event_kind kind)
{
    if (request_oldest(s, ask) == NULL)
        return;
    struct event ev = {.kind = kind};
    session_emit(s, &ev);
    struct request *r = request_oldest(s, ask);
    if (r != NULL)
        request_end(s, r, NULL);
}

static void id_end(struct session *s, int32_t id, enum ask ask)
{
    struct request *r = request_find(s, id);
    if (r == NULL || r->ask != ask)
        return;
    if (ask == ASK_EXECUTIONS) {
        struct event ev = {.kind = EVENT_EXECUTIONS_END};
        session_emit(s, &ev);
        r = request_find(s, id);
    }
    if (r != NULL)
        request_end(s, r, NULL);
}

/* ---- contracts ---- */

static void on_contract(struct session *s, const struct wire_rep_contract_data *m)
{
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_CONTRACTS)
        return;
    struct contract_details d;
    details_of_wire(m, &d);
    request_row(s, r, &d, sizeof d);
}

static void on_symbols(struct session *s, const struct wire_rep_symbol_samples *m)
{
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_SYMBOLS)
        return;
    for (size_t i = 0; i < m->samples.n && r != NULL; i++) {
        const struct wire_symbol_sample *from = &m->samples.items[i];
        struct symbol_match row = {0};
        contract_of_wire(&from->contract, &row.contract);
        clean_text(row.description, sizeof row.description, from->contract.description);
        char list[sizeof row.derivatives];
        struct buf types;
        buf_init(&types, sizeof list - 1);
        for (size_t k = 0; k < from->derivative_sec_types.n; k++) {
            if (k > 0)
                buf_add_char(&types, ',');
            buf_add_str(&types, from->derivative_sec_types.items[k]);
        }
        clean_text(row.derivatives, sizeof row.derivatives, buf_str(&types));
        buf_fini(&types);
        request_row(s, r, &row, sizeof row);
        r = request_find(s, m->req_id);
    }
    if (r != NULL)
        request_end(s, r, NULL);
}

/* ---- ticks ---- */

static void on_tick(struct session *s, int id, const void *message)
{
    const struct wire_id *any = message; /* every tick begins with its request id */
    struct line *l = line_by_request(s, any->req_id);
    if (l == NULL)
        return;
    bool changed = false;
    if (id == WIRE_REP_TICK_PRICE)
        changed = tick_price(&l->quote, l->contract.sec_type, message, s->now);
    else if (id == WIRE_REP_TICK_SIZE)
        changed = tick_size(&l->quote, message);
    else if (id == WIRE_REP_TICK_GENERIC)
        changed = tick_generic(&l->quote, message);
    else if (id == WIRE_REP_TICK_OPTION_COMPUTATION)
        changed = tick_option(&l->quote, message);
    else if (id == WIRE_REP_TICK_STRING)
        changed = tick_string(&l->quote, message);
    else
        changed = tick_data_type(
            &l->quote, ((const struct wire_rep_market_data_type *)message)->market_data_type);
    if (id == WIRE_REP_TICK_PRICE)
        line_has_prices(s, l);
    if (changed)
        line_changed(s, l);
}

/* ---- the table ---- */

static bool dispatch_session(struct session *s, const struct wire_any *any)
{
    const void *m = any->message;
    switch (any->id) {
    case WIRE_REP_ERROR:
        on_error(s, m);
        return true;
    case WIRE_REP_MANAGED_ACCOUNTS:
        on_accounts(s, m);
        return true;
    case WIRE_REP_NEXT_VALID_ID:
        on_next_id(s, m);
        return true;
    case WIRE_REP_CURRENT_TIME:
        on_time(s, ((const struct wire_rep_current_time *)m)->current_time);
        return true;
    case WIRE_REP_CONTRACT_DATA:
    case WIRE_REP_BOND_CONTRACT_DATA:
        on_contract(s, m);
        return true;
    case WIRE_REP_CONTRACT_DATA_END:
        id_end(s, ((const struct wire_id *)m)->req_id, ASK_CONTRACTS);
        return true;
    case WIRE_REP_SYMBOL_SAMPLES:
        on_symbols(s, m);
        return true;
    case WIRE_REP_HISTORICAL_DATA:
        history_rows(s, m);
        return true;
    case WIRE_REP_HISTORICAL_DATA_END:
        history_rows_end(s, ((const struct wire_rep_historical_data_end *)m)->req_id);
        return true;
    case WIRE_REP_HISTORICAL_DATA_UPDATE:
        follow_update(s, m);
        return true;
    case WIRE_REP_HEAD_TIMESTAMP:
        history_head(s, m);
        return true;
    case WIRE_REP_HISTORICAL_SCHEDULE:
        history_schedule(s, m);
        return true;
    case WIRE_REP_TICK_PRICE:
    case WIRE_REP_TICK_SIZE:
    case WIRE_REP_TICK_GENERIC:
    case WIRE_REP_TICK_OPTION_COMPUTATION:
    case WIRE_REP_TICK_STRING:
    case WIRE_REP_MARKET_DATA_TYPE:
        on_tick(s, any->id, m);
        return true;
    default:
        return false;
    }
}

static bool dispatch_research(struct session *s, const struct wire_any *any)
{
    const void *m = any->message;
    struct request *r;
    switch (any->id) {
    case WIRE_REP_SEC_DEF_OPT_PARAM:
        research_option_class(s, m);
        return true;
    case WIRE_REP_SEC_DEF_OPT_PARAM_END:
        id_end(s, ((const struct wire_id *)m)->req_id, ASK_OPTION_CLASSES);
        return true;
    case WIRE_REP_SCANNER_DATA:
        research_scan(s, m);
        return true;
    case WIRE_REP_SCANNER_PARAMETERS:
        if ((r = request_oldest(s, ASK_SCAN_PARAMETERS)) != NULL)
            research_text(s, r, ((const struct wire_rep_scanner_parameters *)m)->xml);
        return true;
    case WIRE_REP_NEWS_PROVIDERS:
        research_news_sources(s, m);
        return true;
    case WIRE_REP_HISTORICAL_NEWS:
        research_headline(s, m);
        return true;
    case WIRE_REP_HISTORICAL_NEWS_END:
        research_headlines_end(s, m);
        return true;
    case WIRE_REP_TICK_NEWS:
        research_tick_news(s, m);
        return true;
    case WIRE_REP_NEWS_ARTICLE:
        research_article(s, m);
        return true;
    case WIRE_REP_WSH_META_DATA:
    case WIRE_REP_WSH_EVENT_DATA:
        research_events(s, m);
        return true;
    default:
        return false;
    }
}

static bool dispatch_orders(struct session *s, const struct wire_any *any)
{
    const void *m = any->message;
    switch (any->id) {
    case WIRE_REP_OPEN_ORDER:
        on_open_order(s, m);
        return true;
    case WIRE_REP_ORDER_STATUS:
        on_order_status(s, m);
        return true;
    case WIRE_REP_OPEN_ORDER_END:
        list_end(s, ASK_OPEN_ORDERS, EVENT_ORDERS_END);
        return true;
    case WIRE_REP_COMPLETED_ORDER:
        on_completed(s, m);
        return true;
    case WIRE_REP_COMPLETED_ORDERS_END:
        list_end(s, ASK_COMPLETED, EVENT_COMPLETED_END);
        return true;
    case WIRE_REP_EXEC_DETAILS:
        on_execution(s, m);
        return true;
    case WIRE_REP_EXEC_DETAILS_END:
        id_end(s, ((const struct wire_id *)m)->req_id, ASK_EXECUTIONS);
        return true;
    case WIRE_REP_COMMISSION_REPORT:
        on_commission(s, m);
        return true;
    default:
        return false;
    }
}

static void dispatch_account(struct session *s, const struct wire_any *any)
{
    const void *m = any->message;
    switch (any->id) {
    case WIRE_REP_ACCOUNT_VALUE: {
        const struct wire_rep_account_value *v = m;
        on_value(s, v->account, v->key, v->value, v->currency);
        break;
    }
    case WIRE_REP_ACCOUNT_UPDATE_MULTI: {
        const struct wire_rep_account_update_multi *v = m;
        if (v->model_code.n == 0)
            on_value(s, v->account, v->key, v->value, v->currency);
        break;
    }
    case WIRE_REP_ACCOUNT_DOWNLOAD_END:
        on_account_end(s, ((const struct wire_rep_account_download_end *)m)->account);
        break;
    case WIRE_REP_ACCOUNT_UPDATE_MULTI_END:
        on_account_multi_end(s, ((const struct wire_id *)m)->req_id);
        break;
    case WIRE_REP_PORTFOLIO_VALUE:
        on_portfolio(s, m);
        break;
    case WIRE_REP_POSITION:
        on_position(s, m);
        break;
    case WIRE_REP_POSITION_END:
        list_end(s, ASK_POSITIONS, EVENT_POSITIONS_END);
        break;
    case WIRE_REP_PNL:
        on_pnl(s, m);
        break;
    default:
        break; /* nothing that we asked for */
    }
}

void dispatch(struct session *s, const struct wire_any *any)
{
    if (!dispatch_session(s, any) && !dispatch_orders(s, any) && !dispatch_research(s, any))
        dispatch_account(s, any);
}
