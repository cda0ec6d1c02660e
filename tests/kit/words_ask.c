/* SPDX-License-Identifier: MIT */
/* Words for what is asked: by a script, a person, a rule, a program over HTTP, an assistant, a
 * stranger. */
#include "base/limits.h"
#include "story.h"
#include "truth.h"

#include <stdio.h>
#include <string.h>

/* ---- command line and HTTP ---- */

static bool no_answer(struct story *s, const char *how)
{
    return story_fail(s, "%s: %s", how,
                      s->w->trouble[0]                  ? s->w->trouble
                      : s->answer.is_gone || !s->w->app ? "the app is dead"
                                                        : "no answer came");
}

/* Starts what the words say: cli, person or http. */
static bool begin(struct story *s, struct str how, struct str rest, struct ask *ask,
                  struct answer *answer, enum answer_kind *kind)
{
    *kind = ANSWER_CLI;
    if (str_eq(how, STR("cli")))
        return ask_cli(ask, s->w, rest, false, answer) || no_answer(s, "cli");
    if (str_eq(how, STR("person"))) {
        if (!ask_cli(ask, s->w, rest, true, answer))
            return no_answer(s, "person");
        if (s->typed.p)
            ask_types(ask, s->typed);
        s->typed = STR_NONE;
        return true;
    }
    if (str_eq(how, STR("rule"))) {
        struct str name = story_word(&rest);
        return ask_rule(ask, s->w, name, rest, answer) || no_answer(s, "rule");
    }
    if (!str_eq(how, STR("http")))
        return story_fail(s, "only cli, person, rule and http can begin");
    *kind = ANSWER_HTTP;
    struct str method = story_word(&rest), target = story_word(&rest);
    if (str_starts(target, STR("http://"))) /* a whole address; the host is this machine anyway */
        target = str_sub(target, str_find(target, '/', strlen("http://")), target.n);
    bool ok = ask_http(ask, s->w, method, target, s->headers, s->header_count, rest, answer);
    s->header_count = 0;
    return ok || no_answer(s, "http");
}

static bool ask_now(struct story *s, const char *how, struct str rest)
{
    struct ask ask = {0};
    enum answer_kind kind;
    if (!begin(s, str_of(how), rest, &ask, &s->answer, &kind))
        return false;
    (void)ask_finish(&ask, ASK_PATIENCE_MS);
    story_take_answer(s, kind);
    s->question = arena_f(s->arena, "%s " STR_FMT, how, STR_ARG(rest));
    return s->answer.is_complete || no_answer(s, how);
}

static bool word_cli(struct story *s, struct str rest)
{
    return ask_now(s, "cli", rest);
}

static bool word_person(struct story *s, struct str rest)
{
    return ask_now(s, "person", rest);
}

static bool word_rule(struct story *s, struct str rest)
{
    return ask_now(s, "rule", rest);
}

static bool word_types(struct story *s, struct str rest)
{
    s->typed = arena_str(s->arena, rest);
    if (!s->typed.p)
        s->typed = STR("");
    return true;
}

static bool word_uid(struct story *s, struct str rest)
{
    return str_to_i64(rest, &s->w->uid) || story_fail(s, "uid NUMBER");
}

static bool word_http(struct story *s, struct str rest)
{
    return ask_now(s, "http", rest);
}

static bool word_header(struct story *s, struct str rest)
{
    size_t colon = str_find(rest, ':', 0);
    if (colon == rest.n || s->header_count == ASK_HEADERS_MAX)
        return story_fail(s, "header Name: value");
    s->headers[s->header_count++] =
        (struct http_pair){arena_str(s->arena, str_trim(str_sub(rest, 0, colon))),
                           arena_str(s->arena, str_trim(str_sub(rest, colon + 1, rest.n)))};
    return true;
}

static bool word_begin(struct story *s, struct str rest)
{
    struct str how = story_word(&rest);
    if (s->behind.is_used)
        return story_fail(s, "something is in the background already");
    return begin(s, how, rest, &s->behind, &s->behind_answer, &s->behind_kind) &&
           world_run(s->w, 0);
}

static bool word_finish(struct story *s, struct str rest)
{
    (void)rest;
    if (!s->behind.is_used)
        return story_fail(s, "nothing is in the background");
    (void)ask_finish(&s->behind, ASK_PATIENCE_MS);
    struct answer newest = s->behind_answer;
    s->behind_answer = s->answer;
    s->answer = newest;
    story_take_answer(s, s->behind_kind);
    s->question = STR("finish");
    return s->answer.is_complete || s->answer.is_gone || no_answer(s, "finish");
}

/* ---- assistants ---- */

static struct assistant *find_assistant(struct story *s, struct str name, bool make)
{
    for (size_t i = 0; i < STORY_ASSISTANTS_MAX; i++) {
        if (str_eq(name, STR_NAME(s->assistants[i].name)))
            return &s->assistants[i].connection;
        if (!s->assistants[i].name[0] && make) {
            str_copy_cut(s->assistants[i].name, sizeof s->assistants[i].name, name);
            return &s->assistants[i].connection;
        }
    }
    return NULL;
}

/* Takes the next line that the assistant hears as the answer. */
static bool hear(struct story *s, struct assistant *a)
{
    answer_free(&s->answer);
    answer_start(&s->answer);
    s->answer.is_complete = assistant_receive(a, s->w, ASK_PATIENCE_MS, &s->answer.out);
    s->answer.is_gone = !a->client || a->client->is_gone;
    story_take_answer(s, ANSWER_MCP);
    return s->answer.is_complete || no_answer(s, "mcp");
}

static bool call_tool(struct story *s, struct assistant *a, struct str rest)
{
    struct buf params;
    struct str tool = story_word(&rest);
    buf_init(&params, LIMIT_JSON_BYTES + 4096);
    buf_add_f(&params, "{\"name\":\"" STR_FMT "\",\"arguments\":", STR_ARG(tool));
    buf_add_str(&params, rest.n ? rest : STR("{}"));
    buf_add_char(&params, '}');
    assistant_request(a, s->w, STR("tools/call"), buf_str(&params));
    buf_fini(&params);
    return hear(s, a);
}

static bool open_assistant(struct story *s, struct assistant *a, struct str name, struct str rest)
{
    struct str version = str_eq(rest, STR("silent")) ? STR("") : rest.n ? rest : STR("2025-11-25");
    assistant_close(a, s->w);
    return assistant_open(a, s->w, name, version) ||
           story_fail(s, "the assistant could not connect");
}

static bool word_mcp(struct story *s, struct str rest)
{
    struct str whole = rest, name = story_word(&rest), what = story_word(&rest);
    struct assistant *a =
        find_assistant(s, name, str_eq(what, STR("open")) || str_eq(what, STR("can")));
    struct str line = rest;
    if (!a)
        return story_fail(s, "nobody called '" STR_FMT "' has been opened", STR_ARG(name));
    s->question = arena_f(s->arena, "mcp " STR_FMT, STR_ARG(whole));
    if (str_eq(what, STR("open")))
        return open_assistant(s, a, name, rest);
    if (str_eq(what, STR("can"))) {
        a->can = arena_str(s->arena, rest);
        return true;
    }
    if (str_eq(what, STR("call")))
        return call_tool(s, a, rest);
    if (str_eq(what, STR("hears")))
        return hear(s, a);
    if (str_eq(what, STR("close"))) {
        assistant_close(a, s->w);
        return true;
    }
    if (str_eq(what, STR("ask"))) {
        struct str method = story_word(&rest);
        assistant_request(a, s->w, method, rest.n ? rest : STR("{}"));
        return hear(s, a);
    }
    if (!str_eq(what, STR("send")) && !str_eq(what, STR("say")))
        return story_fail(s, "mcp NAME can, open, call, ask, send, say, hears or close");
    if (!a->client)
        return no_answer(s, "mcp");
    world_send(s->w, a->client, line);
    world_send(s->w, a->client, STR("\n"));
    return str_eq(what, STR("say")) ? world_run(s->w, 0) : hear(s, a);
}

/* ---- bytes on the local socket ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \n, \0, \\, \xHH; and {N} after a character repeats it. */
static void unescape(struct str in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        int64_t n = 0;
        if (c == '\\' && i + 1 < in.n) {
            c = in.p[++i];
            c = c == 'n' ? '\n' : c == '0' ? (char)0 : c;
            if (c == 'x' && i + 2 < in.n && hex(in.p[i + 1]) >= 0 && hex(in.p[i + 2]) >= 0) {
                c = (char)(hex(in.p[i + 1]) * 16 + hex(in.p[i + 2]));
                i += 2;
            }
        }
        buf_add_char(out, c);
        size_t end = str_find(in, '}', i);
        if (i + 1 < in.n && in.p[i + 1] == '{' && str_to_i64(str_sub(in, i + 2, end), &n)) {
            while (--n > 0)
                buf_add_char(out, c);
            i = end;
        }
    }
}

static bool word_socket(struct story *s, struct str rest)
{
    struct str holds = rest;
    struct ask ask = {0};
    struct buf bytes;
    bool is_held = str_eq(story_word(&holds), STR("hold"));
    buf_init(&bytes, 1 << 20);
    unescape(is_held ? holds : rest, &bytes);
    bool ok = ask_raw(&ask, s->w, buf_str(&bytes), is_held, &s->answer);
    buf_fini(&bytes);
    if (!ok)
        return no_answer(s, "socket");
    if (is_held) /* the line stays open until the end of the story */
        return world_run(s->w, 1000);
    (void)ask_finish(&ask, ASK_PATIENCE_MS);
    story_take_answer(s, ANSWER_RAW);
    return true;
}

/* ---- values ---- */

static bool set_number(struct story *s, struct str name, struct dec value)
{
    char text[DEC_TEXT_MAX] = "";
    size_t n = dec_format(value, text);
    return story_set_variable(s, name, (struct str){text, n});
}

static bool word_let(struct story *s, struct str rest)
{
    struct str name = story_word(&rest), is = story_word(&rest);
    struct dec a, b;
    if (!str_eq(is, STR("=")) || !dec_parse(story_word(&rest), &a))
        return story_fail(s, "let NAME = A [+|-|*|/|to B]...");
    for (struct str op; (op = story_word(&rest)).n;) {
        bool ok = dec_parse(story_word(&rest), &b);
        if (ok && str_eq(op, STR("+")))
            ok = dec_add(a, b, &a);
        else if (ok && str_eq(op, STR("-")))
            ok = dec_sub(a, b, &a);
        else if (ok && str_eq(op, STR("*")))
            ok = dec_mul(a, b, &a);
        else if (ok && str_eq(op, STR("/")))
            ok = dec_div(a, b, &a);
        else if (ok && str_eq(op, STR("to")) && dec_sign(b) > 0)
            a = dec_round_to(a, b, DEC_HALF_EVEN);
        else
            ok = false;
        if (!ok)
            return story_fail(s, "that cannot be computed: " STR_FMT, STR_ARG(op));
    }
    return set_number(s, name, a);
}

static bool word_quote(struct story *s, struct str rest)
{
    struct error e = {0};
    struct dec bid, ask;
    if (!truth_quote(s->w, rest, &bid, &ask, &e))
        return story_fail(s, "%s", e.text);
    return set_number(s, STR("bid"), bid) && set_number(s, STR("ask"), ask);
}

/* headline AAPL WORDS: what the hostile news provider says, as it stands inside a JSON string */
static bool word_headline(struct story *s, struct str rest)
{
    struct error e = {0};
    struct str listing = story_word(&rest);
    struct buf text, escaped;
    struct json_writer w;
    buf_init(&text, 16 << 10);
    buf_init(&escaped, 64 << 10);
    bool ok = truth_hostile_news(s->w, listing, rest, &text, &e);
    json_writer_init(&w, &escaped);
    json_str(&w, buf_str(&text));
    struct str inside = str_sub(buf_str(&escaped), 1, escaped.n - (escaped.n > 0));
    ok = ok ? story_set_variable(s, STR("headline"), inside) : story_fail(s, "%s", e.text);
    buf_fini(&text);
    buf_fini(&escaped);
    return ok;
}

const struct story_word words_ask[] = {
    {.name = "cli", .run = word_cli},
    {.name = "person", .run = word_person},
    {.name = "rule", .run = word_rule},
    {.name = "types", .run = word_types},
    {.name = "uid", .run = word_uid},
    {.name = "http", .run = word_http},
    {.name = "header", .run = word_header},
    {.name = "begin", .run = word_begin},
    {.name = "finish", .run = word_finish},
    {.name = "mcp", .run = word_mcp},
    {.name = "socket", .run = word_socket},
    {.name = "let", .run = word_let, .is_check = true},
    {.name = "quote", .run = word_quote, .is_check = true},
    {.name = "headline", .run = word_headline, .is_check = true},
    {.name = NULL},
};
