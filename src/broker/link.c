/* SPDX-License-Identifier: MIT */
/*
 * How connections end, and what is said about it. A reason is chosen from what was seen; within a
 * restart window the mere loss of a connection is no trouble; a refusal stays in sight while the
 * attempts that follow it fail for lesser reasons (reason.h).
 */
#include "broker/state.h"

#include "broker/convert.h"

#include <stdio.h>
#include <string.h>

enum {
    BACKOFF_MIN_MS = 500,
    BACKOFF_MAX_MS = 60000,
    /* A Gateway that has been cut off for this long outside the restart hours wants a login. */
    LOST_LONG_MS = 15 * 60 * 1000,
    /* 2110 is not always followed by a word of the return: then a new connection finds out. */
    LOST_SERVER_MS = 5 * 60 * 1000,
    /* longer than any restart window: what is older was not connected within the present one */
    WINDOW_MAX_MS = 6 * 3600 * 1000
};

static enum restart_window window_at(const struct session *s, struct utc t)
{
    const struct tz_zones *zones = &s->config.zones;
    const struct tz *zone = NULL;
    if (zones->find != NULL)
        zone = zones->find(zones->self, STR("US/Eastern"));
    return restart_window_at(zone, s->config.restart, t);
}

enum restart_window link_window(const struct session *s)
{
    return window_at(s, s->now.wall);
}

bool session_restart_is_near(const struct session *s, struct moment now, int64_t ahead_ms)
{
    struct utc t = now.wall;
    (void)session_clock(s, now, &t);
    if (window_at(s, t) == WINDOW_NONE)
        return window_at(s, (struct utc){t.ns + ahead_ms * NS_PER_MS}) != WINDOW_NONE;
    if (!s->connected_at.has)
        return true;
    int64_t age_ms = instant_ms_since(s->connected_mono, now.mono);
    return age_ms >= WINDOW_MAX_MS ||
           window_at(s, (struct utc){t.ns - age_ms * NS_PER_MS}) == WINDOW_NONE;
}

/* ---- what is said ---- */

void link_say(struct session *s, int code, const char *text, const char *hint, bool is_brokers)
{
    s->last_code = code;
    s->is_last_brokers = is_brokers;
    str_copy_cut(s->last_text, sizeof s->last_text, str_of(text));
    str_copy_cut(s->hint, sizeof s->hint, str_of(hint));
}

static bool is_standing(const struct session *s)
{
    int64_t ms = link_reason_stands_ms(s->reason);
    return ms > 0 && !instant_due(instant_after_ms(s->reason_at, ms), s->now.mono);
}

static void set_reason(struct session *s, enum link_reason reason, int code, const char *text)
{
    bool is_firm = link_reason_stands_ms(reason) > 0;
    if (!is_firm && is_standing(s))
        return;
    s->reason = reason;
    s->reason_at = s->now.mono;
    bool is_brokers = code != 0 && code != 502 && code != 503; /* those two are our own */
    link_say(s, code, text, link_reason_hint(reason), is_brokers);
}

void link_notice(struct session *s, int code, const char *text)
{
    enum link_reason by_words = link_reason_of_words(str_of(text));
    if (by_words != REASON_NONE)
        s->clue = by_words;
    if (session_is_up(s) || !is_standing(s))
        link_say(s, code, text, broker_code_find(code)->hint, true);
}

/* It says nothing about the other side. */
static bool is_own_doing(enum link_reason r)
{
    return r == REASON_STOPPED || r == REASON_VERSION_CHOICE;
}

/* What the end of a connection really is, seen from outside of it. */
static enum link_reason judge(const struct session *s, enum link_reason reason)
{
    if (link_reason_stands_ms(reason) > 0 || is_own_doing(reason))
        return reason;
    enum restart_window window = link_window(s);
    if (s->is_outage && window != WINDOW_NONE)
        return window == WINDOW_WEEKLY ? REASON_WEEKLY_RESTART : REASON_RESTART;
    bool is_ours = reason == REASON_GARBLED || reason == REASON_INCOMPLETE;
    if (s->clue != REASON_NONE && !is_ours)
        return s->clue;
    /* back from the week's restart without a login, nobody listens */
    if (s->is_outage && s->outage == WINDOW_WEEKLY && reason == REASON_NOT_LISTENING)
        return REASON_TWO_FACTOR;
    return reason;
}

static bool is_scheduled(enum link_reason r)
{
    return r == REASON_RESTART || r == REASON_WEEKLY_RESTART;
}

/* One warning for each trouble; what repeats it, and what was to be expected, is information. */
static void log_end(struct session *s, enum link_reason reason, int code, const char *text)
{
    if (is_scheduled(reason) || is_own_doing(reason) || reason == s->warned)
        log_info(&s->log, "ended reason=%s code=%d text=\"%s\"", link_reason_name(reason), code,
                 text);
    else
        log_warn(&s->log, "ended reason=%s code=%d text=\"%s\" hint=\"%s\"",
                 link_reason_name(reason), code, text, link_reason_hint(reason));
    s->warned = reason;
}

/* ---- the end of a connection, and the next ---- */

/* Half of the delay is fixed, half is chance, so that many clients of one Gateway spread out. */
static void schedule_retry(struct session *s)
{
    int64_t min = s->config.backoff_min_ms > 0 ? s->config.backoff_min_ms : BACKOFF_MIN_MS;
    int64_t max = s->config.backoff_max_ms > 0 ? s->config.backoff_max_ms : BACKOFF_MAX_MS;
    int64_t delay = min;
    for (int64_t i = 1; i < s->attempts && delay < max; i++)
        delay *= 2;
    if (delay > max)
        delay = max;
    int64_t jitter = (int64_t)rng_below(&s->rng, (uint32_t)(delay / 2 + 1));
    s->retry_at = instant_after_ms(s->now.mono, delay - jitter);
}

static void forget_connection(struct session *s)
{
    s->wants_close = s->has_stream;
    s->state_deadline = s->probe_deadline = INSTANT_NEVER;
    s->version = 0;
    s->account_count = 0;
    s->has_next_id = s->is_read_only = s->is_ready_counted = s->is_quote_farm_down = false;
    s->farm_count = 0;
    s->lost_code = 0;
    s->clue = REASON_NONE;
    memset(s->pnl_requests, 0, sizeof s->pnl_requests);
    memset(s->account_requests, 0, sizeof s->account_requests);
    s->broker_link_ok = true;
    s->connected_at = (struct opt_utc){0};
    buf_reset(&s->out);
    pacing_clear(&s->pacing);
}

void session_drop(struct session *s, enum link_reason reason, int code, const char *text)
{
    if (s->link == LINK_DOWN || s->link == LINK_REFUSED)
        return;
    char words[200], why[200]; /* text may be ours to overwrite */
    clean_text(words, sizeof words, str_of(text));
    if (!s->is_outage && s->is_ready_counted) {
        s->is_outage = true;
        s->outage = link_window(s);
        s->warned = REASON_NONE;
    }
    reason = judge(s, reason);
    snprintf(why, sizeof why, "%s%.*s", is_scheduled(reason) ? "scheduled restart: " : "",
             (int)sizeof why - 20, words);
    forget_connection(s);
    if (s->is_stopping)
        s->retry_at = INSTANT_NEVER;
    else
        schedule_retry(s);
    set_reason(s, reason, code, why);
    log_end(s, reason, code, why);
    s->link = link_reason_state(reason); /* before anyone is woken or told */
    char failed[240];
    snprintf(failed, sizeof failed, "the connection to the broker is lost: %s", why);
    requests_fail(s, ERROR_UNAVAILABLE, "NOT_CONNECTED", failed);
    session_set_link(s, link_reason_state(reason), code, why);
    lines_reset(s);
    follows_reset(s);
    s->knows_events = false;
}

void link_drop_handshake(struct session *s, const char *what)
{
    struct str first = {s->first, s->first_n};
    enum link_reason reason = link_reason_of_bytes(first);
    char text[200], shown[120];
    link_show_bytes(shown, sizeof shown, first);
    if (reason == REASON_UNANSWERED)
        snprintf(text, sizeof text, "connected, but nothing came back: %s", what);
    else
        snprintf(text, sizeof text, "not a TWS: it sent \"%s\"", shown);
    session_drop(s, reason, 0, text);
}

void link_ready(struct session *s)
{
    s->attempts = 0;
    if (s->was_ready && !s->is_ready_counted)
        s->reconnects++;
    s->was_ready = s->is_ready_counted = true;
    s->is_outage = false;
    s->warned = REASON_NONE;
    s->silent_handshakes = 0;
    s->reason = REASON_NONE;
    link_say(s, 0, "", "", false);
    session_set_link(s, LINK_READY, 0, "");
}

/* ---- what a connection lacks ---- */

void link_lost(struct session *s, int code, const char *text)
{
    if (s->lost_code == 0)
        s->degraded_at = s->now.mono;
    if (s->lost_code != 1100)
        s->lost_code = code;
    s->broker_link_ok = false;
    if (!session_is_up(s))
        return;
    s->state_deadline =
        s->lost_code == 2110 ? instant_after_ms(s->now.mono, LOST_SERVER_MS) : INSTANT_NEVER;
    if (!s->is_outage) {
        s->is_outage = true;
        s->outage = link_window(s);
    }
    bool is_expected = link_window(s) != WINDOW_NONE;
    if (s->link != LINK_DEGRADED && !is_expected)
        log_warn(&s->log, "the Gateway has lost the broker: code=%d", code);
    session_set_link(s, LINK_DEGRADED, code, text);
}

void link_back(struct session *s, bool is_data_kept)
{
    bool was_lost = s->lost_code != 0;
    s->broker_link_ok = true;
    s->lost_code = 0;
    if (!session_is_up(s))
        return;
    if (was_lost)
        s->caught_up_at = s->now.wall;
    if (!is_data_kept) {
        lines_reset(s);
        follows_reset(s);
        s->knows_events = false;
    }
    reconcile_start(s, is_data_kept);
}

/* "Market data farm connection is broken:usfarm": the name follows the last colon or dot. */
static void farm_name(const char *text, int code, char out[FARM_NAME_MAX])
{
    struct str s = str_of(text);
    size_t from = s.n;
    while (from > 0 && s.p[from - 1] != ':' && s.p[from - 1] != '.')
        from--;
    struct str name = str_trim(str_sub(s, from, s.n));
    if (from == 0 || name.n == 0)
        snprintf(out, FARM_NAME_MAX, "farm of code %d", code);
    else
        str_copy_cut(out, FARM_NAME_MAX, name);
}

void link_farm(struct session *s, int code, const char *text, bool is_down)
{
    enum { QUOTES_DOWN = 2103, QUOTES_UP = 2104, QUOTES_ASLEEP = 2108 };
    char name[FARM_NAME_MAX];
    farm_name(text, code, name);
    size_t i = 0;
    while (i < s->farm_count && strcmp(s->farms[i], name) != 0)
        i++;
    if (is_down && i == s->farm_count && i < FARMS_MAX)
        str_copy_cut(s->farms[s->farm_count++], FARM_NAME_MAX, str_of(name));
    if (!is_down && i < s->farm_count)
        memmove(s->farms[i], s->farms[i + 1], (--s->farm_count - i) * sizeof s->farms[0]);
    if (code == QUOTES_DOWN) {
        s->is_quote_farm_down = true;
        lines_farm_notice(s, code, text);
    } else if (s->is_quote_farm_down && s->farm_count == 0 &&
               (code == QUOTES_UP || code == QUOTES_ASLEEP)) {
        s->is_quote_farm_down = false;
        lines_farm_notice(s, 0, "");
    }
    if (!is_down && s->lost_code == 2110)
        link_back(s, true); /* a farm cannot be back without its server */
}

/* ---- the present state, for the status ---- */

static enum link_reason present_reason(const struct session *s)
{
    if (s->link == LINK_DEGRADED) {
        enum restart_window window = link_window(s);
        if (window != WINDOW_NONE)
            return window == WINDOW_WEEKLY ? REASON_WEEKLY_RESTART : REASON_RESTART;
        bool is_long = instant_due(instant_after_ms(s->degraded_at, LOST_LONG_MS), s->now.mono);
        return is_long ? REASON_LOGIN_EXPIRED : REASON_BROKER_LOST;
    }
    if (s->link != LINK_READY)
        return s->reason;
    if (s->is_read_only)
        return REASON_READ_ONLY;
    return s->farm_count > 0 ? REASON_FARM_DOWN : REASON_NONE;
}

void link_status(const struct session *s, struct session_status *out)
{
    enum link_reason reason = present_reason(s);
    out->reason = link_reason_name(reason);
    out->is_scheduled = is_scheduled(reason);
    out->is_read_only = s->is_read_only;
    out->broker_link_ok = s->broker_link_ok;
    out->last_code = s->last_code;
    out->is_last_brokers = s->is_last_brokers;
    memcpy(out->last_text, s->last_text, sizeof out->last_text);
    memcpy(out->hint, s->hint, sizeof out->hint);
    if (s->link == LINK_DEGRADED || out->hint[0] == '\0')
        str_copy_cut(out->hint, sizeof out->hint, str_of(link_reason_hint(reason)));
    size_t n = 0;
    for (size_t i = 0; i < s->farm_count; i++)
        n += (size_t)snprintf(out->farms_down + n, sizeof out->farms_down - n, "%s%s",
                              i == 0 ? "" : ",", s->farms[i]);
}
