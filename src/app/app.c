/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include "app/flow.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "data/hash.h"
#include "data/json.h"
#include "face/rest_stream.h"
#include "ops/tally.h"

#include <assert.h>
#include <stdio.h>

#define REDACT_KEY "redact.key" /* of the masks of account numbers, in the store */
#define MCP_PATH   "/mcp"
enum { HTTP_TIMEOUT_MS = 30 * 1000 };
/* how far back the broker may repeat executions that we know already: a week, and a day more */
#define BROKER_MEMORY_NS (8LL * 86400 * NS_PER_S)

struct app {
    struct core core;
    struct flow flow;
    struct tasks *tasks;
    struct access *access;
    struct mcp_face *mcp;
    struct instant mcp_next;
    struct bulletin *bulletin;
    struct rest_streams *streams;
    struct instant streams_next;
    struct keep *keeps[APP_FILE_COUNT];
    int64_t uid;
    const char *build;
    bool is_stopping;
};

struct app_http {
    struct app *app;
    struct task *task;           /* of a request of REST, or ... */
    struct mcp_exchange *mcp;    /* ... one of MCP, or ... */
    struct rest_reader *reader;  /* ... of the stream of events */
    struct http_request request; /* a copy: the requester may go before the answer is made */
    struct arena *arena;         /* of the copy */
    struct http_sink sink;
    bool is_abandoned;
};

static struct session *make_session(const struct app_config *c, struct session_listener listener)
{
    const struct broker_settings *b = &c->settings->values.broker;
    struct restart_hours restart = {0};
    bool ok = settings_time_of_day(b->restart_from, &restart.from_min) &&
              settings_time_of_day(b->restart_to, &restart.to_min);
    assert(ok); /* settings_check has seen them */
    (void)ok;
    struct session_config config = {
        .client_id = (int32_t)b->client_id,
        .min_version = 176,
        .max_version = (int)b->max_version,
        .messages_per_s = (int)b->messages_per_s,
        /* our own child listens within milliseconds; TWS is left alone for longer */
        .backoff_min_ms = b->kind == BROKER_EMBEDDED ? 20 : 0,
        .market_data_type = (int)b->market_data + 1,
        .restart = restart,
        .seed = c->seed,
        .zones = c->zones,
        .log = {c->sink, "broker"},
    };
    return session_new(&config, listener);
}

static struct chronicle *make_chronicle(const struct app_config *c, const struct core *core)
{
    struct chronicle_config config = {.market = c->settings->values.account.market,
                                      .zones = c->zones,
                                      .log = {c->sink, "account"}};
    return chronicle_new(&config, core->book, core->session, core->journal);
}

/* The bars of a simulated market are those of its seed and its hours. */
static struct history *make_history(const struct app_config *c, const struct core *core)
{
    const struct settings_values *v = &c->settings->values;
    struct history *h = history_new(core->session, core->cache, c->zones);
    char scope[24];
    (void)snprintf(scope, sizeof scope, "%c%lld", v->paper.sessions ? 'r' : 'a',
                   (long long)v->paper.seed);
    history_scope(h, core->is_embedded ? scope : "tws");
    return h;
}

static struct gate *make_gate(const struct app_config *c, const struct core *core)
{
    struct gate_config config = {
        .limits = &c->settings->values.limits,
        .is_embedded = core->is_embedded,
        .client_id = (int32_t)c->settings->values.broker.client_id,
        .seed = c->seed,
        .tokens = core->tokens,
        .zones = c->zones,
        .log = {c->sink, "gate"},
    };
    c->entropy.fill(c->entropy.self, config.secret, sizeof config.secret);
    return gate_new(&config, core->session, core->book, core->journal, core->quotes,
                    core->currencies);
}

static void make_page_key(struct core *core)
{
    unsigned char key[(sizeof core->page_key - 1) / 2];
    struct buf text;
    buf_init(&text, sizeof core->page_key);
    core->entropy.fill(core->entropy.self, key, sizeof key);
    (void)hex_encode((struct str){(const char *)key, sizeof key}, &text);
    str_copy_cut(core->page_key, sizeof core->page_key, buf_str(&text));
    buf_fini(&text);
}

/* ---- what the journal says about the program itself ---- */

static void note_run(struct app *a, struct buf *body, struct json_writer *w, struct moment now)
{
    struct error e;
    json_end_object(w);
    if (json_writer_done(w) &&
        !journal_append(a->core.journal, JOURNAL_STATE, STR("system"), buf_str(body), now, &e))
        log_error(&a->core.log, "journal: %s", e.text);
    buf_fini(body);
}

static void begin_run(struct buf *body, struct json_writer *w, const char *what)
{
    buf_init(body, JOURNAL_BODY_MAX);
    json_writer_init(w, body);
    json_begin_object(w);
    json_key(w, "run");
    json_text(w, what);
}

/* Of every setting in force, whatever it came from; secrets count as masked. */
static void settings_hash(const struct settings *s, char out[SHA256_HEX_MAX])
{
    struct arena *arena = arena_new(1 << 20);
    struct setting_row row;
    struct hash_state state;
    hash_init(&state);
    for (size_t i = 0; settings_row(s, i, arena, &row); i++) {
        const struct str parts[] = {row.key, STR("="), row.value, STR("\n")};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
            hash_add(&state, parts[k]);
    }
    struct sha256 digest = hash_end(&state);
    hash_hex(&digest, out);
    arena_free(arena);
}

static void note_start(struct app *a, struct moment now)
{
    struct buf body;
    struct json_writer w;
    char hash[SHA256_HEX_MAX];
    settings_hash(a->core.settings, hash);
    begin_run(&body, &w, "start");
    json_key(&w, "build");
    json_text(&w, a->build);
    json_key(&w, "settings_sha256");
    json_text(&w, hash);
    json_key(&w, "schema");
    json_i64(&w, DB_SCHEMA_VERSION);
    note_run(a, &body, &w, now);
}

void app_stop(struct app *a, struct moment now)
{
    struct buf body;
    struct json_writer w;
    session_stop(a->core.session, now);
    if (a->is_stopping)
        return;
    a->is_stopping = true;
    begin_run(&body, &w, "stop");
    note_run(a, &body, &w, now);
}

/* A name that is misspelt must not move the day unseen. Without zone files all is UTC. */
static bool check_zone(const struct app_config *c, struct error *e)
{
    struct str name = c->settings->values.limits.day_zone;
    const struct tz_zones *z = &c->zones;
    if (!z->find || z->find(z->self, name) || !z->find(z->self, STR("UTC")))
        return true;
    error_set(e, ERROR_INVALID, "BAD_SETTING", "limits.day_zone: '" STR_FMT "' is no time zone",
              STR_ARG(name));
    return error_next(e, "zones have names such as America/New_York and Europe/Berlin");
}

/* Before the first record. The key of the masks is made once and kept in the store. */
static bool prepare_journal(struct app *a, const struct app_config *c, struct moment now,
                            struct error *e)
{
    const struct journal_settings *s = &c->settings->values.journal;
    char key[SHA256_HEX_MAX];
    struct sha256 fresh;
    journal_stall_after(a->core.journal, s->stall_s * 1000);
    if (!s->redact_accounts)
        return true;
    if (!db_value(a->core.db, STR(REDACT_KEY), key, sizeof key, e))
        return false;
    if (!key[0]) {
        c->entropy.fill(c->entropy.self, fresh.bytes, sizeof fresh.bytes);
        hash_hex(&fresh, key);
        if (!journal_put(a->core.journal, STR(REDACT_KEY), str_of(key), now, e))
            return false;
    }
    journal_redact(a->core.journal, str_of(key));
    return true;
}

struct app *app_new(const struct app_config *config, struct moment now, struct error *e)
{
    struct app *a = xcalloc(1, sizeof *a);
    struct core *core = &a->core;
    struct utc since = {now.wall.ns - BROKER_MEMORY_NS};
    int64_t last_seq = 0;
    if (!check_zone(config, e) || !db_last_seq(config->db, &last_seq, e)) {
        xfree(a);
        return NULL;
    }
    core->db = config->db;
    core->anchors = config->anchors;
    core->journal = journal_new(last_seq);
    a->uid = config->uid;
    a->keeps[APP_PIN] = keep_new(PIN_FILE_MAX);
    a->keeps[APP_TOKENS] = keep_new(TOKENS_FILE_MAX);
    a->build = config->build;
    a->tasks = tasks_new();
    flow_init(&a->flow, core, a->tasks);
    core->settings = config->settings;
    core->is_embedded = config->settings->values.broker.kind == BROKER_EMBEDDED;
    core->log = (struct log){config->sink, "core"};
    core->started = now.wall;
    core->zones = config->zones;
    core->event_files = config->event_files;
    core->usage = config->usage;
    core->tally = tally_new();
    core->book = book_new();
    core->session = make_session(config, (struct session_listener){flow_on_event, &a->flow});
    core->quotes = quotes_new(core->session);
    core->currencies = currencies_new(core->session, core->quotes, core->book);
    core->cache = cache_new(config->cache);
    core->resolver = resolver_new(core->session, core->book, a->tasks, core->cache,
                                  core->is_embedded ? "embedded" : "tws");
    core->history = make_history(config, core);
    core->chronicle = make_chronicle(config, core);
    core->years = years_new(core->history);
    core->entropy = config->entropy;
    make_page_key(core);
    a->mcp = mcp_face_new(core, a->tasks,
                          (struct mcp_entropy){config->entropy.fill, config->entropy.self});
    a->flow.mcp = a->mcp;
    core->pin =
        pin_new(config->pin_file, a->keeps[APP_PIN], config->entropy, config->pin_iterations, e);
    core->tokens = core->pin ? tokens_new(config->tokens_file, a->keeps[APP_TOKENS], e) : NULL;
    a->access = access_new(core);
    core->gate = make_gate(config, core);
    a->bulletin = a->flow.bulletin = bulletin_new(core->book, core->gate);
    a->streams = rest_streams_new(core, a->bulletin);
    struct log log = {config->sink, "alerts"};
    core->alerts = alerts_new(core->session, core->quotes, core->journal, config->zones, log,
                              (struct alerts_listener){flow_on_firing, &a->flow});
    core->watchlists = watchlists_new(core->journal, log);
    if (!core->pin || !core->tokens || !prepare_journal(a, config, now, e) ||
        !db_known_executions(core->db, since, core->journal, e) ||
        !chronicle_restore(core->chronicle, core->db, since, e) ||
        !gate_restore(core->gate, core->db, now, e) ||
        !alerts_restore(core->alerts, core->db, now, e) ||
        !watchlists_restore(core->watchlists, core->db, e)) {
        app_free(a);
        return NULL;
    }
    note_start(a, now);
    gate_kill_recall(core->gate, config->kill_reserve, now);
    return a;
}

void app_free(struct app *a)
{
    if (!a)
        return;
    struct core *core = &a->core;
    mcp_face_end(a->mcp);
    tasks_free(a->tasks); /* requests in progress end first, with CANCELLED */
    mcp_face_free(a->mcp);
    rest_streams_free(a->streams);
    a->flow.mcp = NULL;
    session_free(core->session); /* its last events still find the book and the gate */
    gate_free(core->gate);
    alerts_free(core->alerts);
    bulletin_free(a->bulletin);
    watchlists_free(core->watchlists);
    chronicle_free(core->chronicle);
    access_free(a->access);
    pin_free(core->pin);
    tokens_free(core->tokens);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        keep_free(a->keeps[i]);
    years_free(core->years);
    history_free(core->history);
    currencies_free(core->currencies);
    quotes_free(core->quotes);
    resolver_free(core->resolver);
    cache_free(core->cache);
    journal_free(core->journal);
    book_free(core->book);
    tally_free(core->tally);
    xfree(a);
}

void app_turn(struct app *a, struct moment now)
{
    session_step(a->core.session, now);
    flow_step(&a->flow, now);
    tasks_run(a->tasks, now);
    quotes_step(a->core.quotes, now);
    a->mcp_next = mcp_face_step(a->mcp, now);
    bulletin_step(a->bulletin, now);
    a->streams_next = rest_streams_step(a->streams, now);
}

struct instant app_next(const struct app *a)
{
    struct instant next = instant_min(session_next(a->core.session), tasks_next(a->tasks));
    next = instant_min(next, instant_min(a->mcp_next, a->streams_next));
    return instant_min(next, flow_next(&a->flow));
}

struct session *app_session(struct app *a)
{
    return a->core.session;
}

struct journal *app_journal(struct app *a)
{
    return a->core.journal;
}

struct cache *app_cache(struct app *a)
{
    return a->core.cache;
}

struct core *app_core(struct app *a)
{
    return &a->core;
}

struct keep *app_keep(struct app *a, enum app_file file)
{
    return a->keeps[file];
}

int64_t app_uid(const struct app *a)
{
    return a->uid;
}

struct pin *app_pin(struct app *a)
{
    return a->core.pin;
}

struct mcp_face *app_mcp(struct app *a)
{
    return a->mcp;
}

struct access *app_access(struct app *a)
{
    return a->access;
}

struct tasks *app_tasks(struct app *a)
{
    return a->tasks;
}

const char *app_build(const struct app *a)
{
    return a->build;
}

bool app_stop_requested(const struct app *a)
{
    return a->core.stop_requested;
}

/* ---- HTTP ---- */

void app_http_listens(struct app *a, int port, bool is_tls)
{
    access_listens(a->access, port, is_tls);
    a->core.http_is_tls = is_tls;
    a->core.http_port = port;
}

static void http_free(struct app_http *h)
{
    arena_free(h->arena);
    xfree(h);
}

static struct rest_config config_of(const struct app *a)
{
    return (struct rest_config){a->access, a->streams, a->tasks};
}

static void answer_http(struct task *t, void *arg)
{
    struct app_http *h = arg;
    struct http_response response = {0};
    struct rest_config config = config_of(h->app);
    rest_answer(t, &h->app->core, &config, &h->request, &response);
    if (!h->is_abandoned)
        h->sink.reply(h->sink.self, &response);
    else
        buf_fini(&response.body);
    http_free(h);
}

static void copy_request(struct app_http *h, const struct http_request *r)
{
    h->arena = arena_new(LIMIT_HTTP_HEADER + LIMIT_JSON_BYTES + (64 << 10));
    h->request = *r;
    struct str *texts[] = {&h->request.method, &h->request.path, &h->request.query,
                           &h->request.body, &h->request.peer};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = arena_str(h->arena, *texts[i]);
    for (size_t i = 0; i < r->header_count; i++) {
        h->request.headers[i].name = arena_str(h->arena, r->headers[i].name);
        h->request.headers[i].value = arena_str(h->arena, r->headers[i].value);
    }
}

/* ---- MCP and the stream: their answers pass through, and their end frees the request ---- */

static void pass_reply(void *self, struct http_response *r)
{
    struct app_http *h = self;
    h->sink.reply(h->sink.self, r);
    http_free(h);
}

static void pass_begin(void *self, struct http_response *r)
{
    struct app_http *h = self;
    h->sink.begin(h->sink.self, r);
}

static bool pass_send(void *self, struct str piece)
{
    struct app_http *h = self;
    return h->sink.send(h->sink.self, piece);
}

static void pass_end(void *self)
{
    struct app_http *h = self;
    h->sink.end(h->sink.self);
    http_free(h);
}

static struct app_http *start_mcp(struct app_http *h, struct moment now)
{
    struct app *a = h->app;
    struct rest_config config = config_of(a);
    struct visitor visitor;
    struct http_response no = {0};
    if (!rest_admit(&a->core, &config, &h->request, now, h->arena, &visitor, &no)) {
        pass_reply(h, &no);
        return NULL;
    }
    visitor.who.face = FACE_MCP;
    visitor.who.scopes &= SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE;
    struct http_sink sink = {pass_reply, pass_begin, pass_send, pass_end, h};
    struct mcp_exchange *x = mcp_face_request(a->mcp, &h->request, &visitor, now, sink);
    if (x)
        h->mcp = x; /* else h is gone already */
    return x ? h : NULL;
}

static struct app_http *start_stream(struct app_http *h, struct moment now)
{
    struct http_sink sink = {pass_reply, pass_begin, pass_send, pass_end, h};
    struct rest_config config = config_of(h->app);
    struct rest_reader *r =
        rest_stream_open(h->app->streams, &config, &h->request, now, h->arena, sink);
    if (r)
        h->reader = r; /* else h is gone already */
    return r ? h : NULL;
}

struct app_http *app_http_start(struct app *a, const struct http_request *r, struct moment now,
                                struct http_sink sink)
{
    struct app_http *h = xcalloc(1, sizeof *h);
    h->app = a;
    copy_request(h, r);
    h->sink = sink;
    if (str_eq(r->path, STR(MCP_PATH)))
        return start_mcp(h, now);
    if (str_eq(r->path, STR(STREAM_PATH)))
        return start_stream(h, now);
    h->task = task_spawn(a->tasks, now, HTTP_TIMEOUT_MS, answer_http, h);
    if (h->task)
        return h;
    struct http_response busy;
    rest_refusal(503, &busy);
    sink.reply(sink.self, &busy);
    http_free(h);
    return NULL;
}

void app_http_abandon(struct app_http *h)
{
    if (h->mcp)
        mcp_http_abandon(h->mcp);
    if (h->reader)
        rest_stream_leave(h->reader);
    if (!h->task) {
        http_free(h);
        return;
    }
    h->is_abandoned = true;
    task_cancel(h->task);
}
