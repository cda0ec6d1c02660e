/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "app/zones.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "data/hash.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { JOURNAL_RETRY_MS = 1000, EXCHANGE_FILE_MAX = 64 << 20, INSTRUMENTS_MAX = 1 << 20 };

/* ---- the log ---- */

static void log_write(void *self, enum log_level level, const char *component, struct str line)
{
    static const char letters[] = "EWID";
    struct world *w = self;
    char *out = w->log[w->log_count++ % WORLD_LOG_LINES], when[UTC_TEXT_MAX];
    utc_format_ms(w->now.wall, when);
    (void)snprintf(out, WORLD_LOG_WIDTH, "%s %c %s: " STR_FMT, when, letters[level], component,
                   STR_ARG(line));
}

const char *world_log_line(const struct world *w, size_t i)
{
    if (i >= w->log_count || i >= WORLD_LOG_LINES)
        return NULL;
    return w->log[(w->log_count - 1 - i) % WORLD_LOG_LINES];
}

/* ---- life ---- */

static bool read_instruments(struct world *w, struct error *e)
{
    FILE *f = fopen("data/instruments.csv", "rb");
    if (!f)
        return error_set(e, ERROR_UNAVAILABLE, "KIT",
                         "data/instruments.csv cannot be read; tests "
                         "run in the root of the repository");
    w->instruments = xmalloc(INSTRUMENTS_MAX);
    w->instruments_n = fread(w->instruments, 1, INSTRUMENTS_MAX, f);
    (void)fclose(f);
    return true;
}

static void fill_entropy(void *self, void *out, size_t n)
{
    struct world *w = self;
    unsigned char *p = out;
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)rng_u32(&w->rng);
}

/* The file as `portcullis pin set` would have left it. */
static void make_pin(struct buf *out)
{
    static const char salt[PIN_SALT + 1] = "sixteen of salt.";
    char hash[SHA256_HEX_MAX];
    struct sha256 h =
        hash_pbkdf2_sha256(STR(WORLD_PIN), (struct str){salt, PIN_SALT}, WORLD_PIN_ITERATIONS);
    hash_hex(&h, hash);
    buf_add_f(out, "{\"version\":1,\"iterations\":%d,\"salt\":\"", WORLD_PIN_ITERATIONS);
    (void)hex_encode((struct str){salt, PIN_SALT}, out);
    buf_add_f(out, "\",\"pbkdf2_sha256\":\"%s\",\"failures\":0}", hash);
}

struct world *world_new(const struct world_config *config, struct error *e)
{
    struct world *w = xcalloc(1, sizeof *w);
    w->now = (struct moment){{NS_PER_S}, config->start};
    rng_init(&w->rng, config->seed, 77);
    w->zones = zones_new("/usr/share/zoneinfo");
    settings_init(&w->settings);
    buf_init(&w->exchange_file, EXCHANGE_FILE_MAX);
    buf_init(&w->reserve, GATE_RESERVE_MAX);
    pipe_init(&w->pipe);
    w->sink = (struct log_sink){log_write, w, LOG_LEVEL_DEBUG};
    w->paper_config = (struct paper_config){
        .seed = config->seed,
        .speed = config->speed,
        .max_version = config->version,
        .real_sessions = config->real_sessions,
        .no_subscription = config->no_subscription,
        .market = config->market,
        .log = {&w->sink, "paper"},
    };
    w->uid = WORLD_UID;
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        buf_init(&w->files[i], TOKENS_FILE_MAX);
    if (!config->no_pin)
        make_pin(&w->files[APP_PIN]);
    tokens_import(STR("story"), STR(WORLD_TOKEN),
                  SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE, &w->files[APP_TOKENS]);
    str_copy_cut(w->db_path, sizeof w->db_path, str_of(config->db_path ? config->db_path : ""));
    w->db = db_open(config->db_path ? config->db_path : ":memory:", e);
    w->cache = cache_file_open(":memory:", e);
    if (!w->db || !w->cache || !read_instruments(w, e)) {
        world_free(w);
        return NULL;
    }
    return w;
}

void world_free(struct world *w)
{
    if (!w)
        return;
    world_kill_app(w, true);
    world_kill_paper(w);
    for (size_t i = 0; i < WORLD_CLIENTS_MAX; i++)
        world_disconnect(w, &w->clients[i]);
    pipe_fini(&w->pipe);
    db_close(w->db);
    cache_file_close(w->cache);
    settings_fini(&w->settings);
    buf_fini(&w->exchange_file);
    buf_fini(&w->reserve);
    zones_free(w->zones);
    for (size_t i = 0; i < w->event_file_count; i++)
        buf_fini(&w->event_files[i].text);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        buf_fini(&w->files[i]);
    xfree(w->instruments);
    xfree(w);
}

static bool read_event_files(void *self, struct arena *a, struct event_file **out, size_t *n,
                             struct error *e)
{
    const struct world *w = self;
    (void)e;
    *n = w->event_file_count;
    *out = ARENA_MANY(a, struct event_file, *n);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct event_file){arena_str(a, STR_NAME(w->event_files[i].name)),
                                        arena_str(a, buf_str(&w->event_files[i].text))};
    return true;
}

bool world_start_app(struct world *w, struct error *e)
{
    assert(!w->app);
    struct app_config config = {
        .settings = &w->settings,
        .db = w->db,
        .cache = w->cache,
        .anchors = &w->anchors,
        .seed = rng_u64(&w->rng),
        .sink = &w->sink,
        .build = "kit",
        .entropy = {fill_entropy, w},
        .uid = WORLD_UID,
        .pin_file = buf_str(&w->files[APP_PIN]),
        .tokens_file = buf_str(&w->files[APP_TOKENS]),
        .pin_iterations = WORLD_PIN_ITERATIONS,
        .kill_reserve = buf_str(&w->reserve),
        .zones = zones_source(w->zones),
        .event_files = {read_event_files, w},
    };
    w->app = app_new(&config, w->now, e);
    w->reserve_version = 0;
    if (w->app)
        app_http_listens(w->app, WORLD_HTTP_PORT, false);
    return w->app != NULL;
}

void world_kill_app(struct world *w, bool lose_bytes)
{
    if (!w->app)
        return;
    pipe_app_gone(w, lose_bytes);
    for (size_t i = 0; i < WORLD_CLIENTS_MAX; i++) {
        struct client *c = &w->clients[i];
        c->is_gone = c->is_gone || c->local;
        local_free(c->local);
        c->local = NULL;
    }
    if (w->device.batch) {
        struct error why = {0};
        error_set(&why, ERROR_UNAVAILABLE, "KILLED", "the process was killed");
        journal_committed(app_journal(w->app), w->device.batch, false, &why);
        w->device.batch = NULL;
    }
    struct app *dying = w->app;
    w->app = NULL; /* nothing that dying tasks still say is carried anywhere */
    app_free(dying);
    if (w->db_path[0]) { /* the next process reads what is really in the file */
        struct error e = {0};
        db_close(w->db);
        w->db = db_open(w->db_path, &e);
        if (!w->db)
            (void)snprintf(w->trouble, sizeof w->trouble, "the store: %s", e.text);
    }
}

bool world_start_paper(struct world *w, struct error *e)
{
    assert(!w->paper);
    const struct settings_values *v = &w->settings.values;
    struct paper_config config = w->paper_config;
    size_t keep = 0;
    config.accounts = v->paper.account.p;
    config.no_opening = !v->paper.opening_portfolio;
    struct paper *p =
        paper_new(&config, (struct str){w->instruments, w->instruments_n}, exchange_now(w), e);
    if (!p || !paper_restore(p, buf_str(&w->exchange_file), &keep, exchange_now(w), e)) {
        paper_free(p);
        return false;
    }
    w->paper = p;
    return true;
}

void world_kill_paper(struct world *w)
{
    if (!w->paper)
        return;
    pipe_paper_gone(w);
    memset(w->strangers, 0, sizeof w->strangers);
    paper_free(w->paper); /* records that were not taken are lost */
    w->paper = NULL;
}

/* ---- the disk ---- */

static void anchor(struct world *w)
{
    struct anchor a = {.at = w->now.wall};
    struct error e;
    if (db_head(w->db, &a.seq, a.hash, &e) && a.seq)
        anchors_add(&w->anchors, &a);
}

static void finish_batch(struct world *w)
{
    struct device *d = &w->device;
    struct journal_batch *batch = d->batch;
    struct error why = {0};
    bool ok = true;
    d->batch = NULL;
    if (d->mode == DEVICE_OK)
        ok = db_commit(w->db, batch, &why);
    else if (d->mode == DEVICE_FAIL)
        ok = error_set(&why, ERROR_UNAVAILABLE, "STORE", "database or disk is full");
    else
        d->has_lied = true;
    if (ok && d->mode == DEVICE_OK)
        anchor(w);
    if (!ok)
        d->retry = instant_after_ms(w->now.mono, JOURNAL_RETRY_MS);
    journal_committed(app_journal(w->app), batch, ok, &why);
}

static void drive_device(struct world *w)
{
    struct device *d = &w->device;
    struct journal *j = app_journal(w->app);
    if (journal_is_failed(j) && instant_due(d->retry, w->now.mono))
        journal_recover(j);
    if (d->batch && instant_due(d->due, w->now.mono))
        finish_batch(w);
    if (instant_due(journal_due(j), w->now.mono)) {
        d->batch = journal_take(j);
        d->due = instant_after_ms(w->now.mono, d->delay_ms);
        if (d->delay_ms == 0)
            finish_batch(w);
    }
}

/* As app/io does: before the journal. No disk is too full or too slow for it. */
static void drive_reserve(struct world *w)
{
    struct gate *g = app_core(w->app)->gate;
    uint64_t version = gate_kill_version(g);
    if (version == w->reserve_version)
        return;
    w->reserve_version = version;
    buf_reset(&w->reserve);
    gate_kill_text(g, &w->reserve);
    gate_kill_kept(g, version);
}

static void drive_cache(struct world *w)
{
    struct cache *cache = app_cache(w->app);
    struct cache_batch *batch = cache_take(cache);
    struct error e;
    if (!batch)
        return;
    bool ok = cache_file_write(w->cache, batch, CACHE_BYTES_MAX, &e);
    if (!ok)
        (void)snprintf(w->trouble, sizeof w->trouble, "the cache: %s", e.text);
    cache_done(cache, batch, false);
}

static struct instant device_next(const struct world *w)
{
    struct instant next = journal_due(app_journal(w->app));
    if (w->device.batch)
        next = instant_min(next, w->device.due);
    else if (journal_is_failed(app_journal(w->app)))
        next = instant_min(next, w->device.retry);
    return next;
}

/* ---- local connections ---- */

struct client *world_connect(struct world *w)
{
    struct client *c = w->clients;
    while (c < w->clients + WORLD_CLIENTS_MAX && c->is_used)
        c++;
    if (!w->app || c == w->clients + WORLD_CLIENTS_MAX)
        return NULL;
    *c = (struct client){.local = local_new(w->app, w->uid), .is_used = true};
    buf_init(&c->received, 4 * LIMIT_REPLY);
    return c;
}

void world_send(struct world *w, struct client *c, struct str bytes)
{
    while (bytes.n && c->local) {
        size_t n = 1 + rng_below(&w->rng, rng_below(&w->rng, 3) == 0 ? 8 : 65536);
        local_input(c->local, str_sub(bytes, 0, n), w->now);
        bytes = str_sub(bytes, n, bytes.n);
    }
}

void world_end(struct client *c)
{
    if (c->local)
        local_end(c->local);
}

void world_disconnect(struct world *w, struct client *c)
{
    (void)w;
    if (!c->is_used)
        return;
    local_free(c->local);
    buf_fini(&c->received);
    *c = (struct client){0};
}

bool client_has_ended(const struct client *c)
{
    return !c->local;
}

static void drive_client(struct client *c)
{
    for (struct str out; (out = local_output(c->local)).n;) {
        buf_add_str(&c->received, out);
        local_sent(c->local, out.n);
    }
    if (!local_is_done(c->local))
        return;
    local_free(c->local);
    c->local = NULL;
}

/* ---- time ---- */

static void drive_strangers(struct world *w)
{
    for (size_t i = 0; i < WORLD_STRANGERS_MAX; i++) {
        struct paper_peer *peer = w->strangers[i];
        if (!peer)
            continue;
        paper_sent(w->paper, peer, paper_output(w->paper, peer).n);
        if (!paper_wants_close(peer))
            continue;
        paper_disconnect(w->paper, peer, exchange_now(w));
        w->strangers[i] = NULL;
    }
}

static void turn_paper(struct world *w)
{
    paper_step(w->paper, exchange_now(w));
    struct str records = paper_records(w->paper); /* durable before anything is said */
    if (records.n) {
        buf_add_str(&w->exchange_file, records);
        paper_records_taken(w->paper, records.n);
    }
    assert(!w->exchange_file.failed);
    pipe_drive_paper(w);
    drive_strangers(w);
}

/* The file is replaced at once, unless the disk is full or lies. */
static void drive_file(struct world *w, enum app_file file)
{
    struct keep *k = app_keep(w->app, file);
    struct buf text;
    buf_init(&text, TOKENS_FILE_MAX);
    if (keep_is_failed(k) && w->device.mode != DEVICE_FAIL)
        keep_retry(k);
    if (keep_take(k, &text)) {
        struct error why = {0};
        bool ok = w->device.mode != DEVICE_FAIL ||
                  error_set(&why, ERROR_UNAVAILABLE, "DISK_FULL", "no space left on device");
        if (w->device.mode == DEVICE_OK) {
            buf_reset(&w->files[file]);
            buf_add_str(&w->files[file], buf_str(&text));
        }
        keep_done(k, ok, &why);
    }
    buf_fini(&text);
}

/* And so is the PIN stretched. */
static void drive_pin(struct world *w)
{
    struct pin_job job;
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        drive_file(w, (enum app_file)i);
    if (pin_take(app_pin(w->app), &job)) {
        pin_job_run(&job);
        pin_done(app_pin(w->app), &job);
    }
}

/* Somebody asked the daemon to end: it says goodbye to the exchange and writes what it knows. */
static bool has_stopped(struct world *w)
{
    if (!app_stop_requested(w->app))
        return false;
    app_stop(w->app, w->now);
    return !w->device.batch && !journal_pending(app_journal(w->app)) && !w->pipe.is_open &&
           !w->pipe.is_opening;
}

static void turn_app(struct world *w)
{
    app_turn(w->app, w->now);
    pipe_drive_app(w);
    for (size_t i = 0; i < WORLD_CLIENTS_MAX; i++)
        if (w->clients[i].local)
            drive_client(&w->clients[i]);
    drive_reserve(w);
    drive_device(w);
    drive_cache(w);
    drive_pin(w);
    if (has_stopped(w))
        world_kill_app(w, false);
}

static struct instant next_of(const struct world *w)
{
    struct instant next = pipe_next(&w->pipe);
    if (w->app) {
        next = instant_min(next, instant_min(app_next(w->app), device_next(w)));
        if (tasks_runnable(app_tasks(w->app)))
            next = w->now.mono;
    }
    if (w->paper)
        next = instant_min(next, paper_next(w->paper));
    return next;
}

static void move_clock(struct world *w, struct instant to)
{
    if (to.ns <= w->now.mono.ns)
        return;
    w->now.wall.ns += to.ns - w->now.mono.ns;
    w->now.mono = to;
}

void world_set_clock(struct world *w, int64_t by_ms)
{
    w->now.wall.ns += by_ms * NS_PER_MS;
    w->set_ns += by_ms * NS_PER_MS;
}

static void turn(struct world *w)
{
    pipe_deliver_up(w);
    if (w->app)
        turn_app(w);
    if (w->paper)
        turn_paper(w);
}

/* Everything that is due now. */
static bool settle(struct world *w)
{
    for (int spins = 0; spins < WORLD_SPINS_MAX; spins++) {
        turn(w);
        if (next_of(w).ns > w->now.mono.ns)
            return true;
    }
    struct instant app = w->app ? app_next(w->app) : INSTANT_NEVER;
    struct instant paper = w->paper ? paper_next(w->paper) : INSTANT_NEVER;
    (void)snprintf(w->trouble, sizeof w->trouble, "time stands still: due now are%s%s%s%s",
                   instant_due(app, w->now.mono) ? " app" : "",
                   instant_due(paper, w->now.mono) ? " exchange" : "",
                   instant_due(pipe_next(&w->pipe), w->now.mono) ? " pipe" : "",
                   w->app && tasks_runnable(app_tasks(w->app)) ? " task" : "");
    return false;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

bool world_until(struct world *w, bool (*done)(void *ctx), void *ctx, int64_t ms)
{
    struct instant end = instant_after_ms(w->now.mono, ms);
    for (;;) {
        if (!settle(w) || done(ctx))
            return w->trouble[0] == 0;
        if (w->now.mono.ns >= end.ns)
            return false;
        move_clock(w, instant_min(next_of(w), end));
    }
}

bool world_run(struct world *w, int64_t ms)
{
    (void)world_until(w, never, NULL, ms);
    return w->trouble[0] == 0;
}
