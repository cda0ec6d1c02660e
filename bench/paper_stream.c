/* SPDX-License-Identifier: MIT */
/*
 * paper_stream: market data lines of the paper exchange, inside one process and without sockets.
 *
 *   paper_stream ROW CLIENTS LINES SECONDS INSTRUMENTS_FILE
 *
 * CLIENTS connect to an exchange, each with LINES market data lines on the first listings of
 * the file; then SECONDS of simulated time pass, second by second, as the owner of a real one would
 * let them pass. All bytes are taken and counted as messages. Reports ROW.rate     messages a
 * second of processor time ROW.cpu      us of processor time for one simulated second ROW.ticks
 * messages of one simulated second ROW.rss, ROW.pss   KiB of the process
 */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/limits.h"
#include "kit/measure.h"
#include "paper/paper.h"
#include "paper/universe.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 200, FIRST_S = 1795370400 /* 2026-11-22 18:00 UTC */ };

struct client {
    struct paper_peer *peer;
    struct wire_reader in;
    size_t messages;
    bool has_hello;
};

struct bench {
    struct paper *paper;
    struct universe *universe;
    struct moment now;
    struct client *clients;
    size_t client_count, line_count;
    struct arena *arena;
};

/* Takes what there is for a client; anything but ticks and notices ends the program. */
static void take(struct bench *b, struct client *c)
{
    struct str out = paper_output(b->paper, c->peer), body;
    struct error e = {0};
    wire_reader_feed(&c->in, out.p, out.n);
    paper_sent(b->paper, c->peer, out.n);
    while (wire_reader_next(&c->in, &body, &e) == WIRE_NEXT_FRAME) {
        if (str_starts(body, STR("4\0002\000")) && !str_starts(body, STR("4\0002\000-1")))
            measure_die("an error: " STR_FMT, STR_ARG(body));
        c->messages++;
    }
    if (paper_wants_close(c->peer))
        measure_die("a client was closed");
}

static void put(struct bench *b, struct client *c, int id, const void *message)
{
    struct buf out;
    struct error e = {0};
    buf_init(&out, 1 << 16);
    if (!wire_encode(WIRE_TO_SERVER, id, message, VERSION, &out, &e))
        measure_die("request %d: %s", id, e.text);
    paper_input(b->paper, c->peer, buf_str(&out), b->now);
    buf_fini(&out);
    take(b, c);
}

static void connect_client(struct bench *b, struct client *c, int32_t id)
{
    struct buf hello;
    c->peer = paper_connect(b->paper, b->now);
    if (c->peer == NULL)
        measure_die("a client was refused");
    wire_reader_init(&c->in, LIMIT_FRAME, false);
    buf_init(&hello, 256);
    if (!wire_offer_build(&hello, VERSION, VERSION, STR("")))
        measure_die("no offer");
    paper_input(b->paper, c->peer, buf_str(&hello), b->now);
    buf_fini(&hello);
    const struct wire_req_start_api start = {id, STR("")};
    put(b, c, WIRE_REQ_START_API, &start);
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    while (q.req_id < (int32_t)b->line_count) {
        const struct instrument *i =
            universe_at(b->universe, (size_t)q.req_id % universe_count(b->universe));
        q.req_id++;
        q.contract.con_id = i->contract.con_id;
        q.contract.exchange = STR_NAME(i->contract.exchange);
        put(b, c, WIRE_REQ_MKT_DATA, &q);
    }
}

static void pass_second(struct bench *b)
{
    b->now.mono.ns += NS_PER_S;
    b->now.wall.ns += NS_PER_S;
    paper_step(b->paper, b->now);
    paper_records_taken(b->paper, paper_records(b->paper).n);
    for (size_t k = 0; k < b->client_count; k++)
        take(b, &b->clients[k]);
}

static size_t messages_of(const struct bench *b)
{
    size_t n = 0;
    for (size_t k = 0; k < b->client_count; k++)
        n += b->clients[k].messages;
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        measure_die("usage: paper_stream ROW CLIENTS LINES SECONDS INSTRUMENTS_FILE");
    struct bench b = {.client_count = (size_t)measure_number(argv[2], 1, PAPER_PEERS_MAX),
                      .line_count = (size_t)measure_number(argv[3], 1, 100)};
    int64_t seconds = measure_number(argv[4], 10, 100000);
    struct str csv = measure_file(argv[5]);
    struct error e = {0};
    const struct paper_config config = {.seed = 1};
    b.now.mono.ns = NS_PER_S;
    b.now.wall.ns = (int64_t)FIRST_S * NS_PER_S;
    b.universe = universe_new(csv, &e);
    b.paper = b.universe != NULL ? paper_new(&config, csv, b.now, &e) : NULL;
    if (b.paper == NULL)
        measure_die("%s", e.text);
    b.clients = xcalloc(b.client_count, sizeof *b.clients);
    for (size_t k = 0; k < b.client_count; k++)
        connect_client(&b, &b.clients[k], (int32_t)k);
    pass_second(&b); /* warm */
    size_t before = messages_of(&b);
    int64_t begin = measure_cpu_of(getpid());
    for (int64_t s = 0; s < seconds; s++)
        pass_second(&b);
    double ns = (double)(measure_cpu_of(getpid()) - begin);
    double ticks = (double)(messages_of(&b) - before);
    if (ticks < (double)seconds)
        measure_die("the lines stand still");
    report(argv[1], "rate", ticks * 1e9 / ns);
    report(argv[1], "cpu", ns / 1000 / (double)seconds);
    report(argv[1], "ticks", ticks / (double)seconds);
    report_memory(argv[1], getpid());
    for (size_t k = 0; k < b.client_count; k++)
        wire_reader_fini(&b.clients[k].in);
    paper_free(b.paper);
    universe_free(b.universe);
    xfree(b.clients);
    return 0;
}
