/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "face/cli.h"

#include <stdio.h>
#include <string.h>

void answer_start(struct answer *a)
{
    *a = (struct answer){.status = -1};
    buf_init(&a->out, LIMIT_REPLY + 1);
    buf_init(&a->err, LIMIT_REPLY + 1);
}

void answer_free(struct answer *a)
{
    buf_fini(&a->out);
    buf_fini(&a->err);
}

static void answer_reset(struct answer *a)
{
    answer_free(a);
    answer_start(a);
}

static bool begin(struct ask *a, struct world *w, struct answer *answer)
{
    answer_reset(answer);
    *a = (struct ask){.world = w, .answer = answer, .is_used = true};
    if (w->app)
        return true;
    a->is_used = false;
    answer->is_gone = true;
    return false;
}

/* ---- the command line ---- */

/* The next word of a shell-like line into `out`; false at the end. */
static bool next_word(struct str *line, struct buf *out)
{
    char quote = 0;
    size_t i = 0;
    while (i < line->n && line->p[i] == ' ')
        i++;
    if (i == line->n)
        return false;
    for (; i < line->n && (quote || line->p[i] != ' '); i++) {
        char c = line->p[i];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? (char)0 : c;
        else
            buf_add_char(out, c);
    }
    *line = str_sub(*line, i, line->n);
    return true;
}

void ask_types(struct ask *a, struct str words)
{
    a->typed = words;
}

bool ask_cli(struct ask *a, struct world *w, struct str line, bool is_person, struct answer *answer)
{
    struct buf words, hello;
    size_t count = 0;
    if (!begin(a, w, answer) || !(a->client = world_connect(w)))
        return false;
    a->is_person = is_person;
    a->typed = STR(WORLD_PIN);
    buf_init(&words, 256 << 10);
    buf_init(&hello, 256);
    for (; next_word(&line, &words); count++)
        buf_add_char(&words, 0);
    buf_add_f(&hello, "PORTCULLIS 1 build=kit face=cli width=0 tty=%d args=%zu\n", is_person,
              count);
    world_send(w, a->client, buf_str(&hello));
    world_send(w, a->client, buf_str(&words));
    buf_fini(&hello);
    buf_fini(&words);
    return true;
}

/* ---- an automation rule ---- */

enum { RULE_TIMEOUT_MS = 120 * 1000 };

/* Outlives its question until the task has ended. */
struct rule_call {
    struct core *core;
    struct principal who;
    struct buf words; /* what request.args point into */
    struct cli_request request;
    struct cli_reply reply;
    bool is_done, is_dropped;
};

static void rule_free(struct rule_call *r)
{
    buf_fini(&r->words);
    buf_fini(&r->reply.out);
    buf_fini(&r->reply.err);
    xfree(r);
}

static void rule_run(struct task *t, void *arg)
{
    struct rule_call *r = arg;
    cli_answer(t, r->core, &r->who, &r->request, &r->reply);
    r->is_done = true;
    if (r->is_dropped)
        rule_free(r);
}

bool ask_rule(struct ask *a, struct world *w, struct str name, struct str line,
              struct answer *answer)
{
    if (!begin(a, w, answer))
        return false;
    struct rule_call *r = xcalloc(1, sizeof *r);
    r->core = app_core(w->app);
    r->who = (struct principal){.face = FACE_TEST,
                                .scopes = SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE};
    (void)snprintf(r->who.name, sizeof r->who.name, "rule:" STR_FMT, STR_ARG(name));
    buf_init(&r->words, 256 << 10);
    buf_init(&r->reply.out, LIMIT_REPLY);
    buf_init(&r->reply.err, LIMIT_REPLY);
    while (r->request.count < CLI_ARGUMENTS_MAX && next_word(&line, &r->words)) {
        buf_add_char(&r->words, 0);
        r->request.count++;
    }
    struct str rest = buf_str(&r->words);
    for (size_t i = 0; i < r->request.count; i++)
        (void)str_cut(&rest, 0, &r->request.args[i]);
    a->rule = r;
    if (task_spawn(app_tasks(w->app), w->now, RULE_TIMEOUT_MS, rule_run, r))
        return true;
    rule_free(r);
    *a = (struct ask){0};
    return false;
}

static void rule_take(struct ask *a)
{
    struct rule_call *r = a->rule;
    a->answer->is_gone = !a->world->app; /* whose end ended the rule, too */
    a->answer->is_complete = r->is_done && !a->answer->is_gone;
    a->answer->status = r->reply.status;
    buf_add_str(&a->answer->out, buf_str(&r->reply.out));
    buf_add_str(&a->answer->err, buf_str(&r->reply.err));
}

static void rule_drop(struct rule_call *r)
{
    if (r->is_done)
        rule_free(r);
    else
        r->is_dropped = true;
}

/* The daemon's greeting, then frames of kind, length and bytes. */
static void read_frames(struct str in, struct answer *answer)
{
    struct str greeting;
    if (!str_starts(in, STR("PORTCULLIS 1 ")) || !str_cut(&in, '\n', &greeting))
        return;
    while (in.n >= 5) {
        const unsigned char *p = (const unsigned char *)in.p;
        size_t n = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
        struct str bytes = str_sub(in, 5, 5 + n);
        int64_t status = -1;
        if (bytes.n != n)
            return;
        if (in.p[0] == 'o')
            buf_add_str(&answer->out, bytes);
        else if (in.p[0] == 'e')
            buf_add_str(&answer->err, bytes);
        else if (in.p[0] == 'x' && str_to_i64(bytes, &status))
            answer->is_complete = true;
        answer->status = (int)status;
        in = str_sub(in, 5 + n, in.n);
    }
}

bool ask_raw(struct ask *a, struct world *w, struct str bytes, bool holds, struct answer *answer)
{
    if (!begin(a, w, answer) || !(a->client = world_connect(w)))
        return false;
    a->is_raw = true;
    world_send(w, a->client, bytes);
    if (!holds)
        world_end(a->client);
    return true;
}

/* ---- HTTP ---- */

static void http_head(struct ask *a, const struct http_response *response)
{
    a->answer->status = response->status;
    a->answer->content_type = response->content_type;
    buf_fini(&a->answer->out);
    a->answer->out = response->body; /* ours from here on */
}

static void http_end(void *self)
{
    struct ask *a = self;
    a->http = NULL;
    a->answer->is_complete = a->world->app != NULL;
    a->answer->is_gone = !a->answer->is_complete;
}

static void http_reply(void *self, struct http_response *response)
{
    http_head(self, response);
    http_end(self);
}

static void http_begin(void *self, struct http_response *response)
{
    http_head(self, response);
}

static bool http_send(void *self, struct str piece)
{
    struct ask *a = self;
    return buf_add_str(&a->answer->out, piece);
}

bool ask_http(struct ask *a, struct world *w, struct str method, struct str target,
              const struct http_pair *headers, size_t count, struct str body, struct answer *answer)
{
    struct http_request r = {.method = method, .body = body, .is_loopback = true};
    bool has_host = false;
    if (!begin(a, w, answer))
        return false;
    size_t query = str_find(target, '?', 0);
    r.path = str_sub(target, 0, query);
    r.query = query < target.n ? str_sub(target, query + 1, target.n) : STR_NONE;
    r.peer = STR("127.0.0.1");
    for (size_t i = 0; i < count; i++) {
        has_host = has_host || str_ieq(headers[i].name, STR("Host"));
        r.headers[r.header_count++] = headers[i];
    }
    if (!has_host)
        r.headers[r.header_count++] = (struct http_pair){STR("Host"), STR("127.0.0.1:5000")};
    if (body.n)
        r.headers[r.header_count++] =
            (struct http_pair){STR("Content-Type"), STR("application/json")};
    a->is_http = true;
    struct http_sink sink = {http_reply, http_begin, http_send, http_end, a};
    a->http = app_http_start(w->app, &r, w->now, sink);
    return true;
}

/* ---- answers ---- */

/* The client's answer to a prompt. */
static void type(struct ask *a)
{
    struct str word = STR_NONE;
    struct buf reply;
    bool has = a->is_person && a->typed.n && str_cut(&a->typed, ' ', &word);
    word = has ? word : a->is_person ? STR("nothing was typed") : STR("a script has none");
    buf_init(&reply, 1024);
    const char head[] = {has ? 'p' : 'n', 0, 0, 0, (char)word.n};
    buf_add(&reply, head, sizeof head);
    buf_add_str(&reply, word);
    world_send(a->world, a->client, buf_str(&reply));
    buf_fini(&reply);
}

/* The client's answer to a question for a file, by its path from the root of the repository. */
static void hand_over(struct ask *a, struct str path)
{
    char name[256], part[5 + 4096];
    struct buf reply;
    str_copy_cut(name, sizeof name, path);
    FILE *in = fopen(name, "rb");
    buf_init(&reply, 1 << 20);
    for (size_t n = 0; in && (n = fread(part + 5, 1, sizeof part - 5, in)) > 0;) {
        part[0] = 'f';
        part[1] = part[2] = 0;
        part[3] = (char)(n >> 8);
        part[4] = (char)n;
        buf_add(&reply, part, 5 + n);
    }
    buf_add(&reply, in ? "f\0\0\0\0" : "n\0\0\0\4none", in ? 5 : 9);
    if (in)
        (void)fclose(in);
    world_send(a->world, a->client, buf_str(&reply));
    buf_fini(&reply);
}

/* Answers the prompts among the frames that have come. */
static void look_for_prompts(struct ask *a)
{
    struct str in = buf_str(&a->client->received);
    if (!a->seen)
        a->seen = str_find(in, '\n', 0) + 1;
    while (a->seen + 5 <= in.n) {
        const unsigned char *p = (const unsigned char *)in.p + a->seen;
        size_t n = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
        if (a->seen + 5 + n > in.n)
            return;
        a->seen += 5 + n;
        if (p[0] == 'p')
            type(a);
        else if (p[0] == 'f')
            hand_over(a, (struct str){in.p + a->seen - n, n});
    }
}

bool ask_is_answered(struct ask *a)
{
    if (a->client && !a->is_raw && a->client->received.n)
        look_for_prompts(a);
    return a->rule ? a->rule->is_done : a->is_http ? a->http == NULL : client_has_ended(a->client);
}

static bool is_answered(void *ctx)
{
    return ask_is_answered(ctx);
}

bool ask_finish(struct ask *a, int64_t ms)
{
    if (!a->is_used)
        return false;
    (void)world_until(a->world, is_answered, a, ms);
    if (a->rule)
        rule_take(a);
    if (a->client) {
        a->answer->is_gone = a->client->is_gone;
        if (a->is_raw) {
            a->answer->is_complete = !a->client->is_gone;
            buf_add_str(&a->answer->out, buf_str(&a->client->received));
        } else {
            read_frames(buf_str(&a->client->received), a->answer);
        }
    }
    bool complete = a->answer->is_complete;
    ask_drop(a);
    return complete;
}

void ask_drop(struct ask *a)
{
    if (a->http && a->world->app)
        app_http_abandon(a->http);
    if (a->client)
        world_disconnect(a->world, a->client);
    if (a->rule)
        rule_drop(a->rule);
    *a = (struct ask){0};
}

/* ---- assistants ---- */

enum { LINE_MAX_BYTES = 8 << 20 };

static void send_line(struct assistant *a, struct world *w, struct buf *line)
{
    buf_add_char(line, '\n');
    if (a->client)
        world_send(w, a->client, buf_str(line));
    buf_fini(line);
}

static struct str abilities(const struct assistant *a)
{
    return a->can.n ? a->can : STR("{}");
}

bool assistant_open(struct assistant *a, struct world *w, struct str name, struct str version)
{
    struct buf line;
    *a = (struct assistant){.client = world_connect(w), .can = a->can};
    if (!a->client)
        return false;
    str_copy_cut(a->version, sizeof a->version, version);
    world_send(w, a->client, STR("PORTCULLIS 1 build=kit face=mcp\n"));
    buf_init(&line, 4096);
    if (!assistant_receive(a, w, 1000, &line) ||
        !str_starts(buf_str(&line), STR("PORTCULLIS 1 "))) {
        buf_fini(&line);
        return false;
    }
    buf_reset(&line);
    bool ok = true;
    if (version.n && str_cmp(version, STR("2026-01-01")) < 0) {
        buf_add_f(&line,
                  "{\"protocolVersion\":\"" STR_FMT "\",\"capabilities\":" STR_FMT
                  ",\"clientInfo\":{\"name\":\"" STR_FMT "\",\"version\":\"1\"}}",
                  STR_ARG(version), STR_ARG(abilities(a)), STR_ARG(name));
        assistant_request(a, w, STR("initialize"), buf_str(&line));
        ok = assistant_receive(a, w, 1000, &line) &&
             str_find_str(buf_str(&line), STR("\"result\"")) < line.n;
        world_send(w, a->client,
                   STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"));
    }
    buf_fini(&line);
    return ok;
}

void assistant_close(struct assistant *a, struct world *w)
{
    if (a->client)
        world_disconnect(w, a->client);
    *a = (struct assistant){.can = a->can};
}

void assistant_request(struct assistant *a, struct world *w, struct str method, struct str params)
{
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    buf_add_f(&line, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"" STR_FMT "\"",
              (long long)++a->next_id, STR_ARG(method));
    params = str_trim(params);
    if (str_cmp(str_of(a->version), STR("2026-01-01")) > 0) {
        bool has_more = params.n > 2 && str_trim(str_sub(params, 1, params.n - 1)).n;
        buf_add_f(&line,
                  ",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\","
                  "\"io.modelcontextprotocol/clientCapabilities\":" STR_FMT ","
                  "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"kit\",\"version\":\"1\"}}",
                  a->version, STR_ARG(abilities(a)));
        if (has_more) {
            buf_add_char(&line, ',');
            buf_add_str(&line, str_sub(params, 1, params.n - 1));
        }
        buf_add_char(&line, '}');
    } else if (params.n) {
        buf_add_c(&line, ",\"params\":");
        buf_add_str(&line, params);
    }
    buf_add_char(&line, '}');
    send_line(a, w, &line);
}

static bool has_line(void *ctx)
{
    const struct client *c = ctx;
    struct str in = buf_str(&c->received);
    return str_find(in, '\n', 0) < in.n || client_has_ended(c);
}

bool assistant_receive(struct assistant *a, struct world *w, int64_t ms, struct buf *line)
{
    buf_reset(line);
    if (!a->client)
        return false;
    (void)world_until(w, has_line, a->client, ms);
    struct str in = buf_str(&a->client->received);
    size_t end = str_find(in, '\n', 0);
    if (end == in.n)
        return false;
    buf_add_str(line, str_sub(in, 0, end));
    buf_consume(&a->client->received, end + 1);
    return true;
}
