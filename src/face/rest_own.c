/* SPDX-License-Identifier: MIT */
/*
 * The routes that are no operations: a page of links, the description, and what supervisors of
 * programs ask.
 */
#include "broker/session.h"
#include "face/metrics.h"
#include "face/openapi.h"
#include "face/rest_inside.h"

static void healthz(struct exchange *x)
{
    buf_add_c(rest_begin(x, 200, "application/json"), "{\"status\":\"ok\"}");
}

/* Why no order can pass through the disk; false if it can. */
static bool is_disk_away(struct exchange *x, struct error *e)
{
    const struct journal *j = x->core->journal;
    if (!j || (!journal_is_failed(j) && !journal_is_stalled(j, x->now)))
        return false;
    bool is_failed = journal_is_failed(j);
    error_set(e, ERROR_UNAVAILABLE, is_failed ? "JOURNAL_FAILED" : "JOURNAL_STALLED",
              "no order can be written down: %s",
              is_failed ? journal_failure(j)->text : "the disk does not answer");
    error_next(e,
               "GET /api/safety has it as journal_ok; what frees the disk lets orders pass again");
    return true;
}

static bool is_broker_away(struct exchange *x, struct error *e)
{
    struct session *s = x->core->session;
    struct session_status st = {.reason = ""};
    if (s && session_is_ready(s))
        return false;
    if (s)
        session_status(s, &st);
    error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the broker connection is not ready%s%s",
              st.reason[0] ? ": " : "", st.reason);
    error_next(e, "%s", st.hint[0] ? st.hint : "GET /api/status tells why");
    return true;
}

static bool do_books_differ(struct exchange *x, struct error *e)
{
    struct gate_reconciliation books = {.is_reconciled = true};
    if (x->core->gate)
        gate_reconciliation(x->core->gate, &books);
    if (books.is_reconciled)
        return false;
    error_set(e, ERROR_UNAVAILABLE, "NOT_RECONCILED",
              "our books and the broker's do not agree, or were not compared yet: %s",
              gate_reconcile_text(books.state));
    error_next(e, "GET /api/reconciliation tells where");
    return true;
}

static void readyz(struct exchange *x)
{
    struct error e = {0};
    if (is_broker_away(x, &e) || is_disk_away(x, &e) || do_books_differ(x, &e))
        rest_error(x, &e, NULL);
    else
        buf_add_c(rest_begin(x, 200, "application/json"), "{\"status\":\"ready\"}");
}

static void openapi(struct exchange *x)
{
    openapi_write(rest_begin(x, 200, "application/json"));
}

static void index_page(struct exchange *x)
{
    struct buf *b = rest_begin(x, 200, "text/html; charset=utf-8");
    const struct op *op;
    struct str method, path;
    rest_header(x, STR("Content-Security-Policy"), STR("default-src 'none'"));
    buf_add_c(b, "<!doctype html><html lang=\"en\"><title>Portcullis</title><h1>Portcullis</h1>"
                 "<p><a href=\"/openapi.json\">/openapi.json</a> describes everything; "
                 "<a href=\"/healthz\">/healthz</a>, <a href=\"/readyz\">/readyz</a>, "
                 "<a href=\"/metrics\">/metrics</a>.</p><ul>");
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

static void metrics(struct exchange *x)
{
    metrics_write(x->core, x->config, x->now, rest_begin(x, 200, METRICS_CONTENT_TYPE));
}

/* For who has no token yet and wants to know where to get one (RFC 9728). */
static void answer_metadata(struct exchange *x)
{
    oauth_metadata(access_oauth(x->config->access), rest_begin(x, 200, "application/json"));
}

static const struct {
    const char *path;
    void (*answer)(struct exchange *x);
    enum scope scope; /* that it needs; 0: none */
} own_routes[] = {{"/", index_page, 0},
                  {"/healthz", healthz, 0},
                  {"/readyz", readyz, 0},
                  {"/metrics", metrics, SCOPE_READ},
                  {"/openapi.json", openapi, 0}};

enum { OWN_COUNT = sizeof own_routes / sizeof own_routes[0] };

static size_t find(struct str path)
{
    size_t i = 0;
    while (i < OWN_COUNT && !str_eq(path, str_of(own_routes[i].path)))
        i++;
    return i;
}

const char *own_allow(const struct exchange *x)
{
    struct str path = x->request->path;
    bool is_own =
        find(path) < OWN_COUNT || oauth_is_metadata(access_oauth(x->config->access), path);
    return is_own ? "GET, HEAD, OPTIONS" : NULL;
}

bool own_answer(struct exchange *x)
{
    size_t i = find(x->request->path);
    struct str method = x->request->method;
    if (!own_allow(x) || (!str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"))))
        return false;
    if (i == OWN_COUNT)
        answer_metadata(x);
    else if (own_routes[i].scope && !(x->who.scopes & own_routes[i].scope))
        (void)rest_wants_scope(x, own_routes[i].scope, own_routes[i].path);
    else
        own_routes[i].answer(x);
    return true;
}
