/* SPDX-License-Identifier: MIT */
/*
 * Welcome: who is there on both sides, and what can be done. By `initialize` in its era, by
 * server/discover in the modern one.
 */
#include "mcp/inside.h"

void welcome_name(struct mcp_client *c, const struct json *client_info)
{
    const struct mcp_server *s = c->hub->server;
    struct str name = json_get_str(client_info, STR("name"));
    if (c->is_named || name.n == 0)
        return;
    c->is_named = true;
    if (s->named)
        s->named(s->self, c, name);
}

static void write_flag(struct json_writer *w, const char *name, bool on)
{
    if (!on)
        return;
    json_key(w, name);
    json_bool(w, true);
}

static void write_empty(struct json_writer *w, const char *name, bool on)
{
    if (!on)
        return;
    json_key(w, name);
    json_begin_object(w);
    json_end_object(w);
}

/* Ours, and those of the program. */
static void write_extensions(const struct mcp_server *s, bool is_modern, struct json_writer *w)
{
    struct str all = s->extensions ? str_of(s->extensions) : STR("{}");
    struct str own = str_sub(all, 1, all.n - 1);
    bool has_tasks = is_modern && s->task_timeout_ms;
    struct buf b;
    if (!own.n && !has_tasks)
        return;
    buf_init(&b, 8 << 10);
    buf_add_char(&b, '{');
    if (has_tasks)
        buf_add_c(&b, "\"" EXTENSION_TASKS "\":{}");
    if (has_tasks && own.n)
        buf_add_char(&b, ',');
    buf_add_str(&b, own);
    buf_add_char(&b, '}');
    json_key(w, "extensions");
    json_raw(w, buf_str(&b));
    buf_fini(&b);
}

static void write_capabilities(const struct mcp_server *s, bool is_modern, struct json_writer *w)
{
    static const struct {
        const char *name;
        unsigned lists;
        bool has_subscribe;
    } offers[] = {{"tools", 1 << MCP_TOOLS, false},
                  {"prompts", 1 << MCP_PROMPTS, false},
                  {"resources", 1 << MCP_RESOURCES | 1 << MCP_TEMPLATES, true}};
    json_key(w, "capabilities");
    json_begin_object(w);
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        if (!(s->lists & offers[i].lists))
            continue;
        json_key(w, offers[i].name);
        json_begin_object(w);
        write_flag(w, "subscribe", offers[i].has_subscribe && s->can_subscribe);
        write_flag(w, "listChanged", s->changing & offers[i].lists);
        json_end_object(w);
    }
    write_empty(w, "completions", s->can_complete);
    write_empty(w, "logging", s->can_log);
    write_extensions(s, is_modern, w);
    json_end_object(w);
}

static void write_instructions(const struct mcp_server *s, struct json_writer *w)
{
    struct buf b;
    buf_init(&b, MCP_INSTRUCTIONS_MAX - 1);
    if (s->instructions)
        s->instructions(s->self, &b);
    if (b.n) {
        json_key(w, "instructions");
        json_str(w, buf_str(&b));
    }
    buf_fini(&b);
}

void welcome_initialize(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    struct json_writer w;
    struct str asked = json_get_str(m->params, STR("protocolVersion"));
    welcome_name(c, json_get(m->params, STR("clientInfo")));
    abilities_read(&c->abilities, c->hub->server, json_get(m->params, STR("capabilities")));
    c->abilities.declared = NULL;
    c->is_initialized = true;
    struct buf *b = reply_begin(c->hub->server, o, &m->head, &w);
    if (!b)
        return;
    json_key(&w, "protocolVersion");
    json_text(&w, message_legacy_version(asked));
    write_capabilities(c->hub->server, false, &w);
    json_key(&w, "serverInfo");
    write_server(c->hub->server, &w);
    write_instructions(c->hub->server, &w);
    reply_end(o, b, &w);
}

void welcome_discover(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    struct json_writer w;
    if (!m->head.is_modern) {
        reply_error(o, &m->head, RPC_PARAMS,
                    STR("server/discover needs _meta \"" META_VERSION "\""), STR_NONE);
        return;
    }
    struct buf *b = reply_begin(c->hub->server, o, &m->head, &w);
    if (!b)
        return;
    json_key(&w, "supportedVersions");
    json_begin_array(&w);
    json_text(&w, MODERN_VERSION);
    json_end_array(&w);
    write_capabilities(c->hub->server, true, &w);
    write_instructions(c->hub->server, &w);
    write_caching(c->hub->server, &m->head, c->hub->server->list_ttl_ms, &w);
    reply_end(o, b, &w);
}
