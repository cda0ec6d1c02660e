/* SPDX-License-Identifier: MIT */
/*
 * quotes: how long the daemon's core takes to answer for warm prices, in one process.
 *
 *   quotes INSTRUMENTS_FILE
 *
 * A session talks to a paper exchange through memory. Once 50 shares and 20 pairs of currencies are
 * warm, the operations are called as a face calls them: arguments bound, symbols resolved, prices
 * looked up, the answer written as JSON. Reports, in us,
 *   quotes.p50, quotes.p99   get_market_data of 50 symbols
 *   rates.p50, rates.p99     get_forex_rates of 20 pairs
 */
#include "base/limits.h"
#include "data/bind.h"
#include "face/render.h"
#include "kit/measure.h"
#include "ops/op.h"
#include "paper/paper.h"
#include "paper/universe.h"

#include <stdio.h>
#include <string.h>

enum { SYMBOLS = 50, PAIRS = 20, CALLS = 3000, WARM_UP = 200, FIRST_S = 1795370400 };

struct bench {
    struct paper *paper;
    struct paper_peer *peer;
    struct core core;
    struct tasks *tasks;
    struct settings settings;
    struct principal who;
    struct moment now;
};

/* One call: what is asked, and its answer. */
struct job {
    struct bench *b;
    const struct op *op;
    struct str argument;
    struct buf text;
    bool is_done;
};

static void on_event(void *self, const struct event *ev)
{
    struct bench *b = self;
    if (b->core.book != NULL)
        book_apply(b->core.book, ev);
}

/* Carries bytes both ways until nobody has any. */
static void pump(struct bench *b)
{
    struct session *s = b->core.session;
    for (bool moved = true; moved;) {
        session_step(s, b->now);
        tasks_run(b->tasks, b->now);
        paper_step(b->paper, b->now);
        paper_records_taken(b->paper, paper_records(b->paper).n);
        struct str out = session_output(s), in;
        moved = out.n > 0;
        if (moved) {
            paper_input(b->paper, b->peer, out, b->now);
            session_sent(s, out.n);
        }
        in = paper_output(b->paper, b->peer);
        moved |= in.n > 0;
        if (in.n > 0) {
            session_input(s, in, b->now);
            paper_sent(b->paper, b->peer, in.n);
        }
    }
}

static void pass(struct bench *b, int64_t ms)
{
    b->now.mono.ns += ms * NS_PER_MS;
    b->now.wall.ns += ms * NS_PER_MS;
    pump(b);
}

static void answer(struct task *t, void *arg)
{
    struct job *j = arg;
    struct call c;
    struct json_writer w;
    struct error e = {0};
    struct bind_pair pair = {str_of(j->op->in->fields[0].name), j->argument};
    call_init(&c, t, &j->b->core, &j->b->who, j->op);
    void *in = arena_alloc(c.arena, j->op->in->size);
    void *out = arena_alloc(c.arena, j->op->out->size);
    if (!bind_request(j->op->in, NULL, &pair, 1, in, c.arena, &e))
        measure_die("%s", e.text);
    if (!op_call(&c, in, out))
        measure_die("%s: %s", j->op->name, c.error.text);
    json_writer_init(&w, &j->text);
    render_json(&c, out, &w);
    if (!json_writer_done(&w))
        measure_die("%s: no room for the answer", j->op->name);
    j->is_done = true;
}

/* Calls and waits for the answer, in the exchange's time. */
static void ask(struct bench *b, struct job *j)
{
    enum { STEPS_MAX = 2000, STEP_MS = 20 };
    j->is_done = false;
    buf_reset(&j->text);
    if (task_spawn(b->tasks, b->now, 30000, answer, j) == NULL)
        measure_die("no task");
    pump(b);
    for (int i = 0; i < STEPS_MAX && !j->is_done; i++)
        pass(b, STEP_MS);
    if (!j->is_done)
        measure_die("%s: no answer", j->op->name);
}

/* A whole answer: as many rows as were asked for, no error in any. */
static void check(const struct job *j, size_t rows, const char *member)
{
    struct str text = buf_str(&j->text), none = STR("\"error\":null");
    size_t found = 0;
    for (size_t at; (at = str_find_str(text, none)) < text.n; found++)
        text = str_sub(text, at + none.n, text.n);
    if (found != rows || str_find_str(buf_str(&j->text), str_of(member)) >= j->text.n ||
        str_find_str(buf_str(&j->text), STR("\"complete\":true")) >= j->text.n)
        measure_die("%s: %zu of %zu rows in " STR_FMT, j->op->name, found, rows,
                    STR_ARG(str_sub(buf_str(&j->text), 0, 2000)));
}

static void measure(struct bench *b, const char *row, const char *op, struct str argument,
                    size_t rows)
{
    struct job j = {.b = b, .op = op_find(str_of(op)), .argument = argument};
    struct samples s;
    buf_init(&j.text, LIMIT_REPLY);
    samples_init(&s, CALLS);
    for (int i = 0; i < WARM_UP; i++)
        ask(b, &j);
    check(&j, rows, "\"data_type\":\"live\"");
    for (int i = 0; i < CALLS; i++) {
        if (i % 100 == 0)
            pass(b, 1000); /* ticks come in between, and are not part of an answer */
        j.is_done = false;
        buf_reset(&j.text);
        int64_t begin = measure_now();
        if (task_spawn(b->tasks, b->now, 30000, answer, &j) == NULL)
            measure_die("no task");
        tasks_run(b->tasks, b->now);
        samples_add(&s, measure_now() - begin);
        if (!j.is_done)
            measure_die("%s: the answer was not warm", op);
    }
    check(&j, rows, "\"data_type\":\"live\"");
    report_samples(row, &s);
    samples_fini(&s);
    buf_fini(&j.text);
}

static void symbols_of(const struct universe *u, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < universe_count(u) && n < SYMBOLS; i++) {
        const struct contract *c = &universe_at(u, i)->contract;
        if (c->sec_type == SEC_STK && strcmp(c->currency, "USD") == 0)
            buf_add_f(out, "%s%s.%s.USD", n++ ? "," : "", c->symbol, c->primary_exchange);
    }
    if (n < SYMBOLS)
        measure_die("too few shares");
}

static void pairs_of(const struct universe *u, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < universe_count(u) && n < PAIRS; i++) {
        const struct contract *c = &universe_at(u, i)->contract;
        if (c->sec_type == SEC_CASH)
            buf_add_f(out, "%s%s%s", n++ ? "," : "", c->symbol, c->currency);
    }
    if (n < PAIRS)
        measure_die("too few pairs");
}

static void build(struct bench *b)
{
    struct session_config config = {
        .client_id = 1, .min_version = 176, .max_version = 226, .seed = 1};
    struct core *core = &b->core;
    settings_init(&b->settings);
    b->tasks = tasks_new();
    core->settings = &b->settings;
    core->book = book_new();
    core->session = session_new(&config, (struct session_listener){on_event, b});
    core->resolver = resolver_new(core->session, core->book, b->tasks, NULL, "bench");
    core->quotes = quotes_new(core->session);
    core->currencies = currencies_new(core->session, core->quotes, core->book);
    core->history = history_new(core->session, NULL, core->zones);
    core->years = years_new(core->history);
    b->who = (struct principal){.face = FACE_TEST, .scopes = SCOPE_READ, .name = "bench"};
    session_opening(core->session, b->now);
    session_opened(core->session, b->now);
    for (int i = 0; i < 500 && !session_is_ready(core->session); i++)
        pass(b, 20);
    if (!session_is_ready(core->session))
        measure_die("the session is not ready");
}

static void end(struct bench *b)
{
    tasks_free(b->tasks);
    session_free(b->core.session);
    years_free(b->core.years);
    history_free(b->core.history);
    currencies_free(b->core.currencies);
    quotes_free(b->core.quotes);
    resolver_free(b->core.resolver);
    book_free(b->core.book);
    settings_fini(&b->settings);
    paper_free(b->paper);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        measure_die("usage: quotes INSTRUMENTS_FILE");
    static struct bench b;
    struct error e = {0};
    struct str csv = measure_file(argv[1]);
    const struct paper_config config = {.seed = 1};
    struct universe *u = universe_new(csv, &e);
    struct buf symbols, pairs;
    b.now = (struct moment){{NS_PER_S}, {(int64_t)FIRST_S * NS_PER_S}};
    b.paper = u != NULL ? paper_new(&config, csv, b.now, &e) : NULL;
    if (b.paper == NULL)
        measure_die("%s", e.text);
    b.peer = paper_connect(b.paper, b.now);
    build(&b);
    buf_init(&symbols, 4096);
    buf_init(&pairs, 4096);
    symbols_of(u, &symbols);
    pairs_of(u, &pairs);
    measure(&b, "quotes", "get_market_data", buf_str(&symbols), SYMBOLS);
    measure(&b, "rates", "get_forex_rates", buf_str(&pairs), PAIRS);
    buf_fini(&symbols);
    buf_fini(&pairs);
    universe_free(u);
    end(&b);
    return 0;
}
