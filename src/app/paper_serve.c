/* SPDX-License-Identifier: MIT */
#include "app/paper_serve.h"

#include "app/paper_bars.h"
#include "app/paper_main.h"
#include "app/paper_port.h"
#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/files.h"

#include <stdio.h>
#include <string.h>

enum {
    STATE_MAX = 256 << 20, /* bytes of a state file that is read back */
    COMPACT_AT = 4 << 20,  /* a file longer than this is rewritten at the start, and while ... */
    COMPACT_TIMES = 4,     /* ... it has as many times what it then would have */
    FAULTS_FILE_MAX = 1 << 20, /* bytes of a file of faults */
    CLIENT_OUT_MAX = 32 << 20, /* bytes waiting for one slow client */
    STEP_OUT_MAX = 16 << 20,   /* with more than that waiting, a step waits for the client */
    STEP_WAIT_MS = 10000,      /* ... unless it has read nothing for so long */
    STEP_LOOK_MS = 20,         /* between two looks at it */
    RETRY_MS = 1000            /* between two attempts to write to a full disk */
};

struct serving {
    const struct paper_options *options;
    struct loop *loop;
    struct listener *listener;
    struct paper_port *control, *control_tcp; /* NULL: none */
    struct paper *paper;
    struct append_file *file; /* NULL: nothing is kept */
    int64_t compact_at;       /* bytes of it beyond which it is rewritten */
    struct client *clients;
    struct log log;
    bool is_full;         /* the disk is: nothing is accepted */
    struct instant retry; /* when to try again */
    struct error failure; /* why the loop was left, if it was not asked to */
};

struct client {
    struct serving *s;
    struct stream *stream;
    struct paper_peer *peer;
    struct client *next, **link;
    size_t queued;        /* at the last look while a step waits for it; 0 else */
    struct instant moved; /* when it had last read something */
    bool is_ending;
};

/* ---- clients ---- */

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
        log_warn(&s->log, "refused a client: %d are connected, or a fault wants it so",
                 PAPER_PEERS_MAX);
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

static void drop_clients(struct serving *s)
{
    while (s->clients) {
        stream_close(s->clients->stream);
        client_free(s->clients);
    }
}

/*
 * A step computes faster than clients read. What is left with the exchange stops the step there, so
 * it goes on as fast as the slowest client that reads at all; one that does not is dropped as
 * usual.
 */
static bool step_waits(struct client *c, struct moment now)
{
    size_t queued = stream_queued(c->stream);
    bool is_much = paper_is_led(c->s->paper) && !c->is_ending && queued > STEP_OUT_MAX;
    if (!is_much || c->queued == 0 || queued < c->queued)
        c->moved = now.mono;
    c->queued = is_much ? queued : 0;
    return is_much && !instant_due(instant_after_ms(c->moved, STEP_WAIT_MS), now.mono);
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

/* ---- state ---- */

static bool open_paper(struct serving *s, const struct paper_config *config, struct error *e)
{
    s->paper = paper_new(config, paper_main_instruments(), clock_now(), e);
    const char *bars = s->options->bars;
    return s->paper != NULL && (bars == NULL || paper_bars_load(s->paper, bars, e));
}

/* Reads the file back; *is_torn tells that its end does not count. */
static bool read_state(struct serving *s, struct buf *lines, bool *is_torn, struct error *e)
{
    const char *path = s->options->state;
    size_t keep = 0;
    bool ok = !file_exists(path) || file_read(path, STATE_MAX, lines, e);
    if (ok && !paper_restore(s->paper, buf_str(lines), &keep, clock_now(), e))
        ok = error_next(e, "move %s away to start afresh", path);
    *is_torn = ok && keep < lines->n;
    return ok;
}

/* Replaces the file by the state as it is; what happened before is forgotten. */
static bool rewrite(struct serving *s, struct error *e)
{
    struct buf lines;
    buf_init(&lines, STATE_MAX);
    bool ok = paper_snapshot(s->paper, &lines)
                  ? file_write(s->options->state, buf_str(&lines), e)
                  : error_set(e, ERROR_LIMIT, "TOO_LARGE", "the exchange's state is too large");
    buf_fini(&lines);
    if (ok)
        paper_records_taken(s->paper, paper_records(s->paper).n); /* the snapshot has them */
    return ok;
}

static bool open_file(struct serving *s, struct error *e)
{
    s->file = append_open(s->options->state, e);
    int64_t size = s->file ? append_size(s->file) : 0;
    s->compact_at = size * COMPACT_TIMES > COMPACT_AT ? size * COMPACT_TIMES : COMPACT_AT;
    return s->file != NULL;
}

static bool restore(struct serving *s, struct error *e)
{
    struct buf lines;
    bool is_torn;
    buf_init(&lines, STATE_MAX);
    bool ok = read_state(s, &lines, &is_torn, e);
    if (is_torn)
        log_warn(&s->log, "the last record was torn by a crash and is left out");
    if (ok && (is_torn || lines.n > COMPACT_AT || !lines.n))
        ok = rewrite(s, e);
    buf_fini(&lines);
    return ok && open_file(s, e);
}

/*
 * The exchange runs for months, and the file must stay one that can be read back. Nothing is
 * pending. Whether a failure came before or behind the replacing, what the name stands for is
 * whole: that is what goes on. False if it cannot be opened.
 */
static bool keep_short(struct serving *s)
{
    struct error e = {0};
    if (!s->file || append_size(s->file) <= s->compact_at)
        return true;
    bool ok = rewrite(s, &e);
    append_close(s->file);
    if (!open_file(s, &s->failure))
        return false;
    if (ok)
        return true;
    log_warn(&s->log, "the state file is not rewritten: %s", e.text);
    s->compact_at = append_size(s->file) + COMPACT_AT;
    return true;
}

/* What could not be written never happened: back to what the file says, and no orders. */
static bool fall_back(struct serving *s, struct error *e)
{
    struct buf lines;
    bool is_torn;
    struct paper_config config = s->options->paper;
    char why[ERROR_TEXT_MAX];
    str_copy_cut(why, sizeof why, STR_NAME(s->failure.text));
    drop_clients(s);
    paper_clock(s->paper, &config);
    paper_free(s->paper);
    s->paper = NULL;
    buf_init(&lines, STATE_MAX);
    bool ok = open_paper(s, &config, e) && read_state(s, &lines, &is_torn, e);
    if (ok && is_torn)
        ok = error_set(e, ERROR_INTERNAL, "STATE_FILE", "%s: a torn record cannot be removed",
                       s->options->state);
    buf_fini(&lines);
    if (!ok)
        return false;
    log_error(&s->log, "orders are refused: %s", why);
    paper_hold(s->paper, why);
    s->is_full = true;
    s->retry = instant_after_ms(loop_now(s->loop).mono, RETRY_MS);
    return true;
}

/* Records first, then what they explain: nothing is acknowledged that a crash could undo. */
static bool keep_records(struct serving *s, struct moment now)
{
    if (s->is_full && !instant_due(s->retry, now.mono))
        return true;
    if (s->is_full)
        paper_touch(s->paper); /* something to write */
    struct str records = paper_records(s->paper);
    if (!records.n)
        return true;
    if (s->file && !append_write(s->file, records, &s->failure)) {
        bool is_full = !strcmp(s->failure.reason, "DISK_FULL") ||
                       !strcmp(s->failure.reason, "TOO_LARGE"); /* a quota on files */
        s->retry = instant_after_ms(now.mono, RETRY_MS);
        return is_full && (s->is_full || fall_back(s, &s->failure));
    }
    if (s->file && !append_sync(s->file, &s->failure))
        return false;
    paper_records_taken(s->paper, records.n);
    if (s->is_full) {
        s->is_full = false;
        paper_hold(s->paper, "");
        log_info(&s->log, "the disk has room again: orders are accepted");
    }
    return keep_short(s);
}

/* ---- turns ---- */

static void turn(void *self, struct moment now)
{
    struct serving *s = self;
    struct paper_port *const ports[] = {s->control, s->control_tcp};
    paper_step(s->paper, now);
    for (size_t i = 0; i < 2; i++)
        if (ports[i])
            paper_port_turn(ports[i], now);
    if (!keep_records(s, now)) {
        log_error(&s->log, "cannot keep the state: %s", s->failure.text);
        loop_stop(s->loop);
        return;
    }
    s->failure = (struct error){0};
    bool waits = false;
    for (struct client *c = s->clients, *next; c; c = next) {
        next = c->next;
        if (step_waits(c, now))
            waits = true;
        else
            send_output(c);
    }
    for (size_t i = 0; i < 2; i++)
        if (ports[i])
            paper_port_send(ports[i]);
    struct instant next = waits ? instant_after_ms(now.mono, STEP_LOOK_MS) : paper_next(s->paper);
    loop_wake_at(s->loop, s->is_full ? instant_min(next, s->retry) : next);
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct serving *s = self;
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        loop_stop(s->loop);
}

/* ---- start and end ---- */

static bool take_lock(const struct paper_options *o, struct lock_file **lock, struct error *e)
{
    char parent[PATH_TEXT_MAX], path[PATH_TEXT_MAX + 8];
    int holder = 0;
    (void)snprintf(path, sizeof path, "%.1020s.lock", o->state);
    if (!path_parent(o->state, parent))
        return error_set(e, ERROR_INVALID, "BAD_PATH", "--state is too long");
    if (!dir_make(parent, e))
        return false;
    *lock = lock_take(path, &holder, e);
    if (*lock)
        return true;
    if (e->code == ERROR_CONFLICT)
        (void)error_set(e, ERROR_CONFLICT, "LOCKED",
                        "%s: another paper exchange (process %d) uses this state", o->state,
                        holder);
    return error_next(e, "stop it, or give another --state or --port");
}

static bool arm_faults(struct serving *s, struct error *e)
{
    struct buf text;
    if (!s->options->faults)
        return true;
    buf_init(&text, FAULTS_FILE_MAX);
    bool ok = file_read(s->options->faults, FAULTS_FILE_MAX, &text, e) &&
              paper_faults(s->paper, buf_str(&text), s->options->faults, clock_now(), e);
    buf_fini(&text);
    return ok;
}

static bool open_control(struct serving *s, struct error *e)
{
    const struct paper_options *o = s->options;
    if (o->control_path[0]) {
        s->control = paper_port_open(s->loop, o->control_path, 0, &s->paper, e);
        if (!s->control) /* too long a path, most likely: the exchange is good without it */
            log_warn(&s->log, "no control socket: %s", e->text);
        *e = (struct error){0};
    }
    if (o->control_port < 0)
        return true;
    s->control_tcp = paper_port_open(s->loop, NULL, (uint16_t)o->control_port, &s->paper, e);
    if (!s->control_tcp)
        return error_next(e, "choose another --ctl");
    log_info(&s->log, "control port on 127.0.0.1:%d", (int)paper_port_number(s->control_tcp));
    return true;
}

static bool listen_for_clients(struct serving *s, struct error *e)
{
    const struct paper_options *o = s->options;
    struct listener_config config = {
        .at = {.path = o->socket, .host = "127.0.0.1", .port = (uint16_t)o->port},
        .max_streams = PAPER_PEERS_MAX,
        .out_cap = CLIENT_OUT_MAX,
        .on_stream = client_new,
        .self = s};
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
    return true;
}

static void finish(struct serving *s)
{
    paper_port_close(s->control);
    paper_port_close(s->control_tcp);
    listener_close(s->listener);
    drop_clients(s);
    append_close(s->file);
    paper_free(s->paper);
    loop_free(s->loop);
}

bool paper_serve(const struct paper_options *o, struct log log, struct error *e)
{
    struct serving s = {.options = o, .log = log};
    struct lock_file *lock = NULL;
    s.loop = loop_new(&(struct loop_owner){turn, on_signal, &s});
    bool ok = (!o->state || take_lock(o, &lock, e)) && open_paper(&s, &o->paper, e) &&
              (!o->state || restore(&s, e)) && arm_faults(&s, e) && open_control(&s, e) &&
              listen_for_clients(&s, e);
    if (ok) {
        loop_run(s.loop);
        *e = s.failure;
        ok = s.failure.code == ERROR_NONE;
    }
    finish(&s);
    lock_release(lock);
    return ok;
}
