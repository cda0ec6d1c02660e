/* SPDX-License-Identifier: MIT */
/*
 * Requests: calls on tasks of their own, and what is written about them.
 *
 * A call belongs to its client until its task ends. A cancelled call runs on until its handler
 * notices, because what has gone out cannot be called back; only its answer is dropped.
 */
#include "mcp/inside.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

/* ---- replies ---- */

void write_server(const struct mcp_server *s, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, s->name);
    json_key(w, "title");
    json_text(w, s->title);
    json_key(w, "version");
    json_text(w, s->version);
    json_end_object(w);
}

static void open_reply(struct json_writer *w, struct buf *b, const struct mcp_head *head)
{
    json_writer_init(w, b);
    json_begin_object(w);
    json_key(w, "jsonrpc");
    json_text(w, "2.0");
    json_key(w, "id");
    json_value(w, &head->id);
}

/* The end of a subscription names it. */
static void write_meta(const struct mcp_server *s, const struct mcp_head *head,
                       const struct mcp_request *r, struct json_writer *w)
{
    json_key(w, "_meta");
    json_begin_object(w);
    if (head->is_modern) {
        json_key(w, META_SERVER);
        write_server(s, w);
    }
    if (head->is_modern && r && !r->task) {
        json_key(w, META_SUBSCRIPTION);
        json_value(w, &head->id);
    }
    if (r && r->meta_key) {
        json_key(w, r->meta_key);
        json_raw(w, r->meta);
    }
    json_end_object(w);
}

/* `r` is NULL for what is answered at once. */
static void open_result(const struct mcp_server *s, const struct mcp_head *head, const char *type,
                        const struct mcp_request *r, struct json_writer *w, struct buf *b)
{
    open_reply(w, b, head);
    json_key(w, "result");
    json_begin_object(w);
    if (head->is_modern) {
        json_key(w, "resultType");
        json_text(w, type);
    }
    if (head->is_modern || (r && r->meta_key))
        write_meta(s, head, r, w);
}

struct buf *reply_begin(const struct mcp_server *s, struct mcp_outlet *o,
                        const struct mcp_head *head, struct json_writer *w)
{
    struct buf *b = o->begin(o, FRAME_RESULT, 0);
    if (b)
        open_result(s, head, "complete", NULL, w, b);
    return b;
}

void reply_end(struct mcp_outlet *o, struct buf *b, struct json_writer *w)
{
    if (!b)
        return;
    json_end_object(w);
    json_end_object(w);
    o->end(o, FRAME_RESULT);
}

void reply_error(struct mcp_outlet *o, const struct mcp_head *head, int code, struct str text,
                 struct str data)
{
    struct json_writer w;
    struct buf *b = o ? o->begin(o, FRAME_ERROR, code) : NULL;
    if (!b)
        return;
    open_reply(&w, b, head);
    json_key(&w, "error");
    json_begin_object(&w);
    json_key(&w, "code");
    json_i64(&w, code);
    json_key(&w, "message");
    json_str(&w, text);
    if (data.n) {
        json_key(&w, "data");
        json_raw(&w, data);
    }
    json_end_object(&w);
    json_end_object(&w);
    o->end(o, FRAME_ERROR);
}

void notice_begin(struct json_writer *w, struct buf *b, const char *method)
{
    json_writer_init(w, b);
    json_begin_object(w);
    json_key(w, "jsonrpc");
    json_text(w, "2.0");
    json_key(w, "method");
    json_text(w, method);
    json_key(w, "params");
    json_begin_object(w);
}

void notice_end(struct json_writer *w)
{
    json_end_object(w);
    json_end_object(w);
}

/* ---- of a request ---- */

enum mcp_method mcp_method(const struct mcp_request *r)
{
    return r->method;
}

struct mcp_client *mcp_client(const struct mcp_request *r)
{
    return r->client;
}

bool mcp_is_cancelled(const struct mcp_request *r)
{
    return r->is_cancelled || !r->outlet;
}

bool mcp_is_modern(const struct mcp_request *r)
{
    return r->head.is_modern;
}

unsigned mcp_extensions(const struct mcp_request *r)
{
    return r->abilities.extensions;
}

unsigned mcp_client_extensions(const struct mcp_client *c)
{
    return c->extensions;
}

void mcp_result_meta(struct mcp_request *r, const char *key, struct str json)
{
    assert(!r->is_answered && !r->meta_key);
    r->meta_key = key;
    r->meta = json;
}

/* What nobody takes is written all the same, into the hub's scratch: handlers need not ask. */
static struct mcp_outlet *outlet_of(const struct mcp_request *r)
{
    return mcp_is_cancelled(r) ? NULL : r->outlet;
}

void mcp_result_begin(struct mcp_request *r, struct json_writer *w)
{
    struct mcp_hub *h = r->client->hub;
    struct mcp_outlet *o = outlet_of(r);
    assert(!r->is_answered);
    struct buf *b = o ? o->begin(o, FRAME_RESULT, 0) : NULL;
    if (!b) {
        r->is_cancelled = true;
        buf_reset(&h->scratch);
    }
    open_result(h->server, &r->head, "complete", r, w, b ? b : &h->scratch);
}

void mcp_request_open_result(struct mcp_request *r, const char *type, struct json_writer *w,
                             struct buf *b)
{
    open_result(r->client->hub->server, &r->head, type, r, w, b);
}

void mcp_result_end(struct mcp_request *r, struct json_writer *w)
{
    json_end_object(w);
    json_end_object(w);
    r->is_answered = true;
    if (!mcp_is_cancelled(r))
        r->outlet->end(r->outlet, FRAME_RESULT);
    else
        buf_reset(&r->client->hub->scratch);
}

void mcp_fail(struct mcp_request *r, int code, struct str text, struct str data)
{
    assert(!r->is_answered);
    reply_error(outlet_of(r), &r->head, code, text, data);
    r->is_answered = true;
}

void mcp_forbid(struct mcp_request *r, struct str challenge)
{
    struct mcp_outlet *o = outlet_of(r);
    assert(!r->is_answered);
    if (o && o->forbid)
        o->forbid(o, challenge);
}

void mcp_no_resource(struct mcp_request *r, struct str uri)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 8 << 10);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "uri");
    json_str(&w, str_sub(uri, 0, 1024));
    json_end_object(&w);
    mcp_fail(r, r->head.is_modern ? RPC_PARAMS : RPC_NO_RESOURCE, STR("resource not found"),
             buf_str(&b));
    buf_fini(&b);
}

void write_caching(const struct mcp_server *s, const struct mcp_head *head, int64_t ttl_ms,
                   struct json_writer *w)
{
    if (!head->is_modern)
        return;
    json_key(w, "ttlMs");
    json_i64(w, ttl_ms);
    json_key(w, "cacheScope");
    json_text(w, s->is_same_for_all ? "public" : "private");
}

void mcp_caching(const struct mcp_request *r, struct json_writer *w)
{
    const struct mcp_server *s = r->client->hub->server;
    write_caching(s, &r->head, s->read_ttl_ms, w);
}

/* ---- on the way ---- */

void mcp_progress(struct mcp_request *r, int64_t done, int64_t total, const char *text)
{
    struct json_writer w;
    struct mcp_outlet *o = outlet_of(r);
    if (r->later)
        later_note(r->later, text);
    if (r->later || r->progress_token.kind == JSON_NULL || r->is_answered || done <= r->progress ||
        !o)
        return;
    struct buf *b = o->begin(o, FRAME_NOTICE, 0);
    if (!b)
        return;
    r->progress = done;
    notice_begin(&w, b, "notifications/progress");
    json_key(&w, "progressToken");
    json_value(&w, &r->progress_token);
    json_key(&w, "progress");
    json_i64(&w, done);
    if (total >= 0) {
        json_key(&w, "total");
        json_i64(&w, total);
    }
    if (text) {
        json_key(&w, "message");
        json_text(&w, text);
    }
    notice_end(&w);
    o->end(o, FRAME_NOTICE);
}

static const char *const levels[MCP_LEVEL_COUNT] = {"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};

int level_parse(struct str text)
{
    for (int i = 0; i < MCP_LEVEL_COUNT; i++)
        if (str_eq(text, str_of(levels[i])))
            return i;
    return -1;
}

void write_log(struct mcp_outlet *o, enum mcp_level level, const char *logger, struct str text)
{
    struct json_writer w;
    struct buf *b = o ? o->begin(o, FRAME_NOTICE, 0) : NULL;
    if (!b)
        return;
    notice_begin(&w, b, "notifications/message");
    json_key(&w, "level");
    json_text(&w, levels[level]);
    json_key(&w, "logger");
    json_text(&w, logger);
    json_key(&w, "data");
    json_str(&w, text);
    notice_end(&w);
    o->end(o, FRAME_NOTICE);
}

bool mcp_logs(const struct mcp_request *r, enum mcp_level level)
{
    return r->level >= 0 && (int)level >= r->level && !r->is_answered && !r->later;
}

void mcp_log(struct mcp_request *r, enum mcp_level level, const char *logger, struct str text)
{
    if (mcp_logs(r, level))
        write_log(outlet_of(r), level, logger, text);
}

/* ---- life ---- */

static struct json keep_scalar(const struct json *j, struct arena *arena)
{
    struct json out = {.kind = JSON_NULL};
    if (j && (j->kind == JSON_STRING || j->kind == JSON_NUMBER)) {
        out.kind = j->kind;
        out.text = arena ? arena_str(arena, j->text) : j->text;
    }
    return out;
}

static int level_of(const struct mcp_client *c, const struct mcp_message *m)
{
    if (m->head.is_modern)
        return level_parse(json_get_str(m->meta, STR(META_LEVEL)));
    return c->hub->server->can_log ? (int)c->level : -1;
}

struct mcp_request *mcp_request_new(struct mcp_client *c, struct mcp_outlet *o,
                                    const struct mcp_message *m)
{
    struct mcp_request *r = xcalloc(1, sizeof *r);
    r->client = c;
    r->outlet = o;
    r->head = m->head;
    r->progress = -1;
    r->level = level_of(c, m);
    r->task_from = INSTANT_NEVER;
    r->abilities = c->abilities;
    if (m->head.is_modern)
        abilities_read(&r->abilities, c->hub->server, json_get(m->meta, STR(META_CAPABILITIES)));
    r->abilities.declared = NULL;
    buf_init(&r->uris, MCP_SUBSCRIPTIONS_MAX * 1024);
    buf_init(&r->task_ids, MCP_SUBSCRIPTIONS_MAX * 64);
    buf_init(&r->id_text, LIMIT_JSON_BYTES);
    r->next = c->requests;
    r->link = &c->requests;
    if (r->next)
        r->next->link = &r->next;
    c->requests = r;
    return r;
}

void mcp_request_free(struct mcp_request *r)
{
    struct mcp_client *c = r->client;
    struct mcp_outlet *o = r->outlet;
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
    c->hub->hurried -= r->task_from.ns != INSTANT_NEVER.ns;
    if (r->later)
        later_over(r->later);
    buf_fini(&r->uris);
    buf_fini(&r->task_ids);
    buf_fini(&r->id_text);
    xfree(r);
    if (c->is_closed)
        client_release(c);
    else if (o && o->over)
        o->over(o); /* which may end the client */
}

static void run_request(struct task *t, void *arg)
{
    struct mcp_request *r = arg;
    struct mcp_client *c = r->client;
    const struct mcp_server *s = c->hub->server;
    if (!r->is_answered)
        s->run(s->self, r, t, r->prepared);
    if (!r->is_answered)
        mcp_fail(r, RPC_INTERNAL, STR("the call ended without an answer"), STR_NONE);
    void (*idle)(struct mcp_client *, struct moment) = c->is_closed ? NULL : c->idle;
    struct moment now = task_now(t);
    c->call_count -= r->later ? 0 : 1;
    mcp_request_free(r);
    if (idle)
        idle(c, now);
}

bool mcp_request_start(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m,
                       enum mcp_method method, struct moment now)
{
    const struct mcp_server *s = c->hub->server;
    struct mcp_request *r = mcp_request_new(c, o, m);
    r->method = method;
    r->task = c->call_count < MCP_CALLS_MAX
                  ? task_spawn(c->hub->tasks, now, s->call_timeout_ms, run_request, r)
                  : NULL;
    if (!r->task) {
        mcp_fail(r, RPC_INTERNAL,
                 STR("too many requests are in progress; try again when some are answered"),
                 STR_NONE);
        r->outlet = NULL; /* it has not begun, so it is not over */
        mcp_request_free(r);
        return false;
    }
    c->call_count++;
    r->arena = task_arena(r->task);
    r->head.id = keep_scalar(&m->head.id, r->arena);
    r->progress_token = keep_scalar(json_get(m->meta, STR("progressToken")), r->arena);
    if (ask_take(r, m, now))
        r->prepared = s->prepare(s->self, r, m->params, r->arena);
    return true;
}

void mcp_hang_up(struct mcp_request *r, int64_t retry_ms)
{
    struct mcp_outlet *o = outlet_of(r);
    if (o && o->hang_up && !r->is_answered)
        o->hang_up(o, retry_ms);
}

void mcp_request_cancel(struct mcp_request *r)
{
    r->is_cancelled = true;
    if (r->task)
        task_cancel(r->task);
    else
        listen_end(r);
}
