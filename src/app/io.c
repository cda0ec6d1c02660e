/* SPDX-License-Identifier: MIT */
#include "app/io_inside.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/tls.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    CLOSE_WAIT_MS = 1000,
    KILL_FILE_MS = 1000,
    PAPER_RESTART_MS = 500, /* doubled up to the next or so while it does not stay up */
    PAPER_RESTART_MAX_MS = 30 * 1000,
    PAPER_STAYS_MS = 5000,
    PAPER_GRACE_MS = 3000,
    INPUT_PIECE = 512,
    UNREAD_ENOUGH = 32 << 10, /* of a client that has this much to read nothing more is taken */
    IN_MAX = 1 << 20,         /* what one read brings is less */
};

/* ---- the broker's stream ---- */

static void broker_opened(void *self)
{
    struct io *io = self;
    io->broker_is_open = true;
    session_opened(app_session(io->app), loop_now(io->loop));
}

static void broker_data(void *self, struct str bytes)
{
    struct io *io = self;
    session_input(app_session(io->app), bytes, loop_now(io->loop));
}

static void broker_closed(void *self, const struct error *why)
{
    struct io *io = self;
    io->broker = NULL;
    io->broker_is_open = false;
    session_closed(app_session(io->app), why ? str_of(why->text) : STR("the other side closed"),
                   loop_now(io->loop));
}

static void open_broker(struct io *io, struct moment now)
{
    const struct broker_settings *b = &io->config->app.settings->values.broker;
    struct net_address to = {
        .path = io->config->paper_socket, .host = b->host.p, .port = (uint16_t)b->port};
    struct stream_owner owner = {
        .on_open = broker_opened, .on_data = broker_data, .on_close = broker_closed, .self = io};
    session_opening(app_session(io->app), now);
    io->broker = stream_connect(io->loop, &to, LIMIT_SESSION_OUT, CONNECT_TIMEOUT_MS, &owner);
}

static void drive_broker(struct io *io, struct moment now)
{
    struct session *s = app_session(io->app);
    if (!io->broker && session_wants_open(s, now))
        open_broker(io, now);
    struct str out = session_output(s);
    if (io->broker_is_open && out.n && stream_send(io->broker, out))
        session_sent(s, out.n);
    if (!io->broker || !session_wants_close(s)) {
        io->close_by = INSTANT_NEVER;
        return;
    }
    /* what is queued (a last cancel, say) still goes out, within a second */
    if (io->close_by.ns == INSTANT_NEVER.ns)
        io->close_by = instant_after_ms(now.mono, CLOSE_WAIT_MS);
    if (stream_queued(io->broker) && !instant_due(io->close_by, now.mono))
        return;
    stream_close(io->broker);
    io->broker = NULL;
    io->broker_is_open = false;
    session_closed(s, STR("closed by us"), now);
}

/* ---- local connections ---- */

static void forget_input(struct client *c)
{
    if (c->in.p)
        explicit_bzero(c->in.p, c->in.room); /* a PIN may have come this way */
    buf_rest(&c->in, 0);
}

static void client_free(struct client *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    local_free(c->local);
    forget_input(c);
    xfree(c);
}

static void send_output(struct client *c)
{
    for (struct str out; (out = local_output(c->local)).n;) {
        if (!stream_send(c->stream, out))
            break;
        local_sent(c->local, out.n);
    }
}

/*
 * A burst is answered piece by piece: the client reads while the rest is worked on, and a few
 * requests at a time have memory of their own. Of a client that does not read no more is taken.
 * Returns what is left.
 */
static struct str hand_in(struct client *c, struct str bytes)
{
    struct moment now = loop_now(c->io->loop);
    size_t at = 0;
    for (; at < bytes.n && stream_queued(c->stream) < UNREAD_ENOUGH; at += INPUT_PIECE) {
        local_input(c->local, str_sub(bytes, at, at + INPUT_PIECE), now);
        tasks_run(app_tasks(c->io->app), now);
        send_output(c);
    }
    return str_sub(bytes, at, bytes.n);
}

static void client_data(void *self, struct str bytes)
{
    struct client *c = self;
    struct str rest = hand_in(c, bytes);
    if (!rest.n)
        return;
    bool ok = buf_add_str(&c->in, rest);
    assert(ok); /* it was empty: nothing is read before it has been handed in */
    (void)ok;
    stream_pause(c->stream);
}

static void client_go_on(struct client *c)
{
    struct str rest = hand_in(c, buf_str(&c->in));
    buf_consume(&c->in, c->in.n - rest.n);
    if (rest.n)
        return;
    forget_input(c);
    stream_resume(c->stream);
}

static void client_end(void *self)
{
    struct client *c = self;
    local_end(c->local);
}

static void client_closed(void *self, const struct error *why)
{
    (void)why;
    client_free(self);
}

static int64_t uid_of(struct stream *s)
{
    struct str peer = str_of(stream_peer(s)); /* "uid 1000 pid 4711" */
    struct str word;
    int64_t uid = -1;
    if (str_cut(&peer, ' ', &word) && str_eq(word, STR("uid")) && str_cut(&peer, ' ', &word))
        (void)str_to_i64(word, &uid);
    return uid;
}

static void client_new(void *self, struct stream *s)
{
    struct io *io = self;
    struct client *c = xcalloc(1, sizeof *c);
    c->io = io;
    c->stream = s;
    c->local = local_new(io->app, uid_of(s));
    buf_init(&c->in, IN_MAX);
    c->link = &io->clients;
    c->next = io->clients;
    if (c->next)
        c->next->link = &c->next;
    io->clients = c;
    stream_own(
        s, &(struct stream_owner){
               .on_data = client_data, .on_end = client_end, .on_close = client_closed, .self = c});
}

static void drive_clients(struct io *io)
{
    for (struct client *c = io->clients; c; c = c->next) {
        send_output(c);
        if (c->in.n)
            client_go_on(c);
        if (!c->is_ending && !local_output(c->local).n && local_is_done(c->local)) {
            c->is_ending = true;
            stream_end(c->stream);
        }
    }
}

/* ---- who pulls the kill switch from outside ---- */

static void pull(struct io *io, struct str principal, struct str why, struct moment now)
{
    struct gate *g = app_core(io->app)->gate;
    struct gate_kill_request r = {
        .principal = principal, .why = why, .keep_stops = gate_limits(g)->kill_keeps_stops};
    struct error e;
    if (!gate_kill(g, &r, now, &e))
        log_error(&io->log, "kill switch: %s", e.text);
}

/* As long as the file is there the switch is on, whoever releases it. */
static void look_for_kill_file(struct io *io, struct moment now)
{
    struct gate_kill_status k;
    if (!instant_due(io->kill_look, now.mono))
        return;
    io->kill_look = instant_after_ms(now.mono, KILL_FILE_MS);
    gate_kill_status(app_core(io->app)->gate, &k);
    if (!k.is_killed && file_exists(io->config->kill_path))
        pull(io, STR("file"), str_of(io->config->kill_path), now);
}

/* ---- the embedded exchange ---- */

static void paper_exited(void *self, struct process_exit how)
{
    struct io *io = self;
    struct instant now = loop_now(io->loop).mono;
    struct core *core = app_core(io->app);
    log_warn(&io->log, "paper exchange ended %s=%d \"%s\"", how.by_signal ? "signal" : "status",
             how.code, how.said);
    process_free(io->paper);
    io->paper = NULL;
    core->exchange_trouble[0] = '\0';
    if (instant_ms_since(io->paper_started, now) >= PAPER_STAYS_MS) {
        io->paper_wait_ms = PAPER_RESTART_MS;
    } else {
        (void)snprintf(core->exchange_trouble, sizeof core->exchange_trouble,
                       "the embedded exchange does not stay up: %s; its log is %.140s",
                       how.said[0] ? how.said : "it said nothing", io->config->paper_log);
        io->paper_wait_ms *= io->paper_wait_ms < PAPER_RESTART_MAX_MS ? 2 : 1;
    }
    io->paper_retry = instant_after_ms(now, io->paper_wait_ms);
}

static void drive_paper(struct io *io, struct moment now)
{
    if (io->paper || !io->config->paper_argv || io->is_stopping ||
        !instant_due(io->paper_retry, now.mono))
        return;
    struct error e = {0};
    io->paper_started = now.mono;
    struct process_config config = {.argv = io->config->paper_argv,
                                    .log_path = io->config->paper_log};
    struct process_owner owner = {paper_exited, io};
    io->paper = process_start(io->loop, &config, &owner, &e);
    if (!io->paper) {
        log_error(&io->log, "paper exchange: %s", e.text);
        io->paper_retry = instant_after_ms(now.mono, PAPER_RESTART_MS);
    }
}

/* ---- the turn ---- */

static void stop(struct io *io, struct moment now)
{
    if (io->is_stopping)
        return;
    io->is_stopping = true;
    journal_recover(app_journal(io->app)); /* a failed disk gets one more chance */
    journal_hurry(app_journal(io->app));
    log_info(&io->log, "stopping");
    listener_close(io->listener); /* who comes now starts the next daemon */
    io->listener = NULL;
    app_stop(io->app, now);
}

/* Everything has been said and written; a disk that cannot be written holds nobody up. */
static bool is_finished(const struct io *io)
{
    return io->is_stopping && !io->broker && io_disk_is_idle(io);
}

static void turn(void *self, struct moment now)
{
    struct io *io = self;
    look_for_kill_file(io, now);
    app_turn(io->app, now);
    if (app_stop_requested(io->app))
        stop(io, now);
    drive_paper(io, now);
    drive_broker(io, now);
    drive_clients(io);
    io_disk_drive(io, now);
    cached_drive(io->config->cached);
    struct instant next = instant_min(app_next(io->app), io->close_by);
    next = instant_min(next, io->kill_look);
    next = instant_min(next, io_disk_next(io));
    next = instant_min(next, oauth_next(access_oauth(app_access(io->app))));
    if (!io->paper && io->config->paper_argv)
        next = instant_min(next, io->paper_retry);
    loop_wake_at(io->loop, next);
    if (tasks_runnable(app_tasks(io->app)))
        loop_again(io->loop);
    if (!is_finished(io))
        return;
    if (journal_pending(app_journal(io->app)))
        log_error(&io->log, "ended with %zu records that could not be written",
                  journal_pending(app_journal(io->app)));
    loop_stop(io->loop);
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct io *io = self;
    struct moment now = loop_now(io->loop);
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        stop(io, now);
    else if (signal == LOOP_SIGNAL_USR1)
        pull(io, STR("signal"), STR("SIGUSR1"), now);
}

/* Whether a user other than our own may connect. */
static bool admits(void *self, int64_t uid)
{
    const struct io *io = self;
    const struct access_settings *a = &io->config->app.settings->values.access;
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)uid);
    return guard_list_has(a->client_uids, str_of(text)) ||
           guard_list_has(a->admin_uids, str_of(text));
}

static bool usage(struct core_usage *out)
{
    struct process_usage u;
    bool ok = process_usage(&u);
    *out = (struct core_usage){u.memory_bytes, u.cpu_ms, u.open_files};
    return ok;
}

static bool start(struct io *io, struct error *e)
{
    const struct access_settings *access = &io->config->app.settings->values.access;
    bool is_shared = access->client_uids.n || access->admin_uids.n;
    struct listener_config local = {.at = {.path = io->config->socket_path},
                                    .max_streams = LIMIT_CLIENTS,
                                    .out_cap = 2 * LIMIT_REPLY,
                                    .on_stream = client_new,
                                    .admits = is_shared ? admits : NULL,
                                    .self = io};
    if (!io_disk_open(io, e))
        return false;
    struct app_config app = io->config->app;
    app.kill_reserve = buf_str(&io->reserve_text);
    app.usage = usage;
    io->app = app_new(&app, clock_now(), e);
    if (!io->app)
        return false;
    io_disk_start(io);
    cached_start(io->config->cached, io->loop, app_cache(io->app));
    if (!io_http_start(io, e))
        return false;
    io->listener = listener_open(io->loop, &local, e);
    return io->listener != NULL;
}

static void finish(struct io *io)
{
    listener_close(io->listener);
    httpd_stop(io->httpd);
    io->httpd = NULL;
    while (io->clients) {
        stream_close(io->clients->stream);
        client_free(io->clients);
    }
    stream_close(io->broker);
    if (io->paper)
        process_stop(io->paper, PAPER_GRACE_MS);
    process_free(io->paper);
    io_disk_stop(io);
    cached_stop(io->config->cached);
    app_free(io->app);
    io_disk_close(io);
    loop_free(io->loop);
    tls_free(io->tls); /* connections let go of it as the loop closes them */
}

bool io_run(const struct io_config *config, struct error *e)
{
    struct io io = {.config = config,
                    .log = {config->app.sink, "io"},
                    .close_by = INSTANT_NEVER,
                    .paper_wait_ms = PAPER_RESTART_MS,
                    .anchor_ok = true};
    io.loop = loop_new(&(struct loop_owner){turn, on_signal, &io});
    bool ok = start(&io, e);
    if (ok) {
        log_info(&io.log, "ready build=%s socket=%s http=%d", config->app.build,
                 config->socket_path, io.httpd ? (int)httpd_port(io.httpd) : 0);
        loop_run(io.loop);
    }
    finish(&io);
    return ok;
}
