/* SPDX-License-Identifier: MIT */
#include "mcp/line.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "mcp/inside.h"

enum {
    /* one line of the largest size, and as much again that waits behind calls in progress */
    IN_MAX = 2 * LIMIT_JSON_BYTES,
    OUT_MAX = 2 * LIMIT_REPLY,
    KEEP_MAX = 256 << 10, /* memory of an idle buffer that is worth keeping */
};

struct mcp_line {
    struct mcp_client client; /* first: a client of this kind is the line */
    struct mcp_outlet outlet; /* the one for everything */
    struct buf in;            /* lines that cannot be handled yet, and the beginning of one */
    size_t taken;             /* bytes of it that have been handled */
    struct buf out;
    struct arena *arena; /* of the message at hand */
    bool is_failed;
};

static struct mcp_line *line_of(struct mcp_outlet *o)
{
    return (struct mcp_line *)((char *)o - offsetof(struct mcp_line, outlet));
}

static struct buf *begin(struct mcp_outlet *o, enum mcp_frame frame, int code)
{
    (void)frame, (void)code;
    return &line_of(o)->out;
}

static void end(struct mcp_outlet *o, enum mcp_frame frame)
{
    struct mcp_line *l = line_of(o);
    (void)frame;
    buf_add_char(&l->out, '\n');
    l->is_failed = l->is_failed || l->out.failed;
}

static void release(struct mcp_client *c)
{
    struct mcp_line *l = (struct mcp_line *)c;
    arena_free(l->arena);
    buf_fini(&l->in);
    buf_fini(&l->out);
    xfree(l);
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

static bool may_go_on(const struct mcp_line *l)
{
    return !l->is_failed && l->client.call_count < MCP_CALLS_MAX;
}

/* Says why, as the last line. */
static void fail_by_size(struct mcp_line *l)
{
    buf_add_f(&l->out,
              "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":"
              "\"a message has at most %d bytes; the connection ends\"}}\n",
              (int)LIMIT_JSON_BYTES);
    l->is_failed = true;
}

static void take_line(struct mcp_line *l, struct str line, struct moment now)
{
    struct mcp_message m;
    line = str_trim(line);
    if (line.n == 0)
        return;
    arena_reset(l->arena);
    message_read(&m, line, l->arena);
    (void)mcp_dispatch(&l->client, &l->outlet, &m, now);
}

/* Handles the complete lines in front of `bytes`, as far as calls may start; what remains. */
static struct str take_lines(struct mcp_line *l, struct str bytes, struct moment now)
{
    size_t at = 0;
    while (may_go_on(l)) {
        size_t stop = str_find(bytes, '\n', at);
        if (stop == bytes.n)
            break;
        if (stop - at > LIMIT_JSON_BYTES)
            fail_by_size(l);
        else
            take_line(l, str_sub(bytes, at, stop), now);
        l->is_failed = l->is_failed || l->out.failed;
        at = stop + 1;
    }
    return str_sub(bytes, at, bytes.n);
}

static void drop_taken(struct mcp_line *l)
{
    buf_consume(&l->in, l->taken);
    l->taken = 0;
}

static void take_kept(struct mcp_line *l, struct moment now)
{
    struct str rest = take_lines(l, str_sub(buf_str(&l->in), l->taken, l->in.n), now);
    l->taken = l->in.n - rest.n;
    if (rest.n > 0)
        return; /* the rest is moved once, by the next input, and not for each line */
    drop_taken(l);
    trim(&l->in);
}

static void idle(struct mcp_client *c, struct moment now)
{
    struct mcp_line *l = (struct mcp_line *)c;
    l->is_failed = l->is_failed || l->out.failed;
    if (l->in.n > 0)
        take_kept(l, now);
}

struct mcp_line *mcp_line_new(struct mcp_hub *h, void *user)
{
    struct mcp_line *l = xcalloc(1, sizeof *l);
    l->outlet = (struct mcp_outlet){.begin = begin, .end = end};
    client_init(&l->client, h, user, &l->outlet);
    l->client.free = release;
    l->client.idle = idle;
    l->arena = arena_new(LIMIT_CALL_ARENA);
    buf_init(&l->in, IN_MAX);
    buf_init(&l->out, OUT_MAX);
    return l;
}

void mcp_line_free(struct mcp_line *l)
{
    if (l)
        client_close(&l->client);
}

void mcp_line_input(struct mcp_line *l, struct str bytes, struct moment now)
{
    if (l->is_failed)
        return;
    if (l->in.n == 0)
        bytes = take_lines(l, bytes, now); /* most lines arrive whole and are never copied */
    drop_taken(l);
    size_t from = l->in.n;
    if (!buf_add_str(&l->in, bytes)) {
        fail_by_size(l);
        return;
    }
    if (str_find(bytes, '\n', 0) < bytes.n)
        take_kept(l, now);
    /* an endless line is known as such before it has come to its end */
    else if (may_go_on(l) && from + bytes.n > LIMIT_JSON_BYTES)
        fail_by_size(l);
}

struct str mcp_line_output(const struct mcp_line *l)
{
    return l->out.failed ? STR_NONE : buf_str(&l->out);
}

void mcp_line_sent(struct mcp_line *l, size_t n)
{
    buf_consume(&l->out, n);
    trim(&l->out);
}

size_t mcp_line_busy(const struct mcp_line *l)
{
    return l->client.call_count;
}

bool mcp_line_failed(const struct mcp_line *l)
{
    return l->is_failed;
}
