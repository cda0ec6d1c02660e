/* SPDX-License-Identifier: MIT */
#include "fixture_inside.h"

#include <stdio.h>
#include <string.h>

/* ---- prompts ---- */

static void begin_message(struct turn *t, struct json_writer *w)
{
    mcp_result_begin(t->r, w);
    json_key(w, "messages");
    json_begin_array(w);
}

static void begin_part(struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "role");
    json_text(w, "user");
    json_key(w, "content");
}

static void prompt_text(struct turn *t, const char *text)
{
    struct json_writer w;
    begin_message(t, &w);
    begin_part(&w);
    write_text(&w, text);
    json_end_object(&w);
    end_content(t, &w);
}

static void simple_prompt(struct turn *t)
{
    prompt_text(t, "This is a simple prompt for testing.");
}

static void prompt_with_arguments(struct turn *t)
{
    prompt_text(t,
                arena_f(t->arena, "Prompt with arguments: arg1='" STR_FMT "', arg2='" STR_FMT "'",
                        STR_ARG(t->argument[0]), STR_ARG(t->argument[1]))
                    .p);
}

static void prompt_with_resource(struct turn *t)
{
    struct json_writer w;
    begin_message(t, &w);
    begin_part(&w);
    write_resource(&w, arena_f(t->arena, STR_FMT, STR_ARG(t->argument[0])).p, "text/plain",
                   "Embedded resource content for testing.");
    json_end_object(&w);
    begin_part(&w);
    write_text(&w, "Please process the embedded resource above.");
    json_end_object(&w);
    end_content(t, &w);
}

static void prompt_with_image(struct turn *t)
{
    struct json_writer w;
    begin_message(t, &w);
    begin_part(&w);
    write_image(&w);
    json_end_object(&w);
    begin_part(&w);
    write_text(&w, "Please analyze the image above.");
    json_end_object(&w);
    end_content(t, &w);
}

static void prompt_that_asks(struct turn *t)
{
    struct mcp_question q = {.key = "user_context",
                             .kind = MCP_ELICIT,
                             .params =
                                 form(t, "What context should the prompt use?",
                                      "{\"context\":{\"type\":\"string\"}}", "[\"context\"]")};
    if (!ask(t, &q, 1, STR_NONE))
        return;
    struct str context = json_get_str(json_get(q.answer, STR("content")), STR("context"));
    prompt_text(t, arena_f(t->arena, "Use this context: " STR_FMT, STR_ARG(context)).p);
}

static const struct item prompts[] = {
    {"test_simple_prompt", "Without arguments", NULL, {0}, simple_prompt},
    {"test_prompt_with_arguments", "With two", NULL, {"arg1", "arg2"}, prompt_with_arguments},
    {"test_prompt_with_embedded_resource",
     "With a resource",
     NULL,
     {"resourceUri"},
     prompt_with_resource},
    {"test_prompt_with_image", "With an image", NULL, {0}, prompt_with_image},
    {"test_input_required_result_prompt", "Asks first", NULL, {0}, prompt_that_asks},
};
enum { PROMPTS = sizeof prompts / sizeof prompts[0] };

/* ---- resources ---- */

static const struct {
    const char *uri, *name, *type, *text, *blob;
} resources[] = {
    {"test://static-text", "Static text", "text/plain",
     "This is the content of the static text resource.", NULL},
    {"test://static-binary", "Static binary", "image/png", NULL, PNG},
    {"test://watched-resource", "Watched", "text/plain", "watched", NULL},
};
enum { RESOURCES = sizeof resources / sizeof resources[0] };

static void write_contents(struct turn *t, const char *uri, const char *type, const char *key,
                           const char *value)
{
    struct json_writer w;
    mcp_result_begin(t->r, &w);
    json_key(&w, "contents");
    json_begin_array(&w);
    PAIRS(&w, {"uri", uri}, {"mimeType", type}, {key, value});
    json_end_array(&w);
    mcp_caching(t->r, &w);
    mcp_result_end(t->r, &w);
}

static void read_resource(struct turn *t)
{
    static const char head[] = "test://template/", tail[] = "/data";
    struct str uri = t->uri;
    for (size_t i = 0; i < RESOURCES; i++)
        if (str_eq(uri, str_of(resources[i].uri))) {
            write_contents(t, resources[i].uri, resources[i].type,
                           resources[i].text ? "text" : "blob",
                           resources[i].text ? resources[i].text : resources[i].blob);
            return;
        }
    if (!str_starts(uri, STR("test://template/")) || !str_ends(uri, STR("/data"))) {
        mcp_no_resource(t->r, uri);
        return;
    }
    struct str id = str_sub(uri, sizeof head - 1, uri.n - (sizeof tail - 1));
    write_contents(t, uri.p, "application/json", "text",
                   arena_f(t->arena,
                           "{\"id\":\"" STR_FMT
                           "\",\"templateTest\":true,\"data\":\"Data for ID: " STR_FMT "\"}",
                           STR_ARG(id), STR_ARG(id))
                       .p);
}

/* ---- lists ---- */

static void write_arguments(const struct item *item, struct json_writer *w)
{
    json_key(w, "arguments");
    json_begin_array(w);
    for (size_t i = 0; i < 2 && item->arguments[i]; i++) {
        json_begin_object(w);
        json_key(w, "name");
        json_text(w, item->arguments[i]);
        json_key(w, "required");
        json_bool(w, true);
        json_end_object(w);
    }
    json_end_array(w);
}

static void write_item(const struct item *item, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, item->name);
    json_key(w, "description");
    json_text(w, item->doc);
    if (item->schema) {
        json_key(w, "inputSchema");
        json_raw(w, str_of(item->schema));
    } else {
        write_arguments(item, w);
    }
    json_end_object(w);
}

static size_t list(void *self, struct mcp_client *c, enum mcp_list which, size_t from,
                   struct json_writer *w)
{
    (void)self, (void)c;
    if (from)
        return 0;
    for (size_t i = 0; which == MCP_TOOLS && i < fixture_tool_count; i++)
        write_item(&fixture_tools[i], w);
    for (size_t i = 0; which == MCP_PROMPTS && i < PROMPTS; i++)
        write_item(&prompts[i], w);
    for (size_t i = 0; which == MCP_RESOURCES && i < RESOURCES; i++)
        PAIRS(w, {"uri", resources[i].uri}, {"name", resources[i].name},
              {"description", resources[i].name}, {"mimeType", resources[i].type});
    if (which == MCP_TEMPLATES)
        PAIRS(w, {"uriTemplate", "test://template/{id}/data"}, {"name", "Template"},
              {"description", "Data by id"}, {"mimeType", "application/json"});
    return 0;
}

/* ---- calls ---- */

static const struct item *find(const struct item *items, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(items[i].name)))
            return &items[i];
    return NULL;
}

static void *prepare(void *self, struct mcp_request *r, const struct json *params,
                     struct arena *arena)
{
    struct turn *t = ARENA_NEW(arena, struct turn);
    const struct json *arguments = json_get(params, STR("arguments"));
    struct str name = json_get_str(params, STR("name"));
    (void)self;
    *t = (struct turn){.r = r, .arena = arena};
    t->uri = arena_str(arena, json_get_str(params, STR("uri")));
    if (mcp_method(r) == MCP_CALL)
        t->item = find(fixture_tools, fixture_tool_count, name);
    else if (mcp_method(r) == MCP_PROMPT)
        t->item = find(prompts, PROMPTS, name);
    else
        return t;
    if (!t->item) {
        mcp_fail(r, RPC_PARAMS, STR("there is nothing of that name"), STR_NONE);
        return NULL;
    }
    for (size_t i = 0; i < 2 && t->item->arguments[i]; i++) {
        const struct json *value = json_get(arguments, str_of(t->item->arguments[i]));
        t->argument[i] = arena_str(arena, value && value->text.p ? value->text : STR(""));
    }
    return t;
}

static void run(void *self, struct mcp_request *r, struct task *task, void *prepared)
{
    struct turn *t = prepared;
    struct json_writer w;
    (void)self;
    t->task = task;
    if (t->item) {
        t->item->run(t);
    } else if (mcp_method(r) == MCP_READ) {
        read_resource(t);
    } else {
        mcp_result_begin(r, &w);
        json_key(&w, "completion");
        json_begin_object(&w);
        json_key(&w, "values");
        json_begin_array(&w);
        json_end_array(&w);
        json_end_object(&w);
        mcp_result_end(r, &w);
    }
}

static size_t headers(void *self, struct str tool, struct mcp_header *out)
{
    (void)self;
    *out = (struct mcp_header){"region", "Region"};
    return str_eq(tool, STR("test_header")) ? 1 : 0;
}

struct mcp_server fixture_server = {
    .name = "fixture",
    .title = "Fixture",
    .version = "1",
    .lists = 1 << MCP_TOOLS | 1 << MCP_PROMPTS | 1 << MCP_RESOURCES | 1 << MCP_TEMPLATES,
    .changing = 1 << MCP_TOOLS | 1 << MCP_PROMPTS,
    .can_subscribe = true,
    .can_complete = true,
    .can_log = true,
    .log_level = MCP_INFO,
    .list_ttl_ms = 60000,
    .read_ttl_ms = 1000,
    .is_same_for_all = true,
    .call_timeout_ms = 60000,
    .task_timeout_ms = 300000,
    .headers = headers,
    .list = list,
    .prepare = prepare,
    .run = run,
};
