/* SPDX-License-Identifier: MIT */
#include "broker/state.h"

#include "base/alloc.h"
#include "broker/convert.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    MESSAGES_PER_S = 45, /* the broker's limit is 50 */
    REQUEST_TIMEOUT_MS = 10000,
    CONNECT_MS = 10000, /* for the stream to open, for the handshake, for accounts and ids */
    PATIENT_MS = 60000, /* for the handshake, once it was met with silence: a dialog waits */
    STOP_MS = 2000,     /* for what is still to be sent */
    IDLE_MS = 30000,    /* of silence before we ask whether anyone is there */
    PROBE_MS = 10000,
    CLOCK_MS = 3600 * 1000, /* how often the broker's clock is asked for */
    FRAME_ARENA = 64 << 20  /* decoding one frame of 16 MiB into structs */
};

/* ---- life ---- */

/* Versions that mix text and protobuf message by message are not spoken. */
static bool is_mixed(int version)
{
    return version > WIRE_VERSION_TEXT_MAX && version < WIRE_VERSION_PROTO_MIN;
}

struct session *session_new(const struct session_config *config, struct session_listener listener)
{
    assert(config != NULL && listener.on_event != NULL);
    assert(config->min_version >= WIRE_VERSION_MIN && config->max_version <= WIRE_VERSION_MAX);
    assert(config->min_version <= config->max_version && config->client_id >= 0);
    struct session *s = xcalloc(1, sizeof *s);
    s->config = *config;
    if (is_mixed(s->config.max_version)) /* a cap there leaves text */
        s->config.max_version = WIRE_VERSION_TEXT_MAX;
    s->listener = listener;
    s->log = config->log;
    rng_init(&s->rng, config->seed, (uint64_t)config->client_id);
    int rate = config->messages_per_s > 0 ? config->messages_per_s : MESSAGES_PER_S;
    pacing_init(&s->pacing, (size_t)(rate < PACING_RATE_MAX ? rate : PACING_RATE_MAX));
    s->pacing.on_leave = request_left;
    s->pacing.self = s;
    wire_reader_init(&s->in, LIMIT_FRAME, false);
    buf_init(&s->out, LIMIT_SESSION_OUT);
    s->arena = arena_new(FRAME_ARENA);
    s->requests = map_new(LIMIT_SESSION_REQUESTS);
    s->told = map_new(LIMIT_EXECUTIONS);
    s->last_request_id = REQUEST_ID_FIRST - 1;
    s->retry_at = (struct instant){INT64_MIN};
    s->state_deadline = s->probe_deadline = INSTANT_NEVER;
    s->broker_link_ok = true;
    return s;
}

void session_free(struct session *s)
{
    if (s == NULL)
        return;
    requests_fail(s, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the session has ended");
    lines_free(s);
    map_free(s->requests);
    map_free(s->told);
    pacing_fini(&s->pacing);
    wire_reader_fini(&s->in);
    buf_fini(&s->out);
    arena_free(s->arena);
    xfree(s);
}

int64_t session_timeout_ms(const struct session *s)
{
    return s->config.request_timeout_ms > 0 ? s->config.request_timeout_ms : REQUEST_TIMEOUT_MS;
}

void session_emit(struct session *s, struct event *ev)
{
    ev->at = s->now;
    s->listener.on_event(s->listener.self, ev);
}

void session_set_link(struct session *s, enum link_state link, int code, const char *text)
{
    s->link = link;
    log_info(&s->log, "link=%s code=%d text=\"%s\"", link_state_text(link), code, text);
    struct event ev = {.kind = EVENT_LINK, .link = link, .code = code, .text = str_of(text)};
    session_emit(s, &ev);
}

/* ---- the stream ---- */

bool session_wants_open(const struct session *s, struct moment now)
{
    return !s->has_stream && !s->is_stopping && instant_due(s->retry_at, now.mono);
}

bool session_wants_close(const struct session *s)
{
    bool is_flushed = s->is_stopping && s->out.n == 0 && s->pacing.count == 0;
    return s->has_stream && (s->wants_close || is_flushed);
}

void session_opening(struct session *s, struct moment now)
{
    assert(!s->has_stream);
    s->now = now;
    s->has_stream = true;
    s->wants_close = false;
    s->attempts++;
    s->state_deadline = instant_after_ms(now.mono, CONNECT_MS);
    session_set_link(s, LINK_CONNECTING, 0, "");
}

void session_opened(struct session *s, struct moment now)
{
    assert(s->has_stream);
    s->now = now;
    if (s->link != LINK_CONNECTING)
        return; /* given up meanwhile */
    wire_reader_fini(&s->in);
    wire_reader_init(&s->in, LIMIT_FRAME, false);
    s->first_n = 0;
    s->offered = s->is_text_next ? WIRE_VERSION_TEXT_MAX : s->config.max_version;
    s->is_text_next = false;
    wire_offer_build(&s->out, s->config.min_version, s->offered, STR(""));
    pacing_note(&s->pacing, now.mono);
    s->last_input = now.mono;
    s->state_deadline =
        instant_after_ms(now.mono, s->silent_handshakes > 0 ? PATIENT_MS : CONNECT_MS);
    session_set_link(s, LINK_HANDSHAKE, 0, "");
}

/* Closed before the handshake was done: what came says what it was. */
static void closed_early(struct session *s, const char *why)
{
    char text[200];
    if (s->first_n > 0) {
        link_drop_handshake(s, why);
        return;
    }
    snprintf(text, sizeof text,
             "closed during the handshake (%.80s): no common version, or this address may not use "
             "the API",
             why);
    session_drop(s, REASON_NOT_ALLOWED, 0, text);
}

void session_closed(struct session *s, struct str why, struct moment now)
{
    s->now = now;
    char text[200];
    snprintf(text, sizeof text, STR_FMT, STR_ARG(why));
    s->has_stream = false;
    s->wants_close = false;
    if (s->link == LINK_CONNECTING)
        session_drop(s, REASON_NOT_LISTENING, 502, text);
    else if (s->link == LINK_HANDSHAKE)
        closed_early(s, text);
    else
        session_drop(s, s->is_stopping ? REASON_STOPPED : REASON_CLOSED, 0, text);
}

void session_stop(struct session *s, struct moment now)
{
    s->now = now;
    if (s->is_stopping)
        return;
    s->is_stopping = true;
    s->retry_at = INSTANT_NEVER;
    if (!session_is_up(s)) {
        session_drop(s, REASON_STOPPED, 0, "stopped");
        return;
    }
    /* what changes the account still goes out */
    pacing_clear_rest(&s->pacing);
    requests_fail(s, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the session is being stopped");
    s->state_deadline = instant_after_ms(now.mono, STOP_MS);
    session_pump(s);
}

/* ---- output ---- */

static bool queue_full(const struct session *s, enum pacing_class class, struct error *e)
{
    int64_t age_ms = instant_ms_since(pacing_oldest(&s->pacing), s->now.mono);
    error_set(e, ERROR_UNAVAILABLE, "QUEUE_FULL",
              "%zu messages wait to be sent to the broker, the oldest for %lld s", s->pacing.count,
              (long long)(age_ms / 1000));
    if (class == PACING_HISTORY)
        return error_next(e, "ask less often; the broker allows %s", quota_text(QUOTA_HISTORY));
    return error_next(e, "ask less often; the broker takes about %zu messages a second",
                      s->pacing.rate);
}

/* A placeOrder of which the broker only says what it would do. */
static bool is_what_if(int id, const void *message)
{
    const struct wire_req_place_order *m = message;
    return id == WIRE_REQ_PLACE_ORDER && m && m->order.what_if;
}

bool session_send(struct session *s, enum pacing_class class, const struct pacing_about *about,
                  int id, const void *message, struct error *e)
{
    /* order bytes that did not pass the gate are a bug, and no order is the safe end of it */
    assert(!wire_may_change_account(id) || is_what_if(id, message));
    return session_send_trade(s, class, about, id, message, e);
}

bool session_send_trade(struct session *s, enum pacing_class class,
                        const struct pacing_about *about, int id, const void *message,
                        struct error *e)
{
    struct buf frame;
    buf_init(&frame, MESSAGE_MAX);
    bool ok = wire_encode(WIRE_TO_SERVER, id, message, s->version, &frame, e);
    if (ok && !pacing_add(&s->pacing, class, about, buf_str(&frame), s->now.mono))
        ok = queue_full(s, class, e);
    buf_fini(&frame);
    session_pump(s);
    return ok;
}

void session_send_own(struct session *s, enum pacing_class class, int id, const void *message)
{
    struct error e;
    if (!session_send(s, class, NULL, id, message, &e))
        log_warn(&s->log, "not_sent=%d reason=%s text=\"%s\"", id, e.reason, e.text);
}

/*
 * Messages count as sent when they leave for the stream, so they may leave only when all before
 * them has gone: a stalled socket must not collect a burst.
 */
void session_pump(struct session *s)
{
    if (s->out.n == 0 && !s->wants_close)
        pacing_release(&s->pacing, s->now.mono, &s->out);
}

struct str session_output(const struct session *s)
{
    return s->wants_close ? STR("") : buf_str(&s->out);
}

void session_sent(struct session *s, size_t n)
{
    buf_consume(&s->out, n < s->out.n ? n : s->out.n);
}

/* ---- input ---- */

/* Servers may send an error frame before, or in place of, their version: 4, version, id, code,
 * text. True if it was one. */
static bool early_error(struct session *s, struct str body)
{
    struct str field[5];
    int64_t code;
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
        if (!str_cut(&body, '\0', &field[i]))
            return false;
    if (!str_eq(field[0], STR("4")) || !str_to_i64(field[3], &code) || code < 0 || code > INT32_MAX)
        return false;
    char text[200];
    clean_text(text, sizeof text, field[4]);
    enum link_reason reason = link_reason_of_code((int)code, str_of(text));
    if (link_reason_state(reason) == LINK_REFUSED)
        session_drop(s, reason, (int)code, text);
    else
        link_say(s, (int)code, text, broker_code_find((int)code)->hint, true);
    return true;
}

/* A Gateway whose highest version is a mixed one: it speaks text when nothing else is offered. */
static void ask_for_text(struct session *s, int version)
{
    char text[80];
    snprintf(text, sizeof text, "the server chose version %d; text is asked for", version);
    s->is_text_next = true;
    session_drop(s, REASON_VERSION_CHOICE, 0, text);
    s->attempts--;
    if (!s->is_stopping)
        s->retry_at = s->now.mono;
}

static void hello(struct session *s, struct str body)
{
    struct wire_hello h;
    struct error e;
    if (!wire_hello_parse(body, s->config.min_version, s->offered, &h, &e)) {
        if (strcmp(e.reason, "WIRE_VERSION") == 0)
            session_drop(s, REASON_VERSION, 503, e.text);
        else if (strcmp(e.reason, "WIRE_REDIRECT") == 0)
            session_drop(s, REASON_REDIRECTED, 0, e.text);
        else if (!early_error(s, body))
            log_warn(&s->log, "skipped a frame before the handshake: %s", e.text);
        return;
    }
    if (is_mixed(h.version)) {
        ask_for_text(s, h.version);
        return;
    }
    s->version = h.version;
    clean_text(s->server_time, sizeof s->server_time, h.time);
    s->connected_at = (struct opt_utc){s->now.wall, true};
    s->connected_mono = s->now.mono;
    s->caught_up_at = s->now.wall;
    s->silent_handshakes = 0;
    struct wire_req_start_api start = {.client_id = s->config.client_id};
    s->state_deadline = instant_after_ms(s->now.mono, CONNECT_MS);
    session_set_link(s, LINK_WAITING, 0, "");
    if (!session_send(s, PACING_CANCEL, NULL, WIRE_REQ_START_API, &start, &e))
        session_drop(s, REASON_GARBLED, 0, e.text);
}

static void frame(struct session *s, struct str body)
{
    if (s->link == LINK_HANDSHAKE) {
        hello(s, body);
        return;
    }
    struct wire_any any;
    struct error e;
    arena_reset(s->arena);
    if (wire_decode(WIRE_TO_CLIENT, body, s->version, s->arena, &any, &e)) {
        dispatch(s, &any);
        return;
    }
    if (strcmp(e.reason, "WIRE_UNKNOWN_MESSAGE") == 0)
        return; /* newer servers say more than we know */
    /* Skipping it could hide a fill; a new connection fetches everything again. */
    session_drop(s, REASON_GARBLED, 0, e.text);
}

static void keep_first(struct session *s, struct str bytes)
{
    size_t n = sizeof s->first - s->first_n;
    if (n > bytes.n)
        n = bytes.n;
    memcpy(s->first + s->first_n, bytes.p, n);
    s->first_n += n;
}

void session_input(struct session *s, struct str bytes, struct moment now)
{
    s->now = now;
    if (!s->has_stream || s->wants_close || s->link == LINK_CONNECTING)
        return;
    if (s->link == LINK_HANDSHAKE)
        keep_first(s, bytes);
    wire_reader_feed(&s->in, bytes.p, bytes.n);
    for (;;) {
        struct str body;
        struct error e;
        enum wire_next next = wire_reader_next(&s->in, &body, &e);
        if (next == WIRE_NEXT_MORE)
            break;
        if (next == WIRE_NEXT_BROKEN && s->link == LINK_HANDSHAKE)
            link_drop_handshake(s, e.text);
        else if (next == WIRE_NEXT_BROKEN)
            session_drop(s, REASON_GARBLED, 0, e.text);
        else
            frame(s, body);
        s->last_input = now.mono; /* whole messages: bytes alone are no sign of life */
        if (s->wants_close)
            return;
    }
    session_pump(s);
}

/* ---- timers ---- */

/* The accounts and the first order id did not come. */
static void drop_waiting(struct session *s)
{
    if (s->lost_code != 0)
        session_drop(s, REASON_BROKER_LOST, s->lost_code, "TWS is cut off from the broker");
    else if (s->account_count == 0)
        session_drop(s, REASON_NOT_LOGGED_IN, 0, "the accounts did not come");
    else
        session_drop(s, REASON_INCOMPLETE, 0, "the first order id did not come");
}

static void check_deadline(struct session *s)
{
    if (!instant_due(s->state_deadline, s->now.mono))
        return;
    char missing[120], text[200];
    if (s->is_stopping) {
        session_drop(s, REASON_STOPPED, 0, "stopped");
        return;
    }
    switch (s->link) {
    case LINK_CONNECTING:
        session_drop(s, REASON_NOT_LISTENING, 502, "the connection could not be opened in time");
        break;
    case LINK_HANDSHAKE:
        s->silent_handshakes++;
        link_drop_handshake(s, "no answer to the handshake");
        break;
    case LINK_WAITING:
        drop_waiting(s);
        break;
    case LINK_RECONCILING:
        reconcile_missing(s, missing, sizeof missing);
        snprintf(text, sizeof text, "reconciliation not finished; missing: %s", missing);
        session_drop(s, REASON_INCOMPLETE, 0, text);
        break;
    case LINK_DEGRADED: /* by 2110 alone, see link_lost */
        session_drop(s, REASON_BROKER_LOST, s->lost_code, "TWS has not found its server again");
        break;
    default: /* no deadline */
        break;
    }
}

bool session_is_up(const struct session *s)
{
    return s->link == LINK_READY || s->link == LINK_DEGRADED || s->link == LINK_RECONCILING;
}

static void check_life(struct session *s)
{
    if (!session_is_up(s) || s->is_stopping)
        return;
    if (instant_due(s->probe_deadline, s->now.mono)) {
        session_drop(s, REASON_SILENT, 0, "no sign of life from the broker's side");
        return;
    }
    if (s->probe_deadline.ns != INT64_MAX ||
        !instant_due(instant_after_ms(s->last_input, IDLE_MS), s->now.mono))
        return;
    struct error e;
    struct request *r = request_new(s, ASK_TIME, 0, NULL, &e);
    if (r == NULL)
        return;
    s->probe_deadline = instant_after_ms(s->now.mono, PROBE_MS);
    if (!session_send(s, PACING_CANCEL, NULL, WIRE_REQ_CURRENT_TIME, NULL, &e))
        request_cancel(s, r);
}

void session_ask_clock(struct session *s)
{
    s->clock_asked = s->now.mono;
    session_send_own(s, PACING_REST, WIRE_REQ_CURRENT_TIME, NULL);
}

static struct instant clock_due(const struct session *s)
{
    return s->link == LINK_READY && !s->is_stopping ? instant_after_ms(s->clock_asked, CLOCK_MS)
                                                    : INSTANT_NEVER;
}

void session_step(struct session *s, struct moment now)
{
    s->now = now;
    check_deadline(s);
    requests_step(s);
    check_life(s);
    if (instant_due(clock_due(s), now.mono))
        session_ask_clock(s);
    session_pump(s);
}

struct instant session_next(const struct session *s)
{
    if (!s->has_stream)
        return s->is_stopping ? INSTANT_NEVER : s->retry_at;
    struct instant next = instant_min(s->state_deadline, requests_next(s));
    next = instant_min(next, clock_due(s));
    if (session_is_up(s) && !s->is_stopping) {
        struct instant idle = instant_after_ms(s->last_input, IDLE_MS);
        next = instant_min(next, s->probe_deadline.ns != INT64_MAX ? s->probe_deadline : idle);
    }
    if (s->out.n == 0)
        next = instant_min(next, pacing_next(&s->pacing, s->now.mono));
    return next;
}

/* ---- state ---- */

void session_status(const struct session *s, struct session_status *out)
{
    *out = (struct session_status){.link = s->link,
                                   .server_version = s->version,
                                   .client_id = s->config.client_id,
                                   .connected_at = s->connected_at,
                                   .attempts = s->attempts,
                                   .reconnects = s->reconnects,
                                   .requests_in_flight = map_count(s->requests),
                                   .queued_messages = s->pacing.count,
                                   .queued_history = s->pacing.queue[PACING_HISTORY].count};
    if (s->pacing.count > 0)
        out->queue_age_ms = instant_ms_since(pacing_oldest(&s->pacing), s->now.mono);
    out->slowed_ms = pacing_backs_off_ms(&s->pacing, s->now.mono);
    memcpy(out->server_time, s->server_time, sizeof out->server_time);
    link_status(s, out);
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        out->market_lines += s->lines[i] != NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->account_count && n < sizeof out->accounts; i++)
        n += (size_t)snprintf(out->accounts + n, sizeof out->accounts - n, "%s%s",
                              i == 0 ? "" : ",", s->accounts[i]);
}

bool session_clock(const struct session *s, struct moment now, struct utc *out)
{
    if (!s->clock.has)
        return false;
    int64_t since = now.mono.ns - s->clock_at.ns;
    *out = (struct utc){s->clock.v.ns + (since > 0 ? since : 0)};
    return true;
}

bool session_is_ready(const struct session *s)
{
    return s->link == LINK_READY && !s->is_stopping;
}
