/* SPDX-License-Identifier: MIT */
/*
 * What goes to the disk, or takes long: each on a thread beside the core's, one job of a kind at a
 * time, and done here when it comes back.
 */
#include "app/io_inside.h"
#include "base/limits.h"
#include "data/jwt.h"
#include "sys/fetch.h"

#include <assert.h>
#include <string.h>

enum {
    JOURNAL_RETRY_MS = 1000,
    DISK_JOBS_MAX = 8, /* one of each kind at a time */
    FETCH_TIMEOUT_MS = 5 * 1000,
};

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

/* ---- the kill switch's reserve ---- */

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

/* ---- all of it ---- */

/* With a gap at its end, a line that a crash left half written does not spoil the next. */
static bool open_anchors(struct io *io, struct error *e)
{
    io->anchor_file = append_open(io->config->anchor_path, e);
    return io->anchor_file &&
           (append_size(io->anchor_file) == 0 || append_write(io->anchor_file, STR("\n"), e));
}

bool io_disk_open(struct io *io, struct error *e)
{
    io->writer = db_open(io->config->db_path, e);
    if (!io->writer || !open_anchors(io, e))
        return false;
    buf_init(&io->reserve_text, RESERVE_BYTES);
    io->reserve = reserve_open(io->config->reserve_path, e);
    return io->reserve && reserve_read(io->reserve, &io->reserve_text, e);
}

void io_disk_start(struct io *io)
{
    io->disk = worker_new(io->loop, DISK_JOBS_MAX);
    io->stretcher = worker_new(io->loop, 1);
    io->fetcher = worker_new(io->loop, 1);
    buf_init(&io->keys, JWKS_MAX);
    for (size_t i = 0; i < APP_FILE_COUNT; i++) {
        io->files[i] = (struct kept_file){.io = io,
                                          .keep = app_keep(io->app, (enum app_file)i),
                                          .path = io->config->file_paths[i]};
        buf_init(&io->files[i].text, TOKENS_FILE_MAX);
    }
}

void io_disk_drive(struct io *io, struct moment now)
{
    drive_reserve(io, now);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        drive_file(&io->files[i], now);
    drive_pin(io);
    drive_keys(io, now);
    drive_journal(io, now);
    drive_anchor(io, now);
}

struct instant io_disk_next(const struct io *io)
{
    const struct journal *j = app_journal(io->app);
    struct instant next = journal_due(j);
    if (journal_is_failed(j))
        next = instant_min(next, io->journal_retry);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        if (keep_is_failed(io->files[i].keep))
            next = instant_min(next, io->files[i].retry);
    if (io->head.seq && !io->batch && !io->is_anchoring && !is_anchored(io))
        next = instant_min(next, io->anchor_due);
    return next;
}

bool io_disk_is_idle(const struct io *io)
{
    const struct journal *j = app_journal(io->app);
    return !io->batch && !io->is_keeping && !io->is_anchoring && !files_are_away(io) &&
           !worker_pending(io->stretcher) && (!io->head.seq || is_anchored(io) || !io->anchor_ok) &&
           (!journal_pending(j) || journal_is_failed(j));
}

void io_disk_stop(struct io *io)
{
    worker_free(io->stretcher);
    worker_free(io->fetcher);
    buf_fini(&io->keys);
    worker_free(io->disk);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        buf_fini(&io->files[i].text);
    append_close(io->anchor_file);
}

void io_disk_close(struct io *io)
{
    db_close(io->writer);
    reserve_close(io->reserve);
    buf_fini(&io->reserve_text);
}
