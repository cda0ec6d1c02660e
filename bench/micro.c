/* SPDX-License-Identifier: MIT */
/*
 * micro: parts of the product inside one process, each beside the least that handles its bytes.
 *
 *   micro PORTFOLIO_FILE     a reply to tools/call get_portfolio
 *
 * Reports operations a second; the floors are NAME.floor:
 *   tick.rate       frames of tickPrice read and decoded; floor: cut at each NUL byte
 *   order.rate      placeOrder frames encoded; floor: the finished frame copied
 *   render.rate     a portfolio written as JSON from its struct; floor: the text copied
 *   request.rate    a tools/call line parsed; floor: the line copied
 *   resolve.rate    symbols in eight spellings resolved from memory, in one question; floor: their
 *                   contract details copied
 *   task.rate       tasks spawned and run to their end; floor: calls through a pointer
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "base/task.h"
#include "data/bind.h"
#include "data/json.h"
#include "kit/measure.h"
#include "market/resolver.h"
#include "ops/op.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <string.h>

enum { VERSION = 200, TICKS = 1000, FOR_MS = 100 };

/* What a row repeats: does a number of operations and says how many. */
typedef size_t work(void *arg);

/* Operations a second over at least FOR_MS. */
static void rate(const char *row, const char *name, work *w, void *arg)
{
    size_t n = 0;
    (void)w(arg);
    int64_t begin = measure_now(), ns;
    do {
        n += w(arg);
        ns = measure_now() - begin;
    } while (ns < (int64_t)FOR_MS * 1000000);
    report(row, name, (double)n * 1e9 / (double)ns);
}

/* Keeps the compiler from leaving out what nobody looks at. */
static void keep(const void *p)
{
    __asm__ volatile("" : : "r"(p) : "memory");
}

struct copy {
    struct str from;
    char *to;
};

static size_t copy_bytes(void *arg)
{
    struct copy *c = arg;
    memcpy(c->to, c->from.p, c->from.n);
    keep(c->to);
    return 1;
}

static void rate_of_copies(const char *row, struct str bytes)
{
    struct copy c = {bytes, xmalloc(bytes.n)};
    rate(row, "floor", copy_bytes, &c);
    xfree(c.to);
}

/* ---- the wire ---- */

struct ticks {
    struct buf frames;
    struct wire_reader reader;
    struct arena *arena;
};

static void check_tick(const struct wire_any *any, size_t i)
{
    const struct wire_rep_tick_price *t = any->message;
    if (any->id != WIRE_REP_TICK_PRICE || t->req_id != (int32_t)(1000 + i % 50) ||
        t->price != 180 + (double)i / 100 || !str_eq(t->size, STR("300")))
        measure_die("tick %zu is decoded wrongly", i);
}

static size_t decode_ticks(void *arg)
{
    struct ticks *t = arg;
    struct error e = {0};
    struct str body;
    size_t n = 0;
    wire_reader_feed(&t->reader, t->frames.p, t->frames.n);
    while (wire_reader_next(&t->reader, &body, &e) == WIRE_NEXT_FRAME) {
        struct wire_any any;
        arena_reset(t->arena);
        if (!wire_decode(WIRE_TO_CLIENT, body, VERSION, t->arena, &any, &e))
            measure_die("tick: %s", e.text);
        check_tick(&any, n++);
    }
    if (n != TICKS)
        measure_die("%zu of %d ticks are decoded", n, (int)TICKS);
    return n;
}

static size_t cut_ticks(void *arg)
{
    struct ticks *t = arg;
    struct str rest = buf_str(&t->frames);
    size_t fields = 0;
    for (struct str piece; str_cut(&rest, 0, &piece);)
        fields += piece.n;
    keep(&fields);
    return TICKS;
}

static void measure_ticks(void)
{
    struct ticks t = {.arena = arena_new(LIMIT_CALL_ARENA)};
    struct error e = {0};
    buf_init(&t.frames, 1 << 20);
    wire_reader_init(&t.reader, LIMIT_FRAME, false);
    for (int i = 0; i < TICKS; i++) {
        struct wire_rep_tick_price tick = {.req_id = 1000 + i % 50,
                                           .tick_type = 1 + i % 2,
                                           .price = 180 + (double)i / 100,
                                           .size = STR("300"),
                                           .attr_mask = 1};
        if (!wire_encode(WIRE_TO_CLIENT, WIRE_REP_TICK_PRICE, &tick, VERSION, &t.frames, &e))
            measure_die("tick: %s", e.text);
    }
    rate("tick", "rate", decode_ticks, &t);
    rate("tick", "floor", cut_ticks, &t);
    buf_fini(&t.frames);
    wire_reader_fini(&t.reader);
    arena_free(t.arena);
}

struct placing {
    struct wire_req_place_order message;
    struct buf frame;
};

static size_t encode_order(void *arg)
{
    struct placing *o = arg;
    struct error e = {0};
    buf_reset(&o->frame);
    if (!wire_encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &o->message, VERSION, &o->frame, &e))
        measure_die("order: %s", e.text);
    return 1;
}

static void measure_order(void)
{
    struct placing o = {.message = WIRE_REQ_PLACE_ORDER_DEFAULT};
    o.message.order_id = 4711;
    o.message.contract.con_id = 265598;
    o.message.contract.symbol = STR("AAPL");
    o.message.contract.sec_type = STR("STK");
    o.message.contract.exchange = STR("SMART");
    o.message.contract.currency = STR("USD");
    o.message.order.action = STR("BUY");
    o.message.order.total_quantity = STR("100");
    o.message.order.order_type = STR("LMT");
    o.message.order.lmt_price = 180.25;
    o.message.order.tif = STR("DAY");
    o.message.order.account = STR("DU9000001");
    buf_init(&o.frame, 1 << 16);
    rate("order", "rate", encode_order, &o);
    rate_of_copies("order", buf_str(&o.frame));
    buf_fini(&o.frame);
}

/* ---- JSON ---- */

struct portfolio {
    const struct type *type;
    void *value;
    struct buf text;
};

static size_t render(void *arg)
{
    struct portfolio *p = arg;
    struct json_writer w;
    buf_reset(&p->text);
    json_writer_init(&w, &p->text);
    write_json(p->type, p->value, &w);
    if (!json_writer_done(&w))
        measure_die("the portfolio is too large");
    return 1;
}

/* The members of `all` that the type knows: the envelope around them is not its own. */
static struct json own_members(const struct json *all, const struct type *type, struct arena *arena)
{
    struct json own = {.kind = JSON_OBJECT};
    struct json *items = ARENA_MANY(arena, struct json, all->n);
    for (size_t i = 0; i < all->n; i++)
        if (type_find(type, all->items[i].key))
            items[own.n++] = all->items[i];
    own.items = items;
    return own;
}

static void measure_render(struct str reply)
{
    struct error e = {0};
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    const struct json *j = json_parse(reply, arena, &e);
    const struct json *content = json_get(json_get(j, STR("result")), STR("structuredContent"));
    const struct op *op = op_find(STR("get_portfolio"));
    if (!content || !op)
        measure_die("this is no reply to get_portfolio");
    struct portfolio p = {.type = op->out, .value = arena_alloc(arena, op->out->size)};
    struct json own = own_members(content, op->out, arena);
    if (!bind_json(op->out, &own, p.value, arena, &e))
        measure_die("portfolio: %s", e.text);
    buf_init(&p.text, LIMIT_REPLY);
    (void)render(&p);
    if (str_find_str(reply, str_sub(buf_str(&p.text), 1, p.text.n - 1)) == reply.n)
        measure_die("the portfolio is not written as it was read");
    rate("render", "rate", render, &p);
    rate_of_copies("render", buf_str(&p.text));
    buf_fini(&p.text);
    arena_free(arena);
}

static size_t parse_request(void *arg)
{
    struct arena *arena = arg;
    struct error e = {0};
    arena_reset(arena);
    const struct json *j = json_parse(
        STR("{\"jsonrpc\":\"2.0\",\"id\":100000,\"method\":\"tools/call\",\"params\":{\"name\":"
            "\"get_portfolio\",\"arguments\":{}}}"),
        arena, &e);
    if (!str_eq(json_get_str(json_get(j, STR("params")), STR("name")), STR("get_portfolio")))
        measure_die("the request is parsed wrongly");
    return 1;
}

static void measure_request(void)
{
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    rate("request", "rate", parse_request, arena);
    rate_of_copies(
        "request",
        STR("{\"jsonrpc\":\"2.0\",\"id\":100000,\"method\":\"tools/call\",\"params\":{\"name\":"
            "\"get_portfolio\",\"arguments\":{}}}"));
    arena_free(arena);
}

/* ---- symbols ---- */

static const char *const spellings[] = {
    "AAPL",   "ASML.AEB.EUR", "brk.b",       "US0378331005",
    "EURUSD", "7203@Tokyo",   "ES Dec 2026", "AAPL 2026-12-18 200 C"};
enum { SPELLINGS = sizeof spellings / sizeof spellings[0] };

struct resolving {
    struct resolver *resolver;
    struct tasks *tasks;
    struct moment now;
    struct contract_details details;
    struct resolve_question q[SPELLINGS];
};

static void resolve_all(struct task *t, void *arg)
{
    struct resolving *r = arg;
    struct error e;
    if (!resolve(t, r->resolver, STR_NONE, r->q, SPELLINGS, &e))
        measure_die("resolver: %s", e.text);
    for (size_t i = 0; i < SPELLINGS; i++)
        if (!r->q[i].from_cache || r->q[i].count != 1 ||
            r->q[i].found[0].contract.con_id != (int32_t)i + 1)
            measure_die("%s is not resolved from memory", spellings[i]);
}

static size_t resolve_once(void *arg)
{
    struct resolving *r = arg;
    if (!task_spawn(r->tasks, r->now, 1000, resolve_all, r))
        measure_die("a task is refused");
    tasks_run(r->tasks, r->now);
    return SPELLINGS;
}

static size_t copy_details(void *arg)
{
    static struct contract_details copies[SPELLINGS];
    struct resolving *r = arg;
    for (size_t i = 0; i < SPELLINGS; i++)
        copies[i] = r->details;
    keep(copies);
    return SPELLINGS;
}

/* Keys are those that the resolver itself gives; there is no broker that could be asked. */
static void learn(struct task *t, void *arg)
{
    struct resolving *r = arg;
    for (size_t i = 0; i < SPELLINGS; i++) {
        struct contract_details d = r->details;
        char key[CONTRACTS_KEY_MAX];
        d.contract.con_id = (int32_t)i + 1;
        if (!resolver_key(&r->q[i], task_now(t).wall, key))
            measure_die("%s is not understood", spellings[i]);
        contracts_put(resolver_contracts(r->resolver), str_of(key), RESOLVED_SEARCH, &d, 1,
                      task_now(t).wall);
    }
}

static void measure_resolver(void)
{
    struct book *book = book_new();
    struct resolving r = {.tasks = tasks_new(), .now.wall.ns = 1795435200LL * NS_PER_S};
    r.resolver = resolver_new(NULL, book, NULL, NULL, "bench");
    memset(r.details.trading_hours, 'x', sizeof r.details.trading_hours - 1);
    for (size_t i = 0; i < SPELLINGS; i++)
        r.q[i].text = str_of(spellings[i]);
    if (!task_spawn(r.tasks, r.now, 1000, learn, &r))
        measure_die("a task is refused");
    tasks_run(r.tasks, r.now);
    rate("resolve", "rate", resolve_once, &r);
    rate("resolve", "floor", copy_details, &r);
    resolver_free(r.resolver);
    tasks_free(r.tasks);
    book_free(book);
}

/* ---- tasks ---- */

struct spawning {
    struct tasks *tasks;
    size_t ended;
    task_fn *run;
};

static void end_at_once(struct task *t, void *arg)
{
    struct spawning *s = arg;
    (void)t;
    s->ended++;
}

static size_t spawn(void *arg)
{
    struct spawning *s = arg;
    struct moment now = {0};
    size_t before = s->ended;
    for (int i = 0; i < 32; i++)
        if (!task_spawn(s->tasks, now, 1000, s->run, s))
            measure_die("a task is refused");
    tasks_run(s->tasks, now);
    if (s->ended - before != 32)
        measure_die("a task has not ended");
    return 32;
}

static size_t call(void *arg)
{
    struct spawning *s = arg;
    for (int i = 0; i < 32; i++)
        s->run(NULL, s);
    return 32;
}

static void measure_tasks(void)
{
    struct spawning s = {.tasks = tasks_new(), .run = end_at_once};
    rate("task", "rate", spawn, &s);
    rate("task", "floor", call, &s);
    tasks_free(s.tasks);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        measure_die("usage: micro PORTFOLIO_FILE");
    struct str reply = measure_file(argv[1]);
    measure_check_portfolio(reply);
    measure_ticks();
    measure_order();
    measure_render(reply);
    measure_request();
    measure_resolver();
    measure_tasks();
    return 0;
}
