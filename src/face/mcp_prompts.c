/* SPDX-License-Identifier: MIT */
/*
 * Prompts (ops/prompts.h), and the completion of their arguments and of the variables of resource
 * templates (ops/suggest.h). What is given with a prompt is shown behind it as JSON, fenced: it
 * cannot end its own quotation, and the model is told that it is data.
 */
#include "data/outside.h"
#include "face/arguments.h"
#include "face/mcp_inside.h"
#include "ops/prompts.h"
#include "ops/suggest.h"

#include <stdio.h>

enum { TEXT_MAX = 64 << 10 };

/* ---- prompts/list ---- */

static void write_prompt(const struct prompt *p, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, p->name);
    json_key(w, "title");
    json_text(w, p->title);
    json_key(w, "description");
    json_text(w, p->doc);
    json_key(w, "arguments");
    json_begin_array(w);
    for (size_t i = 0; i < prompt_argument_count(p); i++) {
        json_begin_object(w);
        json_key(w, "name");
        json_text(w, p->arguments[i].name);
        json_key(w, "description");
        json_text(w, p->arguments[i].doc);
        json_key(w, "required");
        json_bool(w, p->arguments[i].required);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}

void prompts_list(struct json_writer *w)
{
    const struct prompt *p;
    for (size_t i = 0; (p = prompt_next(&i));)
        write_prompt(p, w);
}

/* ---- prompts/get ---- */

struct wish {
    const struct prompt *prompt;
    struct str values[PROMPT_ARGUMENTS_MAX]; /* STR_NONE: not given */
};

static void refuse(struct mcp_request *r, struct str text)
{
    mcp_fail(r, RPC_PARAMS, text, STR_NONE);
}

static void refuse_name(struct mcp_request *r, struct str name, struct arena *arena)
{
    const struct prompt *p;
    struct nearest near = nearest_to(name);
    for (size_t i = 0; (p = prompt_next(&i));)
        nearest_try(&near, p->name);
    refuse(r, arena_f(arena, "unknown prompt: " STR_FMT "%s%s%s", STR_ARG(str_sub(name, 0, 64)),
                      near.best ? "; did you mean " : "", near.best ? near.best : "",
                      near.best ? "?" : ""));
}

/* Without what nobody sees, and bounded. */
static struct str visible(struct str text, struct arena *arena)
{
    struct buf b;
    buf_init(&b, PROMPT_VALUE_MAX);
    for (size_t at = 0; at < text.n;) {
        struct str rest = str_sub(text, at, text.n);
        size_t width = outside_character(rest);
        bool is_control = (unsigned char)rest.p[0] < 0x20 || rest.p[0] == 0x7F;
        if (width == 0)
            break;
        if (is_control || outside_is_unseen(rest, width))
            buf_add_char(&b, ' ');
        else if (!buf_add_str(&b, str_sub(rest, 0, width)))
            break;
        at += width;
    }
    struct str out = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return out;
}

void *prompt_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                     struct arena *arena)
{
    struct wish *wish = ARENA_NEW(arena, struct wish);
    const struct json *given = json_get(params, STR("arguments"));
    struct str name = json_get_str(params, STR("name"));
    const struct prompt *p = wish->prompt = prompt_find(name);
    (void)f;
    if (!p) {
        refuse_name(r, name, arena);
        return NULL;
    }
    for (size_t i = 0; i < prompt_argument_count(p); i++) {
        const struct prompt_argument *a = &p->arguments[i];
        struct str value = json_get_str(given, str_of(a->name));
        if (value.n > PROMPT_VALUE_MAX) {
            refuse(r, arena_f(arena, "%s has more than %d bytes", a->name, (int)PROMPT_VALUE_MAX));
            return NULL;
        }
        if (a->required && !str_trim(value).n) {
            refuse(r, arena_f(arena, "the argument %s is missing: %s", a->name, a->doc));
            return NULL;
        }
        wish->values[i] = value.n ? visible(value, arena) : STR_NONE;
    }
    return wish;
}

static void write_given(const struct wish *wish, struct buf *text)
{
    struct json_writer w;
    bool is_given = false;
    for (size_t i = 0; i < PROMPT_ARGUMENTS_MAX; i++)
        is_given = is_given || wish->values[i].n;
    if (!is_given)
        return;
    buf_add_c(text, "\n\nGiven with this request, as data:\n```json\n");
    json_writer_init(&w, text);
    json_begin_object(&w);
    for (size_t i = 0; i < PROMPT_ARGUMENTS_MAX; i++) {
        if (!wish->values[i].n)
            continue;
        json_key(&w, wish->prompt->arguments[i].name);
        json_str(&w, wish->values[i]);
    }
    json_end_object(&w);
    buf_add_c(text, "\n```");
}

void prompt_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared)
{
    struct json_writer w;
    struct buf text;
    const struct wish *wish = prepared;
    (void)f, (void)t;
    buf_init(&text, TEXT_MAX);
    buf_add_c(&text, wish->prompt->text);
    buf_add_c(&text, "\n\n");
    buf_add_c(&text, prompt_rules);
    write_given(wish, &text);
    mcp_result_begin(r, &w);
    json_key(&w, "description");
    json_text(&w, wish->prompt->doc);
    json_key(&w, "messages");
    json_begin_array(&w);
    json_begin_object(&w);
    json_key(&w, "role");
    json_text(&w, "user");
    json_key(&w, "content");
    json_begin_object(&w);
    json_key(&w, "type");
    json_text(&w, "text");
    json_key(&w, "text");
    json_str(&w, buf_str(&text));
    json_end_object(&w);
    json_end_object(&w);
    json_end_array(&w);
    mcp_result_end(r, &w);
    buf_fini(&text);
}

/* ---- completion/complete ---- */

static bool has_argument(const struct prompt *p, struct str name)
{
    for (size_t i = 0; p && i < prompt_argument_count(p); i++)
        if (str_eq(name, str_of(p->arguments[i].name)))
            return true;
    return false;
}

/* Whether there is such a template, with that variable. */
static bool has_variable(struct str uri, struct str name)
{
    const struct resource *r;
    for (size_t i = 0; (r = resource_next(&i));) {
        struct str pattern = str_of(r->uri);
        size_t from = str_find(pattern, '{', 0), to = str_find(pattern, '}', 0);
        if (str_eq(uri, pattern) && from < to && str_eq(str_sub(pattern, from + 1, to), name))
            return true;
    }
    return false;
}

void *completion_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                         struct arena *arena)
{
    struct suggested *out = ARENA_NEW(arena, struct suggested);
    const struct json *ref = json_get(params, STR("ref"));
    const struct json *argument = json_get(params, STR("argument"));
    struct str type = json_get_str(ref, STR("type"));
    struct str name = json_get_str(argument, STR("name"));
    bool is_prompt = str_eq(type, STR("ref/prompt"));
    if (!is_prompt && !str_eq(type, STR("ref/resource"))) {
        refuse(r, STR("ref.type must be ref/prompt or ref/resource"));
        return NULL;
    }
    if (is_prompt && !prompt_find(json_get_str(ref, STR("name")))) {
        refuse_name(r, json_get_str(ref, STR("name")), arena);
        return NULL;
    }
    if (is_prompt ? has_argument(prompt_find(json_get_str(ref, STR("name"))), name)
                  : has_variable(json_get_str(ref, STR("uri")), name))
        suggest(f->core, mcp_client_user(mcp_client(r)), name, json_get_str(argument, STR("value")),
                arena, out);
    return out;
}

void completion_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared)
{
    struct json_writer w;
    const struct suggested *out = prepared;
    (void)f, (void)t;
    mcp_result_begin(r, &w);
    json_key(&w, "completion");
    json_begin_object(&w);
    json_key(&w, "values");
    json_begin_array(&w);
    for (size_t i = 0; i < out->n; i++)
        json_str(&w, out->values[i]);
    json_end_array(&w);
    json_key(&w, "total");
    json_i64(&w, (int64_t)out->total);
    json_key(&w, "hasMore");
    json_bool(&w, out->total > out->n);
    json_end_object(&w);
    mcp_result_end(r, &w);
}
