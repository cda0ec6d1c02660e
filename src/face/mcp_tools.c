/* SPDX-License-Identifier: MIT */
/*
 * Tools: the operation table as tools/list, and calls of it, each on its own task.
 *
 * A call belongs to its connection until its task ends. A cancelled call runs on until its handler
 * notices, because an order that is on its way cannot be called back; only its answer is dropped.
 */
#include "face/mcp_inside.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "data/schema.h"
#include "face/arguments.h"
#include "face/errors.h"
#include "face/render.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* JSON of one answer: it goes out twice, the second time with its quotes escaped */
enum { ANSWER_MAX = LIMIT_REPLY / 4 };

struct mcp_call {
    struct mcp_conn *conn;
    struct mcp_call *next, **link;
    struct task *task;
    struct mcp_head head; /* the text of its id lives in the task's arena */
    const struct op *op;
    const void *in; /* NULL: `error` says why */
    struct common_arguments common;
    struct error error;
    bool is_cancelled;
};

/* ---- tools/list ---- */

static void write_hint(struct json_writer *w, const char *name, bool value)
{
    json_key(w, name);
    json_bool(w, value);
}

static void write_tool(const struct op *op, struct json_writer *w)
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
    schema_write_merged(in, in[1] ? 2 : 1, SCHEMA_INPUT, w);
    json_key(w, "outputSchema");
    render_schema(op, w);
    json_key(w, "annotations");
    json_begin_object(w);
    json_key(w, "title");
    json_text(w, op->title);
    write_hint(w, "readOnlyHint", op->effect == OP_READ || op->effect == OP_PREVIEW);
    write_hint(w, "destructiveHint", op->is_destructive);
    write_hint(w, "idempotentHint", op->is_idempotent);
    write_hint(w, "openWorldHint", op->is_open_world);
    json_end_object(w);
    json_end_object(w);
}

void mcp_tools_write(const struct core *core, const struct principal *who, struct buf *out)
{
    struct json_writer w;
    const struct op *op;
    json_writer_init(&w, out);
    json_begin_array(&w);
    for (size_t i = 0; (op = op_next(&i));)
        if (arguments_shown(core, who, op))
            write_tool(op, &w);
    json_end_array(&w);
}

void mcp_tools_list(struct mcp_conn *c, const struct mcp_head *head)
{
    struct json_writer w;
    if (c->tools.n == 0)
        mcp_tools_write(c->core, &c->who, &c->tools);
    mcp_result_begin(c, head, &w);
    json_key(&w, "tools");
    json_raw(&w, buf_str(&c->tools));
    if (head->is_modern) {
        json_key(&w, "ttlMs");
        json_i64(&w, 3600 * 1000);
        json_key(&w, "cacheScope");
        json_text(&w, "private");
    }
    mcp_result_end(c, &w);
}

/* ---- answers ---- */

/*
 * Appends JSON text to b as a JSON string. Our own JSON holds nothing else to escape than quotes
 * and backslashes. There is no branch for each byte: a backslash is always written, and the byte
 * itself over it or behind it.
 */
static struct str add_quoted(struct buf *b, size_t from, size_t to)
{
    static const unsigned char is_escaped[256] = {['"'] = 1, ['\\'] = 1};
    size_t at = b->n;
    char *p = buf_space(b, 2 * (to - from) + 2);
    if (!p)
        return STR_NONE;
    const char *s = b->p;
    char *end = p;
    *end++ = '"';
    for (size_t i = from; i < to; i++) {
        size_t behind = is_escaped[(unsigned char)s[i]];
        end[0] = '\\';
        end[behind] = s[i];
        end += 1 + behind;
    }
    *end++ = '"';
    buf_grow(b, (size_t)(end - p));
    return (struct str){b->p + at, b->n - at};
}

/*
 * Answers with what c->scratch holds: once for programs, and the same as text for models. An error
 * is text alone: clients hold structuredContent against the tool's output schema even when isError
 * is true (TypeScript SDK v1), and would put their own complaint in the place of ours.
 */
static void answer(struct mcp_conn *c, const struct mcp_head *head, bool is_error)
{
    struct json_writer w;
    size_t n = c->scratch.n;
    struct str text = add_quoted(&c->scratch, 0, n);
    assert(text.p); /* ANSWER_MAX leaves room for it */
    mcp_result_begin(c, head, &w);
    json_key(&w, "content");
    json_begin_array(&w);
    json_begin_object(&w);
    json_key(&w, "type");
    json_text(&w, "text");
    json_key(&w, "text");
    json_raw(&w, text);
    json_end_object(&w);
    json_end_array(&w);
    if (!is_error) {
        json_key(&w, "structuredContent");
        json_raw(&w, str_sub(buf_str(&c->scratch), 0, n));
    }
    json_key(&w, "isError");
    json_bool(&w, is_error);
    mcp_result_end(c, &w);
}

static void answer_error(struct mcp_conn *c, const struct mcp_head *head, const struct error *e,
                         const struct call *call)
{
    struct json_writer w;
    buf_reset(&c->scratch);
    json_writer_init(&w, &c->scratch);
    error_write(e, call, &w);
    if (c->scratch.failed || c->scratch.n > ANSWER_MAX) { /* findings without end */
        buf_reset(&c->scratch);
        json_writer_init(&w, &c->scratch);
        error_write(e, NULL, &w);
    }
    answer(c, head, true);
}

static void answer_call(struct mcp_conn *c, const struct mcp_head *head, struct call *call,
                        const void *out)
{
    struct json_writer w;
    buf_reset(&c->scratch);
    json_writer_init(&w, &c->scratch);
    render_json(call, out, &w);
    if (!c->scratch.failed && c->scratch.n <= ANSWER_MAX) {
        answer(c, head, false);
        return;
    }
    error_set(&call->error, ERROR_LIMIT, "REPLY_TOO_LARGE", "the answer exceeds %d bytes",
              (int)ANSWER_MAX);
    error_next(&call->error, "ask for fewer rows or a shorter period");
    answer_error(c, head, &call->error, call);
}

/* ---- calls ---- */

static void leave(struct mcp_call *m)
{
    *m->link = m->next;
    if (m->next)
        m->next->link = m->link;
    m->conn->call_count--;
}

static void run_call(struct task *t, void *arg)
{
    struct mcp_call *m = arg;
    struct mcp_conn *c = m->conn;
    struct call call;
    call_init(&call, t, c->core, &c->who, m->op);
    call.idempotency_key = m->common.idempotency_key;
    void *out = arena_alloc(call.arena, m->op->out->size);
    bool ok = m->in && op_call(&call, m->in, out);
    if (!m->in)
        call.error = m->error;
    if (!m->is_cancelled && !c->is_closed) {
        if (ok)
            answer_call(c, &m->head, &call, out);
        else
            answer_error(c, &m->head, &call.error, &call);
    }
    leave(m);
    xfree(m);
    mcp_conn_call_ended(c, task_now(t));
}

static void start_call(struct mcp_conn *c, const struct mcp_head *head, const struct op *op,
                       const struct json *arguments, struct moment now)
{
    struct mcp_call *m = xcalloc(1, sizeof *m);
    struct error e = {0};
    m->task = task_spawn(c->tasks, now, MCP_CALL_TIMEOUT_MS, run_call, m);
    if (!m->task) {
        xfree(m);
        error_set(&e, ERROR_LIMIT, "TOO_MANY_REQUESTS", "too many requests are in progress");
        error_next(&e, "try again when some of them are answered");
        answer_error(c, head, &e, NULL);
        return;
    }
    struct arena *arena = task_arena(m->task);
    m->conn = c;
    m->op = op;
    m->head = *head;
    m->head.id.text = arena_str(arena, head->id.text);
    m->in = arguments_bind(op, arguments, arena, &m->common, &m->error);
    m->next = c->calls;
    m->link = &c->calls;
    if (m->next)
        m->next->link = &m->next;
    c->calls = m;
    c->call_count++;
}

static void refuse_tool(struct mcp_conn *c, const struct mcp_head *head, struct str name)
{
    struct error e = {0};
    const struct op *op;
    char text[ERROR_TEXT_MAX + ERROR_NEXT_MAX + 4];
    struct nearest near = nearest_to(name);
    for (size_t i = 0; (op = op_next(&i));)
        if (arguments_shown(c->core, &c->who, op))
            nearest_try(&near, op->name);
    error_set(&e, ERROR_NOT_FOUND, "UNKNOWN_TOOL", "unknown tool: " STR_FMT,
              STR_ARG(str_sub(name, 0, 64)));
    if (near.best)
        error_next(&e,
                   "did you mean %s? what is not listed is for a person, who changes limits "
                   "and settings in portcullis.yaml",
                   near.best);
    (void)snprintf(text, sizeof text, "%s%s%s", e.text, e.next[0] ? "; " : "", e.next);
    mcp_error(c, head, error_face(e.code)->json_rpc, text);
}

void mcp_tools_call(struct mcp_conn *c, const struct mcp_head *head, const struct json *params,
                    struct moment now)
{
    struct str name;
    if (!json_to_str(json_get(params, STR("name")), &name)) {
        mcp_error(c, head, RPC_PARAMS, "params.name must be the name of a tool");
        return;
    }
    const struct op *op = op_find(name);
    if (op)
        start_call(c, head, op, json_get(params, STR("arguments")), now);
    else
        refuse_tool(c, head, name);
}

void mcp_tools_cancel(struct mcp_conn *c, const struct json *id)
{
    for (struct mcp_call *m = c->calls; id && m; m = m->next) {
        if (m->head.id.kind == id->kind && str_eq(m->head.id.text, id->text)) {
            m->is_cancelled = true;
            task_cancel(m->task);
            return;
        }
    }
}

void mcp_tools_cancel_all(struct mcp_conn *c)
{
    for (struct mcp_call *m = c->calls; m; m = m->next)
        task_cancel(m->task);
}
