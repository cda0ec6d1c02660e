/* SPDX-License-Identifier: MIT */
/* One connection: the handshake, the table of requests, and how answers leave. */
#include "base/alloc.h"
#include "base/limits.h"
#include "paper/outlet.h"
#include "paper/paper_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void peer_free(struct paper_peer *peer)
{
    wire_reader_fini(&peer->reader);
    buf_fini(&peer->out);
    outlet_forget(peer);
    told_free(&peer->told);
    watches_free(&peer->summaries);
    watches_free(&peer->pnls);
    watches_free(&peer->pnl_singles);
    streams_drop(peer);
    watches_free(&peer->position_multis);
    watches_free(&peer->account_multis);
    xfree(peer->lines);
    xfree(peer);
}

/* ---- values ---- */
struct str paper_dec(struct paper *p, struct dec v)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(v, text);
    return arena_str(p->arena, (struct str){text, n});
}

struct str paper_fixed(struct paper *p, struct dec v, int decimals)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format_fixed(v, decimals, text);
    return arena_str(p->arena, (struct str){text, n});
}

struct str paper_text(struct paper *p, const char *s)
{
    return arena_str(p->arena, str_of(s));
}

struct wire_contract paper_contract(const struct contract *c)
{
    struct wire_contract w = WIRE_CONTRACT_DEFAULT;
    w.con_id = c->con_id;
    w.symbol = STR_NAME(c->symbol);
    w.sec_type = str_of(sec_type_text(c->sec_type));
    w.exchange = STR_NAME(c->exchange);
    w.primary_exchange = STR_NAME(c->primary_exchange);
    w.currency = STR_NAME(c->currency);
    w.local_symbol = STR_NAME(c->local_symbol);
    w.trading_class = STR_NAME(c->trading_class);
    w.multiplier = STR_NAME(c->multiplier);
    w.last_trade_date = STR_NAME(c->expiry);
    if (c->strike.has) {
        w.strike = dec_to_double(c->strike.v);
        w.right = c->right == 'P' ? STR("P") : STR("C");
    }
    return w;
}

/* ---- subscriptions ---- */
struct watch *watches_add(struct watches *w, int32_t req_id, size_t max)
{
    assert(max <= PEER_WATCHES_MAX);
    size_t i = 0;
    while (i < w->n && w->items[i].req_id != req_id)
        i++;
    if (i == max)
        return NULL;
    if (w->items == NULL)
        w->items = xcalloc(PEER_WATCHES_MAX, sizeof *w->items);
    if (i < w->n)
        told_free(&w->items[i].told);
    w->items[i] = (struct watch){.req_id = req_id};
    if (i == w->n)
        w->n++;
    return &w->items[i];
}

bool watches_remove(struct watches *w, int32_t req_id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->items[i].req_id == req_id) {
            told_free(&w->items[i].told);
            memmove(&w->items[i], &w->items[i + 1], (w->n - i - 1) * sizeof *w->items);
            w->n--;
            return true;
        }
    return false;
}

void watches_free(struct watches *w)
{
    for (size_t i = 0; i < w->n; i++)
        told_free(&w->items[i].told);
    xfree(w->items);
    *w = (struct watches){0};
}

/* ---- requests that have one constant answer ---- */
static serve_fn serve_nothing, serve_family_codes, serve_user_info, serve_soft_dollar_tiers;

static void serve_nothing(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    (void)peer;
    (void)message;
}

static void serve_family_codes(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    struct wire_family_code code = {STR("*"), STR("")};
    struct wire_rep_family_codes m = {.codes = {&code, 1}};
    peer_send(p, peer, WIRE_REP_FAMILY_CODES, &m);
}

static void serve_user_info(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    const struct wire_rep_user_info m = {.req_id = req->req_id};
    peer_send(p, peer, WIRE_REP_USER_INFO, &m);
}

static void serve_soft_dollar_tiers(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    const struct wire_rep_soft_dollar_tiers m = {.req_id = req->req_id};
    peer_send(p, peer, WIRE_REP_SOFT_DOLLAR_TIERS, &m);
}

/* ---- the table ---- */
static const struct {
    int id;
    serve_fn *serve;
} served[] = {
    {WIRE_REQ_START_API, serve_start_api},
    {WIRE_REQ_IDS, serve_ids},
    {WIRE_REQ_CURRENT_TIME, serve_current_time},
    {WIRE_REQ_CURRENT_TIME_IN_MILLIS, serve_current_millis},
    {WIRE_REQ_MANAGED_ACCOUNTS, serve_accounts},
    {WIRE_REQ_MARKET_DATA_TYPE, serve_market_data_type},
    {WIRE_REQ_SET_SERVER_LOG_LEVEL, serve_nothing},
    {WIRE_REQ_CONTRACT_DETAILS, serve_contract_details},
    {WIRE_REQ_MATCHING_SYMBOLS, serve_matching_symbols},
    {WIRE_REQ_MARKET_RULE, serve_market_rule},
    {WIRE_REQ_SEC_DEF_OPT_PARAMS, serve_opt_params},
    {WIRE_REQ_MKT_DATA, serve_mkt_data},
    {WIRE_REQ_CANCEL_MKT_DATA, serve_cancel_mkt_data},
    {WIRE_REQ_PLACE_ORDER, serve_place_order},
    {WIRE_REQ_CANCEL_ORDER, serve_cancel_order},
    {WIRE_REQ_GLOBAL_CANCEL, serve_global_cancel},
    {WIRE_REQ_OPEN_ORDERS, serve_open_orders},
    {WIRE_REQ_ALL_OPEN_ORDERS, serve_all_open_orders},
    {WIRE_REQ_AUTO_OPEN_ORDERS, serve_auto_open_orders},
    {WIRE_REQ_COMPLETED_ORDERS, serve_completed_orders},
    {WIRE_REQ_EXECUTIONS, serve_executions},
    {WIRE_REQ_ACCOUNT_UPDATES, serve_account_updates},
    {WIRE_REQ_ACCOUNT_SUMMARY, serve_account_summary},
    {WIRE_REQ_CANCEL_ACCOUNT_SUMMARY, serve_cancel_account_summary},
    {WIRE_REQ_POSITIONS, serve_positions},
    {WIRE_REQ_CANCEL_POSITIONS, serve_cancel_positions},
    {WIRE_REQ_POSITIONS_MULTI, serve_positions_multi},
    {WIRE_REQ_CANCEL_POSITIONS_MULTI, serve_cancel_positions_multi},
    {WIRE_REQ_ACCOUNT_UPDATES_MULTI, serve_account_updates_multi},
    {WIRE_REQ_CANCEL_ACCOUNT_UPDATES_MULTI, serve_cancel_account_updates_multi},
    {WIRE_REQ_EXERCISE_OPTIONS, serve_exercise_options},
    {WIRE_REQ_PNL, serve_pnl},
    {WIRE_REQ_CANCEL_PNL, serve_cancel_pnl},
    {WIRE_REQ_PNL_SINGLE, serve_pnl_single},
    {WIRE_REQ_CANCEL_PNL_SINGLE, serve_cancel_pnl_single},
    {WIRE_REQ_HISTORICAL_DATA, serve_historical_data},
    {WIRE_REQ_CANCEL_HISTORICAL_DATA, serve_cancel_historical_data},
    {WIRE_REQ_HEAD_TIMESTAMP, serve_head_timestamp},
    {WIRE_REQ_CANCEL_HEAD_TIMESTAMP, serve_nothing},
    {WIRE_REQ_FA, serve_request_fa},
    {WIRE_REQ_REPLACE_FA, serve_replace_fa},
    {WIRE_REQ_FAMILY_CODES, serve_family_codes},
    {WIRE_REQ_USER_INFO, serve_user_info},
    {WIRE_REQ_NEWS_PROVIDERS, serve_news_providers},
    {WIRE_REQ_NEWS_BULLETINS, serve_news_bulletins},
    {WIRE_REQ_CANCEL_NEWS_BULLETINS, serve_cancel_news_bulletins},
    {WIRE_REQ_NEWS_ARTICLE, serve_news_article},
    {WIRE_REQ_HISTORICAL_NEWS, serve_historical_news},
    {WIRE_REQ_FUNDAMENTAL_DATA, serve_fundamentals},
    {WIRE_REQ_CANCEL_FUNDAMENTAL_DATA, serve_nothing},
    {WIRE_REQ_WSH_META_DATA, serve_wsh_meta},
    {WIRE_REQ_CANCEL_WSH_META_DATA, serve_nothing},
    {WIRE_REQ_WSH_EVENT_DATA, serve_wsh_events},
    {WIRE_REQ_CANCEL_WSH_EVENT_DATA, serve_nothing},
    {WIRE_REQ_MKT_DEPTH_EXCHANGES, serve_depth_exchanges},
    {WIRE_REQ_MKT_DEPTH, serve_mkt_depth},
    {WIRE_REQ_CANCEL_MKT_DEPTH, serve_cancel_mkt_depth},
    {WIRE_REQ_TICK_BY_TICK, serve_tick_by_tick},
    {WIRE_REQ_CANCEL_TICK_BY_TICK, serve_cancel_tick_by_tick},
    {WIRE_REQ_REAL_TIME_BARS, serve_real_time_bars},
    {WIRE_REQ_CANCEL_REAL_TIME_BARS, serve_cancel_real_time_bars},
    {WIRE_REQ_HISTORICAL_TICKS, serve_historical_ticks},
    {WIRE_REQ_CANCEL_HISTORICAL_TICKS, serve_nothing},
    {WIRE_REQ_HISTOGRAM_DATA, serve_histogram},
    {WIRE_REQ_CANCEL_HISTOGRAM_DATA, serve_nothing},
    {WIRE_REQ_CALC_IMPLIED_VOLATILITY, serve_calc_implied_volatility},
    {WIRE_REQ_CANCEL_CALC_IMPLIED_VOLATILITY, serve_nothing},
    {WIRE_REQ_CALC_OPTION_PRICE, serve_calc_option_price},
    {WIRE_REQ_CANCEL_CALC_OPTION_PRICE, serve_nothing},
    {WIRE_REQ_SCANNER_PARAMETERS, serve_scanner_parameters},
    {WIRE_REQ_SCANNER_SUBSCRIPTION, serve_scanner_subscription},
    {WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION, serve_cancel_scanner},
    {WIRE_REQ_SOFT_DOLLAR_TIERS, serve_soft_dollar_tiers},
    {WIRE_REQ_SMART_COMPONENTS, serve_smart_components},
    {WIRE_REQ_QUERY_DISPLAY_GROUPS, serve_display_groups},
    {WIRE_REQ_SUBSCRIBE_GROUP, serve_subscribe_group},
    {WIRE_REQ_UPDATE_GROUP, serve_update_group},
    {WIRE_REQ_UNSUBSCRIBE_GROUP, serve_unsubscribe_group},
};

/* ---- requests that are not carried out ---- */
/* True for a request that would have to be recorded. */
static bool refused_while_held(struct paper *p, struct paper_peer *peer, int id, int32_t req_id)
{
    static const struct {
        int id, code;
    } rows[] = {{WIRE_REQ_PLACE_ORDER, CODE_ORDER_REJECTED},
                {WIRE_REQ_CANCEL_ORDER, CODE_CANCEL_IMPOSSIBLE},
                {WIRE_REQ_GLOBAL_CANCEL, CODE_PROCESSING},
                {WIRE_REQ_REPLACE_FA, CODE_PROCESSING},
                {WIRE_REQ_EXERCISE_OPTIONS, CODE_PROCESSING}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].id == id) {
            peer_error(p, peer, id == WIRE_REQ_GLOBAL_CANCEL ? -1 : req_id, rows[i].code,
                       "%sthe exchange cannot record orders: %s",
                       id == WIRE_REQ_PLACE_ORDER ? "Order rejected - reason:" : "", p->held);
            return true;
        }
    return false;
}

static void refuse_pace(struct paper *p, struct paper_peer *peer, int32_t req_id)
{
    peer_error(p, peer, req_id, CODE_PACING,
               "Max rate of messages per second has been exceeded:max=%d", PACING_PER_SECOND);
    if (peer->pacing.offences >= PACING_OFFENCES)
        peer->is_closing = true;
}

static uint64_t hash_of(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return rng_mix(h, s.n);
}

static bool breaks_history_pacing(struct paper *p, struct paper_peer *peer, const void *message)
{
    static const char *const small[] = {"1 secs", "5 secs", "10 secs", "15 secs", "30 secs"};
    const struct wire_req_historical_data *req = message;
    assert(req != NULL);
    bool is_small = false;
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
        is_small |= str_eq(req->bar_size, str_of(small[i]));
    if (!p->real_pacing || !is_small)
        return false;
    uint64_t listing = rng_mix((uint64_t)req->contract.con_id, 1);
    listing = hash_of(hash_of(listing, req->contract.symbol), req->contract.sec_type);
    listing = hash_of(hash_of(listing, req->contract.exchange), req->what_to_show);
    uint64_t request = hash_of(hash_of(listing, req->end_date_time), req->duration);
    request = rng_mix(hash_of(request, req->bar_size), req->use_rth);
    int weight = str_eq(req->what_to_show, STR("BID_ASK")) ? 2 : 1;
    return !pacing_history(&peer->pacing, request, listing, weight, p->now.mono);
}

/* Requests that an armed fault answers in the server's place. */
static bool answered_by_fault(struct paper *p, struct paper_peer *peer, const struct wire_any *any)
{
    struct faults *f = &p->faults;
    int32_t req_id = -1;
    if (any->message != NULL && any->type->size >= sizeof req_id)
        memcpy(&req_id, any->message, sizeof req_id);
    if (p->held[0] != 0 && refused_while_held(p, peer, any->id, req_id))
        return true;
    if ((p->real_pacing && pacing_request(&peer->pacing, p->now.mono) != PACING_FINE) ||
        fault_takes(&f->pacing, peer->client_id))
        refuse_pace(p, peer, req_id);
    else if (any->id == WIRE_REQ_MKT_DATA && f->is_session_stolen)
        peer_error(p, peer, req_id, CODE_SESSION_STOLEN, "%s", SESSION_STOLEN_TEXT);
    else if (any->id == WIRE_REQ_HISTORICAL_DATA && f->is_history_farm_down)
        peer_error(p, peer, req_id, CODE_HISTORY,
                   "Historical Market Data Service error message:HMDS server disconnect occurred.  "
                   "Attempting reconnection...");
    else if (any->id == WIRE_REQ_HISTORICAL_DATA &&
             (fault_takes(&f->history_pacing, peer->client_id) ||
              breaks_history_pacing(p, peer, any->message)))
        peer_error(p, peer, req_id, CODE_HISTORY,
                   "Historical Market Data Service error message:Historical data request pacing "
                   "violation");
    else
        return false;
    return true;
}

static void dispatch(struct paper *p, struct paper_peer *peer, const struct wire_any *any)
{
    if (!peer->is_started && any->id != WIRE_REQ_START_API)
        return; /* a Gateway drops what comes too early */
    if (peer->is_started) {
        faults_count(p, FAULT_REQUESTS, 1, peer);
        if (peer->is_closing || peer->is_dead || answered_by_fault(p, peer, any))
            return;
    }
    for (size_t i = 0; i < sizeof served / sizeof served[0]; i++)
        if (served[i].id == any->id) {
            served[i].serve(p, peer, any->message);
            return;
        }
    /* nobody waits for an answer to the others */
}

/* ---- frames ---- */
static void take_offer(struct paper *p, struct paper_peer *peer, struct str body)
{
    struct wire_offer offer;
    struct error e = {0};
    int version;
    if (!wire_offer_parse(body, &offer, &e) ||
        !wire_choose_version(&offer, WIRE_VERSION_MIN, p->max_version, &version, &e)) {
        log_warn(&p->log, "handshake refused: %s", e.text);
        peer->is_closing = true;
        return;
    }
    char time[HOURS_TEXT_MAX];
    size_t n = hours_format(p->zone, paper_now_s(p), time);
    peer->version = version;
    wire_hello_build(&peer->out, version, (struct str){time, n});
}

void peer_take(struct paper *p, struct paper_peer *peer, struct str frame_body)
{
    if (peer->version == 0) {
        take_offer(p, peer, frame_body);
        return;
    }
    struct wire_any any = {0};
    struct error e = {0};
    int32_t id;
    if (wire_decode(WIRE_TO_SERVER, frame_body, peer->version, p->arena, &any, &e)) {
        dispatch(p, peer, &any);
        return;
    }
    arena_reset(p->arena);
    if (!wire_decode_id(WIRE_TO_SERVER, frame_body, peer->version, p->arena, &id))
        id = -1;
    if (peer->is_started)
        peer_error(p, peer, id, CODE_READING, "Error reading request. %s", e.text);
}
