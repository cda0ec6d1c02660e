/* SPDX-License-Identifier: MIT */
#include "app/local.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "face/cli.h"
#include "face/mcp.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HELLO_MAX = 512,
    CLI_INPUT_MAX = 256 << 10,
    CLI_TIMEOUT_MS = 120 * 1000,
    ANSWER_MAX = 2 * LIMIT_REPLY,
    FRAME_HEAD = 5,
    NO_TERMINAL_MAX = 160 /* the client's words for it */
};

enum stage { STAGE_HELLO, STAGE_ARGUMENTS, STAGE_MCP, STAGE_ANSWERING, STAGE_DONE };

/* What the client answers to a prompt, as it comes in. */
struct typed {
    struct task *task; /* that waits; NULL: nothing was asked, and what comes is dropped */
    unsigned char head[FRAME_HEAD];
    char text[NO_TERMINAL_MAX];
    size_t n; /* bytes so far, head included */
    bool is_whole;
    struct buf *file; /* where the frames of a file go; NULL: a prompt was asked */
};

/* One command line in progress; outlives its connection until the task has ended. */
struct command {
    struct local *owner; /* NULL once the connection is gone */
    struct core *core;
    struct principal who;
    struct cli_request request;
    struct cli_reply reply;
    struct buf text; /* what request.args point into */
    struct terminal terminal;
    struct typed typed;
};

struct local {
    struct app *app;
    struct principal who;
    enum stage stage;
    struct buf in, out;
    size_t argument_count;
    struct cli_request request;
    struct mcp_line *mcp;
    struct task *task; /* of the command line, while STAGE_ANSWERING */
    struct command *command;
    bool input_ended;
    bool is_admin; /* of access.admin_uids: a person, on the command line */
};

/* What a user of this machine may do; *is_admin: and counts as a person. */
static unsigned scopes_of(struct app *a, int64_t uid, bool *is_admin)
{
    const struct access_settings *s = &app_core(a)->settings->values.access;
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)uid);
    /* our own user never: whoever runs programs under it would be one */
    *is_admin = uid != app_uid(a) && guard_list_has(s->admin_uids, str_of(text));
    if (uid == app_uid(a) || uid == 0 || *is_admin)
        return SCOPE_ALL;
    return guard_list_has(s->client_uids, str_of(text))
               ? SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE
               : 0;
}

struct local *local_new(struct app *a, int64_t uid)
{
    struct local *l = xcalloc(1, sizeof *l);
    l->app = a;
    l->who.is_local = true;
    l->who.scopes = scopes_of(a, uid, &l->is_admin);
    (void)snprintf(l->who.name, sizeof l->who.name, "uid:%lld", (long long)uid);
    buf_init(&l->in, CLI_INPUT_MAX);
    buf_init(&l->out, ANSWER_MAX);
    return l;
}

void local_free(struct local *l)
{
    if (!l)
        return;
    mcp_line_free(l->mcp);
    if (l->command) {
        l->command->owner = NULL;
        task_cancel(l->task);
    }
    buf_fini(&l->in);
    buf_fini(&l->out);
    xfree(l);
}

/* ---- the command line ---- */

static void frame(struct buf *out, char kind, struct str bytes)
{
    enum { FRAME_MAX = 1 << 20 };
    for (size_t at = 0; at < bytes.n; at += FRAME_MAX) {
        struct str part = str_sub(bytes, at, at + FRAME_MAX);
        unsigned char head[5] = {(unsigned char)kind, (unsigned char)(part.n >> 24),
                                 (unsigned char)(part.n >> 16), (unsigned char)(part.n >> 8),
                                 (unsigned char)part.n};
        buf_add(out, head, sizeof head);
        buf_add_str(out, part);
    }
}

/* ---- what a person types ---- */

static size_t typed_length(const struct typed *p)
{
    const unsigned char *h = p->head;
    return (size_t)h[1] << 24 | (size_t)h[2] << 16 | (size_t)h[3] << 8 | h[4];
}

/* Takes some bytes of a frame's content; how many. */
static size_t typed_content(struct typed *p, struct str bytes)
{
    size_t at = p->n - FRAME_HEAD, left = typed_length(p) - at;
    size_t n = bytes.n < left ? bytes.n : left;
    if (p->file && p->head[0] == 'f')
        (void)buf_add(p->file, bytes.p, n); /* what is too long fails it */
    else
        for (size_t i = 0; i < n && at + i < sizeof p->text; i++)
            p->text[at + i] = bytes.p[i];
    p->n += n;
    return n;
}

/* Takes bytes of the client's answer; what is too long for one is cut and will be no PIN. A file
 * comes in several frames, of which an empty one is the last. */
static void typed_input(struct typed *p, struct str bytes)
{
    for (size_t i = 0; p->task && !p->is_whole;) {
        if (p->n >= FRAME_HEAD && p->n - FRAME_HEAD == typed_length(p)) {
            p->is_whole = !p->file || p->head[0] != 'f' || typed_length(p) == 0;
            p->n = p->is_whole ? p->n : 0;
        } else if (i == bytes.n) {
            break;
        } else if (p->n < FRAME_HEAD) {
            p->head[p->n++] = (unsigned char)bytes.p[i++];
        } else {
            i += typed_content(p, str_sub(bytes, i, bytes.n));
        }
    }
    if (p->is_whole)
        task_wake(p->task);
}

static bool is_plain(struct str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] >= ' ' && s.p[i] <= '~')
        i++;
    return i == s.n;
}

static bool no_terminal(struct str why, struct error *e)
{
    error_set(e, ERROR_DENIED, "HUMAN_ONLY",
              "the PIN is typed on a terminal, and there is none%s" STR_FMT, why.n ? ": " : "",
              STR_ARG(why));
    return error_next(e, "a person runs this in a terminal of their own");
}

static bool take_typed(const struct typed *p, struct secret *out, struct error *e)
{
    size_t n = typed_length(p);
    struct str text = {p->text, n < sizeof p->text ? n : sizeof p->text};
    if (p->head[0] == 'p' && n == 0)
        return error_set(e, ERROR_DENIED, "HUMAN_ONLY", "nothing was typed");
    if (p->head[0] != 'p')
        return no_terminal(is_plain(text) ? text : STR_NONE, e);
    if (n > sizeof out->text)
        return error_set(e, ERROR_INVALID, "PIN_LENGTH", "a PIN has at most %d characters",
                         PIN_MAX);
    memcpy(out->text, text.p, n);
    out->n = n;
    return true;
}

/* Waits until the client's answer is whole. */
static bool wait_typed(struct task *t, const struct typed *p, struct error *e)
{
    bool ok = true;
    while (ok && !p->is_whole)
        ok = task_wait(t, e);
    return ok;
}

static bool ask_terminal(void *self, struct task *t, const char *prompt, struct secret *out,
                         struct error *e)
{
    struct command *c = self;
    struct typed *p = &c->typed;
    if (!c->owner || c->owner->input_ended)
        return no_terminal(STR_NONE, e);
    *p = (struct typed){.task = t};
    frame(&c->owner->out, 'p', str_of(prompt));
    bool ok = wait_typed(t, p, e) && take_typed(p, out, e);
    explicit_bzero(p, sizeof *p);
    return ok;
}

static bool read_client_file(void *self, struct task *t, struct str path, struct buf *out,
                             struct error *e)
{
    struct command *c = self;
    struct typed *p = &c->typed;
    if (!c->owner || c->owner->input_ended)
        return error_set(e, ERROR_UNAVAILABLE, "FILE", "the client has gone");
    *p = (struct typed){.task = t, .file = out};
    frame(&c->owner->out, 'f', path);
    bool ok = wait_typed(t, p, e);
    if (ok && p->head[0] != 'f') {
        struct str why = {p->text, typed_length(p) < sizeof p->text ? typed_length(p) : 0};
        ok = error_set(e, ERROR_INVALID, "FILE", STR_FMT ": " STR_FMT, STR_ARG(path),
                       STR_ARG(is_plain(why) && why.n ? why : STR("it cannot be read")));
    }
    *p = (struct typed){0};
    if (ok && out->failed)
        ok = error_set(e, ERROR_INVALID, "FILE", STR_FMT " has more than %zu bytes", STR_ARG(path),
                       out->cap);
    return ok;
}

/* ---- the command line's answer ---- */

static void answer(struct task *t, void *arg)
{
    struct command *c = arg;
    cli_answer(t, c->core, &c->who, &c->request, &c->reply);
    if (c->owner) {
        char status[16];
        int n = snprintf(status, sizeof status, "%d", c->reply.status);
        frame(&c->owner->out, 'o', buf_str(&c->reply.out));
        frame(&c->owner->out, 'e', buf_str(&c->reply.err));
        frame(&c->owner->out, 'x', (struct str){status, (size_t)n});
        c->owner->stage = STAGE_DONE;
        c->owner->command = NULL;
    }
    buf_fini(&c->reply.out);
    buf_fini(&c->reply.err);
    buf_fini(&c->text);
    xfree(c);
}

static void start_command(struct local *l, struct moment now)
{
    struct command *c = xcalloc(1, sizeof *c);
    c->owner = l;
    c->core = app_core(l->app);
    c->who = l->who;
    c->request = l->request;
    c->terminal = (struct terminal){ask_terminal, read_client_file, c};
    c->who.terminal = &c->terminal;
    c->text = l->in; /* the arguments move along; the connection reads no more */
    buf_init(&l->in, CLI_INPUT_MAX);
    buf_init(&c->reply.out, LIMIT_REPLY);
    buf_init(&c->reply.err, LIMIT_REPLY);
    struct str rest = buf_str(&c->text);
    for (size_t i = 0; i < l->argument_count; i++)
        (void)str_cut(&rest, 0, &c->request.args[i]);
    c->request.count = l->argument_count;
    l->command = c;
    l->stage = STAGE_ANSWERING;
    l->task = task_spawn(app_tasks(l->app), now, CLI_TIMEOUT_MS, answer, c);
    if (l->task)
        return;
    frame(&l->out, 'e', STR("portcullis: too many requests are in progress; try again\n"));
    frame(&l->out, 'x', STR("75"));
    l->stage = STAGE_DONE;
    l->command = NULL;
    buf_fini(&c->reply.out);
    buf_fini(&c->reply.err);
    buf_fini(&c->text);
    xfree(c);
}

static bool arguments_complete(const struct local *l)
{
    size_t nuls = 0;
    struct str in = buf_str(&l->in);
    for (size_t i = 0; i < in.n && nuls < l->argument_count; i++)
        nuls += in.p[i] == 0;
    return nuls == l->argument_count;
}

/* ---- the greeting ---- */

static void refuse(struct local *l, const char *why)
{
    buf_add_f(&l->out, "PORTCULLIS ERROR %s\n", why);
    l->stage = STAGE_DONE;
}

static bool word_number(struct str word, const char *name, int64_t *out)
{
    size_t n = strlen(name);
    return str_starts(word, str_of(name)) && word.n > n && word.p[n] == '=' &&
           str_to_i64(str_sub(word, n + 1, word.n), out);
}

/* "PORTCULLIS 1 build=... face=cli width=80 tty=1 args=3" */
static void greet(struct local *l, struct str line)
{
    struct str word, face = STR_NONE;
    int64_t version = 0, width = 0, tty = 0, args = 0;
    bool known = str_cut(&line, ' ', &word) && str_eq(word, STR("PORTCULLIS")) &&
                 str_cut(&line, ' ', &word) && str_to_i64(word, &version);
    while (str_cut(&line, ' ', &word)) {
        (void)(word_number(word, "width", &width) || word_number(word, "tty", &tty) ||
               word_number(word, "args", &args));
        if (str_starts(word, STR("face=")))
            face = str_sub(word, 5, word.n);
    }
    if (!known || version != 1) {
        refuse(l, "this socket speaks version 1 of the portcullis protocol");
        return;
    }
    if (str_eq(face, STR("mcp"))) {
        l->who.face = FACE_MCP;
        l->who.is_stateful = true;
        l->who.scopes &= SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE;
        l->mcp = mcp_face_connect(app_mcp(l->app), &l->who);
        l->stage = STAGE_MCP;
    } else if (str_eq(face, STR("cli")) && args >= 0 && args <= CLI_ARGUMENTS_MAX) {
        l->who.face = FACE_CLI;
        l->who.is_human = l->is_admin;
        l->request.width = width > 0 && width < 10000 ? (int)width : 0;
        l->request.is_tty = tty == 1;
        l->argument_count = (size_t)args;
        l->stage = STAGE_ARGUMENTS;
    } else if (str_eq(face, STR("version"))) {
        l->stage = STAGE_DONE; /* our build in the answer line is all that was asked */
    } else {
        refuse(l, "the greeting names no face that is served");
        return;
    }
    buf_add_f(&l->out, "PORTCULLIS 1 build=%s\n", app_build(l->app));
}

/* ---- the connection ---- */

void local_input(struct local *l, struct str bytes, struct moment now)
{
    if (l->stage == STAGE_MCP) {
        mcp_line_input(l->mcp, bytes, now);
        return;
    }
    if (l->stage == STAGE_ANSWERING && l->command)
        typed_input(&l->command->typed, bytes);
    if (l->stage == STAGE_ANSWERING || l->stage == STAGE_DONE)
        return;
    if (!buf_add_str(&l->in, bytes)) {
        refuse(l, "too much input");
        return;
    }
    if (l->stage == STAGE_HELLO) {
        struct str in = buf_str(&l->in);
        size_t end = str_find(in, '\n', 0);
        if (end == in.n) {
            if (in.n > HELLO_MAX)
                refuse(l, "no greeting");
            return;
        }
        greet(l, str_sub(in, 0, end));
        buf_consume(&l->in, end + 1);
    }
    if (l->stage == STAGE_MCP && l->in.n) {
        mcp_line_input(l->mcp, buf_str(&l->in), now);
        buf_reset(&l->in);
    } else if (l->stage == STAGE_ARGUMENTS && arguments_complete(l)) {
        start_command(l, now);
    }
}

void local_end(struct local *l)
{
    static const unsigned char none[FRAME_HEAD] = {'n', 0, 0, 0, 0};
    l->input_ended = true;
    if (l->command) /* a prompt that waits is not answered any more */
        typed_input(&l->command->typed, (struct str){(const char *)none, sizeof none});
    if (l->stage == STAGE_HELLO || l->stage == STAGE_ARGUMENTS)
        l->stage = STAGE_DONE; /* nothing was asked completely */
}

struct str local_output(struct local *l)
{
    if (l->out.n || !l->mcp)
        return buf_str(&l->out);
    return mcp_line_output(l->mcp);
}

void local_sent(struct local *l, size_t n)
{
    if (l->out.n || !l->mcp)
        buf_consume(&l->out, n);
    else
        mcp_line_sent(l->mcp, n);
}

bool local_is_done(const struct local *l)
{
    if (l->stage == STAGE_MCP)
        return mcp_line_failed(l->mcp) || (l->input_ended && mcp_line_busy(l->mcp) == 0);
    return l->stage == STAGE_DONE;
}
