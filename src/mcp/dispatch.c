/* SPDX-License-Identifier: MIT */
/*
 * Dispatch: which method a message asks for, in its era.
 *
 * Nothing is remembered about the era of a connection, because one client may probe in both.
 */
#include "mcp/inside.h"

#include <stdio.h>
#include <string.h>

/* What a method is given. */
struct turn {
    struct mcp_client *client;
    const struct mcp_server *server;
    struct mcp_outlet *outlet;
    const struct mcp_message *m;
    struct moment now;
    bool has_begun; /* a call or a listener */
};

static void refuse(const struct turn *t, int code, const char *text)
{
    reply_error(t->outlet, &t->m->head, code, str_of(text), STR_NONE);
}

/* ---- methods ---- */

static void empty_result(struct turn *t)
{
    struct json_writer w;
    struct buf *b = reply_begin(t->server, t->outlet, &t->m->head, &w);
    reply_end(t->outlet, b, &w);
}

/* ---- lists ---- */

static const char *const list_members[] = {[MCP_TOOLS] = "tools",
                                           [MCP_PROMPTS] = "prompts",
                                           [MCP_RESOURCES] = "resources",
                                           [MCP_TEMPLATES] = "resourceTemplates"};

/* A cursor is the number of its first item behind a letter. */
static bool read_cursor(const struct json *params, size_t *from)
{
    const struct json *cursor = json_get(params, STR("cursor"));
    struct str text;
    int64_t number;
    *from = 0;
    if (!cursor || cursor->kind == JSON_NULL)
        return true;
    if (!json_to_str(cursor, &text) || !str_starts(text, STR("n")) ||
        !str_to_i64(str_sub(text, 1, text.n), &number) || number <= 0)
        return false;
    *from = (size_t)number;
    return true;
}

static void list(struct turn *t, enum mcp_list which)
{
    struct json_writer w;
    size_t from;
    char cursor[24];
    if (!read_cursor(t->m->params, &from)) {
        refuse(t, RPC_PARAMS, "this cursor was not issued here");
        return;
    }
    struct buf *b = reply_begin(t->server, t->outlet, &t->m->head, &w);
    if (!b)
        return;
    json_key(&w, list_members[which]);
    json_begin_array(&w);
    size_t next = t->server->list(t->server->self, t->client, which, from, &w);
    json_end_array(&w);
    if (next) {
        (void)snprintf(cursor, sizeof cursor, "n%zu", next);
        json_key(&w, "nextCursor");
        json_text(&w, cursor);
    }
    write_caching(t->server, &t->m->head, t->server->list_ttl_ms, &w);
    reply_end(t->outlet, b, &w);
}

static void list_tools(struct turn *t)
{
    list(t, MCP_TOOLS);
}
static void list_prompts(struct turn *t)
{
    list(t, MCP_PROMPTS);
}
static void list_resources(struct turn *t)
{
    list(t, MCP_RESOURCES);
}
static void list_templates(struct turn *t)
{
    list(t, MCP_TEMPLATES);
}

static void initialize(struct turn *t)
{
    welcome_initialize(t->client, t->outlet, t->m);
}
static void discover(struct turn *t)
{
    welcome_discover(t->client, t->outlet, t->m);
}

/* ---- calls ---- */

static void start(struct turn *t, enum mcp_method method, const char *key, const char *wrong)
{
    struct str name;
    if (!json_to_str(json_get(t->m->params, str_of(key)), &name))
        refuse(t, RPC_PARAMS, wrong);
    else
        t->has_begun = mcp_request_start(t->client, t->outlet, t->m, method, t->now);
}

static void call_tool(struct turn *t)
{
    start(t, MCP_CALL, "name", "params.name must be the name of a tool");
}
static void get_prompt(struct turn *t)
{
    start(t, MCP_PROMPT, "name", "params.name must be the name of a prompt");
}
static void read_resource(struct turn *t)
{
    start(t, MCP_READ, "uri", "params.uri must be the URI of a resource");
}

static void complete(struct turn *t)
{
    struct str text;
    const struct json *ref = json_get(t->m->params, STR("ref"));
    const struct json *argument = json_get(t->m->params, STR("argument"));
    if (!json_to_str(json_get(ref, STR("type")), &text) ||
        !json_to_str(json_get(argument, STR("name")), &text) ||
        !json_to_str(json_get(argument, STR("value")), &text))
        refuse(t, RPC_PARAMS, "params must have ref.type, argument.name and argument.value");
    else
        t->has_begun = mcp_request_start(t->client, t->outlet, t->m, MCP_COMPLETE, t->now);
}

static void task_get(struct turn *t)
{
    tasks_get(t->client, t->outlet, t->m);
}
static void task_update(struct turn *t)
{
    tasks_update(t->client, t->outlet, t->m);
}
static void task_end(struct turn *t)
{
    tasks_cancel(t->client, t->outlet, t->m);
}

static void listen(struct turn *t)
{
    t->has_begun = listen_start(t->client, t->outlet, t->m);
}

static void follow(struct turn *t)
{
    struct str uri;
    if (!json_to_str(json_get(t->m->params, STR("uri")), &uri) || !uri.n)
        refuse(t, RPC_PARAMS, "params.uri must be the URI of a resource");
    else if (!listen_follow(t->client, uri))
        refuse(t, RPC_PARAMS, "this resource cannot be followed, or too many are");
    else
        empty_result(t);
}

static void unfollow(struct turn *t)
{
    struct str uri;
    if (!json_to_str(json_get(t->m->params, STR("uri")), &uri)) {
        refuse(t, RPC_PARAMS, "params.uri must be the URI of a resource");
        return;
    }
    listen_unfollow(t->client, uri);
    empty_result(t);
}

static void set_level(struct turn *t)
{
    int level = level_parse(json_get_str(t->m->params, STR("level")));
    if (level < 0) {
        refuse(t, RPC_PARAMS,
               "params.level must be debug, info, notice, warning, error, critical, "
               "alert or emergency");
        return;
    }
    t->client->level = (enum mcp_level)level;
    empty_result(t);
}

/* ---- which ---- */

enum era { ERA_LEGACY = 1, ERA_MODERN = 2, ERA_BOTH = 3 };
enum need {
    NEEDS_NOTHING = MCP_LIST_COUNT,
    NEEDS_SUBSCRIBE,
    NEEDS_COMPLETE,
    NEEDS_LOG,
    NEEDS_TASKS,
    NEEDS_ANY
};

static const struct method {
    const char *name;
    enum era era;
    int need; /* a list, or one of the above */
    void (*run)(struct turn *t);
} methods[] = {
    {"tools/call", ERA_BOTH, MCP_TOOLS, call_tool},
    {"tools/list", ERA_BOTH, MCP_TOOLS, list_tools},
    {"resources/read", ERA_BOTH, MCP_RESOURCES, read_resource},
    {"resources/list", ERA_BOTH, MCP_RESOURCES, list_resources},
    {"resources/templates/list", ERA_BOTH, MCP_RESOURCES, list_templates},
    {"prompts/get", ERA_BOTH, MCP_PROMPTS, get_prompt},
    {"prompts/list", ERA_BOTH, MCP_PROMPTS, list_prompts},
    {"completion/complete", ERA_BOTH, NEEDS_COMPLETE, complete},
    {"resources/subscribe", ERA_LEGACY, NEEDS_SUBSCRIBE, follow},
    {"resources/unsubscribe", ERA_LEGACY, NEEDS_SUBSCRIBE, unfollow},
    {"logging/setLevel", ERA_LEGACY, NEEDS_LOG, set_level},
    {"subscriptions/listen", ERA_MODERN, NEEDS_ANY, listen},
    {"tasks/get", ERA_MODERN, NEEDS_TASKS, task_get},
    {"tasks/update", ERA_MODERN, NEEDS_TASKS, task_update},
    {"tasks/cancel", ERA_MODERN, NEEDS_TASKS, task_end},
    {"ping", ERA_LEGACY, NEEDS_NOTHING, empty_result},
    {"initialize", ERA_LEGACY, NEEDS_NOTHING, initialize},
    {"server/discover", ERA_BOTH, NEEDS_NOTHING, discover},
};

static bool is_offered(const struct mcp_server *s, int need)
{
    if (need < MCP_LIST_COUNT)
        return s->lists & 1u << need;
    return need == NEEDS_NOTHING || (need == NEEDS_SUBSCRIBE && s->can_subscribe) ||
           (need == NEEDS_COMPLETE && s->can_complete) || (need == NEEDS_LOG && s->can_log) ||
           (need == NEEDS_TASKS && s->task_timeout_ms) ||
           (need == NEEDS_ANY && (s->can_subscribe || s->changing));
}

static const struct method *find(const struct mcp_server *s, struct str name, bool is_modern)
{
    unsigned era = is_modern ? ERA_MODERN : ERA_LEGACY;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if ((methods[i].era & era) && str_eq(name, str_of(methods[i].name)) &&
            is_offered(s, methods[i].need))
            return &methods[i];
    return NULL;
}

bool dispatch_knows(const struct mcp_server *s, struct str method, bool is_modern)
{
    return find(s, method, is_modern) != NULL;
}

/* ---- what every modern request must carry ---- */

bool dispatch_check_meta(struct mcp_outlet *o, const struct mcp_message *m)
{
    struct str version;
    const struct json *capabilities = json_get(m->meta, STR(META_CAPABILITIES));
    const char *wrong = NULL;
    if (!json_to_str(json_get(m->meta, STR(META_VERSION)), &version))
        wrong = "_meta \"" META_VERSION "\" must be a string";
    else if (!capabilities || capabilities->kind != JSON_OBJECT)
        wrong = "_meta \"" META_CAPABILITIES "\" must be an object";
    if (wrong)
        reply_error(o, &m->head, RPC_PARAMS, str_of(wrong), STR_NONE);
    return !wrong;
}

bool dispatch_check_version(struct mcp_outlet *o, const struct mcp_message *m)
{
    struct str version = json_get_str(m->meta, STR(META_VERSION));
    struct buf b;
    struct json_writer w;
    if (str_eq(version, STR(MODERN_VERSION)))
        return true;
    buf_init(&b, 1024);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "supported");
    json_begin_array(&w);
    json_text(&w, MODERN_VERSION);
    json_end_array(&w);
    json_key(&w, "requested");
    json_str(&w, str_sub(version, 0, 100));
    json_end_object(&w);
    reply_error(o, &m->head, RPC_VERSION, STR("unsupported protocol version"), buf_str(&b));
    buf_fini(&b);
    return false;
}

/* ---- messages ---- */

/* What the client of this message declares. */
static unsigned extensions_now(const struct turn *t)
{
    struct mcp_abilities a = t->client->abilities;
    if (t->m->head.is_modern)
        abilities_read(&a, t->server, json_get(t->m->meta, STR(META_CAPABILITIES)));
    return a.extensions;
}

static bool ask(struct turn *t)
{
    const struct mcp_message *m = t->m;
    char text[160];
    if (m->head.is_modern &&
        (!dispatch_check_meta(t->outlet, m) || !dispatch_check_version(t->outlet, m)))
        return false;
    if (m->head.is_modern)
        welcome_name(t->client, json_get(m->meta, STR(META_CLIENT)));
    t->client->extensions = extensions_now(t);
    const struct method *method = find(t->server, m->method, m->head.is_modern);
    if (method) {
        method->run(t);
        return t->has_begun;
    }
    (void)snprintf(text, sizeof text, "method not found: " STR_FMT,
                   STR_ARG(str_sub(m->method, 0, 80)));
    refuse(t, RPC_METHOD, text);
    return false;
}

static void tell(struct mcp_client *c, const struct mcp_message *m)
{
    const struct json *id = json_get(m->params, STR("requestId"));
    if (!id || !str_eq(m->method, STR("notifications/cancelled")))
        return;
    for (struct mcp_request *r = c->requests; r; r = r->next) {
        if (!r->later && r->head.id.kind == id->kind && str_eq(r->head.id.text, id->text)) {
            mcp_request_cancel(r);
            return;
        }
    }
}

bool mcp_dispatch(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m,
                  struct moment now)
{
    struct turn t = {.client = c, .server = c->hub->server, .outlet = o, .m = m, .now = now};
    switch (m->kind) {
    case MCP_BROKEN:
        refuse(&t, m->code, m->text);
        break;
    case MCP_ANSWERS:
        ask_answered(c, m->root);
        break;
    case MCP_TELLS:
        tell(c, m);
        break;
    case MCP_ASKS:
        return ask(&t);
    }
    return false;
}
