/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "base/limits.h"
#include "data/json.h"
#include "measure.h"

enum { ID_DIGITS = 6, NEAR_END = 64 };

const char tool_initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":100000,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
const char tool_initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

void tool_request(const struct tool *t, int64_t id, struct buf *out)
{
    buf_add_c(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    buf_add_i64(out, id);
    buf_add_c(out, ",\"method\":\"tools/call\",\"params\":{\"name\":\"");
    buf_add_c(out, t->name);
    buf_add_c(out, "\",\"arguments\":");
    buf_add_c(out, t->arguments);
    buf_add_c(out, "}}");
}

/* The id is written first or last, as the server likes. */
static int64_t find_id(struct str text)
{
    static const char first[] = "{\"jsonrpc\":\"2.0\",\"id\":", key[] = "\"id\":";
    int64_t id = 0;
    size_t at = sizeof first - 1;
    if (!str_starts(text, str_of(first))) {
        struct str end = str_sub(text, text.n > NEAR_END ? text.n - NEAR_END : 0, text.n);
        at = text.n - end.n + str_find_str(end, str_of(key)) + sizeof key - 1;
    }
    (void)str_to_i64(str_sub(text, at, at + ID_DIGITS), &id);
    return id;
}

/* A result that is no error and says something. */
static void check(struct str text)
{
    struct error e = {0};
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    const struct json *j = json_parse(text, arena, &e), *result = json_get(j, STR("result"));
    const struct json *content = json_get(result, STR("content"));
    bool is_error = false;
    (void)json_to_bool(json_get(result, STR("isError")), &is_error);
    if (is_error || !content || content->kind != JSON_ARRAY ||
        !json_get_str(json_at(content, 0), STR("text")).n)
        measure_die("a wrong answer: " STR_FMT, STR_ARG(str_sub(text, 0, 600)));
    arena_free(arena);
}

int64_t tool_answer(struct tool *t, struct str text)
{
    int64_t id = find_id(text);
    if (!t->length) {
        check(text);
        t->length = text.n;
    }
    if (!id || text.n < t->length - t->length / 5 || text.n > t->length + t->length / 5)
        measure_die("a wrong answer: " STR_FMT, STR_ARG(str_sub(text, 0, 600)));
    return id;
}
