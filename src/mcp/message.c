/* SPDX-License-Identifier: MIT */
/*
 * Messages: what is valid JSON-RPC, and of which era it is.
 */
#include "mcp/inside.h"

#include <string.h>

/* Of the era of `initialize`, the newest first. */
static const char *const legacy_versions[] = {"2025-11-25", "2025-06-18", "2025-03-26",
                                              "2024-11-05"};
enum { LEGACY_COUNT = sizeof legacy_versions / sizeof legacy_versions[0] };

bool message_is_legacy_version(struct str version)
{
    for (size_t i = 0; i < LEGACY_COUNT; i++)
        if (str_eq(version, str_of(legacy_versions[i])))
            return true;
    return false;
}

const char *message_legacy_version(struct str asked)
{
    for (size_t i = 0; i < LEGACY_COUNT; i++)
        if (str_eq(asked, str_of(legacy_versions[i])))
            return legacy_versions[i];
    return legacy_versions[0];
}

static void broken(struct mcp_message *m, int code, const char *text)
{
    m->kind = MCP_BROKEN;
    m->code = code;
    str_copy_cut(m->text, sizeof m->text, str_of(text));
}

/* The answer of a client has a result or an error, and names no method. */
static bool is_answer(const struct json *root)
{
    return !json_get(root, STR("method")) &&
           (json_get(root, STR("result")) || json_get(root, STR("error")));
}

static const char *wrong_with(const struct json *root)
{
    const struct json *id = json_get(root, STR("id"));
    if (root->kind == JSON_ARRAY)
        return "batches are not part of the protocol";
    if (root->kind != JSON_OBJECT)
        return "a message is an object";
    if (id && id->kind != JSON_STRING && id->kind != JSON_NUMBER)
        return "id must be a string or a number";
    return NULL;
}

static const char *wrong_in(struct mcp_message *m, const struct json *root)
{
    if (!str_eq(json_get_str(root, STR("jsonrpc")), STR("2.0")))
        return "jsonrpc must be \"2.0\"";
    if (!json_to_str(json_get(root, STR("method")), &m->method))
        return "method must be a string";
    m->params = json_get(root, STR("params"));
    if (m->params && m->params->kind != JSON_OBJECT && m->params->kind != JSON_NULL)
        return "params must be an object";
    m->meta = json_get(m->params, STR("_meta"));
    m->head.is_modern = json_get(m->meta, STR(META_VERSION)) != NULL;
    return NULL;
}

void message_read(struct mcp_message *m, struct str text, struct arena *arena)
{
    struct error e = {0};
    *m = (struct mcp_message){.head = {.id = {.kind = JSON_NULL}}};
    const struct json *root = m->root = json_parse(text, arena, &e);
    if (!root) {
        broken(m, RPC_PARSE, e.text);
        return;
    }
    const char *wrong = wrong_with(root);
    const struct json *id = json_get(root, STR("id"));
    if (!wrong && id)
        m->head.id = *id;
    if (!wrong && is_answer(root)) {
        m->kind = MCP_ANSWERS;
        return;
    }
    if (!wrong)
        wrong = wrong_in(m, root);
    if (wrong)
        broken(m, RPC_REQUEST, wrong);
    else
        m->kind = id ? MCP_ASKS : MCP_TELLS;
}

/* ---- what a client can do ---- */

static bool has(const struct json *j, struct str key)
{
    const struct json *member = json_get(j, key);
    return member && member->kind != JSON_NULL;
}

void abilities_read(struct mcp_abilities *a, const struct mcp_server *s,
                    const struct json *capabilities)
{
    const struct json *elicitation = json_get(capabilities, STR("elicitation"));
    bool is_url = has(elicitation, STR("url"));
    *a = (struct mcp_abilities){
        /* an empty object means the forms that there were before the modes had names */
        .elicit = elicitation && elicitation->kind == JSON_OBJECT &&
                  (has(elicitation, STR("form")) || !is_url),
        .elicit_url = is_url,
        .sample = has(capabilities, STR("sampling")),
        .roots = has(capabilities, STR("roots")),
        .tasks = has(json_get(capabilities, STR("extensions")), STR(EXTENSION_TASKS)),
        .extensions = s->extensions_of
                          ? s->extensions_of(s->self, json_get(capabilities, STR("extensions")))
                          : 0,
        .declared = capabilities,
    };
}
