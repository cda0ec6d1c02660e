/* SPDX-License-Identifier: MIT */
#include "people.h"

#include "base/limits.h"
#include "data/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *tool, *command, *path; /* NULL: not over HTTP */
    bool is_change;                    /* may put something on the wire */
    bool takes_why;
} verbs[VERB_COUNT] = {
    [VERB_MARKET] = {"place_market_order", "market", "/api/orders/market", true, true},
    [VERB_LIMIT] = {"place_limit_order", "limit", "/api/orders/limit", true, true},
    [VERB_BRACKET] = {"place_bracket_order", "bracket", "/api/orders/bracket", true, true},
    [VERB_STOP] = {"place_stop_loss", "stop-loss", "/api/stop-loss", true, true},
    [VERB_MOVE_STOP] = {"modify_stop_loss", "move-stop", NULL, true, true},
    [VERB_MODIFY] = {"modify_order", "modify", NULL, true, true},
    [VERB_PREVIEW] = {"preview_order", "preview", "/api/orders/preview", false, true},
    [VERB_SUBMIT] = {"submit_order", "submit", "/api/orders/submit", true, false},
    [VERB_CANCEL] = {"cancel_order", "cancel", NULL, false, false},
    [VERB_KILL] = {"engage_kill_switch", "kill", "/api/kill", false, false},
    [VERB_RELEASE] = {NULL, "release", NULL, false, false},
    [VERB_TRADING] = {"set_trading_state", "trading", "/api/trading-state", false, false},
    [VERB_APPROVE] = {NULL, "approve", NULL, false, false},
    [VERB_DECLINE] = {NULL, "decline", NULL, false, false},
    [VERB_TOKEN_ADD] = {NULL, "token add", NULL, false, false},
    [VERB_TOKEN_REVOKE] = {NULL, "token revoke", NULL, false, false},
    [VERB_QUOTES] = {"get_market_data", "quotes", NULL, false, false},
    [VERB_SAFETY] = {"get_safety_status", "safety", NULL, false, false},
    [VERB_PORTFOLIO] = {"get_portfolio", "portfolio", NULL, false, false},
    [VERB_ORDERS] = {"get_open_orders", "orders", NULL, false, false},
    [VERB_EXECUTIONS] = {"get_executions", "executions", NULL, false, false},
};

static const char *const names[WHO_COUNT] = {"script", "claude", "other", "program",
                                             "sheet",  "dip",    "trim",  "person"};

const char *people_name(enum who who)
{
    return names[who];
}

static bool is_program(enum who who)
{
    return who == WHO_PROGRAM || who == WHO_SHEET;
}

void people_principal(const struct people *p, enum who who, char out[PEOPLE_PRINCIPAL_MAX])
{
    static const char *const principals[WHO_COUNT] = {
        [WHO_SCRIPT] = "uid:1000",        [WHO_CLAUDE] = "uid:1000 mcp:claude",
        [WHO_OTHER] = "uid:1000 mcp:kit", [WHO_PROGRAM] = "token:story",
        [WHO_DIP] = "rule:dip",           [WHO_TRIM] = "rule:trim",
        [WHO_PERSON] = "uid:1000",
    };
    (void)snprintf(out, PEOPLE_PRINCIPAL_MAX, "%s%s", who == WHO_SHEET ? "token:" : principals[who],
                   who == WHO_SHEET ? p->sheet : "");
}

/* ---- life ---- */

void people_init(struct people *p, struct world *w, struct watcher *v, bool is_talking)
{
    *p = (struct people){.w = w, .v = v, .is_talking = is_talking};
    p->arena = arena_new(64 << 20);
    buf_init(&p->text, LIMIT_REPLY);
}

static void drop(struct people *p, struct open_question *q)
{
    (void)p;
    if (!q->is_mcp) {
        ask_drop(&q->ask);
        answer_free(&q->answer);
    }
    q->is_used = false;
}

void people_lose(struct people *p)
{
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++)
        if (p->open[i].is_used) {
            p->gone++;
            drop(p, &p->open[i]);
        }
    for (size_t i = 0; i < PEOPLE_ASSISTANTS; i++)
        assistant_close(&p->assistants[i], p->w);
    watcher_pin_lost(p->v);
}

void people_fini(struct people *p)
{
    people_lose(p);
    arena_free(p->arena);
    buf_fini(&p->text);
}

/* ---- saying it ---- */

void demand_add(struct demand *d, const char *name, enum arg_kind kind, const char *fmt, ...)
{
    va_list ap;
    assert(d->count < PEOPLE_ARGS_MAX);
    struct demand_arg *a = &d->args[d->count++];
    *a = (struct demand_arg){.name = name, .kind = kind};
    va_start(ap, fmt);
    (void)vsnprintf(a->value, sizeof a->value, fmt, ap);
    va_end(ap);
}

int people_number(struct people *p, struct demand *d, bool with_key)
{
    if (p->requests + 1 >= WATCHER_REQUESTS_MAX)
        return 0;
    d->request = ++p->requests;
    d->key = with_key ? ++p->keys : 0;
    return d->request;
}

const char *demand_get(const struct demand *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->args[i].name, name) == 0)
            return d->args[i].value;
    return NULL;
}

int64_t people_number_in(const struct demand *d, const char *name)
{
    int64_t n = 0;
    const char *text = demand_get(d, name);
    return text && str_to_i64(str_of(text), &n) ? n : 0;
}

bool people_token(struct people *p, struct demand *d, int max_value, int max_orders)
{
    if (p->sheets + 1 >= WATCHER_TOKENS_MAX)
        return false;
    *d = (struct demand){.verb = VERB_TOKEN_ADD, .who = WHO_PERSON};
    demand_add(d, "name", ARG_TEXT, "sheet%d", ++p->sheets);
    demand_add(d, "scopes", ARG_TEXT, "read,preview,trade");
    demand_add(d, "max_order_value", ARG_NUMBER, "%d", max_value);
    demand_add(d, "max_orders_per_day", ARG_NUMBER, "%d", max_orders);
    return true;
}

static void add_flag(struct buf *out, const char *name)
{
    buf_add_c(out, " --");
    for (; *name; name++)
        buf_add_char(out, *name == '_' ? '-' : *name);
}

static void as_line(const struct demand *d, struct buf *out)
{
    buf_add_c(out, verbs[d->verb].command);
    for (size_t i = 0; i < d->count; i++) {
        char off[64];
        (void)snprintf(off, sizeof off, "no_%.60s", d->args[i].name);
        add_flag(out, d->args[i].kind == ARG_FALSE ? off : d->args[i].name);
        if (d->args[i].kind == ARG_TEXT || d->args[i].kind == ARG_NUMBER)
            buf_add_f(out, " '%s'", d->args[i].value);
    }
    if (d->key)
        buf_add_f(out, " --idempotency-key k%d", d->key);
    if (d->request && verbs[d->verb].takes_why)
        buf_add_f(out, " --reasoning r%d", d->request);
    buf_add_c(out, " --json");
}

static void as_json(const struct demand *d, struct buf *out)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < d->count; i++) {
        const struct demand_arg *a = &d->args[i];
        const char *quote = a->kind == ARG_TEXT ? "\"" : "";
        bool is_list = strcmp(a->name, "symbols") == 0;
        buf_add_f(out, "%s\"%s\":%s%s%s%s%s", i ? "," : "", a->name, is_list ? "[" : "", quote,
                  a->kind == ARG_TRUE ? "true" : a->value, quote, is_list ? "]" : "");
    }
    if (d->key && !is_program(d->who)) /* who says it in a header */
        buf_add_f(out, "%s\"idempotency_key\":\"k%d\"", out->n > 1 ? "," : "", d->key);
    if (d->request && verbs[d->verb].takes_why)
        buf_add_f(out, "%s\"reasoning\":\"r%d\"", out->n > 1 ? "," : "", d->request);
    buf_add_char(out, '}');
}

/* ---- asking ---- */

static struct open_question *free_place(struct people *p, bool is_mcp)
{
    struct open_question *found = NULL;
    size_t others = 0;
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++) {
        others += p->open[i].is_used && !p->open[i].is_mcp;
        found = p->open[i].is_used ? found : &p->open[i];
    }
    return is_mcp || others < PEOPLE_CLI_MAX ? found : NULL;
}

static bool ask_mcp(struct people *p, struct open_question *q)
{
    static const char *const versions[PEOPLE_ASSISTANTS] = {"2025-11-25", "2026-07-28"};
    struct buf params;
    q->assistant = q->demand.who == WHO_CLAUDE ? 0 : 1;
    struct assistant *a = &p->assistants[q->assistant];
    if (a->client && client_has_ended(a->client))
        assistant_close(a, p->w);
    if (!a->client &&
        !assistant_open(a, p->w, str_of(names[q->demand.who]), str_of(versions[q->assistant]))) {
        assistant_close(a, p->w);
        return false;
    }
    buf_init(&params, 4096);
    buf_add_f(&params, "{\"name\":\"%s\",\"arguments\":", verbs[q->demand.verb].tool);
    struct buf args;
    buf_init(&args, 4096);
    as_json(&q->demand, &args);
    buf_add_str(&params, buf_str(&args));
    buf_add_char(&params, '}');
    assistant_request(a, p->w, STR("tools/call"), buf_str(&params));
    q->id = a->next_id;
    buf_fini(&params);
    buf_fini(&args);
    return true;
}

static bool ask_program(struct people *p, struct open_question *q)
{
    char key[24], bearer[96];
    bool is_sheet = q->demand.who == WHO_SHEET;
    (void)snprintf(key, sizeof key, "k%d", q->demand.key);
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", is_sheet ? p->sheet_token : WORLD_TOKEN);
    const struct http_pair headers[] = {{STR("Authorization"), STR_NAME(bearer)},
                                        {STR("Idempotency-Key"), STR_NAME(key)}};
    buf_reset(&p->text);
    as_json(&q->demand, &p->text);
    return ask_http(&q->ask, p->w, STR("POST"), str_of(verbs[q->demand.verb].path), headers,
                    q->demand.key ? 2 : 1, buf_str(&p->text), &q->answer);
}

static bool ask_line(struct people *p, struct open_question *q)
{
    buf_reset(&p->text);
    as_line(&q->demand, &p->text);
    if (q->demand.who == WHO_DIP || q->demand.who == WHO_TRIM)
        return ask_rule(&q->ask, p->w, str_of(names[q->demand.who]), buf_str(&p->text), &q->answer);
    if (!ask_cli(&q->ask, p->w, buf_str(&p->text), q->demand.who == WHO_PERSON, &q->answer))
        return false;
    if (q->demand.is_typed_wrong)
        ask_types(&q->ask, STR("1111"));
    return true;
}

/* What a kill switch, or a release, is about. */
struct seen_kill *people_kill_of(struct people *p, const struct demand *d)
{
    const char *symbol = demand_get(d, "symbol"), *principal = demand_get(d, "principal");
    return watcher_kill(p->v, str_of(symbol ? symbol : ""), str_of(principal ? principal : ""));
}

bool people_takes_stops(const struct demand *d)
{
    return demand_get(d, "keep_stops") || demand_get(d, "flatten");
}

bool people_types_pin(const struct demand *d)
{
    return d->who == WHO_PERSON && !d->is_typed_wrong;
}

/* What the watcher must know before the first byte can move. */
static void announce(struct people *p, const struct open_question *q)
{
    const struct demand *d = &q->demand;
    struct watcher *v = p->v;
    const char *state = d->verb == VERB_TRADING ? d->args[0].value : "";
    if (d->request && d->verb != VERB_PREVIEW && !d->is_foreign)
        watcher_asked(v, d->request, d->key);
    if (d->verb == VERB_KILL)
        watcher_kill_begins(v, people_takes_stops(d));
    if (d->verb == VERB_RELEASE)
        watcher_release_begins(v, people_kill_of(p, d));
    if (d->verb == VERB_APPROVE && people_types_pin(d))
        watcher_yes_begins(v, people_number_in(d, "approval"));
    if (people_types_pin(d))
        watcher_pin_begins(v);
    if (d->verb == VERB_TRADING && d->who == WHO_PERSON) {
        v->loosenings += strcmp(state, "halted") != 0;
        v->is_halted = v->is_halted && strcmp(state, "halted") == 0;
        v->is_reducing = v->is_reducing && strcmp(state, "active") != 0;
    }
}

static void talk(struct people *p, const struct demand *d)
{
    struct buf line;
    if (!p->is_talking)
        return;
    buf_init(&line, 4096);
    as_line(d, &line);
    printf("# %8.3f %s: " STR_FMT "\n", (double)(p->w->now.mono.ns - NS_PER_S) / 1e9, names[d->who],
           STR_ARG(buf_str(&line)));
    buf_fini(&line);
}

bool people_ask(struct people *p, const struct demand *d)
{
    bool is_mcp = verbs[d->verb].tool && (d->who == WHO_CLAUDE || d->who == WHO_OTHER);
    bool is_http = is_program(d->who) && verbs[d->verb].path;
    struct open_question *q = free_place(p, is_mcp);
    if (!p->w->app || !q || (is_http && d->who == WHO_SHEET && !p->sheet_token[0]))
        return false;
    talk(p, d);
    *q = (struct open_question){
        .is_used = true, .is_mcp = is_mcp, .demand = *d, .sets = p->v->sets, .at = p->w->now.mono};
    if (d->verb == VERB_KILL)
        q->releases = people_kill_of(p, d)->releases;
    if (is_program(d->who) && !is_http)
        q->demand.who = WHO_SCRIPT;
    if (!is_mcp)
        answer_start(&q->answer);
    announce(p, q);
    if (d->verb == VERB_TRADING)
        q->releases = p->v->loosenings;
    bool ok = is_mcp ? ask_mcp(p, q) : is_http ? ask_program(p, q) : ask_line(p, q);
    if (ok) {
        p->asked++;
        if (d->request && verbs[d->verb].is_change)
            p->earlier[p->earlier_count++ % PEOPLE_EARLIER_MAX] = *d;
    } else {
        if (people_types_pin(d))
            watcher_pin_lost(p->v);
        drop(p, q);
    }
    return ok;
}

/* ---- being answered ---- */

static void take_direct(struct people *p, struct open_question *q)
{
    struct error e = {0};
    bool ok = ask_finish(&q->ask, 0);
    if (!ok) {
        p->gone++;
        drop(p, q);
        watcher_pin_lost(p->v);
        return;
    }
    arena_reset(p->arena);
    struct str out = str_trim(buf_str(&q->answer.out));
    const struct json *j = str_starts(out, STR("{")) ? json_parse(out, p->arena, &e) : NULL;
    bool failed = is_program(q->demand.who) ? q->answer.status >= 400 : q->answer.status != 0;
    people_take(p, q, j, failed);
    drop(p, q);
}

/* The result of a call: structured content, or text that is JSON. */
static const struct json *content_of(struct people *p, const struct json *line, bool *failed)
{
    struct error e = {0};
    const struct json *result = json_get(line, STR("result"));
    const struct json *j = json_get(result, STR("structuredContent"));
    *failed = !result;
    (void)json_to_bool(json_get(result, STR("isError")), failed);
    if (!j && result) {
        struct str text = json_get_str(json_at(json_get(result, STR("content")), 0), STR("text"));
        j = str_starts(text, STR("{")) ? json_parse(text, p->arena, &e) : NULL;
    }
    return j;
}

static void take_line(struct people *p, size_t assistant, struct str line)
{
    struct error e = {0};
    int64_t id = 0;
    bool failed = false;
    arena_reset(p->arena);
    const struct json *j = json_parse(line, p->arena, &e);
    if (!json_to_i64(json_get(j, STR("id")), &id))
        return;
    const struct json *content = content_of(p, j, &failed);
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++) {
        struct open_question *q = &p->open[i];
        if (!q->is_used || !q->is_mcp || q->assistant != assistant || q->id != id)
            continue;
        people_take(p, q, content, failed);
        drop(p, q);
        return;
    }
}

static void hear(struct people *p, size_t assistant)
{
    struct client *c = p->assistants[assistant].client;
    while (c) {
        struct str in = buf_str(&c->received), line;
        size_t end = str_find(in, '\n', 0);
        if (end == in.n)
            return;
        buf_reset(&p->text);
        buf_add_str(&p->text, str_sub(in, 0, end));
        buf_consume(&c->received, end + 1);
        line = buf_str(&p->text);
        take_line(p, assistant, line);
    }
}

/* After every event. */
static bool listen(void *ctx)
{
    struct people *p = ctx;
    for (size_t i = 0; i < PEOPLE_ASSISTANTS; i++)
        hear(p, i);
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++) {
        struct open_question *q = &p->open[i];
        if (q->is_used && !q->is_mcp && ask_is_answered(&q->ask))
            take_direct(p, q);
    }
    return p->v->broken != INVARIANT_NONE;
}

bool people_pass(struct people *p, int64_t ms)
{
    (void)world_until(p->w, listen, p, ms);
    return watcher_look(p->v);
}

bool people_are_silent(const struct people *p)
{
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++)
        if (p->open[i].is_used)
            return false;
    return true;
}

const struct json *people_question(struct people *p, const char *line, int64_t ms)
{
    struct ask ask;
    struct answer answer;
    struct error e = {0};
    const struct json *j = NULL;
    answer_start(&answer);
    if (ask_cli(&ask, p->w, str_of(line), false, &answer) && ask_finish(&ask, ms)) {
        arena_reset(p->arena);
        j = json_parse(arena_str(p->arena, str_trim(buf_str(&answer.out))), p->arena, &e);
    }
    answer_free(&answer);
    return j;
}
