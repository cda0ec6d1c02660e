/* SPDX-License-Identifier: MIT */
/*
 * What the headers of a modern request must say: they repeat parts of its body, so that what stands
 * between can decide by them; a request whose headers say something else is refused.
 */
#include "base/limits.h"
#include "mcp/http_inside.h"

#include <stdio.h>
#include <string.h>

static bool header_error(struct mcp_exchange *x, const struct mcp_message *m, const char *text)
{
    reply_error(&x->outlet, &m->head, RPC_HEADER, str_of(text), STR_NONE);
    return false;
}

/* Whether the header says `want`, plainly or as =?base64?...?=. */
static bool header_says(const struct http_request *r, const char *name, struct str want)
{
    static const char head[] = "=?base64?";
    struct str value = str_trim(http_header(r, str_of(name)));
    struct buf plain;
    if (http_header_count(r, str_of(name)) != 1)
        return false;
    if (!str_starts(value, STR("=?base64?")) || !str_ends(value, STR("?=")))
        return str_eq(value, want);
    buf_init(&plain, LIMIT_HTTP_HEADER);
    bool ok = value.n >= sizeof head + 1 &&
              base64_decode(str_sub(value, sizeof head - 1, value.n - 2), &plain) &&
              str_eq(buf_str(&plain), want);
    buf_fini(&plain);
    return ok;
}

/* The member of params that Mcp-Name repeats; NULL if the method has none. */
static const char *name_member(struct str method)
{
    static const char *const rows[][2] = {{"tools/call", "name"},     {"prompts/get", "name"},
                                          {"resources/read", "uri"},  {"tasks/get", "taskId"},
                                          {"tasks/update", "taskId"}, {"tasks/cancel", "taskId"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq(method, str_of(rows[i][0])))
            return rows[i][1];
    return NULL;
}

/* Whether the header repeats an argument: text as it is, other scalars as in JSON. */
static bool argument_agrees(const struct http_request *r, const char *header,
                            const struct json *value)
{
    if (!value || value->kind == JSON_NULL)
        return http_header_count(r, str_of(header)) == 0;
    if (value->kind == JSON_BOOL)
        return header_says(r, header, value->truth ? STR("true") : STR("false"));
    return (value->kind == JSON_STRING || value->kind == JSON_NUMBER) &&
           header_says(r, header, value->text);
}

static bool check_arguments(struct mcp_exchange *x, const struct http_request *r,
                            const struct mcp_message *m)
{
    const struct mcp_server *s = x->http->hub->server;
    const struct json *arguments = json_get(m->params, STR("arguments"));
    struct mcp_header headers[MCP_HEADERS_MAX];
    char name[80], text[160];
    size_t n = 0;
    if (s->headers && str_eq(m->method, STR("tools/call")))
        n = s->headers(s->self, json_get_str(m->params, STR("name")), headers);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(name, sizeof name, "Mcp-Param-%s", headers[i].name);
        if (argument_agrees(r, name, json_get(arguments, str_of(headers[i].argument))))
            continue;
        (void)snprintf(text, sizeof text, "the header %s must be the argument %s of the body", name,
                       headers[i].argument);
        return header_error(x, m, text);
    }
    return true;
}

bool headers_check(struct mcp_exchange *x, const struct http_request *r,
                   const struct mcp_message *m)
{
    struct str version = str_trim(http_header(r, STR("MCP-Protocol-Version"))), name;
    const char *member = name_member(m->method);
    if (!version.p)
        return header_error(x, m, "the header MCP-Protocol-Version is missing");
    x->is_bad = true;
    if (!dispatch_check_meta(&x->outlet, m))
        return false;
    x->is_bad = false;
    if (!str_eq(version, json_get_str(m->meta, STR(META_VERSION))))
        return header_error(x, m, "MCP-Protocol-Version is not the version of the body");
    if (!dispatch_check_version(&x->outlet, m))
        return false;
    if (!header_says(r, "Mcp-Method", m->method))
        return header_error(x, m, "the header Mcp-Method must be the method of the body");
    if (member && json_to_str(json_get(m->params, str_of(member)), &name) &&
        !header_says(r, "Mcp-Name", name))
        return header_error(x, m, "the header Mcp-Name must be the name or URI of the body");
    return check_arguments(x, r, m);
}
