/* SPDX-License-Identifier: MIT */
/*
 * The way of a request: who may ask (Host, Origin, token), which operation, its arguments, the
 * call, the answer. Text of a request reaches operations only as bound arguments.
 */
#include "face/rest.h"

#include "base/limits.h"
#include "broker/session.h"
#include "face/arguments.h"
#include "face/errors.h"
#include "face/openapi.h"
#include "face/render.h"
#include "face/rest_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct exchange {
    struct task *task; /* NULL while it is only seen who asks */
    struct moment now;
    struct arena *arena;
    struct core *core;
    const struct rest_config *config;
    const struct http_request *request;
    struct http_response *response;
    struct principal who;
    bool wants_csv;
};

/* ---- answers ---- */

static void add_header(struct exchange *x, struct str name, struct str value)
{
    struct http_response *r = x->response;
    assert(r->header_count < sizeof r->headers / sizeof r->headers[0]);
    r->headers[r->header_count++] = (struct http_pair){name, value};
}

static struct buf *begin(struct exchange *x, int status, const char *content_type)
{
    buf_reset(&x->response->body);
    x->response->status = status;
    x->response->content_type = content_type;
    return &x->response->body;
}

/* problem+json (RFC 9457) with the members of every error of ours. */
static void problem(struct exchange *x, int status, const struct error *why, const struct call *c)
{
    struct json_writer w;
    struct error e = *why;
    int wait_s = error_retry_after_s(why);
    error_speak(FACE_REST, c ? c->op : NULL, &e);
    json_writer_init(&w, begin(x, status, "application/problem+json"));
    json_begin_object(&w);
    json_key(&w, "status");
    json_i64(&w, status);
    json_key(&w, "title");
    json_text(&w, http_status_text(status));
    error_write_members(&e, c, &w);
    json_end_object(&w);
    if (wait_s > 0 && (status == 429 || status == 503))
        add_header(x, STR("Retry-After"), arena_f(x->arena, "%d", wait_s));
}

static void fail(struct exchange *x, const struct error *e, const struct call *c)
{
    problem(x, error_face(e->code)->http, e, c);
}

static bool refuse(struct exchange *x, int status, enum error_code code, const char *reason,
                   const char *text, const char *next)
{
    struct error e = {0};
    error_set(&e, code, reason, "%s", text);
    if (next)
        error_next(&e, "%s", next);
    problem(x, status, &e, NULL);
    return false;
}

/* ---- who may ask ---- */

static bool check_host(struct exchange *x)
{
    switch (http_is_local(x->request, x->config->port)) {
    case HTTP_OTHER_HOST:
        return refuse(x, 403, ERROR_DENIED, "HOST", "the Host header names another machine",
                      "use http://127.0.0.1 with the port of the daemon");
    case HTTP_OTHER_ORIGIN:
        return refuse(x, 403, ERROR_DENIED, "ORIGIN", "pages of other origins may not ask here",
                      NULL);
    case HTTP_LOCAL:
        break;
    }
    return true;
}

static bool unauthorized(struct exchange *x, const struct error *e, struct str challenge)
{
    struct error told = *e;
    error_next(&told, "a person makes a token with `portcullis token add`; send it as "
                      "Authorization: Bearer TOKEN");
    add_header(x, STR("WWW-Authenticate"), challenge);
    problem(x, 401, &told, NULL);
    return false;
}

static bool wants_token(struct exchange *x)
{
    struct error e = {0};
    error_set(&e, ERROR_DENIED, "UNAUTHORIZED", "this request needs a token");
    return unauthorized(x, &e, STR("Bearer realm=\"portcullis\""));
}

/* Sets who asks. A token that is given must be right, also where none is needed. */
static bool authenticate(struct exchange *x)
{
    struct str given = http_header(x->request, STR("Authorization"));
    struct error e = {0};
    x->who = (struct principal){.face = FACE_REST, .name = "http"};
    if (!given.p) {
        if (x->core->settings->values.http.anonymous_read)
            x->who.scopes = SCOPE_READ | SCOPE_PREVIEW;
        return true;
    }
    const struct token *token = NULL;
    error_set(&e, ERROR_DENIED, "UNAUTHORIZED", "the token is not valid");
    if (http_header_count(x->request, STR("Authorization")) == 1 &&
        str_ieq(str_sub(given, 0, 7), STR("Bearer ")) && x->core->tokens)
        token =
            tokens_check(x->core->tokens, str_trim(str_sub(given, 7, given.n)), x->now.wall, &e);
    if (!token)
        return unauthorized(x, &e, STR("Bearer realm=\"portcullis\", error=\"invalid_token\""));
    x->who.scopes = token->scopes;
    (void)snprintf(x->who.name, sizeof x->who.name, "token:%s", token->name);
    memcpy(x->who.only_account, token->account, sizeof x->who.only_account);
    return true;
}

/* Who has a token and not its scope hears so from op_call, which records it. */
static bool authorise(struct exchange *x, const struct op *op)
{
    if (op->effect == OP_ADMIN || op->effect == OP_APPROVE)
        return refuse(x, 403, ERROR_DENIED, "SCOPE", "this is not done over HTTP",
                      "use the command line on this machine");
    bool is_known = token_is_principal(STR_NAME(x->who.name));
    bool may = is_known || (!op_is_write(op) && (x->who.scopes & scope_of(op->effect)));
    return may || wants_token(x);
}

/* ---- arguments ---- */

struct arguments {
    struct bind_pair pairs[ROUTE_PARAMS_MAX + HTTP_PARAMS_MAX];
    size_t count;
    const struct json *body;
    struct common_arguments common;
};

static bool decode(struct exchange *x, struct str raw, bool plus_is_space, struct str *out)
{
    struct buf b;
    buf_init(&b, LIMIT_HTTP_HEADER);
    bool ok = http_decode(raw, plus_is_space, &b) && !b.failed;
    if (ok)
        *out = arena_str(x->arena, buf_str(&b));
    buf_fini(&b);
    return ok || refuse(x, 400, ERROR_INVALID, "ENCODING",
                        "the address has an illegal percent encoding", NULL);
}

/* The first kind of the Accept header that is known decides; anything else means JSON. */
static bool accepts_csv(struct str accept)
{
    for (struct str one, kind; str_cut(&accept, ',', &one);) {
        if (!str_cut(&one, ';', &kind))
            continue;
        kind = str_trim(kind);
        if (str_ieq(kind, STR("text/csv")))
            return true;
        if (str_ieq(kind, STR("application/json")) || str_ieq(kind, STR("*/*")))
            return false;
    }
    return false;
}

static bool take_format(struct exchange *x, struct str text)
{
    x->wants_csv = str_ieq(text, STR("csv"));
    return x->wants_csv || str_ieq(text, STR("json")) ||
           refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "format: json or csv", NULL);
}

static bool take_query(struct exchange *x, const struct op *op, struct arguments *a)
{
    struct str query = x->request->query, part, raw, name = STR_NONE, value = STR_NONE;
    size_t n = 0;
    while (str_cut(&query, '&', &part)) {
        if (part.n == 0)
            continue;
        if (++n > HTTP_PARAMS_MAX)
            return refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "too many parameters", NULL);
        size_t mark = str_find(part, '=', 0);
        raw = str_sub(part, mark + 1, part.n);
        if (!decode(x, str_sub(part, 0, mark), true, &name) || !decode(x, raw, true, &value))
            return false;
        if (str_eq(name, STR("format")) && !type_find(op->in, name)) {
            if (!take_format(x, value))
                return false;
            continue;
        }
        a->pairs[a->count++] = (struct bind_pair){name, value};
    }
    return true;
}

static bool take_body(struct exchange *x, struct arguments *a)
{
    const struct http_request *r = x->request;
    struct str kind = http_header(r, STR("Content-Type")), media;
    struct error e = {0};
    if (r->body.n == 0)
        return true;
    if (str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD")))
        return refuse(x, 400, ERROR_INVALID, "BODY", "this request takes no body", NULL);
    if (!str_cut(&kind, ';', &media) || !str_ieq(str_trim(media), STR("application/json")))
        return refuse(x, 415, ERROR_INVALID, "CONTENT_TYPE", "the body must be JSON",
                      "send the header Content-Type: application/json");
    a->body = json_parse(r->body, x->arena, &e);
    if (!a->body)
        problem(x, e.code == ERROR_LIMIT ? 413 : 400, &e, NULL);
    return a->body != NULL;
}

static bool take_key(struct exchange *x, const struct op *op, struct arguments *a)
{
    struct str key = http_header(x->request, STR("Idempotency-Key"));
    const struct type *common = arguments_common(op);
    struct error e = {0};
    if (!key.p || !common)
        return true;
    const struct field *f = type_find(common, STR("idempotency_key"));
    if (bind_text(f, key, &a->common, x->arena, &e))
        return true;
    fail(x, &e, NULL);
    return false;
}

static bool gather(struct exchange *x, const struct route_match *m, struct arguments *a)
{
    for (size_t i = 0; i < m->param_count; i++) {
        struct bind_pair *pair = &a->pairs[a->count++];
        pair->name = m->params[i].name;
        if (!decode(x, m->params[i].text, false, &pair->text))
            return false;
    }
    x->wants_csv = accepts_csv(http_header(x->request, STR("Accept")));
    return take_query(x, m->op, a) && take_body(x, a) && take_key(x, m->op, a);
}

/* ---- the call ---- */

static bool is_preview(const struct op *op, const void *in)
{
    const struct field *f = type_find(op->in, STR("dry_run"));
    return f && f->kind == TYPE_BOOL && f->shape == SHAPE_PLAIN &&
           *(const bool *)((const char *)in + f->offset);
}

/* The envelope of a CSV answer, in a header of plain ASCII. */
static void add_envelope(struct exchange *x, const struct envelope *e)
{
    struct buf text;
    buf_init(&text, 1024);
    render_envelope(e, &text);
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > 0x7E)
            text.p[i] = '?';
    add_header(x, STR("Portcullis-Envelope"), arena_str(x->arena, buf_str(&text)));
    buf_fini(&text);
}

static void show(struct exchange *x, struct call *c, const void *in, const void *out)
{
    struct json_writer w;
    bool is_created = c->op->effect == OP_TRADE && str_eq(x->request->method, STR("POST")) &&
                      !is_preview(c->op, in);
    struct buf *body = begin(x, is_created ? 201 : 200,
                             x->wants_csv ? "text/csv; charset=utf-8" : "application/json");
    add_header(x, STR("Vary"), STR("Accept"));
    if (x->wants_csv) {
        add_envelope(x, &c->envelope);
        render_csv(c, out, body);
    } else {
        json_writer_init(&w, body);
        render_json(c, out, &w);
    }
    if (!body->failed)
        return;
    error_set(&c->error, ERROR_LIMIT, "REPLY_TOO_LARGE", "the answer exceeds %d bytes",
              (int)LIMIT_REPLY);
    error_next(&c->error, "ask for fewer rows or a shorter period");
    fail(x, &c->error, NULL);
}

static void run(struct exchange *x, const struct route_match *m)
{
    struct arguments *a = ARENA_NEW(x->arena, struct arguments);
    struct call c;
    if (!authorise(x, m->op) || !gather(x, m, a))
        return;
    void *in = arena_alloc(x->arena, m->op->in->size);
    void *out = arena_alloc(x->arena, m->op->out->size);
    call_init(&c, x->task, x->core, &x->who, m->op);
    c.idempotency_key = a->common.idempotency_key;
    bool ok = bind_request(m->op->in, a->body, a->pairs, a->count, in, x->arena, &c.error);
    if (ok && x->wants_csv)
        arguments_for_csv(m->op, a->pairs, a->count, a->body, in);
    if (ok && op_call(&c, in, out))
        show(x, &c, in, out);
    else
        fail(x, &c.error, &c);
}

static void no_route(struct exchange *x, const struct route_match *m)
{
    struct error e = {0};
    if (m->allow[0]) {
        struct str allowed = arena_str(x->arena, STR_NAME(m->allow));
        add_header(x, STR("Allow"), allowed);
        error_set(&e, ERROR_INVALID, "METHOD", "this path does not take the method " STR_FMT,
                  STR_ARG(str_sub(x->request->method, 0, 20)));
        error_next(&e, "use one of " STR_FMT, STR_ARG(allowed));
        problem(x, 405, &e, NULL);
        return;
    }
    struct str path = x->request->path, near = route_nearest(path);
    error_set(&e, ERROR_NOT_FOUND, "UNKNOWN_ROUTE", "there is no " STR_FMT,
              STR_ARG(str_sub(path, 0, 120)));
    if (near.p)
        error_next(&e, "did you mean " STR_FMT "? /openapi.json lists the routes", STR_ARG(near));
    else
        error_next(&e, "/openapi.json lists the routes");
    fail(x, &e, NULL);
}

/* ---- routes that are no operations ---- */

static void healthz(struct exchange *x)
{
    buf_add_c(begin(x, 200, "application/json"), "{\"status\":\"ok\"}");
}

static void readyz(struct exchange *x)
{
    struct session *s = x->core->session;
    struct gate_reconciliation books = {.is_reconciled = true};
    struct error e = {0};
    if (x->core->gate)
        gate_reconciliation(x->core->gate, &books);
    if (s && session_is_ready(s) && !books.is_reconciled) {
        error_set(&e, ERROR_UNAVAILABLE, "NOT_RECONCILED",
                  "our books and the broker's do not agree, or were not compared yet: %s",
                  gate_reconcile_text(books.state));
        error_next(&e, "GET /api/reconciliation tells where");
        fail(x, &e, NULL);
        return;
    }
    if (s && session_is_ready(s)) {
        buf_add_c(begin(x, 200, "application/json"), "{\"status\":\"ready\"}");
        return;
    }
    struct session_status st = {.reason = ""};
    if (s)
        session_status(s, &st);
    error_set(&e, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the broker connection is not ready%s%s",
              st.reason[0] ? ": " : "", st.reason);
    error_next(&e, "%s", st.hint[0] ? st.hint : "GET /api/status tells why");
    fail(x, &e, NULL);
}

static void openapi(struct exchange *x)
{
    openapi_write(begin(x, 200, "application/json"));
}

static void index_page(struct exchange *x)
{
    struct buf *b = begin(x, 200, "text/html; charset=utf-8");
    const struct op *op;
    struct str method, path;
    add_header(x, STR("Content-Security-Policy"), STR("default-src 'none'"));
    buf_add_c(b, "<!doctype html><html lang=\"en\"><title>Portcullis</title><h1>Portcullis</h1>"
                 "<p><a href=\"/openapi.json\">/openapi.json</a> describes everything; "
                 "<a href=\"/healthz\">/healthz</a>, <a href=\"/readyz\">/readyz</a>.</p><ul>");
    for (size_t i = 0; (op = op_next(&i));) {
        if (!route_split(op, &method, &path))
            continue;
        bool is_link = str_eq(method, STR("GET")) && str_find(path, '{', 0) == path.n;
        buf_add_f(b, "<li>" STR_FMT " ", STR_ARG(method));
        if (is_link)
            buf_add_f(b, "<a href=\"" STR_FMT "\">", STR_ARG(path));
        buf_add_f(b, STR_FMT "%s: %s</li>", STR_ARG(path), is_link ? "</a>" : "", op->title);
    }
    buf_add_c(b, "</ul></html>\n");
}

static const struct {
    const char *path;
    void (*answer)(struct exchange *x);
} own_routes[] = {
    {"/", index_page}, {"/healthz", healthz}, {"/readyz", readyz}, {"/openapi.json", openapi}};

static bool answer_own(struct exchange *x)
{
    struct str method = x->request->method;
    for (size_t i = 0; i < sizeof own_routes / sizeof own_routes[0]; i++) {
        if (!str_eq(x->request->path, str_of(own_routes[i].path)))
            continue;
        if (str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")))
            own_routes[i].answer(x);
        else
            no_route(x, &(struct route_match){.allow = "GET, HEAD"});
        return true;
    }
    return false;
}

static void start(struct exchange *x)
{
    *x->response = (struct http_response){.status = 500, .content_type = "text/plain"};
    buf_init(&x->response->body, LIMIT_REPLY);
    add_header(x, STR("Cache-Control"), STR("no-store"));
    add_header(x, STR("X-Content-Type-Options"), STR("nosniff"));
}

bool rest_admit(struct core *core, const struct rest_config *config,
                const struct http_request *request, struct moment now, struct arena *arena,
                struct principal *who, struct http_response *response)
{
    struct exchange x = {.arena = arena,
                         .now = now,
                         .core = core,
                         .config = config,
                         .request = request,
                         .response = response};
    start(&x);
    if (!check_host(&x) || !authenticate(&x) || (!x.who.scopes && !wants_token(&x)))
        return false;
    buf_fini(&response->body);
    *who = x.who;
    return true;
}

void rest_answer(struct task *t, struct core *core, const struct rest_config *config,
                 const struct http_request *request, struct http_response *response)
{
    struct exchange x = {.task = t,
                         .now = task_now(t),
                         .arena = task_arena(t),
                         .core = core,
                         .config = config,
                         .request = request,
                         .response = response};
    struct route_match m;
    start(&x);
    if (!check_host(&x) || !authenticate(&x) || answer_own(&x))
        return;
    route_find(request->method, request->path, &m);
    if (m.op)
        run(&x, &m);
    else
        no_route(&x, &m);
}
