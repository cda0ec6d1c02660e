/* SPDX-License-Identifier: MIT */
/* Market data lines: the first picture at once, then what has changed, once a second. */
#include "paper/paper_private.h"

#include <string.h>

enum {
    TICK_BID_SIZE = 0,
    TICK_BID = 1,
    TICK_ASK = 2,
    TICK_ASK_SIZE = 3,
    TICK_LAST = 4,
    TICK_LAST_SIZE = 5,
    TICK_HIGH = 6,
    TICK_LOW = 7,
    TICK_VOLUME = 8,
    TICK_CLOSE = 9,
    TICK_OPEN = 14,
    TICK_LOW_13_WEEK = 15, /* low, high; then the same for 26 and 52 weeks */
    TICK_AVERAGE_VOLUME = 21,
    TICK_MARK = 37,
    TICK_LAST_TIME = 45,
    TICK_RT_VOLUME = 48,
    TICK_HALTED = 49,
    TYPE_LIVE = 1,
    TYPE_FROZEN = 2
};

static void send_price(struct paper *p, struct paper_peer *peer, int32_t req_id, int32_t type,
                       struct dec price, struct dec size)
{
    const struct wire_rep_tick_price m = {
        .req_id = req_id,
        .tick_type = type,
        .price = dec_to_double(price),
        .size = paper_dec(p, size),
        .attr_mask = type == TICK_BID || type == TICK_ASK ? WIRE_TICK_CAN_AUTO_EXECUTE : 0};
    peer_send(p, peer, WIRE_REP_TICK_PRICE, &m);
}

static void send_size(struct paper *p, struct paper_peer *peer, int32_t req_id, int32_t type,
                      struct dec size)
{
    const struct wire_rep_tick_size m = {req_id, type, paper_dec(p, size)};
    peer_send(p, peer, WIRE_REP_TICK_SIZE, &m);
}

static void send_string(struct paper *p, struct paper_peer *peer, int32_t req_id, int32_t type,
                        struct str value)
{
    const struct wire_rep_tick_string m = {req_id, type, value};
    peer_send(p, peer, WIRE_REP_TICK_STRING, &m);
}

/* ---- what has changed since the last picture ---- */
static void send_touch(struct paper *p, struct paper_peer *peer, struct quote_line *l,
                       const struct feed_quote *q)
{
    const struct feed_quote *old = &l->sent;
    bool all = !l->has_sent;
    if (q->has_bid_ask) {
        if (all || !dec_eq(q->bid, old->bid))
            send_price(p, peer, l->req_id, TICK_BID, q->bid, q->bid_size);
        if (all || !dec_eq(q->ask, old->ask))
            send_price(p, peer, l->req_id, TICK_ASK, q->ask, q->ask_size);
        if (all || !dec_eq(q->bid_size, old->bid_size))
            send_size(p, peer, l->req_id, TICK_BID_SIZE, q->bid_size);
        if (all || !dec_eq(q->ask_size, old->ask_size))
            send_size(p, peer, l->req_id, TICK_ASK_SIZE, q->ask_size);
    }
    if (l->instrument->contract.sec_type == SEC_CASH)
        return; /* currencies have no trades, only quotes */
    struct dec size = q->has_bid_ask ? q->last_size : DEC_ZERO;
    if (!all && dec_eq(q->last, old->last))
        return;
    send_price(p, peer, l->req_id, TICK_LAST, q->last, size);
    if (q->has_bid_ask)
        send_size(p, peer, l->req_id, TICK_LAST_SIZE, size);
    send_string(p, peer, l->req_id, TICK_LAST_TIME,
                arena_f(p->arena, "%lld", (long long)paper_now_s(p)));
}

static void send_day(struct paper *p, struct paper_peer *peer, struct quote_line *l,
                     const struct feed_quote *q)
{
    const struct feed_quote *old = &l->sent;
    const struct {
        int32_t type;
        struct dec now, before;
    } prices[] = {{TICK_HIGH, q->high, old->high},
                  {TICK_LOW, q->low, old->low},
                  {TICK_CLOSE, q->close, old->close},
                  {TICK_OPEN, q->open, old->open}};
    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++)
        if (!l->has_sent || !dec_eq(prices[i].now, prices[i].before))
            send_price(p, peer, l->req_id, prices[i].type, prices[i].now, DEC_ZERO);
    if (l->instrument->contract.sec_type == SEC_STK &&
        (!l->has_sent || !dec_eq(q->volume, old->volume)))
        send_size(p, peer, l->req_id, TICK_VOLUME, q->volume);
    if (l->wants_mark && (!l->has_sent || !dec_eq(q->last, old->last)))
        send_price(p, peer, l->req_id, TICK_MARK, q->last, DEC_ZERO);
    if (!l->has_sent) {
        const struct wire_rep_tick_generic halted = {l->req_id, TICK_HALTED, 0};
        peer_send(p, peer, WIRE_REP_TICK_GENERIC, &halted);
    }
}

static void send_generics(struct paper *p, struct paper_peer *peer, struct quote_line *l,
                          const struct feed_quote *q)
{
    if (l->wants_ranges && !l->has_sent) {
        struct feed_range r[3];
        feed_ranges(p->feed, l->instrument, paper_now_s(p), r);
        for (int32_t i = 0; i < 3; i++) {
            send_price(p, peer, l->req_id, TICK_LOW_13_WEEK + 2 * i, r[i].low, DEC_ZERO);
            send_price(p, peer, l->req_id, TICK_LOW_13_WEEK + 2 * i + 1, r[i].high, DEC_ZERO);
        }
        send_size(p, peer, l->req_id, TICK_AVERAGE_VOLUME,
                  dec_of(feed_average_volume(l->instrument)));
    }
    if (l->wants_rt_volume && l->instrument->contract.sec_type == SEC_STK &&
        (!l->has_sent || !dec_eq(q->last, l->sent.last)))
        send_string(p, peer, l->req_id, TICK_RT_VOLUME,
                    arena_f(p->arena, STR_FMT ";" STR_FMT ";%lld;" STR_FMT ";" STR_FMT ";true",
                            STR_ARG(paper_dec(p, q->last)), STR_ARG(paper_dec(p, q->last_size)),
                            (long long)(p->now_ns / NS_PER_MS), STR_ARG(paper_dec(p, q->volume)),
                            STR_ARG(paper_dec(p, q->last))));
}

/* Frozen quotes are for a closed market, and only for who asked for them. */
static void send_type(struct paper *p, struct paper_peer *peer, struct quote_line *l)
{
    bool open = feed_is_open(p->feed, l->instrument, paper_now_s(p));
    int32_t type = !open && peer->data_type >= TYPE_FROZEN ? TYPE_FROZEN : TYPE_LIVE;
    if (type == l->data_type)
        return;
    l->data_type = type;
    const struct wire_rep_market_data_type m = {l->req_id, type};
    peer_send(p, peer, WIRE_REP_MARKET_DATA_TYPE, &m);
}

static void send_picture(struct paper *p, struct paper_peer *peer, struct quote_line *l)
{
    struct feed_quote q;
    feed_quote(p->feed, l->instrument, paper_now_s(p), &q);
    send_type(p, peer, l);
    send_touch(p, peer, l, &q);
    send_day(p, peer, l, &q);
    send_generics(p, peer, l, &q);
    l->sent = q;
    l->has_sent = true;
    l->next_ns = (paper_now_s(p) + 1) * NS_PER_S;
}

/* ---- requests ---- */
static bool has_generic(struct str list, struct str number)
{
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_eq(str_trim(one), number))
            return true;
    return false;
}

static struct quote_line *find_line(struct paper_peer *peer, int32_t req_id)
{
    for (size_t i = 0; i < peer->line_count; i++)
        if (peer->lines[i].req_id == req_id)
            return &peer->lines[i];
    return NULL;
}

static const struct instrument *checked(struct paper *p, struct paper_peer *peer,
                                        const struct wire_req_mkt_data *req)
{
    int code;
    char text[200];
    if (req->snapshot && str_trim(req->generic_tick_list).n > 0) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bS' : cause - Snapshot market data subscription is "
                   "not applicable to generic ticks");
        return NULL;
    }
    if (find_line(peer, req->req_id) != NULL) {
        peer_error(p, peer, req->req_id, CODE_DUPLICATE_TICKER, "Duplicate ticker ID");
        return NULL;
    }
    const struct instrument *i = check_contract(p->universe, &req->contract, &code, text);
    if (i == NULL)
        peer_error(p, peer, req->req_id, code, "%s", text);
    return i;
}

void serve_mkt_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_mkt_data *req = message;
    const struct instrument *i = checked(p, peer, req);
    if (i == NULL)
        return;
    if (peer->line_count == PEER_LINES_MAX) {
        peer_error(p, peer, req->req_id, CODE_TOO_MANY_LINES,
                   "Max number of tickers has been reached");
        return;
    }
    struct quote_line *l = &peer->lines[peer->line_count];
    *l = (struct quote_line){
        .req_id = req->req_id,
        .instrument = i,
        .data_type = TYPE_LIVE,
        .wants_ranges = has_generic(req->generic_tick_list, STR("165")),
        .wants_rt_volume = has_generic(req->generic_tick_list, STR("233")),
        .wants_mark = has_generic(req->generic_tick_list, STR("221")) ||
                      has_generic(req->generic_tick_list, STR("232")),
    };
    const struct wire_rep_tick_req_params params = {.req_id = req->req_id,
                                                    .min_tick = paper_dec(p, i->tick),
                                                    .bbo_exchange = STR("paper"),
                                                    .snapshot_permissions = 3};
    peer_send(p, peer, WIRE_REP_TICK_REQ_PARAMS, &params);
    send_picture(p, peer, l);
    if (req->snapshot)
        peer_end(p, peer, WIRE_REP_TICK_SNAPSHOT_END, req->req_id);
    else
        peer->line_count++;
}

void serve_cancel_mkt_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    struct quote_line *l = find_line(peer, req->req_id);
    if (l == NULL) {
        peer_error(p, peer, req->req_id, CODE_NO_TICKER, "Can't find EId with tickerId:%d",
                   (int)req->req_id);
        return;
    }
    size_t at = (size_t)(l - peer->lines);
    memmove(l, l + 1, (peer->line_count - at - 1) * sizeof *l);
    peer->line_count--;
}

/* ---- time ---- */
void peer_quotes_step(struct paper *p, struct paper_peer *peer)
{
    for (size_t i = 0; i < peer->line_count; i++) {
        struct quote_line *l = &peer->lines[i];
        if (faults_no_quotes(&p->faults) || p->now_ns < l->next_ns)
            continue;
        if (l->has_sent && faults_is_stale(&p->faults, l->instrument->contract.con_id))
            l->next_ns = p->now_ns + NS_PER_S;
        else
            send_picture(p, peer, l);
    }
}

int64_t quotes_next(const struct paper_peer *peer)
{
    int64_t next = VENUE_NEVER;
    for (size_t i = 0; i < peer->line_count; i++)
        if (peer->lines[i].next_ns < next)
            next = peer->lines[i].next_ns;
    return next;
}
