/* SPDX-License-Identifier: MIT */
#include "app/io.h"

#include "app/certificate.h"
#include "app/local.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "data/jwt.h"
#include "sys/clock.h"
#include "sys/fetch.h"
#include "sys/files.h"
#include "sys/httpd.h"
#include "sys/net.h"
#include "sys/process.h"
#include "sys/reserve.h"
#include "sys/worker.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    CLOSE_WAIT_MS = 1000,
    JOURNAL_RETRY_MS = 1000,
    DISK_JOBS_MAX = 8, /* one of each kind at a time */
    KILL_FILE_MS = 1000,
    PAPER_RESTART_MS = 500,
    PAPER_GRACE_MS = 3000,
    SPARE_FILES = 128,
    FETCH_TIMEOUT_MS = 5 * 1000,
    INPUT_PIECE = 1024,
};

struct io;

/* One connection on the daemon's socket; a member of a doubly linked list. */
struct client {
    struct io *io;
    struct stream *stream;
    struct local *local;
    struct client *next, **link;
    bool is_ending;
};

/* A small file that is replaced as a whole. */
struct kept_file {
    struct io *io;
    struct keep *keep;
    const char *path;
    struct buf text; /* at the worker while is_away */
    struct error error;
    bool is_away, ok;
    struct instant retry;
};

struct io {
    const struct io_config *config;
    struct app *app;
    struct loop *loop;
    struct log log;
    struct stream *broker;
    bool broker_is_open;
    struct instant close_by; /* the session wants an end: when it is cut off at the latest */
    struct listener *listener;
    struct client *clients;
    struct httpd *httpd;
    struct tls *tls;
    struct worker *disk;
    struct db *writer;
    struct journal_batch *batch; /* at the worker, or NULL */
    struct error batch_error;
    bool batch_ok;
    struct instant journal_retry;
    struct reserve *reserve;
    struct buf reserve_text; /* at the worker while is_keeping */
    struct error reserve_error;
    uint64_t reserve_version, kept_version;
    bool is_keeping, reserve_ok;
    struct instant reserve_retry, kill_look;
    struct kept_file files[APP_FILE_COUNT];
    struct worker *fetcher; /* of the issuer's keys: another server may take its time */
    struct buf keys;        /* at the fetcher while it has a job */
    struct error keys_error;
    bool keys_ok;
    struct worker *stretcher; /* apart from the disk's: a tenth of a second would hold orders up */
    struct pin_job pin_job;
    struct anchor head, anchor; /* of what is committed; the one at the worker */
    struct append_file *anchor_file;
    struct error anchor_error;
    bool is_anchoring, anchor_ok;
    struct instant anchor_due;
    struct process *paper;
    struct instant paper_retry;
    bool is_stopping;
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

static void client_free(struct client *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    local_free(c->local);
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

/* A burst is answered piece by piece: the client reads while the rest is worked on, and what waits
 * for it stays small. */
static void client_data(void *self, struct str bytes)
{
    struct client *c = self;
    for (size_t at = 0; at < bytes.n; at += INPUT_PIECE) {
        local_input(c->local, str_sub(bytes, at, at + INPUT_PIECE), loop_now(c->io->loop));
        send_output(c);
    }
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
        if (!c->is_ending && !local_output(c->local).n && local_is_done(c->local)) {
            c->is_ending = true;
            stream_end(c->stream);
        }
    }
}

/* ---- HTTP ---- */

static void http_reply(void *self, struct http_response *response)
{
    httpd_set_user(self, NULL);
    httpd_reply(self, response);
}

static void http_begin(void *self, struct http_response *response)
{
    httpd_stream_begin(self, response);
}

static bool http_send(void *self, struct str piece)
{
    return httpd_stream_send(self, piece);
}

static void http_end(void *self)
{
    httpd_set_user(self, NULL);
    httpd_stream_end(self);
}

static void http_request(void *self, struct httpd_exchange *x, const struct http_request *r)
{
    struct io *io = self;
    struct http_sink sink = {http_reply, http_begin, http_send, http_end, x};
    struct app_http *h = app_http_start(io->app, r, loop_now(io->loop), sink);
    if (h)
        httpd_set_user(x, h);
}

static void http_abandoned(void *self, struct httpd_exchange *x)
{
    (void)self;
    if (httpd_user(x))
        app_http_abandon(httpd_user(x));
}

static void http_refused(void *self, int status, struct http_response *response)
{
    (void)self;
    rest_refusal(status, response);
}

/* Whoever other machines reach has TLS, and lets nobody in who has no token. */
static bool may_listen(struct io *io, const struct http_settings *s, struct error *e)
{
    if (net_is_loopback(s->address.p))
        return true;
    if (!s->tls) {
        error_set(e, ERROR_DENIED, "NO_TLS",
                  "http.address " STR_FMT " is reached by other machines, and there is no TLS",
                  STR_ARG(s->address));
        return error_next(e, "set http.tls: true, or http.address: 127.0.0.1");
    }
    if (!tokens_at(app_core(io->app)->tokens, 0) &&
        !oauth_is_on(access_oauth(app_access(io->app)))) {
        error_set(e, ERROR_DENIED, "NO_TOKEN",
                  "http.address " STR_FMT " is reached by other machines, and there is no token",
                  STR_ARG(s->address));
        return error_next(e, "start with http.address: 127.0.0.1 and make one: portcullis token "
                             "add NAME");
    }
    return true;
}

static bool start_http(struct io *io, struct error *e)
{
    const struct http_settings *s = &io->config->app.settings->values.http;
    if (!s->enabled)
        return true;
    if (!may_listen(io, s, e))
        return false;
    if (s->tls &&
        !(io->tls = certificate_load(s, io->config->state_dir, clock_now().wall, &io->log, e)))
        return false;
    struct httpd_config config = {
        .address = s->address.p,
        .port = (uint16_t)s->port,
        .tls = io->tls,
        .max_connections = LIMIT_HTTP_CONNECTIONS,
        .max_per_address = LIMIT_HTTP_PER_ADDRESS,
        .header_max = LIMIT_HTTP_HEADER,
        .body_max = LIMIT_JSON_BYTES,
        .stream_queue_max = 1 << 20,
        .header_timeout_ms = 10 * 1000,
        .body_timeout_ms = 30 * 1000,
        .idle_timeout_s = 60,
    };
    struct httpd_owner owner = {http_request, http_abandoned, http_refused, io};
    net_allow_sockets(LIMIT_HTTP_CONNECTIONS + LIMIT_CLIENTS + SPARE_FILES);
    io->httpd = httpd_start(io->loop, &config, &owner, e);
    if (!io->httpd && strcmp(e->reason, "IN_USE") == 0 &&
        settings_is_default(io->config->app.settings, STR("http.port"))) {
        /* nobody asked for that port: assistants and the command line do without */
        log_warn(&io->log, "http is off: %s; http.port chooses another", e->text);
        return true;
    }
    if (!io->httpd)
        return strcmp(e->reason, "IN_USE") == 0
                   ? error_next(e, "choose another port with http.port (PORTCULLIS_HTTP_PORT)")
                   : error_next(e, "see http.address and http.port in the settings");
    app_http_listens(io->app, httpd_port(io->httpd), s->tls);
    return true;
}

/* ---- the journal's way to the disk ---- */

static void commit(void *arg)
{
    struct io *io = arg;
    struct error ignored; /* what is on the disk is on the disk; the next head will do */
    io->batch_ok = db_commit(io->writer, io->batch, &io->batch_error);
    if (io->batch_ok)
        (void)!db_head(io->writer, &io->head.seq, io->head.hash, &ignored);
}

static void committed(void *arg)
{
    struct io *io = arg;
    struct journal_batch *batch = io->batch;
    io->batch = NULL;
    if (!io->batch_ok) {
        log_error(&io->log, "journal: %s", io->batch_error.text);
        io->journal_retry = instant_after_ms(loop_now(io->loop).mono, JOURNAL_RETRY_MS);
    }
    journal_committed(app_journal(io->app), batch, io->batch_ok, &io->batch_error);
}

static void drive_journal(struct io *io, struct moment now)
{
    struct journal *j = app_journal(io->app);
    if (journal_is_failed(j) && instant_due(io->journal_retry, now.mono))
        journal_recover(j);
    if (!instant_due(journal_due(j), now.mono))
        return;
    io->batch = journal_take(j);
    if (!worker_submit(io->disk, commit, io, committed)) {
        io->batch_ok = false;
        error_set(&io->batch_error, ERROR_UNAVAILABLE, "JOURNAL_FAILED", "the disk worker is busy");
        committed(io);
    }
}

/* ---- the kill switch's own ways ---- */

static void keep(void *arg)
{
    struct io *io = arg;
    io->reserve_ok = reserve_write(io->reserve, buf_str(&io->reserve_text), &io->reserve_error);
}

static void kept(void *arg)
{
    struct io *io = arg;
    io->is_keeping = false;
    if (io->reserve_ok) {
        io->kept_version = io->reserve_version;
        gate_kill_kept(app_core(io->app)->gate, io->reserve_version);
        return;
    }
    log_error(&io->log, "kill switch: %s", io->reserve_error.text);
    io->reserve_retry = instant_after_ms(loop_now(io->loop).mono, JOURNAL_RETRY_MS);
}

/* The switch on its way to the reserve; before the journal, which may find the disk full. */
static void drive_reserve(struct io *io, struct moment now)
{
    const struct gate *g = app_core(io->app)->gate;
    if (io->is_keeping || gate_kill_version(g) == io->kept_version ||
        !instant_due(io->reserve_retry, now.mono))
        return;
    io->reserve_version = gate_kill_version(g);
    buf_reset(&io->reserve_text);
    gate_kill_text(g, &io->reserve_text);
    io->is_keeping = worker_submit(io->disk, keep, io, kept);
}

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

/* ---- small files, and the PIN ---- */

static void replace_file(void *arg)
{
    struct kept_file *f = arg;
    f->ok = file_write(f->path, buf_str(&f->text), &f->error);
}

static void file_replaced(void *arg)
{
    struct kept_file *f = arg;
    f->is_away = false;
    explicit_bzero(f->text.p, f->text.n);
    buf_reset(&f->text);
    if (!f->ok) {
        log_error(&f->io->log, "%s", f->error.text);
        f->retry = instant_after_ms(loop_now(f->io->loop).mono, JOURNAL_RETRY_MS);
    }
    keep_done(f->keep, f->ok, &f->error);
}

static void drive_file(struct kept_file *f, struct moment now)
{
    if (keep_is_failed(f->keep) && instant_due(f->retry, now.mono))
        keep_retry(f->keep);
    if (f->is_away || !keep_take(f->keep, &f->text))
        return;
    f->is_away = worker_submit(f->io->disk, replace_file, f, file_replaced);
    assert(f->is_away); /* the queue has room for one job of each kind */
}

static bool files_are_away(const struct io *io)
{
    bool is_away = false;
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        is_away = is_away || io->files[i].is_away;
    return is_away;
}

static void stretch_pin(void *arg)
{
    struct io *io = arg;
    pin_job_run(&io->pin_job);
}

static void pin_stretched(void *arg)
{
    struct io *io = arg;
    pin_done(app_pin(io->app), &io->pin_job);
}

static void drive_pin(struct io *io)
{
    if (!worker_pending(io->stretcher) && pin_take(app_pin(io->app), &io->pin_job)) {
        bool ok = worker_submit(io->stretcher, stretch_pin, io, pin_stretched);
        assert(ok);
    }
}

/* ---- the issuer's keys ---- */

static void fetch_keys(void *arg)
{
    struct io *io = arg;
    struct str url = io->config->app.settings->values.oauth.jwks_url;
    io->keys_ok = fetch(url.p, JWKS_MAX, FETCH_TIMEOUT_MS, &io->keys, &io->keys_error);
}

static void keys_fetched(void *arg)
{
    struct io *io = arg;
    struct error e = {0};
    if (oauth_keys(access_oauth(app_access(io->app)), buf_str(&io->keys),
                   io->keys_ok ? NULL : &io->keys_error, loop_now(io->loop), &e))
        log_info(&io->log, "keys of the issuer fetched");
    else
        log_error(&io->log, "keys of the issuer: %s", e.text);
    buf_reset(&io->keys);
}

static void drive_keys(struct io *io, struct moment now)
{
    if (io->is_stopping || !oauth_wants_keys(access_oauth(app_access(io->app)), now))
        return;
    bool ok = worker_submit(io->fetcher, fetch_keys, io, keys_fetched);
    assert(ok); /* one at a time */
    (void)ok;
}

/* ---- anchors ---- */

static void write_anchor(void *arg)
{
    struct io *io = arg;
    char line[ANCHOR_LINE_MAX];
    size_t n = anchor_format(&io->anchor, line);
    io->anchor_ok = append_write(io->anchor_file, (struct str){line, n}, &io->anchor_error) &&
                    append_sync(io->anchor_file, &io->anchor_error);
}

static void anchor_written(void *arg)
{
    struct io *io = arg;
    io->is_anchoring = false;
    io->anchor_due = instant_after_ms(loop_now(io->loop).mono, ANCHOR_AFTER_MS);
    if (io->anchor_ok)
        anchors_add(io->config->app.anchors, &io->anchor);
    else
        log_error(&io->log, "anchor: %s", io->anchor_error.text);
}

/* The newest committed record has an anchor. */
static bool is_anchored(const struct io *io)
{
    const struct anchor *newest = anchors_newest(io->config->app.anchors);
    return newest && newest->seq >= io->head.seq;
}

/* Only while no batch is away: the worker writes the head then. */
static void drive_anchor(struct io *io, struct moment now)
{
    const struct anchor *newest = anchors_newest(io->config->app.anchors);
    if (io->is_anchoring || io->batch || !io->head.seq || is_anchored(io) ||
        (io->is_stopping && !io->anchor_ok))
        return;
    if (!instant_due(io->anchor_due, now.mono) && !io->is_stopping && newest &&
        io->head.seq - newest->seq < ANCHOR_EVERY)
        return;
    io->anchor = io->head;
    io->anchor.at = now.wall;
    io->is_anchoring = worker_submit(io->disk, write_anchor, io, anchor_written);
}

/* With a gap at its end, a line that a crash left half written does not spoil the next. */
static bool open_anchors(struct io *io, struct error *e)
{
    io->anchor_file = append_open(io->config->anchor_path, e);
    return io->anchor_file &&
           (append_size(io->anchor_file) == 0 || append_write(io->anchor_file, STR("\n"), e));
}

/* ---- the embedded exchange ---- */

static void paper_exited(void *self, struct process_exit how)
{
    struct io *io = self;
    log_warn(&io->log, "paper exchange ended %s=%d", how.by_signal ? "signal" : "status", how.code);
    process_free(io->paper);
    io->paper = NULL;
    io->paper_retry = instant_after_ms(loop_now(io->loop).mono, PAPER_RESTART_MS);
}

static void drive_paper(struct io *io, struct moment now)
{
    if (io->paper || !io->config->paper_argv || io->is_stopping ||
        !instant_due(io->paper_retry, now.mono))
        return;
    struct error e = {0};
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
    const struct journal *j = app_journal(io->app);
    return io->is_stopping && !io->batch && !io->broker && !io->is_keeping && !io->is_anchoring &&
           !files_are_away(io) && !worker_pending(io->stretcher) &&
           (!io->head.seq || is_anchored(io) || !io->anchor_ok) &&
           (!journal_pending(j) || journal_is_failed(j));
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
    drive_reserve(io, now);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        drive_file(&io->files[i], now);
    drive_pin(io);
    drive_keys(io, now);
    drive_journal(io, now);
    drive_anchor(io, now);
    cached_drive(io->config->cached);
    struct instant next = instant_min(app_next(io->app), io->close_by);
    next = instant_min(next, io->kill_look);
    next = instant_min(next, oauth_next(access_oauth(app_access(io->app))));
    if (!io->paper && io->config->paper_argv)
        next = instant_min(next, io->paper_retry);
    next = instant_min(next, journal_due(app_journal(io->app)));
    if (journal_is_failed(app_journal(io->app)))
        next = instant_min(next, io->journal_retry);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        if (keep_is_failed(io->files[i].keep))
            next = instant_min(next, io->files[i].retry);
    if (io->head.seq && !io->batch && !io->is_anchoring && !is_anchored(io))
        next = instant_min(next, io->anchor_due);
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
    io->writer = db_open(io->config->db_path, e);
    if (!io->writer || !open_anchors(io, e))
        return false;
    buf_init(&io->reserve_text, RESERVE_BYTES);
    io->reserve = reserve_open(io->config->reserve_path, e);
    if (!io->reserve || !reserve_read(io->reserve, &io->reserve_text, e))
        return false;
    struct app_config app = io->config->app;
    app.kill_reserve = buf_str(&io->reserve_text);
    app.usage = usage;
    io->app = app_new(&app, clock_now(), e);
    if (!io->app)
        return false;
    io->disk = worker_new(io->loop, DISK_JOBS_MAX);
    io->stretcher = worker_new(io->loop, 1);
    io->fetcher = worker_new(io->loop, 1);
    buf_init(&io->keys, JWKS_MAX);
    cached_start(io->config->cached, io->loop, app_cache(io->app));
    for (size_t i = 0; i < APP_FILE_COUNT; i++) {
        io->files[i] = (struct kept_file){.io = io,
                                          .keep = app_keep(io->app, (enum app_file)i),
                                          .path = io->config->file_paths[i]};
        buf_init(&io->files[i].text, TOKENS_FILE_MAX);
    }
    if (!start_http(io, e))
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
    worker_free(io->stretcher);
    worker_free(io->fetcher);
    buf_fini(&io->keys);
    worker_free(io->disk);
    cached_stop(io->config->cached);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        buf_fini(&io->files[i].text);
    append_close(io->anchor_file);
    app_free(io->app);
    db_close(io->writer);
    reserve_close(io->reserve);
    buf_fini(&io->reserve_text);
    loop_free(io->loop);
    tls_free(io->tls); /* connections let go of it as the loop closes them */
}

bool io_run(const struct io_config *config, struct error *e)
{
    struct io io = {.config = config,
                    .log = {config->app.sink, "io"},
                    .close_by = INSTANT_NEVER,
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
