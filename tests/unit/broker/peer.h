/* SPDX-License-Identifier: MIT */
/*
 * peer: the other side of a session, in memory, for tests: it reads what the session sends with
 * the wire codec's server direction, keeps it, and sends what a test tells it to. Time is virtual.
 */
#ifndef PORTCULLIS_TESTS_BROKER_PEER_H
#define PORTCULLIS_TESTS_BROKER_PEER_H

#include "base/limits.h"
#include "broker/query.h"
#include "broker/session.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What servers answer in this run: each group of tests runs with text and with protobuf. */
static int peer_version = WIRE_VERSION_TEXT_MAX;

#define PEER_RUN(name, tests) (peer_run(name, tests, sizeof(tests) / sizeof((tests)[0])))

enum { PEER_WALL_S = 1790000000, PEER_SEEN_MAX = 4096 };

/* An event as the listener saw it. */
struct seen {
    enum event_kind kind;
    enum link_state link;
    int64_t number;
    int code;
    char text[256];
    struct order order;
    struct order_status status;
    struct execution execution;
    struct position position;
    struct account_value value;
    struct quote quote;
    struct bar bar;
    bool has_bar;
    bool has_order, has_status;
    struct opt_dec pnl_daily;
};

/* A message of the session. */
struct got {
    int id;
    const void *message; /* in the arena of the peer */
    struct instant at;
};

struct peer {
    struct session *s;
    struct tasks *tasks;
    struct moment now;
    int version;
    struct wire_reader in;
    struct arena *arena;
    struct seen *seen;
    size_t seen_count;
    struct got got[PEER_SEEN_MAX];
    size_t got_count;
    char offer[32];
    const char *accounts;
    int32_t next_id;
    bool answers; /* lists are answered with their ends at once */
    int64_t closes;
};

static inline void peer_on_event(void *self, const struct event *ev)
{
    struct peer *p = self;
    if (p->seen_count >= PEER_SEEN_MAX)
        return;
    struct seen *e = &p->seen[p->seen_count++];
    *e = (struct seen){.kind = ev->kind,
                       .link = ev->link,
                       .number = ev->number,
                       .code = ev->code,
                       .has_order = ev->order != NULL,
                       .has_status = ev->status != NULL,
                       .pnl_daily = ev->pnl_daily};
    str_copy_cut(e->text, sizeof e->text, ev->text);
    if (ev->order != NULL)
        e->order = *ev->order;
    if (ev->status != NULL)
        e->status = *ev->status;
    if (ev->execution != NULL)
        e->execution = *ev->execution;
    if (ev->position != NULL)
        e->position = *ev->position;
    if (ev->value != NULL)
        e->value = *ev->value;
    if ((e->has_bar = ev->bar != NULL))
        e->bar = *ev->bar;
    if (ev->quote != NULL)
        e->quote = *ev->quote;
}

static inline struct session_config peer_config(void)
{
    return (struct session_config){
        .client_id = 7, .min_version = 176, .max_version = WIRE_VERSION_MAX, .seed = 1};
}

static inline struct peer *peer_new(struct session_config config)
{
    struct peer *p = test_calloc(1, sizeof *p);
    p->seen = test_calloc(PEER_SEEN_MAX, sizeof *p->seen);
    p->now = (struct moment){{NS_PER_S}, {(int64_t)PEER_WALL_S * NS_PER_S}};
    p->arena = arena_new(64 << 20);
    p->tasks = tasks_new();
    p->s = session_new(&config, (struct session_listener){peer_on_event, p});
    p->accounts = "DU1";
    p->next_id = 100;
    p->answers = true;
    wire_reader_init(&p->in, LIMIT_FRAME_PAPER_IN, true);
    return p;
}

static inline void peer_free(struct peer *p)
{
    session_free(p->s);
    tasks_free(p->tasks);
    wire_reader_fini(&p->in);
    arena_free(p->arena);
    test_free(p->seen);
    test_free(p);
}

/* ---- sending ---- */

static inline void peer_bytes(struct peer *p, struct str bytes)
{
    session_input(p->s, bytes, p->now);
}

static inline void peer_encode(struct peer *p, int id, const void *message, struct buf *out)
{
    struct error e;
    if (!wire_encode(WIRE_TO_CLIENT, id, message, p->version, out, &e))
        fail_msg("message %d: %s", id, e.text);
}

static inline void peer_send(struct peer *p, int id, const void *message)
{
    struct buf out;
    buf_init(&out, LIMIT_FRAME);
    peer_encode(p, id, message, &out);
    peer_bytes(p, buf_str(&out));
    buf_fini(&out);
}

static inline void peer_send_error(struct peer *p, int32_t id, int code, const char *text)
{
    struct wire_rep_error m = {.id = id, .error_code = code, .error_msg = str_of(text)};
    peer_send(p, WIRE_REP_ERROR, &m);
}

/* ---- receiving ---- */

static inline void peer_answer(struct peer *p, const struct got *g)
{
    struct wire_id id = {0};
    switch (g->id) {
    case WIRE_REQ_START_API: {
        struct wire_rep_managed_accounts a = {str_of(p->accounts)};
        struct wire_rep_next_valid_id n = {p->next_id};
        peer_send(p, WIRE_REP_MANAGED_ACCOUNTS, &a);
        peer_send(p, WIRE_REP_NEXT_VALID_ID, &n);
        break;
    }
    case WIRE_REQ_ACCOUNT_UPDATES: {
        const struct wire_req_account_updates *m = g->message;
        struct wire_rep_account_download_end end = {m->account};
        if (m->subscribe)
            peer_send(p, WIRE_REP_ACCOUNT_DOWNLOAD_END, &end);
        break;
    }
    case WIRE_REQ_ACCOUNT_UPDATES_MULTI:
        id.req_id = ((const struct wire_req_account_updates_multi *)g->message)->req_id;
        peer_send(p, WIRE_REP_ACCOUNT_UPDATE_MULTI_END, &id);
        break;
    case WIRE_REQ_POSITIONS:
        peer_send(p, WIRE_REP_POSITION_END, NULL);
        break;
    case WIRE_REQ_ALL_OPEN_ORDERS:
        peer_send(p, WIRE_REP_OPEN_ORDER_END, NULL);
        break;
    case WIRE_REQ_COMPLETED_ORDERS:
        peer_send(p, WIRE_REP_COMPLETED_ORDERS_END, NULL);
        break;
    case WIRE_REQ_EXECUTIONS:
        id.req_id = ((const struct wire_req_executions *)g->message)->req_id;
        peer_send(p, WIRE_REP_EXEC_DETAILS_END, &id);
        break;
    case WIRE_REQ_CURRENT_TIME: {
        struct wire_rep_current_time now = {p->now.wall.ns / NS_PER_S};
        peer_send(p, WIRE_REP_CURRENT_TIME, &now);
        break;
    }
    default:
        break;
    }
}

/* Takes what the session has to send now; records and, if told so, answers it. */
static inline void peer_take(struct peer *p)
{
    for (;;) {
        struct str out = session_output(p->s);
        if (out.n == 0)
            return;
        wire_reader_feed(&p->in, out.p, out.n);
        session_sent(p->s, out.n);
        session_step(p->s, p->now); /* what waited for the stream to be empty may follow */
        struct str body;
        struct error e;
        while (wire_reader_next(&p->in, &body, &e) == WIRE_NEXT_FRAME) {
            if (p->offer[0] == '\0') {
                str_copy_cut(p->offer, sizeof p->offer, body);
                continue;
            }
            struct wire_any any;
            if (!wire_decode(WIRE_TO_SERVER, arena_str(p->arena, body), p->version, p->arena, &any,
                             &e))
                fail_msg("the session sent a bad frame: %s", e.text);
            assert_true(p->got_count < PEER_SEEN_MAX);
            struct got *g = &p->got[p->got_count++];
            *g = (struct got){any.id, any.message, p->now.mono};
            if (p->answers)
                peer_answer(p, g);
        }
    }
}

/* One turn of the owner's loop. */
static inline void peer_turn(struct peer *p)
{
    session_step(p->s, p->now);
    tasks_run(p->tasks, p->now);
    peer_take(p);
    tasks_run(p->tasks, p->now);
    peer_take(p);
    if (session_wants_close(p->s)) {
        p->closes++;
        session_closed(p->s, STR("closed"), p->now);
    }
    tasks_run(p->tasks, p->now);
}

/* Lets ms pass, stopping at every time that the session or the tasks name. */
static inline void peer_pass(struct peer *p, int64_t ms)
{
    struct instant end = instant_after_ms(p->now.mono, ms);
    for (;;) {
        peer_turn(p);
        struct instant next = instant_min(session_next(p->s), tasks_next(p->tasks));
        if (next.ns <= p->now.mono.ns)
            next = instant_after_ms(p->now.mono, 1);
        next = instant_min(next, end);
        p->now.wall.ns += next.ns - p->now.mono.ns;
        p->now.mono = next;
        if (next.ns >= end.ns)
            break;
    }
    peer_turn(p);
}

/* ---- connecting ---- */

static inline void peer_open(struct peer *p)
{
    wire_reader_fini(&p->in);
    wire_reader_init(&p->in, LIMIT_FRAME_PAPER_IN, true);
    p->offer[0] = '\0';
    assert_true(session_wants_open(p->s, p->now));
    session_opening(p->s, p->now);
    session_opened(p->s, p->now);
    peer_take(p);
}

static inline void peer_hello(struct peer *p, int version)
{
    struct buf out;
    buf_init(&out, 1024);
    p->version = version;
    assert_true(wire_hello_build(&out, version, STR("20260405 23:50:23 EST")));
    peer_bytes(p, buf_str(&out));
    buf_fini(&out);
    peer_take(p);
}

static inline void peer_connect(struct peer *p)
{
    peer_open(p);
    peer_hello(p, peer_version);
    peer_turn(p);
}

/* ---- looking ---- */

static inline enum link_state peer_link(const struct peer *p)
{
    struct session_status st;
    session_status(p->s, &st);
    return st.link;
}

static inline size_t peer_count(const struct peer *p, enum event_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < p->seen_count; i++)
        n += p->seen[i].kind == kind;
    return n;
}

/* The newest event of a kind; fails if there is none. */
static inline const struct seen *peer_last(const struct peer *p, enum event_kind kind)
{
    for (size_t i = p->seen_count; i > 0; i--)
        if (p->seen[i - 1].kind == kind)
            return &p->seen[i - 1];
    fail_msg("no event %s", event_kind_text(kind));
    return NULL;
}

static inline size_t peer_got_count(const struct peer *p, int id)
{
    size_t n = 0;
    for (size_t i = 0; i < p->got_count; i++)
        n += p->got[i].id == id;
    return n;
}

/* The newest message of that id; fails if there is none. */
static inline const void *peer_got(const struct peer *p, int id)
{
    for (size_t i = p->got_count; i > 0; i--)
        if (p->got[i - 1].id == id)
            return p->got[i - 1].message;
    fail_msg("message %d was not sent", id);
    return NULL;
}

static inline struct contract peer_contract(int32_t con_id)
{
    struct contract c = {.con_id = con_id, .sec_type = SEC_STK};
    snprintf(c.symbol, sizeof c.symbol, "AAPL");
    snprintf(c.currency, sizeof c.currency, "USD");
    return c;
}

/* ---- running ---- */

static inline int peer_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        char title[64];
        peer_version = i == 0 ? WIRE_VERSION_TEXT_MAX : WIRE_VERSION_PROTO_MAX;
        snprintf(title, sizeof title, "%s at %d", name, peer_version);
        failed += _cmocka_run_group_tests(title, tests, n, NULL, NULL);
    }
    return failed;
}

#endif
