/* SPDX-License-Identifier: MIT */
/*
 * desk: a gate with all that it needs, and the paper exchange behind it, in virtual time.
 *
 * The disk can be held, fail, or work; the program can end and start again on the same store and
 * the same exchange.
 */
#ifndef TESTS_GUARD_DESK_H
#define TESTS_GUARD_DESK_H

#include "../store/batch.h"
#include "base/limits.h"
#include "guard/gate.h"
#include "market/currencies.h"
#include "market/quotes.h"
#include "paper/paper.h"
#include "scene.h"

#include <stdlib.h>

enum disk { DISK_WORKS, DISK_HANGS, DISK_FULL };

struct desk {
    struct moment now;
    /* survives a restart */
    struct paper *paper;
    struct db *db;
    struct guard_limits limits;
    int32_t client_id;
    struct tz_zones zones;
    const char *redact_key; /* of the journal; NULL for none */
    bool is_foreign;        /* not the embedded exchange, as far as the gate knows */
    enum disk disk;
    struct error disk_error;
    bool is_offline;                                       /* the exchange cannot be reached */
    void (*hears)(struct desk *d, const struct event *ev); /* the test's own, after all others */
    /* the program */
    struct paper_peer *peer;
    struct tasks *tasks;
    struct session *session;
    struct book *book;
    struct journal *journal;
    struct quotes *quotes;
    struct currencies *currencies;
    struct gate *gate;
};

static inline void desk_on_event(void *self, const struct event *ev)
{
    struct desk *d = self;
    struct error e;
    book_apply(d->book, ev);
    (void)!journal_record_event(d->journal, ev, &e);
    gate_observe(d->gate, ev);
    if (d->hears)
        d->hears(d, ev);
}

static inline void desk_start(struct desk *d)
{
    struct error e;
    int64_t seq;
    assert_true(db_last_seq(d->db, &seq, &e));
    struct session_config session = {
        .client_id = d->client_id, .min_version = 176, .max_version = 226, .seed = 1};
    struct gate_config config = {.limits = &d->limits,
                                 .is_embedded = !d->is_foreign,
                                 .client_id = d->client_id,
                                 .seed = (uint64_t)d->now.wall.ns,
                                 .zones = d->zones};
    d->tasks = tasks_new();
    d->book = book_new();
    d->journal = journal_new(seq);
    journal_redact(d->journal, str_of(d->redact_key ? d->redact_key : ""));
    d->session = session_new(&session, (struct session_listener){desk_on_event, d});
    d->quotes = quotes_new(d->session);
    d->currencies = currencies_new(d->session, d->quotes, d->book);
    d->gate = gate_new(&config, d->session, d->book, d->journal, d->quotes, d->currencies);
    assert_true(gate_restore(d->gate, d->db, d->now, &e));
}

static inline void desk_stop(struct desk *d)
{
    if (d->peer)
        paper_disconnect(d->paper, d->peer, d->now);
    d->peer = NULL;
    tasks_free(d->tasks);
    session_free(d->session);
    gate_free(d->gate);
    currencies_free(d->currencies);
    quotes_free(d->quotes);
    journal_free(d->journal);
    book_free(d->book);
}

/* ---- time ---- */

static inline void desk_hang_up(struct desk *d)
{
    if (d->peer)
        paper_disconnect(d->paper, d->peer, d->now);
    d->peer = NULL;
    session_closed(d->session, STR("cut"), d->now);
}

/* Moves bytes both ways until there are none. */
static inline void desk_pump(struct desk *d)
{
    while (d->peer) {
        struct str up = session_output(d->session);
        if (up.n) {
            size_t n = up.n;
            paper_input(d->paper, d->peer, up, d->now);
            session_sent(d->session, n);
        }
        paper_records_taken(d->paper, paper_records(d->paper).n);
        struct str down = paper_output(d->paper, d->peer);
        struct buf copy;
        buf_init(&copy, 64 << 20);
        buf_add_str(&copy, down);
        paper_sent(d->paper, d->peer, down.n);
        bool ends = paper_wants_close(d->peer);
        if (copy.n)
            session_input(d->session, buf_str(&copy), d->now);
        bool quiet = up.n == 0 && copy.n == 0;
        buf_fini(&copy);
        if (ends || session_wants_close(d->session)) {
            desk_hang_up(d);
            return;
        }
        if (quiet)
            return;
    }
}

static inline void desk_disk(struct desk *d)
{
    struct journal_batch *b;
    while (d->disk != DISK_HANGS && (b = journal_take(d->journal)) != NULL) {
        struct error e = {.code = ERROR_UNAVAILABLE, .text = "the disk is full"};
        bool ok = d->disk == DISK_WORKS && db_commit(d->db, b, &e);
        journal_committed(d->journal, b, ok, &e);
    }
}

static inline void desk_turn(struct desk *d)
{
    if (session_wants_open(d->session, d->now) && !d->is_offline) {
        session_opening(d->session, d->now);
        d->peer = paper_connect(d->paper, d->now);
        session_opened(d->session, d->now);
    }
    paper_step(d->paper, d->now);
    desk_pump(d);
    session_step(d->session, d->now);
    tasks_run(d->tasks, d->now);
    desk_disk(d);
    tasks_run(d->tasks, d->now);
    desk_pump(d);
}

static inline void desk_run(struct desk *d, int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 10) {
        d->now.mono.ns += 10 * NS_PER_MS;
        d->now.wall.ns += 10 * NS_PER_MS;
        desk_turn(d);
    }
}

static inline void desk_ready(struct desk *d)
{
    for (int i = 0; i < 500 && !session_is_ready(d->session); i++)
        desk_run(d, 100);
    assert_true(session_is_ready(d->session));
    desk_run(d, 1000);
}

static inline void desk_restart(struct desk *d)
{
    desk_stop(d);
    desk_start(d);
    desk_ready(d);
}

/* ---- life ---- */

/* The product's own list of instruments, to be freed with test_free. */
static inline char *desk_instruments(void)
{
    FILE *f = fopen("data/instruments.csv", "r");
    assert_non_null(f);
    char *text = test_calloc(1 << 20, 1);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    (void)fclose(f);
    assert_true(n > 0);
    return text;
}

/* Behind an exchange like that, which trades those instruments. */
static inline struct desk *desk_with(struct paper_config config, const char *instruments)
{
    struct error e;
    struct desk *d = test_calloc(1, sizeof *d);
    d->now = at_s(0);
    d->client_id = 1;
    guard_limits_default(&d->limits);
    config.seed = 1;
    config.has_start = true;
    config.start = d->now.wall;
    d->paper = paper_new(&config, str_of(instruments), d->now, &e);
    if (!d->paper)
        fail_msg("%s", e.text);
    d->db = db_open(":memory:", &e);
    assert_non_null(d->db);
    desk_start(d);
    desk_ready(d);
    return d;
}

static inline struct desk *desk_new(void)
{
    char *instruments = desk_instruments();
    struct desk *d = desk_with((struct paper_config){0}, instruments);
    test_free(instruments);
    return d;
}

static inline void desk_free(struct desk *d)
{
    desk_stop(d);
    paper_free(d->paper);
    db_close(d->db);
    test_free(d);
}

static inline void pull(struct desk *d, const char *who, const char *why, bool keep_stops)
{
    struct error e;
    struct gate_kill_request r = {
        .principal = str_of(who), .why = str_of(why), .keep_stops = keep_stops};
    assert_true(gate_kill(d->gate, &r, d->now, &e));
}

/* ---- requests ---- */

enum call_kind { CALL_SUBMIT, CALL_PREVIEW, CALL_CANCEL, CALL_RECONCILE };

struct call {
    struct gate *gate;
    enum call_kind kind;
    struct gate_request request;
    struct gate_cancel_request cancel;
    struct gate_ticket ticket;
    struct gate_outcome outcome;
    struct error e;
    bool ok, is_done;
};

static inline void call_run(struct task *t, void *arg)
{
    struct call *c = arg;
    switch (c->kind) {
    case CALL_SUBMIT:
        c->ok = gate_submit(t, c->gate, &c->request, &c->ticket, &c->outcome, &c->e);
        break;
    case CALL_PREVIEW:
        c->ok = gate_preview(t, c->gate, &c->request, &c->ticket, &c->e);
        break;
    case CALL_CANCEL:
        c->ok = gate_cancel(t, c->gate, &c->cancel, &c->outcome, &c->e);
        break;
    case CALL_RECONCILE:
        c->ok = gate_reconcile(t, c->gate, GATE_ON_TIMER, &c->e);
        break;
    }
    c->is_done = true;
}

static inline void call_start(struct desk *d, struct call *c, enum call_kind kind)
{
    c->gate = d->gate;
    c->kind = kind;
    c->is_done = false;
    c->e = (struct error){0};
    c->request.principal = c->cancel.principal = STR("local:1000");
    assert_non_null(task_spawn(d->tasks, d->now, 30000, call_run, c));
}

static inline void call_finish(struct desk *d, struct call *c)
{
    for (int i = 0; i < 4000 && !c->is_done; i++)
        desk_run(d, 10);
    assert_true(c->is_done);
}

static inline void call(struct desk *d, struct call *c, enum call_kind kind)
{
    call_start(d, c, kind);
    call_finish(d, c);
}

enum { AAPL = 265598 };

/* The market as the exchange has it. */
static inline struct dec bid_of(struct desk *d, int32_t con_id)
{
    char bid[48], ask[48];
    assert_true(paper_quote(d->paper, con_id, d->now, bid, ask));
    return number(bid);
}

/* A purchase of AAPL at `off` below the bid: it rests. */
static inline void resting(struct desk *d, struct call *c, const char *quantity, int off)
{
    *c = (struct call){.request = {.count = 1, .min_tick = some("0.01")}};
    struct order *o = &c->request.orders[0];
    *o = order_of(SIDE_BUY, quantity, ORDER_LMT);
    str_copy_cut(o->account, sizeof o->account, str_of(book_account(d->book, 0)));
    o->limit_price = DEC_SOME(dec_minus(bid_of(d, AAPL), DEC(off)));
}

/* What the exchange has of ours, by the book of a client that asks for everything. */
static inline int working(struct desk *d)
{
    const struct book_order *bo;
    int n = 0;
    for (size_t i = 0; book_next_order(d->book, &i, STR_NONE, &bo);)
        n += order_state_is_working(bo->status.state);
    return n;
}

static inline struct dec held(struct desk *d, int32_t con_id)
{
    const struct position *p = book_position(d->book, STR_NONE, con_id);
    if (!p)
        p = book_position(d->book, str_of(book_account(d->book, 0)), con_id);
    return p ? p->quantity : DEC_ZERO;
}

struct tally {
    enum journal_kind kind;
    const char *has;
    int n;
};

static inline bool tally_record(void *self, const struct db_record *r)
{
    struct tally *t = self;
    t->n += str_eq(r->kind, str_of(journal_kind_text(t->kind))) &&
            str_find_str(r->body, str_of(t->has)) < r->body.n;
    return true;
}

/* Records of a kind whose body holds `has`. */
static inline int journaled(struct desk *d, enum journal_kind kind, const char *has)
{
    struct tally t = {kind, has, 0};
    struct error e;
    assert_true(db_records(d->db, (struct utc){0}, 0, tally_record, &t, &e));
    return t.n;
}

#endif
