/* SPDX-License-Identifier: MIT */
#include "app/paper_main.h"

#include "app/calendar_main.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "instruments.h" /* made by the build from data/instruments.csv */
#include "paper/paper.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/logfile.h"
#include "sys/net.h"
#include "sys/paths.h"

#include <stdio.h>
#include <string.h>

enum {
    STATE_MAX = 256 << 20,    /* bytes of a state file that is read back */
    COMPACT_AT = 4 << 20,     /* a file longer than this is rewritten at the start */
    CLIENT_OUT_MAX = 8 << 20, /* bytes waiting for one slow client */
    LOG_MAX = 1 << 20         /* asked for, but standard error is never turned over */
};

struct str paper_main_instruments(void)
{
    return (struct str){(const char *)instruments_csv, sizeof instruments_csv};
}

struct options {
    const char *socket; /* NULL: TCP */
    int64_t port;
    bool has_port;
    const char *state; /* NULL: nothing is kept */
    char state_path[PATH_TEXT_MAX];
    struct paper_config paper;
    bool is_memory;
};

struct serving {
    struct loop *loop;
    struct listener *listener;
    struct paper *paper;
    struct append_file *file; /* NULL: nothing is kept */
    struct client *clients;
    struct log log;
    struct error failure; /* why the loop was left, if it was not asked to */
};

struct client {
    struct serving *s;
    struct stream *stream;
    struct paper_peer *peer;
    struct client *next, **link;
    bool is_ending;
};

static void client_free(struct client *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    paper_disconnect(c->s->paper, c->peer, loop_now(c->s->loop));
    xfree(c);
}

static void client_data(void *self, struct str bytes)
{
    struct client *c = self;
    paper_input(c->s->paper, c->peer, bytes, loop_now(c->s->loop));
}

static void client_closed(void *self, const struct error *why)
{
    (void)why;
    client_free(self);
}

static void client_new(void *self, struct stream *stream)
{
    struct serving *s = self;
    struct paper_peer *peer = paper_connect(s->paper, loop_now(s->loop));
    if (!peer) {
        log_warn(&s->log, "refused a client: %d are connected already", PAPER_PEERS_MAX);
        return;
    }
    struct client *c = xcalloc(1, sizeof *c);
    c->s = s;
    c->stream = stream;
    c->peer = peer;
    c->link = &s->clients;
    c->next = s->clients;
    if (c->next)
        c->next->link = &c->next;
    s->clients = c;
    stream_own(stream, &(struct stream_owner){
                           .on_data = client_data, .on_close = client_closed, .self = c});
    log_info(&s->log, "client connected from %s", stream_peer(stream));
}

/* Records first, then what they explain: nothing is acknowledged that a crash could undo. */
static bool keep_records(struct serving *s)
{
    struct str records = paper_records(s->paper);
    if (!records.n)
        return true;
    if (s->file &&
        (!append_write(s->file, records, &s->failure) || !append_sync(s->file, &s->failure)))
        return false;
    paper_records_taken(s->paper, records.n);
    return true;
}

static void send_output(struct client *c)
{
    struct paper *p = c->s->paper;
    struct str out = paper_output(p, c->peer);
    if (out.n && !c->is_ending) {
        if (!stream_send(c->stream, out)) {
            log_warn(&c->s->log, "dropped a client that reads too slowly: %s",
                     stream_peer(c->stream));
            stream_close(c->stream);
            client_free(c);
            return;
        }
        paper_sent(p, c->peer, out.n);
    }
    if (!c->is_ending && paper_wants_close(c->peer) && !paper_output(p, c->peer).n) {
        c->is_ending = true;
        stream_end(c->stream);
    }
}

static void turn(void *self, struct moment now)
{
    struct serving *s = self;
    paper_step(s->paper, now);
    if (!keep_records(s)) {
        log_error(&s->log, "cannot keep the state: %s", s->failure.text);
        loop_stop(s->loop);
        return;
    }
    for (struct client *c = s->clients, *next; c; c = next) {
        next = c->next;
        send_output(c);
    }
    loop_wake_at(s->loop, paper_next(s->paper));
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct serving *s = self;
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        loop_stop(s->loop);
}

/* ---- state ---- */

static bool restore(struct serving *s, const char *path, struct error *e)
{
    struct buf lines;
    size_t keep = 0;
    struct moment now = clock_now();
    buf_init(&lines, STATE_MAX);
    bool ok = !file_exists(path) || file_read(path, STATE_MAX, &lines, e);
    ok = ok && paper_restore(s->paper, buf_str(&lines), &keep, now, e);
    bool is_torn = ok && keep < lines.n;
    if (is_torn)
        log_warn(&s->log, "the last record was torn by a crash and is left out");
    if (ok && (is_torn || lines.n > COMPACT_AT || !lines.n)) {
        buf_reset(&lines);
        ok = paper_snapshot(s->paper, &lines)
                 ? file_write(path, buf_str(&lines), e)
                 : error_set(e, ERROR_LIMIT, "TOO_LARGE", "the exchange's state is too large");
        paper_records_taken(s->paper, paper_records(s->paper).n); /* the snapshot has them */
    }
    buf_fini(&lines);
    if (!ok)
        return false;
    s->file = append_open(path, e);
    return s->file != NULL;
}

static bool prepare(struct serving *s, const struct options *o, struct lock_file **lock,
                    struct error *e)
{
    char parent[PATH_TEXT_MAX], lock_path[PATH_TEXT_MAX + 8];
    int holder = 0;
    s->paper = paper_new(&o->paper, paper_main_instruments(), clock_now(), e);
    if (!s->paper)
        return false;
    if (!o->state)
        return true;
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", o->state);
    if (!path_parent(o->state, parent))
        return error_set(e, ERROR_INVALID, "BAD_PATH", "--state is too long");
    if (!dir_make(parent, e))
        return false;
    *lock = lock_take(lock_path, &holder, e);
    if (!*lock)
        return error_next(e, "another paper exchange uses this state; stop it, or give --state");
    return restore(s, o->state, e);
}

/* ---- command line ---- */

static const char usage[] =
    "usage: portcullis paper [--port N | --socket PATH] [--state FILE | --memory] [--seed N]\n"
    "                        [--accounts DU...,DU...] [--sessions real] [--no-opening]\n"
    "                        [--max-version N]\n"
    "       portcullis paper --calendar CODE|all [--from YEAR] [--to YEAR]\n"
    "The paper exchange: a TWS simulator on 127.0.0.1 (port 7497 unless given). Prices are\n"
    "simulated. --memory keeps nothing; otherwise orders and positions survive a restart.\n";

static bool refuse_flag(const char *name, const char *value, struct error *e)
{
    static const char *const known[] = {"--port",    "--socket",   "--state",      "--seed",
                                        "--accounts", "--sessions", "--max-version"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0)
            return value ? error_set(e, ERROR_INVALID, "USAGE", "%s: '%s' is not possible", name,
                                     value)
                         : error_set(e, ERROR_INVALID, "USAGE", "%s needs a value", name);
    return error_set(e, ERROR_INVALID, "USAGE", "%s is not understood", name);
}

static bool take_flag(struct options *o, const char *name, const char *value, struct error *e)
{
    int64_t n = 0;
    bool is_number = value && str_to_i64(str_of(value), &n) && n >= 0;
    if (strcmp(name, "--port") == 0 && is_number && n < 65536) {
        o->port = n;
        o->has_port = true;
    } else if (strcmp(name, "--socket") == 0 && value)
        o->socket = value;
    else if (strcmp(name, "--state") == 0 && value)
        o->state = value;
    else if (strcmp(name, "--seed") == 0 && is_number)
        o->paper.seed = (uint64_t)n;
    else if (strcmp(name, "--accounts") == 0 && value)
        o->paper.accounts = value;
    else if (strcmp(name, "--sessions") == 0 && value && strcmp(value, "real") == 0)
        o->paper.real_sessions = true;
    else if (strcmp(name, "--sessions") == 0 && value && strcmp(value, "around_the_clock") == 0)
        o->paper.real_sessions = false;
    else if (strcmp(name, "--max-version") == 0 && is_number)
        o->paper.max_version = (int)n;
    else
        return refuse_flag(name, value, e);
    return true;
}

static bool parse(struct options *o, int count, char *const *args, struct error *e)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(args[i], "--memory") == 0)
            o->is_memory = true;
        else if (strcmp(args[i], "--no-opening") == 0)
            o->paper.no_opening = true;
        else if (!take_flag(o, args[i], i + 1 < count ? args[i + 1] : NULL, e))
            return false;
        else
            i++;
    }
    if (o->has_port && o->socket)
        return error_set(e, ERROR_INVALID, "USAGE", "--port and --socket exclude each other");
    if (o->is_memory && o->state)
        return error_set(e, ERROR_INVALID, "USAGE", "--memory and --state exclude each other");
    if (o->is_memory) {
        o->state = NULL;
    } else if (!o->state) {
        struct paths paths;
        if (!paths_find(&paths, e))
            return false;
        (void)snprintf(o->state_path, sizeof o->state_path, "%.900s/paper-%lld/exchange.log",
                       paths.state, (long long)o->port);
        o->state = o->state_path;
    }
    return true;
}

static bool serve(struct serving *s, const struct options *o, struct error *e)
{
    struct listener_config config = {
        .at = {.path = o->socket, .host = "127.0.0.1", .port = (uint16_t)o->port},
        .max_streams = PAPER_PEERS_MAX,
        .out_cap = CLIENT_OUT_MAX,
        .on_stream = client_new,
        .self = s};
    s->loop = loop_new(&(struct loop_owner){turn, on_signal, s});
    s->listener = listener_open(s->loop, &config, e);
    if (!s->listener)
        return o->socket ? false : error_next(e, "choose another --port");
    if (o->socket)
        log_info(&s->log, "paper exchange on %s", o->socket);
    else
        log_info(&s->log, "paper exchange on 127.0.0.1:%d; connect any TWS client there",
                 (int)listener_port(s->listener));
    if (o->state)
        log_info(&s->log, "state is kept in %s", o->state);
    loop_run(s->loop);
    *e = s->failure;
    return s->failure.code == ERROR_NONE;
}

static void finish(struct serving *s)
{
    listener_close(s->listener);
    while (s->clients) {
        stream_close(s->clients->stream);
        client_free(s->clients);
    }
    append_close(s->file);
    paper_free(s->paper);
    if (s->loop)
        loop_free(s->loop);
}

int paper_main(int count, char *const *args)
{
    struct options o = {.port = 7497, .paper = {.seed = 1}};
    struct serving s = {0};
    struct error e = {0};
    struct lock_file *lock = NULL;
    if (count == 1 && (strcmp(args[0], "--help") == 0 || strcmp(args[0], "-h") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (count > 0 && strcmp(args[0], "--calendar") == 0)
        return calendar_main(count, args);
    if (!parse(&o, count, args, &e)) {
        fprintf(stderr, "portcullis paper: %s\n%s", e.text, usage);
        return 2;
    }
    struct logfile *logs = logfile_open(NULL, LOG_LEVEL_INFO, LOG_MAX, &e);
    if (!logs) {
        fprintf(stderr, "portcullis paper: %s\n", e.text);
        return 1;
    }
    s.log = (struct log){logfile_sink(logs), "paper"};
    o.paper.log = s.log;
    bool ok = prepare(&s, &o, &lock, &e) && serve(&s, &o, &e);
    finish(&s);
    lock_release(lock);
    logfile_close(logs);
    if (!ok)
        fprintf(stderr, "portcullis paper: %s%s%s\n", e.text, e.next[0] ? "; " : "", e.next);
    return ok ? 0 : 1;
}
