/* SPDX-License-Identifier: MIT */
/* Historical bars, those that are kept up to date, and bars of five seconds. */
#include "paper/paper_private.h"

enum {
    CODE_CONTINUOUS_END = 10339,
    BARS_MAX = 20500,
    UPDATE_S = 5,
    REAL_TIME_S = 5,
    CATCH_UP_S = 600
};

/* ---- wire form ---- */
static struct str bar_date(struct paper *p, const struct paper_peer *peer,
                           const struct instrument *i, int64_t bar_s, int32_t format, int64_t at_s)
{
    char text[HOURS_TEXT_MAX];
    if (bar_s >= HOURS_DAY_S) {
        size_t date = hours_format_date(i->hours.zone, at_s, text);
        return arena_str(p->arena, (struct str){text, date});
    }
    if (format == 2)
        return arena_f(p->arena, "%lld", (long long)at_s);
    size_t n = hours_format(i->hours.zone, at_s, text);
    if (peer->version >= 174)
        return arena_str(p->arena, (struct str){text, n});
    return arena_f(p->arena, "%.8s  %.8s", text, text + 9);
}

static struct str wap_text(struct paper *p, const struct instrument *i, double wap)
{
    struct dec exact;
    struct dec step = {i->tick.nano >= 100 ? i->tick.nano / 100 : 1};
    return dec_from_model(wap, step, &exact) ? paper_dec(p, exact) : STR("0");
}

static void set_bar(struct paper *p, const struct paper_peer *peer, const struct instrument *i,
                    int64_t bar_s, int32_t format, const struct shown_bar *b, struct wire_bar *out)
{
    *out = (struct wire_bar){
        .date = bar_date(p, peer, i, bar_s, format, b->from_s),
        .open = b->open,
        .high = b->high,
        .low = b->low,
        .close = b->close,
        .volume = b->has_volume ? arena_f(p->arena, "%lld", (long long)b->volume) : STR("-1"),
        .wap = b->has_volume ? wap_text(p, i, b->wap) : STR("-1"),
        .bar_count = b->has_volume ? (int32_t)b->count : -1};
}

/* ---- what is asked ---- */
struct history {
    const struct instrument *instrument;
    int64_t end_s, bar_s;
    struct bars_span span;
    enum show show;
};

static bool invalid(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str what)
{
    peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
               "Error validating request.-'bT' : cause - " STR_FMT, STR_ARG(what));
    return false;
}

static bool no_data(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str what)
{
    peer_error(p, peer, req_id, CODE_HISTORY,
               "Historical Market Data Service error message:" STR_FMT, STR_ARG(what));
    return false;
}

bool history_show(struct paper *p, struct paper_peer *peer, int32_t req_id,
                  const struct instrument *i, struct str what, enum show *show)
{
    if (!show_parse(what, show))
        return invalid(p, peer, req_id,
                       arena_f(p->arena, "'" STR_FMT "' is not a kind of historical data",
                               STR_ARG(str_sub(what, 0, 40))));
    if (!access_granted(p, i)) {
        struct str place = access_name(p, i);
        return no_data(
            p, peer, req_id,
            arena_f(p->arena, "No market data permissions for " STR_FMT, STR_ARG(place)));
    }
    if (!show_exists(i, *show))
        return no_data(p, peer, req_id,
                       arena_f(p->arena, "HMDS query returned no data: %s@%s %s",
                               i->contract.local_symbol, i->contract.exchange, show_title(*show)));
    return true;
}

static struct str size_error(struct paper *p)
{
    struct buf names;
    buf_init(&names, 1024);
    bars_size_names(&names);
    struct str text =
        arena_f(p->arena, "Historical data bar size setting is invalid. Legal ones are: " STR_FMT,
                STR_ARG(buf_str(&names)));
    buf_fini(&names);
    return text;
}

static bool check_end(struct paper *p, struct paper_peer *peer,
                      const struct wire_req_historical_data *req, struct history *h)
{
    int64_t asked;
    h->end_s = paper_now_s(p);
    if (str_trim(req->end_date_time).n == 0)
        return true;
    if (str_ieq(req->contract.sec_type, CONTINUOUS)) {
        peer_error(p, peer, req->req_id, CODE_CONTINUOUS_END,
                   "Setting end date/time for continuous future security type is not allowed.");
        return false;
    }
    if (req->keep_up_to_date)
        return invalid(p, peer, req->req_id,
                       STR("End date/time is not applicable to a query that is kept up to date"));
    if (h->show == SHOW_ADJUSTED_LAST)
        return invalid(p, peer, req->req_id,
                       STR("End date/time is not supported with adjusted last"));
    if (!hours_parse_time(req->end_date_time, h->instrument->hours.zone, &asked))
        return invalid(p, peer, req->req_id,
                       arena_f(p->arena,
                               "Historical data query end date/time string [" STR_FMT
                               "] is invalid. Format is 'YYYYMMDD{SPACE}hh:mm:ss[{SPACE}TMZ]'.",
                               STR_ARG(str_sub(req->end_date_time, 0, 60))));
    h->end_s = asked < h->end_s ? asked : h->end_s;
    return true;
}

static bool check_history(struct paper *p, struct paper_peer *peer,
                          const struct wire_req_historical_data *req, struct history *h)
{
    h->instrument = access_find_past(p, peer, req->req_id, &req->contract);
    if (h->instrument == NULL ||
        !history_show(p, peer, req->req_id, h->instrument, req->what_to_show, &h->show))
        return false;
    h->bar_s = bars_size_parse(req->bar_size);
    if (h->bar_s == 0)
        return invalid(p, peer, req->req_id, size_error(p));
    if (!check_end(p, peer, req, h))
        return false;
    bool real = feed_has_real_hours(p->feed);
    const char *why = bars_span_parse(req->duration, real, h->end_s, &h->span);
    if (why != NULL)
        return invalid(p, peer, req->req_id, str_of(why));
    if (h->show == SHOW_SCHEDULE && h->bar_s != HOURS_DAY_S)
        return invalid(p, peer, req->req_id, STR("Schedule is only for bars of 1 day"));
    if (h->show == SHOW_SCHEDULE && req->keep_up_to_date)
        return invalid(p, peer, req->req_id, STR("A schedule is not kept up to date"));
    if (h->end_s - h->span.from_s > bars_span_max(h->bar_s))
        return no_data(p, peer, req->req_id, STR("Time length exceed max."));
    if (h->span.from_s < show_first_s(h->show))
        h->span.from_s = show_first_s(h->show);
    return true;
}

/* ---- bars ---- */
static size_t collect(struct paper *p, const struct paper_peer *peer, const struct history *h,
                      int32_t format, struct wire_bar *bars, size_t max)
{
    const struct instrument *i = h->instrument;
    size_t n = 0;
    int64_t at = bars_start(i, h->bar_s, h->span.from_s);
    if (at < h->span.from_s) /* only whole bars, so that "10 D" are ten with the present day's */
        at = bars_end(i, h->bar_s, at);
    while (at < h->end_s && n < max) {
        int64_t next = bars_end(i, h->bar_s, at);
        struct shown_bar b;
        if (bars_make(p->feed, i, h->show, at, next < h->end_s ? next : h->end_s, paper_now_s(p),
                      &b))
            set_bar(p, peer, i, h->bar_s, format, &b, &bars[n++]);
        at = next;
    }
    return n;
}

static void send_bars(struct paper *p, struct paper_peer *peer,
                      const struct wire_req_historical_data *req, const struct history *h)
{
    const struct instrument *i = h->instrument;
    int64_t span = h->end_s > h->span.from_s ? h->end_s - h->span.from_s : 0;
    /* a day's session may begin and end with a part of a bar */
    size_t max = (size_t)(span / h->bar_s + span / HOURS_DAY_S * 2) + 4;
    max = max < BARS_MAX ? max : BARS_MAX;
    struct wire_bar *bars = ARENA_MANY(p->arena, struct wire_bar, max);
    size_t n = collect(p, peer, h, req->format_date, bars, max);
    if (h->bar_s == HOURS_DAY_S && h->span.days > 0 && n > h->span.days) {
        bars += n - h->span.days;
        n = h->span.days;
    }
    char from[HOURS_TEXT_MAX], to[HOURS_TEXT_MAX];
    hours_format(i->hours.zone, h->span.from_s, from);
    hours_format(i->hours.zone, h->end_s, to);
    struct wire_rep_historical_data m = {.req_id = req->req_id,
                                         .start_date = str_of(from),
                                         .end_date = str_of(to),
                                         .bars = {bars, n}};
    peer_send(p, peer, WIRE_REP_HISTORICAL_DATA, &m);
    const struct wire_rep_historical_data_end end = {req->req_id, str_of(from), str_of(to)};
    if (peer->version >= WIRE_SINCE_HISTORICAL_DATA_END)
        peer_send(p, peer, WIRE_REP_HISTORICAL_DATA_END, &end);
}

void serve_historical_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_historical_data *req = message;
    struct history h;
    if (!check_history(p, peer, req, &h))
        return;
    if (h.show == SHOW_SCHEDULE) {
        schedule_send(p, peer, req->req_id, h.instrument, &h.span, h.end_s);
        return;
    }
    struct stream *s = NULL;
    if (req->keep_up_to_date) {
        s = stream_add(p, peer, STREAM_BARS, req->req_id, h.instrument);
        if (s == NULL)
            return;
    }
    send_bars(p, peer, req, &h);
    if (s == NULL)
        return;
    s->show = h.show;
    s->bar_s = h.bar_s;
    s->format_date = req->format_date;
    s->told_s = h.end_s;
    s->due_ns = (h.end_s + UPDATE_S) * NS_PER_S;
}

void serve_cancel_historical_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (stream_cancel(p, peer, STREAM_BARS, req->req_id))
        no_data(p, peer, req->req_id,
                arena_f(p->arena, "API historical data query cancelled: %d", (int)req->req_id));
}

/* ---- bars that are kept up to date ---- */
static void send_update(struct paper *p, struct paper_peer *peer, const struct stream *s,
                        int64_t start, int64_t end)
{
    struct shown_bar b;
    if (!bars_make(p->feed, s->instrument, s->show, start, end, paper_now_s(p), &b))
        return;
    struct wire_rep_historical_data_update m = {.req_id = s->req_id};
    set_bar(p, peer, s->instrument, s->bar_s, s->format_date, &b, &m.bar);
    peer_send(p, peer, WIRE_REP_HISTORICAL_DATA_UPDATE, &m);
}

/* The bars that have ended since the last time, as they became, and the present one. */
void bars_step(struct paper *p, struct paper_peer *peer, struct stream *s)
{
    int64_t now = paper_now_s(p);
    int64_t from = s->told_s > now - CATCH_UP_S ? s->told_s : now - CATCH_UP_S;
    for (int64_t at = bars_start(s->instrument, s->bar_s, from); at < now;) {
        int64_t end = bars_end(s->instrument, s->bar_s, at);
        send_update(p, peer, s, at, end < now ? end : now);
        at = end;
    }
    s->told_s = now;
    s->due_ns = (now + UPDATE_S) * NS_PER_S;
}

/* ---- bars of five seconds ---- */
void serve_real_time_bars(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_real_time_bars *req = message;
    enum show show;
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL)
        return;
    if (!show_parse(req->what_to_show, &show) || show > SHOW_ASK || !show_exists(i, show)) {
        peer_error(p, peer, req->req_id, 420,
                   "Invalid Real-time Query:No data of the kind '" STR_FMT "' for %s",
                   STR_ARG(str_sub(req->what_to_show, 0, 40)), i->contract.local_symbol);
        return;
    }
    if (!access_granted(p, i)) {
        struct str place = access_name(p, i);
        peer_error(p, peer, req->req_id, 420,
                   "Invalid Real-time Query:No market data permissions for " STR_FMT,
                   STR_ARG(place));
        return;
    }
    struct stream *s = stream_add(p, peer, STREAM_REAL_TIME, req->req_id, i);
    if (s == NULL)
        return;
    s->show = show;
    s->told_s = paper_now_s(p) / REAL_TIME_S * REAL_TIME_S;
    s->due_ns = (s->told_s + REAL_TIME_S) * NS_PER_S;
}

void serve_cancel_real_time_bars(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    (void)stream_cancel(p, peer, STREAM_REAL_TIME, req->req_id);
}

static void send_real_time(struct paper *p, struct paper_peer *peer, const struct stream *s,
                           int64_t from_s)
{
    struct shown_bar b;
    if (!bars_make(p->feed, s->instrument, s->show, from_s, from_s + REAL_TIME_S, paper_now_s(p),
                   &b))
        return;
    const struct wire_rep_real_time_bar m = {
        .req_id = s->req_id,
        .time = from_s,
        .open = b.open,
        .high = b.high,
        .low = b.low,
        .close = b.close,
        .volume = b.has_volume ? arena_f(p->arena, "%lld", (long long)b.volume) : STR("-1"),
        .wap = b.has_volume ? wap_text(p, s->instrument, b.wap) : STR("-1"),
        .count = b.has_volume ? (int32_t)b.count : -1};
    peer_send(p, peer, WIRE_REP_REAL_TIME_BAR, &m);
}

void real_time_step(struct paper *p, struct paper_peer *peer, struct stream *s)
{
    int64_t now = paper_now_s(p) / REAL_TIME_S * REAL_TIME_S;
    int64_t from = s->told_s > now - CATCH_UP_S ? s->told_s : now - CATCH_UP_S;
    for (; from < now; from += REAL_TIME_S)
        send_real_time(p, peer, s, from);
    s->told_s = now;
    s->due_ns = (now + REAL_TIME_S) * NS_PER_S;
}
