/* SPDX-License-Identifier: MIT */
/*
 * Asking back. In the era of initialize the server sends a request of its own and waits; in the
 * modern era the call ends with its questions and comes again with the answers. What must be
 * remembered meanwhile is carried by the client: sealed by HMAC for whom it was made, for this
 * call with these arguments, and for some minutes. A sealed state is no permission: it can come
 * back more than once, so what may happen only once is kept by the program.
 */
#include "mcp/inside.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { STATE_MAX = 4096, SEAL_MINUTES = 10, ID_MAX = 32 };

static const struct {
    const char *method, *needs;
} kinds[] = {
    [MCP_ELICIT] = {"elicitation/create", "{\"elicitation\":{\"form\":{}}}"},
    [MCP_ELICIT_URL] = {"elicitation/create", "{\"elicitation\":{\"url\":{}}}"},
    [MCP_SAMPLE] = {"sampling/createMessage", "{\"sampling\":{}}"},
    [MCP_ROOTS] = {"roots/list", "{\"roots\":{}}"},
};

bool mcp_can_ask(const struct mcp_request *r, enum mcp_ask_kind kind)
{
    const struct mcp_abilities *a = &r->abilities;
    const bool can[] = {[MCP_ELICIT] = a->elicit,
                        [MCP_ELICIT_URL] = a->elicit_url,
                        [MCP_SAMPLE] = a->sample,
                        [MCP_ROOTS] = a->roots};
    return can[kind];
}

const char *mcp_ask_needs(enum mcp_ask_kind kind)
{
    return kinds[kind].needs;
}

/* A copy of a tree: messages are gone when the call runs. Its depth is bounded by the reader. */
static struct json copy_json(const struct json *j, struct arena *arena)
{
    struct json out = *j;
    out.key = arena_str(arena, j->key);
    out.text = arena_str(arena, j->text);
    if (j->n == 0)
        return out;
    struct json *items = ARENA_MANY(arena, struct json, j->n);
    for (size_t i = 0; i < j->n; i++)
        items[i] = copy_json(&j->items[i], arena);
    out.items = items;
    return out;
}

static const struct json *keep(const struct json *j, struct arena *arena)
{
    struct json *out = ARENA_NEW(arena, struct json);
    *out = copy_json(j, arena);
    return out;
}

/* ---- sealing ---- */

/* What is asked, without what changes from one attempt to the next. */
static struct sha256 digest_of(struct mcp_hub *h, const struct mcp_message *m)
{
    static const char *const passing[] = {"_meta", "inputResponses", "requestState"};
    struct json_writer w;
    buf_reset(&h->scratch);
    json_writer_init(&w, &h->scratch);
    json_begin_object(&w);
    json_key(&w, "method");
    json_str(&w, m->method);
    for (size_t i = 0; m->params && i < m->params->n; i++) {
        const struct json *member = &m->params->items[i];
        bool passes = false;
        for (size_t k = 0; k < sizeof passing / sizeof passing[0]; k++)
            passes = passes || str_eq(member->key, str_of(passing[k]));
        if (passes)
            continue;
        json_key_str(&w, member->key);
        json_value(&w, member);
    }
    json_end_object(&w);
    struct sha256 digest = hash_sha256(buf_str(&h->scratch));
    buf_reset(&h->scratch);
    return digest;
}

static struct sha256 seal_of(const struct mcp_request *r, struct str payload)
{
    const struct mcp_hub *h = r->client->hub;
    const struct mcp_server *s = h->server;
    struct str who = s->who ? s->who(s->self, r->client) : STR_NONE;
    struct buf b;
    buf_init(&b, STATE_MAX + 1024);
    buf_add(&b, r->call.bytes, sizeof r->call.bytes);
    buf_add_i64(&b, (int64_t)who.n);
    buf_add_char(&b, ':');
    buf_add_str(&b, who);
    buf_add_str(&b, payload);
    struct sha256 seal = hash_hmac_sha256((struct str){h->secret, sizeof h->secret}, buf_str(&b));
    buf_fini(&b);
    return seal;
}

/* "EXPIRY_MS:state", then its seal, in hex. */
static void write_sealed(const struct mcp_request *r, struct str state, struct moment now,
                         struct json_writer *w)
{
    struct buf plain, text;
    char seal[SHA256_HEX_MAX];
    buf_init(&plain, STATE_MAX + 32);
    buf_init(&text, 2 * STATE_MAX + 128);
    buf_add_i64(&plain, now.wall.ns / NS_PER_MS + (int64_t)SEAL_MINUTES * 60 * 1000);
    buf_add_char(&plain, ':');
    buf_add_str(&plain, state);
    struct sha256 h = seal_of(r, buf_str(&plain));
    hash_hex(&h, seal);
    hex_encode(buf_str(&plain), &text);
    buf_add_char(&text, '.');
    buf_add_c(&text, seal);
    json_str(w, buf_str(&text));
    buf_fini(&plain);
    buf_fini(&text);
}

static bool open_sealed(struct mcp_request *r, struct str text, struct moment now)
{
    struct str hex, digits;
    struct buf plain;
    char seal[SHA256_HEX_MAX];
    int64_t until;
    buf_init(&plain, STATE_MAX + 32);
    bool ok = str_cut(&text, '.', &hex) && hex_decode(hex, &plain);
    struct sha256 h = seal_of(r, buf_str(&plain));
    hash_hex(&h, seal);
    ok = ok && hash_equal(text, str_of(seal));
    struct str rest = buf_str(&plain);
    ok = ok && str_cut(&rest, ':', &digits) && str_to_i64(digits, &until) &&
         until > now.wall.ns / NS_PER_MS;
    if (ok)
        r->state = arena_str(r->arena, rest.n ? rest : STR(""));
    buf_fini(&plain);
    return ok;
}

bool ask_take(struct mcp_request *r, const struct mcp_message *m, struct moment now)
{
    const struct mcp_abilities *a = &r->abilities;
    const struct json *responses = json_get(m->params, STR("inputResponses"));
    const struct json *state = json_get(m->params, STR("requestState"));
    struct str text;
    if (!r->head.is_modern || !(a->elicit || a->elicit_url || a->sample || a->roots || state))
        return true;
    r->call = digest_of(r->client->hub, m);
    if (responses && responses->kind == JSON_OBJECT)
        r->responses = keep(responses, r->arena);
    if (!state || (json_to_str(state, &text) && open_sealed(r, text, now)))
        return true;
    mcp_fail(r, RPC_PARAMS,
             STR("requestState is not one that was given for this call, or it has expired"),
             STR_NONE);
    return false;
}

struct str mcp_state(const struct mcp_request *r)
{
    return r->state;
}

const struct json *mcp_response(const struct mcp_request *r, const char *key)
{
    return json_get(r->responses, str_of(key));
}

/* ---- answers ---- */

/* Whether it has the form of an answer to that kind of question. */
static bool is_answer_to(enum mcp_ask_kind kind, const struct json *j)
{
    struct str action;
    const struct json *content = json_get(j, STR("content"));
    if (!j || j->kind != JSON_OBJECT)
        return false;
    switch (kind) {
    case MCP_ELICIT:
        return json_to_str(json_get(j, STR("action")), &action) &&
               (!str_eq(action, STR("accept")) || (content && content->kind == JSON_OBJECT));
    case MCP_ELICIT_URL:
        return json_to_str(json_get(j, STR("action")), &action);
    case MCP_SAMPLE:
        return content != NULL;
    case MCP_ROOTS:
        return json_get(j, STR("roots")) && json_get(j, STR("roots"))->kind == JSON_ARRAY;
    }
    return false;
}

static void write_question(const struct mcp_question *q, struct json_writer *w)
{
    json_key(w, "method");
    json_text(w, kinds[q->kind].method);
    if (q->params.n) {
        json_key(w, "params");
        json_raw(w, q->params);
    }
}

/* ---- the modern era ---- */

static enum mcp_asked ask_modern(struct mcp_request *r, struct moment now, struct mcp_question *q,
                                 size_t n, struct str state)
{
    struct json_writer w;
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        q[i].answer = mcp_response(r, q[i].key);
        if (!is_answer_to(q[i].kind, q[i].answer))
            q[i].answer = NULL;
        all = all && q[i].answer;
    }
    if (all)
        return MCP_ANSWERED;
    if (mcp_is_cancelled(r))
        return MCP_UNHEARD;
    struct buf *b = r->outlet->begin(r->outlet, FRAME_RESULT, 0);
    if (!b)
        return MCP_UNHEARD;
    mcp_request_open_result(r, "input_required", &w, b);
    json_key(&w, "inputRequests");
    json_begin_object(&w);
    for (size_t i = 0; i < n; i++) {
        if (q[i].answer)
            continue;
        json_key(&w, q[i].key);
        json_begin_object(&w);
        write_question(&q[i], &w);
        json_end_object(&w);
    }
    json_end_object(&w);
    if (state.p) {
        json_key(&w, "requestState");
        write_sealed(r, state, now, &w);
    }
    mcp_result_end(r, &w);
    return MCP_PENDING;
}

/* ---- the era of initialize, and tasks: questions that wait ---- */

struct mcp_waiting {
    struct mcp_waiting *next, **link;
    struct mcp_request *request;
    char id[ID_MAX];
    const struct mcp_question *question; /* while it waits */
    const struct json *answer;           /* in the request's arena */
    bool is_done;
};

static void send_question(struct mcp_waiting *w, const struct mcp_question *q)
{
    struct mcp_request *r = w->request;
    struct mcp_client *c = r->client;
    struct json_writer out;
    (void)snprintf(w->id, sizeof w->id, "server-%lld", (long long)++c->hub->asked);
    w->next = c->waiting;
    w->link = &c->waiting;
    if (w->next)
        w->next->link = &w->next;
    c->waiting = w;
    w->question = q;
    if (r->later)
        return; /* who looks at the task finds it there */
    struct buf *b = r->outlet->begin(r->outlet, FRAME_ASK, 0);
    if (!b) {
        w->is_done = true;
        return;
    }
    json_writer_init(&out, b);
    json_begin_object(&out);
    json_key(&out, "jsonrpc");
    json_text(&out, "2.0");
    json_key(&out, "id");
    json_text(&out, w->id);
    write_question(q, &out);
    json_end_object(&out);
    r->outlet->end(r->outlet, FRAME_ASK);
}

static void drop(struct mcp_waiting *w)
{
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    xfree(w);
}

static enum mcp_asked ask_and_wait(struct mcp_request *r, struct task *t, struct mcp_question *q,
                                   size_t n)
{
    struct error e;
    bool ok = !mcp_is_cancelled(r), all = true;
    struct mcp_waiting **waiting = ARENA_MANY(r->arena, struct mcp_waiting *, n);
    for (size_t i = 0; ok && i < n; i++) {
        waiting[i] = xcalloc(1, sizeof *waiting[i]);
        waiting[i]->request = r;
        send_question(waiting[i], &q[i]);
    }
    if (r->later)
        later_changed(r->later);
    for (size_t i = 0; ok && i < n; i++)
        while (ok && !waiting[i]->is_done)
            ok = task_wait(t, &e);
    for (size_t i = 0; i < n && waiting[i]; i++) {
        q[i].answer = waiting[i]->answer;
        all = all && is_answer_to(q[i].kind, q[i].answer);
        drop(waiting[i]);
    }
    return ok && all ? MCP_ANSWERED : MCP_UNHEARD;
}

void ask_answered(struct mcp_client *c, const struct json *root)
{
    struct str id;
    const struct json *result = json_get(root, STR("result"));
    if (!json_to_str(json_get(root, STR("id")), &id))
        return;
    for (struct mcp_waiting *w = c->waiting; w; w = w->next) {
        if (w->is_done || !str_eq(id, STR_NAME(w->id)))
            continue;
        w->is_done = true;
        w->answer = result ? keep(result, w->request->arena) : NULL;
        task_wake(w->request->task);
        return;
    }
}

size_t ask_write_open(const struct mcp_request *r, struct json_writer *w)
{
    size_t n = 0;
    for (const struct mcp_waiting *i = r->client->waiting; i; i = i->next) {
        if (i->request != r || i->is_done)
            continue;
        if (w) {
            json_key(w, i->id);
            json_begin_object(w);
            write_question(i->question, w);
            json_end_object(w);
        }
        n++;
    }
    return n;
}

void ask_answer(struct mcp_request *r, struct str key, const struct json *answer)
{
    for (struct mcp_waiting *w = r->client->waiting; w; w = w->next) {
        if (w->request != r || w->is_done || !str_eq(key, STR_NAME(w->id)) ||
            !is_answer_to(w->question->kind, answer))
            continue;
        w->is_done = true;
        w->answer = keep(answer, r->arena);
        task_wake(r->task);
        later_changed(r->later);
    }
}

enum mcp_asked mcp_ask(struct mcp_request *r, struct task *t, struct mcp_question *q, size_t n,
                       struct str state)
{
    for (size_t i = 0; i < n; i++)
        if (!mcp_can_ask(r, q[i].kind))
            return MCP_UNHEARD;
    return r->head.is_modern && !r->later ? ask_modern(r, task_now(t), q, n, state)
                                          : ask_and_wait(r, t, q, n);
}

void mcp_elicited(struct mcp_request *r, struct str id)
{
    struct json_writer w;
    struct mcp_outlet *o = mcp_is_cancelled(r) || r->head.is_modern ? NULL : r->outlet;
    struct buf *b = o ? o->begin(o, FRAME_NOTICE, 0) : NULL;
    if (!b)
        return;
    notice_begin(&w, b, "notifications/elicitation/complete");
    json_key(&w, "elicitationId");
    json_str(&w, id);
    notice_end(&w);
    o->end(o, FRAME_NOTICE);
}
