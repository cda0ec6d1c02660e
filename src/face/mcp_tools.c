/* SPDX-License-Identifier: MIT */
/*
 * Tools: operations that are shown, called by name.
 */
#include "face/mcp_inside.h"

#include "data/schema.h"
#include "face/arguments.h"
#include "face/errors.h"
#include "face/render.h"
#include "guard/limits.h"

#include <stdio.h>
#include <string.h>

enum { TASK_AFTER_MS = 5 * 1000 };

/* ---- tools/list ---- */

static void write_hint(struct json_writer *w, const char *name, bool value)
{
    json_key(w, name);
    json_bool(w, value);
}

static void write_tool(const struct op *op, bool has_pages, struct json_writer *w)
{
    const struct type *in[2] = {op->in, arguments_common(op)};
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, op->name);
    json_key(w, "title");
    json_text(w, op->title);
    json_key(w, "description");
    json_text(w, op->doc);
    json_key(w, "inputSchema");
    schema_write_merged(in, in[1] ? 2 : 1, SCHEMA_TOOL_INPUT, w);
    json_key(w, "outputSchema");
    render_schema(op, SCHEMA_TOOL_OUTPUT, w);
    json_key(w, "annotations");
    json_begin_object(w);
    json_key(w, "title");
    json_text(w, op->title);
    write_hint(w, "readOnlyHint", op->effect == OP_READ || op->effect == OP_PREVIEW);
    write_hint(w, "destructiveHint", op->is_destructive);
    write_hint(w, "idempotentHint", op->is_idempotent);
    write_hint(w, "openWorldHint", op->is_open_world);
    json_end_object(w);
    if (has_pages && (op->ui || op->is_for_pages))
        person_write_page(op, w);
    json_end_object(w);
}

/* What people look at now and then, and every list of tools would have to carry. */
static bool is_rare(const struct op *op)
{
    static const char *const rare[] = {"audit", "control", "daemon"};
    for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++)
        if (strcmp(op->category, rare[i]) == 0)
            return true;
    return false;
}

static bool changes_trading(const struct op *op)
{
    return op->effect == OP_TRADE || op->effect == OP_NOTE;
}

static bool is_shown(const struct core *core, const struct principal *who, const struct op *op)
{
    const struct mcp_settings *s = &core->settings->values.mcp;
    if (!arguments_shown(core, who, op) || (s->profile == MCP_PROFILE_READ && changes_trading(op)))
        return false;
    if (s->toolsets.n)
        return guard_list_has(s->toolsets, str_of(op->category));
    return s->profile == MCP_PROFILE_FULL || !is_rare(op);
}

void tools_list(const struct core *core, const struct principal *who, bool has_pages,
                struct json_writer *w)
{
    const struct op *op;
    struct principal prospects = face_prospects(who);
    for (size_t i = 0; (op = op_next(&i));)
        if ((has_pages || !op->is_for_pages) && is_shown(core, &prospects, op))
            write_tool(op, has_pages, w);
}

void mcp_tools_write(const struct core *core, const struct principal *who, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_array(&w);
    tools_list(core, who, false, &w);
    json_end_array(&w);
}

/* ---- answers ---- */

/*
 * Answers with what the scratch holds: once for programs, and the same as text for models. An error
 * is text alone: clients hold structuredContent against the tool's output schema even when isError
 * is true (TypeScript SDK v1), and would put their own complaint in the place of ours.
 */
static void answer(struct mcp_face *f, struct mcp_request *r, bool is_error)
{
    struct json_writer w;
    const struct buf *b = &f->scratch;
    mcp_result_begin(r, &w);
    json_key(&w, "content");
    json_begin_array(&w);
    json_begin_object(&w);
    json_key(&w, "type");
    json_text(&w, "text");
    json_key(&w, "text");
    json_quoted(&w, buf_str(b));
    json_end_object(&w);
    json_end_array(&w);
    if (!is_error) {
        json_key(&w, "structuredContent");
        json_raw(&w, buf_str(b));
    }
    json_key(&w, "isError");
    json_bool(&w, is_error);
    mcp_result_end(r, &w);
    face_trim(f);
}

static void answer_error(struct mcp_face *f, struct mcp_request *r, const struct error *e,
                         const struct call *call)
{
    struct json_writer w;
    buf_reset(&f->scratch);
    json_writer_init(&w, &f->scratch);
    error_write(e, call, &w);
    if (f->scratch.failed || f->scratch.n > ANSWER_MAX) { /* findings without end */
        buf_reset(&f->scratch);
        json_writer_init(&w, &f->scratch);
        error_write(e, NULL, &w);
    }
    answer(f, r, true);
}

static void answer_call(struct mcp_face *f, struct mcp_request *r, struct call *call,
                        const void *out)
{
    struct json_writer w;
    buf_reset(&f->scratch);
    json_writer_init(&w, &f->scratch);
    render_json(call, out, &w);
    if (!f->scratch.failed && f->scratch.n <= ANSWER_MAX) {
        answer(f, r, false);
        return;
    }
    error_set(&call->error, ERROR_LIMIT, "REPLY_TOO_LARGE", "the answer exceeds %d bytes",
              (int)ANSWER_MAX);
    error_next(&call->error, "ask for fewer rows or a shorter period");
    answer_error(f, r, &call->error, call);
}

/* ---- calls ---- */

/* A call whose arguments are bound, or why they could not be. */
struct tool_call {
    const struct op *op;
    const void *in; /* NULL: `error` says why */
    struct common_arguments common;
    struct rights may;
    struct error error;
};

static void refuse_tool(struct mcp_face *f, struct mcp_request *r, struct str name)
{
    struct error e = {0};
    const struct op *op;
    char text[ERROR_TEXT_MAX + ERROR_NEXT_MAX + 4];
    struct nearest near = nearest_to(name);
    for (size_t i = 0; (op = op_next(&i));)
        if (!op->is_for_pages && is_shown(f->core, mcp_client_user(mcp_client(r)), op))
            nearest_try(&near, op->name);
    error_set(&e, ERROR_NOT_FOUND, "UNKNOWN_TOOL", "unknown tool: " STR_FMT,
              STR_ARG(str_sub(name, 0, 64)));
    error_next(&e,
               "%s%s%swhat is not listed is for a person, who changes limits and settings in "
               "portcullis.yaml",
               near.best ? "did you mean " : "", near.best ? near.best : "", near.best ? "? " : "");
    (void)snprintf(text, sizeof text, "%s%s%s", e.text, e.next[0] ? "; " : "", e.next);
    mcp_fail(r, error_face(e.code)->json_rpc, str_of(text), STR_NONE);
}

/* For who wants to hear how it went, beside the answer. */
static void log_call(struct mcp_request *r, const struct call *call, bool ok)
{
    char text[ERROR_TEXT_MAX + 80];
    enum mcp_level level = ok ? MCP_DEBUG : MCP_NOTICE;
    if (!mcp_logs(r, level))
        return;
    if (ok)
        (void)snprintf(text, sizeof text, "%s: answered%s", call->op->name,
                       call->envelope.complete ? "" : ", incomplete");
    else
        (void)snprintf(text, sizeof text, "%s: %s: %s", call->op->name, call->error.reason,
                       call->error.text);
    mcp_log(r, level, "tools", str_of(text));
}

static void tell_progress(void *self, int64_t done, int64_t total, const char *text)
{
    mcp_progress(self, done, total, text);
}

/*
 * A call that takes long becomes a task for who can follow one. Not what trades: its answer, or
 * that there was none in time, is what an assistant must hear before it does anything else.
 */
static bool may_be_task(const struct op *op)
{
    return op->effect == OP_READ || op->effect == OP_HALT || op->effect == OP_NOTE;
}

void *tool_prepare(struct mcp_face *f, struct mcp_request *r, const struct json *params,
                   struct arena *arena)
{
    struct str name = json_get_str(params, STR("name"));
    const struct op *op = op_find(name);
    if (!op) {
        refuse_tool(f, r, name);
        return NULL;
    }
    struct tool_call *call = ARENA_NEW(arena, struct tool_call);
    call->op = op;
    call->may = face_rights(r);
    call->in =
        arguments_bind(op, json_get(params, STR("arguments")), arena, &call->common, &call->error);
    return call;
}

void tool_run(struct mcp_face *f, struct mcp_request *r, struct task *t, void *prepared)
{
    const struct tool_call *asked = prepared;
    struct call call;
    struct person person;
    struct principal copy;
    call_init(&call, t, f->core, face_caller(r, &asked->may, &copy), asked->op);
    call.idempotency_key = asked->common.idempotency_key;
    task_listen(t, (struct task_listener){tell_progress, r});
    if (may_be_task(asked->op))
        mcp_task_after(r, TASK_AFTER_MS);
    person_at(&person, f, r, &call);
    void *out = arena_alloc(call.arena, asked->op->out->size);
    bool ok = asked->in && op_call(&call, asked->in, out);
    if (!asked->in)
        call.error = asked->error;
    if (person.is_asked ||
        (!ok && face_steps_up(r, call.arena, f->core, call.who, call.op, &call.error)))
        return; /* the question was the answer; or the way to a better token */
    log_call(r, &call, ok);
    person_prove(r, &call);
    if (ok)
        answer_call(f, r, &call, out);
    else
        answer_error(f, r, &call.error, &call);
}
