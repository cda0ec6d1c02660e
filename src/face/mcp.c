/* SPDX-License-Identifier: MIT */
#include "face/mcp.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "face/mcp_inside.h"

#include <assert.h>

enum {
    /* one line of the largest size, and as much again that waits behind calls in progress */
    IN_MAX = 2 * LIMIT_JSON_BYTES,
    OUT_MAX = 2 * LIMIT_REPLY,
    KEEP_MAX = 256 << 10, /* memory of an idle buffer that is worth keeping */
};

struct mcp_conn *mcp_conn_new(struct core *core, struct tasks *tasks, const struct principal *who)
{
    assert(core && tasks && who);
    struct mcp_conn *c = xcalloc(1, sizeof *c);
    c->core = core;
    c->tasks = tasks;
    c->who = *who;
    c->arena = arena_new(LIMIT_CALL_ARENA);
    buf_init(&c->in, IN_MAX);
    buf_init(&c->out, OUT_MAX);
    buf_init(&c->tools, LIMIT_REPLY);
    buf_init(&c->scratch, LIMIT_REPLY);
    return c;
}

static void release(struct mcp_conn *c)
{
    arena_free(c->arena);
    buf_fini(&c->in);
    buf_fini(&c->out);
    buf_fini(&c->tools);
    buf_fini(&c->scratch);
    xfree(c);
}

void mcp_conn_free(struct mcp_conn *c)
{
    if (!c)
        return;
    c->is_closed = true;
    mcp_tools_cancel_all(c);
    if (c->call_count == 0)
        release(c);
}

/* A burst leaves large buffers behind; ten idle assistants shall not keep them. */
static void trim(struct buf *b)
{
    if (b->n > 0 || b->room <= KEEP_MAX)
        return;
    size_t cap = b->cap;
    buf_fini(b);
    buf_init(b, cap);
}

static bool may_go_on(const struct mcp_conn *c)
{
    return !c->is_failed && c->call_count < MCP_CALLS_MAX;
}

/* Says why, as the last line. */
static void fail_by_size(struct mcp_conn *c)
{
    buf_add_f(&c->out,
              "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":"
              "\"a message has at most %d bytes; the connection ends\"}}\n",
              (int)LIMIT_JSON_BYTES);
    c->is_failed = true;
}

/* Handles the complete lines in front of `bytes`, as far as calls may start; what remains. */
static struct str take_lines(struct mcp_conn *c, struct str bytes, struct moment now)
{
    size_t at = 0;
    while (may_go_on(c)) {
        size_t end = str_find(bytes, '\n', at);
        if (end == bytes.n)
            break;
        if (end - at > LIMIT_JSON_BYTES)
            fail_by_size(c);
        else
            mcp_message(c, str_sub(bytes, at, end), now);
        c->is_failed = c->is_failed || c->out.failed;
        at = end + 1;
    }
    return str_sub(bytes, at, bytes.n);
}

static void take_kept(struct mcp_conn *c, struct moment now)
{
    struct str rest = take_lines(c, buf_str(&c->in), now);
    buf_consume(&c->in, c->in.n - rest.n);
    trim(&c->in);
}

void mcp_conn_input(struct mcp_conn *c, struct str bytes, struct moment now)
{
    if (c->is_failed)
        return;
    if (c->in.n == 0)
        bytes = take_lines(c, bytes, now); /* most lines arrive whole and are never copied */
    size_t begin = c->in.n;
    if (!buf_add_str(&c->in, bytes)) {
        fail_by_size(c);
        return;
    }
    if (str_find(bytes, '\n', 0) < bytes.n)
        take_kept(c, now);
    /* an endless line is known as such before it has come to its end */
    else if (may_go_on(c) && begin + bytes.n > LIMIT_JSON_BYTES)
        fail_by_size(c);
}

void mcp_conn_call_ended(struct mcp_conn *c, struct moment now)
{
    if (c->is_closed) {
        if (c->call_count == 0)
            release(c);
        return;
    }
    c->is_failed = c->is_failed || c->out.failed;
    if (c->in.n > 0)
        take_kept(c, now);
    trim(&c->scratch);
}

struct str mcp_conn_output(const struct mcp_conn *c)
{
    return c->out.failed ? STR_NONE : buf_str(&c->out);
}

void mcp_conn_sent(struct mcp_conn *c, size_t n)
{
    buf_consume(&c->out, n);
    trim(&c->out);
}

size_t mcp_conn_busy(const struct mcp_conn *c)
{
    return c->call_count;
}

bool mcp_conn_failed(const struct mcp_conn *c)
{
    return c->is_failed;
}
