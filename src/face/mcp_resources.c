/* SPDX-License-Identifier: MIT */
/*
 * Resources: operations under names of their own (ops/resources.h), listed and read.
 */
#include "data/bind.h"
#include "face/arguments.h"
#include "face/errors.h"
#include "face/mcp_inside.h"
#include "face/render.h"

#include <stdio.h>

/* ---- the lists ---- */

bool resource_is_shown(const struct core *core, const struct principal *who,
                       const struct resource *r)
{
    const struct op *op = r->op ? op_find(str_of(r->op)) : NULL;
    bool is_narrowed = op && op->spans_accounts && who->only_account[0];
    return r->op ? op && arguments_shown(core, who, op) && !is_narrowed : true;
}

static void write_row(const struct resource *r, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, resource_is_template(r) ? "uriTemplate" : "uri");
    json_text(w, r->uri);
    json_key(w, "name");
    json_text(w, r->name);
    json_key(w, "title");
    json_text(w, r->title);
    json_key(w, "description");
    json_text(w, r->doc);
    json_key(w, "mimeType");
    json_text(w, r->type);
    if (r->meta) {
        json_key(w, "_meta");
        json_raw(w, str_of(r->meta));
    }
    json_end_object(w);
}

void resources_list(const struct core *core, const struct principal *who, bool templates,
                    struct json_writer *w)
{
    const struct resource *r;
    for (size_t i = 0; (r = resource_next(&i));)
        if (resource_is_template(r) == templates && resource_is_shown(core, who, r))
            write_row(r, w);
}

/* ---- reading ---- */

struct reading {
    const struct resource *resource;
    const struct json *arguments;
    struct str uri;
    struct rights may;
};

void *resource_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                       struct arena *arena)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    reading->uri = arena_str(arena, json_get_str(params, STR("uri")));
    reading->resource = resource_find(reading->uri, arena, &reading->arguments);
    reading->may = face_rights(r);
    struct principal prospects = face_prospects(mcp_client_user(mcp_client(r)));
    if (reading->resource && resource_is_shown(f->core, &prospects, reading->resource))
        return reading;
    mcp_no_resource(r, reading->uri);
    return NULL;
}

static bool too_large(const struct resource *r, struct error *e)
{
    error_set(e, ERROR_LIMIT, "REPLY_TOO_LARGE", "the resource exceeds %d bytes", (int)ANSWER_MAX);
    return error_next(e, "call %s with arguments that ask for less", r->op);
}

bool resource_read(struct mcp_face *f, struct task *t, struct principal *who,
                   const struct resource *r, const struct json *arguments, struct error *e)
{
    struct call call;
    struct json_writer w;
    struct common_arguments common;
    const struct op *op = op_find(str_of(r->op));
    struct arena *arena = task_arena(t);
    const void *in = arguments_bind(op, arguments, arena, &common, e);
    if (!in)
        return false;
    call_init(&call, t, f->core, who, op);
    void *out = arena_alloc(arena, op->out->size);
    if (!op_call(&call, in, out)) {
        *e = call.error;
        return false;
    }
    buf_reset(&f->scratch);
    json_writer_init(&w, &f->scratch);
    if (r->member)
        (void)write_text(type_find(op->out, str_of(r->member)), out, &f->scratch);
    else
        render_json(&call, out, &w);
    return (!f->scratch.failed && f->scratch.n <= ANSWER_MAX) || too_large(r, e);
}

static void answer(struct mcp_face *f, struct mcp_request *r, const struct reading *reading)
{
    struct json_writer w;
    const struct resource *row = reading->resource;
    mcp_result_begin(r, &w);
    json_key(&w, "contents");
    json_begin_array(&w);
    json_begin_object(&w);
    json_key(&w, "uri");
    json_str(&w, reading->uri);
    json_key(&w, "mimeType");
    json_text(&w, row->type);
    json_key(&w, "text");
    json_str(&w, row->op ? buf_str(&f->scratch) : str_of(row->text));
    if (row->meta) {
        json_key(&w, "_meta");
        json_raw(&w, str_of(row->meta));
    }
    json_end_object(&w);
    json_end_array(&w);
    mcp_caching(r, &w);
    mcp_result_end(r, &w);
    face_trim(f);
}

void resource_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared)
{
    const struct reading *reading = prepared;
    struct error e = {0};
    char text[ERROR_TEXT_MAX + ERROR_NEXT_MAX + 4];
    const char *name = reading->resource->op;
    struct principal copy, *who = face_caller(r, &reading->may, &copy);
    if (!name || resource_read(f, t, who, reading->resource, reading->arguments, &e)) {
        answer(f, r, reading);
    } else if (face_steps_up(r, task_arena(t), f->core, who, op_find(str_of(name)), &e)) {
        return;
    } else if (e.code == ERROR_NOT_FOUND) {
        mcp_no_resource(r, reading->uri);
    } else {
        (void)snprintf(text, sizeof text, "%s%s%s", e.text, e.next[0] ? "; " : "", e.next);
        mcp_fail(r, error_face(e.code)->json_rpc, str_of(text), STR_NONE);
    }
}
