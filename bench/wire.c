/* SPDX-License-Identifier: MIT */
/*
 * wire: what the protocol costs, on frames that other clients' decoders read too (bench/peers).
 *
 *   wire make VERSION FILE     writes a quote stream, frames with their lengths
 *   wire decode VERSION FILE   reads it: quotes.VERSION.portcullis.rate, .allocations, and .sum
 *   wire order VERSION         placeOrder: order.VERSION.rate
 *   wire session VERSION       the same kind of stream through the session:
 *                              session.VERSION.rate, .allocations, .memory
 *
 * Rates are frames a second; allocations are calls of malloc and its like per frame; memory is what
 * a subscription keeps on the heap, in bytes. The sum is that of all prices, sizes and lengths of
 * texts in one pass: who reads something else has read it wrongly.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "broker/session.h"
#include "kit/measure.h"
#include "paper/paper.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = 10000,
    LINES = 50,
    FIRST_ID = 9001,
    STREAM_MAX = 4 << 20,
    FOR_MS = 400,
    WATCHED = 100, /* contracts */
    FIRST_CON = 500000
};

/* ---- counting: this program's own malloc, in front of the library's ---- */

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc says __size

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static size_t allocations;
static int64_t heap_bytes;

static void *counted(void *p)
{
    allocations++;
    heap_bytes += (int64_t)malloc_usable_size(p);
    return p;
}

void *malloc(size_t n)
{
    return counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
    return counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n)
{
    heap_bytes -= (int64_t)malloc_usable_size(p);
    return counted(__libc_realloc(p, n));
}

void free(void *p)
{
    heap_bytes -= (int64_t)malloc_usable_size(p);
    __libc_free(p);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

/* ---- the stream ---- */

static void add(struct buf *out, int id, const void *message, int version)
{
    struct error e = {0};
    if (!wire_encode(WIRE_TO_CLIENT, id, message, version, out, &e))
        measure_die("tick: %s", e.text);
}

/* The i-th tick of what many quotes send: half of them prices, a third sizes, the rest texts and
 * plain numbers. */
static void add_tick(struct buf *out, int i, int32_t req_id, int version)
{
    static const int32_t prices[] = {1, 2, 4}, sizes[] = {0, 3, 5, 8};
    char number[24];
    (void)snprintf(number, sizeof number, "%d", 100 + i % 4900);
    if (i % 20 < 10) {
        struct wire_rep_tick_price t = {.req_id = req_id,
                                        .tick_type = prices[i % 3],
                                        .price = 180 + (double)(i % 997) / 100,
                                        .size = str_of(number),
                                        .attr_mask = 1};
        add(out, WIRE_REP_TICK_PRICE, &t, version);
    } else if (i % 20 < 17) {
        struct wire_rep_tick_size t = {req_id, sizes[i % 4], str_of(number)};
        add(out, WIRE_REP_TICK_SIZE, &t, version);
    } else if (i % 20 < 19) {
        (void)snprintf(number, sizeof number, "%d", 1795384033 + i);
        struct wire_rep_tick_string t = {req_id, 45, str_of(number)};
        add(out, WIRE_REP_TICK_STRING, &t, version);
    } else {
        struct wire_rep_tick_generic t = {req_id, 49, 0};
        add(out, WIRE_REP_TICK_GENERIC, &t, version);
    }
}

static void make(int version, const char *path)
{
    struct buf out;
    buf_init(&out, STREAM_MAX);
    for (int i = 0; i < FRAMES; i++)
        add_tick(&out, i, FIRST_ID + i % LINES, version);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
        measure_die("%s cannot be written", path);
    buf_fini(&out);
}

/* ---- reading it ---- */

struct reading {
    struct str bytes;
    struct wire_reader reader;
    struct arena *arena;
    int version;
    double sum;
};

static double number_of(struct str digits)
{
    int64_t n = 0;
    if (!str_to_i64(digits, &n))
        measure_die("a size is no number");
    return (double)n;
}

static void take(struct reading *r, const struct wire_any *any)
{
    switch (any->id) {
    case WIRE_REP_TICK_PRICE: {
        const struct wire_rep_tick_price *t = any->message;
        r->sum += t->price;
        r->sum += number_of(t->size);
        break;
    }
    case WIRE_REP_TICK_SIZE:
        r->sum += number_of(((const struct wire_rep_tick_size *)any->message)->size);
        break;
    case WIRE_REP_TICK_STRING:
        r->sum += (double)((const struct wire_rep_tick_string *)any->message)->value.n;
        break;
    case WIRE_REP_TICK_GENERIC:
        r->sum += ((const struct wire_rep_tick_generic *)any->message)->value;
        break;
    default:
        measure_die("message %d is none of the stream", any->id);
    }
}

static void read_all(struct reading *r)
{
    struct error e = {0};
    struct str body, rest = r->bytes;
    size_t n = 0;
    r->sum = 0;
    while (rest.n) {
        struct str piece = str_sub(rest, 0, 1 << 16);
        rest = str_sub(rest, piece.n, rest.n);
        wire_reader_feed(&r->reader, piece.p, piece.n);
        while (wire_reader_next(&r->reader, &body, &e) == WIRE_NEXT_FRAME) {
            struct wire_any any;
            arena_reset(r->arena);
            if (!wire_decode(WIRE_TO_CLIENT, body, r->version, r->arena, &any, &e))
                measure_die("tick: %s", e.text);
            take(r, &any);
            n++;
        }
    }
    if (n != FRAMES)
        measure_die("%zu of %d frames are read", n, FRAMES);
}

static void decode(int version, const char *path)
{
    char row[64];
    struct reading r = {.version = version, .arena = arena_new(LIMIT_CALL_ARENA)};
    r.bytes = measure_file(path);
    wire_reader_init(&r.reader, LIMIT_FRAME, false);
    read_all(&r);
    size_t before = allocations, n = 0;
    int64_t begin = measure_now(), ns;
    do {
        read_all(&r);
        n += FRAMES;
        ns = measure_now() - begin;
    } while (ns < (int64_t)FOR_MS * NS_PER_MS);
    (void)snprintf(row, sizeof row, "quotes.%d.portcullis", version);
    report(row, "rate", (double)n * 1e9 / (double)ns);
    report(row, "allocations", (double)(allocations - before) / (double)n);
    report(row, "sum", r.sum);
    wire_reader_fini(&r.reader);
    arena_free(r.arena);
}

/* ---- orders ---- */

static void order(int version)
{
    char row[64];
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    struct buf frame;
    struct error e = {0};
    m.order_id = 4711;
    m.contract.con_id = 265598;
    m.contract.symbol = STR("AAPL");
    m.contract.sec_type = STR("STK");
    m.contract.exchange = STR("SMART");
    m.contract.currency = STR("USD");
    m.order.action = STR("BUY");
    m.order.total_quantity = STR("100");
    m.order.order_type = STR("LMT");
    m.order.lmt_price = 180.25;
    m.order.tif = STR("DAY");
    m.order.account = STR("DU9000001");
    buf_init(&frame, 1 << 16);
    size_t n = 0;
    int64_t begin = measure_now(), ns;
    do {
        for (int i = 0; i < 1000; i++, n++) {
            buf_reset(&frame);
            if (!wire_encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &m, version, &frame, &e))
                measure_die("order: %s", e.text);
        }
        ns = measure_now() - begin;
    } while (ns < (int64_t)FOR_MS * NS_PER_MS);
    (void)snprintf(row, sizeof row, "order.%d", version);
    report(row, "rate", (double)n * 1e9 / (double)ns);
    buf_fini(&frame);
}

/* ---- through the session ---- */

struct line {
    struct session *session;
    struct paper *paper;
    struct paper_peer *peer;
    struct wire_reader reader; /* of what the session asks */
    struct arena *arena;
    struct moment now;
    int version;
    size_t quotes;
    int32_t ids[WATCHED]; /* of its market data requests */
    size_t id_count;
};

static void on_event(void *self, const struct event *ev)
{
    struct line *l = self;
    l->quotes += ev->kind == EVENT_QUOTE;
}

static void note_request(struct line *l, struct str body)
{
    struct wire_any any;
    struct error e = {0};
    arena_reset(l->arena);
    if (!wire_decode(WIRE_TO_SERVER, body, l->version, l->arena, &any, &e))
        measure_die("request: %s", e.text);
    if (any.id == WIRE_REQ_MKT_DATA && l->id_count < WATCHED)
        l->ids[l->id_count++] = ((const struct wire_req_mkt_data *)any.message)->req_id;
}

/* What the session sends, to the exchange or (once there is none) to note_request. */
static void take_output(struct line *l)
{
    struct str body, out = session_output(l->session);
    struct error e = {0};
    if (!out.n)
        return;
    if (l->peer) {
        paper_input(l->paper, l->peer, out, l->now);
    } else {
        wire_reader_feed(&l->reader, out.p, out.n);
        while (wire_reader_next(&l->reader, &body, &e) == WIRE_NEXT_FRAME)
            note_request(l, body);
    }
    session_sent(l->session, out.n);
}

static void pass(struct line *l, int64_t ms)
{
    for (int64_t i = 0; i < ms; i++) {
        l->now.mono.ns += NS_PER_MS;
        l->now.wall.ns += NS_PER_MS;
        session_step(l->session, l->now);
        take_output(l);
        if (!l->peer)
            continue;
        paper_step(l->paper, l->now);
        paper_records_taken(l->paper, paper_records(l->paper).n);
        for (struct str out; (out = paper_output(l->paper, l->peer)).n;) {
            struct str piece = str_sub(out, 0, 1 << 16);
            session_input(l->session, piece, l->now);
            paper_sent(l->paper, l->peer, piece.n);
        }
    }
}

static void watch_all(struct line *l, const char *row)
{
    struct error e = {0};
    int64_t before = heap_bytes;
    for (int i = 0; i < WATCHED; i++) {
        struct contract c = {.con_id = FIRST_CON + i, .sec_type = SEC_STK};
        (void)snprintf(c.symbol, sizeof c.symbol, "S%d", i);
        str_copy_cut(c.exchange, sizeof c.exchange, STR("SMART"));
        str_copy_cut(c.currency, sizeof c.currency, STR("USD"));
        if (!session_watch(l->session, &c, l->now, &e))
            measure_die("subscription %d: %s", i, e.text);
    }
    pass(l, 4000); /* pacing lets 45 a second go */
    if (l->id_count != WATCHED)
        measure_die("%zu of %d subscriptions were sent", l->id_count, (int)WATCHED);
    report(row, "memory", (double)(heap_bytes - before) / WATCHED);
}

static void connect_line(struct line *l)
{
    struct error e = {0};
    struct paper_config paper = {.seed = 1, .max_version = l->version, .no_opening = true};
    struct session_config config = {
        .client_id = 1, .min_version = l->version, .max_version = l->version, .seed = 1};
    l->now = (struct moment){{NS_PER_S}, {1772463600LL * NS_PER_S}};
    l->paper = paper_new(&paper, measure_file("data/instruments.csv"), l->now, &e);
    if (!l->paper)
        measure_die("exchange: %s", e.text);
    l->peer = paper_connect(l->paper, l->now);
    l->session = session_new(&config, (struct session_listener){on_event, l});
    session_opening(l->session, l->now);
    session_opened(l->session, l->now);
    for (int i = 0; i < 100 && !session_is_ready(l->session); i++)
        pass(l, 10);
    if (!session_is_ready(l->session))
        measure_die("the session is not ready at version %d", l->version);
    l->peer = NULL; /* from here on the stream is ours */
}

static void stream(struct line *l, const char *row)
{
    struct buf frames;
    buf_init(&frames, STREAM_MAX);
    for (int i = 0; i < FRAMES; i++)
        add_tick(&frames, i, l->ids[i % WATCHED], l->version);
    size_t n = 0, before = 0;
    int64_t begin = 0, ns = 0;
    for (int round = 0; ns < (int64_t)FOR_MS * NS_PER_MS; round++) {
        if (round == 1) { /* the first fills what is kept */
            before = allocations;
            l->quotes = 0;
            begin = measure_now();
        }
        for (struct str rest = buf_str(&frames); rest.n;) {
            struct str piece = str_sub(rest, 0, 1 << 16);
            rest = str_sub(rest, piece.n, rest.n);
            session_input(l->session, piece, l->now);
        }
        n += round ? FRAMES : 0;
        ns = round ? measure_now() - begin : 0;
    }
    if (!l->quotes || !session_is_ready(l->session))
        measure_die("the session does not take the stream");
    report(row, "rate", (double)n * 1e9 / (double)ns);
    report(row, "allocations", (double)(allocations - before) / (double)n);
    buf_fini(&frames);
}

static void session(int version)
{
    char row[64];
    struct line l = {.version = version, .arena = arena_new(LIMIT_CALL_ARENA)};
    if (version > WIRE_VERSION_MAX)
        return; /* the session does not speak it */
    (void)snprintf(row, sizeof row, "session.%d", version);
    wire_reader_init(&l.reader, LIMIT_FRAME, false);
    connect_line(&l);
    watch_all(&l, row);
    stream(&l, row);
    session_free(l.session);
    paper_free(l.paper);
    wire_reader_fini(&l.reader);
    arena_free(l.arena);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[1] : "";
    int version =
        argc > 2 ? (int)measure_number(argv[2], WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX) : 0;
    if (strcmp(verb, "make") == 0 && argc == 4)
        make(version, argv[3]);
    else if (strcmp(verb, "decode") == 0 && argc == 4)
        decode(version, argv[3]);
    else if (strcmp(verb, "order") == 0 && argc == 3)
        order(version);
    else if (strcmp(verb, "session") == 0 && argc == 3)
        session(version);
    else
        measure_die("usage: wire make|decode|order|session VERSION [FILE]");
    return 0;
}
