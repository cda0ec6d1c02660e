/* SPDX-License-Identifier: MIT */
/*
 * An answer: in the form that was asked for (rest_form.c), errors as problem+json; the validator by
 * which a client that has the same answer already is told so; compression.
 */
#include "base/limits.h"
#include "data/accept.h"
#include "data/gzip.h"
#include "data/hash.h"
#include "face/errors.h"
#include "face/render.h"
#include "face/rest_inside.h"
#include "ops/tally.h"

#include <assert.h>
#include <string.h>

/* Below, a packet is sent anyway; above, packing would hold orders up that wait for this thread. */
enum { GZIP_MIN = 1400, GZIP_MAX = 2 << 20 };

/* ---- building ---- */

void rest_header(struct exchange *x, struct str name, struct str value)
{
    struct http_response *r = x->response;
    assert(r->header_count < sizeof r->headers / sizeof r->headers[0]);
    r->headers[r->header_count++] = (struct http_pair){name, value};
}

static void set_header(struct exchange *x, struct str name, struct str value)
{
    struct http_response *r = x->response;
    for (size_t i = 0; i < r->header_count; i++) {
        if (!str_eq(r->headers[i].name, name))
            continue;
        r->headers[i].value = value;
        return;
    }
    rest_header(x, name, value);
}

static struct str header_of(const struct exchange *x, struct str name)
{
    return http_header(x->request, name);
}

void rest_start(struct exchange *x)
{
    *x->response = (struct http_response){.status = 500, .content_type = "text/plain"};
    buf_init(&x->response->body, LIMIT_REPLY);
    rest_header(x, STR("Cache-Control"), STR("no-store"));
    rest_header(x, STR("X-Content-Type-Options"), STR("nosniff"));
}

struct buf *rest_begin(struct exchange *x, int status, const char *content_type)
{
    buf_reset(&x->response->body);
    x->response->status = status;
    x->response->content_type = content_type;
    return &x->response->body;
}

/* Where whoever refused knew no next step, so that nobody is left with a sentence alone. */
static void advise(const struct call *c, struct error *e)
{
    const char *route = c && c->op ? c->op->route : NULL;
    if (e->next[0])
        return;
    if (strcmp(e->reason, "INVALID_ARGUMENT") == 0 || strcmp(e->reason, "MISSING_ARGUMENT") == 0)
        error_next(e,
                   "correct what is named, and send the rest again; /openapi.json says what %s "
                   "takes",
                   route ? route : "each route");
    else if (strcmp(e->reason, "JSON") == 0)
        error_next(e, "send one JSON object in UTF-8, each name in it once");
    else if (strcmp(e->reason, "ENCODING") == 0)
        error_next(e, "write %% itself as %%25, and what else needs it as %% and two "
                      "hexadecimal digits");
}

static void write_problem(int status, const struct error *why, const struct call *c,
                          struct buf *out)
{
    struct json_writer w;
    struct error e = *why;
    error_speak(FACE_REST, c ? c->op : NULL, &e);
    advise(c, &e);
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "status");
    json_i64(&w, status);
    json_key(&w, "title");
    json_text(&w, http_status_text(status));
    json_key(&w, "detail"); /* what RFC 9457 calls our `error` */
    json_text(&w, e.text);
    error_write_members(&e, c, &w);
    json_end_object(&w);
}

void rest_problem(struct exchange *x, int status, const struct error *why, const struct call *c)
{
    int wait_s = error_retry_after_s(why);
    write_problem(status, why, c, rest_begin(x, status, "application/problem+json"));
    if (wait_s > 0 && (status == 429 || status == 503))
        rest_header(x, STR("Retry-After"), arena_f(x->arena, "%d", wait_s));
}

void rest_refusal(int status, struct http_response *response)
{
    static const struct {
        int status;
        enum error_code code;
        const char *reason, *text, *next;
    } rows[] = {
        {413, ERROR_LIMIT, "BODY_TOO_LARGE", "the body is too long", "send less at once"},
        {431, ERROR_LIMIT, "HEADERS_TOO_LARGE", "the headers are too many or too long",
         "send fewer and shorter headers, and a shorter address"},
        {503, ERROR_UNAVAILABLE, "TOO_MANY_REQUESTS", "too many requests are in progress",
         "try again in a moment"},
        {0, ERROR_INVALID, "REQUEST", "this is no request that can be understood in one way",
         "send one Host header, and the body's length by one Content-Length or chunked"},
    };
    struct exchange x = {.response = response};
    struct error e = {0};
    size_t i = 0;
    while (rows[i].status && rows[i].status != status)
        i++;
    error_set(&e, rows[i].code, rows[i].reason, "%s", rows[i].text);
    if (rows[i].next)
        error_next(&e, "%s", rows[i].next);
    rest_start(&x);
    write_problem(status, &e, NULL, rest_begin(&x, status, "application/problem+json"));
    if (status == 503)
        rest_header(&x, STR("Retry-After"), STR("1"));
}

void rest_error(struct exchange *x, const struct error *e, const struct call *c)
{
    rest_problem(x, error_face(e->code)->http, e, c);
}

bool rest_refuse(struct exchange *x, int status, enum error_code code, const char *reason,
                 const char *text, const char *next)
{
    struct error e = {0};
    error_set(&e, code, reason, "%s", text);
    if (next)
        error_next(&e, "%s", next);
    rest_problem(x, status, &e, NULL);
    return false;
}

void rest_no_route(struct exchange *x, const char *allow)
{
    struct error e = {0};
    if (allow[0]) {
        struct str allowed = arena_str(x->arena, str_of(allow));
        rest_header(x, STR("Allow"), allowed);
        error_set(&e, ERROR_INVALID, "METHOD", "this path does not take the method " STR_FMT,
                  STR_ARG(str_sub(x->request->method, 0, 20)));
        error_next(&e, "use one of " STR_FMT, STR_ARG(allowed));
        rest_problem(x, 405, &e, NULL);
        return;
    }
    struct str path = x->request->path, near = route_nearest(path);
    error_set(&e, ERROR_NOT_FOUND, "UNKNOWN_ROUTE", "there is no " STR_FMT,
              STR_ARG(str_sub(path, 0, 120)));
    if (near.p)
        error_next(&e, "did you mean " STR_FMT "? /openapi.json lists the routes", STR_ARG(near));
    else
        error_next(&e, "/openapi.json lists the routes");
    rest_error(x, &e, NULL);
}

/* ---- what stands around rows ---- */

/* The envelope of an answer that is rows alone, with its warnings, in a header of plain ASCII. */
static void add_envelope(struct exchange *x, const struct envelope *e)
{
    enum { ROOM = 2048, WARNING_MAX = 256 }; /* some clients take no longer line */
    const struct str *warnings = e->warnings.items;
    struct buf text;
    buf_init(&text, ROOM);
    render_envelope(e, &text);
    for (size_t i = 0; i < e->warnings.n; i++) {
        struct str warning = str_sub(warnings[i], 0, WARNING_MAX);
        bool is_last = text.n + 2 * WARNING_MAX > ROOM;
        buf_add_f(&text, "; warning: " STR_FMT, STR_ARG(is_last ? STR("and more") : warning));
        if (is_last)
            break;
    }
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > 0x7E || (unsigned char)text.p[i] < 0x20)
            text.p[i] = '?';
    rest_header(x, STR("Portcullis-Envelope"), arena_str(x->arena, buf_str(&text)));
    buf_fini(&text);
}

/* ---- validators ---- */

/*
 * The tag of what an answer says. When it was made and how old its prices are by now changes with
 * every answer and is left out, so the tag is a weak one. The envelope comes first in the object.
 */
static struct str tag_of(struct exchange *x, const struct call *c)
{
    static const struct {
        const char *name, *key;
    } passing[] = {{"as_of", "\"as_of\":"}, {"age_s", "\"age_s\":"}};
    struct str body = buf_str(&x->response->body);
    struct hash_state h;
    char hex[SHA256_HEX_MAX];
    hash_init(&h);
    hash_add(&h, str_of(x->form->kind));
    hash_add(&h, c->envelope.complete ? STR("1") : STR("0"));
    for (size_t i = 0; !x->form->render && i < sizeof passing / sizeof passing[0]; i++) {
        size_t at = str_find_str(body, str_of(passing[i].key));
        if (at == body.n || type_find(c->op->out, str_of(passing[i].name)))
            continue;
        hash_add(&h, str_sub(body, 0, at));
        body = str_sub(body, str_find(body, ',', at), body.n);
    }
    hash_add(&h, body);
    struct sha256 digest = hash_end(&h);
    hash_hex(&digest, hex);
    return arena_f(x->arena, "W/\"%.32s\"", hex);
}

/* Weak comparison (RFC 9110, section 8.8.3.2): the mark of weakness does not count. */
static bool has_already(struct str list, struct str tag)
{
    struct str one;
    tag = str_sub(tag, 2, tag.n);
    while (str_cut(&list, ',', &one)) {
        one = str_trim(one);
        if (str_eq(one, STR("*")) ||
            str_eq(str_starts(one, STR("W/")) ? str_sub(one, 2, one.n) : one, tag))
            return true;
    }
    return false;
}

static void validate(struct exchange *x, const struct call *c)
{
    if (!str_eq(x->request->method, STR("GET")) && !str_eq(x->request->method, STR("HEAD")))
        return;
    struct str tag = tag_of(x, c), known = header_of(x, STR("If-None-Match"));
    rest_header(x, STR("ETag"), tag);
    set_header(x, STR("Cache-Control"), STR("private, no-cache"));
    if (known.p && has_already(known, tag))
        rest_begin(x, 304, NULL);
}

void rest_show(struct exchange *x, struct call *c, int status, const void *out)
{
    struct json_writer w;
    struct buf *body = rest_begin(x, status, x->form->content_type);
    if (x->form->render) {
        x->form->render(c, out, body);
    } else {
        json_writer_init(&w, body);
        render_json(c, out, &w);
    }
    if (body->failed) {
        error_set(&c->error, ERROR_LIMIT, "REPLY_TOO_LARGE", "the answer exceeds %d bytes",
                  (int)LIMIT_REPLY);
        error_next(&c->error, "ask for fewer rows or a shorter period");
        rest_error(x, &c->error, NULL);
        return;
    }
    if (x->form->render)
        add_envelope(x, &c->envelope);
    validate(x, c);
}

/* ---- the last steps ---- */

static void compress(struct exchange *x)
{
    struct buf *body = &x->response->body, packed;
    struct str wanted = header_of(x, STR("Accept-Encoding"));
    if (body->n < GZIP_MIN || body->n > GZIP_MAX || accept_of(wanted, STR("gzip")).quality == 0)
        return;
    buf_init(&packed, LIMIT_REPLY);
    if (gzip_add(buf_str(body), &packed) && packed.n < body->n) {
        buf_fini(body);
        *body = packed;
        rest_header(x, STR("Content-Encoding"), STR("gzip"));
    } else {
        buf_fini(&packed);
    }
}

void rest_finish(struct exchange *x)
{
    bool has_origins = x->core->settings->values.http.cors_origins.n > 0;
    compress(x);
    tally_http(x->core->tally, x->response->status);
    rest_header(x, STR("Vary"),
                has_origins ? STR("Accept, Accept-Encoding, Origin")
                            : STR("Accept, Accept-Encoding"));
    if (!x->origin.p)
        return;
    rest_header(x, STR("Access-Control-Allow-Origin"), x->origin);
    rest_header(x, STR("Access-Control-Expose-Headers"),
                STR("ETag, Portcullis-Envelope, Retry-After, WWW-Authenticate"));
}

/* ---- pages of other sites ---- */

/* What a browser asks before it lets such a page ask. */
static void add_preflight(struct exchange *x, struct str allowed)
{
    rest_header(x, STR("Access-Control-Allow-Methods"), allowed);
    rest_header(x, STR("Access-Control-Allow-Headers"),
                STR("Authorization, Content-Type, Idempotency-Key, If-None-Match, "
                    "Last-Event-ID"));
    rest_header(x, STR("Access-Control-Max-Age"), STR("600"));
    if (header_of(x, STR("Access-Control-Request-Private-Network")).p)
        rest_header(x, STR("Access-Control-Allow-Private-Network"), STR("true"));
}

void rest_options(struct exchange *x, const char *allow)
{
    struct str allowed = arena_str(x->arena, str_of(allow));
    (void)rest_begin(x, 204, NULL);
    rest_header(x, STR("Allow"), allowed);
    if (x->origin.p && header_of(x, STR("Access-Control-Request-Method")).p)
        add_preflight(x, allowed);
}
