/* SPDX-License-Identifier: MIT */
/*
 * Corporate events in the form of the broker's calendar. The account has no subscription to it
 * (code 10276) until the fault events_subscribed gives it one; then every share reports in each
 * quarter and, if its id is even, pays a dividend a week later. Which days those are follows from
 * the id alone. As the broker does, no events are told before their description was asked for.
 */
#include "base/rng.h"
#include "paper/paper_private.h"

enum { CODE_NOT_SUBSCRIBED = 10276, CODE_NO_EVENTS = 10279, QUARTER_DAYS = 91, ROOM = 256 << 10 };

static bool refused(struct paper *p, struct paper_peer *peer, int32_t req_id)
{
    if (!p->faults.has_events)
        peer_error(p, peer, req_id, CODE_NOT_SUBSCRIBED, "News feed is not allowed");
    return !p->faults.has_events;
}

void serve_wsh_meta(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (refused(p, peer, req->req_id))
        return;
    peer->knows_events = true;
    const struct wire_rep_wsh_meta_data m = {
        req->req_id, STR("{\"meta_data\":{\"event_types\":[{\"name\":\"Earnings Date\",\"tag\":"
                         "\"wshe_ed\"},{\"name\":\"Dividend\",\"tag\":\"wshe_div\"}]}}")};
    peer_send(p, peer, WIRE_REP_WSH_META_DATA, &m);
}

/* The bounds of the request, yyyymmdd; an empty one is open. */
static int64_t day_of(struct str text, int64_t otherwise)
{
    int64_t v;
    if (text.n != 8 || !str_to_i64(text, &v))
        return otherwise;
    return civil_to_days((int)(v / 10000), (int)(v / 100 % 100), (int)(v % 100));
}

static void add_event(struct buf *out, const struct instrument *i, int64_t day, bool is_dividend,
                      bool is_confirmed)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    buf_add_f(out, "%s{\"conids\":[\"%d\"],\"event_type\":\"%s\",\"index_date\":\"%04d%02d%02d\",",
              out->n > 1 ? "," : "", (int)i->contract.con_id, is_dividend ? "wshe_div" : "wshe_ed",
              year, month, date);
    if (is_dividend)
        buf_add_f(out,
                  "\"data\":{\"dividend_oc\":0.25,\"dividend_currency\":\"%s\","
                  "\"ex_div_date\":\"%04d%02d%02d\"}}",
                  i->contract.currency, year, month, date);
    else
        buf_add_f(out,
                  "\"data\":{\"earnings_date\":\"%04d%02d%02d\",\"time_of_day\":\"AFTER MARKET\","
                  "\"wshe_earnings_date_status\":\"%s\"}}",
                  year, month, date, is_confirmed ? "CONFIRMED" : "UNCONFIRMED");
}

static void list_events(struct buf *out, const struct instrument *i, int64_t today, int64_t from,
                        int64_t to, int32_t limit)
{
    enum { CONFIRMED_DAYS = 30, DIVIDEND_AFTER = 7 };
    int64_t phase = (int64_t)(rng_mix(0x77736865U, (uint64_t)i->contract.con_id) % QUARTER_DAYS);
    bool pays = i->contract.con_id % 2 == 0;
    int32_t n = 0;
    for (int64_t day = from - from % QUARTER_DAYS + phase - QUARTER_DAYS; day <= to && n < limit;
         day += QUARTER_DAYS) {
        int64_t report = day + (civil_weekday(day) > 4 ? 2 : 0), ex = report + DIVIDEND_AFTER;
        if (report >= from && report <= to) {
            add_event(out, i, report, false, report - today < CONFIRMED_DAYS);
            n++;
        }
        if (pays && ex >= from && ex <= to && n < limit) {
            add_event(out, i, ex, true, true);
            n++;
        }
    }
}

void serve_wsh_events(struct paper *p, struct paper_peer *peer, const void *message)
{
    enum { DAYS_BACK = 365, DAYS_AHEAD = 730, EVENTS_OF_ONE_MAX = 100 };
    const struct wire_req_wsh_event_data *req = message;
    const struct instrument *i = universe_find(p->universe, req->con_id);
    if (refused(p, peer, req->req_id))
        return;
    if (!peer->knows_events || i == NULL) {
        peer_error(p, peer, req->req_id, i == NULL ? 200 : CODE_NO_EVENTS,
                   i == NULL ? "No security definition has been found for the request"
                             : "Failed to request WSH event data");
        return;
    }
    int64_t today = paper_now_s(p) / HOURS_DAY_S;
    int64_t from = day_of(req->start_date, today - DAYS_BACK);
    int64_t to = day_of(req->end_date, today + DAYS_AHEAD);
    to = to - from > DAYS_BACK + DAYS_AHEAD ? from + DAYS_BACK + DAYS_AHEAD : to;
    int32_t limit = req->total_limit > 0 && req->total_limit < EVENTS_OF_ONE_MAX
                        ? req->total_limit
                        : EVENTS_OF_ONE_MAX;
    struct buf out;
    buf_init(&out, ROOM);
    buf_add_char(&out, '[');
    if (i->contract.sec_type == SEC_STK)
        list_events(&out, i, today, from, to, limit);
    buf_add_char(&out, ']');
    const struct wire_rep_wsh_meta_data m = {req->req_id, buf_str(&out)};
    peer_send(p, peer, WIRE_REP_WSH_EVENT_DATA, &m);
    buf_fini(&out);
}
