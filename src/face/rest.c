/* SPDX-License-Identifier: MIT */
/*
 * The way of a request: who may ask (face/access.h), which operation, its arguments, the
 * call, the answer. Text of a request reaches operations only as bound arguments.
 */
#include "face/rest.h"

#include "base/limits.h"
#include "face/arguments.h"
#include "face/errors.h"
#include "face/page.h"
#include "face/rest_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- who may ask ---- */

static bool refuse_entry(struct exchange *x, const struct access_verdict *v)
{
    for (size_t i = 0; i < v->header_count; i++)
        rest_header(x, v->headers[i].name, v->headers[i].value);
    rest_problem(x, v->status, &v->why, NULL);
    return false;
}

bool rest_wants_scope(struct exchange *x, enum scope scope, const char *operation)
{
    struct access_verdict v = {0};
    access_wants_scope(x->config->access, x->request, &x->who, scope, operation, x->arena, &v);
    return refuse_entry(x, &v);
}

/* From here on the request is the one that the door has let in: without a token in its path. */
static bool enter(struct exchange *x)
{
    struct access_verdict v = {0};
    access_check(x->config->access, x->request, x->now, x->arena, &v);
    x->origin = v.page;
    if (v.status)
        return refuse_entry(x, &v);
    struct http_request *seen = ARENA_NEW(x->arena, struct http_request);
    *seen = *x->request;
    seen->path = v.path;
    seen->query = v.query;
    x->request = seen;
    x->who = v.who;
    x->pass = v.pass;
    return true;
}

/* Who has a token and not its scope hears so from op_call, which records it. */
static bool authorise(struct exchange *x, const struct op *op)
{
    if (op->effect == OP_ADMIN || op->effect == OP_APPROVE)
        return rest_refuse(x, 403, ERROR_DENIED, "SCOPE", "this is not done over HTTP",
                           "use the command line on this machine");
    bool is_known = access_is_named(&x->who);
    bool may = is_known || (!op_is_write(op) && (x->who.scopes & scope_of(op->effect)));
    return may || rest_wants_scope(x, scope_of(op->effect), op->name);
}

/* ---- arguments ---- */

struct arguments {
    struct bind_pair pairs[ROUTE_PARAMS_MAX + HTTP_PARAMS_MAX + 1];
    size_t count;
    struct bind_pair format; /* for the operation; no name: it takes none, or is told none */
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
    return ok || rest_refuse(x, 400, ERROR_INVALID, "ENCODING",
                             "the address has an illegal percent encoding", NULL);
}

/*
 * The parameter of the address decides over the header. What else an operation's own `format` may
 * say, or nothing if that is no word of it, is left in *pair for the operation.
 */
static bool take_format(struct exchange *x, const struct op *op, struct str text,
                        struct bind_pair *pair)
{
    const char *names[FORM_NAMES_MAX + 1];
    struct buf known;
    bool is_known = false;
    if (x->form || pair->name.p)
        return rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "format: is given twice",
                           NULL);
    x->form = form_named(op, text);
    if (x->form)
        return true;
    buf_init(&known, 256);
    form_names(op, names);
    for (size_t i = 0; names[i]; i++) {
        is_known = is_known || str_eq(text, str_of(names[i]));
        buf_add_f(&known, "%s%s", i ? ", " : "format: one of ", names[i]);
    }
    *pair = (struct bind_pair){STR("format"), text};
    if (!is_known)
        rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT",
                    arena_f(x->arena, STR_FMT, STR_ARG(buf_str(&known))).p, NULL);
    buf_fini(&known);
    return is_known;
}

/* The operation is told which form it is to make itself. */
static bool choose_form(struct exchange *x, const struct op *op, struct bind_pair *pair)
{
    if (!x->form && !rest_choose_form(x, op))
        return false;
    if (form_is_own(x->form) && !pair->name.p)
        *pair = (struct bind_pair){STR("format"), str_of(x->form->name)};
    return true;
}

static bool take_query(struct exchange *x, const struct op *op, struct arguments *a)
{
    struct str query = x->request->query, part, raw, name = STR_NONE, value = STR_NONE;
    size_t n = 0;
    while (str_cut(&query, '&', &part)) {
        if (part.n == 0)
            continue;
        if (++n > HTTP_PARAMS_MAX)
            return rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "too many parameters",
                               NULL);
        size_t mark = str_find(part, '=', 0);
        raw = str_sub(part, mark + 1, part.n);
        if (!decode(x, str_sub(part, 0, mark), true, &name) || !decode(x, raw, true, &value))
            return false;
        if (str_eq(name, STR("format"))) {
            if (!take_format(x, op, value, &a->format))
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
        return rest_refuse(x, 400, ERROR_INVALID, "BODY", "this request takes no body", NULL);
    if (!str_cut(&kind, ';', &media) || !str_ieq(str_trim(media), STR("application/json")))
        return rest_refuse(x, 415, ERROR_INVALID, "CONTENT_TYPE", "the body must be JSON",
                           "send the header Content-Type: application/json");
    a->body = json_parse(r->body, x->arena, &e);
    if (!a->body)
        rest_problem(x, e.code == ERROR_LIMIT ? 413 : 400, &e, NULL);
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
    rest_error(x, &e, NULL);
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
    if (!take_query(x, m->op, a) || !choose_form(x, m->op, &a->format))
        return false;
    if (a->format.name.p)
        a->pairs[a->count++] = a->format;
    return take_body(x, a) && take_key(x, m->op, a);
}

/* ---- the call ---- */

static bool is_preview(const struct op *op, const void *in)
{
    const struct field *f = type_find(op->in, STR("dry_run"));
    return f && f->kind == TYPE_BOOL && f->shape == SHAPE_PLAIN &&
           *(const bool *)((const char *)in + f->offset);
}

static int status_of(const struct exchange *x, const struct call *c, const void *in)
{
    bool is_created = c->op->effect == OP_TRADE && str_eq(x->request->method, STR("POST")) &&
                      !is_preview(c->op, in);
    return c->awaits_person ? 202 : is_created ? 201 : 200;
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
    if (ok && x->form->is_whole)
        arguments_for_csv(m->op, a->pairs, a->count, a->body, in);
    if (ok && op_call(&c, in, out)) {
        rest_show(x, &c, status_of(x, &c, in), out);
        return;
    }
    struct str step_up = strcmp(c.error.reason, "SCOPE") == 0
                             ? oauth_step_up(&x->core->settings->values.oauth, &x->who,
                                             oauth_missing(&x->who, m->op), m->op->name, x->arena)
                             : STR_NONE;
    if (step_up.p)
        rest_header(x, STR("WWW-Authenticate"), step_up);
    rest_error(x, &c.error, &c);
}

bool rest_enter(struct exchange *x, enum scope scope, const char *what, const char *allow)
{
    if (!enter(x))
        return false;
    if (str_eq(x->request->method, STR("OPTIONS"))) {
        rest_options(x, allow);
        return false;
    }
    if (!str_eq(x->request->method, STR("GET"))) {
        rest_no_route(x, allow);
        return false;
    }
    return (x->who.scopes & scope) || rest_wants_scope(x, scope, what);
}

bool rest_admit(struct core *core, const struct rest_config *config,
                const struct http_request *request, struct moment now, struct arena *arena,
                struct visitor *visitor, struct http_response *response)
{
    struct exchange x = {.arena = arena,
                         .now = now,
                         .core = core,
                         .config = config,
                         .request = request,
                         .response = response};
    rest_start(&x);
    if (!enter(&x) || (!x.who.scopes && !rest_wants_scope(&x, SCOPE_READ, "mcp")))
        return false;
    buf_fini(&response->body);
    *visitor = (struct visitor){x.who, x.pass};
    return true;
}

static void answer(struct exchange *x)
{
    struct route_match m;
    if (!enter(x))
        return;
    route_find(x->request->method, x->request->path, &m);
    const char *allow = own_allow(x) ? own_allow(x) : page_allow(x) ? page_allow(x) : m.allow;
    if (str_eq(x->request->method, STR("OPTIONS")) && allow[0])
        rest_options(x, allow);
    else if (own_answer(x) || page_answer(x))
        return;
    else if (m.op)
        run(x, &m);
    else
        rest_no_route(x, allow);
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
    rest_start(&x);
    answer(&x);
    rest_finish(&x);
}
