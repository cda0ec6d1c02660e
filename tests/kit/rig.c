/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "paper/record.h"
#include "wire/codec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    LATENCY_MS = 1,
    GHOST_MS = 15 * 1000, /* how long an exchange believes in a connection that is dead */
    SPINS_MAX = 20000,
    ROWS = 4, /* of the instruments: a small market starts fast */
    SNAPSHOT_MAX = 8 << 20,
    ACCOUNT_START_S = 1772463600 /* 2026-03-02T15:00:00Z, a Monday */
};

/* ---- the market ---- */

static char market[64 << 10];
static struct universe *universe;

/* The first rows, and the currencies, without which no account can be valued. */
static struct str small_market(void)
{
    struct error e;
    static char all[64 << 10];
    struct buf out;
    if (universe != NULL)
        return STR_NAME(market);
    FILE *f = fopen("data/instruments.csv", "rb");
    assert(f != NULL); /* tests run in the root of the repository */
    struct str rest = {all, fread(all, 1, sizeof all, f)}, line;
    (void)fclose(f);
    buf_init(&out, sizeof market - 1);
    for (int row = 0; str_cut(&rest, '\n', &line); row++)
        if (row < ROWS || str_find_str(line, STR(",CASH,")) < line.n)
            buf_add_f(&out, STR_FMT "\n", STR_ARG(line));
    assert(!out.failed);
    memcpy(market, out.p, out.n);
    buf_fini(&out);
    universe = universe_new(STR_NAME(market), &e);
    assert(universe != NULL);
    return STR_NAME(market);
}

/* ---- life ---- */

static void on_event(void *self, const struct event *ev)
{
    struct rig *r = self;
    r->events++;
    if (ev->is_late && r->late_count < RIG_LATE_MAX)
        str_copy_cut(r->late[r->late_count++], sizeof r->late[0], STR_NAME(ev->execution->exec_id));
    book_apply(r->book, ev);
}

static void log_write(void *self, enum log_level level, const char *component, struct str line)
{
    const struct rig *r = self;
    (void)level;
    fprintf(stderr, "%10.3f %s: " STR_FMT "\n", (double)r->now.mono.ns / 1e9, component,
            STR_ARG(line));
}

struct rig *rig_new(const struct rig_config *config)
{
    struct error e;
    struct rig *r = xcalloc(1, sizeof *r);
    r->now = (struct moment){{NS_PER_S}, {(int64_t)ACCOUNT_START_S * NS_PER_S}};
    r->faults = config->faults;
    rng_init(&r->rng, config->seed, 5);
    r->down = xcalloc(RIG_FRAMES_MAX, sizeof *r->down);
    buf_init(&r->part, 32 << 20);
    buf_init(&r->up, RIG_UP_MAX);
    r->sink = (struct log_sink){log_write, r, LOG_LEVEL_DEBUG};
    struct log log = {config->is_verbose ? &r->sink : NULL, "session"};
    struct paper_config paper = {
        .seed = 1, .no_opening = true, .max_version = config->version, .log = log};
    r->paper = paper_new(&paper, small_market(), r->now, &e);
    assert(r->paper != NULL);
    r->book = book_new();
    r->tasks = tasks_new();
    struct session_config session = {.client_id = 1,
                                     .min_version = 176,
                                     .max_version = WIRE_VERSION_MAX,
                                     .backoff_max_ms = 5000,
                                     .messages_per_s = config->messages_per_s,
                                     .seed = config->seed,
                                     .log = log};
    r->session = session_new(&session, (struct session_listener){on_event, r});
    return r;
}

static void drop_frames(struct rig *r)
{
    for (; r->first < r->last; r->first++)
        xfree(r->down[r->first].bytes);
    r->first = r->last = 0;
    r->last_due = r->drip_due = (struct instant){0};
    buf_reset(&r->part);
    buf_reset(&r->up);
}

void rig_free(struct rig *r)
{
    if (r == NULL)
        return;
    tasks_free(r->tasks);
    session_free(r->session);
    paper_free(r->paper);
    book_free(r->book);
    drop_frames(r);
    xfree(r->down);
    buf_fini(&r->part);
    buf_fini(&r->up);
    xfree(r);
}

/* ---- ends ---- */

static void close_peer(struct rig *r)
{
    if (r->peer != NULL)
        paper_disconnect(r->paper, r->peer, r->now);
    r->peer = NULL;
}

static void close_ghost(struct rig *r)
{
    if (r->ghost != NULL)
        paper_disconnect(r->paper, r->ghost, r->now);
    r->ghost = NULL;
}

/* The session's end is closed; the exchange hears of it, or, if the line swallows, not yet. */
static void close_session(struct rig *r, const char *why)
{
    if (r->is_swallowing && r->ghost == NULL) {
        r->ghost = r->peer;
        r->ghost_until = instant_after_ms(r->now.mono, GHOST_MS);
        r->peer = NULL;
    }
    close_peer(r);
    drop_frames(r);
    r->is_open = r->is_ending = r->is_swallowing = false;
    session_closed(r->session, str_of(why), r->now);
}

void rig_cut(struct rig *r)
{
    if (r->is_open)
        close_session(r, "connection reset");
}

void rig_heal(struct rig *r)
{
    r->faults = (struct rig_faults)RIG_NO_FAULTS; /* a connection that swallows stays dead */
}

/* ---- down: frames ---- */

/* Messages of one class may come in any order without lying: 1 orders and fills, 2 prices, 3
 * account values, 4 positions. */
static int class_of(struct str body)
{
    static const struct {
        const char *id;
        int class;
    } IDS[] = {{"5", 1},  {"3", 1},  {"11", 1}, {"59", 1}, {"1", 2}, {"2", 2},
               {"45", 2}, {"46", 2}, {"6", 3},  {"7", 3},  {"8", 3}, {"61", 4}};
    enum { WORD = 4, PROTO_ID = 200 }; /* in protobuf the id is a word, and higher */
    char number[12];
    struct str id = str_sub(body, 0, str_find(body, '\0', 0));
    if (id.n == 0 && body.n >= WORD) {
        int n = (unsigned char)body.p[2] << 8 | (unsigned char)body.p[3];
        snprintf(number, sizeof number, "%d", n > PROTO_ID ? n - PROTO_ID : n);
        id = str_of(number);
    }
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++)
        if (str_eq(id, str_of(IDS[i].id)))
            return IDS[i].class;
    return 0;
}

static bool chance(struct rig *r, int percent)
{
    return percent > 0 && (int)rng_below(&r->rng, 100) < percent;
}

static void push_frame(struct rig *r, struct str frame, int class)
{
    assert(r->last < RIG_FRAMES_MAX);
    struct instant due = instant_after_ms(r->now.mono, LATENCY_MS);
    if (r->faults.delay_ms > 0)
        due = instant_after_ms(due, rng_below(&r->rng, (uint32_t)r->faults.delay_ms + 1));
    if (due.ns < r->last_due.ns)
        due = r->last_due;
    r->last_due = due;
    struct rig_frame *f = &r->down[r->last++];
    *f = (struct rig_frame){.bytes = xmalloc(frame.n), .n = frame.n, .class = class, .due = due};
    memcpy(f->bytes, frame.p, frame.n);
    if (class == 0 || !chance(r, r->faults.reorder_percent))
        return;
    size_t run = r->last - 1; /* the frames before it that it may pass */
    while (run > r->first && r->down[run - 1].class == class && r->down[run - 1].at == 0)
        run--;
    struct rig_frame *other = &r->down[run + rng_below(&r->rng, (uint32_t)(r->last - run))];
    struct rig_frame copy = *other;
    *other = *f;
    other->due = copy.due;
    copy.due = f->due;
    *f = copy;
}

static void take_from_paper(struct rig *r)
{
    struct str records = paper_records(r->paper);
    paper_records_taken(r->paper, records.n);
    if (r->ghost != NULL)
        paper_sent(r->paper, r->ghost, paper_output(r->paper, r->ghost).n);
    if (r->peer == NULL)
        return;
    struct str out = paper_output(r->paper, r->peer);
    if (!r->is_swallowing)
        buf_add_str(&r->part, out);
    paper_sent(r->paper, r->peer, out.n);
    for (;;) {
        struct str all = buf_str(&r->part);
        const unsigned char *p = (const unsigned char *)all.p;
        if (all.n < 4)
            break;
        size_t n = 4 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
        if (all.n < n)
            break;
        struct str frame = str_sub(all, 0, n);
        int class = class_of(str_sub(frame, 4, n));
        push_frame(r, frame, class);
        if (chance(r, r->faults.duplicate_percent))
            push_frame(r, frame, class);
        buf_consume(&r->part, n);
    }
    if (paper_wants_close(r->peer) && paper_output(r->paper, r->peer).n == 0) {
        close_peer(r);
        r->is_ending = true;
    }
}

void rig_inject(struct rig *r, struct str bytes)
{
    if (r->is_open && bytes.n > 0)
        push_frame(r, bytes, 0);
}

/* Hands n bytes to the session, up to the byte after which the line breaks. False if it broke. */
static bool hand_over(struct rig *r, struct rig_frame *f, size_t n)
{
    struct str bytes = {f->bytes + f->at, n};
    int64_t cut = r->faults.cut_down_at, swallow = r->faults.swallow_at;
    bool is_cut = cut >= 0 && r->down_count + (int64_t)n >= cut;
    if (is_cut)
        bytes.n = (size_t)(cut - r->down_count);
    bool is_lost = r->is_swallowing;
    if (swallow >= 0 && r->down_count + (int64_t)n >= swallow) {
        r->faults.swallow_at = -1;
        r->is_swallowing = true;
    }
    f->at += n;
    r->down_count += (int64_t)bytes.n;
    if (!is_lost && bytes.n > 0)
        session_input(r->session, bytes, r->now);
    if (is_cut) {
        r->faults.cut_down_at = -1;
        close_session(r, "connection reset");
    }
    return !is_cut;
}

static void deliver_down(struct rig *r)
{
    while (r->is_open && r->first < r->last) {
        struct rig_frame *f = &r->down[r->first];
        size_t n = f->n - f->at;
        if (!instant_due(f->due, r->now.mono) || !instant_due(r->drip_due, r->now.mono))
            return;
        if (r->faults.drip_ms > 0) {
            n = 1;
            r->drip_due = instant_after_ms(r->now.mono, r->faults.drip_ms);
        } else if (n > 1 && rng_below(&r->rng, 4) == 0) {
            n = 1 + rng_below(&r->rng, (uint32_t)n - 1);
        }
        if (!hand_over(r, f, n))
            return;
        if (f->at == f->n) {
            xfree(f->bytes);
            r->first++;
        }
        if (r->first == r->last)
            r->first = r->last = 0;
    }
    if (r->is_open && r->is_ending && r->first == r->last)
        close_session(r, "the other side closed");
}

/* ---- up ---- */

static void deliver_up(struct rig *r)
{
    struct str bytes = buf_str(&r->up);
    int64_t cut = r->faults.cut_up_at;
    if (bytes.n == 0)
        return;
    bool is_cut = cut >= 0 && r->up_count + (int64_t)bytes.n >= cut;
    if (is_cut)
        bytes.n = (size_t)(cut - r->up_count);
    r->up_count += (int64_t)bytes.n;
    if (r->peer != NULL && !r->is_swallowing)
        paper_input(r->paper, r->peer, bytes, r->now);
    buf_consume(&r->up, bytes.n);
    if (is_cut) {
        r->faults.cut_up_at = -1;
        close_session(r, "connection reset");
    }
}

/* ---- turns ---- */

static void open_line(struct rig *r)
{
    if (r->is_open || !session_wants_open(r->session, r->now))
        return;
    session_opening(r->session, r->now);
    if (r->faults.refuse > 0) {
        r->faults.refuse--;
        session_closed(r->session, STR("connection refused"), r->now);
        return;
    }
    r->peer = paper_connect(r->paper, r->now);
    assert(r->peer != NULL);
    r->connections++;
    r->is_open = true;
    session_opened(r->session, r->now);
}

static void take_from_session(struct rig *r)
{
    struct str out = session_output(r->session);
    if (!r->is_open || out.n == 0 || !instant_due(r->take_due, r->now.mono))
        return;
    if (r->faults.take_max > 0) {
        out = str_sub(out, 0, (size_t)r->faults.take_max);
        r->take_due = instant_after_ms(r->now.mono, 1);
    }
    buf_add_str(&r->up, out);
    session_sent(r->session, out.n);
    assert(!r->up.failed);
}

static void turn(struct rig *r)
{
    if (r->ghost != NULL && instant_due(r->ghost_until, r->now.mono))
        close_ghost(r);
    deliver_up(r);
    session_step(r->session, r->now);
    tasks_run(r->tasks, r->now);
    open_line(r);
    deliver_down(r);
    tasks_run(r->tasks, r->now);
    take_from_session(r);
    if (r->is_open && session_wants_close(r->session)) {
        deliver_up(r);
        if (r->is_open)
            close_session(r, "closed by us");
    }
    paper_step(r->paper, r->now);
    take_from_paper(r);
}

static struct instant next_of(const struct rig *r)
{
    struct instant next = instant_min(session_next(r->session), tasks_next(r->tasks));
    next = instant_min(next, paper_next(r->paper));
    if (r->first < r->last) {
        struct instant due = r->down[r->first].due;
        next = instant_min(next, due.ns > r->drip_due.ns ? due : r->drip_due);
    }
    if (r->ghost != NULL)
        next = instant_min(next, r->ghost_until);
    if (r->is_open && session_output(r->session).n > 0)
        next = instant_min(next, r->take_due);
    if (r->up.n > 0 || tasks_runnable(r->tasks) ||
        (r->is_open && r->is_ending && r->first == r->last))
        next = r->now.mono;
    return next;
}

bool rig_until(struct rig *r, bool (*done)(void *ctx), void *ctx, int64_t ms)
{
    struct instant end = instant_after_ms(r->now.mono, ms);
    for (int spins = 0;; spins++) {
        turn(r);
        if (done != NULL && done(ctx))
            return true;
        struct instant next = instant_min(next_of(r), end);
        if (next.ns > r->now.mono.ns) {
            spins = 0;
            r->now.wall.ns += next.ns - r->now.mono.ns;
            r->now.mono = next;
        } else if (r->now.mono.ns >= end.ns) {
            return false;
        }
        if (spins > SPINS_MAX) {
            r->is_livelocked = true;
            return false;
        }
    }
}

void rig_run(struct rig *r, int64_t ms)
{
    (void)rig_until(r, NULL, NULL, ms);
}

/* ---- truth ---- */

static bool next_record(struct str *rest, struct record_line *line)
{
    struct str text;
    struct error e;
    if (!str_cut(rest, '\n', &text) || text.n == 0)
        return false;
    bool ok = record_read(text, universe, line, &e);
    assert(ok);
    return ok;
}

static void snapshot(struct rig *r, struct buf *out)
{
    buf_init(out, SNAPSHOT_MAX);
    bool ok = paper_snapshot(r->paper, out);
    assert(ok);
    (void)ok;
}

size_t rig_orders(struct rig *r, struct rig_order *out, size_t max, size_t *fills)
{
    struct buf text;
    struct record_line line;
    size_t n = 0;
    *fills = 0;
    snapshot(r, &text);
    for (struct str rest = buf_str(&text); next_record(&rest, &line);) {
        *fills += line.type == 'E' || line.type == 'F';
        if (line.type != 'O')
            continue;
        assert(n < max);
        const struct ticket *t = &line.ticket;
        out[n] = (struct rig_order){.order_id = t->order.order_id,
                                    .is_working = t->end == END_NONE,
                                    .filled = t->status.filled};
        str_copy_cut(out[n++].ref, sizeof out[0].ref, STR_NAME(t->order.ref));
    }
    buf_fini(&text);
    return n;
}

struct dec rig_position(struct rig *r, int32_t con_id)
{
    struct buf text;
    struct record_line line;
    struct dec held = DEC_ZERO;
    snapshot(r, &text);
    for (struct str rest = buf_str(&text); next_record(&rest, &line);)
        if (line.type == 'P' && line.holding.instrument->contract.con_id == con_id)
            held = line.holding.quantity;
    buf_fini(&text);
    return held;
}

static bool differs(char *why, size_t cap, const char *what, const char *ref)
{
    snprintf(why, cap, "%s %s", what, ref);
    return false;
}

static bool orders_are_true(struct rig *r, const struct rig_order *orders, size_t n, char *why,
                            size_t cap)
{
    const struct book_order *bo;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            if (strcmp(orders[i].ref, orders[k].ref) == 0)
                return differs(why, cap, "twice at the exchange:", orders[i].ref);
        bo = book_order_ref(r->book, STR_NAME(orders[i].ref));
        if (bo == NULL)
            return differs(why, cap, "the book does not know", orders[i].ref);
        if (order_state_is_working(bo->status.state) != orders[i].is_working)
            return differs(why, cap, "working or not:", orders[i].ref);
        if (!dec_eq(bo->status.filled, orders[i].filled))
            return differs(why, cap, "filled otherwise:", orders[i].ref);
    }
    for (size_t i = 0; book_next_order(r->book, &i, STR_NONE, &bo);) {
        bool is_there = false;
        for (size_t k = 0; k < n; k++)
            is_there = is_there || strcmp(orders[k].ref, bo->order.ref) == 0;
        if (!is_there && order_state_is_working(bo->status.state))
            return differs(why, cap, "only the book knows", bo->order.ref);
    }
    return true;
}

bool rig_book_is_true(struct rig *r, int32_t con_id, char *why, size_t cap)
{
    struct rig_order orders[64];
    size_t fills, told = 0;
    size_t n = rig_orders(r, orders, sizeof orders / sizeof orders[0], &fills);
    why[0] = '\0';
    if (!orders_are_true(r, orders, n, why, cap))
        return false;
    const struct execution *x;
    for (size_t i = 0; book_next_execution(r->book, &i, STR_NONE, &x);)
        told++;
    if (told != fills)
        return differs(why, cap, "the book misses fills", "");
    const struct position *p =
        book_account_count(r->book) == 0
            ? NULL
            : book_position(r->book, str_of(book_account(r->book, 0)), con_id);
    if (!dec_eq(p == NULL ? DEC_ZERO : p->quantity, rig_position(r, con_id)))
        return differs(why, cap, "the position differs", "");
    return true;
}
