/* SPDX-License-Identifier: MIT */
/* What else is known of the past: where it begins, the sessions, at which prices was traded. */
#include "paper/paper_private.h"

#include <stdlib.h>

enum { SESSION_DAYS_MAX = 1500, HISTOGRAM_BARS = 5000, HISTOGRAM_DAYS_MAX = 731, MINUTE_S = 60 };

/* "yyyymmdd-HH:MM:SS" of a second that is counted in the zone that is meant. */
static struct str stamp(struct paper *p, int64_t local_s)
{
    int year, month, day;
    int64_t days = local_s / HOURS_DAY_S, second = local_s % HOURS_DAY_S;
    civil_from_days(days, &year, &month, &day);
    return arena_f(p->arena, "%04d%02d%02d-%02d:%02d:%02d", year % 10000, month % 100, day % 100,
                   (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

void serve_head_timestamp(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_head_timestamp *req = message;
    enum show show;
    const struct instrument *i = access_find_past(p, peer, req->req_id, &req->contract);
    if (i == NULL || !history_show(p, peer, req->req_id, i, req->what_to_show, &show))
        return;
    int64_t first = show_first_s(show);
    const struct wire_rep_head_timestamp m = {
        req->req_id,
        req->format_date == 2 ? arena_f(p->arena, "%lld", (long long)first) : stamp(p, first)};
    peer_send(p, peer, WIRE_REP_HEAD_TIMESTAMP, &m);
}

/* ---- sessions ---- */
/* The first session of a local day from second `at`; false if there is none before `end`. A market
 * that never closes has one session a day, from midnight to midnight. */
static bool next_session(const struct paper *p, const struct instrument *i, int64_t at, int64_t end,
                         int64_t *open, int64_t *close)
{
    *open = at;
    *close = end;
    if (!feed_has_real_hours(p->feed))
        return at < end;
    *open = hours_next_open(&i->hours, at);
    if (*open >= end)
        return false;
    *close = *open;
    while (*close < end && hours_is_open(&i->hours, *close))
        *close += MINUTE_S;
    return true;
}

/* The sessions of the local days from `day` on, oldest first. */
static size_t sessions_of(struct paper *p, const struct instrument *i, int64_t day, int64_t end_s,
                          struct wire_hist_session *rows, size_t max)
{
    size_t n = 0;
    int zone = i->hours.zone;
    for (int64_t end; day < end_s; day = end) {
        int64_t open, close, at = day;
        end = hours_day_end(zone, day);
        while (n < max && next_session(p, i, at, end, &open, &close)) {
            char date[HOURS_TEXT_MAX];
            size_t length = hours_format_date(zone, day, date);
            rows[n++] = (struct wire_hist_session){stamp(p, open + hours_offset_s(zone, open)),
                                                   stamp(p, close + hours_offset_s(zone, close)),
                                                   arena_str(p->arena, (struct str){date, length})};
            at = close;
        }
    }
    return n;
}

void schedule_send(struct paper *p, struct paper_peer *peer, int32_t req_id,
                   const struct instrument *i, const struct bars_span *span, int64_t end_s)
{
    int zone = i->hours.zone;
    int64_t from = span->from_s, earliest = end_s - SESSION_DAYS_MAX * (int64_t)HOURS_DAY_S;
    from = hours_day_start(zone, from > earliest ? from : earliest);
    size_t max = (size_t)((end_s - from) / HOURS_DAY_S + 2) * HOURS_SPANS_MAX;
    struct wire_hist_session *rows = ARENA_MANY(p->arena, struct wire_hist_session, max);
    size_t n = sessions_of(p, i, from, end_s, rows, max);
    size_t first = n, days = 0; /* "10 D": the last ten days that have a session */
    while (first > 0) {
        bool is_new = first == n || !str_eq(rows[first - 1].ref_date, rows[first].ref_date);
        if (is_new && span->days > 0 && days == span->days)
            break;
        days += is_new;
        first--;
    }
    rows += first;
    n -= first;
    const struct wire_rep_historical_schedule m = {
        .req_id = req_id,
        .start_date_time = n > 0 ? rows[0].start_date_time : STR(""),
        .end_date_time = n > 0 ? rows[n - 1].end_date_time : STR(""),
        .time_zone = str_of(hours_zone_name(zone)),
        .sessions = {rows, n}};
    peer_send(p, peer, WIRE_REP_HISTORICAL_SCHEDULE, &m);
}

/* ---- histogram ---- */
/* "3 days", "1 week"; false if it is no period or too long. */
static bool parse_period(struct str text, int64_t *seconds)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"sec", 1},
                 {"min", MINUTE_S},
                 {"hour", 3600},
                 {"day", HOURS_DAY_S},
                 {"week", BAR_WEEK_S},
                 {"month", 31 * HOURS_DAY_S},
                 {"year", 366 * HOURS_DAY_S}};
    struct str number, unit = str_trim(text);
    int64_t n;
    if (!str_cut(&unit, ' ', &number) || !str_to_i64(number, &n) || n < 1 || n > 100000)
        return false;
    unit = str_trim(unit);
    if (str_ends(unit, STR("s")) && unit.n > 1)
        unit = str_sub(unit, 0, unit.n - 1);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (str_ieq(unit, str_of(units[i].unit))) {
            *seconds = n * units[i].seconds;
            return *seconds <= HISTOGRAM_DAYS_MAX * (int64_t)HOURS_DAY_S;
        }
    return false;
}

struct level {
    struct dec price;
    int64_t volume;
};

static int by_price(const void *a, const void *b)
{
    return dec_cmp(((const struct level *)a)->price, ((const struct level *)b)->price);
}

/* What each short bar traded, at its average price. */
static size_t gather(struct paper *p, const struct instrument *i, int64_t from_s, int64_t to_s,
                     struct level *levels)
{
    int64_t step = (to_s - from_s) / HISTOGRAM_BARS / MINUTE_S * MINUTE_S;
    size_t n = 0;
    if (step < MINUTE_S)
        step = to_s - from_s > HISTOGRAM_BARS ? MINUTE_S : 1;
    for (int64_t at = from_s / step * step; at < to_s && n < HISTOGRAM_BARS * 2; at += step) {
        struct feed_bar b;
        int64_t end = at + step < to_s ? at + step : to_s;
        if (feed_bar(p->feed, i, at, end, &b) && b.volume > 0)
            levels[n++] = (struct level){dec_round_to(b.wap, i->tick, DEC_HALF_EVEN), b.volume};
    }
    qsort(levels, n, sizeof *levels, by_price);
    size_t kept = 0;
    for (size_t k = 0; k < n; k++)
        if (kept > 0 && dec_eq(levels[kept - 1].price, levels[k].price))
            levels[kept - 1].volume += levels[k].volume;
        else
            levels[kept++] = levels[k];
    return kept;
}

void serve_histogram(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_histogram_data *req = message;
    enum show show;
    int64_t seconds;
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL || !history_show(p, peer, req->req_id, i, STR("TRADES"), &show))
        return;
    if (!parse_period(req->time_period, &seconds)) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'cc' : cause - Invalid time period");
        return;
    }
    int64_t now = paper_now_s(p);
    struct level *levels = ARENA_MANY(p->arena, struct level, HISTOGRAM_BARS * 2);
    size_t n = gather(p, i, now - seconds, now, levels);
    struct wire_histogram_entry *rows = ARENA_MANY(p->arena, struct wire_histogram_entry, n + 1);
    for (size_t k = 0; k < n; k++)
        rows[k] = (struct wire_histogram_entry){
            dec_to_double(levels[k].price), arena_f(p->arena, "%lld", (long long)levels[k].volume)};
    const struct wire_rep_histogram_data m = {.req_id = req->req_id, .entries = {rows, n}};
    peer_send(p, peer, WIRE_REP_HISTOGRAM_DATA, &m);
}
