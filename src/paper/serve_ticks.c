/* SPDX-License-Identifier: MIT */
/*
 * Ticks one by one, past and present. Both come out of the same routine, which tells the ticks of
 * one second, so what streams today is what is read as history tomorrow. A trade is a print of the
 * market model; a quote or a mid point is a tick where it differs from that of the second before.
 */
#include "paper/paper_private.h"

#include <string.h>

enum {
    TICKS_MAX = 1000, /* of one request */
    IN_SECOND_MAX = FEED_PRINTS_MAX,
    SECONDS_MAX = 200000, /* looked at for one request */
    CATCH_UP_S = 600
};

struct tick {
    int64_t at_s;
    struct dec price, size, bid, ask, bid_size, ask_size;
    char exchange[12], conditions[8];
};

/* ---- the ticks of a second ---- */
static size_t trades_of(struct paper *p, const struct instrument *i, int64_t at_s,
                        struct tick out[IN_SECOND_MAX])
{
    struct feed_trade prints[IN_SECOND_MAX];
    size_t n = feed_trades(p->feed, i, at_s, at_s + 1, prints, IN_SECOND_MAX);
    for (size_t k = 0; k < n; k++) {
        out[k] = (struct tick){.at_s = at_s, .price = prints[k].price, .size = prints[k].size};
        memcpy(out[k].exchange, prints[k].exchange, sizeof out[k].exchange);
        memcpy(out[k].conditions, prints[k].conditions, sizeof out[k].conditions);
    }
    return n;
}

static void quote_at(struct paper *p, const struct instrument *i, int64_t at_s, bool with_size,
                     struct tick *out)
{
    *out = (struct tick){.at_s = at_s};
    if (with_size) {
        struct feed_quote q;
        feed_quote(p->feed, i, at_s, &q);
        out->bid = q.bid;
        out->ask = q.ask;
        out->bid_size = q.bid_size;
        out->ask_size = q.ask_size;
    } else {
        feed_touch(p->feed, i, at_s, &out->bid, &out->ask);
    }
    out->price = dec_plus(out->bid, out->ask);
    if (!dec_div(out->price, dec_of(2), &out->price))
        out->price = out->bid;
}

static bool same_quote(const struct tick *a, const struct tick *b, enum show show)
{
    if (show == SHOW_MIDPOINT)
        return dec_eq(a->price, b->price);
    return dec_eq(a->bid, b->bid) && dec_eq(a->ask, b->ask) && dec_eq(a->bid_size, b->bid_size) &&
           dec_eq(a->ask_size, b->ask_size);
}

static size_t ticks_of(struct paper *p, const struct instrument *i, enum show show,
                       bool ignore_size, int64_t at_s, struct tick out[IN_SECOND_MAX])
{
    if (!feed_is_open(p->feed, i, at_s))
        return 0;
    if (show == SHOW_TRADES)
        return trades_of(p, i, at_s, out);
    struct tick before;
    bool with_size = show == SHOW_BID_ASK && !ignore_size;
    quote_at(p, i, at_s, with_size, &out[0]);
    quote_at(p, i, at_s - 1, with_size, &before);
    if (same_quote(&out[0], &before, show))
        return 0;
    if (show == SHOW_BID_ASK && ignore_size) /* they are told all the same */
        quote_at(p, i, at_s, true, &out[0]);
    return 1;
}

/* ---- the past ---- */
/* Up to `n` ticks and the rest of a second that has begun, oldest first in *out. */
static size_t past(struct paper *p, const struct instrument *i, enum show show, bool ignore_size,
                   int64_t at_s, int step, int64_t end_s, size_t n, struct tick **out)
{
    size_t room = n + IN_SECOND_MAX, found = 0;
    struct tick *ticks = ARENA_MANY(p->arena, struct tick, room);
    struct tick *second = ARENA_MANY(p->arena, struct tick, IN_SECOND_MAX);
    for (int k = 0; k < SECONDS_MAX && found < n && (step < 0 || at_s < end_s); k++) {
        if (feed_has_real_hours(p->feed) && !hours_is_open(&i->hours, at_s)) {
            at_s = step < 0 ? hours_last_open(&i->hours, at_s) : hours_next_open(&i->hours, at_s);
            continue;
        }
        size_t got = ticks_of(p, i, show, ignore_size, at_s, second);
        struct tick *to = step < 0 ? &ticks[room - found - got] : &ticks[found];
        memcpy(to, second, got * sizeof *to);
        found += got;
        at_s += step;
    }
    *out = step < 0 ? &ticks[room - found] : ticks;
    return found;
}

static void send_trades(struct paper *p, struct paper_peer *peer, int32_t req_id,
                        const struct tick *t, size_t n)
{
    struct wire_hist_tick_last *rows = ARENA_MANY(p->arena, struct wire_hist_tick_last, n + 1);
    for (size_t k = 0; k < n; k++)
        rows[k] = (struct wire_hist_tick_last){.time = t[k].at_s,
                                               .price = dec_to_double(t[k].price),
                                               .size = paper_dec(p, t[k].size),
                                               .exchange = STR_NAME(t[k].exchange),
                                               .special_conditions = STR_NAME(t[k].conditions)};
    const struct wire_rep_historical_ticks_last m = {req_id, {rows, n}, true};
    peer_send(p, peer, WIRE_REP_HISTORICAL_TICKS_LAST, &m);
}

static void send_quotes(struct paper *p, struct paper_peer *peer, int32_t req_id,
                        const struct tick *t, size_t n)
{
    struct wire_hist_tick_bid_ask *rows =
        ARENA_MANY(p->arena, struct wire_hist_tick_bid_ask, n + 1);
    for (size_t k = 0; k < n; k++)
        rows[k] = (struct wire_hist_tick_bid_ask){.time = t[k].at_s,
                                                  .price_bid = dec_to_double(t[k].bid),
                                                  .price_ask = dec_to_double(t[k].ask),
                                                  .size_bid = paper_dec(p, t[k].bid_size),
                                                  .size_ask = paper_dec(p, t[k].ask_size)};
    const struct wire_rep_historical_ticks_bid_ask m = {req_id, {rows, n}, true};
    peer_send(p, peer, WIRE_REP_HISTORICAL_TICKS_BID_ASK, &m);
}

static void send_mid_points(struct paper *p, struct paper_peer *peer, int32_t req_id,
                            const struct tick *t, size_t n)
{
    struct wire_hist_tick *rows = ARENA_MANY(p->arena, struct wire_hist_tick, n + 1);
    for (size_t k = 0; k < n; k++)
        rows[k] = (struct wire_hist_tick){t[k].at_s, dec_to_double(t[k].price), STR("0")};
    const struct wire_rep_historical_ticks m = {req_id, {rows, n}, true};
    peer_send(p, peer, WIRE_REP_HISTORICAL_TICKS, &m);
}

static void send_past(struct paper *p, struct paper_peer *peer, int32_t req_id, enum show show,
                      const struct tick *t, size_t n)
{
    if (show == SHOW_TRADES)
        send_trades(p, peer, req_id, t, n);
    else if (show == SHOW_BID_ASK)
        send_quotes(p, peer, req_id, t, n);
    else
        send_mid_points(p, peer, req_id, t, n);
}

static void invalid(struct paper *p, struct paper_peer *peer, int32_t req_id, const char *what)
{
    peer_error(p, peer, req_id, CODE_INVALID_REQUEST, "Error validating request.-'cl' : cause - %s",
               what);
}

/* One of the two ends of the request, as second and direction. */
static bool parse_ends(struct paper *p, struct paper_peer *peer,
                       const struct wire_req_historical_ticks *req, int zone, int64_t *at_s,
                       int *step)
{
    bool has_start = str_trim(req->start_date_time).n > 0;
    bool has_end = str_trim(req->end_date_time).n > 0;
    int64_t now = paper_now_s(p);
    if (has_start == has_end) {
        invalid(p, peer, req->req_id, "Either start or end date/time must be given, and not both");
        return false;
    }
    if (!hours_parse_time(has_start ? req->start_date_time : req->end_date_time, zone, at_s)) {
        invalid(p, peer, req->req_id,
                "Invalid date/time. Format is 'YYYYMMDD{SPACE}hh:mm:ss[{SPACE}TMZ]'.");
        return false;
    }
    *step = has_start ? 1 : -1;
    if (has_end)
        *at_s = (*at_s < now ? *at_s : now) - 1;
    return true;
}

static bool ticks_allowed(struct paper *p, struct paper_peer *peer, int32_t req_id, int code,
                          const char *what, const struct instrument *i, enum show show)
{
    struct str place = access_name(p, i);
    if (!access_granted(p, i))
        peer_error(p, peer, req_id, code,
                   "Failed to request %s:No market data permissions for " STR_FMT, what,
                   STR_ARG(place));
    else if (!show_exists(i, show))
        peer_error(p, peer, req_id, code, "Failed to request %s:No data of this type for " STR_FMT,
                   what, STR_ARG(place));
    else
        return true;
    return false;
}

void serve_historical_ticks(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_historical_ticks *req = message;
    enum show show;
    int64_t at_s;
    int step;
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL)
        return;
    if (!show_parse(req->what_to_show, &show) ||
        (show != SHOW_TRADES && show != SHOW_MIDPOINT && show != SHOW_BID_ASK)) {
        invalid(p, peer, req->req_id, "What to show must be TRADES, MIDPOINT or BID_ASK");
        return;
    }
    if (req->number_of_ticks < 1 || req->number_of_ticks > TICKS_MAX) {
        invalid(p, peer, req->req_id, "Number of ticks must be from 1 to 1000");
        return;
    }
    if (!ticks_allowed(p, peer, req->req_id, 10187, "historical ticks", i, show) ||
        !parse_ends(p, peer, req, i->hours.zone, &at_s, &step))
        return;
    struct tick *ticks;
    size_t n = past(p, i, show, req->ignore_size, at_s, step, paper_now_s(p),
                    (size_t)req->number_of_ticks, &ticks);
    send_past(p, peer, req->req_id, show, ticks, n);
}

/* ---- the present ---- */
static const struct {
    const char *name;
    enum wire_tick_by_tick_type type;
    enum show show;
} by_tick_types[] = {{"Last", WIRE_TICK_LAST, SHOW_TRADES},
                     {"AllLast", WIRE_TICK_ALL_LAST, SHOW_TRADES},
                     {"BidAsk", WIRE_TICK_BID_ASK, SHOW_BID_ASK},
                     {"MidPoint", WIRE_TICK_MID_POINT, SHOW_MIDPOINT}};

enum { BY_TICK_TYPES = sizeof by_tick_types / sizeof by_tick_types[0] };

void serve_tick_by_tick(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_tick_by_tick *req = message;
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL)
        return;
    size_t k = 0;
    while (k < BY_TICK_TYPES && !str_eq(req->tick_type, str_of(by_tick_types[k].name)))
        k++;
    if (k == BY_TICK_TYPES || req->number_of_ticks < 0 || req->number_of_ticks > TICKS_MAX) {
        invalid(p, peer, req->req_id,
                k == BY_TICK_TYPES ? "Tick type must be Last, AllLast, BidAsk or MidPoint"
                                   : "Number of ticks must be from 0 to 1000");
        return;
    }
    enum show show = by_tick_types[k].show;
    if (!ticks_allowed(p, peer, req->req_id, 10189, "tick-by-tick data", i, show))
        return;
    struct stream *s = stream_add(p, peer, STREAM_BY_TICK, req->req_id, i);
    if (s == NULL)
        return;
    s->show = show;
    s->tick_type = (int32_t)by_tick_types[k].type;
    s->ignore_size = req->ignore_size;
    s->told_s = paper_now_s(p);
    s->due_ns = (s->told_s + 1) * NS_PER_S;
    if (req->number_of_ticks == 0)
        return;
    struct tick *ticks;
    size_t n = past(p, i, show, req->ignore_size, s->told_s - 1, -1, s->told_s,
                    (size_t)req->number_of_ticks, &ticks);
    send_past(p, peer, req->req_id, show, ticks, n);
}

void serve_cancel_tick_by_tick(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    (void)stream_cancel(p, peer, STREAM_BY_TICK, req->req_id);
}

static void send_tick(struct paper *p, struct paper_peer *peer, const struct stream *s,
                      const struct tick *t)
{
    struct wire_rep_tick_by_tick m = {
        .req_id = s->req_id, .tick_type = s->tick_type, .time = t->at_s};
    m.price = dec_to_double(t->price);
    if (s->show == SHOW_TRADES) {
        m.size = paper_dec(p, t->size);
        m.exchange = STR_NAME(t->exchange);
        m.special_conditions = STR_NAME(t->conditions);
    } else if (s->show == SHOW_BID_ASK) {
        m.bid = dec_to_double(t->bid);
        m.ask = dec_to_double(t->ask);
        m.bid_size = paper_dec(p, t->bid_size);
        m.ask_size = paper_dec(p, t->ask_size);
    }
    peer_send(p, peer, WIRE_REP_TICK_BY_TICK, &m);
}

/* The seconds that have passed since the last time; one that has not ended is not told. */
void by_tick_step(struct paper *p, struct paper_peer *peer, struct stream *s)
{
    int64_t now = paper_now_s(p);
    int64_t at = s->told_s > now - CATCH_UP_S ? s->told_s : now - CATCH_UP_S;
    struct tick *ticks = ARENA_MANY(p->arena, struct tick, IN_SECOND_MAX);
    for (; at < now; at++) {
        size_t n = ticks_of(p, s->instrument, s->show, s->ignore_size, at, ticks);
        for (size_t k = 0; k < n; k++)
            send_tick(p, peer, s, &ticks[k]);
    }
    s->told_s = now;
    s->due_ns = (now + 1) * NS_PER_S;
}
