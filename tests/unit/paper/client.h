/* SPDX-License-Identifier: MIT */
/*
 * client: a bare TWS client in memory, on top of the codec alone, and the exchange it talks to.
 * Included by the tests of the exchange; everything is static.
 */
#ifndef PORTCULLIS_TEST_PAPER_CLIENT_H
#define PORTCULLIS_TEST_PAPER_CLIENT_H

#include "base/alloc.h"
#include "base/limits.h"
#include "base/rng.h"
#include "paper/paper.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"
#include "wire/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CLIENTS_MAX = 4, MESSAGES_MAX = 20000, LINE_MAX_BYTES = 4 << 20 };

struct client {
    struct paper_peer *peer;
    struct wire_reader in;
    struct arena *arena;
    struct wire_any *messages;
    size_t n;
    int version;
    int32_t id;
    bool closed;
};

/* One exchange, its clock, its state file and its clients. */
static struct {
    struct paper *p;
    struct moment now;
    struct buf state; /* all records ever taken */
    struct buf wire;  /* all bytes ever sent to clients, for comparisons */
    struct client clients[CLIENTS_MAX];
    size_t n;
} w;

static char csv[1 << 20];
static size_t csv_n;

static inline int load_csv(void **state)
{
    (void)state;
    FILE *in = fopen("data/instruments.csv", "rb");
    if (in == NULL)
        return -1;
    csv_n = fread(csv, 1, sizeof csv, in);
    fclose(in);
    return 0;
}

/* ---- the exchange ---- */
static inline void start_with(const struct paper_config *config, const char *when)
{
    struct error e = {0};
    memset(&w, 0, sizeof w);
    w.now.mono.ns = (int64_t)1000 * NS_PER_S;
    assert_true(utc_parse(str_of(when), &w.now.wall));
    buf_init(&w.state, 64 << 20);
    buf_init(&w.wire, 64 << 20);
    w.p = paper_new(config, (struct str){csv, csv_n}, w.now, &e);
    if (w.p == NULL)
        fail_msg("%s", e.text);
}

static inline void start(void)
{
    const struct paper_config config = {.seed = 42};
    start_with(&config, "2026-11-22T18:00:00Z"); /* a Sunday: it trades all the same */
}

static inline void take_records(void)
{
    struct str r = paper_records(w.p);
    buf_add_str(&w.state, r);
    paper_records_taken(w.p, r.n);
}

static inline void drop_client(struct client *c)
{
    if (c->peer != NULL)
        paper_disconnect(w.p, c->peer, w.now);
    c->peer = NULL;
    c->closed = true;
}

static inline void stop(void)
{
    for (size_t i = 0; i < w.n; i++) {
        drop_client(&w.clients[i]);
        wire_reader_fini(&w.clients[i].in);
        arena_free(w.clients[i].arena);
        xfree(w.clients[i].messages);
    }
    paper_free(w.p);
    buf_fini(&w.state);
    buf_fini(&w.wire);
    memset(&w, 0, sizeof w);
}

/* Takes what the exchange has for this client, frame by frame. */
static inline void pump_one(struct client *c)
{
    if (c->peer == NULL)
        return;
    struct str out = paper_output(w.p, c->peer);
    wire_reader_feed(&c->in, out.p, out.n);
    buf_add_str(&w.wire, out);
    paper_sent(w.p, c->peer, out.n);
    struct str body;
    struct error e = {0};
    for (enum wire_next next; (next = wire_reader_next(&c->in, &body, &e)) != WIRE_NEXT_MORE;) {
        if (next == WIRE_NEXT_BROKEN)
            fail_msg("broken stream: %s", e.text);
        if (c->version == 0) {
            struct wire_hello hello;
            if (!wire_hello_parse(body, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &hello, &e))
                fail_msg("%s", e.text);
            c->version = hello.version;
            continue;
        }
        assert_true(c->n < MESSAGES_MAX);
        struct str copy = arena_str(c->arena, body);
        if (!wire_decode(WIRE_TO_CLIENT, copy, c->version, c->arena, &c->messages[c->n++], &e))
            fail_msg("undecodable message: %s", e.text);
    }
    if (paper_wants_close(c->peer) && paper_output(w.p, c->peer).n == 0)
        drop_client(c);
}

static inline void pump(void)
{
    take_records();
    for (size_t i = 0; i < w.n; i++)
        pump_one(&w.clients[i]);
}

/* Lets time pass, waking the exchange exactly when it wants to be. */
static inline void run_ms(int64_t ms)
{
    struct instant end = instant_after_ms(w.now.mono, ms);
    while (w.now.mono.ns < end.ns) {
        struct instant next = instant_min(paper_next(w.p), end);
        if (next.ns <= w.now.mono.ns)
            next.ns = w.now.mono.ns + 1;
        w.now.wall.ns += next.ns - w.now.mono.ns;
        w.now.mono = next;
        paper_step(w.p, w.now);
        pump();
    }
}

/* ---- a client ---- */
static inline struct client *connect_raw(void)
{
    assert_true(w.n < CLIENTS_MAX);
    struct client *c = &w.clients[w.n++];
    c->peer = paper_connect(w.p, w.now);
    assert_non_null(c->peer);
    wire_reader_init(&c->in, LIMIT_FRAME, false);
    c->arena = arena_new((size_t)512 << 20);
    c->messages = xcalloc(MESSAGES_MAX, sizeof *c->messages);
    return c;
}

static inline void input(struct client *c, struct str bytes)
{
    if (c->peer != NULL)
        paper_input(w.p, c->peer, bytes, w.now);
    pump();
}

static inline void send(struct client *c, int id, const void *message)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    if (!wire_encode(WIRE_TO_SERVER, id, message, c->version, &b, &e))
        fail_msg("request %d: %s", id, e.text);
    input(c, buf_str(&b));
    buf_fini(&b);
}

static inline void offer(struct client *c, int min, int max)
{
    struct buf b;
    buf_init(&b, 1024);
    assert_true(wire_offer_build(&b, min, max, STR("")));
    input(c, buf_str(&b));
    buf_fini(&b);
}

static inline void forget(struct client *c)
{
    c->n = 0;
}

static inline struct client *connect_at(int32_t id, int version)
{
    struct client *c = connect_raw();
    offer(c, 100, version);
    assert_int_equal(c->version, version);
    c->id = id;
    const struct wire_req_start_api m = {id, STR("")};
    send(c, WIRE_REQ_START_API, &m);
    return c;
}

static inline struct client *connect_as(int32_t id)
{
    struct client *c = connect_at(id, 200);
    forget(c);
    return c;
}

/* ---- reading what came ---- */
static inline size_t count_of(const struct client *c, int id)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->messages[i].id == id;
    return n;
}

/* The k-th message of that id, from 0; -1: the last. NULL if there is none. */
static inline const void *nth(const struct client *c, int id, int k)
{
    const void *last = NULL;
    for (size_t i = 0; i < c->n; i++)
        if (c->messages[i].id == id) {
            last = c->messages[i].message;
            if (k-- == 0)
                return last;
        }
    return k < 0 ? last : NULL;
}

/* The code of the last error with this id, or 0. */
static inline int error_for(const struct client *c, int32_t id)
{
    int code = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_error *e = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ERROR && e->id == id)
            code = e->error_code;
    }
    return code;
}

/* The state that the last orderStatus of an order told, or "". */
static inline const char *status_of(const struct client *c, int32_t order_id)
{
    static char text[32];
    text[0] = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_order_status *s = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ORDER_STATUS && s->order_id == order_id)
            str_copy_cut(text, sizeof text, s->status);
    }
    return text;
}

/* The ids of the messages since `forget`, as "5 3 11". */
static inline const char *sequence(const struct client *c)
{
    static char text[4096];
    text[0] = 0;
    for (size_t i = 0; i < c->n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i > 0 ? " " : "",
                 c->messages[i].id);
    return text;
}

/* ---- requests ---- */
static inline struct wire_contract stock(const char *symbol, const char *currency)
{
    struct wire_contract c = WIRE_CONTRACT_DEFAULT;
    c.symbol = str_of(symbol);
    c.sec_type = STR("STK");
    c.exchange = STR("SMART");
    c.currency = str_of(currency);
    return c;
}

static inline struct wire_req_place_order order(int32_t id, const char *symbol, const char *side,
                                                const char *quantity, const char *type)
{
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.order_id = id;
    m.contract = stock(symbol, "USD");
    m.order.action = str_of(side);
    m.order.total_quantity = str_of(quantity);
    m.order.order_type = str_of(type);
    m.order.tif = STR("GTC");
    return m;
}

static inline void place(struct client *c, const struct wire_req_place_order *m)
{
    send(c, WIRE_REQ_PLACE_ORDER, m);
}

static inline void cancel(struct client *c, int32_t id)
{
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    m.order_id = id;
    send(c, WIRE_REQ_CANCEL_ORDER, &m);
}

static inline void quote(int32_t con_id, double *bid, double *ask)
{
    char b[48], a[48];
    assert_true(paper_quote(w.p, con_id, w.now, b, a));
    assert_true(str_to_double(str_of(b), bid) && str_to_double(str_of(a), ask));
}

/* ---- the account as a client sees it ---- */
static inline double position_of(struct client *c, int32_t con_id)
{
    double q = 0;
    forget(c);
    send(c, WIRE_REQ_POSITIONS, NULL);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_position *p = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_POSITION && p->contract.con_id == con_id)
            assert_true(str_to_double(p->position, &q));
    }
    send(c, WIRE_REQ_CANCEL_POSITIONS, NULL);
    forget(c);
    return q;
}

static inline double value_of(struct client *c, const char *key, const char *currency)
{
    double v = -1e99;
    forget(c);
    const struct wire_req_account_updates m = {true, STR("")};
    send(c, WIRE_REQ_ACCOUNT_UPDATES, &m);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_account_value *a = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ACCOUNT_VALUE && str_eq(a->key, str_of(key)) &&
            str_eq(a->currency, str_of(currency)))
            assert_true(str_to_double(a->value, &v));
    }
    const struct wire_req_account_updates off = {false, STR("")};
    send(c, WIRE_REQ_ACCOUNT_UPDATES, &off);
    forget(c);
    return v;
}

#endif
