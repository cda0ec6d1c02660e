/* SPDX-License-Identifier: MIT */
/*
 * session: the one conversation with TWS, IB Gateway or the paper exchange.
 *
 * A state machine without sockets: the owner (app/io, or the test kit) opens a byte stream when
 * the session wants one, feeds what arrives, sends what session_output holds, and calls
 * session_step when session_next has come. The session does the handshake, hands out request and
 * order ids, keeps under the broker's message rate, routes errors to the request they belong to,
 * keeps market data and account subscriptions alive across reconnects, and reconnects with
 * exponential backoff. All news leaves as `struct event` through the listener.
 *
 * What asks the broker something is in query.h; what can change the account is in trade.h, which
 * only guard/ may include.
 */
#ifndef PORTCULLIS_BROKER_SESSION_H
#define PORTCULLIS_BROKER_SESSION_H

#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/rng.h"
#include "base/task.h"
#include "broker/window.h"
#include "data/tz.h"
#include "model/event.h"

struct session;

struct session_config {
    int32_t client_id;
    int min_version, max_version;           /* server versions that are offered: 176..226 */
    int messages_per_s;                     /* pacing; 0 = 45 */
    int64_t request_timeout_ms;             /* for an answer of the broker; 0 = 10 s */
    int64_t backoff_min_ms, backoff_max_ms; /* between attempts; 0 = 500 ms, 60 s */
    uint64_t seed;                          /* of the jitter */
    struct tz_zones zones; /* for times that the broker writes with a zone's name */
    /*
     * What market data is asked for: 1 live only, 2 live or frozen, 3 and 4 fall back to delayed
     * where the account has no subscription (4: also outside hours). The broker sends live prices
     * in any case to who is entitled to them, and each quote says what it is. 0 = 4.
     */
    int market_data_type;
    /* The nightly restart of TWS: minutes of New York's day; both 0 = 23:45 to 00:45. It needs the
     * zone US/Eastern; without it no restart is expected. */
    struct restart_hours restart;
    struct log log;
};

/* Where events go. Called from session_input, session_step and the session_* calls below. */
struct session_listener {
    void (*on_event)(void *self, const struct event *ev);
    void *self;
};

struct session *session_new(const struct session_config *config, struct session_listener listener);
/* Requests that wait fail with ERROR_UNAVAILABLE first. */
void session_free(struct session *s);

/* ---- the byte stream, driven by the owner ---- */
/* True if the owner should open a stream now and then call session_opened or session_closed. */
bool session_wants_open(const struct session *s, struct moment now);
/* True if the owner should close the stream and then call session_closed. */
bool session_wants_close(const struct session *s);
void session_opening(struct session *s, struct moment now);
void session_opened(struct session *s, struct moment now);
/* The stream ended or could not be opened; `why` is for people. */
void session_closed(struct session *s, struct str why, struct moment now);
void session_input(struct session *s, struct str bytes, struct moment now);
/* Bytes to send; borrowed until the next call. session_sent drops the first n of them; when it has
 * dropped the last, session_next may be due at once, because pacing lets nothing wait in here. */
struct str session_output(const struct session *s);
void session_sent(struct session *s, size_t n);
/* Timers: deadlines, pacing, backoff. */
void session_step(struct session *s, struct moment now);
struct instant session_next(const struct session *s);
/* Asks for an orderly end: no reconnect follows. */
void session_stop(struct session *s, struct moment now);

/* ---- state ---- */
struct session_status {
    enum link_state link;
    int server_version;   /* 0 before the handshake */
    char server_time[64]; /* as the server wrote it at the handshake */
    int32_t client_id;
    struct opt_utc connected_at;
    int64_t attempts;          /* since the last success */
    int64_t reconnects;        /* since the start */
    size_t requests_in_flight; /* waiting for the broker's answer */
    size_t queued_messages;    /* held back by pacing */
    size_t queued_history;     /* of them, history requests, which have the tightest quota */
    int64_t queue_age_ms;      /* how long the oldest of them has waited */
    int64_t slowed_ms;         /* for so long less is asked: there was too much for the broker */
    size_t market_lines;       /* in use */
    bool broker_link_ok;       /* false between 1100 (or 2110) and 1101/1102 */
    bool is_read_only;         /* the API takes no orders (321) */
    /*
     * Why it is not ready, or what it lacks: "CLIENT_ID_IN_USE", "UNANSWERED", "HTTP_SERVER",
     * "SCHEDULED_RESTART", ...: a stable name (broker/reason.c has all), "" if all is well.
     */
    const char *reason;
    bool is_scheduled;    /* lost within a restart window: it comes back by itself */
    int last_code;        /* the newest notice or refusal, 0 for none */
    bool is_last_brokers; /* last_text are the broker's words: outside text, sanitised */
    char last_text[200];
    char hint[200];       /* what to do about it, "" if nothing */
    char farms_down[208]; /* data farms that are out of reach, comma-separated */
    char accounts[512];   /* managed accounts, comma-separated */
};
void session_status(const struct session *s, struct session_status *out);
bool session_is_ready(const struct session *s);
/*
 * The broker's clock, by its newest answer to currentTime and the monotonic clock since: whatever
 * is done to the wall clock does not show in it. It is asked for after each connect and each hour,
 * tells full seconds and is never ahead. False before the first answer.
 */
bool session_clock(const struct session *s, struct moment now, struct utc *out);
/*
 * True if TWS is about to restart: a restart window begins within `ahead_ms`, or has begun and this
 * connection is from before it. By the broker's clock where that is known.
 */
bool session_restart_is_near(const struct session *s, struct moment now, int64_t ahead_ms);

/* ---- market data lines ---- */
/*
 * Starts (or shares) a streaming line for a resolved contract and keeps it across reconnects.
 * EVENT_QUOTE tells of changes. False with ERROR_LIMIT (LINES_MAX) when all lines are taken.
 * Each successful call is undone by one session_unwatch.
 */
bool session_watch(struct session *s, const struct contract *c, struct moment now,
                   struct error *e) FALLIBLE;
void session_unwatch(struct session *s, int32_t con_id, struct moment now);
/* The present quote of a watched contract, or NULL. Borrowed until the next call. */
const struct quote *session_quote(const struct session *s, int32_t con_id);
/*
 * Why a watched contract has no (live) price: the broker's code (354, 10167, 200 ...) and text.
 * 0 and "" if nothing was said.
 */
int session_quote_notice(const struct session *s, int32_t con_id, struct str *text);
/* True if that code has ended the line at the broker: no price will come until it is asked anew. */
bool session_quote_is_refused(const struct session *s, int32_t con_id);
/* Suspends until the first prices of a watched contract have settled, or `until`. False only if the
 * task is cancelled or expired. */
bool session_await_quote(struct task *t, struct session *s, int32_t con_id, struct instant until,
                         struct error *e) FALLIBLE;

#endif
