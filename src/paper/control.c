/* SPDX-License-Identifier: MIT */
#include "paper/control.h"

#include "data/json.h"
#include "paper/paper_private.h"

#include <stdio.h>
#include <string.h>

/* What a word works with. */
struct control {
    struct paper *p;
    struct moment now;
    struct str rest;       /* what follows the word */
    struct json_writer *w; /* inside the answer's object */
    bool is_later;
};

typedef bool word_fn(struct control *c, struct error *e);

static bool unusable(struct error *e, const char *what)
{
    return error_set(e, ERROR_INVALID, "CONTROL", "%s", what);
}

/* ---- answers ---- */
static void add_clients(struct control *c)
{
    json_key(c->w, "clients");
    json_begin_array(c->w);
    for (const struct paper_peer *peer = c->p->peers; peer != NULL; peer = peer->next) {
        if (!peer->is_started || peer->is_closing)
            continue;
        json_begin_object(c->w);
        json_key(c->w, "client");
        json_i64(c->w, peer->client_id);
        json_key(c->w, "version");
        json_i64(c->w, peer->version);
        json_key(c->w, "lines");
        json_i64(c->w, (int64_t)peer->line_count);
        json_key(c->w, "half_open");
        json_bool(c->w, peer->is_dead);
        json_end_object(c->w);
    }
    json_end_array(c->w);
}

static size_t working_orders(const struct paper *p)
{
    size_t n = 0;
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++)
        n += ticket_is_live(venue_ticket_at(p->venue, i));
    return n;
}

static bool word_status(struct control *c, struct error *e)
{
    const struct paper *p = c->p;
    (void)e;
    json_key(c->w, "time");
    json_time(c->w, paper_time(p));
    json_key(c->w, "paused");
    json_bool(c->w, p->clock.is_paused);
    json_key(c->w, "speed");
    json_i64(c->w, p->clock.speed);
    json_key(c->w, "seed");
    json_i64(c->w, (int64_t)p->seed);
    json_key(c->w, "max_version");
    json_i64(c->w, p->max_version);
    json_key(c->w, "link");
    json_text(c->w, p->faults.is_link_down ? "lost" : "up");
    json_key(c->w, "orders_working");
    json_i64(c->w, (int64_t)working_orders(p));
    json_key(c->w, "fills");
    json_i64(c->w, (int64_t)venue_fill_count(p->venue));
    json_key(c->w, "faults_waiting");
    json_i64(c->w, (int64_t)p->faults.waiting_count);
    json_key(c->w, "held");
    json_text(c->w, p->held[0] ? p->held : NULL);
    add_clients(c);
    return true;
}

static bool word_orders(struct control *c, struct error *e)
{
    (void)e;
    json_key(c->w, "orders");
    json_begin_array(c->w);
    for (size_t i = 0; i < venue_ticket_count(c->p->venue); i++) {
        const struct ticket *t = venue_ticket_at(c->p->venue, i);
        if (!ticket_is_live(t))
            continue;
        json_begin_object(c->w);
        json_key(c->w, "perm_id");
        json_i64(c->w, t->order.perm_id);
        json_key(c->w, "client");
        json_i64(c->w, t->order.client_id);
        json_key(c->w, "order_id");
        json_i64(c->w, t->order.order_id);
        json_key(c->w, "account");
        json_text(c->w, t->order.account);
        json_key(c->w, "side");
        json_text(c->w, side_text(t->order.side));
        json_key(c->w, "quantity");
        json_dec(c->w, t->order.quantity);
        json_key(c->w, "filled");
        json_dec(c->w, t->status.filled);
        json_key(c->w, "symbol");
        json_text(c->w, t->order.contract.symbol);
        json_key(c->w, "con_id");
        json_i64(c->w, t->order.contract.con_id);
        json_key(c->w, "type");
        json_text(c->w, order_type_text(t->order.type));
        json_key(c->w, "limit");
        json_opt_dec(c->w, t->order.limit_price);
        json_key(c->w, "state");
        json_text(c->w, order_state_text(t->status.state));
        json_end_object(c->w);
    }
    json_end_array(c->w);
    return true;
}

static bool word_quote(struct control *c, struct error *e)
{
    char text[FAULT_TEXT_MAX], bid[48], ask[48];
    (void)fault_word(&c->rest, text);
    const struct instrument *i = paper_listing(c->p, text, e);
    if (i == NULL)
        return false;
    if (!paper_quote(c->p, i->contract.con_id, c->now, bid, ask))
        return unusable(e, "that contract has no quote");
    json_key(c->w, "con_id");
    json_i64(c->w, i->contract.con_id);
    json_key(c->w, "bid");
    json_raw(c->w, str_of(bid));
    json_key(c->w, "ask");
    json_raw(c->w, str_of(ask));
    return true;
}

static bool word_faults(struct control *c, struct error *e)
{
    char usage[256];
    (void)e;
    json_key(c->w, "faults");
    json_begin_array(c->w);
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        const struct fault_row *row = fault_row((enum fault_kind)i);
        fault_usage(row, usage, sizeof usage);
        json_begin_object(c->w);
        json_key(c->w, "usage");
        json_text(c->w, usage);
        json_key(c->w, "what");
        json_text(c->w, row->what);
        json_end_object(c->w);
    }
    json_end_array(c->w);
    return true;
}

/* ---- the clock ---- */
static bool word_pause(struct control *c, struct error *e)
{
    paper_pause(c->p, true, c->now);
    return word_status(c, e);
}

static bool word_resume(struct control *c, struct error *e)
{
    paper_pause(c->p, false, c->now);
    return word_status(c, e);
}

static bool word_speed(struct control *c, struct error *e)
{
    int64_t n;
    struct str rest = str_trim(c->rest);
    if (rest.n > 1 && rest.p[rest.n - 1] == 'x')
        rest.n--;
    if (!str_to_i64(rest, &n) || n < 1 || n > SIM_SPEED_MAX ||
        !paper_set_speed(c->p, (int)n, c->now))
        return unusable(e, "speed takes a number between 1 and 10000");
    return word_status(c, e);
}

static bool word_step(struct control *c, struct error *e)
{
    int64_t ms = -1, seconds;
    struct str rest = str_trim(c->rest);
    bool ok = true;
    if (!str_to_i64(rest, &seconds))
        ok = fault_parse_ms(rest, &ms);
    else if (seconds >= 0 && seconds <= PAPER_LEAD_MS_MAX / 1000)
        ms = seconds * 1000;
    if (!ok || ms < 0 || ms > PAPER_LEAD_MS_MAX)
        return unusable(e, "step takes seconds or a duration such as 500ms, 90s, 2h, at most 31d");
    if (!paper_lead(c->p, ms, c->now))
        return unusable(e, "an earlier step is not finished");
    c->is_later = paper_is_led(c->p);
    return c->is_later || word_status(c, e);
}

/* ---- faults ---- */
static bool run_fault(struct control *c, struct str line, struct error *e)
{
    int64_t next_perm, seq;
    struct fault fault;
    if (!fault_parse(line, &fault, e))
        return false;
    if (fault.row == NULL)
        return unusable(e, "fault needs the name of one; `faults` lists them");
    venue_counters(c->p->venue, &next_perm, &seq);
    if (!paper_fault(c->p, line, c->now, e))
        return false;
    json_key(c->w, fault.when == FAULT_NOW ? "done" : "waiting");
    json_text(c->w, fault.row->name);
    if (fault.when == FAULT_NOW && fault.row->kind == FAULT_PLACE) {
        json_key(c->w, "perm_id");
        json_i64(c->w, next_perm);
    }
    return true;
}

static bool word_fault(struct control *c, struct error *e)
{
    return run_fault(c, c->rest, e);
}

static bool word_help(struct control *c, struct error *e)
{
    const char *usage, *what;
    (void)e;
    json_key(c->w, "words");
    json_begin_array(c->w);
    for (size_t i = 0; control_word(i, &usage, &what); i++) {
        json_begin_object(c->w);
        json_key(c->w, "usage");
        json_text(c->w, usage);
        json_key(c->w, "what");
        json_text(c->w, what);
        json_end_object(c->w);
    }
    json_end_array(c->w);
    return true;
}

/* ---- the table ---- */
static const struct {
    const char *name, *usage, *what;
    word_fn *run;
} words[] = {
    {"status", "status", "time, clock, clients, what waits", word_status},
    {"pause", "pause", "the simulated clock stands still; requests are answered", word_pause},
    {"resume", "resume", "the clock goes on", word_resume},
    {"step", "step SECONDS|TIME", "that much time passes, as fast as it can be computed",
     word_step},
    {"speed", "speed N", "simulated seconds per second, 1 to 10000", word_speed},
    {"quote", "quote SYMBOL", "bid and ask now", word_quote},
    {"orders", "orders", "the working orders of all clients", word_orders},
    {"fault", "fault [WHEN] NAME [ARGUMENT ...]", "does or arms a fault", word_fault},
    {"faults", "faults", "the table of faults", word_faults},
    {"help", "help", "these words", word_help},
};

bool control_word(size_t i, const char **usage, const char **what)
{
    if (i >= sizeof words / sizeof words[0])
        return false;
    *usage = words[i].usage;
    *what = words[i].what;
    return true;
}

/* ---- one line ---- */
static bool is_fault_name(const char *word)
{
    static const char *const whens[] = {"at", "after", "every", "chance"};
    for (size_t i = 0; i < sizeof whens / sizeof whens[0]; i++)
        if (strcmp(whens[i], word) == 0)
            return true;
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (strcmp(fault_row((enum fault_kind)i)->name, word) == 0)
            return true;
    return false;
}

/* Runs `fn` between the braces of an answer; what it wrote before it failed is taken back. */
static bool answer(struct control *c, word_fn *fn, struct buf *out)
{
    struct error e = {0};
    struct json_writer w;
    size_t start = out->n;
    c->w = &w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "ok");
    json_bool(&w, true);
    bool ok = fn(c, &e);
    if (!ok) {
        buf_cut(out, start);
        json_writer_init(&w, out);
        json_begin_object(&w);
        json_key(&w, "ok");
        json_bool(&w, false);
        json_key(&w, "error");
        json_text(&w, e.text);
    }
    json_end_object(&w);
    c->w = NULL;
    (void)buf_add_char(out, '\n');
    return ok;
}

static bool whole_line_as_fault(struct control *c, struct error *e)
{
    return run_fault(c, c->rest, e);
}

static bool not_a_word(struct control *c, struct error *e)
{
    (void)c;
    return unusable(e, "not understood; `help` lists the words");
}

enum control_outcome control_run(struct paper *p, struct str line, struct moment now,
                                 struct buf *out)
{
    struct control c = {.p = p, .now = now, .rest = line};
    char word[FAULT_TEXT_MAX];
    size_t start = out->n;
    paper_step(p, now);
    (void)fault_word(&c.rest, word);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].name, word) != 0)
            continue;
        (void)answer(&c, words[i].run, out);
        if (!c.is_later)
            return CONTROL_DONE;
        buf_cut(out, start);
        return CONTROL_LATER;
    }
    c.rest = line;
    if (is_fault_name(word)) {
        (void)answer(&c, whole_line_as_fault, out);
        return CONTROL_DONE;
    }
    (void)answer(&c, not_a_word, out);
    return CONTROL_UNKNOWN;
}

void control_finish(struct paper *p, struct buf *out)
{
    struct control c = {.p = p, .now = p->now};
    (void)answer(&c, word_status, out);
}
