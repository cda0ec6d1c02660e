/* SPDX-License-Identifier: MIT */
/* Bars out of the same price function that live quotes use. */
#include "paper/paper_private.h"

#include <string.h>

enum { BARS_MAX = 20000, BAR_MONTH_S = 28 * HOURS_DAY_S, UPDATE_S = 5 };

static const struct {
    const char *name;
    int64_t seconds;
} bar_sizes[] = {
    {"1 secs", 1},           {"5 secs", 5},
    {"10 secs", 10},         {"15 secs", 15},
    {"30 secs", 30},         {"1 min", 60},
    {"2 mins", 120},         {"3 mins", 180},
    {"5 mins", 300},         {"10 mins", 600},
    {"15 mins", 900},        {"20 mins", 1200},
    {"30 mins", 1800},       {"1 hour", 3600},
    {"2 hours", 7200},       {"3 hours", 10800},
    {"4 hours", 14400},      {"8 hours", 28800},
    {"1 day", HOURS_DAY_S},  {"1 week", 7 * HOURS_DAY_S},
    {"1W", 7 * HOURS_DAY_S}, {"1 month", BAR_MONTH_S},
    {"1M", BAR_MONTH_S},
};

enum show { SHOW_TRADES, SHOW_MIDPOINT, SHOW_BID, SHOW_ASK, SHOW_COUNT };

static bool parse_show(struct str s, enum show *out)
{
    static const char *const names[SHOW_COUNT] = {"TRADES", "MIDPOINT", "BID", "ASK"};
    if (str_ieq(s, STR("ADJUSTED_LAST"))) { /* there are no splits or dividends */
        *out = SHOW_TRADES;
        return true;
    }
    for (int i = 0; i < SHOW_COUNT; i++)
        if (str_ieq(s, str_of(names[i]))) {
            *out = (enum show)i;
            return true;
        }
    return false;
}

static int64_t parse_bar_size(struct str s)
{
    for (size_t i = 0; i < sizeof bar_sizes / sizeof bar_sizes[0]; i++)
        if (str_ieq(str_trim(s), str_of(bar_sizes[i].name)))
            return bar_sizes[i].seconds;
    return 0;
}

/* "10 D" back from an end. Days are trading days: with real hours weekends do not count. *days is
 * their number, 0 for other units. */
static bool parse_duration(struct str s, bool real_hours, int64_t end_s, int64_t *from_s,
                           size_t *days)
{
    struct str number, unit = str_trim(s);
    int64_t n;
    if (!str_cut(&unit, ' ', &number) || !str_to_i64(number, &n) || n < 1 || n > 100000 ||
        unit.n != 1)
        return false;
    *days = unit.p[0] == 'D' ? (size_t)n : 0;
    switch (unit.p[0]) {
    case 'S':
        *from_s = end_s - n;
        return true;
    case 'D':
        *from_s = end_s - n * HOURS_DAY_S;
        if (real_hours)
            *from_s -= ((n + 4) / 5) * 2 * (int64_t)HOURS_DAY_S;
        return n <= 3660;
    case 'W':
        *from_s = end_s - n * 7 * HOURS_DAY_S;
        return n <= 530;
    case 'M':
        *from_s = end_s - n * 61 * (HOURS_DAY_S / 2);
        return n <= 120;
    case 'Y':
        *from_s = end_s - n * 731 * (HOURS_DAY_S / 2);
        return n <= 10;
    default:
        return false;
    }
}

/* ---- where bars begin ---- */
static int64_t month_start(int zone, int64_t utc_s, int add)
{
    int year, month, day;
    civil_from_days(hours_local_day(zone, utc_s), &year, &month, &day);
    month += add;
    if (month > 12) {
        year++;
        month -= 12;
    }
    return hours_utc_of_local(zone, civil_to_days(year, month, 1) * HOURS_DAY_S);
}

/* The start of the bar that holds utc_s. */
static int64_t bar_start(const struct instrument *i, int64_t bar_s, int64_t utc_s)
{
    int zone = i->hours.zone;
    if (bar_s == BAR_MONTH_S)
        return month_start(zone, utc_s, 0);
    int64_t day = hours_day_start(zone, utc_s);
    if (bar_s == 7 * HOURS_DAY_S) {
        int64_t local = hours_local_day(zone, utc_s);
        return hours_utc_of_local(zone, (local - civil_weekday(local)) * HOURS_DAY_S);
    }
    return bar_s == HOURS_DAY_S ? day : day + (utc_s - day) / bar_s * bar_s;
}

/* The start of the next bar. */
static int64_t bar_end(const struct instrument *i, int64_t bar_s, int64_t start)
{
    int zone = i->hours.zone;
    if (bar_s == BAR_MONTH_S)
        return month_start(zone, start, 1);
    if (bar_s == 7 * HOURS_DAY_S)
        return hours_utc_of_local(zone, (hours_local_day(zone, start) + 7) * HOURS_DAY_S);
    int64_t next_day = hours_day_end(zone, start);
    if (bar_s == HOURS_DAY_S)
        return next_day;
    return start + bar_s < next_day ? start + bar_s : next_day;
}

/* ---- wire form ---- */
static double shifted(const struct instrument *i, struct dec price, enum show show)
{
    int64_t below = i->spread_ticks / 2;
    if (show == SHOW_BID)
        price = dec_minus(price, dec_times(i->tick, below));
    if (show == SHOW_ASK)
        price = dec_plus(price, dec_times(i->tick, i->spread_ticks - below));
    return dec_to_double(price);
}

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

static void set_bar(struct paper *p, const struct paper_peer *peer, const struct instrument *i,
                    int64_t bar_s, int32_t format, enum show show, const struct feed_bar *b,
                    struct wire_bar *out)
{
    bool trades = show == SHOW_TRADES && i->contract.sec_type == SEC_STK;
    *out = (struct wire_bar){.date = bar_date(p, peer, i, bar_s, format, b->from_s),
                             .open = shifted(i, b->open, show),
                             .high = shifted(i, b->high, show),
                             .low = shifted(i, b->low, show),
                             .close = shifted(i, b->close, show),
                             .volume = trades ? arena_f(p->arena, "%lld", (long long)b->volume)
                                              : STR("-1"),
                             .wap = trades ? paper_dec(p, b->wap) : STR("-1"),
                             .bar_count = trades ? (int32_t)b->count : -1};
}

/* ---- requests ---- */
struct history {
    const struct instrument *instrument;
    int64_t from_s, end_s, bar_s;
    size_t days;
    enum show show;
};

static bool invalid(struct paper *p, struct paper_peer *peer, int32_t req_id, const char *what)
{
    peer_error(p, peer, req_id, CODE_INVALID_REQUEST, "Error validating request.-'bT' : cause - %s",
               what);
    return false;
}

static bool no_data(struct paper *p, struct paper_peer *peer, int32_t req_id, const char *what)
{
    peer_error(p, peer, req_id, CODE_HISTORY, "Historical Market Data Service error message:%s",
               what);
    return false;
}

static bool check_show(struct paper *p, struct paper_peer *peer, int32_t req_id,
                       const struct instrument *i, struct str what, enum show *show)
{
    if (!parse_show(what, show))
        return invalid(p, peer, req_id, "This kind of data is not supported");
    if (i->contract.sec_type == SEC_CASH && *show == SHOW_TRADES)
        return no_data(p, peer, req_id, "No historical trades for a currency pair");
    if (i->contract.sec_type == SEC_IND && *show != SHOW_TRADES)
        return no_data(p, peer, req_id, "No historical quotes for an index");
    return true;
}

static bool check_history(struct paper *p, struct paper_peer *peer,
                          const struct wire_req_historical_data *req, struct history *h)
{
    int code;
    char text[200];
    h->instrument = check_contract(p->universe, &req->contract, &code, text);
    if (h->instrument == NULL) {
        peer_error(p, peer, req->req_id, code, "%s", text);
        return false;
    }
    h->bar_s = parse_bar_size(req->bar_size);
    if (h->bar_s == 0)
        return invalid(p, peer, req->req_id,
                       "Historical data bar size setting is invalid. Legal ones are: 1 secs, 5 "
                       "secs, ..., 1 min, ..., 1 hour, ..., 1 day, 1W, 1M");
    if (!check_show(p, peer, req->req_id, h->instrument, req->what_to_show, &h->show))
        return false;
    h->end_s = paper_now_s(p);
    int64_t asked;
    if (req->end_date_time.n > 0) {
        if (req->keep_up_to_date)
            return invalid(p, peer, req->req_id, "An end is not allowed with keepUpToDate");
        if (!hours_parse_time(req->end_date_time, h->instrument->hours.zone, &asked))
            return invalid(p, peer, req->req_id, "Invalid date/time format");
        h->end_s = asked < h->end_s ? asked : h->end_s;
    }
    if (!parse_duration(req->duration, feed_has_real_hours(p->feed), h->end_s, &h->from_s,
                        &h->days))
        return invalid(p, peer, req->req_id, "Invalid duration");
    if (h->bar_s < 60 && h->end_s - h->from_s > HOURS_DAY_S)
        return no_data(p, peer, req->req_id, "The duration is too long for the bar size");
    if ((h->end_s - h->from_s) / h->bar_s > BARS_MAX)
        return no_data(p, peer, req->req_id, "The duration is too long for the bar size");
    return true;
}

static void send_bars(struct paper *p, struct paper_peer *peer,
                      const struct wire_req_historical_data *req, const struct history *h)
{
    const struct instrument *i = h->instrument;
    /* a session may begin and end with a part of a bar */
    int64_t span_s = h->end_s - h->from_s, most = span_s / h->bar_s + span_s / HOURS_DAY_S * 2 + 4;
    size_t room = most > 0 && most < BARS_MAX + 2 ? (size_t)most : BARS_MAX + 2;
    struct wire_bar *bars = ARENA_MANY(p->arena, struct wire_bar, room);
    size_t n = 0;
    int64_t at = bar_start(i, h->bar_s, h->from_s);
    if (at < h->from_s) /* only whole bars, so that "10 D" are ten with the present day's */
        at = bar_end(i, h->bar_s, at);
    while (at < h->end_s && n < room) {
        int64_t next = bar_end(i, h->bar_s, at);
        struct feed_bar b;
        if (feed_bar(p->feed, i, at, next < h->end_s ? next : h->end_s, &b))
            set_bar(p, peer, i, h->bar_s, req->format_date, h->show, &b, &bars[n++]);
        at = next;
    }
    if (h->bar_s == HOURS_DAY_S && h->days > 0 && n > h->days) {
        bars += n - h->days;
        n = h->days;
    }
    char from[HOURS_TEXT_MAX], to[HOURS_TEXT_MAX];
    hours_format(i->hours.zone, h->from_s, from);
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
    send_bars(p, peer, req, &h);
    if (!req->keep_up_to_date)
        return;
    struct watch *w = watches_add(&peer->bars, req->req_id, PEER_BARS_MAX);
    if (w == NULL) {
        no_data(p, peer, req->req_id, "Too many requests that are kept up to date");
        return;
    }
    w->instrument = h.instrument;
    w->bar_s = h.bar_s;
    w->format_date = req->format_date;
    str_copy_cut(w->what, sizeof w->what, req->what_to_show);
    peer->bars_due_ns = (paper_now_s(p) + UPDATE_S) * NS_PER_S;
}

void serve_cancel_historical_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (!watches_remove(&peer->bars, req->req_id))
        peer_error(p, peer, req->req_id, 366, "No historical data query found for ticker id:%d",
                   (int)req->req_id);
}

/* All listings have a history since the same day. */
void serve_head_timestamp(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_head_timestamp *req = message;
    static const int64_t first_s = 946857600; /* 2000-01-03 */
    int code;
    char text[200];
    enum show show;
    const struct instrument *i = check_contract(p->universe, &req->contract, &code, text);
    if (i == NULL) {
        peer_error(p, peer, req->req_id, code, "%s", text);
        return;
    }
    if (!check_show(p, peer, req->req_id, i, req->what_to_show, &show))
        return;
    const struct wire_rep_head_timestamp m = {
        req->req_id, req->format_date == 2 ? arena_f(p->arena, "%lld", (long long)first_s)
                                           : STR("20000103-00:00:00")};
    peer_send(p, peer, WIRE_REP_HEAD_TIMESTAMP, &m);
}

/* ---- bars that are kept up to date ---- */
static void send_update(struct paper *p, struct paper_peer *peer, const struct watch *w)
{
    struct feed_bar b;
    enum show show = SHOW_TRADES;
    (void)parse_show(str_of(w->what), &show); /* was checked when it was asked for */
    int64_t start = bar_start(w->instrument, w->bar_s, paper_now_s(p));
    if (!feed_bar(p->feed, w->instrument, start, paper_now_s(p), &b))
        return;
    struct wire_rep_historical_data_update m = {.req_id = w->req_id};
    set_bar(p, peer, w->instrument, w->bar_s, w->format_date, show, &b, &m.bar);
    peer_send(p, peer, WIRE_REP_HISTORICAL_DATA_UPDATE, &m);
}

void bars_step(struct paper *p, struct paper_peer *peer)
{
    if (peer->bars.n == 0 || p->now_ns < peer->bars_due_ns)
        return;
    for (size_t i = 0; i < peer->bars.n; i++)
        send_update(p, peer, &peer->bars.items[i]);
    peer->bars_due_ns = (paper_now_s(p) + UPDATE_S) * NS_PER_S;
}

int64_t bars_next(const struct paper_peer *peer)
{
    return peer->bars.n > 0 ? peer->bars_due_ns : VENUE_NEVER;
}
