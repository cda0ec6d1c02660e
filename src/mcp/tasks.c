/* SPDX-License-Identifier: MIT */
/*
 * Tasks: calls whose answer is asked for later.
 *
 * The request of such a call stays what it is, a handler on its fiber; it only gets another outlet,
 * which keeps the answer until somebody comes for it. The client that made it may be gone by then:
 * its memory lives until the handler has ended. Ids cannot be guessed, and are good for their maker
 * alone. Facts of the extension: io.modelcontextprotocol/tasks of 2026-07-28.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "mcp/inside.h"

#include <stdio.h>
#include <string.h>

enum {
    KEEP_MS = 10 * 60 * 1000, /* an answer, behind the longest time that its task may take */
    POLL_MS = 1000,
    ID_MAX = 33,
    NOTE_MAX = 200,
};

/* Every message of a task is written for this request, so that the answer is found in it. */
#define FOR_REQUEST "{\"jsonrpc\":\"2.0\",\"id\":0,"
enum {
    RESULT_HEAD = sizeof FOR_REQUEST "\"result\":" - 1,
    ERROR_HEAD = sizeof FOR_REQUEST "\"error\":" - 1
};

const char mcp_task_needs[] = "{\"extensions\":{\"" EXTENSION_TASKS "\":{}}}";

struct mcp_later {
    struct mcp_later *next, **link;
    struct mcp_hub *hub;
    struct mcp_outlet outlet;
    struct mcp_request *request; /* NULL: it has ended */
    char id[ID_MAX];
    struct str who; /* owned */
    struct utc created, updated;
    struct buf answer; /* the message */
    struct buf passing;
    char note[NOTE_MAX];
    bool is_failed, is_cancelled;
};

static int64_t ttl_ms(const struct mcp_hub *h)
{
    return h->server->task_timeout_ms + KEEP_MS;
}

/* ---- the outlet ---- */

static struct mcp_later *later_of(struct mcp_outlet *o)
{
    return (struct mcp_later *)((char *)o - offsetof(struct mcp_later, outlet));
}

static struct buf *begin(struct mcp_outlet *o, enum mcp_frame frame, int code)
{
    struct mcp_later *l = later_of(o);
    (void)code;
    if (frame == FRAME_RESULT || frame == FRAME_ERROR)
        return &l->answer;
    buf_reset(&l->passing); /* a note on the way has no reader */
    return &l->passing;
}

/* What went wrong, for who looks at the status alone. */
static void note_error(struct mcp_later *l)
{
    struct error e;
    const struct json *j = json_parse(buf_str(&l->answer), l->request->arena, &e);
    str_copy_cut(l->note, sizeof l->note, json_get_str(json_get(j, STR("error")), STR("message")));
}

static void end(struct mcp_outlet *o, enum mcp_frame frame)
{
    struct mcp_later *l = later_of(o);
    if (frame != FRAME_RESULT && frame != FRAME_ERROR)
        return;
    l->is_failed = frame == FRAME_ERROR || l->answer.failed;
    if (frame == FRAME_ERROR)
        note_error(l);
}

/* ---- life ---- */

static void later_free(struct mcp_later *l)
{
    *l->link = l->next;
    if (l->next)
        l->next->link = l->link;
    buf_fini(&l->answer);
    buf_fini(&l->passing);
    xfree((void *)(uintptr_t)l->who.p);
    xfree(l);
}

void laters_free(struct mcp_hub *h)
{
    while (h->laters)
        later_free(h->laters);
}

void later_changed(struct mcp_later *l)
{
    if (l->request)
        l->updated = task_now(l->request->task).wall;
    listen_tell_task(l->hub, STR_NAME(l->id), l);
}

void later_over(struct mcp_later *l)
{
    l->updated = task_now(l->request->task).wall;
    l->request = NULL;
    if (!l->is_cancelled) /* that was told when it was cancelled */
        later_changed(l);
}

/* Room for one more, by forgetting what nobody came for in time. */
static bool make_room(struct mcp_hub *h, struct utc now)
{
    size_t n = 0;
    for (struct mcp_later *l = h->laters, *next; l; l = next) {
        next = l->next;
        if (!l->request && now.ns - l->created.ns > ttl_ms(h) * NS_PER_MS)
            later_free(l);
        else
            n++;
    }
    return n < MCP_TASKS_MAX;
}

static struct str who_is(const struct mcp_client *c)
{
    const struct mcp_server *s = c->hub->server;
    return s->who ? s->who(s->self, c) : STR_NONE;
}

static struct mcp_later *later_new(struct mcp_request *r, struct utc now)
{
    struct mcp_hub *h = r->client->hub;
    struct str who = who_is(r->client);
    char text[64], hex[SHA256_HEX_MAX];
    struct mcp_later *l = xcalloc(1, sizeof *l);
    char *name = xmalloc(who.n + 1);
    if (who.n)
        memcpy(name, who.p, who.n);
    l->who = (struct str){name, who.n};
    (void)snprintf(text, sizeof text, "task %lld %lld", (long long)++h->asked, (long long)now.ns);
    struct sha256 digest =
        hash_hmac_sha256((struct str){h->secret, sizeof h->secret}, str_of(text));
    hash_hex(&digest, hex);
    str_copy_cut(l->id, sizeof l->id, str_of(hex));
    l->hub = h;
    l->request = r;
    l->created = l->updated = now;
    l->outlet = (struct mcp_outlet){.begin = begin, .end = end};
    buf_init(&l->answer, LIMIT_REPLY);
    buf_init(&l->passing, LIMIT_REPLY);
    l->next = h->laters;
    l->link = &h->laters;
    if (l->next)
        l->next->link = &l->next;
    h->laters = l;
    return l;
}

void later_note(struct mcp_later *l, const char *text)
{
    if (!text)
        return;
    str_copy_cut(l->note, sizeof l->note, str_of(text));
    l->updated = task_now(l->request->task).wall;
}

/* ---- what is told ---- */

static const char *status_of(const struct mcp_later *l)
{
    if (l->is_cancelled)
        return "cancelled";
    if (!l->request)
        return l->is_failed ? "failed" : "completed";
    return ask_write_open(l->request, NULL) ? "input_required" : "working";
}

static void write_task(const struct mcp_later *l, struct json_writer *w)
{
    json_key(w, "taskId");
    json_text(w, l->id);
    json_key(w, "status");
    json_text(w, status_of(l));
    if (l->note[0]) {
        json_key(w, "statusMessage");
        json_text(w, l->note);
    }
    json_key(w, "createdAt");
    json_time(w, l->created);
    json_key(w, "lastUpdatedAt");
    json_time(w, l->updated);
    json_key(w, "ttlMs");
    json_i64(w, ttl_ms(l->hub));
    json_key(w, "pollIntervalMs");
    json_i64(w, POLL_MS);
}

/* What has come of it, or what it waits for. */
static void write_outcome(const struct mcp_later *l, struct json_writer *w)
{
    struct str text = buf_str(&l->answer);
    if (l->is_cancelled)
        return;
    if (l->request) {
        if (!ask_write_open(l->request, NULL))
            return;
        json_key(w, "inputRequests");
        json_begin_object(w);
        (void)ask_write_open(l->request, w);
        json_end_object(w);
        return;
    }
    json_key(w, l->is_failed ? "error" : "result");
    if (l->answer.failed)
        json_raw(w, STR("{\"code\":-32603,\"message\":\"the answer is too large\"}"));
    else
        json_raw(w, str_sub(text, (l->is_failed ? (size_t)ERROR_HEAD : (size_t)RESULT_HEAD),
                            text.n - 1));
}

void later_write(const struct mcp_later *l, struct json_writer *w)
{
    write_task(l, w);
    write_outcome(l, w);
}

/* ---- becoming one ---- */

bool mcp_can_task(const struct mcp_request *r)
{
    return r->head.is_modern && r->abilities.tasks && r->client->hub->server->task_timeout_ms &&
           !r->later;
}

static bool become_task(struct mcp_request *r, struct moment now)
{
    struct json_writer w;
    struct mcp_client *c = r->client;
    struct mcp_outlet *o = r->outlet;
    if (!mcp_can_task(r) || r->is_answered || mcp_is_cancelled(r) || !make_room(c->hub, now.wall))
        return false;
    struct mcp_later *l = later_new(r, now.wall);
    struct buf *b = o->begin(o, FRAME_RESULT, 0);
    if (!b) {
        later_free(l);
        return false;
    }
    mcp_request_open_result(r, "task", &w, b);
    write_task(l, &w);
    reply_end(o, b, &w);
    r->later = l;
    r->outlet = &l->outlet;
    r->head.id = (struct json){.kind = JSON_NUMBER, .text = STR("0")};
    c->call_count--;
    task_prolong(r->task, c->hub->server->task_timeout_ms);
    if (o->over)
        o->over(o);
    else if (c->idle)
        c->idle(c, now); /* there is room for another call */
    return true;
}

bool mcp_task_begin(struct mcp_request *r)
{
    return become_task(r, task_now(r->task));
}

void mcp_task_after(struct mcp_request *r, int64_t ms)
{
    if (!mcp_can_task(r) || r->task_from.ns != INSTANT_NEVER.ns)
        return;
    r->task_from = instant_after_ms(task_now(r->task).mono, ms);
    r->client->hub->hurried++;
}

struct instant mcp_hub_step(struct mcp_hub *h, struct moment now)
{
    struct instant next = INSTANT_NEVER;
    if (h->hurried == 0)
        return next;
    for (struct mcp_client *c = h->clients, *after; c; c = after) {
        after = c->next;
        for (struct mcp_request *r = c->requests, *later; r; r = later) {
            later = r->next;
            if (r->later || r->is_answered || r->task_from.ns == INSTANT_NEVER.ns)
                continue;
            if (!instant_due(r->task_from, now.mono)) {
                next = instant_min(next, r->task_from);
                continue;
            }
            r->task_from = INSTANT_NEVER; /* once, whether it can or not */
            h->hurried--;
            if (become_task(r, now))
                break; /* its client may be gone; the others of a line are looked at next time */
        }
    }
    return h->hurried && next.ns == INSTANT_NEVER.ns ? instant_after_ms(now.mono, 1) : next;
}

/* ---- methods ---- */

void later_refuse(struct mcp_outlet *o, const struct mcp_message *m)
{
    struct buf data;
    buf_init(&data, 256);
    buf_add_f(&data, "{\"requiredCapabilities\":%s}", mcp_task_needs);
    reply_error(o, &m->head, RPC_CAPABILITY, STR("this needs the extension " EXTENSION_TASKS),
                buf_str(&data));
    buf_fini(&data);
}

static struct mcp_later *find_of(const struct mcp_client *c, struct str id)
{
    struct str who = who_is(c);
    for (struct mcp_later *l = c->hub->laters; l; l = l->next)
        if (hash_equal(id, STR_NAME(l->id)) && str_eq(who, l->who))
            return l;
    return NULL;
}

bool later_is_of(const struct mcp_client *c, struct str id)
{
    return find_of(c, id) != NULL;
}

/* The task that is meant; NULL: the request is refused. */
static struct mcp_later *find(struct mcp_client *c, struct mcp_outlet *o,
                              const struct mcp_message *m)
{
    struct mcp_abilities a;
    abilities_read(&a, c->hub->server, json_get(m->meta, STR(META_CAPABILITIES)));
    if (!a.tasks) {
        later_refuse(o, m);
        return NULL;
    }
    struct mcp_later *l = find_of(c, json_get_str(m->params, STR("taskId")));
    if (!l)
        reply_error(o, &m->head, RPC_PARAMS, STR("there is no such task, or it has been forgotten"),
                    STR_NONE);
    return l;
}

static void acknowledge(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    struct json_writer w;
    struct buf *b = reply_begin(c->hub->server, o, &m->head, &w);
    reply_end(o, b, &w);
}

void tasks_get(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    struct json_writer w;
    const struct mcp_later *l = find(c, o, m);
    struct buf *b = l ? reply_begin(c->hub->server, o, &m->head, &w) : NULL;
    if (!b)
        return;
    later_write(l, &w);
    reply_end(o, b, &w);
}

void tasks_update(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    const struct json *responses = json_get(m->params, STR("inputResponses"));
    struct mcp_later *l = find(c, o, m);
    if (!l)
        return;
    for (size_t i = 0; l->request && responses && i < responses->n; i++)
        if (responses->kind == JSON_OBJECT)
            ask_answer(l->request, responses->items[i].key, &responses->items[i]);
    acknowledge(c, o, m);
}

void tasks_cancel(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    struct mcp_later *l = find(c, o, m);
    if (!l)
        return;
    if (l->request && !l->is_cancelled) {
        l->is_cancelled = true;
        mcp_request_cancel(l->request);
        later_changed(l);
    }
    acknowledge(c, o, m);
}
